#include "base/text.hpp"
#include "openapi/api.hpp"
#include "openapi/contract_json.hpp"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>

// /v2/contract/addwartermark: what is drawn on the pages of a draft (spec §2.13, §4.29).
namespace signet::openapi {

namespace json = boost::json;
using model::WatermarkPosition;
using model::WatermarkType;
using service::Caller;

namespace {

constexpr std::size_t kMostWatermarks = 20;
constexpr std::size_t kLongestText = 20;
constexpr std::size_t kLargestPicture = 200 << 10;
constexpr std::size_t kLongestBase64 = (kLargestPicture + 2) / 3 * 4 + 1000;

/// A decimal within limits; the default when there is none.
double read_decimal(const Fields& fields, std::string_view name, double lowest, double highest, double otherwise) {
    const auto value = fields.decimal(name);
    if (!value) return otherwise;
    // Says no to what is no number as well.
    if (!(*value >= lowest && *value <= highest)) {
        fields.refuse(
            name, "must be " + json::serialize(json::value(lowest)) + " to " + json::serialize(json::value(highest)));
        return otherwise;
    }
    return *value;
}

/// `#RRGGBB` of `#RRGGBB` or `#RGB`, in any case, with or without the `#`.
std::string read_colour(const Fields& fields) {
    std::string digits = fields.text("fontColor", 20);
    if (digits.empty()) return "#000000";
    if (digits.front() == '#') digits.erase(0, 1);
    const bool is_hex = std::all_of(digits.begin(), digits.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    });
    if (!is_hex || (digits.size() != 3 && digits.size() != 6)) {
        fields.refuse("fontColor", "must be a colour such as #C00000");
        return "#000000";
    }
    if (digits.size() == 3) digits = {digits[0], digits[0], digits[1], digits[1], digits[2], digits[2]};
    return "#" + digits;
}

/// The side of a grating in millimetres, of `SQUARE_10`.
int read_grating_size(const Fields& fields) {
    constexpr int kUsual = 10;
    constexpr int kSmallest = 5;
    constexpr int kLargest = 50;
    constexpr std::string_view kPrefix = "SQUARE_";
    const std::string word = fields.text("gratingSize", 20);
    if (word.empty()) return kUsual;
    const auto side = word.starts_with(kPrefix) ? parse_integer(word.substr(kPrefix.size())) : std::nullopt;
    if (side && *side >= kSmallest && *side <= kLargest) return static_cast<int>(*side);
    fields.refuse("gratingSize", "must be SQUARE_10, or SQUARE_ with another side of 5 to 50 mm");
    return kUsual;
}

void read_text(const Fields& fields, model::Watermark& mark) {
    mark.content = fields.text("content");
    const std::u32string characters = to_utf32(mark.content);
    if (mark.type == WatermarkType::Text) {
        if (trim(mark.content).empty()) fields.refuse("content", "is required for a text");
        if (characters.size() > kLongestText) fields.refuse("content", "has more than 20 characters");
        return;
    }
    const auto is_letter = [](char32_t c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    };
    if (characters.size() != 1 || !is_letter(characters.front()))
        fields.refuse("content", "must be exactly one letter or digit for a grating");
}

Bytes read_picture(const Fields& fields) {
    std::string text = fields.text("content", kLongestBase64 * 2);
    if (text.empty()) {
        fields.refuse("content", "is required for a picture");
        return {};
    }
    // Browsers write pictures as data:image/png;base64,…
    if (text.starts_with("data:")) text.erase(0, std::min(text.find(','), text.size() - 1) + 1);
    std::erase_if(text, [](char c) { return c == '\r' || c == '\n' || c == ' '; });
    auto bytes = from_base64(text);
    if (!bytes || bytes->empty()) {
        fields.refuse("content", "must be a picture in base64");
        return {};
    }
    if (bytes->size() > kLargestPicture) fields.refuse("content", "is larger than 200 KB");
    return std::move(*bytes);
}

bool is_corner(WatermarkPosition position) {
    return position == WatermarkPosition::TopLeft || position == WatermarkPosition::TopRight ||
           position == WatermarkPosition::BottomLeft || position == WatermarkPosition::BottomRight;
}

service::WatermarkWish read_watermark(const Fields& fields) {
    constexpr double kUsualDiaphaneity = 30;
    constexpr double kUsualScale = 0.5;
    constexpr double kUsualFontSize = 16;
    service::WatermarkWish wish;
    model::Watermark& mark = wish.mark;
    mark.type = fields.required_choice<WatermarkType>("type");
    if (mark.type == WatermarkType::Text || mark.type == WatermarkType::Grating) read_text(fields, mark);
    if (mark.type == WatermarkType::Picture) wish.picture = read_picture(fields);
    mark.font_size = read_decimal(fields, "fontSize", 6, 72, kUsualFontSize);
    mark.angle = fields.integer("angle", 0, 180).value_or(0);
    mark.colour = read_colour(fields);
    mark.position = fields.choice<WatermarkPosition>("position").value_or(WatermarkPosition::TopLeft);
    const bool only_corners = mark.type == WatermarkType::Grating || mark.type == WatermarkType::QrCode;
    if (only_corners && !is_corner(mark.position)) fields.refuse("position", "must be one of the four corners");
    mark.diaphaneity = read_decimal(fields, "diaphaneity", 0, 100, kUsualDiaphaneity);
    mark.image_scale = read_decimal(fields, "imgScale", 0.1, 4, kUsualScale);
    mark.tile_density = fields.choice<model::TileDensity>("tileDensity").value_or(model::TileDensity::Moderate);
    mark.grating_millimetres = read_grating_size(fields);
    mark.view_permission =
        fields.choice<model::ViewPermission>("viewPermission").value_or(model::ViewPermission::Private);
    return wish;
}

}  // namespace

void Api::add_watermarks(http::Router& router) {
    const Work work = [this](const Caller& caller, const Fields& fields, http::Request&) -> Result<json::object> {
        service::WatermarkCommand command;
        command.locator = read_locator(fields);
        command.delete_old = fields.boolean("deleteOldData", false);
        for (const Fields& item : fields.list("watermarks", kMostWatermarks))
            command.watermarks.push_back(read_watermark(item));
        // Without any, only what is there can be deleted.
        if (command.watermarks.empty() && !command.delete_old) fields.refuse("watermarks", "is required");
        if (fields.error()) return *fields.error();
        if (const Status added = services_.watermarks.add(caller, std::move(command)); !added) return added.error();
        return json::object();
    };
    command(router, "/v2/contract/addwartermark", work);
    command(router, "/v2/contract/addwatermark", work);
}

}  // namespace signet::openapi
