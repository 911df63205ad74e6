#include "openapi/contract_json.hpp"

#include "base/text.hpp"

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

constexpr std::size_t kMostStampers = 500;
constexpr std::size_t kMostUsers = 200;
constexpr std::size_t kMostSeals = 9;

json::string wire(std::string_view text) {
    return json::string(text);
}
template <typename Enum>
requires std::is_enum_v<Enum> json::string wire(Enum value) {
    return json::string(model::to_wire(value));
}

template <typename Tag>
void put_id(json::object& object, std::string_view name, Id<Tag> id) {
    if (id) object[name] = wire(to_string(id));
}

void put_text(json::object& object, std::string_view name, const std::string& text) {
    if (!text.empty()) object[name] = wire(text);
}

void put_time(json::object& object, std::string_view name, const std::optional<UtcTime>& time, const TimeZone& zone) {
    if (time) object[name] = wire(zone.format(*time));
}

json::array write_users(const std::vector<User>& users) {
    json::array array;
    for (const User& user : users)
        array.push_back(write_user(user));
    return array;
}

/// A pattern in any case, in the singular or as the first of a list; HYPHEN when absent.
model::DatePattern read_date_pattern(const Fields& fields) {
    std::string word = fields.text("datePattern", 40);
    if (word.empty()) {
        const auto words = fields.texts("datePatterns", 10, 40);
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
    action.name = fields.text("name", 100);
    action.action_no = fields.text("actionNo", 100);
    action.serial_no = fields.integer("serialNo", 0, 10'000).value_or(-1);
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
        add_seals(fields.ids<model::SealId>("corpSealIds", kMostSeals));
        add_seals(fields.ids<model::SealId>("sealIds", kMostSeals));
    }
    if (action.seals.size() > kMostSeals) fields.refuse("corpSealIds", "has more than 9 members");
    for (const std::string_view name : {"corpOperators", "operators"}) {
        for (const Fields& user : fields.list(name, kMostUsers))
            action.operators.push_back(read_user(user));
    }
    action.stampers = read_stampers(fields, "stampers");
    return action;
}

json::object write_place(const model::Place& place, const model::Document* document) {
    json::object object;
    object["type"] = wire(place.type);
    put_id(object, "documentId", place.document);
    object["page"] = place.page + 1;
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

json::array write_places(const std::vector<model::Place>& places, const model::Contract* contract) {
    json::array array;
    for (const model::Place& place : places) {
        array.push_back(write_place(place, contract == nullptr ? nullptr : contract->find(place.document)));
    }
    return array;
}

json::object write_action(const Action& action, const DetailOptions& options, const model::Contract* contract) {
    json::object object;
    put_id(object, "id", action.id);
    object["type"] = wire(action.type);
    object["name"] = wire(action.name);
    object["serialNo"] = action.serial_no;
    object["status"] = wire(action.status);
    put_text(object, "actionNo", action.action_no);
    const model::SealId seal =
        action.used_seal ? action.used_seal : (action.seals.empty() ? model::SealId{} : action.seals[0]);
    put_id(object, "sealId", seal);
    if (!action.seals.empty()) {
        json::array seals;
        for (const model::SealId id : action.seals)
            seals.push_back(wire(to_string(id)));
        object["corpSealIds"] = std::move(seals);
    }
    if (action.auto_sign) object["autoSign"] = true;
    if (options.operators) {
        std::vector<User> users = action.operators;
        if (action.status == model::ActionStatus::Finish && action.completed_by) users = {*action.completed_by};
        if (!users.empty()) {
            object["operators"] = write_users(users);
            object["corpOperators"] = write_users(users);
        }
    }
    if (options.places && !action.places.empty()) object["stampers"] = write_places(action.places, contract);
    return object;
}

json::object write_signatory_of(const Signatory& signatory, const DetailOptions& options,
                                const model::Contract* contract) {
    json::object object;
    put_id(object, "id", signatory.id);
    object["tenantType"] = wire(signatory.tenant_type);
    put_text(object, "tenantName", signatory.tenant_name);
    object["serialNo"] = signatory.serial_no;
    object["sponsor"] = signatory.sponsor;
    object["delaySet"] = signatory.delay_set;
    object["status"] = wire(signatory.status);
    if (!signatory.receiver.empty()) object["receiver"] = write_user(signatory.receiver);
    put_text(object, "signatoryNo", signatory.signatory_no);
    if (signatory.tenant_type == TenantType::Company) {
        json::array actions;
        for (const Action& action : signatory.actions)
            actions.push_back(write_action(action, options, contract));
        object["actions"] = std::move(actions);
    } else if (options.places && !signatory.actions.empty() && !signatory.actions.front().places.empty()) {
        object["stampers"] = write_places(signatory.actions.front().places, contract);
    }
    if (!signatory.attachments.empty()) {
        json::array attachments;
        for (const model::Attachment& attachment : signatory.attachments) {
            json::object item;
            put_id(item, "id", attachment.id);
            item["title"] = wire(attachment.title);
            item["required"] = attachment.required;
            item["needSign"] = attachment.need_sign;
            attachments.push_back(std::move(item));
        }
        object["attachments"] = std::move(attachments);
    }
    return object;
}

}  // namespace

User read_user(const Fields& fields) {
    User user;
    user.name = fields.text("name", 100);
    user.contact = std::string(trim(fields.required_text("contact", 100)));
    user.contact_type = fields.required_choice<model::ContactType>("contactType");
    return user;
}

Stamper read_stamper(const Fields& fields) {
    Stamper stamper;
    stamper.type = fields.required_choice<model::StamperType>("type");
    stamper.across_type = fields.choice<model::AcrossType>("acrossType").value_or(model::AcrossType::SingleDocument);
    stamper.seal_page_config = fields.text("sealPageConfig", 1000);
    stamper.documents = fields.ids<model::DocumentId>("documentIds", 100);
    if (stamper.documents.empty()) {
        if (const auto document = fields.id<model::DocumentId>("documentId")) stamper.documents = {document};
    }
    stamper.seal = fields.id<model::SealId>("sealId");
    stamper.keyword = std::string(trim(fields.text("keyword", 200)));
    stamper.keyword_index = fields.integer("keywordIndex", -10'000, 10'000).value_or(1);
    stamper.page = fields.integer("page", -5000, 5000);
    stamper.offset_x = fields.decimal("offsetX");
    stamper.offset_y = fields.decimal("offsetY");
    stamper.date_pattern = read_date_pattern(fields);
    stamper.width = fields.integer("width", 10, 120);
    stamper.height = fields.integer("height", 4, 48);
    stamper.rotation_degrees = fields.decimal("rotationDegrees").value_or(0);
    return stamper;
}

std::vector<Stamper> read_stampers(const Fields& fields, std::string_view name) {
    std::vector<Stamper> stampers;
    for (const Fields& item : fields.list(name, kMostStampers))
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
    for (const Fields& item : fields.list(name, kMostStampers))
        stampers.push_back(read_bound_stamper(item));
    return stampers;
}

service::CategoryReference read_category(const Fields& fields) {
    service::CategoryReference reference;
    if (const auto category = fields.object("category")) {
        reference.id = category->id<model::CategoryId>("id");
        reference.name = category->text("name", 100);
    }
    return reference;
}

Signatory read_signatory(const Fields& fields) {
    Signatory signatory;
    signatory.tenant_type = fields.required_choice<TenantType>("tenantType");
    signatory.tenant_name = fields.text("tenantName", 100);
    if (const auto receiver = fields.object("receiver")) signatory.receiver = read_user(*receiver);
    signatory.serial_no = fields.integer("serialNo", 0, 10'000).value_or(0);
    signatory.delay_set = fields.boolean("delaySet", false);
    signatory.signatory_no = fields.text("signatoryNo", 100);
    for (const Fields& action : fields.list("actions", 50))
        signatory.actions.push_back(read_action(action));
    if (signatory.tenant_type == TenantType::Personal) {
        // A person has one node, which carries the places of the party.
        Action only;
        only.type = ActionType::Personal;
        only.stampers = read_stampers(fields, "stampers");
        signatory.actions = {std::move(only)};
    }
    for (const Fields& item : fields.list("attachments", 50)) {
        model::Attachment attachment;
        attachment.title = item.required_text("title", 100);
        attachment.required = item.boolean("required", false);
        attachment.need_sign = item.boolean("needSign", false);
        signatory.attachments.push_back(std::move(attachment));
    }
    if (const auto info = fields.object("userAuthInfo")) {
        model::UserAuthInfo auth;
        auth.id_card_no = info->text("idCardNo", 30);
        auth.bank_no = info->text("bankNo", 40);
        auth.bank_mobile = info->text("bankMobile", 30);
        signatory.auth_info = std::move(auth);
    }
    if (const auto category = fields.object("category")) signatory.category = category->id<model::CategoryId>("id");
    signatory.default_category_accepted = fields.boolean("defaultCategoryAccepted");
    return signatory;
}

service::Locator read_locator(const Fields& fields) {
    return {fields.id<model::ContractId>("contractId"), fields.text("bizId", 50), fields.text("tenantName", 100)};
}

service::DraftCommand read_draft(const Fields& fields, const TimeZone& zone) {
    service::DraftCommand command;
    model::Contract& contract = command.contract;
    contract.id = fields.id<model::ContractId>("id");
    contract.biz_id = fields.text("bizId", 50);
    contract.tenant_name = fields.text("tenantName", 100);
    contract.subject = fields.text("subject", 100);
    contract.description = fields.text("description", 300);
    contract.sn = fields.text("sn", 50);
    contract.ordinal = fields.boolean("ordinal", true);
    contract.sign_flow_strategy =
        fields.choice<model::SignFlowStrategy>("signFlowStrategy").value_or(model::SignFlowStrategy::AllSignFinish);
    contract.stamper_rule = fields.choice<model::StamperRule>("stamperRule");
    // One SDK declares callbackUrl as a boolean by mistake; that says nothing.
    const std::string callback = fields.text("callbackUrl", 300);
    if (callback != "true" && callback != "false") contract.callback_url = callback;
    contract.business_data = fields.text("businessData", 100);
    contract.tags = fields.texts("tags", 50, 100);
    contract.related_contracts = fields.ids<model::ContractId>("relatedContractIds", 50);
    if (const auto creator = fields.object("creator")) contract.creator = read_user(*creator);
    for (const Fields& signatory : fields.list("signatories", 200))
        contract.signatories.push_back(read_signatory(signatory));
    for (const Fields& item : fields.list("copySendReceivers", 200)) {
        model::CopySendReceiver receiver;
        receiver.name = item.required_text("name", 100);
        if (const auto user = item.object("receiver")) receiver.receiver = read_user(*user);
        contract.copy_send_receivers.push_back(std::move(receiver));
    }
    const auto read_time = [&](std::string_view name) -> std::optional<UtcTime> {
        const std::string text = fields.text(name, 40);
        if (text.empty()) return std::nullopt;
        const auto time = zone.parse(trim(text));
        if (!time) fields.refuse(name, "must be yyyy-MM-dd HH:mm:ss");
        return time;
    };
    contract.expire_time = read_time("expireTime");
    contract.end_time = read_time("endTime");
    command.category = read_category(fields);
    return command;
}

json::object write_user(const User& user) {
    json::object object;
    put_text(object, "name", user.name);
    if (!user.contact.empty()) {
        object["contact"] = wire(user.contact);
        object["contactType"] = wire(user.contact_type);
    }
    return object;
}

json::object write_signatory(const Signatory& signatory, const DetailOptions& options) {
    return write_signatory_of(signatory, options, nullptr);
}

json::object write_contract(const model::Contract& contract, const TimeZone& zone, const DetailOptions& options) {
    json::object object;
    put_id(object, "id", contract.id);
    put_text(object, "bizId", contract.biz_id);
    put_text(object, "tenantName", contract.tenant_name);
    put_text(object, "subject", contract.subject);
    put_text(object, "description", contract.description);
    put_text(object, "sn", contract.sn);
    object["ordinal"] = contract.ordinal;
    object["status"] = wire(contract.status);
    json::object category;
    put_id(category, "id", contract.category);
    put_text(category, "name", contract.category_name);
    object["category"] = std::move(category);
    if (contract.creator) object["creator"] = write_user(*contract.creator);
    put_time(object, "createTime", contract.create_time, zone);
    put_time(object, "publishTime", contract.publish_time, zone);
    put_time(object, "expireTime", contract.expire_time, zone);
    put_time(object, "endTime", contract.end_time, zone);
    object["signFlowStrategy"] = wire(contract.sign_flow_strategy);
    put_text(object, "comments", contract.comments);
    put_text(object, "businessData", contract.business_data);
    if (!contract.tags.empty()) {
        json::array tags;
        for (const std::string& tag : contract.tags)
            tags.push_back(wire(tag));
        object["tags"] = std::move(tags);
    }
    if (options.related && !contract.related_contracts.empty()) {
        json::array related;
        for (const model::ContractId id : contract.related_contracts)
            related.push_back(wire(to_string(id)));
        object["relatedContractIds"] = std::move(related);
    }
    if (!contract.copy_send_receivers.empty()) {
        json::array receivers;
        for (const model::CopySendReceiver& receiver : contract.copy_send_receivers) {
            receivers.push_back({{"name", wire(receiver.name)}, {"receiver", write_user(receiver.receiver)}});
        }
        object["copySendReceivers"] = std::move(receivers);
    }
    json::array signatories;
    for (const Signatory& signatory : contract.signatories) {
        signatories.push_back(write_signatory_of(signatory, options, &contract));
    }
    object["signatories"] = std::move(signatories);
    json::array documents;
    for (const model::Document& document : contract.documents) {
        json::object item;
        put_id(item, "id", document.id);
        item["title"] = wire(document.title);
        item["pageCount"] = document.page_count();
        put_time(item, "createTime", document.create_time, zone);
        item["contentType"] = wire(document.content_type);
        documents.push_back(std::move(item));
    }
    if (!documents.empty()) object["documents"] = std::move(documents);
    return object;
}

}  // namespace signet::openapi
