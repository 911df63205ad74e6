#include "service/verification.hpp"

#include "base/file_descriptor.hpp"
#include "base/log.hpp"
#include "crypto/certificate_authority.hpp"
#include "crypto/digest.hpp"
#include "render/page_engine.hpp"
#include "sandbox/file.hpp"
#include "service/page_comparing.hpp"
#include "service/signing_keys.hpp"
#include "service/trust_services.hpp"
#include "service/verify_worker.hpp"
#include "store/contracts.hpp"

#include <algorithm>
#include <fcntl.h>
#include <sys/stat.h>

namespace signet::service {
namespace {

struct Opened {
    FileDescriptor descriptor;
    std::uint64_t length = 0;
};

Result<Opened> open_file(const std::filesystem::path& file) {
    Opened opened{FileDescriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC)), 0};
    struct stat status {};
    if (!opened.descriptor || ::fstat(opened.descriptor.get(), &status) != 0)
        return fail(ErrorCode::InvalidFile, "the file cannot be read");
    opened.length = static_cast<std::uint64_t>(status.st_size);
    return opened;
}

}  // namespace

AssessmentTrust Verification::trust() const {
    AssessmentTrust trust;
    trust.now = tools_.platform.clock.now();
    trust.roots = tools_.signer_roots;
    trust.roots.push_back(tools_.platform.authority.root_certificate());
    if (auto national = tools_.national_seals.root()) trust.roots.push_back(std::move(*national));
    trust.time_stamp_roots = tools_.time_stamps.roots();
    trust.time_stamp_roots.push_back(tools_.platform.authority.root_certificate());
    for (const Bytes& root : tools_.keys.roots()) {
        if (std::ranges::find(trust.roots, root) == trust.roots.end()) trust.roots.push_back(root);
    }
    // What this installation's own CA has revoked is known without a word of it in the file.
    std::vector<std::string> names{"root.crl"};
    for (const std::string& identifier : tools_.trust.authority()->issuing_identifiers())
        names.push_back(identifier + ".crl");
    for (const std::string& name : names) {
        auto list = tools_.trust.file(name);
        if (list && *list) trust.revocations.revocation_lists.push_back(std::move(**list));
    }
    return trust;
}

Result<std::optional<Verification::Held>> Verification::held(const std::string& sha256) const {
    constexpr std::size_t kEnough = 1;
    return tools_.platform.database.read([&](store::Connection& connection) -> Result<std::optional<Held>> {
        const auto documents = store::contracts::with_hash(connection, sha256, kEnough);
        if (!documents) return documents.error();
        if (documents->empty()) return std::optional<Held>();
        const auto id = store::contracts::of_document(connection, documents->front());
        if (!id) return id.error();
        if (!*id) return std::optional<Held>();
        const auto contract = store::contracts::find(connection, **id);
        if (!contract) return contract.error();
        const model::Document* document = *contract ? (*contract)->find(documents->front()) : nullptr;
        if (document == nullptr) return std::optional<Held>();
        return std::optional<Held>({document->sha256 == sha256, (*contract)->status});
    });
}

Result<Verification::Report> Verification::verify_file(const std::filesystem::path& file) const {
    const auto opened = open_file(file);
    if (!opened) return opened.error();
    Report report;
    if (opened->length == 0) {
        report.assessment.reasons.push_back({ReasonCode::FileNotPdf, "the file is empty"});
        return report;
    }
    const int fd = opened->descriptor.get();
    {
        const auto mapped = sandbox::MappedFile::map(fd, opened->length);
        if (!mapped) return mapped.error();
        report.sha256 = hex(crypto::Sha256::of(mapped->bytes()));
    }
    auto assessment = assess_apart(tools_.workers, fd, opened->length, trust());
    if (!assessment) return assessment.error();
    report.assessment = std::move(*assessment);
    compare_pages(tools_.pages, fd, opened->length, report.assessment);
    const auto found = held(report.sha256);
    if (!found) return found.error();
    report.held = *found;
    return report;
}

Bytes Verification::picture(const std::filesystem::path& file, const SignatureAssessment& signature) const {
    constexpr int kPixels = 300;
    const auto opened = open_file(file);
    if (!opened || opened->length == 0 || signature.fields.empty()) return {};
    auto drawn = tools_.pages.field_png({opened->descriptor.get(), opened->length}, signature.fields.front(), kPixels);
    return drawn ? std::move(*drawn) : Bytes{};
}

}  // namespace signet::service
