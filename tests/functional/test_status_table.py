"""Call by status: the transition table of the contract, cell by cell over the wire, for the calls and statuses that exist.

A cell that refuses answers the documented code and changes nothing; a cell that allows does what it says."""
from __future__ import annotations

import pytest

from support.api import Api
from support.clock import Clock, CredentialsByClock
from support.contracts import Contract, company, person, user
from support.pdfs import plain_pages
from support.server import Server

LI = user("李测试", "13800000012")
OTHER = user("周测试", "13800000013")
STATUSES = ["DRAFT", "SIGNING", "COMPLETE", "REJECTED", "RECALLED", "EXPIRED", "FORCE_END"]

# What each call answers in each status, in the order of STATUSES: None is success, a text is the responseCode.
NO = "11011101"  # invalid contract status
TURN = "11011107"  # not this node's turn
TABLE: dict[str, list[str | None]] = {
    "draft": [None, NO, NO, NO, NO, NO, NO],
    "addbyfile": [None, NO, NO, NO, NO, NO, NO],
    "addbyfiles": [None, NO, NO, NO, NO, NO, NO],
    "send": [None, NO, NO, NO, NO, NO, NO],
    "companysign": [NO, None, NO, NO, NO, NO, NO],
    "legalpersonsign": [NO, TURN, NO, NO, NO, NO, NO],
    "employeeaudit": [NO, TURN, NO, NO, NO, NO, NO],
    "invalid": [None, None, "21990001", None, None, None, NO],  # the cancellation of a complete contract is not there yet
    "delay": [NO, None, NO, NO, NO, None, NO],
    "forceend": [NO, None, NO, NO, NO, None, NO],
    "signatory/add": [NO, None, None, NO, NO, NO, NO],
    "notice": [NO, None, NO, NO, NO, NO, NO],
    "pageurl": [NO, None, None, None, None, None, None],
    "miniappexchange": [NO, None, None, None, None, None, None],
    "detail": [None] * 7,
    "document/download": [None] * 7,
    "contract/download": [None] * 7,
}
CELLS = [(call, status, TABLE[call][column]) for call in TABLE for column, status in enumerate(STATUSES)]


class House:
    """A server whose clock is in our hand, so that a contract can expire."""

    def __init__(self, server: Server, clock: Clock) -> None:
        self.server, self.clock = server, clock
        self.api = Api(server.host, server.port, CredentialsByClock(server.demo["appToken"], server.demo["appSecret"], clock))

    def contract(self, status: str) -> Contract:
        """One of the demo company and a person who sign in any order, brought to the status in the way users do."""
        made = Contract(self.api, self.server, [company(self.server.demo["companyName"]), person(LI["name"], LI["contact"])], ordinal=False,
                        category={"id": self.server.demo["categoryId"]})
        made.add_file(plain_pages(2))
        if status == "DRAFT":
            return made
        made.send([made.at_action(0, type="COMPANY", page=1, offsetX=0.1, offsetY=0.1), made.at_party(1, type="PERSONAL", page=1, offsetX=0.6, offsetY=0.1)])
        if status == "COMPLETE":
            made.seal()
            made.sign_by_page(LI)
        elif status == "REJECTED":
            made.page(LI, hideRejectButton=False).reject("不同意")
        elif status == "RECALLED":
            self.api.ok(self.api.post("/v2/contract/invalid", {"contractId": made.id}))
        elif status == "EXPIRED":
            self.clock.advance(days=40)
        elif status == "FORCE_END":
            self.api.ok(self.api.post("/v2/contract/forceend", {"contractId": made.id, "reason": "到此为止"}))
        assert made.status == status
        return made

    def call(self, name: str, contract: Contract):
        api, here = self.api, {"contractId": contract.id}
        match name:
            case "draft":
                return api.post("/v2/contract/draft", {"id": contract.id, "subject": "改写", "signatories": [company(self.server.demo["companyName"])]})
            case "addbyfile":
                return contract.try_file(plain_pages(1))
            case "addbyfiles":
                return api.upload("/v2/document/addbyfiles", {**here, "title": "又一份"}, [("files", "a.pdf", plain_pages(1))])
            case "employeeaudit":
                return api.post("/v2/contract/employeeaudit", {**here, "pass": True})
            case "delay":
                return api.post("/v2/contract/delay", {**here, "days": 30})
            case "forceend":
                return api.post("/v2/contract/forceend", {**here, "reason": "结束"})
            case "signatory/add":
                return api.post("/v2/signatory/add", {**here, "signatory": person(OTHER["name"], OTHER["contact"])})
            case "pageurl" | "miniappexchange":
                return api.post(f"/v2/contract/{name}", {**here, "user": LI})
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


@pytest.mark.parametrize("call, status, refusal", CELLS, ids=[f"{call}-{status}" for call, status, _ in CELLS])
def test_a_cell_of_the_table(house, call, status, refusal):
    contract = house.contract(status)
    before, bytes_before = contract.detail(), contract.download()
    reply = house.call(call, contract)
    if refusal is not None:
        assert reply.envelope["responseCode"] == refusal
        assert contract.detail() == before and contract.download() == bytes_before
    elif call.endswith("/download"):
        assert reply.status == 200 and reply.headers["content-type"] in ("application/pdf", "application/zip")
    else:
        assert reply.envelope["responseCode"] == "00000000"


AFTERWARDS = {("send", "DRAFT"): "SIGNING", ("draft", "DRAFT"): "DRAFT", ("invalid", "SIGNING"): "RECALLED", ("delay", "EXPIRED"): "SIGNING",
              ("delay", "SIGNING"): "SIGNING", ("forceend", "SIGNING"): "FORCE_END", ("forceend", "EXPIRED"): "FORCE_END",
              ("signatory/add", "SIGNING"): "SIGNING", ("signatory/add", "COMPLETE"): "SIGNING"}


@pytest.mark.parametrize("call, status", AFTERWARDS, ids=[f"{call}-{status}" for call, status in AFTERWARDS])
def test_where_an_allowed_call_leads(house, call, status):
    contract = house.contract(status)
    house.api.ok(house.call(call, contract))
    assert contract.status == AFTERWARDS[(call, status)]


@pytest.mark.parametrize("status", ["DRAFT", "REJECTED", "RECALLED", "EXPIRED"])
def test_what_may_be_deleted_is_gone_afterwards(house, status):
    contract = house.contract(status)
    house.api.ok(house.call("invalid", contract))
    assert house.api.get("/v2/contract/detail", contractId=contract.id).envelope["responseCode"] == "11101003"
