#include "service/preservation.hpp"

#include "base/log.hpp"
#include "sandbox/file.hpp"
#include "service/signing_keys.hpp"
#include "store/contracts.hpp"
#include "store/database.hpp"
#include "store/document_files.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace signet::service {

using model::Contract;
using model::Document;
using model::SignatureLevel;

namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

/// What is read into memory while somebody waits for his signature.
constexpr std::uint64_t kQuickLength = 4U << 20;
/// How long before its end a document time-stamp is renewed.
constexpr days kRenewal{90};
/// After the n-th failure.
constexpr std::array<seconds, 7> kPauses{seconds(5),  seconds(15), minutes(1), minutes(5),
                                         minutes(15), minutes(30), hours(1)};
/// What no waiting mends is looked at again after so long.
constexpr days kHopelessPause{30};

bool is_final(model::ContractStatus status) {
    return status == model::ContractStatus::Complete || status == model::ContractStatus::Invalided;
}

bool is_hopeless(ErrorCode code) {
    return code == ErrorCode::FieldLocked || code == ErrorCode::CertifiedNoChanges ||
           code == ErrorCode::SigningForbidden;
}

}  // namespace

Preservation::Preservation(Platform& platform, const Directory& directory, ContractBook& book, TrustServices& trust,
                           const TimeStamps& time_stamps, const SigningKeys& keys, SignatureLevel level)
    : platform_(platform),
      directory_(directory),
      book_(book),
      time_stamps_(time_stamps),
      extender_(platform.clock, &trust, time_stamps, {}, [&keys] { return keys.roots(); }),
      level_(level) {}

SignatureLevel Preservation::level_of(const Contract& contract) const {
    const auto category = directory_.category(contract.category);
    return category ? category->policy.level.value_or(level_) : level_;
}

bool Preservation::is_quick(std::uint64_t file_length) const {
    return time_stamps_.at_hand() && file_length <= kQuickLength;
}

UtcTime Preservation::renewal_of(const Document& document) const {
    return *document.sealed_until - kRenewal;
}

bool Preservation::is_wanting(const Document& document, SignatureLevel level) const {
    if (!document.level) return false;  // nobody signed it
    if (*document.level < level) return true;
    return level == SignatureLevel::Archival && document.sealed_until && renewal_of(document) <= platform_.clock.now();
}

/// When the contract must be looked at; nothing when it never need be.
std::optional<UtcTime> Preservation::next_due(const Contract& contract) const {
    const SignatureLevel level = level_of(contract);
    if (level < SignatureLevel::LongTerm) return std::nullopt;
    std::optional<UtcTime> due;
    const auto take = [&](UtcTime time) { due = due ? std::min(*due, time) : time; };
    for (const Document& document : contract.documents) {
        if (!contract.shows(document)) continue;  // deleted, or a cancellation that came to nothing
        if (is_wanting(document, level)) {
            take(platform_.clock.now());
        } else if (document.level && document.sealed_until) {
            take(renewal_of(document));
        }
    }
    return due;
}

Status Preservation::note(store::Transaction& transaction, const Contract& contract,
                          const model::Events& events) const {
    if (events.empty() || !is_final(contract.status)) return {};
    const auto due = next_due(contract);
    if (!due) return {};
    return store::preservation::put(transaction, contract.id, *due);
}

Status Preservation::append_to(const ContractPointer& seen, model::DocumentId id,
                               const Extender::Extension& extension) {
    const ContractLock held = book_.lock(seen->id);
    const auto fresh = book_.find(held);
    if (!fresh) return fresh.error();
    if ((*fresh)->version != seen->version) return fail(ErrorCode::Conflict, "the contract was changed meanwhile");
    Contract contract = **fresh;
    Document& document = *contract.find(id);
    const auto lock = platform_.documents.lock(document.stored());
    if (!extension.revision.increment.empty()) {
        const auto length = platform_.documents.append(lock, document.length, extension.revision.increment);
        if (!length) return length.error();
        document.length = *length;
        document.sha256 = hex(extension.revision.hash.digest());
        ++document.revision;
        document.revision_state = pdf::to_text(extension.revision.state);
    }
    document.level = extension.level;
    if (extension.sealed_until) document.sealed_until = extension.sealed_until;
    Change change;
    change.event = "document.preserved";
    change.actor = "system";
    change.detail = "{\"document\":\"" + to_string(id) + "\",\"level\":\"" + std::string(to_wire(extension.level)) +
                    "\",\"sha256\":\"" + document.sha256 + "\"}";
    const auto committed = book_.commit(std::move(contract), change);
    if (!committed) return committed.error();
    ++extended_;
    return {};
}

/// Nothing is held while authorities are asked; whoever signs meanwhile wins, and this is done again on top.
Status Preservation::preserve_document(model::ContractId id, model::DocumentId document_id, SignatureLevel level) {
    constexpr int kMostSteps = 2;
    for (int step = 0; step < kMostSteps; ++step) {
        const auto seen = book_.find(id);
        if (!seen) return seen.error();
        const Document* document = (*seen)->find(document_id);
        if (document == nullptr || !is_wanting(*document, level)) return {};
        const auto file = platform_.documents.open_file(document->stored());
        if (!file) return file.error();
        const auto mapped = sandbox::MappedFile::map(file->get(), document->length);
        if (!mapped) return mapped.error();
        crypto::Sha256 hash;
        hash.update(mapped->bytes());
        if (hex(hash.digest()) != document->sha256) {
            return fail(ErrorCode::StorageFailed, "document " + to_string(document_id) + " is not what was recorded");
        }
        const auto state = pdf::revision_state_from_text(document->revision_state);
        if (!state) return state.error();
        const Extender::File whole{mapped->bytes(), *state, hash};
        const bool has_data = *document->level == SignatureLevel::LongTerm || step > 0;
        if (has_data) {
            auto sealed = extender_.with_seal(whole);
            if (!sealed) return sealed.error();
            return append_to(*seen, document_id, *sealed);
        }
        auto data = extender_.with_data(whole);
        if (!data) return data.error();
        // A seal that is to be renewed holds until the new one is there.
        Extender::Extension extension;
        extension.level = std::max(*document->level, SignatureLevel::LongTerm);
        extension.revision = std::move(*data);
        if (const Status appended = append_to(*seen, document_id, extension); !appended) return appended;
    }
    return {};
}

Status Preservation::preserve(model::ContractId id) {
    const auto forget = [&] {
        return platform_.database.write(
            [&](store::Transaction& transaction) { return store::preservation::forget(transaction, id); });
    };
    const auto contract = book_.find(id);
    if (!contract && contract.error().code == ErrorCode::ContractNotFound) return forget();
    if (!contract) return contract.error();
    // Somebody was added: its completion notes it again.
    if (!is_final((*contract)->status)) return forget();
    const SignatureLevel level = level_of(**contract);
    for (const Document& document : (*contract)->documents) {
        if (!(*contract)->shows(document)) continue;
        const Status done = preserve_document(id, document.id, level);
        if (!done) return done;
    }
    const auto fresh = book_.find(id);
    if (!fresh) return fresh.error();
    const auto due = next_due(**fresh);
    if (!due) return forget();
    return platform_.database.write(
        [&](store::Transaction& transaction) { return store::preservation::put(transaction, id, *due); });
}

Result<std::size_t> Preservation::run_due(std::size_t limit) {
    const auto tasks = platform_.database.read([&](store::Connection& connection) {
        return store::preservation::due(connection, platform_.clock.now(), limit);
    });
    if (!tasks) return tasks.error();
    for (const store::preservation::Task& task : *tasks) {
        const Status done = preserve(task.contract);
        if (done || done.error().code == ErrorCode::Conflict) continue;
        const auto failures = std::min<std::size_t>(static_cast<std::size_t>(task.attempts), kPauses.size() - 1);
        const seconds pause = is_hopeless(done.error().code) ? seconds(kHopelessPause) : kPauses[failures];
        spdlog::warn("contract {}: its signatures cannot be made to last yet: {}", to_string(task.contract),
                     for_log(describe(done.error())));
        const Status put_off = platform_.database.write([&](store::Transaction& transaction) {
            return store::preservation::put_off(transaction, task.contract, platform_.clock.now() + pause,
                                                describe(done.error()));
        });
        if (!put_off) return put_off.error();
    }
    return tasks->size();
}

Result<store::preservation::Depth> Preservation::depth() const {
    return platform_.database.read(
        [&](store::Connection& connection) { return store::preservation::depth(connection, platform_.clock.now()); });
}

}  // namespace signet::service
