#pragma once

#include "base/bytes.hpp"

#include <string>

namespace signet::convert {

/// Whether the bytes are the text of a page: after blanks and comments one of HTML's tags comes first (as WHATWG's MIME
/// Sniffing Standard §7.1 looks for it), and there is no NUL.
bool looks_like_html(ByteView content);

/// What has to stand before the page so that a reader takes its characters as they are meant: a byte order mark before
/// UTF-8; a declaration of GB 18030 before other text that declares nothing; else nothing.
std::string encoding_mark(ByteView content);

}  // namespace signet::convert
