#pragma once

#include "http/message.hpp"
#include "http/router.hpp"
#include "pages/rate_limit.hpp"
#include "service/verification.hpp"

#include <semaphore>

namespace signet::pages {

/// What the page /verify asks: anybody may drop a PDF and is told what its signatures are worth, without logging in.
/// Nothing of the file is kept. Thread-safe; must outlive the router.
class VerifyPage {
  public:
    explicit VerifyPage(service::Verification& verification) : verification_(verification) {}

    /// POST /pages/verify.
    void add_routes(http::Router& router);

  private:
    http::Response verify(http::Request& request);
    http::Response answer(const http::Part& file);

    service::Verification& verification_;
    RateLimit limit_{30, std::chrono::seconds(60)};
    /// Strangers who wait must leave threads to those who sign.
    std::counting_semaphore<> seats_{4};
};

}  // namespace signet::pages
