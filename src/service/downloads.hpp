#pragma once

#include "base/bytes.hpp"
#include "base/file_descriptor.hpp"
#include "base/result.hpp"
#include "service/contract_book.hpp"
#include "service/evidence.hpp"
#include "service/operation_log.hpp"
#include "service/platform.hpp"
#include "service/watermarks.hpp"

#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace signet::service {

class EvidenceReports;
class Integrity;

/// A document as it counts now: an open file of which the first `length` bytes are the PDF.
struct DocumentDownload {
    FileDescriptor file;
    std::uint64_t length = 0;
    std::string file_name;
};

/// What can be downloaded with a contract (spec §4.7).
enum class DownloadItem { Contract, SignLog, Attachment, Notary, EndSignAttachment, Certificates };

std::string_view to_wire(DownloadItem item);
/// Reads a list with commas between its items; empty stands for CONTRACT and SIGNLOG. InvalidParameter.
Result<std::vector<DownloadItem>> download_items(std::string_view words);
/// The same list back.
std::string words_of(const std::vector<DownloadItem>& items);

struct ArchiveCommand {
    std::vector<DownloadItem> items{DownloadItem::Contract, DownloadItem::SignLog};
    /// Even a single file is zipped.
    bool compress_one = true;
    /// Files keep their own names; otherwise `<kind>-<name>`.
    bool original_names = false;
    /// Attachments that were signed come as they were uploaded, not as the signed PDF.
    bool original_attachments = false;
    /// Of several files only this one, from 0; none: all.
    std::optional<int> only;
};

/// What a file of a download is called, before anything is read.
struct DownloadName {
    DownloadItem item = DownloadItem::Contract;
    model::DocumentId document;
    /// Among the files of its item, from 0.
    int number = 0;
    std::string file_name;
};

/// A file made for one download, on disk; whoever gets it removes it.
struct ArchiveDownload {
    std::filesystem::path file;
    std::string file_name;
    std::string content_type;
};

/// The lock of spec §1.7: whoever downloads the same thing ten times with less than 25 minutes between two of them is
/// locked out of it for twelve hours, and longer each further time. Off unless the operator wants it.
class DownloadLock {
  public:
    /// TooFrequent while locked. `thing` names what is downloaded and by whom.
    Status take(const std::string& thing, UtcTime now);

  private:
    struct Count {
        UtcTime last;
        int in_a_row = 0;
        int locks = 0;
        std::optional<UtcTime> until;
    };
    std::mutex mutex_;
    std::unordered_map<std::string, Count> counts_;
};

/// Documents and what belongs to them. Whatever leaves is written into the operation log first. Thread-safe.
class Downloads {
  public:
    struct Options {
        /// A folder for archives in the making.
        std::filesystem::path scratch;
        bool lock = false;
    };
    Downloads(Platform& platform, const Watermarks& watermarks, const OperationLog& log, const Evidence& evidence,
              const EvidenceReports& reports, const Integrity& integrity, Options options)
        : platform_(platform),
          watermarks_(watermarks),
          log_(log),
          evidence_(evidence),
          reports_(reports),
          integrity_(integrity),
          options_(std::move(options)) {}

    /// A document as it stands; `actor` is who the log says took it.
    Result<DocumentDownload> document(const model::Contract& contract, model::DocumentId id,
                                      const std::string& actor) const;

    /// The items of a contract as a ZIP, or as the one file there is. InvalidParameter when there is nothing at all,
    /// TooFrequent when locked.
    Result<ArchiveDownload> archive(const model::Contract& contract, const ArchiveCommand& command,
                                    const std::string& actor) const;

    /// The files that `archive` would bring, under their own names.
    Result<std::vector<DownloadName>> names(const model::Contract& contract, const ArchiveCommand& command) const;

  private:
    /// An open file of which so many bytes count, or bytes in memory.
    struct Content {
        FileDescriptor file;
        std::uint64_t length = 0;
        Bytes bytes;
    };
    struct Entry {
        DownloadName name;
        /// What makes the content: an open file of so many bytes, or bytes made now.
        std::function<Result<Content>()> open;
    };
    std::vector<Entry> entries(const model::Contract& contract, const ArchiveCommand& command) const;
    Status permit(const std::string& thing, const std::string& actor) const;
    Result<Bytes> sign_log(const model::Contract& contract) const;

    Platform& platform_;
    const Watermarks& watermarks_;
    const OperationLog& log_;
    const Evidence& evidence_;
    const EvidenceReports& reports_;
    const Integrity& integrity_;
    Options options_;
    mutable DownloadLock lock_;
};

}  // namespace signet::service
