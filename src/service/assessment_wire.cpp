#include "service/assessment_wire.hpp"

#include "sandbox/message.hpp"

#include <cmath>

namespace signet::service {
namespace {

using sandbox::MessageReader;
using sandbox::MessageWriter;

/// Writes an assessment's members in a fixed order.
class Writer {
  public:
    void value(bool flag) { message_.number(flag ? 1 : 0); }
    void value(std::uint64_t number) { message_.number(number); }
    void value(double number) { message_.decimal(number); }
    void value(const std::string& text) { message_.text(text); }
    void value(UtcTime time) { message_.number(static_cast<std::uint64_t>(time.milliseconds)); }
    void value(int number) { message_.number(static_cast<std::uint64_t>(number)); }
    template <typename Enum>
    void choice(Enum value, Enum) {
        message_.number(static_cast<std::uint64_t>(value));
    }
    template <typename T, typename Each>
    void list(const std::vector<T>& items, std::size_t, Each each) {
        message_.number(items.size());
        for (const T& item : items)
            each(*this, item);
    }
    template <typename T, typename Each>
    void optional(const std::optional<T>& item, Each each) {
        value(item.has_value());
        if (item) each(*this, *item);
    }
    Bytes take() { return message_.take(); }

  private:
    MessageWriter message_;
};

/// Reads them back in the same order.
class Reader {
  public:
    explicit Reader(ByteView message) : message_(message) {}
    void value(bool& flag) { flag = message_.number() != 0; }
    void value(std::uint64_t& number) { number = message_.number(); }
    void value(double& number) {
        number = message_.decimal();
        if (!std::isfinite(number)) sound_ = false;
    }
    void value(std::string& text) { text = message_.text(); }
    void value(UtcTime& time) { time.milliseconds = static_cast<std::int64_t>(message_.number()); }
    void value(int& number) { number = static_cast<int>(message_.number() & 0x7FFFFFFF); }
    template <typename Enum>
    void choice(Enum& value, Enum last) {
        const std::uint64_t number = message_.number();
        if (number > static_cast<std::uint64_t>(last)) {
            sound_ = false;
            return;
        }
        value = static_cast<Enum>(number);
    }
    template <typename T, typename Each>
    void list(std::vector<T>& items, std::size_t least_size, Each each) {
        items.resize(message_.count(least_size));
        for (T& item : items)
            each(*this, item);
    }
    template <typename T, typename Each>
    void optional(std::optional<T>& item, Each each) {
        bool there = false;
        value(there);
        if (there && !message_.failed()) each(*this, item.emplace());
    }
    bool complete() const { return sound_ && message_.complete(); }

  private:
    MessageReader message_;
    bool sound_ = true;
};

constexpr auto kText = [](auto& archive, auto& text) { archive.value(text); };

constexpr auto kReason = [](auto& archive, auto& reason) {
    archive.choice(reason.code, ReasonCode::RevocationUnknown);
    archive.value(reason.detail);
};

constexpr auto kTime = [](auto& archive, auto& time) { archive.value(time); };

constexpr auto kCertificate = [](auto& archive, auto& info) {
    archive.value(info.subject);
    archive.value(info.subject_common_name);
    archive.value(info.subject_organization);
    archive.value(info.issuer);
    archive.value(info.issuer_common_name);
    archive.value(info.serial_number);
    archive.value(info.not_before);
    archive.value(info.not_after);
    archive.value(info.public_key);
    archive.value(info.public_key_bits);
    archive.value(info.is_rsa);
    archive.value(info.signature_algorithm);
    archive.value(info.fingerprint);
};

constexpr auto kArea = [](auto& archive, auto& area) {
    archive.value(area.page);
    archive.value(area.box.left);
    archive.value(area.box.bottom);
    archive.value(area.box.right);
    archive.value(area.box.top);
};

constexpr std::size_t kNumber = sizeof(std::uint64_t);

constexpr auto kSignature = [](auto& archive, auto& one) {
    archive.list(one.fields, kNumber, kText);
    archive.value(one.is_document_time_stamp);
    archive.value(one.is_electronic_seal);
    archive.list(one.reasons, 2 * kNumber, kReason);
    archive.optional(one.signer, kCertificate);
    archive.value(one.signer_name);
    archive.value(one.purpose);
    archive.value(one.location);
    archive.value(one.claimed_time_text);
    archive.optional(one.claimed_time, kTime);
    archive.optional(one.proven_time, kTime);
    archive.value(one.time_authority);
    archive.value(one.level);
    archive.value(one.digest_algorithm);
    archive.value(one.revision);
    archive.choice(one.coverage, pdf::Coverage::Less);
    archive.choice(one.later_changes, pdf::LaterChanges::Suspicious);
    archive.value(one.intact);
    archive.value(one.trusted);
    archive.value(one.revoked);
    archive.value(one.signed_length);
    archive.list(one.open_areas, 5 * kNumber, kArea);
};

constexpr auto kAssessment = [](auto& archive, auto& assessment) {
    archive.choice(assessment.conclusion, Conclusion::Unreadable);
    archive.value(assessment.modified);
    archive.list(assessment.reasons, 2 * kNumber, kReason);
    archive.list(assessment.signatures, 20 * kNumber, kSignature);
    archive.value(assessment.page_count);
    archive.value(assessment.revision_count);
    archive.value(assessment.unsigned_fields);
};

}  // namespace

Bytes write_assessment(const Assessment& assessment) {
    Writer writer;
    kAssessment(writer, assessment);
    return writer.take();
}

std::optional<Assessment> read_assessment(ByteView message) {
    Reader reader(message);
    Assessment assessment;
    kAssessment(reader, assessment);
    if (!reader.complete()) return std::nullopt;
    assessment.conclude();
    return assessment;
}

}  // namespace signet::service
