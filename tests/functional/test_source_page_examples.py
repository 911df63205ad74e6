"""The request examples of the pages 添加签署方 and 生成合同签署令牌, as their clients put them on the wire and read the answer.

Names, numbers and the contract are invented ones in place of the pages' own; everything else is theirs: the path (the Http example of
添加签署方 really posts to /v2/signatory/modify), which members are set, and whether an id is a number or a text.
"""
from __future__ import annotations

import itertools
import json

import pytest

from support.added_parties import complete_contract, refused_as
from support.contracts import Contract, person
from support.page import Page
from support.pdfs import plain_pages
from support.sdks import (MINIAPP_TICKET, SIGNATORY, CSharpSdk, GoSdk, JavaSdk, OldGoSdk, PhpSdk, PlainHttp, PythonSdk, SdkError, as_bean)

ADD, MODIFY, TICKET = "/v2/signatory/add", "/v2/signatory/modify", "/v2/contract/miniappexchange"
COMPANY = "示例商贸（演示）有限公司"
NUMBERS = itertools.count(10_000_010_000)  # nobody's telephone

HTTP_ADD = """{
    "contractId":%(contract)s,
    "signatory":{
        "tenantType":"COMPANY",
        "tenantName":"%(company)s",
        "receiver":{
            "contact":"%(contact)s",
            "contactType":"MOBILE"
        }
    }
}
"""
HTTP_TICKET = """{
    "contractId": "%(contract)s",
    "bizId": null,
    "user": {
        "contact": "%(contact)s",
        "contactType": "MOBILE"
    }
}"""


@pytest.fixture
def client(server, credentials):
    return lambda style: style(server.host, server.port, credentials)


@pytest.fixture
def contact() -> str:
    return str(next(NUMBERS))


@pytest.fixture
def complete(api, server):
    return lambda: complete_contract(api, server, [plain_pages(2)])


def succeeded(envelope: dict) -> dict:
    """As the newer examples ask (responseCode) and as the older ones do (code)."""
    assert envelope["code"] == 0 and envelope["message"] == "SUCCESS", envelope
    assert envelope.get("responseCode", "00000000") == "00000000"
    return envelope["result"]


def assert_company_added(contract: Contract, result: dict, contact: str) -> None:
    """No nodes were asked for: the handler signs, then the legal representative, then the company seals. All are done."""
    added = contract.detail()["signatories"][-1]
    assert str(result["id"]) == added["id"]
    assert (added["tenantType"], added["tenantName"], added["status"]) == ("COMPANY", COMPANY, "SIGNING")
    assert [(node["type"], node["serialNo"]) for node in added["actions"]] == [("OPERATOR", 0), ("LP", 1), ("COMPANY", 2)]
    handler = {"name": "经办人", "contact": contact, "contactType": "MOBILE"}
    for number in range(3):
        page = contract.page(handler)
        spot = {"documentId": contract.documents[0], "page": 1, "x": 0.1, "y": 0.1 + 0.2 * number}
        signature = {} if number == 2 else {"typed": "经办人"}
        page.sign(page.ask_for_code(contact), places=[spot], **signature)
    assert contract.status == "COMPLETE"


def assert_person_added(contract: Contract, result: dict, name: str, contact: str) -> None:
    added = contract.detail()["signatories"][-1]
    assert str(result["id"]) == added["id"]
    assert (added["tenantType"], added["tenantName"], added["status"]) == ("PERSONAL", name, "SIGNING")
    assert added["receiver"] == {"name": name, "contact": contact, "contactType": "MOBILE"}
    page = contract.page(added["receiver"])
    spot = {"documentId": contract.documents[0], "page": 2, "x": 0.1, "y": 0.1}
    page.sign(page.ask_for_code(contact), typed=name, places=[spot])
    assert contract.status == "COMPLETE"


# ---------------------------------------------------------------------------------------------- 添加签署方


def test_the_http_example_adds_a_company_at_the_path_it_really_names(client, complete, contact):
    contract = complete()
    text = HTTP_ADD % {"contract": contract.id, "company": COMPANY, "contact": contact}
    assert_company_added(contract, succeeded(client(PlainHttp).post_text(MODIFY, text)), contact)


def test_the_http_example_works_at_the_documented_path_too(client, complete, contact):
    contract = complete()
    text = HTTP_ADD % {"contract": contract.id, "company": COMPANY, "contact": contact}
    assert_company_added(contract, succeeded(client(PlainHttp).post_text(ADD, text)), contact)


def test_the_java_example_adds_a_company_and_reads_a_typed_signatory(client, complete, contact):
    contract, sdk = complete(), client(JavaSdk)
    envelope = sdk.post(ADD, {"contractId": contract.id, "signatory": {
        "tenantName": COMPANY, "tenantType": "COMPANY", "receiver": {"contact": contact, "contactType": "MOBILE"}}})
    assert f'"contractId":{contract.id},'.encode() in sdk.requests[-1]
    assert envelope["responseCode"] == "00000000"
    result = as_bean(SIGNATORY, succeeded(envelope))
    assert (result["tenantType"], result["receiver"]["contact"]) == ("COMPANY", contact)
    assert_company_added(contract, result, contact)


def test_the_php_example_adds_a_company(client, complete, contact):
    contract, sdk = complete(), client(PhpSdk)
    envelope = sdk.post(ADD, {"contractId": int(contract.id), "signatory": {
        "tenantName": COMPANY, "tenantType": "COMPANY", "receiver": {"name": "孙*雪", "contact": contact, "contactType": "MOBILE"}}})
    assert b'"bizId":null' in sdk.requests[-1] and f'"contractId":{contract.id}'.encode() in sdk.requests[-1]
    assert_company_added(contract, succeeded(envelope), contact)
    assert contract.detail()["signatories"][-1]["receiver"]["name"] == "孙*雪"


def test_the_python_example_adds_a_person(client, complete, contact):
    contract, sdk = complete(), client(PythonSdk)
    envelope = sdk.post(ADD, {"contractId": int(contract.id), "signatory": {
        "tenantType": "PERSONAL", "tenantName": "胡*坤", "receiver": {"name": "胡*坤", "contact": contact, "contactType": "MOBILE"}}})
    assert b'"stampers": null' in sdk.requests[-1]
    assert_person_added(contract, succeeded(envelope), "胡*坤", contact)


@pytest.mark.parametrize("style", [GoSdk, OldGoSdk])
def test_the_go_example_adds_a_person_with_a_number_in_the_order(client, complete, contact, style):
    contract, sdk = complete(), client(style)
    envelope = sdk.post(ADD, {"contractId": contract.id, "signatory": {
        "tenantType": "PERSONAL", "tenantName": "宋三", "receiver": {"name": "宋三", "contact": contact, "contactType": "MOBILE"}, "serialNo": 3}})
    assert f'"contractId":"{contract.id}"'.encode() in sdk.requests[-1]
    result = succeeded(envelope)
    assert result["serialNo"] == contract.detail()["signatories"][-1]["serialNo"] == 3
    assert_person_added(contract, result, "宋三", contact)


def test_c_sharp_reads_the_signatory_out_of_the_text(client, complete, contact):
    """The page has no C# example; the SDK has the call, and cuts the result out of the text."""
    contract, sdk = complete(), client(CSharpSdk)
    envelope = sdk.post(ADD, {"contractId": contract.id, "signatory": {
        "tenantType": "COMPANY", "tenantName": COMPANY, "receiver": {"contact": contact, "contactType": "MOBILE"}}})
    assert b'{\n  "contractId": "' in sdk.requests[-1]
    assert_company_added(contract, as_bean(SIGNATORY, succeeded(envelope)), contact)


def test_a_number_as_the_page_masks_it_is_no_number(complete):
    """Who copies the PHP or Python example without filling in a number learns which member is wrong."""
    message = refused_as(complete(), "11990005", person("胡*坤", "151****6497"))
    assert "receiver.contact" in message


EVERY_STYLE = [JavaSdk, GoSdk, OldGoSdk, CSharpSdk, PhpSdk, PythonSdk]


@pytest.mark.parametrize("style", EVERY_STYLE, ids=lambda style: style.name)
def test_every_client_reads_a_signatory_with_all_its_members(client, complete, contact, style):
    """A rich answer is where substring readers and typed beans break: lists in lists, texts with braces and commas."""
    contract = complete()
    nodes = [{"type": "OPERATOR", "name": '经办人"签字"},{', "serialNo": 0,
              "stampers": [{"type": "PERSONAL", "documentId": contract.documents[0], "page": 1, "offsetX": 0.1, "offsetY": 0.1}]},
             {"type": "COMPANY", "name": "盖章", "serialNo": 1,
              "stampers": [{"type": "COMPANY", "documentId": contract.documents[0], "page": 1, "offsetX": 0.5, "offsetY": 0.1}]}]
    envelope = client(style).post(ADD, {"contractId": contract.id, "signatory": {
        "tenantType": "COMPANY", "tenantName": COMPANY, "receiver": {"name": "经办人", "contact": contact, "contactType": "MOBILE"},
        "attachments": [{"title": "执照 {副本},", "required": True, "needSign": False}], "actions": nodes}})
    result = as_bean(SIGNATORY, succeeded(envelope))
    assert [node["name"] for node in result["actions"]] == [node["name"] for node in nodes]
    assert [one["title"] for one in result["attachments"]] == ["执照 {副本},"]
    assert [node["id"] for node in result["actions"]] == [int(node["id"]) for node in contract.detail()["signatories"][-1]["actions"]]


@pytest.mark.parametrize("style", EVERY_STYLE, ids=lambda style: style.name)
def test_every_client_reads_that_the_category_allows_no_more_parties(client, api, server, contact, style):
    contract = Contract(api, server, [person("王五", "13800000005")])
    contract.add_file(plain_pages(1))
    contract.send()
    envelope = client(style).post(ADD, {"contractId": contract.id, "signatory": {
        "tenantType": "PERSONAL", "tenantName": "宋三", "receiver": {"name": "宋三", "contact": contact, "contactType": "MOBILE"}}})
    assert envelope["code"] == 1304 and envelope["message"]
    assert envelope.get("responseCode", "11011304") == "11011304" and not envelope.get("result")


# ---------------------------------------------------------------------------------------------- 生成合同签署令牌


@pytest.fixture
def waiting(api, server, contact) -> Contract:
    """A contract that waits for the person with that number."""
    contract = Contract(api, server, [person("胡*坤", contact)])
    contract.add_file(plain_pages(1))
    contract.send([contract.at_party(0, type="PERSONAL", page=1, offsetX=0.2, offsetY=0.2)])
    return contract


def assert_ticket_signs(contract: Contract, server, ticket: str, contact: str) -> None:
    page = Page(server.host, server.port, ticket=ticket)
    assert page.view["options"]["mode"] == "MINIAPP" and page.view["contract"]["id"] == contract.id
    page.sign(page.ask_for_code(contact), typed="胡坤")
    assert contract.status == "COMPLETE"


def test_the_http_example_gets_a_ticket(client, waiting, server, contact):
    text = HTTP_TICKET % {"contract": waiting.id, "contact": contact}
    assert_ticket_signs(waiting, server, succeeded(client(PlainHttp).post_text(TICKET, text))["ticket"], contact)


def test_the_java_example_gets_a_ticket(client, waiting, server, contact):
    sdk = client(JavaSdk)
    envelope = sdk.post(TICKET, {"contractId": waiting.id, "user": {"contact": contact, "contactType": "MOBILE"}})
    assert f'"contractId":{waiting.id},'.encode() in sdk.requests[-1]
    assert_ticket_signs(waiting, server, as_bean(MINIAPP_TICKET, succeeded(envelope))["ticket"], contact)


def test_the_c_sharp_example_gets_a_ticket(client, waiting, server, contact):
    envelope = client(CSharpSdk).post(TICKET, {"contractId": waiting.id, "user": {"contact": contact, "contactType": "MOBILE"}})
    assert_ticket_signs(waiting, server, as_bean(MINIAPP_TICKET, succeeded(envelope))["ticket"], contact)


def test_the_php_example_gets_a_ticket(client, waiting, server, contact):
    sdk = client(PhpSdk)
    envelope = sdk.post(TICKET, {"contractId": int(waiting.id), "user": {"name": "胡*坤", "contact": contact, "contactType": "MOBILE"}})
    assert b'"allowPasswordSign":null' in sdk.requests[-1]
    assert_ticket_signs(waiting, server, succeeded(envelope)["ticket"], contact)


def test_the_python_example_gets_a_ticket(client, waiting, server, contact):
    envelope = client(PythonSdk).post(TICKET, {"contractId": int(waiting.id), "user": {"contact": contact, "contactType": "MOBILE"}})
    assert_ticket_signs(waiting, server, succeeded(envelope)["ticket"], contact)


@pytest.mark.parametrize("style", [GoSdk, OldGoSdk])
def test_go_gets_a_ticket_as_a_text(client, waiting, server, contact, style):
    """The page has no Go example; the SDK has the call, and its users assert that the ticket is a text."""
    envelope = client(style).post(TICKET, {"contractId": waiting.id, "user": {"contact": contact, "contactType": "MOBILE"}})
    assert_ticket_signs(waiting, server, succeeded(envelope)["ticket"], contact)


@pytest.mark.parametrize("style", EVERY_STYLE, ids=lambda style: style.name)
def test_every_client_reads_that_a_user_may_not_see_the_contract(client, waiting, style):
    envelope = client(style).post(TICKET, {"contractId": waiting.id, "user": {"contact": str(next(NUMBERS)), "contactType": "MOBILE"}})
    assert envelope["code"] == 1110 and "NO VIEW PERMISSION" in envelope["message"] and not envelope.get("result")


def test_the_typed_readers_object_to_what_their_sdks_object_to():
    good = {"id": "3501234567890123777", "tenantType": "PERSONAL", "serialNo": 3, "actions": [{"id": "35", "operators": []}], "new": {}}
    assert as_bean(SIGNATORY, good) == {"id": 3501234567890123777, "tenantType": "PERSONAL", "serialNo": 3, "actions": [{"id": 35, "operators": []}]}
    for wrong in ({"id": ""}, {"id": "a"}, {"serialNo": "3"}, {"actions": {}}, {"sponsor": "1"}, {"receiver": "x"}):
        with pytest.raises(SdkError):
            as_bean(SIGNATORY, json.loads(json.dumps({**good, **wrong})))
