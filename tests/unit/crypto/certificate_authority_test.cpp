#include "crypto/certificate_authority.hpp"

#include "crypto/certificate.hpp"
#include "crypto/certificate_view.hpp"
#include "crypto/pem.hpp"
#include "crypto/revocation_list.hpp"
#include "testing.hpp"

#include <set>

#include <gtest/gtest.h>

namespace signet::crypto {
namespace {

using testing::run;
using testing::TemporaryFolder;
using testing::write_file;
using namespace std::chrono_literals;

const Subject kPerson{"张三丰", "示例科技有限公司", "S-1001", "13800000001", "CN"};

class OwnAuthority : public ::testing::Test {
  protected:
    static UtcTime now() { return SystemClock().now(); }
    static CertificateAuthority make(const AuthoritySettings& settings = {}) {
        return std::move(*CertificateAuthority::create(settings, now()));
    }
    static Validity hours(int count) { return Validity::starting(now(), std::chrono::hours(count)); }

    /// Writes root.pem, chain.pem (the issuing CA) and leaf.pem, as a judge wants them.
    void write(const Signer& signer) {
        const auto& chain = signer.certificate_chain();
        ASSERT_EQ(chain.size(), 3U);
        write_file(folder_ / "leaf.pem", certificate_to_pem(chain[0]));
        write_file(folder_ / "issuing.pem", certificate_to_pem(chain[1]));
        write_file(folder_ / "root.pem", certificate_to_pem(chain[2]));
    }
    std::string print(const std::string& name) {
        return run(folder_, "openssl x509 -in " + name + " -noout -text -nameopt utf8,sep_comma_plus,-esc_msb").output;
    }

    TemporaryFolder folder_;
    CertificateAuthority authority_ = make();
};

void expect_parts(const std::string& text, const std::vector<std::string>& parts) {
    for (const std::string& part : parts)
        EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
}

TEST_F(OwnAuthority, issues_chains_that_openssl_accepts_strictly) {
    for (const auto algorithm : {KeyAlgorithm::EcP256, KeyAlgorithm::Rsa2048}) {
        const auto signer = authority_.issue(kPerson, hours(2), algorithm);
        ASSERT_TRUE(signer);
        write(**signer);
        for (const char* purpose : {"any", "smimesign"}) {
            const auto judged = run(folder_, std::string("openssl verify -x509_strict -check_ss_sig -CAfile root.pem "
                                                         "-untrusted issuing.pem -purpose ") +
                                                 purpose + " leaf.pem");
            EXPECT_EQ(judged.exit_code, 0) << judged.output;
        }
    }
}

TEST_F(OwnAuthority, makes_signers_whose_signatures_openssl_accepts_down_to_the_root) {
    const auto signer = authority_.issue(kPerson, hours(2));
    write(**signer);
    write_file(folder_ / "signature.der", *make_pades_cms(**signer, Sha256::of(as_bytes("content"))));
    write_file(folder_ / "content", "content");
    const auto judged = run(folder_,
                            "openssl cms -verify -cades -binary -inform DER -in signature.der -content content -CAfile "
                            "root.pem -out verified");
    EXPECT_EQ(judged.exit_code, 0) << judged.output;
}

TEST_F(OwnAuthority, writes_who_signs_and_what_the_certificate_is_for) {
    write(**authority_.issue(kPerson, hours(2)));
    const std::string text = print("leaf.pem");
    expect_parts(text,
                 {"C=CN,O=示例科技有限公司,CN=张三丰,serialNumber=S-1001", "URI:tel:+8613800000001",
                  "X509v3 Key Usage: critical\n                Digital Signature, Non Repudiation",
                  "1.3.6.1.5.5.7.3.36, E-mail Protection", "X509v3 Subject Key Identifier",
                  "X509v3 Authority Key Identifier", "No Revocation Available", "0.4.0.194121.2.1", "prime256v1"});
    EXPECT_EQ(text.find("CA:TRUE"), std::string::npos);
    EXPECT_EQ(text.find("CRL Distribution"), std::string::npos);
    expect_parts(print("issuing.pem"), {"X509v3 Basic Constraints: critical\n                CA:TRUE, pathlen:0",
                                        "Certificate Sign, CRL Sign"});
    expect_parts(print("root.pem"), {"X509v3 Basic Constraints: critical\n                CA:TRUE\n"});
}

TEST_F(OwnAuthority, writes_the_addresses_of_issuer_and_revocation_list_when_they_are_set) {
    AuthoritySettings settings;
    settings.issuer_url = "http://example.com/issuing.cer";
    settings.revocation_list_url = "http://example.com/issuing.crl";
    settings.root_url = "http://example.com/root.cer";
    settings.root_revocation_list_url = "http://example.com/root.crl";
    const auto authority = make(settings);
    write(**authority.issue(kPerson, hours(2)));
    const std::string text = print("leaf.pem");
    expect_parts(text, {"CA Issuers - URI:http://example.com/issuing.cer", "URI:http://example.com/issuing.crl"});
    EXPECT_EQ(text.find("No Revocation Available"), std::string::npos) << "revocation is available";
    expect_parts(print("issuing.pem"), {"URI:http://example.com/root.cer", "URI:http://example.com/root.crl"});
}

TEST_F(OwnAuthority, writes_the_addresses_of_responders_and_tells_issuing_authorities_apart_by_them) {
    AuthoritySettings settings;
    settings.responder_url = "http://example.com/ocsp";
    settings.revocation_list_url = "http://example.com/{issuing}.crl";
    settings.root_responder_url = "http://example.com/root-ocsp";
    const auto authority = make(settings);
    const auto signer = authority.issue(kPerson, hours(2));
    write(**signer);
    const std::string text = print("leaf.pem");
    const Bytes issuing = authority.issuing_certificate();
    const std::string identifier = hex(view_certificate(issuing)->subject_key_identifier());
    expect_parts(text, {"OCSP - URI:http://example.com/ocsp\n", "URI:http://example.com/" + identifier + ".crl"});
    EXPECT_EQ(text.find("No Revocation Available"), std::string::npos);
    EXPECT_EQ(text.find("CA Issuers"), std::string::npos);
    expect_parts(print("issuing.pem"), {"OCSP - URI:http://example.com/root-ocsp"});
}

TEST_F(OwnAuthority, certifies_its_services_for_their_purpose_alone) {
    write(**authority_.issue_service(AuthorityService::TimeStamping, hours(24)));
    expect_parts(print("leaf.pem"),
                 {"X509v3 Extended Key Usage: critical\n                Time Stamping\n",
                  "X509v3 Key Usage: critical\n                Digital Signature\n", "O=Signet,CN=Signet TSA"});
    const auto judged =
        run(folder_,
            "openssl verify -x509_strict -CAfile root.pem -untrusted issuing.pem -purpose timestampsign "
            "leaf.pem");
    EXPECT_EQ(judged.exit_code, 0) << judged.output;

    write(**authority_.issue_service(AuthorityService::Responder, hours(24)));
    const std::string responder = print("leaf.pem");
    expect_parts(responder, {"X509v3 Extended Key Usage: \n                OCSP Signing\n", "OCSP No Check"});
    EXPECT_EQ(responder.find("Extended Key Usage: critical"), std::string::npos);

    const auto root_responder = authority_.issue_service(AuthorityService::RootResponder, hours(24));
    ASSERT_TRUE(root_responder);
    EXPECT_EQ((*root_responder)->certificate_chain().size(), 2U);
    EXPECT_EQ((*root_responder)->certificate_chain()[1], authority_.root_certificate());
    EXPECT_EQ(authority_.issue_service(AuthorityService::Responder, hours(24), 1).error().code,
              ErrorCode::InvalidParameter);
}

TEST_F(OwnAuthority, keeps_its_services_until_they_must_be_renewed) {
    const KeyVault vault = KeyVault::ephemeral();
    const auto folder = folder_ / "ca";
    ASSERT_TRUE(authority_.save(folder, vault));
    const auto serial = [&](UtcTime at, AuthorityService service = AuthorityService::TimeStamping) {
        const auto signer = authority_.load_or_issue_service(service, folder, vault, at, 240h, 24h);
        return signer ? describe_certificate((*signer)->certificate_chain()[0])->serial_number
                      : describe(signer.error());
    };
    const UtcTime start = now();
    const std::string first = serial(start);
    EXPECT_EQ(serial(start + 200h), first);
    EXPECT_NE(serial(start, AuthorityService::Responder), first);
    EXPECT_EQ(serial(start), first) << "each service has files of its own";
    const std::string second = serial(start + 217h);
    EXPECT_NE(second, first);
    EXPECT_EQ(serial(start + 217h), second);
    write_file(folder / "time-stamping.pem", "damaged");
    const std::string third = serial(start + 217h);
    EXPECT_NE(third, second);
    EXPECT_EQ(serial(start + 217h), third);
}

TEST_F(OwnAuthority, is_renewed_below_the_same_root_and_remembers_the_former_issuing_authority) {
    const KeyVault vault = KeyVault::ephemeral();
    const auto folder = folder_ / "ca";
    ASSERT_TRUE(authority_.save(folder, vault));
    const auto old_leaf = authority_.issue(kPerson, hours(2));
    const UtcTime later = now() + 24h;
    const auto responder = AuthorityService::Responder;
    ASSERT_TRUE(authority_.load_or_issue_service(responder, folder, vault, later, 240h, 1h));

    const auto renewed = CertificateAuthority::renew_issuing(folder, vault, {}, later);
    ASSERT_TRUE(renewed);
    EXPECT_EQ(renewed->root_certificate(), authority_.root_certificate());
    ASSERT_EQ(renewed->issuing_certificates().size(), 2U);
    EXPECT_EQ(renewed->issuing_certificates()[1], authority_.issuing_certificate());
    EXPECT_NE(renewed->issuing_certificate(), authority_.issuing_certificate());
    EXPECT_NE(describe_certificate(renewed->issuing_certificate())->subject,
              describe_certificate(authority_.issuing_certificate())->subject);

    const auto new_leaf = renewed->issue(kPerson, Validity::starting(later, 2h));
    EXPECT_EQ((*new_leaf)->certificate_chain()[1], renewed->issuing_certificate());
    const auto new_service = renewed->load_or_issue_service(responder, folder, vault, later, 240h, 1h);
    EXPECT_EQ((*new_service)->certificate_chain()[1], renewed->issuing_certificate()) << "issued anew";
    const auto former = renewed->issue_service(responder, Validity::starting(later, 2h), 1);
    EXPECT_EQ((*former)->certificate_chain()[1], authority_.issuing_certificate());

    // The former CA's list is still made, and is about its own certificates.
    write(**old_leaf);
    write_file(folder_ / "issuing.crl",
               to_pem("X509 CRL", *renewed->revocation_list(1, {}, now() - 1h, now() + 24h, 1)));
    const auto judged = run(folder_,
                            "openssl verify -crl_check -CRLfile issuing.crl -CAfile root.pem -untrusted issuing.pem "
                            "leaf.pem");
    EXPECT_EQ(judged.exit_code, 0) << judged.output;
    EXPECT_EQ(renewed->revocation_list(1, {}, now(), now() + 24h, 2).error().code, ErrorCode::InvalidParameter);

    // What is saved elsewhere, and loaded again, is the same.
    ASSERT_TRUE(renewed->save(folder_ / "copy", vault));
    EXPECT_EQ(CertificateAuthority::load(folder_ / "copy", vault, {})->issuing_certificates(),
              renewed->issuing_certificates());
    std::filesystem::remove(folder / "root.key");
    EXPECT_EQ(CertificateAuthority::renew_issuing(folder, vault, {}, later).error().code, ErrorCode::KeyUnusable);
}

TEST_F(OwnAuthority, seals_every_key_anew_after_the_master_key_was_rotated) {
    const auto file = folder_ / "master.key";
    const auto folder = folder_ / "ca";
    auto vault = KeyVault::create(file);
    ASSERT_TRUE(authority_.save(folder, *vault));
    ASSERT_TRUE(CertificateAuthority::renew_issuing(folder, *vault, {}, now() + 1h));
    const auto services = {AuthorityService::TimeStamping, AuthorityService::Responder, AuthorityService::RootResponder,
                           AuthorityService::SealMaker};
    for (const AuthorityService service : services)
        ASSERT_TRUE(authority_.load_or_issue_service(service, folder, *vault, now() + 1h, 240h, 1h));
    EXPECT_EQ(*CertificateAuthority::reseal_keys(folder, *vault), 0U) << "nothing was sealed by an older key";

    ASSERT_TRUE(vault->rotate(file));
    ASSERT_TRUE(CertificateAuthority::load(folder, *vault, {})) << "between the two steps everything can be read";
    EXPECT_EQ(*CertificateAuthority::reseal_keys(folder, *vault), 7U);
    EXPECT_EQ(*CertificateAuthority::reseal_keys(folder, *vault), 0U);
    ASSERT_TRUE(vault->drop_old(file));
    const auto fresh = KeyVault::load(file);
    const auto loaded = CertificateAuthority::load(folder, *fresh, {});
    ASSERT_TRUE(loaded) << loaded.error().detail;
    for (const AuthorityService service : services) {
        const auto kept = testing::read_text(folder / "time-stamping.pem");
        ASSERT_TRUE(authority_.load_or_issue_service(service, folder, *fresh, now() + 1h, 240h, 1h));
        EXPECT_EQ(testing::read_text(folder / "time-stamping.pem"), kept) << "was made anew instead of opened";
    }
    EXPECT_TRUE(CertificateAuthority::reseal_keys(folder, *fresh));
}

TEST_F(OwnAuthority, writes_reasons_into_revocation_lists) {
    const std::vector<CertificateAuthority::Revoked> revoked{{"01", now(), RevocationReason::KeyCompromise},
                                                             {"02", now()}};
    write_file(folder_ / "list.crl", to_pem("X509 CRL", *authority_.revocation_list(1, revoked, now(), now() + 24h)));
    const std::string text = run(folder_, "openssl crl -in list.crl -noout -text").output;
    expect_parts(text, {"Key Compromise"});
    EXPECT_EQ(text.find("Unspecified"), std::string::npos);
    EXPECT_EQ(authority_.revocation_list(1, {}, now(), now()).error().code, ErrorCode::InvalidParameter);
}

TEST_F(OwnAuthority, says_that_its_lists_keep_whatever_has_ended_since_it_began) {
    const Result<RevocationList> issuing =
        parse_revocation_list(*authority_.revocation_list(1, {}, now(), now() + 24h));
    const Result<RevocationList> root =
        parse_revocation_list(*authority_.root_revocation_list(2, {}, now(), now() + 24h));
    ASSERT_TRUE(issuing && root);
    EXPECT_EQ(issuing->keeps_ended_since, view_certificate(authority_.issuing_certificate())->not_before);
    EXPECT_EQ(root->keeps_ended_since, view_certificate(authority_.root_certificate())->not_before);
    EXPECT_TRUE(issuing->is_complete && root->is_complete);
}

TEST_F(OwnAuthority, writes_contacts_of_every_kind) {
    const auto contact = [&](const std::string& text) {
        const auto signer = authority_.issue({"Test Person", "", "", text, ""}, hours(1));
        if (!signer) return describe(signer.error());
        write(**signer);
        return print("leaf.pem");
    };
    expect_parts(contact("lee@example.com"), {"email:lee@example.com"});
    expect_parts(contact("+15550100"), {"URI:tel:+15550100"});
    expect_parts(contact("55501000"), {"URI:tel:55501000;phone-context=+86"});
    expect_parts(contact("李@例子.cn"), {"SmtpUTF8Mailbox"});
    for (const char* wrong : {"not a contact", "@example.com", "lee@", "+", "138 0000 0001", "a b@example.com"}) {
        EXPECT_TRUE(contact(wrong).starts_with("InvalidParameter")) << wrong;
    }
}

TEST_F(OwnAuthority, refuses_subjects_that_cannot_stand_in_a_certificate) {
    const auto code = [&](const Subject& subject) { return authority_.issue(subject, hours(1)).error().code; };
    EXPECT_EQ(code({"", "", "", "", ""}), ErrorCode::InvalidParameter);
    EXPECT_EQ(code({std::string(65, 'x'), "", "", "", ""}), ErrorCode::ParameterTooLong);
    EXPECT_EQ(code({"a\nb", "", "", "", ""}), ErrorCode::InvalidParameter);
    EXPECT_EQ(code({"\xff", "", "", "", ""}), ErrorCode::InvalidParameter);
    EXPECT_EQ(code({"x", "", "号码", "", ""}), ErrorCode::InvalidParameter);
    EXPECT_EQ(code({"x", "", "", "", "CHN"}), ErrorCode::InvalidParameter);
    std::string characters;
    for (int i = 0; i < 64; ++i)
        characters += "张";
    EXPECT_TRUE(authority_.issue({characters, "", "", "", ""}, hours(1))) << "64 characters, not bytes";
}

TEST_F(OwnAuthority, never_lets_a_certificate_outlive_it) {
    const auto issuing = describe_certificate(authority_.issuing_certificate());
    const auto leaf = authority_.issue(kPerson, hours(24 * 365 * 30));
    EXPECT_EQ(describe_certificate((*leaf)->certificate_chain()[0])->not_after, issuing->not_after);
    const Validity late = Validity::starting(issuing->not_after + 1h, 1h);
    EXPECT_EQ(authority_.issue(kPerson, late).error().code, ErrorCode::CertificateInvalid);
    EXPECT_EQ(authority_.issue(kPerson, {now(), now()}).error().code, ErrorCode::InvalidParameter);
}

TEST_F(OwnAuthority, says_no_revocation_only_in_short_lived_certificates) {
    write(**authority_.issue(kPerson, hours(24 * 30)));
    EXPECT_EQ(print("leaf.pem").find("No Revocation Available"), std::string::npos);
}

TEST_F(OwnAuthority, gives_every_certificate_a_key_and_a_long_serial_number_of_its_own) {
    std::set<std::string> serials;
    std::set<std::string> keys;
    for (int i = 0; i < 20; ++i) {
        const auto signer = authority_.issue(kPerson, hours(1));
        const auto info = describe_certificate((*signer)->certificate_chain()[0]);
        EXPECT_GE(info->serial_number.size(), 32U);
        serials.insert(info->serial_number);
        keys.insert(info->fingerprint);
    }
    EXPECT_EQ(serials.size(), 20U);
    EXPECT_EQ(keys.size(), 20U);
}

TEST_F(OwnAuthority, certifies_keys_that_live_elsewhere_but_no_weak_ones) {
    const auto key = PrivateKey::generate(KeyAlgorithm::Rsa2048);
    const auto chain = authority_.issue_for(key->public_key(), kPerson, hours(1));
    ASSERT_TRUE(chain);
    EXPECT_TRUE(KeySigner::create(*key, *chain));
    ASSERT_EQ(run(folder_,
                  "openssl genrsa -out weak.pem 1024 && openssl pkey -in weak.pem -pubout -outform DER -out weak.der")
                  .exit_code,
              0);
    EXPECT_EQ(authority_.issue_for(testing::read_file(folder_ / "weak.der"), kPerson, hours(1)).error().code,
              ErrorCode::KeyUnusable);
    EXPECT_EQ(authority_.issue_for(as_bytes("no key"), kPerson, hours(1)).error().code, ErrorCode::KeyUnusable);
}

TEST_F(OwnAuthority, comes_back_from_its_folder) {
    const KeyVault vault = KeyVault::ephemeral();
    ASSERT_TRUE(authority_.save(folder_ / "ca", vault));
    const auto loaded = CertificateAuthority::load(folder_ / "ca", vault, {});
    ASSERT_TRUE(loaded) << describe(loaded.error());
    EXPECT_EQ(loaded->root_certificate(), authority_.root_certificate());
    EXPECT_TRUE(loaded->issue(kPerson, hours(1)));
    EXPECT_TRUE(loaded->root_revocation_list(1, {}, now(), now() + 24h));
    EXPECT_EQ(authority_.save(folder_ / "ca", vault).error().code, ErrorCode::Conflict);

    EXPECT_EQ(run(folder_, "grep -l 'PRIVATE' ca/*").exit_code, 1) << "no key lies there in clear";
    EXPECT_FALSE(CertificateAuthority::load(folder_ / "ca", KeyVault::ephemeral(), {})) << "with another master key";
}

TEST_F(OwnAuthority, issues_without_the_roots_key) {
    const KeyVault vault = KeyVault::ephemeral();
    ASSERT_TRUE(authority_.save(folder_ / "ca", vault));
    std::filesystem::remove(folder_ / "ca" / "root.key");
    const auto loaded = CertificateAuthority::load(folder_ / "ca", vault, {});
    ASSERT_TRUE(loaded);
    EXPECT_TRUE(loaded->issue(kPerson, hours(1)));
    EXPECT_EQ(loaded->root_revocation_list(1, {}, now(), now() + 24h).error().code, ErrorCode::KeyUnusable);
}

TEST_F(OwnAuthority, does_not_load_keys_and_certificates_that_were_mixed_up) {
    const KeyVault vault = KeyVault::ephemeral();
    ASSERT_TRUE(authority_.save(folder_ / "ca", vault));
    ASSERT_TRUE(make().save(folder_ / "other", vault));
    std::filesystem::copy_file(folder_ / "other" / "issuing.key", folder_ / "ca" / "issuing.key",
                               std::filesystem::copy_options::overwrite_existing);
    EXPECT_FALSE(CertificateAuthority::load(folder_ / "ca", vault, {}));
    std::filesystem::copy_file(folder_ / "other" / "issuing.pem", folder_ / "ca" / "issuing.pem",
                               std::filesystem::copy_options::overwrite_existing);
    EXPECT_FALSE(CertificateAuthority::load(folder_ / "ca", vault, {}));
}

TEST_F(OwnAuthority, is_made_once_and_loaded_afterwards) {
    const KeyVault vault = KeyVault::ephemeral();
    const auto first = CertificateAuthority::load_or_create(folder_ / "ca", vault, {}, now());
    const auto second = CertificateAuthority::load_or_create(folder_ / "ca", vault, {}, now());
    ASSERT_TRUE(first && second);
    EXPECT_EQ(first->issuing_certificate(), second->issuing_certificate());
}

TEST_F(OwnAuthority, publishes_revocation_lists_that_openssl_uses) {
    const auto signer = authority_.issue(kPerson, hours(1));
    write(**signer);
    const std::string serial = describe_certificate((*signer)->certificate_chain()[0])->serial_number;
    const auto judge = [&](const std::vector<CertificateAuthority::Revoked>& revoked) {
        write_file(folder_ / "issuing.crl",
                   to_pem("X509 CRL", *authority_.revocation_list(7, revoked, now(), now() + 24h)));
        write_file(folder_ / "root.crl",
                   to_pem("X509 CRL", *authority_.root_revocation_list(1, {}, now(), now() + 24h)));
        return run(folder_,
                   "cat issuing.crl root.crl > crls && openssl verify -crl_check_all -CRLfile crls -CAfile root.pem "
                   "-untrusted issuing.pem leaf.pem");
    };
    const auto clean = judge({});
    EXPECT_EQ(clean.exit_code, 0) << clean.output;
    const auto revoked = judge({{serial, now()}});
    EXPECT_NE(revoked.exit_code, 0);
    expect_parts(revoked.output, {"certificate revoked"});
    EXPECT_EQ(authority_.revocation_list(8, {{"xyz", now()}}, now(), now() + 1h).error().code,
              ErrorCode::InvalidParameter);
}

}  // namespace
}  // namespace signet::crypto
