/// What the second opinion on SM2 needs of the crypto floor: things of ours for it to check, and our verdict on its
/// own.
///
///     national make FOLDER                              certificates, a CMS, a seal and a signature over
///     FOLDER/content national cms FILE CONTENT                         `valid`, or what is wrong; exit 1 national
///     cms-inside FILE                          the same for a CMS that carries its content national seal FILE CONTENT
///     ROOT [OTHER]…          `valid`, or the fault's name; exit 1 national chain LEAF ROOT [OTHER]… `trusted`, or what
///     is wrong; exit 1

#include "crypto/certificate.hpp"
#include "crypto/certificate_authority.hpp"
#include "crypto/cms.hpp"
#include "crypto/electronic_seal.hpp"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>
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

int make(const std::string& folder) {
    const UtcTime now = SystemClock().now();
    AuthoritySettings settings;
    settings.organization = "示例机构";
    settings.key_algorithm = KeyAlgorithm::Sm2;
    const auto authority = must(CertificateAuthority::create(settings, now));
    const Validity validity = Validity::starting(now, std::chrono::hours(24));
    const auto signer = must(authority.issue({"示例公司", "示例公司", "1", "", "CN"}, validity, KeyAlgorithm::Sm2));
    const auto maker = must(authority.issue_service(AuthorityService::SealMaker, validity));
    const Bytes content = read_file(folder + "/content");
    SealFields fields;
    fields.id = "3701000000000001";
    fields.name = "示例公司公章";
    fields.users = SealUsers::by_digest({signer->certificate_chain()[0]});
    fields.created_at = fields.valid_from = UtcTime{now.milliseconds / 1000 * 1000};
    fields.valid_until = now + std::chrono::hours(24);
    fields.picture = {"PNG", Bytes(100, 1), 42, 42};
    const Bytes seal = must(make_electronic_seal(fields, *maker));
    const auto unfinished =
        must(sign_with_seal(must(parse_electronic_seal(seal)), {now, sm3(content), "whole"}, *signer));
    write_file(folder + "/root.der", authority.root_certificate());
    write_file(folder + "/issuing.der", authority.issuing_certificate());
    write_file(folder + "/signer.der", signer->certificate_chain()[0]);
    write_file(folder + "/maker.der", maker->certificate_chain()[0]);
    write_file(folder + "/cms.der", must(make_national_cms(*signer, sm3(content))));
    write_file(folder + "/seal.der", seal);
    write_file(folder + "/signature.der", must(finish_seal_signature(unfinished, *signer)));
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
    if (is("chain", 2)) return verify_one_chain(arguments.subspan(1));
    std::cerr << "national make|cms|cms-inside|seal|chain …\n";
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
