"""Small PDFs whose every word stands where the test says."""
from __future__ import annotations

import random

A4 = (595.28, 841.89)


def make_pdf(pages: list[list[tuple[float, float, str]]], size: tuple[float, float] = A4, rotate: int = 0, filler: int = 0,
             crop: tuple[float, float, float, float] | None = None) -> bytes:
    """One page for each list of (x, y, text): points from the bottom left, ASCII text in 12 point Helvetica.

    `crop` is the part (left, bottom, right, top) that is displayed, where that is not all.
    `filler` adds a picture of about that many bytes, which cannot be packed any tighter, to the resources of the first page.
    """
    count = len(pages)
    rows = filler // 1024
    picture = f"/XObject<</Im1 {4 + 2 * count} 0 R>>" if rows else ""
    shown = f"/CropBox[{' '.join(map(str, crop))}]" if crop else ""
    kids = " ".join(f"{4 + 2 * i} 0 R" for i in range(count))
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Kids[{kids}]/Count {count}>>".encode(),
               b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"]
    for i, words in enumerate(pages):
        content = "".join(f"BT /F1 12 Tf {x} {y} Td ({text}) Tj ET\n" for x, y, text in words).encode()
        objects.append((f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {size[0]} {size[1]}]{shown}/Rotate {rotate}"
                        f"/Resources<</Font<</F1 3 0 R>>{picture if i == 0 else ''}>>/Contents {5 + 2 * i} 0 R>>").encode())
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(content), content))
    if rows:
        noise = random.Random(rows).randbytes(rows * 1024)
        objects.append(b"<</Type/XObject/Subtype/Image/Width 1024/Height %d/ColorSpace/DeviceGray/BitsPerComponent 8/Length %d>>stream\n%s\nendstream"
                       % (rows, len(noise), noise))
    return _file(objects)


def _file(objects: list[bytes]) -> bytes:
    parts, offsets, length = [b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"], [], 15
    for number, content in enumerate(objects, 1):
        offsets.append(length)
        parts.append(b"%d 0 obj\n%s\nendobj\n" % (number, content))
        length += len(parts[-1])
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    parts.append(b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
                 % (len(objects) + 1, table, len(objects) + 1, length))
    return b"".join(parts)


def plain_pages(count: int) -> bytes:
    return make_pdf([[(72, 720, f"Page {i + 1} of an invented contract")] for i in range(count)])


def make_form(fields: list[tuple[str, tuple[float, float, float, float]]], rotate: int = 0, size: float = 12) -> bytes:
    """One A4 page with a form: text fields by name and rectangle (left, bottom, right, top), and a ticked box."""
    first = 7
    names = " ".join(f"{first + i} 0 R" for i in range(len(fields))) + " 6 0 R"
    objects = [
        f"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[{names}]/DR<</Font<</Helv 3 0 R>>>>/DA(/Helv {size} Tf 0 g)>>>>".encode(),
        b"<</Type/Pages/Kids[4 0 R]/Count 1>>",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        (f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {A4[0]} {A4[1]}]/Rotate {rotate}/Resources<</Font<</F1 3 0 R>>>>/Contents 5 0 R"
         f"/Annots[{names}]>>").encode(),
        b"<</Length 48>>stream\nBT /F1 12 Tf 72 780 Td (An invented form) Tj ET \nendstream",
        (b"<</Type/Annot/Subtype/Widget/FT/Btn/T(agreed)/V/Yes/AS/Yes/F 4/P 4 0 R/Rect[72 700 84 712]"
         b"/AP<</N<</Yes %d 0 R>>>>>>" % (first + len(fields))),
    ]
    for name, rect in fields:
        objects.append((f"<</Type/Annot/Subtype/Widget/FT/Tx/T({name})/F 4/P 4 0 R/DA(/Helv {size} Tf 0 g)"
                        f"/Rect[{' '.join(map(str, rect))}]>>").encode())
    objects.append(b"<</Type/XObject/Subtype/Form/BBox[0 0 12 12]/Length 15>>stream\n0 0 12 12 re f \nendstream")
    return _file(objects)
