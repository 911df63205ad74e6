"""The nodes of a flow, what may stand on them, and the rules by which a contract goes from one party to the next and ends."""
from __future__ import annotations

import datetime

import pytest

from support import organisation
from support.contracts import Contract, company, person, user, verify
from support.grants import authorise

HOUSE = "节点科技（测试）有限公司"
HANDLER = user("冯测试", "13877770011")
NUMBER = {"contact": "N001", "contactType": "NUMBER"}
KINDS = ["COMPANY", "PERSONAL", "LP", "TIMESTAMP", "ACROSS_PAGE", "ACROSS_PAGE_ODD", "ACROSS_PAGE_EVEN", "ACROSS_PAGE_SCOPE"]
ACROSS = {kind for kind in KINDS if kind.startswith("ACROSS")}
#: What may stand on a node (spec §5.5); everything else is refused with 1106.
ALLOWED = {
    "COMPANY": {"COMPANY", "TIMESTAMP"} | ACROSS, "LP": {"LP", "TIMESTAMP"}, "PERSONAL": {"PERSONAL", "TIMESTAMP"},
    "OPERATOR": {"PERSONAL", "TIMESTAMP"}, "PRACTICE": {"COMPANY", "TIMESTAMP"}, "AUDIT": set(),
}


@pytest.fixture(scope="module")
def made(server):
    return organisation.apply(server.data, [{
        "name": HOUSE, "application": [{"name": "erp"}],
        "employee": [{"name": "冯测试", "mobile": HANDLER["contact"], "number": "N001"}, {"name": "陈测试", "mobile": "13877770012", "number": "N002"}],
        "seal": [{"name": "公章"}, {"name": "法人章", "type": "LP", "person": "冯测试"},
                 {"name": "执业章", "type": "PRACTICING_SEAL", "person": "冯测试", "specification": "SQUARE_20_20", "users": ["N001"]}]}])


@pytest.fixture(scope="module")
def erp(made, server):
    return made.application(server, HOUSE)


def stamper(kind: str, **more) -> dict:
    if kind in ACROSS:
        return {"type": kind, "offsetY": 0.5, **({"sealPageConfig": "1~2"} if kind == "ACROSS_PAGE_SCOPE" else {}), **more}
    return {"type": kind, "page": 1, "offsetX": 0.1, "offsetY": 0.1, **more}


def node(kind: str, **more) -> dict:
    operators = [NUMBER] if kind in ("AUDIT", "PERSONAL", "PRACTICE") else []
    return {"type": kind, **({"corpOperators": operators} if operators else {}), **more}


def own(*nodes: dict, **more) -> dict:
    return company(HOUSE, list(nodes), HANDLER, **more)


def drafted(erp, server, pdf, parties: list[dict], **fields) -> Contract:
    contract = Contract(erp, server, parties, **fields)
    contract.add_file(pdf)
    return contract


@pytest.mark.parametrize("kind", ALLOWED)
def test_every_kind_of_place_on_every_kind_of_node_when_the_contract_is_sent(erp, server, contract_pdf, kind):
    for place in KINDS:
        contract = drafted(erp, server, contract_pdf, [own(node(kind))])
        reply = contract.try_send([contract.at_action(0, **stamper(place))])
        assert reply.envelope["responseCode"] == ("00000000" if place in ALLOWED[kind] else "11011106"), place
        assert contract.status == ("SIGNING" if place in ALLOWED[kind] else "DRAFT")


def test_every_kind_of_place_for_a_person(erp, server, contract_pdf):
    for place in KINDS:
        contract = drafted(erp, server, contract_pdf, [person("丙测试", "13877770013")])
        reply = contract.try_send([contract.at_party(0, **stamper(place))])
        assert reply.envelope["responseCode"] == ("00000000" if place in ALLOWED["PERSONAL"] else "11011106"), place


@pytest.mark.parametrize("call, kind", [("companysign", "COMPANY"), ("legalpersonsign", "LP"), ("personalsign", "PERSONAL")])
def test_every_kind_of_place_in_every_silent_call(erp, server, contract_pdf, call, kind):
    more = {"user": HANDLER, "companySignatory": {"name": HOUSE}} if call == "personalsign" else {}
    if more:
        authorise(erp, server, HANDLER)
    for place in KINDS:
        contract = drafted(erp, server, contract_pdf, [own(node(kind))])
        contract.send()
        # Beside the usual place: of two pages one alone is odd, and a seal across one page stands nowhere.
        stampers = [stamper(one, documentId=contract.documents[0]) for one in (kind, place)]
        reply = erp.post(f"/v2/contract/{call}", {"contractId": contract.id, **more, "stampers": stampers})
        assert reply.envelope["responseCode"] == ("00000000" if place in ALLOWED[kind] else "11011106"), place


@pytest.mark.parametrize("kind", ["OPERATOR", "PRACTICE", "AUDIT"])
@pytest.mark.parametrize("call", ["companysign", "legalpersonsign", "personalsign"])
def test_nodes_that_no_silent_call_signs_answer_that_it_is_not_their_turn(erp, server, contract_pdf, kind, call):
    authorise(erp, server, HANDLER)
    contract = drafted(erp, server, contract_pdf, [own(node(kind, serialNo=1), node("COMPANY", serialNo=2))])
    contract.send([contract.at_action(0, 1, **stamper("COMPANY"))])
    more = {"user": HANDLER, "companySignatory": {"name": HOUSE}} if call == "personalsign" else {}
    assert erp.post(f"/v2/contract/{call}", {"contractId": contract.id, **more}).envelope["responseCode"] == "11011107"


def test_an_operator_node_is_signed_on_the_page_and_opens_the_seal_behind_it(erp, server, contract_pdf, tmp_path):
    contract = drafted(erp, server, contract_pdf, [own(node("OPERATOR", serialNo=1), node("COMPANY", serialNo=2))])
    contract.send([contract.at_action(0, 0, **stamper("PERSONAL")), contract.at_action(0, 1, **stamper("COMPANY", offsetX=0.5))])
    assert contract.try_seal().code == 1107
    contract.sign_by_page(HANDLER)
    contract.seal()
    assert contract.status == "COMPLETE"
    assert verify(contract.download(), tmp_path, server).signers == [HANDLER["name"], HOUSE]


def test_an_operator_node_needs_a_handler(erp):
    draft = lambda party, **more: erp.post("/v2/contract/draft", {"subject": "经办", "signatories": [party], **more})  # noqa: E731
    alone = company(HOUSE, [node("OPERATOR")])
    assert draft(alone).envelope["responseCode"] == "11011111"
    erp.ok(draft(alone, creator=NUMBER))
    erp.ok(draft(own(node("OPERATOR"))))


def test_a_practising_seal_is_its_keepers_and_signs_in_his_name(erp, server, made, contract_pdf, tmp_path):
    contract = drafted(erp, server, contract_pdf, [own(node("PRACTICE"))])
    contract.send([contract.at_action(0, **stamper("COMPANY"))])
    page = contract.page(HANDLER)
    assert [seal["name"] for seal in page.task["seals"]] == ["执业章"]
    page.sign(page.ask_for_code(HANDLER["contact"]))
    assert contract.status == "COMPLETE"
    assert contract.detail()["signatories"][0]["actions"][0]["sealId"] == made.seal(HOUSE, "执业章")
    assert verify(contract.download(), tmp_path, server).signers == [HANDLER["name"]]


def test_a_practising_seal_is_for_the_initiators_own_nodes(erp):
    outside = company("外部（测试）有限公司", [node("PRACTICE")], HANDLER)
    reply = erp.post("/v2/contract/draft", {"subject": "执业", "signatories": [outside]})
    assert reply.code == 1005 and "signatories[0].actions[0].type" in reply.envelope["message"]


def test_the_judges_object_to_nothing_when_every_kind_of_node_has_signed(erp, server, contract_pdf, server_judges, tmp_path):
    authorise(erp, server, HANDLER)
    kinds = ["PRACTICE", "OPERATOR", "PERSONAL", "LP", "COMPANY"]
    contract = drafted(erp, server, contract_pdf, [own(*(node(kind, serialNo=number) for number, kind in enumerate(kinds, 1)))])
    marks = {"PRACTICE": "COMPANY", "OPERATOR": "PERSONAL"}
    contract.send([contract.at_action(0, number, **stamper(marks.get(kind, kind), offsetX=0.02 + 0.33 * (number % 3), offsetY=0.05 + 0.3 * (number // 3)))
                   for number, kind in enumerate(kinds)])
    for _ in range(2):
        page = contract.page(HANDLER)
        code = page.ask_for_code(HANDLER["contact"])
        page.sign(code, **({} if page.task["kind"] == "COMPANY" else {"typed": HANDLER["name"]}))
    erp.ok(erp.post("/v2/contract/personalsign", {"contractId": contract.id, "user": HANDLER, "companySignatory": {"name": HOUSE}}))
    erp.ok(erp.post("/v2/contract/legalpersonsign", {"contractId": contract.id}))
    contract.seal()
    assert contract.status == "COMPLETE"
    file = tmp_path / "signed.pdf"
    file.write_bytes(contract.download())
    assert [f"{verdict.judge}: {one}" for verdict in server_judges.hear(file) for one in verdict.objections] == []


# One after another, all at once, and when it ends.

A, B, C = (user(name, contact) for name, contact in [("甲人", "13877770021"), ("乙人", "13877770022"), ("丙人", "13877770023")])


def people(*numbers: int, **fields) -> list[dict]:
    return [person(who["name"], who["contact"], **({"serialNo": number} if number else {})) for who, number in zip((A, B, C), numbers)]


def sent(erp, server, pdf, parties: list[dict], **fields) -> Contract:
    contract = drafted(erp, server, pdf, parties, **fields)
    contract.send([contract.at_party(number, type="PERSONAL", page=1, offsetX=0.1 + 0.3 * number, offsetY=0.1) for number in range(len(parties))])
    return contract


@pytest.mark.parametrize("numbers, ordinal, first, second", [
    ((1, 2, 3), True, ["SIGNING", "WAITING", "WAITING"], ["SIGNED", "SIGNING", "WAITING"]),
    ((0, 0, 0), True, ["SIGNING", "WAITING", "WAITING"], ["SIGNED", "SIGNING", "WAITING"]),
    ((1, 4, 9), True, ["SIGNING", "WAITING", "WAITING"], ["SIGNED", "SIGNING", "WAITING"]),
    ((1, 2, 2), True, ["SIGNING", "WAITING", "WAITING"], ["SIGNED", "SIGNING", "SIGNING"]),
    ((1, 2, 3), False, ["SIGNING"] * 3, ["SIGNED", "SIGNING", "SIGNING"]),
])
def test_parties_get_their_turn_by_number_or_all_at_once(erp, server, contract_pdf, numbers, ordinal, first, second):
    contract = sent(erp, server, contract_pdf, people(*numbers), ordinal=ordinal)
    assert contract.statuses() == first
    contract.sign_by_page(A)
    assert contract.statuses() == second


def test_inside_a_company_the_nodes_go_by_number_whatever_the_parties_do(erp, server, contract_pdf):
    nodes = [node("COMPANY", serialNo=3), node("AUDIT", serialNo=1), node("LP", serialNo=2)]
    contract = drafted(erp, server, contract_pdf, [own(*nodes), *people(0)], ordinal=False)
    contract.send([contract.at_action(0, 0, **stamper("COMPANY")), contract.at_action(0, 2, **stamper("LP", offsetX=0.5))])
    assert contract.nodes(0) == ["INIT", "START", "INIT"] and contract.try_seal().code == 1107
    erp.ok(erp.post("/v2/contract/employeeaudit", {"contractId": contract.id, "pass": True}))
    assert contract.nodes(0) == ["INIT", "FINISH", "START"]
    erp.ok(erp.post("/v2/contract/legalpersonsign", {"contractId": contract.id}))
    contract.seal()
    assert contract.nodes(0) == ["FINISH"] * 3


@pytest.mark.parametrize("strategy, status, parties", [
    ("ANY_SIGN_FINISH", "COMPLETE", ["SIGNED", "SIGNED", "CLOSED"]), ("ALL_SIGN_FINISH", "SIGNING", ["SIGNED", "SIGNED", "SIGNING"]),
    (None, "SIGNING", ["SIGNED", "SIGNED", "SIGNING"]),
])
def test_one_receiver_is_enough_only_where_the_strategy_says_so(erp, server, contract_pdf, strategy, status, parties):
    contract = drafted(erp, server, contract_pdf, [own(node("COMPANY")), *people(0, 0)], ordinal=False, signFlowStrategy=strategy)
    contract.send([contract.at_action(0, **stamper("COMPANY")), contract.at_party(1, **stamper("PERSONAL")),
                   contract.at_party(2, **stamper("PERSONAL", offsetX=0.5))])
    contract.seal()
    assert contract.status == "SIGNING", "the initiator is no receiver"
    contract.sign_by_page(A)
    assert (contract.status, contract.statuses()) == (status, parties)
    assert contract.detail()["signFlowStrategy"] == (strategy or "ALL_SIGN_FINISH")


def china(days: int) -> datetime.datetime:
    return datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8))) + datetime.timedelta(days=days)


def test_no_contract_may_be_signed_for_longer_than_two_years(erp, server, contract_pdf):
    for days, cut in ((800, True), (700, False)):
        wish = china(days).strftime("%Y-%m-%d %H:%M:%S")
        told = sent(erp, server, contract_pdf, people(0), expireTime=wish).detail()
        published = datetime.datetime.fromisoformat(told["publishTime"])
        leap_day = (published.month, published.day) == (2, 29)
        two_years_on = published.replace(year=published.year + 2, day=28 if leap_day else published.day)
        assert told["expireTime"] == (str(two_years_on) if cut else wish)


def test_without_a_deadline_it_is_the_end_of_the_thirtieth_day(erp, server, contract_pdf):
    contract = sent(erp, server, contract_pdf, people(0))
    assert contract.detail()["expireTime"] in {china(days).strftime("%Y-%m-%d 23:59:59") for days in (29, 30)}


def test_the_contracts_own_end_is_the_end_of_its_day(erp, server, contract_pdf):
    for time in ("2031-05-06 07:08:09", "2031-05-06"):
        contract = drafted(erp, server, contract_pdf, people(0), endTime=time)
        assert contract.detail()["endTime"] == "2031-05-06 23:59:59"
