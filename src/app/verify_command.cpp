#include "app/commands.hpp"
#include "base/file_descriptor.hpp"
#include "base/log.hpp"
#include "crypto/pem.hpp"
#include "pdf/verify.hpp"
#include "render/page_engine.hpp"
#include "sandbox/file.hpp"
#include "sandbox/worker_pool.hpp"
#include "service/assessment.hpp"
#include "service/page_comparing.hpp"
#include "service/signature_levels.hpp"

#include <fcntl.h>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sys/stat.h>

#include <boost/json.hpp>

namespace signet::app {
namespace {

namespace json = boost::json;

constexpr int kNothingWrong = 0;
constexpr int kInvalid = 1;
constexpr int kNothing = 2;

std::string read_text(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

int exit_status(const service::Assessment& assessment) {
    switch (assessment.conclusion) {
        case service::Conclusion::Valid:
        case service::Conclusion::SignerUnknown:
        case service::Conclusion::Undecided:
            return kNothingWrong;
        case service::Conclusion::Invalid:
            return kInvalid;
        case service::Conclusion::NotSigned:
        case service::Conclusion::Unreadable:
            return kNothing;
    }
    return kNothing;
}

/// In the words this command has always had.
std::string_view verdict_of(const service::Assessment& assessment, pdf::DocumentVerdict found) {
    return assessment.modified ? "Tampered" : to_string(found);
}

json::array write_reasons(const std::vector<service::Reason>& reasons) {
    json::array list;
    for (const service::Reason& reason : reasons) {
        const service::ReasonText& text = text_of(reason.code);
        list.push_back({{"code", json::string(text.word)},
                        {"question", json::string(to_string(text.question))},
                        {"message", json::string(text.english)},
                        {"messageZh", json::string(text.chinese)},
                        {"detail", json::string(reason.detail)}});
    }
    return list;
}

json::object write_answers(const service::SignatureAssessment& one) {
    using service::Question;
    json::object answers;
    for (const Question question : {Question::Integrity, Question::Trust, Question::Time, Question::Revocation})
        answers[to_string(question)] = json::string(to_string(one.answer(question)));
    return answers;
}

json::array write_pages(const std::vector<service::PageDifference>& differences) {
    json::array pages;
    for (const service::PageDifference& one : differences)
        pages.push_back(one.page + 1);
    return pages;
}

json::array write_findings(const std::vector<pdf::FindingReport>& findings) {
    json::array list;
    for (const pdf::FindingReport& finding : findings) {
        list.push_back(
            {{"reason", json::string(to_string(finding.finding))}, {"detail", json::string(finding.detail)}});
    }
    return list;
}

using Standings = std::vector<service::SignatureStanding>;

/// What stands where a PAdES signature has its level.
constexpr std::string_view kSealStandard = "GB/T 38540";

std::string_view level_of(const service::SignatureStanding& standing) {
    return standing.level ? to_wire(*standing.level) : "time-stamp";
}

/// A signature with a seal by GB/T 38540.
json::object write_seal(const crypto::SealSignatureReport& report) {
    json::object seal{{"valid", report.valid()}, {"timeStamp", report.has_time_stamp}};
    if (report.fault) {
        seal["fault"] = json::string(crypto::name_of(*report.fault));
        seal["faultMessage"] = json::string(crypto::to_string(*report.fault));
        seal["faultMessageZh"] = json::string(crypto::to_chinese(*report.fault));
        seal["detail"] = json::string(report.detail);
    }
    if (report.signature) {
        const crypto::SealFields& fields = report.signature->seal.fields;
        seal["id"] = json::string(fields.id);
        seal["name"] = json::string(fields.name);
        seal["propertyInfo"] = json::string(report.signature->property_info);
    }
    return seal;
}

json::object write_report(const pdf::VerificationReport& report, const Standings& standings,
                          const service::Assessment& assessment) {
    const TimeZone utc = TimeZone::fixed(0);
    json::array signatures;
    for (std::size_t i = 0; i < report.signatures.size(); ++i) {
        const pdf::SignatureReport& signature = report.signatures[i];
        const service::SignatureStanding& standing = standings[i];
        json::array fields;
        for (const std::string& name : signature.field_names)
            fields.push_back(json::string(name));
        json::object item{{"fields", std::move(fields)},
                          {"intact", signature.intact},
                          {"trusted", signature.trusted()},
                          {"trust", json::string(crypto::to_string(signature.trust))},
                          {"coverage", json::string(to_string(signature.coverage))},
                          {"laterChanges", json::string(to_string(signature.later_changes))},
                          {"revision", signature.revision},
                          {"subFilter", json::string(signature.sub_filter)},
                          {"claimedTime", json::string(signature.claimed_time)},
                          {"reason", json::string(signature.reason)},
                          {"digestAlgorithm", json::string(signature.digest_algorithm)},
                          {"timeStamp", signature.has_time_stamp},
                          {"documentTimeStamp", signature.is_document_time_stamp},
                          {"revoked", standing.revoked},
                          {"findings", write_findings(signature.findings)}};
        const service::SignatureAssessment& judged = assessment.signatures[i];
        item["conclusion"] = json::string(to_wire(judged.conclusion));
        item["answers"] = write_answers(judged);
        item["reasons"] = write_reasons(judged.reasons);
        item["changedPages"] = write_pages(judged.differences);
        if (standing.level) item["level"] = json::string(to_wire(*standing.level));
        if (standing.proven_time) item["provenTimeUtc"] = utc.format(*standing.proven_time);
        if (!standing.problem.empty()) item["timeStampProblem"] = standing.problem;
        if (signature.signer) {
            item["signer"] = json::object{{"subject", json::string(signature.signer->subject)},
                                          {"issuer", json::string(signature.signer->issuer)},
                                          {"serialNumber", json::string(signature.signer->serial_number)},
                                          {"publicKey", json::string(signature.signer->public_key)},
                                          {"fingerprint", json::string(signature.signer->fingerprint)}};
        }
        if (signature.seal) item["electronicSeal"] = write_seal(*signature.seal);
        signatures.push_back(std::move(item));
    }
    json::object result{{"verdict", json::string(verdict_of(assessment, report.verdict))},
                        {"conclusion", json::string(to_wire(assessment.conclusion))},
                        {"sentence", json::string(assessment.sentence().english)},
                        {"sentenceZh", json::string(assessment.sentence().chinese)},
                        {"reasons", write_reasons(assessment.reasons)},
                        {"pages", report.page_count},
                        {"revisions", report.revisions.size()},
                        {"findings", write_findings(report.findings)},
                        {"signatures", std::move(signatures)}};
    if (report.error) result["error"] = json::string(describe(*report.error));
    return result;
}

void print_reasons(const std::vector<service::Reason>& reasons, std::string_view indent) {
    for (const service::Reason& reason : reasons) {
        const service::ReasonText& text = text_of(reason.code);
        std::cout << indent << text.word << ": " << text.english;
        if (!reason.detail.empty()) std::cout << " [" << for_log(reason.detail) << "]";
        std::cout << '\n';
    }
}

void print_report(const pdf::VerificationReport& report, const Standings& standings,
                  const service::Assessment& assessment) {
    std::cout << verdict_of(assessment, report.verdict);
    if (report.error) std::cout << ": " << describe(*report.error);
    std::cout << '\n'
              << to_wire(assessment.conclusion) << ": " << assessment.sentence().english << " ("
              << assessment.sentence().chinese << ")\n";
    print_reasons(assessment.reasons, "  ");
    for (std::size_t i = 0; i < report.signatures.size(); ++i) {
        const pdf::SignatureReport& signature = report.signatures[i];
        const service::SignatureStanding& standing = standings[i];
        std::cout << "  " << (signature.intact ? "intact   " : "BROKEN   ")
                  << (signature.trusted() ? "trusted    " : "not trusted  ")
                  << (signature.signer ? signature.signer->subject : signature.signer_name) << "  "
                  << signature.claimed_time << "  " << to_string(signature.coverage)
                  << ", later changes: " << to_string(signature.later_changes) << ", "
                  << (signature.seal ? kSealStandard : level_of(standing));
        if (standing.proven_time)
            std::cout << ", proven " << TimeZone::fixed(0).format(*standing.proven_time) << " UTC";
        if (standing.revoked) std::cout << ", REVOKED";
        std::cout << '\n';
        if (signature.seal && signature.seal->signature) {
            std::cout << "    electronic seal " << for_log(signature.seal->signature->seal.fields.name) << ": "
                      << (signature.seal->fault ? crypto::to_string(*signature.seal->fault) : "valid") << '\n';
        }
        print_reasons(assessment.signatures[i].reasons, "    ");
    }
}

/// Draws pages in worker processes of this same program.
void compare_pages(int file, std::uint64_t length, service::Assessment& assessment) {
    sandbox::PoolOptions options;
    options.count = 1;
    options.warm = 0;
    sandbox::WorkerPool workers({"/proc/self/exe", "worker", "render"}, options);
    service::compare_pages(render::PageEngine(workers), file, length, assessment);
}

int unreadable(const VerifyOptions& options, const std::string& why) {
    if (options.json) {
        std::cout << json::serialize(
                         json::object{{"verdict", "Unreadable"}, {"conclusion", "UNREADABLE"}, {"error", why}})
                  << '\n';
    } else {
        std::cout << "Unreadable: " << why << '\n';
    }
    return kNothing;
}

}  // namespace

int verify(const VerifyOptions& options) {
    const FileDescriptor file(::open(options.file.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat status {};
    if (!file || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode))
        return unreadable(options, "no such file");
    if (status.st_size == 0) return unreadable(options, "the file is empty");
    const auto mapped = sandbox::MappedFile::map(file.get(), static_cast<std::uint64_t>(status.st_size));
    if (!mapped) return unreadable(options, describe(mapped.error()));

    std::vector<Bytes> roots;
    std::vector<std::filesystem::path> trust = options.trust;
    for (const char* name : {"keys/ca/root.pem", "keys/sm2/root.pem"}) {
        const std::filesystem::path own = options.data / name;
        if (std::filesystem::exists(own)) trust.push_back(own);
    }
    for (const std::filesystem::path& path : trust) {
        auto certificates = crypto::read_certificates(as_bytes(read_text(path)));
        if (!certificates) {
            std::cerr << path.string() << ": " << describe(certificates.error()) << '\n';
            return kNothing;
        }
        roots.insert(roots.end(), certificates->begin(), certificates->end());
    }
    const pdf::VerificationReport report = pdf::verify(mapped->bytes(), roots);
    service::AssessmentTrust judgement{roots, roots, {}, SystemClock().now()};
    for (const std::filesystem::path& path : options.revocation_lists) {
        const std::string list = read_text(path);
        judgement.revocations.revocation_lists.emplace_back(list.begin(), list.end());
    }
    const Standings standings = service::judge_standing(report, roots, judgement.now);
    service::Assessment assessment = service::assess(report, judgement);
    if (options.compares_pages) compare_pages(file.get(), mapped->bytes().size(), assessment);
    if (options.json) {
        std::cout << json::serialize(write_report(report, standings, assessment)) << '\n';
    } else {
        print_report(report, standings, assessment);
    }
    return exit_status(assessment);
}

}  // namespace signet::app
