#include "pdf/signatures.hpp"

#include <algorithm>
#include <unordered_set>

namespace signet::pdf {

namespace {

constexpr std::size_t kMaxFields = 100'000;

Error damaged(std::string detail) {
    return fail(ErrorCode::DamagedDocument, std::move(detail));
}

/// A terminal field with what it inherits.
struct TerminalField {
    FormField field;
    Object value;
    Object lock;
};

/// Walks the field tree (§12.7.3.1), depth first, in the order of /Fields and /Kids.
class FieldWalker {
  public:
    explicit FieldWalker(const Document& document) : document_(document) {}

    Result<std::vector<TerminalField>> walk() {
        Result<std::shared_ptr<const Dictionary>> catalog = document_.catalog();
        if (!catalog) return catalog.error();
        Result<Object> form = document_.get(**catalog, "AcroForm");
        if (!form) return form.error();
        if (form->as_dictionary() == nullptr) return std::move(found_);
        Result<Object> fields = document_.get(*form->as_dictionary(), "Fields");
        if (!fields) return fields.error();
        if (fields->as_array() == nullptr) return std::move(found_);
        push(*fields->as_array(), {});
        while (!stack_.empty()) {
            const Pending next = std::move(stack_.back());
            stack_.pop_back();
            Status visited = visit(next);
            if (!visited) return visited.error();
        }
        return std::move(found_);
    }

  private:
    struct Inherited {
        std::string name;
        Object type;
        Object value;
        std::size_t depth = 0;
    };
    struct Pending {
        Reference reference;
        Inherited inherited;
    };

    void push(const Array& kids, const Inherited& inherited) {
        for (auto kid = kids.rbegin(); kid != kids.rend(); ++kid) {
            if (kid->as_reference() != nullptr) stack_.push_back({*kid->as_reference(), inherited});
        }
    }

    Status visit(const Pending& node) {
        if (!visited_.insert(node.reference.number).second) return damaged("the form's field tree forms a loop");
        if (node.inherited.depth > 100) return fail(ErrorCode::DocumentTooDeep, "the form's field tree is too deep");
        if (visited_.size() > kMaxFields) return fail(ErrorCode::DocumentTooLarge, "the form has too many fields");
        Result<Object> object = document_.read(node.reference);
        if (!object) return object.error();
        const Dictionary* dictionary = object->as_dictionary();
        if (dictionary == nullptr) return {};

        Result<Inherited> own = inherit(node.inherited, *dictionary);
        if (!own) return own.error();
        Result<Object> kids = document_.get(*dictionary, "Kids");
        if (!kids) return kids.error();
        Result<bool> inner = kids->as_array() != nullptr ? has_field_kids(*kids->as_array()) : Result<bool>(false);
        if (!inner) return inner.error();
        if (*inner) {
            push(*kids->as_array(), *own);
            return {};
        }
        add(node.reference, *dictionary, *own, kids->as_array());
        return {};
    }

    Result<Inherited> inherit(const Inherited& from, const Dictionary& dictionary) const {
        Inherited own = from;
        ++own.depth;
        Result<Object> name = document_.get(dictionary, "T");
        if (!name) return name.error();
        if (const String* text = name->as_string()) {
            if (!own.name.empty()) own.name += '.';
            own.name += from_text_string(text->bytes);
        }
        if (own.name.size() > 8192) return fail(ErrorCode::DocumentTooLarge, "a field name is too long");
        Result<Object> type = document_.get(dictionary, "FT");
        if (!type) return type.error();
        if (!type->is_null()) own.type = *type;
        if (dictionary.has("V")) own.value = dictionary.get("V");
        return own;
    }

    /// Kids with a name of their own are fields; kids without are widgets of this one.
    Result<bool> has_field_kids(const Array& kids) const {
        for (const Object& kid : kids) {
            Result<Object> object = document_.resolve(kid);
            if (!object) return object.error();
            if (object->as_dictionary() != nullptr && object->as_dictionary()->has("T")) return true;
        }
        return false;
    }

    void add(Reference reference, const Dictionary& dictionary, const Inherited& own, const Array* kids) {
        TerminalField found;
        found.field.name = own.name;
        found.field.type = own.type.as_name() != nullptr ? own.type.as_name()->text : "";
        found.field.field = reference;
        found.value = own.value;
        found.lock = dictionary.get("Lock");
        if (kids == nullptr || kids->empty()) {
            found.field.widgets.push_back(reference);
        } else {
            for (const Object& kid : *kids) {
                if (kid.as_reference() != nullptr) found.field.widgets.push_back(*kid.as_reference());
            }
        }
        found_.push_back(std::move(found));
    }

    const Document& document_;
    std::vector<Pending> stack_;
    std::unordered_set<std::uint32_t> visited_;
    std::vector<TerminalField> found_;
};

/// Reads a lock or the parameters of a FieldMDP transform: both have /Action and /Fields.
Result<std::optional<FieldLock>> read_lock(const Document& document, const Object& object) {
    Result<Object> resolved = document.resolve(object);
    if (!resolved) return resolved.error();
    const Dictionary* dictionary = resolved->as_dictionary();
    if (dictionary == nullptr) return std::optional<FieldLock>{};
    FieldLock lock;
    Result<Object> action = document.get(*dictionary, "Action");
    if (!action) return action.error();
    if (action->is_name("Include")) lock.action = FieldLock::Action::Include;
    if (action->is_name("Exclude")) lock.action = FieldLock::Action::Exclude;
    Result<Object> fields = document.get(*dictionary, "Fields");
    if (!fields) return fields.error();
    if (const Array* names = fields->as_array()) {
        for (const Object& item : *names) {
            Result<Object> name = document.resolve(item);
            if (!name) return name.error();
            if (name->as_string() != nullptr) lock.fields.push_back(from_text_string(name->as_string()->bytes));
        }
    }
    return std::optional<FieldLock>(std::move(lock));
}

Result<std::string> text_entry(const Document& document, const Dictionary& dictionary, std::string_view key) {
    Result<Object> value = document.get(dictionary, key);
    if (!value) return value.error();
    return value->as_string() != nullptr ? from_text_string(value->as_string()->bytes) : std::string();
}

/// Takes /Reference (§12.8.1, table 253) apart.
Status read_references(const Document& document, const Dictionary& dictionary, SignatureValue& value) {
    Result<Object> references = document.get(dictionary, "Reference");
    if (!references) return references.error();
    if (references->as_array() == nullptr) return {};
    for (const Object& item : *references->as_array()) {
        Result<Object> reference = document.resolve(item);
        if (!reference) return reference.error();
        if (reference->as_dictionary() == nullptr) continue;
        Result<Object> method = document.get(*reference->as_dictionary(), "TransformMethod");
        if (!method) return method.error();
        Result<Object> parameters = document.get(*reference->as_dictionary(), "TransformParams");
        if (!parameters) return parameters.error();
        if (method->is_name("FieldMDP")) {
            Result<std::optional<FieldLock>> lock = read_lock(document, *parameters);
            if (!lock) return lock.error();
            value.locked = std::move(*lock);
        }
        if (method->is_name("DocMDP")) {
            value.certification_level = 2;  // the default (table 254)
            if (parameters->as_dictionary() == nullptr) continue;
            Result<Object> level = document.get(*parameters->as_dictionary(), "P");
            if (!level) return level.error();
            if (level->as_integer() != nullptr) value.certification_level = static_cast<int>(*level->as_integer());
        }
    }
    return {};
}

void read_certificate(const Object& object, std::vector<Bytes>& certificates) {
    constexpr std::size_t kMaxCertificates = 10;
    constexpr std::size_t kMaxCertificate = 64 * 1024;
    const String* bytes = object.as_string();
    if (bytes == nullptr || bytes->bytes.size() > kMaxCertificate || certificates.size() == kMaxCertificates) return;
    const ByteView view = as_bytes(bytes->bytes);
    certificates.emplace_back(view.begin(), view.end());
}

/// /Cert: one byte string, or an array of them (table 252).
std::vector<Bytes> read_certificates(const Dictionary& dictionary) {
    std::vector<Bytes> certificates;
    const Object& entry = dictionary.get("Cert");
    read_certificate(entry, certificates);
    if (const Array* array = entry.as_array()) {
        for (const Object& one : *array)
            read_certificate(one, certificates);
    }
    return certificates;
}

Result<std::optional<SignatureValue>> read_value(const Document& document, const Object& object) {
    Result<Object> resolved = document.resolve(object);
    if (!resolved) return resolved.error();
    if (resolved->as_dictionary() == nullptr) return std::optional<SignatureValue>{};
    const Dictionary& dictionary = *resolved->as_dictionary();
    SignatureValue value;
    if (object.as_reference() != nullptr) value.reference = *object.as_reference();
    value.dictionary = resolved->share_dictionary();
    for (const auto& [key, target] : {std::pair{"Filter", &value.filter}, std::pair{"SubFilter", &value.sub_filter}}) {
        Result<Object> name = document.get(dictionary, key);
        if (!name) return name.error();
        if (name->as_name() != nullptr) *target = name->as_name()->text;
    }
    value.is_document_time_stamp = is_document_time_stamp(dictionary, value.sub_filter);
    for (const auto& [key, target] :
         {std::pair{"Name", &value.signer_name}, std::pair{"Reason", &value.reason},
          std::pair{"Location", &value.location}, std::pair{"ContactInfo", &value.contact_info},
          std::pair{"M", &value.signing_time}}) {
        Result<std::string> text = text_entry(document, dictionary, key);
        if (!text) return text.error();
        *target = std::move(*text);
    }
    value.byte_range = read_byte_range(dictionary.get("ByteRange"));
    if (const String* contents = dictionary.get("Contents").as_string()) value.contents = contents->bytes;
    value.certificates = read_certificates(dictionary);
    Status references = read_references(document, dictionary, value);
    if (!references) return references.error();
    return std::optional<SignatureValue>(std::move(value));
}

}  // namespace

std::optional<std::array<std::uint64_t, 4>> read_byte_range(const Object& object) {
    const Array* array = object.as_array();
    if (array == nullptr || array->size() != 4) return std::nullopt;
    std::array<std::uint64_t, 4> range{};
    for (std::size_t i = 0; i < 4; ++i) {
        const std::int64_t* number = (*array)[i].as_integer();
        if (number == nullptr || *number < 0) return std::nullopt;
        range[i] = static_cast<std::uint64_t>(*number);
    }
    return range;
}

bool is_document_time_stamp(const Dictionary& dictionary, std::string_view sub_filter) {
    return sub_filter == "ETSI.RFC3161" || dictionary.get("Type").is_name("DocTimeStamp");
}

bool FieldLock::locks(const std::string& full_name) const {
    const bool listed = std::any_of(fields.begin(), fields.end(), [&](const std::string& name) {
        return full_name == name || full_name.starts_with(name + '.');
    });
    switch (action) {
        case Action::Include:
            return listed;
        case Action::Exclude:
            return !listed;
        case Action::All:
            break;
    }
    return true;
}

Result<std::vector<SignatureField>> list_signature_fields(const Document& document) {
    Result<std::vector<TerminalField>> fields = FieldWalker(document).walk();
    if (!fields) return fields.error();
    std::vector<SignatureField> found;
    for (TerminalField& terminal : *fields) {
        if (terminal.field.type != "Sig") continue;
        SignatureField field;
        field.name = std::move(terminal.field.name);
        field.field = terminal.field.field;
        field.widgets = std::move(terminal.field.widgets);
        Result<std::optional<SignatureValue>> value = read_value(document, terminal.value);
        if (!value) return value.error();
        field.value = std::move(*value);
        Result<std::optional<FieldLock>> lock = read_lock(document, terminal.lock);
        if (!lock) return lock.error();
        field.lock = std::move(*lock);
        found.push_back(std::move(field));
    }
    return found;
}

Result<std::vector<FormField>> list_form_fields(const Document& document) {
    Result<std::vector<TerminalField>> fields = FieldWalker(document).walk();
    if (!fields) return fields.error();
    std::vector<FormField> found;
    for (TerminalField& terminal : *fields)
        found.push_back(std::move(terminal.field));
    return found;
}

}  // namespace signet::pdf
