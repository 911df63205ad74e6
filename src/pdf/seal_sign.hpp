#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "crypto/electronic_seal.hpp"
#include "crypto/signer.hpp"
#include "pdf/sign.hpp"

#include <cstddef>
#include <functional>
#include <span>
#include <string>

/// Signatures with electronic seals (GB/T 38540) in PDF files: fields beside those of PAdES, in revisions of their own.
namespace signet::pdf {

/// Who signs, with which seal, and who says when. Must outlive the call.
struct SealSigner {
    const crypto::ElectronicSeal& seal;
    const crypto::Signer& signer;
    /// A time-stamp token (RFC 3161) over this digest, verified; null for none.
    std::function<Result<Bytes>(const crypto::Sha256Digest& imprint)> time_stamp = nullptr;
    /// No token is longer, in bytes.
    std::size_t max_token_size = 0;
};

/// The value for a revision that was built with room for it: SM3 over `before` and the increment but for /Contents,
/// which the property info names as `ByteRange[0 a b c]`. Reads the whole file: no running SM3 is kept. `before` must
/// be the file the revision was built behind. Errors: those of `sign_with_seal`.
Result<Bytes> make_seal_value(ByteView before, const UnsignedRevision& revision, const SealSigner& signer,
                              UtcTime time);
/// No value of `make_seal_value` is longer, in bytes.
std::size_t max_seal_value_size(const SealSigner& signer);

/// One more signature behind `file`, which `document` is and whose running hash is `hash_so_far`, in new fields (as
/// `sign_with_new_fields`; without places one invisible field); `details.format` and `details.certificates` are set
/// here.
Result<AppendedRevision> append_seal(ByteView file, const Document& document, const crypto::Sha256& hash_so_far,
                                     const std::string& name, std::span<const NewPlace> places,
                                     SignatureDetails details, const SealSigner& signer);

/// The file with one more signature, in new fields of one more revision (as `sign_with_new_fields`); `details.format`
/// and `details.certificates` are set here.
Result<Bytes> sign_with_seal(ByteView file, const std::string& name, std::span<const NewPlace> places,
                             SignatureDetails details, const SealSigner& signer);

}  // namespace signet::pdf
