#include "app/law_desk.hpp"

#include "base/log.hpp"
#include "base/text.hpp"
#include "service/people_data.hpp"
#include "service/statistics.hpp"

#include <map>
#include <utility>
#include <vector>

#include <boost/json.hpp>

namespace signet::app {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostAtOnce = 10'000;
constexpr std::size_t kSweptByItself = 200;
constexpr std::size_t kScrubbedAtOnce = 5;
constexpr std::size_t kDigestedAtOnce = 5;
constexpr std::chrono::hours kSweepEvery{24};
constexpr std::chrono::milliseconds kRound{250};
constexpr int kRoundsPerLook = 20;
constexpr std::chrono::minutes kPatience{10};
/// Who the log says orders things from the machine's own command line.
constexpr const char* kOperator = "operator";

std::string text(const json::object& request, std::string_view name) {
    const json::value* value = request.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

bool flag(const json::object& request, std::string_view name) {
    const json::value* value = request.if_contains(name);
    return value != nullptr && value->is_bool() && value->get_bool();
}

Result<model::ContractId> contract_of(const json::object& request) {
    const auto id = parse_id(text(request, "contract"));
    if (!id) return invalid_parameter("CONTRACT: must be the id of a contract");
    return model::ContractId{*id};
}

json::object written(const service::RetentionClock& clock, const TimeZone& zone) {
    json::object object{{"contract", to_string(clock.contract)},
                        {"subject", clock.subject},
                        {"ended", zone.format(clock.ended)},
                        {"keptByLaw", zone.format(clock.kept_by_law)},
                        {"held", clock.held}};
    if (clock.due) object["due"] = zone.format(*clock.due);
    return object;
}

json::array written(const std::vector<service::RetentionClock>& clocks, const TimeZone& zone) {
    json::array list;
    for (const auto& clock : clocks)
        list.push_back(written(clock, zone));
    return list;
}

Result<json::value> done(const Status& status) {
    if (!status) return status.error();
    return json::value(json::object{{"done", true}});
}

Result<json::value> retention_status(House& house, const json::object& request) {
    const auto id = contract_of(request);
    if (!id) return id.error();
    const auto clock = house.retention().clock(*id);
    if (!clock) return clock.error();
    return json::value(written(*clock, house.platform().zone));
}

Result<json::value> retention_sweep(House& house, const json::object& request) {
    const bool dry_run = flag(request, "dryRun");
    const auto swept = house.retention().sweep(dry_run, kMostAtOnce, kOperator);
    if (!swept) return swept.error();
    const TimeZone& zone = house.platform().zone;
    return json::value(json::object{{"dryRun", dry_run},
                                    {"deleted", written(swept->deleted, zone)},
                                    {"held", written(swept->held, zone)},
                                    {"uploads", swept->uploads}});
}

Result<json::value> retention_hold(House& house, const json::object& request) {
    const auto id = contract_of(request);
    if (!id) return id.error();
    return done(house.retention().hold(*id, text(request, "reason"), kOperator));
}

Result<json::value> retention_release(House& house, const json::object& request) {
    const auto id = contract_of(request);
    if (!id) return id.error();
    return done(house.retention().release(*id, kOperator));
}

Result<json::value> retention_holds(House& house, const json::object&) {
    const auto holds = house.retention().holds();
    if (!holds) return holds.error();
    json::array list;
    for (const auto& hold : *holds) {
        list.push_back(json::object{{"contract", to_string(hold.contract)},
                                    {"reason", hold.reason},
                                    {"by", hold.actor},
                                    {"time", house.platform().zone.format(hold.time)}});
    }
    return json::value(std::move(list));
}

Result<json::value> person_export(House& house, const json::object& request) {
    const service::PeopleData people(house.platform(), house.directory(), house.book());
    const auto copy = people.copy_of(text(request, "contact"), kOperator);
    if (!copy) return copy.error();
    return json::parse(*copy);
}

Result<json::value> person_delete(House& house, const json::object& request) {
    service::PeopleData people(house.platform(), house.directory(), house.book());
    const auto erased = people.erase(text(request, "contact"), kOperator);
    if (!erased) return erased.error();
    json::array held;
    for (const model::ContractId contract : erased->held)
        held.push_back(json::string(to_string(contract)));
    return json::value(json::object{{"contracts", erased->contracts},
                                    {"heldContracts", std::move(held)},
                                    {"employees", erased->employees},
                                    {"links", erased->links},
                                    {"messages", erased->messages},
                                    {"authorisations", erased->authorisations},
                                    {"password", erased->password}});
}

json::object written(const std::map<std::string, std::uint64_t>& counts) {
    json::object object;
    for (const auto& [name, count] : counts)
        object[name] = count;
    return object;
}

Result<json::value> statistics(House& house, const json::object& request) {
    const TimeZone& zone = house.platform().zone;
    UtcTime from;
    UtcTime to = service::kEndOfTime;
    for (const auto& [name, target] : {std::pair<std::string, UtcTime*>{"from", &from}, {"to", &to}}) {
        const std::string day = text(request, name);
        if (day.empty()) continue;
        const auto begin = zone.parse(day + " 00:00:00");
        if (!begin) return invalid_parameter("--" + name + ": must be a day, 2026-11-22");
        *target = *begin;
    }
    const auto found = service::statistics_of(house.platform(), from, to);
    if (!found) return found.error();
    json::array categories;
    for (const auto& one : found->by_category) {
        categories.push_back(json::object{{"company", one.company},
                                          {"category", one.name},
                                          {"contracts", one.contracts},
                                          {"completed", one.completed}});
    }
    json::object answer{{"contracts", found->contracts},
                        {"byStatus", written(found->by_status)},
                        {"byCategory", std::move(categories)},
                        {"byMonth", written(found->by_month)},
                        {"events", written(found->events)}};
    for (const auto& [name, count] : found->totals)
        answer[name] = count;
    return json::value(std::move(answer));
}

Result<json::value> scrub(House& house, const json::object&) {
    const auto read = house.integrity().scrub_all();
    if (!read) return read.error();
    const auto damages = house.integrity().damages();
    if (!damages) return damages.error();
    json::array list;
    for (const auto& damage : *damages) {
        list.push_back(json::object{{"document", to_string(damage.document)},
                                    {"time", house.platform().zone.format(damage.time)},
                                    {"fault", damage.fault}});
    }
    return json::value(json::object{{"documents", *read}, {"damaged", std::move(list)}});
}

Result<json::value> carry_out(House& house, const json::object& request) {
    using Work = Result<json::value> (*)(House&, const json::object&);
    static const std::map<std::string, Work, std::less<>> works{{"retention.status", retention_status},
                                                                {"retention.sweep", retention_sweep},
                                                                {"retention.hold", retention_hold},
                                                                {"retention.release", retention_release},
                                                                {"retention.holds", retention_holds},
                                                                {"person.export", person_export},
                                                                {"person.delete", person_delete},
                                                                {"statistics", statistics},
                                                                {"scrub", scrub}};
    const auto work = works.find(text(request, "command"));
    if (work == works.end()) return invalid_parameter("command: is not known");
    return work->second(house, request);
}

Result<std::string> answer_request(House& house, const std::string& text) {
    json::error_code unreadable;
    const json::value request = json::parse(text, unreadable);
    if (unreadable || !request.is_object()) return invalid_parameter("this is no request");
    const auto answer = carry_out(house, request.get_object());
    if (!answer) return answer.error();
    return json::serialize(*answer);
}

}  // namespace

const Errand kLaw{"law", kPatience, answer_request};

LawKeeper::LawKeeper(House& house)
    : house_(house), clock_(house.platform(), house.time_stamps()), thread_([this] { run(); }) {}

LawKeeper::~LawKeeper() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    thread_.join();
}

void LawKeeper::run() {
    for (int round = 0;; ++round) {
        std::unique_lock lock(mutex_);
        if (wake_.wait_for(lock, kRound, [this] { return stopping_; })) return;
        lock.unlock();
        run_waiting(kLaw, house_);
        if (const Status kept = house_.keep_personal_key(); !kept) {
            spdlog::error("the key of personal data: {}", for_log(describe(kept.error())));
        }
        if (const auto added = house_.integrity().add_sm3(kDigestedAtOnce); !added) {
            spdlog::error("second digests: {}", for_log(describe(added.error())));
        }
        if (round % kRoundsPerLook != 0) continue;
        if (const Status looked = clock_.look(); !looked) {
            spdlog::error("the clock: {}", for_log(describe(looked.error())));
        }
        if (const auto read = house_.integrity().scrub(kScrubbedAtOnce); !read) {
            spdlog::error("reading files back: {}", for_log(describe(read.error())));
        }
        sweep();
    }
}

/// Once a day, the first time soon after the start.
void LawKeeper::sweep() {
    const UtcTime now = house_.platform().clock.now();
    if (next_sweep_ && now < *next_sweep_) return;
    next_sweep_ = now + kSweepEvery;
    const auto swept = house_.retention().sweep(false, kSweptByItself, "system");
    if (!swept) spdlog::error("retention: {}", for_log(describe(swept.error())));
    if (swept && !swept->deleted.empty()) {
        spdlog::info("{} contracts whose time had run out were deleted", swept->deleted.size());
        // There may be more.
        if (swept->deleted.size() == kSweptByItself) next_sweep_ = now;
    }
}

void add_law_figures(Metrics& metrics, House& house, const service::ClockWatch& clock) {
    metrics.gauge_function("signet_documents_damaged", "Documents whose file is not what was recorded of it", [&house] {
        const auto damages = house.integrity().damages();
        return damages ? static_cast<double>(damages->size()) : -1.0;
    });
    metrics.gauge_function("signet_documents_read_back", "Documents read back and compared since start",
                           [&house] { return static_cast<double>(house.integrity().scrubbed()); });
    metrics.gauge_function("signet_legal_holds", "Contracts of which nothing may be deleted", [&house] {
        const auto holds = house.retention().holds();
        return holds ? static_cast<double>(holds->size()) : -1.0;
    });
    metrics.gauge_function("signet_clock_off_seconds",
                           "How far the clock is ahead of a time-stamp authority's, or jumped",
                           [&clock] { return static_cast<double>(clock.off_by().count()) / 1000.0; });
    metrics.gauge_function("signet_clock_is_off", "1 when that is more than a second",
                           [&clock] { return clock.is_off() ? 1.0 : 0.0; });
}

}  // namespace signet::app
