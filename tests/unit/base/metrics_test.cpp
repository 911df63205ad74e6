#include "base/metrics.hpp"

#include <stdexcept>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace signet {
namespace {

TEST(Metrics, print_counters_and_gauges_with_their_labels) {
    Metrics metrics;
    metrics.counter("signet_requests_total", "Requests.", {{"route", "/v2/x"}, {"status", "200"}}).add(3);
    metrics.gauge("signet_open", "Open\nconnections.").set(-2);
    metrics.gauge_function("signet_now", "Asked for.", [] { return 1.5; });
    EXPECT_EQ(metrics.text(),
              "# HELP signet_now Asked for.\n# TYPE signet_now gauge\nsignet_now 1.5\n"
              "# HELP signet_open Open\\nconnections.\n# TYPE signet_open gauge\nsignet_open -2\n"
              "# HELP signet_requests_total Requests.\n# TYPE signet_requests_total counter\n"
              "signet_requests_total{route=\"/v2/x\",status=\"200\"} 3\n");
}

TEST(Metrics, give_the_same_object_for_the_same_name_and_labels) {
    Metrics metrics;
    Counter& first = metrics.counter("a", "", {{"k", "1"}});
    EXPECT_EQ(&first, &metrics.counter("a", "", {{"k", "1"}}));
    EXPECT_NE(&first, &metrics.counter("a", "", {{"k", "2"}}));
}

TEST(Metrics, escape_what_would_break_the_format) {
    Metrics metrics;
    metrics.counter("a", "", {{"k", "x\"y\\z\n"}}).add();
    EXPECT_NE(metrics.text().find("a{k=\"x\\\"y\\\\z\\n\"} 1\n"), std::string::npos);
}

TEST(Metrics, refuse_a_bad_name_and_a_name_of_another_kind) {
    Metrics metrics;
    EXPECT_THROW(metrics.counter("1a", ""), std::invalid_argument);
    EXPECT_THROW(metrics.counter("a b", ""), std::invalid_argument);
    metrics.counter("a", "");
    EXPECT_THROW(metrics.gauge("a", ""), std::invalid_argument);
    EXPECT_THROW(metrics.counter("b", "", {{"not ok", ""}}), std::invalid_argument);
}

TEST(Histogram, counts_below_each_bound_and_sums) {
    Metrics metrics;
    Histogram& histogram = metrics.histogram("h", "", {1, 2}, {{"k", "v"}});
    histogram.observe(0.5);
    histogram.observe(1);
    histogram.observe(1.5);
    histogram.observe(9);
    EXPECT_EQ(histogram.cumulative_count(0), 2U);
    EXPECT_EQ(histogram.cumulative_count(2), 4U);
    EXPECT_NE(metrics.text().find("h_bucket{k=\"v\",le=\"1\"} 2\nh_bucket{k=\"v\",le=\"2\"} 3\n"
                                  "h_bucket{k=\"v\",le=\"+Inf\"} 4\nh_sum{k=\"v\"} 12\nh_count{k=\"v\"} 4\n"),
              std::string::npos);
    EXPECT_THROW(Histogram({2, 1}), std::invalid_argument);
}

TEST(Metrics, lose_no_count_between_threads) {
    Metrics metrics;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int k = 0; k < 1000; ++k)
                metrics.counter("a", "").add();
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(metrics.counter("a", "").value(), 4000U);
}

}  // namespace
}  // namespace signet
