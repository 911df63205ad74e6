"""/openapi.json: a valid document, open to everybody, that tells what this server routes, takes and answers."""
from __future__ import annotations

import http.client
import json

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from support.contracts import Contract, company, person
from support.described import Described, document_of
from support.pdfs import plain_pages

#: What the contract part of the specification lists (contracts.md §7.2) and this server routes.
FLOW = ["/v2/contract/draft", "/v2/contract/send", "/v2/contract/companysign", "/v2/contract/legalpersonsign", "/v2/contract/employeeaudit",
        "/v2/contract/pageurl", "/v2/contract/notice", "/v2/contract/invalid", "/v2/contract/forceend", "/v2/contract/delay",
        "/v2/contract/miniappexchange", "/v2/signatory/add", "/v2/document/addbyfile", "/v2/document/addbyfiles", "/v2/verify",
        "/v2/contract/detail", "/v2/contract/list", "/v2/contract/download", "/v2/document/download", "/v2/attachment/download"]


@pytest.fixture(scope="module")
def document(server) -> dict:
    return document_of(server.host, server.port)


@pytest.mark.parametrize("path", ["/openapi.json", "/v2/openapi.json", "//openapi.json"])
def test_anybody_may_read_it(server, document, path):
    connection = http.client.HTTPConnection(server.host, server.port, timeout=60)
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    assert answer.status == 200
    assert answer.getheader("Content-Type") == "application/json;charset=UTF-8"
    assert json.loads(body) == document


def test_it_is_valid_openapi(document):
    assert document["openapi"].startswith("3.1")
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


def test_it_leaves_out_nothing_that_is_routed(document):
    assert "x-undescribed" not in document
    for path in FLOW:
        assert path in document["paths"], path


def test_every_path_it_lists_answers(api, document):
    for path, operations in document["paths"].items():
        for method in operations:
            reply = api.request(method.upper(), path)
            assert reply.status != 404 and reply.status != 405, f"{method} {path}: {reply.body!r}"


def test_paths_without_the_version_answer_the_same(api, document):
    for path in document["paths"]:
        if path.startswith("/v2/"):
            assert api.post(path.removeprefix("/v2"), {}).body == api.post(path, {}).body, path


def test_signature_headers_are_named_and_their_absence_is_described(server, document):
    headers = {scheme["name"] for scheme in document["components"]["securitySchemes"].values()}
    assert {"x-qys-open-accesstoken", "x-qys-open-timestamp", "x-qys-open-signature", "x-qys-open-nonce"} == headers
    connection = http.client.HTTPConnection(server.host, server.port, timeout=60)
    connection.request("GET", "/v2/contract/detail")
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    assert answer.status == 441
    Described(document).check("GET", "/v2/contract/detail", answer.status, {name.lower(): value for name, value in answer.getheaders()}, body)


def test_every_operation_tells_the_codes_it_answers(document):
    for path, operations in document["paths"].items():
        for operation in operations.values():
            assert "| 0 | 00000000 | SUCCESS |" in operation["description"], path
            assert "| 1005 | 11990005 | INVALID PARAM |" in operation["description"], path


def fields_of(document: dict, path: str) -> dict:
    body = document["paths"][path]["post"]["requestBody"]["content"]
    return next(iter(body.values()))["schema"]["properties"]


@pytest.mark.parametrize("path, field, longest", [
    ("/v2/contract/draft", "subject", 100), ("/v2/contract/draft", "bizId", 50), ("/v2/contract/draft", "callbackUrl", 300),
    ("/v2/contract/draft", "businessData", 100), ("/v2/contract/forceend", "reason", 200), ("/v2/document/addbyfile", "title", 100)])
def test_a_limit_it_tells_is_the_limit(api, document, path, field, longest):
    """One character more than the document says is too long; what it allows is not what an answer complains of."""
    assert fields_of(document, path)[field]["maxLength"] == longest
    too_long = api.post(path, {field: "字" * (longest + 1)}).envelope
    assert too_long["code"] == 1011 and too_long["message"].startswith(f"PARAM TOO LONG,{field}: "), too_long
    assert f",{field}: is longer" not in api.post(path, {field: "字" * longest}).envelope["message"]


def test_an_answer_with_an_unknown_member_would_not_pass(document):
    """The check itself: what the functional tests hold every answer against."""
    described = Described(document)
    good = {"code": 0, "message": "SUCCESS", "result": {"ticket": "x"}, "responseCode": "00000000"}

    def check(envelope: dict, status: int = 200) -> None:
        described.check("POST", "/v2/contract/miniappexchange", status, {"content-type": "application/json"}, json.dumps(envelope).encode())

    check(good)
    for bad in ({**good, "result": {"ticket": "x", "more": 1}}, {**good, "extra": 1}, {**good, "result": {}}, {**good, "code": "0"},
                {"code": 1601, "message": "x", "responseCode": "11011601"}, {"code": 1005, "message": "x"}):
        with pytest.raises(AssertionError):
            check(bad)
    with pytest.raises(AssertionError):
        check(good, 418)


def test_the_main_road_is_described(api, server):
    """Draft, file, send, detail, seal, list, downloads: the recorder in conftest holds each answer against the document."""
    own = server.demo["companyName"]
    contract = Contract(api, server, [company(own), person("王五", "13800000005")], category={"id": server.demo["categoryId"]})
    contract.add_file(plain_pages(2))
    contract.send([contract.at_party(1, type="PERSONAL", page=1, offsetX=0.6, offsetY=0.2)])
    detail = api.ok(api.get("/v2/contract/detail", contractId=contract.id, queryLocation="true", queryActionOperator="true", queryRelatedContract="true"))
    assert detail["signatories"][1]["stampers"][0]["page"] == 1
    api.ok(api.post("/v2/contract/companysign", {"contractId": contract.id, "stampers": [
        {"type": "COMPANY", "documentId": contract.documents[0], "page": 1, "offsetX": 0.1, "offsetY": 0.1}]}))
    assert api.ok(api.get("/v2/contract/list"))["totalCount"] >= 1
    assert api.get("/v2/contract/download", contractId=contract.id).status == 200
    pdf = api.get("/v2/document/download", documentId=contract.documents[0]).body
    report = api.ok(api.upload("/v2/verify", {}, [("file", "x.pdf", pdf)]))
    assert report["signatureInfos"]
