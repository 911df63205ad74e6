#pragma once

#include "crypto/key.hpp"

#include <cstddef>
#include <string>

namespace signet::bench {

/// Rounds of every benchmark: value and limit by turns, so that both meet the same machine.
inline constexpr int kRounds = 5;

// Each prints the lines that begin with its name; README.md says what they mean. What should work and does not throws.
void bench_sign(const std::string& name, std::size_t size, crypto::KeyAlgorithm algorithm);
void bench_sign_timed();
void bench_stamp();
void bench_sm2();
void bench_verify();
void bench_render();
void bench_api_sign();
void bench_api_detail();
void bench_api_draft();
void bench_start();

}  // namespace signet::bench
