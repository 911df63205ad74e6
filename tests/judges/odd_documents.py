"""Documents as they come from scanners, printers, ministries and old programs: each one PDF, made here, with Chinese or plain text."""
from __future__ import annotations

import io
import pathlib
import subprocess
import tempfile
import zlib
from collections.abc import Callable

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm

from authority import Authority, sign_as_a_stranger
from support.pdfs import A4, make_pdf

KEYWORD = "Signature:"


def words(number: int, height: float = A4[1]) -> list[tuple[float, float, str]]:
    return [(72, height - 120, f"Invented contract, page {number}"), (72, height - 160, KEYWORD)]


def plain(pages: int = 3, **shape) -> bytes:
    return make_pdf([words(number, shape.get("size", A4)[1]) for number in range(1, pages + 1)], **shape)


def qpdf(pdf: bytes, *options: str) -> bytes:
    with tempfile.TemporaryDirectory(prefix="signet-odd-") as folder:
        source, target = pathlib.Path(folder) / "in.pdf", pathlib.Path(folder) / "out.pdf"
        source.write_bytes(pdf)
        subprocess.run(["qpdf", "--warning-exit-0", "--no-warn", *options, source, target], check=True, capture_output=True)
        return target.read_bytes()


class Builder:
    """A file object by object, with a classic table."""

    def __init__(self) -> None:
        self._objects: list[bytes] = []

    def add(self, content: bytes | str) -> int:
        self._objects.append(content.encode() if isinstance(content, str) else content)
        return len(self._objects)

    def stream(self, data: bytes, entries: str = "") -> int:
        return self.add(f"<<{entries}/Length {len(data)}>>stream\n".encode() + data + b"\nendstream")

    def reserve(self) -> int:
        return self.add(b"null")

    def set(self, number: int, content: str) -> None:
        self._objects[number - 1] = content.encode()

    def file(self, root: int, version: str = "1.7") -> bytes:
        out, offsets = f"%PDF-{version}\n%\u00e2\u00e3\u00cf\u00d3\n".encode("latin-1"), []
        for number, content in enumerate(self._objects, 1):
            offsets.append(len(out))
            out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
        table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
        identity = "<00112233445566778899AABBCCDDEEFF>"
        return out + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root %d 0 R/ID[%s%s]>>\nstartxref\n%d\n%%%%EOF\n" % (
            len(offsets) + 1, table, len(offsets) + 1, root, identity.encode(), identity.encode(), len(out))


FONT = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"


def text(*lines: tuple[float, float, str]) -> bytes:
    return "".join(f"BT /F1 12 Tf {x} {y} Td ({line}) Tj ET\n" for x, y, line in lines).encode()


def pages_of(builder: Builder, entries: list[str], font: int | None = None) -> int:
    """A page tree of pages with these entries, each with its words; the tree's number."""
    tree = builder.reserve()
    font = font or builder.add(FONT)
    kids = []
    for number, more in enumerate(entries, 1):
        content = builder.stream(text(*words(number)))
        kids.append(builder.add(f"<</Type/Page/Parent {tree} 0 R/Resources<</Font<</F1 {font} 0 R>>>>/Contents {content} 0 R{more}>>"))
    builder.set(tree, f"<</Type/Pages/Kids[{' '.join(f'{kid} 0 R' for kid in kids)}]/Count {len(kids)}>>")
    return tree


BOX = "/MediaBox[0 0 595.28 841.89]"


def document(entries: list[str] | None = None, catalog: str = "", version: str = "1.7") -> bytes:
    builder = Builder()
    tree = pages_of(builder, entries or [BOX] * 3)
    return builder.file(builder.add(f"<</Type/Catalog/Pages {tree} 0 R{catalog}>>"), version)


def scanned(pages: int = 3) -> bytes:
    """Grey pictures and no text at all."""
    builder = Builder()
    tree, kids = builder.reserve(), []
    for _ in range(pages):
        pixels = bytes((x * y) % 60 + 190 for y in range(280) for x in range(200))
        picture = builder.stream(zlib.compress(pixels), "/Type/XObject/Subtype/Image/Width 200/Height 280/BitsPerComponent 8/ColorSpace/DeviceGray/Filter/FlateDecode")
        content = builder.stream(b"q 595 0 0 842 0 0 cm /I Do Q")
        kids.append(builder.add(f"<</Type/Page/Parent {tree} 0 R/MediaBox[0 0 595 842]/Resources<</XObject<</I {picture} 0 R>>>>/Contents {content} 0 R>>"))
    builder.set(tree, f"<</Type/Pages/Kids[{' '.join(f'{kid} 0 R' for kid in kids)}]/Count {pages}>>")
    return builder.file(builder.add(f"<</Type/Catalog/Pages {tree} 0 R>>"))


def with_form(need_appearances: bool) -> bytes:
    builder = Builder()
    font, field, appearance = builder.add(FONT), builder.reserve(), builder.reserve()
    tree = pages_of(builder, [BOX + f"/Annots[{field} 0 R]", BOX, BOX], font)
    drawn = b"/Tx BMC q BT /F1 12 Tf 2 5 Td (filled in) Tj ET Q EMC"
    builder.set(appearance, f"<</Type/XObject/Subtype/Form/BBox[0 0 200 20]/Resources<</Font<</F1 {font} 0 R>>>>/Length {len(drawn)}>>stream\n{drawn.decode()}\nendstream")
    builder.set(field, f"<</Type/Annot/Subtype/Widget/FT/Tx/T(party)/V(filled in)/Rect[72 500 272 520]/F 4/DA(/F1 12 Tf 0 g)/AP<</N {appearance} 0 R>>>>")
    flag = "/NeedAppearances true" if need_appearances else ""
    return builder.file(builder.add(f"<</Type/Catalog/Pages {tree} 0 R/AcroForm<</Fields[{field} 0 R]/DR<</Font<</F1 {font} 0 R>>>>{flag}>>>>"))


def inherited() -> bytes:
    """Size, turn and resources stand high in a tree of many levels."""
    builder = Builder()
    font, top, kids = builder.add(FONT), builder.reserve(), []
    for number in range(1, 4):
        parent, chain = top, []
        for _ in range(20):
            node = builder.reserve()
            chain.append((node, parent))
            parent = node
        content = builder.stream(text(*words(number)))
        below = builder.add(f"<</Type/Page/Parent {parent} 0 R/Contents[{content} 0 R]>>")
        for node, above in reversed(chain):
            builder.set(node, f"<</Type/Pages/Parent {above} 0 R/Kids[{below} 0 R]/Count 1>>")
            below = node
        kids.append(below)
    builder.set(top, f"<</Type/Pages/Kids[{' '.join(f'{kid} 0 R' for kid in kids)}]/Count 3/MediaBox[-20 -30 575.28 811.89]/Rotate 90"
                     f"/Resources<</Font<</F1 {font} 0 R>>>>>>")
    return builder.file(builder.add(f"<</Type/Catalog/Pages {top} 0 R>>"))


def xmp(part: int, conformance: str) -> bytes:
    return (f'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
            f'<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"><pdfaid:part>{part}</pdfaid:part>'
            f'<pdfaid:conformance>{conformance}</pdfaid:conformance></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>').encode()


def archival(part: int) -> bytes:
    builder = Builder()
    tree = pages_of(builder, [BOX] * 3)
    metadata = builder.stream(xmp(part, "B"), "/Type/Metadata/Subtype/XML")
    return builder.file(builder.add(f"<</Type/Catalog/Pages {tree} 0 R/Metadata {metadata} 0 R>>"), "1.4" if part == 1 else "1.7")


def tagged() -> bytes:
    builder = Builder()
    tree, font, root, kids = builder.reserve(), builder.add(FONT), builder.reserve(), []
    paragraphs = []
    for number in range(1, 4):
        marked = b"/P <</MCID 0>> BDC\n" + text(*words(number)) + b"EMC"
        content, page, paragraph = builder.stream(marked), builder.reserve(), builder.reserve()
        builder.set(page, f"<</Type/Page/Parent {tree} 0 R{BOX}/Resources<</Font<</F1 {font} 0 R>>>>/Contents {content} 0 R/StructParents {number - 1}/Tabs/S>>")
        builder.set(paragraph, f"<</Type/StructElem/S/P/P {root} 0 R/Pg {page} 0 R/K 0>>")
        kids.append(page)
        paragraphs.append(paragraph)
    builder.set(tree, f"<</Type/Pages/Kids[{' '.join(f'{kid} 0 R' for kid in kids)}]/Count 3>>")
    parents = " ".join(f"{number} [{paragraph} 0 R]" for number, paragraph in enumerate(paragraphs))
    builder.set(root, f"<</Type/StructTreeRoot/K[{' '.join(f'{one} 0 R' for one in paragraphs)}]/ParentTree<</Nums[{parents}]>>/ParentTreeNextKey 3>>")
    return builder.file(builder.add(f"<</Type/Catalog/Pages {tree} 0 R/StructTreeRoot {root} 0 R/MarkInfo<</Marked true>>/Lang(zh-CN)>>"))


def chinese() -> bytes:
    """Text in a font that the reader has to have: STSong-Light with its predefined map."""
    builder = Builder()
    descriptor = builder.add("<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[-25 -254 1000 880]/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 880/StemV 93>>")
    below = builder.add(f"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>/FontDescriptor {descriptor} 0 R/DW 1000>>")
    font = builder.add(f"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light-UniGB-UCS2-H/Encoding/UniGB-UCS2-H/DescendantFonts[{below} 0 R]>>")
    tree, kids = builder.reserve(), []
    for _ in range(3):
        line = "甲方（盖章）：".encode("utf-16-be").hex()
        content = builder.stream(f"BT /F1 14 Tf 72 700 Td <{line}> Tj ET".encode())
        kids.append(builder.add(f"<</Type/Page/Parent {tree} 0 R{BOX}/Resources<</Font<</F1 {font} 0 R>>>>/Contents {content} 0 R>>"))
    builder.set(tree, f"<</Type/Pages/Kids[{' '.join(f'{kid} 0 R' for kid in kids)}]/Count 3>>")
    return builder.file(builder.add(f"<</Type/Catalog/Pages {tree} 0 R>>"))


def with_labels_outline_and_attachment() -> bytes:
    builder = Builder()
    tree = pages_of(builder, [BOX] * 3)
    outline, chapter = builder.reserve(), builder.reserve()
    builder.set(outline, f"<</Type/Outlines/First {chapter} 0 R/Last {chapter} 0 R/Count 1>>")
    builder.set(chapter, f"<</Title(Chapter)/Parent {outline} 0 R/Dest[{tree + 3} 0 R/Fit]>>")
    embedded = builder.stream(b"plain", "/Type/EmbeddedFile")
    attachment = builder.add(f"<</Type/Filespec/F(note.txt)/UF(note.txt)/EF<</F {embedded} 0 R>>>>")
    return builder.file(builder.add(
        f"<</Type/Catalog/Pages {tree} 0 R/Outlines {outline} 0 R/PageMode/UseOutlines/PageLabels<</Nums[0<</S/r>>2<</S/D/St 1>>]>>"
        f"/Names<</EmbeddedFiles<</Names[(note.txt) {attachment} 0 R]>>>>>>"))


def revised(pdf: bytes, times: int = 3) -> bytes:
    """Saved again and again by an editor that appends."""
    for number in range(times):
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        page = writer.root["/Pages"]["/Kids"].raw_get(0).reference
        writer.get_object(page)["/Note"] = generic.pdf_string(f"edit {number}")
        writer.mark_update(page)
        out = io.BytesIO()
        writer.write(out)
        pdf = out.getvalue()
    return pdf


def signed_by_another(certified: bool) -> bytes:
    more = {"certify": MDPPerm.FILL_FORMS} if certified else {}
    return sign_as_a_stranger(plain(), Authority("Another Fictitious Root").issue("Zhang Sanfeng"), "First", **more)


DOCUMENTS: dict[str, Callable[[], bytes]] = {
    "turned by a quarter": lambda: plain(rotate=90),
    "turned by half": lambda: plain(rotate=180),
    "turned by three quarters": lambda: plain(rotate=270),
    "cropped": lambda: plain(crop=(40, 50, 500, 780)),
    "cropped and turned": lambda: plain(crop=(40, 50, 500, 780), rotate=270),
    "landscape": lambda: plain(size=(841.89, 595.28)),
    "pages of all sizes": lambda: document([BOX, "/MediaBox[0 0 1190.55 841.89]", "/MediaBox[0 0 419.53 595.28]/Rotate 90", "/MediaBox[100 100 712 892]/CropBox[150 150 600 800]"]),
    "five hundred pages": lambda: plain(500),
    "scanned": scanned,
    "a form": lambda: with_form(False),
    "a form that is drawn by the reader": lambda: with_form(True),
    "signed by another": lambda: signed_by_another(False),
    "certified by another": lambda: signed_by_another(True),
    "PDF/A-1b": lambda: archival(1),
    "PDF/A-2b": lambda: archival(2),
    "tagged": tagged,
    "linearized": lambda: qpdf(plain(), "--linearize", "--object-streams=disable"),
    "linearized with object streams": lambda: qpdf(plain(), "--linearize", "--object-streams=generate"),
    "object streams": lambda: qpdf(plain(), "--object-streams=generate"),
    "a classic table": plain,
    "encrypted for nobody": lambda: qpdf(plain(), "--encrypt", "", "owner", "256", "--modify=none", "--"),
    "encrypted, everything allowed": lambda: qpdf(plain(), "--encrypt", "", "owner", "256", "--"),
    "saved again and again": lambda: revised(plain()),
    "a huge page": lambda: document(["/MediaBox[0 0 14400 14400]"] * 2),
    "a tiny page": lambda: document(["/MediaBox[0 0 60 40]"] * 2),
    "a deep page tree that hands down": inherited,
    "Chinese in a font that is not embedded": chinese,
    "labels, an outline, an attachment": with_labels_outline_and_attachment,
    "junk before the header": lambda: b"HTTP/1.1 200 OK\r\n\r\n" + plain(),
    "junk behind the end": lambda: plain() + b"\r\n<!-- printed -->\r\n" * 20,
    "a unit of its own": lambda: document([BOX + "/UserUnit 2.5"] * 2),
    "a page without content": lambda: make_pdf([[], []]),
}
