"""Requests that nobody thought of: schemathesis invents them from /openapi.json and sends them signed, half of them about a real contract.

No answer may be a 5xx, and none may be undocumented: status, media type, codes and members are those of the document.
The seed is fixed, so that a failure can be repeated; a longer search: SIGNET_EXAMPLES=2000 SIGNET_SEED=7 pytest tests/functional/test_openapi_properties.py
"""
from __future__ import annotations

import os
import zlib

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from support.contracts import Contract, company, person
from support.described import document_of
from support.pdfs import plain_pages

EXAMPLES = int(os.environ.get("SIGNET_EXAMPLES", "8"))
SEED = int(os.environ.get("SIGNET_SEED", "20260922"))
CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)
MODES = {"as documented": GenerationMode.POSITIVE, "damaged": GenerationMode.NEGATIVE}


@pytest.fixture(scope="module")
def operations(server) -> list:
    schema = schemathesis.openapi.from_dict(document_of(server.host, server.port))
    schema.config.update(base_url=server.url)
    return [result.ok() for result in schema.get_all_operations()]


@pytest.fixture(scope="module")
def real(api, server) -> dict[str, str]:
    """The ids of a draft that is really there, under the names that requests use."""
    draft = Contract(api, server, [company(server.demo["companyName"]), person("王五", "13800000005")], category={"id": server.demo["categoryId"]})
    draft.add_file(plain_pages(1))
    return {"contractId": draft.id, "documentId": draft.documents[0], "signatoryId": draft.parties[1]["id"], "actionId": draft.action(0),
            "sealId": server.demo["sealId"], "categoryId": server.demo["categoryId"]}


def made_real(members, real: dict[str, str]):
    """The same request about things that exist."""
    if isinstance(members, dict):
        return {name: real.get(name, made_real(value, real)) for name, value in members.items()}
    return [made_real(one, real) for one in members] if isinstance(members, list) else members


@pytest.mark.parametrize("mode", MODES)
def test_no_invented_request_gets_an_answer_that_is_not_documented(operations, real, credentials, mode):
    assert operations
    for operation in operations:
        @seed(SEED)
        @settings(max_examples=EXAMPLES, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy(generation_mode=MODES[mode]))
        def hold(case) -> None:
            if isinstance(case.body, dict) and zlib.crc32(repr(case.body).encode()) % 2:
                case.body = made_real(case.body, real)
            if case.query and zlib.crc32(repr(case.query).encode()) % 2:
                case.query = made_real(case.query, real)
            case.call_and_validate(headers=credentials.headers(), checks=CHECKS, timeout=60)

        hold()
