#include "service/time_stamps.hpp"

#include "base/log.hpp"
#include "crypto/certificate_authority.hpp"
#include "notify/http_call.hpp"
#include "service/trust_services.hpp"

#include <algorithm>
#include <utility>

namespace signet::service {
namespace {

using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

// Tokens of other authorities bring their chain along.
constexpr std::size_t kMaxForeignToken = 16 * 1024;
// A little more than the longest token, so that one that is too long is seen to be so.
constexpr std::size_t kAnswerLimit = crypto::kMaxTimeStampTokenSize + 4096;
constexpr std::chrono::seconds kRest{30};
constexpr int kHttpOk = 200;
const std::vector<crypto::TimeStampFault> kSkewAlone{crypto::TimeStampFault::ClockSkew};

std::string name_of(const TimeStampSource& source) {
    return source.own ? "own" : source.url;
}

Error unavailable(std::string why) {
    return fail(ErrorCode::TimeStampUnavailable, std::move(why));
}

}  // namespace

TimeStamps::TimeStamps(const Clock& clock, const TrustServices* own, std::vector<TimeStampSource> sources,
                       milliseconds patience)
    : clock_(clock), own_(own), patience_(patience) {
    for (TimeStampSource& source : sources)
        sources_.push_back(std::make_unique<Desk>(std::move(source)));
    if (sources_.empty()) {
        TimeStampSource only;
        only.own = true;
        sources_.push_back(std::make_unique<Desk>(std::move(only)));
    }
}

std::size_t TimeStamps::max_token_size() const {
    std::size_t size = 0;
    for (const auto& desk : sources_)
        size = std::max(size, desk->source.own ? own_->time_stamps()->max_token_size() : kMaxForeignToken);
    return size;
}

std::vector<Bytes> TimeStamps::roots() const {
    std::vector<Bytes> roots;
    for (const auto& desk : sources_) {
        if (desk->source.own) roots.push_back(own_->authority()->root_certificate());
        roots.insert(roots.end(), desk->source.roots.begin(), desk->source.roots.end());
    }
    return roots;
}

Result<Bytes> TimeStamps::ask(Desk& desk, const crypto::Sha256Digest& imprint, Moment end) const {
    const TimeStampSource& source = desk.source;
    if (source.own) return own_->token(imprint);
    const auto left = std::chrono::duration_cast<milliseconds>(end - SteadyClock::now());
    if (left <= milliseconds(0)) return unavailable("no time is left");
    const auto request = crypto::TimeStampRequest::over(imprint, source.policy);
    notify::HttpCall call;
    call.url = source.url;
    call.content_type = "application/timestamp-query";
    call.body = std::string(as_text(crypto::encode(request)));
    call.ca_file = source.ca_file;
    call.total_timeout = std::min(source.time_out, left);
    call.connect_timeout = call.total_timeout;
    call.answer_limit = kAnswerLimit;
    if (!source.user.empty()) {
        call.headers.emplace_back("Authorization", "Basic " + base64(as_bytes(source.user + ":" + source.password)));
    }
    const UtcTime asked = clock_.now();
    const auto answer = notify::post(call);
    const UtcTime answered = clock_.now();
    if (!answer) return unavailable(answer.error().detail);
    if (answer->status != kHttpOk) return unavailable("HTTP " + std::to_string(answer->status));
    const crypto::TimeStampReport report =
        crypto::verify_time_stamp_response(as_bytes(answer->body), request, {source.roots, {}}, clock_.now());
    // Also one that is refused for nothing but a time too far from ours tells how far.
    const bool genuine = report.token && (report.faults.empty() || report.faults == kSkewAlone);
    if (genuine) desk.drift = (asked + (answered - asked) / 2 - report.token->time).count();
    if (!report.accepted()) return unavailable(report.describe());
    if (report.token->der.size() > kMaxForeignToken) return unavailable("its token is too long");
    return report.token->der;
}

Result<Bytes> TimeStamps::token(const crypto::Sha256Digest& imprint) const {
    const Moment begin = SteadyClock::now();
    std::vector<Desk*> order;
    for (const auto& desk : sources_)
        order.push_back(desk.get());
    // First those that answered last time, in their order; but when none of them helps, the others are asked too.
    std::ranges::stable_partition(order, [&](const Desk* desk) { return desk->resting_until.load() <= begin; });
    std::string problems;
    for (Desk* desk : order) {
        auto token = ask(*desk, imprint, begin + patience_);
        if (token) {
            ++desk->granted;
            desk->resting_until.store(Moment{});
            return token;
        }
        ++desk->failed;
        desk->resting_until.store(SteadyClock::now() + kRest);
        const std::string name = name_of(desk->source);
        spdlog::warn("time-stamps of {}: {}", for_log(name), for_log(token.error().detail));
        problems += (problems.empty() ? "" : "; ") + name + ": " + token.error().detail;
    }
    return unavailable("no time-stamp: " + problems);
}

std::vector<TimeStamps::Statistics> TimeStamps::statistics() const {
    std::vector<Statistics> list;
    for (const auto& desk : sources_) {
        Statistics& one = list.emplace_back(Statistics{name_of(desk->source), desk->granted, desk->failed, {}});
        const std::int64_t drift = desk->drift;
        if (drift != kUnknownDrift) one.drift = milliseconds(drift);
    }
    return list;
}

pdf::CmsMaker timed_cms_maker(const crypto::Signer& signer, const TimeStamps& time_stamps) {
    pdf::CmsMaker maker;
    maker.max_size = crypto::max_pades_cms_size(signer, time_stamps.max_token_size());
    maker.make = [&signer, &time_stamps](const crypto::Sha256Digest& digest) -> Result<Bytes> {
        const auto signature = crypto::sign_pades(signer, digest);
        if (!signature) return signature.error();
        const auto token = time_stamps.token(signature->time_stamp_imprint());
        if (!token) return token.error();
        return crypto::finish_pades_cms(signer, *signature, *token);
    };
    return maker;
}

}  // namespace signet::service
