#include "service/evidence_facts.hpp"

#include "base/text.hpp"
#include "crypto/certificate_authority.hpp"
#include "crypto/digest.hpp"
#include "crypto/time_stamp.hpp"
#include "pdf/cms_judge.hpp"
#include "pdf/verify.hpp"
#include "service/anchoring.hpp"
#include "service/deliveries.hpp"
#include "service/platform.hpp"
#include "service/signature_levels.hpp"
#include "service/time_stamps.hpp"
#include "store/database.hpp"
#include "store/document_files.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>
#include <utility>

#include <boost/json.hpp>

namespace signet::service {

namespace json = boost::json;
using model::Contract;

namespace {

constexpr std::size_t kMostEntries = 20'000;
constexpr std::int64_t kThousand = 1'000;

json::object object_of(const std::string& text) {
    json::error_code error;
    json::value value = json::parse(text, error);
    return !error && value.is_object() ? std::move(value.get_object()) : json::object();
}

std::string text_of(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

/// Looking at a contract or at who somebody is changes neither, nor does a message about it.
bool changes_nothing(const Operation& operation) {
    return operation.kind != OperationKind::Modify || operation.event == "identity.viewed" ||
           operation.event == kMessageSent || operation.event == kMessageUndeliverable ||
           operation.event == kCallbackUndeliverable;
}

/// The contract's operations up to the last one that changed it: who looks at the evidence does not change it.
Result<std::vector<Operation>> operations_of(const OperationLog& log, const Contract& contract) {
    auto operations = log.all(contract);
    if (!operations) return operations;
    while (!operations->empty() && changes_nothing(operations->back()))
        operations->pop_back();
    if (operations->empty()) return fail(ErrorCode::AuditLogBroken, "the log says nothing about this contract");
    return operations;
}

/// Digests of everything up to each revision's end, in one pass.
void add_digests(ByteView file, const pdf::VerificationReport& report, EvidenceFacts::Document& document) {
    crypto::Sha256 sha256;
    crypto::Digest sm3(crypto::DigestAlgorithm::Sm3);
    std::uint64_t done = 0;
    const auto add = [&](std::uint64_t end) {
        if (end > file.size() || end < done) return;
        sha256.update(file.subspan(done, end - done));
        sm3.update(file.subspan(done, end - done));
        done = end;
        document.revisions.push_back({document.revisions.size() + 1, end, hex(sha256.digest()), hex(sm3.value()), {}});
    };
    // The line break behind the end-of-file marker was written with the revision, and counts.
    const auto with_line_break = [&](std::uint64_t end) {
        if (end < file.size() && file[end] == '\r') ++end;
        return end < file.size() && file[end] == '\n' ? end + 1 : end;
    };
    for (const pdf::RevisionReport& revision : report.revisions)
        add(with_line_break(revision.end));
    if (done != file.size()) add(file.size());
}

class Gatherer {
  public:
    Gatherer(const Platform& platform, const TimeStamps& time_stamps, EvidenceFacts& facts)
        : platform_(platform), facts_(facts), roots_(time_stamps.roots()) {
        roots_.push_back(platform.authority.root_certificate());
    }

    Status add_documents() {
        for (const model::Document& document : facts_.contract.documents) {
            if (!facts_.contract.shows(document)) continue;
            if (const Status added = add_document(document); !added) return added;
        }
        // Signers first, then those above them.
        std::stable_partition(facts_.certificates.begin(), facts_.certificates.end(),
                              [](const EvidenceFacts::Certificate& one) { return !one.info.is_authority; });
        return {};
    }

    void add_acts() {
        for (const Operation& operation : facts_.operations) {
            const json::object detail = object_of(operation.record);
            if (operation.event == "identity.proven" || operation.event == "identity.refused") {
                const model::Signatory* party = party_of(text_of(detail, "signatory"));
                facts_.identities.push_back({operation.time, party == nullptr ? "" : party->tenant_name,
                                             operation.contact, "elements", operation.event == "identity.proven",
                                             operation.id});
            }
            if (operation.event == "document.signed" || operation.event == "contract.approved")
                add_act(operation, detail);
        }
    }

    Status add_entries(Anchoring& anchoring) {
        const auto last = static_cast<std::uint64_t>(facts_.operations.back().id);
        auto anchor = anchoring.covering(last);
        if (!anchor) return anchor.error();
        facts_.anchor = std::move(*anchor);
        const auto imprint = crypto::Sha256::of(as_bytes(store::anchor_statement(facts_.anchor.head)));
        const auto stamped = crypto::verify_time_stamp_token(facts_.anchor.token, imprint, {{}, {}});
        if (!stamped.token) return fail(ErrorCode::StorageFailed, "an anchor's time-stamp: " + stamped.describe());
        facts_.anchor_time = stamped.token->time;
        const auto authority = crypto::describe_certificate(stamped.token->authority_certificate);
        if (authority) facts_.anchor_authority = authority->subject_common_name;
        return platform_.database.read([&](store::Connection& connection) -> Status {
            store::AuditProver prover(connection);
            std::int64_t after = 0;
            while (facts_.entries.size() < kMostEntries) {
                auto page = store::list_audit(connection, facts_.contract.id, after, kThousand);
                if (!page) return page.error();
                for (store::AuditEntry& entry : *page) {
                    after = entry.sequence;
                    if (static_cast<std::uint64_t>(entry.sequence) > last) return {};
                    auto proof = prover.inclusion(entry.sequence, facts_.anchor.head.size);
                    if (!proof) return proof.error();
                    facts_.entries.push_back({std::move(entry), std::move(*proof)});
                }
                if (page->empty()) return {};
            }
            return {};
        });
    }

  private:
    const model::Signatory* party_of(const std::string& id) const {
        const auto number = parse_id(id);
        return number ? facts_.contract.find(model::SignatoryId{*number}) : nullptr;
    }

    Status add_document(const model::Document& stored) {
        const auto bytes = platform_.documents.read(stored.stored(), 0, stored.length);
        if (!bytes) return bytes.error();
        EvidenceFacts::Document document;
        document.id = stored.id;
        document.title = stored.title;
        document.kind = stored.content_type;
        document.pages = stored.page_count();
        for (const std::string_view upload : split(stored.original_blob, ',')) {
            if (!upload.empty()) document.uploads.emplace_back(upload);
        }
        const pdf::VerificationReport report = pdf::verify(*bytes, roots_);
        document.verdict = to_string(report.verdict);
        add_digests(*bytes, report, document);
        // Judged as of the last change, so that the same is said tomorrow.
        const auto standings = judge_standing(report, roots_, facts_.operations.back().time);
        for (std::size_t i = 0; i < report.signatures.size(); ++i)
            add_signature(report.signatures[i], standings[i], document);
        facts_.documents.push_back(std::move(document));
        return {};
    }

    void add_signature(const pdf::SignatureReport& report, const SignatureStanding& standing,
                       EvidenceFacts::Document& document) {
        EvidenceFacts::Signature signature;
        signature.field = report.field_names.empty() ? "" : report.field_names.front();
        signature.name = report.signer ? report.signer->subject_common_name : report.signer_name;
        signature.is_document_time_stamp = report.is_document_time_stamp;
        signature.intact = report.intact;
        if (standing.level) signature.level = to_wire(*standing.level);
        signature.claimed_time = pdf::parse_date(report.claimed_time);
        signature.proven_time = standing.proven_time;
        signature.certificate = report.signer;
        for (const Bytes& der : report.chain)
            add_certificate(der);
        if (report.revision < 1 || report.revision > document.revisions.size()) return;
        document.revisions[report.revision - 1].signatures.push_back(std::move(signature));
    }

    void add_certificate(const Bytes& der) {
        const auto info = crypto::describe_certificate(der);
        if (info && seen_.insert(info->fingerprint).second) facts_.certificates.push_back({*info, der});
    }

    void add_act(const Operation& operation, const json::object& detail) {
        EvidenceFacts::Act act;
        act.operation = operation;
        act.factor = text_of(detail, "factor");
        act.certificate = text_of(detail, "certificate");
        if (const json::value* proof = detail.if_contains("proof")) act.proof = json::serialize(*proof);
        const auto node = parse_id(text_of(detail, "action"));
        const model::Signatory* owner = node ? facts_.contract.owner(model::ActionId{*node}) : nullptr;
        if (owner != nullptr) act.signatory = owner->id;
        for (const Operation& earlier : facts_.operations) {
            if (earlier.id >= operation.id) break;
            if (earlier.event == "signing.intended" && node &&
                text_of(object_of(earlier.record), "action") == text_of(detail, "action")) {
                act.intent_entry = earlier.id;
                act.intent = earlier.record;
            }
            const bool same = earlier.event == kPageOpened && owner != nullptr &&
                              text_of(object_of(earlier.record), "signatory") == to_string(owner->id);
            if (!same) continue;
            ++act.views;
            act.last_view = earlier.time;
        }
        if (act.factor == "code" || act.factor == "password") {
            facts_.identities.push_back(
                {operation.time, operation.tenant_name, operation.contact, act.factor, true, operation.id});
        }
        facts_.acts.push_back(std::move(act));
    }

    const Platform& platform_;
    EvidenceFacts& facts_;
    std::vector<Bytes> roots_;
    std::set<std::string> seen_;
};

json::value time_of(const std::optional<UtcTime>& time) {
    return time ? json::value(iso_time(*time)) : json::value();
}

json::object write(const crypto::CertificateInfo& info) {
    return {
        {"sha256", info.fingerprint},          {"subject", info.subject},      {"issuer", info.issuer},
        {"serialNumber", info.serial_number},  {"publicKey", info.public_key}, {"notBefore", iso_time(info.not_before)},
        {"notAfter", iso_time(info.not_after)}};
}

json::object write_contract(const Contract& contract) {
    return {{"id", to_string(contract.id)},
            {"subject", contract.subject},
            {"sn", contract.sn},
            {"bizId", contract.biz_id},
            {"initiator", contract.tenant_name},
            {"status", to_wire(contract.status)},
            {"createTime", iso_time(contract.create_time)},
            {"publishTime", time_of(contract.publish_time)},
            {"completeTime", time_of(contract.complete_time)},
            {"endTime", time_of(contract.end_time)}};
}

json::array write_parties(const Contract& contract) {
    json::array parties;
    for (const model::Signatory& party : contract.signatories) {
        parties.push_back(json::object{{"id", to_string(party.id)},
                                       {"name", party.tenant_name},
                                       {"type", to_wire(party.tenant_type)},
                                       {"receiver", party.receiver.name},
                                       {"contact", party.receiver.contact},
                                       {"status", to_wire(party.status)},
                                       {"completeTime", time_of(party.complete_time)}});
    }
    return parties;
}

json::array write_identities(const EvidenceFacts& facts) {
    json::array list;
    for (const EvidenceFacts::Identity& identity : facts.identities) {
        list.push_back(json::object{{"entry", identity.entry},
                                    {"time", iso_time(identity.time)},
                                    {"party", identity.party},
                                    {"contact", identity.contact},
                                    {"method", identity.method},
                                    {"passed", identity.passed}});
    }
    return list;
}

json::array write_acts(const EvidenceFacts& facts) {
    json::array list;
    for (const EvidenceFacts::Act& act : facts.acts) {
        json::object item{{"entry", act.operation.id},          {"time", iso_time(act.operation.time)},
                          {"event", act.operation.event},       {"signatory", to_string(act.signatory)},
                          {"party", act.operation.tenant_name}, {"operator", act.operation.operator_name},
                          {"contact", act.operation.contact},   {"factor", act.factor}};
        if (!act.proof.empty()) item["proof"] = json::parse(act.proof);
        if (act.intent_entry != 0) {
            item["intentEntry"] = act.intent_entry;
            item["intent"] = object_of(act.intent);
        }
        item["certificate"] = act.certificate;
        item["pageViews"] = act.views;
        item["lastPageView"] = time_of(act.last_view);
        list.push_back(std::move(item));
    }
    return list;
}

json::object write(const EvidenceFacts::Signature& signature) {
    json::object item{{"field", signature.field},
                      {"name", signature.name},
                      {"documentTimeStamp", signature.is_document_time_stamp},
                      {"intact", signature.intact},
                      {"level", signature.level},
                      {"claimedTime", time_of(signature.claimed_time)},
                      {"provenTime", time_of(signature.proven_time)}};
    if (signature.certificate) item["certificate"] = signature.certificate->fingerprint;
    return item;
}

json::array write_documents(const EvidenceFacts& facts) {
    json::array list;
    for (const EvidenceFacts::Document& document : facts.documents) {
        json::array revisions;
        for (const EvidenceFacts::Revision& revision : document.revisions) {
            json::array signatures;
            for (const EvidenceFacts::Signature& signature : revision.signatures)
                signatures.push_back(write(signature));
            revisions.push_back(json::object{{"number", revision.number},
                                             {"length", revision.length},
                                             {"sha256", revision.sha256},
                                             {"sm3", revision.sm3},
                                             {"signatures", std::move(signatures)}});
        }
        json::array uploads;
        for (const std::string& upload : document.uploads)
            uploads.emplace_back(upload);
        list.push_back(json::object{{"id", to_string(document.id)},
                                    {"title", document.title},
                                    {"kind", document.kind},
                                    {"pages", document.pages},
                                    {"uploads", std::move(uploads)},
                                    {"verdict", document.verdict},
                                    {"revisions", std::move(revisions)}});
    }
    return list;
}

json::object write_log(const EvidenceFacts& facts) {
    json::array entries;
    for (const EvidenceFacts::Entry& one : facts.entries) {
        json::array proof;
        for (const crypto::MerkleHash& hash : one.proof)
            proof.emplace_back(hex(hash));
        const store::AuditRecord& record = one.entry.record;
        entries.push_back(json::object{{"sequence", one.entry.sequence},
                                       {"time", record.time.milliseconds},
                                       {"actor", record.actor},
                                       {"contract", to_string(record.contract)},
                                       {"event", record.event},
                                       {"detail", record.detail},
                                       {"leaf", hex(store::audit_leaf(one.entry.sequence, record))},
                                       {"proof", std::move(proof)}});
    }
    json::array roots;
    for (const Bytes& root : facts.time_stamp_roots)
        roots.emplace_back(base64(root));
    return {{"anchor", json::object{{"size", facts.anchor.head.size},
                                    {"root", hex(facts.anchor.head.root)},
                                    {"serverTime", iso_time(facts.anchor.time)},
                                    {"timeStampTime", iso_time(facts.anchor_time)},
                                    {"authority", facts.anchor_authority},
                                    {"token", base64(facts.anchor.token)}}},
            {"timeStampRoots", std::move(roots)},
            {"entries", std::move(entries)}};
}

}  // namespace

std::string iso_time(UtcTime time) {
    std::string text = TimeZone::fixed(0).format(time);
    text[text.find(' ')] = 'T';
    const std::int64_t rest = (time.milliseconds % kThousand + kThousand) % kThousand;
    return fmt::format("{}.{:03}Z", text, rest);
}

Result<EvidenceFacts> gather_evidence(const Platform& platform, const OperationLog& log, Anchoring& anchoring,
                                      const TimeStamps& time_stamps, const Contract& contract) {
    EvidenceFacts facts;
    facts.contract = contract;
    auto operations = operations_of(log, contract);
    if (!operations) return operations.error();
    facts.operations = std::move(*operations);
    facts.time_stamp_roots = time_stamps.roots();
    Gatherer gatherer(platform, time_stamps, facts);
    if (const Status added = gatherer.add_documents(); !added) return added.error();
    gatherer.add_acts();
    if (const Status added = gatherer.add_entries(anchoring); !added) return added.error();
    return facts;
}

std::string to_json(const EvidenceFacts& facts) {
    json::array certificates;
    for (const EvidenceFacts::Certificate& certificate : facts.certificates) {
        json::object item = write(certificate.info);
        item["der"] = base64(certificate.der);
        certificates.push_back(std::move(item));
    }
    return json::serialize(json::object{{"format", "signet-evidence-1"},
                                        {"contract", write_contract(facts.contract)},
                                        {"parties", write_parties(facts.contract)},
                                        {"identities", write_identities(facts)},
                                        {"acts", write_acts(facts)},
                                        {"documents", write_documents(facts)},
                                        {"certificates", std::move(certificates)},
                                        {"log", write_log(facts)}});
}

}  // namespace signet::service
