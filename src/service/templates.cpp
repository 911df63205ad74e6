#include "service/templates.hpp"

#include "base/text.hpp"
#include "convert/converter.hpp"
#include "render/page_engine.hpp"
#include "sandbox/file.hpp"
#include "service/template_pdf.hpp"
#include "store/blobs.hpp"
#include "store/database.hpp"
#include "store/document_files.hpp"
#include "store/templates.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

#include <boost/json.hpp>

namespace signet::service {

namespace json = boost::json;
using model::DocumentParam;
using model::ParamType;
using model::ParamValue;
using model::Template;
using model::TemplateParam;

namespace {

constexpr std::size_t kLongestName = 100;
constexpr std::size_t kLongestText = 1000;
constexpr std::size_t kLongestHtmlLine = 300;
constexpr std::size_t kMostParams = 300;
constexpr std::size_t kMostRows = 200;
constexpr std::size_t kMostColumns = 30;
constexpr std::size_t kLongestTable = 200'000;
constexpr std::size_t kLargestPicture = 500U << 10;
constexpr std::size_t kLargestTemplate = 10U << 20;
constexpr std::string_view kOpenLine = "________";

using Rows = std::vector<std::vector<convert::FillField::Cell>>;

std::optional<std::string> cell_text(const json::value& value) {
    switch (value.kind()) {
        case json::kind::string:
            return std::string(value.get_string());
        case json::kind::int64:
        case json::kind::uint64:
        case json::kind::double_:
        case json::kind::bool_:
            return json::serialize(value);
        case json::kind::null:
            return std::string();
        default:
            return std::nullopt;
    }
}

std::optional<std::vector<convert::FillField::Cell>> row_of(const json::value& value) {
    std::vector<convert::FillField::Cell> row;
    const auto add = [&](std::string column, const json::value& cell) {
        auto text = cell_text(cell);
        if (!text || character_count(*text) > kLongestText) return false;
        row.push_back({std::move(column), std::move(*text)});
        return row.size() <= kMostColumns;
    };
    if (const json::object* object = value.if_object()) {
        for (const auto& [column, cell] : *object) {
            if (!add(std::string(column), cell)) return std::nullopt;
        }
        return row;
    }
    const json::array* array = value.if_array();
    if (array == nullptr) return std::nullopt;
    for (const json::value& cell : *array) {
        if (!add({}, cell)) return std::nullopt;
    }
    return row;
}

/// `[{"column":"1"}]` or `[["1"]]`.
std::optional<Rows> rows_of(const std::string& value) {
    json::error_code error;
    const json::value parsed = json::parse(value, error);
    if (error || !parsed.is_array() || parsed.get_array().size() > kMostRows) return std::nullopt;
    Rows rows;
    for (const json::value& item : parsed.get_array()) {
        auto row = row_of(item);
        if (!row) return std::nullopt;
        rows.push_back(std::move(*row));
    }
    return rows;
}

/// The bytes behind `data:image/png;base64,…`; nothing when it is none, or no PNG or JPEG.
std::optional<Bytes> picture_of(std::string_view value) {
    constexpr std::string_view kMark = ";base64,";
    if (!value.starts_with("data:image/")) return std::nullopt;
    const std::size_t at = value.substr(0, 64).find(kMark);
    if (at == std::string_view::npos) return std::nullopt;
    auto bytes = from_base64(value.substr(at + kMark.size()));
    if (!bytes || bytes->empty() || bytes->size() > kLargestPicture) return std::nullopt;
    const std::string_view content = as_text(*bytes);
    if (!content.starts_with("\x89PNG") && !content.starts_with("\xFF\xD8\xFF")) return std::nullopt;
    return bytes;
}

bool is_date(std::string_view value) {
    if (value.size() != 10 || value[4] != '-' || value[7] != '-') return false;
    const auto year = parse_integer(value.substr(0, 4));
    const auto month = parse_integer(value.substr(5, 2));
    const auto day = parse_integer(value.substr(8, 2));
    if (!year || !month || !day || *year < 1 || *month < 1 || *day < 1) return false;
    return std::chrono::year_month_day(std::chrono::year(static_cast<int>(*year)),
                                       std::chrono::month(static_cast<unsigned>(*month)),
                                       std::chrono::day(static_cast<unsigned>(*day)))
        .ok();
}

bool is_id_card(std::string_view value) {
    return (value.size() == 15 || value.size() == 18) && std::all_of(value.begin(), value.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
           });
}

bool is_option(const TemplateParam& param, std::string_view word) {
    return std::find(param.options.begin(), param.options.end(), word) != param.options.end();
}

/// The chosen among all there is to choose from: what was not chosen belongs to what was agreed.
std::string ticked(const TemplateParam& param, const std::string& value, std::string_view yes, std::string_view no) {
    const auto chosen = split(value, ',');
    std::string text;
    for (const std::string& option : param.options) {
        const bool on =
            std::any_of(chosen.begin(), chosen.end(), [&](std::string_view c) { return trim(c) == option; });
        text += (text.empty() ? "" : "　") + std::string(on ? yes : no) + option;
    }
    return text;
}

convert::FillField field_of(const DocumentParam& one) {
    convert::FillField field;
    field.name = one.param.name;
    switch (one.param.type) {
        case ParamType::Table:
            field.is_table = true;
            field.rows = rows_of(one.value).value_or(Rows());
            break;
        case ParamType::Image:
            field.picture = picture_of(one.value).value_or(Bytes());
            break;
        case ParamType::Single:
        case ParamType::Multiple:
            field.text = ticked(one.param, one.value, "☑", "☐");
            break;
        default:
            field.text = one.value.empty() ? std::string(kOpenLine) : one.value;
    }
    return field;
}

bool has_blanks(std::string_view suffix) {
    return suffix == "docx" || suffix == "html" || suffix == "htm" || suffix == "pdf";
}

Status check_param(const TemplateParam& param, const std::string& field) {
    if (param.name.empty() || character_count(param.name) > kLongestName ||
        param.name.find_first_of("{}.\n") != std::string::npos)
        return invalid_parameter(field + ".name: is required, at most 100 characters without braces and dots");
    const bool chooses = param.type == ParamType::Single || param.type == ParamType::Multiple;
    if (chooses && param.options.empty()) return invalid_parameter(field + ".options: is required");
    for (const std::string& option : param.options) {
        if (option.empty() || option.find(',') != std::string::npos)
            return invalid_parameter(field + ".options: must not be empty nor hold a comma");
    }
    if (param.party < 0 || param.party > 200) return invalid_parameter(field + ".party: must be 0 to 200");
    return check_value(param, param.default_value, field + ".default_value");
}

}  // namespace

std::string value_text(const DocumentParam& one) {
    const bool chooses = one.param.type == ParamType::Single || one.param.type == ParamType::Multiple;
    // The faces that texts are set in have no ☑.
    return chooses ? ticked(one.param, one.value, "■", "□") : one.value;
}

Bytes picture_bytes(const std::string& value) {
    return picture_of(value).value_or(Bytes());
}

Status check_value(const TemplateParam& param, const std::string& value, const std::string& field) {
    if (value.empty()) return {};
    const auto refuse = [&](const std::string& why) { return invalid_parameter(field + ": " + why); };
    const bool is_long = param.type == ParamType::Image || param.type == ParamType::Table;
    if (!is_long && character_count(value) > kLongestText)
        return fail(ErrorCode::ParameterTooLong, field + ": at most 1000 characters");
    switch (param.type) {
        case ParamType::Text:
        case ParamType::Textarea:
            return {};
        case ParamType::Number:
            if (!parse_decimal(value)) return refuse("is not a number");
            return {};
        case ParamType::Date:
            if (!is_date(value)) return refuse("must be a date, yyyy-MM-dd");
            return {};
        case ParamType::IdCard:
            if (!is_id_card(value)) return refuse("must have 15 or 18 letters and digits");
            return {};
        case ParamType::Single:
            if (!is_option(param, value)) return refuse("is not one of the options");
            return {};
        case ParamType::Multiple:
            for (const std::string_view word : split(value, ',')) {
                if (!is_option(param, trim(word))) return refuse("is not made of the options");
            }
            return {};
        case ParamType::Table:
            if (value.size() > kLongestTable) return fail(ErrorCode::ParameterTooLong, field);
            if (!rows_of(value)) return refuse("must be a JSON array of at most 200 rows");
            return {};
        case ParamType::Image:
            if (!picture_of(value)) return refuse("must be data:image/png;base64,… of at most 500 KB");
            return {};
    }
    return {};
}

Status check_lines(const model::Document& document) {
    if (document.original_suffix != "html" && document.original_suffix != "htm") return {};
    for (const DocumentParam& one : document.params) {
        if (one.param.type == ParamType::Text && character_count(one.value) > kLongestHtmlLine)
            return fail(ErrorCode::ParameterTooLong, one.param.name + ": at most 300 characters");
    }
    return {};
}

Result<bool> set_values(std::vector<DocumentParam>& params, const std::vector<ParamValue>& values,
                        const std::string& field) {
    bool changed = false;
    for (DocumentParam& one : params) {
        for (std::size_t i = 0; i < values.size(); ++i) {
            const ParamValue& given = values[i];
            if (given.name != one.param.name) continue;
            const std::string path = field + "[" + std::to_string(i) + "].value";
            if (const Status sound = check_value(one.param, given.value, path); !sound) return sound.error();
            changed = changed || one.value != given.value;
            one.value = given.value;
            if (given.signatory) one.signatory = given.signatory;
            if (given.read_only) one.param.read_only = *given.read_only;
        }
    }
    return changed;
}

Result<std::vector<Template>> Templates::of(model::CompanyId company) const {
    auto every =
        platform_.database.read([](store::Connection& connection) { return store::templates::all(connection); });
    if (every) std::erase_if(*every, [&](const Template& one) { return one.company != company; });
    return every;
}

Result<Template> Templates::find(model::CompanyId company, model::TemplateId id) const {
    const auto every =
        platform_.database.read([](store::Connection& connection) { return store::templates::all(connection); });
    if (!every) return every.error();
    for (const Template& one : *every) {
        if (one.id == id && (one.company == company || directory_.same_group(company, one.company))) return one;
    }
    return fail(ErrorCode::TemplateNotFound, "templateId: no right to use the template, or it is not valid");
}

Result<Template> Templates::usable(model::CompanyId company, model::TemplateId id) const {
    auto found = find(company, id);
    if (found && !found->enabled)
        return fail(ErrorCode::TemplateNotFound, "templateId: no right to use the template, or it is not valid");
    return found;
}

Result<model::Document> Templates::make_document(model::CompanyId company, model::TemplateId id,
                                                 const std::string& title,
                                                 const std::vector<ParamValue>& values) const {
    const auto source = usable(company, id);
    if (!source) return source.error();
    return make_document(*source, title, values);
}

Result<model::Document> Templates::make_document(const Template& source, const std::string& title,
                                                 const std::vector<ParamValue>& values) const {
    model::Document document;
    document.title = title;
    document.create_time = platform_.clock.now();
    document.original_blob = source.blob;
    document.original_suffix = source.suffix;
    document.template_id = source.id;
    for (const TemplateParam& param : source.params)
        document.params.push_back({param, param.default_value, {}});
    if (const auto set = set_values(document.params, values, "templateParams"); !set) return set.error();
    if (const Status made = render(document); !made) return made.error();
    // Its first bytes are its own; only what is made anew lies elsewhere.
    document.id = std::exchange(document.file, {});
    return document;
}

Status Templates::render(model::Document& document) const {
    if (const Status fits = check_lines(document); !fits) return fits;
    const auto blob = store::BlobId::from_hex(document.original_blob);
    if (!blob) return fail(ErrorCode::StorageFailed, "the template's file is not known");
    auto content = platform_.blobs.read(*blob);
    if (!content) return content.error();
    const bool is_pdf = document.original_suffix == "pdf";
    std::vector<convert::FieldPlace> places;
    // A PDF without parameters stays as it came, its signatures included.
    if (has_blanks(document.original_suffix) && !(is_pdf && document.params.empty())) {
        std::vector<convert::FillField> fields;
        for (const DocumentParam& one : document.params)
            if (!is_pdf) fields.push_back(field_of(one));
        auto filled = platform_.converter.fill(*content, document.original_suffix, fields);
        if (!filled) return filled.error();
        *content = std::move(filled->file);
        places = std::move(filled->places);
    }
    auto converted = platform_.converter.to_pdf(*content, document.original_suffix);
    if (!converted) return converted.error();
    const auto memory = sandbox::memory_file(converted->pdf);
    if (!memory) return memory.error();
    const auto sizes = platform_.pages.page_sizes({memory->get(), converted->pdf.size()});
    if (!sizes) return sizes.error();
    document.pages.clear();
    for (const render::PageSize& page : *sizes)
        document.pages.push_back({page.width, page.height});
    if (is_pdf) {
        auto drawn = draw_values(platform_, std::move(converted->pdf), document.pages, document.params, places);
        if (!drawn) return drawn.error();
        converted->pdf = std::move(*drawn);
    }
    const auto file = platform_.ids.next<model::DocumentId>();
    const auto extent = platform_.documents.create(file, converted->pdf);
    if (!extent) return extent.error();
    document.file = file;
    document.length = extent->length;
    document.sha256 = hex(extent->sha256);
    document.signed_before = converted->had_signatures;
    return {};
}

namespace {

/// The columns that a template names of a table: `{{table.column}}`.
std::vector<std::string> columns_of(const TemplateParam& param, const std::vector<std::string>& blanks) {
    std::vector<std::string> columns;
    if (param.type != ParamType::Table) return columns;
    for (const std::string& blank : blanks) {
        if (blank.starts_with(param.name + ".")) columns.push_back(blank.substr(param.name.size() + 1));
    }
    return columns;
}

/// Holds the parameters against the blanks of the file; what is not described becomes an optional text.
Status settle_params(std::vector<TemplateParam>& params, const std::vector<std::string>& blanks, int page_count,
                     const std::string& who) {
    const bool is_pdf = page_count > 0;
    std::set<std::string> known;
    for (TemplateParam& param : params) {
        const bool is_named = std::find(blanks.begin(), blanks.end(), param.name) != blanks.end();
        known.insert(param.name);
        if (is_pdf) {
            const Status placed = check_place(param, is_named, page_count, who + ", parameter " + param.name);
            if (!placed) return placed;
            continue;
        }
        const std::vector<std::string> columns = columns_of(param, blanks);
        for (const std::string& column : columns)
            known.insert(param.name + "." + column);
        if (!is_named && columns.empty()) return invalid_parameter(who + ": its file has no {{" + param.name + "}}");
        if (param.options.empty()) param.options = columns;
    }
    for (const std::string& blank : blanks) {
        if (!known.insert(blank).second) continue;
        TemplateParam found;
        found.name = blank;
        const Status sound = check_param(found, who + ", blank " + blank);
        // A form's fields may be called anything; those that cannot be a parameter stay empty.
        if (!sound && is_pdf) continue;
        if (!sound) return sound;
        params.push_back(std::move(found));
    }
    return {};
}

}  // namespace

Result<Template> prepare_template(Platform& platform, const TemplateSource& source) {
    const std::string who = "template " + source.title;
    if (source.title.empty() || character_count(source.title) > kLongestName)
        return invalid_parameter(who + ": title is required, at most 100 characters");
    if (source.file.empty() || source.file.size() > kLargestTemplate)
        return invalid_parameter(who + ": file must have at most 10 MB");
    if (source.params.size() > kMostParams) return invalid_parameter(who + ": too many parameters");
    Template made;
    made.title = source.title;
    made.enabled = source.enabled;
    made.suffix = to_lower(source.suffix);
    made.params = source.params;
    std::set<std::string> names;
    for (const TemplateParam& param : source.params) {
        if (const Status sound = check_param(param, who + ", parameter " + param.name); !sound) return sound.error();
        if (!names.insert(param.name).second)
            return invalid_parameter(who + ": parameter " + param.name + " comes twice");
    }
    bool is_signed = false;
    int page_count = 0;
    if (made.suffix == "pdf") {
        const auto read = platform.converter.to_pdf(source.file, made.suffix);
        if (!read) return fail(read.error().code, who + ": " + read.error().detail);
        if (read->had_signatures && !made.params.empty())
            return invalid_parameter(who + ": a signed PDF has no parameters");
        page_count = read->page_count;
        is_signed = read->had_signatures;
    }
    if (has_blanks(made.suffix) && !is_signed) {
        const auto read = platform.converter.fill(source.file, made.suffix, {});
        if (!read) return fail(read.error().code, who + ": " + read.error().detail);
        const Status settled = settle_params(made.params, read->blanks, page_count, who);
        if (!settled) return settled.error();
    } else if (!made.params.empty()) {
        return invalid_parameter(who + ": files of type " + made.suffix + " have no parameters");
    }
    const auto blob = platform.blobs.put(source.file);
    if (!blob) return blob.error();
    made.blob = blob->hex();
    return made;
}

}  // namespace signet::service
