/// What the second opinion on SM2 needs of us: things of ours for it to check, and our verdict on its own.
///
///     national make FOLDER                  certificates, a CMS, a seal, a signature over FOLDER/content
///     national cms FILE CONTENT             `valid`, or what is wrong; exit 1
///     national cms-inside FILE              the same for a CMS that carries its content
///     national seal FILE CONTENT ROOT…      `valid`, or the fault's name; exit 1
///     national pdf IN OUT FOLDER            a PDF with one sealed signature more; FOLDER gets root.der
///     national chain LEAF ROOT [OTHER]…     `trusted`, or what is wrong; exit 1

#include "base/drawing.hpp"
#include "crypto/certificate.hpp"
#include "crypto/certificate_authority.hpp"
#include "crypto/cms.hpp"
#include "crypto/electronic_seal.hpp"
#include "pdf/seal_sign.hpp"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace signet;
using namespace signet::crypto;
using Arguments = std::span<const std::string>;

Bytes read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return Bytes(std::istreambuf_iterator<char>(file), {});
}

void write_file(const std::string& path, ByteView bytes) {
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

std::vector<Bytes> read_files(Arguments paths) {
    std::vector<Bytes> files;
    for (const std::string& path : paths)
        files.push_back(read_file(path));
    return files;
}

Sm3Digest sm3(ByteView bytes) {
    Sm3Digest digest{};
    std::ranges::copy(Digest::of(DigestAlgorithm::Sm3, bytes), digest.begin());
    return digest;
}

/// Throws what std::bad_optional_access would hide: a judge's tool may.
template <typename T>
T must(Result<T> result) {
    if (!result) throw std::runtime_error(describe(result.error()));
    return std::move(*result);
}

/// A company with its seal, below an authority of this moment.
struct Company {
    CertificateAuthority authority;
    std::unique_ptr<Signer> signer;
    std::unique_ptr<Signer> maker;
    Bytes seal;
};

Company make_company(UtcTime now) {
    AuthoritySettings settings;
    settings.organization = "示例机构";
    settings.key_algorithm = KeyAlgorithm::Sm2;
    auto authority = must(CertificateAuthority::create(settings, now));
    const Validity validity = Validity::starting(now, std::chrono::hours(24));
    auto signer = must(authority.issue({"示例公司", "示例公司", "1", "", "CN"}, validity, KeyAlgorithm::Sm2));
    auto maker = must(authority.issue_service(AuthorityService::SealMaker, validity));
    SealFields fields;
    fields.id = "3701000000000001";
    fields.name = "示例公司公章";
    fields.users = SealUsers::by_digest({signer->certificate_chain()[0]});
    fields.created_at = fields.valid_from = UtcTime{now.milliseconds / 1000 * 1000};
    fields.valid_until = now + std::chrono::hours(24);
    fields.picture = {"PNG", Bytes(100, 1), 42, 42};
    Bytes seal = must(make_electronic_seal(fields, *maker));
    return {std::move(authority), std::move(signer), std::move(maker), std::move(seal)};
}

int make(const std::string& folder) {
    const UtcTime now = SystemClock().now();
    const Company company = make_company(now);
    const Signer& signer = *company.signer;
    const Bytes content = read_file(folder + "/content");
    const auto unfinished =
        must(sign_with_seal(must(parse_electronic_seal(company.seal)), {now, sm3(content), "whole"}, signer));
    write_file(folder + "/root.der", company.authority.root_certificate());
    write_file(folder + "/issuing.der", company.authority.issuing_certificate());
    write_file(folder + "/signer.der", signer.certificate_chain()[0]);
    write_file(folder + "/maker.der", company.maker->certificate_chain()[0]);
    write_file(folder + "/cms.der", must(make_national_cms(signer, sm3(content))));
    write_file(folder + "/seal.der", company.seal);
    write_file(folder + "/signature.der", must(finish_seal_signature(unfinished, signer)));
    return 0;
}

int seal_pdf(const std::string& in, const std::string& out, const std::string& folder) {
    const UtcTime now = SystemClock().now();
    const Company company = make_company(now);
    const ElectronicSeal seal = must(parse_electronic_seal(company.seal));
    Drawing square;
    square.width = square.height = 60;
    square.content = "0.85 0.1 0.1 rg 0 0 60 60 re f";
    const pdf::CompiledDrawing picture = must(pdf::CompiledDrawing::compile(square));
    const pdf::NewPlace place{{0, {100, 100, 60, 60, 0}}, {&picture}};
    pdf::SignatureDetails details;
    details.time = now;
    const pdf::SealSigner signer{seal, *company.signer};
    write_file(out, must(pdf::sign_with_seal(read_file(in), "national", std::span(&place, 1), details, signer)));
    write_file(folder + "/root.der", company.authority.root_certificate());
    return 0;
}

int say(const CmsReport& report) {
    for (const CmsFinding finding : report.findings)
        std::cerr << to_string(finding) << '\n';
    std::cout << (report.valid() ? "valid" : "invalid") << '\n';
    return report.valid() ? 0 : 1;
}

int verify_one_seal(Arguments arguments) {
    const Bytes content = read_file(arguments[1]);
    SealTrust trust;
    trust.roots = {read_file(arguments[2])};
    trust.others = read_files(arguments.subspan(3));
    const auto document = [&](std::string_view property_info) -> std::optional<Bytes> {
        if (property_info != "whole") return std::nullopt;
        return Digest::of(DigestAlgorithm::Sm3, content);
    };
    const SealSignatureReport report =
        verify_seal_signature(read_file(arguments[0]), document, trust, SystemClock().now());
    std::cerr << report.detail << '\n';
    std::cout << (report.fault ? name_of(*report.fault) : "valid") << '\n';
    return report.valid() ? 0 : 1;
}

int verify_one_chain(Arguments arguments) {
    const ChainReport report = must(verify_chain(read_file(arguments[0]), read_files(arguments.subspan(2)),
                                                 {read_file(arguments[1])}, SystemClock().now()));
    std::cout << to_string(report.status) << '\n';
    return report.trusted() ? 0 : 1;
}

int run(Arguments arguments) {
    const auto is = [&](std::string_view command, std::size_t least) {
        return arguments.size() > least && arguments[0] == command;
    };
    if (is("make", 1)) return make(arguments[1]);
    if (is("cms", 2)) return say(verify_cms_of(must(parse_cms(read_file(arguments[1]))), read_file(arguments[2])));
    if (is("cms-inside", 1)) return say(verify_encapsulated_cms(must(parse_cms(read_file(arguments[1])))));
    if (is("seal", 3)) return verify_one_seal(arguments.subspan(1));
    if (is("pdf", 3)) return seal_pdf(arguments[1], arguments[2], arguments[3]);
    if (is("chain", 2)) return verify_one_chain(arguments.subspan(1));
    std::cerr << "national make|cms|cms-inside|seal|pdf|chain …\n";
    return 2;
}

}  // namespace

int main(int count, char** values) {
    try {
        const std::vector<std::string> arguments(values + 1, values + count);
        return run(arguments);
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 3;
    }
}
