#include "convert/file_type.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace signet::convert {
namespace {

using namespace std::string_view_literals;

struct Suffix {
    std::string_view name;
    FileType type;
};
constexpr std::array kSuffixes{Suffix{"pdf", FileType::Pdf}, Suffix{"jpg", FileType::Jpeg},
                               Suffix{"jpeg", FileType::Jpeg}, Suffix{"png", FileType::Png},
                               Suffix{"gif", FileType::Gif}};

/// Readers look for the header of a PDF within this much (ISO 32000-1 Annex H.3, note 13).
constexpr std::size_t kPdfHeaderWithin = 1024;

std::optional<FileType> type_by_suffix(std::string_view suffix) {
    for (const Suffix& known : kSuffixes) {
        if (equal_ignoring_case(known.name, suffix)) return known.type;
    }
    return std::nullopt;
}

std::optional<FileType> type_by_content(ByteView content) {
    const std::string_view text = as_text(content.first(std::min(content.size(), kPdfHeaderWithin)));
    if (text.starts_with("\xFF\xD8\xFF"sv)) return FileType::Jpeg;
    if (text.starts_with("\x89PNG\r\n\x1A\n"sv)) return FileType::Png;
    if (text.starts_with("GIF87a"sv) || text.starts_with("GIF89a"sv)) return FileType::Gif;
    if (text.find("%PDF-"sv) != std::string_view::npos) return FileType::Pdf;
    return std::nullopt;
}

}  // namespace

Result<FileType> file_type(ByteView content, std::string_view declared_suffix) {
    const std::string suffix = to_lower(trim(declared_suffix));
    const auto declared = type_by_suffix(suffix);
    if (!declared) return fail(ErrorCode::UnsupportedFileType, "files of type " + suffix + " are not taken");
    if (content.empty()) return fail(ErrorCode::InvalidFile, "the file is empty");
    const auto found = type_by_content(content);
    if (!found) return fail(ErrorCode::InvalidFile, "the content of the file is not " + suffix);
    if (found != declared) return fail(ErrorCode::UnsupportedFileType, "the content of the file is not " + suffix);
    return *declared;
}

}  // namespace signet::convert
