#pragma once

#include "crypto/signer.hpp"
#include "crypto/time_stamp.hpp"

#include <memory>

namespace signet::crypto {

/// A time-stamp authority in this process (RFC 3161 §2, ETSI EN 319 422): takes a request from anybody and answers it.
/// A token costs little more than the signature in it. Immutable and thread-safe.
class TimeStampAuthority {
  public:
    struct Settings {
        /// The policy of its tokens, dotted. The default is Signet's own and promises nothing but what this class does.
        std::string policy;
        /// How far its clock may be off; whole milliseconds, less than a day. Zero: tokens do not say.
        std::chrono::milliseconds accuracy{1000};
    };

    /// `signer`'s certificate must be for time-stamping alone, critically (RFC 3161 §2.3); CertificateInvalid when it
    /// is not, InvalidParameter when the settings make no sense.
    static Result<TimeStampAuthority> create(std::shared_ptr<const Signer> signer, const Settings& settings);
    static Result<TimeStampAuthority> create(std::shared_ptr<const Signer> signer);

    TimeStampAuthority(TimeStampAuthority&&) noexcept;
    TimeStampAuthority& operator=(TimeStampAuthority&&) noexcept;
    ~TimeStampAuthority();

    struct Answer {
        /// A DER TimeStampResp, whatever was asked.
        Bytes response;
        /// Why nothing was granted.
        std::optional<TimeStampFailure> failure;
        /// Of the granted token, in lower-case hexadecimal; empty when nothing was granted.
        std::string serial_number;
    };
    /// Answers a TimeStampReq. `now` becomes genTime, to the millisecond; the caller knows that its clock is right, and
    /// says `rejection(TimeNotAvailable)` when it does not. `serial_number` (big-endian, positive, at most 20 bytes)
    /// must be new each time (§2.4.2); empty: 128 random bits.
    Answer answer(ByteView request, UtcTime now, ByteView serial_number = {}) const;

    /// The token for a request of this process's own. KeyUnusable when the key fails, CertificateInvalid outside the
    /// certificate's validity, InvalidParameter for a request that `answer` would reject.
    Result<Bytes> token(const TimeStampRequest& request, UtcTime now, ByteView serial_number = {}) const;

    /// A TimeStampResp that grants nothing.
    static Bytes rejection(TimeStampFailure failure, std::string_view words);

    /// No token of this authority is longer, in bytes, for requests that `TimeStampRequest::over` makes.
    std::size_t max_token_size() const;
    const Signer& signer() const;

  private:
    struct Parts;
    explicit TimeStampAuthority(std::unique_ptr<const Parts> parts);

    std::unique_ptr<const Parts> parts_;
};

}  // namespace signet::crypto
