#include "store/contract_text.hpp"

#include <concepts>
#include <type_traits>
#include <vector>

#include <boost/json.hpp>

namespace signet::store {
namespace {

namespace json = boost::json;
using namespace model;

template <typename T>
concept Wired = std::is_enum_v<T> && requires {
    spellings<T>.size();
};

template <typename T>
inline constexpr bool is_optional = false;
template <typename T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <typename T>
inline constexpr bool is_vector = false;
template <typename T>
inline constexpr bool is_vector<std::vector<T>> = true;
template <typename T>
inline constexpr bool is_id = false;
template <typename T>
inline constexpr bool is_id<Id<T>> = true;

// One description a structure, read and written by the same lines, so that the two directions cannot differ.

template <typename Archive>
void describe(Archive& archive, auto& value) requires std::same_as<std::remove_cvref_t<decltype(value)>, User> {
    archive("name", value.name);
    archive("contact", value.contact);
    archive("type", value.contact_type);
}

template <typename Archive>
void describe(Archive& archive, auto& value) requires std::same_as<std::remove_cvref_t<decltype(value)>, Stamper> {
    archive("type", value.type);
    archive("acrossType", value.across_type);
    archive("pages", value.seal_page_config);
    archive("documents", value.documents);
    archive("documentIndex", value.document_index);
    archive("seal", value.seal);
    archive("keyword", value.keyword);
    archive("keywordIndex", value.keyword_index);
    archive("page", value.page);
    archive("offsetX", value.offset_x);
    archive("offsetY", value.offset_y);
    archive("datePattern", value.date_pattern);
    archive("width", value.width);
    archive("height", value.height);
    archive("rotation", value.rotation_degrees);
}

template <typename Archive>
void describe(Archive& archive, auto& value) requires std::same_as<std::remove_cvref_t<decltype(value)>, Place> {
    archive("id", value.id);
    archive("type", value.type);
    archive("document", value.document);
    archive("page", value.page);
    archive("x", value.x);
    archive("y", value.y);
    archive("width", value.width);
    archive("height", value.height);
    archive("rotation", value.rotation_degrees);
    archive("datePattern", value.date_pattern);
    archive("seal", value.seal);
    archive("keyword", value.keyword);
    archive("keywordIndex", value.keyword_index);
    archive("strip", value.strip);
    archive("strips", value.strips);
}

template <typename Archive>
void describe(Archive& archive, auto& value) requires std::same_as<std::remove_cvref_t<decltype(value)>, Action> {
    archive("id", value.id);
    archive("type", value.type);
    archive("status", value.status);
    archive("name", value.name);
    archive("actionNo", value.action_no);
    archive("serialNo", value.serial_no);
    archive("seals", value.seals);
    archive("operators", value.operators);
    archive("autoSign", value.auto_sign);
    archive("implicit", value.implicit);
    archive("stampers", value.stampers);
    archive("places", value.places);
    archive("completeTime", value.complete_time);
    archive("completedBy", value.completed_by);
    archive("usedSeal", value.used_seal);
}

template <typename Archive>
void describe(Archive& archive, auto& value) requires std::same_as<std::remove_cvref_t<decltype(value)>, Attachment> {
    archive("id", value.id);
    archive("title", value.title);
    archive("required", value.required);
    archive("needSign", value.need_sign);
    archive("blob", value.blob);
    archive("fileName", value.file_name);
    archive("document", value.document);
}

template <typename Archive>
void describe(Archive& archive, auto& value) requires std::same_as<std::remove_cvref_t<decltype(value)>, UserAuthInfo> {
    archive("idCardNo", value.id_card_no);
    archive("bankNo", value.bank_no);
    archive("bankMobile", value.bank_mobile);
    archive("modifyFields", value.modify_fields);
    archive("digestsOf", value.digests_of);
    archive("idCardNoMasked", value.id_card_no_masked);
    archive("bankNoMasked", value.bank_no_masked);
    archive("bankMobileMasked", value.bank_mobile_masked);
}

template <typename Archive>
void describe(Archive& archive, auto& value) requires std::same_as<std::remove_cvref_t<decltype(value)>, Signatory> {
    archive("id", value.id);
    archive("tenantType", value.tenant_type);
    archive("tenantName", value.tenant_name);
    archive("company", value.company);
    archive("receiver", value.receiver);
    archive("serialNo", value.serial_no);
    archive("sponsor", value.sponsor);
    archive("delaySet", value.delay_set);
    archive("status", value.status);
    archive("signatoryNo", value.signatory_no);
    archive("actions", value.actions);
    archive("attachments", value.attachments);
    archive("authInfo", value.auth_info);
    archive("signValidateWay", value.sign_validate_way);
    archive("category", value.category);
    archive("categoryName", value.category_name);
    archive("defaultCategoryAccepted", value.default_category_accepted);
    archive("fixedFlow", value.fixed_flow);
    archive("receiveTime", value.receive_time);
    archive("completeTime", value.complete_time);
}

template <typename Archive>
void describe(Archive& archive, auto& value) requires std::same_as<std::remove_cvref_t<decltype(value)>, PageSize> {
    archive("w", value.width);
    archive("h", value.height);
}

template <typename Archive>
void describe(Archive& archive,
              auto& value) requires std::same_as<std::remove_cvref_t<decltype(value)>, TemplateParam> {
    archive("name", value.name);
    archive("type", value.type);
    archive("required", value.required);
    archive("readOnly", value.read_only);
    archive("defaultValue", value.default_value);
    archive("description", value.description);
    archive("options", value.options);
    archive("party", value.party);
    archive("page", value.page);
    archive("x", value.x);
    archive("y", value.y);
    archive("width", value.width);
    archive("height", value.height);
    archive("fontSize", value.font_size);
}

template <typename Archive>
void describe(Archive& archive,
              auto& value) requires std::same_as<std::remove_cvref_t<decltype(value)>, DocumentParam> {
    archive("param", value.param);
    archive("value", value.value);
    archive("signatory", value.signatory);
}

template <typename Archive>
void describe(Archive& archive, auto& value) requires std::same_as<std::remove_cvref_t<decltype(value)>, ParamValue> {
    archive("name", value.name);
    archive("value", value.value);
    archive("signatory", value.signatory);
    archive("readOnly", value.read_only);
}

/// The parameters of a template, which one column holds.
struct TemplateParams {
    std::vector<TemplateParam> list;
};

template <typename Archive>
void describe(Archive& archive,
              auto& value) requires std::same_as<std::remove_cvref_t<decltype(value)>, TemplateParams> {
    archive("params", value.list);
}

template <typename Archive>
void describe(Archive& archive, auto& value) requires std::same_as<std::remove_cvref_t<decltype(value)>, Document> {
    archive("id", value.id);
    archive("title", value.title);
    archive("sort", value.sort);
    archive("pages", value.pages);
    archive("createTime", value.create_time);
    archive("contentType", value.content_type);
    archive("originalBlob", value.original_blob);
    archive("originalSuffix", value.original_suffix);
    archive("length", value.length);
    archive("draftLength", value.draft_length);
    archive("sha256", value.sha256);
    archive("revision", value.revision);
    archive("signatures", value.signatures);
    archive("revisionState", value.revision_state);
    archive("signedBefore", value.signed_before);
    archive("level", value.level);
    archive("sealedUntil", value.sealed_until);
    archive("template", value.template_id);
    archive("params", value.params);
    archive("file", value.file);
}

template <typename Archive>
void describe(Archive& archive,
              auto& value) requires std::same_as<std::remove_cvref_t<decltype(value)>, PreparedField> {
    archive("document", value.document);
    archive("action", value.action);
    archive("state", value.state);
}

template <typename Archive>
void describe(Archive& archive, auto& value) requires std::same_as<std::remove_cvref_t<decltype(value)>, Watermark> {
    archive("type", value.type);
    archive("content", value.content);
    archive("blob", value.blob);
    archive("fontSize", value.font_size);
    archive("angle", value.angle);
    archive("colour", value.colour);
    archive("position", value.position);
    archive("diaphaneity", value.diaphaneity);
    archive("imageScale", value.image_scale);
    archive("tileDensity", value.tile_density);
    archive("gratingMillimetres", value.grating_millimetres);
    archive("viewPermission", value.view_permission);
}

template <typename Archive>
void describe(Archive& archive,
              auto& value) requires std::same_as<std::remove_cvref_t<decltype(value)>, CopySendReceiver> {
    archive("name", value.name);
    archive("receiver", value.receiver);
    archive("prohibitType", value.prohibit_type);
    archive("createTime", value.create_time);
    archive("sent", value.sent);
}

template <typename Archive>
void describe(Archive& archive, auto& value) requires std::same_as<std::remove_cvref_t<decltype(value)>, Remark> {
    archive("about", value.about);
    archive("text", value.text);
}

template <typename Archive>
void describe(Archive& archive, auto& value) requires std::same_as<std::remove_cvref_t<decltype(value)>, CustomField> {
    archive("key", value.key);
    archive("name", value.name);
    archive("value", value.value);
}

template <typename Archive>
void describe(Archive& archive, auto& value) requires std::same_as<std::remove_cvref_t<decltype(value)>, ContractFile> {
    archive("id", value.id);
    archive("title", value.title);
    archive("blob", value.blob);
    archive("fileName", value.file_name);
    archive("createTime", value.create_time);
}

template <typename Archive>
void describe(Archive& archive, auto& value) requires std::same_as<std::remove_cvref_t<decltype(value)>, Cancellation> {
    archive("document", value.document);
    archive("reason", value.reason);
    archive("startTime", value.start_time);
    archive("expireTime", value.expire_time);
    archive("failType", value.fail_type);
    archive("parties", value.parties);
    archive("receivers", value.receivers);
    archive("deleteFiles", value.delete_files);
}

template <typename Archive>
void describe(Archive& archive, auto& value) requires std::same_as<std::remove_cvref_t<decltype(value)>, Contract> {
    archive("id", value.id);
    archive("company", value.company);
    archive("tenantName", value.tenant_name);
    archive("application", value.application);
    archive("bizId", value.biz_id);
    archive("subject", value.subject);
    archive("description", value.description);
    archive("sn", value.sn);
    archive("ordinal", value.ordinal);
    archive("status", value.status);
    archive("category", value.category);
    archive("categoryName", value.category_name);
    archive("creator", value.creator);
    archive("signatories", value.signatories);
    archive("documents", value.documents);
    archive("preparedFields", value.prepared_fields);
    archive("watermarks", value.watermarks);
    archive("locateAllKeywords", value.locate_all_keywords);
    archive("templateParams", value.template_params);
    archive("copySendReceivers", value.copy_send_receivers);
    archive("copySendTime", value.copy_send_time);
    archive("notifySponsor", value.notify_sponsor);
    archive("customFields", value.custom_fields);
    archive("attachments", value.attachments);
    archive("signFlowStrategy", value.sign_flow_strategy);
    archive("stamperRule", value.stamper_rule);
    archive("callbackUrl", value.callback_url);
    archive("businessData", value.business_data);
    archive("tags", value.tags);
    archive("relatedContracts", value.related_contracts);
    archive("comments", value.comments);
    archive("remarks", value.remarks);
    archive("createTime", value.create_time);
    archive("publishTime", value.publish_time);
    archive("expireTime", value.expire_time);
    archive("endTime", value.end_time);
    archive("completeTime", value.complete_time);
    archive("certificatesEnd", value.certificates_end);
    archive("cancellation", value.cancellation);
    archive("endAttachments", value.end_attachments);
    archive("filesDeleted", value.files_deleted);
    archive("version", value.version);
}

template <typename Archive>
void describe(Archive& archive, auto& value) requires std::same_as<std::remove_cvref_t<decltype(value)>, FlowNode> {
    archive("type", value.type);
    archive("name", value.name);
    archive("seals", value.seals);
    archive("operators", value.operators);
    archive("stampers", value.stampers);
}

template <typename Archive>
void describe(Archive& archive,
              auto& value) requires std::same_as<std::remove_cvref_t<decltype(value)>, PresetSignatory> {
    archive("tenantType", value.tenant_type);
    archive("sponsor", value.sponsor);
    archive("tenantName", value.tenant_name);
    archive("nodes", value.nodes);
    archive("stampers", value.stampers);
}

template <typename Archive>
void describe(Archive& archive,
              auto& value) requires std::same_as<std::remove_cvref_t<decltype(value)>, CategoryPolicy> {
    archive("intake", value.intake);
    archive("viewers", value.viewers);
    archive("identity", value.identity);
    archive("messages", value.messages);
    archive("signatories", value.signatories);
    archive("sponsor", value.sponsor);
    archive("initiators", value.initiators);
    archive("subjectRule", value.subject_rule);
    archive("copySendTime", value.copy_send_time);
    archive("level", value.level);
    archive("reading", value.reading);
    archive("retentionYears", value.retention_years);
    archive("excludedMatter", value.excluded_matter);
    archive("callbackUrl", value.callback_url);
    archive("templates", value.templates);
}

class Writer {
  public:
    explicit Writer(json::object& object) : object_(object) {}

    template <typename T>
    void operator()(std::string_view name, const T& value) {
        static const T kDefault{};
        if constexpr (is_vector<T>) {
            if (value.empty()) return;
        } else if constexpr (is_optional<T>) {
            if (!value) return;
        } else if constexpr (std::equality_comparable<T>) {
            // A default is left out. `true` is the default of some members, so booleans are always written.
            if constexpr (!std::same_as<T, bool> && !std::same_as<T, int>) {
                if (value == kDefault) return;
            }
        }
        object_.emplace(json::string_view(name.data(), name.size()), to_json(value));
    }

  private:
    /// Lives where the object does.
    template <typename T>
    json::value to_json(const T& value) const {
        const json::storage_ptr& memory = object_.storage();
        if constexpr (Wired<T>) {
            return json::value(json::string_view(to_wire(value)), memory);
        } else if constexpr (is_id<T>) {
            return json::value(value.value, memory);
        } else if constexpr (std::same_as<T, UtcTime>) {
            return json::value(value.milliseconds, memory);
        } else if constexpr (is_optional<T>) {
            return to_json(*value);
        } else if constexpr (is_vector<T>) {
            json::array array(memory);
            array.reserve(value.size());
            for (const auto& item : value)
                array.push_back(to_json(item));
            return array;
        } else if constexpr (std::is_arithmetic_v<T>) {
            return json::value(value, memory);
        } else if constexpr (std::same_as<T, std::string>) {
            return json::value(json::string_view(value), memory);
        } else {
            json::object object(memory);
            Writer writer(object);
            describe(writer, value);
            return object;
        }
    }

    json::object& object_;
};

class Reader {
  public:
    explicit Reader(const json::object& object) : object_(object) {}

    template <typename T>
    void operator()(std::string_view name, T& value) {
        if (const json::value* found = object_.if_contains(name)) from_json(*found, value);
    }

  private:
    template <typename T>
    static void from_json(const json::value& from, T& to) {
        if constexpr (Wired<T>) {
            const auto value = from_wire<T>(std::string_view(from.as_string()));
            if (!value) throw std::invalid_argument("unknown word " + std::string(from.as_string()));
            to = *value;
        } else if constexpr (is_id<T>) {
            to.value = from.as_int64();
        } else if constexpr (std::same_as<T, UtcTime>) {
            to.milliseconds = from.as_int64();
        } else if constexpr (is_optional<T>) {
            from_json(from, to.emplace());
        } else if constexpr (is_vector<T>) {
            for (const json::value& item : from.as_array())
                from_json(item, to.emplace_back());
        } else if constexpr (std::same_as<T, bool>) {
            to = from.as_bool();
        } else if constexpr (std::is_arithmetic_v<T>) {
            to = from.to_number<T>();
        } else if constexpr (std::same_as<T, std::string>) {
            to = std::string(from.as_string());
        } else {
            Reader reader(from.as_object());
            describe(reader, to);
        }
    }

    const json::object& object_;
};

}  // namespace

namespace {

template <typename T>
std::string text_of(const T& value) {
    json::monotonic_resource arena;
    json::object object(&arena);
    Writer writer(object);
    describe(writer, value);
    return json::serialize(object);
}

template <typename T>
Result<T> value_of(std::string_view text, const std::string& what) {
    try {
        json::monotonic_resource arena;
        const json::value parsed = json::parse(text, &arena);
        T value;
        Reader reader(parsed.as_object());
        describe(reader, value);
        return value;
    } catch (const std::exception& error) {
        return fail(ErrorCode::StorageFailed, what + " cannot be read: " + error.what());
    }
}

}  // namespace

std::string to_text(const Contract& contract) {
    return text_of(contract);
}

Result<Contract> contract_from_text(std::string_view text) {
    return value_of<Contract>(text, "a contract's row");
}

std::string to_text(const std::vector<TemplateParam>& params) {
    return text_of(TemplateParams{params});
}

Result<std::vector<TemplateParam>> template_params_from_text(std::string_view text) {
    auto params = value_of<TemplateParams>(text, "a template's parameters");
    if (!params) return params.error();
    return std::move(params->list);
}

std::string to_text(const CategoryPolicy& policy) {
    return text_of(policy);
}

Result<CategoryPolicy> category_policy_from_text(std::string_view text) {
    return value_of<CategoryPolicy>(text, "a category's policy");
}

}  // namespace signet::store
