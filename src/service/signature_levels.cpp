#include "service/signature_levels.hpp"

#include "crypto/revocation.hpp"
#include "crypto/time_stamp.hpp"

#include <algorithm>

namespace signet::service {

using model::SignatureLevel;

namespace {

enum class Knowledge { Complete, Incomplete, Revoked };

/// What the data say about a chain at a moment.
Knowledge knowledge_of(const std::vector<Bytes>& chain, const crypto::RevocationData& data, UtcTime at) {
    const auto states = crypto::judge_revocation(chain, data, at);
    if (!states) return Knowledge::Incomplete;
    const auto any = [&](crypto::RevocationState state) {
        return std::ranges::any_of(*states, [&](const auto& one) { return one.state == state; });
    };
    if (any(crypto::RevocationState::Revoked)) return Knowledge::Revoked;
    return any(crypto::RevocationState::NoData) ? Knowledge::Incomplete : Knowledge::Complete;
}

class Judge {
  public:
    Judge(const pdf::VerificationReport& report, const std::vector<Bytes>& roots, UtcTime now)
        : report_(report), trust_{roots, report.security_store.certificates}, now_(now) {
        data_.revocation_lists = report.security_store.crls;
        data_.ocsp_responses = report.security_store.ocsp_responses;
    }

    std::vector<SignatureStanding> judge() {
        std::vector<SignatureStanding> list;
        for (const pdf::SignatureReport& signature : report_.signatures)
            list.push_back(standing_of(signature));
        raise_by_seals(list);
        return list;
    }

  private:
    SignatureStanding standing_of(const pdf::SignatureReport& signature) const {
        if (signature.seal) return {};  // GB/T 38540 knows no levels, and such a seal says nothing about the others
        return signature.is_document_time_stamp ? of_seal(signature) : of_signature(signature);
    }

    /// Without a root to trust, a token's chain is only built, and proves nothing.
    bool is_proof(const crypto::TimeStampReport& stamp) const { return stamp.accepted() && !trust_.roots.empty(); }
    static std::string why_no_proof(const crypto::TimeStampReport& stamp) {
        return stamp.accepted() ? std::string("no root is trusted") : stamp.describe();
    }

    SignatureStanding of_seal(const pdf::SignatureReport& signature) const {
        SignatureStanding standing;
        const auto stamp = crypto::verify_time_stamp_token(signature.cms, signature.covered_digest, trust_);
        if (!signature.intact || !is_proof(stamp)) {
            standing.problem = is_proof(stamp) ? "it is not intact" : why_no_proof(stamp);
            return standing;
        }
        standing.proven_time = stamp.token->time;
        standing.revoked = knowledge_of(stamp.token->chain, data_, stamp.token->time) == Knowledge::Revoked;
        return standing;
    }

    SignatureStanding of_signature(const pdf::SignatureReport& signature) const {
        SignatureStanding standing;
        standing.level = SignatureLevel::Basic;
        if (signature.has_time_stamp) {
            const auto stamp =
                crypto::verify_time_stamp_of(signature.signature_time_stamp, signature.signature_value, trust_);
            if (is_proof(stamp)) {
                standing.level = SignatureLevel::Timed;
                standing.proven_time = stamp.token->time;
                const bool known = knowledge_of(stamp.token->chain, data_, stamp.token->time) == Knowledge::Complete;
                if (known) standing.level = SignatureLevel::LongTerm;  // as far as the time goes
            } else {
                standing.problem = why_no_proof(stamp);
            }
        }
        const Knowledge signer = knowledge_of(signature.chain, data_, standing.proven_time.value_or(now_));
        standing.revoked = signer == Knowledge::Revoked;
        if (signer != Knowledge::Complete || !signature.trusted())
            standing.level = std::min(*standing.level, SignatureLevel::Timed);
        return standing;
    }

    /// A good document time-stamp proves the time of everything before it, and keeps it.
    void raise_by_seals(std::vector<SignatureStanding>& list) const {
        for (std::size_t i = 0; i < list.size(); ++i) {
            if (!list[i].level || !report_.signatures[i].intact) continue;
            for (std::size_t later = i + 1; later < list.size(); ++later) {
                const bool seals = !list[later].level && list[later].proven_time && !list[later].revoked;
                if (!seals) continue;
                if (!list[i].proven_time) list[i].proven_time = list[later].proven_time;
                if (list[i].level == SignatureLevel::Basic) list[i].level = SignatureLevel::Timed;
                if (list[i].level == SignatureLevel::LongTerm) list[i].level = SignatureLevel::Archival;
                break;
            }
        }
    }

    const pdf::VerificationReport& report_;
    crypto::TimeStampTrust trust_;
    crypto::RevocationData data_;
    UtcTime now_;
};

}  // namespace

std::vector<SignatureStanding> judge_standing(const pdf::VerificationReport& report,
                                              const std::vector<Bytes>& trusted_roots, UtcTime now) {
    return Judge(report, trusted_roots, now).judge();
}

}  // namespace signet::service
