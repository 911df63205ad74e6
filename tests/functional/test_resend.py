"""Starting a contract again that ended without success: the documents as they were, the parties, their places; what is overridden."""
from __future__ import annotations

import itertools
import uuid

import pytest

from support.contracts import Contract, company, person, user, verify

_numbers = itertools.count(13_730_000_000)


def mobile() -> str:
    return str(next(_numbers))


@pytest.fixture
def ended(api, server, contract_pdf):
    """ended(how): a contract that was sealed by the initiator and then came to its end; `contact` is the person's."""

    def make(how: str = "recall", **fields) -> Contract:
        contact = mobile()
        made = Contract(api, server, [company(server.demo["companyName"]), person("乙方（测试）", contact)],
                        **{"bizId": uuid.uuid4().hex, "ordinal": False, "description": "旧说明", "tags": ["旧"], "businessData": "旧数据", **fields})
        made.contact = contact
        made.add_file(contract_pdf)
        made.send([made.at_action(0, type="COMPANY", page=1, offsetX=0.1, offsetY=0.1), made.at_party(1, type="PERSONAL", page=1, offsetX=0.6, offsetY=0.1)])
        made.seal()
        if how == "recall":
            api.ok(api.post("/v2/contract/invalid", {"contractId": made.id, "reason": "重来"}))
        if how == "forceend":
            api.ok(api.post("/v2/contract/forceend", {"contractId": made.id, "reason": "结束"}))
        if how == "reject":
            made.page(user("乙方（测试）", contact), hideRejectButton=False).reject("条款不符")
        return made

    return make


def resend(contract: Contract, **fields):
    return contract.api.post("/v2/contract/resend", {"contractId": contract.id, **fields})


def again(contract: Contract, **fields) -> Contract:
    """The new contract, with the helpers of one that was drafted."""
    made = contract.api.ok(resend(contract, **fields))
    new = Contract.__new__(Contract)
    new.api, new.server, new.subject = contract.api, contract.server, made["subject"]
    new.id, new.parties, new.documents = made["id"], made["signatories"], [one["id"] for one in made["documents"]]
    return new


@pytest.mark.parametrize("how", ["recall", "forceend", "reject"])
def test_what_ended_without_success_starts_again_with_clean_documents_and_the_same_places(ended, how, contract_pdf, tmp_path, server):
    old = ended(how)
    new = again(old, newBizId=uuid.uuid4().hex)
    detail = new.detail()
    assert detail["status"] == "DRAFT" and detail["id"] != old.id and detail["sn"] != old.detail()["sn"]
    assert [one["tenantName"] for one in detail["signatories"]] == [server.demo["companyName"], "乙方（测试）"]
    assert {one["status"] for one in detail["signatories"]} == {"DRAFT"}
    assert not ({one["id"] for one in detail["signatories"]} & {one["id"] for one in old.detail()["signatories"]})
    assert new.documents != old.documents
    assert not verify(new.download(), tmp_path, server).report["signatures"]
    new.send()
    renamed = {"id": "", "actionId": "", "documentId": new.documents[0]}
    assert new.places(0) and [{**place, **renamed} for place in new.places(0)] == [{**place, **renamed} for place in old.places(0)]
    assert {place["actionId"] for place in new.places(0)} == {new.action(0)} and {place["documentId"] for place in new.places(0)} == {new.documents[0]}
    assert not {place["id"] for place in new.places(0)} & {place["id"] for place in old.places(0)}
    new.seal()
    new.sign_by_page(user("乙方（测试）", old.contact))
    assert new.status == "COMPLETE"
    verdict = verify(new.download(), tmp_path, server)
    assert verdict.intact and verdict.signers == [server.demo["companyName"], "乙方（测试）"]
    assert len(verify(old.download(), tmp_path, server).signers) == 1  # the old one is as it was


def test_the_new_contract_keeps_what_is_not_named_and_takes_what_is(ended):
    old = ended()
    kept = again(old).detail()
    assert (kept["description"], kept["tags"], kept["businessData"], kept["ordinal"]) == ("旧说明", ["旧"], "旧数据", False)
    assert "bizId" not in kept and "comments" not in kept
    biz = uuid.uuid4().hex
    new = again(old, newBizId=biz, subject="新标题", description="新说明", sn="新-1", ordinal=True, tags="甲,乙", businessData="新数据",
                relatedContractIds=[old.id], customFields=[{"key": "k", "value": "v"}], signFlowStrategy="ANY_SIGN_FINISH",
                expireTime="2027-01-31 12:00:00", endTime="2028-01-31", copySendTime="SEND", notifySponsor=True,
                copySendReceivers=[{"name": "抄送（测试）", "receiver": user("抄送（测试）", mobile())}]).detail(queryRelatedContract="true")
    wanted = {"bizId": biz, "subject": "新标题", "description": "新说明", "sn": "新-1", "ordinal": True, "tags": ["甲", "乙"], "businessData": "新数据",
              "customFields": [{"key": "k", "value": "v"}], "signFlowStrategy": "ANY_SIGN_FINISH", "expireTime": "2027-01-31 12:00:00",
              "endTime": "2028-01-31 23:59:59", "copySendTime": "SEND", "relatedContractIds": [old.id]}
    assert {name: new[name] for name in wanted} == wanted and new["copySendReceivers"][0]["send"] is False


def test_other_parties_take_the_places_of_the_same_ones(ended, server):
    old, other = ended(), mobile()
    new = again(old, signatories=[company(server.demo["companyName"]), person("丙方（测试）", other)], send=True)
    assert new.status == "SIGNING"
    assert len(new.places(0)) == 1 and new.places(1) == []
    assert new.api.post("/v2/contract/resend", {"contractId": old.id, "signatories": [person("丙方（测试）", other), person("丙方（测试）", other)]}).envelope["responseCode"] == "11011102"


def test_a_contract_is_sent_at_once_when_that_is_asked_for(ended):
    new = again(ended(), send=True)
    assert new.status == "SIGNING"


def test_a_bizId_is_one_contracts_alone(ended):
    old = ended()
    biz = old.detail()["bizId"]
    assert resend(old, newBizId=biz).envelope["responseCode"] == "11011112"
    assert old.api.get("/v2/contract/detail", bizId=biz).result["id"] == old.id
    found = old.api.ok(old.api.post("/v2/contract/resend", {"bizId": biz, "newBizId": uuid.uuid4().hex}))
    assert found["status"] == "DRAFT"


def test_what_runs_or_is_done_is_not_started_again(ended, api, server, contract_pdf):
    running = ended("not at all")
    assert resend(running).envelope["responseCode"] == "11011101"
    running.sign_by_page(user("乙方（测试）", running.contact))
    assert running.status == "COMPLETE" and resend(running).envelope["responseCode"] == "11011101"
    draft = Contract(api, server, [person("甲（测试）", mobile())])
    assert resend(draft).envelope["responseCode"] == "11011101"
    assert api.post("/v2/contract/resend", {"contractId": "1"}).envelope["responseCode"] == "11101003"


def test_the_proof_of_identity_that_was_asked_for_is_asked_for_again(api, server, contract_pdf):
    contact = mobile()
    old = Contract(api, server, [person("证件（测试）", contact, userAuthInfo={"idCardNo": "110101199001011234"})])
    old.add_file(contract_pdf)
    old.send([old.at_party(0, type="PERSONAL", page=1, offsetX=0.6, offsetY=0.1)])
    api.ok(api.post("/v2/contract/invalid", {"contractId": old.id}))
    new = again(old, send=True)
    page = new.page(user("证件（测试）", contact))
    page.prove(name="证件（测试）", idCardNo="110101199001011234")
    page.sign(page.ask_for_code(contact), typed="证件（测试）")
    assert new.status == "COMPLETE"


def test_a_cancelled_contract_starts_again_without_its_cancellation(api, server, contract_pdf):
    old = Contract(api, server, [company(server.demo["companyName"])])
    old.add_file(contract_pdf)
    old.send([old.at_action(0, type="COMPANY", page=1, offsetX=0.1, offsetY=0.1)])
    old.seal()
    api.ok(api.post("/v2/contract/invalid", {"contractId": old.id, "reason": "作废原因"}))
    assert old.detail()["invalidReason"] == "作废原因" and old.status == "INVALIDED"
    new = again(old)
    detail = new.detail()
    assert not {name for name in detail if name.startswith("invalid")} and detail["status"] == "DRAFT"
    assert [one["contentType"] for one in detail["documents"]] == ["CONTRACT"]
    new.send()
    new.seal()
    assert new.status == "COMPLETE"


def test_files_that_were_wished_away_do_not_come_back(ended):
    old = ended("none")
    old.api.ok(old.api.post("/v2/contract/invalid", {"contractId": old.id, "deleteDoc": True}))
    assert resend(old).envelope["responseCode"] == "11011401"
