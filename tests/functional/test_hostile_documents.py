"""Files made to do harm: each upload ends with an answer, taken or refused as a document that cannot be signed (1403), and the server goes on
as if nothing had been. What is taken can be looked at and signed."""
from __future__ import annotations

import gzip
import itertools
import pathlib
import sys

import pytest

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS / "robustness")]

from damage import HOSTILE  # noqa: E402
from support.contracts import Contract, person, user  # noqa: E402
from support.pdfs import plain_pages  # noqa: E402

CORPUS = TESTS.parent.parent / "shared" / "corpus" / "hostile"
WANG = user("王五", "13800000005")
#: A document that cannot be signed, whatever is the matter with it; and an upload that is too large to be looked at.
REFUSED, OVERSIZE = (1403, "11011403"), (1010, "11990010")
LARGE = 50_000_000


def unpacked(path: pathlib.Path) -> bytes:
    """What a browser would upload: the PDF, of which a packed one unpacks to a kilobyte or ten megabytes, and its streams to ten gigabytes."""
    if path.suffix != ".gz":
        return path.read_bytes()
    with gzip.open(path) as file:
        return file.read(64 << 20)


def strangers() -> dict:
    found = sorted(CORPUS.glob("*.pdf*")) if CORPUS.exists() else []
    return {path.name: (lambda path=path: unpacked(path)) for path in found}


@pytest.fixture(scope="module")
def draft(api, server):
    return Contract(api, server, [person("王五", WANG["contact"])])


@pytest.mark.parametrize("name", list(itertools.chain(HOSTILE, strangers())))
def test_the_server_answers_and_lives(name, api, server, draft):
    pdf = {**HOSTILE, **strangers()}[name]()
    reply = draft.try_file(pdf, f"有害文件（测试）：{name}"[:40])
    answer = reply.envelope
    if answer["code"] != 0:
        assert (answer["code"], answer["responseCode"]) == (OVERSIZE if len(pdf) > LARGE else REFUSED), answer
    other = Contract(api, server, [person("王五", WANG["contact"])])
    other.add_file(plain_pages(1))
    assert server._process.poll() is None


def test_what_was_taken_can_be_signed_beside_it_all(api, server):
    """An array in itself, an outline in a circle and an action after itself harm nobody who does not follow them."""
    contract = Contract(api, server, [person("王五", WANG["contact"])])
    for name in ("an array in itself", "an outline in a circle", "an action after itself"):
        contract.add_file(HOSTILE[name](), name)
    contract.send([contract.at_party(0, type="PERSONAL", page=1, offsetX=0.5, offsetY=0.5)])
    contract.sign_by_page(WANG)
    assert contract.status == "COMPLETE"
