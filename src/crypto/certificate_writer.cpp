#include "crypto/certificate_writer.hpp"

#include "base/text.hpp"
#include "crypto/algorithms.hpp"
#include "crypto/der.hpp"
#include "crypto/oids.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace signet::crypto {
namespace {

constexpr std::size_t kMaxNameCharacters = 64;  // RFC 5280 appendix A: ub-common-name and its like
constexpr std::size_t kSerialSize = 18;
constexpr std::size_t kKeyIdentifierSize = 20;
constexpr std::size_t kMaxContact = 255;
constexpr std::string_view kMainlandChina = "+86";

bool is_digits(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](unsigned char c) { return c < 0x80; });
}

/// X.680 §41.4.
bool is_printable_string(std::string_view text) {
    return std::ranges::all_of(text, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
               std::string_view(" '()+,-./:=?").find(c) != std::string_view::npos;
    });
}

Status check_name_part(std::string_view what, std::string_view text) {
    if (!is_utf8(text)) return invalid_parameter(fmt::format("{} is no UTF-8", what));
    if (character_count(text) > kMaxNameCharacters) {
        return fail(ErrorCode::ParameterTooLong,
                    fmt::format("{} has more than {} characters", what, kMaxNameCharacters));
    }
    const bool has_control = std::ranges::any_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
    if (has_control) return invalid_parameter(fmt::format("{} holds control characters", what));
    return {};
}

void append_name_part(Bytes& name, std::string_view type, der::Tag string_type, std::string_view text) {
    if (text.empty()) return;
    const Bytes value = der::element(string_type, as_bytes(text));
    append(name, der::element(der::kSet, der::sequence({der::object_identifier(type), value})));
}

Bytes make_extension(std::string_view type, bool critical, ByteView value) {
    const Bytes flag = critical ? der::boolean(true) : Bytes{};  // DEFAULT FALSE
    return der::sequence({der::object_identifier(type), flag, der::octet_string(value)});
}

Bytes url_name(std::string_view url) {
    return der::element(der::context_primitive(6), as_bytes(url));
}

/// RFC 3966: a global number has a plus sign; a mainland mobile number is one without being written as one.
std::string telephone_uri(std::string_view number) {
    if (number.starts_with('+')) return fmt::format("tel:{}", number);
    if (number.size() == 11 && number.starts_with('1')) return fmt::format("tel:{}{}", kMainlandChina, number);
    return fmt::format("tel:{};phone-context={}", number, kMainlandChina);
}

Bytes mail_name(std::string_view address) {
    if (is_ascii(address)) return der::element(der::context_primitive(1), as_bytes(address));
    const Bytes mailbox = der::element(der::context(0), der::utf8_string(address));
    return der::element(der::context(0), {der::object_identifier(oid::kSmtpUtf8Mailbox), mailbox});
}

Bytes list_of(const std::vector<Bytes>& elements) {
    Bytes content;
    for (const Bytes& one : elements)
        append(content, one);
    return der::sequence({content});
}

/// RFC 5280 §5.3.1: no reason code rather than `unspecified`.
Bytes entry_extensions(RevocationReason reason) {
    if (reason == RevocationReason::Unspecified) return {};
    const auto code = static_cast<std::uint8_t>(reason);
    return der::sequence({make_extension(oid::kReasonCode, false, der::element(der::kEnumerated, ByteView(&code, 1)))});
}

/// Certificate and CertificateList have the same frame.
Result<Bytes> sign_frame(ByteView to_be_signed, const Signer& issuer) {
    const auto signature_value = issuer.sign(to_be_signed);
    if (!signature_value) return signature_value.error();
    return der::sequence({to_be_signed, encode_algorithm(issuer.algorithm()), der::bit_string(*signature_value)});
}

}  // namespace

Result<Bytes> encode_name(const DistinguishedName& name) {
    const bool country_fits = name.country.empty() || (name.country.size() == 2 && is_printable_string(name.country));
    if (!country_fits) return invalid_parameter("a country has two letters");
    if (!is_printable_string(name.serial_number)) return invalid_parameter("serialNumber is no PrintableString");
    for (const auto& [what, text] : {std::pair("organization", std::string_view(name.organization)),
                                     std::pair("commonName", std::string_view(name.common_name)),
                                     std::pair("serialNumber", std::string_view(name.serial_number))}) {
        if (const auto checked = check_name_part(what, text); !checked) return checked.error();
    }
    if (name.common_name.empty()) return invalid_parameter("commonName is empty");
    Bytes content;
    append_name_part(content, oid::kCountryName, der::kPrintableString, name.country);
    append_name_part(content, oid::kOrganizationName, der::kUtf8String, name.organization);
    append_name_part(content, oid::kCommonName, der::kUtf8String, name.common_name);
    append_name_part(content, oid::kSerialNumber, der::kPrintableString, name.serial_number);
    return der::sequence({content});
}

namespace extension {

Bytes authority(std::size_t path_length_limit, bool limited) {
    const Bytes limit = limited ? der::integer(std::uint64_t{path_length_limit}) : Bytes{};
    return make_extension(oid::kBasicConstraints, true, der::sequence({der::boolean(true), limit}));
}

Bytes certificate_authority_key_usage() {
    return make_extension(oid::kKeyUsage, true, der::named_bits({5, 6}));  // keyCertSign, cRLSign
}

Bytes document_signing_key_usage() {
    return make_extension(oid::kKeyUsage, true, der::named_bits({0, 1}));  // digitalSignature, nonRepudiation
}

Bytes document_signing_purposes() {
    // Mail protection is what NSS and libcrypto ask of a CMS signer.
    return make_extension(
        oid::kExtendedKeyUsage, false,
        der::sequence({der::object_identifier(oid::kDocumentSigning), der::object_identifier(oid::kEmailProtection)}));
}

Bytes subject_key_identifier(ByteView key_identifier) {
    return make_extension(oid::kSubjectKeyIdentifier, false, der::octet_string(key_identifier));
}

Bytes authority_key_identifier(ByteView key_identifier) {
    return make_extension(oid::kAuthorityKeyIdentifier, false,
                          der::sequence({der::element(der::context_primitive(0), key_identifier)}));
}

Result<Bytes> subject_alternative_name(std::string_view contact) {
    const Error refused = invalid_parameter("a contact is a telephone number or a mail address");
    if (contact.size() > kMaxContact || !is_utf8(contact)) return refused;
    const std::size_t at = contact.find('@');
    if (at == std::string_view::npos) {
        const bool is_number = is_digits(contact.starts_with('+') ? contact.substr(1) : contact);
        if (!is_number) return refused;
        return make_extension(oid::kSubjectAlternativeName, false, der::sequence({url_name(telephone_uri(contact))}));
    }
    const bool has_blank = std::ranges::any_of(contact, [](unsigned char c) { return c <= 0x20 || c == 0x7f; });
    if (at == 0 || at + 1 == contact.size() || has_blank) return refused;
    return make_extension(oid::kSubjectAlternativeName, false, der::sequence({mail_name(contact)}));
}

Bytes time_stamping_purpose() {
    return make_extension(oid::kExtendedKeyUsage, true, der::sequence({der::object_identifier(oid::kTimeStamping)}));
}

Bytes ocsp_signing_purpose() {
    return make_extension(oid::kExtendedKeyUsage, false, der::sequence({der::object_identifier(oid::kOcspSigning)}));
}

Bytes ocsp_no_check() {
    return make_extension(oid::kOcspNoCheck, false, der::null());
}

Bytes service_key_usage() {
    return make_extension(oid::kKeyUsage, true, der::named_bits({0}));  // digitalSignature
}

Bytes authority_information_access(std::string_view responder_url, std::string_view issuer_url) {
    const auto access = [](std::string_view method, std::string_view url) {
        return url.empty() ? Bytes{} : der::sequence({der::object_identifier(method), url_name(url)});
    };
    return make_extension(oid::kAuthorityInformationAccess, false,
                          der::sequence({access(oid::kOcsp, responder_url), access(oid::kCaIssuers, issuer_url)}));
}

Bytes revocation_list_url(std::string_view url) {
    const Bytes full_name = der::element(der::context(0), url_name(url));
    const Bytes point = der::sequence({der::element(der::context(0), full_name)});
    return make_extension(oid::kRevocationListDistributionPoints, false, der::sequence({point}));
}

Bytes no_revocation_available() {
    return make_extension(oid::kNoRevocationAvailable, false, der::null());
}
Bytes validity_assured_short_term() {
    return make_extension(oid::kValidityAssuredShortTerm, false, der::null());
}

Bytes revocation_list_number(std::uint64_t number) {
    return make_extension(oid::kRevocationListNumber, false, der::integer(number));
}

Bytes expired_certificates_on_list(UtcTime since) {
    return make_extension(oid::kExpiredCertificatesOnList, false, der::generalized_time(since));
}

}  // namespace extension

Bytes key_identifier_of(ByteView public_key) {
    der::Reader outer(public_key);
    der::Reader fields(outer.take(der::kSequence));
    fields.take(der::kSequence);
    const der::Element bits = fields.take(der::kBitString);
    if (!outer.finished() || !fields.finished() || bits.content.empty()) return {};
    const Sha256Digest digest = Sha256::of(bits.content.subspan(1));
    return Bytes(digest.begin(), digest.begin() + kKeyIdentifierSize);
}

Result<Bytes> write_certificate(const CertificateFields& fields, const Signer& issuer) {
    const Bytes version = der::element(der::context(0), der::integer(std::uint64_t{2}));  // v3
    const Bytes to_be_signed = der::sequence({
        version,
        der::integer(fields.serial_number),
        encode_algorithm(issuer.algorithm()),
        fields.issuer,
        der::sequence({der::time(fields.not_before), der::time(fields.not_after)}),
        fields.subject,
        fields.public_key,
        der::element(der::context(3), list_of(fields.extensions)),
    });
    return sign_frame(to_be_signed, issuer);
}

Result<Bytes> write_revocation_list(const RevocationListFields& fields, const Signer& issuer) {
    Bytes entries;
    for (const auto& [serial_number, revoked_at, reason] : fields.entries) {
        append(entries, der::sequence({der::integer(serial_number), der::time(revoked_at), entry_extensions(reason)}));
    }
    const Bytes revoked = entries.empty() ? Bytes{} : der::sequence({entries});  // absent when there are none
    const Bytes to_be_signed = der::sequence({
        der::integer(std::uint64_t{1}),  // v2
        encode_algorithm(issuer.algorithm()),
        fields.issuer,
        der::time(fields.this_update),
        der::time(fields.next_update),
        revoked,
        der::element(der::context(0), list_of(fields.extensions)),
    });
    return sign_frame(to_be_signed, issuer);
}

Bytes random_serial_number() {
    Bytes serial = random_bytes(kSerialSize);
    serial[0] = static_cast<std::uint8_t>((serial[0] & 0x7f) | 0x40);
    return serial;
}

}  // namespace signet::crypto
