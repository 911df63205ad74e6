#pragma once

#include "service/assessment.hpp"

#include <cstdint>

namespace signet::render {
class PageEngine;
}

namespace signet::service {

/// Draws what each signature covers beside the newest state, in worker processes, and adds what looks different to the
/// assessment: the pages to the signature, and the reason that follows from them. What could not be compared is said.
/// The second opinion besides the comparison object by object: it sees what a reader sees.
void compare_pages(const render::PageEngine& pages, int fd, std::uint64_t length, Assessment& assessment);

}  // namespace signet::service
