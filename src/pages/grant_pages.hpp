#pragma once

#include "base/clock.hpp"
#include "http/router.hpp"
#include "service/personal_grants.hpp"

namespace signet::pages {

/// The routes of the page on which a person allows a company to sign silently with his signature. What opens the page
/// is named in each call; nothing is kept in the browser. Thread-safe; must outlive the router.
class GrantPages {
  public:
    GrantPages(service::PersonalGrants& grants, TimeZone zone) : grants_(grants), zone_(std::move(zone)) {}

    void add_routes(http::Router& router);

  private:
    service::PersonalGrants& grants_;
    TimeZone zone_;
};

}  // namespace signet::pages
