#include "service/archiving.hpp"

#include "base/text.hpp"
#include "crypto/certificate_authority.hpp"
#include "crypto/digest.hpp"
#include "pdf/validation_data.hpp"
#include "pdf/verify.hpp"
#include "store/blobs.hpp"
#include "store/document_files.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <zip.h>

namespace signet::service {

namespace fs = std::filesystem;
using model::Contract;
using model::Document;

namespace {

constexpr std::size_t kMostContracts = 100;
constexpr std::size_t kLongestName = 80;
constexpr std::size_t kLineOfPem = 64;
constexpr std::array<std::string_view, 3> kCompanions{"verify.py", "README.zh-CN.txt", "README.en.txt"};

/// Without separators, control characters and what Windows refuses.
std::string safe_name(std::string_view text) {
    std::u32string wide = to_utf32(text);
    if (wide.size() > kLongestName) wide.resize(kLongestName);
    for (char32_t& c : wide) {
        const bool bad = c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029 ||
                         std::u32string_view(U"/\\:*?\"<>|").find(c) != std::u32string_view::npos;
        if (bad) c = U'_';
    }
    const std::string name = to_utf8(wide);
    return name.empty() || name.front() == '.' ? "_" + name : name;
}

std::string pem_of(ByteView der) {
    const std::string encoded = base64(der);
    std::string pem = "-----BEGIN CERTIFICATE-----\n";
    for (std::size_t i = 0; i < encoded.size(); i += kLineOfPem)
        pem += encoded.substr(i, kLineOfPem) + "\n";
    return pem + "-----END CERTIFICATE-----\n";
}

Status put(const fs::path& file, ByteView content) {
    std::error_code error;
    fs::create_directories(file.parent_path(), error);
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    out.write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
    if (!out.flush()) return fail(ErrorCode::StorageFailed, "the archive cannot be written");
    return {};
}

/// A folder that goes with the object.
class Scratch {
  public:
    explicit Scratch(fs::path folder) : folder_(std::move(folder)) {}
    ~Scratch() {
        std::error_code ignored;
        fs::remove_all(folder_, ignored);
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    const fs::path& path() const { return folder_; }

  private:
    fs::path folder_;
};

/// Every file below a folder by its name there, in order.
std::map<std::string, fs::path> files_below(const fs::path& folder) {
    std::map<std::string, fs::path> files;
    std::error_code error;
    for (const auto& entry : fs::recursive_directory_iterator(folder, error)) {
        if (entry.is_regular_file(error))
            files[fs::relative(entry.path(), folder, error).generic_string()] = entry.path();
    }
    return files;
}

Result<std::string> digest_of(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    crypto::Sha256 hash;
    std::array<char, 65'536> buffer{};
    while (in) {
        in.read(buffer.data(), buffer.size());
        hash.update(as_bytes({buffer.data(), static_cast<std::size_t>(in.gcount())}));
    }
    if (!in.eof()) return fail(ErrorCode::StorageFailed, "the archive cannot be read back");
    return hex(hash.digest());
}

Status write_manifest(const fs::path& folder) {
    std::string manifest;
    for (const auto& [name, file] : files_below(folder)) {
        const auto digest = digest_of(file);
        if (!digest) return digest.error();
        manifest += *digest + "  " + name + "\n";
    }
    return put(folder / "MANIFEST.sha256", as_bytes(manifest));
}

struct ZipCloser {
    void operator()(zip_t* archive) const { zip_discard(archive); }
};

Status pack(const fs::path& folder, const fs::path& target) {
    const auto failed = [] { return fail(ErrorCode::StorageFailed, "the archive cannot be packed"); };
    int code = 0;
    std::unique_ptr<zip_t, ZipCloser> archive(zip_open(target.c_str(), ZIP_CREATE | ZIP_EXCL, &code));
    if (!archive) return failed();
    for (const auto& [name, file] : files_below(folder)) {
        zip_source_t* source = zip_source_file(archive.get(), file.c_str(), 0, -1);
        if (source == nullptr) return failed();
        if (zip_file_add(archive.get(), name.c_str(), source, ZIP_FL_ENC_UTF_8) < 0) {
            zip_source_free(source);
            return failed();
        }
    }
    zip_t* finished = archive.release();
    if (zip_close(finished) == 0) return {};
    zip_discard(finished);
    return failed();
}

}  // namespace

Status Archiving::add_documents(const Contract& contract, const fs::path& folder) const {
    for (const Document& document : contract.documents) {
        if (!contract.shows(document)) continue;
        const auto bytes = platform_.documents.read(document.stored(), 0, document.length);
        if (!bytes) return bytes.error();
        const std::string id = to_string(document.id);
        const Status kept = put(folder / "documents" / (id + "-" + safe_name(document.title) + ".pdf"), *bytes);
        if (!kept) return kept;
        for (const std::string_view upload : split(document.original_blob, ',')) {
            const auto blob = store::BlobId::from_hex(upload);
            if (!blob) continue;
            const auto content = platform_.blobs.read(*blob);
            if (!content) return content.error();
            const std::string suffix =
                document.original_suffix.empty() ? "" : "." + safe_name(document.original_suffix);
            if (const Status added = put(folder / "uploads" / (blob->hex() + suffix), *content); !added) return added;
        }
        const auto opened = pdf::Document::open(*bytes);
        if (!opened) continue;  // an upload that reads in no strict way has no validation data of ours
        if (const auto data = pdf::read_security_store(*opened)) {
            for (const Bytes& list : data->crls) {
                const std::string name = crypto::sha256_hex(list).substr(0, 16) + ".crl";
                if (const Status added = put(folder / "validation" / name, list); !added) return added;
            }
            for (const Bytes& response : data->ocsp_responses) {
                const std::string name = crypto::sha256_hex(response).substr(0, 16) + ".ocsp";
                if (const Status added = put(folder / "validation" / name, response); !added) return added;
            }
        }
        const pdf::VerificationReport report = pdf::verify(*bytes, {platform_.authority.root_certificate()});
        for (const pdf::SignatureReport& signature : report.signatures) {
            const Bytes& token = signature.is_document_time_stamp ? signature.cms : signature.signature_time_stamp;
            if (token.empty() || signature.field_names.empty()) continue;
            const std::string name = id + "-" + safe_name(signature.field_names.front()) + ".tst";
            if (const Status added = put(folder / "tokens" / name, token); !added) return added;
        }
    }
    return {};
}

Status Archiving::add_blobs(const Contract& contract, const fs::path& folder) const {
    std::vector<std::pair<std::string, std::string>> blobs;
    for (const model::ContractFile& file : contract.attachments)
        blobs.emplace_back(file.blob, file.file_name);
    for (const model::Signatory& party : contract.signatories) {
        for (const model::Attachment& attachment : party.attachments)
            blobs.emplace_back(attachment.blob, attachment.file_name);
    }
    for (const model::Attachment& attachment : contract.end_attachments)
        blobs.emplace_back(attachment.blob, attachment.file_name);
    if (contract.files_deleted) blobs.clear();
    int number = 0;
    for (const auto& [hex, name] : blobs) {
        const auto blob = store::BlobId::from_hex(hex);
        if (!blob) continue;
        const auto content = platform_.blobs.read(*blob);
        if (!content) return content.error();
        const std::string file = std::to_string(++number) + "-" + safe_name(name);
        if (const Status added = put(folder / "attachments" / file, *content); !added) return added;
    }
    return {};
}

Status Archiving::add_proofs(const EvidenceFacts& facts, const fs::path& folder) const {
    if (const Status added = put(folder / "evidence.json", as_bytes(to_json(facts))); !added) return added;
    const auto report = reports_.report(facts);
    if (!report) return report.error();
    if (const Status added = put(folder / "report.pdf", *report); !added) return added;
    if (const Status added = put(folder / "tokens/anchor.tst", facts.anchor.token); !added) return added;
    int number = 0;
    for (const EvidenceFacts::Certificate& certificate : facts.certificates) {
        const std::string name =
            std::to_string(++number) + "-" + safe_name(certificate.info.subject_common_name) + ".pem";
        if (const Status added = put(folder / "certificates" / name, as_bytes(pem_of(certificate.der))); !added)
            return added;
    }
    std::set<Bytes> roots(facts.time_stamp_roots.begin(), facts.time_stamp_roots.end());
    roots.insert(platform_.authority.root_certificate());
    std::string pem;
    for (const Bytes& root : roots)
        pem += pem_of(root);
    return put(folder / "trust/roots.pem", as_bytes(pem));
}

Status Archiving::fill(const Contract& contract, const fs::path& folder) const {
    const auto facts = reports_.facts(contract);
    if (!facts) return facts.error();
    if (const Status added = add_documents(contract, folder); !added) return added;
    if (const Status added = add_blobs(contract, folder); !added) return added;
    return add_proofs(*facts, folder);
}

Status Archiving::write(const std::vector<model::ContractId>& contracts, const fs::path& target,
                        const std::string& actor) const {
    if (contracts.empty() || contracts.size() > kMostContracts)
        return invalid_parameter("contracts: one to " + std::to_string(kMostContracts));
    std::error_code error;
    if (fs::exists(target, error)) return invalid_parameter("the archive: " + target.string() + " exists already");
    const Scratch scratch(options_.scratch / ("archive-" + random_token(24)));
    for (const std::string_view name : kCompanions) {
        fs::create_directories(scratch.path(), error);
        fs::copy_file(options_.checker / name, scratch.path() / name, error);
        if (error)
            return fail(ErrorCode::Unavailable,
                        "the archive's checker is missing: " + (options_.checker / name).string());
    }
    for (const model::ContractId id : contracts) {
        const auto contract = book_.find(id);
        if (!contract) return contract.error();
        if (const Status filled = fill(**contract, scratch.path() / to_string(id)); !filled) return filled;
        // Whoever cannot be logged must not take it along.
        const Status logged = log_.record(**contract, kDownloaded, actor, detail_of_items("ARCHIVE"));
        if (!logged) return logged;
    }
    if (const Status listed = write_manifest(scratch.path()); !listed) return listed;
    const Status packed = pack(scratch.path(), target);
    if (!packed) fs::remove(target, error);
    return packed;
}

}  // namespace signet::service
