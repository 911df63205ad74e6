"""What a signature adds to the look of a page, measured in millimetres, as two renderers that are not ours draw it."""
from __future__ import annotations

import dataclasses
import pathlib
import re
import subprocess
import tempfile
from collections.abc import Iterator

RENDERERS = ("poppler", "mupdf")
RESOLUTION = 150  # pixels an inch: one is 0.17 mm
MILLIMETRE = RESOLUTION / 25.4  # in pixels
NOTICEABLE = 48  # of 255, in any colour: less is the softness of an edge
NEIGHBOURS = 3.0  # millimetres: ink that lies closer together is one mark


@dataclasses.dataclass(frozen=True)
class Box:
    """Millimetres from the bottom left of the page as it is displayed."""

    left: float
    bottom: float
    right: float
    top: float

    @staticmethod
    def at(left: float, bottom: float, width: float, height: float) -> Box:
        return Box(left, bottom, left + width, bottom + height)

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.top - self.bottom

    @property
    def middle(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.bottom + self.top) / 2

    def touches(self, other: Box, reach: float = 0) -> bool:
        return (self.left <= other.right + reach and other.left <= self.right + reach
                and self.bottom <= other.top + reach and other.bottom <= self.top + reach)

    def within(self, other: Box, slack: float = 0) -> bool:
        return (self.left >= other.left - slack and self.right <= other.right + slack
                and self.bottom >= other.bottom - slack and self.top <= other.top + slack)

    def with_(self, other: Box) -> Box:
        return Box(min(self.left, other.left), min(self.bottom, other.bottom), max(self.right, other.right), max(self.top, other.top))

    def distance(self, other: Box) -> float:
        """How far the edge that is farthest off is from the other's."""
        return max(abs(mine - its) for mine, its in zip(dataclasses.astuple(self), dataclasses.astuple(other)))

    def __str__(self) -> str:
        return f"[{self.left:.1f} {self.bottom:.1f} {self.right:.1f} {self.top:.1f}]"


@dataclasses.dataclass(frozen=True)
class Picture:
    """Red, green and blue, a byte each, row by row from the top."""

    width: int
    height: int
    pixels: bytes

    def row(self, y: int) -> bytes:
        return self.pixels[3 * self.width * y:3 * self.width * (y + 1)]

    def ink(self, x: int, y: int) -> bool:
        """Whether anything but paper is there."""
        at = 3 * (y * self.width + x)
        return min(self.pixels[at:at + 3]) < 255 - NOTICEABLE

    def cut(self, box: Box) -> list[list[bool]]:
        """Where there is ink in a part of the page, row by row from the top."""
        left, top = round(box.left * MILLIMETRE), self.height - round(box.top * MILLIMETRE)
        columns, rows = round(box.width * MILLIMETRE), round(box.height * MILLIMETRE)
        return [[0 <= x < self.width and 0 <= y < self.height and self.ink(x, y) for x in range(left, left + columns)]
                for y in range(top, top + rows)]


def draw(pdf: bytes, page: int, renderer: str) -> Picture:
    """`page` counts from 1."""
    with tempfile.TemporaryDirectory(prefix="signet-draw-") as folder:
        file, target = pathlib.Path(folder) / "drawn.pdf", pathlib.Path(folder) / "page.ppm"
        file.write_bytes(pdf)
        if renderer == "poppler":
            command = ["pdftoppm", "-r", str(RESOLUTION), "-cropbox", "-f", str(page), "-l", str(page), "-singlefile", file,
                       target.with_suffix("")]
        else:
            command = ["mutool", "draw", "-q", "-r", str(RESOLUTION), "-F", "ppm", "-o", target, file, str(page)]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        raw = target.read_bytes()
    header = re.match(rb"P6\s+(\d+)\s+(\d+)\s+255\s", raw)
    return Picture(int(header[1]), int(header[2]), raw[header.end():])


def marks(before: Picture, after: Picture) -> list[Box]:
    """What was added, from the top, then from the left; ink that lies close together, or inside other ink's box, is one mark."""
    assert (before.width, before.height) == (after.width, after.height), "the page has changed its size"
    cell = round(MILLIMETRE)
    cells: dict[tuple[int, int], list[int]] = {}
    for x, y in _changed(before, after):
        found = cells.setdefault((x // cell, y // cell), [x, y, x, y])
        found[:] = [min(found[0], x), found[1], max(found[2], x), y]
    boxes = [Box(left / MILLIMETRE, (after.height - bottom - 1) / MILLIMETRE, (right + 1) / MILLIMETRE, (after.height - top) / MILLIMETRE)
             for left, top, right, bottom in cells.values()]
    return sorted(_joined(boxes), key=lambda box: (-box.top, box.left))


def _changed(before: Picture, after: Picture) -> Iterator[tuple[int, int]]:
    step = 96
    for y in range(after.height):
        was, now = before.row(y), after.row(y)
        if was == now:
            continue
        for start in range(0, len(now), step):
            if was[start:start + step] == now[start:start + step]:
                continue
            for at in range(start, min(start + step, len(now)), 3):
                if max(abs(was[at + colour] - now[at + colour]) for colour in range(3)) > NOTICEABLE:
                    yield at // 3, y


def _joined(boxes: list[Box]) -> list[Box]:
    done: list[Box] = []
    for box in boxes:
        while near := [other for other in done if box.touches(other, NEIGHBOURS)]:
            done = [other for other in done if other not in near]
            for other in near:
                box = box.with_(other)
        done.append(box)
    return done


def likeness(one: list[list[bool]], other: list[list[bool]], slack: int = 2) -> float:
    """How much of the ink of either picture has ink of the other within `slack` pixels: 1 for the same picture."""
    return min(_covered(one, other, slack), _covered(other, one, slack))


def _covered(ink: list[list[bool]], by: list[list[bool]], slack: int) -> float:
    spots = [(x, y) for y, row in enumerate(ink) for x, there in enumerate(row) if there]
    assert spots, "a picture without ink"

    def near(x: int, y: int) -> bool:
        return any(any(row[max(0, x - slack):x + slack + 1]) for row in by[max(0, y - slack):y + slack + 1])
    return sum(near(x, y) for x, y in spots) / len(spots)


def turned(picture: list[list[bool]], quarters: int) -> list[list[bool]]:
    """Turned clockwise by quarters of a circle."""
    for _ in range(quarters % 4):
        picture = [list(column) for column in zip(*picture[::-1])]
    return picture
