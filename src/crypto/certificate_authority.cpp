#include "crypto/certificate_authority.hpp"

#include "base/text.hpp"
#include "crypto/certificate.hpp"
#include "crypto/certificate_view.hpp"
#include "crypto/certificate_writer.hpp"
#include "crypto/openssl.hpp"
#include "crypto/pem.hpp"
#include "crypto/pkcs11.hpp"
#include "crypto/private_file.hpp"
#include "crypto/sm2.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <functional>
#include <optional>
#include <stdexcept>
#include <system_error>

namespace signet::crypto {
namespace {

constexpr std::chrono::minutes kBackdated{5};
constexpr std::size_t kMaxFile = 64 * 1024;
constexpr std::string_view kRootKeyContext = "certificate authority: root key";
constexpr std::string_view kIssuingKeyContext = "certificate authority: issuing key";

/// The subject's name as it stands encoded in one of our own certificates.
Result<Bytes> subject_name_of(ByteView certificate) {
    const auto view = view_certificate(certificate);
    if (!view) return fail(ErrorCode::CertificateInvalid, "damaged certificate of the CA");
    return Bytes(view->subject.begin(), view->subject.end());
}

/// Signs certificates; has no chain, since nobody makes a CMS with it.
std::unique_ptr<Signer> certificate_signer(const PrivateKey& key) {
    return KeySigner::trusted(key, {});
}

/// What stands before "Root CA": the two authorities of one installation do not share names.
std::string_view family_of(const PrivateKey& key) {
    return key.signature_algorithm() == SignatureAlgorithm::Sm2Sm3 ? "Signet SM2" : "Signet";
}

Result<Bytes> make_root(const AuthoritySettings& settings, const PrivateKey& key, std::string_view id, UtcTime now) {
    const Bytes public_key = key.public_key();
    const auto name =
        encode_name({settings.country, settings.organization, fmt::format("{} Root CA {}", family_of(key), id), {}});
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

Result<Bytes> make_issuing(const AuthoritySettings& settings, const Bytes& public_key, std::string_view id, UtcTime now,
                           const PrivateKey& root_key, ByteView root) {
    const auto issuer = subject_name_of(root);
    if (!issuer) return issuer.error();
    const auto name = encode_name(
        {settings.country, settings.organization, fmt::format("{} Issuing CA {}", family_of(root_key), id), {}});
    if (!name) return name.error();
    const Validity validity = Validity::starting(now, std::min(settings.issuing_lifetime, settings.root_lifetime));
    std::vector<Bytes> extensions{extension::authority(0, true), extension::certificate_authority_key_usage(),
                                  extension::subject_key_identifier(key_identifier_of(public_key)),
                                  extension::authority_key_identifier(key_identifier_of(root_key.public_key()))};
    if (!settings.root_responder_url.empty() || !settings.root_url.empty()) {
        extensions.push_back(extension::authority_information_access(settings.root_responder_url, settings.root_url));
    }
    if (!settings.root_revocation_list_url.empty()) {
        extensions.push_back(extension::revocation_list_url(settings.root_revocation_list_url));
    }
    return write_certificate({random_serial_number(), *issuer, *name, validity.not_before, validity.not_after,
                              public_key, std::move(extensions)},
                             *certificate_signer(root_key));
}

/// A key of the CA's own family: nobody who checks one half of a chain should need the other family's algorithms.
Status check_public_key(ByteView public_key, SignatureAlgorithm issuer) {
    const unsigned char* at = public_key.data();
    const EvpKey key(d2i_PUBKEY(nullptr, &at, static_cast<long>(std::min(public_key.size(), kMaxFile))));
    if (!key || at != public_key.data() + public_key.size()) {
        return fail(ErrorCode::KeyUnusable, "not a public key: " + openssl_reason());
    }
    if (!is_signing_key(key.get())) {
        return fail(ErrorCode::KeyUnusable, "only P-256 and RSA keys of 2048 to 8192 bits, or SM2, are certified");
    }
    if (is_sm2_key(key.get()) != (issuer == SignatureAlgorithm::Sm2Sm3)) {
        return fail(ErrorCode::KeyUnusable,
                    "SM2 keys are certified by the SM2 authority alone, and it certifies no other");
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
                         UtcTime next_update, UtcTime ca_began) {
    if (next_update <= this_update) return invalid_parameter("a revocation list must live for some time");
    RevocationListFields fields{issuer, this_update, next_update, {}, {}};
    for (const auto& [serial_number, at, reason] : revoked) {
        auto serial = from_hex(serial_number);
        if (!serial || serial->empty()) return invalid_parameter("a serial number is hexadecimal");
        fields.entries.push_back({std::move(*serial), at, reason});
    }
    fields.extensions = {extension::authority_key_identifier(key_identifier), extension::revocation_list_number(number),
                         extension::expired_certificates_on_list(ca_began)};
    return write_revocation_list(fields, signer);
}

/// `{issuing}` in an address becomes the issuing CA's key identifier.
std::string address(std::string url, ByteView key_identifier) {
    constexpr std::string_view kPlace = "{issuing}";
    if (const std::size_t at = url.find(kPlace); at != std::string::npos) {
        url.replace(at, kPlace.size(), hex(key_identifier));
    }
    return url;
}

/// The file names and the seal's context of a service's key.
struct ServiceNames {
    std::string_view file;
    std::string_view common_name;
    std::string_view key_context;
};

ServiceNames names_of(AuthorityService service) {
    switch (service) {
        case AuthorityService::TimeStamping:
            return {"time-stamping", "Signet TSA", "certificate authority: time-stamping key"};
        case AuthorityService::Responder:
            return {"responder", "Signet OCSP", "certificate authority: responder key"};
        case AuthorityService::RootResponder:
            return {"root-responder", "Signet Root OCSP", "certificate authority: root responder key"};
        case AuthorityService::SealMaker:
            return {"seal-maker", "Signet Seal Maker", "certificate authority: seal maker's key"};
    }
    throw std::logic_error("a service without a name");
}

/// What a key file of the folder is sealed for, by its name without the ending.
std::string_view key_context_of(std::string_view file) {
    for (const AuthorityService service : {AuthorityService::TimeStamping, AuthorityService::Responder,
                                           AuthorityService::RootResponder, AuthorityService::SealMaker}) {
        if (names_of(service).file == file) return names_of(service).key_context;
    }
    return file == "root" ? kRootKeyContext : kIssuingKeyContext;
}

/// The key files of the folder that an older master key sealed.
Result<std::vector<std::pair<std::filesystem::path, SecretBytes>>> old_seals(const std::filesystem::path& folder,
                                                                             const KeyVault& vault) {
    std::vector<std::pair<std::filesystem::path, SecretBytes>> old;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
        if (entry.path().extension() != ".key") continue;
        auto sealed = read_secret_file(entry.path(), kMaxFile);
        if (!sealed) return sealed.error();
        if (vault.needs_resealing(sealed->view())) old.emplace_back(entry.path(), std::move(*sealed));
    }
    if (error)
        return fail(ErrorCode::StorageFailed, fmt::format("cannot read {}: {}", folder.string(), error.message()));
    return old;
}

Status check_validity(const Validity& validity, const Validity& issuer) {
    if (validity.not_before < issuer.not_before || validity.not_before >= issuer.not_after) {
        return fail(ErrorCode::CertificateInvalid, "the issuing CA is not valid at this time");
    }
    if (validity.not_after <= validity.not_before) return invalid_parameter("a certificate must live for some time");
    return {};
}

Status write_key_and_certificates(const std::filesystem::path& folder, const std::string& name, const PrivateKey& key,
                                  std::string_view key_context, const std::vector<Bytes>& certificates,
                                  const KeyVault& vault) {
    // The certificate comes last: without it, the key counts for nothing.
    const auto sealed = vault.seal(key.to_der().view(), key_context);
    if (auto written = write_private_file(folder / (name + ".key"), sealed); !written) return written;
    return write_private_file(folder / (name + ".pem"), as_bytes(certificates_to_pem(certificates)));
}

}  // namespace

/// One issuing CA, present or former, with what does not change from certificate to certificate.
struct CertificateAuthority::IssuingCa {
    Bytes certificate;
    Bytes name;
    Bytes key_identifier;
    Validity validity;
    std::shared_ptr<const Signer> signer;
    /// Nothing when it lies in a token; `token_key` says where.
    std::optional<PrivateKey> key;
    std::string token_key;
};

struct CertificateAuthority::Parts {
    AuthoritySettings settings;
    Bytes root;
    Bytes root_name;
    Bytes root_key_identifier;
    Validity root_validity;
    std::unique_ptr<PrivateKey> root_key;  // null when it was taken away
    std::unique_ptr<Signer> root_signer;   // null with root_key
    std::vector<IssuingCa> issuing;        // the present one first; never empty

    /// Every certificate below an issuing CA has these.
    std::vector<Bytes> issuing_extensions(std::size_t number) const {
        const Bytes& key_identifier = issuing[number].key_identifier;
        const std::string responder = address(settings.responder_url, key_identifier);
        const std::string issuer = address(settings.issuer_url, key_identifier);
        const std::string list = address(settings.revocation_list_url, key_identifier);
        std::vector<Bytes> extensions{extension::authority_key_identifier(key_identifier)};
        if (!responder.empty() || !issuer.empty()) {
            extensions.push_back(extension::authority_information_access(responder, issuer));
        }
        if (!list.empty()) extensions.push_back(extension::revocation_list_url(list));
        return extensions;
    }
    KeyAlgorithm key_algorithm() const {
        const bool is_national = issuing.front().signer->algorithm() == SignatureAlgorithm::Sm2Sm3;
        return is_national ? KeyAlgorithm::Sm2 : KeyAlgorithm::EcP256;
    }
    bool has_revocation() const { return !settings.revocation_list_url.empty() || !settings.responder_url.empty(); }

    std::vector<Bytes> document_signing_extensions;  // below the present issuing CA, encoded once
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
    return parts_->issuing.front().certificate;
}

std::vector<Bytes> CertificateAuthority::issuing_certificates() const {
    std::vector<Bytes> certificates;
    for (const IssuingCa& issuing : parts_->issuing)
        certificates.push_back(issuing.certificate);
    return certificates;
}

std::vector<std::string> CertificateAuthority::issuing_identifiers() const {
    std::vector<std::string> identifiers;
    for (const IssuingCa& issuing : parts_->issuing)
        identifiers.push_back(hex(issuing.key_identifier));
    return identifiers;
}

Result<CertificateAuthority::IssuingCa> CertificateAuthority::make_issuing_ca(const Bytes& root, Bytes certificate,
                                                                              const PrivateKey& key) {
    // Nobody signs below a CA that does not hang together.
    const auto signer = KeySigner::create(key, {certificate, root});
    if (!signer) return signer.error();
    auto made = issuing_ca_of(std::move(certificate), certificate_signer(key));
    if (made) made->key = key;
    return made;
}

Result<CertificateAuthority::IssuingCa> CertificateAuthority::issuing_ca_of(Bytes certificate,
                                                                            std::unique_ptr<Signer> signer) {
    const auto view = view_certificate(certificate);
    if (!view) return fail(ErrorCode::CertificateInvalid, "damaged certificate of the CA");
    Bytes name(view->subject.begin(), view->subject.end());
    Bytes identifier = key_identifier_of(view->public_key);
    const Validity validity{view->not_before, view->not_after};
    return IssuingCa{
        std::move(certificate), std::move(name), std::move(identifier), validity, std::move(signer), std::nullopt, {}};
}

/// The file says where the key lies; the token proves that it is the certificate's.
Result<CertificateAuthority::IssuingCa> CertificateAuthority::load_issuing_from_token(
    const Bytes& root, Bytes certificate, const std::filesystem::path& file, const AuthoritySettings& settings) {
    const auto content = read_secret_file(file, kMaxFile);
    if (!content) return content.error();
    const std::string uri(trim(content->text()));
    if (!settings.tokens) return fail(ErrorCode::KeyUnusable, "the issuing CA's key is in a token: " + uri);
    const auto view = view_certificate(certificate);
    const auto root_view = view_certificate(root);
    der::Reader outer(certificate);
    der::Reader fields(outer.take(der::kSequence));
    const auto frame = read_signed_frame(fields);
    if (!view || !root_view || !frame || check_frame(*frame, *root_view) != FrameVerdict::Holds) {
        return fail(ErrorCode::CertificateInvalid, "the root did not issue the issuing CA's certificate");
    }
    auto signer = settings.tokens->signer(uri, {certificate, root});
    if (!signer) return fail(signer.error().code, "the issuing CA's key: " + signer.error().detail);
    auto loaded = issuing_ca_of(std::move(certificate), std::move(*signer));
    if (loaded) loaded->token_key = uri;
    return loaded;
}

Result<std::unique_ptr<CertificateAuthority::Parts>> CertificateAuthority::assemble(
    const AuthoritySettings& settings, Bytes root, std::unique_ptr<PrivateKey> root_key,
    std::vector<IssuingCa> issuing) {
    if (root_key) {
        const auto root_signer = KeySigner::create(*root_key, {root});
        if (!root_signer) return root_signer.error();
    }
    const auto view = view_certificate(root);
    if (!view) return fail(ErrorCode::CertificateInvalid, "damaged certificate of the CA");
    auto parts = std::make_unique<Parts>();
    parts->settings = settings;
    parts->root_name.assign(view->subject.begin(), view->subject.end());
    parts->root_key_identifier = key_identifier_of(view->public_key);
    parts->root_validity = {view->not_before, view->not_after};
    parts->root = std::move(root);
    if (root_key) parts->root_signer = certificate_signer(*root_key);
    parts->root_key = std::move(root_key);
    parts->issuing = std::move(issuing);
    auto& extensions = parts->document_signing_extensions;
    extensions = parts->issuing_extensions(0);
    extensions.push_back(extension::document_signing_key_usage());
    extensions.push_back(extension::document_signing_purposes());
    return parts;
}

Result<CertificateAuthority> CertificateAuthority::create(const AuthoritySettings& settings, UtcTime now) {
    auto root_key = PrivateKey::generate(settings.key_algorithm);
    if (!root_key) return root_key.error();
    auto issuing_key = PrivateKey::generate(settings.key_algorithm);
    if (!issuing_key) return issuing_key.error();
    const std::string id = hex(random_bytes(4));  // two installations never share a name
    auto root = make_root(settings, *root_key, id, now);
    if (!root) return root.error();
    auto issuing = make_issuing(settings, issuing_key->public_key(), id, now, *root_key, *root);
    if (!issuing) return issuing.error();
    auto issuing_ca = make_issuing_ca(*root, std::move(*issuing), *issuing_key);
    if (!issuing_ca) return issuing_ca.error();
    std::vector<IssuingCa> issuing_cas;
    issuing_cas.push_back(std::move(*issuing_ca));
    auto parts = assemble(settings, std::move(*root), std::make_unique<PrivateKey>(*root_key), std::move(issuing_cas));
    if (!parts) return parts.error();
    return CertificateAuthority(std::move(*parts));
}

Result<CertificateAuthority> CertificateAuthority::load(const std::filesystem::path& folder, const KeyVault& vault,
                                                        const AuthoritySettings& settings) {
    auto root = read_one_certificate(folder / "root.pem");
    if (!root) return root.error();
    auto issuing = load_issuing(folder, vault, *root, settings);
    if (!issuing) return issuing.error();
    std::unique_ptr<PrivateKey> root_key;
    if (std::filesystem::exists(folder / "root.key")) {
        auto opened = open_key(folder / "root.key", kRootKeyContext, vault);
        if (!opened) return opened.error();
        root_key = std::make_unique<PrivateKey>(std::move(*opened));
    }
    auto parts = assemble(settings, std::move(*root), std::move(root_key), std::move(*issuing));
    if (!parts) return parts.error();
    return CertificateAuthority(std::move(*parts));
}

/// `issuing.pem` is the first one; a renewal adds `issuing-<serial number>.pem`. Each has its key beside it (`.key`),
/// or where it lies (`.uri`).
Result<std::vector<CertificateAuthority::IssuingCa>> CertificateAuthority::load_issuing(
    const std::filesystem::path& folder, const KeyVault& vault, const Bytes& root, const AuthoritySettings& settings) {
    std::vector<std::filesystem::path> files;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
        const std::string name = entry.path().filename().string();
        if (name.starts_with("issuing-") && name.ends_with(".pem")) files.push_back(entry.path());
    }
    if (error)
        return fail(ErrorCode::StorageFailed, fmt::format("cannot read {}: {}", folder.string(), error.message()));
    files.push_back(folder / "issuing.pem");  // of two made in the same second it is the former
    std::vector<IssuingCa> issuing;
    for (std::filesystem::path& file : files) {
        auto certificate = read_one_certificate(file);
        if (!certificate) return certificate.error();
        if (std::filesystem::exists(file.replace_extension(".uri"))) {
            auto in_token = load_issuing_from_token(root, std::move(*certificate), file, settings);
            if (!in_token) return in_token.error();
            issuing.push_back(std::move(*in_token));
            continue;
        }
        auto key = open_key(file.replace_extension(".key"), kIssuingKeyContext, vault);
        if (!key) return key.error();
        auto loaded = make_issuing_ca(root, std::move(*certificate), *key);
        if (!loaded) return loaded.error();
        issuing.push_back(std::move(*loaded));
    }
    std::ranges::stable_sort(issuing, std::greater<>(), [](const IssuingCa& ca) { return ca.validity.not_before; });
    return issuing;
}

Result<std::size_t> CertificateAuthority::reseal_keys(const std::filesystem::path& folder, const KeyVault& vault) {
    const auto old = old_seals(folder, vault);
    if (!old) return old.error();
    for (const auto& [file, sealed] : *old) {
        const std::string_view context = key_context_of(file.stem().string());
        const auto key = vault.open(sealed.view(), context);
        if (!key) return fail(ErrorCode::KeyUnusable, file.string() + ": " + key.error().detail);
        if (const Status written = write_private_file(file, vault.seal(key->view(), context)); !written) {
            return written.error();
        }
    }
    return old->size();
}

Result<std::size_t> CertificateAuthority::count_old_seals(const std::filesystem::path& folder, const KeyVault& vault) {
    const auto old = old_seals(folder, vault);
    if (!old) return old.error();
    return old->size();
}

Result<CertificateAuthority> CertificateAuthority::renew_issuing(const std::filesystem::path& folder,
                                                                 const KeyVault& vault,
                                                                 const AuthoritySettings& settings, UtcTime now) {
    const auto present = load(folder, vault, settings);
    if (!present) return present.error();
    const Parts& parts = *present->parts_;
    if (!parts.root_key) return fail(ErrorCode::KeyUnusable, "the root's key is not here");
    const Validity validity = Validity::starting(now, std::min(settings.issuing_lifetime, settings.root_lifetime));
    if (const auto checked = check_validity(validity, parts.root_validity); !checked) return checked.error();
    if (!settings.issuing_key.empty()) {
        if (const Status added = present->add_issuing_in_token(folder, settings, now); !added) return added.error();
        return load(folder, vault, settings);
    }
    const auto key = PrivateKey::generate(
        parts.root_key->signature_algorithm() == SignatureAlgorithm::Sm2Sm3 ? KeyAlgorithm::Sm2 : KeyAlgorithm::EcP256);
    if (!key) return key.error();
    const auto certificate =
        make_issuing(settings, key->public_key(), hex(random_bytes(4)), now, *parts.root_key, parts.root);
    if (!certificate) return certificate.error();
    const std::string name = "issuing-" + hex(view_certificate(*certificate)->serial_number);
    const auto written = write_key_and_certificates(folder, name, *key, kIssuingKeyContext, {*certificate}, vault);
    if (!written) return written.error();
    return load(folder, vault, settings);
}

Result<bool> CertificateAuthority::wants_other_key(const AuthoritySettings& settings) const {
    if (settings.issuing_key.empty()) return false;
    if (!settings.tokens) return invalid_parameter("the issuing CA's key is in a token, and none is set up");
    const auto public_key = settings.tokens->public_key(settings.issuing_key);
    if (!public_key) return fail(public_key.error().code, "the issuing CA's key: " + public_key.error().detail);
    const auto present = view_certificate(issuing_certificate());
    return !present || !std::ranges::equal(present->public_key, *public_key);
}

/// The address of a revocation list names the key, so that no key may serve two issuing CAs.
Status CertificateAuthority::add_issuing_in_token(const std::filesystem::path& folder,
                                                  const AuthoritySettings& settings, UtcTime now) const {
    if (!settings.tokens) return invalid_parameter("the issuing CA's key is in a token, and none is set up");
    if (parts_->key_algorithm() == KeyAlgorithm::Sm2) {
        return fail(ErrorCode::KeyUnusable, "the SM2 authority's keys lie in its folder");
    }
    const auto public_key = settings.tokens->public_key(settings.issuing_key);
    if (!public_key) return fail(public_key.error().code, "the issuing CA's key: " + public_key.error().detail);
    const std::string identifier = hex(key_identifier_of(*public_key));
    const auto known = issuing_identifiers();
    if (std::ranges::find(known, identifier) != known.end()) {
        return fail(ErrorCode::KeyUnusable,
                    "the token's key has been an issuing CA's before; make a new one in the token and name it");
    }
    const auto certificate =
        make_issuing(settings, *public_key, hex(random_bytes(4)), now, *parts_->root_key, parts_->root);
    if (!certificate) return certificate.error();
    const auto proven = settings.tokens->signer(settings.issuing_key, {*certificate, parts_->root});
    if (!proven) return fail(proven.error().code, "the issuing CA's key: " + proven.error().detail);
    const std::string name = "issuing-" + hex(view_certificate(*certificate)->serial_number);
    if (auto written = write_private_file(folder / (name + ".uri"), as_bytes(settings.issuing_key)); !written)
        return written;
    return write_private_file(folder / (name + ".pem"), as_bytes(certificate_to_pem(*certificate)));
}

Result<CertificateAuthority> CertificateAuthority::load_or_create(const std::filesystem::path& folder,
                                                                  const KeyVault& vault,
                                                                  const AuthoritySettings& settings, UtcTime now) {
    if (!std::filesystem::exists(folder)) {
        const auto authority = create(settings, now);
        if (!authority) return authority.error();
        const auto saved = authority->save(folder, vault);
        const bool is_there = saved || saved.error().code == ErrorCode::Conflict;  // somebody was faster
        if (!is_there) return saved.error();
    }
    auto loaded = load(folder, vault, settings);
    if (!loaded) return loaded;
    const auto other = loaded->wants_other_key(settings);
    if (!other) return other.error();
    return *other ? renew_issuing(folder, vault, settings, now) : std::move(loaded);
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
    if (done && parts_->root_key)
        done = write("root.key", vault.seal(parts_->root_key->to_der().view(), kRootKeyContext));
    for (std::size_t i = 0; done && i < parts_->issuing.size(); ++i) {
        const IssuingCa& issuing = parts_->issuing[i];
        // The first one of all has the plain name.
        const bool is_first = i + 1 == parts_->issuing.size();
        const std::string serial = hex(view_certificate(issuing.certificate)->serial_number);
        const std::string name = is_first ? "issuing" : "issuing-" + serial;
        if (issuing.key) {
            done =
                write_key_and_certificates(draft, name, *issuing.key, kIssuingKeyContext, {issuing.certificate}, vault);
            continue;
        }
        done = write((name + ".uri").c_str(), as_bytes(issuing.token_key));
        if (done) done = write((name + ".pem").c_str(), as_bytes(certificate_to_pem(issuing.certificate)));
    }
    if (done) done = publish_new(draft, folder);
    if (!done) std::filesystem::remove_all(draft, error);
    return done;
}

Result<std::vector<Bytes>> CertificateAuthority::issue_for(ByteView public_key, const Subject& subject,
                                                           const Validity& validity) const {
    const SignatureAlgorithm issuer = parts_->issuing.front().signer->algorithm();
    if (const auto checked = check_public_key(public_key, issuer); !checked) return checked.error();
    return issue_checked(public_key, subject, validity);
}

Result<std::vector<Bytes>> CertificateAuthority::issue_checked(ByteView public_key, const Subject& subject,
                                                               const Validity& validity) const {
    const IssuingCa& issuing = parts_->issuing.front();
    if (const auto checked = check_validity(validity, issuing.validity); !checked) return checked.error();
    auto name = encode_name({subject.country, subject.organization, subject.common_name, subject.serial_number});
    if (!name) return name.error();

    std::vector<Bytes> extensions = parts_->document_signing_extensions;
    extensions.push_back(extension::subject_key_identifier(key_identifier_of(public_key)));
    if (!subject.contact.empty()) {
        auto contact = extension::subject_alternative_name(subject.contact);
        if (!contact) return contact.error();
        extensions.push_back(std::move(*contact));
    }
    const UtcTime not_after = std::min(validity.not_after, issuing.validity.not_after);
    if (!parts_->has_revocation() &&
        not_after - validity.not_before <= parts_->settings.short_term_limit + kBackdated) {
        extensions.push_back(extension::no_revocation_available());
        extensions.push_back(extension::validity_assured_short_term());
    }
    auto certificate = write_certificate({random_serial_number(), issuing.name, std::move(*name), validity.not_before,
                                          not_after, public_key, std::move(extensions)},
                                         *issuing.signer);
    if (!certificate) return certificate.error();
    std::vector<Bytes> chain;
    chain.reserve(3);
    chain.push_back(std::move(*certificate));
    chain.push_back(issuing.certificate);
    chain.push_back(parts_->root);
    return chain;
}

Result<std::unique_ptr<Signer>> CertificateAuthority::issue(const Subject& subject, const Validity& validity,
                                                            KeyAlgorithm algorithm) const {
    if ((parts_->key_algorithm() == KeyAlgorithm::Sm2) != (algorithm == KeyAlgorithm::Sm2)) {
        return fail(ErrorCode::KeyUnusable,
                    "SM2 keys are certified by the SM2 authority alone, and it certifies no other");
    }
    auto key = PrivateKey::generate(algorithm);
    if (!key) return key.error();
    auto chain = issue_checked(key->public_key(), subject, validity);
    if (!chain) return chain.error();
    return KeySigner::trusted(std::move(*key), std::move(*chain));
}

Result<std::unique_ptr<Signer>> CertificateAuthority::issue_service(AuthorityService service, const Validity& validity,
                                                                    std::size_t issuing) const {
    if (issuing >= parts_->issuing.size()) return invalid_parameter("there is no such issuing CA");
    const auto key = PrivateKey::generate(parts_->key_algorithm());
    if (!key) return key.error();
    auto chain = issue_service_for(service, *key, validity, issuing);
    if (!chain) return chain.error();
    return KeySigner::trusted(*key, std::move(*chain));
}

Result<std::vector<Bytes>> CertificateAuthority::issue_service_for(AuthorityService service, const PrivateKey& key,
                                                                   const Validity& validity,
                                                                   std::size_t issuing) const {
    const bool by_root = service == AuthorityService::RootResponder;
    if (by_root && !parts_->root_signer) return fail(ErrorCode::KeyUnusable, "the root's key is not here");
    const IssuingCa& ca = parts_->issuing[issuing];
    const Validity& issuer_validity = by_root ? parts_->root_validity : ca.validity;
    if (const auto checked = check_validity(validity, issuer_validity); !checked) return checked.error();
    const auto name = encode_name({parts_->settings.country,
                                   parts_->settings.organization,
                                   fmt::format("{} {}", names_of(service).common_name, hex(random_bytes(4))),
                                   {}});
    if (!name) return name.error();

    std::vector<Bytes> extensions =
        by_root ? std::vector<Bytes>{extension::authority_key_identifier(parts_->root_key_identifier)}
                : parts_->issuing_extensions(issuing);
    const Bytes public_key = key.public_key();
    extensions.push_back(extension::subject_key_identifier(key_identifier_of(public_key)));
    extensions.push_back(extension::service_key_usage());
    if (service == AuthorityService::TimeStamping) {
        extensions.push_back(extension::time_stamping_purpose());
    } else if (service != AuthorityService::SealMaker) {
        extensions.push_back(extension::ocsp_signing_purpose());
        extensions.push_back(extension::ocsp_no_check());
    }
    auto certificate =
        write_certificate({random_serial_number(), by_root ? parts_->root_name : ca.name, *name, validity.not_before,
                           std::min(validity.not_after, issuer_validity.not_after), public_key, std::move(extensions)},
                          by_root ? *parts_->root_signer : *ca.signer);
    if (!certificate) return certificate.error();
    std::vector<Bytes> chain{std::move(*certificate)};
    if (!by_root) chain.push_back(ca.certificate);
    chain.push_back(parts_->root);
    return chain;
}

Result<std::unique_ptr<Signer>> CertificateAuthority::load_or_issue_service(AuthorityService service,
                                                                            const std::filesystem::path& folder,
                                                                            const KeyVault& vault, UtcTime now,
                                                                            std::chrono::seconds lifetime,
                                                                            std::chrono::seconds renew_before) const {
    const ServiceNames names = names_of(service);
    const std::string file(names.file);
    if (auto kept = load_service(service, folder, vault)) {
        const auto certificate = view_certificate((*kept)->certificate_chain().front());
        if (certificate && certificate->not_before <= now && now + renew_before < certificate->not_after) return kept;
    }
    const auto key = PrivateKey::generate(parts_->key_algorithm());
    if (!key) return key.error();
    auto chain = issue_service_for(service, *key, Validity::starting(now, lifetime), 0);
    if (!chain) return chain.error();
    const auto written = write_key_and_certificates(folder, file, *key, names.key_context, *chain, vault);
    if (!written) return written.error();
    return KeySigner::trusted(*key, std::move(*chain));
}

/// What cannot be used for whatever reason is issued anew by the caller.
Result<std::unique_ptr<Signer>> CertificateAuthority::load_service(AuthorityService service,
                                                                   const std::filesystem::path& folder,
                                                                   const KeyVault& vault) const {
    const ServiceNames names = names_of(service);
    const std::string file(names.file);
    auto key = open_key(folder / (file + ".key"), names.key_context, vault);
    if (!key) return key.error();
    const auto content = read_secret_file(folder / (file + ".pem"), kMaxFile);
    if (!content) return content.error();
    auto chain = read_certificates(content->view());
    if (!chain) return chain.error();
    const Bytes& issuer = service == AuthorityService::RootResponder ? parts_->root : issuing_certificate();
    if (chain->size() < 2 || (*chain)[1] != issuer || chain->back() != parts_->root) {
        return fail(ErrorCode::CertificateInvalid, "another CA issued the service's certificate");
    }
    return KeySigner::create(std::move(*key), std::move(*chain));
}

Result<Bytes> CertificateAuthority::revocation_list(std::uint64_t number, const std::vector<Revoked>& revoked,
                                                    UtcTime this_update, UtcTime next_update,
                                                    std::size_t issuing) const {
    if (issuing >= parts_->issuing.size()) return invalid_parameter("there is no such issuing CA");
    const IssuingCa& ca = parts_->issuing[issuing];
    return write_list(ca.name, ca.key_identifier, *ca.signer, number, revoked, this_update, next_update,
                      ca.validity.not_before);
}

Result<Bytes> CertificateAuthority::root_revocation_list(std::uint64_t number, const std::vector<Revoked>& revoked,
                                                         UtcTime this_update, UtcTime next_update) const {
    if (!parts_->root_signer) return fail(ErrorCode::KeyUnusable, "the root's key is not here");
    return write_list(parts_->root_name, parts_->root_key_identifier, *parts_->root_signer, number, revoked,
                      this_update, next_update, parts_->root_validity.not_before);
}

}  // namespace signet::crypto
