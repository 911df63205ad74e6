#include "service/trust_services.hpp"

#include "base/log.hpp"
#include "base/text.hpp"
#include "crypto/certificate.hpp"
#include "crypto/key_vault.hpp"
#include "crypto/revocation_list.hpp"
#include "store/database.hpp"
#include "store/directory.hpp"

#include <algorithm>
#include <utility>

namespace signet::service {

using crypto::AuthorityService;
using crypto::CertificateAuthority;
using crypto::OcspCertificateStatus;
using crypto::OcspResponseStatus;
using store::revocations::Revocation;

namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

// A document time-stamp should hold for years, so its certificate is young when it is made.
constexpr days kTimeStampingLife{3 * 365};
constexpr days kTimeStampingRenewal{365};
// A responder's certificate cannot be revoked (nocheck), so it lives briefly.
constexpr days kResponderLife{60};
constexpr days kResponderRenewal{20};
// Certificates live a day; an issuing CA has to outlive its time-stamping certificates.
constexpr days kIssuingRenewal{3 * 365 + 90};
constexpr days kListLife{7};
constexpr days kRootListLife{180};
constexpr hours kAnswerLife{24};
/// Lists that hang out are made anew after so long, far before they end.
constexpr minutes kListAge{10};
constexpr hours kRootListAge{24};
constexpr std::size_t kLongestSerialNumber = 20;
constexpr std::string_view kRoot = "root";
constexpr std::string_view kRootListSetting = "root_revocation_list";

UtcTime whole_seconds(UtcTime time) {
    return {time.milliseconds / 1000 * 1000};
}

/// Lower-case hexadecimal without leading zeros, of whole bytes.
std::string plain_serial_number(ByteView serial_number) {
    while (serial_number.size() > 1 && serial_number.front() == 0)
        serial_number = serial_number.subspan(1);
    return hex(serial_number);
}

std::string serial_number_of(ByteView certificate) {
    const auto info = crypto::describe_certificate(certificate);
    const auto bytes = info ? from_hex(info->serial_number) : std::nullopt;
    return bytes ? plain_serial_number(*bytes) : std::string();
}

}  // namespace

struct TrustServices::Desk {
    std::shared_ptr<const CertificateAuthority> authority;
    std::shared_ptr<const crypto::TimeStampAuthority> time_stamps;
    /// One for each issuing CA, in their order.
    std::vector<std::shared_ptr<const crypto::Signer>> responders;
    /// Null when the root's key was taken away.
    std::shared_ptr<const crypto::Signer> root_responder;
    std::vector<Bytes> issuing;
    std::vector<std::string> identifiers;
    std::vector<std::string> authority_serial_numbers;
};

struct TrustServices::KeptList {
    std::string issuer;  // an identifier, or `root`
    UtcTime made;
    Bytes der;
};

TrustServices::TrustServices(const Clock& clock, store::Database& database, const crypto::KeyVault& vault,
                             Settings settings)
    : clock_(clock), database_(database), vault_(vault), settings_(std::move(settings)) {}

TrustServices::~TrustServices() = default;

crypto::AuthoritySettings TrustServices::authority_settings() const {
    crypto::AuthoritySettings settings;
    settings.tokens = settings_.tokens;
    settings.issuing_key = settings_.issuing_key;
    const std::string& url = settings_.public_url;
    if (url.empty()) return settings;
    settings.issuer_url = url + "/ca/{issuing}.cer";
    settings.revocation_list_url = url + "/ca/{issuing}.crl";
    settings.responder_url = url + "/ocsp";
    settings.root_url = url + "/ca/root.cer";
    settings.root_revocation_list_url = url + "/ca/root.crl";
    settings.root_responder_url = url + "/ocsp";
    return settings;
}

Result<std::unique_ptr<TrustServices>> TrustServices::open(const Clock& clock, store::Database& database,
                                                           const crypto::KeyVault& vault, Settings settings) {
    std::unique_ptr<TrustServices> services(new TrustServices(clock, database, vault, std::move(settings)));
    if (const Status loaded = services->reload_revocations(); !loaded) return loaded.error();
    auto authority = CertificateAuthority::load_or_create(services->settings_.folder, vault,
                                                          services->authority_settings(), clock.now());
    if (!authority) return authority.error();
    auto desk = services->furnish(std::move(*authority));
    if (!desk) return desk.error();
    services->desk_ = std::move(*desk);
    // What was revoked while it could not be replaced, or neared its end while nothing ran.
    if (const Status renewed = services->renew(); !renewed) {
        spdlog::error("the own CA: what ended or was revoked cannot be replaced: {}", describe(renewed.error()));
    }
    return services;
}

Result<std::shared_ptr<const TrustServices::Desk>> TrustServices::furnish(CertificateAuthority loaded) const {
    const UtcTime now = clock_.now();
    auto desk = std::make_shared<Desk>();
    auto authority = std::make_shared<const CertificateAuthority>(std::move(loaded));
    auto stamper = authority->load_or_issue_service(AuthorityService::TimeStamping, settings_.folder, vault_, now,
                                                    kTimeStampingLife, kTimeStampingRenewal);
    if (!stamper) return stamper.error();
    if (is_revoked((*stamper)->certificate_chain().front())) {
        // As if it ended today: nothing of the old one is kept.
        stamper = authority->load_or_issue_service(AuthorityService::TimeStamping, settings_.folder, vault_, now,
                                                   kTimeStampingLife, kTimeStampingLife);
        if (!stamper) return stamper.error();
    }
    auto time_stamps = crypto::TimeStampAuthority::create(std::shared_ptr<const crypto::Signer>(std::move(*stamper)));
    if (!time_stamps) return time_stamps.error();
    desk->time_stamps = std::make_shared<const crypto::TimeStampAuthority>(std::move(*time_stamps));
    auto responder = authority->load_or_issue_service(AuthorityService::Responder, settings_.folder, vault_, now,
                                                      kResponderLife, kResponderRenewal);
    if (!responder) return responder.error();
    desk->responders.push_back(std::move(*responder));
    desk->issuing = authority->issuing_certificates();
    for (std::size_t i = 1; i < desk->issuing.size(); ++i) {
        // Of a CA that has ended nobody can speak any more.
        auto former =
            authority->issue_service(AuthorityService::Responder, crypto::Validity::starting(now, kResponderLife), i);
        desk->responders.push_back(former ? std::shared_ptr<const crypto::Signer>(std::move(*former)) : nullptr);
    }
    auto root_responder = authority->load_or_issue_service(AuthorityService::RootResponder, settings_.folder, vault_,
                                                           now, kResponderLife, kResponderRenewal);
    if (root_responder) desk->root_responder = std::move(*root_responder);
    desk->identifiers = authority->issuing_identifiers();
    for (const Bytes& certificate : desk->issuing)
        desk->authority_serial_numbers.push_back(serial_number_of(certificate));
    desk->authority = std::move(authority);
    return std::shared_ptr<const Desk>(std::move(desk));
}

std::shared_ptr<const TrustServices::Desk> TrustServices::desk() const {
    const std::lock_guard lock(mutex_);
    return desk_;
}

std::shared_ptr<const CertificateAuthority> TrustServices::authority() const {
    return desk()->authority;
}

std::shared_ptr<const crypto::TimeStampAuthority> TrustServices::time_stamps() const {
    return desk()->time_stamps;
}

Status TrustServices::check_issuing() const {
    if (!is_revoked(desk()->issuing.front())) return {};
    return fail(ErrorCode::CertificateInvalid,
                "the issuing CA's own certificate was revoked, and there is no other yet");
}

/// Whether what the own authority stamps is worth anything.
Status TrustServices::check_time_stamps() const {
    if (const Status issuing = check_issuing(); !issuing) return issuing;
    if (!is_revoked(time_stamps()->signer().certificate_chain().front())) return {};
    return fail(ErrorCode::CertificateInvalid,
                "the time-stamp authority's certificate was revoked, and there is no other yet");
}

Result<Bytes> TrustServices::token(const crypto::Sha256Digest& imprint) const {
    if (const Status standing = check_time_stamps(); !standing) {
        return fail(ErrorCode::TimeStampUnavailable, describe(standing.error()));
    }
    auto token = time_stamps()->token(crypto::TimeStampRequest::over(imprint), clock_.now());
    if (!token) return fail(ErrorCode::TimeStampUnavailable, describe(token.error()));
    return token;
}

Bytes TrustServices::answer_time_stamp_query(ByteView query) {
    if (const Status standing = check_time_stamps(); !standing) {
        ++rejected_;
        return crypto::TimeStampAuthority::rejection(crypto::TimeStampFailure::SystemFailure, "out of service");
    }
    auto answer = time_stamps()->answer(query, clock_.now());
    ++(answer.failure ? rejected_ : granted_);
    return std::move(answer.response);
}

Bytes TrustServices::answer_ocsp(ByteView request) {
    ++answered_;
    const auto parsed = crypto::parse_ocsp_request(request);
    if (!parsed) return crypto::ocsp_error_response(OcspResponseStatus::MalformedRequest);
    const auto here = desk();
    const UtcTime now = clock_.now();
    // One answer is signed by one responder, so all certificates must be of one issuer.
    const auto all_of = [&](ByteView issuer) {
        return std::ranges::all_of(parsed->ids, [&](const auto& id) { return id.is_issued_by(issuer); });
    };
    const crypto::Signer* responder = nullptr;
    if (all_of(here->authority->root_certificate())) responder = here->root_responder.get();
    for (std::size_t i = 0; i < here->issuing.size() && responder == nullptr; ++i) {
        if (all_of(here->issuing[i])) responder = here->responders[i].get();
    }
    if (responder == nullptr) return crypto::ocsp_error_response(OcspResponseStatus::Unauthorized);
    std::vector<crypto::OcspSingleResponse> responses;
    for (const crypto::OcspCertificateId& id : parsed->ids) {
        crypto::OcspSingleResponse response;
        response.id = id;
        response.status = OcspCertificateStatus::Good;
        response.this_update = now;
        response.next_update = now + kAnswerLife;
        if (const auto revocation = revocation_of(id.serial_number)) {
            response.status = OcspCertificateStatus::Revoked;
            response.revoked_at = revocation->time;
            response.reason = crypto::revocation_reason_of(static_cast<std::uint64_t>(revocation->reason));
        }
        responses.push_back(std::move(response));
    }
    auto answer = crypto::make_ocsp_response(*responder, responses, now, parsed->nonce);
    return answer ? std::move(*answer) : crypto::ocsp_error_response(OcspResponseStatus::InternalError);
}

std::optional<Revocation> TrustServices::revocation_of(ByteView serial_number) const {
    const std::string wanted = plain_serial_number(serial_number);
    const std::lock_guard lock(mutex_);
    const auto found = std::ranges::find(revocations_, wanted, &Revocation::serial_number);
    if (found == revocations_.end()) return std::nullopt;
    return *found;
}

bool TrustServices::is_revoked(ByteView certificate) const {
    const std::string serial_number = serial_number_of(certificate);
    const std::lock_guard lock(mutex_);
    return std::ranges::find(revocations_, serial_number, &Revocation::serial_number) != revocations_.end();
}

Status TrustServices::reload_revocations() {
    auto all = database_.read([](store::Connection& connection) { return store::revocations::all(connection); });
    if (!all) return all.error();
    const std::lock_guard lock(mutex_);
    revocations_ = std::move(*all);
    return {};
}

Result<bool> TrustServices::revoke(std::string_view serial_number, crypto::RevocationReason reason) {
    const auto bytes =
        from_hex(serial_number.size() % 2 == 0 ? std::string(serial_number) : "0" + std::string(serial_number));
    if (!bytes || bytes->empty() || bytes->size() > kLongestSerialNumber) {
        return invalid_parameter("serial: a serial number is hexadecimal, of at most 40 digits");
    }
    const Revocation revocation{plain_serial_number(*bytes), clock_.now(), static_cast<int>(reason)};
    const auto added = database_.write(
        [&](store::Transaction& transaction) { return store::revocations::add(transaction, revocation); });
    if (!added) return added;
    if (const Status reloaded = reload_revocations(); !reloaded) return reloaded.error();
    {
        const std::lock_guard lock(lists_mutex_);
        lists_.clear();
    }
    // When it was one of our own that others depend on: another takes its place, or nothing is signed any more.
    if (const Status renewed = renew(); !renewed) {
        spdlog::error("the own CA: what was revoked cannot be replaced: {}", describe(renewed.error()));
    }
    return added;
}

std::vector<CertificateAuthority::Revoked> TrustServices::revoked(bool authorities, const Desk& desk) const {
    std::vector<CertificateAuthority::Revoked> list;
    const std::lock_guard lock(mutex_);
    for (const Revocation& revocation : revocations_) {
        const bool is_authority = std::ranges::find(desk.authority_serial_numbers, revocation.serial_number) !=
                                  desk.authority_serial_numbers.end();
        if (is_authority != authorities) continue;
        list.push_back({revocation.serial_number, revocation.time,
                        crypto::revocation_reason_of(static_cast<std::uint64_t>(revocation.reason))
                            .value_or(crypto::RevocationReason::Unspecified)});
    }
    return list;
}

/// Grows from list to list, also over a restart (RFC 5280 §5.2.3), as long as the clock does not go back by more than
/// the time between two lists.
std::uint64_t TrustServices::next_list_number() {
    list_number_ = std::max(list_number_ + 1, static_cast<std::uint64_t>(clock_.now().milliseconds));
    return list_number_;
}

Result<Bytes> TrustServices::list(const Desk& desk, std::size_t issuer, UtcTime since) {
    const std::string& identifier = desk.identifiers[issuer];
    const std::lock_guard lock(lists_mutex_);
    const auto kept = std::ranges::find(lists_, identifier, &KeptList::issuer);
    const UtcTime now = whole_seconds(clock_.now());
    const bool usable = kept != lists_.end() && kept->made >= whole_seconds(since) && kept->made <= now;
    if (usable) return kept->der;
    auto made = desk.authority->revocation_list(next_list_number(), revoked(false, desk), now, now + kListLife, issuer);
    if (!made) return made;
    std::erase_if(lists_, [&](const KeptList& list) { return list.issuer == identifier; });
    lists_.push_back({identifier, now, *made});
    return made;
}

Result<Bytes> TrustServices::root_list(const Desk& desk, UtcTime since) {
    const std::lock_guard lock(lists_mutex_);
    const auto kept = std::ranges::find(lists_, kRoot, &KeptList::issuer);
    const UtcTime now = whole_seconds(clock_.now());
    const bool usable = kept != lists_.end() && kept->made >= whole_seconds(since) && kept->made <= now;
    if (usable) return kept->der;
    auto made = desk.authority->root_revocation_list(next_list_number(), revoked(true, desk), now, now + kRootListLife);
    if (!made) return last_root_list(made.error());
    // Should the root's key be taken away, this list serves until it ends.
    const Status noted = database_.write([&](store::Transaction& transaction) {
        return store::directory::put_setting(transaction, kRootListSetting, *made);
    });
    if (!noted) return noted.error();
    std::erase_if(lists_, [&](const KeptList& list) { return list.issuer == kRoot; });
    lists_.push_back({std::string(kRoot), now, *made});
    return made;
}

Result<Bytes> TrustServices::last_root_list(const Error& why_not_new) const {
    auto kept = database_.read(
        [](store::Connection& connection) { return store::directory::setting(connection, kRootListSetting); });
    if (!kept) return kept.error();
    const auto list = *kept ? crypto::parse_revocation_list(**kept) : Result<crypto::RevocationList>(why_not_new);
    if (!list || (list->next_update && *list->next_update < clock_.now())) return why_not_new;
    return std::move(**kept);
}

Result<std::optional<Bytes>> TrustServices::file(std::string_view name) {
    const auto here = desk();
    const UtcTime now = clock_.now();
    const auto found = [](Result<Bytes>&& list) -> Result<std::optional<Bytes>> {
        if (!list) return list.error();
        return std::optional(std::move(*list));
    };
    if (name == "root.cer") return std::optional(here->authority->root_certificate());
    if (name == "root.crl") return found(root_list(*here, now - kRootListAge));
    for (std::size_t i = 0; i < here->identifiers.size(); ++i) {
        if (name == here->identifiers[i] + ".cer") return std::optional(here->issuing[i]);
        if (name == here->identifiers[i] + ".crl") return found(list(*here, i, now - kListAge));
    }
    return std::optional<Bytes>();
}

Result<std::vector<Bytes>> TrustServices::lists_about(const std::vector<Bytes>& chain, UtcTime since) {
    const auto here = desk();
    std::vector<Bytes> lists;
    if (chain.empty() || chain.back() != here->authority->root_certificate()) return lists;
    // The issuing CA's own standing changes rarely; a list of the day is as good as one of this second.
    auto of_root = root_list(*here, clock_.now() - kRootListAge);
    if (!of_root) return of_root.error();
    lists.push_back(std::move(*of_root));
    for (std::size_t i = 0; i < here->issuing.size(); ++i) {
        if (std::ranges::find(chain, here->issuing[i]) == chain.end()) continue;
        auto of_issuing = list(*here, i, since);
        if (!of_issuing) return of_issuing.error();
        lists.push_back(std::move(*of_issuing));
    }
    return lists;
}

Status TrustServices::renew() {
    const std::lock_guard renewing(renewing_);
    const UtcTime now = clock_.now();
    const auto here = desk();
    const auto ends_within = [&](const Bytes& certificate, std::chrono::seconds span) {
        const auto info = crypto::describe_certificate(certificate);
        return info && info->not_after < now + span;
    };
    const bool issuing = ends_within(here->issuing.front(), kIssuingRenewal) || is_revoked(here->issuing.front());
    const auto service_ends = [&](const std::shared_ptr<const crypto::Signer>& signer, std::chrono::seconds span) {
        return signer && ends_within(signer->certificate_chain().front(), span);
    };
    bool service = ends_within(here->time_stamps->signer().certificate_chain().front(), kTimeStampingRenewal) ||
                   is_revoked(here->time_stamps->signer().certificate_chain().front()) ||
                   service_ends(here->root_responder, kResponderRenewal);
    for (const auto& responder : here->responders)
        service = service || service_ends(responder, kResponderRenewal);
    if (!issuing && !service) return {};
    auto authority = issuing ? CertificateAuthority::renew_issuing(settings_.folder, vault_, authority_settings(), now)
                             : CertificateAuthority::load(settings_.folder, vault_, authority_settings());
    if (!authority) return authority.error();
    auto fresh = furnish(std::move(*authority));
    if (!fresh) return fresh.error();
    spdlog::info("the own CA: {} renewed", issuing ? "the issuing CA and its services were" : "its services were");
    const std::lock_guard lock(mutex_);
    desk_ = std::move(*fresh);
    return {};
}

}  // namespace signet::service
