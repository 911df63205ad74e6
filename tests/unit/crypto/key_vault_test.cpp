#include "crypto/key_vault.hpp"

#include "testing.hpp"

#include <atomic>
#include <sys/stat.h>
#include <thread>

#include <gtest/gtest.h>

namespace signet::crypto {
namespace {

using testing::TemporaryFolder;

unsigned mode_of(const std::filesystem::path& path) {
    struct stat about {};
    stat(path.c_str(), &about);
    return about.st_mode & 07777U;
}

TEST(KeyVault, opens_what_it_sealed) {
    const KeyVault vault = KeyVault::ephemeral();
    EXPECT_EQ(vault.open(vault.seal("a secret", "what for"), "what for")->text(), "a secret");
    EXPECT_EQ(vault.open(vault.seal("", ""), "")->text(), "");
}

TEST(KeyVault, never_seals_the_same_bytes_twice) {
    const KeyVault vault = KeyVault::ephemeral();
    EXPECT_NE(vault.seal("a secret", "x"), vault.seal("a secret", "x"));
}

TEST(KeyVault, refuses_every_altered_byte_every_truncation_and_another_context) {
    const KeyVault vault = KeyVault::ephemeral();
    const Bytes sealed = vault.seal("a secret", "app 1");
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        Bytes altered = sealed;
        altered[i] ^= 1;
        EXPECT_EQ(vault.open(altered, "app 1").error().code, ErrorCode::KeyUnusable) << i;
        EXPECT_FALSE(vault.open(ByteView(sealed).first(i), "app 1")) << i;
    }
    EXPECT_FALSE(vault.open(sealed, "app 2"));
    EXPECT_FALSE(KeyVault::ephemeral().open(sealed, "app 1"));
}

TEST(KeyVault, keeps_its_keys_in_a_file_that_only_the_owner_reads) {
    const TemporaryFolder folder;
    const auto file = folder / "master.key";
    const auto vault = KeyVault::create(file);
    ASSERT_TRUE(vault);
    EXPECT_EQ(mode_of(file), 0600U);
    EXPECT_EQ(KeyVault::load(file)->open(vault->seal("x", "y"), "y")->text(), "x");
    EXPECT_EQ(KeyVault::create(file).error().code, ErrorCode::Conflict);

    chmod(file.c_str(), 0640);
    EXPECT_EQ(KeyVault::load(file).error().code, ErrorCode::KeyUnusable);
}

TEST(KeyVault, refuses_a_file_that_is_missing_or_damaged) {
    const TemporaryFolder folder;
    const auto file = folder / "master.key";
    EXPECT_EQ(KeyVault::load(file).error().code, ErrorCode::KeyUnusable);
    ASSERT_TRUE(KeyVault::create(file));
    const std::string good = testing::read_text(file);
    for (std::size_t size = 0; size < good.size(); ++size) {
        testing::write_file(file, std::string_view(good).substr(0, size));
        EXPECT_FALSE(KeyVault::load(file)) << size;
    }
    testing::write_file(file, good + "1 00\n");
    EXPECT_FALSE(KeyVault::load(file));
}

TEST(KeyVault, made_by_many_at_once_is_the_same_for_all) {
    const TemporaryFolder folder;
    std::vector<Bytes> sealed(8);
    std::vector<std::thread> threads;
    for (Bytes& mine : sealed) {
        threads.emplace_back([&] { mine = KeyVault::load_or_create(folder / "master.key")->seal("x", "y"); });
    }
    for (std::thread& thread : threads)
        thread.join();
    const auto vault = KeyVault::load(folder / "master.key");
    for (const Bytes& one : sealed)
        EXPECT_TRUE(vault->open(one, "y"));
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1) << "a draft was left behind";
}

TEST(KeyVault, still_opens_old_seals_after_rotation) {
    const TemporaryFolder folder;
    const auto file = folder / "master.key";
    auto vault = KeyVault::create(file);
    const Bytes old = vault->seal("old", "x");
    const Sha256Digest looked_up = vault->lookup_digest("13800000001", "mobile");
    EXPECT_FALSE(vault->needs_resealing(old));
    ASSERT_TRUE(vault->rotate(file));
    EXPECT_EQ(vault->newest_key_id(), 2U);
    EXPECT_TRUE(vault->needs_resealing(old));
    const Bytes fresh = vault->seal("new", "x");
    EXPECT_FALSE(vault->needs_resealing(fresh));

    const auto again = KeyVault::load(file);
    EXPECT_EQ(again->open(old, "x")->text(), "old");
    EXPECT_EQ(again->open(fresh, "x")->text(), "new");
    EXPECT_EQ(again->lookup_digest("13800000001", "mobile"), looked_up);
    EXPECT_EQ(mode_of(file), 0600U);
}

TEST(KeyVault, forgets_old_keys_when_it_is_told_to_and_still_finds_what_it_looked_up) {
    const TemporaryFolder folder;
    const auto file = folder / "master.key";
    auto vault = KeyVault::create(file);
    const Bytes old = vault->seal("old", "x");
    const Sha256Digest looked_up = vault->lookup_digest("13800000001", "mobile");
    ASSERT_TRUE(vault->rotate(file));
    const Bytes fresh = vault->seal("new", "x");
    ASSERT_TRUE(vault->drop_old(file));
    EXPECT_EQ(mode_of(file), 0600U);

    auto again = KeyVault::load(file);
    ASSERT_TRUE(again) << again.error().detail;
    EXPECT_EQ(again->key_count(), 1U);
    EXPECT_EQ(again->open(old, "x").error().detail, "a secret is sealed with master key 1, which is not here");
    EXPECT_EQ(again->open(fresh, "x")->text(), "new");
    EXPECT_EQ(again->lookup_digest("13800000001", "mobile"), looked_up);

    // And so it goes on.
    ASSERT_TRUE(again->rotate(file));
    EXPECT_EQ(again->newest_key_id(), 3U);
    ASSERT_TRUE(again->drop_old(file));
    const auto last = KeyVault::load(file);
    ASSERT_TRUE(last);
    EXPECT_EQ(last->newest_key_id(), 3U);
    EXPECT_EQ(last->lookup_digest("13800000001", "mobile"), looked_up);

    const std::string good = testing::read_text(file);
    for (std::size_t size = 0; size < good.size(); ++size) {
        testing::write_file(file, std::string_view(good).substr(0, size));
        EXPECT_FALSE(KeyVault::load(file)) << size;
    }
}

TEST(KeyVault, does_not_use_a_new_key_that_could_not_be_written) {
    auto vault = KeyVault::ephemeral();
    EXPECT_EQ(vault.rotate("/nonexistent/folder/master.key").error().code, ErrorCode::StorageFailed);
    EXPECT_EQ(vault.newest_key_id(), 1U);
}

TEST(KeyVault, rotates_while_others_seal) {
    const TemporaryFolder folder;
    auto vault = KeyVault::create(folder / "master.key");
    std::atomic<bool> stop = false;
    std::thread other([&] {
        while (!stop)
            EXPECT_TRUE(vault->open(vault->seal("x", "y"), "y"));
    });
    for (int i = 0; i < 10; ++i)
        EXPECT_TRUE(vault->rotate(folder / "master.key"));
    stop = true;
    other.join();
}

TEST(KeyVault, tells_values_and_contexts_apart_when_looking_up) {
    const KeyVault vault = KeyVault::ephemeral();
    EXPECT_EQ(vault.lookup_digest("a", "mobile"), vault.lookup_digest("a", "mobile"));
    EXPECT_NE(vault.lookup_digest("a", "mobile"), vault.lookup_digest("b", "mobile"));
    EXPECT_NE(vault.lookup_digest("a", "mobile"), vault.lookup_digest("a", "mail"));
    EXPECT_NE(vault.lookup_digest("a", "mobile"), KeyVault::ephemeral().lookup_digest("a", "mobile"));
}

}  // namespace
}  // namespace signet::crypto
