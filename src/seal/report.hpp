#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "seal/fonts.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace signet::seal {

/// A paper for people, set on A4 pages from top to bottom: a title, headings, paragraphs, facts and tables. Chinese and
/// Latin text; the letters used are embedded, so that it looks the same everywhere and its text can be searched and
/// copied. Characters that no face has are shown as □. Not thread-safe; make one for each paper.
class Report {
  public:
    /// `foot` stands at the bottom of every page, beside the page's number.
    Report(const FontLibrary& fonts, std::string title, std::string foot);
    ~Report();
    Report(const Report&) = delete;
    Report& operator=(const Report&) = delete;

    /// A line below the title.
    void subtitle(std::string_view text);
    void heading(std::string_view text);
    void paragraph(std::string_view text);
    /// The same, smaller and grey.
    void note(std::string_view text);
    /// Names and values in two columns.
    void facts(const std::vector<std::pair<std::string, std::string>>& facts);

    struct Column {
        std::string title;
        /// Of the table's width.
        double share = 1;
    };
    /// Rows do not break over pages unless they are longer than one; the head comes again on each.
    void table(const std::vector<Column>& columns, const std::vector<std::vector<std::string>>& rows);

    /// A file that travels inside the paper (ISO 32000-1 §7.11.4; /AFRelationship /Data). `media_type` has one slash
    /// and otherwise letters, digits, `+`, `-` and `.`.
    void attach(std::string name, std::string media_type, std::string description, Bytes content);

    /// The paper as a PDF. Unavailable when a face cannot be embedded.
    Result<Bytes> pdf() const;

  private:
    struct Sheet;
    std::unique_ptr<Sheet> sheet_;
};

}  // namespace signet::seal
