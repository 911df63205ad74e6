#include "store/sealed_secrets.hpp"

#include "store/schema.hpp"
#include "store/signing_keys.hpp"
#include "temporary_folder.hpp"

#include <gtest/gtest.h>

namespace signet::store::sealed_secrets {
namespace {

class SealedSecrets : public testing::Test {
  protected:
    void SetUp() override {
        for (const int company : {1, 2}) {
            write([&](Transaction& transaction) -> Status {
                const auto added = transaction.execute(
                    "INSERT INTO company (id, name, register_no, platform, create_time) VALUES ($1, $2, $3, $4, $5)",
                    {company, "甲（测试）" + std::to_string(company), "", 1, 0});
                return added ? Status() : added.error();
            });
        }
    }
    template <typename Work>
    void write(Work work) {
        const Status done = database_->write(work);
        ASSERT_TRUE(done) << describe(done.error());
    }
    void keep(std::int64_t company, std::int64_t employee, Bytes sealed) {
        signing_keys::SigningKey key;
        key.company = {company};
        key.employee = {employee};
        key.wrapped_key = std::move(sealed);
        key.chain = {1};
        write([&](Transaction& transaction) { return signing_keys::put(transaction, key); });
    }
    std::vector<Secret> after(std::int64_t id, std::int64_t second_id, std::size_t limit) {
        return *database_->read([&](Connection& connection) {
            return sealed_secrets::after(connection, Place::SigningKey, id, second_id, limit);
        });
    }
    bool replace(const Secret& read, const Bytes& resealed) {
        bool done = false;
        write([&](Transaction& transaction) -> Status {
            const auto replaced = sealed_secrets::replace(transaction, Place::SigningKey, read, resealed);
            done = replaced && *replaced;
            return replaced ? Status() : replaced.error();
        });
        return done;
    }

    TemporaryFolder folder_;
    std::unique_ptr<Database> database_ = std::move(*Database::open(folder_.path() / "signet.db", schema()));
};

TEST_F(SealedSecrets, come_some_at_a_time_in_the_order_of_both_ids_without_the_empty_ones) {
    keep(2, 0, {20});
    keep(1, 7, {17});
    keep(1, 0, {10});
    keep(1, 8, {});  // lies in a token
    keep(1, 9, {19});
    std::vector<Bytes> found;
    std::int64_t id = -1;
    std::int64_t second_id = -1;
    for (auto some = after(id, second_id, 2); !some.empty(); some = after(id, second_id, 2)) {
        for (const Secret& secret : some)
            found.push_back(secret.sealed);
        id = some.back().id;
        second_id = some.back().second_id;
    }
    EXPECT_EQ(found, (std::vector<Bytes>{{10}, {17}, {19}, {20}}));
}

TEST_F(SealedSecrets, are_replaced_unless_somebody_changed_them_meanwhile) {
    keep(1, 0, {10});
    keep(1, 7, {17});
    const auto read = after(-1, -1, 10);
    ASSERT_EQ(read.size(), 2U);
    EXPECT_TRUE(replace(read[1], {71}));
    EXPECT_FALSE(replace(read[1], {99})) << "it is no more what was read";
    const auto now = after(-1, -1, 10);
    EXPECT_EQ(now[0].sealed, Bytes{10});
    EXPECT_EQ(now[1].sealed, Bytes{71});
}

TEST_F(SealedSecrets, of_every_place_can_be_asked_for) {
    for (const Place place : kPlaces) {
        const auto none = database_->read(
            [&](Connection& connection) { return sealed_secrets::after(connection, place, -1, -1, 10); });
        ASSERT_TRUE(none) << to_string(place) << ": " << describe(none.error());
        EXPECT_TRUE(none->empty());
    }
}

}  // namespace
}  // namespace signet::store::sealed_secrets
