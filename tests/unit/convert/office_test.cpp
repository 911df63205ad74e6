#include "base/text.hpp"
#include "convert/converter.hpp"
#include "convert/office_worker.hpp"
#include "sandbox/file.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <netinet/in.h>
#include <set>
#include <sys/socket.h>
#include <unistd.h>
#include <zip.h>

#include <gtest/gtest.h>
#include <qpdf/Buffer.hh>
#include <qpdf/QPDF.hh>
#include <qpdf/QPDFObjectHandle.hh>
#include <qpdf/QPDFPageObjectHelper.hh>
#include <qpdf/QPDFWriter.hh>

namespace signet::convert {
namespace {

namespace fs = std::filesystem;

const fs::path kSource = SIGNET_SOURCE_DIR;
const fs::path kData = kSource / "tests/unit/convert/data";

/// Where the office workers of one run of the tests keep their folders.
class Work {
  public:
    Work() {
        std::string name = (fs::temp_directory_path() / "signet office \xE5\x90\x88 XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    ~Work() { fs::remove_all(path_); }
    Work(const Work&) = delete;
    Work& operator=(const Work&) = delete;
    const fs::path& path() const { return path_; }

  private:
    fs::path path_;
};

std::vector<std::string> office_command(const fs::path& work, const fs::path& fonts = "/nowhere") {
    return {"/proc/self/exe", "office", work.string(), (kSource / "share/office-fonts.conf").string(), fonts.string()};
}

/// One LibreOffice for all tests, as a server has it.
struct Pools {
    Work work;
    sandbox::WorkerPool readers{{"/proc/self/exe", "worker"}};
    sandbox::WorkerPool office{office_command(work.path()), Converter::office_pool(1, false),
                               Converter::office_limits()};
};
Pools& pools() {
    static Pools all;
    return all;
}

Converter converter() {
    return Converter(pools().readers, &pools().office);
}
Result<ConvertedPdf> convert(const Bytes& content, std::string_view suffix) {
    return converter().to_pdf(content, suffix);
}
ErrorCode refusal(const Bytes& content, std::string_view suffix) {
    const auto result = convert(content, suffix);
    EXPECT_FALSE(result);
    return result ? ErrorCode::Internal : result.error().code;
}

Bytes content_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return Bytes(std::istreambuf_iterator<char>(file), {});
}

// ---- Making documents. ----

using Parts = std::map<std::string, std::string>;

Bytes package(const Parts& parts) {
    std::string name = (fs::temp_directory_path() / "signet-zip-XXXXXX").string();
    ::close(::mkstemp(name.data()));
    zip_t* archive = zip_open(name.c_str(), ZIP_CREATE | ZIP_TRUNCATE, nullptr);
    for (const auto& [part, content] : parts) {
        zip_source_t* source = zip_source_buffer(archive, content.data(), content.size(), 0);
        zip_file_add(archive, part.c_str(), source, ZIP_FL_ENC_UTF_8);
    }
    EXPECT_EQ(zip_close(archive), 0);
    Bytes content = content_of(name);
    fs::remove(name);
    return content;
}

constexpr const char* kXml = R"(<?xml version="1.0" encoding="UTF-8"?>)";
const std::string kRelationships = "http://schemas.openxmlformats.org/package/2006/relationships";
const std::string kOffice = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

std::string relationships(const std::string& content) {
    return std::string(kXml) + "<Relationships xmlns=\"" + kRelationships + "\">" + content + "</Relationships>";
}
std::string relationship(const std::string& id, const std::string& type, const std::string& target, bool external) {
    return "<Relationship Id=\"" + id + "\" Type=\"" + kOffice + "/" + type + "\" Target=\"" + target + "\"" +
           (external ? " TargetMode=\"External\"" : "") + "/>";
}
std::string content_types(const std::string& part, const std::string& type) {
    return std::string(kXml) +
           R"(<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">)"
           R"(<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>)"
           R"(<Default Extension="xml" ContentType="application/xml"/><Override PartName=")" +
           part + "\" ContentType=\"" + type + "\"/></Types>";
}

std::string paragraph(const std::string& text, const std::string& font = "SimSun") {
    return "<w:p><w:r><w:rPr><w:rFonts w:ascii=\"" + font + "\" w:hAnsi=\"" + font + "\" w:eastAsia=\"" + font +
           "\"/></w:rPr><w:t>" + text + "</w:t></w:r></w:p>";
}

Parts docx_parts(const std::string& body, const std::string& more_relationships = "") {
    return {{"[Content_Types].xml",
             content_types("/word/document.xml",
                           "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml")},
            {"_rels/.rels", relationships(relationship("rId1", "officeDocument", "word/document.xml", false))},
            {"word/_rels/document.xml.rels", relationships(more_relationships)},
            {"word/document.xml",
             std::string(kXml) +
                 "<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" xmlns:r=\"" +
                 kOffice + "\"><w:body>" + body +
                 R"(<w:sectPr><w:pgSz w:w="11906" w:h="16838"/></w:sectPr></w:body></w:document>)"}};
}
Bytes docx(const std::string& body, const std::string& more_relationships = "") {
    return package(docx_parts(body, more_relationships));
}

Bytes xlsx(const std::string& rows) {
    return package(
        {{"[Content_Types].xml",
          content_types("/xl/workbook.xml",
                        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml")},
         {"_rels/.rels", relationships(relationship("rId1", "officeDocument", "xl/workbook.xml", false))},
         {"xl/_rels/workbook.xml.rels", relationships(relationship("rId1", "worksheet", "sheet1.xml", false))},
         {"xl/workbook.xml", std::string(kXml) +
                                 "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" "
                                 "xmlns:r=\"" +
                                 kOffice +
                                 "\"><sheets><sheet name=\"\xE4\xBB\xB7\xE6\xA0\xBC\" sheetId=\"1\" "
                                 "r:id=\"rId1\"/></sheets></workbook>"},
         {"xl/sheet1.xml", std::string(kXml) +
                               "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">"
                               "<sheetData>" +
                               rows + "</sheetData></worksheet>"}});
}
std::string row(int number, const std::string& text) {
    const std::string digits = std::to_string(number);
    return "<row r=\"" + digits + "\"><c r=\"A" + digits + "\" t=\"inlineStr\"><is><t>" + text + "</t></is></c></row>";
}

// ---- Looking at results. ----

struct Opened {
    explicit Opened(Bytes content) : pdf(std::move(content)) {
        file.setSuppressWarnings(true);
        file.processMemoryFile("result", reinterpret_cast<const char*>(pdf.data()), pdf.size());
    }
    std::vector<double> media_box(std::size_t page) {
        std::vector<double> values;
        QPDFPageObjectHelper helper(file.getAllPages().at(page));
        for (QPDFObjectHandle value : helper.getAttribute("/MediaBox", false).getArrayAsVector())
            values.push_back(value.getNumericValue());
        return values;
    }
    /// Without the tag of a subset.
    std::set<std::string> fonts() {
        std::set<std::string> names;
        for (QPDFObjectHandle object : file.getAllObjects()) {
            if (!object.isDictionary() || !object.getKey("/FontName").isName()) continue;
            const std::string name = object.getKey("/FontName").getName();
            names.insert(name.substr(name.find('+') + 1));
        }
        return names;
    }
    /// What the fonts map their glyphs to (ToUnicode), all together: the characters that the pages show.
    std::string characters() {
        std::string all;
        for (QPDFObjectHandle object : file.getAllObjects()) {
            if (!object.isDictionary() || !object.getKey("/ToUnicode").isStream()) continue;
            const auto data = object.getKey("/ToUnicode").getStreamData();
            all.append(reinterpret_cast<const char*>(data->getBuffer()), data->getSize());
        }
        return all;
    }
    bool shows(const std::string& utf16_hex) { return characters().find("<" + utf16_hex + ">") != std::string::npos; }

    Bytes pdf;
    QPDF file;
};

const std::string kHetong = "5408";  // the first character of "contract", U+5408

void expect_contract(const Result<ConvertedPdf>& result) {
    ASSERT_TRUE(result) << describe(result.error());
    EXPECT_EQ(result->page_count, 1);
    EXPECT_TRUE(result->was_rewritten);
    EXPECT_FALSE(result->had_signatures);
    EXPECT_TRUE(Opened(result->pdf).shows(kHetong));
}

// ---- Office files. ----

TEST(Docx, becomes_pages_of_text) {
    std::string body = paragraph("虚构设备采购合同");
    for (int clause = 1; clause <= 4; ++clause) {
        body += R"(<w:p><w:r><w:br w:type="page"/></w:r></w:p>)" + paragraph("条款 " + std::to_string(clause));
    }
    const auto result = convert(docx(body), "docx");
    ASSERT_TRUE(result) << describe(result.error());
    EXPECT_EQ(result->page_count, 5);
    Opened opened(result->pdf);
    EXPECT_TRUE(opened.shows(kHetong));
    EXPECT_NEAR(opened.media_box(4)[2], 595.3, 0.1);
    EXPECT_NEAR(opened.media_box(4)[3], 841.9, 0.1);
}

struct FontCase {
    const char* name;
    const char* asked;
    const char* got;
};
class OfficeFont : public testing::TestWithParam<FontCase> {};

TEST_P(OfficeFont, is_replaced_by_a_face_of_its_kind) {
    const auto result = convert(docx(paragraph("虚构合同", GetParam().asked)), "docx");
    ASSERT_TRUE(result) << describe(result.error());
    const auto fonts = Opened(result->pdf).fonts();
    const bool found = std::ranges::any_of(fonts, [](const std::string& font) {
        return font.starts_with(std::string("/") + GetParam().got) || font.starts_with(GetParam().got);
    });
    EXPECT_TRUE(found) << (fonts.empty() ? "none" : *fonts.begin());
}

INSTANTIATE_TEST_SUITE_P(
    Each, OfficeFont,
    testing::Values(FontCase{"SimSun", "SimSun", "NotoSerifCJK"}, FontCase{"Songti", "宋体", "NotoSerifCJK"},
                    FontCase{"SimHei", "黑体", "NotoSansCJK"}, FontCase{"YaHei", "微软雅黑", "NotoSansCJK"},
                    FontCase{"KaiTi", "楷体_GB2312", "UKaiCN"}, FontCase{"FangSong", "仿宋", "UMingCN"}),
    [](const testing::TestParamInfo<FontCase>& given) { return given.param.name; });

TEST(Office, gives_the_operators_own_font_precedence) {
    // A folder with a face under another name stands for the operator's SimSun: what it is called decides.
    Work work;
    fs::create_directories(work.path() / "fonts");
    fs::copy_file("/usr/share/fonts/truetype/arphic/ukai.ttc", work.path() / "fonts/own.ttc");
    sandbox::WorkerPool office(office_command(work.path() / "work", work.path() / "fonts"),
                               Converter::office_pool(1, false), Converter::office_limits());
    const auto result =
        Converter(pools().readers, &office).to_pdf(docx(paragraph("虚构合同", "AR PL UKai TW")), "docx");
    ASSERT_TRUE(result) << describe(result.error());
    const auto fonts = Opened(result->pdf).fonts();
    EXPECT_TRUE(fonts.contains("UKaiTW") || fonts.contains("/UKaiTW")) << *fonts.begin();
}

TEST(Xlsx, becomes_pages) {
    expect_contract(convert(xlsx(row(1, "设备采购合同") + row(2, "单价")), "xlsx"));
}
TEST(Doc, becomes_pages) {
    expect_contract(convert(content_of(kData / "contract.doc"), "doc"));
}
TEST(Xls, becomes_pages) {
    const auto result = convert(content_of(kData / "prices.xls"), "XLS");
    ASSERT_TRUE(result) << describe(result.error());
    EXPECT_TRUE(Opened(result->pdf).shows("8BBE"));
}

TEST(Html, becomes_a4_pages) {
    const auto result = convert(to_bytes("<!DOCTYPE html><html><body><h1>合同</h1></body></html>"), "html");
    expect_contract(result);
    ASSERT_TRUE(result);
    EXPECT_NEAR(Opened(result->pdf).media_box(0)[2], 595.3, 0.1);
}
TEST(Html, may_be_called_htm_and_begin_with_a_comment) {
    expect_contract(convert(to_bytes("\xEF\xBB\xBF <!-- by hand -->\n<p>合同</p>"), "htm"));
}
TEST(Html, in_gb2312_is_read_whether_it_says_so_or_not) {
    const std::string text = "\xBA\xCF\xCD\xAC";  // "contract"
    expect_contract(convert(to_bytes("<html><meta charset=\"gb2312\"><p>" + text + "</p>"), "html"));
    expect_contract(convert(to_bytes("<html><p>" + text + "</p>"), "html"));
}

TEST(Office, type_is_found_by_content_when_none_is_declared) {
    expect_contract(convert(docx(paragraph("合同")), ""));
    expect_contract(convert(content_of(kData / "contract.doc"), ""));
    expect_contract(convert(to_bytes("<p>合同</p>"), ""));
    EXPECT_EQ(refusal(to_bytes("plain text"), ""), ErrorCode::UnsupportedFileType);
}

struct WrongCase {
    const char* name;
    Bytes (*content)();
    const char* suffix;
    ErrorCode code;
};
class WrongOfficeFile : public testing::TestWithParam<WrongCase> {};

TEST_P(WrongOfficeFile, is_refused) {
    EXPECT_EQ(refusal(GetParam().content(), GetParam().suffix), GetParam().code);
}

Bytes some_docx() {
    return docx(paragraph("合同"));
}
Bytes some_doc() {
    return content_of(kData / "contract.doc");
}
Bytes with_macros() {
    Parts parts = docx_parts(paragraph("合同"));
    parts["[Content_Types].xml"] =
        content_types("/word/document.xml", "application/vnd.ms-word.document.macroEnabled.main+xml");
    return package(parts);
}
Bytes bomb() {
    Parts parts = docx_parts(paragraph("合同"));
    parts["word/media/image1.xml"] = std::string(64UL << 20, ' ');
    return package(parts);
}
Bytes many_parts() {
    Parts parts = docx_parts(paragraph("合同"));
    for (int i = 0; i < 10'001; ++i)
        parts["word/x" + std::to_string(i)] = "";
    return package(parts);
}
/// Says of its largest part that it is small.
Bytes lying_sizes() {
    Bytes content = bomb();
    const std::string_view text = as_text(content);
    const std::size_t name = text.rfind("word/media/image1.xml");
    std::fill_n(content.begin() + static_cast<std::ptrdiff_t>(name) - 46 + 24, 4, std::uint8_t{1});
    return content;
}
Bytes with_document_type() {
    Parts parts = docx_parts(paragraph("合同"));
    parts["word/document.xml"].insert(std::string(kXml).size(),
                                      "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]>");
    return package(parts);
}
Bytes cut_docx() {
    Bytes content = some_docx();
    content.resize(content.size() / 2);
    return content;
}
Bytes cut_doc() {
    Bytes content = some_doc();
    content.resize(700);
    return content;
}
/// A compound file whose one stream is called like that of an encrypted package.
Bytes encrypted_docx() {
    Bytes content = some_doc();
    const auto utf16 = [](std::string_view name) {
        std::string wide;
        for (const char character : name)
            wide += {character, '\0'};
        return wide;
    };
    const std::string old_name = utf16("WordDocument");
    const std::string new_name = utf16("EncryptedPackage");
    const std::size_t at = as_text(content).find(old_name);
    std::ranges::copy(new_name, content.begin() + static_cast<std::ptrdiff_t>(at));
    content[at + 64] = static_cast<std::uint8_t>(new_name.size() + 2);
    return content;
}
Bytes encrypted_doc() {
    Bytes content = some_doc();
    const std::size_t at = as_text(content).find("\xEC\xA5\x01\x01");
    content[at + 11] |= 1;
    return content;
}
Bytes looping_doc() {
    Bytes content = some_doc();
    // Its directory goes on in its own first sector.
    const auto four = [&content](std::size_t place) {
        return content[place] | content[place + 1] << 8 | content[place + 2] << 16;
    };
    const auto directory = static_cast<std::size_t>(four(48));
    const auto table = static_cast<std::size_t>(four(76));
    const std::size_t entry = (table + 1) * 512 + directory * 4;
    content[entry] = content[48];
    content[entry + 1] = content[49];
    content[entry + 2] = content[entry + 3] = 0;
    return content;
}
Bytes plain_zip() {
    return package({{"a.txt", "text"}});
}
Bytes page() {
    return to_bytes("<html><p>合同</p></html>");
}
Bytes plain_text() {
    return to_bytes("no tags at all");
}
Bytes not_text() {
    Bytes content = page();
    content.push_back(0);
    return content;
}

INSTANTIATE_TEST_SUITE_P(
    Each, WrongOfficeFile,
    testing::Values(WrongCase{"docx_called_doc", some_docx, "doc", ErrorCode::UnsupportedFileType},
                    WrongCase{"doc_called_docx", some_doc, "docx", ErrorCode::UnsupportedFileType},
                    WrongCase{"docx_called_xlsx", some_docx, "xlsx", ErrorCode::UnsupportedFileType},
                    WrongCase{"doc_called_xls", some_doc, "xls", ErrorCode::UnsupportedFileType},
                    WrongCase{"docx_called_pdf", some_docx, "pdf", ErrorCode::UnsupportedFileType},
                    WrongCase{"page_called_docx", page, "docx", ErrorCode::UnsupportedFileType},
                    WrongCase{"docx_called_html", some_docx, "html", ErrorCode::UnsupportedFileType},
                    WrongCase{"archive_called_docx", plain_zip, "docx", ErrorCode::UnsupportedFileType},
                    WrongCase{"macros_called_docx", with_macros, "docx", ErrorCode::UnsupportedFileType},
                    WrongCase{"presentation", some_docx, "pptx", ErrorCode::UnsupportedFileType},
                    WrongCase{"text_called_html", plain_text, "html", ErrorCode::InvalidFile},
                    WrongCase{"binary_called_html", not_text, "html", ErrorCode::InvalidFile},
                    WrongCase{"cut_docx", cut_docx, "docx", ErrorCode::InvalidFile},
                    WrongCase{"cut_doc", cut_doc, "doc", ErrorCode::InvalidFile},
                    WrongCase{"looping_doc", looping_doc, "doc", ErrorCode::InvalidFile},
                    WrongCase{"document_type", with_document_type, "docx", ErrorCode::InvalidFile},
                    WrongCase{"bomb", bomb, "docx", ErrorCode::DocumentTooLarge},
                    WrongCase{"many_parts", many_parts, "docx", ErrorCode::DocumentTooLarge},
                    WrongCase{"encrypted_docx", encrypted_docx, "docx", ErrorCode::PasswordProtected},
                    WrongCase{"encrypted_doc", encrypted_doc, "doc", ErrorCode::PasswordProtected}),
    [](const testing::TestParamInfo<WrongCase>& given) { return given.param.name; });

TEST(Office, does_not_believe_the_sizes_that_a_package_declares) {
    const auto result = convert(lying_sizes(), "docx");
    ASSERT_FALSE(result);
    EXPECT_TRUE(result.error().code == ErrorCode::InvalidFile || result.error().code == ErrorCode::DocumentTooLarge);
}

TEST(Office, without_libreoffice_is_a_type_that_is_not_taken) {
    const auto result = Converter(pools().readers).to_pdf(some_docx(), "docx");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::UnsupportedFileType);
}

TEST(Office, that_lacks_what_makes_a_document_is_refused_and_the_next_one_is_printed) {
    Parts parts = docx_parts("");
    parts["word/document.xml"] = std::string(kXml) + "<w:document><w:body><w:p>";
    EXPECT_EQ(refusal(package(parts), "docx"), ErrorCode::InvalidFile);
    expect_contract(convert(some_docx(), "docx"));
}

// ---- What documents must not reach. ----

/// Somebody who would see a connection.
class Listener {
  public:
    Listener() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof address;
        EXPECT_EQ(::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        EXPECT_EQ(::listen(socket_.get(), 8), 0);
        EXPECT_EQ(::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &length), 0);
        port_ = ntohs(address.sin_port);
    }
    std::string address() const { return "http://127.0.0.1:" + std::to_string(port_); }
    bool was_called() const { return ::accept(socket_.get(), nullptr, nullptr) >= 0; }

  private:
    sandbox::FileDescriptor socket_;
    std::uint16_t port_ = 0;
};

/// A file with a character that no document of these tests has, U+9F98.
class Secret {
  public:
    Secret() { std::ofstream(path()) << "\xEF\xBB\xBF龘\n"; }
    std::string address() const { return "file://" + path().string(); }
    fs::path path() const {
        return work_.path().parent_path() / ("signet-secret-" + work_.path().filename().string().substr(20) + ".txt");
    }
    ~Secret() { fs::remove(path()); }

  private:
    Work work_;
};
const std::string kSecret = "9F98";

TEST(Html, reaches_neither_the_network_nor_a_file) {
    const Listener listener;
    const Secret secret;
    ASSERT_TRUE(fs::exists(secret.path()));
    std::string text =
        "<html><head><link rel=\"stylesheet\" href=\"" + listener.address() + "/a.css\"></head><body><p>合同</p>";
    for (const std::string& target :
         {listener.address() + "/x.png", secret.address(), std::string("file:///etc/passwd")}) {
        text += "<img src=\"" + target + "\"><iframe src=\"" + target + "\"></iframe><object data=\"" + target +
                "\"></object><embed src=\"" + target + "\"><script src=\"" + target + "\"></script>";
    }
    const auto result = convert(to_bytes(text), "html");
    if (result) {
        EXPECT_FALSE(Opened(result->pdf).shows(kSecret));
    }
    EXPECT_FALSE(listener.was_called());
    expect_contract(convert(page(), "html"));
}

TEST(Docx, reaches_neither_the_network_nor_a_file) {
    const Listener listener;
    const Secret secret;
    std::string body = paragraph("合同");
    std::string links = relationship("rId7", "attachedTemplate", listener.address() + "/t.dotx", true);
    int id = 10;
    for (const std::string& target : {listener.address() + "/x.png", secret.address()}) {
        const std::string name = "rId" + std::to_string(id++);
        links += relationship(name, "image", target, true);
        body +=
            "<w:p><w:r><w:pict><v:shape xmlns:v=\"urn:schemas-microsoft-com:vml\" style=\"width:99pt;height:99pt\">"
            "<v:imagedata r:link=\"" +
            name + "\" r:id=\"" + name + "\"/></v:shape></w:pict></w:r></w:p>";
        body += "<w:p><w:fldSimple w:instr=\"INCLUDETEXT &quot;" + target +
                "&quot;\"><w:r><w:t>x</w:t></w:r></w:fldSimple></w:p>";
        body += "<w:p><w:fldSimple w:instr=\"INCLUDEPICTURE &quot;" + target +
                "&quot;\"><w:r><w:t>x</w:t></w:r></w:fldSimple></w:p>";
        const std::string chunk = "rId" + std::to_string(id++);
        links += relationship(chunk, "aFChunk", target, true);
        body += "<w:altChunk r:id=\"" + chunk + "\"/>";
    }
    const auto result = convert(docx(body, links), "docx");
    if (result) {
        EXPECT_FALSE(Opened(result->pdf).shows(kSecret));
    }
    EXPECT_FALSE(listener.was_called());
}

TEST(Xlsx, reaches_neither_the_network_nor_a_file) {
    const Listener listener;
    const Secret secret;
    std::string rows = row(1, "合同");
    int number = 2;
    for (const std::string& target : {listener.address() + "/x", secret.address()}) {
        for (const std::string& formula :
             {"WEBSERVICE(\"" + target + "\")", "'" + target + "'#$Sheet1.A1", "[" + target + "]Sheet1!A1"}) {
            const std::string digits = std::to_string(number++);
            std::string safe;
            for (const char character : formula)
                safe += character == '"' ? std::string("&quot;") : std::string(1, character);
            rows += "<row r=\"" + digits + "\"><c r=\"A" + digits + "\"><f>" + safe + "</f></c></row>";
        }
    }
    const auto result = convert(xlsx(rows), "xlsx");
    if (result) {
        EXPECT_FALSE(Opened(result->pdf).shows(kSecret));
    }
    EXPECT_FALSE(listener.was_called());
}

TEST(Office, leaves_nothing_of_a_document_behind) {
    ASSERT_TRUE(convert(some_docx(), "docx"));
    for (const auto& entry : fs::recursive_directory_iterator(pools().work.path())) {
        EXPECT_FALSE(entry.path().filename().string().starts_with("document.")) << entry.path();
    }
}

TEST(Office, cleans_up_after_workers_that_were_killed) {
    Work work;
    {
        sandbox::WorkerPool office(office_command(work.path()), Converter::office_pool(1, false),
                                   Converter::office_limits());
        ASSERT_TRUE(Converter(pools().readers, &office).to_pdf(some_docx(), "docx"));
        remove_office_leftovers(work.path());
        EXPECT_FALSE(fs::is_empty(work.path()));  // the worker lives
    }
    EXPECT_FALSE(fs::is_empty(work.path()));
    remove_office_leftovers(work.path());
    EXPECT_TRUE(fs::is_empty(work.path()));
}

TEST(Office, that_takes_for_ever_is_given_up_and_the_next_one_is_printed) {
    std::string nested = "<html><body>";
    for (int depth = 0; depth < 100; ++depth)
        nested += "<table border=1><tr><td>x</td><td>";
    Work work;
    sandbox::WorkerLimits limits = Converter::office_limits();
    limits.job_processor_time = std::chrono::seconds(3);
    sandbox::WorkerPool office(office_command(work.path()), Converter::office_pool(1, false), limits);
    const Converter impatient(pools().readers, &office);
    const auto result = impatient.to_pdf(to_bytes(nested), "html");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::TimeLimit);
    expect_contract(impatient.to_pdf(page(), "html"));
}

TEST(Docx, of_more_pages_than_anybody_reads_is_refused) {
    std::string body = paragraph("x");
    for (int page = 2; page <= 2001; ++page)
        body += R"(<w:p><w:pPr><w:pageBreakBefore/></w:pPr></w:p>)";
    EXPECT_EQ(refusal(docx(body), "docx"), ErrorCode::DocumentTooLarge);
}

// ---- Merging. ----

/// Uploads as files, in memory.
class Uploads {
  public:
    Uploads& add(ByteView content, std::string suffix) {
        auto file = sandbox::memory_file(content);
        EXPECT_TRUE(file);
        sources_.push_back({file->get(), content.size(), std::move(suffix)});
        files_.push_back(std::move(*file));
        return *this;
    }
    Result<ConvertedPdf> merged() const { return converter().to_one_pdf(sources_); }

  private:
    std::vector<sandbox::FileDescriptor> files_;
    std::vector<SourceFile> sources_;
};

/// A page of that width with a text field "name".
Bytes pdf_with_field(int width, const std::string& catalog = "") {
    QPDF pdf;
    pdf.emptyPDF();
    pdf.addPage(pdf.makeIndirectObject(
                    QPDFObjectHandle::parse("<</Type/Page/MediaBox[0 0 " + std::to_string(width) + " 300]>>")),
                false);
    QPDFObjectHandle appearance = QPDFObjectHandle::newStream(&pdf, "0 0 9 9 re f");
    appearance.replaceDict(QPDFObjectHandle::parse("<</Type/XObject/Subtype/Form/BBox[0 0 9 9]>>"));
    QPDFObjectHandle field = pdf.makeIndirectObject(
        QPDFObjectHandle::parse("<</Type/Annot/Subtype/Widget/FT/Tx/T(name)/V(Li Si)/F 4/Rect[10 10 19 19]/AP<<>>>>"));
    field.getKey("/AP").replaceKey("/N", appearance);
    QPDFObjectHandle first = pdf.getAllPages().at(0);
    first.replaceKey("/Annots", QPDFObjectHandle::newArray(std::vector<QPDFObjectHandle>{field}));
    pdf.getRoot().replaceKey("/AcroForm", QPDFObjectHandle::parse("<</Fields[]>>"));
    pdf.getRoot().getKey("/AcroForm").getKey("/Fields").appendItem(field);
    if (!catalog.empty())
        pdf.getRoot().replaceKey(
            catalog, pdf.makeIndirectObject(QPDFObjectHandle::parse("<</Type/Sig/ByteRange[0 1 2 3]/Contents<00>>>")));
    QPDFWriter writer(pdf);
    writer.setOutputMemory();
    writer.write();
    const auto buffer = writer.getBufferSharedPointer();
    return Bytes(buffer->getBuffer(), buffer->getBuffer() + buffer->getSize());
}

TEST(Merge, puts_files_of_all_kinds_into_one_document_in_their_order) {
    const auto result = Uploads()
                            .add(pdf_with_field(200), "pdf")
                            .add(some_docx(), "docx")
                            .add(page(), "")
                            .add(pdf_with_field(210), "PDF")
                            .merged();
    ASSERT_TRUE(result) << describe(result.error());
    EXPECT_EQ(result->page_count, 4);
    Opened opened(result->pdf);
    ASSERT_EQ(opened.file.getAllPages().size(), 4U);
    EXPECT_EQ(opened.media_box(0)[2], 200);
    EXPECT_NEAR(opened.media_box(1)[2], 595.3, 0.1);
    EXPECT_EQ(opened.media_box(3)[2], 210);
    EXPECT_TRUE(opened.shows(kHetong));
}

TEST(Merge, draws_form_fields_upon_the_page_and_says_so) {
    const auto result = Uploads().add(pdf_with_field(200), "pdf").add(pdf_with_field(210), "pdf").merged();
    ASSERT_TRUE(result) << describe(result.error());
    EXPECT_EQ(result->removed, std::vector<std::string>{"form fields"});
    Opened opened(result->pdf);
    EXPECT_FALSE(opened.file.getRoot().hasKey("/AcroForm"));
    for (QPDFObjectHandle one : opened.file.getAllPages())
        EXPECT_EQ(one.getKey("/Resources").getKey("/XObject").getKeys().size(), 1U);
}

TEST(Merge, of_one_file_is_that_file) {
    const Bytes upload = pdf_with_field(200, "/Hidden");
    const auto result = Uploads().add(upload, "pdf").merged();
    ASSERT_TRUE(result) << describe(result.error());
    EXPECT_TRUE(result->had_signatures);
    EXPECT_EQ(result->pdf, upload);
}

TEST(Merge, refuses_a_signed_file_among_several_and_names_it) {
    const auto result = Uploads().add(page(), "html").add(pdf_with_field(200, "/Hidden"), "pdf").merged();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::SigningForbidden);
    EXPECT_TRUE(result.error().detail.starts_with("file 2: ")) << result.error().detail;
}

TEST(Merge, names_the_file_that_is_wrong) {
    const auto result = Uploads().add(page(), "html").add(some_docx(), "pdf").merged();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::UnsupportedFileType);
    EXPECT_TRUE(result.error().detail.starts_with("file 2: ")) << result.error().detail;
    EXPECT_FALSE(Uploads().merged());
}

}  // namespace
}  // namespace signet::convert
