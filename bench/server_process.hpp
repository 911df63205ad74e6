#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace signet::bench {

/// A program that listens on a port of its own; ended with its owner.
class Process {
  public:
    /// Its output goes to `output`. Throws std::runtime_error when it cannot be started.
    Process(const std::vector<std::string>& command, std::uint16_t port, const std::filesystem::path& output);
    ~Process();
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    std::uint16_t port() const { return port_; }
    /// Seconds of processor time it has used so far, without its children's.
    double processor_seconds() const;
    /// Memory it holds now and that its children hold, in MB; what they share with each other is counted once.
    double resident_megabytes() const;
    double family_megabytes() const;
    /// Waits until GET `path` is answered with 200; the milliseconds since the process was started.
    double wait_until_answers(const std::string& path) const;

  private:
    pid_t pid_ = -1;
    std::uint16_t port_ = 0;
    std::chrono::steady_clock::time_point started_;
};

std::uint16_t free_port();
/// The server that is measured: the one of this build, or SIGNET_BENCH_PROGRAM of the environment, to compare two.
std::string program();

/// A folder for the benchmarks' data on the disk where the build lies, empty at first and removed with its owner.
class DataFolder {
  public:
    explicit DataFolder(const std::string& name);
    ~DataFolder();
    DataFolder(const DataFolder&) = delete;
    DataFolder& operator=(const DataFolder&) = delete;
    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

/// `signet serve` with a data folder and the demo it makes at first.
class Signet {
  public:
    /// `settings` are further lines of its signet.toml.
    explicit Signet(const std::filesystem::path& data, const std::string& settings = {});
    const Process& process() const { return process_; }
    /// A member of demo.json: `appToken`, `companyName`, …
    std::string demo(std::string_view name) const;

    /// A request with the headers of an application's call, its nonce used once.
    std::string request(std::string_view method, std::string_view target, std::string_view content_type,
                        std::string_view body) const;
    std::string post(std::string_view target, std::string_view json) const {
        return request("POST", target, "application/json", json);
    }
    std::string get(std::string_view target) const { return request("GET", target, {}, {}); }

  private:
    std::filesystem::path data_;
    Process process_;
    std::string demo_json_;
    std::string token_;
    std::string secret_;
};

/// nginx with one worker that answers everything with `return 200`: as little as an HTTP server can do.
class Nginx {
  public:
    explicit Nginx(const std::filesystem::path& folder);
    const Process& process() const { return process_; }

  private:
    Process process_;
};

/// A member of a JSON text by its path, e.g. `result/signatories/0/id`; throws when it is not there.
std::string json_member(std::string_view json, std::string_view path);

}  // namespace signet::bench
