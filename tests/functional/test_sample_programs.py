"""The sample programs that come with the official SDKs, request for request and in each SDK's own encoding: a contract described by code, and one
that its category describes. Not one of their error lines may be reached. What each reads of an answer it reads here: the index into the list is the
sample's own, and the ids are handed on as they came."""
from __future__ import annotations

import uuid

import pytest

from support import organisation
from support.contracts import verify
from support.credentials import Credentials
from support.page import Page
from support.sdks import CSharpSdk, GoSdk, JavaSdk, OldGoSdk, PhpSdk

HOUSE = "样例科技（测试）有限公司"
AUDITOR = {"name": "何测试", "contact": "13899990011", "contactType": "MOBILE"}
PERSON = {"name": "宋测试", "contact": "13899990021", "contactType": "MOBILE"}
PRESET_SEAL = {"type": "COMPANY", "keyword": "甲方", "x": 0.01, "y": -0.02}
NODES = [{"type": "AUDIT", "name": "合同审批", "operators": [AUDITOR["contact"]]},
         {"type": "COMPANY", "name": "公章签署", "seals": ["公章"], "place": [PRESET_SEAL, {"type": "TIMESTAMP", "page": 1, "x": 0.3, "y": 0.3},
                                                                            {"type": "ACROSS_PAGE", "y": 0.5}]},
         {"type": "LP", "name": "法人章签署", "place": [{"type": "LP", "page": 1, "x": 0.5, "y": 0.2}]}]
SDKS = (JavaSdk, GoSdk, OldGoSdk, CSharpSdk, PhpSdk)


@pytest.fixture(scope="module")
def house(server):
    return organisation.apply(server.data, [{
        "name": HOUSE, "application": [{"name": "sample"}],
        "employee": [{"name": AUDITOR["name"], "mobile": AUDITOR["contact"], "number": "S001"}],
        "seal": [{"name": "公章"}, {"name": "法人章", "type": "LP", "person": "何测试"}],
        "category": [{"name": "样例分类", "signatory": [{"type": "COMPANY", "sponsor": True, "node": NODES},
                                                    {"type": "PERSONAL", "place": [{"type": "PERSONAL", "page": 1, "x": 0.7, "y": 0.2}]}]},
                     {"name": "一步", "sponsor": [NODES[1]], "subject_rule": "{category} {date}"}]}])


class Program:
    """One SDK in the hands of a sample, which gives up at the first error line."""

    def __init__(self, style, server, house) -> None:
        self.server, self.house = server, house
        one = next(one for one in house.printed["applications"] if one["company"] == HOUSE)
        self.sdk = style(server.host, server.port, Credentials(one["token"], one["secret"]))
        self.php = style is PhpSdk

    def ask(self, path: str, body: dict) -> dict:
        return self.checked(path, self.sdk.post(path, {**body, "bizId": None} if self.php and "contractId" in body else body))

    def upload(self, contract: str, title: str, pdf: bytes) -> str:
        fields = {"contractId": contract, **({"bizId": ""} if self.php else {}), "title": title, "fileSuffix": "pdf"}
        return self.checked("addbyfile", self.sdk.upload("/v2/document/addbyfile", fields, "file", "C:\\合同\\NoSign.pdf", pdf))["documentId"]

    @staticmethod
    def checked(path: str, envelope: dict) -> dict:
        assert envelope["code"] == 0 and envelope["message"] == "SUCCESS", f"{path}: {envelope}"
        return envelope.get("result") or {}

    def person_signs(self, url: str) -> None:
        page = Page(self.server.host, self.server.port, url)
        page.sign(page.ask_for_code(PERSON["contact"]), typed=PERSON["name"])


@pytest.fixture(params=SDKS, ids=lambda style: style.name)
def program(request, server, house):
    return Program(request.param, server, house)


def by_code(program: Program) -> dict:
    seal = program.house.seal(HOUSE, "公章")
    return {
        "subject": "合同主题-测试", "bizId": str(uuid.uuid4()), "ordinal": True, "send": False,
        **({} if isinstance(program.sdk, CSharpSdk) else {"tenantName": HOUSE}), "creator": AUDITOR,
        "signatories": [
            {"tenantType": "COMPANY", "tenantName": HOUSE, "serialNo": 1, "actions": [
                {"type": "AUDIT", "name": "合同审批", "serialNo": 1, "operators": [AUDITOR]},
                {"type": "COMPANY", "name": "公章签署", "serialNo": 2, "sealId": int(seal) if isinstance(program.sdk, JavaSdk) else seal},
                {"type": "LP", "name": "法人章签署", "serialNo": 3}]},
            {"tenantType": "PERSONAL", "tenantName": PERSON["name"], "serialNo": 2, "receiver": PERSON}]}


def test_by_code(program, contract_pdf, tmp_path):
    draft = program.ask("/v2/contract/draft", by_code(program))
    contract, (sponsor, person) = draft["id"], draft["signatories"]
    audit, sealing, legal = sponsor["actions"]
    assert [audit["type"], sealing["type"], legal["type"]] == ["AUDIT", "COMPANY", "LP"]
    document = program.upload(contract, "由文件创建文档", contract_pdf)
    second = program.upload(contract, "由文件创建文档二", contract_pdf)
    at = {"documentId": document}
    program.ask("/v2/contract/send", {"contractId": contract, "stampers": [
        {"type": "COMPANY", "actionId": sealing["id"], **at, "keyword": "甲方", "keywordIndex": 1, "offsetX": 0.01, "offsetY": -0.02},
        {"type": "TIMESTAMP", "actionId": sealing["id"], **at, "page": 1, "offsetX": 0.3, "offsetY": 0.3},
        {"type": "ACROSS_PAGE", "actionId": sealing["id"], "documentId": second, "offsetY": 0.5},
        {"type": "LP", "actionId": legal["id"], **at, "page": 1, "offsetX": 0.5, "offsetY": 0.2},
        {"type": "PERSONAL", "signatoryId": person["id"], **at, "page": 1, "offsetX": 0.7, "offsetY": 0.2}]})
    approval = {"contractId": contract, "pass": True, "comment": "符合要求"}
    program.ask("/v2/contract/employeeaudit", {**approval, "employee": AUDITOR} if program.php else approval)
    program.ask("/v2/contract/companysign", {"contractId": contract})
    program.ask("/v2/contract/legalpersonsign", {"contractId": contract})
    program.person_signs(program.ask("/v2/contract/pageurl", {"contractId": contract, "user": PERSON, "callbackPage": ""})["pageUrl"])
    detail = program.checked("detail", program.sdk.get("/v2/contract/detail", {"contractId": contract}))
    assert detail["status"] == "COMPLETE"
    pdf = program.sdk.download("/v2/document/download", {"documentId": document})
    verdict = verify(pdf, tmp_path, program.server)
    assert verdict.intact and verdict.signers == [HOUSE, HOUSE, PERSON["name"]]


def test_by_category(program, contract_pdf, tmp_path):
    """The request names the category and the parties; nodes, seals and places are the category's, and the silent calls need the contract alone."""
    category = program.house.category(HOUSE, "样例分类")
    draft = program.ask("/v2/contract/draft", {
        "subject": "合同主题-业务分类", "bizId": str(uuid.uuid4()), "ordinal": True, "send": False,
        "category": {"id": int(category) if isinstance(program.sdk, JavaSdk) else category},
        "signatories": [{"tenantType": "COMPANY", "tenantName": HOUSE, "serialNo": 1},
                        {"tenantType": "PERSONAL", "tenantName": PERSON["name"], "serialNo": 2, "receiver": PERSON}]})
    contract = draft["id"]
    nodes = draft["signatories"][0]["actions"]
    assert nodes[0]["id"] and [node["name"] for node in nodes] == ["合同审批", "公章签署", "法人章签署"]
    document = program.upload(contract, "由文件创建文档", contract_pdf)
    program.ask("/v2/contract/send", {"contractId": contract})
    approval = {"contractId": contract, "pass": True}
    program.ask("/v2/contract/employeeaudit", {**approval, "employee": AUDITOR} if program.php else approval)
    program.ask("/v2/contract/companysign", {"contractId": contract})
    program.ask("/v2/contract/legalpersonsign", {"contractId": contract})
    program.person_signs(program.ask("/v2/contract/pageurl", {"contractId": contract, "user": PERSON})["pageUrl"])
    assert program.checked("detail", program.sdk.get("/v2/contract/detail", {"contractId": contract}))["status"] == "COMPLETE"
    verdict = verify(program.sdk.download("/v2/document/download", {"documentId": document}), tmp_path, program.server)
    assert verdict.intact and verdict.signers == [HOUSE, HOUSE, PERSON["name"]]


def test_by_category_with_further_places_of_the_sample(program, contract_pdf):
    """The sample that reads `signatories[0].actions[0].id` and places at the node the category gave."""
    category = {"name": "一步"}
    draft = program.ask("/v2/contract/draft", {
        "category": category, "send": False, "signatories": [
            {"tenantType": "COMPANY", "tenantName": HOUSE, "serialNo": 1},
            {"tenantType": "PERSONAL", "tenantName": PERSON["name"], "serialNo": 2, "receiver": PERSON}]})
    assert draft["subject"].startswith("一步 ")
    contract, action, person = draft["id"], draft["signatories"][0]["actions"][0]["id"], draft["signatories"][1]["id"]
    document = program.upload(contract, "由文件创建文档", contract_pdf)
    program.ask("/v2/contract/send", {"contractId": contract, "stampers": [
        {"type": "COMPANY", "actionId": action, "documentId": document, "page": 1, "offsetX": 0.1, "offsetY": 0.1},
        {"type": "PERSONAL", "signatoryId": person, "documentId": document, "page": 1, "offsetX": 0.7, "offsetY": 0.2}]})
    program.ask("/v2/contract/companysign", {"contractId": contract, "stampers": None} if program.php else {"contractId": contract})
    detail = program.checked("detail", program.sdk.get("/v2/contract/detail", {"contractId": contract}))
    assert [party["status"] for party in detail["signatories"]] == ["SIGNED", "SIGNING"]


def test_a_category_contract_of_other_parties_is_an_error_every_sdk_can_read(program):
    envelope = program.sdk.post("/v2/contract/draft", {
        "subject": "不符", "send": False, "category": {"name": "样例分类"},
        "signatories": [{"tenantType": "PERSONAL", "tenantName": PERSON["name"], "serialNo": 1, "receiver": PERSON}]})
    assert envelope["code"] == 1301 and envelope["message"].startswith("CATEGORY CONFIG NOT MATCH")
