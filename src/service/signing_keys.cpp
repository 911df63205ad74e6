#include "service/signing_keys.hpp"

#include "base/log.hpp"
#include "base/text.hpp"
#include "crypto/certificate.hpp"
#include "crypto/key.hpp"
#include "crypto/key_import.hpp"
#include "crypto/key_vault.hpp"
#include "crypto/pem.hpp"
#include "crypto/private_file.hpp"
#include "crypto/revocation.hpp"
#include "service/revocation_fetch.hpp"
#include "store/database.hpp"

#include <algorithm>
#include <utility>

namespace signet::service {

using store::signing_keys::Place;
using store::signing_keys::SigningKey;

namespace {

constexpr std::size_t kMaxFile = 1U << 20;
constexpr std::size_t kMaxPasswordFile = 1024;
constexpr std::chrono::hours kCheckedEvery{1};
constexpr char kBetween = '\n';  // of a remote signer's name and its key's

/// Certificates one behind the other, as they are stored.
Bytes joined(const std::vector<Bytes>& chain) {
    Bytes bytes;
    for (const Bytes& certificate : chain)
        append(bytes, certificate);
    return bytes;
}

std::vector<Bytes> parted(ByteView bytes) {
    std::vector<Bytes> chain;
    while (bytes.size() > 4) {
        // SEQUENCE with a length of two octets, as every certificate has it; we stored it after reading it.
        const std::size_t octets = bytes[1] & 0x7fU;
        std::size_t size = 0;
        for (std::size_t i = 0; i < octets && i < 3; ++i)
            size = size << 8 | bytes[2 + i];
        size += 2 + octets;
        if ((bytes[1] & 0x80U) == 0 || size > bytes.size()) break;
        chain.emplace_back(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
        bytes = bytes.subspan(size);
    }
    return chain;
}

UtcTime end_of(const std::vector<Bytes>& chain) {
    std::optional<UtcTime> end;
    for (const Bytes& der : chain) {
        const auto info = crypto::describe_certificate(der);
        if (info && (!end || info->not_after < *end)) end = info->not_after;
    }
    return end.value_or(UtcTime{});
}

/// A file's first line, for nobody else's eyes.
Result<crypto::SecretBytes> read_password(const std::filesystem::path& file) {
    if (file.empty()) return crypto::SecretBytes();
    if (const Status is_private = crypto::require_private(file); !is_private) return is_private.error();
    auto password = crypto::read_secret_file(file, kMaxPasswordFile);
    if (!password) return password;
    const std::size_t end = password->text().find_first_of("\r\n");
    if (end != std::string_view::npos) password->shrink(end);
    return password;
}

/// Why the chain must not be used, as far as anybody answers; empty when nobody says so.
std::string revocation_of(const std::vector<Bytes>& chain, UtcTime now) {
    crypto::RevocationData data;
    if (const Status fetched = fetch_revocation_data(chain, now, data); !fetched) {
        spdlog::warn("whether a signing certificate is revoked: {}", for_log(fetched.error().detail));
    }
    const auto states = crypto::judge_revocation(chain, data, now);
    if (!states) return {};
    for (std::size_t i = 0; i < states->size(); ++i) {
        if ((*states)[i].state != crypto::RevocationState::Revoked) continue;
        const auto info = crypto::describe_certificate(chain[i]);
        const auto reason = (*states)[i].reason;
        return (info ? info->subject : std::string("a certificate")) + " was revoked" +
               (reason ? " (" + std::string(to_string(*reason)) + ")" : std::string());
    }
    return {};
}

}  // namespace

std::string signing_key_context(model::CompanyId company, model::EmployeeId employee) {
    return "signing-key/" + to_string(company) + "/" + to_string(employee);
}

std::vector<Bytes> certificates_of(const SigningKey& key) {
    return parted(key.chain);
}

SigningKeys::SigningKeys(Platform& platform, std::shared_ptr<crypto::Pkcs11Tokens> tokens,
                         std::vector<std::shared_ptr<const RemoteSigning>> remotes)
    : platform_(platform), tokens_(std::move(tokens)), remotes_(std::move(remotes)) {}

Status SigningKeys::reload() {
    const auto stored =
        platform_.database.read([](store::Connection& connection) { return store::signing_keys::all(connection); });
    if (!stored) return stored.error();
    std::map<Owner, Kept> fresh;
    for (const SigningKey& key : *stored) {
        Kept kept;
        kept.stored = key;
        kept.chain = certificates_of(key);
        const auto info = kept.chain.empty() ? Result<crypto::CertificateInfo>(Error{})
                                             : crypto::describe_certificate(kept.chain.front());
        if (!info) {
            return fail(ErrorCode::StorageFailed, "a damaged signing certificate of company " + to_string(key.company));
        }
        kept.subject = info->subject;
        kept.not_after = end_of(kept.chain);
        fresh.emplace(Owner(key.company, key.employee), std::move(kept));
    }
    const std::lock_guard lock(mutex_);
    for (auto& [owner, kept] : fresh) {
        const auto known = keys_.find(owner);
        const bool same = known != keys_.end() && known->second.stored.chain == kept.stored.chain &&
                          known->second.stored.reference == kept.stored.reference &&
                          known->second.stored.create_time == kept.stored.create_time;
        if (same) kept.signer = known->second.signer;
    }
    keys_ = std::move(fresh);
    return {};
}

Result<std::shared_ptr<const crypto::Signer>> SigningKeys::signer(model::CompanyId company,
                                                                  model::EmployeeId employee) {
    const Owner owner(company, employee);
    Kept kept;
    {
        const std::lock_guard lock(mutex_);
        const auto found = keys_.find(owner);
        if (found == keys_.end()) return std::shared_ptr<const crypto::Signer>();
        kept = found->second;
    }
    if (!kept.stored.revoked.empty()) return fail(ErrorCode::CertificateInvalid, kept.stored.revoked);
    if (const Status good = crypto::check_signing_chain(kept.chain, platform_.clock.now()); !good) return good.error();
    if (kept.signer) return kept.signer;
    auto opened = open(kept);
    if (!opened) return opened;
    const std::lock_guard lock(mutex_);
    const auto found = keys_.find(owner);
    const bool same = found != keys_.end() && found->second.stored.chain == kept.stored.chain;
    if (same) found->second.signer = *opened;
    return opened;
}

Result<std::shared_ptr<const crypto::Signer>> SigningKeys::open(const Kept& kept) const {
    using Shared = std::shared_ptr<const crypto::Signer>;
    const SigningKey& stored = kept.stored;
    switch (stored.place) {
        case Place::Wrapped: {
            const auto opened =
                platform_.vault.open(stored.wrapped_key, signing_key_context(stored.company, stored.employee));
            if (!opened) return opened.error();
            auto key = crypto::PrivateKey::from_der(opened->view());
            if (!key) return key.error();
            auto signer = crypto::KeySigner::create(std::move(*key), kept.chain);
            return signer ? Result<Shared>(Shared(std::move(*signer))) : signer.error();
        }
        case Place::Token: {
            auto signer = tokens_->signer(stored.reference, kept.chain);
            return signer ? Result<Shared>(Shared(std::move(*signer))) : signer.error();
        }
        case Place::Remote: {
            const std::size_t between = stored.reference.find(kBetween);
            const auto desk = remote(stored.reference.substr(0, between));
            if (!desk) return desk.error();
            auto signer = remote_signer(*desk, stored.reference.substr(between + 1), kept.chain);
            return signer ? Result<Shared>(Shared(std::move(*signer))) : signer.error();
        }
    }
    return fail(ErrorCode::Internal, "a signing key lies in an unknown place");
}

Result<std::shared_ptr<const RemoteSigning>> SigningKeys::remote(const std::string& name) const {
    const auto found = std::ranges::find(remotes_, name, [](const auto& one) { return one->settings().name; });
    if (found == remotes_.end()) {
        return fail(ErrorCode::KeyUnusable, "the remote signer \"" + name + "\" is not set up in signet.toml");
    }
    return *found;
}

Result<std::vector<Bytes>> SigningKeys::read_chain(const OrganisationPlan::Key& plan) const {
    const std::filesystem::path& file = plan.certificates.empty() ? plan.pem : plan.certificates;
    if (file.empty()) return invalid_parameter("certificates: is required, the chain from its own to the root");
    const auto content = crypto::read_secret_file(file, kMaxFile);
    if (!content) return content.error();
    return crypto::read_certificates(content->view());
}

/// The key's part: its own bytes, or where it lies; and the chain in order.
Status SigningKeys::take_key(const OrganisationPlan::Key& plan, Prepared& prepared, std::vector<Bytes>& chain) const {
    std::vector<Bytes> certificates;
    Bytes public_key;
    if (!plan.p12.empty() || !plan.pem.empty()) {
        const auto password = read_password(plan.password_file);
        if (!password) return password.error();
        const auto file = crypto::read_secret_file(plan.p12.empty() ? plan.pem : plan.p12, kMaxFile);
        if (!file) return file.error();
        std::optional<crypto::PrivateKey> key;
        if (!plan.p12.empty()) {
            auto material = crypto::read_pkcs12(file->view(), password->text());
            if (!material) return material.error();
            key = std::move(material->key);
            certificates = std::move(material->certificates);
        } else {
            auto read = crypto::read_private_key(file->view(), password->text());
            if (!read) return read.error();
            key = std::move(*read);
        }
        prepared.private_key = key->to_der();
        public_key = key->public_key();
    } else if (!plan.pkcs11.empty()) {
        auto told = tokens_->public_key(plan.pkcs11);
        if (!told) return told.error();
        public_key = std::move(*told);
        prepared.key.place = Place::Token;
        prepared.key.reference = plan.pkcs11;
    } else {
        if (const auto known = remote(plan.remote); !known) return known.error();
        if (plan.key_id.empty() || plan.key_id.find(kBetween) != std::string::npos) {
            return invalid_parameter("key_id: is required, the remote signer's name for the key");
        }
        prepared.key.place = Place::Remote;
        prepared.key.reference = plan.remote + kBetween + plan.key_id;
    }
    if (plan.p12.empty() || !plan.certificates.empty()) {
        auto more = read_chain(plan);
        if (!more) return more.error();
        certificates.insert(certificates.end(), more->begin(), more->end());
    }
    // A remote key does not show its public half: the first certificate is its own, and every signature will prove it.
    if (public_key.empty()) {
        auto told = crypto::public_key_of_certificate(certificates.front());
        if (!told) return told.error();
        public_key = std::move(*told);
    }
    auto ordered = crypto::order_chain(certificates, public_key);
    if (!ordered) return ordered.error();
    chain = std::move(*ordered);
    if (prepared.key.place != Place::Token) return {};
    const auto tried = tokens_->signer(plan.pkcs11, chain);
    return tried ? Status() : tried.error();
}

Result<SigningKeys::Prepared> SigningKeys::prepare(const OrganisationPlan::Key& plan, const std::string& owner) const {
    const auto refused = [&](const std::string& why) { return invalid_parameter(owner + ", key: " + why); };
    const int sources =
        int(!plan.p12.empty()) + int(!plan.pem.empty()) + int(!plan.pkcs11.empty()) + int(!plan.remote.empty());
    if (sources != 1) return refused("one of p12, pem, pkcs11 and remote says where it is");
    Prepared prepared;
    std::vector<Bytes> chain;
    if (const Status taken = take_key(plan, prepared, chain); !taken) return refused(taken.error().detail);
    const UtcTime now = platform_.clock.now();
    if (const Status good = crypto::check_signing_chain(chain, now); !good) return refused(good.error().detail);
    const auto info = crypto::describe_certificate(chain.front());
    const std::string& holder = plan.holder.empty() ? owner : plan.holder;
    const bool is_theirs = info && (info->subject_common_name.find(holder) != std::string::npos ||
                                    info->subject_organization.find(holder) != std::string::npos);
    if (!is_theirs) {
        return refused("the certificate is for " + (info ? info->subject : std::string("nobody")) +
                       "; say holder = \"…\" when that is the same");
    }
    if (const std::string why = revocation_of(chain, now); !why.empty()) return refused(why);
    prepared.key.chain = joined(chain);
    prepared.subject = info->subject;
    prepared.not_after = end_of(chain);
    prepared.key.create_time = now;
    prepared.key.checked = now;
    return prepared;
}

Status SigningKeys::check_revocation() {
    std::vector<Kept> due;
    const UtcTime now = platform_.clock.now();
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [owner, kept] : keys_) {
            const bool waits = kept.stored.checked && *kept.stored.checked + kCheckedEvery > now;
            if (!waits && kept.stored.revoked.empty()) due.push_back(kept);
        }
    }
    if (due.empty()) return {};
    for (Kept& kept : due) {
        kept.stored.revoked = revocation_of(kept.chain, now);
        kept.stored.checked = now;
        if (!kept.stored.revoked.empty()) {
            spdlog::error("a signing key must not be used any more: {}", for_log(kept.stored.revoked));
        }
        const Status noted = platform_.database.write([&](store::Transaction& transaction) {
            return store::signing_keys::set_checked(transaction, kept.stored);
        });
        if (!noted) return noted;
    }
    return reload();
}

std::vector<Bytes> SigningKeys::roots() const {
    std::vector<Bytes> roots;
    const std::lock_guard lock(mutex_);
    for (const auto& [owner, kept] : keys_) {
        if (std::ranges::find(roots, kept.chain.back()) == roots.end()) roots.push_back(kept.chain.back());
    }
    return roots;
}

std::vector<SigningKeys::Standing> SigningKeys::standings() const {
    std::vector<Standing> standings;
    const std::lock_guard lock(mutex_);
    for (const auto& [owner, kept] : keys_)
        standings.push_back({owner.first, owner.second, kept.subject, kept.not_after, kept.stored.revoked});
    return standings;
}

std::size_t SigningKeys::count_ending(std::chrono::hours span) const {
    const UtcTime until = platform_.clock.now() + span;
    const auto all = standings();
    return static_cast<std::size_t>(
        std::ranges::count_if(all, [&](const Standing& one) { return !one.revoked.empty() || one.not_after < until; }));
}

}  // namespace signet::service
