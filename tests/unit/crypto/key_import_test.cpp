#include "crypto/key_import.hpp"

#include "crypto/certificate_authority.hpp"
#include "crypto/der.hpp"
#include "crypto/pem.hpp"
#include "testing.hpp"

#include <gtest/gtest.h>

namespace signet::crypto {
namespace {

using testing::read_file;
using testing::run;
using testing::TemporaryFolder;

/// A minute from now: `openssl` dates what it makes to the present second.
UtcTime now() {
    return SystemClock().now() + std::chrono::minutes(1);
}
constexpr std::chrono::hours kYear{24 * 365};

/// A certificate of a plainly fictitious company, made by the `openssl` command: key.pem, own.pem, root.pem, all.pem.
class KeyImport : public ::testing::Test {
  protected:
    void SetUp() override { make("-newkey ec -pkeyopt ec_paramgen_curve:P-256", "digitalSignature,nonRepudiation"); }

    void make(const std::string& key, const std::string& usage, const std::string& days = "-days 30") {
        shell(
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out root.pem -days "
            "3650 -subj '/CN=Fictitious Root' -addext 'keyUsage=critical,keyCertSign,cRLSign'");
        shell("openssl req " + key +
              " -nodes -keyout key.pem -out own.csr -subj '/O=Fictitious Ltd/CN=Fictitious Ltd'");
        testing::write_file(folder_ / "ext", "keyUsage=critical," + usage + "\n");
        shell("openssl x509 -req -in own.csr -CA root.pem -CAkey ca.key -set_serial 77 -extfile ext -out own.pem " +
              days);
        shell("cat root.pem own.pem > all.pem");
    }
    void shell(const std::string& command) {
        const auto done = run(folder_, command);
        ASSERT_EQ(done.exit_code, 0) << command << "\n" << done.output;
    }
    /// The key and chain as PKCS#12 with these options.
    Result<KeyMaterial> pkcs12(const std::string& options, std::string_view password = "geheim") {
        const auto done = run(folder_,
                              "openssl pkcs12 -export -inkey key.pem -in own.pem -certfile root.pem -out k.p12 "
                              "-passout pass:geheim " +
                                  options);
        EXPECT_EQ(done.exit_code, 0) << done.output;
        return read_pkcs12(read_file(folder_ / "k.p12"), password);
    }
    PrivateKey key() { return *PrivateKey::from_pem(testing::read_text(folder_ / "key.pem")); }
    std::vector<Bytes> chain() {
        return *order_chain(*read_certificates(read_file(folder_ / "all.pem")), key().public_key());
    }

    TemporaryFolder folder_;
};

TEST_F(KeyImport, reads_pkcs12_of_every_age) {
    for (const char* options : {
             "",
             "-keypbe AES-128-CBC -certpbe AES-256-CBC -macalg sha512 -iter 10000",
             "-legacy",
             "-legacy -keypbe PBE-SHA1-RC2-40 -certpbe PBE-SHA1-RC2-40 -macalg sha1 -iter 1 -nomaciter",
             "-legacy -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-RC2-128",
             "-legacy -keypbe PBE-SHA1-RC4-128 -certpbe NONE",
             "-keypbe NONE -certpbe NONE",
             "-nomac",
         }) {
        const auto read = pkcs12(options);
        ASSERT_TRUE(read) << options << ": " << read.error().detail;
        EXPECT_EQ(read->key.public_key(), key().public_key()) << options;
        const auto ordered = order_chain(read->certificates, read->key.public_key());
        ASSERT_TRUE(ordered) << options;
        EXPECT_EQ(*ordered, chain()) << options;
    }
}

TEST_F(KeyImport, old_algorithms_stay_out_of_the_rest_of_the_process) {
    ASSERT_TRUE(pkcs12("-legacy"));
    ASSERT_EQ(run(folder_,
                  "openssl pkcs8 -topk8 -provider legacy -provider default -v1 PBE-SHA1-RC2-40 -in key.pem "
                  "-passout pass:geheim -out old.pem")
                  .exit_code,
              0);
    EXPECT_TRUE(read_private_key(read_file(folder_ / "old.pem"), "geheim"));
    EXPECT_FALSE(PrivateKey::from_pem(testing::read_text(folder_ / "old.pem"), "geheim"))
        << "RC2 can be used where nobody asked for it";
}

TEST_F(KeyImport, a_wrong_password_is_told_from_a_file_that_is_none) {
    const auto wrong = pkcs12("", "falsch");
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().code, ErrorCode::KeyUnusable);
    EXPECT_NE(wrong.error().detail.find("password"), std::string::npos);
    EXPECT_EQ(read_pkcs12(to_bytes(std::string_view("nothing of the kind")), "x").error().detail, "not a PKCS#12 file");
    EXPECT_FALSE(read_pkcs12(Bytes((1U << 20) + 1), "x"));
}

TEST_F(KeyImport, a_password_of_chinese_characters_and_none_at_all_are_passwords) {
    for (const std::string password : {"口令一二三", ""}) {
        shell("openssl pkcs12 -export -inkey key.pem -in own.pem -out p.p12 -passout 'pass:" + password + "'");
        EXPECT_TRUE(read_pkcs12(read_file(folder_ / "p.p12"), password)) << password;
        EXPECT_FALSE(read_pkcs12(read_file(folder_ / "p.p12"), "other")) << password;
    }
}

TEST_F(KeyImport, every_truncation_of_a_file_is_refused_and_no_changed_byte_does_harm) {
    ASSERT_TRUE(pkcs12("-legacy -iter 1"));
    const Bytes whole = read_file(folder_ / "k.p12");
    for (std::size_t i = 0; i < whole.size(); i += 7)
        EXPECT_FALSE(read_pkcs12(ByteView(whole).first(i), "geheim")) << i;
    for (std::size_t i = 0; i < whole.size(); i += 3) {
        Bytes changed = whole;
        changed[i] ^= 0x5a;
        const auto read = read_pkcs12(changed, "geheim");
        if (read) {
            EXPECT_EQ(read->key.public_key(), key().public_key()) << i;
        }
    }
}

TEST_F(KeyImport, a_file_that_asks_for_endless_work_is_refused_before_it_is_done) {
    ASSERT_TRUE(pkcs12("-iter 2048"));
    const Bytes rounds = der::integer(std::uint64_t{2048});
    Bytes greedy = read_file(folder_ / "k.p12");
    // The last number of the file is the round count of its MAC.
    const auto at = std::find_end(greedy.begin(), greedy.end(), rounds.begin(), rounds.end());
    ASSERT_NE(at, greedy.end());
    const Bytes many = der::integer(std::uint64_t{0x7fffffff});
    const auto grow = static_cast<std::uint8_t>(many.size() - rounds.size());
    const auto place = at - greedy.begin();
    greedy.erase(at, at + static_cast<std::ptrdiff_t>(rounds.size()));
    greedy.insert(greedy.begin() + place, many.begin(), many.end());
    // Lengths around it: the outer SEQUENCE (two octets), MacData (one octet).
    const std::size_t outer = std::size_t{greedy[2]} << 8 | greedy[3];
    greedy[2] = static_cast<std::uint8_t>((outer + grow) >> 8);
    greedy[3] = static_cast<std::uint8_t>(outer + grow);
    const auto read = read_pkcs12(greedy, "geheim");
    ASSERT_FALSE(read);
    EXPECT_TRUE(read.error().detail.find("more work") != std::string::npos || read.error().detail.starts_with("not a"))
        << read.error().detail;
}

TEST_F(KeyImport, a_greedy_pem_key_is_refused_before_it_is_decrypted) {
    for (const std::string cost : {"-iter 6000000", "-scrypt -scrypt_N 16384 -scrypt_r 8 -scrypt_p 40"}) {
        shell("openssl pkcs8 -topk8 -v2 aes-256-cbc -in key.pem -passout pass:geheim -out greedy.pem " + cost);
        const auto read = read_private_key(read_file(folder_ / "greedy.pem"), "geheim");
        ASSERT_FALSE(read) << cost;
        EXPECT_NE(read.error().detail.find("more work"), std::string::npos) << read.error().detail;
    }
}

TEST_F(KeyImport, reads_private_keys_in_every_usual_form) {
    for (const std::string command : {
             "cp key.pem k",
             "openssl pkcs8 -topk8 -nocrypt -outform DER -in key.pem -out k",
             "openssl pkcs8 -topk8 -v2 aes-256-cbc -in key.pem -passout pass:geheim -out k",
             "openssl pkcs8 -topk8 -v2 aes-256-cbc -outform DER -in key.pem -passout pass:geheim -out k",
             "openssl pkcs8 -topk8 -scrypt -in key.pem -passout pass:geheim -out k",
             "openssl pkcs8 -topk8 -v1 PBE-SHA1-3DES -in key.pem -passout pass:geheim -out k",
             "openssl ec -aes256 -in key.pem -passout pass:geheim -out k",
         }) {
        shell(command);
        const auto read = read_private_key(read_file(folder_ / "k"), "geheim");
        ASSERT_TRUE(read) << command << ": " << read.error().detail;
        EXPECT_EQ(read->public_key(), key().public_key()) << command;
    }
    EXPECT_FALSE(read_private_key(read_file(folder_ / "k"), "falsch"));
    EXPECT_FALSE(read_private_key(read_file(folder_ / "k"), ""));
}

TEST_F(KeyImport, a_good_chain_may_sign_until_it_ends) {
    EXPECT_EQ(chain().size(), 2U);
    EXPECT_TRUE(check_signing_chain(chain(), now()));
    const auto before = check_signing_chain(chain(), now() - kYear);
    const auto after = check_signing_chain(chain(), now() + kYear);
    ASSERT_FALSE(before);
    ASSERT_FALSE(after);
    EXPECT_NE(before.error().detail.find("begins only"), std::string::npos);
    EXPECT_NE(after.error().detail.find("has expired"), std::string::npos);
}

TEST_F(KeyImport, a_chain_without_its_root_and_the_chain_of_another_key_are_refused) {
    const auto alone = check_signing_chain({chain().front()}, now());
    ASSERT_FALSE(alone);
    EXPECT_NE(alone.error().detail.find("missing"), std::string::npos) << alone.error().detail;
    EXPECT_EQ(order_chain(chain(), PrivateKey::generate(KeyAlgorithm::EcP256)->public_key()).error().code,
              ErrorCode::KeyUnusable);
}

TEST_F(KeyImport, a_certificate_that_is_not_for_signing_is_refused) {
    make("-newkey ec -pkeyopt ec_paramgen_curve:P-256", "keyEncipherment");
    const auto checked = check_signing_chain(chain(), now());
    ASSERT_FALSE(checked);
    EXPECT_NE(checked.error().detail.find("key usage"), std::string::npos);
    // Nor is an authority's own.
    const auto root = check_signing_chain({chain().back()}, now());
    ASSERT_FALSE(root);
    EXPECT_NE(root.error().detail.find("authority"), std::string::npos);
}

TEST_F(KeyImport, rsa_serves_and_keys_that_are_too_short_or_of_another_curve_do_not) {
    make("-newkey rsa:2048", "digitalSignature");
    EXPECT_TRUE(pkcs12("-legacy"));
    EXPECT_TRUE(check_signing_chain(chain(), now()));
    for (const std::string other : {"-newkey rsa:1024", "-newkey ec -pkeyopt ec_paramgen_curve:P-384"}) {
        make(other, "digitalSignature");
        EXPECT_EQ(pkcs12("").error().code, ErrorCode::KeyUnusable) << other;
        EXPECT_FALSE(check_signing_chain(*read_certificates(read_file(folder_ / "own.pem")), now())) << other;
    }
}

}  // namespace
}  // namespace signet::crypto
