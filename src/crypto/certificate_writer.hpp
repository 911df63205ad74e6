#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "crypto/revocation_reason.hpp"
#include "crypto/signer.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// X.509 version 3 certificates and revocation lists (RFC 5280) in our own DER, for the own CA alone.
namespace signet::crypto {

/// The parts of a distinguished name, in the order in which they are written; empty ones are left out.
struct DistinguishedName {
    std::string country;  // ISO 3166, two letters
    std::string organization;
    std::string common_name;
    std::string serial_number;  // PrintableString: letters, digits and ` '()+,-./:=?`
};

/// ParameterTooLong or InvalidParameter when a part breaks RFC 5280's bounds (64 characters) or alphabet.
Result<Bytes> encode_name(const DistinguishedName& name);

namespace extension {

Bytes authority(std::size_t path_length_limit, bool limited);
Bytes certificate_authority_key_usage();
Bytes document_signing_key_usage();
Bytes document_signing_purposes();
Bytes subject_key_identifier(ByteView key_identifier);
Bytes authority_key_identifier(ByteView key_identifier);
/// A mail address becomes rfc822Name (SmtpUTF8Mailbox when it is not ASCII), a telephone number a `tel:` URI (RFC
/// 3966). InvalidParameter for anything else.
Result<Bytes> subject_alternative_name(std::string_view contact);
/// RFC 3161 §2.3: the one purpose of a time-stamp authority, critical; and what its key does: digitalSignature.
Bytes time_stamping_purpose();
/// RFC 6960 §4.2.2.2: answers for the CA that issued it.
Bytes ocsp_signing_purpose();
/// RFC 6960 §4.2.2.2.1: nobody need ask whether this responder was revoked.
Bytes ocsp_no_check();
Bytes service_key_usage();
/// Where the certificate's OCSP responder is, and its issuer's certificate; empty: left out. Not both may be empty.
Bytes authority_information_access(std::string_view responder_url, std::string_view issuer_url);
Bytes revocation_list_url(std::string_view url);
/// RFC 9608: nobody will ever publish whether this certificate was revoked.
Bytes no_revocation_available();
/// ETSI EN 319 412-1 §5.2.2: the certificate is too short-lived to be revoked.
Bytes validity_assured_short_term();
Bytes revocation_list_number(std::uint64_t number);
/// Rec. ITU-T X.509 §9.5.2.7: a certificate that ended at this time or later stays on the list.
Bytes expired_certificates_on_list(UtcTime since);

}  // namespace extension

/// RFC 7093 §2 method 1: the first 160 bits of the SHA-256 over the public key's bits. Empty when `public_key` is no
/// SubjectPublicKeyInfo.
Bytes key_identifier_of(ByteView public_key);

struct CertificateFields {
    Bytes serial_number;  // big-endian
    Bytes issuer;         // encoded names
    Bytes subject;
    UtcTime not_before;
    UtcTime not_after;
    ByteView public_key;  // SubjectPublicKeyInfo
    std::vector<Bytes> extensions;
};
Result<Bytes> write_certificate(const CertificateFields& fields, const Signer& issuer);

struct RevocationListFields {
    Bytes issuer;
    UtcTime this_update;
    UtcTime next_update;
    struct Entry {
        Bytes serial_number;
        UtcTime revoked_at;
        RevocationReason reason = RevocationReason::Unspecified;
    };
    std::vector<Entry> entries;
    std::vector<Bytes> extensions;
};
Result<Bytes> write_revocation_list(const RevocationListFields& fields, const Signer& issuer);

/// 142 random bits in 18 bytes, positive: more than any rule asks for, and never minted twice.
Bytes random_serial_number();

}  // namespace signet::crypto
