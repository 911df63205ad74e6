#include "benchmarks.hpp"
#include "http_load.hpp"
#include "measure.hpp"
#include "render/jpeg.hpp"
#include "render/mupdf_document.hpp"
#include "render/page_engine.hpp"
#include "sample_pdf.hpp"
#include "sandbox/file.hpp"
#include "sandbox/worker_pool.hpp"
#include "server_process.hpp"

#include <chrono>
#include <stdexcept>

namespace signet::bench {
namespace {

constexpr int kWidth = 1000;
constexpr int kQuality = 85;

double milliseconds(const std::function<void()>& work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    return seconds_since(begin) * 1000;
}

/// A browser that has opened the demo's signing link.
class Browser {
  public:
    explicit Browser(const Signet& signet) : port_(signet.process().port()) {
        const std::string link = signet.demo("signUrl");
        const std::string token = link.substr(link.rfind('=') + 1);
        const std::string body = R"({"token":")" + token + "\"}";
        const auto opened = exchange("POST /pages/open HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port_) +
                                     "\r\nContent-Type: application/json\r\nCookie: " + std::string(kCookie) +
                                     "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
        page_ = "/pages/documents/" + json_member(opened.bodies.front(), "documents/0/id") + "/pages/1.jpg?w=1000";
    }
    double picture_milliseconds() const {
        return exchange("GET " + page_ + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port_) +
                        "\r\nCookie: " + std::string(kCookie) + "\r\n\r\n")
            .milliseconds.front();
    }

  private:
    static constexpr std::string_view kCookie = "signet_client=benchbenchbenchbenchbenchbench00";
    Answers exchange(const std::string& request) const { return send_all({port_, 1, {}, true}, {request}); }

    std::uint16_t port_;
    std::string page_;
};

}  // namespace

void bench_render() {
    const Bytes file = demo_contract();
    const auto in_process = [&] {
        const auto document = need(render::MupdfDocument::open(file));
        if (render::encode_jpeg(need(document->draw(0, kWidth)), kQuality).empty())
            throw std::runtime_error("no picture");
    };
    sandbox::PoolOptions options;
    options.count = 1;
    sandbox::WorkerPool workers({program(), "worker", "render"}, options);
    const render::PageEngine engine(workers);
    const auto in_worker = [&] {
        // A file of its own each time, so that the worker cannot have it open yet.
        const auto copy = need(sandbox::memory_file(file));
        (void)need(engine.picture({copy.get(), file.size()}, 0, kWidth, kQuality));
    };
    in_worker();
    in_process();
    Figure cold{"render.first-page", "ms", {}, {}, true};
    for (int round = 0; round < 3 * kRounds; ++round) {
        cold.limits.push_back(milliseconds(in_process));
        cold.values.push_back(milliseconds(in_worker));
    }
    print(cold);

    const DataFolder folder("render");
    const Signet signet(folder.path() / "data");
    const Browser browser(signet);
    const std::vector<std::string> health{"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"};
    (void)browser.picture_milliseconds();
    Figure cached{"render.cached", "ms", {}, {}, true};
    for (int round = 0; round < 10 * kRounds; ++round) {
        cached.limits.push_back(send_all({signet.process().port(), 1, "ok", false}, health).milliseconds.front());
        cached.values.push_back(browser.picture_milliseconds());
    }
    print(cached);
}

}  // namespace signet::bench
