#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "pdf/document.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace signet::pdf {

/// What a lock or a FieldMDP signature protects (ISO 32000-1 §12.7.4.5, §12.8.2.4).
struct FieldLock {
    enum class Action { All, Include, Exclude };
    Action action = Action::All;
    /// Full field names.
    std::vector<std::string> fields;

    /// Whether the field, or a parent of it, is protected.
    bool locks(const std::string& full_name) const;
    friend bool operator==(const FieldLock&, const FieldLock&) = default;
};

/// /SubFilter of a signature with a seal by GB/T 38540, as vendors write it; no standard names one.
inline constexpr std::string_view kNationalSealSubFilter = "GM.sm2seal";

/// The value of a signature field (§12.8.1), as the file has it.
struct SignatureValue {
    Reference reference;
    std::shared_ptr<const Dictionary> dictionary;
    std::string filter;
    std::string sub_filter;
    /// `/Type /DocTimeStamp` with `/SubFilter /ETSI.RFC3161`.
    bool is_document_time_stamp = false;
    /// The four numbers of /ByteRange; nothing when they are not four non-negative integers.
    std::optional<std::array<std::uint64_t, 4>> byte_range;
    /// /Contents: the CMS with the zeros that fill it up.
    std::string contents;
    /// /Cert, in DER: at most 10 of at most 64 KB each.
    std::vector<Bytes> certificates;
    std::string signer_name;
    std::string reason;
    std::string location;
    std::string contact_info;
    /// /M as it stands there, e.g. `D:20261122093000+08'00'`.
    std::string signing_time;
    /// P of a DocMDP reference (§12.8.2.2): 1, 2 or 3; 0 when it does not certify.
    int certification_level = 0;
    /// What its FieldMDP reference locks.
    std::optional<FieldLock> locked;
};

/// /ByteRange as four non-negative integers, or nothing.
std::optional<std::array<std::uint64_t, 4>> read_byte_range(const Object& object);
/// Whether a signature dictionary is a document time-stamp by its /Type or its /SubFilter, given apart.
bool is_document_time_stamp(const Dictionary& dictionary, std::string_view sub_filter);

/// A signature field, signed or not.
struct SignatureField {
    /// The full name: partial names joined with full stops.
    std::string name;
    Reference field;
    /// Its widgets: itself, or its /Kids.
    std::vector<Reference> widgets;
    /// Nothing while it is empty.
    std::optional<SignatureValue> value;
    /// /Lock, which whoever signs the field must repeat.
    std::optional<FieldLock> lock;
};

/// All signature fields of the form, in the order of the field tree. Fields without /V inherit it from their parents.
/// Errors as for reading.
Result<std::vector<SignatureField>> list_signature_fields(const Document& document);

/// Any terminal field of the form (§12.7.3.1), for comparing revisions.
struct FormField {
    std::string name;
    std::string type;
    Reference field;
    std::vector<Reference> widgets;
};
Result<std::vector<FormField>> list_form_fields(const Document& document);

}  // namespace signet::pdf
