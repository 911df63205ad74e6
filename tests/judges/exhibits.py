"""What is laid before the judges: what `signet sign` makes of our own documents and of other people's, and what contracts leave behind."""
from __future__ import annotations

import collections
import dataclasses
import hashlib
import pathlib
import random
import subprocess

from checklist import last_startxref, qpdf_exit, read_section
from judges import Judges, Verdict
from signature_fields import read_signatures

PLACE = ["--page", "1", "--x", "0.55", "--y", "0.3"]
SEAL_MILLIMETRES = 40
SHAPES = ["classic", "stream", "linearized", "rotated", "cropped"]
#: Which files of the corpus are drawn by lot. Another number draws others.
LOT, SAMPLE = 20261122, 40


@dataclasses.dataclass(frozen=True)
class Exhibit:
    """A signature that was just made: the file before it and with it."""

    name: str
    before: bytes
    after: bytes


class Hearing:
    """What the judges say of a file; each file is laid before them once."""

    def __init__(self, judges: Judges, folder: pathlib.Path) -> None:
        self._judges, self._folder, self._heard = judges, folder, {}

    def __call__(self, pdf: bytes) -> dict[str, Verdict]:
        name = hashlib.sha256(pdf).hexdigest()
        if name not in self._heard:
            path = self._folder / f"{name[:16]}.pdf"
            path.write_bytes(pdf)
            self._heard[name] = {verdict.judge: verdict for verdict in self._judges.hear(path)}
            path.unlink()
        return self._heard[name]

    def objections(self, pdf: bytes) -> list[str]:
        return [f"{name}: {one}" for name, verdict in self(pdf).items() for one in verdict.objections]


@dataclasses.dataclass(frozen=True)
class CorpusSample:
    """Other people's documents with our signature, and what became of those that are not among them."""

    exhibits: list[Exhibit]
    others: collections.Counter


def corpus_sample(corpus: pathlib.Path, sign, count: int | None) -> CorpusSample:
    """`count` files by lot, or all. `sign(source)` answers with the signed file and the program that made it, or refused."""
    files = sorted(corpus.rglob("*.pdf"))
    chosen = files if count is None else random.Random(LOT).sample(files, count)
    exhibits, others = [], collections.Counter()
    for source in chosen:
        signed, done = sign(source)
        if done.returncode:
            others["refused: " + done.stderr.split(":")[1].strip()] += 1
            continue
        before, after = source.read_bytes(), signed.read_bytes()
        signed.unlink()
        if "repaired before it was signed" in done.stderr:
            others["repaired, and it said so"] += 1
        elif fault := reason_not_to_judge(before):
            others[fault] += 1
        else:
            exhibits.append(Exhibit(source.relative_to(corpus).as_posix(), before, after))
    return CorpusSample(exhibits, others)


def reason_not_to_judge(pdf: bytes) -> str:
    """Why nothing can be said about how our signature changed a file: nobody agrees on what the file was."""
    if qpdf_exit(pdf):
        return "qpdf complains of the input"
    try:
        read_section(pdf, last_startxref(pdf))
        return "signed before" if read_signatures(pdf) else ""
    except Exception:
        return "the input's last cross-reference section or its signatures cannot be read"
