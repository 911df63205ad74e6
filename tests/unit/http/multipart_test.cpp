#include "http/multipart.hpp"

#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

namespace signet::http {
namespace {

std::string content_of(const std::filesystem::path& path) {
    std::ifstream stream(path, std::ios::binary);
    std::stringstream content;
    content << stream.rdbuf();
    return content.str();
}

struct MultipartTest : testing::Test {
    void SetUp() override {
        directory = std::filesystem::path(testing::TempDir()) /
                    ("multipart-" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
        std::filesystem::remove_all(directory);
        std::filesystem::create_directories(directory);
    }
    void TearDown() override { std::filesystem::remove_all(directory); }

    std::size_t files_left() const {
        return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(directory), {}));
    }

    /// Feeds the pieces and describes what was read, one line a part: name|file name|type|content.
    std::string read(std::string_view boundary, const std::vector<std::string_view>& pieces,
                     MultipartLimits limits = {}) {
        MultipartParser parser(boundary, limits, directory);
        for (const std::string_view piece : pieces) {
            if (const Status fed = parser.feed(piece); !fed) return "! " + describe(fed.error());
        }
        if (const Status finished = parser.finish(); !finished) return "! " + describe(finished.error());
        std::string text;
        for (const Part& part : parser.take_parts()) {
            const std::string content = part.file_name ? content_of(part.file.path()) : part.text;
            EXPECT_EQ(content.size(), part.size);
            text += part.name + "|" + part.file_name.value_or("-") + "|" + part.content_type + "|" + content + "\n";
        }
        return text;
    }
    std::string read_whole(std::string_view boundary, std::string_view body, MultipartLimits limits = {}) {
        return read(boundary, {body}, limits);
    }

    std::filesystem::path directory;
};

// As the Java client writes it: no blanks in part headers, an unescaped quote and a semicolon in the name.
constexpr std::string_view kJavaBoundary = "----sdkboundaryAbC123";
constexpr std::string_view kJava =
    "------sdkboundaryAbC123\r\n"
    "Content-Disposition:form-data;name=\"fileSuffix\"\r\nContent-Type:text/plain\r\n\r\npdf\r\n"
    "------sdkboundaryAbC123\r\n"
    "Content-Disposition:form-data;name=\"title\"\r\nContent-Type:text/plain\r\n\r\n测试合同\r\n"
    "------sdkboundaryAbC123\r\n"
    "Content-Disposition:form-data;name=\"file\";filename=\"quote\"semi;合同.pdf\"\r\n"
    "Content-Type:application/octet-stream\r\n\r\n%PDF-1.7\r\n--\r\n------sdkboundaryAbC12\r\n%%EOF\r\n\r\n"
    "------sdkboundaryAbC123--\r\n";
constexpr std::string_view kJavaParts =
    "fileSuffix|-|text/plain|pdf\ntitle|-|text/plain|测试合同\n"
    "file|quote\"semi;合同.pdf|application/octet-stream|%PDF-1.7\r\n--\r\n------sdkboundaryAbC12\r\n%%EOF\r\n\n";

TEST_F(MultipartTest, reads_what_the_java_client_sends) {
    EXPECT_EQ(read_whole(kJavaBoundary, kJava), kJavaParts);
}

TEST_F(MultipartTest, gives_the_same_for_every_split_in_two) {
    for (std::size_t i = 0; i <= kJava.size(); ++i) {
        ASSERT_EQ(read(kJavaBoundary, {kJava.substr(0, i), kJava.substr(i)}), kJavaParts) << "split at " << i;
    }
}

TEST_F(MultipartTest, gives_the_same_for_pieces_of_every_length) {
    for (std::size_t length = 1; length < kJava.size(); ++length) {
        std::vector<std::string_view> pieces;
        for (std::size_t i = 0; i < kJava.size(); i += length)
            pieces.push_back(kJava.substr(i, length));
        ASSERT_EQ(read(kJavaBoundary, pieces), kJavaParts) << "pieces of " << length;
    }
}

TEST_F(MultipartTest, reads_what_the_csharp_client_sends_with_a_line_break_first) {
    EXPECT_EQ(read_whole("----sdkboundary1",
                         "\r\n------sdkboundary1\r\nContent-Disposition:form-data;name=\"title\"\r\n"
                         "Content-Type:text/plain\r\n\r\nx\r\n------sdkboundary1--\r\n"),
              "title|-|text/plain|x\n");
}

TEST_F(MultipartTest, reads_what_the_php_client_sends_with_full_paths_and_empty_parts) {
    EXPECT_EQ(
        read_whole(
            "------------------------0123456789abcdef",
            "--------------------------0123456789abcdef\r\nContent-Disposition: form-data; name=\"bizId\"\r\n\r\n\r\n"
            "--------------------------0123456789abcdef\r\nContent-Disposition: form-data; name=\"file\"; "
            "filename=\"/home/demo/劳动%22合同 v1.pdf\"\r\nContent-Type: application/octet-stream\r\n\r\nA\r\n"
            "--------------------------0123456789abcdef--\r\n"),
        "bizId|-||\nfile|劳动\"合同 v1.pdf|application/octet-stream|A\n");
}

TEST_F(MultipartTest, reads_what_the_python_client_sends_without_a_type_for_the_file) {
    EXPECT_EQ(
        read_whole("b",
                   "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\nA\r\n--b--\r\n"),
        "file|a.pdf||A\n");
}

TEST_F(MultipartTest, accepts_no_parts_and_nothing_at_all) {
    EXPECT_EQ(read_whole("b", "\r\n--b--\r\n"), "");
    EXPECT_EQ(read_whole("b", "--b--"), "");
    EXPECT_EQ(read_whole("b", ""), "");
}

TEST_F(MultipartTest, accepts_parts_without_headers_blanks_after_the_boundary_and_text_around) {
    EXPECT_EQ(read_whole("b", "preamble\r\n--b \t\r\n\r\ncontent\r\n--b--\r\nepilogue --b\r\n"), "|-||content\n");
}

TEST_F(MultipartTest, takes_a_longer_boundary_for_content) {
    EXPECT_EQ(read_whole("b", "--b\r\n\r\nx\r\n--bc\r\n--b-\r\n--b--"), "|-||x\r\n--bc\r\n--b-\n");
}

TEST_F(MultipartTest, refuses_a_body_cut_short) {
    EXPECT_EQ(read_whole("b", "--b\r\n\r\nx").substr(0, 18), "! InvalidParameter");
    EXPECT_EQ(read_whole("b", "nonsense").substr(0, 18), "! InvalidParameter");
    EXPECT_EQ(
        read_whole("b", "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\n\r\nhalf").substr(0, 18),
        "! InvalidParameter");
    EXPECT_EQ(files_left(), 0U);
}

TEST_F(MultipartTest, bounds_parts_headers_texts_and_files) {
    const std::string file_part =
        "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\n\r\n0123456789\r\n";
    const std::string text_part = "--b\r\nContent-Disposition: form-data; name=\"t\"\r\n\r\n0123456789\r\n";
    EXPECT_EQ(read_whole("b", file_part + file_part + "--b--", {.parts = 1}).substr(0, 16), "! UploadTooLarge");
    EXPECT_EQ(read_whole("b", file_part + "--b--", {.file_bytes = 9}).substr(0, 16), "! UploadTooLarge");
    EXPECT_EQ(read_whole("b", text_part + text_part + "--b--", {.text_bytes = 19}).substr(0, 16), "! UploadTooLarge");
    EXPECT_EQ(read_whole("b", "--b\r\n" + std::string(200, 'x'), {.header_bytes = 100}).substr(0, 18),
              "! InvalidParameter");
    EXPECT_EQ(files_left(), 0U);
}

TEST_F(MultipartTest, keeps_its_memory_small_in_a_preamble_without_end) {
    MultipartParser parser("b", {}, directory);
    const std::string noise(1 << 20, 'x');
    for (int i = 0; i < 64; ++i)
        ASSERT_TRUE(parser.feed(noise));
    EXPECT_FALSE(parser.finish());
}

TEST_F(MultipartTest, removes_files_unless_they_are_taken) {
    std::filesystem::path taken;
    {
        MultipartParser parser("b", {}, directory);
        ASSERT_TRUE(
            parser.feed("--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\n\r\nA\r\n"
                        "--b\r\nContent-Disposition: form-data; name=\"g\"; filename=\"g\"\r\n\r\nB\r\n--b--"));
        ASSERT_TRUE(parser.finish());
        auto parts = parser.take_parts();
        ASSERT_EQ(parts.size(), 2U);
        EXPECT_EQ(files_left(), 2U);
        taken = parts[1].file.take();
    }
    EXPECT_EQ(files_left(), 1U);
    EXPECT_EQ(content_of(taken), "B");
}

TEST_F(MultipartTest, fails_when_there_is_nowhere_to_store) {
    MultipartParser parser("b", {}, directory / "missing");
    const Status fed =
        parser.feed("--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\n\r\nA\r\n--b--");
    ASSERT_FALSE(fed);
    EXPECT_EQ(fed.error().code, ErrorCode::StorageFailed);
}

TEST(PartDisposition, reads_names_in_every_way_they_are_written) {
    const auto file_name = [](std::string_view value) { return parse_part_disposition(value).file_name.value_or("-"); };
    EXPECT_EQ(file_name("form-data; name=\"file\""), "-");
    EXPECT_EQ(file_name("form-data; name=\"file\"; filename=\"\""), "");
    EXPECT_EQ(file_name("form-data; name=\"file\"; filename=\"a\\\"b.pdf\""), "a\"b.pdf");
    EXPECT_EQ(file_name("form-data; name=\"file\"; filename=\"a%22b.pdf\""), "a\"b.pdf");
    EXPECT_EQ(file_name("form-data;name=\"file\";filename=\"quote\"semi;x.pdf\""), "quote\"semi;x.pdf");
    EXPECT_EQ(file_name("form-data; filename=\"a\"b;c.pdf\"; name=\"file\""), "a\"b;c.pdf");
    EXPECT_EQ(file_name("form-data; name=file; filename=plain.pdf"), "plain.pdf");
    EXPECT_EQ(file_name("form-data; name=\"file\"; filename=\"C:\\Demo\\合同.pdf\""), "合同.pdf");
    EXPECT_EQ(file_name("form-data; name=\"file\"; filename=\"../../etc/passwd\""), "passwd");
    EXPECT_EQ(file_name("form-data; name=\"file\"; filename=\"x.pdf\"; filename*=UTF-8''%E5%90%88.pdf"), "合.pdf");
    EXPECT_EQ(file_name("form-data; filename*=utf-8''a.pdf; filename=\"b.pdf\""), "a.pdf");
    EXPECT_EQ(file_name("form-data; filename=\"never closed"), "never closed");
    EXPECT_EQ(file_name("form-data; filename=\"a\x01\x1b[31mb.pdf\""), "a[31mb.pdf");
    EXPECT_EQ(parse_part_disposition("form-data;filename=\"a;b\";name=\"file\t\"").name, "file");
    EXPECT_EQ(parse_part_disposition("form-data; NAME=\"title\"").name, "title");
    EXPECT_EQ(parse_part_disposition("form-data").name, "");
}

TEST(MultipartBoundary, is_one_to_seventy_printable_characters) {
    EXPECT_TRUE(MultipartParser::is_boundary("----sdkboundaryXXXXXX"));
    EXPECT_FALSE(MultipartParser::is_boundary(""));
    EXPECT_FALSE(MultipartParser::is_boundary(std::string(71, 'x')));
    EXPECT_FALSE(MultipartParser::is_boundary("a\r\nb"));
}

}  // namespace
}  // namespace signet::http
