"""The audit log, evidence reports and archives, as an operator's commands and foreign tools see them."""
from __future__ import annotations

import json
import pathlib
import sqlite3
import subprocess
import time

from .api import Api
from .contracts import Contract, company, person, user
from .pdfs import plain_pages
from .server import BINARY, Server

LI = user("李雷（测试）", "13800000002")
LIMIT = 90  # seconds until something in the background must have happened, on a machine under load


def signet(*arguments: object, data: pathlib.Path | None = None) -> subprocess.CompletedProcess:
    command = [BINARY, *map(str, arguments), *(["--data", str(data)] if data else [])]
    return subprocess.run(command, capture_output=True, check=False, timeout=300)


def audit_verdict(data: pathlib.Path, *options: object) -> dict:
    """What `signet audit verify --json` says; its exit status must agree."""
    done = signet("audit", "verify", "--json", *options, data=data)
    assert done.returncode in (0, 1), done.stderr
    verdict = json.loads(done.stdout)
    sound = verdict["verdict"] == "sound" and not verdict["anchorProblems"]
    assert (done.returncode == 0) == sound
    return verdict


def completed(api: Api, server: Server, subject: str = "存证合同", seals: int = 0) -> Contract:
    """A contract that a person signed by code on the page, and the company after him when it `seals`."""
    parties = [person("李雷（测试）", "13800000002"), *[company(server.demo["companyName"]) for _ in range(seals)]]
    made = Contract(api, server, parties, subject=subject)
    made.add_file(plain_pages(1), title="采购合同")
    places = [made.at_party(0, type="PERSONAL", page=1, offsetX=0.2, offsetY=0.2)]
    places += [made.at_action(1 + n, type="COMPANY", page=1, offsetX=0.6, offsetY=0.2) for n in range(seals)]
    made.send(places)
    made.sign_by_page(LI)
    for _ in range(seals):
        made.seal()
    assert made.status == "COMPLETE"
    return made


def anchors(data: pathlib.Path) -> list[dict]:
    """The anchors in the file beside the database."""
    file = data / "audit-anchors.txt"
    found = []
    for line in file.read_text(encoding="ascii").split("\n") if file.exists() else []:
        words = line.split(" ")
        if len(words) == 5 and words[0] == "signet-anchor-1":
            found.append({"size": int(words[1]), "root": words[2], "time": int(words[3]), "token": words[4]})
    return found


def size_of_log(data: pathlib.Path) -> int:
    with sqlite3.connect(f"file:{data / 'signet.db'}?mode=ro", uri=True) as database:
        return database.execute("SELECT max(sequence) FROM audit").fetchone()[0]


def anchored(data: pathlib.Path) -> dict:
    """Waits until everything logged so far is under an anchor; the anchor."""
    size = size_of_log(data)
    end = time.monotonic() + LIMIT
    while time.monotonic() < end:
        for anchor in anchors(data):
            if anchor["size"] >= size:
                return anchor
        time.sleep(0.2)
    raise AssertionError(f"no anchor covers {size} entries: {anchors(data)}")


def tamper(data: pathlib.Path, sql: str) -> None:
    """What somebody with the database in his hands does, the server being down."""
    database = sqlite3.connect(data / "signet.db")
    for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'audit%'").fetchall():
        database.execute(f"DROP TRIGGER {name}")
    database.executescript(sql)
    database.commit()
    database.close()


def report(contract: Contract) -> bytes:
    reply = contract.api.get("/v2/contract/download", contractId=contract.id, downloadItems="NOTARY", needCompressForOneFile="false")
    assert (reply.status, reply.headers["content-type"]) == (200, "application/pdf"), reply.body[:500]
    return reply.body


def facts_inside(pdf: pathlib.Path) -> bytes:
    """The JSON inside a report, taken out by qpdf."""
    return subprocess.run(["qpdf", "--show-attachment=evidence.json", pdf], capture_output=True, check=True, timeout=60).stdout
