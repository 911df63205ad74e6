#include "store/contract_text.hpp"

#include <gtest/gtest.h>

namespace signet::store {
namespace {

using namespace model;

/// A contract in which every member has a value of its own.
Contract full_contract() {
    Stamper stamper;
    stamper.type = StamperType::AcrossPageScope;
    stamper.across_type = AcrossType::AllDocument;
    stamper.seal_page_config = "2,4~7";
    stamper.documents = {{41}, {42}};
    stamper.seal = {43};
    stamper.keyword = "甲方（盖章）";
    stamper.keyword_index = 0;
    stamper.page = -1;
    stamper.offset_x = 0.0;
    stamper.offset_y = -0.25;
    stamper.date_pattern = DatePattern::AllChinese;
    stamper.width = 40;
    stamper.height = 10;
    stamper.rotation_degrees = 12.5;
    Place place;
    place.type = StamperType::AcrossPage;
    place.document = {41};
    place.page = 3;
    place.x = 1.5;
    place.y = 2.5;
    place.width = 3.5;
    place.height = 4.5;
    place.strip = 1;
    place.strips = 5;
    Action action;
    action.id = {31};
    action.type = ActionType::Practice;
    action.status = ActionStatus::Stop;
    action.serial_no = 0;
    action.seals = {{43}};
    action.operators = {{"韩梅（测试）", "13800000001", ContactType::Number}};
    action.auto_sign = true;
    action.stampers = {stamper};
    action.places = {place};
    action.complete_time = UtcTime{5};
    action.completed_by = User{"韩梅（测试）", "h@example.com", ContactType::Email};
    Signatory signatory;
    signatory.id = {21};
    signatory.tenant_type = TenantType::Personal;
    signatory.status = SignatoryStatus::Closed;
    signatory.actions = {action};
    signatory.attachments = {{{51}, "营业执照", true, true, "ab", "a.pdf", {52}}};
    signatory.auth_info = UserAuthInfo{"110101", "62", "138", {}, {22}, "1****1", "6*2", "1*8"};
    signatory.sign_validate_way = SignValidateWay::Pin;
    signatory.default_category_accepted = false;
    Contract contract;
    contract.id = {9'007'199'254'740'993};
    contract.ordinal = false;
    contract.status = ContractStatus::ForceEnd;
    contract.signatories = {signatory};
    Document document;
    document.id = {41};
    document.pages = {{595.28, 841.89}};
    document.length = 12345678901;
    document.draft_length = 12345678900;
    document.level = SignatureLevel::LongTerm;
    document.sealed_until = UtcTime{6};
    contract.documents = {document};
    contract.prepared_fields = {{{41}, {31}, "state"}};
    Watermark watermark;
    watermark.type = WatermarkType::Notary;
    watermark.content = "样本";
    watermark.blob = "cd";
    watermark.font_size = 6;
    watermark.angle = 0;
    watermark.colour = "#C00000";
    watermark.position = WatermarkPosition::Fill;
    watermark.diaphaneity = 100;
    watermark.image_scale = 4;
    watermark.tile_density = TileDensity::Dense;
    watermark.grating_millimetres = 0;
    watermark.view_permission = ViewPermission::Public;
    Watermark plain;
    plain.diaphaneity = 0;
    plain.tile_density = TileDensity::Sparse;
    contract.watermarks = {watermark, plain};
    contract.sign_flow_strategy = SignFlowStrategy::AnySignFinish;
    contract.stamper_rule = StamperRule::MustForbid;
    contract.tags = {"一", "二"};
    contract.copy_send_receivers = {
        {"抄送人（测试）", {"", "13800000002", ContactType::Mobile}, "DOWNLOAD", {9}, true}};
    contract.copy_send_time = CopySendTime::Send;
    contract.notify_sponsor = true;
    contract.custom_fields = {{"department", "部门", "采购"}};
    contract.related_contracts = {{77}};
    contract.remarks = {{9'007'199'254'740'995, "同意（测试）"}};
    Cancellation cancellation;
    cancellation.document = {45};
    cancellation.reason = "价格有误";
    cancellation.start_time = UtcTime{6};
    cancellation.expire_time = UtcTime{7};
    cancellation.fail_type = InvalidFailType::InvalidCancel;
    cancellation.parties = {signatory};
    cancellation.receivers.emplace_back().name = "周测试";
    cancellation.delete_files = true;
    contract.cancellation = cancellation;
    contract.end_attachments = {{{53}, "交接单", false, false, "cd", "b.pdf", {}}};
    contract.files_deleted = true;
    contract.certificates_end = UtcTime{9};
    contract.version = 8;
    return contract;
}

TEST(ContractText, says_the_same_after_a_round_trip) {
    const Contract before = full_contract();
    const auto after = contract_from_text(to_text(before));
    ASSERT_TRUE(after);
    EXPECT_EQ(to_text(*after), to_text(before));
    EXPECT_EQ(after->id.value, 9'007'199'254'740'993);
    EXPECT_FALSE(after->ordinal);
    EXPECT_EQ(after->documents[0].length, 12345678901U);
    EXPECT_EQ(after->documents[0].draft_length, 12345678900U);
    EXPECT_EQ(after->signatories[0].auth_info->digests_of.value, 22);
    EXPECT_EQ(after->signatories[0].sign_validate_way, SignValidateWay::Pin);
    EXPECT_TRUE(after->copy_send_receivers[0].sent);
    EXPECT_EQ(after->copy_send_time, CopySendTime::Send);
    EXPECT_EQ(after->custom_fields[0].value, "采购");
    EXPECT_EQ(after->remark(9'007'199'254'740'995), "同意（测试）");
    EXPECT_EQ(after->documents[0].level, SignatureLevel::LongTerm);
    EXPECT_EQ(after->documents[0].sealed_until, UtcTime{6});
    EXPECT_EQ(after->certificates_end, UtcTime{9});
    const Stamper& stamper = after->signatories[0].actions[0].stampers[0];
    EXPECT_EQ(stamper.keyword_index, 0) << "zero is not the default of keywordIndex";
    EXPECT_EQ(stamper.offset_x, 0.0);
    EXPECT_EQ(stamper.page, -1);
    EXPECT_EQ(after->signatories[0].default_category_accepted, false);
    EXPECT_EQ(after->signatories[0].actions[0].places[0].strips, 5);
    ASSERT_EQ(after->watermarks.size(), 2U);
    EXPECT_EQ(after->watermarks[0].angle, 0);
    EXPECT_EQ(after->watermarks[1].diaphaneity, 0) << "zero covers what is below";
    EXPECT_EQ(after->watermarks[1].tile_density, TileDensity::Sparse);
    ASSERT_TRUE(after->cancellation);
    EXPECT_EQ(after->cancellation->document.value, 45);
    EXPECT_EQ(after->cancellation->fail_type, InvalidFailType::InvalidCancel);
    EXPECT_EQ(after->cancellation->parties[0].actions[0].id.value, 31);
    EXPECT_TRUE(after->cancellation->delete_files && after->files_deleted);
    EXPECT_EQ(after->end_attachments[0].title, "交接单");
}

TEST(ContractText, keeps_what_a_category_presets) {
    Stamper stamper;
    stamper.document_index = 2;
    stamper.keyword = "甲方";
    CategoryPolicy policy;
    policy.sponsor = {
        {ActionType::Company, "盖章", {{43}}, {{"韩梅（测试）", "E001", ContactType::Number}}, {stamper}}};
    policy.signatories = {{TenantType::Company, true, "", policy.sponsor, {}},
                          {TenantType::Personal, false, "李雷（测试）", {}, {stamper}}};
    policy.initiators = {{"韩梅（测试）", "E001", ContactType::Number}};
    policy.subject_rule = "{category} {date}";
    policy.copy_send_time = CopySendTime::Finish;
    policy.callback_url = "https://erp.example.test/told";
    const auto after = category_policy_from_text(to_text(policy));
    ASSERT_TRUE(after);
    EXPECT_EQ(to_text(*after), to_text(policy));
    EXPECT_EQ(after->signatories[1].stampers[0].document_index, 2);
    EXPECT_EQ(after->signatories[0].nodes[0].stampers[0].keyword, "甲方");
    EXPECT_EQ(after->copy_send_time, CopySendTime::Finish);
    EXPECT_EQ(after->callback_url, "https://erp.example.test/told");
}

TEST(ContractText, tells_a_category_with_a_signature_level_from_one_without) {
    CategoryPolicy policy;
    policy.level = SignatureLevel::Basic;
    EXPECT_EQ(category_policy_from_text(to_text(policy))->level, SignatureLevel::Basic);
    EXPECT_FALSE(category_policy_from_text(to_text(CategoryPolicy()))->level);
}

TEST(ContractText, ignores_members_it_does_not_know_and_refuses_what_is_no_contract) {
    EXPECT_TRUE(contract_from_text(R"({"id":1,"future":[1,2]})"));
    EXPECT_EQ(contract_from_text("{").error().code, ErrorCode::StorageFailed);
    EXPECT_EQ(contract_from_text(R"({"status":"UNHEARD"})").error().code, ErrorCode::StorageFailed);
    EXPECT_EQ(contract_from_text(R"({"id":"1"})").error().code, ErrorCode::StorageFailed);
}

}  // namespace
}  // namespace signet::store
