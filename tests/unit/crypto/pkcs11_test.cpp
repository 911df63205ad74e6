#include "crypto/pkcs11.hpp"

#include "crypto/certificate_authority.hpp"
#include "crypto/cms.hpp"
#include "crypto/external_signer.hpp"
#include "crypto/key.hpp"
#include "crypto/pem.hpp"
#include "crypto/two_step.hpp"
#include "testing.hpp"

#include <dlfcn.h>
#include <thread>

#include <gtest/gtest.h>

namespace signet::crypto {
namespace {

using testing::run;
using testing::TemporaryFolder;

constexpr const char* kModule = "/usr/lib/softhsm/libsofthsm2.so";

/// A SoftHSM2 token "signet" with PIN 1234 and two keys, `ec` (01) and `rsa` (02), and the chains of both. SoftHSM
/// reads its configuration once in a process, so all tests share one token.
class Pkcs11 : public ::testing::Test {
  protected:
    static void SetUpTestSuite() {
        folder_ = new TemporaryFolder;
        testing::write_file(*folder_ / "softhsm2.conf", "directories.tokendir = " + (*folder_ / "tokens").string() +
                                                            "\nobjectstore.backend = file\nlog.level = ERROR\n");
        std::filesystem::create_directories(*folder_ / "tokens");
        ::setenv("SOFTHSM2_CONF", (*folder_ / "softhsm2.conf").c_str(), 1);
        testing::write_file(*folder_ / "pin", "1234\n");
        std::filesystem::permissions(*folder_ / "pin", std::filesystem::perms(0600));
        shell("softhsm2-util --init-token --free --label signet --so-pin 5678 --pin 1234");
        authority_ = new CertificateAuthority(std::move(*CertificateAuthority::create({}, SystemClock().now())));
        add("ec", "01", KeyAlgorithm::EcP256);
        add("rsa", "02", KeyAlgorithm::Rsa2048);
    }
    static void TearDownTestSuite() {
        chains_.clear();
        delete authority_;
        delete folder_;
    }

    static void shell(const std::string& command) {
        const auto done = run(*folder_, command);
        ASSERT_EQ(done.exit_code, 0) << command << "\n" << done.output;
    }
    static void add(const std::string& label, const std::string& id, KeyAlgorithm algorithm) {
        const auto key = PrivateKey::generate(algorithm);
        testing::write_file(*folder_ / (label + ".pem"), to_pem("PRIVATE KEY", key->to_der().view()));
        shell("softhsm2-util --import " + label + ".pem --token signet --pin 1234 --label " + label + " --id " + id);
        Subject subject;
        subject.common_name = "Fictitious Ltd";
        chains_[label] = *authority_->issue_for(key->public_key(), subject,
                                                Validity::starting(SystemClock().now(), std::chrono::hours(24)));
    }
    static std::vector<Pkcs11TokenSettings> settings(const std::string& pin = "pin") {
        return {{kModule, "signet", "", "file:" + (*folder_ / pin).string()}};
    }

    inline static TemporaryFolder* folder_ = nullptr;
    inline static CertificateAuthority* authority_ = nullptr;
    inline static std::map<std::string, std::vector<Bytes>> chains_;
};

TEST_F(Pkcs11, signs_with_keys_of_both_kinds_and_the_signature_holds) {
    Pkcs11Tokens tokens(settings());
    for (const std::string name : {"ec", "rsa"}) {
        const auto signer = tokens.signer("pkcs11:token=signet;object=" + name, chains_[name]);
        ASSERT_TRUE(signer) << signer.error().detail;
        const Bytes content = to_bytes(std::string_view("what is signed"));
        const auto cms = make_pades_cms(**signer, Sha256::of(content));
        ASSERT_TRUE(cms) << cms.error().detail;
        const auto parsed = parse_cms(*cms);
        ASSERT_TRUE(parsed);
        EXPECT_TRUE(verify_cms_of(*parsed, content).valid()) << name;
        EXPECT_LE(cms->size(), max_pades_cms_size(**signer));
    }
}

TEST_F(Pkcs11, finds_a_key_by_its_id_and_tells_the_public_half) {
    Pkcs11Tokens tokens(settings());
    EXPECT_TRUE(tokens.signer("pkcs11:token=signet;id=%02", chains_["rsa"]));
    for (const std::string name : {"ec", "rsa"}) {
        const auto told = tokens.public_key("pkcs11:token=signet;object=" + name);
        ASSERT_TRUE(told) << told.error().detail;
        EXPECT_EQ(*told, PrivateKey::from_pem(testing::read_text(*folder_ / (name + ".pem")))->public_key());
    }
}

TEST_F(Pkcs11, a_key_that_is_not_there_or_not_the_certificates_is_refused) {
    Pkcs11Tokens tokens(settings());
    const auto missing = tokens.signer("pkcs11:token=signet;object=nobody", chains_["ec"]);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().detail, "token \"signet\" has no such key: \"nobody\"");
    const auto other = tokens.signer("pkcs11:token=signet;object=rsa", chains_["ec"]);
    EXPECT_EQ(other.error().code, ErrorCode::KeyUnusable);
    add("ec2", "03", KeyAlgorithm::EcP256);
    const auto wrong = tokens.signer("pkcs11:token=signet;object=ec2", chains_["ec"]);
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().detail, "the signature value does not belong to the certificate");
    EXPECT_FALSE(tokens.signer("pkcs11:token=elsewhere;object=ec", chains_["ec"]));
}

TEST_F(Pkcs11, a_refused_pin_is_tried_once_in_a_process) {
    testing::write_file(*folder_ / "wrong", "9999\n");
    std::filesystem::permissions(*folder_ / "wrong", std::filesystem::perms(0600));
    Pkcs11Tokens tokens(settings("wrong"));
    const auto first = tokens.signer("pkcs11:token=signet;object=ec", chains_["ec"]);
    ASSERT_FALSE(first);
    EXPECT_EQ(first.error().detail, "token \"signet\" refuses the PIN");
    const auto second = tokens.signer("pkcs11:token=signet;object=ec", chains_["ec"]);
    ASSERT_FALSE(second);
    EXPECT_NE(second.error().detail.find("has refused the PIN"), std::string::npos);
    EXPECT_EQ(second.error().detail.find("9999"), std::string::npos);

    std::filesystem::permissions(*folder_ / "wrong", std::filesystem::perms(0644));
    Pkcs11Tokens open_to_all(settings("wrong"));
    EXPECT_NE(open_to_all.signer("pkcs11:token=signet;object=ec", chains_["ec"]).error().detail.find("owner alone"),
              std::string::npos);
}

/// Does to the token what its restart does: every session is gone, and with them the login.
void close_all_sessions_of_the_process() {
    using Initialised = unsigned long (*)(void*);
    void* library = ::dlopen(kModule, RTLD_NOW | RTLD_NOLOAD);
    ASSERT_NE(library, nullptr);
    const auto finalize = reinterpret_cast<Initialised>(::dlsym(library, "C_Finalize"));
    ASSERT_NE(finalize, nullptr);
    EXPECT_EQ(finalize(nullptr), 0U);
    ::dlclose(library);
}

TEST_F(Pkcs11, signs_on_when_the_token_was_restarted_under_it) {
    Pkcs11Tokens tokens(settings());
    const auto signer = tokens.signer("pkcs11:token=signet;object=ec", chains_["ec"]);
    ASSERT_TRUE(signer) << signer.error().detail;
    for (int i = 0; i < 3; ++i) {
        close_all_sessions_of_the_process();
        const auto value = (*signer)->sign(as_bytes("again"));
        EXPECT_TRUE(value) << value.error().detail;
    }
}

TEST_F(Pkcs11, many_threads_sign_at_once) {
    Pkcs11Tokens tokens(settings());
    const auto signer = tokens.signer("pkcs11:token=signet;object=ec", chains_["ec"]);
    ASSERT_TRUE(signer) << signer.error().detail;
    std::atomic<int> made = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&] {
            for (int j = 0; j < 20; ++j) {
                if ((*signer)->sign(as_bytes("x"))) ++made;
            }
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(made, 160);
}

TEST_F(Pkcs11, a_uri_names_its_own_module_only_where_that_is_allowed) {
    Pkcs11Tokens none;
    const std::string uri = std::string("pkcs11:token=signet;object=ec?module-path=") + kModule +
                            "&pin-source=file:" + (*folder_ / "pin").string();
    EXPECT_EQ(none.signer(uri, chains_["ec"]).error().code, ErrorCode::InvalidParameter);
    EXPECT_TRUE(none.signer(uri, chains_["ec"], Pkcs11Tokens::Modules::AlsoNamedByUri));
    ::setenv("SIGNET_TEST_PIN", "1234", 1);
    const std::string by_environment =
        std::string("pkcs11:token=signet;object=ec?module-path=") + kModule + "&pin-source=env:SIGNET_TEST_PIN";
    EXPECT_TRUE(none.signer(by_environment, chains_["ec"], Pkcs11Tokens::Modules::AlsoNamedByUri));
    EXPECT_EQ(none.signer("pkcs11:token=signet;object=ec?module-path=/nowhere.so", chains_["ec"],
                          Pkcs11Tokens::Modules::AlsoNamedByUri)
                  .error()
                  .code,
              ErrorCode::KeyUnusable);
}

TEST_F(Pkcs11, the_issuing_authority_may_have_its_key_there) {
    const TemporaryFolder home;
    const KeyVault vault = KeyVault::ephemeral();
    const UtcTime now = SystemClock().now();
    AuthoritySettings plain;
    plain.tokens = std::make_shared<Pkcs11Tokens>(settings());
    const auto first = CertificateAuthority::load_or_create(home / "ca", vault, plain, now);
    ASSERT_TRUE(first) << first.error().detail;

    Subject subject;
    subject.common_name = "Fictitious Ltd";
    for (const std::string name : {"ec", "rsa"}) {
        AuthoritySettings in_token = plain;
        in_token.issuing_key = "pkcs11:token=signet;object=" + name;
        const UtcTime later = now + std::chrono::hours(name == "ec" ? 0 : 1);
        const auto moved = CertificateAuthority::load_or_create(home / "ca", vault, in_token, later);
        ASSERT_TRUE(moved) << moved.error().detail;
        EXPECT_EQ(moved->root_certificate(), first->root_certificate());
        EXPECT_NE(moved->issuing_certificate(), first->issuing_certificate());
        // The next start finds it, with or without being told.
        EXPECT_EQ(CertificateAuthority::load_or_create(home / "ca", vault, in_token, later)->issuing_certificate(),
                  moved->issuing_certificate());
        EXPECT_EQ(CertificateAuthority::load_or_create(home / "ca", vault, plain, later)->issuing_certificate(),
                  moved->issuing_certificate());

        const auto leaf = moved->issue(subject, Validity::starting(later, std::chrono::hours(2)));
        ASSERT_TRUE(leaf) << leaf.error().detail;
        const auto& chain = (*leaf)->certificate_chain();
        testing::write_file(home / "leaf.pem", certificate_to_pem(chain[0]));
        testing::write_file(home / "issuing.pem", certificate_to_pem(chain[1]));
        testing::write_file(home / "root.pem", certificate_to_pem(chain[2]));
        const auto judged =
            run(home, "openssl verify -x509_strict -attime " + std::to_string((later.milliseconds / 1000) + 60) +
                          " -CAfile root.pem -untrusted issuing.pem leaf.pem");
        EXPECT_EQ(judged.exit_code, 0) << judged.output;
        EXPECT_TRUE(moved->revocation_list(1, {}, later, later + std::chrono::hours(24)));
        EXPECT_TRUE(
            moved->issue_service(AuthorityService::Responder, Validity::starting(later, std::chrono::hours(2))));
        EXPECT_EQ(CertificateAuthority::renew_issuing(home / "ca", vault, in_token, later).error().code,
                  ErrorCode::KeyUnusable)
            << "one key must not serve two issuing CAs";
        for (const auto& entry : std::filesystem::directory_iterator(home / "ca")) {
            const std::string file = entry.path().filename().string();
            EXPECT_FALSE(file.starts_with("issuing-") && file.ends_with(".key")) << file;
        }
    }
    // Without the token there is no CA, and nobody makes another in its place.
    EXPECT_FALSE(CertificateAuthority::load_or_create(home / "ca", vault, {}, now));
}

TEST(Pkcs11Uris, are_read_as_rfc_7512_writes_them) {
    const auto uri = parse_pkcs11_uri(
        "pkcs11:token=My%20token;serial=0815;id=%01%ff;object=key;type=private"
        "?module-path=/a/b.so&pin-source=file:/c");
    ASSERT_TRUE(uri) << uri.error().detail;
    EXPECT_EQ(uri->token, "My token");
    EXPECT_EQ(uri->serial, "0815");
    EXPECT_EQ(uri->id, (Bytes{1, 0xff}));
    EXPECT_EQ(uri->object, "key");
    EXPECT_EQ(uri->module_path, "/a/b.so");
    EXPECT_EQ(uri->pin_source, "file:/c");
    for (const char* wrong : {"", "pkcs11:", "http://x", "pkcs11:token=x", "pkcs11:object=a;object=b",
                              "pkcs11:colour=red", "pkcs11:object=a%", "pkcs11:object=a%4", "pkcs11:object=a%zz",
                              "pkcs11:object", "pkcs11:object=a?pin-value=1234", "pkcs11:object=a;module-path=/x"}) {
        const auto refused = parse_pkcs11_uri(wrong);
        ASSERT_FALSE(refused) << wrong;
        EXPECT_EQ(refused.error().code, ErrorCode::InvalidParameter) << wrong;
        EXPECT_EQ(refused.error().detail.find("1234"), std::string::npos);
    }
}

}  // namespace
}  // namespace signet::crypto
