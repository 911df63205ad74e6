#include "convert/converter.hpp"

#include "../hostile_documents.hpp"
#include "convert/active_content.hpp"
#include "convert/convert_worker.hpp"
#include "convert/office_worker.hpp"
#include "sandbox/file.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <jpeglib.h>
#include <png.h>
#include <zlib.h>

#include <gtest/gtest.h>
#include <qpdf/Buffer.hh>
#include <qpdf/QPDF.hh>
#include <qpdf/QPDFObjectHandle.hh>
#include <qpdf/QPDFPageDocumentHelper.hh>
#include <qpdf/QPDFWriter.hh>

namespace signet::convert {
namespace {

const std::filesystem::path& kCorpus = hostile::corpus();

/// One pool for all tests, as a server has one for all requests.
sandbox::WorkerPool& pool() {
    static sandbox::WorkerPool workers({"/proc/self/exe", "worker"});
    return workers;
}

Result<ConvertedPdf> convert(const Bytes& content, std::string_view suffix = "pdf") {
    return Converter(pool()).to_pdf(content, suffix);
}

ErrorCode refusal(const Bytes& content, std::string_view suffix = "pdf") {
    auto result = convert(content, suffix);
    EXPECT_FALSE(result);
    return result ? ErrorCode::Internal : result.error().code;
}

Bytes content_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return Bytes(std::istreambuf_iterator<char>(file), {});
}

// ---- Making documents. ----

std::string stream(const std::string& entries, const std::string& data) {
    return "<<" + entries + "/Length " + std::to_string(data.size()) + ">>stream\n" + data + "\nendstream";
}

/// A file of these objects, numbered from 1; the first is the catalog.
Bytes pdf_of(const std::vector<std::string>& objects, const std::string& trailer = "") {
    std::string file = "%PDF-1.6\n";
    std::vector<std::size_t> offsets;
    for (const std::string& object : objects) {
        offsets.push_back(file.size());
        file += std::to_string(offsets.size()) + " 0 obj\n" + object + "\nendobj\n";
    }
    const std::size_t table = file.size();
    file += "xref\n0 " + std::to_string(objects.size() + 1) + "\n0000000000 65535 f \n";
    for (const std::size_t offset : offsets) {
        const std::string digits = std::to_string(offset);
        file += std::string(10 - digits.size(), '0') + digits + " 00000 n \n";
    }
    file += "trailer\n<</Size " + std::to_string(objects.size() + 1) + "/Root 1 0 R" + trailer + ">>\nstartxref\n" +
            std::to_string(table) + "\n%%EOF\n";
    return to_bytes(file);
}

/// One page; `catalog` and `page` are further entries of theirs, `more` the objects from number 5 on.
Bytes one_page(const std::string& catalog = "", const std::string& page = "",
               const std::vector<std::string>& more = {}) {
    std::vector<std::string> objects{
        "<</Type/Catalog/Pages 2 0 R" + catalog + ">>", "<</Type/Pages/Count 1/Kids[3 0 R]>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R" + page + ">>", stream("", "0 0 100 100 re f")};
    objects.insert(objects.end(), more.begin(), more.end());
    return pdf_of(objects);
}

std::string deflated(const std::string& data) {
    uLongf size = compressBound(data.size());
    std::string packed(size, '\0');
    compress2(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(data.data()), data.size(),
              9);
    packed.resize(size);
    return packed;
}

// ---- Looking at results. ----

struct Opened {
    explicit Opened(Bytes content_of_file) : pdf(std::move(content_of_file)) {
        file.setSuppressWarnings(true);
        file.processMemoryFile("result", reinterpret_cast<const char*>(pdf.data()), pdf.size());
    }
    QPDFObjectHandle page() { return file.getAllPages().at(0); }
    std::vector<double> media_box() {
        std::vector<double> values;
        for (QPDFObjectHandle value : page().getKey("/MediaBox").getArrayAsVector())
            values.push_back(value.getNumericValue());
        return values;
    }
    QPDFObjectHandle image() { return page().getKey("/Resources").getKey("/XObject").getKey("/Im0"); }
    std::string content() {
        const auto data = page().getKey("/Contents").getStreamData();
        return {reinterpret_cast<const char*>(data->getBuffer()), data->getSize()};
    }

    Bytes pdf;  // qpdf reads it as it goes
    QPDF file;
};

bool contains(const Bytes& pdf, std::string_view text) {
    return as_text(pdf).find(text) != std::string_view::npos;
}

/// In the document's objects unpacked, not only in its bytes.
bool mentions(const Bytes& pdf, std::string_view name) {
    Opened opened(pdf);
    return std::ranges::any_of(opened.file.getAllObjects(), [&](QPDFObjectHandle object) {
        QPDFObjectHandle readable = object.isStream() ? object.getDict() : object;
        return readable.unparseResolved().find(name) != std::string::npos;
    });
}

// ---- PDF. ----

TEST(Pdf, is_written_anew_and_always_the_same) {
    const Bytes upload = one_page();
    const auto first = convert(upload, "PDF");
    const auto second = convert(upload);
    ASSERT_TRUE(first) << describe(first.error());
    ASSERT_TRUE(second);
    EXPECT_EQ(first->page_count, 1);
    EXPECT_TRUE(first->was_rewritten);
    EXPECT_FALSE(first->had_signatures);
    EXPECT_TRUE(first->removed.empty());
    EXPECT_EQ(first->pdf, second->pdf);
    EXPECT_TRUE(as_text(first->pdf).starts_with("%PDF-1.6"));
    EXPECT_TRUE(contains(first->pdf, "\ntrailer"));
    EXPECT_EQ(Opened(first->pdf).content(), "0 0 100 100 re f");
}

TEST(Pdf, keeps_object_streams_when_it_had_them) {
    Opened plain(one_page("", "/PieceInfo 5 0 R", {"<</A 1>>"}));
    QPDFWriter writer(plain.file);
    writer.setOutputMemory();
    writer.setObjectStreamMode(qpdf_o_generate);
    writer.write();
    const auto buffer = writer.getBufferSharedPointer();
    const auto result = convert(Bytes(buffer->getBuffer(), buffer->getBuffer() + buffer->getSize()));
    ASSERT_TRUE(result) << describe(result.error());
    EXPECT_TRUE(contains(result->pdf, "/ObjStm"));
    EXPECT_FALSE(contains(result->pdf, "\ntrailer"));
}

TEST(Pdf, is_one_revision_afterwards) {
    Bytes upload = one_page();
    append(upload,
           "4 0 obj\n" + stream("", "changed") +
               "\nendobj\nxref\n4 1\n0000000000 00000 n \ntrailer<</Size 5/Root 1 0 R>>\nstartxref\n0\n%%EOF\n");
    const auto result = convert(upload);
    ASSERT_TRUE(result) << describe(result.error());
    const std::string_view text = as_text(result->pdf);
    EXPECT_EQ(text.find("%%EOF"), text.rfind("%%EOF"));
}

TEST(Pdf, is_repaired_when_its_table_is_wrong) {
    Bytes upload = one_page();
    const auto at = as_text(upload).rfind("startxref");
    upload.resize(at);
    append(upload, "startxref\n99999\n%%EOF\n");
    const auto result = convert(upload);
    ASSERT_TRUE(result) << describe(result.error());
    EXPECT_EQ(Opened(result->pdf).content(), "0 0 100 100 re f");
}

TEST(Pdf, keeps_its_form_fields) {
    const auto result = convert(one_page("/AcroForm<</Fields[5 0 R]>>", "/Annots[5 0 R]",
                                         {"<</Type/Annot/Subtype/Widget/FT/Tx/T(name)/V(Li Si)/Rect[0 0 9 9]>>"}));
    ASSERT_TRUE(result);
    EXPECT_TRUE(mentions(result->pdf, "(Li Si)"));
}

/// What the one field of a form that asks its viewer to draw it shows in the end.
std::string picture_of_field(const std::string& value, const std::string& picture) {
    const std::string font = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>";
    const auto result = convert(
        one_page("/AcroForm<</Fields[5 0 R]/NeedAppearances true/DA(/Helv 12 Tf 0 g)/DR<</Font<</Helv 6 0 R>>>>>>",
                 "/Annots[5 0 R]",
                 {"<</Type/Annot/Subtype/Widget/FT/Tx/T(name)/DA(/Helv 12 Tf 0 g)/V" + value + "/Rect[0 0 90 20]" +
                      (picture.empty() ? ">>" : "/AP<</N 7 0 R>>>>"),
                  font, stream("/Type/XObject/Subtype/Form/BBox[0 0 90 20]", picture)}));
    if (!result) return "refused: " + result.error().detail;
    if (mentions(result->pdf, "/NeedAppearances true")) return "still drawn by viewers";
    Opened opened(result->pdf);
    QPDFObjectHandle look = opened.page().getKey("/Annots").getArrayItem(0).getKey("/AP");
    if (!look.isDictionary() || !look.getKey("/N").isStream()) return "nothing";
    const auto data = look.getKey("/N").getStreamData();
    return {reinterpret_cast<const char*>(data->getBuffer()), data->getSize()};
}

TEST(Pdf, of_a_form_that_viewers_draw_shows_its_values_to_everybody) {
    EXPECT_NE(picture_of_field("(Li Si)", "").find("(Li Si) Tj"), std::string::npos);
    const std::string stale = picture_of_field("(Li Si)", "/Tx BMC BT /Helv 12 Tf (Zhang San) Tj ET EMC");
    EXPECT_NE(stale.find("(Li Si) Tj"), std::string::npos) << stale;
    EXPECT_EQ(stale.find("Zhang San"), std::string::npos) << stale;
    EXPECT_NE(picture_of_field("(Caf\\351)", "/Tx BMC EMC").find("Tj"), std::string::npos)
        << "an empty picture is none";
    // A question mark in place of each letter would be worse than the picture that is there.
    const std::string chinese = picture_of_field("<FEFF674E56DB>", "/Tx BMC (drawn) Tj EMC");
    EXPECT_NE(chinese.find("(drawn) Tj"), std::string::npos) << chinese;
    EXPECT_EQ(picture_of_field("<FEFF674E56DB>", ""), "nothing");
}

TEST(Pdf, with_a_signature_stays_byte_for_byte) {
    const std::string field =
        "<</Type/Annot/Subtype/Widget/FT/Sig/T(A)/Rect[0 0 0 0]/V 6 0 R/AA<</E<</S/JavaScript/JS(x)>>>>>>";
    const std::string signature = "<</Type/Sig/Filter/Adobe.PPKLite/ByteRange[0 1 2 3]/Contents<00>>>";
    Bytes upload = one_page("/AcroForm<</Fields[5 0 R]>>", "/Annots[5 0 R]", {field, signature});
    append(upload, "\n% a tail of its own");
    const auto result = convert(upload);
    ASSERT_TRUE(result) << describe(result.error());
    EXPECT_EQ(result->pdf, upload);
    EXPECT_TRUE(result->had_signatures);
    EXPECT_FALSE(result->was_rewritten);
    EXPECT_EQ(result->page_count, 1);
}

TEST(Pdf, with_a_signature_that_no_field_names_stays_too) {
    const Bytes upload = one_page("/Hidden 5 0 R", "", {"<</ByteRange[0 1 2 3]/Contents<00>>>"});
    const auto result = convert(upload);
    ASSERT_TRUE(result);
    EXPECT_TRUE(result->had_signatures);
    EXPECT_EQ(result->pdf, upload);
}

TEST(Pdf, with_an_empty_signature_field_is_not_signed) {
    const auto result = convert(one_page("/AcroForm<</Fields[5 0 R]>>", "/Annots[5 0 R]",
                                         {"<</Type/Annot/Subtype/Widget/FT/Sig/T(A)/Rect[0 0 0 0]>>"}));
    ASSERT_TRUE(result);
    EXPECT_FALSE(result->had_signatures);
    EXPECT_TRUE(mentions(result->pdf, "/Sig"));
}

struct ActiveCase {
    const char* name;
    const char* catalog;
    const char* page;
    const char* object;  // number 5
    const char* kind;
    const char* gone;
};

class ActiveContent : public testing::TestWithParam<ActiveCase> {};

TEST_P(ActiveContent, is_taken_out_and_reported) {
    const ActiveCase& given = GetParam();
    const Bytes upload = one_page(given.catalog, given.page, {given.object});
    ASSERT_TRUE(mentions(upload, given.gone));
    const auto result = convert(upload);
    ASSERT_TRUE(result) << describe(result.error());
    EXPECT_EQ(result->removed, std::vector<std::string>{given.kind});
    EXPECT_FALSE(mentions(result->pdf, given.gone));
    EXPECT_EQ(Opened(result->pdf).content(), "0 0 100 100 re f");
}

INSTANTIATE_TEST_SUITE_P(
    Each, ActiveContent,
    testing::Values(
        ActiveCase{"open_script", "/OpenAction 5 0 R", "", "<</S/JavaScript/JS(app.alert\\(1\\))>>", "JavaScript",
                   "app.alert"},
        ActiveCase{"direct_open_script", "/OpenAction<</S/JavaScript/JS(zzz)>>", "", "null", "JavaScript", "zzz"},
        ActiveCase{"script_without_type", "/OpenAction<</JS(zzz)>>", "", "null", "JavaScript", "zzz"},
        ActiveCase{"named_script", "/Names<</JavaScript<</Names[(a)5 0 R]>>>>", "", "<</S/JavaScript/JS(zzz)>>",
                   "JavaScript", "zzz"},
        ActiveCase{"page_opens", "", "/AA<</O 5 0 R>>", "<</S/JavaScript/JS(zzz)>>", "JavaScript", "zzz"},
        ActiveCase{"launch", "", "/Annots[<</Subtype/Link/Rect[0 0 9 9]/A 5 0 R>>]", "<</S/Launch/F(cmd.exe)>>",
                   "Launch action", "cmd.exe"},
        ActiveCase{"disguised_as_structure", "", "/Annots[<</Subtype/Link/S/X/P 3 0 R/K 0/Rect[0 0 9 9]/A 5 0 R>>]",
                   "<</S/Launch/F(cmd.exe)>>", "Launch action", "cmd.exe"},
        ActiveCase{"chained", "/OpenAction<</S/GoTo/D[3 0 R/Fit]/Next[<</S/GoTo/D[3 0 R/Fit]>>5 0 R]>>", "",
                   "<</S/SubmitForm/F(http://a.invalid)>>", "SubmitForm action", "a.invalid"},
        ActiveCase{"remote", "", "/Annots[<</Subtype/Link/Rect[0 0 9 9]/A 5 0 R>>]", "<</S/GoToR/F(other.pdf)>>",
                   "GoToR action", "other.pdf"},
        ActiveCase{"embedded", "", "/Annots[<</Subtype/Link/Rect[0 0 9 9]/A 5 0 R>>]", "<</S/GoToE/F(other.pdf)>>",
                   "GoToE action", "other.pdf"},
        ActiveCase{"import", "", "/Annots[<</Subtype/Link/Rect[0 0 9 9]/A 5 0 R>>]", "<</S/ImportData/F(data.fdf)>>",
                   "ImportData action", "data.fdf"},
        ActiveCase{"hides_a_field", "", "/Annots[<</Subtype/Link/Rect[0 0 9 9]/A 5 0 R>>]", "<</S/Hide/T(seal)>>",
                   "Hide action", "(seal)"},
        ActiveCase{"script_address", "", "/Annots[<</Subtype/Link/Rect[0 0 9 9]/A 5 0 R>>]",
                   "<</S/URI/URI( JavaScript:zzz)>>", "link to a program or file", "zzz"},
        ActiveCase{"rich_media", "", "/Annots[5 0 R]", "<</Subtype/RichMedia/Rect[0 0 9 9]/Zzz 1>>", "rich media",
                   "/Zzz"},
        ActiveCase{"static_xfa", "/AcroForm<</Fields[]/XFA 5 0 R>>", "", "<</Length 3/Zzz 1>>stream\nxdp\nendstream",
                   "XFA form", "/Zzz"},
        ActiveCase{"executable", "/Names<</EmbeddedFiles<</Names[(a)5 0 R]>>>>", "",
                   "<</Type/Filespec/F(Run.EXE)/UF(Run.EXE)/EF<</F 4 0 R>>>>", "executable attachment", "Run.EXE"},
        ActiveCase{"usage_rights", "/Perms<</UR3 5 0 R>>", "", "<</Type/Sig/ByteRange[0 1 2 3]/Contents<00>/Zzz 1>>",
                   "usage rights", "/Zzz"}),
    [](const testing::TestParamInfo<ActiveCase>& given) { return given.param.name; });

TEST(Pdf, keeps_links_bookmarks_and_harmless_attachments) {
    const auto result = convert(one_page(
        "/OpenAction[3 0 R/Fit]/Names<</EmbeddedFiles<</Names[(a)5 0 R]>>>>",
        "/Annots[<</Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(https://a.invalid/)>>>><</Subtype/Link/Rect[0 0 9 "
        "9]/A<</S/GoTo/D[3 0 R/Fit]>>>>]",
        {"<</Type/Filespec/F(list.csv)/UF(list.csv)/EF<</F 4 0 R>>>>"}));
    ASSERT_TRUE(result);
    EXPECT_TRUE(result->removed.empty());
    for (const char* kept : {"https://a.invalid/", "/GoTo", "list.csv", "/OpenAction"})
        EXPECT_TRUE(mentions(result->pdf, kept)) << kept;
}

TEST(Pdf, that_is_a_dynamic_form_is_refused) {
    EXPECT_EQ(refusal(one_page("/NeedsRendering true/AcroForm<</Fields[]/XFA 5 0 R>>", "", {stream("", "<xdp/>")})),
              ErrorCode::DynamicXfa);
    const std::string config =
        stream("", "<config><acrobat7><dynamicRender>required</dynamicRender></acrobat7></config>");
    EXPECT_EQ(refusal(one_page("/AcroForm<</Fields[]/XFA[(config)5 0 R]>>", "", {config})), ErrorCode::DynamicXfa);
}

TEST(Pdf, that_unpacks_to_too_much_is_refused) {
    const std::string bomb = deflated(std::string(8 << 20, ' '));
    const std::string packed = stream("/Filter/FlateDecode", bomb);
    EXPECT_EQ(refusal(one_page("", "/Extra 5 0 R", {packed})), ErrorCode::DocumentTooLarge);
    const std::string twice = stream("/Filter[/FlateDecode/FlateDecode]", deflated(bomb));
    EXPECT_EQ(refusal(one_page("", "/Extra 5 0 R", {twice})), ErrorCode::DocumentTooLarge);
}

TEST(Pdf, with_a_white_scan_that_packs_well_is_taken) {
    const std::string scan = stream(
        "/Type/XObject/Subtype/Image/Width 2480/Height 3508/BitsPerComponent "
        "8/ColorSpace/DeviceGray/Filter/FlateDecode",
        deflated(std::string(2480UL * 3508, '\xFF')));
    EXPECT_TRUE(convert(one_page("", "/Resources<</XObject<</I 5 0 R>>>>", {scan})));
}

TEST(Pdf, that_nests_too_deep_is_refused) {
    const auto nested = [](std::size_t depth) {
        std::string deep;
        for (std::size_t i = 0; i < depth; ++i)
            deep += '[';
        for (std::size_t i = 0; i < depth; ++i)
            deep += ']';
        return one_page("", "/Extra 5 0 R", {deep});
    };
    EXPECT_TRUE(convert(nested(90)));
    EXPECT_EQ(refusal(nested(150)), ErrorCode::DocumentTooDeep);
}

TEST(Pdf, with_too_many_pages_is_refused) {
    std::vector<std::string> objects{"<</Type/Catalog/Pages 2 0 R>>", ""};
    std::string kids;
    for (int i = 0; i < 5001; ++i) {
        objects.push_back("<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>");
        kids += std::to_string(objects.size()) + " 0 R ";
    }
    objects[1] = "<</Type/Pages/Count 5001/Kids[" + kids + "]>>";
    EXPECT_EQ(refusal(pdf_of(objects)), ErrorCode::DocumentTooLarge);
}

Bytes encrypted(const char* user_password, bool may_modify) {
    Opened plain(one_page());
    QPDFWriter writer(plain.file);
    writer.setOutputMemory();
    writer.setR6EncryptionParameters(user_password, "the owner's", true, true, may_modify, may_modify, may_modify,
                                     may_modify, qpdf_r3p_full, true);
    writer.write();
    const auto buffer = writer.getBufferSharedPointer();
    return Bytes(buffer->getBuffer(), buffer->getBuffer() + buffer->getSize());
}

TEST(Pdf, that_needs_a_password_is_refused) {
    EXPECT_EQ(refusal(encrypted("secret", true)), ErrorCode::PasswordProtected);
}

TEST(Pdf, encrypted_for_the_holders_of_certificates_is_refused) {
    const Bytes upload = pdf_of({"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 0/Kids[]>>",
                                 "<</Filter/Adobe.PubSec/SubFilter/adbe.pkcs7.s5/V 4/Length 128>>"},
                                "/Encrypt 3 0 R/ID[<00><00>]");
    EXPECT_EQ(refusal(upload), ErrorCode::PasswordProtected);
}

TEST(Pdf, with_an_attachment_that_is_none_is_taken) {
    EXPECT_TRUE(convert(one_page("/Names<</EmbeddedFiles<</Names[(a)null(b)(text)]>>>>")));
}

TEST(Pdf, encrypted_with_an_owners_leave_to_change_it_is_decrypted) {
    const auto result = convert(encrypted("", true));
    ASSERT_TRUE(result) << describe(result.error());
    EXPECT_FALSE(contains(result->pdf, "/Encrypt"));
    EXPECT_EQ(Opened(result->pdf).content(), "0 0 100 100 re f");
}

TEST(Pdf, whose_owner_forbids_changes_is_refused) {
    EXPECT_EQ(refusal(encrypted("", false)), ErrorCode::SigningForbidden);
}

TEST(Pdf, that_is_none_is_refused) {
    EXPECT_EQ(refusal({}), ErrorCode::InvalidFile);
    EXPECT_EQ(refusal(to_bytes("hello")), ErrorCode::InvalidFile);
    EXPECT_EQ(refusal(to_bytes("%PDF-1.7\n%%EOF\n")), ErrorCode::InvalidFile);
    Bytes cut = one_page();
    cut.resize(40);
    EXPECT_EQ(refusal(cut), ErrorCode::InvalidFile);
}

TEST(Pdf, whose_suffix_and_content_differ_is_refused) {
    EXPECT_EQ(refusal(one_page(), "jpg"), ErrorCode::UnsupportedFileType);
    EXPECT_EQ(refusal(to_bytes("\x89PNG\r\n\x1A\n"), "pdf"), ErrorCode::UnsupportedFileType);
    EXPECT_EQ(refusal(to_bytes("neither this nor that"), "pdf"), ErrorCode::InvalidFile);
}

TEST(Pdf, of_a_real_contract_is_taken) {
    const auto result = convert(content_of(kCorpus / "contract/NoSign.pdf"));
    ASSERT_TRUE(result) << describe(result.error());
    EXPECT_GT(result->page_count, 0);
}

TEST(Suffix, of_other_types_is_not_supported) {
    for (const char* suffix : {"doc", "xls", "html", "tiff", "pptx", "odt", "exe", "a very long suffix indeed"}) {
        EXPECT_EQ(refusal(to_bytes("PK\x03\x04"), suffix), ErrorCode::UnsupportedFileType) << suffix;
    }
}

TEST(Converter, takes_only_the_documents_part_of_a_longer_file) {
    const Bytes upload = one_page();
    Bytes longer = upload;
    append(longer, one_page("/OpenAction<</S/JavaScript/JS(zzz)>>"));
    const auto file = sandbox::memory_file(longer);
    ASSERT_TRUE(file);
    const auto result = Converter(pool()).to_pdf(file->get(), upload.size(), "pdf");
    ASSERT_TRUE(result) << describe(result.error());
    EXPECT_TRUE(result->removed.empty());
}

// ---- Pictures. ----

struct JpegOptions {
    int width = 200;
    int height = 100;
    int dots_per_inch = 0;
    bool is_progressive = false;
    int components = 3;
};

Bytes jpeg(const JpegOptions& options) {
    jpeg_compress_struct state{};
    jpeg_error_mgr errors{};
    state.err = jpeg_std_error(&errors);
    jpeg_create_compress(&state);
    unsigned char* output = nullptr;
    unsigned long size = 0;
    jpeg_mem_dest(&state, &output, &size);
    state.image_width = static_cast<JDIMENSION>(options.width);
    state.image_height = static_cast<JDIMENSION>(options.height);
    state.input_components = options.components;
    state.in_color_space = options.components == 3 ? JCS_RGB : options.components == 1 ? JCS_GRAYSCALE : JCS_CMYK;
    jpeg_set_defaults(&state);
    if (options.dots_per_inch > 0) {
        state.density_unit = 1;
        state.X_density = state.Y_density = static_cast<UINT16>(options.dots_per_inch);
    }
    if (options.is_progressive) jpeg_simple_progression(&state);
    jpeg_start_compress(&state, TRUE);
    Bytes row(static_cast<std::size_t>(options.width * options.components));
    for (std::size_t i = 0; i < row.size(); ++i)
        row[i] = static_cast<std::uint8_t>(i * 7);
    for (int y = 0; y < options.height; ++y) {
        JSAMPROW line = row.data();
        jpeg_write_scanlines(&state, &line, 1);
    }
    jpeg_finish_compress(&state);
    jpeg_destroy_compress(&state);
    Bytes file(output, output + size);
    std::free(output);
    return file;
}

/// Puts an Exif segment with this orientation behind the start of the image.
Bytes with_orientation(const Bytes& file, std::uint8_t orientation) {
    const Bytes tiff{'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0};
    Bytes turned{0xFF, 0xD8, 0xFF, 0xE1, 0, static_cast<std::uint8_t>(2 + 6 + tiff.size()), 'E', 'x', 'i', 'f', 0, 0};
    append(turned, tiff);
    append(turned, ByteView(file).subspan(2));
    return turned;
}

TEST(Jpeg, becomes_a_page_of_its_own_size_and_keeps_its_data) {
    for (const bool is_progressive : {false, true}) {
        const Bytes file = jpeg({600, 300, 150, is_progressive, 3});
        const auto result = convert(file, "jpeg");
        ASSERT_TRUE(result) << describe(result.error());
        EXPECT_EQ(result->page_count, 1);
        EXPECT_TRUE(result->was_rewritten);
        Opened page(result->pdf);
        EXPECT_EQ(page.media_box(), (std::vector<double>{0, 0, 288, 144}));
        EXPECT_EQ(page.image().getDict().getKey("/Filter").unparse(), "/DCTDecode");
        const auto data = page.image().getRawStreamData();
        EXPECT_EQ(Bytes(data->getBuffer(), data->getBuffer() + data->getSize()), file);
    }
}

TEST(Jpeg, without_resolution_is_fitted_on_a4) {
    const auto across = convert(jpeg({}), "jpg");
    ASSERT_TRUE(across);
    EXPECT_EQ(Opened(across->pdf).media_box(), (std::vector<double>{0, 0, 841.89, 595.28}));
    const auto upright = convert(jpeg({100, 200, 0, false, 3}), "jpg");
    ASSERT_TRUE(upright);
    EXPECT_EQ(Opened(upright->pdf).media_box(), (std::vector<double>{0, 0, 595.28, 841.89}));
    EXPECT_NE(Opened(upright->pdf).content().find("420.945 0 0 841.89 87.1675 0 cm"), std::string::npos)
        << Opened(upright->pdf).content();
}

TEST(Jpeg, stands_upright_as_exif_says_and_loses_its_descriptions) {
    const auto result = convert(with_orientation(jpeg({600, 300, 150, false, 3}), 6), "jpg");
    ASSERT_TRUE(result) << describe(result.error());
    Opened page(result->pdf);
    EXPECT_EQ(page.media_box(), (std::vector<double>{0, 0, 144, 288}));
    EXPECT_NE(page.content().find("0 -288 144 0 0 288 cm"), std::string::npos) << page.content();
    EXPECT_FALSE(contains(result->pdf, "Exif"));
}

TEST(Jpeg, in_grey_and_in_four_colours) {
    const auto grey = convert(jpeg({200, 100, 0, false, 1}), "jpg");
    ASSERT_TRUE(grey);
    EXPECT_EQ(Opened(grey->pdf).image().getDict().getKey("/ColorSpace").unparse(), "/DeviceGray");
    const auto cmyk = convert(jpeg({200, 100, 0, false, 4}), "jpg");
    ASSERT_TRUE(cmyk);
    EXPECT_EQ(Opened(cmyk->pdf).image().getDict().getKey("/ColorSpace").unparse(), "/DeviceCMYK");
}

TEST(Jpeg, cut_short_at_any_place_is_refused) {
    const Bytes whole = jpeg({200, 100, 150, false, 3});
    for (std::size_t length = 3; length < whole.size() - 2; length += 37) {
        EXPECT_EQ(refusal(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)), "jpg"),
                  ErrorCode::InvalidFile)
            << length;
    }
}

Bytes png(std::uint32_t format, std::uint32_t width, std::uint32_t height, const Bytes& samples) {
    png_image state{};
    state.version = PNG_IMAGE_VERSION;
    state.width = width;
    state.height = height;
    state.format = format;
    png_alloc_size_t size = 0;
    png_image_write_to_memory(&state, nullptr, &size, 0, samples.data(), 0, nullptr);
    Bytes file(size);
    png_image_write_to_memory(&state, file.data(), &size, 0, samples.data(), 0, nullptr);
    file.resize(size);
    return file;
}

Bytes unpacked(QPDFObjectHandle stream_object) {
    const auto data = stream_object.getStreamData();
    return Bytes(data->getBuffer(), data->getBuffer() + data->getSize());
}

TEST(Png, keeps_its_samples_and_its_transparency) {
    const Bytes samples{255, 0, 0, 255, 0, 255, 0, 128, 0, 0, 255, 0, 9, 9, 9, 255};
    const auto result = convert(png(PNG_FORMAT_RGBA, 2, 2, samples), "png");
    ASSERT_TRUE(result) << describe(result.error());
    Opened page(result->pdf);
    EXPECT_EQ(unpacked(page.image()), (Bytes{255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9}));
    EXPECT_EQ(unpacked(page.image().getDict().getKey("/SMask")), (Bytes{255, 128, 0, 255}));
}

TEST(Png, without_transparency_has_no_mask) {
    const auto result = convert(png(PNG_FORMAT_GRAY, 2, 1, {7, 200}), "png");
    ASSERT_TRUE(result);
    Opened page(result->pdf);
    EXPECT_EQ(unpacked(page.image()), (Bytes{7, 200}));
    EXPECT_FALSE(page.image().getDict().hasKey("/SMask"));
}

TEST(Png, damaged_or_too_large_is_refused) {
    const Bytes whole = png(PNG_FORMAT_RGB, 20, 20, Bytes(1200, 77));
    Bytes cut(whole.begin(), whole.end() - 30);
    EXPECT_EQ(refusal(cut, "png"), ErrorCode::InvalidFile);
    Bytes huge = whole;
    huge[16] = 0x7F;  // the width's first byte
    auto result = convert(huge, "png");
    ASSERT_FALSE(result);
    EXPECT_TRUE(result.error().code == ErrorCode::InvalidFile || result.error().code == ErrorCode::DocumentTooLarge);
    EXPECT_EQ(refusal(png(PNG_FORMAT_GRAY, 30'001, 1, Bytes(30'001)), "png"), ErrorCode::DocumentTooLarge);
}

/// Four rows of four pixels in four colours, from the reference encoder's codes: 0 1 2 3 in every row.
Bytes gif(bool is_transparent) {
    Bytes file = to_bytes("GIF89a");
    append(file, ByteView(Bytes{2, 0, 2, 0, 0x81, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9}));
    if (is_transparent) append(file, ByteView(Bytes{0x21, 0xF9, 4, 1, 0, 0, 2, 0}));
    // Codes of three bits: clear 4, then 0 1 2 3, end 5, of which the last come at length 4 from the fourth code on.
    // clear(100) 0(000) 1(001) 2(010) | 3(0011) 5(0101): bits from the lowest.
    const unsigned codes = 4U | 0U << 3 | 1U << 6 | 2U << 9 | 3U << 12 | 5U << 16;
    append(file,
           ByteView(Bytes{0x2C, 0, 0, 0, 0, 2, 0, 2, 0, 0, 2, 3, static_cast<std::uint8_t>(codes),
                          static_cast<std::uint8_t>(codes >> 8), static_cast<std::uint8_t>(codes >> 16), 0, 0x3B}));
    return file;
}

TEST(Gif, becomes_a_page_of_its_first_picture) {
    const auto result = convert(gif(false), "gif");
    ASSERT_TRUE(result) << describe(result.error());
    EXPECT_EQ(unpacked(Opened(result->pdf).image()), (Bytes{255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9}));
}

TEST(Gif, keeps_its_transparent_colour) {
    const auto result = convert(gif(true), "gif");
    ASSERT_TRUE(result) << describe(result.error());
    EXPECT_EQ(unpacked(Opened(result->pdf).image().getDict().getKey("/SMask")), (Bytes{255, 255, 0, 255}));
}

TEST(Gif, cut_short_at_any_place_is_refused) {
    const Bytes whole = gif(true);
    for (std::size_t length = 6; length + 4 < whole.size(); ++length) {
        EXPECT_EQ(refusal(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)), "gif"),
                  ErrorCode::InvalidFile)
            << length;
    }
}

// ---- Hostile and foreign documents. ----

class HostileDocument : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(HostileDocument, gets_an_answer_and_leaves_the_pool_alive) {
    const auto& path = GetParam();
    const bool is_packed = path.extension() == ".gz";
    const auto result = convert(hostile::upload_of(path));
    if (is_packed) {
        EXPECT_FALSE(result);
    }
    if (result && !result->had_signatures) {
        EXPECT_FALSE(mentions(result->pdf, "/JavaScript"));
    }
    EXPECT_TRUE(convert(one_page()));
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(HostileDocument);
INSTANTIATE_TEST_SUITE_P(Corpus, HostileDocument, testing::ValuesIn(hostile::documents()), hostile::name_of);

}  // namespace
}  // namespace signet::convert

int main(int argc, char** argv) {
    if (argc == 2 && std::string_view(argv[1]) == "worker") return signet::convert::convert_worker_main();
    if (argc == 5 && std::string_view(argv[1]) == "office") {
        signet::convert::office_worker_main({argv[2], argv[3], argv[4]});
    }
    testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
