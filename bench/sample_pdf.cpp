#include "sample_pdf.hpp"

#include <array>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <random>
#include <stdexcept>
#include <string>

namespace signet::bench {

Bytes sample_pdf(std::size_t size) {
    const std::size_t samples = size > 2000 ? size - 1500 : 500;
    std::mt19937 random(7);
    std::string picture(samples, '\0');
    for (char& byte : picture)
        byte = static_cast<char>(random());
    const std::string text = "BT /F 18 Tf 72 760 Td (Contract of a fictitious company) Tj ET";
    const std::array<std::string, 6> objects{
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Count 2/Kids[3 0 R 4 0 R]/MediaBox[0 0 595 842]"
        "/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>/XObject<</I 6 0 R>>>>>>",
        "<</Type/Page/Parent 2 0 R/Contents 5 0 R>>",
        "<</Type/Page/Parent 2 0 R/Contents 5 0 R>>",
        fmt::format("<</Length {}>>\nstream\n{}\nendstream", text.size(), text),
        fmt::format("<</Type/XObject/Subtype/Image/Width 10/Height {}/ColorSpace/DeviceGray/BitsPerComponent 8/Length "
                    "{}>>\nstream\n{}\nendstream",
                    samples / 10, samples, picture)};
    std::string file = "%PDF-1.7\n%\xE2\xE3\xCF\xD3\n";
    std::string xref = fmt::format("xref\n0 {}\n0000000000 65535 f\r\n", objects.size() + 1);
    for (std::size_t i = 0; i < objects.size(); ++i) {
        xref += fmt::format("{:010} 00000 n\r\n", file.size());
        file += fmt::format("{} 0 obj\n", i + 1) + objects[i] + "\nendobj\n";
    }
    const std::size_t startxref = file.size();
    file += xref + fmt::format(
                       "trailer\n<</Size {}/Root 1 0 R/ID[<00112233445566778899aabbccddeeff>"
                       "<00112233445566778899aabbccddeeff>]>>\nstartxref\n{}\n%%EOF\n",
                       objects.size() + 1, startxref);
    return to_bytes(file);
}

Bytes demo_contract() {
    std::ifstream file(std::string(SIGNET_SOURCE_DIR) + "/share/demo-contract.pdf", std::ios::binary);
    if (!file) throw std::runtime_error("share/demo-contract.pdf is missing");
    return Bytes(std::istreambuf_iterator<char>(file), {});
}

}  // namespace signet::bench
