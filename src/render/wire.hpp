#pragma once

#include <cstdint>

namespace signet::render {

// What PageEngine asks a render worker. Every request: the kind, the document's key (four numbers that change when the
// file does) and length, then what the kind needs. The document is the job's one file.

enum class RequestKind : std::uint64_t { PageSizes = 1, Jpeg = 2, Png = 3, FindText = 4, Field = 5, Compare = 6 };

inline constexpr int kMostPages = 5000;
inline constexpr int kLeastPixelWidth = 16;
inline constexpr int kMostPixelWidth = 4096;
/// How many pages one comparison shows as pictures, and how many places it may leave open.
inline constexpr std::size_t kMostShownPages = 6;
inline constexpr std::size_t kMostOpenPlaces = 10'000;
inline constexpr std::size_t kMostKeywords = 100;
inline constexpr std::size_t kLongestKeyword = 200;
/// Of all keywords of one call together.
inline constexpr std::size_t kMostHits = 1'000'000;

}  // namespace signet::render
