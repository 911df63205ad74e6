#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "service/batch_signing.hpp"
#include "service/signing_page.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace signet::pages {

/// Everything the signing page shows, as its front end reads it (`web/src/types.ts`).
boost::json::object write_view(const service::PageView& view, const TimeZone& zone);

/// The state a page is in for its user: CAN_SIGN, WAITING, SIGNED, or the contract's own end.
std::string state_of(const service::PageView& view);

/// A number that changes whenever the document's pages may look different: browsers keep pictures for a while.
std::int64_t edition_of(const model::Contract& contract, const model::Document& document);

/// The parameters that a party of the contract fills in, each once, in the order of the documents; null: those of the
/// initiator.
boost::json::array write_params(const model::Contract& contract, const model::Signatory* party);

/// Who acts next, for "after you it is sent to …"; empty when nobody does.
std::string next_party(const service::PageView& view);

/// A contract of GET /pages/waiting.
boost::json::object write_waiting(const service::WaitingContract& waiting);
/// The body of POST /pages/batch/sign.
Result<service::BatchCommand> read_batch_command(std::string_view body);

/// A signature as a page hands it in: `{"kind": "TYPED", "text"}` or `{"kind": "DRAWN", "width", "height", "strokes"}`.
Result<service::PersonalSignature> read_signature(const boost::json::object& object);

/// The body of POST /pages/sign.
Result<service::PageSignCommand> read_sign_command(std::string_view body);

}  // namespace signet::pages
