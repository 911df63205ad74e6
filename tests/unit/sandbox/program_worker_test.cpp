#include "base/text.hpp"
#include "sandbox/message.hpp"
#include "sandbox/worker.hpp"
#include "sandbox/worker_pool.hpp"

#include <arpa/inet.h>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <netinet/in.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

namespace signet::sandbox {

int program_worker_main(const char* folder);

namespace {

namespace fs = std::filesystem;

// ---- The other side: a worker that carries a program. ----

volatile std::uint64_t kept_pages = 0;

std::string outcome(bool done) {
    return done ? "done" : "refused";
}

bool can_open(const fs::path& path, int flags) {
    return ::open(path.c_str(), flags, 0600) >= 0;
}

bool runs_a_thread() {
    bool ran = false;
    std::thread([&ran] { ran = true; }).join();
    return ran;
}

/// Memory that stays, as of a program that leaks.
bool keep_memory() {
    static Bytes kept;
    kept.assign(128UL << 20, 1);
    kept_pages = kept.back();
    return true;
}

bool attempt(std::string_view deed, const fs::path& own) {
    if (deed == "write in the own folder") return can_open(own / "inside/new", O_RDWR | O_CREAT);
    if (deed == "read in the own folder") return can_open(own / "inside/file", O_RDONLY);
    if (deed == "read what is named") return can_open(own / "named/file", O_RDONLY);
    if (deed == "start a thread") return runs_a_thread();
    if (deed == "keep memory") return keep_memory();
    if (deed == "write what is named") return can_open(own / "named/file", O_RDWR);
    if (deed == "read a neighbour") return can_open(own / "neighbour/file", O_RDONLY);
    if (deed == "write a neighbour") return can_open(own / "neighbour/new", O_RDWR | O_CREAT);
    if (deed == "list a neighbour") return can_open(own / "neighbour", O_RDONLY | O_DIRECTORY);
    if (deed == "leave through a link") return can_open(own / "inside/way-out", O_RDONLY);
    if (deed == "make a link") return ::symlink("/etc/passwd", (own / "inside/link").c_str()) == 0;
    if (deed == "empty a neighbour") return ::truncate((own / "neighbour/file").c_str(), 0) == 0;
    if (deed == "remove a neighbour") return ::unlink((own / "neighbour/file").c_str()) == 0;
    if (deed == "move a file out") {
        return ::rename((own / "inside/file").c_str(), (own / "neighbour/moved").c_str()) == 0;
    }
    if (deed == "open a neighbour to all") return ::chmod((own / "neighbour/file").c_str(), 0666) == 0;
    if (deed == "read /etc/passwd") return can_open("/etc/passwd", O_RDONLY);
    if (deed == "read the parent's memory") {
        return can_open("/proc/" + std::to_string(::getppid()) + "/mem", O_RDONLY);
    }
    if (deed == "open a socket") return ::socket(AF_INET, SOCK_STREAM, 0) >= 0;
    if (deed == "open a Unix socket") return ::socket(AF_UNIX, SOCK_STREAM, 0) >= 0;
    if (deed == "catch the end of its processor time") return ::signal(SIGXCPU, SIG_IGN) != SIG_ERR;
    if (deed == "fork") return ::fork() >= 0;
    if (deed == "start a program") return ::execl("/bin/true", "true", nullptr) == 0;
    if (deed == "trace the parent") return ::ptrace(PTRACE_ATTACH, ::getppid(), 0, 0) == 0;
    if (deed == "signal the parent") return ::kill(::getppid(), 0) == 0;
    if (deed == "let the kernel signal the parent") return ::fcntl(3, F_SETOWN, ::getppid()) == 0;
    if (deed == "become somebody else") return ::syscall(SYS_setuid, 65534) == 0;
    if (deed == "leave the name space") return ::syscall(SYS_unshare, 0x10000000) == 0;
    if (deed == "ask the kernel for a ring") return ::syscall(SYS_io_uring_setup, 1, nullptr) != -1 || errno != EPERM;
    return false;
}

// ---- This side. ----

/// inside: the worker's own; named: readable; neighbour: neither.
class Folders {
  public:
    Folders() {
        std::string name = (fs::temp_directory_path() / "signet-XXXXXX").string();
        root_ = ::mkdtemp(name.data());
        for (const char* folder : {"inside", "named", "neighbour"}) {
            fs::create_directory(root_ / folder);
            std::ofstream(root_ / folder / "file") << "content";
        }
        fs::create_symlink(root_ / "neighbour/file", root_ / "inside/way-out");
    }
    ~Folders() { fs::remove_all(root_); }
    Folders(const Folders&) = delete;
    Folders& operator=(const Folders&) = delete;

    const fs::path& root() const { return root_; }

  private:
    fs::path root_;
};

std::string answer(WorkerPool& pool, std::string_view deed) {
    const auto reply = pool.call(as_bytes(deed), {}, std::chrono::seconds(20));
    return reply ? std::string(as_text(*reply)) : describe(reply.error());
}

std::string try_deed(std::string_view deed) {
    const Folders folders;
    WorkerPool pool({"/proc/self/exe", "program", folders.root().string()});
    return answer(pool, deed);
}

class AllowedDeed : public testing::TestWithParam<const char*> {};

TEST_P(AllowedDeed, of_a_program_is_done) {
    EXPECT_EQ(try_deed(GetParam()), "done");
}

INSTANTIATE_TEST_SUITE_P(Each, AllowedDeed,
                         testing::Values("write in the own folder", "read in the own folder", "read what is named",
                                         "start a thread"));

class RefusedDeed : public testing::TestWithParam<const char*> {};

TEST_P(RefusedDeed, of_a_program_is_refused) {
    EXPECT_EQ(try_deed(GetParam()), "refused");
}

INSTANTIATE_TEST_SUITE_P(Each, RefusedDeed,
                         testing::Values("write what is named", "read a neighbour", "write a neighbour",
                                         "list a neighbour", "leave through a link", "make a link", "empty a neighbour",
                                         "remove a neighbour", "move a file out", "open a neighbour to all",
                                         "read /etc/passwd", "read the parent's memory", "open a socket",
                                         "open a Unix socket", "catch the end of its processor time", "fork",
                                         "start a program", "trace the parent", "signal the parent",
                                         "let the kernel signal the parent", "become somebody else",
                                         "leave the name space", "ask the kernel for a ring"));

TEST(ProgramWorker, that_has_grown_is_replaced) {
    const Folders folders;
    WorkerLimits limits;
    limits.resident_bytes = 96ULL << 20;
    WorkerPool pool({"/proc/self/exe", "program", folders.root().string()}, {}, limits);
    ASSERT_EQ(answer(pool, "start a thread"), "done");
    ASSERT_EQ(answer(pool, "start a thread"), "done");
    EXPECT_EQ(pool.statistics().started, 1U);
    ASSERT_EQ(answer(pool, "keep memory"), "done");
    ASSERT_EQ(answer(pool, "start a thread"), "done");
    EXPECT_EQ(pool.statistics().started, 2U);
    EXPECT_EQ(pool.statistics().lost, 0U);
}

TEST(ProgramWorker, whose_program_does_not_start_serves_nobody) {
    const Folders folders;
    WorkerPool pool({"/proc/self/exe", "program", "/nowhere"});
    const auto reply = pool.call(as_bytes("start a thread"), {}, std::chrono::seconds(20));
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code, ErrorCode::Unavailable);
}

}  // namespace

int program_worker_main(const char* folder) {
    const fs::path own = folder;
    return run_program_worker({own / "inside", {own / "named", "/usr/lib", "/nothing-here"}},
                              [&]() -> Result<JobHandler> {
                                  if (!can_open(own / "inside/file", O_RDONLY)) return fail(ErrorCode::Unavailable);
                                  return JobHandler([own](ByteView request, std::span<const int>) -> Result<Bytes> {
                                      return to_bytes(outcome(attempt(as_text(request), own)));
                                  });
                              });
}

}  // namespace signet::sandbox
