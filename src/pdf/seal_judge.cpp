#include "pdf/cms_judge.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace signet::pdf {
namespace {

using crypto::SealFault;

/// The numbers of a property info that names a byte range; nothing when it names none.
std::optional<std::array<std::uint64_t, 4>> named_range(std::string_view property_info) {
    const std::size_t begin = property_info.find('[');
    if (property_info.find("ByteRange") == std::string_view::npos || begin == std::string_view::npos) {
        return std::nullopt;
    }
    std::array<std::uint64_t, 4> range{};
    const char* at = property_info.data() + begin + 1;
    const char* const end = property_info.data() + property_info.size();
    for (std::uint64_t& number : range) {
        while (at != end && (*at == ' ' || *at == ','))
            ++at;
        const auto parsed = std::from_chars(at, end, number);
        if (parsed.ec != std::errc()) return std::nullopt;
        at = parsed.ptr;
    }
    return range;
}

/// How the seal's verdict reads beside those on a CMS: whether the signer is trusted, apart from whether it holds.
std::optional<crypto::ChainStatus> trust_after(SealFault fault) {
    switch (fault) {
        case SealFault::SignerChainIncomplete:
        case SealFault::MakerChainIncomplete:
            return crypto::ChainStatus::Incomplete;
        case SealFault::SignerChainUntrusted:
        case SealFault::MakerChainUntrusted:
            return crypto::ChainStatus::UntrustedRoot;
        case SealFault::SigningTimeBeforeCertificate:
            return crypto::ChainStatus::NotYetValid;
        case SealFault::SigningTimeAfterCertificate:
            return crypto::ChainStatus::Expired;
        case SealFault::SignerIssuerRevoked:
        case SealFault::SigningTimeAfterRevocation:
        case SealFault::SignerKeyUsageWrong:
            return crypto::ChainStatus::Invalid;
        default:
            return std::nullopt;
    }
}

Finding finding_of(SealFault fault) {
    if (fault <= SealFault::SignerCertificateUnreadable) return Finding::CmsMalformed;
    if (fault == SealFault::SignatureValueWrong) return Finding::SignatureValueWrong;
    if (fault == SealFault::PropertyInfoWrong || fault == SealFault::DocumentHashWrong) return Finding::DigestMismatch;
    return Finding::ElectronicSealInvalid;
}

bool is_zero(ByteView bytes) {
    return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

void describe_signature(const crypto::SealSignature& signature, SignatureReport& report) {
    report.signature_value = signature.signature_value;
    report.signature_time_stamp = signature.time_stamp;
    report.has_time_stamp = !signature.time_stamp.empty();
    report.digest_algorithm = crypto::to_string(crypto::DigestAlgorithm::Sm3);
    if (auto info = crypto::describe_certificate(signature.signer_certificate)) report.signer = std::move(*info);
}

void add_findings(const crypto::SealSignatureReport& seal, SignatureReport& report) {
    const auto add = [&](Finding finding, std::string detail) {
        report.findings.push_back({finding, std::move(detail)});
    };
    const bool is_trust = seal.fault && trust_after(*seal.fault).has_value();
    if (seal.fault && !is_trust) {
        const std::string detail = seal.detail.empty() ? "" : " (" + seal.detail + ")";
        add(finding_of(*seal.fault), std::string(crypto::to_string(*seal.fault)) + detail);
    }
    // Whatever ended the check first, the bytes must be those that were signed.
    const bool told = seal.fault == SealFault::DocumentHashWrong || seal.fault == SealFault::PropertyInfoWrong;
    if (seal.signature && !seal.data_hash_ok && !told) {
        add(Finding::DigestMismatch, std::string(crypto::to_string(SealFault::DocumentHashWrong)));
    }
}

}  // namespace

void CmsJudge::judge_seal(const SignatureValue& value, const DigestOfRange& digest, SignatureReport& report) const {
    const crypto::SealTrust trust{trusted_roots_, value.certificates, {}, {}};
    const auto document = [&](std::string_view property_info) -> std::optional<Bytes> {
        // What names no byte range leaves it to the signature dictionary.
        const auto range = named_range(property_info);
        if (range && range != value.byte_range) return std::nullopt;
        return digest(crypto::DigestAlgorithm::Sm3);
    };
    const ByteView contents = as_bytes(value.contents);
    crypto::SealSignatureReport seal = crypto::verify_seal_signature(contents, document, trust, SystemClock().now());
    if (seal.signature) {
        describe_signature(*seal.signature, report);
        if (!is_zero(contents.subspan(std::min(seal.signature->encoded_size, contents.size())))) {
            report.findings.push_back({Finding::CmsMalformed, "something stands behind the signature in /Contents"});
        }
    }
    add_findings(seal, report);
    report.chain = seal.signer_chain;
    report.trust =
        !seal.fault ? crypto::ChainStatus::Trusted : trust_after(*seal.fault).value_or(crypto::ChainStatus::Invalid);
    report.seal = std::move(seal);
}

}  // namespace signet::pdf
