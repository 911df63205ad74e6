"""The page 添加签署方 (/v2/signatory/add), row by row: parties, people, nodes, attachments, identities, categories, answers, codes.

Each test changes nothing but what it is about; what is refused differs from a request that succeeds in one thing, and leaves
everything as it was. The rows of the stampers and the page's examples are in test_source_page_stampers.py.
"""
from __future__ import annotations

import copy
import datetime
import io
import json
import sqlite3
import struct
import time
import urllib.parse
import uuid
import zipfile
import zlib

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from support import organisation
from support.api import Api
from support.clock import Clock, CredentialsByClock
from support.contracts import Contract, company, person, user, verify
from support.credentials import Credentials
from support.page import Page, PageError, inbox, inbox_until
from support.pdfs import plain_pages
from support.recorder import Recorder, answer
from support.server import Server

ADD = "/v2/signatory/add"
OWN = "示例科技（演示）有限公司"
PLAIN = "示例子公司（演示）有限公司"  # its default category asks for nothing
FLOW = "示例二公司（演示）有限公司"  # its default category has a flow for what it receives
NEIGHBOUR = "邻家集团（虚构）有限公司"  # another group on the same server
OUTSIDE = "远方贸易（虚构）有限公司"  # nobody here knows it

WANG = user("王五", "13800000005")
LI = user("李四", "13800000004")
ZHAO = user("赵六", "zhao.liu@example.com")
BING = user("演示员工丙", "13900000011")  # of OWN, without a role
HANDLER = user("收件人甲", "13900000021")  # of PLAIN, uses two of its seals
APPROVER = user("审批员甲", "13900000022")
SEALER = user("盖章员甲", "13900000023")
VIEWER = user("查看员甲", "13900000024")
KEEPER = user("印章管理员甲", "13900000025")  # the seal administrator of PLAIN
CLERK = user("文员甲", "13900000026")  # of PLAIN, uses no seal
KEEPER_NEXT_DOOR = user("邻家员工", "13900000041")  # the seal administrator of NEIGHBOUR
HANDLER_OF_FLOW = user("收件人乙", "13900000031")
APPROVER_OF_FLOW = user("审批员乙", "13900000032")
NEW_SEALS = ["一号章", "二号章", "三号章", "四号章", "五号章", "六号章", "七号章", "八号章"]

ORGANISATION = [
    {"name": OWN,
     "employee": [{"name": "演示员工丙", "mobile": BING["contact"], "email": "bing@example.com", "number": "E1001"},
                  {"name": "演示员工丁", "mobile": "13900000012", "number": "E1002", "dismissed": True}],
     "seal": [*({"name": name, "type": "ENTERPRISE"} for name in NEW_SEALS), {"name": "停用章", "type": "ENTERPRISE", "status": "FREEZE"}],
     "category": [{"name": "不可追加"},
                  {"name": "银行卡认证", "add_after_sending": True, "identity": "BANK_CARD"},
                  {"name": "不认证", "add_after_sending": True, "identity": "NONE"},
                  {"name": "不发短信", "add_after_sending": True, "messages": False}]},
    {"name": PLAIN, "register_no": "91000000000000001X", "parent": OWN,
     "employee": [{"name": "收件人甲", "mobile": HANDLER["contact"], "email": "jia@example.com", "number": "E2001"},
                  {"name": "审批员甲", "mobile": APPROVER["contact"], "number": "E2002"},
                  {"name": "盖章员甲", "mobile": SEALER["contact"], "number": "E2003"},
                  {"name": "查看员甲", "mobile": VIEWER["contact"], "email": "viewer@example.com", "number": "E2004"},
                  {"name": "印章管理员甲", "mobile": KEEPER["contact"], "number": "E2005", "roles": ["SEAL_ADMIN"]},
                  {"name": "文员甲", "mobile": CLERK["contact"], "number": "E2006"},
                  {"name": "离职员工甲", "mobile": "13900000029", "number": "E2009", "dismissed": True}],
     "seal": [{"name": "公章", "type": "ENTERPRISE", "users": ["E2001", "E2003"]},
              {"name": "合同章", "type": "ENTERPRISE", "users": [HANDLER["contact"]]},
              {"name": "冻结章", "type": "ENTERPRISE", "status": "FREEZE"},
              {"name": "法定代表人章", "type": "LP", "person": "夏雪", "users": ["E2001"]}],
     "category": [{"name": "默认分类", "primary": True, "add_after_sending": True},
                  {"name": "无流程分类"},
                  {"name": "查看分类", "viewers": [VIEWER["contact"]]},
                  {"name": "流程分类", "intake": [{"type": "AUDIT", "name": "收件审批", "operators": ["E2002"]},
                                              {"type": "COMPANY", "name": "收件盖章", "seals": ["公章"], "operators": ["E2003"]}]}]},
    {"name": FLOW, "register_no": "91000000000000002X", "parent": OWN,
     "employee": [{"name": "收件人乙", "mobile": HANDLER_OF_FLOW["contact"], "number": "E3001", "roles": ["SEAL_ADMIN"]},
                  {"name": "审批员乙", "mobile": APPROVER_OF_FLOW["contact"], "number": "E3002"}],
     "seal": [{"name": "公章", "type": "ENTERPRISE"}],
     "category": [{"name": "默认分类", "primary": True,
                   "intake": [{"type": "AUDIT", "name": "收件审批", "operators": ["E3002"]},
                              {"type": "COMPANY", "name": "收件盖章", "seals": ["公章"]}]},
                  {"name": "无流程分类"},
                  {"name": "流程分类", "intake": [{"type": "COMPANY", "name": "另一盖章", "seals": ["公章"]}]}]},
    {"name": NEIGHBOUR, "register_no": "91000000000000003X",
     "employee": [{"name": "邻家员工", "mobile": "13900000041", "number": "N4001", "roles": ["SEAL_ADMIN"]}],
     "seal": [{"name": "公章", "type": "ENTERPRISE"}, {"name": "合同章", "type": "ENTERPRISE"}, {"name": "法定代表人章", "type": "LP", "person": "冬青"}],
     "category": [{"name": "默认分类", "primary": True, "add_after_sending": True}],
     "application": [{"name": "邻家业务系统"}]},
]

CODES = {"11990005": 1005, "11990011": 1011, "14990002": 1002, "21990001": 1001, "11011304": 1304, "11041701": 1701, "11041702": 1702,
         "11011101": 1101, "11011102": 1102, "11011105": 1105, "11011108": 1108, "11011109": 1109, "11011110": 1110, "11011112": 1112,
         "11011201": 1201, "11011203": 1203, "11041801": 1801, "11041802": 1802, "11101003": 1003}
GONE = object()  # the field is left out


class House:
    """The server with its companies: what the tests of this page walk around in."""

    def __init__(self, server: Server, companies: organisation.Organisation | None = None, clock: Clock | None = None) -> None:
        self.server, self.companies, self.clock = server, companies, clock
        token, secret = server.demo["appToken"], server.demo["appSecret"]
        credentials = Credentials(token, secret) if clock is None else CredentialsByClock(token, secret, clock)
        self.api = Api(server.host, server.port, credentials)
        if companies is not None:
            self.neighbour = companies.application(server, NEIGHBOUR)

    def seal(self, owner: str, name: str) -> str:
        return self.companies.seal(owner, name)

    def draft(self, signatories: list[dict] | None = None, api: Api | None = None, **fields) -> Contract:
        """A contract whose category allows parties to be added; of our own company alone unless told otherwise."""
        fields.setdefault("category", {"name": "可追加签署方"})
        contract = Contract(api or self.api, self.server, signatories if signatories is not None else [company(OWN)], **fields)
        contract.add_file(plain_pages(2))
        return contract

    def signing(self, **fields) -> Contract:
        """Waits for our own company's seal."""
        contract = self.draft(**fields)
        contract.send([contract.at_action(0, **on_page("COMPANY"))])
        assert contract.status == "SIGNING"
        return contract

    def complete(self, **fields) -> Contract:
        contract = self.signing(**fields)
        contract.seal()
        assert contract.status == "COMPLETE"
        return contract

    def link(self, contract: Contract, who: dict, beside: Page | None = None, **options) -> Page:
        url = self.api.ok(self.api.post("/v2/contract/pageurl", {"contractId": contract.id, "user": who, **options}))["pageUrl"]
        return Page(self.server.host, self.server.port, url, beside=beside)

    def log(self, contract: Contract) -> list[tuple[str, str, dict]]:
        """What the log holds of a contract: (event, actor, detail)."""
        database = sqlite3.connect(f"file:{self.server.data / 'signet.db'}?mode=ro", uri=True)
        try:
            rows = database.execute("SELECT event, actor, detail FROM audit WHERE contract = ? ORDER BY sequence", (int(contract.id),))
            return [(event, actor, json.loads(detail)) for event, actor, detail in rows]
        finally:
            database.close()


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    data = tmp_path_factory.mktemp("parties") / "data"
    data.mkdir()
    (data / "signet.toml").write_text('callback_networks = ["127.0.0.0/8"]\n')
    with Server(data) as server:
        companies = organisation.apply(data, ORGANISATION)
        server.stop()
        server.start()
        yield House(server, companies)


@pytest.fixture
def with_clock(tmp_path):
    """A server of its own whose time stands still until the test moves it."""
    clock = Clock(tmp_path)
    with Server(tmp_path / "data", environment=clock.environment) as server:
        yield House(server, clock=clock)


@pytest.fixture
def verdict(house, tmp_path):
    return lambda contract: verify(contract.download(), tmp_path, house.server)


def on_page(kind: str, page: int = 1, x: float = 0.1, y: float = 0.1, **more) -> dict:
    return {"type": kind, "page": page, "offsetX": x, "offsetY": y, **more}


def a_person(who: dict = WANG, **more) -> dict:
    return person(who["name"], who["contact"], **more)


def a_company(name: str, nodes: list[dict] | None = None, receiver: dict | None = None, **more) -> dict:
    return {"tenantType": "COMPANY", "tenantName": name, **({} if nodes is None else {"actions": nodes}),
            **({} if receiver is None else {"receiver": receiver}), **more}


def by(kind: str, contact: str) -> dict:
    return {"contact": contact, "contactType": kind}


def add(contract: Contract, signatory: dict, **fields) -> dict:
    return contract.api.ok(contract.api.post(ADD, {"contractId": contract.id, "signatory": signatory, **fields}))


def everything(contract: Contract) -> tuple:
    """Whatever a refused call must not change."""
    return (contract.detail(queryLocation="true", queryActionOperator="true", queryRelatedContract="true"),
            [contract.download(number) for number in range(len(contract.documents))])


def changed(body: dict, path: str, value) -> dict:
    result = copy.deepcopy(body)
    *steps, last = path.split(".")
    place = result
    for step in steps:
        place = place[int(step)] if isinstance(place, list) else place[step]
    if value is GONE:
        del place[last]
    else:
        place[int(last) if isinstance(place, list) else last] = value
    return result


def assert_refused(contract: Contract, good: dict, path: str, value, response_code: str, says: str = "") -> None:
    """`good` with one thing changed gets its code and changes nothing, and `good` itself succeeds."""
    good = {"contractId": contract.id, **good}
    before = everything(contract)
    reply = contract.api.post(ADD, changed(good, path, value))
    assert (reply.status, reply.code, reply.envelope["responseCode"]) == (200, CODES[response_code], response_code), reply.body.decode()
    assert says in reply.envelope["message"] and len(reply.envelope["message"]) <= 200
    assert "result" not in reply.envelope
    assert everything(contract) == before
    contract.api.ok(contract.api.post(ADD, good))
    assert everything(contract) != before


def types(signatory: dict) -> list[str]:
    return [action["type"] for action in signatory["actions"]]


def sign(house: House, contract: Contract, who: dict, **how) -> dict:
    """Opens a link as somebody and does what it asks for, in a free place where none is set."""
    page = house.link(contract, who)
    assert page.task is not None, page.view
    if page.task["freePlacement"]:
        how["places"] = [{"documentId": contract.documents[0], "page": 1, "x": 0.4, "y": 0.1 + 0.1 * len(contract.parties)}]
    if page.task["kind"] in ("OPERATOR", "PERSONAL") or (page.task["kind"] == "LP" and not page.task["seals"]):
        how.setdefault("typed", page.view["me"]["name"] or who["name"])
    return page.sign(page.ask_for_code(who["contact"]), **how)


# ---------------------------------------------------------------------------------------------- when, where, how


def test_a_party_is_added_while_the_contract_is_being_signed(house):
    contract = house.signing()
    added = add(contract, a_person())
    assert contract.status == "SIGNING" and [party["id"] for party in contract.detail()["signatories"]][1] == added["id"]
    contract.seal()
    assert contract.status == "SIGNING"
    sign(house, contract, WANG)
    assert contract.status == "COMPLETE"


def test_a_party_is_added_to_a_complete_contract_which_is_signed_and_completed_again(house, verdict):
    contract = house.complete()
    add(contract, a_person())
    assert (contract.status, contract.statuses()) == ("SIGNING", ["SIGNED", "SIGNING"])
    sign(house, contract, WANG)
    assert (contract.status, contract.statuses()) == ("COMPLETE", ["SIGNED", "SIGNED"])
    found = verdict(contract)
    assert found.intact and found.signers == [OWN, "王五"]


def assert_status_refuses(contract: Contract, status: str) -> None:
    before = everything(contract)
    reply = contract.api.post(ADD, {"contractId": contract.id, "signatory": a_person()})
    assert (reply.code, reply.envelope["responseCode"]) == (1101, "11011101") and everything(contract) == before
    assert before[0]["status"] == status


@pytest.mark.parametrize("status", ["DRAFT", "REJECTED"])
def test_in_any_other_status_no_party_is_added(house, status):
    contract = house.draft([company(OWN), a_person(LI)], ordinal=False)
    if status == "REJECTED":
        contract.send([contract.at_action(0, **on_page("COMPANY")), contract.at_party(1, **on_page("PERSONAL", x=0.6))])
        house.link(contract, LI, hideRejectButton=False).reject("条款有误")
    assert_status_refuses(contract, status)


def test_with_its_contract_a_party_expires_and_then_none_is_added(with_clock):
    deadline = with_clock.clock.now + datetime.timedelta(hours=9)  # an hour from now, in the zone of the server
    contract = with_clock.signing(expireTime=deadline.strftime("%Y-%m-%d %H:%M:%S"))
    assert add(contract, a_person(LI))["status"] == "WAITING"
    with_clock.clock.advance(hours=1)
    assert contract.statuses() == ["SIGNING", "WAITING"]
    with_clock.clock.advance(seconds=1)
    end = time.monotonic() + 30
    while contract.status != "EXPIRED" and time.monotonic() < end:
        time.sleep(0.1)
    assert contract.statuses() == ["EXPIRED", "EXPIRED"] and contract.nodes(0) == ["STOP"]
    assert_status_refuses(contract, "EXPIRED")


def test_only_a_category_that_allows_it_lets_parties_be_added(house):
    forbidden, allowed = house.signing(category={"name": "不可追加"}), house.signing(category={"name": "可追加签署方"})
    before = everything(forbidden)
    replies = [house.api.post(ADD, {"contractId": one.id, "signatory": a_person()}) for one in (forbidden, allowed)]
    assert [reply.envelope["responseCode"] for reply in replies] == ["11011304", "00000000"]
    assert replies[0].code == 1304 and replies[0].status == 200 and everything(forbidden) == before


def test_the_setting_of_the_category_may_change_at_any_time(house):
    """As the operator describes it to the running server, which follows within moments."""
    contract = house.signing(category={"name": "不可追加"})
    body = {"contractId": contract.id, "signatory": a_person()}

    def answer_after(allowed: bool, instead_of: int) -> int:
        organisation.apply(house.server.data, [{"name": OWN, "category": [{"name": "不可追加", "add_after_sending": allowed}]}])
        end = time.monotonic() + 30
        while (code := house.api.post(ADD, body).code) == instead_of and time.monotonic() < end:
            time.sleep(0.1)
        return code
    assert house.api.post(ADD, body).code == 1304
    assert answer_after(True, instead_of=1304) == 0 and contract.detail()["signatories"][1]["tenantName"] == "王五"
    assert answer_after(False, instead_of=1102) == 1304  # until then he is there already


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_the_call_is_a_post(house, method):
    contract = house.signing()
    body = json.dumps({"contractId": contract.id, "signatory": a_person()}).encode()
    before = everything(contract)
    assert house.api.request(method, ADD, body, {"Content-Type": "application/json"}).status in (404, 405)
    assert everything(contract) == before
    house.api.ok(house.api.request("POST", ADD, body, {"Content-Type": "application/json"}))


def test_another_path_adds_nothing(house):
    contract = house.signing()
    before = everything(contract)
    reply = house.api.post("/v2/signatory/append", {"contractId": contract.id, "signatory": a_person()})
    assert reply.status == 404 and everything(contract) == before


def test_the_request_is_json_in_utf_8_and_so_is_the_answer(house):
    contract = house.signing()
    name = "𠮷野·欧阳娜娜"
    body = json.dumps({"contractId": contract.id, "signatory": a_person(user(name, "13800000071"))}, ensure_ascii=False).encode("utf-8")
    reply = house.api.request("POST", ADD, body, {"Content-Type": "application/json;charset=UTF-8"})
    assert reply.headers["content-type"].replace(" ", "").lower() == "application/json;charset=utf-8"
    assert house.api.ok(reply)["tenantName"] == name and json.loads(reply.body.decode("utf-8"))["result"]["receiver"]["name"] == name
    bad = house.api.request("POST", ADD, body.decode().encode("gb18030"), {"Content-Type": "application/json;charset=UTF-8"})
    assert bad.envelope["responseCode"] == "11990005"


# ---------------------------------------------------------------------------------------------- which contract


@pytest.mark.parametrize("kind", [int, str])
def test_the_contract_is_named_by_its_id_as_a_number_or_a_text(house, kind):
    contract, neighbour = house.signing(), house.signing()
    body = {"contractId": kind(contract.id), "bizId": None, "tenantName": "", "signatory": a_person()}
    house.api.ok(house.api.post(ADD, body))
    assert len(contract.detail()["signatories"]) == 2 and len(neighbour.detail()["signatories"]) == 1


def test_the_contract_is_named_by_its_business_number(house):
    number = f"业务-{uuid.uuid4()}"
    contract, other = house.signing(bizId=number), house.signing(bizId=f"{number}-2"[:50])
    house.api.ok(house.api.post(ADD, {"bizId": number, "signatory": a_person()}))
    assert len(contract.detail()["signatories"]) == 2 and len(other.detail()["signatories"]) == 1


def test_a_business_number_belongs_to_one_contract(house):
    contract = house.signing(bizId=str(uuid.uuid4()))
    before = everything(contract)
    reply = house.api.post("/v2/contract/draft", {"subject": "另一份", "bizId": contract.detail()["bizId"], "signatories": [a_person()]})
    assert (reply.code, reply.envelope["responseCode"]) == (1112, "11011112") and everything(contract) == before


def test_one_of_the_two_is_needed(house):
    contract = house.signing()
    assert_refused(contract, {"signatory": a_person()}, "contractId", GONE, "11990005", "contractId")


def test_a_sub_companys_contract_is_found_by_business_number_with_its_name(house):
    number = str(uuid.uuid4())
    ours = house.signing(bizId=number)
    theirs = Contract(house.api, house.server, [company(PLAIN, receiver=HANDLER)], bizId=number, tenantName=PLAIN)
    theirs.add_file(plain_pages(1))
    theirs.send([theirs.at_action(0, **on_page("COMPANY"))])
    house.api.ok(house.api.post(ADD, {"bizId": number, "tenantName": PLAIN, "signatory": a_person()}))
    assert (len(ours.detail()["signatories"]), len(theirs.detail()["signatories"])) == (1, 2)
    house.api.ok(house.api.post(ADD, {"bizId": number, "signatory": a_person()}))
    assert (len(ours.detail()["signatories"]), len(theirs.detail()["signatories"])) == (2, 2)


@pytest.mark.parametrize("name, code", [("没有这家公司（虚构）有限公司", "11041801"), (NEIGHBOUR, "11041802")])
def test_a_business_number_with_a_name_that_is_not_ours_finds_nothing(house, name, code):
    contract = house.signing(bizId=str(uuid.uuid4()))
    good = {"contractId": None, "bizId": contract.detail()["bizId"], "tenantName": OWN, "signatory": a_person()}
    assert_refused(contract, good, "tenantName", name, code)


def test_a_business_number_nobody_uses_finds_no_contract(house):
    contract = house.signing(bizId=str(uuid.uuid4()))
    assert_refused(contract, {"contractId": None, "bizId": contract.detail()["bizId"], "signatory": a_person()}, "bizId", "nobody's", "11101003")


def test_the_party_is_needed(house):
    for value in (GONE, None, {}, "王五", []):
        assert_refused(house.signing(), {"signatory": a_person()}, "signatory", value, "11990005", "signatory")


@pytest.mark.parametrize("wish, succeeds", [({}, False), ({"locateAllStamperKeywords": True}, False), ({"locateAllStamperKeywords": None}, False),
                                            ({"locateAllStamperKeywords": False}, True), ({"locateAllStamperKeywords": "false"}, True)], ids=str)
def test_all_keywords_must_be_found_unless_one_is_enough(house, wish, succeeds):
    contract = house.signing()
    words = [{"type": "PERSONAL", "documentId": contract.documents[0], "keyword": word} for word in ("invented", "nowhere")]
    before = everything(contract)
    reply = house.api.post(ADD, {"contractId": contract.id, "signatory": a_person(stampers=words), **wish})
    if succeeds:
        house.api.ok(reply)
        assert len(contract.places(1)) == 1
    else:
        assert reply.envelope["responseCode"] == "11011108" and everything(contract) == before


def test_without_any_keyword_found_even_one_is_not_enough(house):
    contract = house.signing()
    place = {"type": "PERSONAL", "documentId": contract.documents[0], "keyword": "invented"}
    good = {"signatory": a_person(stampers=[place]), "locateAllStamperKeywords": False}
    assert_refused(contract, good, "signatory.stampers.0.keyword", "nowhere", "11011108")


A_BARE_PERSON = {"tenantType": "PERSONAL", "tenantName": "王五", "receiver": by("MOBILE", "13800000005")}
A_BARE_COMPANY = {"tenantType": "COMPANY", "tenantName": OUTSIDE, "receiver": by("MOBILE", "13800000004")}
REQUIRED = ["tenantType", "tenantName", "receiver", "receiver.contact", "receiver.contactType"]


@pytest.mark.parametrize("value", [GONE, None, ""], ids=["absent", "null", "empty"])
@pytest.mark.parametrize("party, path", [*((A_BARE_PERSON, path) for path in REQUIRED), *((A_BARE_COMPANY, path) for path in REQUIRED),
                                         ({**A_BARE_COMPANY, "actions": [{"type": "COMPANY"}]}, "actions.0.type"),
                                         ({**A_BARE_PERSON, "attachments": [{"title": "营业执照"}]}, "attachments.0.title")],
                         ids=lambda one: one if isinstance(one, str) else one["tenantType"])
def test_what_is_required_is_required_and_the_rest_is_not(house, party, path, value):
    """The good request has only what is marked as required."""
    assert_refused(house.signing(), {"signatory": party}, f"signatory.{path}", value, "11990005", path.split(".")[-1])


# ---------------------------------------------------------------------------------------------- the party


def test_the_answer_is_the_party_with_its_id(house):
    contract = house.signing()
    added = add(contract, a_person())
    stored = contract.detail()["signatories"][1]
    assert added["id"].isdecimal() and int(added["id"]) > 2 ** 53
    assert {name: added[name] for name in ("id", "tenantType", "tenantName", "status", "serialNo", "receiver")} == {
        name: stored[name] for name in ("id", "tenantType", "tenantName", "status", "serialNo", "receiver")}


def test_an_id_that_is_sent_is_not_taken(house):
    contract = house.signing()
    wished = str(int(contract.id) + 1)
    assert add(contract, a_person(id=wished))["id"] != wished


@pytest.mark.parametrize("party", [a_person(), a_company(OUTSIDE, receiver=LI)], ids=["PERSONAL", "COMPANY"])
def test_a_party_is_a_company_or_a_person(house, party):
    contract = house.signing()
    added = add(contract, party)
    assert added["tenantType"] == party["tenantType"] and ("actions" in added) == (party["tenantType"] == "COMPANY")


@pytest.mark.parametrize("word", ["CORPORATE", "company", "P_NO_RECEIVER", 1])
def test_there_is_no_third_kind_of_party(house, word):
    assert_refused(house.signing(), {"signatory": a_person()}, "signatory.tenantType", word, "11990005", "tenantType")


def test_a_party_goes_through_its_statuses(house):
    """DRAFT before sending, WAITING until it is its turn, SIGNING, SIGNED."""
    contract = house.draft([company(OWN), a_person(LI)])
    assert contract.statuses() == ["DRAFT", "DRAFT"]
    contract.send([contract.at_action(0, **on_page("COMPANY")), contract.at_party(1, **on_page("PERSONAL", x=0.6))])
    assert add(contract, a_person())["status"] == "WAITING"
    assert contract.statuses() == ["SIGNING", "WAITING", "WAITING"]
    contract.seal()
    assert contract.statuses() == ["SIGNED", "SIGNING", "WAITING"]
    sign(house, contract, LI)
    assert contract.statuses() == ["SIGNED", "SIGNED", "SIGNING"]
    sign(house, contract, WANG)
    assert contract.statuses() == ["SIGNED", "SIGNED", "SIGNED"]


def test_a_party_that_refuses_is_rejected_with_the_contract(house):
    contract = house.complete()
    add(contract, a_person())
    house.link(contract, WANG, hideRejectButton=False).reject("条款有误")
    assert (contract.status, contract.statuses()) == ("REJECTED", ["SIGNED", "REJECTED"])


def test_a_party_has_the_name_it_is_given(house):
    contract = house.signing()
    assert add(contract, a_company("ACME (Fictitious) 贸易有限公司", receiver=LI))["tenantName"] == "ACME (Fictitious) 贸易有限公司"
    assert add(contract, {**a_person(), "tenantName": "王 小五"})["tenantName"] == "王 小五"
    assert [party["tenantName"] for party in contract.detail()["signatories"]] == [OWN, "ACME (Fictitious) 贸易有限公司", "王 小五"]


def test_a_persons_name_may_be_that_of_the_receiver(house):
    """More lenient than the page: a client that leaves the name out means the person who receives it."""
    contract = house.signing()
    assert add(contract, {"tenantType": "PERSONAL", "receiver": WANG})["tenantName"] == WANG["name"]


def test_a_name_longer_than_a_name_can_be_is_refused(house):
    assert_refused(house.signing(), {"signatory": a_person()}, "signatory.tenantName", "王" * 101, "11990011", "tenantName")


def test_the_same_party_is_not_added_twice(house):
    contract = house.signing()
    add(contract, a_person())
    good = {"signatory": a_person(ZHAO)}
    assert_refused(contract, good, "signatory", a_person(), "11011102")


def test_the_receiver_is_who_signs(house):
    contract = house.complete()
    added = add(contract, a_company(OUTSIDE, [{"type": "OPERATOR"}], receiver=LI))
    assert added["receiver"] == LI
    reply = house.api.post("/v2/contract/pageurl", {"contractId": contract.id, "user": ZHAO})
    assert reply.envelope["responseCode"] == "11011110"
    sign(house, contract, LI)
    assert contract.status == "COMPLETE"


@pytest.mark.parametrize("ordinal", [True, False])
def test_a_party_comes_after_the_others_in_order_and_at_once_without_order(house, ordinal):
    contract = house.signing(ordinal=ordinal)
    first, second = add(contract, a_person()), add(contract, a_person(ZHAO))
    assert (first["serialNo"], second["serialNo"]) == (2, 3)
    assert contract.statuses() == (["SIGNING", "WAITING", "WAITING"] if ordinal else ["SIGNING"] * 3)
    contract.seal()
    assert contract.statuses() == (["SIGNED", "SIGNING", "WAITING"] if ordinal else ["SIGNED", "SIGNING", "SIGNING"])


@pytest.mark.parametrize("wish, got", [(None, 4), (1, 4), (2, 4), (7, 7), ("7", 7)])
def test_the_order_is_told_and_a_wish_behind_everybody_busy_is_kept(house, wish, got):
    contract = house.draft([company(OWN, serialNo=1), a_person(LI, serialNo=3)])
    contract.send([contract.at_action(0, **on_page("COMPANY")), contract.at_party(1, **on_page("PERSONAL", x=0.6))])
    contract.seal()
    assert contract.statuses() == ["SIGNED", "SIGNING"]
    assert add(contract, a_person(**({} if wish is None else {"serialNo": wish})))["serialNo"] == got


# ---------------------------------------------------------------------------------------------- people


@pytest.mark.parametrize("kind", ["MOBILE", "EMAIL", "EMPLOYEEID", "NUMBER"])
def test_an_employee_is_named_in_four_ways_and_is_always_the_same_person(house, kind):
    """Added in one way, he may come in any other, and signs."""
    names = {"MOBILE": BING["contact"], "EMAIL": "bing@example.com", "EMPLOYEEID": house.companies.employee(OWN, "E1001"), "NUMBER": "E1001"}
    contract = house.complete()
    place = {**on_page("PERSONAL", 2, 0.3, 0.5), "documentId": contract.documents[0]}
    added = add(contract, {"tenantType": "PERSONAL", "tenantName": "演示员工丙", "receiver": by(kind, names[kind]), "stampers": [place]})
    assert (added["receiver"]["contact"], added["receiver"]["contactType"]) == (names[kind], kind)
    for other, contact in names.items():
        assert house.link(contract, by(other, contact)).view["state"] == "CAN_SIGN"
    page = house.link(contract, by(kind, names[kind]))
    channel = names["EMAIL"] if kind == "EMAIL" else names["MOBILE"]
    page.sign(page.ask_for_code(channel), typed="演示员工丙")
    assert contract.status == "COMPLETE"


@pytest.mark.parametrize("kind", ["MOBILE", "EMAIL", "EMPLOYEEID", "NUMBER"])
def test_an_internal_receiver_is_named_in_four_ways(house, kind):
    names = {"MOBILE": HANDLER["contact"], "EMAIL": "jia@example.com", "EMPLOYEEID": house.companies.employee(PLAIN, "E2001"), "NUMBER": "E2001"}
    contract = house.complete()
    add(contract, a_company(PLAIN, [{"type": "OPERATOR"}], receiver=by(kind, names[kind])))
    assert all(house.link(contract, by(other, contact)).view["state"] == "CAN_SIGN" for other, contact in names.items())


def test_the_same_person_named_in_two_ways_is_one_party(house):
    contract = house.signing()
    add(contract, {"tenantType": "PERSONAL", "tenantName": "演示员工丙", "receiver": by("NUMBER", "E1001")})
    good = {"signatory": {"tenantType": "PERSONAL", "tenantName": "王五", "receiver": by("MOBILE", "13800000005")}}
    assert_refused(contract, good, "signatory", {"tenantType": "PERSONAL", "tenantName": "演示员工丙", "receiver": by("MOBILE", BING["contact"])},
                   "11011102")


@pytest.mark.parametrize("kind, contact", [("EMPLOYEEID", "3501234567890123777"), ("NUMBER", "E9999")])
@pytest.mark.parametrize("where", ["person", "internal"])
def test_an_employee_whom_nobody_knows_is_not_found(house, kind, contact, where):
    known = by("NUMBER", "E1001" if where == "person" else "E2001")
    party = {"tenantType": "PERSONAL", "tenantName": "演示员工丙", "receiver": known} if where == "person" else \
        a_company(PLAIN, [{"type": "COMPANY"}], receiver=known)
    assert_refused(house.signing(), {"signatory": party}, "signatory.receiver", by(kind, contact), "11041701", "receiver")


def test_an_employee_of_another_company_is_not_found_there(house):
    party = a_company(PLAIN, [{"type": "COMPANY"}], receiver=by("NUMBER", "E2001"))
    assert_refused(house.signing(), {"signatory": party}, "signatory.receiver.contact", "E1001", "11041701")


def test_an_employee_who_left_is_refused(house):
    party = {"tenantType": "PERSONAL", "tenantName": "演示员工丙", "receiver": by("NUMBER", "E1001")}
    assert_refused(house.signing(), {"signatory": party}, "signatory.receiver.contact", "E1002", "11041702")


@pytest.mark.parametrize("kind, contact", [("MOBILE", "not a number"), ("MOBILE", "a@example.com"), ("EMAIL", "13800000005"), ("EMAIL", "@"),
                                           ("PIGEON", "13800000005"), ("mobile", "13800000005")])
def test_a_contact_must_be_of_its_kind(house, kind, contact):
    assert_refused(house.signing(), {"signatory": a_person()}, "signatory.receiver", {"name": "王五", **by(kind, contact)}, "11990005", "contact")


def test_a_receiver_may_come_without_a_name(house):
    contract = house.complete()
    added = add(contract, {"tenantType": "PERSONAL", "tenantName": "王五", "receiver": by("MOBILE", "13800000005")})
    assert "name" not in added["receiver"] or added["receiver"]["name"] == "王五"
    sign(house, contract, WANG, typed="王五")
    assert contract.status == "COMPLETE"


def test_who_gets_a_copy_needs_a_name(house):
    contract = house.draft(copySendReceivers=[{"name": "抄送人", "receiver": WANG}])
    assert contract.detail()["copySendReceivers"][0]["name"] == "抄送人"
    draft = {"id": contract.id, "subject": "抄送", "signatories": [company(OWN)], "copySendReceivers": [{"name": "抄送人乙", "receiver": WANG}]}
    before = everything(contract)
    reply = house.api.post("/v2/contract/draft", changed(draft, "copySendReceivers.0.name", GONE))
    assert reply.envelope["responseCode"] == "11990005" and "name" in reply.envelope["message"] and everything(contract) == before
    assert house.api.ok(house.api.post("/v2/contract/draft", draft))["copySendReceivers"][0]["name"] == "抄送人乙"


# ---------------------------------------------------------------------------------------------- nodes


def test_nodes_have_ids_and_statuses_of_their_own(house):
    contract = house.complete()
    added = add(contract, a_company(OUTSIDE, [{"type": "OPERATOR"}, {"type": "COMPANY"}], receiver=LI))
    assert [action["id"] for action in added["actions"]] == [action["id"] for action in contract.detail()["signatories"][1]["actions"]]
    assert len({added["id"], *(action["id"] for action in added["actions"])}) == 3
    assert [action["status"] for action in added["actions"]] == ["START", "INIT"]
    sign(house, contract, LI)
    assert contract.nodes(1) == ["FINISH", "START"]
    sign(house, contract, LI)
    assert contract.nodes(1) == ["FINISH", "FINISH"] and contract.status == "COMPLETE"


def test_nodes_stop_when_the_contract_is_sent_back(house):
    contract = house.complete()
    add(contract, a_company(OUTSIDE, [{"type": "OPERATOR"}, {"type": "COMPANY"}], receiver=LI))
    sign(house, contract, LI)
    house.link(contract, LI, hideRejectButton=False).reject("条款有误")
    assert contract.nodes(1) == ["FINISH", "STOP"]


USUAL_NAMES = {"COMPANY": "企业签章", "OPERATOR": "经办人签字", "LP": "法定代表人签字", "AUDIT": "审批", "PERSONAL": "审批并签字"}


@pytest.mark.parametrize("kind", USUAL_NAMES)
def test_a_node_of_every_type_is_done_on_the_page(house, verdict, kind):
    """In our own company, by an operator who is named; COMPANY and LP by the seal's administrator."""
    contract = house.draft([a_person(LI)])
    contract.send([contract.at_party(0, **on_page("PERSONAL"))])
    who = user("演示员工甲", "10000000001")
    added = add(contract, a_company(OWN, [{"type": kind, "corpOperators": [who]}], receiver=who))
    assert [(action["type"], action["name"], action["serialNo"]) for action in added["actions"]] == [(kind, USUAL_NAMES[kind], 0)]
    sign(house, contract, LI)
    page = house.link(contract, who)
    assert page.task["kind"] == kind
    if kind == "AUDIT":
        page.audit(page.ask_for_code(who["contact"]), True)
    else:
        sign_page(contract, page, who)
    found = verdict(contract)
    assert contract.status == "COMPLETE" and found.intact
    # Seals are signed in the name of the company, handwriting in that of the person; an approval signs nothing.
    assert found.signers == ["李四"] + {"COMPANY": [OWN], "LP": [OWN], "AUDIT": []}.get(kind, ["演示员工甲"])


def sign_page(contract: Contract, page: Page, who: dict, **how) -> dict:
    if page.task["freePlacement"]:
        how["places"] = [{"documentId": contract.documents[0], "page": 1, "x": 0.4, "y": 0.6}]
    if page.task["kind"] in ("OPERATOR", "PERSONAL"):
        how.setdefault("typed", who["name"])
    return page.sign(page.ask_for_code(who["contact"]), **how)


@pytest.mark.parametrize("word", ["SEAL", "company", "SIGN"])
def test_there_is_no_other_type_of_node(house, word):
    party = a_company(OUTSIDE, [{"type": "OPERATOR"}], receiver=LI)
    assert_refused(house.signing(), {"signatory": party}, "signatory.actions.0.type", word, "11990005", "type")


def test_a_node_may_have_a_name_of_its_own(house):
    contract = house.signing()
    added = add(contract, a_company(OUTSIDE, [{"type": "OPERATOR", "name": "项目负责人签字"}, {"type": "COMPANY"}], receiver=LI))
    assert [action["name"] for action in added["actions"]] == ["项目负责人签字", "企业签章"]


def test_nodes_run_in_the_order_of_their_numbers_counted_from_zero(house):
    contract = house.complete()
    nodes = [{"type": "COMPANY", "serialNo": 1}, {"type": "OPERATOR", "serialNo": 0}]
    added = add(contract, a_company(OUTSIDE, nodes, receiver=LI))
    order = {action["type"]: (action["serialNo"], action["status"]) for action in added["actions"]}
    assert order == {"OPERATOR": (0, "START"), "COMPANY": (1, "INIT")}
    assert house.link(contract, LI).task["kind"] == "OPERATOR"


def test_nodes_without_numbers_run_as_they_are_listed(house):
    contract = house.complete()
    added = add(contract, a_company(OUTSIDE, [{"type": "COMPANY"}, {"type": "OPERATOR"}], receiver=LI))
    assert [(action["type"], action["serialNo"], action["status"]) for action in added["actions"]] == [
        ("COMPANY", 0, "START"), ("OPERATOR", 1, "INIT")]


def test_a_node_signs_where_its_own_stampers_say_and_the_partys_say_nothing_for_a_company(house):
    contract = house.complete()
    here, there = ({**on_page("COMPANY", 2, x, 0.5), "documentId": contract.documents[0]} for x in (0.2, 0.7))
    add(contract, a_company(OUTSIDE, [{"type": "COMPANY", "stampers": [here]}], receiver=LI, stampers=[there]))
    assert [(place["page"], place["offsetX"]) for place in contract.places(1)] == [(2, pytest.approx(0.2))]


def test_a_person_signs_where_the_partys_stampers_say(house):
    contract = house.complete()
    place = {**on_page("PERSONAL", 2, 0.3, 0.5), "documentId": contract.documents[0]}
    add(contract, a_person(stampers=[place]))
    assert [(place["page"], place["offsetX"]) for place in contract.places(1)] == [(2, pytest.approx(0.3))]
    page = house.link(contract, WANG)
    assert not page.task["freePlacement"] and len(page.task["places"]) == 1


# ---------------------------------------------------------------------------------------------- default flows


@pytest.mark.parametrize("nodes", [None, []], ids=["not given", "empty"])
@pytest.mark.parametrize("name, receiver", [(OUTSIDE, LI), (NEIGHBOUR, LI), (PLAIN, HANDLER)], ids=["external", "another group", "internal"])
def test_a_company_without_nodes_gets_handler_legal_person_and_seal(house, name, receiver, nodes):
    contract = house.complete()
    added = add(contract, a_company(name, nodes, receiver=receiver))
    assert [(action["type"], action["serialNo"]) for action in added["actions"]] == [("OPERATOR", 0), ("LP", 1), ("COMPANY", 2)]


def test_the_usual_three_nodes_of_an_external_company_are_signed_by_its_handler(house, verdict):
    contract = house.complete()
    add(contract, a_company(OUTSIDE, receiver=LI))
    for kind in ("OPERATOR", "LP", "COMPANY"):
        page = house.link(contract, LI)
        assert page.task["kind"] == kind
        sign_here = {"typed": "李四"} if kind != "COMPANY" else {}
        page.sign(page.ask_for_code(LI["contact"]), **sign_here,
                  places=[{"documentId": contract.documents[0], "page": 1, "x": 0.4, "y": {"OPERATOR": 0.3, "LP": 0.5, "COMPANY": 0.7}[kind]}])
    found = verdict(contract)
    assert contract.status == "COMPLETE" and found.intact and len(found.signers) == 4 and found.signers[-1] == OUTSIDE


# ---------------------------------------------------------------------------------------------- seals to choose from


def seals_of_own(house, count: int) -> list[str]:
    demo = [seal["id"] for seal in house.api.ok(house.api.get("/v2/seal/list"))["list"]
            if seal["sealType"] != "LP" and seal["sealStatus" if "sealStatus" in seal else "status"] == "NORMAL"]
    assert len(demo) >= count
    return demo[:count]


def own_party(house, **node) -> tuple[Contract, dict]:
    """A contract of a person to which our own company is added with one COMPANY node."""
    contract = house.draft([a_person(LI)], ordinal=False)
    contract.send([contract.at_party(0, **on_page("PERSONAL"))])
    keeper = user("演示员工甲", "10000000001")
    place = {**on_page("COMPANY", 2, 0.3, 0.5), "documentId": contract.documents[0]}
    return contract, a_company(OWN, [{"type": "COMPANY", "stampers": [place], **node}], receiver=keeper)


@pytest.mark.parametrize("count", [1, 2, 9])
def test_the_initiators_node_offers_exactly_the_seals_that_are_named(house, count):
    seals = seals_of_own(house, 9)[-count:]
    contract, party = own_party(house, corpSealIds=[int(seal) for seal in seals])
    added = add(contract, party)
    assert added["actions"][0]["corpSealIds"] == seals
    page = house.link(contract, user("演示员工甲", "10000000001"))
    assert [seal["id"] for seal in page.task["seals"]] == seals
    sign_page(contract, page, user("演示员工甲", "10000000001"), sealId=seals[-1])
    action = contract.detail()["signatories"][1]["actions"][0]
    assert (action["status"], action["sealId"]) == ("FINISH", seals[-1])


def test_without_a_choice_the_node_offers_every_seal_in_use(house):
    contract, party = own_party(house)
    add(contract, party)
    offered = [seal["id"] for seal in house.link(contract, user("演示员工甲", "10000000001")).task["seals"]]
    assert sorted(offered) == sorted(seals_of_own(house, 10)) and house.seal(OWN, "停用章") not in offered


def test_a_seal_that_was_not_named_cannot_be_used(house):
    first, second, third = seals_of_own(house, 3)
    contract, party = own_party(house, corpSealIds=[first, second])
    add(contract, party)
    page = house.link(contract, user("演示员工甲", "10000000001"))
    code = page.ask_for_code("10000000001")
    before = everything(contract)
    with pytest.raises(PageError) as refusal:
        page.sign(code, sealId=third)
    assert refusal.value.status in (400, 403) and everything(contract) == before
    page.sign(code, sealId=second)
    assert contract.nodes(1) == ["FINISH"]


def test_ten_seals_are_too_many(house):
    contract, party = own_party(house, corpSealIds=seals_of_own(house, 9))
    assert_refused(contract, {"signatory": party}, "signatory.actions.0.corpSealIds", seals_of_own(house, 10), "11990005", "corpSealIds")


def test_with_several_seals_the_silent_call_must_name_one(house):
    first, second = seals_of_own(house, 2)
    contract, party = own_party(house, corpSealIds=[first, second])
    add(contract, party)
    before = everything(contract)
    reply = contract.try_seal()
    assert reply.envelope["responseCode"] == "11990005" and "sealId" in reply.envelope["message"] and everything(contract) == before
    contract.seal(sealId=second)
    assert contract.detail()["signatories"][1]["actions"][0]["sealId"] == second


def test_with_one_seal_the_silent_call_uses_it(house):
    seal = seals_of_own(house, 5)[-1]
    contract, party = own_party(house, corpSealIds=[seal])
    add(contract, party)
    contract.seal()
    assert contract.detail()["signatories"][1]["actions"][0]["sealId"] == seal


def test_a_node_with_several_seals_is_never_signed_in_a_batch(house):
    keeper = user("演示员工甲", "10000000001")
    first, second = seals_of_own(house, 2)
    single, one = own_party(house, corpSealIds=[first])
    several, two = own_party(house, corpSealIds=[first, second])
    add(single, one)
    add(several, two)
    here, party = own_party(house, corpSealIds=[first])
    add(here, party)
    page = house.link(here, keeper)
    listed = {row["id"]: row for row in page.waiting()}
    assert (listed[single.id]["batch"], listed[single.id]["reason"]) == (True, None)
    assert (listed[several.id]["batch"], listed[several.id]["reason"]) == (False, "SEVERAL_SEALS")
    before = everything(several)
    code = page.ask_for_batch_code(keeper["contact"])
    results = {row["id"]: row for row in page.sign_batch([single.id, several.id], code)}
    assert results[single.id]["signed"] and not results[several.id]["signed"] and results[several.id]["error"]
    assert single.nodes(1) == ["FINISH"] and everything(several) == before


@pytest.mark.parametrize("owner, name, code", [(OWN, "停用章", "11011203"), (PLAIN, "公章", "11011201"), (NEIGHBOUR, "公章", "11011201")])
def test_a_seal_must_be_the_companys_own_and_in_use(house, owner, name, code):
    contract, party = own_party(house, corpSealIds=seals_of_own(house, 1))
    assert_refused(contract, {"signatory": party}, "signatory.actions.0.corpSealIds", [house.seal(owner, name)], code)


def test_a_seal_nobody_made_is_not_found(house):
    contract, party = own_party(house, corpSealIds=seals_of_own(house, 1))
    assert_refused(contract, {"signatory": party}, "signatory.actions.0.corpSealIds.0", "3501234567890123777", "11011201")


# ---------------------------------------------------------------------------------------------- internal receivers

FLOWED = ["COMPANY", "AUDIT", "COMPANY"]

#: (receiver, category named, defaultCategoryAccepted) → the nodes, and whether seals and operators of the initiator count.
#: The flag speaks only where no category is named.
INTERNAL = [
    (PLAIN, None, None, ["COMPANY"], True), (PLAIN, None, False, ["COMPANY"], True), (PLAIN, None, True, ["COMPANY"], False),
    (PLAIN, "默认分类", None, ["COMPANY"], True), (PLAIN, "默认分类", False, ["COMPANY"], True), (PLAIN, "默认分类", True, ["COMPANY"], True),
    (PLAIN, "无流程分类", None, ["COMPANY"], True), (PLAIN, "无流程分类", False, ["COMPANY"], True), (PLAIN, "无流程分类", True, ["COMPANY"], True),
    (PLAIN, "流程分类", None, FLOWED, False), (PLAIN, "流程分类", False, FLOWED, False), (PLAIN, "流程分类", True, FLOWED, False),
    (FLOW, None, None, ["COMPANY"], False), (FLOW, None, False, ["COMPANY"], False), (FLOW, None, True, FLOWED, False),
    (FLOW, "默认分类", None, FLOWED, False), (FLOW, "默认分类", False, FLOWED, False), (FLOW, "默认分类", True, FLOWED, False),
    (FLOW, "无流程分类", None, ["COMPANY"], True), (FLOW, "无流程分类", False, ["COMPANY"], True), (FLOW, "无流程分类", True, ["COMPANY"], True),
    (FLOW, "流程分类", None, ["COMPANY", "COMPANY"], False), (FLOW, "流程分类", False, ["COMPANY", "COMPANY"], False),
    (FLOW, "流程分类", True, ["COMPANY", "COMPANY"], False),
]


@pytest.mark.parametrize("name, category, accepted, nodes, counts", INTERNAL)
def test_seals_and_operators_for_an_internal_receiver_count_by_its_category(house, name, category, accepted, nodes, counts):
    """Only without a flow of its own, and with defaultCategoryAccepted false or a category that is not the default one."""
    receiver, operator = (HANDLER, SEALER) if name == PLAIN else (HANDLER_OF_FLOW, APPROVER_OF_FLOW)
    seal = house.seal(name, "公章")
    contract = house.complete()
    party = a_company(name, [{"type": "COMPANY", "corpSealIds": [seal], "corpOperators": [operator]}], receiver=receiver)
    if category is not None:
        party["category"] = {"name": category}
    if accepted is not None:
        party["defaultCategoryAccepted"] = accepted
    added = add(contract, party)
    assert types(added) == nodes
    first = added["actions"][0]
    assert first.get("corpSealIds") == ([seal] if counts else None)
    assert [who["contact"] for who in first.get("corpOperators", [])] == ([operator["contact"]] if counts else [])
    stored = contract.detail(queryActionOperator="true")["signatories"][1]["actions"][0]
    assert stored.get("corpSealIds") == first.get("corpSealIds")
    assert [who["contact"] for who in stored.get("corpOperators", [])] == ([operator["contact"]] if counts else [])


def test_seals_that_count_are_the_only_ones_offered_and_those_that_do_not_limit_nothing(house):
    offered = []
    for accepted in (False, True):
        contract = house.complete()
        nodes = [{"type": "COMPANY", "corpSealIds": [house.seal(PLAIN, "合同章")]}]
        add(contract, a_company(PLAIN, nodes, receiver=HANDLER, defaultCategoryAccepted=accepted))
        offered.append({seal["id"] for seal in house.link(contract, HANDLER).task["seals"]})
    assert offered == [{house.seal(PLAIN, "合同章")}, {house.seal(PLAIN, "合同章"), house.seal(PLAIN, "公章")}]


def test_operators_who_count_act_instead_of_the_handler(house):
    for accepted, acts, looks in ((False, SEALER, HANDLER), (True, HANDLER, None)):
        contract = house.complete()
        nodes = [{"type": "COMPANY", "corpOperators": [SEALER]}]
        add(contract, a_company(PLAIN, nodes, receiver=HANDLER, defaultCategoryAccepted=accepted))
        if looks is not None:
            assert house.link(contract, looks).task is None
        sign(house, contract, acts)
        assert contract.status == "COMPLETE"


@pytest.mark.parametrize("category", [{"name": "流程分类"}, {"id": "<流程分类>"}], ids=["by name", "by id"])
def test_the_flow_of_a_receivers_category_follows_the_initiators_nodes(house, verdict, category):
    if "id" in category:
        category = {"id": house.companies.category(PLAIN, "流程分类")}
    contract = house.complete()
    added = add(contract, a_company(PLAIN, [{"type": "OPERATOR"}], receiver=HANDLER, category=category))
    assert [(action["type"], action["name"], action["status"]) for action in added["actions"]] == [
        ("OPERATOR", "经办人签字", "START"), ("AUDIT", "收件审批", "INIT"), ("COMPANY", "收件盖章", "INIT")]
    assert [action["serialNo"] for action in added["actions"]] == sorted({action["serialNo"] for action in added["actions"]})
    sign(house, contract, HANDLER)
    page = house.link(contract, APPROVER)
    page.audit(page.ask_for_code(APPROVER["contact"]), True)
    page = house.link(contract, SEALER)
    assert [seal["id"] for seal in page.task["seals"]] == [house.seal(PLAIN, "公章")]
    sign_page(contract, page, SEALER)
    found = verdict(contract)
    assert contract.status == "COMPLETE" and found.intact and found.signers == [OWN, "收件人甲", PLAIN]


@pytest.mark.parametrize("more", [{}, {"defaultCategoryAccepted": True}, {"category": {"name": "默认分类"}}], ids=str)
def test_a_receiver_without_nodes_goes_through_its_own_flow(house, more):
    contract = house.complete()
    added = add(contract, a_company(FLOW, receiver=HANDLER_OF_FLOW, **more))
    assert [(action["type"], action["name"]) for action in added["actions"]] == [("AUDIT", "收件审批"), ("COMPANY", "收件盖章")]
    page = house.link(contract, APPROVER_OF_FLOW)
    page.audit(page.ask_for_code(APPROVER_OF_FLOW["contact"]), True)
    sign(house, contract, HANDLER_OF_FLOW)
    assert contract.status == "COMPLETE"


def test_a_flow_that_is_not_taken_on_is_not_gone_through(house):
    """defaultCategoryAccepted false: the receiver signs as the initiator says."""
    contract = house.complete()
    add(contract, a_company(FLOW, [{"type": "OPERATOR"}], receiver=HANDLER_OF_FLOW, defaultCategoryAccepted=False))
    sign(house, contract, HANDLER_OF_FLOW)
    assert contract.status == "COMPLETE"


@pytest.mark.parametrize("operator, code", [(by("NUMBER", "E9999"), "11041701"), (by("MOBILE", "13700000000"), "11041701"),
                                            (by("EMPLOYEEID", "3501234567890123777"), "11041701"), (by("NUMBER", "E2009"), "11041702"),
                                            (by("NUMBER", "E1001"), "11041701")], ids=["number", "mobile", "id", "left", "other company"])
def test_an_operator_of_our_companies_must_be_an_employee(house, operator, code):
    party = a_company(PLAIN, [{"type": "COMPANY", "corpOperators": [by("NUMBER", "E2003")]}], receiver=HANDLER)
    assert_refused(house.signing(), {"signatory": party}, "signatory.actions.0.corpOperators.0", operator, code, "corpOperators")


def test_the_initiators_operator_must_be_an_employee(house):
    contract, party = own_party(house, corpOperators=[by("NUMBER", "E0002")])
    assert_refused(contract, {"signatory": party}, "signatory.actions.0.corpOperators.0", by("NUMBER", "E9999"), "11041701")


@pytest.mark.parametrize("name, receiver", [(OWN, user("演示员工甲", "10000000001")), (PLAIN, HANDLER)], ids=["initiator", "internal"])
def test_an_approval_in_our_companies_needs_somebody_who_approves(house, name, receiver):
    operator = by("NUMBER", "E0002" if name == OWN else "E2002")
    contract = house.draft([a_person(LI)])
    contract.send([contract.at_party(0, **on_page("PERSONAL"))])
    party = a_company(name, [{"type": "AUDIT", "corpOperators": [operator]}, {"type": "COMPANY"}], receiver=receiver)
    assert_refused(contract, {"signatory": party}, "signatory.actions.0.corpOperators", GONE, "11011105", "corpOperators")


@pytest.mark.parametrize("kind", ["MOBILE", "NUMBER", "EMPLOYEEID", "EMAIL"])
def test_the_initiators_operators_act_and_nobody_else(house, kind):
    names = {"MOBILE": BING["contact"], "NUMBER": "E1001", "EMPLOYEEID": house.companies.employee(OWN, "E1001"), "EMAIL": "bing@example.com"}
    keeper = user("演示员工甲", "10000000001")
    contract = house.draft([a_person(LI)], ordinal=False)
    contract.send([contract.at_party(0, **on_page("PERSONAL"))])
    nodes = [{"type": "AUDIT", "corpOperators": [by(kind, names[kind])]}, {"type": "COMPANY", "corpOperators": [keeper]}]
    added = add(contract, a_company(OWN, nodes, receiver=keeper))
    assert added["actions"][0]["corpOperators"][0]["contact"] == names[kind]
    assert house.link(contract, keeper).task is None
    page = house.link(contract, BING)
    page.audit(page.ask_for_code(names["EMAIL"] if kind == "EMAIL" and page.view["me"]["contactChannel"] == "MAIL" else BING["contact"]), True)
    assert contract.nodes(1) == ["FINISH", "START"]
    assert house.link(contract, BING).task is None
    sign(house, contract, keeper)
    assert contract.nodes(1) == ["FINISH", "FINISH"]


def test_one_of_several_operators_is_enough(house):
    keeper = user("演示员工甲", "10000000001")
    contract = house.draft([a_person(LI)], ordinal=False)
    contract.send([contract.at_party(0, **on_page("PERSONAL"))])
    add(contract, a_company(OWN, [{"type": "PERSONAL", "corpOperators": [BING, keeper]}], receiver=keeper))
    assert house.link(contract, keeper).view["state"] == "CAN_SIGN"
    sign(house, contract, BING)
    assert contract.nodes(1) == ["FINISH"] and house.link(contract, keeper).task is None


# ---------------------------------------------------------------------------------------------- external receivers


@pytest.mark.parametrize("name, handler", [(OUTSIDE, LI), (NEIGHBOUR, KEEPER_NEXT_DOOR)], ids=["unknown", "another group"])
@pytest.mark.parametrize("kind", ["COMPANY", "OPERATOR", "LP"])
def test_an_external_companys_operator_counts_only_as_its_handler(house, name, handler, kind):
    for operator, counts in ((handler, True), (ZHAO, False)):
        contract = house.complete()
        added = add(contract, a_company(name, [{"type": kind, "corpOperators": [operator]}], receiver=handler))
        assert [who["contact"] for who in added["actions"][0].get("corpOperators", [])] == ([handler["contact"]] if counts else [])
        assert house.link(contract, handler).task["kind"] == kind
        if not counts:
            reply = house.api.post("/v2/contract/pageurl", {"contractId": contract.id, "user": ZHAO})
            assert reply.envelope["responseCode"] == "11011110"


@pytest.mark.parametrize("kind", ["AUDIT", "PERSONAL"])
@pytest.mark.parametrize("operator", [LI, ZHAO], ids=["the handler", "somebody else"])
def test_an_external_companys_operator_never_counts_for_approvals(house, kind, operator):
    contract = house.complete()
    added = add(contract, a_company(OUTSIDE, [{"type": kind, "corpOperators": [operator]}], receiver=LI))
    assert "corpOperators" not in added["actions"][0]
    page = house.link(contract, LI)
    assert page.task["kind"] == kind
    if kind == "AUDIT":
        page.audit(page.ask_for_code(LI["contact"]), True)
    else:
        sign_page(contract, page, LI)
    assert contract.status == "COMPLETE"


@pytest.mark.parametrize("name, handler, offered", [(OUTSIDE, LI, [OUTSIDE]), (NEIGHBOUR, KEEPER_NEXT_DOOR, ["公章", "合同章"])],
                         ids=["unknown", "another group"])
def test_seals_for_an_external_company_have_no_effect(house, name, handler, offered):
    contract = house.complete()
    nodes = [{"type": "COMPANY", "corpSealIds": [house.seal(NEIGHBOUR, "公章"), house.seal(OWN, "一号章")]}]
    added = add(contract, a_company(name, nodes, receiver=handler))
    assert "corpSealIds" not in added["actions"][0] and "sealId" not in added["actions"][0]
    page = house.link(contract, handler)
    assert [seal["name"] for seal in page.task["seals"]] == offered
    sign_page(contract, page, handler, sealId=page.task["seals"][-1]["id"])
    assert contract.status == "COMPLETE"


def test_a_seal_of_another_group_is_not_in_the_hands_of_whoever_is_named_as_handler(house):
    contract = house.complete()
    add(contract, a_company(NEIGHBOUR, [{"type": "COMPANY"}], receiver=LI))
    assert house.link(contract, LI).task is None
    sign(house, contract, KEEPER_NEXT_DOOR)
    assert contract.status == "COMPLETE"


# ---------------------------------------------------------------------------------------------- who may use a seal


def test_who_may_use_no_seal_leaves_the_node_to_the_seal_administrators(house):
    contract = house.complete()
    add(contract, a_company(PLAIN, [{"type": "COMPANY"}], receiver=CLERK))
    told = inbox_until(house.server, KEEPER["contact"], lambda message: contract.subject in message["text"])
    assert told
    assert house.link(contract, CLERK).task is None
    page = house.link(contract, KEEPER)
    assert {seal["id"] for seal in page.task["seals"]} == {house.seal(PLAIN, "公章"), house.seal(PLAIN, "合同章")}
    sign_page(contract, page, KEEPER)
    assert contract.status == "COMPLETE"


def test_who_may_use_one_seal_is_offered_that_one(house):
    contract = house.complete()
    add(contract, a_company(PLAIN, [{"type": "COMPANY"}], receiver=SEALER))
    assert [seal["id"] for seal in house.link(contract, SEALER).task["seals"]] == [house.seal(PLAIN, "公章")]


def test_a_legal_representative_node_of_our_company_uses_its_seal(house):
    contract = house.complete()
    add(contract, a_company(PLAIN, [{"type": "LP"}], receiver=HANDLER))
    page = house.link(contract, HANDLER)
    assert [seal["id"] for seal in page.task["seals"]] == [house.seal(PLAIN, "法定代表人章")]
    sign_page(contract, page, HANDLER)
    assert contract.status == "COMPLETE"


# ---------------------------------------------------------------------------------------------- attachments


def attached(house, *wishes: dict, party: dict | None = None) -> tuple[Contract, dict]:
    contract = house.complete()
    place = {**on_page("PERSONAL", 2, 0.3, 0.5), "documentId": contract.documents[0]}
    return contract, add(contract, party or a_person(stampers=[place], attachments=list(wishes)))


def test_attachments_have_ids_and_are_optional_and_unsigned_by_default(house):
    contract, added = attached(house, {"title": "身份证"}, {"title": "授权书", "required": True, "needSign": "true"})
    assert [(one["title"], one["required"], one["needSign"]) for one in added["attachments"]] == [("身份证", False, False), ("授权书", True, True)]
    assert len({one["id"] for one in added["attachments"]}) == 2 and contract.detail()["signatories"][1]["attachments"] == added["attachments"]
    page = house.link(contract, WANG)
    assert [(one["id"], one["title"], one["required"], one["needSign"], one["uploaded"]) for one in page.task["attachments"]] == [
        (one["id"], one["title"], one["required"], one["needSign"], False) for one in added["attachments"]]


def test_the_title_of_an_attachment_is_what_the_signer_sees_and_has_a_limit(house):
    party = a_person(attachments=[{"title": "授权书"}])
    assert_refused(house.signing(), {"signatory": party}, "signatory.attachments.0.title", "书" * 101, "11990011", "title")


def test_without_a_required_attachment_nobody_signs(house):
    contract, added = attached(house, {"title": "身份证", "required": True}, {"title": "照片", "required": False})
    page = house.link(contract, WANG)
    code = page.ask_for_code(WANG["contact"])
    before = everything(contract)
    with pytest.raises(PageError) as refusal:
        page.sign(code, typed="王五")
    assert refusal.value.status == 400 and refusal.value.code == "AttachmentRequired" and everything(contract) == before
    page.attach(added["attachments"][0]["id"], "身份证.png", a_picture())
    page.sign(code, typed="王五")
    assert contract.status == "COMPLETE"


def test_an_attachment_that_is_not_required_may_stay_away(house):
    contract, _ = attached(house, {"title": "照片"})
    sign(house, contract, WANG)
    assert contract.status == "COMPLETE"


def attachments_of(house, contract: Contract) -> dict[str, bytes]:
    reply = house.api.get("/v2/contract/download", contractId=contract.id, downloadItems="ATTACHMENT")
    assert reply.status == 200 and reply.headers["content-type"] == "application/zip", reply.body[:300]
    with zipfile.ZipFile(io.BytesIO(reply.body)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def a_picture() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\0" + b"\xc0\x20\x20" * 40 for _ in range(30))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 40, 30, 8, 2, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def test_a_plain_attachment_is_kept_as_it_came(house):
    contract, added = attached(house, {"title": "身份证", "required": True})
    page = house.link(contract, WANG)
    page.attach(added["attachments"][0]["id"], "身份证.png", a_picture())
    sign_page(contract, page, WANG)
    assert contract.status == "COMPLETE" and [document["contentType"] for document in contract.detail()["documents"]] == ["CONTRACT"]
    assert a_picture() in attachments_of(house, contract).values()


@pytest.mark.parametrize("name, content", [("授权书.pdf", plain_pages(3)), ("授权书.png", a_picture())], ids=["PDF", "PNG"])
def test_an_attachment_that_must_be_signed_becomes_a_document_that_the_party_signs(house, tmp_path, name, content):
    contract, added = attached(house, {"title": "授权书", "required": True, "needSign": True})
    page = house.link(contract, WANG)
    page.attach(added["attachments"][0]["id"], name, content)
    sign_page(contract, page, WANG)
    assert contract.status == "COMPLETE"
    documents = contract.detail()["documents"]
    assert [document["contentType"] for document in documents] == ["CONTRACT", "ATTACHMENT"]
    contract.documents = [document["id"] for document in documents]
    original, attachment = (verify(contract.download(number), tmp_path, house.server) for number in (0, 1))
    assert original.intact and original.signers == [OWN, "王五"]
    assert attachment.intact and attachment.signers == ["王五"]
    assert contract.download(1) in attachments_of(house, contract).values()
    pages, spots = signature_fields(contract.download(1))
    # What follows the person's signature is the seal of time, which has no place of its own.
    assert spots[0][0] == pages == (3 if name.endswith("pdf") else 1) and len(spots) == 2
    assert spots[0][1] > 0.5 and spots[0][2] < 0.5  # the lower right of the last page


def signature_fields(pdf: bytes) -> tuple[int, list[tuple[int, float, float]]]:
    """How many pages there are, and the page and the middle (as fractions of the page) of every signature that is seen."""
    reader = PdfFileReader(io.BytesIO(pdf))
    pages = [reader.find_page_for_modification(number)[0] for number in range(int(reader.root["/Pages"]["/Count"]))]
    spots = []
    for field in reader.embedded_signatures:
        for widget in field.sig_field.get("/Kids", [field.sig_field]):
            left, bottom, right, top = (float(edge) for edge in widget.get_object()["/Rect"])
            page = next(number for number, one in enumerate(pages, 1) if one.reference == widget.get_object().raw_get("/P").reference)
            box = [float(edge) for edge in reader.find_page_for_modification(page - 1)[0].get_object()["/MediaBox"]]
            spots.append((page, (left + right) / 2 / box[2], (bottom + top) / 2 / box[3]))
    return len(pages), spots


def test_every_signing_node_of_the_party_signs_the_attachment(house, tmp_path):
    party = a_company(OUTSIDE, [{"type": "OPERATOR"}, {"type": "COMPANY"}], receiver=LI,
                      attachments=[{"title": "营业执照", "required": True, "needSign": True}])
    contract, added = attached(house, party=party)
    page = house.link(contract, LI)
    page.attach(added["attachments"][0]["id"], "营业执照.pdf", plain_pages(1))
    sign_page(contract, page, LI)
    sign_page(contract, house.link(contract, LI), LI)
    contract.documents = [document["id"] for document in contract.detail()["documents"]]
    assert verify(contract.download(1), tmp_path, house.server).signers == ["李四", OUTSIDE]


@pytest.mark.parametrize("name, content", [("授权书.pdf", b"MZ nothing that could be signed"), ("授权书.pdf", b"%PDF-1.7 broken")], ids=["no type", "broken"])
def test_what_cannot_be_signed_cannot_be_attached_for_signing(house, name, content):
    contract, added = attached(house, {"title": "授权书", "needSign": True})
    page = house.link(contract, WANG)
    before = everything(contract)
    with pytest.raises(PageError) as refusal:
        page.attach(added["attachments"][0]["id"], name, content)
    assert refusal.value.code in ("UnsupportedFileType", "InvalidFile") and everything(contract) == before


# ---------------------------------------------------------------------------------------------- identities

CARD, OTHER_CARD = "110101199003074514", "110101199003074530"


def examined(house, info: dict, category: str = "可追加签署方", **more) -> tuple[Contract, Page]:
    contract = house.complete(category={"name": category})
    place = {**on_page("PERSONAL", 2, 0.3, 0.5), "documentId": contract.documents[0]}
    add(contract, a_person(stampers=[place], userAuthInfo=info, **more))
    return contract, house.link(contract, WANG)


def test_without_identity_data_nobody_is_examined(house):
    contract, page = examined(house, {})
    assert page.view["identity"] is None
    sign_page(contract, page, WANG)
    assert contract.status == "COMPLETE"


def test_an_identity_card_must_be_shown_before_signing(house):
    contract, page = examined(house, {"idCardNo": CARD})
    assert page.view["identity"]["fields"] == ["IDCARDNO"] and not page.view["identity"]["proven"]
    code = page.ask_for_code(WANG["contact"])
    before = everything(contract)
    with pytest.raises(PageError) as refusal:
        page.sign(code, typed="王五")
    assert (refusal.value.status, refusal.value.code) == (403, "IdentityRequired")
    with pytest.raises(PageError) as refusal:
        page.prove(name="王五", idCardNo=OTHER_CARD)
    assert (refusal.value.status, refusal.value.code, refusal.value.error["triesLeft"]) == (403, "IdentityMismatch", 4)
    assert everything(contract) == before
    assert page.prove(name="王五", idCardNo=CARD) == {"proven": True}
    page.sign(code, typed="王五")
    assert contract.status == "COMPLETE"


def test_the_name_must_be_the_signers_too(house):
    contract, page = examined(house, {"idCardNo": CARD})
    with pytest.raises(PageError) as refusal:
        page.prove(name="王六", idCardNo=CARD)
    assert refusal.value.code == "IdentityMismatch"
    page.prove(name="王五", idCardNo=CARD)
    assert house.link(contract, WANG).view["identity"]["proven"]


def test_five_wrong_answers_close_the_door(house):
    contract, page = examined(house, {"idCardNo": CARD})
    for left in (4, 3, 2, 1):
        with pytest.raises(PageError) as refusal:
            page.prove(name="王五", idCardNo=OTHER_CARD)
        assert (refusal.value.code, refusal.value.error["triesLeft"]) == ("IdentityMismatch", left)
    for attempt in (page, house.link(contract, WANG)):
        with pytest.raises(PageError) as refusal:
            attempt.prove(name="王五", idCardNo=OTHER_CARD if attempt is page else CARD)
        assert (refusal.value.status, refusal.value.code) == (403, "IdentityLocked")
    assert house.link(contract, WANG).view["identity"]["triesLeft"] == 0 and contract.statuses() == ["SIGNED", "SIGNING"]


BANK = {"idCardNo": CARD, "bankNo": "6222020200112233445", "bankMobile": "13800000005"}


def test_bank_data_count_only_where_bank_cards_are_examined(house):
    contract, page = examined(house, BANK)
    assert page.view["identity"]["fields"] == ["IDCARDNO"]
    page.prove(name="王五", idCardNo=CARD)
    sign_page(contract, page, WANG)
    assert contract.status == "COMPLETE"
    _, page = examined(house, {"bankNo": BANK["bankNo"], "bankMobile": BANK["bankMobile"]})
    assert page.view["identity"] is None


@pytest.mark.parametrize("wrong", ["idCardNo", "bankNo", "bankMobile"])
def test_a_bank_card_is_examined_with_its_number_and_its_mobile(house, wrong):
    contract, page = examined(house, BANK, "银行卡认证")
    assert page.view["identity"]["fields"] == ["IDCARDNO", "BANKNO", "BANKMOBILE"]
    with pytest.raises(PageError) as refusal:
        page.prove(name="王五", **{**BANK, wrong: {"idCardNo": OTHER_CARD, "bankNo": "6222020200112233446", "bankMobile": "13800000006"}[wrong]})
    assert refusal.value.code == "IdentityMismatch"
    page.prove(name="王五", **BANK)
    sign_page(contract, page, WANG)
    assert contract.status == "COMPLETE"


def test_a_category_may_examine_nobody(house):
    contract, page = examined(house, BANK, "不认证")
    assert page.view["identity"] is None
    sign_page(contract, page, WANG)
    assert contract.status == "COMPLETE"


def test_identity_data_are_told_to_nobody(house):
    contract, page = examined(house, BANK, "银行卡认证")
    shown = json.dumps([contract.detail(queryLocation="true"), page.view])
    assert CARD not in shown and BANK["bankNo"] not in shown
    for file in house.server.data.glob("signet.db*"):
        assert CARD.encode() not in file.read_bytes() and BANK["bankNo"].encode() not in file.read_bytes()


@pytest.mark.parametrize("field, value", [("idCardNo", "1" * 31), ("bankNo", {}), ("bankMobile", [1])])
def test_identity_data_have_their_forms(house, field, value):
    assert_refused(house.signing(), {"signatory": a_person(userAuthInfo=dict(BANK))}, f"signatory.userAuthInfo.{field}", value,
                   "11990011" if isinstance(value, str) else "11990005", field)


# ---------------------------------------------------------------------------------------------- categories of receivers


def test_a_category_is_named_by_id_and_the_id_wins_over_a_name(house):
    contract = house.complete()
    category = {"id": int(house.companies.category(PLAIN, "流程分类")), "name": "无流程分类"}
    assert types(add(contract, a_company(PLAIN, [{"type": "OPERATOR"}], receiver=HANDLER, category=category))) == ["OPERATOR", "AUDIT", "COMPANY"]


@pytest.mark.parametrize("empty", ["", None, GONE], ids=["empty", "null", "absent"])
def test_a_category_is_named_by_name_where_the_id_is_empty(house, empty):
    contract = house.complete()
    category = {"name": "流程分类", **({} if empty is GONE else {"id": empty})}
    assert types(add(contract, a_company(PLAIN, [{"type": "OPERATOR"}], receiver=HANDLER, category=category))) == ["OPERATOR", "AUDIT", "COMPANY"]


@pytest.mark.parametrize("value", [{"name": "没有这个分类"}, {"id": "3501234567890123777"}, {"name": "可追加签署方"}], ids=["name", "id", "initiator's"])
def test_a_category_that_the_receiver_does_not_have_is_refused(house, value):
    party = a_company(PLAIN, [{"type": "OPERATOR"}], receiver=HANDLER, category={"name": "无流程分类"})
    assert_refused(house.signing(), {"signatory": party}, "signatory.category", value, "11990005", "signatory.category")


def test_a_name_must_mean_one_category(house):
    """A company has no two categories of one name; should the records say otherwise, the name is refused."""
    server, data = house.server, house.server.data
    party = a_company(PLAIN, [{"type": "OPERATOR"}], receiver=HANDLER, category={"name": "查看分类"})
    contract = house.signing()
    plain = int(house.companies.category(PLAIN, "无流程分类"))

    def while_stopped(*statements: str) -> None:
        server.stop()
        database = sqlite3.connect(data / "signet.db")
        for statement in statements:
            database.execute(statement)
        database.commit()
        database.close()
        server.start()
    while_stopped("DROP INDEX category_name", f"UPDATE category SET name = '查看分类' WHERE id = {plain}")
    try:
        before = everything(contract)
        reply = house.api.post(ADD, {"contractId": contract.id, "signatory": party})
        assert reply.envelope["responseCode"] == "11990005" and "signatory.category" in reply.envelope["message"] and everything(contract) == before
    finally:
        while_stopped(f"UPDATE category SET name = '无流程分类' WHERE id = {plain}", "CREATE UNIQUE INDEX category_name ON category (company, name)")
    house.api.ok(house.api.post(ADD, {"contractId": contract.id, "signatory": party}))


@pytest.mark.parametrize("party", [a_person(), a_company(OUTSIDE, [{"type": "OPERATOR"}], receiver=LI), a_company(NEIGHBOUR, [{"type": "OPERATOR"}], receiver=LI)],
                         ids=["person", "external", "another group"])
@pytest.mark.parametrize("more", [{"category": {"name": "流程分类"}}, {"category": {"name": "没有这个分类"}}, {"defaultCategoryAccepted": True}], ids=str)
def test_categories_mean_nothing_for_persons_and_external_companies(house, party, more):
    contract = house.complete()
    added = add(contract, {**party, **more})
    assert [action["type"] for action in added.get("actions", [{"type": "OPERATOR"}])] == ["OPERATOR"]
    sign(house, contract, WANG if party["tenantType"] == "PERSONAL" else LI)
    assert contract.status == "COMPLETE"


def test_who_may_look_may_look_and_do_nothing(house):
    """查看人 of the receiver's category."""
    contract = house.complete()
    add(contract, a_company(PLAIN, [{"type": "OPERATOR"}], receiver=HANDLER, category={"name": "查看分类"}))
    for who in (VIEWER, by("EMAIL", "viewer@example.com"), by("NUMBER", "E2004"), by("EMPLOYEEID", house.companies.employee(PLAIN, "E2004"))):
        page = house.link(contract, who)
        assert page.view["state"] == "VIEWING" and page.task is None
        ticket = house.api.ok(house.api.post("/v2/contract/miniappexchange", {"contractId": contract.id, "user": who}))["ticket"]
        assert Page(house.server.host, house.server.port, ticket=ticket).view["state"] == "VIEWING"
    before = everything(contract)
    with pytest.raises(PageError):
        page.sign("000000", typed="查看员甲")
    assert everything(contract) == before


def test_who_may_look_in_one_category_may_not_in_another(house):
    for category in ({"name": "无流程分类"}, None):
        contract = house.complete()
        add(contract, a_company(PLAIN, [{"type": "OPERATOR"}], receiver=HANDLER, **({"category": category} if category else {})))
        for path in ("/v2/contract/pageurl", "/v2/contract/miniappexchange"):
            reply = house.api.post(path, {"contractId": contract.id, "user": VIEWER})
            assert (reply.code, reply.envelope["responseCode"]) == (1110, "11011110")


@pytest.mark.parametrize("value", ["yes", {}, 7])
def test_default_category_accepted_is_true_or_false(house, value):
    party = a_company(PLAIN, [{"type": "OPERATOR"}], receiver=HANDLER, defaultCategoryAccepted=True)
    assert_refused(house.signing(), {"signatory": party}, "signatory.defaultCategoryAccepted", value, "11990005", "defaultCategoryAccepted")


# ---------------------------------------------------------------------------------------------- what else happens


def test_the_new_party_is_told_when_its_turn_comes_and_not_before(house):
    contract, later = house.signing(), house.complete()
    add(contract, a_person())
    add(later, a_person(ZHAO))
    inbox_until(house.server, ZHAO["contact"], lambda message: later.subject in message["text"])
    assert not [message for message in inbox(house.server, WANG["contact"]) if contract.subject in message["text"]]
    contract.seal()
    told = inbox_until(house.server, WANG["contact"], lambda message: contract.subject in message["text"])
    assert OWN in told["text"]
    page = Page(house.server.host, house.server.port, told["link"])
    sign_page(contract, page, WANG)
    assert contract.status == "COMPLETE"


def test_a_category_may_keep_silent(house):
    quiet, loud = house.complete(category={"name": "不发短信"}), house.complete()
    add(quiet, a_person())
    add(loud, a_person())
    inbox_until(house.server, WANG["contact"], lambda message: loud.subject in message["text"])
    assert not [message for message in inbox(house.server, WANG["contact"]) if quiet.subject in message["text"]]
    sign(house, quiet, WANG)
    assert quiet.status == "COMPLETE"


def test_the_business_system_is_called_back_as_the_added_party_goes_on(house):
    with Recorder(answer(b"success")) as recorder:
        contract = house.complete(callbackUrl=f"http://127.0.0.1:{recorder.port}/callback?company=A", businessData="合同-7")
        seen = lambda: [dict(urllib.parse.parse_qsl(raw.split(b"\r\n\r\n", 1)[1].decode())) for raw in recorder.requests]  # noqa: E731

        def until(count: int) -> list[dict]:
            end = time.monotonic() + 30
            while len(seen()) < count and time.monotonic() < end:
                time.sleep(0.05)
            return seen()
        assert [(one["callbackType"], one["contractStatus"]) for one in until(3)] == [
            ("SEND_SIGNING", "SIGNING"), ("SEAL", "SIGNING"), ("COMPLETE", "COMPLETE")]
        add(contract, a_person())
        told = until(4)[3]
        assert {name: told[name] for name in ("contractId", "callbackType", "contractStatus", "tenantType", "tenantName", "contact", "businessData")} == {
            "contractId": contract.id, "callbackType": "SEND_SIGNING", "contractStatus": "SIGNING", "tenantType": "PERSONAL", "tenantName": "王五",
            "contact": WANG["contact"], "businessData": "合同-7"}
        sign(house, contract, WANG)
        assert [(one["callbackType"], one["contractStatus"]) for one in until(6)[4:]] == [("PERSONAL", "SIGNING"), ("COMPLETE", "COMPLETE")]
        assert all(raw.startswith(b"POST /callback?company=A ") for raw in recorder.requests)


def test_the_log_says_who_was_added_and_by_whom(house):
    contract = house.complete()
    added = add(contract, a_person())
    event, actor, detail = house.log(contract)[-1]
    assert (event, actor, detail) == ("signatory.added", f"application:{house.api.credentials.token}", {"signatory": added["id"]})


def test_a_refused_call_leaves_no_trace_in_the_log(house):
    contract = house.complete()
    before = house.log(contract)
    assert house.api.post(ADD, {"contractId": contract.id, "signatory": {**a_person(), "tenantType": "NOBODY"}}).code == 1005
    assert house.log(contract) == before


# ---------------------------------------------------------------------------------------------- the answer and its codes


def test_the_answer_has_code_message_and_the_party(house):
    reply = house.api.post(ADD, {"contractId": house.signing().id, "signatory": a_person()})
    assert list(reply.envelope) == ["code", "message", "result", "responseCode"]
    assert (reply.envelope["code"], reply.envelope["message"], reply.envelope["responseCode"]) == (0, "SUCCESS", "00000000")


def test_the_answer_says_where_the_party_signs_as_fractions_of_the_page(house):
    contract = house.signing()
    reply = house.api.post(ADD, {"contractId": contract.id, "signatory": a_person(stampers=[on_page("PERSONAL", x=0.25, y=0.125)])})
    place = house.api.ok(reply)["stampers"][0]
    assert (place["type"], place["page"]) == ("PERSONAL", 1)
    assert abs(place["offsetX"] - 0.25) < 1e-6 and abs(place["offsetY"] - 0.125) < 1e-6 and 0 < place["width"] < 1
    assert house.api.ok(reply)["stampers"] == contract.detail(queryLocation="true")["signatories"][-1]["stampers"]


def test_a_message_is_never_longer_than_two_hundred_characters(house):
    reply = house.api.post(ADD, {"contractId": house.signing().id, "signatory": a_person(stampers=[{"type": "PERSONAL", "keyword": "词" * 200}])})
    assert reply.code != 0 and 0 < len(reply.envelope["message"]) <= 200
    reply = house.api.post(ADD, {"bizId": "号" * 50, "signatory": a_person()})
    assert reply.envelope["responseCode"] == "11101003" and len(reply.envelope["message"]) <= 200


@pytest.mark.parametrize("which", ["receiver", "nobody"])
def test_another_companys_contract_is_out_of_reach(house, which):
    """14990002: the caller's company only receives it, or has no part in it at all."""
    parties = [company(NEIGHBOUR), *([company(OWN, receiver=user("演示员工甲", "10000000001"))] if which == "receiver" else [])]
    contract = house.draft(parties, api=house.neighbour, category={"name": "默认分类"})
    contract.send([contract.at_action(0, **on_page("COMPANY"))])
    body = {"contractId": contract.id, "signatory": a_person()}
    before = everything(contract)
    reply = house.api.post(ADD, body)
    assert (reply.code, reply.envelope["responseCode"]) == (1002, "14990002") and everything(contract) == before
    house.neighbour.ok(house.neighbour.post(ADD, body))


def test_a_contract_nobody_made_is_not_found(house):
    contract = house.signing()
    assert_refused(contract, {"contractId": contract.id, "signatory": a_person()}, "contractId", "3501234567890123777", "11101003")


@pytest.mark.parametrize("damage", ["zeroed", "cut short", "gone"])
def test_what_goes_wrong_inside_is_called_an_internal_error(house, damage):
    """21990001: what is damaged is the stored document, no fault of the caller's; mended, the same call succeeds."""
    contract = house.complete()
    place = {"type": "PERSONAL", "documentId": contract.documents[0], "keyword": "invented"}
    body = {"contractId": contract.id, "signatory": a_person(stampers=[place])}
    file = next(path for path in (house.server.data / "documents").rglob("*") if path.is_file() and contract.documents[0] in path.name)
    content, detail = file.read_bytes(), contract.detail(queryLocation="true")
    if damage == "gone":
        file.unlink()
    else:
        file.write_bytes(bytes(len(content)) if damage == "zeroed" else content[:100])
    reply = house.api.post(ADD, body)
    assert (reply.status, reply.code, reply.envelope["responseCode"]) == (200, 1001, "21990001")
    assert contract.detail(queryLocation="true") == detail
    file.write_bytes(content)
    house.api.ok(house.api.post(ADD, body))
    sign(house, contract, WANG)
    assert contract.status == "COMPLETE"


@pytest.mark.parametrize("path, value", [
    pytest.param("signatory.receiver.contact", "not a number", id="format"), pytest.param("signatory.stampers.0.documentId", "one", id="format of an id"),
    pytest.param("signatory.tenantType", GONE, id="missing"), pytest.param("signatory.stampers.0.width", 121, id="out of range"),
    pytest.param("signatory.serialNo", -1, id="out of range, negative"), pytest.param("signatory.tenantName", {"name": "王五"}, id="wrong type"),
    pytest.param("locateAllStamperKeywords", [], id="wrong type of a flag"), pytest.param("signatory.attachments", "身份证", id="wrong type of a list")])
def test_a_parameter_is_refused_for_any_of_four_reasons(house, path, value):
    contract = house.signing()
    place = {**on_page("PERSONAL", width=40), "documentId": contract.documents[0]}
    good = {"locateAllStamperKeywords": True, "signatory": a_person(stampers=[place], attachments=[], serialNo=5)}
    assert_refused(contract, good, path, value, "11990005", path.split(".")[-1])


def test_a_page_that_the_document_does_not_have_is_refused(house):
    contract = house.signing()
    place = {**on_page("PERSONAL", 2), "documentId": contract.documents[0]}
    assert_refused(contract, {"signatory": a_person(stampers=[place])}, "signatory.stampers.0.page", 3, "11011109")
