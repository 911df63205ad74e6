#include "crypto/pkcs11.hpp"

#include "base/text.hpp"
#include "crypto/der.hpp"
#include "crypto/external_signer.hpp"
#include "crypto/oids.hpp"
#include "crypto/openssl.hpp"
#include "crypto/private_file.hpp"
#include "crypto/secret.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fmt/format.h>
#include <functional>
#include <optional>
#include <p11-kit/pkcs11.h>
#include <set>
#include <utility>

namespace signet::crypto {
namespace {

constexpr std::size_t kMaxUri = 2048;
constexpr std::size_t kMaxPinFile = 1024;
constexpr CK_ULONG kMaxSlots = 1024;
constexpr std::size_t kMaxAttribute = 4096;
constexpr std::size_t kCoordinateSize = 32;
constexpr std::string_view kP256 = "1.2.840.10045.3.1.7";

/// DigestInfo (RFC 8017 §9.2) of SHA-256, up to the digest itself.
constexpr std::array<std::uint8_t, 19> kDigestInfo{0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
                                                   0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20};

Error unusable(const std::string& why) {
    return fail(ErrorCode::KeyUnusable, why);
}

std::optional<Bytes> percent_decoded(std::string_view text) {
    Bytes bytes;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            bytes.push_back(static_cast<std::uint8_t>(text[i]));
            continue;
        }
        const auto byte = i + 2 < text.size() ? from_hex(text.substr(i + 1, 2)) : std::nullopt;
        if (!byte || byte->size() != 1) return std::nullopt;
        bytes.push_back(byte->front());
        i += 2;
    }
    return bytes;
}

/// The words that tokens use for what may pass when everything is opened anew.
bool may_pass(CK_RV result) {
    constexpr std::array kPassing{CKR_SESSION_HANDLE_INVALID, CKR_SESSION_CLOSED,        CKR_USER_NOT_LOGGED_IN,
                                  CKR_KEY_HANDLE_INVALID,     CKR_OBJECT_HANDLE_INVALID, CKR_DEVICE_ERROR,
                                  CKR_DEVICE_REMOVED,         CKR_DEVICE_MEMORY,         CKR_TOKEN_NOT_PRESENT,
                                  CKR_TOKEN_NOT_RECOGNIZED,   CKR_SLOT_ID_INVALID,       CKR_GENERAL_ERROR,
                                  CKR_FUNCTION_FAILED,        CKR_OPERATION_ACTIVE,      CKR_CRYPTOKI_NOT_INITIALIZED};
    return std::ranges::find(kPassing, result) != kPassing.end();
}

bool is_refused_pin(CK_RV result) {
    return result == CKR_PIN_INCORRECT || result == CKR_PIN_LOCKED || result == CKR_PIN_EXPIRED ||
           result == CKR_PIN_INVALID || result == CKR_PIN_LEN_RANGE;
}

std::string padded_text(const unsigned char* field, std::size_t size) {
    return std::string(trim(std::string_view(reinterpret_cast<const char*>(field), size)));
}

/// The PIN, read anew whenever it is needed, so that it lies in memory no longer than a login takes.
Result<SecretBytes> read_pin(const std::string& source) {
    if (source.empty()) return SecretBytes();
    if (source.starts_with("env:")) {
        const char* value = std::getenv(source.c_str() + 4);
        if (value == nullptr) return unusable("the environment has no " + source.substr(4) + " with the token's PIN");
        return SecretBytes(to_bytes(std::string_view(value)));
    }
    std::string_view path = source;
    if (path.starts_with("file:")) path.remove_prefix(5);
    if (const Status is_private = require_private(path); !is_private) return is_private.error();
    auto pin = read_secret_file(path, kMaxPinFile);
    if (!pin) return pin;
    std::size_t size = pin->text().find_first_of("\r\n");
    if (size != std::string_view::npos) pin->shrink(size);
    return pin;
}

/// r and s side by side, as tokens have it, into ECDSA-Sig-Value (RFC 3279 §2.2.3).
Result<Bytes> ecdsa_value(ByteView raw) {
    if (raw.size() != 2 * kCoordinateSize) return unusable("the token made a signature value of another length");
    return der::sequence({der::integer(raw.first(kCoordinateSize)), der::integer(raw.subspan(kCoordinateSize))});
}

std::string describe_key(const Pkcs11Uri& uri) {
    if (uri.id.empty()) return fmt::format("\"{}\"", readable_text(uri.object));
    return fmt::format("\"{}\" (id {})", readable_text(uri.object), hex(uri.id));
}

}  // namespace

Result<Pkcs11Uri> parse_pkcs11_uri(std::string_view text) {
    constexpr std::string_view kScheme = "pkcs11:";
    if (!text.starts_with(kScheme) || text.size() > kMaxUri) {
        return invalid_parameter("pkcs11: a key is named like pkcs11:token=…;object=…");
    }
    text.remove_prefix(kScheme.size());
    Pkcs11Uri uri;
    std::set<std::string, std::less<>> seen;
    const auto read = [&](std::string_view part, bool in_query) -> Status {
        const std::size_t equals = part.find('=');
        const std::string_view name = part.substr(0, equals);
        const auto value = equals == std::string_view::npos ? std::nullopt : percent_decoded(part.substr(equals + 1));
        if (!value) return invalid_parameter("pkcs11: " + readable_text(part) + " is no attribute");
        if (!seen.emplace(name).second) return invalid_parameter(fmt::format("pkcs11: {} stands there twice", name));
        const std::string decoded(as_text(*value));
        if (name == "pin-value") return invalid_parameter("pkcs11: pin-value: give pin-source, where the PIN is kept");
        if (in_query && name == "module-path") return uri.module_path = decoded, Status();
        if (in_query && name == "pin-source") return uri.pin_source = decoded, Status();
        if (!in_query && name == "token") return uri.token = decoded, Status();
        if (!in_query && name == "serial") return uri.serial = decoded, Status();
        if (!in_query && name == "object") return uri.object = decoded, Status();
        if (!in_query && name == "id") return uri.id = *value, Status();
        if (!in_query && name == "type" && decoded == "private") return {};
        return invalid_parameter("pkcs11: " + readable_text(part) + " is not known here");
    };
    const std::size_t question = text.find('?');
    for (const std::string_view part : split(text.substr(0, question), ';')) {
        if (part.empty()) continue;
        if (const Status done = read(part, false); !done) return done.error();
    }
    if (question != std::string_view::npos) {
        for (const std::string_view part : split(text.substr(question + 1), '&')) {
            if (const Status done = read(part, true); !done) return done.error();
        }
    }
    if (uri.object.empty() && uri.id.empty()) return invalid_parameter("pkcs11: object or id must name the key");
    return uri;
}

/// A library, loaded and initialised as long as this lives.
class Pkcs11Tokens::Module {
  public:
    static Result<std::shared_ptr<Module>> load(const std::filesystem::path& path) {
        void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
        if (library == nullptr) {
            const char* why = ::dlerror();
            return unusable("the PKCS#11 module cannot be loaded: " + readable_text(why == nullptr ? "" : why));
        }
        std::shared_ptr<Module> module(new Module(library));
        const auto get = reinterpret_cast<CK_C_GetFunctionList>(::dlsym(library, "C_GetFunctionList"));
        if (get == nullptr || get(&module->functions_) != CKR_OK || module->functions_ == nullptr) {
            return unusable(path.string() + " is no PKCS#11 module");
        }
        if (const CK_RV result = module->initialise(); result != CKR_OK) {
            return unusable(fmt::format("the PKCS#11 module does not start (0x{:x})", result));
        }
        return module;
    }
    Module(const Module&) = delete;
    Module& operator=(const Module&) = delete;
    ~Module() {
        if (is_ours_) functions_->C_Finalize(nullptr);
        // It stays mapped: modules leave behind threads and handlers that run until the process ends.
    }

    const CK_FUNCTION_LIST& call() const { return *functions_; }

    /// Also when the module forgot itself.
    CK_RV initialise() {
        CK_C_INITIALIZE_ARGS arguments{};
        arguments.flags = CKF_OS_LOCKING_OK;
        const CK_RV result = functions_->C_Initialize(&arguments);
        if (result == CKR_CRYPTOKI_ALREADY_INITIALIZED) return CKR_OK;
        is_ours_ = is_ours_ || result == CKR_OK;
        return result;
    }

  private:
    explicit Module(void* library) : library_(library) {}

    void* library_;
    CK_FUNCTION_LIST* functions_ = nullptr;
    bool is_ours_ = false;
};

/// One token with its sessions.
class Pkcs11Tokens::Token {
  public:
    Token(std::shared_ptr<Module> module, Pkcs11TokenSettings settings)
        : module_(std::move(module)), settings_(std::move(settings)) {}
    Token(const Token&) = delete;
    Token& operator=(const Token&) = delete;
    ~Token() {
        for (const Session& session : idle_)
            call().C_CloseSession(session.handle);
    }

    Result<Bytes> sign(const Pkcs11Uri& uri, SignatureAlgorithm algorithm, const Sha256Digest& digest) {
        Bytes value(kMaxAttribute);
        const Status done = with_session([&](Session& session) -> Attempt {
            const auto key = private_key(session, uri, algorithm);
            if (!key.status || key.result != CKR_OK) return {key.result, key.status};
            const bool is_rsa = algorithm == SignatureAlgorithm::RsaPkcs1Sha256;
            CK_MECHANISM mechanism{is_rsa ? CKM_RSA_PKCS : CKM_ECDSA, nullptr, 0};
            if (const CK_RV begun = call().C_SignInit(session.handle, &mechanism, key.handle); begun != CKR_OK) {
                return {begun, {}};
            }
            Bytes input;
            if (is_rsa) input.assign(kDigestInfo.begin(), kDigestInfo.end());
            append(input, digest);
            CK_ULONG size = kMaxAttribute;
            value.resize(size);
            const CK_RV made = call().C_Sign(session.handle, input.data(), input.size(), value.data(), &size);
            if (made == CKR_OK) value.resize(size);
            return {made, {}};
        });
        if (!done) return done.error();
        return algorithm == SignatureAlgorithm::RsaPkcs1Sha256 ? Result<Bytes>(std::move(value)) : ecdsa_value(value);
    }

    Result<Bytes> public_key(const Pkcs11Uri& uri) {
        Bytes public_key;
        const Status done = with_session([&](Session& session) -> Attempt {
            const auto key = find(session, CKO_PUBLIC_KEY, uri);
            if (!key.status || key.result != CKR_OK) return {key.result, key.status};
            auto read = read_public_key(session, key.handle);
            if (!read) return {CKR_OK, read.error()};
            public_key = std::move(*read);
            return {CKR_OK, {}};
        });
        if (!done) return done.error();
        return public_key;
    }

  private:
    struct Session {
        CK_SESSION_HANDLE handle = 0;
        std::uint64_t generation = 0;
        /// By label and id.
        std::map<std::string, CK_OBJECT_HANDLE> keys;
    };
    /// What the token said, and what we make of it; both good when all went well.
    struct Attempt {
        CK_RV result = CKR_OK;
        Status status;
    };
    struct Found {
        CK_RV result = CKR_OK;
        Status status;
        CK_OBJECT_HANDLE handle = 0;
    };

    const CK_FUNCTION_LIST& call() const { return module_->call(); }
    std::string name() const { return fmt::format("token \"{}{}\"", settings_.label, settings_.serial); }

    Error silent(CK_RV result) const {
        return fail(ErrorCode::Unavailable, fmt::format("{} does not answer (0x{:x})", name(), result));
    }

    /// Works in a session, and once more in a new one when the token has lost the first.
    template <typename Work>
    Status with_session(const Work& work) {
        constexpr int kTries = 2;
        CK_RV last = CKR_OK;
        for (int i = 0; i < kTries; ++i) {
            Session session;
            if (const Attempt opened = take(session); !opened.status || opened.result != CKR_OK) {
                if (!opened.status) return opened.status;
                last = opened.result;
                if (!may_pass(last)) return silent(last);
                start_anew(session.generation);
                continue;
            }
            const Attempt attempt = work(session);
            last = attempt.result;
            if (last == CKR_OK) {
                give_back(std::move(session));
                return attempt.status;
            }
            call().C_CloseSession(session.handle);
            if (!may_pass(last)) return unusable(fmt::format("{} refuses (0x{:x})", name(), last));
            start_anew(session.generation);
        }
        return silent(last);
    }

    Attempt take(Session& session) {
        const std::lock_guard lock(mutex_);
        session.generation = generation_;
        if (!idle_.empty()) {
            session = std::move(idle_.back());
            idle_.pop_back();
            return {};
        }
        if (!slot_) {
            if (const Attempt found = find_slot(); !found.status || found.result != CKR_OK) return found;
        }
        const CK_RV opened = call().C_OpenSession(*slot_, CKF_SERIAL_SESSION, nullptr, nullptr, &session.handle);
        if (opened != CKR_OK) return {opened, {}};
        Attempt in = log_in(session.handle);
        if (!in.status || in.result != CKR_OK) call().C_CloseSession(session.handle);
        return in;
    }

    void give_back(Session session) {
        const std::lock_guard lock(mutex_);
        if (session.generation == generation_) {
            idle_.push_back(std::move(session));
        } else {
            call().C_CloseSession(session.handle);
        }
    }

    /// Whoever comes first closes everything of that generation; who comes later finds it done.
    void start_anew(std::uint64_t generation) {
        const std::lock_guard lock(mutex_);
        if (generation != generation_) return;
        ++generation_;
        idle_.clear();
        if (slot_) call().C_CloseAllSessions(*slot_);
        slot_.reset();
        is_logged_in_ = false;
        module_->initialise();
    }

    Attempt find_slot() {
        CK_ULONG count = 0;
        if (const CK_RV asked = call().C_GetSlotList(CK_TRUE, nullptr, &count); asked != CKR_OK) return {asked, {}};
        std::vector<CK_SLOT_ID> slots(std::min(count, kMaxSlots));
        count = slots.size();
        if (const CK_RV asked = call().C_GetSlotList(CK_TRUE, slots.data(), &count); asked != CKR_OK)
            return {asked, {}};
        slots.resize(std::min<std::size_t>(slots.size(), count));
        std::vector<CK_SLOT_ID> fitting;
        for (const CK_SLOT_ID slot : slots) {
            CK_TOKEN_INFO about{};
            if (call().C_GetTokenInfo(slot, &about) != CKR_OK) continue;
            if ((about.flags & CKF_TOKEN_INITIALIZED) == 0) continue;
            const bool labelled =
                settings_.label.empty() || padded_text(about.label, sizeof about.label) == settings_.label;
            const bool numbered = settings_.serial.empty() ||
                                  padded_text(about.serialNumber, sizeof about.serialNumber) == settings_.serial;
            if (labelled && numbered) fitting.push_back(slot);
        }
        if (fitting.empty()) return {CKR_TOKEN_NOT_PRESENT, {}};
        if (fitting.size() > 1) return {CKR_OK, unusable("several tokens are called " + name() + "; name its serial")};
        slot_ = fitting.front();
        return {};
    }

    Attempt log_in(CK_SESSION_HANDLE session) {
        if (is_logged_in_ || settings_.pin_source.empty()) return {};
        if (pin_refused_) {
            return {CKR_OK,
                    unusable(name() + " has refused the PIN; correct it and start again, before it locks itself")};
        }
        auto pin = read_pin(settings_.pin_source);
        if (!pin) return {CKR_OK, pin.error()};
        const CK_RV result = call().C_Login(session, CKU_USER, pin->data(), pin->size());
        is_logged_in_ = result == CKR_OK || result == CKR_USER_ALREADY_LOGGED_IN;
        if (is_logged_in_) return {};
        pin_refused_ = is_refused_pin(result);
        if (pin_refused_) return {CKR_OK, unusable(name() + " refuses the PIN")};
        return {result, {}};
    }

    Found private_key(Session& session, const Pkcs11Uri& uri, SignatureAlgorithm algorithm) {
        const std::string key = uri.object + '\0' + hex(uri.id);
        if (const auto known = session.keys.find(key); known != session.keys.end()) return {CKR_OK, {}, known->second};
        const CK_KEY_TYPE type = algorithm == SignatureAlgorithm::RsaPkcs1Sha256 ? CKK_RSA : CKK_EC;
        const Found found = find(session, CKO_PRIVATE_KEY, uri, type);
        if (found.status && found.result == CKR_OK) session.keys.emplace(key, found.handle);
        return found;
    }

    Found find(const Session& session, CK_OBJECT_CLASS kind, const Pkcs11Uri& uri,
               std::optional<CK_KEY_TYPE> type = std::nullopt) {
        std::vector<CK_ATTRIBUTE> wanted{{CKA_CLASS, &kind, sizeof kind}};
        if (type) wanted.push_back({CKA_KEY_TYPE, &*type, sizeof *type});
        std::string label = uri.object;
        Bytes id = uri.id;
        if (!label.empty()) wanted.push_back({CKA_LABEL, label.data(), label.size()});
        if (!id.empty()) wanted.push_back({CKA_ID, id.data(), id.size()});
        if (const CK_RV begun = call().C_FindObjectsInit(session.handle, wanted.data(), wanted.size()); begun != CKR_OK)
            return {begun, {}};
        std::array<CK_OBJECT_HANDLE, 2> handles{};
        CK_ULONG count = 0;
        const CK_RV found = call().C_FindObjects(session.handle, handles.data(), handles.size(), &count);
        call().C_FindObjectsFinal(session.handle);
        if (found != CKR_OK) return {found, {}};
        if (count == 0) return {CKR_OK, unusable(fmt::format("{} has no such key: {}", name(), describe_key(uri)))};
        if (count > 1) {
            return {CKR_OK, unusable(fmt::format("{} has several keys {}; name the id", name(), describe_key(uri)))};
        }
        return {CKR_OK, {}, handles[0]};
    }

    std::optional<Bytes> attribute(const Session& session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) {
        Bytes value(kMaxAttribute);
        CK_ATTRIBUTE wanted{type, value.data(), value.size()};
        if (call().C_GetAttributeValue(session.handle, object, &wanted, 1) != CKR_OK) return std::nullopt;
        if (wanted.ulValueLen > value.size()) return std::nullopt;
        value.resize(wanted.ulValueLen);
        return value;
    }

    Result<Bytes> read_public_key(const Session& session, CK_OBJECT_HANDLE object) {
        const Error other = unusable(name() + " has a public key that is neither P-256 nor RSA");
        if (const auto modulus = attribute(session, object, CKA_MODULUS)) {
            const auto exponent = attribute(session, object, CKA_PUBLIC_EXPONENT);
            if (!exponent) return other;
            const Bytes key = der::sequence({der::integer(ByteView(*modulus)), der::integer(ByteView(*exponent))});
            return der::sequence(
                {der::sequence({der::object_identifier(oid::kRsaEncryption), der::null()}), der::bit_string(key)});
        }
        const auto curve = attribute(session, object, CKA_EC_PARAMS);
        auto point = attribute(session, object, CKA_EC_POINT);
        if (!curve || !point || *curve != der::object_identifier(kP256)) return other;
        // An OCTET STRING around the point, as the standard has it; some tokens leave it out.
        der::Reader reader(*point);
        const auto inner = reader.take_if(der::kOctetString);
        if (inner && reader.finished()) point = Bytes(inner->content.begin(), inner->content.end());
        return der::sequence(
            {der::sequence({der::object_identifier(oid::kEcPublicKey), *curve}), der::bit_string(*point)});
    }

    const std::shared_ptr<Module> module_;
    const Pkcs11TokenSettings settings_;
    std::mutex mutex_;
    std::optional<CK_SLOT_ID> slot_;  // all below guarded by mutex_
    std::vector<Session> idle_;
    std::uint64_t generation_ = 0;
    bool is_logged_in_ = false;
    bool pin_refused_ = false;
};

class Pkcs11Tokens::TokenSigner final : public ExternalSigner {
  public:
    static Result<std::unique_ptr<Signer>> create(std::shared_ptr<Token> token, Pkcs11Uri uri,
                                                  std::vector<Bytes> chain) {
        auto parts = parts_of(std::move(chain));
        if (!parts) return parts.error();
        std::unique_ptr<Signer> signer(new TokenSigner(std::move(*parts), std::move(token), std::move(uri)));
        // A signature whose message nobody could mean: that key and certificate belong together is only seen by it.
        if (const auto tried = signer->sign(as_bytes("Signet looks whether this key is there")); !tried) {
            return tried.error();
        }
        return signer;
    }

  private:
    TokenSigner(Parts parts, std::shared_ptr<Token> token, Pkcs11Uri uri)
        : ExternalSigner(std::move(parts)), token_(std::move(token)), uri_(std::move(uri)) {}
    Result<Bytes> sign_digest(const Sha256Digest& digest) const override {
        return token_->sign(uri_, algorithm(), digest);
    }

    const std::shared_ptr<Token> token_;
    const Pkcs11Uri uri_;
};

Pkcs11Tokens::Pkcs11Tokens(std::vector<Pkcs11TokenSettings> known) : known_(std::move(known)) {}
Pkcs11Tokens::~Pkcs11Tokens() = default;

Result<std::shared_ptr<Pkcs11Tokens::Module>> Pkcs11Tokens::module_at(const std::filesystem::path& path) {
    if (const auto loaded = modules_.find(path.string()); loaded != modules_.end()) return loaded->second;
    auto module = Module::load(path);
    if (module) modules_.emplace(path.string(), *module);
    return module;
}

Result<std::shared_ptr<Pkcs11Tokens::Token>> Pkcs11Tokens::token_of(const Pkcs11Uri& uri, Modules modules) {
    const bool brings_own = !uri.module_path.empty() || !uri.pin_source.empty();
    if (brings_own && modules == Modules::KnownOnly) {
        return invalid_parameter("pkcs11: module-path and pin-source stand in signet.toml, under [[token]]");
    }
    Pkcs11TokenSettings settings{uri.module_path, uri.token, uri.serial, uri.pin_source};
    if (uri.module_path.empty()) {
        const auto fits = [&](const Pkcs11TokenSettings& one) {
            return (uri.token.empty() || one.label == uri.token) && (uri.serial.empty() || one.serial == uri.serial);
        };
        if (std::ranges::count_if(known_, fits) != 1) {
            return unusable(fmt::format("the token \"{}\" is not one of those set up in signet.toml",
                                        readable_text(uri.token + uri.serial)));
        }
        settings = *std::ranges::find_if(known_, fits);
        if (!uri.pin_source.empty()) settings.pin_source = uri.pin_source;
    }
    if (settings.label.empty() && settings.serial.empty()) {
        return invalid_parameter("pkcs11: token or serial must name the token");
    }
    const std::string key =
        settings.module.string() + '\0' + settings.label + '\0' + settings.serial + '\0' + settings.pin_source;
    const std::lock_guard lock(mutex_);
    if (const auto known = tokens_.find(key); known != tokens_.end()) return known->second;
    const auto module = module_at(settings.module);
    if (!module) return module.error();
    auto token = std::make_shared<Token>(*module, std::move(settings));
    tokens_.emplace(key, token);
    return token;
}

Result<std::unique_ptr<Signer>> Pkcs11Tokens::signer(std::string_view uri, std::vector<Bytes> chain, Modules modules) {
    auto parsed = parse_pkcs11_uri(uri);
    if (!parsed) return parsed.error();
    auto token = token_of(*parsed, modules);
    if (!token) return token.error();
    return TokenSigner::create(std::move(*token), std::move(*parsed), std::move(chain));
}

Result<Bytes> Pkcs11Tokens::public_key(std::string_view uri, Modules modules) {
    const auto parsed = parse_pkcs11_uri(uri);
    if (!parsed) return parsed.error();
    const auto token = token_of(*parsed, modules);
    if (!token) return token.error();
    return (*token)->public_key(*parsed);
}

}  // namespace signet::crypto
