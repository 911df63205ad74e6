"""While parties fill in a template: what is told to whom, what ends it, who joins meanwhile, and what becomes of its files."""
from __future__ import annotations

import itertools
import json
import pathlib
import subprocess
import time
import urllib.parse
import uuid

import pytest

from support import organisation
from support.api import Api
from support.clock import Clock, CredentialsByClock
from support.contracts import Contract, company, person, user
from support.joining import Joiner
from support.page import Page, PageError, inbox
from support.recorder import Recorder, answer
from support.server import Server

HTML = ("<html><body><p>House {{house}}</p><p>Tenant {{tenant}}</p><p>Rent {{rent}}</p><p>Guest {{guest}}</p></body></html>").encode()
PARAMS = [
    {"name": "house", "required": True}, {"name": "tenant", "required": True, "party": 1},
    {"name": "rent", "type": "number", "party": 1}, {"name": "guest", "party": 2},
]
CANCEL = "<html><body><p>Cancelled because of {{why}} on {{day}}.</p></body></html>".encode()
LIMIT = 40  # seconds until something that the server does by itself must have happened
_numbers = itertools.count(13_790_000_000)


def mobile() -> str:
    return str(next(_numbers))


def values(**given: str) -> list[dict]:
    return [{"name": name, "value": value} for name, value in given.items()]


class House:
    """A server whose clock we hold, with templates, and somebody who hears its callbacks."""

    def __init__(self, server: Server, clock: Clock, recorder: Recorder) -> None:
        self.server, self.clock, self.recorder = server, clock, recorder
        self.api = Api(server.host, server.port, CredentialsByClock(server.demo["appToken"], server.demo["appSecret"], clock))
        self.own = server.demo["companyName"]
        (server.data.parent / "lease.html").write_bytes(HTML)
        (server.data.parent / "cancel.html").write_bytes(CANCEL)
        self.made = organisation.apply(server.data, [{"name": self.own, "template": [
            {"title": "lease", "file": "lease.html", "param": PARAMS},
            {"title": "cancel", "file": "cancel.html", "param": [{"name": "why", "required": True, "party": 1}, {"name": "day", "type": "date"}]},
        ], "category": [{"name": "leases", "templates": ["lease"]}, {"name": "others"}]}])

    def template(self, title: str) -> str:
        return next(one["id"] for one in self.made.printed["templates"] if one["title"] == title)

    def filling(self, parties: list[dict] | None = None, given: list[dict] | None = None, **fields) -> Contract:
        """Sent with the house given: the first party has to fill in the tenant."""
        parties = parties or [person("甲（测试）", mobile()), person("乙（测试）", mobile())]
        self.contact = (parties[0].get("receiver") or {}).get("contact", "")
        return Contract(self.api, self.server, parties, category={"name": "leases"}, send=True, templateParams=given or values(house="H1"),
                        callbackUrl=f"http://127.0.0.1:{self.recorder.port}/told", **fields)

    def page(self, contract: Contract, contact: str, **options) -> Page:
        return contract.page(user("", contact), **options)

    def calls(self, contract: Contract) -> list[dict]:
        bodies = [request.split(b"\r\n\r\n", 1)[1].decode() for request in self.recorder.requests]
        told = [dict(urllib.parse.parse_qsl(body)) for body in bodies]
        return [call for call in told if call.get("contractId") == contract.id]

    def heard(self, contract: Contract, kind: str) -> dict:
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            for call in self.calls(contract):
                if call["callbackType"] == kind:
                    return call
            time.sleep(0.1)
        raise AssertionError(f"no {kind} among {self.calls(contract)}")

    def modify(self, contract: Contract, **fields):
        return self.api.post("/v2/contract/contractModify", {"id": contract.id, **fields})

    def text(self, contract: Contract, tmp_path: pathlib.Path) -> str:
        return text_of(self.api, contract.detail()["documents"][0]["id"], tmp_path)

    def files(self) -> set[str]:
        return {path.name for path in (self.server.data / "documents").rglob("*") if path.is_file()}


def text_of(api: Api, document: str, tmp_path: pathlib.Path) -> str:
    reply = api.get("/v2/document/download", documentId=document)
    assert reply.status == 200, reply.body[:300]
    file = tmp_path / f"{uuid.uuid4().hex}.pdf"
    file.write_bytes(reply.body)
    done = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, text=True, check=True, timeout=60)
    return " ".join(done.stdout.split())


def signing(house: House, party: dict, left: float = 0.1) -> dict:
    """The party with a place in the document made from the template."""
    return {**party, "stampers": [{"type": "PERSONAL", "documentId": house.template("lease"), "page": 1, "offsetX": left, "offsetY": 0.1}]}


def until(question):
    """What the question answers as soon as that is something."""
    end = time.monotonic() + LIMIT
    while time.monotonic() < end:
        if found := question():
            return found
        time.sleep(0.2)
    raise AssertionError("it did not happen")


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    folder = tmp_path_factory.mktemp("filling")
    clock = Clock(folder)
    (folder / "data").mkdir()
    (folder / "data" / "signet.toml").write_text('callback_networks = ["127.0.0.0/8"]\n')
    with Server(folder / "data", environment=clock.environment) as server, Recorder(answer(b"success")) as recorder:
        yield House(server, clock, recorder)


@pytest.mark.parametrize("when, sent", [("SEND", True), ("FINISH", False)])
def test_copies_of_the_sending_go_out_before_the_blanks_are_filled_in(house, when, sent):
    copy = mobile()
    contract = house.filling(copySendTime=when, copySendReceivers=[{"name": "抄送人（测试）", "receiver": user("抄送人（测试）", copy)}])
    assert contract.status == "FILLING" and contract.detail()["copySendReceivers"][0]["send"] is sent

    def copies() -> int:
        return sum("抄送了" in message["text"] and contract.subject in message["text"] for message in inbox(house.server, copy))

    if sent:
        until(lambda: copies() == 1)
    house.page(contract, house.contact).fill({"tenant": "Li Lei"})
    assert contract.status == "SIGNING" and contract.detail()["copySendReceivers"][0]["send"] is sent
    house.heard(contract, "SEND_SIGNING")
    assert copies() == int(sent)


def test_the_application_hears_of_sending_filling_and_signing(house):
    contract = house.filling()
    assert house.heard(contract, "SEND_FILLING")["contractStatus"] == "FILLING"
    house.page(contract, house.contact).fill({"tenant": "Li Lei"})
    filled = house.heard(contract, "FILLED")
    assert (filled["tenantName"], filled["contact"]) == ("甲（测试）", house.contact)
    assert house.heard(contract, "SEND_SIGNING")["contractStatus"] == "SIGNING"
    assert sorted(call["callbackType"] for call in house.calls(contract)) == ["FILLED", "SEND_FILLING", "SEND_SIGNING"]


def test_only_who_fills_in_gets_the_message_that_asks_for_it(house):
    parties = [person("甲（测试）", mobile()), person("乙（测试）", mobile())]
    contract = house.filling(parties)
    first, second = (party["receiver"]["contact"] for party in parties)
    asked = until(lambda: [one["text"] for one in inbox(house.server, first)])
    assert len(asked) == 1 and "填写" in asked[0] and contract.subject in asked[0]
    assert inbox(house.server, second) == []
    house.page(contract, first).fill({"tenant": "Li Lei"})
    until(lambda: any("签署" in one["text"] for one in inbox(house.server, first)))


def test_the_initiators_handler_hears_of_the_sending_when_it_goes_out_to_be_filled_in_and_not_again(house):
    first, handler = mobile(), user("韩梅梅", "13900000001")
    contract = house.filling([person("甲（测试）", first), company(house.own, serialNo=2)], creator=handler, notifySponsor=True)

    def told() -> list[str]:
        return [one["text"] for one in inbox(house.server, handler["contact"]) if contract.subject in one["text"] and "已发起" in one["text"]]

    assert len(until(told)) == 1 and contract.status == "FILLING"
    house.page(contract, first).fill({"tenant": "Li Lei"})
    until(lambda: any("签署" in one["text"] for one in inbox(house.server, first)))
    assert len(told()) == 1


def test_a_document_tells_the_parameters_of_its_template_and_whose_they_are(house):
    contract = house.filling()
    house.page(contract, house.contact).fill({"tenant": "Li Lei"})
    first, second = (party["id"] for party in contract.parties)
    params = {one["name"]: one for one in contract.detail()["documents"][0]["params"]}
    assert {name: (one.get("value"), one["required"], one["type"], one.get("signatoryId")) for name, one in params.items()} == {
        "house": ("H1", True, "text", None), "tenant": ("Li Lei", True, "text", first), "rent": (None, False, "number", first),
        "guest": (None, False, "text", second)}


def test_a_reminder_goes_to_who_fills_in_when_it_is_not_for_signing_alone(house):
    contract = house.filling()
    until(lambda: inbox(house.server, house.contact))
    assert house.api.post("/v2/contract/notice", {"contractId": contract.id}).envelope["responseCode"] == "11011101"
    house.api.ok(house.api.post("/v2/contract/notice", {"contractId": contract.id, "onlySigning": False}))
    until(lambda: len(inbox(house.server, house.contact)) == 2)


def test_what_is_read_only_is_shown_and_stays(house, tmp_path):
    contract = house.filling(given=[*values(house="H1"), {"name": "rent", "value": "900", "readOnly": True}])
    page = house.page(contract, house.contact)
    rent = next(param for param in page.view["params"] if param["name"] == "rent")
    assert (rent["readOnly"], rent["value"]) == (True, "900")
    with pytest.raises(PageError, match="rent"):
        page.fill({"tenant": "Li Lei", "rent": "1"})
    page.fill({"tenant": "Li Lei"})
    assert "Rent 900" in house.text(contract, tmp_path)


def test_what_is_read_only_and_required_is_the_initiators_to_give(house):
    fields = {"subject": "x", "category": {"name": "leases"}, "send": True, "signatories": [person("甲（测试）", mobile())],
              "templateParams": [*values(house="H1"), {"name": "tenant", "value": "", "readOnly": True}]}
    reply = house.api.post("/v2/contract/draft", fields)
    assert reply.code == 1116 and "tenant" in reply.envelope["message"]


def test_values_by_the_api_end_the_filling_when_nothing_is_left(house, tmp_path):
    contract = house.filling([signing(house, person("甲（测试）", mobile())), person("乙（测试）", mobile())])
    assert house.modify(contract, templateParams=values(tenant="")).code == 0 and contract.status == "FILLING"
    house.api.ok(house.modify(contract, templateParams=values(tenant="By API")))
    assert contract.status == "SIGNING" and contract.statuses() == ["SIGNING", "WAITING"]
    assert house.heard(contract, "SEND_SIGNING")
    assert "Tenant By API" in house.text(contract, tmp_path)
    contract.sign_by_page(user("甲（测试）", house.contact))


def test_time_runs_out_while_filling_and_a_delay_lets_it_go_on(house):
    contract = house.filling()
    house.clock.advance(days=40)
    assert house.heard(contract, "EXPIRED")["contractStatus"] == "EXPIRED"
    assert contract.statuses() == ["EXPIRED", "EXPIRED"]
    house.api.ok(house.api.post("/v2/contract/delay", {"contractId": contract.id, "days": 60}))
    assert contract.status == "FILLING" and contract.statuses() == ["FILLING", "WAITING"]
    house.page(contract, house.contact).fill({"tenant": "Li Lei"})
    assert contract.status == "SIGNING"


@pytest.mark.parametrize("path, more, status, told", [
    ("invalid", {}, "RECALLED", "RECALLED"), ("forceend", {"reason": "x"}, "FORCE_END", "UNKNOWN"),
])
def test_the_initiator_may_end_it_while_others_fill_in(house, path, more, status, told):
    contract = house.filling()
    page = house.page(contract, house.contact)
    house.api.ok(house.api.post(f"/v2/contract/{path}", {"contractId": contract.id, **more}))
    assert contract.status == status and set(contract.statuses()) == {status}
    assert house.heard(contract, told)["contractStatus"] == status
    with pytest.raises(PageError):
        page.fill({"tenant": "too late"})


def test_a_refusal_is_told(house):
    contract = house.filling()
    house.page(contract, house.contact, hideRejectButton=False).reject("no house")
    assert house.heard(contract, "REJECTED")["contractStatus"] == "REJECTED"
    assert contract.statuses() == ["REJECTED", "REJECTED"]


def join(house: House, contract: Contract, contact: str) -> Page:
    url = house.api.ok(house.api.get("/v2/contract/joinurl", contractId=contract.id, type="PERSONAL"))["joinUrls"][0]["url"]
    return Joiner(house.server, url).join("加入者（测试）", contact)


def test_whoever_joins_fills_in_what_was_left_for_that_party(house, tmp_path):
    contract = house.filling([{"tenantType": "PERSONAL", "delaySet": True}, person("乙（测试）", mobile())])
    assert contract.status == "FILLING"
    page = join(house, contract, mobile())
    assert page.view["state"] == "CAN_FILL" and contract.status == "FILLING"
    page.fill({"tenant": "Joined"})
    assert contract.status == "SIGNING" and contract.statuses() == ["SIGNING", "WAITING"]
    assert "Tenant Joined" in house.text(contract, tmp_path)


def test_filling_ends_but_signing_waits_for_who_has_yet_to_join(house):
    parties = [signing(house, {"tenantType": "PERSONAL", "delaySet": True, "serialNo": 1}),
               signing(house, person("乙（测试）", mobile(), serialNo=2), 0.5)]
    contact = parties[1]["receiver"]["contact"]
    draft = Contract(house.api, house.server, parties, category={"name": "leases"}, templateParams=values(house="H1", tenant="T"),
                     callbackUrl=f"http://127.0.0.1:{house.recorder.port}/told")
    second = draft.detail()["signatories"][1]["id"]
    house.api.ok(house.modify(draft, templateParams=[{"name": "tenant", "value": "", "signatoryId": second}]))
    draft.send()
    assert draft.statuses() == ["WAITING", "FILLING"]
    house.page(draft, contact).fill({"tenant": "Li Lei"})
    assert house.heard(draft, "FILLED") and draft.status == "FILLING" and draft.statuses() == ["WAITING", "WAITING"]
    joined = mobile()
    page = join(house, draft, joined)
    assert draft.status == "SIGNING" and draft.statuses() == ["SIGNING", "WAITING"]
    page.sign(page.ask_for_code(joined), typed="加入者（测试）")
    draft.sign_by_page(user("乙（测试）", contact))
    assert draft.status == "COMPLETE"


def test_watermarks_lie_on_what_was_filled_in(house, tmp_path):
    contact = mobile()
    contract = Contract(house.api, house.server, [signing(house, person("甲（测试）", contact))], category={"name": "leases"},
                        templateParams=values(house="H1"))
    mark = {"type": "TEXT", "content": "MARKED", "location": "MIDDLE_CENTER", "fontSize": 20, "color": "#FF0000"}
    house.api.ok(house.api.post("/v2/contract/addwartermark", {"contractId": contract.id, "watermarks": [mark]}))
    contract.send()
    assert contract.status == "FILLING"
    house.page(contract, contact).fill({"tenant": "Li Lei"})
    text = house.text(contract, tmp_path)
    assert "Tenant Li Lei" in text and text.count("MARKED") == 1
    contract.sign_by_page(user("甲（测试）", contact))
    assert contract.status == "COMPLETE"


def complete(house: House) -> tuple[Contract, str]:
    contact = mobile()
    contract = Contract(house.api, house.server, [company(house.own), signing(house, person("甲（测试）", contact))], ordinal=False,
                        category={"name": "leases"}, send=True, templateParams=values(house="H1", tenant="T"))
    document = contract.detail()["documents"][0]["id"]
    contract.documents = [document]
    place = {"type": "COMPANY", "documentId": document, "page": 1, "offsetX": 0.5, "offsetY": 0.5}
    contract.seal(stampers=[place])
    contract.sign_by_page(user("甲（测试）", contact))
    assert contract.status == "COMPLETE"
    return contract, contact


def test_a_template_cancels_a_contract_when_all_its_blanks_are_given(house, tmp_path):
    contract, contact = complete(house)
    cancel = {"contractId": contract.id, "templateId": house.template("cancel"), "invalidReason": "moved"}
    reply = house.api.post("/v2/contract/invalidbytemplate", {**cancel, "templateParams": values(day="2026-01-01")})
    assert reply.code == 1116 and "why" in reply.envelope["message"]
    assert house.api.post("/v2/contract/invalidbytemplate", {**cancel, "templateId": "1"}).code == 1005
    assert contract.status == "COMPLETE"
    mine = {"signatoryId": contract.detail()["signatories"][1]["id"], "type": "PERSONAL", "page": 1, "offsetX": 0.1, "offsetY": 0.5}
    full = {**cancel, "stampers": [mine], "templateParams": values(why="rain", day="2026-01-01")}
    house.api.ok(house.api.post("/v2/contract/invalidbytemplate", full))
    assert contract.status == "INVALIDING"
    file = next(one for one in contract.detail()["documents"] if one["contentType"] == "INVALID")
    assert "Cancelled because of rain on 2026-01-01." in text_of(house.api, file["id"], tmp_path)
    place = {"type": "COMPANY", "page": 1, "offsetX": 0.5, "offsetY": 0.5}
    house.api.ok(house.api.post("/v2/contract/invalidsign", {"contractId": contract.id, "stampers": [place]}))
    contract.sign_by_page(user("甲（测试）", contact))
    assert contract.status == "INVALIDED"


def test_a_document_made_anew_leaves_no_old_file(house):
    contract = Contract(house.api, house.server, [person("甲（测试）", mobile())], category={"name": "leases"}, templateParams=values(house="H1"))
    document, before = contract.detail()["documents"][0]["id"], house.files()
    first = {name for name in before if document in name}
    house.api.ok(house.modify(contract, templateParams=values(house="H2")))
    second = house.files() - before
    assert len(first) == len(second) == 1
    until(lambda: not first & house.files())
    house.api.ok(house.modify(contract, templateParams=values(house="H3")))
    until(lambda: not second & house.files())


def test_a_document_that_a_draft_keeps_no_more_is_unknown_and_its_file_goes(house):
    contract = Contract(house.api, house.server, [person("甲（测试）", mobile())], category={"name": "leases"}, templateParams=values(house="H1"))
    first = contract.detail()["documents"][0]["id"]
    added = {"contractId": contract.id, "title": "again", "templateId": house.template("lease"), "templateParams": values(house="H2")}
    second = house.api.ok(house.api.post("/v2/document/addbytemplate", added))["documentId"]
    assert any(first in name for name in house.files())
    house.api.ok(house.modify(contract, documents=[second]))
    assert [one["id"] for one in contract.detail()["documents"]] == [second]
    assert house.api.get("/v2/document/download", documentId=first).status != 200
    until(lambda: not any(first in name for name in house.files()))


def test_another_category_takes_its_templates_documents_along(house):
    contract = Contract(house.api, house.server, [person("甲（测试）", mobile())], category={"name": "leases"}, templateParams=values(house="H1"))
    first = contract.detail()["documents"][0]["id"]
    again = {"id": contract.id, "subject": "x", "signatories": [person("甲（测试）", mobile())], "category": {"name": "others"}}
    house.api.ok(house.api.post("/v2/contract/draft", again))
    assert contract.detail().get("documents", []) == []
    assert house.api.get("/v2/document/download", documentId=first).status != 200
    until(lambda: not any(first in name for name in house.files()))


def test_what_was_made_for_a_document_that_never_came_about_is_swept_away(house):
    contract = Contract(house.api, house.server, [person("甲（测试）", mobile())])
    until(lambda: len(house.files()))
    before = house.files()
    bad = {"contractId": contract.id, "title": "x", "templateId": house.template("lease"), "templateParams": values(house="H1"),
           "stampers": [{"type": "PERSONAL", "signatoryId": "1", "page": 1, "offsetX": 0.1, "offsetY": 0.1}]}
    assert house.api.post("/v2/document/addbytemplate", bad).code == 1005
    left = house.files() - before
    assert len(left) == 1
    house.clock.advance(days=3)
    until(lambda: not left & house.files())
    assert json.dumps(sorted(before & house.files())) == json.dumps(sorted(before))

def test_the_demo_has_a_template_that_makes_a_contract(house):
    """What README's quick start says of a first start."""
    contact = mobile()
    contract = Contract(house.api, house.server, [person("甲（测试）", contact)], category={"name": "房屋租赁（模板）"}, send=True,
                        templateParams=values(房屋地址="示例路 1 号", 月租金="1000", 付款方式="按月支付"))
    assert contract.status == "FILLING"
    asked = {param["name"]: param["required"] for param in house.page(contract, contact).view["params"]}
    assert asked == {"承租人": True, "身份证号": True, "起租日": True, "备注": False}
