#include "http/router.hpp"

#include <stdexcept>

#include <gtest/gtest.h>

namespace signet::http {
namespace {

Route route(std::string method, std::string path) {
    return {std::move(method), std::move(path), [](Request&) { return Response{}; }};
}

std::string found(const Router& router, std::string_view method, std::string_view path) {
    const Router::Match match = router.find(method, path);
    if (match.route == nullptr) return "-";
    std::string text = match.route->path;
    for (const auto& [name, value] : match.captures)
        text += " " + name + "=" + value;
    return text;
}

TEST(Router, finds_literal_paths_and_names) {
    Router router;
    router.add(route("GET", "/v2/contract/detail"));
    router.add(route("GET", "/v2/contract/{id}"));
    router.add(route("GET", "/v2/{kind}/{id}/pages"));
    router.add(route("GET", "/console/{path*}"));
    EXPECT_EQ(found(router, "GET", "/v2/contract/detail"), "/v2/contract/detail");
    EXPECT_EQ(found(router, "GET", "//v2/contract/detail"), "/v2/contract/detail");
    EXPECT_EQ(found(router, "GET", "/v2/contract/%64etail"), "/v2/contract/detail");
    EXPECT_EQ(found(router, "GET", "/v2/contract/17"), "/v2/contract/{id} id=17");
    EXPECT_EQ(found(router, "GET", "/v2/contract/a%2Fb+c"), "/v2/contract/{id} id=a/b+c");
    EXPECT_EQ(found(router, "GET", "/v2/contract/17/pages"), "/v2/{kind}/{id}/pages id=17 kind=contract");
    EXPECT_EQ(found(router, "GET", "/console/"), "/console/{path*} path=");
    EXPECT_EQ(found(router, "GET", "/console"), "/console/{path*} path=");
    EXPECT_EQ(found(router, "GET", "/console/a/b.js"), "/console/{path*} path=a/b.js");
    EXPECT_EQ(found(router, "GET", "/v2/contract/"), "-");
    EXPECT_EQ(found(router, "GET", "/v2"), "-");
    EXPECT_EQ(found(router, "GET", ""), "-");
}

TEST(Router, answers_head_with_the_route_for_get) {
    Router router;
    router.add(route("GET", "/x"));
    EXPECT_EQ(found(router, "HEAD", "/x"), "/x");
}

TEST(Router, tells_a_wrong_method_from_an_unknown_path) {
    Router router;
    router.add(route("POST", "/x"));
    router.add(route("GET", "/y"));
    EXPECT_EQ(router.find("GET", "/x").allowed_methods, std::vector<std::string>{"POST"});
    EXPECT_EQ(router.find("PUT", "/y").allowed_methods, (std::vector<std::string>{"GET", "HEAD"}));
    EXPECT_TRUE(router.find("GET", "/z").allowed_methods.empty());
    EXPECT_EQ(router.find("GET", "/x").route, nullptr);
}

TEST(Router, falls_back_to_the_longest_prefix) {
    Router router;
    router.add(route("POST", "/v2/x"));
    router.set_fallback("", route("", ""));
    router.set_fallback("/v2/", route("", ""));
    EXPECT_EQ(found(router, "GET", "/v2/nothing"), "/v2/*");
    EXPECT_EQ(found(router, "GET", "/other"), "*");
    const auto wrong_method = router.find("GET", "/v2/x");
    EXPECT_TRUE(wrong_method.is_fallback);
    EXPECT_EQ(wrong_method.allowed_methods, std::vector<std::string>{"POST"});
    EXPECT_FALSE(router.find("POST", "/v2/x").is_fallback);
}

TEST(Router, refuses_malformed_and_repeated_routes) {
    Router router;
    router.add(route("GET", "/x/{a}"));
    EXPECT_THROW(router.add(route("GET", "/x/{b}")), std::invalid_argument);
    EXPECT_THROW(router.add(route("GET", "no-slash")), std::invalid_argument);
    EXPECT_THROW(router.add(route("GET", "/a{b}")), std::invalid_argument);
    EXPECT_THROW(router.add(route("GET", "/{a*}/b")), std::invalid_argument);
    EXPECT_THROW(router.add({"GET", "/y", nullptr}), std::invalid_argument);
}

TEST(Router, bounds_the_segments_it_looks_at) {
    Router router;
    router.add(route("GET", "/{path*}"));
    std::string deep;
    for (int i = 0; i < 100'000; ++i)
        deep += "/a";
    EXPECT_EQ(router.find("GET", deep).route, nullptr);
}

}  // namespace
}  // namespace signet::http
