#include "service/signature_text.hpp"

#include "base/text.hpp"

#include <charconv>
#include <vector>

namespace signet::service {
namespace {

// One line says `typed` and the name, or `drawn` and the canvas; each further line is a stroke of x, y, time.

void put(std::string& text, double number) {
    char digits[64];
    const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    text += ' ';
    text.append(digits, end);
}

bool take(std::string_view word, double& number) {
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    return error == std::errc() && end == word.data() + word.size();
}

Error damaged() {
    return fail(ErrorCode::StorageFailed, "a kept signature cannot be read");
}

}  // namespace

std::string to_text(const PersonalSignature& signature) {
    if (signature.strokes.empty()) return "typed " + signature.typed;
    std::string text = "drawn";
    put(text, signature.canvas_width);
    put(text, signature.canvas_height);
    for (const InkStroke& stroke : signature.strokes) {
        text += "\nstroke";
        for (const InkStroke::Point& point : stroke.points) {
            put(text, point.x);
            put(text, point.y);
            put(text, point.time.value_or(-1));
        }
    }
    return text;
}

Result<PersonalSignature> personal_signature_from_text(std::string_view text) {
    PersonalSignature signature;
    constexpr std::string_view kTyped = "typed ";
    if (text.starts_with(kTyped)) {
        signature.typed = std::string(text.substr(kTyped.size()));
        return signature;
    }
    bool first = true;
    for (const std::string_view line : split(text, '\n')) {
        const auto words = split(line, ' ');
        if (first) {
            const bool sound = words.size() == 3 && words[0] == "drawn" && take(words[1], signature.canvas_width) &&
                               take(words[2], signature.canvas_height);
            if (!sound) return damaged();
            first = false;
            continue;
        }
        if (words.size() % 3 != 1 || words[0] != "stroke") return damaged();
        InkStroke stroke;
        for (std::size_t i = 1; i < words.size(); i += 3) {
            InkStroke::Point point;
            double time = 0;
            if (!take(words[i], point.x) || !take(words[i + 1], point.y) || !take(words[i + 2], time)) return damaged();
            if (time >= 0) point.time = time;
            stroke.points.push_back(point);
        }
        signature.strokes.push_back(std::move(stroke));
    }
    return signature;
}

}  // namespace signet::service
