#include "pdf/verify.hpp"

#include "crypto/digest.hpp"
#include "pdf/bare_signatures.hpp"
#include "pdf/changes.hpp"
#include "pdf/cms_judge.hpp"
#include "pdf/file_revisions.hpp"
#include "pdf/filters.hpp"
#include "pdf/lexer.hpp"
#include "pdf/open_areas.hpp"
#include "pdf/signatures.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <map>

namespace signet::pdf {

namespace {

constexpr std::size_t kMaxSignatures = 500;
constexpr std::uint64_t kFreeHashing = std::uint64_t{256} << 20;
constexpr std::int64_t kReadOnly = 1;
constexpr std::int64_t kHidden = 2;

/// One signature value while it is being judged.
struct Candidate {
    SignatureValue value;
    SignatureReport report;
    /// Its byte range is sound: [0, gap_begin) and [gap_end, end).
    bool sound_range = false;
    std::uint64_t gap_begin = 0;
    std::uint64_t gap_end = 0;
    std::uint64_t end = 0;
    /// Its place in list_revisions.
    std::optional<std::size_t> revision;
    /// SHA-256 over the byte range.
    crypto::Sha256Digest digest{};
    /// Read-only fields that later revisions filled.
    std::vector<std::string> filled_read_only;

    void add(Finding finding, std::string detail) { report.findings.push_back({finding, std::move(detail)}); }
};

/// A finding that leaves the signature itself as good as it was.
bool is_about_later_changes(Finding finding) {
    constexpr std::array kLater = {Finding::ForbiddenChange,       Finding::HiddenContent,  Finding::LockedFieldChanged,
                                   Finding::CertificationViolated, Finding::PagesChanged,   Finding::SealNotSigned,
                                   Finding::UnaccountedBytes,      Finding::AnnotationAdded};
    return std::find(kLater.begin(), kLater.end(), finding) != kLater.end();
}

bool is_intact(const SignatureReport& report) {
    return std::all_of(report.findings.begin(), report.findings.end(), [](const FindingReport& finding) {
        return finding.finding == Finding::WeakAlgorithm || is_about_later_changes(finding.finding);
    });
}

class Verifier {
  public:
    Verifier(ByteView file, const Document& document, const std::vector<Bytes>& trusted_roots,
             const VerificationOptions& options)
        : file_(file), document_(document), cms_(trusted_roots, options), options_(options) {}

    Result<VerificationReport> verify() {
        Status pages = count_pages();
        if (!pages) return pages.error();
        revisions_ = list_revisions(document_);
        Status collected = collect_candidates();
        if (!collected) return collected.error();
        if (!candidates_.empty()) {
            for (Candidate& candidate : candidates_)
                check_range(candidate);
            hash_ranges();
            for (Candidate& candidate : candidates_)
                check_value(candidate);
            Status later = judge_later_changes();
            if (!later) return later.error();
            check_accounting();
        }
        check_lost_signatures();
        Status seals = check_seals();
        if (!seals) return seals.error();
        Result<SecurityStore> store = read_security_store(document_);
        if (!store && store.error().code != ErrorCode::DocumentTooLarge) return store.error();
        if (store) report_.security_store = std::move(*store);
        return finish();
    }

  private:
    Status count_pages() {
        Result<std::span<const Page>> pages = document_.pages();
        if (!pages) return pages.error();
        report_.page_count = pages->size();
        return {};
    }

    Status collect_candidates() {
        Result<std::vector<SignatureField>> fields = list_signature_fields(document_);
        if (!fields) return fields.error();
        fields_ = std::move(*fields);
        std::map<std::uint32_t, std::size_t> known;
        for (const SignatureField& field : fields_) {
            if (!field.value) {
                report_.unsigned_fields.push_back(field.name);
                continue;
            }
            const std::uint32_t number = field.value->reference.number;
            const auto found = known.find(number);
            if (number != 0 && found != known.end()) {
                candidates_[found->second].report.field_names.push_back(field.name);
                continue;
            }
            known.emplace(number, candidates_.size());
            candidates_.push_back(make_candidate(field));
            if (candidates_.size() > kMaxSignatures) {
                return fail(ErrorCode::DocumentTooLarge, "the document has too many signatures");
            }
        }
        std::stable_sort(candidates_.begin(), candidates_.end(), [](const Candidate& a, const Candidate& b) {
            return end_of_range(a.value) < end_of_range(b.value);
        });
        return {};
    }

    static std::uint64_t end_of_range(const SignatureValue& value) {
        return value.byte_range ? (*value.byte_range)[2] + (*value.byte_range)[3] : 0;
    }

    static Candidate make_candidate(const SignatureField& field) {
        Candidate candidate;
        candidate.value = *field.value;
        SignatureReport& report = candidate.report;
        report.field_names.push_back(field.name);
        report.is_document_time_stamp = field.value->is_document_time_stamp;
        report.sub_filter = field.value->sub_filter;
        report.signer_name = field.value->signer_name;
        report.reason = field.value->reason;
        report.location = field.value->location;
        report.contact_info = field.value->contact_info;
        report.claimed_time = field.value->signing_time;
        report.certification_level = field.value->certification_level;
        report.byte_range = field.value->byte_range.value_or(report.byte_range);
        report.related_key = related_key(as_bytes(field.value->contents));
        if (field.value->locked && field.value->locked->action == FieldLock::Action::Include) {
            report.locked_fields = field.value->locked->fields;
        }
        return candidate;
    }

    /// ISO 32000-1 §12.8.1: four integers, the first 0, and between the two ranges exactly the value of /Contents.
    void check_range(Candidate& candidate) {
        const SignatureValue& value = candidate.value;
        if (!value.byte_range || value.contents.empty()) {
            candidate.add(Finding::SignatureIncomplete, "/ByteRange or /Contents is missing or malformed");
            return;
        }
        const auto& [first, a, b, c] = *value.byte_range;
        if (first != 0 || a > file_.size() || b > file_.size() || a >= b || c > file_.size() - b) {
            candidate.add(Finding::SignatureIncomplete, "/ByteRange makes no sense");
            return;
        }
        candidate.gap_begin = a;
        candidate.gap_end = b;
        candidate.end = b + c;
        candidate.sound_range = true;
        if (value.dictionary->had_duplicate_keys()) {
            candidate.add(Finding::AmbiguousStructure, "the signature dictionary gives a key twice");
        }
        if (!gap_is_contents(candidate)) {
            candidate.add(Finding::WrongGap, "the gap of /ByteRange is not the value of /Contents");
        }
        check_coverage(candidate);
    }

    bool gap_is_contents(const Candidate& candidate) const {
        const String* contents = candidate.value.dictionary->get("Contents").as_string();
        const std::string_view gap =
            as_text(file_.subspan(candidate.gap_begin, candidate.gap_end - candidate.gap_begin));
        if (contents == nullptr || gap.size() < 2 || gap.front() != '<' || gap != contents->spelling) return false;
        const std::uint32_t number = candidate.value.reference.number;
        if (number == 0) return true;  // a direct dictionary: the spelling must do
        const XrefEntry& entry = document_.entries()[number];
        if (entry.kind != XrefEntry::Kind::InFile) return false;
        const std::uint64_t begin = entry.offset + document_.leading_junk();
        Result<std::size_t> end = document_.object_end(entry.offset);
        return end && begin < candidate.gap_begin && candidate.gap_end <= *end + document_.leading_junk();
    }

    /// The signed bytes end where a revision ends, and read by themselves they are that revision.
    void check_coverage(Candidate& candidate) {
        const std::uint64_t junk = document_.leading_junk();
        for (std::size_t i = 0; i < revisions_.size(); ++i) {
            if (!revisions_[i].marker_end) continue;
            const std::uint64_t marker = *revisions_[i].marker_end + junk;
            if (marker > candidate.end) continue;
            if (is_blank(file_.subspan(marker, candidate.end - marker))) candidate.revision = i;
        }
        if (!candidate.revision) {
            candidate.add(Finding::NotWholeRevision, "the signature does not end where a revision ends");
            return;
        }
        candidate.report.revision = *candidate.revision + 1;
        candidate.report.coverage = candidate.end == file_.size() ? Coverage::WholeFile : Coverage::WholeRevision;
    }

    /// One pass over the file serves every signature: each copies the running hash at its gap.
    void hash_ranges() {
        std::vector<Candidate*> order;
        for (Candidate& candidate : candidates_) {
            if (candidate.sound_range) order.push_back(&candidate);
        }
        std::sort(order.begin(), order.end(),
                  [](const Candidate* a, const Candidate* b) { return a->gap_begin < b->gap_begin; });
        crypto::Sha256 running;
        for (Candidate* candidate : order) {
            running.update(file_.subspan(running.length(), candidate->gap_begin - running.length()));
            crypto::Sha256 own = running;
            own.update(file_.subspan(candidate->gap_end, candidate->end - candidate->gap_end));
            candidate->digest = own.digest();
        }
    }

    void check_value(Candidate& candidate) {
        if (!candidate.sound_range) return;
        const DigestOfRange digest = [&](crypto::DigestAlgorithm algorithm) {
            if (algorithm == crypto::DigestAlgorithm::Sha256)
                return Bytes(candidate.digest.begin(), candidate.digest.end());
            crypto::Digest running(algorithm);
            running.update(file_.subspan(0, candidate.gap_begin));
            running.update(file_.subspan(candidate.gap_end, candidate.end - candidate.gap_end));
            return running.value();
        };
        cms_.judge(candidate.value, digest, candidate.report);
    }

    Status judge_later_changes() {
        std::optional<std::size_t> oldest;
        for (const Candidate& candidate : candidates_) {
            if (candidate.revision && (!oldest || *candidate.revision < *oldest)) oldest = candidate.revision;
        }
        Referrers referrers;
        if (oldest && *oldest + 1 < revisions_.size()) {
            Result<Referrers> found = find_referrers(document_, revisions_[*oldest].first_section);
            if (!found) return found.error();
            referrers = std::move(*found);
            // Without them no place is open: what changed there is then told, too.
            Result<std::vector<FieldPlaces>> places = places_of_fields(document_);
            if (places) places_ = std::move(*places);
        }
        for (Candidate& candidate : candidates_) {
            if (candidate.revision) compare(candidate, referrers);
        }
        return {};
    }

    void compare(Candidate& candidate, const Referrers& referrers) {
        const ByteView signed_bytes = file_.subspan(0, candidate.end);
        Result<Document> before = Document::open(signed_bytes, options_.limits);
        if (!before) {
            candidate.add(Finding::NotWholeRevision, "the signed bytes are no document: " + before.error().detail);
            return;
        }
        const FileRevision& revision = revisions_[*candidate.revision];
        const bool same_chain =
            before->startxref() == revision.startxref &&
            before->sections().size() == document_.sections().size() - revision.first_section &&
            std::equal(before->sections().begin(), before->sections().end(),
                       document_.sections().begin() + static_cast<std::ptrdiff_t>(revision.first_section),
                       [](const XrefSection& a, const XrefSection& b) { return a.offset == b.offset; });
        if (!same_chain) {
            candidate.add(Finding::NotWholeRevision, "the signed bytes name other cross-references than the file");
            return;
        }
        Result<std::vector<SignatureField>> fields = list_signature_fields(*before);
        if (!fields) {
            candidate.add(Finding::NotWholeRevision, "the signed revision cannot be read: " + fields.error().detail);
            return;
        }
        if (!shows(*fields, candidate)) return;
        if (*candidate.revision + 1 == revisions_.size()) {
            candidate.report.later_changes = LaterChanges::None;
            return;
        }
        candidate.report.signed_length = candidate.end;
        candidate.report.open_areas = open_areas(*fields, places_);
        Result<ChangeReport> changes = ChangeJudge(*before, document_, referrers).judge();
        if (!changes) {
            candidate.add(Finding::ForbiddenChange, "what changed later cannot be read: " + changes.error().detail);
            return;
        }
        candidate.report.later_changes = changes->level;
        for (FindingReport& finding : changes->findings)
            candidate.report.findings.push_back(std::move(finding));
        candidate.filled_read_only = std::move(changes->filled_read_only);
    }

    /// The signed revision must show the same signature in the same field.
    static bool shows(const std::vector<SignatureField>& fields, Candidate& candidate) {
        for (const SignatureField& field : fields) {
            const bool same = field.value && field.name == candidate.report.field_names.front() &&
                              field.value->reference == candidate.value.reference &&
                              equal(Object(*field.value->dictionary), Object(*candidate.value.dictionary));
            if (same) return true;
        }
        candidate.add(Finding::AmbiguousStructure, "the signed revision has another signature in this field, or none");
        return false;
    }

    /// Everything behind the first signed revision must be declared by the revision it lies in.
    void check_accounting() {
        std::uint64_t at = 0;
        for (const Candidate& candidate : candidates_) {
            if (!candidate.revision) continue;
            at = candidate.end - document_.leading_junk();
            for (std::size_t i = *candidate.revision + 1; i < revisions_.size(); ++i)
                at = check_revision(revisions_[i], at);
            break;  // candidates are in the order of their ends
        }
        if (at == 0) return;
        const ByteView rest = file_.subspan(static_cast<std::size_t>(at + document_.leading_junk()));
        if (rest.size() > 2 || !is_blank(rest)) {
            report_.findings.push_back(
                {Finding::UnaccountedBytes, fmt::format("{} bytes follow the last revision", rest.size())});
        }
    }

    /// A signature that the file holds and its newest revision does not show was taken away, or cut off: never
    /// "unsigned, but fine". What an intact signature of somebody trusted covers is not looked through: whoever clears
    /// his field and signs anew leaves the first signature behind, and the one who signed over all of that saw the
    /// document without it. An intact signature of a stranger vouches for nothing.
    void check_lost_signatures() {
        std::uint64_t covered = 0;
        for (const Candidate& candidate : candidates_) {
            if (is_intact(candidate.report) && candidate.report.trusted())
                covered = std::max(covered, end_of_range(candidate.value));
        }
        for (const BareSignature& bare : find_bare_signatures(file_, covered)) {
            const bool shown = std::any_of(candidates_.begin(), candidates_.end(), [&](const Candidate& candidate) {
                return candidate.value.byte_range == bare.value.byte_range;
            });
            if (shown || grants_usage_rights(*bare.value.dictionary)) continue;
            report_.findings.push_back(
                {Finding::ForbiddenChange,
                 fmt::format("the signature at byte {} was taken out of the document", (*bare.value.byte_range)[1])});
        }
        if (!candidates_.empty() || revisions_.empty() || !revisions_.back().marker_end) return;
        const std::uint64_t end = *revisions_.back().marker_end + document_.leading_junk();
        const std::string_view rest = as_text(file_.subspan(std::min<std::uint64_t>(end, file_.size())));
        if (rest.find("/ByteRange") == std::string_view::npos) return;
        report_.findings.push_back(
            {Finding::UnaccountedBytes, "what follows the last revision was a signature, and was cut"});
    }

    /// ISO 32000-1 §12.8.2.3: Adobe's leave to save a form, which hangs in /Perms and is nobody's signature.
    bool grants_usage_rights(const Dictionary& signature) const {
        const Result<Object> references = document_.get(signature, "Reference");
        if (!references || references->as_array() == nullptr) return false;
        return std::any_of(references->as_array()->begin(), references->as_array()->end(), [&](const Object& entry) {
            const Result<Object> reference = document_.resolve(entry);
            if (!reference || reference->as_dictionary() == nullptr) return false;
            const Object& method = reference->as_dictionary()->get("TransformMethod");
            return method.is_name("UR3") || method.is_name("UR");
        });
    }

    /// The end of the revision.
    std::uint64_t check_revision(const FileRevision& revision, std::uint64_t begin) {
        if (!revision.marker_end || *revision.marker_end < begin) {
            report_.findings.push_back(
                {Finding::UnaccountedBytes, fmt::format("the revision at byte {} has no end", revision.startxref)});
            return begin;
        }
        Result<std::optional<std::uint64_t>> foreign =
            first_unaccounted(document_, revision, begin, *revision.marker_end);
        if (!foreign || *foreign) {
            const std::uint64_t where = foreign ? **foreign : begin;
            report_.findings.push_back(
                {Finding::UnaccountedBytes, fmt::format("no cross-reference accounts for the bytes at {}", where)});
        }
        return *revision.marker_end;
    }

    /// A seal is good only while a valid signature locks its field.
    Status check_seals() {
        std::vector<FieldLock> valid_locks;
        for (const Candidate& candidate : candidates_) {
            const bool valid =
                is_intact(candidate.report) && candidate.report.later_changes != LaterChanges::Suspicious;
            if (valid && candidate.value.locked) valid_locks.push_back(*candidate.value.locked);
        }
        const auto vouched_for = [&](const std::string& name) {
            return std::any_of(valid_locks.begin(), valid_locks.end(),
                               [&](const FieldLock& lock) { return lock.locks(name); });
        };
        for (Candidate& candidate : candidates_) {
            for (const std::string& name : candidate.filled_read_only) {
                if (!vouched_for(name)) report_unsigned_seal(name);
            }
        }
        Result<std::vector<FormField>> fields = list_form_fields(document_);
        if (!fields) return fields.error();
        for (const FormField& field : *fields) {
            if (field.type == "Sig" || vouched_for(field.name) || !is_place_of_a_signature(field.name)) continue;
            Result<bool> shown = shows_something(field);
            // A broken appearance may show anything to a viewer that repairs it.
            if (!shown && shown.error().code != ErrorCode::DamagedDocument) return shown.error();
            if (!shown || *shown) report_unsigned_seal(field.name);
        }
        return {};
    }

    bool is_place_of_a_signature(const std::string& name) const {
        return std::any_of(fields_.begin(), fields_.end(), [&](const SignatureField& field) {
            return field.lock && field.lock->action == FieldLock::Action::Include && field.lock->locks(name);
        });
    }

    Result<bool> shows_something(const FormField& field) const {
        for (const Reference widget : field.widgets) {
            Result<Object> object = document_.read(widget);
            if (!object) return object.error();
            const Dictionary* dictionary = object->as_dictionary();
            if (dictionary == nullptr) continue;
            const std::int64_t* kind = dictionary->get("Ff").as_integer();
            const std::int64_t* flags = dictionary->get("F").as_integer();
            const bool seal = kind != nullptr && (*kind & kReadOnly) != 0;
            if (!seal || (flags != nullptr && (*flags & kHidden) != 0)) continue;
            Result<Object> appearance = document_.get(*dictionary, "AP");
            if (!appearance) return appearance.error();
            if (appearance->as_dictionary() == nullptr) continue;
            Result<Object> normal = document_.get(*appearance->as_dictionary(), "N");
            if (!normal) return normal.error();
            if (normal->as_dictionary() == nullptr) continue;
            const bool empty = normal->as_stream() != nullptr && is_blank(normal->as_stream()->encoded);
            if (!empty) return true;
        }
        return false;
    }

    void report_unsigned_seal(const std::string& name) {
        const bool known =
            std::any_of(report_.findings.begin(), report_.findings.end(), [&](const FindingReport& finding) {
                return finding.finding == Finding::SealNotSigned && finding.detail.ends_with(" " + name);
            });
        if (!known)
            report_.findings.push_back(
                {Finding::SealNotSigned, "no valid signature vouches for the seal in field " + name});
    }

    VerificationReport finish() {
        std::uint64_t begin = 0;
        for (const FileRevision& revision : revisions_) {
            RevisionReport entry{revision.startxref + document_.leading_junk(), begin, file_.size(), {}};
            if (revision.marker_end) entry.end = *revision.marker_end + document_.leading_junk();
            begin = entry.end;
            report_.revisions.push_back(std::move(entry));
        }
        bool bad = !report_.findings.empty();
        for (Candidate& candidate : candidates_) {
            SignatureReport& report = candidate.report;
            report.intact = is_intact(report);
            bad = bad || !report.intact || report.later_changes == LaterChanges::Suspicious;
            if (candidate.revision) {
                std::vector<std::string>& names = report_.revisions[*candidate.revision].signed_fields;
                names.insert(names.end(), report.field_names.begin(), report.field_names.end());
            }
            report_.signatures.push_back(std::move(report));
        }
        report_.verdict = bad                          ? DocumentVerdict::Tampered
                          : report_.signatures.empty() ? DocumentVerdict::NoSignature
                                                       : DocumentVerdict::Intact;
        return std::move(report_);
    }

    ByteView file_;
    const Document& document_;
    CmsJudge cms_;
    const VerificationOptions& options_;
    std::vector<FileRevision> revisions_;
    std::vector<SignatureField> fields_;
    /// Of the newest revision, when there is one behind a signature.
    std::vector<FieldPlaces> places_;
    std::vector<Candidate> candidates_;
    VerificationReport report_;
};

/// A file that cannot be read may still show that it was signed when it could be.
VerificationReport judge_unreadable(ByteView file, const Error& why, const CmsJudge& judge, const ReadLimits& limits) {
    VerificationReport report;
    report.error = why;
    // Each signature costs a pass over what it covers: enough for every honest file, and an end for the others.
    std::uint64_t hashed_left = 4 * std::uint64_t{file.size()} + kFreeHashing;
    for (const BareSignature& found : find_bare_signatures(file)) {
        if (found.end() > hashed_left) break;
        hashed_left -= found.end();
        SignatureReport& own = report.signatures.emplace_back();
        own.field_names = {"?"};
        own.is_document_time_stamp = found.value.is_document_time_stamp;
        own.sub_filter = found.value.sub_filter;
        own.byte_range = *found.value.byte_range;
        own.related_key = related_key(as_bytes(found.value.contents));
        const auto& [zero, gap_begin, gap_end, rest] = own.byte_range;
        const ByteView first = file.first(gap_begin);
        const ByteView second = file.subspan(gap_end, rest);
        judge.judge(
            found.value,
            [&](crypto::DigestAlgorithm algorithm) {
                crypto::Digest running(algorithm);
                running.update(first);
                running.update(second);
                return running.value();
            },
            own);
        own.intact = is_intact(own);
        const bool other_bytes =
            std::any_of(own.findings.begin(), own.findings.end(),
                        [](const FindingReport& finding) { return finding.finding == Finding::DigestMismatch; });
        if (other_bytes) report.verdict = DocumentVerdict::Tampered;
        const bool spoilt_later = own.intact && found.end() < file.size() && why.code == ErrorCode::DamagedDocument &&
                                  Document::open(file.first(found.end()), limits);
        if (!spoilt_later) continue;
        own.coverage = Coverage::WholeRevision;
        own.findings.push_back({Finding::UnaccountedBytes, "what follows the signed revision cannot be read"});
        report.verdict = DocumentVerdict::Tampered;
    }
    // Signatures that prove nothing are none.
    if (report.verdict == DocumentVerdict::Unreadable) report.signatures.clear();
    return report;
}

}  // namespace

std::string_view to_string(DocumentVerdict verdict) {
    constexpr std::array<std::string_view, 4> kNames = {"Intact", "Tampered", "NoSignature", "Unreadable"};
    return kNames[static_cast<std::size_t>(verdict)];
}

std::string_view to_string(Coverage coverage) {
    constexpr std::array<std::string_view, 3> kNames = {"WholeFile", "WholeRevision", "Less"};
    return kNames[static_cast<std::size_t>(coverage)];
}

std::string_view to_string(LaterChanges changes) {
    constexpr std::array<std::string_view, 4> kNames = {"None", "Extension", "FormFilling", "Suspicious"};
    return kNames[static_cast<std::size_t>(changes)];
}

std::string_view to_string(Finding finding) {
    constexpr std::array<std::string_view, 18> kNames = {
        "SignatureIncomplete", "WrongGap",      "NotWholeRevision",   "UnaccountedBytes",
        "ForbiddenChange",     "HiddenContent", "LockedFieldChanged", "CertificationViolated",
        "PagesChanged",        "SealNotSigned", "DigestMismatch",     "SignatureValueWrong",
        "CmsMalformed",        "WeakAlgorithm", "AmbiguousStructure", "ElectronicSealInvalid",
        "AnnotationAdded",     "SeveralSigners"};
    return kNames[static_cast<std::size_t>(finding)];
}

bool VerificationReport::all_trusted() const {
    return verdict == DocumentVerdict::Intact &&
           std::all_of(signatures.begin(), signatures.end(),
                       [](const SignatureReport& report) { return report.trusted(); });
}

VerificationReport verify(ByteView file, const std::vector<Bytes>& trusted_roots, const VerificationOptions& options) {
    Result<Document> document = Document::open(file, options.limits);
    Result<VerificationReport> report =
        document ? Verifier(file, *document, trusted_roots, options).verify() : document.error();
    if (report) return std::move(*report);
    return judge_unreadable(file, report.error(), CmsJudge(trusted_roots, options), options.limits);
}

}  // namespace signet::pdf
