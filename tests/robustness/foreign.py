#!/usr/bin/env python3
"""Signs a folder of strangers' PDFs at B-LTA and unseen at B-B, judges what comes out, and keeps a line of JSON for each file.

    python tests/robustness/foreign.py FOLDER RESULTS.jsonl [--every N] [--pyhanko N] [--dss N] [--pictures N] [--keep FOLDER]

A run that was ended goes on where it stopped; at its end, or with --table alone, it prints the figures. Every output must begin with the input
(unless that had to be repaired), be no worse by `qpdf --check`, have as many pages, and be accepted by `signet verify` and pdfsig. Every Nth is
shown to pyHanko, to DSS, and drawn by poppler and MuPDF, where page 1 may differ in the seal's place alone. Of each signed input `signet verify`
says what it thinks, which a person compares with other judges.
"""
from __future__ import annotations

import argparse
import collections
import io
import json
import pathlib
import re
import subprocess
import sys
import tempfile

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS), str(TESTS / "judges"), str(TESTS / "robustness")]

from pyhanko.pdf_utils.reader import PdfFileReader  # noqa: E402

from judges import Judges  # noqa: E402
from pictures import draw  # noqa: E402
from signing import BINARY, MEGABYTES, SECONDS, STATES, check, readable_for_pyhanko, reasons  # noqa: E402

#: What may not be signed because somebody said so.
WILLED = {"PasswordProtected", "SigningForbidden", "CertifiedNoChanges", "FieldLocked", "DynamicXfa", "ActiveContent"}
PROCESSOR_SECONDS = 2
ORDER = [*STATES.values(), "unjudged"]
ORDER.sort(key=("clean", "warnings", "errors", "unjudged").index)


class Runner:
    """A small process that starts the others: the kernel counts for each what its parent held when it was started."""

    CODE = """
import json, os, signal, subprocess, sys, threading, time
for line in sys.stdin:
    command, log, seconds = json.loads(line)
    started = time.monotonic()
    with open(log, "wb") as out:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True)
        timer = threading.Timer(seconds, lambda: os.killpg(process.pid, signal.SIGKILL))
        timer.start()
        _, status, usage = os.wait4(process.pid, 0)
        timer.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    print(json.dumps({"code": process.returncode, "seconds": round(usage.ru_utime + usage.ru_stime, 3),
                      "wall": round(time.monotonic() - started, 2), "megabytes": round(usage.ru_maxrss / 1024)}), flush=True)
"""

    def __init__(self) -> None:
        self._process = subprocess.Popen([sys.executable, "-S", "-c", self.CODE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, command: list, log: pathlib.Path) -> dict:
        self._process.stdin.write(json.dumps([[str(part) for part in command], str(log), 6 * SECONDS]) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait()


class Foreign:
    def __init__(self, folder: pathlib.Path, options: argparse.Namespace) -> None:
        self.folder, self.options = folder, options
        self.data, self.root = folder / "data", folder / "data/keys/ca/root.pem"
        self.reasons = reasons()
        self.runner = Runner()
        self.judges: Judges | None = None

    def judge(self, source: pathlib.Path) -> dict:
        """Everything about one file, ready for a line of JSON."""
        mark = int(source.stem[:8], 16) if re.fullmatch(r"[0-9a-f]{8,}", source.stem) else hash(source.stem)
        before = check(source)
        line = {"name": source.name, "state": before, "size": source.stat().st_size, "objections": []}
        sealed, unseen = self.folder / "sealed.pdf", self.folder / "unseen.pdf"
        place = ["--page", "1", "--x", "0.1", "--y", "0.1", "--text", "Invented Signer"]
        for key, target, more in (("sealed", sealed, [*place, "--level", "B-LTA"]), ("unseen", unseen, [])):
            target.unlink(missing_ok=True)
            line[key] = self.sign(source, target, more, line["objections"])
        if line["sealed"]["signed"] != line["unseen"]["signed"] and not {line["sealed"]["reason"], line["unseen"]["reason"]} & WILLED:
            line["objections"].append("one kind was signed and the other was not")
        if b"/ByteRange" in source.read_bytes():
            line["signed before"] = self.verify(source)
        if not (line["sealed"]["signed"] and line["unseen"]["signed"]):
            return line
        self.judges = self.judges or Judges(self.root)
        line["objections"] += self.objections(source, before, sealed, "sealed", line)
        line["objections"] += self.objections(source, before, unseen, "unseen", line)
        line["objections"] += self.samples(source, before, sealed, mark, line)
        if line["objections"] and self.options.keep:
            self.options.keep.mkdir(exist_ok=True)
            sealed.rename(self.options.keep / f"{source.stem}.sealed.pdf")
            unseen.rename(self.options.keep / f"{source.stem}.unseen.pdf")
        return line

    def close(self) -> None:
        self.runner.close()
        if self.judges:
            self.judges.close()

    def sign(self, source: pathlib.Path, target: pathlib.Path, more: list[str], objections: list[str]) -> dict:
        log = self.folder / "log"
        ended = self.runner.run([BINARY, "sign", source, target, "--name", "Invented Signer", "--data", self.data, *more], log)
        said = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        code = ended.pop("code")
        outcome = {"signed": code == 0, "reason": "", "said": said[-1] if said else "", **ended}
        if code != 0:
            refusal = re.match(r"refused: (\w+)", outcome["said"])
            outcome["reason"] = refusal[1] if refusal else f"exit {code}"
            if code != 1 or outcome["reason"] not in self.reasons:
                objections.append(f"exit {code}: {outcome['said'][:200]}")
        if outcome["megabytes"] > MEGABYTES:
            objections.append(f"{outcome['megabytes']} MB")
        if outcome["seconds"] > PROCESSOR_SECONDS:
            objections.append(f"{outcome['seconds']} s of processor time")
        return outcome

    def verify(self, file: pathlib.Path) -> dict:
        try:
            done = subprocess.run([BINARY, "verify", file, "--json", "--no-pages", "--data", self.data], capture_output=True, check=False,
                                  timeout=12 * SECONDS)
            report = json.loads(done.stdout)
        except (subprocess.TimeoutExpired, json.JSONDecodeError) as problem:
            return {"conclusion": f"no answer: {problem}"[:200], "signatures": [], "codes": [], "pages": 0, "exit": None}
        every = [report, *report.get("signatures", [])]
        return {"conclusion": report["conclusion"], "verdict": report.get("verdict"), "exit": done.returncode, "pages": report.get("pages"),
                "codes": sorted({reason["code"] for one in every for reason in one["reasons"]}), "findings": report.get("findings", []),
                "signatures": [{"intact": one["intact"], "trusted": one["trusted"], "conclusion": one["conclusion"],
                                "level": one.get("level", ""), "findings": one["findings"], "later": one.get("laterChanges")}
                               for one in report.get("signatures", [])]}

    def objections(self, source: pathlib.Path, before: str, target: pathlib.Path, kind: str, line: dict) -> list[str]:
        found = []
        repaired = line[kind]["said"].startswith("repaired")
        line["repaired"] = repaired
        content = source.read_bytes()
        if not repaired and target.read_bytes()[:len(content)] != content:
            found.append(f"{kind}: does not begin with the input")
        if kind == "sealed":
            after, verdict = check(target), self.verify(target)
            if ORDER.index(after) > ORDER.index(before):
                found.append(f"sealed: qpdf: {before} before, {after} after")
            if before == "clean" and pages(source) != str(verdict["pages"]):
                found.append(f"sealed: {pages(source)} pages before, {verdict['pages']} after")
            ours = [one for one in verdict["signatures"] if one["trusted"]]
            levels = [one["level"] for one in ours]
            if "B-LTA" not in levels or not all(one["intact"] and one["conclusion"] == "VALID" for one in ours):
                found.append(f"sealed: signet: {verdict['conclusion']} {levels} {verdict['codes']}")
            if not line.get("signed before") and verdict["conclusion"] != "VALID":
                found.append(f"sealed: signet: {verdict['conclusion']} {verdict['codes']}")
        else:
            verdict = self.judges.pdfsig(target)
            ours = [one for one in verdict.signatures if one.covers_whole_file]
            if not ours or not all(one.valid for one in ours):
                found.append(f"unseen: pdfsig: {'; '.join(verdict.objections) or 'nothing covers the whole file'}")
        return found

    def samples(self, source: pathlib.Path, before: str, sealed: pathlib.Path, mark: int, line: dict) -> list[str]:
        found = []
        options = self.options
        if options.pyhanko and mark % options.pyhanko == 0 and not line.get("signed before") and reads_for_pyhanko(source):
            line["pyhanko"] = list(self.judges.pyhanko(sealed).objections)
            if before == "clean":  # of what is not clean its strict reader says again and again what it was before
                found += [f"pyhanko: {one}" for one in line["pyhanko"]]
        if options.dss and mark % options.dss == 0 and not line.get("signed before"):
            line["dss"] = list(self.judges.dss(sealed).objections)
            found += [f"dss: {one}" for one in line["dss"]]
        if options.pictures and mark % options.pictures == 0:
            for renderer in ("poppler", "mupdf"):
                complaint = self.other_picture(source, sealed, renderer)
                line.setdefault("pictures", []).append(f"{renderer}: {complaint or 'same'}")
                found += [f"{renderer}: {complaint}"] if complaint else []
        return found

    def other_picture(self, source: pathlib.Path, sealed: pathlib.Path, renderer: str) -> str:
        """What differs beyond the seal, whose picture is no larger than 60 mm by 30 mm and lies in the lower left of what is shown."""
        try:
            before, after = draw(source, 1, renderer, self.folder), draw(sealed, 1, renderer, self.folder)
        except (subprocess.CalledProcessError, OSError, TypeError, ValueError):
            return ""  # this renderer cannot draw the input either, or would have to say so elsewhere
        if (before.width, before.height) != (after.width, after.height):
            return f"{before.width}x{before.height} before, {after.width}x{after.height} after"
        box = before.different_box(after)
        if box is None:
            return "" if min(before.width, before.height) < 40 else "no seal to be seen"
        left, top, right, bottom = box
        if right - left > 180 or bottom - top > 100:
            return f"differs in {box} of {before.width}x{before.height}"
        return ""


def reads_for_pyhanko(source: pathlib.Path) -> bool:
    """Its strict reader looks into the document's information too before it judges a change."""
    if not readable_for_pyhanko(source):
        return False
    try:
        trailer = PdfFileReader(io.BytesIO(source.read_bytes()), strict=True).trailer
        return "/Info" not in trailer.keys() or len(trailer["/Info"]) >= 0
    except Exception:  # whatever it trips over
        return False


def pages(file: pathlib.Path) -> str:
    return subprocess.run(["qpdf", "--show-npages", file], capture_output=True, check=False, text=True).stdout.strip()


def table(lines: list[dict]) -> str:
    text = [f"{len(lines)} files, {sum(1 for line in lines if line['sealed']['signed'])} signed, "
            f"{sum(1 for line in lines if line.get('repaired'))} of them repaired first"]
    for state in ORDER:
        judged = [line for line in lines if line["state"] == state and line["sealed"]["reason"] not in WILLED]
        if judged:
            signed = sum(1 for line in judged if line["sealed"]["signed"])
            text.append(f"  {state:9} {signed:5} of {len(judged):5} signed ({100 * signed / len(judged):.2f} %)")
    refused = collections.Counter((line["sealed"]["reason"], line["state"]) for line in lines if line["sealed"]["reason"])
    text += [f"  {count:5} refused: {reason} ({state})" for (reason, state), count in sorted(refused.items())]
    for judge in ("pyhanko", "dss", "pictures"):
        text.append(f"  {sum(1 for line in lines if judge in line)} shown to {judge}")
    before = collections.Counter(line["signed before"]["conclusion"] for line in lines if "signed before" in line)
    text.append("  signed before: " + ", ".join(f"{count} {conclusion}" for conclusion, count in before.most_common()))
    faults = [line for line in lines if line["objections"]]
    text.append(f"  faults: {len(faults)}")
    text += [f"    {line['name']} ({line['state']}): {'; '.join(line['objections'])}" for line in faults]
    for key in ("seconds", "megabytes"):
        values = sorted((line["sealed"][key], line["name"]) for line in lines)
        text.append(f"  {key}: median {values[len(values) // 2][0]}, 99 % {values[len(values) * 99 // 100][0]}, most {values[-1][0]} ({values[-1][1]})")
    return "\n".join(text)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("results", type=pathlib.Path)
    parser.add_argument("--every", type=int, default=1)
    for judge in ("pyhanko", "dss", "pictures"):
        parser.add_argument(f"--{judge}", type=int, default=0, metavar="N", help="every Nth")
    parser.add_argument("--keep", type=pathlib.Path, help="where outputs stay that were at fault")
    parser.add_argument("--table", action="store_true", help="only the figures of what was done")
    options = parser.parse_args()
    lines = [json.loads(line) for line in options.results.read_text(encoding="utf-8").splitlines()] if options.results.exists() else []
    done = {line["name"] for line in lines}
    files = [] if options.table else sorted(options.folder.glob("*.pdf"))[::options.every]
    with tempfile.TemporaryDirectory(prefix="signet-foreign-") as scratch, options.results.open("a", encoding="utf-8") as results:
        foreign = Foreign(pathlib.Path(scratch), options)
        for file in files:
            if file.name not in done:
                lines.append(foreign.judge(file))
                results.write(json.dumps(lines[-1]) + "\n")
                results.flush()
        foreign.close()
    print(table(lines))
    return 1 if any(line["objections"] for line in lines) else 0


if __name__ == "__main__":
    sys.exit(main())
