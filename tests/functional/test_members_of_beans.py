"""Members that the typed beans of the SDKs take (../shared/spec/clients.md §3, §4), beside those that the pages name."""
from __future__ import annotations

import pytest

from support.contracts import Contract, company, person, user

LI = user("李雷（测试）", "13790200001")


@pytest.fixture
def make(api, server, contract_pdf):
    def sent(*parties: dict, **fields) -> Contract:
        contract = Contract(api, server, [company(server.demo["companyName"]), *parties], **fields)
        contract.add_file(contract_pdf)
        contract.send([contract.at_action(0, type="COMPANY", page=1, offsetX=0.1, offsetY=0.1)])
        return contract

    return sent


def test_times_and_places_of_parties_and_nodes(server, make):
    contract = make(person(LI["name"], LI["contact"]))
    own, li = contract.detail()["signatories"]
    [node] = own["actions"]
    assert (node["hasLocation"], li["hasLocation"]) == (True, False)
    assert node["createTime"] == own["createTime"] == li["createTime"] == contract.detail()["createTime"]
    assert "complateTime" not in node and "complateTime" not in own
    contract.seal()
    own, li = contract.detail()["signatories"]
    assert own["complateTime"] == own["completeTime"] and own["actions"][0]["complateTime"] == own["actions"][0]["completeTime"]
    assert "completeTime" not in contract.detail()
    contract.sign_by_page(LI, typed=LI["name"], places=[{"documentId": contract.documents[0], "page": 1, "x": 0.6, "y": 0.1}])
    assert contract.status == "COMPLETE"
    assert contract.detail()["completeTime"] == contract.detail()["signatories"][1]["complateTime"]


def test_a_draft_tells_whether_places_were_asked_for(api, server):
    place = {"type": "PERSONAL", "page": 1, "offsetX": 0.1, "offsetY": 0.1}
    first, second = Contract(api, server, [person("甲（测试）", "13790200002", stampers=[place]), person("乙（测试）", "13790200003")]).parties
    assert (first["hasLocation"], second["hasLocation"]) == (True, False)


def test_seals_by_both_names_and_what_a_contract_was_told_about_itself(api, server):
    nodes = [{"type": "COMPANY", "corpSealIds": [server.demo["sealId"]]}]
    told = {"subject": "合同", "signatories": [company(server.demo["companyName"], nodes)], "notifySponsor": True, "stamperRule": "OPTIONAL"}
    made = api.ok(api.post("/v2/contract/draft", told))
    [node] = made["signatories"][0]["actions"]
    assert node["corpSealIds"] == node["sealIds"] == [server.demo["sealId"]]
    assert (made["notifySponsor"], made["stamperRule"]) == (True, "OPTIONAL")


def test_a_line_of_the_operation_log_as_the_java_bean_reads_it(api, make):
    contract = make(person(LI["name"], LI["contact"]))
    _, line, _ = api.ok(api.get("/v2/contract/stream", contractId=contract.id))["list"]
    names = {"operateType": "operation", "cnOperateDesc": "operationDesc", "userName": "operatorName", "comments": "detail", "operateTime": "createTime"}
    assert {name: line[name] for name in names} == {name: line[ours] for name, ours in names.items()}
    assert line["comments"] == "《合同正文》"


def test_a_party_that_is_added_is_there_where_the_c_sharp_bean_looks_for_it_too(api, server, make):
    contract = make(person(LI["name"], LI["contact"]), category={"id": server.demo["categoryId"]})
    added = api.ok(api.post("/v2/signatory/add", {"contractId": contract.id, "signatory": person("韩梅（测试）", "13790200004")}))
    assert added.pop("signatory") == added and added["tenantName"] == "韩梅（测试）"


def test_who_refused_a_cancellation_is_told_with_the_reason(api, server, make):
    contract = make(person(LI["name"], LI["contact"]), ordinal=False)
    contract.seal()
    contract.sign_by_page(LI, typed=LI["name"], places=[{"documentId": contract.documents[0], "page": 1, "x": 0.6, "y": 0.1}])
    api.ok(api.post("/v2/contract/invalid", {"contractId": contract.id, "reason": "金额不对"}))
    contract.page(LI, hideRejectButton=False).reject("仍然需要")
    own, li = contract.detail()["signatories"]
    assert li["rejectInvalidReason"] == "仍然需要" and "rejectInvalidReason" not in own
    api.ok(api.post("/v2/contract/invalid", {"contractId": contract.id}))
    assert "rejectInvalidReason" not in contract.detail()["signatories"][1]
