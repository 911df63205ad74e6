#include "service/downloads.hpp"

#include "base/text.hpp"
#include "service/evidence_report.hpp"
#include "service/integrity.hpp"
#include "store/blobs.hpp"
#include "store/database.hpp"
#include "store/document_files.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <memory>
#include <set>
#include <utility>
#include <zip.h>

namespace signet::service {

using model::Contract;
using model::Document;
using model::Signatory;

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

struct ItemWord {
    DownloadItem item;
    std::string_view word;
    /// What the file's name begins with by the rule DEFAULT.
    std::string_view label;
};
constexpr std::array kItems{
    ItemWord{DownloadItem::Contract, "CONTRACT", "原文"},
    ItemWord{DownloadItem::SignLog, "SIGNLOG", "签署日志"},
    ItemWord{DownloadItem::Attachment, "ATTACHMENT", "附件"},
    ItemWord{DownloadItem::Notary, "NOTARY", "存证报告"},
    ItemWord{DownloadItem::EndSignAttachment, "ENDSIGN_ATTACHMENT", "强制结束附件"},
    ItemWord{DownloadItem::Certificates, "CERT", "公钥证书"},
};

std::string_view label_of(DownloadItem item) {
    return kItems[static_cast<std::size_t>(item)].label;
}

/// Whom a single file's name speaks of: the first party that is not the initiator's, else the initiator.
std::string receiver_name(const Contract& contract) {
    for (const Signatory& party : contract.signatories) {
        if (!party.sponsor && !party.tenant_name.empty()) return party.tenant_name;
    }
    return contract.tenant_name;
}

/// `.pdf`; what is too long to be one is part of the name.
std::string suffix_of(const std::string& name) {
    constexpr std::size_t kLongest = 8;
    const std::size_t dot = name.rfind('.');
    return dot == std::string::npos || name.size() - dot > kLongest ? "" : name.substr(dot);
}

/// A safe name that keeps its suffix however long it is.
std::string safe_file_name(const std::string& name) {
    const std::string suffix = suffix_of(name);
    return safe_name(std::string_view(name).substr(0, name.size() - suffix.size())) +
           (suffix.empty() ? "" : safe_name(suffix));
}

/// Two files of one name would hide each other.
void make_unique(std::vector<std::string>& names) {
    std::set<std::string> used;
    for (std::string& name : names) {
        const std::string wish = name;
        const std::string suffix = suffix_of(wish);
        const std::string stem = wish.substr(0, wish.size() - suffix.size());
        for (int number = 2; !used.insert(name).second; ++number)
            name = stem + "(" + std::to_string(number) + ")" + suffix;
    }
}

std::string media_type(const std::string& name) {
    if (name.ends_with(".pdf")) return "application/pdf";
    return name.ends_with(".zip") ? "application/zip" : "application/octet-stream";
}

}  // namespace

std::string_view to_wire(DownloadItem item) {
    return kItems[static_cast<std::size_t>(item)].word;
}

Result<std::vector<DownloadItem>> download_items(std::string_view words) {
    std::vector<DownloadItem> items;
    for (const std::string_view part : split(words, ',')) {
        const std::string_view word = trim(part);
        if (word.empty()) continue;
        const auto known =
            std::find_if(kItems.begin(), kItems.end(), [&](const ItemWord& item) { return item.word == word; });
        if (known == kItems.end()) {
            return invalid_parameter("downloadItems: '" + std::string(word.substr(0, 40)) +
                                     "' is not one of its values");
        }
        if (std::find(items.begin(), items.end(), known->item) == items.end()) items.push_back(known->item);
    }
    if (items.empty()) items = {DownloadItem::Contract, DownloadItem::SignLog};
    return items;
}

std::string words_of(const std::vector<DownloadItem>& items) {
    std::string words;
    for (const DownloadItem item : items)
        words += (words.empty() ? "" : ",") + std::string(to_wire(item));
    return words;
}

Status DownloadLock::take(const std::string& thing, UtcTime now) {
    constexpr std::chrono::minutes kGap{25};
    constexpr std::chrono::hours kLocked{12};
    constexpr int kMostInARow = 10;
    constexpr std::size_t kMostKept = 100'000;
    const std::lock_guard held(mutex_);
    if (counts_.size() > kMostKept) {
        std::erase_if(counts_, [&](const auto& entry) {
            return now - entry.second.last > kGap && (!entry.second.until || *entry.second.until < now);
        });
    }
    Count& count = counts_[thing];
    if (count.until && now < *count.until) return fail(ErrorCode::TooFrequent, "the download is locked");
    count.in_a_row = count.in_a_row > 0 && now - count.last < kGap ? count.in_a_row + 1 : 1;
    count.last = now;
    if (count.in_a_row < kMostInARow) return {};
    // The tenth still comes; what follows waits, longer each time it happens.
    count.in_a_row = 0;
    ++count.locks;
    count.until = now + kLocked * count.locks;
    return {};
}

Status Downloads::permit(const std::string& thing, const std::string& actor) const {
    return options_.lock ? lock_.take(actor + "/" + thing, platform_.clock.now()) : Status();
}

Result<DocumentDownload> Downloads::document(const Contract& contract, model::DocumentId id,
                                             const std::string& actor) const {
    const Document* document = contract.find(id);
    if (document == nullptr) return invalid_parameter("documentId: the contract has no document " + to_string(id));
    if (const Status permitted = permit(to_string(id), actor); !permitted) return permitted.error();
    if (contract.files_deleted && !document->is_cancellation())
        return fail(ErrorCode::DocumentRequired, "documentId: the file was deleted with the contract");
    if (const Status intact = integrity_.check(contract, *document); !intact) return intact.error();
    auto view = watermarks_.view(contract, *document);
    if (!view) return view.error();
    const Status logged = log_.record(contract, kDownloaded, actor, detail_of_documents({id}));
    if (!logged) return logged.error();
    return DocumentDownload{std::move(view->file), view->length, safe_name(document->title) + ".pdf"};
}

Result<Bytes> Downloads::sign_log(const Contract& contract) const {
    const auto operations = log_.all(contract);
    if (!operations) return operations.error();
    return evidence_.sign_log(contract, *operations);
}

std::vector<Downloads::Entry> Downloads::entries(const Contract& contract, const ArchiveCommand& command) const {
    std::vector<Entry> entries;
    const auto wanted = [&](DownloadItem item) {
        return std::find(command.items.begin(), command.items.end(), item) != command.items.end();
    };
    const auto add = [&](DownloadItem item, model::DocumentId document, const std::string& name,
                         std::function<Result<Content>()> open) {
        const auto number =
            std::count_if(entries.begin(), entries.end(), [&](const Entry& other) { return other.name.item == item; });
        entries.push_back({{item, document, static_cast<int>(number), safe_file_name(name)}, std::move(open)});
    };
    const auto add_document = [&](DownloadItem item, const Document& document, const std::string& title) {
        add(item, document.id, title + ".pdf", [this, &contract, &document]() -> Result<Content> {
            if (const Status intact = integrity_.check(contract, document); !intact) return intact.error();
            auto view = watermarks_.view(contract, document);
            if (!view) return view.error();
            return Content{std::move(view->file), view->length, {}};
        });
    };
    const auto add_blob = [&](DownloadItem item, const std::string& hex, const std::string& name) {
        const auto blob = store::BlobId::from_hex(hex);
        if (!blob) return;
        add(item, {}, name, [this, blob = *blob]() -> Result<Content> {
            const auto size = platform_.blobs.size(blob);
            if (!size) return size.error();
            auto file = platform_.blobs.open_blob(blob, store::Verify::Yes);
            if (!file) return file.error();
            return Content{std::move(*file), *size, {}};
        });
    };
    const auto add_bytes = [&](DownloadItem item, const std::string& name, std::function<Result<Bytes>()> make) {
        add(item, {}, name, [make = std::move(make)]() -> Result<Content> {
            auto bytes = make();
            if (!bytes) return bytes.error();
            const std::uint64_t length = bytes->size();
            return Content{FileDescriptor(), length, std::move(*bytes)};
        });
    };

    if (wanted(DownloadItem::Contract)) {
        for (const Document& document : contract.documents) {
            if (!document.is_attachment() && contract.shows(document))
                add_document(DownloadItem::Contract, document, document.title);
        }
    }
    if (wanted(DownloadItem::SignLog)) {
        add_bytes(DownloadItem::SignLog, contract.subject + ".pdf", [this, &contract] { return sign_log(contract); });
    }
    if (wanted(DownloadItem::EndSignAttachment)) {
        for (const model::Attachment& attachment : contract.end_attachments)
            add_blob(DownloadItem::EndSignAttachment, attachment.blob, attachment.file_name);
    }
    if (wanted(DownloadItem::Attachment) && !contract.files_deleted) {
        for (const model::ContractFile& file : contract.attachments)
            add_blob(DownloadItem::Attachment, file.blob, file.file_name);
        for (const Signatory& signatory : contract.signatories) {
            for (const model::Attachment& attachment : signatory.attachments) {
                const Document* document = contract.find(attachment.document);
                if (document != nullptr && !command.original_attachments) {
                    add_document(DownloadItem::Attachment, *document, attachment.title);
                } else {
                    add_blob(DownloadItem::Attachment, attachment.blob, attachment.title + "-" + attachment.file_name);
                }
            }
        }
    }
    if (wanted(DownloadItem::Notary)) {
        add_bytes(DownloadItem::Notary, contract.subject + ".pdf",
                  [this, &contract] { return reports_.report(contract); });
    }
    if (wanted(DownloadItem::Certificates)) {
        int number = 0;
        for (const EvidenceCertificate& certificate : evidence_.certificates(contract)) {
            const std::string name = std::to_string(++number) + "-" + certificate.holder + ".cer";
            add_bytes(DownloadItem::Certificates, name, [bytes = certificate.der]() -> Result<Bytes> { return bytes; });
        }
    }
    if (command.only) {
        std::erase_if(entries, [&](const Entry& entry) { return entry.name.number != *command.only; });
    }
    return entries;
}

Result<std::vector<DownloadName>> Downloads::names(const Contract& contract, const ArchiveCommand& command) const {
    std::vector<DownloadName> names;
    for (Entry& entry : entries(contract, command))
        names.push_back(std::move(entry.name));
    return names;
}

namespace {

/// Files with fixed names in a folder of their own, gone with the object unless it was handed out.
class Unfinished {
  public:
    explicit Unfinished(std::filesystem::path file) : file_(std::move(file)) {}
    ~Unfinished() {
        std::error_code ignored;
        if (!file_.empty()) std::filesystem::remove(file_, ignored);
    }
    Unfinished(const Unfinished&) = delete;
    Unfinished& operator=(const Unfinished&) = delete;
    const std::filesystem::path& path() const { return file_; }
    std::filesystem::path take() { return std::exchange(file_, {}); }

  private:
    std::filesystem::path file_;
};

}  // namespace

Result<ArchiveDownload> Downloads::archive(const Contract& contract, const ArchiveCommand& command,
                                           const std::string& actor) const {
    const std::vector<Entry> list = entries(contract, command);
    if (list.empty() && command.items == std::vector{DownloadItem::Attachment})
        return invalid_parameter("contractId: the contract has no attachments");
    if (list.empty()) return invalid_parameter("downloadItems: there is nothing of what was asked for");
    const std::string words = words_of(command.items);
    if (const Status permitted = permit(to_string(contract.id) + "/" + words, actor); !permitted)
        return permitted.error();

    std::vector<std::string> names;
    for (const Entry& entry : list) {
        const std::string label = std::string(label_of(entry.name.item)) + "-";
        const bool plain = command.original_names;
        const bool single = list.size() == 1;
        const std::string spoken = safe_name(contract.subject + "-" + receiver_name(contract));
        names.push_back(plain ? entry.name.file_name
                              : label + (single ? spoken + suffix_of(entry.name.file_name) : entry.name.file_name));
    }
    make_unique(names);

    Unfinished file(options_.scratch / ("archive-" + random_token(24)));
    ArchiveDownload result;
    if (list.size() == 1 && !command.compress_one) {
        auto content = list.front().open();
        if (!content) return content.error();
        std::ofstream out(file.path(), std::ios::binary);
        if (content->file) {
            std::ifstream in("/proc/self/fd/" + std::to_string(content->file.get()), std::ios::binary);
            std::array<char, 1 << 16> buffer{};
            for (std::uint64_t left = content->length; left > 0 && in && out;) {
                in.read(buffer.data(), static_cast<std::streamsize>(std::min<std::uint64_t>(left, buffer.size())));
                out.write(buffer.data(), in.gcount());
                left -= static_cast<std::uint64_t>(in.gcount());
                if (in.gcount() == 0 && left > 0) return fail(ErrorCode::StorageFailed, "a document is too short");
            }
        } else {
            out.write(reinterpret_cast<const char*>(content->bytes.data()),
                      static_cast<std::streamsize>(content->bytes.size()));
        }
        if (!out.flush()) return fail(ErrorCode::StorageFailed, "the download cannot be written");
        result = {{}, names.front(), media_type(names.front())};
    } else {
        std::vector<Content> contents;  // outlives the archive, which reads it as it closes
        contents.reserve(list.size());
        int code = 0;
        std::unique_ptr<zip_t, ZipCloser> archive(zip_open(file.path().c_str(), ZIP_CREATE | ZIP_EXCL, &code));
        if (!archive) return zip_failed("cannot be opened");
        for (std::size_t i = 0; i < list.size(); ++i) {
            auto content = list[i].open();
            if (!content) return content.error();
            contents.push_back(std::move(*content));
            const Content& kept = contents.back();
            zip_source_t* source =
                kept.file ? zip_source_file(archive.get(), ("/proc/self/fd/" + std::to_string(kept.file.get())).c_str(),
                                            0, static_cast<zip_int64_t>(kept.length))
                          : zip_source_buffer(archive.get(), kept.bytes.data(), kept.bytes.size(), 0);
            if (source == nullptr) return zip_failed("no memory");
            const zip_int64_t index = zip_file_add(archive.get(), names[i].c_str(), source, ZIP_FL_ENC_UTF_8);
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
        result = {{}, safe_name(contract.subject) + ".zip", "application/zip"};
    }
    const Status logged = log_.record(contract, kDownloaded, actor, detail_of_items(words));
    if (!logged) return logged.error();
    result.file = file.take();
    return result;
}

}  // namespace signet::service
