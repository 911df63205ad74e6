#include "app/trust_desk.hpp"

#include "app/archive_desk.hpp"
#include "app/house.hpp"
#include "app/key_desk.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "crypto/pem.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sys/stat.h>
#include <utility>

namespace signet::app {
namespace {

constexpr std::uint64_t kLongestQuery = 16 * 1024;
constexpr std::string_view kQueryType = "application/timestamp-query";
constexpr std::string_view kOcspRequestType = "application/ocsp-request";
constexpr std::size_t kLongestFile = 1U << 20;
constexpr std::chrono::seconds kPatience{30};

std::string read_text(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    if (text.size() > kLongestFile) text.clear();
    return text;
}

/// The type without its parameters.
bool has_type(const http::Request& request, std::string_view wanted) {
    const std::string_view type = request.headers.get("Content-Type").value_or("");
    return to_lower(trim(type.substr(0, type.find(';')))) == wanted;
}

http::Response der(std::string type, const Bytes& body) {
    http::Response response = http::make_response(200, std::move(type), std::string(as_text(body)));
    response.headers.add("Cache-Control", "no-cache");
    return response;
}

http::Response refusal(int status, std::string why) {
    return http::make_response(status, "text/plain; charset=utf-8", std::move(why) + "\n");
}

Result<service::TimeStampSource> source_of(const TimeStampAuthoritySettings& settings) {
    service::TimeStampSource source;
    source.own = settings.url == "own";
    if (source.own) return source;
    source.url = settings.url;
    source.policy = settings.policy;
    source.time_out = settings.time_out;
    source.ca_file = settings.ca_file.string();
    auto roots = crypto::read_certificates(as_bytes(read_text(settings.roots)));
    if (!roots) return invalid_parameter("time_stamp_authority.roots: no certificate in " + settings.roots.string());
    source.roots = std::move(*roots);
    if (settings.credentials.empty()) return source;
    struct stat status {};
    const bool is_private =
        ::stat(settings.credentials.c_str(), &status) == 0 && (status.st_mode & (S_IRWXG | S_IRWXO)) == 0;
    if (!is_private) {
        return invalid_parameter("time_stamp_authority.credentials: " + settings.credentials.string() +
                                 " must be there, readable by its owner alone (mode 0600)");
    }
    const std::string line = read_text(settings.credentials);
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos || colon == 0) {
        return invalid_parameter("time_stamp_authority.credentials: must be user:password");
    }
    source.user = line.substr(0, colon);
    source.password = line.substr(colon + 1, line.find_first_of("\r\n", colon) - colon - 1);
    return source;
}

}  // namespace

Result<std::vector<Bytes>> signer_roots(const TrustSettings& settings) {
    std::vector<Bytes> roots;
    for (const std::filesystem::path& file : settings.signer_roots) {
        auto read = crypto::read_certificates(as_bytes(read_text(file)));
        if (!read || read->empty()) return invalid_parameter("verification.roots: no certificate in " + file.string());
        roots.insert(roots.end(), read->begin(), read->end());
    }
    return roots;
}

Result<std::vector<service::TimeStampSource>> time_stamp_sources(const TrustSettings& settings) {
    std::vector<service::TimeStampSource> sources;
    for (const TimeStampAuthoritySettings& authority : settings.authorities) {
        auto source = source_of(authority);
        if (!source) return source.error();
        sources.push_back(std::move(*source));
    }
    return sources;
}

void add_trust_routes(http::Router& router, service::TrustServices& trust, bool serves_time_stamps) {
    http::Route stamp;
    stamp.method = "POST";
    stamp.path = "/tsa";
    stamp.body_limit = kLongestQuery;
    stamp.handler = [&trust](http::Request& request) {
        if (!has_type(request, kQueryType)) return refusal(415, "send application/timestamp-query (RFC 3161)");
        return der("application/timestamp-reply", trust.answer_time_stamp_query(as_bytes(request.body)));
    };
    if (serves_time_stamps) router.add(std::move(stamp));

    http::Route ask;
    ask.method = "POST";
    ask.path = "/ocsp";
    ask.body_limit = kLongestQuery;
    ask.handler = [&trust](http::Request& request) {
        if (!has_type(request, kOcspRequestType)) return refusal(415, "send application/ocsp-request (RFC 6960)");
        return der("application/ocsp-response", trust.answer_ocsp(as_bytes(request.body)));
    };
    router.add(std::move(ask));

    // RFC 6960 appendix A.1: the request in Base64 as the rest of the path.
    http::Route get;
    get.method = "GET";
    get.path = "/ocsp/{request*}";
    get.handler = [&trust](http::Request& request) {
        const auto decoded = from_base64(request.captures.find("request")->second);
        return der("application/ocsp-response", trust.answer_ocsp(decoded.value_or(Bytes())));
    };
    router.add(std::move(get));

    http::Route files;
    files.method = "GET";
    files.path = "/ca/{file}";
    files.handler = [&trust](http::Request& request) {
        const std::string& name = request.captures.find("file")->second;
        const auto file = trust.file(name);
        if (!file) return refusal(503, "the list cannot be made now");
        if (!*file) return refusal(404, "there is no such file");
        return der(name.ends_with(".crl") ? "application/pkix-crl" : "application/pkix-cert", **file);
    };
    router.add(std::move(files));
}

void add_trust_figures(Metrics& metrics, House& house) {
    metrics.gauge_function("signet_preservation_waiting", "Contracts that wait for validation data or a time-stamp",
                           [&house] {
                               const auto depth = house.preservation().depth();
                               return depth ? static_cast<double>(depth->waiting) : -1.0;
                           });
    metrics.gauge_function("signet_preservation_failing", "Those of them that failed at least once", [&house] {
        const auto depth = house.preservation().depth();
        return depth ? static_cast<double>(depth->failing) : -1.0;
    });
    metrics.gauge_function("signet_audit_anchor_failures", "Times that the log's head could not be anchored",
                           [&house] { return static_cast<double>(house.anchoring().failures()); });
    metrics.gauge_function("signet_audit_anchor_age_seconds", "How old the last anchor of the log is", [&house] {
        const auto last = house.anchoring().last_time();
        if (!last || !*last) return -1.0;
        return static_cast<double>((house.platform().clock.now() - **last).count()) / 1000.0;
    });
    metrics.gauge_function("signet_time_stamps_failed", "Times that an authority gave no good time-stamp", [&house] {
        double failed = 0;
        for (const auto& source : house.time_stamps().statistics())
            failed += static_cast<double>(source.failed);
        return failed;
    });
    metrics.gauge_function("signet_time_stamps_granted", "Time-stamps that were taken", [&house] {
        double granted = 0;
        for (const auto& source : house.time_stamps().statistics())
            granted += static_cast<double>(source.granted);
        return granted;
    });
    metrics.gauge_function("signet_tsa_granted", "Time-stamps given to others",
                           [&house] { return static_cast<double>(house.trust().statistics().granted); });
    metrics.gauge_function("signet_tsa_rejected", "Time-stamp queries of others that were rejected",
                           [&house] { return static_cast<double>(house.trust().statistics().rejected); });
    metrics.gauge_function("signet_ocsp_answered", "OCSP requests answered",
                           [&house] { return static_cast<double>(house.trust().statistics().answered); });
}

TrustKeeper::TrustKeeper(House& house) : house_(house), thread_([this] { run(); }) {}

TrustKeeper::~TrustKeeper() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    thread_.join();
}

void TrustKeeper::run() {
    constexpr std::chrono::milliseconds kRound{500};
    constexpr std::size_t kAtOnce = 16;
    constexpr int kRoundsPerRenewal = 120;
    if (const auto ended = house_.master_key().resume(); !ended) {
        spdlog::error("an interrupted rotation of the master key: {}", for_log(describe(ended.error())));
    } else if (*ended > 0) {
        spdlog::info("an interrupted rotation of the master key was ended: {} secrets", *ended);
    }
    for (int round = 0;; ++round) {
        {
            std::unique_lock lock(mutex_);
            if (wake_.wait_for(lock, kRound, [this] { return stopping_; })) return;
        }
        for (const Errand& errand : {kRevocation, kArchiving, kKeyRotation})
            run_waiting(errand, house_);
        if (const auto done = house_.preservation().run_due(kAtOnce); !done) {
            spdlog::error("signatures that shall last: {}", for_log(describe(done.error())));
        }
        if (const auto anchored = house_.anchoring().run_due(); !anchored) {
            spdlog::error("an anchor of the log: {}", for_log(describe(anchored.error())));
        }
        if (round % kRoundsPerRenewal != 0) continue;
        if (const Status asked = house_.signing_keys().check_revocation(); !asked) {
            spdlog::error("signing keys: {}", for_log(describe(asked.error())));
        }
        if (const Status renewed = house_.trust().renew(); !renewed) {
            spdlog::error("the own CA: {}", for_log(describe(renewed.error())));
        }
    }
}

namespace {

Result<std::string> revoke_certificate(House& house, const std::string& request) {
    const auto words = split(trim(request), ' ');
    const auto number = words.size() == 2 ? parse_integer(words[1]) : std::nullopt;
    const auto reason = number ? crypto::revocation_reason_of(static_cast<std::uint64_t>(*number)) : std::nullopt;
    if (!reason) return invalid_parameter("the request has another form");
    const auto revoked = house.trust().revoke(words[0], *reason);
    if (!revoked) return revoked.error();
    return std::string(*revoked ? "revoked" : "was revoked before");
}

}  // namespace

const Errand kRevocation{"revocations", kPatience, revoke_certificate};

}  // namespace signet::app
