#pragma once

#include "openapi/description/field.hpp"

#include <span>
#include <string_view>

/// All endpoints, one table a resource group. To add one: write its row in the file of its group; the request is then
/// checked by it and /openapi.json shows it.
namespace signet::openapi::description {

extern const std::span<const Endpoint> kContractEndpoints;
extern const std::span<const Endpoint> kPageEndpoints;
extern const std::span<const Endpoint> kLifecycleEndpoints;
extern const std::span<const Endpoint> kSigningEndpoints;
extern const std::span<const Endpoint> kDocumentEndpoints;
extern const std::span<const Endpoint> kOrganisationEndpoints;
extern const std::span<const Endpoint> kChainEndpoints;

/// The row whose path or alias this is; null when nobody described it.
const Endpoint* find(std::string_view path);

}  // namespace signet::openapi::description
