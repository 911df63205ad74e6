#pragma once

#include "base/result.hpp"
#include "pdf/document.hpp"
#include "pdf/signatures.hpp"
#include "pdf/verify.hpp"

#include <string>
#include <vector>

namespace signet::pdf {

/// A field of the form and where it stands.
struct FieldPlaces {
    std::string name;
    std::vector<PageArea> areas;
};
/// Those of a document, together at most 10,000 places. Errors as for reading.
Result<std::vector<FieldPlaces>> places_of_fields(const Document& document);

/// Where pages may look different than in an earlier revision with these signature fields: the places of the fields
/// that none of its signatures has filled or locked.
std::vector<PageArea> open_areas(const std::vector<SignatureField>& before, const std::vector<FieldPlaces>& after);

}  // namespace signet::pdf
