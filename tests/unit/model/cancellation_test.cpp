#include "model/cancellation.hpp"

#include <gtest/gtest.h>

namespace signet::model {
namespace {

using Kind = Event::Kind;

const UtcTime kNow{1'800'000'000'000};
const User kLi{"李测试", "13800000002", ContactType::Mobile};

Signatory party(std::int64_t id, SignatoryStatus status) {
    Signatory signatory;
    signatory.id = {id};
    signatory.tenant_name = "测试公司" + std::to_string(id);
    signatory.status = status;
    Action action;
    action.id = {id * 10};
    action.status = ActionStatus::Finish;
    signatory.actions = {action};
    return signatory;
}

/// Complete: 1 and 2 signed, 3 was closed because one receiver was enough.
Contract complete() {
    Contract contract;
    contract.id = {1};
    contract.status = ContractStatus::Complete;
    contract.signatories = {party(1, SignatoryStatus::Signed), party(2, SignatoryStatus::Signed),
                            party(3, SignatoryStatus::Closed)};
    contract.documents.resize(2);
    contract.documents[1].id = {99};
    contract.documents[1].content_type = kCancellationContent;
    return contract;
}

Signatory copy_of(const Signatory& signatory) {
    Signatory copy = signatory;
    copy.actions[0].id = {signatory.id.value * 100};
    copy.actions[0].status = ActionStatus::Init;
    return copy;
}

Cancellation of(const Contract& contract) {
    Cancellation cancellation;
    cancellation.document = {99};
    cancellation.parties = {copy_of(contract.signatories[0]), copy_of(contract.signatories[1])};
    return cancellation;
}

Contract running(bool delete_files = false) {
    Contract contract = complete();
    Cancellation cancellation = of(contract);
    cancellation.delete_files = delete_files;
    cancellation.expire_time = kNow + std::chrono::hours(1);
    EXPECT_TRUE(start_cancellation(contract, cancellation, kNow));
    return contract;
}

SignatoryStatus status(const Contract& contract, std::int64_t id) {
    return contract.find(SignatoryId{id})->status;
}

TEST(ACancellation, gives_everybody_who_signed_the_turn_at_once) {
    Contract contract = complete();
    const auto events = start_cancellation(contract, of(contract), kNow);
    ASSERT_TRUE(events);
    EXPECT_EQ(*events, (Events{{Kind::CancellationStarted, {}, {}},
                               {Kind::CancellationTurn, {1}, {100}},
                               {Kind::CancellationTurn, {2}, {200}}}));
    EXPECT_EQ(contract.status, ContractStatus::Invaliding);
    EXPECT_EQ(status(contract, 1), SignatoryStatus::Invaliding);
    EXPECT_EQ(status(contract, 3), SignatoryStatus::Closed) << "who never signed has nothing to cancel";
    EXPECT_EQ(&contract.acting_parties(), &contract.cancellation->parties);
    EXPECT_EQ(contract.owner(ActionId{200}), &contract.cancellation->parties[1]);
    EXPECT_TRUE(contract.shows(contract.documents[1]));
}

TEST(ACancellation, begins_in_no_other_status_and_not_without_a_signer) {
    for (const auto& [other, name] : spellings<ContractStatus>) {
        Contract contract = complete();
        contract.status = other;
        EXPECT_EQ(bool(start_cancellation(contract, of(contract), kNow)), other == ContractStatus::Complete) << name;
    }
    Contract contract = complete();
    EXPECT_EQ(start_cancellation(contract, {}, kNow).error().code, ErrorCode::InvalidParameter);
    EXPECT_EQ(contract.status, ContractStatus::Complete);
}

TEST(ACancellation, is_done_when_the_last_party_signed_in_whatever_order) {
    Contract contract = running();
    auto events = finish_action(contract, {200}, kLi, kNow);
    ASSERT_TRUE(events);
    EXPECT_EQ(*events, (Events{{Kind::CancellationSigned, {2}, {200}}}));
    EXPECT_EQ(status(contract, 2), SignatoryStatus::Invalided);
    EXPECT_EQ(status(contract, 1), SignatoryStatus::Invaliding);
    EXPECT_EQ(finish_action(contract, {200}, kLi, kNow).error().code, ErrorCode::NotSignStep) << "once";
    EXPECT_EQ(finish_action(contract, {10}, kLi, kNow).error().code, ErrorCode::NotSignStep)
        << "a node of the contract";
    events = finish_action(contract, {100}, kLi, kNow);
    ASSERT_TRUE(events);
    EXPECT_EQ(*events, (Events{{Kind::CancellationSigned, {1}, {100}}, {Kind::Cancelled, {}, {}}}));
    EXPECT_EQ(contract.status, ContractStatus::Invalided);
    EXPECT_EQ(status(contract, 1), SignatoryStatus::Invalided);
    EXPECT_EQ(status(contract, 3), SignatoryStatus::Closed);
    EXPECT_FALSE(contract.files_deleted);
    EXPECT_TRUE(contract.shows(contract.documents[1]));
}

TEST(ACancellation, takes_the_files_with_it_only_when_it_is_done) {
    Contract contract = running(true);
    ASSERT_TRUE(finish_action(contract, {100}, kLi, kNow));
    EXPECT_FALSE(contract.files_deleted);
    ASSERT_TRUE(finish_action(contract, {200}, kLi, kNow));
    EXPECT_TRUE(contract.files_deleted);
}

TEST(ACancellation, that_is_refused_leaves_the_contract_complete) {
    Contract contract = running(true);
    ASSERT_TRUE(finish_action(contract, {100}, kLi, kNow));
    EXPECT_EQ(reject(contract, {100}, "已签", kNow).error().code, ErrorCode::NotSignStep);
    const auto events = reject(contract, {200}, "不同意", kNow);
    ASSERT_TRUE(events);
    EXPECT_EQ(*events, (Events{{Kind::CancellationRefused, {2}, {200}}}));
    EXPECT_EQ(contract.status, ContractStatus::Complete);
    EXPECT_EQ(contract.cancellation->fail_type, InvalidFailType::InvalidRejected);
    EXPECT_EQ(contract.comments, "不同意");
    EXPECT_TRUE(refused_cancellation(contract, {2}));
    EXPECT_FALSE(refused_cancellation(contract, {1}));
    EXPECT_EQ(status(contract, 1), SignatoryStatus::Signed);
    EXPECT_EQ(status(contract, 2), SignatoryStatus::Signed);
    EXPECT_EQ(contract.find(ActionId{200})->status, ActionStatus::Stop);
    EXPECT_FALSE(contract.shows(contract.documents[1]));
    EXPECT_FALSE(contract.files_deleted);
    EXPECT_EQ(contract.running_cancellation(), nullptr);
    EXPECT_FALSE(finish_cancellation(contract, {200}, kLi, kNow));
}

TEST(ACancellation, ends_at_its_own_deadline) {
    Contract contract = running();
    contract.expire_time = kNow - std::chrono::hours(1);
    EXPECT_EQ(contract.deadline(), kNow + std::chrono::hours(1));
    EXPECT_TRUE(expire(contract, kNow + std::chrono::hours(1)).empty()) << "the last moment counts";
    EXPECT_EQ(expire(contract, kNow + std::chrono::hours(2)), (Events{{Kind::CancellationExpired, {}, {}}}));
    EXPECT_EQ(contract.status, ContractStatus::Complete);
    EXPECT_EQ(contract.cancellation->fail_type, InvalidFailType::InvalidCancel);
    EXPECT_EQ(contract.deadline(), std::nullopt);
    EXPECT_TRUE(expire(contract, kNow + std::chrono::hours(3)).empty());
}

TEST(ACancellation, can_be_tried_again_and_then_has_not_failed) {
    Contract contract = running();
    ASSERT_TRUE(reject(contract, {200}, "不同意", kNow));
    ASSERT_TRUE(start_cancellation(contract, of(contract), kNow));
    EXPECT_EQ(contract.cancellation->fail_type, std::nullopt);
    EXPECT_EQ(status(contract, 2), SignatoryStatus::Invaliding);
}

TEST(ACancellation, counts_an_initiator_who_is_no_party) {
    Contract contract = complete();
    Cancellation cancellation = of(contract);
    cancellation.parties.push_back(copy_of(party(7, SignatoryStatus::Signed)));
    ASSERT_TRUE(start_cancellation(contract, cancellation, kNow));
    ASSERT_TRUE(finish_action(contract, {100}, kLi, kNow));
    ASSERT_TRUE(finish_action(contract, {200}, kLi, kNow));
    EXPECT_EQ(contract.status, ContractStatus::Invaliding);
    EXPECT_EQ(contract.find(SignatoryId{7})->tenant_name, "测试公司7");
    ASSERT_TRUE(finish_action(contract, {700}, kLi, kNow));
    EXPECT_EQ(contract.status, ContractStatus::Invalided);
}

}  // namespace
}  // namespace signet::model
