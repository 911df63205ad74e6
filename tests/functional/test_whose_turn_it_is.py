"""Who gets a link to sign with (spec §4.13): whoever can do something now or has done his part, not who has to wait."""
from __future__ import annotations

import pytest

from support.contracts import Contract, company, person, user
from support.page import Page, inbox_until

HOUSE = "示例科技（演示）有限公司"
CREATOR = user("演示法人", "13900000001")
REVIEWER, WRITER = user("演示员工甲", "10000000001"), user("演示员工乙", "10000000000")
FIRST, SECOND = user("甲测试", "13800000781"), user("乙测试", "13800000782")
NUMBERS = iter(range(13700009100, 13700009200))


@pytest.fixture
def contract(api, server, contract_pdf):
    """A function that sends a contract of these parties."""
    def make(parties: list[dict], **fields) -> Contract:
        made = Contract(api, server, parties, **fields)
        made.add_file(contract_pdf)
        stampers = []
        for index, party in enumerate(made.parties):
            at = {"page": 1, "offsetX": 0.1 + 0.3 * index, "offsetY": 0.1}
            if party["tenantType"] == "PERSONAL":
                stampers.append(made.at_party(index, type="PERSONAL", **at))
                continue
            for number, node in enumerate(party["actions"]):
                if node["type"] == "AUDIT":
                    continue
                kind = "COMPANY" if node["type"] == "COMPANY" else "PERSONAL"
                stampers.append(made.at_action(index, number, type=kind, **{**at, "offsetY": 0.1 + 0.3 * number}))
        made.send(stampers)
        return made

    return make


@pytest.fixture
def in_order(contract):
    return contract([person(FIRST["name"], FIRST["contact"], serialNo=1), person(SECOND["name"], SECOND["contact"], serialNo=2)])


def asked(contract: Contract, who: dict, **options):
    return contract.api.post("/v2/contract/pageurl", {"contractId": contract.id, "user": who, **options})


def refused(contract: Contract, who: dict, **options) -> bool:
    envelope = asked(contract, who, **options).envelope
    if envelope["code"] == 0:
        return False
    assert (envelope["code"], envelope["responseCode"]) == (1121, "11011121") and "result" not in envelope
    return True


def test_who_has_to_wait_gets_no_link_until_it_is_his_turn(in_order):
    assert not refused(in_order, FIRST) and refused(in_order, SECOND)
    in_order.sign_by_page(FIRST)
    assert not refused(in_order, SECOND)
    assert not refused(in_order, FIRST), "who has signed may look at it"
    in_order.sign_by_page(SECOND)
    assert in_order.status == "COMPLETE" and not refused(in_order, FIRST) and not refused(in_order, SECOND)


@pytest.mark.parametrize("kind", ["SIGN", "DIRECT_SIGN", "PRINT"])
def test_no_kind_of_page_is_an_exception(in_order, kind):
    assert refused(in_order, SECOND, pageType=kind) and not refused(in_order, FIRST, pageType=kind)


def test_without_an_order_nobody_waits(contract):
    made = contract([person(FIRST["name"], FIRST["contact"]), person(SECOND["name"], SECOND["contact"])], ordinal=False)
    assert not refused(made, FIRST) and not refused(made, SECOND)


def test_within_a_party_the_later_node_waits(contract, api):
    made = contract([company(HOUSE, [{"type": "AUDIT", "serialNo": 1, "corpOperators": [REVIEWER]}, {"type": "PERSONAL", "serialNo": 2, "corpOperators": [WRITER]}])],
                    creator=CREATOR)
    assert not refused(made, REVIEWER) and refused(made, WRITER)
    api.ok(api.post("/v2/contract/employeeaudit", {"contractId": made.id, "pass": True, "employee": REVIEWER}))
    assert made.nodes(0) == ["FINISH", "START"] and not refused(made, WRITER) and not refused(made, REVIEWER)


def test_the_handler_of_a_company_waits_with_it(contract):
    handler = user("经办甲", str(next(NUMBERS)))
    made = contract([person(FIRST["name"], FIRST["contact"], serialNo=1), company("外部（测试）有限公司", receiver=handler, serialNo=2)])
    assert refused(made, handler)
    made.sign_by_page(FIRST)
    assert made.page(handler).view["state"] == "CAN_SIGN"


def test_the_initiator_need_not_wait_because_he_may_take_it_back(contract):
    made = contract([person(FIRST["name"], FIRST["contact"], serialNo=1), company(HOUSE, serialNo=2)], creator=CREATOR)
    page = made.page(CREATOR)
    assert page.view["state"] == "WAITING" and page.view["options"]["canRecall"]


def test_who_only_looks_has_nothing_to_wait_for(contract):
    reader = user("抄送人", str(next(NUMBERS)))
    made = contract([person(FIRST["name"], FIRST["contact"], serialNo=1), person(SECOND["name"], SECOND["contact"], serialNo=2)],
                    copySendReceivers=[{"name": reader["name"], "receiver": reader}])
    assert made.page(reader).view["state"] == "VIEWING" and refused(made, SECOND)


def test_a_stranger_still_hears_that_he_may_not_look(in_order):
    assert asked(in_order, user("路人", str(next(NUMBERS)))).code == 1110


def test_who_has_to_wait_may_look_with_a_ticket(in_order):
    """The page about tickets knows one refusal alone: that somebody may not look."""
    assert in_order.early_page(SECOND).view["state"] == "WAITING"


def test_the_message_that_tells_of_ones_turn_brings_the_link(in_order, server):
    in_order.sign_by_page(FIRST)
    message = inbox_until(server, SECOND["contact"], lambda one: in_order.subject in one["text"] and "link" in one)
    assert Page(server.host, server.port, message["link"]).view["state"] == "CAN_SIGN"
