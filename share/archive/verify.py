#!/usr/bin/env python3
"""核验合同归档包，不需要 Signet。Checks an archive of contracts without Signet.

用法 Usage:  python3 verify.py [FOLDER] [--trust ROOTS.pem]

需要 Needs: Python 3.9+, openssl 3, qpdf.  见 README。See the README.
"""
from __future__ import annotations

import argparse
import base64
import hashlib
import json
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile
from datetime import datetime, timezone

LIMIT = 600  # seconds for one run of a tool


def run(*command: object, data: bytes | None = None) -> subprocess.CompletedProcess:
    return subprocess.run([str(part) for part in command], input=data, capture_output=True, check=False, timeout=LIMIT)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def sm3(data: bytes) -> str:
    done = run("openssl", "dgst", "-sm3", "-r", data=data)
    return done.stdout.split()[0].decode() if done.returncode == 0 else "?"


def seconds(text: str) -> int:
    """2026-11-22T03:04:05.678Z as seconds since 1970."""
    moment = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ")
    return int(moment.replace(tzinfo=timezone.utc).timestamp())


# The Merkle tree of the log: RFC 6962 §2.1, RFC 9162 §2.1.3.2.

def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def leaf_of(entry: dict) -> bytes:
    def text(value: str) -> bytes:
        data = value.encode()
        return struct.pack(">Q", len(data)) + data

    encoded = (b"signet audit entry 1\n" + struct.pack(">Qq", entry["sequence"], entry["time"]) + text(entry["actor"])
               + struct.pack(">q", int(entry["contract"])) + text(entry["event"]) + text(entry["detail"]))
    return hashlib.sha256(b"\x00" + encoded).digest()


def is_included(leaf: bytes, index: int, size: int, proof: list[bytes], root: bytes) -> bool:
    if not 0 <= index < size:
        return False
    here, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if here % 2 or here == last:
            found = node(sibling, found)
            while here and not here % 2:
                here, last = here >> 1, last >> 1
        else:
            found = node(found, sibling)
        here, last = here >> 1, last >> 1
    return last == 0 and found == root


class Signature:
    """A signature as it stands in the bytes of a PDF."""

    def __init__(self, file: bytes, numbers: tuple[int, ...]) -> None:
        first, length, second, rest = numbers
        gap = file[first + length:second]
        self.is_whole = first == 0 and gap[:1] == b"<" and gap[-1:] == b">" and second + rest <= len(file)
        self.end = second + rest
        self.content = file[first:first + length] + file[second:second + rest]
        self.value = self._without_padding(bytes.fromhex(gap[1:-1].decode("ascii", "replace"))) if self.is_whole else b""

    @staticmethod
    def _without_padding(data: bytes) -> bytes:
        """One DER SEQUENCE, without the zeros behind it."""
        if len(data) < 4 or data[0] != 0x30:
            return b""
        if data[1] < 0x80:
            return data[:2 + data[1]]
        count = data[1] & 0x7F
        return data[:2 + count + int.from_bytes(data[2:2 + count], "big")]


def signatures_of(file: bytes) -> list[Signature]:
    found = {}
    for match in re.finditer(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]", file):
        numbers = tuple(int(number) for number in match.groups())
        if numbers[2] > numbers[1] and numbers[2] <= len(file):
            found[numbers] = Signature(file, numbers)
    return sorted(found.values(), key=lambda signature: signature.end)


class Archive:
    def __init__(self, folder: pathlib.Path, trust: pathlib.Path | None) -> None:
        self.folder = folder
        self.trust = trust
        self.faults: list[str] = []
        self.passed = 0

    def expect(self, good: bool, what: str) -> bool:
        if good:
            self.passed += 1
        else:
            self.faults.append(what)
            print(f"  ✗ {what}")
        return good

    def check(self) -> bool:
        print(f"归档包 Archive: {self.folder}")
        self.check_manifest()
        contracts = sorted(path.parent for path in self.folder.glob("*/evidence.json"))
        self.expect(bool(contracts), "没有合同 there is no contract")
        for contract in contracts:
            Contract(self, contract).check()
        verdict = "通过 GOOD" if not self.faults else "不通过 BAD"
        print(f"{verdict}: {self.passed} 项符合 checks passed, {len(self.faults)} 项不符 failed")
        if self.trust is None:
            print("注意：信任根取自归档包自身（trust/）；请另行取得根证书并用 --trust 指定，才能证明来源。\n"
                  "Note: the roots are the archive's own (trust/); get them elsewhere and give --trust to prove the origin.")
        return not self.faults

    def check_manifest(self) -> None:
        manifest = self.folder / "MANIFEST.sha256"
        if not self.expect(manifest.is_file(), "缺少清单 the manifest is missing"):
            return
        listed = set()
        for line in manifest.read_text(encoding="utf-8").split("\n"):
            digest, _, name = line.partition("  ")
            if not line:
                continue
            path = (self.folder / name).resolve()
            if not self.expect(self.folder.resolve() in path.parents, f"清单路径越界 outside of the archive: {name}"):
                continue
            listed.add(path)
            self.expect(path.is_file() and sha256(path.read_bytes()) == digest, f"文件缺失或被改 missing or changed: {name}")
        here = {path.resolve() for path in self.folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
        extra = here - listed - {manifest.resolve()}
        self.expect(not extra, f"清单外的文件 files that the manifest does not name: {sorted(path.name for path in extra)}")


class Contract:
    def __init__(self, archive: Archive, folder: pathlib.Path) -> None:
        self.folder = folder
        self.archive = archive
        self.roots = archive.trust or folder / "trust/roots.pem"
        self.evidence = json.loads((folder / "evidence.json").read_text(encoding="utf-8"))
        self.scratch = pathlib.Path(tempfile.mkdtemp(prefix="signet-verify-"))

    def expect(self, good: bool, what: str) -> bool:
        return self.archive.expect(good, f"{self.folder.name}: {what}")

    def check(self) -> None:
        try:
            contract = self.evidence["contract"]
            print(f"合同 Contract {contract['id']}  {contract['subject']}  {contract['status']}")
            self.expect(self.evidence["format"] == "signet-evidence-1", "未知的格式 unknown format")
            self.check_anchor()
            self.check_entries()
            self.check_certificates()
            self.check_report()
            self.check_documents()
            self.check_acts()
        except (KeyError, TypeError, ValueError, OSError, subprocess.TimeoutExpired, struct.error) as problem:
            self.expect(False, f"证据不完整 the evidence is not whole: {problem!r}")
        finally:
            shutil.rmtree(self.scratch, ignore_errors=True)

    def check_anchor(self) -> None:
        anchor = self.evidence["log"]["anchor"]
        statement = f"signet audit anchor 1\n{anchor['size']}\n{anchor['root']}\n".encode()
        token = base64.b64decode(anchor["token"])
        good = self.is_stamped(token, statement)
        self.expect(good, "日志树根的时间戳不成立 the time-stamp over the log's root does not hold")
        if good:
            print(f"  ✓ 时间戳 time-stamp {anchor['timeStampTime']}  {anchor['authority']}")

    def is_stamped(self, token: bytes, content: bytes) -> bool:
        (self.scratch / "token").write_bytes(token)
        (self.scratch / "content").write_bytes(content)
        done = run("openssl", "ts", "-verify", "-data", self.scratch / "content", "-in", self.scratch / "token", "-token_in",
                   "-CAfile", self.roots)
        return b"Verification: OK" in done.stdout

    def check_entries(self) -> None:
        anchor = self.evidence["log"]["anchor"]
        root = bytes.fromhex(anchor["root"])
        entries = self.evidence["log"]["entries"]
        self.expect(bool(entries), "没有日志 there are no log entries")
        before, whole = 0, 0
        for entry in entries:
            leaf = leaf_of(entry)
            proof = [bytes.fromhex(hash) for hash in entry["proof"]]
            name = f"日志 entry {entry['sequence']}"
            good = self.expect(is_included(leaf, entry["sequence"] - 1, anchor["size"], proof, root),
                               f"{name} 不在树根之下 is not under the log's root")
            whole += good
            self.expect(leaf.hex() == entry["leaf"], f"{name} 的叶不符 has another leaf")
            self.expect(entry["sequence"] > before, f"{name} 次序不对 stands in the wrong place")
            self.expect(entry["contract"] == self.evidence["contract"]["id"], f"{name} 属于其他合同 is of another contract")
            before = entry["sequence"]
        print(f"  ✓ 日志 log: {whole} / {len(entries)} 条在树根之下 entries under the root")

    def check_certificates(self) -> None:
        for certificate in self.evidence["certificates"]:
            self.expect(sha256(base64.b64decode(certificate["der"])) == certificate["sha256"],
                        f"证书 certificate {certificate['sha256'][:16]} 不符 is another")

    def check_report(self) -> None:
        report = self.folder / "report.pdf"
        self.expect(run("qpdf", "--check", report).returncode in (0, 3), "报告已损坏 the report is damaged")
        inside = run("qpdf", "--show-attachment=evidence.json", report).stdout
        self.expect(inside == (self.folder / "evidence.json").read_bytes(),
                    "报告内的 JSON 与 evidence.json 不同 the JSON inside the report is another")
        self.check_signatures(report.read_bytes(), "报告 report", [])

    def check_documents(self) -> None:
        known = {}
        for document in self.evidence["documents"]:
            for revision in document["revisions"]:
                known[revision["sha256"]] = (document, revision)
        presented = set()
        for path in sorted((self.folder / "documents").glob("*.pdf")):
            file = path.read_bytes()
            document, revision = known.get(sha256(file), (None, None))
            if not self.expect(document is not None, f"{path.name} 不是所记录的文件 is no file the evidence speaks of"):
                continue
            presented.add(document["id"])
            self.expect(revision["number"] == len(document["revisions"]), f"{path.name} 不是最后版本 is not the last revision")
            self.expect(run("qpdf", "--check", path).returncode in (0, 3), f"{path.name} 已损坏 is damaged")
            for one in document["revisions"]:
                part = file[:one["length"]]
                name = f"{path.name} 版本 revision {one['number']}"
                self.expect(sha256(part) == one["sha256"], f"{name} SHA-256 不符 differs")
                self.expect(sm3(part) == one["sm3"], f"{name} SM3 不符 differs")
            self.check_signatures(file, path.name, [one for revision in document["revisions"] for one in revision["signatures"]])
            for upload in document["uploads"]:
                files = list((self.folder / "uploads").glob(upload + "*"))
                self.expect(any(sha256(one.read_bytes()) == upload for one in files), f"{path.name} 的原件缺失 its upload is missing")
        missing = {document["id"] for document in self.evidence["documents"]} - presented
        self.expect(not missing, f"缺少文件 documents are missing: {sorted(missing)}")

    def check_signatures(self, file: bytes, name: str, facts: list[dict]) -> None:
        found = signatures_of(file)
        self.expect(len(found) >= len(facts), f"{name} 签名数不符 has fewer signatures than recorded")
        good = 0
        for number, signature in enumerate(found, 1):
            what = f"{name} 签名 signature {number}"
            if not self.expect(signature.is_whole and bool(signature.value), f"{what} 结构不符 is malformed"):
                continue
            fact = facts[number - 1] if number <= len(facts) else None
            good += self.expect(self.is_signed(signature, fact), f"{what} 不成立 does not hold")
        if found:
            print(f"  ✓ {name}: {good} / {len(found)} 个签名成立 signatures hold")

    def is_signed(self, signature: Signature, fact: dict | None) -> bool:
        if self.is_stamped(signature.value, signature.content):  # a document time-stamp
            return True
        (self.scratch / "content").write_bytes(signature.content)
        (self.scratch / "cms").write_bytes(signature.value)
        # Judged at the moment it was made: certificates of single acts live for a day.
        at = (fact or {}).get("provenTime") or (fact or {}).get("claimedTime")
        moment = ["-attime", seconds(at)] if at else ["-no_check_time"]
        done = run("openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", self.scratch / "cms", "-content",
                   self.scratch / "content", "-CAfile", self.roots, "-purpose", "any", *moment, "-out", "/dev/null",
                   "-signer", self.scratch / "signer")
        if done.returncode != 0:
            return False
        if fact is None or "certificate" not in fact:
            return True
        der = run("openssl", "x509", "-in", self.scratch / "signer", "-outform", "DER").stdout
        return sha256(der) == fact["certificate"]

    def check_acts(self) -> None:
        entries = {entry["sequence"]: entry for entry in self.evidence["log"]["entries"]}
        revisions = {document["id"]: {revision["sha256"] for revision in document["revisions"]}
                     for document in self.evidence["documents"]}
        certificates = {certificate["sha256"] for certificate in self.evidence["certificates"]}
        for act in self.evidence["acts"]:
            entry = entries.get(act["entry"])
            name = f"签署 act {act['entry']}"
            if not self.expect(entry is not None and entry["event"] == act["event"], f"{name} 不在日志中 is not in the log"):
                continue
            detail = json.loads(entry["detail"])
            self.expect(detail.get("factor", "") == act["factor"], f"{name} 确认方式不符 has another factor")
            self.expect(detail.get("certificate", "") == act["certificate"], f"{name} 证书不符 has another certificate")
            for document, digest in (detail.get("documents") or {}).items():
                self.expect(document not in revisions or digest in revisions[document],
                            f"{name} 的摘要值没有对应版本 left a digest that no revision has")
            if act["certificate"] and revisions:
                self.expect(act["certificate"] in certificates, f"{name} 的证书缺失 its certificate is missing")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent)
    parser.add_argument("--trust", type=pathlib.Path, help="根证书 roots (PEM), from elsewhere")
    options = parser.parse_args()
    for tool in ("openssl", "qpdf"):
        if shutil.which(tool) is None:
            print(f"缺少 {tool} is not installed", file=sys.stderr)
            return 2
    return 0 if Archive(options.folder.resolve(), options.trust).check() else 1


if __name__ == "__main__":
    sys.exit(main())
