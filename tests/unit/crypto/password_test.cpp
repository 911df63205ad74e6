#include "crypto/password.hpp"

#include <gtest/gtest.h>

namespace signet::crypto {
namespace {

TEST(Password, is_verified_by_its_hash_and_no_other_is) {
    const auto hash = hash_password("correct horse 电池");
    ASSERT_TRUE(hash);
    EXPECT_TRUE(hash->starts_with("$argon2id$v=19$m=19456,t=2,p=1$")) << *hash;
    EXPECT_TRUE(verify_password("correct horse 电池", *hash));
    EXPECT_FALSE(verify_password("correct horse 电", *hash));
    EXPECT_FALSE(verify_password("", *hash));
    EXPECT_NE(*hash, *hash_password("correct horse 电池")) << "every hash has a salt of its own";
}

TEST(Password, of_no_length_or_too_much_is_refused) {
    EXPECT_EQ(hash_password("").error().code, ErrorCode::InvalidParameter);
    EXPECT_EQ(hash_password(std::string(1025, 'x')).error().code, ErrorCode::InvalidParameter);
    EXPECT_TRUE(hash_password(std::string(1024, 'x')));
}

TEST(Password, hash_of_the_reference_implementation_is_accepted) {
    // From the argon2 reference code's own tests (argon2id, m=2^16, t=2, p=1).
    EXPECT_TRUE(verify_password("password",
                                "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$"
                                "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"));
}

TEST(Password, hash_that_asks_for_too_much_work_is_refused_without_doing_it) {
    for (const char* hash :
         {"$argon2id$v=19$m=4194304,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
          "$argon2id$v=19$m=65536,t=99999,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
          "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", "", "$",
          "$argon2id$v=19$", "plain text"}) {
        EXPECT_FALSE(verify_password("password", hash)) << hash;
    }
}

TEST(Password, hash_of_other_parameters_is_due_for_renewal) {
    EXPECT_FALSE(needs_rehash(*hash_password("x")));
    EXPECT_TRUE(needs_rehash("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"));
    EXPECT_TRUE(needs_rehash("something else"));
}

}  // namespace
}  // namespace signet::crypto
