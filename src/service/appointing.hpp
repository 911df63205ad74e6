#pragma once

#include "base/result.hpp"
#include "model/contract.hpp"
#include "model/placing.hpp"
#include "service/contract_book.hpp"
#include "service/directory.hpp"
#include "service/places.hpp"
#include "service/platform.hpp"
#include "service/sending.hpp"
#include "service/templates.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace signet::service {

/// What the initiator's page before sending allows, as its link was asked for (spec §4.15).
struct AppointOptions {
    std::string page_type;  // APPOINT, FILL_PARAMETERS, DRAFT
    bool can_send = false;
    bool can_save = true;
    bool shows_places = true;
    bool shows_parameters = true;
    bool hide_return = false;
    std::string callback_page;
    std::string language;
    std::string theme_color;
};

/// Something that may be put on a page for a node, and its true size in points.
struct AppointOffer {
    model::StamperType type = model::StamperType::Company;
    model::ImageSize size;
};

/// A node of a party and what it may get.
struct AppointNode {
    const model::Signatory* party = nullptr;
    const model::Action* action = nullptr;
    std::vector<AppointOffer> offers;
};

/// A draft as its page shows it. Parties and nodes are parts of `contract`.
struct AppointView {
    ContractPointer contract;
    /// The nodes that sign, in the contract's order.
    std::vector<AppointNode> nodes;
    AppointOptions options;
    /// The page shows and takes the initiator's parameters.
    bool fills = false;
    /// Names the link in later calls of the same client; opens nothing by itself.
    std::string key;
};

/// One place that shall be on a node afterwards: one it has already, or a new one.
struct AppointBox {
    model::ActionId action;
    /// The position of an earlier stamper of the node that stays as it is.
    std::optional<std::size_t> kept;
    model::StamperType type = model::StamperType::Company;
    model::DocumentId document;
    int page = 1;
    /// Fractions of the displayed page, the image's bottom left corner.
    double x = 0;
    double y = 0;
};

/// What the page changes; what is not there stays.
struct AppointChange {
    /// The version the page was made from.
    std::int64_t version = 0;
    std::optional<std::string> subject;
    std::optional<std::string> description;
    std::optional<UtcTime> expire_time;
    /// All places of all nodes.
    std::optional<std::vector<AppointBox>> boxes;
    /// Values of the initiator's parameters, by name; an empty one takes the earlier value away.
    std::vector<model::ParamValue> values;
};

/// The page before sending: whoever got its link places what will be signed, fills in
/// the initiator's parameters, changes what the contract is called, and publishes when the link allows it. Thread-safe.
class Appointing {
  public:
    Appointing(Platform& platform, const Directory& directory, ContractBook& book, const PlaceFinder& places,
               const Templates& templates, Sending& sending)
        : platform_(platform),
          directory_(directory),
          book_(book),
          places_(places),
          templates_(templates),
          sending_(sending) {}

    /// Opens a link for a client. LinkNotFound, LinkExpired.
    Result<AppointView> open(std::string_view token, std::string_view client);
    /// Saves. Errors: Conflict when the draft changed meanwhile, InvalidContractStatus once it is sent,
    /// NoOperationPermission when the link does not allow it, InvalidParameter and ParameterTooLong (of a value naming
    /// its parameter), InvalidStamperType, SignPageBeyond.
    Result<AppointView> save(std::string_view client, std::string_view key, const AppointChange& change);
    /// Publishes. NoOperationPermission when the link does not allow it, and the errors of Sending::send.
    Result<AppointView> send(std::string_view client, std::string_view key);

  private:
    struct OpenLink;
    Result<OpenLink> open_link(std::string_view client, std::string_view key) const;
    Result<AppointView> view_of(const OpenLink& link);
    Status fill(model::Contract& contract, const std::vector<model::ParamValue>& values) const;
    std::vector<AppointOffer> offers_of(const model::Contract& contract, const model::Signatory& party,
                                        const model::Action& action) const;

    Platform& platform_;
    const Directory& directory_;
    ContractBook& book_;
    const PlaceFinder& places_;
    const Templates& templates_;
    Sending& sending_;
};

}  // namespace signet::service
