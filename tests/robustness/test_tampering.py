"""No tampered file is accepted, and what is told of it names the class of the attack: every attack of tampering.py on every base that it fits."""
from __future__ import annotations

import functools
import io
import json
import os
import pathlib
import subprocess
import sys
from collections.abc import Callable

import pytest

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS), str(TESTS / "judges"), str(TESTS / "robustness")]

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter  # noqa: E402
from pyhanko.sign import fields, signers  # noqa: E402
from pyhanko.sign.fields import MDPPerm  # noqa: E402

from authority import Authority, Identity, sign_as_a_stranger  # noqa: E402
from odd_documents import BOX, DOCUMENTS, Builder, plain, qpdf, text, words  # noqa: E402
from support.server import BINARY  # noqa: E402
from tampering import ATTACKS, UNREADABLE, NoHold  # noqa: E402

#: SIGNET_ROBUSTNESS=all tries every attack on every base; else each on a third of them, in turn.
EVERY = 1 if os.environ.get("SIGNET_ROBUSTNESS") == "all" else 3


@functools.cache
def identity() -> Identity:
    return Authority("Plainly Fictitious Root").issue("Zhang Sanfeng")


def signed(pdf: bytes, field: str = "First", **more) -> bytes:
    return sign_as_a_stranger(pdf, identity(), field, **more)


def signed_loosely(pdf: bytes) -> bytes:
    """For files whose cross-references pyHanko would rather not extend."""
    out = io.BytesIO()
    signers.PdfSigner(signers.PdfSignatureMetadata(field_name="First", subfilter=fields.SigSeedSubFilter.PADES, md_algorithm="sha256"),
                      signer=identity().signer(), new_field_spec=fields.SigFieldSpec("First", box=(60, 60, 180, 120))).sign_pdf(
                          IncrementalPdfFileWriter(io.BytesIO(pdf), strict=False), output=out)
    return out.getvalue()


def shadowed() -> bytes:
    """What an author prepares: an overlay, a content and a page that nothing leads to, and a second content under the first one's number."""
    builder = Builder()
    tree, kids = builder.reserve(), []
    font = builder.add("<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>")
    resources = f"/Resources<</Font<</F1 {font} 0 R>>>>"
    first = None
    for page in (1, 2):
        content = builder.stream(text(*words(page)))
        first = first or content
        overlay = builder.stream(b"1 g 60 600 300 40 re f")
        kids.append(builder.add(f"<</Type/Page/Parent {tree} 0 R{BOX}{resources}/Contents[{content} 0 R {overlay} 0 R]>>"))
    spare = builder.stream(b"BT /F1 12 Tf 72 700 Td (100,000) Tj ET", "/Spare true")
    builder.add(f"<</SparePage true/Type/Page/Parent {tree} 0 R{BOX}{resources}/Contents {spare} 0 R>>")
    builder.set(tree, f"<</Type/Pages/Kids[{' '.join(f'{kid} 0 R' for kid in kids)}]/Count 2>>")
    pdf = builder.file(builder.add(f"<</Type/Catalog/Pages {tree} 0 R>>"))
    at = pdf.rindex(b"xref\n0 ")
    planted = b"%% planted\n%d 0 obj\n<</Length 20>>\nstream\n0 g 9 9 300 20 re f \nendstream\nendobj\n" % first
    return pdf[:at] + planted + pdf[at:].replace(b"startxref\n%d" % at, b"startxref\n%d" % (at + len(planted)))


def hybrid() -> bytes:
    """A table, and beside it a cross-reference stream with one object more, as Word writes it."""
    pdf = plain()
    at = pdf.rindex(b"xref\n0 ")
    size = int(pdf[pdf.rindex(b"/Size") + 5:].split()[0].split(b"/")[0])
    body = b"%d 0 obj\n<</Hidden true>>\nendobj\n" % size
    rows = b"\x01" + at.to_bytes(4, "big") + b"\0"
    stream = b"%d 0 obj\n<</Type/XRef/Size %d/W[1 4 1]/Index[%d 1]/Length %d>>\nstream\n%s\nendstream\nendobj\n" % (
        size + 1, size + 2, size, len(rows), rows)
    new = pdf[:at] + body + stream
    tail = pdf[at:].replace(b"/Size %d" % size, b"/Size %d/XRefStm %d" % (size + 2, at + len(body)), 1)
    return new + tail.replace(b"startxref\n%d" % at, b"startxref\n%d" % len(new))


def ours(pdf: bytes, *more: str) -> bytes:
    folder = pathlib.Path(os.environ["SIGNET_TAMPERING_FOLDER"])
    source, target = folder / "in.pdf", folder / "out.pdf"
    source.write_bytes(pdf)
    subprocess.run([BINARY, "sign", source, target, "--name", "张三丰", "--text", "张三丰", "--page", "1", "--x", "0.1", "--y", "0.1",
                    "--data", folder / "data", *more], check=True, capture_output=True, timeout=120)
    return target.read_bytes()


BASES: dict[str, Callable[[], bytes]] = {
    "a table": lambda: signed(plain()),
    "prepared for a shadow attack": lambda: signed(shadowed()),
    "object streams": lambda: signed(qpdf(plain(), "--object-streams=generate")),
    "linearized": lambda: signed(qpdf(plain(), "--linearize", "--object-streams=disable")),
    "linearized with object streams": lambda: signed(qpdf(plain(), "--linearize", "--object-streams=generate")),
    "hybrid": lambda: signed_loosely(hybrid()),
    "certified, filling in allowed": lambda: signed(plain(), certify=True, docmdp_permissions=MDPPerm.FILL_FORMS),
    "certified, annotating allowed": lambda: signed(plain(), certify=True, docmdp_permissions=MDPPerm.ANNOTATE),
    "certified, nothing allowed": lambda: signed(plain(), certify=True, docmdp_permissions=MDPPerm.NO_CHANGES),
    "signed twice": lambda: signed(signed(plain()), "Second", box=(300, 60, 420, 120)),
    "signed twice in object streams": lambda: signed(signed(qpdf(plain(), "--object-streams=generate")), "Second", box=(300, 60, 420, 120)),
    "a form": lambda: signed(DOCUMENTS["a form"]()),
    "tagged": lambda: signed(DOCUMENTS["tagged"]()),
    "PKCS #7": lambda: signed(plain(), subfilter=fields.SigSeedSubFilter.ADOBE_PKCS7_DETACHED),
    "by Signet for decades": lambda: ours(plain(), "--level", "B-LTA"),
    "by Signet in object streams": lambda: ours(qpdf(plain(), "--object-streams=generate"), "--level", "B-B"),
}


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tampering")
    os.environ["SIGNET_TAMPERING_FOLDER"] = str(folder)
    return functools.cache(lambda which: BASES[which]())


def told(pdf: bytes, folder: pathlib.Path) -> tuple[str, set[str]]:
    file = folder / "file.pdf"
    file.write_bytes(pdf)
    done = subprocess.run([BINARY, "verify", file, "--json", "--no-pages", "--data", folder / "nobody"], capture_output=True, check=False, timeout=120)
    assert done.returncode in (0, 1, 2), done.stderr[-500:]
    report = json.loads(done.stdout)
    return report["conclusion"], {reason["code"] for one in [report, *report.get("signatures", [])] for reason in one["reasons"]}


@pytest.mark.parametrize("which", BASES)
def test_what_nobody_touched_is_intact(base, which, tmp_path):
    conclusion, codes = told(base(which), tmp_path)
    assert conclusion == "SIGNER_UNKNOWN", codes


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_found_and_named(base, attack, tmp_path):
    tamper, named = ATTACKS[attack]
    tried, wrong = 0, []
    first = list(ATTACKS).index(attack) % EVERY
    for number, which in enumerate(BASES):
        if tried and number % EVERY != first:
            continue
        try:
            tampered = tamper(base(which))
        except NoHold:
            continue
        tried += 1
        conclusion, codes = told(tampered, tmp_path)
        refused = conclusion == "INVALID" or (conclusion == "UNREADABLE" and codes & UNREADABLE)
        if not refused or not codes & named:
            wrong.append(f"{which}: {conclusion} {sorted(codes)}")
    assert tried, "no base gives it a hold"
    assert wrong == []


def test_an_encrypted_file_is_not_accepted_whatever_was_done_to_it(base, tmp_path):
    out = io.BytesIO()
    writer = IncrementalPdfFileWriter(io.BytesIO(qpdf(plain(), "--encrypt", "", "owner", "256", "--")))
    writer.encrypt("")
    signers.PdfSigner(signers.PdfSignatureMetadata(field_name="First", subfilter=fields.SigSeedSubFilter.PADES), signer=identity().signer(),
                      new_field_spec=fields.SigFieldSpec("First", box=(60, 60, 180, 120))).sign_pdf(writer, output=out)
    pdf = out.getvalue()
    for tampered in (pdf, pdf + b"% more\n", pdf.replace(b"/ByteRange", b"/ByteRongo"), pdf[:-30]):
        conclusion, codes = told(tampered, tmp_path)
        assert conclusion in ("UNREADABLE", "INVALID"), codes
