#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "crypto/digest.hpp"
#include "pdf/appended_revision.hpp"
#include "pdf/document.hpp"
#include "pdf/revision.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace signet::pdf {

/// What a document security store (catalog /DSS, ETSI EN 319 142-1 §5.4.2) holds, so that signatures can be judged for
/// decades without asking anybody. All of it is DER as it came from its issuer: this floor looks into none of it.
struct SecurityStore {
    /// X.509 certificates.
    std::vector<Bytes> certificates;
    /// OCSPResponse (RFC 6960), whole.
    std::vector<Bytes> ocsp_responses;
    /// CertificateList (RFC 5280).
    std::vector<Bytes> crls;

    /// A /VRI entry: what belongs to one signature, as positions in the lists above.
    struct Related {
        /// See related_key.
        std::string key;
        std::vector<std::size_t> certificates;
        std::vector<std::size_t> ocsp_responses;
        std::vector<std::size_t> crls;
    };
    std::vector<Related> related;

    bool empty() const { return certificates.empty() && ocsp_responses.empty() && crls.empty() && related.empty(); }
};

/// The name of a signature's /VRI entry: upper-case hexadecimal SHA-1 of all bytes of its /Contents, the zeros that
/// fill it up included.
std::string related_key(ByteView contents);

/// The store of the document's newest revision; empty when it has none. What is no stream, or a broken one, is left
/// out. Errors: DocumentTooLarge for more than 20,000 entries, and as for reading.
Result<SecurityStore> read_security_store(const Document& document);

/// Appends one revision that adds to the document's security store, or makes it. What is there already stays as it is,
/// and is not written again; existing /VRI entries are never touched. /TU and /TS are not written. Rewrites the store's
/// own dictionary, or the catalog when it has none yet (which then also gets the ESIC extension, unless it has
/// /Extensions of its own); no page, no form. When nothing would be new, `increment` is
/// empty and state and hash are those before.
///
/// `before` is the kept state of the file's last revision, `state_for_new_objects(document)` for a file of strangers;
/// `hash_so_far` the running hash of exactly the bytes of `document`. Only the increment is hashed, and of the document
/// only the cross-references, the form, the page tree and the store are read: over a memory-mapped file the cost does
/// not depend on the file's size. Errors: InvalidParameter (`before` or the hash belong to another file, a wrong key or
/// position, something that is not one DER SEQUENCE of at most 16 MB, more than 2,000 entries), those of check_signable
/// (CertifiedNoChanges when a certification forbids any change, HybridReference, …) and of reading.
Result<AppendedRevision> append_validation_data(const Document& document, const RevisionState& before,
                                                const crypto::Sha256& hash_so_far, const SecurityStore& added);

}  // namespace signet::pdf
