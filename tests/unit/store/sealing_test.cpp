#include "crypto/field_cipher.hpp"
#include "store/contracts.hpp"
#include "store/database.hpp"
#include "store/directory.hpp"
#include "store/final_files.hpp"
#include "store/holds.hpp"
#include "store/links.hpp"
#include "store/outbox.hpp"
#include "store/page_views.hpp"
#include "store/schema.hpp"
#include "temporary_folder.hpp"

#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

namespace signet::store {
namespace {

using namespace model;

constexpr std::string_view kMobile = "13800007777";
constexpr std::string_view kName = "赵测试";

class Sealing : public testing::Test {
  protected:
    std::unique_ptr<Database> open(std::shared_ptr<const crypto::FieldCipher> cipher, std::size_t migrations = 1000) {
        DatabaseOptions options;
        options.cipher = std::move(cipher);
        auto wanted = schema();
        if (wanted.size() > migrations) wanted.resize(migrations);
        auto opened = Database::open(folder_ / "signet.db", wanted, options);
        EXPECT_TRUE(opened) << describe(opened.error());
        return std::move(*opened);
    }
    /// Whether the bytes stand anywhere in the database's files.
    bool lies_open(std::string_view text) const {
        for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
            std::ifstream in(entry.path(), std::ios::binary);
            const std::string content{std::istreambuf_iterator<char>(in), {}};
            if (content.find(text) != std::string::npos) return true;
        }
        return false;
    }
    static Status fill(Transaction& transaction) {
        if (const Status put = directory::insert(transaction, Company{{2}, "示例", "", true, {}, {}}); !put) return put;
        Employee employee;
        employee.id = {3};
        employee.company = {2};
        employee.name = kName;
        employee.mobile = kMobile;
        employee.email = "zhao@example.com";
        if (const Status put = directory::insert(transaction, employee); !put) return put;
        links::Link link;
        link.contract = {1};
        link.user = {std::string(kName), std::string(kMobile), ContactType::Mobile};
        if (const Status put = links::insert(transaction, "hash", link); !put) return put;
        return contracts::insert(transaction, contract());
    }
    static Contract contract() {
        Contract contract;
        contract.id = {1};
        contract.company = {2};
        contract.biz_id = "B-1";
        contract.signatories.resize(1);
        contract.signatories[0].id = {5};
        contract.signatories[0].receiver = {std::string(kName), std::string(kMobile), ContactType::Mobile};
        return contract;
    }
    static void expect_readable(Database& database) {
        const auto found = database.read([](Connection& connection) { return contracts::find(connection, {1}); });
        ASSERT_TRUE(found) << describe(found.error());
        EXPECT_EQ((*found)->signatories.at(0).receiver.contact, kMobile);
        const auto by_biz =
            database.read([](Connection& connection) { return contracts::find_by_biz_id(connection, {2}, "B-1"); });
        ASSERT_TRUE(by_biz && *by_biz);
        const auto employees = database.read([](Connection& connection) { return directory::employees(connection); });
        ASSERT_TRUE(employees);
        EXPECT_EQ(employees->at(0).mobile, kMobile);
        EXPECT_EQ(employees->at(0).name, kName);
        const auto link = database.read([](Connection& connection) { return links::find(connection, "hash"); });
        ASSERT_TRUE(link && *link);
        EXPECT_EQ((*link)->user.contact, kMobile);
    }

    TemporaryFolder folder_;
    std::shared_ptr<const crypto::FieldCipher> cipher_ =
        std::make_shared<const crypto::FieldCipher>(crypto::FieldCipher::ephemeral());
};

TEST_F(Sealing, NamesAndContactsLieNowhereInClear) {
    const auto database = open(cipher_);
    ASSERT_TRUE(database->write(fill));
    Contract changed = contract();
    changed.subject = "主题";
    ASSERT_TRUE(database->write([&](Transaction& transaction) { return contracts::update(transaction, changed); }));
    EXPECT_FALSE(lies_open(kMobile));
    EXPECT_FALSE(lies_open(kName));
    EXPECT_FALSE(lies_open("zhao@example.com"));
    expect_readable(*database);
}

TEST_F(Sealing, MessagesLieSealedAndGoOutAsTheyCame) {
    const auto database = open(cipher_);
    const SystemClock clock;
    Outbox outbox(*database, clock);
    OutboxMessage message;
    message.family = "message";
    message.destination = "sms";
    message.payload = "0\x1f" + std::string(kMobile) +
                      "\x1f"
                      "code";
    ASSERT_TRUE(database->write([&](Transaction& transaction) { return outbox.enqueue(transaction, message); }));
    EXPECT_FALSE(lies_open(kMobile));
    Outbox::Claim claim;
    claim.owner = "test";
    const auto claimed = outbox.claim(claim);
    ASSERT_TRUE(claimed);
    ASSERT_EQ(claimed->size(), 1U);
    EXPECT_EQ(claimed->at(0).message.payload, message.payload);
    EXPECT_EQ(claimed->at(0).message.destination, "sms");
    ASSERT_TRUE(outbox.done(claimed->at(0).id, "test"));
}

TEST_F(Sealing, WhatAnEarlierVersionWroteIsSealedWhenTheDatabaseIsOpened) {
    const auto before = schema();
    std::size_t count = 0;
    while (count < before.size() && before[count].name != "personal data sealed")
        ++count;
    ASSERT_LT(count, before.size());
    ASSERT_TRUE(open(nullptr, count)->write(fill));
    EXPECT_TRUE(lies_open(kMobile));
    const auto database = open(cipher_);
    expect_readable(*database);
    const auto sealed = database->read([](Connection& connection) {
        return connection.value<std::int64_t>("SELECT COUNT(*) FROM contract WHERE typeof(body) = 'blob'");
    });
    ASSERT_TRUE(sealed);
    EXPECT_EQ(**sealed, 1);
}

TEST_F(Sealing, ARowOpensWithItsOwnKeyAndInItsOwnPlaceAlone) {
    { ASSERT_TRUE(open(cipher_)->write(fill)); }
    {
        const auto other = open(std::make_shared<const crypto::FieldCipher>(crypto::FieldCipher::ephemeral()));
        const auto found = other->read([](Connection& connection) { return contracts::find(connection, {1}); });
        ASSERT_FALSE(found);
        EXPECT_EQ(found.error().code, ErrorCode::StorageFailed);
    }
    const auto database = open(cipher_);
    ASSERT_TRUE(database->write([](Transaction& transaction) {
        return transaction.execute(
            "INSERT INTO contract SELECT 9, company, NULL, status, category, create_time, "
            "publish_time, deadline, version, body FROM contract WHERE id = 1");
    }));
    EXPECT_FALSE(database->read([](Connection& connection) { return contracts::find(connection, {9}); }));
}

TEST_F(Sealing, NothingOfAContractUnderALegalHoldGoes) {
    const auto database = open(cipher_);
    ASSERT_TRUE(database->write(fill));
    ASSERT_TRUE(database->write([](Transaction& transaction) {
        return holds::put(transaction, {{1}, "诉讼", "operator", UtcTime{5}});
    }));
    const auto remove = [](Transaction& transaction) { return contracts::remove(transaction, {1}); };
    EXPECT_EQ(database->write(remove).error().code, ErrorCode::LegalHold);
    const auto held = database->read([](Connection& connection) { return holds::all(connection); });
    ASSERT_TRUE(held);
    ASSERT_EQ(held->size(), 1U);
    EXPECT_EQ(held->at(0).reason, "诉讼");
    const auto lift = [](Transaction& transaction) { return holds::lift(transaction, {1}); };
    EXPECT_TRUE(*database->write(lift));
    EXPECT_FALSE(*database->write(lift)) << "there is none any more";
    EXPECT_TRUE(database->write(remove));
}

TEST_F(Sealing, ADocumentOfAHeldContractCannotBeTakenOut) {
    const auto database = open(cipher_);
    ASSERT_TRUE(database->write(fill));
    Contract with = contract();
    with.documents.resize(1);
    with.documents[0].id = {11};
    ASSERT_TRUE(database->write([&](Transaction& transaction) { return contracts::update(transaction, with); }));
    ASSERT_TRUE(database->write([](Transaction& transaction) {
        return holds::put(transaction, {{1}, "诉讼", "operator", UtcTime{5}});
    }));
    with.documents.clear();
    const auto taken = database->write([&](Transaction& transaction) { return contracts::update(transaction, with); });
    EXPECT_EQ(taken.error().code, ErrorCode::LegalHold);
}

TEST_F(Sealing, APageCountsAsSeenByThatPersonInThatFileAlone) {
    const auto database = open(cipher_);
    const auto note = [&](std::string_view person, DocumentId file, std::vector<int> pages) {
        ASSERT_TRUE(database->write(
            [&](Transaction& transaction) { return page_views::note(transaction, person, file, pages, UtcTime{7}); }));
    };
    note("a", {11}, {1, 3});
    note("a", {11}, {3});
    note("b", {11}, {2});
    const auto seen = database->read([](Connection& connection) {
        return page_views::seen(connection, "a", {DocumentId{11}, DocumentId{12}});
    });
    ASSERT_TRUE(seen);
    EXPECT_EQ(seen->at({11}), (std::set<int>{1, 3}));
    EXPECT_TRUE(seen->at({12}).empty());
    ASSERT_TRUE(
        database->write([](Transaction& transaction) { return page_views::forget(transaction, {DocumentId{11}}); }));
    const auto after =
        database->read([](Connection& connection) { return page_views::seen(connection, "b", {DocumentId{11}}); });
    EXPECT_TRUE(after->at({11}).empty());
}

TEST_F(Sealing, AFileThatGrewWantsItsSecondDigestAnew) {
    const auto database = open(cipher_);
    ASSERT_TRUE(database->write(fill));
    Contract complete = contract();
    complete.documents.resize(1);
    complete.documents[0].id = {11};
    const auto become = [&](ContractStatus status, const std::string& hash) {
        complete.status = status;
        complete.documents[0].sha256 = hash;
        ASSERT_TRUE(
            database->write([&](Transaction& transaction) { return contracts::update(transaction, complete); }));
    };
    const auto open_ones = [&] {
        return *database->read([](Connection& connection) { return final_files::without_sm3(connection, 9); });
    };
    become(ContractStatus::Signing, "aa");
    EXPECT_TRUE(open_ones().empty());
    become(ContractStatus::Complete, "bb");
    auto one = open_ones();
    ASSERT_EQ(one.size(), 1U);
    EXPECT_EQ(one[0].sha256, "bb");
    const auto put = [&](const final_files::FinalFile& file) {
        ASSERT_TRUE(database->write([&](Transaction& transaction) { return final_files::put_sm3(transaction, file); }));
    };
    one[0].sm3 = "33";
    put(one[0]);
    EXPECT_TRUE(open_ones().empty());
    become(ContractStatus::Complete, "bb");
    EXPECT_TRUE(open_ones().empty()) << "nothing changed";
    become(ContractStatus::Complete, "cc");
    ASSERT_EQ(open_ones().size(), 1U);
    put(one[0]);
    EXPECT_EQ(open_ones().size(), 1U) << "the digest of the file before does not count for this one";
}

}  // namespace
}  // namespace signet::store
