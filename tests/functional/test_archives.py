"""Archives of contracts: complete, checked by a program that knows nothing of Signet, and every change found."""
from __future__ import annotations

import hashlib
import json
import pathlib
import shutil
import subprocess
import sys
import zipfile

import pytest

from support.evidence import completed, signet
from support.pdfs import plain_pages


@pytest.fixture(scope="module")
def packed(server, tmp_path_factory):
    """An archive of two contracts, made by the running server and unpacked."""
    from support.api import Api
    from support.credentials import Credentials
    api = Api(server.host, server.port, Credentials(server.demo["appToken"], server.demo["appSecret"]))
    contracts = [completed(api, server, "归档一"), completed(api, server, "归档二", seals=1)]
    folder = tmp_path_factory.mktemp("archive")
    done = signet("archive", *[one.id for one in contracts], "--to", folder / "archive.zip", data=server.data)
    assert done.returncode == 0, done.stderr
    zipfile.ZipFile(folder / "archive.zip").extractall(folder / "unpacked")
    return folder / "unpacked", [one.id for one in contracts]


@pytest.fixture
def clean(packed, tmp_path):
    """A copy in a folder of its own."""
    shutil.copytree(packed[0], tmp_path / "archive")
    return tmp_path / "archive"


def check(folder: pathlib.Path, *options: object) -> subprocess.CompletedProcess:
    """As somebody does who has Python, OpenSSL and qpdf alone."""
    return subprocess.run([sys.executable, "-I", folder / "verify.py", *map(str, options)], capture_output=True, check=False, timeout=300,
                          cwd=folder, env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "PYTHONIOENCODING": "utf-8"})


def test_an_archive_checks_itself_without_signet(packed, clean, server):
    done = check(clean)
    text = done.stdout.decode()
    assert done.returncode == 0, text + done.stderr.decode()
    assert "通过 GOOD" in text and "✗" not in text
    for number in packed[1]:
        assert number in text
    assert "--trust" in text, "it says whose roots these are"
    trusted = check(clean, "--trust", server.data / "keys/ca/root.pem")
    assert trusted.returncode == 0 and "--trust" not in trusted.stdout.decode()


def test_an_archive_has_everything_in_open_formats(packed, clean):
    first, second = (clean / number for number in packed[1])
    for contract in (first, second):
        assert {path.name for path in contract.iterdir()} >= {"documents", "uploads", "tokens", "trust", "certificates", "validation",
                                                              "report.pdf", "evidence.json"}
        [upload] = (contract / "uploads").iterdir()
        assert upload.read_bytes() == plain_pages(1) and upload.name.startswith(hashlib.sha256(plain_pages(1)).hexdigest())
        assert list((contract / "validation").glob("*.crl")) and (contract / "tokens/anchor.tst").stat().st_size > 500
    listed = subprocess.run(["sha256sum", "--check", "--quiet", "MANIFEST.sha256"], cwd=clean, capture_output=True, check=False, timeout=60)
    assert listed.returncode == 0, listed.stdout
    assert "怎样核验" in (clean / "README.zh-CN.txt").read_text(encoding="utf-8")
    assert "How to check it" in (clean / "README.en.txt").read_text(encoding="utf-8")


def test_taking_an_archive_along_is_written_down(packed, api):
    stream = api.ok(api.get("/v2/contract/stream", contractId=packed[1][0]))
    operations = stream if isinstance(stream, list) else stream["list"]
    assert any("ARCHIVE" in json.dumps(operation, ensure_ascii=False) for operation in operations)


def rewrite_manifest(folder: pathlib.Path) -> None:
    """What a careful forger does."""
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}"
             for path in sorted(folder.rglob("*")) if path.is_file() and path.name != "MANIFEST.sha256"]
    (folder / "MANIFEST.sha256").write_text("\n".join(lines) + "\n", encoding="utf-8")


def one(folder: pathlib.Path, pattern: str) -> pathlib.Path:
    return sorted(folder.glob(pattern))[0]


def flip(file: pathlib.Path, at: int = -200) -> None:
    content = bytearray(file.read_bytes())
    content[at] ^= 1
    file.write_bytes(content)


def edit_facts(folder: pathlib.Path, change) -> None:
    file = one(folder, "*/evidence.json")
    facts = json.loads(file.read_text(encoding="utf-8"))
    change(facts)
    file.write_text(json.dumps(facts, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


def last_of(facts: dict) -> dict:
    return facts["documents"][0]["revisions"][-1]


CHANGES = {
    "a byte of a document": lambda folder: flip(one(folder, "*/documents/*.pdf")),
    "a byte of an upload": lambda folder: flip(one(folder, "*/uploads/*")),
    "a byte of the report": lambda folder: flip(one(folder, "*/report.pdf"), 2_000),
    "no document": lambda folder: one(folder, "*/documents/*.pdf").unlink(),
    "another document": lambda folder: one(folder, "*/documents/*.pdf").write_bytes(plain_pages(2)),
    "an older revision": lambda folder: one(folder, "*/documents/*.pdf").write_bytes(
        one(folder, "*/documents/*.pdf").read_bytes()[:json.loads(one(folder, "*/evidence.json").read_text())["documents"][0]["revisions"][0]["length"]]),
    "an entry": lambda folder: edit_facts(folder, lambda facts: facts["log"]["entries"][2].update(time=5)),
    "the root": lambda folder: edit_facts(folder, lambda facts: facts["log"]["anchor"].update(root="ab" * 32)),
    "a factor": lambda folder: edit_facts(folder, lambda facts: facts["acts"][0].update(factor="password")),
    "an act": lambda folder: edit_facts(folder, lambda facts: facts["acts"].append({**facts["acts"][0], "entry": 1})),
    "a name": lambda folder: edit_facts(folder, lambda facts: facts["parties"][0].update(name="别人")),
    "a digest": lambda folder: edit_facts(folder, lambda facts: last_of(facts).update(sm3="00" * 32)),
    "a certificate": lambda folder: edit_facts(folder, lambda facts: facts["certificates"][0].update(sha256="00" * 32)),
    "other roots": lambda folder: one(folder, "*/trust/roots.pem").write_text(""),
}


@pytest.mark.parametrize("what", CHANGES)
@pytest.mark.parametrize("careful", [False, True], ids=["as it is", "with a new manifest"])
def test_a_changed_archive_does_not_pass(clean, what, careful):
    CHANGES[what](clean)
    if careful:
        rewrite_manifest(clean)
    done = check(clean)
    assert done.returncode == 1 and "不通过 BAD" in done.stdout.decode() and "✗" in done.stdout.decode(), done.stdout.decode()


def test_a_file_slipped_in_is_found(clean):
    (clean / "extra.txt").write_text("x")
    assert check(clean).returncode == 1


def test_a_stranger_who_makes_everything_anew_is_found_by_the_roots(clean, tmp_path):
    """The archive's own roots prove agreement alone; another root, gotten elsewhere, refuses it."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", tmp_path / "key", "-out", tmp_path / "root.pem",
                    "-subj", "/CN=Somebody Else", "-days", "2"], capture_output=True, check=True, timeout=60)
    done = check(clean, "--trust", tmp_path / "root.pem")
    assert done.returncode == 1 and "时间戳不成立" in done.stdout.decode()


def test_an_archive_is_made_while_the_server_rests_too(new_server, tmp_path):
    from support.api import Api
    from support.credentials import Credentials
    server = new_server()
    made = completed(Api(server.host, server.port, Credentials(server.demo["appToken"], server.demo["appSecret"])), server)
    server.stop()
    done = signet("archive", made.id, "--to", tmp_path / "a.zip", data=server.data)
    assert done.returncode == 0, done.stderr
    zipfile.ZipFile(tmp_path / "a.zip").extractall(tmp_path / "a")
    checked = check(tmp_path / "a")
    assert checked.returncode == 0, checked.stdout.decode()
    again = signet("archive", made.id, "--to", tmp_path / "a.zip", data=server.data)
    assert again.returncode == 1 and b"exists already" in again.stderr
    server.start()


@pytest.mark.parametrize("number", ["1", "no-number", "3999999999999999999"])
def test_a_contract_that_is_not_there_leaves_nothing(server, tmp_path, number):
    done = signet("archive", number, "--to", tmp_path / "a.zip", data=server.data)
    assert done.returncode == 1 and done.stderr and not (tmp_path / "a.zip").exists()
    assert not list((server.data / "spool").glob("archive-*"))
