"""What the business system of a receiving company is told of a contract, and what its initiator keeps for himself (spec §1.8, §2.1)."""
from __future__ import annotations

import itertools
import json
import uuid

import pytest

from support import organisation
from support.api import Api
from support.contracts import Contract, company, user

CREATOR = {"contact": "13900000001", "contactType": "MOBILE"}
_numbers = itertools.count(13_791_000_000)


class Other:
    """A company of a group of its own."""

    def __init__(self, server) -> None:
        self.name = f"对方虚构{uuid.uuid4().hex[:6]}有限公司"
        self.handler = user("收件员工（测试）", str(next(_numbers)))
        self.made = organisation.apply(server.data, [{"name": self.name, "application": [{"name": "收件系统"}], "seal": [{"name": "收件公章"}],
                                                      "employee": [{"name": self.handler["name"], "mobile": self.handler["contact"], "roles": ["SEAL_ADMIN"]}]}])
        self.api: Api = self.made.application(server, self.name)


@pytest.fixture(scope="module")
def other(server) -> Other:
    return Other(server)


@pytest.fixture
def secret() -> dict[str, str]:
    """Words that belong to the initiator alone."""
    return {name: f"{name}-{uuid.uuid4().hex[:8]}" for name in ("business", "tag", "field", "copy", "party", "node")} | {
        "contact": str(next(_numbers)), "creator": CREATOR["contact"]}


@pytest.fixture
def contract(api, server, other, secret, contract_pdf) -> Contract:
    related = Contract(api, server, [company(server.demo["companyName"])])
    made = Contract(api, server, [
        company(server.demo["companyName"], [{"type": "COMPANY", "serialNo": 1, "actionNo": secret["node"], "corpSealIds": [server.demo["sealId"]]}],
                signatoryNo=secret["party"]),
        company(other.name, [{"type": "COMPANY", "serialNo": 1}], receiver=other.handler)],
        ordinal=False, creator=CREATOR, businessData=secret["business"], tags=[secret["tag"]], notifySponsor=True,
        customFields=[{"key": "k", "value": secret["field"]}], copySendTime="SEND", relatedContractIds=[related.id],
        copySendReceivers=[{"name": secret["copy"], "receiver": user(secret["copy"], secret["contact"])}])
    made.related = related
    made.add_file(contract_pdf)
    made.send([made.at_action(0, type="COMPANY", page=1, offsetX=0.1, offsetY=0.1), made.at_action(1, type="COMPANY", page=1, offsetX=0.5, offsetY=0.1)])
    return made


EVERYTHING = {f"query{word}": "true" for word in ("ActionOperator", "Location", "RelatedContract", "SealStats", "OperatorRealInfo")}


def test_the_initiators_system_is_told_everything(contract, secret):
    told = json.dumps(contract.detail(**EVERYTHING), ensure_ascii=False)
    assert all(word in told for word in secret.values()) and contract.related.id in told


def test_a_receivers_system_is_not_told_what_the_initiator_keeps_for_himself(contract, other, secret, server):
    contract.seal()
    told = other.api.ok(other.api.get("/v2/contract/detail", contractId=contract.id, **EVERYTHING))
    text = json.dumps(told, ensure_ascii=False)
    assert [name for name, word in secret.items() if word in text] == []
    kept = {"businessData", "tags", "customFields", "copySendReceivers", "copySendTime", "relatedContractIds", "relatedContracts", "notifySponsor"}
    assert not kept & set(told) and contract.related.id not in text
    assert told["creator"] == {"name": contract.detail()["creator"]["name"]}
    assert told["sealStats"] == [], "the initiator's seals are no figures for others"
    theirs, own = told["signatories"]
    assert theirs["actions"][0]["sealId"] == server.demo["sealId"] and "corpSealIds" not in theirs["actions"][0]
    assert own["tenantName"] == other.name and own["actions"][0]["operators"][0]["contact"] == other.handler["contact"]


def test_a_receivers_system_is_told_of_its_own_seals(contract, other):
    other.api.ok(other.api.post("/v2/contract/companysign", {"contractId": contract.id, "tenantName": other.name}))
    told = other.api.ok(other.api.get("/v2/contract/detail", contractId=contract.id, querySealStats="true"))
    assert [one["sealName"] for one in told["sealStats"]] == ["收件公章"]


def test_a_list_of_received_contracts_tells_none_of_it(contract, other, secret):
    [line] = [one for one in other.api.ok(other.api.get("/v2/contract/list", signatoryType="RECEIVER"))["list"] if one["id"] == contract.id]
    assert not [word for word in secret.values() if word in json.dumps(line, ensure_ascii=False)]


def test_the_log_names_only_the_receivers_own_people_to_its_system(contract, api, other, secret, server):
    contract.page(CREATOR)
    contract.page(other.handler)
    stream = {"contractId": contract.id}
    ours = api.ok(api.get("/v2/contract/stream", **stream))["list"]
    theirs = other.api.ok(other.api.get("/v2/contract/stream", **stream))["list"]
    assert [one["id"] for one in ours] == [one["id"] for one in theirs]
    assert {CREATOR["contact"], other.handler["contact"]} <= {one.get("contact") for one in ours}
    contacts = {one["contact"] for one in theirs if "contact" in one}
    assert other.handler["contact"] in contacts and CREATOR["contact"] not in contacts and "139****0001" in contacts
    sent = next(one for one in theirs if one["operationDesc"] == "发起合同")
    assert sent["operatorName"] == "业务系统" and sent["tenantName"] == server.demo["companyName"]
    assert not [word for word in secret.values() if word in json.dumps(theirs, ensure_ascii=False)]


def test_what_an_approver_notes_is_told_to_his_own_company_alone(api, server, other, contract_pdf):
    contract = Contract(api, server, [
        company(server.demo["companyName"], [{"type": "AUDIT", "serialNo": 1, "corpOperators": [CREATOR]}, {"type": "COMPANY", "serialNo": 2}]),
        company(other.name, [{"type": "COMPANY", "serialNo": 1}], receiver=other.handler)], ordinal=False)
    contract.add_file(contract_pdf)
    contract.send([contract.at_action(0, 1, type="COMPANY", page=1, offsetX=0.1, offsetY=0.1), contract.at_action(1, 0, type="COMPANY", page=1, offsetX=0.5, offsetY=0.1)])
    api.ok(api.post("/v2/contract/employeeaudit", {"contractId": contract.id, "pass": True, "comment": "底价内部可接受"}))

    def note(reader: Api) -> str | None:
        lines = reader.ok(reader.get("/v2/contract/stream", contractId=contract.id))["list"]
        return next(one for one in lines if one["operationDesc"] == "审批通过").get("reason")

    assert note(api) == "底价内部可接受" and note(other.api) is None


@pytest.mark.parametrize("creator, told", [({}, {"name": "虚拟用户"}), ({"creator": CREATOR}, None)])
def test_a_draft_without_a_creator_is_the_virtual_users(api, server, creator, told):
    fields = {"subject": "无发起人（测试）", "signatories": [company(server.demo["companyName"])], **creator}
    made = api.ok(api.post("/v2/contract/draft", fields))
    detail = api.ok(api.get("/v2/contract/detail", contractId=made["id"]))
    assert made["creator"] == detail["creator"] == (told or {**CREATOR, "name": made["creator"]["name"]})
