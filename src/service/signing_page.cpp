#include "service/signing_page.hpp"

#include "base/text.hpp"
#include "model/flow.hpp"
#include "model/placing.hpp"
#include "model/transitions.hpp"
#include "render/page_engine.hpp"
#include "service/documents.hpp"
#include "service/drafting.hpp"
#include "service/links.hpp"
#include "service/operation_log.hpp"
#include "store/audit.hpp"
#include "store/blobs.hpp"
#include "store/database.hpp"
#include "store/document_files.hpp"
#include "store/links.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace signet::service {

using model::Action;
using model::ActionStatus;
using model::ActionType;
using model::Contract;
using model::Signatory;
using model::User;

namespace {

/// Who opened a link in time may finish what he began.
constexpr std::chrono::minutes kSessionGrace{30};
constexpr std::chrono::minutes kCodeLife{30};

/// A link for reading, which anybody may have got.
bool names_nobody(const store::links::Link& link) {
    return link.kind == store::links::LinkKind::View || link.kind == store::links::LinkKind::ViewTicket;
}

std::string reader_name(const store::links::Link& link) {
    return link.user.empty() ? "reader" : actor_of(link.user);
}

}  // namespace

struct SigningPage::OpenLink {
    std::string token_hash;
    std::string client_hash;
    store::links::Link link;
};

/// Whoever reads the code of a public watermark gets a link of his own, for reading alone.
Result<std::string> SigningPage::link_of_code(const CodeTarget& code) {
    const auto contract = book_.find(code.contract);
    if (!contract) return contract.error();
    if ((*contract)->status == model::ContractStatus::Draft) return fail(ErrorCode::LinkNotFound);
    store::links::Link link;
    link.kind = store::links::LinkKind::View;
    link.contract = code.contract;
    link.hide_download = true;
    link.hide_print = true;
    link.create_time = platform_.clock.now();
    link.expire_time = link.create_time + kCodeLife;
    std::string token = random_token(32);
    const Status stored = platform_.database.write([&](store::Transaction& transaction) {
        return store::links::insert(transaction, service::token_hash(token), link);
    });
    if (!stored) return stored.error();
    return token;
}

Result<PageView> SigningPage::open(std::string_view token, bool is_ticket, std::string_view client) {
    const auto code = is_ticket ? std::nullopt : read_code_token(platform_, token);
    if (code && !code->evidence && code->permission == model::ViewPermission::Public) {
        const auto own = link_of_code(*code);
        if (!own) return own.error();
        return open(*own, false, client);
    }
    OpenLink open_link{service::token_hash(token), service::token_hash(client), {}};
    auto found = platform_.database.read(
        [&](store::Connection& connection) { return store::links::find(connection, open_link.token_hash); });
    if (!found) return found.error();
    using store::links::LinkKind;
    const auto wanted =
        is_ticket ? std::pair(LinkKind::Ticket, LinkKind::ViewTicket) : std::pair(LinkKind::PageUrl, LinkKind::View);
    if (!*found || ((*found)->kind != wanted.first && (*found)->kind != wanted.second))
        return fail(ErrorCode::LinkNotFound);
    open_link.link = std::move(**found);
    const UtcTime now = platform_.clock.now();
    if (open_link.link.expire_time < now) return fail(ErrorCode::LinkExpired);

    const store::links::Session session{open_link.token_hash, now, open_link.link.expire_time + kSessionGrace};
    const Status opened = platform_.database.write([&](store::Transaction& transaction) -> Status {
        if (is_ticket) {
            const auto owner = store::links::bind(transaction, open_link.token_hash, open_link.client_hash);
            if (!owner) return owner.error();
            if (!equal_in_constant_time(*owner, open_link.client_hash)) return fail(ErrorCode::LinkBoundElsewhere);
        }
        if (const Status put = store::links::put_session(transaction, open_link.client_hash, session); !put) return put;
        const store::links::Link& link = open_link.link;
        const std::string detail = link.signatory ? R"({"signatory":")" + to_string(link.signatory) + "\"}" : "{}";
        const auto logged =
            store::append_audit(transaction, {now, reader_name(link), link.contract, std::string(kPageOpened), detail});
        if (!logged) return logged.error();
        return {};
    });
    if (!opened) return opened.error();
    return view_of(open_link);
}

Result<SigningPage::OpenLink> SigningPage::open_link(std::string_view client, std::string_view key) {
    OpenLink result{{}, service::token_hash(client), {}};
    return platform_.database.read([&](store::Connection& connection) -> Result<OpenLink> {
        const auto sessions = store::links::sessions(connection, result.client_hash, platform_.clock.now());
        if (!sessions) return sessions.error();
        for (const store::links::Session& session : *sessions) {
            if (!key.empty() && !equal_in_constant_time(session.token_hash, key)) continue;
            auto link = store::links::find(connection, session.token_hash);
            if (!link) return link.error();
            if (!*link) continue;
            result.token_hash = session.token_hash;
            result.link = std::move(**link);
            return result;
        }
        return fail(ErrorCode::LinkNotFound);
    });
}

User SigningPage::recipient_of(const PageView& view) const {
    return people_.reachable(*view.contract, *view.party, view.user);
}

Signer SigningPage::signer_of(const OpenLink& link, const PageView& view) const {
    return {link.client_hash, link.token_hash, link.link.allow_password, recipient_of(view),
            view.party->sign_validate_way};
}

Result<PageView> SigningPage::view_of(const OpenLink& link) {
    PageView view;
    auto contract = book_.find(link.link.contract);
    if (!contract) return contract.error();
    view.contract = std::move(*contract);
    view.key = link.token_hash;
    if (names_nobody(link.link)) {
        view.viewing = true;
        find_rights(link, view);
        return view;
    }
    view.user = link.link.user;
    const Signatory* acts = people_.party_of(*view.contract, view.user);
    view.party = view.contract->find(link.link.signatory);
    if (acts != nullptr && (view.party == nullptr || !view.party->open())) view.party = acts;
    if (view.party == nullptr) return fail(ErrorCode::NoViewPermission, "the party is no longer part of the contract");
    view.viewing = acts == nullptr;
    // Who has been replaced, or is no longer among those who may look, has nothing left to open.
    if (view.viewing && people_.viewed_party(*view.contract, view.user) == nullptr)
        return fail(ErrorCode::LinkNotFound);
    if (view.user.name.empty()) view.user.name = view.party->receiver.name;
    if (view.user.name.empty() && view.party->tenant_type == model::TenantType::Personal) {
        view.user.name = view.party->tenant_name;
    }
    find_task(view);
    const User recipient = recipient_of(view);
    view.masked_contact = mask_contact(recipient.contact);
    view.by_mail = recipient.contact_type == model::ContactType::Email;
    view.key = link.token_hash;
    return with_proofs(link, std::move(view));
}

/// The node the user may do now, its seals, or else who may do what is open.
void SigningPage::find_task(PageView& view) const {
    view.may_fill = !view.viewing && view.contract->status == model::ContractStatus::Filling &&
                    view.party->status == model::SignatoryStatus::Filling &&
                    people_.is_handler(*view.contract, *view.party, view.user);
    const auto status = view.contract->status;
    if (status != model::ContractStatus::Signing && status != model::ContractStatus::Invaliding) return;
    for (const Action& action : view.party->actions) {
        if (action.status != ActionStatus::Start || view.action != nullptr) continue;
        if (people_.may_do(*view.contract, *view.party, action, view.user)) {
            view.action = &action;
            view.seals = people_.offered_seals(*view.contract, *view.party, action, view.user);
            continue;
        }
        for (const User& other : people_.doers(*view.contract, *view.party, action))
            view.others.push_back(other.name.empty() ? mask_contact(other.contact) : other.name);
    }
}

Result<PageView> SigningPage::with_proofs(const OpenLink& link, PageView view) {
    const Signer signer = signer_of(link, view);
    const auto has_password = proof_.has_password(signer);
    if (!has_password) return has_password.error();
    const auto usable = proof_.password_usable(signer);
    if (!usable) return usable.error();
    auto identity = proof_.identity_demand(*view.contract, *view.party, view.user, signer);
    if (!identity) return identity.error();
    view.has_password = *has_password;
    view.identity = std::move(*identity);
    auto reading = reading_of(platform_, directory_, *view.contract, signer.recipient);
    if (!reading) return reading.error();
    view.reading = std::move(*reading);
    const auto category = directory_.category(view.contract->category);
    if (category) view.excluded_matter = category->policy.excluded_matter;
    PageOptions& options = view.options;
    options.can_reject = link.link.can_reject;
    options.validate_way = view.party->sign_validate_way;
    const model::CopySendReceiver* copy = view.viewing ? people_.copy_of(*view.contract, view.user) : nullptr;
    options.hide_download = copy != nullptr && !copy->may_download();
    options.allow_password = link.link.allow_password;
    options.password_usable = *usable;
    options.hide_password_settings = link.link.hide_password_settings;
    const bool by_code_only = options.validate_way == model::SignValidateWay::Pin;
    options.offer_password =
        link.link.allow_password && !by_code_only && !link.link.hide_password_settings && !*has_password;
    options.is_mini_program = link.link.kind == store::links::LinkKind::Ticket;
    options.hide_return = link.link.hide_return;
    options.hide_state = link.link.hide_state;
    options.callback_page = link.link.callback_page;
    options.language = link.link.language;
    options.theme_color = link.link.theme_color;
    find_rights(link, view);
    // A page for printing is nobody's turn.
    if (options.page_type == "PRINT") view.action = nullptr;
    return view;
}

Result<PageView> SigningPage::view(std::string_view client, std::string_view key) {
    const auto link = open_link(client, key);
    if (!link) return link.error();
    return view_of(*link);
}

Result<SigningPage::Visit> SigningPage::visit(std::string_view client, std::string_view key) {
    const auto link = open_link(client, key);
    if (!link) return link.error();
    auto page = view_of(*link);
    if (!page) return page.error();
    if (page->party == nullptr) return fail(ErrorCode::NoOperationPermission, "this link is for reading");
    Signer signer = signer_of(*link, *page);
    return Visit{std::move(*page), std::move(signer), link->link.application};
}

Result<SigningPage::CodeSent> SigningPage::send_code(std::string_view client, std::string_view key) {
    const auto link = open_link(client, key);
    if (!link) return link.error();
    const auto page = view_of(*link);
    if (!page) return page.error();
    if (page->action == nullptr) return fail(ErrorCode::NotSignStep, "there is nothing to confirm");
    const CodeContent content{page->contract->id, content_digest(*page->contract)};
    const Status sent =
        proof_.send_code(link->token_hash, recipient_of(*page), "用于签署《" + page->contract->subject + "》", content);
    if (!sent) return sent.error();
    return CodeSent{page->masked_contact, static_cast<int>(kResendPause.count())};
}

Status SigningPage::seen(std::string_view client, std::string_view key, model::DocumentId document,
                         const std::vector<int>& pages) {
    const auto link = open_link(client, key);
    if (!link) return link.error();
    const auto page = view_of(*link);
    if (!page) return page.error();
    if (page->party == nullptr) return {};
    return note_pages(platform_, *page->contract, recipient_of(*page), document, pages);
}

Status SigningPage::prove_identity(std::string_view client, std::string_view key, const IdentityInput& input) {
    const auto link = open_link(client, key);
    if (!link) return link.error();
    const auto page = view_of(*link);
    if (!page) return page.error();
    if (page->party == nullptr) return fail(ErrorCode::NotSignStep);
    return proof_.prove_identity(*page->contract, *page->party, page->user, signer_of(*link, *page), input);
}

Status SigningPage::set_password(std::string_view client, std::string_view key, const std::string& password,
                                 const std::string& code) {
    const auto link = open_link(client, key);
    if (!link) return link.error();
    const auto page = view_of(*link);
    if (!page) return page.error();
    if (page->party == nullptr) return fail(ErrorCode::PasswordNotUsable);
    return proof_.set_password(signer_of(*link, *page), password, code);
}

/// Whether the user may act and is who he must be, and what he entered is right.
Result<Confirmation> SigningPage::confirm(const OpenLink& link, const PageView& view, const ConfirmationInput& input) {
    if (view.action == nullptr) return fail(ErrorCode::NotSignStep);
    if (view.identity && !view.identity->proven) {
        return fail(view.identity->tries_left == 0 ? ErrorCode::IdentityLocked : ErrorCode::IdentityRequired);
    }
    Signer signer = signer_of(link, view);
    // The way concerns signatures; an approval is none.
    if (view.action->type == ActionType::Audit) signer.way = model::SignValidateWay::SaasConfig;
    return proof_.check(link.token_hash, signer, input, content_digest(*view.contract));
}

namespace {

SigningIntent intent_of(const PageView& view, const Confirmation& confirmation, const std::string& language) {
    SigningIntent intent;
    intent.consent = &signer_consent();
    if (language == "en" || language == "zh-CN") intent.language = language;
    intent.reading = view.reading;
    intent.identity = view.identity;
    intent.factor_id = confirmation.factor_id;
    intent.excluded_matter = view.excluded_matter;
    return intent;
}

/// The seal a page names, or the only one it can mean; null when the node takes none or the choice is open.
const model::Seal* chosen_seal(const PageView& view, const PageSignCommand& command) {
    if (view.seals.size() == 1 && !command.seal) return &view.seals.front();
    const auto named = std::find_if(view.seals.begin(), view.seals.end(),
                                    [&](const model::Seal& seal) { return seal.id == command.seal; });
    return named == view.seals.end() ? nullptr : &*named;
}

}  // namespace

Result<std::vector<model::Place>> SigningPage::free_places(const PageView& view, const PageSignCommand& command) const {
    std::vector<model::Place> places;
    const Action& action = *view.action;
    if (command.places.empty()) return places;
    if (command.places.size() > 200) return invalid_parameter("places: too many");
    const bool forbidden = view.contract->stamper_rule == model::StamperRule::MustForbid && !action.places.empty();
    if (forbidden) return invalid_parameter("places: this contract allows no further places");
    const bool by_company_seal = is_sealing(action.type) && action.type != ActionType::Lp;
    model::ImageSize size = by_company_seal ? Artist::named_company_seal_size() : Artist::signature_box();
    if (const model::Seal* seal = chosen_seal(view, command)) {
        const auto true_size = Artist::seal_size(*seal);
        if (!true_size) return true_size.error();
        size = *true_size;
    }
    for (const auto& wish : command.places) {
        const model::Document* document = view.contract->find(wish.document);
        if (document == nullptr || !view.contract->shows(*document))
            return invalid_parameter("places: unknown document");
        model::Stamper stamper;
        stamper.type = by_company_seal
                           ? model::StamperType::Company
                           : (action.type == ActionType::Lp ? model::StamperType::Lp : model::StamperType::Personal);
        stamper.page = wish.page;
        stamper.offset_x = wish.x;
        stamper.offset_y = wish.y;
        const auto found = model::place_on_pages(stamper, *document, size);
        if (!found) return found.error();
        places.insert(places.end(), found->begin(), found->end());
    }
    return places;
}

Result<PageView> SigningPage::sign(std::string_view client, std::string_view key, const PageSignCommand& command) {
    const auto link = open_link(client, key);
    if (!link) return link.error();
    const auto before = view_of(*link);
    if (!before) return before.error();
    if (before->action == nullptr) return fail(ErrorCode::NotSignStep);
    if (!command.consent) return invalid_parameter("consent: is required before the first signature");
    if (const Status read = before->reading.permit_signing(); !read) return read.error();
    const auto confirmation = confirm(*link, *before, {command.code, command.password});
    if (!confirmation) return confirmation.error();

    const ContractLock held = book_.lock(before->contract->id);
    const auto page = view_of(*link);
    if (!page) return page.error();
    if (page->action == nullptr) return fail(ErrorCode::NotSignStep);
    SigningAct act;
    act.action = page->action->id;
    act.by = recipient_of(*page);
    if (act.by.name.empty()) act.by.name = page->user.name;
    act.actor = actor_of(act.by);
    act.factor = confirmation->factor;
    act.proof = confirmation->record;
    act.intent = intent_of(*page, *confirmation, command.language);
    const model::Seal* seal = chosen_seal(*page, command);
    if (command.seal && seal == nullptr) return fail(ErrorCode::SealNotFound, "sealId: is not offered to this user");
    if (seal != nullptr) act.seal = seal->id;
    if (seal == nullptr && page->action->seals.size() <= 1 && !page->seals.empty()) act.seal = page->seals.front().id;
    act.signature = command.signature;
    auto places = free_places(*page, command);
    if (!places) return places.error();
    act.more_places = std::move(*places);
    act.also = confirmation->settle;
    if (const auto done = signing_.sign(held, act); !done) return done.error();
    if (const Status automatic = signing_.sign_automatically(held); !automatic) return automatic.error();
    return view_of(*link);
}

Result<PageView> SigningPage::audit(std::string_view client, std::string_view key, bool pass,
                                    const std::string& comment, const ConfirmationInput& input) {
    const auto link = open_link(client, key);
    if (!link) return link.error();
    const auto before = view_of(*link);
    if (!before) return before.error();
    if (before->action == nullptr || before->action->type != ActionType::Audit) return fail(ErrorCode::NotSignStep);
    const auto confirmation = confirm(*link, *before, input);
    if (!confirmation) return confirmation.error();
    const ContractLock held = book_.lock(before->contract->id);
    const Decision decision{before->user, pass, comment, confirmation->settle};
    if (const auto done = signing_.audit(held, before->action->id, decision); !done) return done.error();
    if (const Status automatic = signing_.sign_automatically(held); !automatic) return automatic.error();
    return view_of(*link);
}

Result<PageView> SigningPage::fill(std::string_view client, std::string_view key,
                                   const std::vector<model::ParamValue>& values) {
    const auto link = open_link(client, key);
    if (!link) return link.error();
    const auto page = view_of(*link);
    if (!page) return page.error();
    if (!page->may_fill) return fail(ErrorCode::NotSignStep);
    const auto filled = filling_.fill(link->link.contract, page->party->id, values, page->user);
    if (!filled) return filled.error();
    return view_of(*link);
}

Result<PageView> SigningPage::reject(std::string_view client, std::string_view key, const std::string& reason) {
    const auto link = open_link(client, key);
    if (!link) return link.error();
    if (!link->link.can_reject) return fail(ErrorCode::NoOperationPermission, "this link does not allow refusing");
    if (trim(reason).empty()) return invalid_parameter("reason: is required");
    if (character_count(reason) > 200) return fail(ErrorCode::ParameterTooLong, "reason: at most 200 characters");
    const auto before = view_of(*link);
    if (!before) return before.error();
    if (before->may_fill) {
        const auto refused =
            filling_.refuse(link->link.contract, before->party->id, std::string(trim(reason)), before->user);
        if (!refused) return refused.error();
        return view_of(*link);
    }
    const ContractLock held = book_.lock(link->link.contract);
    const auto page = view_of(*link);
    if (!page) return page.error();
    if (page->action == nullptr) return fail(ErrorCode::NotSignStep);
    const Decision decision{page->user, false, std::string(trim(reason)), {}};
    if (const auto done = signing_.reject(held, page->action->id, decision); !done) return done.error();
    return view_of(*link);
}

Status SigningPage::attach(std::string_view client, std::string_view key, model::AttachmentId id,
                           const std::filesystem::path& file, const std::string& file_name) {
    const auto link = open_link(client, key);
    if (!link) return link.error();
    const auto before = view_of(*link);
    if (!before) return before.error();
    if (before->action == nullptr) return fail(ErrorCode::NotSignStep);
    const auto& asked = before->party->attachments;
    const auto attachment =
        std::find_if(asked.begin(), asked.end(), [&](const model::Attachment& one) { return one.id == id; });
    if (attachment == asked.end()) return invalid_parameter("attachment: nobody asked for it");
    const auto blob = platform_.blobs.put_file(file);
    if (!blob) return blob.error();
    std::optional<model::Document> document;
    if (attachment->need_sign) {
        std::error_code error;
        const std::uint64_t size = std::filesystem::file_size(file, error);
        if (error) return fail(ErrorCode::StorageFailed, "the upload cannot be read back");
        // Phones name their pictures as they like: what counts is the content.
        auto made = drafting_.make_document({{file, size, {}}}, attachment->title);
        if (!made) return made.error();
        made->content_type = model::kAttachmentContent;
        made->sort = std::numeric_limits<int>::max();
        if (const Status signable = signing_.make_signable(*made); !signable) return signable;
        document = std::move(*made);
    }

    const ContractLock held = book_.lock(before->contract->id);
    const auto fresh = view_of(*link);
    if (!fresh) return fresh.error();
    if (fresh->action == nullptr) return fail(ErrorCode::NotSignStep);
    Contract contract = *fresh->contract;
    for (model::Attachment& kept : contract.find(fresh->party->id)->attachments) {
        if (kept.id != id) continue;
        const model::Document* earlier = contract.find(kept.document);
        if (earlier != nullptr && earlier->signatures > 0)
            return fail(ErrorCode::NotSignStep, "attachment: it is signed already");
        std::erase_if(contract.documents, [&](const model::Document& one) { return one.id == kept.document; });
        kept.blob = blob->hex();
        kept.file_name = file_name;
        kept.document = document ? document->id : model::DocumentId{};
    }
    if (document) contract.documents.push_back(std::move(*document));
    Change change;
    change.event = "attachment.uploaded";
    change.actor = actor_of(fresh->user);
    change.detail = R"({"attachment":")" + to_string(id) + R"(","sha256":")" + blob->hex() + "\"}";
    const auto committed = book_.commit(std::move(contract), change);
    if (!committed) return committed.error();
    return {};
}

Result<SigningPage::Keeper> SigningPage::reader_of(std::string_view client, model::DocumentId document, bool keeps) {
    using store::links::LinkKind;
    auto contract = book_.of_document(document);
    if (!contract) return fail(ErrorCode::LinkNotFound);
    const std::string client_hash = service::token_hash(client);
    return platform_.database.read([&](store::Connection& connection) -> Result<Keeper> {
        const auto sessions = store::links::sessions(connection, client_hash, platform_.clock.now());
        if (!sessions) return sessions.error();
        bool opened = false;
        for (const store::links::Session& session : *sessions) {
            const auto link = store::links::find(connection, session.token_hash);
            if (!link) return link.error();
            if (!*link || (*link)->contract != (*contract)->id) continue;
            // Somebody whom the contract no longer knows reads nothing; a link for reading names nobody.
            const bool nobody = names_nobody(**link) || (*link)->kind == LinkKind::Appoint;
            if (!nobody && !may_read(**contract, (*link)->user, false)) continue;
            opened = true;
            const bool keepable = !(*link)->hide_download && (*link)->kind != LinkKind::Appoint;
            const bool may_keep = keepable && (nobody || may_read(**contract, (*link)->user, true));
            if (!keeps || may_keep) return Keeper{*contract, reader_name(**link)};
        }
        return fail(opened ? ErrorCode::NoOperationPermission : ErrorCode::LinkNotFound);
    });
}

Result<ContractPointer> SigningPage::contract_of(std::string_view client, model::DocumentId document) {
    auto reader = reader_of(client, document, false);
    if (!reader) return reader.error();
    return std::move(reader->contract);
}

Result<SigningPage::Keeper> SigningPage::keeper_of(std::string_view client, model::DocumentId document) {
    return reader_of(client, document, true);
}

Result<SigningPage::Keeper> SigningPage::keeper_of(std::string_view client, std::string_view key) {
    const auto link = open_link(client, key);
    if (!link) return link.error();
    const auto page = view_of(*link);
    if (!page) return page.error();
    if (!page->options.can_download) return fail(ErrorCode::NoOperationPermission, "this link is for reading");
    return Keeper{page->contract, reader_name(link->link)};
}

/// What the link and the contract's status let its user do besides signing.
void SigningPage::find_rights(const OpenLink& link, PageView& view) const {
    const Contract& contract = *view.contract;
    PageOptions& options = view.options;
    options.page_type = link.link.page_type;
    options.document = link.link.document;
    options.language = link.link.language;
    options.theme_color = link.link.theme_color;
    options.can_download = !link.link.hide_download && !options.hide_download;
    options.can_print = !link.link.hide_print;
    options.is_mini_program =
        link.link.kind == store::links::LinkKind::Ticket || link.link.kind == store::links::LinkKind::ViewTicket;
    if (view.party == nullptr || view.viewing || !view.party->sponsor) return;
    const bool initiates = !contract.creator || people_.same(contract, *view.party, *contract.creator, view.user);
    if (!initiates) return;
    const bool recallable = model::permission(model::Call::Invalid, contract.status) == model::Permission::Recall;
    const bool endable = model::permission(model::Call::ForceEnd, contract.status) == model::Permission::Yes;
    options.can_recall = recallable && !link.link.hide_recall;
    options.can_end = endable && !link.link.hide_end;
    using enum model::ContractStatus;
    const bool ended = contract.status == Rejected || contract.status == Recalled || contract.status == Expired ||
                       contract.status == ForceEnd || contract.status == Invalided;
    options.can_resend = ended && link.link.show_resend;
}

Result<PageView> SigningPage::as_initiator(std::string_view client, std::string_view key, bool PageOptions::*allowed,
                                           std::string event, const InitiatorsWork& work) {
    const auto link = open_link(client, key);
    if (!link) return link.error();
    const ContractLock held = book_.lock(link->link.contract);
    const auto page = view_of(*link);
    if (!page) return page.error();
    if (!(page->options.*allowed)) return fail(ErrorCode::NoOperationPermission, "this page does not allow it");
    Contract contract = *page->contract;
    auto events = work(contract, platform_.clock.now());
    if (!events) return events.error();
    Change change;
    change.event = std::move(event);
    change.actor = actor_of(page->user);
    change.events = std::move(*events);
    const auto committed = book_.commit(std::move(contract), change);
    if (!committed) return committed.error();
    return view_of(*link);
}

namespace {

Status check_reason(const std::string& reason) {
    if (trim(reason).empty()) return invalid_parameter("reason: is required");
    if (character_count(reason) > 200) return fail(ErrorCode::ParameterTooLong, "reason: at most 200 characters");
    return {};
}

}  // namespace

Result<PageView> SigningPage::recall(std::string_view client, std::string_view key, const std::string& reason) {
    if (const Status sound = check_reason(reason); !sound) return sound.error();
    return as_initiator(client, key, &PageOptions::can_recall, "contract.recalled",
                        [&](Contract& contract, UtcTime now) { return model::recall(contract, reason, now); });
}

Result<PageView> SigningPage::force_end(std::string_view client, std::string_view key, const std::string& reason) {
    if (const Status sound = check_reason(reason); !sound) return sound.error();
    return as_initiator(client, key, &PageOptions::can_end, "contract.force_ended",
                        [&](Contract& contract, UtcTime now) { return model::force_end(contract, reason, now); });
}

Status SigningPage::printed(std::string_view client, std::string_view key) {
    const auto link = open_link(client, key);
    if (!link) return link.error();
    if (link->link.hide_print) return fail(ErrorCode::NoOperationPermission, "this link does not allow printing");
    const auto page = view_of(*link);
    if (!page) return page.error();
    const store::AuditRecord record{platform_.clock.now(), reader_name(link->link), link->link.contract,
                                    std::string(kPrinted), "{}"};
    return platform_.database.write([&](store::Transaction& transaction) -> Status {
        const auto logged = store::append_audit(transaction, record);
        if (!logged) return logged.error();
        return {};
    });
}

bool SigningPage::may_read(const Contract& contract, const User& user, bool downloads) const {
    if (people_.party_of(contract, user) != nullptr) return true;
    if (people_.viewed_party(contract, user) == nullptr) return false;
    const model::CopySendReceiver* copy = people_.copy_of(contract, user);
    return !downloads || copy == nullptr || copy->may_download();
}

Result<Bytes> SigningPage::picture(const Contract& contract, model::DocumentId id, int page, int pixels) {
    const model::Document* document = contract.find(id);
    if (document == nullptr || !contract.shows(*document) || page < 1 || page > document->page_count())
        return fail(ErrorCode::SignPageBeyond);
    const auto view = watermarks_.view(contract, *document);
    if (!view) return view.error();
    const auto drawn = platform_.pages.picture({view->file.get(), view->length}, page - 1, pixels);
    if (!drawn) return of_stored(*document, drawn.error());
    return drawn;
}

Result<Bytes> SigningPage::seal_picture(std::string_view client, std::string_view key, model::SealId id,
                                        unsigned pixels) {
    const auto page = view(client, key);
    if (!page) return page.error();
    if (!id && page->party != nullptr && !page->party->company)
        return artist_.named_company_seal_png(page->party->tenant_name, pixels);
    for (const model::Seal& seal : page->seals) {
        if (seal.id == id) return artist_.seal_png(seal, pixels);
    }
    return fail(ErrorCode::SealNotFound);
}

}  // namespace signet::service
