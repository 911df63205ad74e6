#pragma once

#include "base/result.hpp"
#include "model/contract.hpp"
#include "service/directory.hpp"
#include "service/platform.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace signet::service {

/// The four kinds that the operation log tells apart (spec §4.12). Whatever changes a contract is Modify.
enum class OperationKind { View, Modify, Download, Print };
/// `VIEW`, `MODIFY`, `DOWNLOAD`, `PRINT`.
std::string_view to_wire(OperationKind kind);
/// Its name for people: 查看, 操作, 下载, 打印.
std::string_view title_of(OperationKind kind);

/// One entry of a contract's operation log as people read it.
struct Operation {
    std::int64_t id = 0;
    OperationKind kind = OperationKind::Modify;
    /// The log's own word: `document.signed`.
    std::string event;
    /// The same in Chinese: 签署合同.
    std::string description;
    std::string operator_name;
    std::string contact;
    std::string tenant_name;
    /// What it was done to, in words; may be empty.
    std::string detail;
    /// Why, in the words of whoever did it: of a refusal, a recall, an end by force, an approval, a cancellation. It is
    /// the contract's and goes with it; the log itself has it not.
    std::string reason;
    UtcTime time;
    /// The entry's own detail (JSON), and its link of the log's chain in hexadecimal.
    std::string record;
    std::string hash;
};

/// Through whose eyes the log is read. A receiving company learns the contacts of its own people alone; those of the
/// others stay masked, and their systems and the initiator's copies have no names.
struct LogReader {
    /// The receiving company; zero for the initiator's side.
    model::CompanyId company;

    bool is_initiator() const { return !company; }
};

// The events of reading, which change nothing.
inline constexpr std::string_view kPageOpened = "page.opened";
inline constexpr std::string_view kDownloaded = "document.downloaded";
inline constexpr std::string_view kPrinted = "document.printed";

/// What happened to a contract and who did it, read from the audit log; and the entries about reading. Thread-safe.
class OperationLog {
  public:
    OperationLog(Platform& platform, const Directory& directory) : platform_(platform), directory_(directory) {}

    /// The latest first. No kinds are all kinds.
    Result<Page<Operation>> list(const model::Contract& contract, const std::vector<OperationKind>& kinds,
                                 const Paging& paging, const LogReader& reader = {}) const;
    /// Everything from the beginning; at most 20,000 entries.
    Result<std::vector<Operation>> all(const model::Contract& contract) const;

    /// Writes down that somebody read. Whoever cannot be logged must not read: return the error.
    Status record(const model::Contract& contract, std::string_view event, const std::string& actor,
                  const std::string& detail) const;

  private:
    Platform& platform_;
    const Directory& directory_;
};

/// The `detail` of an entry about documents: their ids, or the items of a package.
std::string detail_of_documents(const std::vector<model::DocumentId>& documents);
std::string detail_of_items(std::string_view items);

}  // namespace signet::service
