#include "support.hpp"

#include "crypto/der.hpp"
#include "crypto/key.hpp"

#include <array>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <openssl/evp.h>
#include <openssl/ts.h>
#include <openssl/x509v3.h>

namespace signet::pdf::testing {

namespace {

struct X509Deleter {
    void operator()(X509* certificate) const { X509_free(certificate); }
};
using Certificate = std::unique_ptr<X509, X509Deleter>;

Bytes der(X509* certificate) {
    unsigned char* out = nullptr;
    const int length = i2d_X509(certificate, &out);
    Bytes bytes(out, out + length);
    OPENSSL_free(out);
    return bytes;
}

Certificate make_certificate(const char* name, long serial, EVP_PKEY* key, X509* issuer, EVP_PKEY* issuer_key,
                             const std::vector<std::pair<int, const char*>>& extensions) {
    Certificate certificate(X509_new());
    X509_set_version(certificate.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial);
    ASN1_TIME_set_string(X509_getm_notBefore(certificate.get()), "20200101000000Z");
    ASN1_TIME_set_string(X509_getm_notAfter(certificate.get()), "20400101000000Z");
    X509_set_pubkey(certificate.get(), key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
    X509* const from = issuer != nullptr ? issuer : certificate.get();
    X509_set_issuer_name(certificate.get(), X509_get_subject_name(from));
    for (const auto& [nid, value] : extensions) {
        X509V3_CTX context{};
        X509V3_set_ctx(&context, from, certificate.get(), nullptr, nullptr, 0);
        X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value);
        if (extension == nullptr) throw std::runtime_error("a test certificate cannot be made");
        X509_add_ext(certificate.get(), extension, -1);
        X509_EXTENSION_free(extension);
    }
    X509_sign(certificate.get(), issuer_key, EVP_sha256());
    return certificate;
}

TestIdentity make_identity() {
    Result<crypto::PrivateKey> root_key = crypto::PrivateKey::generate(crypto::KeyAlgorithm::EcP256);
    Result<crypto::PrivateKey> key = crypto::PrivateKey::generate(crypto::KeyAlgorithm::EcP256);
    const Certificate root = make_certificate("Signet Test Root", 1, root_key->native(), nullptr, root_key->native(),
                                              {{NID_basic_constraints, "critical,CA:TRUE"},
                                               {NID_key_usage, "critical,keyCertSign,cRLSign"},
                                               {NID_subject_key_identifier, "hash"}});
    const Certificate leaf = make_certificate("李测试", 2, key->native(), root.get(), root_key->native(),
                                              {{NID_key_usage, "critical,digitalSignature,nonRepudiation"},
                                               {NID_subject_key_identifier, "hash"},
                                               {NID_authority_key_identifier, "keyid"}});
    Result<std::unique_ptr<crypto::Signer>> signer =
        crypto::KeySigner::create(*key, {der(leaf.get()), der(root.get())});
    Result<crypto::PrivateKey> authority_key = crypto::PrivateKey::generate(crypto::KeyAlgorithm::EcP256);
    const Certificate authority =
        make_certificate("Signet Test Clock", 3, authority_key->native(), root.get(), root_key->native(),
                         {{NID_key_usage, "critical,digitalSignature"},
                          {NID_ext_key_usage, "critical,timeStamping"},
                          {NID_subject_key_identifier, "hash"}});
    return {std::move(*signer), der(root.get()), std::move(*authority_key), der(authority.get())};
}

void append_big_endian(std::string& to, std::uint64_t value, int width) {
    for (int shift = (width - 1) * 8; shift >= 0; shift -= 8)
        to += static_cast<char>(value >> shift);
}

}  // namespace

const TestIdentity& identity() {
    static const TestIdentity made = make_identity();
    return made;
}

Bytes time_stamp_token(const crypto::Sha256Digest& digest) {
    const auto check = [](bool done) {
        if (!done) throw std::runtime_error("a test time-stamp cannot be made");
    };
    const unsigned char* encoded = identity().authority.data();
    const Certificate authority(d2i_X509(nullptr, &encoded, static_cast<long>(identity().authority.size())));
    const std::unique_ptr<TS_REQ, decltype(&TS_REQ_free)> request(TS_REQ_new(), TS_REQ_free);
    const std::unique_ptr<TS_MSG_IMPRINT, decltype(&TS_MSG_IMPRINT_free)> imprint(TS_MSG_IMPRINT_new(),
                                                                                  TS_MSG_IMPRINT_free);
    const std::unique_ptr<X509_ALGOR, decltype(&X509_ALGOR_free)> algorithm(X509_ALGOR_new(), X509_ALGOR_free);
    X509_ALGOR_set_md(algorithm.get(), EVP_sha256());
    Bytes copy(digest.begin(), digest.end());
    check(TS_MSG_IMPRINT_set_algo(imprint.get(), algorithm.get()) == 1 &&
          TS_MSG_IMPRINT_set_msg(imprint.get(), copy.data(), static_cast<int>(copy.size())) == 1 &&
          TS_REQ_set_version(request.get(), 1) == 1 && TS_REQ_set_msg_imprint(request.get(), imprint.get()) == 1 &&
          TS_REQ_set_cert_req(request.get(), 1) == 1);
    unsigned char* out = nullptr;
    int length = i2d_TS_REQ(request.get(), &out);
    const std::unique_ptr<BIO, decltype(&BIO_free)> wire(BIO_new_mem_buf(out, length), BIO_free);

    const std::unique_ptr<TS_RESP_CTX, decltype(&TS_RESP_CTX_free)> clock(TS_RESP_CTX_new(), TS_RESP_CTX_free);
    const std::unique_ptr<ASN1_OBJECT, decltype(&ASN1_OBJECT_free)> policy(OBJ_txt2obj("1.2.3.4.1", 1),
                                                                           ASN1_OBJECT_free);
    check(TS_RESP_CTX_set_signer_cert(clock.get(), authority.get()) == 1 &&
          TS_RESP_CTX_set_signer_key(clock.get(), identity().authority_key.native()) == 1 &&
          TS_RESP_CTX_set_def_policy(clock.get(), policy.get()) == 1 &&
          TS_RESP_CTX_add_md(clock.get(), EVP_sha256()) == 1 &&
          TS_RESP_CTX_set_signer_digest(clock.get(), EVP_sha256()) == 1 &&
          TS_RESP_CTX_set_ess_cert_id_digest(clock.get(), EVP_sha256()) == 1);
    TS_RESP_CTX_set_serial_cb(
        clock.get(),
        [](TS_RESP_CTX*, void*) {
            ASN1_INTEGER* serial = ASN1_INTEGER_new();
            ASN1_INTEGER_set(serial, 7);
            return serial;
        },
        nullptr);
    const std::unique_ptr<TS_RESP, decltype(&TS_RESP_free)> response(TS_RESP_create_response(clock.get(), wire.get()),
                                                                     TS_RESP_free);
    OPENSSL_free(out);
    check(response && TS_RESP_get_token(response.get()) != nullptr);
    unsigned char* token = nullptr;
    length = i2d_PKCS7(TS_RESP_get_token(response.get()), &token);
    Bytes bytes(token, token + length);
    OPENSSL_free(token);
    return bytes;
}

Bytes with_time_stamp(ByteView cms, ByteView token) {
    using namespace crypto::der;
    Reader file(cms);
    Reader info(file.take(kSequence));
    const Element type = info.take(kObjectIdentifier);
    Reader around(info.take(context(0)));
    Reader data(around.take(kSequence));
    Bytes content;
    Element part = data.take_any();
    for (; !data.at_end(); part = data.take_any())
        append(content, part.encoding);
    Reader infos(part);
    const Element only = infos.take(kSequence);
    Bytes signer(only.content.begin(), only.content.end());
    append(signer,
           element(context(1), sequence({object_identifier("1.2.840.113549.1.9.16.2.14"), element(kSet, token)})));
    append(content, element(kSet, element(kSequence, signer)));
    return sequence({type.encoding, element(context(0), element(kSequence, content))});
}

PdfBuilder& PdfBuilder::object(std::uint32_t number, std::string_view text) {
    entries_.push_back({number, 1, file_.size(), 0});
    append(file_, fmt::format("{} 0 obj\n{}\nendobj\n", number, text));
    return *this;
}

PdfBuilder& PdfBuilder::stream(std::uint32_t number, std::string_view dictionary, std::string_view data) {
    return object(number, fmt::format("<<{}/Length {}>>\nstream\n{}\nendstream", dictionary, data.size(), data));
}

PdfBuilder& PdfBuilder::object_stream(std::uint32_t number,
                                      const std::vector<std::pair<std::uint32_t, std::string>>& objects) {
    std::string head;
    std::string body;
    for (std::size_t i = 0; i < objects.size(); ++i) {
        head += fmt::format("{} {} ", objects[i].first, body.size());
        body += objects[i].second + "\n";
        entries_.push_back({objects[i].first, 2, number, i});
    }
    return stream(number, fmt::format("/Type/ObjStm/N {}/First {}", objects.size(), head.size()), head + body);
}

Bytes PdfBuilder::finish(std::string_view trailer) {
    std::uint32_t size = 0;
    for (const Entry& entry : entries_)
        size = std::max(size, entry.number + 1);
    const std::uint64_t at = file_.size();
    if (kind_ == XrefKind::Table) {
        append(file_, "xref\n0 1\n0000000000 65535 f\r\n");
        for (const Entry& entry : entries_) {
            append(file_, fmt::format("{} 1\n{:010} 00000 n\r\n", entry.number, entry.second));
        }
        append(file_, fmt::format("trailer\n<</Size {}{}>>\n", size, trailer));
    } else {
        entries_.push_back({size, 1, at, 0});
        std::string rows;
        std::string index;
        for (const Entry& entry : entries_) {
            index += fmt::format("{} 1 ", entry.number);
            append_big_endian(rows, static_cast<std::uint64_t>(entry.type), 1);
            append_big_endian(rows, entry.second, 4);
            append_big_endian(rows, entry.third, 2);
        }
        append(file_,
               fmt::format(
                   "{} 0 obj\n<</Type/XRef/W[1 4 2]/Index[{}]/Size {}{}/Length {}>>\nstream\n{}\nendstream\nendobj\n",
                   size, index, size + 1, trailer, rows.size(), rows));
    }
    append(file_, fmt::format("startxref\n{}\n%%EOF\n", at));
    return file_;
}

Bytes simple_pdf(std::size_t pages, XrefKind kind, std::string_view page_entries, std::string_view catalog_entries) {
    PdfBuilder builder(kind);
    builder.object(1, fmt::format("<</Type/Catalog/Pages 2 0 R{}>>", catalog_entries));
    std::string kids;
    for (std::size_t i = 0; i < pages; ++i)
        kids += fmt::format("{} 0 R ", i + 3);
    builder.object(2, fmt::format("<</Type/Pages/Count {}/Kids[{}]/MediaBox[0 0 595 842]>>", pages, kids));
    for (std::size_t i = 0; i < pages; ++i) {
        builder.object(static_cast<std::uint32_t>(i + 3), fmt::format("<</Type/Page/Parent 2 0 R{}>>", page_entries));
    }
    return builder.finish("/Root 1 0 R/ID[<0102030405060708090a0b0c0d0e0f10><0102030405060708090a0b0c0d0e0f10>]");
}

Drawing red_square(double size) {
    Drawing drawing;
    drawing.width = size;
    drawing.height = size;
    drawing.content = fmt::format("/G gs 0.85 0.1 0.1 rg 0 0 {} {} re f", size, size);
    drawing.resources = "<</ExtGState<</G @0@>>>>";
    drawing.parts.push_back({"<</Type/ExtGState/ca 0.9>>", "", false});
    return drawing;
}

CompiledDrawing compiled(const Drawing& drawing) {
    return *CompiledDrawing::compile(drawing);
}

std::filesystem::path corpus() {
    return std::filesystem::path(SIGNET_SOURCE_DIR).parent_path() / "shared" / "corpus";
}

Bytes read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw std::runtime_error("cannot read " + path.string());
    return Bytes(std::istreambuf_iterator<char>(file), {});
}

void write_file(const std::filesystem::path& path, ByteView bytes) {
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

Bytes joined(ByteView a, ByteView b) {
    Bytes result(a.begin(), a.end());
    append(result, b);
    return result;
}

crypto::Sha256 hashed(ByteView bytes) {
    crypto::Sha256 hash;
    hash.update(bytes);
    return hash;
}

std::size_t count(ByteView bytes, std::string_view needle) {
    std::size_t found = 0;
    for (std::size_t at = as_text(bytes).find(needle); at != std::string_view::npos;
         at = as_text(bytes).find(needle, at + needle.size())) {
        ++found;
    }
    return found;
}

PlannedPlace place_at(std::size_t page, double x, double y, double size, double degrees) {
    return {page, {x, y, size, size, degrees}};
}

SignatureDetails details() {
    SignatureDetails values;
    values.time = {1'795'311'000'000};
    values.zone_offset_minutes = 480;
    values.signer_name = "李测试";
    values.reason = "合同签署";
    return values;
}

std::vector<Bytes> prepared_and_signed(ByteView file, const std::vector<PlannedSignature>& plan,
                                       const PrepareOptions& options) {
    Result<Document> document = Document::open(file);
    if (!document) throw UncheckedError(document.error());
    Result<PreparedRevision> prepared = prepare(*document, plan, options);
    if (!prepared) throw UncheckedError(prepared.error());
    std::vector<Bytes> steps{joined(file, prepared->increment)};
    RevisionState state = prepared->state;
    crypto::Sha256 hash = hashed(steps.back());
    bool first = true;
    for (const PreparedSignature& field : prepared->signatures) {
        const CompiledDrawing seal = compiled(red_square(100));
        SignatureRequest request{field, std::vector<PlaceAppearance>(field.place_count(), {&seal}), details()};
        request.details.certify = first && options.certifiable;
        first = false;
        Result<SignedRevision> revision = sign(state, hash, request, *identity().signer);
        if (!revision) throw UncheckedError(revision.error());
        steps.push_back(joined(steps.back(), revision->increment));
        state = revision->state;
        hash = revision->hash;
    }
    return steps;
}

}  // namespace signet::pdf::testing
