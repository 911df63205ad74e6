#include "openapi/contract_json.hpp"
#include "openapi/envelope.hpp"
#include "openapi/wire_codes.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace signet::openapi {
namespace {

TEST(Envelope, has_its_keys_in_the_order_that_every_client_can_read) {
    EXPECT_EQ(success().body, R"({"code":0,"message":"SUCCESS","responseCode":"00000000"})");
    EXPECT_EQ(success({{"documentId", "5"}}).body,
              R"({"code":0,"message":"SUCCESS","result":{"documentId":"5"},"responseCode":"00000000"})");
    EXPECT_EQ(success(boost::json::object()).body, success().body) << "an empty result is left out";
}

TEST(Envelope, answers_business_errors_with_status_200_and_downloads_with_400) {
    const http::Response answer = failure(fail(ErrorCode::NotSignStep));
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, R"({"code":1107,"message":"NOT SIGN STEP","responseCode":"11011107"})");
    EXPECT_EQ(*answer.headers.get("Content-Type"), "application/json;charset=UTF-8");
    EXPECT_EQ(download_failure(fail(ErrorCode::ContractNotFound)).status, 400);
}

TEST(Envelope, answers_gateway_errors_with_the_code_as_status) {
    const http::Response answer = gateway_failure(GatewayCode::HeaderRequired, "x-qys-open-accesstoken");
    EXPECT_EQ(answer.status, 441);
    EXPECT_EQ(answer.body,
              R"({"code":441,"message":"HEADER REQUIRED,x-qys-open-accesstoken","responseCode":"11990441"})");
    EXPECT_EQ(gateway_failure(GatewayCode::NotFound).body,
              R"({"code":404,"message":"NOT FOUND","responseCode":"11990404"})");
}

TEST(Envelope, does_not_tell_strangers_what_went_wrong_inside) {
    const http::Response answer = failure(fail(ErrorCode::StorageFailed, "/secret/path: no space"));
    EXPECT_EQ(answer.body, R"({"code":1001,"message":"ERROR","responseCode":"21990001"})");
}

TEST(Messages, are_short_and_hold_nothing_that_breaks_a_scanner) {
    const std::string message = wire_message(fail(ErrorCode::InvalidParameter, "a \"quoted\" \\ text\r\nwith breaks"));
    EXPECT_EQ(message, "INVALID PARAM,a 'quoted' ' text  with breaks");
    EXPECT_LE(wire_message(fail(ErrorCode::InvalidParameter, std::string(1000, 'x'))).size(), 200U);
}

TEST(WireCodes, are_those_of_the_vendors_documentation) {
    struct Row {
        ErrorCode error;
        int code;
        std::string_view response_code;
    };
    for (const Row& row :
         {Row{ErrorCode::InvalidParameter, 1005, "11990005"}, Row{ErrorCode::PermissionDenied, 1002, "14990002"},
          Row{ErrorCode::ContractNotFound, 1003, "11101003"}, Row{ErrorCode::InvalidContractStatus, 1101, "11011101"},
          Row{ErrorCode::DuplicateSignatory, 1102, "11011102"}, Row{ErrorCode::KeywordNotFound, 1108, "11011108"},
          Row{ErrorCode::SignPageBeyond, 1109, "11011109"}, Row{ErrorCode::NoViewPermission, 1110, "11011110"},
          Row{ErrorCode::DuplicateBizId, 1112, "11011112"}, Row{ErrorCode::SealNotFound, 1201, "11011201"},
          Row{ErrorCode::CategoryForbids, 1304, "11011304"}, Row{ErrorCode::DocumentRequired, 1401, "11011401"},
          Row{ErrorCode::UnsupportedFileType, 1402, "11011402"}, Row{ErrorCode::InvalidFile, 1403, "11011403"},
          Row{ErrorCode::EmployeeNotFound, 1701, "11041701"}, Row{ErrorCode::CompanyNotFound, 1801, "11041801"},
          Row{ErrorCode::Internal, 1001, "21990001"}, Row{ErrorCode::UploadTooLarge, 1010, "11990010"}}) {
        EXPECT_EQ(wire_code(row.error).code, row.code) << to_string(row.error);
        EXPECT_EQ(wire_code(row.error).response_code, row.response_code) << to_string(row.error);
    }
}

TEST(Seals, are_read_from_all_three_spellings_of_a_node) {
    for (const char* text :
         {R"({"sealId":"7"})", R"({"sealIds":["7"]})", R"({"corpSealIds":[7]})", R"({"sealId":7,"sealIds":["8"]})"}) {
        const auto body = *parse_object(
            std::string(R"({"tenantType":"COMPANY","tenantName":"测试公司","actions":[{"type":"COMPANY",)") +
            (text + 1) + "]}");
        const Fields fields(body);
        const model::Signatory signatory = read_signatory(fields);
        ASSERT_FALSE(fields.error()) << fields.error()->detail;
        ASSERT_EQ(signatory.actions.size(), 1U);
        EXPECT_EQ(signatory.actions[0].seals, (std::vector<model::SealId>{{7}})) << text;
    }
}

TEST(Stampers, of_a_person_belong_to_the_party_and_its_one_node) {
    const auto body = *parse_object(R"({"tenantType":"PERSONAL","tenantName":"李雷","receiver":{"contact":"13800000002",
        "contactType":"MOBILE"},"stampers":[{"type":"PERSONAL","page":"1","offsetX":"0.1","offsetY":"0.2","keywordIndex":"2"}]})");
    const Fields fields(body);
    const model::Signatory signatory = read_signatory(fields);
    ASSERT_FALSE(fields.error());
    ASSERT_EQ(signatory.actions.size(), 1U);
    const model::Stamper& stamper = signatory.actions[0].stampers.at(0);
    EXPECT_EQ(stamper.page, 1);
    EXPECT_EQ(stamper.offset_x, 0.1);
    EXPECT_EQ(stamper.keyword_index, 2);
}

TEST(DatePatterns, are_read_in_any_case_singular_and_plural) {
    const auto read = [](std::string_view text) {
        const auto body = *parse_object(text);
        const Fields fields(body);
        return read_stamper(fields).date_pattern;
    };
    EXPECT_EQ(read(R"({"type":"TIMESTAMP"})"), model::DatePattern::Hyphen);
    EXPECT_EQ(read(R"({"type":"TIMESTAMP","datePattern":"chinese"})"), model::DatePattern::Chinese);
    EXPECT_EQ(read(R"({"type":"TIMESTAMP","datePatterns":["ALL_CHINESE"]})"), model::DatePattern::AllChinese);
    EXPECT_EQ(read(R"({"type":"TIMESTAMP","datePattern":"ENGLISH","datePatterns":["Chinese"]})"),
              model::DatePattern::English);
}

TEST(Contracts, leave_with_ids_as_text_and_without_empty_members) {
    model::Contract contract;
    contract.id = {3501234567890123777};
    contract.subject = "合同";
    contract.create_time = UtcTime{0};
    model::Signatory person;
    person.id = {5};
    person.tenant_type = model::TenantType::Personal;
    person.tenant_name = "李雷";
    model::Action node;
    node.id = {6};
    node.implicit = true;
    person.actions = {node};
    contract.signatories = {person};
    const std::string text = boost::json::serialize(write_contract(contract, TimeZone::fixed(480)));
    EXPECT_NE(text.find(R"("id":"3501234567890123777")"), std::string::npos);
    EXPECT_NE(text.find(R"("createTime":"1970-01-01 08:00:00")"), std::string::npos);
    EXPECT_EQ(text.find("null"), std::string::npos);
    EXPECT_EQ(text.find("bizId"), std::string::npos);
    EXPECT_EQ(text.find("actions"), std::string::npos) << "the one node of a person is not shown";
}

}  // namespace
}  // namespace signet::openapi
