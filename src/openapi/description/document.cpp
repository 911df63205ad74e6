#include "openapi/description/document.hpp"

#include "openapi/description/endpoints.hpp"
#include "openapi/description/objects.hpp"
#include "openapi/wire_codes.hpp"

#include <cmath>
#include <fmt/format.h>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include <boost/json.hpp>

namespace signet::openapi::description {
namespace {

namespace json = boost::json;

json::string_view seen(std::string_view text) {
    return {text.data(), text.size()};
}

json::value number_value(double number) {
    if (std::trunc(number) == number && std::abs(number) < 1e15) return static_cast<std::int64_t>(number);
    return number;
}

json::object reference(std::string_view name) {
    return {{"$ref", "#/components/schemas/" + std::string(name)}};
}

json::array words_of(std::span<const std::string_view> words) {
    json::array array;
    for (const std::string_view word : words)
        array.emplace_back(seen(word));
    return array;
}

/// Requests may say more than we know, and write a number as text; answers say exactly what stands here.
enum class Side { Request, Answer };

/// Writes schemas and remembers the objects they refer to.
class Schemas {
  public:
    json::object of(const Field& field, Side side) {
        json::object schema = bare(field, side);
        if (!field.description.empty()) schema["description"] = seen(field.description);
        return schema;
    }

    json::object reference_to(const Object& object, Side side) {
        const auto [at, is_new] = components_.try_emplace(std::string(object.name));
        if (is_new) {
            json::object schema = members(object.fields, side);
            components_[std::string(object.name)] = std::move(schema);
        }
        return reference(object.name);
    }

    json::object members(std::span<const Field> fields, Side side) {
        json::object properties;
        json::array required;
        for (const Field& field : fields) {
            properties[seen(field.name)] = of(field, side);
            if (field.required) required.emplace_back(seen(field.name));
        }
        json::object schema{{"type", "object"}, {"properties", std::move(properties)}};
        if (!required.empty()) schema["required"] = std::move(required);
        if (side == Side::Answer) schema["additionalProperties"] = false;
        return schema;
    }

    json::object components() const {
        json::object all;
        for (const auto& [name, schema] : components_)
            all[name] = schema;
        return all;
    }

  private:
    static json::object identifier(Side side) {
        json::object text{{"type", "string"}, {"pattern", "^[1-9][0-9]{0,18}$"}};
        if (side == Side::Answer) return text;
        json::object integer{{"type", "integer"}, {"format", "int64"}, {"minimum", 1}, {"maximum", INT64_MAX}};
        return {{"oneOf", json::array{std::move(text), std::move(integer)}}};
    }

    static json::object text(const Field& field) {
        json::object schema{{"type", "string"}};
        if (field.longest > 0) schema["maxLength"] = field.longest;
        return schema;
    }

    static json::object ranged(std::string_view type, const Field& field) {
        json::object schema{{"type", seen(type)}};
        if (!field.has_range()) return schema;
        schema[field.exclusive ? "exclusiveMinimum" : "minimum"] = number_value(field.lowest);
        schema[field.exclusive ? "exclusiveMaximum" : "maximum"] = number_value(field.highest);
        return schema;
    }

    static json::object array_of(json::object items, const Field& field) {
        json::object schema{{"type", "array"}, {"items", std::move(items)}};
        if (field.most > 0) schema["maxItems"] = field.most;
        return schema;
    }

    json::object bare(const Field& field, Side side) {
        switch (field.kind) {
            case Kind::Text:
                return text(field);
            case Kind::Identifier:
                return identifier(side);
            case Kind::Identifiers:
                return array_of(identifier(side), field);
            case Kind::Texts:
                return array_of(text(field), field);
            case Kind::Words:
                return array_of({{"type", "string"}, {"enum", words_of(field.choices)}}, field);
            case Kind::Word:
                return {{"type", "string"}, {"enum", words_of(field.choices)}};
            case Kind::Integer:
                return ranged("integer", field);
            case Kind::Decimal:
                return ranged("number", field);
            case Kind::Boolean:
                return {{"type", "boolean"}};
            case Kind::Time:
                return {{"type", "string"}, {"pattern", "^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$"}};
            case Kind::Day:
                return {{"type", "string"}, {"pattern", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}};
            case Kind::Object:
                return reference_to(*field.object, side);
            case Kind::Objects:
                return array_of(reference_to(*field.object, side), field);
            case Kind::File:
                return {{"type", "string"}, {"contentMediaType", "application/octet-stream"}};
            case Kind::Files:
                return {{"type", "array"},
                        {"items", {{"type", "string"}, {"contentMediaType", "application/octet-stream"}}},
                        {"minItems", 1}};
        }
        return {};
    }

    std::map<std::string, json::object> components_;
};

/// The envelope of success.
json::object success_schema(Schemas& schemas, const Object* result) {
    json::object properties{{"code", {{"const", 0}}}, {"message", {{"const", "SUCCESS"}}}};
    json::array required{"code", "message", "responseCode"};
    if (result != nullptr) {
        properties["result"] = schemas.reference_to(*result, Side::Answer);
        required.emplace_back("result");
    }
    properties["responseCode"] = {{"const", "00000000"}};
    return {{"type", "object"},
            {"properties", std::move(properties)},
            {"required", std::move(required)},
            {"additionalProperties", false}};
}

/// A row of the table of codes, once for each pair of numbers.
struct CodeRow {
    WireCode wire;
    bool operator<(const CodeRow& other) const { return wire.response_code < other.wire.response_code; }
};

std::set<CodeRow> rows_of(std::span<const ErrorCode> codes) {
    std::set<CodeRow> rows;
    for (const ErrorCode code : codes)
        rows.insert({wire_code(code)});
    return rows;
}

std::set<CodeRow> rows_of(const Endpoint& endpoint) {
    std::set<CodeRow> rows = rows_of(kEverywhere);
    rows.merge(rows_of(endpoint.codes));
    return rows;
}

/// The envelope of a business error, narrowed to the codes that the endpoint knows.
json::object failure_schema(const std::set<CodeRow>& rows) {
    std::set<int> numbers;
    json::array response_codes;
    for (const CodeRow& row : rows) {
        numbers.insert(row.wire.code);
        response_codes.emplace_back(seen(row.wire.response_code));
    }
    json::array codes;
    for (const int number : numbers)
        codes.emplace_back(number);
    return {{"type", "object"},
            {"properties",
             {{"code", {{"type", "integer"}, {"enum", std::move(codes)}}},
              {"message", {{"type", "string"}, {"maxLength", 200}}},
              {"responseCode", {{"type", "string"}, {"enum", std::move(response_codes)}}}}},
            {"required", {"code", "message", "responseCode"}},
            {"additionalProperties", false}};
}

std::string table_of(const std::set<CodeRow>& rows) {
    std::string text = "| code | responseCode | message |\n| --- | --- | --- |\n| 0 | 00000000 | SUCCESS |\n";
    for (const CodeRow& row : rows)
        text += fmt::format("| {} | {} | {} |\n", row.wire.code, row.wire.response_code, row.wire.message);
    return text;
}

json::object json_content(json::object schema) {
    return {{"application/json", {{"schema", std::move(schema)}}}};
}

json::object download_responses(const Endpoint& endpoint, int failure_status) {
    json::object content;
    for (const std::string_view type : endpoint.media_types)
        content[seen(type)] = json::object();
    json::object failure = json_content(failure_schema(rows_of(endpoint)));
    json::object responses;
    if (failure_status == 200) {
        content["application/json"] = failure.at("application/json");
    } else {
        responses[std::to_string(failure_status)] = {{"description", "The envelope of the error."},
                                                     {"content", std::move(failure)}};
    }
    const json::object name{{"description", "`attachment;fileName=` and the name, percent-encoded."},
                            {"schema", {{"type", "string"}}}};
    responses["200"] = {
        {"description", "The file."}, {"headers", {{"Content-Disposition", name}}}, {"content", std::move(content)}};
    return responses;
}

json::object envelope_responses(Schemas& schemas, const Endpoint& endpoint) {
    json::object schema{
        {"oneOf", json::array{success_schema(schemas, endpoint.result), failure_schema(rows_of(endpoint))}}};
    json::object responses;
    responses["200"] = {{"description", "The envelope; `code` 0 says that all went well."},
                        {"content", json_content(std::move(schema))}};
    return responses;
}

json::object responses_of(Schemas& schemas, const Endpoint& endpoint, int download_failure_status) {
    json::object responses = endpoint.media_types.empty() ? envelope_responses(schemas, endpoint)
                                                          : download_responses(endpoint, download_failure_status);
    // Neither takes the place of what the endpoint itself answers with that status.
    for (const char* status : {"441", "442", "443", "444", "445", "446"})
        responses.emplace(status, json::object{{"$ref", "#/components/responses/Gateway"}});
    for (const char* status : {"400", "408", "413", "414", "415", "431", "500", "501", "503"})
        responses.emplace(status, json::object{{"$ref", "#/components/responses/Server"}});
    return responses;
}

json::array parameters_of(Schemas& schemas, const Endpoint& endpoint) {
    json::array parameters;
    for (const Field& field : endpoint.fields) {
        json::object parameter{
            {"name", seen(field.name)}, {"in", "query"}, {"schema", schemas.of(field, Side::Request)}};
        if (!field.description.empty()) parameter["description"] = seen(field.description);
        if (field.required) parameter["required"] = true;
        const bool is_list = field.kind == Kind::Identifiers || field.kind == Kind::Texts || field.kind == Kind::Words;
        if (is_list) {
            parameter["style"] = "form";
            parameter["explode"] = false;
        }
        parameters.emplace_back(std::move(parameter));
    }
    return parameters;
}

json::object body_of(Schemas& schemas, const Endpoint& endpoint) {
    const json::object schema = schemas.members(endpoint.fields, Side::Request);
    json::object content;
    if (endpoint.encoding == Encoding::Multipart) {
        json::object encoding;
        for (const Field& field : endpoint.fields) {
            if (field.object != nullptr) encoding[seen(field.name)] = {{"contentType", "application/json"}};
        }
        content["multipart/form-data"] = {{"schema", schema}};
        if (!encoding.empty()) content["multipart/form-data"].as_object()["encoding"] = std::move(encoding);
    } else {
        content["application/json"] = {{"schema", schema}};
        content["application/x-www-form-urlencoded"] = {{"schema", schema}};
    }
    return {{"required", true}, {"content", std::move(content)}};
}

std::string operation_id(std::string_view method, std::string_view path) {
    std::string id = method == "GET" ? "get" : "post";
    for (const char c : path) {
        if (c == '/') {
            id += '_';
        } else {
            id += c;
        }
    }
    return id;
}

std::string_view group_of(std::string_view path) {
    if (path.starts_with("/v2/") || path.starts_with("/v3/")) path.remove_prefix(4);
    if (path.starts_with('/')) path.remove_prefix(1);
    return path.substr(0, path.find('/'));
}

json::object operation(Schemas& schemas, const Endpoint& endpoint, const RoutedPath& routed,
                       int download_failure_status) {
    json::object result{{"operationId", operation_id(routed.method, routed.path)},
                        {"tags", json::array{seen(group_of(routed.path))}},
                        {"summary", seen(endpoint.summary)}};
    std::string description(endpoint.description);
    if (routed.method != endpoint.method) description += " Documented as GET; answers those who post it too.";
    if (routed.path != endpoint.path) description += fmt::format(" Another spelling of `{}`.", endpoint.path);
    result["description"] = description + "\n\n" + table_of(rows_of(endpoint));
    if (routed.method == "GET") {
        result["parameters"] = parameters_of(schemas, endpoint);
    } else {
        result["requestBody"] = body_of(schemas, endpoint);
    }
    result["responses"] = responses_of(schemas, endpoint, download_failure_status);
    return result;
}

json::object header_scheme(std::string_view name, std::string_view description) {
    return {{"type", "apiKey"}, {"in", "header"}, {"name", seen(name)}, {"description", seen(description)}};
}

json::object security_schemes() {
    return {
        {"accesstoken", header_scheme("x-qys-open-accesstoken", "The application's token.")},
        {"timestamp", header_scheme("x-qys-open-timestamp", "Milliseconds since 1970.")},
        {"nonce", header_scheme("x-qys-open-nonce", "Used once within ten minutes; some clients send none.")},
        {"signature", header_scheme("x-qys-open-signature",
                                    "Hexadecimal MD5 over token, secret, timestamp and nonce, one behind the other.")}};
}

json::object envelope_response(std::string_view description) {
    json::object schema{{"type", "object"},
                        {"properties",
                         {{"code", {{"type", "integer"}}},
                          {"message", {{"type", "string"}}},
                          {"responseCode", {{"type", "string"}, {"pattern", "^[0-9]{8}$"}}}}},
                        {"required", {"code", "message", "responseCode"}},
                        {"additionalProperties", false}};
    return {{"description", seen(description)}, {"content", json_content(std::move(schema))}};
}

json::object information() {
    return {{"title", "Signet"},
            {"version", "2"},
            {"summary", "Electronic contracts: the open platform's API, on a server of one's own."},
            {"description",
             "Every answer that is not a file is an envelope: `code` (0 on success), `message`, `result` when there is "
             "one, `responseCode`. "
             "Business errors come with status 200; downloads fail with status 400; what stands before an endpoint "
             "answers with a status of its own.\n\n"
             "Readers are tolerant: numbers and booleans may come as text, ids as numbers or text, `\"\"` and `null` "
             "count as not given, lists may be one "
             "text with commas between, lists and objects may be JSON text, unknown members are ignored. What is "
             "documented as JSON may come as a form. "
             "Each path under /v2 answers without that prefix too."}};
}

}  // namespace

json::object document(const std::vector<RoutedPath>& routed, int download_failure_status) {
    Schemas schemas;
    json::object paths;
    json::array undescribed;
    for (const RoutedPath& one : routed) {
        const Endpoint* endpoint = find(one.path);
        if (endpoint == nullptr) {
            undescribed.emplace_back(one.method + " " + one.path);
            continue;
        }
        json::value& path = paths[one.path];
        if (!path.is_object()) path = json::object();
        path.get_object()[one.method == "GET" ? "get" : "post"] =
            operation(schemas, *endpoint, one, download_failure_status);
    }
    json::object components{
        {"schemas", schemas.components()},
        {"securitySchemes", security_schemes()},
        {"responses",
         {{"Gateway", envelope_response("The signature headers did not pass: the status is the code.")},
          {"Server", envelope_response("The server could not take the request.")}}}};
    json::array security{
        json::object{{"accesstoken", json::array()},
                     {"timestamp", json::array()},
                     {"nonce", json::array()},
                     {"signature", json::array()}},
        json::object{{"accesstoken", json::array()}, {"timestamp", json::array()}, {"signature", json::array()}}};
    json::object result{
        {"openapi", "3.1.0"},
        {"info", information()},
        {"servers", json::array{json::object{{"url", "/"}, {"description", "Paths as they stand here."}}}},
        {"security", std::move(security)},
        {"paths", std::move(paths)},
        {"components", std::move(components)}};
    if (!undescribed.empty()) result["x-undescribed"] = std::move(undescribed);
    return result;
}

}  // namespace signet::openapi::description
