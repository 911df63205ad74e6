"""The evidence report of a contract: what it says, that it can be checked without the server, and that nothing in it can be changed."""
from __future__ import annotations

import base64
import copy
import hashlib
import json
import subprocess
import uuid

import pytest

from support.contracts import Contract, company, verify
from support.evidence import LI, completed, facts_inside, report, signet
from support.pdfs import plain_pages


@pytest.fixture(scope="module")
def made(server, tmp_path_factory):
    """A contract, its report and its document as files, and the facts inside."""
    from support.api import Api
    from support.credentials import Credentials
    api = Api(server.host, server.port, Credentials(server.demo["appToken"], server.demo["appSecret"]))
    folder = tmp_path_factory.mktemp("evidence")
    contract = completed(api, server, "存证报告测试", seals=1)
    (folder / "report.pdf").write_bytes(report(contract))
    (folder / "contract.pdf").write_bytes(contract.download())
    contract.folder = folder
    contract.facts = json.loads(facts_inside(folder / "report.pdf"))
    return contract


def judged(file, server, *options) -> dict:
    done = signet("evidence", "verify", file, "--json", *options, data=server.data)
    assert done.returncode in (0, 1), done.stderr
    verdict = json.loads(done.stdout)
    assert (done.returncode == 0) == verdict["good"]
    return verdict


def judged_facts(facts: dict, server, folder, *options) -> dict:
    file = folder / f"{uuid.uuid4()}.json"
    file.write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
    return judged(file, server, *options)


# ------------------------------------------------------------------------------------------------ good


def test_the_report_holds_together_and_knows_the_contracts_file(made, server):
    verdict = judged(made.folder / "report.pdf", server, "--document", made.folder / "contract.pdf")
    assert verdict["good"], verdict["faults"]
    assert verdict["anchorTrusted"] and verdict["reportTrusted"]
    assert verdict["contract"] == made.id and verdict["entries"] == len(made.facts["log"]["entries"])
    [found] = verdict["documents"]
    count = len(made.facts["documents"][0]["revisions"])
    assert found == f"contract.pdf: document {made.documents[0]}, revision {count} of {count}"


def test_it_is_signed_as_contracts_are(made, server, tmp_path):
    verdict = verify((made.folder / "report.pdf").read_bytes(), tmp_path, server)
    assert verdict.intact and verdict.levels == ["B-LTA"] and verdict.seals_of_time == 1


def test_foreign_validators_find_nothing_wrong_with_it(made, server_judges):
    for verdict in server_judges.hear(made.folder / "report.pdf"):
        assert verdict.ok, (verdict.judge, verdict.objections)


def test_nobody_is_trusted_who_was_not_named(made, tmp_path):
    done = signet("evidence", "verify", made.folder / "report.pdf", "--json", data=tmp_path)
    verdict = json.loads(done.stdout)
    assert done.returncode == 0 and not verdict["anchorTrusted"] and not verdict["reportTrusted"]


def test_who_asks_twice_gets_the_same_facts_to_the_last_byte(made, tmp_path):
    again = tmp_path / "again.pdf"
    again.write_bytes(report(made))
    assert facts_inside(again) == facts_inside(made.folder / "report.pdf")


def test_identity_intent_and_reading_are_told(made):
    facts = made.facts
    acts = facts["acts"]
    assert [(act["factor"], act["event"]) for act in acts] == [("code", "document.signed"), ("application", "document.signed")]
    assert acts[0]["operator"] == LI["name"] and acts[0]["pageViews"] >= 1 and acts[0]["lastPageView"] <= acts[0]["time"]
    assert len(acts[0]["proof"]["codeId"]) == 16 and acts[0]["proof"]["codeSentTime"] > 0
    assert acts[0]["intent"]["consent"]["version"] and acts[0]["intentEntry"] < acts[0]["entry"]
    [identity] = facts["identities"]
    assert (identity["method"], identity["passed"], identity["entry"]) == ("code", True, acts[0]["entry"])
    assert {party["name"] for party in facts["parties"]} == {LI["name"], made.server.demo["companyName"]}


def test_every_revision_has_the_digests_that_others_compute(made):
    file = (made.folder / "contract.pdf").read_bytes()
    [document] = made.facts["documents"]
    assert document["verdict"] == "Intact" and document["revisions"][-1]["length"] == len(file)
    for revision in document["revisions"]:
        part = file[:revision["length"]]
        assert hashlib.sha256(part).hexdigest() == revision["sha256"]
        done = subprocess.run(["openssl", "dgst", "-sm3", "-r"], input=part, capture_output=True, check=True, timeout=60)
        assert done.stdout.split()[0].decode() == revision["sm3"]
    names = [one["name"] for revision in document["revisions"] for one in revision["signatures"] if not one["documentTimeStamp"]]
    assert names == [LI["name"], made.server.demo["companyName"]]
    assert all(one["provenTime"] for revision in document["revisions"] for one in revision["signatures"])
    assert document["uploads"] == [hashlib.sha256(plain_pages(1)).hexdigest()]


def test_the_paper_says_it_in_chinese_and_english(made):
    done = subprocess.run(["pdftotext", "-raw", made.folder / "report.pdf", "-"], capture_output=True, check=True, timeout=60)
    text = "".join(done.stdout.decode().split())
    for words in ("电子合同存证报告", "EvidenceReport", "真实身份", "Identity", "真实意愿", "一次性验证码", "one-timecode", "完好intact",
                  made.facts["documents"][0]["revisions"][-1]["sha256"], made.facts["documents"][0]["revisions"][-1]["sm3"],
                  made.facts["log"]["anchor"]["root"], "B-LTA", LI["name"]):
        assert words in text, words
    fonts = subprocess.run(["pdffonts", made.folder / "report.pdf"], capture_output=True, check=True, timeout=60).stdout.decode()
    assert all(line.split()[-5] == "yes" for line in fonts.split("\n")[2:] if line), fonts


def test_a_contract_that_is_still_being_signed_has_a_report_too(api, server, tmp_path):
    one = Contract(api, server, [company(server.demo["companyName"])])
    one.add_file(plain_pages(1))
    one.send([one.at_action(0, type="COMPANY", page=1, offsetX=0.5, offsetY=0.5)])
    (tmp_path / "report.pdf").write_bytes(report(one))
    before = json.loads(facts_inside(tmp_path / "report.pdf"))
    assert before["acts"] == [] and judged(tmp_path / "report.pdf", server)["good"]
    one.seal()
    (tmp_path / "report.pdf").write_bytes(report(one))
    after = json.loads(facts_inside(tmp_path / "report.pdf"))
    assert len(after["acts"]) == 1 and judged(tmp_path / "report.pdf", server)["good"]


# ------------------------------------------------------------------------------------------------ changed


def changed(facts: dict, change) -> dict:
    other = copy.deepcopy(facts)
    change(other)
    return other


def entry_of(facts: dict, event: str) -> dict:
    return next(entry for entry in facts["log"]["entries"] if entry["event"] == event)


CHANGES = {
    "an entry's time": lambda facts: entry_of(facts, "document.signed").update(time=1),
    "an entry's actor": lambda facts: entry_of(facts, "contract.sent").update(actor="user:138****0000"),
    "an entry's detail": lambda facts: entry_of(facts, "document.signed").update(detail=entry_of(facts, "document.signed")["detail"].replace("code", "cope")),
    "an entry's number": lambda facts: entry_of(facts, "contract.sent").update(sequence=1),
    "an entry's proof": lambda facts: entry_of(facts, "contract.sent").update(proof=entry_of(facts, "contract.sent")["proof"][1:]),
    "two entries' places": lambda facts: facts["log"]["entries"].reverse(),
    "no entries": lambda facts: facts["log"].update(entries=[]),
    "the root": lambda facts: facts["log"]["anchor"].update(root="00" * 32),
    "the size": lambda facts: facts["log"]["anchor"].update(size=facts["log"]["anchor"]["size"] + 1),
    "the token": lambda facts: facts["log"]["anchor"].update(token=base64.b64encode(b"none").decode()),
    "the time of the token": lambda facts: facts["log"]["anchor"].update(timeStampTime="2020-01-01T00:00:00.000Z"),
    "an act's factor": lambda facts: facts["acts"][0].update(factor="password"),
    "an act's time": lambda facts: facts["acts"][0].update(time="2020-01-01T00:00:00.000Z"),
    "an act's intent": lambda facts: facts["acts"][0]["intent"]["consent"].update(version="another"),
    "an act that never was": lambda facts: facts["acts"].append({**facts["acts"][0], "entry": 999_999}),
    "a digest": lambda facts: [one.update(sha256="11" * 32) for one in facts["documents"][0]["revisions"]],
    "a certificate": lambda facts: facts["certificates"][0].update(der=facts["certificates"][-1]["der"]),
    "no certificates": lambda facts: facts.update(certificates=[]),
    "a signature that is not intact": lambda facts: facts["documents"][0]["revisions"][-1]["signatures"][0].update(intact=False),
    "another contract": lambda facts: facts["contract"].update(id="3000000000000000001"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_whatever_is_changed_in_the_facts_is_found(made, server, tmp_path, what):
    assert judged_facts(made.facts, server, tmp_path)["good"]
    verdict = judged_facts(changed(made.facts, CHANGES[what]), server, tmp_path)
    assert not verdict["good"] and verdict["faults"]


def test_another_file_is_not_taken_for_the_contract(made, server, tmp_path):
    other = tmp_path / "other.pdf"
    other.write_bytes((made.folder / "contract.pdf").read_bytes() + b"\n")
    verdict = judged(made.folder / "report.pdf", server, "--document", other)
    assert verdict["faults"] == ["other.pdf: is no document of this contract, in any revision"]


def test_a_report_that_was_changed_is_found(made, server, tmp_path):
    file = bytearray((made.folder / "report.pdf").read_bytes())
    at = file.index(b"/MediaBox")
    file[at + 20] ^= 1
    (tmp_path / "changed.pdf").write_bytes(file)
    done = signet("evidence", "verify", tmp_path / "changed.pdf", data=server.data)
    assert done.returncode in (1, 2)


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7\n", b"{}", b"[" * 100_000])
def test_what_is_no_evidence_is_refused(server, tmp_path, content):
    for name in ("file.pdf", "file.json"):
        (tmp_path / name).write_bytes(content)
        done = signet("evidence", "verify", tmp_path / name, data=server.data)
        assert done.returncode == 2 and done.stderr
    (tmp_path / "plain.pdf").write_bytes(plain_pages(1))
    assert signet("evidence", "verify", tmp_path / "plain.pdf", data=server.data).returncode == 2
