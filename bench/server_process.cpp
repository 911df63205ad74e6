#include "server_process.hpp"

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/file_descriptor.hpp"
#include "base/text.hpp"
#include "crypto/digest.hpp"
#include "http_load.hpp"
#include "measure.hpp"

#include <charconv>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <netinet/in.h>
#include <spawn.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <boost/json.hpp>

namespace signet::bench {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

std::string read_text(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void write_text(const fs::path& path, std::string_view text) {
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

/// The number behind `label` in a file of /proc, in kB there and in MB here.
double proc_megabytes(pid_t pid, const char* file, std::string_view label) {
    const std::string text = read_text(fmt::format("/proc/{}/{}", pid, file));
    const std::size_t at = text.find(label);
    if (at == std::string::npos) return 0;
    return std::strtod(text.c_str() + at + label.size(), nullptr) / 1024;
}

std::vector<std::string> serve_command(const fs::path& data, std::uint16_t port) {
    return {program(), "serve", "--listen", fmt::format("127.0.0.1:{}", port), "--data", data.string()};
}

fs::path with_settings(const fs::path& data, const std::string& settings) {
    if (!settings.empty()) write_text(data / "signet.toml", settings);
    return data;
}

std::vector<std::string> nginx_command(const fs::path& folder, std::uint16_t port) {
    write_text(folder / "nginx.conf",
               fmt::format("daemon off; master_process off; worker_processes 1; pid {0}/pid; error_log {0}/error.log;\n"
                           "events {{ worker_connections 1024; }}\n"
                           "http {{ access_log off; keepalive_requests 100000000; client_body_temp_path {0}/body;\n"
                           "  proxy_temp_path {0}/p; fastcgi_temp_path {0}/f; uwsgi_temp_path {0}/u; "
                           "scgi_temp_path {0}/s;\n"
                           "  server {{ listen 127.0.0.1:{1}; location / {{ default_type application/json;\n"
                           "    return 200 '{{\"code\":0}}'; }} }} }}\n",
                           folder.string(), port));
    return {"/usr/sbin/nginx", "-e", (folder / "error.log").string(), "-c", (folder / "nginx.conf").string()};
}

}  // namespace

std::string program() {
    const char* chosen = std::getenv("SIGNET_BENCH_PROGRAM");
    return chosen != nullptr ? chosen : SIGNET_PROGRAM;
}

std::uint16_t free_port() {
    const FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), size);
    ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size);
    return ntohs(address.sin_port);
}

Process::Process(const std::vector<std::string>& command, std::uint16_t port, const fs::path& output) : port_(port) {
    fs::create_directories(output.parent_path());
    std::vector<char*> arguments;
    for (const std::string& word : command)
        arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    started_ = std::chrono::steady_clock::now();
    const int error = ::posix_spawn(&pid_, command.front().c_str(), &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) throw std::runtime_error(command.front() + " cannot be started");
}

Process::~Process() {
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
}

double Process::processor_seconds() const {
    const std::string text = read_text(fmt::format("/proc/{}/stat", pid_));
    const auto words = split(std::string_view(text).substr(text.rfind(')') + 2), ' ');
    constexpr std::size_t kUserTicks = 11;  // fields 14 and 15 of proc(5), counted from the third
    const double ticks =
        parse_decimal(words.at(kUserTicks)).value_or(0) + parse_decimal(words.at(kUserTicks + 1)).value_or(0);
    return ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

double Process::resident_megabytes() const {
    return proc_megabytes(pid_, "status", "VmRSS:");
}

double Process::family_megabytes() const {
    double sum = proc_megabytes(pid_, "smaps_rollup", "\nPss:");
    const std::string children = read_text(fmt::format("/proc/{0}/task/{0}/children", pid_));
    for (const std::string_view child : split(trim(children), ' ')) {
        const auto pid = parse_integer(child);
        if (pid) sum += proc_megabytes(static_cast<pid_t>(*pid), "smaps_rollup", "\nPss:");
    }
    return sum;
}

double Process::wait_until_answers(const std::string& path) const {
    const std::vector<std::string> request{"GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n"};
    constexpr double kLongestStart = 120;
    while (seconds_since(started_) < kLongestStart) {
        try {
            (void)send_all({port_, 1, {}, false}, request);
            return seconds_since(started_) * 1000;
        } catch (const std::runtime_error&) {
            if (::waitpid(pid_, nullptr, WNOHANG) != 0) break;
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        }
    }
    throw std::runtime_error("a server did not start; see its output below " SIGNET_BENCH_DATA);
}

DataFolder::DataFolder(const std::string& name) : path_(fs::path(SIGNET_BENCH_DATA) / name) {
    fs::remove_all(path_);
    fs::create_directories(path_);
}

DataFolder::~DataFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

Signet::Signet(const fs::path& data, const std::string& settings)
    : data_(with_settings(data, settings)), process_([&] {
          const std::uint16_t port = free_port();
          return Process(serve_command(data_, port), port, data_ / "output.txt");
      }()) {
    (void)process_.wait_until_answers("/readyz");
    demo_json_ = read_text(data_ / "demo.json");
    token_ = demo("appToken");
    secret_ = demo("appSecret");
}

std::string Signet::demo(std::string_view name) const {
    return json_member(demo_json_, name);
}

std::string Signet::request(std::string_view method, std::string_view target, std::string_view content_type,
                            std::string_view body) const {
    const std::string timestamp = std::to_string(SystemClock().now().milliseconds);
    const std::string nonce = random_token(20);
    std::string text = fmt::format(
        "{} {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nx-qys-open-accesstoken: {}\r\nx-qys-open-timestamp: {}\r\n"
        "x-qys-open-nonce: {}\r\nx-qys-open-signature: {}\r\n",
        method, target, process_.port(), token_, timestamp, nonce,
        crypto::md5_hex(token_ + secret_ + timestamp + nonce));
    if (!content_type.empty()) {
        text += fmt::format("Content-Type: {}\r\nContent-Length: {}\r\n", content_type, body.size());
    }
    text += "\r\n";
    text += body;
    return text;
}

Nginx::Nginx(const fs::path& folder)
    : process_([&] {
          const std::uint16_t port = free_port();
          return Process(nginx_command(folder, port), port, folder / "output.txt");
      }()) {
    (void)process_.wait_until_answers("/");
}

std::string json_member(std::string_view text, std::string_view path) {
    const json::value parsed = json::parse(json::string_view(text.data(), text.size()));
    const json::value* at = &parsed;
    for (const std::string_view step : split(path, '/')) {
        const auto index = parse_integer(step);
        if (at->is_array() && index) {
            at = at->as_array().if_contains(static_cast<std::size_t>(*index));
        } else if (at->is_object()) {
            at = at->as_object().if_contains(json::string_view(step.data(), step.size()));
        } else {
            at = nullptr;
        }
        if (at == nullptr)
            throw std::runtime_error("no " + std::string(path) + " in " + std::string(text.substr(0, 500)));
    }
    return at->is_string() ? std::string(at->as_string()) : json::serialize(*at);
}

}  // namespace signet::bench
