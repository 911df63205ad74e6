#include "service/integrity.hpp"

#include "base/log.hpp"
#include "base/text.hpp"
#include "crypto/digest.hpp"
#include "store/audit.hpp"
#include "store/blobs.hpp"
#include "store/database.hpp"
#include "store/document_files.hpp"

#include <algorithm>
#include <limits>

namespace signet::service {
namespace {

constexpr std::chrono::hours kPass{24 * 7};
constexpr std::size_t kAtOnce = 100;

std::optional<store::Sha256Digest> digest_of(std::string_view hexadecimal) {
    const auto bytes = from_hex(hexadecimal);
    store::Sha256Digest digest{};
    if (!bytes || bytes->size() != digest.size()) return std::nullopt;
    std::ranges::copy(*bytes, digest.begin());
    return digest;
}

}  // namespace

Status Integrity::check(const model::Contract& contract, const model::Document& document) const {
    const auto recorded = digest_of(document.sha256);
    if (!recorded) return {};  // nothing was recorded of it yet
    const Status found = platform_.documents.scrub(document.stored(), {document.length, *recorded});
    return found ? found : note(contract, document, found);
}

/// Writes down what was found; the error is returned, as it was found.
Status Integrity::note(const model::Contract& contract, const model::Document& document, const Status& found) const {
    // Whoever looked at a contract that changed meanwhile looked at a file that may be gone.
    const auto fresh = book_.find(contract.id);
    const model::Document* now_there = fresh ? (*fresh)->find(document.id) : nullptr;
    if (now_there == nullptr || now_there->stored() != document.stored() || (*fresh)->files_deleted) return found;
    const std::string why = found.error().detail;
    const UtcTime now = platform_.clock.now();
    const Status noted = platform_.database.write([&](store::Transaction& transaction) -> Status {
        const auto is_new = store::final_files::note_damage(transaction, {document.id, now, why});
        if (!is_new || !*is_new) return is_new ? Status() : Status(is_new.error());
        const auto logged = store::append_audit(transaction, {now, "system", contract.id, "document.damaged",
                                                              R"({"document":")" + to_string(document.id) + "\"}"});
        return logged ? Status() : Status(logged.error());
    });
    spdlog::error("document {} is damaged: {}", to_string(document.id), for_log(why));
    if (!noted) spdlog::error("a damaged document could not be noted: {}", for_log(describe(noted.error())));
    return found;
}

Status Integrity::check_uploads(const model::Document& document) const {
    for (const std::string_view upload : split(document.original_blob, ',')) {
        const auto blob = store::BlobId::from_hex(upload);
        if (!blob) continue;
        const auto read = platform_.blobs.open_blob(*blob, store::Verify::Yes);
        if (!read) return read.error();
    }
    return {};
}

Status Integrity::scrub_one(const store::final_files::StoredDocument& stored) {
    const auto contract = book_.find(stored.contract);
    // Gone since it was listed.
    if (!contract) return contract.error().code == ErrorCode::ContractNotFound ? Status() : Status(contract.error());
    const model::Document* document = (*contract)->find(stored.document);
    if (document == nullptr || (*contract)->files_deleted) return {};
    ++scrubbed_;
    const Status file = check(**contract, *document);
    const Status uploads = check_uploads(*document);
    if (file && !uploads) static_cast<void>(note(**contract, *document, uploads));
    if (!file || !uploads) return {};
    // Put back from a backup, it is well again.
    return platform_.database.write(
        [&](store::Transaction& transaction) { return store::final_files::strike_damage(transaction, document->id); });
}

Result<std::size_t> Integrity::scrub(std::size_t limit) {
    const UtcTime now = platform_.clock.now();
    if (pass_done_ && pass_began_ && now < *pass_began_ + kPass) return std::size_t{0};
    if (pass_done_ || !pass_began_) {
        pass_began_ = now;
        pass_done_ = false;
        cursor_ = {};
    }
    const auto next = platform_.database.read(
        [&](store::Connection& connection) { return store::final_files::documents_after(connection, cursor_, limit); });
    if (!next) return next.error();
    for (const auto& stored : *next) {
        if (const Status done = scrub_one(stored); !done) return done.error();
        cursor_ = stored.document;
    }
    pass_done_ = next->size() < limit;
    return next->size();
}

Result<std::size_t> Integrity::scrub_all() {
    std::size_t count = 0;
    model::DocumentId after;
    while (true) {
        const auto next = platform_.database.read([&](store::Connection& connection) {
            return store::final_files::documents_after(connection, after, kAtOnce);
        });
        if (!next) return next.error();
        for (const auto& stored : *next) {
            if (const Status done = scrub_one(stored); !done) return done.error();
            after = stored.document;
        }
        count += next->size();
        if (next->size() < kAtOnce) return count;
    }
}

Result<std::size_t> Integrity::add_sm3(std::size_t limit) const {
    const auto open = platform_.database.read(
        [&](store::Connection& connection) { return store::final_files::without_sm3(connection, limit); });
    if (!open) return open.error();
    std::size_t done = 0;
    for (store::final_files::FinalFile file : *open) {
        const auto contract = book_.find(file.contract);
        if (!contract) continue;
        const model::Document* document = (*contract)->find(file.document);
        // It grew since: its next state is noted already.
        if (document == nullptr || document->sha256 != file.sha256 || (*contract)->files_deleted) continue;
        crypto::Digest sm3(crypto::DigestAlgorithm::Sm3);
        crypto::Sha256 sha256;
        const Status read = platform_.documents.stream(document->stored(), file.length, [&](ByteView bytes) {
            sm3.update(bytes);
            sha256.update(bytes);
        });
        // A damaged file gets no digest that would make it look right.
        if (!read || hex(sha256.digest()) != file.sha256) {
            static_cast<void>(check(**contract, *document));
            continue;
        }
        file.sm3 = hex(sm3.value());
        file.time = platform_.clock.now();
        const Status put = platform_.database.write(
            [&](store::Transaction& transaction) { return store::final_files::put_sm3(transaction, file); });
        if (!put) return put.error();
        ++done;
    }
    return done;
}

Result<std::vector<store::final_files::Damage>> Integrity::damages() const {
    return platform_.database.read(
        [](store::Connection& connection) { return store::final_files::damages(connection); });
}

}  // namespace signet::service
