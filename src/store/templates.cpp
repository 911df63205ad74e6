#include "store/templates.hpp"

#include "model/directory.hpp"
#include "store/contract_text.hpp"

#include <optional>
#include <utility>

namespace signet::store::templates {

using model::Template;

namespace {

Status done(const Result<std::int64_t>& executed) {
    if (!executed) return executed.error();
    return {};
}

}  // namespace

Status insert(Transaction& transaction, const Template& made) {
    return done(transaction.execute(
        "INSERT INTO template (id, company, title, enabled, blob, suffix, params, create_time, modify_time) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        {made.id, made.company, made.title, made.enabled, made.blob, made.suffix, to_text(made.params),
         made.create_time, made.modify_time}));
}

Status update(Transaction& transaction, const Template& changed) {
    return done(transaction.execute(
        "UPDATE template SET enabled = $2, blob = $3, suffix = $4, params = $5, modify_time = $6 WHERE id = $1",
        {changed.id, changed.enabled, changed.blob, changed.suffix, to_text(changed.params), changed.modify_time}));
}

Result<std::vector<Template>> all(Connection& connection) {
    std::optional<Error> unreadable;
    auto found = connection.all(
        "SELECT id, company, title, enabled, blob, suffix, params, create_time, modify_time FROM template ORDER BY id",
        {}, [&](const Row& row) {
            Template read;
            read.id = row.get<model::TemplateId>(0);
            read.company = row.get<model::CompanyId>(1);
            read.title = row.get<std::string>(2);
            read.enabled = row.get<bool>(3);
            read.blob = row.get<std::string>(4);
            read.suffix = row.get<std::string>(5);
            auto params = template_params_from_text(row.text(6));
            if (params) {
                read.params = std::move(*params);
            } else {
                unreadable = params.error();
            }
            read.create_time = row.get<UtcTime>(7);
            read.modify_time = row.get<UtcTime>(8);
            return read;
        });
    if (unreadable) return *unreadable;
    return found;
}

}  // namespace signet::store::templates
