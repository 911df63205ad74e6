#pragma once

#include "base/result.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace signet::seal {

/// What a face is for.
enum class FaceRole {
    Song,      // the letters of a seal: Noto Serif CJK SC Bold
    SongText,  // dates and running text: Noto Serif CJK SC Regular
    Kai,       // a typed signature: AR PL UKai CN
    Fallback,  // for characters the others do not have: Noto Sans CJK SC, then the operator's own
};

struct FontOptions {
    /// A folder of the operator with further font files, searched with its subfolders after the system's. Its faces
    /// serve for characters that the system's do not have. Empty: none.
    std::filesystem::path extra_directory;
};

/// The faces that seals, signatures and dates are drawn with, found through fontconfig by family and kept open, and the
/// small embedded fonts of the dates, made once.
///
/// Made once by the application and handed to whoever draws; it never changes afterwards, so any number of threads may
/// draw with it. A copy shares the faces.
class FontLibrary {
  public:
    /// Unavailable when a family is missing; the detail names the family and the package that has it.
    static Result<FontLibrary> open(const FontOptions& options = {});

    /// One face in use, for `doctor`.
    struct Face {
        FaceRole role = FaceRole::Song;
        std::string family;
        std::string style;
        std::filesystem::path file;
    };
    std::vector<Face> faces() const;

    /// Whether every character of the UTF-8 text can be drawn.
    bool covers(std::string_view text) const;

    /// For the drawing functions of this floor alone.
    struct Store;
    const Store& store() const { return *store_; }

  private:
    explicit FontLibrary(std::shared_ptr<const Store> store) : store_(std::move(store)) {}
    std::shared_ptr<const Store> store_;
};

}  // namespace signet::seal
