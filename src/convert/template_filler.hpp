#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "convert/template_text.hpp"

#include <string>
#include <vector>

namespace signet::convert {

/// A template with what was filled into it, of the same type as it came.
struct FilledTemplate {
    Bytes file;
    /// The names of all its blanks, of a table its own name, each once.
    std::vector<std::string> blanks;
};

/// Fills a Word document: its text, headers, footers and notes. Blanks that no field names stay. The package was found
/// sound by `read_office_package`. InvalidFile for damaged parts and pictures.
Result<FilledTemplate> fill_word(ByteView package, const std::vector<FillField>& fields);

/// Fills a page of HTML. InvalidFile when it is not UTF-8.
Result<FilledTemplate> fill_html(ByteView page, const std::vector<FillField>& fields);

}  // namespace signet::convert
