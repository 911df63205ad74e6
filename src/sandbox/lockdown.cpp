#include "sandbox/lockdown.hpp"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <memory>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <system_error>
#include <unistd.h>

namespace signet::sandbox {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kIsSanitized = true;
#else
constexpr bool kIsSanitized = false;
#endif

/// Room for the program itself and for documents mapped read-only, which RLIMIT_DATA does not count.
constexpr std::uint64_t kMappedBytes = 4ULL << 30;
constexpr std::uint64_t kOpenFiles = 64;

Error refused(const char* what, int error) {
    return fail(ErrorCode::Internal, std::string(what) + ": " + std::generic_category().message(error));
}

using Limit = decltype(RLIMIT_CPU);

Status limit(Limit resource, std::uint64_t soft, std::uint64_t hard) {
    const rlimit value{soft, hard};
    if (::setrlimit(resource, &value) != 0) return refused("setrlimit", errno);
    return {};
}

Status limit_resources(const Greeting& greeting) {
    struct Rule {
        Limit resource;
        std::uint64_t soft;
        std::uint64_t hard;
    };
    const Rule rules[] = {
        {RLIMIT_CORE, 0, 0},
        {RLIMIT_NOFILE, kOpenFiles, kOpenFiles},
        {RLIMIT_FSIZE, greeting.written_bytes, greeting.written_bytes},
        {RLIMIT_CPU, greeting.job_processor_seconds, greeting.life_processor_seconds},
    };
    for (const Rule& rule : rules) {
        if (auto set = limit(rule.resource, rule.soft, rule.hard); !set) return set;
    }
    // AddressSanitizer reserves terabytes for its shadow; no limit on memory can hold beside it.
    if (kIsSanitized) return {};
    if (auto set = limit(RLIMIT_DATA, greeting.memory_bytes, greeting.memory_bytes); !set) return set;
    const std::uint64_t address_space = greeting.memory_bytes + kMappedBytes;
    return limit(RLIMIT_AS, address_space, address_space);
}

Status tie_to_parent(const Greeting& greeting) {
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return refused("PR_SET_PDEATHSIG", errno);
    // It may have died before the line above.
    if (::getppid() != greeting.parent) return fail(ErrorCode::Internal, "the parent is gone");
    if (::prctl(PR_SET_DUMPABLE, 0) != 0) return refused("PR_SET_DUMPABLE", errno);
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return refused("PR_SET_NO_NEW_PRIVS", errno);
    return {};
}

/// The system calls a worker may make; any other ends the process.
class SystemCallFilter {
  public:
    SystemCallFilter() : filter_(seccomp_init(SCMP_ACT_KILL_PROCESS), &seccomp_release) {
        if (!filter_) failure_ = ENOMEM;
        keep(seccomp_attr_set(filter_.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS));
    }

    void allow(int call) { keep(seccomp_rule_add(filter_.get(), SCMP_ACT_ALLOW, call, 0)); }
    void allow_if(int call, const scmp_arg_cmp& condition) {
        keep(seccomp_rule_add(filter_.get(), SCMP_ACT_ALLOW, call, 1, condition));
    }
    void refuse(int call) { keep(seccomp_rule_add(filter_.get(), SCMP_ACT_ERRNO(EPERM), call, 0)); }

    Status load() {
        if (failure_ == 0) keep(seccomp_load(filter_.get()));
        if (failure_ != 0) return refused("seccomp", failure_);
        return {};
    }

  private:
    void keep(int result) {
        if (result < 0 && failure_ == 0) failure_ = -result;
    }

    std::unique_ptr<void, void (*)(scmp_filter_ctx)> filter_;
    int failure_ = 0;
};

Status filter_system_calls() {
    SystemCallFilter filter;
    for (const int call :
         {// Files that are open already.
          SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(pread64), SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(pwrite64),
          SCMP_SYS(lseek), SCMP_SYS(fstat), SCMP_SYS(ftruncate), SCMP_SYS(dup), SCMP_SYS(close),
          // The socket to the pool.
          SCMP_SYS(recvfrom), SCMP_SYS(recvmsg), SCMP_SYS(sendto), SCMP_SYS(sendmsg), SCMP_SYS(poll), SCMP_SYS(ppoll),
          // Memory.
          SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(brk), SCMP_SYS(madvise),
          // Time, randomness, itself.
          SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres), SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(getrandom),
          SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(futex), SCMP_SYS(sched_yield), SCMP_SYS(rt_sigprocmask),
          SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack), SCMP_SYS(restart_syscall), SCMP_SYS(exit),
          SCMP_SYS(exit_group)}) {
        filter.allow(call);
    }
    // glibc's qsort asks how much memory there is and does not look whether it was told.
    filter.allow(SCMP_SYS(sysinfo));
    // UndefinedBehaviorSanitizer probes memory through a pipe.
    if (kIsSanitized) filter.allow(SCMP_SYS(pipe2));
    // Memory, but none that could be executed.
    filter.allow_if(SCMP_SYS(mmap), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    filter.allow_if(SCMP_SYS(mprotect), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    // glibc's fstat.
    filter.allow_if(SCMP_SYS(newfstatat), SCMP_A3(SCMP_CMP_EQ, AT_EMPTY_PATH));
    filter.allow_if(SCMP_SYS(fcntl), SCMP_A1(SCMP_CMP_EQ, F_GETFL));
    filter.allow_if(SCMP_SYS(fcntl), SCMP_A1(SCMP_CMP_EQ, F_DUPFD_CLOEXEC));
    // abort().
    filter.allow_if(SCMP_SYS(tgkill), SCMP_A0(SCMP_CMP_EQ, static_cast<scmp_datum_t>(::getpid())));
    // Asked for by libraries that do well without an answer.
    for (const int call : {SCMP_SYS(ioctl), SCMP_SYS(sched_getaffinity), SCMP_SYS(uname)})
        filter.refuse(call);
    return filter.load();
}

}  // namespace

Status lock_in(const Greeting& greeting) {
    if (auto tied = tie_to_parent(greeting); !tied) return tied;
    if (auto limited = limit_resources(greeting); !limited) return limited;
    return filter_system_calls();
}

}  // namespace signet::sandbox
