#pragma once

#include "base/result.hpp"

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

namespace signet::bench {

/// One line of the report.
struct Figure {
    std::string name;
    std::string unit;
    /// What was measured and what it is held beside, round by round; both have the unit's dimension.
    std::vector<double> values;
    std::vector<double> limits;
    /// True for times and memory: the ratio is limit / value then, so that more is always better.
    bool less_is_better = false;
};

/// Prints `name value unit limit ratio`: the medians of the values, of the limits and of the rounds' own ratios.
void print(const Figure& figure);

/// How often `work` can be done in a second of this thread's processor time, so that whatever else runs on the machine
/// counts as little as possible. Runs it for about `budget` of that time, at least once.
double per_processor_second(std::chrono::milliseconds budget, const std::function<void()>& work);
/// Milliseconds that `work` takes: the median of `times` calls, in this thread's processor time.
double processor_milliseconds(int times, const std::function<void()>& work);

/// Keeps this thread, and the processes it starts from now on, on one core.
void stay_on_core(unsigned core);
void leave_core();

double median(std::vector<double> values);
double seconds_since(std::chrono::steady_clock::time_point begin);

/// A benchmark cannot go on without its value: what should have worked and did not ends the run.
template <typename T>
T need(Result<T> result) {
    if (!result) throw UncheckedError(result.error());
    return std::move(*result);
}
inline void need(const Status& status) {
    if (!status) throw UncheckedError(status.error());
}

}  // namespace signet::bench
