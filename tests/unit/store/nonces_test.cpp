#include "store/database.hpp"
#include "store/directory.hpp"
#include "store/schema.hpp"
#include "temporary_folder.hpp"

#include <gtest/gtest.h>

namespace signet::store::directory {
namespace {

constexpr model::ApplicationId kApplication{7};

class Nonces : public testing::Test {
  protected:
    void remember(const std::vector<RememberedNonce>& list) {
        const Status done =
            database_->write([&](Transaction& transaction) { return remember_nonces(transaction, list); });
        ASSERT_TRUE(done) << describe(done.error());
    }
    void forget(UtcTime expired_before) {
        const Status done =
            database_->write([&](Transaction& transaction) { return forget_nonces(transaction, expired_before); });
        ASSERT_TRUE(done) << describe(done.error());
    }
    std::vector<std::string> remembered(UtcTime now) {
        const auto list = database_->read([&](Connection& connection) { return nonces(connection, now); });
        std::vector<std::string> names;
        for (const RememberedNonce& nonce : *list)
            names.push_back(nonce.nonce);
        return names;
    }

    TemporaryFolder folder_;
    std::unique_ptr<Database> database_ = std::move(*Database::open(folder_.path() / "signet.db", schema()));
};

using List = std::vector<std::string>;

TEST_F(Nonces, come_back_in_their_order_until_they_expire) {
    remember({{kApplication, "b", {200}}, {kApplication, "a", {100}}});
    remember({{kApplication, "c", {300}}});
    EXPECT_EQ(remembered({100}), (List{"b", "a", "c"}));
    EXPECT_EQ(remembered({150}), (List{"b", "c"}));
}

TEST_F(Nonces, are_forgotten_once_all_before_them_have_expired) {
    remember({{kApplication, "a", {100}}, {kApplication, "b", {300}}, {kApplication, "c", {100}}});
    forget({200});
    EXPECT_EQ(remembered({0}), (List{"b", "c"}));
    forget({400});
    EXPECT_EQ(remembered({0}), List{});
}

TEST_F(Nonces, may_be_remembered_again_after_they_expired) {
    remember({{kApplication, "a", {100}}});
    remember({{kApplication, "a", {500}}});
    EXPECT_EQ(remembered({200}), List{"a"});
}

}  // namespace
}  // namespace signet::store::directory
