#pragma once

#include <string>
#include <vector>

namespace signet {

/// A picture ready to become a PDF form XObject (ISO 32000-1 §8.10): a seal, a signature or a date. `seal` draws it,
/// `pdf` writes it into a file; neither knows the other.
///
/// Units are points (1/72 inch); the origin is the bottom left corner, y upwards; the picture fills
/// [0, width] × [0, height]. Everything in it is self-contained: no font or image outside `parts`.
struct Drawing {
    /// One more object the picture needs: a font, an image, a mask.
    struct Part {
        /// A PDF dictionary with its `<<` `>>`, without /Length. `@n@` in it stands for a reference to part n of the
        /// same drawing (counted from 0) and is replaced when the object numbers are known.
        std::string dictionary;
        /// The stream's bytes as the dictionary's /Filter says; meaningless when `is_stream` is false.
        std::string data;
        bool is_stream = false;
    };

    double width = 0;
    double height = 0;
    /// The content stream, not compressed.
    std::string content;
    /// The resource dictionary with its `<<` `>>`; `@n@` as above.
    std::string resources = "<<>>";
    std::vector<Part> parts;
};

inline constexpr double kPointsPerMillimetre = 72.0 / 25.4;

}  // namespace signet
