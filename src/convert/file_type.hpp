#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"

#include <string_view>

namespace signet::convert {

enum class FileType { Pdf, Jpeg, Png, Gif, Tiff, Doc, Docx, Xls, Xlsx, Html };

/// Whether LibreOffice has to make the PDF.
bool is_office(FileType type);

/// A suffix that LibreOffice knows the type by, without a dot.
std::string_view suffix_of(FileType type);

/// What the bytes are, by what they contain; they must be what `declared_suffix` says, unless that is empty. Office
/// packages are unpacked for it, so that a bomb is found here.
///
/// Errors: UnsupportedFileType for a suffix or content that we do not take and for content of another type than
/// declared; InvalidFile when the content is damaged or nothing that we know; PasswordProtected for an encrypted Office
/// file; DocumentTooLarge.
Result<FileType> file_type(ByteView content, std::string_view declared_suffix);

}  // namespace signet::convert
