#include "app/archive_desk.hpp"

#include "base/log.hpp"
#include "base/text.hpp"

#include <fstream>

namespace signet::app {

Result<std::vector<model::ContractId>> contract_ids(const std::vector<std::string>& words) {
    std::vector<model::ContractId> ids;
    for (const std::string& word : words) {
        const auto id = parse_id(word);
        if (!id) return invalid_parameter("CONTRACT: " + word.substr(0, 40) + " is no contract's number");
        ids.push_back({*id});
    }
    return ids;
}

void archive_waiting(const std::filesystem::path& data, const service::Archiving& archiving) {
    std::error_code error;
    std::vector<std::filesystem::path> waiting;
    for (const auto& entry : std::filesystem::directory_iterator(data / "archives", error)) {
        if (entry.path().extension() == ".contracts") waiting.push_back(entry.path());
    }
    for (const std::filesystem::path& file : waiting) {
        std::vector<std::string> words;
        std::ifstream in(file);
        for (std::string line; std::getline(in, line);) {
            if (!trim(line).empty()) words.emplace_back(trim(line));
        }
        std::filesystem::path target = file;
        target.replace_extension(".zip");
        const auto ids = contract_ids(words);
        const Status written = ids ? archiving.write(*ids, target, "operator") : Status(ids.error());
        const std::string answer = written ? "ok" : "error: " + describe(written.error());
        if (written) spdlog::info("an archive of {} contracts was written", ids->size());
        std::filesystem::path beside = file;
        beside.replace_extension(".part");
        std::ofstream(beside) << answer << '\n';
        std::filesystem::path final_name = file;
        std::filesystem::rename(beside, final_name.replace_extension(".answer"), error);
        std::filesystem::remove(file, error);
    }
}

}  // namespace signet::app
