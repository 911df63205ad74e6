"""What an initiator does with a contract after sending: take it back, end it, move its deadline, remind, approve, seal for the legal representative."""
from __future__ import annotations

import datetime
import time

import pytest

from support.api import Api
from support.clock import Clock, CredentialsByClock
from support.contracts import Contract, company, person, user
from support.page import inbox
from support.server import Server

LI = "13800000007"
APPROVER = {"contact": "10000000001", "contactType": "MOBILE"}


@pytest.fixture
def draft(api, server, contract_pdf):
    """A draft between the demo company and a person, with its document."""
    made = Contract(api, server, [company(server.demo["companyName"]), person("李测试", LI)], ordinal=False)
    made.document = made.add_file(contract_pdf)
    return made


@pytest.fixture
def running(draft):
    draft.send([draft.at_action(0, type="COMPANY", documentId=draft.document, page=1, offsetX=0.1, offsetY=0.1),
                draft.at_party(1, type="PERSONAL", documentId=draft.document, page=1, offsetX=0.6, offsetY=0.1)])
    return draft


def complete(contract: Contract) -> None:
    contract.seal()
    contract.sign_by_page(user("李测试", LI))
    assert contract.status == "COMPLETE"


def call(contract: Contract, path: str, **fields):
    return contract.api.post(path, {"contractId": contract.id, **fields})


def test_a_draft_that_is_made_invalid_is_gone(draft):
    draft.api.ok(call(draft, "/v2/contract/invalid"))
    assert draft.api.get("/v2/contract/detail", contractId=draft.id).envelope["responseCode"] == "11101003"


def test_what_is_not_there_cannot_be_made_invalid_and_has_a_code_of_its_own(api):
    for fields in ({"contractId": "1"}, {"bizId": "nobody-has-this"}):
        assert api.post("/v2/contract/invalid", fields).envelope["responseCode"] == "11011126"
    assert api.post("/v2/contract/invalid", {}).envelope["responseCode"] == "11990005"


def test_a_running_contract_that_is_made_invalid_is_recalled_and_can_then_be_deleted(running):
    running.api.ok(call(running, "/v2/contract/invalid", reason="价格有误"))
    detail = running.detail()
    assert detail["status"] == "RECALLED" and detail["comments"] == "价格有误"
    assert [party["status"] for party in detail["signatories"]] == ["RECALLED", "RECALLED"]
    assert running.try_seal().envelope["responseCode"] == "11011101"
    running.api.ok(call(running, "/v2/contract/invalid"))
    assert running.api.get("/v2/contract/detail", contractId=running.id).envelope["responseCode"] == "11101003"


def test_a_contract_ended_by_force_keeps_its_signatures_and_says_why(running):
    running.seal()
    assert call(running, "/v2/contract/forceend").envelope["responseCode"] == "11990005"
    running.api.ok(call(running, "/v2/contract/forceend", reason="项目取消"))
    detail = running.detail()
    assert detail["status"] == "FORCE_END" and detail["comments"] == "项目取消"
    assert [party["status"] for party in detail["signatories"]] == ["SIGNED", "FORCE_END"]
    assert call(running, "/v2/contract/forceend", reason="再一次").envelope["responseCode"] == "11011101"


@pytest.mark.parametrize("path, fields", [("/v2/contract/forceend", {"reason": "x"}), ("/v2/contract/delay", {"days": 1}), ("/v2/contract/notice", {})])
def test_what_needs_a_running_contract_is_refused_for_a_draft(draft, path, fields):
    before = draft.detail()
    assert call(draft, path, **fields).envelope["responseCode"] == "11011101"
    assert draft.detail() == before


def test_days_count_from_the_present_deadline(running):
    before = running.detail()["expireTime"]
    running.api.ok(call(running, "/v2/contract/delay", days=3, expireDate="2099-01-01"))
    after = running.detail()["expireTime"]
    assert datetime.datetime.fromisoformat(after) - datetime.datetime.fromisoformat(before) == datetime.timedelta(days=3)


def test_a_day_counts_to_its_last_second_and_never_beyond_two_years(running):
    day = (datetime.datetime.fromisoformat(running.detail()["expireTime"]) + datetime.timedelta(days=30)).strftime("%Y-%m-%d")
    running.api.ok(call(running, "/v2/contract/delay", expireDate=day))
    assert running.detail()["expireTime"] == f"{day} 23:59:59"
    running.api.ok(call(running, "/v2/contract/delay", expireDate="2099-01-01"))
    detail = running.detail()
    span = datetime.datetime.fromisoformat(detail["expireTime"]) - datetime.datetime.fromisoformat(detail["publishTime"])
    assert span in (datetime.timedelta(days=730), datetime.timedelta(days=731))


@pytest.mark.parametrize("fields", [{}, {"days": 0}, {"days": "soon"}, {"expireDate": "2020-01-01"}, {"expireDate": "someday"}])
def test_a_delay_that_says_nothing_sensible_is_refused(running, fields):
    before = running.detail()
    assert call(running, "/v2/contract/delay", **fields).envelope["responseCode"] == "11990005"
    assert running.detail() == before


def test_an_expired_contract_runs_again_where_it_stood(tmp_path, contract_pdf):
    clock = Clock(tmp_path)
    with Server(tmp_path / "data", environment=clock.environment) as server:
        demo = server.demo
        api = Api(server.host, server.port, CredentialsByClock(demo["appToken"], demo["appSecret"], clock))
        contract = Contract(api, server, [company(demo["companyName"]), person("李测试", LI)])
        document = contract.add_file(contract_pdf)
        contract.send([contract.at_action(0, type="COMPANY", documentId=document, page=1, offsetX=0.1, offsetY=0.1),
                       contract.at_party(1, type="PERSONAL", documentId=document, page=1, offsetX=0.6, offsetY=0.1)])
        contract.seal()
        clock.advance(days=40)
        assert contract.status == "EXPIRED" and contract.statuses() == ["SIGNED", "EXPIRED"]
        api.ok(call(contract, "/v2/contract/delay", days=60))
        assert contract.status == "SIGNING" and contract.statuses() == ["SIGNED", "SIGNING"]
        contract.sign_by_page(user("李测试", LI))
        assert contract.status == "COMPLETE"


def invitations(contract: Contract) -> list[str]:
    return [message["text"] for message in inbox(contract.server, LI) if contract.subject in message["text"] and "邀请" in message["text"]]


def arrive(contract: Contract, count: int) -> None:
    """Waits until so many invitations are there."""
    end = time.monotonic() + 20
    while len(invitations(contract)) < count and time.monotonic() < end:
        time.sleep(0.05)
    assert len(invitations(contract)) == count


def test_a_reminder_reaches_whoever_may_act_now_and_nobody_else(running):
    arrive(running, 1)
    running.api.ok(call(running, "/v2/contract/notice"))
    arrive(running, 2)
    company_party, person_party = (party["id"] for party in running.detail()["signatories"])
    running.api.ok(call(running, "/v2/contract/notice", signatoryId=company_party))
    running.api.ok(call(running, "/v2/contract/notice", signatoryId=person_party))
    arrive(running, 3)  # the company's reminder went to somebody else
    assert call(running, "/v2/contract/notice", signatoryId="1").envelope["responseCode"] == "11990005"


def test_a_reminder_that_can_reach_nobody_of_the_named_party_is_refused(api, server, contract_pdf):
    contract = Contract(api, server, [person("先（测试）", "13800000751", serialNo=1), person("后（测试）", "13800000752", serialNo=2)])
    contract.add_file(contract_pdf)
    contract.send([contract.at_party(party, type="PERSONAL", page=1, offsetX=0.3, offsetY=0.2 + party / 5) for party in (0, 1)])
    waiting = contract.detail()["signatories"][1]["id"]
    reply = call(contract, "/v2/contract/notice", signatoryId=waiting)
    assert reply.envelope["responseCode"] == "11990005" and "signatoryId" in reply.envelope["message"]
    contract.sign_by_page(user("先（测试）", "13800000751"))
    api.ok(call(contract, "/v2/contract/notice", signatoryId=waiting))


@pytest.fixture
def approval(api, server, contract_pdf):
    """The demo company approves before it seals."""
    nodes = [{"type": "AUDIT", "serialNo": 1, "corpOperators": [APPROVER]}, {"type": "COMPANY", "serialNo": 2}]
    made = Contract(api, server, [company(server.demo["companyName"], nodes), person("李测试", LI)])
    document = made.add_file(contract_pdf)
    made.send([made.at_action(0, 1, type="COMPANY", documentId=document, page=1, offsetX=0.1, offsetY=0.1),
               made.at_party(1, type="PERSONAL", documentId=document, page=1, offsetX=0.6, offsetY=0.1)])
    return made


def test_an_approval_by_api_opens_the_next_node(approval):
    assert approval.try_seal().envelope["responseCode"] == "11011107"
    approval.api.ok(call(approval, "/v2/contract/employeeaudit", **{"pass": True, "employee": APPROVER}))
    assert approval.nodes(0) == ["FINISH", "START"]
    assert call(approval, "/v2/contract/employeeaudit", **{"pass": True}).envelope["responseCode"] == "11011107"
    approval.seal()


def test_an_approval_that_fails_sends_the_contract_back(approval):
    approval.api.ok(call(approval, "/v2/contract/employeeaudit", **{"pass": False, "comment": "条款不符"}))
    detail = approval.detail()
    assert detail["status"] == "REJECTED" and detail["comments"] == "条款不符"
    assert approval.nodes(0)[0] == "STOP"


def test_only_an_operator_of_the_node_approves(approval):
    other = {"contact": "10000000000", "contactType": "MOBILE"}
    reply = call(approval, "/v2/contract/employeeaudit", **{"pass": True, "employee": other})
    assert reply.envelope["responseCode"] == "11011121" and approval.nodes(0) == ["START", "INIT"]
    assert call(approval, "/v2/contract/employeeaudit").envelope["responseCode"] == "11990005"


def test_the_legal_representative_seals_silently_with_the_companys_seal_for_him(api, server, contract_pdf):
    nodes = [{"type": "LP", "serialNo": 1}, {"type": "COMPANY", "serialNo": 2}]
    contract = Contract(api, server, [company(server.demo["companyName"], nodes), person("李测试", LI)])
    document = contract.add_file(contract_pdf)
    contract.send([contract.at_action(0, 0, type="LP", documentId=document, page=1, offsetX=0.1, offsetY=0.1),
                   contract.at_action(0, 1, type="COMPANY", documentId=document, page=1, offsetX=0.3, offsetY=0.1)])
    assert contract.try_seal().envelope["responseCode"] == "11011107"
    api.ok(call(contract, "/v2/contract/legalpersonsign"))
    assert contract.nodes(0) == ["FINISH", "START"]
    assert call(contract, "/v2/contract/legalpersonsign").envelope["responseCode"] == "11011107"
    contract.seal()
