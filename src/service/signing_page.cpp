#include "service/signing_page.hpp"

#include "base/text.hpp"
#include "crypto/key_vault.hpp"
#include "model/placing.hpp"
#include "render/page_engine.hpp"
#include "service/drafting.hpp"
#include "service/links.hpp"
#include "store/audit.hpp"
#include "store/blobs.hpp"
#include "store/database.hpp"
#include "store/document_files.hpp"
#include "store/links.hpp"

#include <algorithm>
#include <utility>

namespace signet::service {

using model::Action;
using model::ActionStatus;
using model::ActionType;
using model::Contract;
using model::Signatory;
using model::User;

namespace {

constexpr std::chrono::minutes kCodeLife{5};
constexpr std::chrono::seconds kResendPause{60};
constexpr int kMostTries = 5;
/// Who opened a link in time may finish what he began.
constexpr std::chrono::minutes kSessionGrace{30};

/// Whether the node is the user's to do: operators when the node names some, else whoever acts for the party.
bool may_do(const Contract& contract, const Signatory& signatory, const Action& action, const User& user) {
    if (!action.operators.empty()) {
        return std::any_of(action.operators.begin(), action.operators.end(),
                           [&](const User& candidate) { return candidate.same_contact(user); });
    }
    const bool is_creator = signatory.sponsor && contract.creator && contract.creator->same_contact(user);
    return signatory.receiver.same_contact(user) || is_creator;
}

std::string six_digits() {
    // Drawn evenly: 4 294 000 000 is the largest multiple of a million below 2^32.
    while (true) {
        const Bytes raw = random_bytes(4);
        const std::uint32_t number =
            (std::uint32_t{raw[0]} << 24) | (std::uint32_t{raw[1]} << 16) | (std::uint32_t{raw[2]} << 8) | raw[3];
        if (number < 4'294'000'000U) return std::to_string(1'000'000 + number % 1'000'000).substr(1);
    }
}

bool seals_with_company_seal(ActionType type) {
    return type == ActionType::Company || type == ActionType::Practice;
}

}  // namespace

struct SigningPage::OpenLink {
    std::string token_hash;
    std::string client_hash;
    store::links::Link link;
};

Result<PageView> SigningPage::open(std::string_view token, bool is_ticket, std::string_view client) {
    OpenLink open_link{service::token_hash(token), service::token_hash(client), {}};
    auto found = platform_.database.read(
        [&](store::Connection& connection) { return store::links::find(connection, open_link.token_hash); });
    if (!found) return found.error();
    const auto wanted = is_ticket ? store::links::LinkKind::Ticket : store::links::LinkKind::PageUrl;
    if (!*found || (*found)->kind != wanted) return fail(ErrorCode::LinkNotFound);
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
        const auto logged = store::append_audit(
            transaction, {now, actor_of(open_link.link.user), open_link.link.contract, "page.opened", "{}"});
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
    return reachable(directory_, view.party->company ? view.party->company : view.contract->company, view.user);
}

Result<PageView> SigningPage::view_of(const OpenLink& link) {
    PageView view;
    auto contract = book_.find(link.link.contract);
    if (!contract) return contract.error();
    view.contract = std::move(*contract);
    view.party = view.contract->find(link.link.signatory);
    view.user = link.link.user;
    if (const Signatory* now = party_of(*view.contract, view.user);
        now != nullptr && (view.party == nullptr || !view.party->open())) {
        view.party = now;
    }
    if (view.party == nullptr) return fail(ErrorCode::NoViewPermission, "the party is no longer part of the contract");
    if (view.user.name.empty()) view.user.name = view.party->receiver.name;
    if (view.user.name.empty() && view.party->tenant_type == model::TenantType::Personal) {
        view.user.name = view.party->tenant_name;
    }
    const bool running = view.contract->status == model::ContractStatus::Signing;
    for (const Action& action : view.party->actions) {
        const bool turn = running && action.status == ActionStatus::Start;
        if (turn && view.action == nullptr && may_do(*view.contract, *view.party, action, view.user))
            view.action = &action;
    }
    const User recipient = recipient_of(view);
    view.masked_contact = mask_contact(recipient.contact);
    view.by_mail = recipient.contact_type == model::ContactType::Email;
    view.options = {link.link.can_reject,  link.link.allow_password, link.link.kind == store::links::LinkKind::Ticket,
                    link.link.hide_return, link.link.hide_state,     link.link.callback_page,
                    link.link.language,    link.link.theme_color};
    view.key = link.token_hash;
    if (view.action != nullptr && seals_with_company_seal(view.action->type) && view.party->company) {
        for (const model::Seal& seal : directory_.seals(view.party->company)) {
            const auto& listed = view.action->seals;
            const bool offered = listed.empty() ? seal.type == model::SealType::Enterprise
                                                : std::find(listed.begin(), listed.end(), seal.id) != listed.end();
            if (offered && seal.status == model::SealStatus::Normal) view.seals.push_back(seal);
        }
    }
    return view;
}

Result<PageView> SigningPage::view(std::string_view client, std::string_view key) {
    const auto link = open_link(client, key);
    if (!link) return link.error();
    return view_of(*link);
}

Result<SigningPage::CodeSent> SigningPage::send_code(std::string_view client, std::string_view key) {
    const auto link = open_link(client, key);
    if (!link) return link.error();
    const auto page = view_of(*link);
    if (!page) return page.error();
    if (page->action == nullptr) return fail(ErrorCode::NotSignStep, "there is nothing to confirm");
    const User recipient = recipient_of(*page);
    if (recipient.contact.empty()) return fail(ErrorCode::Unavailable, "no way to reach this person is on record");

    const std::string code = six_digits();
    const UtcTime now = platform_.clock.now();
    const Status sent = platform_.database.write([&](store::Transaction& transaction) -> Status {
        const auto last = store::links::find_code(transaction, link->token_hash);
        if (!last) return last.error();
        if (*last && now - (*last)->sent_time < kResendPause) return fail(ErrorCode::TooFrequent, "wait a minute");
        const std::string hash = hex(platform_.vault.lookup_digest(code, "code/" + link->token_hash));
        const Status put = store::links::put_code(transaction, link->token_hash, {hash, now, now + kCodeLife, 0});
        if (!put) return put;
        PersonalMessage message;
        message.to = recipient.contact;
        message.by_mail = recipient.contact_type == model::ContactType::Email;
        message.template_name = "code";
        message.subject = "签署验证码";
        message.text =
            "【Signet】验证码 " + code + "，用于签署《" + page->contract->subject + "》，5 分钟内有效，请勿告知他人。";
        // No contract is named: a code must not wait behind other messages of the contract.
        return notices_.enqueue(transaction, message, {});
    });
    if (!sent) return sent.error();
    return CodeSent{page->masked_contact, static_cast<int>(kResendPause.count())};
}

/// The stored hash of the code, when the code is right; it is taken out together with the signature.
Result<std::string> SigningPage::checked_code(const OpenLink& link, const std::string& code) {
    if (code.empty()) return fail(ErrorCode::CodeRequired);
    const auto stored = platform_.database.read(
        [&](store::Connection& connection) { return store::links::find_code(connection, link.token_hash); });
    if (!stored) return stored.error();
    if (!*stored || (*stored)->expire_time < platform_.clock.now() || (*stored)->failures >= kMostTries) {
        return fail(ErrorCode::CodeExpired);
    }
    const std::string given = hex(platform_.vault.lookup_digest(trim(code), "code/" + link.token_hash));
    if (equal_in_constant_time(given, (*stored)->code_hash)) return given;
    const auto failures = platform_.database.write(
        [&](store::Transaction& transaction) { return store::links::count_failure(transaction, link.token_hash); });
    if (!failures) return failures.error();
    return fail(ErrorCode::CodeWrong, std::to_string(std::max(0, kMostTries - *failures)));
}

Result<std::vector<model::Place>> SigningPage::free_places(const PageView& view, const PageSignCommand& command) const {
    std::vector<model::Place> places;
    const Action& action = *view.action;
    if (command.places.empty()) return places;
    if (command.places.size() > 200) return invalid_parameter("places: too many");
    const bool forbidden = view.contract->stamper_rule == model::StamperRule::MustForbid && !action.places.empty();
    if (forbidden) return invalid_parameter("places: this contract allows no further places");
    const bool by_seal = seals_with_company_seal(action.type);
    model::ImageSize size = by_seal ? Artist::named_company_seal_size() : Artist::signature_box();
    if (by_seal && view.party->company) {
        const auto seal = command.seal ? directory_.usable_seal(view.party->company, command.seal)
                                       : directory_.default_seal(view.party->company, model::SealType::Enterprise);
        if (!seal) return seal.error();
        const auto true_size = Artist::seal_size(*seal);
        if (!true_size) return true_size.error();
        size = *true_size;
    }
    for (const auto& wish : command.places) {
        const model::Document* document = view.contract->find(wish.document);
        if (document == nullptr) return invalid_parameter("places: unknown document");
        model::Stamper stamper;
        stamper.type = by_seal
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
    for (const model::Attachment& attachment : before->party->attachments) {
        if (attachment.required && attachment.blob.empty())
            return fail(ErrorCode::AttachmentRequired, attachment.title);
    }
    const auto code_hash = checked_code(*link, command.code);
    if (!code_hash) return code_hash.error();

    const ContractLock held = book_.lock(before->contract->id);
    const auto page = view_of(*link);
    if (!page) return page.error();
    if (page->action == nullptr) return fail(ErrorCode::NotSignStep);
    SigningAct act;
    act.action = page->action->id;
    act.by = recipient_of(*page);
    if (act.by.name.empty()) act.by.name = page->user.name;
    act.actor = actor_of(act.by);
    act.factor = "code";
    act.seal = command.seal;
    act.signature = command.signature;
    auto places = free_places(*page, command);
    if (!places) return places.error();
    act.more_places = std::move(*places);
    act.also = [&](store::Transaction& transaction) -> Status {
        const auto taken = store::links::take_code(transaction, link->token_hash, *code_hash);
        if (!taken) return taken.error();
        if (!*taken) return fail(ErrorCode::CodeExpired);
        return {};
    };
    if (const auto done = signing_.sign(held, act); !done) return done.error();
    if (const Status automatic = signing_.sign_automatically(held); !automatic) return automatic.error();
    return view_of(*link);
}

Result<PageView> SigningPage::audit(std::string_view client, std::string_view key, bool pass,
                                    const std::string& comment, const std::string& code) {
    const auto link = open_link(client, key);
    if (!link) return link.error();
    const auto before = view_of(*link);
    if (!before) return before.error();
    if (before->action == nullptr || before->action->type != ActionType::Audit) return fail(ErrorCode::NotSignStep);
    const auto code_hash = checked_code(*link, code);
    if (!code_hash) return code_hash.error();
    const ContractLock held = book_.lock(before->contract->id);
    if (const auto done = signing_.audit(held, before->action->id, before->user, pass, comment); !done)
        return done.error();
    const auto taken = platform_.database.write([&](store::Transaction& transaction) {
        return store::links::take_code(transaction, link->token_hash, *code_hash);
    });
    if (!taken) return taken.error();
    if (const Status automatic = signing_.sign_automatically(held); !automatic) return automatic.error();
    return view_of(*link);
}

Result<PageView> SigningPage::reject(std::string_view client, std::string_view key, const std::string& reason) {
    const auto link = open_link(client, key);
    if (!link) return link.error();
    if (!link->link.can_reject) return fail(ErrorCode::NoOperationPermission, "this link does not allow refusing");
    if (trim(reason).empty()) return invalid_parameter("reason: is required");
    if (character_count(reason) > 200) return fail(ErrorCode::ParameterTooLong, "reason: at most 200 characters");
    const ContractLock held = book_.lock(link->link.contract);
    const auto page = view_of(*link);
    if (!page) return page.error();
    if (page->action == nullptr) return fail(ErrorCode::NotSignStep);
    if (const auto done = signing_.reject(held, page->action->id, page->user, std::string(trim(reason))); !done) {
        return done.error();
    }
    return view_of(*link);
}

Status SigningPage::attach(std::string_view client, std::string_view key, model::AttachmentId id,
                           const std::filesystem::path& file, const std::string& file_name) {
    const auto link = open_link(client, key);
    if (!link) return link.error();
    const auto before = view_of(*link);
    if (!before) return before.error();
    if (before->action == nullptr) return fail(ErrorCode::NotSignStep);
    const auto blob = platform_.blobs.put_file(file);
    if (!blob) return blob.error();
    const ContractLock held = book_.lock(before->contract->id);
    const auto fresh = book_.find(held);
    if (!fresh) return fresh.error();
    Contract contract = **fresh;
    Signatory* party = contract.find(before->party->id);
    if (party == nullptr) return fail(ErrorCode::NoOperationPermission);
    for (model::Attachment& attachment : party->attachments) {
        if (attachment.id != id) continue;
        attachment.blob = blob->hex();
        attachment.file_name = file_name;
        Change change;
        change.event = "attachment.uploaded";
        change.actor = actor_of(before->user);
        change.detail = R"({"attachment":")" + to_string(id) + R"(","sha256":")" + blob->hex() + "\"}";
        const auto committed = book_.commit(std::move(contract), change);
        if (!committed) return committed.error();
        return {};
    }
    return invalid_parameter("attachment: nobody asked for it");
}

Result<ContractPointer> SigningPage::contract_of(std::string_view client, model::DocumentId document) {
    auto contract = book_.of_document(document);
    if (!contract) return fail(ErrorCode::LinkNotFound);
    const std::string client_hash = service::token_hash(client);
    const auto opened = platform_.database.read([&](store::Connection& connection) -> Result<bool> {
        const auto sessions = store::links::sessions(connection, client_hash, platform_.clock.now());
        if (!sessions) return sessions.error();
        for (const store::links::Session& session : *sessions) {
            const auto link = store::links::find(connection, session.token_hash);
            if (!link) return link.error();
            if (*link && (*link)->contract == (*contract)->id) return true;
        }
        return false;
    });
    if (!opened) return opened.error();
    if (!*opened) return fail(ErrorCode::LinkNotFound);
    return contract;
}

Result<Bytes> SigningPage::picture(const Contract& contract, model::DocumentId id, int page, int pixels) {
    const model::Document* document = contract.find(id);
    if (document == nullptr || page < 1 || page > document->page_count()) return fail(ErrorCode::SignPageBeyond);
    const auto file = platform_.documents.open_file(id);
    if (!file) return file.error();
    return platform_.pages.picture({file->get(), document->length}, page - 1, pixels);
}

Result<Bytes> SigningPage::seal_picture(std::string_view client, std::string_view key, model::SealId id,
                                        unsigned pixels) {
    const auto page = view(client, key);
    if (!page) return page.error();
    if (!id && !page->party->company) return artist_.named_company_seal_png(page->party->tenant_name, pixels);
    for (const model::Seal& seal : page->seals) {
        if (seal.id == id) return artist_.seal_png(seal, pixels);
    }
    return fail(ErrorCode::SealNotFound);
}

}  // namespace signet::service
