#pragma once

#include "base/result.hpp"
#include "service/directory.hpp"
#include "service/reading_links.hpp"
#include "service/resending.hpp"
#include "service/signing_page.hpp"

#include <string>
#include <string_view>

namespace signet::service {

/// The button of the signing page by which the initiator's own user starts a contract again that came to nothing
/// (`showResendButton`, spec §4.13). Thread-safe.
class PageResending {
  public:
    PageResending(SigningPage& page, const Directory& directory, Resending& resending, ReadingLinks& links)
        : page_(page), directory_(directory), resending_(resending), links_(links) {}

    /// Makes the new contract as a draft and returns the address of its page before sending, which may publish it.
    /// Errors: LinkNotFound, NoOperationPermission when the page shows no such button, PermissionDenied when the
    /// application that asked for the page is gone, those of Resending::resend.
    Result<std::string> resend(std::string_view client, std::string_view key);

  private:
    SigningPage& page_;
    const Directory& directory_;
    Resending& resending_;
    ReadingLinks& links_;
};

}  // namespace signet::service
