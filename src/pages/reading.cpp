#include "http/files.hpp"
#include "pages/page_errors.hpp"
#include "pages/page_requests.hpp"
#include "pages/pages.hpp"
#include "pages/view_json.hpp"

#include <utility>

#include <boost/json.hpp>

// Short links, downloads, printing, and what the initiator's own user may do on his page.
namespace signet::pages {

namespace json = boost::json;

namespace {

http::Response no_content_yet(const Error& error) {
    http::Response response = page_failure(error);
    if (error.code == ErrorCode::LinkNotFound) response.status = 404;
    return response;
}

}  // namespace

http::Response Pages::send_made(const service::ArchiveDownload& made) {
    auto slice = http::open_slice(made.file);
    std::error_code ignored;
    std::filesystem::remove(made.file, ignored);  // the open descriptor keeps it alive until it is sent
    if (!slice) return page_failure(slice.error());
    http::Response response;
    response.headers.set("Content-Type", made.content_type);
    response.headers.set("Content-Disposition", http::content_disposition("attachment", made.file_name));
    response.files.push_back(std::move(*slice));
    return response;
}

void Pages::add_reading_routes(http::Router& router) {
    add(router, "GET", "/dl/{token}", [this](http::Request& request) {
        const auto made = links_.download(capture(request, "token"));
        if (!made) return no_content_yet(made.error());
        return send_made(*made);
    });
    add(router, "POST", "/pages/printed", [this](http::Request& request) {
        const Status done = page_.printed(client_of(request), page_key(request));
        if (!done) return refusal(done.error());
        return json_response(json::object{{"printed", true}});
    });
    const auto by_initiator = [this, &router](std::string path, auto act) {
        add(router, "POST", std::move(path), [this, act](http::Request& request) {
            const auto body = body_of(request);
            if (!body) return page_failure(body.error());
            const auto view = (page_.*act)(client_of(request), page_key(request), text(*body, "reason"));
            if (!view) return refusal(view.error());
            return json_response(write_view(*view, settings_.zone));
        });
    };
    add(router, "POST", "/pages/resend", [this](http::Request& request) {
        const auto url = resending_.resend(client_of(request), page_key(request));
        if (!url) return refusal(url.error());
        return json_response(json::object{{"pageUrl", *url}});
    });
    by_initiator("/pages/recall", &service::SigningPage::recall);
    by_initiator("/pages/end", &service::SigningPage::force_end);

    add(router, "POST", "/pages/short/open", [this](http::Request& request) {
        const auto body = body_of(request);
        if (!body) return page_failure(body.error());
        const auto view = links_.short_view(text(*body, "token"));
        if (!view) return no_content_yet(view.error());
        return json_response(json::object{
            {"subject", view->subject}, {"sponsorName", view->sponsor}, {"contact", view->masked_contact}});
    });
    add(router, "POST", "/pages/short/code", [this](http::Request& request) {
        const auto body = body_of(request);
        if (!body) return page_failure(body.error());
        const Status sent = links_.short_code(text(*body, "token"), text(*body, "contact"));
        if (!sent) return no_content_yet(sent.error());
        return json_response(json::object{{"resendAfter", static_cast<int>(service::kResendPause.count())}});
    });
    add(router, "POST", "/pages/short/enter", [this](http::Request& request) {
        const auto body = body_of(request);
        if (!body) return page_failure(body.error());
        const auto url = links_.short_enter(text(*body, "token"), text(*body, "contact"), text(*body, "code"));
        if (!url) return no_content_yet(url.error());
        return json_response(json::object{{"pageUrl", *url}});
    });
}

}  // namespace signet::pages
