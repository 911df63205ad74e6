#include "crypto/certificate_view.hpp"

#include "crypto/algorithms.hpp"
#include "crypto/oids.hpp"
#include "crypto/signature_value.hpp"

#include <algorithm>

#include <openssl/err.h>

namespace signet::crypto {
namespace {

constexpr std::size_t kMaxExtensions = 50;
constexpr std::size_t kMaxPurposes = 50;
constexpr std::size_t kMaxUrls = 20;
constexpr std::size_t kMaxUrl = 2048;
constexpr std::size_t kMaxCertificate = 64 * 1024;

using NamePointer = std::unique_ptr<X509_NAME, OpensslFree<X509_NAME_free>>;

NamePointer parse_name(ByteView der) {
    const unsigned char* at = der.data();
    return NamePointer(d2i_X509_NAME(nullptr, &at, static_cast<long>(der.size())));
}

std::optional<ExtensionView> read_extension(der::Reader fields) {
    ExtensionView extension;
    extension.oid = der::oid_text(fields.take(der::kObjectIdentifier).content);
    if (const auto critical = fields.take_if(der::kBoolean)) {
        if (critical->content.size() != 1) return std::nullopt;
        extension.critical = critical->content[0] != 0;
    }
    extension.value = fields.take(der::kOctetString).content;
    if (!fields.finished() || extension.oid.empty()) return std::nullopt;
    return extension;
}

/// Skips issuerUniqueID and subjectUniqueID, and reads the extensions behind them.
bool read_optional_fields(der::Reader& tbs, CertificateView& view) {
    for (const unsigned number : {1U, 2U}) {
        tbs.take_if(der::context_primitive(number));
        tbs.take_if(der::context(number));
    }
    if (const auto wrapped = tbs.take_if(der::context(3))) {
        der::Reader inside(*wrapped);
        auto extensions = read_extensions(der::Reader(inside.take(der::kSequence)));
        if (!extensions || !inside.finished()) return false;
        view.extensions = std::move(*extensions);
    }
    return tbs.finished();
}

bool read_validity(der::Reader fields, CertificateView& view) {
    const auto not_before = der::read_time(fields.take_any());
    const auto not_after = der::read_time(fields.take_any());
    if (!fields.finished() || !not_before || !not_after) return false;
    view.not_before = *not_before;
    view.not_after = *not_after;
    return true;
}

}  // namespace

std::optional<std::vector<ExtensionView>> read_extensions(der::Reader extensions) {
    std::vector<ExtensionView> list;
    while (extensions.ok() && !extensions.at_end()) {
        auto extension = read_extension(der::Reader(extensions.take(der::kSequence)));
        if (!extension || list.size() == kMaxExtensions || find_extension(list, extension->oid) != nullptr) {
            return std::nullopt;
        }
        list.push_back(std::move(*extension));
    }
    if (!extensions.finished() || list.empty()) return std::nullopt;
    return list;
}

const ExtensionView* find_extension(const std::vector<ExtensionView>& extensions, std::string_view oid) {
    const auto found = std::ranges::find(extensions, oid, &ExtensionView::oid);
    return found == extensions.end() ? nullptr : &*found;
}

ByteView read_authority_key_identifier(ByteView value) {
    der::Reader fields(der::Reader(value).take(der::kSequence));
    const auto identifier = fields.take_if(der::context_primitive(0));
    return identifier ? identifier->content : ByteView{};
}

std::vector<std::string> read_distribution_point_urls(der::Reader name) {
    const auto full_name = name.take_if(der::context(0));
    if (!full_name) return {};
    std::vector<std::string> urls;
    der::Reader names(*full_name);
    while (names.ok() && !names.at_end() && urls.size() < kMaxUrls) {
        const der::Element one = names.take_any();
        const bool is_url = one.tag == der::context_primitive(6) && one.content.size() <= kMaxUrl;
        if (is_url) urls.push_back(readable_text(as_text(one.content)));
    }
    return urls;
}

ByteView CertificateView::public_key_bits() const {
    der::Reader outer(public_key);
    der::Reader fields(outer.take(der::kSequence));
    fields.take(der::kSequence);
    const der::Element bits = fields.take(der::kBitString);
    if (!outer.finished() || !fields.finished() || bits.content.empty()) return {};
    return bits.content.subspan(1);
}

std::vector<std::string> CertificateView::purposes() const {
    const ExtensionView* extension = find_extension(extensions, oid::kExtendedKeyUsage);
    if (extension == nullptr) return {};
    der::Reader outer(extension->value);
    der::Reader list(outer.take(der::kSequence));
    std::vector<std::string> purposes;
    while (list.ok() && !list.at_end() && purposes.size() < kMaxPurposes) {
        purposes.push_back(der::oid_text(list.take(der::kObjectIdentifier).content));
    }
    if (!outer.finished() || !list.finished()) return {};
    return purposes;
}

bool CertificateView::has_key_usage() const {
    return has(oid::kKeyUsage);
}

bool CertificateView::may(unsigned bit) const {
    const ExtensionView* extension = find_extension(extensions, oid::kKeyUsage);
    if (extension == nullptr) return true;
    der::Reader reader(extension->value);
    const der::Element bits = reader.take(der::kBitString);
    const std::size_t at = 1 + bit / 8;
    return reader.finished() && bits.content.size() > at && (bits.content[at] & (0x80U >> (bit % 8))) != 0;
}

bool CertificateView::is_authority() const {
    const ExtensionView* extension = find_extension(extensions, oid::kBasicConstraints);
    if (extension == nullptr) return false;
    der::Reader outer(extension->value);
    der::Reader fields(outer.take(der::kSequence));
    const auto flag = fields.take_if(der::kBoolean);
    return outer.finished() && fields.ok() && flag && flag->content.size() == 1 && flag->content[0] != 0;
}

ByteView CertificateView::subject_key_identifier() const {
    const ExtensionView* extension = find_extension(extensions, oid::kSubjectKeyIdentifier);
    if (extension == nullptr) return {};
    return der::Reader(extension->value).take(der::kOctetString).content;
}

ByteView CertificateView::authority_key_identifier() const {
    const ExtensionView* extension = find_extension(extensions, oid::kAuthorityKeyIdentifier);
    if (extension == nullptr) return {};
    return read_authority_key_identifier(extension->value);
}

std::vector<std::string> CertificateView::revocation_list_urls() const {
    const ExtensionView* extension = find_extension(extensions, oid::kRevocationListDistributionPoints);
    if (extension == nullptr) return {};
    std::vector<std::string> urls;
    der::Reader points(der::Reader(extension->value).take(der::kSequence));
    while (points.ok() && !points.at_end() && urls.size() < kMaxUrls) {
        der::Reader fields(points.take(der::kSequence));
        const auto name = fields.take_if(der::context(0));
        if (!name) continue;
        for (std::string& url : read_distribution_point_urls(der::Reader(*name)))
            urls.push_back(std::move(url));
    }
    return urls;
}

std::vector<std::string> CertificateView::access_urls(std::string_view method) const {
    const ExtensionView* extension = find_extension(extensions, oid::kAuthorityInformationAccess);
    if (extension == nullptr) return {};
    std::vector<std::string> urls;
    der::Reader descriptions(der::Reader(extension->value).take(der::kSequence));
    while (descriptions.ok() && !descriptions.at_end() && urls.size() < kMaxUrls) {
        der::Reader fields(descriptions.take(der::kSequence));
        const bool is_wanted = der::oid_text(fields.take(der::kObjectIdentifier).content) == method;
        const auto url = fields.take_if(der::context_primitive(6));
        if (is_wanted && url && url->content.size() <= kMaxUrl) urls.push_back(readable_text(as_text(url->content)));
    }
    return urls;
}

std::optional<CertificateView> view_certificate(ByteView der) {
    if (der.size() > kMaxCertificate) return std::nullopt;
    der::Reader outer(der);
    der::Reader certificate(outer.take(der::kSequence));
    der::Reader tbs(certificate.take(der::kSequence));
    CertificateView view;
    tbs.take_if(der::context(0));
    view.serial_number = tbs.take(der::kInteger).content;
    tbs.take(der::kSequence);  // signature
    view.issuer = tbs.take(der::kSequence).encoding;
    const bool has_validity = read_validity(der::Reader(tbs.take(der::kSequence)), view);
    view.subject = tbs.take(der::kSequence).encoding;
    view.public_key = tbs.take(der::kSequence).encoding;
    if (!outer.finished() || !has_validity || !tbs.ok() || view.serial_number.empty()) return std::nullopt;
    if (!read_optional_fields(tbs, view)) return std::nullopt;
    return view;
}

bool is_same_name(ByteView a, ByteView b) {
    if (std::ranges::equal(a, b)) return true;
    const NamePointer one = parse_name(a);
    const NamePointer other = parse_name(b);
    const bool same = one && other && X509_NAME_cmp(one.get(), other.get()) == 0;
    ERR_clear_error();
    return same;
}

EvpKey public_key_of(const CertificateView& certificate) {
    const unsigned char* at = certificate.public_key.data();
    EvpKey key(d2i_PUBKEY(nullptr, &at, static_cast<long>(certificate.public_key.size())));
    ERR_clear_error();
    return key;
}

std::optional<SignedFrame> read_signed_frame(der::Reader& fields) {
    SignedFrame frame;
    frame.to_be_signed = fields.take(der::kSequence).encoding;
    auto algorithm = read_algorithm(fields);
    const der::Element signature = fields.take(der::kBitString);
    const bool is_whole = signature.content.size() > 1 && signature.content[0] == 0;
    if (!fields.ok() || !algorithm || !is_whole) return std::nullopt;
    frame.algorithm = std::move(*algorithm);
    frame.signature_value = signature.content.subspan(1);
    return frame;
}

FrameVerdict check_frame(const SignedFrame& frame, const CertificateView& signer) {
    const auto method = signature_method(frame.algorithm, std::nullopt);
    const EvpKey key = public_key_of(signer);
    if (!method || !key || !goes_with(key.get(), method->scheme)) return FrameVerdict::UnknownAlgorithm;
    const bool holds = verify_message(key.get(), *method, frame.signature_value, frame.to_be_signed);
    ERR_clear_error();
    if (!holds) return FrameVerdict::Wrong;
    return is_weak(method->digest) ? FrameVerdict::Weak : FrameVerdict::Holds;
}

std::string_view fault_of(FrameVerdict verdict) {
    switch (verdict) {
        case FrameVerdict::Holds:
            return {};
        case FrameVerdict::Weak:
            return "weak algorithm";
        case FrameVerdict::UnknownAlgorithm:
            return "unknown algorithm";
        case FrameVerdict::Wrong:
            break;
    }
    return "the signature is wrong";
}

}  // namespace signet::crypto
