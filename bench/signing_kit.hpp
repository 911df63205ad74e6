#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "crypto/certificate_authority.hpp"
#include "crypto/time_stamp_authority.hpp"
#include "measure.hpp"
#include "pdf/compiled_drawing.hpp"
#include "pdf/prepare.hpp"
#include "pdf/sign.hpp"
#include "seal/company_seal.hpp"

#include <string>
#include <vector>

namespace signet::bench {

/// What is needed to sign in this process: an authority made for the run and the vector seal of a fictitious company.
class SigningKit {
  public:
    SigningKit()
        : authority_(need(crypto::CertificateAuthority::create({}, SystemClock().now()))),
          seal_(need(compiled_seal())) {}

    std::unique_ptr<crypto::Signer> signer(crypto::KeyAlgorithm algorithm) const {
        crypto::Subject subject;
        subject.common_name = "测试（虚构）有限公司";
        subject.organization = subject.common_name;
        const auto validity = crypto::Validity::starting(SystemClock().now(), std::chrono::hours(24));
        return need(authority_.issue(subject, validity, algorithm));
    }

    /// The revision with `count` empty fields, each with one visible place on the first page.
    static pdf::PreparedRevision prepared(ByteView file, std::size_t count) {
        std::vector<pdf::PlannedSignature> plan;
        for (std::size_t i = 0; i < count; ++i) {
            const double x = 60 + 140 * static_cast<double>(i % 3);
            plan.push_back({"bench" + std::to_string(i), {{0, {x, 120, 119, 119, 0}}}});
        }
        return need(pdf::prepare(need(pdf::Document::open(file)), plan));
    }

    pdf::SignatureRequest request(const pdf::PreparedSignature& field) const {
        pdf::SignatureDetails details;
        details.time = SystemClock().now();
        details.zone_offset_minutes = 480;
        details.signer_name = "测试（虚构）有限公司";
        details.reason = "合同签署";
        return {field, {{&seal_}}, details};
    }

    crypto::TimeStampAuthority time_stamps() const {
        const auto validity = crypto::Validity::starting(SystemClock().now(), std::chrono::hours(24));
        return need(crypto::TimeStampAuthority::create(
            need(authority_.issue_service(crypto::AuthorityService::TimeStamping, validity))));
    }

    const Bytes& root() const { return authority_.root_certificate(); }

  private:
    static Result<pdf::CompiledDrawing> compiled_seal() {
        const auto fonts = seal::FontLibrary::open();
        if (!fonts) return fonts.error();
        seal::CompanySealDesign design;
        design.company_name = "测试（虚构）有限公司";
        const auto drawing = seal::draw_company_seal(*fonts, design);
        if (!drawing) return drawing.error();
        return pdf::CompiledDrawing::compile(*drawing);
    }

    crypto::CertificateAuthority authority_;
    pdf::CompiledDrawing seal_;
};

}  // namespace signet::bench
