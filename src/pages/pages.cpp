#include "pages/pages.hpp"

#include "base/log.hpp"
#include "base/text.hpp"
#include "http/files.hpp"
#include "http/static_files.hpp"
#include "pages/page_errors.hpp"
#include "pages/page_requests.hpp"
#include "pages/view_json.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include <boost/json.hpp>

namespace signet::pages {

namespace json = boost::json;

namespace {

constexpr std::size_t kKeptPictureBytes = 64U << 20;

/// `12` of `12.jpg`; nothing for anything else.
std::optional<std::int64_t> number_before(std::string_view file, std::string_view suffix) {
    if (!file.ends_with(suffix)) return std::nullopt;
    return parse_id(file.substr(0, file.size() - suffix.size()));
}

/// The first http(s) address in a text.
std::string link_in(std::string_view message) {
    const std::size_t at = message.find("http");
    if (at == std::string_view::npos) return {};
    const std::size_t end = message.find_first_of(" \t\r\n", at);
    return std::string(message.substr(at, end == std::string_view::npos ? end : end - at));
}

/// The first run of exactly six digits in a text.
std::string code_in(std::string_view message) {
    std::size_t run = 0;
    for (std::size_t i = 0; i <= message.size(); ++i) {
        const bool digit = i < message.size() && message[i] >= '0' && message[i] <= '9';
        if (digit) {
            ++run;
            continue;
        }
        if (run == 6) return std::string(message.substr(i - 6, 6));
        run = 0;
    }
    return {};
}

json::object outcome(const service::PageView& view) {
    const std::string next = next_party(view);
    json::object result{{"contractStatus", json::string(model::to_wire(view.contract->status))},
                        {"state", state_of(view)},
                        {"passwordUsable", view.options.password_usable},
                        {"passwordOffer", view.options.offer_password}};
    if (next.empty()) {
        result["next"] = nullptr;
    } else {
        result["next"] = json::string(next);
    }
    return result;
}

}  // namespace

Pages::Pages(service::SigningPage& page, service::BatchSigning& batch, service::Joining& joining,
             service::Downloads& downloads, service::ReadingLinks& links, service::Appointing& appointing,
             service::PageResending& resending, std::function<std::vector<InboxMessage>()> inbox, Settings settings)
    : page_(page),
      batch_(batch),
      joining_(joining),
      downloads_(downloads),
      links_(links),
      appointing_(appointing),
      resending_(resending),
      inbox_(std::move(inbox)),
      settings_(std::move(settings)) {}

void Pages::add(http::Router& router, std::string method, std::string path, Answer answer, std::uint64_t body_limit) {
    http::Route route;
    route.method = std::move(method);
    route.path = std::move(path);
    route.body_limit = body_limit;
    route.handler = [answer = std::move(answer)](http::Request& request) {
        http::Response response = answer(request);
        response.headers.set("X-Content-Type-Options", "nosniff");
        // Contracts stay out of caches that others can look into.
        if (!response.headers.get("Cache-Control")) response.headers.set("Cache-Control", "no-store");
        return response;
    };
    router.add(std::move(route));
}

http::Response Pages::open(http::Request& request) {
    const auto body = body_of(request);
    if (!body) return page_failure(body.error());
    const std::string token = text(*body, "token");
    const std::string ticket = text(*body, "ticket");
    std::string client = client_of(request);
    const bool is_new = client.empty();
    if (is_new) client = random_token(kClientLength);
    const auto view = page_.open(token.empty() ? ticket : token, token.empty(), client);
    if (!view) return page_failure(view.error());
    http::Response response = json_response(write_view(*view, settings_.zone));
    if (is_new) give_client(response, client);
    return response;
}

void Pages::give_client(http::Response& response, std::string_view client) const {
    const bool secure = settings_.base_url.starts_with("https:");
    // A page may be framed by the business system's own site; over https the cookie has to come along there.
    response.headers.add("Set-Cookie", std::string(kClientCookie) + "=" + std::string(client) +
                                           "; Path=/pages; HttpOnly; Max-Age=31536000; " +
                                           (secure ? "SameSite=None; Secure" : "SameSite=Lax"));
}

std::shared_ptr<const std::string> Pages::kept_picture(const std::string& key) {
    const std::lock_guard lock(mutex_);
    const auto found = index_.find(key);
    if (found == index_.end()) return nullptr;
    recent_.splice(recent_.begin(), recent_, found->second);
    return found->second->second;
}

void Pages::keep_picture(const std::string& key, std::shared_ptr<const std::string> picture) {
    const std::lock_guard lock(mutex_);
    if (index_.contains(key)) return;
    kept_bytes_ += picture->size();
    recent_.emplace_front(key, std::move(picture));
    index_.emplace(key, recent_.begin());
    while (kept_bytes_ > kKeptPictureBytes && recent_.size() > 1) {
        kept_bytes_ -= recent_.back().second->size();
        index_.erase(recent_.back().first);
        recent_.pop_back();
    }
}

http::Response Pages::picture(http::Request& request) {
    const auto id = parse_id(capture(request, "document"));
    const auto page = number_before(capture(request, "page"), ".jpg");
    if (!id || !page || *page > 5000) return page_failure(fail(ErrorCode::SignPageBeyond));
    // A few widths only, so that nobody fills the cache with every width there is.
    const auto wish = parse_integer(request.query.get("w").value_or("750")).value_or(750);
    int width = 375;
    for (const int step : {375, 500, 750, 1000, 1250, 1500, 2000}) {
        width = step;
        if (step >= wish) break;
    }
    const auto contract = page_.contract_of(client_of(request), {*id});
    if (!contract) return refusal(contract.error());
    const model::Document* document = (*contract)->find(model::DocumentId{*id});
    if (document == nullptr) return page_failure(fail(ErrorCode::SignPageBeyond));
    const std::string edition = std::to_string(edition_of(**contract, *document));
    const std::string key = to_string(document->id) + "/" + std::to_string(document->length) + "/" + edition + "/" +
                            std::to_string(*page) + "/" + std::to_string(width);
    auto picture = kept_picture(key);
    if (!picture) {
        const auto drawn = page_.picture(**contract, document->id, static_cast<int>(*page), width);
        if (!drawn) return page_failure(drawn.error());
        picture = std::make_shared<const std::string>(as_text(*drawn));
        keep_picture(key, picture);
    }
    http::Response response;
    response.headers.set("Content-Type", "image/jpeg");
    response.headers.set("Cache-Control", "private, max-age=300");
    response.shared_body = std::move(picture);
    return response;
}

http::Response Pages::document(http::Request& request) {
    const auto id = parse_id(capture(request, "document"));
    if (!id) return page_failure(fail(ErrorCode::LinkNotFound));
    const auto keeper = page_.keeper_of(client_of(request), model::DocumentId{*id});
    if (!keeper) return refusal(keeper.error());
    auto download = downloads_.document(*keeper->contract, {*id}, keeper->actor);
    if (!download) return page_failure(download.error());
    http::Response response;
    response.headers.set("Content-Type", "application/pdf");
    response.headers.set("Content-Disposition", http::content_disposition("attachment", download->file_name));
    response.files.push_back({std::make_shared<const http::OpenFile>(download->file.release()), 0, download->length});
    return response;
}

http::Response Pages::all_documents(http::Request& request) {
    const auto keeper = page_.keeper_of(client_of(request), page_key(request));
    if (!keeper) return refusal(keeper.error());
    service::ArchiveCommand command;
    command.items = {service::DownloadItem::Contract};
    command.compress_one = false;
    command.original_names = true;
    const auto archive = downloads_.archive(*keeper->contract, command, keeper->actor);
    if (!archive) return page_failure(archive.error());
    return send_made(*archive);
}

http::Response Pages::sign(http::Request& request) {
    const auto command = read_sign_command(request.body);
    if (!command) return page_failure(command.error());
    const auto view = page_.sign(client_of(request), page_key(request), *command);
    if (!view) return refusal(view.error());
    return json_response(outcome(*view));
}

http::Response Pages::sign_batch(http::Request& request) {
    const auto command = read_batch_command(request.body);
    if (!command) return page_failure(command.error());
    const auto results = batch_.sign(client_of(request), page_key(request), *command);
    if (!results) return refusal(results.error());
    json::array list;
    for (const service::BatchResult& result : *results) {
        json::object item{{"id", to_string(result.contract)}, {"signed", static_cast<bool>(result.outcome)}};
        if (!result.outcome) item["error"] = error_object(result.outcome.error());
        list.push_back(std::move(item));
    }
    return json_response(json::object{{"results", std::move(list)}});
}

http::Response Pages::fill(http::Request& request) {
    constexpr std::size_t kMostValues = 1000;
    const auto body = body_of(request);
    if (!body) return page_failure(body.error());
    const json::value* given = body->if_contains("values");
    if (given == nullptr || !given->is_object() || given->get_object().size() > kMostValues)
        return page_failure(invalid_parameter("values: is required"));
    std::vector<model::ParamValue> values;
    for (const auto& [name, value] : given->get_object()) {
        if (!value.is_string()) return page_failure(invalid_parameter(std::string(name) + ": must be a text"));
        values.push_back({std::string(name), std::string(value.get_string()), {}, {}});
    }
    const auto view = page_.fill(client_of(request), page_key(request), values);
    if (!view &&
        (view.error().code == ErrorCode::InvalidParameter || view.error().code == ErrorCode::ParameterTooLong)) {
        // Which one does not fit is the page's own business; its name is before the colon.
        json::object error = error_object(view.error());
        error["field"] = json::string(view.error().detail.substr(0, view.error().detail.rfind(": ")));
        http::Response response = refusal(view.error());
        response.body = json::serialize(json::object{{"error", std::move(error)}});
        return response;
    }
    if (!view) return refusal(view.error());
    return json_response(outcome(*view));
}

http::Response Pages::seen(http::Request& request) {
    constexpr std::size_t kMostPages = 500;
    const auto body = body_of(request);
    if (!body) return page_failure(body.error());
    const auto document = parse_id(text(*body, "documentId"));
    const json::value* given = body->if_contains("pages");
    if (!document) return page_failure(invalid_parameter("documentId: is required"));
    if (given == nullptr || !given->is_array() || given->get_array().size() > kMostPages)
        return page_failure(invalid_parameter("pages: is a list of at most 500 numbers"));
    std::vector<int> pages;
    for (const json::value& page : given->get_array()) {
        if (!page.is_int64() || page.get_int64() < 1 || page.get_int64() > 100'000)
            return page_failure(invalid_parameter("pages: is a list of page numbers from 1"));
        pages.push_back(static_cast<int>(page.get_int64()));
    }
    const Status noted = page_.seen(client_of(request), page_key(request), {*document}, pages);
    if (!noted) return refusal(noted.error());
    return json_response(json::object{{"noted", pages.size()}});
}

void Pages::add_batch_routes(http::Router& router) {
    add(router, "GET", "/pages/waiting", [this](http::Request& request) {
        const auto waiting = batch_.waiting(client_of(request), page_key(request));
        if (!waiting) return refusal(waiting.error());
        json::array contracts;
        for (const service::WaitingContract& one : *waiting)
            contracts.push_back(write_waiting(one));
        return json_response(json::object{{"contracts", std::move(contracts)}});
    });
    add(router, "POST", "/pages/batch/code", [this](http::Request& request) {
        const auto sent = batch_.send_code(client_of(request), page_key(request));
        if (!sent) return refusal(sent.error());
        return json_response(
            json::object{{"contact", sent->masked_contact}, {"resendAfter", sent->resend_after_seconds}});
    });
    add(router, "POST", "/pages/batch/open", [this](http::Request& request) {
        const auto body = body_of(request);
        if (!body) return page_failure(body.error());
        const auto pages = batch_.open_pages(client_of(request), page_key(request), text(*body, "code"));
        if (!pages) return refusal(pages.error());
        json::array list;
        for (const service::WaitingPage& one : *pages)
            list.push_back(json::object{{"id", to_string(one.contract)}, {"pageUrl", one.url}});
        return json_response(json::object{{"pages", std::move(list)}});
    });
    add(
        router, "POST", "/pages/batch/sign", [this](http::Request& request) { return sign_batch(request); }, 4U << 20);
}

void Pages::add_routes(http::Router& router) {
    add_batch_routes(router);
    add_join_routes(router);
    add_reading_routes(router);
    add_appoint_routes(router);
    add(
        router, "POST", "/pages/fill", [this](http::Request& request) { return fill(request); }, 4U << 20);
    add(router, "POST", "/pages/open", [this](http::Request& request) { return open(request); });
    add(router, "POST", "/pages/code", [this](http::Request& request) {
        const auto sent = page_.send_code(client_of(request), page_key(request));
        if (!sent) return refusal(sent.error());
        return json_response(
            json::object{{"contact", sent->masked_contact}, {"resendAfter", sent->resend_after_seconds}});
    });
    add(
        router, "POST", "/pages/sign", [this](http::Request& request) { return sign(request); }, 4U << 20);
    add(router, "POST", "/pages/audit", [this](http::Request& request) {
        const auto body = body_of(request);
        if (!body) return page_failure(body.error());
        const json::value* pass = body->if_contains("pass");
        const bool passed = pass != nullptr && pass->is_bool() && pass->get_bool();
        const auto view = page_.audit(client_of(request), page_key(request), passed, text(*body, "comment"),
                                      {text(*body, "code"), text(*body, "password")});
        if (!view) return refusal(view.error());
        return json_response(outcome(*view));
    });
    add(router, "POST", "/pages/seen", [this](http::Request& request) { return seen(request); });
    add(router, "POST", "/pages/identity", [this](http::Request& request) {
        const auto body = body_of(request);
        if (!body) return page_failure(body.error());
        const service::IdentityInput input{text(*body, "name"), text(*body, "idCardNo"), text(*body, "bankNo"),
                                           text(*body, "bankMobile")};
        const Status proven = page_.prove_identity(client_of(request), page_key(request), input);
        if (!proven) return refusal(proven.error());
        return json_response(json::object{{"proven", true}});
    });
    add(router, "POST", "/pages/password", [this](http::Request& request) {
        const auto body = body_of(request);
        if (!body) return page_failure(body.error());
        const Status set =
            page_.set_password(client_of(request), page_key(request), text(*body, "password"), text(*body, "code"));
        if (!set) return refusal(set.error());
        return json_response(json::object{{"set", true}});
    });
    add(router, "POST", "/pages/reject", [this](http::Request& request) {
        const auto body = body_of(request);
        if (!body) return page_failure(body.error());
        const auto view = page_.reject(client_of(request), page_key(request), text(*body, "reason"));
        if (!view) return refusal(view.error());
        return json_response(outcome(*view));
    });
    add(
        router, "POST", "/pages/attachments/{id}",
        [this](http::Request& request) {
            const auto id = parse_id(capture(request, "id"));
            const http::Part* part = request.file("file");
            if (!id || part == nullptr) return page_failure(invalid_parameter("file: is required"));
            if (part->size > settings_.upload_limit) return page_failure(fail(ErrorCode::UploadTooLarge));
            const Status done = page_.attach(client_of(request), page_key(request), {*id}, part->file.path(),
                                             part->file_name.value_or("file"));
            if (!done) return refusal(done.error());
            return json_response(json::object{{"uploaded", true}});
        },
        settings_.upload_limit + (1U << 20));
    add(router, "GET", "/pages/documents/{document}/pages/{page}",
        [this](http::Request& request) { return picture(request); });
    add(router, "GET", "/pages/documents/{document}/download",
        [this](http::Request& request) { return document(request); });
    add(router, "GET", "/pages/download", [this](http::Request& request) { return all_documents(request); });
    add(router, "GET", "/pages/seals/{file}", [this](http::Request& request) {
        const std::string file = capture(request, "file");
        const auto id = number_before(file, ".png");
        if (!id && file != "named.png") return page_failure(fail(ErrorCode::SealNotFound));
        const auto picture = page_.seal_picture(client_of(request), page_key(request), {id.value_or(0)}, 480);
        if (!picture) return refusal(picture.error());
        http::Response response = http::make_response(200, "image/png", std::string(as_text(*picture)));
        response.headers.set("Cache-Control", "private, max-age=300");
        return response;
    });
    add(router, "GET", "/pages/welcome", [this](http::Request&) {
        json::object result{{"demo", settings_.demo}, {"version", settings_.version}};
        if (settings_.demo) result["inboxUrl"] = settings_.base_url + "/inbox";
        if (!settings_.sign_url.empty()) result["signUrl"] = settings_.sign_url;
        return json_response(result);
    });
    if (settings_.demo) {
        add(router, "GET", "/pages/inbox", [this](http::Request&) {
            json::array messages;
            for (const InboxMessage& message : inbox_()) {
                json::object item{{"id", message.id},
                                  {"to", message.to},
                                  {"channel", message.channel},
                                  {"text", message.text},
                                  {"time", message.time}};
                const std::string link = link_in(message.text);
                if (!link.empty()) item["link"] = link;
                const std::string code = link.empty() ? code_in(message.text) : std::string();
                if (!code.empty()) item["code"] = code;
                messages.push_back(std::move(item));
            }
            return json_response(json::object{{"messages", std::move(messages)}});
        });
    }

    http::StaticFiles::Options options;
    options.immutable_prefix = "assets/";
    options.fallback = "index.html";
    options.headers.set(
        "Content-Security-Policy",
        // Business systems frame the page: no frame-ancestors.
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'");
    options.headers.set("X-Content-Type-Options", "nosniff");
    options.headers.set("Referrer-Policy", "no-referrer");
    auto files = http::StaticFiles::open(settings_.front_end, std::move(options));
    if (!files) {
        spdlog::error("the front end is missing: {}", for_log(describe(files.error())));
        return;
    }
    const auto front_end = std::make_shared<http::StaticFiles>(std::move(*files));
    for (const std::string_view path :
         {"/", "/contract/share/{rest*}", "/contract/join/{rest*}", "/contract/view/{rest*}",
          "/contract/appoint/{rest*}", "/s/{rest*}", "/miniapp/{rest*}", "/personalsign/{rest*}", "/inbox", "/verify",
          "/assets/{path*}", "/favicon.svg"}) {
        http::Route route;
        route.method = "GET";
        route.path = std::string(path);
        route.execution = http::Execution::Inline;
        const std::string own = path == "/favicon.svg" ? "favicon.svg" : "";
        const bool asset = path == "/assets/{path*}";
        route.handler = [front_end, own, asset](http::Request& request) {
            request.captures["path"] = asset ? "assets/" + request.captures["path"] : own;
            return (*front_end)(request);
        };
        router.add(std::move(route));
    }
}

}  // namespace signet::pages
