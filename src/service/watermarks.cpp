#include "service/watermarks.hpp"

#include "base/text.hpp"
#include "convert/converter.hpp"
#include "crypto/key_vault.hpp"
#include "model/transitions.hpp"
#include "pdf/compiled_drawing.hpp"
#include "pdf/page_marks.hpp"
#include "sandbox/file.hpp"
#include "seal/fonts.hpp"
#include "seal/watermark.hpp"
#include "service/documents.hpp"
#include "service/drafting.hpp"
#include "service/mark_picture.hpp"
#include "store/blobs.hpp"
#include "store/document_files.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace signet::service {

using model::Contract;
using model::Watermark;
using model::WatermarkPosition;
using model::WatermarkType;

namespace {

constexpr std::size_t kMostWatermarks = 20;
constexpr std::size_t kKeptBytes = std::size_t{32} << 20;
constexpr double kMargin = 10 * kPointsPerMillimetre;
constexpr double kImageMillimetres = 40;  // at a scale of 1
constexpr std::size_t kMostTiles = 2000;
constexpr std::size_t kProofDigits = 32;
constexpr char kTokenSeparator = '-';

std::string proof_of(const Platform& platform, const std::string& named) {
    return hex(platform.vault.lookup_digest(named, "code-target")).substr(0, kProofDigits);
}

double gap_of(model::TileDensity density) {
    switch (density) {
        case model::TileDensity::Sparse:
            return 60 * kPointsPerMillimetre;
        case model::TileDensity::Dense:
            return 10 * kPointsPerMillimetre;
        case model::TileDensity::Moderate:
            break;
    }
    return 30 * kPointsPerMillimetre;
}

/// A mark's size on paper, turned and unturned.
struct Extent {
    double width = 0;
    double height = 0;
    double clockwise = 0;

    pdf::Rectangle box() const { return pdf::bounding_box({0, 0, width, height, clockwise}); }
    Extent scaled(double factor) const { return {width * factor, height * factor, clockwise}; }
    pdf::ImagePlacement around(double x, double y) const {
        return {x - width / 2, y - height / 2, width, height, clockwise};
    }
};

/// The centres of a row of boxes `pitch` apart that covers 0 to `length`, symmetrically.
std::vector<double> centres(double length, double size, double pitch) {
    const double count = std::max(1.0, std::ceil((length + pitch - size) / pitch));
    std::vector<double> result;
    for (double i = 0; i < count; ++i)
        result.push_back(length / 2 + (i - (count - 1) / 2) * pitch);
    return result;
}

std::vector<pdf::ImagePlacement> tiled(const Extent& mark, double gap, double width, double height) {
    const pdf::Rectangle box = mark.box();
    double pitch_x = box.width() + gap;
    double pitch_y = box.height() + gap;
    // A page as large as a wall gets its copies farther apart.
    const double wanted = (width / pitch_x + 1) * (height / pitch_y + 1);
    const double stretch = std::max(1.0, std::sqrt(wanted / static_cast<double>(kMostTiles)));
    pitch_x *= stretch;
    pitch_y *= stretch;
    std::vector<pdf::ImagePlacement> placements;
    bool is_odd = false;
    for (const double y : centres(height, box.height(), pitch_y)) {
        const double shift = is_odd ? pitch_x / 2 : 0;
        for (const double x : centres(width, box.width(), pitch_x))
            placements.push_back(mark.around(x + shift, y));
        is_odd = !is_odd;
    }
    return placements;
}

std::vector<pdf::ImagePlacement> placements_of(const Watermark& mark, Extent extent, double width, double height) {
    const double margin = std::min(kMargin, 0.05 * std::min(width, height));
    const pdf::Rectangle natural = extent.box();
    const double room = std::min((width - 2 * margin) / natural.width(), (height - 2 * margin) / natural.height());
    if (mark.position == WatermarkPosition::Tile)
        return tiled(extent.scaled(std::min(1.0, room)), gap_of(mark.tile_density), width, height);
    extent = extent.scaled(mark.position == WatermarkPosition::Fill ? room : std::min(1.0, room));
    const pdf::Rectangle box = extent.box();
    const double left = margin + box.width() / 2;
    const double right = width - left;
    const double bottom = margin + box.height() / 2;
    const double top = height - bottom;
    switch (mark.position) {
        case WatermarkPosition::TopLeft:
            return {extent.around(left, top)};
        case WatermarkPosition::TopRight:
            return {extent.around(right, top)};
        case WatermarkPosition::BottomLeft:
            return {extent.around(left, bottom)};
        case WatermarkPosition::BottomRight:
            return {extent.around(right, bottom)};
        default:
            return {extent.around(width / 2, height / 2)};
    }
}

/// What of a text can be drawn.
std::string drawable(const Platform& platform, std::string_view text) {
    std::string result;
    for (const char32_t character : to_utf32(text)) {
        const std::string one = to_utf8(std::u32string_view(&character, 1));
        if (platform.fonts.covers(one)) result += one;
    }
    return result;
}

Result<Drawing> picture_of(const Platform& platform, const Watermark& mark, double side_mm, double opacity) {
    const auto id = store::BlobId::from_hex(mark.blob);
    if (!id) return fail(ErrorCode::StorageFailed, "a watermark's picture has no name");
    const auto bytes = platform.blobs.read(*id);
    if (!bytes) return bytes.error();
    auto image = platform.converter.read_picture(*bytes);
    if (!image) return image.error();
    return seal::draw_mark_picture(mark_picture(std::move(*image)), side_mm, opacity);
}

Result<Drawing> draw(const Platform& platform, const Contract& contract, const Watermark& mark) {
    const double opacity = 1 - mark.diaphaneity / 100;
    const double side = kImageMillimetres * mark.image_scale;
    switch (mark.type) {
        case WatermarkType::Number: {
            const std::string text = "合同编号：" + drawable(platform, contract.sn);
            return seal::draw_mark_text(platform.fonts, text, mark.font_size, mark.colour, opacity);
        }
        case WatermarkType::Text:
            return seal::draw_mark_text(platform.fonts, mark.content, mark.font_size, mark.colour, opacity);
        case WatermarkType::QrCode: {
            const std::string token = code_token(platform, {contract.id, mark.view_permission, false});
            return seal::draw_code(platform.base_url + "/contract/view/" + token, side, opacity);
        }
        case WatermarkType::Notary: {
            const std::string token = code_token(platform, {contract.id, model::ViewPermission::Public, true});
            return seal::draw_code(platform.base_url + "/verify?code=" + token, side, opacity);
        }
        case WatermarkType::Picture:
            return picture_of(platform, mark, side, opacity);
        case WatermarkType::Grating:
            return seal::draw_grating(platform.fonts, mark.content.empty() ? '0' : mark.content.front(),
                                      mark.grating_millimetres, mark.colour, opacity);
    }
    return fail(ErrorCode::Internal, "a watermark of no type");
}

/// Everything that changes what is drawn.
std::string key_of(const Contract& contract, const model::Document& document) {
    return to_string(document.id) + "/" + std::to_string(document.length) + "/" + std::to_string(contract.version);
}

Error in_watermark(std::size_t index, const Error& error) {
    const bool is_picture = error.code == ErrorCode::UnsupportedFileType || error.code == ErrorCode::InvalidFile ||
                            error.code == ErrorCode::DocumentTooLarge || error.code == ErrorCode::TimeLimit;
    const std::string path = "watermarks[" + std::to_string(index) + "].";
    if (is_picture) return invalid_parameter(path + "content: " + error.detail);
    return error.code == ErrorCode::InvalidParameter ? invalid_parameter(path + error.detail) : error;
}

}  // namespace

std::string code_token(const Platform& platform, const CodeTarget& target) {
    const char kind = target.evidence ? 'e' : target.permission == model::ViewPermission::Public ? 'o' : 'p';
    const std::string named = to_string(target.contract) + kTokenSeparator + kind;
    return named + kTokenSeparator + proof_of(platform, named);
}

std::optional<CodeTarget> read_code_token(const Platform& platform, std::string_view token) {
    const auto parts = split(token, kTokenSeparator);
    if (parts.size() != 3 || parts[1].size() != 1) return std::nullopt;
    const auto contract = parse_id(parts[0]);
    if (!contract) return std::nullopt;
    for (const bool evidence : {false, true}) {
        for (const auto permission : {model::ViewPermission::Private, model::ViewPermission::Public}) {
            const CodeTarget target{{*contract}, permission, evidence};
            if (code_token(platform, target) == token) return target;
        }
    }
    return std::nullopt;
}

Status Watermarks::add(const Caller& caller, WatermarkCommand command) {
    const auto found = book_.locate(caller, command.locator, Access::Initiator);
    if (!found) return found.error();
    const auto allowed = [](const Contract& contract) {
        return model::check(model::Call::AddDocument, contract.status);
    };
    if (const Status draft = allowed(**found); !draft) return draft;
    for (std::size_t i = 0; i < command.watermarks.size(); ++i) {
        WatermarkWish& wish = command.watermarks[i];
        if (wish.mark.type == WatermarkType::Picture) {
            const auto blob = platform_.blobs.put(wish.picture);
            if (!blob) return blob.error();
            wish.mark.blob = blob->hex();
        }
        if (const auto drawing = draw(platform_, **found, wish.mark); !drawing) return in_watermark(i, drawing.error());
    }
    const ContractLock held = book_.lock((*found)->id);
    const auto fresh = book_.find(held);
    if (!fresh) return fresh.error();
    Contract contract = **fresh;
    if (const Status draft = allowed(contract); !draft) return draft;
    for (const model::Document& document : contract.documents) {
        if (document.signed_before && !command.watermarks.empty())
            return fail(ErrorCode::SigningForbidden,
                        "document " + to_string(document.id) + " came with signatures, which watermarks would break");
    }
    if (command.delete_old) contract.watermarks.clear();
    for (WatermarkWish& wish : command.watermarks)
        contract.watermarks.push_back(std::move(wish.mark));
    if (contract.watermarks.size() > kMostWatermarks) return invalid_parameter("watermarks: a contract has at most 20");
    Change change;
    change.event = "watermarks.changed";
    change.actor = actor_of(caller);
    change.detail = R"({"count":)" + std::to_string(contract.watermarks.size()) + "}";
    const auto committed = book_.commit(std::move(contract), change);
    if (!committed) return committed.error();
    return {};
}

Result<Bytes> Watermarks::increment(const Contract& contract, const model::Document& document) const {
    // Once a contract is sent they are part of its documents.
    const bool is_drawn = !document.revision_state.empty();
    if (contract.watermarks.empty() || document.is_attachment() || is_drawn) return Bytes{};
    const std::string key = key_of(contract, document);
    {
        const std::lock_guard lock(mutex_);
        if (const auto kept = kept_.find(key); kept != kept_.end()) return *kept->second;
    }
    std::vector<pdf::CompiledDrawing> drawings;
    for (const Watermark& mark : contract.watermarks) {
        const auto drawing = draw(platform_, contract, mark);
        if (!drawing) return drawing.error();
        auto compiled = pdf::CompiledDrawing::compile(*drawing);
        if (!compiled) return compiled.error();
        drawings.push_back(std::move(*compiled));
    }
    std::vector<pdf::PageMark> marks;
    for (std::size_t i = 0; i < drawings.size(); ++i) {
        const Watermark& mark = contract.watermarks[i];
        const Extent extent{drawings[i].width(), drawings[i].height(), std::fmod(360.0 - mark.angle, 360.0)};
        marks.push_back({&drawings[i], [&mark, extent](double width, double height) {
                             return placements_of(mark, extent, width, height);
                         }});
    }
    const auto opened = open_document(platform_, document);
    if (!opened) return opened.error();
    auto marked = pdf::mark_pages(opened->pdf(), marks);
    if (!marked) return marked.error();
    const std::lock_guard lock(mutex_);
    if (kept_bytes_ + marked->increment.size() > kKeptBytes) {
        kept_.clear();
        kept_bytes_ = 0;
    }
    if (kept_.emplace(key, std::make_shared<const Bytes>(marked->increment)).second)
        kept_bytes_ += marked->increment.size();
    return std::move(marked->increment);
}

Result<Watermarks::View> Watermarks::view(const Contract& contract, const model::Document& document) const {
    const auto drawn = increment(contract, document);
    if (!drawn) return drawn.error();
    if (drawn->empty()) {
        auto file = platform_.documents.open_file(document.stored());
        if (!file) return file.error();
        return View{std::move(*file), document.length};
    }
    auto bytes = platform_.documents.read(document.stored(), 0, document.length);
    if (!bytes) return bytes.error();
    append(*bytes, *drawn);
    auto file = sandbox::memory_file(*bytes);
    if (!file) return file.error();
    return View{FileDescriptor(file->release()), bytes->size()};
}

}  // namespace signet::service
