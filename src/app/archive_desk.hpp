#pragma once

#include "service/archiving.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace signet::app {

/// The numbers of an archive's contracts, one a word. InvalidParameter names the word that is none.
Result<std::vector<model::ContractId>> contract_ids(const std::vector<std::string>& words);

/// How `signet archive` reaches a running server: a file `<name>.contracts` in `<data>/archives` with one contract a
/// line is carried out within a second; then `<name>.zip` and `<name>.answer` lie beside it, the latter with one line,
/// `ok` or `error: …`.
void archive_waiting(const std::filesystem::path& data, const service::Archiving& archiving);

}  // namespace signet::app
