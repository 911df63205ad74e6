#include "service/national_seals.hpp"

#include "pdf/seal_sign.hpp"

#include <array>
#include <utility>

namespace signet::service {

namespace {

constexpr std::chrono::hours kCertificateLife{24};
constexpr std::chrono::days kMakerLife{365};
constexpr std::chrono::days kMakerRenewal{30};
/// How long the maker in hand is used before its end is looked at again.
constexpr std::chrono::hours kLook{24};

/// Seals and their signatures say whole seconds.
UtcTime whole_second(UtcTime time) {
    constexpr std::int64_t kSecond = 1000;
    return {time.milliseconds / kSecond * kSecond};
}

}  // namespace

Result<pdf::AppendedRevision> NationalSeals::Desk::seal(ByteView file, const pdf::Document& document,
                                                        const crypto::Sha256& hash, const std::string& field,
                                                        const pdf::SignatureDetails& details,
                                                        const TimeStamps* time_stamps) const {
    pdf::SealSigner signer{seal_, *signer_};
    if (time_stamps != nullptr) {
        signer.time_stamp = [&](const crypto::Sha256Digest& imprint) { return time_stamps->token(imprint); };
        signer.max_token_size = time_stamps->max_token_size();
    }
    return pdf::append_seal(file, document, hash, field, {}, details, signer);
}

Result<NationalSeals::Desk> NationalSeals::open(const crypto::Subject& subject, const Seal& seal, UtcTime time) {
    const auto office = this->office();
    if (!office) return office.error();
    const auto validity = crypto::Validity::starting(time, kCertificateLife);
    auto signer = (*office)->authority.issue(subject, validity, crypto::KeyAlgorithm::Sm2);
    if (!signer) return signer.error();
    crypto::SealFields fields;
    fields.id = seal.id;
    fields.owner = crypto::SealOwner::Unit;
    fields.name = seal.name;
    fields.users = crypto::SealUsers::by_digest({(*signer)->certificate_chain().front()});
    fields.created_at = whole_second(time);
    fields.valid_from = whole_second(time);
    fields.valid_until = whole_second(validity.not_after);
    fields.picture = seal.picture;
    const auto made = crypto::make_electronic_seal(fields, *(*office)->maker);
    if (!made) return made.error();
    auto parsed = crypto::parse_electronic_seal(*made);
    if (!parsed) return parsed.error();
    return Desk(std::move(*parsed), std::move(*signer));
}

std::optional<Bytes> NationalSeals::root() {
    {
        const std::lock_guard lock(mutex_);
        if (office_) return office_->authority.root_certificate();
    }
    if (!std::filesystem::exists(folder_ / "root.pem")) return std::nullopt;
    const auto there = office();
    if (!there) return std::nullopt;
    return (*there)->authority.root_certificate();
}

Result<std::shared_ptr<const NationalSeals::Office>> NationalSeals::office() {
    const std::lock_guard lock(mutex_);
    if (office_ && clock_.now() - office_->maker_since < kLook) return office_;
    auto fresh = furnish();
    if (!fresh) return fresh;
    office_ = std::move(*fresh);
    return office_;
}

Result<std::shared_ptr<const NationalSeals::Office>> NationalSeals::furnish() const {
    const UtcTime now = clock_.now();
    crypto::AuthoritySettings settings;
    settings.key_algorithm = crypto::KeyAlgorithm::Sm2;
    auto authority = crypto::CertificateAuthority::load_or_create(folder_, vault_, settings, now);
    if (!authority) return authority.error();
    auto maker = authority->load_or_issue_service(crypto::AuthorityService::SealMaker, folder_, vault_, now, kMakerLife,
                                                  kMakerRenewal);
    if (!maker) return maker.error();
    return std::make_shared<const Office>(Office{std::move(*authority), std::move(*maker), now});
}

}  // namespace signet::service
