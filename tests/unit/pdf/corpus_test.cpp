#include "pdf/sign.hpp"
#include "pdf/verify.hpp"
#include "support.hpp"

#include <algorithm>
#include <iostream>
#include <map>

#include <gtest/gtest.h>

namespace signet::pdf {
namespace {

using namespace testing;

std::vector<std::filesystem::path> files() {
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(corpus())) {
        if (entry.is_regular_file() && entry.path().extension() == ".pdf") found.push_back(entry.path());
    }
    std::sort(found.begin(), found.end());
    return found;
}

/// What became of the corpus, printed so that nothing is passed over in silence.
class Tally {
  public:
    void count(const std::string& what) { ++counts_[what]; }
    void print(const char* title) const {
        std::cout << title << ":";
        for (const auto& [what, count] : counts_)
            std::cout << "  " << what << " " << count;
        std::cout << "\n";
    }

  private:
    std::map<std::string, int> counts_;
};

TEST(Corpus, every_file_is_read_or_refused_with_a_reason) {
    Tally tally;
    ASSERT_GT(files().size(), 400U);
    for (const auto& path : files()) {
        const Bytes file = read_file(path);
        const Result<Document> document = Document::open(file);
        const auto pages = document ? document->pages() : Result<std::span<const Page>>(document.error());
        const Status signable = pages ? check_signable(*document) : Status(pages.error());
        tally.count(signable ? "signable" : std::string(to_string(signable.error().code)));
    }
    tally.print("Corpus read");
}

TEST(Corpus, whatever_is_signed_keeps_its_bytes_and_is_intact) {
    const CompiledDrawing seal = compiled(red_square(80));
    Tally tally;
    for (const auto& path : files()) {
        const Bytes file = read_file(path);
        const std::vector<NewPlace> places{{place_at(0, 40, 40, 80), {&seal}}};
        const Result<Bytes> signed_file = sign_document(file, "", places, details(), *identity().signer);
        if (!signed_file) {
            tally.count(std::string(to_string(signed_file.error().code)));
            continue;
        }
        EXPECT_TRUE(as_text(*signed_file).starts_with(as_text(file))) << path;
        const VerificationReport report = verify(*signed_file, {identity().root});
        const auto ours = std::find_if(report.signatures.begin(), report.signatures.end(),
                                       [](const SignatureReport& signature) { return signature.trusted(); });
        const bool good = ours != report.signatures.end() && ours->intact && ours->coverage == Coverage::WholeFile &&
                          ours->later_changes == LaterChanges::None;
        EXPECT_TRUE(good) << path;
        tally.count(good ? "signed" : "broken");
    }
    tally.print("Corpus signed");
}

TEST(Corpus, verifying_any_file_ends_with_a_verdict) {
    Tally tally;
    for (const auto& path : files()) {
        const VerificationReport report = verify(read_file(path), {});
        tally.count(std::string(to_string(report.verdict)));
    }
    tally.print("Corpus verified");
}

}  // namespace
}  // namespace signet::pdf
