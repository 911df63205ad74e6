#pragma once

#include <cstddef>
#include <cstdint>

namespace signet::convert {

// What Converter asks a convert worker. The request begins with a Task; the job's files are the input and an empty file
// for the PDF.
//
// Convert: the input's length and its suffix. The reply is an Outcome. Converted: the PDF's length (0: the input is the
// PDF), pages, whether it has signatures, and what was removed. Office: the suffix of the type and what has to stand
// before the content, for an office worker to make a PDF of it.
//
// Merge: how many PDFs follow each other in the input, and their lengths. The reply is that of a converted file.
//
// Fill: the template's length, its suffix (docx or html) and the length of the fields; the input holds the template and
// after it the fields: their count; of each its name, text, whether it is a table, its rows with their cells, its
// picture. The reply: the length of what was written, the names of the blanks, and of a PDF (which has no fields)
// where its text fields were: name, page, x, y, width, height, size of the text.
//
// Picture: the input's length. The reply: width, height, components, coding, whether it is inverted, orientation, and
// how many bytes of samples and of alpha stand in the output, one after the other.
//
// What Converter asks an office worker: the input's length, its suffix and what has to stand before it; the same files.
// The reply: the PDF's length.

enum class Task : std::uint64_t { Convert, Merge, Fill, Picture };
enum class Outcome : std::uint64_t { Converted, Office };

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

/// Pages that an Office file or a page of HTML may fill.
inline constexpr int kMostOfficePages = 2000;
inline constexpr std::uint64_t kMostOfficePdf = 256ULL << 20;
/// Of an Office package: its parts, and what they unpack to together. A part larger than `kSmallPart` may not unpack at
/// more than kMostUnpackedRatio.
inline constexpr std::uint64_t kMostParts = 10'000;
inline constexpr std::uint64_t kMostPackageBytes = 256ULL << 20;
inline constexpr std::uint64_t kSmallPart = 16ULL << 20;

inline constexpr std::size_t kMostMerged = 100;
inline constexpr std::size_t kMostFields = 1000;

inline constexpr int kMostTiffPages = 1000;
inline constexpr std::uint64_t kMostTiffPixels = 400'000'000;
inline constexpr std::uint64_t kMostPixels = 100'000'000;
inline constexpr std::uint64_t kMostPixelsDecoded = 64'000'000;
/// Of a picture that is handed over decoded.
inline constexpr std::uint64_t kMostPicturePixels = 4'000'000;
inline constexpr std::uint32_t kLongestSide = 30'000;

}  // namespace signet::convert
