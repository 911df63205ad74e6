#include "service/draft_length.hpp"

#include "pdf/document.hpp"
#include "pdf/file_revisions.hpp"

#include <algorithm>

namespace signet::service {

Result<std::uint64_t> first_length(ByteView file, ByteView upload) {
    const bool kept =
        !upload.empty() && file.size() >= upload.size() && std::equal(upload.begin(), upload.end(), file.begin());
    if (kept) return upload.size();
    const Error unclear = fail(ErrorCode::DocumentRequired, "a document was sent by an older version");
    const auto parsed = pdf::Document::open(file);
    if (!parsed) return unclear;
    const auto revisions = pdf::list_revisions(*parsed);
    if (revisions.empty() || !revisions.front().marker_end) return unclear;
    std::uint64_t end = *revisions.front().marker_end + parsed->leading_junk();
    if (end < file.size() && file[end] == '\r') ++end;
    if (end < file.size() && file[end] == '\n') ++end;
    return end;
}

}  // namespace signet::service
