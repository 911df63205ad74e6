#include "openapi/api.hpp"
#include "openapi/contract_json.hpp"
#include "service/evidence_chain.hpp"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>

// Recorded evidence and papers about it (spec §4.42): /v2/chain/notary and /chain/evidence.
namespace signet::openapi {

namespace json = boost::json;
using service::Caller;

namespace {

constexpr std::size_t kMostMaterials = 20;

service::HashedFile hashed_file(const http::Part& part) {
    return {part.file_name.value_or(std::string()), part.file.path(), part.size};
}

model::User read_operator(const Fields& fields) {
    const auto user = fields.object("operatorInfo");
    return user ? read_user(*user) : model::User();
}

/// SHA256 for `sha-256`.
std::string read_algorithm(const Fields& fields) {
    std::string word;
    for (const char c : fields.text("hashAlgorithm")) {
        if (c != '-') word += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    return word.empty() ? "SHA256" : word;
}

service::NotaryCommand read_notary(const Fields& fields, http::Request& request) {
    service::NotaryCommand command;
    command.name = fields.required_text("notaryName");
    command.data_id = fields.required_text("notaryDataID");
    command.type = fields.text("notaryType");
    if (command.type.empty()) command.type = "FILE";
    command.file_type = fields.text("fileType");
    command.hash = fields.text("notaryDataHash");
    command.algorithm = read_algorithm(fields);
    command.operator_info = read_operator(fields);
    if (const http::Part* part = request.file("notaryFile")) command.file = hashed_file(*part);
    if (command.type == "HASH" && command.hash.empty()) fields.refuse("notaryDataHash", "is required for HASH");
    return command;
}

service::ProofCommand read_proof(const Fields& fields) {
    service::ProofCommand command;
    command.record = fields.id<model::ChainRecordId>("chainId");
    command.data_id = fields.text("proveDataId");
    command.source = fields.text("proveSource");
    command.operator_info = read_operator(fields);
    return command;
}

void read_materials(const Fields& fields, const http::Request& request, service::ProofCommand& command) {
    for (const http::Part& part : request.parts) {
        if (part.file_name && part.name == "proveMaterial") command.materials.push_back(hashed_file(part));
    }
    if (command.materials.size() > kMostMaterials) fields.refuse("proveMaterial", "has more than 20 members");
}

void read_documents(const Fields& fields, service::ProofCommand& command) {
    for (const model::DocumentId id : fields.ids<model::DocumentId>("documentIds")) {
        const bool is_new = std::ranges::find(command.documents, id) == command.documents.end();
        if (is_new) command.documents.push_back(id);
    }
}

}  // namespace

void Api::add_chain(http::Router& router) {
    upload(router, "/v2/chain/notary",
           [this](const Caller& caller, const Fields& fields, http::Request& request) -> Result<json::object> {
               const service::NotaryCommand command = read_notary(fields, request);
               if (fields.error()) return *fields.error();
               const auto record = services_.evidence_chain.notarise(caller, command);
               if (!record) return record.error();
               return json::object{{"chainId", to_string(record->id)},
                                   {"notaryDataID", record->data_id},
                                   {"notaryDataHash", record->hash},
                                   {"hashAlgorithm", record->algorithm},
                                   {"notaryTime", services_.zone.format(record->time)},
                                   {"timeStampToken", base64(record->token)}};
           });

    command(router, "/chain/evidence/electronic/prove/apply",
            [this](const Caller& caller, const Fields& fields, http::Request&) -> Result<json::object> {
                const service::ProofCommand command = read_proof(fields);
                if (fields.error()) return *fields.error();
                const auto proof = services_.evidence_chain.prove(caller, command);
                if (!proof) return proof.error();
                return json::object{{"proveId", to_string(proof->id)}};
            });

    upload(router, "/chain/evidence/complete/report/apply",
           [this](const Caller& caller, const Fields& fields, http::Request& request) -> Result<json::object> {
               service::ProofCommand command = read_proof(fields);
               command.complete = true;
               read_documents(fields, command);
               read_materials(fields, request, command);
               if (fields.error()) return *fields.error();
               const auto proof = services_.evidence_chain.prove(caller, command);
               if (!proof) return proof.error();
               return json::object{{"proveId", to_string(proof->id)}};
           });

    query(
        router, "/chain/evidence/complete/report/status",
        [this](const Caller& caller, const Fields& fields, http::Request&) -> Result<json::object> {
            const auto proof = services_.evidence_chain.proof(caller, fields.id<model::ProofId>("proveId"));
            if (!proof) return proof.error();
            json::object result{{"proveId", to_string(proof->id)},
                                {"status", "DONE"},
                                {"createTime", services_.zone.format(proof->create_time)},
                                {"reportHash", proof->blob}};
            if (proof->record) result["chainId"] = to_string(proof->record);
            return result;
        },
        http::Execution::Pool);

    download(router, "/chain/evidence/complete/report/download",
             [this](const Caller& caller, const Fields& fields) -> Result<http::Response> {
                 const auto proof = services_.evidence_chain.proof(caller, fields.id<model::ProofId>("proveId"));
                 if (!proof) return proof.error();
                 const auto paper = services_.evidence_chain.paper(caller, *proof);
                 if (!paper) return paper.error();
                 http::Response response = http::make_response(200, "application/pdf", std::string(as_text(*paper)));
                 response.headers.set("Content-Disposition", "attachment;fileName=" + to_string(proof->id) + ".pdf");
                 return response;
             });
}

}  // namespace signet::openapi
