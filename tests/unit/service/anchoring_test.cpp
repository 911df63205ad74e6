#include "service/anchoring.hpp"

#include "crypto/key_vault.hpp"
#include "crypto/time_stamp.hpp"
#include "service/trust_services.hpp"
#include "store/database.hpp"
#include "store/schema.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace signet::service {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

model::Events events_of(std::initializer_list<model::Event::Kind> kinds) {
    model::Events events;
    for (const auto kind : kinds) {
        model::Event event;
        event.kind = kind;
        events.push_back(event);
    }
    return events;
}

class AnchoringTest : public testing::Test {
  protected:
    AnchoringTest() {
        std::filesystem::create_directories(folder_);
        vault_ =
            std::make_unique<crypto::KeyVault>(std::move(*crypto::KeyVault::load_or_create(folder_ / "master.key")));
        database_ = std::move(*store::Database::open(folder_ / "signet.db", store::schema()));
        trust_ = std::move(*TrustServices::open(clock_, *database_, *vault_, {folder_ / "ca", ""}));
        time_stamps_ = std::make_unique<TimeStamps>(clock_, trust_.get(), std::vector<TimeStampSource>{});
        start();
    }
    ~AnchoringTest() override {
        database_.reset();
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }
    void start() {
        anchoring_ =
            std::make_unique<Anchoring>(clock_, *database_, *time_stamps_, Anchoring::Settings{file_, minutes(10)});
    }
    void happen(const model::Events& events = {}) {
        const Status done = database_->write([&](store::Transaction& transaction) -> Status {
            const auto logged = store::append_audit(transaction, {clock_.now(), "system", {1}, "contract.sent", "{}"});
            if (!logged) return logged.error();
            return anchoring_->note(transaction, events);
        });
        ASSERT_TRUE(done) << describe(done.error());
    }
    std::optional<store::AuditAnchor> run() {
        auto made = anchoring_->run_due();
        EXPECT_TRUE(made) << describe(made.error());
        return made ? *made : std::nullopt;
    }
    std::vector<store::AuditAnchor> lines() {
        std::vector<store::AuditAnchor> anchors;
        std::ifstream in(file_);
        for (std::string line; std::getline(in, line);) {
            if (const auto anchor = store::anchor_from_line(line)) anchors.push_back(*anchor);
        }
        return anchors;
    }
    store::TreeHead head() {
        return *database_->read([](store::Connection& connection) { return store::tree_head(connection); });
    }

    ManualClock clock_{SystemClock().now()};
    std::filesystem::path folder_ = std::filesystem::temp_directory_path() / ("signet-anchor-" + random_token(16));
    std::filesystem::path file_ = folder_ / "anchors.txt";
    std::unique_ptr<crypto::KeyVault> vault_;
    std::unique_ptr<store::Database> database_;
    std::unique_ptr<TrustServices> trust_;
    std::unique_ptr<TimeStamps> time_stamps_;
    std::unique_ptr<Anchoring> anchoring_;
};

TEST_F(AnchoringTest, an_empty_log_needs_no_anchor) {
    EXPECT_FALSE(run());
}

TEST_F(AnchoringTest, the_time_stamp_covers_size_and_root_of_the_log) {
    happen();
    const auto anchor = run();
    ASSERT_TRUE(anchor);
    EXPECT_EQ(anchor->head, head());
    const auto imprint = crypto::Sha256::of(as_bytes(store::anchor_statement(anchor->head)));
    EXPECT_TRUE(crypto::verify_time_stamp_token(anchor->token, imprint, {time_stamps_->roots(), {}}).accepted());
    ASSERT_EQ(lines().size(), 1U);
    EXPECT_EQ(lines().front().head, head());
    EXPECT_EQ(lines().front().token, anchor->token);
}

TEST_F(AnchoringTest, news_wait_ten_minutes_and_nothing_new_waits_for_ever) {
    happen();
    ASSERT_TRUE(run());
    happen();
    clock_.advance(minutes(9));
    EXPECT_FALSE(run());
    clock_.advance(minutes(1));
    EXPECT_TRUE(run());
    clock_.advance(minutes(60));
    EXPECT_FALSE(run());
}

TEST_F(AnchoringTest, a_contract_that_ends_does_not_wait) {
    happen();
    ASSERT_TRUE(run());
    happen(events_of({model::Event::Kind::ActionFinished}));
    EXPECT_FALSE(run());
    using enum model::Event::Kind;
    for (const auto kind :
         {Completed, Rejected, Recalled, Expired, ForceEnded, Cancelled, CancellationRefused, CancellationExpired}) {
        happen(events_of({ActionFinished, kind}));
        EXPECT_TRUE(run()) << static_cast<int>(kind);
        EXPECT_FALSE(run()) << static_cast<int>(kind);
    }
}

TEST_F(AnchoringTest, what_presses_is_remembered_over_a_restart) {
    happen();
    ASSERT_TRUE(run());
    happen(events_of({model::Event::Kind::Completed}));
    start();
    EXPECT_TRUE(run());
}

TEST_F(AnchoringTest, a_clock_that_was_set_back_holds_nothing_up) {
    clock_.advance(minutes(180));
    happen();
    ASSERT_TRUE(run());
    clock_.advance(minutes(-120));
    happen();
    EXPECT_TRUE(run());
}

TEST_F(AnchoringTest, the_file_gets_what_it_missed) {
    happen();
    ASSERT_TRUE(run());
    std::filesystem::remove(file_);
    std::filesystem::create_directory(file_);  // cannot be written
    happen(events_of({model::Event::Kind::Completed}));
    start();
    EXPECT_EQ(anchoring_->run_due().error().code, ErrorCode::StorageFailed);
    EXPECT_EQ(anchoring_->failures(), 1U);
    std::filesystem::remove(file_);
    EXPECT_FALSE(run()) << "it waits a little after a failure";
    clock_.advance(seconds(15));
    run();
    ASSERT_EQ(lines().size(), 2U);
    EXPECT_EQ(lines().back().head, head());
}

TEST_F(AnchoringTest, the_file_of_a_database_from_a_backup_goes_on_growing) {
    happen();
    ASSERT_TRUE(run());
    store::AuditAnchor later = lines().front();
    later.head.size = 1'000;
    std::ofstream(file_, std::ios::app) << store::to_line(later) << "\n";
    start();
    happen(events_of({model::Event::Kind::Completed}));
    ASSERT_TRUE(run());
    ASSERT_EQ(lines().size(), 3U);
    EXPECT_EQ(lines().back().head, head());
}

TEST_F(AnchoringTest, a_line_cut_by_a_crash_does_not_spoil_the_next) {
    happen();
    ASSERT_TRUE(run());
    std::ofstream(file_, std::ios::app) << "signet-anchor-1 2 00";
    start();
    happen(events_of({model::Event::Kind::Completed}));
    ASSERT_TRUE(run());
    EXPECT_EQ(lines().size(), 2U);
}

TEST_F(AnchoringTest, finds_the_first_anchor_that_covers_an_entry_or_makes_one) {
    happen();
    const auto first = anchoring_->covering(1);
    ASSERT_TRUE(first);
    happen();
    happen();
    const auto second = anchoring_->covering(2);
    ASSERT_TRUE(second);
    EXPECT_EQ(second->head.size, 3U);
    happen();
    EXPECT_EQ(anchoring_->covering(1)->head, first->head);
    EXPECT_EQ(anchoring_->covering(3)->head, second->head);
    EXPECT_EQ(anchoring_->covering(5).error().code, ErrorCode::AuditLogBroken);
    EXPECT_EQ(lines().size(), 2U);
}

TEST_F(AnchoringTest, without_a_time_stamp_there_is_no_anchor) {
    TimeStampSource nowhere;
    nowhere.url = "http://127.0.0.1:1/";
    nowhere.roots = {trust_->authority()->root_certificate()};
    const TimeStamps silent(clock_, nullptr, {nowhere}, seconds(2));
    Anchoring anchoring(clock_, *database_, silent, {file_, minutes(10)});
    happen();
    EXPECT_EQ(anchoring.run_due().error().code, ErrorCode::TimeStampUnavailable);
    EXPECT_EQ(anchoring.failures(), 1U);
    EXPECT_TRUE(lines().empty());
    EXPECT_EQ(run()->head, head()) << "made up for by the next one";
}

}  // namespace
}  // namespace signet::service
