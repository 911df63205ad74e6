#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"

#include <cstdint>

namespace signet::service {

/// How many bytes of a document's file were there before its contract was sent, for contracts whose version of the
/// program did not write it down. A file only grows: what came with signatures begins with the `upload`, byte for byte
/// (empty when it is not known, or was no PDF); everything else was written anew when it came, as one revision. Errors:
/// DocumentRequired when that cannot be told.
Result<std::uint64_t> first_length(ByteView file, ByteView upload);

}  // namespace signet::service
