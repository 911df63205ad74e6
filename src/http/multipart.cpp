#include "http/multipart.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace signet::http {
namespace {

constexpr std::size_t kMostPadding = 256;  // blanks between a boundary and its line break
constexpr std::array<std::string_view, 6> kDispositionParameters = {"name", "filename",      "filename*",
                                                                    "size", "creation-date", "modification-date"};

Error malformed(std::string_view what) {
    return invalid_parameter(fmt::format("malformed multipart body: {}", what));
}

bool is_disposition_parameter(std::string_view name) {
    return std::any_of(kDispositionParameters.begin(), kDispositionParameters.end(),
                       [&](std::string_view known) { return equal_ignoring_case(known, name); });
}

/// Whether the text after a quote shows that this quote closes the value: nothing more, or the next parameter. Clients
/// send file names with quotes and semicolons in them, so a quote alone does not tell.
bool ends_value(std::string_view rest) {
    rest = trim(rest);
    if (rest.empty()) return true;
    if (rest.front() != ';') return false;
    rest = trim(rest.substr(1));
    const std::size_t equals = rest.find('=');
    return rest.empty() || (equals != std::string_view::npos && is_disposition_parameter(trim(rest.substr(0, equals))));
}

/// Where the value that starts after an opening quote ends: the index of its closing quote, or the length.
std::size_t closing_quote(std::string_view text) {
    std::size_t last = text.size();
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '"') continue;
        const std::string_view rest = text.substr(i + 1);
        const bool escaped = i > 0 && text[i - 1] == '\\';
        if (escaped && !trim(rest).empty()) continue;
        if (ends_value(rest)) return i;
        last = i;
    }
    return last;
}

/// Undoes the three ways in which clients escape: `\"` and `\\`, and `%22` `%0D` `%0A` of the HTML standard.
std::string unescape(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const std::string_view rest = text.substr(i);
        if (rest.starts_with("\\\"") || rest.starts_with("\\\\")) {
            result.push_back(rest[1]);
            i += 1;
        } else if (rest.starts_with("%22") || rest.starts_with("%0D") || rest.starts_with("%0A")) {
            result += percent_decode(rest.substr(0, 3));
            i += 2;
        } else {
            result.push_back(text[i]);
        }
    }
    return result;
}

/// RFC 8187: `UTF-8''%e5%90%88`. Nothing for another charset.
std::optional<std::string> decode_extended(std::string_view value) {
    const std::size_t first = value.find('\'');
    const std::size_t second = first == std::string_view::npos ? first : value.find('\'', first + 1);
    if (second == std::string_view::npos || !equal_ignoring_case(value.substr(0, first), "utf-8")) return std::nullopt;
    return percent_decode(value.substr(second + 1));
}

/// The last component of a path of either system, without control characters.
std::string base_name(std::string_view path) {
    const std::size_t slash = path.find_last_of("/\\");
    std::string name(slash == std::string_view::npos ? path : path.substr(slash + 1));
    std::erase_if(name, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
    return name;
}

struct DispositionParameter {
    std::string name;
    std::string value;
    bool raw_quoted = false;
};

/// Takes the next `;name=value` off the front.
DispositionParameter take_parameter(std::string_view& text) {
    DispositionParameter parameter;
    const std::size_t equals = text.find('=');
    parameter.name = to_lower(trim(text.substr(0, equals)));
    text = equals == std::string_view::npos ? std::string_view() : trim(text.substr(equals + 1));
    std::size_t end = 0;
    if (!text.empty() && text.front() == '"') {
        text.remove_prefix(1);
        end = closing_quote(text);
        parameter.value = text.substr(0, end);
        parameter.raw_quoted = true;
        end = text.find(';', end);
    } else {
        end = text.find(';');
        parameter.value = trim(text.substr(0, end));
    }
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    return parameter;
}

}  // namespace

PartDisposition parse_part_disposition(std::string_view value) {
    PartDisposition disposition;
    const std::size_t first = value.find(';');
    std::string_view rest = first == std::string_view::npos ? std::string_view() : value.substr(first + 1);
    bool extended = false;
    while (!trim(rest).empty()) {
        DispositionParameter parameter = take_parameter(rest);
        if (parameter.name == "name") {
            disposition.name = trim(parameter.raw_quoted ? unescape(parameter.value) : parameter.value);
        } else if (parameter.name == "filename" && !extended) {
            disposition.file_name = base_name(unescape(parameter.value));
        } else if (parameter.name == "filename*") {
            if (auto decoded = decode_extended(parameter.value)) {
                disposition.file_name = base_name(*decoded);
                extended = true;
            }
        }
    }
    return disposition;
}

bool MultipartParser::is_boundary(std::string_view boundary) {
    const auto fits = [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F; };
    return !boundary.empty() && boundary.size() <= 70 && std::all_of(boundary.begin(), boundary.end(), fits);
}

// The first boundary may stand at the very start, without a line break before it: pretend one.
MultipartParser::MultipartParser(std::string_view boundary, MultipartLimits limits,
                                 std::filesystem::path spool_directory)
    : delimiter_(fmt::format("\r\n--{}", boundary)),
      limits_(limits),
      spool_directory_(std::move(spool_directory)),
      pending_("\r\n") {}

Status MultipartParser::feed(std::string_view bytes) {
    fed_ = fed_ || !bytes.empty();
    if (state_ == State::Epilogue) return {};
    pending_.append(bytes);
    while (state_ != State::Epilogue) {
        const Result<Step> result = step();
        if (!result) return result.error();
        if (*result == Step::NeedMore) break;
    }
    pending_.erase(0, read_);
    read_ = 0;
    return {};
}

Status MultipartParser::finish() {
    if (state_ != State::Epilogue && fed_) return malformed("it ends before its closing boundary");
    return {};
}

Result<MultipartParser::Step> MultipartParser::step() {
    switch (state_) {
        case State::Preamble:
            return skip_preamble();
        case State::AfterDelimiter:
            return read_delimiter_line();
        case State::PartHeaders:
            return read_part_headers();
        case State::Content:
            return read_content();
        case State::Epilogue:
            break;
    }
    return Step::NeedMore;
}

Result<MultipartParser::Step> MultipartParser::skip_preamble() {
    const std::size_t at = pending_.find(delimiter_, read_);
    if (at == std::string::npos) {
        read_ = std::max(read_, pending_.size() - std::min(pending_.size(), delimiter_.size() - 1));
        return Step::NeedMore;
    }
    read_ = at;
    state_ = State::AfterDelimiter;
    return Step::Again;
}

// What follows the boundary decides whether it is one: "--", or blanks and a line break. Else it was content that
// happens to start like the boundary.
Result<MultipartParser::Step> MultipartParser::read_delimiter_line() {
    const std::string_view rest = std::string_view(pending_).substr(read_ + delimiter_.size());
    if (rest.size() < 2) return Step::NeedMore;
    if (rest.starts_with("--")) {
        if (inside_part_) end_part();
        read_ = pending_.size();
        state_ = State::Epilogue;
        return Step::Again;
    }
    const std::size_t line_end = std::min(rest.find_first_not_of(" \t"), rest.size());
    const bool undecided = line_end == rest.size() || (rest[line_end] == '\r' && line_end + 1 == rest.size());
    if (undecided && line_end <= kMostPadding) return Step::NeedMore;
    if (line_end <= kMostPadding && rest.substr(line_end, 2) == "\r\n") {
        if (inside_part_) end_part();
        // The line break stays: headers end with an empty line, and there may be none before it.
        read_ += delimiter_.size() + line_end;
        state_ = State::PartHeaders;
        return Step::Again;
    }
    if (inside_part_) {
        if (const Status kept = append_content(delimiter_); !kept) return kept.error();
    }
    read_ += delimiter_.size();
    state_ = inside_part_ ? State::Content : State::Preamble;
    return Step::Again;
}

Result<MultipartParser::Step> MultipartParser::read_part_headers() {
    const std::string_view rest = std::string_view(pending_).substr(read_);
    const std::size_t end = rest.find("\r\n\r\n");
    // Of the four bytes that end them three may have come.
    const std::size_t least = end == std::string_view::npos ? rest.size() - std::min<std::size_t>(rest.size(), 3) : end;
    if (least > limits_.header_bytes) return malformed("the headers of a part are too long");
    if (end == std::string_view::npos) return Step::NeedMore;
    const Status begun = begin_part(rest.substr(0, end));
    if (!begun) return begun.error();
    read_ += end + 4;
    state_ = State::Content;
    return Step::Again;
}

Result<MultipartParser::Step> MultipartParser::read_content() {
    const std::size_t at = pending_.find(delimiter_, read_);
    const bool found = at != std::string::npos;
    const std::size_t certain = pending_.size() - std::min(pending_.size(), delimiter_.size() - 1);
    const std::size_t end = found ? at : std::max(read_, certain);
    const Status kept = append_content(std::string_view(pending_).substr(read_, end - read_));
    if (!kept) return kept.error();
    read_ = end;
    if (!found) return Step::NeedMore;
    state_ = State::AfterDelimiter;
    return Step::Again;
}

Status MultipartParser::begin_part(std::string_view headers) {
    if (parts_.size() >= limits_.parts) return fail(ErrorCode::UploadTooLarge, "too many parts in a multipart body");
    Part part;
    for (std::string_view line : split(headers, '\n')) {
        line = trim(line);
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos) continue;
        const std::string_view name = trim(line.substr(0, colon));
        const std::string_view value = trim(line.substr(colon + 1));
        if (equal_ignoring_case(name, "content-disposition")) {
            PartDisposition disposition = parse_part_disposition(value);
            part.name = std::move(disposition.name);
            part.file_name = std::move(disposition.file_name);
        } else if (equal_ignoring_case(name, "content-type")) {
            part.content_type = value;
        }
    }
    if (part.file_name) {
        Result<TemporaryFile> file = TemporaryFile::create(spool_directory_);
        if (!file) return file.error();
        part.file = std::move(*file);
    }
    parts_.push_back(std::move(part));
    inside_part_ = true;
    return {};
}

Status MultipartParser::append_content(std::string_view bytes) {
    Part& part = parts_.back();
    part.size += bytes.size();
    if (part.file_name) {
        if (part.size > limits_.file_bytes) return fail(ErrorCode::UploadTooLarge, "a file is too large");
        return part.file.append(bytes);
    }
    text_bytes_ += bytes.size();
    if (text_bytes_ > limits_.text_bytes) return fail(ErrorCode::UploadTooLarge, "the text parts are too long");
    part.text.append(bytes);
    return {};
}

void MultipartParser::end_part() {
    parts_.back().file.close();
    inside_part_ = false;
}

}  // namespace signet::http
