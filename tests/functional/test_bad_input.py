"""Whatever is missing, of the wrong type, too long, out of range or somebody else's gets its documented code and changes nothing."""
from __future__ import annotations

import copy
import hashlib
import json
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.api import Api
from support.contracts import Contract, company, person, user
from support.credentials import Credentials
from support.pdfs import make_pdf, plain_pages

WANG = user("王五", "13800000005")
UNKNOWN = "3501234567890123777"
GONE = object()  # the field is left out

#: code → responseCode, as the specification pairs them.
RESPONSE_CODES = {1002: "14990002", 1003: "11101003", 1005: "11990005", 1010: "11990010", 1011: "11990011", 1101: "11011101", 1102: "11011102",
                  1103: "11011103", 1105: "11011105", 1106: "11011106", 1107: "11011107", 1108: "11011108", 1109: "11011109", 1110: "11011110",
                  1111: "11011111", 1112: "11011112", 1113: "11011113", 1201: "11011201", 1203: "11011203", 1304: "11011304", 1401: "11011401",
                  1402: "11011402", 1403: "11011403", 1701: "11041701", 1801: "11041801"}
DRAFT, SEND, SEAL, DETAIL, PAGE = ("/v2/contract/draft", "/v2/contract/send", "/v2/contract/companysign", "/v2/contract/detail",
                                   "/v2/contract/pageurl")
TICKET, ARCHIVE, FILE, DOCUMENT, ADD = ("/v2/contract/miniappexchange", "/v2/contract/download", "/v2/document/addbyfile",
                                        "/v2/document/download", "/v2/signatory/add")
EDIT, OPERATORS, COPY, JOIN = "/v3/signatory/edit", "/v2/signatory/operators/edit", "/v2/contract/copysend", "/v2/contract/joinurl"
SEALS, CATEGORIES = "/v2/seal/list", "/v2/category/list"


class Scene:
    """A draft, a contract that waits for its first seal, somebody else's contract, and a good request to every endpoint."""

    def __init__(self, api: Api, server) -> None:
        self.api, self.server = api, server
        own, category = server.demo["companyName"], {"id": server.demo["categoryId"]}
        self.draft = Contract(api, server, [company(own), person("王五", WANG["contact"])], bizId=str(uuid.uuid4()), category=category)
        self.draft.add_file(plain_pages(2))
        self.sent = Contract(api, server, [company(own), person("王五", WANG["contact"])], category=category)
        self.sent.add_file(plain_pages(2))
        self.sent.send([self.sent.at_party(1, type="PERSONAL", page=1, offsetX=0.6, offsetY=0.2)])
        self.other = Contract(api, server, [company(own)], bizId=str(uuid.uuid4()))
        self.other.add_file(plain_pages(1))
        place = {"type": "COMPANY", "page": 1, "offsetX": 0.1, "offsetY": 0.1, "width": 40, "height": 16, "rotationDegrees": 0,
                 "keywordIndex": 1, "acrossType": "SINGLE_DOCUMENT", "datePattern": "HYPHEN", "keyword": "invented", "sealPageConfig": "1"}
        personal = {"type": "PERSONAL", "page": 1, "offsetX": 0.1, "offsetY": 0.1}
        self.good: dict[str, dict] = {
            DRAFT: {"id": self.draft.id, "subject": "好请求", "description": "x", "sn": "x", "ordinal": True, "send": False,
                    "tenantName": own, "category": category, "creator": user("韩梅梅", "13900000001"), "callbackUrl": "http://192.0.2.1/x",
                    "businessData": "x", "signFlowStrategy": "ALL_SIGN_FINISH", "stamperRule": "MUST_ALLOW", "tags": ["x"],
                    "relatedContractIds": [], "expireTime": "2099-01-02 03:04:05", "endTime": "2099-01-02 03:04:05",
                    "copySendReceivers": [{"name": "抄送", "receiver": WANG}],
                    "signatories": [
                        {**company(own), "serialNo": 1, "actions": [{"type": "COMPANY", "name": "盖章", "serialNo": 1, "autoSign": False,
                                                                     "sealId": server.demo["sealId"], "stampers": [dict(place)]}]},
                        {**person("王五", WANG["contact"]), "serialNo": 2, "delaySet": False, "signatoryNo": "x", "stampers": [dict(personal)],
                         "attachments": [{"title": "证件", "required": False, "needSign": False}]}]},
            SEND: {"contractId": self.draft.id, "locateAllStamperKeywords": True, "stamperRule": "OPTIONAL", "stampers": [
                {**place, "actionId": self.draft.action(0), "documentId": self.draft.documents[0]},
                {**personal, "signatoryId": self.draft.parties[1]["id"], "documentId": self.draft.documents[0]}]},
            SEAL: {"contractId": self.sent.id, "sealId": server.demo["sealId"], "locateAllStamperKeywords": True, "tenantName": own,
                   "stampers": [{**place, "documentId": self.sent.documents[0]}]},
            DETAIL: {"contractId": self.sent.id, "queryLocation": True, "queryActionOperator": True, "queryRelatedContract": True},
            PAGE: {"contractId": self.sent.id, "user": user("韩梅梅", "13900000001"), "pageType": "SIGN", "expireTime": 30, "expireTimeUnit": "MINUTES",
                   "hideRejectButton": True, "hideReturnButton": True, "hideStateButton": True, "allowPasswordSign": False,
                   "callbackPage": "https://example.com/", "pageStyle": {"themeColor": "#123456"}, "lang": "cn"},
            TICKET: {"contractId": self.sent.id, "user": WANG, "allowPasswordSign": False},
            ARCHIVE: {"contractId": self.sent.id, "downloadItems": "CONTRACT", "needCompressForOneFile": False, "fileNameRule": "ORIGINAL"},
            DOCUMENT: {"documentId": self.sent.documents[0]},
            ADD: {"contractId": self.sent.id, "signatory": {**person("赵六", "zhao.liu@example.com"), "serialNo": 9,
                                                            "stampers": [{**personal, "documentId": self.sent.documents[0]}]}},
            EDIT: {"signatoryId": self.sent.parties[1]["id"], "tenantName": "王五", "receiver": WANG, "signValidateWay": "SAAS_CONFIG",
                   "operator": user("韩梅梅", "13900000001")},
            OPERATORS: {"contractId": self.sent.id, "actionId": self.sent.action(0), "actionOperators": [user("韩梅梅", "13900000001")],
                        "editType": "ADD", "operator": user("韩梅梅", "13900000001")},
            COPY: {"contractId": self.sent.id, "receivers": [{"name": "抄送", "receiver": user("抄送", "13900000077"), "prohibitType": "x"}]},
            JOIN: {"contractId": self.sent.id, "type": "PERSONAL"},
            SEALS: {"tenantName": own, "selectOffset": 0, "selectLimit": 10, "status": "NORMAL", "modifyTimeStart": "2020-01-01 00:00:00"},
            CATEGORIES: {"tenantName": own, "selectOffset": 0, "selectLimit": 10, "categoryId": server.demo["categoryId"]},
            FILE: {"contractId": self.draft.id, "title": "好文件", "fileSuffix": "pdf", "documentSort": "5", "stamperRule": "OPTIONAL",
                   "stampers": json.dumps([{**place, "actionId": self.draft.action(0)}])},
        }

    def ids(self) -> dict[str, str]:
        """Ids of every kind, under the names the tables below use."""
        return {"<unknown>": UNKNOWN, "<contract>": self.sent.id, "<other contract>": self.other.id, "<document>": self.sent.documents[0],
                "<other document>": self.other.documents[0], "<action>": self.sent.action(0), "<draft action>": self.draft.action(0),
                "<other action>": self.other.action(0), "<other party>": self.other.parties[0]["id"], "<seal>": self.server.demo["sealId"],
                "<category>": self.server.demo["categoryId"], "<draft biz>": self.draft.detail()["bizId"], "<draft>": self.draft.id}

    def snapshot(self) -> list:
        """Everything a bad request could have changed: what the details say, and every byte of the files."""
        contracts = (self.draft, self.sent, self.other)
        details = [self.api.get(DETAIL, contractId=one.id, queryLocation="true", queryActionOperator="true").body for one in contracts]
        return details + [hashlib.sha256(one.download(i)).hexdigest() for one in contracts for i in range(len(one.documents))]

    def ask(self, path: str, body: dict):
        if path == FILE:
            return self.api.upload(path, {name: value if isinstance(value, str) else json.dumps(value) for name, value in body.items()},
                                   [("file", "file.pdf", plain_pages(1))])
        return self.api.post(path, body)


@pytest.fixture(scope="module")
def scene(api, server) -> Scene:
    return Scene(api, server)


@pytest.fixture(scope="module")
def untouched(scene):
    """Asserts that the scene is what it was when it was made."""
    before = scene.snapshot()

    def check() -> None:
        assert scene.snapshot() == before
    return check


def damaged(body: dict, path: str, value) -> dict:
    """A copy with the field at `path` (`signatories.0.receiver.contact`) replaced or left out."""
    body = copy.deepcopy(body)
    if path.startswith("stampers.") and isinstance(body.get("stampers"), str):
        inner = {"stampers": json.loads(body["stampers"])}
        return {**body, "stampers": json.dumps(damaged(inner, path, value)["stampers"])}
    *way, last = path.split(".")
    at = body
    for step in way:
        at = at[int(step)] if isinstance(at, list) else at[step]
    if value is GONE:
        del at[last]
    else:
        at[last] = value
    return body


def assert_refused(reply, code: int, path: str) -> None:
    assert reply.envelope["code"] == code, reply.body.decode()
    assert reply.envelope["responseCode"] == RESPONSE_CODES[code]
    assert list(reply.envelope) == ["code", "message", "responseCode"]
    assert 0 < len(reply.envelope["message"]) <= 200 and '"' not in reply.envelope["message"]
    assert reply.headers["content-type"] == "application/json;charset=UTF-8"
    assert reply.status == (400 if path in (ARCHIVE, DOCUMENT) else 200)


def test_the_requests_that_are_damaged_here_are_good(api, server):
    fresh = Scene(api, server)
    for path, body in fresh.good.items():
        if path in (DRAFT, SEND, SEAL):
            continue  # in their own order below
        reply = fresh.ask(path, body)
        assert reply.status == 200 and not reply.body.startswith(b'{"code":1'), (path, reply.body[:300])
    for path in (SEAL, SEND):
        api.ok(fresh.ask(path, fresh.good[path]))
    api.ok(fresh.ask(DRAFT, {**fresh.good[DRAFT], "id": fresh.other.id}))


# What is wrong with a value of each kind. Blank and null count as not given.
OBJECTS = [{}, {"x": 1}]
BAD_ID = [("abc", 1005), (-1, 1005), (0, 1005), ("0", 1005), (1.5, 1005), ("9" * 20, 1005), (2 ** 63, 1005), (True, 1005), ({}, 1005),
          ([UNKNOWN], 1005), ("３５０１", 1005), (UNKNOWN + " OR 1=1", 1005)]
BAD_INTEGER = [("x", 1005), (1.5, 1005), (True, 1005), ({}, 1005), ([1], 1005), ("9" * 30, 1005), (10 ** 18, 1005)]
BAD_DECIMAL = [("x", 1005), (True, 1005), ({}, 1005), ([0.1], 1005), ("NaN", 1005), ("inf", 1005), ("1e400", 1005), ("0,5", 1005)]
BAD_FLAG = [("maybe", 1005), (2, 1005), ({}, 1005), ([True], 1005), (1.5, 1005)]
BAD_WORD = [("NOPE", 1005), (7, 1005), ({}, 1005), ([], 1005)]
BAD_LIST = [("x", 1005), (5, 1005), (["x"], 1005), (True, 1005), ([[]], 1005)]
BAD_OBJECT = [("x", 1005), (5, 1005), ([], 1005), (True, 1005)]
BAD_TIME = [("tomorrow", 1005), ("2026-13-01 00:00:00", 1005), ("2026-02-30 00:00:00", 1005), ({}, 1005)]
MISSING = [(GONE, 1005), (None, 1005), ("", 1005), ("  ", 1005)]


def bad_text(longest: int) -> list:
    return [("字" * (longest + 1), 1011), ("x" * (longest + 1), 1011), ("x" * 100_000, 1011), ({}, 1005), (["x"], 1005), (1.5, 1005)]


BAD_USER = {"contact": MISSING + bad_text(100), "contactType": [*MISSING, *BAD_WORD, ("mobile", 1005)], "name": bad_text(100)}
BAD_LOCATOR = {"contractId": MISSING + BAD_ID + [("<unknown>", 1003), ("<document>", 1003), ("<action>", 1003), ("<seal>", 1003)],
               "bizId": bad_text(50), "tenantName": bad_text(100)}
BAD_STAMPER = {"type": MISSING + BAD_WORD, "documentId": BAD_ID + [("<unknown>", 1005), ("<other document>", 1005), ("<contract>", 1005)],
               "documentIds": [("<other document>", 1005), ("x,y", 1005), ({}, 1005), ("<unknown>,<other document>", 1005)],
               "keyword": [*bad_text(200), ("Nowhere", 1108)], "keywordIndex": [*BAD_INTEGER, (99, 1108), (-99, 1108)],
               "page": [*BAD_INTEGER, (99_999, 1005)], "offsetX": [*BAD_DECIMAL, (1, 1005), (-1, 1005), (1e9, 1005)],
               "offsetY": [*BAD_DECIMAL, (1, 1005), ("-1.5", 1005)], "width": [*BAD_INTEGER, (9, 1005), (121, 1005)],
               "height": [*BAD_INTEGER, (3, 1005), (49, 1005)], "rotationDegrees": [*BAD_DECIMAL, (361, 1005), (-1, 1005)],
               "acrossType": BAD_WORD, "datePattern": [("NOPE", 1005), ({}, 1005)], "sealPageConfig": bad_text(1000)}
#: As far as a draft can look at them: nobody knows the documents yet.
BAD_EARLY_STAMPER = {name: [(value, code) for value, code in values if code in (1005, 1011) and not str(value).startswith("<")]
                     for name, values in BAD_STAMPER.items()}
LATE_ONLY = {"offsetX": (1, -1, 1e9), "offsetY": (1, "-1.5"), "rotationDegrees": (361, -1)}


def under(prefix: str, fields: dict) -> dict:
    return {f"{prefix}.{name}": values for name, values in fields.items()}


TABLE: dict[str, dict[str, list]] = {
    DRAFT: {
        "id": [*BAD_ID, ("<unknown>", 1003), ("<document>", 1003), ("<contract>", 1101)], "bizId": bad_text(50),
        "subject": MISSING + bad_text(100), "tenantName": [*bad_text(100), ("没有这家公司", 1801)], "description": bad_text(300),
        "sn": bad_text(50), "ordinal": BAD_FLAG, "send": BAD_FLAG, "callbackUrl": [*bad_text(300), ("ftp://example.test/x", 1005), ("example.test", 1005)], "businessData": bad_text(100),
        "signFlowStrategy": BAD_WORD, "stamperRule": BAD_WORD, "expireTime": BAD_TIME, "endTime": BAD_TIME,
        "tags": [({}, 1005), (["x" * 101], 1011), (["x"] * 51, 1005), ([{}], 1005)],
        "relatedContractIds": [(["x"], 1005), ([UNKNOWN] * 51, 1005), ({}, 1005)],
        "category": [*BAD_OBJECT, ({"id": "x"}, 1005), ({"id": UNKNOWN}, 1005), ({"id": "<seal>"}, 1005), ({"name": "没有"}, 1005)],
        "creator": [*BAD_OBJECT, ({}, 1005), (user("陌生人", "13700000000"), 1701)], **under("creator", BAD_USER),
        "copySendReceivers": BAD_LIST, "copySendReceivers.0.name": MISSING + bad_text(100),
        **under("copySendReceivers.0.receiver", BAD_USER),
        "signatories": BAD_LIST + [([{}], 1005), ([{"tenantType": "COMPANY"}] * 201, 1005)],
        "signatories.0.tenantType": MISSING + BAD_WORD, "signatories.0.tenantName": MISSING + bad_text(100),
        "signatories.0.serialNo": [*BAD_INTEGER, (-1, 1005), (10_001, 1005)],
        "signatories.0.actions": [*BAD_LIST, (GONE, 1103), ([], 1103), ([{"type": "COMPANY"}] * 51, 1005),
                                  ([{"type": "AUDIT"}], 1105), ([{"type": "AUDIT", "corpOperators": []}], 1105)],
        "signatories.0.actions.0.type": MISSING + BAD_WORD, "signatories.0.actions.0.name": bad_text(100),
        "signatories.0.actions.0.serialNo": [*BAD_INTEGER, (-1, 1005)], "signatories.0.actions.0.autoSign": BAD_FLAG,
        "signatories.0.actions.0.sealId": [*BAD_ID, ("<unknown>", 1201), ("<contract>", 1201), ("<category>", 1201)],
        "signatories.0.actions.0.actionNo": bad_text(100),
        "signatories.0.actions.0.stampers": BAD_LIST + [([{}], 1005), ([{"type": "COMPANY"}] * 501, 1005)],
        **under("signatories.0.actions.0.stampers.0",
                {name: [one for one in values if one[0] not in LATE_ONLY.get(name, ())] for name, values in BAD_EARLY_STAMPER.items()
                 if name != "documentIds"}),
        "signatories.1.tenantType": MISSING + BAD_WORD, "signatories.1.receiver": [*BAD_OBJECT, (GONE, 1005), ({}, 1005)],
        **under("signatories.1.receiver", BAD_USER), "signatories.1.delaySet": BAD_FLAG, "signatories.1.signatoryNo": bad_text(100),
        "signatories.1.attachments": BAD_LIST, "signatories.1.attachments.0.title": MISSING + bad_text(100),
        "signatories.1.attachments.0.required": BAD_FLAG, "signatories.1.attachments.0.needSign": BAD_FLAG},
    SEND: {**BAD_LOCATOR, "contractId": BAD_LOCATOR["contractId"] + [("<contract>", 1101), ("<other contract>", 1005)],
           "locateAllStamperKeywords": BAD_FLAG, "stamperRule": BAD_WORD, "stampers": BAD_LIST + [([{}], 1005)],
           **under("stampers.0", BAD_STAMPER),
           "stampers.0.actionId": [*BAD_ID, (GONE, 1005), (None, 1005), ("<unknown>", 1005), ("<action>", 1005), ("<document>", 1005)],
           "stampers.1.signatoryId": [*BAD_ID, (GONE, 1005), ("<unknown>", 1005), ("<other party>", 1005), ("<draft action>", 1005)],
           "stampers.1.page": [(99, 1109), (-99, 1109), (GONE, 1005)], "stampers.1.type": [("COMPANY", 1106), ("LP", 1106), ("ACROSS_PAGE", 1106)]},
    SEAL: {**BAD_LOCATOR, "contractId": BAD_LOCATOR["contractId"] + [("<draft>", 1101)], "tenantName": [*bad_text(100), ("没有这家公司", 1801)],
           "sealId": [*BAD_ID, ("<unknown>", 1201), ("<contract>", 1201), ("<category>", 1201)], "draftsmanName": bad_text(100),
           "locateAllStamperKeywords": BAD_FLAG, "stampers": [*BAD_LIST, (GONE, 1005), ([], 1005), ([{}], 1005)],
           **under("stampers.0", BAD_STAMPER), "stampers.0.type": [*MISSING, *BAD_WORD, ("PERSONAL", 1106), ("LP", 1106)],
           "stampers.0.sealId": [*BAD_ID, ("<unknown>", 1201), ("<contract>", 1201)]},
    DETAIL: {**BAD_LOCATOR, "queryLocation": BAD_FLAG, "queryActionOperator": BAD_FLAG, "queryRelatedContract": BAD_FLAG},
    PAGE: {**BAD_LOCATOR, "contractId": BAD_LOCATOR["contractId"] + [("<draft>", 1101)],
           "user": [*BAD_OBJECT, (GONE, 1005), (None, 1005), ({}, 1005), (user("陌生人", "13700000000"), 1110)], **under("user", BAD_USER),
           "pageType": [("NOPE", 1005), (bad_text(100)[0][0], 1011), ({}, 1005)],
           "expireTime": [*BAD_INTEGER, (4, 1005), (0, 1005), (-5, 1005), (90 * 24 * 60 + 1, 1005), (2 ** 62, 1005)],
           "expireTimeUnit": [("HOURS", 1005), ({}, 1005)], "hideRejectButton": BAD_FLAG, "hideReturnButton": BAD_FLAG,
           "hideStateButton": BAD_FLAG, "allowPasswordSign": BAD_FLAG, "pageStyle": BAD_OBJECT,
           "callbackPage": [("javascript:alert(1)", 1005), ("ftp://example.com", 1005), ("x" * 1001, 1011), ({}, 1005)]},
    TICKET: {**BAD_LOCATOR, "contractId": BAD_LOCATOR["contractId"] + [("<draft>", 1101)],
             "user": [*BAD_OBJECT, (GONE, 1005), ({}, 1005), (user("陌生人", "13700000000"), 1110)], **under("user", BAD_USER),
             "allowPasswordSign": BAD_FLAG},
    ARCHIVE: {**BAD_LOCATOR, "downloadItems": [("NOPE", 1005), ("CONTRACT,NOPE", 1005), ({}, 1005)], "needCompressForOneFile": BAD_FLAG},
    DOCUMENT: {"documentId": MISSING + BAD_ID + [("<unknown>", 1005), ("<contract>", 1005), ("<seal>", 1005)]},
    ADD: {**BAD_LOCATOR, "contractId": BAD_LOCATOR["contractId"] + [("<draft>", 1101)], "locateAllStamperKeywords": BAD_FLAG,
          "signatory": [*BAD_OBJECT, (GONE, 1005), (None, 1005), ({}, 1005), (person("王五", WANG["contact"]), 1102)],
          "signatory.tenantType": MISSING + BAD_WORD, "signatory.receiver": [*BAD_OBJECT, (GONE, 1005), (None, 1005), ({}, 1005)],
          **under("signatory.receiver", BAD_USER), "signatory.serialNo": [*BAD_INTEGER, (-1, 1005)], "signatory.stampers": BAD_LIST,
          **under("signatory.stampers.0", {name: values for name, values in BAD_STAMPER.items() if name not in ("keywordIndex", "sealPageConfig")}),
          "signatory.stampers.0.page": [*BAD_INTEGER, (99, 1109), (GONE, 1005)]},
    EDIT: {"signatoryId": MISSING + BAD_ID + [("<unknown>", 1005), ("<action>", 1005), ("<contract>", 1005)], "tenantName": bad_text(100),
           "receiver": BAD_OBJECT, **under("receiver", BAD_USER), "signValidateWay": [("FACE", 1005), ("NOPE", 1005), ({}, 1005)],
           "operator": [*BAD_OBJECT, (user("陌生人", "13700000000"), 1701)], **under("operator", BAD_USER)},
    OPERATORS: {**BAD_LOCATOR, "actionId": MISSING + BAD_ID + [("<unknown>", 1005), ("<other action>", 1005), ("<document>", 1005)],
                "actionOperators": BAD_LIST + [(GONE, 1005), ([], 1005), ([{}], 1005), ([user("陌生人", "13700000000")], 1701)],
                **under("actionOperators.0", BAD_USER), "editType": [("NOPE", 1005), ({}, 1005)],
                "operator": [*BAD_OBJECT, (user("陌生人", "13700000000"), 1701)]},
    COPY: {**BAD_LOCATOR, "contractId": BAD_LOCATOR["contractId"] + [("<draft>", 1101)],
           "receivers": BAD_LIST + [(GONE, 1005), ([], 1005), ([{}], 1005), ([{"name": "抄送"}], 1005), ([{"name": "x"}] * 201, 1005)],
           "receivers.0.name": MISSING + bad_text(100), **under("receivers.0.receiver", BAD_USER), "receivers.0.prohibitType": bad_text(50)},
    JOIN: {**BAD_LOCATOR, "contractId": BAD_LOCATOR["contractId"] + [("<draft>", 1101)], "type": MISSING + BAD_WORD},
    SEALS: {"tenantName": [*bad_text(100), ("没有这家公司", 1801)], "selectOffset": [*BAD_INTEGER, (-1, 1005)],
            "selectLimit": [*BAD_INTEGER, (-1, 1005)], "status": [("NOPE", 1005), ({}, 1005)],
            "modifyTimeStart": [("yesterday", 1005), ({}, 1005)]},
    CATEGORIES: {"tenantName": [*bad_text(100), ("没有这家公司", 1801)], "categoryId": BAD_ID, "selectOffset": [("x", 1005), (-1, 1005)],
                 "selectLimit": [("x", 1005), (-1, 1005)]},
    FILE: {"contractId": [(value, code) for value, code in BAD_LOCATOR["contractId"] if value not in ([UNKNOWN],)] + [("<contract>", 1101)],
           "bizId": bad_text(50)[:2], "title": MISSING[:1] + MISSING[2:] + bad_text(100)[:2],
           "fileSuffix": [*MISSING[:1], *MISSING[2:], ("x" * 11, 1011), ("exe", 1402), ("pdf.exe", 1402), ("../pdf", 1402)],
           "documentSort": [("x", 1005), ("1.5", 1005), ("9999999999", 1005)], "stamperRule": [("NOPE", 1005)],
           "stampers": [("x", 1005), ("[1]", 1005), ("[[]]", 1005), ("{", 1005), ("[{}]", 1005), ("[" * 100, 1005)],
           **under("stampers.0", {name: [one for one in values if one[0] not in LATE_ONLY.get(name, ())]
                                  for name, values in BAD_EARLY_STAMPER.items() if name not in ("documentIds", "documentId")}),
           "stampers.0.actionId": [("x", 1005), (GONE, 1005), ("<unknown>", 1005), ("<action>", 1005)]},
}


def cases():
    for path, fields in TABLE.items():
        for field in fields:
            yield pytest.param(path, field, id=f"{path.removeprefix('/v2/')}:{field}")


def resolved(value, ids: dict[str, str]):
    """The value with its `<…>` replaced by the ids of the scene."""
    if isinstance(value, str):
        for word, real in ids.items():
            value = value.replace(word, real)
        return value
    if isinstance(value, dict):
        return {key: resolved(item, ids) for key, item in value.items()}
    return value


@pytest.mark.parametrize("path, field", list(cases()))
def test_a_bad_field_gets_its_code_and_changes_nothing(scene, untouched, path, field):
    ids = scene.ids()
    for value, code in TABLE[path][field]:
        reply = scene.ask(path, damaged(scene.good[path], field, resolved(value, ids) if value is not GONE else GONE))
        shown = "left out" if value is GONE else repr(value)[:60]
        assert reply.envelope.get("code") == code, f"{field} = {shown}: {reply.body.decode()[:300]}"
        assert_refused(reply, code, path)
    untouched()


def test_a_refused_draft_leaves_no_contract_behind(scene, api):
    for number, field in enumerate(("subject", "signatories.1.receiver.contactType", "signatories.0.actions.0.sealId")):
        body = {key: value for key, value in damaged(scene.good[DRAFT], field, "x" * 200).items() if key != "id"}
        biz = f"nothing-{uuid.uuid4()}"
        assert api.post(DRAFT, {**body, "bizId": biz}).code != 0, number
        assert api.get(DETAIL, bizId=biz).code == 1003


def test_the_same_party_twice_is_refused(scene, api, server, untouched):
    own = server.demo["companyName"]
    for twice in ([company(own), company(own)], [person("王五", WANG["contact"])] * 2):
        reply = api.post(DRAFT, {"id": scene.draft.id, "subject": "x", "signatories": twice})
        assert_refused(reply, 1102, DRAFT)
    untouched()


def test_a_contract_without_parties_or_files_is_not_sent(scene, api, server, untouched):
    empty = Contract(api, server, [])
    assert_refused(empty.try_send(), 1401, SEND)
    empty.add_file(plain_pages(1))
    assert_refused(empty.try_send(), 1113, SEND)
    assert empty.status == "DRAFT"
    untouched()


def test_an_operator_needs_a_receiver(api, server, scene, untouched):
    nodes = [{"type": "OPERATOR"}, {"type": "COMPANY"}]
    reply = api.post(DRAFT, {"id": scene.draft.id, "subject": "x", "signatories": [company(server.demo["companyName"], nodes)]})
    assert_refused(reply, 1111, DRAFT)
    untouched()


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"7", b'"x"', b'{"contractId":', b'{"contractId":1}}', b"\xff\xfe{}", b'{"a":"\xff"}',
                                  b'{"contractId":"\\ud800"}', b"[" * 10_000, b'{"a":' * 10_000, b"\x00", b'{"contractId":NaN}',
                                  b"<xml/>", b'{"contractId":"' + b"9" * 1_000_000 + b'"}'], ids=lambda body: repr(body[:16]))
@pytest.mark.parametrize("path", [DRAFT, SEND, SEAL, DETAIL, PAGE, TICKET, ADD])
def test_a_body_that_is_no_object_is_refused(scene, api, untouched, path, body):
    reply = api.request("POST", path, body, {"Content-Type": "application/json"})
    assert_refused(reply, 1005, path)
    untouched()


def test_a_body_larger_than_any_request_is_refused(api, untouched):
    reply = api.request("POST", DRAFT, b'{"subject":"' + b"x" * (5 << 20) + b'"}', {"Content-Type": "application/json"})
    assert (reply.status, reply.code, reply.envelope["responseCode"]) == (413, 1010, "11990010")
    untouched()


# ---------------------------------------------------------------------------------------------- files


def part(head: str, content: bytes) -> bytes:
    return b"--B\r\n" + head.encode() + b"\r\n\r\n" + content + b"\r\n"


def text(name: str, value: str) -> bytes:
    return part(f'Content-Disposition: form-data; name="{name}"', value.encode())


def form(contract: str) -> bytes:
    return text("contractId", contract) + text("title", "附件") + text("fileSuffix", "pdf")


THE_FILE = 'Content-Disposition: form-data; name="file"; filename="a.pdf"\r\nContent-Type: application/pdf'


@pytest.mark.parametrize("make, content_type", [
    (lambda good: good, "multipart/form-data"), (lambda good: good, "multipart/form-data; boundary="),
    (lambda good: good, "multipart/form-data; boundary=C"), (lambda good: good, f"multipart/form-data; boundary={'B' * 5000}"),
    (lambda good: good[:-200], "multipart/form-data; boundary=B"), (lambda good: b"", "multipart/form-data; boundary=B"),
    (lambda good: good.replace(b'name="file"', b'name=""'), "multipart/form-data; boundary=B"),
    (lambda good: good.replace(b'name="file"', b'name="files"'), "multipart/form-data; boundary=B"),
    (lambda good: good.replace(b'; filename="a.pdf"', b""), "multipart/form-data; boundary=B"),
    (lambda good: b"--B\r\n" + b"X-Filler: " + b"x" * 100_000 + b"\r\n\r\n\r\n" + good, "multipart/form-data; boundary=B"),
    (lambda good: b"".join(text(f"f{i}", "x") for i in range(20_000)) + good, "multipart/form-data; boundary=B"),
    (lambda good: text("contractId", "x" * (5 << 20)) + good, "multipart/form-data; boundary=B"),
    (lambda good: good, "application/json"), (lambda good: good, "application/x-www-form-urlencoded"), (lambda good: good, "text/plain")],
    ids=["no boundary", "empty boundary", "another boundary", "long boundary", "cut off", "nothing", "no name", "other name",
         "text instead of a file", "huge part header", "too many parts", "huge text part", "called json", "called form", "called text"])
def test_a_broken_upload_is_refused_and_adds_nothing(scene, api, untouched, make, content_type):
    good = form(scene.draft.id) + part(THE_FILE, plain_pages(1)) + b"--B--\r\n"
    reply = api.request("POST", FILE, make(good), {"Content-Type": content_type})
    assert reply.status in (200, 400, 413, 431)
    assert reply.code in (1005, 1010, 1011, 400, 413, 431), reply.body
    untouched()


def test_an_upload_in_an_unusual_but_lawful_form_is_taken(scene, api, server):
    contract = Contract(api, server, [company(server.demo["companyName"])])
    bodies = [
        b"a preamble\r\n" + form(contract.id) + part(THE_FILE, plain_pages(1)) + b"--B--\r\nand an epilogue",
        form(contract.id) + part(THE_FILE.replace('"a.pdf"', '"../../../../etc/passwd"'), plain_pages(1)) + b"--B--\r\n",
        part(THE_FILE, plain_pages(1)) + form(contract.id) + b"--B--",
        form(contract.id) + part(THE_FILE.replace('name="file"; filename="a.pdf"', "name=file;filename=a.pdf"), plain_pages(1)) + b"--B--\r\n",
        form(contract.id) + part(THE_FILE.replace('"a.pdf"', '"合同.pdf"'), plain_pages(1)) + b"--B--\r\n"]
    for body in bodies:
        api.ok(api.request("POST", FILE, body, {"Content-Type": "multipart/form-data; boundary=B"}))
    assert len(contract.detail()["documents"]) == len(bodies)


PNG_HEAD = b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize("content, suffix, code", [
    (b"", "pdf", 1403), (b"%PDF-1.7\nnothing more", "pdf", 1403), (b"MZ\x90\x00" * 100, "pdf", 1402), (PNG_HEAD + b"x" * 100, "pdf", 1402),
    (PNG_HEAD + b"x" * 100, "png", 1403), (b"\xff\xd8\xff\xe0" + b"x" * 100, "jpg", 1403), (b"GIF89a" + b"x" * 20, "gif", 1403),
    (b"plain text", "txt", 1402), (b"PK\x03\x04" + b"x" * 100, "zip", 1402), (b"x", "", 1005), (b"x" * 100, "sh", 1402)])
def test_a_file_that_is_not_what_it_says_is_refused(scene, untouched, content, suffix, code):
    reply = scene.draft.try_file(content, "文件", suffix)
    assert reply.code in ((1402, 1403) if code == 1402 and suffix == "pdf" or not content else (code,)), reply.body
    assert reply.envelope["responseCode"] == RESPONSE_CODES[reply.code]
    untouched()


def test_a_type_that_was_wrongly_declared_is_called_unsupported(scene, untouched):
    """Specification 4.2: suffix and content must agree, else 1402."""
    assert scene.draft.try_file(plain_pages(1), "文件", "png").code == 1402
    untouched()


def test_a_pdf_cut_short_is_mended_or_refused_and_never_half_taken(scene, untouched):
    whole = plain_pages(3)
    for length in (20, 100, len(whole) // 2):
        reply = scene.draft.try_file(whole[:length] if length < len(whole) // 2 else whole[:40] + b"\0" * 400, "半个", "pdf")
        assert reply.code == 1403, reply.body
    untouched()


def test_the_suffix_may_be_written_in_any_case(api, server):
    contract = Contract(api, server, [company(server.demo["companyName"])])
    contract.add_file(plain_pages(1), suffix="PDF")


def test_a_file_larger_than_the_limit_is_refused_whether_little_or_far(tmp_path, new_server):
    data = tmp_path / "small"
    data.mkdir()
    (data / "signet.toml").write_text("upload_limit_mib = 1\n")
    server = new_server(data=data)
    api = Api(server.host, server.port, Credentials(server.demo["appToken"], server.demo["appSecret"]))
    contract = Contract(api, server, [company(server.demo["companyName"])])
    before = contract.detail()
    little = contract.try_file(make_pdf([[(72, 72, "x")]], filler=1 << 20))
    assert (little.status, little.code, little.envelope["responseCode"]) == (200, 1010, "11990010")
    far = contract.try_file(make_pdf([[(72, 72, "x")]], filler=8 << 20))
    assert (far.code, far.envelope["responseCode"]) == (1010, "11990010")
    assert contract.detail() == before
    contract.add_file(make_pdf([[(72, 72, "x")]], filler=900 << 10))
    end = time.monotonic() + 10
    while list((data / "spool").iterdir()) and time.monotonic() < end:
        time.sleep(0.05)
    assert not list((data / "spool").iterdir())


def test_bad_requests_in_parallel_change_nothing_either(scene, untouched):
    ids = scene.ids()
    bad = [(path, damaged(scene.good[path], field, value if value is GONE else resolved(value, ids)), code)
           for path, fields in TABLE.items() for field, values in fields.items() for value, code in values[:2]]
    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(lambda one: scene.ask(one[0], one[1]).code, bad))
    assert codes == [code for _, _, code in bad]
    untouched()
