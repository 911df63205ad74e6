#include "model/personal_grant.hpp"
#include "openapi/description/endpoints.hpp"
#include "openapi/description/objects.hpp"

// Silent signing, approval, and parties of a contract that was sent (spec/contracts §4.19–4.22, §4.35–4.38; the page
// "添加签署方"; spec/platform §8.1).
namespace signet::openapi::description {
namespace {

constexpr auto kSealSignFields =
    join(kLocator, table(id("sealId", "The seal for every position without one of its own."), kStampers, kLocateAll,
                         text("draftsmanName", 100, "The initiator; helps to find a contract by bizId.")));
constexpr auto kSealSigning =
    join(kStateful, kSeals, kPlaces, std::array{ErrorCode::NotSignStep, ErrorCode::InvalidFile});

constexpr auto kPersonalSignFields = join(
    kLocator, table(object("user", kUser, "Who signs.").must(), id("sealId", "The signature picture."), kStampers,
                    kLocateAll, object("companySignatory", kCompany, "Sign a PERSONAL node inside this company.")));
constexpr auto kPersonalSigning = join(kSealSigning, kPeople, std::array{ErrorCode::AuthorizationRequired});

constexpr auto kAuditFields =
    join(kLocator, table(flag("pass", "Whether it is approved.").must(), text("comment", 200, "Why."),
                         object("employee", kUser, "Who approves; anybody of the node when absent.")));
constexpr auto kAuditing =
    join(kStateful, kPeople, std::array{ErrorCode::NotSignStep, ErrorCode::NoOperationPermission});

constexpr auto kAddedFields =
    join(kSignatoryAnswerFields,
         table(object("signatory", kSignatoryAnswer, "The same once more, where the C# SDK looks for it.")));
constexpr Object kAdded{"AddedSignatory", kAddedFields};
constexpr auto kAddFields = join(kLocator, table(object("signatory", kSignatory, "The new party.").must(), kLocateAll));
constexpr auto kAdding =
    join(kStateful, kHandlers, kSeals, kPlaces,
         std::array{ErrorCode::CategoryForbids, ErrorCode::DuplicateSignatory, ErrorCode::ActionRequired,
                    ErrorCode::ActionOperatorsRequired, ErrorCode::OperatorRequired, ErrorCode::InvalidFile,
                    ErrorCode::CategoryNotMatched, ErrorCode::CategoryBroken});

// A party is found by its own id; tenantName is its new name and finds nothing.
constexpr auto kEditOldFields = table(id("signatoryId", "The party.").must(), text("tenantName", 100, "Its new name."),
                                      object("receiver", kUser, "Who gets the task now."));
constexpr auto kEditNewFields =
    join(kEditOldFields, table(kValidateWay, object("operator", kUser, "Who makes the change.")));
constexpr auto kEditing =
    join(kStateful, kHandlers, kPlaces, std::array{ErrorCode::DuplicateSignatory, ErrorCode::InvalidFile});

constexpr std::array<std::string_view, 3> kEditTypes{"COVER", "ADD", "REMOVE"};
constexpr auto kOperatorsFields =
    join(kLocator, table(id("actionId", "The node.").must(), list("actionOperators", kUser, 200, "Who may act.").must(),
                         word("editType", kEditTypes, "Replace (COVER, the default), add or remove."),
                         object("operator", kUser, "Who makes the change.")));
constexpr auto kOperatorsEditing =
    join(kStateful, kPeople, std::array{ErrorCode::ActionOperatorsRequired, ErrorCode::NotSignStep});

constexpr auto kIdentityRequestFields =
    join(kLocator, table(text("contact", 100, "The signer's contact.").must(),
                         word<model::ContactType>("contactType", "What `contact` is.").must()));
constexpr auto kIdentityFields =
    table(text("type", 0, "COMPANY or PERSONAL."), text("name", 0, "The signer."),
          text("registerNo", 0, "The company's register number."), text("contact", 0, "As proven."),
          text("idCardNo", 0, "Masked."), text("bankNo", 0, "Masked."), text("bankMobile", 0, "Masked."));
constexpr Object kIdentity{"SignatoryIdentity", kIdentityFields};
constexpr auto kIdentifying =
    join(kLocating, kPeople, std::array{ErrorCode::NoViewPermission, ErrorCode::SignatoryRequired});

constexpr std::array<std::string_view, 5> kModes{"IVS", "FACE", "ALIPAY", "BANK", "DEFAULT"};
constexpr std::array<std::string_view, 5> kOtherModes{"IVS", "FACE", "ALIPAY", "BANK", "MANUAL"};
constexpr auto kAuthInfoFields =
    table(word("mode", kModes,
               "How the person shows who he is; DEFAULT, everything that is stated, when absent. FACE and ALIPAY only "
               "with IVS or BANK among otherModes."),
          word<model::PaperType>("paperType", "The kind of identity paper; IDCARD when absent."),
          text("username", 100, "The person's name."), text("idCardNo", 30, "The number of the paper."),
          text("bankNo", 40, "The bank card."), text("bankMobile", 30, "The mobile number known to the bank."),
          words("otherModes", kOtherModes, 10,
                "Among which ways the person may choose besides; those that need a face or a reviewer are passed over, "
                "like one whose number is not stated."),
          words<model::ModifyField>("modifyFields", 10, "What the person may state differently."));
constexpr Object kAuthInfo{"PersonalAuthInfo", kAuthInfoFields};
constexpr Field kGrantor = object("user", kUser, "Who grants.").must();
constexpr Field kGrantTenant = text("tenantName", 100, "The company that may sign; the platform company when absent.");
constexpr auto kGrantTicketFields =
    table(kGrantor, day("authDeadline", "The last day: `yyyy-MM-dd`."), text("remark", 200, "Why."),
          text("callbackUrl", 300, "Where the grant is told."), kGrantTenant,
          text("authMethod", 50, "Told by the query; a code confirms whatever it says. None that needs a face."),
          object("authInfo", kAuthInfo, "How the person is identified."),
          object("pageStyle", kPageStyle, "How the page looks."),
          flag("allowPersonalAuto", "Whether it also covers the person as a party of his own; true when absent."),
          flag("authTimeModifiable", "Whether the person may change the deadline."), kLanguage);
constexpr auto kGrantFields = join(kGrantTicketFields, table(text("callbackPage", 1000, "Where to go afterwards.")));
constexpr auto kGrantUrlFields =
    table(text("pageUrl", 0, "The page's address.").must(), text("authUrl", 0, "The same.").must());
constexpr Object kGrantUrl{"AuthUrl", kGrantUrlFields};
constexpr std::array<std::string_view, 3> kGrantStates{"EFFECTIVE", "EXPIRED", "CANCELLED"};
constexpr auto kQueryFields = table(kGrantor, word("authStatus", kGrantStates, "Only those."), kGrantTenant);
constexpr auto kGrantLineFields =
    table(object("user", kUserAnswer, "Who granted.").must(), id("companyId", "The company that may sign."),
          text("companyName", 0, "Its name."), text("authDeadline", 0, "The last day."),
          word("authStatus", kGrantStates, "Whether it holds.").must(), text("remark", 0, "Why."),
          flag("allowPersonalAuto", "Whether it covers the person as a party of his own.").must(),
          text("authMethod", 0, "As the application named it."), id("sealId", "The signature he gave.").must(),
          time("createTime", "When it was granted."), text("deauthorizeDate", 0, "When it was taken back."));
constexpr Object kGrantLine{"PersonalSignAuthorization", kGrantLineFields};
constexpr auto kGrantListFields =
    table(whole("totalCount", 0, 0, "How many."), list("list", kGrantLine, 0, "The authorisations.").must());
constexpr Object kGrantList{"PersonalSignAuthorizations", kGrantListFields};
constexpr auto kDeauthorizeFields = table(kGrantor, kGrantTenant);
constexpr auto kGranting = join(kTenant, kPeople, std::array{ErrorCode::AuthorizationRequired});
constexpr auto kAskingForGrants = join(kTenant, kHandlers);

constexpr Endpoint kTable[] = {
    {.method = "POST",
     .path = "/v2/contract/companysign",
     .summary = "Sign with the company's seal (签署公章)",
     .fields = kSealSignFields,
     .codes = kSealSigning},
    {.method = "POST",
     .path = "/v2/contract/legalpersonsign",
     .summary = "Sign with the legal person's seal (签署法人章)",
     .fields = kSealSignFields,
     .codes = kSealSigning},
    {.method = "POST",
     .path = "/v2/contract/personalsign",
     .summary = "Sign for a person who granted it (签署个人签名)",
     .fields = kPersonalSignFields,
     .codes = kPersonalSigning},
    {.method = "POST",
     .path = "/v2/contract/employeeaudit",
     .summary = "Approve or turn down (审批)",
     .fields = kAuditFields,
     .codes = kAuditing},
    {.method = "POST",
     .path = "/v2/signatory/add",
     .alias = "/v2/signatory/modify",
     .summary = "Add a party after sending (添加签署方)",
     .fields = kAddFields,
     .result = &kAdded,
     .codes = kAdding},
    {.method = "POST",
     .path = "/v2/signatory/edit",
     .summary = "Change a party, older form (修改签署方)",
     .fields = kEditOldFields,
     .codes = kEditing},
    {.method = "POST",
     .path = "/v3/signatory/edit",
     .alias = "/v3/signatory/modify",
     .summary = "Change a party (修改签署方)",
     .fields = kEditNewFields,
     .codes = kEditing},
    {.method = "POST",
     .path = "/v2/signatory/operators/edit",
     .summary = "Change who may act at a node (修改签署节点签署人)",
     .fields = kOperatorsFields,
     .codes = kOperatorsEditing},
    {.method = "GET",
     .path = "/v2/signatory/identity",
     .summary = "Who a signer is (签署方身份)",
     .encoding = Encoding::Query,
     .fields = kIdentityRequestFields,
     .result = &kIdentity,
     .codes = kIdentifying},
    {.method = "POST",
     .path = "/v2/personalsign/authurl",
     .summary = "A page to grant silent signatures on (个人签名授权页面)",
     .fields = kGrantFields,
     .result = &kGrantUrl,
     .codes = kAskingForGrants},
    {.method = "POST",
     .path = "/v2/personalsign/authurl/miniappexchange",
     .summary = "A ticket to grant them with the mini-program",
     .fields = kGrantTicketFields,
     .result = &kTicket,
     .codes = kAskingForGrants},
    {.method = "POST",
     .path = "/v2/personalsign/query",
     .summary = "What a person granted (查询个人签名授权)",
     .fields = kQueryFields,
     .result = &kGrantList,
     .codes = kGranting},
    {.method = "POST",
     .path = "/v2/personalsign/deauthorize",
     .summary = "Take it back (取消个人签名授权)",
     .fields = kDeauthorizeFields,
     .codes = kGranting},
};

}  // namespace

const std::span<const Endpoint> kSigningEndpoints = kTable;

}  // namespace signet::openapi::description
