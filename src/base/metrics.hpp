#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace signet {

/// Label names and values of one time series, e.g. `{{"route", "/v2/contract/detail"}, {"status", "200"}}`.
using Labels = std::vector<std::pair<std::string, std::string>>;

/// A number that only grows. Thread-safe and cheap: one relaxed atomic addition.
class Counter {
  public:
    void add(std::uint64_t amount = 1) { value_.fetch_add(amount, std::memory_order_relaxed); }
    std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

  private:
    std::atomic<std::uint64_t> value_{0};
};

/// A number that goes up and down. Thread-safe.
class Gauge {
  public:
    void add(std::int64_t amount) { value_.fetch_add(amount, std::memory_order_relaxed); }
    void set(std::int64_t value) { value_.store(value, std::memory_order_relaxed); }
    std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

  private:
    std::atomic<std::int64_t> value_{0};
};

/// How many observations fell below each of some ascending bounds, and their sum. Thread-safe.
class Histogram {
  public:
    /// Throws std::invalid_argument unless the bounds ascend.
    explicit Histogram(std::vector<double> bounds);

    void observe(double value);
    const std::vector<double>& bounds() const { return bounds_; }
    /// Observations at or below `bounds()[index]`; those above every bound for `index == bounds().size()` are included
    /// there, so that this last value is the number of all observations.
    std::uint64_t cumulative_count(std::size_t index) const;
    double sum() const { return sum_.load(std::memory_order_relaxed); }

  private:
    std::vector<double> bounds_;
    std::unique_ptr<std::atomic<std::uint64_t>[]> counts_;  // one for each bound, and one for what lies above them all
    std::atomic<double> sum_{0};
};

/// The figures of one server, as the Prometheus text format 0.0.4 shows them.
///
/// Asking twice for the same name and labels gives the same object. What is given stays valid as long as the registry,
/// so ask once and keep the reference: the look-up takes a lock, counting does not. Thread-safe.
class Metrics {
  public:
    Metrics() = default;
    Metrics(const Metrics&) = delete;
    Metrics& operator=(const Metrics&) = delete;

    /// Throws std::invalid_argument when the name is no metric name or belongs to a metric of another kind already.
    Counter& counter(std::string_view name, std::string_view help, const Labels& labels = {});
    Gauge& gauge(std::string_view name, std::string_view help, const Labels& labels = {});
    /// `bounds` counts only for the first of a name.
    Histogram& histogram(std::string_view name, std::string_view help, const std::vector<double>& bounds,
                         const Labels& labels = {});
    /// A gauge whose value is asked for whenever the figures are read. `value` must be thread-safe, must not touch this
    /// registry, and must stay callable as long as the registry is read.
    void gauge_function(std::string_view name, std::string_view help, std::function<double()> value,
                        const Labels& labels = {});

    /// Everything as text, names in alphabetical order. Content type: `text/plain; version=0.0.4`.
    std::string text() const;

    /// Bounds in seconds that suit the time of a request: 0.5 ms to 30 s.
    static std::vector<double> request_seconds();

  private:
    using Series = std::variant<std::unique_ptr<Counter>, std::unique_ptr<Gauge>, std::unique_ptr<Histogram>,
                                std::function<double()>>;
    struct Family {
        std::string help;
        std::size_t kind = 0;                  // index into Series
        std::vector<double> bounds;            // of histograms
        std::map<std::string, Series> series;  // by the labels as they are printed
    };

    template <std::size_t Kind>
    Family& family(std::string_view name, std::string_view help);

    mutable std::mutex mutex_;
    std::map<std::string, Family, std::less<>> families_;
};

}  // namespace signet
