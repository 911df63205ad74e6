#include "store/signing_keys.hpp"

#include "store/schema.hpp"
#include "temporary_folder.hpp"

#include <gtest/gtest.h>

namespace signet::store {
namespace {

using signing_keys::Place;
using signing_keys::SigningKey;

class SigningKeys : public testing::Test {
  protected:
    void SetUp() override {
        write([](Transaction& transaction) -> Status {
            const auto added = transaction.execute(
                "INSERT INTO company (id, name, register_no, platform, create_time) VALUES ($1, $2, $3, $4, $5)",
                {1, "甲（测试）", "", 1, 0});
            return added ? Status() : added.error();
        });
    }
    template <typename Work>
    void write(Work work) {
        const Status done = database_->write(work);
        ASSERT_TRUE(done) << describe(done.error());
    }
    std::vector<SigningKey> all() {
        return *database_->read([](Connection& connection) { return signing_keys::all(connection); });
    }

    TemporaryFolder folder_;
    std::unique_ptr<Database> database_ = std::move(*Database::open(folder_.path() / "signet.db", schema()));
};

SigningKey key_of(model::EmployeeId employee, Bytes chain) {
    SigningKey key;
    key.company = {1};
    key.employee = employee;
    key.place = Place::Token;
    key.reference = "pkcs11:token=t;object=o";
    key.wrapped_key = {1, 2};
    key.chain = std::move(chain);
    key.create_time = UtcTime{500};
    return key;
}

TEST_F(SigningKeys, are_kept_whole_one_for_the_company_and_one_for_each_of_its_people) {
    write([](Transaction& transaction) { return signing_keys::put(transaction, key_of({0}, {3})); });
    write([](Transaction& transaction) { return signing_keys::put(transaction, key_of({7}, {4})); });
    const auto kept = all();
    ASSERT_EQ(kept.size(), 2U);
    EXPECT_EQ(kept[0].employee.value, 0);
    EXPECT_EQ(kept[0].place, Place::Token);
    EXPECT_EQ(kept[0].reference, "pkcs11:token=t;object=o");
    EXPECT_EQ(kept[0].wrapped_key, (Bytes{1, 2}));
    EXPECT_EQ(kept[0].chain, Bytes{3});
    EXPECT_EQ(kept[0].create_time.milliseconds, 500);
    EXPECT_FALSE(kept[0].checked);
    EXPECT_EQ(kept[1].employee.value, 7);
}

TEST_F(SigningKeys, a_new_one_takes_the_place_of_the_one_before_and_can_be_taken_away) {
    write([](Transaction& transaction) { return signing_keys::put(transaction, key_of({0}, {3})); });
    write([](Transaction& transaction) { return signing_keys::put(transaction, key_of({0}, {5})); });
    ASSERT_EQ(all().size(), 1U);
    EXPECT_EQ(all()[0].chain, Bytes{5});
    for (const bool was_there : {true, false}) {
        write([&](Transaction& transaction) -> Status {
            const auto removed = signing_keys::remove(transaction, {1}, {0});
            EXPECT_EQ(*removed, was_there);
            return {};
        });
    }
    EXPECT_TRUE(all().empty());
}

TEST_F(SigningKeys, a_finding_about_a_key_that_was_replaced_meanwhile_counts_for_nothing) {
    SigningKey found = key_of({0}, {3});
    write([&](Transaction& transaction) { return signing_keys::put(transaction, found); });
    found.checked = UtcTime{900};
    found.revoked = "keyCompromise";
    write([&](Transaction& transaction) { return signing_keys::set_checked(transaction, found); });
    EXPECT_EQ(all()[0].revoked, "keyCompromise");
    EXPECT_EQ(all()[0].checked->milliseconds, 900);

    write([](Transaction& transaction) { return signing_keys::put(transaction, key_of({0}, {5})); });
    write([&](Transaction& transaction) { return signing_keys::set_checked(transaction, found); });
    EXPECT_EQ(all()[0].revoked, "");
    EXPECT_FALSE(all()[0].checked);
}

}  // namespace
}  // namespace signet::store
