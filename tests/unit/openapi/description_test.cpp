#include "openapi/description/document.hpp"
#include "openapi/description/endpoints.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace signet::openapi::description {
namespace {

constexpr std::size_t kMostFields = 64;  // what check can keep in mind

std::vector<const Endpoint*> all_endpoints() {
    std::vector<const Endpoint*> all;
    for (const auto group : {kContractEndpoints, kPageEndpoints, kLifecycleEndpoints, kSigningEndpoints,
                             kDocumentEndpoints, kOrganisationEndpoints, kChainEndpoints}) {
        for (const Endpoint& endpoint : group)
            all.push_back(&endpoint);
    }
    return all;
}

/// Every path that a source file of the floor (not of the tables) spells out: what it routes.
std::set<std::string> routed_paths() {
    static const std::regex kPath(
        R"x("(/(?:v2|v3|saas|company|companyauth|contract|document|signatory|chain)/[A-Za-z/]+)")x");
    std::set<std::string> paths;
    for (const auto& file :
         std::filesystem::directory_iterator(std::filesystem::path(SIGNET_SOURCE_DIR) / "src/openapi")) {
        if (file.path().extension() != ".cpp") continue;
        std::ifstream in(file.path());
        const std::string text{std::istreambuf_iterator<char>(in), {}};
        for (std::sregex_iterator at(text.begin(), text.end(), kPath), end; at != end; ++at)
            paths.insert((*at)[1]);
    }
    return paths;
}

TEST(Every_routed_path, has_a_description) {
    const std::set<std::string> paths = routed_paths();
    ASSERT_TRUE(paths.contains("/v2/contract/draft"));
    for (const std::string& path : paths)
        EXPECT_NE(find(path), nullptr) << path << " is routed; describe it in src/openapi/description";
}

void expect_sound(std::span<const Field> fields, const std::string& where) {
    EXPECT_LE(fields.size(), kMostFields) << where;
    std::set<std::string_view> names;
    for (const Field& field : fields) {
        const std::string here = where + "." + std::string(field.name);
        EXPECT_TRUE(names.insert(field.name).second) << here << " stands there twice";
        EXPECT_FALSE(field.description.empty()) << here;
        const bool is_structure = field.kind == Kind::Object || field.kind == Kind::Objects;
        EXPECT_EQ(field.object != nullptr, is_structure) << here;
        const bool is_word = field.kind == Kind::Word || field.kind == Kind::Words;
        EXPECT_EQ(!field.choices.empty(), is_word) << here;
        if (field.object != nullptr) expect_sound(field.object->fields, here);
    }
}

void expect_bounded(std::span<const Field> fields, const std::string& where) {
    for (const Field& field : fields) {
        const std::string here = where + "." + std::string(field.name);
        const bool is_text = field.kind == Kind::Text || field.kind == Kind::Texts;
        const bool is_list = field.kind == Kind::Texts || field.kind == Kind::Words ||
                             field.kind == Kind::Identifiers || field.kind == Kind::Objects;
        const bool is_number = field.kind == Kind::Integer || field.kind == Kind::Decimal;
        if (is_text) {
            EXPECT_GT(field.longest, 0U) << here;
        }
        if (is_list) {
            EXPECT_GT(field.most, 0U) << here;
        }
        if (is_number) {
            EXPECT_TRUE(field.has_range()) << here;
        }
        if (field.object != nullptr) expect_bounded(field.object->fields, here);
    }
}

TEST(Every_table, is_sound) {
    std::set<std::string_view> paths;
    for (const Endpoint* endpoint : all_endpoints()) {
        const std::string where(endpoint->path);
        EXPECT_TRUE(paths.insert(endpoint->path).second) << where;
        EXPECT_TRUE(endpoint->method == "GET" || endpoint->method == "POST") << where;
        EXPECT_EQ(endpoint->method == "GET", endpoint->encoding == Encoding::Query) << where;
        EXPECT_FALSE(endpoint->summary.empty()) << where;
        expect_sound(endpoint->fields, where);
        if (endpoint->result != nullptr) expect_sound(endpoint->result->fields, where);
    }
}

TEST(Every_field_of_a_request, has_a_limit) {
    for (const Endpoint* endpoint : all_endpoints())
        expect_bounded(endpoint->fields, std::string(endpoint->path));
}

TEST(The_document, shows_what_is_routed_and_nothing_else) {
    const boost::json::object made =
        document({{"POST", "/v2/contract/send"}, {"GET", "/v2/contract/detail"}, {"POST", "/v2/contract/unheard"}});
    const boost::json::object& paths = made.at("paths").as_object();
    EXPECT_EQ(paths.size(), 2U);
    EXPECT_TRUE(paths.at("/v2/contract/send").as_object().contains("post"));
    EXPECT_TRUE(paths.at("/v2/contract/detail").as_object().contains("get"));
    EXPECT_EQ(boost::json::serialize(made.at("x-undescribed")), R"(["POST /v2/contract/unheard"])");
}

TEST(The_document, tells_with_which_status_downloads_fail) {
    const std::vector<RoutedPath> routed{{"GET", "/v2/document/download"}};
    const auto responses = [&](int status) {
        return document(routed, status).at("paths").at("/v2/document/download").at("get").at("responses").as_object();
    };
    EXPECT_FALSE(responses(400).at("200").at("content").as_object().contains("application/json"));
    EXPECT_TRUE(responses(400).at("400").as_object().contains("content"));
    EXPECT_TRUE(responses(200).at("200").at("content").as_object().contains("application/json"));
    EXPECT_TRUE(responses(503).at("503").as_object().contains("content"));
}

TEST(The_document, tells_every_limit_of_a_field) {
    const boost::json::object made = document({{"POST", "/v2/contract/draft"}});
    const auto& stamper = made.at("components").at("schemas").at("StamperRequest").at("properties");
    EXPECT_EQ(stamper.at("width").at("minimum"), 10);
    EXPECT_EQ(stamper.at("width").at("maximum"), 120);
    EXPECT_EQ(stamper.at("keyword").at("maxLength"), 200);
    EXPECT_EQ(stamper.at("offsetX").at("exclusiveMaximum"), 1);
    EXPECT_EQ(stamper.at("type").at("enum").as_array().size(), 8U);
}

}  // namespace
}  // namespace signet::openapi::description
