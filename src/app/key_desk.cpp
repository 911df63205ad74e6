#include "app/key_desk.hpp"

#include "app/commands.hpp"
#include "app/house.hpp"
#include "service/master_key.hpp"
#include "service/signing_keys.hpp"

#include <iostream>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

namespace signet::app {
namespace {

constexpr std::chrono::minutes kPatience{10};
constexpr std::string_view kDrop = "drop-old";
constexpr std::string_view kKeep = "keep-old";
constexpr std::chrono::hours kSoon{30 * 24};

/// One line for people.
std::string told(const service::MasterKey::Rotation& rotation) {
    std::string text = "master key " + std::to_string(rotation.key_id) + ", " + std::to_string(rotation.resealed) +
                       " secrets sealed anew, " + std::to_string(rotation.versions) +
                       (rotation.versions == 1 ? " version kept" : " versions kept");
    if (rotation.resumed) text += "; an interrupted rotation was ended, no new key was made";
    return text;
}

Result<std::string> rotate_key(House& house, const std::string& request) {
    const auto rotated = house.master_key().rotate(request == kDrop);
    if (!rotated) return fail(rotated.error().code, describe(rotated.error()));
    return told(*rotated);
}

}  // namespace

Result<crypto::KeyVault> open_vault(const std::filesystem::path& data) {
    const std::filesystem::path file = data / "keys/master.key";
    std::error_code error;
    if (!std::filesystem::exists(file, error)) {
        for (const char* sealed : {"keys/ca", "signet.db"}) {
            if (!std::filesystem::exists(data / sealed, error)) continue;
            return fail(ErrorCode::KeyUnusable, file.string() + " is missing, and without it nothing in " +
                                                    (data / sealed).string() +
                                                    " that is sealed can be opened: restore it from your backup");
        }
    }
    std::filesystem::create_directories(data / "keys", error);
    if (error) return fail(ErrorCode::StorageFailed, (data / "keys").string() + ": " + error.message());
    ::chmod((data / "keys").c_str(), 0700);
    return crypto::KeyVault::load_or_create(file);
}

crypto::AuthoritySettings authority_settings(const KeySettings& settings) {
    crypto::AuthoritySettings authority;
    authority.tokens = std::make_shared<crypto::Pkcs11Tokens>(settings.tokens);
    authority.issuing_key = settings.issuing_key;
    return authority;
}

void keep_memory_private() {
    ::prctl(PR_SET_DUMPABLE, 0);
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
}

const Errand kKeyRotation{"rotations", kPatience, rotate_key};

void add_key_figures(Metrics& metrics, service::SigningKeys& keys) {
    metrics.gauge_function("signet_signing_keys", "Keys that companies and people brought along",
                           [&keys] { return static_cast<double>(keys.standings().size()); });
    metrics.gauge_function("signet_signing_keys_ending",
                           "Those of them that end within 30 days, have ended or were revoked",
                           [&keys] { return static_cast<double>(keys.count_ending(kSoon)); });
}

int rotate(const RotateOptions& options) {
    Settings settings;
    settings.data = options.data;
    const auto rotated = run_errand(kKeyRotation, settings, std::string(options.drop_old ? kDrop : kKeep));
    if (!rotated) return refuse(rotated.error().detail);
    std::cout << *rotated << '\n';
    return 0;
}

}  // namespace signet::app
