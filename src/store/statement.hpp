#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace signet::store {

/// One parameter of a statement. Made from integers, booleans (0 or 1), ids, times (milliseconds), doubles, text,
/// bytes, and from an optional of any of them, an empty one being NULL. A `std::string` or `Bytes` handed over as an
/// rvalue is kept; everything else is looked at where it lies and must live until the statement has run.
class Value {
  public:
    using Storage = std::variant<std::nullptr_t, std::int64_t, double, std::string_view, ByteView, std::string, Bytes>;

    Value(std::nullptr_t) {}
    Value(std::nullopt_t) {}
    template <std::integral T>
    Value(T number) : storage_(static_cast<std::int64_t>(number)) {
        static_assert(sizeof(T) < sizeof(std::int64_t) || std::is_signed_v<T>, "unsigned 64-bit numbers do not fit");
    }
    template <typename T>
    requires std::is_enum_v<T> Value(T enumerator) : Value(static_cast<std::underlying_type_t<T>>(enumerator)) {}
    Value(double number) : storage_(number) {}
    Value(UtcTime time) : storage_(time.milliseconds) {}
    template <typename Tag>
    Value(Id<Tag> id) : storage_(id.value) {}
    Value(const char* text) : storage_(std::string_view(text)) {}
    Value(std::string_view text) : storage_(text) {}
    Value(const std::string& text) : storage_(std::string_view(text)) {}
    Value(std::string&& text) : storage_(std::move(text)) {}
    Value(ByteView bytes) : storage_(bytes) {}
    Value(const Bytes& bytes) : storage_(ByteView(bytes)) {}
    Value(Bytes&& bytes) : storage_(std::move(bytes)) {}
    template <typename T>
    Value(const std::optional<T>& maybe) {
        if (maybe) storage_ = Value(*maybe).storage_;
    }

    const Storage& storage() const { return storage_; }

  private:
    Storage storage_ = nullptr;
};

/// The parameters of a statement in order: the first is `$1`. A braced list, or a vector when their number is only
/// known at run time.
class Parameters {
  public:
    Parameters() = default;
    Parameters(std::initializer_list<Value> values) : values_(values.begin(), values.size()) {}
    Parameters(const std::vector<Value>& values) : values_(values) {}

    std::size_t size() const { return values_.size(); }
    const Value& operator[](std::size_t index) const { return values_[index]; }

  private:
    std::span<const Value> values_;
};

/// One row of an answer, valid while the function that was handed it runs. Columns count from 0.
class Row {
  public:
    virtual ~Row() = default;
    virtual int columns() const = 0;
    virtual bool is_null(int column) const = 0;
    virtual std::int64_t integer(int column) const = 0;
    virtual double real(int column) const = 0;
    /// Valid until the function that was handed the row returns, or the same column is read as another type.
    virtual std::string_view text(int column) const = 0;
    virtual ByteView blob(int column) const = 0;

    /// The column as `T`: an integer type, bool, double, `std::string`, `Bytes`, `UtcTime`, an `Id<…>`, an enumeration
    /// stored by its number, or an optional of these, which is empty for NULL. For the others NULL reads as zero or
    /// empty. Throws std::out_of_range for a number that `T` cannot hold.
    template <typename T>
    T get(int column) const;

  private:
    template <typename T>
    struct IsOptional : std::false_type {};
    template <typename T>
    struct IsOptional<std::optional<T>> : std::true_type {};
    template <typename T>
    struct IsId : std::false_type {};
    template <typename Tag>
    struct IsId<Id<Tag>> : std::true_type {};
    [[noreturn]] static void throw_out_of_range(std::int64_t number, int column);
};

template <typename T>
T Row::get(int column) const {
    if constexpr (IsOptional<T>::value) {
        return is_null(column) ? T{} : T{get<typename T::value_type>(column)};
    } else if constexpr (std::is_same_v<T, bool>) {
        return integer(column) != 0;
    } else if constexpr (std::is_integral_v<T>) {
        const std::int64_t number = integer(column);
        if (!std::in_range<T>(number)) throw_out_of_range(number, column);
        return static_cast<T>(number);
    } else if constexpr (std::is_enum_v<T>) {
        return static_cast<T>(get<std::underlying_type_t<T>>(column));
    } else if constexpr (std::is_same_v<T, double>) {
        return real(column);
    } else if constexpr (std::is_same_v<T, UtcTime>) {
        return UtcTime{integer(column)};
    } else if constexpr (IsId<T>::value) {
        return T{integer(column)};
    } else if constexpr (std::is_same_v<T, std::string>) {
        return std::string(text(column));
    } else {
        static_assert(std::is_same_v<T, Bytes>, "no column reads as this type");
        const ByteView bytes = blob(column);
        return Bytes(bytes.begin(), bytes.end());
    }
}

}  // namespace signet::store
