#include "service/contract_files.hpp"

#include "base/text.hpp"
#include "store/blobs.hpp"

#include <algorithm>
#include <utility>

namespace signet::service {
namespace {

constexpr std::size_t kMostFiles = 100;

bool takes_files(model::ContractStatus status) {
    using enum model::ContractStatus;
    return status == Draft || status == Filling || status == Signing || status == Complete;
}

bool is_suffix(const std::string& text) {
    return !text.empty() && text.size() <= 8 && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    });
}

}  // namespace

Result<model::AttachmentId> ContractFiles::add(const Caller& caller, const Locator& locator, const std::string& title,
                                               const Upload& upload) {
    const auto found = book_.locate(caller, locator, Access::Initiator);
    if (!found) return found.error();
    if (!is_suffix(upload.suffix)) return invalid_parameter("fileSuffix: must be a file's suffix");
    if (upload.size > platform_.upload_limit) return fail(ErrorCode::UploadTooLarge, "file");
    if (upload.size == 0) return invalid_parameter("file: is empty");
    const auto blob = platform_.blobs.put_file(upload.file);
    if (!blob) return blob.error();
    const ContractLock held = book_.lock((*found)->id);
    const auto fresh = book_.find(held);
    if (!fresh) return fresh.error();
    if (!takes_files((*fresh)->status))
        return fail(ErrorCode::InvalidContractStatus, "contract is " + std::string(to_wire((*fresh)->status)));
    model::Contract contract = **fresh;
    if (contract.attachments.size() >= kMostFiles) return invalid_parameter("file: a contract holds at most 100");
    const auto id = platform_.ids.next<model::AttachmentId>();
    contract.attachments.push_back({id, title, blob->hex(), title + "." + upload.suffix, platform_.clock.now()});
    Change change;
    change.event = "attachment.added";
    change.actor = actor_of(caller);
    change.detail = R"({"attachment":")" + to_string(id) + R"(","sha256":")" + blob->hex() + "\"}";
    const auto committed = book_.commit(std::move(contract), change);
    if (!committed) return committed.error();
    return id;
}

}  // namespace signet::service
