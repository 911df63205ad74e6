#include "crypto/revocation_list.hpp"

#include "crypto/algorithms.hpp"
#include "crypto/certificate_view.hpp"
#include "crypto/oids.hpp"

#include <algorithm>
#include <functional>

namespace signet::crypto {
namespace {

constexpr std::size_t kMaxSize = 16 * 1024 * 1024;
constexpr std::size_t kMaxEntries = 200'000;
constexpr unsigned kSignsLists = 6;  // cRLSign

Error refused(std::string_view why) {
    return fail(ErrorCode::RevocationDataInvalid, "revocation list: " + std::string(why));
}

Bytes copy(ByteView bytes) {
    return Bytes(bytes.begin(), bytes.end());
}

bool is_time(const der::Element& element) {
    return element.tag == der::kUtcTime || element.tag == der::kGeneralizedTime;
}

std::optional<RevocationReason> read_reason(ByteView value) {
    der::Reader reader(value);
    const der::Element code = reader.take(der::kEnumerated);
    if (!reader.finished() || code.content.size() != 1) return std::nullopt;
    return revocation_reason_of(code.content[0]);
}

/// False when malformed. A critical extension that is not known (certificateIssuer) makes the whole list unusable.
bool read_entry(der::Reader fields, RevocationList& list) {
    RevocationList::Entry entry;
    const der::Element serial = fields.take(der::kInteger);
    const auto revoked_at = der::read_time(fields.take_any());
    if (!fields.ok() || !revoked_at || !der::is_integer(serial.content)) return false;
    entry.serial_number = copy(der::significant(serial.content));
    entry.revoked_at = *revoked_at;
    if (const auto extensions = fields.take_if(der::kSequence)) {
        const auto read = read_extensions(der::Reader(*extensions));
        if (!read) return false;
        for (const ExtensionView& extension : *read) {
            if (extension.oid == oid::kReasonCode) {
                entry.reason = read_reason(extension.value);
                if (!entry.reason) return false;
            } else if (extension.critical) {
                list.is_complete = false;
            }
        }
    }
    list.entries.push_back(std::move(entry));
    return fields.finished();
}

bool is_true(const std::optional<der::Element>& flag) {
    return flag && flag->content.size() == 1 && flag->content[0] != 0;
}

/// IssuingDistributionPoint (§5.2.5).
bool read_distribution_point(ByteView value, RevocationList& list) {
    der::Reader outer(value);
    der::Reader fields(outer.take(der::kSequence));
    if (const auto point = fields.take_if(der::context(0))) {
        list.has_distribution_point = true;
        list.distribution_points = read_distribution_point_urls(der::Reader(*point));
    }
    list.only_user_certificates = is_true(fields.take_if(der::context_primitive(1)));
    list.only_authority_certificates = is_true(fields.take_if(der::context_primitive(2)));
    const bool only_some_reasons = fields.take_if(der::context_primitive(3)).has_value();
    const bool is_indirect = is_true(fields.take_if(der::context_primitive(4)));
    const bool only_attributes = is_true(fields.take_if(der::context_primitive(5)));
    if (only_some_reasons || is_indirect || only_attributes) list.is_complete = false;
    return outer.finished() && fields.finished();
}

bool read_list_extensions(der::Reader extensions, RevocationList& list) {
    const auto read = read_extensions(extensions);
    if (!read) return false;
    for (const ExtensionView& extension : *read) {
        if (extension.oid == oid::kRevocationListNumber) {
            der::Reader reader(extension.value);
            list.number = hex(der::significant(reader.take(der::kInteger).content));
            if (!reader.finished()) return false;
        } else if (extension.oid == oid::kAuthorityKeyIdentifier) {
            list.authority_key_identifier = copy(read_authority_key_identifier(extension.value));
        } else if (extension.oid == oid::kExpiredCertificatesOnList) {
            der::Reader reader(extension.value);
            list.keeps_ended_since = der::read_time(reader.take(der::kGeneralizedTime));
            if (!list.keeps_ended_since || !reader.finished()) return false;
        } else if (extension.oid == oid::kIssuingDistributionPoint) {
            if (!read_distribution_point(extension.value, list)) return false;
        } else if (extension.critical) {
            list.is_complete = false;  // deltaCRLIndicator among them
        }
    }
    return true;
}

bool read_entries(der::Reader entries, RevocationList& list) {
    while (entries.ok() && !entries.at_end()) {
        if (list.entries.size() == kMaxEntries) return false;
        if (!read_entry(der::Reader(entries.take(der::kSequence)), list)) return false;
    }
    std::ranges::sort(list.entries, {}, [](const RevocationList::Entry& entry) {
        return std::pair(entry.serial_number.size(), as_text(entry.serial_number));
    });
    return entries.ok();
}

bool read_to_be_signed(der::Reader fields, const SignedFrame& frame, RevocationList& list) {
    const auto version = fields.take_if(der::kInteger);
    const auto algorithm = read_algorithm(fields);
    list.issuer = copy(fields.take(der::kSequence).encoding);
    const auto this_update = der::read_time(fields.take_any());
    if (!fields.ok() || !this_update || algorithm != frame.algorithm) return false;
    if (version && der::read_small_integer(*version) != 1U) return false;
    list.this_update = *this_update;
    der::Reader ahead = fields;
    if (!fields.at_end() && is_time(ahead.take_any())) {
        list.next_update = der::read_time(fields.take_any());
        if (!list.next_update) return false;
    }
    if (const auto entries = fields.take_if(der::kSequence)) {
        if (!read_entries(der::Reader(*entries), list)) return false;
    }
    if (const auto wrapped = fields.take_if(der::context(0))) {
        der::Reader inside(*wrapped);
        const der::Element extensions = inside.take(der::kSequence);
        if (!inside.finished() || !read_list_extensions(der::Reader(extensions), list)) return false;
    }
    return fields.finished();
}

std::optional<SignedFrame> read_frame(ByteView der) {
    der::Reader outer(der);
    der::Reader fields(outer.take(der::kSequence));
    auto frame = read_signed_frame(fields);
    if (!outer.finished() || !fields.finished()) return std::nullopt;
    return frame;
}

}  // namespace

const RevocationList::Entry* RevocationList::find(ByteView serial_number) const {
    const ByteView wanted = der::significant(serial_number);
    const auto order = [](const Entry& entry) {
        return std::pair(entry.serial_number.size(), as_text(entry.serial_number));
    };
    const auto found =
        std::ranges::lower_bound(entries, std::pair(wanted.size(), as_text(wanted)), std::less<>(), order);
    if (found == entries.end() || !std::ranges::equal(found->serial_number, wanted)) return nullptr;
    return &*found;
}

Result<RevocationList> parse_revocation_list(ByteView der) {
    if (der.size() > kMaxSize) return refused("too large");
    const auto frame = read_frame(der);
    if (!frame) return refused("malformed");
    RevocationList list;
    der::Reader outer(frame->to_be_signed);
    if (!read_to_be_signed(der::Reader(outer.take(der::kSequence)), *frame, list)) return refused("malformed");
    const bool is_inconsistent = list.next_update && *list.next_update < list.this_update;
    if (is_inconsistent) return refused("it ends before it begins");
    list.der = copy(der);
    return list;
}

Status is_signed_by(const RevocationList& list, ByteView issuer_certificate) {
    const auto issuer = view_certificate(issuer_certificate);
    if (!issuer) return refused("the issuer's certificate is unreadable");
    if (!is_same_name(issuer->subject, list.issuer)) return refused("another issuer");
    const ByteView identifier = issuer->subject_key_identifier();
    const bool is_other_key = !identifier.empty() && !list.authority_key_identifier.empty() &&
                              !std::ranges::equal(identifier, list.authority_key_identifier);
    if (is_other_key) return refused("another key of the issuer");
    if (!issuer->may(kSignsLists)) return refused("the issuer may not sign revocation lists");
    const auto frame = read_frame(list.der);
    if (!frame) return refused("malformed");
    const std::string_view fault = fault_of(check_frame(*frame, *issuer));
    if (!fault.empty()) return refused(fault);
    return {};
}

}  // namespace signet::crypto
