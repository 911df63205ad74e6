#pragma once

#include "base/clock.hpp"
#include "base/id.hpp"
#include "model/directory.hpp"
#include "model/stamper.hpp"
#include "model/template.hpp"
#include "model/vocabulary.hpp"
#include "model/watermark.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace signet::model {

using ContractId = Id<struct ContractTag>;
using SignatoryId = Id<struct SignatoryTag>;
using ActionId = Id<struct ActionTag>;
using AttachmentId = Id<struct AttachmentTag>;
using PlaceId = Id<struct PlaceTag>;

/// One visible place of an action, found on a page. Points of the page as displayed, origin bottom left; the box is
/// that of the image before it is rotated.
struct Place {
    PlaceId id;
    StamperType type = StamperType::Company;
    DocumentId document;
    int page = 0;  // from 0
    double x = 0;
    double y = 0;
    double width = 0;
    double height = 0;
    double rotation_degrees = 0;
    DatePattern date_pattern = DatePattern::Hyphen;
    SealId seal;
    /// What it was found by; an empty keyword: by its page.
    std::string keyword;
    int keyword_index = 1;
    /// Across-page seals: this place shows strip `strip` of `strips`, counted from the left. 1 of 1 is a whole image.
    int strip = 0;
    int strips = 1;
};

/// A node of a signatory's flow. A personal signatory has exactly one, which the wire does not show.
struct Action {
    ActionId id;
    ActionType type = ActionType::Company;
    ActionStatus status = ActionStatus::Init;
    std::string name;
    std::string action_no;
    int serial_no = 0;
    std::vector<SealId> seals;    // the signer chooses among these; empty = any he may use
    std::vector<User> operators;  // who may act; empty = whoever may by role
    bool auto_sign = false;
    bool implicit = false;  // the node of a personal signatory
    std::vector<Stamper> stampers;
    std::vector<Place> places;  // found when the contract was sent
    std::optional<UtcTime> complete_time;
    std::optional<User> completed_by;
    SealId used_seal;
};

/// A file the signatory must hand in while signing.
struct Attachment {
    AttachmentId id;
    std::string title;
    bool required = false;
    bool need_sign = false;
    std::string blob;  // empty until uploaded
    std::string file_name;
    DocumentId document;  // the PDF made of it, when it must be signed
};

/// What the identity that a signer proves must agree with. In a contract these are keyed digests, so that nobody's card
/// number is kept; only what a request brings is in clear.
struct UserAuthInfo {
    std::string id_card_no;
    std::string bank_no;
    std::string bank_mobile;
    /// What the person may state differently; he must still state it.
    std::vector<ModifyField> modify_fields;
    /// The party that the digests are bound to; none = the one that has them. A contract that is sent again keeps those
    /// of the first.
    SignatoryId digests_of;
    /// The same numbers for showing, all but a few places of each hidden.
    std::string id_card_no_masked;
    std::string bank_no_masked;
    std::string bank_mobile_masked;
};

/// A party (签署方).
struct Signatory {
    SignatoryId id;
    TenantType tenant_type = TenantType::Company;
    std::string tenant_name;
    CompanyId company;  // set when it is a company of ours (internal)
    User receiver;
    int serial_no = 0;
    bool sponsor = false;
    bool delay_set = false;
    SignatoryStatus status = SignatoryStatus::Draft;
    std::string signatory_no;
    std::vector<Action> actions;
    std::vector<Attachment> attachments;
    std::optional<UserAuthInfo> auth_info;
    SignValidateWay sign_validate_way = SignValidateWay::SaasConfig;
    CategoryId category;  // of a receiving company of the initiator's group
    std::string category_name;
    std::optional<bool> default_category_accepted;
    /// Its nodes come from the request alone; what the category presets for it does not count (spec §3.5).
    bool fixed_flow = false;
    std::optional<UtcTime> receive_time;
    std::optional<UtcTime> complete_time;

    /// Whether all its actions are finished.
    bool finished() const;
    /// Whether it can still change: not signed, not ended.
    bool open() const;
    /// Whether it is to be filled in later and nobody has: until then it cannot have its turn.
    bool awaits_joining() const;
};

struct PageSize {
    double width = 0;  // points, as displayed
    double height = 0;
};

/// What a document of a contract is (spec §2.9): an original, an attachment that its party signs, or the file by which
/// the parties cancel the contract.
inline constexpr std::string_view kContractContent = "CONTRACT";
inline constexpr std::string_view kAttachmentContent = "ATTACHMENT";
inline constexpr std::string_view kCancellationContent = "INVALID";

/// A value that a request gives for a parameter of the contract's templates (spec §2.10): the same name in several
/// templates gets the same value.
struct ParamValue {
    std::string name;
    std::string value;
    /// Who fills it in, when the request says so.
    SignatoryId signatory;
    std::optional<bool> read_only;
};

/// A parameter of a document that was made from a template, as the template described it when the document was made.
struct DocumentParam {
    TemplateParam param;
    std::string value;
    /// Who fills it in, when a request said so; else `param.party` tells.
    SignatoryId signatory;
};

/// A document of a contract. The bytes lie in the document store; here is what is committed of them.
struct Document {
    DocumentId id;
    std::string title;
    int sort = 0;
    std::vector<PageSize> pages;
    UtcTime create_time;
    std::string content_type{kContractContent};
    /// The uploads as they came, by their SHA-256, with commas between them.
    std::string original_blob;
    std::string original_suffix;
    /// How many bytes of the document file count, their SHA-256, and how many revisions they hold.
    std::uint64_t length = 0;
    std::string sha256;
    int revision = 0;
    /// How many of the bytes were there before the contract was sent; 0 when that was not written down.
    std::uint64_t draft_length = 0;
    /// How many signatures were made here.
    int signatures = 0;
    /// What the PDF floor needs to append the next revision; empty until the contract is sent.
    std::string revision_state;
    /// Set when the upload already carried signatures: then it is never rewritten.
    bool signed_before = false;
    /// What all signatures made here have reached; nothing as long as there is none.
    std::optional<SignatureLevel> level;
    /// Until when the newest document time-stamp holds, which covers everything; nothing when there is none, or
    /// somebody signed after it.
    std::optional<UtcTime> sealed_until;
    /// The template it was made from, if it was; `original_blob` is the template's file then.
    TemplateId template_id;
    std::vector<DocumentParam> params;
    /// Under which id the document store keeps the bytes: not the document's own once they were made anew.
    DocumentId file;

    DocumentId stored() const { return file ? file : id; }

    int page_count() const { return static_cast<int>(pages.size()); }
    bool is_original() const { return content_type == kContractContent; }
    bool is_attachment() const { return content_type == kAttachmentContent; }
    bool is_cancellation() const { return content_type == kCancellationContent; }
};

/// The signature field an action fills in one document, made before the first signature.
struct PreparedField {
    DocumentId document;
    ActionId action;
    std::string state;  // of the PDF floor
};

/// Somebody who gets a copy (抄送人): a message with a link that only lets him read.
struct CopySendReceiver {
    std::string name;
    User receiver;
    /// What he may not do with what he reads; the page keeps back the download from `DOWNLOAD`.
    std::string prohibit_type;
    UtcTime create_time;
    /// The message is on its way.
    bool sent = false;

    bool may_download() const;
};

/// A file beside a contract's documents, handed out as it came.
struct ContractFile {
    AttachmentId id;
    std::string title;
    std::string blob;
    std::string file_name;
    UtcTime create_time;
};

/// A value of the category's own form, named by key or by name.
struct CustomField {
    std::string key;
    std::string name;
    std::string value;
};

/// What somebody said with what he did, where that was not the contract's end: the node that was approved or at which a
/// cancellation was refused, or the file of the cancellation that was begun.
struct Remark {
    std::int64_t about = 0;
    std::string text;
};

/// An attempt to make a completed contract void (作废): the one that runs, or the last one.
struct Cancellation {
    /// The file that the parties sign; one of the contract's documents.
    DocumentId document;
    std::string reason;
    UtcTime start_time;
    /// Without one it runs until everybody signed or somebody refused.
    std::optional<UtcTime> expire_time;
    std::optional<InvalidFailType> fail_type;
    /// Who signs the file: copies of the contract's parties under their own ids, each with one node. The initiator is
    /// among them even when it is no party of the contract.
    std::vector<Signatory> parties;
    /// Who hears of it when a contract of a single party is void.
    std::vector<CopySendReceiver> receivers;
    /// The contract's files go as soon as it is void.
    bool delete_files = false;
};

/// A contract and everything that belongs to it, changed only as a whole.
struct Contract {
    ContractId id;
    CompanyId company;  // the initiator
    std::string tenant_name;
    ApplicationId application;
    std::string biz_id;
    std::string subject;
    std::string description;
    std::string sn;
    bool ordinal = true;
    ContractStatus status = ContractStatus::Draft;
    CategoryId category;
    std::string category_name;
    std::optional<User> creator;
    std::vector<Signatory> signatories;
    std::vector<Document> documents;
    std::vector<PreparedField> prepared_fields;
    /// What a draft's pages will show besides their content; drawn into the documents when the contract is sent.
    std::vector<Watermark> watermarks;
    /// Whether every keyword must be found when the places are looked for after the contract was filled in.
    bool locate_all_keywords = true;
    /// For documents that are yet to be made from templates.
    std::vector<ParamValue> template_params;
    std::vector<CopySendReceiver> copy_send_receivers;
    /// Nothing = when the contract is complete.
    std::optional<CopySendTime> copy_send_time;
    /// The initiator's handler hears of the sending too.
    bool notify_sponsor = false;
    std::vector<CustomField> custom_fields;
    std::vector<ContractFile> attachments;
    SignFlowStrategy sign_flow_strategy = SignFlowStrategy::AllSignFinish;
    std::optional<StamperRule> stamper_rule;
    std::string callback_url;
    std::string business_data;
    std::vector<std::string> tags;
    std::vector<ContractId> related_contracts;
    /// Why it ended, or why its cancellation was refused.
    std::string comments;
    std::vector<Remark> remarks;
    UtcTime create_time;
    std::optional<UtcTime> publish_time;
    std::optional<UtcTime> expire_time;
    std::optional<UtcTime> end_time;
    std::optional<UtcTime> complete_time;
    /// The latest end of a certificate that signed it; proofs of identity are kept by it.
    std::optional<UtcTime> certificates_end;
    std::optional<Cancellation> cancellation;
    /// Files handed in after the contract was ended by force; they have ids, titles, blobs and file names.
    std::vector<Attachment> end_attachments;
    /// The originals and attachments were deleted on the initiator's wish; what remains says that they were.
    bool files_deleted = false;
    /// Grows with every change that is committed; a change made to an older version is refused.
    std::int64_t version = 0;

    /// The cancellation that runs now; null when none does.
    const Cancellation* running_cancellation() const;
    /// Who acts now: the parties, or those of the running cancellation.
    const std::vector<Signatory>& acting_parties() const;
    /// What was said with a step; empty when nothing was.
    std::string remark(std::int64_t about) const;
    /// Whether readers are shown a document: no deleted one, and a cancellation file only while it counts.
    bool shows(const Document& document) const;
    /// When the clock will change it: the deadline for signing, or that of the cancellation, whichever runs.
    std::optional<UtcTime> deadline() const;

    /// A party; an initiator who only takes part in the cancellation is found last.
    Signatory* find(SignatoryId id);
    const Signatory* find(SignatoryId id) const;
    Action* find(ActionId id);
    const Action* find(ActionId id) const;
    Document* find(DocumentId id);
    const Document* find(DocumentId id) const;
    /// The party an action belongs to; for nodes of a cancellation its copy there.
    const Signatory* owner(ActionId id) const;
    Signatory* owner(ActionId id);
};

}  // namespace signet::model
