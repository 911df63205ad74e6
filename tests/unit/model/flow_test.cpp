#include "model/flow.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace signet::model {
namespace {

using Kind = Event::Kind;

const UtcTime kNow{1'800'000'000'000};
const User kLi{"李雷（测试）", "13800000002", ContactType::Mobile};

Signatory company(std::int64_t id, int serial_no, std::vector<ActionType> actions) {
    Signatory signatory;
    signatory.id = {id};
    signatory.tenant_type = TenantType::Company;
    signatory.tenant_name = "测试公司" + std::to_string(id);
    signatory.serial_no = serial_no;
    int number = 0;
    for (const ActionType type : actions) {
        Action action;
        action.id = {id * 10 + number};
        action.type = type;
        action.serial_no = number++;
        signatory.actions.push_back(action);
    }
    return signatory;
}

Signatory person(std::int64_t id, int serial_no) {
    Signatory signatory = company(id, serial_no, {ActionType::Personal});
    signatory.tenant_type = TenantType::Personal;
    signatory.receiver = kLi;
    signatory.receiver.contact += std::to_string(id);
    return signatory;
}

Contract draft(std::vector<Signatory> signatories, bool ordinal = true) {
    Contract contract;
    contract.id = {1};
    contract.ordinal = ordinal;
    contract.signatories = std::move(signatories);
    contract.signatories.front().sponsor = true;
    contract.documents.push_back({});
    return contract;
}

SignatoryStatus status(const Contract& contract, std::int64_t id) {
    return contract.find(SignatoryId{id})->status;
}
ActionStatus action_status(const Contract& contract, std::int64_t id) {
    return contract.find(ActionId{id})->status;
}

TEST(Publishing, gives_the_first_party_its_turn_and_lets_the_others_wait) {
    Contract contract = draft({company(1, 1, {ActionType::Operator, ActionType::Company}), person(2, 2)});
    const auto events = publish(contract, kNow);
    ASSERT_TRUE(events);
    EXPECT_EQ(contract.status, ContractStatus::Signing);
    EXPECT_EQ(contract.publish_time, kNow);
    EXPECT_EQ(status(contract, 1), SignatoryStatus::Signing);
    EXPECT_EQ(status(contract, 2), SignatoryStatus::Waiting);
    EXPECT_EQ(action_status(contract, 10), ActionStatus::Start);
    EXPECT_EQ(action_status(contract, 11), ActionStatus::Init);
    EXPECT_EQ(*events,
              (Events{{Kind::Published, {}, {}}, {Kind::SignatoryTurn, {1}, {}}, {Kind::ActionTurn, {1}, {10}}}));
}

TEST(Publishing, without_order_gives_everybody_the_turn) {
    Contract contract = draft({company(1, 1, {ActionType::Company}), person(2, 2)}, false);
    ASSERT_TRUE(publish(contract, kNow));
    EXPECT_EQ(status(contract, 1), SignatoryStatus::Signing);
    EXPECT_EQ(status(contract, 2), SignatoryStatus::Signing);
}

TEST(Publishing, lets_parties_with_the_same_number_sign_together) {
    Contract contract = draft({company(1, 1, {ActionType::Company}), person(2, 1), person(3, 2)});
    ASSERT_TRUE(publish(contract, kNow));
    EXPECT_EQ(status(contract, 2), SignatoryStatus::Signing);
    EXPECT_EQ(status(contract, 3), SignatoryStatus::Waiting);
}

TEST(Publishing, needs_a_document_and_a_party_and_a_draft) {
    Contract empty = draft({person(1, 1)});
    empty.documents.clear();
    EXPECT_EQ(publish(empty, kNow).error().code, ErrorCode::DocumentRequired);
    Contract nobody = draft({person(1, 1)});
    nobody.signatories.clear();
    EXPECT_EQ(publish(nobody, kNow).error().code, ErrorCode::SignatoryRequired);
    Contract running = draft({person(1, 1)});
    ASSERT_TRUE(publish(running, kNow));
    EXPECT_EQ(publish(running, kNow).error().code, ErrorCode::InvalidContractStatus);
}

TEST(Finishing, walks_through_the_nodes_then_the_parties_then_completes) {
    Contract contract = draft({company(1, 1, {ActionType::Operator, ActionType::Company}), person(2, 2)});
    ASSERT_TRUE(publish(contract, kNow));
    ASSERT_TRUE(finish_action(contract, {10}, kLi, kNow));
    EXPECT_EQ(status(contract, 1), SignatoryStatus::Signing);
    EXPECT_EQ(action_status(contract, 11), ActionStatus::Start);
    ASSERT_TRUE(finish_action(contract, {11}, kLi, kNow));
    EXPECT_EQ(status(contract, 1), SignatoryStatus::Signed);
    EXPECT_EQ(status(contract, 2), SignatoryStatus::Signing);
    const auto events = finish_action(contract, {20}, kLi, kNow);
    EXPECT_EQ(contract.status, ContractStatus::Complete);
    EXPECT_EQ(contract.complete_time, kNow);
    EXPECT_EQ(*events,
              (Events{{Kind::ActionFinished, {2}, {20}}, {Kind::SignatorySigned, {2}, {}}, {Kind::Completed, {}, {}}}));
    EXPECT_EQ(contract.find(ActionId{20})->completed_by, kLi);
}

TEST(Finishing, is_refused_out_of_turn_twice_and_outside_signing) {
    Contract contract = draft({company(1, 1, {ActionType::Company}), person(2, 2)});
    EXPECT_EQ(finish_action(contract, {10}, kLi, kNow).error().code, ErrorCode::InvalidContractStatus);
    ASSERT_TRUE(publish(contract, kNow));
    EXPECT_EQ(finish_action(contract, {20}, kLi, kNow).error().code, ErrorCode::NotSignStep);
    EXPECT_EQ(finish_action(contract, {99}, kLi, kNow).error().code, ErrorCode::NotSignStep);
    ASSERT_TRUE(finish_action(contract, {10}, kLi, kNow));
    EXPECT_EQ(finish_action(contract, {10}, kLi, kNow).error().code, ErrorCode::NotSignStep);
}

TEST(Finishing, one_receiver_is_enough_when_the_strategy_says_any) {
    Contract contract = draft({company(1, 1, {ActionType::Company}), person(2, 2), person(3, 2)});
    contract.sign_flow_strategy = SignFlowStrategy::AnySignFinish;
    ASSERT_TRUE(publish(contract, kNow));
    ASSERT_TRUE(finish_action(contract, {10}, kLi, kNow));
    EXPECT_EQ(contract.status, ContractStatus::Signing) << "the sponsor alone does not complete it";
    ASSERT_TRUE(finish_action(contract, {20}, kLi, kNow));
    EXPECT_EQ(contract.status, ContractStatus::Complete);
    EXPECT_EQ(status(contract, 3), SignatoryStatus::Closed);
    EXPECT_EQ(action_status(contract, 30), ActionStatus::End);
}

TEST(Rejecting, stops_what_is_open_and_keeps_what_is_signed) {
    Contract contract = draft({company(1, 1, {ActionType::Company}), person(2, 2), person(3, 3)});
    ASSERT_TRUE(publish(contract, kNow));
    ASSERT_TRUE(finish_action(contract, {10}, kLi, kNow));
    ASSERT_TRUE(reject(contract, {20}, "价格不对", kNow));
    EXPECT_EQ(contract.status, ContractStatus::Rejected);
    EXPECT_EQ(contract.comments, "价格不对");
    EXPECT_EQ(status(contract, 1), SignatoryStatus::Signed);
    EXPECT_EQ(status(contract, 2), SignatoryStatus::Rejected);
    EXPECT_EQ(action_status(contract, 20), ActionStatus::Stop);
    EXPECT_EQ(finish_action(contract, {20}, kLi, kNow).error().code, ErrorCode::InvalidContractStatus);
}

TEST(Recalling, works_while_signing_only_and_a_recalled_contract_cannot_be_signed) {
    Contract contract = draft({person(1, 1)});
    EXPECT_FALSE(recall(contract, "", kNow));
    ASSERT_TRUE(publish(contract, kNow));
    ASSERT_TRUE(recall(contract, "写错了", kNow));
    EXPECT_EQ(contract.status, ContractStatus::Recalled);
    EXPECT_EQ(status(contract, 1), SignatoryStatus::Recalled);
    EXPECT_FALSE(finish_action(contract, {10}, kLi, kNow));
}

TEST(Expiring, happens_after_the_deadline_and_not_at_it) {
    Contract contract = draft({person(1, 1)});
    contract.expire_time = kNow;
    ASSERT_TRUE(publish(contract, kNow));
    EXPECT_TRUE(expire(contract, kNow).empty());
    EXPECT_EQ(expire(contract, kNow + std::chrono::milliseconds(1)).size(), 1U);
    EXPECT_EQ(contract.status, ContractStatus::Expired);
    EXPECT_EQ(status(contract, 1), SignatoryStatus::Expired);
}

TEST(Delaying, lets_an_expired_contract_run_again_where_it_stood) {
    Contract contract = draft({person(1, 1), person(2, 2)});
    contract.expire_time = kNow;
    ASSERT_TRUE(publish(contract, kNow));
    ASSERT_TRUE(finish_action(contract, {10}, kLi, kNow));
    const UtcTime later = kNow + std::chrono::hours(1);
    ASSERT_FALSE(expire(contract, later).empty());
    ASSERT_TRUE(delay(contract, later + std::chrono::hours(1), later));
    EXPECT_EQ(contract.status, ContractStatus::Signing);
    EXPECT_EQ(status(contract, 1), SignatoryStatus::Signed);
    EXPECT_EQ(status(contract, 2), SignatoryStatus::Signing);
    EXPECT_EQ(action_status(contract, 20), ActionStatus::Start);
}

TEST(Delaying, leaves_a_contract_expired_when_the_new_deadline_has_passed_too) {
    Contract contract = draft({person(1, 1)});
    contract.expire_time = kNow;
    ASSERT_TRUE(publish(contract, kNow));
    const UtcTime later = kNow + std::chrono::hours(2);
    ASSERT_FALSE(expire(contract, later).empty());
    ASSERT_TRUE(delay(contract, kNow + std::chrono::hours(1), later));
    EXPECT_EQ(contract.status, ContractStatus::Expired);
}

TEST(ForceEnding, ends_the_open_nodes) {
    Contract contract = draft({person(1, 1)});
    ASSERT_TRUE(publish(contract, kNow));
    ASSERT_TRUE(force_end(contract, "到此为止", kNow));
    EXPECT_EQ(contract.status, ContractStatus::ForceEnd);
    EXPECT_EQ(action_status(contract, 10), ActionStatus::End);
}

TEST(AddingAParty, to_a_completed_contract_opens_it_again_and_completes_it_again) {
    Contract contract = draft({company(1, 1, {ActionType::Company})});
    ASSERT_TRUE(publish(contract, kNow));
    ASSERT_TRUE(finish_action(contract, {10}, kLi, kNow));
    ASSERT_EQ(contract.status, ContractStatus::Complete);
    ASSERT_TRUE(add_signatory(contract, person(5, 0), kNow));
    EXPECT_EQ(contract.status, ContractStatus::Signing);
    EXPECT_EQ(contract.find(SignatoryId{5})->serial_no, 2);
    EXPECT_EQ(status(contract, 5), SignatoryStatus::Signing);
    EXPECT_EQ(status(contract, 1), SignatoryStatus::Signed);
    ASSERT_TRUE(finish_action(contract, {50}, kLi, kNow));
    EXPECT_EQ(contract.status, ContractStatus::Complete);
}

TEST(AddingAParty, waits_behind_those_who_are_open_and_keeps_a_number_that_lies_ahead) {
    Contract contract = draft({company(1, 1, {ActionType::Company}), person(2, 5)});
    ASSERT_TRUE(publish(contract, kNow));
    ASSERT_TRUE(add_signatory(contract, person(3, 3), kNow));
    EXPECT_EQ(contract.find(SignatoryId{3})->serial_no, 3);
    EXPECT_EQ(status(contract, 3), SignatoryStatus::Waiting);
    ASSERT_TRUE(add_signatory(contract, person(4, 1), kNow));
    EXPECT_EQ(contract.find(SignatoryId{4})->serial_no, 6) << "a number already in use is put last";
}

TEST(AddingAParty, is_refused_twice_for_the_same_party_and_outside_its_statuses) {
    Contract contract = draft({company(1, 1, {ActionType::Company})});
    EXPECT_EQ(add_signatory(contract, person(2, 0), kNow).error().code, ErrorCode::InvalidContractStatus);
    ASSERT_TRUE(publish(contract, kNow));
    ASSERT_TRUE(add_signatory(contract, person(2, 0), kNow));
    EXPECT_EQ(add_signatory(contract, person(2, 0), kNow).error().code, ErrorCode::DuplicateSignatory);
}

Signatory left_open(std::int64_t id, int serial_no) {
    Signatory signatory = person(id, serial_no);
    signatory.delay_set = true;
    signatory.tenant_name.clear();
    signatory.receiver = {};
    return signatory;
}

void fill_in(Contract& contract, std::int64_t id) {
    Signatory& party = *contract.find(SignatoryId{id});
    party.tenant_name = "加入者（测试）";
    party.receiver = kLi;
}

TEST(TheLatestDeadline, is_two_years_later_by_the_calendar) {
    constexpr UtcTime kLeapless{1'800'000'000'000};                       // 2027-01-15 08:00:00
    EXPECT_EQ(latest_deadline(kLeapless), (UtcTime{1'863'158'400'000}));  // 2029-01-15 08:00:00: 731 days
    constexpr UtcTime kLeapDay{1'835'395'200'500};                       // 2028-02-28 24:00 and half a second: the 29th
    EXPECT_EQ(latest_deadline(kLeapDay), (UtcTime{1'898'467'200'500}));  // 2030-02-28
}

TEST(PartiesLeftOpen, wait_without_a_turn_while_others_have_theirs) {
    Contract contract = draft({company(1, 1, {ActionType::Company}), left_open(2, 2), person(3, 3)}, false);
    ASSERT_TRUE(publish(contract, kNow));
    EXPECT_EQ(contract.status, ContractStatus::Signing);
    EXPECT_EQ(status(contract, 1), SignatoryStatus::Signing);
    EXPECT_EQ(status(contract, 2), SignatoryStatus::Waiting);
    EXPECT_EQ(action_status(contract, 20), ActionStatus::Init);
    EXPECT_EQ(status(contract, 3), SignatoryStatus::Signing);
}

TEST(PartiesLeftOpen, of_the_first_step_leave_the_contract_filling_until_one_is_there) {
    Contract contract = draft({company(1, 2, {ActionType::Company}), left_open(2, 1)});
    ASSERT_TRUE(publish(contract, kNow));
    EXPECT_EQ(contract.status, ContractStatus::Filling);
    fill_in(contract, 2);
    const auto events = change_signatory(contract, {2}, kNow);
    ASSERT_TRUE(events);
    EXPECT_EQ(contract.status, ContractStatus::Signing);
    EXPECT_EQ(*events, (Events{{Kind::Published, {}, {}},
                               {Kind::SignatoryChanged, {2}, {}},
                               {Kind::SignatoryTurn, {2}, {}},
                               {Kind::ActionTurn, {2}, {20}}}));
}

TEST(PartiesLeftOpen, hold_up_the_order_and_the_completion) {
    Contract contract = draft({company(1, 1, {ActionType::Company}), left_open(2, 2), person(3, 3)});
    ASSERT_TRUE(publish(contract, kNow));
    ASSERT_TRUE(finish_action(contract, {10}, kLi, kNow));
    EXPECT_EQ(contract.status, ContractStatus::Signing);
    EXPECT_EQ(status(contract, 3), SignatoryStatus::Waiting);
    fill_in(contract, 2);
    ASSERT_TRUE(change_signatory(contract, {2}, kNow));
    EXPECT_EQ(status(contract, 2), SignatoryStatus::Signing);
    EXPECT_EQ(status(contract, 3), SignatoryStatus::Waiting);
}

TEST(PartiesLeftOpen, expire_with_the_contract_and_wait_again_when_it_is_delayed) {
    Contract contract = draft({left_open(2, 1)});
    contract.signatories.front().sponsor = false;
    contract.expire_time = kNow;
    ASSERT_TRUE(publish(contract, kNow));
    const UtcTime later = kNow + std::chrono::hours(1);
    ASSERT_FALSE(expire(contract, later).empty());
    EXPECT_EQ(status(contract, 2), SignatoryStatus::Expired);
    EXPECT_FALSE(change_signatory(contract, {2}, later));
    ASSERT_TRUE(delay(contract, later + std::chrono::hours(1), later));
    EXPECT_EQ(contract.status, ContractStatus::Filling);
    EXPECT_EQ(status(contract, 2), SignatoryStatus::Waiting);
}

TEST(Copies, are_due_once_at_sending_or_at_completion) {
    for (const CopySendTime when : {CopySendTime::Send, CopySendTime::Finish}) {
        Contract contract = draft({company(1, 1, {ActionType::Company})});
        contract.copy_send_time = when;
        contract.copy_send_receivers = {{"无法联系（测试）", {}, "", {}, false},
                                        {"抄送人（测试）", kLi, "", {}, false}};
        const Event due{Kind::CopyDue, {}, {}, 1};
        const auto count = [&](const Events& events) { return std::count(events.begin(), events.end(), due); };
        const auto sent = publish(contract, kNow);
        ASSERT_TRUE(sent);
        EXPECT_EQ(count(*sent), when == CopySendTime::Send ? 1 : 0);
        const auto done = finish_action(contract, {10}, kLi, kNow);
        ASSERT_TRUE(done);
        EXPECT_EQ(count(*done), when == CopySendTime::Finish ? 1 : 0);
        EXPECT_FALSE(contract.copy_send_receivers[0].sent);
        EXPECT_TRUE(contract.copy_send_receivers[1].sent);
    }
}

}  // namespace
}  // namespace signet::model
