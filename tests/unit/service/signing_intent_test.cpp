#include "service/signing_intent.hpp"

#include "base/bytes.hpp"
#include "crypto/digest.hpp"

#include <set>

#include <gtest/gtest.h>

namespace signet::service {
namespace {

using model::Contract;

Contract contract() {
    Contract contract;
    contract.id = {7};
    contract.status = model::ContractStatus::Signing;
    contract.documents.resize(1);
    contract.documents[0].id = {11};
    contract.documents[0].original_blob = "aa";
    contract.documents[0].pages.resize(2);
    contract.documents[0].sha256 = "11";
    return contract;
}

TEST(Content, StaysTheSameWhileOthersSign) {
    Contract changed = contract();
    changed.documents[0].sha256 = "22";
    changed.documents[0].length = 4711;
    changed.documents[0].revision = 3;
    EXPECT_EQ(content_digest(contract()), content_digest(changed));
}

TEST(Content, IsAnotherWhenTheTextIs) {
    std::set<std::string> digests{content_digest(contract())};
    Contract other_contract = contract();
    other_contract.id = {8};
    Contract other_upload = contract();
    other_upload.documents[0].original_blob = "bb";
    Contract made_anew = contract();
    made_anew.documents[0].file = {12};
    Contract longer = contract();
    longer.documents[0].pages.resize(3);
    Contract with_attachment = contract();
    with_attachment.documents.push_back(with_attachment.documents[0]);
    with_attachment.documents[1].id = {13};
    for (const Contract& one : {other_contract, other_upload, made_anew, longer, with_attachment})
        digests.insert(content_digest(one));
    EXPECT_EQ(digests.size(), 6U);
}

TEST(ConsentTexts, AreNamedByTheDigestOfTheirWords) {
    for (const ConsentText& text : {signer_consent(), application_agreement()}) {
        EXPECT_EQ(text.sha256, crypto::sha256_hex(as_bytes(std::string(text.text) + "\n" + std::string(text.text_en))));
    }
    EXPECT_NE(signer_consent().version, application_agreement().version);
}

/// Whoever changes the words makes another version of them: these digests stand in logs.
TEST(ConsentTexts, KeepTheirWordsAsLongAsTheyKeepTheirVersion) {
    EXPECT_EQ(signer_consent().version, "signer-1");
    EXPECT_EQ(signer_consent().sha256, "5f1f8b808ed9000a06818496d74845687dfdaf0c742d649b1783366b617b2f87");
    EXPECT_EQ(application_agreement().version, "application-1");
    EXPECT_EQ(application_agreement().sha256, "ab7a0e7276a27721f2eb021de45f434872b48d8c1d748fa04795e25153aa160d");
}

TEST(ReadingRules, OnlyTheStrictOneKeepsFromSigning) {
    Reading reading;
    reading.documents.push_back({{11}, 2, {2}});
    for (const model::ReadingRule rule : {model::ReadingRule::Off, model::ReadingRule::Warn}) {
        reading.rule = rule;
        EXPECT_TRUE(reading.permit_signing());
    }
    reading.rule = model::ReadingRule::Require;
    EXPECT_EQ(reading.permit_signing().error().code, ErrorCode::ReadingRequired);
    reading.documents[0].unseen.clear();
    EXPECT_TRUE(reading.permit_signing());
}

TEST(ExcludedMatters, EachHasItsWarningInBothLanguages) {
    using enum model::ExcludedMatter;
    EXPECT_TRUE(warning_of(None).empty());
    EXPECT_TRUE(warning_of_en(None).empty());
    for (const model::ExcludedMatter matter : {FamilyStatus, PublicUtilities, Other}) {
        EXPECT_NE(warning_of(matter).find("第三条"), std::string_view::npos);
        EXPECT_NE(warning_of_en(matter).find("Art. 3"), std::string_view::npos);
    }
}

}  // namespace
}  // namespace signet::service
