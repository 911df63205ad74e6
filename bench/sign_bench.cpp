#include "benchmarks.hpp"
#include "measure.hpp"
#include "sample_pdf.hpp"
#include "signing_kit.hpp"

namespace signet::bench {

using namespace std::chrono_literals;

void bench_sign(const std::string& name, std::size_t size, crypto::KeyAlgorithm algorithm) {
    const SigningKit kit;
    const auto signer = kit.signer(algorithm);
    Bytes file = sample_pdf(size);
    const pdf::PreparedRevision prepared = SigningKit::prepared(file, 1);
    append(file, prepared.increment);
    crypto::Sha256 hash;
    hash.update(file);
    const std::size_t frozen = file.size();
    file.reserve(frozen + (1U << 20));
    const pdf::SignatureRequest request = kit.request(prepared.signatures.front());
    const Bytes attributes(120, 0x30);  // as long as the signed attributes of a CMS

    const auto sign_once = [&] {
        const auto revision = need(pdf::sign(prepared.state, hash, request, *signer));
        file.resize(frozen);
        append(file, revision.increment);
    };
    const auto raw_once = [&] { (void)need(signer->sign(attributes)); };
    sign_once();

    Figure figure{name, "signatures/s", {}, {}};
    for (int round = 0; round < kRounds; ++round) {
        figure.limits.push_back(per_processor_second(250ms, raw_once));
        figure.values.push_back(per_processor_second(500ms, sign_once));
    }
    print(figure);
}

void bench_sign_timed() {
    constexpr std::size_t kSize = 100'000;
    const SigningKit kit;
    const auto signer = kit.signer(crypto::KeyAlgorithm::EcP256);
    const crypto::TimeStampAuthority stamps = kit.time_stamps();
    Bytes file = sample_pdf(kSize);
    const pdf::PreparedRevision prepared = SigningKit::prepared(file, 1);
    append(file, prepared.increment);
    crypto::Sha256 hash;
    hash.update(file);
    const std::size_t frozen = file.size();
    file.reserve(frozen + (1U << 20));
    const pdf::SignatureRequest request = kit.request(prepared.signatures.front());
    const Bytes attributes(120, 0x30);  // as long as the signed attributes of a CMS

    const pdf::CmsMaker cms{crypto::max_pades_cms_size(*signer, stamps.max_token_size()),
                            [&](const crypto::Sha256Digest& digest) -> Result<Bytes> {
                                const auto signature = need(crypto::sign_pades(*signer, digest));
                                const auto asked = crypto::TimeStampRequest::over(signature.time_stamp_imprint());
                                const Bytes token = need(stamps.token(asked, SystemClock().now()));
                                return crypto::finish_pades_cms(*signer, signature, token);
                            }};
    const auto sign_once = [&] {
        const auto revision = need(pdf::sign(prepared.state, hash, request, cms));
        file.resize(frozen);
        append(file, revision.increment);
    };
    sign_once();

    Figure figure{"sign.bt.p256", "signatures/s", {}, {}};
    for (int round = 0; round < kRounds; ++round) {
        figure.limits.push_back(per_processor_second(250ms, [&] { (void)need(signer->sign(attributes)); }));
        figure.values.push_back(per_processor_second(500ms, sign_once));
    }
    print(figure);
}

}  // namespace signet::bench
