#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "pdf/object.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace signet::pdf {

/// No object number is higher (ISO 32000-1 annex C).
inline constexpr std::uint32_t kMaxObjectNumber = 8'388'607;

/// How much reading may still be done for one document: what ends a hostile file early. Shared by everything that reads
/// it.
struct WorkBudget {
    std::size_t bytes = 0;
    std::size_t values = 0;
    std::size_t depth = 100;

    bool spend(std::size_t count) {
        if (count > bytes) {
            bytes = 0;
            return false;
        }
        bytes -= count;
        return true;
    }
};

bool is_pdf_space(std::uint8_t byte);
bool is_pdf_delimiter(std::uint8_t byte);

/// Reads objects (§7.3) from a stretch of bytes. Every byte passed costs budget.
class Parser {
  public:
    /// `budget` must outlive the parser.
    Parser(ByteView bytes, std::size_t position, WorkBudget& budget)
        : bytes_(bytes), position_(position), budget_(&budget) {}

    std::size_t position() const { return position_; }
    bool at_end() const { return position_ >= bytes_.size(); }

    /// White space and comments.
    void skip_space();
    /// Takes `keyword` when it stands here as a whole word, after white space.
    bool take_keyword(std::string_view keyword);
    /// Takes an integer without sign, after white space; leaves the position when there is none.
    std::optional<std::uint64_t> take_unsigned();
    /// The next object. DamagedDocument for anything that is none, DocumentTooDeep, TimeLimit, DocumentTooLarge.
    Result<Object> object() { return object_at_depth(0); }

  private:
    Result<Object> object_at_depth(std::size_t depth);
    Result<Object> dictionary(std::size_t depth);
    Result<Object> array(std::size_t depth);
    Result<Object> literal_string();
    Result<Object> hex_string();
    Result<Name> name();
    Result<Object> number_or_reference();
    Result<Object> word();
    bool read_escape(std::string& to);
    Error damaged(std::string_view what) const;
    std::string_view spelled_from(std::size_t start) const;

    ByteView bytes_;
    std::size_t position_;
    WorkBudget* budget_;
};

/// Whether `text` is what may stand between the `<<` and `>>` of a dictionary, completely and with nothing else.
bool is_dictionary_content(std::string_view text);

}  // namespace signet::pdf
