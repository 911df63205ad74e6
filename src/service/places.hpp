#pragma once

#include "base/result.hpp"
#include "model/contract.hpp"
#include "model/placing.hpp"
#include "service/artist.hpp"
#include "service/directory.hpp"
#include "service/platform.hpp"

#include <map>
#include <string>
#include <vector>

namespace signet::service {

/// One stamper and the node it belongs to, with the name its errors go by (`stampers[2]`).
struct StamperOfAction {
    model::Stamper stamper;
    const model::Action* action = nullptr;
    const model::Signatory* signatory = nullptr;
    std::string field;
};

/// Finds where stampers stand on the pages: keywords in the text, page numbers, strips of across-page seals (spec §5).
class PlaceFinder {
  public:
    PlaceFinder(Platform& platform, const Directory& directory, Artist& artist)
        : platform_(platform), directory_(directory), artist_(artist) {}

    /// The places of all stampers, by node, in the order of the stampers. With `locate_all` one keyword that is not
    /// found fails the call; without it at least one must be found (when there are any). Errors: KeywordNotFound,
    /// SignPageBeyond, InvalidStamperType, InvalidParameter, those of seals and of reading the documents.
    Result<std::map<model::ActionId, std::vector<model::Place>>> find(const model::Contract& contract,
                                                                      const std::vector<StamperOfAction>& stampers,
                                                                      bool locate_all) const;

    /// The image a stamper shows, before its own width and height are applied.
    Result<model::ImageSize> image_size(const model::Contract& contract, const model::Stamper& stamper,
                                        const model::Action& action, const model::Signatory& signatory) const;

    /// Whether a foreign company that is asked for its seal can get one: it is drawn from the name, and a name that no
    /// seal can show would leave the contract waiting for ever. Errors: InvalidParameter, ParameterTooLong.
    Status check_named_seal(const model::Signatory& signatory, const std::string& field) const;

  private:
    using Hits = std::map<std::pair<model::DocumentId, std::string>, std::vector<model::KeywordHit>>;
    Result<Hits> search(const model::Contract& contract, const std::vector<StamperOfAction>& stampers) const;

    Platform& platform_;
    const Directory& directory_;
    Artist& artist_;
};

/// The documents a stamper applies to, each once, in the contract's order: those it names, else the contract's only
/// one, else all for a seal that runs across all of them. InvalidParameter when it names none of several, or a foreign
/// one.
Result<std::vector<const model::Document*>> documents_of(const model::Contract& contract, const model::Stamper& stamper,
                                                         std::string_view field);

}  // namespace signet::service
