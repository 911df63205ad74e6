#include "app/commands.hpp"
#include "app/house.hpp"
#include "app/trust_desk.hpp"
#include "base/text.hpp"

#include <fstream>
#include <iostream>
#include <thread>

namespace signet::app {
namespace {

constexpr std::chrono::seconds kLongestWait{30};
constexpr std::chrono::milliseconds kPause{50};
constexpr std::size_t kNameLength = 16;
constexpr std::uint64_t kMostReasons = 10;

int refuse(const std::string& why) {
    std::cerr << "signet: " << why << "\n";
    return 1;
}

/// By the standard's word (`keyCompromise`, …), whatever its case. A hold and a removal from it are not kept here.
std::optional<crypto::RevocationReason> reason_of(const std::string& word) {
    for (std::uint64_t number = 0; number <= kMostReasons; ++number) {
        const auto reason = crypto::revocation_reason_of(number);
        const bool kept = reason && *reason != crypto::RevocationReason::CertificateHold &&
                          *reason != crypto::RevocationReason::RemoveFromCrl;
        if (kept && to_lower(std::string(to_string(*reason))) == to_lower(word)) return reason;
    }
    return std::nullopt;
}

int print(bool is_new) {
    std::cout << (is_new ? "revoked" : "was revoked before") << '\n';
    return 0;
}

/// Leaves the request where the running server finds it and waits for its answer.
int ask_server(const RevokeOptions& options, crypto::RevocationReason reason) {
    const std::filesystem::path folder = options.data / "revocations";
    const std::string name = random_token(kNameLength);
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
    std::ofstream(folder / (name + ".new")) << options.serial_number << ' ' << static_cast<int>(reason) << '\n';
    std::filesystem::rename(folder / (name + ".new"), folder / (name + ".revoke"), error);
    if (error) return refuse(folder.string() + ": " + error.message());
    const std::filesystem::path answer = folder / (name + ".answer");
    const auto end = std::chrono::steady_clock::now() + kLongestWait;
    while (!std::filesystem::exists(answer)) {
        if (std::chrono::steady_clock::now() > end) {
            std::filesystem::remove(folder / (name + ".revoke"), error);
            return refuse("the running server did not answer");
        }
        std::this_thread::sleep_for(kPause);
    }
    std::string line;
    std::ifstream in(answer);
    std::getline(in, line);
    std::filesystem::remove(answer, error);
    if (line.starts_with("ok: ")) return print(line == "ok: revoked");
    return refuse(line.substr(line.find(' ') + 1));
}

}  // namespace

int revoke(const RevokeOptions& options) {
    if (!std::filesystem::exists(options.data / "signet.db")) {
        return refuse(options.data.string() + " is no data folder; `signet serve` makes one");
    }
    const auto reason = reason_of(options.reason);
    if (!reason)
        return refuse("--reason: there is no " + options.reason + "; RFC 5280 has keyCompromise, superseded, …");
    const bool is_hexadecimal = !options.serial_number.empty() &&
                                options.serial_number.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
    if (!is_hexadecimal) return refuse("SERIAL: a serial number is hexadecimal");
    Settings settings;
    settings.data = options.data;
    if (const Status read = read_file(settings); !read) return refuse(read.error().detail);
    auto house = House::open(settings);
    if (!house) {
        const std::string why = describe(house.error());
        return why.find("in use by process") != std::string::npos ? ask_server(options, *reason) : refuse(why);
    }
    const auto revoked = (*house)->trust().revoke(options.serial_number, *reason);
    if (!revoked) return refuse(revoked.error().detail);
    return print(*revoked);
}

}  // namespace signet::app
