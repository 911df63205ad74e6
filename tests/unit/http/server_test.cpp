#include "http/server.hpp"

#include "raw_client.hpp"

#include <condition_variable>
#include <fmt/format.h>
#include <fstream>
#include <future>
#include <mutex>
#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>

namespace signet::http {
namespace {

using std::chrono::milliseconds;

std::string content_of(const std::filesystem::path& path) {
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

/// Everything a handler sees, one line each.
Response describe_request(Request& request) {
    std::string text = fmt::format("{} {}\n", request.method, request.path);
    for (const auto& [name, value] : request.query)
        text += fmt::format("query {}={}\n", name, value);
    for (const auto& [name, value] : request.form)
        text += fmt::format("form {}={}\n", name, value);
    for (const Part& part : request.parts) {
        if (part.file_name)
            text += fmt::format("file {} {} {}\n", part.name, *part.file_name, content_of(part.file.path()));
    }
    for (const auto& [name, value] : request.captures)
        text += fmt::format("capture {}={}\n", name, value);
    if (request.parts.empty() && !request.body.empty()) text += fmt::format("body {}\n", request.body);
    return make_response(200, "text/plain", text);
}

/// A server with routes for every behaviour, on a port of its own.
struct ServerTest : testing::Test {
    void SetUp() override {
        directory = std::filesystem::path(testing::TempDir()) /
                    fmt::format("server-{}", testing::UnitTest::GetInstance()->current_test_info()->name());
        std::filesystem::remove_all(directory);
        std::filesystem::create_directories(directory);
        options.threads = 1;
        options.pool_threads = 2;
        options.spool_directory = directory;
        options.error_body = [](int status, std::string_view reason) {
            return make_response(200, "application/json;charset=UTF-8",
                                 fmt::format(R"({{"code":{},"message":"{}"}})", status, reason));
        };
        options.log = std::make_shared<spdlog::logger>("server", std::make_shared<spdlog::sinks::ostream_sink_mt>(log));
        options.access_log =
            std::make_shared<spdlog::logger>("access", std::make_shared<spdlog::sinks::ostream_sink_mt>(access));
        options.access_log->set_pattern("%v");
        add("POST", "/v2/contract/draft", describe_request, Execution::Inline);
        add("POST", "/v2/document/addbyfile", describe_request);
        add("GET", "/v2/contract/detail", describe_request, Execution::Inline);
        add("GET", "/v2/contract/list", describe_request);
        add("GET", "/seal/{id}/image", describe_request, Execution::Inline);
    }
    void TearDown() override {
        server.reset();
        std::filesystem::remove_all(directory);
    }

    void add(std::string method, std::string path, Handler handler, Execution execution = Execution::Pool,
             Gate gate = nullptr, std::uint64_t body_limit = 1 << 20) {
        router.add({std::move(method), std::move(path), std::move(handler), execution, std::move(gate), body_limit});
    }
    std::uint16_t start() {
        server = std::make_unique<Server>(options, std::move(router), metrics);
        const Status started = server->start();
        EXPECT_TRUE(started) << describe(started.error());
        return server->port();
    }
    std::size_t spooled() const {
        return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(directory), {}));
    }
    /// Waits until the server has closed all connections: handlers and logs have run by then.
    void settle() {
        while (server->open_connections() > 0)
            std::this_thread::sleep_for(milliseconds(1));
    }

    std::filesystem::path directory;
    Options options;
    Router router;
    Metrics metrics;
    std::ostringstream log;
    std::ostringstream access;
    std::unique_ptr<Server> server;
};

std::string post(std::string_view path, std::string_view fields, std::string_view body) {
    return fmt::format("POST {} HTTP/1.1\r\nHost: x\r\n{}\r\nContent-Length: {}\r\n\r\n{}", path, fields, body.size(),
                       body);
}

constexpr std::string_view kDetail = "GET /v2/contract/detail?contractId=17 HTTP/1.1\r\nHost: x\r\n\r\n";

// --- What the clients send ---

TEST_F(ServerTest, answers_the_java_client) {
    RawClient client(start());
    const auto answer =
        client.ask(post("//v2/contract/draft",
                        "x-qys-open-accesstoken: t\r\nversion: JAVA-3.5.0\r\n"
                        "Content-Type: application/json;charset=UTF-8\r\nUser-Agent: qiyuesuo-java-sdk\r\n"
                        "Accept: text/plain,application/json\r\nConnection: keep-alive",
                        R"({"subject":"合同书"})"));
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "POST /v2/contract/draft\nbody {\"subject\":\"合同书\"}\n");
    EXPECT_TRUE(answer.has(fmt::format("Content-Length: {}", answer.body.size())));
    EXPECT_EQ(answer.head.find("Connection: close"), std::string::npos);
    EXPECT_EQ(client.ask(kDetail).status, 200);
}

TEST_F(ServerTest, answers_the_csharp_client_with_100_at_once) {
    RawClient client(start());
    const std::string body =
        "\r\n------sdkboundaryZ\r\nContent-Disposition:form-data;name=\"title\"\r\nContent-Type:text/"
        "plain\r\n\r\n合同\r\n"
        "------sdkboundaryZ\r\nContent-Disposition:form-data;name=\"file\";filename=\"streamFile\"\r\n"
        "Content-Type:application/octet-stream\r\n\r\n%PDF\r\n------sdkboundaryZ--\r\n";
    client.send(
        fmt::format("POST /v2/document/addbyfile HTTP/1.1\r\nContent-Type: multipart/form-data;charset=UTF-8; "
                    "boundary=----sdkboundaryZ\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: {}\r\n\r\n",
                    body.size()));
    EXPECT_EQ(client.receive().head, "HTTP/1.1 100 Continue\r\n\r\n");
    const auto answer = client.ask(body);
    EXPECT_EQ(answer.body, "POST /v2/document/addbyfile\nform title=合同\nfile file streamFile %PDF\n");
    EXPECT_EQ(client.ask(kDetail).status, 200);
}

TEST_F(ServerTest, answers_the_php_client_that_encodes_nothing) {
    RawClient client(start());
    const auto answer = client.ask(
        "GET /v2/contract/detail?bizId=业务1&contractId=&tenantName=示例公司 "
        "HTTP/1.1\r\nHost:x\r\nx-qys-open-accesstoken:t\r\n"
        "Accept: */*\r\n\r\n");
    EXPECT_EQ(answer.body,
              "GET /v2/contract/detail\nquery bizId=业务1\nquery contractId=\nquery tenantName=示例公司\n");
}

TEST_F(ServerTest, answers_the_go_client_with_blanks_in_the_request_line) {
    RawClient client(start());
    const auto raw = client.ask("GET /v2/contract/detail?bizId=业务 1&x=a\"b<c>|{d}^`\\ HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(raw.body, "GET /v2/contract/detail\nquery bizId=业务 1\nquery x=a\"b<c>|{d}^`\\\n");
    const auto escaped =
        client.ask("GET /v2/contract/list?publishTimeStart%09=2024&a=%e5%90%88+1%20+ HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(escaped.body, "GET /v2/contract/list\nquery publishTimeStart=2024\nquery a=合 1  \n");
}

TEST_F(ServerTest, takes_forms_in_every_dress) {
    RawClient client(start());
    const auto plain = client.ask(post("/v2/document/addbyfile", "Content-Type: application/x-www-form-urlencoded",
                                       "title=%e5%90%88+1&tenantName=公司&x="));
    EXPECT_NE(plain.body.find("form title=合 1\nform tenantName=公司\nform x=\n"), std::string::npos);
    const auto no_parts =
        client.ask(post("/v2/document/addbyfile", "Content-Type: multipart/form-data; boundary=b", "\r\n--b--\r\n"));
    EXPECT_EQ(no_parts.body, "POST /v2/document/addbyfile\n");
    const auto texts = client.ask(post("/v2/contract/draft", "content-type:multipart/form-data; boundary=\"b\"",
                                       "--b\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nx\r\n--b--\r\n"));
    EXPECT_EQ(texts.body, "POST /v2/contract/draft\nform title=x\n");
}

TEST_F(ServerTest, reads_the_same_however_the_bytes_are_cut) {
    const std::uint16_t port = start();
    const std::string body =
        "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\n%PDF\r\n--b--\r\n";
    const std::string request = fmt::format(
        "POST /v2/document/addbyfile?a=b HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\n"
        "Content-Length: {}\r\n\r\n{}",
        body.size(), body);
    RawClient client(port);
    for (std::size_t i = 1; i < request.size(); i += 3) {
        client.send(std::string_view(request).substr(0, i));
        std::this_thread::sleep_for(milliseconds(1));
        const auto answer = client.ask(std::string_view(request).substr(i));
        ASSERT_EQ(answer.body, "POST /v2/document/addbyfile\nquery a=b\nfile file a.pdf %PDF\n") << "cut at " << i;
    }
}

TEST_F(ServerTest, takes_chunks_however_they_are_cut) {
    RawClient client(start());
    const std::string head = "POST /v2/contract/draft HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    const std::string chunks = "3;name=value\r\nabc\r\n1\r\nd\r\n0\r\nTrailer: x\r\n\r\n";
    for (std::size_t i = 0; i <= chunks.size(); ++i) {
        client.send(head + chunks.substr(0, i));
        std::this_thread::sleep_for(milliseconds(1));
        ASSERT_EQ(client.ask(chunks.substr(i)).body, "POST /v2/contract/draft\nbody abcd\n") << "cut at " << i;
    }
    EXPECT_EQ(client.ask(head + "0\r\n\r\n").body, "POST /v2/contract/draft\n");
}

TEST_F(ServerTest, takes_a_body_with_get) {
    RawClient client(start());
    EXPECT_EQ(client.ask("GET /v2/contract/detail HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}").body,
              "GET /v2/contract/detail\nbody {}\n");
    EXPECT_EQ(client.ask(kDetail).status, 200);
}

TEST_F(ServerTest, answers_pipelined_requests_in_order) {
    RawClient client(start());
    std::string burst;
    for (int i = 0; i < 200; ++i) {
        const std::string_view path = i % 2 == 0 ? "/v2/contract/detail" : "/v2/contract/list";
        burst += fmt::format("GET {}?n={} HTTP/1.1\r\nHost: x\r\n\r\n", path, i);
    }
    client.send(burst);
    for (int i = 0; i < 200; ++i) {
        ASSERT_NE(client.receive().body.find(fmt::format("query n={}\n", i)), std::string::npos);
    }
}

TEST_F(ServerTest, closes_when_the_client_wants_it) {
    const std::uint16_t port = start();
    RawClient client(port);
    const auto answer = client.ask("GET /v2/contract/detail HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(answer.has("Connection: close"));
    EXPECT_TRUE(client.ended());
    RawClient old(port);
    EXPECT_EQ(old.ask("GET /v2/contract/detail HTTP/1.0\r\n\r\n").status, 200);
    EXPECT_TRUE(old.ended());
    RawClient old_persistent(port);
    const std::string_view keep = "GET /v2/contract/detail HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
    EXPECT_TRUE(old_persistent.ask(keep).has("Connection: keep-alive"));
    EXPECT_EQ(old_persistent.ask(keep).status, 200);
}

TEST_F(ServerTest, takes_absolute_targets_and_line_breaks_before_a_request) {
    RawClient client(start());
    EXPECT_EQ(client.ask("\r\n\r\nGET http://x.example/v2/contract/detail?a=http://y HTTP/1.1\r\nHost: x\r\n\r\n").body,
              "GET /v2/contract/detail\nquery a=http://y\n");
}

TEST_F(ServerTest, hands_captures_to_the_handler) {
    RawClient client(start());
    EXPECT_EQ(client.ask("GET /seal/%E5%8D%B0/image HTTP/1.1\r\nHost: x\r\n\r\n").body,
              "GET /seal/印/image\ncapture id=印\n");
}

// --- Gates and fallbacks ---

TEST_F(ServerTest, asks_the_gate_before_the_body) {
    std::atomic<int> handled = 0;
    add(
        "POST", "/guarded",
        [&](Request& request) {
            ++handled;
            return make_response(200, "text/plain", std::any_cast<std::string>(request.caller));
        },
        Execution::Pool,
        [](RequestHead& head) -> std::optional<Response> {
            if (!head.headers.contains("x-token")) return make_response(441, "application/json", R"({"code":441})");
            head.caller = std::string("somebody");
            return std::nullopt;
        });
    const std::uint16_t port = start();

    RawClient waiting(port);
    const auto refused =
        waiting.ask("POST /guarded HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    EXPECT_EQ(refused.status, 441);
    EXPECT_EQ(refused.body, R"({"code":441})");
    EXPECT_TRUE(refused.has("Connection: close"));
    EXPECT_TRUE(waiting.ended());

    RawClient eager(port);
    const auto small = eager.ask("POST /guarded HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello");
    EXPECT_EQ(small.status, 441);
    EXPECT_EQ(eager.ask(kDetail).status, 200) << "a small body is skipped to keep the connection";

    RawClient large(port);
    large.send("POST /guarded HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n");
    large.send(std::string(3'000'000, 'x'));
    EXPECT_EQ(large.receive().status, 441) << "the answer gets through although the body is not wanted";

    RawClient admitted(port);
    const auto answer =
        admitted.ask("POST /guarded HTTP/1.1\r\nHost: x\r\nX-Token: t\r\nContent-Length: 5\r\n\r\nhello");
    EXPECT_EQ(answer.body, "somebody");
    EXPECT_EQ(handled, 1);
}

TEST_F(ServerTest, lets_the_fallback_tell_unknown_paths_from_wrong_methods) {
    router.set_fallback("/v2/", {.method = "",
                                 .path = "",
                                 .handler =
                                     [](Request& request) {
                                         return make_response(
                                             404, "application/json",
                                             fmt::format("{}", fmt::join(request.allowed_methods, ",")));
                                     },
                                 .execution = Execution::Inline});
    RawClient client(start());
    EXPECT_EQ(client.ask("GET /v2/nothing HTTP/1.1\r\nHost: x\r\n\r\n").body, "");
    EXPECT_EQ(client.ask("DELETE /v2/contract/draft HTTP/1.1\r\nHost: x\r\n\r\n").body, "POST");
    EXPECT_EQ(client.ask("GET /elsewhere HTTP/1.1\r\nHost: x\r\n\r\n").body,
              R"({"code":404,"message":"there is nothing at this path"})");
    const auto wrong = client.ask("DELETE /seal/1/image HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(wrong.status, 405);
    EXPECT_TRUE(wrong.has("Allow: GET, HEAD"));
}

// --- Hostile input ---

TEST_F(ServerTest, refuses_what_two_readers_could_frame_differently) {
    const std::uint16_t port = start();
    const auto status = [&](std::string_view fields, std::string_view version = "HTTP/1.1") {
        RawClient client(port);
        client.send(
            fmt::format("POST /v2/contract/draft {}\r\n{}\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n",
                        version, fields));
        client.end_sending();
        const auto answer = client.receive();
        EXPECT_EQ(answer.status, 400) << fields;
        EXPECT_NE(answer.body.find("\"code\":400"), std::string::npos) << fields;
        EXPECT_TRUE(answer.has("Connection: close")) << fields;
        EXPECT_EQ(client.receive().status, 0) << fields;
    };
    status("Host: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked");
    status("Host: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 5");
    status("Host: x\r\nContent-Length: 5\r\nContent-Length: 5");
    status("Host: x\r\nContent-Length: 5\r\nContent-Length: 6");
    status("Host: x\r\nContent-Length: 5, 5");
    status("Host: x\r\nContent-Length: +5");
    status("Host: x\r\nContent-Length: -1");
    status("Host: x\r\nContent-Length: 0x5");
    status("Host: x\r\nContent-Length: 99999999999999999999999");
    status("Host: x\r\nContent-Length:");
    status("Host: x\r\nTransfer-Encoding: xchunked");
    status("Host: x\r\nTransfer-Encoding: gzip, chunked");
    status("Host: x\r\nTransfer-Encoding: chunked, identity");
    status("Host: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked");
    status("Host: x\r\nTransfer-Encoding : chunked");
    status("Host: x\r\nTransfer-Encoding: chunked", "HTTP/1.0");
    status("Host: x\r\nHost: y");
    status("X: no host");
    status("Host: x\r\nX: a\rb");
    status("Host: x\r\n: no name");
}

TEST_F(ServerTest, refuses_malformed_request_lines) {
    const std::uint16_t port = start();
    const auto status = [&](std::string_view bytes) {
        RawClient client(port);
        client.send(bytes);
        client.end_sending();
        return client.receive().status;
    };
    EXPECT_EQ(status("nonsense\r\n\r\n"), 400);
    EXPECT_EQ(status("GET  HTTP/1.1\r\n\r\n"), 400);
    EXPECT_EQ(status("GET / HTTP/2.0\r\n\r\n"), 505);
    EXPECT_EQ(status("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 505);
    EXPECT_EQ(status("G@T / HTTP/1.1\r\nHost: x\r\n\r\n"), 400);
    EXPECT_EQ(status("GET /a\x01 HTTP/1.1\r\nHost: x\r\n\r\n"), 400);
    EXPECT_EQ(status("GET /a%00b HTTP/1.1\r\nHost: x\r\n\r\n"), 400);
    EXPECT_EQ(status({"\x16\x03\x01\x02\x00\x01\r\n\r\n", 10}), 400) << "the start of a TLS handshake";
}

TEST_F(ServerTest, bounds_target_head_and_body) {
    const std::uint16_t port = start();
    const auto status = [&](const std::string& bytes) { return RawClient(port).ask(bytes).status; };
    EXPECT_EQ(status("GET /" + std::string(17 * 1024, 'a')), 414);
    EXPECT_EQ(status("GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(65 * 1024, 'a')), 431);
    std::string many = "GET / HTTP/1.1\r\nHost: x\r\n";
    for (int i = 0; i < 300; ++i)
        many += "X: y\r\n";
    EXPECT_EQ(status(many + "\r\n"), 431);
    EXPECT_EQ(status("POST /v2/contract/draft HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577\r\n\r\n"), 413);
    EXPECT_EQ(status("POST /v2/contract/draft HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n100001\r\n" +
                     std::string(0x100001, 'x')),
              413);
    EXPECT_EQ(status("POST /v2/contract/draft HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n"),
              400);
    EXPECT_EQ(status("POST /v2/contract/draft HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;" +
                     std::string(200'000, 'x')),
              400);
    EXPECT_EQ(status("POST /v2/contract/draft HTTP/1.1\r\nHost: x\r\nContent-Type: "
                     "multipart/form-data\r\nContent-Length: 1\r\n\r\nx"),
              400);
}

TEST_F(ServerTest, refuses_an_upload_cut_short_and_leaves_no_file) {
    RawClient client(start());
    const auto answer = client.ask(
        "POST /v2/document/addbyfile HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; "
        "boundary=b\r\nContent-Length: 70\r\n\r\n"
        "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nhalf");
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(spooled(), 0U);
}

TEST_F(ServerTest, removes_spooled_files_when_the_client_goes_away) {
    {
        RawClient client(start());
        client.send(
            "POST /v2/document/addbyfile HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\n"
            "Content-Length: 700\r\n\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; "
            "filename=\"a\"\r\n\r\nhalf");
        while (spooled() == 0)
            std::this_thread::sleep_for(milliseconds(1));
    }
    settle();
    EXPECT_EQ(spooled(), 0U);
}

TEST_F(ServerTest, gives_up_on_heads_and_bodies_that_trickle) {
    options.header_timeout = milliseconds(300);
    options.progress_timeout = milliseconds(300);
    options.lowest_rate = 1'000'000;
    const std::uint16_t port = start();
    const auto trickle = [&](std::string_view start_of_request) {
        RawClient client(port);
        client.send(start_of_request);
        auto answer = std::async(std::launch::async, [&] { return client.receive(); });
        while (answer.wait_for(milliseconds(50)) != std::future_status::ready)
            client.send("x");
        return answer.get().status;
    };
    EXPECT_EQ(trickle("GET / HTTP/1.1\r\nX: "), 408);
    EXPECT_EQ(trickle("POST /v2/contract/draft HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"), 408);
    EXPECT_EQ(RawClient(port).ask(kDetail).status, 200);
}

TEST_F(ServerTest, closes_idle_connections_without_a_word) {
    options.idle_timeout = milliseconds(200);
    const std::uint16_t port = start();
    RawClient fresh(port);
    EXPECT_TRUE(fresh.ended());
    RawClient used(port);
    EXPECT_EQ(used.ask(kDetail).status, 200);
    EXPECT_TRUE(used.ended());
}

TEST_F(ServerTest, caps_connections) {
    options.max_connections = 2;
    const std::uint16_t port = start();
    RawClient first(port);
    RawClient second(port);
    EXPECT_EQ(first.ask(kDetail).status, 200);
    EXPECT_EQ(second.ask(kDetail).status, 200);
    RawClient third(port);
    const auto refused = third.receive();
    EXPECT_EQ(refused.status, 503);
    EXPECT_TRUE(refused.has("Retry-After: 5"));
    EXPECT_NE(refused.body.find("\"code\":503"), std::string::npos);
    EXPECT_EQ(first.ask(kDetail).status, 200);
}

TEST_F(ServerTest, holds_many_idle_connections_and_goes_on) {
    const std::uint16_t port = start();
    std::vector<std::unique_ptr<RawClient>> idle;
    for (int i = 0; i < 400; ++i) {
        idle.push_back(std::make_unique<RawClient>(port));
        ASSERT_TRUE(idle.back()->connected());
    }
    EXPECT_EQ(RawClient(port).ask(kDetail).status, 200);
    EXPECT_EQ(idle.front()->ask(kDetail).status, 200);
}

// --- Handlers ---

TEST_F(ServerTest, survives_exceptions_of_handlers_and_gates) {
    add(
        "GET", "/throws", [](Request&) -> Response { throw std::runtime_error("inner secret"); }, Execution::Inline);
    add("GET", "/throws-in-pool", [](Request&) -> Response { throw 17; });
    add("GET", "/gate-throws", describe_request, Execution::Inline,
        [](RequestHead&) -> std::optional<Response> { throw 17; });
    add(
        "GET", "/no-status", [](Request&) { return Response{.status = 0}; }, Execution::Inline);
    RawClient client(start());
    for (const char* path : {"/throws", "/throws-in-pool", "/gate-throws", "/no-status"}) {
        const auto answer = client.ask(fmt::format("GET {} HTTP/1.1\r\nHost: x\r\n\r\n", path));
        EXPECT_EQ(answer.status, 500) << path;
        EXPECT_EQ(answer.body, R"({"code":500,"message":"internal error"})") << path;
    }
    EXPECT_EQ(client.ask(kDetail).status, 200);
    EXPECT_NE(log.str().find("inner secret"), std::string::npos);
}

TEST_F(ServerTest, says_503_when_the_pool_is_full) {
    std::promise<void> release;
    const std::shared_future<void> released = release.get_future().share();
    std::atomic<int> running = 0;
    add("GET", "/slow", [&](Request&) {
        ++running;
        released.wait();
        return make_response(200, "text/plain", "done");
    });
    options.pool_threads = 1;
    options.pool_queue = 1;
    const std::uint16_t port = start();
    constexpr std::string_view kSlow = "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n";
    RawClient first(port);
    RawClient second(port);
    first.send(kSlow);
    while (running == 0)
        std::this_thread::sleep_for(milliseconds(1));
    second.send(kSlow);
    while (metrics.gauge("signet_http_pool_queue", "").value() == 0)
        std::this_thread::sleep_for(milliseconds(1));
    RawClient third(port);
    const auto refused = third.ask(kSlow);
    EXPECT_EQ(refused.status, 503);
    EXPECT_TRUE(refused.has("Retry-After: 1"));
    EXPECT_EQ(third.ask(kDetail).status, 200) << "what needs no pool is still answered";
    release.set_value();
    EXPECT_EQ(first.receive().body, "done");
    EXPECT_EQ(second.receive().body, "done");
}

TEST_F(ServerTest, sends_files_whole_in_ranges_and_not_at_all_for_head) {
    const std::filesystem::path path = directory / "document";
    std::string content(3'000'000, '\0');
    for (std::size_t i = 0; i < content.size(); ++i)
        content[i] = static_cast<char>(i * 31 >> 3);
    std::ofstream(path, std::ios::binary) << content;
    add("GET", "/download", [&](Request&) {
        Response response = make_response(200, "application/pdf", "");
        response.files = {*open_slice(path, 0, 1'000'000), *open_slice(path, 1'000'000)};
        return response;
    });
    RawClient client(start());
    const auto whole = client.ask("GET /download HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip,deflate\r\n\r\n");
    EXPECT_TRUE(whole.body == content);
    EXPECT_TRUE(whole.has("Accept-Ranges: bytes"));
    EXPECT_EQ(whole.head.find("Content-Encoding"), std::string::npos);
    const auto part = client.ask("GET /download HTTP/1.1\r\nHost: x\r\nRange: bytes=999999-1000001\r\n\r\n");
    EXPECT_EQ(part.status, 206);
    EXPECT_EQ(part.body, content.substr(999'999, 3));
    EXPECT_TRUE(part.has("Content-Range: bytes 999999-1000001/3000000"));
    const auto beyond = client.ask("GET /download HTTP/1.1\r\nHost: x\r\nRange: bytes=3000000-\r\n\r\n");
    EXPECT_EQ(beyond.status, 416);
    EXPECT_TRUE(beyond.has("Content-Range: bytes */3000000"));
    EXPECT_FALSE(beyond.body.empty());
    const auto head = client.send("HEAD /download HTTP/1.1\r\nHost: x\r\n\r\n").receive(true);
    EXPECT_TRUE(head.has("Content-Length: 3000000"));
    EXPECT_EQ(client.ask(kDetail).status, 200) << "nothing followed the head";
}

TEST_F(ServerTest, survives_a_client_that_leaves_in_the_middle_of_a_file) {
    const std::filesystem::path path = directory / "document";
    std::ofstream(path, std::ios::binary) << std::string(20'000'000, 'x');
    add("GET", "/download", [&](Request&) {
        Response response;
        response.files = {*open_slice(path)};
        return response;
    });
    const std::uint16_t port = start();
    for (int i = 0; i < 5; ++i)
        RawClient(port).send("GET /download HTTP/1.1\r\nHost: x\r\n\r\n").receive(true);
    EXPECT_EQ(RawClient(port).ask(kDetail).status, 200);
}

TEST_F(ServerTest, sends_large_and_shared_bodies) {
    const auto shared = std::make_shared<const std::string>(5'000'000, 's');
    add("GET", "/large", [](Request&) { return make_response(200, "text/plain", std::string(5'000'000, 'l')); });
    add(
        "GET", "/shared",
        [&](Request&) {
            Response response;
            response.shared_body = shared;
            return response;
        },
        Execution::Inline);
    RawClient client(start());
    EXPECT_TRUE(client.ask("GET /large HTTP/1.1\r\nHost: x\r\n\r\n").body == std::string(5'000'000, 'l'));
    EXPECT_TRUE(client.ask("GET /shared HTTP/1.1\r\nHost: x\r\n\r\n").body == *shared);
}

TEST_F(ServerTest, streams_a_large_upload_to_disk_and_lets_the_handler_take_it) {
    const std::filesystem::path kept = directory / "kept";
    add(
        "POST", "/upload",
        [&](Request& request) {
            std::filesystem::rename(request.file("file")->file.take(), kept);
            return make_response(200, "text/plain", fmt::format("{}", request.file("file")->size));
        },
        Execution::Pool, nullptr, 100 << 20);
    RawClient client(start());
    const std::string before = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n";
    const std::string piece(1 << 20, 'p');
    const std::string after = "\r\n--b--\r\n";
    client.send(
        fmt::format("POST /upload HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; "
                    "boundary=b\r\nContent-Length: {}\r\n\r\n",
                    before.size() + 40 * piece.size() + after.size()));
    client.send(before);
    for (int i = 0; i < 40; ++i)
        client.send(piece);
    EXPECT_EQ(client.ask(after).body, fmt::format("{}", 40 << 20));
    EXPECT_EQ(std::filesystem::file_size(kept), 40U << 20);
}

// --- Log, metrics, life ---

TEST_F(ServerTest, logs_one_harmless_line_a_request_without_secrets) {
    router.add({.method = "GET",
                .path = "/l/{token}",
                .handler = describe_request,
                .execution = Execution::Inline,
                .confidential_path = true});
    RawClient client(start());
    client.ask("GET /v2/contract/detail?secret=canary1 HTTP/1.1\r\nHost: x\r\nx-qys-open-signature: canary2\r\n\r\n");
    client.ask("GET /l/canary3 HTTP/1.1\r\nHost: x\r\n\r\n");
    client.ask("GET /a%0d%0a%1b[31mforged HTTP/1.1\r\nHost: x\r\n\r\n");
    server->stop();
    const std::string lines = access.str();
    EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 3);
    EXPECT_EQ(lines.find("canary"), std::string::npos);
    EXPECT_EQ(lines.find('\x1b'), std::string::npos);
    EXPECT_NE(lines.find(" 127.0.0.1 GET /v2/contract/detail 200 "), std::string::npos);
    EXPECT_NE(lines.find(" GET /l/{token} 200 "), std::string::npos);
    EXPECT_NE(lines.find("/a\\x0d\\x0a\\x1b[31mforged 404 "), std::string::npos);
}

TEST_F(ServerTest, counts_by_route_and_status) {
    RawClient client(start());
    client.ask("GET /seal/1/image HTTP/1.1\r\nHost: x\r\n\r\n");
    client.ask("GET /seal/2/image HTTP/1.1\r\nHost: x\r\n\r\n");
    client.ask("GET /unknown/1 HTTP/1.1\r\nHost: x\r\n\r\n");
    server->stop();
    const std::string text = metrics.text();
    EXPECT_NE(text.find("signet_http_requests_total{method=\"GET\",route=\"/seal/{id}/image\",status=\"200\"} 2\n"),
              std::string::npos);
    EXPECT_NE(text.find("signet_http_requests_total{method=\"\",route=\"\",status=\"404\"} 1\n"), std::string::npos);
    EXPECT_NE(text.find("signet_http_connections 0\n"), std::string::npos);
}

TEST_F(ServerTest, finishes_the_running_request_before_it_stops) {
    std::promise<void> release;
    const std::shared_future<void> released = release.get_future().share();
    std::atomic<int> running = 0;
    add("GET", "/slow", [&](Request&) {
        ++running;
        released.wait();
        return make_response(200, "text/plain", "done");
    });
    const std::uint16_t port = start();
    RawClient idle(port);
    EXPECT_EQ(idle.ask(kDetail).status, 200);
    RawClient busy(port);
    busy.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
    while (running == 0)
        std::this_thread::sleep_for(milliseconds(1));
    std::thread stopping([&] { server->stop(std::chrono::seconds(20)); });
    EXPECT_TRUE(idle.ended());
    EXPECT_FALSE(RawClient(port).connected());
    release.set_value();
    const auto answer = busy.receive();
    EXPECT_EQ(answer.body, "done");
    EXPECT_TRUE(answer.has("Connection: close"));
    EXPECT_TRUE(busy.ended());
    stopping.join();
}

TEST_F(ServerTest, cuts_off_who_does_not_finish_in_time) {
    RawClient client(start());
    client.send("POST /v2/contract/draft HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf");
    while (metrics.counter("signet_http_received_bytes_total", "").value() == 0)
        std::this_thread::sleep_for(milliseconds(1));
    server->stop(milliseconds(50));
    EXPECT_EQ(server->open_connections(), 0U);
}

TEST_F(ServerTest, shares_its_work_among_threads) {
    options.threads = 3;
    const std::uint16_t port = start();
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 50; ++i)
        clients.push_back(std::make_unique<RawClient>(port));
    for (auto& client : clients)
        client->send(kDetail);
    for (auto& client : clients)
        EXPECT_EQ(client->receive().status, 200);
}

TEST_F(ServerTest, does_not_share_a_port_with_another_server) {
    options.port = start();
    Server second(options, Router(), metrics);
    const Status started = second.start();
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().code, ErrorCode::Unavailable);
}

TEST_F(ServerTest, refuses_options_that_make_no_sense) {
    options.address = "not an address";
    EXPECT_EQ(Server(options, Router(), metrics).start().error().code, ErrorCode::InvalidParameter);
    options.address = "127.0.0.1";
    options.spool_directory = directory / "missing";
    EXPECT_EQ(Server(options, Router(), metrics).start().error().code, ErrorCode::InvalidParameter);
}

TEST_F(ServerTest, removes_what_a_crash_left_behind) {
    const auto abandoned = directory / "signet-upload-abc123";
    const auto foreign = directory / "other";
    std::ofstream(abandoned) << "x";
    std::ofstream(foreign) << "x";
    const auto long_ago = std::filesystem::file_time_type::clock::now() - std::chrono::hours(48);
    std::filesystem::last_write_time(abandoned, long_ago);
    std::filesystem::last_write_time(foreign, long_ago);
    start();
    EXPECT_FALSE(std::filesystem::exists(abandoned));
    EXPECT_TRUE(std::filesystem::exists(foreign));
}

}  // namespace
}  // namespace signet::http
