"""The page 生成合同签署令牌 (/v2/contract/miniappexchange), row by row, with a clock in hand for the thirty minutes.

The page's examples are in test_source_page_stampers.py.
"""
from __future__ import annotations

import http.client
import itertools
import json
import math
import string
import uuid

import pytest

from support import organisation
from support.api import Api
from support.clock import Clock, CredentialsByClock
from support.contracts import Contract, company, person, user
from support.page import Page, PageError
from support.pdfs import plain_pages
from support.server import Server

TICKET = "/v2/contract/miniappexchange"
OWN = "示例科技（演示）有限公司"
SUB = "示例子公司（演示）有限公司"
NEIGHBOUR = "邻家集团（虚构）有限公司"
STRANGER = user("陌生人", "13700000000")
WORKER = {"name": "演示员工丙", "mobile": "13900000011", "email": "bing@example.com", "number": "E1001"}
PASSWORD = "纸上得来终觉浅 7 words"
CODES = {"11990005": 1005, "11011101": 1101, "11011110": 1110, "11101003": 1003, "14990002": 1002, "11041801": 1801, "11041802": 1802}

ORGANISATION = [
    {"name": OWN, "employee": [WORKER, {"name": "旁人", "mobile": "13900000012", "number": "E1002"}]},
    {"name": SUB, "register_no": "91000000000000001X", "parent": OWN,
     "employee": [{"name": "收件人甲", "mobile": "13900000021", "number": "E2001", "roles": ["SEAL_ADMIN"]}],
     "seal": [{"name": "公章", "type": "ENTERPRISE"}], "category": [{"name": "默认分类", "primary": True}]},
    {"name": NEIGHBOUR, "register_no": "91000000000000003X", "seal": [{"name": "公章", "type": "ENTERPRISE"}],
     "category": [{"name": "默认分类", "primary": True}], "application": [{"name": "邻家业务系统"}]},
]

numbers = itertools.count(13_810_000_000)


class House:
    """The server, whose time stands still until a test moves it."""

    def __init__(self, server: Server, clock: Clock, companies: organisation.Organisation) -> None:
        self.server, self.clock, self.companies = server, clock, companies
        self.api = self.business(server.demo["appToken"], server.demo["appSecret"])
        neighbour = next(one for one in companies.printed["applications"] if one["company"] == NEIGHBOUR)
        self.neighbour = self.business(neighbour["token"], neighbour["secret"])

    def business(self, token: str, secret: str) -> Api:
        return Api(self.server.host, self.server.port, CredentialsByClock(token, secret, self.clock))

    def contract(self, *signers: dict, api: Api | None = None, parties: list[dict] | None = None, **fields) -> Contract:
        """Sent, each signer with a place of his own, all at once."""
        parties = parties or [person(who["name"], who["contact"]) for who in signers]
        contract = Contract(api or self.api, self.server, parties, ordinal=False, **fields)
        contract.add_file(plain_pages(1))
        contract.send([contract.at_party(number, type="PERSONAL", page=1, offsetX=0.1 + 0.3 * number, offsetY=0.2) for number in range(len(signers))])
        return contract

    def ticket(self, contract: Contract, who: dict, **options) -> str:
        return contract.api.ok(contract.api.post(TICKET, {"contractId": contract.id, "user": who, **options}))["ticket"]

    def open(self, ticket: str, beside: Page | None = None) -> Page:
        return Page(self.server.host, self.server.port, ticket=ticket, beside=beside)

    def page(self, who: dict, beside: Page | None = None, contract: Contract | None = None, **options) -> Page:
        """A ticket for a new contract of this person, opened."""
        return self.open(self.ticket(contract or self.contract(who), who, **options), beside)

    def get(self, path: str, cookie: str = "") -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection(self.server.host, self.server.port, timeout=60)
        try:
            connection.request("GET", path, headers={"Cookie": cookie} if cookie else {})
            reply = connection.getresponse()
            return reply.status, {name.lower(): value for name, value in reply.getheaders()}, reply.read()
        finally:
            connection.close()


def restart(server: Server, clock: Clock) -> None:
    server.stop()
    clock.advance(seconds=1)  # no server ends and starts in the same millisecond: ids are made of them
    server.start()


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    folder = tmp_path_factory.mktemp("miniapp")
    clock = Clock(folder)
    with Server(folder / "data", environment=clock.environment) as server:
        companies = organisation.apply(server.data, ORGANISATION)
        restart(server, clock)
        yield House(server, clock, companies)


@pytest.fixture
def someone() -> dict:
    """A person nobody has met before."""
    return user("令牌客", str(next(numbers)))


def by_code(page: Page, who: dict) -> dict:
    return page.sign(page.ask_for_code(who["contact"]), typed=who["name"])


def by_password(page: Page, who: dict, password: str = PASSWORD) -> dict:
    return page.sign(password=password, typed=who["name"])


def assert_password_refused(page: Page, who: dict, contract: Contract | None = None) -> None:
    """The right password does not sign here; a code still does."""
    assert not page.view["options"]["passwordUsable"] or contract is not None
    with pytest.raises(PageError) as refusal:
        by_password(page, who)
    assert (refusal.value.status, refusal.value.code) == (403, "PasswordNotUsable")
    assert by_code(page, who)["state"] == "COMPLETE"


@pytest.fixture
def with_password(house):
    """Lets somebody sign once by code and choose a password: the page that then lies open, its window just begun."""
    def choose(who: dict) -> Page:
        page = house.page(who, allowPasswordSign=True)
        assert by_code(page, who)["passwordOffer"]
        assert page.set_password(PASSWORD) == {"set": True}
        return page
    return choose


# ---------------------------------------------------------------------------------------------- where and how


def test_a_ticket_lets_its_user_sign_on_the_page_of_the_mini_program(house, someone):
    contract = house.contract(someone)
    page = house.open(house.ticket(contract, someone))
    assert (page.view["options"]["mode"], page.view["state"]) == ("MINIAPP", "CAN_SIGN")
    by_code(page, someone)
    assert contract.status == "COMPLETE"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_the_call_is_a_post(house, someone, method):
    body = json.dumps({"contractId": house.contract(someone).id, "user": someone}).encode()
    assert house.api.request(method, TICKET, body, {"Content-Type": "application/json"}).status in (404, 405)
    assert house.api.ok(house.api.request("POST", TICKET, body, {"Content-Type": "application/json"}))["ticket"]


def test_another_path_gives_no_ticket(house, someone):
    body = {"contractId": house.contract(someone).id, "user": someone}
    assert house.api.post("/v2/contract/miniappexchanges", body).status == 404
    assert house.api.ok(house.api.post(TICKET, body))["ticket"]


def test_the_request_is_json_in_utf_8_and_so_is_the_answer(house, someone):
    who = {**someone, "name": "𠮷野·欧阳娜娜"}
    body = json.dumps({"contractId": house.contract(who).id, "user": who}, ensure_ascii=False).encode("utf-8")
    reply = house.api.request("POST", TICKET, body, {"Content-Type": "application/json;charset=UTF-8"})
    assert reply.headers["content-type"].replace(" ", "").lower() == "application/json;charset=utf-8"
    assert house.open(house.api.ok(reply)["ticket"]).view["me"]["name"] == who["name"]


# ---------------------------------------------------------------------------------------------- which contract


@pytest.mark.parametrize("kind", [str, int])
@pytest.mark.parametrize("more", [{}, {"bizId": None}, {"bizId": "", "tenantName": None}], ids=str)
def test_the_contract_is_named_by_its_id_as_a_text_or_a_number(house, someone, kind, more):
    contract = house.contract(someone)
    house.contract(someone)
    ticket = house.api.ok(house.api.post(TICKET, {"contractId": kind(contract.id), "user": someone, **more}))["ticket"]
    assert house.open(ticket).view["contract"]["id"] == contract.id


@pytest.mark.parametrize("more", [{}, {"contractId": None}, {"contractId": ""}], ids=str)
def test_the_contract_is_named_by_its_business_number(house, someone, more):
    contract = house.contract(someone, bizId=str(uuid.uuid4()))
    ticket = house.api.ok(house.api.post(TICKET, {"bizId": contract.detail()["bizId"], "user": someone, **more}))["ticket"]
    assert house.open(ticket).view["contract"]["id"] == contract.id


@pytest.mark.parametrize("empty", [{}, {"contractId": None, "bizId": None}, {"contractId": "", "bizId": ""}], ids=str)
def test_one_of_the_two_is_needed(house, someone, empty):
    contract = house.contract(someone)
    assert_refused(house, contract, {"user": someone, **empty}, "11990005", "contractId")


def test_a_sub_companys_contract_is_found_by_business_number_with_its_name(house, someone):
    number = str(uuid.uuid4())
    ours = house.contract(someone, bizId=number)
    theirs = house.contract(someone, bizId=number, tenantName=SUB)
    tickets = [house.api.ok(house.api.post(TICKET, {"bizId": number, "user": someone, **more}))["ticket"]
               for more in ({}, {"tenantName": OWN}, {"tenantName": SUB})]
    assert [house.open(ticket).view["contract"]["id"] for ticket in tickets] == [ours.id, ours.id, theirs.id]


@pytest.mark.parametrize("name, code", [("没有这家公司（虚构）有限公司", "11041801"), (NEIGHBOUR, "11041802"), (SUB, "11101003")])
def test_a_business_number_under_a_wrong_name_finds_nothing(house, someone, name, code):
    contract = house.contract(someone, bizId=str(uuid.uuid4()))
    assert_refused(house, contract, {"bizId": contract.detail()["bizId"], "tenantName": name, "user": someone}, code)


def assert_refused(house, contract: Contract, body: dict, response_code: str, says: str = "") -> None:
    before = contract.detail(queryLocation="true")
    reply = contract.api.post(TICKET, body)
    assert (reply.status, reply.code, reply.envelope["responseCode"]) == (200, CODES[response_code], response_code), reply.body.decode()
    assert "result" not in reply.envelope and says in reply.envelope["message"] and len(reply.envelope["message"]) <= 200
    assert contract.detail(queryLocation="true") == before


# ---------------------------------------------------------------------------------------------- who


@pytest.mark.parametrize("kind", ["MOBILE", "EMAIL", "EMPLOYEEID", "NUMBER"])
def test_the_signer_is_named_in_four_ways(house, kind):
    """However he was named in the contract."""
    names = {"MOBILE": WORKER["mobile"], "EMAIL": WORKER["email"], "NUMBER": WORKER["number"],
             "EMPLOYEEID": house.companies.employee(OWN, WORKER["number"])}
    for drafted, contact in names.items():
        receiver = {"contact": contact, "contactType": drafted}
        contract = house.contract(parties=[{"tenantType": "PERSONAL", "tenantName": WORKER["name"], "receiver": receiver}])
        page = house.open(house.ticket(contract, {"contact": names[kind], "contactType": kind}))
        assert page.view["state"] == "CAN_SIGN" and page.view["me"]["name"] == WORKER["name"]


@pytest.mark.parametrize("value", [None, {}, "13800000005", [], {"contact": "13800000005"}, {"contactType": "MOBILE"},
                                   {"contact": "", "contactType": "MOBILE"}, {"contact": "13800000005", "contactType": "PIGEON"}], ids=str)
def test_the_user_is_needed_with_contact_and_kind(house, someone, value):
    contract = house.contract(someone)
    assert_refused(house, contract, {"contractId": contract.id, "user": value}, "11990005")
    assert house.ticket(contract, someone)


@pytest.mark.parametrize("who", [STRANGER, {"contact": "E1002", "contactType": "NUMBER"}, {"contact": "E9999", "contactType": "NUMBER"},
                                 {"contact": "nobody@example.com", "contactType": "EMAIL"}], ids=lambda who: who["contact"])
def test_who_may_not_look_gets_no_ticket(house, someone, who):
    contract = house.contract(someone)
    assert_refused(house, contract, {"contractId": contract.id, "user": who}, "11011110")
    assert house.ticket(contract, someone)


def test_a_party_of_another_contract_gets_no_ticket_for_this_one(house, someone):
    other = user("另一位", str(next(numbers)))
    contract, others = house.contract(someone), house.contract(other)
    assert_refused(house, contract, {"contractId": contract.id, "user": other}, "11011110")
    assert house.ticket(others, other)


# ---------------------------------------------------------------------------------------------- the answer


def test_the_answer_has_code_message_and_the_ticket(house, someone):
    reply = house.api.post(TICKET, {"contractId": house.contract(someone).id, "user": someone})
    assert list(reply.envelope) == ["code", "message", "result", "responseCode"]
    assert reply.envelope["code"] == 0 and type(reply.envelope["code"]) is int and reply.envelope["message"] == "SUCCESS"
    assert list(reply.result) == ["ticket"] and isinstance(reply.result["ticket"], str)


def test_two_hundred_tickets_are_all_different_and_tell_nothing(house, someone):
    contract = house.contract(someone)
    tickets = [house.ticket(contract, someone) for _ in range(200)]
    alphabet = set("".join(tickets))
    length = len(tickets[0])
    assert len(set(tickets)) == 200 and {len(ticket) for ticket in tickets} == {length}
    assert alphabet <= set(string.ascii_letters + string.digits + "-_") and length * math.log2(len(alphabet)) >= 128
    # Every character varies by itself: of 200 draws from this alphabet nowhere near half of it stays away.
    assert all(len({ticket[at] for ticket in tickets}) > len(alphabet) / 2 for at in range(length))
    assert len({ticket[:8] for ticket in tickets}) == len({ticket[-8:] for ticket in tickets}) == 200
    assert all(contract.id not in ticket and someone["contact"] not in ticket for ticket in tickets)


def test_the_server_keeps_no_ticket_that_could_be_stolen(house, someone):
    ticket = house.ticket(house.contract(someone), someone)
    stored = b"".join(file.read_bytes() for file in house.server.data.glob("signet.db*"))
    assert ticket.encode() not in stored and someone["contact"].encode() not in stored
    assert b"CREATE TABLE link" in stored, "this is what was to be looked through"
    assert ticket not in house.server.log.read_text(encoding="utf-8", errors="replace")


def test_a_ticket_is_for_one_contract_and_one_user(house, someone):
    other = user("另一位", str(next(numbers)))
    contract, elsewhere = house.contract(someone, other), house.contract(someone)
    page = house.open(house.ticket(contract, someone))
    assert page.view["contract"]["id"] == contract.id and page.view["me"]["name"] == someone["name"]
    assert [party["name"] for party in page.view["parties"] if party["me"]] == [someone["name"]]
    assert house.get(f"/pages/documents/{contract.documents[0]}/download", page._cookie)[0] == 200
    assert house.get(f"/pages/documents/{elsewhere.documents[0]}/download", page._cookie)[0] in (401, 403, 404)
    by_code(page, someone)
    assert contract.statuses() == ["SIGNED", "SIGNING"] and elsewhere.statuses() == ["SIGNING"]


def test_a_ticket_keeps_its_own_options(house, someone):
    contract = house.contract(someone)
    allowed, plain = house.ticket(contract, someone, allowPasswordSign=True), house.ticket(contract, someone)
    assert [house.open(ticket).view["options"]["allowPassword"] for ticket in (plain, allowed)] == [False, True]


def test_a_ticket_belongs_to_the_first_client_which_may_open_it_again(house, someone):
    ticket = house.ticket(house.contract(someone), someone)
    page = house.open(ticket)
    assert house.open(ticket, beside=page).view["state"] == "CAN_SIGN"
    with pytest.raises(PageError) as refusal:
        house.open(ticket)
    assert refusal.value.status == 403 and refusal.value.error["message"]
    by_code(page, someone)


def test_a_ticket_is_no_link_and_a_made_up_one_opens_nothing(house, someone):
    ticket = house.ticket(house.contract(someone), someone)
    page = house.page(someone)
    for body in ({"token": ticket}, {"ticket": ticket[:-1] + ("a" if ticket[-1] != "a" else "b")}, {"ticket": ""}, {"ticket": "x" * 10_000}):
        with pytest.raises(PageError) as refusal:
            page._post("/pages/open", body)
        assert refusal.value.status == 404
    assert house.open(ticket).view["state"] == "CAN_SIGN"


def test_a_ticket_lives_half_an_hour_and_then_says_that_it_is_over(house, someone):
    contract = house.contract(someone)
    early, late = house.ticket(contract, someone), house.ticket(contract, someone)
    house.clock.advance(minutes=29, seconds=59)
    assert house.open(early).view["state"] == "CAN_SIGN"
    house.clock.advance(seconds=2)
    with pytest.raises(PageError) as refusal:
        house.open(late)
    assert refusal.value.status == 410 and "过期" in refusal.value.error["message"] and "expired" in refusal.value.error["messageEn"]
    assert house.open(house.ticket(contract, someone)).view["state"] == "CAN_SIGN"


def test_the_page_of_the_mini_program_is_served_under_the_ticket(house, someone):
    ticket = house.ticket(house.contract(someone), someone)
    for more in ("", "&env=cn", "&env=com&hasCb=true"):
        status, headers, content = house.get(f"/miniapp/doc?ticket={ticket}{more}")
        assert status == 200 and headers["content-type"].startswith("text/html") and b'<div id="app"' in content
        assert "x-frame-options" not in headers  # a web-view or a frame shows it


# ---------------------------------------------------------------------------------------------- codes


def test_a_contract_that_was_not_sent_gives_no_ticket(house, someone):
    contract = Contract(house.api, house.server, [person(someone["name"], someone["contact"])])
    assert_refused(house, contract, {"contractId": contract.id, "user": someone}, "11011101")


def test_a_contract_nobody_made_gives_no_ticket(house, someone):
    contract = house.contract(someone)
    assert_refused(house, contract, {"contractId": "3501234567890123777", "user": someone}, "11101003")


def test_another_companys_contract_gives_no_ticket(house, someone):
    contract = house.contract(someone, api=house.neighbour)
    reply = house.api.post(TICKET, {"contractId": contract.id, "user": someone})
    assert (reply.code, reply.envelope["responseCode"]) == (1002, "14990002")
    assert house.ticket(contract, someone)


def test_a_complete_contract_is_shown_to_its_signers(house, someone):
    contract = house.contract(someone)
    by_code(house.page(someone, contract=contract), someone)
    page = house.open(house.ticket(contract, someone))
    assert (page.view["state"], page.task) == ("COMPLETE", None)


# ---------------------------------------------------------------------------------------------- passwords: allowed or not


@pytest.mark.parametrize("value", ["yes", 7, {}, []], ids=str)
@pytest.mark.parametrize("field", ["allowPasswordSign", "hidePasswordSettings"])
def test_the_flags_are_true_or_false(house, someone, field, value):
    contract = house.contract(someone)
    assert_refused(house, contract, {"contractId": contract.id, "user": someone, field: value}, "11990005", field)
    assert house.ticket(contract, someone, **{field: "true"})


@pytest.mark.parametrize("options", [{}, {"allowPasswordSign": False}, {"allowPasswordSign": None}], ids=str)
def test_by_default_there_is_no_signing_by_password(house, someone, with_password, options):
    first = with_password(someone)
    page = house.page(someone, beside=first, **options)
    assert (page.view["options"]["allowPassword"], page.view["options"]["passwordUsable"]) == (False, False)
    assert_password_refused(page, someone)


def test_by_default_no_password_is_offered(house, someone):
    page = house.page(someone)
    outcome = by_code(page, someone)
    assert (outcome["passwordOffer"], outcome["passwordUsable"]) == (False, False)
    with pytest.raises(PageError) as refusal:
        page.set_password(PASSWORD)
    assert refusal.value.status == 403


def test_the_first_signature_needs_a_code_even_where_passwords_are_allowed(house, someone, with_password):
    with_password(someone)
    house.clock.advance(minutes=31)
    page = house.page(someone, allowPasswordSign=True)  # another browser, another day: but the password is there
    assert page.view["me"]["hasPassword"] and page.view["options"]["allowPassword"]
    assert_password_refused(page, someone)


def test_after_a_code_the_password_signs(house, someone, with_password):
    first = with_password(someone)
    contract = house.contract(someone)
    page = house.page(someone, beside=first, contract=contract, allowPasswordSign=True)
    assert page.view["me"]["hasPassword"] and page.view["options"]["passwordUsable"]
    outcome = by_password(page, someone)
    assert (contract.status, outcome["state"], outcome["passwordUsable"], outcome["passwordOffer"]) == ("COMPLETE", "COMPLETE", True, False)


def test_a_password_signs_on_a_link_too(house, someone, with_password):
    """pageurl knows the same parameter."""
    first = with_password(someone)
    for options, usable in (({"allowPasswordSign": True}, True), ({}, False)):
        contract = house.contract(someone)
        url = house.api.ok(house.api.post("/v2/contract/pageurl", {"contractId": contract.id, "user": someone, **options}))["pageUrl"]
        page = Page(house.server.host, house.server.port, url, beside=first)
        assert page.view["options"]["passwordUsable"] == usable
    assert_password_refused(page, someone)


def test_the_next_ticket_must_allow_it_too_and_the_one_after_may_again(house, someone, with_password):
    first = with_password(someone)
    assert_password_refused(house.page(someone, beside=first), someone)
    assert by_password(house.page(someone, beside=first, allowPasswordSign=True), someone)["state"] == "COMPLETE"


# ---------------------------------------------------------------------------------------------- passwords: thirty minutes


@pytest.mark.parametrize("seconds, usable", [(0, True), (1, True), (29 * 60 + 59, True), (30 * 60 + 1, False), (24 * 3600, False)])
def test_the_password_signs_for_thirty_minutes(house, someone, with_password, seconds, usable):
    first = with_password(someone)
    house.clock.advance(seconds=seconds)
    page = house.page(someone, beside=first, allowPasswordSign=True)
    assert page.view["options"]["passwordUsable"] == usable
    if usable:
        assert by_password(page, someone)["state"] == "COMPLETE"
    else:
        assert_password_refused(page, someone)


def test_the_thirty_minutes_count_when_signing_and_not_when_opening(house, someone, with_password):
    first = with_password(someone)
    contract = house.contract(someone)
    page = house.page(someone, beside=first, contract=contract, allowPasswordSign=True)
    assert page.view["options"]["passwordUsable"]
    house.clock.advance(minutes=30, seconds=1)
    assert_password_refused(page, someone, contract)


@pytest.mark.parametrize("again", [by_code, by_password], ids=["code", "password"])
def test_each_success_begins_the_thirty_minutes_anew(house, someone, with_password, again):
    first = with_password(someone)
    for _ in range(3):
        house.clock.advance(minutes=29, seconds=59)
        again(house.page(someone, beside=first, allowPasswordSign=True), someone)
    house.clock.advance(minutes=29, seconds=59)
    assert by_password(house.page(someone, beside=first, allowPasswordSign=True), someone)["state"] == "COMPLETE"
    house.clock.advance(minutes=30, seconds=1)
    assert_password_refused(house.page(someone, beside=first, allowPasswordSign=True), someone)


def test_a_signature_where_passwords_are_not_allowed_begins_nothing_anew(house, someone, with_password):
    first = with_password(someone)
    house.clock.advance(minutes=29)
    by_code(house.page(someone, beside=first), someone)
    house.clock.advance(minutes=1, seconds=1)
    assert_password_refused(house.page(someone, beside=first, allowPasswordSign=True), someone)


def test_a_wrong_password_begins_nothing_anew(house, someone, with_password):
    first = with_password(someone)
    house.clock.advance(minutes=29)
    page = house.page(someone, beside=first, allowPasswordSign=True)
    with pytest.raises(PageError):
        by_password(page, someone, "not this 1")
    house.clock.advance(minutes=1, seconds=1)
    assert_password_refused(house.page(someone, beside=first, allowPasswordSign=True), someone)


def test_after_the_thirty_minutes_a_code_opens_them_again(house, someone, with_password):
    first = with_password(someone)
    house.clock.advance(hours=5)
    by_code(house.page(someone, beside=first, allowPasswordSign=True), someone)
    assert by_password(house.page(someone, beside=first, allowPasswordSign=True), someone)["state"] == "COMPLETE"


def test_the_thirty_minutes_survive_a_restart(house, someone, with_password):
    first = with_password(someone)
    restart(house.server, house.clock)
    assert by_password(house.page(someone, beside=first, allowPasswordSign=True), someone)["state"] == "COMPLETE"


# ---------------------------------------------------------------------------------------------- passwords: same client, same user


def test_another_client_gets_no_signing_by_password(house, someone, with_password):
    first = with_password(someone)
    assert_password_refused(house.page(someone, allowPasswordSign=True), someone)
    assert by_password(house.page(someone, beside=first, allowPasswordSign=True), someone)["state"] == "COMPLETE"


def test_another_user_of_the_same_client_gets_none_either(house, someone, with_password):
    other = user("另一位", str(next(numbers)))
    with_password(other)  # in a browser of his own
    first = with_password(someone)
    page = house.page(other, beside=first, allowPasswordSign=True)
    assert page.view["me"]["hasPassword"]
    assert_password_refused(page, other)


def test_the_other_users_password_is_not_this_ones(house, someone, with_password):
    other = user("另一位", str(next(numbers)))
    first = house.page(other, allowPasswordSign=True)
    by_code(first, other)
    first.set_password("another word 99")
    with_password(someone)
    page = house.page(other, beside=first, allowPasswordSign=True)
    with pytest.raises(PageError) as refusal:
        by_password(page, other)
    assert (refusal.value.status, refusal.value.code) == (400, "PasswordWrong")
    assert by_password(page, other, "another word 99")["state"] == "COMPLETE"


def test_the_user_is_the_same_however_he_is_named(house):
    """By mobile at first, by employee number afterwards."""
    mobile = user(WORKER["name"], WORKER["mobile"])
    first = house.page(mobile, allowPasswordSign=True)
    by_code(first, mobile)
    first.set_password(PASSWORD)
    contract = house.contract(mobile)
    ticket = house.ticket(contract, {"contact": WORKER["number"], "contactType": "NUMBER"}, allowPasswordSign=True)
    assert by_password(house.open(ticket, beside=first), mobile)["state"] == "COMPLETE"


# ---------------------------------------------------------------------------------------------- passwords: wrong, weak, hidden


def test_five_wrong_passwords_close_the_door_until_the_next_code(house, someone, with_password):
    first = with_password(someone)
    contract = house.contract(someone)
    page = house.page(someone, beside=first, contract=contract, allowPasswordSign=True)
    before = contract.detail(queryLocation="true"), contract.download()
    for left in (4, 3, 2, 1):
        with pytest.raises(PageError) as refusal:
            by_password(page, someone, "not this 1")
        assert (refusal.value.status, refusal.value.code, refusal.value.error["triesLeft"]) == (400, "PasswordWrong", left)
    with pytest.raises(PageError) as refusal:
        by_password(page, someone, "not this 1")
    assert (refusal.value.status, refusal.value.code) == (403, "PasswordNotUsable")
    assert (contract.detail(queryLocation="true"), contract.download()) == before
    # Neither here nor on the next ticket of this client.
    following = house.page(someone, beside=first, allowPasswordSign=True)
    assert not following.view["options"]["passwordUsable"]
    assert_password_refused(page, someone, contract)
    assert by_password(following, someone)["state"] == "COMPLETE"  # that was signed by code, which opened the door again


def test_a_right_password_forgives_the_wrong_ones(house, someone, with_password):
    first = with_password(someone)
    for _ in range(2):
        page = house.page(someone, beside=first, allowPasswordSign=True)
        for left in (4, 3, 2, 1):
            with pytest.raises(PageError) as refusal:
                by_password(page, someone, "not this 1")
            assert refusal.value.error["triesLeft"] == left
        by_password(page, someone)


def test_a_password_does_nothing_for_who_has_none(house, someone):
    first = house.page(someone, allowPasswordSign=True)
    by_code(first, someone)
    page = house.page(someone, beside=first, allowPasswordSign=True)
    assert (page.view["me"]["hasPassword"], page.view["options"]["passwordUsable"]) == (False, False)
    for password in (PASSWORD, "", "x"):
        with pytest.raises(PageError) as refusal:
            by_password(page, someone, password)
        assert refusal.value.status in (400, 403) and refusal.value.code in ("PasswordNotUsable", "CodeRequired")
    assert by_code(page, someone)["state"] == "COMPLETE"


@pytest.mark.parametrize("hidden", [False, True])
def test_the_offer_of_a_password_may_be_hidden(house, someone, hidden):
    page = house.page(someone, allowPasswordSign=True, hidePasswordSettings=hidden)
    assert page.view["options"]["hidePasswordSettings"] == hidden
    assert by_code(page, someone)["passwordOffer"] == (not hidden)
    again = house.open(house.ticket(house.contract(someone), someone, allowPasswordSign=True, hidePasswordSettings=hidden), beside=page)
    assert again.view["options"]["offerPassword"] == (not hidden)


def test_who_has_a_password_is_offered_none(house, someone, with_password):
    first = with_password(someone)
    page = house.page(someone, beside=first, allowPasswordSign=True)
    assert not page.view["options"]["offerPassword"] and not by_code(page, someone)["passwordOffer"]


@pytest.mark.parametrize("password", ["", "seven 7", "only letters", "1234567890", "字" * 9, "x1" * 33], ids=["empty", "short", "letters", "digits", "no digit", "long"])
def test_a_weak_password_is_refused(house, someone, password):
    page = house.page(someone, allowPasswordSign=True)
    by_code(page, someone)
    with pytest.raises(PageError) as refusal:
        page.set_password(password)
    assert (refusal.value.status, refusal.value.code) == (400, "PasswordWeak")
    page.set_password("eight8ch")
    assert by_password(house.page(someone, beside=page, allowPasswordSign=True), someone, "eight8ch")["state"] == "COMPLETE"


def test_a_password_is_chosen_within_the_thirty_minutes(house, someone):
    page = house.page(someone, allowPasswordSign=True)
    with pytest.raises(PageError) as refusal:
        page.set_password(PASSWORD)
    assert refusal.value.status == 403  # nothing signed yet
    by_code(page, someone)
    house.clock.advance(minutes=30, seconds=1)
    with pytest.raises(PageError) as refusal:
        page.set_password(PASSWORD)
    assert refusal.value.status == 403
    assert not house.page(someone).view["me"]["hasPassword"]


def test_a_password_is_changed_with_a_fresh_code_only(house, someone, with_password):
    first = with_password(someone)
    with pytest.raises(PageError) as refusal:
        first.set_password("another word 99")
    assert (refusal.value.status, refusal.value.code) == (400, "CodeRequired")
    page = house.page(someone, beside=first, allowPasswordSign=True)
    page.set_password("another word 99", code=page.ask_for_code(someone["contact"]))
    with pytest.raises(PageError) as refusal:
        by_password(page, someone)
    assert refusal.value.code == "PasswordWrong"
    assert by_password(page, someone, "another word 99")["state"] == "COMPLETE"


def test_a_password_is_kept_by_nobody_in_clear(house, someone, with_password):
    with_password(someone)
    stored = b"".join(file.read_bytes() for file in house.server.data.glob("signet.db*"))
    assert PASSWORD.encode() not in stored and PASSWORD not in house.server.log.read_text(encoding="utf-8", errors="replace")


def test_a_company_is_sealed_by_password_too(house):
    """A company's node knows codes and passwords as a person's does."""
    handler = user("收件人甲", "13900000021")
    statuses, first = [], None
    for number in range(2):
        contract = Contract(house.api, house.server, [company(SUB, receiver=handler)])
        contract.add_file(plain_pages(1))
        contract.send([contract.at_action(0, type="COMPANY", page=1, offsetX=0.2, offsetY=0.2)])
        page = house.open(house.ticket(contract, handler, allowPasswordSign=True), beside=first)
        if number == 0:
            page.sign(page.ask_for_code(handler["contact"]))
            page.set_password(PASSWORD)
        else:
            page.sign(password=PASSWORD)
        first = page
        statuses.append(contract.status)
    assert statuses == ["COMPLETE", "COMPLETE"]
