#include "service/operation_log.hpp"

#include "base/text.hpp"
#include "desk.hpp"
#include "store/audit.hpp"

#include <gtest/gtest.h>

namespace signet::service {
namespace {

using model::Contract;

/// A contract of its own for each test: the log is shared.
class OperationLogTest : public testing::Test {
  protected:
    struct Office {
        Desk desk;
        Directory directory{desk.platform()};
        OperationLog log{desk.platform(), directory};
    };
    static Office& office() {
        static Office one;
        return one;
    }

    OperationLogTest() {
        static std::int64_t last = 1000;
        contract_.id = {++last};
        contract_.tenant_name = "甲方测试有限公司";
        contract_.creator = model::User{"韩测试", "13900000001", model::ContactType::Mobile};
        contract_.signatories.resize(2);
        person(0, 7, "李测试", "13800000002");
        person(1, 8, "王测试", "13700000003");
        contract_.documents.resize(1);
        contract_.documents[0].id = {90};
        contract_.documents[0].title = "采购合同";
    }
    void person(std::size_t index, std::int64_t id, const std::string& name, const std::string& contact) {
        model::Signatory& party = contract_.signatories[index];
        party.id = {id};
        party.tenant_type = model::TenantType::Personal;
        party.tenant_name = name;
        party.receiver = {name, contact, model::ContactType::Mobile};
        party.actions.resize(1);
        party.actions[0].id = {id * 10};
    }
    void happened(std::string_view event, const std::string& actor = "system", const std::string& detail = "{}") {
        ASSERT_TRUE(office().log.record(contract_, event, actor, detail));
        office().desk.clock().advance(std::chrono::seconds(1));
    }
    std::vector<Operation> list(const std::vector<OperationKind>& kinds = {}, const Paging& paging = {}) {
        const auto page = office().log.list(contract_, kinds, paging);
        EXPECT_TRUE(page);
        total_ = page ? page->total : 0;
        return page ? page->items : std::vector<Operation>();
    }
    Operation only() {
        const auto all = list();
        EXPECT_EQ(all.size(), 1U);
        return all.empty() ? Operation() : all.front();
    }

    Contract contract_;
    std::size_t total_ = 0;
};

TEST_F(OperationLogTest, lists_the_latest_first_and_tells_everything_from_the_beginning) {
    for (const auto* event : {"contract.drafted", "contract.sent", "document.signed"})
        happened(event);
    const auto latest = list();
    ASSERT_EQ(latest.size(), 3U);
    EXPECT_EQ(latest[0].description, "签署合同");
    EXPECT_EQ(latest[2].description, "创建合同草稿");
    EXPECT_GT(latest[0].time, latest[2].time);
    const auto all = office().log.all(contract_);
    ASSERT_TRUE(all && all->size() == 3);
    EXPECT_EQ((*all)[0].event, "contract.drafted");
    EXPECT_EQ((*all)[2].id, latest[0].id);
    EXPECT_EQ((*all)[2].hash, latest[0].hash);
}

TEST_F(OperationLogTest, pages_and_still_counts_all) {
    for (int i = 0; i < 5; ++i)
        happened("contract.reminded");
    const auto all = list();
    const auto some = list({}, {1, 2});
    EXPECT_EQ(total_, 5U);
    ASSERT_EQ(some.size(), 2U);
    EXPECT_EQ(some[0].id, all[1].id);
    EXPECT_EQ(some[1].id, all[2].id);
    EXPECT_TRUE(list({}, {0, 0}).empty());
    EXPECT_EQ(total_, 5U);
}

TEST_F(OperationLogTest, tells_reading_from_changing) {
    using enum OperationKind;
    happened(kPageOpened);
    happened(kDownloaded);
    happened(kPrinted);
    happened("contract.sent");
    happened("an.event.of.tomorrow");
    const auto kinds = [&](const std::vector<OperationKind>& wanted) {
        std::string words;
        for (const Operation& one : list(wanted))
            words += std::string(to_wire(one.kind)) + " ";
        return words;
    };
    EXPECT_EQ(kinds({}), "MODIFY MODIFY PRINT DOWNLOAD VIEW ");
    EXPECT_EQ(kinds({View}), "VIEW ");
    EXPECT_EQ(kinds({Print, Download}), "PRINT DOWNLOAD ");
    EXPECT_EQ(kinds({Modify}), "MODIFY MODIFY ");
    EXPECT_EQ(kinds({Modify, View}), "MODIFY MODIFY VIEW ");
    EXPECT_EQ(list({Modify})[0].description, "an.event.of.tomorrow") << "what has no wording shows its own word";
}

TEST_F(OperationLogTest, keeps_contracts_apart) {
    happened("contract.sent");
    contract_.id = {contract_.id.value + 1'000'000};
    EXPECT_TRUE(list().empty());
}

TEST_F(OperationLogTest, names_who_a_masked_contact_means_when_it_can_be_one_person_alone) {
    happened(kPageOpened, "user:" + mask_contact("13800000002"));
    EXPECT_EQ(only().operator_name, "李测试");
    EXPECT_EQ(only().contact, "13800000002");
    contract_.signatories[1].receiver.contact = "13899990002";  // looks the same behind the mask
    EXPECT_EQ(only().operator_name, "");
    EXPECT_EQ(only().tenant_name, "");
    EXPECT_EQ(only().contact, mask_contact("13800000002"));
}

TEST_F(OperationLogTest, leaves_a_contact_masked_that_the_contract_does_not_know) {
    happened(kPageOpened, "user:" + mask_contact("13600000004"));
    EXPECT_EQ(only().operator_name, "");
    EXPECT_EQ(only().contact, mask_contact("13600000004"));
}

TEST_F(OperationLogTest, names_the_party_whose_node_it_was_and_who_did_it) {
    happened("document.signed", "user:" + mask_contact("13600000004"), R"({"action":"80","document":"90"})");
    EXPECT_EQ(only().tenant_name, "王测试");
    EXPECT_EQ(only().detail, "《采购合同》");
    contract_.signatories[1].actions[0].completed_by = model::User{"代办人", "13600000004", model::ContactType::Mobile};
    EXPECT_EQ(only().operator_name, "代办人");
    EXPECT_EQ(only().contact, "13600000004");
}

TEST_F(OperationLogTest, names_systems_and_readers_without_a_name) {
    happened("contract.sent", "application:gone");
    EXPECT_EQ(only().operator_name, "业务系统") << "an application that is no longer there";
    EXPECT_EQ(only().tenant_name, contract_.tenant_name);
    happened(kPageOpened, "reader");
    happened("contract.expired");
    const auto all = list();
    EXPECT_EQ(all[0].operator_name, "系统");
    EXPECT_EQ(all[1].operator_name, "持浏览链接者");
}

struct Detail {
    std::string record;
    std::string words;
};

TEST_F(OperationLogTest, says_what_an_entry_is_about) {
    const std::vector<Detail> table{
        {R"({"document":"90"})", "《采购合同》"},
        {R"({"document":"91"})", ""},
        {R"({"documents":{"90":"00ff","91":"00fe"}})", "《采购合同》"},
        {detail_of_documents({{90}}), "《采购合同》"},
        {detail_of_items("CONTRACT,SIGNLOG"), "CONTRACT,SIGNLOG"},
        {R"({"reason":"金额不对"})", "金额不对"},
        {R"({"document":"90","reason":"错字","deadline":"2027-01-01 23:59:59"})",
         "《采购合同》、错字、截止时间 2027-01-01 23:59:59"},
        {R"({"reason":7,"documents":[7]})", ""},
    };
    for (const Detail& one : table)
        happened("contract.modified", "system", one.record);
    const auto all = office().log.all(contract_);
    ASSERT_TRUE(all && all->size() == table.size());
    for (std::size_t i = 0; i < table.size(); ++i) {
        EXPECT_EQ((*all)[i].detail, table[i].words) << table[i].record;
        EXPECT_EQ((*all)[i].record, table[i].record);
    }
}

TEST_F(OperationLogTest, tells_why_from_the_contract_where_the_entry_is_about_a_reason) {
    struct Case {
        const char* event;
        std::string detail;
        std::string reason;
    };
    const std::vector<Case> table{
        {"contract.rejected", R"({"action":"70"})", "结束的原因"},
        {"contract.recalled", "{}", "结束的原因"},
        {"contract.force_ended", "{}", "结束的原因"},
        {"cancellation.refused", R"({"action":"80"})", "不同意作废"},
        {"cancellation.refused", R"({"action":"81"})", ""},
        {"cancellation.started", R"({"document":"90","sha256":"00"})", "作废的原因"},
        {"cancellation.started", R"({"document":"91"})", ""},
        {"cancellation.started", R"({"document":90})", ""},
        {"document.signed", R"({"action":"80","document":"90"})", ""},
        {"contract.expired", "{}", ""},
    };
    contract_.comments = "结束的原因";
    contract_.remarks = {{80, "不同意作废"}, {90, "作废的原因"}};
    for (const Case& one : table)
        happened(one.event, "system", one.detail);
    const auto all = office().log.all(contract_);
    ASSERT_TRUE(all && all->size() == table.size());
    for (std::size_t i = 0; i < table.size(); ++i)
        EXPECT_EQ((*all)[i].reason, table[i].reason) << table[i].event << " " << table[i].detail;
}

TEST_F(OperationLogTest, masks_what_a_receiving_company_has_not_to_know) {
    contract_.company = {500};
    contract_.copy_send_receivers.resize(1);
    contract_.copy_send_receivers[0].name = "抄送人";
    contract_.copy_send_receivers[0].receiver = {"抄送人", "13500000005", model::ContactType::Mobile};
    happened(kPageOpened, "user:" + mask_contact("13800000002"));
    happened(kPageOpened, "user:" + mask_contact("13500000005"));
    const auto initiator = list();
    EXPECT_EQ(initiator[1].contact, "13800000002");
    EXPECT_EQ(initiator[0].operator_name, "抄送人");
    const auto page = office().log.list(contract_, {}, {}, LogReader{{600}});
    ASSERT_TRUE(page && page->items.size() == 2);
    EXPECT_EQ(page->items[1].contact, mask_contact("13800000002"));
    EXPECT_EQ(page->items[0].operator_name, "");
    EXPECT_EQ(page->items[0].contact, mask_contact("13500000005"));
}

TEST_F(OperationLogTest, refuses_what_cannot_be_written_down) {
    EXPECT_FALSE(office().log.record(contract_, "not a word", "system", "{}"));
    EXPECT_FALSE(office().log.record(contract_, kPageOpened, std::string(301, 'x'), "{}"));
    EXPECT_TRUE(list().empty());
}

}  // namespace
}  // namespace signet::service
