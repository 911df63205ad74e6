#include "benchmarks.hpp"
#include "measure.hpp"
#include "pdf/verify.hpp"
#include "sample_pdf.hpp"
#include "signing_kit.hpp"

#include <stdexcept>

namespace signet::bench {

void bench_verify() {
    const SigningKit kit;
    Bytes file = sample_pdf(20U << 20);
    const pdf::PreparedRevision prepared = SigningKit::prepared(file, 3);
    append(file, prepared.increment);
    crypto::Sha256 hash;
    hash.update(file);
    pdf::RevisionState state = prepared.state;
    for (const pdf::PreparedSignature& field : prepared.signatures) {
        const auto signer = kit.signer(crypto::KeyAlgorithm::EcP256);
        auto revision = need(pdf::sign(state, hash, kit.request(field), *signer));
        append(file, revision.increment);
        state = std::move(revision.state);
        hash = std::move(revision.hash);
    }

    const auto verify_once = [&] {
        const auto report = pdf::verify(file, {kit.root()});
        if (report.verdict != pdf::DocumentVerdict::Intact || report.signatures.size() != 3 || !report.all_trusted()) {
            throw std::runtime_error("what was signed a moment ago does not verify");
        }
    };
    const auto hash_once = [&] { (void)crypto::Sha256::of(file); };
    verify_once();

    Figure figure{"verify.20m", "ms", {}, {}, true};
    for (int round = 0; round < kRounds; ++round) {
        figure.limits.push_back(processor_milliseconds(5, hash_once));
        figure.values.push_back(processor_milliseconds(5, verify_once));
    }
    print(figure);
}

}  // namespace signet::bench
