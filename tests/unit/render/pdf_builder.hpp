#pragma once

#include "base/bytes.hpp"
#include "base/text.hpp"

#include <string>
#include <vector>

namespace signet::render {

/// Writes small PDFs for the tests: pages of given content, with the fonts a contract uses. /F1 is STSong-Light (not
/// embedded, UCS-2), /F2 STHeiti-Regular likewise, /F3 Helvetica.
class PdfBuilder {
  public:
    struct Page {
        std::string content;
        std::string entries = "/MediaBox [0 0 595 842]";
        std::vector<std::string> annotations;
    };

    PdfBuilder& page(std::string content) { return page(Page{std::move(content), "/MediaBox [0 0 595 842]", {}}); }
    PdfBuilder& page(Page page) {
        pages_.push_back(std::move(page));
        return *this;
    }

    Bytes build() const {
        std::vector<std::string> objects(kFirstFree);
        objects[1] = "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[]>>>>";
        objects[3] = cid_font("STSong-Light");
        objects[4] = cid_font("STHeiti-Regular");
        objects[5] = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>";
        std::string kids;
        for (const Page& page : pages_)
            add(objects, page, kids);
        objects[2] = "<</Type/Pages/Count " + std::to_string(pages_.size()) + "/Kids[" + kids + "]>>";
        return file_of(objects);
    }

    static std::string stream(const std::string& entries, const std::string& data) {
        return "<<" + entries + "/Length " + std::to_string(data.size()) + ">>stream\n" + data + "\nendstream";
    }

    static Bytes file_of(const std::vector<std::string>& objects) {
        std::string file = "%PDF-1.7\n%\xE2\xE3\xCF\xD3\n";
        std::vector<std::size_t> offsets(objects.size());
        for (std::size_t number = 1; number < objects.size(); ++number) {
            offsets[number] = file.size();
            file += std::to_string(number) + " 0 obj\n" + objects[number] + "\nendobj\n";
        }
        const std::size_t table = file.size();
        file += "xref\n0 " + std::to_string(objects.size()) + "\n0000000000 65535 f \n";
        for (std::size_t number = 1; number < objects.size(); ++number) {
            std::string offset = std::to_string(offsets[number]);
            file += std::string(10 - offset.size(), '0') + offset + " 00000 n \n";
        }
        file += "trailer\n<</Size " + std::to_string(objects.size()) + "/Root 1 0 R>>\nstartxref\n" +
                std::to_string(table) + "\n%%EOF\n";
        return to_bytes(file);
    }

  private:
    static constexpr std::size_t kFirstFree = 6;

    static std::string cid_font(const std::string& name) {
        return "<</Type/Font/Subtype/Type0/BaseFont/" + name +
               "-UniGB-UCS2-H/Encoding/UniGB-UCS2-H/DescendantFonts[<</Type/Font/Subtype/CIDFontType0/BaseFont/" +
               name + "/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 4>>/DW 1000/FontDescriptor<</Type" +
               "/FontDescriptor/FontName/" + name +
               "/Flags 6/FontBBox[-25 -254 1000 880]/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 880/StemV "
               "93>>>>]>>";
    }

    static void add(std::vector<std::string>& objects, const Page& page, std::string& kids) {
        const auto reference = [&objects] { return std::to_string(objects.size() - 1) + " 0 R "; };
        objects.push_back(stream("", page.content));
        const std::string content = reference();
        std::string annotations;
        for (const std::string& annotation : page.annotations) {
            objects.push_back(annotation);
            annotations += reference();
        }
        objects.push_back("<</Type/Page/Parent 2 0 R/Resources<</Font<</F1 3 0 R/F2 4 0 R/F3 5 0 R>>>>" + page.entries +
                          "/Contents " + content + "/Annots[" + annotations + "]>>");
        kids += reference();
    }

    std::vector<Page> pages_;
};

/// UTF-8 as the hexadecimal UCS-2 string of a content stream: <…>.
inline std::string ucs2(std::string_view text) {
    std::string hexadecimal = "<";
    for (const char32_t character : to_utf32(text)) {
        const Bytes two{static_cast<std::uint8_t>(character >> 8), static_cast<std::uint8_t>(character)};
        hexadecimal += hex(two);
    }
    return hexadecimal + ">";
}

}  // namespace signet::render
