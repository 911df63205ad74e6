#include "service/retention.hpp"

#include <array>
#include <chrono>

#include <gtest/gtest.h>

namespace signet::service {
namespace {

using model::Contract;
using model::ContractStatus;

constexpr std::chrono::hours kDay{24};
constexpr UtcTime kEnd{1'790'000'000'000};

Contract ended(ContractStatus status, int signatures = 0) {
    Contract contract;
    contract.id = {7};
    contract.status = status;
    contract.create_time = kEnd - kDay * 30;
    contract.complete_time = kEnd;
    contract.documents.resize(1);
    contract.documents[0].signatures = signatures;
    return contract;
}

TEST(RetentionClock, RunsForEveryContractThatIsOverAndForNoOther) {
    using enum ContractStatus;
    struct Row {
        ContractStatus status;
        bool runs;
    };
    constexpr std::array rows{Row{Draft, false},    Row{Filling, false}, Row{Signing, false}, Row{Invaliding, false},
                              Row{Complete, true},  Row{Rejected, true}, Row{Recalled, true}, Row{Expired, true},
                              Row{Invalided, true}, Row{ForceEnd, true}};
    for (const Row& row : rows) {
        EXPECT_EQ(retention_clock(ended(row.status), 3).has_value(), row.runs) << model::to_wire(row.status);
    }
}

TEST(RetentionClock, WithoutATermNothingGoesByItself) {
    const auto clock = retention_clock(ended(ContractStatus::Complete), 0);
    ASSERT_TRUE(clock);
    EXPECT_FALSE(clock->due);
    EXPECT_GE(clock->kept_by_law, kEnd + kDay * 3 * 365);
}

TEST(RetentionClock, AnUnsignedContractIsKeptForThreeYears) {
    const auto clock = retention_clock(ended(ContractStatus::Recalled), 3);
    ASSERT_TRUE(clock && clock->due);
    EXPECT_GE(*clock->due, kEnd + kDay * 3 * 365);
    EXPECT_LT(*clock->due, kEnd + kDay * 4 * 365);
}

TEST(RetentionClock, ASignedOneUntilFiveYearsAfterTheCertificate) {
    const auto clock = retention_clock(ended(ContractStatus::Complete, 1), 3);
    ASSERT_TRUE(clock && clock->due);
    EXPECT_GE(*clock->due, kEnd + kDay * (5 * 365 + 1));
    EXPECT_EQ(*clock->due, clock->kept_by_law);
}

TEST(RetentionClock, ReckonsWithTheCertificateThatEndsLast) {
    Contract contract = ended(ContractStatus::Complete, 1);
    contract.certificates_end = kEnd + kDay * 1000;
    const auto clock = retention_clock(contract, 3);
    ASSERT_TRUE(clock && clock->due);
    EXPECT_GE(*clock->due, kEnd + kDay * (1000 + 5 * 365));
    EXPECT_EQ(*clock->due, clock->kept_by_law);
}

TEST(RetentionClock, ALongerTermOfTheCategoryWins) {
    const auto clock = retention_clock(ended(ContractStatus::Complete, 1), 10);
    ASSERT_TRUE(clock && clock->due);
    EXPECT_GE(*clock->due, kEnd + kDay * 10 * 365);
    EXPECT_GT(*clock->due, clock->kept_by_law);
}

TEST(RetentionClock, BeginsWithTheLastThingThatHappened) {
    Contract contract = ended(ContractStatus::Invalided, 1);
    contract.cancellation.emplace();
    contract.cancellation->parties.resize(1);
    contract.cancellation->parties[0].complete_time = kEnd + kDay * 200;
    EXPECT_EQ(retention_clock(contract, 3)->ended, kEnd + kDay * 200);
    contract.end_time = kEnd + kDay * 300;
    EXPECT_EQ(retention_clock(contract, 3)->ended, kEnd + kDay * 300);
}

TEST(RetentionClock, OfAnExpiredContractBeginsWithItsDeadline) {
    Contract contract = ended(ContractStatus::Expired);
    contract.complete_time.reset();
    contract.expire_time = kEnd + kDay;
    EXPECT_EQ(retention_clock(contract, 3)->ended, kEnd + kDay);
}

}  // namespace
}  // namespace signet::service
