#include "store/chain_records.hpp"

#include <boost/json.hpp>

namespace signet::store::chain_records {
namespace {

namespace json = boost::json;
using model::ApplicationId;
using model::ChainRecord;
using model::Proof;

Status done(const Result<std::int64_t>& result) {
    if (!result) return result.error();
    return {};
}

std::string to_text(const ChainRecord& record) {
    json::object object{{"company", record.company.value},
                        {"name", record.name},
                        {"type", record.type},
                        {"fileType", record.file_type},
                        {"operatorName", record.operator_info.name},
                        {"operatorContact", record.operator_info.contact},
                        {"operatorContactType", std::string(model::to_wire(record.operator_info.contact_type))}};
    if (record.size) object["size"] = static_cast<std::int64_t>(*record.size);
    return json::serialize(object);
}

std::string word(const json::object& object, std::string_view name) {
    return std::string(object.at(name).as_string());
}

ChainRecord read_record(const Row& row) {
    const json::value parsed = json::parse(row.text(5));
    const json::object& object = parsed.as_object();
    ChainRecord record;
    record.id = row.get<model::ChainRecordId>(0);
    record.application = row.get<ApplicationId>(1);
    record.data_id = row.get<std::string>(2);
    record.algorithm = row.get<std::string>(3);
    record.hash = row.get<std::string>(4);
    record.company = {object.at("company").as_int64()};
    record.name = word(object, "name");
    record.type = word(object, "type");
    record.file_type = word(object, "fileType");
    record.operator_info.name = word(object, "operatorName");
    record.operator_info.contact = word(object, "operatorContact");
    record.operator_info.contact_type =
        model::from_wire<model::ContactType>(word(object, "operatorContactType")).value_or(model::ContactType::Mobile);
    if (const json::value* size = object.if_contains("size"))
        record.size = static_cast<std::uint64_t>(size->as_int64());
    record.token = row.get<Bytes>(6);
    record.time = row.get<UtcTime>(7);
    return record;
}

Proof read_proof(const Row& row) {
    Proof proof;
    proof.id = row.get<model::ProofId>(0);
    proof.application = row.get<ApplicationId>(1);
    proof.record = row.get<model::ChainRecordId>(2);
    proof.blob = row.get<std::string>(3);
    proof.create_time = row.get<UtcTime>(4);
    return proof;
}

}  // namespace

Status insert(Transaction& transaction, const ChainRecord& record) {
    return done(transaction.execute(
        "INSERT INTO chain_record (id, application, data_id, algorithm, hash, content, token, time) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        {record.id, record.application, record.data_id, record.algorithm, record.hash, to_text(record), record.token,
         record.time}));
}

Result<std::optional<ChainRecord>> find(Connection& connection, ApplicationId application, model::ChainRecordId id) {
    return connection.first(
        "SELECT id, application, data_id, algorithm, hash, content, token, time FROM chain_record "
        "WHERE id = $1 AND application = $2",
        {id, application}, read_record);
}

Result<std::optional<ChainRecord>> find(Connection& connection, ApplicationId application, std::string_view data_id) {
    return connection.first(
        "SELECT id, application, data_id, algorithm, hash, content, token, time FROM chain_record "
        "WHERE data_id = $1 AND application = $2",
        {data_id, application}, read_record);
}

Status insert(Transaction& transaction, const Proof& proof) {
    return done(transaction.execute(
        "INSERT INTO chain_proof (id, application, record, blob, create_time) VALUES ($1, $2, $3, $4, $5)",
        {proof.id, proof.application, proof.record, proof.blob, proof.create_time}));
}

Result<std::optional<Proof>> find(Connection& connection, ApplicationId application, model::ProofId id) {
    return connection.first(
        "SELECT id, application, record, blob, create_time FROM chain_proof WHERE id = $1 AND application = $2",
        {id, application}, read_proof);
}

}  // namespace signet::store::chain_records
