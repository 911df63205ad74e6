"""A completed contract is cancelled: a file that names it, signed by everybody who signed the contract, whose own documents stay as they are."""
from __future__ import annotations

import datetime
import hashlib
import io
import json
import subprocess
import time
import urllib.parse
import zipfile
from concurrent.futures import ThreadPoolExecutor
from zoneinfo import ZoneInfo

import pytest

from judges import Judges
from support import organisation
from support.api import Api
from support.clock import Clock, CredentialsByClock
from support.contracts import Contract, company, person, user, verify
from support.page import Page, PageError, inbox, inbox_until
from support.pdfs import make_pdf, plain_pages
from support.recorder import Recorder, answer
from support.server import Server

LI, ZHOU = user("李测试", "13800000061"), user("周测试", "zhou.ceshi@example.com")
A4 = (595.28, 841.89)


def chinese_text(pdf: bytes) -> str:
    """All its text, without the blanks of the layout."""
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True, timeout=60)
    return "".join(done.stdout.decode().split())


class House:
    """A server of our own: its clock stands still until we move it, and it may call back to loopback."""

    def __init__(self, server: Server, clock: Clock) -> None:
        self.server, self.clock = server, clock
        self.api = Api(server.host, server.port, CredentialsByClock(server.demo["appToken"], server.demo["appSecret"], clock))
        self.own = server.demo["companyName"]

    def running(self, parties: list[dict], documents: int = 1, **fields) -> Contract:
        """Sent, with a place for each party in the first document."""
        made = Contract(self.api, self.server, parties, ordinal=False, tenantName=self.own, **fields)
        for number in range(documents):
            made.add_file(plain_pages(2), f"正文{number + 1}")
        at = []
        for i, party in enumerate(parties):
            place = {"page": 1, "offsetX": 0.1 + 0.25 * i, "offsetY": 0.1}
            at.append(made.at_party(i, type="PERSONAL", **place) if party["tenantType"] == "PERSONAL" else made.at_action(i, type="COMPANY", **place))
        made.send(at)
        return made

    def complete(self, people: list[dict] | None = None, sealed: bool = True, **fields) -> Contract:
        people = [LI] if people is None else people
        parties = ([company(self.own)] if sealed else []) + [person(who["name"], who["contact"]) for who in people]
        made = self.running(parties, **fields)
        if sealed:
            made.seal()
        for who in people:
            made.sign_by_page(who)
        assert made.status == "COMPLETE"
        return made

    def cancel(self, contract: Contract, **fields):
        return self.api.post("/v2/contract/invalid", {"contractId": contract.id, **fields})

    @property
    def today(self) -> str:
        """The day it is where the server counts its days; in the evening that is not the day of UTC any more."""
        return self.clock.now.astimezone(ZoneInfo("Asia/Shanghai")).strftime("%Y-%m-%d")

    def started(self, contract: Contract, **fields) -> Contract:
        self.api.ok(self.cancel(contract, **fields))
        return contract

    def file_of(self, contract: Contract) -> dict:
        """The cancellation file, as the detail tells of it."""
        return next(one for one in contract.detail()["documents"] if one["contentType"] == "INVALID")

    def file(self, contract: Contract) -> bytes:
        reply = self.api.get("/v2/document/download", documentId=self.file_of(contract)["id"])
        assert reply.status == 200
        return reply.body

    def page(self, contract: Contract, who: dict, **options) -> Page:
        return contract.page(who, hideRejectButton=False, **options)

    def by_file(self, contract: Contract, pdf: bytes, stampers: list[dict] | None = None, receivers: list | None = None, **info):

        body = {"contractId": contract.id, "stampers": stampers or [], **info}
        fields = {"invalidInfo": json.dumps(body, ensure_ascii=False)}
        if receivers is not None:
            fields["receivers"] = json.dumps(receivers, ensure_ascii=False)
        return self.api.upload("/v2/contract/invalidbyfile", fields, [("file", "作废.pdf", pdf)])


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cancellation")
    clock = Clock(folder)
    (folder / "data").mkdir()
    (folder / "data" / "signet.toml").write_text('callback_networks = ["127.0.0.0/8"]\n')
    with Server(folder / "data", environment=clock.environment) as server:
        yield House(server, clock)


def seals_of(contract: Contract) -> str:
    return contract.detail()["signatories"][0]["actions"][0]["sealId"]


# How it begins


def test_a_complete_contract_is_cancelled_when_everybody_signed_the_cancellation(house, tmp_path):
    contract = house.complete([LI, ZHOU])
    before, original = contract.detail(), contract.download()
    house.started(contract, reason="价格有误", expireTime=(house.clock.now + datetime.timedelta(days=40)).strftime("%Y-%m-%d"))
    detail = contract.detail()
    assert detail["status"] == "INVALIDING" and detail["invalidReason"] == "价格有误" and "invalidFailType" not in detail
    assert detail["invalidExpireTime"].endswith("23:59:59")
    assert contract.statuses() == ["INVALIDED", "INVALIDING", "INVALIDING"]  # the initiator sealed it at once
    assert [one["contentType"] for one in detail["documents"]] == ["CONTRACT", "INVALID"]
    assert [party["actions"] for party in detail["signatories"] if "actions" in party] == [party["actions"] for party in before["signatories"] if "actions" in party]
    contract.sign_by_page(LI)
    assert contract.statuses() == ["INVALIDED", "INVALIDED", "INVALIDING"] and contract.status == "INVALIDING"
    contract.sign_by_page(ZHOU)
    assert contract.statuses() == ["INVALIDED"] * 3 and contract.status == "INVALIDED"
    found = verify(house.file(contract), tmp_path, house.server)
    assert found.intact and found.signers == [house.own, LI["name"], ZHOU["name"]]
    assert contract.download() == original


def test_the_cancellation_file_says_what_is_cancelled_why_until_when_and_by_whom(house):
    contract = house.complete(subject="采购合同 <&>（一）")
    sha = verify_hash(contract.download())
    house.started(contract, reason="价格 & 数量 <有误>", expireTime=house.today)
    text = chinese_text(house.file(contract))
    deadline = contract.detail()["invalidExpireTime"]
    for word in ("作废协议", "采购合同<&>（一）", contract.detail()["sn"], contract.id, house.own, LI["name"], "价格&数量<有误>", sha, "".join(deadline.split()),
                 "盖章处（1）", "签名处（2）"):
        assert word in text, word
    sizes = subprocess.run(["pdfinfo", "-"], input=house.file(contract), capture_output=True, check=True).stdout.decode()
    assert "A4" in sizes


def verify_hash(pdf: bytes) -> str:

    return hashlib.sha256(pdf).hexdigest()


def test_what_the_parties_sign_satisfies_every_judge(house, tmp_path):
    contract = house.started(house.complete())
    contract.sign_by_page(LI)
    file = tmp_path / "cancellation.pdf"
    file.write_bytes(house.file(contract))
    with Judges(house.server.data / "keys" / "ca" / "root.pem") as judges:
        for verdict in judges.hear(file):
            assert verdict.ok, (verdict, verdict.objections)


def test_a_cancellation_without_autosign_waits_for_invalidsign(house):
    contract = house.started(house.complete(), autoSign=False)
    assert contract.statuses() == ["INVALIDING", "INVALIDING"]
    sign = lambda **more: house.api.post("/v2/contract/invalidsign", {"contractId": contract.id, **more})  # noqa: E731
    assert sign(sealId="1").envelope["responseCode"] == "11011201"
    house.api.ok(sign())
    assert contract.statuses() == ["INVALIDED", "INVALIDING"]
    assert sign().envelope["responseCode"] == "11011107"
    contract.sign_by_page(LI)
    assert contract.status == "INVALIDED"
    assert sign().envelope["responseCode"] == "11011101"


def test_a_party_may_sign_before_the_initiator(house):
    contract = house.started(house.complete(), autoSign=False)
    contract.sign_by_page(LI)
    assert contract.statuses() == ["INVALIDING", "INVALIDED"] and contract.status == "INVALIDING"
    house.api.ok(house.api.post("/v2/contract/invalidsign", {"contractId": contract.id}))
    assert contract.status == "INVALIDED"


def test_an_initiator_that_has_not_sealed_the_contract_must_name_a_seal(house, tmp_path):
    with_seal = house.complete()
    contract = house.complete([LI, ZHOU], sealed=False)
    refused = house.cancel(contract)
    assert refused.envelope["responseCode"] == "11990005" and "sealId" in refused.envelope["message"]
    assert contract.status == "COMPLETE"
    house.started(contract, sealId=seals_of(with_seal))
    contract.sign_by_page(LI)
    contract.sign_by_page(ZHOU)
    assert contract.status == "INVALIDED"
    assert verify(house.file(contract), tmp_path, house.server).signers == [house.own, LI["name"], ZHOU["name"]]


def test_a_contract_of_one_party_is_void_at_once(house, tmp_path):
    for contract in (house.complete([]), house.complete([LI], sealed=False)):
        house.started(contract, sealId=seals_of(house.complete([])))
        assert contract.status == "INVALIDED" and contract.statuses() == ["INVALIDED"]
        assert verify(house.file(contract), tmp_path, house.server).signers == [house.own]


@pytest.mark.parametrize("fields, code", [
    ({"sealId": "1"}, "11011201"), ({"expireTime": "2020-01-01"}, "11990005"), ({"expireTime": "2099-01-01"}, "11990005"),
    ({"expireTime": "morgen"}, "11990005"), ({"reason": "多" * 201}, "11990011"), ({"autoSign": "vielleicht"}, "11990005"),
    ({"receivers": [{"receiver": LI}]}, "11990005")])
def test_a_wrong_field_is_named_and_changes_nothing(house, complete_once, fields, code):
    before = complete_once.detail()
    reply = house.cancel(complete_once, **fields)
    assert reply.envelope["responseCode"] == code and next(iter(fields)) in reply.envelope["message"] or code == "11011201"
    assert complete_once.detail() == before


@pytest.fixture(scope="module")
def complete_once(house):
    return house.complete()


def test_the_longest_deadline_is_three_years(house):
    limit = house.clock.now + datetime.timedelta(days=3 * 365)
    contract = house.complete()
    assert house.cancel(contract, expireTime=(limit + datetime.timedelta(days=5)).strftime("%Y-%m-%d")).code == 1005
    house.started(contract, expireTime=(limit - datetime.timedelta(days=1)).strftime("%Y-%m-%d"))


# How it ends


def test_whoever_refuses_leaves_the_contract_complete_and_it_can_be_tried_again(house):
    contract = house.started(house.complete([LI, ZHOU]), reason="第一次")
    contract.sign_by_page(LI)
    house.page(contract, ZHOU).reject("合同仍然需要")
    detail = contract.detail()
    assert detail["status"] == "COMPLETE" and detail["invalidFailType"] == "INVALID_REJECTED" and detail["comments"] == "合同仍然需要"
    assert detail["invalidReason"] == "第一次" and contract.statuses() == ["SIGNED"] * 3
    assert [one["contentType"] for one in detail["documents"]] == ["CONTRACT"]
    house.started(contract, reason="第二次")
    detail = contract.detail()
    assert detail["invalidReason"] == "第二次" and "invalidFailType" not in detail and contract.statuses() == ["INVALIDED", "INVALIDING", "INVALIDING"]
    contract.sign_by_page(LI)
    contract.sign_by_page(ZHOU)
    assert contract.status == "INVALIDED"


def test_a_cancellation_that_nobody_finishes_ends_with_its_day(house):
    contract = house.started(house.complete(), expireTime=house.today)
    page = house.page(contract, LI)
    house.clock.advance(days=2)
    detail = contract.detail()
    assert detail["status"] == "COMPLETE" and detail["invalidFailType"] == "INVALID_CANCEL" and contract.statuses() == ["SIGNED", "SIGNED"]
    with pytest.raises(PageError):
        page.sign("000000", typed="李测试")


def test_the_list_tells_of_cancellations_too(house):
    contract = house.started(house.complete(), reason="列表")
    listed = {one["id"]: one for one in house.api.ok(house.api.get("/v2/contract/list", status="INVALIDING"))["list"]}
    assert listed[contract.id]["invalidReason"] == "列表"
    house.page(contract, LI).reject("不")
    listed = {one["id"]: one for one in house.api.ok(house.api.get("/v2/contract/list", status="COMPLETE"))["list"]}
    assert listed[contract.id]["invalidFailType"] == "INVALID_REJECTED"


def test_a_party_added_after_a_failed_cancellation_signs_the_contract_and_not_the_old_file(house):
    contract = house.started(house.complete(category={"id": house.server.demo["categoryId"]}))
    house.page(contract, LI).reject("不")
    house.api.ok(house.api.post("/v2/signatory/add", {"contractId": contract.id, "signatory": person(ZHOU["name"], ZHOU["contact"])}))
    page = contract.page(ZHOU)
    assert [one["title"] for one in page.view["documents"]] == ["正文1"]
    page.sign(page.ask_for_code(ZHOU["contact"]), typed=ZHOU["name"],
              places=[{"documentId": contract.documents[0], "page": 1, "x": 0.5, "y": 0.5}])
    assert contract.status == "COMPLETE"


# What people hear and see


def test_the_business_system_hears_of_each_step(house):
    with Recorder(answer(b"success")) as recorder:
        contract = house.complete(callbackUrl=f"http://127.0.0.1:{recorder.port}/callback")
        heard = lambda: [dict(urllib.parse.parse_qsl(raw.split(b"\r\n\r\n", 1)[1].decode())) for raw in recorder.requests]  # noqa: E731

        def until(count: int) -> list[tuple[str, str, str]]:
            end = time.monotonic() + 60
            while len(heard()) < count and time.monotonic() < end:
                time.sleep(0.05)
            return [(one["callbackType"], one["contractStatus"], one.get("tenantName", "")) for one in heard()][start:]
        start = 0
        start = len(until(4))
        house.started(contract)
        assert until(start + 2) == [("SEND_INVALID", "INVALIDING", ""), ("INVALIDING", "INVALIDING", house.own)]
        house.page(contract, LI).reject("不")
        assert until(start + 3)[2:] == [("INVALID_REJECTED", "COMPLETE", LI["name"])]
        house.started(contract)
        contract.sign_by_page(LI)
        assert until(start + 7)[3:] == [("SEND_INVALID", "INVALIDING", ""), ("INVALIDING", "INVALIDING", house.own),
                                        ("INVALIDING", "INVALIDING", LI["name"]), ("INVALIDED", "INVALIDED", "")]


def test_each_party_is_asked_told_and_reminded(house):
    contract = house.complete([LI, ZHOU])
    house.started(contract, reason="价格有误")
    about = lambda word: lambda message: contract.subject in message["text"] and word in message["text"]  # noqa: E731
    asked = inbox_until(house.server, LI["contact"], about("申请作废"))
    assert "价格有误" in asked["text"]
    url = next(word for word in asked["text"].replace("：", " ").split() if word.startswith("http"))
    assert Page(house.server.host, house.server.port, url).view["options"]["canReject"] is True
    count = len([one for one in inbox(house.server, LI["contact"]) if about("申请作废")(one)])
    notice = lambda **more: house.api.post("/v2/contract/notice", {"contractId": contract.id, **more})  # noqa: E731
    assert notice().envelope["responseCode"] == "11011101"
    house.api.ok(notice(onlySigning=False))
    end = time.monotonic() + 30
    while len([one for one in inbox(house.server, LI["contact"]) if about("申请作废")(one)]) == count and time.monotonic() < end:
        time.sleep(0.05)
    assert len([one for one in inbox(house.server, LI["contact"]) if about("申请作废")(one)]) == count + 1
    contract.sign_by_page(LI)
    contract.sign_by_page(ZHOU)
    inbox_until(house.server, LI["contact"], about("已作废"))
    inbox_until(house.server, ZHOU["contact"], about("已作废"))


def test_receivers_hear_once_of_a_contract_of_one_party_and_never_of_others(house):
    seen = user("收件", "13800000068")
    twice = [{"name": "甲", "receiver": seen}, {"name": "乙", "receiver": seen}]
    alone, both = house.complete([], subject="一方的合同"), house.complete(subject="两方的合同")
    house.started(both, receivers=twice)
    both.sign_by_page(LI)
    house.started(alone, receivers=twice)
    inbox_until(house.server, seen["contact"], lambda message: "一方的合同" in message["text"])
    time.sleep(1)
    assert len(inbox(house.server, seen["contact"])) == 1


def test_the_page_shows_what_is_cancelled_and_lets_only_the_cancellation_be_signed(house):
    contract = house.started(house.complete(), reason="价格有误")
    page = house.page(contract, LI)
    view = page.view
    assert view["state"] == "CAN_SIGN" and view["cancellation"]["reason"] == "价格有误"
    assert [one["title"] for one in view["documents"]] == ["作废协议", "正文1"]
    assert {place["documentId"] for place in page.task["places"]} == {view["documents"][0]["id"]}
    code = page.ask_for_code(LI["contact"])
    with pytest.raises(PageError) as refusal:
        page.sign(code, typed=LI["name"], places=[{"documentId": contract.documents[0], "page": 1, "x": 0.5, "y": 0.5}])
    assert refusal.value.status == 400
    assert page.sign(page.view and code, typed=LI["name"])["contractStatus"] == "INVALIDED"


def test_silent_seals_do_not_sign_a_cancellation(house):
    contract = house.started(house.complete(), autoSign=False)
    assert contract.try_seal().envelope["responseCode"] == "11011101"
    assert contract.statuses() == ["INVALIDING", "INVALIDING"]


def test_the_archive_holds_the_cancellation_beside_the_contract(house):
    contract = house.started(house.complete([]))
    reply = house.api.get("/v2/contract/download", contractId=contract.id, downloadItems="CONTRACT")
    names = zipfile.ZipFile(io.BytesIO(reply.body)).namelist()
    assert sorted(names) == ["原文-作废协议.pdf", "原文-正文1.pdf"]


# With the files


def test_deleted_files_are_gone_from_answers_and_disk_and_the_cancellation_stays(house, tmp_path):
    contract = house.complete([], documents=2)
    stored = list((house.server.data / "documents").rglob(f"*{contract.documents[0]}*"))
    assert stored
    house.started(contract, deleteDoc=True)
    assert [one["contentType"] for one in contract.detail()["documents"]] == ["INVALID"]
    gone = house.api.get("/v2/document/download", documentId=contract.documents[0])
    assert gone.status == 400 and gone.envelope["responseCode"] == "11011401"
    reply = house.api.get("/v2/contract/download", contractId=contract.id, downloadItems="CONTRACT", needCompressForOneFile="false")
    assert reply.headers["content-type"] == "application/pdf" and verify(reply.body, tmp_path, house.server).signers == [house.own]
    end = time.monotonic() + 60
    while any(file.exists() for file in stored) and time.monotonic() < end:
        time.sleep(0.2)
    assert not any(file.exists() for file in stored)


def test_a_recalled_contract_loses_its_files_when_asked_to(house):
    contract = house.running([company(house.own), person(LI["name"], LI["contact"])])
    house.started(contract, deleteDoc=True, reason="算了")
    assert contract.status == "RECALLED" and "documents" not in contract.detail()
    assert house.api.get("/v2/document/download", documentId=contract.documents[0]).status == 400
    reply = house.api.get("/v2/contract/download", contractId=contract.id)
    assert reply.status == 200  # the log is still there


def test_a_cancellation_that_is_refused_deletes_nothing(house):
    contract = house.started(house.complete(), deleteDoc=True)
    original = contract.download()
    house.page(contract, LI).reject("不")
    assert contract.download() == original


# With a file of the initiator's own


OWN_FILE = make_pdf([[(72, 700, "Cancellation"), (72, 300, "SignHere")]])


def test_an_own_file_is_signed_where_the_initiator_says_parties_named_by_signatory(house, tmp_path):
    contract = house.complete()
    at = [{"signatoryId": contract.parties[0]["id"], "type": "COMPANY", "keyword": "SignHere"},
          {"signatoryId": contract.parties[1]["id"], "type": "PERSONAL", "page": 1, "offsetX": 0.6, "offsetY": 0.3},
          {"signatoryId": contract.parties[1]["id"], "type": "TIMESTAMP", "page": 1, "offsetX": 0.6, "offsetY": 0.2}]
    house.api.ok(house.by_file(contract, OWN_FILE, at, title="终止协议", fileSuffix="pdf", invalidReason="不再合作"))
    detail = contract.detail()
    assert detail["status"] == "INVALIDING" and detail["invalidReason"] == "不再合作" and contract.statuses() == ["INVALIDING", "INVALIDING"]
    assert house.file_of(contract)["title"] == "终止协议"
    contract.sign_by_page(LI)
    house.api.ok(house.api.post("/v2/contract/invalidsign", {"contractId": contract.id}))
    assert contract.status == "INVALIDED"
    found = verify(house.file(contract), tmp_path, house.server)
    assert found.intact and found.signers == [LI["name"], house.own]


def test_an_own_file_without_places_takes_them_from_invalidsign_and_from_the_page(house):
    contract = house.complete()
    house.api.ok(house.by_file(contract, OWN_FILE))
    sign = lambda **more: house.api.post("/v2/contract/invalidsign", {"contractId": contract.id, **more})  # noqa: E731
    assert sign().envelope["responseCode"] == "11990005"
    assert sign(stampers=[{"type": "PERSONAL", "page": 1, "offsetX": 0.2, "offsetY": 0.2}]).envelope["responseCode"] == "11011106"
    assert sign(stampers=[{"type": "COMPANY", "keyword": "Nowhere"}]).envelope["responseCode"] == "11011108"
    assert sign(stampers=[{"type": "COMPANY", "page": 7, "offsetX": 0.2, "offsetY": 0.2}]).envelope["responseCode"] == "11011109"
    assert sign(stampers=[{"type": "COMPANY", "page": 1, "offsetX": 0.2, "offsetY": 0.2, "documentId": contract.documents[0]}]).code == 1005
    house.api.ok(sign(stampers=[{"type": "COMPANY", "page": 1, "offsetX": 0.2, "offsetY": 0.2}]))
    page = house.page(contract, LI)
    assert page.task["freePlacement"] is True
    page.sign(page.ask_for_code(LI["contact"]), typed=LI["name"], places=[{"documentId": page.view["documents"][0]["id"], "page": 1, "x": 0.6, "y": 0.5}])
    assert contract.status == "INVALIDED"


def test_a_template_makes_the_file_and_nothing_it_requires_may_be_missing(house, tmp_path):
    (house.server.data.parent / "end.html").write_text(
        "<html><body><p>We end contract {{number}}.</p><p>Because {{why}}</p><p>SignHere</p></body></html>")
    made = organisation.apply(house.server.data, [{"name": house.own, "template": [
        {"title": "解除协议", "file": "end.html", "param": [{"name": "number", "required": True}, {"name": "why"}]}]}])
    template = made.printed["templates"][0]["id"]
    contract = house.complete()
    cancel = lambda **more: house.api.post("/v2/contract/invalidbytemplate", {  # noqa: E731
        "contractId": contract.id, "templateId": template, "invalidReason": "不再合作",
        "stampers": [{"signatoryId": party["id"], "type": kind, "keyword": "SignHere", "offsetX": shift}
                     for party, kind, shift in zip(contract.parties, ("COMPANY", "PERSONAL"), (0.1, 0.5))], **more})
    before = contract.detail()
    assert cancel().envelope["responseCode"] == "11011116"
    assert cancel(templateId="77").envelope["responseCode"] == "11990005"
    assert cancel(templateId="").envelope["responseCode"] == "11990005"
    assert contract.detail() == before
    house.api.ok(cancel(templateParams=[{"name": "number", "value": "No. 4711"}, {"name": "why", "value": "we moved"}]))
    assert contract.status == "INVALIDING" and house.file_of(contract)["title"] == "解除协议"
    text = chinese_text(house.file(contract))
    assert "WeendcontractNo.4711." in text and "Becausewemoved" in text
    assert cancel(templateParams=[{"name": "number", "value": "No. 4711"}]).envelope["responseCode"] == "11011101"
    contract.sign_by_page(LI)
    house.api.ok(house.api.post("/v2/contract/invalidsign", {"contractId": contract.id}))
    assert contract.status == "INVALIDED"
    found = verify(house.file(contract), tmp_path, house.server)
    assert found.intact and found.signers == [LI["name"], house.own]


@pytest.mark.parametrize("content, info, stamper, code", [
    (b"no pdf at all", {"fileSuffix": "pdf"}, None, "11011403"),
    (b"no pdf at all", {"fileSuffix": "exe"}, None, "11011402"),
    (OWN_FILE, {}, {"type": "COMPANY", "keyword": "Nowhere"}, "11011108"),
    (OWN_FILE, {}, {"type": "COMPANY", "page": 9, "offsetX": 0.1, "offsetY": 0.1}, "11011109"),
    (OWN_FILE, {}, {"type": "LP", "page": 1, "offsetX": 0.1, "offsetY": 0.1}, "11011106"),
    (OWN_FILE, {}, {"type": "COMPANY", "page": 1, "offsetX": 0.1, "offsetY": 0.1, "signatoryId": "77"}, "11990005"),
    (OWN_FILE, {"title": "长" * 101}, None, "11990011"),
])
def test_a_wrong_own_file_is_refused_and_leaves_nothing_behind(house, complete_once, content, info, stamper, code):
    before, files = complete_once.detail(), set((house.server.data / "documents").rglob("*"))
    at = [{"signatoryId": complete_once.parties[0]["id"], **stamper}] if stamper else []
    assert house.by_file(complete_once, content, at, **info).envelope["responseCode"] == code
    assert complete_once.detail() == before
    assert {one for one in (house.server.data / "documents").rglob("*") if one.is_file()} == {one for one in files if one.is_file()}


def test_an_own_file_needs_both_of_its_parts(house, complete_once):
    only_file = house.api.upload("/v2/contract/invalidbyfile", {}, [("file", "a.pdf", OWN_FILE)])
    assert only_file.envelope["responseCode"] == "11990005" and "invalidInfo" in only_file.envelope["message"]
    only_info = house.api.upload("/v2/contract/invalidbyfile", {"invalidInfo": '{"contractId":"%s"}' % complete_once.id}, [])
    assert only_info.envelope["responseCode"] == "11990005" and "file" in only_info.envelope["message"]


# After an end by force


def test_a_contract_ended_by_force_takes_files_that_come_out_again(house):
    contract = house.running([company(house.own), person(LI["name"], LI["contact"])])
    add = lambda content=plain_pages(1), **more: house.api.upload(  # noqa: E731
        "/v2/contract/forceend/addattachment", {"contractId": contract.id, "title": "交接单", "fileSuffix": "pdf", **more}, [("file", "x.pdf", content)])
    assert add().envelope["responseCode"] == "11011101"
    house.api.ok(house.api.post("/v2/contract/forceend", {"contractId": contract.id, "reason": "到此为止"}))
    assert add(fileSuffix="exe").envelope["responseCode"] == "11011402"
    assert add(b"not a pdf").envelope["responseCode"] == "11011403"
    assert add(title="").envelope["responseCode"] == "11990005"
    assert house.api.ok(add())["attachmentId"].isdigit()
    reply = house.api.get("/v2/contract/download", contractId=contract.id, downloadItems="ENDSIGN_ATTACHMENT", needCompressForOneFile="false")
    assert reply.status == 200 and reply.body == plain_pages(1)


# At once


def at_once(works: list) -> list:
    with ThreadPoolExecutor(len(works)) as pool:
        return [future.result() for future in [pool.submit(work) for work in works]]


def test_a_cancellation_asked_for_many_times_at_once_begins_once(house):
    contract = house.complete()
    codes = sorted(reply.code for reply in at_once([lambda: house.cancel(contract)] * 4))
    assert codes == [0, 1101, 1101, 1101]
    assert [one["contentType"] for one in contract.detail()["documents"]] == ["CONTRACT", "INVALID"]
    assert contract.statuses() == ["INVALIDED", "INVALIDING"]


def test_two_parties_who_sign_the_cancellation_at_once_both_sign(house, tmp_path):
    for _ in range(3):
        contract = house.started(house.complete([LI, ZHOU]))
        pages = [contract.page(who) for who in (LI, ZHOU)]
        codes = [page.ask_for_code(who["contact"]) for page, who in zip(pages, (LI, ZHOU))]
        at_once([lambda page=page, code=code, who=who: page.sign(code, typed=who["name"]) for page, code, who in zip(pages, codes, (LI, ZHOU))])
        assert contract.status == "INVALIDED"
        found = verify(house.file(contract), tmp_path, house.server)
        assert found.intact and sorted(found.signers) == sorted([house.own, LI["name"], ZHOU["name"]])


def test_a_signature_and_a_refusal_of_the_cancellation_at_once_leave_one_of_both(house):
    for _ in range(5):
        contract = house.started(house.complete())
        signing, refusing = house.page(contract, LI), house.page(contract, LI)
        code = signing.ask_for_code(LI["contact"])

        def attempt(work) -> bool:
            try:
                work()
                return True
            except PageError:
                return False
        signed, refused = at_once([lambda: attempt(lambda: signing.sign(code, typed=LI["name"])), lambda: attempt(lambda: refusing.reject("不"))])
        assert signed != refused
        assert contract.status == ("INVALIDED" if signed else "COMPLETE")
