#pragma once

#include "app/errand.hpp"
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

/// `signet retention`, `person`, `statistics` and `scrub`: the request is JSON, as is the answer:
/// `{"command":"retention.hold","contract":"350…",…}`.
extern const Errand kLaw;

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
