#include "crypto/certificate_authority.hpp"

#include "crypto/certificate.hpp"
#include "crypto/certificate_writer.hpp"
#include "crypto/der.hpp"
#include "crypto/openssl.hpp"
#include "crypto/pem.hpp"
#include "crypto/private_file.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <system_error>

namespace signet::crypto {
namespace {

constexpr std::chrono::minutes kBackdated{5};
constexpr std::size_t kMaxFile = 64 * 1024;
constexpr std::string_view kRootKeyContext = "certificate authority: root key";
constexpr std::string_view kIssuingKeyContext = "certificate authority: issuing key";

/// The subject's name as it stands encoded in one of our own certificates.
Result<Bytes> subject_name_of(ByteView certificate) {
    der::Reader outer(certificate);
    der::Reader fields(outer.take(der::kSequence));
    der::Reader tbs(fields.take(der::kSequence));
    tbs.take(der::context(0));
    tbs.take(der::kInteger);
    tbs.take(der::kSequence);  // signature
    tbs.take(der::kSequence);  // issuer
    tbs.take(der::kSequence);  // validity
    const der::Element subject = tbs.take(der::kSequence);
    if (!outer.finished() || !tbs.ok()) return fail(ErrorCode::CertificateInvalid, "damaged certificate of the CA");
    return Bytes(subject.encoding.begin(), subject.encoding.end());
}

/// Signs certificates; has no chain, since nobody makes a CMS with it.
std::unique_ptr<Signer> certificate_signer(const PrivateKey& key) {
    return KeySigner::trusted(key, {});
}

Result<Bytes> make_root(const AuthoritySettings& settings, const PrivateKey& key, std::string_view id, UtcTime now) {
    const Bytes public_key = key.public_key();
    const auto name = encode_name({settings.country, settings.organization, fmt::format("Signet Root CA {}", id), {}});
    if (!name) return name.error();
    const Validity validity = Validity::starting(now, settings.root_lifetime);
    return write_certificate({random_serial_number(),
                              *name,
                              *name,
                              validity.not_before,
                              validity.not_after,
                              public_key,
                              {extension::authority(0, false), extension::certificate_authority_key_usage(),
                               extension::subject_key_identifier(key_identifier_of(public_key))}},
                             *certificate_signer(key));
}

Result<Bytes> make_issuing(const AuthoritySettings& settings, const PrivateKey& key, std::string_view id, UtcTime now,
                           const PrivateKey& root_key, ByteView root) {
    const Bytes public_key = key.public_key();
    const auto issuer = subject_name_of(root);
    if (!issuer) return issuer.error();
    const auto name =
        encode_name({settings.country, settings.organization, fmt::format("Signet Issuing CA {}", id), {}});
    if (!name) return name.error();
    const Validity validity = Validity::starting(now, std::min(settings.issuing_lifetime, settings.root_lifetime));
    std::vector<Bytes> extensions{extension::authority(0, true), extension::certificate_authority_key_usage(),
                                  extension::subject_key_identifier(key_identifier_of(public_key)),
                                  extension::authority_key_identifier(key_identifier_of(root_key.public_key()))};
    if (!settings.root_url.empty()) extensions.push_back(extension::issuer_url(settings.root_url));
    if (!settings.root_revocation_list_url.empty()) {
        extensions.push_back(extension::revocation_list_url(settings.root_revocation_list_url));
    }
    return write_certificate({random_serial_number(), *issuer, *name, validity.not_before, validity.not_after,
                              public_key, std::move(extensions)},
                             *certificate_signer(root_key));
}

Status check_public_key(ByteView public_key) {
    const unsigned char* at = public_key.data();
    const EvpKey key(d2i_PUBKEY(nullptr, &at, static_cast<long>(std::min(public_key.size(), kMaxFile))));
    if (!key || at != public_key.data() + public_key.size()) {
        return fail(ErrorCode::KeyUnusable, "not a public key: " + openssl_reason());
    }
    if (!is_signing_key(key.get())) {
        return fail(ErrorCode::KeyUnusable, "only P-256 and RSA keys of 2048 to 8192 bits are certified");
    }
    return {};
}

Result<PrivateKey> open_key(const std::filesystem::path& file, std::string_view context, const KeyVault& vault) {
    const auto sealed = read_secret_file(file, kMaxFile);
    if (!sealed) return sealed.error();
    const auto key = vault.open(sealed->view(), context);
    if (!key) return key.error();
    return PrivateKey::from_der(key->view());
}

Result<Bytes> read_one_certificate(const std::filesystem::path& file) {
    const auto content = read_secret_file(file, kMaxFile);
    if (!content) return content.error();
    auto certificates = read_certificates(content->view());
    if (!certificates) return certificates.error();
    return std::move(certificates->front());
}

Result<Bytes> write_list(const Bytes& issuer, ByteView key_identifier, const Signer& signer, std::uint64_t number,
                         const std::vector<CertificateAuthority::Revoked>& revoked, UtcTime this_update,
                         UtcTime next_update) {
    RevocationListFields fields{issuer, this_update, next_update, {}, {}};
    for (const auto& [serial_number, at] : revoked) {
        auto serial = from_hex(serial_number);
        if (!serial || serial->empty()) return invalid_parameter("a serial number is hexadecimal");
        fields.entries.push_back({std::move(*serial), at});
    }
    fields.extensions = {extension::authority_key_identifier(key_identifier),
                         extension::revocation_list_number(number)};
    return write_revocation_list(fields, signer);
}

}  // namespace

/// Everything that does not change from certificate to certificate, encoded once.
struct CertificateAuthority::Parts {
    AuthoritySettings settings;
    Bytes root;
    Bytes issuing;
    Bytes root_name;
    Bytes issuing_name;
    Bytes root_key_identifier;
    Bytes issuing_key_identifier;
    Validity issuing_validity;
    std::vector<Bytes> common_extensions;
    std::unique_ptr<PrivateKey> root_key;  // null when it was taken away
    PrivateKey issuing_key;
    std::unique_ptr<Signer> root_signer;  // null with root_key
    std::unique_ptr<Signer> issuing_signer;
};

Validity Validity::starting(UtcTime now, std::chrono::seconds lifetime) {
    return {now - kBackdated, now + lifetime};
}

CertificateAuthority::CertificateAuthority(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
CertificateAuthority::CertificateAuthority(CertificateAuthority&&) noexcept = default;
CertificateAuthority& CertificateAuthority::operator=(CertificateAuthority&&) noexcept = default;
CertificateAuthority::~CertificateAuthority() = default;

const Bytes& CertificateAuthority::root_certificate() const {
    return parts_->root;
}
const Bytes& CertificateAuthority::issuing_certificate() const {
    return parts_->issuing;
}

Result<std::unique_ptr<CertificateAuthority::Parts>> CertificateAuthority::assemble(
    const AuthoritySettings& settings, Bytes root, Bytes issuing, std::unique_ptr<PrivateKey> root_key,
    PrivateKey issuing_key) {
    // Nobody signs below a CA that does not hang together.
    const auto signer = KeySigner::create(issuing_key, {issuing, root});
    if (!signer) return signer.error();
    if (root_key) {
        const auto root_signer = KeySigner::create(*root_key, {root});
        if (!root_signer) return root_signer.error();
    }
    const auto info = describe_certificate(issuing);
    auto root_name = subject_name_of(root);
    auto issuing_name = subject_name_of(issuing);
    if (!info || !root_name || !issuing_name)
        return fail(ErrorCode::CertificateInvalid, "damaged certificate of the CA");

    auto parts = std::unique_ptr<Parts>(new Parts{settings,
                                                  std::move(root),
                                                  std::move(issuing),
                                                  std::move(*root_name),
                                                  std::move(*issuing_name),
                                                  {},
                                                  {},
                                                  {info->not_before, info->not_after},
                                                  {},
                                                  std::move(root_key),
                                                  issuing_key,
                                                  nullptr,
                                                  nullptr});
    parts->issuing_key_identifier = key_identifier_of(issuing_key.public_key());
    parts->issuing_signer = certificate_signer(issuing_key);
    if (parts->root_key) {
        parts->root_key_identifier = key_identifier_of(parts->root_key->public_key());
        parts->root_signer = certificate_signer(*parts->root_key);
    }
    auto& common = parts->common_extensions;
    common = {extension::authority_key_identifier(parts->issuing_key_identifier),
              extension::document_signing_key_usage(), extension::document_signing_purposes()};
    if (!settings.issuer_url.empty()) common.push_back(extension::issuer_url(settings.issuer_url));
    if (!settings.revocation_list_url.empty()) {
        common.push_back(extension::revocation_list_url(settings.revocation_list_url));
    }
    return parts;
}

Result<CertificateAuthority> CertificateAuthority::create(const AuthoritySettings& settings, UtcTime now) {
    auto root_key = PrivateKey::generate(KeyAlgorithm::EcP256);
    if (!root_key) return root_key.error();
    auto issuing_key = PrivateKey::generate(KeyAlgorithm::EcP256);
    if (!issuing_key) return issuing_key.error();
    const std::string id = hex(random_bytes(4));  // two installations never share a name
    auto root = make_root(settings, *root_key, id, now);
    if (!root) return root.error();
    auto issuing = make_issuing(settings, *issuing_key, id, now, *root_key, *root);
    if (!issuing) return issuing.error();
    auto parts = assemble(settings, std::move(*root), std::move(*issuing), std::make_unique<PrivateKey>(*root_key),
                          std::move(*issuing_key));
    if (!parts) return parts.error();
    return CertificateAuthority(std::move(*parts));
}

Result<CertificateAuthority> CertificateAuthority::load(const std::filesystem::path& folder, const KeyVault& vault,
                                                        const AuthoritySettings& settings) {
    auto root = read_one_certificate(folder / "root.pem");
    if (!root) return root.error();
    auto issuing = read_one_certificate(folder / "issuing.pem");
    if (!issuing) return issuing.error();
    auto issuing_key = open_key(folder / "issuing.key", kIssuingKeyContext, vault);
    if (!issuing_key) return issuing_key.error();
    std::unique_ptr<PrivateKey> root_key;
    if (std::filesystem::exists(folder / "root.key")) {
        auto opened = open_key(folder / "root.key", kRootKeyContext, vault);
        if (!opened) return opened.error();
        root_key = std::make_unique<PrivateKey>(std::move(*opened));
    }
    auto parts =
        assemble(settings, std::move(*root), std::move(*issuing), std::move(root_key), std::move(*issuing_key));
    if (!parts) return parts.error();
    return CertificateAuthority(std::move(*parts));
}

Result<CertificateAuthority> CertificateAuthority::load_or_create(const std::filesystem::path& folder,
                                                                  const KeyVault& vault,
                                                                  const AuthoritySettings& settings, UtcTime now) {
    if (std::filesystem::exists(folder)) return load(folder, vault, settings);
    auto authority = create(settings, now);
    if (!authority) return authority;
    const auto saved = authority->save(folder, vault);
    if (saved) return authority;
    if (saved.error().code == ErrorCode::Conflict) return load(folder, vault, settings);  // somebody was faster
    return saved.error();
}

Status CertificateAuthority::save(const std::filesystem::path& folder, const KeyVault& vault) const {
    const std::filesystem::path draft = folder.string() + "." + random_token(12) + ".new";
    std::error_code error;
    std::filesystem::create_directories(draft, error);
    if (error)
        return fail(ErrorCode::StorageFailed, fmt::format("cannot create {}: {}", draft.string(), error.message()));
    std::filesystem::permissions(draft, std::filesystem::perms::owner_all, error);

    const auto write = [&](const char* name, ByteView content) { return write_private_file(draft / name, content); };
    Status done = write("root.pem", as_bytes(certificate_to_pem(parts_->root)));
    if (done) done = write("issuing.pem", as_bytes(certificate_to_pem(parts_->issuing)));
    if (done) done = write("issuing.key", vault.seal(parts_->issuing_key.to_der().view(), kIssuingKeyContext));
    if (done && parts_->root_key)
        done = write("root.key", vault.seal(parts_->root_key->to_der().view(), kRootKeyContext));
    if (done) done = publish_new(draft, folder);
    if (!done) std::filesystem::remove_all(draft, error);
    return done;
}

Result<std::vector<Bytes>> CertificateAuthority::issue_for(ByteView public_key, const Subject& subject,
                                                           const Validity& validity) const {
    if (const auto checked = check_public_key(public_key); !checked) return checked.error();
    return issue_checked(public_key, subject, validity);
}

Result<std::vector<Bytes>> CertificateAuthority::issue_checked(ByteView public_key, const Subject& subject,
                                                               const Validity& validity) const {
    if (validity.not_before < parts_->issuing_validity.not_before ||
        validity.not_before >= parts_->issuing_validity.not_after) {
        return fail(ErrorCode::CertificateInvalid, "the issuing CA is not valid at this time");
    }
    if (validity.not_after <= validity.not_before) return invalid_parameter("a certificate must live for some time");
    auto name = encode_name({subject.country, subject.organization, subject.common_name, subject.serial_number});
    if (!name) return name.error();

    std::vector<Bytes> extensions = parts_->common_extensions;
    extensions.push_back(extension::subject_key_identifier(key_identifier_of(public_key)));
    if (!subject.contact.empty()) {
        auto contact = extension::subject_alternative_name(subject.contact);
        if (!contact) return contact.error();
        extensions.push_back(std::move(*contact));
    }
    const UtcTime not_after = std::min(validity.not_after, parts_->issuing_validity.not_after);
    if (parts_->settings.revocation_list_url.empty() &&
        not_after - validity.not_before <= parts_->settings.short_term_limit + kBackdated) {
        extensions.push_back(extension::no_revocation_available());
        extensions.push_back(extension::validity_assured_short_term());
    }
    auto certificate = write_certificate({random_serial_number(), parts_->issuing_name, std::move(*name),
                                          validity.not_before, not_after, public_key, std::move(extensions)},
                                         *parts_->issuing_signer);
    if (!certificate) return certificate.error();
    std::vector<Bytes> chain;
    chain.reserve(3);
    chain.push_back(std::move(*certificate));
    chain.push_back(parts_->issuing);
    chain.push_back(parts_->root);
    return chain;
}

Result<std::unique_ptr<Signer>> CertificateAuthority::issue(const Subject& subject, const Validity& validity,
                                                            KeyAlgorithm algorithm) const {
    auto key = PrivateKey::generate(algorithm);
    if (!key) return key.error();
    auto chain = issue_checked(key->public_key(), subject, validity);
    if (!chain) return chain.error();
    return KeySigner::trusted(std::move(*key), std::move(*chain));
}

Result<Bytes> CertificateAuthority::revocation_list(std::uint64_t number, const std::vector<Revoked>& revoked,
                                                    UtcTime this_update, UtcTime next_update) const {
    return write_list(parts_->issuing_name, parts_->issuing_key_identifier, *parts_->issuing_signer, number, revoked,
                      this_update, next_update);
}

Result<Bytes> CertificateAuthority::root_revocation_list(std::uint64_t number, const std::vector<Revoked>& revoked,
                                                         UtcTime this_update, UtcTime next_update) const {
    if (!parts_->root_signer) return fail(ErrorCode::KeyUnusable, "the root's key is not here");
    return write_list(parts_->root_name, parts_->root_key_identifier, *parts_->root_signer, number, revoked,
                      this_update, next_update);
}

}  // namespace signet::crypto
