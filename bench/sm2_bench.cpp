#include "benchmarks.hpp"
#include "crypto/certificate_authority.hpp"
#include "crypto/electronic_seal.hpp"
#include "measure.hpp"

#include <memory>
#include <stdexcept>

#include <openssl/evp.h>

namespace signet::bench {
namespace {

using namespace std::chrono_literals;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)>;

/// libcrypto's own signature over a digest that is ready, with nothing around it.
class Raw {
  public:
    void sign() {
        std::size_t size = signature_.size();
        if (EVP_PKEY_sign(context_.get(), signature_.data(), &size, digest_.data(), digest_.size()) != 1) {
            throw std::runtime_error("libcrypto does not sign by SM2");
        }
    }

  private:
    static KeyContext prepared(const crypto::PrivateKey& key) {
        KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.native(), nullptr), EVP_PKEY_CTX_free);
        if (!context || EVP_PKEY_sign_init(context.get()) != 1) throw std::runtime_error("no context for SM2");
        return context;
    }

    crypto::PrivateKey key_ = need(crypto::PrivateKey::generate(crypto::KeyAlgorithm::Sm2));
    KeyContext context_ = prepared(key_);
    Bytes digest_ = Bytes(32, 0x30);
    Bytes signature_ = Bytes(128);
};

/// A company with its seal below an SM2 authority made for the run.
struct Sealing {
    static crypto::AuthoritySettings settings() {
        crypto::AuthoritySettings settings;
        settings.key_algorithm = crypto::KeyAlgorithm::Sm2;
        return settings;
    }
    crypto::ElectronicSeal make() const {
        crypto::SealFields fields;
        fields.id = "1";
        fields.name = "示例公司";
        fields.users = crypto::SealUsers::by_digest({signer->certificate_chain().front()});
        fields.created_at = fields.valid_from = now;
        fields.valid_until = now + 24h;
        fields.picture = {"PNG", Bytes(20'000, 7), 42, 42};
        return need(crypto::parse_electronic_seal(need(crypto::make_electronic_seal(fields, *maker))));
    }

    UtcTime now{SystemClock().now().milliseconds / 1000 * 1000};
    crypto::CertificateAuthority authority = need(crypto::CertificateAuthority::create(settings(), now));
    crypto::Validity validity = crypto::Validity::starting(now, 24h);
    std::unique_ptr<crypto::Signer> signer =
        need(authority.issue({"示例公司", "", "1", "", ""}, validity, crypto::KeyAlgorithm::Sm2));
    std::unique_ptr<crypto::Signer> maker =
        need(authority.issue_service(crypto::AuthorityService::SealMaker, validity));
    crypto::ElectronicSeal seal = make();
};

}  // namespace

void bench_sm2() {
    const Sealing s;
    Raw raw;
    const Bytes message(200, 0x30);
    const crypto::SealSignatureFields fields{s.now, {}, "ByteRange[0 1 2 3]"};
    const auto measure = [&](const char* name, const char* unit, const auto& work) {
        Figure figure{name, unit, {}, {}};
        for (int round = 0; round < kRounds; ++round) {
            figure.limits.push_back(per_processor_second(250ms, [&] { raw.sign(); }));
            figure.values.push_back(per_processor_second(500ms, work));
        }
        print(figure);
    };
    measure("sm2.sign", "signatures/s", [&] { (void)need(s.signer->sign(message)); });
    measure("sm2.cms", "CMS/s", [&] { (void)need(crypto::make_national_cms(*s.signer, {})); });
    measure("sm2.seal", "signatures/s", [&] {
        const auto unfinished = need(crypto::sign_with_seal(s.seal, fields, *s.signer));
        (void)need(crypto::finish_seal_signature(unfinished, *s.signer));
    });
}

}  // namespace signet::bench
