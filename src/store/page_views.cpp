#include "store/page_views.hpp"

namespace signet::store::page_views {

Status note(Transaction& transaction, std::string_view person, model::DocumentId file, const std::vector<int>& pages,
            UtcTime time) {
    for (const int page : pages) {
        const auto noted = transaction.execute(
            "INSERT INTO page_view (person, document, page, time) VALUES ($1, $2, $3, $4) "
            "ON CONFLICT (person, document, page) DO NOTHING",
            {person, file, page, time});
        if (!noted) return noted.error();
    }
    return {};
}

Result<Seen> seen(Connection& connection, std::string_view person, const std::vector<model::DocumentId>& files) {
    Seen seen;
    for (const model::DocumentId file : files) {
        const auto pages = connection.all("SELECT page FROM page_view WHERE person = $1 AND document = $2",
                                          {person, file}, [](const Row& row) { return row.get<int>(0); });
        if (!pages) return pages.error();
        seen[file].insert(pages->begin(), pages->end());
    }
    return seen;
}

Status forget(Transaction& transaction, const std::vector<model::DocumentId>& files) {
    for (const model::DocumentId file : files) {
        const auto gone = transaction.execute("DELETE FROM page_view WHERE document = $1", {file});
        if (!gone) return gone.error();
    }
    return {};
}

}  // namespace signet::store::page_views
