#include "http/router.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <stdexcept>

namespace signet::http {
namespace {

constexpr std::size_t kMostSegments = 64;

std::vector<std::string_view> segments_of(std::string_view path) {
    if (path.starts_with('/')) path.remove_prefix(1);
    return split(path, '/');
}

bool is_name(std::string_view segment) {
    return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}
bool is_rest(std::string_view segment) {
    return is_name(segment) && segment[segment.size() - 2] == '*';
}

std::string name_of(std::string_view segment) {
    return std::string(segment.substr(1, segment.size() - (is_rest(segment) ? 3 : 2)));
}

}  // namespace

/// A place in the tree of segments.
struct Router::Node {
    std::map<std::string, std::unique_ptr<Node>, std::less<>> literal;
    std::unique_ptr<Node> name;
    std::unique_ptr<Node> rest;

    struct Target {
        const Route* route;
        std::vector<std::string> names;
    };
    std::map<std::string, Target, std::less<>> methods;

    const Target* target(std::string_view method) const {
        auto found = methods.find(method);
        if (found == methods.end() && method == "HEAD") found = methods.find("GET");
        return found == methods.end() ? nullptr : &found->second;
    }
};

Router::Router() : root_(std::make_unique<Node>()) {}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

void Router::add(Route route) {
    if (!route.path.starts_with('/') || route.method.empty() || !route.handler) {
        throw std::invalid_argument("a route needs a method, a path from / on and a handler: " + route.path);
    }
    Node* node = root_.get();
    std::vector<std::string> names;
    const auto segments = segments_of(route.path);
    for (std::size_t i = 0; i < segments.size(); ++i) {
        const std::string_view segment = segments[i];
        if (!is_name(segment)) {
            if (segment.find_first_of("{}") != std::string_view::npos)
                throw std::invalid_argument("bad path " + route.path);
            auto& next = node->literal[std::string(segment)];
            if (!next) next = std::make_unique<Node>();
            node = next.get();
            continue;
        }
        if (is_rest(segment) && i + 1 != segments.size()) throw std::invalid_argument("bad path " + route.path);
        auto& next = is_rest(segment) ? node->rest : node->name;
        if (!next) next = std::make_unique<Node>();
        node = next.get();
        names.push_back(name_of(segment));
    }
    const auto& owned = routes_.emplace_back(std::make_unique<Route>(std::move(route)));
    if (names.empty()) literal_[owned->path] = node;
    if (!node->methods.emplace(owned->method, Node::Target{owned.get(), std::move(names)}).second) {
        throw std::invalid_argument("two routes for " + owned->method + " " + owned->path);
    }
}

void Router::set_fallback(std::string path_prefix, Route route) {
    if (!route.handler) throw std::invalid_argument("a fallback needs a handler");
    route.path = path_prefix + "*";
    fallbacks_[std::move(path_prefix)] = routes_.emplace_back(std::make_unique<Route>(std::move(route))).get();
}

Router::Match Router::find(std::string_view method, std::string_view raw_path) const {
    while (raw_path.starts_with("//"))
        raw_path.remove_prefix(1);
    const Node* node = nullptr;
    std::vector<std::string> values;
    if (const auto found = literal_.find(std::string(raw_path)); found != literal_.end()) {
        node = found->second;
    } else {
        std::vector<std::string> segments;
        for (const std::string_view segment : segments_of(raw_path))
            segments.push_back(percent_decode(segment));
        if (segments.size() <= kMostSegments) node = find_node(*root_, segments, 0, values);
    }

    Match match;
    if (const Node::Target* target = node == nullptr ? nullptr : node->target(method)) {
        match.route = target->route;
        for (std::size_t i = 0; i < values.size(); ++i)
            match.captures[target->names[i]] = std::move(values[i]);
        return match;
    }
    if (node != nullptr) {
        for (const auto& [name, target] : node->methods)
            match.allowed_methods.push_back(name);
        if (node->methods.contains("GET") && !node->methods.contains("HEAD"))
            match.allowed_methods.emplace_back("HEAD");
    }
    std::size_t longest = 0;
    const std::string path = percent_decode(raw_path);
    for (const auto& [prefix, route] : fallbacks_) {
        if (!path.starts_with(prefix) || (match.route != nullptr && prefix.size() < longest)) continue;
        match.route = route;
        match.is_fallback = true;
        longest = prefix.size();
    }
    return match;
}

// Depth first, so that a literal that leads nowhere gives way to a name.
const Router::Node* Router::find_node(const Node& node, const std::vector<std::string>& segments, std::size_t index,
                                      std::vector<std::string>& values) const {
    if (index == segments.size()) {
        if (!node.methods.empty()) return &node;
    } else {
        if (const auto next = node.literal.find(segments[index]); next != node.literal.end()) {
            if (const Node* found = find_node(*next->second, segments, index + 1, values)) return found;
        }
        if (node.name && !segments[index].empty()) {
            values.push_back(segments[index]);
            if (const Node* found = find_node(*node.name, segments, index + 1, values)) return found;
            values.pop_back();
        }
    }
    if (!node.rest) return nullptr;
    std::string rest;
    for (std::size_t i = index; i < segments.size(); ++i)
        rest += (i > index ? "/" : "") + segments[i];
    values.push_back(std::move(rest));
    return node.rest.get();
}

std::vector<const Route*> Router::routes() const {
    std::vector<const Route*> all;
    for (const auto& route : routes_)
        all.push_back(route.get());
    return all;
}

}  // namespace signet::http
