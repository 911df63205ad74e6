"""POST /v2/document/addbyfiles: several uploads become one document, in their order."""
from __future__ import annotations

import json
import subprocess

import pytest

from support.contracts import Contract, company, person, verify
from support.pdfs import plain_pages

PATH = "/v2/document/addbyfiles"
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108020000009077"
                    "53de0000000c49444154789c63f8ffff3f0005fe02fe0def46b80000000049454e44ae426082")


@pytest.fixture
def draft(api, server):
    return Contract(api, server, [company(server.demo["companyName"]), person("李测试", "13800000010")])


def add(contract: Contract, files: list[bytes], name: str = "files", title: str = "合并的文件", **fields):
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in fields.items()}
    return contract.api.upload(PATH, {"contractId": contract.id, "title": title, **texts},
                               [(name, f"file{number}.bin", content) for number, content in enumerate(files)])


def pages_with_pictures(pdf: bytes, folder) -> list[int]:
    file = folder / "merged.pdf"
    file.write_bytes(pdf)
    lines = subprocess.run(["pdfimages", "-list", file], capture_output=True, text=True, check=True, timeout=60).stdout.splitlines()
    return [int(line.split()[0]) for line in lines[2:]]


def test_the_pages_follow_the_order_of_the_parts(api, draft, tmp_path):
    document = api.ok(add(draft, [plain_pages(2), PNG, plain_pages(1)]))["documentId"]
    draft.documents.append(document)
    told = draft.detail()["documents"]
    assert [one["id"] for one in told] == [document] and told[0]["pageCount"] == 4 and told[0]["title"] == "合并的文件"
    assert pages_with_pictures(draft.download(), tmp_path) == [3]


def test_a_merged_document_is_signed_like_any_other(api, server, draft, tmp_path):
    document = api.ok(add(draft, [plain_pages(1), PNG]))["documentId"]
    draft.documents.append(document)
    draft.send([draft.at_action(0, type="COMPANY", page=1, offsetX=0.1, offsetY=0.1)])
    draft.seal()
    assert verify(draft.download(), tmp_path, server).intact


def test_one_file_is_enough_and_none_is_not(api, draft):
    assert api.ok(add(draft, [plain_pages(3)]))["documentId"]
    assert add(draft, []).envelope["responseCode"] == "11990005"
    assert add(draft, [plain_pages(1)], name="file").envelope["responseCode"] == "11990005"
    assert len(draft.detail()["documents"]) == 1


def test_a_file_that_is_nothing_refuses_all_of_them_and_says_which(api, draft):
    reply = add(draft, [plain_pages(1), b"not a document"])
    assert reply.code in (1402, 1403) and "file 2" in reply.envelope["message"]
    assert "documents" not in draft.detail() or draft.detail()["documents"] == []


def test_it_needs_a_title_and_a_draft(api, draft, server):
    assert add(draft, [plain_pages(1)], title="").envelope["responseCode"] == "11990005"
    api.ok(add(draft, [plain_pages(1)]))
    draft.send()
    assert add(draft, [plain_pages(1)]).envelope["responseCode"] == "11011101"
