"""Silent signing for persons: the authorisation behind it, the page on which it is given, the signature, its end and what is told about it."""
from __future__ import annotations

import datetime
import hashlib
import json
import sqlite3
import subprocess
import time
import urllib.parse

import pytest

from support import organisation
from support.clock import Clock, CredentialsByClock
from support.api import Api
from support.contracts import Contract, company, person, user, verify
from support.grants import GrantPage, authorise, records
from support.page import PageError, inbox_until
from support.recorder import Recorder, answer
from support.server import BINARY, Server

HOUSE, BRANCH, OTHER = "授权科技（测试）有限公司", "授权科技分公司（测试）有限公司", "别家集团（测试）有限公司"
EMPLOYEE = user("郑测试", "13833330011")
MAIL = {"contact": "zheng@example.com", "contactType": "EMAIL"}
NUMBER = {"contact": "G001", "contactType": "NUMBER"}
NODE = {"type": "PERSONAL", "corpOperators": [NUMBER]}
PLACE = {"type": "PERSONAL", "page": 1, "offsetX": 0.6, "offsetY": 0.1}
OWN = "/v2/contract/personalsign"


def staff(**more) -> list[dict]:
    return [{"name": "郑测试", "mobile": EMPLOYEE["contact"], "email": MAIL["contact"], "number": "G001"},
            {"name": "王测试", "mobile": "13833330012", "number": "G002"}]


PLAN = [{"name": HOUSE, "register_no": "91000000TESTHOUSE1", "application": [{"name": "erp"}], "seal": [{"name": "公章"}], "employee": staff()},
        {"name": BRANCH, "parent": HOUSE, "seal": [{"name": "公章"}], "employee": staff()},
        {"name": OTHER, "application": [{"name": "oa"}], "employee": staff()}]


class House:
    def __init__(self, server: Server, made: organisation.Organisation, api: Api) -> None:
        self.server, self.made, self.api = server, made, api

    def sent(self, pdf: bytes, parties: list[dict], places: list[dict] | None = None, **fields) -> Contract:
        """`places` of each party's first node; none where it is None."""
        contract = Contract(self.api, self.server, parties, **fields)
        contract.add_file(pdf)
        stampers = []
        for number, place in enumerate(places if places is not None else [PLACE] * len(parties)):
            if place is not None:
                inside = contract.parties[number]["tenantType"] == "COMPANY"
                stampers.append(contract.at_action(number, **place) if inside else contract.at_party(number, **place))
        contract.send(stampers)
        return contract

    def sign(self, contract: Contract, who: dict, **fields):
        return self.api.post(OWN, {"contractId": contract.id, "user": who, **fields})

    def log(self, contract: Contract) -> list[dict]:
        with sqlite3.connect(f"file:{self.server.data / 'signet.db'}?mode=ro", uri=True) as database:
            rows = database.execute("SELECT detail FROM audit WHERE contract = ? AND event = 'document.signed' ORDER BY sequence", (int(contract.id),))
            return [json.loads(detail) for (detail,) in rows]


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    data = tmp_path_factory.mktemp("grants") / "data"
    data.mkdir()
    (data / "signet.toml").write_text('callback_networks = ["127.0.0.0/8"]\n')
    with Server(data) as server:
        made = organisation.apply(data, PLAN)
        yield House(server, made, made.application(server, HOUSE))


@pytest.fixture
def someone():
    """A person nobody has met."""
    someone.count = getattr(someone, "count", 0) + 1
    return user(f"甲乙{'一二三四五六七八九十'[someone.count % 10]}", f"1384444{someone.count:04}")


def inside(name: str = HOUSE, nodes: list[dict] | None = None) -> dict:
    more = {} if name == HOUSE else {"receiver": EMPLOYEE}
    return company(name, nodes or [NODE], **more)


def outcome(reply) -> tuple[int, str]:
    return reply.code, reply.envelope["responseCode"]


DENIED = (1002, "14990002")


def test_a_person_signs_silently_in_a_contract_of_his_own(house, someone, contract_pdf, tmp_path):
    contract = house.sent(contract_pdf, [person(someone["name"], someone["contact"])])
    assert outcome(house.sign(contract, someone)) == DENIED
    authorise(house.api, house.server, someone, someone["name"])
    house.api.ok(house.sign(contract, someone))
    assert contract.status == "COMPLETE"
    assert [detail["factor"] for detail in house.log(contract)] == ["authorisation"]
    verdict = verify(contract.download(), tmp_path, house.server)
    assert verdict.intact and verdict.signers == [someone["name"]]


@pytest.mark.parametrize("how", ["name", "id", "registerNo"])
def test_nodes_inside_a_company_are_signed_one_by_one(house, contract_pdf, how):
    """Several PERSONAL nodes, signed with only the contract, the user and the company."""
    authorise(house.api, house.server, EMPLOYEE, "郑测试")
    contract = house.sent(contract_pdf, [inside(nodes=[{**NODE, "serialNo": 1}, {**NODE, "serialNo": 2}])], [None])
    value = {"name": HOUSE, "id": house.made.company(HOUSE), "registerNo": "91000000TESTHOUSE1"}[how]
    document = contract.documents[0]
    for _ in range(2):
        house.api.ok(house.sign(contract, NUMBER, companySignatory={how: value}, stampers=[{**PLACE, "documentId": document}]))
    assert contract.nodes(0) == ["FINISH", "FINISH"] and contract.status == "COMPLETE"
    assert house.sign(contract, NUMBER, companySignatory={how: value}).code == 1101


def test_the_person_is_the_same_by_mobile_mail_and_number(house, contract_pdf):
    for asked, signing in [(EMPLOYEE, MAIL), (MAIL, NUMBER), (EMPLOYEE, NUMBER)]:
        authorise(house.api, house.server, asked)
        contract = house.sent(contract_pdf, [inside()])
        house.api.ok(house.sign(contract, signing, companySignatory={"name": HOUSE}))
    house.api.ok(house.api.post("/v2/personalsign/deauthorize", {"user": NUMBER}))
    assert records(house.api, MAIL, authStatus="EFFECTIVE") == []


def test_a_right_belongs_to_the_company_that_got_it(house, someone, contract_pdf):
    """Given to the sub-company it does not serve the platform company, and the other way round."""
    for tenant, serves, not_serves in [(BRANCH, BRANCH, HOUSE), (HOUSE, HOUSE, BRANCH)]:
        authorise(house.api, house.server, EMPLOYEE, tenantName=tenant)
        for name in (not_serves, serves):
            contract = house.sent(contract_pdf, [inside(name)])
            reply = house.sign(contract, EMPLOYEE, companySignatory={"name": name})
            assert outcome(reply) == ((0, "00000000") if name == serves else DENIED)
        house.api.ok(house.api.post("/v2/personalsign/deauthorize", {"user": EMPLOYEE, "tenantName": tenant}))


def test_a_right_belongs_to_the_application_that_asked(house, someone):
    authorise(house.api, house.server, someone)
    other = house.made.application(house.server, OTHER)
    assert records(other, someone) == [] and len(records(house.api, someone)) == 1
    assert outcome(other.post("/v2/personalsign/deauthorize", {"user": someone})) == DENIED


def test_without_allow_personal_auto_the_person_as_a_party_is_not_covered(house, contract_pdf):
    record = authorise(house.api, house.server, EMPLOYEE, allowPersonalAuto=False)
    assert record["allowPersonalAuto"] is False
    contract = house.sent(contract_pdf, [person(EMPLOYEE["name"], EMPLOYEE["contact"])])
    assert outcome(house.sign(contract, EMPLOYEE)) == DENIED
    within = house.sent(contract_pdf, [inside()])
    house.api.ok(house.sign(within, EMPLOYEE, companySignatory={"name": HOUSE}))


def test_a_right_that_is_taken_back_stops_signing_at_once(house, someone, contract_pdf):
    authorise(house.api, house.server, someone)
    contract = house.sent(contract_pdf, [person(someone["name"], someone["contact"])])
    house.api.ok(house.api.post("/v2/personalsign/deauthorize", {"user": someone}))
    before = contract.download()
    assert outcome(house.sign(contract, someone)) == DENIED
    assert contract.statuses() == ["SIGNING"] and contract.download() == before
    assert outcome(house.api.post("/v2/personalsign/deauthorize", {"user": someone})) == DENIED
    [record] = records(house.api, someone)
    assert record["authStatus"] == "CANCELLED" and record["deauthorizeDate"]


def test_a_right_ends_with_its_last_day(tmp_path, contract_pdf):
    clock = Clock(tmp_path)
    with Server(tmp_path / "data", environment=clock.environment) as server:
        demo = server.demo
        api = Api(server.host, server.port, CredentialsByClock(demo["appToken"], demo["appSecret"], clock))
        house = House(server, None, api)
        who = user("戌测试", "13855550001")
        record = authorise(api, server, who, authDeadline=(clock.now + datetime.timedelta(days=1, hours=8)).strftime("%Y-%m-%d"))
        parties = [person(who["name"], who["contact"])]
        first, second = house.sent(contract_pdf, parties), house.sent(contract_pdf, parties)
        api.ok(house.sign(first, who))
        clock.advance(days=3)
        assert outcome(house.sign(second, who)) == DENIED
        assert [one["authStatus"] for one in records(api, who)] == ["EXPIRED"]
        assert records(api, who, authStatus="EFFECTIVE") == [] and records(api, who, authStatus="EXPIRED")[0]["sealId"] == record["sealId"]


@pytest.mark.parametrize("what, code", [
    ("nobody's turn", 1107), ("somebody else", 1107), ("not his node", 1107), ("a draft", 1101), ("a company outside", 1802), ("no such company", 1801),
    ("a seal of the company", 1201), ("a company seal", 1106), ("a page beyond", 1109), ("a word that is not there", 1108), ("no place", 1005),
    ("no user", 1005), ("an empty company", 1005),
])
def test_what_cannot_be_signed(house, contract_pdf, what, code):
    authorise(house.api, house.server, EMPLOYEE)
    first = person("前测试", "13866660001", serialNo=1)
    his = person(EMPLOYEE["name"], EMPLOYEE["contact"], serialNo=2)
    if what == "a draft":
        contract = Contract(house.api, house.server, [his])
        contract.documents.append("1")
    elif what == "nobody's turn":
        contract = house.sent(contract_pdf, [first, his])
    elif what == "not his node":
        contract = house.sent(contract_pdf, [inside(nodes=[{"type": "PERSONAL", "corpOperators": [{"contact": "G002", "contactType": "NUMBER"}]}])])
    else:
        contract = house.sent(contract_pdf, [his], [None])
    place = {**PLACE, "documentId": contract.documents[0]}
    fields = {
        "not his node": {"companySignatory": {"name": HOUSE}},
        "a company outside": {"companySignatory": {"name": OTHER}},
        "no such company": {"companySignatory": {"id": "1"}},
        "a seal of the company": {"sealId": house.made.seal(HOUSE, "公章"), "stampers": [place]},
        "a company seal": {"stampers": [{**place, "type": "COMPANY"}]},
        "a page beyond": {"stampers": [{**place, "page": 99}]},
        "a word that is not there": {"stampers": [{**place, "keyword": "并没有这几个字"}]},
        "no user": {"user": None},
        "an empty company": {"companySignatory": {}},
    }.get(what, {})
    who = user("前测试", "13866660009") if what == "somebody else" else EMPLOYEE
    reply = house.api.post(OWN, {"contractId": contract.id, "user": who, **fields})
    assert reply.code == code, reply.body.decode()


@pytest.mark.parametrize("seal", ["none", "body", "stamper"])
def test_the_signature_may_be_named(house, someone, contract_pdf, seal):
    record = authorise(house.api, house.server, someone, someone["name"])
    contract = house.sent(contract_pdf, [person(someone["name"], someone["contact"])], [None])
    place = {**PLACE, "documentId": contract.documents[0]}
    if seal == "stamper":
        place["sealId"] = record["sealId"]
    body = {"sealId": record["sealId"]} if seal == "body" else {}
    house.api.ok(house.sign(contract, someone, stampers=[place, {"type": "TIMESTAMP", "page": 1, "offsetX": 0.1, "offsetY": 0.1, "sealId": "5",
                                                                 "documentId": contract.documents[0]}], **body))
    assert contract.status == "COMPLETE"


def test_one_found_keyword_is_enough_when_not_all_must_be_found(house, someone, contract_pdf):
    authorise(house.api, house.server, someone)
    contract = house.sent(contract_pdf, [person(someone["name"], someone["contact"])], [None])
    stampers = [{"type": "PERSONAL", "keyword": word, "documentId": contract.documents[0]} for word in ("乙方", "并没有这几个字")]
    assert house.sign(contract, someone, stampers=stampers).code == 1108
    house.api.ok(house.sign(contract, someone, stampers=stampers, locateAllStamperKeywords=False))
    assert contract.status == "COMPLETE"


def test_preset_places_are_signed_without_any_in_the_call_and_others_only_where_they_are_allowed(house, someone, contract_pdf):
    authorise(house.api, house.server, someone)
    sizes = {}
    for rule in ("MUST_FORBID", "MUST_ALLOW"):
        contract = house.sent(contract_pdf, [person(someone["name"], someone["contact"])], stamperRule=rule)
        house.api.ok(house.sign(contract, someone, stampers=[{**PLACE, "page": 2, "documentId": contract.documents[0]}]))
        sizes[rule] = contract.download().count(b"/FT/Sig") + contract.download().count(b"/FT /Sig")
    assert sizes["MUST_ALLOW"] > sizes["MUST_FORBID"]


def test_an_identity_that_must_be_proven_is_not_passed_over(house, someone, contract_pdf):
    authorise(house.api, house.server, someone)
    contract = house.sent(contract_pdf, [person(someone["name"], someone["contact"], userAuthInfo={"idCardNo": "110101199003070011"})])
    assert outcome(house.sign(contract, someone)) == DENIED
    contract.page(someone).prove(name=someone["name"], idCardNo="110101199003070011")
    house.api.ok(house.sign(contract, someone))


def test_what_the_person_draws_is_what_is_signed_with(house, someone, contract_pdf):
    url = house.api.ok(house.api.post("/v2/personalsign/authurl", {"user": someone}))["pageUrl"]
    page = GrantPage(house.server, url)
    strokes = [[{"x": 10.0 + i, "y": 20.0, "t": i} for i in range(0, 200, 4)]]
    page.post("give", consent=True, code=page.ask_for_code(someone["contact"]),
              signature={"kind": "DRAWN", "width": 300, "height": 120, "strokes": strokes})
    contract = house.sent(contract_pdf, [person(someone["name"], someone["contact"])])
    house.api.ok(house.sign(contract, someone))
    assert contract.status == "COMPLETE"
    raw = (house.server.data / "signet.db").read_bytes()
    assert b"stroke 10 20" not in raw, "a person's handwriting rests sealed"


# The page.

def asked(house, who, **fields) -> GrantPage:
    return GrantPage(house.server, house.api.ok(house.api.post("/v2/personalsign/authurl", {"user": who, **fields}))["pageUrl"])


def test_the_page_says_who_asks_for_what(house, someone):
    page = asked(house, someone, authDeadline="2027-05-06", remark="框架协议", callbackPage="https://erp.example.com/back", tenantName=BRANCH,
                 pageStyle={"themeColor": "#114488"}, lang="EN", authTimeModifiable="true", allowPersonalAuto=False)
    contact = someone["contact"]
    assert page.view == {
        "company": BRANCH, "name": someone["name"], "contact": f"{contact[:3]}****{contact[-4:]}", "contactChannel": "SMS", "deadline": "2027-05-06",
        "deadlineModifiable": True, "remark": "框架协议", "personalParties": False, "identityFields": [], "ways": [{"mode": "DEFAULT", "fields": []}],
            "paperType": "IDCARD", "correctable": [], "triesLeft": 5,
        "callbackPage": "https://erp.example.com/back", "lang": "en", "themeColor": "#114488", "state": "ASKED"}


def test_both_names_of_the_address_are_answered(house, someone):
    result = house.api.ok(house.api.post("/v2/personalsign/authurl", {"user": someone}))
    assert result["pageUrl"] == result["authUrl"] and result["pageUrl"].startswith(house.server.url + "/personalsign/auth?token=")


def test_a_ticket_opens_the_same_page_without_a_way_back(house, someone):
    ticket = house.api.ok(house.api.post("/v2/personalsign/authurl/miniappexchange", {"user": someone, "callbackPage": "https://erp.example.com"}))["ticket"]
    page = GrantPage(house.server, ticket=ticket)
    assert page.view["callbackPage"] == "" and page.give(someone["contact"])["state"] == "EFFECTIVE"


@pytest.mark.parametrize("body, code", [
    ({"consent": False}, "InvalidParameter"), ({"code": "000000x"}, "CodeWrong"), ({"code": ""}, "CodeRequired"),
    ({"signature": None}, "ParametersMissing"), ({"signature": {"kind": "DRAWN", "strokes": []}}, "ParametersMissing"),
])
def test_nothing_is_granted_without_consent_code_and_signature(house, someone, body, code):
    page = asked(house, someone)
    right = {"consent": True, "code": page.ask_for_code(someone["contact"]), "signature": {"kind": "TYPED", "text": "签"}}
    with pytest.raises(PageError) as refused:
        page.post("give", **{**right, **body})
    assert refused.value.code == code
    assert records(house.api, someone) == []
    assert page.post("give", **right)["state"] == "EFFECTIVE"
    with pytest.raises(PageError) as twice:
        page.post("give", **right)
    assert twice.value.code == "Conflict" and len(records(house.api, someone)) == 1


def test_an_unknown_and_an_old_link_open_nothing(house, tmp_path):
    with pytest.raises(PageError) as unknown:
        GrantPage(house.server, "http://x/?token=" + "a" * 32)
    assert (unknown.value.status, unknown.value.code) == (404, "LinkNotFound")
    clock = Clock(tmp_path)
    with Server(tmp_path / "data", environment=clock.environment) as server:
        api = Api(server.host, server.port, CredentialsByClock(server.demo["appToken"], server.demo["appSecret"], clock))
        who = user("戌测试", "13855550001")
        url = api.ok(api.post("/v2/personalsign/authurl", {"user": who}))["pageUrl"]
        ticket = api.ok(api.post("/v2/personalsign/authurl/miniappexchange", {"user": who}))["ticket"]
        clock.advance(minutes=31)
        GrantPage(server, url)
        with pytest.raises(PageError) as old:
            GrantPage(server, ticket=ticket)
        assert (old.value.status, old.value.code) == (410, "LinkExpired")


@pytest.mark.parametrize("modifiable", [True, False])
def test_the_person_chooses_the_day_only_where_he_may(house, someone, modifiable):
    page = asked(house, someone, authDeadline="2027-05-06", authTimeModifiable=modifiable)
    page.give(someone["contact"], deadline="2027-03-04")
    [record] = records(house.api, someone)
    assert record["authDeadline"] == ("2027-03-04" if modifiable else "2027-05-06") + " 23:59:59"


def test_a_person_without_a_name_states_it(house, someone):
    nameless = {"contact": someone["contact"], "contactType": "MOBILE"}
    page = asked(house, nameless)
    assert page.view["name"] == ""
    right = {"consent": True, "code": page.ask_for_code(someone["contact"]), "signature": {"kind": "TYPED", "text": "签"}}
    with pytest.raises(PageError) as refused:
        page.post("give", **right)
    assert refused.value.code == "InvalidParameter"
    page.post("give", **right, name=" 自报姓名 ")
    assert records(house.api, someone)[0]["user"]["name"] == "自报姓名"


def test_the_name_the_application_states_is_shown(house, someone):
    nameless = {"contact": someone["contact"], "contactType": "MOBILE"}
    assert asked(house, nameless, authInfo={"username": "登记姓名"}).view["name"] == "登记姓名"


def test_what_the_application_states_about_the_person_must_match(house, someone):
    card = "11010119900307123X"
    page = asked(house, someone, authInfo={"mode": "BANK", "idCardNo": card, "bankNo": "6222000000000001", "bankMobile": "13800009999"})
    assert page.view["identityFields"] == ["IDCARDNO", "BANKNO", "BANKMOBILE"]
    right = {"idCardNo": card.lower(), "bankNo": "6222 0000 0000 0001", "bankMobile": "13800009999"}
    code = page.ask_for_code(someone["contact"])
    fields = {"consent": True, "code": code, "signature": {"kind": "TYPED", "text": "签"}}
    for number, (name, left) in enumerate([("idCardNo", 4), ("bankNo", 3), ("bankMobile", 2)]):
        with pytest.raises(PageError) as wrong:
            page.post("give", **fields, **{**right, name: "1"})
        assert (wrong.value.code, wrong.value.error["triesLeft"]) == ("IdentityMismatch", left), number
    assert page.post("give", **fields, **right)["state"] == "EFFECTIVE"


CARD, BANK = "11010119900307123X", "6222000000000001"


def modes(page: GrantPage) -> dict[str, list[str]]:
    return {one["mode"]: one["fields"] for one in page.view["ways"]}


def given(house, page: GrantPage, who: dict) -> dict:
    """What the log says of the last authorisation that somebody gave."""
    with sqlite3.connect(f"file:{house.server.data / 'signet.db'}?mode=ro", uri=True) as database:
        [(detail,)] = database.execute("SELECT detail FROM audit WHERE event = 'grant.given' AND detail LIKE ?", (f"%{records(house.api, who)[0]['sealId']}%",))
    return json.loads(detail)


@pytest.mark.parametrize("info, ways", [
    ({}, {"DEFAULT": []}),
    ({"idCardNo": CARD, "bankNo": BANK, "otherModes": ["BANK"]}, {"DEFAULT": ["IDCARDNO", "BANKNO"]}),
    ({"mode": "IVS", "idCardNo": CARD, "bankNo": BANK}, {"IVS": ["IDCARDNO"]}),
    ({"mode": "BANK", "bankNo": BANK}, {"BANK": ["BANKNO"]}),
    ({"mode": "BANK", "idCardNo": CARD, "bankNo": BANK, "otherModes": ["IVS", "BANK"]}, {"BANK": ["IDCARDNO", "BANKNO"], "IVS": ["IDCARDNO"]}),
    ({"mode": "FACE", "idCardNo": CARD, "otherModes": ["IVS", "FACE", "BANK", "MANUAL"]}, {"IVS": ["IDCARDNO"]}),
    ({"mode": "ALIPAY", "bankNo": BANK, "otherModes": ["BANK"]}, {"BANK": ["BANKNO"]}),
])
def test_the_person_chooses_among_the_ways_that_can_be_gone_here(house, someone, info, ways):
    page = asked(house, someone, authInfo=info)
    assert modes(page) == ways and page.view["identityFields"] == next(iter(ways.values()))


def test_only_the_way_that_the_person_goes_must_be_right(house, someone):
    page = asked(house, someone, authInfo={"mode": "BANK", "idCardNo": CARD, "bankNo": BANK, "otherModes": ["IVS"]})
    fields = {"consent": True, "code": page.ask_for_code(someone["contact"]), "signature": {"kind": "TYPED", "text": "签"}}
    for more, code in [({"mode": "DEFAULT", "idCardNo": CARD, "bankNo": BANK}, "InvalidParameter"), ({"mode": "FACE"}, "InvalidParameter"),
                       ({"idCardNo": CARD}, "IdentityMismatch"), ({"mode": "IVS", "bankNo": BANK}, "IdentityMismatch")]:
        with pytest.raises(PageError) as refused:
            page.post("give", **fields, **more)
        assert refused.value.code == code
    assert page.post("give", **fields, mode="IVS", idCardNo=CARD)["state"] == "EFFECTIVE"
    assert (given(house, page, someone)["mode"], given(house, page, someone)["corrected"]) == ("IVS", "")


def test_the_three_elements_need_a_mobile(house):
    reply = house.api.post("/v2/personalsign/authurl", {"user": user("信测试", "xin@example.com"), "authInfo": {"mode": "IVS", "idCardNo": CARD}})
    assert reply.code == 1005 and "user.contact" in reply.envelope["message"]


@pytest.mark.parametrize("paper, number", [("IDCARD", CARD), ("PASSPORT", "G12345678"), ("HKMP", "H1234567801"), ("MTPS", "12345678")])
def test_the_page_asks_for_the_number_of_the_right_paper(house, someone, paper, number):
    page = asked(house, someone, authInfo={"paperType": paper, "idCardNo": number})
    assert page.view["paperType"] == paper
    assert page.give(someone["contact"], idCardNo=number)["state"] == "EFFECTIVE"
    assert given(house, page, someone)["paperType"] == paper


@pytest.mark.parametrize("field, name, stated", [("IDCARDNO", "idCardNo", "110101199003071234"), ("BANKNO", "bankNo", "6222000000000002"),
                                                 ("BANKMOBILE", "bankMobile", "13800008888")])
def test_what_the_person_may_correct_may_be_stated_differently(house, someone, field, name, stated):
    info = {"idCardNo": CARD, "bankNo": BANK, "bankMobile": "13800009999"}
    page = asked(house, someone, authInfo={**info, "modifyFields": [field]})
    assert page.view["correctable"] == [field]
    fields = {"consent": True, "code": page.ask_for_code(someone["contact"]), "signature": {"kind": "TYPED", "text": "签"}}
    others = [one for one in info if one != name]
    for wrong in ({**info, others[0]: "1"}, {**info, name: " "}):
        with pytest.raises(PageError) as refused:
            page.post("give", **fields, **wrong)
        assert refused.value.code == "IdentityMismatch"
    assert page.post("give", **fields, **{**info, name: stated})["state"] == "EFFECTIVE"
    assert given(house, page, someone)["corrected"] == field


@pytest.mark.parametrize("correctable", [True, False])
def test_the_person_puts_his_name_right_only_where_he_may(house, someone, correctable):
    page = asked(house, someone, authInfo={"modifyFields": ["USERNAME"]} if correctable else {})
    page.give(someone["contact"], name="改正后")
    assert records(house.api, someone)[0]["user"]["name"] == ("改正后" if correctable else someone["name"])
    assert given(house, page, someone)["corrected"] == ("USERNAME" if correctable else "")


def test_the_name_of_an_employee_is_not_his_to_change(house):
    page = asked(house, EMPLOYEE, authInfo={"modifyFields": ["USERNAME", "IDCARDNO"]})
    assert page.view["correctable"] == ["IDCARDNO"]


def test_the_query_tells_the_method_as_it_was_named(house, someone):
    assert authorise(house.api, house.server, someone, authMethod="PIN")["authMethod"] == "PIN"


# The person takes it back.


def test_the_person_takes_it_back_on_the_page_with_a_code(house, someone):
    with Recorder(answer(b'{"code":0}')) as recorder:
        page = asked(house, someone, callbackUrl=f"http://127.0.0.1:{recorder.port}/told")
        page.give(someone["contact"])
        for code, why in [("", "CodeRequired"), ("000000x", "CodeExpired")]:
            with pytest.raises(PageError) as refused:
                page.post("withdraw", code=code)
            assert refused.value.code == why
        assert page.post("withdraw", code=page.ask_for_code(someone["contact"]))["state"] == "CANCELLED"
        [record] = records(house.api, someone)
        assert record["authStatus"] == "CANCELLED" and record["deauthorizeDate"]
        end = time.monotonic() + 30
        while len(recorder.requests) < 2 and time.monotonic() < end:
            time.sleep(0.05)
        form = dict(urllib.parse.parse_qsl(recorder.requests[1].split(b"\r\n\r\n", 1)[1].decode()))
        assert json.loads(form["content"])["item"] == "DEAUTHORIZE"
    for call in ("withdraw", "code"):
        with pytest.raises(PageError) as twice:
            page.post(call, code="123456")
        assert twice.value.code == "Conflict"


def test_after_he_took_it_back_nothing_is_signed_silently(house, someone, contract_pdf):
    page = asked(house, someone)
    page.give(someone["contact"])
    page.post("withdraw", code=page.ask_for_code(someone["contact"]))
    contract = house.sent(contract_pdf, [person(someone["name"], someone["contact"])])
    assert house.sign(contract, someone).envelope["responseCode"] == "14990002" and contract.status == "SIGNING"


def test_a_code_for_agreeing_does_not_take_back(house, someone):
    page = asked(house, someone)
    code = page.ask_for_code(someone["contact"])
    with pytest.raises(PageError) as early:
        page.post("withdraw", code=code)
    assert early.value.code == "Conflict"
    page.post("give", consent=True, code=code, signature={"kind": "TYPED", "text": "签"})
    with pytest.raises(PageError) as again:
        page.post("withdraw", code=code)
    assert again.value.code == "CodeExpired" and records(house.api, someone)[0]["authStatus"] == "EFFECTIVE"


def test_a_message_brings_the_page_and_it_opens_as_long_as_the_right_counts(tmp_path):
    clock = Clock(tmp_path)
    with Server(tmp_path / "data", environment=clock.environment) as server:
        api = Api(server.host, server.port, CredentialsByClock(server.demo["appToken"], server.demo["appSecret"], clock))
        who = user("戌测试", "13855550002")
        ticket = api.ok(api.post("/v2/personalsign/authurl/miniappexchange", {"user": who}))["ticket"]
        GrantPage(server, ticket=ticket).give(who["contact"])
        message = inbox_until(server, who["contact"], lambda one: "解除" in one["text"] and "code" not in one)
        clock.advance(hours=24 * 300)
        page = GrantPage(server, message["link"])
        assert page.view["state"] == "EFFECTIVE"
        assert page.post("withdraw", code=page.ask_for_code(who["contact"]))["state"] == "CANCELLED"


def test_who_is_forgotten_leaves_no_page_behind(house, someone):
    page = asked(house, someone)
    page.give(someone["contact"])
    done = subprocess.run([BINARY, "person", "delete", someone["contact"], "--data", house.server.data], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    with pytest.raises(PageError) as gone:
        page.post("open")
    assert gone.value.code == "LinkNotFound"
    assert [(one["user"], one["authStatus"]) for one in records(house.api, someone)] == [({}, "CANCELLED")]


def test_five_wrong_statements_lock_the_request(house, someone):
    page = asked(house, someone, authInfo={"idCardNo": "110101199003071234"})
    fields = {"consent": True, "code": page.ask_for_code(someone["contact"]), "signature": {"kind": "TYPED", "text": "签"}}
    for _ in range(4):
        with pytest.raises(PageError):
            page.post("give", **fields, idCardNo="1")
    for number in ("1", "110101199003071234"):
        with pytest.raises(PageError) as locked:
            page.post("give", **fields, idCardNo=number)
        assert locked.value.code == "IdentityLocked"


def test_a_later_grant_takes_the_place_of_the_earlier_one(house, someone):
    first = authorise(house.api, house.server, someone)
    second = authorise(house.api, house.server, someone)
    assert [(one["sealId"], one["authStatus"]) for one in records(house.api, someone)] == [
        (second["sealId"], "EFFECTIVE"), (first["sealId"], "CANCELLED")]


# The calls.

@pytest.mark.parametrize("fields, why", [
    ({"user": None}, "user"), ({"user": {"contact": "x1", "contactType": "BIZID"}}, "BIZID"), ({"authDeadline": "soon"}, "authDeadline"),
    ({"authDeadline": "2020-01-01"}, "authDeadline"), ({"authDeadline": "2099-01-01"}, "authDeadline"), ({"callbackUrl": "ftp://x"}, "callbackUrl"),
    ({"callbackPage": "javascript:1"}, "callbackPage"), ({"authInfo": {"mode": "FACE"}}, "authInfo.mode"), ({"authInfo": {"mode": "NONE"}}, "authInfo.mode"),
    ({"authInfo": {"mode": "MANUAL"}}, "authInfo.mode"), ({"authInfo": {"mode": "ALIPAY", "otherModes": ["FACE", "MANUAL"]}}, "authInfo.mode"),
    ({"authInfo": {"mode": "BANK"}}, "authInfo.bankNo"), ({"authInfo": {"mode": "IVS"}}, "authInfo.idCardNo"),
    ({"authInfo": {"mode": "FACE", "otherModes": ["BANK", "IVS"]}}, "authInfo.bankNo"), ({"authInfo": {"otherModes": ["DEFAULT"]}}, "otherModes"),
    ({"authInfo": {"otherModes": ["EYES"]}}, "otherModes"), ({"authInfo": {"paperType": "LICENCE"}}, "paperType"),
    ({"authInfo": {"idCardNo": "G12345678"}}, "authInfo.idCardNo"), ({"authInfo": {"paperType": "PASSPORT", "idCardNo": "G-1"}}, "authInfo.idCardNo"),
    ({"authInfo": {"modifyFields": ["AGE"]}}, "modifyFields"), ({"authMethod": "FACE"}, "authMethod"), ({"authMethod": "FACEID"}, "authMethod"),
])
def test_a_request_that_cannot_be_meant_is_refused_by_name(house, someone, fields, why):
    for path in ("/v2/personalsign/authurl", "/v2/personalsign/authurl/miniappexchange"):
        reply = house.api.post(path, {"user": someone, **fields})
        assert reply.code == 1005 and why in reply.envelope["message"], reply.body.decode()


def test_companies_and_employees_that_are_not_ours_are_refused(house, someone):
    for fields, code in [({"tenantName": OTHER}, "11041802"), ({"tenantName": "没有这家"}, "11041801"),
                         ({"user": {"contact": "G999", "contactType": "NUMBER"}}, "11041701")]:
        assert house.api.post("/v2/personalsign/authurl", {"user": someone, **fields}).envelope["responseCode"] == code


def test_a_record_says_what_was_granted(house):
    record = authorise(house.api, house.server, EMPLOYEE, tenantName=BRANCH, remark="框架", authDeadline="2027-01-02")
    assert record == {"user": EMPLOYEE, "companyId": house.made.company(BRANCH), "companyName": BRANCH, "authDeadline": "2027-01-02 23:59:59",
                      "authStatus": "EFFECTIVE", "remark": "框架", "allowPersonalAuto": True, "sealId": record["sealId"],
                      "createTime": record["createTime"]}
    assert house.api.post("/v2/personalsign/query", {"user": EMPLOYEE, "authStatus": "X"}).code == 1005


def test_the_business_system_is_told_when_a_right_is_given_and_taken(house, someone):
    secret = next(one["callbackSecret"] for one in house.made.printed["applications"] if one["company"] == HOUSE)
    with Recorder(answer(b'{"code":500}')) as recorder:
        authorise(house.api, house.server, someone, callbackUrl=f"http://127.0.0.1:{recorder.port}/told?a=1", remark="框架", authDeadline="2027-01-02")
        house.api.ok(house.api.post("/v2/personalsign/deauthorize", {"user": someone}))
        end = time.monotonic() + 30
        while len(recorder.requests) < 2 and time.monotonic() < end:
            time.sleep(0.05)
        time.sleep(1)
        assert len(recorder.requests) == 2, "any body is an answer"
        contents = []
        for raw in recorder.requests:
            target = raw.split(b" ", 2)[1].decode()
            query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(target).query))
            assert target.startswith("/told?a=1&") and len(query["timestamp"]) == 13
            assert query["signature"] == hashlib.md5((query["timestamp"] + secret).encode()).hexdigest()
            form = dict(urllib.parse.parse_qsl(raw.split(b"\r\n\r\n", 1)[1].decode()))
            assert list(form) == ["content"]
            contents.append(json.loads(form["content"]))
    told = {"companyId": house.made.company(HOUSE), "companyName": HOUSE, "assignee": HOUSE, "user": someone["contact"], "userType": "MOBLIE",
            "authDeadline": "2027-01-02 23:59:59", "remark": "框架"}
    assert contents[0] == {**told, "item": "AUTHORIZE"}
    assert contents[1] == {**told, "item": "DEAUTHORIZE", "deauthorizeDate": contents[1]["deauthorizeDate"]}
