#include "http/fields.hpp"

#include <gtest/gtest.h>

namespace signet::http {
namespace {

TEST(Headers, are_found_whatever_their_case) {
    Headers headers;
    headers.add("X-Qys-Open-Nonce", "1");
    headers.add("x-qys-open-nonce", "2");
    EXPECT_EQ(headers.get("X-QYS-OPEN-NONCE"), "1");
    EXPECT_EQ(headers.all("x-Qys-open-nonce").size(), 2U);
    headers.set("X-QYS-open-nonce", "3");
    EXPECT_EQ(headers.size(), 1U);
    EXPECT_FALSE(headers.get("x-qys-open"));
}

TEST(Headers, list_tokens_among_others) {
    Headers headers;
    headers.add("Connection", "keep-alive , Close;x=1");
    EXPECT_TRUE(lists_token(headers, "connection", "close"));
    EXPECT_TRUE(lists_token(headers, "connection", "Keep-Alive"));
    EXPECT_FALSE(lists_token(headers, "connection", "keep"));
}

TEST(Cookies, are_found_by_their_whole_name) {
    Headers headers;
    headers.add("Cookie", "xsession=no; session=\"abc=d\"; other=");
    EXPECT_EQ(cookie(headers, "session"), "abc=d");
    EXPECT_EQ(cookie(headers, "other"), "");
    EXPECT_FALSE(cookie(headers, "sess"));
}

TEST(Parameters, decode_escapes_of_either_case_and_plus_as_a_blank) {
    const Parameters query = parse_parameters("a=%e5%90%88%E5%90%8C+1&b=x%3dy&c=p?q&%E4=%4");
    EXPECT_EQ(query.get("a"), "合同 1");
    EXPECT_EQ(query.get("b"), "x=y");
    EXPECT_EQ(query.get("c"), "p?q");
    EXPECT_EQ(query.get("\xe4"), "%4");
}

TEST(Parameters, keep_raw_bytes_and_trim_names) {
    const Parameters query = parse_parameters("tenantName=示例公司&publishTimeStart%09=2024&publishTimeEnd\t=2025");
    EXPECT_EQ(query.get("tenantName"), "示例公司");
    EXPECT_EQ(query.get("publishTimeStart"), "2024");
    EXPECT_EQ(query.get("publishTimeEnd"), "2025");
}

TEST(Parameters, without_a_value_count_as_absent) {
    const Parameters query = parse_parameters("bizId=&contractId=1&contractId=2&flag&&=x");
    EXPECT_FALSE(query.get("bizId"));
    EXPECT_FALSE(query.get("flag"));
    EXPECT_FALSE(query.get("nothing"));
    EXPECT_EQ(query.get("contractId"), "1");
    EXPECT_EQ(query.all("contractId").size(), 2U);
}

TEST(Parameters, are_bounded_in_number) {
    std::string many;
    for (int i = 0; i < 5000; ++i)
        many += "a=b&";
    EXPECT_EQ(parse_parameters(many).size(), kMostParameters);
}

TEST(PercentEncoding, undoes_itself) {
    EXPECT_EQ(percent_encode("a b/合~"), "a%20b%2F%E5%90%88~");
    EXPECT_EQ(percent_decode(percent_encode("a b/合~+%")), "a b/合~+%");
    EXPECT_EQ(percent_decode("%", false), "%");
    EXPECT_EQ(percent_decode("%1", false), "%1");
    EXPECT_EQ(percent_decode("%41"), "A");
}

TEST(ValuesWithParameters, come_in_any_order_quoted_or_not) {
    const auto java = parse_value_with_parameters("multipart/form-data;charset=UTF-8; boundary=----sdkboundaryAbC123");
    EXPECT_EQ(java.value, "multipart/form-data");
    EXPECT_EQ(java.get("boundary"), "----sdkboundaryAbC123");
    EXPECT_EQ(java.get("charset"), "UTF-8");
    const auto quoted = parse_value_with_parameters("Multipart/Form-Data ; Boundary=\"a;b\\\"c\" ;x");
    EXPECT_EQ(quoted.value, "multipart/form-data");
    EXPECT_EQ(quoted.get("boundary"), "a;b\"c");
    EXPECT_FALSE(parse_value_with_parameters("text/plain").get("charset"));
    EXPECT_EQ(parse_value_with_parameters("").value, "");
    EXPECT_EQ(parse_value_with_parameters("a;b=\"unclosed").get("b"), "unclosed");
}

}  // namespace
}  // namespace signet::http
