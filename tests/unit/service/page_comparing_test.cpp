#include "service/page_comparing.hpp"

#include "render/page_engine.hpp"
#include "sandbox/file.hpp"
#include "sandbox/worker_pool.hpp"

#include <array>
#include <fmt/format.h>

#include <gtest/gtest.h>

namespace signet::service {
namespace {

/// One page, and an update that draws something else upon it.
class Comparing : public testing::Test {
  protected:
    Comparing() {
        std::string table = "xref\n0 5\n0000000000 65535 f \n";
        const std::array<std::string, 4> objects{"<</Type/Catalog/Pages 2 0 R>>",
                                                 "<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 500 1000]>>",
                                                 "<</Type/Page/Parent 2 0 R/Contents 4 0 R>>", content("50 900")};
        for (std::size_t i = 0; i < objects.size(); ++i) {
            table += fmt::format("{:010} 00000 n \n", file_.size());
            file_ += fmt::format("{} 0 obj\n{}\nendobj\n", i + 1, objects[i]);
        }
        table_ = file_.size();
        file_ += table + fmt::format("trailer\n<</Size 5/Root 1 0 R>>\nstartxref\n{}\n%%EOF\n", table_);
        signed_length_ = file_.size();
    }

    static std::string content(std::string_view corner) {
        const std::string drawing = fmt::format("0 g {} 100 20 re f", corner);
        return fmt::format("<</Length {}>>\nstream\n{}\nendstream", drawing.size(), drawing);
    }
    void redraw(std::string_view corner) {
        const std::size_t object = file_.size();
        file_ += fmt::format("4 0 obj\n{}\nendobj\n", content(corner));
        const std::size_t table = file_.size();
        file_ +=
            fmt::format("xref\n4 1\n{:010} 00000 n \ntrailer\n<</Size 5/Root 1 0 R/Prev {}>>\nstartxref\n{}\n%%EOF\n",
                        object, table_, table);
    }

    /// What comes of a signature that the comparison of objects found nothing wrong with.
    Assessment compared(std::vector<pdf::PageArea> open_areas = {}) {
        Assessment assessment;
        assessment.conclusion = Conclusion::NotSigned;
        SignatureAssessment& one = assessment.signatures.emplace_back();
        one.intact = true;
        one.later_changes = pdf::LaterChanges::FormFilling;
        one.signed_length = signed_length_;
        one.open_areas = std::move(open_areas);
        const sandbox::FileDescriptor file = std::move(*sandbox::memory_file(as_bytes(file_)));
        compare_pages(render::PageEngine(workers_), file.get(), file_.size(), assessment);
        return assessment;
    }

    sandbox::WorkerPool workers_{{"/proc/self/exe", "worker", "render"}};
    std::string file_ = "%PDF-1.7\n";
    std::size_t table_ = 0;
    std::uint64_t signed_length_ = 0;
};

TEST_F(Comparing, pages_that_look_as_they_were_signed_says_nothing) {
    redraw("50 900");
    const Assessment assessment = compared();
    EXPECT_EQ(assessment.conclusion, Conclusion::Valid);
    EXPECT_TRUE(assessment.signatures[0].differences.empty());
    EXPECT_TRUE(assessment.reasons.empty());
}

TEST_F(Comparing, a_page_that_looks_different_makes_the_file_invalid_whatever_the_objects_say) {
    redraw("250 100");
    const Assessment assessment = compared();
    EXPECT_EQ(assessment.conclusion, Conclusion::Invalid);
    EXPECT_TRUE(assessment.modified);
    ASSERT_EQ(assessment.signatures[0].reasons.size(), 1U);
    EXPECT_EQ(assessment.signatures[0].reasons[0].code, ReasonCode::PageLooksDifferent);
    EXPECT_EQ(assessment.signatures[0].reasons[0].detail, "page 1");
    ASSERT_EQ(assessment.signatures[0].differences.size(), 1U);
    EXPECT_EQ(assessment.signatures[0].differences[0].page, 0);
    EXPECT_FALSE(assessment.signatures[0].differences[0].before.empty());
}

TEST_F(Comparing, what_changes_where_fields_were_open_is_not_held_against_anybody) {
    redraw("250 100");
    EXPECT_EQ(compared({{0, {0, 0, 500, 1000}}}).conclusion, Conclusion::Valid);
}

TEST_F(Comparing, pages_that_cannot_be_drawn_is_told_and_decides_nothing) {
    redraw("250 100");
    signed_length_ = 15;  // no document ends there
    const Assessment assessment = compared();
    EXPECT_EQ(assessment.conclusion, Conclusion::Valid);
    ASSERT_EQ(assessment.reasons.size(), 1U);
    EXPECT_EQ(assessment.reasons[0].code, ReasonCode::PagesNotCompared);
}

}  // namespace
}  // namespace signet::service
