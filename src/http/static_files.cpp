#include "http/static_files.hpp"

#include "base/text.hpp"
#include "http/compression.hpp"

#include <array>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <utility>

namespace signet::http {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 21> kMediaTypes = {{
    {"html", "text/html; charset=utf-8"},
    {"js", "text/javascript; charset=utf-8"},
    {"mjs", "text/javascript; charset=utf-8"},
    {"css", "text/css; charset=utf-8"},
    {"json", "application/json; charset=utf-8"},
    {"map", "application/json; charset=utf-8"},
    {"txt", "text/plain; charset=utf-8"},
    {"xml", "application/xml; charset=utf-8"},
    {"svg", "image/svg+xml"},
    {"png", "image/png"},
    {"jpg", "image/jpeg"},
    {"jpeg", "image/jpeg"},
    {"gif", "image/gif"},
    {"webp", "image/webp"},
    {"ico", "image/x-icon"},
    {"woff", "font/woff"},
    {"woff2", "font/woff2"},
    {"ttf", "font/ttf"},
    {"wasm", "application/wasm"},
    {"webmanifest", "application/manifest+json"},
    {"pdf", "application/pdf"},
}};

std::string_view last_component(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

bool is_safe(std::string_view component) {
    return !component.empty() && component.front() != '.' &&
           component.find_first_of(std::string_view("\0\\", 2)) == std::string_view::npos;
}

struct stat status_of(const OpenFile& file) {
    struct stat status = {};
    if (::fstat(file.descriptor(), &status) != 0) status.st_mode = 0;
    return status;
}

bool lists_etag(std::string_view field, std::string_view etag) {
    if (trim(field) == "*") return true;
    for (std::string_view element : split(field, ',')) {
        element = trim(element);
        if (element.starts_with("W/")) element.remove_prefix(2);
        if (element == etag) return true;
    }
    return false;
}

}  // namespace

std::string_view media_type(std::string_view file_name) {
    const std::size_t dot = file_name.rfind('.');
    if (dot != std::string_view::npos) {
        for (const auto& [extension, type] : kMediaTypes) {
            if (equal_ignoring_case(extension, file_name.substr(dot + 1))) return type;
        }
    }
    return "application/octet-stream";
}

Result<StaticFiles> StaticFiles::open(const std::filesystem::path& directory, Options options) {
    const int descriptor = ::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return fail(ErrorCode::StorageFailed, fmt::format("no directory: {}", directory.string()));
    return StaticFiles(std::make_shared<const OpenFile>(descriptor), std::move(options));
}

StaticFiles::StaticFiles(std::shared_ptr<const OpenFile> directory, Options options)
    : directory_(std::move(directory)), options_(std::move(options)) {}

Response StaticFiles::operator()(const RequestHead& request) const {
    const auto captured = request.captures.find(options_.capture);
    std::string path = captured == request.captures.end() ? std::string() : captured->second;
    if (path.empty() || path.ends_with('/')) path += options_.index;
    auto file = find(path);
    const bool page = last_component(path).find('.') == std::string_view::npos;
    if (!file && page && !options_.fallback.empty()) {
        path = options_.fallback;
        file = find(path);
    }
    if (!file) {
        if (options_.error_body) {
            Response response = options_.error_body(404, "no such file");
            response.status = 404;
            return response;
        }
        return make_response(404, "text/plain; charset=utf-8", "404 Not Found\n");
    }
    if (accepts_gzip(request.headers)) {
        if (auto gzipped = find(path + ".gz")) return answer(request, path, std::move(*gzipped), true);
    }
    return answer(request, path, std::move(*file), false);
}

Response StaticFiles::answer(const RequestHead& request, const std::string& path, FileSlice file, bool gzipped) const {
    const struct stat status = status_of(*file.file);
    const std::string etag = fmt::format("\"{:x}-{:x}-{:x}{}\"", status.st_mtim.tv_sec, status.st_mtim.tv_nsec,
                                         file.length, gzipped ? "-gzip" : "");
    const bool immutable = !options_.immutable_prefix.empty() && path.starts_with(options_.immutable_prefix);
    Response response;
    response.headers = options_.headers;
    response.headers.set("Content-Type", std::string(media_type(path)));
    response.headers.set("ETag", etag);
    response.headers.set("Cache-Control", immutable ? "public, max-age=31536000, immutable" : "no-cache");
    response.headers.set("Vary", "Accept-Encoding");
    response.headers.set("X-Content-Type-Options", "nosniff");
    if (gzipped) response.headers.set("Content-Encoding", "gzip");
    const auto condition = request.headers.get("if-none-match");
    if (condition && lists_etag(*condition, etag)) {
        response.status = 304;
        return response;
    }
    if (file.length > 0) response.files.push_back(std::move(file));
    return response;
}

std::optional<FileSlice> StaticFiles::find(const std::string& path) const {
    std::shared_ptr<const OpenFile> place = directory_;
    const auto components = split(path, '/');
    for (std::size_t i = 0; i < components.size(); ++i) {
        if (!is_safe(components[i])) return std::nullopt;
        const bool last = i + 1 == components.size();
        const int flags = O_CLOEXEC | O_NOFOLLOW | (last ? O_RDONLY | O_NONBLOCK : O_PATH | O_DIRECTORY);
        const int descriptor = ::openat(place->descriptor(), std::string(components[i]).c_str(), flags);
        if (descriptor < 0) return std::nullopt;
        place = std::make_shared<const OpenFile>(descriptor);
    }
    const struct stat status = status_of(*place);
    if (!S_ISREG(status.st_mode)) return std::nullopt;
    return FileSlice{std::move(place), 0, static_cast<std::uint64_t>(status.st_size)};
}

}  // namespace signet::http
