#include "convert/office_profile.hpp"

#include "convert/wire.hpp"

#include <cctype>
#include <fmt/format.h>

namespace signet::convert {
namespace {

struct Setting {
    std::string_view path;
    std::string_view name;
    std::string_view value;
};

constexpr Setting kSettings[] = {
    {"/org.openoffice.Office.Common/Security/Scripting", "MacroSecurityLevel", "3"},
    {"/org.openoffice.Office.Common/Security/Scripting", "DisableMacrosExecution", "true"},
    {"/org.openoffice.Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"},
    {"/org.openoffice.Office.Common/Save/Document", "AutoSave", "false"},
    {"/org.openoffice.Office.Recovery/AutoSave", "Enabled", "false"},
    {"/org.openoffice.Office.Recovery/RecoveryInfo", "Enabled", "false"},
    {"/org.openoffice.Office.Java/VirtualMachine", "Enable", "false"},
    // 2: never, of a text; 1: never, of a workbook.
    {"/org.openoffice.Office.Writer/Content/Update", "Link", "2"},
    {"/org.openoffice.Office.Calc/Content/Update", "Link", "1"},
    {"/org.openoffice.Office.Linguistic/General", "DefaultLocale_CJK", "zh-CN"},
    {"/org.openoffice.Setup/L10N", "ooSetupSystemLocale", "zh-CN"},
};

constexpr std::string_view kLibraries = R"(<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE library:libraries PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "libraries.dtd">
<library:libraries xmlns:library="http://openoffice.org/2000/library">
 <library:library library:name="Signet" library:link="false"/>
</library:libraries>
)";
constexpr std::string_view kLibrary = R"(<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE library:library PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "library.dtd">
<library:library xmlns:library="http://openoffice.org/2000/library" library:name="Signet" library:readonly="false"
 library:passwordprotected="false">
 <library:element library:name="Printing"/>
</library:library>
)";
/// Constants of the API: css.document.MacroExecMode.NEVER_EXECUTE and UpdateDocMode.NO_UPDATE are 0. Old Word and Excel
/// files come in many versions, so LibreOffice finds their filter itself.
constexpr std::string_view kModule = R"basic(<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Printing" script:language="StarBasic">
Function Named(key, content)
  Dim pair As New com.sun.star.beans.PropertyValue
  pair.Name = key
  pair.Value = content
  Named = pair
End Function

Function Importer(suffix)
  Select Case suffix
    Case "docx": Importer = "MS Word 2007 XML"
    Case "xlsx": Importer = "Calc MS Excel 2007 XML"
    Case "html": Importer = "HTML (StarWriter)"
    Case Else: Importer = ""
  End Select
End Function

Function Source(suffix)
  Dim how
  how = Array(Named("Hidden", True), Named("ReadOnly", True), Named("MacroExecutionMode", 0), Named("UpdateDocMode", 0))
  If Importer(suffix) &lt;&gt; "" Then
    ReDim Preserve how(4)
    how(4) = Named("FilterName", Importer(suffix))
  End If
  Source = StarDesktop.loadComponentFromURL("@JOB@/document." &amp; suffix, "_blank", 0, how)
End Function

Sub UseA4(paper)
  Dim styles
  Dim i
  styles = paper.StyleFamilies.getByName("PageStyles")
  For i = 0 To styles.Count - 1
    styles.getByIndex(i).Width = 21000
    styles.getByIndex(i).Height = 29700
  Next
End Sub

Sub PrintDocument(suffix)
  Dim paper
  Dim exporter
  On Error Goto Failed
  paper = Source(suffix)
  If suffix = "html" Then UseA4(paper)
  exporter = "writer_pdf_Export"
  If paper.supportsService("com.sun.star.sheet.SpreadsheetDocument") Then exporter = "calc_pdf_Export"
  paper.storeToURL("@JOB@/document.pdf", Array(Named("FilterName", exporter), Named("FilterData", Array(Named("PageRange", "1-@PAGES@"), Named("ExportFormFields", False)))))
Failed:
  On Error Resume Next
  paper.close(True)
End Sub
</script:module>
)basic";

std::string replaced(std::string text, std::string_view word, std::string_view by) {
    for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + by.size()))
        text.replace(at, word.size(), by);
    return text;
}

std::string escaped(std::string_view text) {
    std::string safe;
    for (const char character : text) {
        switch (character) {
            case '&':
                safe += "&amp;";
                break;
            case '<':
                safe += "&lt;";
                break;
            default:
                safe += character;
        }
    }
    return safe;
}

}  // namespace

std::string office_settings() {
    std::string text = R"(<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
)";
    for (const Setting& setting : kSettings) {
        text += fmt::format(R"(<item oor:path="{}"><prop oor:name="{}" oor:op="fuse"><value>{}</value></prop></item>)",
                            setting.path, setting.name, setting.value);
        text += '\n';
    }
    return text + "</oor:items>\n";
}

std::string office_font_rules(const std::filesystem::path& rules, const std::filesystem::path& fonts,
                              const std::filesystem::path& own) {
    std::string text = R"(<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
)";
    if (!fonts.empty()) text += "<dir>" + escaped(fonts.string()) + "</dir>\n";
    text += "<include>" + escaped(rules.string()) + "</include>\n";
    text += "<cachedir>" + escaped((own / "fontcache").string()) + "</cachedir>\n";
    return text + "</fontconfig>\n";
}

std::vector<OfficeFile> office_macro(const std::filesystem::path& job) {
    std::string module = replaced(std::string(kModule), "@JOB@", file_url(job));
    module = replaced(std::move(module), "@PAGES@", fmt::format("{}", kMostOfficePages + 1));
    return {{"script.xlc", std::string(kLibraries)},
            {"Signet/script.xlb", std::string(kLibrary)},
            {"Signet/Printing.xba", std::move(module)}};
}

std::string office_macro_call(std::string_view suffix) {
    return fmt::format(R"(macro:///Signet.Printing.PrintDocument("{}"))", suffix);
}

std::string file_url(const std::filesystem::path& path) {
    constexpr std::string_view kPlain = "/-_.~";
    std::string url = "file://";
    for (const char character : path.string()) {
        const auto byte = static_cast<unsigned char>(character);
        const bool is_plain = byte < 0x80 && (std::isalnum(byte) != 0 || kPlain.find(character) != std::string::npos);
        if (is_plain) {
            url += character;
        } else {
            url += fmt::format("%{:02X}", byte);
        }
    }
    return url;
}

}  // namespace signet::convert
