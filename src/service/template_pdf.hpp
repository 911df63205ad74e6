#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "convert/template_filler.hpp"
#include "model/contract.hpp"
#include "service/platform.hpp"

#include <vector>

namespace signet::service {

/// Draws what was filled in upon the pages of a PDF made from a template: each value in the box that its parameter
/// describes and in those of the form's fields that had its name. Without anything to draw the PDF stays as it is.
/// Errors: InvalidParameter beginning with the parameter's name for a value that does not fit its box, or whose page
/// the document does not have; those of reading.
Result<Bytes> draw_values(const Platform& platform, Bytes pdf, const std::vector<model::PageSize>& pages,
                          const std::vector<model::DocumentParam>& params,
                          const std::vector<convert::FieldPlace>& fields);

/// Where a parameter of a PDF template stands, checked when the template is made: its page, its box within the page,
/// its size of text. InvalidParameter beginning with `field`.
Status check_place(const model::TemplateParam& param, bool has_field, int page_count, const std::string& field);

}  // namespace signet::service
