"""A mobile number that somebody of another name has (spec §2.7): refused when a contract is published, when a party is added or changed, when an authorisation is asked for."""
from __future__ import annotations

import pytest

from support import organisation
from support.api import Api
from support.contracts import Contract, company, person, user
from support.joining import Joiner
from support.page import PageError
from support.server import Server

HOUSE, BRANCH, OTHER = "实名科技（测试）有限公司", "实名分公司（测试）有限公司", "无关集团（测试）有限公司"
KNOWN, LEFT, BRANCHS, OTHERS = "13866660001", "13866660002", "13866660003", "13866660004"
PLAN = [
    {"name": HOUSE, "register_no": "91000000TESTNAMES1", "application": [{"name": "erp"}], "seal": [{"name": "公章"}],
     "employee": [{"name": "吴测试", "mobile": KNOWN, "email": "wu@example.com"}, {"name": "孙测试", "mobile": LEFT, "dismissed": True}],
     "category": [{"name": "adding", "add_after_sending": True}]},
    {"name": BRANCH, "parent": HOUSE, "employee": [{"name": "周测试", "mobile": BRANCHS}]},
    {"name": OTHER, "application": [{"name": "oa"}], "employee": [{"name": "李测试", "mobile": OTHERS}]},
]


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    data = tmp_path_factory.mktemp("names") / "data"
    data.mkdir()
    with Server(data) as server:
        made = organisation.apply(data, PLAN)
        yield made.application(server, HOUSE), server


@pytest.fixture
def draft(house, contract_pdf):
    api, server = house

    def make(*parties: dict, **fields) -> Contract:
        made = Contract(api, server, list(parties), category={"name": "adding"}, **fields)
        made.add_file(contract_pdf)
        return made

    return make


def refused(reply, field: str) -> None:
    envelope = reply.envelope
    assert (envelope["code"], envelope["responseCode"]) == (1703, "11041703") and field in envelope["message"], envelope


@pytest.mark.parametrize("mobile", [KNOWN, BRANCHS])
def test_a_person_of_another_name_is_refused_at_sending_and_nothing_changes(draft, mobile):
    contract = draft(person("另一人", mobile))
    refused(contract.try_send(), "signatories[0].tenantName")
    assert contract.status == "DRAFT"


def test_a_draft_that_is_sent_at_once_stays_a_draft(house, contract_pdf):
    api, server = house
    contract = Contract(api, server, [person("另一人", KNOWN)], bizId="names-at-once")
    contract.add_file(contract_pdf)
    body = {"bizId": "names-at-once", "subject": "立即发起", "send": True, "signatories": [person("另一人", KNOWN)]}
    refused(api.post("/v2/contract/draft", body), "signatories[0].tenantName")
    assert contract.status == "DRAFT"


def test_the_handler_of_a_company_is_refused_like_a_person(draft):
    contract = draft(company("外部（测试）有限公司", receiver=user("另一人", KNOWN)))
    refused(contract.try_send(), "signatories[0].receiver.name")


@pytest.mark.parametrize(("name", "contact"), [("吴测试", KNOWN), (" 吴测试 ", KNOWN), ("周测试", BRANCHS), ("另一人", LEFT), ("另一人", OTHERS), ("另一人", "wu@example.com"),
                                               ("另一人", "13866669999")],
                         ids=["right", "blanks", "branch", "left", "other group", "mail", "unknown"])
def test_everybody_else_may_be_meant(draft, name, contact):
    contract = draft(person(name, contact))
    contract.send()
    assert contract.status == "SIGNING"


def test_a_handler_without_a_name_may_be_meant(draft):
    draft(company("外部（测试）有限公司", receiver={"contact": KNOWN, "contactType": "MOBILE"})).send()


def test_a_party_that_is_added_later_is_refused(draft):
    contract = draft(person("郑测试", "13866661001"))
    contract.send()
    refused(contract.api.post("/v2/signatory/add", {"contractId": contract.id, "signatory": person("另一人", KNOWN)}), "signatory.tenantName")
    contract.api.ok(contract.api.post("/v2/signatory/add", {"contractId": contract.id, "signatory": person("吴测试", KNOWN)}))
    assert len(contract.statuses()) == 2


@pytest.mark.parametrize("path", ["/v2/signatory/edit", "/v3/signatory/edit"])
def test_a_party_is_not_changed_to_somebody_of_another_name(draft, path):
    contract = draft(person("郑测试", "13866661002"))
    contract.send()
    party = contract.parties[0]["id"]
    refused(contract.api.post(path, {"signatoryId": party, "receiver": user("另一人", KNOWN), "tenantName": "另一人"}), "signatory.tenantName")
    assert contract.detail()["signatories"][0]["tenantName"] == "郑测试"
    contract.api.ok(contract.api.post(path, {"signatoryId": party, "receiver": user("吴测试", KNOWN), "tenantName": "吴测试"}))


def test_who_joins_under_another_name_hears_it(draft):
    contract = draft({"tenantType": "PERSONAL", "delaySet": True})
    contract.send()
    url = contract.api.ok(contract.api.get("/v2/contract/personal/joinurl", contractId=contract.id))["joinUrls"][0]["url"]
    with pytest.raises(PageError) as wrong:
        Joiner(contract.server, url).join("另一人", KNOWN)
    assert wrong.value.code == "EmployeeNameDiffers" and contract.detail()["signatories"][0]["tenantType"] == "P_NO_RECEIVER"


def test_an_authorisation_is_not_asked_of_somebody_of_another_name(house):
    api: Api = house[0]
    for path in ("/v2/personalsign/authurl", "/v2/personalsign/authurl/miniappexchange"):
        refused(api.post(path, {"user": user("另一人", KNOWN)}), "user.name")
        api.ok(api.post(path, {"user": user("吴测试", KNOWN)}))
