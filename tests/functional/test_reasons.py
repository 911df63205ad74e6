"""The operation log tells why something was done, in the words of whoever did it; the words themselves lie in the contract and not in the
log, which nobody can take anything out of."""
from __future__ import annotations

import itertools
import json
import sqlite3
import uuid

import pytest

from support.contracts import Contract, company, person, user
from support.pdfs import plain_pages

_numbers = itertools.count(13_792_000_000)
BOSS = {"contact": "13900000001", "contactType": "MOBILE"}


class Case:
    """A contract that the company seals after an approval, and a person signs."""

    def __init__(self, api, server, pdf: bytes, audited: bool = False) -> None:
        self.api, self.signer = api, user("签署人（测试）", str(next(_numbers)))
        nodes = [{"type": "AUDIT", "serialNo": 1, "corpOperators": [BOSS]}] if audited else []
        seal = len(nodes)
        self.contract = Contract(api, server, [company(server.demo["companyName"], [*nodes, {"type": "COMPANY", "serialNo": 2}]),
                                               person(self.signer["name"], self.signer["contact"])], ordinal=False)
        self.contract.add_file(pdf)
        self.contract.send([self.contract.at_action(0, seal, type="COMPANY", page=1, offsetX=0.1, offsetY=0.1),
                            self.contract.at_party(1, type="PERSONAL", page=1, offsetX=0.6, offsetY=0.1)])

    def call(self, path: str, **fields) -> None:
        self.api.ok(self.api.post("/v2/contract/" + path, {"contractId": self.contract.id, **fields}))

    def log(self) -> list[dict]:
        return self.api.ok(self.api.get("/v2/contract/stream", contractId=self.contract.id))["list"]

    def entries(self, description: str) -> list[dict]:
        """The latest first."""
        return [one for one in self.log() if one["operationDesc"] == description]


@pytest.fixture
def reason() -> str:
    return f"因为{uuid.uuid4().hex[:10]}"


def approve(case: Case, reason: str) -> None:
    case.call("employeeaudit", **{"pass": True}, comment=reason)


def disapprove(case: Case, reason: str) -> None:
    case.call("employeeaudit", **{"pass": False}, comment=reason)


def reject(case: Case, reason: str) -> None:
    case.contract.page(case.signer, hideRejectButton=False).reject(reason)


def recall(case: Case, reason: str) -> None:
    case.call("invalid", reason=reason)


def end(case: Case, reason: str) -> None:
    case.call("forceend", reason=reason)


def begin_cancelling(case: Case, reason: str) -> None:
    case.contract.seal()
    case.contract.sign_by_page(case.signer)
    cancel(case, reason)


def cancel(case: Case, reason: str) -> None:
    info = {"contractId": case.contract.id, "title": "作废", "fileSuffix": "pdf", "invalidReason": reason}
    case.api.ok(case.api.upload("/v2/contract/invalidbyfile", {"invalidInfo": json.dumps(info)}, [("file", "x.pdf", plain_pages(1))]))


def refuse_cancelling(case: Case, reason: str) -> None:
    begin_cancelling(case, "另一个原因")
    reject(case, reason)


@pytest.mark.parametrize("act, description", [
    (approve, "审批通过"), (disapprove, "拒签合同"), (reject, "拒签合同"), (recall, "撤回合同"), (end, "强制结束合同"),
    (begin_cancelling, "发起作废"), (refuse_cancelling, "拒绝作废")], ids=lambda one: getattr(one, "__name__", None))
def test_the_log_tells_why(api, server, contract_pdf, reason, act, description):
    case = Case(api, server, contract_pdf, audited=act in (approve, disapprove))
    act(case, reason)
    [entry] = case.entries(description)
    assert entry["reason"] == entry["comments"] == reason and entry["detail"].endswith(reason)
    assert [one["operationDesc"] for one in case.log() if reason in json.dumps(one, ensure_ascii=False)] == [description]
    with sqlite3.connect(f"file:{server.data}/signet.db?mode=ro", uri=True) as database:
        rows = database.execute("SELECT * FROM audit WHERE contract = ?", [int(case.contract.id)]).fetchall()
    assert rows and not [row for row in rows if reason in str(row)], "what cannot be erased must not hold what people wrote"


def test_each_of_several_cancellations_keeps_its_own_reasons(api, server, contract_pdf):
    case = Case(api, server, contract_pdf)
    case.contract.seal()
    case.contract.sign_by_page(case.signer)
    for number in "一二":
        cancel(case, f"作废{number}")
        reject(case, f"不同意{number}")
    assert [one["reason"] for one in case.entries("发起作废")] == ["作废二", "作废一"]
    assert [one["reason"] for one in case.entries("拒绝作废")] == ["不同意二", "不同意一"]
    assert not any("reason" in one for one in case.log() if one["operationDesc"] not in ("发起作废", "拒绝作废"))


def test_what_nobody_gave_a_reason_for_has_none(api, server, contract_pdf):
    case = Case(api, server, contract_pdf, audited=True)
    case.call("employeeaudit", **{"pass": True})
    case.call("invalid")
    assert not any("reason" in one for one in case.log())
