#include "app/commands.hpp"
#include "app/key_desk.hpp"
#include "base/drawing.hpp"
#include "base/file_descriptor.hpp"
#include "convert/converter.hpp"
#include "crypto/certificate_authority.hpp"
#include "crypto/field_cipher.hpp"
#include "crypto/key.hpp"
#include "crypto/key_import.hpp"
#include "crypto/key_vault.hpp"
#include "crypto/pem.hpp"
#include "crypto/pkcs11.hpp"
#include "model/vocabulary.hpp"
#include "pdf/document.hpp"
#include "pdf/sign.hpp"
#include "render/page_engine.hpp"
#include "sandbox/file.hpp"
#include "sandbox/worker_pool.hpp"
#include "seal/fonts.hpp"
#include "seal/image.hpp"
#include "seal/signature.hpp"
#include "service/extender.hpp"
#include "service/remote_signing.hpp"
#include "service/time_stamps.hpp"
#include "service/trust_services.hpp"
#include "store/database.hpp"
#include "store/schema.hpp"

#include <fcntl.h>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sys/stat.h>

namespace signet::app {
namespace {

constexpr std::uint64_t kLargestInput = 512ULL << 20;
constexpr std::chrono::hours kCertificateLife{24 * 365};

Result<Bytes> read_file(const std::filesystem::path& path) {
    const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat status {};
    if (!file || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
        return fail(ErrorCode::InvalidFile, path.string() + " cannot be read");
    }
    const auto size = static_cast<std::uint64_t>(status.st_size);
    if (size == 0) return fail(ErrorCode::NotAPdf, path.string() + " is empty");
    if (size > kLargestInput) return fail(ErrorCode::DocumentTooLarge, path.string());
    return sandbox::read_file(file.get(), size);
}

/// The whole file or nothing: written beside its place, then put there.
Status write_file(const std::filesystem::path& path, ByteView bytes) {
    const std::filesystem::path partial = path.string() + ".partial";
    {
        std::ofstream out(partial, std::ios::binary | std::ios::trunc);
        out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
        if (!out.flush()) return fail(ErrorCode::StorageFailed, partial.string() + " cannot be written");
    }
    std::error_code error;
    std::filesystem::rename(partial, path, error);
    if (error) return fail(ErrorCode::StorageFailed, path.string() + ": " + error.message());
    return {};
}

bool can_be_repaired(ErrorCode code) {
    return code == ErrorCode::DamagedDocument || code == ErrorCode::PasswordProtected ||
           code == ErrorCode::HybridReference;
}

/// Whether the form leaves it to each viewer to draw its fields, which no signature could vouch for.
Result<bool> is_drawn_by_viewers(const pdf::Document& document) {
    const auto catalog = document.catalog();
    if (!catalog) return catalog.error();
    const auto form = document.get(**catalog, "AcroForm");
    if (!form) return form.error();
    if (form->as_dictionary() == nullptr) return false;
    const auto wish = document.get(*form->as_dictionary(), "NeedAppearances");
    if (!wish) return wish.error();
    return wish->as_bool() != nullptr && *wish->as_bool();
}

/// The document as it can be signed: as it is when it reads strictly and shows one thing to everybody, else repaired,
/// which is only possible as long as nobody has signed it.
Result<Bytes> signable(Bytes file) {
    bool is_drawn = false;
    const auto strict = [&]() -> Status {
        const auto document = pdf::Document::open(file);
        if (!document) return document.error();
        if (const Status fit = pdf::check_signable(*document); !fit) return fit;
        const auto wish = is_drawn_by_viewers(*document);
        if (!wish || !*wish) return {};
        is_drawn = true;
        return fail(ErrorCode::DamagedDocument, "the form leaves it to the viewer to draw its fields");
    }();
    if (strict) return file;
    if (!can_be_repaired(strict.error().code)) return strict.error();
    sandbox::PoolOptions options;
    options.count = 1;
    options.warm = 0;
    sandbox::WorkerPool workers({"/proc/self/exe", "worker", "convert"}, options);
    auto converted = convert::Converter(workers).to_pdf(file, "pdf");
    if (!converted) {
        Error why = converted.error();
        // Beyond repair is beyond repair, whoever tried.
        if (why.code == ErrorCode::InvalidFile) why.code = ErrorCode::DamagedDocument;
        return why;
    }
    if (converted->had_signatures && is_drawn) return file;  // as it is, for nobody may change it any more
    if (converted->had_signatures) return strict.error();
    const auto document = pdf::Document::open(converted->pdf);
    if (!document) return document.error();
    if (const Status fit = pdf::check_signable(*document); !fit) return fit.error();
    // What is signed is no longer the file that was given, byte by byte: that must not pass unsaid.
    std::cerr << "repaired before it was signed: " << describe(strict.error()) << '\n';
    return std::move(converted->pdf);
}

/// The key's password, if there is one.
Result<std::string> password_of(const SignOptions& options) {
    if (options.password_file.empty()) return std::string();
    return read_secret_line(options.password_file, "--password-file");
}

/// Keys from elsewhere are looked at before they sign: what has ended is no proof of anything.
Status still_good(const crypto::Signer& signer) {
    return crypto::check_signing_chain(signer.certificate_chain(), SystemClock().now());
}

Result<std::vector<Bytes>> read_chain(const std::filesystem::path& path) {
    if (path.empty()) return invalid_parameter("--cert: is required, the chain of the key");
    const auto file = read_file(path);
    if (!file) return file.error();
    return crypto::read_certificates(*file);
}

Result<std::unique_ptr<crypto::Signer>> signer_from_p12(const SignOptions& options) {
    const auto password = password_of(options);
    if (!password) return password.error();
    const auto file = read_file(options.p12);
    if (!file) return file.error();
    auto material = crypto::read_pkcs12(*file, *password);
    if (!material) return material.error();
    auto certificates = std::move(material->certificates);
    if (!options.certificate.empty()) {
        const auto more = read_chain(options.certificate);
        if (!more) return more.error();
        certificates.insert(certificates.end(), more->begin(), more->end());
    }
    auto chain = crypto::order_chain(certificates, material->key.public_key());
    if (!chain) return chain.error();
    return crypto::KeySigner::create(std::move(material->key), std::move(*chain));
}

Result<std::unique_ptr<crypto::Signer>> signer_from_key(const SignOptions& options) {
    const auto password = password_of(options);
    if (!password) return password.error();
    const std::filesystem::path& key_file = options.pem.empty() ? options.key : options.pem;
    const auto file = read_file(key_file);
    if (!file) return file.error();
    auto key = crypto::read_private_key(*file, *password);
    if (!key) return key.error();
    const auto certificates = read_chain(options.certificate.empty() ? options.pem : options.certificate);
    if (!certificates) return certificates.error();
    auto chain = crypto::order_chain(*certificates, key->public_key());
    if (!chain) return chain.error();
    return crypto::KeySigner::create(std::move(*key), std::move(*chain));
}

Result<std::unique_ptr<crypto::Signer>> signer_in_token(const SignOptions& options, crypto::Pkcs11Tokens& tokens) {
    constexpr auto kNamed = crypto::Pkcs11Tokens::Modules::AlsoNamedByUri;
    const auto certificates = read_chain(options.certificate);
    if (!certificates) return certificates.error();
    const auto public_key = tokens.public_key(options.pkcs11, kNamed);
    if (!public_key) return public_key.error();
    auto chain = crypto::order_chain(*certificates, *public_key);
    if (!chain) return chain.error();
    return tokens.signer(options.pkcs11, std::move(*chain), kNamed);
}

Result<std::unique_ptr<crypto::Signer>> signer_far_away(const SignOptions& options) {
    service::RemoteSignerSettings settings;
    settings.name = settings.url = options.remote;
    while (settings.url.ends_with('/'))
        settings.url.pop_back();
    if (options.remote_key.empty()) return invalid_parameter("--remote-key: is required with --remote");
    if (!options.remote_credentials.empty()) {
        auto token = read_secret_line(options.remote_credentials, "--remote-credentials");
        if (!token) return token.error();
        settings.token = std::move(*token);
    }
    settings.ca_file = options.remote_ca.string();
    settings.patience = std::chrono::seconds(options.remote_seconds);
    const auto certificates = read_chain(options.certificate);
    if (!certificates) return certificates.error();
    const auto public_key = crypto::public_key_of_certificate(certificates->front());
    if (!public_key) return public_key.error();
    auto chain = crypto::order_chain(*certificates, *public_key);
    if (!chain) return chain.error();
    return service::remote_signer(std::make_shared<const service::RemoteSigning>(std::move(settings)),
                                  options.remote_key, std::move(*chain));
}

/// A key that the caller brought; the tokens must outlive the answer.
Result<std::unique_ptr<crypto::Signer>> brought_signer(const SignOptions& options, crypto::Pkcs11Tokens& tokens) {
    auto signer = !options.p12.empty()      ? signer_from_p12(options)
                  : !options.pkcs11.empty() ? signer_in_token(options, tokens)
                  : !options.remote.empty() ? signer_far_away(options)
                                            : signer_from_key(options);
    if (!signer) return signer;
    // --key and --cert sign with whatever they are given, for trying things out.
    if (!options.key.empty()) return signer;
    if (const Status good = still_good(**signer); !good) return good.error();
    return signer;
}

Result<std::unique_ptr<crypto::Signer>> make_signer(const SignOptions& options, const Settings& settings,
                                                    crypto::Pkcs11Tokens& tokens) {
    const int sources = int(!options.key.empty()) + int(!options.p12.empty()) + int(!options.pem.empty()) +
                        int(!options.pkcs11.empty()) + int(!options.remote.empty());
    if (sources > 1) return invalid_parameter("--key, --p12, --pem, --pkcs11, --remote: one of them");
    if (sources == 0 && !options.certificate.empty()) {
        return invalid_parameter("--key and --cert belong together");
    }
    if (!options.key.empty() && options.certificate.empty()) {
        return invalid_parameter("--key and --cert belong together");
    }
    if (options.brings_key()) return brought_signer(options, tokens);
    const UtcTime now = SystemClock().now();
    const auto vault = open_vault(options.data);
    if (!vault) return vault.error();
    const auto authority = crypto::CertificateAuthority::load_or_create(options.data / "keys/ca", *vault,
                                                                        authority_settings(settings.keys), now);
    if (!authority) return authority.error();
    crypto::Subject subject;
    subject.common_name = options.name;
    return authority->issue(subject, crypto::Validity::starting(now, kCertificateLife));
}

Result<Drawing> make_drawing(const SignOptions& options) {
    Result<Drawing> drawing = [&]() -> Result<Drawing> {
        if (!options.seal.empty()) {
            const auto picture = read_file(options.seal);
            if (!picture) return picture.error();
            return seal::draw_image(*picture, options.width_mm);
        }
        const auto fonts = seal::FontLibrary::open();
        if (!fonts) return fonts.error();
        return seal::draw_typed_signature(*fonts, options.text.empty() ? options.name : options.text);
    }();
    if (!drawing || !options.width_mm) return drawing;
    return seal::fit(std::move(*drawing), options.width_mm, {});
}

/// Page and bottom left corner, in points of the displayed page.
struct Spot {
    std::size_t page = 0;
    double x = 0;
    double y = 0;
};

Result<Spot> find_spot(const SignOptions& options, const pdf::Document& document, ByteView file) {
    const auto pages = document.pages();
    if (!pages) return pages.error();
    const auto count = static_cast<int>(pages->size());
    if (!options.keyword.empty()) {
        sandbox::PoolOptions pool;
        pool.count = 1;
        pool.warm = 0;
        sandbox::WorkerPool workers({"/proc/self/exe", "worker", "render"}, pool);
        const auto memory = sandbox::memory_file(file);
        if (!memory) return memory.error();
        const auto hits = render::PageEngine(workers).find_text({memory->get(), file.size()}, options.keyword);
        if (!hits) return hits.error();
        const auto found = static_cast<int>(hits->size());
        const int at = options.keyword_index > 0 ? options.keyword_index - 1 : found + options.keyword_index;
        if (options.keyword_index == 0 || at < 0 || at >= found) {
            return fail(ErrorCode::KeywordNotFound, options.keyword);
        }
        const render::TextHit& hit = (*hits)[static_cast<std::size_t>(at)];
        const auto page = static_cast<std::size_t>(hit.page);
        if (page >= pages->size()) return fail(ErrorCode::SignPageBeyond, options.keyword);
        const auto move = (*pages)[page].geometry.from_fractions(options.x.value_or(0), options.y.value_or(0));
        return Spot{page, hit.x + move.x, hit.y + move.y};
    }
    const int wanted = options.page.value_or(1);
    const int index = wanted > 0 ? wanted - 1 : count + wanted;
    if (wanted == 0 || index < 0 || index >= count) {
        return fail(ErrorCode::SignPageBeyond, "page " + std::to_string(wanted) + " of " + std::to_string(count));
    }
    const auto page = static_cast<std::size_t>(index);
    const auto point = (*pages)[page].geometry.from_fractions(options.x.value_or(0), options.y.value_or(0));
    return Spot{page, point.x, point.y};
}

/// What a signature above B-B needs. Members are made in this order and go in the other.
struct LastingTools {
    SystemClock clock;
    model::SignatureLevel level = model::SignatureLevel::Basic;
    std::unique_ptr<crypto::KeyVault> vault;
    std::unique_ptr<store::Database> database;
    std::unique_ptr<service::TrustServices> own;
    std::unique_ptr<service::TimeStamps> time_stamps;
    std::unique_ptr<service::Extender> extender;
};

/// The own CA with its revocations, which only one process at a time may hold.
Status open_own(const SignOptions& options, LastingTools& tools) {
    const std::filesystem::path keys = options.data / "keys";
    auto vault = open_vault(options.data);
    if (!vault) return vault.error();
    tools.vault = std::make_unique<crypto::KeyVault>(std::move(*vault));
    auto cipher = crypto::FieldCipher::load_or_create(keys / "personal.key", *tools.vault);
    if (!cipher) return cipher.error();
    store::DatabaseOptions sealing;
    sealing.cipher = std::make_shared<const crypto::FieldCipher>(std::move(*cipher));
    auto database = store::Database::open(options.data / "signet.db", store::schema(), sealing);
    if (!database) return database.error();
    tools.database = std::move(*database);
    Settings settings;
    settings.data = options.data;
    if (const Status read = app::read_file(settings); !read) return read;
    const crypto::AuthoritySettings authority = authority_settings(settings.keys);
    auto own = service::TrustServices::open(tools.clock, *tools.database, *tools.vault,
                                            {keys / "ca", {}, authority.tokens, authority.issuing_key});
    if (!own) return own.error();
    tools.own = std::move(*own);
    return {};
}

Result<std::unique_ptr<LastingTools>> lasting_tools(const SignOptions& options, const crypto::Signer& signer) {
    auto tools = std::make_unique<LastingTools>();
    const auto level = model::from_wire<model::SignatureLevel>(options.level);
    if (!level) return invalid_parameter("--level: must be B-B, B-T, B-LT or B-LTA");
    tools->level = *level;
    if (*level == model::SignatureLevel::Basic) {
        if (!options.time_stamps.empty()) return invalid_parameter("--tsa: B-B has no time-stamp; give --level");
        return tools;
    }
    service::TimeStampSource source;
    source.own = options.time_stamps.empty();
    source.url = options.time_stamps;
    if (!source.own) {
        if (options.time_stamp_roots.empty()) return invalid_parameter("--tsa-roots: is required with --tsa");
        const auto file = read_file(options.time_stamp_roots);
        if (!file) return file.error();
        auto roots = crypto::read_certificates(*file);
        if (!roots) return invalid_parameter("--tsa-roots: no certificate in " + options.time_stamp_roots.string());
        source.roots = std::move(*roots);
    }
    const bool lasts = *level >= model::SignatureLevel::LongTerm;
    if (source.own || (lasts && !options.brings_key())) {
        if (const Status opened = open_own(options, *tools); !opened) return opened.error();
    }
    std::vector<service::TimeStampSource> sources;
    sources.push_back(std::move(source));
    tools->time_stamps = std::make_unique<service::TimeStamps>(tools->clock, tools->own.get(), std::move(sources));
    if (lasts) {
        const std::vector<Bytes> roots{signer.certificate_chain().back()};
        tools->extender =
            std::make_unique<service::Extender>(tools->clock, tools->own.get(), *tools->time_stamps, roots);
    }
    return tools;
}

Status extend(const service::Extender& extender, model::SignatureLevel level, Bytes& file) {
    const auto document = pdf::Document::open(file);
    if (!document) return document.error();
    const auto state = pdf::state_for_new_objects(*document);
    if (!state) return state.error();
    crypto::Sha256 hash;
    hash.update(file);
    const auto extension = extender.extend({file, *state, hash}, level);
    if (!extension) return extension.error();
    const Bytes increment = extension->revision.increment;
    append(file, increment);
    return {};
}

Status sign_file(const SignOptions& options) {
    const auto is_fraction = [](const std::optional<double>& value) { return !value || (*value > -1 && *value < 1); };
    if (!is_fraction(options.x) || !is_fraction(options.y)) return invalid_parameter("--x, --y: fractions of the page");
    auto input = read_file(options.input);
    if (!input) return input.error();
    const auto file = signable(std::move(*input));
    if (!file) return file.error();
    Settings settings;
    settings.data = options.data;
    if (const Status read = app::read_file(settings); !read) return read;
    crypto::Pkcs11Tokens tokens(settings.keys.tokens);
    const auto signer = make_signer(options, settings, tokens);
    if (!signer) return signer.error();

    const bool visible = options.page || !options.keyword.empty() || !options.text.empty() || !options.seal.empty();
    std::vector<pdf::NewPlace> places;
    std::optional<pdf::CompiledDrawing> compiled;
    if (visible) {
        const auto drawing = make_drawing(options);
        if (!drawing) return drawing.error();
        auto ready = pdf::CompiledDrawing::compile(*drawing);
        if (!ready) return ready.error();
        compiled.emplace(std::move(*ready));
        const auto document = pdf::Document::open(*file);
        if (!document) return document.error();
        const auto spot = find_spot(options, *document, *file);
        if (!spot) return spot.error();
        pdf::NewPlace place;
        place.place = {spot->page, {spot->x, spot->y, compiled->width(), compiled->height(), options.rotate}};
        place.appearance.drawing = &*compiled;
        place.appearance.rotation_degrees = options.rotate;
        places.push_back(place);
    }
    const UtcTime now = SystemClock().now();
    pdf::SignatureDetails details;
    details.time = now;
    details.zone_offset_minutes = TimeZone::find("Asia/Shanghai").value_or(TimeZone::fixed(480)).offset_minutes(now);
    details.signer_name = options.name;
    const auto lasting = lasting_tools(options, **signer);
    if (!lasting) return lasting.error();
    const pdf::CmsMaker cms = (*lasting)->time_stamps ? service::timed_cms_maker(**signer, *(*lasting)->time_stamps)
                                                      : pdf::cms_maker(**signer);
    auto signed_file = pdf::sign_document(*file, {}, places, details, cms);
    if (!signed_file) return signed_file.error();
    if ((*lasting)->extender) {
        const Status extended = extend(*(*lasting)->extender, (*lasting)->level, *signed_file);
        if (!extended) return extended;
    }
    return write_file(options.output, *signed_file);
}

}  // namespace

int sign(const SignOptions& options) {
    const Status done = sign_file(options);
    if (done) return 0;
    std::cerr << "refused: " << describe(done.error()) << '\n';
    return 1;
}

}  // namespace signet::app
