#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "crypto/digest.hpp"
#include "pdf/revision.hpp"

#include <cstddef>
#include <functional>

namespace signet::pdf {

/// What an appender answers: the bytes to put behind the file, and what is true of the file with them.
struct AppendedRevision {
    Bytes increment;
    RevisionState state;
    /// Of the file including `increment`; for the next revision.
    crypto::Sha256 hash;
};

/// A revision with a signature or time-stamp whose value is still missing: zeros stand in its place. Whoever makes the
/// value may take their time and be elsewhere; the file must not grow in between.
struct UnsignedRevision {
    Bytes increment;
    RevisionState state;
    /// What the value must be made over: SHA-256 of the byte range.
    crypto::Sha256Digest digest{};
    /// Where the hex digits of /Contents begin in `increment`, and how many there are: always an even number.
    std::size_t contents_begin = 0;
    std::size_t contents_digits = 0;
    /// Of the file up to /Contents, the `<` not included.
    crypto::Sha256 hash_before_contents;
};

/// Puts the value into its place: the CMS of a signature or the token of a time-stamp, in DER; what is left of the
/// place stays zeros. InvalidParameter when it does not fit: then build anew with more room.
Result<AppendedRevision> complete(UnsignedRevision revision, ByteView value);

/// Makes the value of a signature or time-stamp from the digest of the byte range. What it answers as an error the
/// appender answers too.
using ValueMaker = std::function<Result<Bytes>(const crypto::Sha256Digest&)>;

/// No more than this can be reserved for one value: what the reader of CMS takes (crypto::parse_cms).
inline constexpr std::size_t kMaxContentsReserve = std::size_t{4} << 20;

/// How many bytes a CMS of `cms_size` bytes needs once a time-stamp token of up to `token_size` bytes is in it as an
/// unsigned attribute (RFC 3161 appendix A).
std::size_t size_with_time_stamp(std::size_t cms_size, std::size_t token_size);

}  // namespace signet::pdf
