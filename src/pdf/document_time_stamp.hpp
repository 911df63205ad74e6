#pragma once

#include "base/result.hpp"
#include "crypto/digest.hpp"
#include "pdf/appended_revision.hpp"
#include "pdf/document.hpp"
#include "pdf/revision.hpp"

#include <cstddef>
#include <string>

namespace signet::pdf {

struct DocumentTimeStampOptions {
    /// Bytes reserved for the token; at most kMaxContentsReserve.
    std::size_t token_reserve = 16384;
    /// The new field's name, 1 to 64 of `[A-Za-z0-9_-]`; empty for the first of `TimeStamp1`, `TimeStamp2`, … that is
    /// free and not locked.
    std::string field_name;
};

/// Appends one revision with a document time-stamp (ETSI EN 319 142-1 §5.4.3) that covers the whole file: a signature
/// of /Type /DocTimeStamp with /SubFilter /ETSI.RFC3161 in an invisible field of its own on the first page. Put behind
/// the validation data it seals signatures and data for the time after their algorithms and certificates have aged
/// (B-LTA); repeat it before the last one's do. `make_token` answers a TimeStampToken (RFC 3161), the DER of its
/// ContentInfo, whose imprint is the SHA-256 it is given; it is called once. Nothing here looks into the token.
///
/// `before`, `hash_so_far` and the cost are as for append_validation_data; the form, the first page's list of
/// annotations, and the catalog or page that holds one of them, are rewritten. Errors: InvalidParameter (`before` or
/// the hash belong to another file, a name taken or not allowed, a token larger than reserved), FieldLocked when a
/// signature locks every new field, those of check_signable (CertifiedNoChanges, …), of reading and of `make_token`.
Result<AppendedRevision> append_document_time_stamp(const Document& document, const RevisionState& before,
                                                    const crypto::Sha256& hash_so_far, const ValueMaker& make_token,
                                                    const DocumentTimeStampOptions& options = {});

/// The same in two steps, so that nothing needs to be held while the authority answers: `digest` is what to ask it for,
/// and `complete` puts the token in.
Result<UnsignedRevision> build_document_time_stamp(const Document& document, const RevisionState& before,
                                                   const crypto::Sha256& hash_so_far,
                                                   const DocumentTimeStampOptions& options = {});

}  // namespace signet::pdf
