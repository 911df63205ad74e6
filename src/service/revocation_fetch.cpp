#include "service/revocation_fetch.hpp"

#include "crypto/certificate.hpp"
#include "crypto/ocsp.hpp"
#include "crypto/revocation_list.hpp"
#include "notify/http_call.hpp"

#include <algorithm>
#include <string>

namespace signet::service {
namespace {

constexpr int kHttpOk = 200;
constexpr std::chrono::seconds kTimeOut{10};
constexpr std::size_t kListLimit = 4U << 20;
constexpr std::size_t kAnswerLimit = 256U << 10;
constexpr std::size_t kNonceLength = 16;
/// A certificate that names more addresses wants to keep us busy.
constexpr std::size_t kMostAddresses = 4;

notify::HttpCall call_to(const std::string& url, std::size_t answer_limit) {
    notify::HttpCall call;
    call.url = url;
    call.connect_timeout = call.total_timeout = kTimeOut;
    call.answer_limit = answer_limit;
    return call;
}

Result<Bytes> fetch_list(const std::string& url, ByteView issuer, UtcTime now) {
    const auto answer = notify::get(call_to(url, kListLimit));
    if (!answer) return answer.error();
    if (answer->status != kHttpOk) return fail(ErrorCode::Unavailable, "HTTP " + std::to_string(answer->status));
    const auto list = crypto::parse_revocation_list(as_bytes(answer->body));
    if (!list) return list.error();
    if (const Status genuine = crypto::is_signed_by(*list, issuer); !genuine) return genuine.error();
    if (list->next_update && *list->next_update < now) return fail(ErrorCode::Unavailable, "the list has ended");
    return list->der;
}

Result<Bytes> ask_responder(const std::string& url, ByteView certificate, ByteView issuer, UtcTime now) {
    auto id = crypto::OcspCertificateId::of(certificate, issuer);
    if (!id) return id.error();
    const crypto::OcspRequest request{{std::move(*id)}, random_bytes(kNonceLength)};
    notify::HttpCall call = call_to(url, kAnswerLimit);
    call.content_type = "application/ocsp-request";
    call.body = std::string(as_text(crypto::encode(request)));
    const auto answer = notify::post(call);
    if (!answer) return answer.error();
    if (answer->status != kHttpOk) return fail(ErrorCode::Unavailable, "HTTP " + std::to_string(answer->status));
    const Bytes response = to_bytes(answer->body);
    const auto checked = crypto::verify_ocsp_response(response, certificate, issuer, now, request.nonce);
    if (!checked) return checked.error();
    return response;
}

Status fetch_about(ByteView certificate, ByteView issuer, UtcTime now, crypto::RevocationData& data) {
    const auto info = crypto::describe_certificate(certificate);
    if (!info) return info.error();
    std::string problems;
    const auto try_all = [&](const std::vector<std::string>& urls, std::vector<Bytes>& target, const auto& fetch) {
        for (std::size_t i = 0; i < std::min(urls.size(), kMostAddresses); ++i) {
            auto fetched = fetch(urls[i]);
            if (fetched) {
                if (std::ranges::find(target, *fetched) == target.end()) target.push_back(std::move(*fetched));
                return true;
            }
            problems += (problems.empty() ? "" : "; ") + urls[i] + ": " + fetched.error().detail;
        }
        return false;
    };
    const bool listed = try_all(info->revocation_list_urls, data.revocation_lists,
                                [&](const std::string& url) { return fetch_list(url, issuer, now); });
    const bool told = listed || try_all(info->responder_urls, data.ocsp_responses, [&](const std::string& url) {
                          return ask_responder(url, certificate, issuer, now);
                      });
    if (told || problems.empty()) return {};
    return fail(ErrorCode::Unavailable, "about " + info->subject + ": " + problems);
}

}  // namespace

Status fetch_revocation_data(const std::vector<Bytes>& chain, UtcTime now, crypto::RevocationData& data) {
    for (std::size_t i = 0; i + 1 < chain.size(); ++i) {
        if (const Status fetched = fetch_about(chain[i], chain[i + 1], now, data); !fetched) return fetched;
    }
    return {};
}

}  // namespace signet::service
