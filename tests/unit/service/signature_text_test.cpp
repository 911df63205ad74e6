#include "service/signature_text.hpp"

#include <gtest/gtest.h>

namespace signet::service {
namespace {

TEST(SignatureText, keeps_what_was_drawn) {
    PersonalSignature before;
    before.canvas_width = 300.5;
    before.canvas_height = 120;
    before.strokes = {{{{1.25, 2.5, 0.0}, {3, 4, 16.5}}}, {{{-5, 1e-7, std::nullopt}}}};
    const auto after = personal_signature_from_text(to_text(before));
    ASSERT_TRUE(after);
    EXPECT_EQ(after->canvas_width, 300.5);
    ASSERT_EQ(after->strokes.size(), 2U);
    EXPECT_EQ(after->strokes[0].points[0].time, 0.0);
    EXPECT_EQ(after->strokes[0].points[1].x, 3);
    EXPECT_EQ(after->strokes[0].points[1].time, 16.5);
    EXPECT_EQ(after->strokes[1].points[0].y, 1e-7);
    EXPECT_EQ(after->strokes[1].points[0].time, std::nullopt);
    EXPECT_TRUE(after->typed.empty());
}

TEST(SignatureText, keeps_a_typed_name_with_all_its_blanks) {
    PersonalSignature before;
    before.typed = "Li  Lei（测试）\n二";
    const auto after = personal_signature_from_text(to_text(before));
    ASSERT_TRUE(after);
    EXPECT_EQ(after->typed, before.typed);
}

TEST(SignatureText, refuses_what_it_did_not_write) {
    for (const char* text : {"", "drawn", "drawn 1", "drawn a b", "drawn 1 2\nline 1 2 3", "drawn 1 2\nstroke 1 2",
                             "drawn 1 2\nstroke 1 2 x"})
        EXPECT_EQ(personal_signature_from_text(text).error().code, ErrorCode::StorageFailed) << text;
}

}  // namespace
}  // namespace signet::service
