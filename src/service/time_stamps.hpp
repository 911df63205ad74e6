#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "crypto/digest.hpp"
#include "crypto/signer.hpp"
#include "crypto/time_stamp.hpp"
#include "pdf/sign.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace signet::service {

class TrustServices;

/// Somebody who gives time-stamps.
struct TimeStampSource {
    /// The authority of this very installation, which answers in this process; nothing below counts for it.
    bool own = false;
    std::string url;
    /// Under which policy it shall answer, dotted; empty: whichever it likes.
    std::string policy;
    /// Roots in DER that its chain must end at; not empty.
    std::vector<Bytes> roots;
    /// For HTTP's Basic authentication; empty: none.
    std::string user;
    std::string password;
    /// PEM of the authorities that vouch for its https certificate; empty: those of the system.
    std::string ca_file;
    std::chrono::milliseconds time_out{5'000};
};

/// Time-stamps (RFC 3161) from the first authority that gives a good one. Every answer of another one is checked in
/// full before it counts: imprint, nonce, policy, time, key purpose, certificate and chain. There is no signature
/// without the time-stamp it should have: who gets none gets an error. Thread-safe.
class TimeStamps {
  public:
    /// `own` may be null when no source is the own authority. `patience` bounds one time-stamp over all sources.
    TimeStamps(const Clock& clock, const TrustServices* own, std::vector<TimeStampSource> sources,
               std::chrono::milliseconds patience = std::chrono::seconds(10));

    /// Whether the first source answers in this process: then a time-stamp takes no time worth mentioning.
    bool at_hand() const { return sources_.front()->source.own; }
    /// No token is longer, in bytes.
    std::size_t max_token_size() const;
    /// The roots that tokens end at.
    std::vector<Bytes> roots() const;

    /// TimeStampUnavailable, with what each source did wrong, when none gives a good one in time.
    Result<Bytes> token(const crypto::Sha256Digest& imprint) const;

    struct Statistics {
        std::string name;
        std::uint64_t granted = 0;
        std::uint64_t failed = 0;
        /// How far our clock was ahead of the authority's when the last time-stamp came, give or take half of what the
        /// answer took; nothing before the first, and for the own authority, which has our clock.
        std::optional<std::chrono::milliseconds> drift = {};
    };
    std::vector<Statistics> statistics() const;

  private:
    using Moment = std::chrono::steady_clock::time_point;
    static constexpr std::int64_t kUnknownDrift = std::numeric_limits<std::int64_t>::min();
    struct Desk {
        explicit Desk(TimeStampSource known) : source(std::move(known)) {}
        TimeStampSource source;
        std::atomic<std::uint64_t> granted = 0;
        std::atomic<std::uint64_t> failed = 0;
        /// Passed over until then, as long as others are there.
        std::atomic<Moment> resting_until{Moment{}};
        std::atomic<std::int64_t> drift = kUnknownDrift;
    };
    Result<Bytes> ask(Desk& desk, const crypto::Sha256Digest& imprint, Moment end) const;

    const Clock& clock_;
    const TrustServices* own_;
    std::vector<std::unique_ptr<Desk>> sources_;
    std::chrono::milliseconds patience_;
};

/// Makes signatures with a time-stamp inside (PAdES B-T). Both must outlive the answer.
pdf::CmsMaker timed_cms_maker(const crypto::Signer& signer, const TimeStamps& time_stamps);

}  // namespace signet::service
