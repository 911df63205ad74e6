#include "seal/report.hpp"

#include "base/text.hpp"
#include "seal/compression.hpp"
#include "seal/font_store.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <map>
#include <set>

namespace signet::seal {
namespace {

// Points; ISO A4.
constexpr double kPageWidth = 595.28;
constexpr double kPageHeight = 841.89;
constexpr double kMargin = 56;
constexpr double kTextWidth = kPageWidth - 2 * kMargin;
constexpr double kBottom = 72;
constexpr double kCellPadding = 5;
/// Line height over font size.
constexpr double kLeading = 1.55;
constexpr std::u32string_view kMustNotBegin = U"，。、；：？！）」』》】〉”’,.;:?!)]}%";
constexpr std::u32string_view kMustNotEnd = U"（「『《〈【〔“‘([{";
constexpr char32_t kMissing = U'□';

struct Style {
    FaceRole role = FaceRole::Fallback;
    double size = 10;
    double grey = 0.11;
};
constexpr Style kTitle{FaceRole::Song, 20, 0.11};
constexpr Style kHeading{FaceRole::Song, 13, 0.11};
constexpr Style kBody{FaceRole::Fallback, 10, 0.11};
constexpr Style kNote{FaceRole::Fallback, 8.5, 0.4};
constexpr Style kCell{FaceRole::Fallback, 8.5, 0.11};
constexpr Style kCellHead{FaceRole::Fallback, 8.5, 0.4};

/// One character and the face that has it.
struct Letter {
    char32_t character = 0;
    const OpenFace* face = nullptr;
    double advance = 0;  // in ems
};

struct Run {
    double x = 0;
    double y = 0;
    Style style;
    std::vector<Letter> letters;
};

struct Rule {
    double x = 0;
    double y = 0;
    double width = 0;
    double height = 0;
    double grey = 0.85;
};

struct PageContent {
    std::vector<Run> runs;
    std::vector<Rule> rules;
};

bool is_blank(char32_t c) {
    return c == U' ';
}
/// Parts of a word that stay together: everything below the punctuation of CJK.
bool is_wordy(char32_t c) {
    return c > U' ' && c < 0x2E80;
}

double width_of(const std::vector<Letter>& letters, double size) {
    double width = 0;
    for (const Letter& letter : letters)
        width += letter.advance * size;
    return width;
}

}  // namespace

struct Report::Sheet {
    const FontLibrary::Store& store;
    std::string title;
    std::string foot;
    std::vector<PageContent> pages;
    double y = 0;  // the top of what comes next
    struct Attached {
        std::string name;
        std::string media_type;
        std::string description;
        Bytes content;
    };
    std::vector<Attached> attached = {};

    void new_page() {
        pages.emplace_back();
        y = kPageHeight - kMargin;
    }
    /// Goes on to a new page when less than `height` is left.
    void make_room(double height) {
        if (pages.empty() || y - height < kBottom) new_page();
    }

    Letter letter_of(FaceRole role, char32_t character) const {
        for (const FaceRole candidate : {role, FaceRole::Fallback, FaceRole::SongText}) {
            const OpenFace& face = store.face(candidate);
            hb_codepoint_t index = 0;
            if (!hb_font_get_nominal_glyph(face.font.get(), character, &index)) continue;
            const double advance = hb_font_get_glyph_h_advance(face.font.get(), index) / face.units_per_em;
            return {character, &face, advance};
        }
        return character == kMissing ? Letter{} : letter_of(role, kMissing);
    }

    /// Breaks a text into lines no wider than `width`: at blanks, between Chinese characters, and inside words that are
    /// longer than a line.
    std::vector<std::vector<Letter>> lines_of(std::string_view text, const Style& style, double width) const {
        std::vector<std::vector<Letter>> lines(1);
        const double most = width / style.size;
        double used = 0;
        std::size_t may_break = 0;  // letters of the line that may stay when it breaks
        for (const char32_t raw : to_utf32(text)) {
            if (raw == U'\n') {
                lines.emplace_back();
                used = 0;
                may_break = 0;
                continue;
            }
            const char32_t character = raw < U' ' || raw == 0x7F ? U' ' : raw;
            const Letter letter = letter_of(style.role, character);
            if (letter.face == nullptr) continue;
            if (used + letter.advance > most && !lines.back().empty() && !is_blank(character)) {
                std::vector<Letter>& line = lines.back();
                const bool hanging = kMustNotBegin.find(character) != std::u32string_view::npos;
                if (!(hanging && used + letter.advance <= most + 1)) {
                    const std::size_t keep = may_break > 0 ? may_break : line.size();
                    std::vector<Letter> rest(line.begin() + static_cast<std::ptrdiff_t>(keep), line.end());
                    line.resize(keep);
                    while (!rest.empty() && is_blank(rest.front().character))
                        rest.erase(rest.begin());
                    used = width_of(rest, 1);
                    lines.push_back(std::move(rest));
                    may_break = 0;
                }
            }
            std::vector<Letter>& line = lines.back();
            if (line.empty() && is_blank(character) && lines.size() > 1) continue;
            const bool inside_word = !line.empty() && is_wordy(line.back().character) && is_wordy(character);
            const bool sticks = kMustNotBegin.find(character) != std::u32string_view::npos;
            const bool opened = !line.empty() && kMustNotEnd.find(line.back().character) != std::u32string_view::npos;
            if (!line.empty() && !inside_word && !sticks && !opened) may_break = line.size();
            line.push_back(letter);
            used += letter.advance;
        }
        return lines;
    }

    void put_line(double x, double top, const Style& style, std::vector<Letter> letters) {
        // The ink of a Chinese character sits about 0.88 em above its baseline; centred in the line's height.
        const double baseline = top - style.size * (0.88 + (kLeading - 1) / 2);
        pages.back().runs.push_back({x, baseline, style, std::move(letters)});
    }

    void flow(std::string_view text, const Style& style, double before, double after) {
        const double line_height = style.size * kLeading;
        make_room(before + line_height);
        y -= before;
        for (auto& line : lines_of(text, style, kTextWidth)) {
            make_room(line_height);
            put_line(kMargin, y, style, std::move(line));
            y -= line_height;
        }
        y -= after;
    }
};

Report::Report(const FontLibrary& fonts, std::string title, std::string foot)
    : sheet_(new Sheet{fonts.store(), std::move(title), std::move(foot), {}, 0, {}}) {
    sheet_->new_page();
    sheet_->flow(sheet_->title, kTitle, 0, 4);
}

Report::~Report() = default;

void Report::subtitle(std::string_view text) {
    sheet_->flow(text, kNote, 0, 6);
}

void Report::heading(std::string_view text) {
    sheet_->make_room(70);
    sheet_->flow(text, kHeading, 14, 4);
}

void Report::paragraph(std::string_view text) {
    sheet_->flow(text, kBody, 0, 4);
}

void Report::note(std::string_view text) {
    sheet_->flow(text, kNote, 0, 4);
}

void Report::facts(const std::vector<std::pair<std::string, std::string>>& facts) {
    constexpr double kNameWidth = 96;
    Sheet& sheet = *sheet_;
    const double line_height = kBody.size * kLeading;
    for (const auto& [name, value] : facts) {
        auto lines = sheet.lines_of(value, kBody, kTextWidth - kNameWidth);
        sheet.make_room(line_height);
        auto label = sheet.lines_of(name, {kBody.role, kBody.size, 0.4}, kNameWidth);
        sheet.put_line(kMargin, sheet.y, {kBody.role, kBody.size, 0.4}, std::move(label.front()));
        for (auto& line : lines) {
            sheet.make_room(line_height);
            sheet.put_line(kMargin + kNameWidth, sheet.y, kBody, std::move(line));
            sheet.y -= line_height;
        }
    }
    sheet.y -= 4;
}

void Report::table(const std::vector<Column>& columns, const std::vector<std::vector<std::string>>& rows) {
    Sheet& sheet = *sheet_;
    double shares = 0;
    for (const Column& column : columns)
        shares += column.share;
    std::vector<double> widths;
    for (const Column& column : columns)
        widths.push_back(kTextWidth * column.share / shares);
    const double line_height = kCell.size * kLeading;
    const auto put_row = [&](const std::vector<std::string>& cells, const Style& style, bool head) {
        std::vector<std::vector<std::vector<Letter>>> set;
        std::size_t most = 1;
        for (std::size_t i = 0; i < widths.size(); ++i) {
            const std::string_view text = i < cells.size() ? std::string_view(cells[i]) : std::string_view();
            set.push_back(sheet.lines_of(text, style, widths[i] - 2 * kCellPadding));
            most = std::max(most, set.back().size());
        }
        const double whole = static_cast<double>(most) * line_height + 2 * kCellPadding;
        const double page = kPageHeight - kMargin - kBottom;
        // A row that fits on a page stays whole; a longer one is cut between lines.
        std::size_t line = 0;
        while (line < most) {
            const double room = sheet.y - kBottom - 2 * kCellPadding;
            const bool start = line == 0 && whole <= page && whole > sheet.y - kBottom;
            if (start || room < line_height) return std::pair(line, set);
            const auto fits = static_cast<std::size_t>(room / line_height);
            const std::size_t until = std::min(most, line + fits);
            const double height = static_cast<double>(until - line) * line_height + 2 * kCellPadding;
            if (head) sheet.pages.back().rules.push_back({kMargin, sheet.y - height, kTextWidth, height, 0.955});
            double x = kMargin;
            for (std::size_t i = 0; i < widths.size(); ++i) {
                for (std::size_t n = line; n < std::min(until, set[i].size()); ++n) {
                    const double top = sheet.y - kCellPadding - static_cast<double>(n - line) * line_height;
                    sheet.put_line(x + kCellPadding, top, style, set[i][n]);
                }
                x += widths[i];
            }
            sheet.y -= height;
            sheet.pages.back().rules.push_back({kMargin, sheet.y, kTextWidth, 0.5, 0.82});
            line = until;
        }
        return std::pair(line, set);
    };
    std::vector<std::string> titles;
    for (const Column& column : columns)
        titles.push_back(column.title);
    const auto put_head = [&] {
        sheet.pages.back().rules.push_back({kMargin, sheet.y, kTextWidth, 0.5, 0.6});
        put_row(titles, kCellHead, true);
    };
    sheet.make_room(7 * line_height);
    put_head();
    for (const std::vector<std::string>& cells : rows) {
        std::vector<std::string> left = cells;
        while (true) {
            const auto [done, set] = put_row(left, kCell, false);
            std::size_t most = 1;
            for (const auto& cell : set)
                most = std::max(most, cell.size());
            if (done >= most) break;
            // What did not fit goes on below a head of its own.
            for (std::size_t i = 0; i < left.size() && i < set.size(); ++i) {
                std::u32string rest;
                for (std::size_t n = done; n < set[i].size(); ++n) {
                    for (const Letter& letter : set[i][n])
                        rest += letter.character;
                }
                left[i] = to_utf8(rest);
            }
            sheet.new_page();
            put_head();
        }
    }
    sheet.y -= 8;
}

void Report::attach(std::string name, std::string media_type, std::string description, Bytes content) {
    sheet_->attached.push_back({std::move(name), std::move(media_type), std::move(description), std::move(content)});
}

namespace {

std::string number(double value) {
    return fmt::format("{:.2f}", value);
}

/// Text as a PDF string in UTF-16 (ISO 32000-1 §7.9.2.2).
std::string text_string(std::string_view text) {
    std::string out = "<FEFF";
    for (const char32_t c : to_utf32(text)) {
        if (c < 0x10000) {
            out += fmt::format("{:04X}", static_cast<std::uint32_t>(c));
            continue;
        }
        const std::uint32_t rest = static_cast<std::uint32_t>(c) - 0x10000;
        out += fmt::format("{:04X}{:04X}", 0xD800 + (rest >> 10), 0xDC00 + (rest & 0x3FF));
    }
    return out + ">";
}

/// Collects objects and writes them with a cross-reference table.
class File {
  public:
    int reserve() {
        objects_.emplace_back();
        return static_cast<int>(objects_.size());
    }
    void set(int id, std::string text) { objects_[static_cast<std::size_t>(id) - 1] = std::move(text); }
    int add(std::string text) {
        const int id = reserve();
        set(id, std::move(text));
        return id;
    }
    static std::string stream(std::string dictionary, const std::string& data) {
        dictionary.insert(dictionary.size() - 2, fmt::format("/Length {}", data.size()));
        return dictionary + "\nstream\n" + data + "\nendstream";
    }
    Bytes write(int root, int info) const {
        std::string out = "%PDF-1.7\n%\xE2\xE3\xCF\xD3\n";
        std::vector<std::size_t> offsets;
        for (std::size_t i = 0; i < objects_.size(); ++i) {
            offsets.push_back(out.size());
            out += fmt::format("{} 0 obj\n{}\nendobj\n", i + 1, objects_[i]);
        }
        const std::size_t table = out.size();
        out += fmt::format("xref\n0 {}\n0000000000 65535 f \n", objects_.size() + 1);
        for (const std::size_t offset : offsets)
            out += fmt::format("{:010} 00000 n \n", offset);
        out += fmt::format("trailer\n<</Size {}/Root {} 0 R/Info {} 0 R>>\nstartxref\n{}\n%%EOF\n", objects_.size() + 1,
                           root, info, table);
        return to_bytes(out);
    }

  private:
    std::vector<std::string> objects_;
};

/// `@n@` in a part stands for part n.
std::string resolve(std::string text, const std::vector<int>& ids) {
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const std::string key = fmt::format("@{}@", i);
        for (std::size_t at = text.find(key); at != std::string::npos; at = text.find(key, at))
            text.replace(at, key.size(), fmt::format("{} 0 R", ids[i]));
    }
    return text;
}

}  // namespace

Result<Bytes> Report::pdf() const {
    std::vector<PageContent> pages = sheet_->pages;
    for (std::size_t i = 0; i < pages.size(); ++i) {
        const std::string count = fmt::format("{} / {}", i + 1, pages.size());
        auto counted = sheet_->lines_of(count, kNote, kTextWidth).front();
        auto foot = sheet_->lines_of(sheet_->foot, kNote, kTextWidth - 60).front();
        const double right = kPageWidth - kMargin - width_of(counted, kNote.size);
        pages[i].runs.push_back({right, 40, kNote, std::move(counted)});
        pages[i].runs.push_back({kMargin, 40, kNote, std::move(foot)});
        pages[i].rules.push_back({kMargin, 56, kTextWidth, 0.5, 0.85});
    }

    std::map<const OpenFace*, std::set<char32_t>> letters;
    for (const PageContent& page : pages) {
        for (const Run& run : page.runs) {
            for (const Letter& letter : run.letters)
                letters[letter.face].insert(letter.character);
        }
    }
    File file;
    std::map<const OpenFace*, DateFont> fonts;
    std::map<const OpenFace*, std::string> names;
    std::string font_resources;
    for (const auto& [face, characters] : letters) {
        auto font = make_date_font(*face, std::u32string(characters.begin(), characters.end()));
        if (!font) return font.error();
        std::vector<int> ids;
        for (std::size_t i = 0; i < font->parts.size(); ++i)
            ids.push_back(file.reserve());
        for (std::size_t i = 0; i < ids.size(); ++i) {
            const Drawing::Part& part = font->parts[i];
            std::string text = resolve(part.dictionary, ids);
            file.set(ids[i], part.is_stream ? File::stream(std::move(text), part.data) : std::move(text));
        }
        names[face] = fmt::format("F{}", names.size());
        font_resources += fmt::format("/{} {} 0 R", names[face], ids.front());
        fonts.emplace(face, std::move(*font));
    }

    const int tree = file.reserve();
    std::string kids;
    for (const PageContent& page : pages) {
        std::string content;
        for (const Rule& rule : page.rules) {
            content += fmt::format("{} g {} {} {} {} re f\n", number(rule.grey), number(rule.x), number(rule.y),
                                   number(rule.width), number(rule.height));
        }
        for (const Run& run : page.runs) {
            double x = run.x;
            std::size_t i = 0;
            while (i < run.letters.size()) {
                const OpenFace* face = run.letters[i].face;
                const DateFont& font = fonts.at(face);
                content += fmt::format("{} g BT /{} {} Tf {} {} Td <", number(run.style.grey), names.at(face),
                                       number(run.style.size), number(x), number(run.y));
                for (; i < run.letters.size() && run.letters[i].face == face; ++i) {
                    content += fmt::format("{:04X}", font.find(run.letters[i].character)->code);
                    x += run.letters[i].advance * run.style.size;
                }
                content += "> Tj ET\n";
            }
        }
        const int stream = file.add(File::stream("<</Filter/FlateDecode>>", deflated(content)));
        const int id = file.add(
            fmt::format("<</Type/Page/Parent {} 0 R/MediaBox[0 0 {} {}]/Resources<</Font<<{}>>>>/Contents {} 0 R>>",
                        tree, kPageWidth, kPageHeight, font_resources, stream));
        kids += fmt::format("{} 0 R ", id);
    }
    file.set(tree, fmt::format("<</Type/Pages/Kids[{}]/Count {}>>", kids, pages.size()));
    std::string named;
    std::string associated;
    for (const Sheet::Attached& one : sheet_->attached) {
        std::string subtype = one.media_type;
        if (const std::size_t slash = subtype.find('/'); slash != std::string::npos) subtype.replace(slash, 1, "#2F");
        const int stream = file.add(File::stream(fmt::format("<</Type/EmbeddedFile/Subtype/{}/Filter/FlateDecode"
                                                             "/Params<</Size {}>>>>",
                                                             subtype, one.content.size()),
                                                 deflated(as_text(one.content))));
        const std::string name = text_string(one.name);
        const int specification =
            file.add(fmt::format("<</Type/Filespec/F{}/UF{}/Desc{}/AFRelationship/Data/EF<</F {} 0 R/UF {} 0 R>>>>",
                                 name, name, text_string(one.description), stream, stream));
        named += fmt::format("{} {} 0 R ", name, specification);
        associated += fmt::format("{} 0 R ", specification);
    }
    const std::string files =
        named.empty() ? "" : fmt::format("/Names<</EmbeddedFiles<</Names[{}]>>>>/AF[{}]", named, associated);
    const int root = file.add(fmt::format("<</Type/Catalog/Pages {} 0 R/Lang(zh-CN){}>>", tree, files));
    const int info = file.add(fmt::format("<</Title {}/Producer(Signet)>>", text_string(sheet_->title)));
    return file.write(root, info);
}

}  // namespace signet::seal
