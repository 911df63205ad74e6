#include "pdf/compiled_drawing.hpp"

#include "pdf/filters.hpp"
#include "pdf/lexer.hpp"

#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <optional>

namespace signet::pdf {

namespace {

constexpr std::size_t kMaxDrawingBytes = std::size_t{16} << 20;
constexpr std::size_t kMaxParts = 1000;

/// A dictionary's text without its `<<` and `>>`; nothing when it is none.
std::optional<std::string_view> inner_text(std::string_view dictionary) {
    while (!dictionary.empty() && is_pdf_space(static_cast<std::uint8_t>(dictionary.back())))
        dictionary.remove_suffix(1);
    while (!dictionary.empty() && is_pdf_space(static_cast<std::uint8_t>(dictionary.front())))
        dictionary.remove_prefix(1);
    if (dictionary.size() < 4 || !dictionary.starts_with("<<") || !dictionary.ends_with(">>")) return std::nullopt;
    return dictionary.substr(2, dictionary.size() - 4);
}

/// Whether a stream dictionary already says how its data is packed.
bool has_filter(std::string_view dictionary) {
    return dictionary.find("/Filter") != std::string_view::npos;
}

}  // namespace

Result<CompiledDrawing::Template> CompiledDrawing::parse_template(std::string_view text, std::size_t part_count) {
    Template result;
    std::string plain;
    while (true) {
        const std::size_t at = text.find('@');
        plain += text.substr(0, at);
        if (at == std::string_view::npos) break;
        const std::string_view rest = text.substr(at + 1);
        std::size_t part = 0;
        const auto parsed = std::from_chars(rest.data(), rest.data() + rest.size(), part);
        const auto digits = static_cast<std::size_t>(parsed.ptr - rest.data());
        if (parsed.ec != std::errc() || digits >= rest.size() || rest[digits] != '@') {
            plain += '@';  // an ordinary character
            text = rest;
            continue;
        }
        if (part >= part_count) return invalid_parameter("a drawing refers to a part it does not have");
        result.texts.push_back(std::move(plain));
        result.parts.push_back(part);
        plain.clear();
        text = rest.substr(digits + 1);
    }
    result.texts.push_back(std::move(plain));
    return result;
}

Result<CompiledDrawing> CompiledDrawing::compile(const Drawing& drawing) {
    const bool sized =
        std::isfinite(drawing.width) && std::isfinite(drawing.height) && drawing.width > 0 && drawing.height > 0;
    if (!sized) return invalid_parameter("a drawing has no size");
    if (drawing.parts.size() > kMaxParts) return invalid_parameter("a drawing has too many parts");
    CompiledDrawing compiled;
    compiled.width_ = drawing.width;
    compiled.height_ = drawing.height;
    std::size_t total = drawing.content.size() + drawing.resources.size();

    for (const Drawing::Part& part : drawing.parts) {
        total += part.dictionary.size() + part.data.size();
        if (total > kMaxDrawingBytes) break;
        const std::optional<std::string_view> inner = inner_text(part.dictionary);
        if (part.is_stream && !inner) return invalid_parameter("a part of a drawing is no dictionary");
        CompiledPart compiled_part;
        compiled_part.is_stream = part.is_stream;
        std::string text = part.is_stream ? std::string(*inner) : part.dictionary;
        if (part.is_stream && !has_filter(text)) {
            text += "/Filter/FlateDecode";
            compiled_part.data = deflate(part.data);
        } else if (part.is_stream) {
            compiled_part.data = part.data;
        }
        Result<Template> dictionary = parse_template(text, drawing.parts.size());
        if (!dictionary) return dictionary.error();
        compiled_part.dictionary = std::move(*dictionary);
        compiled.size_ += text.size() + compiled_part.data.size() + 64;
        compiled.parts_.push_back(std::move(compiled_part));
    }
    if (total > kMaxDrawingBytes) return invalid_parameter("a drawing is too large");
    if (!inner_text(drawing.resources)) return invalid_parameter("the resources of a drawing are no dictionary");

    Result<Template> form =
        parse_template(fmt::format("/Type/XObject/Subtype/Form/BBox[0 0 {} {}]/Resources{}/Filter/FlateDecode",
                                   spelled_number(drawing.width), spelled_number(drawing.height), drawing.resources),
                       drawing.parts.size());
    if (!form) return form.error();
    compiled.form_.dictionary = std::move(*form);
    compiled.form_.data = deflate(drawing.content);
    compiled.form_.is_stream = true;
    compiled.size_ += drawing.resources.size() + compiled.form_.data.size() + 256;
    return compiled;
}

void CompiledDrawing::write_template(const Template& text, std::uint32_t first_part, Bytes& to) {
    for (std::size_t i = 0; i < text.texts.size(); ++i) {
        append(to, text.texts[i]);
        if (i >= text.parts.size()) continue;
        append(to, std::to_string(first_part + text.parts[i]));
        append(to, " 0 R");
    }
}

std::uint32_t CompiledDrawing::write(RevisionWriter& writer) const {
    const std::uint32_t form = writer.allocate();
    const std::uint32_t first_part = form + 1;
    for (std::size_t i = 0; i < parts_.size(); ++i)
        writer.allocate();
    const auto write_one = [&](std::uint32_t number, const CompiledPart& part) {
        writer.begin(number);
        if (part.is_stream) append(writer.bytes(), "<<");
        write_template(part.dictionary, first_part, writer.bytes());
        if (part.is_stream) {
            append(writer.bytes(), "/Length ");
            append(writer.bytes(), std::to_string(part.data.size()));
            append(writer.bytes(), ">>\nstream\n");
            append(writer.bytes(), part.data);
            append(writer.bytes(), "\nendstream");
        }
        writer.end();
    };
    write_one(form, form_);
    for (std::size_t i = 0; i < parts_.size(); ++i)
        write_one(first_part + static_cast<std::uint32_t>(i), parts_[i]);
    return form;
}

}  // namespace signet::pdf
