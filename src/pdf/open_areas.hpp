#pragma once

#include "base/result.hpp"
#include "pdf/document.hpp"
#include "pdf/verify.hpp"

#include <vector>

namespace signet::pdf {

/// Where the pages of `after` may look different than in `before`, an earlier revision of it: the places of the fields
/// that no signature of `before` has filled or locked. At most 10,000. Errors as for reading.
Result<std::vector<PageArea>> open_areas(const Document& before, const Document& after);

}  // namespace signet::pdf
