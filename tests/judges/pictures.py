"""Pages as pixels, drawn by two renderers that are not ours."""
from __future__ import annotations

import dataclasses
import pathlib
import re
import struct
import subprocess
import zlib

RENDERERS = ("poppler", "mupdf")


@dataclasses.dataclass(frozen=True)
class Picture:
    """Red, green and blue, a byte each, row by row from the top."""

    width: int
    height: int
    pixels: bytes

    def different_box(self, other: Picture) -> tuple[int, int, int, int] | None:
        """The smallest box (left, top, right, bottom; right and bottom exclusive) outside of which both are equal."""
        assert (self.width, self.height) == (other.width, other.height)
        rows = [y for y in range(self.height) if self._row(y) != other._row(y)]
        if not rows:
            return None
        columns = set()
        for y in rows:
            mine, theirs = self._row(y), other._row(y)
            columns.update(x for x in range(self.width) if mine[3 * x:3 * x + 3] != theirs[3 * x:3 * x + 3])
        return min(columns), rows[0], max(columns) + 1, rows[-1] + 1

    def red_pixels(self, box: tuple[int, int, int, int]) -> int:
        left, top, right, bottom = box
        count = 0
        for y in range(top, bottom):
            row = self._row(y)
            count += sum(1 for x in range(left, right) if row[3 * x] > 150 and row[3 * x + 1] < 110 and row[3 * x + 2] < 110)
        return count

    def _row(self, y: int) -> bytes:
        return self.pixels[3 * self.width * y:3 * self.width * (y + 1)]


def draw(pdf: pathlib.Path, page: int, renderer: str, scratch: pathlib.Path) -> Picture:
    """`page` counts from 1; a pixel is a point."""
    target = scratch / f"{renderer}.ppm"
    target.unlink(missing_ok=True)
    if renderer == "poppler":
        subprocess.run(["pdftoppm", "-r", "72", "-cropbox", "-f", str(page), "-l", str(page), "-singlefile", pdf,
                        target.with_suffix("")], check=True, capture_output=True)
    else:
        subprocess.run(["mutool", "draw", "-q", "-r", "72", "-F", "ppm", "-o", target, pdf, str(page)], check=True,
                       capture_output=True)
    raw = target.read_bytes()
    header = re.match(rb"P6\s+(\d+)\s+(\d+)\s+255\s", raw)
    return Picture(int(header[1]), int(header[2]), raw[header.end():])


def ring(size: int) -> bytes:
    """A PNG of `size` pixels squared: a red ring on nothing, like the rim of a seal."""
    middle, rows = (size - 1) / 2, []
    for y in range(size):
        row = bytearray([0])
        for x in range(size):
            distance = ((x - middle) ** 2 + (y - middle) ** 2) ** 0.5 / (size / 2)
            row += bytes((220, 30, 30, 255 if 0.75 <= distance <= 1 else 0))
        rows.append(bytes(row))

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
    header = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"".join(rows))) + chunk(b"IEND", b"")
