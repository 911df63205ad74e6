#include "benchmarks.hpp"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <spdlog/spdlog.h>

namespace {

using namespace signet::bench;

struct Benchmark {
    std::string name;
    std::function<void()> run;
};

Benchmark signing(const std::string& name, std::size_t size, signet::crypto::KeyAlgorithm algorithm) {
    return {name, [=] { bench_sign(name, size, algorithm); }};
}

std::vector<Benchmark> all() {
    using signet::crypto::KeyAlgorithm;
    return {signing("sign.p256.100k", 100'000, KeyAlgorithm::EcP256),
            signing("sign.p256.1m", 1U << 20, KeyAlgorithm::EcP256),
            signing("sign.p256.20m", 20U << 20, KeyAlgorithm::EcP256),
            signing("sign.rsa2048.100k", 100'000, KeyAlgorithm::Rsa2048),
            {"sign.bt.p256", bench_sign_timed},
            {"stamp", bench_stamp},
            {"sm2", bench_sm2},
            {"verify.20m", bench_verify},
            {"render.first-page", bench_render},
            {"api.sign", bench_api_sign},
            {"api.detail", bench_api_detail},
            {"api.draft", bench_api_draft},
            {"start", bench_start}};
}

/// No names mean all; `sign` means all that begin with `sign.`.
bool is_wanted(const std::string& name, const std::vector<std::string>& wishes) {
    if (wishes.empty()) return true;
    return std::any_of(wishes.begin(), wishes.end(),
                       [&](const std::string& wish) { return name == wish || name.starts_with(wish + "."); });
}

}  // namespace

int main(int count, char** arguments) {
    std::signal(SIGPIPE, SIG_IGN);
    spdlog::set_level(spdlog::level::warn);
    const std::vector<std::string> wishes(arguments + 1, arguments + count);
    std::printf("%-20s %9s %-12s %9s %6s\n", "name", "value", "unit", "limit", "ratio");
    bool all_well = true;
    bool any = false;
    for (const Benchmark& benchmark : all()) {
        if (!is_wanted(benchmark.name, wishes)) continue;
        any = true;
        try {
            benchmark.run();
        } catch (const std::exception& problem) {
            std::fprintf(stderr, "%s: %s\n", benchmark.name.c_str(), problem.what());
            all_well = false;
        }
    }
    if (!any) {
        std::fputs("names:", stderr);
        for (const Benchmark& benchmark : all())
            std::fprintf(stderr, " %s", benchmark.name.c_str());
        std::fputs("\n", stderr);
    }
    return any && all_well ? 0 : 1;
}
