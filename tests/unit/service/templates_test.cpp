#include "service/templates.hpp"

#include "service/template_pdf.hpp"

#include <optional>

#include <gtest/gtest.h>

namespace signet::service {
namespace {

using model::DocumentParam;
using model::ParamType;
using model::ParamValue;
using model::TemplateParam;

struct Case {
    ParamType type;
    std::string value;
    bool suits;
};

std::string rows(int count) {
    std::string text = "[";
    for (int i = 0; i < count; ++i)
        text += (i > 0 ? R"(,["1"])" : R"(["1"])");
    return text + "]";
}

std::string cells(int count) {
    std::string text = "[[";
    for (int i = 0; i < count; ++i)
        text += (i > 0 ? ",1" : "1");
    return text + "]]";
}

const std::string kPng = "data:image/png;base64,iVBORw0KGgo=";
const std::string kJpeg = "data:image/jpeg;base64,/9j/4A==";

class Values : public testing::TestWithParam<Case> {};

TEST_P(Values, must_suit_their_type) {
    TemplateParam param;
    param.type = GetParam().type;
    param.options = {"甲", "乙"};
    const Status status = check_value(param, GetParam().value, "field");
    EXPECT_EQ(static_cast<bool>(status), GetParam().suits) << GetParam().value.substr(0, 60);
    if (status) return;
    EXPECT_TRUE(status.error().detail.starts_with("field")) << status.error().detail;
}

INSTANTIATE_TEST_SUITE_P(
    Table, Values,
    testing::Values(Case{ParamType::Text, "", true}, Case{ParamType::Text, std::string(1000, 'x'), true},
                    Case{ParamType::Text, std::string(1001, 'x'), false}, Case{ParamType::Textarea, "a\nb", true},
                    Case{ParamType::Textarea, std::string(1001, 'x'), false}, Case{ParamType::Number, "-1.50", true},
                    Case{ParamType::Number, "1,5", false}, Case{ParamType::Number, "one", false},
                    Case{ParamType::Date, "2028-02-29", true}, Case{ParamType::Date, "2026-02-29", false},
                    Case{ParamType::Date, "2026-2-9", false}, Case{ParamType::Date, "2026/02/09", false},
                    Case{ParamType::Date, "2026-02-09 ", false}, Case{ParamType::IdCard, "11010519491231002X", true},
                    Case{ParamType::IdCard, "123456789012345", true},
                    Case{ParamType::IdCard, "1234567890123456", false},
                    Case{ParamType::IdCard, "12345678901234-", false}, Case{ParamType::Single, "甲", true},
                    Case{ParamType::Single, "丙", false}, Case{ParamType::Single, "甲,乙", false},
                    Case{ParamType::Multiple, "甲,乙", true}, Case{ParamType::Multiple, "乙", true},
                    Case{ParamType::Multiple, "甲,丙", false}, Case{ParamType::Table, R"([{"a":"1","b":2}])", true},
                    Case{ParamType::Table, R"([["1",2,true,null]])", true},
                    Case{ParamType::Table, R"([{"a":{"b":1}}])", false}, Case{ParamType::Table, R"({"a":1})", false},
                    Case{ParamType::Table, "a,b", false}, Case{ParamType::Table, rows(200), true},
                    Case{ParamType::Table, rows(201), false}, Case{ParamType::Table, cells(30), true},
                    Case{ParamType::Table, cells(31), false}, Case{ParamType::Image, kPng, true},
                    Case{ParamType::Image, kJpeg, true}, Case{ParamType::Image, "iVBORw0KGgo=", false},
                    Case{ParamType::Image, "data:image/png;base64,AAAA", false},
                    Case{ParamType::Image, "data:text/html;base64,iVBORw0KGgo=", false}));

DocumentParam text(const std::string& name, const std::string& value = {}) {
    DocumentParam one;
    one.param.name = name;
    one.value = value;
    return one;
}

ParamValue value(const std::string& name, const std::string& given) {
    ParamValue made;
    made.name = name;
    made.value = given;
    return made;
}

TEST(templates, values_go_to_the_parameters_of_their_names_and_others_are_passed_over) {
    std::vector<DocumentParam> params{text("a"), text("b", "old")};
    const auto changed = set_values(params, {value("a", "new"), value("elsewhere", "x")}, "templateParams");
    ASSERT_TRUE(changed);
    EXPECT_TRUE(*changed);
    EXPECT_EQ(params[0].value, "new");
    EXPECT_EQ(params[1].value, "old");
    EXPECT_FALSE(*set_values(params, {value("a", "new")}, "templateParams"));
}

TEST(templates, a_request_says_who_fills_in_and_what_cannot_be_changed) {
    std::vector<DocumentParam> params{text("a")};
    ParamValue given = value("a", "");
    given.signatory = {7};
    given.read_only = true;
    ASSERT_TRUE(set_values(params, {given}, "templateParams"));
    EXPECT_EQ(params[0].signatory, model::SignatoryId{7});
    EXPECT_TRUE(params[0].param.read_only);
}

TEST(templates, a_value_that_does_not_suit_is_named_by_its_place) {
    std::vector<DocumentParam> params{text("day")};
    params[0].param.type = ParamType::Date;
    const auto changed = set_values(params, {value("x", ""), value("day", "soon")}, "templateParams");
    ASSERT_FALSE(changed);
    EXPECT_EQ(changed.error().code, ErrorCode::InvalidParameter);
    EXPECT_TRUE(changed.error().detail.starts_with("templateParams[1].value"));
}

TEST(templates, a_choice_shows_what_was_not_chosen_too) {
    DocumentParam one = text("pay", "乙");
    one.param.type = ParamType::Single;
    one.param.options = {"甲", "乙"};
    EXPECT_EQ(value_text(one), "□甲　■乙");
}

struct Box {
    const char* description;
    int page;
    double x, y, width, height, font_size;
    bool has_field;
    bool is_sound;
};

class Boxes : public testing::TestWithParam<Box> {};

TEST_P(Boxes, must_lie_on_a_page_of_the_template) {
    const Box& box = GetParam();
    TemplateParam param;
    param.page = box.page;
    param.x = box.x;
    param.y = box.y;
    param.width = box.width;
    param.height = box.height;
    param.font_size = box.font_size;
    EXPECT_EQ(static_cast<bool>(check_place(param, box.has_field, 2, "p")), box.is_sound) << box.description;
}

INSTANTIATE_TEST_SUITE_P(Table, Boxes,
                         testing::Values(Box{"on the last page", 2, .1, .1, .5, .1, 10, false, true},
                                         Box{"behind the last page", 3, .1, .1, .5, .1, 10, false, false},
                                         Box{"on no page", 0, 0, 0, 0, 0, 10, false, false},
                                         Box{"in a field of the form", 0, 0, 0, 0, 0, 10, true, true},
                                         Box{"without width", 1, .1, .1, 0, .1, 10, false, false},
                                         Box{"beyond the right edge", 1, .6, .1, .5, .1, 10, false, false},
                                         Box{"below the page", 1, .1, -.1, .5, .1, 10, false, false},
                                         Box{"too small to read", 1, .1, .1, .5, .1, 3, false, false}));

TEST(templates, a_table_has_no_place_in_a_pdf) {
    TemplateParam param;
    param.type = ParamType::Table;
    EXPECT_FALSE(check_place(param, true, 1, "p"));
}

TEST(ALineOfAnHtmlTemplate, has_at_most_three_hundred_characters) {
    model::Document document;
    document.params.resize(1);
    TemplateParam& param = document.params[0].param;
    std::string& value = document.params[0].value;
    param.name = "address";
    const auto fits = [&](const std::string& suffix, ParamType type, std::size_t characters) {
        document.original_suffix = suffix;
        param.type = type;
        value.clear();
        for (std::size_t i = 0; i < characters; ++i)
            value += "路";
        return check_lines(document);
    };
    for (const auto* suffix : {"html", "htm"}) {
        EXPECT_TRUE(fits(suffix, ParamType::Text, 300));
        const Status refused = fits(suffix, ParamType::Text, 301);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, ErrorCode::ParameterTooLong);
        EXPECT_TRUE(refused.error().detail.starts_with("address")) << refused.error().detail;
        EXPECT_TRUE(fits(suffix, ParamType::Textarea, 1000)) << "several lines";
    }
    EXPECT_TRUE(fits("docx", ParamType::Text, 1000));
    EXPECT_TRUE(fits("pdf", ParamType::Text, 1000));
}

}  // namespace
}  // namespace signet::service
