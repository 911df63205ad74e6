#include "openapi/description/endpoints.hpp"
#include "openapi/description/objects.hpp"

// Recorded evidence and papers about it (spec/contracts §4.42).
namespace signet::openapi::description {
namespace {

constexpr std::array<std::string_view, 3> kTypes{"FILE", "DATA", "HASH"};
constexpr std::array<std::string_view, 5> kAlgorithms{"SHA256", "SHA-256", "SHA512", "SHA-512", "SM3"};
constexpr Field kOperatorInfo = object("operatorInfo", kUser, "Who acts for the company; named in the papers.");

constexpr auto kNotaryFields = table(
    text("notaryName", 100, "What the data is called.").must(),
    text("notaryDataID", 100, "The caller's own id of it; again with the same digest it gives the same record.").must(),
    word("notaryType", kTypes, "FILE when absent; HASH comes with notaryDataHash."),
    text("fileType", 20, "The file's suffix."), file("notaryFile", "The data; it is hashed and not kept."),
    text("notaryDataHash", 128, "Its digest in hexadecimal, instead or besides."),
    word("hashAlgorithm", kAlgorithms, "SHA256 when absent.").in_any_case(), kOperatorInfo);
constexpr auto kRecordFields = table(
    id("chainId", "The record.").must(), text("notaryDataID", 0, "As it was given.").must(),
    text("notaryDataHash", 0, "The digest in lower-case hexadecimal.").must(),
    word("hashAlgorithm", kAlgorithms, "How it was made.").must(),
    time("notaryTime", "What the time-stamp says.").must(),
    text("timeStampToken", 0,
         "The RFC 3161 token in Base64: over the digest when it is a SHA-256, else over the SHA-256 of its bytes.")
        .must());
constexpr Object kRecord{"ChainRecord", kRecordFields};
constexpr std::array kNotaryCodes{ErrorCode::UploadTooLarge, ErrorCode::TimeStampUnavailable};

constexpr Field kChainId = id("chainId", "The record; this or proveDataId.");
constexpr Field kDataId = text("proveDataId", 100, "The notaryDataID of the record.");
constexpr auto kProveFields =
    table(kChainId, kDataId, text("proveSource", 100, "Where the data comes from; named in the paper."), kOperatorInfo);
constexpr auto kReportFields =
    table(kChainId, kDataId, whole("proveSource", 0, 1000, "Where the data comes from; named in the report."),
          ids("documentIds", 20, "Documents of contracts that the report shall show."),
          files("proveMaterial", "At most 20 files; their digests stand in the report."), kOperatorInfo);
constexpr auto kReportCodes = join(kLocating, std::array{ErrorCode::UploadTooLarge, ErrorCode::DocumentRequired});

constexpr Field kProveId = id("proveId", "The paper.").must();
constexpr auto kProveIdFields = table(kProveId);
constexpr Object kProveIdAnswer{"ProveId", kProveIdFields};
constexpr std::array<std::string_view, 1> kStates{"DONE"};
constexpr auto kStatusFields =
    table(kProveId, word("status", kStates, "DONE: it can be downloaded.").must(),
          time("createTime", "When it was made.").must(), text("reportHash", 0, "SHA-256 of the PDF.").must(),
          id("chainId", "The record it is about."));
constexpr Object kStatusAnswer{"ProofStatus", kStatusFields};
constexpr std::array<std::string_view, 1> kPdf{"application/pdf"};

constexpr Endpoint kTable[] = {
    {.method = "POST",
     .path = "/v2/chain/notary",
     .summary = "Record data under a time-stamp (数据存证)",
     .encoding = Encoding::Multipart,
     .fields = kNotaryFields,
     .result = &kRecord,
     .codes = kNotaryCodes},
    {.method = "POST",
     .path = "/chain/evidence/electronic/prove/apply",
     .summary = "Ask for a certificate about a record (电子数据存证证明)",
     .description = "Status and download are those of the report.",
     .encoding = Encoding::Multipart,
     .fields = kProveFields,
     .result = &kProveIdAnswer},
    {.method = "POST",
     .path = "/chain/evidence/complete/report/apply",
     .summary = "Ask for a report about a record, documents and materials (完整版存证报告)",
     .description = "It needs a record or a document.",
     .encoding = Encoding::Multipart,
     .fields = kReportFields,
     .result = &kProveIdAnswer,
     .codes = kReportCodes},
    {.method = "GET",
     .path = "/chain/evidence/complete/report/status",
     .summary = "Whether the paper is there (存证报告状态)",
     .encoding = Encoding::Query,
     .fields = kProveIdFields,
     .result = &kStatusAnswer},
    {.method = "GET",
     .path = "/chain/evidence/complete/report/download",
     .summary = "The paper as a PDF (下载存证报告)",
     .encoding = Encoding::Query,
     .fields = kProveIdFields,
     .media_types = kPdf},
};

}  // namespace

const std::span<const Endpoint> kChainEndpoints = kTable;

}  // namespace signet::openapi::description
