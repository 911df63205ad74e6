#pragma once

#include "app/settings.hpp"
#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/metrics.hpp"
#include "base/result.hpp"
#include "convert/converter.hpp"
#include "crypto/certificate_authority.hpp"
#include "crypto/field_cipher.hpp"
#include "crypto/key_vault.hpp"
#include "crypto/pkcs11.hpp"
#include "notify/dispatcher.hpp"
#include "openapi/api.hpp"
#include "openapi/authentication.hpp"
#include "pages/pages.hpp"
#include "render/page_engine.hpp"
#include "sandbox/worker_pool.hpp"
#include "seal/fonts.hpp"
#include "service/anchoring.hpp"
#include "service/archiving.hpp"
#include "service/callback_sealing.hpp"
#include "service/copies.hpp"
#include "service/evidence_chain.hpp"
#include "service/filling.hpp"
#include "service/installation.hpp"
#include "service/integrity.hpp"
#include "service/joining.hpp"
#include "service/master_key.hpp"
#include "service/national_seals.hpp"
#include "service/notices.hpp"
#include "service/page_resending.hpp"
#include "service/party_editing.hpp"
#include "service/personal_grants.hpp"
#include "service/personal_signing.hpp"
#include "service/preservation.hpp"
#include "service/replay_guard.hpp"
#include "service/resending.hpp"
#include "service/retention.hpp"
#include "service/signing_keys.hpp"
#include "service/time_stamps.hpp"
#include "service/trust_services.hpp"
#include "store/blobs.hpp"
#include "store/database.hpp"
#include "store/document_files.hpp"
#include "store/outbox.hpp"

#include <memory>
#include <vector>

namespace signet::app {

/// A data folder opened and every use case built upon it. What is made first goes last. Open one per process and
/// folder.
class House {
  public:
    /// Makes what is missing in the folder: master key, CA, database, folders. Errors say what is wrong and where.
    static Result<std::unique_ptr<House>> open(const Settings& settings);
    ~House();

    service::Platform& platform() { return *platform_; }
    service::Directory& directory() { return *directory_; }
    service::ContractBook& book() { return *book_; }
    service::Cancelling& cancelling() { return *cancelling_; }
    service::Signing& signing() { return *signing_; }
    service::SigningPage& signing_page() { return *signing_page_; }
    service::Joining& joining() { return *joining_; }
    service::BatchSigning& batch_signing() { return *batch_signing_; }
    service::Downloads& downloads() { return *downloads_; }
    service::Archiving& archiving() { return *archiving_; }
    service::Appointing& appointing() { return *appointing_; }
    service::ReadingLinks& reading_links() { return *reading_links_; }
    service::PageResending& page_resending() { return *page_resending_; }
    service::Verification& verification() { return *verification_; }
    service::PersonalGrants& personal_grants() { return *personal_grants_; }
    service::CallbackSealing& callback_sealing() { return *callback_sealing_; }
    service::ReplayGuard& replays() { return *replays_; }
    service::TrustServices& trust() { return *trust_; }
    service::SigningKeys& signing_keys() { return *signing_keys_; }
    service::MasterKey& master_key() { return *master_key_; }
    service::TimeStamps& time_stamps() { return *time_stamps_; }
    service::Preservation& preservation() { return *preservation_; }
    service::Integrity& integrity() { return *integrity_; }
    service::Retention& retention() { return *retention_; }
    service::Anchoring& anchoring() { return *anchoring_; }
    service::NationalSeals& national_seals() { return *national_seals_; }
    service::DemoTools demo_tools() { return {*directory_, *drafting_, *sending_, *signing_, *links_}; }
    openapi::Services api_services();
    store::Outbox& outbox() { return *outbox_; }
    store::Database& database() { return *database_; }
    /// Wraps the key of personal data anew after the master key was replaced. Called at the end too, and now and then
    /// by a running server: whoever drops an old master key must find it done, or done in time.
    Status keep_personal_key() const;
    const Settings& settings() const { return settings_; }

  private:
    explicit House(Settings settings) : settings_(std::move(settings)) {}
    Status build();
    Status prepare_trust();
    Status prepare_signing_keys();
    void prepare_office();

    Settings settings_;
    SystemClock clock_;
    std::unique_ptr<IdGenerator> ids_;
    std::unique_ptr<crypto::KeyVault> vault_;
    std::shared_ptr<const crypto::FieldCipher> cipher_;
    std::shared_ptr<crypto::Pkcs11Tokens> tokens_;
    std::unique_ptr<seal::FontLibrary> fonts_;
    std::unique_ptr<sandbox::WorkerPool> render_workers_;
    std::unique_ptr<sandbox::WorkerPool> convert_workers_;
    std::unique_ptr<sandbox::WorkerPool> verify_workers_;
    std::unique_ptr<sandbox::WorkerPool> verify_render_workers_;
    std::unique_ptr<sandbox::WorkerPool> office_workers_;
    std::unique_ptr<render::PageEngine> pages_;
    std::unique_ptr<render::PageEngine> verify_pages_;
    std::unique_ptr<convert::Converter> converter_;
    std::unique_ptr<store::Database> database_;
    std::unique_ptr<store::Blobs> blobs_;
    std::unique_ptr<store::DocumentFiles> documents_;
    std::unique_ptr<store::Outbox> outbox_;
    std::unique_ptr<service::TrustServices> trust_;
    std::shared_ptr<const crypto::CertificateAuthority> authority_;
    std::unique_ptr<service::TimeStamps> time_stamps_;
    std::unique_ptr<service::Anchoring> anchoring_;
    std::unique_ptr<service::MasterKey> master_key_;
    std::unique_ptr<service::Platform> platform_;
    std::unique_ptr<service::SigningKeys> signing_keys_;
    std::unique_ptr<service::Directory> directory_;
    std::unique_ptr<service::People> people_;
    std::unique_ptr<service::Intake> intake_;
    std::unique_ptr<service::ContractBook> book_;
    std::unique_ptr<service::Artist> artist_;
    std::unique_ptr<service::PlaceFinder> places_;
    std::unique_ptr<service::Templates> templates_;
    std::unique_ptr<service::Drafting> drafting_;
    std::unique_ptr<service::Watermarks> watermarks_;
    std::unique_ptr<service::Preservation> preservation_;
    std::unique_ptr<service::NationalSeals> national_seals_;
    std::unique_ptr<service::Signing> signing_;
    std::unique_ptr<service::Sending> sending_;
    std::unique_ptr<service::Filling> filling_;
    std::unique_ptr<service::Links> links_;
    std::unique_ptr<service::Notices> notices_;
    std::unique_ptr<service::CallbackSealing> callback_sealing_;
    std::unique_ptr<service::Lifecycle> lifecycle_;
    std::unique_ptr<service::Cancelling> cancelling_;
    std::unique_ptr<service::SignerProof> proof_;
    std::unique_ptr<service::SigningPage> signing_page_;
    std::unique_ptr<service::BatchSigning> batch_signing_;
    std::unique_ptr<service::PartyEditing> party_editing_;
    std::unique_ptr<service::Joining> joining_;
    std::unique_ptr<service::Copies> copies_;
    std::unique_ptr<service::Resending> resending_;
    std::unique_ptr<service::OperationLog> operations_;
    std::unique_ptr<service::Evidence> evidence_;
    std::unique_ptr<service::Integrity> integrity_;
    std::unique_ptr<service::Retention> retention_;
    std::unique_ptr<service::PaperSigner> paper_signer_;
    std::unique_ptr<service::EvidenceReports> evidence_reports_;
    std::unique_ptr<service::Archiving> archiving_;
    std::unique_ptr<service::Downloads> downloads_;
    std::unique_ptr<service::ReadingLinks> reading_links_;
    std::unique_ptr<service::Appointing> appointing_;
    std::unique_ptr<service::PageResending> page_resending_;
    std::unique_ptr<service::ContractFiles> contract_files_;
    std::unique_ptr<service::Verification> verification_;
    std::unique_ptr<service::PersonalGrants> personal_grants_;
    std::unique_ptr<service::PersonalSigning> personal_signing_;
    std::unique_ptr<service::EvidenceChain> evidence_chain_;
    std::unique_ptr<service::ReplayGuard> replays_;
    std::unique_ptr<openapi::Authentication> authentication_;
};

/// Starts an office worker of this data folder (`signet worker office`).
std::vector<std::string> office_worker_command(const Settings& settings);

}  // namespace signet::app
