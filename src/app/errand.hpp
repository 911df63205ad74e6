#pragma once

#include "app/settings.hpp"
#include "base/result.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace signet::app {

class House;

/// One kind of work that a command has done in a data folder. A folder belongs to one process at a time: when a server
/// has it, the server does the work, else the command does it itself. Both run the same function.
struct Errand {
    /// The folder of its requests, below `<data>/desk`.
    std::string_view name;
    /// How long the command waits for a running server's answer.
    std::chrono::seconds patience;
    /// What the request says is the errand's own matter; so is the answer. Errors reach the command with their detail.
    /// It logs nothing of its own: a command prints its answer alone.
    Result<std::string> (*carry_out)(House& house, const std::string& request);
};

/// The most that a request and an answer may hold.
inline constexpr std::size_t kLargestErrand = std::size_t{64} << 20;

/// Has it done in `settings.data`, whose signet.toml is read, and returns the answer. Requests and answers are files of
/// the owner alone, seen whole or not at all. Errors: InvalidParameter when this is no data folder, those of opening
/// it, those of the work (with the code InvalidParameter, when a server did it), Unavailable when the server does not
/// answer: a request that it has not begun is taken back then. The detail of each is a line for people.
Result<std::string> run_errand(const Errand& errand, Settings settings, const std::string& request);

/// The server's side: does what waits now, one after the other. Whoever calls it does so about every second, and from
/// one thread for each errand.
void run_waiting(const Errand& errand, House& house);

}  // namespace signet::app
