#include "service/evidence_chain.hpp"

#include "base/text.hpp"
#include "crypto/certificate.hpp"
#include "crypto/digest.hpp"
#include "crypto/time_stamp.hpp"
#include "seal/report.hpp"
#include "service/drafting.hpp"
#include "service/evidence.hpp"
#include "service/paper_signer.hpp"
#include "store/audit.hpp"
#include "store/blobs.hpp"
#include "store/chain_records.hpp"
#include "store/database.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <utility>

#include <boost/json.hpp>

namespace signet::service {

namespace json = boost::json;
using model::ChainRecord;
using model::Proof;

namespace {

constexpr std::size_t kLongestFileName = 200;

crypto::DigestAlgorithm algorithm_of(std::string_view word) {
    if (word == "SHA512") return crypto::DigestAlgorithm::Sha512;
    if (word == "SM3") return crypto::DigestAlgorithm::Sm3;
    return crypto::DigestAlgorithm::Sha256;
}

Result<std::string> digest_of(const HashedFile& file, crypto::DigestAlgorithm algorithm) {
    std::ifstream in(file.path, std::ios::binary);
    crypto::Digest digest(algorithm);
    std::array<char, 65'536> buffer{};
    while (in) {
        in.read(buffer.data(), buffer.size());
        digest.update(as_bytes({buffer.data(), static_cast<std::size_t>(in.gcount())}));
    }
    if (!in.eof()) return fail(ErrorCode::StorageFailed, "an upload cannot be read back");
    return hex(digest.value());
}

/// What the time-stamp covers.
crypto::Sha256Digest imprint_of(const ChainRecord& record) {
    const Bytes digest = from_hex(record.hash).value_or(Bytes());
    crypto::Sha256Digest imprint{};
    if (record.algorithm == "SHA256" && digest.size() == imprint.size()) {
        std::copy(digest.begin(), digest.end(), imprint.begin());
        return imprint;
    }
    return crypto::Sha256::of(digest);
}

/// The record that stands there already, when it is about the same data.
Result<ChainRecord> same(const ChainRecord& known, const ChainRecord& wanted) {
    if (known.algorithm == wanted.algorithm && known.hash == wanted.hash) return known;
    return invalid_parameter("notaryDataID: is recorded already, with another digest");
}

/// The digest that is to be recorded, in lower-case hexadecimal.
Result<std::string> wanted_digest(const NotaryCommand& command, std::uint64_t largest) {
    const crypto::DigestAlgorithm algorithm = algorithm_of(command.algorithm);
    std::string stated;
    if (!command.hash.empty()) {
        const auto bytes = from_hex(command.hash);
        if (!bytes || bytes->size() != crypto::digest_size(algorithm))
            return invalid_parameter("notaryDataHash: is no " + command.algorithm + " in hexadecimal");
        stated = hex(*bytes);
    }
    if (!command.file) return stated;
    if (command.file->size > largest) return fail(ErrorCode::UploadTooLarge, "notaryFile");
    if (command.file->size == 0) return invalid_parameter("notaryFile: is empty");
    const auto found = digest_of(*command.file, algorithm);
    if (found && !stated.empty() && *found != stated)
        return invalid_parameter("notaryDataHash: is not the " + command.algorithm + " of notaryFile");
    return found;
}

std::string person_text(const model::User& user) {
    if (user.name.empty()) return user.contact;
    return user.contact.empty() ? user.name : user.name + "　" + user.contact;
}

std::string size_text(std::uint64_t size) {
    return std::to_string(size) + " 字节";
}

std::string type_text(const std::string& type) {
    if (type == "HASH") return "摘要";
    return type == "DATA" ? "数据" : "文件";
}

void add_record(seal::Report& report, const ChainRecord& record) {
    std::vector<std::pair<std::string, std::string>> facts{{"存证名称", record.name},
                                                           {"存证 ID", to_string(record.id)},
                                                           {"数据编号", record.data_id},
                                                           {"数据类型", type_text(record.type)}};
    if (!record.file_type.empty()) facts.emplace_back("文件类型", record.file_type);
    facts.emplace_back("大小", record.size ? size_text(*record.size) : "未提交原文，只提交摘要值");
    facts.emplace_back("摘要算法", record.algorithm);
    facts.emplace_back("摘要值", grouped(record.hash));
    if (!record.operator_info.empty()) facts.emplace_back("存证经办人", person_text(record.operator_info));
    report.facts(facts);
}

Status add_time_stamp(seal::Report& report, const ChainRecord& record, const TimeZone& zone,
                      const crypto::TimeStampReport& found) {
    const std::optional<crypto::TimeStampToken>& token = found.token;
    if (!token) return fail(ErrorCode::StorageFailed, "the time-stamp of record " + to_string(record.id));
    const auto authority = crypto::describe_certificate(token->authority_certificate);
    const bool direct = record.algorithm == "SHA256";
    report.facts(
        {{"时间", zone.format(token->time)},
         {"签发机构", authority ? authority->subject_common_name : std::string("—")},
         {"上级机构", authority ? authority->issuer_common_name : std::string("—")},
         {"时间戳序列号", token->serial_number},
         {"覆盖的内容", direct ? "摘要值" : "摘要值各字节的 SHA-256"},
         {"令牌 SHA-256", grouped(crypto::sha256_hex(record.token))},
         {"校验结果", found.accepted() ? "时间戳有效，与摘要值一致" : "时间戳未通过校验：" + found.describe()}});
    return {};
}

Status add_materials(seal::Report& report, const std::vector<HashedFile>& materials, std::uint64_t largest) {
    std::vector<std::vector<std::string>> rows;
    for (const HashedFile& file : materials) {
        if (file.size > largest) return fail(ErrorCode::UploadTooLarge, "proveMaterial");
        const auto digest = digest_of(file, crypto::DigestAlgorithm::Sha256);
        if (!digest) return digest.error();
        std::u32string name = to_utf32(file.name);
        if (name.size() > kLongestFileName) name.resize(kLongestFileName);
        rows.push_back({std::to_string(rows.size() + 1), to_utf8(name), size_text(file.size), grouped(*digest)});
    }
    report.note("材料由申请方提交，本系统只计算摘要值，不保存材料，也不核实其内容。");
    report.table({{"序", 0.4}, {"文件名", 2.2}, {"大小", 1.2}, {"SHA-256", 2.6}}, rows);
    return {};
}

std::string detail_of(const Proof& proof, const ProofCommand& command) {
    json::object detail{{"proveId", to_string(proof.id)}, {"sha256", proof.blob}};
    if (proof.record) detail["chainId"] = to_string(proof.record);
    json::array documents;
    for (const model::DocumentId document : command.documents)
        documents.emplace_back(to_string(document));
    if (!documents.empty()) detail["documents"] = std::move(documents);
    return json::serialize(detail);
}

}  // namespace

Result<ChainRecord> EvidenceChain::notarise(const Caller& caller, const NotaryCommand& command) {
    const auto digest = wanted_digest(command, platform_.upload_limit);
    if (!digest) return digest.error();
    if (digest->empty()) return invalid_parameter("notaryFile: is required, or notaryDataHash");
    ChainRecord record;
    record.application = caller.application.id;
    record.company = caller.company.id;
    record.data_id = command.data_id;
    record.name = command.name;
    record.type = command.type;
    record.file_type = command.file_type;
    record.algorithm = command.algorithm;
    record.hash = *digest;
    if (command.file) record.size = command.file->size;
    record.operator_info = command.operator_info;
    const auto find = [&](store::Connection& connection) {
        return store::chain_records::find(connection, record.application, record.data_id);
    };
    const auto before = platform_.database.read(find);
    if (!before) return before.error();
    if (*before) return same(**before, record);

    auto der = time_stamps_.token(imprint_of(record));
    if (!der) return der.error();
    const auto token = crypto::parse_time_stamp_token(*der);
    if (!token) return token.error();
    record.token = std::move(*der);
    record.time = token->time;
    record.id = platform_.ids.next<model::ChainRecordId>();
    const json::object detail{{"chainId", to_string(record.id)},
                              {"dataId", record.data_id},
                              {"algorithm", record.algorithm},
                              {"hash", record.hash},
                              {"timeStamp", crypto::sha256_hex(record.token)}};
    return platform_.database.write([&](store::Transaction& transaction) -> Result<ChainRecord> {
        // Somebody may have been faster with the same id.
        const auto known = find(transaction);
        if (!known) return known.error();
        if (*known) return same(**known, record);
        if (const Status kept = store::chain_records::insert(transaction, record); !kept) return kept.error();
        const auto logged = store::append_audit(
            transaction, {platform_.clock.now(), actor_of(caller), {}, "evidence.recorded", json::serialize(detail)});
        if (!logged) return logged.error();
        return record;
    });
}

Result<std::optional<ChainRecord>> EvidenceChain::record_of(const Caller& caller, const ProofCommand& command) const {
    std::optional<ChainRecord> record;
    const auto application = caller.application.id;
    if (command.record) {
        auto found = platform_.database.read([&](store::Connection& connection) {
            return store::chain_records::find(connection, application, command.record);
        });
        if (!found) return found.error();
        if (!*found) return invalid_parameter("chainId: there is no record " + to_string(command.record));
        record = std::move(*found);
    }
    if (command.data_id.empty()) return record;
    if (record && record->data_id != command.data_id)
        return invalid_parameter("proveDataId: is not the one of record " + to_string(record->id));
    if (record) return record;
    auto found = platform_.database.read([&](store::Connection& connection) {
        return store::chain_records::find(connection, application, command.data_id);
    });
    if (!found) return found.error();
    if (!*found) return invalid_parameter("proveDataId: there is no record of that data");
    return found;
}

Result<Bytes> EvidenceChain::write_paper(const Caller& caller, const ProofCommand& command,
                                         const std::optional<ChainRecord>& record, const Proof& proof) {
    const TimeZone& zone = platform_.zone;
    seal::Report report(platform_.fonts, command.complete ? "完整版存证报告" : "电子数据存证证明",
                        "由 Signet 根据存储的记录生成 · " + to_string(proof.id));
    report.subtitle("出证时间 " + zone.format(proof.create_time));
    report.note(
        "本文件列出本系统收到数据摘要值的时间，由所配置的时间戳服务机构证明。任何人可以用原始数据重新计算摘要值，与本文"
        "件"
        "核对。没有法院、公证机构或区块链平台为本文件背书。");
    report.heading("申请信息");
    std::vector<std::pair<std::string, std::string>> request{
        {"出证 ID", to_string(proof.id)}, {"申请方", caller.company.name}, {"申请应用", caller.application.name}};
    if (!command.source.empty()) request.emplace_back("出证来源", command.source);
    if (!command.operator_info.empty()) request.emplace_back("申请经办人", person_text(command.operator_info));
    report.facts(request);
    if (record) {
        report.heading("存证数据");
        add_record(report, *record);
        report.heading("可信时间戳");
        const auto found =
            crypto::verify_time_stamp_token(record->token, imprint_of(*record), {time_stamps_.roots(), {}});
        if (const Status added = add_time_stamp(report, *record, zone, found); !added) return added.error();
    }
    if (!command.documents.empty()) report.heading("合同文件与签名");
    model::ContractId shown;
    for (const model::DocumentId id : command.documents) {
        const auto contract = book_.of_document(caller, id);
        if (!contract) return contract.error();
        const model::Document* document = (*contract)->find(id);
        if (document == nullptr) return invalid_parameter("documentIds: there is no document " + to_string(id));
        if ((*contract)->files_deleted && !document->is_cancellation())
            return fail(ErrorCode::DocumentRequired, "documentIds: the file was deleted with the contract");
        if ((*contract)->id != shown) {
            add_contract(report, **contract, zone);
            add_parties(report, **contract, zone);
            shown = (*contract)->id;
        }
        if (const Status added = add_document(report, *document, platform_); !added) return added.error();
    }
    if (!command.materials.empty()) {
        report.heading("证明材料");
        const Status added = add_materials(report, command.materials, platform_.upload_limit);
        if (!added) return added.error();
    }
    return report.pdf();
}

Result<Proof> EvidenceChain::prove(const Caller& caller, const ProofCommand& command) {
    const auto record = record_of(caller, command);
    if (!record) return record.error();
    if (!*record && command.documents.empty()) {
        return invalid_parameter(command.complete ? "chainId: is required, or proveDataId, or documentIds"
                                                  : "chainId: is required, or proveDataId");
    }
    Proof proof;
    proof.id = platform_.ids.next<model::ProofId>();
    proof.application = caller.application.id;
    if (*record) proof.record = (*record)->id;
    proof.create_time = platform_.clock.now();
    const auto written = write_paper(caller, command, *record, proof);
    if (!written) return written.error();
    const auto paper = signer_.sign(*written, "出证 Certificate of evidence", signer_.level());
    if (!paper) return paper.error();
    const auto blob = platform_.blobs.put(*paper);
    if (!blob) return blob.error();
    proof.blob = blob->hex();
    const Status kept = platform_.database.write([&](store::Transaction& transaction) -> Status {
        if (const Status inserted = store::chain_records::insert(transaction, proof); !inserted) return inserted;
        const auto logged = store::append_audit(
            transaction, {proof.create_time, actor_of(caller), {}, "evidence.proven", detail_of(proof, command)});
        if (!logged) return logged.error();
        return {};
    });
    if (!kept) return kept.error();
    return proof;
}

Result<Proof> EvidenceChain::proof(const Caller& caller, model::ProofId id) const {
    const auto found = platform_.database.read([&](store::Connection& connection) {
        return store::chain_records::find(connection, caller.application.id, id);
    });
    if (!found) return found.error();
    if (!*found) return invalid_parameter("proveId: there is no report " + to_string(id));
    return **found;
}

Result<Bytes> EvidenceChain::paper(const Caller& caller, const Proof& proof) const {
    const auto id = store::BlobId::from_hex(proof.blob);
    if (!id) return fail(ErrorCode::StorageFailed, "report " + to_string(proof.id));
    auto paper = platform_.blobs.read(*id);
    if (!paper) return paper;
    const Status logged = platform_.database.write([&](store::Transaction& transaction) -> Status {
        const auto entry = store::append_audit(
            transaction, {platform_.clock.now(), actor_of(caller), {}, "evidence.downloaded", detail_of(proof, {})});
        if (!entry) return entry.error();
        return {};
    });
    if (!logged) return logged.error();
    return paper;
}

}  // namespace signet::service
