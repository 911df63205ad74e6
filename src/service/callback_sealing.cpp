#include "service/callback_sealing.hpp"

#include "base/bytes.hpp"
#include "crypto/aes128.hpp"
#include "crypto/digest.hpp"
#include "crypto/key_vault.hpp"
#include "store/database.hpp"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>

namespace signet::service {

using store::callback_secrets::Owner;
using store::callback_secrets::OwnerKind;

namespace {

struct Proof {
    std::string timestamp;  // milliseconds
    std::string signature;
};

Proof proof_of(std::string_view secret, UtcTime now) {
    std::string timestamp = std::to_string(now.milliseconds);
    std::string signature = crypto::md5_hex(timestamp + std::string(secret));
    return {std::move(timestamp), std::move(signature)};
}

/// The fields as a JSON object of texts, encrypted, in Base64.
std::string encrypted_content(const CallbackMessage& message, const CallbackKey& key) {
    boost::json::object object;
    for (const auto& [name, value] : message.fields)
        object[name] = value;
    const std::string text = boost::json::serialize(object);
    if (key.cipher.encryption == model::CallbackEncryption::AesEcb)
        return base64(crypto::aes128::encrypt_ecb(as_bytes(key.secret), as_bytes(text)));
    const crypto::Sha256Digest digest = crypto::Sha256::of(as_bytes(key.token));
    const ByteView vector = key.cipher.vector == model::CallbackVector::Key
                                ? as_bytes(key.secret)
                                : ByteView(digest).first(crypto::aes128::kBlockSize);
    return base64(crypto::aes128::encrypt_cbc(as_bytes(key.secret), vector, as_bytes(text)));
}

}  // namespace

bool is_callback_secret(std::string_view text) {
    return text.size() == kCallbackSecretLength && std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
           });
}

std::string callback_secret_context(Owner owner) {
    const char* const kind = owner.kind == OwnerKind::Application ? "application/" : "category/";
    return "callback-secret/" + (kind + std::to_string(owner.id));
}

CallbackMessage sealed_contract_callback(const CallbackMessage& message, const CallbackKey& key, UtcTime now) {
    const Proof proof = proof_of(key.secret, now);
    CallbackMessage sealed = message;
    if (key.cipher.encryption == model::CallbackEncryption::None) {
        sealed.fields.emplace_back("signature", proof.signature);
        sealed.fields.emplace_back("timestamp", proof.timestamp);
        return sealed;
    }
    sealed.fields = {
        {"signature", proof.signature}, {"timestamp", proof.timestamp}, {"content", encrypted_content(message, key)}};
    return sealed;
}

CallbackMessage signed_grant_callback(const CallbackMessage& message, std::string_view secret, UtcTime now) {
    const Proof proof = proof_of(secret, now);
    CallbackMessage sealed = message;
    sealed.url += (message.url.find('?') == std::string::npos ? "?" : "&") + ("signature=" + proof.signature) +
                  "&timestamp=" + proof.timestamp;
    return sealed;
}

Result<CallbackKey> CallbackSealing::key_of(model::ApplicationId application, model::CategoryId category) const {
    CallbackKey key;
    // What the category says wins over what the application says.
    for (const Owner owner :
         {Owner{OwnerKind::Application, application.value}, {OwnerKind::Category, category.value}}) {
        const auto found = platform_.database.read(
            [&](store::Connection& connection) { return store::callback_secrets::find(connection, owner); });
        if (!found) return found.error();
        if (!*found) continue;
        if ((*found)->cipher) key.cipher = *(*found)->cipher;
        if ((*found)->wrapped_secret.empty()) continue;
        const auto secret = platform_.vault.open((*found)->wrapped_secret, callback_secret_context(owner));
        if (!secret) return secret.error();
        key.secret = std::string(secret->text());
    }
    return key;
}

Result<CallbackMessage> CallbackSealing::seal(const CallbackMessage& message, std::string_view family) const {
    if (!message.application) return message;
    auto key = key_of(message.application, message.category);
    if (!key) return key.error();
    const auto application = directory_.application(message.application);
    const UtcTime now = platform_.clock.now();
    if (family == kGrantCallbacks) {
        // An application from before there were callback secrets has the AppSecret alone, until it is described again.
        if (key->secret.empty() && application) key->secret = application->secret;
        return signed_grant_callback(message, key->secret, now);
    }
    if (application) key->token = application->token;
    if (!key->secret.empty()) return sealed_contract_callback(message, *key, now);
    if (key->cipher.encryption == model::CallbackEncryption::None) return message;
    return fail(ErrorCode::KeyUnusable, "the callback is to be encrypted, and its application has no callback secret");
}

}  // namespace signet::service
