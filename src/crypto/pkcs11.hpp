#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "crypto/signer.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

/// Private keys in PKCS#11 tokens (OASIS PKCS #11 v2.40): smart cards, hardware security modules, SoftHSM. The module
/// is called directly: OpenSSL 3 has no provider for it in Debian 12, and its engines are deprecated.
namespace signet::crypto {

/// Names a token and a key in it (RFC 7512). Empty attributes say nothing.
struct Pkcs11Uri {
    /// Which token: its label, its serial number.
    std::string token;
    std::string serial;
    /// Which key: its label (CKA_LABEL), its id (CKA_ID).
    std::string object;
    Bytes id;
    /// The library that speaks to it.
    std::filesystem::path module_path;
    /// Where the PIN is: `file:/path` (or the path alone) or `env:NAME`, which is ours.
    std::string pin_source;
};
/// InvalidParameter for what is no such URI, an attribute that nobody knows, one given twice, and `pin-value`: a PIN
/// has no place in a URI that stands in files and command lines.
Result<Pkcs11Uri> parse_pkcs11_uri(std::string_view text);

/// A token that this installation knows.
struct Pkcs11TokenSettings {
    /// The library that speaks to it.
    std::filesystem::path module;
    /// Which of the module's tokens; either may be empty, not both.
    std::string label;
    std::string serial;
    /// As in Pkcs11Uri; empty for a token that asks for no PIN.
    std::string pin_source;
};

/// The tokens at hand. One for each process: modules are loaded when first asked for and given up at its end, which
/// must come after that of every signer. Thread-safe.
///
/// Sessions are opened as threads need them and used again. When the token says that a session, the login or the device
/// is gone (it was restarted, pulled out and put back), everything is opened anew and the call made once more. A PIN
/// that was refused is never tried again in this process: tokens lock themselves after a few.
class Pkcs11Tokens {
  public:
    explicit Pkcs11Tokens(std::vector<Pkcs11TokenSettings> known = {});
    Pkcs11Tokens(const Pkcs11Tokens&) = delete;
    Pkcs11Tokens& operator=(const Pkcs11Tokens&) = delete;
    ~Pkcs11Tokens();

    /// Whether a URI may bring its own `module-path` and `pin-source`. A library is code that runs here: say yes only
    /// where whoever wrote the URI may run code anyway, on the command line.
    enum class Modules { KnownOnly, AlsoNamedByUri };

    /// A signer for the key with this chain (DER, its own certificate first). One signature is made and checked before
    /// it is given. Errors: InvalidParameter (the URI), KeyUnusable (no such token or key, several, not the
    /// certificate's, the PIN is refused), Unavailable (the token does not answer), CertificateInvalid.
    Result<std::unique_ptr<Signer>> signer(std::string_view uri, std::vector<Bytes> chain,
                                           Modules modules = Modules::KnownOnly);
    /// SubjectPublicKeyInfo (DER) of the key, from the token. KeyUnusable when the token does not tell it, or it is
    /// neither P-256 nor RSA.
    Result<Bytes> public_key(std::string_view uri, Modules modules = Modules::KnownOnly);

  private:
    class Module;
    class Token;
    class TokenSigner;
    Result<std::shared_ptr<Token>> token_of(const Pkcs11Uri& uri, Modules modules);
    Result<std::shared_ptr<Module>> module_at(const std::filesystem::path& path);

    const std::vector<Pkcs11TokenSettings> known_;
    std::mutex mutex_;
    std::map<std::string, std::shared_ptr<Module>> modules_;  // guarded by mutex_
    std::map<std::string, std::shared_ptr<Token>> tokens_;    // guarded by mutex_
};

}  // namespace signet::crypto
