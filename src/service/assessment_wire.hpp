#pragma once

#include "base/bytes.hpp"
#include "service/assessment.hpp"

#include <optional>

namespace signet::service {

/// An assessment on its way out of a worker process; what is drawn of pages is not part of it.
Bytes write_assessment(const Assessment& assessment);
/// Nothing for bytes that are none: the other side may be in a stranger's hands.
std::optional<Assessment> read_assessment(ByteView message);

}  // namespace signet::service
