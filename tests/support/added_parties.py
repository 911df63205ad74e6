"""A contract that was complete, the party that is added to it, and what that party's signature adds to the pages."""
from __future__ import annotations

import functools
import math
from collections.abc import Callable

from .api import Api, Reply
from .contracts import Contract, person, user
from .pictures import RENDERERS, Box, Picture, draw, marks
from .server import Server

FIRST_SIGNER = user("王五", "13800000005")
#: A4 in millimetres, as displayed.
WIDTH, HEIGHT = 210.0, 297.0
POINT = 25.4 / 72

SEAL = 42.0  # the usual company seal's diameter
LEGAL_SEAL = 20.0  # the side of a legal representative's
SIGNATURE = (40.0, 16.0)
#: A signature like an L that fills its box: down along the left edge, then along the bottom.
CORNER = [[(0, y) for y in range(0, 110, 5)] + [(x, 110) for x in range(0, 287, 11)]]
#: How far inside its box the pen runs, and half its breadth.
PEN_INSET, PEN_RADIUS = 0.5, 0.33


def complete_contract(api: Api, server: Server, files: list[bytes], **fields) -> Contract:
    """One person has signed the first file near its top right; the category allows more parties."""
    contract = Contract(api, server, [person(FIRST_SIGNER["name"], FIRST_SIGNER["contact"], serialNo=1)],
                        category={"id": server.demo["categoryId"]}, **fields)
    for number, pdf in enumerate(files, 1):
        contract.add_file(pdf, f"文档{number}")
    contract.send([contract.at_party(0, type="PERSONAL", page=1, offsetX=0.78, offsetY=0.93)])
    contract.sign_by_page(FIRST_SIGNER)
    assert contract.status == "COMPLETE"
    return contract


def try_add(contract: Contract, signatory: dict, **fields) -> Reply:
    return contract.api.post("/v2/signatory/add", {"contractId": contract.id, "signatory": signatory, **fields})


def add(contract: Contract, signatory: dict, **fields) -> dict:
    """The party as the answer tells it; ids of its nodes included."""
    added = contract.api.ok(try_add(contract, signatory, **fields))
    assert contract.status == "SIGNING"
    return added


def refused_as(contract: Contract, response_code: str, signatory: dict, **fields) -> str:
    """Asserts that the party is refused with this code and that nothing has changed; returns the message."""
    before = contract.detail(queryLocation="true")
    reply = try_add(contract, signatory, **fields)
    assert reply.envelope["responseCode"] == response_code, reply.body.decode()
    assert contract.detail(queryLocation="true") == before
    return reply.envelope["message"]


class Look:
    """What an act added to every page of a contract, in each renderer."""

    def __init__(self, contract: Contract, act: Callable[[], object]) -> None:
        self._counts = [document["pageCount"] for document in contract.detail()["documents"]]
        self.before = [contract.download(number) for number in range(len(self._counts))]
        act()
        self.after = [contract.download(number) for number in range(len(self._counts))]

    def pictures(self, document: int, page: int, renderer: str) -> tuple[Picture, Picture]:
        return draw(self.before[document], page, renderer), draw(self.after[document], page, renderer)

    def assert_marks(self, expected: dict[tuple[int, int], list[Box]], tolerance: float = 0.5) -> None:
        """The boxes for each (document from 0, page from 1), in any order; and nothing new anywhere else."""
        for document, count in enumerate(self._counts):
            for page in range(1, count + 1):
                for renderer in RENDERERS:
                    found = marks(*self.pictures(document, page, renderer))
                    assert_same(found, expected.get((document, page), []), tolerance, f"{renderer}, document {document}, page {page}")


def assert_same(found: list[Box], expected: list[Box], tolerance: float, where: str) -> None:
    """Each expected box must be what all the ink within it takes up together, and no other ink may be there."""
    left = list(found)
    for box in expected:
        inside = [mark for mark in left if mark.within(box, tolerance)]
        together = functools.reduce(Box.with_, inside) if inside else None
        assert together is not None and together.distance(box) <= tolerance, (
            f"{where}: not all of {box} is filled; there is {[str(mark) for mark in found]}")
        left = [mark for mark in left if mark not in inside]
    assert not left, f"{where}: too much: {[str(mark) for mark in left]}"


def seal_at(x: float, y: float, size: float = SEAL) -> Box:
    """A seal at fractions of an A4 page."""
    return Box.at(x * WIDTH, y * HEIGHT, size, size)


def signature_at(x: float, y: float, width: float = SIGNATURE[0]) -> Box:
    """A signature that fills its box, at fractions of an A4 page."""
    return Box.at(x * WIDTH, y * HEIGHT, width, width * SIGNATURE[1] / SIGNATURE[0])


def turned_corner(place: Box, degrees: float) -> Box:
    """Where the ink of CORNER lies when its box is turned clockwise about its middle."""
    scale = place.width / SIGNATURE[0]
    inset, radius = PEN_INSET * scale, PEN_RADIUS * scale
    ends = [(place.left + inset, place.top - inset), (place.left + inset, place.bottom + inset), (place.right - inset, place.bottom + inset)]
    middle, angle = place.middle, -math.radians(degrees)
    xs, ys = [], []
    for x, y in ends:
        dx, dy = x - middle[0], y - middle[1]
        xs.append(middle[0] + dx * math.cos(angle) - dy * math.sin(angle))
        ys.append(middle[1] + dx * math.sin(angle) + dy * math.cos(angle))
    return Box(min(xs) - radius, min(ys) - radius, max(xs) + radius, max(ys) + radius)


def strips(count: int, y: float, size: float = SEAL, width: float = WIDTH, height: float = HEIGHT) -> list[Box]:
    """The ink of a round seal across the right edges of `count` pages, its bottom at a fraction of the height."""
    radius, strip, bottom = size / 2, size / count, y * height
    boxes = []
    for number in range(count):
        from_middle = max(0.0, number * strip - radius, radius - (number + 1) * strip)
        half = math.sqrt(radius * radius - from_middle * from_middle)
        boxes.append(Box(width - strip, bottom + radius - half, width, bottom + radius + half))
    return boxes
