"""GET /v2/contract/list: what a company sent and received, narrowed and paged."""
from __future__ import annotations

import uuid

import pytest

from support.contracts import Contract, company, person, user

LI = "13800000009"
LIST = "/v2/contract/list"


@pytest.fixture
def make(api, server, contract_pdf):
    """Makes a contract of the demo company (or of its sub-company) and sends it unless it shall stay a draft."""
    def one(sent: bool = True, receivers: list[dict] | None = None, **fields) -> Contract:
        sponsor = fields.get("tenantName", server.demo["companyName"])
        parties = [company(sponsor), *(receivers or [person("李测试", LI)])]
        contract = Contract(api, server, parties, ordinal=False, **fields)
        document = contract.add_file(contract_pdf)
        if sent:
            contract.send([contract.at_action(0, type="COMPANY", documentId=document, page=1, offsetX=0.1, offsetY=0.1)])
        return contract

    return one


def ids(api, **query) -> list[str]:
    return [line["id"] for line in api.ok(api.get(LIST, **query))["list"]]


def test_a_line_tells_what_the_contract_is(api, make):
    contract = make(bizId=f"L-{uuid.uuid4().hex[:12]}", description="测试用")
    line = next(line for line in api.ok(api.get(LIST))["list"] if line["id"] == contract.id)
    detail = contract.detail()
    for name in ("subject", "bizId", "description", "sn", "tenantName", "ordinal", "status", "publishTime", "expireTime", "category"):
        assert line[name] == detail[name], name


def test_a_status_narrows_the_list_and_drafts_are_found_by_their_making(api, make):
    sent, draft = make(), make(sent=False)
    assert sent.id in ids(api, status="SIGNING") and draft.id not in ids(api, status="SIGNING")
    assert draft.id in ids(api, status="DRAFT") and sent.id not in ids(api, status="DRAFT")
    assert {sent.id, draft.id} <= set(ids(api))
    sent.api.ok(sent.api.post("/v2/contract/invalid", {"contractId": sent.id}))
    assert sent.id in ids(api, status="RECALLED") and sent.id not in ids(api, status="SIGNING")


def test_newest_first_unless_asked_and_paged(api, make):
    made = [make(sent=False).id for _ in range(3)]
    newest = ids(api, selectLimit="3")
    assert newest == made[::-1]
    assert ids(api, selectLimit="2", selectOffset="1") == made[1::-1]
    everything = ids(api, createTimeOrder="ASC")
    assert everything[-3:] == made
    assert api.ok(api.get(LIST, selectLimit="1"))["totalCount"] == len(everything)


def test_sent_received_and_both(api, server, make):
    sub = server.demo["subCompanyName"]
    contract = make(receivers=[company(sub, receiver=user("演示员工丙", "13900000011"))])
    assert contract.id in ids(api) and contract.id not in ids(api, tenantName=sub)
    assert contract.id in ids(api, tenantName=sub, signatoryType="RECEIVER")
    assert contract.id in ids(api, tenantName=sub, signatoryType="ALL")
    assert contract.id not in ids(api, signatoryType="RECEIVER")
    own = make(tenantName=sub)
    assert own.id in ids(api, tenantName=sub) and own.id not in ids(api)


def test_a_party_that_is_added_later_finds_the_contract_among_the_received(api, server, make):
    contract = make(category={"id": server.demo["categoryId"]})
    sub = server.demo["subCompanyName"]
    assert contract.id not in ids(api, tenantName=sub, signatoryType="RECEIVER")
    api.ok(api.post("/v2/signatory/add", {"contractId": contract.id, "signatory": company(sub, receiver=user("演示员工丙", "13900000011"))}))
    assert contract.id in ids(api, tenantName=sub, signatoryType="RECEIVER")


def test_a_draft_is_received_by_nobody_and_a_receiver_it_lost_never_gets_it(api, server, make):
    sub = server.demo["subCompanyName"]
    receivers = [company(sub, receiver=user("演示员工丙", "13900000011"))]
    kept, emptied = make(sent=False, receivers=receivers), make(sent=False, receivers=receivers)
    api.ok(api.post("/v2/contract/draft", {"id": emptied.id, "subject": "改写", "signatories": [company(server.demo["companyName"])]}))
    for contract in (kept, emptied):
        assert contract.id not in ids(api, tenantName=sub, signatoryType="RECEIVER") + ids(api, tenantName=sub, signatoryType="RECEIVER", status="DRAFT")
        contract.send()
    assert kept.id in ids(api, tenantName=sub, signatoryType="RECEIVER")
    assert emptied.id not in ids(api, tenantName=sub, signatoryType="RECEIVER")


def test_categories_by_id_even_with_the_go_sdks_fraction_and_by_name(api, server, make):
    inside = make(category={"id": server.demo["categoryId"]})
    outside = make()
    for query in ({"categoryId": server.demo["categoryId"]}, {"categoryId": server.demo["categoryId"] + ".000000"}, {"categoryName": "可追加签署方"}):
        found = ids(api, **query)
        assert inside.id in found and outside.id not in found
    assert api.get(LIST, categoryName="没有这个分类").envelope["responseCode"] == "11990005"


def test_a_span_of_time_with_the_go_sdks_tab_in_its_name(api, make):
    contract = make()
    assert contract.id in ids(api, publishTimeStart="2020-01-01 00:00:00")
    assert contract.id not in ids(api, publishTimeEnd="2020-01-01 00:00:00", publishTimeStart="2019-01-01 00:00:00")
    assert contract.id not in ids(api, **{"publishTimeEnd\t": "2020-01-01 00:00:00"})


@pytest.mark.parametrize("query", [{"status": "SOON"}, {"signatoryType": "NOBODY"}, {"createTimeOrder": "UP"}, {"selectLimit": "many"},
                                   {"selectOffset": "-1"}, {"publishTimeStart": "yesterday"}])
def test_a_query_that_means_nothing_is_refused_by_name(api, query):
    reply = api.get(LIST, **query)
    assert reply.envelope["responseCode"] == "11990005" and next(iter(query)) in reply.envelope["message"]


def test_companies_that_are_not_ours(api):
    assert api.get(LIST, tenantName="谁也不认识（测试）有限公司").envelope["responseCode"] == "11041801"
