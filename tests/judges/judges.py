#!/usr/bin/env python3
"""What six code bases that are not ours say about a signed PDF: one verdict object per judge.

    python tests/judges/judges.py FILE… --root root.pem [--judge NAME]… [--json]

prints a table and exits 0 when no judge objects. As a library:

    with Judges(root) as judges:
        for verdict in judges.hear(path):
            assert verdict.ok, verdict.objections

A judge accepts a file when every signature in it is mathematically right and trusted, the last one covers the whole file, and
whatever came after the earlier ones is nothing but signing. What a tool cannot see is not held against the file by that tool:
docs/judges.md says which judge sees what.
"""
from __future__ import annotations

import argparse
import concurrent.futures
import dataclasses
import datetime
import fcntl
import hashlib
import io
import json
import logging
import os
import pathlib
import re
import select
import subprocess
import sys
import tempfile

from asn1crypto import pem
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature, validate_pdf_timestamp
from pyhanko_certvalidator import ValidationContext

from signature_fields import EmbeddedSignature, read_signatures

logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ.get("SIGNET_BUILD", TOP / "build"))


@dataclasses.dataclass(frozen=True)
class SignatureVerdict:
    """What a judge says of one signature. None where the judge does not look."""

    field: str
    valid: bool
    trusted: bool | None = None
    covers_whole_file: bool | None = None
    changes_after: str = ""  # the judge's own word for what came later
    level: str = ""  # e.g. PAdES-BASELINE-B
    remarks: tuple[str, ...] = ()  # keys of warnings that are not held against the file


@dataclasses.dataclass(frozen=True)
class TimeStampVerdict:
    """What a judge says of one time-stamp. `field` is empty for one inside a signature."""

    field: str
    kind: str
    valid: bool
    changes_after: str = ""


@dataclasses.dataclass(frozen=True)
class Verdict:
    judge: str
    signatures: tuple[SignatureVerdict, ...]
    objections: tuple[str, ...]
    waiting: tuple[str, ...] = ()  # signature fields that nobody has signed yet, where the judge lists them
    time_stamps: tuple[TimeStampVerdict, ...] = ()  # where the judge looks at them

    @property
    def ok(self) -> bool:
        return not self.objections


class Judges:
    """The judges with their trust in one root (a PEM file), warm for many files. Close it: one of them is a process."""

    NAMES = ("pdfsig", "mutool", "qpdf", "openssl", "pyhanko", "dss")

    def __init__(self, root: pathlib.Path, *, clean_input: bool = True, dss: DssProcess | None = None) -> None:
        """`clean_input` says that `qpdf --check` had nothing to say of the file before it was signed. `dss` is a process that others use
        too and that somebody else closes; without it there is one of our own."""
        self._root = pathlib.Path(root)
        self._clean_input = clean_input
        self._scratch = tempfile.TemporaryDirectory(prefix="signet-judges-")
        self._nss = None
        self._own_dss = None if dss else DssProcess()
        self._dss = dss or self._own_dss
        self._beside = concurrent.futures.ThreadPoolExecutor(max_workers=2)
        self._heard_pyhanko: tuple[bytes, Verdict] | None = None

    def __enter__(self) -> Judges:
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def close(self) -> None:
        self._beside.shutdown()
        if self._own_dss:
            self._own_dss.close()
        self._scratch.cleanup()

    def hear(self, path: pathlib.Path, judges: tuple[str, ...] = NAMES) -> list[Verdict]:
        """Every judge, in the order of their names; those that are programs of their own work while pyHanko does."""
        path = pathlib.Path(path)
        beside = {name: self._beside.submit(getattr(self, name), path) for name in ("dss", "openssl", "qpdf") if name in judges}
        here = {name: getattr(self, name)(path) for name in sorted(judges, key=lambda name: name != "pyhanko") if name not in beside}
        return [here[name] if name in here else beside[name].result() for name in judges]

    # -- pdfsig ---------------------------------------------------------------------------------------------------------

    def pdfsig(self, path: pathlib.Path) -> Verdict:
        """Integrity of each CMS, trust of each signer, and whether the last signature covers the whole file."""
        if not self._nss:
            self._nss = _nss_database(pathlib.Path(self._scratch.name) / "nss", self._root)
        text = _output("pdfsig", "-nssdir", f"sql:{self._nss}", path)
        signatures, objections, waiting, known = [], [], [], set()
        blocks = re.split(r"^Signature #\d+:$", text, flags=re.MULTILINE)[1:]
        for number, block in enumerate(blocks, 1):
            facts = dict(re.findall(r"^ +- ([^:\n]+): (.*)$", block, re.MULTILINE))
            field, signer = facts.get("Signature Field Name", f"#{number}"), facts.get("Signer full Distinguished Name")
            if "The signature form field is not signed." in block:
                waiting.append(field)
                continue
            if facts.get("Signature Type") == "unknown":
                continue  # a document time-stamp, which pdfsig does not implement
            valid = facts.get("Signature Validation") == "Signature is Valid."
            trusted = facts.get("Certificate Validation") == "Certificate is Trusted."
            total = "Total document signed" in re.findall(r"^ +- ((?:Not t|T)otal document signed)$", block, re.MULTILINE)
            signatures.append(SignatureVerdict(field, valid, trusted, total))
            if not valid:
                objections.append(f"{field}: {facts.get('Signature Validation', 'not signed')}")
            # From the second signature of one ECDSA signer on, pdfsig 22.12 no longer finds the certificate it has just trusted.
            if not trusted and signer not in known:
                objections.append(f"{field}: {facts.get('Certificate Validation', 'no certificate')}")
            known.add(signer)
        if not signatures:
            objections.append("no signature found")
        elif not any(one.covers_whole_file for one in signatures) and not self._is_only_extended(path):
            objections.append("the last signature does not cover the whole file")
        return Verdict("pdfsig", tuple(signatures), tuple(objections), tuple(waiting))

    # -- mutool ---------------------------------------------------------------------------------------------------------

    def mutool(self, path: pathlib.Path) -> Verdict:
        """Integrity of each CMS, and whether anything was added after the last one. It knows no trust store."""
        text = _output("mutool", "sign", "-v", path)
        signatures, objections, waiting = [], [], []
        for number, block in re.findall(r"^Verifying signature (\d+):$((?:\n(?!Verifying).*)*)", text, re.MULTILINE):
            if "Signature is not signed." in block:
                waiting.append(f"object {number}")
                continue
            unchanged = "The document is unchanged since signing." in block
            edited = "The signature is valid but there have been edits since signing." in block
            signatures.append(SignatureVerdict(f"object {number}", unchanged or edited, None, unchanged))
            if not unchanged and not edited:
                objections.append(f"object {number}: {_last_line(block)}")
        if not signatures:
            objections.append(f"no signature found: {_last_line(text)}")
        elif all(one.valid for one in signatures) and not any(one.covers_whole_file for one in signatures):
            if not self._is_only_extended(path):
                objections.append("there have been edits since the last signature")
        return Verdict("mutool", tuple(signatures), tuple(objections), tuple(waiting))

    # -- qpdf -----------------------------------------------------------------------------------------------------------

    def qpdf(self, path: pathlib.Path) -> Verdict:
        """The file's structure alone. Exit 0 is clean, 3 warnings, 2 errors."""
        run = subprocess.run(["qpdf", "--check", path], capture_output=True, check=False)
        allowed = (0,) if self._clean_input else (0, 3)
        complaints = [line for line in _text(run.stdout + run.stderr).splitlines() if "WARNING" in line or "rror" in line]
        objections = () if run.returncode in allowed else (f"exit {run.returncode}: {' / '.join(complaints)[:500]}",)
        return Verdict("qpdf", (), objections)

    # -- openssl --------------------------------------------------------------------------------------------------------

    def openssl(self, path: pathlib.Path) -> Verdict:
        """Each CMS over the bytes of its ByteRange: RFC 5652, the chain to the root, and the CAdES attributes."""
        pdf = path.read_bytes()
        try:
            embedded = read_signatures(pdf)
        except Exception as problem:  # whatever the reader trips over is the file's fault
            return Verdict("openssl", (), (f"unreadable: {problem}",))
        signatures, objections = [], []
        time_stamps = []
        for one in embedded:
            complaint = self._token_complaint(one, pdf) if one.is_time_stamp else self._cms_complaint(one, pdf)
            if one.is_time_stamp:
                time_stamps.append(TimeStampVerdict(one.field, "document", not complaint))
                objections += [f"{one.field}: {complaint}"] if complaint else []
                continue
            signatures.append(SignatureVerdict(one.field, not complaint, not complaint, one.end == len(pdf)))
            if complaint:
                objections.append(f"{one.field}: {complaint}")
        if not signatures:
            objections.append("no signature found")
        return Verdict("openssl", tuple(signatures), tuple(objections), time_stamps=tuple(time_stamps))

    def _token_complaint(self, one: EmbeddedSignature, pdf: bytes) -> str:
        folder = pathlib.Path(self._scratch.name)
        (folder / "token.der").write_bytes(one.cms)
        (folder / "covered").write_bytes(one.covered(pdf))
        run = subprocess.run(["openssl", "ts", "-verify", "-token_in", "-in", folder / "token.der", "-data", folder / "covered",
                              "-CAfile", self._root], capture_output=True, check=False)
        return "" if run.returncode == 0 else _last_line(_text(run.stderr))

    def _cms_complaint(self, one: EmbeddedSignature, pdf: bytes) -> str:
        folder = pathlib.Path(self._scratch.name)
        (folder / "cms.der").write_bytes(one.cms)
        (folder / "covered").write_bytes(one.covered(pdf))
        run = subprocess.run(
            ["openssl", "cms", "-verify", "-binary", "-cades", "-inform", "DER", "-in", folder / "cms.der",
             "-content", folder / "covered", "-CAfile", self._root, "-no-CApath", "-no-CAstore", "-purpose", "any",
             "-out", os.devnull], capture_output=True, check=False)
        return "" if run.returncode == 0 else _last_line(_text(run.stderr))

    # -- pyHanko --------------------------------------------------------------------------------------------------------

    def pyhanko(self, path: pathlib.Path) -> Verdict:
        """Strict: integrity, trust, coverage, and every change after each signature, rejected unless it is known to be harmless."""
        pdf = path.read_bytes()
        digest = hashlib.sha256(pdf).digest()
        if not self._heard_pyhanko or self._heard_pyhanko[0] != digest:  # it is slow, and asked on behalf of others too
            self._heard_pyhanko = digest, self._ask_pyhanko(pdf)
        return self._heard_pyhanko[1]

    def _ask_pyhanko(self, pdf: bytes) -> Verdict:
        try:
            reader = PdfFileReader(io.BytesIO(pdf), strict=True)
            embedded = sorted(reader.embedded_regular_signatures, key=lambda one: one.signed_revision)
        except Exception as problem:
            return Verdict("pyhanko", (), (f"refused: {problem}",))
        signatures, time_stamps, objections = [], [], []
        for one in reader.embedded_timestamp_signatures:
            verdict, complaints = self._pyhanko_time_stamp(one)
            time_stamps.append(verdict)
            objections += [f"{one.field_name}: {complaint}" for complaint in complaints]
        for number, one in enumerate(embedded):
            verdict, complaints = self._pyhanko_signature(one, is_last=number == len(embedded) - 1)
            signatures.append(verdict)
            objections += [f"{one.field_name}: {complaint}" for complaint in complaints]
        if not signatures:
            objections.append("no signature found")
        return Verdict("pyhanko", tuple(signatures), tuple(objections), time_stamps=tuple(time_stamps))

    def _pyhanko_time_stamp(self, one) -> tuple[TimeStampVerdict, list[str]]:
        try:
            status = validate_pdf_timestamp(one, validation_context=self._context())
        except Exception as problem:
            return TimeStampVerdict(one.field_name, "document", False), [str(problem) or type(problem).__name__]
        level = status.modification_level
        verdict = TimeStampVerdict(one.field_name, "document", status.intact and status.valid and status.trusted,
                                   level.name if level else "not analysed")
        complaints = []
        if not verdict.valid:
            complaints.append(f"the time-stamp: intact {status.intact}, valid {status.valid}, trusted {status.trusted}")
        if status.coverage < SignatureCoverageLevel.ENTIRE_REVISION:
            complaints.append(f"coverage {status.coverage.name}")
        if level is None or level > ModificationLevel.FORM_FILLING:
            complaints.append(f"changes after it: {status.diff_result}")
        return verdict, complaints

    def _is_only_extended(self, path: pathlib.Path) -> bool:
        """Whether nothing but validation data and document time-stamps follow the last signature: no judge that knows neither can
        tell, so pyHanko is asked."""
        signatures = self.pyhanko(path).signatures
        return bool(signatures) and signatures[-1].changes_after == "LTA_UPDATES"

    def _context(self) -> ValidationContext:
        # A context of its own for each: it remembers certificates it has met.
        return ValidationContext(trust_roots=_certificates(self._root), allow_fetching=False, revocation_mode="soft-fail")

    def _pyhanko_signature(self, one, is_last: bool) -> tuple[SignatureVerdict, list[str]]:
        try:
            status = validate_pdf_signature(one, signer_validation_context=self._context())
        except Exception as problem:
            return SignatureVerdict(one.field_name, False), [str(problem) or type(problem).__name__]
        level = status.modification_level
        whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
        verdict = SignatureVerdict(one.field_name, status.intact and status.valid, status.trusted, whole,
                                   changes_after=level.name if level else "not analysed")
        complaints = []
        if not status.intact:
            complaints.append("the signed bytes were changed")
        if not status.valid:
            complaints.append("the signature is wrong")
        if not status.trusted:
            complaints.append(f"not trusted: {status.trust_problem_indic or 'no path to the root'}")
        if status.coverage < SignatureCoverageLevel.ENTIRE_REVISION:
            complaints.append(f"coverage {status.coverage.name}")
        extended = level == ModificationLevel.LTA_UPDATES  # validation data, which is said to be harmless
        if is_last and not whole and not extended:
            complaints.append("the last signature does not cover the whole file")
        if level is None or level > ModificationLevel.FORM_FILLING:
            complaints.append(f"changes after it: {status.diff_result}")
        if not status.docmdp_ok:
            complaints.append("changes that DocMDP or a lock forbids")
        if not complaints and not status.bottom_line:
            complaints.append("not acceptable as a whole")
        return verdict, complaints

    # -- EU DSS ---------------------------------------------------------------------------------------------------------

    #: Reasons for INDETERMINATE that say nothing about the file: a private authority publishes no revocation data.
    DSS_ACCEPTED_ERRORS = frozenset({"BBB_XCV_SUB_ANS", "BBB_XCV_IRDPFC_ANS"})
    #: Warnings about how a private authority is run, not about the file.
    DSS_ACCEPTED_WARNINGS = frozenset({"BBB_XCV_AIA_PRES_ANS", "BBB_XCV_REVOC_PRES_ANS"})

    def dss(self, path: pathlib.Path) -> Verdict:
        """The whole of ETSI EN 319 102-1 with DSS's default policy: level, changes between revisions, overlap, visual difference."""
        return self.dss_at(path)

    def dss_at(self, path: pathlib.Path, at: datetime.datetime | None = None) -> Verdict:
        """What DSS would say on another day."""
        answer = self._dss.ask(path, self._root, at)
        if "error" in answer:
            return Verdict("dss", (), (answer["error"],))
        signatures, objections = [], []
        for one in answer["signatures"]:
            field = ",".join(one["fields"]) or "?"
            errors = [(key, text) for key, text in one["errors"] if key not in self.DSS_ACCEPTED_ERRORS]
            warnings = [(key, text) for key, text in one["warnings"] if key not in self.DSS_ACCEPTED_WARNINGS]
            indication = " ".join(filter(None, (one["indication"], one["subIndication"])))
            passed = one["indication"] == "TOTAL_PASSED"
            kinds = [kind for kind in ("extension", "signatureOrFormFill", "annotation", "undefined") if one["changes"].get(kind)]
            signatures.append(SignatureVerdict(
                field, valid=one["indication"] != "TOTAL_FAILED", trusted=passed or None, changes_after="+".join(kinds),
                level=one["level"], remarks=tuple(key for key, _ in one["errors"] + one["warnings"])))
            objections += [f"{field}: {indication}: {text} ({key})" for key, text in errors]
            objections += [f"{field}: warning: {text} ({key})" for key, text in warnings]
            if not passed and not one["errors"]:
                objections.append(f"{field}: {indication} without a reason")
            if not one["level"].startswith("PAdES-BASELINE-"):
                objections.append(f"{field}: level {one['level']}")
            if kinds and set(kinds) - {"extension", "signatureOrFormFill"}:
                objections.append(f"{field}: changes after it: {one['changes']}")
        if not signatures:
            objections.append("no signature found")
        time_stamps = self._dss_time_stamps(answer, objections)
        return Verdict("dss", tuple(signatures), tuple(objections), time_stamps=time_stamps)

    def _dss_time_stamps(self, answer: dict, objections: list[str]) -> tuple[TimeStampVerdict, ...]:
        found = []
        for one in answer["timeStamps"]:
            field = ",".join(one["fields"])
            passed = one["indication"] == "PASSED"
            kinds = [kind for kind in ("extension", "signatureOrFormFill", "annotation", "undefined") if one["changes"].get(kind)]
            found.append(TimeStampVerdict(field, one["type"], passed, "+".join(kinds)))
            errors = [(key, text) for key, text in one["errors"] if key not in self.DSS_ACCEPTED_ERRORS]
            # What is missing about an authority below an issuing CA, DSS says once as an error and once as a warning.
            accepted = self.DSS_ACCEPTED_WARNINGS | self.DSS_ACCEPTED_ERRORS
            warnings = [(key, text) for key, text in one["warnings"] if key not in accepted]
            name = field or one["type"]
            objections += [f"time-stamp {name}: {one['indication']}: {text} ({key})" for key, text in errors + warnings]
            if set(kinds) - {"extension", "signatureOrFormFill"}:
                objections.append(f"time-stamp {name}: changes after it: {one['changes']}")
        return tuple(found)


class DssProcess:
    """The Java judge of tests/judges/dss, built once per version of its sources and kept warm."""

    SECONDS_A_FILE = 120

    def __init__(self) -> None:
        self._process: subprocess.Popen | None = None  # begun when first asked

    def _begin(self) -> subprocess.Popen:
        return subprocess.Popen(
            ["java", "-Xmx1g", "-Djava.awt.headless=true", f"-Dpdfbox.fontcache={BUILD}", "-XX:+UseSerialGC", "-jar", self.jar()],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    @staticmethod
    def jar() -> pathlib.Path:
        source = pathlib.Path(__file__).resolve().parent / "dss"
        target = BUILD / "dss-judge"
        stamp = target / "stamp"
        digest = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(source.rglob("*")) if path.is_file())).hexdigest()
        BUILD.mkdir(parents=True, exist_ok=True)
        with (BUILD / "dss-judge.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # several processes of tests may want it at once
            if not stamp.exists() or stamp.read_text(encoding="ascii") != digest:
                subprocess.run(["mvn", "-B", "-q", "-f", source / "pom.xml", f"-Djudge.output={target}", "clean", "package"],
                               check=True, stdout=sys.stderr)
                stamp.write_text(digest, encoding="ascii")
        return target / "dss-judge-1.jar"

    def ask(self, path: pathlib.Path, root: pathlib.Path, at: datetime.datetime | None = None) -> dict:
        self._process = self._process or self._begin()
        time = str(int(at.timestamp())) if at else ""
        self._process.stdin.write(f"{root.resolve()}\t{path.resolve()}\t{time}\n".encode())
        self._process.stdin.flush()
        ready, _, _ = select.select([self._process.stdout], [], [], self.SECONDS_A_FILE)
        line = self._process.stdout.readline() if ready else b""
        if not line:
            self.close()
            return {"error": "the DSS process gave no answer"}
        return json.loads(line)

    def close(self) -> None:
        """The next question begins another one."""
        if not self._process:
            return
        self._process.stdin.close()
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()
        self._process = None


def _nss_database(folder: pathlib.Path, root: pathlib.Path) -> pathlib.Path:
    folder.mkdir()
    subprocess.run(["certutil", "-N", "-d", f"sql:{folder}", "--empty-password"], check=True, capture_output=True)
    subprocess.run(["certutil", "-A", "-d", f"sql:{folder}", "-n", "root", "-t", "CT,C,C", "-i", root], check=True,
                   capture_output=True)
    return folder


def _certificates(path: pathlib.Path) -> list[asn1_x509.Certificate]:
    return [asn1_x509.Certificate.load(der) for _, _, der in pem.unarmor(path.read_bytes(), multiple=True)]


def _output(*command) -> str:
    run = subprocess.run(command, capture_output=True, check=False, timeout=120)
    return _text(run.stdout + run.stderr)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "nothing said"


def main() -> int:
    parser = argparse.ArgumentParser(description="Asks foreign validators about signed PDF files.")
    parser.add_argument("files", nargs="+", type=pathlib.Path)
    parser.add_argument("--root", required=True, type=pathlib.Path, help="PEM file of the trusted root")
    parser.add_argument("--judge", action="append", choices=Judges.NAMES, help="only this judge (may be repeated)")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    names = tuple(options.judge or Judges.NAMES)
    everything_ok = True
    with Judges(options.root) as judges:
        for path in options.files:
            verdicts = judges.hear(path, names)
            everything_ok &= all(verdict.ok for verdict in verdicts)
            if options.json:
                print(json.dumps({"file": str(path), "verdicts": [dataclasses.asdict(one) for one in verdicts]}))
                continue
            print(path)
            for verdict in verdicts:
                print(f"  {verdict.judge:8} {'accepts' if verdict.ok else 'OBJECTS'}")
                for one in verdict.signatures:
                    facts = ("valid" if one.valid else "INVALID", {True: "trusted", False: "UNTRUSTED", None: ""}[one.trusted],
                             "whole file" if one.covers_whole_file else "", one.changes_after, one.level, *one.remarks)
                    print(f"           {one.field}: {', '.join(filter(None, facts))}")
                for field in verdict.waiting:
                    print(f"           {field}: not signed yet")
                for objection in verdict.objections:
                    print(f"           ! {objection}")
    return 0 if everything_ok else 1


if __name__ == "__main__":
    sys.exit(main())
