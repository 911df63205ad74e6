#include "base/metrics.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <stdexcept>

namespace signet {
namespace {

constexpr std::size_t kCounter = 0;
constexpr std::size_t kGauge = 1;
constexpr std::size_t kHistogram = 2;
constexpr std::size_t kGaugeFunction = 3;

bool is_metric_name(std::string_view name) {
    const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':'; };
    const auto allowed = [&](char c) { return letter(c) || (c >= '0' && c <= '9'); };
    return !name.empty() && letter(name.front()) && std::all_of(name.begin(), name.end(), allowed);
}

std::string escaped(std::string_view text, bool quotes) {
    std::string result;
    for (const char c : text) {
        if (c == '\n') {
            result += "\\n";
        } else if (c == '\\' || (quotes && c == '"')) {
            result.push_back('\\');
            result.push_back(c);
        } else {
            result.push_back(c);
        }
    }
    return result;
}

/// `route="/v2",status="200"`, without braces.
std::string print(const Labels& labels) {
    std::string text;
    for (const auto& [name, value] : labels) {
        if (!is_metric_name(name)) throw std::invalid_argument("not a label name: " + name);
        text += fmt::format("{}{}=\"{}\"", text.empty() ? "" : ",", name, escaped(value, true));
    }
    return text;
}

std::string in_braces(std::string_view labels) {
    return labels.empty() ? std::string() : fmt::format("{{{}}}", labels);
}

void print(std::string& to, std::string_view name, std::string_view labels, const Histogram& histogram) {
    const std::string_view comma = labels.empty() ? "" : ",";
    const auto& bounds = histogram.bounds();
    std::uint64_t count = 0;
    for (std::size_t i = 0; i <= bounds.size(); ++i) {
        count = histogram.cumulative_count(i);
        const std::string bound = i < bounds.size() ? fmt::format("{}", bounds[i]) : "+Inf";
        to += fmt::format("{}_bucket{{{}{}le=\"{}\"}} {}\n", name, labels, comma, bound, count);
    }
    to += fmt::format("{}_sum{} {}\n", name, in_braces(labels), histogram.sum());
    to += fmt::format("{}_count{} {}\n", name, in_braces(labels), count);
}

}  // namespace

Histogram::Histogram(std::vector<double> bounds)
    : bounds_(std::move(bounds)), counts_(std::make_unique<std::atomic<std::uint64_t>[]>(bounds_.size() + 1)) {
    if (!std::is_sorted(bounds_.begin(), bounds_.end())) throw std::invalid_argument("histogram bounds must ascend");
}

void Histogram::observe(double value) {
    const auto index = std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin();
    counts_[static_cast<std::size_t>(index)].fetch_add(1, std::memory_order_relaxed);
    sum_.fetch_add(value, std::memory_order_relaxed);
}

std::uint64_t Histogram::cumulative_count(std::size_t index) const {
    std::uint64_t count = 0;
    for (std::size_t i = 0; i <= std::min(index, bounds_.size()); ++i) {
        count += counts_[i].load(std::memory_order_relaxed);
    }
    return count;
}

template <std::size_t Kind>
Metrics::Family& Metrics::family(std::string_view name, std::string_view help) {
    const auto found = families_.find(name);
    if (found != families_.end()) {
        if (found->second.kind != Kind) throw std::invalid_argument("metric of another kind: " + std::string(name));
        return found->second;
    }
    if (!is_metric_name(name)) throw std::invalid_argument("not a metric name: " + std::string(name));
    Family fresh;
    fresh.help = help;
    fresh.kind = Kind;
    return families_.emplace(std::string(name), std::move(fresh)).first->second;
}

Counter& Metrics::counter(std::string_view name, std::string_view help, const Labels& labels) {
    const std::lock_guard lock(mutex_);
    Series& series = family<kCounter>(name, help).series[print(labels)];
    auto& counter = std::get<kCounter>(series);
    if (!counter) counter = std::make_unique<Counter>();
    return *counter;
}

Gauge& Metrics::gauge(std::string_view name, std::string_view help, const Labels& labels) {
    const std::lock_guard lock(mutex_);
    Series& series = family<kGauge>(name, help).series[print(labels)];
    if (series.index() != kGauge) series = std::make_unique<Gauge>();
    return *std::get<kGauge>(series);
}

Histogram& Metrics::histogram(std::string_view name, std::string_view help, const std::vector<double>& bounds,
                              const Labels& labels) {
    const std::lock_guard lock(mutex_);
    Family& owner = family<kHistogram>(name, help);
    if (owner.series.empty()) owner.bounds = bounds;
    Series& series = owner.series[print(labels)];
    if (series.index() != kHistogram) series = std::make_unique<Histogram>(owner.bounds);
    return *std::get<kHistogram>(series);
}

void Metrics::gauge_function(std::string_view name, std::string_view help, std::function<double()> value,
                             const Labels& labels) {
    const std::lock_guard lock(mutex_);
    family<kGaugeFunction>(name, help).series[print(labels)] = std::move(value);
}

std::string Metrics::text() const {
    constexpr std::array<std::string_view, 4> kTypes = {"counter", "gauge", "histogram", "gauge"};
    const std::lock_guard lock(mutex_);
    std::string text;
    for (const auto& [name, family] : families_) {
        text +=
            fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, escaped(family.help, false), name, kTypes[family.kind]);
        for (const auto& [labels, series] : family.series) {
            if (const auto* counter = std::get_if<kCounter>(&series)) {
                text += fmt::format("{}{} {}\n", name, in_braces(labels), (*counter)->value());
            } else if (const auto* gauge = std::get_if<kGauge>(&series)) {
                text += fmt::format("{}{} {}\n", name, in_braces(labels), (*gauge)->value());
            } else if (const auto* histogram = std::get_if<kHistogram>(&series)) {
                print(text, name, labels, **histogram);
            } else {
                text += fmt::format("{}{} {}\n", name, in_braces(labels), std::get<kGaugeFunction>(series)());
            }
        }
    }
    return text;
}

std::vector<double> Metrics::request_seconds() {
    return {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};
}

}  // namespace signet
