#include "render/picture_difference.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdlib>

namespace signet::render {
namespace {

/// What lies within the same or neighbouring tiles lies together.
constexpr int kTile = 8;
/// The same content is drawn alike to the bit; this is for readers who could not tell.
constexpr int kVisible = 12;
constexpr std::size_t kMostBoxes = 12;

class Tiles {
  public:
    Tiles(int width, int height)
        : columns_((width + kTile - 1) / kTile),
          rows_((height + kTile - 1) / kTile),
          marked_(static_cast<std::size_t>(columns_) * static_cast<std::size_t>(rows_)) {}

    void mark(int x, int y) { at(x / kTile, y / kTile) = 1; }

    /// The box around the marked tiles that touch each other, from the first one found; unmarks them.
    bool take(PixelBox& box) {
        const auto first = std::find(marked_.begin(), marked_.end(), 1);
        if (first == marked_.end()) return false;
        const auto index = static_cast<int>(first - marked_.begin());
        box = {columns_, rows_, 0, 0};
        std::vector<int> queue{index};
        *first = 0;
        while (!queue.empty()) {
            const int column = queue.back() % columns_;
            const int row = queue.back() / columns_;
            queue.pop_back();
            box = {std::min(box.left, column), std::min(box.top, row), std::max(box.right, column + 1),
                   std::max(box.bottom, row + 1)};
            spread(column, row, queue);
        }
        for (int* edge : {&box.left, &box.top, &box.right, &box.bottom})
            *edge *= kTile;
        return true;
    }

  private:
    char& at(int column, int row) { return marked_[static_cast<std::size_t>(row * columns_ + column)]; }

    void spread(int column, int row, std::vector<int>& queue) {
        for (int y = std::max(0, row - 1); y <= std::min(rows_ - 1, row + 1); ++y) {
            for (int x = std::max(0, column - 1); x <= std::min(columns_ - 1, column + 1); ++x) {
                if (at(x, y) == 0) continue;
                at(x, y) = 0;
                queue.push_back(y * columns_ + x);
            }
        }
    }

    int columns_;
    int rows_;
    std::vector<char> marked_;
};

bool differs(const std::uint8_t* a, const std::uint8_t* b) {
    for (int i = 0; i < 3; ++i) {
        if (std::abs(int{a[i]} - int{b[i]}) > kVisible) return true;
    }
    return false;
}

}  // namespace

std::vector<PixelBox> differences(const Picture& before, const Picture& after, const std::vector<PixelBox>& allowed) {
    if (before.width != after.width || before.height != after.height) return {{0, 0, after.width, after.height}};
    Tiles tiles(after.width, after.height);
    for (int y = 0; y < after.height; ++y) {
        const auto row = static_cast<std::size_t>(y) * static_cast<std::size_t>(after.width) * 3;
        for (int x = 0; x < after.width; ++x) {
            const std::size_t at = row + static_cast<std::size_t>(x) * 3;
            if (!differs(&before.samples[at], &after.samples[at])) continue;
            const bool open = std::any_of(allowed.begin(), allowed.end(), [&](const PixelBox& box) {
                return x >= box.left && x < box.right && y >= box.top && y < box.bottom;
            });
            if (!open) tiles.mark(x, y);
        }
    }
    std::vector<PixelBox> boxes;
    PixelBox box;
    while (boxes.size() < kMostBoxes && tiles.take(box)) {
        box.right = std::min(box.right, after.width);
        box.bottom = std::min(box.bottom, after.height);
        boxes.push_back(box);
    }
    return boxes;
}

}  // namespace signet::render
