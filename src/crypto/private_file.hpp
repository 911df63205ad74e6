#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "crypto/secret.hpp"

#include <filesystem>

namespace signet::crypto {

/// Writes a file that only its owner may read (mode 0600), durably and at once: whoever looks finds the whole new file
/// or what was there before, also after a power cut.
Status write_private_file(const std::filesystem::path& path, ByteView content);
/// The same, but fails with Conflict when the file exists already: of two who create it, one wins.
Status create_private_file(const std::filesystem::path& path, ByteView content);
/// Gives a file or folder that is complete its name, durably; Conflict when the name is taken.
Status publish_new(const std::filesystem::path& draft, const std::filesystem::path& path);

/// Reads a file of at most `limit` bytes; KeyUnusable when it cannot be read.
Result<SecretBytes> read_secret_file(const std::filesystem::path& path, std::size_t limit);
/// KeyUnusable when the group or others have any right on the file, or it is not a regular file.
Status require_private(const std::filesystem::path& path);

}  // namespace signet::crypto
