#include "service/page_resending.hpp"

namespace signet::service {

Result<std::string> PageResending::resend(std::string_view client, std::string_view key) {
    const auto visit = page_.visit(client, key);
    if (!visit) return visit.error();
    const PageOptions& options = visit->view.options;
    if (!options.can_resend) return fail(ErrorCode::NoOperationPermission, "this page does not start again");
    const auto caller = directory_.caller(visit->application);
    if (!caller) return fail(ErrorCode::PermissionDenied, "the application that asked for the page is gone");
    ResendCommand again;
    again.locator.contract = visit->view.contract->id;
    const auto made = resending_.resend(*caller, again);
    if (!made) return made.error();
    AppointCommand before_sending;
    before_sending.locator.contract = (*made)->id;
    before_sending.allowed_send = true;
    before_sending.callback_page = options.callback_page;
    before_sending.hide_return = options.hide_return;
    before_sending.language = options.language;
    before_sending.theme_color = options.theme_color;
    return links_.appoint_url(*caller, before_sending);
}

}  // namespace signet::service
