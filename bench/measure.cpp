#include "measure.hpp"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <fmt/format.h>
#include <sched.h>

namespace signet::bench {
namespace {

double thread_seconds() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

void set_cores(const std::function<bool(unsigned)>& wanted) {
    cpu_set_t cores;
    CPU_ZERO(&cores);
    for (unsigned core = 0; core < CPU_SETSIZE; ++core) {
        if (wanted(core)) CPU_SET(core, &cores);
    }
    ::sched_setaffinity(0, sizeof cores, &cores);
}

std::string number(double value) {
    return value >= 1000 ? fmt::format("{:.0f}", value) : fmt::format("{:.4g}", value);
}

}  // namespace

void print(const Figure& figure) {
    std::vector<double> ratios;
    for (std::size_t i = 0; i < std::min(figure.values.size(), figure.limits.size()); ++i) {
        const double value = figure.values[i];
        const double limit = figure.limits[i];
        ratios.push_back(figure.less_is_better ? limit / value : value / limit);
    }
    fmt::print("{:<20} {:>9} {:<12} {:>9} {:>6.2f}\n", figure.name, number(median(figure.values)), figure.unit,
               number(median(figure.limits)), median(ratios));
    std::fflush(stdout);
}

double per_processor_second(std::chrono::milliseconds budget, const std::function<void()>& work) {
    const double begin = thread_seconds();
    const double end = begin + std::chrono::duration<double>(budget).count();
    int count = 0;
    double now = begin;
    do {
        work();
        ++count;
        now = thread_seconds();
    } while (now < end);
    return count / (now - begin);
}

double processor_milliseconds(int times, const std::function<void()>& work) {
    std::vector<double> taken;
    for (int i = 0; i < times; ++i) {
        const double begin = thread_seconds();
        work();
        taken.push_back((thread_seconds() - begin) * 1000);
    }
    return median(taken);
}

void stay_on_core(unsigned core) {
    set_cores([core](unsigned candidate) { return candidate == core; });
}

void leave_core() {
    set_cores([](unsigned) { return true; });
}

double median(std::vector<double> values) {
    if (values.empty()) return 0;
    std::sort(values.begin(), values.end());
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double seconds_since(std::chrono::steady_clock::time_point begin) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace signet::bench
