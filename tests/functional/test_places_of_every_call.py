"""The same places through every door: draft, addbyfile, addbyfiles, send, companysign, legalpersonsign and the signing page must put a seal, a
signature or a date where signatory/add puts it, measured in the drawn pages of two renderers that are not ours."""
from __future__ import annotations

import functools
import json

import pytest

from support.added_parties import CORNER, HEIGHT, LEGAL_SEAL, POINT, SEAL, WIDTH, Look, seal_at, signature_at, strips, turned_corner
from support.contracts import Contract, company, person, user
from support.pdfs import make_pdf
from support.pictures import RENDERERS, Box, marks

WANG = user("王五", "13800000005")
SEAL_KEEPER = user("演示员工甲", "10000000001")
WORD = "Sign here"
#: Where the word stands: page, and millimetres of its first letter's foot.
WORDS = [(1, 30.0, 190.0), (2, 30.0, 190.0), (4, 30.0, 190.0)]
DESCENDER = 12 * POINT * 0.25


def with_words() -> bytes:
    pages: list[list] = [[] for _ in range(4)]
    for page, x, y in WORDS:
        pages[page - 1].append((x / POINT, y / POINT, WORD))
    return make_pdf(pages)


#: What the company's node gets: by page, on every page, on the last, beyond the edge, across the edges, by keyword, and a date.
SEALS = [
    {"type": "COMPANY", "page": 1, "offsetX": 0.1, "offsetY": 0.02},
    {"type": "COMPANY", "page": "0", "offsetX": 0.5, "offsetY": 0.8},
    {"type": "COMPANY", "page": -1, "offsetX": 0.1, "offsetY": 0.02},
    {"type": "COMPANY", "page": 2, "offsetX": 0.99, "offsetY": 0.001},
    {"type": "COMPANY", "keyword": WORD, "keywordIndex": -1, "offsetX": 0.2, "offsetY": -0.05, "page": 3},
    {"type": "ACROSS_PAGE", "offsetY": 0.35},
    {"type": "ACROSS_PAGE_SCOPE", "offsetY": 0.55, "sealPageConfig": "1， 3 ～4,3"},
    {"type": "TIMESTAMP", "page": 2, "offsetX": 0.1, "offsetY": 0.3, "width": 60},
]


def seals_expected() -> dict[tuple[int, int], list[Box]]:
    found: dict[tuple[int, int], list[Box]] = {(0, page): [seal_at(0.5, 0.8)] for page in range(1, 5)}
    found[0, 1].append(seal_at(0.1, 0.02))
    found[0, 4].append(seal_at(0.1, 0.02))
    found[0, 2].append(Box.at(WIDTH - SEAL, 0.001 * HEIGHT, SEAL, SEAL))
    found[0, 2].append(Box.at(0.1 * WIDTH + 0.66, 0.3 * HEIGHT, 60 - 1.32, 60 * 6.15 / 40))
    found[0, 4].append(Box.at(30 + 0.2 * WIDTH, 190 - DESCENDER - 0.05 * HEIGHT, SEAL, SEAL))
    for page, strip in enumerate(strips(4, 0.35), 1):
        found[0, page].append(strip)
    for page, strip in zip((1, 3, 4), strips(3, 0.55)):
        found[0, page].append(strip)
    return found


#: What the person gets.
INK = [
    {"type": "PERSONAL", "page": 1, "offsetX": 0.1, "offsetY": 0.1},
    {"type": "PERSONAL", "page": -1, "offsetX": 0.1, "offsetY": 0.1, "width": 60, "height": 4},
    {"type": "PERSONAL", "page": 2, "offsetX": 0.4, "offsetY": 0.5, "rotationDegrees": 90},
    {"type": "PERSONAL", "page": 3, "offsetX": 0.99, "offsetY": 0.999},
    {"type": "PERSONAL", "keyword": WORD, "keywordIndex": 0, "offsetY": 0.1},
]


def ink_expected() -> dict[tuple[int, int], list[Box]]:
    found: dict[tuple[int, int], list[Box]] = {(0, page): [Box.at(30, 190 - DESCENDER + 0.1 * HEIGHT, 40, 16)] for page, _, _ in WORDS}
    found[0, 1].append(signature_at(0.1, 0.1))
    found[0, 4].append(signature_at(0.1, 0.1, 60))
    found[0, 2].append(turned_corner(signature_at(0.4, 0.5), 90))
    found[0, 3] = [Box.at(WIDTH - 40, HEIGHT - 16, 40, 16)]
    return found


class Door:
    """One way of saying where a node signs."""

    def __init__(self, name: str, stampers: list[dict], node: str = "COMPANY") -> None:
        self.name, self.stampers, self.node = name, stampers, node

    def contract(self, api, server, pdf: bytes) -> Contract:
        """Sent, with the places where this door puts them; those of companysign come later."""
        at_draft = {"stampers": self.stampers} if self.name == "draft" else {}
        operators = {"corpOperators": [SEAL_KEEPER]} if self.node == "LP" else {}
        if self.node == "PERSONAL":
            party = person(WANG["name"], WANG["contact"], **at_draft)
        else:
            party = company(server.demo["companyName"], [{"type": self.node, "serialNo": 0, **operators, **at_draft}])
        contract = Contract(api, server, [party], category={"id": server.demo["categoryId"]})
        bound = [{**self._binding(contract), **stamper} for stamper in self.stampers]
        if self.name == "addbyfiles":
            reply = api.upload("/v2/document/addbyfiles", {"contractId": contract.id, "title": "合同", "stampers": json.dumps(bound)},
                               [("files", "a.pdf", pdf)])
            contract.documents.append(api.ok(reply)["documentId"])
        else:
            contract.add_file(pdf, **({"stampers": bound} if self.name == "addbyfile" else {}))
        contract.send([{**one, "documentId": contract.documents[0]} for one in bound] if self.name == "send" else [])
        return contract

    def _binding(self, contract: Contract) -> dict:
        if self.node == "PERSONAL":
            return {"signatoryId": contract.parties[0]["id"]}
        return {"actionId": contract.action(0)}

    def sign(self, contract: Contract) -> None:
        late = {"stampers": [{"documentId": contract.documents[0], **one} for one in self.stampers]} if self.name == "call" else {}
        if self.node == "PERSONAL":
            contract.sign_by_page(WANG, strokes=CORNER)
        elif self.node == "LP":
            contract.api.ok(contract.api.post("/v2/contract/legalpersonsign", {"contractId": contract.id, **late}))
        else:
            contract.seal(**late)


@pytest.mark.parametrize("door", ["draft", "addbyfile", "addbyfiles", "send", "call"])
def test_a_companys_seals_lie_where_they_are_wanted(api, server, door):
    through = Door(door, SEALS)
    contract = through.contract(api, server, with_words())
    Look(contract, lambda: through.sign(contract)).assert_marks(seals_expected(), 0.6)
    assert contract.status == "COMPLETE"


@pytest.mark.parametrize("door", ["draft", "addbyfile", "send"])
def test_a_persons_signatures_lie_where_they_are_wanted(api, server, door):
    through = Door(door, INK, "PERSONAL")
    contract = through.contract(api, server, with_words())
    Look(contract, lambda: through.sign(contract)).assert_marks(ink_expected(), 0.6)
    assert contract.status == "COMPLETE"


@pytest.mark.parametrize("door", ["send", "call"])
def test_a_legal_representatives_seals_lie_where_they_are_wanted(api, server, door):
    through = Door(door, [{"type": "LP", "page": 2, "offsetX": 0.3, "offsetY": 0.4}, {"type": "LP", "page": -1, "offsetX": "0.97", "offsetY": 0.1}], "LP")
    contract = through.contract(api, server, with_words())
    last = Box.at(WIDTH - LEGAL_SEAL, 0.1 * HEIGHT, LEGAL_SEAL, LEGAL_SEAL)
    Look(contract, lambda: through.sign(contract)).assert_marks({(0, 2): [seal_at(0.3, 0.4, LEGAL_SEAL)], (0, 4): [last]})


@pytest.mark.parametrize("door", ["draft", "send", "call"])
@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_fractions_are_of_the_displayed_part_of_turned_pages(api, server, door, rotate):
    shown = (100.0, 60.0, 540.0, 720.0)
    width, height = ((shown[2] - shown[0]) * POINT, (shown[3] - shown[1]) * POINT)
    if rotate % 180:
        width, height = height, width
    through = Door(door, [{"type": "COMPANY", "page": 1, "offsetX": 0.25, "offsetY": 0.1}, {"type": "COMPANY", "page": 2, "offsetX": 0.98, "offsetY": 0.98},
                          {"type": "ACROSS_PAGE", "offsetY": 0.2}])
    contract = through.contract(api, server, make_pdf([[], []], rotate=rotate, crop=shown))
    edge = strips(2, 0.2, width=width, height=height)
    expected = {(0, 1): [Box.at(0.25 * width, 0.1 * height, SEAL, SEAL), edge[0]],
                (0, 2): [Box.at(width - SEAL, height - SEAL, SEAL, SEAL), edge[1]]}
    Look(contract, lambda: through.sign(contract)).assert_marks(expected)


@pytest.mark.parametrize("rotate", [0, 90, 270])
def test_a_place_chosen_on_the_page_is_that_of_the_displayed_page(api, server, rotate):
    contract = Contract(api, server, [person(WANG["name"], WANG["contact"])])
    contract.add_file(make_pdf([[], []], rotate=rotate))
    contract.send()
    page = contract.page(WANG)
    code = page.ask_for_code(WANG["contact"])
    width, height = (HEIGHT, WIDTH) if rotate else (WIDTH, HEIGHT)
    spots = [{"documentId": contract.documents[0], "page": 2, "x": 0.3, "y": 0.4}, {"documentId": contract.documents[0], "page": 1, "x": 0.1, "y": 0.1}]
    look = Look(contract, lambda: page.sign(code, strokes=CORNER, places=spots))
    look.assert_marks({(0, 2): [Box.at(0.3 * width, 0.4 * height, 40, 16)], (0, 1): [Box.at(0.1 * width, 0.1 * height, 40, 16)]})


@pytest.mark.parametrize("door", ["send", "call"])
def test_the_four_patterns_of_dates_are_as_wide_as_they_are_wanted(api, server, door):
    patterns = ["HYPHEN", "chinese", "ALL_CHINESE", "ENGLISH"]
    place = {"type": "TIMESTAMP", "page": 1, "offsetX": 0.2, "width": 50}
    word = "datePatterns" if door == "send" else "datePattern"
    dates = [{**place, "offsetY": 0.1 + 0.2 * number, word: [pattern] if door == "send" else pattern} for number, pattern in enumerate(patterns)]
    through = Door(door, [{"type": "COMPANY", "page": 1, "offsetX": 0.7, "offsetY": 0.7}, *dates])
    contract = through.contract(api, server, make_pdf([[]]))
    look = Look(contract, lambda: through.sign(contract))
    for renderer in RENDERERS:
        drawn = [mark for mark in marks(*look.pictures(0, 1, renderer)) if mark.left < 0.6 * WIDTH]
        heights = []
        for number, pattern in enumerate(patterns):
            foot = (0.1 + 0.2 * number) * HEIGHT
            line = functools.reduce(Box.with_, (mark for mark in drawn if abs(mark.bottom - foot) < 10))
            assert abs(line.left - 0.2 * WIDTH) < 1.6 and abs(line.width - 50) < 3, f"{renderer}, {pattern}: {line}"
            assert -0.5 <= line.bottom - foot < 2.5, f"{renderer}, {pattern}: {line}"
            heights.append(round(line.height))
        assert len(set(heights)) >= 3, "they are different dates"


@pytest.mark.parametrize("rule, more", [("MUST_FORBID", False), ("MUST_ALLOW", True), ("OPTIONAL", True)])
def test_the_rule_says_whether_a_call_may_add_places(api, server, rule, more):
    contract = Contract(api, server, [company(server.demo["companyName"])])
    contract.add_file(make_pdf([[]]))
    contract.send([contract.at_action(0, type="COMPANY", page=1, offsetX=0.1, offsetY=0.1)], stamperRule=rule)
    added = [{"type": "COMPANY", "documentId": contract.documents[0], "page": 1, "offsetX": 0.6, "offsetY": 0.6}]
    look = Look(contract, lambda: contract.seal(stampers=added))
    look.assert_marks({(0, 1): [seal_at(0.1, 0.1), *([seal_at(0.6, 0.6)] if more else [])]})


@pytest.mark.parametrize("door", ["send", "call"])
def test_a_missing_keyword_fails_the_call_unless_one_is_enough(api, server, door):
    missing = {"type": "COMPANY", "keyword": "Nowhere"}
    found = {"type": "COMPANY", "keyword": WORD, "keywordIndex": 2, "offsetX": 0.1}
    contract = Contract(api, server, [company(server.demo["companyName"])])
    contract.add_file(with_words())
    bound = [{"actionId": contract.action(0), "documentId": contract.documents[0], **one} for one in (missing, found)]
    if door == "call":
        contract.send()
        def attempt(**fields):
            return contract.try_seal(stampers=bound, **fields)
    else:
        def attempt(**fields):
            return contract.try_send(bound, **fields)
    before = contract.status
    assert attempt().envelope["responseCode"] == "11011108" and contract.status == before

    def act() -> None:
        api.ok(attempt(locateAllStamperKeywords=False))
        if door == "send":
            contract.seal()
    expected = {(0, 2): [Box.at(30 + 0.1 * WIDTH, 190 - DESCENDER, SEAL, SEAL)]}
    Look(contract, act).assert_marks(expected, 0.6)


def test_one_place_in_several_documents_and_a_seal_through_all_of_them(api, server):
    contract = Contract(api, server, [company(server.demo["companyName"])])
    for _ in range(3):
        contract.add_file(make_pdf([[], []]))
    first, _, third = contract.documents
    contract.send([{"actionId": contract.action(0), "type": "COMPANY", "page": -1, "offsetX": 0.1, "offsetY": 0.1, "documentIds": f"{third}, {first}"},
                   {"actionId": contract.action(0), "type": "ACROSS_PAGE_ODD", "acrossType": "ALL_DOCUMENT", "offsetY": 0.6}])
    look = Look(contract, contract.seal)
    expected: dict[tuple[int, int], list[Box]] = {(0, 2): [seal_at(0.1, 0.1)], (2, 2): [seal_at(0.1, 0.1)]}
    for document, strip in enumerate(strips(3, 0.6)):
        expected.setdefault((document, 1), []).append(strip)
    look.assert_marks(expected)
