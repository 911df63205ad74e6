#pragma once

#include "store/document_files.hpp"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <tuple>
#include <utility>

namespace signet::store {

/// A running hash: `crypto::Sha256` is one.
template <typename State>
concept HashState = std::default_initializable<State> && std::copy_constructible<State> &&
    requires(State state, const State fixed, ByteView bytes) {
    state.update(bytes);
    { fixed.length() } -> std::convertible_to<std::uint64_t>;
    { fixed.digest() } -> std::convertible_to<Sha256Digest>;
};

/// The running hashes of documents at the ends of their last revisions, the most recently used ones, so that a
/// signature hashes only what it appends. A state is bound to document, length and full hash and is kept only when its
/// own digest is that hash: a wrong state cannot get in, nor be found under another name. Thread-safe.
template <HashState State>
class HashStateCache {
  public:
    /// `capacity`: how many states are kept; a SHA-256 state is some 200 bytes.
    explicit HashStateCache(std::size_t capacity) : capacity_(capacity) {}

    /// The state at the end of `extent`: the kept one, or computed anew from the file. StorageFailed when the stored
    /// bytes are not those of the recorded hash.
    Result<State> at(const DocumentFiles& files, model::DocumentId document, const DocumentExtent& extent) {
        if (auto kept = find(document, extent)) return std::move(*kept);
        State state;
        const Status read = files.stream(document, extent.length, [&](ByteView bytes) { state.update(bytes); });
        if (!read) return read.error();
        if (const Status kept = keep(document, extent, state); !kept) return kept.error();
        return state;
    }

    std::optional<State> find(model::DocumentId document, const DocumentExtent& extent) {
        const std::lock_guard lock(mutex_);
        const auto found = index_.find(Key{document, extent.length, extent.sha256});
        if (found == index_.end()) return std::nullopt;
        entries_.splice(entries_.begin(), entries_, found->second);
        return found->second->second;
    }

    /// Keeps the state after a revision was committed. StorageFailed when it is not the state of that length and hash.
    Status keep(model::DocumentId document, const DocumentExtent& extent, const State& state) {
        if (state.length() != extent.length || state.digest() != extent.sha256) {
            return fail(ErrorCode::StorageFailed,
                        "document " + to_string(document) + ": its bytes do not have the recorded SHA-256");
        }
        const std::lock_guard lock(mutex_);
        const Key key{document, extent.length, extent.sha256};
        if (capacity_ == 0 || index_.contains(key)) return {};
        entries_.emplace_front(key, state);
        index_.emplace(key, entries_.begin());
        while (entries_.size() > capacity_) {
            index_.erase(entries_.back().first);
            entries_.pop_back();
        }
        return {};
    }

    std::size_t size() const {
        const std::lock_guard lock(mutex_);
        return entries_.size();
    }

  private:
    using Key = std::tuple<model::DocumentId, std::uint64_t, Sha256Digest>;
    using Entries = std::list<std::pair<Key, State>>;

    const std::size_t capacity_;
    mutable std::mutex mutex_;
    Entries entries_;  // the most recently used first
    std::map<Key, typename Entries::iterator> index_;
};

}  // namespace signet::store
