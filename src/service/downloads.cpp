#include "service/downloads.hpp"

#include "base/text.hpp"
#include "store/audit.hpp"
#include "store/blobs.hpp"
#include "store/database.hpp"
#include "store/document_files.hpp"

#include <algorithm>
#include <fstream>
#include <memory>
#include <set>
#include <utility>
#include <zip.h>

namespace signet::service {

using model::Contract;
using model::Document;

namespace {

/// A name that is safe in every file system and in a ZIP: no separators, no control characters, at most 100 characters.
std::string safe_name(std::string_view text) {
    std::u32string wide = to_utf32(text);
    if (wide.size() > 100) wide.resize(100);
    for (char32_t& c : wide) {
        const bool bad =
            c < 0x20 || c == 0x7F || std::u32string_view(U"/\\:*?\"<>|").find(c) != std::u32string_view::npos;
        if (bad) c = U'_';
    }
    std::string name = to_utf8(wide);
    return name.empty() || name == "." || name == ".." ? "_" : name;
}

struct ZipCloser {
    void operator()(zip_t* archive) const { zip_discard(archive); }
};

Error zip_failed(std::string_view what) {
    return fail(ErrorCode::StorageFailed, "the archive: " + std::string(what));
}

}  // namespace

Result<DocumentDownload> Downloads::document(const Contract& contract, model::DocumentId id) const {
    const Document* document = contract.find(id);
    if (document == nullptr) return invalid_parameter("documentId: the contract has no document " + to_string(id));
    auto file = platform_.documents.open_file(document->stored());
    if (!file) return file.error();
    return DocumentDownload{std::move(*file), document->length, safe_name(document->title) + ".pdf"};
}

Result<std::string> Downloads::sign_log(const Contract& contract) const {
    std::string text = "时间\t事件\t操作人\t详情\r\n";
    std::int64_t after = 0;
    while (true) {
        const auto page = platform_.database.read(
            [&](store::Connection& connection) { return store::list_audit(connection, contract.id, after, 500); });
        if (!page) return page.error();
        if (page->empty()) return text;
        for (const store::AuditEntry& entry : *page) {
            text += platform_.zone.format(entry.record.time) + "\t" + entry.record.event + "\t" + entry.record.actor +
                    "\t" + entry.record.detail + "\r\n";
        }
        after = page->back().sequence;
    }
}

Result<std::vector<Downloads::Entry>> Downloads::entries(const Contract& contract,
                                                         const ArchiveCommand& command) const {
    std::vector<Entry> entries;
    const auto named = [&](std::string_view kind, const std::string& name) {
        return command.original_names ? safe_name(name) : std::string(kind) + "-" + safe_name(name);
    };
    const std::set<DownloadItem> wanted(command.items.begin(), command.items.end());
    if (wanted.contains(DownloadItem::Contract)) {
        for (const Document& document : contract.documents) {
            if (document.is_attachment()) continue;
            auto bytes = platform_.documents.read(document.stored(), 0, document.length);
            if (!bytes) return bytes.error();
            entries.push_back({named("原文", document.title) + ".pdf", std::move(*bytes)});
        }
    }
    if (wanted.contains(DownloadItem::SignLog)) {
        const auto log = sign_log(contract);
        if (!log) return log.error();
        entries.push_back({named("签署日志", contract.subject) + ".txt", to_bytes(*log)});
    }
    if (wanted.contains(DownloadItem::Attachment)) {
        for (const model::Signatory& signatory : contract.signatories) {
            for (const model::Attachment& attachment : signatory.attachments) {
                const Document* document = contract.find(attachment.document);
                if (document != nullptr && !command.original_attachments) {
                    auto bytes = platform_.documents.read(document->stored(), 0, document->length);
                    if (!bytes) return bytes.error();
                    entries.push_back({named("附件", attachment.title) + ".pdf", std::move(*bytes)});
                    continue;
                }
                const auto blob = store::BlobId::from_hex(attachment.blob);
                if (!blob) continue;
                auto bytes = platform_.blobs.read(*blob);
                if (!bytes) return bytes.error();
                entries.push_back({named("附件", attachment.title + "-" + attachment.file_name), std::move(*bytes)});
            }
        }
    }
    // Two files of one name would hide each other.
    std::set<std::string> used;
    for (Entry& entry : entries) {
        const std::string wish = entry.name;
        for (int number = 2; !used.insert(entry.name).second; ++number) {
            const std::size_t dot = wish.rfind('.');
            entry.name = wish.substr(0, dot) + "(" + std::to_string(number) + ")" +
                         (dot == std::string::npos ? "" : wish.substr(dot));
        }
    }
    return entries;
}

Result<ArchiveDownload> Downloads::archive(const Contract& contract, const ArchiveCommand& command) const {
    const auto list = entries(contract, command);
    if (!list) return list.error();
    if (list->empty()) return invalid_parameter("downloadItems: there is nothing of what was asked for");

    const std::filesystem::path file = scratch_ / ("archive-" + random_token(24));
    if (list->size() == 1 && !command.compress_one) {
        const Entry& only = list->front();
        std::ofstream out(file, std::ios::binary);
        out.write(reinterpret_cast<const char*>(only.content.data()),
                  static_cast<std::streamsize>(only.content.size()));
        if (!out.flush()) return fail(ErrorCode::StorageFailed, "the download cannot be written");
        const bool is_pdf = only.name.ends_with(".pdf");
        return ArchiveDownload{file, only.name, is_pdf ? "application/pdf" : "application/octet-stream"};
    }
    int code = 0;
    std::unique_ptr<zip_t, ZipCloser> archive(zip_open(file.c_str(), ZIP_CREATE | ZIP_EXCL, &code));
    if (!archive) return zip_failed("cannot be opened");
    for (const Entry& entry : *list) {
        zip_source_t* source = zip_source_buffer(archive.get(), entry.content.data(), entry.content.size(), 0);
        if (source == nullptr) return zip_failed("no memory");
        const zip_int64_t index = zip_file_add(archive.get(), entry.name.c_str(), source, ZIP_FL_ENC_UTF_8);
        if (index < 0) {
            zip_source_free(source);
            return zip_failed("an entry was refused");
        }
    }
    zip_t* finished = archive.release();
    if (zip_close(finished) != 0) {
        zip_discard(finished);
        return zip_failed("cannot be written");
    }
    return ArchiveDownload{file, safe_name(contract.subject) + ".zip", "application/zip"};
}

}  // namespace signet::service
