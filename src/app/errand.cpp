#include "app/errand.hpp"

#include "app/house.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "crypto/private_file.hpp"

#include <algorithm>
#include <filesystem>
#include <thread>
#include <vector>

namespace signet::app {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kPause{50};
constexpr std::size_t kNameLength = 16;
constexpr std::string_view kRequest = ".request";
constexpr std::string_view kAnswer = ".answer";
/// What an answer begins with.
constexpr std::string_view kDone = "done\n";
constexpr std::string_view kRefused = "refused\n";

fs::path folder_of(const Errand& errand, const fs::path& data) {
    return data / "desk" / errand.name;
}

std::string reason_of(const Error& error) {
    return error.detail.empty() ? describe(error) : error.detail;
}

Result<std::string> read_text(const fs::path& file) {
    const auto content = crypto::read_secret_file(file, kLargestErrand);
    if (!content) return content.error();
    return std::string(content->text());
}

Result<fs::path> prepare_folder(const Errand& errand, const fs::path& data) {
    fs::path folder = folder_of(errand, data);
    std::error_code error;
    fs::create_directories(folder, error);
    for (const fs::path& one : {data / "desk", folder}) {
        if (!error) fs::permissions(one, fs::perms::owner_all, error);
    }
    if (error) return fail(ErrorCode::StorageFailed, folder.string() + ": " + error.message());
    return folder;
}

Result<std::string> take_answer(const fs::path& file) {
    const auto answer = read_text(file);
    std::error_code error;
    fs::remove(file, error);
    if (!answer) return answer;
    if (answer->starts_with(kDone)) return answer->substr(kDone.size());
    if (answer->starts_with(kRefused)) return fail(ErrorCode::InvalidParameter, answer->substr(kRefused.size()));
    return fail(ErrorCode::Internal, "the running server gave no answer");
}

Result<std::string> ask_server(const Errand& errand, const fs::path& data, const std::string& request) {
    const auto folder = prepare_folder(errand, data);
    if (!folder) return folder.error();
    const std::string name = random_token(kNameLength);
    const fs::path asked = *folder / (name + std::string(kRequest));
    const fs::path answer = *folder / (name + std::string(kAnswer));
    if (const Status written = crypto::write_private_file(asked, as_bytes(request)); !written) return written.error();
    const auto end = std::chrono::steady_clock::now() + errand.patience;
    while (!fs::exists(answer)) {
        if (std::chrono::steady_clock::now() > end) {
            std::error_code error;
            fs::remove(asked, error);
            return fail(ErrorCode::Unavailable, "the running server did not answer");
        }
        std::this_thread::sleep_for(kPause);
    }
    return take_answer(answer);
}

}  // namespace

Result<std::string> run_errand(const Errand& errand, Settings settings, const std::string& request) {
    const fs::path data = settings.data;
    if (!fs::exists(data / "signet.db")) {
        return invalid_parameter(data.string() + " is no data folder; `signet serve` makes one");
    }
    if (const Status read = read_file(settings); !read) return read.error();
    auto house = House::open(settings);
    if (!house) {
        const std::string why = describe(house.error());
        const bool is_served = why.find("in use by process") != std::string::npos;
        return is_served ? ask_server(errand, data, request) : Result<std::string>(fail(house.error().code, why));
    }
    auto done = errand.carry_out(**house, request);
    if (!done) return fail(done.error().code, reason_of(done.error()));
    return done;
}

void run_waiting(const Errand& errand, House& house) {
    std::error_code error;
    std::vector<fs::path> waiting;
    for (const auto& entry : fs::directory_iterator(folder_of(errand, house.settings().data), error)) {
        if (entry.path().extension() == kRequest) waiting.push_back(entry.path());
    }
    std::ranges::sort(waiting);
    for (const fs::path& file : waiting) {
        const auto request = read_text(file);
        // Gone before it is done: what ended the server must not meet the next one.
        if (!fs::remove(file, error)) continue;
        const auto done = request ? errand.carry_out(house, *request) : Result<std::string>(request.error());
        std::string answer(done ? kDone : kRefused);
        answer += done ? *done : reason_of(done.error());
        if (done) spdlog::info("{}, asked by a command: done", errand.name);
        if (!done) spdlog::warn("{}, asked by a command: {}", errand.name, for_log(reason_of(done.error())));
        fs::path beside = file;
        beside.replace_extension(kAnswer);
        if (const Status written = crypto::write_private_file(beside, as_bytes(answer)); !written) {
            spdlog::error("{}: {}", errand.name, for_log(describe(written.error())));
        }
    }
}

}  // namespace signet::app
