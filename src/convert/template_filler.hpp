#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "convert/template_text.hpp"

#include <string>
#include <vector>

namespace signet::convert {

/// Where the text field of a PDF's form lies: its page from 1, its box as fractions of the page as it is displayed,
/// from the bottom left; the size of its text in points.
struct FieldPlace {
    std::string name;
    int page = 0;
    double x = 0;
    double y = 0;
    double width = 0;
    double height = 0;
    double font_size = 0;
};

/// A template with what was filled into it, of the same type as it came.
struct FilledTemplate {
    Bytes file;
    /// The names of all its blanks, of a table its own name, each once.
    std::vector<std::string> blanks;
    /// Of a PDF alone: where its text fields were. Their values are not drawn yet.
    std::vector<FieldPlace> places;
};

/// Fills a Word document: its text, headers, footers and notes. Blanks that no field names stay. The package was found
/// sound by `read_office_package`. InvalidFile for damaged parts and pictures.
Result<FilledTemplate> fill_word(ByteView package, const std::vector<FillField>& fields);

/// Fills a page of HTML. InvalidFile when it is not UTF-8.
Result<FilledTemplate> fill_html(ByteView page, const std::vector<FillField>& fields);

}  // namespace signet::convert
