#pragma once

#include "base/clock.hpp"
#include "base/id.hpp"
#include "model/vocabulary.hpp"

#include <array>
#include <string>
#include <vector>

namespace signet::model {

using TemplateId = Id<struct TemplateTag>;

/// What a template's parameter takes (platform spec §5). The names are ours; the vendor's list is not published.
enum class ParamType {
    Text,      // one line
    Textarea,  // several lines
    Number,
    Date,      // yyyy-MM-dd
    IdCard,    // 15 or 18 letters and digits
    Single,    // one of the options
    Multiple,  // some of the options, with commas between them
    Table,     // JSON: rows as objects by column, or as arrays
    Image,     // data:image/png;base64,… or jpeg
};

template <>
inline constexpr std::array<Spelling<ParamType>, 9> spellings<ParamType>{{
    {ParamType::Text, "text"},
    {ParamType::Textarea, "textarea"},
    {ParamType::Number, "number"},
    {ParamType::Date, "date"},
    {ParamType::IdCard, "idcard"},
    {ParamType::Single, "single"},
    {ParamType::Multiple, "multiple"},
    {ParamType::Table, "table"},
    {ParamType::Image, "image"},
}};

/// A blank of a template (模板参数).
struct TemplateParam {
    std::string name;
    ParamType type = ParamType::Text;
    bool required = false;
    /// Nobody may change it on the page where parameters are filled in.
    bool read_only = false;
    std::string default_value;
    std::string description;
    /// What a Single or Multiple chooses from.
    std::vector<std::string> options;
    /// Who fills it in: 0 the initiator, n the n-th receiving party in the order of signing.
    int party = 0;
    /// Of a PDF template alone: the page from 1, the box as fractions of the page as displayed, origin bottom left.
    int page = 0;
    double x = 0;
    double y = 0;
    double width = 0;
    double height = 0;
    /// Points.
    double font_size = 10.5;

    friend bool operator==(const TemplateParam&, const TemplateParam&) = default;
};

/// A file with blanks that becomes a document of contracts (文件模板).
struct Template {
    TemplateId id;
    Id<struct CompanyTag> company;
    std::string title;
    bool enabled = true;
    /// The file as it came, by its SHA-256, and what it is: docx, html, pdf, …
    std::string blob;
    std::string suffix;
    std::vector<TemplateParam> params;
    UtcTime create_time;
    UtcTime modify_time;
};

}  // namespace signet::model
