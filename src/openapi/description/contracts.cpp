#include "openapi/description/endpoints.hpp"
#include "openapi/description/objects.hpp"

// /v2/contract: making, sending, reading and downloading contracts (spec/contracts §4.1, §4.5–4.12, §4.30, §4.31).
namespace signet::openapi::description {
namespace {

constexpr auto kContractCommon =
    table(text("subject", 100, "The title."), text("description", 300, "Free text."),
          text("sn", 50, "The contract's number; made by the platform when absent."),
          flag("ordinal", "Parties sign one after another (the default) or all at once."),
          flag("send", "Send it in the same call; false when absent."),
          object("creator", kUser, "The employee who makes it; a virtual one when absent."),
          list("signatories", kSignatory, 200, "The parties."),
          word<model::SignFlowStrategy>("signFlowStrategy", "Whether all must sign, or one of the receivers."),
          kTemplateParams, time("expireTime", "Until when it can be signed; two years after sending at most."),
          time("endTime", "When the contract itself ends; 23:59:59 of that day."),
          text("businessData", 100, "Comes back in callbacks."),
          flag("notifySponsor", "Tell the initiator's handler when it is sent; false when absent."),
          word<model::CopySendTime>("copySendTime", "Copies go out when it is sent, or when it is complete."),
          list("copySendReceivers", kCopySendReceiver, 200, "Who gets a copy."), texts("tags", 50, 100, "Labels."),
          ids("relatedContractIds", 50, "Contracts this one belongs to."),
          list("customFields", kCustomField, 100, "The values of the category's form."));

constexpr auto kDraftFields =
    join(table(id("id", "A draft that is to be overwritten."),
               text("bizId", 50, "The caller's own key; a draft of the same key is overwritten."),
               text("tenantName", 100, "The initiating company; the platform company when absent."),
               object("category", kCategory, "The category; the company's default one when absent."), kStamperRule,
               text("callbackUrl", 300, "Where this contract's events are told.")),
         kContractCommon);
constexpr auto kMaking =
    join(kTenant, kHandlers, kSeals, kStatus,
         std::array{ErrorCode::ContractNotFound, ErrorCode::DuplicateSignatory, ErrorCode::ActionRequired,
                    ErrorCode::ActionOperatorsRequired, ErrorCode::OperatorRequired, ErrorCode::DuplicateBizId,
                    ErrorCode::SignatoryRequired, ErrorCode::ParametersMissing, ErrorCode::CategoryNotMatched,
                    ErrorCode::CategoryBroken, ErrorCode::NoSendPermission, ErrorCode::DocumentRequired,
                    ErrorCode::InsufficientBalance, ErrorCode::InvalidFile},
         kPlaces);

constexpr auto kSendFields = join(kLocator, table(kStampers, kStamperRule, kLocateAll));
constexpr auto kSending =
    join(kStateful, kPlaces, kSeals, kHandlers,
         std::array{ErrorCode::ParametersMissing, ErrorCode::DocumentRequired, ErrorCode::SignatoryRequired,
                    ErrorCode::InsufficientBalance, ErrorCode::InvalidFile, ErrorCode::CategoryBroken,
                    ErrorCode::CategoryNotMatched, ErrorCode::NoSendPermission, ErrorCode::ActionRequired,
                    ErrorCode::ActionOperatorsRequired, ErrorCode::OperatorRequired});

constexpr auto kResendFields = join(kLocator, table(text("newBizId", 50, "The new contract's key.")), kContractCommon);

constexpr auto kDetailFields = join(
    kLocator, table(flag("queryActionOperator", "Add who may act, or who did; own companies only."),
                    flag("queryActionOperate", "A spelling of queryActionOperator."),
                    flag("queryLocation", "Add the places."), flag("queryRelatedContract", "Add related contracts."),
                    flag("querySealStats", "Add how often each seal was used."),
                    flag("queryOperatorRealInfo", "Add the operators' proven identity.")));

constexpr std::array<std::string_view, 2> kOrders{"ASC", "DESC"};
constexpr std::array<std::string_view, 3> kSides{"SPONSOR", "RECEIVER", "ALL"};
constexpr auto kListFields = join(
    kPaging, table(word<model::ContractStatus>("status", "Only contracts of this status."),
                   text("tenantName", 100, "The company; the platform company when absent."),
                   word("createTimeOrder", kOrders, "Newest first (DESC, the default) or oldest first."),
                   id("categoryId", "Only contracts of this category."), text("categoryName", 100, "The same by name."),
                   time("publishTimeStart", "Sent from then on; six months ago when absent."),
                   time("publishTimeEnd", "Sent until then; now when absent."),
                   word("signatoryType", kSides, "Initiated (the default), received, or both.")));
constexpr auto kLineFields = table(
    id("id", "The contract.").must(), text("bizId", 0, "The caller's own key."),
    text("subject", 0, "The title.").must(), text("description", 0, "Free text."), text("sn", 0, "Its number."),
    text("tenantName", 0, "The initiator.").must(), flag("ordinal", "Whether parties sign one after another.").must(),
    object("category", kCategoryAnswer, "The category.").must(),
    word<model::ContractStatus>("status", "Where it stands.").must(), time("createTime", "When it was made."),
    time("publishTime", "When it was sent."), time("expireTime", "Until when it can be signed."),
    text("comments", 0, "Why it was returned, recalled or ended."), text("invalidReason", 0, "Why it is cancelled."),
    text("invalidExpireTime", 0, "Until when the cancellation can be signed."),
    text("invalidFailType", 0, "Why a cancellation failed."));
constexpr Object kLine{"ContractLine", kLineFields};
constexpr auto kPageOfLinesFields =
    table(whole("totalCount", 0, 0, "How many there are.").must(), list("list", kLine, 0, "Those asked for.").must());
constexpr Object kPageOfLines{"ContractPage", kPageOfLinesFields};

constexpr std::array<std::string_view, 6> kDownloadItems{"CONTRACT",           "SIGNLOG", "ATTACHMENT", "NOTARY",
                                                         "ENDSIGN_ATTACHMENT", "CERT"};
constexpr Field kItems = words("downloadItems", kDownloadItems, 20, "What is wanted; CONTRACT,SIGNLOG when absent.");
constexpr std::array<std::string_view, 2> kNameRules{"DEFAULT", "ORIGINAL"};
constexpr auto kDownloadFields = join(
    kLocator, table(kItems, flag("needCompressForOneFile", "Whether one file alone is zipped too; true when absent."),
                    word("fileNameRule", kNameRules, "How the files are named.")));
constexpr std::array<std::string_view, 4> kArchiveTypes{"application/zip", "application/pdf",
                                                        "application/octet-stream", "text/plain"};
constexpr std::array kReading{ErrorCode::NoViewPermission, ErrorCode::NoOperationPermission};
constexpr auto kDownloading =
    join(kLocating, std::array{ErrorCode::TooFrequent, ErrorCode::InvalidContractStatus, ErrorCode::DocumentRequired});

constexpr auto kDownloadUrlFields =
    join(kLocator, table(kItems, flag("compress", "One link to everything; false when absent.")));
constexpr auto kDownloadLinkFields =
    table(id("contractId", "For everything but CONTRACT."), id("documentId", "For CONTRACT."),
          text("title", 0, "The file's name.").must(), text("downloadItems", 0, "What it is."),
          text("downloadUrl", 0, "Lives 60 minutes.").must());
constexpr Object kDownloadLink{"DownloadUrl", kDownloadLinkFields};
constexpr auto kDownloadLinksFields = table(list("downloadUrls", kDownloadLink, 0, "The links.").must());
constexpr Object kDownloadLinks{"DownloadUrls", kDownloadLinksFields};

constexpr std::array<std::string_view, 5> kOperations{"ALL", "VIEW", "MODIFY", "DOWNLOAD", "PRINT"};
constexpr auto kStreamFields =
    join(kLocator, table(words("operation", kOperations, 10, "What is wanted; ALL when absent.")), kPaging);
constexpr auto kStreamLineFields =
    table(id("id", "The entry."), text("operation", 0, "VIEW, MODIFY, DOWNLOAD or PRINT.").must(),
          text("operationDesc", 0, "The same in Chinese."), text("operatorName", 0, "Who."), text("contact", 0, "Who."),
          text("tenantName", 0, "For whom."), text("detail", 0, "What exactly, and why."),
          text("reason", 0, "Why, in the words of whoever did it."), time("createTime", "When.").must(),
          text("operateType", 0, "operation, as the Java SDK calls it.").must(),
          text("cnOperateDesc", 0, "operationDesc, as the Java SDK calls it."),
          text("userName", 0, "operatorName, as the Java SDK calls it."),
          text("comments", 0, "reason, else detail, under the Java SDK's name."),
          time("operateTime", "createTime, as the Java SDK calls it.").must());
constexpr Object kStreamLine{"Operation", kStreamLineFields};
constexpr auto kStreamPageFields = table(whole("totalCount", 0, 0, "How many there are.").must(),
                                         list("list", kStreamLine, 0, "Newest first.").must());
constexpr Object kStreamPage{"OperationPage", kStreamPageFields};

constexpr auto kModifyRequest =
    table(id("id", "The contract. This or bizId."), id("contractId", "A spelling of id."),
          text("bizId", 50, "The caller's own key of the contract."),
          text("tenantName", 100, "The company the bizId belongs to."), text("subject", 100, "The new title."),
          time("expireTime", "The new deadline."), time("endTime", "The new end of the contract."),
          ids("documents", 500, "The documents whose parameters are meant."), kTemplateParams);

constexpr auto kRequiredParamFields =
    table(text("name", 0, "The parameter.").must(), text("value", 0, "What it holds."),
          flag("required", "Whether it must be filled in.").must(), text("type", 0, "What it takes."),
          flag("readOnly", "Not to be changed on the page."), id("signatoryId", "The party that fills it in."),
          flag("belongToSponsor", "Whether the initiator fills it in."));
constexpr Object kRequiredParam{"RequiredParam", kRequiredParamFields};
constexpr auto kRequiredDocumentFields = table(id("id", "The document.").must(), text("title", 0, "Its name.").must(),
                                               list("params", kRequiredParam, 0, "Its parameters.").must());
constexpr Object kRequiredDocument{"RequiredDocument", kRequiredDocumentFields};
constexpr auto kRequiredFields =
    table(flag("sponsorComplete", "Whether the initiator has filled in all that is required of him.").must(),
          list("documents", kRequiredDocument, 0, "Documents made from templates.").must());
constexpr Object kRequired{"RequiredDetail", kRequiredFields};

constexpr auto kModifying = join(kStateful, std::array{ErrorCode::ParametersMissing});
constexpr auto kViewing = join(kLocating, kReading);
constexpr auto kAttachmentFields2 =
    join(kLocator, table(flag("origin", "The files as they were handed in, not as they were signed.")));

constexpr Endpoint kTable[] = {
    {.method = "POST",
     .path = "/v2/contract/draft",
     .summary = "Make or overwrite a draft (创建合同草稿)",
     .fields = kDraftFields,
     .result = &kContractAnswer,
     .codes = kMaking},
    {.method = "POST",
     .path = "/v2/contract/send",
     .summary = "Send a draft to its parties (发起合同)",
     .fields = kSendFields,
     .codes = kSending},
    {.method = "POST",
     .path = "/v2/contract/resend",
     .summary = "Begin again a contract that failed (重新发起合同)",
     .description = "What is not given is taken from the old contract, which bizId or contractId names.",
     .fields = kResendFields,
     .result = &kContractAnswer,
     .codes = kMaking},
    {.method = "POST",
     .path = "/v2/contract/contractModify",
     .summary = "Change title, times or parameters (修改合同)",
     .fields = kModifyRequest,
     .codes = kModifying},
    {.method = "GET",
     .path = "/v2/contract/detail",
     .summary = "A contract with everything (合同详情)",
     .encoding = Encoding::Query,
     .fields = kDetailFields,
     .result = &kContractAnswer,
     .codes = kViewing},
    {.method = "GET",
     .path = "/v2/contract/list",
     .summary = "The company's contracts (获取合同列表)",
     .encoding = Encoding::Query,
     .fields = kListFields,
     .result = &kPageOfLines,
     .codes = kTenant},
    {.method = "GET",
     .path = "/v2/contract/stream",
     .summary = "Who did what with a contract (获取合同操作记录)",
     .encoding = Encoding::Query,
     .fields = kStreamFields,
     .result = &kStreamPage,
     .codes = kViewing},
    {.method = "POST",
     .path = "/v2/contract/required/detail",
     .summary = "What must still be filled in (查询文件必填项填写详情)",
     .fields = kLocator,
     .result = &kRequired,
     .codes = kViewing},
    {.method = "GET",
     .path = "/v2/contract/download",
     .summary = "The contract and its side files (下载合同与附属文件)",
     .encoding = Encoding::Query,
     .fields = kDownloadFields,
     .codes = kDownloading,
     .media_types = kArchiveTypes},
    {.method = "GET",
     .path = "/v2/contract/downloadurl",
     .summary = "Links to the same (获取合同与附属文件下载链接)",
     .encoding = Encoding::Query,
     .fields = kDownloadUrlFields,
     .result = &kDownloadLinks,
     .codes = kDownloading},
    {.method = "GET",
     .path = "/v2/attachment/download",
     .summary = "What parties handed in (下载合同附件)",
     .encoding = Encoding::Query,
     .fields = kAttachmentFields2,
     .codes = kDownloading,
     .media_types = kArchiveTypes},
};

}  // namespace

const std::span<const Endpoint> kContractEndpoints = kTable;

}  // namespace signet::openapi::description
