#include "crypto/archived_revocation.hpp"

#include "crypto/der.hpp"
#include "crypto/oids.hpp"

#include <optional>
#include <utility>

namespace signet::crypto {
namespace {

constexpr std::size_t kMostOfEach = 100;

/// `[tag] EXPLICIT SEQUENCE OF` what is whole in DER; empty when it is absent, nothing when it is malformed.
std::optional<std::vector<Bytes>> read_list(der::Reader& archive, unsigned tag) {
    const auto explicit_list = archive.take_if(der::context(tag));
    if (!explicit_list) return std::vector<Bytes>();
    der::Reader inside(*explicit_list);
    der::Reader list(inside.take(der::kSequence));
    std::vector<Bytes> items;
    while (!list.at_end() && list.ok() && items.size() < kMostOfEach) {
        const der::Element item = list.take(der::kSequence);
        items.emplace_back(item.encoding.begin(), item.encoding.end());
    }
    if (!list.ok() || !inside.finished()) return std::nullopt;
    return items;
}

/// RevocationInfoArchival ::= SEQUENCE { crl [0] EXPLICIT SEQUENCE OF CRLs OPTIONAL, ocsp [1] EXPLICIT SEQUENCE OF OCSP
/// Response OPTIONAL, otherRevInfo [2] EXPLICIT SEQUENCE OF OtherRevInfo OPTIONAL }
void read_archive(ByteView value, RevocationData& data) {
    der::Reader whole(value);
    der::Reader archive(whole.take(der::kSequence));
    auto lists = read_list(archive, 0);
    auto answers = read_list(archive, 1);
    if (!whole.finished() || !archive.ok() || !lists || !answers) return;
    data.revocation_lists = std::move(*lists);
    data.ocsp_responses = std::move(*answers);
}

}  // namespace

RevocationData archived_revocation(const SignedData& signed_data) {
    RevocationData data;
    for (const auto* attributes : {&signed_data.signer.signed_attributes, &signed_data.signer.unsigned_attributes}) {
        for (const Attribute& attribute : *attributes) {
            if (attribute.type != oid::kRevocationInfoArchival || attribute.values.size() != 1) continue;
            read_archive(attribute.values.front(), data);
            return data;
        }
    }
    return data;
}

}  // namespace signet::crypto
