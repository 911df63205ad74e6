#include "crypto/time_stamp_authority.hpp"

#include "crypto/algorithms.hpp"
#include "crypto/certificate_view.hpp"
#include "crypto/cms_template.hpp"
#include "crypto/der.hpp"
#include "crypto/oids.hpp"
#include "crypto/signature_value.hpp"
#include "crypto/time_stamp_format.hpp"

#include <algorithm>

namespace signet::crypto {
namespace {

constexpr std::size_t kMaxRequest = 4 * 1024;
constexpr std::size_t kMaxNonce = 32;
constexpr std::size_t kSerialSize = 16;
constexpr std::size_t kMaxSerial = 20;
constexpr std::uint64_t kGranted = 0;
constexpr std::uint64_t kRejection = 2;

/// Why a request is not granted.
struct Refusal {
    TimeStampFailure failure;
    std::string_view words;
};

/// TimeStampReq as read, or why it cannot be granted.
struct Question {
    TimeStampRequest request;
    std::optional<Refusal> refusal;
};

Question refused(TimeStampFailure failure, std::string_view words) {
    return {{}, Refusal{failure, words}};
}

Question read_request(ByteView bytes) {
    if (bytes.size() > kMaxRequest) return refused(TimeStampFailure::BadDataFormat, "the request is too long");
    der::Reader outer(bytes);
    der::Reader fields(outer.take(der::kSequence));
    const auto version = der::read_small_integer(fields.take(der::kInteger));
    const der::Element imprint_element = fields.take(der::kSequence);
    const auto policy = fields.take_if(der::kObjectIdentifier);
    const auto nonce = fields.take_if(der::kInteger);
    const auto wants_certificates = fields.take_if(der::kBoolean);
    const auto extensions = fields.take_if(der::context(0));
    if (!outer.finished() || !fields.finished()) {
        return refused(TimeStampFailure::BadDataFormat, "no TimeStampReq in DER");
    }
    if (version != 1U) return refused(TimeStampFailure::BadRequest, "only version 1 is known");
    const ReadImprint imprint = read_message_imprint(imprint_element);
    if (!imprint.well_formed) return refused(TimeStampFailure::BadDataFormat, "the imprint is malformed");
    if (!imprint.algorithm || is_weak(*imprint.algorithm)) {
        return refused(TimeStampFailure::BadAlgorithm, "the digest algorithm is unknown or weak");
    }
    if (nonce && (nonce->content.size() > kMaxNonce || !der::is_integer(nonce->content))) {
        return refused(TimeStampFailure::BadRequest, "the nonce has more than 32 bytes");
    }
    if (wants_certificates && wants_certificates->content.size() != 1) {
        return refused(TimeStampFailure::BadDataFormat, "certReq is no BOOLEAN");
    }
    if (extensions) return refused(TimeStampFailure::UnacceptedExtension, "no extension is known");

    TimeStampRequest request;
    request.imprint = {*imprint.algorithm, Bytes(imprint.digest.begin(), imprint.digest.end())};
    if (nonce) request.nonce.assign(nonce->content.begin(), nonce->content.end());
    request.wants_certificates = wants_certificates && wants_certificates->content[0] != 0;
    if (policy) request.policy = der::oid_text(policy->content);
    if (policy && request.policy.empty()) return refused(TimeStampFailure::UnacceptedPolicy, "no such policy");
    return {std::move(request), std::nullopt};
}

Bytes encode_accuracy(std::chrono::milliseconds accuracy) {
    if (accuracy.count() == 0) return {};
    const auto seconds = static_cast<std::uint64_t>(accuracy.count() / 1000);
    const auto rest = static_cast<std::uint64_t>(accuracy.count() % 1000);
    Bytes millis = rest == 0 ? Bytes{} : der::integer(rest);
    if (!millis.empty()) millis[0] = der::context_primitive(0);
    return der::sequence({seconds == 0 ? Bytes{} : der::integer(seconds), millis});
}

bool is_dotted_oid(const std::string& policy) {
    try {
        return der::oid_text(der::Reader(der::object_identifier(policy)).take(der::kObjectIdentifier).content) ==
               policy;
    } catch (const std::logic_error&) {
        return false;
    }
}

bool is_for_time_stamping(const CertificateView& certificate) {
    const ExtensionView* purposes = find_extension(certificate.extensions, oid::kExtendedKeyUsage);
    return purposes != nullptr && purposes->critical &&
           certificate.purposes() == std::vector<std::string>{std::string(oid::kTimeStamping)};
}

Bytes granted(ByteView token) {
    return der::sequence({der::sequence({der::integer(kGranted)}), token});
}

}  // namespace

/// Everything that does not change from token to token, encoded once.
struct TimeStampAuthority::Parts {
    std::shared_ptr<const Signer> signer;
    CmsTemplate cms;
    std::string policy;
    UtcTime not_before;
    UtcTime not_after;
    Bytes version_and_policy;
    Bytes accuracy;
    Bytes name;  // tsa [0]

    Bytes info(const TimeStampRequest& request, UtcTime now, ByteView serial_number) const {
        const Bytes nonce = request.nonce.empty() ? Bytes{} : der::element(der::kInteger, request.nonce);
        return der::sequence({version_and_policy, encode(request.imprint), der::integer(serial_number),
                              der::generalized_time_with_fraction(now), accuracy, nonce, name});
    }

    bool is_valid_at(UtcTime now) const { return not_before <= now && now <= not_after; }

    Result<Bytes> token(const TimeStampRequest& request, UtcTime now, ByteView serial_number) const {
        const Bytes content = info(request, now, serial_number);
        const Bytes attributes = cms.signed_attributes(Sha256::of(content));
        const auto signature_value = sign_attributes(*signer, attributes);
        if (!signature_value) return signature_value.error();
        return cms.assemble({attributes, *signature_value, content, {}, request.wants_certificates});
    }
};

TimeStampAuthority::TimeStampAuthority(std::unique_ptr<const Parts> parts) : parts_(std::move(parts)) {}
TimeStampAuthority::TimeStampAuthority(TimeStampAuthority&&) noexcept = default;
TimeStampAuthority& TimeStampAuthority::operator=(TimeStampAuthority&&) noexcept = default;
TimeStampAuthority::~TimeStampAuthority() = default;

Result<TimeStampAuthority> TimeStampAuthority::create(std::shared_ptr<const Signer> signer) {
    return create(std::move(signer), {});
}

Result<TimeStampAuthority> TimeStampAuthority::create(std::shared_ptr<const Signer> signer, const Settings& settings) {
    const std::string policy = settings.policy.empty() ? std::string(oid::kOwnTimeStampPolicy) : settings.policy;
    if (!is_dotted_oid(policy)) return invalid_parameter("the time-stamp policy is no object identifier");
    if (settings.accuracy.count() < 0 || settings.accuracy >= std::chrono::days(1)) {
        return invalid_parameter("the accuracy of time-stamps must be between zero and a day");
    }
    CmsTemplate cms(*signer, oid::kTstInfo);
    if (!cms.usable()) return cms.usable().error();
    const auto certificate = view_certificate(signer->certificate_chain().front());
    if (!certificate || !is_for_time_stamping(*certificate)) {
        return fail(ErrorCode::CertificateInvalid, "the certificate is not for time-stamping alone, critically");
    }
    Bytes version_and_policy = der::integer(std::uint64_t{1});
    append(version_and_policy, der::object_identifier(policy));
    // directoryName is [4], and explicitly tagged, as is tsa.
    Bytes name = der::element(der::context(0), der::element(der::context(4), certificate->subject));
    return TimeStampAuthority(std::unique_ptr<const Parts>(
        new Parts{std::move(signer), std::move(cms), policy, certificate->not_before, certificate->not_after,
                  std::move(version_and_policy), encode_accuracy(settings.accuracy), std::move(name)}));
}

TimeStampAuthority::Answer TimeStampAuthority::answer(ByteView request, UtcTime now, ByteView serial_number) const {
    const auto reject = [](TimeStampFailure failure, std::string_view words) {
        return Answer{rejection(failure, words), failure, {}};
    };
    const Question question = read_request(request);
    if (question.refusal) return reject(question.refusal->failure, question.refusal->words);
    if (!question.request.policy.empty() && question.request.policy != parts_->policy) {
        return reject(TimeStampFailure::UnacceptedPolicy, "time-stamps are made under another policy");
    }
    if (!parts_->is_valid_at(now)) {
        return reject(TimeStampFailure::TimeNotAvailable, "the authority's certificate is not valid now");
    }
    const Bytes serial =
        serial_number.empty() ? random_bytes(kSerialSize) : Bytes(serial_number.begin(), serial_number.end());
    const auto token = parts_->token(question.request, now, serial);
    if (serial.size() > kMaxSerial || !token) return reject(TimeStampFailure::SystemFailure, "the key cannot be used");
    return {granted(*token), std::nullopt, hex(der::significant(serial))};
}

Result<Bytes> TimeStampAuthority::token(const TimeStampRequest& request, UtcTime now, ByteView serial_number) const {
    const bool fits = request.imprint.digest.size() == digest_size(request.imprint.algorithm) &&
                      !is_weak(request.imprint.algorithm) && request.nonce.size() <= kMaxNonce &&
                      serial_number.size() <= kMaxSerial;
    if (!fits) return invalid_parameter("this cannot be time-stamped");
    if (!request.policy.empty() && request.policy != parts_->policy) {
        return invalid_parameter("time-stamps are made under another policy");
    }
    if (!parts_->is_valid_at(now)) {
        return fail(ErrorCode::CertificateInvalid, "the time-stamp authority's certificate is not valid now");
    }
    if (serial_number.empty()) return parts_->token(request, now, random_bytes(kSerialSize));
    return parts_->token(request, now, serial_number);
}

Bytes TimeStampAuthority::rejection(TimeStampFailure failure, std::string_view words) {
    const Bytes free_text = der::sequence({der::utf8_string(words)});
    const Bytes failure_info = der::named_bits({static_cast<unsigned>(failure)});
    return der::sequence({der::sequence({der::integer(kRejection), free_text, failure_info})});
}

std::size_t TimeStampAuthority::max_token_size() const {
    const TimeStampRequest largest = [] {
        TimeStampRequest request;
        request.imprint.digest = Bytes(digest_size(DigestAlgorithm::Sha256), 0xff);
        request.nonce = Bytes(9, 0);  // 64 bits and a leading zero
        return request;
    }();
    const std::size_t content = parts_->info(largest, UtcTime{1}, Bytes(kMaxSerial, 0xff)).size();
    return parts_->cms.size_with({parts_->signer->max_signature_size(), content});
}

const Signer& TimeStampAuthority::signer() const {
    return *parts_->signer;
}

}  // namespace signet::crypto
