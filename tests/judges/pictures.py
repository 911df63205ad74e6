"""Pages as pixels, drawn by renderers that are not ours: poppler, MuPDF and, in a browser, pdf.js."""
from __future__ import annotations

import base64
import contextlib
import dataclasses
import pathlib
import re
import struct
import subprocess
import zlib

from playwright.sync_api import sync_playwright

RENDERERS = ("poppler", "mupdf")
NOTICEABLE = 64  # of 255, in any colour: less is the softness of an edge
PDF_JS = pathlib.Path("/usr/share/javascript/pdf/build")  # Debian's libjs-pdf
DRAW_IN_BROWSER = """async ([file, number]) => {
    const bytes = Uint8Array.from(atob(file), letter => letter.charCodeAt(0));
    const pdf = await pdfjsLib.getDocument({data: bytes}).promise;
    const page = await pdf.getPage(number), viewport = page.getViewport({scale: 1});
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [Math.round(viewport.width), Math.round(viewport.height)];
    const context = canvas.getContext("2d");
    await page.render({canvasContext: context, viewport, annotationMode: pdfjsLib.AnnotationMode.ENABLE}).promise;
    const data = context.getImageData(0, 0, canvas.width, canvas.height).data, parts = [];
    for (let at = 0; at < data.length; at += 32768) parts.push(String.fromCharCode(...data.subarray(at, at + 32768)));
    return [canvas.width, canvas.height, btoa(parts.join(""))];
}"""


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

    def differing(self, other: Picture) -> int:
        """How many pixels look different. A size that is no whole number of points is rounded up by one renderer and down by another."""
        width, height = min(self.width, other.width), min(self.height, other.height)
        assert max(self.width, other.width) - width <= 1 and max(self.height, other.height) - height <= 1
        count = 0
        for y in range(height):
            mine, theirs = self._row(y), other._row(y)
            if mine != theirs:
                count += sum(1 for x in range(0, 3 * width, 3) if any(abs(mine[x + n] - theirs[x + n]) > NOTICEABLE for n in range(3)))
        return count

    def ink(self) -> set[tuple[int, int]]:
        """The pixels that are far from white."""
        return {(x, y) for y in range(self.height) for x in range(self.width)
                if min(self.pixels[3 * (y * self.width + x):3 * (y * self.width + x) + 3]) < 255 - NOTICEABLE}

    def missing_from(self, other: Picture) -> float:
        """Which part of the ink has none beside it in the other picture: a seal that is not there counts, a softer edge does not."""
        mine, theirs = self.ink(), other.ink()
        lost = sum(1 for x, y in mine if not any((x + dx, y + dy) in theirs for dx in (-1, 0, 1) for dy in (-1, 0, 1)))
        return lost / max(1, len(mine))

    def whitened(self, left: int, top: int, right: int, bottom: int) -> Picture:
        """Without what a box holds."""
        rows = [self._row(y) for y in range(self.height)]
        for y in range(top, bottom):
            rows[y] = rows[y][:3 * left] + b"\xff" * (3 * (right - left)) + rows[y][3 * right:]
        return Picture(self.width, self.height, b"".join(rows))

    def png(self) -> bytes:
        rows = b"".join(b"\0" + self._row(y) for y in range(self.height))
        return png_of(self.width, self.height, 2, rows)

    @staticmethod
    def of_png(png: bytes) -> Picture:
        """Reads what `png()` wrote, and no other PNG."""
        width, height = struct.unpack(">II", png[16:24])
        length, = struct.unpack(">I", png[33:37])
        rows = zlib.decompress(png[41:41 + length])
        size = 3 * width + 1
        assert len(rows) == size * height and not any(rows[::size]), "not one of our own"
        return Picture(width, height, b"".join(rows[at + 1:at + size] for at in range(0, len(rows), size)))

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
    return png_of(size, size, 6, b"".join(rows))


def png_of(width: int, height: int, colours: int, rows: bytes) -> bytes:
    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
    header = struct.pack(">IIBBBBB", width, height, 8, colours, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


@contextlib.contextmanager
def browser_renderer():
    """Gives a function that draws a page of a PDF with pdf.js: draw(bytes, page)."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-dev-shm-usage"])
        page = browser.new_page()
        for script in ("pdf.js", "pdf.worker.js"):  # the worker's code in the page itself: then it needs no address
            page.add_script_tag(path=PDF_JS / script)

        def draw_page(pdf: bytes, number: int) -> Picture:
            width, height, pixels = page.evaluate(DRAW_IN_BROWSER, [base64.b64encode(pdf).decode(), number])
            coloured = base64.b64decode(pixels)
            return Picture(width, height, b"".join(coloured[at:at + 3] for at in range(0, len(coloured), 4)))
        yield draw_page
        browser.close()
