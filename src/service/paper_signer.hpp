#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "model/vocabulary.hpp"
#include "service/platform.hpp"
#include "service/preservation.hpp"
#include "service/trust_services.hpp"

#include <string>

namespace signet::service {

/// Signs the papers that this installation writes itself, as contracts are signed (PAdES), invisibly and with a key of
/// their own. Thread-safe.
class PaperSigner {
  public:
    PaperSigner(const Platform& platform, const TrustServices& trust, const Preservation& preservation)
        : platform_(platform), trust_(trust), preservation_(preservation) {}

    /// Errors: TimeStampUnavailable for a level that wants one, Unavailable for validation data, those of the PDF
    /// floor.
    Result<Bytes> sign(const Bytes& paper, const std::string& reason, model::SignatureLevel level) const;
    /// The level that contracts of no category have.
    model::SignatureLevel level() const { return preservation_.level_of({}); }

  private:
    const Platform& platform_;
    const TrustServices& trust_;
    const Preservation& preservation_;
};

}  // namespace signet::service
