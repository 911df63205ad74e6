#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "crypto/cms.hpp"
#include "crypto/der.hpp"
#include "crypto/openssl.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The fields of a certificate as they stand in its bytes (RFC 5280 §4.1), for the sources of this floor alone.
namespace signet::crypto {

/// One extension of a certificate, a revocation list, a request or a response.
struct ExtensionView {
    std::string oid;
    bool critical = false;
    ByteView value;  // what the OCTET STRING holds
};

/// Reads what stands inside an `Extensions` SEQUENCE; nothing when it is malformed, empty, holds more than 50, or one
/// of them twice.
std::optional<std::vector<ExtensionView>> read_extensions(der::Reader extensions);
const ExtensionView* find_extension(const std::vector<ExtensionView>& extensions, std::string_view oid);

/// What an authority key identifier extension says; empty when it names no key.
ByteView read_authority_key_identifier(ByteView value);
/// The URLs of a DistributionPointName (RFC 5280 §4.2.1.13); other kinds of names are passed over.
std::vector<std::string> read_distribution_point_urls(der::Reader name);

/// Views into the certificate's own bytes, valid as long as they are.
struct CertificateView {
    ByteView serial_number;  // the INTEGER's content octets
    ByteView issuer;         // encoded Name
    ByteView subject;        // encoded Name
    ByteView public_key;     // encoded SubjectPublicKeyInfo
    UtcTime not_before;
    UtcTime not_after;
    std::vector<ExtensionView> extensions;

    /// The public key's bits, without what says how many are unused: what OCSP hashes.
    ByteView public_key_bits() const;
    /// The extended key usages; empty when the extension is absent or malformed.
    std::vector<std::string> purposes() const;
    /// False when a key usage extension is there and its named bit `bit` (digitalSignature 0 … cRLSign 6) is not set.
    bool may(unsigned bit) const;
    bool has_key_usage() const;
    bool is_authority() const;
    bool has(std::string_view extension_oid) const { return find_extension(extensions, extension_oid) != nullptr; }
    /// The key identifier of a subject or authority key identifier extension; empty when there is none.
    ByteView subject_key_identifier() const;
    ByteView authority_key_identifier() const;
    /// Where its revocation lists, its OCSP responder and its issuer's certificate are.
    std::vector<std::string> revocation_list_urls() const;
    std::vector<std::string> access_urls(std::string_view method) const;
    bool is_valid_at(UtcTime at) const { return not_before <= at && at <= not_after; }
};

/// Nothing when `der` is not exactly one certificate.
std::optional<CertificateView> view_certificate(ByteView der);

/// Encoded names that are the same by RFC 5280 §7.1, whatever string types they were written in.
bool is_same_name(ByteView a, ByteView b);

/// The key of a certificate; null when it is none that can be read.
EvpKey public_key_of(const CertificateView& certificate);

/// SEQUENCE { toBeSigned, signatureAlgorithm, BIT STRING }: what certificates, revocation lists and OCSP share.
struct SignedFrame {
    ByteView to_be_signed;
    AlgorithmIdentifier algorithm;
    ByteView signature_value;
};
/// Reads the three fields; what follows them is left to the caller.
std::optional<SignedFrame> read_signed_frame(der::Reader& fields);

enum class FrameVerdict { Holds, Wrong, Weak, UnknownAlgorithm };
/// Whether the holder of this certificate's key signed the frame. Weak: it did, with MD5 or SHA-1.
FrameVerdict check_frame(const SignedFrame& frame, const CertificateView& signer);
/// Why a frame does not count, in words for a refusal; empty when it holds.
std::string_view fault_of(FrameVerdict verdict);

}  // namespace signet::crypto
