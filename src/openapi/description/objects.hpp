#pragma once

#include "openapi/description/field.hpp"

/// What several endpoints share: the parts of a contract as requests and as answers hold them (spec/contracts §2), and
/// the codes that come in groups.
namespace signet::openapi::description {

// --- requests

inline constexpr auto kUserFields =
    table(text("name", 100, "The person's name."),
          text("contact", 100, "Mobile number, e-mail address, employee id or number.").must(),
          word<model::ContactType>("contactType", "What `contact` is.").must());
inline constexpr Object kUser{"UserRequest", kUserFields};

inline constexpr auto kCategoryFields =
    table(id("id", "The category."),
          text("name", 100, "Finds the category when there is no `id`; it must be the only one of that name."));
inline constexpr Object kCategory{"CategoryRequest", kCategoryFields};

inline constexpr auto kStamperFields = table(
    id("actionId", "The node the position belongs to; company positions of send and addby…."),
    id("signatoryId", "The party the position belongs to; persons' positions of send and addby…."),
    word<model::StamperType>("type", "What is put there.").must(),
    word<model::AcrossType>("acrossType",
                            "An across-page seal over each document by itself (SINGLE_DOCUMENT) or over all of them."),
    text("sealPageConfig", 1000, "The pages of ACROSS_PAGE_SCOPE, such as `2,4~7`."),
    id("documentId", "The document; in a draft also the template a document is made from."),
    ids("documentIds", 100, "Several documents with the same position."), id("sealId", "The seal for this position."),
    text("keyword", 200, "The words to look for; they win over `page`."),
    whole("keywordIndex", -10'000, 10'000,
          "1: the first place of the keyword, 0: every place, -1: the last. 1 when absent."),
    whole("page", -5000, 5000, "1: the first page, 0: every page, -1: the last."),
    number_between("offsetX", -1, 1, "Fraction of the page's width, from its left edge or from the keyword."),
    number_between("offsetY", -1, 1, "Fraction of the page's height, from its lower edge or from the keyword."),
    word<model::DatePattern>("datePattern", "How a TIMESTAMP shows the date; HYPHEN when absent.").in_any_case(),
    texts("datePatterns", 10, 40, "The same as a list; its first member counts."),
    whole("width", 10, 120, "Millimetres; signatures and dates only. The height follows."),
    whole("height", 4, 48, "Millimetres; signatures and dates only, when there is no width."),
    number("rotationDegrees", 0, 360, "Clockwise about the middle of the picture."));
inline constexpr Object kStamper{"StamperRequest", kStamperFields};
inline constexpr std::uint32_t kMostStampers = 500;
inline constexpr Field kStampers = list("stampers", kStamper, kMostStampers, "Where is signed.");
inline constexpr Field kLocateAll =
    flag("locateAllStamperKeywords", "Whether every keyword must be found (the default), or one is enough.");
inline constexpr Field kStamperRule = word<model::StamperRule>(
    "stamperRule", "Whether the places must be signed and others may be added; the category's when absent.");

inline constexpr auto kActionFields =
    table(word<model::ActionType>("type", "What the node asks for.").must(), text("name", 100, "Shown to people."),
          text("actionNo", 100, "The caller's own number of the node."),
          whole("serialNo", 0, 10'000, "The order within the party."),
          flag("autoSign", "The initiator's COMPANY node signs itself when its turn comes."),
          id("sealId", "The one seal to use."), ids("corpSealIds", 9, "The seals to choose from."),
          ids("sealIds", 9, "An older name of corpSealIds."), list("corpOperators", kUser, 200, "Who may act."),
          list("operators", kUser, 200, "An older name of corpOperators."), kStampers);
inline constexpr Object kAction{"ActionRequest", kActionFields};

inline constexpr auto kAttachmentFields =
    table(text("title", 100, "What is to be handed in.").must(),
          flag("required", "Whether nobody can sign without it; false when absent."),
          flag("needSign", "Whether the file must be signed itself; false when absent."));
inline constexpr Object kAttachment{"AttachmentRequest", kAttachmentFields};

inline constexpr auto kUserAuthInfoFields =
    table(text("idCardNo", 30, "The identity card the person must prove."),
          text("bankNo", 40, "The bank card, where bank cards are checked."),
          text("bankMobile", 30, "The mobile number known to the bank."),
          words<model::ModifyField>("modifyFields", 10,
                                    "What the person may state differently; it must be stated all the same."));
inline constexpr Object kUserAuthInfo{"UserAuthInfoRequest", kUserAuthInfoFields};

inline constexpr std::array<std::string_view, 5> kValidateWays{"SAAS_CONFIG", "DEFAULT", "SIGNPWD", "PIN",
                                                               "FACE_DEFAULT"};
inline constexpr Field kValidateWay = word(
    "signValidateWay", kValidateWays,
    "How the person proves to be himself when signing. Faces are not compared here: FACE_DEFAULT, which leaves the "
    "choice to him, is taken as DEFAULT, and FACE alone is refused.");
inline constexpr auto kSignatoryFields = table(
    word<model::TenantType>("tenantType", "A company or a person.").must(),
    text("tenantName", 100, "Its full name; only a party that is found later (`delaySet`) may do without."),
    object("receiver", kUser, "Who gets the task. Persons and other companies need one."),
    whole("serialNo", 0, 10'000, "The order of signing; the order of the list when absent."),
    flag("delaySet", "The party is filled in later, by a join link."),
    text("signatoryNo", 100, "The caller's own number of the party."),
    list("actions", kAction, 50, "The nodes of a company, in order."), kStampers,
    list("attachments", kAttachment, 50, "What the party must hand in while signing."),
    object("userAuthInfo", kUserAuthInfo, "What the person's identity must match."),
    object("category", kCategory, "The category used inside a receiving company of this platform."),
    flag("defaultCategoryAccepted", "Whether the flow of the receiver's own default category applies too."),
    flag("fixedFlow", "Nodes come from the request alone; what the category presets is left aside."), kValidateWay);
inline constexpr Object kSignatory{"SignatoryRequest", kSignatoryFields};

inline constexpr auto kTemplateParamFields =
    table(text("name", 100, "The parameter; the same name in several templates gets the same value.").must(),
          text("value", 4'000'000,
               "Text up to 1000 characters, `yyyy-MM-dd`, an option, options with commas, an image as data URI, a "
               "table as JSON."),
          id("signatoryId", "The party that fills it in."), flag("readOnly", "Not to be changed on the page."));
inline constexpr Object kTemplateParam{"TemplateParamRequest", kTemplateParamFields};
inline constexpr Field kTemplateParams = list("templateParams", kTemplateParam, 500, "The values of templates.");

inline constexpr auto kCopySendReceiverFields =
    table(text("name", 100, "The person's name.").must(), object("receiver", kUser, "Where the copy goes."),
          text("prohibitType", 50, "What the person may not do."));
inline constexpr Object kCopySendReceiver{"CopySendReceiverRequest", kCopySendReceiverFields};

inline constexpr auto kCustomFieldFields =
    table(text("key", 100, "The field; this or `name`."), text("name", 100, "The field; this or `key`."),
          text("value", 1000, "What it holds."));
inline constexpr Object kCustomField{"ContractCustomFieldRequest", kCustomFieldFields};

inline constexpr auto kPageStyleFields = table(text("themeColor", 20, "`#RRGGBB`."));
inline constexpr Object kPageStyle{"PageStyle", kPageStyleFields};

inline constexpr auto kCompanyFields = table(id("id", "The company."), text("name", 100, "Its full name."),
                                             text("registerNo", 50, "Its register number."));
inline constexpr Object kCompany{"CompanyRequest", kCompanyFields};

/// How a contract is named (§1.8).
inline constexpr auto kLocator =
    table(id("contractId", "The contract. This or bizId."), text("bizId", 50, "The caller's own key of the contract."),
          text("tenantName", 100, "The company the bizId belongs to, when it is not the platform company."));

inline constexpr std::array<std::string_view, 2> kExpireTimeUnits{"MINUTES", "DAYS"};
inline constexpr auto kLinkLifetime =
    table(whole("expireTime", 1, 129'600, "How long the link lives: 5 minutes to 90 days; 30 minutes when absent."),
          word("expireTimeUnit", kExpireTimeUnits, "The unit of expireTime; MINUTES when absent."));
inline constexpr Field kLanguage = text("lang", 10, "`cn` or `en`.");

inline constexpr auto kPaging = table(whole("selectOffset", 0, 1e9, "How many are passed over."),
                                      whole("selectLimit", 0, 10'000, "How many come at most; 1000 when absent."));

inline constexpr Field kFileSuffix =
    text("fileSuffix", 10, "doc, docx, pdf, jpeg, png, jpg, gif, tiff, html, htm, xls or xlsx: the file's real type.");

// --- answers

inline constexpr auto kUserAnswerFields = table(
    text("name", 0, "The person's name."), text("contact", 0, "Mobile number, e-mail address, employee id or number."),
    word<model::ContactType>("contactType", "What `contact` is."));
inline constexpr Object kUserAnswer{"User", kUserAnswerFields};

inline constexpr auto kCategoryAnswerFields = table(id("id", "The category.").must(), text("name", 0, "Its name."));
inline constexpr Object kCategoryAnswer{"Category", kCategoryAnswerFields};

inline constexpr auto kStamperAnswerFields =
    table(id("id", "The position."), id("actionId", "The node."), id("signatoryId", "The party."),
          word<model::StamperType>("type", "What stands there.").must(),
          id("documentId", "The document; of a draft also the template."),
          ids("documentIds", 0, "Of a draft: the documents, when there are several."),
          whole("page", 0, 0, "The page, from 1 on; of a draft as it was given."),
          text("keyword", 0, "The words it stands at."), whole("keywordIndex", 0, 0, "Which place of them."),
          number("offsetX", 0, 0, "Left edge as a fraction of the page's width; of a draft as it was given."),
          number("offsetY", 0, 0, "Lower edge as a fraction of the page's height; of a draft as it was given."),
          number("width", 0, 0, "Fraction of the page's width; of a draft millimetres."),
          number("height", 0, 0, "Fraction of the page's height; of a draft millimetres."),
          number("rotationDegrees", 0, 360, "Clockwise about the middle."),
          word<model::AcrossType>("acrossType", "Of a draft: as it was given."),
          text("sealPageConfig", 0, "Of a draft: as it was given."),
          word<model::DatePattern>("datePattern", "Of a draft: as it was given."),
          id("sealId", "Of a draft: the seal for this position."));
inline constexpr Object kStamperAnswer{"Stamper", kStamperAnswerFields};

inline constexpr auto kOperatorRealInfoFields =
    table(text("name", 0, "The proven name."), text("idCardNo", 0, "Masked."));
inline constexpr Object kOperatorRealInfo{"OperatorRealInfo", kOperatorRealInfoFields};
inline constexpr auto kOperatorFields =
    join(kUserAnswerFields, table(object("realInfo", kOperatorRealInfo, "With queryOperatorRealInfo.")));
inline constexpr Object kOperator{"Operator", kOperatorFields};

inline constexpr auto kActionAnswerFields =
    table(id("id", "The node.").must(), word<model::ActionType>("type", "What it asks for.").must(),
          text("name", 0, "Shown to people.").must(), whole("serialNo", 0, 0, "The order within the party.").must(),
          word<model::ActionStatus>("status", "Where it stands.").must(),
          text("actionNo", 0, "The caller's own number."), id("sealId", "The seal used, or the first to choose from."),
          ids("corpSealIds", 9, "The seals to choose from."), ids("sealIds", 9, "An older name of corpSealIds."),
          flag("autoSign", "The node signs itself."), flag("hasLocation", "Whether it has places.").must(),
          list("operators", kOperator, 0, "Who may act, or who did; with queryActionOperator."),
          list("corpOperators", kOperator, 0, "Who was named to act; with queryActionOperator."),
          list("stampers", kStamperAnswer, 0, "The places; with queryLocation, of a draft always."),
          time("createTime", "When it was made."), time("completeTime", "When it was done."),
          time("complateTime", "The same, as the vendor's beans spell it."));
inline constexpr Object kActionAnswer{"Action", kActionAnswerFields};

inline constexpr auto kAttachmentAnswerFields =
    table(id("id", "The attachment.").must(), text("title", 0, "What is to be handed in.").must(),
          flag("required", "Whether nobody can sign without it.").must(),
          flag("needSign", "Whether it must be signed itself.").must());
inline constexpr Object kAttachmentAnswer{"Attachment", kAttachmentAnswerFields};

inline constexpr std::array<std::string_view, 4> kTenantTypes{"COMPANY", "PERSONAL", "C_NO_RECEIVER", "P_NO_RECEIVER"};
inline constexpr auto kSignatoryAnswerFields = table(
    id("id", "The party.").must(),
    word("tenantType", kTenantTypes, "A company or a person; …_NO_RECEIVER while nobody is named yet.").must(),
    text("tenantName", 0, "Its full name."), whole("serialNo", 0, 0, "The order of signing.").must(),
    flag("sponsor", "Whether it is the initiator.").must(), flag("delaySet", "Whether it is filled in later.").must(),
    word<model::SignatoryStatus>("status", "Where it stands.").must(),
    object("receiver", kUserAnswer, "Who gets the task."), text("signatoryNo", 0, "The caller's own number."),
    list("actions", kActionAnswer, 0, "The nodes of a company."),
    list("stampers", kStamperAnswer, 0, "The places of a person; with queryLocation, of a draft always."),
    object("category", kCategoryAnswer, "The receiver's category."),
    flag("defaultCategoryAccepted", "As it was given."),
    list("attachments", kAttachmentAnswer, 0, "What is to be handed in."), flag("fixedFlow", "As it was given."),
    word<model::SignValidateWay>("signValidateWay", "What counts: of FACE_DEFAULT it is DEFAULT."),
    time("receiveTime", "When its turn came."), time("createTime", "When it was made."),
    time("completeTime", "When it had signed."), time("complateTime", "The same, as the vendor's beans spell it."),
    flag("hasLocation", "Whether a person has places."),
    text("rejectInvalidReason", 0, "Why it refused a cancellation."));
inline constexpr Object kSignatoryAnswer{"Signatory", kSignatoryAnswerFields};

inline constexpr auto kTemplateParamAnswerFields =
    table(text("name", 0, "The parameter.").must(), text("value", 0, "What it holds."),
          flag("required", "Whether it must be filled in."), text("type", 0, "What it takes."),
          text("defaultValue", 0, "What it holds unless somebody says otherwise."),
          texts("options", 0, 0, "What can be chosen."), text("description", 0, "Shown to people."),
          flag("readOnly", "Not to be changed on the page."), id("signatoryId", "The party that fills it in."));
inline constexpr Object kTemplateParamAnswer{"TemplateParam", kTemplateParamAnswerFields};

inline constexpr auto kDocumentAnswerFields =
    table(id("id", "The document.").must(), text("title", 0, "Its name.").must(),
          whole("pageCount", 0, 1e6, "Its pages.").must(), time("createTime", "When it was added."),
          text("contentType", 0, "CONTRACT, INVALID (a cancellation) or ATTACHMENT.").must(),
          list("params", kTemplateParamAnswer, 0, "The parameters of the template it was made from."));
inline constexpr Object kDocumentAnswer{"Document", kDocumentAnswerFields};

inline constexpr auto kCopySendReceiverAnswerFields =
    table(text("name", 0, "The person's name.").must(), object("receiver", kUserAnswer, "Where the copy goes."),
          text("prohibitType", 0, "What the person may not do."), text("copySendPersonType", 0, "PERSONAL or COMPANY."),
          time("createTime", "When it was ordered."), flag("send", "Whether it has gone out."));
inline constexpr Object kCopySendReceiverAnswer{"CopySendReceiver", kCopySendReceiverAnswerFields};

inline constexpr auto kCustomFieldAnswerFields =
    table(text("key", 0, "The field."), text("name", 0, "The field."), text("value", 0, "What it holds."));
inline constexpr Object kCustomFieldAnswer{"ContractCustomField", kCustomFieldAnswerFields};

inline constexpr auto kSealStatFields = table(id("sealId", "The seal.").must(), text("sealName", 0, "Its name.").must(),
                                              whole("count", 0, 0, "How often it was used.").must());
inline constexpr Object kSealStat{"SealStat", kSealStatFields};

inline constexpr auto kRelatedContractFields = table(id("id", "The contract.").must(), text("subject", 0, "Its title."),
                                                     word<model::ContractStatus>("status", "Where it stands."));
inline constexpr Object kRelatedContract{"RelatedContract", kRelatedContractFields};

inline constexpr auto kContractAnswerFields = table(
    id("id", "The contract.").must(), text("bizId", 0, "The caller's own key."),
    text("tenantName", 0, "The initiator."), text("subject", 0, "The title."), text("description", 0, "Free text."),
    text("sn", 0, "The contract's number."), flag("ordinal", "Whether parties sign one after another.").must(),
    word<model::ContractStatus>("status", "Where it stands.").must(),
    object("category", kCategoryAnswer, "The category.").must(),
    object("creator", kUserAnswer,
           "Who made it; a virtual user when nobody was named. Receivers are not told the contact."),
    time("createTime", "When it was made."), time("publishTime", "When it was sent."),
    time("expireTime", "Until when it can be signed."), time("endTime", "When the contract itself ends."),
    time("completeTime", "When all had signed."),
    word<model::SignFlowStrategy>("signFlowStrategy", "Whether all must sign, or one.").must(),
    word<model::StamperRule>("stamperRule", "Whether the places must be signed."),
    text("comments", 0, "Why it was returned, recalled or ended."), text("businessData", 0, "As it was given."),
    texts("tags", 0, 0, "Labels."), ids("relatedContractIds", 0, "With queryRelatedContract."),
    list("relatedContracts", kRelatedContract, 0, "With queryRelatedContract."),
    list("copySendReceivers", kCopySendReceiverAnswer, 0, "Who gets a copy."),
    word<model::CopySendTime>("copySendTime", "When copies go out."),
    list("customFields", kCustomFieldAnswer, 0, "The values of the category's form."),
    flag("notifySponsor", "As it was given."), text("invalidReason", 0, "Why it is cancelled."),
    text("invalidExpireTime", 0, "Until when the cancellation can be signed."),
    text("invalidFailType", 0, "Why a cancellation failed: INVALID_REJECTED or INVALID_CANCEL."),
    list("sealStats", kSealStat, 0, "With querySealStats."),
    list("signatories", kSignatoryAnswer, 0, "The parties.").must(),
    list("documents", kDocumentAnswer, 0, "The documents."));
inline constexpr Object kContractAnswer{"Contract", kContractAnswerFields};

inline constexpr auto kDocumentIdFields = table(id("documentId", "The document.").must());
inline constexpr Object kDocumentId{"DocumentId", kDocumentIdFields};
inline constexpr auto kAttachmentIdFields = table(id("attachmentId", "The attachment.").must());
inline constexpr Object kAttachmentId{"AttachmentId", kAttachmentIdFields};
inline constexpr auto kPageUrlFields = table(text("pageUrl", 0, "The page's address.").must());
inline constexpr Object kPageUrl{"PageUrl", kPageUrlFields};
inline constexpr auto kTicketFields = table(text("ticket", 0, "Opaque; exchanged once by the plugin.").must());
inline constexpr Object kTicket{"Ticket", kTicketFields};

// --- codes

inline constexpr std::array kEverywhere{ErrorCode::Internal, ErrorCode::PermissionDenied, ErrorCode::InvalidParameter,
                                        ErrorCode::ParameterTooLong};
inline constexpr std::array kLocating{ErrorCode::ContractNotFound, ErrorCode::CompanyNotFound,
                                      ErrorCode::CompanyNotPermitted};
inline constexpr std::array kTenant{ErrorCode::CompanyNotFound, ErrorCode::CompanyNotPermitted};
inline constexpr std::array kPeople{ErrorCode::EmployeeNotFound, ErrorCode::EmployeeDismissed};
/// Of calls that say who handles a party: a mobile may be that of somebody of another name.
inline constexpr auto kHandlers = join(kPeople, std::array{ErrorCode::EmployeeNameDiffers});
inline constexpr std::array kSeals{ErrorCode::SealNotFound, ErrorCode::InvalidSealStatus};
inline constexpr std::array kPlaces{ErrorCode::InvalidStamperType, ErrorCode::KeywordNotFound,
                                    ErrorCode::SignPageBeyond};
inline constexpr std::array kFiles{ErrorCode::UnsupportedFileType, ErrorCode::InvalidFile, ErrorCode::UploadTooLarge};
inline constexpr std::array kStatus{ErrorCode::InvalidContractStatus};

/// Locating a contract whose status must fit, the usual case; its category may have been taken away meanwhile.
inline constexpr auto kStateful = join(kLocating, kStatus, std::array{ErrorCode::CategoryBroken});

}  // namespace signet::openapi::description
