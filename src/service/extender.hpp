#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "crypto/digest.hpp"
#include "crypto/revocation.hpp"
#include "model/vocabulary.hpp"
#include "pdf/appended_revision.hpp"
#include "pdf/document.hpp"
#include "pdf/revision.hpp"
#include "pdf/validation_data.hpp"
#include "service/time_stamps.hpp"
#include "service/trust_services.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace signet::service {

/// Builds what makes the signatures of a file last (ETSI EN 319 142-1 §5.4): validation data, and a document time-stamp
/// over everything. It writes nothing. Thread-safe.
class Extender {
  public:
    /// `own` answers for chains of the own CA; null: there is none. `roots` in DER are trusted beside those of `own`
    /// and the time-stamps; so are those that `more_roots` names at the time.
    Extender(const Clock& clock, TrustServices* own, const TimeStamps& time_stamps, std::vector<Bytes> roots = {},
             std::function<std::vector<Bytes>()> more_roots = {})
        : clock_(clock),
          own_(own),
          time_stamps_(time_stamps),
          roots_(std::move(roots)),
          more_roots_(std::move(more_roots)) {}

    /// A file after a signature: `state` and `hash` are of exactly these bytes.
    struct File {
        ByteView bytes;
        const pdf::RevisionState& state;
        const crypto::Sha256& hash;
    };
    struct Extension {
        pdf::AppendedRevision revision;
        model::SignatureLevel level = model::SignatureLevel::LongTerm;
        /// Until when the new document time-stamp holds.
        std::optional<UtcTime> sealed_until;
    };

    /// Both below, in one increment; for files that may be held in memory. `level` is LongTerm or Archival.
    Result<Extension> extend(const File& file, model::SignatureLevel level) const;

    /// One revision with everything that is needed to judge the signatures and time-stamps. Errors: Unavailable when
    /// nothing says whether somebody whose chain we know was revoked; those of the PDF floor.
    Result<pdf::AppendedRevision> with_data(const File& file) const;
    /// One revision with a document time-stamp. Errors: TimeStampUnavailable, those of the PDF floor.
    Result<Extension> with_seal(const File& file) const;

  private:
    /// One certificate chain that the signatures of a file depend on.
    struct Dependency {
        std::vector<Bytes> chain;
        /// When what was signed with it is proven to have existed.
        UtcTime at;
        /// Of the signature it belongs to; empty for what is still to come.
        std::string related_key;
    };
    std::vector<Bytes> roots() const;
    Result<std::vector<Dependency>> dependencies(const pdf::Document& document) const;
    Result<crypto::RevocationData> revocation_data(const std::vector<Dependency>& dependencies) const;

    const Clock& clock_;
    TrustServices* own_;
    const TimeStamps& time_stamps_;
    const std::vector<Bytes> roots_;
    const std::function<std::vector<Bytes>()> more_roots_;
};

}  // namespace signet::service
