"""The audit log: its tree, its anchors, what the operator's commands say, and that nothing happens without it."""
from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import sqlite3
import struct
import subprocess
import time

import pytest

from support.api import Api
from support.contracts import Contract, company, person, user
from support.credentials import Credentials
from support.evidence import LIMIT, anchored, anchors, audit_verdict, completed, signet, size_of_log, tamper
from support.page import PageError
from support.pdfs import plain_pages
from support.server import Server
from support.time_stampers import TimeStamper, configured


def api_of(server: Server) -> Api:
    return Api(server.host, server.port, Credentials(server.demo["appToken"], server.demo["appSecret"]))


@pytest.fixture(scope="module")
def stopped(tmp_path_factory):
    """A data folder with a log and its anchors; nobody runs on it."""
    data = tmp_path_factory.mktemp("audit") / "data"
    with Server(data) as server:
        api = api_of(server)
        completed(api, server, "第一份")
        anchored(data)
        completed(api, server, "第二份")
        anchored(data)
    return data


@pytest.fixture
def copy(stopped, tmp_path):
    """The same again, to be spoilt."""
    target = tmp_path / "data"
    shutil.copytree(stopped, target)
    return target


def leaf(entry: dict) -> bytes:
    def text(value: str) -> bytes:
        return struct.pack(">Q", len(value.encode())) + value.encode()
    encoded = (b"signet audit entry 1\n" + struct.pack(">Qq", entry["sequence"], entry["time"]) + text(entry["actor"])
               + struct.pack(">q", int(entry["contract"])) + text(entry["event"]) + text(entry["detail"]))
    return hashlib.sha256(b"\0" + encoded).digest()


def root_of(leaves: list[bytes]) -> bytes:
    """RFC 6962 §2.1, word by word."""
    if len(leaves) == 1:
        return leaves[0]
    left = 1
    while left * 2 < len(leaves):
        left *= 2
    return hashlib.sha256(b"\1" + root_of(leaves[:left]) + root_of(leaves[left:])).digest()


def exported(data) -> tuple[list[dict], list[dict]]:
    done = signet("audit", "export", data=data)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.decode().split("\n") if line]
    return [line for line in lines if "sequence" in line], [line["anchor"] for line in lines if "anchor" in line]


# ------------------------------------------------------------------------------------------------ sound


def test_the_log_of_a_running_server_is_sound_and_anchored_at_completion(api, server):
    completed(api, server)
    anchored(server.data)
    verdict = audit_verdict(server.data)
    assert verdict["verdict"] == "sound" and verdict["anchors"] >= 1
    assert verdict["trustedAnchors"] >= 1 and verdict["checked"] == verdict["size"]


def test_the_export_gives_everybody_the_root_that_was_time_stamped(stopped, tmp_path):
    entries, heads = exported(stopped)
    assert [entry["sequence"] for entry in entries] == list(range(1, len(entries) + 1))
    leaves = [leaf(entry) for entry in entries]
    assert [one.hex() for one in leaves] == [entry["leaf"] for entry in entries]
    assert len(heads) >= 2
    for head in heads:
        assert root_of(leaves[:head["size"]]).hex() == head["root"]
        statement = f"signet audit anchor 1\n{head['size']}\n{head['root']}\n".encode()
        (tmp_path / "statement").write_bytes(statement)
        (tmp_path / "token").write_bytes(base64.b64decode(head["token"]))
        done = subprocess.run(["openssl", "ts", "-verify", "-data", tmp_path / "statement", "-in", tmp_path / "token", "-token_in",
                               "-CAfile", stopped / "keys/ca/root.pem"], capture_output=True, check=False, timeout=60)
        assert b"Verification: OK" in done.stdout, done.stdout + done.stderr
    kept = {(head["size"], head["root"]) for head in anchors(stopped)}
    assert kept == {(head["size"], head["root"]) for head in heads}, "the file has what the database has"


@pytest.mark.parametrize("place", ["first", "middle", "last"])
def test_a_proof_leads_from_an_entry_to_an_anchor(stopped, place):
    size = anchors(stopped)[-1]["size"]
    number = {"first": 1, "middle": size // 2, "last": size}[place]
    done = signet("audit", "proof", number, data=stopped)
    proof = json.loads(done.stdout)
    assert proof["entry"]["sequence"] == number and proof["anchor"]["size"] >= number
    here, last, found = number - 1, proof["head"]["size"] - 1, leaf(proof["entry"])
    for sibling in map(bytes.fromhex, proof["proof"]):
        if here % 2 or here == last:
            found = hashlib.sha256(b"\1" + sibling + found).digest()
            while here and not here % 2:
                here, last = here >> 1, last >> 1
        else:
            found = hashlib.sha256(b"\1" + found + sibling).digest()
        here, last = here >> 1, last >> 1
    assert found.hex() == proof["head"]["root"] == proof["anchor"]["root"]


def grown(first: int, first_root: bytes, second: int, second_root: bytes, proof: list[bytes]) -> bool:
    """RFC 9162 §2.1.4.2."""
    here, last = first - 1, second - 1
    while here % 2:
        here, last = here >> 1, last >> 1
    if first & (first - 1) == 0:
        proof = [first_root, *proof]
    earlier = later = proof[0]
    for sibling in proof[1:]:
        if last == 0:
            return False
        if here % 2 or here == last:
            earlier, later = hashlib.sha256(b"\1" + sibling + earlier).digest(), hashlib.sha256(b"\1" + sibling + later).digest()
            while here and not here % 2:
                here, last = here >> 1, last >> 1
        else:
            later = hashlib.sha256(b"\1" + later + sibling).digest()
        here, last = here >> 1, last >> 1
    return last == 0 and earlier == first_root and later == second_root


def test_the_later_log_begins_with_the_earlier_one(stopped):
    heads = anchors(stopped)
    first, second = heads[0], heads[-1]
    done = signet("audit", "consistency", first["size"], second["size"], data=stopped)
    told = json.loads(done.stdout)
    assert (told["first"]["root"], told["second"]["root"]) == (first["root"], second["root"])
    proof = [bytes.fromhex(one) for one in told["proof"]]
    assert grown(first["size"], bytes.fromhex(first["root"]), second["size"], bytes.fromhex(second["root"]), proof)
    assert not grown(first["size"], bytes(32), second["size"], bytes.fromhex(second["root"]), proof)
    for wrong in ((0,), (second["size"] + 999,), (3, 2)):
        assert signet("audit", "consistency", *wrong, data=stopped).returncode == 2


def test_there_is_no_proof_of_what_never_happened(stopped):
    for number in (0, -1, 10**9):
        done = signet("audit", "proof", "--", number) if number < 0 else signet("audit", "proof", number, data=stopped)
        assert done.returncode != 0 and not done.stdout


def test_the_anchors_can_be_printed_for_a_third_party(stopped):
    done = signet("audit", "anchors", "--lines", "--last", 1, data=stopped)
    text = done.stdout.decode()
    last = anchors(stopped)[-1]
    assert done.returncode == 0 and last["root"] in text and f"signet-anchor-1 {last['size']} " in text
    assert text.count("signet-anchor-1") == 1 and "✓" in text


# ------------------------------------------------------------------------------------------------ broken


@pytest.mark.parametrize(("sql", "fault", "bad"), [
    ("UPDATE audit SET detail = '[]' WHERE sequence = 5", "altered", 5),
    ("UPDATE audit SET time = time + 1 WHERE sequence = 6", "altered", 6),
    ("DELETE FROM audit WHERE sequence = 7", "missing", 7),
    ("UPDATE audit SET sequence = -1 WHERE sequence = 4; UPDATE audit SET sequence = 4 WHERE sequence = 8;"
     "UPDATE audit SET sequence = 8 WHERE sequence = -1", "altered", 4),
    ("INSERT INTO audit SELECT max(sequence) + 1, time, actor, contract, event, detail, hash FROM audit", "altered", None),
])
def test_what_was_done_to_the_log_is_named(copy, sql, fault, bad):
    bad = bad or size_of_log(copy) + 1
    tamper(copy, sql)
    verdict = audit_verdict(copy)
    assert (verdict["verdict"], verdict["firstBad"]) == (fault, bad), verdict
    told = signet("audit", "verify", data=copy)
    assert told.returncode == 1 and f"at entry {bad}" in told.stdout.decode()


THOROUGH = "DELETE FROM audit_tree; DELETE FROM audit_subtree; DELETE FROM audit_anchor;"


def test_a_cut_that_left_no_trace_in_the_database_is_found_by_the_anchors_outside(copy, tmp_path):
    kept = tmp_path / "kept.txt"
    shutil.copy(copy / "audit-anchors.txt", kept)
    size = size_of_log(copy)
    # A message that was still to be sent would be sent when the server starts, and that is an entry more.
    tamper(copy, f"DELETE FROM audit WHERE sequence > {size - 5}; DELETE FROM outbox; {THOROUGH}")
    (copy / "audit-anchors.txt").unlink()
    assert audit_verdict(copy)["reason"] == "the tree's head is missing"
    with Server(copy):
        pass  # makes the tree anew
    assert audit_verdict(copy)["verdict"] == "sound", "the database alone knows nothing of it"
    verdict = audit_verdict(copy, "--anchors", kept)
    assert (verdict["verdict"], verdict["firstBad"]) == ("truncated", size - 4)


def test_an_anchor_that_was_forged_is_told(copy, tmp_path):
    [first, *_] = (copy / "audit-anchors.txt").read_text().split("\n")
    words = first.split(" ")
    words[1] = str(int(words[1]) + 1)
    forged = tmp_path / "forged.txt"
    forged.write_text(" ".join(words) + "\n")
    verdict = audit_verdict(copy, "--anchors", forged)
    assert len(verdict["anchorProblems"]) == 1 and "forged.txt line 1" in verdict["anchorProblems"][0]


def test_no_log_is_no_sound_log(tmp_path):
    assert signet("audit", "verify", data=tmp_path / "nothing").returncode == 2
    assert not (tmp_path / "nothing").exists()


# ------------------------------------------------------------------------------------------------ life


def test_a_log_of_an_older_version_gets_its_tree_at_the_first_start(copy):
    before = size_of_log(copy)
    tamper(copy, "DROP TABLE audit_tree; DROP TABLE audit_subtree; DROP TABLE audit_anchor; DELETE FROM schema_version WHERE version = 3")
    (copy / "audit-anchors.txt").unlink()
    with Server(copy) as server:
        completed(api_of(server), server, "升级以后")
        anchored(copy)
    verdict = audit_verdict(copy)
    assert verdict["verdict"] == "sound" and verdict["size"] > before and verdict["anchors"] >= 1


def test_what_cannot_be_logged_does_not_happen(new_server):
    server = new_server()
    made = Contract(api_of(server), server, [company(server.demo["companyName"])])
    made.add_file(plain_pages(1))
    made.send([made.at_action(0, type="COMPANY", page=1, offsetX=0.5, offsetY=0.5)])
    before = made.download()
    server.stop()
    database = sqlite3.connect(server.data / "signet.db")
    database.execute("CREATE TRIGGER broken BEFORE INSERT ON audit WHEN NEW.event = 'document.signed' BEGIN SELECT RAISE(ABORT, 'broken'); END")
    database.commit()
    database.close()
    server.start()
    made.api = api_of(server)
    refused = made.try_seal()
    assert refused.code not in (0, None) and made.status == "SIGNING" and made.nodes(0) == ["START"]
    assert len(made.download()) == len(before), "not a byte of a signature"
    server.stop()
    database = sqlite3.connect(server.data / "signet.db")
    database.execute("DROP TRIGGER broken")
    database.commit()
    database.close()
    server.start()
    made.api = api_of(server)
    made.seal()
    assert made.status == "COMPLETE" and audit_verdict(server.data)["verdict"] == "sound"


def test_a_silent_authority_holds_up_the_anchor_and_nothing_else(tmp_path):
    stamper = TimeStamper(tmp_path / "stamper")
    data = configured(tmp_path / "data", '[signatures]\nlevel = "B-B"\n' + stamper.settings)
    with Server(data) as server:
        completed(api_of(server), server)
        anchored(data)
        stamper.fault = "down"
        completed(api_of(server), server)
        end = time.monotonic() + LIMIT
        while "an anchor of the log" not in server.last_words() and time.monotonic() < end:
            time.sleep(0.2)
        assert "an anchor of the log" in server.last_words()
        assert size_of_log(data) > anchors(data)[-1]["size"]
        stamper.fault = ""
        anchored(data)
    stamper.close()


CARD, WRONG_CARD, PASSWORD = "110101199003078070", "110101198001014418", "Kanarienvogel7!"
NASTY = "行一\r\n2026-01-01 [error] forged \x1b[31mred\x1b[0m \",\"event\":\"forged\" \u2028 \u202e end"


def test_nothing_secret_and_no_line_of_somebody_elses_gets_into_the_logs(new_server):
    """Card numbers right and wrong, codes and passwords are given where they belong, and a nasty text wherever one is taken."""
    server = new_server()
    api = api_of(server)
    who = user("李雷（测试）", "13800000002")
    made = Contract(api, server, [person(who["name"], who["contact"], userAuthInfo={"idCardNo": CARD}), company(server.demo["companyName"])],
                    subject="金丝雀", description=NASTY)
    made.add_file(plain_pages(1), title=NASTY[:40])
    made.send([made.at_party(0, type="PERSONAL", page=1, offsetX=0.2, offsetY=0.2)])
    page = made.page(who, allowPasswordSign=True)
    with pytest.raises(PageError):
        page.prove(name=who["name"], idCardNo=WRONG_CARD)
    assert page.prove(name=who["name"], idCardNo=CARD) == {"proven": True}
    code = page.ask_for_code(who["contact"])
    page.sign(code, typed=who["name"])
    page.set_password(PASSWORD)
    api.get("/v2/contract/detail", contractId=NASTY)
    with pytest.raises(PageError):
        page.reject(NASTY)
    entries, _ = exported(server.data)
    assert {"document.signed", "identity.proven", "identity.refused", "password.set"} <= {entry["event"] for entry in entries}
    assert not any(entry["event"] == "forged" for entry in entries)
    log = server.log.read_bytes()
    everything = json.dumps(entries, ensure_ascii=False) + log.decode("utf-8", "replace")
    assert not [secret for secret in (CARD, WRONG_CARD, PASSWORD) if secret in everything]
    assert server.demo["appSecret"] not in json.dumps(entries), "the demo prints it on purpose, but the log does not keep it"
    numbers = re.findall(r"(?<![0-9a-f])[0-9]{6}(?![0-9a-f])", everything)
    assert code not in numbers
    assert b"\x1b[31m" not in log and b"\n2026-01-01 [error] forged" not in log
    assert audit_verdict(server.data)["verdict"] == "sound"
