#include "service/contract_book.hpp"

#include "desk.hpp"
#include "store/audit.hpp"

#include <gtest/gtest.h>

namespace signet::service {
namespace {

using model::Contract;
using model::ContractId;
using model::ContractStatus;
using namespace known;

class ContractBookTest : public testing::Test {
  protected:
    ContractBookTest() {
        put_on(desk_);
        if (!directory_.reload()) throw std::runtime_error("the directory cannot be read");
    }

    Caller of(model::CompanyId company) { return {{}, *directory_.company(company)}; }
    Contract contract(std::int64_t id, ContractStatus status = ContractStatus::Draft, std::string biz_id = {}) {
        Contract one;
        one.id = {id};
        one.company = kOwn;
        one.tenant_name = "甲方测试有限公司";
        one.biz_id = std::move(biz_id);
        one.subject = "采购合同";
        one.status = status;
        one.create_time = desk_.clock().now();
        one.signatories.resize(1);
        one.signatories[0].company = kStranger;
        one.signatories[0].id = {id * 10};
        return one;
    }
    Result<ContractPointer> put(Contract one) {
        Change change;
        change.event = "contract.drafted";
        change.actor = "system";
        change.is_new = true;
        return book_.commit(std::move(one), change);
    }
    std::size_t entries(ContractId id) {
        const auto list = desk_.platform().database.read(
            [&](store::Connection& connection) { return store::list_audit(connection, id); });
        return list ? list->size() : 0;
    }

    Desk desk_;
    Directory directory_{desk_.platform()};
    ContractBook book_{desk_.platform(), directory_};
};

TEST_F(ContractBookTest, opens_a_contract_to_its_parties_companies_from_the_sending_on) {
    struct Case {
        model::CompanyId who;
        ContractStatus status;
        bool reads;
        bool governs;
    };
    const std::vector<Case> table{
        {kOwn, ContractStatus::Draft, true, true},         {kOwn, ContractStatus::Signing, true, true},
        {kSubsidiary, ContractStatus::Draft, true, true},  {kSubsidiary, ContractStatus::Signing, true, true},
        {kStranger, ContractStatus::Draft, false, false},  {kStranger, ContractStatus::Filling, true, false},
        {kStranger, ContractStatus::Signing, true, false}, {kStranger, ContractStatus::Recalled, true, false},
    };
    for (const Case& one : table) {
        const Contract held = contract(1, one.status);
        EXPECT_EQ(book_.permits(of(one.who), held, Access::Party), one.reads)
            << one.who.value << " " << to_wire(one.status);
        EXPECT_EQ(book_.permits(of(one.who), held, Access::Initiator), one.governs)
            << one.who.value << " " << to_wire(one.status);
    }
    Contract others = contract(1, ContractStatus::Signing);
    others.signatories.clear();
    EXPECT_FALSE(book_.permits(of(kStranger), others, Access::Party)) << "who is no party";
}

TEST_F(ContractBookTest, finds_by_id_before_biz_id_and_by_biz_id_within_one_company) {
    ASSERT_TRUE(put(contract(1, ContractStatus::Signing, "one")));
    Contract subsidiarys = contract(2, ContractStatus::Signing, "one");
    subsidiarys.company = kSubsidiary;
    ASSERT_TRUE(put(subsidiarys));
    const Caller own = of(kOwn);
    const auto id = [&](const Locator& locator) -> std::int64_t {
        const auto found = book_.locate(own, locator, Access::Party);
        return found ? (*found)->id.value : -static_cast<std::int64_t>(found.error().code);
    };
    const auto refusal = [](ErrorCode code) { return -static_cast<std::int64_t>(code); };
    EXPECT_EQ(id({{2}, "one", ""}), 2);
    EXPECT_EQ(id({{}, "one", ""}), 1);
    EXPECT_EQ(id({{}, "one", "甲方测试子公司"}), 2);
    EXPECT_EQ(id({{}, "", ""}), refusal(ErrorCode::InvalidParameter));
    EXPECT_EQ(id({{}, "two", ""}), refusal(ErrorCode::ContractNotFound));
    EXPECT_EQ(id({{3}, "one", ""}), refusal(ErrorCode::ContractNotFound)) << "a wrong id is not made up for";
    EXPECT_EQ(id({{}, "one", "没有这家公司"}), refusal(ErrorCode::CompanyNotFound));
    EXPECT_EQ(id({{}, "one", "旁人测试有限公司"}), refusal(ErrorCode::CompanyNotPermitted));
}

TEST_F(ContractBookTest, takes_no_second_contract_with_a_companys_biz_id) {
    ASSERT_TRUE(put(contract(1, ContractStatus::Draft, "one")));
    const auto again = put(contract(2, ContractStatus::Draft, "one"));
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, ErrorCode::Conflict);
    EXPECT_EQ(entries({2}), 0U);
}

TEST_F(ContractBookTest, refuses_a_change_to_an_older_version_and_writes_nothing_of_it) {
    ASSERT_TRUE(put(contract(1)));
    Contract first = **book_.find({1});
    Contract second = first;
    Change change;
    change.event = "contract.modified";
    change.actor = "system";
    first.subject = "第一";
    second.subject = "第二";
    ASSERT_TRUE(book_.commit(first, change));
    const auto late = book_.commit(second, change);
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, ErrorCode::Conflict);
    EXPECT_EQ((*book_.find({1}))->subject, "第一");
    EXPECT_EQ(entries({1}), 2U);
}

TEST_F(ContractBookTest, changes_nothing_when_the_notices_cannot_be_kept) {
    bool fails = false;
    book_.set_notices([&](store::Transaction&, const Contract&, const model::Events&) -> Status {
        if (fails) return fail(ErrorCode::StorageFailed, "no room");
        return {};
    });
    ASSERT_TRUE(put(contract(1)));
    fails = true;
    Contract changed = **book_.find({1});
    changed.subject = "别的";
    Change change;
    change.event = "contract.modified";
    change.actor = "system";
    EXPECT_EQ(book_.commit(changed, change).error().code, ErrorCode::StorageFailed);
    EXPECT_EQ((*book_.find({1}))->subject, "采购合同");
    EXPECT_EQ(entries({1}), 1U);
}

TEST_F(ContractBookTest, lists_what_a_company_received_without_anybodys_drafts) {
    ASSERT_TRUE(put(contract(1, ContractStatus::Draft)));
    ASSERT_TRUE(put(contract(2, ContractStatus::Signing)));
    model::ContractFilter filter;
    filter.company = kStranger;
    filter.initiated = false;
    filter.received = true;
    filter.to = desk_.clock().now();
    const auto received = book_.list(filter);
    ASSERT_TRUE(received);
    EXPECT_EQ(received->total, 1U);
    ASSERT_EQ(received->contracts.size(), 1U);
    EXPECT_EQ(received->contracts[0]->id, ContractId{2});
    filter.company = kOwn;
    filter.initiated = true;
    EXPECT_EQ(book_.list(filter)->total, 2U) << "the initiator sees his own";
}

TEST_F(ContractBookTest, deletes_drafts_that_nobody_sent_for_a_year) {
    ASSERT_TRUE(put(contract(1)));
    ASSERT_TRUE(put(contract(2)));
    ASSERT_TRUE(put(contract(3, ContractStatus::Recalled)));
    desk_.clock().advance(kLongestDraft + std::chrono::hours(1));
    ASSERT_TRUE(put(contract(4)));
    EXPECT_EQ(*book_.remove_old_drafts(1), 1U) << "no more at once than was asked for";
    EXPECT_EQ(*book_.remove_old_drafts(10), 1U);
    EXPECT_EQ(*book_.remove_old_drafts(10), 0U);
    EXPECT_EQ(book_.find({1}).error().code, ErrorCode::ContractNotFound);
    EXPECT_EQ(book_.find({2}).error().code, ErrorCode::ContractNotFound);
    EXPECT_TRUE(book_.find({3}));
    EXPECT_TRUE(book_.find({4}));
    EXPECT_EQ(entries({1}), 2U) << "the log says that it is gone";
}

TEST_F(ContractBookTest, expires_what_is_overdue_before_anybody_sees_it) {
    Contract running = contract(1, ContractStatus::Signing);
    running.signatories[0].status = model::SignatoryStatus::Signing;
    running.expire_time = desk_.clock().now() + std::chrono::minutes(1);
    ASSERT_TRUE(put(running));
    EXPECT_EQ((*book_.find({1}))->status, ContractStatus::Signing);
    desk_.clock().advance(std::chrono::minutes(2));
    EXPECT_EQ((*book_.find({1}))->status, ContractStatus::Expired);
    EXPECT_EQ(*book_.expire_overdue(10), 0U) << "once is enough";
    EXPECT_EQ(entries({1}), 2U);
}

}  // namespace
}  // namespace signet::service
