"""The code that a QRCODE watermark prints: PUBLIC shows the contract to anybody, PRIVATE to those who take part and prove it."""
from __future__ import annotations

import subprocess

import pytest
import zxingcpp

from support.contracts import Contract, company, person
from support.page import Page, PageError, inbox, inbox_until

READER = ("演示丁", "13800000781")


@pytest.fixture
def printed(api, server, contract_pdf, tmp_path):
    """A contract with a code of that permission, and the address that the code holds."""

    def make(permission: str, *, sent: bool = True) -> tuple[Contract, str]:
        made = Contract(api, server, [company(server.demo["companyName"]), person(*READER)])
        made.add_file(contract_pdf)
        mark = {"type": "QRCODE", "position": "BOTTOM_RIGHT", "viewPermission": permission}
        api.ok(api.post("/v2/contract/addwartermark", {"contractId": made.id, "watermarks": [mark]}))
        if sent:
            made.send()
        file = tmp_path / "marked.pdf"
        file.write_bytes(made.download())
        drawn = subprocess.run(["pdftoppm", "-gray", "-r", "200", "-f", "1", "-l", "1", file], capture_output=True, check=True).stdout
        width, height = map(int, drawn.split(maxsplit=3)[1:3])
        [read] = zxingcpp.read_barcodes(memoryview(drawn[-width * height:]).cast("B", (height, width)))
        assert read.text.startswith(f"{server.url}/contract/view/{made.id}-")
        return made, read.text

    return make


def post(server, path: str, **body) -> dict:
    """As a browser that has opened nothing yet."""
    page = Page.__new__(Page)
    page._host, page._port, page._cookie, page.view = server.host, server.port, "", {}
    return page._post(path, body)


def test_a_public_code_opens_for_anybody_to_read(printed, server):
    contract, address = printed("PUBLIC")
    page = Page(server.host, server.port, address)
    assert page.view["contract"]["id"] == contract.id and page.view["me"] is None and page.view["task"] is None
    assert not page.view["options"]["canDownload"] and not page.view["options"]["canPrint"]
    with pytest.raises(PageError):
        page._get(f"/pages/documents/{contract.documents[0]}/download")
    again = Page(server.host, server.port, address)
    assert again.view["page"] != page.view["page"]


def test_a_private_code_asks_who_reads_and_opens_for_a_party(printed, server):
    contract, address = printed("PRIVATE")
    token = address.rsplit("/", 1)[-1]
    with pytest.raises(PageError) as unknown:
        Page(server.host, server.port, address)
    assert unknown.value.code == "LinkNotFound"
    door = post(server, "/pages/short/open", token=token)
    assert door["subject"] == contract.subject and door["contact"] == ""
    post(server, "/pages/short/code", token=token, contact=READER[1])
    code = inbox_until(server, READER[1], lambda message: "code" in message and contract.subject in message["text"])["code"]
    entered = post(server, "/pages/short/enter", token=token, contact=READER[1], code=code)["pageUrl"]
    assert Page(server.host, server.port, entered).view["contract"]["id"] == contract.id


def test_a_private_code_sends_nothing_to_strangers(printed, server):
    _, address = printed("PRIVATE")
    token = address.rsplit("/", 1)[-1]
    post(server, "/pages/short/code", token=token, contact="13800000799")
    with pytest.raises(PageError) as refused:
        post(server, "/pages/short/enter", token=token, contact="13800000799", code="123456")
    assert refused.value.code == "CodeExpired" and inbox(server, "13800000799") == []


@pytest.mark.parametrize("permission", ["PRIVATE", "PUBLIC"])
def test_a_code_outlives_the_contracts_end(printed, api, server, permission):
    contract, address = printed(permission)
    api.ok(api.post("/v2/contract/invalid", {"contractId": contract.id, "reason": "撤回"}))
    token = address.rsplit("/", 1)[-1]
    if permission == "PRIVATE":
        assert post(server, "/pages/short/open", token=token)["subject"] == contract.subject
    else:
        assert Page(server.host, server.port, address).view["contract"]["status"] == "RECALLED"


@pytest.mark.parametrize("permission", ["PRIVATE", "PUBLIC"])
@pytest.mark.parametrize("path", ["/pages/open", "/pages/short/open"])
def test_drafts_and_made_up_codes_open_nothing(printed, server, permission, path):
    _, address = printed(permission, sent=False)
    token = address.rsplit("/", 1)[-1]
    other = {"o": "p", "p": "o"}
    swapped = token.replace(f"-{token.split('-')[1]}-", f"-{other[token.split('-')[1]]}-")
    for one in (token, swapped, token[:-1] + ("0" if token[-1] != "0" else "1")):
        with pytest.raises(PageError) as refused:
            post(server, path, token=one)
        assert refused.value.status == 404 and refused.value.code == "LinkNotFound"
