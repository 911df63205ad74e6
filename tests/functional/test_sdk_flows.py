"""The official samples' first lesson, as each SDK sends it: draft by code, add a file, send with positions, seal, get a link."""
from __future__ import annotations

import uuid

import pytest

from support.sdks import CONTRACT_SDKS, CSharpSdk, GoSdk, OldGoSdk, PythonTransport, SdkError
from support.wire import Connection

PERSON = {"name": "张三", "contact": "13800000995", "contactType": "MOBILE"}


def draft(company: str) -> dict:
    return {
        "subject": "合同主题-测试", "bizId": str(uuid.uuid4()), "ordinal": True, "send": False,
        "signatories": [
            {"tenantType": "COMPANY", "tenantName": company, "serialNo": 1,
             "actions": [{"type": "COMPANY", "name": "公章签署", "serialNo": 1}]},
            {"tenantType": "PERSONAL", "tenantName": PERSON["name"], "serialNo": 2, "receiver": PERSON}],
    }


@pytest.fixture(params=CONTRACT_SDKS, ids=lambda style: style.name)
def sdk(request, server, credentials):
    return request.param(server.host, server.port, credentials)


def succeeded(envelope: dict) -> dict:
    assert envelope["code"] == 0, envelope
    assert envelope["message"] == "SUCCESS"
    return envelope.get("result") or {}


def made_by_code(sdk, company: str, pdf: bytes) -> tuple[str, str]:
    """The sample up to and including `send`; contract and document."""
    contract = succeeded(sdk.post("/v2/contract/draft", draft(company)))
    sponsor, person = contract["signatories"]
    upload = {"contractId": contract["id"], "title": "由文件创建文档", "fileSuffix": "pdf"}
    document = succeeded(sdk.upload("/v2/document/addbyfile", upload, "file", "/home/user/劳动合同 v1.pdf", pdf))["documentId"]
    action = sponsor["actions"][0]["id"]
    succeeded(sdk.post("/v2/contract/send", {"contractId": contract["id"], "stampers": [
        {"type": "COMPANY", "actionId": action, "documentId": document, "keyword": "甲方", "keywordIndex": 1, "offsetX": 0.01,
         "offsetY": -0.02},
        {"type": "TIMESTAMP", "actionId": action, "documentId": document, "page": 1, "offsetX": 0.3, "offsetY": 0.3},
        {"type": "ACROSS_PAGE", "actionId": action, "documentId": document, "offsetY": 0.5},
        {"type": "PERSONAL", "signatoryId": person["id"], "documentId": document, "page": 1, "offsetX": 0.7, "offsetY": 0.2}]}))
    return contract["id"], document


def test_a_contract_made_by_code_is_sealed_and_gives_the_person_a_link(sdk, server, contract_pdf, server_judges, tmp_path):
    contract, document = made_by_code(sdk, server.demo["companyName"], contract_pdf)
    succeeded(sdk.post("/v2/contract/companysign", {"contractId": contract}))
    page = succeeded(sdk.post("/v2/contract/pageurl", {"contractId": contract, "user": PERSON, "pageType": "SIGN"}))["pageUrl"]
    assert page.startswith("http")

    detail = succeeded(sdk.get("/v2/contract/detail", {"contractId": contract, "bizId": None}))
    assert detail["status"] == "SIGNING"
    assert [one["tenantType"] for one in detail["signatories"]] == ["COMPANY", "PERSONAL"]

    file = tmp_path / "sealed.pdf"
    file.write_bytes(sdk.download("/v2/document/download", {"documentId": document}))
    objections = [f"{verdict.judge}: {one}" for verdict in server_judges.hear(file) for one in verdict.objections]
    assert objections == []


def test_sealing_twice_is_an_error_that_every_sdk_can_read(sdk, server, contract_pdf):
    contract, _ = made_by_code(sdk, server.demo["companyName"], contract_pdf)
    succeeded(sdk.post("/v2/contract/companysign", {"contractId": contract}))
    assert sdk.post("/v2/contract/companysign", {"contractId": contract})["code"] == 1107


def test_an_unknown_contract_is_an_error_that_every_sdk_can_read(sdk):
    envelope = sdk.get("/v2/contract/detail", {"contractId": "3501234567890123777"})
    assert envelope["code"] == 1003 and envelope["message"]


def test_a_failed_download_is_never_saved_as_a_file(sdk):
    with pytest.raises(SdkError):
        sdk.download("/v2/document/download", {"documentId": "3501234567890123777"})


def test_a_chinese_business_number_finds_its_contract_however_it_is_escaped(sdk, server):
    number = f"业务{uuid.uuid4()}"
    made = succeeded(sdk.post("/v2/contract/draft", {**draft(server.demo["companyName"]), "bizId": number}))
    assert succeeded(sdk.get("/v2/contract/detail", {"bizId": number}))["id"] == made["id"]


def test_the_python_transport_uploads(server, credentials, api, contract_pdf):
    contract = api.ok(api.post("/v2/contract/draft", draft(server.demo["companyName"])))
    transport = PythonTransport(server.host, server.port, credentials)
    fields = {"contractId": contract["id"], "title": "合同", "fileSuffix": "pdf"}
    assert succeeded(transport.upload("/v2/document/addbyfile", fields, "file", "合同.pdf", contract_pdf))["documentId"]


@pytest.mark.parametrize("style", [GoSdk, OldGoSdk])
@pytest.mark.parametrize("fields", [{"title": "合同 1", "fileSuffix": "pdf"}, {}], ids=["some", "none"])
def test_an_upload_without_a_file_is_an_error_in_both_encodings(style, fields, server, credentials):
    envelope = style(server.host, server.port, credentials).post_without_file("/v2/document/addbyfile", fields)
    assert envelope["code"] == 1005 and envelope["message"]


def test_a_comma_in_the_timestamp_of_a_german_c_sharp_client_is_taken_verbatim(server, credentials):
    sdk = CSharpSdk(server.host, server.port, credentials)
    sdk.decimal_mark = ","
    assert succeeded(sdk.get("/v2/seal/list", {"selectOffset": 0, "selectLimit": 10}))["totalCount"] >= 1


def test_expect_is_answered_with_continue(server, credentials):
    sdk = CSharpSdk(server.host, server.port, credentials)
    sdk.timeout = 30
    body = sdk.encode_json(draft(server.demo["companyName"]))
    lines = ["POST /v2/contract/draft HTTP/1.1", *sdk.standing_headers(), *sdk.authentication(), *sdk.json_headers(),
             "Expect: 100-continue", f"Content-Length: {len(body)}"]
    with Connection(server.host, server.port) as connection:
        answer = connection.exchange("\r\n".join(lines).encode() + b"\r\n\r\n", body, wait_for_continue=20)
    assert answer.continued and answer.status == 200


def test_one_connection_carries_many_calls(server, credentials):
    sdk = CONTRACT_SDKS[0](server.host, server.port, credentials)
    with Connection(server.host, server.port) as connection:
        for _ in range(20):
            lines = ["GET /v2/seal/list?selectLimit=1 HTTP/1.1", *sdk.standing_headers(), *sdk.authentication()]
            answer = connection.exchange("\r\n".join(lines).encode() + b"\r\n\r\n")
            assert succeeded(sdk.read(answer))["totalCount"] >= 1
