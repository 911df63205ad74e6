#include "benchmarks.hpp"
#include "crypto/certificate_authority.hpp"
#include "crypto/time_stamp_authority.hpp"
#include "measure.hpp"

#include <memory>

namespace signet::bench {
namespace {

using namespace std::chrono_literals;

/// An authority made for the run, and a request as its clients send it.
struct Stamping {
    UtcTime now = SystemClock().now();
    crypto::CertificateAuthority authority = need(crypto::CertificateAuthority::create({}, now));
    std::shared_ptr<const crypto::Signer> signer =
        need(authority.issue_service(crypto::AuthorityService::TimeStamping, crypto::Validity::starting(now, 24h)));
    crypto::TimeStampAuthority stamps = need(crypto::TimeStampAuthority::create(signer));
    crypto::TimeStampRequest request = crypto::TimeStampRequest::over(crypto::Sha256::of(as_bytes("content")));
};

}  // namespace

void bench_stamp() {
    const Stamping s;
    const Bytes query = crypto::encode(s.request);
    const Bytes attributes(120, 0x30);  // as long as the signed attributes of a token
    Figure granting{"stamp.p256", "tokens/s", {}, {}};
    for (int round = 0; round < kRounds; ++round) {
        granting.limits.push_back(per_processor_second(250ms, [&] { (void)need(s.signer->sign(attributes)); }));
        granting.values.push_back(per_processor_second(500ms, [&] { (void)s.stamps.answer(query, s.now); }));
    }
    print(granting);

    const Bytes response = s.stamps.answer(query, s.now).response;
    const crypto::TimeStampTrust trust{{s.authority.root_certificate()}, {}};
    Figure checking{"stamp.check", "tokens/s", {}, {}};
    for (int round = 0; round < kRounds; ++round) {
        checking.limits.push_back(per_processor_second(250ms, [&] { (void)need(s.signer->sign(attributes)); }));
        checking.values.push_back(per_processor_second(500ms, [&] {
            if (!crypto::verify_time_stamp_response(response, s.request, trust, s.now).accepted()) {
                throw std::runtime_error("the own time-stamp was refused");
            }
        }));
    }
    print(checking);
}

}  // namespace signet::bench
