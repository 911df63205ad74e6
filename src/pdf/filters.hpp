#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "pdf/object.hpp"

#include <cstddef>
#include <functional>

namespace signet::pdf {

/// Undoes the filters a stream declares (ISO 32000-1 §7.4): Flate and LZW with their predictors, ASCIIHex, ASCII85,
/// RunLength. `max_bytes` bounds each step's output. DamagedDocument for broken data and for filters of another kind,
/// DocumentTooLarge beyond the bound. `resolve` answers an object that is no reference.
Result<Bytes> decode_stream(const Stream& stream, std::size_t max_bytes,
                            const std::function<Result<Object>(const Object&)>& resolve);

Result<Bytes> inflate(ByteView encoded, std::size_t max_bytes);
/// zlib's format at the given level, 1 to 9.
std::string deflate(std::string_view data, int level = 9);

}  // namespace signet::pdf
