#include "service/anchoring.hpp"

#include "base/file_descriptor.hpp"
#include "crypto/digest.hpp"
#include "store/database.hpp"

#include <algorithm>
#include <fcntl.h>
#include <fstream>
#include <string>
#include <unistd.h>

namespace signet::service {

using model::Event;
using store::AuditAnchor;

namespace {

constexpr std::chrono::seconds kPause{15};
constexpr std::chrono::seconds kLongestPause{60};

bool ends(const Event& event) {
    using enum Event::Kind;
    switch (event.kind) {
        case Completed:
        case Rejected:
        case Recalled:
        case Expired:
        case ForceEnded:
        case Cancelled:
        case CancellationRefused:
        case CancellationExpired:
            return true;
        default:
            return false;
    }
}

Error file_error(const std::filesystem::path& file) {
    return {ErrorCode::StorageFailed, "the anchors cannot be written to " + file.string()};
}

/// The largest anchor of the file up to `most` entries. What is no anchor is passed over: a line may have been cut by a
/// crash.
std::uint64_t last_size(const std::filesystem::path& file, std::uint64_t most) {
    std::ifstream in(file, std::ios::binary);
    std::uint64_t size = 0;
    for (std::string line; std::getline(in, line);) {
        const auto anchor = store::anchor_from_line(line);
        if (anchor && anchor->head.size <= most) size = std::max(size, anchor->head.size);
    }
    return size;
}

Status append_to(const std::filesystem::path& path, std::string text) {
    // A last line without an end was cut off: the new one begins below it.
    if (std::ifstream in(path, std::ios::binary | std::ios::ate); in && in.tellg() > 0) {
        in.seekg(-1, std::ios::end);
        if (in.get() != '\n') text.insert(0, "\n");
    }
    constexpr mode_t kReadable = 0644;
    const FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, kReadable));
    if (!file) return file_error(path);
    for (std::size_t done = 0; done < text.size();) {
        const ssize_t count = ::write(file.get(), text.data() + done, text.size() - done);
        if (count <= 0) return file_error(path);
        done += static_cast<std::size_t>(count);
    }
    if (::fsync(file.get()) != 0) return file_error(path);
    return {};
}

}  // namespace

Status Anchoring::note(store::Transaction& transaction, const model::Events& events) const {
    return std::ranges::any_of(events, ends) ? store::want_anchor(transaction) : Status();
}

Result<std::optional<UtcTime>> Anchoring::last_time() const {
    const auto last = database_.read([](store::Connection& connection) { return store::last_anchor(connection); });
    if (!last) return last.error();
    return *last ? std::optional((*last)->time) : std::nullopt;
}

Result<AuditAnchor> Anchoring::make(const store::TreeHead& head) {
    AuditAnchor anchor;
    anchor.head = head;
    auto token = time_stamps_.token(crypto::Sha256::of(as_bytes(store::anchor_statement(head))));
    if (!token) return token.error();
    anchor.token = std::move(*token);
    anchor.time = clock_.now();
    const Status kept =
        database_.write([&](store::Transaction& transaction) { return store::insert_anchor(transaction, anchor); });
    if (!kept) return kept.error();
    return anchor;
}

Status Anchoring::write_file() {
    if (settings_.file.empty()) return {};
    if (!written_) {
        // A database from a backup has fewer than the file; the new ones belong into it all the same.
        const auto last = database_.read([](store::Connection& connection) { return store::last_anchor(connection); });
        if (!last) return last.error();
        written_ = *last ? last_size(settings_.file, (*last)->head.size) : 0;
    }
    const auto missing =
        database_.read([&](store::Connection& connection) { return store::list_anchors(connection, *written_ + 1); });
    if (!missing) return missing.error();
    if (missing->empty()) return {};
    std::string text;
    for (const AuditAnchor& anchor : *missing)
        text += store::to_line(anchor) + "\n";
    const Status appended = append_to(settings_.file, std::move(text));
    if (appended) {
        written_ = missing->back().head.size;
    } else {
        written_.reset();  // part of it may be there
    }
    return appended;
}

Result<std::optional<AuditAnchor>> Anchoring::run_due() {
    const std::lock_guard lock(mutex_);
    const UtcTime now = clock_.now();
    // A clock that was set back must not keep us waiting.
    if (next_try_ && now < *next_try_ && *next_try_ - now <= kLongestPause) return std::optional<AuditAnchor>();
    next_try_.reset();
    const auto need = database_.read([](store::Connection& connection) { return store::anchor_need(connection); });
    if (!need) return need.error();
    const auto failed = [&](const Error& error) -> Result<std::optional<AuditAnchor>> {
        ++failures_;
        next_try_ = now + kPause;
        return error;
    };
    std::optional<AuditAnchor> made;
    if (*need) {
        const auto& last = (*need)->last_time;
        const bool is_old = !last || now < *last || now - *last >= settings_.interval;
        if ((*need)->is_pressing || is_old) {
            auto anchor = make((*need)->head);
            if (!anchor) return failed(anchor.error());
            made = std::move(*anchor);
        }
    }
    if (made || !written_) {
        if (const Status written = write_file(); !written) return failed(written.error());
    }
    return made;
}

Result<AuditAnchor> Anchoring::covering(std::uint64_t size) {
    const std::lock_guard lock(mutex_);
    const auto known =
        database_.read([&](store::Connection& connection) { return store::list_anchors(connection, size, 1); });
    if (!known) return known.error();
    if (!known->empty()) return known->front();
    const auto head = database_.read([](store::Connection& connection) { return store::tree_head(connection); });
    if (!head) return head.error();
    if (head->size < size) return fail(ErrorCode::AuditLogBroken, "the log does not reach so far");
    auto anchor = make(*head);
    if (!anchor) return anchor;
    if (const Status written = write_file(); !written) return written.error();
    return anchor;
}

}  // namespace signet::service
