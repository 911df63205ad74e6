#pragma once

#include "base/drawing.hpp"
#include "base/result.hpp"
#include "pdf/revision.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace signet::pdf {

/// A Drawing compressed and checked once, so that every signature that uses the seal only copies bytes. Immutable and
/// therefore safe to share between threads.
class CompiledDrawing {
  public:
    /// InvalidParameter when the drawing has no size, refers to a part it does not have, or is larger than 16 MB.
    static Result<CompiledDrawing> compile(const Drawing& drawing);

    double width() const { return width_; }
    double height() const { return height_; }
    /// About how many bytes it takes in a file.
    std::size_t size() const { return size_; }
    /// Writes the form XObject and its parts as new objects; the form's object number.
    std::uint32_t write(RevisionWriter& writer) const;

  private:
    /// Text with references to parts in between: text 0, part 0, text 1, part 1, …
    struct Template {
        std::vector<std::string> texts;
        std::vector<std::size_t> parts;
    };
    struct CompiledPart {
        Template dictionary;
        std::string data;
        bool is_stream = false;
    };
    static Result<Template> parse_template(std::string_view text, std::size_t part_count);
    static void write_template(const Template& text, std::uint32_t first_part, Bytes& to);

    double width_ = 0;
    double height_ = 0;
    std::size_t size_ = 0;
    CompiledPart form_;
    std::vector<CompiledPart> parts_;
};

}  // namespace signet::pdf
