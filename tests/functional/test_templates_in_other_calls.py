"""Templates where other calls meet them: what starts again, parties that join, what a category places and tells of them, ids of one's own."""
from __future__ import annotations

import itertools
import subprocess
import uuid

import pytest

from support import organisation
from support.contracts import company, person, user
from support.joining import Joiner
from support.page import Page, inbox_until

_numbers = itertools.count(13_760_000_000)
HTML = "<html><body><p>Lease of {{house}}</p><p>Tenant: {{tenant}}</p><p>Sign here</p></body></html>".encode()
PLAIN = "<html><body><p>Terms</p><p>Sign here</p></body></html>".encode()
OWN_ID = "3400000000000000917"


def mobile() -> str:
    return str(next(_numbers))


def household(server) -> str:
    return server.demo["companyName"]


@pytest.fixture(scope="module")
def made(server):
    folder = server.data.parent
    (folder / "met-lease.html").write_bytes(HTML)
    (folder / "met-terms.html").write_bytes(PLAIN)
    lease = {"title": "met lease", "file": "met-lease.html", "param": [
        {"name": "house", "required": True}, {"name": "tenant", "required": True, "party": 1}]}
    terms = {"id": OWN_ID, "title": "met terms", "file": "met-terms.html"}
    # The category's documents are the lease, then the terms; positions name them the other way round.
    by_title = {"type": "COMPANY", "template": "met terms", "keyword": "Sign here"}
    by_id = {"type": "PERSONAL", "template": OWN_ID, "keyword": "Sign here", "x": 0.3}
    category = {"name": "met", "templates": ["met lease", OWN_ID], "signatory": [
        {"type": "COMPANY", "sponsor": True, "node": [{"type": "COMPANY", "place": [by_title]}]},
        {"type": "PERSONAL", "place": [by_id, {"type": "PERSONAL", "document": 1, "keyword": "Sign here"}]}]}
    return organisation.apply(server.data, [{"name": household(server), "template": [lease, terms], "category": [
        category, {"name": "met open", "templates": ["met lease"]}]}])


def template(made, title: str) -> str:
    return next(one["id"] for one in made.printed["templates"] if one["title"] == title)


def values(**given) -> list[dict]:
    return [{"name": name, "value": value} for name, value in given.items()]


def draft(api, signatories: list[dict], category: str, **more) -> dict:
    return api.ok(api.post("/v2/contract/draft", {"subject": f"合同 {uuid.uuid4().hex[:8]}", "category": {"name": category},
                                                  "signatories": signatories, **more}))


def detail(api, contract: dict) -> dict:
    return api.ok(api.get("/v2/contract/detail", contractId=contract["id"], queryLocation="true"))


def text_of(api, document: str, tmp_path) -> str:
    file = tmp_path / "made.pdf"
    file.write_bytes(api.get("/v2/document/download", documentId=document).body)
    return subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, text=True, check=True).stdout


def test_a_template_keeps_the_id_that_programs_know_and_no_other(server, made):
    assert template(made, "met terms") == OWN_ID
    for plan, why in (({"id": "1", "title": "met terms"}, "cannot become"), ({"id": OWN_ID, "title": "met other"}, "another's"),
                      ({"id": "x", "title": "met third"}, "number")):
        told = organisation.try_apply(server.data, organisation.toml(
            {"company": [{"name": household(server), "template": [{"file": "met-terms.html", **plan}]}]}))
        assert told.returncode == 1 and why in told.stderr


def test_preset_positions_may_name_a_template_by_title_or_id(api, server, made):
    parties = [company(household(server)), person("李雷（测试）", mobile())]
    contract = draft(api, parties, "met", send=True, templateParams=values(house="1", tenant="Li Lei"))
    lease, terms = (one["id"] for one in contract["documents"])
    own, other = detail(api, contract)["signatories"]
    assert [place["documentId"] for place in own["actions"][0]["stampers"]] == [terms]
    assert [place["documentId"] for place in other["stampers"]] == [terms, lease]


@pytest.mark.parametrize("place, why", [({"template": "met nothing"}, "no template"), ({"template": "met terms", "document": 2}, "exclude")])
def test_a_preset_position_names_a_template_that_is_there_and_nothing_besides(server, made, place, why):
    node = {"type": "COMPANY", "place": [{"type": "COMPANY", "page": 1, "x": 0.1, "y": 0.1, **place}]}
    told = organisation.try_apply(server.data, organisation.toml({"company": [{"name": household(server), "category": [
        {"name": "met wrong", "sponsor": [node]}]}]}))
    assert told.returncode == 1 and why in told.stderr


def test_a_categorys_detail_tells_its_templates_by_name(api, made):
    told = api.ok(api.get("/v2/category/detail", categoryName="met"))["templates"]
    assert [(one["id"], one["name"], one["title"]) for one in told] == [
        (template(made, "met lease"), "met lease", "met lease"), (OWN_ID, "met terms", "met terms")]
    assert {param["name"]: param["required"] for param in told[0]["parameters"]} == {"house": True, "tenant": True}


def test_a_contract_that_starts_again_is_made_again_from_other_values(api, made, tmp_path):
    contact = mobile()
    old = draft(api, [person("李雷（测试）", contact)], "met open", send=True, templateParams=values(house="Old house", tenant="Li Lei"))
    api.ok(api.post("/v2/contract/invalid", {"contractId": old["id"]}))
    again = lambda **more: api.post("/v2/contract/resend", {"contractId": old["id"], **more})  # noqa: E731
    same = api.ok(again())
    assert "Lease of Old house" in text_of(api, same["documents"][0]["id"], tmp_path)
    new = api.ok(again(templateParams=[{"name": "house", "value": "New house", "signatoryId": old["signatories"][0]["id"], "readOnly": True}]))
    text = text_of(api, new["documents"][0]["id"], tmp_path)
    assert "Lease of New house" in text and "Tenant: Li Lei" in text
    assert "Lease of Old house" in text_of(api, old["documents"][0]["id"], tmp_path)
    params = {one["name"]: one for one in api.ok(api.post("/v2/contract/required/detail", {"contractId": new["id"]}))["documents"][0]["params"]}
    assert params["house"]["signatoryId"] == new["signatories"][0]["id"] and params["house"]["readOnly"] is True
    emptied = api.ok(again(templateParams=values(tenant=""), send=True))
    assert emptied["status"] == "FILLING" and emptied["signatories"][0]["status"] == "FILLING"
    reply = again(templateParams=[{"name": "house", "value": "x", "signatoryId": "1"}])
    assert reply.code == 1005 and "templateParams[0].signatoryId" in reply.envelope["message"]


def later() -> dict:
    return {"tenantType": "PERSONAL", "delaySet": True, "stampers": [{"type": "PERSONAL", "keyword": "Sign here"}]}


def joiner(api, server, contract: dict) -> Joiner:
    [one] = api.ok(api.get("/v2/contract/joinurl", contractId=contract["id"], type="PERSONAL"))["joinUrls"]
    return Joiner(server, one["url"])


def page_of(api, server, contract: dict, contact: str) -> Page:
    link = {"contractId": contract["id"], "user": user("", contact)}
    return Page(server.host, server.port, api.ok(api.post("/v2/contract/pageurl", link))["pageUrl"])


def test_who_joins_a_contract_fills_in_what_is_his_and_signs_then(api, server, made, tmp_path):
    contact, second = mobile(), mobile()
    contract = draft(api, [later(), person("韩梅（测试）", second)], "met open", send=True, templateParams=values(house="House 1"))
    assert contract["status"] == "FILLING"
    assert [(one["tenantType"], one["status"]) for one in contract["signatories"]] == [("P_NO_RECEIVER", "FILLING"), ("PERSONAL", "WAITING")]
    page = joiner(api, server, contract).join("李雷（测试）", contact)
    assert page.view["state"] == "CAN_FILL" and [one["name"] for one in page.view["params"]] == ["tenant"]
    inbox_until(server, contact, lambda message: "填写" in message["text"] and contract["subject"] in message["text"])
    assert detail(api, contract)["status"] == "FILLING"
    page.fill({"tenant": "Li Lei"})
    now = detail(api, contract)
    assert now["status"] == "SIGNING" and [one["status"] for one in now["signatories"]] == ["SIGNING", "WAITING"]
    assert "Tenant: Li Lei" in text_of(api, now["documents"][0]["id"], tmp_path)
    page = page_of(api, server, contract, contact)
    page.sign(page.ask_for_code(contact), typed="李雷（测试）")
    assert [one["status"] for one in detail(api, contract)["signatories"]] == ["SIGNED", "SIGNING"]


def test_what_is_filled_in_waits_for_the_one_who_signs_first_to_join(api, server, made):
    filler, first = mobile(), mobile()
    parties = [{**later(), "serialNo": 1}, person("韩梅（测试）", filler, serialNo=2)]
    contract = draft(api, parties, "met open")
    api.ok(api.post("/v2/contract/contractModify", {"id": contract["id"], "templateParams": [
        {"name": "house", "value": "House 1"}, {"name": "tenant", "value": "", "signatoryId": contract["signatories"][1]["id"]}]}))
    api.ok(api.post("/v2/contract/send", {"contractId": contract["id"]}))
    assert [one["status"] for one in detail(api, contract)["signatories"]] == ["WAITING", "FILLING"]
    page_of(api, server, contract, filler).fill({"tenant": "Han Mei"})
    now = detail(api, contract)
    assert now["status"] == "FILLING" and [one["status"] for one in now["signatories"]] == ["WAITING", "WAITING"]
    page = joiner(api, server, contract).join("李雷（测试）", first)
    assert detail(api, contract)["status"] == "SIGNING" and page.view["state"] == "CAN_SIGN"
    page.sign(page.ask_for_code(first), typed="李雷（测试）")
    assert [one["status"] for one in detail(api, contract)["signatories"]] == ["SIGNED", "SIGNING"]


def test_who_joins_early_does_not_sign_before_others_have_filled_in(api, server, made):
    filler, first = mobile(), mobile()
    contract = draft(api, [{**later(), "serialNo": 1}, person("韩梅（测试）", filler, serialNo=2)], "met open")
    # The call that gives a value also tells whose it is.
    owner = contract["signatories"][1]["id"]
    api.ok(api.post("/v2/contract/contractModify", {"id": contract["id"], "templateParams": [
        {"name": "house", "value": "House 1"}, {"name": "tenant", "value": "", "signatoryId": owner}]}))
    api.ok(api.post("/v2/contract/send", {"contractId": contract["id"]}))
    page = joiner(api, server, contract).join("李雷（测试）", first)
    now = detail(api, contract)
    assert now["status"] == "FILLING" and [one["status"] for one in now["signatories"]] == ["WAITING", "FILLING"]
    assert page.view["state"] == "WAITING"
    page_of(api, server, contract, filler).fill({"tenant": "Han Mei"})
    assert [one["status"] for one in detail(api, contract)["signatories"]] == ["SIGNING", "WAITING"]


def test_a_value_that_the_initiator_gives_settles_whose_it_was(api, server, made):
    """As if it had been there at sending: then nobody would have been asked to fill in."""
    filler, first = mobile(), mobile()
    contract = draft(api, [{**later(), "serialNo": 1}, person("韩梅（测试）", filler, serialNo=2)], "met open")
    owner = contract["signatories"][1]["id"]
    api.ok(api.post("/v2/contract/contractModify", {"id": contract["id"], "templateParams": [
        {"name": "house", "value": "House 1"}, {"name": "tenant", "value": "", "signatoryId": owner}]}))
    api.ok(api.post("/v2/contract/send", {"contractId": contract["id"]}))
    api.ok(api.post("/v2/contract/contractModify", {"id": contract["id"], "templateParams": values(tenant="Han Mei")}))
    now = detail(api, contract)
    assert now["status"] == "FILLING" and [one["status"] for one in now["signatories"]] == ["WAITING", "WAITING"]
    page = joiner(api, server, contract).join("李雷（测试）", first)
    assert detail(api, contract)["status"] == "SIGNING" and page.view["state"] == "CAN_SIGN"
