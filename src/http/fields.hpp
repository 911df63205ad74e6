#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace signet::http {

/// The header fields of a message in the order in which they came; names compare without regard to case (RFC 9110
/// §5.1).
class Headers {
  public:
    using Field = std::pair<std::string, std::string>;

    /// The first value under the name. The view is valid until the list changes.
    std::optional<std::string_view> get(std::string_view name) const;
    bool contains(std::string_view name) const { return get(name).has_value(); }
    /// Every value under the name, in order.
    std::vector<std::string_view> all(std::string_view name) const;

    /// Puts one field in place of all of that name.
    void set(std::string_view name, std::string value);
    /// One more field beside those of that name: `Set-Cookie`.
    void add(std::string_view name, std::string value) { fields_.emplace_back(name, std::move(value)); }
    void remove(std::string_view name);
    void clear() { fields_.clear(); }

    std::size_t size() const { return fields_.size(); }
    auto begin() const { return fields_.begin(); }
    auto end() const { return fields_.end(); }

  private:
    std::vector<Field> fields_;
};

/// Whether one of the comma-separated elements of any field `name` is `token`, without regard to case and parameters:
/// `Connection: keep-alive, Close`.
bool lists_token(const Headers& headers, std::string_view name, std::string_view token);

/// The value of a cookie the client sent (RFC 6265 §4.2), without quotes around it.
std::optional<std::string_view> cookie(const Headers& headers, std::string_view name);

/// Parameters of a query or of a form, in order. Names come trimmed of blanks and tabs, because some clients' names end
/// in a tab. An empty value counts as none, because some clients send every parameter they know.
class Parameters {
  public:
    using Parameter = std::pair<std::string, std::string>;

    /// The first value under the name that is not empty. The view is valid until the list changes.
    std::optional<std::string_view> get(std::string_view name) const;
    /// Every value under the name that is not empty.
    std::vector<std::string_view> all(std::string_view name) const;
    void add(std::string_view name, std::string value);

    std::size_t size() const { return parameters_.size(); }
    bool empty() const { return parameters_.empty(); }
    auto begin() const { return parameters_.begin(); }
    auto end() const { return parameters_.end(); }

  private:
    std::vector<Parameter> parameters_;
};

/// How many parameters `parse_parameters` takes at most; the rest is dropped.
inline constexpr std::size_t kMostParameters = 1000;

/// Reads `application/x-www-form-urlencoded` and queries, generously: `%XX` in either case, `+` as a blank, a `%` that
/// starts no escape as itself, raw bytes as they are.
Parameters parse_parameters(std::string_view text);

/// Undoes percent-encoding; a `%` that starts no escape stays. `plus_is_blank` belongs to queries and forms, not to
/// paths.
std::string percent_decode(std::string_view text, bool plus_is_blank = false);
/// Percent-encodes all but the unreserved characters of RFC 3986 §2.3.
std::string percent_encode(std::string_view text);

/// A header value with parameters: `multipart/form-data;charset=UTF-8; boundary="x"`.
struct ValueWithParameters {
    std::string value;  // lower case, without parameters
    std::vector<std::pair<std::string, std::string>> parameters;

    std::optional<std::string_view> get(std::string_view name) const;
};
/// Reads such a value with parameters in any order, quoted or not (RFC 9110 §5.6.6), with or without blanks.
ValueWithParameters parse_value_with_parameters(std::string_view text);

}  // namespace signet::http
