#pragma once

#include "base/result.hpp"
#include "http/message.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace signet::http {

struct MultipartLimits {
    std::size_t parts = 500;
    std::size_t header_bytes = 16 * 1024;           // of one part
    std::size_t text_bytes = 8 * 1024 * 1024;       // of all text parts together
    std::uint64_t file_bytes = 1024 * 1024 * 1024;  // of one file
};

/// Reads `multipart/form-data` (RFC 7578, RFC 2046 §5.1.1) piece by piece, however it is cut; files go to disk as they
/// come, so the memory needed does not depend on their size. More generous than the RFC where clients need it: no
/// blanks in part headers, names in raw UTF-8 with unescaped quotes, no parts at all. Not thread-safe.
class MultipartParser {
  public:
    /// Whether a boundary is one: 1 to 70 characters, none a control character (RFC 2046 §5.1.1, generously).
    static bool is_boundary(std::string_view boundary);

    MultipartParser(std::string_view boundary, MultipartLimits limits, std::filesystem::path spool_directory);

    /// Fails with InvalidParameter (malformed), UploadTooLarge (a limit) or StorageFailed; feed no more then.
    Status feed(std::string_view bytes);
    /// The body has ended. Fails with InvalidParameter when the closing boundary is missing; a body without any byte
    /// has no parts and is fine.
    Status finish();
    /// The parts read, in order; to be asked after finish().
    std::vector<Part> take_parts() { return std::move(parts_); }

  private:
    enum class State { Preamble, AfterDelimiter, PartHeaders, Content, Epilogue };
    enum class Step { Again, NeedMore };

    Result<Step> step();
    Result<Step> skip_preamble();
    Result<Step> read_delimiter_line();
    Result<Step> read_part_headers();
    Result<Step> read_content();
    Status begin_part(std::string_view headers);
    Status append_content(std::string_view bytes);
    void end_part();

    const std::string delimiter_;  // CRLF "--" boundary
    const MultipartLimits limits_;
    const std::filesystem::path spool_directory_;
    State state_ = State::Preamble;
    bool inside_part_ = false;
    bool fed_ = false;
    std::string pending_;   // bytes not yet understood
    std::size_t read_ = 0;  // how many of them are
    std::size_t text_bytes_ = 0;
    std::vector<Part> parts_;
};

/// What a part's Content-Disposition says (RFC 7578 §4.2), read as generously as clients write it.
struct PartDisposition {
    std::string name;
    std::optional<std::string> file_name;  // the last component
};
PartDisposition parse_part_disposition(std::string_view value);

}  // namespace signet::http
