#pragma once

#include "http/message.hpp"

#include <string>
#include <string_view>

namespace signet::http {

/// Whether the client takes gzip (RFC 9110 §12.5.3).
bool accepts_gzip(const Headers& request);

/// RFC 1952.
std::string gzip(std::string_view text);

/// Gzips `response.body` when the response is compressible, a success, worth it (1 KiB and more), and the client takes
/// it.
void compress(const RequestHead& request, Response& response);

}  // namespace signet::http
