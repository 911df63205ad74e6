"""Every type of file that may be uploaded, through the door: what it becomes, and what it cannot reach."""
from __future__ import annotations

import io
import pathlib
import socket
import subprocess
import zipfile

import pytest

from support.contracts import Contract, company
from support.pdfs import plain_pages

DATA = pathlib.Path(__file__).resolve().parent.parent / "unit/convert/data"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def package(parts: dict[str, str], main: str, kind: str) -> bytes:
    """An Office Open XML package; `main` is the part that holds the document, of the content type `kind`."""
    types = (f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
             f'<Default Extension="xml" ContentType="application/xml"/><Override PartName="/{main}" ContentType='
             f'"application/vnd.openxmlformats-officedocument.{kind}.main+xml"/></Types>')
    root = f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="{main}"/></Relationships>'
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {"[Content_Types].xml": types, "_rels/.rels": root, **parts}.items():
            archive.writestr(name, '<?xml version="1.0" encoding="UTF-8"?>' + content)
    return target.getvalue()


def docx(*paragraphs: str, font: str = "SimSun", language: str = "") -> bytes:
    spoken = f'<w:lang w:eastAsia="{language}"/>' if language else ""
    text = "".join(f'<w:p><w:r><w:rPr><w:rFonts w:ascii="{font}" w:hAnsi="{font}" w:eastAsia="{font}"/>{spoken}</w:rPr><w:t>{one}</w:t></w:r></w:p>'
                   for one in paragraphs)
    body = (f'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{text}'
            f'<w:sectPr><w:pgSz w:w="11906" w:h="16838"/></w:sectPr></w:body></w:document>')
    return package({"word/document.xml": body}, "word/document.xml", "wordprocessingml.document")


def xlsx(*rows: str) -> bytes:
    cells = "".join(f'<row r="{i}"><c r="A{i}" t="inlineStr"><is><t>{text}</t></is></c></row>' for i, text in enumerate(rows, 1))
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return package({
        "xl/workbook.xml": f'<workbook xmlns="{space}" xmlns:r="{OFFICE}"><sheets><sheet name="价格" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" Type="{OFFICE}/worksheet" Target="s.xml"/></Relationships>',
        "xl/s.xml": f'<worksheet xmlns="{space}"><sheetData>{cells}</sheetData></worksheet>'}, "xl/workbook.xml", "spreadsheetml.sheet")


def tiff(pages: int) -> bytes:
    """Black pages of one bit, 16 by 16, little endian, not packed."""
    content = b"II*\0" + (8).to_bytes(4, "little")
    for page in range(pages):
        picture = len(content) + 2 + 8 * 12 + 4
        entries = [(256, 3, 16), (257, 3, 16), (258, 3, 1), (259, 3, 1), (262, 3, 1), (273, 4, picture), (278, 3, 16), (279, 4, 32)]
        after = picture + 32 if page + 1 < pages else 0
        content += len(entries).to_bytes(2, "little")
        content += b"".join(tag.to_bytes(2, "little") + kind.to_bytes(2, "little") + (1).to_bytes(4, "little") + value.to_bytes(4, "little")
                            for tag, kind, value in entries)
        content += after.to_bytes(4, "little") + bytes(32)
    return content


def run(program: str, pdf: bytes, *options: str) -> bytes:
    return subprocess.run([program, *options, "-", "-"] if program == "pdftotext" else [program, *options, "-"],
                          input=pdf, capture_output=True, check=True, timeout=120).stdout


@pytest.fixture
def contract(api, server):
    return Contract(api, server, [company(server.demo["companyName"])])


@pytest.mark.parametrize("suffix, content, pages, text", [
    ("docx", docx("虚构设备采购合同", "甲方：虚构甲公司"), 1, "虚构设备采购合同"),
    ("xlsx", xlsx("设备清单", "单价"), 1, "设备清单"),
    ("doc", (DATA / "contract.doc").read_bytes(), 1, "虚构设备采购合同"),
    ("xls", (DATA / "prices.xls").read_bytes(), 1, "设备"),
    ("html", "<!DOCTYPE html><html><body><h1>补充协议</h1></body></html>".encode(), 1, "补充协议"),
    ("htm", "<p>补充协议</p>".encode(), 1, "补充协议"),
    ("tiff", tiff(3), 3, ""),
    ("pdf", plain_pages(2), 2, "invented contract")], ids=lambda value: value if isinstance(value, str) and value.isascii() and len(value) < 6 else "")
def test_a_file_of_each_type_becomes_a_document_that_can_be_signed(contract, suffix, content, pages, text):
    contract.add_file(content, suffix=suffix)
    pdf = contract.download()
    assert run("pdftotext", pdf).count(b"\f") == pages
    assert text in run("pdftotext", pdf).decode()
    contract.send([contract.at_action(0, type="COMPANY", page=1, offsetX=0.5, offsetY=0.5)])
    contract.seal()
    assert contract.status == "COMPLETE"


@pytest.mark.parametrize("suffix, content, code", [
    ("doc", docx("合同"), 1402), ("docx", (DATA / "contract.doc").read_bytes(), 1402), ("xlsx", docx("合同"), 1402), ("html", docx("合同"), 1402),
    ("pdf", docx("合同"), 1402), ("docx", b"<html></html>", 1402), ("pptx", docx("合同"), 1402), ("tiff", plain_pages(1), 1402),
    ("docx", docx("合同")[:-100], 1403), ("doc", (DATA / "contract.doc").read_bytes()[:600], 1403), ("tiff", tiff(2)[:-200], 1403),
    ("html", b"plain text", 1403), ("docx", package({"word/document.xml": " " * (64 << 20)}, "word/document.xml", "wordprocessingml.document"), 1403)])
def test_a_file_that_is_not_what_it_says_or_is_broken_is_refused(contract, suffix, content, code):
    before = contract.detail()
    assert contract.try_file(content, suffix=suffix).code == code
    assert contract.detail() == before


def picture(pdf: bytes) -> bytes:
    return run("pdftoppm", pdf, "-r", "150", "-gray")


def test_a_font_of_windows_is_replaced_by_a_chinese_face(contract):
    """骨直令 are drawn differently in China and in Japan; the face that a document of no language gets must be the Chinese one."""
    text = "骨直返角令化今"
    made = []
    for font, language in (("SimSun", ""), ("SimSun", "zh-CN"), ("Noto Serif CJK SC", "zh-CN"), ("SimSun", "ja-JP")):
        contract.add_file(docx(text, font=font, language=language), suffix="docx")
        made.append(picture(contract.download(len(made))))
    assert made[0] == made[1] == made[2]
    assert made[0] != made[3]


def test_a_page_reaches_neither_the_network_nor_the_servers_files(contract, server):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        remote = f"http://127.0.0.1:{listener.getsockname()[1]}/x.png"
        own = (server.data / "demo.json").as_uri()
        page = f'<html><body><p>协议</p><img src="{remote}"><iframe src="{own}"></iframe><object data="{own}"></object><img src="file:///etc/passwd"></body></html>'
        contract.add_file(page.encode(), suffix="html")
        text = run("pdftotext", contract.download()).decode()
        assert "协议" in text and server.demo["appSecret"] not in text and "root:" not in text
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_nothing_of_an_office_file_stays_where_it_was_printed(contract, server):
    contract.add_file(docx("合同"), suffix="docx")
    assert not list((server.data / "office").rglob("document.*"))


def test_no_libreoffice_runs_before_the_first_office_file(new_server):
    server = new_server()
    assert not (server.data / "office").exists()
