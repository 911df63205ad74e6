#include "app/house.hpp"

#include "app/key_desk.hpp"
#include "app/trust_desk.hpp"
#include "base/log.hpp"
#include "convert/office_kit.hpp"
#include "convert/office_worker.hpp"
#include "service/auto_signing.hpp"
#include "service/deliveries.hpp"
#include "service/verify_worker.hpp"
#include "store/audit_tree.hpp"
#include "store/contracts.hpp"
#include "store/id_mark.hpp"
#include "store/schema.hpp"

#include <sys/stat.h>
#include <system_error>
#include <utility>

namespace signet::app {
namespace {

/// Puts a value that an opening function returned where it lives from now on.
template <typename T>
Status settle(Result<T>&& opened, std::unique_ptr<T>& home) {
    if (!opened) return opened.error();
    home = std::make_unique<T>(std::move(*opened));
    return {};
}

template <typename T>
Status settle(Result<std::unique_ptr<T>>&& opened, std::unique_ptr<T>& home) {
    if (!opened) return opened.error();
    home = std::move(*opened);
    return {};
}

/// A secret that cannot be opened: most often somebody put another master key there.
Error of_which_house(Error why) {
    if (why.code == ErrorCode::KeyUnusable) why.detail += " (is keys/master.key the one that belongs to this folder?)";
    return why;
}

}  // namespace

House::~House() {
    const Status kept = keep_personal_key();
    if (!kept) spdlog::error("the key of personal data: {}", for_log(describe(kept.error())));
}

Status House::keep_personal_key() const {
    if (!vault_ || !cipher_) return {};
    return cipher_->keep(settings_.data / "keys/personal.key", *vault_);
}

Result<std::unique_ptr<House>> House::open(const Settings& settings) {
    std::unique_ptr<House> house(new House(settings));
    if (const Status built = house->build(); !built) return built.error();
    return house;
}

Status House::build() {
    const std::filesystem::path& data = settings_.data;
    std::error_code error;
    for (const char* folder : {"", "spool"}) {
        std::filesystem::create_directories(data / folder, error);
        if (error) return fail(ErrorCode::StorageFailed, (data / folder).string() + ": " + error.message());
    }
    auto zone = TimeZone::find(settings_.zone);
    if (!zone) return invalid_parameter("zone: the system knows no time zone " + settings_.zone);

    ids_ = std::make_unique<IdGenerator>(clock_, settings_.node);
    if (auto done = settle(open_vault(data), vault_); !done) return done;
    if (auto done = settle(seal::FontLibrary::open({settings_.fonts}), fonts_); !done) return done;

    sandbox::PoolOptions pool;
    pool.count = settings_.render_workers;
    pool.warm = 1;
    render_workers_ =
        std::make_unique<sandbox::WorkerPool>(std::vector<std::string>{"/proc/self/exe", "worker", "render"}, pool);
    pool.warm = 0;
    convert_workers_ =
        std::make_unique<sandbox::WorkerPool>(std::vector<std::string>{"/proc/self/exe", "worker", "convert"}, pool);
    verify_workers_ = std::make_unique<sandbox::WorkerPool>(
        std::vector<std::string>{"/proc/self/exe", "worker", "verify"},
        service::verify_worker_pool(settings_.render_workers), service::verify_worker_limits());
    sandbox::PoolOptions drawing;
    drawing.count = 1;
    drawing.warm = 0;
    verify_render_workers_ =
        std::make_unique<sandbox::WorkerPool>(std::vector<std::string>{"/proc/self/exe", "worker", "render"}, drawing);
    verify_pages_ = std::make_unique<render::PageEngine>(*verify_render_workers_);
    pages_ = std::make_unique<render::PageEngine>(*render_workers_);
    prepare_office();
    converter_ = std::make_unique<convert::Converter>(*convert_workers_, office_workers_.get());

    auto cipher = crypto::FieldCipher::load_or_create(data / "keys/personal.key", *vault_);
    if (!cipher) return of_which_house(cipher.error());
    cipher_ = std::make_shared<const crypto::FieldCipher>(std::move(*cipher));
    if (const Status kept = keep_personal_key(); !kept) return kept;
    store::DatabaseOptions database;
    database.cipher = cipher_;
    // What a commit holds was minted before it, and so no other run gives those ids again.
    database.before_commit = [this](store::Transaction& transaction) {
        return store::id_mark::raise(transaction, ids_->greatest());
    };
    auto opened = store::Database::open(data / "signet.db", store::schema(), database);
    if (auto done = settle(std::move(opened), database_); !done) return done;
    const auto mark = database_->read([](store::Connection& connection) { return store::id_mark::find(connection); });
    if (!mark) return mark.error();
    ids_->start_above(*mark);
    const auto log = store::prepare_audit_tree(*database_);
    if (!log) return log.error();
    if (!*log) spdlog::error("the log was changed at entry {} before it had a tree; keep it as it is", log->first_bad);
    if (auto done = settle(store::Blobs::open(data / "blobs"), blobs_); !done) return done;
    const auto committed_length = [this](model::DocumentId document) {
        return database_->read(
            [&](store::Connection& connection) { return store::contracts::committed_length(connection, document); });
    };
    if (auto done = settle(store::DocumentFiles::open(data / "documents", committed_length), documents_); !done)
        return done;
    outbox_ = std::make_unique<store::Outbox>(*database_, clock_, service::deliveries_into_the_log(clock_));
    if (const Status done = prepare_trust(); !done) return done;

    std::string base_url = settings_.public_url;
    if (base_url.empty()) base_url = "http://" + settings_.address + ":" + std::to_string(settings_.port);
    while (base_url.ends_with('/'))
        base_url.pop_back();
    platform_ = std::make_unique<service::Platform>(
        service::Platform{clock_, *ids_, std::move(*zone), *database_, *blobs_, *documents_, *outbox_, *pages_,
                          *converter_, *authority_, *vault_, *fonts_, base_url, settings_.upload_limit_mib << 20});
    master_key_ = std::make_unique<service::MasterKey>(
        clock_, *database_, *vault_,
        service::MasterKey::Places{data / "keys/master.key", {data / "keys/ca", data / "keys/sm2"}},
        std::vector<service::MasterKey::OtherKey>{
            {[this] { return crypto::FieldCipher::needs_rewrapping(settings_.data / "keys/personal.key", *vault_); },
             [this] { return crypto::FieldCipher::rewrap(settings_.data / "keys/personal.key", *vault_); }}});
    if (const Status ready = prepare_signing_keys(); !ready) return ready;
    directory_ = std::make_unique<service::Directory>(*platform_);
    if (const Status loaded = directory_->reload(); !loaded) return loaded;
    people_ = std::make_unique<service::People>(*directory_);
    intake_ = std::make_unique<service::Intake>(*directory_, *people_);
    book_ = std::make_unique<service::ContractBook>(*platform_, *directory_);
    artist_ = std::make_unique<service::Artist>(*platform_);
    places_ = std::make_unique<service::PlaceFinder>(*platform_, *directory_, *artist_);
    templates_ = std::make_unique<service::Templates>(*platform_, *directory_);
    drafting_ = std::make_unique<service::Drafting>(*platform_, *directory_, *intake_, *book_, *templates_);
    watermarks_ = std::make_unique<service::Watermarks>(*platform_, *book_);
    national_seals_ = std::make_unique<service::NationalSeals>(clock_, *vault_, data / "keys/sm2");
    preservation_ = std::make_unique<service::Preservation>(*platform_, *directory_, *book_, *trust_, *time_stamps_,
                                                            *signing_keys_, settings_.trust.level);
    signing_ = std::make_unique<service::Signing>(*platform_, *directory_, *book_, *artist_, *places_, *watermarks_,
                                                  *trust_, *preservation_, *signing_keys_, *national_seals_);
    sending_ = std::make_unique<service::Sending>(*platform_, *directory_, *book_, *drafting_, *places_, *signing_);
    filling_ = std::make_unique<service::Filling>(*platform_, *book_, *templates_, *sending_, *signing_);
    links_ = std::make_unique<service::Links>(*platform_, *people_, *book_);
    notices_ = std::make_unique<service::Notices>(*platform_, *directory_, *people_, *links_);
    callback_sealing_ = std::make_unique<service::CallbackSealing>(*platform_, *directory_);
    book_->set_notices([this](store::Transaction& transaction, const model::Contract& contract,
                              const model::Events& events) -> Status {
        const Status automatic = service::note_automatic_signing(transaction, contract, platform_->clock.now());
        if (!automatic) return automatic;
        if (const Status anchored = anchoring_->note(transaction, events); !anchored) return anchored;
        const Status preserved = preservation_->note(transaction, contract, events);
        return preserved ? notices_->enqueue(transaction, contract, events) : preserved;
    });
    lifecycle_ = std::make_unique<service::Lifecycle>(*platform_, *directory_, *people_, *book_, *notices_, *signing_);
    cancelling_ = std::make_unique<service::Cancelling>(service::Cancelling::Tools{
        *platform_, *directory_, *book_, *drafting_, *places_, *signing_, *templates_, data / "spool"});
    proof_ = std::make_unique<service::SignerProof>(*platform_, *directory_, *people_, *notices_);
    book_->set_turns([this](const model::Contract& contract) {
        return service::people_whose_turn_it_is(*platform_, *people_, contract);
    });
    signing_page_ = std::make_unique<service::SigningPage>(service::SigningPage::Tools{
        *platform_, *people_, *book_, *drafting_, *signing_, *filling_, *artist_, *proof_, *watermarks_, *directory_});
    batch_signing_ = std::make_unique<service::BatchSigning>(*platform_, *people_, *book_, *signing_page_, *proof_,
                                                             *signing_, *links_);
    party_editing_ = std::make_unique<service::PartyEditing>(service::PartyEditing::Tools{
        *platform_, *directory_, *people_, *intake_, *book_, *drafting_, *places_, *signing_, *notices_});
    joining_ = std::make_unique<service::Joining>(
        service::Joining::Tools{*platform_, *directory_, *book_, *drafting_, *party_editing_, *proof_, *links_});
    copies_ = std::make_unique<service::Copies>(*platform_, *directory_, *book_, *drafting_);
    resending_ =
        std::make_unique<service::Resending>(*platform_, *directory_, *book_, *drafting_, *sending_, *templates_);
    operations_ = std::make_unique<service::OperationLog>(*platform_, *directory_);
    evidence_ = std::make_unique<service::Evidence>(*platform_);
    integrity_ = std::make_unique<service::Integrity>(*platform_, *book_);
    retention_ = std::make_unique<service::Retention>(*platform_, *directory_, *book_);
    paper_signer_ = std::make_unique<service::PaperSigner>(*platform_, *trust_, *preservation_);
    evidence_reports_ = std::make_unique<service::EvidenceReports>(*platform_, *operations_, *anchoring_, *time_stamps_,
                                                                   *paper_signer_, *preservation_);
    archiving_ =
        std::make_unique<service::Archiving>(*platform_, *book_, *operations_, *evidence_reports_,
                                             service::Archiving::Options{data / "spool", settings_.archive_checker});
    downloads_ = std::make_unique<service::Downloads>(
        *platform_, *watermarks_, *operations_, *evidence_, *evidence_reports_, *integrity_,
        service::Downloads::Options{data / "spool", settings_.downloads.lock});
    reading_links_ = std::make_unique<service::ReadingLinks>(*platform_, *people_, *book_, *downloads_, *proof_);
    appointing_ =
        std::make_unique<service::Appointing>(*platform_, *directory_, *book_, *places_, *templates_, *sending_);
    page_resending_ =
        std::make_unique<service::PageResending>(*signing_page_, *directory_, *resending_, *reading_links_);
    contract_files_ = std::make_unique<service::ContractFiles>(*platform_, *book_);
    auto known_roots = signer_roots(settings_.trust);
    if (!known_roots) return known_roots.error();
    verification_ = std::make_unique<service::Verification>(
        service::Verification::Tools{*platform_, *time_stamps_, *trust_, *signing_keys_, *verify_workers_,
                                     *verify_pages_, *national_seals_, std::move(*known_roots)});
    personal_grants_ = std::make_unique<service::PersonalGrants>(*platform_, *directory_, *proof_, *artist_, *notices_);
    personal_signing_ = std::make_unique<service::PersonalSigning>(service::PersonalSigning::Tools{
        *platform_, *directory_, *people_, *book_, *places_, *proof_, *personal_grants_, *signing_});
    evidence_chain_ = std::make_unique<service::EvidenceChain>(*platform_, *book_, *time_stamps_, *paper_signer_);
    replays_ = std::make_unique<service::ReplayGuard>(*platform_);
    if (const Status loaded = replays_->load(); !loaded) return loaded;
    authentication_ = std::make_unique<openapi::Authentication>(*directory_, *replays_, clock_);
    return signing_->void_unfinished();
}

Status House::prepare_trust() {
    std::string public_url = settings_.public_url;
    while (public_url.ends_with('/'))
        public_url.pop_back();
    tokens_ = std::make_shared<crypto::Pkcs11Tokens>(settings_.keys.tokens);
    const service::TrustServices::Settings trust{settings_.data / "keys/ca", public_url, tokens_,
                                                 settings_.keys.issuing_key};
    auto opened = service::TrustServices::open(clock_, *database_, *vault_, trust);
    if (!opened) return of_which_house(opened.error());
    if (auto done = settle(std::move(opened), trust_); !done) return done;
    authority_ = trust_->authority();
    auto sources = time_stamp_sources(settings_.trust);
    if (!sources) return sources.error();
    time_stamps_ =
        std::make_unique<service::TimeStamps>(clock_, trust_.get(), std::move(*sources), settings_.trust.patience);
    const std::filesystem::path anchors =
        settings_.audit.anchor_file.empty() ? settings_.data / "audit-anchors.txt" : settings_.audit.anchor_file;
    anchoring_ = std::make_unique<service::Anchoring>(
        clock_, *database_, *time_stamps_,
        service::Anchoring::Settings{anchors, std::chrono::minutes(settings_.audit.anchor_minutes)});
    return {};
}

Status House::prepare_signing_keys() {
    std::vector<std::shared_ptr<const service::RemoteSigning>> remotes;
    for (const service::RemoteSignerSettings& remote : settings_.keys.remote_signers)
        remotes.push_back(std::make_shared<const service::RemoteSigning>(remote));
    signing_keys_ = std::make_unique<service::SigningKeys>(*platform_, tokens_, std::move(remotes));
    return signing_keys_->reload();
}

void House::prepare_office() {
    // Commands that convert nothing do not say where the rules are.
    if (settings_.office_workers == 0 || settings_.office_font_rules.empty()) return;
    if (convert::office_program_folder().empty()) {
        spdlog::warn("LibreOffice is not installed: Office files and HTML are not taken");
        return;
    }
    convert::remove_office_leftovers(settings_.data / "office");
    office_workers_ = std::make_unique<sandbox::WorkerPool>(
        office_worker_command(settings_),
        convert::Converter::office_pool(settings_.office_workers, settings_.office_warm),
        convert::Converter::office_limits());
}

std::vector<std::string> office_worker_command(const Settings& settings) {
    // The workers see no other folders than the ones they are given, so these must not depend on where we are.
    const auto absolute = [](const std::filesystem::path& path) { return std::filesystem::absolute(path).string(); };
    std::vector<std::string> command{"/proc/self/exe", "worker", "office"};
    const auto add = [&](const char* option, const std::filesystem::path& path) {
        command.emplace_back(option);
        command.push_back(absolute(path));
    };
    add("--work", settings.data / "office");
    add("--font-rules", settings.office_font_rules);
    if (!settings.fonts.empty()) add("--fonts", settings.fonts);
    return command;
}

openapi::Services House::api_services() {
    return {*authentication_,
            *directory_,
            *people_,
            *book_,
            *drafting_,
            *sending_,
            *templates_,
            *filling_,
            *signing_,
            *lifecycle_,
            *cancelling_,
            *links_,
            *downloads_,
            *operations_,
            *reading_links_,
            *contract_files_,
            *artist_,
            *verification_,
            *watermarks_,
            *joining_,
            *party_editing_,
            *copies_,
            *resending_,
            *personal_grants_,
            *personal_signing_,
            *evidence_chain_,
            clock_,
            platform_->zone,
            platform_->upload_limit,
            settings_.downloads.failure_status};
}

}  // namespace signet::app
