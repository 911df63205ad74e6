#include "store/chain_records.hpp"

#include "base/bytes.hpp"
#include "store/schema.hpp"
#include "temporary_folder.hpp"

#include <gtest/gtest.h>

namespace signet::store::chain_records {
namespace {

using model::ApplicationId;
using model::ChainRecord;
using model::ChainRecordId;
using model::Proof;
using model::ProofId;

constexpr ApplicationId kOurs{7};
constexpr ApplicationId kTheirs{8};

class ChainRecordsTest : public testing::Test {
  protected:
    template <typename Thing>
    Status put(const Thing& thing) {
        return database_->write([&](Transaction& transaction) { return insert(transaction, thing); });
    }
    template <typename Key>
    auto get(ApplicationId application, const Key& key) {
        auto found = database_->read([&](Connection& connection) { return find(connection, application, key); });
        EXPECT_TRUE(found);
        return std::move(*found);
    }
    static ChainRecord record(std::int64_t id, std::string data_id, ApplicationId application = kOurs) {
        ChainRecord one;
        one.id = {id};
        one.application = application;
        one.company = {3};
        one.data_id = std::move(data_id);
        one.name = "合同快照 \"一\"";
        one.type = "FILE";
        one.file_type = "pdf";
        one.algorithm = "SHA256";
        one.hash = std::string(64, 'a');
        one.operator_info = {"李测试", "li@example.com", model::ContactType::Email};
        one.token = to_bytes("a time-stamp");
        one.time = {1'700'000'000'123};
        return one;
    }

    TemporaryFolder folder_;
    std::unique_ptr<Database> database_ = std::move(*Database::open(folder_.path() / "signet.db", schema()));
};

TEST_F(ChainRecordsTest, come_back_as_they_were_put_by_either_key) {
    ChainRecord put_in = record(1, "data-1");
    put_in.size = 1ULL << 40;
    ASSERT_TRUE(put(put_in));
    for (const auto& found : {get(kOurs, ChainRecordId{1}), get(kOurs, std::string_view("data-1"))}) {
        ASSERT_TRUE(found);
        EXPECT_EQ(found->id, put_in.id);
        EXPECT_EQ(found->company, put_in.company);
        EXPECT_EQ(found->data_id, "data-1");
        EXPECT_EQ(found->name, put_in.name);
        EXPECT_EQ(found->type, "FILE");
        EXPECT_EQ(found->file_type, "pdf");
        EXPECT_EQ(found->algorithm, "SHA256");
        EXPECT_EQ(found->hash, put_in.hash);
        EXPECT_EQ(found->size, put_in.size);
        EXPECT_EQ(found->operator_info, put_in.operator_info);
        EXPECT_EQ(found->token, put_in.token);
        EXPECT_EQ(found->time, put_in.time);
    }
}

TEST_F(ChainRecordsTest, of_a_digest_alone_know_no_size) {
    ASSERT_TRUE(put(record(1, "data-1")));
    EXPECT_FALSE(get(kOurs, ChainRecordId{1})->size);
}

TEST_F(ChainRecordsTest, are_seen_by_their_own_application_alone) {
    ASSERT_TRUE(put(record(1, "data-1")));
    EXPECT_FALSE(get(kTheirs, ChainRecordId{1}));
    EXPECT_FALSE(get(kTheirs, std::string_view("data-1")));
    EXPECT_FALSE(get(kOurs, ChainRecordId{2}));
    EXPECT_FALSE(get(kOurs, std::string_view("data")));
}

TEST_F(ChainRecordsTest, have_a_data_id_that_is_unique_within_the_application) {
    ASSERT_TRUE(put(record(1, "data-1")));
    const Status again = put(record(2, "data-1"));
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, ErrorCode::Conflict);
    EXPECT_TRUE(put(record(3, "data-1", kTheirs)));
    EXPECT_EQ(get(kOurs, std::string_view("data-1"))->id, ChainRecordId{1});
}

TEST_F(ChainRecordsTest, have_papers_which_are_their_applications_too) {
    ASSERT_TRUE(put(record(1, "data-1")));
    Proof paper;
    paper.id = {5};
    paper.application = kOurs;
    paper.record = {1};
    paper.blob = std::string(64, 'b');
    paper.create_time = {1'700'000'000'456};
    ASSERT_TRUE(put(paper));
    const auto found = get(kOurs, ProofId{5});
    ASSERT_TRUE(found);
    EXPECT_EQ(found->record, paper.record);
    EXPECT_EQ(found->blob, paper.blob);
    EXPECT_EQ(found->create_time, paper.create_time);
    EXPECT_FALSE(get(kTheirs, ProofId{5}));
    EXPECT_FALSE(get(kOurs, ProofId{6}));
}

}  // namespace
}  // namespace signet::store::chain_records
