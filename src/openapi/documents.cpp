#include "http/files.hpp"
#include "openapi/api.hpp"
#include "openapi/contract_json.hpp"

#include <memory>
#include <utility>

#include <boost/json.hpp>

// /v2/document: files that come in and go out.
namespace signet::openapi {

namespace json = boost::json;
using service::Caller;

void Api::add_documents(http::Router& router) {
    upload(router, "/v2/document/addbyfile",
           [this](const Caller& caller, const Fields& fields, http::Request& request) -> Result<json::object> {
               service::AddFileCommand file;
               file.locator = read_locator(fields);
               file.title = fields.text("title");
               const std::string suffix = fields.text("fileSuffix");
               file.sort = fields.whole("documentSort");
               file.stampers = read_bound_stampers(fields, "stampers");
               file.stamper_rule = fields.choice<model::StamperRule>("stamperRule");
               const http::Part* part = request.file("file");
               if (part == nullptr) fields.refuse("file", "is required");
               if (fields.error()) return *fields.error();
               file.files = {{part->file.path(), part->size, suffix}};
               const auto document = services_.drafting.add_file(caller, file);
               if (!document) return document.error();
               return json::object{{"documentId", to_string(*document)}};
           });

    upload(router, "/v2/document/addbyfiles",
           [this](const Caller& caller, const Fields& fields, http::Request& request) -> Result<json::object> {
               service::AddFileCommand merged;
               merged.locator = read_locator(fields);
               merged.title = fields.text("title");
               merged.sort = fields.whole("documentSort");
               merged.stampers = read_bound_stampers(fields, "stampers");
               merged.stamper_rule = fields.choice<model::StamperRule>("stamperRule");
               // The content says what each file is; a suffix for all of them could only be wrong.
               for (const http::Part& part : request.parts) {
                   if (part.name == "files" && part.file_name)
                       merged.files.push_back({part.file.path(), part.size, {}});
               }
               if (merged.files.empty()) fields.refuse("files", "is required");
               if (fields.error()) return *fields.error();
               const auto document = services_.drafting.add_file(caller, merged);
               if (!document) return document.error();
               return json::object{{"documentId", to_string(*document)}};
           });

    download(router, "/v2/document/download",
             [this](const Caller& caller, const Fields& fields) -> Result<http::Response> {
                 const auto id = fields.id<model::DocumentId>("documentId");
                 if (!id) fields.refuse("documentId", "is required");
                 if (fields.error()) return *fields.error();
                 const auto contract = services_.book.of_document(caller, id);
                 if (!contract) return contract.error();
                 auto document = services_.downloads.document(**contract, id, service::actor_of(caller));
                 if (!document) return document.error();
                 http::Response response;
                 response.headers.set("Content-Type", "application/pdf");
                 response.headers.set("Content-Disposition",
                                      "attachment;fileName=" + http::percent_encode(document->file_name));
                 response.files.push_back(
                     {std::make_shared<const http::OpenFile>(document->file.release()), 0, document->length});
                 return response;
             });
}

}  // namespace signet::openapi
