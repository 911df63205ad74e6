#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "pdf/document.hpp"

#include <optional>
#include <string_view>

namespace signet::pdf {

/// A file that travels inside a document (ISO 32000-1 §7.11.4), by the name of its file specification. Looks at the
/// first level of the name tree and at its kids. Nothing when there is none of that name; DamagedDocument when it
/// cannot be decoded.
Result<std::optional<Bytes>> attachment(const Document& document, std::string_view name);

}  // namespace signet::pdf
