#include "convert/office_worker.hpp"

#include "base/text.hpp"
#include "convert/office_kit.hpp"
#include "convert/office_profile.hpp"
#include "sandbox/file.hpp"
#include "sandbox/message.hpp"
#include "sandbox/worker.hpp"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <memory>
#include <sys/file.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

namespace signet::convert {
namespace {

using sandbox::FileDescriptor;
using sandbox::MappedFile;
using sandbox::MessageReader;
using sandbox::MessageWriter;

namespace fs = std::filesystem;

constexpr const char* kLock = "lock";
constexpr int kNoFolder = 6;

/// A folder of this process alone. Whoever finds its lock free knows that the process is gone.
class PrivateFolder {
  public:
    static std::unique_ptr<PrivateFolder> make(const fs::path& parent) {
        std::error_code error;
        fs::create_directories(parent, error);
        ::chmod(parent.c_str(), 0700);
        std::string name = (parent / "XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) return nullptr;
        FileDescriptor lock(::open((name + "/" + kLock).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
        if (!lock || ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) return nullptr;
        return std::unique_ptr<PrivateFolder>(new PrivateFolder(name, std::move(lock)));
    }

    fs::path profile() const { return path_ / "profile"; }
    fs::path job() const { return path_ / "job"; }
    fs::path temporary() const { return path_ / "tmp"; }
    fs::path font_rules() const { return path_ / "fonts.conf"; }
    const fs::path& path() const { return path_; }

  private:
    PrivateFolder(fs::path path, FileDescriptor lock) : path_(std::move(path)), lock_(std::move(lock)) {}

    fs::path path_;
    FileDescriptor lock_;
};

Error cannot_write() {
    return fail(ErrorCode::StorageFailed, "the document cannot be laid out for LibreOffice");
}

bool write_file(const fs::path& path, std::string_view first, ByteView content) {
    std::ofstream file(path, std::ios::binary);
    file << first << as_text(content);
    file.close();
    return file.good();
}

/// What the program reads of its surroundings, set before its first line runs.
void set_environment(const PrivateFolder& own) {
    const std::pair<const char*, std::string> variables[] = {
        {"HOME", own.path().string()},
        {"TMPDIR", own.temporary().string()},
        {"XDG_RUNTIME_DIR", own.temporary().string()},
        {"FONTCONFIG_FILE", own.font_rules().string()},
        {"SAL_USE_VCLPLUGIN", "svp"},  // draws into memory
        {"TZ", "UTC0"},
    };
    for (const auto& [name, value] : variables)
        ::setenv(name, value.c_str(), 1);
}

bool lay_out(const PrivateFolder& own, const OfficeFolders& folders) {
    std::error_code error;
    for (const fs::path& folder : {own.profile() / "user", own.temporary()})
        fs::create_directories(folder, error);
    return write_file(own.profile() / "user" / "registrymodifications.xcu", office_settings(), {}) &&
           write_file(own.font_rules(), office_font_rules(folders.font_rules, folders.fonts, own.path()), {});
}

sandbox::ProgramRights rights_of(const PrivateFolder& own, const OfficeFolders& folders) {
    sandbox::ProgramRights rights;
    rights.writable = own.path();
    rights.readable = {"/usr/lib",
                       "/usr/lib64",
                       "/usr/share",
                       "/usr/local/share/fonts",
                       "/lib",
                       "/lib64",
                       "/etc/libreoffice",
                       "/var/lib/libreoffice",
                       "/var/spool/libreoffice",
                       "/etc/fonts",
                       "/etc/ld.so.cache",
                       "/etc/localtime",
                       "/var/cache/fontconfig",
                       folders.font_rules,
                       "/proc/sys/crypto/fips_enabled"};
    if (!folders.fonts.empty()) rights.readable.push_back(folders.fonts);
    return rights;
}

/// One document at a time, in a folder that is made for it and goes with it.
class Printer {
  public:
    Printer(OfficeKit kit, fs::path job) : kit_(kit), job_(std::move(job)) {}

    Result<Bytes> handle(ByteView request, std::span<const int> files) {
        std::error_code ignored;
        fs::remove_all(job_, ignored);
        fs::create_directories(job_, ignored);
        auto reply = print(request, files);
        fs::remove_all(job_, ignored);
        return reply;
    }

  private:
    Result<Bytes> print(ByteView request, std::span<const int> files) {
        MessageReader reader(request);
        const std::uint64_t length = reader.number();
        const std::string suffix = reader.text();
        const std::string mark = reader.text();
        if (!reader.complete() || files.size() != 2) return fail(ErrorCode::Internal, "a malformed request");
        const fs::path document = job_ / ("document." + suffix);
        {
            const auto input = MappedFile::map(files[0], length);
            if (!input) return input.error();
            if (!write_file(document, mark, input->bytes())) return cannot_write();
        }
        if (auto printed = kit_.print(suffix); !printed) return printed.error();
        return hand_over(job_ / "document.pdf", files[1]);
    }

    static Result<Bytes> hand_over(const fs::path& pdf, int output) {
        const FileDescriptor file(::open(pdf.c_str(), O_RDONLY | O_CLOEXEC));
        struct stat status {};
        if (!file || ::fstat(file.get(), &status) != 0 || status.st_size == 0) {
            return fail(ErrorCode::InvalidFile, "the document gives no page");
        }
        auto left = static_cast<std::uint64_t>(status.st_size);
        const Bytes reply = MessageWriter().number(left).take();
        while (left > 0) {
            const ssize_t copied = ::sendfile(output, file.get(), nullptr, left);
            if (copied < 0 && errno == EINTR) continue;
            if (copied <= 0) return fail(ErrorCode::DocumentTooLarge, "the PDF would be too large");
            left -= static_cast<std::uint64_t>(copied);
        }
        return reply;
    }

    OfficeKit kit_;
    fs::path job_;
};

}  // namespace

void remove_office_leftovers(const fs::path& work) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(work, error)) {
        const FileDescriptor lock(::open((entry.path() / kLock).c_str(), O_RDWR | O_CLOEXEC));
        if (lock && ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) continue;
        std::error_code ignored;
        fs::remove_all(entry.path(), ignored);
    }
}

void office_worker_main(const OfficeFolders& folders) {
    remove_office_leftovers(folders.work);
    const auto own = PrivateFolder::make(folders.work);
    if (!own || !lay_out(*own, folders)) ::_exit(kNoFolder);
    set_environment(*own);
    const int status = sandbox::run_program_worker(rights_of(*own, folders), [&]() -> Result<sandbox::JobHandler> {
        const auto kit = OfficeKit::start(own->profile(), own->job());
        if (!kit) return kit.error();
        const auto printer = std::make_shared<Printer>(*kit, own->job());
        return sandbox::JobHandler(
            [printer](ByteView request, std::span<const int> files) { return printer->handle(request, files); });
    });
    // LibreOffice's threads are still running; nothing of the process is to be tidied up.
    ::_exit(status);
}

}  // namespace signet::convert
