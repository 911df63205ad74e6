"""Watermarks: every kind, place and measure, looked at through two renderers that are not ours; in the draft and after signing."""
from __future__ import annotations

import base64
import re
import struct
import subprocess
import zlib

import pytest
import zxingcpp

from support.contracts import Contract, person, user, verify
from support.pdfs import make_pdf, plain_pages
from support.pictures import MILLIMETRE, RENDERERS, Box, Picture, draw

WIDTH, HEIGHT, MARGIN = 210.0, 297.0, 10.0
WANG = user("王五", "13800000005")
INVALID = "11990005"
RED = "#FF0000"
CORNERS = ["TOP_LEFT", "TOP_RIGHT", "BOTTOM_LEFT", "BOTTOM_RIGHT"]


def png(width: int, height: int, colour=(0, 0, 255)) -> bytes:
    """One colour, whose left upper quarter is transparent."""
    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
    rows = b"".join(b"\0" + b"".join(bytes((*colour, 0 if x < width // 2 and y < height // 2 else 255)) for x in range(width))
                    for y in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


BLUE = base64.b64encode(png(40, 20)).decode()
KINDS = {"NO": {}, "TEXT": {"content": "内部资料 Ab"}, "QRCODE": {}, "PIC": {"content": BLUE}, "GRATING": {"content": "Q"}, "NOTARY": {}}


@pytest.fixture
def draft(api, server):
    """A function that drafts a contract of a person with one document."""
    def make(pdf: bytes | None = None, **fields) -> Contract:
        contract = Contract(api, server, [person(WANG["name"], WANG["contact"])], **fields)
        contract.add_file(pdf or plain_pages(1))
        return contract
    return make


def try_mark(contract: Contract, *marks: dict, path: str = "/v2/contract/addwartermark", **fields):
    return contract.api.post(path, {"contractId": contract.id, "watermarks": list(marks), **fields})


def mark(contract: Contract, *marks: dict, **fields) -> None:
    contract.api.ok(try_mark(contract, *marks, **fields))


def different(before: Picture, after: Picture) -> Box:
    """The box around everything that has changed, in millimetres from the bottom left."""
    assert (before.width, before.height) == (after.width, after.height)
    xs, ys = [], []
    for y in range(after.height):
        was, now = before.row(y), after.row(y)
        if was == now:
            continue
        touched = [x for x in range(after.width) if any(abs(was[3 * x + c] - now[3 * x + c]) > 8 for c in range(3))]
        if touched:
            xs += [touched[0], touched[-1]]
            ys.append(y)
    assert xs, "nothing has changed"
    return Box(min(xs) / MILLIMETRE, (after.height - max(ys) - 1) / MILLIMETRE, (max(xs) + 1) / MILLIMETRE, (after.height - min(ys)) / MILLIMETRE)


def read_code(picture: Picture) -> str:
    grey = bytes(min(picture.pixels[at:at + 3]) for at in range(0, len(picture.pixels), 3))
    found = zxingcpp.read_barcodes(memoryview(grey).cast("B", (picture.height, picture.width)))
    assert len(found) == 1, found
    return found[0].text


def corner_box(corner: str, width: float, height: float, page: tuple[float, float] = (WIDTH, HEIGHT)) -> Box:
    left = MARGIN if corner.endswith("LEFT") else page[0] - MARGIN - width
    bottom = MARGIN if corner.startswith("BOTTOM") else page[1] - MARGIN - height
    return Box.at(left, bottom, width, height)


# ------------------------------------------------------------------------------------------------ what is drawn


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_drawn_near_the_corner_it_has_by_default(draft, kind):
    contract = draft()
    before = contract.download()
    mark(contract, {"type": kind, **KINDS[kind]})
    after = contract.download()
    assert after.startswith(before)
    for renderer in RENDERERS:
        box = different(draw(before, 1, renderer), draw(after, 1, renderer))
        assert abs(box.left - MARGIN) < 2.5 and abs(HEIGHT - box.top - MARGIN) < 3, f"{renderer}: {box}"


@pytest.mark.parametrize("corner", CORNERS)
@pytest.mark.parametrize("kind, width, height", [("GRATING", 10, 10), ("PIC", 20, 10)])
def test_a_mark_stands_in_its_corner_in_its_true_size(draft, corner, kind, width, height):
    contract = draft()
    before = contract.download()
    mark(contract, {"type": kind, **KINDS[kind], "position": corner, "diaphaneity": 0})
    for renderer in RENDERERS:
        box = different(draw(before, 1, renderer), draw(contract.download(), 1, renderer))
        assert box.distance(corner_box(corner, width, height)) < 0.6, f"{renderer}: {box}"


@pytest.mark.parametrize("scale, side", [(None, 20), (0.1, 4), (1, 40), ("2.5", 100)])
def test_the_scale_of_a_picture_is_that_of_a_code_too(draft, scale, side):
    contract = draft(make_pdf([[]]))
    before = contract.download()
    mark(contract, {"type": "PIC", "content": BLUE, "imgScale": scale, "diaphaneity": 0})
    box = different(draw(before, 1, "poppler"), draw(contract.download(), 1, "poppler"))
    assert abs(box.width - side) < 0.6 and abs(box.height - side / 2) < 0.6


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_marks_stand_upright_on_turned_and_cropped_pages(draft, rotate):
    pdf = make_pdf([[]], rotate=rotate, crop=(40, 50, 500, 780))
    contract = draft(pdf)
    before = contract.download()
    mark(contract, {"type": "PIC", "content": BLUE, "position": "BOTTOM_LEFT", "diaphaneity": 0})
    for renderer in RENDERERS:
        box = different(draw(before, 1, renderer), draw(contract.download(), 1, renderer))
        margin = min(MARGIN, 0.05 * 460 * 25.4 / 72)
        assert box.distance(Box.at(margin, margin, 20, 10)) < 0.6, f"{renderer}: {box}"
        drawn = draw(contract.download(), 1, renderer)
        x, y = round((margin + 5) * MILLIMETRE), drawn.height - round((margin + 7.5) * MILLIMETRE)
        assert not drawn.ink(x, y), "the transparent quarter is the left upper one for the reader"
        assert drawn.ink(x, y + round(5 * MILLIMETRE)) and drawn.ink(x + round(10 * MILLIMETRE), y)


def test_a_page_whose_content_moves_and_never_closes_its_state_does_not_move_the_mark(draft):
    wild = make_pdf([[]]).replace(b"<</Length 0>>stream\n\n", b"<</Length 41>>stream\nQ q 3 0 0 3 100 100 cm q 0 0 1 1 re W n %%%%\n")
    contract = draft(wild)
    before = contract.download()
    mark(contract, {"type": "PIC", "content": BLUE, "position": "TOP_RIGHT", "diaphaneity": 0})
    for renderer in RENDERERS:
        box = different(draw(before, 1, renderer), draw(contract.download(), 1, renderer))
        assert box.distance(corner_box("TOP_RIGHT", 20, 10)) < 0.6, f"{renderer}: {box}"


@pytest.mark.parametrize("given, wide", [(6, 6), (16, 16), (None, 16), ("72", 72)])
def test_the_font_size_is_the_width_of_a_chinese_character(draft, given, wide):
    contract = draft(make_pdf([[]]))
    before = contract.download()
    mark(contract, {"type": "TEXT", "content": "国国国", "fontSize": given, "diaphaneity": 0})
    box = different(draw(before, 1, "poppler"), draw(contract.download(), 1, "poppler"))
    assert abs(box.width - 3 * wide * 25.4 / 72) < 0.2 * wide * 25.4 / 72 + 0.3


@pytest.mark.parametrize("angle, sideways", [(0, False), (90, True), (180, False)])
def test_the_angle_turns_the_text(draft, angle, sideways):
    contract = draft(make_pdf([[]]))
    before = contract.download()
    mark(contract, {"type": "TEXT", "content": "国国国国", "angle": angle, "position": "MIDDLE_CENTER", "fontSize": 30})
    box = different(draw(before, 1, "mupdf"), draw(contract.download(), 1, "mupdf"))
    assert (box.height > 2 * box.width) == sideways and (box.width > 2 * box.height) != sideways
    assert abs(box.middle[0] - WIDTH / 2) < 1.5 and abs(box.middle[1] - HEIGHT / 2) < 1.5


def test_text_that_leans_rises_to_the_right(draft):
    contract = draft(make_pdf([[]]))
    mark(contract, {"type": "TEXT", "content": "国" * 8, "angle": 45, "position": "MIDDLE_CENTER", "fontSize": 30, "diaphaneity": 0})
    drawn = draw(contract.download(), 1, "poppler")

    def ink(x0, y0):
        return any(drawn.ink(x, y) for x in range(x0, x0 + 120) for y in range(y0, y0 + 120))
    centre_x, centre_y = drawn.width // 2, drawn.height // 2
    assert ink(centre_x + 60, centre_y - 180) and ink(centre_x - 180, centre_y + 60)
    assert not ink(centre_x - 180, centre_y - 180) and not ink(centre_x + 60, centre_y + 60)


@pytest.mark.parametrize("diaphaneity, least, most", [(0, 0, 30), (30, 60, 95), (None, 60, 95), (90, 220, 240)])
def test_the_diaphaneity_lets_the_page_through(draft, diaphaneity, least, most):
    contract = draft(make_pdf([[]]))
    mark(contract, {"type": "TEXT", "content": "国", "fontSize": 72, "fontColor": "#000000", "diaphaneity": diaphaneity})
    for renderer in RENDERERS:
        darkest = min(draw(contract.download(), 1, renderer).pixels)
        assert least <= darkest <= most, renderer


def test_what_lets_everything_through_is_not_seen(draft):
    contract = draft(make_pdf([[]]))
    mark(contract, {"type": "TEXT", "content": "国", "diaphaneity": 100})
    assert min(draw(contract.download(), 1, "poppler").pixels) == 255


@pytest.mark.parametrize("colour, rgb", [("#FF0000", (255, 0, 0)), ("00ff00", (0, 255, 0)), ("#00f", (0, 0, 255)), (None, (0, 0, 0))])
def test_the_font_colour_is_that_of_the_text(draft, colour, rgb):
    contract = draft(make_pdf([[]]))
    mark(contract, {"type": "TEXT", "content": "国", "fontSize": 72, "fontColor": colour, "diaphaneity": 0})
    drawn = draw(contract.download(), 1, "poppler")
    assert rgb in {tuple(drawn.pixels[at:at + 3]) for at in range(0, len(drawn.pixels), 3)}


def test_tiles_cover_the_page_and_denser_ones_are_more(draft):
    counts = {}
    for density in ("SPARSE", "MODERATE", None, "DENSE"):
        contract = draft(make_pdf([[]]))
        before = contract.download()
        mark(contract, {"type": "TEXT", "content": "样本", "position": "TILE", "tileDensity": density, "diaphaneity": 0, "angle": 30})
        drawn = draw(contract.download(), 1, "poppler")
        box = different(draw(before, 1, "poppler"), drawn)
        assert box.width > 0.75 * WIDTH and box.height > 0.7 * HEIGHT
        counts[density] = sum(1 for at in range(0, len(drawn.pixels), 3) if drawn.pixels[at] < 100)
    assert counts["SPARSE"] < counts["MODERATE"] == counts[None] < counts["DENSE"]


@pytest.mark.parametrize("content, size", [("国", (190, 190)), ("国国国国国国国国国国", (190, 19))])
def test_what_fills_the_page_is_as_large_as_the_page_lets_it(draft, content, size):
    contract = draft(make_pdf([[]]))
    before = contract.download()
    mark(contract, {"type": "TEXT", "content": content, "position": "FILL"})
    box = different(draw(before, 1, "poppler"), draw(contract.download(), 1, "poppler"))
    assert abs(box.width - size[0]) < 0.2 * size[1] and abs(box.height - size[1]) < 0.2 * size[1]
    assert abs(box.middle[0] - WIDTH / 2) < 10 and abs(box.middle[1] - HEIGHT / 2) < 10


def test_the_text_is_in_an_embedded_part_of_a_chinese_font_and_can_be_searched(draft, tmp_path):
    contract = draft()
    mark(contract, {"type": "TEXT", "content": "机密样本"}, {"type": "NO", "position": "BOTTOM_LEFT"})
    file = tmp_path / "marked.pdf"
    file.write_bytes(contract.download())
    fonts = subprocess.run(["pdffonts", file], capture_output=True, text=True, check=True).stdout.splitlines()[2:]
    cjk = [line for line in fonts if "CJK" in line]
    assert len(cjk) == 2 and all(re.match(r"[A-Z]{6}\+Noto", line) and " yes yes yes " in line for line in cjk), fonts
    assert len(contract.download()) < 60_000
    text = subprocess.run(["pdftotext", file, "-"], capture_output=True, text=True, check=True).stdout
    assert "机密样本" in text and "合同编号：" + contract.detail()["sn"] in text


@pytest.mark.parametrize("renderer", RENDERERS)
@pytest.mark.parametrize("permission", [None, "PRIVATE", "PUBLIC"])
def test_a_code_can_be_read_and_leads_to_the_contract(draft, server, renderer, permission):
    contract = draft()
    mark(contract, {"type": "QRCODE", "position": "BOTTOM_RIGHT", "viewPermission": permission})
    address = read_code(draw(contract.download(), 1, renderer))
    kind = "o" if permission == "PUBLIC" else "p"
    assert re.fullmatch(rf"{re.escape(server.url)}/contract/view/{contract.id}-{kind}-[0-9a-f]{{32}}", address)


def test_the_code_of_the_evidence_leads_to_where_it_is_checked(draft, server):
    contract = draft()
    mark(contract, {"type": "NOTARY", "position": "MIDDLE_CENTER", "imgScale": 1})
    address = read_code(draw(contract.download(), 1, "poppler"))
    assert re.fullmatch(rf"{re.escape(server.url)}/verify\?code={contract.id}-e-[0-9a-f]{{32}}", address)


def test_a_grating_hides_its_letter_from_the_eye_and_shows_it_under_a_screen(draft):
    contract = draft(make_pdf([[]]))
    mark(contract, {"type": "GRATING", "content": "H", "diaphaneity": 0, "gratingSize": "SQUARE_40"})
    file = contract.download()
    drawn = draw(file, 1, "poppler")
    left, top, side = MARGIN, MARGIN, 40
    step = 0.5 * MILLIMETRE

    def mean(column, row, phase=None):
        """The brightness of a square of 3 mm; with a phase only of every other half line."""
        x0, y0 = round((left + column) * MILLIMETRE), round((top + row) * MILLIMETRE)
        values = [drawn.pixels[3 * (y * drawn.width + x)] for y in range(y0, y0 + round(3 * MILLIMETRE)) for x in range(x0, x0 + 6)
                  if phase is None or ((y - (top + side) * MILLIMETRE) / step % 1 < 0.5) == phase]
        return sum(values) / len(values)
    inside, outside = (10.5, 18), (2, 18)  # the left bar of the H, and beside it
    assert abs(mean(*inside) - mean(*outside)) < 40, "the eye sees one grey"
    assert abs(mean(*inside, True) - mean(*outside, True)) > 60, "a screen tells them apart"


# ------------------------------------------------------------------------------------------------ when it is drawn


def test_marks_are_drawn_once_on_every_page_of_every_document_when_the_contract_is_sent(api, server, draft, tmp_path):
    contract = draft(plain_pages(2))
    contract.add_file(plain_pages(1), "附件")
    mark(contract, {"type": "TEXT", "content": "仅此一次"})
    drafted = [contract.download(n) for n in range(2)]
    contract.send([contract.at_party(0, type="PERSONAL", page=1, offsetX=0.5, offsetY=0.5)])
    contract.sign_by_page(WANG)
    for number, pages in enumerate((2, 1)):
        pdf = contract.download(number)
        assert pdf.startswith(drafted[number]), "what the draft showed is what is sent"
        file = tmp_path / f"{number}.pdf"
        file.write_bytes(pdf)
        text = subprocess.run(["pdftotext", file, "-"], capture_output=True, text=True, check=True).stdout
        assert text.count("仅此一次") == pages
        assert subprocess.run(["qpdf", "--check", file], capture_output=True, check=False).returncode == 0
    assert verify(contract.download(), tmp_path, server).intact


def test_all_judges_accept_what_is_signed_upon_marks(draft, server_judges, tmp_path):
    contract = draft()
    mark(contract, *({"type": kind, **fields, "position": corner} for (kind, fields), corner in
                     zip(KINDS.items(), ["TOP_LEFT", "TOP_RIGHT", "BOTTOM_LEFT", "BOTTOM_RIGHT", "TOP_LEFT", "MIDDLE_CENTER"])),
         {"type": "TEXT", "content": "样本", "position": "TILE", "angle": 30, "diaphaneity": 80})
    contract.send([contract.at_party(0, type="PERSONAL", page=1, offsetX=0.5, offsetY=0.5)])
    contract.sign_by_page(WANG)
    file = tmp_path / "signed.pdf"
    file.write_bytes(contract.download())
    assert [f"{verdict.judge}: {one}" for verdict in server_judges.hear(file) for one in verdict.objections] == []


def test_marks_can_be_added_to_and_deleted(draft):
    contract = draft(make_pdf([[]]))
    plain = contract.download()
    mark(contract, {"type": "TEXT", "content": "一"})
    mark(contract, {"type": "TEXT", "content": "二", "position": "TOP_RIGHT"})
    both = contract.download()
    mark(contract, {"type": "TEXT", "content": "二", "position": "TOP_RIGHT"}, deleteOldData=True)
    second = contract.download()
    box = different(draw(plain, 1, "poppler"), draw(second, 1, "poppler"))
    assert box.left > WIDTH / 2 > different(draw(plain, 1, "poppler"), draw(both, 1, "poppler")).left
    mark(contract, deleteOldData="true")
    assert contract.download() == plain


def test_drafting_again_keeps_the_marks(api, draft):
    contract = draft()
    mark(contract, {"type": "GRATING", "content": "7"})
    marked = contract.download()
    api.ok(api.post("/v2/contract/draft", {"id": contract.id, "subject": "再起草", "signatories": [person(WANG["name"], WANG["contact"])]}))
    assert contract.download() == marked


def test_the_right_spelling_is_heard_too(draft):
    contract = draft()
    before = contract.download()
    contract.api.ok(try_mark(contract, {"type": "NO"}, path="/v2/contract/addwatermark"))
    assert contract.download() != before


@pytest.mark.parametrize("after", ["sent", "recalled", "complete"])
def test_only_a_draft_takes_marks(draft, after):
    contract = draft()
    contract.send([contract.at_party(0, type="PERSONAL", page=1, offsetX=0.5, offsetY=0.5)])
    if after == "recalled":
        contract.api.ok(contract.api.post("/v2/contract/invalid", {"contractId": contract.id, "reason": "测试"}))
    if after == "complete":
        contract.sign_by_page(WANG)
    before = contract.download()
    assert try_mark(contract, {"type": "NO"}).envelope["responseCode"] == "11011101"
    assert contract.download() == before


def test_a_document_that_came_signed_takes_no_marks_and_joins_none(draft, api, server):
    done = draft()
    done.send([done.at_party(0, type="PERSONAL", page=1, offsetX=0.5, offsetY=0.5)])
    done.sign_by_page(WANG)
    signed = done.download()
    contract = draft(signed)
    assert try_mark(contract, {"type": "NO"}).envelope["code"] != 0
    other = draft()
    mark(other, {"type": "NO"})
    assert other.try_file(signed).envelope["code"] != 0
    assert len(other.detail()["documents"]) == 1


# ------------------------------------------------------------------------------------------------ what is refused


BAD = [
    ("type", {"type": None}), ("type", {"type": "STAMP"}), ("type", {"type": "text", "content": "x"}),
    ("content", {"type": "TEXT"}), ("content", {"type": "TEXT", "content": "  "}), ("content", {"type": "TEXT", "content": "字" * 21}),
    ("content", {"type": "TEXT", "content": "\u202e倒"}), ("content", {"type": "PIC"}), ("content", {"type": "PIC", "content": "***"}),
    ("content", {"type": "PIC", "content": base64.b64encode(b"no picture").decode()}),
    ("content", {"type": "PIC", "content": base64.b64encode(make_pdf([[]])).decode()}),
    ("content", {"type": "PIC", "content": base64.b64encode(bytes(200 * 1024 + 1)).decode()}),
    ("content", {"type": "PIC", "content": base64.b64encode(png(40, 20)[:60]).decode()}),
    ("content", {"type": "GRATING"}), ("content", {"type": "GRATING", "content": "AB"}), ("content", {"type": "GRATING", "content": "章"}),
    ("fontSize", {"type": "NO", "fontSize": 5.9}), ("fontSize", {"type": "NO", "fontSize": 73}), ("fontSize", {"type": "NO", "fontSize": "big"}),
    ("angle", {"type": "NO", "angle": -1}), ("angle", {"type": "NO", "angle": 181}), ("angle", {"type": "NO", "angle": 1.5}),
    ("fontColor", {"type": "NO", "fontColor": "red"}), ("fontColor", {"type": "NO", "fontColor": "#12345"}),
    ("position", {"type": "NO", "position": "CENTER"}), ("position", {"type": "QRCODE", "position": "TILE"}),
    ("position", {"type": "GRATING", "content": "A", "position": "MIDDLE_CENTER"}), ("position", {"type": "QRCODE", "position": "FILL"}),
    ("diaphaneity", {"type": "NO", "diaphaneity": -1}), ("diaphaneity", {"type": "NO", "diaphaneity": 101}),
    ("imgScale", {"type": "QRCODE", "imgScale": 0.09}), ("imgScale", {"type": "QRCODE", "imgScale": 4.1}),
    ("tileDensity", {"type": "NO", "tileDensity": "HUGE"}), ("gratingSize", {"type": "GRATING", "content": "A", "gratingSize": "ROUND"}),
    ("viewPermission", {"type": "QRCODE", "viewPermission": "ALL"}),
]


@pytest.mark.parametrize("field, bad", BAD, ids=[f"{field}-{number}" for number, (field, _) in enumerate(BAD)])
def test_a_value_that_is_none_is_refused_by_its_name(draft, field, bad):
    contract = draft()
    before = contract.download()
    reply = try_mark(contract, {"type": "TEXT", "content": "好"}, bad)
    assert reply.envelope["responseCode"] == INVALID, reply.body.decode()
    assert f"watermarks[1].{field}" in reply.envelope["message"]
    assert contract.download() == before


@pytest.mark.parametrize("fields", [{}, {"watermarks": []}, {"watermarks": [{"type": "NO"}] * 21}, {"watermarks": "x"}], ids=str)
def test_a_list_that_is_missing_or_too_long_is_refused(draft, fields):
    contract = draft()
    reply = contract.api.post("/v2/contract/addwartermark", {"contractId": contract.id, **fields})
    assert reply.envelope["responseCode"] == INVALID and "watermarks" in reply.envelope["message"]


def test_a_contract_has_no_more_than_twenty(draft):
    contract = draft()
    mark(contract, *[{"type": "NO"}] * 20)
    assert try_mark(contract, {"type": "NO"}).envelope["responseCode"] == INVALID
