"""What the initiator's own people do on their pages: filling in before sending (appointurl), and starting again what came to nothing (pageurl)."""
from __future__ import annotations

import pathlib
import subprocess

import pytest
from test_before_sending import AppointPage

from support import organisation
from support.contracts import Contract, company, person
from support.page import Page, PageError

HOUSE = "示例科技（演示）有限公司"
CREATOR = {"contact": "13900000001", "contactType": "MOBILE"}
PARAMS = [
    {"name": "price", "type": "number", "required": True}, {"name": "place"}, {"name": "fixed", "read_only": True, "default": "as it is"},
    {"name": "tenant", "party": 1},
]


@pytest.fixture(scope="module")
def template(server):
    body = "".join(f"<p>{one['name']}: {{{{{one['name']}}}}}</p>" for one in PARAMS)
    (server.data.parent / "initiator.html").write_text(f"<html><body>{body}</body></html>", encoding="utf-8")
    made = organisation.apply(server.data, [{"name": HOUSE, "template": [{"title": "initiator", "file": "initiator.html", "param": PARAMS}],
                                             "category": [{"name": "initiators", "templates": ["initiator"]}]}])
    return next(one["id"] for one in made.printed["templates"] if one["title"] == "initiator")


@pytest.fixture
def draft(api, server, template):
    """A draft whose document still needs the initiator's price."""
    assert template
    made = Contract(api, server, [person("演示乙", "13800000771")], category={"name": "initiators"})
    made.documents = [made.detail()["documents"][0]["id"]]
    return made


def opened(contract: Contract, **options) -> AppointPage:
    url = contract.api.ok(contract.api.post("/v2/contract/appointurl", {"contractId": contract.id, **options}))["pageUrl"]
    return AppointPage(contract.server, url)


def text_of(contract: Contract, folder: pathlib.Path) -> str:
    file = folder / "one.pdf"
    file.write_bytes(contract.download())
    return subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, text=True, check=True).stdout


def test_the_page_fills_in_what_is_the_initiators(draft, tmp_path):
    page = opened(draft, pageType="FILL_PARAMETERS", fillParamButton=False, allowedSend=True)
    assert [(one["name"], one["required"], one["readOnly"], one["value"]) for one in page.view["params"]] == [
        ("price", True, False, ""), ("place", False, False, ""), ("fixed", False, True, "as it is")]
    edition = page.view["documents"][0]["edition"]
    with pytest.raises(PageError) as early:
        page.send()
    assert early.value.code == "ParametersMissing" and draft.status == "DRAFT"
    page.save(values={"price": "1200"}, subject="填好的合同")
    assert page.view["params"][0]["value"] == "1200" and page.view["contract"]["subject"] == "填好的合同"
    assert page.view["documents"][0]["edition"] != edition
    assert "price: 1200" in text_of(draft, tmp_path)
    page.save(values={"price": "1300", "place": "here"})
    page.save(values={"place": ""})
    assert [one["value"] for one in page.view["params"]] == ["1300", "", "as it is"]
    assert page.send()["contract"]["status"] == "SIGNING"
    assert "price: 1300" in text_of(draft, tmp_path)


@pytest.mark.parametrize(("values", "field"), [({"price": "much"}, "price"), ({"tenant": "mine"}, "tenant"), ({"fixed": "else"}, "fixed"), ({"unknown": "x"}, "unknown")])
def test_a_value_that_cannot_be_is_named_and_nothing_is_saved(draft, values, field):
    page = opened(draft, pageType="FILL_PARAMETERS")
    before = draft.detail()
    with pytest.raises(PageError) as refused:
        page.save(values={"place": "there", **values}, subject="不该改")
    assert refused.value.code == "InvalidParameter" and refused.value.error["field"] == field
    assert draft.detail() == before


def test_only_pages_with_the_button_show_and_take_parameters(draft):
    assert opened(draft).view["params"][0]["name"] == "price"
    without = opened(draft, fillParamButton=False)
    assert "params" not in without.view
    with pytest.raises(PageError) as refused:
        without.save(values={"price": "1"})
    assert refused.value.code == "NoOperationPermission"


@pytest.fixture
def recalled(api, server, contract_pdf):
    made = Contract(api, server, [company(server.demo["companyName"]), person("演示乙", "13800000772")], creator=CREATOR)
    made.add_file(contract_pdf)
    made.send()
    api.ok(api.post("/v2/contract/invalid", {"contractId": made.id, "reason": "撤回"}))
    return made


def test_the_initiator_starts_again_what_came_to_nothing(api, server, recalled):
    page = recalled.page(CREATOR, showResendButton=True, callbackPage="https://example.com/done")
    url = page._post("/pages/resend", {})["pageUrl"]
    again = AppointPage(server, url)
    new = again.view["contract"]["id"]
    assert new != recalled.id and again.view["contract"]["subject"] == recalled.subject
    assert again.view["options"]["canSend"] and again.view["options"]["callbackPage"] == "https://example.com/done"
    assert again.send()["contract"]["status"] == "SIGNING"
    assert recalled.status == "RECALLED"
    assert api.ok(api.get("/v2/contract/detail", contractId=new))["signatories"][1]["tenantName"] == "演示乙"


def test_nobody_starts_again_without_the_button(recalled):
    for page in (recalled.page(CREATOR), recalled.page({"contact": "13800000772", "contactType": "MOBILE"}, showResendButton=True)):
        assert not page.view["options"]["canResend"]
        with pytest.raises(PageError) as refused:
            page._post("/pages/resend", {})
        assert refused.value.code == "NoOperationPermission"


def test_a_contract_under_way_is_not_started_again(api, server, contract_pdf):
    made = Contract(api, server, [company(server.demo["companyName"])], creator=CREATOR)
    made.add_file(contract_pdf)
    made.send()
    page = made.page(CREATOR, showResendButton=True)
    assert isinstance(page, Page) and not page.view["options"]["canResend"]
    with pytest.raises(PageError):
        page._post("/pages/resend", {})
