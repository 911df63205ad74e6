#include "crypto/revocation.hpp"

#include "crypto/certificate_view.hpp"
#include "crypto/oids.hpp"
#include "crypto/revocation_list.hpp"

#include <algorithm>
#include <chrono>

namespace signet::crypto {
namespace {

constexpr std::size_t kMaxChain = 10;
constexpr std::size_t kMaxData = 1'000;
// A responder's clock may be ahead of ours by this much.
constexpr std::chrono::minutes kTolerance{5};

Error refused(std::string_view why) {
    return fail(ErrorCode::RevocationDataInvalid, "OCSP: " + std::string(why));
}

/// The data, read once for the whole chain; what cannot be read is null.
struct ReadData {
    std::vector<std::optional<RevocationList>> lists;
    std::vector<std::optional<OcspResponse>> responses;

    explicit ReadData(const RevocationData& data) {
        for (std::size_t i = 0; i < std::min(data.revocation_lists.size(), kMaxData); ++i) {
            auto list = parse_revocation_list(data.revocation_lists[i]);
            lists.push_back(list ? std::optional(std::move(*list)) : std::nullopt);
        }
        for (std::size_t i = 0; i < std::min(data.ocsp_responses.size(), kMaxData); ++i) {
            auto response = parse_ocsp_response(data.ocsp_responses[i]);
            responses.push_back(response ? std::optional(std::move(*response)) : std::nullopt);
        }
    }
};

/// What one usable source says.
struct Statement {
    RevocationSource source = RevocationSource::RevocationList;
    std::size_t index = 0;
    UtcTime this_update;
    std::optional<UtcTime> revoked_at;
    std::optional<RevocationReason> reason;

    bool is_hold() const { return reason == RevocationReason::CertificateHold; }
};

/// A list says "not revoked" by not naming a certificate, so it must be one that would name this one.
std::string_view why_out_of_scope(const RevocationList& list, const CertificateView& certificate) {
    if (!list.is_complete) return "it does not speak for all certificates of its issuer";
    if (list.only_authority_certificates && !certificate.is_authority()) return "it is about CA certificates";
    if (list.only_user_certificates && certificate.is_authority()) return "it is not about CA certificates";
    if (!list.has_distribution_point) return {};
    const std::vector<std::string> own = certificate.revocation_list_urls();
    const bool shared = std::ranges::any_of(
        list.distribution_points, [&](const std::string& url) { return std::ranges::find(own, url) != own.end(); });
    return shared ? std::string_view{} : "it is for other distribution points";
}

bool needs_no_data(const CertificateView& certificate) {
    return certificate.has(oid::kNoRevocationAvailable) || certificate.has(oid::kValidityAssuredShortTerm) ||
           certificate.has(oid::kOcspNoCheck);
}

/// Judges one certificate.
class Judge {
  public:
    Judge(const ReadData& data, ByteView certificate, ByteView issuer, UtcTime at, bool may_ask_responders)
        : data_(data),
          issuer_(issuer),
          view_(*view_certificate(certificate)),
          issuer_view_(*view_certificate(issuer)),
          at_(at),
          may_ask_responders_(may_ask_responders) {}

    CertificateRevocation run() {
        for (std::size_t i = 0; i < data_.lists.size(); ++i) {
            if (data_.lists[i]) hear(*data_.lists[i], i);
        }
        for (std::size_t i = 0; may_ask_responders_ && i < data_.responses.size(); ++i) {
            if (data_.responses[i]) hear(*data_.responses[i], i);
        }
        decide();
        return std::move(result_);
    }

  private:
    void pass_over(RevocationSource source, std::size_t index, std::string_view why) {
        result_.unused.push_back({source, index, std::string(why)});
    }

    /// `keeps_ended_since`: what ended then or later is still spoken of.
    std::string_view why_not_current(UtcTime this_update, const std::optional<UtcTime>& next_update, bool is_revoked,
                                     const std::optional<UtcTime>& keeps_ended_since) const {
        if (next_update && *next_update < at_) return "it is too old";
        const bool is_kept = keeps_ended_since && *keeps_ended_since <= view_.not_after;
        const bool is_too_late = !is_revoked && !is_kept && this_update > view_.not_after;
        if (is_too_late) return "the certificate had expired before";
        return {};
    }

    void hear(const RevocationList& list, std::size_t index) {
        constexpr auto kSource = RevocationSource::RevocationList;
        if (!is_same_name(list.issuer, issuer_view_.subject)) return;
        if (const auto checked = is_signed_by(list, issuer_); !checked) {
            return pass_over(kSource, index, checked.error().detail);
        }
        if (const auto why = why_out_of_scope(list, view_); !why.empty()) return pass_over(kSource, index, why);
        const RevocationList::Entry* entry = list.find(view_.serial_number);
        const bool is_revoked = entry != nullptr && entry->reason != RevocationReason::RemoveFromCrl;
        const auto why = why_not_current(list.this_update, list.next_update, is_revoked, list.keeps_ended_since);
        if (!why.empty()) return pass_over(kSource, index, why);
        Statement statement{kSource, index, list.this_update, std::nullopt, std::nullopt};
        if (is_revoked) {
            statement.revoked_at = entry->revoked_at;
            statement.reason = entry->reason;
        }
        statements_.push_back(statement);
    }

    const OcspSingleResponse* find_own(const OcspResponse& response) const {
        const auto is_own = [&](const OcspSingleResponse& single) {
            return std::ranges::equal(der::significant(single.id.serial_number),
                                      der::significant(view_.serial_number)) &&
                   single.id.is_issued_by(issuer_);
        };
        const auto found = std::ranges::find_if(response.responses, is_own);
        return found == response.responses.end() ? nullptr : &*found;
    }

    void hear(const OcspResponse& response, std::size_t index) {
        constexpr auto kSource = RevocationSource::Ocsp;
        const OcspSingleResponse* own = find_own(response);
        if (own == nullptr) return;
        const auto signer = check_ocsp_response(response, issuer_);
        if (!signer) return pass_over(kSource, index, signer.error().detail);
        if (!is_responder_good(*signer, response)) {
            return pass_over(kSource, index, "whether the responder was revoked is not known");
        }
        if (own->status == OcspCertificateStatus::Unknown) {
            return pass_over(kSource, index, "the responder does not know the certificate");
        }
        const bool is_revoked = own->status == OcspCertificateStatus::Revoked;
        const auto why = why_not_current(own->this_update, own->next_update, is_revoked, std::nullopt);
        if (!why.empty()) return pass_over(kSource, index, why);
        Statement statement{kSource, index, own->this_update, std::nullopt, own->reason};
        if (is_revoked) statement.revoked_at = own->revoked_at;
        statements_.push_back(statement);
    }

    /// A delegate without nocheck is judged by the issuer's lists; never by a responder again.
    bool is_responder_good(const OcspSigner& signer, const OcspResponse& response) const {
        if (signer.is_issuer || signer.needs_no_check) return true;
        const auto state = Judge(data_, signer.certificate, issuer_, response.produced_at, false).run().state;
        return state == RevocationState::Good;
    }

    void decide() {
        if (statements_.empty()) return;
        const auto last = std::ranges::max_element(statements_, {}, &Statement::this_update);
        const Statement* decisive = &*last;
        for (const Statement& statement : statements_) {
            if (!statement.revoked_at || statement.is_hold()) continue;
            const bool is_earlier = !decisive->revoked_at || *statement.revoked_at < *decisive->revoked_at;
            if (is_earlier || decisive->is_hold()) decisive = &statement;
        }
        const bool is_revoked = decisive->revoked_at && *decisive->revoked_at <= at_;
        result_.state = is_revoked ? RevocationState::Revoked : RevocationState::Good;
        result_.revoked_at = decisive->revoked_at;
        result_.reason = decisive->reason;
        result_.source = decisive->source;
        result_.index = decisive->index;
        result_.as_of = decisive->this_update;
    }

    const ReadData& data_;
    ByteView issuer_;
    CertificateView view_;
    CertificateView issuer_view_;
    UtcTime at_;
    bool may_ask_responders_;
    std::vector<Statement> statements_;
    CertificateRevocation result_;
};

}  // namespace

std::string_view to_string(RevocationState state) {
    switch (state) {
        case RevocationState::Good:
            return "good";
        case RevocationState::Revoked:
            return "revoked";
        case RevocationState::NoData:
            return "no revocation data";
        case RevocationState::NotNeeded:
            return "no revocation data needed";
    }
    return "unknown";
}

Result<std::vector<CertificateRevocation>> judge_revocation(const std::vector<Bytes>& chain, const RevocationData& data,
                                                            UtcTime at) {
    if (chain.empty() || chain.size() > kMaxChain) return invalid_parameter("a chain has 1 to 10 certificates");
    for (const Bytes& certificate : chain) {
        if (!view_certificate(certificate)) return fail(ErrorCode::CertificateInvalid, "not a certificate");
    }
    const ReadData read(data);
    std::vector<CertificateRevocation> judged(chain.size());
    for (std::size_t i = 0; i < chain.size(); ++i) {
        const CertificateView view = *view_certificate(chain[i]);
        const bool is_last = i + 1 == chain.size();
        const bool is_anchor = is_last && is_same_name(view.subject, view.issuer);
        if (!is_last) judged[i] = Judge(read, chain[i], chain[i + 1], at, true).run();
        // What is known all the same counts: a short-lived certificate can stand on a list.
        const bool is_silent = judged[i].state == RevocationState::NoData;
        if (is_silent && (is_anchor || needs_no_data(view))) judged[i].state = RevocationState::NotNeeded;
    }
    return judged;
}

Result<OcspSingleResponse> verify_ocsp_response(ByteView response, ByteView certificate, ByteView issuer_certificate,
                                                UtcTime now, ByteView nonce) {
    auto read = parse_ocsp_response(response);
    if (!read) return read.error();
    const auto signer = check_ocsp_response(*read, issuer_certificate);
    if (!signer) return signer.error();
    const bool nonce_differs = !nonce.empty() && !read->nonce.empty() && !std::ranges::equal(nonce, read->nonce);
    if (nonce_differs) return refused("the nonce differs");
    const auto view = view_certificate(certificate);
    if (!view) return fail(ErrorCode::CertificateInvalid, "not a certificate");
    for (OcspSingleResponse& single : read->responses) {
        const bool is_own =
            std::ranges::equal(der::significant(single.id.serial_number), der::significant(view->serial_number)) &&
            single.id.is_issued_by(issuer_certificate);
        if (!is_own) continue;
        if (single.this_update > now + kTolerance) return refused("it is from the future");
        if (single.next_update && *single.next_update + kTolerance < now) return refused("it is too old");
        return std::move(single);
    }
    return refused("it is about another certificate");
}

}  // namespace signet::crypto
