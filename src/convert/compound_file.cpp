#include "convert/compound_file.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace signet::convert {
namespace {

// [MS-CFB] §2.1, §2.2, §2.6.
constexpr std::uint32_t kLargestSector = 0xFFFFFFFA;
constexpr std::uint32_t kNoEntry = 0xFFFFFFFF;
constexpr std::size_t kHeaderSize = 512;
constexpr std::size_t kEntrySize = 128;
constexpr std::size_t kSectorsInHeader = 109;
constexpr std::uint8_t kStream = 2;
constexpr std::size_t kMostEntries = 100'000;
constexpr std::size_t kLongestName = 64;
/// Shorter streams lie in the mini stream.
constexpr std::uint64_t kLeastOwnStream = 4096;
constexpr std::size_t kShortSector = 64;

Error damaged() {
    return fail(ErrorCode::InvalidFile, "the Office file is damaged");
}

/// 0 behind the end: what follows from it is checked anyway.
std::uint32_t number_at(ByteView bytes, std::size_t at, std::size_t length) {
    if (at > bytes.size() || bytes.size() - at < length) return 0;
    std::uint32_t value = 0;
    for (std::size_t i = length; i-- > 0;)
        value = value << 8 | bytes[at + i];
    return value;
}
std::uint32_t four_at(ByteView bytes, std::size_t at) {
    return number_at(bytes, at, 4);
}

struct Entry {
    std::string name;  // its ASCII characters; others as '?'
    std::uint8_t type = 0;
    std::uint32_t left = kNoEntry;
    std::uint32_t right = kNoEntry;
    std::uint32_t child = kNoEntry;
    std::uint32_t start = 0;
    std::uint64_t size = 0;
};

Entry entry_of(ByteView bytes) {
    Entry entry;
    const std::size_t length = std::min<std::size_t>(number_at(bytes, 64, 2), kLongestName);
    for (std::size_t at = 0; at + 2 < length; at += 2) {
        const std::uint32_t character = number_at(bytes, at, 2);
        entry.name.push_back(character >= 0x20 && character < 0x7F ? static_cast<char>(character) : '?');
    }
    entry.type = bytes[66];
    entry.left = four_at(bytes, 68);
    entry.right = four_at(bytes, 72);
    entry.child = four_at(bytes, 76);
    entry.start = four_at(bytes, 116);
    entry.size = four_at(bytes, 120);
    return entry;
}

class CompoundFile {
  public:
    static std::optional<CompoundFile> open(ByteView content) {
        if (content.size() < kHeaderSize) return std::nullopt;
        const std::uint32_t shift = number_at(content, 30, 2);
        if (shift != 9 && shift != 12) return std::nullopt;
        CompoundFile file(content, std::size_t{1} << shift);
        if (!file.read_table() || !file.read_directory()) return std::nullopt;
        return file;
    }

    /// The stream of this name in the root; nothing when there is none.
    const Entry* stream_in_root(std::string_view name) const {
        std::vector<std::uint32_t> open{entries_.front().child};
        std::size_t looked_at = 0;
        while (!open.empty() && looked_at++ <= entries_.size()) {
            const std::uint32_t index = open.back();
            open.pop_back();
            if (index >= entries_.size()) continue;
            const Entry& entry = entries_[index];
            if (entry.type == kStream && entry.name == name) return &entry;
            open.push_back(entry.left);
            open.push_back(entry.right);
        }
        return nullptr;
    }

    /// The first sector of a stream. Short ones lie together in the stream of the root entry, in sectors of 64 bytes.
    ByteView beginning_of(const Entry& stream) const {
        if (stream.size >= kLeastOwnStream) return sector(stream.start);
        const std::uint64_t at = std::uint64_t{stream.start} * kShortSector;
        if (at >= content_.size()) return {};
        std::uint32_t number = entries_.front().start;
        for (std::uint64_t steps = at / sector_size_; steps > 0 && number <= kLargestSector; --steps)
            number = after(number);
        const ByteView part = sector(number);
        const std::size_t within = at % sector_size_;
        return within >= part.size() ? ByteView{} : part.subspan(within, std::min(kShortSector, part.size() - within));
    }

  private:
    CompoundFile(ByteView content, std::size_t sector_size) : content_(content), sector_size_(sector_size) {}

    /// Sector 0 follows the header, which takes a whole one.
    ByteView sector(std::uint32_t number) const {
        const std::uint64_t at = (std::uint64_t{number} + 1) * sector_size_;
        if (number > kLargestSector || at >= content_.size()) return {};
        return content_.subspan(at, std::min<std::uint64_t>(sector_size_, content_.size() - at));
    }

    /// Where the sectors of the allocation table lie: the first of them in the header, the others in a chain.
    bool read_table() {
        for (std::size_t i = 0; i < kSectorsInHeader; ++i)
            add_to_table(four_at(content_, 76 + i * 4));
        std::uint32_t next = four_at(content_, 68);
        const std::size_t most = content_.size() / sector_size_ + 1;
        for (std::size_t steps = 0; next <= kLargestSector && steps < most; ++steps) {
            const ByteView list = sector(next);
            if (list.size() < sector_size_) return false;
            for (std::size_t at = 0; at + 8 <= list.size(); at += 4)
                add_to_table(four_at(list, at));
            next = four_at(list, sector_size_ - 4);
        }
        return !table_.empty();
    }

    void add_to_table(std::uint32_t number) {
        if (number <= kLargestSector && table_.size() <= content_.size() / sector_size_) table_.push_back(number);
    }

    std::uint32_t after(std::uint32_t number) const {
        const std::size_t in_a_sector = sector_size_ / 4;
        if (number / in_a_sector >= table_.size()) return kNoEntry;
        const ByteView part = sector(table_[number / in_a_sector]);
        const std::size_t at = number % in_a_sector * 4;
        return at + 4 > part.size() ? kNoEntry : four_at(part, at);
    }

    bool read_directory() {
        const std::size_t most = std::min(content_.size() / kEntrySize + 1, kMostEntries);
        for (std::uint32_t next = four_at(content_, 48); next <= kLargestSector; next = after(next)) {
            const ByteView part = sector(next);
            // Each sector brings an entry, so that a chain in a circle comes to its end.
            if (part.size() < kEntrySize || entries_.size() > most) return false;
            for (std::size_t at = 0; at + kEntrySize <= part.size(); at += kEntrySize)
                entries_.push_back(entry_of(part.subspan(at, kEntrySize)));
        }
        return !entries_.empty();
    }

    ByteView content_;
    std::size_t sector_size_;
    std::vector<std::uint32_t> table_;
    std::vector<Entry> entries_;
};

/// [MS-DOC] §2.5.2: fEncrypted.
bool is_encrypted_document(ByteView stream) {
    return (number_at(stream, 10, 2) & 0x0100) != 0;
}

/// [MS-XLS] §2.4.117: a FilePass record follows the first records of the stream.
bool is_encrypted_workbook(ByteView stream) {
    constexpr std::uint32_t kFilePass = 0x002F;
    constexpr std::size_t kHead = 4;
    for (std::size_t at = 0; at + kHead <= stream.size(); at += kHead + number_at(stream, at + 2, 2)) {
        if (number_at(stream, at, 2) == kFilePass) return true;
    }
    return false;
}

}  // namespace

Result<CompoundKind> read_compound_file(ByteView content) {
    const auto file = CompoundFile::open(content);
    if (!file) return damaged();
    if (file->stream_in_root("EncryptedPackage") != nullptr) return CompoundKind::Encrypted;
    if (const Entry* document = file->stream_in_root("WordDocument")) {
        const bool encrypted = is_encrypted_document(file->beginning_of(*document));
        return encrypted ? CompoundKind::Encrypted : CompoundKind::Document;
    }
    for (const std::string_view name : {"Workbook", "Book"}) {
        const Entry* workbook = file->stream_in_root(name);
        if (workbook == nullptr) continue;
        const bool encrypted = is_encrypted_workbook(file->beginning_of(*workbook));
        return encrypted ? CompoundKind::Encrypted : CompoundKind::Workbook;
    }
    return CompoundKind::Other;
}

}  // namespace signet::convert
