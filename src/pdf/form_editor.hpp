#pragma once

#include "base/result.hpp"
#include "pdf/document.hpp"
#include "pdf/revision.hpp"

#include <map>
#include <string>
#include <vector>

namespace signet::pdf {

/// Adds fields to a document's form and their widgets to its pages, within one revision: the only code that touches a
/// form, a catalog or a page. It rewrites as few objects as possible: an indirect /AcroForm alone, an indirect /Annots
/// array alone.
class FormEditor {
  public:
    /// Both must outlive the editor.
    FormEditor(const Document& document, RevisionWriter& writer) : document_(document), writer_(writer) {}

    /// A root field that is its own widget on this page, counted from 0.
    void add_field(std::uint32_t object, std::size_t page);
    /// Puts the document into the shape that signing needs, while nothing is signed yet: /NeedAppearances and /XFA,
    /// which would let a viewer redraw what is signed, go; annotations that stand within their page's array become
    /// objects of their own, because comparing tools cannot follow them otherwise.
    void tidy() { tidy_ = true; }
    /// Makes an empty /Perms dictionary as an object of its own; InvalidParameter later when the document has one
    /// already.
    void add_permissions() { add_permissions_ = true; }

    /// Writes what was added. `permissions()` is valid afterwards.
    Status write();
    std::uint32_t permissions() const { return permissions_; }

  private:
    Status write_form();
    Status write_catalog(std::uint32_t form);
    Status write_annotations();
    Status write_page_annotations(const Page& page, const std::vector<std::uint32_t>& widgets, bool shared);
    Array with_objects_of_their_own(const Array& annotations);
    Result<Dictionary> extended_form() const;

    const Document& document_;
    RevisionWriter& writer_;
    std::vector<std::uint32_t> fields_;
    std::map<std::size_t, std::vector<std::uint32_t>> widgets_;
    bool tidy_ = false;
    bool add_permissions_ = false;
    std::uint32_t permissions_ = 0;
};

/// The text of a widget's /Rect, and the rectangle as it reads back from that text.
std::string rectangle_text(const Rectangle& rectangle);
Rectangle rounded(const Rectangle& rectangle);

/// Whether `name` may be a field of ours: 1 to 64 of `[A-Za-z0-9_-]`.
bool is_field_name(std::string_view name);

}  // namespace signet::pdf
