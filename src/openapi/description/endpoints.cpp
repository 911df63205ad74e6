#include "openapi/description/endpoints.hpp"

namespace signet::openapi::description {

const Endpoint* find(std::string_view path) {
    for (const auto group : {kContractEndpoints, kPageEndpoints, kLifecycleEndpoints, kSigningEndpoints,
                             kDocumentEndpoints, kOrganisationEndpoints, kChainEndpoints}) {
        for (const Endpoint& endpoint : group) {
            if (endpoint.path == path || endpoint.alias == path) return &endpoint;
        }
    }
    return nullptr;
}

}  // namespace signet::openapi::description
