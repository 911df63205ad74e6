#include "store/blobs.hpp"

#include "crypto/digest.hpp"
#include "temporary_folder.hpp"

#include <atomic>
#include <fstream>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

namespace signet::store {
namespace {

namespace fs = std::filesystem;

class BlobsTest : public testing::Test {
  protected:
    fs::path path_of(const BlobId& id) const {
        return folder_ / "blobs" / id.hex().substr(0, 2) / id.hex().substr(2, 2) / id.hex();
    }
    std::size_t files() const {
        std::size_t count = 0;
        for (const auto& entry : fs::recursive_directory_iterator(folder_ / "blobs"))
            count += entry.is_regular_file();
        return count;
    }
    static void damage(const fs::path& path) { std::ofstream(path, std::ios::in | std::ios::out) << 'X'; }

    TemporaryFolder folder_;
    std::unique_ptr<Blobs> blobs_ = std::move(*Blobs::open(folder_ / "blobs"));
};

TEST_F(BlobsTest, stores_bytes_under_their_sha256_and_once) {
    const auto id = blobs_->put(as_bytes("abc"));
    ASSERT_TRUE(id);
    EXPECT_EQ(id->hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(*blobs_->put(as_bytes("abc")), *id);
    EXPECT_EQ(files(), 1U);
    EXPECT_EQ(*blobs_->read(*id), to_bytes("abc"));
    EXPECT_EQ(*blobs_->size(*id), 3U);
    EXPECT_TRUE(blobs_->contains(*id));
    EXPECT_EQ(BlobId::from_hex(id->hex()), *id);
    EXPECT_FALSE(BlobId::from_hex("ba78"));
    struct stat status {};
    ASSERT_EQ(::stat(path_of(*id).c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(BlobsTest, stores_nothing_as_well) {
    const auto id = blobs_->put({});
    ASSERT_TRUE(id);
    EXPECT_TRUE(blobs_->read(*id)->empty());
}

TEST_F(BlobsTest, takes_a_file_larger_than_a_piece_as_the_bytes_it_holds) {
    Bytes large(3'000'000);
    for (std::size_t i = 0; i < large.size(); ++i)
        large[i] = static_cast<std::uint8_t>(i * i >> 7);
    std::ofstream(folder_ / "source", std::ios::binary).write(reinterpret_cast<const char*>(large.data()), 3'000'000);
    const auto id = blobs_->put_file(folder_ / "source");
    ASSERT_TRUE(id) << describe(id.error());
    EXPECT_EQ(id->sha256, crypto::Sha256::of(large));
    EXPECT_EQ(*blobs_->put(large), *id);
    EXPECT_EQ(*blobs_->put_file(folder_ / "source"), *id);
    EXPECT_EQ(*blobs_->read(*id), large);
    EXPECT_EQ(files(), 1U);
    EXPECT_EQ(blobs_->put_file(folder_ / "missing").error().code, ErrorCode::InvalidFile);
    EXPECT_EQ(blobs_->put_file(folder_.path()).error().code, ErrorCode::InvalidFile);
    EXPECT_EQ(files(), 1U);
}

TEST_F(BlobsTest, notices_damage_and_heals_it_by_the_next_put) {
    const auto id = *blobs_->put(as_bytes("a seal"));
    damage(path_of(id));
    EXPECT_EQ(blobs_->read(id).error().code, ErrorCode::StorageFailed);
    EXPECT_EQ(blobs_->open_blob(id, Verify::Yes).error().code, ErrorCode::StorageFailed);
    EXPECT_TRUE(blobs_->open_blob(id));
    EXPECT_EQ(*blobs_->read(id, Verify::No), to_bytes("X seal"));
    EXPECT_EQ(*blobs_->put(as_bytes("a seal")), id);
    EXPECT_EQ(*blobs_->read(id), to_bytes("a seal"));
}

TEST_F(BlobsTest, says_so_when_there_is_none) {
    EXPECT_EQ(blobs_->open_blob(BlobId{}).error().code, ErrorCode::StorageFailed);
    EXPECT_EQ(blobs_->size(BlobId{}).error().code, ErrorCode::StorageFailed);
    EXPECT_FALSE(blobs_->contains(BlobId{}));
    EXPECT_TRUE(blobs_->remove(BlobId{}));
}

TEST_F(BlobsTest, removes_a_blob) {
    const auto id = *blobs_->put(as_bytes("x"));
    EXPECT_TRUE(blobs_->remove(id));
    EXPECT_FALSE(blobs_->contains(id));
}

TEST_F(BlobsTest, sweeps_old_orphans_and_nothing_else) {
    const auto live = *blobs_->put(as_bytes("live"));
    const auto orphan = *blobs_->put(as_bytes("orphan"));
    const auto fresh = *blobs_->put(as_bytes("fresh orphan"));
    const auto old = fs::file_time_type::clock::now() - std::chrono::hours(3);
    fs::last_write_time(path_of(live), old);
    fs::last_write_time(path_of(orphan), old);
    const auto report = blobs_->sweep([&](const BlobId& id) { return id == live; });
    ASSERT_TRUE(report) << describe(report.error());
    EXPECT_EQ(report->kept, 2U);
    EXPECT_EQ(report->removed, 1U);
    EXPECT_EQ(report->removed_bytes, 6U);
    EXPECT_TRUE(blobs_->contains(live));
    EXPECT_TRUE(blobs_->contains(fresh));
    EXPECT_FALSE(blobs_->contains(orphan));
}

TEST_F(BlobsTest, spares_an_old_orphan_that_is_put_again_during_the_sweep) {
    const auto orphan = *blobs_->put(as_bytes("orphan"));
    fs::last_write_time(path_of(orphan), fs::file_time_type::clock::now() - std::chrono::hours(3));
    const auto report = blobs_->sweep([&](const BlobId&) {
        EXPECT_TRUE(blobs_->put(as_bytes("orphan")));
        return false;
    });
    ASSERT_TRUE(report);
    EXPECT_TRUE(blobs_->contains(orphan));
}

TEST_F(BlobsTest, clears_half_written_files_when_it_opens) {
    std::ofstream(folder_ / "blobs" / "tmp" / "half") << "half";
    ASSERT_TRUE(Blobs::open(folder_ / "blobs"));
    EXPECT_EQ(files(), 0U);
}

TEST_F(BlobsTest, is_put_to_by_thirty_two_threads_at_once) {
    std::atomic<int> errors{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 32; ++t) {
        threads.emplace_back([&, t] {
            for (int i = 0; i < 20; ++i) {
                const std::string text = "blob " + std::to_string((t + i) % 40);
                const auto id = blobs_->put(as_bytes(text));
                if (!id || !blobs_->read(*id) || *blobs_->read(*id) != to_bytes(text)) ++errors;
            }
        });
    }
    for (auto& thread : threads)
        thread.join();
    EXPECT_EQ(errors, 0);
    EXPECT_EQ(files(), 40U);
}

}  // namespace
}  // namespace signet::store
