#include "service/deliveries.hpp"

#include "desk.hpp"
#include "service/notices.hpp"
#include "store/audit.hpp"

#include <gtest/gtest.h>

namespace signet::service {
namespace {

using store::OutboxEntry;
using store::OutboxKind;
using store::OutboxState;

constexpr model::ContractId kContract{71};

class Deliveries : public testing::Test {
  protected:
    /// What stands in the log after the outbox has told of this entry.
    std::vector<store::AuditRecord> told(const OutboxEntry& entry) {
        const auto witness = deliveries_into_the_log(desk_.clock());
        const Status witnessed = desk_.platform().database.write(
            [&](store::Transaction& transaction) { return witness(transaction, entry); });
        EXPECT_TRUE(witnessed);
        const auto log = desk_.platform().database.read(
            [&](store::Connection& connection) { return store::list_audit(connection, kContract); });
        std::vector<store::AuditRecord> records;
        for (const store::AuditEntry& one : *log)
            records.push_back(one.record);
        return records;
    }
    static OutboxEntry message(OutboxKind kind, OutboxState state, model::ContractId contract = kContract) {
        OutboxEntry entry;
        entry.message.kind = kind;
        entry.message.contract = contract;
        entry.message.payload =
            kind == OutboxKind::Callback
                ? to_text(CallbackMessage{"https://erp.example.com/hook?key=secret", {}})
                : to_text(PersonalMessage{"13800000002", kind == OutboxKind::Mail, "turn", "", "text"});
        entry.state = state;
        entry.attempts = 2;
        return entry;
    }
    Desk desk_;
};

TEST_F(Deliveries, of_a_message_tell_who_was_reached_without_saying_his_number) {
    const auto log = told(message(OutboxKind::Sms, OutboxState::Done));
    ASSERT_EQ(log.size(), 1U);
    EXPECT_EQ(log[0].event, "message.sent");
    EXPECT_EQ(log[0].actor, "system");
    EXPECT_EQ(log[0].detail, R"({"way":"SMS","to":"138****0002","template":"turn","attempts":2})");
}

TEST_F(Deliveries, of_a_message_tell_that_it_was_given_up) {
    const auto log = told(message(OutboxKind::Mail, OutboxState::Dead));
    ASSERT_EQ(log.size(), 1U);
    EXPECT_EQ(log[0].event, "message.undeliverable");
    EXPECT_NE(log[0].detail.find(R"("way":"MAIL")"), std::string::npos);
}

TEST_F(Deliveries, of_a_callback_tell_only_that_it_was_given_up_and_not_its_address) {
    EXPECT_TRUE(told(message(OutboxKind::Callback, OutboxState::Done)).empty());
    const auto log = told(message(OutboxKind::Callback, OutboxState::Dead));
    ASSERT_EQ(log.size(), 1U);
    EXPECT_EQ(log[0].event, "callback.undeliverable");
    EXPECT_EQ(log[0].detail, R"({"attempts":2})");
}

TEST_F(Deliveries, without_a_contract_are_not_told) {
    EXPECT_TRUE(told(message(OutboxKind::Sms, OutboxState::Done, {})).empty());
}

}  // namespace
}  // namespace signet::service
