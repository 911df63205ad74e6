#pragma once

#include "base/bytes.hpp"
#include "convert/converter.hpp"
#include "crypto/key_vault.hpp"
#include "render/page_engine.hpp"
#include "sandbox/worker_pool.hpp"
#include "seal/fonts.hpp"
#include "service/directory.hpp"
#include "service/people.hpp"
#include "service/platform.hpp"
#include "service/trust_services.hpp"
#include "store/blobs.hpp"
#include "store/database.hpp"
#include "store/directory.hpp"
#include "store/document_files.hpp"
#include "store/outbox.hpp"
#include "store/schema.hpp"

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <utility>

namespace signet::service {

/// A platform in a folder of its own, with a clock that stands still. What renders and converts is there and idle: no
/// process is started for it.
class Desk {
  public:
    Desk() {
        std::filesystem::create_directories(folder_);
        vault_ =
            std::make_unique<crypto::KeyVault>(std::move(*crypto::KeyVault::load_or_create(folder_ / "master.key")));
        database_ = std::move(*store::Database::open(folder_ / "signet.db", store::schema()));
        blobs_ = std::move(*store::Blobs::open(folder_ / "blobs"));
        const auto nothing_committed = [](model::DocumentId) -> Result<std::optional<std::uint64_t>> {
            return std::optional<std::uint64_t>();
        };
        documents_ = std::move(*store::DocumentFiles::open(folder_ / "documents", nothing_committed));
        trust_ =
            std::move(*TrustServices::open(clock_, *database_, *vault_, {folder_ / "ca", "http://signet.invalid"}));
        authority_ = trust_->authority();
        outbox_ = std::make_unique<store::Outbox>(*database_, clock_);
        platform_ = std::make_unique<Platform>(Platform{clock_, ids_, TimeZone::fixed(8 * 60), *database_, *blobs_,
                                                        *documents_, *outbox_, pages_, converter_, *authority_, *vault_,
                                                        fonts_, "http://signet.invalid"});
    }
    ~Desk() {
        platform_.reset();
        trust_.reset();
        database_.reset();
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }
    Desk(const Desk&) = delete;
    Desk& operator=(const Desk&) = delete;

    Platform& platform() { return *platform_; }
    ManualClock& clock() { return clock_; }
    TrustServices& trust() { return *trust_; }
    const std::filesystem::path& folder() const { return folder_; }

    /// Puts companies, employees, categories or seals on record; `Directory::reload` makes them known.
    template <typename... Things>
    void record(const Things&... things) {
        const Status written = database_->write([&](store::Transaction& transaction) -> Status {
            Status all;
            ((all = all ? store::directory::insert(transaction, things) : all), ...);
            return all;
        });
        if (!written) throw std::runtime_error(written.error().detail);
    }

  private:
    ManualClock clock_{SystemClock().now()};
    std::filesystem::path folder_ = std::filesystem::temp_directory_path() / ("signet-desk-" + random_token(16));
    IdGenerator ids_{clock_, 0};
    sandbox::WorkerPool workers_{{"/bin/false"}};
    render::PageEngine pages_{workers_};
    convert::Converter converter_{workers_};
    seal::FontLibrary fonts_ = std::move(*seal::FontLibrary::open());
    std::unique_ptr<crypto::KeyVault> vault_;
    std::unique_ptr<store::Database> database_;
    std::unique_ptr<store::Blobs> blobs_;
    std::unique_ptr<store::DocumentFiles> documents_;
    std::unique_ptr<store::Outbox> outbox_;
    std::unique_ptr<TrustServices> trust_;
    std::shared_ptr<const crypto::CertificateAuthority> authority_;
    std::unique_ptr<Platform> platform_;
};

/// Who is on record in the tests of the people's rules: a platform company with a subsidiary, and a stranger.
namespace known {

inline constexpr model::CompanyId kOwn{1};
inline constexpr model::CompanyId kSubsidiary{2};
inline constexpr model::CompanyId kStranger{3};
inline constexpr model::SealId kSeal{21};
inline constexpr model::SealId kFrozenSeal{22};
inline constexpr model::SealId kLegalSeal{23};
inline constexpr model::CategoryId kUsual{31};
inline constexpr model::CategoryId kSubsidiaryUsual{32};
inline constexpr model::CategoryId kPlain{33};
inline constexpr model::CategoryId kIntake{34};

inline model::User mobile(std::string contact) {
    return {"", std::move(contact), model::ContactType::Mobile};
}
inline model::User number(std::string contact) {
    return {"", std::move(contact), model::ContactType::Number};
}

inline const model::User kHan = mobile("13900000001");     // an employee without a seal
inline const model::User kKeeper = mobile("13900000002");  // may use kSeal
inline const model::User kAdmin = mobile("13900000003");   // a seal administrator
inline const model::User kClerk = mobile("13900000004");   // of the subsidiary
inline const model::User kViewer = mobile("13900000005");  // looks at what the subsidiary gets under kPlain
inline const model::User kNobody = mobile("13900000009");  // on no record

inline model::Employee employee(std::int64_t id, model::CompanyId company, std::string name, const model::User& user,
                                std::string number) {
    model::Employee one;
    one.id = {id};
    one.company = company;
    one.name = std::move(name);
    one.mobile = user.contact;
    one.number = std::move(number);
    return one;
}

inline model::Seal seal(model::SealId id, model::SealType type, std::vector<model::User> users) {
    model::Seal one;
    one.id = id;
    one.company = kOwn;
    one.name = "seal " + to_string(id);
    one.type = type;
    one.users = std::move(users);
    return one;
}

inline model::Category category(model::CategoryId id, model::CompanyId company, std::string name, bool primary) {
    model::Category one;
    one.id = id;
    one.company = company;
    one.name = std::move(name);
    one.primary = primary;
    return one;
}

inline void put_on(Desk& desk) {
    const model::Company own{kOwn, "甲方测试有限公司", "91110000000000001X", true, {}, {}};
    const model::Company subsidiary{kSubsidiary, "甲方测试子公司", "", false, kOwn, {}};
    const model::Company stranger{kStranger, "旁人测试有限公司", "", true, {}, {}};
    model::Employee han = employee(11, kOwn, "韩测试", kHan, "E1");
    han.email = "han@example.com";
    model::Employee admin = employee(13, kOwn, "管章", kAdmin, "E3");
    admin.roles = {std::string(model::kSealAdministrator)};
    model::Seal frozen = seal(kFrozenSeal, model::SealType::Enterprise, {kKeeper});
    frozen.status = model::SealStatus::Freeze;
    model::Category plain = category(kPlain, kSubsidiary, "无流程", false);
    plain.policy.viewers = {kViewer};
    model::Category intake = category(kIntake, kSubsidiary, "有流程", false);
    intake.policy.intake.resize(1);
    intake.policy.intake[0].type = model::ActionType::Audit;
    intake.policy.intake[0].operators = {kClerk};
    desk.record(own, subsidiary, stranger, han, employee(12, kOwn, "用章", kKeeper, "E2"), admin,
                employee(14, kSubsidiary, "办事", kClerk, "S1"), seal(kSeal, model::SealType::Enterprise, {kKeeper}),
                frozen, seal(kLegalSeal, model::SealType::Lp, {kKeeper}), category(kUsual, kOwn, "默认", true),
                category(kSubsidiaryUsual, kSubsidiary, "默认", true), plain, intake);
}

/// Who the people's rules are asked about: one directory for all tests of a file, which change nothing in it.
struct Office {
    Office() {
        put_on(desk);
        if (!directory.reload()) throw std::runtime_error("the directory cannot be read");
    }
    Desk desk;
    Directory directory{desk.platform()};
    People people{directory};
};

}  // namespace known

}  // namespace signet::service
