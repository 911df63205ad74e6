"""POST /v2/contract/appointurl: the page on which the initiator places what will be signed, and publishes. And files beside the documents."""
from __future__ import annotations

import io
import zipfile

import pytest

from support.contracts import Contract, company, person
from support.page import Page, PageError

APPOINT = "/v2/contract/appointurl"


class AppointPage(Page):
    """The page before sending, opened by its address."""

    def __init__(self, server, url: str) -> None:
        self._host, self._port, self._cookie, self.view = server.host, server.port, "", {}
        self.view = self._post("/pages/appoint/open", {"token": url.split("openPageToken=")[1]})

    def save(self, **change) -> dict:
        self.view = self._post("/pages/appoint/save", {"version": self.view["contract"]["version"], **change})
        return self.view

    def send(self) -> dict:
        self.view = self._post("/pages/appoint/send", {})
        return self.view

    def node(self, kind: str) -> dict:
        return next(node for node in self.view["nodes"] if node["kind"] == kind)


@pytest.fixture
def draft(api, server, contract_pdf):
    made = Contract(api, server, [company(server.demo["companyName"]), person("演示乙", "13800000751")])
    made.add_file(contract_pdf)
    return made


@pytest.fixture
def opened(api, server):
    def open_page(contract: Contract, **options) -> AppointPage:
        url = api.ok(api.post(APPOINT, {"contractId": contract.id, **options}))["pageUrl"]
        assert url.startswith(f"{server.url}/contract/appoint/{contract.id}?openPageToken=")
        return AppointPage(server, url)

    return open_page


def box(opened_page: AppointPage, kind: str, contract: Contract, **more) -> dict:
    node = opened_page.node(kind)
    return {"actionId": node["actionId"], "type": node["offers"][0]["type"], "documentId": contract.documents[0], "page": 1, "x": 0.5, "y": 0.25, **more}


def test_the_page_shows_who_may_get_what_in_which_size(draft, opened):
    page = opened(draft)
    seal, hand = page.node("COMPANY"), page.node("PERSONAL")
    assert [offer["type"] for offer in seal["offers"]] == ["COMPANY", "TIMESTAMP", "ACROSS_PAGE"]
    assert [offer["type"] for offer in hand["offers"]] == ["PERSONAL", "TIMESTAMP"]
    assert 35 < seal["offers"][0]["widthMm"] < 46 and hand["partyName"] == "演示乙"
    assert page.view["options"] == {"pageType": "APPOINT", "canSend": False, "canSave": True, "showsPlaces": True, "showsParameters": True, "hideReturn": False}
    assert page.view["boxes"] == []


def test_what_is_placed_becomes_the_stampers_and_the_fields_of_the_contract(draft, opened):
    page = opened(draft, allowedSend=True)
    page.save(boxes=[box(page, "COMPANY", draft), box(page, "PERSONAL", draft, page=2, x=0.1, y=0.1), box(page, "COMPANY", draft, type="ACROSS_PAGE", x=0, y=0.4)])
    assert len(page.view["boxes"]) == 3
    assert page.send()["contract"]["status"] == "SIGNING"
    [seal, *strips] = draft.places(0)
    assert (seal["page"], round(seal["offsetX"], 4), round(seal["offsetY"], 4)) == (1, 0.5, 0.25)
    assert {strip["type"] for strip in strips} == {"ACROSS_PAGE"} and len(strips) == 2
    [hand] = draft.places(1)
    assert (hand["page"], round(hand["offsetX"], 4), round(hand["offsetY"], 4)) == (2, 0.1, 0.1)
    log = [entry["operationDesc"] for entry in draft.api.ok(draft.api.get("/v2/contract/stream", contractId=draft.id))["list"]]
    assert log[:3] == ["发起合同", "指定签署位置", "查看合同"]


def test_what_was_placed_stays_unless_it_is_taken_away(draft, opened):
    first = opened(draft)
    first.save(boxes=[box(first, "COMPANY", draft)])
    again = opened(draft)
    [kept] = again.view["boxes"]
    assert (kept["page"], kept["x"], kept["y"], kept["kept"]) == (1, 0.5, 0.25, 0)
    again.save(boxes=[{"actionId": kept["actionId"], "kept": 0}, box(again, "PERSONAL", draft)])
    assert len(again.view["boxes"]) == 2
    again.save(boxes=[])
    assert again.view["boxes"] == []


def test_basics_are_changed_on_the_page(draft, opened):
    page = opened(draft, pageType="DRAFT", specifyLocationButton=False)
    assert page.view["options"]["pageType"] == "DRAFT" and not page.view["options"]["showsPlaces"]
    page.save(subject="  改名的合同 ", description="说明", expireTime="2027-05-06")
    detail = draft.detail()
    assert (detail["subject"], detail["description"], detail["expireTime"]) == ("改名的合同", "说明", "2027-05-06 23:59:59")


@pytest.mark.parametrize(("change", "code"), [
    ({"subject": " "}, "InvalidParameter"), ({"subject": "长" * 101}, "ParameterTooLong"), ({"description": "长" * 301}, "ParameterTooLong"),
    ({"expireTime": "2001-01-01"}, "InvalidParameter"), ({"expireTime": "soon"}, "InvalidParameter"), ({"boxes": [{}]}, "InvalidParameter"),
    ({"boxes": [{"actionId": "1", "type": "COMPANY", "documentId": "1", "page": 1, "x": 0, "y": 0}]}, "InvalidParameter"), ({"boxes": 7}, "InvalidParameter")])
def test_a_bad_change_is_refused_and_changes_nothing(draft, opened, change, code):
    page = opened(draft)
    before = draft.detail()
    with pytest.raises(PageError) as refused:
        page.save(**change)
    assert refused.value.code == code
    assert draft.detail() == before


@pytest.mark.parametrize(("wrong", "code"), [({"type": "LP"}, "InvalidStamperType"), ({"page": 99}, "SignPageBeyond"), ({"x": 1.2}, "InvalidParameter"),
                                             ({"y": -0.1}, "InvalidParameter"), ({"documentId": "1"}, "InvalidParameter")])
def test_a_place_that_cannot_be_is_refused(draft, opened, wrong, code):
    page = opened(draft)
    with pytest.raises(PageError) as refused:
        page.save(boxes=[box(page, "PERSONAL", draft, **wrong)])
    assert refused.value.code == code


def test_two_pages_do_not_write_over_each_other(draft, opened):
    one, two = opened(draft), opened(draft)
    one.save(subject="第一个")
    with pytest.raises(PageError) as refused:
        two.save(subject="第二个")
    assert refused.value.code == "Conflict" and draft.detail()["subject"] == "第一个"


def test_only_a_page_that_may_publish_does(draft, opened):
    page = opened(draft)
    with pytest.raises(PageError) as refused:
        page.send()
    assert refused.value.code == "NoOperationPermission" and draft.status == "DRAFT"
    neither = opened(draft, canSaveOrClose=False)
    assert not neither.view["options"]["canSave"]
    with pytest.raises(PageError) as refused:
        neither.save(subject="不行")
    assert refused.value.code == "NoOperationPermission"


def test_the_page_is_for_drafts_alone(api, draft, opened):
    page = opened(draft, allowedSend=True)
    draft.send()
    assert api.post(APPOINT, {"contractId": draft.id}).code == 1101
    with pytest.raises(PageError) as refused:
        page.save(subject="太晚")
    assert refused.value.code == "InvalidContractStatus"


@pytest.mark.parametrize("wrong", [{"pageType": "SIGN"}, {"callbackPage": "javascript:alert(1)"}, {"expireTime": 4}, {"expireTime": 91, "expireTimeUnit": "DAYS"}])
def test_a_wrong_wish_is_named(api, draft, wrong):
    reply = api.post(APPOINT, {"contractId": draft.id, **wrong})
    assert reply.code == 1005 and next(iter(wrong)) in reply.envelope["message"]


def test_a_file_is_added_beside_the_documents(api, draft):
    reply = api.upload("/v2/attachment/add", {"contractId": draft.id, "title": "报价单", "fileSuffix": "xlsx"}, [("file", "a.xlsx", b"not looked into")])
    assert api.ok(reply)["attachmentId"].isdigit()
    archive = api.get("/v2/contract/download", contractId=draft.id, downloadItems="ATTACHMENT")
    opened = zipfile.ZipFile(io.BytesIO(archive.body))
    [name] = opened.namelist()
    assert name.startswith("附件-") and name.endswith(".xlsx") and opened.read(name) == b"not looked into"
    everything = zipfile.ZipFile(io.BytesIO(api.get("/v2/attachment/download", contractId=draft.id).body))
    assert everything.namelist() == ["报价单.xlsx"]
    assert "添加合同附件" in [entry["operationDesc"] for entry in api.ok(api.get("/v2/contract/stream", contractId=draft.id))["list"]]


@pytest.mark.parametrize("suffix", ["../x", "p df"])
def test_a_file_of_no_kind_is_refused(api, draft, suffix):
    reply = api.upload("/v2/attachment/add", {"contractId": draft.id, "title": "报价单", "fileSuffix": suffix}, [("file", "a.xlsx", b"x")])
    assert reply.code == 1005 and "fileSuffix" in reply.envelope["message"]


def test_what_is_not_said_the_files_name_says(api, draft):
    api.ok(api.upload("/v2/attachment/add", {"contractId": draft.id}, [("file", "quote.txt", b"x")]))
    assert zipfile.ZipFile(io.BytesIO(api.get("/v2/attachment/download", contractId=draft.id).body)).namelist() == ["quote.txt"]


def test_an_ended_contract_takes_no_more_files(api, draft):
    draft.send()
    api.ok(api.post("/v2/contract/invalid", {"contractId": draft.id, "reason": "撤回"}))
    reply = api.upload("/v2/attachment/add", {"contractId": draft.id, "title": "晚", "fileSuffix": "txt"}, [("file", "a.txt", b"x")])
    assert reply.code == 1101
