#include "service/cancellation_paper.hpp"

#include "base/text.hpp"

#include <array>
#include <fmt/format.h>
#include <memory>
#include <utility>
#include <zip.h>

namespace signet::service {
namespace {

// Lengths are twentieths of a point and sizes of letters half points, as WordprocessingML counts them.
constexpr int kTextWidth = 9000;
constexpr int kLabelWidth = 2000;
constexpr int kTitleColumn = 2600;
constexpr int kRoomForASeal = 2560;

constexpr std::string_view kSerif = "Noto Serif CJK SC";
constexpr std::string_view kSans = "Noto Sans CJK SC";

/// Text as XML takes it: what markup means is spelt out, what XML 1.0 §2.2 forbids is left out.
std::string escaped(std::string_view text) {
    std::string safe;
    for (const char32_t character : to_utf32(text)) {
        const bool forbidden = (character < 0x20 && character != '\t') || character == 0xFFFE || character == 0xFFFF;
        if (forbidden) {
            safe += ' ';
        } else if (character == '&') {
            safe += "&amp;";
        } else if (character == '<') {
            safe += "&lt;";
        } else if (character == '>') {
            safe += "&gt;";
        } else {
            safe += to_utf8(std::u32string_view(&character, 1));
        }
    }
    return safe;
}

struct Face {
    std::string_view font = kSerif;
    int size = 21;
    bool bold = false;
    std::string_view colour = "000000";
};

struct Paragraph {
    int before = 0;
    int after = 0;
    int indent = 0;
    int line = 320;
    bool centred = false;
    bool stays_with_next = false;
};

std::string paragraph(std::string_view text, const Face& face = {}, const Paragraph& form = {}) {
    return fmt::format(
        R"(<w:p><w:pPr>{}<w:spacing w:before="{}" w:after="{}" w:line="{}" w:lineRule="auto"/>)"
        R"(<w:ind w:firstLine="{}"/><w:jc w:val="{}"/></w:pPr><w:r><w:rPr><w:rFonts w:ascii="{}" w:hAnsi="{}" )"
        R"(w:eastAsia="{}"/>{}<w:color w:val="{}"/><w:sz w:val="{}"/><w:lang w:val="en-US" w:eastAsia="zh-CN"/>)"
        R"(</w:rPr><w:t xml:space="preserve">{}</w:t></w:r></w:p>)",
        form.stays_with_next ? "<w:keepNext/>" : "", form.before, form.after, form.line, form.indent,
        form.centred ? "center" : "left", face.font, face.font, face.font, face.bold ? "<w:b/>" : "", face.colour,
        face.size, escaped(text));
}

struct Cell {
    int width = 0;
    std::string content;
    bool shaded = false;
};
using Row = std::vector<Cell>;

std::string table(const std::vector<Row>& rows) {
    std::string xml =
        R"(<w:tbl><w:tblPr><w:tblW w:w=")" + std::to_string(kTextWidth) + R"(" w:type="dxa"/><w:tblBorders>)";
    for (const char* side : {"top", "left", "bottom", "right", "insideH", "insideV"})
        xml += fmt::format(R"(<w:{} w:val="single" w:sz="4" w:space="0" w:color="8C8C8C"/>)", side);
    xml += R"(</w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar><w:top w:w="60" w:type="dxa"/>)"
           R"(<w:left w:w="120" w:type="dxa"/><w:bottom w:w="60" w:type="dxa"/><w:right w:w="120" w:type="dxa"/>)"
           R"(</w:tblCellMar></w:tblPr><w:tblGrid>)";
    for (const Cell& cell : rows.front())
        xml += fmt::format(R"(<w:gridCol w:w="{}"/>)", cell.width);
    xml += "</w:tblGrid>";
    for (const Row& row : rows) {
        xml += "<w:tr><w:trPr><w:cantSplit/></w:trPr>";
        for (const Cell& cell : row) {
            xml += fmt::format(R"(<w:tc><w:tcPr><w:tcW w:w="{}" w:type="dxa"/>{}</w:tcPr>{}</w:tc>)", cell.width,
                               cell.shaded ? R"(<w:shd w:val="clear" w:color="auto" w:fill="F3F3F3"/>)" : "",
                               cell.content);
        }
        xml += "</w:tr>";
    }
    return xml + "</w:tbl>";
}

std::string heading(std::string_view text) {
    return paragraph(text, {kSerif, 21, true}, {240, 100, 0, 320, false, true});
}

std::string facts(const CancellationPaper& paper) {
    const std::array<std::pair<std::string_view, const std::string*>, 7> lines{{
        {"合同名称", &paper.subject},
        {"合同编号", &paper.sn},
        {"合同标识", &paper.contract_id},
        {"发起方", &paper.initiator},
        {"签署完成时间", &paper.complete_time},
        {"作废原因", &paper.reason},
        {"作废截止时间", &paper.deadline},
    }};
    std::vector<Row> rows;
    for (const auto& [label, value] : lines) {
        if (value->empty()) continue;
        rows.push_back({{kLabelWidth, paragraph(label), true}, {kTextWidth - kLabelWidth, paragraph(*value), false}});
    }
    return table(rows);
}

std::string files(const CancellationPaper& paper) {
    std::vector<Row> rows;
    for (const CancellationPaper::File& file : paper.files) {
        rows.push_back({{kTitleColumn, paragraph(file.title), true},
                        {kTextWidth - kTitleColumn, paragraph(file.sha256, {kSans, 15}), false}});
    }
    return table(rows);
}

Cell signing_cell(const CancellationPaper::Signer& signer, std::size_t number) {
    const Face grey{kSerif, 21, false, "7F7F7F"};
    return {kTextWidth / 2,
            paragraph((signer.is_initiator ? "发起方：" : "签署方：") + signer.name) +
                paragraph(signing_mark(signer, number), grey) +
                paragraph(date_mark(number), grey, {kRoomForASeal, 120, 0, 320, false, false}),
            false};
}

std::string signers(const CancellationPaper& paper) {
    std::vector<Row> rows;
    for (std::size_t i = 0; i < paper.signers.size(); ++i) {
        if (i % 2 == 0) rows.emplace_back();
        rows.back().push_back(signing_cell(paper.signers[i], i + 1));
    }
    if (rows.back().size() == 1 && rows.size() > 1) rows.back().push_back({kTextWidth / 2, paragraph(""), false});
    return table(rows);
}

std::string body_of(const CancellationPaper& paper) {
    return R"(<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:document )"
           R"(xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>)" +
           paragraph("作废协议", {kSans, 36, true}, {0, 360, 0, 320, true, false}) +
           paragraph(
               "兹就下列已经签署完成的合同，各签署方经协商一致，同意将其作废。自全部签署方签署本协议之时起，该合同终止"
               "效力，"
               "各方不再依据该合同享有权利或者承担义务；法律另有规定或者各方另有约定的除外。",
               {}, {0, 200, 420, 360, false, false}) +
           facts(paper) + heading("被作废的合同文件（发起作废时的 SHA-256）") + files(paper) + heading("签署方") +
           signers(paper) + paragraph("") +
           R"(<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1300" w:right="1453" w:bottom="1100" )"
           R"(w:left="1453" w:header="600" w:footer="600" w:gutter="0"/></w:sectPr></w:body></w:document>)";
}

constexpr std::string_view kContentTypes =
    R"(<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">)"
    R"(<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>)"
    R"(<Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" )"
    R"(ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>)";
constexpr std::string_view kRelationships =
    R"(<?xml version="1.0" encoding="UTF-8"?><Relationships )"
    R"(xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" )"
    R"(Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" )"
    R"(Target="word/document.xml"/></Relationships>)";

struct Discarder {
    void operator()(zip_t* archive) const { zip_discard(archive); }
};

}  // namespace

std::string signing_mark(const CancellationPaper::Signer& signer, std::size_t number) {
    return (signer.seals ? "盖章处（" : "签名处（") + std::to_string(number) + "）";
}

std::string date_mark(std::size_t number) {
    return "日期（" + std::to_string(number) + "）";
}

Status write_cancellation_paper(const CancellationPaper& paper, const std::filesystem::path& file) {
    const Error failed = fail(ErrorCode::StorageFailed, "the cancellation file cannot be written");
    const std::string body = body_of(paper);
    int code = 0;
    std::unique_ptr<zip_t, Discarder> archive(zip_open(file.c_str(), ZIP_CREATE | ZIP_EXCL, &code));
    if (!archive) return failed;
    const std::array<std::pair<const char*, std::string_view>, 3> parts{
        {{"[Content_Types].xml", kContentTypes}, {"_rels/.rels", kRelationships}, {"word/document.xml", body}}};
    for (const auto& [name, content] : parts) {
        zip_source_t* source = zip_source_buffer(archive.get(), content.data(), content.size(), 0);
        if (source == nullptr) return failed;
        if (zip_file_add(archive.get(), name, source, ZIP_FL_ENC_UTF_8) < 0) {
            zip_source_free(source);
            return failed;
        }
    }
    zip_t* finished = archive.release();
    if (zip_close(finished) == 0) return {};
    zip_discard(finished);
    return failed;
}

}  // namespace signet::service
