#pragma once

#include "base/drawing.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

namespace signet::seal::test {

/// A folder that lives as long as the object.
class TemporaryFolder {
  public:
    TemporaryFolder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "seal-test-XXXXXX").string();
        path_ = mkdtemp(pattern.data());
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

/// `@n@` becomes a reference to object `first` + n.
inline std::string with_references(std::string text, int first) {
    for (auto at = text.find('@'); at != std::string::npos; at = text.find('@', at)) {
        const auto end = text.find('@', at + 1);
        const int number = std::stoi(text.substr(at + 1, end - at - 1));
        text.replace(at, end - at + 1, fmt::format("{} 0 R", first + number));
    }
    return text;
}

/// One A4 page with the drawing as a form XObject, its bottom left corner at (x, y).
inline std::string pdf_page(const Drawing& drawing, double x, double y) {
    constexpr int kFirstPart = 6;
    std::vector<std::string> objects{
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</XObject<</S 5 0 R>>>>>>",
    };
    const std::string call = fmt::format("q 1 0 0 1 {} {} cm /S Do Q", x, y);
    objects.push_back(fmt::format("<</Length {}>>stream\n{}\nendstream", call.size(), call));
    objects.push_back(fmt::format(
        "<</Type/XObject/Subtype/Form/BBox[0 0 {} {}]/Resources {}/Length {}>>stream\n{}\nendstream", drawing.width,
        drawing.height, with_references(drawing.resources, kFirstPart), drawing.content.size(), drawing.content));
    for (const Drawing::Part& part : drawing.parts) {
        std::string object = with_references(part.dictionary, kFirstPart);
        if (part.is_stream) {
            object.insert(object.size() - 2, fmt::format("/Length {}", part.data.size()));
            object += "stream\n" + part.data + "\nendstream";
        }
        objects.push_back(object);
    }
    std::string file = "%PDF-1.7\n";
    std::vector<std::size_t> offsets;
    for (std::size_t i = 0; i < objects.size(); ++i) {
        offsets.push_back(file.size());
        file += fmt::format("{} 0 obj\n", i + 1) + objects[i] + "\nendobj\n";
    }
    const std::size_t xref = file.size();
    file += fmt::format("xref\n0 {}\n0000000000 65535 f \n", objects.size() + 1);
    for (const std::size_t offset : offsets)
        file += fmt::format("{:010} 00000 n \n", offset);
    return file + fmt::format("trailer\n<</Size {}/Root 1 0 R>>\nstartxref\n{}\n%%EOF\n", objects.size() + 1, xref);
}

inline std::string read_file(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// What a command prints, its complaints included.
inline std::string output_of(const std::string& command) {
    struct Close {
        void operator()(FILE* pipe) const { pclose(pipe); }
    };
    const std::unique_ptr<FILE, Close> pipe(popen((command + " 2>&1").c_str(), "r"));
    std::string out;
    std::array<char, 4096> buffer{};
    while (const auto count = std::fread(buffer.data(), 1, buffer.size(), pipe.get()))
        out.append(buffer.data(), count);
    return out;
}

/// An RGB picture of the page, one pixel a point, as poppler sees it.
struct PageImage {
    unsigned width = 0;
    unsigned height = 0;
    std::string rgb;

    struct Pixel {
        int red = 0;
        int green = 0;
        int blue = 0;
        bool is_white() const { return red > 250 && green > 250 && blue > 250; }
        bool is_seal_red() const { return red > 180 && green < 90 && blue < 90; }
    };
    /// At a place in points from the page's bottom left.
    Pixel at(double x, double y) const {
        const auto column = static_cast<std::size_t>(x);
        const auto row = height - 1 - static_cast<std::size_t>(y);
        const std::size_t i = (row * width + column) * 3;
        const auto channel = [&](std::size_t n) { return static_cast<int>(static_cast<unsigned char>(rgb[i + n])); };
        return {channel(0), channel(1), channel(2)};
    }
};

/// A drawing on a page in a file, looked at with poppler's tools.
class PdfOnDisk {
  public:
    PdfOnDisk(const Drawing& drawing, double x, double y) : file_(folder_.path() / "page.pdf") {
        std::ofstream(file_, std::ios::binary) << pdf_page(drawing, x, y);
    }

    std::string text() const { return output_of("pdftotext -enc UTF-8 '" + file_.string() + "' -"); }
    std::string fonts() const { return output_of("pdffonts '" + file_.string() + "'"); }
    PageImage picture() const {
        const auto out = folder_.path() / "page";
        output_of("pdftoppm -r 72 -singlefile '" + file_.string() + "' '" + out.string() + "'");
        const std::string ppm = read_file(out.string() + ".ppm");
        PageImage image;
        int header = 0;
        if (std::sscanf(ppm.c_str(), "P6 %u %u 255%n", &image.width, &image.height, &header) == 2) {
            image.rgb = ppm.substr(static_cast<std::size_t>(header) + 1);
        }
        return image;
    }

  private:
    TemporaryFolder folder_;
    std::filesystem::path file_;
};

}  // namespace signet::seal::test
