#include "service/places.hpp"

#include "base/text.hpp"
#include "render/page_engine.hpp"
#include "service/documents.hpp"
#include "service/people.hpp"
#include "store/document_files.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace signet::service {

using model::Contract;
using model::Document;
using model::ImageSize;
using model::KeywordHit;
using model::Place;
using model::Stamper;
using model::StamperType;

Result<std::vector<const Document*>> documents_of(const Contract& contract, const Stamper& stamper,
                                                  std::string_view field) {
    std::vector<const Document*> documents;
    for (const model::DocumentId id : stamper.documents) {
        // Of a template all documents made from it are meant; else the document itself.
        bool is_template = false;
        for (const Document& made : contract.documents) {
            if (!made.template_id || made.template_id.value != id.value) continue;
            documents.push_back(&made);
            is_template = true;
        }
        if (is_template) continue;
        const Document* document = contract.find(id);
        if (document == nullptr) {
            return invalid_parameter(std::string(field) + ".documentId: the contract has no document " + to_string(id));
        }
        documents.push_back(document);
    }
    // Each once, and as they follow each other in the contract: so a seal over several documents runs through them.
    std::sort(documents.begin(), documents.end());
    documents.erase(std::unique(documents.begin(), documents.end()), documents.end());
    if (!documents.empty()) return documents;
    if (stamper.document_index > 0) {
        int index = 0;
        for (const Document& document : contract.documents) {
            if (!document.is_attachment() && ++index == stamper.document_index) return std::vector{&document};
        }
        return invalid_parameter(std::string(field) + ".documentId: the category places this in document " +
                                 std::to_string(stamper.document_index) + ", the contract has " +
                                 std::to_string(index));
    }
    const bool all = model::is_across_page(stamper.type) && stamper.across_type == model::AcrossType::AllDocument;
    for (const Document& document : contract.documents) {
        if (document.is_original()) documents.push_back(&document);
    }
    if (documents.size() != 1 && !all) {
        return invalid_parameter(std::string(field) + ".documentId: is required when a contract has several documents");
    }
    return documents;
}

Result<ImageSize> PlaceFinder::image_size(const Contract& contract, const Stamper& stamper, const model::Action& action,
                                          const model::Signatory& signatory) const {
    if (stamper.type == StamperType::Personal) return Artist::signature_box();
    if (stamper.type == StamperType::Timestamp) return artist_.date_size(platform_.clock.now(), stamper.date_pattern);
    if (!signatory.company) {
        return stamper.type == StamperType::Lp ? Artist::signature_box() : Artist::named_company_seal_size();
    }
    const model::SealId named =
        stamper.seal ? stamper.seal : (action.seals.empty() ? model::SealId{} : action.seals[0]);
    const auto type = seal_type_of(action.type);
    const auto seal =
        named ? directory_.usable_seal(signatory.company, named) : directory_.default_seal(signatory.company, type);
    if (seal) return Artist::seal_size(*seal);
    // Nobody named a seal and the company has none yet: the place gets the usual size, the seal is chosen when signing.
    if (named) return seal.error();
    (void)contract;
    return Artist::named_company_seal_size();
}

Status PlaceFinder::check_named_seal(const model::Signatory& signatory, const std::string& field) const {
    const bool is_foreign = signatory.tenant_type == model::TenantType::Company && !signatory.company;
    if (!is_foreign || signatory.tenant_name.empty()) return {};
    const bool seals = std::any_of(signatory.actions.begin(), signatory.actions.end(), [](const model::Action& action) {
        return action.type == model::ActionType::Company || action.type == model::ActionType::Practice;
    });
    if (!seals) return {};
    const auto drawing = artist_.named_company_seal(signatory.tenant_name);
    if (!drawing) return fail(drawing.error().code, field + ".tenantName: " + drawing.error().detail);
    return {};
}

Result<PlaceFinder::Hits> PlaceFinder::search(const Contract& contract,
                                              const std::vector<StamperOfAction>& stampers) const {
    std::map<model::DocumentId, std::set<std::string>> wanted;
    for (const StamperOfAction& item : stampers) {
        if (item.stamper.keyword.empty() || model::is_across_page(item.stamper.type)) continue;
        const auto documents = documents_of(contract, item.stamper, item.field);
        if (!documents) return documents.error();
        for (const Document* document : *documents)
            wanted[document->id].insert(item.stamper.keyword);
    }
    Hits hits;
    for (const auto& [id, keywords] : wanted) {
        const Document& document = *contract.find(id);
        const auto file = platform_.documents.open_file(document.stored());
        if (!file) return file.error();
        const std::vector<std::string> list(keywords.begin(), keywords.end());
        const auto found = platform_.pages.find_text({file->get(), document.length}, list);
        if (!found) return of_stored(document, found.error());
        for (std::size_t i = 0; i < list.size(); ++i) {
            std::vector<KeywordHit>& target = hits[{id, list[i]}];
            for (const render::TextHit& hit : (*found)[i]) {
                if (hit.page < document.page_count()) target.push_back({hit.page, hit.x, hit.y});
            }
        }
    }
    return hits;
}

Result<std::map<model::ActionId, std::vector<Place>>> PlaceFinder::find(const Contract& contract,
                                                                        const std::vector<StamperOfAction>& stampers,
                                                                        bool locate_all) const {
    for (const StamperOfAction& item : stampers) {
        if (!model::stamper_suits(item.stamper.type, item.action->type)) {
            return fail(ErrorCode::InvalidStamperType,
                        item.field + ".type: " + std::string(to_wire(item.stamper.type)) +
                            " does not suit a node of type " + std::string(to_wire(item.action->type)));
        }
        if (const Status sound = model::check_stamper(item.stamper, item.field); !sound) return sound.error();
        const Status listed = model::check_listed_seal(*item.action, item.stamper, item.field);
        if (!listed) return listed.error();
    }
    const auto hits = search(contract, stampers);
    if (!hits) return hits.error();

    std::map<model::ActionId, std::vector<Place>> places;
    bool any_keyword = false;
    bool any_found = false;
    for (const StamperOfAction& item : stampers) {
        const auto documents = documents_of(contract, item.stamper, item.field);
        if (!documents) return documents.error();
        const auto image = image_size(contract, item.stamper, *item.action, *item.signatory);
        if (!image) return image.error();
        const ImageSize size = model::placed_size(item.stamper, *image);
        std::vector<Place>& target = places[item.action->id];
        const auto add = [&](std::vector<Place> found) {
            for (Place& place : found) {
                place.id = platform_.ids.next<model::PlaceId>();
                target.push_back(std::move(place));
            }
        };
        if (model::is_across_page(item.stamper.type)) {
            const bool joined = item.stamper.across_type == model::AcrossType::AllDocument;
            const std::size_t at_once = joined ? documents->size() : 1;
            for (auto next = documents->begin(); next != documents->end();
                 next += static_cast<std::ptrdiff_t>(at_once)) {
                const std::vector<const Document*> together(next, next + static_cast<std::ptrdiff_t>(at_once));
                const auto run = model::across_run(item.stamper, together);
                if (!run) return fail(run.error().code, item.field + "." + run.error().detail);
                auto found = model::place_across(item.stamper, *run, size);
                if (!found) return fail(found.error().code, item.field + "." + found.error().detail);
                add(std::move(*found));
            }
            continue;
        }
        for (const Document* document : *documents) {
            if (item.stamper.keyword.empty()) {
                auto found = model::place_on_pages(item.stamper, *document, size);
                if (!found) return fail(found.error().code, item.field + "." + found.error().detail);
                add(std::move(*found));
                continue;
            }
            any_keyword = true;
            const auto picked =
                model::pick_hits(hits->at({document->id, item.stamper.keyword}), item.stamper.keyword_index);
            if (picked.empty() && locate_all) {
                return fail(ErrorCode::KeywordNotFound, item.field + ".keyword: '" +
                                                            item.stamper.keyword.substr(0, 60) + "' in document " +
                                                            to_string(document->id));
            }
            any_found = any_found || !picked.empty();
            add(model::place_at_keywords(item.stamper, *document, picked, size));
        }
    }
    if (any_keyword && !any_found) return fail(ErrorCode::KeywordNotFound, "no keyword was found");
    return places;
}

}  // namespace signet::service
