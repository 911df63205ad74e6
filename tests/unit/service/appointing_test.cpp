#include "service/appointing.hpp"

#include "service/reading_links.hpp"
#include "workshop.hpp"

#include <gtest/gtest.h>

namespace signet::service {
namespace {

using model::Contract;
using model::ContractStatus;
using model::StamperType;
using namespace known;

class AppointingTest : public testing::Test {
  protected:
    /// A draft of its own for each test; the shop is shared.
    struct Office : Workshop {
        ReadingLinks reading{platform, people, book, downloads, proof};
        Appointing appointing{platform, directory, book, places, templates, sending};
    };
    static Office& shop() {
        static Office one;
        return one;
    }
    static constexpr const char* kClient = "the browser";

    AppointingTest() {
        static std::int64_t last = 8000;
        draft_ = contract_of(++last, ContractStatus::Draft);
        draft_.create_time = shop().desk.clock().now();
    }
    AppointView opened(const AppointCommand& wish = {}) {
        const auto view = shop().appointing.open(token(wish), kClient);
        if (!view) throw std::runtime_error(describe(view.error()));
        key_ = view->key;
        return *view;
    }
    std::string token(AppointCommand wish = {}) {
        if (!kept_) shop().put(draft_);
        kept_ = true;
        wish.locator = {draft_.id, {}, {}};
        const auto url = shop().reading.appoint_url(shop().caller(), wish);
        if (!url) throw std::runtime_error(describe(url.error()));
        return url->substr(url->find('=') + 1);
    }
    ContractPointer now() { return *shop().book.find(draft_.id); }
    AppointChange change() {
        AppointChange wish;
        wish.version = now()->version;
        return wish;
    }
    Result<AppointView> save(const AppointChange& wish) { return shop().appointing.save(kClient, key_, wish); }
    ErrorCode refusal(const AppointChange& wish) {
        const auto before = now();
        const auto saved = save(wish);
        EXPECT_FALSE(saved);
        EXPECT_EQ(now()->version, before->version) << "nothing was saved";
        return saved ? ErrorCode::Internal : saved.error().code;
    }
    AppointBox box(std::size_t party, StamperType type, std::size_t document = 0, int page = 1) const {
        AppointBox one;
        one.action = draft_.signatories[party].actions[0].id;
        one.type = type;
        one.document = draft_.documents[document].id;
        one.page = page;
        one.x = 0.25;
        one.y = 0.5;
        return one;
    }

    Contract draft_;
    std::string key_;
    bool kept_ = false;
};

TEST_F(AppointingTest, shows_the_nodes_that_sign_and_what_they_may_get) {
    draft_.signatories[0].actions.resize(2);
    draft_.signatories[0].actions[1].id = {draft_.id.value * 10 + 9};
    draft_.signatories[0].actions[1].type = model::ActionType::Audit;
    const AppointView view = opened();
    ASSERT_EQ(view.nodes.size(), 2U) << "an approval puts nothing on a page";
    EXPECT_EQ(view.nodes[0].action->type, model::ActionType::Company);
    std::vector<StamperType> offered;
    for (const AppointOffer& offer : view.nodes[0].offers) {
        offered.push_back(offer.type);
        EXPECT_GT(offer.size.width, 0);
        EXPECT_GT(offer.size.height, 0);
    }
    EXPECT_EQ(offered, (std::vector{StamperType::Company, StamperType::Timestamp, StamperType::AcrossPage}));
    EXPECT_EQ(view.nodes[1].party->tenant_name, "李测试");
    EXPECT_EQ(view.nodes[1].offers.front().type, StamperType::Personal);
}

TEST_F(AppointingTest, tells_what_its_link_allows) {
    AppointCommand wish;
    wish.page_type = "DRAFT";
    wish.allowed_send = true;
    wish.can_save_or_close = false;
    wish.hide_return = true;
    wish.shows_places = false;
    wish.shows_parameters = false;
    wish.callback_page = "https://erp.example.com/";
    wish.language = "en";
    wish.theme_color = "#123456";
    const AppointView view = opened(wish);
    const AppointOptions& options = view.options;
    EXPECT_EQ(options.page_type, "DRAFT");
    EXPECT_TRUE(options.can_send && options.hide_return);
    EXPECT_FALSE(options.can_save || options.shows_places || options.shows_parameters || view.fills);
    EXPECT_EQ(options.callback_page, "https://erp.example.com/");
    EXPECT_EQ(options.language, "en");
    EXPECT_EQ(options.theme_color, "#123456");
}

TEST_F(AppointingTest, a_page_for_filling_in_fills_in_whatever_else_it_hides) {
    AppointCommand wish;
    wish.page_type = "FILL_PARAMETERS";
    wish.shows_parameters = false;
    EXPECT_TRUE(opened(wish).fills);
}

TEST_F(AppointingTest, opening_is_written_down) {
    opened();
    EXPECT_EQ(shop().events(draft_.id), (std::vector<std::string>{"contract.drafted", "page.opened"}));
}

TEST_F(AppointingTest, opens_by_its_own_kind_of_link_in_time) {
    const std::string link = token();
    EXPECT_EQ(shop().appointing.open("nothing", kClient).error().code, ErrorCode::LinkNotFound);
    ViewCommand view;
    view.locator = {draft_.id, {}, {}};
    const std::string other = *shop().reading.view_ticket(shop().caller(), view);
    EXPECT_EQ(shop().appointing.open(other, kClient).error().code, ErrorCode::LinkNotFound);
    shop().desk.clock().advance(std::chrono::minutes(31));
    EXPECT_EQ(shop().appointing.open(link, kClient).error().code, ErrorCode::LinkExpired);
}

TEST_F(AppointingTest, who_opened_in_time_may_finish_within_half_an_hour) {
    opened();
    shop().desk.clock().advance(std::chrono::minutes(45));
    AppointChange wish = change();
    wish.subject = "改名";
    EXPECT_TRUE(save(wish));
    shop().desk.clock().advance(std::chrono::minutes(16));
    EXPECT_EQ(refusal(change()), ErrorCode::LinkNotFound);
}

TEST_F(AppointingTest, only_the_browser_that_opened_it_saves) {
    opened();
    EXPECT_EQ(shop().appointing.save("another browser", key_, change()).error().code, ErrorCode::LinkNotFound);
    EXPECT_EQ(shop().appointing.save(kClient, "another page", change()).error().code, ErrorCode::LinkNotFound);
}

TEST_F(AppointingTest, saves_what_the_contract_is_called_and_how_long_it_can_be_signed) {
    opened();
    AppointChange wish = change();
    wish.subject = "  采购合同（修订）  ";
    wish.description = "说明";
    wish.expire_time = shop().desk.clock().now() + std::chrono::hours(48);
    const auto saved = save(wish);
    ASSERT_TRUE(saved);
    EXPECT_EQ(saved->contract->subject, "采购合同（修订）");
    EXPECT_EQ(now()->description, "说明");
    EXPECT_EQ(now()->expire_time, shop().platform.zone.end_of_day(*wish.expire_time));
    EXPECT_EQ(shop().events(draft_.id).back(), "contract.modified");
}

TEST_F(AppointingTest, what_is_not_named_stays) {
    draft_.description = "原说明";
    opened();
    ASSERT_TRUE(save(change()));
    EXPECT_EQ(now()->subject, "采购合同");
    EXPECT_EQ(now()->description, "原说明");
    EXPECT_FALSE(now()->expire_time);
}

TEST_F(AppointingTest, what_cannot_be_is_refused_and_nothing_is_saved) {
    opened();
    AppointChange wish = change();
    wish.subject = "  ";
    EXPECT_EQ(refusal(wish), ErrorCode::InvalidParameter);
    wish.subject = std::string(101, 'x');
    EXPECT_EQ(refusal(wish), ErrorCode::ParameterTooLong);
    wish = change();
    wish.subject = "好";
    wish.description = std::string(301, 'x');
    EXPECT_EQ(refusal(wish), ErrorCode::ParameterTooLong);
    wish = change();
    wish.expire_time = shop().desk.clock().now() - std::chrono::hours(48);
    EXPECT_EQ(refusal(wish), ErrorCode::InvalidParameter);
    wish = change();
    wish.version -= 1;
    EXPECT_EQ(refusal(wish), ErrorCode::Conflict);
}

TEST_F(AppointingTest, a_page_that_neither_saves_nor_sends_changes_nothing) {
    AppointCommand wish;
    wish.can_save_or_close = false;
    opened(wish);
    EXPECT_EQ(refusal(change()), ErrorCode::NoOperationPermission);
    wish.allowed_send = true;
    opened(wish);
    EXPECT_TRUE(save(change())) << "what is sent is saved before";
}

TEST_F(AppointingTest, a_contract_that_was_sent_meanwhile_is_no_longer_changed) {
    opened();
    Contract sent = *now();
    sent.status = ContractStatus::Signing;
    shop().put(std::move(sent));
    EXPECT_EQ(refusal(change()), ErrorCode::InvalidContractStatus);
}

TEST_F(AppointingTest, boxes_become_places_of_their_nodes) {
    opened();
    AppointChange wish = change();
    AppointBox across = box(0, StamperType::AcrossPage, 1);
    across.page = 0;
    wish.boxes = {box(0, StamperType::Company, 1, 3), across, box(1, StamperType::Personal)};
    ASSERT_TRUE(save(wish));
    const auto contract = now();
    const auto& own = contract->signatories[0].actions[0].stampers;
    ASSERT_EQ(own.size(), 2U);
    EXPECT_EQ(own[0].documents, std::vector{draft_.documents[1].id});
    EXPECT_EQ(own[0].page, 3);
    EXPECT_EQ(own[0].offset_x, 0.25);
    EXPECT_EQ(own[0].offset_y, 0.5);
    EXPECT_EQ(own[1].type, StamperType::AcrossPage);
    EXPECT_FALSE(own[1].page || own[1].offset_x) << "a seal across the edges stands on all of them";
    EXPECT_EQ(contract->signatories[1].actions[0].stampers.size(), 1U);
    EXPECT_EQ(shop().events(draft_.id).back(), "stampers.placed");
}

TEST_F(AppointingTest, boxes_replace_what_was_there_but_for_those_that_are_kept) {
    model::Stamper by_keyword;
    by_keyword.keyword = "甲方";
    model::Stamper other;
    other.keyword = "乙方";
    draft_.signatories[0].actions[0].stampers = {by_keyword, other};
    opened();
    AppointChange wish = change();
    AppointBox kept = box(0, StamperType::Company);
    kept.kept = 1;
    wish.boxes = {kept};
    ASSERT_TRUE(save(wish));
    const auto contract = now();
    ASSERT_EQ(contract->signatories[0].actions[0].stampers.size(), 1U);
    EXPECT_EQ(contract->signatories[0].actions[0].stampers[0].keyword, "乙方");
    kept.kept = 1;
    wish = change();
    wish.boxes = {kept};
    EXPECT_EQ(refusal(wish), ErrorCode::InvalidParameter) << "the node has one place now";
}

TEST_F(AppointingTest, a_box_that_cannot_be_is_refused) {
    opened();
    const auto with = [&](auto alter) {
        AppointBox one = box(0, StamperType::Company);
        alter(one);
        AppointChange wish = change();
        wish.boxes = {box(1, StamperType::Personal), one};
        return refusal(wish);
    };
    EXPECT_EQ(with([](AppointBox& one) { one.action = {1}; }), ErrorCode::InvalidParameter);
    EXPECT_EQ(with([](AppointBox& one) { one.document = {1}; }), ErrorCode::InvalidParameter);
    EXPECT_EQ(with([](AppointBox& one) { one.type = StamperType::Personal; }), ErrorCode::InvalidStamperType);
    EXPECT_EQ(with([](AppointBox& one) { one.page = 0; }), ErrorCode::SignPageBeyond);
    EXPECT_EQ(with([](AppointBox& one) { one.page = 2; }), ErrorCode::SignPageBeyond);
    EXPECT_EQ(with([](AppointBox& one) { one.x = 1; }), ErrorCode::InvalidParameter);
    EXPECT_EQ(with([](AppointBox& one) { one.y = -0.01; }), ErrorCode::InvalidParameter);
    AppointChange many = change();
    many.boxes = std::vector<AppointBox>(501, box(0, StamperType::Company));
    EXPECT_EQ(refusal(many), ErrorCode::InvalidParameter);
    EXPECT_TRUE(now()->signatories[1].actions[0].stampers.empty());
}

TEST_F(AppointingTest, only_the_initiators_own_parameters_are_filled_in) {
    model::DocumentParam price;
    price.param.name = "price";
    model::DocumentParam fixed = price;
    fixed.param.name = "fixed";
    fixed.param.read_only = true;
    fixed.value = "as it is";
    model::DocumentParam theirs = price;
    theirs.param.name = "theirs";
    theirs.signatory = draft_.signatories[1].id;
    draft_.documents[0].params = {price, fixed, theirs};
    opened();
    for (const auto& [name, value] :
         std::vector<std::pair<std::string, std::string>>{{"unknown", "1"}, {"theirs", "1"}, {"fixed", "another"}}) {
        AppointChange wish = change();
        wish.values.resize(1);
        wish.values[0].name = name;
        wish.values[0].value = value;
        EXPECT_EQ(refusal(wish), ErrorCode::InvalidParameter) << name;
    }
    AppointChange same = change();
    same.values.resize(1);
    same.values[0].name = "fixed";
    same.values[0].value = "as it is";
    EXPECT_TRUE(save(same)) << "what does not change needs no new file";
    AppointCommand hidden;
    hidden.shows_parameters = false;
    opened(hidden);
    same.version = now()->version;
    EXPECT_EQ(refusal(same), ErrorCode::NoOperationPermission);
}

TEST_F(AppointingTest, publishes_only_where_its_link_allows_it_and_for_an_application_that_is_there) {
    opened();
    EXPECT_EQ(shop().appointing.send(kClient, key_).error().code, ErrorCode::NoOperationPermission);
    AppointCommand wish;
    wish.allowed_send = true;
    opened(wish);
    EXPECT_EQ(shop().appointing.send(kClient, key_).error().code, ErrorCode::PermissionDenied);
    EXPECT_EQ(now()->status, ContractStatus::Draft);
}

}  // namespace
}  // namespace signet::service
