#!/usr/bin/env python3
"""Signs many strange files, each with a limit of time, and says what became of them.

    python tests/robustness/signing.py [--corpus FOLDER] [--damaged SEEDS] [--hostile] [--every N] [--keep FOLDER]

Each file is signed visibly (B-B) by `signet sign`, killed after ten seconds. What comes out must be accepted by pdfsig and be no worse by
`qpdf --check` than what went in; every twentieth that pyHanko can read is shown to it, too. What is refused must be refused for a reason of docs/refusals.md.
"""
from __future__ import annotations

import argparse
import collections
import concurrent.futures
import dataclasses
import hashlib
import io
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS), str(TESTS / "judges"), str(TESTS / "robustness")]

from pyhanko.pdf_utils.reader import PdfFileReader  # noqa: E402

from damage import HOSTILE, damaged  # noqa: E402
from judges import Judges  # noqa: E402

TOP = TESTS.parent
BINARY = pathlib.Path(os.environ.get("SIGNET_BINARY", TOP / "build/src/app/signet"))
CORPUS = TOP.parent / "shared" / "corpus"
SECONDS = 10
MEGABYTES = 256
#: Exit codes of `qpdf --check`, and what cannot be judged because qpdf itself failed.
STATES = {0: "clean", 3: "warnings", 2: "errors"}


def reasons() -> set[str]:
    table = (TOP / "docs/refusals.md").read_text(encoding="utf-8")
    return set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE))


@dataclasses.dataclass
class Outcome:
    name: str
    state: str  # by qpdf, before
    signed: bool
    reason: str = ""
    objections: list[str] = dataclasses.field(default_factory=list)  # what makes the outcome a fault
    seconds: float = 0
    megabytes: float = 0
    detail: str = ""


class Signing:
    """A root, its signer, and judges who trust it."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.reasons = reasons()
        key, self.root = folder / "key.pem", folder / "root.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out",
                        self.root, "-days", "3650", "-subj", "/CN=Example Signer", "-addext", "keyUsage=critical,digitalSignature,nonRepudiation"],
                       check=True, capture_output=True)
        self.identity = ["--key", key, "--cert", self.root]
        self.judges = Judges(self.root)

    def sign(self, name: str, pdf: bytes) -> Outcome:
        mark = hashlib.sha256(name.encode()).hexdigest()[:16]
        source, target, log = (self.folder / f"{mark}.{kind}" for kind in ("pdf", "signed.pdf", "log"))
        source.write_bytes(pdf)
        state = check(source)
        outcome = Outcome(name, state, False)
        code = self._run(outcome, source, target, log)
        outcome.detail = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:][0] if log.stat().st_size else ""
        if outcome.seconds >= SECONDS:
            outcome.reason = "killed"
            outcome.objections.append(f"not done after {SECONDS} s")
        elif code == 0:
            outcome.signed = True
            outcome.objections += self._objections(state, source, target, int(mark, 16) % 20 == 0)
        else:
            refusal = re.match(r"refused: (\w+)", outcome.detail)
            outcome.reason = refusal[1] if refusal else f"exit {code}"
            if code != 1 or outcome.reason not in self.reasons:
                outcome.objections.append(f"exit {code}: {outcome.detail[:200]}")
        if outcome.megabytes > MEGABYTES:
            outcome.objections.append(f"{outcome.megabytes:.0f} MB")
        if not outcome.objections:
            source.unlink()
        for file in (target, log):
            file.unlink(missing_ok=True)
        return outcome

    def _run(self, outcome: Outcome, source: pathlib.Path, target: pathlib.Path, log: pathlib.Path) -> int:
        """The exit code, or the negative signal. What it and its workers held at most is noted; no less than this program held when it
        started them, for so the kernel counts."""
        started = time.monotonic()
        with log.open("wb") as out:
            process = subprocess.Popen([BINARY, "sign", source, target, "--page", "1", "--x", "0.1", "--y", "0.1", "--text", "Invented Signer",
                                        "--name", "Invented Signer", *self.identity], stdout=out, stderr=out, start_new_session=True)
            timer = threading.Timer(SECONDS, lambda: os.killpg(process.pid, signal.SIGKILL))
            timer.start()
            _, status, usage = os.wait4(process.pid, 0)
            timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        outcome.seconds = time.monotonic() - started
        outcome.megabytes = usage.ru_maxrss / 1024
        return process.returncode

    def _objections(self, before: str, source: pathlib.Path, target: pathlib.Path, ask_pyhanko: bool) -> list[str]:
        found = [f"pdfsig: {one}" for one in self._pdfsig(target)]
        after = check(target)
        order = ("clean", "warnings", "errors", "unjudged")
        if order.index(after) > order.index(before):
            found.append(f"qpdf: {before} before, {after} after")
        if ask_pyhanko and readable_for_pyhanko(source):
            found += [f"pyhanko: {one}" for one in self._pyhanko(target)]
        return found

    def _pyhanko(self, target: pathlib.Path) -> list[str]:
        verdict = self.judges.pyhanko(target)
        ours = [one for one in verdict.signatures if one.covers_whole_file]
        if not ours:
            return ["no signature covers the whole file", *verdict.objections]
        return [f"{one.field} valid {one.valid}, trusted {one.trusted}" for one in ours if not (one.valid and one.trusted)]

    def _pdfsig(self, target: pathlib.Path) -> list[str]:
        """Of ours alone: what strangers signed before is theirs to answer for."""
        verdict = self.judges.pdfsig(target)
        ours = [one for one in verdict.signatures if one.covers_whole_file]
        if not ours:
            return ["no signature covers the whole file; " + "; ".join(verdict.objections)]
        return [f"{one.field} valid {one.valid}" for one in ours if not one.valid]


def readable_for_pyhanko(source: pathlib.Path) -> bool:
    """Its strict reader refuses files that every other one takes; of those it can say nothing."""
    try:
        reader = PdfFileReader(io.BytesIO(source.read_bytes()), strict=True)
        return len(reader.embedded_signatures) >= 0 and reader.root is not None
    except Exception:  # whatever it trips over
        return False


def check(file: pathlib.Path) -> str:
    try:
        run = subprocess.run(["qpdf", "--check", file], capture_output=True, check=False, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return "unjudged"
    return STATES.get(run.returncode, "unjudged")


def corpus(folder: pathlib.Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*.pdf")):
        yield str(path.relative_to(folder)), path.read_bytes()


def hostile() -> Iterator[tuple[str, bytes]]:
    for name, make in HOSTILE.items():
        yield name, make()


def sign_all(files: Iterable[tuple[str, bytes]], folder: pathlib.Path, at_once: int = 1) -> list[Outcome]:
    signing = Signing(folder)
    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        return list(pool.map(lambda one: signing.sign(*one), files))


def rates(outcomes: list[Outcome]) -> dict[str, tuple[int, int]]:
    """By what qpdf said before: how many were signed, of how many. What may not be signed (somebody's will) does not count."""
    willed = {"PasswordProtected", "SigningForbidden", "CertifiedNoChanges", "FieldLocked", "DynamicXfa", "ActiveContent"}
    counts: dict[str, tuple[int, int]] = {}
    for outcome in outcomes:
        if outcome.reason in willed:
            continue
        signed, all_of_them = counts.get(outcome.state, (0, 0))
        counts[outcome.state] = (signed + outcome.signed, all_of_them + 1)
    return counts


def table(title: str, outcomes: list[Outcome]) -> str:
    lines = [f"{title}: {len(outcomes)} files"]
    for state, (signed, count) in sorted(rates(outcomes).items()):
        lines.append(f"  {state:9} {signed:5} of {count:5} signed ({100 * signed / count:.1f} %)")
    refused = collections.Counter(outcome.reason for outcome in outcomes if outcome.reason)
    lines += [f"  {count:5} refused: {reason}" for reason, count in refused.most_common()]
    faults = [outcome for outcome in outcomes if outcome.objections]
    lines.append(f"  faults: {len(faults)}")
    lines += [f"    {outcome.name}: {'; '.join(outcome.objections)}" for outcome in faults]
    slowest = max(outcomes, key=lambda outcome: outcome.seconds)
    largest = max(outcomes, key=lambda outcome: outcome.megabytes)
    middle = sorted(outcome.seconds for outcome in outcomes)[len(outcomes) // 2]
    lines.append(f"  median {middle:.2f} s, slowest {slowest.seconds:.2f} s ({slowest.name}), most {largest.megabytes:.0f} MB ({largest.name})")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--corpus", type=pathlib.Path)
    parser.add_argument("--damaged", type=int, default=0, metavar="SEEDS")
    parser.add_argument("--hostile", action="store_true")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--at-once", type=int, default=1)
    parser.add_argument("--list", action="store_true", help="every refusal with its detail")
    parser.add_argument("--keep", type=pathlib.Path, help="where the files stay that were at fault")
    options = parser.parse_args()
    runs = []
    if options.corpus:
        runs.append((str(options.corpus), corpus(options.corpus)))
    if options.damaged:
        runs.append((f"damaged, {options.damaged} each", damaged(options.damaged)))
    if options.hostile:
        runs.append(("made to do harm", hostile()))
    faults = 0
    with tempfile.TemporaryDirectory(prefix="signet-signing-") as scratch:
        folder = options.keep or pathlib.Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        for title, files in runs:
            chosen = (one for number, one in enumerate(files) if number % options.every == 0)
            outcomes = sign_all(chosen, folder, options.at_once)
            print(table(title, outcomes), flush=True)
            faults += sum(1 for outcome in outcomes if outcome.objections)
            if options.list:
                for outcome in outcomes:
                    if outcome.reason:
                        print(f"  {outcome.state}: {outcome.name}: {outcome.detail}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
