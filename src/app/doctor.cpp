#include "app/commands.hpp"
#include "app/house.hpp"
#include "app/key_desk.hpp"
#include "base/clock.hpp"
#include "base/file_descriptor.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "convert/converter.hpp"
#include "convert/office_kit.hpp"
#include "convert/office_worker.hpp"
#include "crypto/certificate.hpp"
#include "crypto/certificate_authority.hpp"
#include "crypto/field_cipher.hpp"
#include "crypto/key_vault.hpp"
#include "render/page_engine.hpp"
#include "sandbox/file.hpp"
#include "sandbox/worker_pool.hpp"
#include "seal/fonts.hpp"
#include "service/signing_keys.hpp"
#include "store/audit_tree.hpp"
#include "store/database.hpp"
#include "store/directory.hpp"
#include "store/final_files.hpp"
#include "store/holds.hpp"
#include "store/preservation.hpp"
#include "store/schema.hpp"
#include "store/signing_keys.hpp"

#include <iostream>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <thread>

namespace signet::app {
namespace {

/// Prints findings as they come and remembers whether one was bad.
class Report {
  public:
    void good(std::string_view what) { std::cout << "  ok    " << what << '\n'; }
    void note(std::string_view what) { std::cout << "  note  " << what << '\n'; }
    void bad(std::string_view what, std::string_view mend) {
        std::cout << "  BAD   " << what << "\n        mend: " << mend << '\n';
        all_well_ = false;
    }
    bool all_well() const { return all_well_; }

  private:
    bool all_well_ = true;
};

void check_folder(const Settings& settings, Report& report) {
    std::error_code error;
    if (!std::filesystem::exists(settings.data, error)) {
        report.note("no data folder yet at " + settings.data.string() + "; the first start makes one");
        return;
    }
    struct statvfs space {};
    if (::statvfs(settings.data.c_str(), &space) != 0) return;
    const std::uint64_t free_mib = space.f_bavail * space.f_frsize >> 20;
    if (free_mib < 1024) {
        report.bad("only " + std::to_string(free_mib) + " MiB are free where the data lies",
                   "free some space or move --data");
    } else {
        report.good(std::to_string(free_mib >> 10) + " GiB free where the data lies");
    }
}

void check_keys(const Settings& settings, Report& report) {
    const std::filesystem::path folder = settings.data / "keys";
    std::error_code error;
    if (!std::filesystem::exists(folder / "master.key", error)) {
        if (std::filesystem::exists(folder / "ca", error)) {
            report.bad("the master key is missing", "restore keys/master.key from your backup, mode 0600");
        }
        return;
    }
    const auto vault = crypto::KeyVault::load(folder / "master.key");
    if (!vault) {
        report.bad("the master key: " + describe(vault.error()), "restore keys/master.key from your backup, mode 0600");
        return;
    }
    report.good("the master key can be read by its owner alone");
    if (!std::filesystem::exists(folder / "ca", error)) return;
    const auto authority = crypto::CertificateAuthority::load(folder / "ca", *vault, authority_settings(settings.keys));
    if (!authority) {
        report.bad("the own CA: " + describe(authority.error()), "restore keys/ca from your backup");
        return;
    }
    const auto issuing = crypto::describe_certificate(authority->issuing_certificate());
    if (!issuing) return;
    const auto left = std::chrono::duration_cast<std::chrono::days>(issuing->not_after - SystemClock().now());
    if (left.count() < 90) {
        report.bad("the issuing CA ends in " + std::to_string(left.count()) + " days", "make a new issuing CA in time");
    } else {
        report.good("the issuing CA is good for " + std::to_string(left.count()) + " days: " + issuing->subject);
    }
}

void check_preservation(store::Database& database, Report& report) {
    const auto depth = database.read(
        [](store::Connection& connection) { return store::preservation::depth(connection, SystemClock().now()); });
    if (!depth) return;
    if (depth->failing > 0) {
        report.bad("the signatures of " + std::to_string(depth->failing) +
                       " contracts cannot be made to last yet: " + for_log(depth->problem),
                   "see to what is named there; a running server tries again by itself");
    } else if (depth->waiting > 0) {
        report.note("the signatures of " + std::to_string(depth->waiting) +
                    " contracts wait to be made to last; a running server does it");
    }
}

/// Whether the key that is there opens what lies in the database.
void check_personal_data(store::Database& database, Report& report) {
    const auto people =
        database.read([](store::Connection& connection) { return store::directory::employees(connection); });
    if (people) return;
    report.bad("personal data in the database: " + for_log(describe(people.error())),
               "restore keys/personal.key from your backup");
}

void check_files(store::Database& database, Report& report) {
    const auto damages =
        database.read([](store::Connection& connection) { return store::final_files::damages(connection); });
    if (!damages) return;
    for (const auto& damage : *damages) {
        report.bad("document " + to_string(damage.document) + " is damaged: " + for_log(damage.fault),
                   "put its file back from your backup, then run signet scrub");
    }
    const auto holds = database.read([](store::Connection& connection) { return store::holds::all(connection); });
    if (holds && !holds->empty()) report.note(std::to_string(holds->size()) + " contracts are under a legal hold");
}

/// The keys that companies brought along: what has ended, and what soon will.
void check_signing_keys(store::Database& database, Report& report) {
    const auto keys = database.read([](store::Connection& connection) { return store::signing_keys::all(connection); });
    if (!keys) return;
    for (const store::signing_keys::SigningKey& key : *keys) {
        for (const Bytes& der : service::certificates_of(key)) {
            const auto info = crypto::describe_certificate(der);
            if (!info) continue;
            const auto left = std::chrono::duration_cast<std::chrono::days>(info->not_after - SystemClock().now());
            const std::string whose =
                "the certificate " + for_log(info->subject) + " of company " + to_string(key.company) + "'s key";
            if (left.count() < 30) {
                report.bad(
                    whose + (left.count() < 0 ? " has expired" : " ends in " + std::to_string(left.count()) + " days"),
                    "bring a new one with `signet organisation apply`");
            } else {
                report.good(whose + " is good for " + std::to_string(left.count()) + " days");
            }
        }
        if (key.revoked.empty()) continue;
        report.bad("company " + to_string(key.company) + "'s key must not be used: " + for_log(key.revoked),
                   "bring a new one with `signet organisation apply`");
    }
}

void check_database(const Settings& settings, Report& report) {
    std::error_code error;
    if (!std::filesystem::exists(settings.data / "signet.db", error)) return;
    store::DatabaseOptions options;
    options.check_integrity = true;
    const auto vault = crypto::KeyVault::load(settings.data / "keys/master.key");
    if (!vault) return;  // told already
    auto cipher = crypto::FieldCipher::load_or_create(settings.data / "keys/personal.key", *vault);
    if (!cipher) {
        report.bad("the key of personal data: " + describe(cipher.error()),
                   "restore keys/personal.key from your backup");
        return;
    }
    options.cipher = std::make_shared<const crypto::FieldCipher>(std::move(*cipher));
    const auto database = store::Database::open(settings.data / "signet.db", store::schema(), options);
    if (!database) {
        const std::string why = describe(database.error());
        if (why.find("in use by process") != std::string::npos) {
            report.note("a server is running on this folder; stop it to have the database looked through");
        } else {
            report.bad("the database: " + why, "restore signet.db from your backup");
        }
        return;
    }
    report.good("the database is sound");
    check_preservation(**database, report);
    check_personal_data(**database, report);
    check_files(**database, report);
    check_signing_keys(**database, report);
    const auto verdict = (*database)->read([](store::Connection& connection) { return store::verify_log(connection); });
    if (!verdict) {
        report.bad("the log cannot be read: " + describe(verdict.error()), "restore signet.db from your backup");
    } else if (!*verdict) {
        report.bad("the log was changed at entry " + std::to_string(verdict->first_bad),
                   "keep this folder as evidence and restore from your backup");
    } else {
        report.good("the log is unbroken: " + std::to_string(verdict->checked) + " entries");
    }
}

void check_fonts(const Settings& settings, Report& report) {
    const auto fonts = seal::FontLibrary::open({settings.fonts});
    if (!fonts) {
        report.bad("fonts: " + fonts.error().detail, "install the package that is named");
        return;
    }
    for (const auto& face : fonts->faces())
        report.good("font " + face.family + " " + face.style);
}

void check_workers(Report& report) {
    constexpr std::string_view kSmallest =
        "%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count "
        "1>>\nendobj\n"
        "3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 50]>>\nendobj\ntrailer\n<</Root 1 0 R/Size 4>>\n%%EOF\n";
    sandbox::PoolOptions options;
    options.count = 1;
    sandbox::WorkerPool workers({"/proc/self/exe", "worker", "render"}, options);
    const auto memory = sandbox::memory_file(as_bytes(kSmallest));
    const auto sizes = memory ? render::PageEngine(workers).page_sizes({memory->get(), kSmallest.size()})
                              : Result<std::vector<render::PageSize>>(memory.error());
    if (!sizes) {
        report.bad("the sandboxed worker: " + describe(sizes.error()),
                   "allow seccomp and user memory limits for this program");
    } else {
        report.good("the sandboxed worker draws");
    }
}

Result<convert::ConvertedPdf> print_with(const Settings& settings, std::string_view page) {
    const sandbox::PoolOptions one = convert::Converter::office_pool(1, false);
    sandbox::WorkerPool readers({"/proc/self/exe", "worker", "convert"}, one);
    sandbox::WorkerPool office(office_worker_command(settings), one, convert::Converter::office_limits());
    return convert::Converter(readers, &office).to_pdf(as_bytes(page), "html");
}

void check_office(const Settings& settings, Report& report) {
    constexpr std::string_view kPage = "<!DOCTYPE html><p>\u5408\u540c</p>";
    if (convert::office_program_folder().empty() || settings.office_workers == 0) {
        report.note("Office files and HTML are not taken: install libreoffice-writer-nogui and libreoffice-calc-nogui");
        return;
    }
    // Beside the data: the doctor looks and changes nothing there.
    Settings elsewhere = settings;
    elsewhere.data = std::filesystem::temp_directory_path() / ("signet-doctor-" + random_token(16));
    const auto printed = print_with(elsewhere, kPage);
    std::error_code ignored;
    std::filesystem::remove_all(elsewhere.data, ignored);
    if (!printed) {
        report.bad("LibreOffice: " + describe(printed.error()),
                   "use a kernel with Landlock (5.13 or newer), or set office_workers = 0");
    } else {
        report.good("LibreOffice prints");
    }
}

void check_port(const Settings& settings, Report& report) {
    const FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(settings.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        report.note("port " + std::to_string(settings.port) +
                    " is in use: by a running server, or choose another with --listen");
    } else {
        report.good("port " + std::to_string(settings.port) + " is free");
    }
}

void check_front_end(const Settings& settings, Report& report) {
    std::error_code error;
    if (std::filesystem::exists(settings.front_end / "index.html", error)) {
        report.good("the pages are built");
    } else {
        report.bad("the pages are not built: " + settings.front_end.string(),
                   "run ./run, or npm ci && npm run build in web/");
    }
}

}  // namespace

int doctor(const Settings& settings) {
    std::cout << "Signet " << SIGNET_VERSION << ", data in " << settings.data.string() << '\n';
    Report report;
    if (!TimeZone::find(settings.zone)) report.bad("no time zone " + settings.zone, "install tzdata or correct `zone`");
    check_folder(settings, report);
    check_keys(settings, report);
    check_database(settings, report);
    check_fonts(settings, report);
    check_workers(report);
    check_office(settings, report);
    check_front_end(settings, report);
    check_port(settings, report);
    if (settings.is_demo()) report.note("no mail and SMS gateway is set: messages stay in the demo inbox");
    std::cout << (report.all_well() ? "all is well\n" : "something needs mending\n");
    return report.all_well() ? 0 : 1;
}

}  // namespace signet::app
