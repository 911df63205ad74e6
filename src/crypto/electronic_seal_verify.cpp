#include "crypto/certificate.hpp"
#include "crypto/certificate_view.hpp"
#include "crypto/electronic_seal.hpp"
#include "crypto/oids.hpp"
#include "crypto/signature_value.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace signet::crypto {
namespace {

constexpr std::string_view kHeader = "ES";
/// A clock may be this far behind the signer's.
constexpr std::chrono::minutes kClockTolerance{5};
constexpr unsigned kDigitalSignature = 0;
constexpr unsigned kNonRepudiation = 1;

struct FaultText {
    SealFault fault;
    std::string_view name;
    std::string_view english;
    std::string_view chinese;
};

constexpr std::array kFaults{
    FaultText{SealFault::FormatWrong, "FormatWrong", "not a signature with a seal (GB/T 38540)",
              "电子签章数据格式错误"},
    FaultText{SealFault::VersionUnsupported, "VersionUnsupported", "the version of the signature is not supported",
              "电子签章版本不受支持"},
    FaultText{SealFault::AlgorithmUnsupported, "AlgorithmUnsupported", "the signature algorithm is not SM2 with SM3",
              "电子签章的签名算法不是 SM2/SM3"},
    FaultText{SealFault::CriticalExtensionUnknown, "CriticalExtensionUnknown",
              "the signature has a critical extension nobody here knows", "电子签章含有无法识别的关键扩展"},
    FaultText{SealFault::SignerCertificateUnreadable, "SignerCertificateUnreadable",
              "the signer's certificate cannot be read", "签章者证书无法解析"},
    FaultText{SealFault::SignatureValueWrong, "SignatureValueWrong", "the signature value is wrong",
              "电子签章签名值验证失败"},
    FaultText{SealFault::SignerChainIncomplete, "SignerChainIncomplete",
              "an issuer of the signer's certificate is missing", "签章者证书链不完整"},
    FaultText{SealFault::SignerChainUntrusted, "SignerChainUntrusted", "the signer's certificate is not trusted",
              "签章者证书不受信任"},
    FaultText{SealFault::SignerIssuerRevoked, "SignerIssuerRevoked",
              "an issuer of the signer's certificate was revoked", "签章者证书的上级证书已被吊销"},
    FaultText{SealFault::SignerKeyUsageWrong, "SignerKeyUsageWrong", "the signer's certificate is not for signing",
              "签章者证书的密钥用途不正确"},
    FaultText{SealFault::TimeStampWrong, "TimeStampWrong", "the time-stamp is wrong", "时间戳验证失败"},
    FaultText{SealFault::SigningTimeInFuture, "SigningTimeInFuture", "the signing time lies in the future",
              "签章时间晚于当前时间"},
    FaultText{SealFault::SigningTimeBeforeCertificate, "SigningTimeBeforeCertificate",
              "signed before the signer's certificate was valid", "签章时间早于签章者证书生效时间"},
    FaultText{SealFault::SigningTimeAfterCertificate, "SigningTimeAfterCertificate",
              "signed after the signer's certificate had expired", "签章时间晚于签章者证书失效时间"},
    FaultText{SealFault::SigningTimeAfterRevocation, "SigningTimeAfterRevocation",
              "signed after the signer's certificate was revoked", "签章时签章者证书已被吊销"},
    FaultText{SealFault::PropertyInfoWrong, "PropertyInfoWrong",
              "what was signed cannot be told from the property info", "原文属性信息与文档不符"},
    FaultText{SealFault::DocumentHashWrong, "DocumentHashWrong", "the document was changed after it was sealed",
              "文档内容在签章后被修改"},
    FaultText{SealFault::SealFormatWrong, "SealFormatWrong", "the seal's header is wrong", "电子印章格式错误"},
    FaultText{SealFault::SealVersionDiffers, "SealVersionDiffers", "the seal's version is not the signature's",
              "电子印章版本与签章版本不一致"},
    FaultText{SealFault::SealAlgorithmUnsupported, "SealAlgorithmUnsupported",
              "the seal's signature algorithm is not SM2 with SM3", "电子印章的签名算法不是 SM2/SM3"},
    FaultText{SealFault::SealCriticalExtensionUnknown, "SealCriticalExtensionUnknown",
              "the seal has a critical extension nobody here knows", "电子印章含有无法识别的关键扩展"},
    FaultText{SealFault::MakerCertificateUnreadable, "MakerCertificateUnreadable",
              "the maker's certificate cannot be read", "制章者证书无法解析"},
    FaultText{SealFault::SealSignatureValueWrong, "SealSignatureValueWrong", "the seal was changed after it was made",
              "电子印章签名值验证失败"},
    FaultText{SealFault::MakerChainIncomplete, "MakerChainIncomplete",
              "an issuer of the maker's certificate is missing", "制章者证书链不完整"},
    FaultText{SealFault::MakerChainUntrusted, "MakerChainUntrusted", "the maker's certificate is not trusted",
              "制章者证书不受信任"},
    FaultText{SealFault::MakerCertificateNotYetValid, "MakerCertificateNotYetValid",
              "the seal was made before the maker's certificate was valid", "制章时制章者证书尚未生效"},
    FaultText{SealFault::MakerCertificateExpired, "MakerCertificateExpired",
              "the seal was made after the maker's certificate had expired", "制章时制章者证书已过期"},
    FaultText{SealFault::MakerRevoked, "MakerRevoked", "the seal was made after the maker's certificate was revoked",
              "制章时制章者证书已被吊销"},
    FaultText{SealFault::MakerKeyUsageWrong, "MakerKeyUsageWrong", "the maker's certificate is not for signing",
              "制章者证书的密钥用途不正确"},
    FaultText{SealFault::SealNotYetValid, "SealNotYetValid", "the seal was not yet valid", "签章时电子印章尚未生效"},
    FaultText{SealFault::SealExpired, "SealExpired", "the seal had expired", "签章时电子印章已过期"},
    FaultText{SealFault::SignerNotOnSeal, "SignerNotOnSeal", "the signer's certificate is not on the seal's list",
              "签章者证书不在电子印章的证书列表中"},
};

const FaultText& text_of(SealFault fault) {
    const auto found = std::ranges::find(kFaults, fault, &FaultText::fault);
    if (found == kFaults.end()) throw std::logic_error("a seal fault without a text");
    return *found;
}

/// The two certificates of a signature are judged alike, with faults of their own.
struct ChainFaults {
    SealFault incomplete;
    SealFault untrusted;
    SealFault issuer_revoked;
    SealFault key_usage;
};
constexpr ChainFaults kSignerFaults{SealFault::SignerChainIncomplete, SealFault::SignerChainUntrusted,
                                    SealFault::SignerIssuerRevoked, SealFault::SignerKeyUsageWrong};
constexpr ChainFaults kMakerFaults{SealFault::MakerChainIncomplete, SealFault::MakerChainUntrusted,
                                   SealFault::MakerRevoked, SealFault::MakerKeyUsageWrong};

/// A certificate with its chain, as of the moment it did its work.
struct JudgedCertificate {
    std::optional<SealFault> fault;
    std::string detail;
    std::vector<Bytes> chain;
    RevocationState revocation = RevocationState::NoData;
};

std::string joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines)
        text += (text.empty() ? "" : "; ") + line;
    return text;
}

/// Chain, revocation of the issuers and key usage. Whether the moment itself lies in the certificate's validity is
/// looked at apart, so the chain is built as of a moment that does.
JudgedCertificate judge(ByteView der, const CertificateView& view, const SealTrust& trust, UtcTime moment,
                        const ChainFaults& faults) {
    JudgedCertificate judged;
    // libcrypto calls a certificate expired in the last second of its validity.
    const UtcTime last = std::max(view.not_before, view.not_after - std::chrono::seconds(1));
    const auto report = verify_chain(der, trust.others, trust.roots, std::clamp(moment, view.not_before, last));
    if (!report) return {faults.untrusted, report.error().detail, {}};
    judged.chain = report->chain;
    if (!report->trusted()) {
        judged.fault = report->status == ChainStatus::Incomplete ? faults.incomplete : faults.untrusted;
        judged.detail = joined(report->problems);
        return judged;
    }
    if (const auto states = judge_revocation(report->chain, trust.revocation, moment)) {
        judged.revocation = states->front().state;
        const auto is_revoked = [](const CertificateRevocation& one) { return one.state == RevocationState::Revoked; };
        if (std::any_of(states->begin() + 1, states->end(), is_revoked)) judged.fault = faults.issuer_revoked;
    }
    const bool may_sign = view.may(kDigitalSignature) || view.may(kNonRepudiation);
    if (!judged.fault && !may_sign) judged.fault = faults.key_usage;
    return judged;
}

bool is_signed_by(const CertificateView& signer, ByteView to_be_signed, ByteView signature_value) {
    const EvpKey key = public_key_of(signer);
    const SignatureMethod method{SignatureScheme::Sm2, DigestAlgorithm::Sm3, DigestAlgorithm::Sm3, 0};
    return key && goes_with(key.get(), method.scheme) &&
           verify_message(key.get(), method, signature_value, to_be_signed);
}

struct SealVerdict {
    std::optional<SealFault> fault;
    std::string detail;
    std::vector<Bytes> maker_chain;
};

SealVerdict verdict(SealFault fault, std::string detail = {}, std::vector<Bytes> chain = {}) {
    return {fault, std::move(detail), std::move(chain)};
}

/// §6.3: the seal's form, its maker's signature and certificate, its validity at `moment`.
SealVerdict judge_seal(const ElectronicSeal& seal, const SealTrust& trust, UtcTime moment) {
    if (seal.header != kHeader) return verdict(SealFault::SealFormatWrong, "the header is not ES");
    if (seal.version != kSealVersion) return verdict(SealFault::SealVersionDiffers);
    if (seal.signature_algorithm != oid::kSm2WithSm3) {
        return verdict(SealFault::SealAlgorithmUnsupported, seal.signature_algorithm);
    }
    if (!seal.unknown_critical_extensions.empty()) {
        return verdict(SealFault::SealCriticalExtensionUnknown, joined(seal.unknown_critical_extensions));
    }
    const auto maker = view_certificate(seal.maker_certificate);
    if (!maker) return verdict(SealFault::MakerCertificateUnreadable);
    if (!is_signed_by(*maker, seal.to_be_signed, seal.signature_value)) {
        return verdict(SealFault::SealSignatureValueWrong);
    }
    const UtcTime made_at = seal.fields.created_at;
    JudgedCertificate judged = judge(seal.maker_certificate, *maker, trust, made_at, kMakerFaults);
    if (judged.fault) return verdict(*judged.fault, judged.detail, std::move(judged.chain));
    if (judged.revocation == RevocationState::Revoked) return verdict(SealFault::MakerRevoked);
    if (made_at < maker->not_before) return verdict(SealFault::MakerCertificateNotYetValid);
    if (made_at > maker->not_after) return verdict(SealFault::MakerCertificateExpired);
    if (moment < seal.fields.valid_from) return verdict(SealFault::SealNotYetValid);
    if (moment > seal.fields.valid_until) return verdict(SealFault::SealExpired);
    return {std::nullopt, {}, std::move(judged.chain)};
}

/// Goes through the steps; the first that finds something ends the check.
class Verifier {
  public:
    Verifier(const SealedDocument& document, const SealTrust& trust, UtcTime now)
        : document_(document), trust_(trust), now_(now) {}

    SealSignatureReport run(ByteView bytes) {
        auto parsed = parse_seal_signature(bytes);
        if (!parsed) {
            note(SealFault::FormatWrong, parsed.error().detail);
            return std::move(report_);
        }
        report_.signature = std::move(*parsed);
        report_.signing_time = signature().time;
        read_signer();
        look_at_document();
        check_form();
        check_signature_value();
        check_time_stamp();
        check_signer();
        check_time();
        check_document();
        check_seal();
        return std::move(report_);
    }

  private:
    const SealSignature& signature() const { return *report_.signature; }
    void note(SealFault fault, std::string detail = {}) {
        // Of all that is found, what the standard has checked first.
        if (report_.fault && *report_.fault <= fault) return;
        report_.fault = fault;
        report_.detail = std::move(detail);
    }
    bool failed() const { return report_.fault.has_value(); }

    void read_signer() {
        signer_ = view_certificate(signature().signer_certificate);
        report_.signature_value_ok = signer_ && signature().signature_algorithm == oid::kSm2WithSm3 &&
                                     is_signed_by(*signer_, signature().to_be_signed, signature().signature_value);
    }

    void look_at_document() {
        data_hash_ = document_(signature().property_info);
        report_.data_hash_ok = data_hash_ && !data_hash_->empty() && *data_hash_ == signature().data_hash;
    }

    void check_form() {
        if (signature().version != kSealVersion) return note(SealFault::VersionUnsupported);
        if (signature().signature_algorithm != oid::kSm2WithSm3) {
            return note(SealFault::AlgorithmUnsupported, signature().signature_algorithm);
        }
        if (!signature().unknown_critical_extensions.empty()) {
            note(SealFault::CriticalExtensionUnknown, joined(signature().unknown_critical_extensions));
        }
    }

    void check_signature_value() {
        if (failed()) return;
        if (!signer_) return note(SealFault::SignerCertificateUnreadable);
        if (!report_.signature_value_ok) note(SealFault::SignatureValueWrong);
    }

    /// A good time-stamp says when; it is judged in the fourth step, but the third asks for the time.
    void check_time_stamp() {
        if (failed() || signature().time_stamp.empty()) return;
        const TimeStampReport stamp =
            verify_time_stamp_of(signature().time_stamp, signature().signature_value, trust_.time_stamps);
        if (!stamp.accepted()) {
            bad_time_stamp_ = stamp.describe();
            return;
        }
        report_.has_time_stamp = true;
        report_.signing_time = stamp.token->time;
    }

    void check_signer() {
        if (failed()) return;
        JudgedCertificate judged =
            judge(signature().signer_certificate, *signer_, trust_, report_.signing_time, kSignerFaults);
        report_.signer_chain = std::move(judged.chain);
        revocation_ = judged.revocation;
        report_.revocation_known = judged.revocation != RevocationState::NoData;
        if (judged.fault) note(*judged.fault, judged.detail);
    }

    void check_time() {
        if (failed()) return;
        if (bad_time_stamp_) return note(SealFault::TimeStampWrong, *bad_time_stamp_);
        const UtcTime time = report_.signing_time;
        // A time-stamp comes after the signature it is over.
        const bool claims_later = report_.has_time_stamp && signature().time > time + kClockTolerance;
        if (time > now_ + kClockTolerance || claims_later) return note(SealFault::SigningTimeInFuture);
        if (time < signer_->not_before) return note(SealFault::SigningTimeBeforeCertificate);
        if (time > signer_->not_after) return note(SealFault::SigningTimeAfterCertificate);
        if (revocation_ == RevocationState::Revoked) note(SealFault::SigningTimeAfterRevocation);
    }

    void check_document() {
        if (failed()) return;
        if (!data_hash_) return note(SealFault::PropertyInfoWrong, signature().property_info);
        if (!report_.data_hash_ok) note(SealFault::DocumentHashWrong);
    }

    void check_seal() {
        if (failed()) return;
        SealVerdict seal = judge_seal(signature().seal, trust_, report_.signing_time);
        report_.maker_chain = std::move(seal.maker_chain);
        if (seal.fault) return note(*seal.fault, std::move(seal.detail));
        if (!signature().seal.fields.users.include(signature().signer_certificate)) note(SealFault::SignerNotOnSeal);
    }

    const SealedDocument& document_;
    const SealTrust& trust_;
    const UtcTime now_;
    SealSignatureReport report_;
    std::optional<CertificateView> signer_;
    std::optional<Bytes> data_hash_;
    std::optional<std::string> bad_time_stamp_;
    RevocationState revocation_ = RevocationState::NoData;
};

}  // namespace

const std::vector<SealFault>& all_seal_faults() {
    static const std::vector<SealFault> all = [] {
        std::vector<SealFault> faults;
        for (const FaultText& text : kFaults)
            faults.push_back(text.fault);
        return faults;
    }();
    return all;
}

std::string_view name_of(SealFault fault) {
    return text_of(fault).name;
}
std::string_view to_string(SealFault fault) {
    return text_of(fault).english;
}
std::string_view to_chinese(SealFault fault) {
    return text_of(fault).chinese;
}

SealSignatureReport verify_seal_signature(ByteView bytes, const SealedDocument& document, const SealTrust& trust,
                                          UtcTime now) {
    return Verifier(document, trust, now).run(bytes);
}

std::optional<SealFault> verify_seal(const ElectronicSeal& seal, const SealTrust& trust, UtcTime now) {
    return judge_seal(seal, trust, now).fault;
}

}  // namespace signet::crypto
