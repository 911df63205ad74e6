#include "sandbox/worker_process.hpp"

#include "base/log.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <fstream>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace signet::sandbox {
namespace {

using std::chrono::seconds;

constexpr seconds kStartTime{30};

Error not_started(const char* what, int error) {
    return fail(ErrorCode::Unavailable,
                std::string("no worker could be started: ") + what + ": " + std::generic_category().message(error));
}

/// posix_spawn's two structures with their ends.
class SpawnSettings {
  public:
    SpawnSettings() {
        ::posix_spawn_file_actions_init(&actions_);
        ::posix_spawnattr_init(&attributes_);
    }
    ~SpawnSettings() {
        ::posix_spawn_file_actions_destroy(&actions_);
        ::posix_spawnattr_destroy(&attributes_);
    }
    SpawnSettings(const SpawnSettings&) = delete;
    SpawnSettings& operator=(const SpawnSettings&) = delete;

    /// The worker gets its socket and nothing else of what the server has open.
    void give_only(int socket, bool keep_standard_error) {
        ::posix_spawn_file_actions_adddup2(&actions_, socket, kWorkerSocket);
        ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        ::posix_spawn_file_actions_addopen(&actions_, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
        if (!keep_standard_error) {
            ::posix_spawn_file_actions_addopen(&actions_, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
        }
        ::posix_spawn_file_actions_addclosefrom_np(&actions_, kWorkerSocket + 1);
    }

    /// No signal blocked or ignored, and out of the terminal's foreground group.
    void detach_signals() {
        sigset_t none;
        sigset_t all;
        sigemptyset(&none);
        sigfillset(&all);
        ::posix_spawnattr_setsigmask(&attributes_, &none);
        ::posix_spawnattr_setsigdefault(&attributes_, &all);
        ::posix_spawnattr_setpgroup(&attributes_, 0);
        ::posix_spawnattr_setflags(&attributes_,
                                   POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    }

    const posix_spawn_file_actions_t* actions() const { return &actions_; }
    const posix_spawnattr_t* attributes() const { return &attributes_; }

  private:
    posix_spawn_file_actions_t actions_;
    posix_spawnattr_t attributes_;
};

/// The server's environment may hold secrets; a worker gets only what a program needs to start.
std::vector<std::string> worker_environment() {
    std::vector<std::string> environment{"LANG=C.UTF-8"};
    for (const char* name : {"LD_LIBRARY_PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS"}) {
        if (const char* value = std::getenv(name)) environment.push_back(std::string(name) + "=" + value);
    }
    return environment;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> all;
    for (std::string& text : texts)
        all.push_back(text.data());
    all.push_back(nullptr);
    return all;
}

Result<pid_t> spawn(std::vector<std::string> command, int socket, bool keep_standard_error) {
    SpawnSettings settings;
    settings.give_only(socket, keep_standard_error);
    settings.detach_signals();
    std::vector<std::string> environment = worker_environment();
    const std::vector<char*> arguments = pointers(command);
    const std::vector<char*> variables = pointers(environment);
    pid_t pid = -1;
    const int error = ::posix_spawn(&pid, arguments.front(), settings.actions(), settings.attributes(),
                                    arguments.data(), variables.data());
    if (error != 0) return not_started("posix_spawn", error);
    return pid;
}

Greeting greeting_for(const WorkerLimits& limits) {
    const auto job = static_cast<std::uint64_t>(limits.job_processor_time.count());
    return {::getpid(), limits.memory_bytes, limits.written_bytes, job, job * (limits.jobs_per_life + 1)};
}

}  // namespace

Result<WorkerProcess> WorkerProcess::start(const std::vector<std::string>& command, const WorkerLimits& limits,
                                           bool keep_standard_error) {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return not_started("socketpair", errno);
    FileDescriptor ours(ends[0]);
    FileDescriptor theirs(ends[1]);
    const auto pid = spawn(command, theirs.get(), keep_standard_error);
    if (!pid) return pid.error();
    WorkerProcess worker(*pid, std::move(ours));
    theirs = {};  // so that its death is seen as the end of the talk

    const Deadline deadline = std::chrono::steady_clock::now() + kStartTime;
    const Greeting greeting = greeting_for(limits);
    std::uint32_t said = 0;
    if (send_bytes(worker.socket_.get(), raw(greeting), deadline) != Transfer::Done ||
        receive_bytes(worker.socket_.get(), raw_writable(said), deadline) != Transfer::Done || said != kReady) {
        const int status = worker.end().value_or(0);
        return fail(ErrorCode::Unavailable, "a worker did not become ready, wait status " + std::to_string(status));
    }
    return worker;
}

WorkerProcess::WorkerProcess(WorkerProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), socket_(std::move(other.socket_)), jobs_(other.jobs_) {}

WorkerProcess& WorkerProcess::operator=(WorkerProcess&& other) noexcept {
    if (this != &other) {
        end();
        pid_ = std::exchange(other.pid_, -1);
        socket_ = std::move(other.socket_);
        jobs_ = other.jobs_;
    }
    return *this;
}

Result<Bytes> WorkerProcess::run(ByteView request, std::span<const int> files, const WorkerLimits& limits,
                                 Deadline deadline) {
    ++jobs_;
    grant_processor_time(limits.job_processor_time);
    ReplyHeader header;
    Bytes reply;
    const Transfer transfer = exchange(request, files, limits, deadline, header, reply);
    if (transfer != Transfer::Done) return cause_of_death(transfer);
    if (header.is_last != 0) end();
    if (header.status == 0) return reply;
    if (header.status > static_cast<std::uint32_t>(ErrorCode::Internal) + 1) return cause_of_death(Transfer::HungUp);
    return fail(static_cast<ErrorCode>(header.status - 1), for_log(as_text(reply)));
}

bool WorkerProcess::is_ready() const {
    std::uint8_t unasked = 0;
    const ssize_t got = ::recv(socket_.get(), &unasked, 1, MSG_PEEK | MSG_DONTWAIT);
    return is_alive() && got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

std::uint64_t WorkerProcess::resident_bytes() const {
    std::ifstream file("/proc/" + std::to_string(pid_) + "/statm");
    std::uint64_t pages_mapped = 0;
    std::uint64_t pages_resident = 0;
    if (!(file >> pages_mapped >> pages_resident)) return 0;
    return pages_resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

Transfer WorkerProcess::exchange(ByteView request, std::span<const int> files, const WorkerLimits& limits,
                                 Deadline deadline, ReplyHeader& header, Bytes& reply) {
    const RequestHeader question{request.size(), files.size()};
    Transfer transfer = send_with_files(socket_.get(), raw(question), files, deadline);
    if (transfer != Transfer::Done) return transfer;
    transfer = send_bytes(socket_.get(), request, deadline);
    if (transfer != Transfer::Done) return transfer;
    transfer = receive_bytes(socket_.get(), raw_writable(header), deadline);
    if (transfer != Transfer::Done) return transfer;
    if (header.length > limits.reply_bytes) return Transfer::HungUp;
    reply.resize(static_cast<std::size_t>(header.length));
    return receive_bytes(socket_.get(), reply, deadline);
}

/// RLIMIT_CPU counts the life of a process; moving its soft end from outside makes it the limit of one job.
void WorkerProcess::grant_processor_time(seconds span) const {
    clockid_t clock{};
    timespec used{};
    rlimit now{};
    if (::clock_getcpuclockid(pid_, &clock) != 0 || ::clock_gettime(clock, &used) != 0) return;
    if (::prlimit(pid_, RLIMIT_CPU, nullptr, &now) != 0) return;
    const auto soft = static_cast<rlim_t>(used.tv_sec) + 1 + static_cast<rlim_t>(span.count());
    const rlimit next{std::min(soft, now.rlim_max), now.rlim_max};
    // When it is refused, the wall-clock deadline still holds.
    static_cast<void>(::prlimit(pid_, RLIMIT_CPU, &next, nullptr));
}

std::optional<int> WorkerProcess::end() {
    if (pid_ <= 0) return std::nullopt;
    const pid_t pid = std::exchange(pid_, -1);
    socket_ = {};
    ::kill(pid, SIGKILL);
    int status = 0;
    pid_t reaped = -1;
    do {
        reaped = ::waitpid(pid, &status, 0);
    } while (reaped < 0 && errno == EINTR);
    if (reaped != pid) return std::nullopt;
    return status;
}

Error WorkerProcess::cause_of_death(Transfer transfer) {
    const int status = end().value_or(0);
    const bool out_of_time = transfer == Transfer::TimedOut || (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU);
    if (out_of_time) return fail(ErrorCode::TimeLimit, "the document takes too long to process");
    spdlog::warn("a worker was lost over a document, wait status {}", status);
    return fail(ErrorCode::DamagedDocument, "the document could not be processed");
}

}  // namespace signet::sandbox
