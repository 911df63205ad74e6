#include "openapi/description/endpoints.hpp"
#include "openapi/description/objects.hpp"

// What happens to a contract after it was sent, besides signatures (spec/contracts §4.23–4.29, §4.32, §4.33).
namespace signet::openapi::description {
namespace {

constexpr Field kReceivers = list("receivers", kCopySendReceiver, 200, "Who is told; contracts of one party only.");
constexpr Field kDeleteDoc = flag("deleteDoc", "Delete the files afterwards; false when absent.");

constexpr auto kInvalidFields = join(
    kLocator, table(id("sealId", "The initiator's seal on the cancellation; required when he has not signed."),
                    text("reason", 200, "Why."), kDeleteDoc,
                    flag("autoSign", "Sign the cancellation for the initiator at once; true when absent."), kReceivers,
                    day("expireTime", "Until when the cancellation can be signed: `yyyy-MM-dd`, within three years.")));
constexpr auto kCancelling =
    join(kStateful, kSeals, kPlaces, kFiles, kPeople,
         std::array{ErrorCode::ContractToInvalidNotFound, ErrorCode::NotSignStep, ErrorCode::TemplateNotFound,
                    ErrorCode::ParametersMissing, ErrorCode::DocumentRequired});

constexpr auto kInvalidInfoFields =
    join(kLocator, table(text("title", 100, "The cancellation's title."), kFileSuffix, kDeleteDoc,
                         text("invalidReason", 200, "Why."), kStampers, kLocateAll,
                         day("expireTime", "Until when the cancellation can be signed.")));
constexpr Object kInvalidInfo{"InvalidInfo", kInvalidInfoFields};
constexpr auto kInvalidByFileFields =
    table(object("invalidInfo", kInvalidInfo, "What is cancelled and how; positions bind by signatoryId.").must(),
          file("file", "The cancellation.").must(), kReceivers);
constexpr auto kInvalidByTemplateFields =
    join(kLocator, table(id("templateId", "The template of the cancellation.").must(), kTemplateParams,
                         text("title", 100, "The cancellation's title."), kDeleteDoc,
                         text("invalidReason", 200, "Why."), kStampers, kLocateAll));
constexpr auto kInvalidSignFields =
    join(kLocator, table(id("sealId", "The seal used before when absent."), kStampers, kLocateAll));

constexpr auto kForceEndFields = join(kLocator, table(text("reason", 200, "Why.").must()));
constexpr auto kFileOfContractFields =
    join(kLocator, table(text("title", 100, "Its name."), file("file", "The file.").must(), kFileSuffix));
constexpr auto kAttaching = join(kStateful, kFiles);

constexpr auto kDelayFields =
    join(kLocator, table(whole("days", 1, 731, "How many days more. This or expireDate; this wins."),
                         day("expireDate", "The new last day: `yyyy-MM-dd`.")));
constexpr auto kNoticeFields =
    join(kLocator, table(id("signatoryId", "The party; everybody whose turn it is when absent."),
                         flag("onlySigning", "Whether only contracts being signed are meant; true when absent.")));
constexpr auto kNotifying = join(kStateful, std::array{ErrorCode::TooFrequent, ErrorCode::NotSignStep});
constexpr auto kCopySendFields =
    join(kLocator, table(list("receivers", kCopySendReceiver, 200, "Who gets a copy.").must()));

constexpr std::array<std::string_view, 6> kWatermarkTypes{"NO", "TEXT", "QRCODE", "PIC", "GRATING", "NOTARY"};
constexpr std::array<std::string_view, 7> kWatermarkPositions{
    "TOP_LEFT", "TOP_RIGHT", "BOTTOM_LEFT", "BOTTOM_RIGHT", "MIDDLE_CENTER", "TILE", "FILL"};
constexpr std::array<std::string_view, 3> kDensities{"SPARSE", "MODERATE", "DENSE"};
constexpr std::array<std::string_view, 2> kPermissions{"PRIVATE", "PUBLIC"};
constexpr auto kWatermarkFields =
    table(word("type", kWatermarkTypes, "What is drawn.").must(),
          text("content", 300'000, "TEXT: up to 20 characters; PIC: Base64; GRATING: one letter or digit."),
          number("fontSize", 6, 72, "Points; 16 when absent."), whole("angle", 0, 180, "Degrees; 0 when absent."),
          text("fontColor", 20, "`#RRGGBB`; black when absent."),
          word("position", kWatermarkPositions, "TOP_LEFT when absent."),
          number("diaphaneity", 0, 100, "Per cent; 30 when absent."),
          number("imgScale", 0.1, 4, "0.5 when absent: 20 mm by 20 mm."),
          word("tileDensity", kDensities, "MODERATE when absent."), text("gratingSize", 20, "SQUARE_10 when absent."),
          word("viewPermission", kPermissions, "Who may open what a QRCODE leads to; PRIVATE when absent."));
constexpr Object kWatermark{"Watermark", kWatermarkFields};
constexpr auto kWatermarksFields =
    join(kLocator, table(flag("deleteOldData", "Take earlier watermarks away first; false when absent."),
                         list("watermarks", kWatermark, 20, "What is drawn; none only with deleteOldData.")));
constexpr auto kMarking =
    join(kStateful, std::array{ErrorCode::InvalidFile, ErrorCode::UploadTooLarge, ErrorCode::DocumentRequired});

constexpr Endpoint kTable[] = {
    {.method = "POST",
     .path = "/v2/contract/invalid",
     .summary = "Delete, recall or cancel a contract (撤回/作废合同)",
     .fields = kInvalidFields,
     .codes = kCancelling},
    {.method = "POST",
     .path = "/v2/contract/invalidbyfile",
     .summary = "Cancel with a file of one's own (自定义文件作废合同)",
     .encoding = Encoding::Multipart,
     .fields = kInvalidByFileFields,
     .codes = kCancelling},
    {.method = "POST",
     .path = "/v2/contract/invalidbytemplate",
     .summary = "Cancel with a template (自定义模板文件作废合同)",
     .fields = kInvalidByTemplateFields,
     .codes = kCancelling},
    {.method = "POST",
     .path = "/v2/contract/invalidsign",
     .summary = "The initiator signs the cancellation (签署作废合同)",
     .fields = kInvalidSignFields,
     .codes = kCancelling},
    {.method = "POST",
     .path = "/v2/contract/forceend",
     .summary = "End a contract by force (强制结束合同)",
     .fields = kForceEndFields,
     .codes = kStateful},
    {.method = "POST",
     .path = "/v2/contract/forceend/addattachment",
     .summary = "Attach a file to a contract ended by force (添加强制结束附件)",
     .encoding = Encoding::Multipart,
     .fields = kFileOfContractFields,
     .result = &kAttachmentId,
     .codes = kAttaching},
    {.method = "POST",
     .path = "/v2/attachment/add",
     .summary = "Attach a file to a contract (用文件添加合同附件)",
     .encoding = Encoding::Multipart,
     .fields = kFileOfContractFields,
     .result = &kAttachmentId,
     .codes = kAttaching},
    {.method = "POST",
     .path = "/v2/contract/delay",
     .summary = "Give more time (合同延期)",
     .fields = kDelayFields,
     .codes = kStateful},
    {.method = "POST",
     .path = "/v2/contract/notice",
     .summary = "Remind who is to sign (合同催签)",
     .fields = kNoticeFields,
     .codes = kNotifying},
    {.method = "POST",
     .path = "/v2/contract/copysend",
     .summary = "Send copies (抄送合同)",
     .fields = kCopySendFields,
     .codes = kNotifying},
    {.method = "POST",
     .path = "/v2/contract/addwartermark",
     .alias = "/v2/contract/addwatermark",
     .summary = "Put watermarks on a draft (合同文档添加水印)",
     .fields = kWatermarksFields,
     .codes = kMarking},
};

}  // namespace

const std::span<const Endpoint> kLifecycleEndpoints = kTable;

}  // namespace signet::openapi::description
