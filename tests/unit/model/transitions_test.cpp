#include "model/transitions.hpp"

#include "base/text.hpp"

#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace signet::model {
namespace {

/// Spec §3.1 as a person reads it: one line a call, one letter a status in the order DRAFT FILLING SIGNING COMPLETE
/// REJECTED RECALLED EXPIRED INVALIDING INVALIDED FORCE_END. y yes, . no, t if it is the node's turn, c if the category
/// allows, d if there are documents, o unless onlySigning, v view only, D delete, R recall, C start a cancellation.
struct Line {
    Call call;
    std::string_view cells;
};

const std::vector<Line> kExpected{
    {Call::Draft, "y........."},        {Call::AddDocument, "y........."},
    {Call::Send, "y........."},         {Call::Sign, "..t......."},
    {Call::Invalid, "DRRCDDD..."},      {Call::InvalidSign, ".......t.."},
    {Call::Delay, ".yy...y..."},        {Call::ForceEnd, ".yy...y..."},
    {Call::SignatoryAdd, "..cc......"}, {Call::Notice, ".oy....o.."},
    {Call::PageUrl, ".yyvvvvyvv"},      {Call::ViewUrl, "dyyyyyyyyy"},
    {Call::AppointUrl, "y........."},   {Call::ShortUrl, ".yyyyyyyyy"},
    {Call::JoinUrl, ".yy......."},      {Call::PersonalJoinUrl, ".yy......."},
    {Call::Read, "yyyyyyyyyy"},
};

char letter(Permission permission) {
    switch (permission) {
        case Permission::Yes:
            return 'y';
        case Permission::No:
            return '.';
        case Permission::IfActionStarted:
            return 't';
        case Permission::IfCategoryAllows:
            return 'c';
        case Permission::IfDocuments:
            return 'd';
        case Permission::UnlessOnlySigning:
            return 'o';
        case Permission::ViewOnly:
            return 'v';
        case Permission::Delete:
            return 'D';
        case Permission::Recall:
            return 'R';
        case Permission::StartCancellation:
            return 'C';
    }
    return '?';
}

TEST(Transitions, say_for_every_call_and_every_status_what_the_specification_says) {
    ASSERT_EQ(kExpected.size(), static_cast<std::size_t>(kCallCount));
    for (const Line& line : kExpected) {
        for (int status = 0; status < kContractStatusCount; ++status) {
            EXPECT_EQ(letter(permission(line.call, static_cast<ContractStatus>(status))),
                      line.cells[static_cast<std::size_t>(status)])
                << "call " << static_cast<int>(line.call) << " in " << to_wire(static_cast<ContractStatus>(status));
        }
    }
}

TEST(Transitions, refuse_with_the_contracts_status) {
    const Status refused = check(Call::Send, ContractStatus::Complete);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::InvalidContractStatus);
    EXPECT_TRUE(check(Call::Send, ContractStatus::Draft));
}

TEST(Vocabulary, reads_back_every_spelling_it_writes) {
    for (const auto& [value, text] : spellings<StamperType>)
        EXPECT_EQ(from_wire<StamperType>(text), value);
    for (const auto& [value, text] : spellings<ContractStatus>) {
        EXPECT_EQ(from_wire<ContractStatus>(text), value);
        EXPECT_EQ(to_wire(value), text);
    }
    for (const auto& [value, text] : spellings<SignatoryStatus>)
        EXPECT_EQ(to_wire(value), text);
    for (const auto& [value, text] : spellings<ActionType>)
        EXPECT_EQ(to_wire(value), text);
    EXPECT_FALSE(from_wire<StamperType>("company"));
}

}  // namespace
}  // namespace signet::model
