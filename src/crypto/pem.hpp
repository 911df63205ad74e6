#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace signet::crypto {

/// RFC 7468 with lines of 64 characters: `-----BEGIN label-----` … `-----END label-----`.
std::string to_pem(std::string_view label, ByteView der);
inline std::string certificate_to_pem(ByteView der) {
    return to_pem("CERTIFICATE", der);
}
/// All certificates, in the order given, as one text.
std::string certificates_to_pem(const std::vector<Bytes>& certificates);

/// The contents of every block with this label, other text and blocks passed over. Nothing but whole blocks counts:
/// InvalidFile when one has no end or is no Base64, and when there are more than 100.
Result<std::vector<Bytes>> blocks_from_pem(std::string_view label, std::string_view text);

/// The certificates of a file that is either PEM or one DER certificate. CertificateInvalid when it holds none.
Result<std::vector<Bytes>> read_certificates(ByteView file);

}  // namespace signet::crypto
