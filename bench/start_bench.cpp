#include "benchmarks.hpp"
#include "measure.hpp"
#include "server_process.hpp"

#include <chrono>
#include <thread>

namespace signet::bench {

/// A start with the data of an earlier one; the very first one also draws and signs the demo contract.
void bench_start() {
    constexpr double kAimMilliseconds = 1000;
    constexpr double kAimMegabytes = 60;
    const DataFolder folder("start");
    const std::filesystem::path data = folder.path() / "data";
    const auto start = [&] {
        const std::uint16_t port = free_port();
        return std::make_unique<Process>(
            std::vector<std::string>{program(), "serve", "--listen", "127.0.0.1:" + std::to_string(port), "--data",
                                     data.string()},
            port, folder.path() / "output.txt");
    };
    const std::vector<double> aim(kRounds, kAimMilliseconds);
    print({"start.first", "ms", {start()->wait_until_answers("/readyz")}, {kAimMilliseconds}, true});
    std::vector<double> ready;
    std::vector<double> own;
    std::vector<double> family;
    for (int round = 0; round < kRounds; ++round) {
        const auto process = start();
        ready.push_back(process->wait_until_answers("/readyz"));
        std::this_thread::sleep_for(std::chrono::milliseconds(700));
        own.push_back(process->resident_megabytes());
        family.push_back(process->family_megabytes());
    }
    const std::vector<double> memory(kRounds, kAimMegabytes);
    print({"start.ready", "ms", ready, aim, true});
    print({"start.rss", "MB", own, memory, true});
    print({"start.family", "MB", family, memory, true});
}

}  // namespace signet::bench
