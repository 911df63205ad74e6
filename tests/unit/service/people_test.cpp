#include "service/people.hpp"

#include "desk.hpp"

#include <gtest/gtest.h>

namespace signet::service {
namespace {

using model::Action;
using model::ActionType;
using model::Contract;
using model::Signatory;
using model::SignatoryStatus;
using model::TenantType;
using model::User;
using namespace known;

Office& office() {
    static Office one;
    return one;
}

const People& people() {
    return office().people;
}

Action node(ActionType type, std::vector<User> operators = {}) {
    Action action;
    action.type = type;
    action.operators = std::move(operators);
    return action;
}

Signatory party(model::CompanyId company, std::vector<Action> actions) {
    Signatory one;
    one.id = {company.value * 100};
    one.company = company;
    one.sponsor = company == kOwn;
    one.actions = std::move(actions);
    return one;
}

Signatory person(std::int64_t id, const User& who) {
    Signatory one;
    one.id = {id};
    one.tenant_type = TenantType::Personal;
    one.receiver = who;
    one.actions = {node(ActionType::Personal)};
    return one;
}

Contract contract(std::vector<Signatory> parties) {
    Contract one;
    one.company = kOwn;
    one.category = kUsual;
    one.creator = kHan;
    one.signatories = std::move(parties);
    return one;
}

TEST(People, are_the_same_whichever_of_their_contacts_names_them) {
    const Contract one = contract({party(kOwn, {})});
    const Signatory& own = one.signatories[0];
    const std::vector<User> names{kHan,
                                  {"", "han@example.com", model::ContactType::Email},
                                  number("E1"),
                                  {"", "11", model::ContactType::EmployeeId}};
    for (const User& a : names) {
        for (const User& b : names)
            EXPECT_TRUE(people().same(one, own, a, b)) << a.contact << " " << b.contact;
        EXPECT_FALSE(people().same(one, own, a, kKeeper)) << a.contact;
    }
    EXPECT_TRUE(people().same(one, own, kNobody, kNobody)) << "who is on no record is his contact";
    EXPECT_FALSE(people().same(one, own, {}, {})) << "no contact is nobody's";
}

TEST(People, handle_a_party_as_its_receiver_and_the_initiators_own_as_the_creator_too) {
    Contract one = contract({party(kOwn, {}), party(kStranger, {})});
    one.signatories[1].receiver = kNobody;
    EXPECT_TRUE(people().is_handler(one, one.signatories[0], kHan));
    EXPECT_FALSE(people().is_handler(one, one.signatories[1], kHan));
    EXPECT_TRUE(people().is_handler(one, one.signatories[1], kNobody));
    one.signatories[0].receiver = kAdmin;
    EXPECT_TRUE(people().is_handler(one, one.signatories[0], kAdmin));
    EXPECT_TRUE(people().is_handler(one, one.signatories[0], number("E1")));
}

TEST(People, who_are_named_for_a_node_do_it_and_nobody_else) {
    const Contract one = contract({party(kOwn, {node(ActionType::Audit, {number("E2")})})});
    const Action& audit = one.signatories[0].actions[0];
    EXPECT_TRUE(people().may_do(one, one.signatories[0], audit, kKeeper));
    EXPECT_FALSE(people().may_do(one, one.signatories[0], audit, kHan)) << "not even the handler";
    EXPECT_EQ(people().doers(one, one.signatories[0], audit), std::vector<User>{number("E2")});
}

TEST(People, seal_with_what_they_may_use) {
    Contract one = contract({party(kOwn, {node(ActionType::Company)})});
    Signatory& own = one.signatories[0];
    Action& sealing = own.actions[0];
    EXPECT_TRUE(people().may_do(one, own, sealing, kKeeper));
    EXPECT_TRUE(people().may_do(one, own, sealing, kAdmin));
    EXPECT_FALSE(people().may_do(one, own, sealing, kHan)) << "the handler has no seal";
    const auto offered = people().offered_seals(one, own, sealing, kKeeper);
    ASSERT_EQ(offered.size(), 1U) << "neither the frozen one nor the legal representative's";
    EXPECT_EQ(offered[0].id, kSeal);

    sealing.operators = {kHan};
    EXPECT_FALSE(people().may_do(one, own, sealing, kHan)) << "to be named gives nobody a seal";
    sealing.seals = {kSeal};
    EXPECT_TRUE(people().may_do(one, own, sealing, kHan)) << "unless the initiator named the seal as well";
    EXPECT_FALSE(people().may_do(one, own, sealing, kKeeper));
    sealing.seals = {kFrozenSeal};
    EXPECT_FALSE(people().may_do(one, own, sealing, kHan));
}

TEST(People, use_the_legal_representatives_seal_whatever_seals_a_node_lists) {
    Contract one = contract({party(kOwn, {node(ActionType::Lp)})});
    one.signatories[0].actions[0].seals = {kSeal};
    const auto offered = people().offered_seals(one, one.signatories[0], one.signatories[0].actions[0], kKeeper);
    ASSERT_EQ(offered.size(), 1U);
    EXPECT_EQ(offered[0].id, kLegalSeal);
}

TEST(People, are_told_of_a_turn_when_they_can_take_it) {
    Contract one = contract({party(kOwn, {node(ActionType::Company), node(ActionType::Operator)})});
    const Signatory& own = one.signatories[0];
    const auto keepers = people().doers(one, own, own.actions[0]);
    ASSERT_EQ(keepers.size(), 2U) << "the creator cannot seal, those with the seal can";
    EXPECT_EQ(keepers[0].contact, kKeeper.contact);
    EXPECT_EQ(keepers[1].contact, kAdmin.contact);
    EXPECT_EQ(people().doers(one, own, own.actions[1]), std::vector<User>{kHan});
    one.creator = kKeeper;
    EXPECT_EQ(people().doers(one, own, own.actions[0]), std::vector<User>{kKeeper});
    one.creator.reset();
    EXPECT_TRUE(people().doers(one, own, own.actions[1]).empty()) << "a virtual user gets no messages";
}

TEST(People, act_first_for_the_party_whose_turn_it_is) {
    Contract one = contract({party(kOwn, {node(ActionType::Operator)}), person(7, kHan), person(8, kHan)});
    const auto acts = [&]() -> std::int64_t {
        const Signatory* found = people().party_of(one, kHan);
        return found == nullptr ? 0 : found->id.value;
    };
    one.signatories[0].status = SignatoryStatus::Waiting;
    one.signatories[1].status = SignatoryStatus::Signed;
    one.signatories[2].status = SignatoryStatus::Signing;
    EXPECT_EQ(acts(), 8);
    one.signatories[2].status = SignatoryStatus::Signed;
    EXPECT_EQ(acts(), 100) << "who has to act comes before who has acted";
    EXPECT_EQ(people().party_of(one, kNobody), nullptr);
}

TEST(People, look_without_acting_as_viewers_and_by_copy) {
    Contract one = contract({party(kOwn, {}), party(kSubsidiary, {node(ActionType::Operator)})});
    one.signatories[1].receiver = kClerk;
    EXPECT_EQ(people().viewed_party(one, kViewer), nullptr) << "the receiver's category is another";
    one.signatories[1].category = kPlain;
    EXPECT_EQ(people().viewed_party(one, kViewer), &one.signatories[1]);
    EXPECT_EQ(people().party_of(one, kViewer), nullptr);

    EXPECT_EQ(people().copy_of(one, kAdmin), nullptr);
    one.copy_send_receivers = {{"管章", number("E3"), "", {}, false}};
    EXPECT_EQ(people().copy_of(one, kAdmin), &one.copy_send_receivers[0]);
    EXPECT_EQ(people().viewed_party(one, kAdmin), &one.signatories[0]);
}

TEST(People, go_by_the_category_of_a_receiver_inside_the_group_alone) {
    Signatory receiver = party(kSubsidiary, {});
    EXPECT_EQ(people().governing_category(kOwn, receiver)->id, kSubsidiaryUsual);
    receiver.category = kIntake;
    EXPECT_EQ(people().governing_category(kOwn, receiver)->id, kIntake);
    EXPECT_FALSE(people().governing_category(kStranger, receiver)) << "an initiator outside the group";
    EXPECT_FALSE(people().governing_category(kOwn, party(kOwn, {}))) << "the initiator's own party";
    EXPECT_FALSE(people().governing_category(kOwn, person(7, kHan)));
}

TEST(People, are_reached_by_what_is_on_record_for_their_number) {
    const Contract one = contract({party(kOwn, {}), party(kSubsidiary, {})});
    EXPECT_EQ(people().reachable(one, one.signatories[0], kNobody), kNobody);
    EXPECT_EQ(people().reachable(one, one.signatories[1], number("S1")).contact, kClerk.contact);
    EXPECT_EQ(people().reachable(one, one.signatories[1], number("E1")).contact, kHan.contact)
        << "an employee of the initiator acts for the other's party";
    EXPECT_TRUE(people().reachable(one, one.signatories[0], number("S1")).empty());
    EXPECT_TRUE(people().reachable(one, one.signatories[0], {"", "x", model::ContactType::BizId}).empty());
}

}  // namespace
}  // namespace signet::service
