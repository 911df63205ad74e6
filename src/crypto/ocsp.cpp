#include "crypto/ocsp.hpp"

#include "crypto/algorithms.hpp"
#include "crypto/certificate_view.hpp"
#include "crypto/der.hpp"
#include "crypto/oids.hpp"

#include <algorithm>

namespace signet::crypto {
namespace {

constexpr std::size_t kMaxRequest = 16 * 1024;
constexpr std::size_t kMaxRequestedIds = 32;
constexpr std::size_t kMaxNonce = 128;  // RFC 9654
constexpr std::size_t kMaxResponse = 256 * 1024;
constexpr std::size_t kMaxResponses = 200;
constexpr std::size_t kMaxCertificates = 20;
constexpr std::size_t kMaxSerial = 64;
constexpr unsigned kDigitalSignature = 0;

Error refused(std::string_view why) {
    return fail(ErrorCode::RevocationDataInvalid, "OCSP: " + std::string(why));
}

Bytes copy(ByteView bytes) {
    return Bytes(bytes.begin(), bytes.end());
}

bool is_known_hash(DigestAlgorithm digest) {
    return digest == DigestAlgorithm::Sha1 || digest == DigestAlgorithm::Sha256 || digest == DigestAlgorithm::Sha384 ||
           digest == DigestAlgorithm::Sha512;
}

Bytes encode(const OcspCertificateId& id) {
    return der::sequence({encode_algorithm_with_null(id.digest), der::octet_string(id.issuer_name_hash),
                          der::octet_string(id.issuer_key_hash), der::element(der::kInteger, id.serial_number)});
}

std::optional<OcspCertificateId> read_id(der::Reader fields) {
    const auto algorithm = read_algorithm(fields);
    OcspCertificateId id;
    id.issuer_name_hash = copy(fields.take(der::kOctetString).content);
    id.issuer_key_hash = copy(fields.take(der::kOctetString).content);
    const ByteView serial = fields.take(der::kInteger).content;
    if (!fields.finished() || !algorithm || !der::is_integer(serial) || serial.size() > kMaxSerial) return std::nullopt;
    const auto digest = digest_of_oid(algorithm->oid);
    if (!digest || !is_known_hash(*digest)) return std::nullopt;
    id.digest = *digest;
    id.serial_number = copy(serial);
    const std::size_t size = digest_size(*digest);
    if (id.issuer_name_hash.size() != size || id.issuer_key_hash.size() != size) return std::nullopt;
    return id;
}

/// `[number] EXPLICIT Extensions` with the nonce alone; empty when there is none.
Bytes nonce_extensions(unsigned number, ByteView nonce) {
    if (nonce.empty()) return {};
    const Bytes value = der::octet_string(der::octet_string(nonce));
    const Bytes extension = der::sequence({der::object_identifier(oid::kOcspNonce), value});
    return der::element(der::context(number), der::sequence({extension}));
}

struct ReadExtensions {
    Bytes nonce;
    bool has_unknown_critical = false;
};

/// The inside of `[number] EXPLICIT Extensions`.
std::optional<ReadExtensions> read_wrapped_extensions(const der::Element& wrapped) {
    der::Reader inside(wrapped);
    const auto extensions = read_extensions(der::Reader(inside.take(der::kSequence)));
    if (!inside.finished() || !extensions) return std::nullopt;
    ReadExtensions read;
    for (const ExtensionView& extension : *extensions) {
        if (extension.oid != oid::kOcspNonce) {
            read.has_unknown_critical = read.has_unknown_critical || extension.critical;
            continue;
        }
        der::Reader reader(extension.value);
        read.nonce = copy(reader.take(der::kOctetString).content);
        if (!reader.finished() || read.nonce.empty() || read.nonce.size() > kMaxNonce) return std::nullopt;
    }
    return read;
}

// ---- Answers, written.

Bytes encode_status(const OcspSingleResponse& response) {
    if (response.status == OcspCertificateStatus::Good) return der::element(der::context_primitive(0), ByteView{});
    if (response.status == OcspCertificateStatus::Unknown) return der::element(der::context_primitive(2), ByteView{});
    Bytes reason;
    if (response.reason) {
        const auto code = static_cast<std::uint8_t>(*response.reason);
        reason = der::element(der::context(0), der::element(der::kEnumerated, ByteView(&code, 1)));
    }
    return der::element(der::context(1), {der::generalized_time(response.revoked_at), reason});
}

Bytes encode(const OcspSingleResponse& response) {
    const Bytes next_update =
        response.next_update ? der::element(der::context(0), der::generalized_time(*response.next_update)) : Bytes{};
    return der::sequence(
        {encode(response.id), encode_status(response), der::generalized_time(response.this_update), next_update});
}

// ---- Answers, read.

bool read_revoked(der::Reader fields, OcspSingleResponse& response) {
    const auto time = der::read_time(fields.take(der::kGeneralizedTime));
    if (!fields.ok() || !time) return false;
    response.status = OcspCertificateStatus::Revoked;
    response.revoked_at = *time;
    if (const auto wrapped = fields.take_if(der::context(0))) {
        der::Reader inside(*wrapped);
        const ByteView code = inside.take(der::kEnumerated).content;
        if (!inside.finished() || code.size() != 1) return false;
        response.reason = revocation_reason_of(code[0]);
        if (!response.reason) return false;
    }
    return fields.finished();
}

bool read_status(const der::Element& element, OcspSingleResponse& response) {
    if (element.tag == der::context(1)) return read_revoked(der::Reader(element), response);
    const bool is_good = element.tag == der::context_primitive(0);
    const bool is_unknown = element.tag == der::context_primitive(2);
    response.status = is_good ? OcspCertificateStatus::Good : OcspCertificateStatus::Unknown;
    return (is_good || is_unknown) && element.content.empty();
}

bool read_single(der::Reader fields, OcspResponse& response) {
    OcspSingleResponse single;
    const auto id = read_id(der::Reader(fields.take(der::kSequence)));
    const bool has_status = read_status(fields.take_any(), single);
    const auto this_update = der::read_time(fields.take(der::kGeneralizedTime));
    if (!fields.ok() || !id || !has_status || !this_update) return false;
    single.id = *id;
    single.this_update = *this_update;
    if (const auto wrapped = fields.take_if(der::context(0))) {
        der::Reader inside(*wrapped);
        single.next_update = der::read_time(inside.take(der::kGeneralizedTime));
        if (!inside.finished() || !single.next_update || *single.next_update < single.this_update) return false;
    }
    if (const auto wrapped = fields.take_if(der::context(1))) {
        const auto extensions = read_wrapped_extensions(*wrapped);
        if (!extensions) return false;
        if (extensions->has_unknown_critical) response.has_unknown_critical_extension = true;
    }
    response.responses.push_back(std::move(single));
    return fields.finished();
}

bool read_responder(der::Reader& fields, OcspResponse& response) {
    if (const auto by_name = fields.take_if(der::context(1))) {
        der::Reader inside(*by_name);
        response.responder_name = copy(inside.take(der::kSequence).encoding);
        return inside.finished();
    }
    der::Reader inside(fields.take(der::context(2)));
    response.responder_key_hash = copy(inside.take(der::kOctetString).content);
    return inside.finished() && !response.responder_key_hash.empty();
}

bool read_response_data(der::Reader fields, OcspResponse& response) {
    if (const auto version = fields.take_if(der::context(0))) {
        if (der::read_small_integer(der::Reader(*version).take(der::kInteger)) != 0U) return false;
    }
    if (!read_responder(fields, response)) return false;
    const auto produced_at = der::read_time(fields.take(der::kGeneralizedTime));
    der::Reader singles(fields.take(der::kSequence));
    if (!fields.ok() || !produced_at) return false;
    response.produced_at = *produced_at;
    while (singles.ok() && !singles.at_end()) {
        if (response.responses.size() == kMaxResponses) return false;
        if (!read_single(der::Reader(singles.take(der::kSequence)), response)) return false;
    }
    if (!singles.ok() || response.responses.empty()) return false;
    if (const auto wrapped = fields.take_if(der::context(1))) {
        const auto extensions = read_wrapped_extensions(*wrapped);
        if (!extensions) return false;
        response.nonce = extensions->nonce;
        if (extensions->has_unknown_critical) response.has_unknown_critical_extension = true;
    }
    return fields.finished();
}

bool read_certificates_of(const der::Element& wrapped, OcspResponse& response) {
    der::Reader inside(wrapped);
    der::Reader certificates(inside.take(der::kSequence));
    while (certificates.ok() && !certificates.at_end()) {
        if (response.certificates.size() == kMaxCertificates) return false;
        response.certificates.push_back(copy(certificates.take(der::kSequence).encoding));
    }
    return inside.finished() && certificates.ok();
}

/// OCSPResponse, down to the BasicOCSPResponse.
struct Envelope {
    OcspResponseStatus status = OcspResponseStatus::InternalError;
    ByteView basic;
};

std::optional<Envelope> read_envelope(ByteView der) {
    der::Reader outer(der);
    der::Reader fields(outer.take(der::kSequence));
    const ByteView status = fields.take(der::kEnumerated).content;
    const auto wrapped = fields.take_if(der::context(0));
    if (!outer.finished() || !fields.finished() || status.size() != 1) return std::nullopt;
    const bool is_known = status[0] <= 6 && status[0] != 4;
    if (!is_known) return std::nullopt;
    Envelope envelope{static_cast<OcspResponseStatus>(status[0]), {}};
    if (envelope.status != OcspResponseStatus::Successful) return wrapped ? std::nullopt : std::optional(envelope);
    if (!wrapped) return std::nullopt;
    der::Reader inside(*wrapped);
    der::Reader bytes(inside.take(der::kSequence));
    const std::string type = der::oid_text(bytes.take(der::kObjectIdentifier).content);
    envelope.basic = bytes.take(der::kOctetString).content;
    if (!inside.finished() || !bytes.finished() || type != oid::kOcspBasic) return std::nullopt;
    return envelope;
}

struct Basic {
    SignedFrame frame;
    std::optional<der::Element> certificates;
};

std::optional<Basic> read_basic(ByteView der) {
    der::Reader outer(der);
    der::Reader fields(outer.take(der::kSequence));
    auto frame = read_signed_frame(fields);
    const auto certificates = fields.take_if(der::context(0));
    if (!outer.finished() || !fields.finished() || !frame) return std::nullopt;
    return Basic{std::move(*frame), certificates};
}

// ---- Who signed.

/// §4.2.1: the responder's name, or the SHA-1 of its key.
bool is_responder(const OcspResponse& response, const CertificateView& certificate) {
    if (!response.responder_name.empty()) return is_same_name(response.responder_name, certificate.subject);
    return Digest::of(DigestAlgorithm::Sha1, certificate.public_key_bits()) == response.responder_key_hash;
}

bool is_issued(ByteView certificate, const CertificateView& view, const CertificateView& issuer) {
    if (!is_same_name(view.issuer, issuer.subject)) return false;
    der::Reader outer(certificate);
    der::Reader fields(outer.take(der::kSequence));
    const auto frame = read_signed_frame(fields);
    return frame && check_frame(*frame, issuer) == FrameVerdict::Holds;
}

Status may_answer(ByteView certificate, const CertificateView& view, const CertificateView& issuer,
                  const OcspResponse& response) {
    const std::vector<std::string> purposes = view.purposes();
    if (std::ranges::find(purposes, oid::kOcspSigning) == purposes.end()) {
        return refused("the responder's certificate is not for OCSP");
    }
    if (!view.may(kDigitalSignature)) return refused("the responder's key usage does not fit");
    if (!is_issued(certificate, view, issuer)) return refused("the responder has no certificate of the issuer");
    if (!view.is_valid_at(response.produced_at)) return refused("the responder's certificate was not valid");
    return {};
}

Status check_signature(const SignedFrame& frame, const CertificateView& signer) {
    const std::string_view fault = fault_of(check_frame(frame, signer));
    if (!fault.empty()) return refused(fault);
    return {};
}

}  // namespace

Result<OcspCertificateId> OcspCertificateId::of(ByteView certificate, ByteView issuer_certificate,
                                                DigestAlgorithm digest) {
    const auto subject = view_certificate(certificate);
    const auto issuer = view_certificate(issuer_certificate);
    if (!subject || !issuer) return fail(ErrorCode::CertificateInvalid, "not a certificate");
    return OcspCertificateId{digest, Digest::of(digest, issuer->subject), Digest::of(digest, issuer->public_key_bits()),
                             copy(subject->serial_number)};
}

bool OcspCertificateId::is_issued_by(ByteView issuer_certificate) const {
    const auto issuer = view_certificate(issuer_certificate);
    return issuer && Digest::of(digest, issuer->public_key_bits()) == issuer_key_hash &&
           Digest::of(digest, issuer->subject) == issuer_name_hash;
}

Bytes encode(const OcspRequest& request) {
    Bytes list;
    for (const OcspCertificateId& id : request.ids)
        append(list, der::sequence({encode(id)}));
    return der::sequence({der::sequence({der::sequence({list}), nonce_extensions(2, request.nonce)})});
}

Result<OcspRequest> parse_ocsp_request(ByteView der) {
    const Error malformed = invalid_parameter("no OCSPRequest");
    if (der.size() > kMaxRequest) return malformed;
    der::Reader outer(der);
    der::Reader fields(outer.take(der::kSequence));
    der::Reader to_be_signed(fields.take(der::kSequence));
    fields.take_if(der::context(0));  // optionalSignature
    const auto version = to_be_signed.take_if(der::context(0));
    to_be_signed.take_if(der::context(1));  // requestorName
    der::Reader list(to_be_signed.take(der::kSequence));
    const auto wrapped = to_be_signed.take_if(der::context(2));
    if (!outer.finished() || !fields.finished() || !to_be_signed.finished()) return malformed;
    if (version && der::read_small_integer(der::Reader(*version).take(der::kInteger)) != 0U) return malformed;

    OcspRequest request;
    while (list.ok() && !list.at_end() && request.ids.size() < kMaxRequestedIds) {
        der::Reader one(list.take(der::kSequence));
        auto id = read_id(der::Reader(one.take(der::kSequence)));
        one.take_if(der::context(0));  // singleRequestExtensions
        if (!one.finished() || !id) return malformed;
        request.ids.push_back(std::move(*id));
    }
    if (!list.finished() || request.ids.empty()) return malformed;
    if (!wrapped) return request;
    auto extensions = read_wrapped_extensions(*wrapped);
    if (!extensions || extensions->has_unknown_critical) return malformed;
    request.nonce = std::move(extensions->nonce);
    return request;
}

Result<Bytes> make_ocsp_response(const Signer& responder, const std::vector<OcspSingleResponse>& responses,
                                 UtcTime produced_at, ByteView nonce) {
    if (responses.empty()) return invalid_parameter("an OCSP response is about some certificate");
    if (responder.certificate_chain().empty()) return fail(ErrorCode::CertificateInvalid, "no responder's certificate");
    const Bytes& certificate = responder.certificate_chain().front();
    const auto view = view_certificate(certificate);
    if (!view) return fail(ErrorCode::CertificateInvalid, "the responder's certificate is no DER certificate");
    const Bytes key_hash = der::octet_string(Digest::of(DigestAlgorithm::Sha1, view->public_key_bits()));
    Bytes singles;
    for (const OcspSingleResponse& response : responses)
        append(singles, encode(response));
    const Bytes data = der::sequence({der::element(der::context(2), key_hash), der::generalized_time(produced_at),
                                      der::sequence({singles}), nonce_extensions(1, nonce)});
    const auto signature_value = responder.sign(data);
    if (!signature_value) return signature_value.error();
    const Bytes basic = der::sequence({data, encode_algorithm(responder.algorithm()), der::bit_string(*signature_value),
                                       der::element(der::context(0), der::sequence({certificate}))});
    const Bytes bytes = der::sequence({der::object_identifier(oid::kOcspBasic), der::octet_string(basic)});
    const std::uint8_t successful = 0;
    return der::sequence(
        {der::element(der::kEnumerated, ByteView(&successful, 1)), der::element(der::context(0), bytes)});
}

Bytes ocsp_error_response(OcspResponseStatus status) {
    const auto code = static_cast<std::uint8_t>(status);
    return der::sequence({der::element(der::kEnumerated, ByteView(&code, 1))});
}

Result<OcspResponse> parse_ocsp_response(ByteView der) {
    if (der.size() > kMaxResponse) return refused("too large");
    const auto envelope = read_envelope(der);
    if (!envelope) return refused("malformed");
    OcspResponse response;
    response.der = copy(der);
    response.status = envelope->status;
    if (response.status != OcspResponseStatus::Successful) return response;
    const auto basic = read_basic(envelope->basic);
    if (!basic) return refused("malformed");
    der::Reader outer(basic->frame.to_be_signed);
    if (!read_response_data(der::Reader(outer.take(der::kSequence)), response)) return refused("malformed");
    if (basic->certificates && !read_certificates_of(*basic->certificates, response)) return refused("malformed");
    return response;
}

Result<OcspSigner> check_ocsp_response(const OcspResponse& response, ByteView issuer_certificate) {
    const auto issuer = view_certificate(issuer_certificate);
    if (!issuer) return refused("the issuer's certificate is unreadable");
    if (response.status != OcspResponseStatus::Successful) return refused("the responder did not answer");
    if (response.has_unknown_critical_extension) return refused("unknown critical extension");
    const auto envelope = read_envelope(response.der);
    const auto basic = envelope ? read_basic(envelope->basic) : std::nullopt;
    if (!basic) return refused("malformed");
    if (is_responder(response, *issuer)) {
        if (const auto checked = check_signature(basic->frame, *issuer); !checked) return checked.error();
        return OcspSigner{copy(issuer_certificate), true, false};
    }
    Error why = refused("the responder's certificate is missing");
    for (const Bytes& certificate : response.certificates) {
        const auto view = view_certificate(certificate);
        if (!view || !is_responder(response, *view)) continue;
        Status checked = may_answer(certificate, *view, *issuer, response);
        if (checked) checked = check_signature(basic->frame, *view);
        if (checked) return OcspSigner{certificate, false, view->has(oid::kOcspNoCheck)};
        why = checked.error();
    }
    return why;
}

}  // namespace signet::crypto
