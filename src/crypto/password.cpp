#include "crypto/password.hpp"

#include "base/bytes.hpp"
#include "base/text.hpp"

#include <argon2.h>
#include <array>
#include <cstdint>
#include <fmt/format.h>

namespace signet::crypto {
namespace {

constexpr std::uint32_t kMemoryKib = 19 * 1024;
constexpr std::uint32_t kPasses = 2;
constexpr std::uint32_t kLanes = 1;
constexpr std::size_t kSaltSize = 16;
constexpr std::size_t kHashSize = 32;
constexpr std::size_t kMaxPassword = 1024;
constexpr std::size_t kMaxEncoded = 256;
// What a hash of some later year may ask for at most.
constexpr std::int64_t kMostMemoryKib = 256 * 1024;
constexpr std::int64_t kMostPasses = 16;
constexpr std::int64_t kMostLanes = 4;

constexpr std::string_view kVariant = "$argon2id$v=19$";

/// `m=19456,t=2,p=1`
std::string todays_parameters() {
    return fmt::format("m={},t={},p={}", kMemoryKib, kPasses, kLanes);
}

std::string_view parameters_of(std::string_view encoded) {
    if (!encoded.starts_with(kVariant)) return {};
    encoded.remove_prefix(kVariant.size());
    return encoded.substr(0, encoded.find('$'));
}

bool is_bounded(std::string_view parameter, std::string_view name, std::int64_t most) {
    if (!parameter.starts_with(name)) return false;
    const auto value = parse_integer(parameter.substr(name.size()));
    return value && *value >= 1 && *value <= most;
}

bool is_affordable(std::string_view encoded) {
    const auto parameters = split(parameters_of(encoded), ',');
    return encoded.size() <= kMaxEncoded && parameters.size() == 3 && is_bounded(parameters[0], "m=", kMostMemoryKib) &&
           is_bounded(parameters[1], "t=", kMostPasses) && is_bounded(parameters[2], "p=", kMostLanes);
}

}  // namespace

Result<std::string> hash_password(std::string_view password) {
    if (password.empty() || password.size() > kMaxPassword) {
        return invalid_parameter("a password has 1 to 1024 bytes");
    }
    const Bytes salt = random_bytes(kSaltSize);
    std::array<char, kMaxEncoded> encoded{};
    const int done = argon2id_hash_encoded(kPasses, kMemoryKib, kLanes, password.data(), password.size(), salt.data(),
                                           salt.size(), kHashSize, encoded.data(), encoded.size());
    if (done != ARGON2_OK) return fail(ErrorCode::Unavailable, argon2_error_message(done));
    return std::string(encoded.data());
}

bool verify_password(std::string_view password, const std::string& encoded) {
    if (password.empty() || password.size() > kMaxPassword || !is_affordable(encoded)) return false;
    return argon2id_verify(encoded.c_str(), password.data(), password.size()) == ARGON2_OK;
}

bool needs_rehash(std::string_view encoded) {
    return parameters_of(encoded) != todays_parameters();
}

}  // namespace signet::crypto
