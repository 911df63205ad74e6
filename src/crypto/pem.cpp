#include "crypto/pem.hpp"

#include "base/text.hpp"
#include "crypto/openssl.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace signet::crypto {
namespace {

constexpr std::size_t kLineLength = 64;
constexpr std::size_t kMaxBlocks = 100;

}  // namespace

std::string to_pem(std::string_view label, ByteView der) {
    const std::string text = base64(der);
    std::string pem = fmt::format("-----BEGIN {}-----\n", label);
    for (std::size_t at = 0; at < text.size(); at += kLineLength) {
        pem += text.substr(at, kLineLength);
        pem += '\n';
    }
    pem += fmt::format("-----END {}-----\n", label);
    return pem;
}

std::string certificates_to_pem(const std::vector<Bytes>& certificates) {
    std::string pem;
    for (const Bytes& certificate : certificates)
        pem += certificate_to_pem(certificate);
    return pem;
}

Result<std::vector<Bytes>> blocks_from_pem(std::string_view label, std::string_view text) {
    const std::string begin = fmt::format("-----BEGIN {}-----", label);
    const std::string end = fmt::format("-----END {}-----", label);
    std::vector<Bytes> blocks;
    for (std::size_t at = text.find(begin); at != std::string_view::npos; at = text.find(begin, at)) {
        at += begin.size();
        const std::size_t stop = text.find(end, at);
        if (stop == std::string_view::npos) return fail(ErrorCode::InvalidFile, "a PEM block has no end");
        const auto block = from_base64(trim(text.substr(at, stop - at)));
        if (!block) return fail(ErrorCode::InvalidFile, "a PEM block is no Base64");
        if (blocks.size() == kMaxBlocks) return fail(ErrorCode::InvalidFile, "more than 100 PEM blocks");
        blocks.push_back(*block);
        at = stop + end.size();
    }
    return blocks;
}

Result<std::vector<Bytes>> read_certificates(ByteView file) {
    std::vector<Bytes> certificates;
    if (as_text(file).find("-----BEGIN") != std::string_view::npos) {
        auto blocks = blocks_from_pem("CERTIFICATE", as_text(file));
        if (!blocks) return blocks.error();
        certificates = std::move(*blocks);
    } else {
        certificates.emplace_back(file.begin(), file.end());
    }
    const bool readable =
        std::ranges::all_of(certificates, [](const Bytes& der) { return read_certificate(der) != nullptr; });
    if (certificates.empty() || !readable) {
        return fail(ErrorCode::CertificateInvalid, "not a PEM or DER certificate");
    }
    return certificates;
}

}  // namespace signet::crypto
