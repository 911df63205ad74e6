"""What attackers do to signed PDFs, by the classes of docs/verdicts.md: each a function from a signed file to a tampered one, written for any file
that pyHanko can extend, so that the same attack is tried on tables, cross-reference streams, object streams, hybrid and certified files. An attack that a
file gives no hold for raises `NoHold`."""
from __future__ import annotations

import io
import re
from collections.abc import Callable

from asn1crypto import cms, core
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader

name, text, number = generic.pdf_name, generic.pdf_string, generic.NumberObject


class NoHold(Exception):
    """This file has nothing that this attack needs."""


# ---- Tools. ----

def update(pdf: bytes, change: Callable[[IncrementalPdfFileWriter], None]) -> bytes:
    """The file with one more revision, written as any program would."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=False)
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    if out.getvalue() == pdf:
        raise NoHold("nothing was written")
    return out.getvalue()


def reader_of(pdf: bytes) -> PdfFileReader:
    return PdfFileReader(io.BytesIO(pdf), strict=False)


def signature(pdf: bytes):
    """The first of somebody's signatures, by pyHanko."""
    found = reader_of(pdf).embedded_regular_signatures
    if not found:
        raise NoHold("nobody's signature")
    return found[0]


def ranges(pdf: bytes) -> tuple[int, int, int, int]:
    return tuple(int(one) for one in signature(pdf).sig_object.raw_get("/ByteRange"))


def page_of(writer, index: int = 0):
    """A page that is about to change."""
    reference, _ = writer.find_page_for_modification(index)
    writer.mark_update(reference)
    return reference.get_object()


def field_of(writer, at: int = 0):
    """The at-th signed field that is about to change."""
    signed = [one for one in reader_fields(writer) if one.get_object().get("/V") is not None]
    if at >= len(signed):
        raise NoHold("too few signed fields")
    reference = getattr(signed[at], "reference", None)
    if reference is None:
        raise NoHold("a field that is no object")
    writer.mark_update(reference)
    return reference.get_object()


def reader_fields(writer) -> list:
    if "/AcroForm" not in writer.root:
        raise NoHold("no form")
    fields = writer.root["/AcroForm"]["/Fields"]
    return [one for one in (fields.raw_get(at) for at in range(len(fields)))
            if isinstance(one, generic.IndirectObject) and one.get_object().get("/FT") == "/Sig"]


def update_container(writer, thing) -> None:
    try:
        writer.update_container(thing)
    except Exception as problem:  # it lies where pyHanko cannot reach it
        raise NoHold(str(problem)) from problem


def ink(writer, data: bytes = b"1 g 60 500 480 300 re f 0 g 100 600 200 30 re f"):
    return writer.add_object(generic.StreamObject(stream_data=data))


def form_xobject(writer, data: bytes = b"1 g 0 0 400 300 re f"):
    return writer.add_object(generic.StreamObject({name("/Type"): name("/XObject"), name("/Subtype"): name("/Form"),
                                                   name("/BBox"): numbers(0, 0, 400, 300)}, stream_data=data))


def numbers(*values) -> generic.ArrayObject:
    return generic.ArrayObject(number(value) for value in values)


def dictionary(**entries) -> generic.DictionaryObject:
    return generic.DictionaryObject({name("/" + key): value for key, value in entries.items()})


def with_annotation(writer, entries: generic.DictionaryObject) -> None:
    page = page_of(writer)
    entries[name("/Type")], entries[name("/F")] = name("/Annot"), number(4)
    entries.setdefault(name("/Rect"), numbers(60, 500, 540, 800))
    entries[name("/AP")] = dictionary(N=form_xobject(writer))
    old = page.get("/Annots", generic.ArrayObject())
    page["/Annots"] = generic.ArrayObject([*(old.raw_get(at) for at in range(len(old))), writer.add_object(entries)])


def same_length(pdf: bytes, old: bytes, new: bytes, start: int = 0) -> bytes:
    assert len(old) == len(new)
    at = pdf.find(old, start)
    if at < 0:
        raise NoHold(f"no {old!r} in the clear")
    return pdf[:at] + new + pdf[at + len(old):]


def in_dictionary(pdf: bytes, old: bytes, new: bytes) -> bytes:
    """In the signature's own dictionary, around its gap."""
    _, gap, after, _ = ranges(pdf)
    low = max(pdf.rfind(b"obj", 0, gap), 0)
    at = pdf.find(old, low)
    if at < 0 or at > after + 2000:
        raise NoHold(f"no {old!r} beside the signature")
    return pdf[:at] + new + pdf[at + len(old):]


def with_dictionary(pdf: bytes, change: Callable[[generic.DictionaryObject], None]) -> bytes:
    """The signature's dictionary written anew in an update."""
    def do(writer):
        field = field_of(writer)
        old = field["/V"]
        new = generic.DictionaryObject({key: old.raw_get(key) for key in old})
        new[name("/Contents")] = generic.ByteStringObject(bytes(old.raw_get("/Contents")))
        change(new)
        field[name("/V")] = writer.add_object(new)
    return update(pdf, do)


def with_cms(pdf: bytes, change: Callable[[cms.ContentInfo], bytes]) -> bytes:
    """The signature's CMS changed in its place, which no digest covers."""
    _, gap, after, _ = ranges(pdf)
    raw = bytes.fromhex(pdf[gap + 1:after - 1].decode())
    info = cms.ContentInfo.load(raw)
    new = change(info).hex().encode()
    room = after - gap - 2
    if len(new) > room:
        raise NoHold("no room for a longer CMS")
    return pdf[:gap + 1] + new + b"0" * (room - len(new)) + pdf[after - 1:]


def last_startxref(pdf: bytes) -> int:
    return int(re.findall(rb"startxref\s+(\d+)", pdf)[-1])


def has_table(pdf: bytes) -> bool:
    return pdf[last_startxref(pdf):].lstrip().startswith(b"xref")


def root_of(pdf: bytes) -> int:
    return reader_of(pdf).root_ref.idnum


def size_of(pdf: bytes) -> int:
    return int(reader_of(pdf).trailer["/Size"])


def with_table(pdf: bytes, objects: dict[int, int | None], more: bytes = b"", size: int | None = None) -> bytes:
    """A table that names objects at offsets of the file as it is; None makes one free."""
    if not has_table(pdf):
        raise NoHold("a table does not fit here")
    out = b"xref\n" + (b"0 0\n" if not objects else b"")
    for which, offset in objects.items():
        out += b"%d 1\n" % which + (b"0000000000 65535 f \n" if offset is None else b"%010d 00000 n \n" % offset)
    return pdf + out + b"trailer\n<</Size %d/Root %d 0 R/Prev %d%s>>\nstartxref\n%d\n%%%%EOF\n" % (
        size or size_of(pdf), root_of(pdf), last_startxref(pdf), more, len(pdf))


def content_object(pdf: bytes) -> int:
    page = reader_of(pdf).find_page_for_modification(0)[0].get_object()
    contents = page.raw_get("/Contents")
    if isinstance(contents, generic.ArrayObject):
        contents = contents.raw_get(0)
    if not isinstance(contents, generic.IndirectObject):
        raise NoHold("no content of its own")
    found = contents.get_object()
    if isinstance(found, generic.ArrayObject):
        return found.raw_get(0).idnum
    return contents.idnum


def stray_content(pdf: bytes) -> bytes:
    data = b"1 g 0 0 600 900 re f"
    return b"%d 0 obj\n<</Length %d>>\nstream\n%s\nendstream\nendobj\n" % (content_object(pdf), len(data), data)


# ---- Universal signature forgery. ----

def usf_misspelt(key: bytes):
    def attack(pdf):
        return in_dictionary(pdf, key, key[:-2] + b"xx")
    return attack


def usf_value(key: str, value):
    def attack(pdf):
        return with_dictionary(pdf, lambda new: new.__setitem__(name(key), value()))
    return attack


def usf_without(key: str):
    def attack(pdf):
        return with_dictionary(pdf, lambda new: new.pop(name(key), None))
    return attack


def usf_zeros(pdf):
    _, gap, after, _ = ranges(pdf)
    return pdf[:gap + 1] + b"0" * (after - gap - 2) + pdf[after - 1:]


# ---- Incremental saving. ----

def isa_content(pdf):
    def change(writer):
        page_of(writer)["/Contents"] = ink(writer)
    return update(pdf, change)


def isa_content_appended(pdf):
    def change(writer):
        page = page_of(writer)
        old = page.raw_get("/Contents") if "/Contents" in page else generic.ArrayObject()
        kept = [old] if isinstance(old, generic.IndirectObject) and not isinstance(old.get_object(), generic.ArrayObject) else list(old.get_object())
        page["/Contents"] = generic.ArrayObject([*kept, ink(writer)])
    return update(pdf, change)


def isa_stream_in_its_place(pdf):
    which = content_object(pdf)

    def change(writer):
        reference = generic.Reference(which, 0, writer)
        writer.get_object(reference)._data = b"1 g 0 0 600 900 re f"
        stream = generic.StreamObject(stream_data=b"1 g 0 0 600 900 re f")
        writer.objects[(0, which)] = stream
    return update(pdf, change)


def isa_in_an_object_stream(pdf):
    def change(writer):
        if not writer.stream_xrefs:
            raise NoHold("the file has tables")
        packed = writer.prepare_object_stream()
        reference, _ = writer.find_page_for_modification(0)
        page = generic.DictionaryObject(reference.get_object())
        page[name("/Contents")] = ink(writer)
        packed.add_object(reference.idnum, page)
    return update(pdf, change)


def isa_with_a_copy_of_the_signature(pdf):
    """The update repeats the signature itself, so that a careless reader finds it in the newest revision."""
    return with_dictionary(isa_content(pdf), lambda new: None)


def isa_with_the_old_look_back(pdf):
    """Two updates: the second takes back what the first did to the page but keeps an annotation."""
    def change(writer):
        with_annotation(writer, dictionary(Subtype=name("/Square")))
    return update(isa_content(pdf), change)


def isa_without_a_table(pdf):
    return pdf + stray_content(pdf)


def isa_with_an_end_but_no_table(pdf):
    return pdf + stray_content(pdf) + b"startxref\n%d\n%%%%EOF\n" % last_startxref(pdf)


def isa_with_a_trailer_alone(pdf):
    return pdf + stray_content(pdf) + b"trailer\n<</Size %d/Root %d 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (
        size_of(pdf), root_of(pdf), last_startxref(pdf), last_startxref(pdf))


def isa_with_an_empty_table(pdf):
    return with_table(pdf + stray_content(pdf), {})


def isa_with_a_table_of_something_else(pdf):
    """The table names a new object and not the changed one, which a reader that repairs takes all the same."""
    which = size_of(pdf)
    more = b"%d 0 obj\n<<>>\nendobj\n" % which
    whole = pdf + stray_content(pdf)
    return with_table(whole + more, {which: len(whole)}, size=which + 1)


def isa_another_generation(pdf):
    if not has_table(pdf):
        raise NoHold("a table does not fit here")
    which, at = content_object(pdf), len(pdf)
    body = stray_content(pdf).replace(b" 0 obj", b" 1 obj")
    whole = pdf + body
    return whole + b"xref\n%d 1\n%010d 00001 n \ntrailer\n<</Size %d/Root %d 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (
        which, at, size_of(pdf), root_of(pdf), last_startxref(pdf), len(whole))


def hybrid_update(pdf):
    """The table changes nothing; a cross-reference stream beside it does."""
    if not has_table(pdf):
        raise NoHold("a table does not fit here")
    which, at = content_object(pdf), len(pdf)
    whole = pdf + stray_content(pdf)
    stream_number, stream_at = size_of(pdf), len(whole)
    rows = b"\x01" + at.to_bytes(4, "big") + b"\x00\x00" + b"\x01" + stream_at.to_bytes(4, "big") + b"\x00\x00"
    whole += b"%d 0 obj\n<</Type/XRef/Size %d/W[1 4 2]/Index[%d 1 %d 1]/Root %d 0 R/Length %d>>\nstream\n%s\nendstream\nendobj\n" % (
        stream_number, stream_number + 1, which, stream_number, root_of(pdf), len(rows), rows)
    return whole + b"xref\n0 0\ntrailer\n<</Size %d/Root %d 0 R/Prev %d/XRefStm %d>>\nstartxref\n%d\n%%%%EOF\n" % (
        stream_number + 1, root_of(pdf), last_startxref(pdf), stream_at, len(whole))


def another_catalog(pdf):
    """The trailer names another catalog, without a form."""
    if not has_table(pdf):
        raise NoHold("a table does not fit here")
    which = size_of(pdf)
    pages = reader_of(pdf).root.raw_get("/Pages").idnum
    at = len(pdf)
    whole = pdf + b"%d 0 obj\n<</Type/Catalog/Pages %d 0 R>>\nendobj\n" % (which, pages)
    return whole + b"xref\n%d 1\n%010d 00000 n \ntrailer\n<</Size %d/Root %d 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (
        which, at, which + 1, which, last_startxref(pdf), len(whole))


def another_file_behind(pdf):
    return pdf + b"%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\n"


def behind(what: bytes):
    return lambda pdf: pdf + what


def in_front(what: bytes):
    return lambda pdf: what + pdf


# ---- Signature wrapping. ----

def swa_second_part_moved(pdf):
    """The signed bytes are all there, the second part further back; a new dictionary and other content stand where it was, under the table at the
    place that the moved trailer still names."""
    if not has_table(pdf) or len(reader_of(pdf).embedded_signatures) != 1 or ranges(pdf)[2] + ranges(pdf)[3] != len(pdf):
        raise NoHold("not one signature over a whole file with a table")
    _, gap, after, length = ranges(pdf)
    start = last_startxref(pdf)
    if start < after:
        raise NoHold("the table stands before the gap")
    old = signature(pdf).sig_object
    which, content = old.container_ref.idnum, content_object(pdf)
    data = b"1 g 0 0 600 900 re f"
    parts = {content: b"%d 0 obj\n<</Length %d>>\nstream\n%s\nendstream\nendobj\n" % (content, len(data), data)}
    wanted = 40 + len(pdf[gap:after]) + 400 + len(parts[content])
    # Room between the gap and the table's old place; else the table cannot stand there.
    room = start - after
    offsets: dict[int, int] = {}
    for one in re.finditer(rb"(?<![0-9])(\d+) 0 obj\b", pdf[:gap]):
        offsets[int(one[1])] = one.start()
    table_room = 20 * (size_of(pdf) + 2) + 300
    block_end = start + table_room + wanted
    moved = block_end - after
    for one in re.finditer(rb"(?<![0-9])(\d+) 0 obj\b", pdf[after:]):
        offsets[int(one[1])] = after + moved + one.start()
    objects = b""
    at = start + table_room
    offsets[content] = at
    objects += parts[content]
    offsets[which] = at + len(objects)
    objects += b"%d 0 obj\n<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/%s/ByteRange[0 %d %d %d]/Contents%s>>\nendobj\n" % (
        which, str(old["/SubFilter"])[1:].encode(), gap, after + moved, length, pdf[gap:after])
    table = b"xref\n0 %d\n0000000000 65535 f \n" % size_of(pdf)
    for one in range(1, size_of(pdf)):
        table += b"%010d 00000 n \n" % offsets[one] if one in offsets else b"0000000000 65535 f \n"
    table += b"trailer\n<</Size %d/Root %d 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size_of(pdf), root_of(pdf), start)
    block = (b" " * room + table).ljust(room + table_room) + objects
    block = block.ljust(moved)
    if len(block) != moved:
        raise NoHold("no room")
    return pdf[:after] + block + pdf[after:]


def byte_range(change: Callable[[int, int, int, int, int], tuple[int, ...]]):
    """Another /ByteRange in a dictionary of an update; the value stays."""
    def attack(pdf):
        return with_dictionary(pdf, lambda new: new.__setitem__(name("/ByteRange"), numbers(*change(*ranges(pdf), len(pdf)))))
    return attack


def byte_range_in_place(change: Callable[[int, int, int, int], tuple[int, ...]]):
    """Another /ByteRange where the old one stands."""
    def attack(pdf):
        _, gap, after, _ = ranges(pdf)
        found = re.compile(rb"/ByteRange\s*\[[^\]]*\]\s*").search(pdf, max(pdf.rfind(b"obj", 0, gap), 0))
        if not found or found.start() > after + 2000:
            raise NoHold("no /ByteRange in the clear")
        new = b"/ByteRange[" + b" ".join(b"%d" % one for one in change(*ranges(pdf))) + b"]"
        if len(new) > len(found[0]):
            raise NoHold("no room")
        return pdf[:found.start()] + new.ljust(len(found[0])) + pdf[found.end():]
    return attack


# ---- Shadow attacks. ----

def shadow_hide(pdf):
    """The author's overlay is made empty: here the last of the page's contents, or the only one."""
    def change(writer):
        page = page_of(writer)
        contents = page.raw_get("/Contents")
        contents = contents.get_object() if isinstance(contents, generic.IndirectObject) else contents
        if not isinstance(contents, generic.ArrayObject) or len(contents) < 2:
            raise NoHold("no overlay")
        writer.objects[(0, contents.raw_get(len(contents) - 1).idnum)] = generic.StreamObject(stream_data=b"")
    return update(pdf, change)


def spare(pdf: bytes, mark: bytes) -> int:
    """The number of an object that the author left unused."""
    found = re.search(rb"(\d+) 0 obj\s*<<\s*/" + mark, pdf)
    if not found:
        raise NoHold("no spare object")
    return int(found[1])


def shadow_replace(pdf):
    which = spare(pdf, b"Spare true")

    def change(writer):
        page_of(writer)["/Contents"] = generic.IndirectObject(which, 0, writer)
    return update(pdf, change)


def shadow_replace_page(pdf):
    which = spare(pdf, b"SparePage true")

    def change(writer):
        kids = writer.root["/Pages"]["/Kids"]
        kids[0] = generic.IndirectObject(which, 0, writer)
        update_container(writer, kids)
    return update(pdf, change)


def shadow_hide_and_replace(pdf):
    """A table alone gives the content's number to an object that lies in the signed bytes under another one."""
    planted = pdf.find(b"% planted\n")
    if planted < 0:
        raise NoHold("nothing planted")
    return with_table(pdf, {content_object(pdf): planted + len(b"% planted\n")})


def shadow_freed(pdf):
    """A table alone makes the content free."""
    return with_table(pdf, {content_object(pdf): None})


def shadow_font(pdf):
    """Another font in the old one's place shows other letters."""
    def change(writer):
        page = page_of(writer)
        fonts = page.get("/Resources", {}).get("/Font")
        if not fonts:
            raise NoHold("no font of its own")
        for key in list(fonts):
            font = fonts[key]
            font[name("/Encoding")] = dictionary(Type=name("/Encoding"), Differences=generic.ArrayObject([number(48), name("/nine")]))
            update_container(writer, font)
    return update(pdf, change)


# ---- Annotations, fields and certificates of changes. ----

def annotated(subtype: str, **entries):
    def attack(pdf):
        return update(pdf, lambda writer: with_annotation(writer, dictionary(Subtype=name("/" + subtype), Contents=text("100,000"), **entries)))
    return attack


def annotation_far_from_content(pdf):
    return update(pdf, lambda writer: with_annotation(writer, dictionary(Subtype=name("/Text"), Rect=numbers(1, 1, 20, 20), Contents=text("note"))))


def sneaky_field(kind: str, signed: bool):
    def attack(pdf):
        def change(writer):
            form = writer.root["/AcroForm"]
            field = dictionary(FT=name("/" + kind), T=text("sneaky"), Type=name("/Annot"), Subtype=name("/Widget"), F=number(132),
                               Rect=numbers(60, 500, 540, 800), AP=dictionary(N=form_xobject(writer)))
            if kind == "Tx":
                field[name("/V")] = text("100,000")
            if signed:
                field[name("/V")] = writer.add_object(dictionary(
                    Type=name("/Sig"), Filter=name("/Adobe.PPKLite"), SubFilter=name("/ETSI.CAdES.detached"),
                    ByteRange=numbers(0, 1, 2, 3), Contents=generic.ByteStringObject(b"\x30\x00")))
            reference = writer.add_object(field)
            page = page_of(writer)
            old = page.get("/Annots", generic.ArrayObject())
            page["/Annots"] = generic.ArrayObject([*(old.raw_get(at) for at in range(len(old))), reference])
            form["/Fields"].append(reference)
            update_container(writer, form["/Fields"])
        return update(pdf, change)
    return attack


def signed_field(**entries):
    """The widget of the signature itself: moved over content, drawn anew, hidden."""
    def attack(pdf):
        def change(writer):
            field = field_of(writer)
            if "/Rect" not in field:
                raise NoHold("its widget is another object")
            for key, value in entries.items():
                field[name("/" + key)] = value(writer)
        return update(pdf, change)
    return attack


def seal_in_its_place(pdf):
    """The stream of the seal's picture is written anew under its old number."""
    def change(writer):
        field = field_of(writer)
        look = field.get("/AP", {})
        look = look.raw_get("/N") if "/N" in look else None
        if not isinstance(look, generic.IndirectObject):
            raise NoHold("no picture of its own")
        old = look.get_object()
        new = generic.StreamObject({key: old.raw_get(key) for key in old if key not in ("/Length", "/Filter", "/DecodeParms")},
                                   stream_data=b"1 0 0 rg 0 0 400 300 re f")
        writer.objects[(look.generation, look.idnum)] = new
    return update(pdf, change)


# ---- Pages. ----

def page_entry(key: str, value):
    def attack(pdf):
        return update(pdf, lambda writer: page_of(writer).__setitem__(name(key), value()))
    return attack


def tree_entry(key: str, value):
    def attack(pdf):
        def change(writer):
            tree = writer.root["/Pages"]
            tree[name(key)] = value()
            update_container(writer, tree)
        return update(pdf, change)
    return attack


def page_added(pdf):
    def change(writer):
        tree = writer.root["/Pages"]
        parent = writer.root.raw_get("/Pages")
        tree["/Kids"].append(writer.add_object(dictionary(Type=name("/Page"), Parent=parent, MediaBox=numbers(0, 0, 595, 842), Contents=ink(writer))))
        tree[name("/Count")] = number(int(tree["/Count"]) + 1)
        update_container(writer, tree)
        update_container(writer, tree["/Kids"])
    return update(pdf, change)


def page_removed(pdf):
    def change(writer):
        tree = writer.root["/Pages"]
        if len(tree["/Kids"]) < 2:
            raise NoHold("one page alone")
        del tree["/Kids"][-1]
        tree[name("/Count")] = number(int(tree["/Count"]) - 1)
        update_container(writer, tree)
        update_container(writer, tree["/Kids"])
    return update(pdf, change)


def pages_swapped(pdf):
    def change(writer):
        kids = writer.root["/Pages"]["/Kids"]
        if len(kids) < 2:
            raise NoHold("one page alone")
        kids[0], kids[1] = kids.raw_get(1), kids.raw_get(0)
        update_container(writer, kids)
    return update(pdf, change)


# ---- Catalog. ----

def catalog_entry(key: str, value):
    def attack(pdf):
        def change(writer):
            writer.root[name(key)] = value(writer)
            writer.update_root()
        return update(pdf, change)
    return attack


def form_entry(key: str, value):
    def attack(pdf):
        def change(writer):
            form = writer.root["/AcroForm"]
            form[name(key)] = value(writer)
            update_container(writer, form)
        return update(pdf, change)
    return attack


def script(_writer):
    return dictionary(S=name("/JavaScript"), JS=text("this.getField('x').value = 1"))


def form_removed(pdf):
    def change(writer):
        del writer.root["/AcroForm"]
        writer.update_root()
    return update(pdf, change)


def fields_emptied(pdf):
    return form_entry("/Fields", lambda writer: generic.ArrayObject())(pdf)


def value_removed(pdf):
    def change(writer):
        del field_of(writer)["/V"]
    return update(pdf, change)


def values_swapped(pdf):
    def change(writer):
        one, other = field_of(writer, 0), field_of(writer, 1)
        first, second = one.raw_get("/V"), other.raw_get("/V")
        one[name("/V")], other[name("/V")] = second, first
    return update(pdf, change)


def value_of_another(pdf):
    def change(writer):
        field_of(writer, 1)[name("/V")] = field_of(writer, 0).raw_get("/V")
    return update(pdf, change)


# ---- CMS. ----

def signers(change: Callable[[cms.SignedData], None]):
    def attack(pdf):
        def do(info):
            change(info["content"])
            return cms.ContentInfo({"content_type": "signed_data", "content": info["content"].copy()}).dump(force=True)
        return with_cms(pdf, do)
    return attack


def two_signers(data: cms.SignedData) -> None:
    data["signer_infos"] = cms.SignerInfos([data["signer_infos"][0].copy(), data["signer_infos"][0].copy()])
    # A SET OF of two equal members is written as two.


def no_signer(data: cms.SignedData) -> None:
    data["signer_infos"] = cms.SignerInfos([])


def other_value(data: cms.SignedData) -> None:
    value = bytearray(data["signer_infos"][0]["signature"].native)
    value[-1] ^= 1
    data["signer_infos"][0]["signature"] = bytes(value)


def signed_attributes(data: cms.SignedData):
    attributes = data["signer_infos"][0]["signed_attrs"]
    if not isinstance(attributes, cms.CMSAttributes) or len(attributes) == 0:
        raise NoHold("it has no signed attributes")
    return attributes


def other_digest(data: cms.SignedData) -> None:
    attributes = signed_attributes(data)
    for attribute in attributes:
        if attribute["type"].native == "message_digest":
            attribute["values"] = [core.OctetString(bytes(32))]


def no_attributes(data: cms.SignedData) -> None:
    signed_attributes(data)
    old = data["signer_infos"][0]
    data["signer_infos"] = cms.SignerInfos([cms.SignerInfo({key: old[key] for key in (
        "version", "sid", "digest_algorithm", "signature_algorithm", "signature")})])


def no_certificates(data: cms.SignedData) -> None:
    data["certificates"] = cms.CertificateSet([])


def content_of_its_own(data: cms.SignedData) -> None:
    data["encap_content_info"] = cms.ContentInfo({"content_type": "data", "content": core.OctetString(b"other words")})


def padding_that_says_something(pdf):
    _, gap, after, _ = ranges(pdf)
    return pdf[:after - 9] + b"DEADBEEF" + pdf[after - 1:]


def flipped(where: Callable[[bytes], int]):
    def attack(pdf):
        at = where(pdf)
        return pdf[:at] + bytes([pdf[at] ^ 0x20]) + pdf[at + 1:]
    return attack


INCOMPLETE = {"SIGNATURE_INCOMPLETE"}
SAVED = {"FORBIDDEN_CHANGE", "UNACCOUNTED_BYTES", "PAGES_CHANGED", "PAGE_LOOKS_DIFFERENT"}
WRAPPED = {"WRONG_GAP", "NOT_WHOLE_REVISION"}
SHADOW = {"FORBIDDEN_CHANGE", "HIDDEN_CONTENT", "PAGE_LOOKS_DIFFERENT", "PAGES_CHANGED"}
EVIL = {"ANNOTATION_ADDED"}
SNEAKY = {"CERTIFICATION_VIOLATED", "FORBIDDEN_CHANGE", "ANNOTATION_ADDED"}
CMS = {"CMS_MALFORMED"}
SWAPPED = {"AMBIGUOUS_STRUCTURE", "FORBIDDEN_CHANGE"}
BROKEN = {"DIGEST_MISMATCH"}
UNREADABLE = {"FILE_DAMAGED"}

null, yes = generic.NullObject, lambda: generic.BooleanObject(True)

#: What is done, and the codes of docs/verdicts.md that name its class: one of them must be told.
ATTACKS: dict[str, tuple[Callable[[bytes], bytes], set[str]]] = {
    "USF /Contents misspelt": (usf_misspelt(b"/Contents"), INCOMPLETE),
    "USF /ByteRange misspelt": (usf_misspelt(b"/ByteRange"), INCOMPLETE),
    "USF no /Contents": (usf_without("/Contents"), INCOMPLETE),
    "USF no /ByteRange": (usf_without("/ByteRange"), INCOMPLETE),
    "USF no /SubFilter": (usf_without("/SubFilter"), INCOMPLETE | SWAPPED | CMS | WRAPPED),
    "USF /Contents null": (usf_value("/Contents", null), INCOMPLETE),
    "USF /Contents empty": (usf_value("/Contents", lambda: generic.ByteStringObject(b"")), INCOMPLETE),
    "USF /Contents of one zero": (usf_value("/Contents", lambda: generic.ByteStringObject(b"\0")), INCOMPLETE | CMS | WRAPPED | SWAPPED),
    "USF /ByteRange null": (usf_value("/ByteRange", null), INCOMPLETE),
    "USF /ByteRange empty": (usf_value("/ByteRange", generic.ArrayObject), INCOMPLETE),
    "USF /ByteRange of zeros": (usf_value("/ByteRange", lambda: numbers(0, 0, 0, 0)), INCOMPLETE),
    "USF /ByteRange negative": (usf_value("/ByteRange", lambda: numbers(0, -10, 20, 30)), INCOMPLETE),
    "USF /ByteRange of words": (usf_value("/ByteRange", lambda: generic.ArrayObject([text("0")] * 4)), INCOMPLETE),
    "USF /ByteRange beyond the file": (usf_value("/ByteRange", lambda: numbers(0, 10, 20, 2 ** 40)), INCOMPLETE),
    "USF contents of zeros": (usf_zeros, CMS | INCOMPLETE),
    "ISA content": (isa_content, SAVED),
    "ISA content appended": (isa_content_appended, SAVED),
    "ISA a stream in its place": (isa_stream_in_its_place, SAVED),
    "ISA in an object stream": (isa_in_an_object_stream, SAVED),
    "ISA with a copy of the signature": (isa_with_a_copy_of_the_signature, SAVED | WRAPPED | SWAPPED),
    "ISA twice": (isa_with_the_old_look_back, SAVED | EVIL),
    "ISA without a table": (isa_without_a_table, SAVED),
    "ISA with an end but no table": (isa_with_an_end_but_no_table, SAVED),
    "ISA with a trailer alone": (isa_with_a_trailer_alone, SAVED),
    "ISA with an empty table": (isa_with_an_empty_table, SAVED),
    "ISA with a table of something else": (isa_with_a_table_of_something_else, SAVED),
    "ISA under another generation": (isa_another_generation, SAVED | SWAPPED),
    "ISA hybrid": (hybrid_update, SAVED | SWAPPED),
    "ISA another catalog": (another_catalog, SAVED | SWAPPED),
    "ISA a comment behind": (behind(b"% a word more\n"), SAVED),
    "ISA zeros behind": (behind(bytes(600)), SAVED),
    "ISA another file behind": (another_file_behind, SAVED),
    "SWA the second part moved": (swa_second_part_moved, WRAPPED),
    "SWA a wider gap": (byte_range(lambda a, b, c, d, size: (a, b - 40, c, d)), WRAPPED | INCOMPLETE),
    "SWA a wider gap in place": (byte_range_in_place(lambda a, b, c, d: (a, b - 1, c, d)), WRAPPED),
    "SWA a wider gap behind in place": (byte_range_in_place(lambda a, b, c, d: (a, b, c + 1, d - 1)), WRAPPED),
    "SIWA a shorter second part": (byte_range(lambda a, b, c, d, size: (a, b, c, max(d - 40, 1))), WRAPPED),
    "SIWA a shorter second part in place": (byte_range_in_place(lambda a, b, c, d: (a, b, c, max(d - 9, 1))), WRAPPED),
    "SIWA no second part": (byte_range(lambda a, b, c, d, size: (a, b, c, 0)), WRAPPED | INCOMPLETE),
    "SWA does not begin at the beginning": (byte_range(lambda a, b, c, d, size: (9, b - 9, c, d)), WRAPPED | INCOMPLETE),
    "SWA to the end of the file": (byte_range(lambda a, b, c, d, size: (a, b, c, size - c)), WRAPPED | BROKEN | SWAPPED | INCOMPLETE),
    "overlapping ranges": (byte_range(lambda a, b, c, d, size: (a, c, b, d)), WRAPPED | INCOMPLETE),
    "overlapping ranges in place": (byte_range_in_place(lambda a, b, c, d: (a, c, b, d)), WRAPPED | INCOMPLETE),
    "ranges given twice": (byte_range(lambda a, b, c, d, size: (a, b, c, d, a, b, c, d)), WRAPPED | INCOMPLETE),
    "three ranges": (byte_range(lambda a, b, c, d, size: (a, b, c, d - 20, c + d - 10, 10)), WRAPPED | INCOMPLETE),
    "the same dictionary again": (byte_range(lambda a, b, c, d, size: (a, b, c, d)), WRAPPED | SWAPPED),
    "shadow hide": (shadow_hide, SHADOW),
    "shadow replace": (shadow_replace, SHADOW),
    "shadow replace a page": (shadow_replace_page, SHADOW),
    "shadow hide and replace": (shadow_hide_and_replace, SHADOW),
    "shadow freed": (shadow_freed, SHADOW),
    "shadow font": (shadow_font, SHADOW),
    "EAA free text": (annotated("FreeText", DA=text("/Helv 12 Tf")), EVIL),
    "EAA stamp": (annotated("Stamp"), EVIL),
    "EAA redaction": (annotated("Redact"), EVIL),
    "EAA note": (annotation_far_from_content, EVIL),
    "content masked by a square": (annotated("Square", IC=numbers(1, 1, 1)), EVIL),
    "content masked by a link": (annotated("Link", A=dictionary(S=name("/URI"), URI=text("http://192.0.2.1/"))), EVIL),
    "content masked by a widget of no form": (annotated("Widget", FT=name("/Btn")), EVIL | SAVED),
    "SSA a signature that is none": (sneaky_field("Sig", True), SNEAKY | INCOMPLETE | WRAPPED),
    "SSA a text field": (sneaky_field("Tx", False), SNEAKY),
    "the seal moved over content": (signed_field(Rect=lambda writer: numbers(60, 500, 540, 800)), SAVED),
    "the seal drawn anew": (signed_field(AP=lambda writer: dictionary(N=form_xobject(writer))), SAVED),
    "the seal drawn anew in its place": (seal_in_its_place, SAVED),
    "the seal hidden": (signed_field(F=lambda writer: number(2)), SAVED),
    "page turned": (page_entry("/Rotate", lambda: number(180)), SAVED),
    "page cropped": (page_entry("/CropBox", lambda: numbers(0, 0, 300, 300)), SAVED),
    "page without resources": (page_entry("/Resources", generic.DictionaryObject), SAVED),
    "page with an action": (page_entry("/AA", lambda: dictionary(O=script(None))), SAVED),
    "page with a unit": (page_entry("/UserUnit", lambda: number(3)), SAVED),
    "all pages turned": (tree_entry("/Rotate", lambda: number(90)), SAVED),
    "page added": (page_added, SAVED),
    "page removed": (page_removed, SAVED),
    "pages swapped": (pages_swapped, SAVED),
    "script at opening": (catalog_entry("/OpenAction", script), SAVED),
    "script in the names": (catalog_entry("/Names", lambda w: dictionary(JavaScript=dictionary(Names=generic.ArrayObject([text("x"), script(w)])))), SAVED),
    "layers": (catalog_entry("/OCProperties", lambda w: dictionary(OCGs=generic.ArrayObject(), D=dictionary(BaseState=name("/OFF")))), SAVED),
    "permissions": (catalog_entry("/Perms", lambda w: dictionary(UR3=generic.DictionaryObject())), SAVED),
    "fields drawn anew by the reader": (form_entry("/NeedAppearances", lambda w: generic.BooleanObject(True)), SAVED),
    "XFA": (form_entry("/XFA", ink), SAVED),
    "the form removed": (form_removed, SAVED | INCOMPLETE | SWAPPED),
    "the fields emptied": (fields_emptied, SAVED | INCOMPLETE | SWAPPED),
    "the signature taken from its field": (value_removed, SAVED | INCOMPLETE | SWAPPED),
    "signatures swapped": (values_swapped, SWAPPED),
    "one signature for two fields": (value_of_another, SWAPPED),
    "two SignerInfos": (signers(two_signers), {"SEVERAL_SIGNERS"}),
    "no SignerInfo": (signers(no_signer), {"SEVERAL_SIGNERS"}),
    "another signature value": (signers(other_value), {"SIGNATURE_VALUE_WRONG"}),
    "another digest": (signers(other_digest), BROKEN | {"SIGNATURE_VALUE_WRONG"}),
    "no signed attributes": (signers(no_attributes), BROKEN | {"SIGNATURE_VALUE_WRONG"} | CMS),
    "no certificates": (signers(no_certificates), CMS),
    "content of its own": (signers(content_of_its_own), CMS | BROKEN),
    "padding that says something": (padding_that_says_something, CMS),
    "a byte in the first part": (flipped(lambda pdf: ranges(pdf)[1] // 2), BROKEN | INCOMPLETE | WRAPPED | SWAPPED),
    "a byte of the header": (flipped(lambda pdf: 6), BROKEN | INCOMPLETE),
    "junk in front": (in_front(b"junk\n"), BROKEN | WRAPPED | INCOMPLETE | SAVED),
    "another file in front": (in_front(b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n"), BROKEN | WRAPPED | INCOMPLETE | SAVED | UNREADABLE),
    "cut at its end": (lambda pdf: pdf[:-30], WRAPPED | INCOMPLETE | SAVED),
}
