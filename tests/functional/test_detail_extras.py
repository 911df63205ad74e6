"""GET /v2/contract/detail: what it adds when it is asked for."""
from __future__ import annotations

import json

import pytest

from support.contracts import Contract, company, person, user
from support.pdfs import make_pdf


@pytest.fixture
def sealed(api, server, contract_pdf):
    made = Contract(api, server, [company(server.demo["companyName"], [
        {"type": "COMPANY", "serialNo": 1, "corpOperators": [{"contact": "13900000001", "contactType": "MOBILE"}]}]),
        person("收件人", "13800000741")])
    made.add_file(contract_pdf)
    made.send([made.at_action(0, type="COMPANY", page=1, offsetX=0.5, offsetY=0.3),
               made.at_party(1, type="PERSONAL", page=1, offsetX=0.2, offsetY=0.3)])
    return made


def test_how_often_each_seal_was_used(server, sealed):
    assert sealed.detail(querySealStats="true")["sealStats"] == []
    sealed.seal(sealId=server.demo["sealId"])
    [line] = sealed.detail(querySealStats="true")["sealStats"]
    assert (line["sealId"], line["count"]) == (server.demo["sealId"], 1) and line["sealName"]
    assert "sealStats" not in sealed.detail()


def test_places_name_their_node_or_party(sealed):
    company_party, person_party = sealed.detail(queryLocation="true")["signatories"]
    [node] = company_party["actions"]
    assert [place["actionId"] for place in node["stampers"]] == [node["id"]]
    assert [place["signatoryId"] for place in person_party["stampers"]] == [person_party["id"]]
    plain = sealed.detail()["signatories"]
    assert "stampers" not in plain[0]["actions"][0] and "stampers" not in plain[1]


def test_places_have_ids_and_tell_the_keyword_they_were_found_by(api, server):
    contract = Contract(api, server, [company(server.demo["companyName"]), person("收件人", "13800000741")])
    contract.add_file(make_pdf([[(100, 700, "Seal here"), (100, 500, "Sign here"), (100, 300, "Sign here")]]))
    contract.send([contract.at_action(0, type="COMPANY", page=1, offsetX=0.1, offsetY=0.1),
                   contract.at_party(1, type="PERSONAL", keyword="Sign here", keywordIndex=0)])
    by_page, by_keyword = contract.places(0), contract.places(1)
    assert "keyword" not in by_page[0] and "keywordIndex" not in by_page[0]
    assert [(place["keyword"], place["keywordIndex"]) for place in by_keyword] == [("Sign here", 0)] * 2
    ids = [place["id"] for place in by_page + by_keyword]
    assert len(set(ids)) == 3 and all(len(one) == 19 and one.isdigit() for one in ids)
    assert [place["id"] for place in contract.places(1)] == ids[1:]


def test_a_draft_tells_the_places_that_were_asked_for(api, server, contract_pdf):
    signer = person("收件人", "13800000741", stampers=[{"type": "TIMESTAMP", "page": -1, "offsetX": 0.2, "offsetY": 0.3, "datePattern": "Chinese"}])
    contract = Contract(api, server, [company(server.demo["companyName"]), signer])
    contract.add_file(contract_pdf, stampers=[{"actionId": contract.action(0), "type": "COMPANY", "keyword": "甲方", "offsetX": "0.1"}])
    node, party = contract.detail()["signatories"][0]["actions"][0], contract.detail()["signatories"][1]
    assert node["stampers"] == [{"actionId": node["id"], "type": "COMPANY", "documentId": contract.documents[0], "keyword": "甲方",
                                 "keywordIndex": 1, "offsetX": 0.1}]
    assert party["stampers"] == [{"signatoryId": party["id"], "type": "TIMESTAMP", "page": -1, "offsetX": 0.2, "offsetY": 0.3,
                                  "datePattern": "Chinese"}]


@pytest.mark.parametrize("count", [1, 3])
def test_places_may_come_as_a_field_for_each(api, server, contract_pdf, count):
    contract = Contract(api, server, [company(server.demo["companyName"])])
    fields = [("contractId", contract.id), ("title", "合同"), ("fileSuffix", "pdf")]
    fields += [("stampers", json.dumps(contract_place(contract.action(0), number))) for number in range(count)]
    body = b"".join(f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode() for name, value in fields)
    body += b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n' + contract_pdf + b"\r\n--x--\r\n"
    api.ok(api.request("POST", "/v2/document/addbyfile", body, {"Content-Type": "multipart/form-data; boundary=x"}))
    [node] = contract.detail()["signatories"][0]["actions"]
    assert [one["offsetX"] for one in node["stampers"]] == [0.1 * (number + 1) for number in range(count)]


def contract_place(action: str, number: int) -> dict:
    return {"actionId": action, "type": "COMPANY", "page": 1, "offsetX": 0.1 * (number + 1), "offsetY": 0.2}


def test_who_may_act_and_who_did(api, server, contract_pdf):
    named = {"contact": "13900000001", "contactType": "MOBILE"}
    handler = {"name": "韩梅梅", **named}
    contract = Contract(api, server, [
        company(server.demo["companyName"], [{"type": "OPERATOR", "serialNo": 1}, {"type": "COMPANY", "serialNo": 2, "corpOperators": [named]}],
                receiver=handler),
        company("外部公司（测试）有限公司", [{"type": "COMPANY", "serialNo": 1}], receiver=user("外部经办（测试）", "13800000742"))], ordinal=False)
    contract.add_file(contract_pdf)
    contract.send([contract.at_action(0, 0, type="PERSONAL", page=1, offsetX=0.1, offsetY=0.1),
                   contract.at_action(0, 1, type="COMPANY", page=1, offsetX=0.4, offsetY=0.1),
                   contract.at_action(1, type="COMPANY", page=1, offsetX=0.7, offsetY=0.1)])

    def operators() -> list[list[str] | None]:
        own, other = contract.detail(queryActionOperator="true")["signatories"]
        assert ["corpOperators" in node for node in own["actions"] + other["actions"]] == [False, True, False]
        return [[one["contact"] for one in node["operators"]] if "operators" in node else None for node in own["actions"] + other["actions"]]

    # Whose turn it is by his part, who is named for later, and nothing about another's company.
    assert operators() == [["13900000001"], ["13900000001"], None]
    assert all("operators" not in node for node in contract.detail()["signatories"][0]["actions"])
    contract.sign_by_page(handler)
    contract.seal()
    assert contract.nodes(0) == ["FINISH", "FINISH"] and operators() == [["13900000001"], ["13900000001"], None]


def test_a_seal_that_nobody_is_named_for_is_its_keepers_to_do(api, server, contract_pdf):
    contract = Contract(api, server, [company(server.demo["companyName"])])
    contract.add_file(contract_pdf)
    contract.send([contract.at_action(0, type="COMPANY", page=1, offsetX=0.1, offsetY=0.1)])
    [node] = contract.detail(queryActionOperator="true")["signatories"][0]["actions"]
    assert node["status"] == "START" and node["operators"] and all(one["contact"] for one in node["operators"])
    assert "completeTime" not in node
    contract.seal()
    [node] = contract.detail(queryActionOperator="true")["signatories"][0]["actions"]
    assert len(node["operators"]) == 1 and node["completeTime"]


def test_related_contracts_are_told_with_name_and_status(api, server, sealed):
    other = Contract(api, server, [company(server.demo["companyName"])], relatedContractIds=[sealed.id, "1"])
    found = other.detail(queryRelatedContract="true")
    assert found["relatedContracts"] == [{"id": sealed.id, "subject": sealed.subject, "status": "SIGNING"}]
    assert found["relatedContractIds"] == [sealed.id, "1"]
    assert "relatedContracts" not in other.detail()


def test_real_names_of_the_operators_of_ones_own_company(sealed):
    [node] = sealed.detail(queryOperatorRealInfo="true")["signatories"][0]["actions"]
    assert [user["realInfo"]["name"] != "" for user in node["operators"]] == [True]
    [plain] = sealed.detail(queryActionOperator="true")["signatories"][0]["actions"]
    assert "realInfo" not in plain["operators"][0]


def test_who_is_named_for_a_node_is_told_to_whoever_drafts_and_who_sends_again(api, server, contract_pdf):
    named = {"name": "韩梅梅", "contact": "13900000001", "contactType": "MOBILE"}
    fields = {"subject": "合同", "signatories": [company(server.demo["companyName"], [{"type": "COMPANY", "corpOperators": [named]}])]}
    made = api.ok(api.post("/v2/contract/draft", fields))
    [node] = made["signatories"][0]["actions"]
    assert node["corpOperators"] == node["operators"] == [named]
    api.ok(api.upload("/v2/document/addbyfile", {"contractId": made["id"], "title": "合同", "fileSuffix": "pdf"}, [("file", "a.pdf", contract_pdf)]))
    api.ok(api.post("/v2/contract/send", {"contractId": made["id"]}))
    api.ok(api.post("/v2/contract/invalid", {"contractId": made["id"]}))
    [node] = api.ok(api.post("/v2/contract/resend", {"contractId": made["id"]}))["signatories"][0]["actions"]
    assert node["corpOperators"] == node["operators"] == [named]
    assert "corpOperators" not in api.ok(api.get("/v2/contract/detail", contractId=made["id"]))["signatories"][0]["actions"][0]


def test_the_id_card_a_handler_has_to_show_is_told_masked_among_his_real_info(api, server, contract_pdf):
    sub = server.demo["subCompanyName"]
    handler = user("演示员工丙", "13900000011")
    party = company(sub, [{"type": "OPERATOR", "serialNo": 1}, {"type": "COMPANY", "serialNo": 2}], receiver=handler,
                    userAuthInfo={"idCardNo": "110101199003070011"})
    contract = Contract(api, server, [party])
    contract.add_file(contract_pdf)
    contract.send()
    [node, _] = contract.detail(queryOperatorRealInfo="true")["signatories"][0]["actions"]
    [info] = [one["realInfo"] for one in node["operators"] if one["contact"] == handler["contact"]]
    assert info["name"] and info["idCardNo"].startswith("1") and "*" in info["idCardNo"] and "19900307" not in info["idCardNo"]
