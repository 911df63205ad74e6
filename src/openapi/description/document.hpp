#pragma once

#include <string>
#include <vector>

#include <boost/json/object.hpp>

namespace signet::openapi::description {

struct RoutedPath {
    std::string method;
    std::string path;
};

/// The API as an OpenAPI 3.1 document: each routed path with what its table says, the codes it may answer, and the
/// objects that requests and answers are made of. Paths that nobody described stand under `x-undescribed`. With
/// `download_failure_status` failed downloads answer.
boost::json::object document(const std::vector<RoutedPath>& routed, int download_failure_status = 400);

}  // namespace signet::openapi::description
