#pragma once

#include "app/house.hpp"
#include "base/metrics.hpp"
#include "base/result.hpp"
#include "service/clock_watch.hpp"

#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace signet::app {

/// What `signet retention`, `person`, `statistics` and `scrub` ask for:
/// `{"command":"retention.hold","contract":"350…",…}`. The answer is JSON. Errors say in one line what is wrong.
Result<boost::json::value> carry_out(House& house, const boost::json::object& request);

/// Carries it out in this process when the data folder is free, else has the running server do it: a file
/// `<name>.request` in `<data>/desk`, whose answer lies beside it as `<name>.answer` within moments.
Result<boost::json::value> ask(const std::filesystem::path& data, const boost::json::object& request);

void add_law_figures(Metrics& metrics, House& house, const service::ClockWatch& clock);

/// Reads files back, sweeps what is due, computes second digests, looks at the clock and answers `ask`, until told to
/// stop. On a thread of its own.
class LawKeeper {
  public:
    explicit LawKeeper(House& house);
    ~LawKeeper();
    const service::ClockWatch& clock() const { return clock_; }

  private:
    void run();
    void answer_waiting();
    void sweep();

    House& house_;
    service::ClockWatch clock_;
    std::optional<UtcTime> next_sweep_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace signet::app
