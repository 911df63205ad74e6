#include "app/archive_desk.hpp"

#include "app/house.hpp"
#include "base/text.hpp"

#include <vector>

namespace signet::app {
namespace {

constexpr std::chrono::minutes kPatience{10};
constexpr std::size_t kNameLength = 16;

Result<std::vector<model::ContractId>> contracts_of(const std::string& request) {
    std::vector<model::ContractId> ids;
    for (const std::string_view line : split(request, '\n')) {
        const std::string word(trim(line));
        if (word.empty()) continue;
        const auto id = parse_id(word);
        if (!id) return invalid_parameter("CONTRACT: " + word.substr(0, 40) + " is no contract's number");
        ids.push_back({*id});
    }
    return ids;
}

Result<std::string> write_archive(House& house, const std::string& request) {
    const auto contracts = contracts_of(request);
    if (!contracts) return contracts.error();
    const std::filesystem::path folder = house.settings().data / "archives";
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
    if (error) return fail(ErrorCode::StorageFailed, folder.string() + ": " + error.message());
    const std::filesystem::path target = folder / (random_token(kNameLength) + ".zip");
    if (const Status written = house.archiving().write(*contracts, target, "operator"); !written) {
        return fail(written.error().code, describe(written.error()));
    }
    return target.filename().string();
}

}  // namespace

const Errand kArchiving{"archives", kPatience, write_archive};

}  // namespace signet::app
