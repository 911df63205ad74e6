#include "pdf/validation_data.hpp"

#include "crypto/der.hpp"
#include "pdf/signature_writer.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <map>
#include <span>
#include <unordered_map>

namespace signet::pdf {

namespace {

constexpr std::size_t kMaxEntriesRead = 20'000;
constexpr std::size_t kMaxEntriesAdded = 2000;
constexpr std::size_t kMaxEntrySize = std::size_t{16} << 20;
constexpr std::size_t kKeyLength = 40;

/// The three kinds of data, with their keys in the store and in a /VRI entry, which differ by one letter.
struct Kind {
    std::string_view store_key;
    std::string_view related_key;
    std::vector<Bytes> SecurityStore::*list;
    std::vector<std::size_t> SecurityStore::Related::*positions;
};
constexpr std::array<Kind, 3> kKinds = {
    Kind{"Certs", "Cert", &SecurityStore::certificates, &SecurityStore::Related::certificates},
    Kind{"OCSPs", "OCSP", &SecurityStore::ocsp_responses, &SecurityStore::Related::ocsp_responses},
    Kind{"CRLs", "CRL", &SecurityStore::crls, &SecurityStore::Related::crls}};

bool is_key(std::string_view text) {
    return text.size() == kKeyLength && std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F');
           });
}

/// A store as it lies in the file, and where each of its data came from.
class StoreReader {
  public:
    explicit StoreReader(const Document& document) : document_(document) {}

    Status read() {
        Result<std::shared_ptr<const Dictionary>> catalog = document_.catalog();
        if (!catalog) return catalog.error();
        Result<Object> object = document_.get(**catalog, "DSS");
        if (!object) return object.error();
        const bool is_store = object->as_dictionary() != nullptr && object->as_stream() == nullptr;
        if (!is_store) return {};
        dictionary_ = *object->as_dictionary();
        if (const Reference* reference = (*catalog)->get("DSS").as_reference()) reference_ = *reference;
        for (const Kind& kind : kKinds) {
            Result<std::vector<std::size_t>> listed = read_list(dictionary_.get(kind.store_key), kind);
            if (!listed) return listed.error();
        }
        return read_related();
    }

    const SecurityStore& store() const { return store_; }
    /// The store's own dictionary, and its reference when it is an object of its own.
    const Dictionary& dictionary() const { return dictionary_; }
    Reference reference() const { return reference_; }
    /// The stream a datum came from.
    Reference source(const Kind& kind, std::size_t position) const { return sources_.at(kind.store_key)[position]; }

  private:
    Status read_related() {
        Result<Object> related = document_.get(dictionary_, "VRI");
        if (!related) return related.error();
        if (related->as_dictionary() == nullptr) return {};
        for (const Dictionary::Entry& entry : related->as_dictionary()->entries()) {
            Result<Object> value = document_.resolve(entry.value);
            if (!value) return value.error();
            if (++entries_ > kMaxEntriesRead) return too_large();
            if (value->as_dictionary() == nullptr) continue;
            SecurityStore::Related own;
            own.key = entry.key.text;
            for (const Kind& kind : kKinds) {
                Result<std::vector<std::size_t>> listed =
                    read_list(value->as_dictionary()->get(kind.related_key), kind);
                if (!listed) return listed.error();
                own.*kind.positions = std::move(*listed);
            }
            store_.related.push_back(std::move(own));
        }
        return {};
    }

    /// The positions of what an array names.
    Result<std::vector<std::size_t>> read_list(const Object& object, const Kind& kind) {
        std::vector<std::size_t> positions;
        Result<Object> array = document_.resolve(object);
        if (!array) return array.error();
        if (array->as_array() == nullptr) return positions;
        for (const Object& item : *array->as_array()) {
            if (++entries_ > kMaxEntriesRead) return too_large();
            if (item.as_reference() == nullptr) continue;
            Result<std::optional<std::size_t>> position = read_datum(*item.as_reference(), kind);
            if (!position) return position.error();
            if (*position) positions.push_back(**position);
        }
        return positions;
    }

    Result<std::optional<std::size_t>> read_datum(Reference reference, const Kind& kind) {
        std::map<Reference, std::size_t>& known = known_[kind.store_key];
        if (const auto found = known.find(reference); found != known.end()) return std::optional(found->second);
        Result<Object> object = document_.read(reference);
        if (!object) return pass_over(object.error());
        if (object->as_stream() == nullptr) return std::optional<std::size_t>{};
        Result<Bytes> data = document_.decode(*object->as_stream());
        if (!data) return pass_over(data.error());
        std::vector<Bytes>& list = store_.*kind.list;
        const std::size_t position = list.size();
        list.push_back(std::move(*data));
        known.emplace(reference, position);
        sources_[kind.store_key].push_back(reference);
        return std::optional(position);
    }

    static Result<std::optional<std::size_t>> pass_over(const Error& error) {
        if (error.code == ErrorCode::DamagedDocument) return std::optional<std::size_t>{};
        return error;
    }
    static Error too_large() {
        return fail(ErrorCode::DocumentTooLarge, "the document's security store has too many entries");
    }

    const Document& document_;
    Dictionary dictionary_;
    Reference reference_;
    SecurityStore store_;
    std::map<std::string_view, std::map<Reference, std::size_t>> known_;
    std::map<std::string_view, std::vector<Reference>> sources_;
    std::size_t entries_ = 0;
};

Status check_added(const SecurityStore& added) {
    std::size_t entries = added.related.size();
    for (const Kind& kind : kKinds) {
        for (const Bytes& datum : added.*kind.list) {
            crypto::der::Reader reader(datum);
            reader.take(crypto::der::kSequence);
            if (!reader.finished() || datum.size() > kMaxEntrySize) {
                return invalid_parameter(fmt::format("an entry for /{} is no DER of a sane size", kind.store_key));
            }
        }
        entries += (added.*kind.list).size();
    }
    if (entries > kMaxEntriesAdded) return invalid_parameter("there is too much validation data for one revision");
    for (const SecurityStore::Related& related : added.related) {
        if (!is_key(related.key)) return invalid_parameter("no key of a signature's validation data: " + related.key);
        for (const Kind& kind : kKinds) {
            const std::size_t size = (added.*kind.list).size();
            const std::vector<std::size_t>& positions = related.*kind.positions;
            if (std::any_of(positions.begin(), positions.end(), [&](std::size_t at) { return at >= size; })) {
                return invalid_parameter("a signature's validation data names what is not there");
            }
        }
    }
    return {};
}

/// Writes what is new of a store.
class StoreWriter {
  public:
    StoreWriter(const Document& document, const StoreReader& old, RevisionWriter& writer)
        : document_(document), old_(old), writer_(writer), dictionary_(old.dictionary()) {}

    /// Whether anything had to be written.
    Result<bool> write(const SecurityStore& added) {
        bool changed = false;
        for (const Kind& kind : kKinds) {
            Result<bool> extended = extend(kind, added);
            if (!extended) return extended;
            changed = changed || *extended;
        }
        Result<bool> related = add_related(added);
        if (!related) return related;
        if (!changed && !*related) return false;
        Status written = write_dictionary();
        if (!written) return written.error();
        return true;
    }

  private:
    static std::string fingerprint(ByteView datum) { return crypto::sha256_hex(datum); }

    /// Lists what is not in the store yet, and remembers where each of `added` lies.
    Result<bool> extend(const Kind& kind, const SecurityStore& added) {
        std::unordered_map<std::string, Reference> known;
        const std::vector<Bytes>& present = old_.store().*kind.list;
        for (std::size_t i = 0; i < present.size(); ++i)
            known.emplace(fingerprint(present[i]), old_.source(kind, i));
        Result<Object> listed = document_.get(dictionary_, kind.store_key);
        if (!listed) return listed.error();
        Array array = listed->as_array() != nullptr ? *listed->as_array() : Array();
        const std::size_t before = array.size();
        for (const Bytes& datum : added.*kind.list) {
            const auto [place, is_new] = known.try_emplace(fingerprint(datum));
            if (is_new) {
                place->second = {writer_.allocate(), 0};
                writer_.write_stream(place->second.number, "", as_text(datum));
            }
            // What only a /VRI entry named so far joins the list.
            const bool in_list = std::any_of(array.begin(), array.end(), [&](const Object& item) {
                return item.as_reference() != nullptr && *item.as_reference() == place->second;
            });
            if (!in_list) array.emplace_back(place->second);
            places_[kind.store_key].push_back(place->second);
        }
        if (array.size() == before) return false;
        dictionary_.set(kind.store_key, std::move(array));
        return true;
    }

    Result<bool> add_related(const SecurityStore& added) {
        Result<Object> existing = document_.get(dictionary_, "VRI");
        if (!existing) return existing.error();
        Dictionary related = existing->as_dictionary() != nullptr ? *existing->as_dictionary() : Dictionary();
        bool changed = false;
        for (const SecurityStore::Related& entry : added.related) {
            if (related.has(entry.key)) continue;
            Dictionary own;
            for (const Kind& kind : kKinds) {
                Array array;
                for (const std::size_t position : entry.*kind.positions)
                    array.emplace_back(places_[kind.store_key][position]);
                if (!array.empty()) own.set(kind.related_key, std::move(array));
            }
            related.set(entry.key, std::move(own));
            changed = true;
        }
        if (changed) dictionary_.set("VRI", std::move(related));
        return changed;
    }

    /// What tells readers of PDF 1.7 to expect a store (ISO 32000-1 §7.12, ETSI EN 319 142-1).
    static Dictionary pades_extension() {
        Dictionary level;
        level.set("BaseVersion", Name{"1.7", "/1.7"});
        level.set("ExtensionLevel", 1);
        Dictionary extensions;
        extensions.set("ESIC", std::move(level));
        return extensions;
    }

    Status write_dictionary() {
        if (old_.reference()) {
            writer_.write(old_.reference().number, serialise(dictionary_), old_.reference().generation);
            return {};
        }
        const std::uint32_t number = writer_.allocate();
        writer_.write(number, serialise(dictionary_));
        Result<std::shared_ptr<const Dictionary>> catalog = document_.catalog();
        if (!catalog) return catalog.error();
        Dictionary changed = **catalog;
        changed.set("DSS", Reference{number, 0});
        if (!changed.has("Extensions")) changed.set("Extensions", pades_extension());
        const Reference reference = document_.catalog_reference();
        writer_.write(reference.number, serialise(changed), reference.generation);
        return {};
    }

    const Document& document_;
    const StoreReader& old_;
    RevisionWriter& writer_;
    Dictionary dictionary_;
    std::map<std::string_view, std::vector<Reference>> places_;
};

std::size_t expected_size(const SecurityStore& added) {
    std::size_t size = 4096;
    for (const Kind& kind : kKinds) {
        for (const Bytes& datum : added.*kind.list)
            size += datum.size() + 128;
    }
    return size;
}

}  // namespace

std::string related_key(ByteView contents) {
    std::string key;
    for (const std::uint8_t byte : crypto::Digest::of(crypto::DigestAlgorithm::Sha1, contents))
        key += fmt::format("{:02X}", byte);
    return key;
}

Result<SecurityStore> read_security_store(const Document& document) {
    StoreReader reader(document);
    Status read = reader.read();
    if (!read) return read.error();
    return reader.store();
}

Result<AppendedRevision> append_validation_data(const Document& document, const RevisionState& before,
                                                const crypto::Sha256& hash_so_far, const SecurityStore& added) {
    for (const Status& check :
         {check_continues(document, before, hash_so_far), check_signable(document), check_added(added)}) {
        if (!check) return check.error();
    }
    StoreReader old(document);
    Status read = old.read();
    if (!read) return read.error();
    RevisionWriter writer(before, expected_size(added));
    Result<bool> changed = StoreWriter(document, old, writer).write(added);
    if (!changed) return changed.error();
    if (!*changed) return AppendedRevision{{}, before, hash_so_far};
    AppendedRevision revision{{}, writer.finish(), hash_so_far};
    revision.increment = std::move(writer.bytes());
    revision.hash.update(revision.increment);
    return revision;
}

}  // namespace signet::pdf
