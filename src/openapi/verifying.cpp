#include "base/text.hpp"
#include "http/message.hpp"
#include "openapi/api.hpp"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>

// /v2/verify: what the signatures of a PDF are worth (docs/verdicts.md).
namespace signet::openapi {

namespace json = boost::json;
using service::Assessment;
using service::Conclusion;
using service::Question;
using service::SignatureAssessment;

namespace {

json::string text_value(std::string_view text) {
    return json::string(text);
}

json::array write_reasons(const std::vector<service::Reason>& reasons) {
    json::array list;
    for (const service::Reason& reason : reasons) {
        const service::ReasonText& text = text_of(reason.code);
        list.push_back({{"code", text_value(text.word)},
                        {"message", text_value(text.chinese)},
                        {"messageEn", text_value(text.english)},
                        {"detail", text_value(reason.detail)}});
    }
    return list;
}

std::string_view message_of(Conclusion conclusion) {
    switch (conclusion) {
        case Conclusion::Valid:
            return "签名有效";
        case Conclusion::SignerUnknown:
            return "签名完整，但无法确认签署人身份";
        case Conclusion::Undecided:
            return "无法判定签名是否有效";
        default:
            return "签名无效";
    }
}

int status_code(Conclusion conclusion) {
    switch (conclusion) {
        case Conclusion::Invalid:
        case Conclusion::Unreadable:
            return 1;
        case Conclusion::Undecided:
            return 2;
        default:
            return 0;
    }
}

std::string time_text(const TimeZone& zone, const std::optional<UtcTime>& time, std::string otherwise = {}) {
    return time ? zone.format(*time) : std::move(otherwise);
}

json::object write_signature(const SignatureAssessment& one, const TimeZone& zone) {
    const crypto::CertificateInfo none;
    const crypto::CertificateInfo& signer = one.signer ? *one.signer : none;
    const std::string not_before = one.signer ? zone.format(signer.not_before) : std::string();
    const std::string not_after = one.signer ? zone.format(signer.not_after) : std::string();
    json::object item;
    item["code"] = one.intact ? 0 : 1;
    item["msg"] = text_value(message_of(one.conclusion));
    item["conclusion"] = text_value(to_wire(one.conclusion));
    item["reasons"] = write_reasons(one.reasons);
    item["signatory"] = one.signer_name;
    item["organization"] = signer.issuer_common_name;
    item["signTime"] = time_text(zone, one.claimed_time, one.claimed_time_text);
    item["modified"] = one.answer(Question::Integrity) == service::Answer::Bad;
    item["signatureCoversWholeDocument"] = one.covers_whole_document();
    item["strAlgName"] = one.digest_algorithm;
    item["certSerialNumber"] = signer.serial_number;
    item["certDateFrom"] = not_before;
    item["certDateTo"] = not_after;
    item["trusted"] = one.trusted && !one.revoked;
    item["level"] = one.level;
    item["timestampTime"] = time_text(zone, one.proven_time);
    item["revoked"] = one.revoked;
    item["organizationName"] = signer.subject_organization;
    item["certDN"] = signer.subject;
    item["certIssuer"] = signer.issuer_common_name;
    item["certNotBefore"] = not_before;
    item["certNotAfter"] = not_after;
    item["valid"] = one.conclusion == Conclusion::Valid || one.conclusion == Conclusion::SignerUnknown;
    return item;
}

json::object write_time_stamp(const SignatureAssessment& one, const TimeZone& zone) {
    return {{"authority", one.time_authority.empty() ? one.signer_name : one.time_authority},
            {"time", time_text(zone, one.proven_time)},
            {"trusted", one.trusted}};
}

}  // namespace

void Api::add_verifying(http::Router& router) {
    upload(router, "/v2/verify",
           [this](const service::Caller&, const Fields& fields, http::Request& request) -> Result<json::object> {
               const http::Part* part = request.file("file");
               if (part == nullptr) fields.refuse("file", "is required");
               const bool show = fields.boolean("showImg", false);
               if (fields.error()) return *fields.error();
               const auto report = services_.verification.verify_file(part->file.path());
               if (!report) return report.error();
               const TimeZone& zone = services_.verification.zone();
               const Assessment& assessment = report->assessment;
               json::array signatures;
               json::array stamps;
               for (const SignatureAssessment& one : assessment.signatures) {
                   if (one.is_document_time_stamp) {
                       stamps.push_back(write_time_stamp(one, zone));
                       continue;
                   }
                   json::object item = write_signature(one, zone);
                   if (show) {
                       const Bytes picture = services_.verification.picture(part->file.path(), one);
                       if (!picture.empty()) item["sealImage"] = base64(picture);
                   }
                   signatures.push_back(std::move(item));
               }
               return json::object{{"statusCode", status_code(assessment.conclusion)},
                                   {"statusMsg", text_value(assessment.sentence().chinese)},
                                   {"conclusion", text_value(to_wire(assessment.conclusion))},
                                   {"documentModified", assessment.modified},
                                   {"hash", report->sha256},
                                   {"signatureInfos", std::move(signatures)},
                                   {"timeStampInfos", std::move(stamps)},
                                   {"reasons", write_reasons(assessment.reasons)}};
           });
}

}  // namespace signet::openapi
