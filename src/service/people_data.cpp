#include "service/people_data.hpp"

#include "base/text.hpp"
#include "crypto/digest.hpp"
#include "service/drafting.hpp"
#include "service/signer_proof.hpp"
#include "store/audit.hpp"
#include "store/contracts.hpp"
#include "store/database.hpp"
#include "store/directory.hpp"
#include "store/holds.hpp"
#include "store/people_data.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <boost/json.hpp>

namespace signet::service {

namespace json = boost::json;
using model::Contract;
using model::ContractStatus;
using model::Employee;
using model::User;

namespace {

constexpr std::size_t kAtOnce = 200;
constexpr std::size_t kLongestLog = 1'000;
constexpr std::size_t kLongestContact = 100;
/// Stands where a name was.
constexpr std::string_view kErasedName = "已注销";

Result<User> person_of(const std::string& contact) {
    User person;
    person.contact = std::string(trim(contact));
    if (person.contact.empty() || person.contact.size() > kLongestContact) {
        return invalid_parameter("CONTACT: a mobile number or a mail address");
    }
    const bool mail = person.contact.find('@') != std::string::npos;
    person.contact_type = mail ? model::ContactType::Email : model::ContactType::Mobile;
    return person;
}

/// Calls `visit(user, role)` for everybody whom a contract names.
template <typename AContract, typename Visit>
void each_user(AContract& contract, Visit visit) {
    const auto party = [&](auto& signatory, std::string_view role) {
        visit(signatory.receiver, role);
        for (auto& action : signatory.actions) {
            for (auto& user : action.operators)
                visit(user, "OPERATOR");
            if (action.completed_by) visit(*action.completed_by, "SIGNER");
        }
    };
    if (contract.creator) visit(*contract.creator, "CREATOR");
    for (auto& signatory : contract.signatories)
        party(signatory, "PARTY");
    for (auto& copy : contract.copy_send_receivers)
        visit(copy.receiver, "COPY");
    if (!contract.cancellation) return;
    for (auto& signatory : contract.cancellation->parties)
        party(signatory, "PARTY");
    for (auto& copy : contract.cancellation->receivers)
        visit(copy.receiver, "COPY");
}

std::set<std::string> roles_of(const Contract& contract, const User& person) {
    std::set<std::string> roles;
    each_user(contract, [&](const User& user, std::string_view role) {
        if (user.same_contact(person)) roles.emplace(role);
    });
    return roles;
}

bool runs(const Contract& contract) {
    using enum ContractStatus;
    const auto status = contract.status;
    return status == Signing || status == Filling || status == Invaliding;
}

void erase_person(Contract& contract, const User& person) {
    each_user(contract, [&](User& user, std::string_view) {
        if (user.same_contact(person)) user = User{std::string(kErasedName), {}, user.contact_type};
    });
    for (model::CopySendReceiver& copy : contract.copy_send_receivers) {
        if (copy.receiver.contact.empty() && copy.receiver.name == kErasedName) copy.name = kErasedName;
    }
    for (model::Signatory& party : contract.signatories) {
        const bool his = party.receiver.contact.empty() && party.receiver.name == kErasedName;
        if (!his || !party.auth_info) continue;
        // The keyed digests stay as proof of who was identified; what shows of the numbers goes.
        party.auth_info->id_card_no_masked.clear();
        party.auth_info->bank_no_masked.clear();
        party.auth_info->bank_mobile_masked.clear();
    }
}

json::object written(const Contract& contract, const std::set<std::string>& roles, const TimeZone& zone) {
    json::array parties;
    for (const model::Signatory& party : contract.signatories)
        parties.push_back(json::string(party.tenant_name));
    json::array documents;
    for (const model::Document& document : contract.documents) {
        documents.push_back(
            json::object{{"id", to_string(document.id)}, {"title", document.title}, {"sha256", document.sha256}});
    }
    json::array as;
    for (const std::string& role : roles)
        as.push_back(json::string(role));
    json::object object{{"id", to_string(contract.id)},
                        {"subject", contract.subject},
                        {"status", std::string(model::to_wire(contract.status))},
                        {"roles", std::move(as)},
                        {"parties", std::move(parties)},
                        {"documents", std::move(documents)},
                        {"createTime", zone.format(contract.create_time)}};
    if (contract.complete_time) object["completeTime"] = zone.format(*contract.complete_time);
    return object;
}

json::array deeds(const std::vector<store::AuditEntry>& entries, const std::string& actor, const TimeZone& zone) {
    json::array list;
    for (const store::AuditEntry& entry : entries) {
        if (entry.record.actor != actor) continue;
        json::error_code error;
        json::value detail = json::parse(entry.record.detail, error);
        if (error) detail = nullptr;
        list.push_back(json::object{
            {"time", zone.format(entry.record.time)}, {"event", entry.record.event}, {"detail", std::move(detail)}});
    }
    return list;
}

json::object written(const store::people_data::Summary& summary, const TimeZone& zone) {
    json::array grants;
    for (const auto& grant : summary.grants) {
        grants.push_back(json::object{{"id", std::to_string(grant.id)},
                                      {"company", to_string(grant.company)},
                                      {"given", zone.format(grant.create_time)},
                                      {"until", zone.format(grant.deadline)},
                                      {"cancelled", grant.cancelled}});
    }
    json::array proofs;
    for (const auto& proof : summary.proofs) {
        json::object one{{"signatory", to_string(proof.signatory)}, {"failures", proof.failures}};
        if (proof.time) one["proven"] = zone.format(*proof.time);
        proofs.push_back(std::move(one));
    }
    return {{"hasPassword", summary.has_password},
            {"pagesSeen", summary.pages_seen},
            {"links", summary.links},
            {"messages", summary.messages},
            {"authorisations", std::move(grants)},
            {"identities", std::move(proofs)}};
}

json::object written(const Employee& employee, const std::string& company) {
    json::array roles;
    for (const std::string& role : employee.roles)
        roles.push_back(json::string(role));
    return {{"company", company},
            {"name", employee.name},
            {"mobile", employee.mobile},
            {"email", employee.email},
            {"number", employee.number},
            {"roles", std::move(roles)},
            {"dismissed", employee.dismissed}};
}

}  // namespace

Result<std::vector<ContractPointer>> PeopleData::contracts_of(const User& person) const {
    std::vector<ContractPointer> found;
    model::ContractId after;
    while (true) {
        const auto ids = platform_.database.read([&](store::Connection& connection) {
            return store::people_data::contracts_after(connection, after, kAtOnce);
        });
        if (!ids) return ids.error();
        for (const model::ContractId id : *ids) {
            after = id;
            // Not through the book: a search must not push out what others work with.
            auto contract = platform_.database.read(
                [&](store::Connection& connection) { return store::contracts::find(connection, id); });
            if (!contract) return contract.error();
            if (!*contract || roles_of(**contract, person).empty()) continue;
            found.push_back(std::make_shared<const Contract>(std::move(**contract)));
        }
        if (ids->size() < kAtOnce) return found;
    }
}

Result<std::string> PeopleData::copy_of(const std::string& contact, const std::string& actor) const {
    const auto person = person_of(contact);
    if (!person) return person.error();
    const auto contracts = contracts_of(*person);
    if (!contracts) return contracts.error();
    const UtcTime now = platform_.clock.now();
    json::array employees;
    const auto everybody =
        platform_.database.read([](store::Connection& connection) { return store::directory::employees(connection); });
    if (!everybody) return everybody.error();
    for (const Employee& employee : *everybody) {
        if (!employee.is(*person)) continue;
        const auto company = directory_.company(employee.company);
        employees.push_back(written(employee, company ? company->name : std::string()));
    }
    json::array list;
    for (const ContractPointer& contract : *contracts) {
        const auto log = platform_.database.read(
            [&](store::Connection& connection) { return store::list_audit(connection, contract->id, 0, kLongestLog); });
        if (!log) return log.error();
        json::object one = written(*contract, roles_of(*contract, *person), platform_.zone);
        one["log"] = deeds(*log, actor_of(*person), platform_.zone);
        list.push_back(std::move(one));
    }
    const std::string key = person_key(platform_, *person);
    const auto rest = platform_.database.read(
        [&](store::Connection& connection) { return store::people_data::summary(connection, key, person->contact); });
    if (!rest) return rest.error();
    json::object all = written(*rest, platform_.zone);
    all["contact"] = person->contact;
    all["time"] = platform_.zone.format(now);
    all["employees"] = std::move(employees);
    all["contracts"] = std::move(list);
    const Status logged = platform_.database.write([&](store::Transaction& transaction) -> Status {
        const auto entry = store::append_audit(
            transaction, {now, actor, {}, "person.exported", R"({"person":")" + mask_contact(person->contact) + "\"}"});
        return entry ? Status() : Status(entry.error());
    });
    if (!logged) return logged.error();
    return json::serialize(all);
}

Status PeopleData::erase_from(const ContractPointer& seen, const User& person, const std::string& actor) {
    const ContractLock held = book_.lock(seen->id);
    const auto fresh = book_.find(held);
    if (!fresh) return fresh.error();
    Contract contract = **fresh;
    erase_person(contract, person);
    Change change;
    change.event = "person.erased";
    change.actor = actor;
    // Who it was can be shown by somebody who knows the contact, and by nobody else.
    change.detail = R"({"person":")" + person_key(platform_, person) + "\"}";
    const auto committed = book_.commit(std::move(contract), change);
    return committed ? Status() : Status(committed.error());
}

Result<std::size_t> PeopleData::erase_from_directory(const User& person) {
    const auto everybody =
        platform_.database.read([](store::Connection& connection) { return store::directory::employees(connection); });
    if (!everybody) return everybody.error();
    std::vector<Employee> his;
    for (const Employee& employee : *everybody) {
        if (employee.is(person)) his.push_back(employee);
    }
    const Status written = platform_.database.write([&](store::Transaction& transaction) -> Status {
        for (Employee employee : his) {
            employee.name = kErasedName;
            employee.mobile.clear();
            employee.email.clear();
            employee.dismissed = true;
            const Status updated = store::directory::update(transaction, employee);
            if (!updated) return updated;
        }
        return {};
    });
    if (!written) return written.error();
    if (const Status reloaded = directory_.reload(); !reloaded) return reloaded.error();
    return his.size();
}

Result<PeopleData::Erased> PeopleData::erase(const std::string& contact, const std::string& actor) {
    const auto person = person_of(contact);
    if (!person) return person.error();
    const auto contracts = contracts_of(*person);
    if (!contracts) return contracts.error();
    for (const ContractPointer& contract : *contracts) {
        if (runs(*contract)) {
            return fail(ErrorCode::InvalidContractStatus,
                        "contract " + to_string(contract->id) + " is not over: end it first");
        }
    }
    Erased done;
    for (const ContractPointer& contract : *contracts) {
        const auto permitted = platform_.database.read(
            [&](store::Connection& connection) { return store::holds::permit_deletion(connection, contract->id); });
        if (!permitted && permitted.error().code != ErrorCode::LegalHold) return permitted.error();
        if (!permitted) {
            done.held.push_back(contract->id);
            continue;
        }
        if (const Status erased = erase_from(contract, *person, actor); !erased) return erased.error();
        ++done.contracts;
    }
    const auto employees = erase_from_directory(*person);
    if (!employees) return employees.error();
    done.employees = *employees;
    const std::string key = person_key(platform_, *person);
    const UtcTime now = platform_.clock.now();
    const auto forgotten =
        platform_.database.write([&](store::Transaction& transaction) -> Result<store::people_data::Forgotten> {
            auto gone = store::people_data::forget(transaction, key, person->contact, now);
            if (!gone) return gone.error();
            const auto logged =
                store::append_audit(transaction, {now, actor, {}, "person.erased", R"({"person":")" + key + "\"}"});
            if (!logged) return logged.error();
            return *gone;
        });
    if (!forgotten) return forgotten.error();
    done.links = forgotten->links;
    done.messages = forgotten->messages;
    done.authorisations = forgotten->grants;
    done.password = forgotten->password;
    return done;
}

}  // namespace signet::service
