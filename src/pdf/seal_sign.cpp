#include "pdf/seal_sign.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace signet::pdf {
namespace {

constexpr std::size_t kMaxPropertyInfo = 128;

crypto::Sm3Digest digest_of(const crypto::Digest& running) {
    crypto::Sm3Digest digest{};
    std::ranges::copy(running.value(), digest.begin());
    return digest;
}

}  // namespace

Result<Bytes> make_seal_value(ByteView before, const UnsignedRevision& revision, const SealSigner& signer,
                              UtcTime time) {
    const ByteView increment(revision.increment);
    const std::size_t gap_begin = revision.contents_begin - 1;
    const std::size_t gap_end = revision.contents_begin + revision.contents_digits + 1;
    crypto::Digest running(crypto::DigestAlgorithm::Sm3);
    running.update(before);
    running.update(increment.first(gap_begin));
    running.update(increment.subspan(gap_end));
    const std::string property_info = fmt::format("ByteRange[0 {} {} {}]", before.size() + gap_begin,
                                                  before.size() + gap_end, increment.size() - gap_end);
    const auto unfinished =
        crypto::sign_with_seal(signer.seal, {time, digest_of(running), property_info}, signer.signer);
    if (!unfinished) return unfinished.error();
    if (!signer.time_stamp) return crypto::finish_seal_signature(*unfinished, signer.signer);
    const Result<Bytes> token = signer.time_stamp(unfinished->time_stamp_imprint());
    if (!token) return token.error();
    return crypto::finish_seal_signature(*unfinished, signer.signer, *token);
}

std::size_t max_seal_value_size(const SealSigner& signer) {
    return crypto::max_seal_signature_size(signer.seal, signer.signer, kMaxPropertyInfo, signer.max_token_size);
}

Result<AppendedRevision> append_seal(ByteView file, const Document& document, const crypto::Sha256& hash_so_far,
                                     const std::string& name, std::span<const NewPlace> places,
                                     SignatureDetails details, const SealSigner& signer) {
    details.format = SignatureFormat::NationalSeal;
    const auto& chain = signer.signer.certificate_chain();
    details.certificates.assign(chain.size() < 2 ? chain.end() : chain.begin() + 1, chain.end());
    const std::size_t room = max_seal_value_size(signer);
    details.contents_reserve = std::min(details.contents_reserve, room);
    Result<UnsignedRevision> revision = build_with_new_fields(document, hash_so_far, name, places, details, room);
    if (!revision) return revision.error();
    const Result<Bytes> value = make_seal_value(file, *revision, signer, details.time);
    if (!value) return value.error();
    return complete(std::move(*revision), *value);
}

Result<Bytes> sign_with_seal(ByteView file, const std::string& name, std::span<const NewPlace> places,
                             SignatureDetails details, const SealSigner& signer) {
    const Result<Document> document = Document::open(file);
    if (!document) return document.error();
    crypto::Sha256 hash;
    hash.update(file);
    const Result<AppendedRevision> finished =
        append_seal(file, *document, hash, name, places, std::move(details), signer);
    if (!finished) return finished.error();
    Bytes result(file.begin(), file.end());
    append(result, finished->increment);
    return result;
}

}  // namespace signet::pdf
