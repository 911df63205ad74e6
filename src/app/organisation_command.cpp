#include "app/commands.hpp"
#include "app/house.hpp"
#include "app/organisation_file.hpp"

#include <fstream>
#include <iostream>
#include <sstream>
#include <thread>

#include <boost/json.hpp>

namespace signet::app {
namespace {

namespace json = boost::json;

constexpr std::chrono::seconds kLongestWait{30};
constexpr std::chrono::milliseconds kPause{50};
constexpr std::size_t kNameLength = 16;

int refuse(const std::string& why) {
    std::cerr << "signet: " << why << "\n";
    return 1;
}

/// Prints an answer; one that only says what was wrong is a refusal.
int print(const std::string& answer) {
    const json::value parsed = json::parse(answer);
    if (const json::value* why = parsed.as_object().if_contains("error")) {
        return refuse(std::string(why->as_string()));
    }
    std::cout << answer << "\n";
    return 0;
}

/// Leaves the file where the running server finds it and waits for its answer.
int ask_server(const OrganisationOptions& options) {
    const std::filesystem::path folder = options.data / "organisation";
    const std::string name = random_token(kNameLength);
    const std::filesystem::path answer = folder / (name + ".json");
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
    std::ofstream(folder / (name + ".from")) << std::filesystem::absolute(options.file).parent_path().string() << "\n";
    std::filesystem::copy_file(options.file, folder / (name + ".part"), error);
    if (!error) std::filesystem::rename(folder / (name + ".part"), folder / (name + ".toml"), error);
    if (error) return refuse(folder.string() + ": " + error.message());
    const auto end = std::chrono::steady_clock::now() + kLongestWait;
    while (!std::filesystem::exists(answer)) {
        if (std::chrono::steady_clock::now() > end) {
            std::filesystem::remove(folder / (name + ".toml"), error);
            return refuse("the running server did not answer");
        }
        std::this_thread::sleep_for(kPause);
    }
    std::ifstream in(answer);
    std::stringstream text;
    text << in.rdbuf();
    std::filesystem::remove(answer, error);
    return print(text.str());
}

}  // namespace

int organisation(const OrganisationOptions& options) {
    if (!std::filesystem::exists(options.data / "signet.db")) {
        return refuse(options.data.string() + " is no data folder; `signet serve` makes one");
    }
    const auto plan = read_organisation(options.file);
    if (!plan) return refuse(options.file.string() + ": " + plan.error().detail);
    Settings settings;
    settings.data = options.data;
    if (const Status read = read_file(settings); !read) return refuse(read.error().detail);
    auto house = House::open(settings);
    if (!house) {
        const std::string why = describe(house.error());
        return why.find("in use by process") != std::string::npos ? ask_server(options) : refuse(why);
    }
    const auto applied =
        service::apply_organisation((*house)->platform(), (*house)->directory(), *plan, &(*house)->signing_keys());
    if (!applied) return refuse(applied.error().detail);
    return print(organisation_json(*applied, (*house)->directory()));
}

}  // namespace signet::app
