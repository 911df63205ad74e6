"""Signing calls that find a contract by bizId: tenantName is who signs, draftsmanName who made the contract (spec §4.19, §4.22)."""
from __future__ import annotations

import uuid

import pytest

from support.api import Reply
from support.contracts import Contract, company, user

SIGN = "/v2/contract/companysign"
HANDLER = user("演示员工丙", "13900000011")


@pytest.fixture
def sub(server) -> str:
    return server.demo["subCompanyName"]


@pytest.fixture
def make(api, server, contract_pdf):
    """A function that sends a contract of companies in their order, each with a place for its seal, under a bizId."""

    def sent(*parties: dict, **fields) -> Contract:
        contract = Contract(api, server, list(parties), **{"bizId": uuid.uuid4().hex, **fields})
        contract.add_file(contract_pdf)
        contract.send([contract.at_action(number, len(party["actions"]) - 1, type="COMPANY", page=1, offsetX=0.1 + 0.4 * number, offsetY=0.1)
                       for number, party in enumerate(parties)])
        return contract

    return sent


def sign(contract: Contract, path: str = SIGN, **fields) -> Reply:
    return contract.api.post(path, {"bizId": contract.detail()["bizId"], **fields})


def test_a_subsidiary_signs_a_contract_of_the_platform_company(api, server, make, sub):
    contract = make(company(server.demo["companyName"]), company(sub, receiver=HANDLER))
    assert sign(contract, tenantName=sub).code == 1107, "the contract is found, and it is the other's turn"
    api.ok(sign(contract))
    api.ok(sign(contract, tenantName=sub))
    assert contract.status == "COMPLETE"


def test_a_subsidiary_signs_its_own_contract_with_and_without_the_draftsmans_name(api, make, sub):
    plain, named = make(company(sub), tenantName=sub), make(company(sub), tenantName=sub)
    api.ok(sign(plain, tenantName=sub))
    api.ok(sign(named, tenantName=sub, draftsmanName=sub))
    assert plain.status == named.status == "COMPLETE"


def test_the_platform_company_signs_a_subsidiarys_contract_by_the_draftsmans_name(api, server, make, sub):
    contract = make(company(server.demo["companyName"], receiver=user("韩梅梅", "13900000001")), tenantName=sub)
    assert sign(contract).envelope["responseCode"] == "11101003"
    api.ok(sign(contract, draftsmanName=sub))
    assert contract.status == "COMPLETE"


def test_of_two_contracts_with_one_biz_id_the_platform_companys_is_meant_unless_the_draftsman_is_named(api, server, make, sub):
    theirs = make(company(sub), tenantName=sub)
    ours = make(company(sub, receiver=HANDLER), bizId=theirs.detail()["bizId"])
    api.ok(sign(ours, tenantName=sub))
    assert (ours.status, theirs.status) == ("COMPLETE", "SIGNING")
    api.ok(sign(theirs, tenantName=sub, draftsmanName=sub))
    assert theirs.status == "COMPLETE"


def test_a_biz_id_that_neither_company_has_is_not_found(api, sub):
    reply = api.post(SIGN, {"bizId": "没有这个", "tenantName": sub})
    assert reply.envelope["responseCode"] == "11101003"


def test_a_subsidiary_approves_in_a_contract_of_the_platform_company(api, server, make, sub):
    nodes = [{"type": "AUDIT", "serialNo": 0, "corpOperators": [HANDLER]}, {"type": "COMPANY", "serialNo": 1}]
    contract = make(company(sub, nodes, receiver=HANDLER))
    api.ok(sign(contract, "/v2/contract/employeeaudit", tenantName=sub, **{"pass": True}))
    assert contract.nodes(0) == ["FINISH", "START"]
