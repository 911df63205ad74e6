#include "model/filling.hpp"

#include <gtest/gtest.h>

namespace signet::model {
namespace {

using Kind = Event::Kind;

const UtcTime kNow{1'800'000'000'000};

Signatory party(std::int64_t id, int serial_no, bool sponsor = false) {
    Signatory signatory;
    signatory.id = {id};
    signatory.tenant_type = TenantType::Personal;
    signatory.tenant_name = "测试" + std::to_string(id);
    signatory.receiver = {signatory.tenant_name, "1380000000" + std::to_string(id), ContactType::Mobile};
    signatory.serial_no = serial_no;
    signatory.sponsor = sponsor;
    Action action;
    action.id = {id * 10};
    signatory.actions = {action};
    return signatory;
}

DocumentParam param(const std::string& name, int party, bool required = true) {
    DocumentParam one;
    one.param.name = name;
    one.param.party = party;
    one.param.required = required;
    return one;
}

/// The initiator, and two receivers who sign in the order 3, 2.
Contract draft(std::vector<DocumentParam> params) {
    Contract contract;
    contract.id = {1};
    contract.signatories = {party(1, 1, true), party(2, 3), party(3, 2)};
    contract.documents.resize(1);
    contract.documents[0].params = std::move(params);
    return contract;
}

void give(Contract& contract, const std::string& name) {
    for (DocumentParam& one : contract.documents[0].params) {
        if (one.param.name == name) one.value = "x";
    }
}

std::vector<Kind> kinds(const Events& events) {
    std::vector<Kind> list;
    for (const Event& event : events)
        list.push_back(event.kind);
    return list;
}

struct Case {
    const char* description;
    int party;
    std::int64_t named;
    std::int64_t expected;  // 0: the initiator
};

class WhoFillsIn : public testing::TestWithParam<Case> {};

TEST_P(WhoFillsIn, is_told_by_the_request_or_else_by_the_order_of_signing) {
    const Contract contract = draft({});
    DocumentParam one = param("a", GetParam().party);
    one.signatory = {GetParam().named};
    const Signatory* who = filler(contract, one);
    EXPECT_EQ(who == nullptr ? 0 : who->id.value, GetParam().expected) << GetParam().description;
}

INSTANTIATE_TEST_SUITE_P(Table, WhoFillsIn,
                         testing::Values(Case{"the template says the initiator", 0, 0, 0},
                                         Case{"the first who signs", 1, 0, 3}, Case{"the second who signs", 2, 0, 2},
                                         Case{"more parties than there are", 3, 0, 0},
                                         Case{"the request names a party", 1, 2, 2},
                                         Case{"the request names the initiator", 1, 1, 0},
                                         Case{"the request names nobody here", 1, 99, 3}));

TEST(filling, only_who_must_fill_something_in_is_filling) {
    Contract contract = draft({param("a", 1), param("b", 2, false), param("c", 0)});
    give(contract, "c");
    ASSERT_TRUE(must_be_filled(contract));
    const auto events = publish_for_filling(contract, kNow);
    ASSERT_TRUE(events);
    EXPECT_EQ(kinds(*events), (std::vector{Kind::SentForFilling, Kind::FillingTurn}));
    EXPECT_EQ(contract.status, ContractStatus::Filling);
    EXPECT_EQ(contract.find(SignatoryId{3})->status, SignatoryStatus::Filling);
    EXPECT_EQ(contract.find(SignatoryId{2})->status, SignatoryStatus::Waiting);
    EXPECT_EQ(finish_filling(contract, {2}, kNow).error().code, ErrorCode::NotSignStep);
    const auto early = finish_filling(contract, {3}, kNow);
    ASSERT_FALSE(early);
    EXPECT_EQ(early.error().detail, "a: is required");
}

TEST(filling, signing_begins_with_the_last_who_has_filled_in) {
    Contract contract = draft({param("a", 1), param("b", 2)});
    ASSERT_TRUE(publish_for_filling(contract, kNow));
    give(contract, "a");
    const auto first = finish_filling(contract, {3}, kNow);
    ASSERT_TRUE(first);
    EXPECT_EQ(kinds(*first), std::vector{Kind::Filled});
    EXPECT_EQ(contract.status, ContractStatus::Filling);
    give(contract, "b");
    const auto last = finish_filling(contract, {2}, kNow);
    ASSERT_TRUE(last);
    EXPECT_EQ(kinds(*last), (std::vector{Kind::Filled, Kind::Published, Kind::SignatoryTurn, Kind::ActionTurn}));
    EXPECT_EQ(contract.status, ContractStatus::Signing);
    EXPECT_EQ(contract.find(SignatoryId{1})->status, SignatoryStatus::Signing);
}

TEST(filling, what_cannot_be_changed_on_the_page_is_the_initiators_to_give) {
    Contract contract = draft({param("a", 1)});
    contract.documents[0].params[0].param.read_only = true;
    EXPECT_EQ(missing_of_initiator(contract), std::vector<std::string>{"a"});
    EXPECT_FALSE(must_be_filled(contract));
}

TEST(filling, values_of_the_initiator_settle_those_who_have_nothing_left) {
    Contract contract = draft({param("a", 1), param("b", 2)});
    ASSERT_TRUE(publish_for_filling(contract, kNow));
    EXPECT_TRUE(settle_filling(contract, kNow).empty());
    give(contract, "a");
    EXPECT_EQ(settle_filling(contract, kNow), (Events{{Kind::Filled, {3}, {}}}));
    EXPECT_EQ(contract.status, ContractStatus::Filling);
    give(contract, "b");
    EXPECT_EQ(kinds(settle_filling(contract, kNow)).front(), Kind::Filled);
    EXPECT_EQ(contract.status, ContractStatus::Signing);
    EXPECT_TRUE(settle_filling(contract, kNow).empty());
}

TEST(filling, a_first_step_that_nobody_has_joined_keeps_the_contract_back) {
    Contract contract = draft({param("a", 1)});
    contract.signatories[0].serial_no = 9;
    Signatory& open = contract.signatories[1];
    open.serial_no = 0;
    open.delay_set = true;
    open.tenant_name.clear();
    open.receiver = {};
    contract.documents[0].params[0].signatory = {3};
    ASSERT_TRUE(publish_for_filling(contract, kNow));
    give(contract, "a");
    const auto events = finish_filling(contract, {3}, kNow);
    ASSERT_TRUE(events);
    EXPECT_EQ(kinds(*events), std::vector{Kind::Filled});
    EXPECT_EQ(contract.status, ContractStatus::Filling);
    open.tenant_name = "加入者";
    open.receiver = {"加入者", "13800000009", ContactType::Mobile};
    const auto joined = change_signatory(contract, {2}, kNow);
    ASSERT_TRUE(joined);
    EXPECT_EQ(joined->front().kind, Kind::Published);
    EXPECT_EQ(contract.status, ContractStatus::Signing);
}

TEST(filling, whoever_joins_while_others_fill_in_waits_even_when_nothing_is_missing_any_more) {
    Contract contract = draft({param("a", 1)});
    ASSERT_TRUE(publish_for_filling(contract, kNow));
    give(contract, "a");
    ASSERT_TRUE(change_signatory(contract, {2}, kNow));
    EXPECT_EQ(contract.status, ContractStatus::Filling);
    EXPECT_EQ(contract.find(SignatoryId{3})->status, SignatoryStatus::Filling);
}

TEST(filling, copies_that_go_out_at_the_sending_do_not_wait_for_the_blanks) {
    for (const auto when : {CopySendTime::Send, CopySendTime::Finish}) {
        Contract contract = draft({param("a", 1)});
        contract.copy_send_time = when;
        contract.copy_send_receivers.resize(1);
        contract.copy_send_receivers[0].receiver = {"抄送人（测试）", "13800000009", ContactType::Mobile};
        const auto due = [](const Events& events) {
            const auto all = kinds(events);
            return std::count(all.begin(), all.end(), Kind::CopyDue);
        };
        const auto sent = publish_for_filling(contract, kNow);
        ASSERT_TRUE(sent);
        EXPECT_EQ(due(*sent), when == CopySendTime::Send ? 1 : 0);
        give(contract, "a");
        const auto filled = finish_filling(contract, {3}, kNow);
        ASSERT_TRUE(filled);
        EXPECT_EQ(due(*filled), 0);
    }
}

TEST(filling, a_refusal_ends_the_contract) {
    Contract contract = draft({param("a", 1)});
    ASSERT_TRUE(publish_for_filling(contract, kNow));
    EXPECT_EQ(refuse_filling(contract, {2}, "no", kNow).error().code, ErrorCode::NotSignStep);
    ASSERT_TRUE(refuse_filling(contract, {3}, "no", kNow));
    EXPECT_EQ(contract.status, ContractStatus::Rejected);
    EXPECT_EQ(contract.comments, "no");
    for (const Signatory& one : contract.signatories)
        EXPECT_EQ(one.status, SignatoryStatus::Rejected);
    EXPECT_EQ(finish_filling(contract, {3}, kNow).error().code, ErrorCode::InvalidContractStatus);
}

}  // namespace
}  // namespace signet::model
