#include "notify/retry_schedule.hpp"

#include <algorithm>
#include <array>

namespace signet::notify {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

std::optional<milliseconds> RetrySchedule::after(int attempt, double random) const {
    if (attempt < 1 || static_cast<std::size_t>(attempt) > waits.size()) return std::nullopt;
    const milliseconds wait = waits[static_cast<std::size_t>(attempt) - 1];
    const double share = jitter * std::clamp(random, 0.0, 1.0);
    return wait + milliseconds(static_cast<std::int64_t>(static_cast<double>(wait.count()) * share));
}

RetrySchedule contract_schedule() {
    return {{minutes(5), hours(2), hours(2), hours(2), hours(2), hours(12), hours(24)}};
}

RetrySchedule authentication_schedule() {
    return {{milliseconds(0), minutes(1), minutes(1)}};
}

RetrySchedule review_schedule() {
    return {{minutes(5), hours(2), hours(12), hours(24)}};
}

RetrySchedule message_schedule() {
    return {{seconds(5), seconds(30), minutes(2), minutes(10)}};
}

RetrySchedule schedule_of(std::string_view family) {
    constexpr std::array<std::string_view, 4> kAuthentication{"companyauth", "personalauth", "subcompany", "sso"};
    constexpr std::array<std::string_view, 2> kReview{"sealreview", "personalsign"};
    if (std::ranges::find(kAuthentication, family) != kAuthentication.end()) return authentication_schedule();
    if (std::ranges::find(kReview, family) != kReview.end()) return review_schedule();
    if (family == "message") return message_schedule();
    return contract_schedule();
}

}  // namespace signet::notify
