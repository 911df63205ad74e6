#include "model/placing.hpp"

#include "base/drawing.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>

namespace signet::model {
namespace {

/// The text with full-width signs made plain and blanks removed.
std::string plain_page_config(std::string_view text) {
    std::string plain;
    for (const char32_t c : to_utf32(text)) {
        if (c == U' ' || c == U'\t' || c == U'　') continue;
        if (c == U'，') {
            plain.push_back(',');
        } else if (c == U'～' || c == U'-' || c == U'—' || c == U'〜') {
            plain.push_back('~');
        } else {
            plain += to_utf8(std::u32string_view(&c, 1));
        }
    }
    return plain;
}

Error bad_page_config(std::string_view text) {
    return invalid_parameter("sealPageConfig: \"" + std::string(text.substr(0, 80)) + "\" is not a list like 2,4~7");
}

Place make_place(const Stamper& stamper, DocumentId document, int page, double x, double y, ImageSize size) {
    Place place;
    place.type = stamper.type;
    place.document = document;
    place.page = page;
    place.x = x;
    place.y = y;
    place.width = size.width;
    place.height = size.height;
    place.rotation_degrees = std::fmod(stamper.rotation_degrees, 360.0);
    place.date_pattern = stamper.date_pattern;
    place.seal = stamper.seal;
    return place;
}

/// Shifts the box back into the page when it would leave it; a box larger than the page sticks to its bottom left.
void keep_inside(Place& place, PageSize page) {
    place.x = std::max(0.0, std::min(place.x, page.width - place.width));
    place.y = std::max(0.0, std::min(place.y, page.height - place.height));
}

bool is_fraction(double value) {
    return value >= 0 && value < 1;
}

}  // namespace

Result<std::vector<int>> parse_page_config(std::string_view text, int page_count) {
    const std::string plain = plain_page_config(text);
    if (plain.empty()) return bad_page_config(text);
    std::set<int> pages;
    for (const std::string_view item : split(plain, ',')) {
        const std::size_t tilde = item.find('~');
        const auto first = parse_integer(item.substr(0, tilde));
        const auto last = tilde == std::string_view::npos ? first : parse_integer(item.substr(tilde + 1));
        if (!first || !last || *first < 1 || *last < *first) return bad_page_config(text);
        if (*last > page_count) {
            return fail(ErrorCode::SignPageBeyond,
                        "sealPageConfig names page " + std::to_string(*last) + " of " + std::to_string(page_count));
        }
        for (std::int64_t page = *first; page <= *last; ++page)
            pages.insert(static_cast<int>(page) - 1);
    }
    return std::vector<int>(pages.begin(), pages.end());
}

Result<std::vector<int>> across_pages(const Stamper& stamper, int page_count) {
    if (stamper.type == StamperType::AcrossPageScope) return parse_page_config(stamper.seal_page_config, page_count);
    std::vector<int> pages;
    const int step = stamper.type == StamperType::AcrossPage ? 1 : 2;
    const int first = stamper.type == StamperType::AcrossPageEven ? 1 : 0;
    for (int page = first; page < page_count; page += step)
        pages.push_back(page);
    return pages;
}

std::vector<int> across_groups(int page_count, double seal_width) {
    if (page_count <= 0) return {};
    const int most = std::max(2, static_cast<int>(seal_width / kNarrowestStrip));
    const int groups = (page_count + most - 1) / most;
    std::vector<int> sizes;
    for (int group = 0; group < groups; ++group) {
        sizes.push_back(page_count * (group + 1) / groups - page_count * group / groups);
    }
    return sizes;
}

ImageSize placed_size(const Stamper& stamper, ImageSize image) {
    const bool sizable = stamper.type == StamperType::Personal || stamper.type == StamperType::Timestamp;
    if (!sizable || image.width <= 0 || image.height <= 0) return image;
    double scale = 1;
    if (stamper.width) {
        scale = *stamper.width * kPointsPerMillimetre / image.width;
    } else if (stamper.height) {
        scale = *stamper.height * kPointsPerMillimetre / image.height;
    }
    return {image.width * scale, image.height * scale};
}

std::vector<KeywordHit> pick_hits(const std::vector<KeywordHit>& hits, int index) {
    if (index == 0) return hits;
    const auto count = static_cast<int>(hits.size());
    const int at = index > 0 ? index - 1 : count + index;
    if (at < 0 || at >= count) return {};
    return {hits[static_cast<std::size_t>(at)]};
}

std::vector<Place> place_at_keywords(const Stamper& stamper, const Document& document,
                                     const std::vector<KeywordHit>& hits, ImageSize size) {
    std::vector<Place> places;
    for (const KeywordHit& hit : hits) {
        const PageSize page = document.pages[static_cast<std::size_t>(hit.page)];
        Place place = make_place(stamper, document.id, hit.page, hit.x + stamper.offset_x.value_or(0) * page.width,
                                 hit.y + stamper.offset_y.value_or(0) * page.height, size);
        place.keyword = stamper.keyword;
        place.keyword_index = stamper.keyword_index;
        keep_inside(place, page);
        places.push_back(place);
    }
    return places;
}

Result<std::vector<Place>> place_on_pages(const Stamper& stamper, const Document& document, ImageSize size) {
    if (!stamper.page) return invalid_parameter("stampers: neither keyword nor page is given");
    const double x = stamper.offset_x.value_or(0);
    const double y = stamper.offset_y.value_or(0);
    if (!is_fraction(x)) return invalid_parameter("offsetX: must lie in [0, 1) when a page is given");
    if (!is_fraction(y)) return invalid_parameter("offsetY: must lie in [0, 1) when a page is given");
    const int count = document.page_count();
    const int wanted = *stamper.page;
    if (wanted > count || wanted < -count) {
        return fail(ErrorCode::SignPageBeyond, "page " + std::to_string(wanted) + " of " + std::to_string(count) +
                                                   ", document " + to_string(document.id));
    }
    const int first = wanted == 0 ? 0 : (wanted > 0 ? wanted - 1 : count + wanted);
    const int last = wanted == 0 ? count - 1 : first;
    std::vector<Place> places;
    for (int number = first; number <= last; ++number) {
        const PageSize page = document.pages[static_cast<std::size_t>(number)];
        Place place = make_place(stamper, document.id, number, x * page.width, y * page.height, size);
        keep_inside(place, page);
        places.push_back(place);
    }
    return places;
}

Result<std::vector<RunPage>> across_run(const Stamper& stamper, const std::vector<const Document*>& documents) {
    std::vector<RunPage> all;
    for (const Document* document : documents) {
        for (int page = 0; page < document->page_count(); ++page)
            all.push_back({document->id, page, document->pages[static_cast<std::size_t>(page)]});
    }
    const auto pages = across_pages(stamper, static_cast<int>(all.size()));
    if (!pages) return pages.error();
    std::vector<RunPage> run;
    for (const int page : *pages)
        run.push_back(all[static_cast<std::size_t>(page)]);
    return run;
}

Result<std::vector<Place>> place_across(const Stamper& stamper, const std::vector<RunPage>& run, ImageSize seal) {
    if (!stamper.offset_y || !is_fraction(*stamper.offset_y)) {
        return invalid_parameter("offsetY: an across-page seal needs one in [0, 1)");
    }
    std::vector<Place> places;
    if (run.size() < 2) return places;
    std::size_t next = 0;
    for (const int strips : across_groups(static_cast<int>(run.size()), seal.width)) {
        const double strip_width = seal.width / strips;
        for (int strip = 0; strip < strips; ++strip) {
            const RunPage& on = run[next++];
            Place place = make_place(stamper, on.document, on.page, on.size.width - strip_width,
                                     *stamper.offset_y * on.size.height, {strip_width, seal.height});
            place.rotation_degrees = 0;  // a strip at the edge cannot turn without leaving the page
            place.strip = strip;
            place.strips = strips;
            keep_inside(place, on.size);
            places.push_back(place);
        }
    }
    return places;
}

bool stamper_suits(StamperType stamper, ActionType action) {
    switch (action) {
        case ActionType::Company:
            return stamper == StamperType::Company || stamper == StamperType::Timestamp || is_across_page(stamper);
        case ActionType::Lp:
            return stamper == StamperType::Lp || stamper == StamperType::Timestamp;
        case ActionType::Operator:
        case ActionType::Personal:
            return stamper == StamperType::Personal || stamper == StamperType::Timestamp;
        case ActionType::Practice:
            return stamper == StamperType::Company || stamper == StamperType::Timestamp;
        case ActionType::Audit:
            return false;
    }
    return false;
}

Status check_listed_seal(const Action& action, const Stamper& stamper, std::string_view field) {
    if (!stamper.seal || stamper.type == StamperType::Timestamp || action.seals.empty()) return {};
    if (std::find(action.seals.begin(), action.seals.end(), stamper.seal) != action.seals.end()) return {};
    return fail(ErrorCode::SealNotFound,
                std::string(field) + ".sealId: " + to_string(stamper.seal) + " is not one of the node's seals");
}

Status check_stamper(const Stamper& stamper, std::string_view field) {
    const auto bad = [&](std::string_view name, std::string_view rule) {
        return invalid_parameter(std::string(field) + "." + std::string(name) + ": " + std::string(rule));
    };
    if (stamper.width && (*stamper.width < 10 || *stamper.width > 120)) return bad("width", "must be 10 to 120");
    if (stamper.height && (*stamper.height < 4 || *stamper.height > 48)) return bad("height", "must be 4 to 48");
    if (stamper.rotation_degrees < 0 || stamper.rotation_degrees > 360)
        return bad("rotationDegrees", "must be 0 to 360");
    const double limit = 1;
    if (stamper.offset_x && std::abs(*stamper.offset_x) >= limit) return bad("offsetX", "must lie between -1 and 1");
    if (stamper.offset_y && std::abs(*stamper.offset_y) >= limit) return bad("offsetY", "must lie between -1 and 1");
    if (is_across_page(stamper.type)) {
        if (stamper.type == StamperType::AcrossPageScope && trim(stamper.seal_page_config).empty()) {
            return bad("sealPageConfig", "is required for ACROSS_PAGE_SCOPE");
        }
        return {};
    }
    if (stamper.keyword.empty() && !stamper.page) return bad("keyword", "neither keyword nor page is given");
    return {};
}

}  // namespace signet::model
