#include "app/key_desk.hpp"

#include "app/commands.hpp"
#include "app/house.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "service/master_key.hpp"
#include "service/signing_keys.hpp"

#include <fstream>
#include <iostream>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <thread>
#include <vector>

namespace signet::app {
namespace {

constexpr std::chrono::minutes kLongestWait{10};
constexpr std::chrono::milliseconds kPause{50};
constexpr std::size_t kNameLength = 16;
constexpr std::string_view kDrop = "drop-old";
constexpr std::chrono::hours kSoon{30 * 24};

int refuse(const std::string& why) {
    std::cerr << "signet: " << why << "\n";
    return 1;
}

/// One line for people.
std::string told(const service::MasterKey::Rotation& rotation) {
    std::string text = "master key " + std::to_string(rotation.key_id) + ", " + std::to_string(rotation.resealed) +
                       " secrets sealed anew, " + std::to_string(rotation.versions) +
                       (rotation.versions == 1 ? " version kept" : " versions kept");
    if (rotation.resumed) text += "; an interrupted rotation was ended, no new key was made";
    return text;
}

/// Leaves the request where the running server finds it and waits for its answer.
int ask_server(const RotateOptions& options) {
    const std::filesystem::path folder = options.data / "rotations";
    const std::string name = random_token(kNameLength);
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
    std::ofstream(folder / (name + ".new")) << (options.drop_old ? kDrop : std::string_view("keep-old")) << '\n';
    std::filesystem::rename(folder / (name + ".new"), folder / (name + ".rotate"), error);
    if (error) return refuse(folder.string() + ": " + error.message());
    const std::filesystem::path answer = folder / (name + ".answer");
    const auto end = std::chrono::steady_clock::now() + kLongestWait;
    while (!std::filesystem::exists(answer)) {
        if (std::chrono::steady_clock::now() > end) {
            std::filesystem::remove(folder / (name + ".rotate"), error);
            return refuse("the running server did not answer");
        }
        std::this_thread::sleep_for(kPause);
    }
    std::string line;
    std::ifstream in(answer);
    std::getline(in, line);
    std::filesystem::remove(answer, error);
    const std::string text = line.substr(line.find(' ') + 1);
    if (!line.starts_with("ok: ")) return refuse(text);
    std::cout << text << '\n';
    return 0;
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

void rotate_waiting(const std::filesystem::path& data, service::MasterKey& master_key) {
    std::error_code error;
    std::vector<std::filesystem::path> waiting;
    for (const auto& entry : std::filesystem::directory_iterator(data / "rotations", error)) {
        if (entry.path().extension() == ".rotate") waiting.push_back(entry.path());
    }
    for (const std::filesystem::path& file : waiting) {
        std::string word;
        std::getline(std::ifstream(file), word);
        const auto rotated = master_key.rotate(word == kDrop);
        const std::string answer = rotated ? "ok: " + told(*rotated) : "error: " + describe(rotated.error());
        if (rotated) spdlog::info("{}", told(*rotated));
        if (!rotated) spdlog::error("the master key was not rotated: {}", for_log(describe(rotated.error())));
        std::filesystem::path beside = file;
        beside.replace_extension(".part");
        std::ofstream(beside) << answer << '\n';
        std::filesystem::path final_name = file;
        std::filesystem::remove(file, error);
        std::filesystem::rename(beside, final_name.replace_extension(".answer"), error);
    }
}

void add_key_figures(Metrics& metrics, service::SigningKeys& keys) {
    metrics.gauge_function("signet_signing_keys", "Keys that companies and people brought along",
                           [&keys] { return static_cast<double>(keys.standings().size()); });
    metrics.gauge_function("signet_signing_keys_ending",
                           "Those of them that end within 30 days, have ended or were revoked",
                           [&keys] { return static_cast<double>(keys.count_ending(kSoon)); });
}

int rotate(const RotateOptions& options) {
    if (!std::filesystem::exists(options.data / "signet.db")) {
        return refuse(options.data.string() + " is no data folder; `signet serve` makes one");
    }
    Settings settings;
    settings.data = options.data;
    if (const Status read = read_file(settings); !read) return refuse(read.error().detail);
    auto house = House::open(settings);
    if (!house) {
        const std::string why = describe(house.error());
        return why.find("in use by process") != std::string::npos ? ask_server(options) : refuse(why);
    }
    const auto rotated = (*house)->master_key().rotate(options.drop_old);
    if (!rotated) return refuse(describe(rotated.error()));
    std::cout << told(*rotated) << '\n';
    return 0;
}

}  // namespace signet::app
