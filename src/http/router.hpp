#pragma once

#include "http/message.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace signet::http {

enum class Execution {
    Inline,  ///< on the thread that serves the connection: must neither block nor compute for long
    Pool,    ///< on a thread for blocking work
};

/// Answers a request. Called from many threads at once. An exception out of it becomes a 500 and is logged.
using Handler = std::function<Response(Request&)>;

/// Asked after the head, before any byte of the body is read; who is refused sends no body. An answer ends the
/// exchange, nothing lets it go on. Runs on the connection's thread: must neither block nor compute for long.
/// Called from many threads at once.
using Gate = std::function<std::optional<Response>(RequestHead&)>;

struct Route {
    std::string method;
    /// `/v2/contract/detail`, `/page/{token}`, `/console/{path*}`: a name in braces stands for one segment that is not
    /// empty, with a star for all the rest, which may be empty.
    std::string path;
    Handler handler;
    Execution execution = Execution::Pool;
    Gate gate = nullptr;
    /// Bytes of the body; more is answered with 413. For multipart bodies the limits of Options::multipart hold too.
    std::uint64_t body_limit = 1024 * 1024;
    /// The path holds a secret (a link's token): the log shows the route's path instead.
    bool confidential_path = false;
};

/// Finds who answers. Literal segments win over names, names over rests. A route for GET answers HEAD too, unless there
/// is one. Paths compare byte by byte after percent-decoding; a `%2F` does not part segments.
class Router {
  public:
    struct Match {
        const Route* route = nullptr;  // null: nobody, not even a fallback
        bool is_fallback = false;
        std::map<std::string, std::string, std::less<>> captures;
        std::vector<std::string> allowed_methods;  // when only another method of the path has a route
    };

    Router();
    ~Router();
    Router(Router&&) noexcept;
    Router& operator=(Router&&) noexcept;

    /// Throws std::invalid_argument for a malformed path and for a second route of the same method and path.
    void add(Route route);
    /// Who answers under the prefix ("/v2", or "" for everywhere) when no route does; the longest prefix wins.
    /// `route.method` and `route.path` count for nothing. RequestHead::allowed_methods tells an unknown path from a
    /// wrong method. A fallback is not given the body.
    void set_fallback(std::string path_prefix, Route route);

    /// `raw_path` as it stands in the request target, without the query.
    Match find(std::string_view method, std::string_view raw_path) const;

    /// Every route and fallback, for whoever lists or counts them. Fallbacks bear their prefix with `*` as path.
    std::vector<const Route*> routes() const;

  private:
    struct Node;

    const Node* find_node(const Node& node, const std::vector<std::string>& segments, std::size_t index,
                          std::vector<std::string>& values) const;

    std::vector<std::unique_ptr<Route>> routes_;
    std::unordered_map<std::string, const Node*> literal_;  // paths without names, the usual case
    std::unique_ptr<Node> root_;
    std::map<std::string, const Route*, std::less<>> fallbacks_;
};

}  // namespace signet::http
