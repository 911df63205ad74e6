#include "pdf/cms_judge.hpp"

#include "crypto/archived_revocation.hpp"
#include "crypto/bare_rsa.hpp"
#include "crypto/der.hpp"

#include <algorithm>
#include <charconv>

namespace signet::pdf {

namespace {

constexpr std::string_view kIdData = "1.2.840.113549.1.7.1";
constexpr std::string_view kNationalIdData = "1.2.156.10197.6.1.4.2.1";  // GB/T 35275
constexpr std::string_view kBareRsaSubFilter = "adbe.x509.rsa_sha1";     // ISO 32000-1 §12.8.3.2: no CMS at all
constexpr std::string_view kIdTstInfo = "1.2.840.113549.1.9.16.1.4";

void add(SignatureReport& report, Finding finding, std::string detail) {
    report.findings.push_back({finding, std::move(detail)});
}

/// What a time-stamp token vouches for (RFC 3161 §2.4.2).
struct Imprint {
    std::string algorithm;
    Bytes digest;
    std::optional<UtcTime> time;
};

std::optional<Imprint> read_imprint(ByteView token_info) {
    using namespace crypto;
    der::Reader outer(token_info);
    der::Reader info(outer.take(der::kSequence));
    info.take(der::kInteger);
    info.take(der::kObjectIdentifier);
    der::Reader imprint(info.take(der::kSequence));
    der::Reader algorithm(imprint.take(der::kSequence));
    const std::string oid = der::oid_text(algorithm.take(der::kObjectIdentifier).content);
    const der::Element digest = imprint.take(der::kOctetString);
    info.take(der::kInteger);
    const der::Element time = info.take(der::kGeneralizedTime);
    if (!outer.ok() || !info.ok() || !imprint.ok() || !algorithm.ok()) return std::nullopt;
    return Imprint{oid, Bytes(digest.content.begin(), digest.content.end()), der::read_time(time)};
}

/// The digest algorithms a token may use.
std::optional<crypto::DigestAlgorithm> imprint_algorithm(const std::string& oid) {
    using crypto::DigestAlgorithm;
    if (oid == "1.3.14.3.2.26") return DigestAlgorithm::Sha1;
    if (oid == "2.16.840.1.101.3.4.2.1") return DigestAlgorithm::Sha256;
    if (oid == "2.16.840.1.101.3.4.2.2") return DigestAlgorithm::Sha384;
    if (oid == "2.16.840.1.101.3.4.2.3") return DigestAlgorithm::Sha512;
    return std::nullopt;
}

/// Whether a document time-stamp's token is for the bytes it covers.
void check_imprint(const crypto::SignedData& data, const DigestOfRange& digest, SignatureReport& report) {
    const std::optional<Imprint> imprint =
        data.content && data.content_type == kIdTstInfo ? read_imprint(*data.content) : std::nullopt;
    report.imprint_algorithm = imprint ? imprint_algorithm(imprint->algorithm) : std::nullopt;
    if (!report.imprint_algorithm) {
        add(report, Finding::CmsMalformed, "a document time-stamp holds no time-stamp token");
        return;
    }
    report.time_stamp_time = imprint->time;
    report.covered_digest = digest(*report.imprint_algorithm);
    if (report.covered_digest != imprint->digest) {
        add(report, Finding::DigestMismatch, "the time-stamp is for other bytes");
    }
    if (*report.imprint_algorithm == crypto::DigestAlgorithm::Sha1) {
        add(report, Finding::WeakAlgorithm, "the time-stamp rests on SHA-1");
    }
}

bool is_zero(ByteView bytes) {
    return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

Finding finding_of(crypto::CmsFinding finding) {
    switch (finding) {
        case crypto::CmsFinding::SignatureValueWrong:
            return Finding::SignatureValueWrong;
        case crypto::CmsFinding::ContentDigestWrong:
            return Finding::DigestMismatch;
        default:
            return Finding::CmsMalformed;
    }
}

void report_findings(const crypto::CmsReport& cms, SignatureReport& report) {
    for (const crypto::CmsFinding finding : cms.findings) {
        const std::string name(crypto::to_string(finding));
        if (crypto::is_fatal(finding)) add(report, finding_of(finding), name);
        const bool weak = finding == crypto::CmsFinding::WeakDigest || finding == crypto::CmsFinding::WeakKey;
        if (weak) add(report, Finding::WeakAlgorithm, name + " (" + cms.algorithm + ")");
    }
    if (!cms.valid() && report.findings.empty())
        add(report, Finding::SignatureValueWrong, "the signature is not valid");
}

}  // namespace

void CmsJudge::judge(const SignatureValue& value, const DigestOfRange& digest, SignatureReport& report) const {
    if (value.sub_filter == kNationalSealSubFilter) return judge_seal(value, digest, report);
    const ByteView contents = as_bytes(value.contents);
    const bool is_bare = value.sub_filter == kBareRsaSubFilter;
    Result<crypto::SignedData> data =
        is_bare ? crypto::parse_bare_rsa(contents, value.certificates) : crypto::parse_cms(contents);
    if (!data) {
        const bool several = !is_bare && crypto::count_signer_infos(contents).value_or(1) != 1;
        add(report, several ? Finding::SeveralSigners : Finding::CmsMalformed, data.error().detail);
        return;
    }
    if (!is_zero(contents.subspan(std::min(data->encoded_size, contents.size())))) {
        add(report, Finding::CmsMalformed, "something stands behind the signature in /Contents");
    }
    if (!is_bare) {
        report.cms.assign(contents.begin(), contents.begin() + static_cast<std::ptrdiff_t>(data->encoded_size));
    }
    report.signature_value = data->signer.signature_value;
    const crypto::CmsReport cms = check(value, *data, digest, report);
    report_findings(cms, report);
    report.has_time_stamp = !cms.signature_time_stamp.empty();
    report.signature_time_stamp = cms.signature_time_stamp;
    report.archived_revocation = crypto::archived_revocation(*data);
    if (const auto algorithm = data->digest_algorithm()) report.digest_algorithm = crypto::to_string(*algorithm);
    judge_trust(cms, value, report);
}

crypto::CmsReport CmsJudge::check(const SignatureValue& value, const crypto::SignedData& data,
                                  const DigestOfRange& digest, SignatureReport& report) const {
    if (value.is_document_time_stamp) {
        check_imprint(data, digest, report);
        return crypto::verify_encapsulated_cms(data);
    }
    if (value.sub_filter == "adbe.pkcs7.sha1") {
        if (!data.content || *data.content != digest(crypto::DigestAlgorithm::Sha1)) {
            add(report, Finding::DigestMismatch, "the signature is for other bytes");
        }
        add(report, Finding::WeakAlgorithm, "adbe.pkcs7.sha1 rests on SHA-1");
        return crypto::verify_encapsulated_cms(data);
    }
    const bool is_data = data.content_type == kIdData || data.content_type == kNationalIdData;
    if (!is_data || data.content) {
        add(report, Finding::CmsMalformed, "the signature brings content of its own");
    }
    const auto algorithm = data.digest_algorithm();
    return crypto::verify_cms(data, algorithm ? digest(*algorithm) : Bytes());
}

void CmsJudge::judge_trust(const crypto::CmsReport& cms, const SignatureValue& value, SignatureReport& report) const {
    if (cms.signer_certificate.empty()) return;
    Result<crypto::CertificateInfo> info = crypto::describe_certificate(cms.signer_certificate);
    if (info) report.signer = std::move(*info);
    std::optional<UtcTime> at = options_.at;
    if (!at && options_.trust_claimed_time) at = report.time_stamp_time;
    if (!at && options_.trust_claimed_time) at = parse_date(value.signing_time);
    if (!at && options_.trust_claimed_time) at = cms.claimed_signing_time;
    if (!at) at = SystemClock().now();
    Result<crypto::ChainReport> chain =
        crypto::verify_chain(cms.signer_certificate, cms.other_certificates, trusted_roots_, *at);
    if (!chain) return;
    report.trust = chain->status;
    report.chain = std::move(chain->chain);
}

std::optional<UtcTime> parse_date(std::string_view text) {
    if (text.starts_with("D:")) text.remove_prefix(2);
    const auto take = [&text](std::size_t digits, int otherwise, int low, int high) -> std::optional<int> {
        if (text.empty() || text[0] < '0' || text[0] > '9') return otherwise;
        if (text.size() < digits) return std::nullopt;
        int value = 0;
        const auto parsed = std::from_chars(text.data(), text.data() + digits, value);
        if (parsed.ptr != text.data() + digits || value < low || value > high) return std::nullopt;
        text.remove_prefix(digits);
        return value;
    };
    if (text.size() < 4) return std::nullopt;
    const auto year = take(4, -1, 0, 9999);
    const auto month = take(2, 1, 1, 12);
    const auto day = take(2, 1, 1, 31);
    const auto hour = take(2, 0, 0, 23);
    const auto minute = take(2, 0, 0, 59);
    const auto second = take(2, 0, 0, 59);
    if (!year || *year < 0 || !month || !day || !hour || !minute || !second) return std::nullopt;
    int offset = 0;
    if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
        const int sign = text[0] == '-' ? -1 : 1;
        text.remove_prefix(1);
        const auto hours = take(2, 0, 0, 23);
        if (text.starts_with('\'')) text.remove_prefix(1);
        const auto minutes = take(2, 0, 0, 59);
        if (!hours || !minutes) return std::nullopt;
        offset = sign * (*hours * 60 + *minutes);
    }
    return TimeZone::fixed(offset).to_utc({*year, *month, *day, *hour, *minute, *second});
}

}  // namespace signet::pdf
