"""GET /v2/attachment/download: what signers handed in, as signed and as it came."""
from __future__ import annotations

import io
import uuid
import zipfile

import pytest

from support.contracts import Contract, company, person, user, verify
from support.pdfs import plain_pages

WANG = user("王测试", "13800000011")
PATH = "/v2/attachment/download"


@pytest.fixture
def contract(api, server, contract_pdf):
    """A person has handed in a note as it is and a paper that he must sign, and has signed."""
    asked = [{"title": "说明", "required": True}, {"title": "授权书", "required": True, "needSign": True}]
    made = Contract(api, server, [company(server.demo["companyName"]), person(WANG["name"], WANG["contact"], attachments=asked)], ordinal=False,
                    bizId=f"A-{uuid.uuid4().hex[:12]}")
    document = made.add_file(contract_pdf)
    made.send([made.at_party(1, type="PERSONAL", documentId=document, page=1, offsetX=0.6, offsetY=0.1)])
    made.paper = plain_pages(1)
    page = made.page(WANG)
    for wanted, name, content in zip(page.task["attachments"], ("note.txt", "paper.pdf"), (b"as it came", made.paper)):
        page.attach(wanted["id"], name, content)
    page.sign(page.ask_for_code(WANG["contact"]), typed=WANG["name"])
    return made


def files(reply) -> dict[str, bytes]:
    assert reply.status == 200 and reply.headers["content-type"] == "application/zip", reply.body[:300]
    with zipfile.ZipFile(io.BytesIO(reply.body)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_what_was_to_be_signed_comes_signed_and_the_rest_as_it_came(api, server, contract, tmp_path):
    found = files(api.get(PATH, contractId=contract.id))
    assert sorted(found) == ["授权书.pdf", "说明-note.txt"] and found["说明-note.txt"] == b"as it came"
    assert found["授权书.pdf"] != contract.paper
    verdict = verify(found["授权书.pdf"], tmp_path, server)
    assert verdict.intact and verdict.signers == [WANG["name"]]


def test_origin_gives_the_uploads_byte_for_byte(api, contract):
    found = files(api.get(PATH, contractId=contract.id, origin="true"))
    assert found == {"说明-note.txt": b"as it came", "授权书-paper.pdf": contract.paper}


def test_by_bizid_too(api, contract):
    assert len(files(api.get(PATH, bizId=contract.detail()["bizId"]))) == 2


def test_a_contract_without_attachments_has_nothing_to_give(api, server, contract_pdf):
    bare = Contract(api, server, [company(server.demo["companyName"])])
    bare.add_file(contract_pdf)
    answer = api.get(PATH, contractId=bare.id).envelope
    assert answer["responseCode"] == "11990005" and answer["message"].endswith("contractId: the contract has no attachments")
