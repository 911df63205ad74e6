#include "app/commands.hpp"
#include "app/evidence_roots.hpp"
#include "base/log.hpp"
#include "service/evidence_check.hpp"
#include "service/evidence_facts.hpp"

#include <fmt/format.h>
#include <fstream>
#include <iostream>
#include <iterator>

#include <boost/json.hpp>

namespace signet::app {
namespace {

namespace json = boost::json;

constexpr int kGood = 0;
constexpr int kBad = 1;
constexpr int kNothing = 2;
constexpr std::uintmax_t kLargestFile = std::uintmax_t{512} << 20;

Result<Bytes> read(const std::filesystem::path& file) {
    std::error_code error;
    const auto size = std::filesystem::file_size(file, error);
    if (error || size > kLargestFile) return fail(ErrorCode::InvalidFile, "cannot read " + file.string());
    std::ifstream in(file, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    return to_bytes(text);
}

json::object write(const service::EvidenceVerdict& verdict) {
    json::array faults;
    for (const std::string& fault : verdict.faults)
        faults.emplace_back(fault);
    json::array documents;
    for (const std::string& document : verdict.documents)
        documents.emplace_back(document);
    json::object report{{"good", verdict.good()},
                        {"contract", verdict.contract},
                        {"subject", verdict.subject},
                        {"entries", verdict.entries},
                        {"signatures", verdict.signatures},
                        {"logSize", verdict.log_size},
                        {"logRoot", verdict.log_root},
                        {"anchorAuthority", verdict.anchor_authority},
                        {"anchorTrusted", verdict.anchor_trusted},
                        {"reportTrusted", verdict.report_trusted},
                        {"documents", std::move(documents)},
                        {"faults", std::move(faults)}};
    if (verdict.anchor_time) report["anchorTime"] = service::iso_time(*verdict.anchor_time);
    return report;
}

void print(const service::EvidenceVerdict& verdict) {
    std::cout << (verdict.good() ? "good" : "BAD") << ": contract " << verdict.contract << " "
              << for_log(verdict.subject) << '\n'
              << fmt::format("  {} log entries under the root {} of {} entries\n", verdict.entries, verdict.log_root,
                             verdict.log_size);
    if (verdict.anchor_time) {
        std::cout << "  time-stamped " << service::iso_time(*verdict.anchor_time) << " by "
                  << for_log(verdict.anchor_authority) << (verdict.anchor_trusted ? "" : " (not trusted)") << '\n';
    }
    std::cout << "  the report's signature is " << (verdict.report_trusted ? "trusted" : "not trusted") << "; "
              << verdict.signatures << " signatures in the contract\n";
    for (const std::string& document : verdict.documents)
        std::cout << "  " << for_log(document) << '\n';
    for (const std::string& fault : verdict.faults)
        std::cout << "  BAD: " << for_log(fault) << '\n';
}

}  // namespace

int evidence_verify(const EvidenceOptions& options) {
    const auto refuse = [](const std::string& why) {
        std::cerr << "signet: " << why << '\n';
        return kNothing;
    };
    const auto file = read(options.file);
    if (!file) return refuse(file.error().detail);
    const auto roots = evidence_roots(options.data, options.trust);
    if (!roots) return refuse(roots.error().detail);
    std::vector<Bytes> contents;
    contents.reserve(options.documents.size());
    std::vector<service::PresentedDocument> documents;
    for (const std::filesystem::path& path : options.documents) {
        auto content = read(path);
        if (!content) return refuse(content.error().detail);
        contents.push_back(std::move(*content));
        documents.push_back({path.filename().string(), contents.back()});
    }
    const bool is_json = options.file.extension() == ".json";
    const auto verdict = is_json ? service::check_evidence(as_text(*file), *roots, documents)
                                 : service::check_evidence_report(*file, *roots, documents);
    if (!verdict) return refuse(verdict.error().detail);
    if (options.json) {
        std::cout << json::serialize(write(*verdict)) << '\n';
    } else {
        print(*verdict);
    }
    return verdict->good() ? kGood : kBad;
}

}  // namespace signet::app
