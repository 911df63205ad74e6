"""Edits of a PDF's first page as one more revision: what an editor, or an attacker, does to a file."""
from __future__ import annotations

import io

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields


def changed(pdf: bytes, change) -> bytes:
    """The file with one more revision, in which `change(writer, page)` has altered the first page."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    page_reference = writer.root["/Pages"]["/Kids"].raw_get(0).reference
    change(writer, writer.get_object(page_reference))
    writer.mark_update(page_reference)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def with_empty_field(pdf: bytes, name: str) -> bytes:
    """The file with a signature field that nobody has signed."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    fields.append_signature_field(writer, fields.SigFieldSpec(name, box=(60, 400, 180, 460)))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def add_stamp(writer, page) -> None:
    """An annotation of the kind that reviewers leave."""
    stamp = generic.DictionaryObject({
        generic.pdf_name("/Type"): generic.pdf_name("/Annot"), generic.pdf_name("/Subtype"): generic.pdf_name("/Stamp"),
        generic.pdf_name("/Rect"): box(100, 300, 200, 400), generic.pdf_name("/F"): generic.NumberObject(4)})
    old = page.get("/Annots", generic.ArrayObject())
    page["/Annots"] = generic.ArrayObject([*(old.raw_get(n) for n in range(len(old))), writer.add_object(stamp)])


def draw_on_page(writer, page) -> None:
    """A red rectangle over the text."""
    ink = writer.add_object(generic.StreamObject(stream_data=b"q 1 0 0 rg 100 500 200 100 re f Q"))
    contents = page.raw_get("/Contents")
    old = [contents] if isinstance(contents, generic.IndirectObject) else list(contents)
    page["/Contents"] = generic.ArrayObject([*old, ink])


def crop(_writer, page) -> None:
    """A crop box that starts neither at zero nor at the media box's corner."""
    page["/CropBox"] = box(40, 50, 500, 780)


def box(*corners: int) -> generic.ArrayObject:
    return generic.ArrayObject(generic.NumberObject(n) for n in corners)
