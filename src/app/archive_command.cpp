#include "app/archive_desk.hpp"
#include "app/commands.hpp"
#include "app/house.hpp"

#include <fstream>
#include <iostream>
#include <thread>

namespace signet::app {
namespace {

constexpr std::chrono::minutes kLongestWait{10};
constexpr std::chrono::milliseconds kPause{100};
constexpr std::size_t kNameLength = 16;

int refuse(const std::string& why) {
    std::cerr << "signet: " << why << '\n';
    return 1;
}

/// The server's file belongs to the data folder; the operator gets a copy where he wants it.
int take(const std::filesystem::path& made, const std::filesystem::path& target) {
    std::error_code error;
    std::filesystem::copy_file(made, target, error);
    const bool copied = !error;
    std::filesystem::remove(made, error);
    return copied ? 0 : refuse("--to: cannot write " + target.string());
}

/// Leaves the request where the running server finds it and waits for its answer.
int ask_server(const ArchiveOptions& options) {
    const std::filesystem::path folder = options.data / "archives";
    const std::string name = random_token(kNameLength);
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
    {
        std::ofstream request(folder / (name + ".new"));
        for (const std::string& contract : options.contracts)
            request << contract << '\n';
    }
    std::filesystem::rename(folder / (name + ".new"), folder / (name + ".contracts"), error);
    if (error) return refuse(folder.string() + ": " + error.message());
    const std::filesystem::path answer = folder / (name + ".answer");
    const auto end = std::chrono::steady_clock::now() + kLongestWait;
    while (!std::filesystem::exists(answer)) {
        if (std::chrono::steady_clock::now() > end) {
            std::filesystem::remove(folder / (name + ".contracts"), error);
            return refuse("the running server did not answer");
        }
        std::this_thread::sleep_for(kPause);
    }
    std::string line;
    std::ifstream in(answer);
    std::getline(in, line);
    std::filesystem::remove(answer, error);
    if (line == "ok") return take(folder / (name + ".zip"), options.to);
    return refuse(line.substr(line.find(' ') + 1));
}

}  // namespace

int archive(const ArchiveOptions& options) {
    if (!std::filesystem::exists(options.data / "signet.db")) {
        return refuse(options.data.string() + " is no data folder; `signet serve` makes one");
    }
    if (std::filesystem::exists(options.to)) return refuse("--to: " + options.to.string() + " exists already");
    const auto ids = contract_ids(options.contracts);
    if (!ids) return refuse(ids.error().detail);
    Settings settings;
    settings.data = options.data;
    settings.archive_checker = shared_file("share/archive");
    if (const Status read = read_file(settings); !read) return refuse(read.error().detail);
    auto house = House::open(settings);
    if (!house) {
        const std::string why = describe(house.error());
        return why.find("in use by process") != std::string::npos ? ask_server(options) : refuse(why);
    }
    const Status written = (*house)->archiving().write(*ids, options.to, "operator");
    return written ? 0 : refuse(describe(written.error()));
}

}  // namespace signet::app
