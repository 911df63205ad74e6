#include "convert/file_type.hpp"

#include "base/text.hpp"
#include "convert/compound_file.hpp"
#include "convert/html_text.hpp"
#include "convert/office_package.hpp"

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
/// The first name of a type is the one it is passed on with.
constexpr std::array kSuffixes{
    Suffix{"pdf", FileType::Pdf},  Suffix{"jpg", FileType::Jpeg},  Suffix{"jpeg", FileType::Jpeg},
    Suffix{"png", FileType::Png},  Suffix{"gif", FileType::Gif},   Suffix{"tiff", FileType::Tiff},
    Suffix{"tif", FileType::Tiff}, Suffix{"doc", FileType::Doc},   Suffix{"docx", FileType::Docx},
    Suffix{"xls", FileType::Xls},  Suffix{"xlsx", FileType::Xlsx}, Suffix{"html", FileType::Html},
    Suffix{"htm", FileType::Html},
};

/// Readers look for the header of a PDF within this much (ISO 32000-1 Annex H.3, note 13).
constexpr std::size_t kPdfHeaderWithin = 1024;

std::optional<FileType> type_by_suffix(std::string_view suffix) {
    for (const Suffix& known : kSuffixes) {
        if (equal_ignoring_case(known.name, suffix)) return known.type;
    }
    return std::nullopt;
}

/// What the first bytes say. A Zip archive or compound file may be one of several things.
enum class Form { Unknown, Pdf, Jpeg, Png, Gif, Tiff, Html, Package, Compound };

Form form_of(ByteView content) {
    const std::string_view text = as_text(content.first(std::min(content.size(), kPdfHeaderWithin)));
    if (text.starts_with("\xFF\xD8\xFF"sv)) return Form::Jpeg;
    if (text.starts_with("\x89PNG\r\n\x1A\n"sv)) return Form::Png;
    if (text.starts_with("GIF87a"sv) || text.starts_with("GIF89a"sv)) return Form::Gif;
    // TIFF 6.0 §2 in both byte orders, and BigTIFF.
    for (const std::string_view magic : {"II*\0"sv, "MM\0*"sv, "II+\0"sv, "MM\0+"sv}) {
        if (text.starts_with(magic)) return Form::Tiff;
    }
    if (text.starts_with("PK\x03\x04"sv)) return Form::Package;
    if (text.starts_with("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"sv)) return Form::Compound;
    if (looks_like_html(content)) return Form::Html;
    if (text.find("%PDF-"sv) != std::string_view::npos) return Form::Pdf;
    return Form::Unknown;
}

Error differs(std::string_view suffix) {
    return fail(ErrorCode::UnsupportedFileType, "the content of the file is not " + std::string(suffix));
}

Error unknown_content(std::string_view suffix) {
    if (suffix.empty()) return fail(ErrorCode::UnsupportedFileType, "the content of the file is of no type we take");
    return fail(ErrorCode::InvalidFile, "the content of the file is not " + std::string(suffix));
}

Result<FileType> type_of_package(ByteView content, std::string_view suffix) {
    const auto kind = read_office_package(content);
    if (!kind) return kind.error();
    switch (*kind) {
        case PackageKind::Document:
            return FileType::Docx;
        case PackageKind::Workbook:
            return FileType::Xlsx;
        case PackageKind::Other:
            break;
    }
    return suffix.empty() ? unknown_content(suffix) : differs(suffix);
}

Result<FileType> type_of_compound_file(ByteView content, std::string_view suffix) {
    const auto kind = read_compound_file(content);
    if (!kind) return kind.error();
    switch (*kind) {
        case CompoundKind::Document:
            return FileType::Doc;
        case CompoundKind::Workbook:
            return FileType::Xls;
        case CompoundKind::Encrypted:
            return fail(ErrorCode::PasswordProtected, "the document is protected with a password");
        case CompoundKind::Other:
            break;
    }
    return suffix.empty() ? unknown_content(suffix) : differs(suffix);
}

Result<FileType> type_by_content(ByteView content, std::string_view suffix) {
    switch (form_of(content)) {
        case Form::Pdf:
            return FileType::Pdf;
        case Form::Jpeg:
            return FileType::Jpeg;
        case Form::Png:
            return FileType::Png;
        case Form::Gif:
            return FileType::Gif;
        case Form::Tiff:
            return FileType::Tiff;
        case Form::Html:
            return FileType::Html;
        case Form::Package:
            return type_of_package(content, suffix);
        case Form::Compound:
            return type_of_compound_file(content, suffix);
        case Form::Unknown:
            break;
    }
    return unknown_content(suffix);
}

/// A document in an archive is not looked into when something else was declared anyway.
bool may_be(FileType declared, ByteView content) {
    switch (form_of(content)) {
        case Form::Package:
            return declared == FileType::Docx || declared == FileType::Xlsx;
        case Form::Compound:
            return is_office(declared) && declared != FileType::Html;
        default:
            return true;
    }
}

}  // namespace

bool is_office(FileType type) {
    switch (type) {
        case FileType::Doc:
        case FileType::Docx:
        case FileType::Xls:
        case FileType::Xlsx:
        case FileType::Html:
            return true;
        default:
            return false;
    }
}

std::string_view suffix_of(FileType type) {
    return std::ranges::find(kSuffixes, type, &Suffix::type)->name;
}

Result<FileType> file_type(ByteView content, std::string_view declared_suffix) {
    const std::string suffix = to_lower(trim(declared_suffix));
    const auto declared = type_by_suffix(suffix);
    if (!declared && !suffix.empty()) {
        return fail(ErrorCode::UnsupportedFileType, "files of type " + suffix + " are not taken");
    }
    if (content.empty()) return fail(ErrorCode::InvalidFile, "the file is empty");
    if (declared && !may_be(*declared, content)) return differs(suffix);
    const auto found = type_by_content(content, suffix);
    if (!found || !declared) return found;
    if (*found != *declared) return differs(suffix);
    return *declared;
}

}  // namespace signet::convert
