#include "service/clock_watch.hpp"

#include "base/log.hpp"
#include "store/audit.hpp"
#include "store/database.hpp"

#include <cstdlib>

#include <boost/json.hpp>

namespace signet::service {

namespace json = boost::json;
using std::chrono::milliseconds;

Status ClockWatch::tell(const std::string& event, const std::string& source, milliseconds drift) const {
    spdlog::warn("{}: {} ms against {}", event, drift.count(), for_log(source));
    const json::object detail{{"source", source}, {"milliseconds", drift.count()}};
    const UtcTime now = platform_.clock.now();
    return platform_.database.write([&](store::Transaction& transaction) -> Status {
        const auto logged = store::append_audit(transaction, {now, "system", {}, event, json::serialize(detail)});
        return logged ? Status() : Status(logged.error());
    });
}

Status ClockWatch::look(Monotonic monotonic) {
    const UtcTime now = platform_.clock.now();
    milliseconds worst{0};
    const auto take = [&](milliseconds drift) {
        if (std::chrono::abs(drift) > std::chrono::abs(worst)) worst = drift;
    };
    const auto last = std::exchange(last_, Look{now, monotonic});
    if (last) {
        const auto passed = std::chrono::duration_cast<milliseconds>(monotonic - last->monotonic);
        const milliseconds jump = (now - last->time) - passed;
        take(jump);
        if (std::chrono::abs(jump) > kTolerance) {
            if (const Status told = tell("clock.jumped", "monotonic", jump); !told) return told;
        }
    }
    for (const TimeStamps::Statistics& source : time_stamps_.statistics()) {
        if (!source.drift) continue;
        take(*source.drift);
        bool& off = off_[source.name];
        const bool off_now = std::chrono::abs(*source.drift) > kTolerance;
        if (off_now == off) continue;
        off = off_now;
        const Status told = tell(off ? "clock.drifting" : "clock.well", source.name, *source.drift);
        if (!told) return told;
    }
    off_by_ = worst.count();
    return {};
}

}  // namespace signet::service
