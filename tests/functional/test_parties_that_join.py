"""Parties that the sender leaves open (`delaySet`): how they wait, their links, the page behind a link, and what follows."""
from __future__ import annotations

import concurrent.futures
import itertools

import pytest

from support.contracts import Contract, company, person, user, verify
from support.joining import Joiner
from support.organisation import apply
from support.page import PageError

_numbers = itertools.count(13_710_000_000)


def mobile() -> str:
    """A number that nobody else uses: codes are counted by contact."""
    return str(next(_numbers))


def later(kind: str, **more) -> dict:
    return {"tenantType": kind, "delaySet": True, **more}


@pytest.fixture
def open_contract(api, server, contract_pdf):
    """open_contract(parties, ordinal): sent, with a place for each party's first node or for the person."""

    def make(parties: list[dict], **fields) -> Contract:
        made = Contract(api, server, parties, **fields)
        made.add_file(contract_pdf)
        stampers = []
        for index, party in enumerate(made.parties):
            x = 0.1 + 0.28 * index
            if party["tenantType"] == "PERSONAL":
                stampers.append(made.at_party(index, type="PERSONAL", page=1, offsetX=x, offsetY=0.1))
            else:
                stampers.append(made.at_action(index, type="COMPANY", page=1, offsetX=x, offsetY=0.1))
        made.send(stampers)
        return made

    return make


def urls(contract: Contract, kind: str = "PERSONAL") -> list[dict]:
    return contract.api.ok(contract.api.get("/v2/contract/joinurl", contractId=contract.id, type=kind))["joinUrls"]


def joiner(contract: Contract, kind: str = "PERSONAL", index: int = 0) -> Joiner:
    return Joiner(contract.server, urls(contract, kind)[index]["url"])


def refused(call, code: str) -> None:
    with pytest.raises(PageError) as error:
        call()
    assert error.value.code == code, error.value


def test_in_a_draft_a_party_may_be_left_open_and_keeps_its_type(api, server):
    draft = Contract(api, server, [company(server.demo["companyName"]), later("PERSONAL"), later("COMPANY", actions=[{"type": "COMPANY"}])])
    assert [party["tenantType"] for party in draft.parties] == ["COMPANY", "PERSONAL", "COMPANY"]
    assert [party["delaySet"] for party in draft.parties] == [False, True, True]


def test_without_delaySet_a_name_and_a_receiver_are_still_required(api):
    for party in ({"tenantType": "PERSONAL"}, {"tenantType": "PERSONAL", "tenantName": "某甲"}):
        reply = api.post("/v2/contract/draft", {"subject": "x", "signatories": [party]})
        assert reply.envelope["responseCode"] == "11990005"


def test_who_has_not_joined_waits_under_a_type_of_his_own(open_contract, server):
    contract = open_contract([company(server.demo["companyName"]), later("PERSONAL"), later("COMPANY", actions=[{"type": "COMPANY"}])],
                             ordinal=False)
    detail = contract.detail()
    assert detail["status"] == "SIGNING"
    assert [(party["tenantType"], party["status"]) for party in detail["signatories"]] == [
        ("COMPANY", "SIGNING"), ("P_NO_RECEIVER", "WAITING"), ("C_NO_RECEIVER", "WAITING")]


def test_a_contract_whose_first_step_nobody_can_do_is_being_drawn_up_until_somebody_joins(open_contract, server):
    contract = open_contract([later("PERSONAL"), company(server.demo["companyName"])])
    assert contract.status == "FILLING" and contract.statuses() == ["WAITING", "WAITING"]
    assert contract.try_seal().envelope["responseCode"] == "11011101"
    joiner(contract).join("首签（测试）", mobile())
    assert contract.status == "SIGNING" and contract.statuses() == ["SIGNING", "WAITING"]


def test_the_flow_stops_before_a_party_that_has_not_joined(open_contract, server):
    contract = open_contract([company(server.demo["companyName"]), later("PERSONAL"), person("后签（测试）", mobile())])
    contract.seal()
    assert contract.status == "SIGNING" and contract.statuses() == ["SIGNED", "WAITING", "WAITING"]
    joiner(contract).join("中签（测试）", mobile())
    assert contract.statuses() == ["SIGNED", "SIGNING", "WAITING"]


def test_a_person_joins_signs_and_the_signature_is_good(open_contract, server, tmp_path):
    contract = open_contract([company(server.demo["companyName"]), later("PERSONAL")], ordinal=False)
    contact = mobile()
    view = joiner(contract).view()
    assert view["state"] == "OPEN" and view["type"] == "PERSONAL" and view["subject"] == contract.subject
    assert view["initiator"] == server.demo["companyName"] and view["tenantName"] == "" and view["contact"] == ""
    page = joiner(contract).join("加入者（测试）", contact)
    party = contract.detail()["signatories"][1]
    assert party["tenantType"] == "PERSONAL" and party["tenantName"] == "加入者（测试）" and party["status"] == "SIGNING"
    assert party["receiver"] == {"name": "加入者（测试）", "contact": contact, "contactType": "MOBILE"}
    page.sign(page.ask_for_code(contact), typed="加入者（测试）")
    contract.seal()
    assert contract.status == "COMPLETE"
    pdf = contract.download()
    verdict = verify(pdf, tmp_path, server)
    assert verdict.intact and verdict.signers == ["加入者（测试）", server.demo["companyName"]]


def test_who_joins_after_others_have_signed_leaves_their_signatures_good(open_contract, server, tmp_path):
    contract = open_contract([company(server.demo["companyName"]), later("COMPANY", actions=[{"type": "COMPANY"}]), later("PERSONAL")],
                             ordinal=False)
    contract.seal()
    handler, other = mobile(), mobile()
    page = joiner(contract, "COMPANY").join("经办人（测试）", handler, company="后来虚构有限公司")
    page.sign(page.ask_for_code(handler))
    page = joiner(contract).join("后来者（测试）", other)
    page.sign(page.ask_for_code(other), typed="后来者（测试）")
    assert contract.status == "COMPLETE"
    verdict = verify(contract.download(), tmp_path, server)
    assert verdict.intact and verdict.signers == [server.demo["companyName"], "后来虚构有限公司", "后来者（测试）"]


def test_a_company_that_joins_late_seals_in_its_own_size_and_every_judge_agrees(open_contract, server, server_judges, tmp_path):
    staff = mobile()
    name = f"椭圆加入虚构有限公司{staff[-4:]}"
    apply(server.data, [{"name": name, "employee": [{"name": "掌印（测试）", "mobile": staff, "number": "E1"}],
                         "seal": [{"name": "椭圆章", "specification": "OVAL_45_30", "users": ["E1"]}]}])
    contract = open_contract([company(server.demo["companyName"]), later("COMPANY", actions=[{"type": "COMPANY"}])], ordinal=False)
    contract.seal()
    page = joiner(contract, "COMPANY").join("掌印（测试）", staff, company=name)
    place = contract.places(1)[0]
    assert abs(place["width"] * 210 - 45) < 0.5 and abs(place["height"] * 297 - 30) < 0.5, place
    page.sign(page.ask_for_code(staff))
    assert contract.status == "COMPLETE"
    file = tmp_path / "late.pdf"
    file.write_bytes(contract.download())
    objections = [f"{one.judge}: {text}" for one in server_judges.hear(file) for text in one.objections]
    assert objections == []


def test_what_the_sender_settled_counts_whatever_the_joiner_says(open_contract, server):
    contact = mobile()
    contract = open_contract([company(server.demo["companyName"]), later("PERSONAL", tenantName="已定（测试）"),
                              later("COMPANY", receiver=user("老经办（测试）", contact), actions=[{"type": "COMPANY"}])], ordinal=False)
    someone = mobile()
    joiner(contract).join("冒名（测试）", someone)
    assert contract.detail()["signatories"][1]["tenantName"] == "已定（测试）"
    door = joiner(contract, "COMPANY")
    assert door.view()["contact"] == contact[:3] + "****" + contact[-4:]
    code = door.code(mobile(), to=contact)
    door.send(name="新经办（测试）", companyName="另一虚构有限公司", contact=mobile(), code=code)
    party = contract.detail()["signatories"][2]
    assert party["tenantName"] == "另一虚构有限公司" and party["receiver"]["contact"] == contact


def test_links_are_for_the_type_that_was_asked_for_and_say_which_party(open_contract, server):
    contract = open_contract([company(server.demo["companyName"]), later("PERSONAL", serialNo=3), later("COMPANY", serialNo=5, actions=[{"type": "COMPANY"}])])
    assert [one["serialNo"] for one in urls(contract)] == [3]
    assert [one["serialNo"] for one in urls(contract, "COMPANY")] == [5]
    personal = contract.api.ok(contract.api.get("/v2/contract/personal/joinurl", contractId=contract.id))["joinUrls"]
    assert [one["serialNo"] for one in personal] == [3] and personal[0]["url"].startswith(server.url + "/contract/join/")
    for bad in ({}, {"type": "DOG"}):
        assert contract.api.get("/v2/contract/joinurl", contractId=contract.id, **bad).envelope["responseCode"] == "11990005"


def test_personal_links_have_codes_of_their_own(open_contract, api, server, contract_pdf):
    def ask(**fields):
        return api.get("/v2/contract/personal/joinurl", **fields)

    assert ask(contractId="1").code == 3004 and ask(bizId="nobody-has-this").code == 3004
    closed = open_contract([company(server.demo["companyName"]), person("已知（测试）", mobile())])
    assert ask(contractId=closed.id).envelope["responseCode"] == "11011113"
    contract = open_contract([company(server.demo["companyName"]), later("PERSONAL")], ordinal=False)
    joiner(contract).join("加入者（测试）", mobile())
    assert ask(contractId=contract.id).envelope["responseCode"] == "11011125"
    assert urls(contract) == []
    draft = Contract(api, server, [company(server.demo["companyName"]), later("PERSONAL")])
    assert ask(contractId=draft.id).envelope["responseCode"] == "11011101"
    assert api.get("/v2/contract/joinurl", contractId=draft.id, type="PERSONAL").envelope["responseCode"] == "11011101"


def test_a_link_serves_once_and_so_does_every_other_link_of_the_party(open_contract, server):
    contract = open_contract([company(server.demo["companyName"]), later("PERSONAL")], ordinal=False)
    first, second = joiner(contract), joiner(contract)
    first.join("先到（测试）", mobile())
    assert first.view()["state"] == "JOINED" and second.view()["state"] == "JOINED"
    assert "tenantName" not in second.view() or second.view()["tenantName"] == ""
    refused(lambda: second.ask(mobile()), "NobodyToJoin")
    refused(lambda: second.send(name="后到（测试）", contact=mobile(), code="000000"), "NobodyToJoin")


def test_of_many_who_join_at_once_one_is_the_party(open_contract, server):
    contract = open_contract([company(server.demo["companyName"]), later("PERSONAL")], ordinal=False)
    doors = [(joiner(contract), mobile()) for _ in range(6)]
    coded = [(door, contact, door.code(contact)) for door, contact in doors]

    def go(one) -> str:
        door, contact, code = one
        try:
            door.send(name="争先（测试）", contact=contact, code=code)
            return contact
        except PageError as error:
            assert error.code == "NobodyToJoin", error
            return ""

    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        winners = [contact for contact in pool.map(go, coded) if contact]
    assert len(winners) == 1 and contract.detail()["signatories"][1]["receiver"]["contact"] == winners[0]


def test_who_is_a_party_already_cannot_join_as_another(open_contract, server):
    contact = mobile()
    contract = open_contract([company(server.demo["companyName"]), person("同一人（测试）", contact), later("PERSONAL")], ordinal=False)
    door = joiner(contract)
    refused(lambda: door.join("同一人（测试）", contact), "DuplicateSignatory")
    assert contract.detail()["signatories"][2]["tenantType"] == "P_NO_RECEIVER"


def test_a_code_proves_only_the_contact_it_was_sent_to(open_contract, server):
    contract = open_contract([company(server.demo["companyName"]), later("PERSONAL")], ordinal=False)
    door, own, victim = joiner(contract), mobile(), mobile()
    code = door.code(own)
    refused(lambda: door.send(name="冒名（测试）", contact=victim, code=code), "CodeExpired")
    refused(lambda: door.send(name="冒名（测试）", contact=own, code="000000" if code != "000000" else "111111"), "CodeWrong")
    refused(lambda: door.send(name="", contact=own, code=code), "InvalidParameter")
    refused(lambda: door.send(name="冒名（测试）", contact="nonsense", code=code), "InvalidParameter")
    refused(lambda: door.ask(victim), "TooFrequent")
    assert contract.detail()["signatories"][1]["tenantType"] == "P_NO_RECEIVER"
    door.send(name="本人（测试）", contact=own, code=code)


def test_a_company_on_record_lets_only_its_own_people_join_for_it(open_contract, server):
    staff = mobile()
    name = f"在册虚构有限公司{staff[-4:]}"
    apply(server.data, [{"name": name, "employee": [{"name": "在册员工（测试）", "mobile": staff, "number": "E1"}]}])
    contract = open_contract([company(server.demo["companyName"]), later("COMPANY", actions=[{"type": "COMPANY"}])], ordinal=False)
    refused(lambda: joiner(contract, "COMPANY").join("外人（测试）", mobile(), company=name), "EmployeeNotFound")
    joiner(contract, "COMPANY").join("在册员工（测试）", staff, company=name)
    assert contract.detail()["signatories"][1]["tenantName"] == name


def test_the_initiator_cannot_be_named_as_the_party_that_joins(open_contract, server):
    contract = open_contract([person("某甲（测试）", mobile()), later("COMPANY", actions=[{"type": "COMPANY"}])], ordinal=False)
    with pytest.raises(PageError):
        joiner(contract, "COMPANY").join("某乙（测试）", mobile(), company=server.demo["companyName"])
    assert contract.detail()["signatories"][1]["tenantType"] == "C_NO_RECEIVER"


def test_nobody_joins_what_has_ended(open_contract, server):
    contract = open_contract([company(server.demo["companyName"]), later("PERSONAL")], ordinal=False)
    door = joiner(contract)
    contract.api.ok(contract.api.post("/v2/contract/forceend", {"contractId": contract.id, "reason": "项目取消"}))
    assert door.view()["state"] == "OVER"
    refused(lambda: door.ask(mobile()), "InvalidContractStatus")


def test_a_join_link_opens_nothing_else_and_another_link_is_none(open_contract, server):
    contact = mobile()
    contract = open_contract([company(server.demo["companyName"]), later("PERSONAL"), person("某丙（测试）", contact)], ordinal=False)
    door = joiner(contract)
    with pytest.raises(PageError) as error:
        from support.page import Page
        Page(server.host, server.port, f"{server.url}/contract/share/{contract.id}?openPageToken={door.token}")
    assert error.value.code == "LinkNotFound"
    url = contract.api.ok(contract.api.post("/v2/contract/pageurl", {"contractId": contract.id, "user": user("某丙（测试）", contact)}))["pageUrl"]
    door.token = url.split("openPageToken=")[1]
    refused(door.view, "LinkNotFound")


def test_the_joiner_is_invited_and_the_invitation_opens_his_page(open_contract, server):
    from support.page import inbox_until
    contract = open_contract([company(server.demo["companyName"]), later("PERSONAL")], ordinal=False)
    contact = mobile()
    joiner(contract).join("加入者（测试）", contact)
    inbox_until(server, contact, lambda message: "邀请您签署" in message["text"] and contract.subject in message["text"])
