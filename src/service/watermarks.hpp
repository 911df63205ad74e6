#pragma once

#include "base/bytes.hpp"
#include "base/file_descriptor.hpp"
#include "base/result.hpp"
#include "model/contract.hpp"
#include "service/contract_book.hpp"
#include "service/platform.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace signet::service {

/// A watermark as a caller describes it; `mark.blob` is made here.
struct WatermarkWish {
    model::Watermark mark;
    /// Of WatermarkType::Picture: the file.
    Bytes picture;
};

struct WatermarkCommand {
    Locator locator;
    /// The earlier ones go first.
    bool delete_old = false;
    std::vector<WatermarkWish> watermarks;
};

/// What a QR code on a page says: which contract it leads to, and who may see it.
struct CodeTarget {
    model::ContractId contract;
    model::ViewPermission permission = model::ViewPermission::Private;
    /// The code leads to the contract's evidence.
    bool evidence = false;
};

/// The part of a QR code's address that names its target: 1 to 80 of `[0-9A-Za-z-]`. It proves itself by a keyed
/// digest, so nothing is stored and it never expires.
std::string code_token(const Platform& platform, const CodeTarget& target);
/// The target; nothing when the token is not ours.
std::optional<CodeTarget> read_code_token(const Platform& platform, std::string_view token);

/// Watermarks on the pages of a contract (spec §2.13, §4.29): kept in the draft, shown wherever the draft is shown, and
/// drawn into the documents when the contract is sent. Thread-safe.
class Watermarks {
  public:
    Watermarks(Platform& platform, ContractBook& book) : platform_(platform), book_(book) {}

    /// Adds watermarks to a draft. Errors: InvalidContractStatus, InvalidParameter naming the member that cannot be
    /// drawn, SigningForbidden when a document came with signatures, which marks on its pages would break.
    Status add(const Caller& caller, WatermarkCommand command);

    /// The revision that draws the contract's watermarks on the pages of one of its documents, to stand behind the
    /// stored bytes; empty when there is nothing to draw.
    Result<Bytes> increment(const model::Contract& contract, const model::Document& document) const;

    /// The document as it is to be shown and handed out: of a draft with its watermarks. Its file and how many of its
    /// bytes count.
    struct View {
        FileDescriptor file;
        std::uint64_t length = 0;
    };
    Result<View> view(const model::Contract& contract, const model::Document& document) const;

  private:
    Platform& platform_;
    ContractBook& book_;
    mutable std::mutex mutex_;
    /// What was drawn lately: pages of a draft are looked at one by one.
    mutable std::unordered_map<std::string, std::shared_ptr<const Bytes>> kept_;
    mutable std::size_t kept_bytes_ = 0;
};

}  // namespace signet::service
