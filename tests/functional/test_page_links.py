"""The addresses and wishes that the links to pages have in common: pageurl, appointurl, viewurl (spec §4.13 to §4.15)."""
from __future__ import annotations

import re

import pytest

from support.contracts import Contract, person, user
from support.page import Page, PageError

LI = user("李测试", "13800000771")
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"


@pytest.fixture
def draft(api, server, contract_pdf):
    made = Contract(api, server, [person(LI["name"], LI["contact"])])
    made.add_file(contract_pdf)
    return made


def test_the_token_of_a_signing_page_is_a_uuid_and_each_is_another(api, server, draft):
    draft.send()
    urls = [api.ok(api.post("/v2/contract/pageurl", {"contractId": draft.id, "user": LI}))["pageUrl"] for _ in range(8)]
    assert len(set(urls)) == 8
    for url in urls:
        assert re.fullmatch(rf"{re.escape(server.url)}/contract/share/{draft.id}\?openPageToken={UUID}", url)
    assert Page(server.host, server.port, urls[0]).view["contract"]["id"] == draft.id
    with pytest.raises(PageError):
        Page(server.host, server.port, urls[0][:-1] + ("0" if urls[0][-1] != "0" else "1"))


def asked(api, contract: Contract, call: str, colour):
    if call == "pageurl":
        return api.post("/v2/contract/pageurl", {"contractId": contract.id, "user": LI, "pageStyle": {"themeColor": colour}})
    if call == "appointurl":
        return api.post("/v2/contract/appointurl", {"contractId": contract.id, "pageStyle": {"themeColor": colour}})
    if call == "miniappexchange/view":
        return api.post("/v2/contract/miniappexchange/view", {"contractId": contract.id, "themeColor": colour})
    return api.get("/v2/contract/viewurl", contractId=contract.id, themeColor=colour)


@pytest.mark.parametrize("call", ["pageurl", "appointurl", "viewurl", "miniappexchange/view"])
def test_a_colour_that_is_none_is_refused_by_name(api, draft, call):
    if call == "pageurl":
        draft.send()
    for wrong in ("red", "#12", "#12345g", "#1234567", "#", "rgb(1,2,3)"):
        reply = asked(api, draft, call, wrong)
        assert reply.envelope["responseCode"] == "11990005" and "themeColor" in reply.envelope["message"], wrong
    for right in ("#a0B1c2", "a0B1c2", "#abc", ""):
        assert asked(api, draft, call, right).code == 0, right


def test_a_colour_without_its_sign_reaches_the_page_with_it(draft):
    draft.send()
    assert draft.page(LI, pageStyle={"themeColor": "a0b1c2"}).view["options"]["themeColor"] == "#a0b1c2"
    assert "themeColor" not in draft.page(LI).view["options"]
