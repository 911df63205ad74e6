"""Call by status: the transition table of the contract, cell by cell over the wire.

A cell that refuses answers the documented code and changes nothing; a cell that allows does what it says and leads where it should."""
from __future__ import annotations

import datetime
import json

import pytest

from support import organisation
from support.api import Api
from support.clock import Clock, CredentialsByClock
from support.contracts import Contract, company, person, user
from support.pdfs import plain_pages
from support.server import Server

LI = user("李测试", "13800000012")
OTHER = user("周测试", "13800000013")
STATUSES = ["DRAFT", "FILLING", "SIGNING", "COMPLETE", "REJECTED", "RECALLED", "EXPIRED", "INVALIDING", "INVALIDED", "FORCE_END"]

# What each call answers in each status, one letter a status in the order above.
ANSWERS = {
    "y": "00000000",
    ".": "11011101",  # invalid contract status
    "t": "11011107",  # not this node's turn
    "s": "11011113",  # nobody was left open
    "a": "14990002",  # who signs never authorised it
}
TABLE = {
    # call                     D F S C R R E I I F
    "draft":                  "y . . . . . . . . .",
    "addbyfile":              "y . . . . . . . . .",
    "addbyfiles":             "y . . . . . . . . .",
    "addbytemplate":          "y . . . . . . . . .",
    "addwartermark":          "y . . . . . . . . .",
    "send":                   "y . . . . . . . . .",
    "companysign":            ". . y . . . . . . .",
    "legalpersonsign":        ". . t . . . . . . .",
    "personalsign":           ". . a . . . . . . .",
    "employeeaudit":          ". . t . . . . . . .",
    "invalid":                "y y y y y y y . . .",
    "invalidsign":            ". . . . . . . y . .",
    "invalidbyfile":          ". . . y . . . . . .",
    "invalidbytemplate":      ". . . y . . . . . .",
    "contractModify":         "y y y . . . . . . .",
    "delay":                  ". y y . . . y . . .",
    "forceend":               ". y y . . . y . . .",
    "forceend/addattachment": ". . . . . . . . . y",
    "signatory/add":          ". . y y . . . . . .",
    "notice":                 ". . y . . . . . . .",
    "notice to all":          ". y y . . . . y . .",
    "pageurl":                ". y y y y y y y y y",
    "miniappexchange":        ". y y y y y y y y y",
    "viewurl":                "y y y y y y y y y y",
    "miniappexchange/view":   "y y y y y y y y y y",
    "appointurl":             "y . . . . . . . . .",
    "shorturl":               ". y y y y y y y y y",
    "joinurl":                ". y y . . . . . . .",
    "personal/joinurl":       ". y s . . . . . . .",
    "copysend":               ". y y y y y y y y y",
    "resend":                 ". . . . y y y . y y",
    "required/detail":        "y y y y y y y y y y",
    "stream":                 "y y y y y y y y y y",
    "detail":                 "y y y y y y y y y y",
    "document/download":      "y y y y y y y y y y",
    "contract/download":      "y y y y y y y y y y",
}
CELLS = [(call, status, ANSWERS[letter]) for call, row in TABLE.items() for status, letter in zip(STATUSES, row.split(), strict=True)]

# Where an allowed call leaves the contract, when that is another status.
AFTERWARDS = {("send", "DRAFT"): "SIGNING", ("invalid", "FILLING"): "RECALLED", ("invalid", "SIGNING"): "RECALLED", ("invalid", "COMPLETE"): "INVALIDING", ("invalidbyfile", "COMPLETE"): "INVALIDING",
              ("invalidbytemplate", "COMPLETE"): "INVALIDING",
              ("delay", "EXPIRED"): "SIGNING", ("forceend", "FILLING"): "FORCE_END",
              ("forceend", "SIGNING"): "FORCE_END", ("forceend", "EXPIRED"): "FORCE_END", ("signatory/add", "COMPLETE"): "SIGNING"}
DELETES = [("invalid", status) for status in ("DRAFT", "REJECTED", "RECALLED", "EXPIRED")]
READS = {"viewurl", "miniappexchange/view", "appointurl", "shorturl", "required/detail", "stream", "joinurl", "personal/joinurl", "resend", "detail", "document/download", "contract/download", "pageurl", "miniappexchange", "notice", "notice to all"}


class House:
    """A server whose clock is in our hand, so that a contract can expire."""

    def __init__(self, server: Server, clock: Clock) -> None:
        self.server, self.clock = server, clock
        self.api = Api(server.host, server.port, CredentialsByClock(server.demo["appToken"], server.demo["appSecret"], clock))
        self._kept: dict[str, Contract] = {}
        (server.data.parent / "plain.html").write_text("<html><body><p>Signed below</p></body></html>", encoding="utf-8")
        made = organisation.apply(server.data, [{"name": server.demo["companyName"], "template": [{"title": "plain", "file": "plain.html"}]}])
        self.template = made.printed["templates"][0]["id"]

    def kept(self, status: str) -> Contract:
        """One for all calls that leave it as it is."""
        if status not in self._kept:
            self._kept[status] = self.contract(status)
        return self._kept[status]

    def contract(self, status: str) -> Contract:
        """One of the demo company and a person who sign in any order, brought to the status in the way users do."""
        more = {}
        if status == "EXPIRED":
            beijing = self.clock.now + datetime.timedelta(hours=8 + 1)
            more["expireTime"] = beijing.strftime("%Y-%m-%d %H:%M:%S")
        parties = [company(self.server.demo["companyName"], serialNo=2), person(LI["name"], LI["contact"], serialNo=3)]
        # Nobody can begin while the first party is still to be named.
        if status == "FILLING":
            parties.append({"tenantType": "PERSONAL", "delaySet": True, "serialNo": 1})
        made = Contract(self.api, self.server, parties, ordinal=status == "FILLING", category={"id": self.server.demo["categoryId"]}, **more)
        made.add_file(plain_pages(2))
        if status == "DRAFT":
            return made
        made.send([made.at_action(0, type="COMPANY", page=1, offsetX=0.1, offsetY=0.1), made.at_party(1, type="PERSONAL", page=1, offsetX=0.6, offsetY=0.1)])
        if status in ("COMPLETE", "INVALIDING", "INVALIDED"):
            made.seal()
            made.sign_by_page(LI)
        if status in ("INVALIDING", "INVALIDED"):
            self.api.ok(self.cancel(made))
        if status == "INVALIDED":
            made.sign_by_page(LI)
            self.api.ok(self.api.post("/v2/contract/invalidsign", {"contractId": made.id}))
        elif status == "REJECTED":
            made.page(LI, hideRejectButton=False).reject("不同意")
        elif status == "RECALLED":
            self.api.ok(self.api.post("/v2/contract/invalid", {"contractId": made.id}))
        elif status == "EXPIRED":
            self.clock.advance(hours=2)
        elif status == "FORCE_END":
            self.api.ok(self.api.post("/v2/contract/forceend", {"contractId": made.id, "reason": "到此为止"}))
        assert made.status == status
        return made

    def cancel(self, contract: Contract):
        """With a file of our own, signed on its one page."""
        at = [{"signatoryId": party["id"], "type": kind, "page": 1, "offsetX": x, "offsetY": 0.4}
              for party, kind, x in zip(contract.parties, ("COMPANY", "PERSONAL"), (0.1, 0.6))]
        info = {"contractId": contract.id, "title": "作废", "fileSuffix": "pdf", "stampers": at}
        return self.api.upload("/v2/contract/invalidbyfile", {"invalidInfo": json.dumps(info)}, [("file", "a.pdf", plain_pages(1))])

    def call(self, name: str, contract: Contract):
        api, here = self.api, {"contractId": contract.id}
        match name:
            case "draft":
                return api.post("/v2/contract/draft", {"id": contract.id, "subject": "改写", "signatories": [company(self.server.demo["companyName"])]})
            case "addbyfile":
                return contract.try_file(plain_pages(1))
            case "addbyfiles":
                return api.upload("/v2/document/addbyfiles", {**here, "title": "又一份"}, [("files", "a.pdf", plain_pages(1))])
            case "addbytemplate":
                return api.post("/v2/document/addbytemplate", {**here, "title": "模板文件", "templateId": self.template})
            case "addwartermark":
                return api.post("/v2/contract/addwartermark", {**here, "watermarks": [{"type": "NO"}]})
            case "personalsign":
                at = {"type": "PERSONAL", "documentId": contract.documents[0], "page": 1, "offsetX": 0.3, "offsetY": 0.3}
                return api.post("/v2/contract/personalsign", {**here, "user": LI, "stampers": [at]})
            case "invalidbytemplate":
                at = {"signatoryId": contract.parties[0]["id"], "type": "COMPANY", "page": 1, "offsetX": 0.3, "offsetY": 0.3}
                return api.post("/v2/contract/invalidbytemplate", {**here, "templateId": self.template, "stampers": [at]})
            case "contractModify":
                return api.post("/v2/contract/contractModify", {"id": contract.id, "subject": "改名"})
            case "viewurl" | "shorturl" | "stream":
                return api.get(f"/v2/contract/{name}", **here)
            case "employeeaudit":
                return api.post("/v2/contract/employeeaudit", {**here, "pass": True})
            case "invalidbyfile":
                return self.cancel(contract)
            case "delay":
                return api.post("/v2/contract/delay", {**here, "days": 30})
            case "forceend":
                return api.post("/v2/contract/forceend", {**here, "reason": "结束"})
            case "forceend/addattachment":
                return api.upload("/v2/contract/forceend/addattachment", {**here, "title": "交接单", "fileSuffix": "pdf"}, [("file", "a.pdf", plain_pages(1))])
            case "signatory/add":
                return api.post("/v2/signatory/add", {**here, "signatory": person(OTHER["name"], OTHER["contact"])})
            case "notice to all":
                return api.post("/v2/contract/notice", {**here, "onlySigning": False})
            case "pageurl" | "miniappexchange":
                return api.post(f"/v2/contract/{name}", {**here, "user": LI})
            case "joinurl":
                return api.get("/v2/contract/joinurl", type="PERSONAL", **here)
            case "personal/joinurl":
                return api.get("/v2/contract/personal/joinurl", **here)
            case "copysend":
                return api.post("/v2/contract/copysend", {**here, "receivers": [{"name": OTHER["name"], "receiver": OTHER}]})
            case "detail":
                return api.get("/v2/contract/detail", **here)
            case "document/download":
                return api.get("/v2/document/download", documentId=contract.documents[0])
            case "contract/download":
                return api.get("/v2/contract/download", **here)
            case _:
                return api.post(f"/v2/contract/{name}", here)


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    folder = tmp_path_factory.mktemp("table")
    clock = Clock(folder)
    with Server(folder / "data", environment=clock.environment) as server:
        yield House(server, clock)


@pytest.mark.parametrize("call, status, code", CELLS, ids=[f"{call}-{status}" for call, status, _ in CELLS])
def test_a_cell_of_the_table(house, call, status, code):
    leaves_it = code != ANSWERS["y"] or call in READS
    contract = house.kept(status) if leaves_it else house.contract(status)
    before, bytes_before = contract.detail(), contract.download()
    reply = house.call(call, contract)
    if call.endswith("/download") and code == ANSWERS["y"]:
        assert reply.status == 200 and reply.headers["content-type"] in ("application/pdf", "application/zip")
    else:
        assert reply.envelope["responseCode"] == code
    if leaves_it:
        assert contract.detail() == before and contract.download() == bytes_before
    elif (call, status) in DELETES:
        assert house.api.get("/v2/contract/detail", contractId=contract.id).envelope["responseCode"] == "11101003"
    else:
        assert contract.status == AFTERWARDS.get((call, status), status)


def test_the_table_names_every_status_in_every_row():
    assert len(CELLS) == len(TABLE) * len(STATUSES)
    assert set(AFTERWARDS) | set(DELETES) <= {(call, status) for call, status, code in CELLS if code == ANSWERS["y"]}
