#include "crypto/certificate.hpp"

#include "crypto/certificate_view.hpp"
#include "crypto/digest.hpp"
#include "crypto/oids.hpp"
#include "crypto/openssl.hpp"

#include <algorithm>
#include <ctime>
#include <fmt/format.h>
#include <new>

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

namespace signet::crypto {
namespace {

constexpr std::size_t kMaxOthers = 100;
constexpr int kMaxChainLength = 10;
constexpr int kMaxNames = 50;
// 80 bits of security: refuses MD5 and SHA-1 signatures and RSA below 1024 bits.
constexpr int kChainSecurityLevel = 1;

using CertificateStore = std::unique_ptr<X509_STORE, OpensslFree<X509_STORE_free>>;
using StoreContext = std::unique_ptr<X509_STORE_CTX, OpensslFree<X509_STORE_CTX_free>>;
using GeneralNameList = std::unique_ptr<GENERAL_NAMES, OpensslFree<GENERAL_NAMES_free>>;

struct CertificateStackFree {
    void operator()(STACK_OF(X509) * stack) const { sk_X509_pop_free(stack, X509_free); }
};
using CertificateStack = std::unique_ptr<STACK_OF(X509), CertificateStackFree>;

std::string name_text(const X509_NAME* name) {
    const MemoryBio out(BIO_new(BIO_s_mem()));
    constexpr unsigned long kReadable = (XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) | ASN1_STRFLGS_UTF8_CONVERT;
    if (!out || X509_NAME_print_ex(out.get(), name, 0, kReadable) < 0) return {};
    const char* text = nullptr;
    const long size = BIO_get_mem_data(out.get(), &text);
    return readable_text({text, static_cast<std::size_t>(std::max(size, 0L))});
}

std::string name_entry(const X509_NAME* name, int nid) {
    const int at = X509_NAME_get_index_by_NID(name, nid, -1);
    if (at < 0) return {};
    unsigned char* text = nullptr;
    const int size = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
    if (size < 0) return {};
    std::string utf8 = readable_text({reinterpret_cast<const char*>(text), static_cast<std::size_t>(size)});
    OPENSSL_free(text);
    return utf8;
}

UtcTime time_of(const ASN1_TIME* time) {
    std::tm parts{};
    if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
    return TimeZone::fixed(0).to_utc(
        {parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec});
}

std::string group_name(const EVP_PKEY* key) {
    char group[80] = {};
    if (EVP_PKEY_get_group_name(key, group, sizeof group, nullptr) != 1) return "unknown curve";
    const std::string_view name(group);
    if (name == "prime256v1") return "P-256";
    if (name == "secp384r1") return "P-384";
    if (name == "secp521r1") return "P-521";
    return std::string(name);
}

std::string describe_key(const EVP_PKEY* key) {
    if (key == nullptr) return "unreadable";
    if (EVP_PKEY_is_a(key, "RSA") == 1 || EVP_PKEY_is_a(key, "RSA-PSS") == 1) {
        return fmt::format("RSA {}", EVP_PKEY_get_bits(key));
    }
    if (EVP_PKEY_is_a(key, "EC") == 1) return "EC " + group_name(key);
    const char* name = EVP_PKEY_get0_type_name(key);
    return name == nullptr ? "unknown" : name;
}

std::string serial_text(const X509* certificate) {
    const ASN1_INTEGER* serial = X509_get0_serialNumber(certificate);
    const auto size = static_cast<std::size_t>(std::max(ASN1_STRING_length(serial), 0));
    return hex(ByteView(ASN1_STRING_get0_data(serial), size));
}

std::vector<std::string> contacts_of(const X509* certificate) {
    std::vector<std::string> contacts;
    const GeneralNameList names(
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
    if (!names) return contacts;
    const int count = std::min(sk_GENERAL_NAME_num(names.get()), kMaxNames);
    for (int i = 0; i < count; ++i) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
        if (name->type != GEN_EMAIL && name->type != GEN_URI) continue;
        const ASN1_IA5STRING* text = name->d.ia5;
        contacts.push_back(readable_text({reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                                          static_cast<std::size_t>(std::max(ASN1_STRING_length(text), 0))}));
    }
    return contacts;
}

std::string signature_algorithm_text(const X509* certificate) {
    const ASN1_OBJECT* algorithm = nullptr;
    X509_ALGOR_get0(&algorithm, nullptr, nullptr, X509_get0_tbs_sigalg(certificate));
    char text[80] = {};
    OBJ_obj2txt(text, sizeof text, algorithm, 0);
    return text;
}

Bytes to_der(X509* certificate) {
    const int size = i2d_X509(certificate, nullptr);
    if (size <= 0) return {};
    Bytes der(static_cast<std::size_t>(size));
    unsigned char* at = der.data();
    i2d_X509(certificate, &at);
    return der;
}

CertificateStore store_of(const std::vector<Bytes>& roots) {
    CertificateStore store(X509_STORE_new());
    if (!store) throw std::bad_alloc();
    for (const Bytes& root : roots) {
        if (const X509Certificate certificate = read_certificate(root))
            X509_STORE_add_cert(store.get(), certificate.get());
    }
    return store;
}

/// Without those that are trusted already: reading one costs as much as checking a signature.
CertificateStack stack_of(const std::vector<Bytes>& certificates, const std::vector<Bytes>& trusted) {
    CertificateStack stack(sk_X509_new_null());
    if (!stack) throw std::bad_alloc();
    const std::size_t count = std::min(certificates.size(), kMaxOthers);
    for (std::size_t i = 0; i < count; ++i) {
        if (std::ranges::find(trusted, certificates[i]) != trusted.end()) continue;
        X509Certificate certificate = read_certificate(certificates[i]);
        if (certificate && sk_X509_push(stack.get(), certificate.get()) > 0) certificate.release();
    }
    return stack;
}

ChainStatus status_of(int error) {
    switch (error) {
        case X509_V_OK:
            return ChainStatus::Trusted;
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        case X509_V_ERR_CERT_UNTRUSTED:
            return ChainStatus::UntrustedRoot;
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
            return ChainStatus::Incomplete;
        case X509_V_ERR_CERT_HAS_EXPIRED:
            return ChainStatus::Expired;
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return ChainStatus::NotYetValid;
        case X509_V_ERR_CA_MD_TOO_WEAK:
        case X509_V_ERR_EE_KEY_TOO_SMALL:
        case X509_V_ERR_CA_KEY_TOO_SMALL:
            return ChainStatus::WeakAlgorithm;
        default:
            return ChainStatus::Invalid;
    }
}

/// libcrypto calls this for every problem; going on shows us all of them at once.
int note_problem(int ok, X509_STORE_CTX* context) {
    if (ok == 1) return 1;
    auto& report = *static_cast<ChainReport*>(X509_STORE_CTX_get_app_data(context));
    const int error = X509_STORE_CTX_get_error(context);
    report.status = std::max(report.status, status_of(error));
    const std::string problem = X509_verify_cert_error_string(error);
    if (std::ranges::find(report.problems, problem) == report.problems.end()) report.problems.push_back(problem);
    return 1;
}

void set_parameters(X509_STORE_CTX* context, UtcTime at) {
    X509_VERIFY_PARAM* parameters = X509_STORE_CTX_get0_param(context);
    X509_VERIFY_PARAM_set_time(parameters, static_cast<time_t>(at.milliseconds / 1000));
    X509_VERIFY_PARAM_set_depth(parameters, kMaxChainLength);
    X509_VERIFY_PARAM_set_auth_level(parameters, kChainSecurityLevel);
    X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_CHECK_SS_SIGNATURE);
}

}  // namespace

Result<CertificateInfo> describe_certificate(ByteView der) {
    const X509Certificate certificate = read_certificate(der);
    if (!certificate) return fail(ErrorCode::CertificateInvalid, "not a certificate");
    const X509_NAME* subject = X509_get_subject_name(certificate.get());
    const X509_NAME* issuer = X509_get_issuer_name(certificate.get());
    const EVP_PKEY* key = X509_get0_pubkey(certificate.get());
    const std::uint32_t usage = X509_get_key_usage(certificate.get());  // all bits when the extension is absent

    CertificateInfo info;
    info.subject = name_text(subject);
    info.subject_common_name = name_entry(subject, NID_commonName);
    info.subject_organization = name_entry(subject, NID_organizationName);
    info.issuer = name_text(issuer);
    info.issuer_common_name = name_entry(issuer, NID_commonName);
    info.serial_number = serial_text(certificate.get());
    info.not_before = time_of(X509_get0_notBefore(certificate.get()));
    info.not_after = time_of(X509_get0_notAfter(certificate.get()));
    info.public_key = describe_key(key);
    info.public_key_bits = key == nullptr ? 0 : EVP_PKEY_get_bits(key);
    info.is_rsa = info.public_key.starts_with("RSA");
    info.signature_algorithm = signature_algorithm_text(certificate.get());
    info.fingerprint = sha256_hex(der);
    info.is_authority = X509_check_ca(certificate.get()) == 1;
    info.is_self_issued = X509_NAME_cmp(subject, issuer) == 0;
    info.may_sign_documents = (usage & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) != 0;
    info.has_non_repudiation = (usage & KU_NON_REPUDIATION) != 0;
    info.contacts = contacts_of(certificate.get());
    if (const auto view = view_certificate(der)) {
        info.revocation_list_urls = view->revocation_list_urls();
        info.responder_urls = view->access_urls(oid::kOcsp);
        info.issuer_urls = view->access_urls(oid::kCaIssuers);
    }
    ERR_clear_error();
    return info;
}

std::string_view to_string(ChainStatus status) {
    switch (status) {
        case ChainStatus::Trusted:
            return "trusted";
        case ChainStatus::UntrustedRoot:
            return "untrusted root";
        case ChainStatus::Incomplete:
            return "an issuer is missing";
        case ChainStatus::Expired:
            return "expired";
        case ChainStatus::NotYetValid:
            return "not yet valid";
        case ChainStatus::WeakAlgorithm:
            return "weak algorithm";
        case ChainStatus::Invalid:
            return "invalid";
    }
    return "unknown";
}

Result<ChainReport> verify_chain(ByteView certificate, const std::vector<Bytes>& others,
                                 const std::vector<Bytes>& trusted_roots, UtcTime at) {
    const X509Certificate leaf = read_certificate(certificate);
    if (!leaf) return fail(ErrorCode::CertificateInvalid, "not a certificate");
    const CertificateStore store = store_of(trusted_roots);
    const CertificateStack untrusted = stack_of(others, trusted_roots);
    const StoreContext context(X509_STORE_CTX_new());
    if (!context || X509_STORE_CTX_init(context.get(), store.get(), leaf.get(), untrusted.get()) != 1) {
        return fail(ErrorCode::CertificateInvalid, openssl_reason());
    }
    ChainReport report;
    report.status = ChainStatus::Trusted;
    set_parameters(context.get(), at);
    X509_STORE_CTX_set_app_data(context.get(), &report);
    X509_STORE_CTX_set_verify_cb(context.get(), note_problem);
    if (X509_verify_cert(context.get()) != 1 && report.trusted()) {
        report.status = ChainStatus::Invalid;
        report.problems.push_back(X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get())));
    }
    const STACK_OF(X509)* chain = X509_STORE_CTX_get0_chain(context.get());
    for (int i = 0; i < sk_X509_num(chain); ++i)
        report.chain.push_back(to_der(sk_X509_value(chain, i)));
    ERR_clear_error();
    return report;
}

}  // namespace signet::crypto
