#include "base/bytes.hpp"
#include "base/text.hpp"
#include "benchmarks.hpp"
#include "http_load.hpp"
#include "measure.hpp"
#include "sample_pdf.hpp"
#include "server_process.hpp"
#include "store/database.hpp"
#include "store/files.hpp"

#include <atomic>
#include <fcntl.h>
#include <fmt/format.h>
#include <stdexcept>
#include <thread>
#include <unistd.h>

namespace signet::bench {
namespace {

constexpr std::size_t kClients = 64;
constexpr std::size_t kSigningClients = 32;
constexpr std::string_view kGood = "\"code\":0";

std::vector<std::string> made(std::size_t count, const std::function<std::string(std::size_t)>& make) {
    std::vector<std::string> list;
    list.reserve(count);
    for (std::size_t i = 0; i < count; ++i)
        list.push_back(make(i));
    return list;
}

std::string draft_json(const Signet& signet, std::size_t number) {
    return fmt::format(
        R"({{"subject":"Benchmark {}","category":{{"id":"{}"}},"signatories":[{{"tenantType":"COMPANY","tenantName":"{}",)"
        R"("serialNo":1,"actions":[{{"type":"COMPANY","serialNo":1,"sealId":"{}"}}]}},{{"tenantType":"PERSONAL",)"
        R"("tenantName":"Li Lei","serialNo":2,"receiver":{{"name":"Li Lei","contact":"13800000002",)"
        R"("contactType":"MOBILE"}}}}]}})",
        number, signet.demo("categoryId"), signet.demo("companyName"), signet.demo("sealId"));
}

std::string upload(const Signet& signet, const std::string& contract, const Bytes& pdf) {
    std::string body;
    for (const auto& [name, value] : {std::pair<std::string_view, std::string_view>{"contractId", contract},
                                      {"title", "Contract"},
                                      {"fileSuffix", "pdf"}}) {
        body += fmt::format("--bench\r\nContent-Disposition: form-data; name=\"{}\"\r\n\r\n{}\r\n", name, value);
    }
    body +=
        "--bench\r\nContent-Disposition: form-data; name=\"file\"; filename=\"contract.pdf\"\r\n"
        "Content-Type: application/pdf\r\n\r\n";
    body += as_text(pdf);
    body += "\r\n--bench--\r\n";
    return signet.request("POST", "/v2/document/addbyfile", "multipart/form-data; boundary=bench", body);
}

/// Contracts that wait for the company's seal, with a document of `size` bytes each; a person comes after it.
std::vector<std::string> contracts_to_seal(const Signet& signet, std::size_t count, std::size_t size) {
    const Load load{signet.process().port(), 4, kGood, true};
    const Bytes pdf = sample_pdf(size);
    const auto drafts = send_all(
        load, made(count, [&](std::size_t i) { return signet.post("/v2/contract/draft", draft_json(signet, i)); }));
    std::vector<std::string> ids;
    for (const std::string& body : drafts.bodies)
        ids.push_back(json_member(body, "result/id"));
    const auto documents = send_all(load, made(count, [&](std::size_t i) { return upload(signet, ids[i], pdf); }));
    (void)send_all(
        load, made(count, [&](std::size_t i) {
            const std::string document = json_member(documents.bodies[i], "result/documentId");
            const std::string parties = "result/signatories/";
            return signet.post(
                "/v2/contract/send",
                fmt::format(R"({{"contractId":"{}","stampers":[{{"actionId":"{}","documentId":"{}",)"
                            R"("type":"COMPANY","page":1,"offsetX":0.1,"offsetY":0.2}},{{"signatoryId":"{}",)"
                            R"("documentId":"{}","type":"PERSONAL","page":1,"offsetX":0.6,"offsetY":0.2}}]}})",
                            ids[i], json_member(drafts.bodies[i], parties + "0/actions/0/id"), document,
                            json_member(drafts.bodies[i], parties + "1/id"), document));
        }));
    return ids;
}

/// Runs `work(thread)` on several threads until the time is up; how often it was done, a second.
double per_second_on(std::size_t threads, std::chrono::milliseconds budget,
                     const std::function<void(std::size_t)>& work) {
    std::atomic<std::size_t> count = 0;
    const auto begin = std::chrono::steady_clock::now();
    std::vector<std::thread> running;
    for (std::size_t i = 0; i < threads; ++i) {
        running.emplace_back([&, i] {
            while (std::chrono::steady_clock::now() - begin < budget) {
                work(i);
                ++count;
            }
        });
    }
    for (std::thread& thread : running)
        thread.join();
    return static_cast<double>(count) / seconds_since(begin);
}

/// What the disk can do: as much as a signature adds, appended to a file of each client's own and had on disk.
double durable_appends_per_second(const std::filesystem::path& folder, std::size_t clients) {
    constexpr std::size_t kIncrement = 24 * 1024;
    const Bytes increment(kIncrement, 0x5A);
    std::vector<FileDescriptor> files;
    std::vector<std::uint64_t> ends(clients, 0);
    for (std::size_t i = 0; i < clients; ++i) {
        const std::filesystem::path path = folder / ("append" + std::to_string(i));
        std::filesystem::remove(path);
        files.push_back(need(store::create_temporary(path)));
    }
    return per_second_on(clients, std::chrono::milliseconds(700), [&](std::size_t i) {
        need(store::write_all(files[i].get(), ends[i], increment, folder));
        ends[i] += kIncrement;
        if (::fdatasync(files[i].get()) != 0) throw std::runtime_error("fdatasync failed");
    });
}

/// What the database can do: one row of a draft's size a client and commit, grouped as they come.
double durable_rows_per_second(store::Database& database, std::size_t clients) {
    const std::string body(1500, 'x');
    return per_second_on(clients, std::chrono::milliseconds(700), [&](std::size_t) {
        need(database.write([&](store::Transaction& transaction) -> Status {
            const auto done = transaction.execute("INSERT INTO row (body) VALUES ($1)", {body});
            if (!done) return done.error();
            return {};
        }));
    });
}

}  // namespace

void bench_api_sign() {
    constexpr std::size_t kContracts = 600;
    constexpr std::size_t kDocumentSize = 100'000;
    const DataFolder folder("api-sign");
    const Signet signet(folder.path() / "data", "access_log = false\n");
    Figure rate{"api.sign", "signatures/s", {}, {}};
    std::vector<double> middle;
    std::vector<double> slow;
    for (int round = 0; round < 3; ++round) {
        const auto ids = contracts_to_seal(signet, kContracts, kDocumentSize);
        // What the messages of the parties before still do is not part of this.
        std::this_thread::sleep_for(std::chrono::seconds(2));
        const auto calls = made(kContracts, [&](std::size_t i) {
            return signet.post("/v2/contract/companysign", fmt::format(R"({{"contractId":"{}"}})", ids[i]));
        });
        rate.limits.push_back(durable_appends_per_second(folder.path(), kSigningClients));
        const Answers answers = send_all({signet.process().port(), kSigningClients, kGood, false}, calls);
        rate.values.push_back(answers.per_second());
        middle.push_back(answers.quantile(0.5));
        slow.push_back(answers.quantile(0.99));
    }
    print(rate);
    const std::vector<double> aim(middle.size(), 50.0);
    print({"api.sign.p50", "ms", middle, aim, true});
    print({"api.sign.p99", "ms", slow, aim, true});
}

void bench_api_detail() {
    constexpr std::size_t kRequests = 20'000;
    const DataFolder folder("api-detail");
    stay_on_core(0);
    const Signet signet(folder.path() / "data", "threads = 1\naccess_log = false\n");
    const Nginx nginx(folder.path() / "nginx");
    stay_on_core(1);
    const auto id = contracts_to_seal(signet, 1, 100'000).front();

    const auto requests_per_core_second = [&](const Process& process, const std::vector<std::string>& requests) {
        const double before = process.processor_seconds();
        (void)send_all({process.port(), kClients, kGood, false}, requests);
        return static_cast<double>(requests.size()) / (process.processor_seconds() - before);
    };
    Figure figure{"api.detail", "req/s/core", {}, {}};
    for (int round = 0; round < kRounds; ++round) {
        const auto requests =
            made(kRequests, [&](std::size_t) { return signet.get("/v2/contract/detail?contractId=" + id); });
        figure.limits.push_back(requests_per_core_second(nginx.process(), requests));
        figure.values.push_back(requests_per_core_second(signet.process(), requests));
    }
    leave_core();
    print(figure);
}

void bench_api_draft() {
    constexpr std::size_t kRequests = 5'000;
    const DataFolder folder("api-draft");
    const Signet signet(folder.path() / "data", "access_log = false\n");
    const auto database = need(store::Database::open(folder.path() / "limit.db",
                                                     {{100, "rows", "CREATE TABLE row (id {serial}, body TEXT)"}}));
    Figure figure{"api.draft", "drafts/s", {}, {}};
    std::vector<double> slow;
    for (int round = 0; round < kRounds; ++round) {
        const auto requests =
            made(kRequests, [&](std::size_t i) { return signet.post("/v2/contract/draft", draft_json(signet, i)); });
        figure.limits.push_back(durable_rows_per_second(*database, kClients));
        const Answers answers = send_all({signet.process().port(), kClients, kGood, false}, requests);
        figure.values.push_back(answers.per_second());
        slow.push_back(answers.quantile(0.99));
    }
    print(figure);
    print({"api.draft.p99", "ms", slow, std::vector<double>(slow.size(), 50.0), true});
}

}  // namespace signet::bench
