#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace signet::crypto {
class KeyVault;
}
namespace signet::store {
class Database;
}

namespace signet::service {

/// Replaces the master key: a new version seals from now on, and everything that older ones sealed (the CA's keys,
/// brought keys, secrets of applications, signatures that people left) is sealed anew, while everybody goes on working:
/// both versions open until the end. A step that was not reached is made up for by the next call. Thread-safe.
class MasterKey {
  public:
    struct Places {
        /// `keys/master.key`.
        std::filesystem::path file;
        /// Folders of CAs; one that is not there is passed over.
        std::vector<std::filesystem::path> authorities;
    };
    /// Something else that the vault seals, in a file of its own.
    struct OtherKey {
        /// Whether an older version seals it.
        std::function<Result<bool>()> is_old;
        std::function<Status()> reseal;
    };
    MasterKey(const Clock& clock, store::Database& database, crypto::KeyVault& vault, Places places,
              std::vector<OtherKey> others = {})
        : clock_(clock), database_(database), vault_(vault), places_(std::move(places)), others_(std::move(others)) {}

    struct Rotation {
        std::uint32_t key_id = 0;
        std::size_t resealed = 0;
        /// An earlier rotation had not come to its end: that was done, and no new key was made.
        bool resumed = false;
        /// How many versions the file holds now.
        std::size_t versions = 0;
    };
    /// `drop_old`: the older versions leave the file at the end; backups from before need the old file. Errors:
    /// KeyUnusable when something cannot be opened with the keys at hand (nothing is lost, nothing dropped),
    /// StorageFailed.
    Result<Rotation> rotate(bool drop_old);
    /// Ends what an interrupted rotation left; how much that was. Cheap when there is nothing.
    Result<std::size_t> resume();

  private:
    Result<std::size_t> reseal_all();
    Result<std::size_t> outstanding();

    const Clock& clock_;
    store::Database& database_;
    crypto::KeyVault& vault_;
    const Places places_;
    const std::vector<OtherKey> others_;
    std::mutex rotating_;
};

}  // namespace signet::service
