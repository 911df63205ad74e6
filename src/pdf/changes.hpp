#pragma once

#include "base/result.hpp"
#include "pdf/document.hpp"
#include "pdf/signatures.hpp"
#include "pdf/verify.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace signet::pdf {

/// Who refers to the objects that later revisions define: for each such object the numbers of the objects that name it.
using Referrers = std::unordered_map<std::uint32_t, std::vector<std::uint32_t>>;

/// Reads the whole document once. Only objects of the `section_count` newest sections are looked up, and those that a
/// field's appearance consists of.
Result<Referrers> find_referrers(const Document& document, std::size_t section_count);

struct ChangeReport {
    LaterChanges level = LaterChanges::None;
    std::vector<FindingReport> findings;
    /// Read-only fields that got an appearance: a valid signature must lock them.
    std::vector<std::string> filled_read_only;
};

/// Compares the revision a signature covers with the newest one, object by object. Whatever is not on a short list of
/// things later signers may do is reported: sign and fill unlocked fields that exist, add signature fields with their
/// signatures, add validation data (DSS) and document time-stamps, update metadata.
class ChangeJudge {
  public:
    /// `before` must be an earlier revision of `after`; both must outlive the judge, as must `referrers`, made from
    /// `after`.
    ChangeJudge(const Document& before, const Document& after, const Referrers& referrers)
        : before_(before), after_(after), referrers_(referrers) {}

    Result<ChangeReport> judge();

  private:
    struct Change {
        Object before;
        Object after;
        bool is_new = false;
    };

    Status collect_changes();
    Status collect_restrictions();
    Status judge_pages();
    Status judge_catalog();
    Status judge_form();
    Status judge_form_dictionary();
    Status judge_fields();
    Status judge_old_field(const FormField& before, const FormField& after);
    Status judge_filled(const FormField& field, Reference part);
    /// Whether an object that a widget's appearance consists of was changed in its place.
    Result<bool> is_redrawn(Reference widget) const;
    Status allow_redrawn(Reference widget);
    Status judge_new_field(const FormField& field);
    Status judge_annotations();
    Status judge_page_annotations(const Page& before, const Page& after);
    void report_annotations(const Array& before, const Array& after);
    Status judge_validation_data();
    Status judge_store(const Object& before, const Object& after);
    Status judge_related_data(const Object& before, const Object& after);
    /// The same value in both revisions, whatever it leads to included.
    Result<bool> is_same(const Object& before, const Object& after, std::size_t depth = 0) const;
    void judge_metadata();
    void judge_hidden_content();
    bool lay_hidden(std::uint32_t number) const;
    void report_the_rest();

    const Change* change_of(std::uint32_t number) const;
    const Change* change_of(const Object& object) const;
    /// Allows the new objects that `object` leads to, and nothing that existed.
    void allow_new(const Object& object);
    /// Allows existing objects that `object` leads to as long as only `family`, and what is allowed so, names them.
    void allow_family(const Object& object, std::unordered_set<std::uint32_t> family, bool streams);
    /// New objects that nothing in the newest revision leads to: left behind by revisions in between, and never shown.
    std::unordered_set<std::uint32_t> orphans() const;
    void allow(std::uint32_t number) { allowed_.insert(number); }
    bool only_named_by(std::uint32_t number, const std::unordered_set<std::uint32_t>& referrers) const;
    void raise(LaterChanges level) { report_.level = std::max(report_.level, level); }
    void find(Finding finding, std::string detail);
    bool is_locked(const std::string& name) const;

    const Document& before_;
    const Document& after_;
    const Referrers& referrers_;
    std::map<std::uint32_t, Change> changes_;
    std::unordered_set<std::uint32_t> allowed_;
    std::unordered_set<std::uint32_t> new_widgets_;
    std::unordered_set<std::uint32_t> new_fields_;
    std::unordered_map<std::string, SignatureField> signed_before_;
    std::unordered_map<std::string, SignatureField> signatures_after_;
    std::vector<FieldLock> locks_;
    int certification_ = 0;
    ChangeReport report_;
};

}  // namespace signet::pdf
