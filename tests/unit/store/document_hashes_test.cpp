#include "store/contracts.hpp"
#include "store/database.hpp"
#include "store/schema.hpp"
#include "temporary_folder.hpp"

#include <gtest/gtest.h>

namespace signet::store {
namespace {

using namespace model;

class DocumentHashes : public testing::Test {
  protected:
    void SetUp() override {
        contract_.id = {1};
        contract_.company = {2};
        contract_.documents.resize(1);
        contract_.documents[0].id = {11};
    }
    template <typename Work>
    void write(Work work) {
        const Status done = database_->write(work);
        ASSERT_TRUE(done) << describe(done.error());
    }
    /// The contract, with its company, as far as the tables want one.
    void insert() {
        write([&](Transaction& transaction) -> Status {
            const auto company = transaction.execute(
                "INSERT INTO company (id, name, register_no, platform, create_time) VALUES ($1, '示例', '', TRUE, 0)",
                {contract_.company});
            if (!company) return company.error();
            return contracts::insert(transaction, contract_);
        });
    }
    void become(ContractStatus status, const std::string& hash) {
        contract_.status = status;
        if (!contract_.documents.empty()) contract_.documents[0].sha256 = hash;
        write([&](Transaction& transaction) { return contracts::update(transaction, contract_); });
    }
    std::vector<DocumentId> known(const std::string& hash) {
        return *database_->read([&](Connection& connection) { return contracts::with_hash(connection, hash, 5); });
    }

    TemporaryFolder folder_;
    std::unique_ptr<Database> database_ = std::move(*Database::open(folder_.path() / "signet.db", schema()));
    Contract contract_;
};

TEST_F(DocumentHashes, are_kept_of_every_state_a_document_had_since_it_was_sent) {
    contract_.documents[0].sha256 = "aa";
    insert();
    EXPECT_TRUE(known("aa").empty()) << "a draft is nobody's business";
    become(ContractStatus::Signing, "bb");
    become(ContractStatus::Signing, "bb");
    become(ContractStatus::Complete, "cc");
    EXPECT_EQ(known("bb"), std::vector<DocumentId>{{11}});
    EXPECT_EQ(known("cc"), std::vector<DocumentId>{{11}});
    EXPECT_TRUE(known("dd").empty());
}

TEST_F(DocumentHashes, go_with_the_document_and_with_the_contract) {
    insert();
    become(ContractStatus::Signing, "bb");
    contract_.documents.clear();
    become(ContractStatus::Signing, "");
    EXPECT_TRUE(known("bb").empty());
    contract_.documents.resize(1);
    contract_.documents[0].id = {12};
    become(ContractStatus::Signing, "ee");
    write([&](Transaction& transaction) { return contracts::remove(transaction, contract_.id); });
    EXPECT_TRUE(known("ee").empty());
}

}  // namespace
}  // namespace signet::store
