#include "crypto/electronic_seal.hpp"

#include "base/text.hpp"
#include "crypto/algorithms.hpp"
#include "crypto/certificate_view.hpp"
#include "crypto/der.hpp"
#include "crypto/oids.hpp"
#include "crypto/signature_value.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace signet::crypto {
namespace {

constexpr std::string_view kHeader = "ES";
constexpr std::string_view kSm3Type = "SM3";
constexpr std::size_t kMaxUsers = 200;
constexpr std::size_t kMaxExtensions = 50;
constexpr std::size_t kMaxId = 128;
constexpr std::size_t kMaxNameCharacters = 200;
constexpr std::size_t kMaxPropertyInfo = 1024;
constexpr std::uint64_t kMaxMillimetres = 1000;
constexpr std::size_t kMaxTextRead = 4096;

Error damaged(std::string_view what) {
    return fail(ErrorCode::SealDataInvalid, fmt::format("electronic seal: {}", what));
}

Bytes copy(ByteView bytes) {
    return Bytes(bytes.begin(), bytes.end());
}

Bytes ia5_string(std::string_view text) {
    return der::element(der::kIa5String, as_bytes(text));
}

UtcTime whole_seconds(UtcTime time) {
    return UtcTime{time.milliseconds / 1000 * 1000};
}

// ---- Writing.

bool is_ia5(std::string_view text) {
    return std::ranges::all_of(text, [](unsigned char c) { return c >= 0x20 && c < 0x7f; });
}

Status check_ia5(std::string_view what, std::string_view text, std::size_t limit) {
    if (text.empty() || !is_ia5(text)) return invalid_parameter(fmt::format("{} is not ASCII text", what));
    if (text.size() > limit) {
        return fail(ErrorCode::ParameterTooLong, fmt::format("{} has more than {} characters", what, limit));
    }
    return {};
}

Status check_users(const SealUsers& users) {
    const bool by_digest = users.kind == SealUsers::Kind::Digests;
    const std::size_t count = by_digest ? users.digests.size() : users.certificates.size();
    if (count == 0 || count > kMaxUsers) return invalid_parameter("a seal has 1 to 200 certificates on its list");
    const auto is_certificate = [](const Bytes& der) { return view_certificate(der).has_value(); };
    if (!by_digest && !std::ranges::all_of(users.certificates, is_certificate)) {
        return invalid_parameter("a seal's list holds something else than certificates");
    }
    return {};
}

Status check_picture(const SealPicture& picture) {
    if (const auto checked = check_ia5("picture type", picture.type, 16); !checked) return checked;
    if (picture.data.empty()) return invalid_parameter("a seal has a picture");
    const auto fits = [](std::uint64_t size) { return size > 0 && size <= kMaxMillimetres; };
    if (!fits(picture.width) || !fits(picture.height)) {
        return invalid_parameter("a seal's picture is 1 to 1000 millimetres wide and high");
    }
    return {};
}

Status check_fields(const SealFields& fields) {
    if (const auto checked = check_ia5("seal id", fields.id, kMaxId); !checked) return checked;
    if (const auto checked = check_ia5("vendor", fields.vendor, kMaxId); !checked) return checked;
    if (fields.name.empty() || !is_utf8(fields.name)) return invalid_parameter("seal name is no text");
    if (character_count(fields.name) > kMaxNameCharacters) {
        return fail(ErrorCode::ParameterTooLong, "seal name has more than 200 characters");
    }
    if (fields.valid_until <= fields.valid_from) return invalid_parameter("a seal must be valid for some time");
    if (const auto checked = check_users(fields.users); !checked) return checked;
    return check_picture(fields.picture);
}

Bytes encode(const SealUsers& users) {
    Bytes list;
    if (users.kind == SealUsers::Kind::Certificates) {
        for (const Bytes& certificate : users.certificates)
            append(list, der::octet_string(certificate));
        return der::sequence({list});
    }
    for (const auto& [type, value] : users.digests) {
        append(list, der::sequence({der::element(der::kPrintableString, as_bytes(type)), der::octet_string(value)}));
    }
    return der::sequence({list});
}

Bytes encode(const SealFields& fields) {
    const Bytes header = der::sequence({ia5_string(kHeader), der::integer(kSealVersion), ia5_string(fields.vendor)});
    const Bytes property = der::sequence({
        der::integer(static_cast<std::uint64_t>(fields.owner)),
        der::utf8_string(fields.name),
        der::integer(static_cast<std::uint64_t>(fields.users.kind)),
        encode(fields.users),
        der::generalized_time(fields.created_at),
        der::generalized_time(fields.valid_from),
        der::generalized_time(fields.valid_until),
    });
    const Bytes picture = der::sequence({ia5_string(fields.picture.type), der::octet_string(fields.picture.data),
                                         der::integer(fields.picture.width), der::integer(fields.picture.height)});
    return der::sequence({header, ia5_string(fields.id), property, picture});
}

Status check_sm2(const Signer& signer) {
    if (signer.algorithm() != SignatureAlgorithm::Sm2Sm3) {
        return fail(ErrorCode::KeyUnusable, "a seal by GB/T 38540 needs an SM2 key");
    }
    if (signer.certificate_chain().empty()) return fail(ErrorCode::CertificateInvalid, "the signer has no certificate");
    return {};
}

/// certificate, algorithm and signature value as they stand behind what is signed, in seals and in signatures.
struct Trailer {
    Bytes certificate;
    Bytes algorithm = der::object_identifier(oid::kSm2WithSm3);
    Bytes signature_value;
};

Trailer trailer_of(const Signer& signer, ByteView signature_value) {
    return {der::octet_string(signer.certificate_chain().front()), der::object_identifier(oid::kSm2WithSm3),
            der::bit_string(signature_value)};
}

// ---- Reading.

std::optional<std::string> read_text(const der::Element& element) {
    if (element.content.size() > kMaxTextRead) return std::nullopt;
    return std::string(as_text(element.content));
}

/// A BIT STRING of whole bytes.
std::optional<Bytes> read_bits(const der::Element& element) {
    if (element.content.size() < 2 || element.content[0] != 0) return std::nullopt;
    return copy(element.content.subspan(1));
}

bool read_user_certificates(der::Reader list, SealUsers& users) {
    while (list.ok() && !list.at_end() && users.certificates.size() <= kMaxUsers)
        users.certificates.push_back(copy(list.take(der::kOctetString).content));
    return list.finished() && users.certificates.size() <= kMaxUsers;
}

bool read_user_digests(der::Reader list, SealUsers& users) {
    while (list.ok() && !list.at_end() && users.digests.size() <= kMaxUsers) {
        der::Reader fields(list.take(der::kSequence));
        auto type = read_text(fields.take(der::kPrintableString));
        Bytes value = copy(fields.take(der::kOctetString).content);
        if (!fields.finished() || !type) return false;
        users.digests.push_back({std::move(*type), std::move(value)});
    }
    return list.finished() && users.digests.size() <= kMaxUsers;
}

bool read_users(der::Reader& property, SealUsers& users) {
    const auto kind = der::read_small_integer(property.take(der::kInteger));
    const der::Element list = property.take(der::kSequence);
    if (!property.ok() || !kind) return false;
    if (*kind == 1) {
        users.kind = SealUsers::Kind::Certificates;
        return read_user_certificates(der::Reader(list), users);
    }
    users.kind = SealUsers::Kind::Digests;
    return *kind == 2 && read_user_digests(der::Reader(list), users);
}

bool read_header(der::Reader fields, ElectronicSeal& seal) {
    const auto id = read_text(fields.take(der::kIa5String));
    const auto version = der::read_small_integer(fields.take(der::kInteger));
    const auto vendor = read_text(fields.take(der::kIa5String));
    if (!fields.finished() || !id || !version || !vendor) return false;
    seal.header = *id;
    seal.version = *version;
    seal.fields.vendor = *vendor;
    return true;
}

bool read_property(der::Reader fields, ElectronicSeal& seal) {
    const auto owner = der::read_small_integer(fields.take(der::kInteger));
    const auto name = read_text(fields.take(der::kUtf8String));
    if (!owner || !name || !is_utf8(*name) || !read_users(fields, seal.fields.users)) return false;
    const auto created_at = der::read_time(fields.take(der::kGeneralizedTime));
    const auto valid_from = der::read_time(fields.take(der::kGeneralizedTime));
    const auto valid_until = der::read_time(fields.take(der::kGeneralizedTime));
    if (!fields.finished() || !created_at || !valid_from || !valid_until) return false;
    seal.owner_number = *owner;
    seal.fields.owner = *owner == 2 ? SealOwner::Person : SealOwner::Unit;
    seal.fields.name = *name;
    seal.fields.created_at = *created_at;
    seal.fields.valid_from = *valid_from;
    seal.fields.valid_until = *valid_until;
    return true;
}

bool read_picture(der::Reader fields, SealPicture& picture) {
    const auto type = read_text(fields.take(der::kIa5String));
    picture.data = copy(fields.take(der::kOctetString).content);
    const auto width = der::read_small_integer(fields.take(der::kInteger));
    const auto height = der::read_small_integer(fields.take(der::kInteger));
    if (!fields.finished() || !type || !width || !height) return false;
    picture.type = *type;
    picture.width = *width;
    picture.height = *height;
    return true;
}

/// extDatas: `[0]` in the standard; some write the bare SEQUENCE. We know no extension, so a critical one is unknown.
bool read_extension_data(der::Reader& fields, std::vector<std::string>& unknown_critical) {
    std::optional<der::Element> list = fields.take_if(der::kSequence);
    if (const auto tagged = fields.take_if(der::context(0)); tagged && !list) {
        der::Reader inside(*tagged);
        list = inside.take(der::kSequence);
        if (!inside.finished()) return false;
    }
    if (!list) return fields.finished();
    const auto extensions = read_extensions(der::Reader(*list));
    if (!extensions || extensions->size() > kMaxExtensions) return false;
    for (const ExtensionView& extension : *extensions) {
        if (extension.critical) unknown_critical.push_back(extension.oid);
    }
    return fields.finished();
}

bool read_seal_info(der::Reader fields, ElectronicSeal& seal) {
    if (!read_header(der::Reader(fields.take(der::kSequence)), seal)) return false;
    const auto id = read_text(fields.take(der::kIa5String));
    if (!id || !read_property(der::Reader(fields.take(der::kSequence)), seal)) return false;
    seal.fields.id = *id;
    return read_picture(der::Reader(fields.take(der::kSequence)), seal.fields.picture) &&
           read_extension_data(fields, seal.unknown_critical_extensions);
}

bool read_trailer(der::Reader& fields, Bytes& certificate, std::string& algorithm, Bytes& signature_value) {
    certificate = copy(fields.take(der::kOctetString).content);
    algorithm = der::oid_text(fields.take(der::kObjectIdentifier).content);
    auto value = read_bits(fields.take(der::kBitString));
    if (!fields.ok() || !value || algorithm.empty()) return false;
    signature_value = std::move(*value);
    return true;
}

Result<ElectronicSeal> read_seal(const der::Element& element) {
    if (element.encoding.size() > kMaxSealSize) return damaged("too large");
    ElectronicSeal seal;
    seal.der = copy(element.encoding);
    der::Reader fields(element);
    const der::Element info = fields.take(der::kSequence);
    seal.to_be_signed = copy(info.encoding);
    if (!fields.ok() || !read_seal_info(der::Reader(info), seal)) return damaged("damaged seal info");
    const bool has_trailer =
        read_trailer(fields, seal.maker_certificate, seal.signature_algorithm, seal.signature_value);
    if (!has_trailer || !fields.finished()) return damaged("damaged signature of the seal");
    return seal;
}

Status read_to_be_signed(const der::Element& element, SealSignature& signature) {
    signature.to_be_signed = copy(element.encoding);
    der::Reader fields(element);
    const auto version = der::read_small_integer(fields.take(der::kInteger));
    const der::Element seal_element = fields.take(der::kSequence);
    if (!fields.ok() || !version) return damaged("damaged version or seal");
    auto seal = read_seal(seal_element);
    if (!seal) return seal.error();
    const auto time = der::read_time(fields.take(der::kGeneralizedTime));
    auto data_hash = read_bits(fields.take(der::kBitString));
    auto property_info = read_text(fields.take(der::kIa5String));
    if (!fields.ok() || !time || !data_hash || !property_info) return damaged("damaged time, hash or property info");
    if (!read_extension_data(fields, signature.unknown_critical_extensions)) return damaged("damaged extensions");
    signature.version = *version;
    signature.seal = std::move(*seal);
    signature.time = *time;
    signature.data_hash = std::move(*data_hash);
    signature.property_info = std::move(*property_info);
    return {};
}

/// The time-stamp: `[0]` in the standard; some write the bare BIT STRING.
bool read_time_stamp(der::Reader& fields, Bytes& time_stamp) {
    std::optional<der::Element> bits = fields.take_if(der::kBitString);
    if (const auto tagged = fields.take_if(der::context(0)); tagged && !bits) {
        der::Reader inside(*tagged);
        bits = inside.take(der::kBitString);
        if (!inside.finished()) return false;
    }
    if (bits) {
        auto token = read_bits(*bits);
        if (!token || token->size() > kMaxTimeStampTokenSize) return false;
        time_stamp = std::move(*token);
    }
    return fields.finished();
}

std::optional<DigestAlgorithm> digest_named(std::string_view type) {
    if (type == kSm3Type || type == "sm3") return DigestAlgorithm::Sm3;
    return digest_of_oid(type);
}

std::size_t whole(std::size_t length) {
    return der::header_size(length) + length;
}

}  // namespace

SealUsers SealUsers::by_digest(const std::vector<Bytes>& certificates) {
    SealUsers users;
    for (const Bytes& certificate : certificates)
        users.digests.push_back({std::string(kSm3Type), Digest::of(DigestAlgorithm::Sm3, certificate)});
    return users;
}

SealUsers SealUsers::by_certificate(std::vector<Bytes> certificates) {
    return {Kind::Certificates, std::move(certificates), {}};
}

bool SealUsers::include(ByteView certificate) const {
    if (kind == Kind::Certificates) {
        return std::ranges::any_of(certificates,
                                   [&](const Bytes& one) { return std::ranges::equal(one, certificate); });
    }
    return std::ranges::any_of(digests, [&](const CertificateDigest& one) {
        // The standard leaves the type's words to the maker; what it does not name is taken for SM3.
        const DigestAlgorithm algorithm = digest_named(one.type).value_or(DigestAlgorithm::Sm3);
        return !is_weak(algorithm) && one.value == Digest::of(algorithm, certificate);
    });
}

Result<Bytes> make_electronic_seal(const SealFields& fields, const Signer& maker) {
    if (const auto checked = check_sm2(maker); !checked) return checked.error();
    if (const auto checked = check_fields(fields); !checked) return checked.error();
    const auto certificate = view_certificate(maker.certificate_chain().front());
    if (!certificate || !certificate->is_valid_at(whole_seconds(fields.created_at))) {
        return damaged("the maker's certificate is not valid when the seal is made");
    }
    const Bytes to_be_signed = encode(fields);
    const auto signature_value = maker.sign(to_be_signed);
    if (!signature_value) return signature_value.error();
    const Trailer trailer = trailer_of(maker, *signature_value);
    Bytes seal = der::sequence({to_be_signed, trailer.certificate, trailer.algorithm, trailer.signature_value});
    if (seal.size() > kMaxSealSize) return fail(ErrorCode::ParameterTooLong, "a seal has at most 2 MB");
    return seal;
}

Result<ElectronicSeal> parse_electronic_seal(ByteView der) {
    if (der.size() > kMaxSealSize) return damaged("too large");
    der::Reader outer(der);
    const der::Element element = outer.take(der::kSequence);
    if (!outer.finished()) return damaged("no DER");
    return read_seal(element);
}

Result<SealSignature> parse_seal_signature(ByteView bytes) {
    der::Reader outer(bytes);
    const der::Element element = outer.take(der::kSequence);
    if (!outer.ok()) return damaged("no DER");
    if (element.encoding.size() > kMaxSealSignatureSize) return damaged("too large");
    SealSignature signature;
    signature.encoded_size = element.encoding.size();
    der::Reader fields(element);
    const der::Element to_be_signed = fields.take(der::kSequence);
    if (!fields.ok()) return damaged("no signature with a seal");
    if (const auto read = read_to_be_signed(to_be_signed, signature); !read) return read.error();
    const bool has_trailer =
        read_trailer(fields, signature.signer_certificate, signature.signature_algorithm, signature.signature_value);
    if (!has_trailer || !read_time_stamp(fields, signature.time_stamp)) return damaged("damaged signature value");
    return signature;
}

Result<UnfinishedSealSignature> sign_with_seal(const ElectronicSeal& seal, const SealSignatureFields& fields,
                                               const Signer& signer) {
    if (const auto checked = check_sm2(signer); !checked) return checked.error();
    if (const auto checked = check_ia5("property info", fields.property_info, kMaxPropertyInfo); !checked) {
        return checked.error();
    }
    // Whom the maker's certificate is trusted by is for those to say who check the signature.
    const auto maker = view_certificate(seal.maker_certificate);
    const EvpKey maker_key = maker ? public_key_of(*maker) : nullptr;
    const SignatureMethod method{SignatureScheme::Sm2, DigestAlgorithm::Sm3, DigestAlgorithm::Sm3, 0};
    const bool is_whole = maker_key && seal.signature_algorithm == oid::kSm2WithSm3 &&
                          verify_message(maker_key.get(), method, seal.signature_value, seal.to_be_signed);
    if (!is_whole) return damaged("the seal is not signed by its maker");
    if (!seal.fields.users.include(signer.certificate_chain().front())) {
        return damaged("the signer's certificate is not on the seal's list");
    }
    const UtcTime time = whole_seconds(fields.time);
    if (time < seal.fields.valid_from) return damaged("the seal is not yet valid");
    if (time > seal.fields.valid_until) return damaged("the seal has expired");
    UnfinishedSealSignature signature;
    signature.to_be_signed = der::sequence({der::integer(seal.version), seal.der, der::generalized_time(time),
                                            der::bit_string(fields.data_hash), ia5_string(fields.property_info)});
    auto signature_value = signer.sign(signature.to_be_signed);
    if (!signature_value) return signature_value.error();
    signature.signature_value = std::move(*signature_value);
    return signature;
}

Result<Bytes> finish_seal_signature(const UnfinishedSealSignature& signature, const Signer& signer,
                                    ByteView time_stamp_token) {
    if (time_stamp_token.size() > kMaxTimeStampTokenSize) {
        return invalid_parameter("a time-stamp token has at most 65536 bytes");
    }
    const Trailer trailer = trailer_of(signer, signature.signature_value);
    const Bytes stamp =
        time_stamp_token.empty() ? Bytes{} : der::element(der::context(0), der::bit_string(time_stamp_token));
    return der::sequence(
        {signature.to_be_signed, trailer.certificate, trailer.algorithm, trailer.signature_value, stamp});
}

std::size_t max_seal_signature_size(const ElectronicSeal& seal, const Signer& signer, std::size_t max_property_info,
                                    std::size_t max_token_size) {
    constexpr std::size_t kTimeAndVersion = 64;
    const std::size_t signed_part =
        seal.der.size() + kTimeAndVersion + whole(Sm3Digest{}.size() + 1) + whole(max_property_info);
    const std::size_t certificate = signer.certificate_chain().empty() ? 0 : signer.certificate_chain().front().size();
    const std::size_t algorithm = der::object_identifier(oid::kSm2WithSm3).size();
    return whole(whole(signed_part) + whole(certificate) + algorithm + whole(signer.max_signature_size() + 1) +
                 whole(whole(max_token_size + 1)));
}

}  // namespace signet::crypto
