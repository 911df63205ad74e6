#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/id.hpp"
#include "model/directory.hpp"
#include "model/vocabulary.hpp"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace signet::model {

using PersonalGrantId = Id<struct PersonalGrantTag>;

/// The paper whose number tells who a person is (platform spec §7.2 paperType).
enum class PaperType {
    IdCard,
    Passport,
    HongKongMacao,  // the travel permit of residents of Hong Kong and Macao
    Taiwan,         // the travel permit of residents of Taiwan
};

/// How a person shows who he is (platform spec §8.1 mode). Of the platform's ways these are the ones that can be gone
/// without a register: they compare what the person states with what the application stated.
enum class IdentityWay {
    Default,        // everything that was stated
    ThreeElements,  // name, number of the paper, and the mobile that reads the code
    BankCard,       // the bank card, and what else was stated
};

template <>
inline constexpr std::array<Spelling<PaperType>, 4> spellings<PaperType>{{
    {PaperType::IdCard, "IDCARD"},
    {PaperType::Passport, "PASSPORT"},
    {PaperType::HongKongMacao, "HKMP"},
    {PaperType::Taiwan, "MTPS"},
}};

template <>
inline constexpr std::array<Spelling<IdentityWay>, 3> spellings<IdentityWay>{{
    {IdentityWay::Default, "DEFAULT"},
    {IdentityWay::ThreeElements, "IVS"},
    {IdentityWay::BankCard, "BANK"},
}};

/// What a person is asked for, and what he gave when he agreed.
struct GrantTerms {
    ApplicationId application;
    /// The company that may sign with the person's signature.
    CompanyId company;
    User user;
    /// The last moment of the last day on which it counts.
    UtcTime deadline;
    std::string remark;
    std::string callback_url;
    /// Not only in nodes of the company, but also where the person is a party of his own (`allowPersonalAuto`).
    bool personal_parties = true;
    /// As the application named it; its values are not published, and here a code confirms whatever it says.
    std::string auth_method;
};

/// A request that waits for the person behind a link.
struct GrantRequest {
    GrantTerms terms;
    /// The person may choose another day.
    bool deadline_modifiable = false;
    std::string callback_page;
    std::string theme_color;
    std::string language;  // cn, en or empty
    /// What he has to state about himself, as keyed digests; empty = nothing.
    std::string id_card_no;
    std::string bank_no;
    std::string bank_mobile;
    /// Among which ways of showing who he is the person chooses; never empty.
    std::vector<IdentityWay> ways{IdentityWay::Default};
    PaperType paper_type = PaperType::IdCard;
    /// What of it he may state differently.
    std::vector<ModifyField> modify_fields;
    UtcTime create_time;
    /// Until when it can be granted; once it was, until when its page shows what became of it.
    UtcTime expire_time;
    int failures = 0;
    /// What came of it.
    PersonalGrantId granted;
};

/// A grant as it rests. The signature is sealed by the vault.
struct PersonalGrant {
    PersonalGrantId id;
    GrantTerms terms;
    /// A keyed digest of the contact that messages reach.
    std::string person;
    Bytes sealed_signature;
    UtcTime create_time;
    std::optional<UtcTime> cancel_time;
};

}  // namespace signet::model
