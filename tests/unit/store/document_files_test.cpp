#include "store/document_files.hpp"

#include "crypto/digest.hpp"
#include "store/hash_state_cache.hpp"
#include "temporary_folder.hpp"

#include <algorithm>
#include <atomic>
#include <fstream>
#include <latch>
#include <map>
#include <thread>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

namespace signet::store {
namespace {

namespace fs = std::filesystem;
using model::DocumentId;

constexpr DocumentId kDocument{3'501'234'567'890'123'456};

class DocumentFilesTest : public testing::Test {
  protected:
    /// What the database would say.
    std::map<DocumentId, std::uint64_t> committed_;
    int asked_ = 0;
    TemporaryFolder folder_;
    std::unique_ptr<DocumentFiles> files_ = open();

    std::unique_ptr<DocumentFiles> open() {
        return std::move(*DocumentFiles::open(
            folder_ / "documents", [this](DocumentId document) -> Result<std::optional<std::uint64_t>> {
                ++asked_;
                const auto found = committed_.find(document);
                return found == committed_.end() ? std::nullopt : std::optional(found->second);
            }));
    }
    fs::path path() const {
        for (const auto& entry : fs::recursive_directory_iterator(folder_ / "documents")) {
            if (entry.path().filename() == to_string(kDocument) + ".pdf") return entry.path();
        }
        return {};
    }
    void add_tail(std::string_view text) const { std::ofstream(path(), std::ios::app) << text; }
    std::string content() const {
        return std::string(as_text(*files_->read(kDocument, 0, *files_->file_length(kDocument))));
    }
    static DocumentExtent extent_of(std::string_view text) { return {text.size(), crypto::Sha256::of(as_bytes(text))}; }
};

TEST_F(DocumentFilesTest, publishes_the_first_revision_once) {
    const auto extent = files_->create(kDocument, as_bytes("%PDF-1.7 R0"));
    ASSERT_TRUE(extent) << describe(extent.error());
    EXPECT_EQ(*extent, extent_of("%PDF-1.7 R0"));
    EXPECT_EQ(files_->create(kDocument, as_bytes("other")).error().code, ErrorCode::Conflict);
    EXPECT_EQ(content(), "%PDF-1.7 R0");
    EXPECT_EQ(*files_->create(kDocument, as_bytes("other"), DocumentFiles::Existing::Replace), extent_of("other"));
    EXPECT_EQ(content(), "other");
    EXPECT_TRUE(fs::is_empty(folder_ / "documents" / "tmp"));
}

TEST_F(DocumentFilesTest, publishes_the_first_revision_from_a_file) {
    const std::string text(2'500'000, 'r');
    std::ofstream(folder_ / "r0.pdf") << text;
    EXPECT_EQ(*files_->create_from(kDocument, folder_ / "r0.pdf"), extent_of(text));
    EXPECT_EQ(files_->create_from(kDocument, folder_ / "r0.pdf").error().code, ErrorCode::Conflict);
    EXPECT_EQ(files_->create_from(DocumentId{7}, folder_ / "missing").error().code, ErrorCode::InvalidFile);
    EXPECT_TRUE(fs::is_empty(folder_ / "documents" / "tmp"));
}

TEST_F(DocumentFilesTest, appends_revisions_and_reads_any_part) {
    ASSERT_TRUE(files_->create(kDocument, as_bytes("R0.")));
    const auto lock = files_->lock(kDocument);
    EXPECT_EQ(*files_->append(lock, 3, as_bytes("R1.")), 6U);
    EXPECT_EQ(*files_->append(lock, 6, as_bytes("R2.")), 9U);
    EXPECT_EQ(content(), "R0.R1.R2.");
    EXPECT_EQ(*files_->read(kDocument, 3, 3), to_bytes("R1."));
    EXPECT_EQ(files_->read(kDocument, 8, 2).error().code, ErrorCode::StorageFailed);
    EXPECT_EQ(files_->read(kDocument, UINT64_MAX, 2).error().code, ErrorCode::StorageFailed);
    EXPECT_EQ(asked_, 0) << "the database is not asked when the file is as long as expected";
}

TEST_F(DocumentFilesTest, overwrites_the_tail_that_a_crash_left) {
    ASSERT_TRUE(files_->create(kDocument, as_bytes("R0.")));
    committed_[kDocument] = 3;
    add_tail("a long half-written revision");
    const auto lock = files_->lock(kDocument);
    EXPECT_EQ(*files_->append(lock, 3, as_bytes("R1.")), 6U);
    EXPECT_EQ(content(), "R0.R1.");
}

TEST_F(DocumentFilesTest, never_cuts_off_what_is_committed) {
    ASSERT_TRUE(files_->create(kDocument, as_bytes("R0.")));
    const auto lock = files_->lock(kDocument);
    ASSERT_TRUE(files_->append(lock, 3, as_bytes("R1.")));
    committed_[kDocument] = 6;
    EXPECT_EQ(files_->append(lock, 3, as_bytes("stale")).error().code, ErrorCode::Conflict);
    committed_.clear();
    EXPECT_EQ(files_->append(lock, 3, as_bytes("stale")).error().code, ErrorCode::Conflict);
    EXPECT_EQ(content(), "R0.R1.");
}

TEST_F(DocumentFilesTest, refuses_to_append_to_a_file_that_is_too_short_or_not_there) {
    {
        const auto lock = files_->lock(kDocument);
        EXPECT_EQ(files_->append(lock, 0, as_bytes("R1.")).error().code, ErrorCode::StorageFailed);
    }
    ASSERT_TRUE(files_->create(kDocument, as_bytes("R0.")));
    const auto lock = files_->lock(kDocument);
    EXPECT_EQ(files_->append(lock, 4, as_bytes("R1.")).error().code, ErrorCode::StorageFailed);
    EXPECT_EQ(files_->append(lock, UINT64_MAX, as_bytes("R1.")).error().code, ErrorCode::DocumentTooLarge);
    EXPECT_EQ(content(), "R0.");
}

TEST_F(DocumentFilesTest, appends_only_under_the_lock) {
    ASSERT_TRUE(files_->create(kDocument, as_bytes("R0.")));
    auto lock = files_->lock(kDocument);
    EXPECT_FALSE(files_->try_lock(kDocument));
    EXPECT_TRUE(files_->try_lock(DocumentId{4}));
    auto moved = std::move(lock);
    EXPECT_FALSE(files_->try_lock(kDocument));
    moved.release();
    EXPECT_EQ(files_->append(moved, 3, as_bytes("R1.")).error().code, ErrorCode::Internal);
    EXPECT_TRUE(files_->try_lock(kDocument));
}

TEST_F(DocumentFilesTest, releases_the_lock_on_another_thread) {
    auto lock = files_->lock(kDocument);
    std::thread other([held = std::move(lock)]() mutable { held.release(); });
    const auto again = files_->lock(kDocument);
    other.join();
    EXPECT_TRUE(again);
}

TEST_F(DocumentFilesTest, keeps_the_appends_of_thirty_two_threads_apart) {
    ASSERT_TRUE(files_->create(kDocument, as_bytes("")));
    std::uint64_t length = 0;  // what the database would hold
    std::atomic<int> errors{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 32; ++t) {
        threads.emplace_back([&, t] {
            for (int i = 0; i < 10; ++i) {
                const auto lock = files_->lock(kDocument);
                const std::string revision(static_cast<std::size_t>(10 + t), static_cast<char>('0' + t));
                const auto end = files_->append(lock, length, as_bytes(revision));
                if (end) {
                    length = *end;
                } else {
                    ++errors;
                }
            }
        });
    }
    for (auto& thread : threads)
        thread.join();
    EXPECT_EQ(errors, 0);
    const std::string all = content();
    EXPECT_EQ(all.size(), length);
    for (std::size_t at = 0; at < all.size();) {
        const auto t = static_cast<std::size_t>(all[at] - '0');
        ASSERT_EQ(all.substr(at, 10 + t), std::string(10 + t, all[at]));
        at += 10 + t;
    }
}

TEST_F(DocumentFilesTest, scrubs_what_is_recorded_and_finds_one_changed_byte) {
    const auto extent = *files_->create(kDocument, as_bytes("R0.R1."));
    add_tail("tail");
    EXPECT_TRUE(files_->scrub(kDocument, extent));
    std::fstream(path(), std::ios::in | std::ios::out) << 'r';
    const Status scrubbed = files_->scrub(kDocument, extent);
    ASSERT_FALSE(scrubbed);
    EXPECT_EQ(scrubbed.error().code, ErrorCode::StorageFailed);
    EXPECT_NE(scrubbed.error().detail.find(to_string(kDocument)), std::string::npos);
    EXPECT_FALSE(files_->scrub(kDocument, {100, extent.sha256})) << "a file that is too short";
}

TEST_F(DocumentFilesTest, lists_and_removes) {
    ASSERT_TRUE(files_->create(kDocument, as_bytes("R0.")));
    ASSERT_TRUE(files_->create(DocumentId{7}, as_bytes("R0.")));
    std::vector<DocumentId> seen;
    const auto visit = [&](DocumentId document) {
        seen.push_back(document);
        return true;
    };
    ASSERT_TRUE(files_->for_each(visit));
    std::ranges::sort(seen);
    EXPECT_EQ(seen, (std::vector{DocumentId{7}, kDocument}));
    EXPECT_TRUE(files_->remove(kDocument));
    EXPECT_TRUE(files_->remove(kDocument));
    EXPECT_EQ(files_->open_file(kDocument).error().code, ErrorCode::StorageFailed);
}

// The running hashes

using Cache = HashStateCache<crypto::Sha256>;

TEST_F(DocumentFilesTest, hashes_a_document_once_and_then_only_what_is_appended) {
    const auto r0 = *files_->create(kDocument, as_bytes("R0."));
    Cache cache(4);
    auto state = cache.at(*files_, kDocument, r0);
    ASSERT_TRUE(state) << describe(state.error());
    EXPECT_TRUE(cache.find(kDocument, r0));

    state->update(as_bytes("R1."));
    EXPECT_EQ(state->digest(), extent_of("R0.R1.").sha256);
    EXPECT_EQ(cache.find(kDocument, r0)->digest(), r0.sha256) << "a copy goes on, the kept one stays";
    EXPECT_TRUE(cache.keep(kDocument, extent_of("R0.R1."), *state));

    ASSERT_TRUE(files_->remove(kDocument));
    EXPECT_TRUE(cache.at(*files_, kDocument, extent_of("R0.R1."))) << "not read again";
}

TEST_F(DocumentFilesTest, keeps_no_state_under_a_foreign_hash_or_length) {
    Cache cache(4);
    crypto::Sha256 state;
    state.update(as_bytes("R0."));
    EXPECT_EQ(cache.keep(kDocument, extent_of("R1."), state).error().code, ErrorCode::StorageFailed);
    EXPECT_EQ(cache.keep(kDocument, {4, state.digest()}, state).error().code, ErrorCode::StorageFailed);
    EXPECT_EQ(cache.size(), 0U);
    ASSERT_TRUE(cache.keep(kDocument, extent_of("R0."), state));
    EXPECT_FALSE(cache.find(DocumentId{7}, extent_of("R0.")));
    EXPECT_FALSE(cache.find(kDocument, extent_of("R1.")));
}

TEST_F(DocumentFilesTest, finds_a_changed_document_when_it_computes_its_state_anew) {
    ASSERT_TRUE(files_->create(kDocument, as_bytes("R0.")));
    Cache cache(4);
    EXPECT_EQ(cache.at(*files_, kDocument, extent_of("r0.")).error().code, ErrorCode::StorageFailed);
}

TEST_F(DocumentFilesTest, forgets_the_state_that_was_used_longest_ago) {
    Cache cache(2);
    crypto::Sha256 state;
    state.update(as_bytes("R0."));
    for (int id = 1; id <= 2; ++id)
        ASSERT_TRUE(cache.keep(DocumentId{id}, extent_of("R0."), state));
    EXPECT_TRUE(cache.find(DocumentId{1}, extent_of("R0.")));
    ASSERT_TRUE(cache.keep(DocumentId{3}, extent_of("R0."), state));
    EXPECT_TRUE(cache.find(DocumentId{1}, extent_of("R0.")));
    EXPECT_FALSE(cache.find(DocumentId{2}, extent_of("R0.")));
    EXPECT_EQ(cache.size(), 2U);
}

}  // namespace
}  // namespace signet::store
