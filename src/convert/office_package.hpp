#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace signet::convert {

/// What an Office Open XML package (ECMA-376 Part 2) holds, by the content type of its main part.
enum class PackageKind { Document, Workbook, Other };

/// Unpacks every part of the package once, to count what it unpacks to: what is declared may be a lie.
///
/// Errors: InvalidFile for an archive that is damaged, or whose parts are encrypted or declare a document type (which
/// Part 2 forbids); DocumentTooLarge when it has too many parts or unpacks to too much.
Result<PackageKind> read_office_package(ByteView content);

}  // namespace signet::convert
