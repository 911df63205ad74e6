"""A draft is its initiator's: another company's application that is to receive it finds it only once it was sent (spec §1.8, §2.1)."""
from __future__ import annotations

import uuid

import pytest

from support.api import Api
from support.contracts import Contract, company, user
from support.organisation import apply

HANDLER = user("外部员工（测试）", "13790100001")


@pytest.fixture(scope="module")
def other(server) -> tuple[str, Api]:
    """A company of a group of its own, and its business system."""
    name = f"收件虚构{uuid.uuid4().hex[:6]}有限公司"
    made = apply(server.data, [{"name": name, "application": [{"name": "收件系统"}],
                                "employee": [{"name": HANDLER["name"], "mobile": HANDLER["contact"]}]}])
    return name, made.application(server, name)


@pytest.fixture
def draft(api, server, other, contract_pdf) -> Contract:
    contract = Contract(api, server, [company(server.demo["companyName"]), company(other[0], receiver=HANDLER)], ordinal=False)
    contract.add_file(contract_pdf)
    return contract


def readings(contract: Contract, reader: Api) -> list:
    one = {"contractId": contract.id}
    return [*(reader.get("/v2/contract/" + name, **one) for name in ("detail", "stream", "downloadurl", "viewurl", "download")),
            reader.get("/v2/document/download", documentId=contract.documents[0]), reader.post("/v2/contract/miniappexchange/view", one)]


def test_who_is_to_receive_a_draft_reads_nothing_of_it_before_it_is_sent(draft, other):
    assert {reply.envelope["responseCode"] for reply in readings(draft, other[1])} == {"14990002"}
    draft.send()
    assert [reply.status for reply in readings(draft, other[1])] == [200] * 7


def test_who_is_to_receive_a_draft_does_not_find_it_in_a_list(draft, other):
    def received(**query) -> list[str]:
        return [line["id"] for line in other[1].ok(other[1].get("/v2/contract/list", **query))["list"]]

    for query in ({"signatoryType": "RECEIVER"}, {"signatoryType": "ALL"}, {"signatoryType": "RECEIVER", "status": "DRAFT"}):
        assert draft.id not in received(**query)
    draft.send()
    assert draft.id in received(signatoryType="RECEIVER") and draft.id in received(signatoryType="ALL")


def test_its_initiators_subsidiaries_read_a_draft_as_before(draft, api):
    assert [reply.status for reply in readings(draft, api)] == [200] * 7
