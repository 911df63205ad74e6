#include "service/orphan_files.hpp"

#include "store/contracts.hpp"
#include "store/database.hpp"
#include "store/document_files.hpp"

#include <vector>

namespace signet::service {

Result<std::size_t> remove_orphans(Platform& platform) {
    const UtcTime before = platform.clock.now() - kOrphanAge;
    std::vector<model::DocumentId> old;
    const Status walked = platform.documents.for_each([&](model::DocumentId file) {
        if (IdGenerator::minted_at(file.value) < before) old.push_back(file);
        return true;
    });
    if (!walked) return walked.error();
    std::size_t removed = 0;
    for (const model::DocumentId file : old) {
        const auto known = platform.database.read(
            [&](store::Connection& connection) { return store::contracts::committed_length(connection, file); });
        if (!known) return known.error();
        if (*known) continue;
        if (const Status gone = platform.documents.remove(file); !gone) return gone.error();
        ++removed;
    }
    return removed;
}

}  // namespace signet::service
