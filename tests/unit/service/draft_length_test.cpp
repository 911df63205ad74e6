#include "service/draft_length.hpp"

#include <fmt/format.h>

#include <gtest/gtest.h>

namespace signet::service {
namespace {

/// A page, as our own writer leaves it: one revision.
std::string written_anew() {
    std::string file = "%PDF-1.7\n";
    std::string table = "xref\n0 4\n0000000000 65535 f \n";
    for (const char* object :
         {"1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n", "2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n",
          "3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]>>\nendobj\n"}) {
        table += fmt::format("{:010} 00000 n \n", file.size());
        file += object;
    }
    const std::size_t at = file.size();
    return file + table + fmt::format("trailer\n<</Size 4/Root 1 0 R>>\nstartxref\n{}\n%%EOF\n", at);
}

/// The same with a revision behind it, as sending and signing append them.
std::string grown(const std::string& before) {
    const std::size_t previous = before.rfind("startxref\n") + 10;
    std::string file = before;
    const std::size_t object = file.size();
    file += "3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]/Rotate 90>>\nendobj\n";
    const std::size_t at = file.size();
    file += fmt::format("xref\n3 1\n{:010} 00000 n \n", object);
    return file + fmt::format("trailer\n<</Size 4/Root 1 0 R/Prev {}>>\nstartxref\n{}\n%%EOF\n",
                              before.substr(previous, before.find('\n', previous) - previous), at);
}

std::uint64_t length_of(const std::string& file, const std::string& upload) {
    const auto length = first_length(to_bytes(file), to_bytes(upload));
    EXPECT_TRUE(length);
    return length ? *length : 0;
}

TEST(DraftLength, is_the_first_revision_of_what_was_written_anew) {
    const std::string draft = written_anew();
    EXPECT_EQ(length_of(draft, ""), draft.size());
    EXPECT_EQ(length_of(grown(draft), ""), draft.size());
    EXPECT_EQ(length_of(grown(grown(draft)), "another file altogether"), draft.size());
}

TEST(DraftLength, is_the_upload_where_that_was_kept_for_its_signatures) {
    const std::string upload = grown(written_anew());
    EXPECT_EQ(length_of(grown(grown(upload)), upload), upload.size());
    EXPECT_EQ(length_of(upload, upload), upload.size());
}

TEST(DraftLength, is_not_guessed_where_the_file_does_not_tell) {
    for (const char* file : {"", "no PDF", "%PDF-1.7\n%%EOF\n"}) {
        const auto length = first_length(to_bytes(file), {});
        ASSERT_FALSE(length) << file;
        EXPECT_EQ(length.error().code, ErrorCode::DocumentRequired);
    }
}

}  // namespace
}  // namespace signet::service
