#pragma once

#include "base/bytes.hpp"

#include <cstddef>

namespace signet::bench {

/// A plain PDF of two A4 pages and about `size` bytes, most of them in one stream as a picture would be.
Bytes sample_pdf(std::size_t size);

/// The contract that comes with the program.
Bytes demo_contract();

}  // namespace signet::bench
