#include "seal/fonts.hpp"

#include "pdf_page.hpp"
#include "seal/date.hpp"
#include "support.hpp"

#include <gtest/gtest.h>

namespace signet::seal {
namespace {

using test::fonts;

TEST(FontLibrary, chooses_the_simplified_chinese_faces) {
    std::vector<std::string> families;
    for (const FontLibrary::Face& face : fonts().faces()) {
        families.push_back(face.family + " " + face.style);
        EXPECT_TRUE(std::filesystem::exists(face.file));
    }
    EXPECT_EQ(families, (std::vector<std::string>{"Noto Serif CJK SC Bold", "Noto Serif CJK SC Regular",
                                                  "AR PL UKai CN Book", "Noto Sans CJK SC Regular"}));
}

TEST(FontLibrary, covers_what_companies_are_called) {
    EXPECT_TRUE(fonts().covers("云山（虚构）科技·有限公司 ABC 123"));
    EXPECT_TRUE(fonts().covers("𠮷野"));  // beyond the basic plane
    EXPECT_FALSE(fonts().covers("云山\u202E"));
    EXPECT_FALSE(fonts().covers("\xFF"));
}

TEST(FontLibrary, an_operators_folder_adds_faces) {
    const test::TemporaryFolder folder;
    std::filesystem::path source;
    for (const FontLibrary::Face& face : fonts().faces()) {
        if (face.role == FaceRole::Kai) source = face.file;
    }
    std::filesystem::create_directories(folder.path() / "sub");
    std::filesystem::create_symlink(source, folder.path() / "sub" / "own.ttc");
    std::ofstream(folder.path() / "broken.ttf") << "not a font";
    const auto library = FontLibrary::open({folder.path()});
    ASSERT_TRUE(library) << library.error().detail;
    EXPECT_GT(library->faces().size(), fonts().faces().size());
    EXPECT_EQ(library->faces().back().role, FaceRole::Fallback);
}

TEST(FontLibrary, a_folder_that_is_not_there_is_named) {
    const auto library = FontLibrary::open({"/nowhere/fonts"});
    ASSERT_FALSE(library);
    EXPECT_EQ(library.error().code, ErrorCode::Unavailable);
    EXPECT_NE(library.error().detail.find("/nowhere/fonts"), std::string::npos);
}

TEST(FontLibrary, without_the_families_it_names_the_package) {
    const test::TemporaryFolder folder;
    const auto file = folder.path() / "fonts.conf";
    std::ofstream(file) << "<?xml version=\"1.0\"?><!DOCTYPE fontconfig SYSTEM \"fonts.dtd\"><fontconfig></fontconfig>";
    setenv("FONTCONFIG_FILE", file.c_str(), 1);
    const auto library = FontLibrary::open();
    unsetenv("FONTCONFIG_FILE");
    ASSERT_FALSE(library);
    EXPECT_EQ(library.error().code, ErrorCode::Unavailable);
    EXPECT_NE(library.error().detail.find("fonts-noto-cjk"), std::string::npos);
}

TEST(Picture, refuses_sizes_and_drawings_it_cannot_make) {
    Drawing drawing;
    drawing.width = 10;
    drawing.height = 10;
    EXPECT_TRUE(render_png(drawing, 1));
    EXPECT_FALSE(render_png(drawing, 0));
    EXPECT_FALSE(render_png(drawing, 4097));
    EXPECT_FALSE(render_png(Drawing{}, 10));
    Drawing thin = drawing;
    thin.height = 10'000;
    EXPECT_FALSE(render_png(thin, 100));
    for (const std::string content : {"/Pattern cs", "1 2 m", "Q", "1 0 0 1 0 cm", "/Im9 Do", "<0001> Tj", "(x) Tj",
                                      "1 2 3 4 5 6 7 8 9 re", "/F0 12 Tf", "0 0 0 0 0 0 cm 0 0 1 1 re f"}) {
        drawing.content = content == "1 2 m" ? "1 m" : content;
        EXPECT_FALSE(render_png(drawing, 10)) << content;
    }
    std::string deep;
    for (int i = 0; i < 1000; ++i)
        deep += "q ";
    drawing.content = deep;
    EXPECT_FALSE(render_png(drawing, 10));
}

TEST(Picture, is_transparent_where_the_drawing_is) {
    Drawing drawing;
    drawing.width = 20;
    drawing.height = 10;
    drawing.content = "1 0 0 rg\n0 0 10 10 re\nf\n";
    const auto picture = test::picture_of(drawing, 200);
    EXPECT_EQ(picture.width, 200);
    EXPECT_EQ(picture.height, 100);
    EXPECT_EQ(picture.at(50, 50), 0xFFFF0000U);
    EXPECT_EQ(picture.at(150, 50), 0U);
}

}  // namespace
}  // namespace signet::seal
