#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"

#include <string_view>

namespace signet::convert {

enum class FileType { Pdf, Jpeg, Png, Gif };

/// What the bytes are, by their first ones; they must be what `declared_suffix` says. UnsupportedFileType for a suffix
/// we do not take, InvalidFile when the content is something else.
Result<FileType> file_type(ByteView content, std::string_view declared_suffix);

}  // namespace signet::convert
