#include "pdf/changes.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace signet::pdf {

namespace {

constexpr std::size_t kMaxFindings = 20;
constexpr std::int64_t kReadOnly = 1;

/// Containers of the file format itself: their content is judged object by object.
bool is_container(const Object& object) {
    if (object.as_stream() == nullptr) return false;
    const Object& type = object.as_dictionary()->get("Type");
    return type.is_name("XRef") || type.is_name("ObjStm");
}

/// Equal but for these keys.
bool equal_except(const Dictionary& a, const Dictionary& b, std::span<const std::string_view> keys) {
    Dictionary left = a;
    Dictionary right = b;
    for (const std::string_view key : keys) {
        left.erase(key);
        right.erase(key);
    }
    return equal(Object(left), Object(right));
}

/// /Ff may only gain ReadOnly, which some programs set when they lock a field.
bool flags_may_follow(const Dictionary& before, const Dictionary& after) {
    const Object& old_flags = before.get("Ff");
    const Object& new_flags = after.get("Ff");
    const std::int64_t from = old_flags.as_integer() != nullptr ? *old_flags.as_integer() : 0;
    const std::int64_t to = new_flags.as_integer() != nullptr ? *new_flags.as_integer() : 0;
    return to == from || to == (from | kReadOnly);
}

Reference current(const Document& document, std::uint32_t number) {
    const XrefEntry& entry = document.entries()[number];
    return {number, entry.kind == XrefEntry::Kind::InFile ? entry.generation : 0};
}

Result<Object> read_number(const Document& document, std::uint32_t number) {
    if (number >= document.entries().size()) return Object();
    return document.read(current(document, number));
}

bool in_use(const Document& document, std::uint32_t number) {
    return number < document.entries().size() && document.entries()[number].kind != XrefEntry::Kind::Free;
}

Result<bool> is_visible(const Document& document, Reference widget) {
    Result<Object> object = document.read(widget);
    if (!object) return object.error();
    if (object->as_dictionary() == nullptr) return false;
    Result<Object> rectangle = document.get(*object->as_dictionary(), "Rect");
    if (!rectangle) return rectangle.error();
    const Array* edges = rectangle->as_array();
    if (edges == nullptr || edges->size() != 4) return true;
    return (*edges)[0].number() != (*edges)[2].number() && (*edges)[1].number() != (*edges)[3].number();
}

/// The objects a widget's appearance consists of (§12.5.5), as far as they are objects of their own: the dictionary,
/// its states, their streams; each after what names it.
Result<std::vector<Reference>> appearance_objects(const Document& document, Reference widget) {
    constexpr std::size_t kLevels = 3;
    constexpr std::size_t kMaxObjects = 1000;
    std::vector<Reference> found;
    Result<Object> object = document.read(widget);
    if (!object) return object.error();
    if (object->as_dictionary() == nullptr) return found;
    std::vector<Object> level{object->as_dictionary()->get("AP")};
    for (std::size_t depth = 0; depth < kLevels; ++depth) {
        std::vector<Object> next;
        for (const Object& item : level) {
            if (item.as_reference() != nullptr) found.push_back(*item.as_reference());
            Result<Object> value = document.resolve(item);
            if (!value) return value.error();
            if (value->as_stream() != nullptr || value->as_dictionary() == nullptr) continue;
            for (const Dictionary::Entry& entry : value->as_dictionary()->entries())
                next.push_back(entry.value);
        }
        if (next.size() + found.size() > kMaxObjects) break;
        level = std::move(next);
    }
    return found;
}

bool is_one_of(std::string_view key, std::span<const std::string_view> keys) {
    return std::find(keys.begin(), keys.end(), key) != keys.end();
}

/// A digest of the signature: SHA-1 by ISO 32000-2 §12.8.4.4, and SHA-256 in files of programs that thought better of
/// it.
bool is_related_key(std::string_view key) {
    return (key.size() == 40 || key.size() == 64) &&
           std::all_of(key.begin(), key.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'); });
}

}  // namespace

Result<Referrers> find_referrers(const Document& document, std::size_t section_count) {
    std::unordered_set<std::uint32_t> wanted;
    for (std::size_t i = 0; i < section_count; ++i) {
        const XrefSection& section = document.sections()[i];
        wanted.insert(section.objects.begin(), section.objects.end());
    }
    Result<std::vector<FormField>> fields = list_form_fields(document);
    if (!fields) return fields.error();
    for (const FormField& field : *fields) {
        for (const Reference widget : field.widgets) {
            Result<std::vector<Reference>> looks = appearance_objects(document, widget);
            if (!looks) continue;  // what cannot be read is judged where it was changed
            for (const Reference& reference : *looks)
                wanted.insert(reference.number);
        }
    }
    Referrers referrers;
    std::vector<Reference> references;
    Result<bool> read = document.any_object(
        [&](Reference from, const Object& object) {
            if (is_container(object)) return false;
            references.clear();
            collect_references(object, references);
            for (const Reference& to : references) {
                if (wanted.contains(to.number)) referrers[to.number].push_back(from.number);
            }
            return false;
        },
        Document::Unreadable::IsNull);
    if (!read) return read.error();
    return referrers;
}

Result<ChangeReport> ChangeJudge::judge() {
    using Step = Status (ChangeJudge::*)();
    constexpr std::array<Step, 7> kSteps = {&ChangeJudge::collect_changes,      &ChangeJudge::collect_restrictions,
                                            &ChangeJudge::judge_pages,          &ChangeJudge::judge_catalog,
                                            &ChangeJudge::judge_form,           &ChangeJudge::judge_annotations,
                                            &ChangeJudge::judge_validation_data};
    for (const Step step : kSteps) {
        Status done = (this->*step)();
        if (!done) return done.error();
    }
    judge_metadata();
    judge_hidden_content();
    report_the_rest();
    return std::move(report_);
}

void ChangeJudge::find(Finding finding, std::string detail) {
    raise(LaterChanges::Suspicious);
    if (report_.findings.size() < kMaxFindings) report_.findings.push_back({finding, std::move(detail)});
}

const ChangeJudge::Change* ChangeJudge::change_of(std::uint32_t number) const {
    const auto found = changes_.find(number);
    return found != changes_.end() ? &found->second : nullptr;
}

const ChangeJudge::Change* ChangeJudge::change_of(const Object& object) const {
    return object.as_reference() != nullptr ? change_of(object.as_reference()->number) : nullptr;
}

bool ChangeJudge::is_locked(const std::string& name) const {
    return std::any_of(locks_.begin(), locks_.end(), [&](const FieldLock& lock) { return lock.locks(name); });
}

Status ChangeJudge::collect_changes() {
    const std::size_t newer = after_.sections().size() - before_.sections().size();
    std::unordered_set<std::uint32_t> numbers;
    for (std::size_t i = 0; i < newer; ++i) {
        const XrefSection& section = after_.sections()[i];
        numbers.insert(section.objects.begin(), section.objects.end());
    }
    for (const std::uint32_t number : numbers) {
        if (number == 0) continue;
        Result<Object> old_object = read_number(before_, number);
        Result<Object> new_object = read_number(after_, number);
        if (!old_object) return old_object.error();
        if (!new_object) return new_object.error();
        const bool is_new = !in_use(before_, number);
        if (is_new && (is_container(*new_object) || !in_use(after_, number))) continue;
        const bool same_generation = is_new || current(before_, number) == current(after_, number);
        if (same_generation && equal(*old_object, *new_object)) continue;
        changes_.emplace(number, Change{std::move(*old_object), std::move(*new_object), is_new});
    }
    return {};
}

Status ChangeJudge::collect_restrictions() {
    Result<std::vector<SignatureField>> before = list_signature_fields(before_);
    if (!before) return before.error();
    for (SignatureField& field : *before) {
        if (!field.value) continue;
        if (field.value->locked) locks_.push_back(*field.value->locked);
        const int level = field.value->certification_level;
        if (level > 0) certification_ = certification_ == 0 ? level : std::min(certification_, level);
        signed_before_.emplace(field.name, std::move(field));
    }
    Result<std::vector<SignatureField>> after = list_signature_fields(after_);
    if (!after) return after.error();
    for (SignatureField& field : *after)
        signatures_after_.emplace(field.name, std::move(field));
    return {};
}

Status ChangeJudge::judge_pages() {
    Result<std::span<const Page>> before = before_.pages();
    Result<std::span<const Page>> after = after_.pages();
    if (!before) return before.error();
    if (!after) return after.error();
    const bool same = std::equal(before->begin(), before->end(), after->begin(), after->end(),
                                 [](const Page& a, const Page& b) { return a.reference == b.reference; });
    if (!same) find(Finding::PagesChanged, fmt::format("{} pages became {}", before->size(), after->size()));
    return {};
}

Status ChangeJudge::judge_catalog() {
    if (before_.catalog_reference() != after_.catalog_reference()) {
        find(Finding::ForbiddenChange, "another catalog took the place of the signed one");
        return {};
    }
    Result<std::shared_ptr<const Dictionary>> catalog = after_.catalog();
    if (!catalog) return catalog.error();
    const std::size_t known = allowed_.size();
    allow_new((*catalog)->get("Extensions"));
    allow_family((*catalog)->get("Extensions"), {after_.catalog_reference().number}, false);
    if (allowed_.size() > known) raise(LaterChanges::Extension);
    const Change* change = change_of(after_.catalog_reference().number);
    if (change == nullptr) return {};
    constexpr std::array<std::string_view, 5> kMayChange = {"AcroForm", "DSS", "Metadata", "Extensions", "Version"};
    const Dictionary* old_catalog = change->before.as_dictionary();
    const Dictionary* new_catalog = change->after.as_dictionary();
    const bool fine =
        old_catalog != nullptr && new_catalog != nullptr && equal_except(*old_catalog, *new_catalog, kMayChange);
    if (!fine) return {};  // stays unexplained
    allow(after_.catalog_reference().number);
    raise(LaterChanges::Extension);
    return {};
}

Status ChangeJudge::judge_form() {
    Status dictionary = judge_form_dictionary();
    if (!dictionary) return dictionary;
    return judge_fields();
}

/// /Fields is judged field by field; of the rest only what signing needs may change.
Status ChangeJudge::judge_form_dictionary() {
    Result<std::shared_ptr<const Dictionary>> old_catalog = before_.catalog();
    Result<std::shared_ptr<const Dictionary>> new_catalog = after_.catalog();
    if (!old_catalog) return old_catalog.error();
    if (!new_catalog) return new_catalog.error();
    Result<Object> old_form = before_.get(**old_catalog, "AcroForm");
    Result<Object> new_form = after_.get(**new_catalog, "AcroForm");
    if (!old_form) return old_form.error();
    if (!new_form) return new_form.error();
    const Dictionary empty;
    const Dictionary& a = old_form->as_dictionary() != nullptr ? *old_form->as_dictionary() : empty;
    const Dictionary& b = new_form->as_dictionary() != nullptr ? *new_form->as_dictionary() : empty;
    // /DA and /DR are for drawing appearances that are missing; what is signed brings its own.
    constexpr std::array<std::string_view, 5> kMayChange = {"Fields", "SigFlags", "NeedAppearances", "DA", "DR"};
    const Object& redraw = b.get("NeedAppearances");
    const bool redraws =
        redraw.as_bool() != nullptr && *redraw.as_bool() && a.get("NeedAppearances").as_bool() == nullptr;
    if (redraws || !equal_except(a, b, kMayChange)) {
        find(Finding::ForbiddenChange, "the form itself was changed");
        return {};
    }
    for (const Object& value : {(*new_catalog)->get("AcroForm"), b.get("Fields")}) {
        const Change* change = change_of(value);
        const bool explained =
            change != nullptr &&
            only_named_by(value.as_reference()->number, {after_.catalog_reference().number,
                                                         (*new_catalog)->get("AcroForm").as_reference() != nullptr
                                                             ? (*new_catalog)->get("AcroForm").as_reference()->number
                                                             : 0});
        if (explained) allow(value.as_reference()->number);
    }
    allow_new(b.get("DR"));
    return {};
}

Status ChangeJudge::judge_fields() {
    Result<std::vector<FormField>> before = list_form_fields(before_);
    Result<std::vector<FormField>> after = list_form_fields(after_);
    if (!before) return before.error();
    if (!after) return after.error();
    // Some programs give several fields one name: those of before are found again by what they are, and no more may
    // share it.
    std::unordered_map<std::string, std::vector<const FormField*>> remaining;
    for (const FormField& field : *after)
        remaining[field.name].push_back(&field);
    for (const FormField& field : *before) {
        std::vector<const FormField*>& namesakes = remaining[field.name];
        if (namesakes.empty()) {
            find(Finding::ForbiddenChange, "field " + field.name + " was removed");
            continue;
        }
        const auto same = std::find_if(namesakes.begin(), namesakes.end(),
                                       [&](const FormField* other) { return other->field == field.field; });
        const auto found = same != namesakes.end() ? same : namesakes.begin();
        Status judged = judge_old_field(field, **found);
        if (!judged) return judged;
        namesakes.erase(found);
    }
    std::unordered_set<std::string> names;
    for (const FormField& field : *before)
        names.insert(field.name);
    for (const FormField& field : *after) {
        const std::vector<const FormField*>& left = remaining[field.name];
        if (std::find(left.begin(), left.end(), &field) == left.end()) continue;
        if (!names.insert(field.name).second) {
            find(Finding::AmbiguousStructure, "two fields are called " + field.name);
            continue;
        }
        Status judged = judge_new_field(field);
        if (!judged) return judged;
    }
    return {};
}

Status ChangeJudge::judge_old_field(const FormField& before, const FormField& after) {
    std::vector<Reference> parts = before.widgets;
    if (std::find(parts.begin(), parts.end(), before.field) == parts.end()) parts.push_back(before.field);
    bool changed = false;
    for (const Reference part : parts) {
        Result<bool> redrawn = is_redrawn(part);
        if (!redrawn) return redrawn.error();
        changed = changed || *redrawn || change_of(part.number) != nullptr;
    }
    if (before.field != after.field || before.type != after.type || before.widgets != after.widgets) {
        find(Finding::ForbiddenChange, "field " + before.name + " was replaced");
        return {};
    }
    if (!changed) return {};
    if (signed_before_.contains(before.name)) {
        find(Finding::ForbiddenChange, "field " + before.name + " was changed after it was signed");
    } else if (is_locked(before.name)) {
        find(Finding::LockedFieldChanged, "field " + before.name + " was changed although it is locked");
    } else if (certification_ == 1) {
        find(Finding::CertificationViolated, "field " + before.name + " was filled in although nothing may change");
    } else {
        for (const Reference part : parts) {
            Status judged = judge_filled(before, part);
            if (!judged) return judged;
        }
        return {};
    }
    for (const Reference part : parts)
        allow(part.number);  // reported already
    return {};
}

Status ChangeJudge::judge_filled(const FormField& field, Reference part) {
    const Change* change = change_of(part.number);
    Result<bool> redrawn = is_redrawn(part);
    if (!redrawn) return redrawn.error();
    if (change == nullptr && !*redrawn) return {};
    Result<Object> old_part = change != nullptr ? Result<Object>(change->before) : before_.read(part);
    Result<Object> new_part = change != nullptr ? Result<Object>(change->after) : after_.read(part);
    if (!old_part) return old_part.error();
    if (!new_part) return new_part.error();
    constexpr std::array<std::string_view, 6> kMayChange = {"V", "AP", "F", "AS", "M", "Ff"};
    const Dictionary* a = old_part->as_dictionary();
    const Dictionary* b = new_part->as_dictionary();
    allow(part.number);
    const bool fine = a != nullptr && b != nullptr && equal_except(*a, *b, kMayChange) && flags_may_follow(*a, *b);
    if (!fine) {
        find(Finding::ForbiddenChange, "field " + field.name + " was changed beyond being filled in");
        return {};
    }
    const Change* value = change_of(b->get("V"));
    const bool reused = change != nullptr && field.type == "Sig" && b->has("V") && (value == nullptr || !value->is_new);
    if (reused) find(Finding::AmbiguousStructure, "field " + field.name + " took an older object as its signature");
    raise(LaterChanges::FormFilling);
    const std::int64_t* flags = b->get("Ff").as_integer();
    const bool read_only = flags != nullptr && (*flags & kReadOnly) != 0;
    if (read_only && (*redrawn || !equal(a->get("AP"), b->get("AP")))) report_.filled_read_only.push_back(field.name);
    for (const char* key : {"V", "AP"}) {
        allow_new(b->get(key));
    }
    return allow_redrawn(part);
}

Result<bool> ChangeJudge::is_redrawn(Reference widget) const {
    Result<std::vector<Reference>> looks = appearance_objects(after_, widget);
    if (!looks) return looks.error();
    return std::any_of(looks->begin(), looks->end(), [&](Reference part) {
        const Change* change = change_of(part.number);
        return change != nullptr && !change->is_new;
    });
}

/// An appearance drawn into the objects that were there is allowed when nobody else shows them.
Status ChangeJudge::allow_redrawn(Reference widget) {
    Result<std::vector<Reference>> looks = appearance_objects(after_, widget);
    if (!looks) return looks.error();
    std::unordered_set<std::uint32_t> family{widget.number};
    for (const Reference& part : *looks) {
        if (!only_named_by(part.number, family)) continue;
        family.insert(part.number);
        const Change* change = change_of(part.number);
        if (change == nullptr || change->is_new) continue;
        allow(part.number);
        allow_new(change->after);
        allow_family(change->after, family, true);
    }
    return {};
}

/// Only signature fields that came with their signature, at the root of the form, without actions.
Status ChangeJudge::judge_new_field(const FormField& field) {
    const auto signature = signatures_after_.find(field.name);
    const Change* own = change_of(field.field.number);
    const Dictionary* dictionary = own != nullptr && own->is_new ? own->after.as_dictionary() : nullptr;
    const bool fine = dictionary != nullptr && signature != signatures_after_.end() && signature->second.value &&
                      !dictionary->has("Parent") && !dictionary->has("A") && !dictionary->has("AA");
    const Change* value = fine ? change_of(signature->second.value->reference.number) : nullptr;
    if (value == nullptr || !value->is_new) {
        find(Finding::ForbiddenChange, "field " + field.name + " was added");
        return {};
    }
    bool visible = false;
    for (const Reference widget : field.widgets) {
        Result<bool> shows = is_visible(after_, widget);
        if (!shows) return shows.error();
        visible = visible || *shows;
        new_widgets_.insert(widget.number);
        const Change* part = change_of(widget.number);
        if (part == nullptr || !part->is_new || part->after.as_dictionary() == nullptr) continue;
        if (part->after.as_dictionary()->has("A") || part->after.as_dictionary()->has("AA")) continue;
        allow(widget.number);
    }
    // One that shows something is more than a time-stamp.
    const bool time_stamp = signature->second.value->is_document_time_stamp && !visible;
    if (is_locked(field.name))
        find(Finding::LockedFieldChanged, "field " + field.name + " was added although it is locked");
    const bool violates = (certification_ == 1 && !time_stamp) || (certification_ > 0 && visible);
    if (violates) find(Finding::CertificationViolated, "field " + field.name + " was added to a certified document");
    new_fields_.insert(field.field.number);
    allow(field.field.number);
    raise(time_stamp ? LaterChanges::Extension : LaterChanges::FormFilling);
    allow_new(own->after);
    return {};
}

Status ChangeJudge::judge_annotations() {
    Result<std::span<const Page>> before = before_.pages();
    Result<std::span<const Page>> after = after_.pages();
    if (!before) return before.error();
    if (!after) return after.error();
    for (std::size_t i = 0; i < std::min(before->size(), after->size()); ++i) {
        const bool changed = change_of((*after)[i].reference.number) != nullptr ||
                             change_of((*after)[i].dictionary->get("Annots")) != nullptr;
        if (!changed || (*before)[i].reference != (*after)[i].reference) continue;
        Status judged = judge_page_annotations((*before)[i], (*after)[i]);
        if (!judged) return judged;
    }
    return {};
}

Status ChangeJudge::judge_page_annotations(const Page& before, const Page& after) {
    constexpr std::array<std::string_view, 1> kMayChange = {"Annots"};
    if (!equal_except(*before.dictionary, *after.dictionary, kMayChange)) return {};  // stays unexplained
    Result<Object> old_list = before_.get(*before.dictionary, "Annots");
    Result<Object> new_list = after_.get(*after.dictionary, "Annots");
    if (!old_list) return old_list.error();
    if (!new_list) return new_list.error();
    const Array empty;
    const Array& old_items = old_list->as_array() != nullptr ? *old_list->as_array() : empty;
    const Array& new_items = new_list->as_array() != nullptr ? *new_list->as_array() : empty;
    const bool kept = old_items.size() <= new_items.size() &&
                      std::equal(old_items.begin(), old_items.end(), new_items.begin(),
                                 [](const Object& a, const Object& b) { return equal(a, b); });
    const bool only_widgets = kept && std::all_of(new_items.begin() + static_cast<std::ptrdiff_t>(old_items.size()),
                                                  new_items.end(), [&](const Object& item) {
                                                      return item.as_reference() != nullptr &&
                                                             new_widgets_.contains(item.as_reference()->number);
                                                  });
    if (!only_widgets) {
        report_annotations(old_items, new_items);
        return {};  // stays unexplained
    }
    allow(after.reference.number);
    const Object& list = after.dictionary->get("Annots");
    if (change_of(list) != nullptr && only_named_by(list.as_reference()->number, {after.reference.number})) {
        allow(list.as_reference()->number);
    }
    return {};
}

void ChangeJudge::report_annotations(const Array& before, const Array& after) {
    for (const Object& item : after) {
        const auto same = [&](const Object& other) { return equal(item, other); };
        const bool widget = item.as_reference() != nullptr && new_widgets_.contains(item.as_reference()->number);
        if (widget || std::any_of(before.begin(), before.end(), same)) continue;
        const std::string name = item.as_reference() != nullptr ? std::to_string(item.as_reference()->number) : "";
        find(Finding::AnnotationAdded, "annotation " + name + " was put upon a page");
    }
}

/// The document security store (ETSI EN 319 142-1 §5.4.2) may appear and be kept up.
Status ChangeJudge::judge_validation_data() {
    Result<std::shared_ptr<const Dictionary>> old_catalog = before_.catalog();
    Result<std::shared_ptr<const Dictionary>> catalog = after_.catalog();
    if (!old_catalog) return old_catalog.error();
    if (!catalog) return catalog.error();
    const Object& store = (*catalog)->get("DSS");
    Status judged = judge_store((*old_catalog)->get("DSS"), store);
    if (!judged) return judged;
    const std::size_t known = allowed_.size();
    allow_new(store);
    allow_family(store, {after_.catalog_reference().number}, false);
    if (allowed_.size() > known) raise(LaterChanges::Extension);
    return {};
}

/// Single data may leave when they are of no more use; the store, and what it says of a signature, may not.
Status ChangeJudge::judge_store(const Object& before, const Object& after) {
    constexpr std::array<std::string_view, 5> kKeys = {"Type", "VRI", "Certs", "OCSPs", "CRLs"};
    Result<Object> old_store = before_.resolve(before);
    Result<Object> new_store = after_.resolve(after);
    if (!old_store) return old_store.error();
    if (!new_store) return new_store.error();
    if (old_store->is_null() && new_store->is_null()) return {};
    const Dictionary empty;
    const Dictionary& a = old_store->as_dictionary() != nullptr ? *old_store->as_dictionary() : empty;
    if (new_store->as_dictionary() == nullptr || new_store->as_stream() != nullptr) {
        find(Finding::ForbiddenChange, "the validation data was removed or replaced by something else");
        return {};
    }
    const Dictionary& b = *new_store->as_dictionary();
    for (const Dictionary::Entry& entry : b.entries()) {
        if (is_one_of(entry.key.text, kKeys)) continue;
        Result<bool> same = is_same(a.get(entry.key.text), entry.value);
        if (!same) return same.error();
        if (!*same) find(Finding::ForbiddenChange, "the validation data got an entry " + entry.key.text);
    }
    return judge_related_data(a.get("VRI"), b.get("VRI"));
}

Status ChangeJudge::judge_related_data(const Object& before, const Object& after) {
    constexpr std::array<std::string_view, 6> kKeys = {"Type", "Cert", "OCSP", "CRL", "TU", "TS"};
    Result<Object> old_related = before_.resolve(before);
    Result<Object> new_related = after_.resolve(after);
    if (!old_related) return old_related.error();
    if (!new_related) return new_related.error();
    const Dictionary empty;
    const Dictionary& a = old_related->as_dictionary() != nullptr ? *old_related->as_dictionary() : empty;
    const Dictionary& b = new_related->as_dictionary() != nullptr ? *new_related->as_dictionary() : empty;
    for (const Dictionary::Entry& entry : a.entries()) {
        Result<bool> same = is_same(entry.value, b.get(entry.key.text));
        if (!same) return same.error();
        if (!*same)
            find(Finding::ForbiddenChange, "the validation data of signature " + entry.key.text + " was changed");
    }
    for (const Dictionary::Entry& entry : b.entries()) {
        if (a.has(entry.key.text)) continue;
        Result<Object> value = after_.resolve(entry.value);
        if (!value) return value.error();
        const Dictionary* own = value->as_stream() == nullptr ? value->as_dictionary() : nullptr;
        const bool fine = is_related_key(entry.key.text) && own != nullptr &&
                          std::all_of(own->entries().begin(), own->entries().end(),
                                      [&](const auto& part) { return is_one_of(part.key.text, kKeys); });
        if (!fine) find(Finding::ForbiddenChange, "the validation data got something else for " + entry.key.text);
    }
    return {};
}

Result<bool> ChangeJudge::is_same(const Object& before, const Object& after, std::size_t depth) const {
    constexpr std::size_t kMaxDepth = 8;
    if (depth > kMaxDepth) return false;
    Result<Object> a = before_.resolve(before);
    Result<Object> b = after_.resolve(after);
    if (!a) return a.error();
    if (!b) return b.error();
    if (a->as_stream() != nullptr || b->as_stream() != nullptr) {
        const bool untouched = before.as_reference() != nullptr && after.as_reference() != nullptr &&
                               *before.as_reference() == *after.as_reference() && change_of(after) == nullptr;
        return untouched || equal(*a, *b);
    }
    if (a->as_array() != nullptr && b->as_array() != nullptr) {
        bool same = a->as_array()->size() == b->as_array()->size();
        for (std::size_t i = 0; same && i < a->as_array()->size(); ++i) {
            Result<bool> item = is_same((*a->as_array())[i], (*b->as_array())[i], depth + 1);
            if (!item || !*item) return item;
        }
        return same;
    }
    if (a->as_dictionary() != nullptr && b->as_dictionary() != nullptr) {
        bool same = a->as_dictionary()->entries().size() == b->as_dictionary()->entries().size();
        for (const Dictionary::Entry& entry : a->as_dictionary()->entries()) {
            if (!same) break;
            Result<bool> value = is_same(entry.value, b->as_dictionary()->get(entry.key.text), depth + 1);
            if (!value || !*value) return value;
        }
        return same;
    }
    return equal(*a, *b);
}

void ChangeJudge::judge_metadata() {
    const Object& information = after_.trailer().get("Info");
    const Change* change = change_of(information);
    if (change != nullptr && change->after.as_dictionary() != nullptr && change->after.as_stream() == nullptr &&
        only_named_by(information.as_reference()->number, {})) {
        allow(information.as_reference()->number);
        raise(LaterChanges::Extension);
    }
    Result<std::shared_ptr<const Dictionary>> catalog = after_.catalog();
    if (!catalog) return;
    const Object& metadata = (*catalog)->get("Metadata");
    const Change* stream = change_of(metadata);
    if (stream != nullptr && stream->after.as_stream() != nullptr &&
        stream->after.as_dictionary()->get("Type").is_name("Metadata") &&
        only_named_by(metadata.as_reference()->number, {after_.catalog_reference().number})) {
        allow(metadata.as_reference()->number);
        raise(LaterChanges::Extension);
    }
}

/// Whether the newest version of an object lies within the signed bytes, where it was of no use.
bool ChangeJudge::lay_hidden(std::uint32_t number) const {
    const std::size_t count = after_.entries().size();
    if (number >= count) return false;
    const XrefEntry* entry = &after_.entries()[number];
    if (entry->kind == XrefEntry::Kind::InStream) {
        if (entry->offset >= count) return false;
        entry = &after_.entries()[static_cast<std::size_t>(entry->offset)];
    }
    return entry->kind == XrefEntry::Kind::InFile && entry->offset + after_.leading_junk() < before_.file().size();
}

/// A new object that an untouched object already named: the author of the signed revision left a hole for it. Or one
/// that was in the signed bytes all the time, and that only a later cross-reference brings to light.
void ChangeJudge::judge_hidden_content() {
    for (const auto& [number, change] : changes_) {
        if (lay_hidden(number))
            find(Finding::HiddenContent, fmt::format("object {} had lain unused in the signed bytes", number));
        if (!change.is_new) continue;
        const auto named = referrers_.find(number);
        if (named == referrers_.end()) continue;
        for (const std::uint32_t from : named->second) {
            if (in_use(before_, from) && !changes_.contains(from)) {
                find(Finding::HiddenContent, fmt::format("object {} was supplied later to object {}", number, from));
                break;
            }
        }
    }
}

std::unordered_set<std::uint32_t> ChangeJudge::orphans() const {
    std::unordered_set<std::uint32_t> candidates;
    for (const auto& [number, change] : changes_) {
        if (change.is_new && !allowed_.contains(number)) candidates.insert(number);
    }
    std::vector<Reference> reached;
    for (const Dictionary::Entry& entry : after_.trailer().entries())
        collect_references(entry.value, reached);
    for (const std::uint32_t number : candidates) {
        if (!only_named_by(number, candidates)) reached.push_back({number, 0});
    }
    while (!reached.empty()) {
        const std::uint32_t number = reached.back().number;
        reached.pop_back();
        if (candidates.erase(number) > 0) collect_references(change_of(number)->after, reached);
    }
    return candidates;
}

void ChangeJudge::report_the_rest() {
    const std::unordered_set<std::uint32_t> unused = orphans();
    for (const auto& [number, change] : changes_) {
        if (allowed_.contains(number) || unused.contains(number)) continue;
        find(Finding::ForbiddenChange, fmt::format("object {} was {}", number, change.is_new ? "added" : "changed"));
    }
}

void ChangeJudge::allow_new(const Object& object) {
    std::unordered_set<std::uint32_t> visited;
    std::vector<Reference> queue;
    collect_references(object, queue);
    while (!queue.empty()) {
        const Reference reference = queue.back();
        queue.pop_back();
        const Change* change = change_of(reference.number);
        if (change == nullptr || !change->is_new || !visited.insert(reference.number).second) continue;
        allow(reference.number);
        collect_references(change->after, queue);
    }
}

void ChangeJudge::allow_family(const Object& object, std::unordered_set<std::uint32_t> family, bool streams) {
    std::vector<Reference> queue;
    collect_references(object, queue);
    while (!queue.empty()) {
        const Reference reference = queue.back();
        queue.pop_back();
        const Change* change = change_of(reference.number);
        if (change == nullptr || change->is_new || (change->after.as_stream() != nullptr && !streams)) continue;
        if (family.contains(reference.number) || !only_named_by(reference.number, family)) continue;
        family.insert(reference.number);
        allow(reference.number);
        allow_new(change->after);
        collect_references(change->after, queue);
    }
}

bool ChangeJudge::only_named_by(std::uint32_t number, const std::unordered_set<std::uint32_t>& referrers) const {
    const auto named = referrers_.find(number);
    if (named == referrers_.end()) return true;
    return std::all_of(named->second.begin(), named->second.end(),
                       [&](std::uint32_t from) { return referrers.contains(from); });
}

}  // namespace signet::pdf
