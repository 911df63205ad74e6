#include "notify/callback_sender.hpp"

#include "loopback_server.hpp"

#include <cstdlib>

#include <gtest/gtest.h>

namespace signet::notify {
namespace {

using std::chrono::milliseconds;

CallbackSettings loopback_allowed() {
    CallbackSettings settings;
    settings.addresses = *AddressPolicy::make({"127.0.0.1"});
    return settings;
}

CallbackRequest to(std::string url) {
    CallbackRequest request;
    request.url = std::move(url);
    request.fields = {{"contractId", "2591540368898105360"}, {"tenantName", "示例 科技&Co=+%"}, {"empty", ""}};
    return request;
}

TEST(CallbackSender, posts_the_fields_as_a_form_and_keeps_the_query) {
    const HttpReceiver receiver(HttpReceiver::ok("success"));
    const auto answer = CallbackSender(loopback_allowed()).send(to(receiver.url("/hook?company=A%20B")));
    ASSERT_TRUE(answer) << describe(answer.error());
    EXPECT_TRUE(answer->delivered);
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->body, "success");
    const std::string request = receiver.requests().front();
    EXPECT_TRUE(request.starts_with("POST /hook?company=A%20B HTTP/1.1\r\n")) << request;
    EXPECT_NE(request.find("Content-Type: application/x-www-form-urlencoded"), std::string::npos);
    EXPECT_TRUE(
        request.ends_with("\r\n\r\ncontractId=2591540368898105360&tenantName="
                          "%E7%A4%BA%E4%BE%8B+%E7%A7%91%E6%8A%80%26Co%3D%2B%25&empty="))
        << request;
}

TEST(CallbackSender, posts_a_body_with_its_type_and_further_headers) {
    const HttpReceiver receiver(HttpReceiver::ok(""));
    auto request = to(receiver.url());
    request.content_type = "application/json";
    request.body = R"({"encrypted":"AA=="})";
    request.headers = {{"webhook-id", "msg_1"}};
    EXPECT_TRUE(CallbackSender(loopback_allowed()).send(request)->delivered);
    const std::string seen = receiver.requests().front();
    EXPECT_NE(seen.find("webhook-id: msg_1\r\n"), std::string::npos);
    EXPECT_TRUE(seen.ends_with(request.body));
    request.headers = {{"webhook-id", "a\r\nX-Injected: b"}};
    EXPECT_EQ(CallbackSender(loopback_allowed()).send(request).error().code, ErrorCode::InvalidParameter);
}

TEST(CallbackSender, says_not_delivered_for_an_error_status_and_when_to_come_back) {
    const HttpReceiver receiver(
        "HTTP/1.1 503 Busy\r\nRetry-After: 120\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    const auto answer = CallbackSender(loopback_allowed()).send(to(receiver.url()));
    ASSERT_TRUE(answer);
    EXPECT_FALSE(answer->delivered);
    EXPECT_EQ(answer->status, 503);
    EXPECT_EQ(answer->retry_after, std::chrono::seconds(120));
}

TEST(CallbackSender, follows_no_redirect) {
    const HttpReceiver inner(HttpReceiver::ok("secret"));
    const HttpReceiver receiver("HTTP/1.1 302 Found\r\nLocation: " + inner.url() +
                                "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(CallbackSender(loopback_allowed()).send(to(receiver.url()))->status, 302);
    EXPECT_EQ(inner.connections(), 0);
}

TEST(CallbackSender, refuses_every_spelling_of_a_private_address) {
    const HttpReceiver receiver(HttpReceiver::ok(""));
    const CallbackSender sender{CallbackSettings{}};
    const std::string port = std::to_string(receiver.port());
    for (const char* host : {"127.0.0.1", "127.1", "0x7f.0.0.1", "2130706433", "0177.0.0.1", "localhost", "[::1]",
                             "[::ffff:127.0.0.1]", "0.0.0.0", "[::ffff:7f00:1]", "169.254.169.254"}) {
        const auto answer = sender.send(to("http://" + std::string(host) + ":" + port + "/"));
        ASSERT_FALSE(answer) << host;
        EXPECT_EQ(answer.error().code, ErrorCode::InvalidParameter) << host << ": " << answer.error().detail;
    }
    EXPECT_FALSE(sender.send(to("http://127.0.0.1.:" + port + "/")));
    EXPECT_EQ(receiver.connections(), 0);
}

TEST(CallbackSender, refuses_other_schemes_and_user_information) {
    const CallbackSender sender(loopback_allowed());
    for (const char* url :
         {"file:///etc/passwd", "gopher://127.0.0.1:25/_x", "ftp://127.0.0.1/", "dict://127.0.0.1/",
          "http://user:secret@127.0.0.1/", "http://", "", "127.0.0.1", "http://a b/", "http://a\r\nb/"}) {
        const auto answer = sender.send(to(url));
        ASSERT_FALSE(answer) << url;
        EXPECT_EQ(answer.error().code, ErrorCode::InvalidParameter) << url;
        EXPECT_EQ(answer.error().detail.find("secret"), std::string::npos);
    }
    EXPECT_FALSE(sender.send(to("http://example.com/" + std::string(2'000, 'a'))));
}

TEST(CallbackSender, connects_to_the_address_it_checked_and_not_to_a_later_one) {
    const HttpReceiver receiver(HttpReceiver::ok(""));
    auto settings = loopback_allowed();
    int asked = 0;
    settings.resolver = [&](const std::string& host) -> Result<std::vector<IpAddress>> {
        EXPECT_EQ(host, "erp.example.invalid");
        ++asked;
        return std::vector{*IpAddress::parse("127.0.0.1"), *IpAddress::parse("10.0.0.1")};
    };
    const std::string url = "http://erp.example.invalid:" + std::to_string(receiver.port()) + "/";
    const auto answer = CallbackSender(settings).send(to(url));
    ASSERT_TRUE(answer) << describe(answer.error());
    EXPECT_TRUE(answer->delivered);
    EXPECT_EQ(asked, 1);
    EXPECT_NE(receiver.requests().front().find("Host: erp.example.invalid:"), std::string::npos);

    settings.resolver = [](const std::string&) -> Result<std::vector<IpAddress>> {
        return std::vector{*IpAddress::parse("10.0.0.1"), *IpAddress::parse("192.168.0.1")};
    };
    EXPECT_EQ(CallbackSender(settings).send(to(url)).error().code, ErrorCode::InvalidParameter);
}

TEST(CallbackSender, pins_addresses_of_both_families) {
    auto settings = loopback_allowed();
    settings.addresses = *AddressPolicy::make({"127.0.0.1", "::1"});
    const HttpReceiver receiver(HttpReceiver::ok(""));
    settings.resolver = [](const std::string&) -> Result<std::vector<IpAddress>> {
        return std::vector{*IpAddress::parse("::1"), *IpAddress::parse("127.0.0.1")};
    };
    const auto answer =
        CallbackSender(settings).send(to("http://erp.example.invalid:" + std::to_string(receiver.port()) + "/"));
    ASSERT_TRUE(answer) << describe(answer.error());
    EXPECT_TRUE(answer->delivered);
}

TEST(CallbackSender, uses_no_proxy_of_the_environment) {
    const HttpReceiver proxy(HttpReceiver::ok("proxy"));
    const HttpReceiver receiver(HttpReceiver::ok("direct"));
    ::setenv("http_proxy", proxy.url().c_str(), 1);
    const auto answer = CallbackSender(loopback_allowed()).send(to(receiver.url()));
    ::unsetenv("http_proxy");
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body, "direct");
    EXPECT_EQ(proxy.connections(), 0);
}

TEST(CallbackSender, gives_up_on_a_receiver_that_does_not_answer) {
    auto settings = loopback_allowed();
    settings.total_timeout = milliseconds(100);
    const LoopbackServer silent([](int fd) { (void)read_request(fd), std::this_thread::sleep_for(milliseconds(300)); });
    EXPECT_EQ(CallbackSender(settings).send(to(silent.url())).error().code, ErrorCode::Unavailable);
    const LoopbackServer rude([](int) {});
    EXPECT_EQ(CallbackSender(settings).send(to(rude.url())).error().code, ErrorCode::Unavailable);
    EXPECT_EQ(CallbackSender(settings).send(to("http://127.0.0.1:1/")).error().code, ErrorCode::Unavailable);
}

TEST(CallbackSender, reads_no_more_of_an_answer_than_it_must) {
    const HttpReceiver receiver(HttpReceiver::ok(std::string(500'000, 'x')));
    const auto answer = CallbackSender(loopback_allowed()).send(to(receiver.url()));
    ASSERT_TRUE(answer) << describe(answer.error());
    EXPECT_TRUE(answer->delivered);
    EXPECT_EQ(answer->body.size(), 4U * 1024);
}

TEST(CallbackSender, speaks_to_no_server_it_cannot_authenticate) {
    const HttpReceiver receiver(HttpReceiver::ok(""));  // no TLS at all
    auto settings = loopback_allowed();
    settings.connect_timeout = milliseconds(300);
    const auto answer = CallbackSender(settings).send(to("https://127.0.0.1:" + std::to_string(receiver.port()) + "/"));
    EXPECT_EQ(answer.error().code, ErrorCode::Unavailable);
}

TEST(Delivery, follows_the_rules_of_each_family) {
    using enum SuccessRule;
    struct Case {
        SuccessRule rule;
        int status;
        const char* body;
        bool delivered;
    };
    for (const auto& [rule, status, body, delivered] : {
             Case{Status, 200, "", true},
             Case{Status, 204, "", true},
             Case{Status, 302, "", true},
             Case{Status, 400, "", false},
             Case{Status, 500, "success", false},
             Case{Status, 200, "<html>", true},
             Case{Status, 200, "fail", false},
             Case{Status, 200, " fail|no such contract\n", false},
             Case{Status, 200, "failure is no option", true},
             Case{Status, 200, R"({"code":1001})", true},
             Case{Code, 200, R"({"code":1001})", false},
             Case{Code, 200, R"({"code":0,"message":"ok"})", true},
             Case{Code, 200, R"({"code":"1001"})", true},
             Case{Code, 200, R"([{"code":1}])", true},
             Case{Code, 200, R"({"code":18446744073709551615})", false},
             Case{Code, 200, "{broken", true},
             Case{Code, 404, R"({"code":0})", false},
             Case{Response, 200, R"({"responseCode":00000000})", true},
             Case{Response, 200, R"({"responseCode" : "00000000"})", true},
             Case{Response, 200, R"({"responseCode":0})", true},
             Case{Response, 200, R"({"responseCode":10000001})", false},
             Case{Response, 200, R"({"responseCode":})", false},
             Case{Response, 200, R"({"code":1})", false},
             Case{Response, 200, "", true},
             Case{Success, 200, "success\n", true},
             Case{Success, 201, "success", false},
             Case{Success, 200, "successful", false},
         }) {
        EXPECT_EQ(counts_as_delivered(rule, status, body), delivered)
            << static_cast<int>(rule) << " " << status << " " << body;
    }
    const std::string deep(100'000, '[');
    EXPECT_TRUE(counts_as_delivered(Code, 200, deep));
}

TEST(Origin, is_one_spelling_of_scheme_host_and_port) {
    EXPECT_EQ(*origin_of("HTTPS://ERP.Example.com/a?b#c"), "https://erp.example.com:443");
    EXPECT_EQ(*origin_of("http://erp.example.com:8080"), "http://erp.example.com:8080");
    EXPECT_EQ(*origin_of("http://[2001:DB8::1]/"), "http://[2001:db8::1]:80");
    EXPECT_FALSE(origin_of("ftp://erp.example.com"));
}

}  // namespace
}  // namespace signet::notify
