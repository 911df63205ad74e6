#include "service/page_comparing.hpp"

#include "render/page_engine.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

namespace signet::service {
namespace {

// For one file.
constexpr int kMostPages = 600;
constexpr std::size_t kMostComparisons = 12;
constexpr std::chrono::seconds kPatience{15};
constexpr int kPicturePixels = 640;

/// The signatures to compare: the first, whose revision has the longest history behind it, then from the newest back.
std::vector<std::size_t> order_of(const std::vector<SignatureAssessment>& signatures) {
    std::vector<std::size_t> order;
    for (std::size_t i = signatures.size(); i-- > 0;) {
        if (signatures[i].signed_length > 0 && !signatures[i].is_document_time_stamp) order.push_back(i);
    }
    if (!order.empty()) std::rotate(order.begin(), order.end() - 1, order.end());
    return order;
}

std::vector<render::PagePlace> places_of(const std::vector<pdf::PageArea>& areas) {
    std::vector<render::PagePlace> places;
    for (const pdf::PageArea& area : areas) {
        places.push_back({static_cast<int>(area.page), area.box.left, area.box.bottom, area.box.right, area.box.top});
    }
    return places;
}

std::string pages_text(const std::vector<PageDifference>& differences) {
    std::string text = "page ";
    for (const PageDifference& one : differences)
        text += (text.ends_with(' ') ? "" : ", ") + std::to_string(one.page + 1);
    return text;
}

}  // namespace

void compare_pages(const render::PageEngine& pages, int fd, std::uint64_t length, Assessment& assessment) {
    const auto end = std::chrono::steady_clock::now() + kPatience;
    const std::vector<std::size_t> order = order_of(assessment.signatures);
    int pages_left = kMostPages;
    bool has_pictures = false;
    std::size_t done = 0;
    std::optional<std::string> problem;
    for (const std::size_t index : order) {
        const bool tired = done == kMostComparisons || pages_left <= 0 || std::chrono::steady_clock::now() > end;
        if (tired) break;
        SignatureAssessment& one = assessment.signatures[index];
        auto compared =
            pages.compare({fd, length}, one.signed_length, places_of(one.open_areas), pages_left, kPicturePixels);
        if (!compared) {
            problem = describe(compared.error());
            break;
        }
        pages_left -= compared->compared;
        if (compared->compared < compared->pages) {
            problem = std::to_string(compared->compared) + " of " + std::to_string(compared->pages) + " pages";
        }
        ++done;
        for (render::PageChange& change : compared->changes) {
            PageDifference& difference = one.differences.emplace_back();
            difference.page = change.page;
            difference.places = std::move(change.places);
            if (has_pictures) continue;  // those of the first signature show the rest, too
            difference.before = std::move(change.before);
            difference.after = std::move(change.after);
        }
        if (one.differences.empty()) continue;
        has_pictures = true;
        one.reasons.push_back({ReasonCode::PageLooksDifferent, pages_text(one.differences)});
    }
    if (done < order.size() && !problem)
        problem = std::to_string(done) + " of " + std::to_string(order.size()) + " signed states";
    if (problem) assessment.reasons.push_back({ReasonCode::PagesNotCompared, *problem});
    assessment.conclude();
}

}  // namespace signet::service
