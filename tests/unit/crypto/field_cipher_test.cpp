#include "crypto/field_cipher.hpp"

#include "crypto/key_vault.hpp"

#include <filesystem>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace signet::crypto {
namespace {

class FieldCipherTest : public testing::Test {
  protected:
    void SetUp() override { std::filesystem::create_directories(folder_); }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    std::filesystem::path folder_ =
        std::filesystem::path(testing::TempDir()) / ("field-cipher-" + std::to_string(::getpid()));
    std::filesystem::path file_ = folder_ / "personal.key";
    KeyVault vault_ = KeyVault::ephemeral();
};

TEST_F(FieldCipherTest, WhatItSealsItOpens) {
    const FieldCipher cipher = FieldCipher::ephemeral();
    for (const std::string text : {"", "13800000000", "甲方"}) {
        const Bytes sealed = cipher.seal(as_bytes(text), "contract/1");
        const auto opened = cipher.open(sealed, "contract/1");
        ASSERT_TRUE(opened);
        EXPECT_EQ(as_text(*opened), text);
    }
}

TEST_F(FieldCipherTest, TheSameValueNeverLooksTheSame) {
    const FieldCipher cipher = FieldCipher::ephemeral();
    EXPECT_NE(cipher.seal(as_bytes("13800000000"), "a"), cipher.seal(as_bytes("13800000000"), "a"));
}

TEST_F(FieldCipherTest, EveryChangedByteIsNoticed) {
    const FieldCipher cipher = FieldCipher::ephemeral();
    const Bytes sealed = cipher.seal(as_bytes("13800000000"), "contract/1");
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        Bytes changed = sealed;
        changed[i] ^= 1;
        EXPECT_EQ(cipher.open(changed, "contract/1").error().code, ErrorCode::KeyUnusable) << i;
    }
    for (std::size_t length = 0; length < sealed.size(); ++length) {
        EXPECT_FALSE(cipher.open(ByteView(sealed).first(length), "contract/1")) << length;
    }
}

TEST_F(FieldCipherTest, AValueOpensInItsOwnRowAlone) {
    const FieldCipher cipher = FieldCipher::ephemeral();
    EXPECT_FALSE(cipher.open(cipher.seal(as_bytes("x"), "contract/1"), "contract/2"));
    EXPECT_FALSE(FieldCipher::ephemeral().open(cipher.seal(as_bytes("x"), "contract/1"), "contract/1"));
}

TEST_F(FieldCipherTest, TheKeyLiesWrappedAndForItsOwnerAlone) {
    const auto first = FieldCipher::load_or_create(file_, vault_);
    ASSERT_TRUE(first);
    struct stat found {};
    ASSERT_EQ(::stat(file_.c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777, 0600U);
    const auto second = FieldCipher::load_or_create(file_, vault_);
    ASSERT_TRUE(second);
    EXPECT_TRUE(second->open(first->seal(as_bytes("x"), "a"), "a")) << "the same key after a restart";
    EXPECT_EQ(FieldCipher::load_or_create(file_, KeyVault::ephemeral()).error().code, ErrorCode::KeyUnusable)
        << "another master key opens nothing, and replaces nothing";
}

TEST_F(FieldCipherTest, ANewMasterKeyKeepsWhatWasSealedReadable) {
    const std::filesystem::path master = folder_ / "master.key";
    auto vault = KeyVault::create(master);
    ASSERT_TRUE(vault);
    const auto before = FieldCipher::load_or_create(file_, *vault);
    ASSERT_TRUE(before);
    const Bytes sealed = before->seal(as_bytes("13800000000"), "a");
    EXPECT_FALSE(*FieldCipher::needs_rewrapping(file_, *vault));
    ASSERT_TRUE(vault->rotate(master));
    EXPECT_TRUE(*FieldCipher::needs_rewrapping(file_, *vault));
    ASSERT_TRUE(FieldCipher::rewrap(file_, *vault));
    EXPECT_FALSE(*FieldCipher::needs_rewrapping(file_, *vault));
    const auto after = FieldCipher::load_or_create(file_, *vault);
    ASSERT_TRUE(after);
    EXPECT_TRUE(after->open(sealed, "a"));
}

TEST_F(FieldCipherTest, WhoHoldsTheKeyKeepsItAlsoWhenTheMasterKeyThatWrappedItIsGone) {
    const auto cipher = FieldCipher::load_or_create(file_, vault_);
    ASSERT_TRUE(cipher);
    const Bytes sealed = cipher->seal(as_bytes("13800000000"), "a");
    const std::filesystem::path master = folder_ / "master.key";
    auto replaced = KeyVault::create(master);
    ASSERT_TRUE(replaced);
    ASSERT_TRUE(replaced->rotate(master));  // its newest key has another number than the one in the file
    ASSERT_TRUE(cipher->keep(file_, *replaced));
    EXPECT_FALSE(*FieldCipher::needs_rewrapping(file_, *replaced));
    const auto again = FieldCipher::load_or_create(file_, *replaced);
    ASSERT_TRUE(again);
    EXPECT_TRUE(again->open(sealed, "a"));
    EXPECT_TRUE(cipher->keep(file_, *replaced)) << "nothing to do";
}

}  // namespace
}  // namespace signet::crypto
