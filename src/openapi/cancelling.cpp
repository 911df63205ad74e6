#include "openapi/api.hpp"
#include "openapi/contract_json.hpp"
#include "openapi/template_json.hpp"

#include <utility>

#include <boost/json.hpp>

// Taking back and cancelling: invalid, invalidbyfile, invalidbytemplate, invalidsign; and files for what was ended by
// force.
namespace signet::openapi {

namespace json = boost::json;
using service::Caller;

namespace {

constexpr std::size_t kLongestReason = 200;

std::vector<model::CopySendReceiver> read_receivers(const Fields& fields) {
    std::vector<model::CopySendReceiver> receivers;
    for (const Fields& item : fields.list("receivers", 200)) {
        model::CopySendReceiver& receiver = receivers.emplace_back();
        receiver.name = item.required_text("name", 100);
        if (const auto user = item.object("receiver")) receiver.receiver = read_user(*user);
    }
    return receivers;
}

/// What InvalidInfo (spec §2.17) and `/v2/contract/invalidbytemplate` have in common.
service::OwnFileCommand read_own_file(const Fields& fields) {
    service::OwnFileCommand command;
    command.locator = read_locator(fields);
    command.title = fields.text("title", 100);
    command.reason = fields.text("invalidReason", kLongestReason);
    command.delete_files = fields.boolean("deleteDoc", false);
    command.locate_all = fields.boolean("locateAllStamperKeywords", true);
    command.stampers = read_bound_stampers(fields, "stampers");
    return command;
}

}  // namespace

void Api::add_cancelling(http::Router& router) {
    command(router, "/v2/contract/invalid",
            [this](const Caller& caller, const Fields& fields, http::Request&) -> Result<json::object> {
                service::InvalidCommand invalid;
                invalid.locator = read_locator(fields);
                invalid.seal = fields.id<model::SealId>("sealId");
                invalid.reason = fields.text("reason", kLongestReason);
                invalid.delete_files = fields.boolean("deleteDoc", false);
                invalid.auto_sign = fields.boolean("autoSign", true);
                invalid.receivers = read_receivers(fields);
                if (const std::string day = fields.text("expireTime", 40); !day.empty()) {
                    const auto time = services_.zone.parse(day);
                    if (time) invalid.expire_day = *time;
                    if (!time) fields.refuse("expireTime", "must be yyyy-MM-dd");
                }
                if (fields.error()) return *fields.error();
                return nothing_after(services_.cancelling.invalid(caller, invalid));
            });

    command(router, "/v2/contract/invalidsign",
            [this](const Caller& caller, const Fields& fields, http::Request&) -> Result<json::object> {
                service::CancellationSignCommand sign;
                sign.locator = read_locator(fields);
                sign.seal = fields.id<model::SealId>("sealId");
                sign.stampers = read_stampers(fields, "stampers");
                sign.locate_all = fields.boolean("locateAllStamperKeywords", true);
                if (fields.error()) return *fields.error();
                return nothing_after(services_.cancelling.sign(caller, sign));
            });

    upload(router, "/v2/contract/invalidbyfile",
           [this](const Caller& caller, const Fields& fields, http::Request& request) -> Result<json::object> {
               const auto info = fields.object("invalidInfo");
               if (!info && !fields.error()) fields.refuse("invalidInfo", "is required");
               const http::Part* part = request.file("file");
               if (part == nullptr) fields.refuse("file", "is required");
               if (fields.error()) return *fields.error();
               service::OwnFileCommand cancel = read_own_file(*info);
               const std::string suffix = info->text("fileSuffix", 10);
               cancel.receivers = read_receivers(fields);
               if (fields.error()) return *fields.error();
               return nothing_after(
                   services_.cancelling.with_file(caller, cancel, {part->file.path(), part->size, suffix}));
           });

    command(router, "/v2/contract/invalidbytemplate",
            [this](const Caller& caller, const Fields& fields, http::Request&) -> Result<json::object> {
                const service::OwnFileCommand cancel = read_own_file(fields);
                const auto id = fields.id<model::TemplateId>("templateId");
                if (!id) fields.refuse("templateId", "is required");
                const std::vector<model::ParamValue> values = read_param_values(fields);
                if (fields.error()) return *fields.error();
                return nothing_after(services_.cancelling.with_template(caller, cancel, id, values));
            });

    upload(router, "/v2/contract/forceend/addattachment",
           [this](const Caller& caller, const Fields& fields, http::Request& request) -> Result<json::object> {
               const service::Locator locator = read_locator(fields);
               const std::string title = fields.required_text("title", 100);
               const std::string suffix = fields.required_text("fileSuffix", 10);
               const http::Part* part = request.file("file");
               if (part == nullptr) fields.refuse("file", "is required");
               if (fields.error()) return *fields.error();
               const auto id = services_.cancelling.add_end_attachment(caller, locator, title,
                                                                       {part->file.path(), part->size, suffix});
               if (!id) return id.error();
               return json::object{{"attachmentId", to_string(*id)}};
           });
}

}  // namespace signet::openapi
