#pragma once

#include "base/error.hpp"

#include <stdexcept>
#include <utility>

#include <boost/system/result.hpp>

namespace signet {

/// Thrown only when a Result that holds an error is asked for its value: a bug of the caller, never an expected
/// failure.
class UncheckedError : public std::logic_error {
  public:
    explicit UncheckedError(Error error) : std::logic_error(describe(error)), error_(std::move(error)) {}
    const Error& error() const { return error_; }

  private:
    Error error_;
};

/// Tells boost::system::result what to do when a value is taken that is not there.
[[noreturn]] inline void throw_exception_from_error(const Error& error, const boost::source_location&) {
    throw UncheckedError(error);
}

/// A value or the reason why there is none. Test it (`if (!contract) return contract.error();`), then use `*contract`.
template <typename T>
using Result = boost::system::result<T, Error>;

/// The result of something that only succeeds or fails.
using Status = Result<void>;

inline Error fail(ErrorCode code, std::string detail = {}) {
    return Error{code, std::move(detail)};
}
inline Error invalid_parameter(std::string detail) {
    return fail(ErrorCode::InvalidParameter, std::move(detail));
}

}  // namespace signet
