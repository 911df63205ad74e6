#include "base/text.hpp"
#include "http/files.hpp"
#include "openapi/api.hpp"
#include "openapi/contract_json.hpp"

#include <filesystem>
#include <memory>
#include <utility>

#include <boost/json.hpp>

// What a contract is read by: its log, view and short links, the page before sending, downloads.
namespace signet::openapi {

namespace json = boost::json;
using service::Caller;

namespace {

/// A list with commas between its words, or an array of them.
std::string read_words(const Fields& fields, std::string_view name) {
    std::string words;
    for (const std::string& word : fields.texts(name, 20, 40))
        words += (words.empty() ? "" : ",") + word;
    return words;
}

/// No kinds are all kinds.
std::vector<service::OperationKind> read_operations(const Fields& fields) {
    using service::OperationKind;
    std::vector<OperationKind> kinds;
    bool all = false;
    for (const std::string& text : fields.texts("operation", 10, 40)) {
        const std::string_view word = trim(text);
        bool known = word == "ALL";
        all = all || known;
        for (const auto kind :
             {OperationKind::View, OperationKind::Modify, OperationKind::Download, OperationKind::Print}) {
            if (word != service::to_wire(kind)) continue;
            kinds.push_back(kind);
            known = true;
        }
        if (!known) fields.refuse("operation", "must be ALL, VIEW, MODIFY, DOWNLOAD or PRINT");
    }
    if (all) kinds.clear();
    return kinds;
}

json::object write_operation(const service::Operation& operation, const TimeZone& zone) {
    json::object object{{"id", std::to_string(operation.id)},
                        {"operation", std::string(service::to_wire(operation.kind))},
                        {"operationDesc", operation.description},
                        {"operatorName", operation.operator_name}};
    if (!operation.contact.empty()) object["contact"] = operation.contact;
    if (!operation.tenant_name.empty()) object["tenantName"] = operation.tenant_name;
    const std::string both = operation.detail.empty() || operation.reason.empty() ? "" : "：";
    const std::string detail = operation.detail + both + operation.reason;
    if (!detail.empty()) object["detail"] = detail;
    if (!operation.reason.empty()) object["reason"] = operation.reason;
    object["createTime"] = zone.format(operation.time);
    // The same under the names of the Java SDK's bean.
    object["operateType"] = object["operation"];
    object["cnOperateDesc"] = operation.description;
    object["userName"] = operation.operator_name;
    if (!detail.empty()) object["comments"] = operation.reason.empty() ? detail : operation.reason;
    object["operateTime"] = object["createTime"];
    return object;
}

std::string read_language(const Fields& fields) {
    const std::string word = to_lower(fields.text("lang", 10));
    return word == "cn" || word == "en" ? word : std::string();
}

service::ViewCommand read_view(const Fields& fields) {
    service::ViewCommand view;
    view.locator = read_locator(fields);
    view.document = fields.id<model::DocumentId>("documentId");
    view.language = read_language(fields);
    view.theme_color = read_theme_color(fields);
    view.download_button = fields.boolean("downloadButton", true);
    view.print_button = fields.boolean("printButton", true);
    return view;
}

service::AppointCommand read_appoint(const Fields& fields) {
    service::AppointCommand appoint;
    appoint.locator = read_locator(fields);
    const std::string page_type = fields.text("pageType", 20);
    if (!page_type.empty() && page_type != "APPOINT" && page_type != "FILL_PARAMETERS" && page_type != "DRAFT") {
        fields.refuse("pageType", "must be APPOINT, FILL_PARAMETERS or DRAFT");
    }
    if (!page_type.empty()) appoint.page_type = page_type;
    appoint.callback_page = fields.text("callbackPage", 1000);
    const bool is_page = appoint.callback_page.empty() || appoint.callback_page.starts_with("https://") ||
                         appoint.callback_page.starts_with("http://");
    if (!is_page) fields.refuse("callbackPage", "must be an http or https address");
    appoint.allowed_send = fields.boolean("allowedSend", false);
    appoint.hide_return = fields.boolean("hideReturnButton", false);
    appoint.can_save_or_close = fields.boolean("canSaveOrClose", true);
    appoint.shows_places = fields.boolean("specifyLocationButton", true);
    appoint.shows_parameters = fields.boolean("fillParamButton", true);
    appoint.language = read_language(fields);
    appoint.theme_color = read_page_style(fields);
    appoint.lifetime = read_lifetime(fields);
    return appoint;
}

/// A file made for one download: the open descriptor keeps it alive until it is sent.
Result<http::Response> send_file(const service::ArchiveDownload& made) {
    auto slice = http::open_slice(made.file);
    std::error_code ignored;
    std::filesystem::remove(made.file, ignored);
    if (!slice) return slice.error();
    http::Response response;
    response.headers.set("Content-Type", made.content_type);
    response.headers.set("Content-Disposition", "attachment;fileName=" + http::percent_encode(made.file_name));
    response.files.push_back(std::move(*slice));
    return response;
}

}  // namespace

Result<json::object> Api::list_operations(const Caller& caller, const Fields& fields) {
    const service::Locator locator = read_locator(fields);
    const auto kinds = read_operations(fields);
    service::Paging paging;
    paging.offset = static_cast<std::size_t>(fields.integer("selectOffset", 0, 1'000'000'000).value_or(0));
    paging.limit = static_cast<std::size_t>(fields.integer("selectLimit", 0, 1'000).value_or(1000));
    if (fields.error()) return *fields.error();
    const auto contract = services_.book.locate(caller, locator, service::Access::Party);
    if (!contract) return contract.error();
    const bool initiator = services_.book.permits(caller, **contract, service::Access::Initiator);
    const service::LogReader reader{initiator ? model::CompanyId{} : caller.company.id};
    const auto page = services_.operations.list(**contract, kinds, paging, reader);
    if (!page) return page.error();
    json::array list;
    for (const service::Operation& operation : page->items)
        list.push_back(write_operation(operation, services_.zone));
    return json::object{{"totalCount", page->total}, {"list", std::move(list)}};
}

Result<json::object> Api::list_download_links(const Caller& caller, const Fields& fields) {
    const service::Locator locator = read_locator(fields);
    const auto items = service::download_items(read_words(fields, "downloadItems"));
    if (!items) return items.error();
    const bool compress = fields.boolean("compress", false);
    if (fields.error()) return *fields.error();
    const auto links = services_.reading_links.download_urls(caller, locator, *items, compress);
    if (!links) return links.error();
    json::array list;
    for (const service::DownloadLink& link : *links) {
        json::object object;
        if (link.contract) object["contractId"] = to_string(link.contract);
        if (link.document) object["documentId"] = to_string(link.document);
        object["title"] = link.title;
        object["downloadItems"] = link.items;
        object["downloadUrl"] = link.url;
        list.push_back(std::move(object));
    }
    return json::object{{"downloadUrls", std::move(list)}};
}

Result<http::Response> Api::send_archive(const Caller& caller, const service::Locator& locator,
                                         const service::ArchiveCommand& command) {
    const auto contract = services_.book.locate(caller, locator, service::Access::Party);
    if (!contract) return contract.error();
    const auto made = services_.downloads.archive(**contract, command, service::actor_of(caller));
    if (!made) return made.error();
    return send_file(*made);
}

void Api::add_reading(http::Router& router) {
    const auto reading = [&](std::string_view path, Work work) {
        query(router, path, std::move(work), http::Execution::Pool);
    };
    reading("/v2/contract/stream", [this](const Caller& caller, const Fields& fields, http::Request&) {
        return list_operations(caller, fields);
    });
    reading("/v2/contract/downloadurl", [this](const Caller& caller, const Fields& fields, http::Request&) {
        return list_download_links(caller, fields);
    });
    reading("/v2/contract/viewurl",
            [this](const Caller& caller, const Fields& fields, http::Request&) -> Result<json::object> {
                const service::ViewCommand view = read_view(fields);
                if (fields.error()) return *fields.error();
                const auto url = services_.reading_links.view_url(caller, view);
                if (!url) return url.error();
                return json::object{{"pageUrl", *url}};
            });
    reading("/v2/contract/shorturl",
            [this](const Caller& caller, const Fields& fields, http::Request&) -> Result<json::object> {
                const service::Locator locator = read_locator(fields);
                const std::string contact = fields.text("contact", 100);
                if (fields.error()) return *fields.error();
                const auto url = services_.reading_links.short_url(caller, locator, contact);
                if (!url) return url.error();
                return json::object{{"shorturl", *url}};
            });
    command(router, "/v2/contract/miniappexchange/view",
            [this](const Caller& caller, const Fields& fields, http::Request&) -> Result<json::object> {
                const service::ViewCommand view = read_view(fields);
                if (fields.error()) return *fields.error();
                const auto ticket = services_.reading_links.view_ticket(caller, view);
                if (!ticket) return ticket.error();
                return json::object{{"ticket", *ticket}};
            });
    command(router, "/v2/contract/appointurl",
            [this](const Caller& caller, const Fields& fields, http::Request&) -> Result<json::object> {
                const service::AppointCommand appoint = read_appoint(fields);
                if (fields.error()) return *fields.error();
                const auto url = services_.reading_links.appoint_url(caller, appoint);
                if (!url) return url.error();
                return json::object{{"pageUrl", *url}};
            });

    upload(router, "/v2/attachment/add",
           [this](const Caller& caller, const Fields& fields, http::Request& request) -> Result<json::object> {
               const service::Locator locator = read_locator(fields);
               std::string title = fields.text("title", 100);
               std::string suffix = fields.text("fileSuffix", 10);
               const http::Part* part = request.file("file");
               if (part == nullptr) fields.refuse("file", "is required");
               if (fields.error()) return *fields.error();
               // What is not said the file's own name says.
               const std::filesystem::path name(part->file_name.value_or(""));
               if (title.empty()) title = name.stem().string();
               if (suffix.empty() && name.has_extension()) suffix = name.extension().string().substr(1);
               const auto id =
                   services_.contract_files.add(caller, locator, title, {part->file.path(), part->size, suffix});
               if (!id) return id.error();
               return json::object{{"attachmentId", to_string(*id)}};
           });

    download(router, "/v2/contract/download",
             [this](const Caller& caller, const Fields& fields) -> Result<http::Response> {
                 const service::Locator locator = read_locator(fields);
                 service::ArchiveCommand archive;
                 auto items = service::download_items(read_words(fields, "downloadItems"));
                 if (!items) return items.error();
                 archive.items = std::move(*items);
                 archive.compress_one = fields.boolean("needCompressForOneFile", true);
                 const std::string rule = fields.text("fileNameRule", 20);
                 if (!rule.empty() && rule != "DEFAULT" && rule != "ORIGINAL")
                     fields.refuse("fileNameRule", "must be DEFAULT or ORIGINAL");
                 archive.original_names = rule == "ORIGINAL";
                 if (fields.error()) return *fields.error();
                 return send_archive(caller, locator, archive);
             });
    download(router, "/v2/attachment/download",
             [this](const Caller& caller, const Fields& fields) -> Result<http::Response> {
                 const service::Locator locator = read_locator(fields);
                 service::ArchiveCommand archive;
                 archive.items = {service::DownloadItem::Attachment};
                 archive.original_attachments = fields.boolean("origin", false);
                 archive.original_names = true;
                 if (fields.error()) return *fields.error();
                 return send_archive(caller, locator, archive);
             });
}

}  // namespace signet::openapi
