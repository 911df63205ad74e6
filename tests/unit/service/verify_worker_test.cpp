#include "service/verify_worker.hpp"

#include "pdf/verify.hpp"
#include "render/render_worker.hpp"
#include "sandbox/file.hpp"
#include "sandbox/worker.hpp"
#include "sandbox/worker_pool.hpp"
#include "service/assessment_wire.hpp"

#include <cstdlib>
#include <string_view>

#include <gtest/gtest.h>

namespace signet::service {
namespace {

/// A worker in a stranger's hands.
Result<Bytes> misbehave(ByteView, std::span<const int> files) {
    const Bytes file = *sandbox::read_file(files.front(), 5);
    const std::string_view deed = as_text(file);
    if (deed == "crash") std::abort();
    if (deed == "trash") return Bytes(100, 0xEE);
    if (deed == "throw") throw std::bad_alloc();
    Assessment lie;
    lie.conclusion = Conclusion::Valid;
    lie.modified = false;
    return write_assessment(lie);
}

class Workers : public testing::Test {
  protected:
    static Result<Assessment> judged(sandbox::WorkerPool& pool, std::string_view content) {
        const sandbox::FileDescriptor file = std::move(*sandbox::memory_file(as_bytes(content)));
        return assess_apart(pool, file.get(), content.size(), {});
    }
    static ReasonCode only_reason(const Result<Assessment>& assessment) {
        EXPECT_TRUE(assessment);
        EXPECT_EQ(assessment->conclusion, Conclusion::Unreadable);
        EXPECT_EQ(assessment->reasons.size(), 1U);
        return assessment->reasons.front().code;
    }

    sandbox::WorkerPool good_{{"/proc/self/exe", "worker", "verify"}, verify_worker_pool(1), verify_worker_limits()};
    sandbox::WorkerPool bad_{{"/proc/self/exe", "worker", "bad"}, verify_worker_pool(1), verify_worker_limits()};
};

TEST_F(Workers, judge_a_file_as_it_would_be_judged_here_and_each_file_in_a_fresh_process) {
    EXPECT_EQ(only_reason(judged(good_, "no PDF")), ReasonCode::FileNotPdf);
    EXPECT_EQ(only_reason(judged(good_, "%PDF-1.7\nnothing")), ReasonCode::FileDamaged);
    EXPECT_EQ(good_.statistics().jobs, 2U);
    EXPECT_GE(good_.statistics().started, 2U) << "one that has seen a file sees no other";
    EXPECT_EQ(good_.statistics().lost, 0U);
}

TEST_F(Workers, that_die_over_a_file_say_of_that_file_alone_that_it_cannot_be_judged) {
    EXPECT_EQ(only_reason(judged(bad_, "crash")), ReasonCode::FileTooComplex);
    EXPECT_EQ(only_reason(judged(bad_, "throw")), ReasonCode::FileTooComplex);
    EXPECT_EQ(only_reason(judged(bad_, "trash")), ReasonCode::FileTooComplex);
    EXPECT_EQ(only_reason(judged(good_, "no PDF")), ReasonCode::FileNotPdf);
}

TEST_F(Workers, cannot_claim_a_conclusion_that_no_signature_supports) {
    const auto assessment = judged(bad_, "claim");
    ASSERT_TRUE(assessment);
    EXPECT_EQ(assessment->conclusion, Conclusion::NotSigned);
}

}  // namespace
}  // namespace signet::service

int main(int argc, char** argv) {
    using namespace signet;
    if (argc == 3 && std::string_view(argv[1]) == "worker") {
        if (std::string_view(argv[2]) == "verify") return service::verify_worker_main();
        if (std::string_view(argv[2]) == "render") return render::render_worker_main();
        return sandbox::run_worker([] { return sandbox::JobHandler(service::misbehave); });
    }
    testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
