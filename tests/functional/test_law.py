"""What the law asks of a platform (docs/law.md): consent, intent, reading, retention, holds, digests, and what a person may ask for."""
from __future__ import annotations

import datetime
import hashlib
import json
import os
import pathlib
import re
import sqlite3
import subprocess
import time
import urllib.request

import pytest

from support import organisation
from support.api import Api
from support.clock import Clock, CredentialsByClock
from support.contracts import Contract, company, person, user
from support.credentials import Credentials
from support.page import Page, PageError
from support.pdfs import plain_pages
from support.server import BINARY, Server
from support.time_stampers import TimeStamper

HOUSE = "律行科技（测试）有限公司"
QIN = user("秦测试", "13866660001")
SIGNED = {"type": "PERSONAL", "page": 1, "offsetX": 0.6, "offsetY": 0.2}
SEALED = {"type": "COMPANY", "page": 1, "offsetX": 0.2, "offsetY": 0.2}
WAIT = 60  # seconds for what a server does by itself


def entries(server: Server, contract: Contract | None = None) -> list[tuple[str, str, dict]]:
    """Actor, event and detail of the log, in order."""
    with sqlite3.connect(f"file:{server.data / 'signet.db'}?mode=ro", uri=True) as database:
        rows = database.execute("SELECT actor, event, detail FROM audit WHERE contract = ? ORDER BY sequence",
                                (int(contract.id) if contract else 0,))
        return [(actor, event, json.loads(detail)) for actor, event, detail in rows]


def entry(server: Server, contract: Contract, event: str) -> dict:
    [found] = [detail for _, name, detail in entries(server, contract) if name == event]
    return found


def signet(server: Server, *words: str) -> subprocess.CompletedProcess:
    return subprocess.run([BINARY, *words, "--data", server.data], capture_output=True, text=True, check=False, timeout=300,
                          env={**os.environ, **server.environment})


def told(server: Server, *words: str):
    done = signet(server, *words)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def until(condition):
    end = time.monotonic() + WAIT
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.1)
    raise AssertionError("it never came")


def figure(server: Server, name: str) -> float:
    with urllib.request.urlopen(f"{server.url}/metrics", timeout=30) as answer:
        [line] = re.findall(rf"^{name} (\S+)$", answer.read().decode(), re.MULTILINE)
    return float(line)


def plan() -> list[dict]:
    return [{"name": HOUSE, "application": [{"name": "erp"}],
             "employee": [{"name": "律测试", "mobile": "13866660009", "number": "L001"}],
             "seal": [{"name": "公章"}],
             "category": [{"name": "普通", "primary": True}, {"name": "必读", "reading": "REQUIRE"}, {"name": "不问", "reading": "OFF"},
                          {"name": "家事", "excluded_matter": "FAMILY_STATUS"}, {"name": "短期", "retention_years": 3}]}]


@pytest.fixture(scope="module")
def made(server):
    return organisation.apply(server.data, plan())


@pytest.fixture(scope="module")
def erp(made, server):
    return made.application(server, HOUSE)


@pytest.fixture
def draft(erp, made, server):
    def make(category: str = "普通", who: dict = QIN, pages: int = 2, **fields) -> Contract:
        contract = Contract(erp, server, [person(who["name"], who["contact"], **fields.pop("party", {}))],
                            category={"id": made.category(HOUSE, category)}, **fields)
        contract.add_file(plain_pages(pages))
        contract.send([contract.at_party(0, **SIGNED)])
        return contract
    return make


def sign(contract: Contract, who: dict = QIN) -> Page:
    page = contract.page(who)
    page.sign(page.ask_for_code(who["contact"]), typed=who["name"])
    return page


def see_all(page: Page) -> None:
    for document in page.view["documents"]:
        page._post("/pages/seen", {"documentId": document["id"], "pages": list(range(1, document["pageCount"] + 1))})


# ------------------------------------------------------------------------------- L1 to L5: before a key is used


def test_L1_what_a_signer_agreed_to_stands_in_the_log_before_the_signature(draft, server):
    contract = draft()
    page = sign(contract)
    consent = page.view["consent"]
    assert hashlib.sha256(f"{consent['text']}\n{consent['textEn']}".encode()).hexdigest() == consent["sha256"]
    events = [event for _, event, _ in entries(server, contract)]
    assert events.index("signing.intended") < events.index("document.signed")
    intended = entry(server, contract, "signing.intended")
    assert intended["consent"] == {"version": consent["version"], "sha256": consent["sha256"]}
    assert intended["factor"] == "code" and intended["signatory"] and intended["action"]


def test_L1_nobody_signs_without_agreeing(draft, server):
    contract = draft()
    page = contract.page(QIN)
    with pytest.raises(PageError) as refused:
        page.sign(page.ask_for_code(QIN["contact"]), typed="秦测试", consent=False)
    assert refused.value.code == "InvalidParameter"
    assert "signing.intended" not in [event for _, event, _ in entries(server, contract)]


def test_L1_a_business_system_agreed_when_its_access_was_made(erp, made, server, draft):
    contract = Contract(erp, server, [company(HOUSE)])
    contract.add_file(plain_pages(1))
    contract.send([contract.at_action(0, **SEALED)])
    contract.seal()
    intended = entry(server, contract, "signing.intended")
    agreed = [detail for _, event, detail in entries(server) if event == "application.agreed"]
    [own] = [detail for detail in agreed if detail["application"] == intended["factorId"]]
    assert intended["consent"] == {"version": own["version"], "sha256": own["sha256"]}


def test_L2_a_proof_of_identity_tells_method_provider_result_and_evidence(draft, server):
    contract = draft(party={"userAuthInfo": {"idCardNo": "110101199001011237"}})
    page = contract.page(QIN)
    with pytest.raises(PageError):
        page.prove(name="秦测试", idCardNo="110101199001011229")
    page.prove(name="秦测试", idCardNo="110101199001011237")
    refused, proven = entry(server, contract, "identity.refused"), entry(server, contract, "identity.proven")
    assert (refused["result"], proven["result"]) == ("MISMATCH", "MATCH")
    assert (proven["method"], proven["provider"]) == ("ID_CARD", "initiator")
    page = contract.page(QIN)
    page.sign(page.ask_for_code(QIN["contact"]), typed="秦测试")
    identity = entry(server, contract, "signing.intended")["identity"]
    assert identity["evidence"] == proven["evidence"] and len(identity["evidence"]) == 64
    assert identity["result"] == "MATCH" and identity["time"] > 0


def test_L3_a_code_names_the_content_it_was_sent_for(draft, server):
    contract = draft()
    sign(contract)
    sent, intended = entry(server, contract, "code.sent"), entry(server, contract, "signing.intended")
    assert (sent["factorId"], sent["content"]) == (intended["factorId"], intended["content"])
    assert list(intended["documents"]) == [one["id"] for one in contract.detail()["documents"]]


def test_L3_a_code_for_another_content_counts_as_expired(erp, server):
    asked = [{"title": "补充材料", "required": True, "needSign": True}]
    contract = Contract(erp, server, [person(QIN["name"], QIN["contact"], attachments=asked)])
    contract.add_file(plain_pages(1))
    contract.send([contract.at_party(0, **SIGNED)])
    page = contract.page(QIN)
    early = page.ask_for_code(QIN["contact"])
    [attachment] = page.task["attachments"]
    page.attach(attachment["id"], "more.pdf", plain_pages(1))
    with pytest.raises(PageError) as refused:
        page.sign(early, typed="秦测试")
    assert refused.value.code == "CodeExpired"


def test_L4_the_server_knows_which_pages_were_on_the_screen(draft, server):
    contract = draft(pages=3)
    page = contract.page(QIN)
    [document] = page.view["documents"]
    assert page.view["reading"] == {"rule": "WARN", "pages": 3, "left": 3, "unseen": [{"documentId": document["id"], "pages": [1, 2, 3]}]}
    page._post("/pages/seen", {"documentId": document["id"], "pages": [1, 3]})
    assert contract.page(QIN).view["reading"]["unseen"] == [{"documentId": document["id"], "pages": [2]}]
    assert "contract.read" not in [event for _, event, _ in entries(server, contract)]
    page._post("/pages/seen", {"documentId": document["id"], "pages": [2]})
    page._post("/pages/seen", {"documentId": document["id"], "pages": [1, 2, 3]})
    assert [event for _, event, _ in entries(server, contract)].count("contract.read") == 1
    sign(contract)
    assert entry(server, contract, "signing.intended")["reading"] == {"rule": "WARN", "complete": True, "pages": {document["id"]: {"pages": 3}}}


def test_L4_what_was_not_read_is_told_with_the_signature(draft, server):
    contract = draft(pages=5)
    page = contract.page(QIN)
    [document] = page.view["documents"]
    page._post("/pages/seen", {"documentId": document["id"], "pages": [4]})
    sign(contract)
    reading = entry(server, contract, "signing.intended")["reading"]
    assert reading["complete"] is False and reading["pages"] == {document["id"]: {"pages": 5, "unseen": "1-3,5"}}


def test_L4_where_every_page_must_be_read_nobody_signs_before(draft):
    contract = draft("必读")
    page = contract.page(QIN)
    code = page.ask_for_code(QIN["contact"])
    with pytest.raises(PageError) as refused:
        page.sign(code, typed="秦测试")
    assert refused.value.code == "ReadingRequired"
    see_all(page)
    page.sign(code, typed="秦测试")
    assert contract.status == "COMPLETE"


def test_L4_a_category_may_ask_nothing_of_readers(draft, server):
    contract = draft("不问")
    sign(contract)
    assert "reading" not in entry(server, contract, "signing.intended")


@pytest.mark.parametrize("body", [{}, {"pages": [1]}, {"documentId": "1", "pages": [1]}, {"documentId": "SELF", "pages": [0]},
                                  {"documentId": "SELF", "pages": [3]}, {"documentId": "SELF", "pages": ["1"]}, {"documentId": "SELF", "pages": 1},
                                  {"documentId": "SELF", "pages": [1] * 501}, {"documentId": "SELF", "pages": [2 ** 40]}])
def test_L4_pages_that_are_none_are_refused(draft, body):
    contract = draft()
    page = contract.page(QIN)
    if body.get("documentId") == "SELF":
        body = {**body, "documentId": page.view["documents"][0]["id"]}
    with pytest.raises(PageError) as refused:
        page._post("/pages/seen", body)
    assert refused.value.code == "InvalidParameter"


def test_L5_the_log_names_the_key_the_certificate_the_digests_and_the_factor(draft, server):
    contract = draft()
    sign(contract)
    done, intended = entry(server, contract, "document.signed"), entry(server, contract, "signing.intended")
    [document] = contract.detail()["documents"]
    assert done["factorId"] == intended["factorId"] and done["factor"] == "code"
    assert re.fullmatch("[0-9a-f]{64}", done["certificate"]) and re.fullmatch("[0-9a-f]{64}", done["key"])
    assert re.fullmatch("[0-9a-f]{64}", done["digests"][document["id"]])
    assert done["algorithm"]


def test_an_excluded_matter_is_warned_of(draft, server):
    contract = draft("家事")
    page = contract.page(QIN)
    assert "第三条" in page.view["warning"] and "Art. 3" in page.view["warningEn"]
    sign(contract)
    assert entry(server, contract, "signing.intended")["warned"] == "FAMILY_STATUS"
    assert "warning" not in draft().page(QIN).view


# ------------------------------------------------------------------------------- L8: as long as the contract is kept


def test_L7_L8_who_signed_hears_of_the_end_and_can_open_the_contract_for_good(draft, server):
    who = user("常测试", "13866660002")
    contract = draft(who=who)
    page = sign(contract, who)
    message = until(lambda: next((one for one in page.inbox(who["contact"]) if "签署完成" in one["text"] and contract.detail()["subject"] in one["text"]), None))
    lasting = re.findall(r"http\S+/s/\S+", message["text"])[-1]
    token = lasting.rsplit("/", 1)[-1]
    assert page._post("/pages/short/open", {"token": token})["subject"] == contract.detail()["subject"]
    before = {one["id"] for one in page.inbox(who["contact"])}
    page._post("/pages/short/code", {"token": token, "contact": who["contact"]})
    code = until(lambda: next((one["code"] for one in page.inbox(who["contact"]) if one["id"] not in before and "code" in one), None))
    url = page._post("/pages/short/enter", {"token": token, "contact": who["contact"], "code": code})["pageUrl"]
    opened = Page(server.host, server.port, url)
    assert opened.view["options"]["canDownload"] and opened.view["options"]["canPrint"]


def test_the_log_tells_which_messages_left_and_masks_to_whom(draft, server):
    who = user("常测试", "13866660099")
    contract = draft(who=who)
    sign(contract, who)

    def sent():
        return [detail for _, event, detail in entries(server, contract) if event == "message.sent"]

    told = until(lambda: sent() if len(sent()) >= 2 else None)
    assert {(one["way"], one["to"]) for one in told} == {("SMS", "138****0099")}
    assert {one["attempts"] for one in told} == {1}
    assert "message.sent" not in json.dumps(contract.api.ok(contract.api.get("/v2/contract/stream", contractId=contract.id)))


# ------------------------------------------------------------------------------- Article 5: files stay what they were


def file_of(server: Server, document: str) -> pathlib.Path:
    [found] = [one for one in (server.data / "documents").rglob("*") if one.is_file() and document in one.name]
    return found


def test_a_final_file_has_both_digests(draft, server):
    contract = draft()
    sign(contract)
    [document] = contract.detail()["documents"]

    def digests():
        with sqlite3.connect(f"file:{server.data / 'signet.db'}?mode=ro", uri=True) as database:
            row = database.execute("SELECT length, sha256, sm3 FROM final_file WHERE document = ?", (int(document["id"]),)).fetchone()
        return row if row and row[2] else None
    length, sha256, sm3 = until(digests)
    content = contract.download()
    assert (len(content), hashlib.sha256(content).hexdigest()) == (length, sha256)
    assert hashlib.new("sm3", content).hexdigest() == sm3


def test_a_file_that_was_touched_is_not_handed_out_and_everybody_hears_of_it(new_server):
    server = new_server()
    demo = server.demo
    api = Api(server.host, server.port, Credentials(demo["appToken"], demo["appSecret"]))
    contract = Contract(api, server, [company(demo["companyName"])])
    contract.add_file(plain_pages(1))
    contract.send([contract.at_action(0, **SEALED)])
    contract.seal()
    assert told(server, "scrub")["damaged"] == []
    file = file_of(server, contract.detail()["documents"][0]["id"])
    good = file.read_bytes()
    file.write_bytes(good[:600] + bytes([good[600] ^ 1]) + good[601:])
    with pytest.raises(AssertionError):
        contract.download()
    assert figure(server, "signet_documents_damaged") == 1, "who asked for it found it"
    found = signet(server, "scrub")
    assert found.returncode == 1
    assert [one["document"] for one in json.loads(found.stdout)["damaged"]] == [contract.detail()["documents"][0]["id"]]
    assert figure(server, "signet_documents_damaged") == 1
    assert entry(server, contract, "document.damaged") == {"document": contract.detail()["documents"][0]["id"]}
    server.stop()
    doctor = signet(server, "doctor")
    server.start()
    assert f"document {contract.detail()['documents'][0]['id']} is damaged" in doctor.stdout
    file.write_bytes(good)
    assert told(server, "scrub")["damaged"] == []
    assert figure(server, "signet_documents_damaged") == 0
    assert contract.download() == good


# ------------------------------------------------------------------------------- L12: retention and legal hold


@pytest.fixture
def clocked(tmp_path):
    clock, data = Clock(tmp_path), tmp_path / "data"
    with Server(data, environment=clock.environment) as server:
        made = organisation.apply(data, plan())
        [one] = made.printed["applications"]
        api = Api(server.host, server.port, CredentialsByClock(one["token"], one["secret"], clock))
        yield clock, server, api, made


def complete(api: Api, server: Server, made, category: str) -> Contract:
    contract = Contract(api, server, [company(HOUSE)], category={"id": made.category(HOUSE, category)})
    contract.add_file(plain_pages(1))
    contract.send([contract.at_action(0, **SEALED)])
    contract.seal()
    assert contract.status == "COMPLETE"
    return contract


def test_L12_a_contract_goes_when_its_time_has_come_and_not_before(clocked):
    clock, server, api, made = clocked
    short, long = complete(api, server, made, "短期"), complete(api, server, made, "普通")
    document = short.detail()["documents"][0]["id"]
    file = file_of(server, document)
    status = told(server, "retention", "status", short.id)
    assert status["due"][:4] == str(clock.now.year + 5) and "due" not in told(server, "retention", "status", long.id)
    clock.advance(days=4 * 366)
    assert told(server, "retention", "sweep")["deleted"] == [], "proofs of identity are kept for five years"
    clock.advance(days=2 * 366)
    told(server, "retention", "hold", short.id, "--reason", "so that the server does not sweep by itself meanwhile")
    told(server, "retention", "release", short.id)
    until(lambda: told(server, "retention", "sweep")["deleted"] or "contract.expunged" in [event for _, event, _ in entries(server, short)])
    assert api.get("/v2/contract/detail", contractId=short.id).code == 1003
    until(lambda: not file.exists())
    expunged = entry(server, short, "contract.expunged")
    assert list(expunged["documents"]) == [document] and expunged["due"] > expunged["ended"]
    assert long.status == "COMPLETE" and long.download()


def test_L12_nothing_goes_under_a_legal_hold(clocked):
    clock, server, api, made = clocked
    contract = complete(api, server, made, "短期")
    file = file_of(server, contract.detail()["documents"][0]["id"])
    assert told(server, "retention", "hold", contract.id, "--reason", "（2026）测字第 1 号") == {"done": True}
    assert signet(server, "retention", "hold", contract.id, "--reason", "again").returncode == 1
    [hold] = told(server, "retention", "holds")
    assert (hold["contract"], hold["reason"]) == (contract.id, "（2026）测字第 1 号")
    assert figure(server, "signet_legal_holds") == 1
    clock.advance(days=7 * 366)
    swept = told(server, "retention", "sweep")
    assert swept["deleted"] == [] and [one["contract"] for one in swept["held"]] == [contract.id]
    assert file.exists() and contract.status == "COMPLETE"
    assert told(server, "retention", "release", contract.id) == {"done": True}
    assert signet(server, "retention", "release", contract.id).returncode == 1
    told(server, "retention", "sweep")
    until(lambda: not file.exists())
    events = [event for _, event, _ in entries(server, contract) if event.startswith("hold.") or event == "contract.expunged"]
    assert events == ["hold.placed", "hold.released", "contract.expunged"]


def test_L12_a_held_draft_cannot_be_deleted_and_a_held_contract_keeps_its_files_when_taken_back(erp, server, made):
    contract = Contract(erp, server, [company(HOUSE)])
    contract.add_file(plain_pages(1))
    told(server, "retention", "hold", contract.id, "--reason", "测试")
    assert erp.post("/v2/contract/invalid", {"contractId": contract.id}).code == 1101
    assert contract.status == "DRAFT"
    contract.send([contract.at_action(0, **SEALED)])
    file = file_of(server, contract.detail()["documents"][0]["id"])
    assert erp.post("/v2/contract/invalid", {"contractId": contract.id, "reason": "不做了", "deleteDoc": True}).code == 0
    assert contract.status == "RECALLED"
    time.sleep(7)  # longer than files take to go
    assert file.exists()
    told(server, "retention", "release", contract.id)
    until(lambda: not file.exists())


@pytest.mark.parametrize("years", [-1, 1, 2, 101])
def test_L12_a_term_shorter_than_the_law_is_refused(server, made, years):
    refused = organisation.try_apply(server.data, organisation.toml({"company": [{"name": HOUSE, "category": [{"name": "短期", "retention_years": years}]}]}))
    assert refused.returncode == 1 and "retention_years" in refused.stderr


def test_L12_who_asks_for_nonsense_is_told(server):
    for words in (("retention", "status", "12"), ("retention", "hold", "abc", "--reason", "x"), ("retention", "hold", "12", "--reason", " ")):
        refused = signet(server, *words)
        assert refused.returncode == 1 and refused.stderr.startswith("signet: ")


# ------------------------------------------------------------------------------- L6: the clock


def test_L6_a_clock_that_jumps_is_told(clocked):
    clock, server, _, _ = clocked
    clock.advance(hours=1)
    jumps = until(lambda: [detail for _, event, detail in entries(server) if event == "clock.jumped" and detail["milliseconds"] > 3_000_000])
    assert jumps[0]["source"] == "monotonic"


def test_L6_a_clock_that_another_authority_contradicts_is_told(tmp_path):
    (tmp_path / "stamper").mkdir()
    stamper, clock, data = TimeStamper(tmp_path / "stamper"), Clock(tmp_path), tmp_path / "data"
    data.mkdir()
    (data / "signet.toml").write_text(stamper.settings)
    try:
        with Server(data, environment=clock.environment) as server:
            demo = server.demo
            api = Api(server.host, server.port, CredentialsByClock(demo["appToken"], demo["appSecret"], clock))
            clock.now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
            clock.advance(seconds=30)
            contract = Contract(api, server, [company(demo["companyName"])])
            contract.add_file(plain_pages(1))
            contract.send([contract.at_action(0, **SEALED)])
            contract.seal()
            found = until(lambda: [detail for _, event, detail in entries(server) if event == "clock.drifting"])
            assert found[0]["source"] == stamper.url and 1_000 < found[0]["milliseconds"] < 60_000
    finally:
        stamper.close()


# ------------------------------------------------------------------------------- L14: counting


def test_L14_contracts_and_events_are_counted(clocked):
    clock, server, api, made = clocked
    before = told(server, "statistics")
    complete(api, server, made, "短期")
    after = told(server, "statistics")
    assert after["contracts"] == before["contracts"] + 1
    assert after["byStatus"]["COMPLETE"] == before["byStatus"].get("COMPLETE", 0) + 1
    [category] = [one for one in after["byCategory"] if one["category"] == "短期"]
    assert category == {"company": HOUSE, "category": "短期", "contracts": 1, "completed": 1}
    assert after["events"]["document.signed"] == before["events"].get("document.signed", 0) + 1
    assert sum(after["byMonth"].values()) == sum(before["byMonth"].values()) + 1
    assert after["documentBytes"] > before["documentBytes"]
    tomorrow = (clock.now.date().toordinal() + 2)
    later = told(server, "statistics", "--from", type(clock.now.date()).fromordinal(tomorrow).isoformat())
    assert later["contracts"] == 0
    assert signet(server, "statistics", "--from", "yesterday").returncode == 1


# ------------------------------------------------------------------------------- personal data


def test_a_person_gets_a_copy_of_what_is_kept_of_him(draft, server):
    who = user("抄测试", "13866660003")
    contract = draft(who=who)
    sign(contract, who)
    copy = told(server, "person", "export", who["contact"])
    [one] = copy["contracts"]
    assert (one["id"], one["status"]) == (contract.id, "COMPLETE") and set(one["roles"]) == {"PARTY", "SIGNER"}
    assert {"page.opened", "code.sent", "signing.intended", "document.signed"} <= {deed["event"] for deed in one["log"]}
    assert copy["messages"] > 0 and copy["links"] > 0
    assert told(server, "person", "export", "13800000000")["contracts"] == []
    assert {"person": "138****0003"} in [detail for _, event, detail in entries(server) if event == "person.exported"]


def test_a_copy_in_a_file_is_for_its_owners_eyes(server, tmp_path):
    file = tmp_path / "copy.json"
    assert signet(server, "person", "export", QIN["contact"], "--to", str(file)).returncode == 0
    assert file.stat().st_mode & 0o777 == 0o600 and json.loads(file.read_text())["contact"] == QIN["contact"]


def test_a_person_is_forgotten_as_far_as_no_law_keeps_him(draft, server):
    who = user("忘测试", "13866660004")
    running = draft(who=who)
    refused = signet(server, "person", "delete", who["contact"])
    assert refused.returncode == 1 and running.id in refused.stderr
    sign(running, who)
    held = draft(who=who)
    sign(held, who)
    told(server, "retention", "hold", held.id, "--reason", "测试")
    done = told(server, "person", "delete", who["contact"])
    assert done["contracts"] == 1 and done["heldContracts"] == [held.id] and done["links"] > 0 and done["messages"] > 0
    party = running.detail()["signatories"][0]
    assert who["contact"] not in json.dumps(running.detail(), ensure_ascii=False)
    assert party["tenantName"] == who["name"], "the party's name is part of the contract"
    assert held.detail()["signatories"][0]["receiver"]["contact"] == who["contact"]
    assert [one["id"] for one in told(server, "person", "export", who["contact"])["contracts"]] == [held.id]
    assert re.fullmatch("[0-9a-f]{64}", entry(server, running, "person.erased")["person"])
    told(server, "retention", "release", held.id)


def test_who_looks_at_card_numbers_leaves_a_trace(draft, erp, server):
    contract = draft(party={"userAuthInfo": {"idCardNo": "110101199001011237"}})
    shown = erp.get("/v2/signatory/identity", contractId=contract.id, contact=QIN["contact"], contactType="MOBILE")
    assert shown.code == 0, shown.body
    [(actor, _, detail)] = [one for one in entries(server, contract) if one[1] == "identity.viewed"]
    assert actor.startswith("application:") and detail["signatory"]


def test_without_the_key_of_personal_data_nothing_starts_and_nothing_is_lost(new_server):
    server = new_server()
    server.stop()
    key = server.data / "keys" / "personal.key"
    content = key.read_bytes()
    key.unlink()
    with pytest.raises(AssertionError, match="sealed personal data"):
        server.start()
    doctor = signet(server, "doctor")
    assert "BAD   personal data in the database" in doctor.stdout and "restore keys/personal.key" in doctor.stdout
    key.write_bytes(content)
    server.start()


def test_planted_secrets_stand_in_no_log_and_lie_open_in_no_database(new_server):
    """R26: what is told nobody must not be found by who greps."""
    server = new_server()
    demo = server.demo
    api = Api(server.host, server.port, Credentials(demo["appToken"], demo["appSecret"]))
    who, card = user("哨测试", "13877778888"), "110101199001011237"
    contract = Contract(api, server, [person(who["name"], who["contact"], userAuthInfo={"idCardNo": card})])
    contract.add_file(plain_pages(1))
    contract.send([contract.at_party(0, **SIGNED)])
    page = contract.page(who)
    page.prove(name=who["name"], idCardNo=card)
    code = page.ask_for_code(who["contact"])
    with pytest.raises(PageError):
        page.sign("000000" if code != "000000" else "111111", typed=who["name"])
    page.sign(code, typed=who["name"], language="zh-CN")
    contract.download()
    page.inbox(who["contact"])
    told(server, "person", "export", who["contact"])
    log = server.log.read_text(encoding="utf-8", errors="replace")
    audit = "\n".join(f"{actor} {event} {json.dumps(detail, ensure_ascii=False)}" for c in (contract, None) for actor, event, detail in entries(server, c))
    canaries = {"card": card, "mobile": who["contact"], "code": code, "secret": demo["appSecret"], "name": who["name"]}
    for name in ("card", "mobile", "name"):
        assert canaries[name] not in log, name
    assert not re.search(rf"\b{code}\b", log)
    for name in ("card", "mobile", "code", "secret"):
        assert not re.search(rf"\b{re.escape(canaries[name])}\b", audit), name
    server.stop()
    raw = b"".join(one.read_bytes() for one in server.data.glob("signet.db*"))
    for name in ("card", "mobile", "secret", "name"):
        assert canaries[name].encode() not in raw, name
