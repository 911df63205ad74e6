#include "service/reading_links.hpp"

#include "base/text.hpp"
#include "model/transitions.hpp"
#include "service/drafting.hpp"
#include "service/links.hpp"
#include "service/operation_log.hpp"
#include "service/watermarks.hpp"
#include "store/audit.hpp"
#include "store/database.hpp"
#include "store/links.hpp"

#include <algorithm>
#include <utility>

namespace signet::service {

using model::Contract;
using model::User;
using store::links::Link;
using store::links::LinkKind;

namespace {

constexpr std::chrono::minutes kViewLife{30};
constexpr std::chrono::minutes kDownloadLife{60};
constexpr std::chrono::minutes kEnteredLife{30};
/// A short link is typed and sent by SMS; 20 letters and digits are still 119 bits.
constexpr std::size_t kShortLength = 20;
/// Marks the link behind a code printed on a page: it outlives the contract's end.
constexpr const char* kPrintedCode = "CODE";
/// Contracts that never end by themselves are not open for ever through a link.
constexpr std::chrono::hours kLongestShortLife{24 * 731};

bool is_over(model::ContractStatus status) {
    using enum model::ContractStatus;
    return status == Rejected || status == Recalled || status == Expired || status == Invalided || status == ForceEnd ||
           status == Complete;
}

}  // namespace

Result<std::string> ReadingLinks::keep(Link link, std::chrono::minutes lifetime, std::size_t length) {
    link.create_time = platform_.clock.now();
    link.expire_time = link.create_time + lifetime;
    const std::string token = random_token(length);
    const Status stored = platform_.database.write(
        [&](store::Transaction& transaction) { return store::links::insert(transaction, token_hash(token), link); });
    if (!stored) return stored.error();
    return token;
}

Result<Link> ReadingLinks::link_of(std::string_view token, LinkKind kind) const {
    // The code on a document's page asks who reads it; it is printed, so it never ends.
    const auto code = kind == LinkKind::Short ? read_code_token(platform_, token) : std::nullopt;
    if (code && !code->evidence && code->permission == model::ViewPermission::Private) {
        Link link;
        link.kind = LinkKind::Short;
        link.contract = code->contract;
        link.page_type = kPrintedCode;
        return link;
    }
    auto found = platform_.database.read(
        [&](store::Connection& connection) { return store::links::find(connection, token_hash(token)); });
    if (!found) return found.error();
    if (!*found || (*found)->kind != kind) return fail(ErrorCode::LinkNotFound);
    if ((*found)->expire_time < platform_.clock.now()) return fail(ErrorCode::LinkExpired);
    return std::move(**found);
}

Result<Link> ReadingLinks::view_link(const Caller& caller, const ViewCommand& command) const {
    const auto contract = book_.locate(caller, command.locator, Access::Party);
    if (!contract) return contract.error();
    if (model::permission(model::Call::ViewUrl, (*contract)->status) == model::Permission::IfDocuments &&
        (*contract)->documents.empty()) {
        return fail(ErrorCode::DocumentRequired, "contract " + to_string((*contract)->id));
    }
    if (command.document && (*contract)->find(command.document) == nullptr) {
        return invalid_parameter("documentId: the contract has no document " + to_string(command.document));
    }
    Link link;
    link.kind = LinkKind::View;
    link.contract = (*contract)->id;
    link.document = command.document;
    link.application = caller.application.token;
    link.language = command.language.empty() ? "cn" : command.language;
    link.theme_color = command.theme_color;
    link.hide_download = !command.download_button;
    link.hide_print = !command.print_button;
    return link;
}

Result<std::string> ReadingLinks::view_url(const Caller& caller, const ViewCommand& command) {
    auto link = view_link(caller, command);
    if (!link) return link.error();
    const auto token = keep(std::move(*link), kViewLife);
    if (!token) return token.error();
    return platform_.base_url + "/contract/view/" + *token;
}

Result<std::string> ReadingLinks::view_ticket(const Caller& caller, const ViewCommand& command) {
    auto link = view_link(caller, command);
    if (!link) return link.error();
    link->kind = LinkKind::ViewTicket;
    return keep(std::move(*link), kViewLife);
}

Result<std::string> ReadingLinks::appoint_url(const Caller& caller, const AppointCommand& command) {
    const auto contract = book_.locate(caller, command.locator, Access::Initiator);
    if (!contract) return contract.error();
    if (const Status allowed = model::check(model::Call::AppointUrl, (*contract)->status); !allowed)
        return allowed.error();
    Link link;
    link.kind = LinkKind::Appoint;
    link.contract = (*contract)->id;
    link.application = caller.application.token;
    link.page_type = command.page_type;
    link.callback_page = command.callback_page;
    link.can_send = command.allowed_send;
    link.can_save = command.can_save_or_close;
    link.hide_return = command.hide_return;
    link.shows_places = command.shows_places;
    link.shows_parameters = command.shows_parameters;
    link.language = command.language;
    link.theme_color = command.theme_color;
    const auto token = keep(std::move(link), command.lifetime);
    if (!token) return token.error();
    return platform_.base_url + "/contract/appoint/" + to_string((*contract)->id) + "?openPageToken=" + *token;
}

Result<std::string> ReadingLinks::short_url(const Caller& caller, const Locator& locator, const std::string& contact) {
    const auto contract = book_.locate(caller, locator, Access::Party);
    if (!contract) return contract.error();
    if (const Status allowed = model::check(model::Call::ShortUrl, (*contract)->status); !allowed)
        return allowed.error();
    Link link;
    link.kind = LinkKind::Short;
    link.contract = (*contract)->id;
    link.application = caller.application.token;
    if (!contact.empty()) {
        link.user = user_of(**contract, contact);
        if (link.user.empty()) return fail(ErrorCode::NoViewPermission, "contact: has no part in the contract");
    }
    const auto token = keep(std::move(link), kLongestShortLife, kShortLength);
    if (!token) return token.error();
    return platform_.base_url + "/s/" + *token;
}

Result<std::vector<DownloadLink>> ReadingLinks::download_urls(const Caller& caller, const Locator& locator,
                                                              const std::vector<DownloadItem>& items, bool compressed) {
    const auto contract = book_.locate(caller, locator, Access::Party);
    if (!contract) return contract.error();
    ArchiveCommand command;
    command.items = items;
    const auto files = downloads_.names(**contract, command);
    if (!files) return files.error();
    if (files->empty()) return invalid_parameter("downloadItems: there is nothing of what was asked for");
    Link link;
    link.kind = LinkKind::Download;
    link.contract = (*contract)->id;
    link.application = caller.application.token;
    const auto address = [&](const Link& one) -> Result<std::string> {
        const auto token = keep(one, kDownloadLife);
        if (!token) return token.error();
        return platform_.base_url + "/dl/" + *token;
    };
    std::vector<DownloadLink> links;
    if (compressed) {
        link.compressed = true;
        link.items = words_of(items);
        const auto url = address(link);
        if (!url) return url.error();
        links.push_back({link.contract, {}, (*contract)->subject, link.items, *url});
        return links;
    }
    for (const DownloadName& file : *files) {
        link.items = to_wire(file.item);
        link.number = file.number;
        link.document = file.item == DownloadItem::Contract ? file.document : model::DocumentId{};
        const auto url = address(link);
        if (!url) return url.error();
        const bool original = file.item == DownloadItem::Contract;
        links.push_back(
            {original ? model::ContractId{} : link.contract, link.document, file.file_name, link.items, *url});
    }
    return links;
}

Result<ArchiveDownload> ReadingLinks::download(std::string_view token) {
    const auto link = link_of(token, LinkKind::Download);
    if (!link) return link.error();
    const auto contract = book_.find(link->contract);
    if (!contract) return contract.error();
    ArchiveCommand command;
    const auto items = download_items(link->items);
    if (!items) return items.error();
    command.items = *items;
    command.compress_one = link->compressed;
    command.original_names = !link->compressed;
    if (!link->compressed) command.only = link->number;
    return downloads_.archive(**contract, command, "application:" + link->application);
}

User ReadingLinks::user_of(const Contract& contract, const std::string& contact) const {
    User user;
    user.contact = std::string(trim(contact));
    user.contact_type =
        user.contact.find('@') == std::string::npos ? model::ContactType::Mobile : model::ContactType::Email;
    const model::Signatory* party = people_.party_of(contract, user);
    if (party == nullptr) party = people_.viewed_party(contract, user);
    return party == nullptr ? User{} : user;
}

Result<ReadingLinks::ShortView> ReadingLinks::short_view(std::string_view token) {
    const auto link = link_of(token, LinkKind::Short);
    if (!link) return link.error();
    const auto contract = book_.find(link->contract);
    if (!contract) return contract.error();
    const bool printed = link->page_type == kPrintedCode;
    if (printed && (*contract)->status == model::ContractStatus::Draft) return fail(ErrorCode::LinkNotFound);
    if (!printed && is_over((*contract)->status) && (*contract)->status != model::ContractStatus::Complete)
        return fail(ErrorCode::LinkExpired);
    return ShortView{(*contract)->subject, (*contract)->tenant_name,
                     link->user.contact.empty() ? std::string() : mask_contact(link->user.contact)};
}

Status ReadingLinks::short_code(std::string_view token, const std::string& contact) {
    const auto link = link_of(token, LinkKind::Short);
    if (!link) return link.error();
    const auto contract = book_.find(link->contract);
    if (!contract) return contract.error();
    const User user = link->user.contact.empty() ? user_of(**contract, contact) : link->user;
    if (user.empty()) return {};
    return proof_.send_code("short/" + person_key(platform_, user), user, "用于打开《" + (*contract)->subject + "》");
}

Result<std::string> ReadingLinks::short_enter(std::string_view token, const std::string& contact,
                                              const std::string& code) {
    const auto link = link_of(token, LinkKind::Short);
    if (!link) return link.error();
    const auto contract = book_.find(link->contract);
    if (!contract) return contract.error();
    const User user = link->user.contact.empty() ? user_of(**contract, contact) : link->user;
    if (code.empty()) return fail(ErrorCode::CodeRequired);
    // Whoever has no part never got a code; he is told what everybody is told who waited too long.
    if (user.empty()) return fail(ErrorCode::CodeExpired);
    Signer signer;
    signer.recipient = user;
    const auto confirmed = proof_.check("short/" + person_key(platform_, user), signer, {code, {}});
    if (!confirmed) return confirmed.error();
    const model::Signatory* party = people_.party_of(**contract, user);
    if (party == nullptr) party = people_.viewed_party(**contract, user);
    if (party == nullptr) return fail(ErrorCode::NoViewPermission);
    Link page;
    page.kind = LinkKind::PageUrl;
    page.contract = (*contract)->id;
    page.signatory = party->id;
    page.user = user;
    page.can_reject = true;
    page.create_time = platform_.clock.now();
    page.expire_time = page.create_time + kEnteredLife;
    const std::string opened = page_token();
    const Status stored = platform_.database.write([&](store::Transaction& transaction) -> Status {
        if (const Status settled = confirmed->settle(transaction); !settled) return settled;
        return store::links::insert(transaction, token_hash(opened), page);
    });
    if (!stored) return stored.error();
    return platform_.base_url + "/contract/share/" + to_string(page.contract) + "?openPageToken=" + opened;
}

}  // namespace signet::service
