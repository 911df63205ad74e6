#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/text.hpp"
#include "fuzz/targets.hpp"
#include "model/contract.hpp"
#include "model/placing.hpp"
#include "model/vocabulary.hpp"
#include "openapi/fields.hpp"
#include "pdf/packed_text.hpp"
#include "pdf/prepare.hpp"
#include "pdf/revision.hpp"
#include "sandbox/message.hpp"
#include "service/signature_headers.hpp"

#include <algorithm>
#include <array>

#include <boost/json/monotonic_resource.hpp>

namespace signet::fuzz {
namespace {

void read_everything(const openapi::Fields& fields, std::string_view name, int depth) {
    (void)fields.text(name, 100);
    (void)fields.required_text(name);
    (void)fields.integer(name);
    (void)fields.whole(name);
    (void)fields.integer(name, 0, 10);
    if (const auto decimal = fields.decimal(name)) require(*decimal == *decimal, "a decimal is a number");
    (void)fields.boolean(name);
    for (const model::ContractId id : fields.ids<model::ContractId>(name, 20))
        require(id.value > 0, "ids are positive");
    (void)fields.texts(name, 20, 100);
    (void)fields.choice<model::StamperType>(name);
    (void)fields.has(name);
    if (depth == 0) return;
    constexpr std::array<std::string_view, 3> kNames{"a", "type", "list"};
    for (const openapi::Fields& one : fields.list(name, 20)) {
        for (const std::string_view inner : kNames)
            read_everything(one, inner, depth - 1);
    }
    if (const auto object = fields.object(name)) {
        for (const std::string_view inner : kNames)
            read_everything(*object, inner, depth - 1);
    }
}

void json_fields(ByteView input) {
    boost::json::monotonic_resource memory;
    const auto object = openapi::parse_object(as_text(input), &memory);
    if (!object) return;
    const openapi::Fields fields(*object);
    for (const std::string_view name : {"a", "type", "list"})
        read_everything(fields, name, 2);
    int most = 20;
    for (const auto& member : *object) {
        if (most-- == 0) break;
        read_everything(fields, member.key(), 1);
    }
}

/// Token, secret, timestamp, nonce and signature, a line each.
void signature_headers(ByteView input) {
    Slices slices(input);
    std::array<std::string_view, 5> lines;
    for (std::string_view& line : lines)
        line = as_text(slices.line());
    const bool matches = service::signature_matches(lines[0], lines[1], lines[2], lines[3], lines[4]);
    require(!matches || lines[4].size() == 32 || lines[4].size() == 64, "a signature is a digest");
}

/// How many pages there are, then which of them are meant.
void page_config(ByteView input) {
    Slices slices(input);
    const int count = slices.byte() + 1;
    const auto pages = model::parse_page_config(as_text(slices.rest()), count);
    if (!pages) return;
    require(!pages->empty() && std::ranges::is_sorted(*pages), "pages come in their order");
    require(std::ranges::adjacent_find(*pages) == pages->end(), "each page comes once");
    require(pages->front() >= 0 && pages->back() < count, "pages exist");
    int sum = 0;
    for (const int group : model::across_groups(static_cast<int>(pages->size()), 120))
        sum += group;
    require(sum == static_cast<int>(pages->size()), "groups hold all pages");
}

void times(ByteView input) {
    const std::string_view text = as_text(input);
    static const TimeZone shanghai = TimeZone::find("Asia/Shanghai").value_or(TimeZone::fixed(480));
    for (const TimeZone& zone : {TimeZone::fixed(0), TimeZone::fixed(480), shanghai}) {
        const auto time = zone.parse(text);
        if (!time) continue;
        const auto again = zone.parse(zone.format(*time));
        require(again.has_value(), "a time that was read can be written");
        require(zone.end_of_day(*time) >= *time, "a day ends after it began");
    }
    (void)parse_integer(text);
    if (const auto decimal = parse_decimal(text)) require(*decimal == *decimal, "a decimal is a number");
    if (const auto id = parse_id(text)) require(*id > 0, "ids are positive");
    (void)mask_contact(text);
    require(!is_utf8(text) || to_utf8(to_utf32(text)) == text, "UTF-8 reads back");
}

/// What a worker replies: an operation a byte from the front, the message behind.
void sandbox_message(ByteView input) {
    constexpr std::size_t kMostOperations = 64;
    const std::size_t split = std::min(input.size() / 2, kMostOperations);
    sandbox::MessageReader reader(input.subspan(split));
    sandbox::MessageWriter writer;
    for (const std::uint8_t operation : input.first(split)) {
        switch (operation % 4) {
            case 0:
                writer.number(reader.number());
                break;
            case 1:
                writer.decimal(reader.decimal());
                break;
            case 2:
                writer.bytes(reader.bytes());
                break;
            default:
                require(reader.count(8) <= input.size() / 8, "a count is of things that are there");
                writer.number(0);
                break;
        }
    }
    if (!reader.complete()) return;
    const bool counted = std::ranges::any_of(input.first(split), [](std::uint8_t one) { return one % 4 == 3; });
    const Bytes again = writer.take();
    require(counted || std::ranges::equal(again, input.subspan(split)), "a message reads back");
}

void stored_states(ByteView input) {
    const std::string_view text = as_text(input);
    if (const auto state = pdf::revision_state_from_text(text)) {
        const auto again = pdf::revision_state_from_text(pdf::to_text(*state));
        require(again && *again == *state, "a state reads back");
    }
    if (const auto prepared = pdf::prepared_signature_from_text(text)) {
        const std::string written = pdf::to_text(*prepared);
        const auto again = pdf::prepared_signature_from_text(written);
        require(again && pdf::to_text(*again) == written, "a prepared signature reads back");
    }
}

}  // namespace

std::span<const Target> wire_targets() {
    static constexpr std::array<Target, 6> targets{{{"json_fields", json_fields, 4096},
                                                    {"signature_headers", signature_headers, 1024},
                                                    {"page_config", page_config, 256},
                                                    {"times", times, 128},
                                                    {"sandbox_message", sandbox_message, 1024},
                                                    {"stored_states", stored_states, 2048}}};
    return targets;
}

}  // namespace signet::fuzz
