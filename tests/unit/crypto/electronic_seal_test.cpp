#include "crypto/electronic_seal.hpp"

#include "crypto/certificate.hpp"
#include "crypto/time_stamp_authority.hpp"
#include "national_testing.hpp"

#include <functional>
#include <map>
#include <random>
#include <set>

#include <gtest/gtest.h>

namespace signet::crypto {

void PrintTo(SealFault fault, std::ostream* out) {
    *out << name_of(fault);
}

namespace {

using namespace testing;

constexpr std::string_view kDocument = "every byte but the signature";
constexpr std::string_view kPropertyInfo = "ByteRange[0 10 20 30]";

Sm3Digest sm3(ByteView bytes) {
    Sm3Digest digest{};
    std::ranges::copy(Digest::of(DigestAlgorithm::Sm3, bytes), digest.begin());
    return digest;
}

std::optional<Bytes> document(std::string_view property_info) {
    if (property_info != kPropertyInfo) return std::nullopt;
    return Digest::of(DigestAlgorithm::Sm3, as_bytes(kDocument));
}

Bytes ia5(std::string_view text) {
    return der::element(der::kIa5String, as_bytes(text));
}

/// A seal and a signature with it, written field by field, so that each of them can be another one. What is signed is
/// signed after the change; what an attacker can do without the keys is to alter the finished bytes.
struct Forgery {
    // SES_SealInfo
    std::string header = "ES";
    std::uint64_t seal_version = 4;
    std::string vendor = "Signet";
    std::string id = "3701000000000001";
    std::uint64_t owner = 1;
    std::string name = "示例公司公章";
    SealUsers users;
    UtcTime created_at = kThatDay - 10 * kDay;
    UtcTime valid_from = kThatDay - 10 * kDay;
    UtcTime valid_until = kThatDay + 300 * kDay;
    std::string picture_type = "PNG";
    std::uint64_t width = 42;
    Bytes seal_extensions;
    std::string seal_algorithm{oid::kSm2WithSm3};
    Bytes maker_certificate;
    const Signer* maker = nullptr;
    // TBS_Sign
    std::uint64_t version = 4;
    UtcTime time = kThatDay;
    Bytes data_hash = Digest::of(DigestAlgorithm::Sm3, as_bytes(kDocument));
    std::string property_info{kPropertyInfo};
    Bytes extensions;
    std::string algorithm{oid::kSm2WithSm3};
    Bytes signer_certificate;
    const Signer* signer = nullptr;
    std::function<Bytes(ByteView signature_value)> time_stamp;

    Bytes user_list() const {
        Bytes list;
        for (const Bytes& one : users.certificates)
            append(list, der::octet_string(one));
        for (const auto& [type, value] : users.digests) {
            append(list,
                   der::sequence({der::element(der::kPrintableString, as_bytes(type)), der::octet_string(value)}));
        }
        return der::sequence({list});
    }
    Bytes seal_info() const {
        return der::sequence({
            der::sequence({ia5(header), der::integer(seal_version), ia5(vendor)}),
            ia5(id),
            der::sequence({der::integer(owner), der::utf8_string(name),
                           der::integer(static_cast<std::uint64_t>(users.kind)), user_list(),
                           der::generalized_time(created_at), der::generalized_time(valid_from),
                           der::generalized_time(valid_until)}),
            der::sequence({ia5(picture_type), der::octet_string(as_bytes("picture")), der::integer(width),
                           der::integer(std::uint64_t{42})}),
            seal_extensions,
        });
    }
    Bytes seal() const {
        const Bytes info = seal_info();
        return der::sequence({info, der::octet_string(maker_certificate), der::object_identifier(seal_algorithm),
                              der::bit_string(*maker->sign(info))});
    }
    Bytes to_be_signed() const {
        return der::sequence({der::integer(version), seal(), der::generalized_time(time), der::bit_string(data_hash),
                              ia5(property_info), extensions});
    }
    Bytes signature() const {
        const Bytes signed_part = to_be_signed();
        const Bytes value = *signer->sign(signed_part);
        const Bytes stamp = time_stamp ? der::element(der::context(0), der::bit_string(time_stamp(value))) : Bytes{};
        return der::sequence({signed_part, der::octet_string(signer_certificate), der::object_identifier(algorithm),
                              der::bit_string(value), stamp});
    }
};

Bytes critical_extension() {
    return der::sequence({der::sequence(
        {der::object_identifier("1.2.3.4"), der::boolean(true), der::octet_string(as_bytes("whatever"))})});
}

class Seals : public ::testing::Test {
  protected:
    SealFields fields() const {
        SealFields fields;
        fields.id = "3701000000000001";
        fields.name = "示例公司公章";
        fields.users = SealUsers::by_digest({signer_->certificate_chain()[0]});
        fields.created_at = fields.valid_from = kThatDay - 10 * kDay;
        fields.valid_until = kThatDay + 300 * kDay;
        fields.picture = {"PNG", Bytes(2000, 7), 42, 42};
        return fields;
    }
    ElectronicSeal seal() const { return *parse_electronic_seal(*make_electronic_seal(fields(), *maker_)); }
    SealSignatureFields signature_fields() const {
        return {kThatDay, sm3(as_bytes(kDocument)), std::string(kPropertyInfo)};
    }
    Bytes signature() const {
        return *finish_seal_signature(*sign_with_seal(seal(), signature_fields(), *signer_), *signer_);
    }
    Forgery forgery() const {
        Forgery forgery;
        forgery.users = SealUsers::by_certificate({signer_->certificate_chain()[0]});
        forgery.maker = maker_.get();
        forgery.maker_certificate = maker_->certificate_chain()[0];
        forgery.signer = signer_.get();
        forgery.signer_certificate = signer_->certificate_chain()[0];
        return forgery;
    }
    SealTrust trust() const {
        SealTrust trust;
        trust.roots = {root_.certificate()};
        return trust;
    }
    SealSignatureReport verify(ByteView bytes, const SealTrust& trust) const {
        return verify_seal_signature(bytes, document, trust, kThatDay + kDay);
    }
    SealSignatureReport verify(ByteView bytes) const { return verify(bytes, trust()); }

    Sm2Root root_;
    std::unique_ptr<Signer> maker_ = root_.signer("Example Seal Maker");
    std::unique_ptr<Signer> signer_ = root_.signer("Example Signer");
};

TEST_F(Seals, come_back_as_they_were_made) {
    for (const auto& users : {SealUsers::by_digest({signer_->certificate_chain()[0], maker_->certificate_chain()[0]}),
                              SealUsers::by_certificate({signer_->certificate_chain()[0]})}) {
        SealFields made = fields();
        made.users = users;
        made.owner = SealOwner::Person;
        const auto der = make_electronic_seal(made, *maker_);
        ASSERT_TRUE(der) << describe(der.error());
        const auto read = parse_electronic_seal(*der);
        ASSERT_TRUE(read) << describe(read.error());
        EXPECT_EQ(read->fields, made);
        EXPECT_EQ(read->header, "ES");
        EXPECT_EQ(read->version, 4U);
        EXPECT_EQ(read->owner_number, 2U);
        EXPECT_EQ(read->der, *der);
        EXPECT_EQ(read->maker_certificate, maker_->certificate_chain()[0]);
        EXPECT_EQ(read->signature_algorithm, "1.2.156.10197.1.501");
        EXPECT_TRUE(read->unknown_critical_extensions.empty());
        EXPECT_FALSE(verify_seal(*read, trust(), kThatDay));
    }
}

TEST_F(Seals, list_certificates_by_digest_and_whole) {
    const Bytes& listed = signer_->certificate_chain()[0];
    const Bytes& other = maker_->certificate_chain()[0];
    for (const auto& users : {SealUsers::by_digest({listed}), SealUsers::by_certificate({listed})}) {
        EXPECT_TRUE(users.include(listed));
        EXPECT_FALSE(users.include(other));
    }
    SealUsers named = SealUsers::by_digest({listed});
    named.digests[0].type = "1.2.156.10197.1.401";
    EXPECT_TRUE(named.include(listed));
    named.digests[0] = {"2.16.840.1.101.3.4.2.1", Digest::of(DigestAlgorithm::Sha256, listed)};
    EXPECT_TRUE(named.include(listed));
    named.digests[0] = {"1.3.14.3.2.26", Digest::of(DigestAlgorithm::Sha1, listed)};
    EXPECT_FALSE(named.include(listed)) << "SHA-1 proves nothing";
    EXPECT_FALSE(SealUsers{}.include(listed));
}

TEST_F(Seals, are_not_made_from_fields_that_cannot_stand_in_one) {
    const std::map<std::string, std::function<void(SealFields&)>> refused{
        {"no id", [](SealFields& f) { f.id.clear(); }},
        {"id not ASCII", [](SealFields& f) { f.id = "印章"; }},
        {"id too long", [](SealFields& f) { f.id.assign(129, '1'); }},
        {"no name", [](SealFields& f) { f.name.clear(); }},
        {"name no UTF-8", [](SealFields& f) { f.name = "\xff"; }},
        {"name too long", [](SealFields& f) { f.name.assign(201, 'n'); }},
        {"nobody on the list", [](SealFields& f) { f.users.digests.clear(); }},
        {"too many on the list", [](SealFields& f) { f.users.digests.resize(201); }},
        {"no certificate on the list", [](SealFields& f) { f.users = SealUsers::by_certificate({Bytes(10)}); }},
        {"never valid", [](SealFields& f) { f.valid_until = f.valid_from; }},
        {"no picture", [](SealFields& f) { f.picture.data.clear(); }},
        {"no picture type", [](SealFields& f) { f.picture.type.clear(); }},
        {"no width", [](SealFields& f) { f.picture.width = 0; }},
        {"too high", [](SealFields& f) { f.picture.height = 1001; }},
        {"too large", [](SealFields& f) { f.picture.data.resize(kMaxSealSize); }},
        {"made before the maker", [](SealFields& f) { f.created_at = kThatDay - 3 * kYear; }},
        {"made after the maker", [](SealFields& f) { f.created_at = kThatDay + 3 * kYear; }},
    };
    for (const auto& [what, change] : refused) {
        SealFields changed = fields();
        change(changed);
        EXPECT_FALSE(make_electronic_seal(changed, *maker_)) << what;
    }
    const auto usual = KeySigner::trusted(*PrivateKey::generate(KeyAlgorithm::EcP256), maker_->certificate_chain());
    EXPECT_EQ(make_electronic_seal(fields(), *usual).error().code, ErrorCode::KeyUnusable);
}

TEST_F(Seals, sign_documents_and_hold) {
    const Bytes bytes = signature();
    const auto read = parse_seal_signature(bytes);
    ASSERT_TRUE(read) << describe(read.error());
    EXPECT_EQ(read->version, 4U);
    EXPECT_EQ(read->seal.fields, fields());
    EXPECT_EQ(read->time, kThatDay);
    EXPECT_EQ(read->property_info, kPropertyInfo);
    EXPECT_EQ(read->signer_certificate, signer_->certificate_chain()[0]);
    EXPECT_EQ(read->encoded_size, bytes.size());
    EXPECT_TRUE(read->time_stamp.empty());
    const SealSignatureReport report = verify(bytes);
    EXPECT_TRUE(report.valid()) << report.detail;
    EXPECT_TRUE(report.signature_value_ok);
    EXPECT_TRUE(report.data_hash_ok);
    EXPECT_FALSE(report.has_time_stamp);
    EXPECT_FALSE(report.revocation_known);
    EXPECT_EQ(report.signing_time, kThatDay);
    EXPECT_EQ(report.signer_chain.size(), 2U);
    EXPECT_EQ(report.maker_chain.size(), 2U);
    EXPECT_LE(bytes.size(), max_seal_signature_size(seal(), *signer_, kPropertyInfo.size(), 0));
    EXPECT_GE(bytes.size() + 100, max_seal_signature_size(seal(), *signer_, kPropertyInfo.size(), 0));

    Bytes padded = bytes;
    padded.resize(bytes.size() + 1000);
    EXPECT_TRUE(verify(padded).valid());
}

TEST_F(Seals, are_not_used_by_strangers_nor_out_of_their_time_nor_when_damaged) {
    const auto refused = [&](const ElectronicSeal& seal, const SealSignatureFields& fields, const Signer& signer) {
        const auto signature = sign_with_seal(seal, fields, signer);
        return signature ? ErrorCode::Internal : signature.error().code;
    };
    const auto stranger = root_.signer("Example Signer");
    EXPECT_EQ(refused(seal(), signature_fields(), *stranger), ErrorCode::SealDataInvalid);
    SealSignatureFields early = signature_fields();
    early.time = fields().valid_from - std::chrono::seconds(1);
    EXPECT_EQ(refused(seal(), early, *signer_), ErrorCode::SealDataInvalid);
    SealSignatureFields late = signature_fields();
    late.time = fields().valid_until + std::chrono::seconds(1);
    EXPECT_EQ(refused(seal(), late, *signer_), ErrorCode::SealDataInvalid);
    ElectronicSeal damaged = seal();
    damaged.to_be_signed.back() ^= 1;
    EXPECT_EQ(refused(damaged, signature_fields(), *signer_), ErrorCode::SealDataInvalid);
    SealSignatureFields nothing = signature_fields();
    nothing.property_info.clear();
    EXPECT_EQ(refused(seal(), nothing, *signer_), ErrorCode::InvalidParameter);
    const auto usual = KeySigner::trusted(*PrivateKey::generate(KeyAlgorithm::EcP256), signer_->certificate_chain());
    EXPECT_EQ(refused(seal(), signature_fields(), *usual), ErrorCode::KeyUnusable);
}

TEST_F(Seals, written_by_others_as_the_standard_has_it_hold) {
    Forgery plain = forgery();
    EXPECT_TRUE(verify(plain.signature()).valid()) << verify(plain.signature()).detail;
    const Bytes harmless =
        der::sequence({der::sequence({der::object_identifier("1.2.3.4"), der::octet_string(as_bytes("whatever"))})});
    Forgery tagged = forgery();
    tagged.seal_extensions = der::element(der::context(0), harmless);
    tagged.extensions = der::element(der::context(0), harmless);
    EXPECT_TRUE(verify(tagged.signature()).valid());
    Forgery bare = forgery();
    bare.seal_extensions = harmless;
    EXPECT_TRUE(verify(bare.signature()).valid());
}

// Each line: what another one did, with all the keys he needs, and what the check must say first.
TEST_F(Seals, every_fault_has_a_name_of_its_own) {
    const Sm2Root stranger;
    const auto strange = stranger.signer("Example Stranger");
    const auto past = root_.signer("Example Past", {kThatDay - 2 * kYear, kThatDay - kYear});
    const auto future = root_.signer("Example Future", {kThatDay + 10 * kDay, kThatDay + kYear});
    const auto encipherer =
        root_.signer("Example Encipherer", Sm2Root::wide(),
                     {der::sequence({der::object_identifier(oid::kKeyUsage), der::boolean(true),
                                     der::octet_string(der::named_bits({2}))})});  // keyEncipherment
    const auto use = [](Forgery& f, const Signer& signer) {
        f.signer = &signer;
        f.signer_certificate = signer.certificate_chain()[0];
        f.users = SealUsers::by_certificate({signer.certificate_chain()[0]});
    };
    const auto make_with = [](Forgery& f, const Signer& maker) {
        f.maker = &maker;
        f.maker_certificate = maker.certificate_chain()[0];
    };
    struct Case {
        SealFault fault;
        std::function<void(Forgery&)> change;
    };
    const std::vector<Case> cases{
        {SealFault::VersionUnsupported, [](Forgery& f) { f.version = 5; }},
        {SealFault::AlgorithmUnsupported, [](Forgery& f) { f.algorithm = "1.2.840.10045.4.3.2"; }},
        {SealFault::CriticalExtensionUnknown,
         [](Forgery& f) { f.extensions = der::element(der::context(0), critical_extension()); }},
        {SealFault::SignerCertificateUnreadable, [](Forgery& f) { f.signer_certificate = Bytes(100); }},
        {SealFault::SignatureValueWrong, [&](Forgery& f) { f.signer = strange.get(); }},
        {SealFault::SignerChainUntrusted, [&](Forgery& f) { use(f, *strange); }},
        {SealFault::SignerKeyUsageWrong, [&](Forgery& f) { use(f, *encipherer); }},
        {SealFault::TimeStampWrong, [](Forgery& f) { f.time_stamp = [](ByteView) { return Bytes(100); }; }},
        {SealFault::SigningTimeInFuture, [](Forgery& f) { f.time = kThatDay + 2 * kDay; }},
        {SealFault::SigningTimeBeforeCertificate, [&](Forgery& f) { use(f, *future); }},
        {SealFault::SigningTimeAfterCertificate, [&](Forgery& f) { use(f, *past); }},
        {SealFault::PropertyInfoWrong, [](Forgery& f) { f.property_info = "ByteRange[0 1 2 3]"; }},
        {SealFault::DocumentHashWrong, [](Forgery& f) { f.data_hash[5] ^= 1; }},
        {SealFault::SealFormatWrong, [](Forgery& f) { f.header = "SE"; }},
        {SealFault::SealVersionDiffers, [](Forgery& f) { f.seal_version = 3; }},
        {SealFault::SealAlgorithmUnsupported, [](Forgery& f) { f.seal_algorithm = "1.2.840.10045.4.3.2"; }},
        {SealFault::SealCriticalExtensionUnknown, [](Forgery& f) { f.seal_extensions = critical_extension(); }},
        {SealFault::MakerCertificateUnreadable, [](Forgery& f) { f.maker_certificate = Bytes(100); }},
        {SealFault::SealSignatureValueWrong, [&](Forgery& f) { f.maker = strange.get(); }},
        {SealFault::MakerChainUntrusted, [&](Forgery& f) { make_with(f, *strange); }},
        {SealFault::MakerCertificateNotYetValid, [&](Forgery& f) { make_with(f, *future); }},
        {SealFault::MakerCertificateExpired, [&](Forgery& f) { make_with(f, *past); }},
        {SealFault::MakerKeyUsageWrong, [&](Forgery& f) { make_with(f, *encipherer); }},
        {SealFault::SealNotYetValid, [](Forgery& f) { f.valid_from = kThatDay + std::chrono::seconds(1); }},
        {SealFault::SealExpired, [](Forgery& f) { f.valid_until = kThatDay - std::chrono::seconds(1); }},
        {SealFault::SignerNotOnSeal,
         [&](Forgery& f) { f.users = SealUsers::by_certificate({maker_->certificate_chain()[0]}); }},
    };
    std::set<SealFault> seen{
        SealFault::FormatWrong,  // and the five below: each has a test of its own
        SealFault::SignerChainIncomplete, SealFault::SignerIssuerRevoked, SealFault::SigningTimeAfterRevocation,
        SealFault::MakerChainIncomplete,  SealFault::MakerRevoked};
    for (const Case& one : cases) {
        Forgery changed = forgery();
        one.change(changed);
        SealTrust knowing = trust();
        knowing.others = {stranger.certificate()};  // known, and not trusted
        const SealSignatureReport report = verify(changed.signature(), knowing);
        EXPECT_EQ(report.fault, one.fault) << name_of(one.fault) << ": " << report.detail;
        EXPECT_TRUE(seen.insert(one.fault).second) << name_of(one.fault);
    }
    EXPECT_EQ(seen.size(), all_seal_faults().size());
}

TEST_F(Seals, that_fail_in_several_ways_fail_by_the_first_of_them) {
    Forgery changed = forgery();
    changed.data_hash[0] ^= 1;
    changed.valid_until = kThatDay - std::chrono::seconds(1);
    EXPECT_EQ(verify(changed.signature()).fault, SealFault::DocumentHashWrong);
    changed.time = kThatDay + 2 * kDay;
    EXPECT_EQ(verify(changed.signature()).fault, SealFault::SigningTimeInFuture);
    const Sm2Root stranger;
    SealTrust others = trust();
    others.roots = {stranger.certificate()};
    others.others = {root_.certificate()};
    EXPECT_EQ(verify(changed.signature(), others).fault, SealFault::SignerChainUntrusted);
    changed.version = 1;
    const SealSignatureReport report = verify(changed.signature(), others);
    EXPECT_EQ(report.fault, SealFault::VersionUnsupported);
    EXPECT_TRUE(report.signature_value_ok);
    EXPECT_FALSE(report.data_hash_ok);
}

TEST_F(Seals, below_an_issuer_need_it_at_hand) {
    const auto authority = CertificateAuthority::create(national_settings(), kThatDay - 20 * kDay);
    const auto signer = authority->issue({"示例公司", "", "1", "", ""}, Validity::starting(kThatDay - kDay, 100 * kDay),
                                         KeyAlgorithm::Sm2);
    const auto maker =
        authority->issue_service(AuthorityService::SealMaker, Validity::starting(kThatDay - 20 * kDay, 100 * kDay));
    ASSERT_TRUE(signer && maker);
    Forgery both = forgery();
    both.signer = signer->get();
    both.signer_certificate = (*signer)->certificate_chain()[0];
    both.users = SealUsers::by_digest({both.signer_certificate});
    Forgery maker_alone = forgery();
    maker_alone.maker = both.maker = maker->get();
    maker_alone.maker_certificate = both.maker_certificate = (*maker)->certificate_chain()[0];
    SealTrust both_roots = trust();
    both_roots.roots.push_back(authority->root_certificate());
    EXPECT_EQ(verify(both.signature(), both_roots).fault, SealFault::SignerChainIncomplete);
    EXPECT_EQ(verify(maker_alone.signature(), both_roots).fault, SealFault::MakerChainIncomplete);
    both_roots.others = {authority->issuing_certificate()};
    EXPECT_TRUE(verify(both.signature(), both_roots).valid()) << verify(both.signature(), both_roots).detail;
    EXPECT_TRUE(verify(maker_alone.signature(), both_roots).valid());

    // An issuer that its root revoked.
    SealTrust revoked = both_roots;
    const std::string serial = hex(view_certificate(authority->issuing_certificate())->serial_number);
    revoked.revocation.revocation_lists.push_back(*authority->root_revocation_list(
        1, {{serial, kThatDay - 15 * kDay, RevocationReason::KeyCompromise}}, kThatDay, kThatDay + 30 * kDay));
    EXPECT_EQ(verify(both.signature(), revoked).fault, SealFault::SignerIssuerRevoked);
    EXPECT_EQ(verify(maker_alone.signature(), revoked).fault, SealFault::MakerRevoked);
}

TEST_F(Seals, count_when_the_certificate_was_revoked_only_afterwards) {
    const Bytes bytes = signature();
    SealTrust with_list = trust();
    with_list.revocation.revocation_lists = {root_.list_revoking(*signer_, kThatDay + std::chrono::hours(1))};
    EXPECT_TRUE(verify(bytes, with_list).valid());
    EXPECT_TRUE(verify(bytes, with_list).revocation_known);
    with_list.revocation.revocation_lists = {root_.list_revoking(*signer_, kThatDay - std::chrono::hours(1))};
    EXPECT_EQ(verify(bytes, with_list).fault, SealFault::SigningTimeAfterRevocation);
    with_list.revocation.revocation_lists = {root_.list_revoking(*maker_, kThatDay - 11 * kDay)};
    EXPECT_EQ(verify(bytes, with_list).fault, SealFault::MakerRevoked);
    with_list.revocation.revocation_lists = {root_.list_revoking(*maker_, kThatDay - 9 * kDay)};
    EXPECT_TRUE(verify(bytes, with_list).valid()) << "the seal was made before";
}

TEST_F(Seals, carry_time_stamps_and_are_judged_as_of_them) {
    const auto usual = CertificateAuthority::create({}, kThatDay - kDay);
    const auto authority = TimeStampAuthority::create(std::shared_ptr<const Signer>(
        *usual->issue_service(AuthorityService::TimeStamping, Validity::starting(kThatDay - kDay, 10 * kDay))));
    ASSERT_TRUE(authority) << describe(authority.error());
    const auto unfinished = sign_with_seal(seal(), signature_fields(), *signer_);
    const UtcTime stamped_at = kThatDay + std::chrono::seconds(3);
    const Bytes token = *authority->token(TimeStampRequest::over(unfinished->time_stamp_imprint()), stamped_at);
    const Bytes bytes = *finish_seal_signature(*unfinished, *signer_, token);
    EXPECT_LE(bytes.size(), max_seal_signature_size(seal(), *signer_, kPropertyInfo.size(), token.size()));
    SealTrust with_stamps = trust();
    with_stamps.time_stamps.roots = {usual->root_certificate()};
    const SealSignatureReport report = verify(bytes, with_stamps);
    EXPECT_TRUE(report.valid()) << report.detail;
    EXPECT_TRUE(report.has_time_stamp);
    EXPECT_EQ(report.signing_time, stamped_at);

    const auto other = sign_with_seal(seal(), signature_fields(), *signer_);
    EXPECT_EQ(verify(*finish_seal_signature(*other, *signer_, token), with_stamps).fault, SealFault::TimeStampWrong);
    with_stamps.time_stamps.roots = {root_.certificate()};
    EXPECT_EQ(verify(bytes, with_stamps).fault, SealFault::TimeStampWrong);
    EXPECT_EQ(finish_seal_signature(*unfinished, *signer_, Bytes(kMaxTimeStampTokenSize + 1)).error().code,
              ErrorCode::InvalidParameter);

    // The stamp says when, whatever the signer says.
    with_stamps.time_stamps.roots = {usual->root_certificate()};
    Forgery late = forgery();
    late.valid_until = kThatDay + std::chrono::hours(1);
    late.time_stamp = [&](ByteView value) {
        return *authority->token(TimeStampRequest::over(Sha256::of(value)), kThatDay + std::chrono::hours(2));
    };
    EXPECT_EQ(verify(late.signature(), with_stamps).fault, SealFault::SealExpired);
    Forgery impossible = forgery();
    impossible.time = kThatDay + std::chrono::hours(2);
    impossible.time_stamp = [&](ByteView value) {
        return *authority->token(TimeStampRequest::over(Sha256::of(value)), kThatDay);
    };
    EXPECT_EQ(verify(impossible.signature(), with_stamps).fault, SealFault::SigningTimeInFuture);
}

TEST_F(Seals, with_any_altered_bit_do_not_count) {
    const Bytes bytes = forgery().signature();
    std::map<SealFault, int> counted;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        Bytes altered = bytes;
        altered[i] ^= static_cast<std::uint8_t>(1U << (i % 8));
        const SealSignatureReport report = verify(altered);
        ASSERT_TRUE(report.fault.has_value()) << "byte " << i;
        ++counted[*report.fault];
    }
    EXPECT_GT(counted[SealFault::FormatWrong], 0);
    EXPECT_GT(counted[SealFault::SignatureValueWrong], 1000);
}

TEST_F(Seals, cut_short_or_made_of_noise_are_refused) {
    const Bytes bytes = signature();
    for (std::size_t size = 0; size < bytes.size(); size += 7)
        EXPECT_EQ(verify(ByteView(bytes).first(size)).fault, SealFault::FormatWrong);
    std::mt19937 random(3);
    for (int i = 0; i < 2000; ++i) {
        Bytes noise(random() % 300);
        std::generate(noise.begin(), noise.end(), [&] { return static_cast<std::uint8_t>(random()); });
        if (!noise.empty()) noise[0] = der::kSequence;
        EXPECT_FALSE(verify(noise).valid());
        EXPECT_FALSE(parse_electronic_seal(noise));
    }
    Bytes followed = seal().der;
    followed.push_back(0);
    EXPECT_EQ(parse_electronic_seal(followed).error().code, ErrorCode::SealDataInvalid);
    EXPECT_EQ(parse_electronic_seal(Bytes(kMaxSealSize + 1)).error().code, ErrorCode::SealDataInvalid);
}

TEST_F(Seals, with_endless_lists_are_refused) {
    Forgery crowded = forgery();
    crowded.users = {SealUsers::Kind::Certificates, std::vector<Bytes>(201, Bytes(1)), {}};
    EXPECT_EQ(verify(crowded.signature()).fault, SealFault::FormatWrong);
    crowded.users = {SealUsers::Kind::Digests, {}, std::vector<CertificateDigest>(201, {"SM3", Bytes(32)})};
    EXPECT_EQ(verify(crowded.signature()).fault, SealFault::FormatWrong);
    Forgery wordy = forgery();
    wordy.name.assign(5000, 'n');
    EXPECT_EQ(verify(wordy.signature()).fault, SealFault::FormatWrong);
    Forgery extended = forgery();
    Bytes list;
    for (int i = 0; i < 60; ++i)
        append(list, der::sequence({der::object_identifier("1.2.3." + std::to_string(i)), der::octet_string(Bytes{})}));
    extended.extensions = der::element(der::context(0), der::sequence({list}));
    EXPECT_EQ(verify(extended.signature()).fault, SealFault::FormatWrong);
    Forgery huge = forgery();
    huge.picture_type.assign(5000, 'P');
    EXPECT_EQ(verify(huge.signature()).fault, SealFault::FormatWrong);
}

TEST(SealFaults, have_a_name_and_a_sentence_in_both_languages_each_its_own) {
    std::set<std::string_view> texts;
    std::optional<SealFault> last;
    for (const SealFault fault : all_seal_faults()) {
        EXPECT_TRUE(!last || *last < fault) << "in the standard's order";
        last = fault;
        for (const std::string_view text : {name_of(fault), to_string(fault), to_chinese(fault)}) {
            EXPECT_FALSE(text.empty());
            EXPECT_TRUE(texts.insert(text).second) << text;
        }
    }
    EXPECT_EQ(all_seal_faults().size(), static_cast<std::size_t>(SealFault::SignerNotOnSeal) + 1);
}

}  // namespace
}  // namespace signet::crypto
