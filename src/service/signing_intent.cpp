#include "service/signing_intent.hpp"

#include "base/bytes.hpp"
#include "crypto/digest.hpp"
#include "service/drafting.hpp"
#include "store/audit.hpp"
#include "store/database.hpp"
#include "store/page_views.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <boost/json.hpp>

namespace signet::service {

namespace json = boost::json;
using model::Contract;
using model::Document;
using model::DocumentId;

namespace {

/// The log keeps runs of pages, and of very many runs only the first.
constexpr std::size_t kMostRuns = 40;

ConsentText with_digest(std::string_view version, std::string_view text, std::string_view text_en) {
    ConsentText consent{version, text, text_en, {}};
    consent.sha256 = crypto::sha256_hex(as_bytes(std::string(text) + "\n" + std::string(text_en)));
    return consent;
}

/// `1-3,5`.
std::string runs_of(const std::vector<int>& pages) {
    std::string runs;
    std::size_t count = 0;
    for (std::size_t i = 0; i < pages.size();) {
        std::size_t last = i;
        while (last + 1 < pages.size() && pages[last + 1] == pages[last] + 1)
            ++last;
        if (++count > kMostRuns) return runs + ",…";
        if (!runs.empty()) runs += ",";
        runs += std::to_string(pages[i]);
        if (last > i) runs += "-" + std::to_string(pages[last]);
        i = last + 1;
    }
    return runs;
}

std::vector<const Document*> shown(const Contract& contract) {
    std::vector<const Document*> documents;
    for (const Document& document : contract.documents) {
        if (contract.shows(document)) documents.push_back(&document);
    }
    return documents;
}

Reading unread(const std::vector<const Document*>& documents, const store::page_views::Seen& seen) {
    Reading reading;
    for (const Document* document : documents) {
        Reading::Document& one = reading.documents.emplace_back();
        one.id = document->id;
        one.pages = document->page_count();
        const auto known = seen.find(document->stored());
        for (int page = 1; page <= one.pages; ++page) {
            if (known == seen.end() || !known->second.contains(page)) one.unseen.push_back(page);
        }
    }
    return reading;
}

std::vector<DocumentId> files_of(const std::vector<const Document*>& documents) {
    std::vector<DocumentId> files;
    for (const Document* document : documents)
        files.push_back(document->stored());
    return files;
}

json::object written(const ConsentText& consent, const SigningIntent& intent) {
    json::object object{{"version", consent.version}, {"sha256", consent.sha256}};
    if (!intent.language.empty()) object["language"] = intent.language;
    return object;
}

json::object written(const Reading& reading) {
    json::object documents;
    for (const Reading::Document& document : reading.documents) {
        json::object one{{"pages", document.pages}};
        if (!document.unseen.empty()) one["unseen"] = runs_of(document.unseen);
        documents[to_string(document.id)] = std::move(one);
    }
    return {{"rule", std::string(model::to_wire(reading.rule))},
            {"complete", reading.unseen() == 0},
            {"pages", std::move(documents)}};
}

json::object written(const IdentityDemand& identity) {
    json::object object{{"method", identity.method()},
                        {"provider", std::string(kIdentityProvider)},
                        {"result", identity.proven ? "MATCH" : "NONE"},
                        {"evidence", identity.evidence}};
    if (identity.proven_time) object["time"] = identity.proven_time->milliseconds;
    return object;
}

}  // namespace

const ConsentText& signer_consent() {
    static const ConsentText consent = with_digest(
        "signer-1",
        "我同意以电子形式订立本合同，并使用为本次签署签发的数字证书进行电子签名。我确认：用于确认签署的手机号码、邮箱"
        "或密码由我本人控制；本次签名是我的真实意愿，与手写签名或者盖章具有同等的法律效力。合同完成后，我可以随时免费"
        "查看、下载和打印。如不同意，请不要签署，并联系发起方改用其他方式。",
        "I agree to conclude this contract in electronic form and to sign it with the certificate issued for this "
        "signature. I confirm that the phone, mailbox or password by which I confirm is under my control alone, and "
        "that this signature is my own will; it has the same legal effect as one by hand or a seal. Once the contract "
        "is complete I can view, download and print it at any time, free of charge. If I do not agree I do not sign, "
        "and ask the sender for another way.");
    return consent;
}

const ConsentText& application_agreement() {
    static const ConsentText agreement = with_digest(
        "application-1",
        "应用的所属企业同意：通过本应用的凭证提交的签署，即为该企业使用电子签名的真实意愿；凭证由该企业自行保管，"
        "一经泄露应立即更换。",
        "The company that owns the application agrees that what is signed through the application's credentials is its "
        "own will to sign electronically; it keeps the credentials to itself and replaces them once they are exposed.");
    return agreement;
}

Status note_agreement(store::Transaction& transaction, model::ApplicationId application, UtcTime now) {
    const ConsentText& agreement = application_agreement();
    const json::object detail{
        {"application", to_string(application)}, {"version", agreement.version}, {"sha256", agreement.sha256}};
    const auto logged =
        store::append_audit(transaction, {now, "operator", {}, "application.agreed", json::serialize(detail)});
    if (!logged) return logged.error();
    return {};
}

std::string_view warning_of(model::ExcludedMatter matter) {
    switch (matter) {
        case model::ExcludedMatter::None:
            return "";
        case model::ExcludedMatter::FamilyStatus:
            return "本文件涉及婚姻、收养、继承等人身关系。依照《电子签名法》第三条，此类文书不适用电子签名，请改用纸质"
                   "文件。";
        case model::ExcludedMatter::PublicUtilities:
            return "本文件涉及停止供水、供热、供气等公用事业服务。依照《电子签名法》第三条，此类文书不适用电子签名，请"
                   "改用"
                   "纸质文件。";
        case model::ExcludedMatter::Other:
            return "本文件属于法律、行政法规规定不适用电子签名的情形（《电子签名法》第三条），请改用纸质文件。";
    }
    return "";
}

std::string_view warning_of_en(model::ExcludedMatter matter) {
    switch (matter) {
        case model::ExcludedMatter::None:
            return "";
        case model::ExcludedMatter::FamilyStatus:
            return "This is about marriage, adoption or succession. Under Art. 3 of the Electronic Signature Law an "
                   "electronic signature does not serve for it: use paper.";
        case model::ExcludedMatter::PublicUtilities:
            return "This is about ending a supply of water, heat or gas. Under Art. 3 of the Electronic Signature Law "
                   "an electronic signature does not serve for it: use paper.";
        case model::ExcludedMatter::Other:
            return "Laws or regulations keep electronic signatures from serving for this (Electronic Signature Law, "
                   "Art. 3): use paper.";
    }
    return "";
}

std::string content_digest(const Contract& contract) {
    std::string text = "signet content 1\n" + to_string(contract.id) + "\n";
    for (const Document* document : shown(contract)) {
        text += to_string(document->id) + " " + to_string(document->stored()) + " " + document->original_blob + " " +
                std::to_string(document->page_count()) + "\n";
    }
    return crypto::sha256_hex(as_bytes(text));
}

std::size_t Reading::pages() const {
    std::size_t count = 0;
    for (const Document& document : documents)
        count += static_cast<std::size_t>(document.pages);
    return count;
}

std::size_t Reading::unseen() const {
    std::size_t count = 0;
    for (const Document& document : documents)
        count += document.unseen.size();
    return count;
}

Status Reading::permit_signing() const {
    if (rule != model::ReadingRule::Require || unseen() == 0) return {};
    return fail(ErrorCode::ReadingRequired, std::to_string(unseen()) + " pages have not been seen");
}

Result<Reading> reading_of(const Platform& platform, const Directory& directory, const Contract& contract,
                           const model::User& recipient) {
    const auto category = directory.category(contract.category);
    const model::ReadingRule rule = category ? category->policy.reading : model::ReadingRule::Warn;
    const auto documents = shown(contract);
    if (rule == model::ReadingRule::Off || recipient.empty()) return Reading();
    const std::string person = person_key(platform, recipient);
    const auto seen = platform.database.read([&](store::Connection& connection) {
        return store::page_views::seen(connection, person, files_of(documents));
    });
    if (!seen) return seen.error();
    Reading reading = unread(documents, *seen);
    reading.rule = rule;
    return reading;
}

Status note_pages(const Platform& platform, const Contract& contract, const model::User& recipient, DocumentId id,
                  const std::vector<int>& pages) {
    const Document* document = contract.find(id);
    if (document == nullptr || !contract.shows(*document))
        return invalid_parameter("documentId: is none of the contract's");
    const bool known =
        std::ranges::all_of(pages, [&](int page) { return page >= 1 && page <= document->page_count(); });
    if (!known) return invalid_parameter("pages: there is no such page");
    if (pages.empty() || recipient.empty()) return {};
    const std::string person = person_key(platform, recipient);
    const auto documents = shown(contract);
    const UtcTime now = platform.clock.now();
    return platform.database.write([&](store::Transaction& transaction) -> Status {
        const auto before = store::page_views::seen(transaction, person, files_of(documents));
        if (!before) return before.error();
        const Status noted = store::page_views::note(transaction, person, document->stored(), pages, now);
        if (!noted) return noted;
        const auto after = store::page_views::seen(transaction, person, files_of(documents));
        if (!after) return after.error();
        const bool done_now = unread(documents, *before).unseen() > 0 && unread(documents, *after).unseen() == 0;
        if (!done_now) return {};
        const json::object detail{{"content", content_digest(contract)}};
        const auto logged = store::append_audit(
            transaction, {now, actor_of(recipient), contract.id, "contract.read", json::serialize(detail)});
        if (!logged) return logged.error();
        return {};
    });
}

Status note_intent(store::Transaction& transaction, const Contract& contract, model::ActionId action,
                   std::string_view factor, const std::string& actor, const SigningIntent& intent, UtcTime now) {
    json::object detail{{"action", to_string(action)}, {"factor", factor}, {"content", content_digest(contract)}};
    if (const model::Signatory* party = contract.owner(action)) detail["signatory"] = to_string(party->id);
    if (!intent.factor_id.empty()) detail["factorId"] = intent.factor_id;
    json::object documents;
    for (const Document* document : shown(contract))
        documents[to_string(document->id)] = document->sha256;
    detail["documents"] = std::move(documents);
    if (intent.consent != nullptr) detail["consent"] = written(*intent.consent, intent);
    if (intent.reading && intent.reading->rule != model::ReadingRule::Off) detail["reading"] = written(*intent.reading);
    if (intent.identity) detail["identity"] = written(*intent.identity);
    if (intent.excluded_matter != model::ExcludedMatter::None) {
        detail["warned"] = std::string(model::to_wire(intent.excluded_matter));
    }
    const auto logged =
        store::append_audit(transaction, {now, actor, contract.id, "signing.intended", json::serialize(detail)});
    if (!logged) return logged.error();
    return {};
}

}  // namespace signet::service
