#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace signet::convert {

/// What a compound file ([MS-CFB]) holds, by the streams in its root.
enum class CompoundKind {
    Document,   // WordDocument ([MS-DOC] §2.1)
    Workbook,   // Workbook or Book ([MS-XLS] §2.1)
    Encrypted,  // a document of either kind, or an Office Open XML package, that wants a password
    Other,
};

/// InvalidFile when the file is damaged.
Result<CompoundKind> read_compound_file(ByteView content);

}  // namespace signet::convert
