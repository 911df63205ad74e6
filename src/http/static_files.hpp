#pragma once

#include "http/files.hpp"
#include "http/message.hpp"

#include <filesystem>
#include <memory>
#include <string>

namespace signet::http {

/// Answers GET and HEAD from a directory, with `ETag` and `If-None-Match`, and `x.js.gz` in place of `x.js` to whom
/// takes gzip. What the request names is walked down component by component without following links, so nothing outside
/// the directory and nothing whose name starts with a dot is ever seen. A handler for a route such as
/// `/console/{path*}`; cheap enough for Execution::Inline when the files are small. Thread-safe.
class StaticFiles {
  public:
    struct Options {
        /// The capture that holds the path below the directory.
        std::string capture = "path";
        /// Served for a directory, and so for the empty path.
        std::string index = "index.html";
        /// Served for names that exist nowhere and have no extension: the pages of a front end that routes by itself.
        /// Empty: nothing.
        std::string fallback = {};
        /// Below this prefix names change with contents, so they may be kept for ever: "assets/". Empty: nowhere.
        std::string immutable_prefix = {};
        /// Header fields of every answer: a Content-Security-Policy.
        Headers headers = {};
        /// Renders the 404; without it plain text.
        ErrorBody error_body = nullptr;
    };

    /// Fails with StorageFailed when there is no such directory.
    static Result<StaticFiles> open(const std::filesystem::path& directory, Options options);

    Response operator()(const RequestHead& request) const;

  private:
    StaticFiles(std::shared_ptr<const OpenFile> directory, Options options);

    Response answer(const RequestHead& request, const std::string& path, FileSlice file, bool gzipped) const;
    std::optional<FileSlice> find(const std::string& path) const;

    std::shared_ptr<const OpenFile> directory_;
    Options options_;
};

/// The media type for a file name's extension; `application/octet-stream` for an unknown one.
std::string_view media_type(std::string_view file_name);

}  // namespace signet::http
