#include "crypto/archived_revocation.hpp"
#include "crypto/certificate.hpp"
#include "crypto/certificate_view.hpp"
#include "crypto/cms.hpp"
#include "crypto/der.hpp"
#include "crypto/electronic_seal.hpp"
#include "crypto/ocsp.hpp"
#include "crypto/oids.hpp"
#include "crypto/pem.hpp"
#include "crypto/revocation.hpp"
#include "crypto/revocation_list.hpp"
#include "crypto/time_stamp.hpp"
#include "crypto/time_stamp_authority.hpp"
#include "fuzz/targets.hpp"
#include "support.hpp"

#include <algorithm>
#include <array>

namespace signet::fuzz {
namespace {

using namespace crypto;

/// When the seeds' certificates are valid.
constexpr UtcTime kNow{1'790'000'000'000};
/// What the seeds are over.
constexpr std::string_view kMessage = "every byte but the signature";

/// The elements that stand side by side: what is looked at first, then what it is checked against. Bytes that are no
/// element count as the first one.
std::vector<Bytes> elements(ByteView input) {
    constexpr std::size_t kMost = 6;
    std::vector<Bytes> found;
    der::Reader reader(input);
    while (reader.ok() && !reader.at_end() && found.size() < kMost) {
        const ByteView one = reader.take_any().encoding;
        if (reader.ok()) found.emplace_back(one.begin(), one.end());
    }
    if (found.empty() || !reader.finished()) found.insert(found.begin(), Bytes(input.begin(), input.end()));
    return found;
}

std::vector<Bytes> without_first(const std::vector<Bytes>& elements) {
    return {elements.begin() + 1, elements.end()};
}

void der_elements(ByteView input) {
    der::Reader reader(input);
    while (reader.ok() && !reader.at_end()) {
        const der::Element element = reader.take_any();
        const std::string oid = der::oid_text(element.content);
        if (!oid.empty()) {
            const Bytes again = der::object_identifier(oid);
            require(std::ranges::equal(der::Reader(again).take_any().content, element.content), "an OID has one form");
        }
        if (const auto time = der::read_time(element)) {
            const Bytes again = der::generalized_time_with_fraction(*time);
            require(der::read_time(der::Reader(again).take_any()) == time, "a time reads back");
        }
        if (const auto number = der::read_small_integer(element)) {
            const Bytes again = der::integer(*number);
            require(der::read_small_integer(der::Reader(again).take_any()) == number, "a number reads back");
        }
        (void)der::significant(element.content);
    }
    const auto definite = der::with_definite_lengths(input);
    if (!definite) return;
    require(definite->consumed <= input.size(), "no more is taken than there is");
    der::Reader once(definite->encoding);
    once.take_any();
    require(once.finished(), "what was made definite is one element");
}

/// The input as the value of the attribute in which signers archive what they know of revocation.
void archived(ByteView input) {
    SignedData data;
    data.signer.signed_attributes.push_back(
        {std::string(oid::kRevocationInfoArchival), {Bytes(input.begin(), input.end())}});
    const RevocationData found = archived_revocation(data);
    for (const auto* list : {&found.revocation_lists, &found.ocsp_responses}) {
        for (const Bytes& one : *list)
            require(one.size() < input.size(), "what was archived is a part of the archive");
    }
}

void cms(ByteView input) {
    archived(input);
    (void)count_signer_infos(input);
    const auto signed_data = parse_cms(input);
    if (!signed_data) return;
    require(signed_data->encoded_size <= input.size(), "no more is taken than there is");
    (void)signed_data->digest_algorithm();
    (void)archived_revocation(*signed_data);
    const CmsReport report = verify_cms_of(*signed_data, as_bytes(kMessage));
    require(!report.valid() || (report.signature_value_ok && report.content_digest_ok), "valid means both are right");
    (void)verify_encapsulated_cms(*signed_data);
    (void)verify_cms(*signed_data, Digest::of(DigestAlgorithm::Sha256, as_bytes(kMessage)));
    if (report.signer_certificate.empty()) return;
    (void)verify_chain(report.signer_certificate, report.other_certificates, report.other_certificates, kNow);
}

void certificate(ByteView input) {
    const auto found = elements(input);
    const auto described = describe_certificate(found.front());
    if (const auto view = view_certificate(found.front())) {
        (void)view->public_key_bits();
        (void)view->purposes();
        (void)view->may(0);
        (void)view->has_key_usage();
        (void)view->is_authority();
        (void)view->subject_key_identifier();
        (void)view->authority_key_identifier();
        (void)view->revocation_list_urls();
        (void)view->access_urls("1.3.6.1.5.5.7.48.1");
        (void)is_same_name(view->issuer, view->subject);
        (void)public_key_of(*view);
        der::Reader fields(der::Reader(found.front()).take_any());
        if (const auto frame = read_signed_frame(fields)) (void)check_frame(*frame, *view);
    }
    if (described) require(described->fingerprint.size() == 64, "a fingerprint is a SHA-256");
    const auto others = without_first(found);
    (void)verify_chain(found.front(), others, others, kNow);
    if (const auto several = read_certificates(input)) {
        require(!several->empty(), "certificates that were read are some");
        const auto back = read_certificates(as_bytes(certificates_to_pem(*several)));
        require(back && *back == *several, "PEM reads back");
    }
}

const TimeStampAuthority& authority() {
    static const TimeStampAuthority made = [] {
        const auto& identity = pdf::testing::identity();
        auto signer = KeySigner::trusted(identity.authority_key, {identity.authority, identity.root});
        return *TimeStampAuthority::create(std::move(signer));
    }();
    return made;
}

void time_stamp_request(ByteView input) {
    const auto answer = authority().answer(input, kNow);
    require(!answer.response.empty() && answer.failure.has_value() == answer.serial_number.empty(),
            "a request is granted or refused");
}

TimeStampRequest expected_request() {
    TimeStampRequest request = TimeStampRequest::over(Sha256::of(as_bytes(kMessage)));
    request.nonce = {1, 2, 3, 4, 5, 6, 7, 8};
    return request;
}

void time_stamp_answer(ByteView input) {
    const auto found = elements(input);
    const TimeStampTrust trust{without_first(found), without_first(found)};
    TimeStampRequest by_policy = expected_request();
    by_policy.policy = "1.2.3.4";
    for (const TimeStampRequest& request : {expected_request(), by_policy}) {
        for (const UtcTime now : {kNow, kNow + std::chrono::hours(2)}) {
            const auto report = verify_time_stamp_response(found.front(), request, trust, now);
            require(report.accepted() || !report.describe().empty(), "a refusal has its reason");
            require(report.accepted() || report.error().code == ErrorCode::TimeStampRefused ||
                        report.error().code == ErrorCode::TimeStampUnavailable,
                    "a refusal is told as one");
        }
    }
}

void time_stamp_token(ByteView input) {
    const auto found = elements(input);
    const auto token = parse_time_stamp_token(found.front());
    TimeStampTrust trust{without_first(found), {}};
    if (trust.roots.empty() && token) trust.roots = token->certificates;
    const auto report = verify_time_stamp_of(found.front(), as_bytes(kMessage), trust);
    require(report.accepted() <= token.has_value(), "what is accepted can be read");
    require(report.accepted() || !report.describe().empty(), "a refusal has its reason");
}

void ocsp_request(ByteView input) {
    const auto request = parse_ocsp_request(input);
    if (!request) return;
    const auto again = parse_ocsp_request(encode(*request));
    require(again && again->ids == request->ids && again->nonce == request->nonce, "a request reads back");
}

/// What was read, answered anew by a responder of ours.
void answer_again(const OcspResponse& response) {
    const auto& identity = pdf::testing::identity();
    static const auto responder = KeySigner::trusted(identity.authority_key, {identity.authority, identity.root});
    const auto again = make_ocsp_response(*responder, response.responses, kNow, response.nonce);
    if (!again) return;
    const auto reread = parse_ocsp_response(*again);
    require(reread && reread->responses.size() == response.responses.size(), "what is answered again reads back");
}

/// The response, then the certificate it is about, its issuer and more responses.
void ocsp_response(ByteView input) {
    const auto found = elements(input);
    const auto response = parse_ocsp_response(found.front());
    if (response && !response->certificates.empty()) (void)check_ocsp_response(*response, response->certificates[0]);
    if (response) answer_again(*response);
    if (found.size() < 3) return;
    (void)OcspCertificateId::of(found[1], found[2]);
    if (response) (void)check_ocsp_response(*response, found[2]);
    (void)verify_ocsp_response(found[0], found[1], found[2], kNow, Bytes{1, 2, 3});
    const RevocationData data{{}, {found[0], found.back()}};
    if (const auto judged = judge_revocation({found[1], found[2]}, data, kNow))
        require(judged->size() == 2, "every certificate is judged");
}

void revocation_list(ByteView input) {
    const auto found = elements(input);
    const auto list = parse_revocation_list(found.front());
    if (list) {
        for (const RevocationList::Entry& entry : list->entries)
            require(list->find(entry.serial_number) != nullptr, "what is on the list is found");
    }
    if (found.size() < 3) return;
    if (list) (void)is_signed_by(*list, found[2]);
    const RevocationData data{{found[0], found.back()}, {}};
    if (const auto judged = judge_revocation({found[1], found[2]}, data, kNow))
        require(judged->size() == 2, "every certificate is judged");
}

/// A signature with a seal or a seal, then roots and revocation lists.
void electronic_seal(ByteView input) {
    const auto found = elements(input);
    SealTrust trust;
    trust.roots = without_first(found);
    trust.others = trust.roots;
    trust.revocation.revocation_lists = trust.roots;
    trust.time_stamps.roots = trust.roots;
    const auto document = [](std::string_view property_info) -> std::optional<Bytes> {
        if (property_info.empty()) return std::nullopt;
        return Digest::of(DigestAlgorithm::Sm3, as_bytes(kMessage));
    };
    const auto report = verify_seal_signature(found.front(), document, trust, kNow);
    require(!report.valid() || (report.signature_value_ok && report.data_hash_ok), "valid means both are right");
    if (report.fault) {
        const bool is_known = std::ranges::find(all_seal_faults(), *report.fault) != all_seal_faults().end();
        require(is_known && !name_of(*report.fault).empty() && !to_string(*report.fault).empty() &&
                    !to_chinese(*report.fault).empty(),
                "every fault has its words");
    }
    if (const auto seal = parse_electronic_seal(found.front())) {
        require(seal->der == found.front(), "a seal is exactly its bytes");
        (void)verify_seal(*seal, trust, kNow);
    }
}

}  // namespace

std::span<const Target> crypto_targets() {
    static constexpr std::array<Target, 10> targets{{{"der", der_elements, 4096},
                                                     {"cms", cms},
                                                     {"certificate", certificate, 8192},
                                                     {"time_stamp_request", time_stamp_request, 1024},
                                                     {"time_stamp_answer", time_stamp_answer, 8192},
                                                     {"time_stamp_token", time_stamp_token, 8192},
                                                     {"ocsp_request", ocsp_request, 2048},
                                                     {"ocsp_response", ocsp_response, 8192},
                                                     {"revocation_list", revocation_list, 8192},
                                                     {"electronic_seal", electronic_seal}}};
    return targets;
}

}  // namespace signet::fuzz
