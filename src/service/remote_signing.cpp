#include "service/remote_signing.hpp"

#include "base/text.hpp"
#include "notify/http_call.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include <boost/json.hpp>

namespace signet::service {
namespace {

namespace json = boost::json;

constexpr std::size_t kLongestHandle = 200;
constexpr std::size_t kRequestIdBytes = 16;
constexpr std::size_t kAnswerLimit = 64 * 1024;
constexpr std::chrono::milliseconds kFirstPause{50};
constexpr std::chrono::milliseconds kLongestPause{1'000};

std::string_view word_for(crypto::SignatureAlgorithm algorithm) {
    return algorithm == crypto::SignatureAlgorithm::RsaPkcs1Sha256 ? "RSA_PKCS1_SHA256" : "ECDSA_P256_SHA256";
}

bool is_handle(std::string_view text) {
    const auto fits = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
    };
    return !text.empty() && text.size() <= kLongestHandle && std::ranges::all_of(text, fits);
}

notify::HttpCall call_to(const RemoteSignerSettings& settings, std::string url) {
    notify::HttpCall call;
    call.url = std::move(url);
    call.ca_file = settings.ca_file;
    call.connect_timeout = call.total_timeout = settings.time_out;
    call.answer_limit = kAnswerLimit;
    if (!settings.token.empty()) call.headers.emplace_back("Authorization", "Bearer " + settings.token);
    return call;
}

std::string text_of(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

/// The answer's JSON object. What it refuses is its own word, cut and made readable.
Result<json::object> read_answer(const std::string& who, const Result<notify::HttpAnswer>& answer) {
    constexpr std::size_t kLongestReason = 200;
    if (!answer) return fail(ErrorCode::Unavailable, who + ": " + answer.error().detail);
    if (answer->status >= 500 || answer->status == 429 || answer->status == 408) {
        return fail(ErrorCode::Unavailable, who + ": HTTP " + std::to_string(answer->status));
    }
    json::error_code error;
    const json::value parsed = json::parse(answer->body, error);
    const bool is_object = !error && parsed.is_object();
    if (answer->status != 200 && answer->status != 201) {
        const std::string reason = is_object ? text_of(parsed.get_object(), "reason") : std::string();
        return fail(ErrorCode::KeyUnusable, who + " refuses: HTTP " + std::to_string(answer->status) +
                                                (reason.empty() ? "" : ", " + reason.substr(0, kLongestReason)));
    }
    if (!is_object) return fail(ErrorCode::KeyUnusable, who + ": the answer is no JSON object");
    return parsed.get_object();
}

class RemoteSigner final : public crypto::ExternalSigner {
  public:
    static Result<std::unique_ptr<crypto::Signer>> create(std::shared_ptr<const RemoteSigning> remote,
                                                          std::string key_id, std::vector<Bytes> chain) {
        auto parts = parts_of(std::move(chain));
        if (!parts) return parts.error();
        return std::unique_ptr<crypto::Signer>(
            new RemoteSigner(std::move(*parts), std::move(remote), std::move(key_id)));
    }

  private:
    using Moment = std::chrono::steady_clock::time_point;

    RemoteSigner(Parts parts, std::shared_ptr<const RemoteSigning> remote, std::string key_id)
        : ExternalSigner(std::move(parts)), remote_(std::move(remote)), key_id_(std::move(key_id)) {}

    Result<Bytes> sign_digest(const crypto::Sha256Digest& digest) const override {
        const Moment end = std::chrono::steady_clock::now() + remote_->settings().patience;
        const RemoteOrder order{hex(random_bytes(kRequestIdBytes)), key_id_, algorithm(), digest};
        std::string handle;
        std::chrono::milliseconds pause = kFirstPause;
        Error last = fail(ErrorCode::Unavailable, remote_->settings().name + ": the signature was not made in time");
        for (;; rest(pause)) {
            if (handle.empty()) {
                auto prepared = remote_->prepare(order);
                if (prepared) {
                    handle = std::move(*prepared);
                } else if (prepared.error().code != ErrorCode::Unavailable) {
                    return prepared.error();
                } else {
                    last = prepared.error();
                }
            }
            if (!handle.empty()) {
                auto finished = remote_->finish(handle);
                if (!finished && finished.error().code != ErrorCode::Unavailable) return finished.error();
                if (finished && *finished) return std::move(**finished);
                if (!finished) last = finished.error();
            }
            if (std::chrono::steady_clock::now() + pause >= end) return last;
        }
    }

    static void rest(std::chrono::milliseconds& pause) {
        std::this_thread::sleep_for(pause);
        pause = std::min(pause * 2, kLongestPause);
    }

    const std::shared_ptr<const RemoteSigning> remote_;
    const std::string key_id_;
};

}  // namespace

Result<std::string> RemoteSigning::prepare(const RemoteOrder& order) const {
    notify::HttpCall call = call_to(settings_, settings_.url + "/signatures");
    call.content_type = "application/json";
    call.body = json::serialize(json::object{{"requestId", order.request_id},
                                             {"keyId", order.key_id},
                                             {"algorithm", word_for(order.algorithm)},
                                             {"digest", base64(order.digest)}});
    const auto answer = read_answer(settings_.name, notify::post(call));
    if (!answer) return answer.error();
    std::string handle = text_of(*answer, "handle");
    if (!is_handle(handle)) return fail(ErrorCode::KeyUnusable, settings_.name + ": the answer has no usable handle");
    return handle;
}

Result<std::optional<Bytes>> RemoteSigning::finish(std::string_view handle) const {
    if (!is_handle(handle)) return invalid_parameter("handle: is none");
    const auto answer = read_answer(
        settings_.name, notify::get(call_to(settings_, settings_.url + "/signatures/" + std::string(handle))));
    if (!answer) return answer.error();
    const std::string status = text_of(*answer, "status");
    if (status == "PENDING") return std::optional<Bytes>();
    if (status == "REFUSED") {
        return fail(ErrorCode::KeyUnusable, settings_.name + " refuses to sign: " + text_of(*answer, "reason"));
    }
    const auto value = status == "DONE" ? from_base64(text_of(*answer, "signature")) : std::nullopt;
    if (!value || value->empty()) {
        return fail(ErrorCode::KeyUnusable, settings_.name + ": the answer has no usable signature");
    }
    return std::optional<Bytes>(*value);
}

Result<std::unique_ptr<crypto::Signer>> remote_signer(std::shared_ptr<const RemoteSigning> remote, std::string key_id,
                                                      std::vector<Bytes> chain) {
    return RemoteSigner::create(std::move(remote), std::move(key_id), std::move(chain));
}

}  // namespace signet::service
