#include "sandbox/worker_pool.hpp"

#include "base/text.hpp"
#include "sandbox/file.hpp"
#include "sandbox/message.hpp"
#include "sandbox/worker.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <dirent.h>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <memory>
#include <new>
#include <stdexcept>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

namespace signet::sandbox {

int program_worker_main(const char* folder);  // program_worker_test.cpp

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

void say(int fd, const void* bytes, std::size_t size) {
    if (::write(fd, bytes, size) != static_cast<ssize_t>(size)) std::abort();
}

// ---- The other side: what the workers of these tests do. ----

volatile std::uint64_t spin_counter = 0;
volatile int* const nowhere = nullptr;

[[noreturn]] void spin() {
    for (;;)
        spin_counter = spin_counter + 1;
}

Bytes eat_memory() {
    Bytes all;
    for (std::size_t size = 1 << 20;; size *= 2)
        all.resize(size, 1);
}

Result<Bytes> misbehave(std::string_view deed) {
    if (deed == "open a file") return to_bytes(std::to_string(::open("/etc/passwd", O_RDONLY)));
    if (deed == "open a socket") return to_bytes(std::to_string(::socket(AF_INET, SOCK_STREAM, 0)));
    if (deed == "fork") return to_bytes(std::to_string(::fork()));
    if (deed == "start a program") return to_bytes(std::to_string(::execl("/bin/true", "true", nullptr)));
    if (deed == "trace the parent") return to_bytes(std::to_string(::ptrace(PTRACE_ATTACH, ::getppid(), 0, 0)));
    if (deed == "kill the parent") return to_bytes(std::to_string(::syscall(SYS_kill, 1, 0)));
    if (deed == "stat a file by its name") {
        struct stat status {};
        return to_bytes(std::to_string(::stat("/etc/passwd", &status)));
    }
    if (deed == "make memory executable") {
        void* memory = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        return to_bytes(memory == MAP_FAILED ? "refused" : "executable");
    }
    if (deed == "crash") *nowhere = 1;
    if (deed == "abort") std::abort();
    if (deed == "exit") ::_exit(0);
    if (deed == "spin") spin();
    if (deed == "sleep") ::pause();
    if (deed == "eat memory") return eat_memory();
    if (deed == "throw") throw std::runtime_error("a bug");
    if (deed == "send garbage") {
        const Bytes garbage(64, 0xff);
        say(3, garbage.data(), garbage.size());
        spin();
    }
    if (deed == "speak unasked") {
        const Bytes garbage(64, 0);
        const std::uint64_t header[2] = {2, 0};
        say(3, header, sizeof(header));
        say(3, "ok", 2);
        say(3, garbage.data(), garbage.size());
        return to_bytes("again");
    }
    if (deed == "promise an endless reply") {
        const std::uint64_t header[2] = {~0ULL, 0};
        say(3, header, sizeof(header));
        spin();
    }
    return fail(ErrorCode::InvalidFile, "unknown deed\x1b[31m");
}

Result<Bytes> serve(ByteView request, std::span<const int> files) {
    const std::string_view deed = as_text(request);
    if (deed == "pid") return to_bytes(std::to_string(::getpid()));
    if (deed == "environment") return to_bytes(std::getenv("SIGNET_TEST_SECRET") ? "leaked" : "clean");
    if (deed == "echo") return Bytes(request.begin(), request.end());
    if (deed == "large") return Bytes(5'000'000, 7);
    if (deed == "open files") {
        int open = 0;
        for (int fd = 0; fd < 64; ++fd)
            open += ::fcntl(fd, F_GETFL) >= 0 ? 1 : 0;
        return to_bytes(std::to_string(open));
    }
    if (deed == "sum") {
        auto file = MappedFile::map(files[0], 3);
        if (!file) return file.error();
        return to_bytes(std::to_string(file->bytes()[0] + file->bytes()[1] + file->bytes()[2]));
    }
    if (deed == "write") {
        if (::write(files[0], "written", 7) != 7) return fail(ErrorCode::Internal);
        return Bytes{};
    }
    return misbehave(deed);
}

// ---- Helpers of this side. ----

std::vector<std::string> worker_command() {
    return {"/proc/self/exe", "worker"};
}

std::size_t entries(const std::filesystem::path& folder) {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        count += entry.is_symlink() ? 1 : 1;
    return count;
}

std::size_t open_files() {
    return entries("/proc/self/fd");
}

std::size_t children() {
    std::size_t count = 0;
    for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task")) {
        std::ifstream list(thread.path() / "children");
        for (int pid = 0; list >> pid;)
            ++count;
    }
    return count;
}

std::string ask(WorkerPool& pool, std::string_view request, std::uint64_t affinity = 0) {
    auto reply = pool.call(as_bytes(request), {}, seconds(60), affinity);
    return reply ? std::string(as_text(*reply)) : describe(reply.error());
}

PoolOptions one_worker() {
    PoolOptions options;
    options.count = 1;
    return options;
}

// ---- Tests. ----

TEST(WorkerPool, carries_requests_and_replies_of_any_size) {
    WorkerPool pool(worker_command());
    EXPECT_EQ(ask(pool, "echo"), "echo");
    auto large = pool.call(as_bytes("large"), {}, seconds(60));
    ASSERT_TRUE(large);
    EXPECT_EQ(*large, Bytes(5'000'000, 7));
    const Bytes long_request(3'000'000, 'x');
    auto reply = pool.call(long_request, {}, seconds(60));
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code, ErrorCode::InvalidFile);
}

TEST(WorkerPool, hands_files_over_to_read_and_to_write) {
    WorkerPool pool(worker_command(), one_worker());
    auto input = memory_file(Bytes{1, 2, 39, 99});
    ASSERT_TRUE(input);
    const int in = input->get();
    auto sum = pool.call(as_bytes("sum"), {&in, 1}, seconds(60));
    ASSERT_TRUE(sum);
    EXPECT_EQ(as_text(*sum), "42");

    auto output = empty_memory_file();
    ASSERT_TRUE(output);
    const int out = output->get();
    ASSERT_TRUE(pool.call(as_bytes("write"), {&out, 1}, seconds(60)));
    auto written = read_file(out, 7);
    ASSERT_TRUE(written);
    EXPECT_EQ(as_text(*written), "written");
}

TEST(WorkerPool, a_document_in_memory_cannot_be_changed_by_the_worker) {
    WorkerPool pool(worker_command(), one_worker());
    auto input = memory_file(Bytes{1, 2, 3});
    ASSERT_TRUE(input);
    const int in = input->get();
    EXPECT_FALSE(pool.call(as_bytes("write"), {&in, 1}, seconds(60)));
    EXPECT_EQ(*read_file(in, 3), (Bytes{1, 2, 3}));
}

TEST(WorkerPool, a_worker_has_none_of_the_servers_files_or_environment) {
    ASSERT_EQ(::setenv("SIGNET_TEST_SECRET", "the master key", 1), 0);
    const FileDescriptor kept_open(::open("/dev/null", O_RDONLY));
    WorkerPool pool(worker_command(), one_worker());
    EXPECT_EQ(ask(pool, "environment"), "clean");
    EXPECT_EQ(ask(pool, "open files"), "4");  // standard streams and the socket
}

TEST(WorkerPool, files_of_a_job_are_closed_in_the_worker_afterwards) {
    WorkerPool pool(worker_command(), one_worker());
    auto input = memory_file(Bytes{1, 2, 3});
    ASSERT_TRUE(input);
    const int in = input->get();
    for (int i = 0; i < 100; ++i)
        ASSERT_TRUE(pool.call(as_bytes("sum"), {&in, 1}, seconds(60)));
    EXPECT_EQ(ask(pool, "open files"), "4");
}

class ForbiddenDeed : public testing::TestWithParam<const char*> {};

TEST_P(ForbiddenDeed, ends_the_worker_and_not_the_pool) {
    WorkerPool pool(worker_command(), one_worker());
    const std::string first = ask(pool, "pid");
    auto reply = pool.call(as_bytes(GetParam()), {}, seconds(60));
    ASSERT_FALSE(reply) << as_text(*reply);
    EXPECT_EQ(reply.error().code, ErrorCode::DamagedDocument);
    EXPECT_EQ(pool.statistics().lost, 1U);
    const std::string second = ask(pool, "pid");
    EXPECT_TRUE(parse_integer(second)) << second;
    EXPECT_NE(second, first);
}

INSTANTIATE_TEST_SUITE_P(Each, ForbiddenDeed,
                         testing::Values("open a file", "open a socket", "fork", "start a program", "trace the parent",
                                         "kill the parent", "stat a file by its name", "make memory executable",
                                         "crash", "abort", "exit", "send garbage", "promise an endless reply"));

TEST(WorkerPool, a_job_over_its_time_is_killed) {
    WorkerPool pool(worker_command(), one_worker());
    for (const char* deed : {"spin", "sleep"}) {
        auto reply = pool.call(as_bytes(deed), {}, milliseconds(200));
        ASSERT_FALSE(reply);
        // pause() is not among the allowed system calls.
        EXPECT_EQ(reply.error().code,
                  deed == std::string_view("spin") ? ErrorCode::TimeLimit : ErrorCode::DamagedDocument);
    }
    EXPECT_EQ(ask(pool, "echo"), "echo");
}

TEST(WorkerPool, a_job_over_its_processor_time_is_killed) {
    WorkerLimits limits;
    limits.job_processor_time = seconds(1);
    WorkerPool pool(worker_command(), one_worker(), limits);
    auto reply = pool.call(as_bytes("spin"), {}, seconds(120));
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code, ErrorCode::TimeLimit);
    EXPECT_EQ(ask(pool, "echo"), "echo");
}

#if !defined(__SANITIZE_ADDRESS__)  // beside it no limit on memory holds
TEST(WorkerPool, memory_of_a_job_is_bounded) {
    WorkerLimits limits;
    limits.memory_bytes = 128ULL << 20;
    WorkerPool pool(worker_command(), one_worker(), limits);
    auto reply = pool.call(as_bytes("eat memory"), {}, seconds(60));
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code, ErrorCode::DocumentTooLarge);
    EXPECT_EQ(ask(pool, "echo"), "echo");
}
#endif

TEST(WorkerPool, an_exception_in_the_handler_is_a_damaged_document_and_a_fresh_worker) {
    WorkerPool pool(worker_command(), one_worker());
    const std::string first = ask(pool, "pid");
    auto reply = pool.call(as_bytes("throw"), {}, seconds(60));
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code, ErrorCode::DamagedDocument);
    EXPECT_NE(ask(pool, "pid"), first);
}

TEST(WorkerPool, an_errors_detail_is_harmless_in_a_log) {
    WorkerPool pool(worker_command(), one_worker());
    auto reply = pool.call(as_bytes("something else"), {}, seconds(60));
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code, ErrorCode::InvalidFile);
    EXPECT_EQ(reply.error().detail, "unknown deed\\x1b[31m");
}

TEST(WorkerPool, what_a_worker_says_unasked_is_not_taken_for_the_next_reply) {
    WorkerPool pool(worker_command(), one_worker());
    const std::string first = ask(pool, "pid");
    EXPECT_EQ(ask(pool, "speak unasked"), "ok");
    // The forged reply may arrive while the worker still looks idle and silent, so ask more than once.
    for (int i = 0; i < 3; ++i)
        EXPECT_NE(ask(pool, "pid"), "again");
    EXPECT_NE(ask(pool, "pid"), first);
}

TEST(WorkerPool, a_worker_killed_while_idle_costs_nobody_a_job) {
    WorkerPool pool(worker_command(), one_worker());
    const std::string first = ask(pool, "pid");
    ASSERT_EQ(::kill(static_cast<pid_t>(*parse_integer(first)), SIGKILL), 0);
    siginfo_t gone{};
    ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(*parse_integer(first)), &gone, WEXITED | WNOWAIT), 0);
    const std::string second = ask(pool, "pid");
    EXPECT_TRUE(parse_integer(second)) << second;
    EXPECT_NE(second, first);
}

TEST(WorkerPool, workers_are_replaced_after_their_share_of_jobs) {
    WorkerLimits limits;
    limits.jobs_per_life = 3;
    WorkerPool pool(worker_command(), one_worker(), limits);
    const std::string first = ask(pool, "pid");
    EXPECT_EQ(ask(pool, "pid"), first);
    EXPECT_EQ(ask(pool, "pid"), first);
    EXPECT_NE(ask(pool, "pid"), first);
}

TEST(WorkerPool, starts_workers_only_when_they_are_needed) {
    PoolOptions options;
    options.count = 2;
    options.warm = 0;
    WorkerPool pool(worker_command(), options);
    EXPECT_EQ(pool.statistics().started, 0U);
    EXPECT_EQ(ask(pool, "echo"), "echo");
    EXPECT_EQ(pool.statistics().alive, 1U);
}

TEST(WorkerPool, idle_workers_end) {
    PoolOptions options = one_worker();
    options.warm = 0;
    options.idle_life = milliseconds(50);
    WorkerPool pool(worker_command(), options);
    EXPECT_EQ(ask(pool, "echo"), "echo");
    while (pool.statistics().alive > 0)
        std::this_thread::sleep_for(milliseconds(10));
    EXPECT_EQ(children(), 0U);
    EXPECT_EQ(ask(pool, "echo"), "echo");
}

TEST(WorkerPool, the_same_document_goes_to_the_same_worker) {
    PoolOptions options;
    options.count = 2;
    options.warm = 2;
    WorkerPool pool(worker_command(), options);
    while (pool.statistics().started < 2)
        std::this_thread::sleep_for(milliseconds(5));
    const std::string of_one = ask(pool, "pid", 1);
    const std::string of_two = ask(pool, "pid", 2);
    EXPECT_NE(of_one, of_two);
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(ask(pool, "pid", 1), of_one);
        EXPECT_EQ(ask(pool, "pid", 2), of_two);
    }
}

TEST(WorkerPool, serves_many_threads_with_few_workers) {
    WorkerPool pool(worker_command());
    std::vector<std::jthread> threads;
    std::atomic<int> good = 0;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&] {
            for (int j = 0; j < 20; ++j)
                good += ask(pool, j % 10 == 9 ? "crash" : "echo") == "echo" ? 1 : 0;
        });
    }
    threads.clear();
    EXPECT_EQ(good, 8 * 18);
    EXPECT_LE(pool.statistics().alive, 2U);
    EXPECT_EQ(pool.statistics().lost, 16U);
}

TEST(WorkerPool, a_full_pool_says_so_after_the_queue_time) {
    PoolOptions options = one_worker();
    options.queue_time = milliseconds(50);
    WorkerPool pool(worker_command(), options);
    while (pool.statistics().started == 0)
        std::this_thread::sleep_for(milliseconds(5));
    std::jthread busy([&] { static_cast<void>(pool.call(as_bytes("spin"), {}, seconds(2))); });
    for (;;) {
        auto reply = pool.call(as_bytes("echo"), {}, seconds(60));
        if (reply) continue;  // the thread above has not begun
        EXPECT_EQ(reply.error().code, ErrorCode::Unavailable);
        break;
    }
}

TEST(WorkerPool, a_command_that_does_not_start_is_an_error_and_not_a_loop) {
    for (const char* program : {"/nonexistent/worker", "/bin/true"}) {
        WorkerPool pool({program}, one_worker());
        for (int i = 0; i < 3; ++i) {
            auto reply = pool.call(as_bytes("echo"), {}, seconds(1));
            ASSERT_FALSE(reply);
            EXPECT_EQ(reply.error().code, ErrorCode::Unavailable);
        }
        EXPECT_EQ(pool.statistics().alive, 0U);
    }
}

TEST(WorkerPool, two_hundred_kills_in_a_row_leave_nothing_behind) {
    const std::size_t files_before = open_files();
    const std::size_t children_before = children();
    {
        WorkerPool pool(worker_command(), one_worker());
        constexpr const char* kDeeds[] = {"crash", "open a socket", "fork", "abort", "exit"};
        for (std::size_t i = 0; i < 200; ++i) {
            auto reply = pool.call(as_bytes(kDeeds[i % std::size(kDeeds)]), {}, seconds(60));
            ASSERT_FALSE(reply);
            ASSERT_EQ(reply.error().code, ErrorCode::DamagedDocument);
        }
        EXPECT_EQ(ask(pool, "echo"), "echo");
        EXPECT_EQ(pool.statistics().lost, 200U);
        EXPECT_EQ(children(), children_before + 1);
    }
    EXPECT_EQ(open_files(), files_before);
    EXPECT_EQ(children(), children_before);
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
    EXPECT_EQ(errno, ECHILD);
}

TEST(WorkerPool, its_workers_die_with_the_server) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t server = ::fork();
    ASSERT_GE(server, 0);
    if (server == 0) {
        WorkerPool pool(worker_command(), one_worker());
        const std::string pid = ask(pool, "pid") + "\n";
        say(ends[1], pid.data(), pid.size());
        static_cast<void>(pool.call(as_bytes("spin"), {}, seconds(60)));
        ::_exit(0);
    }
    char text[32] = {};
    ASSERT_GT(::read(ends[0], text, sizeof(text) - 1), 0);
    const auto worker = parse_integer(text);
    ASSERT_TRUE(worker);
    ::kill(server, SIGKILL);
    ::waitpid(server, nullptr, 0);
    const std::filesystem::path process = "/proc/" + std::to_string(*worker);
    const auto is_dead = [&] {
        std::ifstream status(process / "stat");
        std::string pid, name, state;
        return !(status >> pid >> name >> state) || state == "Z";
    };
    while (!is_dead())
        std::this_thread::sleep_for(milliseconds(10));
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST(Message, reads_back_what_was_written) {
    const Bytes message = MessageWriter().number(42).text("甲方").decimal(-0.5).bytes(Bytes{1, 2}).take();
    MessageReader reader(message);
    EXPECT_EQ(reader.number(), 42U);
    EXPECT_EQ(reader.text(), "甲方");
    EXPECT_EQ(reader.decimal(), -0.5);
    EXPECT_EQ(reader.bytes().size(), 2U);
    EXPECT_TRUE(reader.complete());
}

TEST(Message, a_cut_or_lying_message_fails_and_stays_failed) {
    const Bytes whole = MessageWriter().text("signature").number(1).take();
    for (std::size_t length = 0; length < whole.size(); ++length) {
        MessageReader reader(ByteView(whole).first(length));
        static_cast<void>(reader.text());
        static_cast<void>(reader.number());
        EXPECT_TRUE(reader.failed());
        EXPECT_FALSE(reader.complete());
    }
    const Bytes endless = MessageWriter().number(~0ULL).take();
    EXPECT_EQ(MessageReader(endless).bytes().size(), 0U);
    EXPECT_EQ(MessageReader(endless).count(1), 0U);
}

TEST(File, refuses_to_map_more_than_there_is) {
    auto file = memory_file(Bytes{1, 2, 3});
    ASSERT_TRUE(file);
    EXPECT_TRUE(MappedFile::map(file->get(), 3));
    EXPECT_EQ(MappedFile::map(file->get(), 4).error().code, ErrorCode::InvalidFile);
    EXPECT_EQ(MappedFile::map(file->get(), 0).error().code, ErrorCode::InvalidFile);
    EXPECT_FALSE(read_file(file->get(), 4));
}

}  // namespace
}  // namespace signet::sandbox

int main(int argc, char** argv) {
    if (argc == 2 && std::string_view(argv[1]) == "worker") {
        return signet::sandbox::run_worker([] { return signet::sandbox::JobHandler(signet::sandbox::serve); });
    }
    if (argc == 3 && std::string_view(argv[1]) == "program") return signet::sandbox::program_worker_main(argv[2]);
    testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
