#include "convert/template_filler.hpp"

#include "base/text.hpp"
#include "convert/image.hpp"
#include "convert/wire.hpp"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <new>
#include <utility>
#include <zip.h>

namespace signet::convert {
namespace {

constexpr std::string_view kPng = "\x89PNG";
/// English Metric Units (ECMA-376 Part 1 §20.1.2.1) of a pixel at 96 dots per inch, and of a millimetre.
constexpr double kPixel = 9525;
constexpr double kMillimetre = 36'000;
constexpr double kWidestPicture = 120 * kMillimetre;
constexpr double kHighestPicture = 80 * kMillimetre;

Error damaged() {
    return fail(ErrorCode::InvalidFile, "the template is damaged");
}

bool is_png(ByteView picture) {
    return as_text(picture).starts_with(kPng);
}

struct PictureSize {
    double width = 0;
    double height = 0;
};

/// The size that a picture has in a document: as it is, unless it is larger than a signature page would bear.
Result<PictureSize> picture_size(ByteView picture) {
    const auto read = is_png(picture) ? read_png(picture) : read_jpeg(picture);
    if (!read) return read.error();
    const double width = read->width * kPixel;
    const double height = read->height * kPixel;
    const double scale = std::min({1.0, kWidestPicture / width, kHighestPicture / height});
    return PictureSize{width * scale, height * scale};
}

const FillField* field_of(const std::vector<FillField>& fields, std::string_view name) {
    const auto found = std::ranges::find(fields, name, &FillField::name);
    return found == fields.end() ? nullptr : &*found;
}

/// A table whose template has no row for it: a line for each of its rows.
std::string table_text(const FillField& field) {
    std::string text;
    for (const auto& row : field.rows) {
        if (!text.empty()) text += '\n';
        for (const FillField::Cell& cell : row)
            text += (&cell == row.data() ? "" : "\t") + cell.text;
    }
    return text;
}

void add_blanks(Markup markup, std::string_view text, const std::vector<FillField>& fields,
                std::vector<std::string>& all) {
    for (const std::string& blank : blanks_of(markup, text)) {
        const std::string table = blank.substr(0, blank.find('.'));
        const FillField* field = field_of(fields, table);
        const std::string& name = field != nullptr && field->is_table ? table : blank;
        if (std::find(all.begin(), all.end(), name) == all.end()) all.push_back(name);
    }
}

class Package {
  public:
    explicit Package(ByteView content) {
        if (content.empty()) return;  // no archive, and libzip would not free a buffer of nothing
        zip_error_t error;
        zip_error_init(&error);
        // A copy that libzip may free: when it writes behind parts that stay as they are, it takes the buffer for its
        // own.
        void* copy = std::malloc(content.size());
        if (copy == nullptr) throw std::bad_alloc();
        std::ranges::copy(content, static_cast<std::uint8_t*>(copy));
        source_ = zip_source_buffer_create(copy, content.size(), 1, &error);
        if (source_ == nullptr) {
            std::free(copy);
            return;
        }
        zip_source_keep(source_);
        archive_ = zip_open_from_source(source_, 0, &error);
        if (archive_ == nullptr) zip_source_free(source_);
        zip_error_fini(&error);
    }
    Package(const Package&) = delete;
    Package& operator=(const Package&) = delete;
    ~Package() {
        if (archive_ != nullptr) zip_discard(archive_);
        if (source_ != nullptr) zip_source_free(source_);
    }

    bool is_open() const { return archive_ != nullptr; }

    std::vector<std::string> names() const {
        std::vector<std::string> list;
        const zip_int64_t count = zip_get_num_entries(archive_, 0);
        for (zip_int64_t i = 0; i < count; ++i) {
            const char* name = zip_get_name(archive_, static_cast<zip_uint64_t>(i), 0);
            if (name != nullptr) list.emplace_back(name);
        }
        return list;
    }

    /// Empty when there is no such part.
    Result<std::string> read(const std::string& name) const {
        const zip_int64_t index = zip_name_locate(archive_, name.c_str(), 0);
        if (index < 0) return std::string();
        zip_file_t* part = zip_fopen_index(archive_, static_cast<zip_uint64_t>(index), 0);
        if (part == nullptr) return damaged();
        std::string text;
        std::string buffer(std::size_t{64} << 10, '\0');
        zip_int64_t got = 0;
        while ((got = zip_fread(part, buffer.data(), buffer.size())) > 0 && text.size() <= kMostPackageBytes)
            text.append(buffer.data(), static_cast<std::size_t>(got));
        zip_fclose(part);
        if (got != 0) return damaged();
        return text;
    }

    /// The bytes are kept until the package is written.
    Status write(const std::string& name, std::string content) {
        auto& kept = written_.emplace_back(std::make_unique<std::string>(std::move(content)));
        zip_source_t* source = zip_source_buffer(archive_, kept->data(), kept->size(), 0);
        if (source == nullptr) return damaged();
        if (zip_file_add(archive_, name.c_str(), source, ZIP_FL_OVERWRITE | ZIP_FL_ENC_UTF_8) < 0) {
            zip_source_free(source);
            return damaged();
        }
        return {};
    }

    Result<Bytes> finish() {
        if (zip_close(archive_) != 0) return damaged();
        archive_ = nullptr;
        zip_stat_t status;
        zip_stat_init(&status);
        if (zip_source_open(source_) != 0) return damaged();
        zip_source_stat(source_, &status);
        Bytes bytes(status.size);
        const zip_int64_t got = zip_source_read(source_, bytes.data(), bytes.size());
        zip_source_close(source_);
        if (got < 0 || static_cast<std::size_t>(got) != bytes.size()) return damaged();
        return bytes;
    }

  private:
    zip_source_t* source_ = nullptr;
    zip_t* archive_ = nullptr;
    std::vector<std::unique_ptr<std::string>> written_;
};

bool has_text(std::string_view name) {
    if (!name.starts_with("word/") || !name.ends_with(".xml")) return false;
    const std::string_view base = name.substr(5, name.size() - 9);
    return base == "document" || base == "footnotes" || base == "endnotes" || base.starts_with("header") ||
           base.starts_with("footer");
}

std::string drawing(const std::string& relation, std::size_t number, const PictureSize& size) {
    const std::string extent = "cx=\"" + std::to_string(static_cast<long long>(size.width)) + "\" cy=\"" +
                               std::to_string(static_cast<long long>(size.height)) + "\"";
    const std::string id = std::to_string(90'000 + number);
    return "</w:t><w:drawing><wp:inline "
           "xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\" "
           "distT=\"0\" distB=\"0\" distL=\"0\" distR=\"0\"><wp:extent " +
           extent + "/><wp:docPr id=\"" + id +
           "\" name=\"picture\"/><a:graphic xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\">"
           "<a:graphicData uri=\"http://schemas.openxmlformats.org/drawingml/2006/picture\">"
           "<pic:pic xmlns:pic=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"><pic:nvPicPr><pic:cNvPr "
           "id=\"" +
           id + "\" name=\"picture\"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed=\"" + relation +
           "\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"/>"
           "<a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x=\"0\" y=\"0\"/><a:ext " +
           extent +
           "/></a:xfrm><a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData>"
           "</a:graphic></wp:inline></w:drawing><w:t xml:space=\"preserve\">";
}

/// Fills one package.
class WordFiller {
  public:
    WordFiller(ByteView content, const std::vector<FillField>& fields) : package_(content), fields_(fields) {}

    Result<FilledTemplate> fill() {
        if (!package_.is_open()) return damaged();
        FilledTemplate filled;
        for (const std::string& name : package_.names()) {
            if (!has_text(name)) continue;
            const auto text = package_.read(name);
            if (!text) return text.error();
            if (!is_utf8(*text)) return damaged();
            add_blanks(Markup::Word, *text, fields_, filled.blanks);
            if (const Status done = fill_part(name, *text); !done) return done.error();
        }
        if (has_pictures_) {
            if (const Status told = declare_types(); !told) return told.error();
        }
        auto bytes = package_.finish();
        if (!bytes) return bytes.error();
        filled.file = std::move(*bytes);
        return filled;
    }

  private:
    Status fill_part(const std::string& name, const std::string& text) {
        std::string relations;
        std::optional<Error> problem;
        std::string filled = replace_blanks(Markup::Word, repeat_rows(Markup::Word, text, fields_),
                                            [&](const std::string& blank) -> std::optional<std::string> {
                                                const FillField* field = field_of(fields_, blank);
                                                if (field == nullptr) return std::nullopt;
                                                if (field->is_table) return escaped(Markup::Word, table_text(*field));
                                                if (field->picture.empty()) return escaped(Markup::Word, field->text);
                                                auto placed = add_picture(field->picture, relations);
                                                if (placed) return std::move(*placed);
                                                if (!problem) problem = placed.error();
                                                return std::nullopt;
                                            });
        if (problem) return *problem;
        if (filled.size() > kMostPackageBytes)
            return fail(ErrorCode::DocumentTooLarge, "the document would be too large");
        if (filled != text) {
            if (const Status done = package_.write(name, std::move(filled)); !done) return done;
        }
        return relations.empty() ? Status() : relate(name, relations);
    }

    Result<std::string> add_picture(const Bytes& picture, std::string& relations) {
        const auto size = picture_size(picture);
        if (!size) return size.error();
        const std::string number = std::to_string(++pictures_);
        const std::string file = "signet" + number + (is_png(picture) ? ".png" : ".jpg");
        if (const Status done = package_.write("word/media/" + file, std::string(as_text(picture))); !done)
            return done.error();
        has_pictures_ = true;
        const std::string relation = "rIdSignet" + number;
        relations += "<Relationship Id=\"" + relation +
                     "\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/image\" "
                     "Target=\"media/" +
                     file + "\"/>";
        return drawing(relation, pictures_, *size);
    }

    Status relate(const std::string& part, const std::string& relations) {
        const std::string name = "word/_rels/" + part.substr(5) + ".rels";
        auto text = package_.read(name);
        if (!text) return text.error();
        constexpr std::string_view kEnd = "</Relationships>";
        if (text->empty()) {
            *text =
                "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>"
                "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">" +
                std::string(kEnd);
        }
        const std::size_t end = text->rfind(kEnd);
        if (end == std::string::npos) return damaged();
        text->insert(end, relations);
        return package_.write(name, std::move(*text));
    }

    Status declare_types() {
        constexpr const char* kName = "[Content_Types].xml";
        auto text = package_.read(kName);
        if (!text) return text.error();
        const std::size_t types = text->find("<Types");
        const std::size_t at = types == std::string::npos ? types : text->find('>', types);
        if (at == std::string::npos) return damaged();
        for (const auto& [extension, type] : {std::pair{"png", "image/png"}, std::pair{"jpg", "image/jpeg"}}) {
            if (text->find("Extension=\"" + std::string(extension) + "\"") != std::string::npos) continue;
            text->insert(at + 1,
                         "<Default Extension=\"" + std::string(extension) + "\" ContentType=\"" + type + "\"/>");
        }
        return package_.write(kName, std::move(*text));
    }

    Package package_;
    const std::vector<FillField>& fields_;
    std::size_t pictures_ = 0;
    bool has_pictures_ = false;
};

std::string html_table(const FillField& field) {
    std::string text = "<table border=\"1\" cellspacing=\"0\" cellpadding=\"4\">";
    for (const auto& row : field.rows) {
        text += "<tr>";
        for (const FillField::Cell& cell : row)
            text += "<td>" + escaped(Markup::Html, cell.text) + "</td>";
        text += "</tr>";
    }
    return text + "</table>";
}

}  // namespace

Result<FilledTemplate> fill_word(ByteView package, const std::vector<FillField>& fields) {
    return WordFiller(package, fields).fill();
}

Result<FilledTemplate> fill_html(ByteView page, const std::vector<FillField>& fields) {
    const std::string_view text = as_text(page);
    if (!is_utf8(text)) return fail(ErrorCode::InvalidFile, "a template of HTML must be UTF-8");
    FilledTemplate filled;
    add_blanks(Markup::Html, text, fields, filled.blanks);
    for (const FillField& field : fields) {
        if (field.picture.empty()) continue;
        if (const auto size = picture_size(field.picture); !size) return size.error();
    }
    const std::string made = replace_blanks(Markup::Html, repeat_rows(Markup::Html, text, fields),
                                            [&](const std::string& blank) -> std::optional<std::string> {
                                                const FillField* field = field_of(fields, blank);
                                                if (field == nullptr) return std::nullopt;
                                                if (field->is_table) return html_table(*field);
                                                if (field->picture.empty()) return escaped(Markup::Html, field->text);
                                                return "<img src=\"data:image/" +
                                                       std::string(is_png(field->picture) ? "png" : "jpeg") +
                                                       ";base64," + base64(field->picture) + "\"/>";
                                            });
    if (made.size() > kMostPackageBytes) return fail(ErrorCode::DocumentTooLarge, "the document would be too large");
    filled.file = to_bytes(made);
    return filled;
}

}  // namespace signet::convert
