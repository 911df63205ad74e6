#include "render/document_comparison.hpp"

#include "render/jpeg.hpp"
#include "render/wire.hpp"
#include "sandbox/message.hpp"

#include <algorithm>
#include <cmath>
#include <ctime>

namespace signet::render {
namespace {

/// Of processor time: a job may take ten seconds.
constexpr std::clock_t kPatience = 5 * CLOCKS_PER_SEC;
constexpr int kQuality = 80;
constexpr double kWidestPage = 2000;

int width_at_72_dpi(const PageSize& size) {
    return static_cast<int>(std::clamp(std::round(size.width), double{kLeastPixelWidth}, kWidestPage));
}

}  // namespace

Result<Bytes> DocumentComparison::run(int most_pages, int pixel_width) {
    const std::clock_t begin = std::clock();
    const int pages = std::max(before_.page_count(), after_.page_count());
    std::vector<PageChange> changes;
    std::size_t shown = 0;
    int page = 0;
    for (; page < std::min(pages, most_pages) && std::clock() - begin < kPatience; ++page) {
        auto change = compare(page);
        if (!change) return change.error();
        if (change->places.empty()) continue;
        if (shown < kMostShownPages) {
            ++shown;
            if (auto drawn = show(*change, pixel_width); !drawn) return drawn.error();
        }
        changes.push_back(std::move(*change));
    }
    sandbox::MessageWriter reply;
    reply.number(static_cast<std::uint64_t>(page)).number(static_cast<std::uint64_t>(pages)).number(changes.size());
    for (const PageChange& change : changes) {
        reply.number(static_cast<std::uint64_t>(change.page)).number(change.places.size());
        for (const auto& place : change.places) {
            for (const double fraction : place)
                reply.decimal(fraction);
        }
        reply.bytes(change.before).bytes(change.after);
    }
    return reply.take();
}

Result<PageChange> DocumentComparison::compare(int page) {
    PageChange change{page, {}, {}, {}};
    if (page >= before_.page_count() || page >= after_.page_count()) {
        change.places.push_back({0, 0, 1, 1});
        return change;
    }
    const auto old_size = before_.page_size(page);
    if (!old_size) return old_size.error();
    const auto size = after_.page_size(page);
    if (!size) return size.error();
    if (!(*old_size == *size)) {
        change.places.push_back({0, 0, 1, 1});
        return change;
    }
    const int width = width_at_72_dpi(*size);
    const auto old_picture = before_.draw(page, width);
    if (!old_picture) return old_picture.error();
    const auto picture = after_.draw(page, width);
    if (!picture) return picture.error();
    const double scale = width / size->width;
    for (const PixelBox& box : differences(*old_picture, *picture, open_boxes(page, size->height, scale))) {
        change.places.push_back({box.left / static_cast<double>(picture->width),
                                 box.top / static_cast<double>(picture->height),
                                 (box.right - box.left) / static_cast<double>(picture->width),
                                 (box.bottom - box.top) / static_cast<double>(picture->height)});
    }
    return change;
}

Status DocumentComparison::show(PageChange& change, int pixel_width) {
    const auto draw = [&](MupdfDocument& document, Bytes& into) -> Status {
        if (change.page >= document.page_count()) return {};
        const auto picture = document.draw(change.page, pixel_width);
        if (!picture) return picture.error();
        into = encode_jpeg(*picture, kQuality);
        return {};
    };
    if (auto drawn = draw(before_, change.before); !drawn) return drawn;
    return draw(after_, change.after);
}

/// The open places of a page in pixels, with the edge that anti-aliasing blurs.
std::vector<PixelBox> DocumentComparison::open_boxes(int page, double height, double scale) const {
    constexpr double kFar = 1e6;
    std::vector<PixelBox> boxes;
    for (const PagePlace& place : open_) {
        if (place.page != page) continue;
        const auto pixel = [&](double points) { return std::clamp(points * scale, -kFar, kFar); };
        boxes.push_back({static_cast<int>(std::floor(pixel(place.left))) - 2,
                         static_cast<int>(std::floor(pixel(height - place.top))) - 2,
                         static_cast<int>(std::ceil(pixel(place.right))) + 2,
                         static_cast<int>(std::ceil(pixel(height - place.bottom))) + 2});
    }
    return boxes;
}

}  // namespace signet::render
