#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/id.hpp"
#include "model/directory.hpp"

#include <optional>
#include <string>

namespace signet::model {

using PersonalGrantId = Id<struct PersonalGrantTag>;

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
    UtcTime create_time;
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
