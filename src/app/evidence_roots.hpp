#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"

#include <filesystem>
#include <vector>

namespace signet::app {

/// Whom the commands about evidence trust, in DER: the certificates of `trust` (PEM), the own root of the data folder,
/// and the roots of the time-stamp authorities that its settings name; what is not there is passed over.
/// InvalidParameter when a file of `trust` holds no certificate.
Result<std::vector<Bytes>> evidence_roots(const std::filesystem::path& data,
                                          const std::vector<std::filesystem::path>& trust);

/// Where the data folder's server keeps its anchors outside the database.
std::filesystem::path anchor_file(const std::filesystem::path& data);

}  // namespace signet::app
