#include "openapi/description/endpoints.hpp"
#include "openapi/description/objects.hpp"

// /v2/document, /v2/verify and templates: files that come in and go out (spec/contracts §4.2–4.4, §4.6, §4.41).
namespace signet::openapi::description {
namespace {

constexpr Field kTitle = text("title", 100, "The document's name.").must();
constexpr Field kSort =
    whole("documentSort", -1'000'000, 1'000'000, "The order of documents; as they were added when absent.");
constexpr auto kPlacing = table(kSort, kStampers, kStamperRule);

constexpr auto kByFileFields =
    join(kLocator, table(kTitle, file("file", "The file.").must(), kFileSuffix.must()), kPlacing);
constexpr auto kByFilesFields =
    join(kLocator,
         table(kTitle, files("files", "The files; one document is made of them, in this order.").must(), kFileSuffix),
         kPlacing);
constexpr auto kByTemplateFields =
    join(kLocator, table(kTitle, id("templateId", "The template.").must(), kTemplateParams), kPlacing);
constexpr auto kAddingFile = join(kStateful, kFiles, kPlaces, kSeals);
constexpr auto kAddingTemplate =
    join(kStateful, kPlaces, kSeals,
         std::array{ErrorCode::TemplateNotFound, ErrorCode::ParametersMissing, ErrorCode::InvalidFile});

constexpr auto kDownloadFields = table(id("documentId", "The document.").must());
constexpr std::array<std::string_view, 1> kPdf{"application/pdf"};
constexpr auto kDownloading = join(kLocating, std::array{ErrorCode::TooFrequent, ErrorCode::DocumentRequired});

constexpr auto kVerifyFields =
    table(file("file", "A PDF.").must(), flag("showImg", "Add each signature's picture; false when absent."));
constexpr auto kReasonFields =
    table(text("code", 0, "As docs/verdicts.md lists them: `DIGEST_MISMATCH`, `REVOKED_WHEN_SIGNED`, …").must(),
          text("message", 0, "One sentence in Chinese.").must(), text("messageEn", 0, "The same in English.").must(),
          text("detail", 0, "For experts: which object, which certificate. English.").must());
constexpr Object kReason{"VerifyReason", kReasonFields};
constexpr Field kConclusion =
    text("conclusion", 0,
         "`VALID`, `SIGNER_UNKNOWN` (intact, but nobody trusted says who signed), `UNDECIDED`, `INVALID`; of a file "
         "also `NOT_SIGNED` and `UNREADABLE`.")
        .must();
constexpr auto kSignatureFields = table(
    kConclusion, list("reasons", kReason, 0, "Why, and what else is worth knowing.").must(),
    whole("code", 0, 1, "0 when the signature is intact.").must(), text("msg", 0, "The conclusion in Chinese.").must(),
    text("signatory", 0, "Who signed."), text("organization", 0, "Who issued the certificate."),
    text("signTime", 0, "When."), flag("modified", "Whether what it covers was changed.").must(),
    flag("signatureCoversWholeDocument", "Whether nothing came after it.").must(),
    text("strAlgName", 0, "The algorithm."), text("certSerialNumber", 0, "The certificate's number."),
    text("certDateFrom", 0, "From when the certificate holds."), text("certDateTo", 0, "Until when."),
    flag("trusted", "Whether the certificate leads to a known root.").must(),
    text("level", 0, "B-B, B-T, B-LT or B-LTA: what the file holds for it and was found good."),
    text("timestampTime", 0, "When a trusted time-stamp proves that it existed; empty when none does."),
    flag("revoked", "Whether its certificate was revoked before that.").must(),
    text("organizationName", 0, "The organization in the certificate; empty for a person."),
    text("certDN", 0, "The certificate's subject."), text("certIssuer", 0, "Who issued the certificate."),
    text("certNotBefore", 0, "From when the certificate holds."), text("certNotAfter", 0, "Until when."),
    flag("valid", "Whether the conclusion is VALID or SIGNER_UNKNOWN.").must(),
    text("sealImage", 0, "What the signature looks like, a PNG in Base64; with showImg, when it shows anything."));
constexpr Object kSignature{"SignatureInfo", kSignatureFields};
constexpr auto kStampFields = table(text("authority", 0, "Who says it.").must(), text("time", 0, "When.").must(),
                                    flag("trusted", "Whether the authority is trusted.").must());
constexpr Object kStamp{"TimeStampInfo", kStampFields};
constexpr auto kReportFields = table(
    whole("statusCode", 0, 2, "0 when nothing is wrong, 1 when something is, 2 when it cannot be decided.").must(),
    text("statusMsg", 0, "The verdict in Chinese.").must(), kConclusion,
    flag("documentModified", "Whether it was tampered with.").must(), text("hash", 0, "SHA-256 of the file.").must(),
    list("signatureInfos", kSignature, 0, "Each signature.").must(),
    list("timeStampInfos", kStamp, 0, "Each document time-stamp, which seals everything before it.").must(),
    list("reasons", kReason, 0, "What concerns the file rather than one signature.").must());
constexpr Object kReport{"VerifyResult", kReportFields};

constexpr Endpoint kTable[] = {
    {.method = "POST",
     .path = "/v2/document/addbyfile",
     .summary = "Add a document from a file (用文件添加合同文档)",
     .encoding = Encoding::Multipart,
     .fields = kByFileFields,
     .result = &kDocumentId,
     .codes = kAddingFile},
    {.method = "POST",
     .path = "/v2/document/addbyfiles",
     .summary = "Add one document from several files (多文件添加合同文档)",
     .encoding = Encoding::Multipart,
     .fields = kByFilesFields,
     .result = &kDocumentId,
     .codes = kAddingFile},
    {.method = "POST",
     .path = "/v2/document/addbytemplate",
     .summary = "Add a document from a template (用模板添加合同文档)",
     .fields = kByTemplateFields,
     .result = &kDocumentId,
     .codes = kAddingTemplate},
    {.method = "GET",
     .path = "/v2/document/download",
     .summary = "One document as it stands (下载合同文档)",
     .encoding = Encoding::Query,
     .fields = kDownloadFields,
     .codes = kDownloading,
     .media_types = kPdf},
    {.method = "POST",
     .path = "/v2/verify",
     .summary = "What the signatures of a PDF are worth (验签)",
     .encoding = Encoding::Multipart,
     .fields = kVerifyFields,
     .result = &kReport,
     .codes = kFiles},
};

}  // namespace

const std::span<const Endpoint> kDocumentEndpoints = kTable;

}  // namespace signet::openapi::description
