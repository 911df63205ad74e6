"""What a contract is read by: its operation log, view pages, short links, downloads and their links."""
from __future__ import annotations

import http.client
import io
import json
import re
import subprocess
import urllib.parse
import uuid
import zipfile

import pytest

from support.contracts import Contract, company, person, user
from support.page import Page, PageError, inbox_until
from support.pdfs import plain_pages

STREAM = "/v2/contract/stream"


def get(server, target: str, cookie: str = "") -> tuple[int, dict[str, str], bytes]:
    """What a browser gets that has no session of its own."""
    connection = http.client.HTTPConnection(server.host, server.port, timeout=60)
    try:
        connection.request("GET", target, headers={"Cookie": cookie} if cookie else {})
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def post(server, target: str, body: dict) -> tuple[int, dict]:
    connection = http.client.HTTPConnection(server.host, server.port, timeout=60)
    try:
        connection.request("POST", target, json.dumps(body).encode(), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def path_of(url: str) -> str:
    parts = urllib.parse.urlsplit(url)
    return parts.path + ("?" + parts.query if parts.query else "")


def text_of(pdf: bytes, tmp_path) -> str:
    file = tmp_path / f"{uuid.uuid4()}.pdf"
    file.write_bytes(pdf)
    done = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, check=True, timeout=60)
    return done.stdout.decode()


def names_of(archive: bytes) -> list[str]:
    return zipfile.ZipFile(io.BytesIO(archive)).namelist()


def file_name(headers: dict[str, str]) -> str:
    return urllib.parse.unquote(headers["content-disposition"].split("fileName=")[1])


class ViewPage(Page):
    """A page for reading, opened by its address."""

    def __init__(self, server, url: str) -> None:
        super().__init__(server.host, server.port, "http://x/?openPageToken=" + url.rsplit("/", 1)[1])


@pytest.fixture
def one(api, server, contract_pdf):
    """A contract that waits for one person."""
    made = Contract(api, server, [person("演示读者", "13800000731")], subject="阅读合同")
    made.add_file(contract_pdf, title="采购合同")
    made.send([made.at_party(0, type="PERSONAL", page=1, offsetX=0.5, offsetY=0.3)])
    return made


@pytest.fixture
def draft(api, server, contract_pdf):
    made = Contract(api, server, [company(server.demo["companyName"])])
    made.add_file(contract_pdf)
    return made


def stream(api, contract, **query) -> dict:
    return api.ok(api.get(STREAM, contractId=contract.id, **query))


# The operation log

def test_the_log_tells_the_latest_first_who_did_what(api, server, one):
    one.sign_by_page(user("演示读者", "13800000731"))
    log = stream(api, one)
    assert log["totalCount"] == len(log["list"])
    ids = [int(entry["id"]) for entry in log["list"]]
    assert ids == sorted(ids, reverse=True)
    assert [entry["operationDesc"] for entry in log["list"]] == ["签署合同", "查看合同", "发起合同", "添加合同文档", "创建合同草稿"]
    signed, opened, sent = log["list"][:3]
    assert (signed["operation"], signed["operatorName"], signed["contact"]) == ("MODIFY", "演示读者", "13800000731")
    assert signed["tenantName"] == "演示读者" and signed["detail"] == "《采购合同》"
    assert (opened["operation"], opened["operatorName"]) == ("VIEW", "演示读者")
    assert sent["tenantName"] == server.demo["companyName"] and sent["operatorName"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", sent["createTime"])


def test_views_downloads_and_prints_are_told_apart(api, server, one):
    page = one.page(user("演示读者", "13800000731"))
    page._post("/pages/printed", {})
    one.download()
    kinds = {"VIEW": ["查看合同"], "DOWNLOAD": ["下载合同"], "PRINT": ["打印合同"], "MODIFY": ["发起合同", "添加合同文档", "创建合同草稿"]}
    for kind, words in kinds.items():
        log = stream(api, one, operation=kind)
        assert [entry["operationDesc"] for entry in log["list"]] == words, kind
        assert log["totalCount"] == len(words)
        assert {entry["operation"] for entry in log["list"]} == {kind}
    two = stream(api, one, operation="PRINT,DOWNLOAD")
    assert [entry["operation"] for entry in two["list"]] == ["DOWNLOAD", "PRINT"]
    assert len(stream(api, one, operation="VIEW,MODIFY,PRINT")["list"]) == 5
    assert stream(api, one, operation="ALL")["totalCount"] == 6
    assert len(stream(api, one, operation="ALL,VIEW")["list"]) == 6


def test_a_download_on_the_page_is_logged_under_the_readers_name(api, server, one):
    page = one.page(user("演示读者", "13800000731"))
    status, _, body = get(server, f"/pages/documents/{one.documents[0]}/download", page._cookie)
    assert status == 200 and body.startswith(b"%PDF")
    entry = stream(api, one, operation="DOWNLOAD")["list"][0]
    assert (entry["operatorName"], entry["contact"], entry["detail"]) == ("演示读者", "13800000731", "《采购合同》")


def test_the_log_is_paged(api, one):
    whole = stream(api, one)["list"]
    part = stream(api, one, selectOffset=1, selectLimit=1)
    assert part["totalCount"] == len(whole) and part["list"] == whole[1:2]


def test_a_wrong_operation_is_named(api, one):
    reply = api.get(STREAM, contractId=one.id, operation="VIEW,LOOK")
    assert reply.code == 1005 and "operation" in reply.envelope["message"]


def test_two_contacts_that_look_alike_are_not_mixed_up(api, server, contract_pdf):
    made = Contract(api, server, [person("甲一", "13811110742"), person("甲二", "13822220742")], ordinal=False)
    made.add_file(contract_pdf)
    made.send([made.at_party(i, type="PERSONAL", page=1, offsetX=0.5, offsetY=0.3) for i in range(2)])
    made.page(user("甲二", "13822220742"))
    entry = stream(api, made, operation="VIEW")["list"][0]
    assert entry["tenantName"] == "甲二" and entry["operatorName"] in ("", "甲二")


# The view page

def test_a_view_page_shows_the_contract_and_lets_nobody_sign(api, server, one):
    url = api.ok(api.get("/v2/contract/viewurl", contractId=one.id, lang="en", themeColor="#336699"))["pageUrl"]
    assert url.startswith(server.url + "/contract/view/")
    page = ViewPage(server, url)
    view = page.view
    assert view["state"] == "VIEW_ONLY" and view["me"] is None and view["task"] is None
    assert view["contract"]["status"] == "SIGNING" and [party["name"] for party in view["parties"]] == ["演示读者"]
    assert view["options"]["lang"] == "en" and view["options"]["themeColor"] == "#336699"
    assert view["options"]["canDownload"] and view["options"]["canPrint"]
    assert get(server, f"/pages/documents/{one.documents[0]}/pages/1.jpg", page._cookie)[0] == 200
    for path, body in [("/pages/code", {}), ("/pages/sign", {"consent": True, "code": "123456"}), ("/pages/reject", {"reason": "不"}),
                       ("/pages/recall", {"reason": "不"}), ("/pages/end", {"reason": "不"}), ("/pages/password", {"password": "abcd12345"}),
                       ("/pages/identity", {"name": "演示读者"}), ("/pages/batch/code", {})]:
        with pytest.raises(PageError) as refused:
            page._post(path, body)
        assert refused.value.status < 500, path
    assert one.status == "SIGNING"
    entry = stream(api, one, operation="VIEW")["list"][0]
    assert entry["operatorName"] == "持浏览链接者"


def test_the_buttons_of_a_view_page_have_an_effect(api, server, one):
    url = api.ok(api.get("/v2/contract/viewurl", contractId=one.id, downloadButton="false", printButton="false",
                         documentId=one.documents[0]))["pageUrl"]
    page = ViewPage(server, url)
    assert not page.view["options"]["canDownload"] and not page.view["options"]["canPrint"]
    assert page.view["options"]["documentId"] == one.documents[0]
    assert get(server, f"/pages/documents/{one.documents[0]}/download", page._cookie)[0] == 403
    assert get(server, f"/pages/download?page={page.view['page']}", page._cookie)[0] == 403
    with pytest.raises(PageError) as refused:
        page._post("/pages/printed", {})
    assert refused.value.code == "NoOperationPermission"
    assert stream(api, one, operation="DOWNLOAD,PRINT")["totalCount"] == 0


def test_a_draft_can_be_viewed_once_it_has_documents(api, server, draft):
    empty = Contract(api, server, [company(server.demo["companyName"])])
    assert api.get("/v2/contract/viewurl", contractId=empty.id).code == 1401
    page = ViewPage(server, api.ok(api.get("/v2/contract/viewurl", contractId=draft.id))["pageUrl"])
    assert page.view["contract"]["status"] == "DRAFT" and page.view["state"] == "VIEW_ONLY"
    assert get(server, f"/pages/documents/{draft.documents[0]}/pages/1.jpg", page._cookie)[0] == 200


def test_a_foreign_document_is_no_place_to_open_at(api, one, draft):
    reply = api.get("/v2/contract/viewurl", contractId=one.id, documentId=draft.documents[0])
    assert reply.code == 1005 and "documentId" in reply.envelope["message"]


def test_a_viewing_ticket_opens_the_same_page_for_one_client(api, server, one):
    ticket = api.ok(api.post("/v2/contract/miniappexchange/view", {"contractId": one.id, "lang": "cn"}))["ticket"]
    page = Page(server.host, server.port, ticket=ticket)
    assert page.view["state"] == "VIEW_ONLY" and page.view["options"]["mode"] == "MINIAPP"
    with pytest.raises(PageError) as refused:
        Page(server.host, server.port, ticket=ticket)
    assert refused.value.code == "LinkBoundElsewhere"


def test_a_page_for_printing_signs_nothing(one):
    page = one.page(user("演示读者", "13800000731"), pageType="PRINT")
    assert page.view["options"]["pageType"] == "PRINT" and page.view["state"] == "VIEW_ONLY" and page.task is None
    with pytest.raises(PageError):
        page._post("/pages/code", {})
    assert one.page(user("演示读者", "13800000731"), pageType="DIRECT_SIGN").task is not None


# What the initiator's user may do on his page

@pytest.fixture
def own(api, server, contract_pdf):
    """A contract of the demo's company with a creator who seals, and a receiver."""
    creator = {"contact": "13900000001", "contactType": "MOBILE"}
    made = Contract(api, server, [company(server.demo["companyName"]), person("收件人", "13800000733")], creator=creator)
    made.add_file(contract_pdf)
    made.send([made.at_action(0, type="COMPANY", page=1, offsetX=0.5, offsetY=0.3), made.at_party(1, type="PERSONAL", page=1, offsetX=0.2, offsetY=0.3)])
    return made


@pytest.mark.parametrize(("button", "flag", "path", "status"), [("hideRecallButton", "canRecall", "/pages/recall", "RECALLED"),
                                                                ("hideEndButton", "canEnd", "/pages/end", "FORCE_END")])
def test_the_creator_takes_back_or_ends_on_his_page(api, own, button, flag, path, status):
    creator = user("", "13900000001")
    hidden = own.page(creator, **{button: True})
    assert not hidden.view["options"][flag]
    with pytest.raises(PageError) as refused:
        hidden._post(path, {"reason": "写错了"})
    assert refused.value.code == "NoOperationPermission"
    other = own.early_page(user("收件人", "13800000733"))
    assert not other.view["options"][flag]
    with pytest.raises(PageError):
        other._post(path, {"reason": "写错了"})
    page = own.page(creator)
    assert page.view["options"][flag]
    with pytest.raises(PageError):
        page._post(path, {"reason": " "})
    assert own.status == "SIGNING"
    assert page._post(path, {"reason": "写错了"})["contract"]["status"] == status
    assert own.status == status
    assert stream(api, own)["list"][0]["operatorName"] != ""
    assert own.page(creator, showResendButton=True).view["options"]["canResend"]
    assert not own.page(creator).view["options"]["canResend"]


# Short links

def test_a_short_link_leads_to_the_page_after_a_log_in(api, server, one):
    url = api.ok(api.get("/v2/contract/shorturl", contractId=one.id))["shorturl"]
    assert re.fullmatch(re.escape(server.url) + r"/s/\w{20}", url)
    token = url.rsplit("/", 1)[1]
    status, view = post(server, "/pages/short/open", {"token": token})
    assert status == 200 and view == {"subject": "阅读合同", "sponsorName": server.demo["companyName"], "contact": ""}
    with pytest.raises(PageError):
        Page(server.host, server.port, "http://x/?openPageToken=" + token)
    assert post(server, "/pages/short/code", {"token": token, "contact": "13800000731"})[0] == 200
    code = inbox_until(server, "13800000731", lambda message: "code" in message and "用于打开《阅读合同》" in message["text"])["code"]
    assert post(server, "/pages/short/enter", {"token": token, "contact": "13800000731", "code": "000000" if code != "000000" else "1"})[0] >= 400
    status, entered = post(server, "/pages/short/enter", {"token": token, "contact": "13800000731", "code": code})
    assert status == 200
    page = Page(server.host, server.port, entered["pageUrl"])
    assert page.task is not None and page.view["me"]["name"] == "演示读者"
    assert post(server, "/pages/short/enter", {"token": token, "contact": "13800000731", "code": code})[0] >= 400


def test_a_short_link_tells_nobody_who_takes_part(server, api, one):
    token = api.ok(api.get("/v2/contract/shorturl", contractId=one.id))["shorturl"].rsplit("/", 1)[1]
    known = post(server, "/pages/short/code", {"token": token, "contact": "13800000731"})
    stranger = post(server, "/pages/short/code", {"token": token, "contact": "13800000999"})
    assert known == stranger
    assert post(server, "/pages/short/enter", {"token": token, "contact": "13800000999", "code": "123456"})[0] >= 400


def test_a_short_link_may_be_bound_to_a_contact(server, api, one):
    token = api.ok(api.get("/v2/contract/shorturl", contractId=one.id, contact="13800000731"))["shorturl"].rsplit("/", 1)[1]
    assert post(server, "/pages/short/open", {"token": token})[1]["contact"] == "138****0731"
    assert api.get("/v2/contract/shorturl", contractId=one.id, contact="13800000999").code == 1110


def test_a_draft_has_no_short_link(api, draft):
    assert api.get("/v2/contract/shorturl", contractId=draft.id).code == 1101


# Downloads

def test_the_package_has_every_item_under_its_label(api, server, one, tmp_path):
    one.sign_by_page(user("演示读者", "13800000731"))
    reply = api.get("/v2/contract/download", contractId=one.id, downloadItems="CONTRACT,SIGNLOG,NOTARY,CERT,ATTACHMENT,ENDSIGN_ATTACHMENT")
    assert reply.headers["content-type"] == "application/zip" and file_name(reply.headers) == "阅读合同.zip"
    assert "content-encoding" not in reply.headers and int(reply.headers["content-length"]) == len(reply.body)
    archive = zipfile.ZipFile(io.BytesIO(reply.body))
    names = archive.namelist()
    assert names[:3] == ["原文-采购合同.pdf", "签署日志-阅读合同.pdf", "存证报告-阅读合同.pdf"]
    # The signer's, that of the time-stamp authority, and the two above both.
    assert len(names) == 7 and all(name.startswith("公钥证书-") and name.endswith(".cer") for name in names[3:])
    log = text_of(archive.read(names[1]), tmp_path)
    assert "签署日志" in log and "签署合同" in log and "演示读者" in log and "13800000731" in log
    report = text_of(archive.read(names[2]), tmp_path)
    assert "电子合同存证报告" in report and "验证码" in report and "完好" in report
    for name in names[3:]:
        shown = subprocess.run(["openssl", "x509", "-inform", "DER", "-noout", "-subject"], input=archive.read(name),
                               capture_output=True, check=True, timeout=60)
        assert b"subject=" in shown.stdout


def test_the_report_names_the_digest_of_the_file_as_it_is(api, one, tmp_path):
    import hashlib
    one.sign_by_page(user("演示读者", "13800000731"))
    reply = api.get("/v2/contract/download", contractId=one.id, downloadItems="NOTARY", needCompressForOneFile="false")
    assert reply.headers["content-type"] == "application/pdf"
    written = re.sub(r"\s", "", text_of(reply.body, tmp_path))
    assert hashlib.sha256(one.download()).hexdigest() in written


@pytest.mark.parametrize(("rule", "name"), [("DEFAULT", "原文-阅读合同-演示读者.pdf"), ("ORIGINAL", "采购合同.pdf"), ("", "原文-阅读合同-演示读者.pdf")])
def test_one_file_comes_as_it_is_when_wanted(api, one, rule, name):
    query = {"fileNameRule": rule} if rule else {}
    reply = api.get("/v2/contract/download", contractId=one.id, downloadItems="CONTRACT", needCompressForOneFile="false", **query)
    assert file_name(reply.headers) == name and reply.body == one.download()
    zipped = api.get("/v2/contract/download", contractId=one.id, downloadItems="CONTRACT", **query)
    assert names_of(zipped.body) == [name]


def test_a_package_is_the_originals_and_the_log_by_default(api, one):
    assert names_of(api.get("/v2/contract/download", contractId=one.id).body) == ["原文-采购合同.pdf", "签署日志-阅读合同.pdf"]


def test_files_of_one_name_do_not_hide_each_other(api, server):
    made = Contract(api, server, [company(server.demo["companyName"])])
    for pages in (1, 2, 3):
        made.add_file(plain_pages(pages), title="v1.2 协议")
    names = names_of(api.get("/v2/contract/download", contractId=made.id, downloadItems="CONTRACT", fileNameRule="ORIGINAL").body)
    assert names == ["v1.2 协议.pdf", "v1.2 协议(2).pdf", "v1.2 协议(3).pdf"]


def test_a_long_name_keeps_its_suffix(api, server):
    made = Contract(api, server, [company(server.demo["companyName"])])
    made.add_file(plain_pages(1), title="长" * 100)
    assert names_of(api.get("/v2/contract/download", contractId=made.id, downloadItems="CONTRACT").body)[0].endswith(".pdf")


@pytest.mark.parametrize("query", [{"downloadItems": "CONTRACT,EVERYTHING"}, {"fileNameRule": "SHORT"}])
def test_a_bad_download_is_refused_with_400(api, one, query):
    reply = api.get("/v2/contract/download", contractId=one.id, **query)
    assert reply.status == 400 and reply.code == 1005


def test_links_bring_one_file_each_for_an_hour(api, server, one):
    links = api.ok(api.get("/v2/contract/downloadurl", contractId=one.id, downloadItems="CONTRACT,SIGNLOG"))["downloadUrls"]
    assert [(link["downloadItems"], link["title"]) for link in links] == [("CONTRACT", "采购合同.pdf"), ("SIGNLOG", "阅读合同.pdf")]
    assert links[0]["documentId"] == one.documents[0] and "contractId" not in links[0]
    assert links[1]["contractId"] == one.id and "documentId" not in links[1]
    status, headers, body = get(server, path_of(links[0]["downloadUrl"]))
    assert status == 200 and body == one.download() and headers["content-type"] == "application/pdf"
    assert get(server, path_of(links[1]["downloadUrl"]))[2].startswith(b"%PDF")
    assert stream(api, one, operation="DOWNLOAD")["totalCount"] == 3


def test_a_compressed_link_brings_the_whole_package(api, server, one):
    [link] = api.ok(api.get("/v2/contract/downloadurl", contractId=one.id, compress="true"))["downloadUrls"]
    assert (link["contractId"], link["title"]) == (one.id, "阅读合同") and "documentId" not in link
    status, headers, body = get(server, path_of(link["downloadUrl"]))
    assert status == 200 and headers["content-type"] == "application/zip"
    assert names_of(body) == ["原文-采购合同.pdf", "签署日志-阅读合同.pdf"]


def test_an_unknown_download_link_is_not_found(server):
    assert get(server, "/dl/" + "x" * 32)[0] == 404


def test_the_lock_and_the_status_of_failures_are_the_operators(new_server, tmp_path):
    data = tmp_path / "locked"
    data.mkdir()
    (data / "signet.toml").write_text("[downloads]\nlock = true\nfailure_status = 200\n", encoding="utf-8")
    from support.api import Api
    from support.credentials import Credentials
    running = new_server(data=data)
    own = Api(running.host, running.port, Credentials(running.demo["appToken"], running.demo["appSecret"]))
    made = Contract(own, running, [company(running.demo["companyName"])])
    first, second = made.add_file(plain_pages(1)), made.add_file(plain_pages(2))
    for _ in range(10):
        assert own.get("/v2/document/download", documentId=first).headers["content-type"] == "application/pdf"
    locked = own.get("/v2/document/download", documentId=first)
    assert (locked.status, locked.envelope["responseCode"]) == (200, "11990006")
    assert own.get("/v2/document/download", documentId=second).headers["content-type"] == "application/pdf"
