#pragma once

#include "base/clock.hpp"
#include "model/contract.hpp"
#include "openapi/fields.hpp"
#include "service/drafting.hpp"

#include <optional>
#include <set>

#include <boost/json/object.hpp>

/// Contracts and their parts as the wire writes them, both ways (spec/contracts §2).
namespace signet::openapi {

model::User read_user(const Fields& fields);
model::Stamper read_stamper(const Fields& fields);
/// A stamper that names its node by `actionId` or `signatoryId`.
service::BoundStamper read_bound_stamper(const Fields& fields);
std::vector<service::BoundStamper> read_bound_stampers(const Fields& fields, std::string_view name);
std::vector<model::Stamper> read_stampers(const Fields& fields, std::string_view name);
model::Signatory read_signatory(const Fields& fields);
/// `signValidateWay`; the ways by face are refused, because nobody here can compare one.
std::optional<model::SignValidateWay> read_validate_way(const Fields& fields);
std::vector<model::CopySendReceiver> read_copy_receivers(const Fields& fields, std::string_view name);
service::CategoryReference read_category(const Fields& fields);
/// The body of /v2/contract/draft.
service::DraftCommand read_draft(const Fields& fields, const TimeZone& zone);
service::Locator read_locator(const Fields& fields);
/// The answer of a call that has no result of its own.
Result<boost::json::object> nothing_after(const Status& done);
/// `themeColor`, a colour as hex digits with or without `#`; empty when absent. Anything else is refused.
std::string read_theme_color(const Fields& fields);
/// The same of a request's `pageStyle`.
std::string read_page_style(const Fields& fields);
/// `expireTime` with `expireTimeUnit`: how long a page's link lives, 5 minutes to 90 days, 30 minutes when not said.
std::chrono::minutes read_lifetime(const Fields& fields);

/// What `detail` may add, and what it keeps back.
struct DetailOptions {
    bool places = false;
    bool related = false;
    /// Nothing for the initiator's own systems. For those of a receiving company: the parties that are not its own;
    /// their numbers, seals to choose from and the like are left out, and so is what the initiator keeps for himself
    /// (businessData, tags, custom fields, copies, related contracts, the contact of the creator).
    std::optional<std::set<model::SignatoryId>> strangers = {};

    bool knows(const model::Signatory& party) const { return !strangers || !strangers->contains(party.id); }
};

/// What a caller of the initiator's companies, or of a receiving one, may be told.
DetailOptions options_for(const service::Caller& caller, const model::Contract& contract,
                          const service::Directory& directory);

// `memory` is where the object lives: Fields::memory(), or the heap.
boost::json::object write_user(const model::User& user, const boost::json::storage_ptr& memory = {});
// `contract` is the one the party belongs to: places are told as fractions of its pages.
boost::json::object write_signatory(const model::Signatory& signatory, const model::Contract& contract,
                                    const TimeZone& zone, const DetailOptions& options = {},
                                    const boost::json::storage_ptr& memory = {});
boost::json::object write_contract(const model::Contract& contract, const TimeZone& zone,
                                   const DetailOptions& options = {}, const boost::json::storage_ptr& memory = {});

}  // namespace signet::openapi
