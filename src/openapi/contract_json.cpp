#include "openapi/contract_json.hpp"

#include "base/id.hpp"
#include "base/text.hpp"
#include "model/cancellation.hpp"
#include "model/filling.hpp"
#include "openapi/template_json.hpp"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>

namespace signet::openapi {

namespace json = boost::json;
using model::Action;
using model::ActionType;
using model::Signatory;
using model::Stamper;
using model::TenantType;
using model::User;

namespace {

constexpr std::size_t kMostSeals = 9;

/// Where the values of an answer are built; see Fields::memory.
using Memory = const json::storage_ptr&;

void put(json::object& object, std::string_view name, std::string_view text) {
    object.emplace(name, json::string_view(text.data(), text.size()));
}
template <typename Enum>
requires std::is_enum_v<Enum>
void put(json::object& object, std::string_view name, Enum value) {
    put(object, name, model::to_wire(value));
}

template <typename Tag>
void put_id(json::object& object, std::string_view name, Id<Tag> id) {
    if (id) put(object, name, to_string(id));
}

void put_text(json::object& object, std::string_view name, const std::string& text) {
    if (!text.empty()) put(object, name, text);
}

void put_time(json::object& object, std::string_view name, const std::optional<UtcTime>& time, const TimeZone& zone) {
    if (time) put(object, name, zone.format(*time));
}

/// An empty object with room for what it usually gets.
json::object object_of(std::size_t members, Memory memory) {
    json::object object(memory);
    object.reserve(members);
    return object;
}

template <typename IdType>
json::array write_ids(const std::vector<IdType>& ids, Memory memory) {
    json::array array(memory);
    for (const IdType id : ids)
        array.emplace_back(json::string(to_string(id), memory));
    return array;
}

/// A pattern in any case, in the singular or as the first of a list; HYPHEN when absent.
model::DatePattern read_date_pattern(const Fields& fields) {
    std::string word = fields.text("datePattern");
    if (word.empty()) {
        const auto words = fields.texts("datePatterns");
        if (!words.empty()) word = words.front();
    }
    if (word.empty()) return model::DatePattern::Hyphen;
    for (const auto& [pattern, spelling] : model::spellings<model::DatePattern>) {
        if (equal_ignoring_case(spelling, word)) return pattern;
    }
    fields.refuse("datePattern", "must be HYPHEN, Chinese, ALL_Chinese or ENGLISH");
    return model::DatePattern::Hyphen;
}

Action read_action(const Fields& fields) {
    Action action;
    action.type = fields.required_choice<ActionType>("type");
    action.name = fields.text("name");
    action.action_no = fields.text("actionNo");
    action.serial_no = fields.whole("serialNo").value_or(-1);
    action.auto_sign = fields.boolean("autoSign", false);
    // The newer list, the older list and the oldest single seal all mean the same.
    const auto add_seals = [&](const std::vector<model::SealId>& seals) {
        for (const model::SealId seal : seals) {
            if (std::find(action.seals.begin(), action.seals.end(), seal) == action.seals.end())
                action.seals.push_back(seal);
        }
    };
    if (const auto seal = fields.id<model::SealId>("sealId")) {
        add_seals({seal});
    } else {
        add_seals(fields.ids<model::SealId>("corpSealIds"));
        add_seals(fields.ids<model::SealId>("sealIds"));
    }
    if (action.seals.size() > kMostSeals) fields.refuse("corpSealIds", "has more than 9 members");
    for (const std::string_view name : {"corpOperators", "operators"}) {
        for (const Fields& user : fields.list(name))
            action.operators.push_back(read_user(user));
    }
    action.stampers = read_stampers(fields, "stampers");
    return action;
}

/// The id of the node or the person's party a position belongs to, under its name on the wire.
struct PlaceOwner {
    std::string_view field;
    std::string id;
};

json::object write_place(const model::Place& place, const model::Contract& contract, const PlaceOwner& owner,
                         Memory memory) {
    json::object object = object_of(12, memory);
    put_id(object, "id", place.id);
    put(object, owner.field, owner.id);
    put(object, "type", place.type);
    put_id(object, "documentId", place.document);
    object["page"] = place.page + 1;
    if (!place.keyword.empty()) {
        put(object, "keyword", place.keyword);
        object["keywordIndex"] = place.keyword_index;
    }
    const model::Document* document = contract.find(place.document);
    if (document != nullptr && place.page < document->page_count()) {
        const model::PageSize page = document->pages[static_cast<std::size_t>(place.page)];
        object["offsetX"] = place.x / page.width;
        object["offsetY"] = place.y / page.height;
        object["width"] = place.width / page.width;
        object["height"] = place.height / page.height;
    }
    if (place.rotation_degrees != 0) object["rotationDegrees"] = place.rotation_degrees;
    return object;
}

/// A position that is not looked for yet, as it was asked for.
json::object write_stamper(const Stamper& stamper, const PlaceOwner& owner, Memory memory) {
    const auto put_number = [](json::object& object, std::string_view name, const auto& number) {
        if (number) object.emplace(name, *number);
    };
    json::object object = object_of(12, memory);
    put(object, owner.field, owner.id);
    put(object, "type", stamper.type);
    if (!stamper.documents.empty()) put_id(object, "documentId", stamper.documents.front());
    if (stamper.documents.size() > 1) object.emplace("documentIds", write_ids(stamper.documents, memory));
    put_number(object, "page", stamper.page);
    if (!stamper.keyword.empty()) {
        put(object, "keyword", stamper.keyword);
        object.emplace("keywordIndex", stamper.keyword_index);
    }
    put_number(object, "offsetX", stamper.offset_x);
    put_number(object, "offsetY", stamper.offset_y);
    put_number(object, "width", stamper.width);
    put_number(object, "height", stamper.height);
    if (stamper.rotation_degrees != 0) object.emplace("rotationDegrees", stamper.rotation_degrees);
    if (is_across_page(stamper.type)) put(object, "acrossType", stamper.across_type);
    put_text(object, "sealPageConfig", stamper.seal_page_config);
    if (stamper.type == model::StamperType::Timestamp) put(object, "datePattern", stamper.date_pattern);
    put_id(object, "sealId", stamper.seal);
    return object;
}

/// When it was done, under our name and under that of the vendor's beans.
void put_complete_time(json::object& object, const std::optional<UtcTime>& time, const TimeZone& zone) {
    put_time(object, "completeTime", time, zone);
    put_time(object, "complateTime", time, zone);
}

bool has_location(const Action& action, const model::Contract& contract) {
    return contract.status == model::ContractStatus::Draft ? !action.stampers.empty() : !action.places.empty();
}

/// Where a node signs: in a draft what was asked for, afterwards, when it is wanted, what was found.
void add_stampers(json::object& object, const Action& action, const PlaceOwner& owner, const model::Contract& contract,
                  const DetailOptions& options, Memory memory) {
    json::array array(memory);
    if (contract.status == model::ContractStatus::Draft) {
        for (const Stamper& stamper : action.stampers)
            array.push_back(write_stamper(stamper, owner, memory));
    } else if (options.places) {
        for (const model::Place& place : action.places)
            array.push_back(write_place(place, contract, owner, memory));
    }
    if (!array.empty()) object.emplace("stampers", std::move(array));
}

json::object write_action(const Action& action, const Signatory& party, const model::Contract& contract,
                          const TimeZone& zone, const DetailOptions& options, Memory memory) {
    json::object object = object_of(8, memory);
    put_id(object, "id", action.id);
    put(object, "type", action.type);
    put(object, "name", action.name);
    object.emplace("serialNo", action.serial_no);
    put(object, "status", action.status);
    const bool known = options.knows(party);
    if (known) put_text(object, "actionNo", action.action_no);
    const bool chosen = action.used_seal || !known || action.seals.empty();
    put_id(object, "sealId", chosen ? action.used_seal : action.seals[0]);
    if (known && !action.seals.empty()) {
        object.emplace("corpSealIds", write_ids(action.seals, memory));
        object.emplace("sealIds", write_ids(action.seals, memory));
    }
    if (known && action.auto_sign) object.emplace("autoSign", true);
    object.emplace("hasLocation", has_location(action, contract));
    put_time(object, "createTime", IdGenerator::minted_at(action.id.value), zone);
    put_complete_time(object, action.complete_time, zone);
    add_stampers(object, action, {"actionId", to_string(action.id)}, contract, options, memory);
    return object;
}

json::object write_attachment(const model::Attachment& attachment, Memory memory) {
    json::object object(memory);
    put_id(object, "id", attachment.id);
    put(object, "title", attachment.title);
    object.emplace("required", attachment.required);
    object.emplace("needSign", attachment.need_sign);
    return object;
}

}  // namespace

json::object write_signatory(const Signatory& signatory, const model::Contract& contract, const TimeZone& zone,
                             const DetailOptions& options, Memory memory) {
    json::object object = object_of(10, memory);
    put_id(object, "id", signatory.id);
    // Whom nobody knows yet goes by a type of his own once the contract is sent.
    const bool awaited = signatory.awaits_joining() && signatory.status != model::SignatoryStatus::Draft;
    if (awaited) {
        put(object, "tenantType", signatory.tenant_type == TenantType::Company ? "C_NO_RECEIVER" : "P_NO_RECEIVER");
    } else {
        put(object, "tenantType", signatory.tenant_type);
    }
    put_text(object, "tenantName", signatory.tenant_name);
    object.emplace("serialNo", signatory.serial_no);
    object.emplace("sponsor", signatory.sponsor);
    object.emplace("delaySet", signatory.delay_set);
    put(object, "status", signatory.status);
    if (!signatory.receiver.empty()) object.emplace("receiver", write_user(signatory.receiver, memory));
    if (options.knows(signatory)) put_text(object, "signatoryNo", signatory.signatory_no);
    put(object, "signValidateWay", signatory.sign_validate_way);
    if (signatory.tenant_type == TenantType::Company) {
        json::array actions(memory);
        for (const Action& action : signatory.actions)
            actions.push_back(write_action(action, signatory, contract, zone, options, memory));
        object.emplace("actions", std::move(actions));
    } else if (!signatory.actions.empty()) {
        const PlaceOwner owner{"signatoryId", to_string(signatory.id)};
        object.emplace("hasLocation", has_location(signatory.actions.front(), contract));
        add_stampers(object, signatory.actions.front(), owner, contract, options, memory);
    }
    if (signatory.fixed_flow) object.emplace("fixedFlow", true);
    put_time(object, "createTime", IdGenerator::minted_at(signatory.id.value), zone);
    put_time(object, "receiveTime", signatory.receive_time, zone);
    put_complete_time(object, signatory.complete_time, zone);
    if (model::refused_cancellation(contract, signatory.id)) put_text(object, "rejectInvalidReason", contract.comments);
    if (signatory.category) {
        json::object category = object_of(2, memory);
        put_id(category, "id", signatory.category);
        put_text(category, "name", signatory.category_name);
        object.emplace("category", std::move(category));
    }
    if (signatory.default_category_accepted) {
        object.emplace("defaultCategoryAccepted", *signatory.default_category_accepted);
    }
    if (!signatory.attachments.empty()) {
        json::array attachments(memory);
        for (const model::Attachment& attachment : signatory.attachments)
            attachments.push_back(write_attachment(attachment, memory));
        object.emplace("attachments", std::move(attachments));
    }
    return object;
}

namespace {

json::object write_param(const model::DocumentParam& one, const model::Contract& contract, Memory memory) {
    json::object object = object_of(9, memory);
    put(object, "name", one.param.name);
    // A picture would make the answer as large as itself.
    if (one.param.type != model::ParamType::Image) put_text(object, "value", one.value);
    object.emplace("required", one.param.required);
    put(object, "type", one.param.type);
    object.emplace("readOnly", one.param.read_only);
    put_text(object, "defaultValue", one.param.default_value);
    put_text(object, "description", one.param.description);
    if (!one.param.options.empty()) {
        json::array options(memory);
        for (const std::string& option : one.param.options)
            options.emplace_back(json::string(option, memory));
        object.emplace("options", std::move(options));
    }
    if (const Signatory* who = model::filler(contract, one)) put_id(object, "signatoryId", who->id);
    return object;
}

json::object write_document(const model::Document& document, const model::Contract& contract, const TimeZone& zone,
                            Memory memory) {
    json::object object = object_of(6, memory);
    put_id(object, "id", document.id);
    put(object, "title", document.title);
    object.emplace("pageCount", document.page_count());
    put_time(object, "createTime", document.create_time, zone);
    put(object, "contentType", document.content_type);
    if (document.params.empty()) return object;
    json::array params(memory);
    for (const model::DocumentParam& one : document.params)
        params.push_back(write_param(one, contract, memory));
    object.emplace("params", std::move(params));
    return object;
}

}  // namespace

User read_user(const Fields& fields) {
    User user;
    user.name = fields.text("name");
    user.contact = std::string(trim(fields.text("contact")));
    user.contact_type = fields.required_choice<model::ContactType>("contactType");
    return user;
}

Stamper read_stamper(const Fields& fields) {
    Stamper stamper;
    stamper.type = fields.required_choice<model::StamperType>("type");
    stamper.across_type = fields.choice<model::AcrossType>("acrossType").value_or(model::AcrossType::SingleDocument);
    stamper.seal_page_config = fields.text("sealPageConfig");
    stamper.documents = fields.ids<model::DocumentId>("documentIds");
    const auto document = fields.id<model::DocumentId>("documentId");
    // documentId must be given; where a seal runs over all documents it takes none of the others out.
    const bool over_all = is_across_page(stamper.type) && stamper.across_type == model::AcrossType::AllDocument;
    if (stamper.documents.empty() && document && !over_all) stamper.documents = {document};
    stamper.seal = fields.id<model::SealId>("sealId");
    stamper.keyword = std::string(trim(fields.text("keyword")));
    stamper.keyword_index = fields.whole("keywordIndex").value_or(1);
    stamper.page = fields.whole("page");
    stamper.offset_x = fields.decimal("offsetX");
    stamper.offset_y = fields.decimal("offsetY");
    stamper.date_pattern = read_date_pattern(fields);
    stamper.width = fields.whole("width");
    stamper.height = fields.whole("height");
    stamper.rotation_degrees = fields.decimal("rotationDegrees").value_or(0);
    return stamper;
}

std::vector<Stamper> read_stampers(const Fields& fields, std::string_view name) {
    std::vector<Stamper> stampers;
    for (const Fields& item : fields.list(name))
        stampers.push_back(read_stamper(item));
    return stampers;
}

service::BoundStamper read_bound_stamper(const Fields& fields) {
    service::BoundStamper bound;
    bound.stamper = read_stamper(fields);
    bound.action = fields.id<model::ActionId>("actionId");
    bound.signatory = fields.id<model::SignatoryId>("signatoryId");
    return bound;
}

std::vector<service::BoundStamper> read_bound_stampers(const Fields& fields, std::string_view name) {
    std::vector<service::BoundStamper> stampers;
    for (const Fields& item : fields.list(name))
        stampers.push_back(read_bound_stamper(item));
    return stampers;
}

service::CategoryReference read_category(const Fields& fields) {
    service::CategoryReference reference;
    if (const auto category = fields.object("category")) {
        reference.id = category->id<model::CategoryId>("id");
        reference.name = category->text("name");
    }
    return reference;
}

std::optional<model::SignValidateWay> read_validate_way(const Fields& fields) {
    const std::string word = fields.text("signValidateWay");
    if (word.empty()) return std::nullopt;
    // A face comes first there and the person may choose another way; what is left of it here is that choice.
    if (word == "FACE_DEFAULT") return model::SignValidateWay::Default;
    const auto way = model::from_wire<model::SignValidateWay>(word);
    if (!way)
        fields.refuse("signValidateWay",
                      "must be SAAS_CONFIG, DEFAULT, SIGNPWD, PIN or FACE_DEFAULT; faces are not compared here");
    return way;
}

std::vector<model::CopySendReceiver> read_copy_receivers(const Fields& fields, std::string_view name) {
    std::vector<model::CopySendReceiver> receivers;
    for (const Fields& item : fields.list(name)) {
        model::CopySendReceiver& receiver = receivers.emplace_back();
        receiver.name = item.text("name");
        if (const auto user = item.object("receiver")) receiver.receiver = read_user(*user);
        if (receiver.receiver.name.empty()) receiver.receiver.name = receiver.name;
        receiver.prohibit_type = item.text("prohibitType");
    }
    return receivers;
}

Signatory read_signatory(const Fields& fields) {
    Signatory signatory;
    signatory.tenant_type = fields.required_choice<TenantType>("tenantType");
    signatory.tenant_name = fields.text("tenantName");
    if (const auto receiver = fields.object("receiver")) signatory.receiver = read_user(*receiver);
    signatory.serial_no = fields.whole("serialNo").value_or(0);
    signatory.delay_set = fields.boolean("delaySet", false);
    signatory.signatory_no = fields.text("signatoryNo");
    signatory.sign_validate_way = read_validate_way(fields).value_or(model::SignValidateWay::SaasConfig);
    for (const Fields& action : fields.list("actions"))
        signatory.actions.push_back(read_action(action));
    if (signatory.tenant_type == TenantType::Personal) {
        // A person has one node, which carries the places of the party.
        Action only;
        only.type = ActionType::Personal;
        only.stampers = read_stampers(fields, "stampers");
        signatory.actions = {std::move(only)};
    }
    for (const Fields& item : fields.list("attachments")) {
        model::Attachment attachment;
        attachment.title = item.text("title");
        attachment.required = item.boolean("required", false);
        attachment.need_sign = item.boolean("needSign", false);
        signatory.attachments.push_back(std::move(attachment));
    }
    if (const auto info = fields.object("userAuthInfo")) {
        model::UserAuthInfo auth;
        auth.id_card_no = info->text("idCardNo");
        auth.bank_no = info->text("bankNo");
        auth.bank_mobile = info->text("bankMobile");
        for (const std::string& word : info->texts("modifyFields")) {
            if (const auto field = model::from_wire<model::ModifyField>(word)) auth.modify_fields.push_back(*field);
        }
        signatory.auth_info = std::move(auth);
    }
    if (const auto category = fields.object("category")) {
        signatory.category = category->id<model::CategoryId>("id");
        signatory.category_name = category->text("name");
    }
    signatory.default_category_accepted = fields.boolean("defaultCategoryAccepted");
    signatory.fixed_flow = fields.boolean("fixedFlow", false);
    return signatory;
}

Result<json::object> nothing_after(const Status& done) {
    if (!done) return done.error();
    return json::object();
}

service::Locator read_locator(const Fields& fields) {
    return {fields.id<model::ContractId>("contractId"), fields.text("bizId"), fields.text("tenantName")};
}

std::string read_theme_color(const Fields& fields) {
    std::string colour(trim(fields.text("themeColor", 20)));
    if (colour.empty()) return colour;
    const std::string_view digits = std::string_view(colour).substr(colour.front() == '#' ? 1 : 0);
    const bool sized = digits.size() == 6 || digits.size() == 3;
    if (!sized || digits.find_first_not_of("0123456789abcdefABCDEF") != std::string_view::npos) {
        fields.refuse("themeColor", "must be a colour such as #24476B");
        return {};
    }
    return colour.front() == '#' ? colour : "#" + colour;
}

std::string read_page_style(const Fields& fields) {
    const auto style = fields.object("pageStyle");
    return style ? read_theme_color(*style) : std::string();
}

std::chrono::minutes read_lifetime(const Fields& fields) {
    constexpr int kUsual = 30;
    constexpr int kShortest = 5;
    constexpr int kLongest = 90 * 24 * 60;
    const std::string unit = fields.text("expireTimeUnit", 20);
    if (!unit.empty() && unit != "MINUTES" && unit != "DAYS")
        fields.refuse("expireTimeUnit", "must be MINUTES or DAYS");
    const auto number = fields.integer("expireTime");
    if (!number) return std::chrono::minutes(kUsual);
    const bool sane = *number > 0 && *number <= kLongest;
    const std::int64_t minutes = sane ? *number * (unit == "DAYS" ? 24 * 60 : 1) : 0;
    if (minutes < kShortest || minutes > kLongest) fields.refuse("expireTime", "must be 5 minutes to 90 days");
    return std::chrono::minutes(minutes);
}

service::DraftCommand read_draft(const Fields& fields, const TimeZone& zone) {
    service::DraftCommand command;
    model::Contract& contract = command.contract;
    contract.id = fields.id<model::ContractId>("id");
    contract.biz_id = fields.text("bizId");
    contract.tenant_name = fields.text("tenantName");
    contract.subject = fields.text("subject");
    contract.description = fields.text("description");
    contract.sn = fields.text("sn");
    contract.ordinal = fields.boolean("ordinal", true);
    contract.sign_flow_strategy =
        fields.choice<model::SignFlowStrategy>("signFlowStrategy").value_or(model::SignFlowStrategy::AllSignFinish);
    contract.stamper_rule = fields.choice<model::StamperRule>("stamperRule");
    // One SDK declares callbackUrl as a boolean by mistake; that says nothing.
    const std::string callback = fields.text("callbackUrl");
    if (callback != "true" && callback != "false") contract.callback_url = callback;
    const std::string_view address = contract.callback_url;
    if (!address.empty() && !address.starts_with("https://") && !address.starts_with("http://"))
        fields.refuse("callbackUrl", "must be an http or https address");
    contract.business_data = fields.text("businessData");
    contract.tags = fields.texts("tags");
    contract.related_contracts = fields.ids<model::ContractId>("relatedContractIds");
    if (const auto creator = fields.object("creator")) contract.creator = read_user(*creator);
    for (const Fields& signatory : fields.list("signatories"))
        contract.signatories.push_back(read_signatory(signatory));
    contract.copy_send_receivers = read_copy_receivers(fields, "copySendReceivers");
    contract.copy_send_time = fields.choice<model::CopySendTime>("copySendTime");
    contract.notify_sponsor = fields.boolean("notifySponsor", false);
    for (const Fields& item : fields.list("customFields")) {
        model::CustomField& field = contract.custom_fields.emplace_back();
        field.key = item.text("key");
        field.name = item.text("name");
        field.value = item.text("value");
        if (field.key.empty() && field.name.empty()) item.refuse("key", "key or name is required");
    }
    const auto read_time = [&](std::string_view name) -> std::optional<UtcTime> {
        const std::string text = fields.text(name);
        if (text.empty()) return std::nullopt;
        const auto time = zone.parse(trim(text));
        if (!time) fields.refuse(name, "must be yyyy-MM-dd HH:mm:ss");
        return time;
    };
    contract.template_params = read_param_values(fields);
    contract.expire_time = read_time("expireTime");
    contract.end_time = read_time("endTime");
    command.category = read_category(fields);
    return command;
}

json::object write_user(const User& user, Memory memory) {
    json::object object = object_of(3, memory);
    put_text(object, "name", user.name);
    if (!user.contact.empty()) {
        put(object, "contact", user.contact);
        put(object, "contactType", user.contact_type);
    }
    return object;
}

DetailOptions options_for(const service::Caller& caller, const model::Contract& contract,
                          const service::Directory& directory) {
    DetailOptions options;
    if (directory.same_group(caller.company.id, contract.company)) return options;
    options.strangers.emplace();
    for (const Signatory& party : contract.signatories) {
        if (!directory.same_group(caller.company.id, party.company)) options.strangers->insert(party.id);
    }
    return options;
}

namespace {

/// Whom the answer names as the maker: the virtual user of the company when nobody was named (spec §4.1).
User creator_of(const model::Contract& contract, bool with_contact) {
    constexpr std::string_view kVirtualUser = "虚拟用户";
    if (!contract.creator) return {std::string(kVirtualUser), {}, {}};
    return with_contact ? *contract.creator : User{contract.creator->name, {}, {}};
}

json::array write_custom_fields(const model::Contract& contract, Memory memory) {
    json::array list(memory);
    for (const model::CustomField& field : contract.custom_fields) {
        json::object item = object_of(3, memory);
        put_text(item, "key", field.key);
        put_text(item, "name", field.name);
        put(item, "value", field.value);
        list.push_back(std::move(item));
    }
    return list;
}

json::array write_copies(const model::Contract& contract, const TimeZone& zone, Memory memory) {
    json::array receivers(memory);
    for (const model::CopySendReceiver& receiver : contract.copy_send_receivers) {
        json::object item(memory);
        put(item, "name", receiver.name);
        item.emplace("receiver", write_user(receiver.receiver, memory));
        put_text(item, "prohibitType", receiver.prohibit_type);
        put(item, "copySendPersonType", "PERSONAL");
        if (receiver.create_time.milliseconds != 0) put_time(item, "createTime", receiver.create_time, zone);
        item.emplace("send", receiver.sent);
        receivers.push_back(std::move(item));
    }
    return receivers;
}

/// What the initiator keeps with a contract for himself: its labels and form, and who gets copies. The bizId is no
/// secret: receivers sign by it, too (`draftsmanName`, spec §4.19).
void add_initiators_own(json::object& object, const model::Contract& contract, const TimeZone& zone,
                        const DetailOptions& options, Memory memory) {
    if (contract.notify_sponsor) object.emplace("notifySponsor", true);
    put_text(object, "businessData", contract.business_data);
    if (!contract.tags.empty()) {
        json::array tags(memory);
        for (const std::string& tag : contract.tags)
            tags.emplace_back(json::string(tag, memory));
        object.emplace("tags", std::move(tags));
    }
    if (options.related && !contract.related_contracts.empty()) {
        object.emplace("relatedContractIds", write_ids(contract.related_contracts, memory));
    }
    if (contract.copy_send_time) put(object, "copySendTime", *contract.copy_send_time);
    if (!contract.custom_fields.empty()) object.emplace("customFields", write_custom_fields(contract, memory));
    if (!contract.copy_send_receivers.empty())
        object.emplace("copySendReceivers", write_copies(contract, zone, memory));
}

}  // namespace

json::object write_contract(const model::Contract& contract, const TimeZone& zone, const DetailOptions& options,
                            Memory memory) {
    const bool for_initiator = !options.strangers;
    json::object object = object_of(20, memory);
    put_id(object, "id", contract.id);
    put_text(object, "bizId", contract.biz_id);
    put_text(object, "tenantName", contract.tenant_name);
    put_text(object, "subject", contract.subject);
    put_text(object, "description", contract.description);
    put_text(object, "sn", contract.sn);
    object.emplace("ordinal", contract.ordinal);
    put(object, "status", contract.status);
    json::object category = object_of(2, memory);
    put_id(category, "id", contract.category);
    put_text(category, "name", contract.category_name);
    object.emplace("category", std::move(category));
    object.emplace("creator", write_user(creator_of(contract, for_initiator), memory));
    put_time(object, "createTime", contract.create_time, zone);
    put_time(object, "publishTime", contract.publish_time, zone);
    put_time(object, "expireTime", contract.expire_time, zone);
    put_time(object, "endTime", contract.end_time, zone);
    put_time(object, "completeTime", contract.complete_time, zone);
    put(object, "signFlowStrategy", contract.sign_flow_strategy);
    if (contract.stamper_rule) put(object, "stamperRule", *contract.stamper_rule);
    put_text(object, "comments", contract.comments);
    if (contract.cancellation) {
        put_text(object, "invalidReason", contract.cancellation->reason);
        put_time(object, "invalidExpireTime", contract.cancellation->expire_time, zone);
        if (contract.cancellation->fail_type) put(object, "invalidFailType", *contract.cancellation->fail_type);
    }
    if (for_initiator) add_initiators_own(object, contract, zone, options, memory);
    json::array signatories(memory);
    for (const Signatory& signatory : contract.signatories) {
        signatories.push_back(write_signatory(signatory, contract, zone, options, memory));
    }
    object.emplace("signatories", std::move(signatories));
    json::array documents(memory);
    for (const model::Document& document : contract.documents) {
        if (contract.shows(document)) documents.push_back(write_document(document, contract, zone, memory));
    }
    if (!documents.empty()) object.emplace("documents", std::move(documents));
    return object;
}

}  // namespace signet::openapi
