#pragma once

#include <cstdint>

namespace signet::convert {

// What Converter asks a convert worker. The request: the input's length and its suffix; the job's files: the input and
// an empty file for the PDF. The reply: the PDF's length (0: the input is the PDF), pages, whether it has signatures,
// and what was removed.

inline constexpr int kMostPages = 5000;
inline constexpr std::uint64_t kMostObjects = 1'000'000;
inline constexpr int kDeepestNesting = 100;
/// Of all streams of a document together, unpacked.
inline constexpr std::uint64_t kMostUnpackedBytes = 512ULL << 20;
/// A stream that unpacks to more than `kSmallStream` may not do so at more than this ratio.
inline constexpr std::uint64_t kMostUnpackedRatio = 100;
inline constexpr std::uint64_t kSmallStream = 1ULL << 20;
/// Larger than any PDF that the limits above let through.
inline constexpr std::uint64_t kMostResultBytes = 1ULL << 30;

inline constexpr std::uint64_t kMostPixels = 100'000'000;
inline constexpr std::uint64_t kMostPixelsDecoded = 64'000'000;
inline constexpr std::uint32_t kLongestSide = 30'000;

}  // namespace signet::convert
