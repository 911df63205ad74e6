#pragma once

#include <string_view>

/// Object identifiers, in the words of the standards that define them.
namespace signet::crypto::oid {

// RFC 5652: content types and attributes.
inline constexpr std::string_view kData = "1.2.840.113549.1.7.1";
inline constexpr std::string_view kSignedData = "1.2.840.113549.1.7.2";
inline constexpr std::string_view kContentType = "1.2.840.113549.1.9.3";
inline constexpr std::string_view kMessageDigest = "1.2.840.113549.1.9.4";
inline constexpr std::string_view kSigningTime = "1.2.840.113549.1.9.5";

// GB/T 35275: the content types of its own CMS.
inline constexpr std::string_view kNationalData = "1.2.156.10197.6.1.4.2.1";
inline constexpr std::string_view kNationalSignedData = "1.2.156.10197.6.1.4.2.2";

// RFC 2634, RFC 5035, RFC 6211, RFC 3161, RFC 5126, ETSI EN 319 122-1.
inline constexpr std::string_view kSigningCertificate = "1.2.840.113549.1.9.16.2.12";
inline constexpr std::string_view kSigningCertificateV2 = "1.2.840.113549.1.9.16.2.47";
inline constexpr std::string_view kCmsAlgorithmProtection = "1.2.840.113549.1.9.52";
inline constexpr std::string_view kSignatureTimeStamp = "1.2.840.113549.1.9.16.2.14";
inline constexpr std::string_view kTstInfo = "1.2.840.113549.1.9.16.1.4";
/// The policy of Signet's own time-stamps: below the arc of UUIDs, which anybody may use (ITU-T X.667).
inline constexpr std::string_view kOwnTimeStampPolicy = "2.25.104204406151566549123038800037755218446";
inline constexpr std::string_view kSignaturePolicy = "1.2.840.113549.1.9.16.2.15";
/// Adobe's RevocationInfoArchival (ISO 32000-2, 12.8.3.3.2).
inline constexpr std::string_view kRevocationInfoArchival = "1.2.840.113583.1.1.8";
inline constexpr std::string_view kCommitmentType = "1.2.840.113549.1.9.16.2.16";

// Digests: RFC 5754, RFC 8702, GB/T 33560.
inline constexpr std::string_view kMd5 = "1.2.840.113549.2.5";
inline constexpr std::string_view kSha1 = "1.3.14.3.2.26";
inline constexpr std::string_view kSha224 = "2.16.840.1.101.3.4.2.4";
inline constexpr std::string_view kSha256 = "2.16.840.1.101.3.4.2.1";
inline constexpr std::string_view kSha384 = "2.16.840.1.101.3.4.2.2";
inline constexpr std::string_view kSha512 = "2.16.840.1.101.3.4.2.3";
inline constexpr std::string_view kSha3_256 = "2.16.840.1.101.3.4.2.8";
inline constexpr std::string_view kSha3_384 = "2.16.840.1.101.3.4.2.9";
inline constexpr std::string_view kSha3_512 = "2.16.840.1.101.3.4.2.10";
inline constexpr std::string_view kSm3 = "1.2.156.10197.1.401";

// Signatures: RFC 8017, RFC 4055, RFC 5758, RFC 8419.
inline constexpr std::string_view kRsaEncryption = "1.2.840.113549.1.1.1";
inline constexpr std::string_view kMd5WithRsa = "1.2.840.113549.1.1.4";
inline constexpr std::string_view kSha1WithRsa = "1.2.840.113549.1.1.5";
inline constexpr std::string_view kMgf1 = "1.2.840.113549.1.1.8";
inline constexpr std::string_view kRsaPss = "1.2.840.113549.1.1.10";
inline constexpr std::string_view kSha256WithRsa = "1.2.840.113549.1.1.11";
inline constexpr std::string_view kSha384WithRsa = "1.2.840.113549.1.1.12";
inline constexpr std::string_view kSha512WithRsa = "1.2.840.113549.1.1.13";
inline constexpr std::string_view kSha224WithRsa = "1.2.840.113549.1.1.14";
inline constexpr std::string_view kEcPublicKey = "1.2.840.10045.2.1";
inline constexpr std::string_view kEcdsaWithSha1 = "1.2.840.10045.4.1";
inline constexpr std::string_view kEcdsaWithSha224 = "1.2.840.10045.4.3.1";
inline constexpr std::string_view kEcdsaWithSha256 = "1.2.840.10045.4.3.2";
inline constexpr std::string_view kEcdsaWithSha384 = "1.2.840.10045.4.3.3";
inline constexpr std::string_view kEcdsaWithSha512 = "1.2.840.10045.4.3.4";
inline constexpr std::string_view kEd25519 = "1.3.101.112";
inline constexpr std::string_view kEd448 = "1.3.101.113";
// GB/T 33560: the curve, which some write where an algorithm belongs; SM2 as signature algorithm; SM2 with SM3.
inline constexpr std::string_view kSm2 = "1.2.156.10197.1.301";
inline constexpr std::string_view kSm2Signature = "1.2.156.10197.1.301.1";
inline constexpr std::string_view kSm2WithSm3 = "1.2.156.10197.1.501";

// X.520 names.
inline constexpr std::string_view kCommonName = "2.5.4.3";
inline constexpr std::string_view kSerialNumber = "2.5.4.5";
inline constexpr std::string_view kCountryName = "2.5.4.6";
inline constexpr std::string_view kOrganizationName = "2.5.4.10";

// RFC 5280 extensions and purposes; RFC 9336, RFC 9598, RFC 9608, ETSI EN 319 412-1.
inline constexpr std::string_view kSubjectKeyIdentifier = "2.5.29.14";
inline constexpr std::string_view kKeyUsage = "2.5.29.15";
inline constexpr std::string_view kSubjectAlternativeName = "2.5.29.17";
inline constexpr std::string_view kBasicConstraints = "2.5.29.19";
inline constexpr std::string_view kRevocationListNumber = "2.5.29.20";
inline constexpr std::string_view kExpiredCertificatesOnList = "2.5.29.60";  // expiredCertsOnCRL
inline constexpr std::string_view kRevocationListDistributionPoints = "2.5.29.31";
inline constexpr std::string_view kReasonCode = "2.5.29.21";
inline constexpr std::string_view kInvalidityDate = "2.5.29.24";
inline constexpr std::string_view kIssuingDistributionPoint = "2.5.29.28";
inline constexpr std::string_view kAuthorityKeyIdentifier = "2.5.29.35";
inline constexpr std::string_view kExtendedKeyUsage = "2.5.29.37";
inline constexpr std::string_view kNoRevocationAvailable = "2.5.29.56";
inline constexpr std::string_view kAuthorityInformationAccess = "1.3.6.1.5.5.7.1.1";
inline constexpr std::string_view kTimeStamping = "1.3.6.1.5.5.7.3.8";
inline constexpr std::string_view kOcspSigning = "1.3.6.1.5.5.7.3.9";
inline constexpr std::string_view kEmailProtection = "1.3.6.1.5.5.7.3.4";
inline constexpr std::string_view kDocumentSigning = "1.3.6.1.5.5.7.3.36";
// RFC 6960.
inline constexpr std::string_view kOcsp = "1.3.6.1.5.5.7.48.1";
inline constexpr std::string_view kOcspBasic = "1.3.6.1.5.5.7.48.1.1";
inline constexpr std::string_view kOcspNonce = "1.3.6.1.5.5.7.48.1.2";
inline constexpr std::string_view kOcspNoCheck = "1.3.6.1.5.5.7.48.1.5";
inline constexpr std::string_view kCaIssuers = "1.3.6.1.5.5.7.48.2";
inline constexpr std::string_view kSmtpUtf8Mailbox = "1.3.6.1.5.5.7.8.9";
inline constexpr std::string_view kValidityAssuredShortTerm = "0.4.0.194121.2.1";

}  // namespace signet::crypto::oid
