"""GET /v2/contract/detail: what it adds when it is asked for."""
from __future__ import annotations

import pytest

from support.contracts import Contract, company, person


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
