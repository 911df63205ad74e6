#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "crypto/certificate.hpp"
#include "crypto/merkle_tree.hpp"
#include "model/contract.hpp"
#include "service/operation_log.hpp"
#include "store/audit_tree.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace signet::service {

class Anchoring;
class TimeStamps;

/// Everything that proves a contract, as values: what the papers and the machine-readable file are written from. It
/// depends on what is stored alone, so that who asks twice gets the same, to the last byte, until the contract changes.
struct EvidenceFacts {
    struct Signature {
        std::string field;
        /// Who signed, or the authority of a document time-stamp.
        std::string name;
        bool is_document_time_stamp = false;
        bool intact = false;
        /// B-B to B-LTA, as far as it was found good; empty for a document time-stamp.
        std::string level;
        std::optional<UtcTime> claimed_time;
        /// By a time-stamp.
        std::optional<UtcTime> proven_time;
        std::optional<crypto::CertificateInfo> certificate;
    };
    /// The file as it was when so many bytes of it were there.
    struct Revision {
        std::size_t number = 0;
        std::uint64_t length = 0;
        std::string sha256;
        std::string sm3;
        std::vector<Signature> signatures;
    };
    struct Document {
        model::DocumentId id;
        std::string title;
        std::string kind;
        int pages = 0;
        /// SHA-256 of the uploads it was made of.
        std::vector<std::string> uploads;
        std::string verdict;
        std::vector<Revision> revisions;
    };
    struct Certificate {
        crypto::CertificateInfo info;
        Bytes der;
    };
    struct Entry {
        store::AuditEntry entry;
        crypto::MerkleProof proof;
    };
    /// One act of signing or approving, and what proved that it was wanted.
    struct Act {
        Operation operation;
        model::SignatoryId signatory;
        /// `code`, `password`, `application`, `auto`, `authorisation`.
        std::string factor;
        /// What the factor was bound to, as JSON from the log; empty when nothing is known.
        std::string proof;
        /// What was agreed to, read and known before the key was used: the entry that says so, 0 for none, and its
        /// JSON.
        std::int64_t intent_entry = 0;
        std::string intent;
        /// How often the party had opened the contract before, and when last.
        int views = 0;
        std::optional<UtcTime> last_view;
        /// Of its signature.
        std::string certificate;
    };
    /// How somebody's identity was looked at, and what came of it.
    struct Identity {
        UtcTime time;
        std::string party;
        std::string contact;
        /// `code`, `password`: he had what was sent to the contact on record; `elements`: what he stated agreed with
        /// what the initiator had stated.
        std::string method;
        bool passed = false;
        std::int64_t entry = 0;
    };

    model::Contract contract;
    std::vector<Operation> operations;
    std::vector<Identity> identities;
    std::vector<Act> acts;
    std::vector<Document> documents;
    /// Signers first, then those above them; each once.
    std::vector<Certificate> certificates;
    std::vector<Entry> entries;
    store::AuditAnchor anchor;
    /// What the anchor's token says.
    UtcTime anchor_time;
    std::string anchor_authority;
    /// Where the time-stamps' chains may end: DER.
    std::vector<Bytes> time_stamp_roots;
};

/// Reads the facts, and has the log anchored when no anchor covers the contract's entries yet. What was only read after
/// the last change is left out. Errors: TimeStampUnavailable when an anchor is needed and none can be had, those of
/// reading.
Result<EvidenceFacts> gather_evidence(const Platform& platform, const OperationLog& log, Anchoring& anchoring,
                                      const TimeStamps& time_stamps, const model::Contract& contract);

/// The facts as JSON in UTF-8, `"format": "signet-evidence-1"`; docs/evidence.md says what stands in it.
std::string to_json(const EvidenceFacts& facts);

/// Times as they stand there: `2026-11-22T03:04:05.678Z`.
std::string iso_time(UtcTime time);

}  // namespace signet::service
