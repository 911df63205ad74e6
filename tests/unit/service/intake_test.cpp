#include "service/intake.hpp"

#include "desk.hpp"

#include <gtest/gtest.h>

namespace signet::service {
namespace {

using model::Action;
using model::ActionType;
using model::Company;
using model::Signatory;
using model::TenantType;
using model::User;
using namespace known;

struct IntakeOffice : Office {
    Intake intake{directory, people};
};

IntakeOffice& office() {
    static IntakeOffice one;
    return one;
}

Status settle(Signatory& party, bool gives_default_flow = false) {
    const Company initiator = *office().directory.company(kOwn);
    return office().intake.settle(initiator, party, gives_default_flow, "signatory");
}

/// A receiving company of which a seal and an operator are asked, in a node of each type.
Signatory receiver(model::CompanyId company, const std::vector<ActionType>& types = {ActionType::Company}) {
    Signatory party;
    party.company = company;
    party.receiver = kClerk;
    for (const ActionType type : types) {
        Action& action = party.actions.emplace_back();
        action.type = type;
        action.seals = {kSeal};
        action.operators = {kClerk};
    }
    return party;
}

std::vector<ActionType> types(const Signatory& party) {
    std::vector<ActionType> result;
    for (const Action& action : party.actions)
        result.push_back(action.type);
    return result;
}

TEST(Intake, means_nothing_for_persons_and_for_the_initiators_own_party) {
    for (const bool sponsor : {true, false}) {
        Signatory party = receiver(kOwn);
        party.sponsor = sponsor;
        if (!sponsor) party.tenant_type = TenantType::Personal;
        party.category = kPlain;
        party.category_name = "无流程";
        party.default_category_accepted = true;
        ASSERT_TRUE(settle(party));
        EXPECT_FALSE(party.category);
        EXPECT_TRUE(party.category_name.empty());
        EXPECT_FALSE(party.default_category_accepted);
        EXPECT_EQ(party.actions[0].seals.size(), 1U);
        EXPECT_EQ(party.actions[0].operators.size(), 1U);
    }
}

TEST(Intake, leaves_a_company_outside_the_group_its_own_seals_and_takes_only_the_handler_as_operator) {
    using enum ActionType;
    Signatory party = receiver(kStranger, {Company, Operator, Lp, Audit, Personal});
    party.category_name = "有流程";
    party.default_category_accepted = true;
    ASSERT_TRUE(settle(party));
    EXPECT_FALSE(party.category);
    EXPECT_FALSE(party.default_category_accepted);
    for (const Action& action : party.actions) {
        EXPECT_TRUE(action.seals.empty());
        const bool approves = action.type == Audit || action.type == Personal;
        EXPECT_EQ(action.operators.size(), approves ? 0U : 1U) << to_wire(action.type);
    }
    Signatory other = receiver(kStranger);
    other.actions[0].operators = {kHan};
    ASSERT_TRUE(settle(other));
    EXPECT_TRUE(other.actions[0].operators.empty()) << "somebody else than the handler";
}

struct Inside {
    std::string category;
    std::optional<bool> accepted;
    /// Whether the seals and operators that the initiator asks for count.
    bool counts;
    std::vector<ActionType> nodes;
};

class InsideTheGroup : public testing::TestWithParam<Inside> {};

TEST_P(InsideTheGroup, what_the_initiator_asks_for_counts_where_the_receiver_has_no_flow_of_its_own) {
    Signatory party = receiver(kSubsidiary);
    party.category_name = GetParam().category;
    party.default_category_accepted = GetParam().accepted;
    ASSERT_TRUE(settle(party));
    EXPECT_EQ(types(party), GetParam().nodes);
    EXPECT_EQ(party.actions[0].seals.size(), GetParam().counts ? 1U : 0U);
    EXPECT_EQ(party.actions[0].operators.size(), GetParam().counts ? 1U : 0U);
}

INSTANTIATE_TEST_SUITE_P(
    Table, InsideTheGroup,
    testing::Values(Inside{"", std::nullopt, true, {ActionType::Company}},
                    Inside{"", false, true, {ActionType::Company}}, Inside{"", true, false, {ActionType::Company}},
                    Inside{"无流程", std::nullopt, true, {ActionType::Company}},
                    Inside{"无流程", true, true, {ActionType::Company}},
                    Inside{"有流程", std::nullopt, false, {ActionType::Company, ActionType::Audit}},
                    Inside{"有流程", false, false, {ActionType::Company, ActionType::Audit}}));

TEST(Intake, follows_the_receivers_flow_when_nothing_is_asked_for) {
    Signatory party = receiver(kSubsidiary, {});
    party.category = kIntake;
    ASSERT_TRUE(settle(party, true));
    EXPECT_EQ(types(party), std::vector<ActionType>{ActionType::Audit});
    EXPECT_EQ(party.actions[0].operators, std::vector<User>{kClerk}) << "the flow names its own";
    EXPECT_EQ(party.category_name, "有流程");
}

TEST(Intake, puts_the_receivers_nodes_behind_those_that_are_asked_for) {
    Signatory party = receiver(kSubsidiary, {ActionType::Operator, ActionType::Company});
    party.actions[0].serial_no = 4;
    party.actions[1].serial_no = 7;
    party.category = kIntake;
    ASSERT_TRUE(settle(party));
    ASSERT_EQ(party.actions.size(), 3U);
    EXPECT_EQ(party.actions[2].serial_no, 8);
}

TEST(Intake, gives_the_usual_flow_only_where_that_is_wanted) {
    for (const model::CompanyId company : {kSubsidiary, kStranger}) {
        Signatory party = receiver(company, {});
        Signatory refused = party;
        ASSERT_TRUE(settle(party, true));
        EXPECT_EQ(types(party), (std::vector{ActionType::Operator, ActionType::Lp, ActionType::Company}));
        const Status status = settle(refused);
        ASSERT_FALSE(status);
        EXPECT_EQ(status.error().code, ErrorCode::ActionRequired);
        EXPECT_EQ(status.error().detail, "signatory.actions");
    }
}

TEST(Intake, knows_the_receivers_categories_alone) {
    Signatory party = receiver(kSubsidiary);
    party.category = kUsual;
    const Status status = settle(party);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, ErrorCode::InvalidParameter);
    EXPECT_TRUE(status.error().detail.starts_with("signatory.category")) << status.error().detail;
}

TEST(Intake, forgets_the_flag_where_a_category_is_named) {
    Signatory party = receiver(kSubsidiary);
    party.category = kPlain;
    party.default_category_accepted = true;
    ASSERT_TRUE(settle(party));
    EXPECT_EQ(party.category, kPlain);
    EXPECT_EQ(party.category_name, "无流程");
    EXPECT_FALSE(party.default_category_accepted);
}

}  // namespace
}  // namespace signet::service
