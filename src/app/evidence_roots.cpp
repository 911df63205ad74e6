#include "app/evidence_roots.hpp"

#include "app/settings.hpp"
#include "app/trust_desk.hpp"
#include "crypto/pem.hpp"

#include <fstream>
#include <iterator>
#include <string>

namespace signet::app {
namespace {

std::string read_text(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace

Result<std::vector<Bytes>> evidence_roots(const std::filesystem::path& data,
                                          const std::vector<std::filesystem::path>& trust) {
    std::vector<Bytes> roots;
    for (const std::filesystem::path& file : trust) {
        const auto certificates = crypto::read_certificates(as_bytes(read_text(file)));
        if (!certificates) return invalid_parameter("--trust: no certificate in " + file.string());
        roots.insert(roots.end(), certificates->begin(), certificates->end());
    }
    if (const auto own = crypto::read_certificates(as_bytes(read_text(data / "keys/ca/root.pem"))))
        roots.insert(roots.end(), own->begin(), own->end());
    Settings settings;
    settings.data = data;
    if (!read_file(settings)) return roots;
    const auto sources = time_stamp_sources(settings.trust);
    if (!sources) return roots;
    for (const service::TimeStampSource& source : *sources)
        roots.insert(roots.end(), source.roots.begin(), source.roots.end());
    return roots;
}

std::filesystem::path anchor_file(const std::filesystem::path& data) {
    Settings settings;
    settings.data = data;
    const bool named = read_file(settings).has_value() && !settings.audit.anchor_file.empty();
    return named ? settings.audit.anchor_file : data / "audit-anchors.txt";
}

}  // namespace signet::app
