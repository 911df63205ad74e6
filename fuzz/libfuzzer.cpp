#include "fuzz/targets.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace {

const signet::fuzz::Target& chosen() {
    static const signet::fuzz::Target* const target = [] {
        const char* name = std::getenv("SIGNET_FUZZ_TARGET");
        const auto* found = name == nullptr ? nullptr : signet::fuzz::find_target(name);
        if (found == nullptr) {
            std::fputs("SIGNET_FUZZ_TARGET names no target (fuzz/README.md)\n", stderr);
            std::exit(2);
        }
        return found;
    }();
    return *target;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size > chosen().longest) return -1;
    chosen().run({data, size});
    return 0;
}
