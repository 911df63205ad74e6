#pragma once

#include "base/bytes.hpp"
#include "pdf/signatures.hpp"

#include <cstdint>
#include <vector>

namespace signet::pdf {

/// A signature dictionary found by its looks.
struct BareSignature {
    /// /ByteRange, /Contents and the names of its kind; nothing else, and no reference.
    SignatureValue value;

    /// Where what it covers ends.
    std::uint64_t end() const { return (*value.byte_range)[2] + (*value.byte_range)[3]; }
};

/// Looks through the bytes of a file whose structure cannot be read any more for signature dictionaries whose gap is
/// exactly their own /Contents: with them it can still be told that other bytes were signed. At most 100, in the order
/// in which they lie in the file; with `from` only those whose /ByteRange stands behind that many bytes.
std::vector<BareSignature> find_bare_signatures(ByteView file, std::uint64_t from = 0);

}  // namespace signet::pdf
