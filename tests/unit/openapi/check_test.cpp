#include "openapi/description/check.hpp"

#include "http/message.hpp"
#include "openapi/fields.hpp"

#include <gtest/gtest.h>

namespace signet::openapi::description {
namespace {

constexpr std::array<std::string_view, 2> kColours{"RED", "Blue"};
constexpr auto kInnerFields = table(text("name", 3, "").must(), whole("size", 1, 9, ""));
constexpr Object kInner{"Inner", kInnerFields};
constexpr auto kOuterFields =
    table(text("title", 5, ""), id("id", ""), ids("ids", 2, ""), texts("labels", 2, 3, ""), whole("count", 1, 10, ""),
          number_between("offset", -1, 1, ""), number("angle", 0, 360, ""), flag("open", ""),
          word("colour", kColours, ""), words("colours", kColours, 2, ""), word("pattern", kColours, "").in_any_case(),
          object("one", kInner, ""), list("many", kInner, 2, ""));

/// What is wrong with the request, or "" when nothing is.
std::string complaint(std::string_view text, std::span<const Field> fields = kOuterFields) {
    boost::json::object object = *parse_object(text);
    const Status status = check(fields, object, {});
    return status ? "" : status.error().detail;
}

ErrorCode code_of(std::string_view text) {
    boost::json::object object = *parse_object(text);
    return check(kOuterFields, object, {}).error().code;
}

TEST(A_check, lets_through_whatever_clients_write_for_the_same) {
    for (
        const char* text : {
            R"({})",
            R"({"title":"abcde","id":"2698131828788437206","count":10,"offset":0.5,"open":true,"colour":"RED"})",
            R"({"title":12345,"id":2698131828788437206,"count":"10","offset":"-0.5","open":"True","colours":"RED,Blue"})",
            R"({"title":null,"id":"","count":" ","open":0,"colour":"","one":null,"many":""})",
            R"({"title":"五个汉字吗","ids":"1,2","labels":["a","b"],"angle":360,"pattern":"rEd","id":"3400000000000000001.000000"})",
            R"({"ids":[1,"2"],"labels":"a, b,","one":{"name":"x","size":"9"},"many":[{"name":"x"},null]})",
            R"({"one":"{\"name\":\"x\"}","many":"[{\"name\":\"x\"}]","ids":"[1,2]","nobody knows":{"this":1}})",
            R"({"many":{"name":"one"}," count\t":"3"})",
        }) {
        EXPECT_EQ(complaint(text), "") << text;
    }
}

TEST(A_check, names_the_member_that_is_wrong_with_its_path) {
    const std::pair<const char*, const char*> cases[] = {
        {R"({"title":"abcdef"})", "title: is longer than 5 characters"},
        {R"({"title":"六个汉字太多"})", "title: is longer than 5 characters"},
        {R"({"title":{}})", "title: must be text"},
        {R"({"title":1.5})", "title: must be text"},
        {R"({"id":"x"})", "id: is not an id"},
        {R"({"id":0})", "id: is not an id"},
        {R"({"ids":"1,x"})", "ids: holds something that is not an id"},
        {R"({"ids":[1,2,3]})", "ids: has more than 2 members"},
        {R"({"ids":"1,2,3"})", "ids: has more than 2 members"},
        {R"({"labels":["abcd"]})", "labels: has a member longer than 3 characters"},
        {R"({"labels":"a,b,c"})", "labels: has more than 2 members"},
        {R"({"labels":[{}]})", "labels: must be a list of texts"},
        {R"({"count":0})", "count: must be 1 to 10"},
        {R"({"count":"11"})", "count: must be 1 to 10"},
        {R"({" count":11})", "count: must be 1 to 10"},
        {R"({"count":1.5})", "count: must be a whole number"},
        {R"({"offset":1})", "offset: must be between -1 and 1"},
        {R"({"offset":"0,5"})", "offset: must be a number"},
        {R"({"angle":361})", "angle: must be 0 to 360"},
        {R"({"open":"maybe"})", "open: must be true or false"},
        {R"({"colour":"red"})", "colour: \"red\" is not one of its values"},
        {R"({"colour":7})", "colour: is not one of its values"},
        {R"({"colour":[]})", "colour: must be text"},
        {R"({"colours":"RED,GREEN"})", "colours: 'GREEN' is not one of its values"},
        {R"({"one":"x"})", "one: must be an object"},
        {R"({"one":[]})", "one: must be an object"},
        {R"({"one":{}})", "one.name: is required"},
        {R"({"one":{"name":" "}})", "one.name: is required"},
        {R"({"one":{"name":"x","size":0}})", "one.size: must be 1 to 9"},
        {R"({"many":"x"})", "many: must be a list"},
        {R"({"many":true})", "many: must be a list"},
        {R"({"many":["x"]})", "many: has a member that is not an object"},
        {R"({"many":[{"name":"a"},{"name":"b"},{"name":"c"}]})", "many: has more than 2 members"},
        {R"({"many":[{"name":"a"},{"name":"long"}]})", "many[1].name: is longer than 3 characters"},
        {R"({"many":"[{\"name\":\"a\"},{}]"})", "many[1].name: is required"},
    };
    for (const auto& [text, expected] : cases)
        EXPECT_EQ(complaint(text), expected) << text;
}

TEST(A_check, tells_too_long_from_wrong) {
    EXPECT_EQ(code_of(R"({"title":"abcdef"})"), ErrorCode::ParameterTooLong);
    EXPECT_EQ(code_of(R"({"labels":"abcd"})"), ErrorCode::ParameterTooLong);
    EXPECT_EQ(code_of(R"({"count":11})"), ErrorCode::InvalidParameter);
}

TEST(A_check, makes_what_came_as_text_what_it_stands_for) {
    boost::json::object object = *parse_object(R"({"many":"[{\"name\":\"x\"}]"})");
    ASSERT_TRUE(check(kOuterFields, object, {}));
    EXPECT_TRUE(object["many"].is_array());
}

TEST(A_check, wants_the_parts_of_an_upload) {
    static constexpr auto kUpload = table(file("file", "").must());
    EXPECT_EQ(complaint(R"({"file":"text is no file"})", kUpload), "file: is required");
    EXPECT_EQ(complaint("{}", kUpload), "file: is required");
    http::Part part;
    part.name = "file";
    part.file_name = "x.pdf";
    std::vector<http::Part> parts;
    parts.push_back(std::move(part));
    boost::json::object object;
    EXPECT_TRUE(check(kUpload, object, parts));
}

}  // namespace
}  // namespace signet::openapi::description
