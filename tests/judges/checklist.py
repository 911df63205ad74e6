"""What a signed file has to look like inside, whatever any validator says of it: the output checklist P1 to P14.

`objections(before, after)` reads both files anew, with its own reading of the cross-reference sections, and returns one line for each
point that is not met. `before` is the file as it was when the newest signature was asked for.
"""
from __future__ import annotations

import dataclasses
import io
import re
import subprocess
import tempfile
import zlib

from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from signature_fields import EmbeddedSignature, read_signatures

PRINTED_AND_LOCKED = 132
LETTER = (0, 0, 612, 792)  # what readers take where a page does not say its size

CATALOG_BOOKKEEPING = {"/AcroForm", "/Perms", "/Extensions", "/DSS", "/Version"}
FORM_BOOKKEEPING = {"/Fields", "/SigFlags", "/DR", "/DA", "/NeedAppearances"}
FIELD_FILLING = {"/V", "/AP", "/F", "/Lock"}
STRUCTURE_BOOKKEEPING = {"/ParentTree", "/ParentTreeNextKey", "/K", "/Nums", "/Limits"}


@dataclasses.dataclass(frozen=True)
class Section:
    """One cross-reference section of the file, read from its bytes."""

    at: int
    is_stream: bool
    numbers: tuple[int, ...]
    subsections: tuple[tuple[int, int], ...]
    trailer: generic.DictionaryObject
    complaints: tuple[str, ...] = ()


def entry(dictionary: generic.DictionaryObject, key: str, otherwise=None):
    """The value itself, also where the dictionary only refers to it."""
    return dictionary[key] if key in dictionary else otherwise


def spelled(value) -> bytes:
    """The value as a writer would write it: two are equal when their spellings are."""
    if value is None:
        return b""
    out = io.BytesIO()
    value.write_to_stream(out, None)
    return out.getvalue()


def objections(before: bytes, after: bytes) -> list[str]:
    found = []
    for check in (structure, only_signing_changed, signature_values, form, cms):
        try:
            found += check(before, after)
        except Exception as problem:  # a file that cannot be read does not pass
            found.append(f"{check.__name__}: {type(problem).__name__}: {problem}")
    return found


# -- P1 … P6: the file --------------------------------------------------------------------------------------------------------


def structure(before: bytes, after: bytes) -> list[str]:
    found = []
    was, is_now = qpdf_exit(before), qpdf_exit(after)
    if severity(is_now) > severity(was):
        found.append(f"P1: qpdf --check says {is_now}, before {was}")
    if not after.startswith(before):
        return found + ["P2: the input is not a prefix of the output"]
    old = read_section(before, last_startxref(before))
    hybrid = "/XRefStm" in old.trailer
    newest_first = []
    at = last_startxref(after)
    while at != old.at:
        section = read_section(after, at)
        newest_first.append(section)
        at = int(entry(section.trailer, "/Prev", old.at))
        if at < len(before) and at != old.at:
            found.append(f"P4: /Prev {at} is not the previous startxref {old.at}")
            break
    if not newest_first:
        return found + ["P4: no new cross-reference section"]
    size = int(entry(old.trailer, "/Size", 0))
    for section in reversed(newest_first):
        if section.is_stream != old.is_stream:
            found.append("P3: the new section is of another kind than the last one of the input")
        if "/XRefStm" in section.trailer:
            found.append("P3: /XRefStm in the new trailer")
        found += section.complaints
        size = max(size, max(section.numbers, default=0) + 1)
        if int(section.trailer["/Size"]) != size:
            found.append(f"P4: /Size {section.trailer['/Size']} where the highest number + 1 is {size}")
        found += carried(old.trailer, section.trailer)
    if hybrid and old.is_stream:
        found.append("P3: a hybrid file continued by a stream")
    if not after.endswith(b"%%EOF\n"):
        found.append("P6: the last bytes are not %%EOF and a newline")
    return found


def carried(old: generic.DictionaryObject, new: generic.DictionaryObject) -> list[str]:
    found = []
    for key in ("/Root", "/Info", "/Encrypt"):
        # Another value than a reference to a dictionary would be no /Info (ISO 32000-2 table 15).
        if key == "/Info" and key in old and not isinstance(old.raw_get(key), generic.IndirectObject):
            continue
        if (key in old) and (key not in new or spelled(old.raw_get(key)) != spelled(new.raw_get(key))):
            found.append(f"P4: {key} is not carried over")
    if "/ID" in old:
        was = old["/ID"]
        now = entry(new, "/ID")
        if not now or bytes(was[0].original_bytes) != bytes(now[0].original_bytes):
            found.append("P4: /ID[0] is not carried over")
    return found


def last_startxref(pdf: bytes) -> int:
    match = re.search(rb"startxref\s+(\d+)\s+%%EOF\s*$", pdf[-2048:])
    if not match:
        raise ValueError("no startxref at the end")
    return int(match[1])


def read_section(pdf: bytes, at: int) -> Section:
    if pdf[at:at + 4] == b"xref":
        return read_table(pdf, at)
    return read_xref_stream(pdf, at)


def read_table(pdf: bytes, at: int) -> Section:
    """Reads a classic table as strictly as Acrobat does: 20 bytes an entry."""
    position = re.compile(rb"xref[ \t]*\r?\n").match(pdf, at).end()
    numbers, subsections, complaints = [], [], []
    header = re.compile(rb"(\d+) (\d+) ?\r?\n")
    while match := header.match(pdf, position):
        start, count = int(match[1]), int(match[2])
        position = match.end()
        subsections.append((start, count))
        for number in range(start, start + count):
            entry = pdf[position:position + 20]
            if not re.fullmatch(rb"\d{10} \d{5} [nf](?: \n| \r|\r\n)", entry):
                complaints.append(f"P4: the entry of object {number} is not one of 20 bytes: {entry!r}")
                break
            offset = int(entry[:10])
            if entry[17:18] == b"n":
                numbers.append(number)
                if not re.match(rb"%d %d obj\b" % (number, int(entry[11:16])), pdf[offset:offset + 32]):
                    complaints.append(f"P4: the entry of object {number} does not point at it")
            position += 20
    complaints += not_minimal(subsections)
    trailer_at = pdf.index(b"trailer", position) + len(b"trailer")
    stream = io.BytesIO(pdf)
    stream.seek(trailer_at)
    while stream.read(1).isspace():
        pass
    stream.seek(-1, io.SEEK_CUR)
    trailer = generic.DictionaryObject.read_from_stream(stream, generic.TrailerReference(_NoResolver()))
    return Section(at, False, tuple(numbers), tuple(subsections), trailer, tuple(complaints))


class _NoResolver:
    """Stands where pyHanko wants to know whose trailer it reads; nothing is looked up through it."""


def read_xref_stream(pdf: bytes, at: int) -> Section:
    head = re.compile(rb"(\d+) (\d+) obj\s*").match(pdf, at)
    if not head:
        raise ValueError(f"neither a table nor a stream at {at}")
    stream = io.BytesIO(pdf)
    stream.seek(head.end())
    trailer = generic.DictionaryObject.read_from_stream(stream, generic.TrailerReference(_NoResolver()))
    data = stream_data(pdf, stream.tell() if not hasattr(trailer, "encoded_data") else None, trailer)
    widths = [int(n) for n in trailer["/W"]]
    index = [int(n) for n in entry(trailer, "/Index", [0, int(trailer["/Size"])])]
    subsections = tuple(zip(index[::2], index[1::2]))
    numbers, complaints, position = [], not_minimal(subsections), 0
    for start, count in subsections:
        for number in range(start, start + count):
            fields, row = [], data[position:position + sum(widths)]
            position += sum(widths)
            for width in widths:
                fields.append(int.from_bytes(row[:width], "big") if width else 1)
                row = row[width:]
            if fields[0] == 1:
                numbers.append(number)
                if not re.match(rb"%d %d obj\b" % (number, fields[2]), pdf[fields[1]:fields[1] + 32]):
                    complaints.append(f"P4: the entry of object {number} does not point at it")
            elif fields[0] == 2:
                numbers.append(number)
    if position != len(data):
        complaints.append(f"P4: the cross-reference stream has {len(data)} bytes where its /Index needs {position}")
    return Section(at, True, tuple(numbers), subsections, trailer, tuple(complaints))


def stream_data(pdf: bytes, position: int | None, dictionary: generic.DictionaryObject) -> bytes:
    if position is None:
        return dictionary.data  # pyHanko has read the stream already
    start = re.compile(rb"\s*stream\r?\n").match(pdf, position).end()
    raw = pdf[start:start + int(dictionary["/Length"])]
    return zlib.decompress(raw) if entry(dictionary, "/Filter") == "/FlateDecode" else raw


def not_minimal(subsections) -> list[str]:
    ends = [start + count for start, count in subsections]
    starts = [start for start, _ in subsections]
    if any(later <= end for end, later in zip(ends, starts[1:])):
        return [f"P4: subsections that touch or are out of order: {list(subsections)}"]
    return []


def qpdf_exit(pdf: bytes) -> int:
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(pdf)
        file.flush()
        return subprocess.run(["qpdf", "--check", file.name], capture_output=True, check=False).returncode


def severity(exit_code: int) -> int:
    return {0: 0, 3: 1}.get(exit_code, 2)


def only_signing_changed(before: bytes, after: bytes) -> list[str]:
    """P5: of the objects that were there, only those change that signing must change, and only in those keys."""
    found = []
    old, new = PdfFileReader(io.BytesIO(before), strict=False), PdfFileReader(io.BytesIO(after), strict=False)
    for number in sorted(numbers_since(before, after)):
        try:
            was = old.get_object(generic.Reference(number, 0, old))
        except Exception:
            continue  # a new object
        now = new.get_object(generic.Reference(number, 0, new))
        if isinstance(was, generic.NullObject):
            continue
        complaint = forbidden_change(was, now, kind_of(old, number, was))
        if complaint:
            found.append(f"P5: object {number} changed: {complaint}")
    return found


def numbers_since(before: bytes, after: bytes) -> set[int]:
    numbers, at, floor = set(), last_startxref(after), len(before)
    while at >= floor:
        section = read_section(after, at)
        numbers.update(section.numbers)
        at = int(entry(section.trailer, "/Prev", 0))
    return numbers


def kind_of(reader: PdfFileReader, number: int, value) -> str:
    """What an object is for, also where it does not say so itself."""
    if not isinstance(value, generic.DictionaryObject):
        return ""
    form = reader.root.raw_get("/AcroForm") if "/AcroForm" in reader.root else None
    if number == reader.root_ref.idnum:
        return "/Catalog"
    if isinstance(form, generic.IndirectObject) and form.idnum == number:
        return "form"
    if entry(value, "/FT") is not None:
        return "field"
    return "/Page" if entry(value, "/Type", "/Page" if "/Parent" in value else "") == "/Page" else ""


def forbidden_change(was, now, kind: str) -> str:
    if isinstance(was, generic.ArrayObject) and isinstance(now, generic.ArrayObject):
        return "" if [spelled(one) for one in now][:len(was)] == [spelled(one) for one in was] else "an array that did not just grow"
    if not isinstance(was, generic.DictionaryObject) or not isinstance(now, generic.DictionaryObject):
        return f"{type(was).__name__} became {type(now).__name__}"
    keys = {key for key in set(was) | set(now) if spelled(was.raw_get(key) if key in was else None)
            != spelled(now.raw_get(key) if key in now else None)}
    allowed = {"/Catalog": CATALOG_BOOKKEEPING, "/Page": {"/Annots", "/Tabs"}, "field": FIELD_FILLING,
               "form": FORM_BOOKKEEPING}.get(kind, STRUCTURE_BOOKKEEPING)
    extra = keys - allowed
    kind = entry(was, "/Type", entry(was, "/FT", "a dictionary"))
    return f"{', '.join(sorted(extra))} of {kind}" if extra else ""


# -- P7 … P9: the signature's place in the file --------------------------------------------------------------------------------


def signature_values(before: bytes, after: bytes) -> list[str]:
    found = []
    signatures = read_signatures(after)
    if not signatures:
        return ["P7: no signature in the file"]
    newest = signatures[-1]
    zero, length, second, second_length = newest.byte_range
    gap = after[length:second]
    if zero != 0 or second + second_length != len(after):
        found.append(f"P7: ByteRange {newest.byte_range} does not cover the file of {len(after)} bytes")
    if not re.fullmatch(rb"<[0-9A-Fa-f]*>", gap):
        found.append(f"P7: the gap is not a hexadecimal string: {gap[:20]!r}…{gap[-20:]!r}")
        return found
    if (len(gap) - 2) % 2:
        found.append("P8: an odd number of hexadecimal digits")
    if newest.padding.strip(b"\0"):
        found.append("P8: the padding is not zeros")
    header = after.rfind(b"%d 0 obj" % newest.number, 0, length)
    if newest.number and (header < 0 or b"endobj" in after[header:length]):
        found.append("P9: the signature dictionary is not where the gap is")
    dictionary = after[header:second + 4096]
    byte_range = re.search(rb"/ByteRange\s*\[\s*0 \d+ \d+ \d+ *\]( *)", dictionary)
    if not byte_range:
        found.append("P7: no direct /ByteRange beside the gap")
    elif len(byte_range[1]) > 1:
        found.append("P7: the ByteRange is padded outside its brackets")
    return found


# -- P10 … P12: the form -------------------------------------------------------------------------------------------------------


def form(before: bytes, after: bytes) -> list[str]:
    found = []
    reader = PdfFileReader(io.BytesIO(after), strict=False)
    catalog = reader.root
    acro_form = catalog["/AcroForm"]
    if int(entry(acro_form, "/SigFlags", 0)) & 3 != 3:
        found.append("P10: /SigFlags is not 3")
    if bool(entry(acro_form, "/NeedAppearances", False)):
        found.append("P10: /NeedAppearances is true")
    newest = read_signatures(after)[-1]
    listed = {reference.idnum for reference in acro_form["/Fields"] if isinstance(reference, generic.IndirectObject)}
    for reference in acro_form["/Fields"]:
        field = reference.get_object()
        if entry(field, "/FT") == "/Sig" and "/V" in field and field.raw_get("/V").idnum == newest.number:
            found += signed_widget(reader, reference.idnum, field, listed)
    found += further_places(reader, newest, numbers_since(before, after))
    found += certification(reader, after)
    return found


def further_places(reader: PdfFileReader, newest: EmbeddedSignature, touched: set[int]) -> list[str]:
    """A seal on a read-only field counts only when the signature locks it (FieldMDP): nobody shall swap it later."""
    locked = set()
    for reference in entry(newest.dictionary, "/Reference", []):
        signature_reference = reference.get_object()
        if entry(signature_reference, "/TransformMethod") == "/FieldMDP":
            locked.update(str(name) for name in entry(entry(signature_reference, "/TransformParams"), "/Fields", []))
    found = []
    for reference in reader.root["/AcroForm"]["/Fields"]:
        field = reference.get_object()
        if entry(field, "/FT") == "/Sig" or reference.idnum not in touched or int(entry(field, "/F", 0)) != PRINTED_AND_LOCKED:
            continue
        if str(entry(field, "/T")) not in locked:
            found.append(f"P11: the seal on {entry(field, '/T')} is not locked by the signature")
        if not isinstance(entry(entry(field, "/AP", {}), "/N"), generic.StreamObject):
            found.append(f"P11: {entry(field, '/T')} has no appearance")
    return found


def signed_widget(reader: PdfFileReader, number: int, field: generic.DictionaryObject, listed: set[int]) -> list[str]:
    found = []
    name = f"field {entry(field, '/T')}"
    if "/Kids" in field:
        found.append(f"P10: {name} has /Kids")
    if number not in listed:
        found.append(f"P10: {name} is not in /Fields")
    if int(entry(field, "/F", 0)) != PRINTED_AND_LOCKED:
        found.append(f"P10: {name} has /F {entry(field, '/F')}")
    page = entry(field, "/P")
    if page is None:
        return found + [f"P10: {name} has no /P"]
    widgets = {one.idnum for one in entry(page, "/Annots", []) if isinstance(one, generic.IndirectObject)}
    if number not in widgets:
        found.append(f"P10: {name} is not in its page's /Annots")
    left, bottom, right, top = sorted_box(field["/Rect"])
    if (left, bottom, right, top) == (0, 0, 0, 0):
        return found  # invisible
    crop = sorted_box(inherited(page, "/CropBox") or inherited(page, "/MediaBox") or LETTER)
    if left < crop[0] - 1 or bottom < crop[1] - 1 or right > crop[2] + 1 or top > crop[3] + 1:
        found.append(f"P10: {name} at {(left, bottom, right, top)} is not inside the crop box {crop}")
    if right <= left or top <= bottom:
        found.append(f"P10: {name} has no area")
    appearance = entry(entry(field, "/AP", {}), "/N")
    if not isinstance(appearance, generic.StreamObject):
        found.append(f"P11: {name} has no appearance")
    elif "/BBox" not in appearance or "/Resources" not in appearance:
        found.append(f"P11: the appearance of {name} lacks /BBox or /Resources")
    return found


def inherited(page: generic.DictionaryObject, key: str):
    for _ in range(50):
        if key in page:
            return page[key]
        if "/Parent" not in page:
            return None
        page = page["/Parent"]
    return None


def sorted_box(box) -> tuple[float, float, float, float]:
    x1, y1, x2, y2 = (float(n) for n in box)
    return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)


def certification(reader: PdfFileReader, after: bytes) -> list[str]:
    found = []
    certified = [one for one in read_signatures(after) if any(
        entry(reference.get_object(), "/TransformMethod") == "/DocMDP" for reference in entry(one.dictionary, "/Reference", []))]
    if len(certified) > 1 or (certified and certified[0].number != read_signatures(after)[0].number):
        found.append("P12: DocMDP anywhere but on the first signature")
    permissions = entry(reader.root, "/Perms", {})
    if certified and "/DocMDP" not in permissions:
        found.append("P12: a certification without /Perms /DocMDP")
    return found


# -- P13, P14: the CMS ---------------------------------------------------------------------------------------------------------


def cms(before: bytes, after: bytes) -> list[str]:
    newest = read_signatures(after)[-1]
    found = []
    signed = newest.signed_data
    if len(signed["signer_infos"]) != 1:
        return [f"P13: {len(signed['signer_infos'])} SignerInfos"]
    if signed["encap_content_info"]["content"].native is not None:
        found.append("P13: the content is in the CMS")
    info = signed["signer_infos"][0]
    encoded = [one.dump() for one in info["signed_attrs"]]
    if encoded != sorted(encoded):
        found.append("P13: the signed attributes are not sorted as a DER SET OF")
    attributes = {one["type"].native: one["values"] for one in info["signed_attrs"]}
    if len(attributes) != len(encoded):
        found.append("P13: an attribute stands twice")
    for needed in ("content_type", "message_digest"):
        if needed not in attributes:
            found.append(f"P13: no {needed}")
    if "signing_time" in attributes:
        found.append("P14: signing-time is present")
    if info["digest_algorithm"]["algorithm"].native not in ("sha256", "sha384", "sha512"):
        found.append(f"P14: digest {info['digest_algorithm']['algorithm'].native}")
    return found + signing_certificate(newest, attributes)


def signing_certificate(newest: EmbeddedSignature, attributes) -> list[str]:
    signed = newest.signed_data
    if "signing_certificate_v2" not in attributes:
        return ["P14: no signing-certificate-v2"]
    certificates = {one.chosen.sha256: one.chosen for one in signed["certificates"] if isinstance(one.chosen, asn1_x509.Certificate)}
    reference = attributes["signing_certificate_v2"][0]["certs"][0]
    leaf = certificates.get(bytes(reference["cert_hash"].native)) if reference["hash_algorithm"]["algorithm"].native == "sha256" else None
    if leaf is None:
        return ["P14: signing-certificate-v2 names none of the certificates"]
    signer = signed["signer_infos"][0]["sid"].chosen
    if hasattr(signer, "native") and isinstance(signer.native, dict) and signer["serial_number"].native != leaf.serial_number:
        return ["P14: signing-certificate-v2 names another certificate than the SignerInfo"]
    by_name = {one.subject.hashable: one for one in certificates.values()}
    for _ in range(10):
        if leaf.issuer.hashable == leaf.subject.hashable:
            return []
        above = by_name.get(leaf.issuer.hashable)
        if above is None:
            return [f"P14: the chain ends before the root, at {leaf.subject.human_friendly}"]
        leaf = above
    return ["P14: the chain is too long"]
