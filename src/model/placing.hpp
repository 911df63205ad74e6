#pragma once

#include "base/result.hpp"
#include "model/contract.hpp"

#include <string_view>
#include <vector>

namespace signet::model {

/// The size of a stamped image in points.
struct ImageSize {
    double width = 0;
    double height = 0;
};

/// A place where a keyword stands: points of the displayed page, origin bottom left; the box of the whole keyword.
struct KeywordHit {
    int page = 0;  // from 0
    double x = 0;
    double y = 0;
};

/// Reads `2,4~7,8 ~ 11` (blanks anywhere, full-width `，` and `～`, and `-` for a range allowed) as pages from 0,
/// ascending and without repetition. Errors: InvalidParameter when empty or garbled, SignPageBeyond for a page after
/// `page_count`.
Result<std::vector<int>> parse_page_config(std::string_view text, int page_count);

/// The pages an across-page stamper runs over, from 0. May have fewer than two members: then nothing is stamped (spec
/// §5.6).
Result<std::vector<int>> across_pages(const Stamper& stamper, int page_count);

/// No strip of an across-page seal is narrower: 1.5 mm. A longer run of pages begins again with a whole seal.
inline constexpr double kNarrowestStrip = 1.5 * 72.0 / 25.4;

/// How a run of `page_count` pages is cut into groups that share one seal each: as few as the narrowest strip allows,
/// sizes as even as can be. The sum is `page_count`.
std::vector<int> across_groups(int page_count, double seal_width);

/// The physical size of a place (spec §5.7). `image` is the seal's own size for seals; for PERSONAL and TIMESTAMP it is
/// the default box, and the stamper's width (which decides) or height scales it in proportion.
ImageSize placed_size(const Stamper& stamper, ImageSize image);

/// Picks from all hits of a keyword, given in reading order: n-th, all (0), from the end (negative). Empty when not
/// there.
std::vector<KeywordHit> pick_hits(const std::vector<KeywordHit>& hits, int index);

/// The places of one stamper that is placed by keyword: at each hit, moved by the offsets (fractions of the page) and
/// then shifted back into the page.
std::vector<Place> place_at_keywords(const Stamper& stamper, const Document& document,
                                     const std::vector<KeywordHit>& hits, ImageSize size);

/// The places of one stamper that is placed by page and offsets. Errors: SignPageBeyond; InvalidParameter when the page
/// or an offset is missing or out of [0, 1).
Result<std::vector<Place>> place_on_pages(const Stamper& stamper, const Document& document, ImageSize size);

/// One page of a run that an across-page seal runs over.
struct RunPage {
    DocumentId document;
    int page = 0;
    PageSize size;
};

/// The run of an across-page stamper over documents, given in their order, as over one: pages are counted through
/// (page 1 of the second document follows the last of the first), for odd and even pages and in `sealPageConfig`.
/// Errors: as `parse_page_config`.
Result<std::vector<RunPage>> across_run(const Stamper& stamper, const std::vector<const Document*>& documents);

/// The strips of an across-page seal over a run of pages: at the right edge, the bottom at `offsetY` of each page's
/// height. No places for a run of fewer than two pages. Errors: InvalidParameter when offsetY is missing or out of [0,
/// 1).
Result<std::vector<Place>> place_across(const Stamper& stamper, const std::vector<RunPage>& run, ImageSize seal);

/// Whether a stamper of this type may stand on a node of this type (spec §5.5).
bool stamper_suits(StamperType stamper, ActionType action);

/// Where a node lists seals, a place may name only one of them; what is no seal may name anything. Errors: SealNotFound
/// naming the stamper's `sealId` under `field`.
Status check_listed_seal(const Action& action, const Stamper& stamper, std::string_view field);

/// Checks the numbers of a stamper against their limits (spec §2.4). Errors: InvalidParameter naming the field under
/// `field`.
Status check_stamper(const Stamper& stamper, std::string_view field);

}  // namespace signet::model
