#include "openapi/description/endpoints.hpp"
#include "openapi/description/objects.hpp"

// Companies, seals, categories and templates (spec/platform §3–§6).
namespace signet::openapi::description {
namespace {

constexpr Field kTenantName = text("tenantName", 100, "The company; the platform company when absent.");
constexpr auto kListFields = join(
    table(kTenantName, time("modifyTimeStart", "Changed from then on."), time("modifyTimeEnd", "Changed until then.")),
    kPaging);

constexpr auto kPlatformFields =
    table(id("id", "The company.").must(), text("name", 0, "Its full name.").must(),
          text("registerNo", 0, "Its register number."), text("status", 0, "AUTH_SUCCESS.").must());
constexpr Object kPlatform{"Company", kPlatformFields};

constexpr std::array<std::string_view, 3> kSealStates{"NORMAL", "FREEZE", "ALL"};
constexpr auto kSealListFields = join(kListFields, table(word("status", kSealStates, "NORMAL when absent.")));
constexpr auto kSealFields =
    table(id("id", "The seal.").must(), text("name", 0, "Its name.").must(),
          word<model::SealType>("sealType", "What it is.").must(), text("spec", 0, "Its size.").must(),
          word<model::SealStatus>("status", "Whether it can be used.").must(),
          time("createTime", "When it was made.").must());
constexpr Object kSeal{"Seal", kSealFields};
constexpr auto kSealPageFields =
    table(whole("totalCount", 0, 0, "How many there are.").must(), list("list", kSeal, 0, "Those asked for.").must());
constexpr Object kSealPage{"SealPage", kSealPageFields};

constexpr auto kCategoryListFields = join(kListFields, table(id("categoryId", "Only this one.")));
constexpr auto kCategoryLineFields = table(id("id", "The category.").must(), text("name", 0, "Its name.").must(),
                                           time("createTime", "When it was made.").must());
constexpr Object kCategoryLine{"CategoryLine", kCategoryLineFields};
constexpr auto kCategoryPageFields = table(whole("totalCount", 0, 0, "How many there are.").must(),
                                           list("list", kCategoryLine, 0, "Those asked for.").must());
constexpr Object kCategoryPage{"CategoryPage", kCategoryPageFields};

constexpr auto kCategoryDetailRequest =
    table(id("categoryId", "The category."), text("categoryName", 100, "Its name, instead."), kTenantName);
constexpr auto kPresetNodeFields =
    table(word<model::ActionType>("type", "What the node asks for.").must(),
          whole("serialNo", 0, 0, "Its place in the flow.").must(), text("name", 0, "What it is called."),
          id("sealId", "Its first seal."), ids("sealIds", 0, "Its seals."),
          list("operators", kUserAnswer, 0, "Who may act."));
constexpr Object kPresetNode{"PresetAction", kPresetNodeFields};
constexpr auto kPresetPartyFields = table(word<model::TenantType>("tenantType", "What the party is.").must(),
                                          whole("serialNo", 0, 0, "Its place in the order.").must(),
                                          flag("sponsor", "Whether it is the initiator's own.").must(),
                                          text("tenantName", 0, "The only party that may stand here."),
                                          list("actions", kPresetNode, 0, "The nodes of a company."));
constexpr Object kPresetParty{"PresetSignatory", kPresetPartyFields};
constexpr auto kCategoryTemplateFields =
    table(id("id", "The template.").must(), text("title", 0, "Its name.").must(), text("name", 0, "The same.").must(),
          list("parameters", kTemplateParamAnswer, 0, "What is filled in.").must());
constexpr Object kCategoryTemplate{"CategoryTemplate", kCategoryTemplateFields};
constexpr auto kCategoryDetailFields =
    table(id("id", "The category.").must(), text("name", 0, "Its name.").must(),
          time("createTime", "When it was made.").must(), whole("state", 0, 0, "0: in use.").must(),
          list("templates", kCategoryTemplate, 0, "What becomes documents of its contracts.").must(),
          flag("defineSignatories", "Whether the parties are preset.").must(),
          flag("defineSponsor", "Whether the initiator's own flow is preset.").must(),
          list("signatories", kPresetParty, 0, "The preset parties.").must());
constexpr Object kCategoryDetail{"CategoryDetail", kCategoryDetailFields};

constexpr auto kTemplateFields = table(
    id("id", "The template.").must(), text("name", 0, "Its name.").must(), flag("state", "Whether it can be used."),
    time("createTime", "When it was made."), id("companyId", "Whose it is."), text("companyName", 0, "Whose it is."),
    list("parameters", kTemplateParamAnswer, 0, "What is filled in."),
    list("params", kTemplateParamAnswer, 0, "The same under its older name."));
constexpr Object kTemplate{"Template", kTemplateFields};
constexpr auto kTemplatePageFields = table(whole("totalCount", 0, 0, "How many there are.").must(),
                                           list("list", kTemplate, 0, "Those asked for.").must());
constexpr Object kTemplatePage{"TemplatePage", kTemplatePageFields};
constexpr auto kTemplateDetailFields = table(id("templateId", "The template.").must());
constexpr std::array kTemplateCodes{ErrorCode::TemplateNotFound, ErrorCode::CompanyNotFound,
                                    ErrorCode::CompanyNotPermitted};

constexpr Endpoint kTable[] = {
    {.method = "GET",
     .path = "/company/platforminfo",
     .summary = "The platform company (查询对接方信息)",
     .encoding = Encoding::Query,
     .result = &kPlatform},
    {.method = "GET",
     .path = "/v2/seal/list",
     .summary = "A company's seals (印章列表)",
     .encoding = Encoding::Query,
     .fields = kSealListFields,
     .result = &kSealPage,
     .codes = kTenant},
    {.method = "GET",
     .path = "/v2/category/list",
     .summary = "A company's categories (业务分类列表)",
     .encoding = Encoding::Query,
     .fields = kCategoryListFields,
     .result = &kCategoryPage,
     .codes = kTenant},
    {.method = "GET",
     .path = "/v2/category/detail",
     .summary = "What a category prescribes (业务分类详情)",
     .encoding = Encoding::Query,
     .fields = kCategoryDetailRequest,
     .result = &kCategoryDetail,
     .codes = kTenant},
    {.method = "GET",
     .path = "/v2/template/list",
     .summary = "A company's templates (模板列表)",
     .encoding = Encoding::Query,
     .fields = kListFields,
     .result = &kTemplatePage,
     .codes = kTenant},
    {.method = "GET",
     .path = "/v2/template/detail",
     .summary = "A template (模板详情)",
     .encoding = Encoding::Query,
     .fields = kTemplateDetailFields,
     .result = &kTemplate,
     .codes = kTemplateCodes},
};

}  // namespace

const std::span<const Endpoint> kOrganisationEndpoints = kTable;

}  // namespace signet::openapi::description
