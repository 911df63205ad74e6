#include "service/callback_sealing.hpp"

#include "crypto/key_vault.hpp"
#include "desk.hpp"
#include "store/callback_secrets.hpp"
#include "store/sealed_secrets.hpp"

#include <gtest/gtest.h>

namespace signet::service {
namespace {

using model::CallbackCipher;
using model::CallbackEncryption;
using model::CallbackVector;
using store::callback_secrets::Owner;
using store::callback_secrets::OwnerKind;

constexpr UtcTime kTime{1675406185942};
const std::string kSecret = "5f6db7ec8325aAGF";
const std::string kSignature = "66ff42585dd54e7cff566f2764ce966a";
const CallbackMessage kMessage{
    "https://erp.example.com/hook?a=1", {{"contractId", "2591540368898105360"}, {"status", "SIGNING"}}, {7}, {8}};

std::string field(const CallbackMessage& message, std::string_view name) {
    for (const auto& [key, value] : message.fields) {
        if (key == name) return value;
    }
    return {};
}

TEST(CallbackSealing, signs_the_plain_form_behind_its_fields) {
    const auto sealed = sealed_contract_callback(kMessage, {kSecret, {}, "token"}, kTime);
    auto expected = kMessage.fields;
    expected.emplace_back("signature", kSignature);
    expected.emplace_back("timestamp", "1675406185942");
    EXPECT_EQ(sealed.fields, expected);
    EXPECT_EQ(sealed.url, kMessage.url);
}

TEST(CallbackSealing, encrypts_the_fields_as_the_specification_shows) {
    const auto sealed = sealed_contract_callback(kMessage, {kSecret, {CallbackEncryption::AesEcb, {}}, "token"}, kTime);
    const decltype(sealed.fields) expected{
        {"signature", kSignature},
        {"timestamp", "1675406185942"},
        {"content", "mCvx/Ytoh4sfgeLZrqxz23DcOCBlB0SufGm6ZyibIkRRYxYcXSfyWpBxM2OuyncW7Tn87iN3+V/bXrt07ptwoA=="}};
    EXPECT_EQ(sealed.fields, expected);
}

// Computed with `openssl enc -aes-128-cbc`; the first vector is `printf token | sha256sum`, cut to 16 bytes.
TEST(CallbackSealing, takes_the_vector_from_the_token_or_from_the_key) {
    const auto with = [](CallbackVector vector) {
        return field(
            sealed_contract_callback(kMessage, {kSecret, {CallbackEncryption::AesCbc, vector}, "token"}, kTime),
            "content");
    };
    EXPECT_EQ(with(CallbackVector::Token),
              "sp3llNghEpIBDu/WWSDMnfJ+ZZGV54HjbEWgaoeNwCvsHMqVFl1ayO5GcXKWhYmgG4U5xNmGCbyUgfMMbuXbFA==");
    EXPECT_EQ(with(CallbackVector::Key),
              "1+i1RzlDnaesQCwbqEt/svenr76ZfPFQMW1vqEhQDthL/sR1MZMKfUIhxGLVP6m8Huen9NVp2WOM1iuoZeWOhg==");
}

TEST(CallbackSealing, signs_an_authorisation_in_its_address) {
    EXPECT_EQ(signed_grant_callback(kMessage, kSecret, kTime).url,
              "https://erp.example.com/hook?a=1&signature=" + kSignature + "&timestamp=1675406185942");
    EXPECT_EQ(signed_grant_callback({"https://erp.example.com/hook", {}}, kSecret, kTime).url,
              "https://erp.example.com/hook?signature=" + kSignature + "&timestamp=1675406185942");
    EXPECT_EQ(signed_grant_callback(kMessage, kSecret, kTime).fields, kMessage.fields);
}

TEST(CallbackSealing, knows_what_may_be_a_secret) {
    EXPECT_TRUE(is_callback_secret(kSecret));
    for (const std::string wrong : {"", "5f6db7ec8325aAG", "5f6db7ec8325aAGFF", "5f6db7ec8325aAG-", "5f6db7ec8325 AGF"})
        EXPECT_FALSE(is_callback_secret(wrong)) << wrong;
}

TEST(CallbackMessage, remembers_whose_secrets_sign_it) {
    for (const model::CategoryId category : {model::CategoryId{8}, model::CategoryId{}}) {
        const auto read = callback_from_text(to_text(CallbackMessage{"https://a.test/", {{"n", "v"}}, {7}, category}));
        ASSERT_TRUE(read);
        EXPECT_EQ(read->application, model::ApplicationId{7});
        EXPECT_EQ(read->category, category);
        EXPECT_EQ(read->url, "https://a.test/");
        EXPECT_EQ(read->fields.size(), 1U);
    }
    // As it was enqueued before callbacks were signed.
    const auto old = callback_from_text("https://a.test/\x1fn\x1fv");
    ASSERT_TRUE(old);
    EXPECT_EQ(old->application, model::ApplicationId{});
    EXPECT_EQ(old->fields.size(), 1U);
    EXPECT_FALSE(callback_from_text("https://a.test/\x1fn"));
}

class CallbackSecrets : public testing::Test {
  protected:
    void put(Owner owner, const std::string& secret, std::optional<CallbackCipher> cipher) {
        Bytes wrapped;
        if (!secret.empty()) wrapped = desk_.platform().vault.seal(secret, callback_secret_context(owner));
        const Status done = desk_.platform().database.write([&](store::Transaction& transaction) {
            return store::callback_secrets::put(transaction, {owner, wrapped, cipher});
        });
        ASSERT_TRUE(done) << done.error().detail;
    }
    Result<CallbackMessage> sealed(std::string_view family = kContractCallbacks) {
        return CallbackSealing(desk_.platform(), directory_).seal(kMessage, family);
    }
    static std::string signature(std::string_view secret, const std::string& timestamp) {
        return field(sealed_contract_callback({}, {std::string(secret), {}, {}}, {*parse_id(timestamp)}), "signature");
    }

    static constexpr Owner kApplication{OwnerKind::Application, 7};
    static constexpr Owner kCategory{OwnerKind::Category, 8};
    Desk desk_;
    Directory directory_{desk_.platform()};
};

TEST_F(CallbackSecrets, of_the_application_serve_where_the_category_has_none) {
    put(kApplication, kSecret, {});
    const auto message = sealed();
    ASSERT_TRUE(message);
    EXPECT_EQ(field(*message, "signature"), signature(kSecret, field(*message, "timestamp")));
    EXPECT_EQ(field(*message, "contractId"), "2591540368898105360");
}

TEST_F(CallbackSecrets, of_the_category_win_each_by_itself) {
    put(kApplication, kSecret, CallbackCipher{CallbackEncryption::AesEcb, {}});
    put(kCategory, "0123456789abcdef", {});
    auto message = sealed();
    ASSERT_TRUE(message);
    EXPECT_EQ(field(*message, "signature"), signature("0123456789abcdef", field(*message, "timestamp")));
    EXPECT_NE(field(*message, "content"), "") << "the application's encryption, the category's secret";
    put(kCategory, "", CallbackCipher{});
    message = sealed();
    ASSERT_TRUE(message);
    EXPECT_EQ(field(*message, "signature"), signature(kSecret, field(*message, "timestamp")));
    EXPECT_EQ(field(*message, "contractId"), "2591540368898105360") << "the category wants nothing encrypted";
}

TEST_F(CallbackSecrets, are_none_of_a_message_that_names_no_application) {
    put(kApplication, kSecret, {});
    const auto message =
        CallbackSealing(desk_.platform(), directory_).seal({"https://a.test/", {{"n", "v"}}}, "contract");
    ASSERT_TRUE(message);
    EXPECT_EQ(message->fields.size(), 1U);
}

TEST_F(CallbackSecrets, that_are_missing_let_nothing_leave_that_is_to_be_encrypted) {
    EXPECT_TRUE(sealed()) << "nothing is asked for";
    put(kApplication, "", CallbackCipher{CallbackEncryption::AesCbc, {}});
    const auto message = sealed();
    ASSERT_FALSE(message);
    EXPECT_EQ(message.error().code, ErrorCode::KeyUnusable);
}

TEST_F(CallbackSecrets, sign_authorisations_in_the_address_alone) {
    put(kApplication, kSecret, CallbackCipher{CallbackEncryption::AesEcb, {}});
    const auto message = sealed(kGrantCallbacks);
    ASSERT_TRUE(message);
    EXPECT_EQ(message->fields, kMessage.fields);
    const auto at = message->url.find("&timestamp=");
    ASSERT_NE(at, std::string::npos);
    EXPECT_EQ(
        message->url.substr(0, at),
        kMessage.url + "&signature=" + signature(kSecret, message->url.substr(at + std::string("&timestamp=").size())));
}

TEST_F(CallbackSecrets, are_among_what_a_new_master_key_reaches) {
    put(kApplication, kSecret, {});
    put(kCategory, "", CallbackCipher{});
    const auto found = desk_.platform().database.read([](store::Connection& connection) {
        return store::sealed_secrets::after(connection, store::sealed_secrets::Place::CallbackSecret, -1, -1, 10);
    });
    ASSERT_TRUE(found);
    ASSERT_EQ(found->size(), 1U);
    EXPECT_EQ(found->front().second_id, 7);
}

}  // namespace
}  // namespace signet::service
