#include "service/signing.hpp"

#include "base/log.hpp"
#include "base/text.hpp"
#include "crypto/certificate.hpp"
#include "crypto/certificate_authority.hpp"
#include "model/transitions.hpp"
#include "pdf/document.hpp"
#include "pdf/prepare.hpp"
#include "pdf/sign.hpp"
#include "service/documents.hpp"
#include "service/drafting.hpp"
#include "service/key_use.hpp"
#include "service/people.hpp"
#include "service/preservation.hpp"
#include "service/signing_keys.hpp"
#include "service/trust_services.hpp"
#include "store/audit.hpp"
#include "store/contracts.hpp"
#include "store/database.hpp"
#include "store/document_files.hpp"
#include "store/hash_state_cache.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace signet::service {

using model::Action;
using model::ActionStatus;
using model::ActionType;
using model::Contract;
using model::Document;
using model::Place;
using model::Signatory;
using model::StamperType;

namespace {

constexpr std::size_t kKeptHashStates = 10'000;
constexpr std::chrono::hours kCertificateLife{24};
constexpr std::size_t kLongestCertificateName = 64;

std::string field_name(model::ActionId action) {
    return "a" + to_string(action);
}

store::DocumentExtent extent_of(const Document& document) {
    store::DocumentExtent extent;
    extent.length = document.length;
    const auto digest = from_hex(document.sha256).value_or(Bytes(32));
    std::copy_n(digest.begin(), extent.sha256.size(), extent.sha256.begin());
    return extent;
}

pdf::PlannedPlace planned(const Place& place) {
    return {static_cast<std::size_t>(place.page),
            {place.x, place.y, place.width, place.height, place.rotation_degrees}};
}

pdf::PlaceAppearance appearance(const Place& place, const pdf::CompiledDrawing& drawing) {
    pdf::PlaceAppearance result;
    result.drawing = &drawing;
    result.rotation_degrees = place.rotation_degrees;
    if (place.strips > 1) {
        result.clip_width = drawing.width() / place.strips;
        result.clip_x = result.clip_width * place.strip;
    }
    return result;
}

std::string cut(std::string_view text, std::size_t characters) {
    std::u32string wide = to_utf32(text);
    if (wide.size() > characters) wide.resize(characters);
    return to_utf8(wide);
}

/// The places of a node in one document.
std::vector<Place> places_in(const std::vector<Place>& places, model::DocumentId document) {
    std::vector<Place> result;
    std::copy_if(places.begin(), places.end(), std::back_inserter(result),
                 [&](const Place& place) { return place.document == document; });
    return result;
}

}  // namespace

/// What a node shows on the page.
struct Signing::Ink {
    CompiledDrawingPointer seal;       // for seals, across-page seals and legal representatives
    CompiledDrawingPointer signature;  // for signatures by hand
    model::SealId used_seal;
    /// Seals that single places name for themselves.
    std::map<model::SealId, CompiledDrawingPointer> others;
};

class Signing::HashStates {
  public:
    HashStates() : cache_(kKeptHashStates) {}
    store::HashStateCache<crypto::Sha256>& cache() { return cache_; }

  private:
    store::HashStateCache<crypto::Sha256> cache_;
};

Signing::Signing(Platform& platform, const Directory& directory, ContractBook& book, Artist& artist,
                 const PlaceFinder& places, const Watermarks& watermarks, const TrustServices& trust,
                 const Preservation& preservation, SigningKeys& keys, NationalSeals& national_seals)
    : platform_(platform),
      directory_(directory),
      book_(book),
      artist_(artist),
      places_(places),
      watermarks_(watermarks),
      trust_(trust),
      preservation_(preservation),
      keys_(keys),
      national_seals_(national_seals),
      hash_states_(std::make_unique<HashStates>()) {}

Signing::~Signing() = default;

Status Signing::freeze(Contract& contract) {
    for (Document& document : contract.documents) {
        if (const Status frozen = freeze(contract, document); !frozen) return frozen;
    }
    return {};
}

Status Signing::freeze(Contract& contract, Document& document) {
    std::vector<pdf::PlannedSignature> plan;
    for (const Signatory& signatory : contract.signatories) {
        // Nobody knows yet how large the seal of a company will be that is still to join.
        const bool unknown = signatory.awaits_joining() && signatory.tenant_type == model::TenantType::Company;
        for (const Action& action : signatory.actions) {
            const auto places = places_in(action.places, document.id);
            if (places.empty() || unknown) continue;
            pdf::PlannedSignature& signature = plan.emplace_back();
            signature.name = field_name(action.id);
            for (const Place& place : places)
                signature.places.push_back(planned(place));
        }
    }
    auto increment = watermarks_.increment(contract, document);
    if (!increment) return increment.error();
    document.draft_length = document.length;
    const auto opened = open_document(platform_, document, *increment);
    if (!opened) return opened.error();
    pdf::RevisionState state = opened->pdf().revision_state();
    crypto::Sha256 hash;
    hash.update(opened->bytes());
    std::vector<pdf::PreparedSignature> signatures;
    // A file that came with signatures keeps them: it gets each field together with its own signature.
    if (plan.empty() || document.signed_before) {
        if (const Status fit = pdf::check_signable(opened->pdf()); !fit) return fit.error();
    } else {
        auto prepared = pdf::prepare(opened->pdf(), plan);
        if (!prepared) return prepared.error();
        append(*increment, prepared->increment);
        hash.update(prepared->increment);
        state = std::move(prepared->state);
        signatures = std::move(prepared->signatures);
    }
    document.revision_state = pdf::to_text(state);
    if (increment->empty()) return {};
    const auto lock = platform_.documents.lock(document.stored());
    const auto length = platform_.documents.append(lock, document.length, *increment);
    if (!length) return length.error();
    document.length = *length;
    document.sha256 = hex(hash.digest());
    ++document.revision;
    if (const Status kept = hash_states_->cache().keep(document.stored(), extent_of(document), hash); !kept)
        return kept;
    for (const pdf::PreparedSignature& signature : signatures) {
        const auto action = parse_id(std::string_view(signature.name).substr(1));
        contract.prepared_fields.push_back({document.id, {action.value_or(0)}, pdf::to_text(signature)});
    }
    return {};
}

Status Signing::freeze_anew(Contract& contract, model::DocumentId id) {
    Document* document = contract.find(id);
    if (document == nullptr) return invalid_parameter("document: the contract has none of this id");
    const bool is_frozen = document->draft_length != 0 && !document->revision_state.empty();
    if (!is_frozen || document->signatures != 0 || document->signed_before) return {};
    const auto bytes = platform_.documents.read(document->stored(), 0, document->draft_length);
    if (!bytes) return bytes.error();
    const auto file = platform_.ids.next<model::DocumentId>();
    const auto extent = platform_.documents.create(file, *bytes);
    if (!extent) return extent.error();
    document->file = file;
    document->length = extent->length;
    document->sha256 = hex(extent->sha256);
    document->draft_length = 0;
    document->revision_state.clear();
    std::erase_if(contract.prepared_fields, [&](const model::PreparedField& field) { return field.document == id; });
    return freeze(contract, *document);
}

Status Signing::make_signable(Document& document) const {
    const auto opened = open_document(platform_, document);
    if (!opened) return opened.error();
    if (const Status fit = pdf::check_signable(opened->pdf()); !fit) return fit.error();
    document.revision_state = pdf::to_text(opened->pdf().revision_state());
    return {};
}

/// Where a node signs the attachments of its party that must be signed: at the foot of the last page, from the right,
/// each further signature left of the one before.
Result<std::vector<Place>> Signing::attachment_places(const Contract& contract, const Action& action) const {
    constexpr double kMargin = 28;
    std::vector<Place> places;
    const Signatory& party = *contract.owner(action.id);
    for (const model::Attachment& attachment : party.attachments) {
        const Document* document = attachment.need_sign ? contract.find(attachment.document) : nullptr;
        if (document == nullptr) continue;
        model::Stamper stamper;
        stamper.type = action.type == ActionType::Lp ? StamperType::Lp
                       : is_sealing(action.type)     ? StamperType::Company
                                                     : StamperType::Personal;
        stamper.documents = {document->id};
        stamper.page = -1;
        stamper.offset_x = stamper.offset_y = 0;
        const auto found = places_.find(contract, {{stamper, &action, &party, "attachments"}}, true);
        if (!found) return found.error();
        Place place = found->at(action.id).front();
        const model::PageSize page = document->pages.back();
        const double step = place.width + kMargin / 2;
        place.x = std::max(0.0, page.width - kMargin - place.width - document->signatures * step);
        place.y = std::min(kMargin, std::max(0.0, page.height - place.height));
        places.push_back(place);
    }
    return places;
}

Status Signing::company_sign(const Caller& caller, const SealSignCommand& command, ActionType type) {
    const auto company = directory_.company(caller, command.tenant_name);
    if (!company) return company.error();
    const auto found = book_.locate(caller, command.locator, Access::Party);
    if (!found) return found.error();
    const ContractLock held = book_.lock((*found)->id);
    const auto contract = book_.find(held);
    if (!contract) return contract.error();
    if (const Status allowed = model::check(model::Call::Sign, (*contract)->status); !allowed) return allowed;

    const Signatory* signatory = nullptr;
    const Action* action = nullptr;
    for (const Signatory& candidate : (*contract)->signatories) {
        if (candidate.company != company->id) continue;
        for (const Action& node : candidate.actions) {
            const bool mine = node.type == type && node.status == ActionStatus::Start;
            if (!mine || action != nullptr) continue;
            signatory = &candidate;
            action = &node;
        }
    }
    if (action == nullptr) {
        return fail(ErrorCode::NotSignStep, "this contract is not turn to sign or has bean signed");
    }

    SigningAct act;
    act.action = action->id;
    act.actor = actor_of(caller);
    act.factor = "application";
    act.intent.consent = &application_agreement();
    act.intent.factor_id = to_string(caller.application.id);
    act.seal = command.seal;
    act.by = signatory->receiver;
    if (act.by.empty() && (*contract)->creator) act.by = *(*contract)->creator;
    if (act.by.empty()) act.by.name = company->name;

    const bool forbidden = (*contract)->stamper_rule == model::StamperRule::MustForbid && !action->places.empty();
    if (!command.stampers.empty() && !forbidden) {
        std::vector<StamperOfAction> stampers;
        for (std::size_t i = 0; i < command.stampers.size(); ++i) {
            StamperOfAction& item = stampers.emplace_back();
            item.stamper = command.stampers[i];
            if (item.stamper.type == StamperType::Timestamp) {
                item.stamper.seal = {};  // a date is no seal, whatever the call names with it
            } else if (!item.stamper.seal) {
                item.stamper.seal = command.seal;
            }
            item.action = action;
            item.signatory = signatory;
            item.field = "stampers[" + std::to_string(i) + "]";
            if (item.stamper.seal) {
                const auto usable = directory_.usable_seal(company->id, item.stamper.seal);
                if (!usable) return usable.error();
            }
        }
        auto places = places_.find(**contract, stampers, command.locate_all);
        if (!places) return places.error();
        act.more_places = std::move((*places)[action->id]);
    }
    if (const auto signed_contract = sign(held, act); !signed_contract) return signed_contract.error();
    return sign_automatically(held);
}

namespace {

bool leaves_seal_open(const std::vector<Place>& places) {
    return std::any_of(places.begin(), places.end(),
                       [](const Place& place) { return place.type != StamperType::Timestamp && !place.seal; });
}

model::SealId first_seal_of(const std::vector<Place>& places) {
    const auto named = std::find_if(places.begin(), places.end(), [](const Place& place) {
        return place.type != StamperType::Timestamp && place.seal;
    });
    return named == places.end() ? model::SealId{} : named->seal;
}

/// Where the call names no seal: that of its places, or of those known when the contract was sent, if no place is left
/// that would need another answer. A node that lists several lets the call's places speak for the open ones.
model::SealId seal_named_by_places(const Action& action, const std::vector<Place>& more) {
    const bool open = leaves_seal_open(action.places) || leaves_seal_open(more);
    if (open && action.seals.size() < 2) return {};
    const model::SealId named = first_seal_of(more);
    if (named || open) return named;
    return first_seal_of(action.places);
}

}  // namespace

Result<Signing::Ink> Signing::prepare_ink(const Contract& contract, const SigningAct& act) const {
    const Action& action = *contract.find(act.action);
    const Signatory& signatory = *contract.owner(act.action);
    Ink ink;
    const bool by_hand = action.type == ActionType::Personal || action.type == ActionType::Operator ||
                         (action.type == ActionType::Lp && !signatory.company);
    if (by_hand) {
        if (!act.signature) return invalid_parameter("signature: is required for this node");
        auto drawing = artist_.signature(*act.signature);
        if (!drawing) return drawing.error();
        ink.signature = std::move(*drawing);
        return ink;
    }
    if (!signatory.company) {
        auto drawing = artist_.named_company_seal(signatory.tenant_name);
        if (!drawing) return drawing.error();
        ink.seal = std::move(*drawing);
        return ink;
    }
    const auto type = seal_type_of(action.type);
    model::SealId chosen = act.seal;
    if (!chosen && action.seals.size() == 1) chosen = action.seals.front();
    if (!chosen) chosen = seal_named_by_places(action, act.more_places);
    if (!chosen && action.seals.size() > 1) {
        return invalid_parameter("sealId: the node has several seals, name one of them");
    }
    const bool in_list =
        action.seals.empty() || std::find(action.seals.begin(), action.seals.end(), chosen) != action.seals.end();
    if (chosen && !in_list)
        return fail(ErrorCode::SealNotFound, "seal " + to_string(chosen) + " is not one of the node's");
    const auto seal =
        chosen ? directory_.usable_seal(signatory.company, chosen) : directory_.default_seal(signatory.company, type);
    if (!seal) return seal.error();
    auto drawing = artist_.seal(*seal);
    if (!drawing) return drawing.error();
    ink.seal = std::move(*drawing);
    ink.used_seal = seal->id;
    const auto name_their_own = [&](const std::vector<Place>& places) -> Status {
        for (const Place& place : places) {
            if (place.type == StamperType::Timestamp || !place.seal) continue;
            if (place.seal == ink.used_seal || ink.others.contains(place.seal)) continue;
            const bool listed = action.seals.empty() ||
                                std::find(action.seals.begin(), action.seals.end(), place.seal) != action.seals.end();
            if (!listed)
                return fail(ErrorCode::SealNotFound, "seal " + to_string(place.seal) + " is not one of the node's");
            const auto other = directory_.usable_seal(signatory.company, place.seal);
            if (!other) return other.error();
            auto other_drawing = artist_.seal(*other);
            if (!other_drawing) return other_drawing.error();
            ink.others.emplace(place.seal, std::move(*other_drawing));
        }
        return {};
    };
    if (const Status preset = name_their_own(action.places); !preset) return preset.error();
    if (const Status more = name_their_own(act.more_places); !more) return more.error();
    return ink;
}

Result<CompiledDrawingPointer> Signing::drawing_for(const Place& place, const Ink& ink, UtcTime now) const {
    if (place.type == StamperType::Timestamp) return artist_.date(now, place.date_pattern, place.width);
    if (ink.signature) return ink.signature;
    if (const auto other = ink.others.find(place.seal); other != ink.others.end()) return other->second;
    return ink.seal;
}

namespace {

/// How far a clock may go back between two signatures: what it may be off to either side.
constexpr auto kClockTolerance = std::chrono::seconds(60);

/// A signature that says it was made before the one that it follows would be a lie; so would be its time-stamp.
Status check_clock(const Contract& contract, UtcTime now) {
    for (const Signatory& signatory : contract.signatories) {
        for (const Action& action : signatory.actions) {
            if (!action.complete_time || *action.complete_time <= now + kClockTolerance) continue;
            return fail(ErrorCode::TimeStampUnavailable,
                        "the server's clock stands before the time of action " + to_string(action.id));
        }
    }
    return {};
}

/// A practising seal is a person's, though the company keeps it.
bool signs_by_hand(const Action& action) {
    return action.type == ActionType::Operator || action.type == ActionType::Personal ||
           action.type == ActionType::Practice;
}

}  // namespace

/// What the company brought for its seals, or one of its people for himself; null when nobody brought anything.
Result<std::shared_ptr<const crypto::Signer>> Signing::brought_key_for(const Contract& contract,
                                                                       const SigningAct& act) const {
    const Signatory& signatory = *contract.owner(act.action);
    if (!signatory.company) return std::shared_ptr<const crypto::Signer>();
    if (!signs_by_hand(*contract.find(act.action))) return keys_.signer(signatory.company);
    const auto employee = directory_.employee(signatory.company, act.by.empty() ? signatory.receiver : act.by);
    if (!employee) return std::shared_ptr<const crypto::Signer>();
    return keys_.signer(signatory.company, employee->id);
}

crypto::Subject Signing::subject_of(const Contract& contract, const SigningAct& act) const {
    const Action& action = *contract.find(act.action);
    const Signatory& signatory = *contract.owner(act.action);
    const bool is_company = signatory.tenant_type == model::TenantType::Company;
    crypto::Subject subject;
    subject.common_name = cut(signatory.tenant_name, kLongestCertificateName);
    if (is_company) subject.organization = subject.common_name;
    const std::string& handler = act.by.name.empty() ? signatory.receiver.name : act.by.name;
    if (is_company && signs_by_hand(action) && !handler.empty()) {
        subject.common_name = cut(handler, kLongestCertificateName);
    }
    subject.serial_number = to_string(action.id);
    const model::User& reachable = act.by.empty() ? signatory.receiver : act.by;
    const bool by_wire =
        reachable.contact_type == model::ContactType::Mobile || reachable.contact_type == model::ContactType::Email;
    if (by_wire) subject.contact = reachable.contact;
    return subject;
}

Result<std::shared_ptr<const crypto::Signer>> Signing::certificate_for(const Contract& contract,
                                                                       const SigningAct& act) const {
    auto brought = brought_key_for(contract, act);
    if (!brought || *brought) return brought;
    if (const Status standing = trust_.check_issuing(); !standing) return standing.error();
    auto issued = trust_.authority()->issue(subject_of(contract, act),
                                            crypto::Validity::starting(platform_.clock.now(), kCertificateLife));
    if (!issued) return issued.error();
    return std::shared_ptr<const crypto::Signer>(std::move(*issued));
}

/// What one signing act adds to a document before it is written.
struct Signing::Growth {
    pdf::RevisionState state;
    crypto::Sha256 hash;
    Bytes increment;
    bool has_signature = false;
    /// Set when it was made to last at once.
    std::optional<model::SignatureLevel> level = {};
    std::optional<UtcTime> sealed_until = {};

    void take(pdf::SignedRevision&& revision) {
        append(increment, revision.increment);
        state = std::move(revision.state);
        hash = std::move(revision.hash);
    }
};

Status Signing::fill_prepared(const model::PreparedField& field, const std::vector<pdf::PlaceAppearance>& appearances,
                              const pdf::SignatureDetails& details, const pdf::CmsMaker& cms, Growth& growth) const {
    const auto prepared = pdf::prepared_signature_from_text(field.state);
    if (!prepared) return prepared.error();
    auto revision = pdf::sign(growth.state, growth.hash, {*prepared, appearances, details}, cms);
    if (!revision) return revision.error();
    growth.take(std::move(*revision));
    return {};
}

/// Places that were not known when the contract was sent. As long as nobody has signed they are prepared now, in a
/// revision of their own; afterwards only new signature fields leave the earlier signatures alone.
Status Signing::sign_at_new_places(const Document& document, model::ActionId action, const std::vector<Place>& places,
                                   const std::vector<pdf::PlaceAppearance>& appearances,
                                   const pdf::SignatureDetails& details, const pdf::CmsMaker& cms,
                                   Growth& growth) const {
    const auto opened = open_document(platform_, document, growth.increment);
    if (!opened) return opened.error();
    const std::string name = field_name(action) + "n";
    if (document.signatures == 0 && !document.signed_before && growth.increment.empty()) {
        pdf::PlannedSignature plan{name, {}};
        for (const Place& place : places)
            plan.places.push_back(planned(place));
        auto prepared = pdf::prepare(opened->pdf(), std::span(&plan, 1));
        if (!prepared) return prepared.error();
        growth.hash.update(prepared->increment);
        growth.state = std::move(prepared->state);
        growth.increment = std::move(prepared->increment);
        auto revision = pdf::sign(growth.state, growth.hash, {prepared->signatures.front(), appearances, details}, cms);
        if (!revision) return revision.error();
        growth.take(std::move(*revision));
        return {};
    }
    std::vector<pdf::NewPlace> fresh;
    for (std::size_t i = 0; i < places.size(); ++i)
        fresh.push_back({planned(places[i]), appearances[i]});
    auto revision = pdf::sign_with_new_fields(opened->pdf(), growth.hash, name, fresh, details, cms);
    if (!revision) return revision.error();
    growth.take(std::move(*revision));
    return {};
}

Result<Signing::Growth> Signing::growth_of(const Document& document) {
    const auto state = pdf::revision_state_from_text(document.revision_state);
    if (!state) return state.error();
    auto hash = hash_states_->cache().at(platform_.documents, document.stored(), extent_of(document));
    if (!hash) return hash.error();
    return Growth{*state, std::move(*hash), {}};
}

pdf::SignatureDetails Signing::details_of(const Contract& contract, model::ActionId action, UtcTime now) const {
    pdf::SignatureDetails details;
    details.time = now;
    details.zone_offset_minutes = platform_.zone.offset_minutes(now);
    details.signer_name = contract.owner(action)->tenant_name;
    details.reason = contract.subject;
    return details;
}

Status Signing::sign_document(const Contract& contract, const Document& document, const SigningAct& act, const Ink& ink,
                              const pdf::CmsMaker& cms, UtcTime now, Growths& growths) {
    const Action& action = *contract.find(act.action);
    const std::vector<Place> preset = places_in(action.places, document.id);
    const std::vector<Place> more = places_in(act.more_places, document.id);
    if (preset.empty() && more.empty()) return {};

    auto begun = growth_of(document);
    if (!begun) return begun.error();
    Growth& growth = growths.emplace(document.id, std::move(*begun)).first->second;
    growth.has_signature = true;

    const pdf::SignatureDetails details = details_of(contract, act.action, now);
    std::vector<CompiledDrawingPointer> drawings;  // kept alive until everything is written
    const auto appearances_at = [&](const std::vector<Place>& places) -> Result<std::vector<pdf::PlaceAppearance>> {
        std::vector<pdf::PlaceAppearance> appearances;
        for (const Place& place : places) {
            auto drawing = drawing_for(place, ink, now);
            if (!drawing) return drawing.error();
            appearances.push_back(appearance(place, **drawing));
            drawings.push_back(std::move(*drawing));
        }
        return appearances;
    };
    const auto prepared = std::find_if(
        contract.prepared_fields.begin(), contract.prepared_fields.end(),
        [&](const model::PreparedField& field) { return field.document == document.id && field.action == act.action; });
    const bool has_field = !preset.empty() && prepared != contract.prepared_fields.end();
    if (has_field) {
        const auto appearances = appearances_at(preset);
        if (!appearances) return appearances.error();
        const Status filled = fill_prepared(*prepared, *appearances, details, cms, growth);
        if (!filled) return filled;
    }
    std::vector<Place> rest = more;
    if (!has_field) rest.insert(rest.begin(), preset.begin(), preset.end());
    if (!rest.empty()) {
        const auto appearances = appearances_at(rest);
        if (!appearances) return appearances.error();
        const Status signed_there = sign_at_new_places(document, act.action, rest, *appearances, details, cms, growth);
        if (!signed_there) return signed_there;
    }
    return {};
}

/// Behind the PAdES signature of a company that wants it, the same seal by the national algorithms: an invisible field
/// in a revision of its own, because the page shows the seal already.
Status Signing::seal_nationally(const Contract& contract, const SigningAct& act, const Ink& ink,
                                const pdf::SignatureDetails& details, const TimeStamps* time_stamps,
                                Growths& growths) const {
    constexpr unsigned kPixels = 480;
    const auto company = directory_.company(contract.owner(act.action)->company);
    const bool is_wanted =
        company && company->national_seals && ink.used_seal && contract.find(act.action)->type == ActionType::Company;
    if (!is_wanted) return {};
    const auto record = directory_.usable_seal(company->id, ink.used_seal);
    if (!record) return record.error();
    const auto size = Artist::seal_size(*record);
    if (!size) return size.error();
    auto picture = artist_.seal_png(*record, kPixels);
    if (!picture) return picture.error();
    const auto millimetres = [](double points) { return static_cast<std::uint64_t>(std::lround(points * 25.4 / 72)); };
    const auto desk =
        national_seals_.open(subject_of(contract, act),
                             {to_string(record->id),
                              record->name,
                              {"PNG", std::move(*picture), millimetres(size->width), millimetres(size->height)}},
                             details.time);
    if (!desk) return desk.error();
    for (auto& [id, growth] : growths) {
        const auto opened = open_document(platform_, *contract.find(id), growth.increment);
        if (!opened) return opened.error();
        auto revision =
            desk->seal(opened->bytes(), opened->pdf(), growth.hash, field_name(act.action) + "s", details, time_stamps);
        if (!revision) return revision.error();
        growth.take(std::move(*revision));
    }
    return {};
}

/// What completes a contract brings its documents to their level in the same breath, when that is quick; what is not
/// done here `Preservation` does later.
void Signing::make_last(const Contract& contract, model::SignatureLevel level, Growths& growths) {
    for (const Document& document : contract.documents) {
        // Here `level` is already that of the signature that is being made.
        const bool is_wanting = document.level && *document.level < level;
        if (!is_wanting || !preservation_.is_quick(document.length)) continue;
        const auto known = growths.find(document.id);
        auto begun = known != growths.end() ? Result<Growth>(known->second) : growth_of(document);
        if (!begun) continue;
        Growth growth = std::move(*begun);
        const auto opened = open_document(platform_, document, growth.increment);
        auto extension = opened ? preservation_.extender().extend({opened->bytes(), growth.state, growth.hash}, level)
                                : Result<Extender::Extension>(opened.error());
        if (!extension) {
            spdlog::warn("document {} is not made to last with its last signature: {}", to_string(document.id),
                         for_log(describe(extension.error())));
            continue;
        }
        growth.take(std::move(extension->revision));
        growth.level = extension->level;
        growth.sealed_until = extension->sealed_until;
        growths.insert_or_assign(document.id, std::move(growth));
    }
}

Status Signing::write_growth(Document& document, const Growth& growth) {
    const auto lock = platform_.documents.lock(document.stored());
    const auto length = platform_.documents.append(lock, document.length, growth.increment);
    if (!length) return length.error();
    document.length = *length;
    document.sha256 = hex(growth.hash.digest());
    ++document.revision;
    if (growth.has_signature) ++document.signatures;
    document.revision_state = pdf::to_text(growth.state);
    document.sealed_until = growth.sealed_until;
    if (growth.level) document.level = growth.level;
    return hash_states_->cache().keep(document.stored(), extent_of(document), growth.hash);
}

Result<ContractPointer> Signing::sign(const ContractLock& held, const SigningAct& wanted) {
    const auto found = book_.find(held);
    if (!found) return found;
    SigningAct act = wanted;
    const model::Cancellation* cancellation = (*found)->running_cancellation();
    const auto call = cancellation == nullptr ? model::Call::Sign : model::Call::InvalidSign;
    if (const Status allowed = model::check(call, (*found)->status); !allowed) return allowed.error();
    for (const Place& place : act.more_places) {
        // A cancellation leaves the contract's own documents as they are.
        if (cancellation != nullptr && place.document != cancellation->document)
            return invalid_parameter("places: only the cancellation file is signed now");
    }
    const Action* action = (*found)->find(act.action);
    if (action == nullptr || action->status != ActionStatus::Start || action->type == ActionType::Audit) {
        return fail(ErrorCode::NotSignStep, "action " + to_string(act.action));
    }
    if (action->places.empty() && act.more_places.empty()) {
        return invalid_parameter("stampers: no place was given when the contract was sent, so one is needed now");
    }
    for (const model::Attachment& attachment : (*found)->owner(act.action)->attachments) {
        if (attachment.required && attachment.blob.empty()) {
            return fail(ErrorCode::AttachmentRequired, "attachment: " + attachment.title);
        }
    }
    const auto more = attachment_places(**found, *action);
    if (!more) return more.error();
    act.more_places.insert(act.more_places.end(), more->begin(), more->end());
    const auto ink = prepare_ink(**found, act);
    if (!ink) return ink.error();

    const UtcTime now = platform_.clock.now();
    if (const Status clock = check_clock(**found, now); !clock) return clock.error();
    const Status intent = platform_.database.write([&](store::Transaction& transaction) {
        const Status begun = store::contracts::begin_signing(transaction, {act.action, (*found)->id, now});
        if (!begun) return begun;
        return note_intent(transaction, **found, act.action, act.factor, act.actor, act.intent, now);
    });
    if (!intent) return intent.error();
    const auto signer = certificate_for(**found, act);
    if (!signer) return signer.error();

    // Of the levels above, the time-stamp is part of the signature; the rest comes when the contract is complete.
    const model::SignatureLevel level = preservation_.level_of(**found);
    const bool timed = level >= model::SignatureLevel::Timed;
    const pdf::CmsMaker cms = timed ? timed_cms_maker(**signer, preservation_.time_stamps()) : pdf::cms_maker(**signer);
    Growths growths;
    SignedDigests digests;
    for (const Document& document : (*found)->documents) {
        const Status done =
            sign_document(**found, document, act, *ink, noting(cms, digests[document.id]), now, growths);
        if (!done) return done.error();
    }
    const Status sealed = seal_nationally(**found, act, *ink, details_of(**found, act.action, now),
                                          timed ? &preservation_.time_stamps() : nullptr, growths);
    if (!sealed) return sealed.error();
    Contract contract = **found;
    for (const auto& [id, growth] : growths) {
        Document& document = *contract.find(id);
        const auto made = timed ? model::SignatureLevel::Timed : model::SignatureLevel::Basic;
        document.level = std::min(document.level.value_or(made), made);
    }
    const auto certificate = crypto::describe_certificate((*signer)->certificate_chain().front());
    if (!certificate) return certificate.error();
    contract.certificates_end = std::max(contract.certificates_end.value_or(UtcTime{}), certificate->not_after);
    contract.find(act.action)->used_seal = ink->used_seal;
    auto events = model::finish_action(contract, act.action, act.by, now);
    if (!events) return events.error();
    if (contract.status != (*found)->status && level >= model::SignatureLevel::LongTerm) {
        make_last(contract, level, growths);
    }
    std::string hashes;
    for (const auto& [id, growth] : growths) {
        Document& document = *contract.find(id);
        if (const Status written = write_growth(document, growth); !written) return written.error();
        if (!hashes.empty()) hashes += ",";
        hashes += "\"" + to_string(id) + "\":\"" + document.sha256 + "\"";
    }

    Change change;
    change.event = "document.signed";
    change.actor = act.actor;
    change.detail = "{\"action\":\"" + to_string(act.action) + "\",\"factor\":\"" + act.factor + "\",\"factorId\":\"" +
                    act.intent.factor_id + "\"" + (act.proof.empty() ? "" : ",\"proof\":" + act.proof) +
                    ",\"certificate\":\"" + hex(crypto::Sha256::of((*signer)->certificate_chain().front())) + "\"," +
                    key_use(**signer, digests) + ",\"documents\":{" + hashes + "}}";
    change.events = std::move(*events);
    change.also = [&](store::Transaction& transaction) -> Status {
        if (const Status settled = store::contracts::settle_signing(transaction, act.action); !settled) return settled;
        return act.also ? act.also(transaction) : Status();
    };
    return book_.commit(std::move(contract), change);
}

Result<ContractPointer> Signing::audit(const ContractLock& held, model::ActionId id, const Decision& decision) {
    const auto found = book_.find(held);
    if (!found) return found;
    const Action* action = (*found)->find(id);
    if (action == nullptr || action->type != ActionType::Audit) {
        return fail(ErrorCode::NotSignStep, "action " + to_string(id) + " is no approval");
    }
    if (!decision.pass) return reject(held, id, decision);
    Contract contract = **found;
    auto events = model::finish_action(contract, id, decision.by, platform_.clock.now());
    if (!events) return events.error();
    if (!decision.comment.empty()) contract.remarks.push_back({id.value, decision.comment});
    Change change;
    change.event = "contract.approved";
    change.actor = actor_of(decision.by);
    change.detail = "{\"action\":\"" + to_string(id) + "\"}";
    change.events = std::move(*events);
    change.also = decision.also;
    return book_.commit(std::move(contract), change);
}

Result<ContractPointer> Signing::reject(const ContractLock& held, model::ActionId action, const Decision& decision) {
    const auto found = book_.find(held);
    if (!found) return found;
    Contract contract = **found;
    auto events = model::reject(contract, action, decision.comment, platform_.clock.now());
    if (!events) return events.error();
    Change change;
    change.event = (*found)->running_cancellation() == nullptr ? "contract.rejected" : "cancellation.refused";
    change.actor = actor_of(decision.by);
    change.detail = "{\"action\":\"" + to_string(action) + "\"}";
    change.events = std::move(*events);
    change.also = decision.also;
    return book_.commit(std::move(contract), change);
}

Status Signing::void_unfinished() {
    const auto unsettled = platform_.database.read(
        [](store::Connection& connection) { return store::contracts::unsettled_signings(connection); });
    if (!unsettled) return unsettled.error();
    for (const store::contracts::SignIntent& intent : *unsettled) {
        store::AuditRecord record{platform_.clock.now(), "system", intent.contract, "signing.voided",
                                  "{\"action\":\"" + to_string(intent.action) + "\"}"};
        const Status voided = platform_.database.write([&](store::Transaction& transaction) -> Status {
            if (const auto logged = store::append_audit(transaction, record); !logged) return logged.error();
            return store::contracts::settle_signing(transaction, intent.action);
        });
        if (!voided) return voided;
    }
    return {};
}

}  // namespace signet::service
