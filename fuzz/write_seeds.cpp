#include "crypto/certificate_authority.hpp"
#include "crypto/electronic_seal.hpp"
#include "crypto/pem.hpp"
#include "national_testing.hpp"
#include "pdf/document_time_stamp.hpp"
#include "pdf/filters.hpp"
#include "pdf/seal_sign.hpp"
#include "pdf/validation_data.hpp"
#include "pdf/verify.hpp"
#include "revocation_testing.hpp"
#include "support.hpp"
#include "time_stamp_testing.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <jpeglib.h>
#include <png.h>
#include <tiffio.h>

/// Writes what the project itself can make, well formed and not, as seeds for the targets of fuzz/: one folder a
/// target below the folder that is named. What cannot be made here lies in fuzz/seeds.
namespace signet::fuzz {
namespace {

namespace fs = std::filesystem;
using namespace crypto;
using namespace crypto::testing;
using namespace std::chrono_literals;

constexpr std::string_view kMessage = "every byte but the signature";

class Seeds {
  public:
    explicit Seeds(fs::path folder) : folder_(std::move(folder)) {}

    void put(std::string_view target, ByteView bytes) {
        const fs::path folder = folder_ / target;
        fs::create_directories(folder);
        std::ofstream(folder / fmt::format("made-{:03}", ++count_), std::ios::binary)
            .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    }
    void put(std::string_view target, std::initializer_list<ByteView> parts) {
        Bytes all;
        for (const ByteView part : parts)
            append(all, part);
        put(target, all);
    }

  private:
    fs::path folder_;
    int count_ = 0;
};

Bytes bytes_of(std::string_view text) {
    return to_bytes(text);
}

Sm3Digest sm3(ByteView bytes) {
    Sm3Digest digest{};
    const Bytes made = Digest::of(DigestAlgorithm::Sm3, bytes);
    std::copy(made.begin(), made.end(), digest.begin());
    return digest;
}

// ---- Certificates, CMS, time-stamps, revocation. ----

void write_authority(Seeds& seeds) {
    AuthoritySettings settings;
    settings.organization = "示例机构";
    settings.country = "CN";
    settings.issuer_url = "http://ca.example/issuing";
    settings.revocation_list_url = "http://ca.example/list";
    settings.responder_url = "http://ca.example/ocsp";
    for (const auto algorithm : {KeyAlgorithm::EcP256, KeyAlgorithm::Rsa2048, KeyAlgorithm::Sm2}) {
        settings.key_algorithm = algorithm == KeyAlgorithm::Sm2 ? algorithm : KeyAlgorithm::EcP256;
        const auto authority = *CertificateAuthority::create(settings, kNow - 24h);
        const auto signer = *authority.issue({"张三", "示例公司", "1", "zhangsan@example.com", "CN"},
                                             Validity::starting(kNow - 1h, 48h), algorithm);
        const auto& chain = signer->certificate_chain();
        seeds.put("certificate", {chain[0], chain[1], authority.root_certificate()});
        seeds.put("certificate", chain[0]);
        seeds.put("certificate", as_bytes(certificates_to_pem(chain)));
        seeds.put("der", chain[0]);
        const auto list = *authority.revocation_list(5, {{"0102", kNow - 2h, RevocationReason::KeyCompromise}},
                                                     kNow - 1h, kNow + 24h);
        seeds.put("revocation_list", {list, chain[0], chain[1]});
        const Sha256Digest digest = Sha256::of(as_bytes(kMessage));
        if (algorithm == KeyAlgorithm::Sm2) {
            if (const auto made = make_national_cms(*signer, sm3(as_bytes(kMessage)))) seeds.put("cms", *made);
            continue;
        }
        const Bytes cms = *make_pades_cms(*signer, digest);
        seeds.put("cms", cms);
        const auto part = [&](unsigned tag) { return der::element(der::context(tag), {der::sequence({list, list})}); };
        seeds.put("cms", der::sequence({part(0), part(1)}));  // what a signer archives about revocation
        const Forge forge;
        const auto stamps = *TimeStampAuthority::create(forge.signer({extension::time_stamping_purpose()}));
        const auto signature = *sign_pades(*signer, digest);
        const Bytes token = *stamps.token(TimeStampRequest::over(signature.time_stamp_imprint()), kNow);
        seeds.put("cms", *finish_pades_cms(*signer, signature, token));
    }
}

void write_indefinite(Seeds& seeds) {
    const Bytes inner = der::sequence({der::integer(std::uint64_t{7}), der::utf8_string("text")});
    Bytes open{0x30, 0x80};
    append(open, inner);
    append(open, ByteView(Bytes{0x24, 0x80, 4, 1, 'a', 4, 1, 'b', 0, 0, 0, 0}));
    seeds.put("der", open);
    seeds.put("der", der::sequence({der::object_identifier("1.2.840.113549.1.7.2"), der::time(kNow),
                                    der::generalized_time_with_fraction(kNow + 123ms), der::boolean(true),
                                    der::named_bits({0, 6})}));
    seeds.put("der", bytes_of("\x18\x0f"
                              "20260921123456Z\x17\x0d"
                              "260921123456Z"));
}

TimeStampRequest usual_request() {
    TimeStampRequest request = TimeStampRequest::over(Sha256::of(as_bytes(kMessage)));
    request.nonce = {1, 2, 3, 4, 5, 6, 7, 8};
    return request;
}

void write_time_stamps(Seeds& seeds) {
    const Forge forge;
    const auto signer = forge.signer({extension::time_stamping_purpose()});
    const auto stamps = *TimeStampAuthority::create(signer);
    const TimeStampRequest request = usual_request();
    TimeStampRequest bare = TimeStampRequest::over(Sha256::of(as_bytes(kMessage)), "1.2.3.4");
    bare.nonce.clear();
    bare.wants_certificates = false;
    TimeStampRequest national = request;
    national.imprint = {DigestAlgorithm::Sm3, Digest::of(DigestAlgorithm::Sm3, as_bytes(kMessage))};
    for (const TimeStampRequest& one : {request, bare, national}) {
        const Bytes asked = encode(one);
        seeds.put("time_stamp_request", asked);
        const auto answer = stamps.answer(asked, kNow);
        seeds.put("time_stamp_answer", {answer.response, forge.root()});
        const auto token = stamps.token(one, kNow);
        if (token) seeds.put("time_stamp_token", {*token, forge.root()});
        if (token) seeds.put("cms", *token);
    }
    for (const auto failure : {TimeStampFailure::BadAlgorithm, TimeStampFailure::SystemFailure})
        seeds.put("time_stamp_answer", TimeStampAuthority::rejection(failure, "no, 不行"));
    seeds.put("time_stamp_request",
              der::sequence({der::integer(std::uint64_t{1}), encode(request.imprint), der::object_identifier("1.2.3.4"),
                             der::boolean(true), der::element(der::context(0), Bytes{})}));
    const auto forged = [&](const ForgedInfo& info, const auto& change, const Signer& by) {
        ForgedToken token;
        token.content = info.encoding();
        change(token);
        const Bytes made = token.encoding(by);
        seeds.put("time_stamp_answer", {granting(made), forge.root()});
        seeds.put("time_stamp_token", {made, forge.root()});
        seeds.put("cms", made);
    };
    const auto same = [](ForgedToken&) {};
    const ForgedInfo usual = ForgedInfo::answering(request);
    ForgedInfo rich = usual;
    rich.rest = der::sequence(
        {der::integer(std::uint64_t{1}), der::element(0x80, Bytes{0x01, 0xF4}), der::element(0x81, Bytes{0x64})});
    append(rich.rest, der::boolean(true));
    append(rich.rest, der::element(der::kInteger, request.nonce));
    forged(usual, same, *signer);
    forged(rich, same, *signer);
    ForgedInfo fraction = usual;
    fraction.time = der::generalized_time_with_fraction(kNow + 5ms);
    forged(fraction, same, *signer);
    forged(
        usual, [](ForgedToken& token) { token.content_type = std::string(oid::kData); }, *signer);
    forged(
        usual, [](ForgedToken& token) { token.signers = 2; }, *signer);
    forged(
        usual, [](ForgedToken& token) { token.signed_attributes.emplace(); }, *signer);
    forged(
        usual, [](ForgedToken& token) { token.digest = DigestAlgorithm::Sha1; }, *signer);
    forged(usual, same, *forge.signer({extension::document_signing_key_usage()}));
    forged(usual, same, *forge.signer({extension::time_stamping_purpose()}, {kNow - 48h, kNow - 24h}));
    forged(usual, same,
           *forge.signer({extension::time_stamping_purpose()}, {kNow - 48h, kNow + 24h}, KeyAlgorithm::Rsa2048));
    ForgedInfo odd = usual;
    odd.rest = der::element(der::context(1), make_extension("1.2.3.4", true, der::null()));
    forged(odd, same, *signer);
    odd.imprint = encode(MessageImprint{DigestAlgorithm::Sha256, Bytes(32, 1)});
    odd.policy = "1.2.3.5";
    forged(odd, same, *signer);
    const Bytes& own = signer->certificate_chain()[0];
    const auto with = [&](std::vector<Bytes> attributes) {
        forged(
            usual, [&](ForgedToken& token) { token.signed_attributes = attributes; }, *signer);
    };
    ForgedToken usual_token;
    usual_token.content = usual.encoding();
    const std::vector<Bytes> three = usual_token.usual_attributes(own);
    with({three[0], three[1]});
    with({three[0], three[2]});
    with({three[1], three[2]});
    with({three[0], three[1], three[2], three[2]});
    with({three[0], attribute(oid::kMessageDigest, der::octet_string(Bytes(32, 9))), three[2]});
    with({three[0], three[1], ForgedToken::signing_certificate_v2(forge.root())});
    with({attribute(oid::kContentType, der::object_identifier(oid::kData)), three[1], three[2]});
    forged(
        usual, [&](ForgedToken& token) { token.certificates = {forge.root()}; }, *signer);
    forged(usual, same, *forge.signer({extension::time_stamping_purpose()}, {kNow + 24h, kNow + 48h}));
    forged(usual, same,
           *forge.signer(
               {make_extension("2.5.29.37", false, der::sequence({der::object_identifier("1.3.6.1.5.5.7.3.8")}))}));
    forged(usual, same,
           *forge.signer({extension::time_stamping_purpose(), extension::certificate_authority_key_usage()}));
    seeds.put("time_stamp_answer", granting({}, 2));
    seeds.put("time_stamp_answer", granting({}));
    seeds.put("time_stamp_answer", {granting(*stamps.token(request, kNow), 2), forge.root()});
    seeds.put("time_stamp_answer", granting(Bytes(70'000, 0)));
    for (const auto failure : {TimeStampFailure::BadRequest, TimeStampFailure::BadDataFormat,
                               TimeStampFailure::TimeNotAvailable, TimeStampFailure::UnacceptedPolicy,
                               TimeStampFailure::UnacceptedExtension, TimeStampFailure::AdditionalInfoNotAvailable})
        seeds.put("time_stamp_answer", TimeStampAuthority::rejection(failure, ""));
}

void write_revocation(Seeds& seeds) {
    const SmallCa ca(kNow);
    const Bytes leaf = ca.leaf();
    const Bytes issuer = ca.certificate();
    for (const auto digest : {DigestAlgorithm::Sha1, DigestAlgorithm::Sha256}) {
        const auto id = *OcspCertificateId::of(leaf, issuer, digest);
        seeds.put("ocsp_request", encode(OcspRequest{{id}, {1, 2, 3}}));
        seeds.put("ocsp_request", encode(OcspRequest{{id, id}, {}}));
        for (const auto status :
             {OcspCertificateStatus::Good, OcspCertificateStatus::Revoked, OcspCertificateStatus::Unknown}) {
            OcspSingleResponse one{id, status, kNow - 1h, RevocationReason::KeyCompromise, kNow, kNow + 1h};
            const auto responder = digest == DigestAlgorithm::Sha1 ? ca.responder() : ca.signer();
            seeds.put("ocsp_response", {*make_ocsp_response(*responder, {one}, kNow, Bytes{1, 2, 3}), leaf, issuer});
            one.reason.reset();
            one.next_update.reset();
            seeds.put("ocsp_response", {*make_ocsp_response(*responder, {one, one}, kNow), leaf, issuer});
        }
    }
    for (const auto status : {OcspResponseStatus::TryLater, OcspResponseStatus::MalformedRequest})
        seeds.put("ocsp_response", ocsp_error_response(status));
    const Bytes url = der::sequence({der::element(
        der::context(0),
        der::element(der::context(0), der::element(der::context_primitive(6), as_bytes("http://ca.example/list"))))});
    const RevocationListFields::Entry revoked{ca.leaf_serial(), kNow - 2h, RevocationReason::CertificateHold};
    const RevocationListFields::Entry other{Bytes{9, 9}, kNow - 2h, RevocationReason::Unspecified};
    for (const auto& entries : std::vector<std::vector<RevocationListFields::Entry>>{{}, {revoked}, {other, revoked}}) {
        seeds.put("revocation_list", {ca.list(entries, kNow - 1h, kNow + 24h), leaf, issuer});
        const auto point = make_extension("2.5.29.28", true, url);
        seeds.put("revocation_list", {ca.list(entries, kNow - 1h, kNow + 24h, {point}), leaf, issuer});
    }
    const auto odd = {make_extension("2.5.29.27", true, der::integer(std::uint64_t{1})),
                      make_extension("2.5.29.28", true, der::sequence({der::element(0x81, Bytes{0xFF})})),
                      make_extension("2.5.29.28", true, der::sequence({der::element(0x82, Bytes{0xFF})})),
                      make_extension("2.5.29.28", true, der::sequence({der::element(0x84, Bytes{0xFF})})),
                      make_extension("1.2.3.4", true, der::null())};
    for (const Bytes& extension : odd)
        seeds.put("revocation_list", {ca.list({revoked}, kNow - 1h, kNow + 24h, {extension}), leaf, issuer});
    seeds.put("certificate", {leaf, issuer});
}

/// Where SM2 with SM3 is named for the n-th time, another algorithm is.
Bytes with_other_algorithm(Bytes bytes, std::size_t n) {
    const Bytes name = der::object_identifier(oid::kSm2WithSm3);
    auto at = bytes.begin();
    for (std::size_t i = 0; i <= n; ++i) {
        at = std::search(at, bytes.end(), name.begin(), name.end());
        if (at == bytes.end()) return bytes;
        at += static_cast<std::ptrdiff_t>(name.size());
    }
    *(at - 1) ^= 1;
    return bytes;
}

void write_seals(Seeds& seeds) {
    const Sm2Root root;
    const auto maker = root.signer("Example Seal Maker");
    const auto signer = root.signer("Example Signer");
    const Forge forge;
    const auto stamps = *TimeStampAuthority::create(forge.signer({extension::time_stamping_purpose()}));
    SealFields fields;
    fields.id = "3701000000000001";
    fields.name = "示例公司公章";
    fields.created_at = fields.valid_from = kThatDay - 10 * kDay;
    fields.valid_until = kThatDay + 300 * kDay;
    fields.picture = {"PNG", Bytes(20, 7), 42, 42};
    for (const auto& users : {SealUsers::by_digest({signer->certificate_chain()[0]}),
                              SealUsers::by_certificate({signer->certificate_chain()[0]})}) {
        fields.users = users;
        const Bytes der = *make_electronic_seal(fields, *maker);
        seeds.put("electronic_seal", {der, root.certificate()});
        const auto seal = *parse_electronic_seal(der);
        const SealSignatureFields over{kThatDay, sm3(as_bytes(kMessage)), "ByteRange[0 10 20 30]"};
        const auto unfinished = *crypto::sign_with_seal(seal, over, *signer);
        const Bytes plain = *finish_seal_signature(unfinished, *signer);
        seeds.put("electronic_seal", {plain, root.certificate()});
        for (std::size_t which = 0; which < 6; ++which)
            seeds.put("electronic_seal", {with_other_algorithm(plain, which), root.certificate()});
        for (std::size_t at = 20; at < plain.size(); at += plain.size() / 12) {
            Bytes altered = plain;
            altered[at] ^= 1;
            seeds.put("electronic_seal", {altered, root.certificate()});
        }
        seeds.put("electronic_seal", {*finish_seal_signature(unfinished, *signer, Bytes{0x30, 0}), root.certificate()});
        const Bytes token = *stamps.token(TimeStampRequest::over(unfinished.time_stamp_imprint()), kThatDay);
        seeds.put("electronic_seal", {*finish_seal_signature(unfinished, *signer, token), root.certificate(),
                                      forge.root(), root.list_revoking(*signer, kThatDay + 1h)});
        seeds.put("electronic_seal", {*finish_seal_signature(unfinished, *signer, token), root.certificate(),
                                      forge.root(), root.list_revoking(*signer, kThatDay - 1h)});
    }
}

// ---- PDF. ----

void write_document(Seeds& seeds, const Bytes& file) {
    for (const char* target : {"pdf_document", "pdf_signing", "pdf_upload", "pdf_cross_references"})
        seeds.put(target, file);
}

/// Every object of a signed file written anew by an update: as it was, with an entry more, and as nothing; and bytes of
/// the file altered here and there.
void write_tampered(Seeds& seeds, const Bytes& file) {
    const auto document = pdf::Document::open(file);
    const auto state = pdf::state_for_new_objects(*document);
    for (std::uint32_t number = 1; number < document->next_object_number(); ++number) {
        const auto object = document->read({number, 0});
        if (!object || object->is_null() || object->as_stream() != nullptr) continue;
        const std::string text = pdf::serialise(*object);
        std::vector<std::string> versions{text, "null", "<</Type/Annot/Subtype/Square/Rect[0 0 500 500]>>"};
        if (text.ends_with(">>")) versions.push_back(text.substr(0, text.size() - 2) + "/Lang(x)>>");
        for (const std::string_view piece : {"0 R", "/Fields[", "/Kids[", "/Annots[", "/Rect["}) {
            const std::size_t at = text.find(piece);
            if (at == std::string::npos) continue;
            std::string changed = text;
            changed.insert(at + piece.size(), piece == "0 R" ? "/Zz 9 0 R" : "99 0 R ");
            if (piece != "0 R" || text.starts_with("<<")) versions.push_back(changed);
        }
        for (const std::string& version : versions) {
            pdf::RevisionWriter writer(*state);
            writer.write(number, version);
            writer.write(99, "<</FT/Sig/T(late)/Type/Annot/Subtype/Widget/Rect[0 0 100 100]/F 4>>");
            writer.finish();
            seeds.put("pdf_document", {file, writer.bytes()});
        }
    }
    for (std::size_t at = 30; at < file.size(); at += file.size() / 40) {
        Bytes altered = file;
        altered[at] ^= 1;
        seeds.put("pdf_document", altered);
    }
    seeds.put("pdf_document", {file, to_bytes("4 0 obj null endobj")});
}

void write_documents(Seeds& seeds) {
    using namespace pdf::testing;
    using pdf::XrefKind;
    for (const auto kind : {XrefKind::Table, XrefKind::Stream}) {
        const Bytes plain = simple_pdf(2, kind);
        write_document(seeds, plain);
        const auto steps = prepared_and_signed(
            plain, {{"buyer", {place_at(0, 60, 60), place_at(1, 60, 60)}}, {"seller", {place_at(0, 200, 60)}}});
        for (const Bytes& step : steps)
            write_document(seeds, step);
        write_tampered(seeds, steps.back());
        Bytes file = steps.back();
        auto state = *pdf::state_for_new_objects(*pdf::Document::open(file));
        auto hash = hashed(file);
        const auto take = [&](Result<pdf::AppendedRevision> revision) {
            if (!revision) throw UncheckedError(revision.error());
            append(file, ByteView(revision->increment));
            state = std::move(revision->state);
            hash = std::move(revision->hash);
            write_document(seeds, file);
            if (kind == XrefKind::Table) write_tampered(seeds, file);
        };
        const Bytes datum = der::sequence({der::utf8_string("good")});
        pdf::SecurityStore store{{identity().root}, {datum}, {datum}, {}};
        for (const auto& signature : pdf::verify(file, {identity().root}).signatures)
            store.related.push_back({signature.related_key, {0}, {0}, {0}});
        take(pdf::append_validation_data(*pdf::Document::open(file), state, hash, store));
        take(pdf::append_document_time_stamp(*pdf::Document::open(file), state, hash, [](const Sha256Digest& digest) {
            return Result<Bytes>(time_stamp_token(digest));
        }));
    }
    const Sm2Root root;
    const auto maker = root.signer("Example Seal Maker");
    const auto signer = root.signer("Example Signer");
    SealFields fields;
    fields.id = "3701000000000001";
    fields.name = "示例公司公章";
    fields.users = SealUsers::by_digest({signer->certificate_chain()[0]});
    fields.created_at = fields.valid_from = details().time - kDay;
    fields.valid_until = details().time + kDay;
    fields.picture = {"PNG", Bytes(20, 7), 42, 42};
    if (const auto der = make_electronic_seal(fields, *maker)) {
        const auto seal = *parse_electronic_seal(*der);
        const pdf::CompiledDrawing drawing = compiled(red_square(80));
        const pdf::NewPlace place{place_at(0, 200, 60), {&drawing}};
        const auto sealed =
            pdf::sign_with_seal(simple_pdf(1), "company", std::span(&place, 1), details(), {seal, *signer});
        if (sealed) {
            write_document(seeds, *sealed);
            write_tampered(seeds, *sealed);
        }
    }
    seeds.put("stored_states", as_bytes(to_text(*pdf::state_for_new_objects(*pdf::Document::open(simple_pdf(1))))));
    const Bytes one_page = simple_pdf(1);
    const auto prepared = pdf::prepare(
        *pdf::Document::open(one_page),
        std::vector<pdf::PlannedSignature>{{"buyer", {place_at(0, 60, 60), place_at(0, 200, 60, 50, 30)}}});
    seeds.put("stored_states", as_bytes(to_text(prepared->signatures[0])));
}

void write_streams(Seeds& seeds) {
    const std::string packed = pdf::deflate("The same words, the same words, the same words.");
    const auto put = [&](std::string_view dictionary, std::string_view data) {
        seeds.put("pdf_filters", as_bytes(fmt::format("{}\n{}", dictionary, data)));
    };
    put("<</Filter/FlateDecode>>", packed);
    put("<</Filter[/FlateDecode]/DecodeParms[null]>>", packed);
    put("<</Filter/FlateDecode>>", packed.substr(0, 20));
    for (const int predictor : {1, 2, 10, 11, 12, 13, 14, 15}) {
        std::string rows;
        for (char row = 0; row < 5; ++row)
            rows += row + std::string("\x10\x20\x30\x40", 4);
        put(fmt::format("<</Filter/FlateDecode/DecodeParms<</Predictor {}/Columns 4>>>>", predictor),
            pdf::deflate(rows));
        put(fmt::format("<</Filter/FlateDecode/DecodeParms<</Predictor {}/Columns 2/Colors 3/BitsPerComponent 4>>>>",
                        predictor),
            pdf::deflate(rows));
        put(fmt::format("<</Filter/FlateDecode/DecodeParms<</Predictor {}/Columns 2/BitsPerComponent 16>>>>",
                        predictor),
            pdf::deflate(rows));
    }
    seeds.put("pdf_object_stream", as_bytes(std::string("\x02\x0a") + "5 0 6 3   <<>>[1 2 3]"));
    seeds.put("pdf_object_stream",
              as_bytes(std::string("\x03\x10") + "5 0 6 38 7 70   <</Fields[6 0 R]/SigFlags 3/DA(x)>>"
                                                 "<</FT/Sig/T(a)/Subtype/Widget>>  null"));
}

// ---- Pictures. ----

Bytes jpeg(int components, bool progressive, int dots_per_inch) {
    jpeg_compress_struct state{};
    jpeg_error_mgr errors{};
    state.err = jpeg_std_error(&errors);
    jpeg_create_compress(&state);
    unsigned char* output = nullptr;
    unsigned long size = 0;
    jpeg_mem_dest(&state, &output, &size);
    state.image_width = 20;
    state.image_height = 10;
    state.input_components = components;
    state.in_color_space = components == 3 ? JCS_RGB : components == 1 ? JCS_GRAYSCALE : JCS_CMYK;
    jpeg_set_defaults(&state);
    if (dots_per_inch > 0) {
        state.density_unit = 1;
        state.X_density = state.Y_density = static_cast<UINT16>(dots_per_inch);
    }
    if (progressive) jpeg_simple_progression(&state);
    jpeg_start_compress(&state, TRUE);
    Bytes row(static_cast<std::size_t>(20 * components), 77);
    for (int y = 0; y < 10; ++y) {
        JSAMPROW line = row.data();
        jpeg_write_scanlines(&state, &line, 1);
    }
    jpeg_finish_compress(&state);
    jpeg_destroy_compress(&state);
    Bytes file(output, output + size);
    std::free(output);
    return file;
}

/// With an Exif segment that says how the picture is turned.
Bytes turned(const Bytes& file, std::uint8_t orientation, bool big_endian) {
    const Bytes tiff = big_endian
                           ? Bytes{'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0}
                           : Bytes{'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0};
    Bytes made{0xFF, 0xD8, 0xFF, 0xE1, 0, static_cast<std::uint8_t>(8 + tiff.size()), 'E', 'x', 'i', 'f', 0, 0};
    append(made, ByteView(tiff));
    append(made, ByteView(file).subspan(2));
    return made;
}

Bytes png(std::uint32_t format) {
    png_image state{};
    state.version = PNG_IMAGE_VERSION;
    state.width = 4;
    state.height = 3;
    state.format = format;
    const Bytes samples(PNG_IMAGE_SIZE(state), 99);
    png_alloc_size_t size = 0;
    png_image_write_to_memory(&state, nullptr, &size, 0, samples.data(), 0, nullptr);
    Bytes file(size);
    png_image_write_to_memory(&state, file.data(), &size, 0, samples.data(), 0, nullptr);
    file.resize(size);
    return file;
}

struct TiffPage {
    int bits = 8;
    int samples = 3;
    int photometric = PHOTOMETRIC_RGB;
    int compression = COMPRESSION_NONE;
    double dots_per_inch = 0;
    int orientation = ORIENTATION_TOPLEFT;
    bool tiled = false;
    bool alpha = false;
};

Bytes tiff(const std::vector<TiffPage>& pages, const char* mode) {
    std::string name = (fs::temp_directory_path() / "signet-seed-XXXXXX").string();
    const int descriptor = mkstemp(name.data());
    if (descriptor >= 0) ::close(descriptor);
    TIFF* file = TIFFOpen(name.c_str(), mode);
    for (const TiffPage& page : pages) {
        TIFFSetField(file, TIFFTAG_IMAGEWIDTH, 16);
        TIFFSetField(file, TIFFTAG_IMAGELENGTH, 16);
        TIFFSetField(file, TIFFTAG_BITSPERSAMPLE, page.bits);
        TIFFSetField(file, TIFFTAG_SAMPLESPERPIXEL, page.samples);
        TIFFSetField(file, TIFFTAG_PHOTOMETRIC, page.photometric);
        TIFFSetField(file, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
        TIFFSetField(file, TIFFTAG_COMPRESSION, page.compression);
        TIFFSetField(file, TIFFTAG_ORIENTATION, page.orientation);
        if (page.compression == COMPRESSION_JPEG && page.samples == 3)
            TIFFSetField(file, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
        if (page.photometric == PHOTOMETRIC_PALETTE) {
            std::uint16_t colours[256] = {0, 65535, 100, 200};
            TIFFSetField(file, TIFFTAG_COLORMAP, colours, colours, colours);
        }
        if (page.alpha) {
            const std::uint16_t kinds[] = {EXTRASAMPLE_UNASSALPHA};
            TIFFSetField(file, TIFFTAG_EXTRASAMPLES, 1, kinds);
        }
        if (page.dots_per_inch > 0) {
            TIFFSetField(file, TIFFTAG_XRESOLUTION, page.dots_per_inch);
            TIFFSetField(file, TIFFTAG_YRESOLUTION, page.dots_per_inch);
            TIFFSetField(file, TIFFTAG_RESOLUTIONUNIT, RESUNIT_INCH);
        }
        if (page.tiled) {
            TIFFSetField(file, TIFFTAG_TILEWIDTH, 16);
            TIFFSetField(file, TIFFTAG_TILELENGTH, 16);
            Bytes tile(static_cast<std::size_t>(TIFFTileSize(file)), 33);
            TIFFWriteTile(file, tile.data(), 0, 0, 0, 0);
        } else {
            TIFFSetField(file, TIFFTAG_ROWSPERSTRIP, 16);
            for (std::uint32_t y = 0; y < 16; ++y) {
                Bytes row(static_cast<std::size_t>(TIFFScanlineSize(file)), static_cast<std::uint8_t>(y * 9));
                TIFFWriteScanline(file, row.data(), y, 0);
            }
        }
        TIFFWriteDirectory(file);
    }
    TIFFClose(file);
    std::ifstream in(name, std::ios::binary);
    Bytes content(std::istreambuf_iterator<char>(in), {});
    fs::remove(name);
    return content;
}

void write_pictures(Seeds& seeds) {
    for (const int components : {1, 3, 4}) {
        for (const bool progressive : {false, true})
            seeds.put("jpeg", jpeg(components, progressive, components * 50));
    }
    for (std::uint8_t orientation = 0; orientation < 10; ++orientation)
        seeds.put("jpeg", turned(jpeg(3, false, 0), orientation, orientation % 2 == 0));
    for (const std::uint32_t format : std::initializer_list<std::uint32_t>{
             PNG_FORMAT_GRAY, PNG_FORMAT_GA, PNG_FORMAT_RGB, PNG_FORMAT_RGBA, PNG_FORMAT_LINEAR_RGB_ALPHA})
        seeds.put("png", png(format));
    Bytes gif = bytes_of("GIF89a");
    append(gif, ByteView(Bytes{2, 0, 2, 0, 0x81, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9}));
    append(gif, ByteView(Bytes{0x21, 0xFE, 2, 'h', 'i', 0, 0x21, 0xF9, 4, 1, 0, 0, 2, 0}));
    for (const std::uint8_t flags : {0x00, 0x40, 0x81}) {
        Bytes one = gif;
        append(one, ByteView(Bytes{0x2C, 0, 0, 0, 0, 2, 0, 2, 0, flags}));
        if (flags == 0x81) append(one, ByteView(Bytes{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}));
        const unsigned codes = 4U | 1U << 6 | 2U << 9 | 3U << 12 | 5U << 16;
        append(one, ByteView(Bytes{2, 3, static_cast<std::uint8_t>(codes), static_cast<std::uint8_t>(codes >> 8),
                                   static_cast<std::uint8_t>(codes >> 16), 0, 0x3B}));
        seeds.put("gif", one);
    }
    for (const int compression : {COMPRESSION_NONE, COMPRESSION_LZW, COMPRESSION_PACKBITS, COMPRESSION_ADOBE_DEFLATE})
        seeds.put("tiff",
                  tiff({{8, 3, PHOTOMETRIC_RGB, compression, 150}, {8, 1, PHOTOMETRIC_MINISBLACK, compression}}, "wl"));
    seeds.put(
        "tiff",
        tiff({{8, 3, PHOTOMETRIC_YCBCR, COMPRESSION_JPEG}, {8, 1, PHOTOMETRIC_MINISBLACK, COMPRESSION_JPEG}}, "wl"));
    for (const int compression : {COMPRESSION_CCITTFAX4, COMPRESSION_CCITTFAX3, COMPRESSION_CCITTRLE, COMPRESSION_NONE})
        seeds.put(
            "tiff",
            tiff({{1, 1, PHOTOMETRIC_MINISWHITE, compression}, {1, 1, PHOTOMETRIC_MINISBLACK, compression}}, "wb"));
    seeds.put(
        "tiff",
        tiff({{8, 1, PHOTOMETRIC_PALETTE}, {8, 4, PHOTOMETRIC_SEPARATED}, {16, 3}, {4, 1, PHOTOMETRIC_MINISBLACK}},
             "w8"));
    TiffPage clear{8, 4};
    clear.alpha = true;
    clear.orientation = ORIENTATION_RIGHTTOP;
    TiffPage tiled;
    tiled.tiled = true;
    seeds.put("tiff", tiff({clear, tiled}, "wl"));
}

}  // namespace
}  // namespace signet::fuzz

int main(int argc, char** argv) {
    using namespace signet::fuzz;
    if (argc != 2) return std::fputs("write_seeds FOLDER\n", stderr), 2;
    TIFFSetWarningHandler(nullptr);
    Seeds seeds(argv[1]);
    write_authority(seeds);
    write_indefinite(seeds);
    write_time_stamps(seeds);
    write_revocation(seeds);
    write_seals(seeds);
    write_documents(seeds);
    write_streams(seeds);
    write_pictures(seeds);
    return 0;
}
