#include "render/page_engine.hpp"

#include "base/text.hpp"
#include "render/wire.hpp"
#include "sandbox/message.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <functional>
#include <sys/stat.h>
#include <system_error>

namespace signet::render {
namespace {

using sandbox::MessageReader;
using sandbox::MessageWriter;

constexpr std::chrono::seconds kTimeLimit{20};

/// What tells one state of a file from another, so that a worker may keep a document it has opened.
struct DocumentKey {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::uint64_t modified = 0;  // nanoseconds
    std::uint64_t changed = 0;   // nanoseconds
};

std::uint64_t nanoseconds(const timespec& time) {
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000U + static_cast<std::uint64_t>(time.tv_nsec);
}

Result<DocumentKey> key_of(const DocumentInput& document) {
    struct stat status {};
    if (::fstat(document.fd, &status) != 0) {
        return fail(ErrorCode::StorageFailed, "fstat of a document: " + std::generic_category().message(errno));
    }
    return DocumentKey{status.st_dev, status.st_ino, nanoseconds(status.st_mtim), nanoseconds(status.st_ctim)};
}

std::uint64_t affinity_of(const DocumentInput& document, const DocumentKey& key) {
    const auto hash = std::hash<std::uint64_t>{};
    return (hash(key.inode * 31 + document.length) ^ hash(key.modified)) | 1U;
}

using Parameters = std::function<void(MessageWriter&)>;

Result<Bytes> ask(sandbox::WorkerPool& workers, RequestKind kind, const DocumentInput& document,
                  const Parameters& parameters) {
    const auto key = key_of(document);
    if (!key) return key.error();
    MessageWriter request;
    request.number(static_cast<std::uint64_t>(kind));
    for (const std::uint64_t part : {key->device, key->inode, key->modified, key->changed})
        request.number(part);
    request.number(document.length);
    parameters(request);
    return workers.call(request.take(), {&document.fd, 1}, kTimeLimit, affinity_of(document, *key));
}

Error implausible() {
    return fail(ErrorCode::DamagedDocument, "the document could not be processed");
}

/// No page of ISO 32000 is larger (Annex C: 14 400 units), UserUnit aside.
bool is_plausible(double points) {
    return std::isfinite(points) && std::abs(points) < 1e7;
}

Result<Bytes> draw(sandbox::WorkerPool& workers, RequestKind kind, const DocumentInput& document, int page,
                   int pixel_width, int quality) {
    if (page < 0) return fail(ErrorCode::SignPageBeyond, "page " + std::to_string(page + 1));
    if (pixel_width < kLeastPixelWidth || pixel_width > kMostPixelWidth) {
        return invalid_parameter("the width of a page picture must be 16 to 4096 pixels");
    }
    if (quality < 1 || quality > 100) return invalid_parameter("the quality of a page picture must be 1 to 100");
    return ask(workers, kind, document, [&](MessageWriter& request) {
        request.number(static_cast<std::uint64_t>(page))
            .number(static_cast<std::uint64_t>(pixel_width))
            .number(static_cast<std::uint64_t>(quality));
    });
}

Status check_keywords(const std::vector<std::string>& keywords) {
    if (keywords.size() > kMostKeywords) return fail(ErrorCode::ParameterTooLong, "more than 100 keywords");
    for (const std::string& keyword : keywords) {
        if (!is_utf8(keyword)) return invalid_parameter("keyword is not UTF-8");
        if (character_count(keyword) > kLongestKeyword) {
            return fail(ErrorCode::ParameterTooLong, "keyword is longer than 200 characters");
        }
    }
    return {};
}

std::vector<TextHit> read_hits(MessageReader& reader) {
    constexpr std::size_t kHitSize = 5 * 8;
    std::vector<TextHit> hits(reader.count(kHitSize));
    for (TextHit& hit : hits) {
        hit.page = static_cast<int>(std::min<std::uint64_t>(reader.number(), kMostPages));
        for (double* value : {&hit.x, &hit.y, &hit.width, &hit.height})
            *value = reader.decimal();
    }
    return hits;
}

bool is_plausible(const TextHit& hit) {
    return hit.page < kMostPages && is_plausible(hit.x) && is_plausible(hit.y) && is_plausible(hit.width) &&
           is_plausible(hit.height);
}

}  // namespace

Result<std::vector<PageSize>> PageEngine::page_sizes(const DocumentInput& document) const {
    const auto reply = ask(workers_, RequestKind::PageSizes, document, [](MessageWriter&) {});
    if (!reply) return reply.error();
    MessageReader reader(*reply);
    constexpr std::size_t kPageSize = 3 * 8;
    std::vector<PageSize> pages(reader.count(kPageSize));
    for (PageSize& page : pages) {
        page.width = reader.decimal();
        page.height = reader.decimal();
        page.rotate = static_cast<int>(reader.number() % 360);
        if (!is_plausible(page.width) || !is_plausible(page.height)) return implausible();
    }
    if (!reader.complete()) return implausible();
    return pages;
}

Result<Bytes> PageEngine::picture(const DocumentInput& document, int page, int pixel_width, int quality) const {
    return draw(workers_, RequestKind::Jpeg, document, page, pixel_width, quality);
}

Result<Bytes> PageEngine::picture_png(const DocumentInput& document, int page, int pixel_width) const {
    return draw(workers_, RequestKind::Png, document, page, pixel_width, 100);
}

Result<Bytes> PageEngine::field_png(const DocumentInput& document, const std::string& name, int pixel_width) const {
    constexpr std::size_t kLongestName = 4096;
    if (pixel_width < kLeastPixelWidth || pixel_width > kMostPixelWidth)
        return invalid_parameter("the width of a field's picture must be 16 to 4096 pixels");
    if (name.size() > kLongestName) return fail(ErrorCode::ParameterTooLong, "the field's name");
    return ask(workers_, RequestKind::Field, document,
               [&](MessageWriter& request) { request.text(name).number(static_cast<std::uint64_t>(pixel_width)); });
}

Result<PageComparison> PageEngine::compare(const DocumentInput& document, std::uint64_t before_length,
                                           const std::vector<PagePlace>& open, int most_pages, int pixel_width) const {
    if (pixel_width < kLeastPixelWidth || pixel_width > kMostPixelWidth)
        return invalid_parameter("the width of a page picture must be 16 to 4096 pixels");
    if (before_length == 0 || before_length > document.length) return invalid_parameter("no state ends there");
    if (open.size() > kMostOpenPlaces) return fail(ErrorCode::ParameterTooLong, "open places");
    const auto reply = ask(workers_, RequestKind::Compare, document, [&](MessageWriter& request) {
        request.number(before_length)
            .number(static_cast<std::uint64_t>(std::clamp(most_pages, 1, kMostPages)))
            .number(static_cast<std::uint64_t>(pixel_width))
            .number(open.size());
        for (const PagePlace& place : open) {
            request.number(static_cast<std::uint64_t>(place.page));
            for (const double edge : {place.left, place.bottom, place.right, place.top})
                request.decimal(edge);
        }
    });
    if (!reply) return reply.error();
    MessageReader reader(*reply);
    PageComparison comparison;
    comparison.compared = static_cast<int>(std::min<std::uint64_t>(reader.number(), kMostPages));
    comparison.pages = static_cast<int>(std::min<std::uint64_t>(reader.number(), kMostPages));
    comparison.changes.resize(reader.count(4 * sizeof(std::uint64_t)));
    for (PageChange& change : comparison.changes) {
        change.page = static_cast<int>(std::min<std::uint64_t>(reader.number(), kMostPages));
        change.places.resize(reader.count(4 * sizeof(double)));
        for (auto& place : change.places) {
            for (double& fraction : place)
                fraction = std::clamp(reader.decimal(), 0.0, 1.0);
            if (std::any_of(place.begin(), place.end(), [](double one) { return !std::isfinite(one); }))
                return implausible();
        }
        for (Bytes* picture : {&change.before, &change.after}) {
            const ByteView bytes = reader.bytes();
            picture->assign(bytes.begin(), bytes.end());
        }
    }
    if (!reader.complete()) return implausible();
    return comparison;
}

Result<std::vector<TextHit>> PageEngine::find_text(const DocumentInput& document, std::string_view keyword) const {
    auto all = find_text(document, std::vector<std::string>{std::string(keyword)});
    if (!all) return all.error();
    return std::move(all->front());
}

Result<std::vector<std::vector<TextHit>>> PageEngine::find_text(const DocumentInput& document,
                                                                const std::vector<std::string>& keywords) const {
    if (const auto checked = check_keywords(keywords); !checked) return checked.error();
    const auto reply = ask(workers_, RequestKind::FindText, document, [&](MessageWriter& request) {
        request.number(keywords.size());
        for (const std::string& keyword : keywords)
            request.text(keyword);
    });
    if (!reply) return reply.error();
    MessageReader reader(*reply);
    std::vector<std::vector<TextHit>> all;
    for (std::size_t i = 0; i < keywords.size(); ++i)
        all.push_back(read_hits(reader));
    if (!reader.complete()) return implausible();
    for (const auto& hits : all) {
        for (const TextHit& hit : hits) {
            if (!is_plausible(hit)) return implausible();
        }
    }
    return all;
}

}  // namespace signet::render
