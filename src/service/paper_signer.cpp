#include "service/paper_signer.hpp"

#include "crypto/certificate_authority.hpp"
#include "pdf/prepare.hpp"
#include "pdf/sign.hpp"

namespace signet::service {
namespace {

/// The key signs one paper.
constexpr std::chrono::hours kCertificateLife{24};
constexpr std::string_view kName = "Signet 出证 Evidence";

}  // namespace

Result<Bytes> PaperSigner::sign(const Bytes& paper, const std::string& reason, model::SignatureLevel level) const {
    const UtcTime now = platform_.clock.now();
    crypto::Subject subject;
    subject.common_name = kName;
    const auto signer = trust_.authority()->issue(subject, crypto::Validity::starting(now, kCertificateLife));
    if (!signer) return signer.error();
    pdf::SignatureDetails details;
    details.time = now;
    details.zone_offset_minutes = platform_.zone.offset_minutes(now);
    details.signer_name = kName;
    details.reason = reason;
    const bool timed = level >= model::SignatureLevel::Timed;
    const pdf::CmsMaker cms = timed ? timed_cms_maker(**signer, preservation_.time_stamps()) : pdf::cms_maker(**signer);
    auto file = pdf::sign_document(paper, "Evidence", {}, details, cms);
    if (!file || level < model::SignatureLevel::LongTerm) return file;
    const auto document = pdf::Document::open(*file);
    if (!document) return document.error();
    const auto state = pdf::state_for_new_objects(*document);
    if (!state) return state.error();
    crypto::Sha256 hash;
    hash.update(*file);
    const auto extension = preservation_.extender().extend({*file, *state, hash}, level);
    if (!extension) return extension.error();
    append(*file, extension->revision.increment);
    return file;
}

}  // namespace signet::service
