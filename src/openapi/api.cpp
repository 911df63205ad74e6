#include "openapi/api.hpp"

#include "base/text.hpp"
#include "openapi/description/check.hpp"
#include "openapi/description/document.hpp"
#include "openapi/description/endpoints.hpp"
#include "openapi/envelope.hpp"

#include <array>
#include <functional>
#include <memory>
#include <utility>

#include <boost/json.hpp>

namespace signet::openapi {

namespace json = boost::json;

namespace {

constexpr std::uint64_t kJsonLimit = 4ULL << 20;

void take(json::object& object, const http::Parameters& parameters) {
    for (const auto& [name, value] : parameters) {
        if (!value.empty()) object.emplace(name, json::string_view(value.data(), value.size()));
    }
}

/// The fields of a form. Lists come as one JSON text, from some clients as a field for each object.
void take_form(json::object& object, const http::Parameters& form) {
    for (const auto& [name, value] : form) {
        if (value.empty()) continue;
        const auto [member, fresh] = object.emplace(name, json::string_view(value.data(), value.size()));
        if (fresh || !trim(value).starts_with('{')) continue;
        json::string& before = member->value().get_string();
        if (before.starts_with('{')) {
            before.insert(0, "[");
            before.append("]");
        }
        if (!before.starts_with('[') || !before.ends_with(']')) continue;
        before.pop_back();
        before.append(",");
        before.append(value);
        before.append("]");
    }
}

/// Everything a request says, as one object: a JSON body, or the fields of a form, and the query. Clients send forms
/// where JSON is expected and the other way round.
Result<json::object> input_of(const http::Request& request, const json::storage_ptr& memory) {
    json::object object(memory);
    const std::string_view body = trim(request.body);
    if (request.parts.empty() && !body.empty() && (body.front() == '{' || request.form.empty())) {
        auto parsed = parse_object(body, memory);
        if (!parsed) return parsed;
        object = std::move(*parsed);
    } else {
        take_form(object, request.form);
    }
    take(object, request.query);
    return object;
}

/// The same, held against the endpoint's table. An endpoint that nobody described yet is left to its handler.
Result<json::object> checked_input_of(const http::Request& request, const description::Endpoint* endpoint,
                                      const json::storage_ptr& memory) {
    auto input = input_of(request, memory);
    if (!input || endpoint == nullptr) return input;
    if (const Status good = description::check(endpoint->fields, *input, request.parts); !good) return good.error();
    return input;
}

/// Hands a request's fields to `work` and makes an envelope of its result. Both live in one piece of memory, most often
/// on the stack, that goes as a whole: nothing in them is freed by itself.
http::Response answer(
    const std::function<Result<json::object>(const service::Caller&, const Fields&, http::Request&)>& work,
    const description::Endpoint* endpoint, http::Request& request) {
    constexpr std::size_t kUsualSize = 16 * 1024;
    std::array<unsigned char, kUsualSize> buffer;
    json::monotonic_resource memory(buffer.data(), buffer.size());
    const auto input = checked_input_of(request, endpoint, &memory);
    if (!input) return failure(input.error());
    const auto result = work(caller_of(request), Fields(*input), request);
    return result ? success(*result) : failure(result.error());
}

}  // namespace

void Api::add(http::Router& router, std::string_view method, std::string_view path, http::Handler handler,
              http::Execution execution, std::uint64_t body_limit) {
    http::Route route;
    route.method = std::string(method);
    route.path = std::string(path);
    route.handler = std::move(handler);
    route.execution = execution;
    route.body_limit = body_limit;
    route.gate = [&authentication = services_.authentication](http::RequestHead& head) {
        return authentication.check(head);
    };
    router.add(route);
    routed_.push_back({route.method, route.path});
    constexpr std::string_view kVersion = "/v2/";
    if (path.starts_with(kVersion)) {
        route.path = std::string(path.substr(kVersion.size() - 1));
        router.add(std::move(route));
    }
}

void Api::query(http::Router& router, std::string_view path, Work work, http::Execution execution) {
    const http::Handler handler = [work = std::move(work), endpoint = description::find(path)](http::Request& request) {
        return answer(work, endpoint, request);
    };
    add(router, "GET", path, handler, execution, kJsonLimit);
    // At least one live client posts to what is documented as GET.
    add(router, "POST", path, handler, execution, kJsonLimit);
}

void Api::command(http::Router& router, std::string_view path, Work work) {
    add(
        router, "POST", path,
        [work = std::move(work), endpoint = description::find(path)](http::Request& request) {
            return answer(work, endpoint, request);
        },
        http::Execution::Pool, kJsonLimit);
}

void Api::upload(http::Router& router, std::string_view path, Work work) {
    // Far more than the limit is let in, to disk and not to memory, so that the answer can be the envelope's and not a
    // broken connection.
    const std::uint64_t limit = services_.upload_limit * 5 + (1ULL << 20);
    add(
        router, "POST", path,
        [work = std::move(work), endpoint = description::find(path)](http::Request& request) {
            return answer(work, endpoint, request);
        },
        http::Execution::Pool, limit);
}

void Api::download(http::Router& router, std::string_view path, Download work) {
    const int status = services_.download_failure_status;
    const http::Handler handler = [status, work = std::move(work),
                                   endpoint = description::find(path)](http::Request& request) {
        const auto input = checked_input_of(request, endpoint, {});
        if (!input) return download_failure(input.error(), status);
        auto response = work(caller_of(request), Fields(*input));
        return response ? std::move(*response) : download_failure(response.error(), status);
    };
    add(router, "GET", path, handler, http::Execution::Pool, kJsonLimit);
    add(router, "POST", path, handler, http::Execution::Pool, kJsonLimit);
}

void Api::add_routes(http::Router& router) {
    add_contracts(router);
    add_documents(router);
    add_verifying(router);
    add_signing(router);
    add_personal_signing(router);
    add_lifecycle(router);
    add_cancelling(router);
    add_organisation(router);
    add_joining(router);
    add_party_editing(router);
    add_copies(router);
    add_categories(router);
    add_reading(router);
    add_templates(router);
    add_watermarks(router);
    add_chain(router);
    for (const std::string_view prefix :
         {"/v2", "/v3", "/saas", "/contract", "/document", "/signatory", "/company", "/companyauth", "/chain"}) {
        http::Route unknown;
        unknown.execution = http::Execution::Inline;
        unknown.gate = [&authentication = services_.authentication](http::RequestHead& head) {
            return authentication.check(head);
        };
        unknown.handler = [](http::Request& request) {
            return gateway_failure(request.allowed_methods.empty() ? GatewayCode::NotFound
                                                                   : GatewayCode::MethodNotAllowed);
        };
        router.set_fallback(std::string(prefix), std::move(unknown));
    }
    add_document(router);
}

void Api::add_document(http::Router& router) {
    const auto text = std::make_shared<const std::string>(
        json::serialize(description::document(routed_, services_.download_failure_status)));
    // Under both addresses a client may have been told: the server's own, and the one that ends in /v2.
    for (const std::string_view path : {"/openapi.json", "/v2/openapi.json"}) {
        http::Route route;
        route.method = "GET";
        route.path = std::string(path);
        route.execution = http::Execution::Inline;
        route.handler = [text](http::Request&) {
            http::Response response = http::make_response(200, "application/json;charset=UTF-8", *text);
            response.compressible = true;
            response.headers.set("Access-Control-Allow-Origin", "*");  // it says nothing that is not public
            return response;
        };
        router.add(std::move(route));
    }
}

}  // namespace signet::openapi
