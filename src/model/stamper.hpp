#pragma once

#include "base/id.hpp"
#include "model/vocabulary.hpp"

#include <optional>
#include <string>
#include <vector>

namespace signet::model {

using DocumentId = Id<struct DocumentTag>;
using SealId = Id<struct SealTag>;

/// Where a seal, a signature or a date shall go, as the caller or a category said it (spec §2.4, §5).
struct Stamper {
    StamperType type = StamperType::Company;
    AcrossType across_type = AcrossType::SingleDocument;
    std::string seal_page_config;  // `2,4~7`, for AcrossPageScope
    /// Each is the id of the template a document was made of, or a document's own (spec §5.2); empty: the document is
    /// meant from the context.
    std::vector<DocumentId> documents;
    /// The n-th document of the contract, from 1; 0 = not named this way. Categories name documents so that are
    /// uploaded anew for every contract.
    int document_index = 0;
    SealId seal;
    std::string keyword;             // empty: by page
    int keyword_index = 1;           // n-th hit, 0 all, −1 last
    std::optional<int> page;         // from 1, 0 all, −1 last
    std::optional<double> offset_x;  // fraction of the page as displayed, or distance from the keyword
    std::optional<double> offset_y;
    DatePattern date_pattern = DatePattern::Hyphen;
    std::optional<int> width;     // millimetres, 10…120
    std::optional<int> height;    // millimetres, 4…48
    double rotation_degrees = 0;  // clockwise about the image's centre
};

}  // namespace signet::model
