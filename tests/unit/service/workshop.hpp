#pragma once

#include "desk.hpp"
#include "model/vocabulary.hpp"
#include "service/anchoring.hpp"
#include "service/artist.hpp"
#include "service/contract_book.hpp"
#include "service/downloads.hpp"
#include "service/drafting.hpp"
#include "service/evidence.hpp"
#include "service/evidence_report.hpp"
#include "service/intake.hpp"
#include "service/integrity.hpp"
#include "service/links.hpp"
#include "service/national_seals.hpp"
#include "service/notices.hpp"
#include "service/operation_log.hpp"
#include "service/paper_signer.hpp"
#include "service/people.hpp"
#include "service/places.hpp"
#include "service/preservation.hpp"
#include "service/sending.hpp"
#include "service/signer_proof.hpp"
#include "service/signing.hpp"
#include "service/signing_keys.hpp"
#include "service/templates.hpp"
#include "service/time_stamps.hpp"
#include "service/watermarks.hpp"
#include "store/audit.hpp"
#include "store/links.hpp"
#include "store/outbox.hpp"

#include <stdexcept>
#include <string>
#include <vector>

namespace signet::service {

/// The code in a message: its six digits that stand together.
inline std::string code_in(const std::string& text) {
    for (std::size_t at = 0; at + 6 <= text.size(); ++at) {
        const std::string six = text.substr(at, 6);
        if (six.find_first_not_of("0123456789") == std::string::npos) return six;
    }
    throw std::runtime_error("no code in: " + text);
}

/// A contract of the platform company: its own seal first, then a person; two documents of one page and three.
inline model::Contract contract_of(std::int64_t id, model::ContractStatus status) {
    model::Contract contract;
    contract.id = {id};
    contract.company = known::kOwn;
    contract.category = known::kUsual;
    contract.tenant_name = "甲方测试有限公司";
    contract.subject = "采购合同";
    contract.status = status;
    contract.creator = known::kHan;
    contract.signatories.resize(2);
    model::Signatory& own = contract.signatories[0];
    own.id = {id * 10 + 1};
    own.company = known::kOwn;
    own.tenant_name = contract.tenant_name;
    own.sponsor = true;
    own.actions.resize(1);
    own.actions[0].id = {id * 10 + 3};
    own.actions[0].type = model::ActionType::Company;
    model::Signatory& person = contract.signatories[1];
    person.id = {id * 10 + 2};
    person.tenant_type = model::TenantType::Personal;
    person.tenant_name = "李测试";
    person.receiver = known::kNobody;
    person.actions.resize(1);
    person.actions[0].id = {id * 10 + 4};
    person.actions[0].type = model::ActionType::Personal;
    person.actions[0].implicit = true;
    contract.documents.resize(2);
    for (std::size_t i = 0; i < 2; ++i) {
        contract.documents[i].id = {id * 10 + 5 + static_cast<std::int64_t>(i)};
        contract.documents[i].title = i == 0 ? "正文" : "附件";
        contract.documents[i].sort = static_cast<int>(i);
        contract.documents[i].pages.assign(i == 0 ? 1 : 3, {595, 842});
    }
    return contract;
}

/// A desk with everything upon it that the pages' use cases are built from, and the people of `known`. Nobody converts,
/// renders or signs here: contracts are put into the book as they shall stand.
struct Workshop {
    Workshop() {
        known::put_on(desk);
        if (!directory.reload()) throw std::runtime_error("the directory cannot be read");
    }

    Caller caller(model::CompanyId company = known::kOwn, std::string token = "token") {
        Caller one{{}, *directory.company(company)};
        one.application.token = std::move(token);
        return one;
    }
    ContractPointer put(model::Contract contract) {
        Change change;
        change.event = "contract.drafted";
        change.actor = "system";
        change.is_new = book.find(contract.id).operator bool() == false;
        const auto kept = book.commit(std::move(contract), change);
        if (!kept) throw std::runtime_error(describe(kept.error()));
        return *kept;
    }
    std::optional<store::links::Link> link(std::string_view token) {
        const auto found = platform.database.read(
            [&](store::Connection& connection) { return store::links::find(connection, token_hash(token)); });
        return found ? *found : std::nullopt;
    }
    /// The texts that were sent, the earliest first.
    std::vector<PersonalMessage> messages() {
        std::vector<PersonalMessage> result;
        const auto rows = platform.outbox.list({});
        if (!rows) throw std::runtime_error(describe(rows.error()));
        for (const store::OutboxEntry& row : *rows) {
            if (row.message.family != "message") continue;
            if (const auto message = personal_message_from_text(row.message.payload)) result.push_back(*message);
        }
        return result;
    }
    std::vector<std::string> events(model::ContractId id) {
        std::vector<std::string> result;
        const auto list =
            platform.database.read([&](store::Connection& connection) { return store::list_audit(connection, id); });
        if (!list) throw std::runtime_error(describe(list.error()));
        for (const auto& entry : *list)
            result.push_back(entry.record.event);
        return result;
    }

    static TimeStampSource own_time_stamps() {
        TimeStampSource source;
        source.own = true;
        return source;
    }

    Desk desk;
    Platform& platform = desk.platform();
    Directory directory{platform};
    People people{directory};
    Intake intake{directory, people};
    ContractBook book{platform, directory};
    Artist artist{platform};
    PlaceFinder places{platform, directory, artist};
    Templates templates{platform, directory};
    Drafting drafting{platform, directory, intake, book, templates};
    Watermarks watermarks{platform, book};
    NationalSeals national_seals{desk.clock(), platform.vault, desk.folder() / "sm2"};
    TimeStamps time_stamps{desk.clock(), &desk.trust(), {own_time_stamps()}};
    SigningKeys keys{platform, nullptr, {}};
    Preservation preservation{platform, directory, book, desk.trust(), time_stamps, keys, model::SignatureLevel::Basic};
    Signing signing{platform,   directory,    book,         artist, places,
                    watermarks, desk.trust(), preservation, keys,   national_seals};
    Sending sending{platform, directory, book, drafting, places, signing};
    Links links{platform, people, book};
    Notices notices{platform, directory, people, links};
    SignerProof proof{platform, directory, people, notices};
    OperationLog operations{platform, directory};
    Evidence evidence{platform};
    Integrity integrity{platform, book};
    Anchoring anchoring{desk.clock(), platform.database, time_stamps,
                        Anchoring::Settings{desk.folder() / "anchors.txt", std::chrono::minutes(10)}};
    PaperSigner paper_signer{platform, desk.trust(), preservation};
    EvidenceReports reports{platform, operations, anchoring, time_stamps, paper_signer, preservation};
    Downloads downloads{platform,
                        watermarks,
                        operations,
                        evidence,
                        reports,
                        integrity,
                        Downloads::Options{desk.folder() / "spool", false}};
};

}  // namespace signet::service
