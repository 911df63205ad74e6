#include "crypto/time_stamp.hpp"

#include "base/text.hpp"
#include "crypto/algorithms.hpp"
#include "crypto/certificate.hpp"
#include "crypto/certificate_view.hpp"
#include "crypto/cms.hpp"
#include "crypto/der.hpp"
#include "crypto/oids.hpp"
#include "crypto/signature_value.hpp"
#include "crypto/time_stamp_format.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace signet::crypto {
namespace {

constexpr std::size_t kNonceSize = 8;
constexpr std::size_t kMaxStatusWords = 10;
constexpr std::size_t kMaxWords = 500;
// PKIStatusInfo stands beside the token.
constexpr std::size_t kMaxResponse = kMaxTimeStampTokenSize + 16 * 1024;
constexpr unsigned kKeyUsages = 9;  // RFC 5280 §4.2.1.3

Bytes copy(ByteView bytes) {
    return Bytes(bytes.begin(), bytes.end());
}

/// Accuracy ::= SEQUENCE { seconds OPTIONAL, millis [0] OPTIONAL, micros [1] OPTIONAL }
std::optional<std::chrono::microseconds> read_accuracy(der::Reader fields) {
    std::chrono::microseconds accuracy{0};
    const auto read = [&](der::Tag tag, std::uint64_t limit, std::uint64_t scale) {
        const auto element = fields.take_if(tag);
        if (!element) return;
        const auto value = der::read_small_integer({der::kInteger, element->content, element->encoding});
        if (!value || *value > limit) return fields.set_failed();
        accuracy += std::chrono::microseconds(*value * scale);
    };
    constexpr std::uint64_t kMaxSeconds = 1'000'000'000;
    read(der::kInteger, kMaxSeconds, 1'000'000);
    read(der::context_primitive(0), 999, 1'000);
    read(der::context_primitive(1), 999, 1);
    if (!fields.finished()) return std::nullopt;
    return accuracy;
}

/// The fields behind genTime, all of them optional.
std::optional<TimeStampFault> read_optional_fields(der::Reader& fields, TimeStampToken& token) {
    if (const auto accuracy = fields.take_if(der::kSequence)) {
        token.accuracy = read_accuracy(der::Reader(*accuracy));
        if (!token.accuracy) return TimeStampFault::Malformed;
    }
    if (const auto ordering = fields.take_if(der::kBoolean)) {
        if (ordering->content.size() != 1) return TimeStampFault::Malformed;
        token.ordering = ordering->content[0] != 0;
    }
    if (const auto nonce = fields.take_if(der::kInteger)) {
        if (!der::is_integer(nonce->content)) return TimeStampFault::Malformed;
        token.nonce = copy(nonce->content);
    }
    fields.take_if(der::context(0));  // tsa: only a hint at the certificate
    if (const auto extensions = fields.take_if(der::context(1))) {
        const auto read = read_extensions(der::Reader(*extensions));
        if (!read) return TimeStampFault::Malformed;
        if (std::ranges::any_of(*read, &ExtensionView::critical)) return TimeStampFault::UnknownCriticalExtension;
    }
    if (!fields.finished()) return TimeStampFault::Malformed;
    return std::nullopt;
}

std::optional<TimeStampFault> read_info(ByteView content, TimeStampToken& token) {
    der::Reader outer(content);
    der::Reader fields(outer.take(der::kSequence));
    const auto version = der::read_small_integer(fields.take(der::kInteger));
    token.policy = der::oid_text(fields.take(der::kObjectIdentifier).content);
    const auto imprint = read_message_imprint(fields.take(der::kSequence));
    const ByteView serial_number = fields.take(der::kInteger).content;
    const auto time = der::read_time(fields.take(der::kGeneralizedTime));
    if (!outer.finished() || !fields.ok() || version != 1U || token.policy.empty() || !imprint.well_formed || !time ||
        !der::is_integer(serial_number)) {
        return TimeStampFault::Malformed;
    }
    token.serial_number = hex(der::significant(serial_number));
    token.time = *time;
    if (const auto fault = read_optional_fields(fields, token)) return fault;
    if (!imprint.algorithm) return TimeStampFault::UnknownAlgorithm;
    token.imprint = {*imprint.algorithm, copy(imprint.digest)};
    return std::nullopt;
}

std::optional<TimeStampFault> fault_of(CmsFinding finding) {
    switch (finding) {
        case CmsFinding::SignerCertificateMissing:
            return TimeStampFault::SignerCertificateMissing;
        case CmsFinding::UnknownAlgorithm:
            return TimeStampFault::UnknownAlgorithm;
        case CmsFinding::SignatureValueWrong:
        case CmsFinding::AlgorithmProtectionWrong:
        case CmsFinding::AttributeRepeated:
            return TimeStampFault::SignatureWrong;
        case CmsFinding::ContentDigestWrong:
        case CmsFinding::MessageDigestMissing:
            return TimeStampFault::MessageDigestWrong;
        case CmsFinding::ContentTypeWrong:
            return TimeStampFault::ContentTypeWrong;
        case CmsFinding::SigningCertificateWrong:
        case CmsFinding::IssuerSerialDiffers:
            return TimeStampFault::SigningCertificateWrong;
        case CmsFinding::WeakDigest:
        case CmsFinding::WeakKey:
            return TimeStampFault::WeakAlgorithm;
        case CmsFinding::NoSignedAttributes:
        case CmsFinding::SigningCertificateMissing:
            return TimeStampFault::SigningCertificateMissing;
        case CmsFinding::SigningCertificateOfVersion1:
        case CmsFinding::SigningTimePresent:
        case CmsFinding::EncapsulatedContent:
        case CmsFinding::IndefiniteLengths:
        case CmsFinding::AttributesNotSorted:
            return std::nullopt;  // all of these are usual in time-stamps
    }
    return TimeStampFault::SignatureWrong;
}

/// One line of details grows in the report beside its list of faults.
void add(TimeStampReport& report, TimeStampFault fault, std::string_view detail = {}) {
    if (!report.has(fault)) report.faults.push_back(fault);
    if (detail.empty()) return;
    if (!report.detail.empty()) report.detail += "; ";
    report.detail += detail;
}

/// Checks one token; every step adds what it finds to the report.
class TokenCheck {
  public:
    TokenCheck(TimeStampReport& report, const TimeStampTrust& trust) : report_(report), trust_(trust) {}

    /// Reads the token and checks everything that does not depend on what was asked. False when it cannot be read.
    bool run(ByteView der) {
        if (!read(der)) return false;
        check_signature();
        if (is_weak(token_.imprint.algorithm)) note(TimeStampFault::WeakAlgorithm);
        check_certificate();
        check_chain();
        report_.token = std::move(token_);
        return true;
    }

    /// Only reads: what the token says, and where it does not say it as it should.
    bool read(ByteView der) {
        if (der.size() > kMaxTimeStampTokenSize) return refuse(TimeStampFault::TooLarge);
        auto data = parse_cms(der);
        if (!data) {
            const auto signers = count_signer_infos(der);
            const bool counted = signers.has_value() && *signers != 1;
            return refuse(counted ? TimeStampFault::SeveralSigners : TimeStampFault::Malformed, data.error().detail);
        }
        data_ = std::move(*data);
        if (!has_usual_frame()) return refuse(TimeStampFault::Malformed, "versions or digestAlgorithms");
        if (data_.encoded_size != der.size()) return refuse(TimeStampFault::Malformed, "bytes behind the token");
        if (data_.content_type != oid::kTstInfo || !data_.content) return refuse(TimeStampFault::ContentTypeWrong);
        if (const auto fault = read_info(*data_.content, token_)) return refuse(*fault, "TSTInfo");
        token_.der = copy(der);
        token_.certificates = data_.certificates;
        return true;
    }

    TimeStampToken& token() { return token_; }

  private:
    void note(TimeStampFault fault, std::string_view detail = {}) { add(report_, fault, detail); }

    bool refuse(TimeStampFault fault, std::string_view detail = {}) {
        note(fault, detail);
        return false;
    }

    /// What nobody signs must be right all the same, or other validators would stumble over it.
    bool has_usual_frame() const {
        const auto is_version = [](const std::optional<std::uint64_t>& version) {
            return version && *version >= 1 && *version <= 5;
        };
        const bool names_digest = std::ranges::find(data_.digest_algorithms, data_.signer.digest_algorithm.oid) !=
                                  data_.digest_algorithms.end();
        return is_version(data_.version) && is_version(data_.signer.version) && names_digest;
    }

    void check_signature() {
        // A request may ask for no certificates; then the caller has to have them.
        for (const Bytes& other : trust_.others)
            data_.certificates.push_back(other);
        const CmsReport cms = verify_encapsulated_cms(data_);
        for (const CmsFinding finding : cms.findings) {
            if (const auto fault = fault_of(finding)) note(*fault, to_string(finding));
        }
        const bool is_silent = !cms.valid() && report_.faults.empty();
        if (is_silent) note(TimeStampFault::SignatureWrong);
        token_.authority_certificate = cms.signer_certificate;
    }

    void check_certificate() {
        const auto certificate = view_certificate(token_.authority_certificate);
        if (!certificate) {
            if (!token_.authority_certificate.empty()) note(TimeStampFault::SignerCertificateMissing, "unreadable");
            return;
        }
        const std::vector<std::string> purposes = certificate->purposes();
        const ExtensionView* extension = find_extension(certificate->extensions, oid::kExtendedKeyUsage);
        if (purposes.size() != 1 || purposes.front() != oid::kTimeStamping) {
            note(TimeStampFault::KeyPurposeWrong, fmt::format("{}", fmt::join(purposes, ", ")));
        }
        if (extension != nullptr && !extension->critical) note(TimeStampFault::KeyPurposeNotCritical);
        if (!may_only_sign(*certificate)) note(TimeStampFault::KeyUsageWrong);
        if (token_.time > certificate->not_after) note(TimeStampFault::CertificateExpired);
        if (token_.time < certificate->not_before) note(TimeStampFault::CertificateNotYetValid);
    }

    static bool may_only_sign(const CertificateView& certificate) {
        if (!certificate.has_key_usage()) return true;
        if (!certificate.may(0) && !certificate.may(1)) return false;
        for (unsigned bit = 2; bit < kKeyUsages; ++bit) {
            if (certificate.may(bit)) return false;
        }
        return true;
    }

    void check_chain() {
        if (token_.authority_certificate.empty()) return;
        const auto chain = verify_chain(token_.authority_certificate, data_.certificates, trust_.roots, token_.time);
        if (!chain) return note(TimeStampFault::ChainNotTrusted, chain.error().detail);
        token_.chain = chain->chain;
        if (trust_.roots.empty() || chain->trusted()) return;
        const bool is_said =
            (chain->status == ChainStatus::Expired && report_.has(TimeStampFault::CertificateExpired)) ||
            (chain->status == ChainStatus::NotYetValid && report_.has(TimeStampFault::CertificateNotYetValid));
        if (!is_said) note(TimeStampFault::ChainNotTrusted, fmt::format("{}", fmt::join(chain->problems, ", ")));
    }

    TimeStampReport& report_;
    const TimeStampTrust& trust_;
    SignedData data_;
    TimeStampToken token_;
};

/// TimeStampResp as read; PKIStatusInfo's words are whatever the authority liked to write.
struct Response {
    std::uint64_t status = 0;
    std::string words;
    std::optional<TimeStampFailure> failure;
    std::optional<ByteView> token;
};

std::string read_words(der::Reader texts) {
    std::string words;
    for (std::size_t i = 0; i < kMaxStatusWords && texts.ok() && !texts.at_end(); ++i) {
        const ByteView text = texts.take_any().content;
        if (!words.empty()) words += ' ';
        words += readable_text(as_text(text.first(std::min(text.size(), kMaxWords))));
    }
    return words;
}

std::optional<TimeStampFailure> read_failure(const der::Element& bits) {
    constexpr std::array kKnown{TimeStampFailure::BadAlgorithm,
                                TimeStampFailure::BadRequest,
                                TimeStampFailure::BadDataFormat,
                                TimeStampFailure::TimeNotAvailable,
                                TimeStampFailure::UnacceptedPolicy,
                                TimeStampFailure::UnacceptedExtension,
                                TimeStampFailure::AdditionalInfoNotAvailable,
                                TimeStampFailure::SystemFailure};
    for (const TimeStampFailure failure : kKnown) {
        const auto bit = static_cast<std::size_t>(failure);
        const std::size_t at = 1 + bit / 8;
        if (bits.content.size() > at && (bits.content[at] & (0x80U >> (bit % 8))) != 0) return failure;
    }
    return std::nullopt;
}

std::optional<Response> read_response(ByteView bytes) {
    der::Reader outer(bytes);
    der::Reader fields(outer.take(der::kSequence));
    der::Reader status_info(fields.take(der::kSequence));
    Response response;
    const auto status = der::read_small_integer(status_info.take(der::kInteger));
    if (const auto words = status_info.take_if(der::kSequence)) response.words = read_words(der::Reader(*words));
    if (const auto failure = status_info.take_if(der::kBitString)) response.failure = read_failure(*failure);
    if (const auto token = fields.take_if(der::kSequence)) response.token = token->encoding;
    if (!outer.finished() || !fields.finished() || !status_info.finished() || !status) return std::nullopt;
    response.status = *status;
    return response;
}

bool is_granted(std::uint64_t status) {
    return status == 0 || status == 1;  // granted, grantedWithMods
}

void check_answer(const TimeStampToken& token, const TimeStampRequest& request, UtcTime now,
                  std::chrono::milliseconds window, TimeStampReport& report) {
    if (token.imprint != request.imprint) add(report, TimeStampFault::ImprintDiffers);
    if (token.nonce != request.nonce) add(report, TimeStampFault::NonceDiffers);
    if (!request.policy.empty() && token.policy != request.policy) {
        add(report, TimeStampFault::PolicyDiffers, "policy " + token.policy);
    }
    const std::chrono::milliseconds skew = token.time - now;
    if (skew > window || skew < -window) {
        add(report, TimeStampFault::ClockSkew, fmt::format("genTime is {} ms from the clock", skew.count()));
    }
}

TimeStampReport check_token(ByteView token, const TimeStampTrust& trust) {
    TimeStampReport report;
    TokenCheck(report, trust).run(token);
    return report;
}

}  // namespace

ReadImprint read_message_imprint(const der::Element& element) {
    der::Reader fields(element);
    const auto algorithm = read_algorithm(fields);
    ReadImprint imprint;
    imprint.digest = fields.take(der::kOctetString).content;
    if (!fields.finished() || !algorithm) return {};
    imprint.algorithm = digest_of_oid(algorithm->oid);
    imprint.well_formed = !imprint.algorithm || digest_size(*imprint.algorithm) == imprint.digest.size();
    return imprint;
}

Bytes encode(const MessageImprint& imprint) {
    return der::sequence({encode_algorithm_with_null(imprint.algorithm), der::octet_string(imprint.digest)});
}

TimeStampRequest TimeStampRequest::over(const Sha256Digest& digest, std::string policy) {
    TimeStampRequest request;
    request.imprint.digest.assign(digest.begin(), digest.end());
    const Bytes nonce = der::integer(ByteView(random_bytes(kNonceSize)));
    request.nonce = copy(der::Reader(nonce).take(der::kInteger).content);
    request.policy = std::move(policy);
    return request;
}

Bytes encode(const TimeStampRequest& request) {
    const Bytes policy = request.policy.empty() ? Bytes{} : der::object_identifier(request.policy);
    const Bytes nonce = request.nonce.empty() ? Bytes{} : der::element(der::kInteger, request.nonce);
    const Bytes wants_certificates = request.wants_certificates ? der::boolean(true) : Bytes{};  // DEFAULT FALSE
    return der::sequence({der::integer(std::uint64_t{1}), encode(request.imprint), policy, nonce, wants_certificates});
}

std::string_view to_string(TimeStampFailure failure) {
    switch (failure) {
        case TimeStampFailure::BadAlgorithm:
            return "badAlg";
        case TimeStampFailure::BadRequest:
            return "badRequest";
        case TimeStampFailure::BadDataFormat:
            return "badDataFormat";
        case TimeStampFailure::TimeNotAvailable:
            return "timeNotAvailable";
        case TimeStampFailure::UnacceptedPolicy:
            return "unacceptedPolicy";
        case TimeStampFailure::UnacceptedExtension:
            return "unacceptedExtension";
        case TimeStampFailure::AdditionalInfoNotAvailable:
            return "addInfoNotAvailable";
        case TimeStampFailure::SystemFailure:
            return "systemFailure";
    }
    return "unknown";
}

std::string_view to_string(TimeStampFault fault) {
    switch (fault) {
        case TimeStampFault::Malformed:
            return "malformed";
        case TimeStampFault::TooLarge:
            return "too large";
        case TimeStampFault::Rejected:
            return "rejected by the time-stamp authority";
        case TimeStampFault::TokenMissing:
            return "granted without a token";
        case TimeStampFault::TokenUnexpected:
            return "rejected with a token";
        case TimeStampFault::ContentTypeWrong:
            return "the content is no TSTInfo";
        case TimeStampFault::SeveralSigners:
            return "not exactly one SignerInfo";
        case TimeStampFault::UnknownCriticalExtension:
            return "unknown critical extension";
        case TimeStampFault::UnknownAlgorithm:
            return "unknown algorithm";
        case TimeStampFault::WeakAlgorithm:
            return "weak algorithm";
        case TimeStampFault::SignerCertificateMissing:
            return "the authority's certificate is missing";
        case TimeStampFault::SignatureWrong:
            return "the signature is wrong";
        case TimeStampFault::MessageDigestWrong:
            return "the TSTInfo was changed";
        case TimeStampFault::SigningCertificateMissing:
            return "no signing-certificate attribute";
        case TimeStampFault::SigningCertificateWrong:
            return "signing-certificate names another certificate";
        case TimeStampFault::KeyPurposeWrong:
            return "the authority's certificate is not for time-stamping alone";
        case TimeStampFault::KeyPurposeNotCritical:
            return "the extended key usage is not critical";
        case TimeStampFault::KeyUsageWrong:
            return "the key usage does not fit";
        case TimeStampFault::CertificateExpired:
            return "the authority's certificate had expired";
        case TimeStampFault::CertificateNotYetValid:
            return "the authority's certificate was not yet valid";
        case TimeStampFault::ChainNotTrusted:
            return "no chain to a trusted root";
        case TimeStampFault::ImprintDiffers:
            return "a time-stamp of something else";
        case TimeStampFault::NonceDiffers:
            return "the nonce differs";
        case TimeStampFault::PolicyDiffers:
            return "the policy differs";
        case TimeStampFault::ClockSkew:
            return "the authority's clock and ours disagree";
    }
    return "unknown";
}

bool TimeStampReport::has(TimeStampFault fault) const {
    return std::ranges::find(faults, fault) != faults.end();
}

std::string TimeStampReport::describe() const {
    std::string text;
    for (const TimeStampFault fault : faults) {
        if (!text.empty()) text += ", ";
        text += to_string(fault);
    }
    if (!detail.empty()) text += " (" + detail + ")";
    return text;
}

Error TimeStampReport::error() const {
    return fail(ErrorCode::TimeStampRefused, describe());
}

TimeStampReport verify_time_stamp_response(ByteView response, const TimeStampRequest& request,
                                           const TimeStampTrust& trust, UtcTime now, std::chrono::milliseconds window) {
    TimeStampReport report;
    if (response.size() > kMaxResponse) {
        add(report, TimeStampFault::TooLarge);
        return report;
    }
    const auto answer = read_response(response);
    if (!answer) {
        add(report, TimeStampFault::Malformed, "no TimeStampResp");
        return report;
    }
    if (!is_granted(answer->status)) {
        report.failure = answer->failure;
        add(report, TimeStampFault::Rejected,
            fmt::format("status {}, {}{}{}", answer->status,
                        answer->failure ? to_string(*answer->failure) : "no reason", answer->words.empty() ? "" : ": ",
                        answer->words));
        if (answer->token) add(report, TimeStampFault::TokenUnexpected);
        return report;
    }
    if (!answer->token) {
        add(report, TimeStampFault::TokenMissing);
        return report;
    }
    if (TokenCheck(report, trust).run(*answer->token)) check_answer(*report.token, request, now, window, report);
    return report;
}

Result<TimeStampToken> parse_time_stamp_token(ByteView bytes) {
    TimeStampReport report;
    const TimeStampTrust nobody;
    TokenCheck check(report, nobody);
    if (!check.read(bytes)) return report.error();
    return std::move(check.token());
}

TimeStampReport verify_time_stamp_token(ByteView token, ByteView digest, const TimeStampTrust& trust) {
    TimeStampReport report = check_token(token, trust);
    if (report.token && !std::ranges::equal(report.token->imprint.digest, digest)) {
        add(report, TimeStampFault::ImprintDiffers);
    }
    return report;
}

TimeStampReport verify_time_stamp_of(ByteView token, ByteView message, const TimeStampTrust& trust) {
    TimeStampReport report = check_token(token, trust);
    if (report.token && Digest::of(report.token->imprint.algorithm, message) != report.token->imprint.digest) {
        add(report, TimeStampFault::ImprintDiffers);
    }
    return report;
}

}  // namespace signet::crypto
