#include "openapi/description/endpoints.hpp"
#include "openapi/description/objects.hpp"

// Links to pages and tickets of the mini-program (spec/contracts §4.13–4.18, §4.39, §4.40; the page
// "生成合同签署令牌").
namespace signet::openapi::description {
namespace {

constexpr Field kViewer = object("user", kUser, "Who opens the page.").must();
constexpr Field kCallbackPage = text("callbackPage", 1000, "Where to go afterwards: an http or https address.");
constexpr Field kStyle = object("pageStyle", kPageStyle, "How the page looks.");
constexpr Field kThemeColor = text("themeColor", 20, "`#RRGGBB`.");
constexpr Field kHideReturn = flag("hideReturnButton", "false when absent.");
constexpr Field kAllowPassword =
    flag("allowPasswordSign", "After a signature with a code, let the password do for 30 minutes; false when absent.");
constexpr Field kHidePassword = flag("hidePasswordSettings", "Do not offer to set a password; false when absent.");

constexpr std::array<std::string_view, 3> kPageTypes{"SIGN", "PRINT", "DIRECT_SIGN"};
constexpr auto kPageUrlRequest =
    join(kLocator,
         table(kViewer, word("pageType", kPageTypes, "SIGN when absent."), kCallbackPage, kHideReturn,
               flag("hideRecallButton", "false when absent."), flag("hideRejectButton", "true when absent."),
               flag("hideEndButton", "false when absent."), flag("hideStateButton", "false when absent."),
               flag("showResendButton", "false when absent."), kAllowPassword, kHidePassword, kLanguage, kStyle),
         kLinkLifetime);
constexpr auto kTicketRequest =
    join(kLocator,
         table(kViewer, word("pageType", kPageTypes, "SIGN when absent."), kCallbackPage, kHideReturn,
               flag("hideRejectButton", "true when absent."), flag("hideStateButton", "false when absent."),
               kAllowPassword, kHidePassword, kLanguage, kStyle),
         kLinkLifetime);
constexpr auto kOpening =
    join(kStateful, kPeople,
         std::array{ErrorCode::NoViewPermission, ErrorCode::NoOperationPermission, ErrorCode::DocumentRequired});

constexpr auto kViewUrlRequest =
    join(kLocator, table(id("documentId", "The document to open at."), kLanguage, kThemeColor,
                         flag("downloadButton", "true when absent."), flag("printButton", "true when absent.")));
constexpr auto kViewTicketRequest =
    join(kLocator, table(id("documentId", "The document to open at."), kLanguage, kThemeColor));

constexpr std::array<std::string_view, 3> kAppointTypes{"APPOINT", "FILL_PARAMETERS", "DRAFT"};
constexpr auto kAppointRequest =
    join(kLocator,
         table(word("pageType", kAppointTypes, "What the page is for; APPOINT when absent."), kCallbackPage,
               flag("allowedSend", "Whether the page may send; false when absent."), kHideReturn, kLanguage, kStyle,
               flag("canSaveOrClose", "true when absent."), flag("specifyLocationButton", "true when absent."),
               flag("fillParamButton", "true when absent.")),
         kLinkLifetime);

constexpr auto kShortUrlRequest = join(kLocator, table(text("contact", 100, "The account to fill in.")));
constexpr auto kShortUrlFields = table(text("shorturl", 0, "The address; whoever opens it must log in.").must());
constexpr Object kShortUrl{"ShortUrl", kShortUrlFields};

constexpr auto kJoinRequest = join(kLocator, table(word<model::TenantType>("type", "Which parties are meant.").must()));
constexpr auto kJoinUrlFields =
    table(whole("serialNo", 0, 0, "The party's.").must(), text("url", 0, "The address.").must());
constexpr Object kJoinUrl{"JoinUrl", kJoinUrlFields};
constexpr auto kJoinUrlsFields = table(list("joinUrls", kJoinUrl, 0, "One for each party that has not joined.").must());
constexpr Object kJoinUrls{"JoinUrls", kJoinUrlsFields};
constexpr auto kJoining = join(kStateful, std::array{ErrorCode::NobodyToJoin, ErrorCode::SignatoryRequired});
constexpr auto kJoiningPersons = join(kJoining, std::array{ErrorCode::ContractToJoinNotFound});

constexpr Endpoint kTable[] = {
    {.method = "POST",
     .path = "/v2/contract/pageurl",
     .summary = "A page to sign on (签署页面)",
     .fields = kPageUrlRequest,
     .result = &kPageUrl,
     .codes = kOpening},
    {.method = "POST",
     .path = "/v2/contract/miniappexchange",
     .summary = "A ticket to sign with the mini-program (生成合同签署令牌)",
     .fields = kTicketRequest,
     .result = &kTicket,
     .codes = kOpening},
    {.method = "POST",
     .path = "/v2/contract/miniappexchange/view",
     .summary = "A ticket to read with the mini-program (生成合同浏览令牌)",
     .fields = kViewTicketRequest,
     .result = &kTicket,
     .codes = kOpening},
    {.method = "GET",
     .path = "/v2/contract/viewurl",
     .summary = "A page to read on (浏览页面)",
     .encoding = Encoding::Query,
     .fields = kViewUrlRequest,
     .result = &kPageUrl,
     .codes = kOpening},
    {.method = "POST",
     .path = "/v2/contract/appointurl",
     .summary = "A page to prepare a draft on (预签署页面)",
     .fields = kAppointRequest,
     .result = &kPageUrl,
     .codes = kOpening},
    {.method = "GET",
     .path = "/v2/contract/shorturl",
     .summary = "A short address of the contract (获取短链接)",
     .encoding = Encoding::Query,
     .fields = kShortUrlRequest,
     .result = &kShortUrl,
     .codes = kOpening},
    {.method = "GET",
     .path = "/v2/contract/joinurl",
     .summary = "Where delayed parties join (签署方待加入链接)",
     .encoding = Encoding::Query,
     .fields = kJoinRequest,
     .result = &kJoinUrls,
     .codes = kJoining},
    {.method = "GET",
     .path = "/v2/contract/personal/joinurl",
     .summary = "Where unknown persons join (未知个人签署方链接)",
     .encoding = Encoding::Query,
     .fields = kLocator,
     .result = &kJoinUrls,
     .codes = kJoiningPersons},
};

}  // namespace

const std::span<const Endpoint> kPageEndpoints = kTable;

}  // namespace signet::openapi::description
