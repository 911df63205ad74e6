#include "convert/template_text.hpp"

#include <gtest/gtest.h>

namespace signet::convert {
namespace {

std::string filled(Markup markup, std::string_view text) {
    return replace_blanks(markup, text, [&](const std::string& name) -> std::optional<std::string> {
        if (name == "buyer") return escaped(markup, "Li & Lei");
        if (name == "lines") return escaped(markup, "one\ntwo");
        return std::nullopt;
    });
}

TEST(TemplateText, ABlankInOneRunIsReplacedAndEscaped) {
    EXPECT_EQ(filled(Markup::Word, "<w:p><w:r><w:t>To {{buyer}}.</w:t></w:r></w:p>"),
              "<w:p><w:r><w:t xml:space=\"preserve\">To Li &amp; Lei.</w:t></w:r></w:p>");
}

TEST(TemplateText, ABlankCutIntoManyRunsIsReplacedWhereItBegins) {
    EXPECT_EQ(filled(Markup::Word,
                     "<w:p><w:r><w:t>a{</w:t></w:r><w:proofErr/><w:r><w:rPr/><w:t>{bu</w:t></w:r>"
                     "<w:r><w:t>yer}</w:t></w:r><w:r><w:t>}b</w:t></w:r></w:p>"),
              "<w:p><w:r><w:t xml:space=\"preserve\">aLi &amp; Lei</w:t></w:r><w:proofErr/><w:r><w:rPr/>"
              "<w:t xml:space=\"preserve\"></w:t></w:r><w:r><w:t xml:space=\"preserve\"></w:t></w:r>"
              "<w:r><w:t xml:space=\"preserve\">b</w:t></w:r></w:p>");
}

TEST(TemplateText, ABlankDoesNotReachIntoTheNextParagraph) {
    const std::string text = "<w:p><w:r><w:t>{{buy</w:t></w:r></w:p><w:p><w:r><w:t>er}}</w:t></w:r></w:p>";
    EXPECT_EQ(filled(Markup::Word, text), text);
}

TEST(TemplateText, ABlankNobodyNamesStays) {
    const std::string text = "<w:p><w:r><w:t>{{other}}</w:t></w:r></w:p>";
    EXPECT_EQ(filled(Markup::Word, text), text);
}

TEST(TemplateText, LinesBecomeTheMarkupsOwn) {
    EXPECT_EQ(
        filled(Markup::Word, "<w:p><w:r><w:t>{{lines}}</w:t></w:r></w:p>"),
        "<w:p><w:r><w:t xml:space=\"preserve\">one</w:t><w:br/><w:t xml:space=\"preserve\">two</w:t></w:r></w:p>");
    EXPECT_EQ(filled(Markup::Html, "<p>{{lines}}</p>"), "<p>one<br/>two</p>");
}

TEST(TemplateText, InHtmlABlankMayLieInInlineTagsButNotInScripts) {
    EXPECT_EQ(filled(Markup::Html, "<p>{{<b>buyer</b>}}</p>"), "<p>Li &amp; Lei<b></b></p>");
    EXPECT_EQ(filled(Markup::Html, "<script>if (a<b) '{{buyer}}'</script>"), "<script>if (a<b) '{{buyer}}'</script>");
    EXPECT_EQ(filled(Markup::Html, "<p title=\"a>{{buyer}}\">x"), "<p title=\"a>{{buyer}}\">x");
}

TEST(TemplateText, AValueCannotBecomeMarkupNorANewBlank) {
    const auto once = replace_blanks(Markup::Html, "<p>{{a}}</p>", [](const std::string& name) {
        return name == "a" ? std::optional(escaped(Markup::Html, "<script>{{b}}</script>"))
                           : std::optional<std::string>("B");
    });
    EXPECT_EQ(once, "<p>&lt;script&gt;{{b}}&lt;/script&gt;</p>");
}

TEST(TemplateText, NamesComeOnceInTheirOrder) {
    EXPECT_EQ(blanks_of(Markup::Html, "<p>{{ b }}{{a}}</p><p>{{b}}</p>"), (std::vector<std::string>{"b", "a"}));
}

TEST(TemplateText, ARowIsRepeatedForEveryRowOfItsTable) {
    FillField items;
    items.name = "items";
    items.is_table = true;
    items.rows = {{{"what", "pen"}, {"price", "1"}}, {{"", "ink"}, {"", "2"}}};
    EXPECT_EQ(repeat_rows(Markup::Html,
                          "<table><tr><td>head</td></tr><tr><td>{{items.what}}</td><td>{{items.price}}</td>"
                          "</tr></table>",
                          {items}),
              "<table><tr><td>head</td></tr><tr><td>pen</td><td>1</td></tr><tr><td>ink</td><td>2</td></tr></table>");
}

TEST(TemplateText, ATableWithoutRowsLeavesOneEmptyRow) {
    FillField items;
    items.name = "items";
    items.is_table = true;
    EXPECT_EQ(repeat_rows(Markup::Html, "<tr><td>{{items.what}}</td></tr>", {items}), "<tr><td></td></tr>");
}

TEST(TemplateText, TextWithoutEndComesOutAsItWentIn) {
    for (const std::string text : {"<w:p><w:t>{{", "<p>{{buyer", "<", "<!-- {{buyer}}", "}}{{", "</w:p></w:p>{{x}}"})
        EXPECT_EQ(filled(Markup::Word, text), text);
}

}  // namespace
}  // namespace signet::convert
