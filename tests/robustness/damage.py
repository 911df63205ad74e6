"""What happens to PDF files on their way: cut, mended by editors, written by bad programs, or made to do harm. Every damage is drawn from
a seeded generator, so the same name and seed always give the same file."""
from __future__ import annotations

import pathlib
import random
import re
import sys
import zlib
from collections.abc import Callable, Iterator

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS), str(TESTS / "judges")]

from odd_documents import DOCUMENTS, Builder, document, pages_of  # noqa: E402

Damage = Callable[[bytes, random.Random], bytes]
#: What stays whole: a file so large that its damages say nothing that smaller ones do not.
TOO_LARGE = {"five hundred pages"}


def shift_offsets(pdf: bytes, chance: random.Random) -> bytes:
    """Every offset of the table is off by a little: a file sent as text."""
    by = chance.choice([-3, -1, 1, 2, 7, 100])
    return re.sub(rb"(\d{10})( \d{5} n)", lambda row: b"%010d" % max(int(row[1]) + by, 0) + row[2], pdf)


def shift_one_offset(pdf: bytes, chance: random.Random) -> bytes:
    rows = list(re.finditer(rb"(\d{10}) \d{5} n", pdf))
    if not rows:
        return flip_bytes(pdf, chance)
    row = chance.choice(rows)
    return pdf[:row.start()] + b"%010d" % chance.randrange(len(pdf)) + pdf[row.start() + 10:]


def break_startxref(pdf: bytes, chance: random.Random) -> bytes:
    new = chance.choice([b"0", b"1", b"99999999", b"-5", b"", b"18446744073709551616", b"%d" % chance.randrange(len(pdf))])
    return re.sub(rb"startxref(\s+)\d+", lambda found: b"startxref" + found[1] + new, pdf)


def misspell(pdf: bytes, chance: random.Random) -> bytes:
    """One keyword is lost or wrong."""
    words = list(re.finditer(rb"\b(?:endobj|endstream|stream|obj|xref|trailer|startxref|%%EOF)\b", pdf))
    word = chance.choice(words)
    return pdf[:word.start()] + chance.choice([b"", b"x" + word[0], word[0].upper(), word[0][:-1]]) + pdf[word.end():]


def lose_every_endobj(pdf: bytes, _: random.Random) -> bytes:
    return pdf.replace(b"endobj", b"")


def cut(pdf: bytes, chance: random.Random) -> bytes:
    return pdf[:chance.randrange(1, len(pdf))]


def cut_the_tail(pdf: bytes, chance: random.Random) -> bytes:
    return pdf[:-chance.randrange(1, min(200, len(pdf)))]


def cut_out(pdf: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(pdf))
    return pdf[:start] + pdf[start + chance.randrange(1, 64):]


def double_objects(pdf: bytes, chance: random.Random) -> bytes:
    """Objects stand twice, the later ones with something else, before the table."""
    found = list(re.finditer(rb"\d+ 0 obj\b.{0,4000}?endobj\s", pdf, re.DOTALL))
    at = pdf.rfind(b"xref\n0")
    if not found or at < 0:
        return pdf + pdf
    copies = b"".join(one[0].replace(b"/MediaBox[0 0 ", b"/MediaBox[9 9 ") for one in chance.sample(found, min(3, len(found))))
    return pdf[:at] + copies + pdf[at:]


def strange_blanks(pdf: bytes, chance: random.Random) -> bytes:
    """Line ends and blanks as other programs write them, without a stream between."""
    end = chance.choice([b"\r", b"\r\n", b" \n", b"\x00\n", b"\x0c\n", b"\n\n", b"% a comment\n"])
    parts = re.split(rb"(stream\r?\n.*?endstream)", pdf, flags=re.DOTALL)
    return b"".join(part if part.startswith(b"stream") else part.replace(b"\n", end) for part in parts)


def blanks_around(pdf: bytes, chance: random.Random) -> bytes:
    before = chance.choice([b"", b"\n", b" " * 40, b"\xef\xbb\xbf", bytes(600), b"%!PS-Adobe-3.0 PDF-1.4\n"])
    after = chance.choice([b"", bytes(3000), b"\n" * 50, b"</html>", b"\x1a"])
    return before + pdf + after


def wrong_length(pdf: bytes, chance: random.Random) -> bytes:
    new = chance.choice([b"0", b"1", b"99999999", b"-1", b"3 0 R", b"(x)", b"null", b"1.5"])
    return re.sub(rb"/Length \d+", b"/Length " + new, pdf, count=chance.choice([0, 1]))


def wrong_count(pdf: bytes, chance: random.Random) -> bytes:
    return re.sub(rb"/Count \d+", b"/Count " + chance.choice([b"0", b"-7", b"4000000000", b"[1]", b"1.0", b"(3)"]), pdf)


def lose_an_entry(pdf: bytes, chance: random.Random) -> bytes:
    entry = chance.choice([rb"/MediaBox\s?\[[^\]]*\]", rb"/Type\s?/Pages?", rb"/Parent \d+ 0 R", rb"/Resources\s?<<", rb"/Kids\s?\[",
                           rb"/Size \d+", rb"/Root \d+ 0 R", rb"/Contents \d+ 0 R"])
    return re.sub(entry, b"", pdf, count=chance.choice([0, 1]))


def odd_boxes(pdf: bytes, chance: random.Random) -> bytes:
    box = chance.choice([b"[0 0 0 0]", b"[595 842 0 0]", b"[0 0 595]", b"[0 0 1e9 1e9]", b"[a b c d]", b"null", b"[-9999999999 0 1 1]",
                         b"[0 0 595 842 7]", b"[0 0 --5 842]", b"[0 0 1 R 842]"])
    return re.sub(rb"/MediaBox\s?\[[^\]]*\]", b"/MediaBox" + box, pdf)


def turn_references(pdf: bytes, chance: random.Random) -> bytes:
    """A reference leads elsewhere: to itself, in a circle, to nothing."""
    found = list(re.finditer(rb"\b\d+ 0 R", pdf))
    if not found:
        return flip_bytes(pdf, chance)
    for one in chance.sample(found, min(len(found), chance.choice([1, 1, 3]))):
        digits = one.end() - one.start() - 4
        pdf = pdf[:one.start()] + b"%0*d 0 R" % (digits, chance.randrange(1, 10 ** digits)) + pdf[one.end():]
    return pdf


def flip_bytes(pdf: bytes, chance: random.Random) -> bytes:
    changed = bytearray(pdf)
    for _ in range(chance.choice([1, 3, 20])):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def swap_stretches(pdf: bytes, chance: random.Random) -> bytes:
    one, other = sorted(chance.sample(range(len(pdf)), 2))
    return pdf[:one] + pdf[other:other + 200] + pdf[one:other] + pdf[other + 200:]


def other_generations(pdf: bytes, chance: random.Random) -> bytes:
    new = chance.choice([b"1", b"65535", b"99999"])
    return re.sub(rb"(\d+) 0 (obj|R)\b", lambda found: found[1] + b" " + new + b" " + found[2], pdf)


def other_header(pdf: bytes, chance: random.Random) -> bytes:
    return re.sub(rb"%PDF-\d\.\d", chance.choice([b"%PDF-9.9", b"%PDF-", b"%pdf-1.4", b"%FDF-1.2", b"", b"%PDF-1.4 %PDF-1.3"]), pdf, count=1)


def update_without_table(pdf: bytes, chance: random.Random) -> bytes:
    """An update whose table is missing or wrong."""
    more = b"\n2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\n"
    tail = chance.choice([b"", b"xref\n0 0\ntrailer\n<<>>\nstartxref\n%d\n%%%%EOF\n" % (len(pdf) + len(more)), b"startxref\n0\n%%EOF\n"])
    return pdf + more + tail


def previous_in_a_circle(pdf: bytes, _: random.Random) -> bytes:
    found = re.findall(rb"startxref\s+(\d+)", pdf)
    return re.sub(rb"trailer\s*<<", b"trailer <</Prev " + (found[-1] if found else b"7"), pdf)


DAMAGES: dict[str, Damage] = {name.__name__.replace("_", " "): name for name in (
    shift_offsets, shift_one_offset, break_startxref, misspell, lose_every_endobj, cut, cut_the_tail, cut_out, double_objects,
    strange_blanks, blanks_around, wrong_length, wrong_count, lose_an_entry, odd_boxes, turn_references, flip_bytes, swap_stretches,
    other_generations, other_header, update_without_table, previous_in_a_circle)}


# ---- Made to do harm. ----

def nested(opening: bytes, closing: bytes, depth: int) -> bytes:
    builder = Builder()
    tree = pages_of(builder, ["/MediaBox[0 0 595 842]"])
    deep = builder.add(opening * depth + closing * depth)
    return builder.file(builder.add(f"<</Type/Catalog/Pages {tree} 0 R/Names {deep} 0 R>>"))


def with_object(content: str, catalog: str = "") -> bytes:
    """One page, and object 5, which may speak of itself."""
    builder = Builder()
    tree = pages_of(builder, ["/MediaBox[0 0 595 842]"])  # 1 tree, 2 font, 3 content, 4 page
    five = builder.add(content)
    assert five == 5
    return builder.file(builder.add(f"<</Type/Catalog/Pages {tree} 0 R{catalog}>>"))


def page_tree_loop(kids: str, parent: str = "") -> bytes:
    builder = Builder()
    tree = builder.reserve()
    builder.set(tree, f"<</Type/Pages/Kids[{kids}]/Count 1{parent}>>")
    builder.add("<</Type/Pages/Kids[1 0 R 2 0 R]/Count 2/Parent 2 0 R>>")
    return builder.file(builder.add(f"<</Type/Catalog/Pages {tree} 0 R>>"))


def packed_zeros(megabytes: int) -> bytes:
    """Zeros in zlib's format without packing them all: one block again and again, and the checksum that zeros have."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = ((megabytes << 20) % 65521) << 16 | 1
    return b"\x78\xda" + block * megabytes + b"\x03\x00" + checksum.to_bytes(4, "big")


def packed(megabytes: int, times: int) -> tuple[bytes, str]:
    data = packed_zeros(megabytes)
    for _ in range(times - 1):
        data = zlib.compress(data, 9)
    return data, "/Filter[" + "/FlateDecode" * times + "]"


def bomb(where: str, megabytes: int, times: int = 1) -> bytes:
    data, chain = packed(megabytes, times)
    builder = Builder()
    tree, page = builder.reserve(), builder.reserve()
    entries = {"content": chain, "picture": chain + "/Type/XObject/Subtype/Image/Width 30000/Height 30000/BitsPerComponent 8/ColorSpace/DeviceRGB",
               "object stream": chain + "/Type/ObjStm/N 1000000/First 8000000"}[where]
    stream = builder.stream(data, entries)
    uses = {"content": f"/Contents {stream} 0 R", "picture": f"/Resources<</XObject<</I {stream} 0 R>>>>", "object stream": ""}[where]
    builder.set(tree, f"<</Type/Pages/Kids[{page} 0 R]/Count 1>>")
    builder.set(page, f"<</Type/Page/Parent {tree} 0 R/MediaBox[0 0 595 842]{uses}>>")
    return builder.file(builder.add(f"<</Type/Catalog/Pages {tree} 0 R>>"))


def cross_reference_bomb(megabytes: int) -> bytes:
    data, chain = packed(megabytes, 1)
    out = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\n"
    return out + b"3 0 obj\n<</Type/XRef/W[1 4 2]/Size 100000000/Root 1 0 R%s/Length %d>>stream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % (
        chain.encode(), len(data), data, len(out))


def many_pages(count: int) -> bytes:
    builder = Builder()
    tree, page = builder.reserve(), builder.reserve()
    builder.set(tree, f"<</Type/Pages/Kids[{f'{page} 0 R ' * count}]/Count {count}>>")
    builder.set(page, f"<</Type/Page/Parent {tree} 0 R/MediaBox[0 0 595 842]>>")
    return builder.file(builder.add(f"<</Type/Catalog/Pages {tree} 0 R>>"))


def maze(width: int, levels: int) -> bytes:
    """Objects that each name the next many times: what walks it without remembering never ends."""
    builder = Builder()
    tree = pages_of(builder, ["/MediaBox[0 0 595 842]"])
    first = 5
    for level in range(levels):
        builder.add("[" + f"{first + level + 1} 0 R " * width + "]")
    builder.add("null")
    return builder.file(builder.add(f"<</Type/Catalog/Pages {tree} 0 R/Dests {first} 0 R/AcroForm<</Fields {first} 0 R>>>>"))


def endless_update(count: int) -> bytes:
    """As many revisions as fit."""
    pdf = document(["/MediaBox[0 0 595 842]"])
    at = int(re.findall(rb"startxref\s+(\d+)", pdf)[-1])
    parts, length = [pdf], len(pdf)
    for _ in range(count):
        more = b"xref\n0 0\ntrailer\n<</Size 9/Root 5 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (at, length)
        parts.append(more)
        at, length = length, length + len(more)
    return b"".join(parts)


HOSTILE: dict[str, Callable[[], bytes]] = {
    "arrays 90 deep": lambda: nested(b"[", b"]", 90),
    "arrays 5000 deep": lambda: nested(b"[", b"]", 5000),
    "arrays a million deep": lambda: nested(b"[", b"]", 1_000_000),
    "dictionaries 400 deep": lambda: nested(b"<</A", b">>", 400),
    "dictionaries 200000 deep": lambda: nested(b"<</A", b">>", 200_000),
    "arrays that are never closed": lambda: nested(b"[", b"", 300_000),
    "an array in itself": lambda: with_object("[5 0 R 5 0 R]", "/Dests 5 0 R"),
    "a reference to itself": lambda: with_object("5 0 R", "/AcroForm 5 0 R"),
    "a length that is its own stream": lambda: with_object("<</Length 5 0 R>>stream\nx\nendstream", "/Metadata 5 0 R"),
    "an object stream in itself": lambda: with_object("<</Type/ObjStm/N 1/First 4/Extends 5 0 R/Length 8>>stream\n5 0 null\nendstream"),
    "a field that is its own child": lambda: with_object("<</FT/Sig/T(a)/Kids[5 0 R]/Parent 5 0 R>>", "/AcroForm<</Fields[5 0 R]>>"),
    "a page tree of itself": lambda: page_tree_loop("1 0 R"),
    "a page tree in a circle": lambda: page_tree_loop("2 0 R", "/Parent 2 0 R"),
    "an outline in a circle": lambda: with_object("<</Title(a)/Next 5 0 R/Prev 5 0 R/First 5 0 R/Last 5 0 R>>", "/Outlines 5 0 R"),
    "a name tree in a circle": lambda: with_object("<</Kids[5 0 R 5 0 R]/Limits[(a)(z)]>>", "/Names<</Dests 5 0 R/JavaScript 5 0 R>>"),
    "an action after itself": lambda: with_object("<</S/URI/URI(http://192.0.2.1/)/Next 5 0 R>>", "/OpenAction 5 0 R"),
    "a maze": lambda: maze(30, 60),
    "a hundred thousand pages": lambda: many_pages(100_000),
    "thirty thousand revisions": lambda: endless_update(30_000),
    "a content of 1 GB": lambda: bomb("content", 1024),
    "a content of 4 GB, packed twice": lambda: bomb("content", 4096, 2),
    "a picture of 1 GB": lambda: bomb("picture", 1024),
    "an object stream of 1 GB": lambda: bomb("object stream", 1024),
    "a cross-reference of 1 GB": lambda: cross_reference_bomb(1024),
}


def bases() -> dict[str, bytes]:
    return {name: make() for name, make in DOCUMENTS.items() if name not in TOO_LARGE}


def damaged(seeds: int) -> Iterator[tuple[str, bytes]]:
    """Every document with every damage, `seeds` times each."""
    for base, pdf in bases().items():
        for damage, harm in DAMAGES.items():
            for seed in range(seeds):
                yield f"{base} - {damage} - {seed}", harm(pdf, random.Random(f"{base}/{damage}/{seed}"))
