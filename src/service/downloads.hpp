#pragma once

#include "base/bytes.hpp"
#include "base/file_descriptor.hpp"
#include "base/result.hpp"
#include "service/contract_book.hpp"
#include "service/platform.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace signet::service {

/// A document as it counts now: an open file of which the first `length` bytes are the PDF.
struct DocumentDownload {
    FileDescriptor file;
    std::uint64_t length = 0;
    std::string file_name;
};

/// What can be downloaded with a contract (spec §4.7).
enum class DownloadItem { Contract, SignLog, Attachment, Notary, EndSignAttachment, Certificates };

struct ArchiveCommand {
    std::vector<DownloadItem> items{DownloadItem::Contract, DownloadItem::SignLog};
    /// Even a single file is zipped.
    bool compress_one = true;
    /// Files keep their own names; otherwise `<kind>-<name>`.
    bool original_names = false;
    /// Attachments that were signed come as they were uploaded, not as the signed PDF.
    bool original_attachments = false;
};

/// A file made for one download, on disk; whoever gets it removes it.
struct ArchiveDownload {
    std::filesystem::path file;
    std::string file_name;
    std::string content_type;
};

/// Documents and what belongs to them. Thread-safe.
class Downloads {
  public:
    /// `scratch` is a folder for archives in the making.
    Downloads(Platform& platform, std::filesystem::path scratch) : platform_(platform), scratch_(std::move(scratch)) {}

    Result<DocumentDownload> document(const model::Contract& contract, model::DocumentId id) const;

    /// The items of a contract as a ZIP, or as the one file there is. InvalidParameter when there is nothing at all.
    Result<ArchiveDownload> archive(const model::Contract& contract, const ArchiveCommand& command) const;

  private:
    struct Entry {
        std::string name;
        Bytes content;
    };
    Result<std::vector<Entry>> entries(const model::Contract& contract, const ArchiveCommand& command) const;
    Result<std::string> sign_log(const model::Contract& contract) const;

    Platform& platform_;
    std::filesystem::path scratch_;
};

}  // namespace signet::service
