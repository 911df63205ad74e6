#include "crypto/key_vault.hpp"

#include "base/text.hpp"
#include "crypto/aes_gcm.hpp"
#include "crypto/private_file.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <fmt/format.h>
#include <new>
#include <span>
#include <stdexcept>
#include <sys/mman.h>

namespace signet::crypto {
namespace {

constexpr std::string_view kFirstLine = "signet master keys, format 1";
/// With a line for the lookups, because the key they began with is gone.
constexpr std::string_view kFirstLineOfTwo = "signet master keys, format 2";
constexpr std::string_view kLookupWord = "lookup";
constexpr std::size_t kKeySize = aes_gcm::kKeySize;
constexpr std::size_t kMaxKeys = 64;
constexpr std::size_t kMaxFileSize = 16 * 1024;

constexpr std::uint8_t kFormat = 1;
constexpr std::size_t kPrefixSize = 5;  // format, key id
constexpr std::size_t kOverhead = kPrefixSize + aes_gcm::kNonceSize + aes_gcm::kTagSize;

struct MasterKey {
    std::uint32_t id = 0;
    std::array<std::uint8_t, kKeySize> bytes{};
};

std::uint32_t key_id_of(ByteView sealed) {
    std::uint32_t id = 0;
    for (std::size_t i = 1; i < kPrefixSize; ++i)
        id = (id << 8) | sealed[i];
    return id;
}

}  // namespace

/// The key versions, the oldest first, in a page of their own that no core dump shows. Keys are only ever added, so
/// readers need no lock.
class KeyVault::Keys {
  public:
    Keys() {
        void* page = mmap(nullptr, sizeof(Page), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (page == MAP_FAILED) throw std::bad_alloc();
        madvise(page, sizeof(Page), MADV_DONTDUMP);
        mlock(page, sizeof(Page));  // kept out of swap where the limits allow it
        page_ = new (page) Page;
    }
    Keys(const Keys&) = delete;
    Keys& operator=(const Keys&) = delete;
    ~Keys() {
        wipe(page_, sizeof(Page));
        munmap(page_, sizeof(Page));
    }

    bool add(std::uint32_t id, ByteView key) {
        const std::size_t at = page_->count.load();
        if (at == kMaxKeys || key.size() != kKeySize || (at > 0 && id <= newest_id())) return false;
        page_->keys[at].id = id;
        std::memcpy(page_->keys[at].bytes.data(), key.data(), kKeySize);
        if (at == 0) std::memcpy(page_->lookup.data(), key.data(), kKeySize);
        page_->count.store(at + 1);
        return true;
    }
    bool is_full() const { return page_->count.load() == kMaxKeys || newest_id() == UINT32_MAX; }
    /// Before anybody else knows this vault.
    bool set_lookup(ByteView key) {
        if (key.size() != kKeySize || page_->count.load() == 0) return false;
        std::memcpy(page_->lookup.data(), key.data(), kKeySize);
        return true;
    }
    ByteView lookup() const { return page_->lookup; }
    std::size_t count() const { return page_->count.load(); }
    const MasterKey& newest() const { return page_->keys[page_->count.load() - 1]; }
    std::uint32_t newest_id() const { return newest().id; }
    const MasterKey* find(std::uint32_t id) const {
        const std::size_t count = page_->count.load();
        for (std::size_t i = 0; i < count; ++i) {
            if (page_->keys[i].id == id) return &page_->keys[i];
        }
        return nullptr;
    }
    std::mutex& rotation() { return rotation_; }

    /// The file's text with every key from the `first` on, and one more at its end if there is one.
    SecretBytes to_file(std::size_t first = 0, std::uint32_t more_id = 0, ByteView more = {}) const {
        Bytes text;
        text.reserve(kMaxFileSize);  // never moved, so no copy of a key stays behind
        const bool has_lookup =
            first > 0 || std::memcmp(page_->lookup.data(), page_->keys[0].bytes.data(), kKeySize) != 0;
        append(text, fmt::format("{}\n", has_lookup ? kFirstLineOfTwo : kFirstLine));
        const std::size_t count = page_->count.load();
        for (std::size_t i = first; i < count; ++i)
            append_line(text, fmt::format("{}", page_->keys[i].id), page_->keys[i].bytes);
        if (!more.empty()) append_line(text, fmt::format("{}", more_id), more);
        if (has_lookup) append_line(text, kLookupWord, page_->lookup);
        return SecretBytes(std::move(text));
    }

  private:
    struct Page {
        std::atomic<std::size_t> count = 0;
        std::array<MasterKey, kMaxKeys> keys;
        /// What lookups depend on: the first key of all, also when it seals nothing any more.
        std::array<std::uint8_t, kKeySize> lookup{};
    };

    static void append_line(Bytes& text, std::string_view name, ByteView key) {
        std::string digits = hex(key);
        append(text, fmt::format("{} ", name));
        append(text, digits);
        text.push_back('\n');
        wipe(digits.data(), digits.size());
    }

    Page* page_;
    std::mutex rotation_;
};

KeyVault::KeyVault(std::unique_ptr<Keys> keys) : keys_(std::move(keys)) {}
KeyVault::KeyVault(KeyVault&&) noexcept = default;
KeyVault& KeyVault::operator=(KeyVault&&) noexcept = default;
KeyVault::~KeyVault() = default;

KeyVault KeyVault::ephemeral() {
    auto keys = std::make_unique<Keys>();
    keys->add(1, SecretBytes(random_bytes(kKeySize)).view());
    return KeyVault(std::move(keys));
}

Result<KeyVault> KeyVault::create(const std::filesystem::path& file) {
    KeyVault vault = ephemeral();
    if (const auto created = create_private_file(file, vault.keys_->to_file().view()); !created) return created.error();
    return vault;
}

Result<KeyVault> KeyVault::load(const std::filesystem::path& file) {
    if (const auto is_private = require_private(file); !is_private) return is_private.error();
    const auto content = read_secret_file(file, kMaxFileSize);
    if (!content) return content.error();
    auto vault = parse(content->text());
    if (!vault) return fail(ErrorCode::KeyUnusable, file.string() + " is no file of master keys");
    return vault;
}

Result<KeyVault> KeyVault::load_or_create(const std::filesystem::path& file) {
    if (std::filesystem::exists(file)) return load(file);
    auto created = create(file);
    if (!created && created.error().code == ErrorCode::Conflict) return load(file);
    return created;
}

Result<KeyVault> KeyVault::parse(std::string_view text) {
    const std::vector<std::string_view> lines = split(text, '\n');
    const Error damaged = fail(ErrorCode::KeyUnusable, "damaged master keys");
    const bool has_lookup = lines.front() == kFirstLineOfTwo;
    const bool is_known = has_lookup || lines.front() == kFirstLine;
    const std::size_t end = lines.size() - (has_lookup ? 2 : 1);
    if (lines.size() < (has_lookup ? 4U : 3U) || !is_known || !lines.back().empty()) return damaged;
    auto keys = std::make_unique<Keys>();
    for (std::size_t i = 1; i < lines.size() - 1; ++i) {
        const std::size_t space = lines[i].find(' ');
        if (space == std::string_view::npos) return damaged;
        auto key = from_hex(lines[i].substr(space + 1));
        if (!key) return damaged;
        const SecretBytes secret(std::move(*key));
        const std::string_view name = lines[i].substr(0, space);
        if (i == end) {
            if (name != kLookupWord || !keys->set_lookup(secret.view())) return damaged;
            continue;
        }
        const auto id = parse_integer(name);
        if (!id || *id < 1 || *id > UINT32_MAX) return damaged;
        if (!keys->add(static_cast<std::uint32_t>(*id), secret.view())) return damaged;
    }
    return KeyVault(std::move(keys));
}

Bytes KeyVault::seal(ByteView plaintext, std::string_view context) const {
    Bytes sealed(kOverhead + plaintext.size());
    sealed[0] = kFormat;
    const MasterKey& key = keys_->newest();
    for (std::size_t i = 1; i < kPrefixSize; ++i)
        sealed[i] = static_cast<std::uint8_t>(key.id >> (8 * (kPrefixSize - 1 - i)));
    const Bytes nonce = random_bytes(aes_gcm::kNonceSize);
    std::ranges::copy(nonce, sealed.begin() + kPrefixSize);
    const std::span<std::uint8_t> whole(sealed);
    aes_gcm::seal(key.bytes, nonce, {ByteView(sealed).first(kPrefixSize), as_bytes(context)}, plaintext,
                  whole.subspan(kPrefixSize + nonce.size()));
    return sealed;
}

Result<SecretBytes> KeyVault::open(ByteView sealed, std::string_view context) const {
    const Error refused = fail(ErrorCode::KeyUnusable, "a sealed secret was altered or belongs elsewhere");
    if (sealed.size() < kOverhead || sealed[0] != kFormat || sealed.size() - kOverhead > aes_gcm::kLargest)
        return refused;
    const MasterKey* key = keys_->find(key_id_of(sealed));
    if (key == nullptr) {
        return fail(ErrorCode::KeyUnusable,
                    fmt::format("a secret is sealed with master key {}, which is not here", key_id_of(sealed)));
    }
    SecretBytes plaintext(sealed.size() - kOverhead);
    const ByteView nonce = sealed.subspan(kPrefixSize, aes_gcm::kNonceSize);
    const bool is_good =
        aes_gcm::open(key->bytes, nonce, {sealed.first(kPrefixSize), as_bytes(context)},
                      sealed.subspan(kPrefixSize + nonce.size()), {plaintext.data(), plaintext.size()});
    if (!is_good) return refused;
    return plaintext;
}

Status KeyVault::rotate(const std::filesystem::path& file) {
    const std::lock_guard lock(keys_->rotation());
    if (keys_->is_full()) return fail(ErrorCode::Conflict, "the vault holds as many key versions as it can");
    const SecretBytes key(random_bytes(kKeySize));
    const std::uint32_t id = keys_->newest_id() + 1;
    // On disk first: nothing may be sealed with a key that could be lost.
    if (const auto written = write_private_file(file, keys_->to_file(0, id, key.view()).view()); !written)
        return written;
    keys_->add(id, key.view());
    return {};
}

Status KeyVault::drop_old(const std::filesystem::path& file) {
    const std::lock_guard lock(keys_->rotation());
    if (keys_->count() < 2) return {};
    return write_private_file(file, keys_->to_file(keys_->count() - 1).view());
}

std::size_t KeyVault::key_count() const {
    return keys_->count();
}

bool KeyVault::needs_resealing(ByteView sealed) const {
    return sealed.size() < kOverhead || key_id_of(sealed) != newest_key_id();
}

std::uint32_t KeyVault::newest_key_id() const {
    return keys_->newest_id();
}

Sha256Digest KeyVault::lookup_digest(std::string_view value, std::string_view context) const {
    // One key for each context, so that the same value has unrelated digests in two of them.
    Sha256Digest key = hmac_sha256(keys_->lookup(), as_bytes(fmt::format("lookup {}", context)));
    const Sha256Digest digest = hmac_sha256(key, as_bytes(value));
    wipe(key.data(), key.size());
    return digest;
}

}  // namespace signet::crypto
