#include "sandbox/lockdown.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <linux/landlock.h>
#include <memory>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
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
/// A program of many libraries and fonts.
constexpr std::uint64_t kOpenFilesOfProgram = 1024;

Error refused(const char* what, int error) {
    return fail(ErrorCode::Internal, std::string(what) + ": " + std::generic_category().message(error));
}

using Limit = decltype(RLIMIT_CPU);

Status limit(Limit resource, std::uint64_t soft, std::uint64_t hard) {
    const rlimit value{soft, hard};
    if (::setrlimit(resource, &value) != 0) return refused("setrlimit", errno);
    return {};
}

Status limit_resources(const Greeting& greeting, std::uint64_t open_files) {
    struct Rule {
        Limit resource;
        std::uint64_t soft;
        std::uint64_t hard;
    };
    const Rule rules[] = {
        {RLIMIT_CORE, 0, 0},
        {RLIMIT_NOFILE, open_files, open_files},
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

/// The system calls a worker may make; for any other `otherwise` is done.
class SystemCallFilter {
  public:
    explicit SystemCallFilter(std::uint32_t otherwise) : filter_(seccomp_init(otherwise), &seccomp_release) {
        if (!filter_) failure_ = ENOMEM;
        keep(seccomp_attr_set(filter_.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS));
    }

    void allow(int call) { keep(seccomp_rule_add(filter_.get(), SCMP_ACT_ALLOW, call, 0)); }
    void allow_if(int call, const scmp_arg_cmp& condition) {
        keep(seccomp_rule_add(filter_.get(), SCMP_ACT_ALLOW, call, 1, condition));
    }
    void refuse(int call, int error = EPERM) {
        keep(seccomp_rule_add(filter_.get(), SCMP_ACT_ERRNO(static_cast<unsigned>(error)), call, 0));
    }

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
    SystemCallFilter filter(SCMP_ACT_KILL_PROCESS);
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

/// A program asks for much that it can do without, so what is not allowed is refused and not deadly. There is no way to
/// another process, to a new socket, to a device, to another user or to the kernel's settings.
Status filter_system_calls_of_program() {
    SystemCallFilter filter(SCMP_ACT_ERRNO(EPERM));
    for (const int call :
         {// Files; Landlock says which. It does not look at chmod, chown, utimes and (before version 3) truncate by
          // name, so they are not here.
          SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(creat), SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(pread64),
          SCMP_SYS(preadv), SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(pwrite64), SCMP_SYS(pwritev), SCMP_SYS(lseek),
          SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(fstat), SCMP_SYS(newfstatat), SCMP_SYS(statx), SCMP_SYS(statfs),
          SCMP_SYS(fstatfs), SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(readlink),
          SCMP_SYS(readlinkat), SCMP_SYS(getdents64), SCMP_SYS(getcwd), SCMP_SYS(chdir), SCMP_SYS(fchdir),
          SCMP_SYS(mkdir), SCMP_SYS(mkdirat), SCMP_SYS(rmdir), SCMP_SYS(unlink), SCMP_SYS(unlinkat), SCMP_SYS(rename),
          SCMP_SYS(renameat), SCMP_SYS(renameat2), SCMP_SYS(fchmod), SCMP_SYS(umask), SCMP_SYS(ftruncate),
          SCMP_SYS(fallocate), SCMP_SYS(fsync), SCMP_SYS(fdatasync), SCMP_SYS(fadvise64), SCMP_SYS(flock),
          SCMP_SYS(dup), SCMP_SYS(dup2), SCMP_SYS(dup3), SCMP_SYS(close), SCMP_SYS(close_range), SCMP_SYS(sendfile),
          SCMP_SYS(copy_file_range), SCMP_SYS(memfd_create), SCMP_SYS(pipe), SCMP_SYS(pipe2), SCMP_SYS(eventfd2),
          // The socket to the pool; no other can be made.
          SCMP_SYS(recvfrom), SCMP_SYS(recvmsg), SCMP_SYS(sendto), SCMP_SYS(sendmsg), SCMP_SYS(poll), SCMP_SYS(ppoll),
          SCMP_SYS(select), SCMP_SYS(pselect6), SCMP_SYS(epoll_create1), SCMP_SYS(epoll_ctl), SCMP_SYS(epoll_wait),
          SCMP_SYS(epoll_pwait),
          // Memory, executable as well: libraries are loaded late, and calls between components are glued at run time.
          SCMP_SYS(mmap), SCMP_SYS(mprotect), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(brk), SCMP_SYS(madvise),
          SCMP_SYS(mlock), SCMP_SYS(munlock), SCMP_SYS(msync),
          // Threads.
          SCMP_SYS(futex), SCMP_SYS(set_robust_list), SCMP_SYS(rseq), SCMP_SYS(set_tid_address), SCMP_SYS(sched_yield),
          SCMP_SYS(sched_getaffinity), SCMP_SYS(sched_getparam), SCMP_SYS(sched_getscheduler), SCMP_SYS(arch_prctl),
          SCMP_SYS(membarrier),
          // Time, randomness, itself.
          SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres), SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep),
          SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(times), SCMP_SYS(getrusage), SCMP_SYS(getrandom),
          SCMP_SYS(getpid), SCMP_SYS(getppid), SCMP_SYS(gettid), SCMP_SYS(getuid), SCMP_SYS(geteuid), SCMP_SYS(getgid),
          SCMP_SYS(getegid), SCMP_SYS(getrlimit), SCMP_SYS(sysinfo), SCMP_SYS(uname), SCMP_SYS(rt_sigprocmask),
          SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack), SCMP_SYS(restart_syscall), SCMP_SYS(exit),
          SCMP_SYS(exit_group)}) {
        filter.allow(call);
    }
    // The end of its processor time must stay deadly: a program that catches it ends in a way that says nothing.
    filter.allow_if(SCMP_SYS(rt_sigaction), SCMP_A0(SCMP_CMP_NE, SIGXCPU));
    // Not F_SETOWN and its like, which send signals.
    for (const int command : {F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_GETLK, F_SETLK, F_SETLKW,
                              F_OFD_GETLK, F_OFD_SETLK, F_OFD_SETLKW}) {
        filter.allow_if(SCMP_SYS(fcntl), SCMP_A1(SCMP_CMP_EQ, static_cast<scmp_datum_t>(command)));
    }
    filter.allow_if(SCMP_SYS(clone), SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
    // Its arguments lie in memory where no filter can look; glibc then takes clone.
    filter.refuse(SCMP_SYS(clone3), ENOSYS);
    filter.allow_if(SCMP_SYS(prlimit64), SCMP_A2(SCMP_CMP_EQ, 0));
    filter.allow_if(SCMP_SYS(prctl), SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME));
    filter.allow_if(SCMP_SYS(tgkill), SCMP_A0(SCMP_CMP_EQ, static_cast<scmp_datum_t>(::getpid())));
    return filter.load();
}

// ---- Landlock: which files a program may see (linux/landlock.h; the kernel's part is younger than some headers). ----

constexpr std::uint64_t kReadFile = LANDLOCK_ACCESS_FS_READ_FILE;
constexpr std::uint64_t kReadFolder = kReadFile | LANDLOCK_ACCESS_FS_READ_DIR;
/// Version 1: execute, write, read, and everything that makes or removes.
constexpr std::uint64_t kFirstVersion = (1ULL << 13) - 1;
constexpr std::uint64_t kRefer = 1ULL << 13;
constexpr std::uint64_t kTruncate = 1ULL << 14;
constexpr std::uint64_t kDeviceControl = 1ULL << 15;

std::uint64_t rights_known_to(long version) {
    std::uint64_t rights = kFirstVersion;
    if (version >= 2) rights |= kRefer;
    if (version >= 3) rights |= kTruncate;
    if (version >= 5) rights |= kDeviceControl;
    return rights;
}

/// What lies there may be used in this way. A place that does not exist needs no rule.
Status open_to(int ruleset, const std::filesystem::path& place, std::uint64_t rights) {
    const FileDescriptor target(::open(place.c_str(), O_PATH | O_CLOEXEC));
    if (!target) return {};
    struct landlock_path_beneath_attr rule {};
    rule.allowed_access = rights;
    rule.parent_fd = target.get();
    if (::syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0) {
        return refused("landlock_add_rule", errno);
    }
    return {};
}

Status hide_files(const ProgramRights& rights) {
    const long version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (version < 1) return refused("Landlock", errno);
    struct landlock_ruleset_attr handled {};
    handled.handled_access_fs = rights_known_to(version);
    const FileDescriptor ruleset(
        static_cast<int>(::syscall(SYS_landlock_create_ruleset, &handled, sizeof handled.handled_access_fs, 0)));
    if (!ruleset) return refused("landlock_create_ruleset", errno);

    for (const std::filesystem::path& place : rights.readable) {
        std::error_code ignored;
        const bool is_folder = std::filesystem::is_directory(place, ignored);
        if (auto done = open_to(ruleset.get(), place, is_folder ? kReadFolder : kReadFile); !done) return done;
    }
    if (auto done = open_to(ruleset.get(), "/dev/null", kReadFile | LANDLOCK_ACCESS_FS_WRITE_FILE); !done) return done;
    if (auto done = open_to(ruleset.get(), "/dev/urandom", kReadFile); !done) return done;
    constexpr std::uint64_t kNeverOwn = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
                                        LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SOCK |
                                        LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_SYM | kDeviceControl;
    const std::uint64_t own = handled.handled_access_fs & ~kNeverOwn;
    if (auto done = open_to(ruleset.get(), rights.writable, own); !done) return done;
    if (::syscall(SYS_landlock_restrict_self, ruleset.get(), 0) != 0) return refused("landlock_restrict_self", errno);
    return {};
}

/// Without this a server started as root would have a worker that may read and write what belongs to others.
Status drop_capabilities() {
    struct Header {
        std::uint32_t version;
        int pid;
    };
    struct Sets {
        std::uint32_t effective;
        std::uint32_t permitted;
        std::uint32_t inheritable;
    };
    constexpr std::uint32_t kVersion3 = 0x20080522;
    Header header{kVersion3, 0};
    const Sets none[2] = {};
    if (::syscall(SYS_capset, &header, none) != 0) return refused("capset", errno);
    return {};
}

}  // namespace

Status lock_in(const Greeting& greeting) {
    if (auto tied = tie_to_parent(greeting); !tied) return tied;
    if (auto limited = limit_resources(greeting, kOpenFiles); !limited) return limited;
    return filter_system_calls();
}

Status lock_in_program(const Greeting& greeting, const ProgramRights& rights) {
    if (auto tied = tie_to_parent(greeting); !tied) return tied;
    if (auto limited = limit_resources(greeting, kOpenFilesOfProgram); !limited) return limited;
    if (auto hidden = hide_files(rights); !hidden) return hidden;
    if (auto dropped = drop_capabilities(); !dropped) return dropped;
    return filter_system_calls_of_program();
}

}  // namespace signet::sandbox
