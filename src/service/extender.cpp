#include "service/extender.hpp"

#include "crypto/certificate.hpp"
#include "crypto/cms.hpp"
#include "crypto/time_stamp.hpp"
#include "pdf/document_time_stamp.hpp"
#include "pdf/signatures.hpp"
#include "service/revocation_fetch.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace signet::service {

using model::SignatureLevel;

namespace {

std::string name_of(ByteView certificate) {
    const auto info = crypto::describe_certificate(certificate);
    return info ? info->subject : std::string("a certificate");
}

/// The end of the first certificate of a chain to end.
std::optional<UtcTime> end_of(const std::vector<Bytes>& chain) {
    std::optional<UtcTime> end;
    for (const Bytes& certificate : chain) {
        const auto info = crypto::describe_certificate(certificate);
        if (info && (!end || info->not_after < *end)) end = info->not_after;
    }
    return end;
}

/// A token with the chain of whoever made it; nothing when he is not trusted or it is not sound. What it covers is not
/// looked at: whoever put it into the file did.
std::optional<crypto::TimeStampToken> read_token(ByteView token, const std::vector<Bytes>& roots) {
    const auto read = crypto::parse_time_stamp_token(token);
    if (!read) return std::nullopt;
    crypto::TimeStampReport report = crypto::verify_time_stamp_token(token, read->imprint.digest, {roots, {}});
    if (!report.accepted()) return std::nullopt;
    return std::move(report.token);
}

std::size_t put_in(std::vector<Bytes>& list, const Bytes& item) {
    const auto found = std::ranges::find(list, item);
    if (found != list.end()) return static_cast<std::size_t>(found - list.begin());
    list.push_back(item);
    return list.size() - 1;
}

}  // namespace

std::vector<Bytes> Extender::roots() const {
    std::vector<Bytes> roots = time_stamps_.roots();
    if (own_ != nullptr) roots.push_back(own_->authority()->root_certificate());
    roots.insert(roots.end(), roots_.begin(), roots_.end());
    if (!more_roots_) return roots;
    const std::vector<Bytes> more = more_roots_();
    roots.insert(roots.end(), more.begin(), more.end());
    return roots;
}

/// The chains of everybody who signed or time-stamped here and whom we can vouch for; strangers who signed before us
/// are left as they are.
Result<std::vector<Extender::Dependency>> Extender::dependencies(const pdf::Document& document) const {
    const auto fields = pdf::list_signature_fields(document);
    if (!fields) return fields.error();
    const std::vector<Bytes> trusted = roots();
    std::vector<Dependency> found;
    std::set<std::uint32_t> seen;  // several fields may show one value
    for (const pdf::SignatureField& field : *fields) {
        if (!field.value) continue;
        const pdf::SignatureValue& value = *field.value;
        if (value.reference.number != 0 && !seen.insert(value.reference.number).second) continue;
        const ByteView contents = as_bytes(value.contents);
        const auto cms = crypto::parse_cms(contents);
        if (!cms) continue;
        const std::string key = pdf::related_key(contents);
        if (value.is_document_time_stamp) {
            auto stamp = read_token(contents.first(cms->encoded_size), trusted);
            if (stamp) found.push_back({std::move(stamp->chain), stamp->time, key});
            continue;
        }
        const crypto::CmsReport report = crypto::verify_cms(*cms, {});
        UtcTime at = clock_.now();
        if (!report.signature_time_stamp.empty()) {
            auto stamp = read_token(report.signature_time_stamp, trusted);
            if (stamp) at = stamp->time;
            if (stamp) found.push_back({std::move(stamp->chain), at, key});
        }
        auto chain = crypto::verify_chain(report.signer_certificate, report.other_certificates, trusted, at);
        if (chain && chain->trusted()) found.push_back({std::move(chain->chain), at, key});
    }
    // Whoever seals it in a moment.
    if (time_stamps_.at_hand() && own_ != nullptr) {
        found.push_back({own_->time_stamps()->signer().certificate_chain(), clock_.now(), {}});
    }
    return found;
}

Result<crypto::RevocationData> Extender::revocation_data(const std::vector<Dependency>& needed) const {
    crypto::RevocationData data;
    UtcTime since{0};
    for (const Dependency& dependency : needed)
        since = std::max(since, dependency.at);
    std::vector<Bytes> done;  // the first certificates of chains that were looked at
    for (const Dependency& dependency : needed) {
        auto own = own_ != nullptr ? own_->lists_about(dependency.chain, std::min(since, clock_.now()))
                                   : Result<std::vector<Bytes>>(std::vector<Bytes>());
        if (!own) return fail(ErrorCode::Unavailable, "the own CA's lists: " + describe(own.error()));
        for (const Bytes& list : *own)
            put_in(data.revocation_lists, list);
        if (!own->empty() || std::ranges::find(done, dependency.chain.front()) != done.end()) continue;
        done.push_back(dependency.chain.front());
        if (const Status fetched = fetch_revocation_data(dependency.chain, clock_.now(), data); !fetched) {
            return fetched.error();
        }
    }
    for (const Dependency& dependency : needed) {
        const auto states = crypto::judge_revocation(dependency.chain, data, dependency.at);
        if (!states) return states.error();
        for (std::size_t i = 0; i < states->size(); ++i) {
            if ((*states)[i].state != crypto::RevocationState::NoData) continue;
            return fail(ErrorCode::Unavailable, "nothing says whether " + name_of(dependency.chain[i]) + " is revoked");
        }
    }
    return data;
}

Result<pdf::AppendedRevision> Extender::with_data(const File& file) const {
    const auto document = pdf::Document::open(file.bytes);
    if (!document) return document.error();
    const auto needed = dependencies(*document);
    if (!needed) return needed.error();
    const auto data = revocation_data(*needed);
    if (!data) return data.error();
    pdf::SecurityStore added;
    added.crls = data->revocation_lists;
    added.ocsp_responses = data->ocsp_responses;
    for (const Dependency& dependency : *needed) {
        std::vector<std::size_t> certificates;
        for (const Bytes& certificate : dependency.chain)
            certificates.push_back(put_in(added.certificates, certificate));
        if (dependency.related_key.empty()) continue;
        auto related = std::ranges::find(added.related, dependency.related_key, &pdf::SecurityStore::Related::key);
        if (related == added.related.end()) {
            pdf::SecurityStore::Related& fresh = added.related.emplace_back();
            fresh.key = dependency.related_key;
            for (std::size_t i = 0; i < added.crls.size(); ++i)
                fresh.crls.push_back(i);
            for (std::size_t i = 0; i < added.ocsp_responses.size(); ++i)
                fresh.ocsp_responses.push_back(i);
            related = std::prev(added.related.end());
        }
        for (const std::size_t index : certificates) {
            if (std::ranges::find(related->certificates, index) == related->certificates.end())
                related->certificates.push_back(index);
        }
    }
    return pdf::append_validation_data(*document, file.state, file.hash, added);
}

Result<Extender::Extension> Extender::with_seal(const File& file) const {
    const auto document = pdf::Document::open(file.bytes);
    if (!document) return document.error();
    pdf::DocumentTimeStampOptions options;
    options.token_reserve = time_stamps_.max_token_size();
    Extension extension;
    extension.level = SignatureLevel::Archival;
    const auto stamp = [&](const crypto::Sha256Digest& digest) -> Result<Bytes> {
        auto token = time_stamps_.token(digest);
        if (!token) return token;
        const auto read = read_token(*token, time_stamps_.roots());
        if (!read) return fail(ErrorCode::TimeStampUnavailable, "a token that cannot be judged");
        extension.sealed_until = end_of(read->chain);
        return token;
    };
    auto sealed = pdf::append_document_time_stamp(*document, file.state, file.hash, stamp, options);
    if (!sealed) return sealed.error();
    extension.revision = std::move(*sealed);
    return extension;
}

Result<Extender::Extension> Extender::extend(const File& file, SignatureLevel level) const {
    auto data = with_data(file);
    if (!data) return data.error();
    Extension extension;
    extension.revision = std::move(*data);
    if (level != SignatureLevel::Archival) return extension;
    Bytes bytes(file.bytes.begin(), file.bytes.end());
    append(bytes, extension.revision.increment);
    auto sealed = with_seal({bytes, extension.revision.state, extension.revision.hash});
    if (!sealed) return sealed.error();
    Bytes increment = std::move(extension.revision.increment);
    append(increment, sealed->revision.increment);
    sealed->revision.increment = std::move(increment);
    return sealed;
}

}  // namespace signet::service
