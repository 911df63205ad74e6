#include "convert/office_package.hpp"

#include "base/text.hpp"
#include "convert/wire.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <zip.h>

namespace signet::convert {
namespace {

constexpr std::string_view kContentTypes = "[Content_Types].xml";
constexpr std::string_view kDocumentType =
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml";
constexpr std::string_view kWorkbookType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml";
/// Longer than any list of content types.
constexpr std::size_t kMostContentTypes = 4U << 20;

using Archive = std::unique_ptr<zip_t, void (*)(zip_t*)>;
using Member = std::unique_ptr<zip_file_t, void (*)(zip_file_t*)>;

Error damaged() {
    return fail(ErrorCode::InvalidFile, "the Office file is damaged");
}

Error too_large() {
    return fail(ErrorCode::DocumentTooLarge, "the Office file unpacks to more than is allowed");
}

Archive open_archive(ByteView content) {
    zip_error_t ignored;
    zip_error_init(&ignored);
    zip_source_t* source = zip_source_buffer_create(content.data(), content.size(), 0, &ignored);
    zip_t* archive = source == nullptr ? nullptr : zip_open_from_source(source, ZIP_RDONLY, &ignored);
    if (archive == nullptr && source != nullptr) zip_source_free(source);
    zip_error_fini(&ignored);
    return {archive, [](zip_t* open) {
                if (open != nullptr) zip_discard(open);
            }};
}

struct Part {
    std::string name;
    std::uint64_t packed = 0;
};

/// Counts what all parts unpack to.
class Unpacker {
  public:
    explicit Unpacker(zip_t* archive) : archive_(archive), buffer_(std::size_t{64} << 10, '\0') {}

    /// The first bytes of the part, `kept` at most.
    Result<std::string> unpack(zip_uint64_t index, const Part& part, std::size_t kept) {
        const Member member(zip_fopen_index(archive_, index, 0), [](zip_file_t* open) {
            if (open != nullptr) zip_fclose(open);
        });
        if (!member) return damaged();
        const std::uint64_t by_ratio = std::max(kSmallPart, part.packed * kMostUnpackedRatio);
        std::uint64_t unpacked = 0;
        std::string head;
        for (;;) {
            const zip_int64_t got = zip_fread(member.get(), buffer_.data(), buffer_.size());
            if (got < 0) return damaged();
            if (got == 0) return head;
            const auto count = static_cast<std::size_t>(got);
            head.append(buffer_.data(), std::min(count, kept - head.size()));
            unpacked += count;
            total_ += count;
            if (unpacked > by_ratio || total_ > kMostPackageBytes) return too_large();
        }
    }

  private:
    zip_t* archive_;
    std::string buffer_;
    std::uint64_t total_ = 0;
};

bool is_xml(const std::string& name) {
    const std::string lower = to_lower(name);
    return lower.ends_with(".xml") || lower.ends_with(".rels") || lower.ends_with(".vml");
}

PackageKind kind_by(std::string_view content_types) {
    if (content_types.find(kDocumentType) != std::string_view::npos) return PackageKind::Document;
    if (content_types.find(kWorkbookType) != std::string_view::npos) return PackageKind::Workbook;
    return PackageKind::Other;
}

Result<Part> describe_part(zip_t* archive, zip_uint64_t index) {
    zip_stat_t status;
    zip_stat_init(&status);
    constexpr zip_uint64_t kNeeded = ZIP_STAT_NAME | ZIP_STAT_COMP_SIZE | ZIP_STAT_ENCRYPTION_METHOD;
    if (zip_stat_index(archive, index, 0, &status) != 0 || (status.valid & kNeeded) != kNeeded) return damaged();
    if (status.encryption_method != ZIP_EM_NONE) return damaged();
    return Part{status.name, status.comp_size};
}

}  // namespace

Result<PackageKind> read_office_package(ByteView content) {
    const Archive archive = open_archive(content);
    if (!archive) return damaged();
    const zip_int64_t count = zip_get_num_entries(archive.get(), 0);
    if (count < 0) return damaged();
    if (static_cast<std::uint64_t>(count) > kMostParts) return too_large();

    Unpacker unpacker(archive.get());
    PackageKind kind = PackageKind::Other;
    for (zip_uint64_t index = 0; index < static_cast<zip_uint64_t>(count); ++index) {
        const auto part = describe_part(archive.get(), index);
        if (!part) return part.error();
        const bool names_types = part->name == kContentTypes;
        constexpr std::size_t kProlog = 64U << 10;
        const auto head = unpacker.unpack(index, *part, names_types ? kMostContentTypes : kProlog);
        if (!head) return head.error();
        if (is_xml(part->name) && head->find("<!DOCTYPE") != std::string::npos) {
            return fail(ErrorCode::InvalidFile, "a part of the Office file declares a document type");
        }
        if (names_types) kind = kind_by(*head);
    }
    return kind;
}

}  // namespace signet::convert
