"""What the server tells a browser, and what it keeps from one that may not know."""
from __future__ import annotations

import http.client
import json
import pathlib
import re

import pytest
from support.api import Api
from support.contracts import Contract, company, person, user
from support.credentials import Credentials
from support.page import Page, PageError
from support.server import Server

TYPES = (pathlib.Path(__file__).resolve().parents[2] / "web" / "src" / "types.ts").read_text(encoding="utf-8")
INTERFACES = {name: re.findall(r"^  (\w+)(\??): ([^;]+);", body, re.M)
              for name, body in re.findall(r"^export interface (\w+) \{\n(.*?)^\}", TYPES, re.M | re.S)}


def deviations(value, kind: str, where: str) -> list[str]:
    """Where a JSON value is not what types.ts says."""
    kinds = [one.strip() for one in kind.split("|")]
    if value is None:
        return [] if "null" in kinds else [f"{where}: null"]
    kind = next(one for one in kinds if one != "null")
    if kind.endswith("[]"):
        if not isinstance(value, list):
            return [f"{where}: not a list"]
        return [found for i, item in enumerate(value) for found in deviations(item, kind[:-2], f"{where}[{i}]")]
    if kind.startswith("{"):
        return [] if isinstance(value, dict) else [f"{where}: not an object"]
    if kind in INTERFACES:
        fields = {name: (optional, of) for name, optional, of in INTERFACES[kind]}
        found = [f"{where}.{name}: unknown" for name in value if name not in fields]
        found += [f"{where}.{name}: missing" for name, (optional, _) in fields.items() if not optional and name not in value]
        return found + [one for name in value if name in fields for one in deviations(value[name], fields[name][1], f"{where}.{name}")]
    expected = {"string": str, "boolean": bool, "number": (int, float), "Fraction": (int, float)}.get(kind, str)
    return [] if isinstance(value, expected) else [f"{where}: {value!r} is not {kind}"]


def fetch(server: Server, method: str, target: str, cookie: str = "", body: dict | None = None, page: str = "") -> tuple[int, dict, bytes]:
    headers = {"Content-Type": "application/json"} if body is not None else {}
    headers |= {"Cookie": cookie} if cookie else {}
    headers |= {"X-Signet-Page": page} if page else {}
    connection = http.client.HTTPConnection(server.host, server.port, timeout=30)
    try:
        connection.request(method, target, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


@pytest.fixture
def opened(for_one):
    """A function that makes a contract for a person and opens its page in a new browser: (contract, page)."""

    def open_one(mobile: str) -> tuple[Contract, Page]:
        made = for_one("演示甲", mobile)
        return made, made.page(user("演示甲", mobile))

    return open_one


def test_answers_are_what_the_front_end_was_written_for(contract, server, contract_pdf, opened):
    made = contract([company("示例商贸（演示）有限公司", receiver=user("经办人甲", "13800000501"), attachments=[{"title": "执照", "required": False}]),
                     person("演示乙", "13800000502")],
                    lambda one: [one.at_action(0, type="COMPANY", page=1, offsetX=0.3, offsetY=0.3),
                                 one.at_action(0, type="TIMESTAMP", page=1, offsetX=0.3, offsetY=0.2)])
    page = made.page(user("经办人甲", "13800000501"), callbackPage="https://example.test/back", lang="cn", allowPasswordSign=True)
    assert deviations(page.view, "OpenAnswer", "open") == []
    assert len(page.task["places"]) == 2 and len(page.task["seals"]) == 1 and len(page.task["attachments"]) == 1
    waiting = made.early_page(user("演示乙", "13800000502"))
    assert deviations(waiting.view, "OpenAnswer", "waiting") == [] and waiting.view["state"] == "WAITING"
    done = page.sign(page.ask_for_code("13800000501"))
    assert deviations(done, "SignAnswer", "sign") == []
    messages = json.loads(fetch(server, "GET", "/pages/inbox")[2])["messages"]
    assert deviations(messages, "InboxMessage[]", "inbox") == []
    assert deviations(json.loads(fetch(server, "GET", "/pages/welcome")[2]), "WelcomeAnswer", "welcome") == []
    other, free = opened("13800000503")
    code = json.loads(fetch(server, "POST", "/pages/code", free._cookie, {}, free.view["page"])[2])
    assert deviations(code, "CodeAnswer", "code") == []


def test_every_page_is_guarded_and_may_be_framed(server):
    for path in ("/", "/inbox", "/verify", "/contract/share/1?openPageToken=x", "/miniapp/doc?ticket=x"):
        status, headers, _ = fetch(server, "GET", path)
        assert status == 200
        policy = headers["content-security-policy"]
        assert "default-src 'self'" in policy and "object-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors" not in policy
        assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "no-referrer"
        assert "x-frame-options" not in headers


def test_answers_stay_out_of_caches_and_are_not_sniffed(server, opened):
    made, page = opened("13800000504")
    for target in (f"/pages/documents/{made.documents[0]}/download", f"/pages/download?page={page.view['page']}", "/pages/welcome"):
        status, headers, _ = fetch(server, "GET", target, page._cookie)
        assert status == 200 and headers["cache-control"] == "no-store" and headers["x-content-type-options"] == "nosniff"
    _, headers, _ = fetch(server, "GET", f"/pages/documents/{made.documents[0]}/pages/1.jpg", page._cookie)
    assert headers["cache-control"].startswith("private")


def test_the_cookie_is_not_for_scripts(server, for_one, link):
    address = link(for_one("演示甲", "13800000505"), user("演示甲", "13800000505"))
    token = address.split("openPageToken=")[1].split("&")[0]
    _, headers, _ = fetch(server, "POST", "/pages/open", body={"token": token})
    cookie = headers["set-cookie"]
    assert "HttpOnly" in cookie and "Path=/pages" in cookie and "SameSite=Lax" in cookie


def test_a_browser_sees_only_the_contracts_whose_links_it_opened(server, opened):
    mine, page = opened("13800000506")
    foreign, theirs = opened("13800000507")
    document = foreign.documents[0]
    for target in (f"/pages/documents/{document}/pages/1.jpg", f"/pages/documents/{document}/download",
                   f"/pages/download?page={theirs.view['page']}", f"/pages/seals/named.png?page={theirs.view['page']}"):
        for cookie in (page._cookie, "", "signet_client=" + "A" * 32):
            status, headers, body = fetch(server, "GET", target, cookie)
            assert status == 401 and headers["content-type"].startswith("application/json"), target
            assert foreign.subject.encode() not in body
        assert fetch(server, "GET", target, theirs._cookie)[0] != 401, target
    for path, body in (("/pages/code", {}), ("/pages/sign", {"consent": True, "code": "123456"}), ("/pages/reject", {"reason": "x"}),
                       ("/pages/audit", {"pass": True, "code": "123456"})):
        assert fetch(server, "POST", path, page._cookie, body, theirs.view["page"])[0] == 401, path
        assert fetch(server, "POST", path, "", body)[0] == 401, path
    assert foreign.status == mine.status == "SIGNING"


def test_five_wrong_codes_end_a_code(opened):
    made, page = opened("13800000508")
    code = page.ask_for_code("13800000508")
    wrong = "000000" if code != "000000" else "000001"
    for _ in range(5):
        with pytest.raises(PageError) as refusal:
            page.sign(wrong, typed="演示甲")
        assert refusal.value.code == "CodeWrong"
    with pytest.raises(PageError) as refusal:
        page.sign(code, typed="演示甲")
    assert refusal.value.code == "CodeExpired"
    assert made.status == "SIGNING"


def test_a_second_code_must_wait(opened, server):
    _, page = opened("13800000509")
    page.ask_for_code("13800000509")
    status, _, body = fetch(server, "POST", "/pages/code", page._cookie, {}, page.view["page"])
    assert status == 429 and json.loads(body)["error"]["code"] == "TooFrequent"


def test_a_code_opens_its_own_link_only_and_only_once(opened, contract):
    one, first = opened("13800000510")
    other, second = opened("13800000510")
    code = first.ask_for_code("13800000510")
    with pytest.raises(PageError) as refusal:
        second.sign(code, typed="演示甲")
    assert refusal.value.code in ("CodeExpired", "CodeWrong")
    again = one.page(user("演示甲", "13800000510"))
    with pytest.raises(PageError) as refusal:
        again.sign(code, typed="演示甲")
    assert refusal.value.code in ("CodeExpired", "CodeWrong")
    first.sign(code, typed="演示甲")
    with pytest.raises(PageError):
        first.sign(code, typed="演示甲")
    assert (one.status, other.status) == ("COMPLETE", "SIGNING")


def test_a_review_cannot_be_given_as_a_signature(contract):
    made = contract([company("示例科技（演示）有限公司", [
        {"type": "AUDIT", "serialNo": 1, "operators": [user("演示员工甲", "10000000001")]}, {"type": "COMPANY", "serialNo": 2}])])
    page = made.page(user("演示员工甲", "10000000001"))
    code = page.ask_for_code("10000000001")
    with pytest.raises(PageError) as refusal:
        page.sign(code, typed="演示员工甲")
    assert refusal.value.status == 409, refusal.value
    assert made.status == "SIGNING" and made.nodes(0)[0] != "FINISH"


def test_bodies_that_make_no_sense_are_refused(server, opened):
    made, page = opened("13800000511")
    for body in ({}, {"consent": "yes"}, {"consent": True}, {"consent": True, "code": 123456}, {"consent": True, "code": "1" * 10_000},
                 {"consent": True, "code": "123456", "signature": {"kind": "DRAWN", "strokes": "x"}},
                 {"consent": True, "code": "123456", "places": [{}]}):
        status, _, _ = fetch(server, "POST", "/pages/sign", page._cookie, body, page.view["page"])
        assert 400 <= status < 500, body
    assert made.status == "SIGNING"


def test_an_open_page_survives_a_restart(tmp_path, contract_pdf):
    with Server(tmp_path / "data") as server:
        api = Api(server.host, server.port, Credentials(server.demo["appToken"], server.demo["appSecret"]))
        made = Contract(api, server, [person("演示甲", "13800000512")])
        made.add_file(contract_pdf)
        made.send([made.at_party(0, type="PERSONAL", page=1, offsetX=0.5, offsetY=0.5)])
        page = made.page(user("演示甲", "13800000512"))
        code = page.ask_for_code("13800000512")
        server.stop()
        server.start()
        assert fetch(server, "GET", f"/pages/documents/{made.documents[0]}/pages/1.jpg", page._cookie)[0] == 200
        page.sign(code, typed="演示甲")
        assert made.status == "COMPLETE"
