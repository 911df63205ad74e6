#include "service/evidence_check.hpp"

#include "base/text.hpp"
#include "crypto/certificate.hpp"
#include "crypto/digest.hpp"
#include "crypto/merkle_tree.hpp"
#include "crypto/time_stamp.hpp"
#include "pdf/attachments.hpp"
#include "pdf/verify.hpp"
#include "service/evidence_report.hpp"
#include "store/audit_tree.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <boost/json.hpp>

namespace signet::service {

namespace json = boost::json;
using crypto::MerkleHash;

namespace {

constexpr std::size_t kLargestText = std::size_t{256} << 20;
constexpr std::size_t kLongestProof = 64;
constexpr std::size_t kMostFaults = 100;

std::string text_of(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::optional<std::int64_t> number_of(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    return value != nullptr && value->is_int64() ? std::optional(value->get_int64()) : std::nullopt;
}

const json::object& object_of(const json::object& object, std::string_view name) {
    static const json::object kNone;
    const json::value* value = object.if_contains(name);
    return value != nullptr && value->is_object() ? value->get_object() : kNone;
}

const json::array& list_of(const json::object& object, std::string_view name) {
    static const json::array kNone;
    const json::value* value = object.if_contains(name);
    return value != nullptr && value->is_array() ? value->get_array() : kNone;
}

std::optional<MerkleHash> hash_of(const json::value& value) {
    if (!value.is_string()) return std::nullopt;
    const auto bytes = from_hex(std::string_view(value.get_string()));
    if (!bytes || bytes->size() != sizeof(MerkleHash)) return std::nullopt;
    MerkleHash hash{};
    std::ranges::copy(*bytes, hash.begin());
    return hash;
}

class Checker {
  public:
    Checker(const json::object& evidence, const std::vector<Bytes>& roots) : evidence_(evidence), roots_(roots) {}

    EvidenceVerdict run(const std::vector<PresentedDocument>& presented) {
        const json::object& contract = object_of(evidence_, "contract");
        verdict_.contract = text_of(contract, "id");
        verdict_.subject = text_of(contract, "subject");
        const auto id = parse_id(verdict_.contract);
        if (id) contract_ = {*id};
        if (!id) fault("contract.id: is no id");
        check_anchor();
        check_entries();
        check_certificates();
        check_documents();
        check_acts();
        for (const PresentedDocument& document : presented)
            compare(document);
        return std::move(verdict_);
    }

  private:
    struct Revision {
        std::int64_t number = 0;
        std::int64_t length = 0;
        std::string sha256;
        std::string sm3;
    };

    void fault(std::string what) {
        if (verdict_.faults.size() < kMostFaults) verdict_.faults.push_back(std::move(what));
    }

    void check_anchor() {
        const json::object& anchor = object_of(object_of(evidence_, "log"), "anchor");
        const auto size = number_of(anchor, "size");
        const json::value* root = anchor.if_contains("root");
        const auto hash = root != nullptr ? hash_of(*root) : std::nullopt;
        const auto token = from_base64(text_of(anchor, "token"));
        if (!size || *size < 1 || !hash || !token) return fault("log.anchor: is not whole");
        head_ = {static_cast<std::uint64_t>(*size), *hash};
        verdict_.log_size = head_.size;
        verdict_.log_root = hex(head_.root);
        const auto imprint = crypto::Sha256::of(as_bytes(store::anchor_statement(head_)));
        const crypto::TimeStampReport stamped = crypto::verify_time_stamp_token(*token, imprint, {{}, {}});
        if (!stamped.accepted()) return fault("log.anchor.token: " + stamped.describe());
        verdict_.anchor_time = stamped.token->time;
        const auto authority = crypto::describe_certificate(stamped.token->authority_certificate);
        if (authority) verdict_.anchor_authority = authority->subject_common_name;
        verdict_.anchor_trusted =
            !roots_.empty() && crypto::verify_time_stamp_token(*token, imprint, {roots_, {}}).accepted();
        if (text_of(anchor, "timeStampTime") != iso_time(stamped.token->time))
            fault("log.anchor.timeStampTime: is not what the token says");
    }

    void check_entries() {
        std::int64_t last = 0;
        for (const json::value& value : list_of(object_of(evidence_, "log"), "entries")) {
            if (!value.is_object()) return fault("log.entries: is not a list of entries");
            const json::object& item = value.get_object();
            const auto sequence = number_of(item, "sequence");
            const auto time = number_of(item, "time");
            const auto contract = parse_id(text_of(item, "contract"));
            if (!sequence || !time || !contract) return fault("log.entries: an entry is not whole");
            const std::string name = "entry " + std::to_string(*sequence);
            if (*sequence <= last) fault(name + ": stands in the wrong place");
            last = *sequence;
            if (model::ContractId{*contract} != contract_) fault(name + ": belongs to another contract");
            store::AuditRecord record{
                {*time}, text_of(item, "actor"), {*contract}, text_of(item, "event"), text_of(item, "detail")};
            crypto::MerkleProof proof;
            for (const json::value& hash : list_of(item, "proof")) {
                const auto read = hash_of(hash);
                if (read && proof.size() < kLongestProof) proof.push_back(*read);
            }
            const MerkleHash leaf = store::audit_leaf(*sequence, record);
            const bool included =
                *sequence > 0 && crypto::verify_inclusion(leaf, static_cast<std::uint64_t>(*sequence) - 1, head_.size,
                                                          proof, head_.root);
            if (!included) fault(name + ": is not under the log's root");
            if (text_of(item, "leaf") != hex(leaf)) fault(name + ": its leaf is another");
            ++verdict_.entries;
            entries_.emplace(*sequence, std::move(record));
        }
        if (verdict_.entries == 0) fault("log.entries: there are none");
    }

    void check_certificates() {
        for (const json::value& value : list_of(evidence_, "certificates")) {
            if (!value.is_object()) continue;
            const json::object& item = value.get_object();
            const std::string name = text_of(item, "sha256");
            const auto der = from_base64(text_of(item, "der"));
            if (!der || crypto::sha256_hex(*der) != name) {
                fault("certificate " + name + ": has another digest");
                continue;
            }
            certificates_.insert(name);
        }
    }

    void check_documents() {
        for (const json::value& value : list_of(evidence_, "documents")) {
            if (!value.is_object()) continue;
            const json::object& item = value.get_object();
            const std::string id = text_of(item, "id");
            std::vector<Revision>& revisions = documents_[id];
            for (const json::value& one : list_of(item, "revisions")) {
                if (!one.is_object()) continue;
                const json::object& revision = one.get_object();
                revisions.push_back({number_of(revision, "number").value_or(0),
                                     number_of(revision, "length").value_or(-1), text_of(revision, "sha256"),
                                     text_of(revision, "sm3")});
                check_signatures(id, revision);
            }
        }
        for (const auto& [sequence, record] : entries_)
            check_digests(sequence, record);
    }

    void check_signatures(const std::string& id, const json::object& revision) {
        for (const json::value& value : list_of(revision, "signatures")) {
            if (!value.is_object()) continue;
            ++verdict_.signatures;
            const json::object& signature = value.get_object();
            const json::value* intact = signature.if_contains("intact");
            const std::string name = "document " + id + ", signature " + text_of(signature, "field");
            if (intact == nullptr || !intact->is_bool() || !intact->get_bool()) fault(name + ": is not intact");
            const std::string certificate = text_of(signature, "certificate");
            if (!certificate.empty() && !certificates_.contains(certificate))
                fault(name + ": its certificate is missing");
        }
    }

    /// What the log says a signature left behind must be a revision of the document.
    void check_digests(std::int64_t sequence, const store::AuditRecord& record) {
        if (record.event != "document.signed") return;
        json::error_code error;
        const json::value detail = json::parse(record.detail, error);
        if (error || !detail.is_object()) return fault("entry " + std::to_string(sequence) + ": its detail is no JSON");
        for (const auto& [id, digest] : object_of(detail.get_object(), "documents")) {
            const auto document = documents_.find(std::string(id));
            if (document == documents_.end() || !digest.is_string()) continue;  // deleted since
            const bool known = std::ranges::any_of(document->second, [&](const Revision& revision) {
                return revision.sha256 == std::string_view(digest.get_string());
            });
            if (!known)
                fault("entry " + std::to_string(sequence) + ": document " + std::string(id) +
                      " has no revision with the digest that was logged");
        }
    }

    void check_acts() {
        for (const json::value& value : list_of(evidence_, "acts")) {
            if (!value.is_object()) continue;
            const json::object& act = value.get_object();
            const std::int64_t sequence = number_of(act, "entry").value_or(0);
            const auto entry = entries_.find(sequence);
            const std::string name = "act of entry " + std::to_string(sequence);
            if (entry == entries_.end()) {
                fault(name + ": the log does not have it");
                continue;
            }
            const store::AuditRecord& record = entry->second;
            json::error_code error;
            const json::value detail = json::parse(record.detail, error);
            const bool same = !error && detail.is_object() && record.event == text_of(act, "event") &&
                              iso_time(record.time) == text_of(act, "time") &&
                              text_of(detail.get_object(), "factor") == text_of(act, "factor") &&
                              text_of(detail.get_object(), "certificate") == text_of(act, "certificate");
            if (!same) fault(name + ": the log says otherwise");
            check_intent(act, name);
            const std::string certificate = text_of(act, "certificate");
            const bool kept = certificate.empty() || documents_.empty() || certificates_.contains(certificate);
            if (!kept) fault(name + ": its certificate is missing");
        }
    }

    void check_intent(const json::object& act, const std::string& name) {
        const auto number = number_of(act, "intentEntry");
        if (!number) return;
        const auto entry = entries_.find(*number);
        json::error_code error;
        const bool known = entry != entries_.end() && entry->second.event == "signing.intended";
        const json::value logged = known ? json::parse(entry->second.detail, error) : json::value();
        const json::value* told = act.if_contains("intent");
        if (!known || error || told == nullptr || *told != logged) fault(name + ": the log tells another intent");
    }

    void compare(const PresentedDocument& presented) {
        const std::string sha256 = crypto::sha256_hex(presented.bytes);
        const std::string sm3 = hex(crypto::Digest::of(crypto::DigestAlgorithm::Sm3, presented.bytes));
        for (const auto& [id, revisions] : documents_) {
            for (const Revision& revision : revisions) {
                if (revision.sha256 != sha256) continue;
                if (revision.sm3 != sm3) return fault(presented.name + ": its SM3 is another");
                verdict_.documents.push_back(presented.name + ": document " + id + ", revision " +
                                             std::to_string(revision.number) + " of " +
                                             std::to_string(revisions.size()));
                return;
            }
        }
        fault(presented.name + ": is no document of this contract, in any revision");
    }

    const json::object& evidence_;
    const std::vector<Bytes>& roots_;
    model::ContractId contract_;
    store::TreeHead head_;
    std::map<std::int64_t, store::AuditRecord> entries_;
    std::set<std::string, std::less<>> certificates_;
    std::map<std::string, std::vector<Revision>> documents_;
    EvidenceVerdict verdict_;
};

}  // namespace

Result<EvidenceVerdict> check_evidence(std::string_view text, const std::vector<Bytes>& roots,
                                       const std::vector<PresentedDocument>& documents) {
    if (text.size() > kLargestText) return fail(ErrorCode::InvalidFile, "the evidence is too large");
    json::error_code error;
    const json::value evidence = json::parse(text, error);
    const bool known =
        !error && evidence.is_object() && text_of(evidence.get_object(), "format") == "signet-evidence-1";
    if (!known) return fail(ErrorCode::InvalidFile, "no evidence of the format signet-evidence-1");
    return Checker(evidence.get_object(), roots).run(documents);
}

Result<EvidenceVerdict> check_evidence_report(ByteView pdf, const std::vector<Bytes>& roots,
                                              const std::vector<PresentedDocument>& documents) {
    const auto document = pdf::Document::open(pdf);
    if (!document) return fail(ErrorCode::InvalidFile, describe(document.error()));
    const auto text = pdf::attachment(*document, kEvidenceFile);
    if (!text) return fail(ErrorCode::InvalidFile, describe(text.error()));
    if (!*text) return fail(ErrorCode::InvalidFile, "there is no " + std::string(kEvidenceFile) + " inside");
    auto verdict = check_evidence(as_text(**text), roots, documents);
    if (!verdict) return verdict;
    const pdf::VerificationReport report = pdf::verify(pdf, roots);
    if (report.verdict != pdf::DocumentVerdict::Intact)
        verdict->faults.push_back("the report itself: " + std::string(to_string(report.verdict)));
    // The first signature is over the report as it was written; what came later must not bring another JSON.
    verdict->report_trusted = !report.signatures.empty() && report.signatures.front().trusted();
    return verdict;
}

}  // namespace signet::service
