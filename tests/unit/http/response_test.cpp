#include "base/bytes.hpp"
#include "http/compression.hpp"
#include "http/remote_address.hpp"
#include "http/response_writer.hpp"
#include "http/static_files.hpp"
#include "http/timer_wheel.hpp"

#include <fmt/format.h>
#include <fstream>
#include <zlib.h>

#include <gtest/gtest.h>

namespace signet::http {
namespace {

std::string head_of(const Response& response, ResponseWriter::Connection connection = {true, false, "id-1"}) {
    ResponseWriter writer;
    std::string text;
    writer.append_head(response, connection, text);
    return text;
}

TEST(ResponseWriter, writes_status_fields_length_and_connection) {
    const std::string head = head_of(make_response(441, "application/json", "{}"), {false, false, "id-1"});
    EXPECT_TRUE(head.starts_with("HTTP/1.1 441 Unknown\r\nDate: ")) << head;
    EXPECT_NE(head.find("\r\nContent-Type: application/json\r\nContent-Length: 2\r\nX-Request-Id: id-1\r\nConnection: "
                        "close\r\n\r\n"),
              std::string::npos);
    EXPECT_NE(head_of({}, {true, true, ""}).find("\r\nConnection: keep-alive\r\n"), std::string::npos);
    EXPECT_EQ(head_of({}).find("Connection"), std::string::npos);
}

TEST(ResponseWriter, lets_no_value_begin_a_field_of_its_own) {
    Response response;
    response.headers.add("Location", "/x\r\nSet-Cookie: stolen=1");
    response.headers.add("X\r\nY", "z");
    response.headers.add("Content-Length", "99");
    const std::string head = head_of(response);
    EXPECT_NE(head.find("\r\nLocation: /x  Set-Cookie: stolen=1\r\n"), std::string::npos);
    EXPECT_EQ(head.find("\r\nSet-Cookie"), std::string::npos);
    EXPECT_EQ(head.find("\r\nY"), std::string::npos);
    EXPECT_EQ(head.find("99"), std::string::npos);
}

TEST(ResponseWriter, writes_no_length_where_there_is_no_body) {
    Response response;
    response.status = 304;
    EXPECT_EQ(head_of(response).find("Content-Length"), std::string::npos);
}

TEST(HttpDate, is_that_of_rfc_9110) {
    EXPECT_EQ(http_date(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST(ContentDisposition, carries_any_name) {
    EXPECT_EQ(content_disposition("attachment", "合\"1.pdf"),
              "attachment; filename=\"____1.pdf\"; filename*=UTF-8''%E5%90%88%221.pdf");
}

struct RangeTest : testing::Test {
    /// Applies the field to two slices of 10 and 5 bytes; describes status, slices and Content-Range.
    static std::string apply(std::string field, std::string method = "GET", std::string if_range = "") {
        RequestHead request;
        request.method = std::move(method);
        request.headers.add("Range", std::move(field));
        if (!if_range.empty()) request.headers.add("If-Range", std::move(if_range));
        Response response;
        response.headers.add("ETag", "\"e\"");
        response.files = {{nullptr, 100, 10}, {nullptr, 0, 5}};
        apply_range(request, response);
        std::string text = std::to_string(response.status);
        for (const FileSlice& slice : response.files) {
            text += fmt::format(" {}+{}", slice.offset, slice.length);
        }
        return fmt::format("{} {}", text, response.headers.get("content-range").value_or("-"));
    }
};

TEST_F(RangeTest, cuts_the_slices) {
    EXPECT_EQ(apply("bytes=0-3"), "206 100+4 bytes 0-3/15");
    EXPECT_EQ(apply("bytes=8-11"), "206 108+2 0+2 bytes 8-11/15");
    EXPECT_EQ(apply("bytes=10-"), "206 0+5 bytes 10-14/15");
    EXPECT_EQ(apply("bytes=-6"), "206 109+1 0+5 bytes 9-14/15");
    EXPECT_EQ(apply("bytes=0-999"), "206 100+10 0+5 bytes 0-14/15");
    EXPECT_EQ(apply("bytes=-99"), "206 100+10 0+5 bytes 0-14/15");
}

TEST_F(RangeTest, is_refused_beyond_the_end) {
    EXPECT_EQ(apply("bytes=15-"), "416 bytes */15");
    EXPECT_EQ(apply("bytes=-0"), "416 bytes */15");
}

TEST_F(RangeTest, is_ignored_when_it_makes_no_sense) {
    for (const char* field :
         {"bytes=3-1", "bytes=a-b", "bytes=-", "items=0-1", "bytes=0-1,3-4", "bytes=99999999999999999999-"}) {
        EXPECT_EQ(apply(field), "200 100+10 0+5 -") << field;
    }
    EXPECT_EQ(apply("bytes=0-1", "HEAD"), "200 100+10 0+5 -");
    EXPECT_EQ(apply("bytes=0-1", "GET", "\"other\""), "200 100+10 0+5 -");
    EXPECT_EQ(apply("bytes=0-1", "GET", "\"e\""), "206 100+2 bytes 0-1/15");
}

std::string gunzip(const std::string& packed) {
    z_stream stream = {};
    inflateInit2(&stream, 15 + 16);
    std::string text(1 << 20, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream.avail_in = static_cast<uInt>(packed.size());
    stream.next_out = reinterpret_cast<Bytef*>(text.data());
    stream.avail_out = static_cast<uInt>(text.size());
    EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
    text.resize(stream.total_out);
    inflateEnd(&stream);
    return text;
}

TEST(Compression, happens_only_where_it_is_allowed_and_accepted) {
    RequestHead accepting;
    accepting.headers.add("Accept-Encoding", "gzip,deflate");
    const auto compressed = [](const RequestHead& request, int status, std::size_t length, bool allowed) {
        Response response = make_response(status, "application/json", std::string(length, 'x'));
        response.compressible = allowed;
        compress(request, response);
        const bool done = response.headers.contains("content-encoding");
        if (done) {
            EXPECT_EQ(gunzip(response.body), std::string(length, 'x'));
        }
        return done;
    };
    EXPECT_TRUE(compressed(accepting, 200, 5000, true));
    EXPECT_FALSE(compressed(accepting, 200, 5000, false));
    EXPECT_FALSE(compressed(accepting, 200, 100, true));
    EXPECT_FALSE(compressed(accepting, 404, 5000, true));
    EXPECT_FALSE(compressed({}, 200, 5000, true));
}

TEST(Compression, heeds_the_weight) {
    const auto accepts = [](std::string field) {
        Headers headers;
        headers.add("Accept-Encoding", std::move(field));
        return accepts_gzip(headers);
    };
    EXPECT_TRUE(accepts("br, GZIP;q=0.5"));
    EXPECT_TRUE(accepts("*"));
    EXPECT_FALSE(accepts("gzip;q=0"));
    EXPECT_FALSE(accepts("gzip; q=0.000, *"));
    EXPECT_FALSE(accepts("identity"));
}

struct StaticFilesTest : testing::Test {
    void SetUp() override {
        // Every test is a process of its own, and several run at once.
        root = std::filesystem::path(testing::TempDir()) / ("static-files-" + random_token(16));
        std::filesystem::create_directories(root / "www" / "assets");
        write("secret.txt", "secret");
        write("www/index.html", "<p>");
        write("www/assets/app.js", "let a");
        write("www/assets/app.js.gz", "packed");
        write("www/.hidden", "hidden");
        std::filesystem::create_symlink(root / "secret.txt", root / "www" / "link.txt");
        std::filesystem::create_directory_symlink(root, root / "www" / "up");
    }
    void TearDown() override { std::filesystem::remove_all(root); }
    void write(const std::string& name, std::string_view text) const { std::ofstream(root / name) << text; }

    Response get(std::string path, StaticFiles::Options options = {}, Headers headers = {}) const {
        const auto files = StaticFiles::open(root / "www", std::move(options));
        RequestHead request;
        request.method = "GET";
        request.captures["path"] = std::move(path);
        request.headers = std::move(headers);
        return (*files)(request);
    }

    std::filesystem::path root;
};

TEST_F(StaticFilesTest, serves_files_with_type_and_tag) {
    const Response page = get("");
    EXPECT_EQ(page.status, 200);
    EXPECT_EQ(page.headers.get("content-type"), "text/html; charset=utf-8");
    EXPECT_EQ(page.body_size(), 3U);
    Headers known;
    known.add("If-None-Match", "\"other\", W/" + std::string(*page.headers.get("etag")));
    EXPECT_EQ(get("", {}, known).status, 304);
    EXPECT_EQ(get("missing.js").status, 404);
    EXPECT_EQ(get("assets").status, 404);
}

TEST_F(StaticFilesTest, prefers_the_packed_file_for_whom_takes_it) {
    Headers accepting;
    accepting.add("Accept-Encoding", "gzip");
    const Response packed = get("assets/app.js", {.immutable_prefix = "assets/"}, accepting);
    EXPECT_EQ(packed.body_size(), 6U);
    EXPECT_EQ(packed.headers.get("content-encoding"), "gzip");
    EXPECT_EQ(packed.headers.get("content-type"), "text/javascript; charset=utf-8");
    EXPECT_EQ(packed.headers.get("cache-control"), "public, max-age=31536000, immutable");
    const Response plain = get("assets/app.js");
    EXPECT_EQ(plain.body_size(), 5U);
    EXPECT_EQ(plain.headers.get("cache-control"), "no-cache");
    EXPECT_NE(plain.headers.get("etag"), packed.headers.get("etag"));
}

TEST_F(StaticFilesTest, never_leaves_the_directory) {
    for (const char* path : {"../secret.txt", "assets/../../secret.txt", "/etc/passwd", "link.txt", "up/secret.txt",
                             ".hidden", "./index.html", "..\\secret.txt", "assets//app.js"}) {
        EXPECT_EQ(get(path).status, 404) << path;
    }
    EXPECT_EQ(get(std::string("index.html\0.js", 14)).status, 404);
}

TEST_F(StaticFilesTest, gives_the_page_for_what_only_the_front_end_knows) {
    EXPECT_EQ(get("contracts/17", {.fallback = "index.html"}).status, 200);
    EXPECT_EQ(get("contracts/17.js", {.fallback = "index.html"}).status, 404);
    EXPECT_EQ(get("contracts/17").status, 404);
}

TEST(TrustedProxies, are_believed_and_nobody_else) {
    const auto proxies = TrustedProxies::parse({"127.0.0.1", "10.0.0.0/8", "::1"});
    ASSERT_TRUE(proxies);
    Headers headers;
    headers.add("X-Forwarded-For", "6.6.6.6, 198.51.100.7");
    headers.add("X-Forwarded-For", "10.1.2.3");
    const auto address = [](const char* text) { return boost::asio::ip::make_address(text); };
    EXPECT_EQ(proxies->client_of(address("127.0.0.1"), headers), "198.51.100.7");
    EXPECT_EQ(proxies->client_of(address("::ffff:10.9.9.9"), headers), "198.51.100.7");
    EXPECT_EQ(proxies->client_of(address("192.0.2.1"), headers), "192.0.2.1");
    EXPECT_EQ(proxies->client_of(address("10.0.0.1"), {}), "10.0.0.1");
    Headers nonsense;
    nonsense.add("X-Forwarded-For", "\x1b[31m");
    EXPECT_EQ(proxies->client_of(address("10.0.0.1"), nonsense), "10.0.0.1");
    EXPECT_FALSE(TrustedProxies::parse({"proxy.example"}));
}

TEST(TimerWheel, fires_what_is_due_and_nothing_before) {
    const auto start = TimerWheel::Clock::now();
    TimerWheel wheel(start);
    int fired = 0;
    TimerWheel::Deadline deadline(wheel, [&] { ++fired; });
    deadline.set(start + std::chrono::milliseconds(250));
    wheel.turn(start + std::chrono::milliseconds(200));
    EXPECT_EQ(fired, 0);
    wheel.turn(start + std::chrono::milliseconds(400));
    EXPECT_EQ(fired, 1);
    wheel.turn(start + std::chrono::seconds(60));
    EXPECT_EQ(fired, 1);
}

TEST(TimerWheel, follows_deadlines_that_move_and_lie_beyond_its_horizon) {
    const auto start = TimerWheel::Clock::now();
    TimerWheel wheel(start);
    int fired = 0;
    TimerWheel::Deadline deadline(wheel, [&] { ++fired; });
    deadline.set(start + std::chrono::seconds(1));
    deadline.set(start + std::chrono::seconds(100));
    auto now = start;
    const auto pass = [&](std::chrono::milliseconds span) {
        const auto until = now + span;
        while (now < until)
            wheel.turn(now += std::chrono::milliseconds(50));
    };
    pass(std::chrono::seconds(99));
    EXPECT_EQ(fired, 0);
    pass(std::chrono::seconds(2));
    EXPECT_EQ(fired, 1);
    deadline.set(now + std::chrono::seconds(100));
    deadline.set(now + std::chrono::seconds(1));
    pass(std::chrono::seconds(2));
    EXPECT_EQ(fired, 2);
    deadline.set(now + std::chrono::seconds(1));
    deadline.disarm();
    pass(std::chrono::seconds(5));
    EXPECT_EQ(fired, 2);
    deadline.set(now + std::chrono::seconds(1));
    pass(std::chrono::seconds(2));
    EXPECT_EQ(fired, 3);
}

}  // namespace
}  // namespace signet::http
