/// What `signet` has no command for yet, for the judges: a signature whose CMS somebody else makes, validation data,
/// and document time-stamps.
///
///     extend IN OUT sign NAME X Y                    a visible signature in a new field, X and Y in points
///     extend IN OUT data KIND FILE [KIND FILE]…      KIND is cert, ocsp or crl; `related` instead of a pair lists all
///                                                    of it for every signature the file has, too
///     extend IN OUT stamp
///
/// `sign` and `stamp` print the digest in hexadecimal and read the name of the file that holds the CMS or token.

#include "base/drawing.hpp"
#include "pdf/document_time_stamp.hpp"
#include "pdf/sign.hpp"
#include "pdf/validation_data.hpp"
#include "pdf/verify.hpp"

#include <fmt/format.h>
#include <fstream>
#include <iostream>
#include <iterator>
#include <span>
#include <string>
#include <vector>

namespace {

using namespace signet;
using Arguments = std::span<const std::string>;

Bytes read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return Bytes(std::istreambuf_iterator<char>(file), {});
}

Result<Bytes> ask(const crypto::Sha256Digest& digest) {
    for (const std::uint8_t byte : digest)
        std::cout << fmt::format("{:02x}", byte);
    std::cout << std::endl;
    std::string path;
    std::getline(std::cin, path);
    Bytes value = read_file(path);
    if (value.empty()) return fail(ErrorCode::Unavailable, "there is no value");
    return value;
}

Result<Bytes> sign(const Bytes& file, Arguments arguments) {
    constexpr std::size_t kRoom = 20'000;
    Drawing square;
    square.width = square.height = 60;
    square.content = "0.85 0.1 0.1 rg 0 0 60 60 re f";
    Result<pdf::CompiledDrawing> seal = pdf::CompiledDrawing::compile(square);
    if (!seal) return seal.error();
    pdf::SignatureDetails details;
    details.time = SystemClock().now();
    const pdf::NewPlace place{{0, {std::stod(arguments[1]), std::stod(arguments[2]), 60, 60, 0}}, {&*seal}};
    return pdf::sign_document(file, arguments[0], std::span(&place, 1), details, pdf::CmsMaker{kRoom, ask});
}

pdf::SecurityStore read_store(const Bytes& file, Arguments arguments) {
    pdf::SecurityStore store;
    for (std::size_t i = 0; i + 1 < arguments.size(); i += 2) {
        const std::string& kind = arguments[i];
        std::vector<Bytes>& list = kind == "cert"   ? store.certificates
                                   : kind == "ocsp" ? store.ocsp_responses
                                                    : store.crls;
        list.push_back(read_file(arguments[i + 1]));
    }
    if (arguments.empty() || arguments.back() != "related") return store;
    pdf::SecurityStore::Related all;
    for (std::size_t i = 0; i < store.certificates.size(); ++i)
        all.certificates.push_back(i);
    for (std::size_t i = 0; i < store.ocsp_responses.size(); ++i)
        all.ocsp_responses.push_back(i);
    for (std::size_t i = 0; i < store.crls.size(); ++i)
        all.crls.push_back(i);
    const pdf::VerificationReport report = pdf::verify(file, {});
    for (const pdf::SignatureReport& signature : report.signatures) {
        all.key = signature.related_key;
        store.related.push_back(all);
    }
    return store;
}

Result<Bytes> extend(const Bytes& file, const std::string& how, Arguments arguments) {
    if (how == "sign") return sign(file, arguments);
    const Result<pdf::Document> document = pdf::Document::open(file);
    if (!document) return document.error();
    const Result<pdf::RevisionState> state = pdf::state_for_new_objects(*document);
    if (!state) return state.error();
    crypto::Sha256 hash;
    hash.update(file);
    Result<pdf::AppendedRevision> revision =
        how == "data" ? pdf::append_validation_data(*document, *state, hash, read_store(file, arguments))
                      : pdf::append_document_time_stamp(*document, *state, hash, ask);
    if (!revision) return revision.error();
    Bytes result = file;
    append(result, revision->increment);
    return result;
}

}  // namespace

int main(int count, char** values) {
    const std::vector<std::string> arguments(values, values + count);
    if (arguments.size() < 4 || (arguments[3] == "sign" && arguments.size() != 7)) {
        std::cerr << "extend IN OUT sign|data|stamp …\n";
        return 2;
    }
    const Result<Bytes> result = extend(read_file(arguments[1]), arguments[3], Arguments(arguments).subspan(4));
    if (!result) {
        std::cerr << describe(result.error()) << '\n';
        return 1;
    }
    std::ofstream(arguments[2], std::ios::binary)
        .write(reinterpret_cast<const char*>(result->data()), static_cast<std::streamsize>(result->size()));
    return 0;
}
