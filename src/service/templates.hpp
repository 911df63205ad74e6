#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "model/contract.hpp"
#include "service/directory.hpp"
#include "service/platform.hpp"

#include <optional>
#include <string>
#include <vector>

namespace signet::service {

/// Files with blanks that become documents of contracts (文件模板; platform spec §5). Thread-safe.
class Templates {
  public:
    Templates(Platform& platform, const Directory& directory) : platform_(platform), directory_(directory) {}

    /// Every template of a company, in the order of their making.
    Result<std::vector<model::Template>> of(model::CompanyId company) const;
    /// A template that contracts of `company` may use: enabled, and of a company of the same group. TemplateNotFound.
    Result<model::Template> usable(model::CompanyId company, model::TemplateId id) const;
    /// The same for one that may be disabled.
    Result<model::Template> find(model::CompanyId company, model::TemplateId id) const;

    /// A document made from a template: its parameters have the values given or their defaults, its bytes are stored,
    /// and it belongs to no contract yet. What has no value is left as a blank line. Errors: TemplateNotFound,
    /// InvalidParameter naming `templateParams[n]` for a value that does not suit its parameter, and the reasons of
    /// converting.
    Result<model::Document> make_document(model::CompanyId company, model::TemplateId id, const std::string& title,
                                          const std::vector<model::ParamValue>& values) const;

    /// The same from a template at hand; it may be disabled meanwhile.
    Result<model::Document> make_document(const model::Template& source, const std::string& title,
                                          const std::vector<model::ParamValue>& values) const;

    /// Makes the document's bytes anew from its parameters, under a new id of the document store.
    Status render(model::Document& document) const;

  private:
    Platform& platform_;
    const Directory& directory_;
};

/// Gives the values to the parameters of a document that have their names; whether anything changed. InvalidParameter
/// when a value does not suit, named `field[n].value`. Values that no parameter is named by are ignored: the same list
/// serves several documents.
Result<bool> set_values(std::vector<model::DocumentParam>& params, const std::vector<model::ParamValue>& values,
                        const std::string& field);

/// Whether a value suits its parameter (spec §2.10); an empty one always does. InvalidParameter, beginning with
/// `field`; ParameterTooLong.
Status check_value(const model::TemplateParam& param, const std::string& value, const std::string& field);
/// Whether every single line that an HTML template is filled with has at most 300 characters (spec §2.10);
/// ParameterTooLong otherwise, naming the parameter. Documents of other types pass.
Status check_lines(const model::Document& document);

/// How a value stands in a box of a PDF: of a choice all there is to choose from, ■ before what was chosen and □ before
/// the rest; of a text that is missing nothing.
std::string value_text(const model::DocumentParam& one);
/// The picture of an Image's value; empty when it is none.
Bytes picture_bytes(const std::string& value);

/// What an operator says about a template: its file and its parameters.
struct TemplateSource {
    std::string title;
    bool enabled = true;
    Bytes file;
    std::string suffix;
    std::vector<model::TemplateParam> params;
};

/// Checks a template before it is kept: parameters that fit together, a file that can be read. Blanks of the file that
/// no parameter describes become optional texts of the initiator. Stores the file; the result has neither id nor
/// company. Errors: InvalidParameter, UnsupportedFileType, InvalidFile and the reasons of converting.
Result<model::Template> prepare_template(Platform& platform, const TemplateSource& source);

}  // namespace signet::service
