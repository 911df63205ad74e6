#include "convert/office_kit.hpp"

#include "convert/office_profile.hpp"

#include <array>
#include <dlfcn.h>
#include <fstream>
#include <string>

namespace signet::convert {

// The beginning of LibreOfficeKit's table of functions (LibreOfficeKit.h). It only ever grows at its end and says how
// large it is, so these few names spare the build a package that brings a desktop's libraries with it.

struct KitClass {
    std::size_t size;
    void (*destroy)(Kit*);
    void* (*load)(Kit*, const char* url);
    char* (*error)(Kit*);
    void* (*load_with_options)(Kit*, const char* url, const char* options);
    void (*free_error)(char*);
    void (*register_callback)(Kit*, void (*callback)(int, const char*, void*), void* data);
    char* (*filter_types)(Kit*);
    void (*set_optional_features)(Kit*, unsigned long long features);
    void (*set_password)(Kit*, const char* url, const char* password);
    char* (*version_info)(Kit*);
    int (*run_macro)(Kit*, const char* url);
};

struct Kit {
    KitClass* functions;
};

namespace {

namespace fs = std::filesystem;

constexpr std::array<const char*, 2> kProgramFolders{"/usr/lib/libreoffice/program", "/usr/lib64/libreoffice/program"};
/// The library that has the interface: of Debian's build, of others.
constexpr std::array<const char*, 2> kLibraries{"libmergedlo.so", "libsofficeapp.so"};

using Start = Kit* (*)(const char* program_folder, const char* profile_url);

void* open_library(const fs::path& folder) {
    for (const char* name : kLibraries) {
        if (!fs::exists(folder / name)) continue;
        if (void* library = ::dlopen((folder / name).c_str(), RTLD_LAZY)) return library;
    }
    return nullptr;
}

/// After the start: the first one fills the profile and would write over it.
bool install_macro(const fs::path& profile, const fs::path& job) {
    const fs::path basic = profile / "user" / "basic";
    std::error_code error;
    for (const OfficeFile& file : office_macro(job)) {
        fs::create_directories((basic / file.name).parent_path(), error);
        std::ofstream out(basic / file.name, std::ios::binary);
        out << file.content;
        out.close();
        if (!out.good()) return false;
    }
    return true;
}

}  // namespace

fs::path office_program_folder() {
    std::error_code ignored;
    for (const fs::path folder : kProgramFolders) {
        for (const char* library : kLibraries) {
            if (fs::exists(folder / library, ignored)) return folder;
        }
    }
    return {};
}

Result<OfficeKit> OfficeKit::start(const fs::path& profile, const fs::path& job) {
    const fs::path folder = office_program_folder();
    if (folder.empty()) return fail(ErrorCode::Unavailable, "LibreOffice is not installed");
    void* library = open_library(folder);
    if (library == nullptr) return fail(ErrorCode::Unavailable, "LibreOffice cannot be loaded");
    const auto start = reinterpret_cast<Start>(::dlsym(library, "libreofficekit_hook_2"));
    Kit* kit = start == nullptr ? nullptr : start(folder.c_str(), file_url(profile).c_str());
    if (kit == nullptr || kit->functions->size < sizeof(KitClass)) {
        return fail(ErrorCode::Unavailable, "LibreOffice does not start");
    }
    if (!install_macro(profile, job)) return fail(ErrorCode::Unavailable, "the profile cannot be written");
    return OfficeKit(kit, job);
}

Status OfficeKit::print(std::string_view suffix) {
    const bool ran = kit_->functions->run_macro(kit_, office_macro_call(suffix).c_str()) != 0;
    std::error_code ignored;
    if (ran && fs::exists(job_ / "document.pdf", ignored)) return {};
    return fail(ErrorCode::InvalidFile, "the document is damaged or too complex");
}

}  // namespace signet::convert
