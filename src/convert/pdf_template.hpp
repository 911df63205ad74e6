#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "convert/template_filler.hpp"

namespace signet::convert {

/// Takes the form off a PDF (ISO 32000-1 §12.7): of its text fields it tells the names and boxes, so that somebody can
/// draw values there, and everything else is drawn upon the pages as it is. A PDF without a form comes out as it went
/// in. Inside a worker only. InvalidFile for a damaged one, SigningForbidden for one that is signed.
Result<FilledTemplate> lift_form(ByteView pdf);

}  // namespace signet::convert
