#include "pdf/document_time_stamp.hpp"

#include "pdf/form_editor.hpp"
#include "pdf/signature_writer.hpp"
#include "pdf/signatures.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <unordered_set>

namespace signet::pdf {

namespace {

constexpr std::size_t kMaxNames = 100'000;
/// Printed and not to be moved (§12.5.3), as every field of ours; an empty rectangle shows nothing.
constexpr int kPrintAndLocked = 132;

/// Which field may carry the time-stamp.
class FieldChooser {
  public:
    static Result<FieldChooser> of(const Document& document) {
        FieldChooser chooser;
        Result<std::vector<FormField>> fields = list_form_fields(document);
        if (!fields) return fields.error();
        for (const FormField& field : *fields)
            chooser.taken_.insert(field.name.substr(0, field.name.find('.')));
        Result<std::vector<SignatureField>> signatures = list_signature_fields(document);
        if (!signatures) return signatures.error();
        for (const SignatureField& field : *signatures) {
            chooser.any_signature_ = chooser.any_signature_ || field.value.has_value();
            if (field.value && field.value->locked) chooser.locks_.push_back(*field.value->locked);
        }
        return chooser;
    }

    bool any_signature() const { return any_signature_; }

    Result<std::string> choose(const std::string& wanted) const {
        if (!wanted.empty()) {
            if (!is_field_name(wanted)) return invalid_parameter("a field name is not allowed: " + wanted);
            if (taken_.contains(wanted)) return invalid_parameter("a field name is taken: " + wanted);
            if (is_locked(wanted)) return fail(ErrorCode::FieldLocked, "a signature locks field " + wanted);
            return wanted;
        }
        for (std::size_t number = 1; number <= kMaxNames; ++number) {
            std::string name = fmt::format("TimeStamp{}", number);
            if (!taken_.contains(name) && !is_locked(name)) return name;
        }
        return fail(ErrorCode::FieldLocked, "a signature locks every field a time-stamp could have");
    }

  private:
    bool is_locked(const std::string& name) const {
        return std::any_of(locks_.begin(), locks_.end(), [&](const FieldLock& lock) { return lock.locks(name); });
    }

    std::unordered_set<std::string> taken_;
    std::vector<FieldLock> locks_;
    bool any_signature_ = false;
};

}  // namespace

Result<UnsignedRevision> build_document_time_stamp(const Document& document, const RevisionState& before,
                                                   const crypto::Sha256& hash_so_far,
                                                   const DocumentTimeStampOptions& options) {
    for (const Status& check : {check_continues(document, before, hash_so_far), check_reserve(options.token_reserve),
                                check_signable(document)}) {
        if (!check) return check.error();
    }
    Result<FieldChooser> chooser = FieldChooser::of(document);
    if (!chooser) return chooser.error();
    Result<std::string> name = chooser->choose(options.field_name);
    if (!name) return name.error();

    RevisionWriter writer(before, 8192 + 2 * options.token_reserve);
    FormEditor form(document, writer);
    if (!chooser->any_signature()) form.tidy();
    const std::uint32_t time_stamp = writer.allocate();
    const std::uint32_t field = writer.allocate();
    const Page& page = document.pages()->front();
    writer.write(field, fmt::format("<</Type/Annot/Subtype/Widget/FT/Sig/T{}/Rect[0 0 0 0]/P {}/F {}/V {} 0 R>>",
                                    text_string(*name), to_string(page.reference), kPrintAndLocked, time_stamp));
    form.add_field(field, 0);
    Status written = form.write();
    if (!written) return written.error();
    const SignatureSlot slot = write_document_time_stamp(writer, time_stamp, options.token_reserve);
    return seal_revision(std::move(writer), before, slot, hash_so_far);
}

Result<AppendedRevision> append_document_time_stamp(const Document& document, const RevisionState& before,
                                                    const crypto::Sha256& hash_so_far, const ValueMaker& make_token,
                                                    const DocumentTimeStampOptions& options) {
    return complete_with(build_document_time_stamp(document, before, hash_so_far, options), make_token);
}

}  // namespace signet::pdf
