#include "openapi/fields.hpp"

#include "model/contract.hpp"

#include <gtest/gtest.h>

namespace signet::openapi {
namespace {

struct ThingTag {};
using ThingId = Id<ThingTag>;

boost::json::object parsed(std::string_view text) {
    return *parse_object(text);
}

TEST(Ids, keep_nineteen_digits_whether_number_or_text) {
    const auto object = parsed(R"({"a":2698131828788437206,"b":"2698131828788437206","c":"9223372036854775807",
        "f":"3400000000000000001.000000"})");
    const Fields fields(object);
    EXPECT_EQ(fields.id<ThingId>("a").value, 2698131828788437206);
    EXPECT_EQ(fields.id<ThingId>("b").value, 2698131828788437206);
    EXPECT_EQ(fields.id<ThingId>("c").value, INT64_MAX);
    EXPECT_EQ(fields.id<ThingId>("f").value, 3400000000000000001);
    EXPECT_FALSE(fields.error());
}

TEST(Ids, that_are_none_are_refused_with_the_fields_name) {
    for (const char* text : {R"({"id":"12x"})", R"({"id":-1})", R"({"id":0})", R"({"id":1.5})", R"({"id":{}})",
                             R"({"id":"9223372036854775808"})", R"({"id":18446744073709551615})"}) {
        const auto object = parsed(text);
        const Fields fields(object);
        EXPECT_FALSE(fields.id<ThingId>("id")) << text;
        ASSERT_TRUE(fields.error()) << text;
        EXPECT_EQ(fields.error()->code, ErrorCode::InvalidParameter);
        EXPECT_EQ(fields.error()->detail, "id: is not an id");
    }
}

TEST(Absence, is_a_missing_member_null_and_blank_text_alike) {
    const auto object = parsed(R"({"a":null,"b":"","c":"  "})");
    const Fields fields(object);
    for (const char* name : {"a", "b", "c", "d"}) {
        EXPECT_FALSE(fields.has(name)) << name;
        EXPECT_EQ(fields.text(name), "");
        EXPECT_FALSE(fields.integer(name));
        EXPECT_FALSE(fields.boolean(name));
        EXPECT_FALSE(fields.id<ThingId>(name));
        EXPECT_TRUE(fields.list(name, 10).empty());
    }
    EXPECT_FALSE(fields.error());
    fields.required_text("b");
    ASSERT_TRUE(fields.error());
    EXPECT_EQ(fields.error()->detail, "b: is required");
}

TEST(Numbers, come_as_numbers_and_as_text) {
    const auto object = parsed(R"({"a":"1","b":2,"c":"-1","d":"0.1","e":0.25,"f":3.0,"g":"x","h":[1]})");
    const Fields fields(object);
    EXPECT_EQ(fields.integer("a"), 1);
    EXPECT_EQ(fields.integer("b"), 2);
    EXPECT_EQ(fields.integer("c"), -1);
    EXPECT_EQ(fields.integer("f"), 3);
    EXPECT_EQ(fields.decimal("d"), 0.1);
    EXPECT_EQ(fields.decimal("e"), 0.25);
    EXPECT_EQ(fields.decimal("b"), 2.0);
    EXPECT_FALSE(fields.error());
    EXPECT_FALSE(fields.integer("g"));
    EXPECT_EQ(fields.error()->detail, "g: must be a whole number");
}

TEST(Numbers, outside_their_limits_are_refused) {
    const auto object = parsed(R"({"width":9})");
    const Fields fields(object);
    EXPECT_FALSE(fields.integer("width", 10, 120));
    EXPECT_EQ(fields.error()->detail, "width: must be 10 to 120");
}

TEST(Booleans, come_in_every_spelling_that_clients_use) {
    const auto object =
        parsed(R"({"a":true,"b":"true","c":"True","d":"1","e":1,"f":false,"g":"False","h":0,"i":"yes"})");
    const Fields fields(object);
    for (const char* name : {"a", "b", "c", "d", "e"})
        EXPECT_EQ(fields.boolean(name), true) << name;
    for (const char* name : {"f", "g", "h"})
        EXPECT_EQ(fields.boolean(name), false) << name;
    EXPECT_FALSE(fields.error());
    EXPECT_FALSE(fields.boolean("i"));
    EXPECT_TRUE(fields.error());
}

TEST(Names, are_found_in_spite_of_blanks_around_them) {
    const auto object = parsed("{\"applicant\\t\":{\"name\":\"x\"}}");
    const Fields fields(object);
    ASSERT_TRUE(fields.object("applicant"));
    EXPECT_EQ(fields.object("applicant")->text("name"), "x");
}

TEST(Lists, are_arrays_json_text_or_a_single_object) {
    const auto object = parsed(R"({"a":[{"n":1},{"n":2}],"b":"[{\"n\":3}]","c":{"n":4},"d":"text","e":[1]})");
    const Fields fields(object);
    ASSERT_EQ(fields.list("a", 10).size(), 2U);
    EXPECT_EQ(fields.list("a", 10)[1].integer("n"), 2);
    ASSERT_EQ(fields.list("b", 10).size(), 1U);
    EXPECT_EQ(fields.list("b", 10)[0].integer("n"), 3);
    EXPECT_EQ(fields.list("c", 10)[0].integer("n"), 4);
    EXPECT_FALSE(fields.error());
    EXPECT_TRUE(fields.list("d", 10).empty());
    EXPECT_EQ(fields.error()->detail, "d: must be a list");
}

TEST(Lists, that_are_too_long_are_refused) {
    const auto object = parsed(R"({"a":[{},{},{}]})");
    const Fields fields(object);
    EXPECT_TRUE(fields.list("a", 2).empty());
    EXPECT_EQ(fields.error()->detail, "a: has more than 2 members");
}

TEST(Errors, name_the_whole_path_and_the_first_one_stays) {
    const auto object = parsed(R"({"signatories":[{"actions":[{"type":"COMPANY"},{"type":"SEAL"}]}],"page":"x"})");
    const Fields fields(object);
    for (const Fields& signatory : fields.list("signatories", 10)) {
        for (const Fields& action : signatory.list("actions", 10))
            action.required_choice<model::ActionType>("type");
    }
    fields.integer("page");
    EXPECT_EQ(fields.error()->detail, "signatories[0].actions[1].type: \"SEAL\" is not one of its values");
}

TEST(Texts, are_limited_in_characters_not_bytes_and_must_be_utf8) {
    const auto object = parsed(R"({"a":"合同主题","b":"合同主题长","c":5,"d":true})");
    const Fields fields(object);
    EXPECT_EQ(fields.text("a", 4), "合同主题");
    EXPECT_EQ(fields.text("c"), "5");
    EXPECT_EQ(fields.text("d"), "true");
    EXPECT_FALSE(fields.error());
    EXPECT_EQ(fields.text("b", 4), "");
    EXPECT_EQ(fields.error()->code, ErrorCode::ParameterTooLong);
}

TEST(IdLists, are_arrays_or_text_with_commas) {
    const auto object = parsed(R"({"a":["11",12],"b":"13, 14","c":"[15,16]","d":[17,"x"]})");
    const Fields fields(object);
    EXPECT_EQ(fields.ids<ThingId>("a", 9), (std::vector<ThingId>{{11}, {12}}));
    EXPECT_EQ(fields.ids<ThingId>("b", 9), (std::vector<ThingId>{{13}, {14}}));
    EXPECT_EQ(fields.ids<ThingId>("c", 9), (std::vector<ThingId>{{15}, {16}}));
    EXPECT_FALSE(fields.error());
    fields.ids<ThingId>("d", 9);
    EXPECT_TRUE(fields.error());
}

TEST(IdLists, stop_at_their_limit) {
    const auto object = parsed(R"({"corpSealIds":[1,2,3,4,5,6,7,8,9,10]})");
    const Fields fields(object);
    fields.ids<ThingId>("corpSealIds", 9);
    EXPECT_EQ(fields.error()->detail, "corpSealIds: has more than 9 members");
}

TEST(Bodies, that_are_no_object_are_refused_and_nothing_is_an_empty_one) {
    EXPECT_TRUE(parse_object("")->empty());
    EXPECT_TRUE(parse_object("  null ")->empty());
    EXPECT_TRUE(parse_object("\xEF\xBB\xBF{}")->empty());
    for (const char* text : {"{", "[]", "1", "\"x\"", "{\"a\":}", "{} x"}) {
        EXPECT_EQ(parse_object(text).error().code, ErrorCode::InvalidParameter) << text;
    }
    EXPECT_FALSE(parse_object(std::string(100, '[') + std::string(100, ']')));
}

}  // namespace
}  // namespace signet::openapi
