#include "model/placing.hpp"

#include <gtest/gtest.h>

namespace signet::model {
namespace {

constexpr double kA4Width = 595.28;
constexpr double kA4Height = 841.89;
constexpr double kMillimetre = 72.0 / 25.4;

Document document(int pages) {
    Document result;
    result.id = {7};
    result.pages.assign(static_cast<std::size_t>(pages), {kA4Width, kA4Height});
    return result;
}

std::vector<RunPage> run(int pages) {
    std::vector<RunPage> result;
    for (int page = 0; page < pages; ++page)
        result.push_back({{7}, page, {kA4Width, kA4Height}});
    return result;
}

TEST(PageConfig, is_read_with_blanks_full_width_signs_and_overlaps) {
    EXPECT_EQ(*parse_page_config("2,4 ~ 7,8 ~ 11", 11), (std::vector<int>{1, 3, 4, 5, 6, 7, 8, 9, 10}));
    EXPECT_EQ(*parse_page_config("1，2～3,2-3", 5), (std::vector<int>{0, 1, 2}));
    for (const char* garbled : {"", " ", "a", "3~2", "0", "1,,2", "1~", "~3"}) {
        EXPECT_EQ(parse_page_config(garbled, 5).error().code, ErrorCode::InvalidParameter) << garbled;
    }
    EXPECT_EQ(parse_page_config("1~6", 5).error().code, ErrorCode::SignPageBeyond);
}

TEST(AcrossPages, take_all_odd_even_or_named_pages) {
    Stamper stamper;
    stamper.type = StamperType::AcrossPage;
    EXPECT_EQ(*across_pages(stamper, 3), (std::vector<int>{0, 1, 2}));
    stamper.type = StamperType::AcrossPageOdd;
    EXPECT_EQ(*across_pages(stamper, 5), (std::vector<int>{0, 2, 4}));
    stamper.type = StamperType::AcrossPageEven;
    EXPECT_EQ(*across_pages(stamper, 5), (std::vector<int>{1, 3}));
    stamper.type = StamperType::AcrossPageScope;
    stamper.seal_page_config = "1,3~4";
    EXPECT_EQ(*across_pages(stamper, 5), (std::vector<int>{0, 2, 3}));
}

TEST(AcrossRun, counts_the_pages_of_several_documents_through) {
    Document first = document(3);
    Document second = document(3);
    second.id = {8};
    Stamper stamper;
    const auto pages = [&] {
        std::vector<std::pair<std::int64_t, int>> found;
        for (const RunPage& page : *across_run(stamper, {&first, &second}))
            found.emplace_back(page.document.value, page.page);
        return found;
    };
    using Pages = std::vector<std::pair<std::int64_t, int>>;
    stamper.type = StamperType::AcrossPageOdd;
    EXPECT_EQ(pages(), (Pages{{7, 0}, {7, 2}, {8, 1}}));
    stamper.type = StamperType::AcrossPageEven;
    EXPECT_EQ(pages(), (Pages{{7, 1}, {8, 0}, {8, 2}}));
    stamper.type = StamperType::AcrossPageScope;
    stamper.seal_page_config = "2,4~5";
    EXPECT_EQ(pages(), (Pages{{7, 1}, {8, 0}, {8, 1}}));
    stamper.seal_page_config = "7";
    EXPECT_EQ(across_run(stamper, {&first, &second}).error().code, ErrorCode::SignPageBeyond);
}

TEST(AcrossSeal, shows_its_strips_from_left_to_right_at_the_right_edge) {
    Stamper stamper;
    stamper.type = StamperType::AcrossPage;
    stamper.offset_y = 0.5;
    const double diameter = 42 * kMillimetre;
    const auto places = *place_across(stamper, run(5), {diameter, diameter});
    ASSERT_EQ(places.size(), 5U);
    for (int i = 0; i < 5; ++i) {
        const Place& place = places[static_cast<std::size_t>(i)];
        EXPECT_EQ(place.page, i);
        EXPECT_EQ(place.strip, i);
        EXPECT_EQ(place.strips, 5);
        EXPECT_NEAR(place.width, diameter / 5, 1e-9);
        EXPECT_NEAR(place.x + place.width, kA4Width, 1e-9);
        EXPECT_NEAR(place.y, kA4Height / 2, 1e-9);
    }
}

TEST(AcrossSeal, begins_again_when_strips_would_become_too_narrow) {
    const auto groups = across_groups(100, 42 * kMillimetre);
    int sum = 0;
    for (const int group : groups) {
        sum += group;
        EXPECT_LE(group, 28);
        EXPECT_GE(group, 20);
    }
    EXPECT_EQ(sum, 100);
    EXPECT_EQ(across_groups(2, 42 * kMillimetre), (std::vector<int>{2}));
}

TEST(AcrossSeal, leaves_a_single_page_alone_and_needs_a_height) {
    Stamper stamper;
    stamper.type = StamperType::AcrossPage;
    EXPECT_EQ(place_across(stamper, run(3), {100, 100}).error().code, ErrorCode::InvalidParameter);
    stamper.offset_y = 0.2;
    EXPECT_TRUE(place_across(stamper, run(1), {100, 100})->empty());
}

TEST(PagePlaces, follow_the_worked_example_of_the_specification) {
    Stamper stamper;
    stamper.page = 1;
    stamper.offset_x = 0.1;
    stamper.offset_y = 0.1;
    const auto places = *place_on_pages(stamper, document(2), {119.06, 119.06});
    ASSERT_EQ(places.size(), 1U);
    EXPECT_NEAR(places[0].x, 59.53, 0.01);
    EXPECT_NEAR(places[0].y, 84.19, 0.01);
    EXPECT_NEAR(places[0].x + places[0].width, 178.59, 0.01);
}

TEST(PagePlaces, know_every_page_the_last_page_and_the_page_that_is_not_there) {
    Stamper stamper;
    stamper.page = 0;
    EXPECT_EQ(place_on_pages(stamper, document(3), {10, 10})->size(), 3U);
    stamper.page = -1;
    EXPECT_EQ(place_on_pages(stamper, document(3), {10, 10})->front().page, 2);
    stamper.page = 4;
    EXPECT_EQ(place_on_pages(stamper, document(3), {10, 10}).error().code, ErrorCode::SignPageBeyond);
    stamper.page.reset();
    EXPECT_EQ(place_on_pages(stamper, document(3), {10, 10}).error().code, ErrorCode::InvalidParameter);
    stamper.page = 1;
    stamper.offset_x = 1.0;
    EXPECT_EQ(place_on_pages(stamper, document(3), {10, 10}).error().code, ErrorCode::InvalidParameter);
}

TEST(PagePlaces, are_shifted_back_into_the_page) {
    Stamper stamper;
    stamper.page = 1;
    stamper.offset_x = 0.99;
    stamper.offset_y = 0.99;
    const auto places = *place_on_pages(stamper, document(1), {100, 50});
    EXPECT_NEAR(places[0].x, kA4Width - 100, 1e-9);
    EXPECT_NEAR(places[0].y, kA4Height - 50, 1e-9);
}

TEST(KeywordPlaces, add_the_offset_to_the_keyword_as_the_worked_example_does) {
    Stamper stamper;
    stamper.keyword = "甲方（盖章）";
    stamper.offset_x = 0.05;
    stamper.offset_y = -0.02;
    const auto places = place_at_keywords(stamper, document(1), {{0, 300, 400}}, {119.06, 119.06});
    EXPECT_NEAR(places[0].x, 329.76, 0.01);
    EXPECT_NEAR(places[0].y, 383.16, 0.01);
}

TEST(KeywordHits, are_picked_by_index_from_either_end) {
    const std::vector<KeywordHit> hits{{0, 1, 1}, {1, 2, 2}, {2, 3, 3}};
    EXPECT_EQ(pick_hits(hits, 1).front().page, 0);
    EXPECT_EQ(pick_hits(hits, 3).front().page, 2);
    EXPECT_EQ(pick_hits(hits, -1).front().page, 2);
    EXPECT_EQ(pick_hits(hits, -3).front().page, 0);
    EXPECT_EQ(pick_hits(hits, 0).size(), 3U);
    EXPECT_TRUE(pick_hits(hits, 4).empty());
    EXPECT_TRUE(pick_hits(hits, -4).empty());
}

TEST(Sizes, let_the_width_decide_and_leave_seals_alone) {
    const ImageSize box{40 * kMillimetre, 16 * kMillimetre};
    Stamper stamper;
    stamper.type = StamperType::Personal;
    EXPECT_NEAR(placed_size(stamper, box).width, box.width, 1e-9);
    stamper.height = 8;
    EXPECT_NEAR(placed_size(stamper, box).width, 20 * kMillimetre, 1e-9);
    stamper.width = 60;
    EXPECT_NEAR(placed_size(stamper, box).width, 60 * kMillimetre, 1e-9);
    EXPECT_NEAR(placed_size(stamper, box).height, 24 * kMillimetre, 1e-9);
    stamper.type = StamperType::Company;
    EXPECT_NEAR(placed_size(stamper, {119.06, 119.06}).width, 119.06, 1e-9);
}

TEST(StamperTypes, suit_the_nodes_that_the_specification_names_and_no_other) {
    // Columns: COMPANY PERSONAL LP TIMESTAMP ACROSS_PAGE ODD EVEN SCOPE.
    const std::vector<std::pair<ActionType, std::string_view>> expected{
        {ActionType::Company, "y..yyyyy"}, {ActionType::Operator, ".y.y...."}, {ActionType::Lp, "..yy...."},
        {ActionType::Audit, "........"},   {ActionType::Personal, ".y.y...."}, {ActionType::Practice, "y..y...."},
    };
    for (const auto& [action, cells] : expected) {
        for (const auto& [stamper, name] : spellings<StamperType>) {
            EXPECT_EQ(stamper_suits(stamper, action), cells[static_cast<std::size_t>(stamper)] == 'y')
                << name << " on " << to_wire(action);
        }
    }
}

TEST(StamperLimits, are_checked_and_the_field_is_named) {
    Stamper stamper;
    stamper.page = 1;
    EXPECT_TRUE(check_stamper(stamper, "stampers[0]"));
    stamper.width = 9;
    EXPECT_EQ(check_stamper(stamper, "stampers[0]").error().detail, "stampers[0].width: must be 10 to 120");
    stamper.width = 120;
    stamper.height = 49;
    EXPECT_FALSE(check_stamper(stamper, "stampers[0]"));
    stamper.height = 48;
    stamper.rotation_degrees = 360.5;
    EXPECT_FALSE(check_stamper(stamper, "stampers[0]"));
    stamper.rotation_degrees = 360;
    stamper.offset_x = -1;
    EXPECT_FALSE(check_stamper(stamper, "stampers[0]"));
    Stamper scope;
    scope.type = StamperType::AcrossPageScope;
    EXPECT_FALSE(check_stamper(scope, "stampers[0]"));
}

TEST(ListedSeals, are_the_only_ones_that_places_of_their_node_may_name) {
    struct Case {
        const char* what;
        std::vector<SealId> listed;
        StamperType type;
        SealId named;
        bool allowed;
    };
    const Case cases[] = {
        {"one of the list", {{1}, {2}}, StamperType::Company, {2}, true},
        {"another", {{1}, {2}}, StamperType::Company, {3}, false},
        {"another across pages", {{1}}, StamperType::AcrossPageOdd, {3}, false},
        {"none", {{1}}, StamperType::Company, {}, true},
        {"any where none is listed", {}, StamperType::Company, {3}, true},
        {"any with a date, which is no seal", {{1}}, StamperType::Timestamp, {3}, true},
    };
    for (const Case& one : cases) {
        Action action;
        action.seals = one.listed;
        Stamper stamper;
        stamper.type = one.type;
        stamper.seal = one.named;
        const Status checked = check_listed_seal(action, stamper, "stampers[4]");
        EXPECT_EQ(static_cast<bool>(checked), one.allowed) << one.what;
        if (checked) continue;
        EXPECT_EQ(checked.error().code, ErrorCode::SealNotFound);
        EXPECT_TRUE(checked.error().detail.starts_with("stampers[4].sealId: 3 ")) << checked.error().detail;
    }
}

}  // namespace
}  // namespace signet::model
