#include "pages/verify_page.hpp"

#include "pages/page_errors.hpp"
#include "pages/page_requests.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

#include <boost/json.hpp>

namespace signet::pages {
namespace {

namespace json = boost::json;
using service::Question;
using service::SignatureAssessment;

/// Of the file itself; a form has some bytes around it.
constexpr std::uint64_t kMostBytes = 64ULL << 20;
constexpr std::uint64_t kFormBytes = 64ULL << 10;
/// So many signatures are shown with their pictures.
constexpr std::size_t kMostPictures = 12;

/// Frees the seat it was made upon.
class Seat {
  public:
    explicit Seat(std::counting_semaphore<>& seats) : seats_(seats) {}
    ~Seat() { seats_.release(); }
    Seat(const Seat&) = delete;
    Seat& operator=(const Seat&) = delete;

  private:
    std::counting_semaphore<>& seats_;
};

json::string text_value(std::string_view text) {
    return json::string(text);
}

json::array write_reasons(const std::vector<service::Reason>& reasons) {
    json::array list;
    for (const service::Reason& reason : reasons) {
        const service::ReasonText& text = text_of(reason.code);
        const bool note = text.weight == service::Weight::Note;
        list.push_back({{"code", text_value(text.word)},
                        {"question", text_value(to_string(text.question))},
                        {"note", note},
                        {"message", text_value(text.chinese)},
                        {"messageEn", text_value(text.english)},
                        {"detail", text_value(reason.detail)}});
    }
    return list;
}

json::array write_differences(const std::vector<service::PageDifference>& differences) {
    json::array list;
    for (const service::PageDifference& one : differences) {
        json::array places;
        for (const auto& place : one.places)
            places.push_back(json::array{place[0], place[1], place[2], place[3]});
        json::object item{{"page", one.page + 1}, {"places", std::move(places)}};
        if (!one.before.empty()) item["before"] = base64(one.before);
        if (!one.after.empty()) item["after"] = base64(one.after);
        list.push_back(std::move(item));
    }
    return list;
}

void write_certificate(json::object& item, const crypto::CertificateInfo& signer, const TimeZone& zone) {
    item["organization"] = signer.subject_organization;
    item["subject"] = signer.subject;
    item["issuer"] = signer.issuer_common_name;
    item["serialNumber"] = signer.serial_number;
    item["notBefore"] = zone.format(signer.not_before);
    item["notAfter"] = zone.format(signer.not_after);
    item["publicKey"] = signer.public_key;
    item["fingerprint"] = signer.fingerprint;
}

json::object write_signature(const SignatureAssessment& one, const TimeZone& zone) {
    json::object answers;
    for (const Question question : {Question::Integrity, Question::Trust, Question::Time, Question::Revocation})
        answers[to_string(question)] = text_value(to_string(one.answer(question)));
    json::object item{{"conclusion", text_value(to_wire(one.conclusion))},
                      {"name", one.signer_name},
                      {"time", one.claimed_time ? zone.format(*one.claimed_time) : one.claimed_time_text},
                      {"timeAuthority", one.time_authority},
                      {"level", one.level},
                      {"algorithm", one.digest_algorithm},
                      {"purpose", one.purpose},
                      {"location", one.location},
                      {"changes", text_value(to_string(one.later_changes))},
                      {"revision", one.revision},
                      {"answers", std::move(answers)},
                      {"reasons", write_reasons(one.reasons)},
                      {"pages", write_differences(one.differences)}};
    item["provenTime"] = one.proven_time ? zone.format(*one.proven_time) : std::string();
    if (one.signer) write_certificate(item, *one.signer, zone);
    return item;
}

}  // namespace

http::Response VerifyPage::verify(http::Request& request) {
    const http::Part* part = request.file("file");
    if (part == nullptr) return page_failure(invalid_parameter("file: is required"));
    if (part->size > kMostBytes) return page_failure(fail(ErrorCode::UploadTooLarge, "more than 64 MB"));
    if (!seats_.try_acquire_for(std::chrono::seconds(3)))
        return page_failure(fail(ErrorCode::Unavailable, "others verify files just now"));
    const Seat seat(seats_);
    return answer(*part);
}

http::Response VerifyPage::answer(const http::Part& file) {
    const auto report = verification_.verify_file(file.file.path());
    if (!report) return page_failure(report.error());
    const service::Assessment& assessment = report->assessment;
    const TimeZone& zone = verification_.zone();
    json::array signatures;
    json::array stamps;
    for (const SignatureAssessment& one : assessment.signatures) {
        json::object item = write_signature(one, zone);
        if (!one.is_document_time_stamp && signatures.size() < kMostPictures) {
            const Bytes picture = verification_.picture(file.file.path(), one);
            if (!picture.empty()) item["picture"] = base64(picture);
        }
        (one.is_document_time_stamp ? stamps : signatures).push_back(std::move(item));
    }
    json::object answer{{"conclusion", text_value(to_wire(assessment.conclusion))},
                        {"modified", assessment.modified},
                        {"message", text_value(assessment.sentence().chinese)},
                        {"messageEn", text_value(assessment.sentence().english)},
                        {"sha256", report->sha256},
                        {"size", file.size},
                        {"pageCount", assessment.page_count},
                        {"revisions", assessment.revision_count},
                        {"unsignedFields", assessment.unsigned_fields},
                        {"reasons", write_reasons(assessment.reasons)},
                        {"signatures", std::move(signatures)},
                        {"timeStamps", std::move(stamps)}};
    if (report->held) {
        answer["held"] = json::object{{"newest", report->held->is_newest},
                                      {"status", text_value(model::to_wire(report->held->status))}};
    }
    return json_response(answer);
}

void VerifyPage::add_routes(http::Router& router) {
    http::Route route;
    route.method = "POST";
    route.path = "/pages/verify";
    route.body_limit = kMostBytes + kFormBytes;
    route.gate = [this](http::RequestHead& head) -> std::optional<http::Response> {
        if (limit_.take(head.remote_address)) return std::nullopt;
        return page_failure(fail(ErrorCode::TooFrequent, "one address verifies too often"));
    };
    route.handler = [this](http::Request& request) {
        http::Response response = verify(request);
        response.headers.set("X-Content-Type-Options", "nosniff");
        response.headers.set("Cache-Control", "no-store");
        return response;
    };
    router.add(std::move(route));
}

}  // namespace signet::pages
