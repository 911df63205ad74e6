#include "crypto/key.hpp"

#include "crypto/pem.hpp"
#include "testing.hpp"

#include <thread>

#include <gtest/gtest.h>

namespace signet::crypto {
namespace {

using testing::run;
using testing::TemporaryFolder;
using testing::write_file;

void make(const TemporaryFolder& folder, const std::string& command) {
    const auto made = run(folder, command);
    ASSERT_EQ(made.exit_code, 0) << command << "\n" << made.output;
}

TEST(PrivateKey, generated_is_accepted_by_openssl) {
    const TemporaryFolder folder;
    for (const auto algorithm : {KeyAlgorithm::EcP256, KeyAlgorithm::Rsa2048}) {
        const auto key = PrivateKey::generate(algorithm);
        ASSERT_TRUE(key);
        write_file(folder / "key.der", key->to_der().view());
        EXPECT_EQ(run(folder, "openssl pkey -inform DER -in key.der -check -noout").exit_code, 0);
        make(folder, "openssl pkey -inform DER -in key.der -pubout -outform DER -out public.der");
        EXPECT_EQ(testing::read_file(folder / "public.der"), key->public_key());
    }
}

TEST(PrivateKey, comes_back_from_its_der) {
    const auto key = PrivateKey::generate(KeyAlgorithm::EcP256);
    EXPECT_EQ(PrivateKey::from_der(key->to_der().view())->public_key(), key->public_key());
    EXPECT_EQ(PrivateKey::from_pem(to_pem("PRIVATE KEY", key->to_der().view()))->public_key(), key->public_key());
}

TEST(PrivateKey, is_read_with_its_passphrase_only) {
    const TemporaryFolder folder;
    make(folder, "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -aes256 -pass pass:open -out key.pem");
    const std::string pem = testing::read_text(folder / "key.pem");
    EXPECT_TRUE(PrivateKey::from_pem(pem, "open"));
    EXPECT_EQ(PrivateKey::from_pem(pem, "shut").error().code, ErrorCode::KeyUnusable);
    EXPECT_EQ(PrivateKey::from_pem(pem).error().code, ErrorCode::KeyUnusable) << "and never asks at the terminal";
}

TEST(PrivateKey, of_another_kind_is_refused) {
    const TemporaryFolder folder;
    for (const char* kind : {"RSA -pkeyopt rsa_keygen_bits:1024", "EC -pkeyopt ec_paramgen_curve:P-384", "ED25519"}) {
        make(folder, std::string("openssl genpkey -out key.pem -algorithm ") + kind);
        EXPECT_EQ(PrivateKey::from_pem(testing::read_text(folder / "key.pem")).error().code, ErrorCode::KeyUnusable)
            << kind;
    }
    EXPECT_FALSE(PrivateKey::from_der(as_bytes("no key")));
    EXPECT_FALSE(PrivateKey::from_der({}));
    EXPECT_FALSE(PrivateKey::from_pem(""));
}

class SignerFiles : public ::testing::Test {
  protected:
    void SetUp() override {
        make(folder_,
             "openssl req -x509 -newkey rsa:2048 -nodes -keyout root.key -out root.pem -subj /CN=Root -days 30 && "
             "openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out leaf.csr -subj "
             "/CN=Leaf && openssl x509 -req -in leaf.csr -CA root.pem -CAkey root.key -CAcreateserial -out leaf.pem && "
             "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout other.key -out other.pem "
             "-subj /CN=Other && cat other.pem root.pem leaf.pem > chain.pem");
    }
    TemporaryFolder folder_;
};

TEST_F(SignerFiles, are_put_into_chain_order_without_strangers) {
    const auto signer = KeySigner::load(folder_ / "key.pem", folder_ / "chain.pem");
    ASSERT_TRUE(signer);
    const auto leaf = read_certificates(testing::read_file(folder_ / "leaf.pem"));
    const auto root = read_certificates(testing::read_file(folder_ / "root.pem"));
    EXPECT_EQ((*signer)->certificate_chain(), (std::vector<Bytes>{leaf->front(), root->front()}));
    EXPECT_EQ((*signer)->algorithm(), SignatureAlgorithm::EcdsaP256Sha256);
}

TEST_F(SignerFiles, may_be_der) {
    make(folder_,
         "openssl x509 -in leaf.pem -outform DER -out leaf.der && openssl pkey -in key.pem -outform DER -out key.der");
    EXPECT_TRUE(KeySigner::load(folder_ / "key.der", folder_ / "leaf.der"));
}

TEST_F(SignerFiles, that_do_not_belong_together_are_refused) {
    EXPECT_EQ(KeySigner::load(folder_ / "key.pem", folder_ / "other.pem").error().code, ErrorCode::KeyUnusable);
    EXPECT_EQ(KeySigner::load(folder_ / "key.pem", folder_ / "missing.pem").error().code, ErrorCode::KeyUnusable);
    EXPECT_EQ(KeySigner::load(folder_ / "leaf.pem", folder_ / "leaf.pem").error().code, ErrorCode::KeyUnusable);
    EXPECT_EQ(KeySigner::load(folder_ / "key.pem", folder_ / "key.pem").error().code, ErrorCode::CertificateInvalid);
}

TEST_F(SignerFiles, with_an_issuer_that_did_not_issue_are_refused) {
    const auto key = PrivateKey::from_pem(testing::read_text(folder_ / "key.pem"));
    const auto leaf = read_certificates(testing::read_file(folder_ / "leaf.pem"))->front();
    const auto other = read_certificates(testing::read_file(folder_ / "other.pem"))->front();
    EXPECT_EQ(KeySigner::create(*key, {leaf, other}).error().code, ErrorCode::CertificateInvalid);
    EXPECT_EQ(KeySigner::create(*key, {other}).error().code, ErrorCode::KeyUnusable);
    EXPECT_EQ(KeySigner::create(*key, {}).error().code, ErrorCode::CertificateInvalid);
}

TEST_F(SignerFiles, sign_on_many_threads_at_once_what_openssl_verifies) {
    const auto signer = KeySigner::load(folder_ / "key.pem", folder_ / "chain.pem");
    ASSERT_TRUE(signer);
    std::vector<Bytes> signatures(8);
    std::vector<std::thread> threads;
    for (Bytes& signature : signatures) {
        threads.emplace_back([&] {
            for (int i = 0; i < 50; ++i)
                signature = *(*signer)->sign(as_bytes("message"));
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    write_file(folder_ / "message", "message");
    make(folder_, "openssl x509 -in leaf.pem -pubkey -noout -out public.pem");
    for (const Bytes& signature : signatures) {
        write_file(folder_ / "signature", signature);
        EXPECT_EQ(run(folder_, "openssl dgst -sha256 -verify public.pem -signature signature message").exit_code, 0);
    }
}

TEST(Pem, has_lines_of_64_characters_and_comes_back) {
    const Bytes der = random_bytes(100);
    const std::string pem = certificate_to_pem(der);
    EXPECT_EQ(pem.substr(0, 28), "-----BEGIN CERTIFICATE-----\n");
    EXPECT_EQ(pem.find('\n', 28), 28U + 64U);
    const auto blocks = blocks_from_pem("CERTIFICATE", "text before\r\n" + pem + "between\n" + pem);
    ASSERT_TRUE(blocks);
    EXPECT_EQ(*blocks, (std::vector<Bytes>{der, der}));
    EXPECT_TRUE(blocks_from_pem("PRIVATE KEY", pem)->empty());
}

TEST(Pem, that_is_broken_is_an_error) {
    EXPECT_FALSE(blocks_from_pem("CERTIFICATE", "-----BEGIN CERTIFICATE-----\nAAAA"));
    EXPECT_FALSE(blocks_from_pem("CERTIFICATE", "-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----"));
    EXPECT_EQ(read_certificates(as_bytes("neither PEM nor DER")).error().code, ErrorCode::CertificateInvalid);
    EXPECT_EQ(read_certificates({}).error().code, ErrorCode::CertificateInvalid);
}

}  // namespace
}  // namespace signet::crypto
