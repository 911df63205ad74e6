"""Changing who signs after a contract was sent: a party's name, receiver and way to confirm, a node's operators, and who a signer is."""
from __future__ import annotations

import io
import itertools

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields

from support.contracts import Contract, company, person, user, verify
from support.organisation import apply
from support.page import Page, PageError, inbox_until

_numbers = itertools.count(13_720_000_000)
APPROVER = {"contact": "10000000001", "contactType": "MOBILE"}
CREATOR = {"contact": "10000000000", "contactType": "MOBILE"}


def mobile() -> str:
    return str(next(_numbers))


@pytest.fixture
def sent(api, server, contract_pdf):
    """sent(parties, **fields): a running contract with a place for each party's first node."""

    def make(parties: list[dict], **fields) -> Contract:
        made = Contract(api, server, parties, **{"ordinal": False, **fields})
        made.add_file(contract_pdf)
        stampers = []
        for index, party in enumerate(made.parties):
            x = 0.1 + 0.28 * index
            if party["tenantType"] == "PERSONAL":
                stampers.append(made.at_party(index, type="PERSONAL", page=1, offsetX=x, offsetY=0.1))
            elif party["actions"][0]["type"] == "COMPANY":
                stampers.append(made.at_action(index, type="COMPANY", page=1, offsetX=x, offsetY=0.1))
        made.send(stampers)
        return made

    return make


def edit(contract: Contract, party: int, path: str = "/v3/signatory/edit", **fields):
    return contract.api.post(path, {"signatoryId": contract.parties[party]["id"], **fields})


def empty_fields(pdf: bytes) -> list[str]:
    """The signature fields of a file in which nobody has signed."""
    return [name for name, _, _ in enumerate_sig_fields(PdfFileReader(io.BytesIO(pdf)), filled_status=False)]


def code_of(reply) -> str:
    return reply.envelope["responseCode"]


def page_url(contract: Contract, who: dict) -> str:
    return contract.api.ok(contract.api.post("/v2/contract/pageurl", {"contractId": contract.id, "user": who}))["pageUrl"]


def test_whoever_is_replaced_has_nothing_left_and_his_successor_is_invited_and_signs(sent, server, tmp_path):
    old, new = mobile(), mobile()
    contract = sent([company(server.demo["companyName"]), person("前任（测试）", old)])
    url = page_url(contract, user("前任（测试）", old))
    open_page = Page(server.host, server.port, url)
    contract.api.ok(edit(contract, 1, tenantName="后任（测试）", receiver=user("后任（测试）", new)))
    party = contract.detail()["signatories"][1]
    assert party["tenantName"] == "后任（测试）" and party["receiver"]["contact"] == new and party["status"] == "SIGNING"
    for attempt in (lambda: Page(server.host, server.port, url), lambda: open_page.ask_for_code(old),
                    lambda: open_page._get(f"/pages/documents/{contract.documents[0]}/pages/1.jpg")):
        with pytest.raises(PageError) as error:
            attempt()
        assert error.value.code == "LinkNotFound"
    assert code_of(contract.api.post("/v2/contract/pageurl", {"contractId": contract.id, "user": user("", old) | {"name": "前任（测试）"}})) == "11011110"
    invited = inbox_until(server, new, lambda message: contract.subject in message["text"] and "邀请" in message["text"])
    page = Page(server.host, server.port, invited["link"])
    page.sign(page.ask_for_code(new), typed="后任（测试）")
    contract.seal()
    assert verify(contract.download(), tmp_path, server).signers[0] == "后任（测试）"


def test_waiting_lists_follow_the_change(sent, server):
    old, new = mobile(), mobile()
    first = sent([person("甲（测试）", old)])
    second = sent([person("甲（测试）", old)])
    third = sent([person("乙（测试）", new)])
    contract_ids = lambda page: {one["id"] for one in page.waiting()}  # noqa: E731
    assert second.id in contract_ids(first.page(user("甲（测试）", old)))
    second.api.ok(edit(second, 0, "/v2/signatory/edit", tenantName="乙（测试）", receiver=user("乙（测试）", new)))
    assert second.id not in contract_ids(first.page(user("甲（测试）", old)))
    assert second.id in contract_ids(third.page(user("乙（测试）", new)))


@pytest.mark.parametrize("path", ["/v3/signatory/edit", "/v3/signatory/modify", "/v2/signatory/edit"])
def test_a_name_alone_may_be_corrected(sent, server, path):
    contact = mobile()
    contract = sent([person("错字（测试）", contact)])
    contract.api.ok(edit(contract, 0, path, tenantName="正名（测试）"))
    party = contract.detail()["signatories"][0]
    assert party["tenantName"] == "正名（测试）" and party["receiver"] == {"name": "正名（测试）", "contact": contact, "contactType": "MOBILE"}


def test_the_older_call_changes_the_receiver_alone(sent):
    contract, new = sent([person("甲（测试）", mobile())]), mobile()
    contract.api.ok(edit(contract, 0, "/v2/signatory/edit", receiver=user("甲（测试）", new)))
    assert contract.detail()["signatories"][0]["receiver"]["contact"] == new


def test_an_external_company_becomes_another_and_seals_in_its_name(sent, server, tmp_path):
    contact = mobile()
    contract = sent([company("先前虚构有限公司", receiver=user("经办（测试）", contact))])
    contract.api.ok(edit(contract, 0, tenantName="随后虚构有限公司"))
    page = contract.page(user("经办（测试）", contact))
    page.sign(page.ask_for_code(contact))
    assert contract.status == "COMPLETE"
    assert verify(contract.download(), tmp_path, server).signers == ["随后虚构有限公司"]


def test_a_company_that_is_on_record_seals_with_its_own_seal_of_its_own_size(sent, server, tmp_path):
    contact, name = mobile(), f"椭圆虚构有限公司{mobile()[-5:]}"
    apply(server.data, [{"name": name, "employee": [{"name": "掌印（测试）", "mobile": contact, "number": "E1"}],
                         "seal": [{"name": "椭圆章", "specification": "OVAL_45_30", "users": ["E1"]}]}])
    contract = sent([company("先前虚构有限公司", receiver=user("经办（测试）", mobile()))])
    before = contract.places(0)[0]
    contract.api.ok(edit(contract, 0, tenantName=name, receiver=user("掌印（测试）", contact)))
    after = contract.places(0)[0]
    assert abs(after["width"] * 210 - 45) < 0.5 and after["width"] != before["width"], (before, after)
    page = contract.page(user("掌印（测试）", contact))
    page.sign(page.ask_for_code(contact))
    assert contract.status == "COMPLETE"
    pdf = contract.download()
    verdict = verify(pdf, tmp_path, server)
    assert verdict.intact and verdict.signers == [name]
    assert empty_fields(pdf) == [], "nothing is left of the field for the seal that was reckoned with"


def test_once_somebody_has_signed_the_fields_stay_and_the_seal_still_has_its_size(sent, server, tmp_path):
    contact, signer, name = mobile(), mobile(), f"椭圆虚构有限公司{mobile()[-5:]}"
    apply(server.data, [{"name": name, "employee": [{"name": "掌印（测试）", "mobile": contact, "number": "E1"}],
                         "seal": [{"name": "椭圆章", "specification": "OVAL_45_30", "users": ["E1"]}]}])
    contract = sent([person("先签（测试）", signer), company("先前虚构有限公司", receiver=user("经办（测试）", mobile()))])
    contract.sign_by_page(user("先签（测试）", signer))
    contract.api.ok(edit(contract, 1, tenantName=name, receiver=user("掌印（测试）", contact)))
    assert abs(contract.places(1)[0]["width"] * 210 - 45) < 0.5
    page = contract.page(user("掌印（测试）", contact))
    page.sign(page.ask_for_code(contact))
    pdf = contract.download()
    verdict = verify(pdf, tmp_path, server)
    assert contract.status == "COMPLETE" and verdict.intact and verdict.signers == ["先签（测试）", name]
    assert len(empty_fields(pdf)) == 1, "a signed document keeps what it has"


def test_the_other_parties_sign_in_their_fields_after_they_were_made_anew(sent, server, server_judges, tmp_path):
    contact, signer, name = mobile(), mobile(), f"椭圆虚构有限公司{mobile()[-5:]}"
    apply(server.data, [{"name": name, "employee": [{"name": "掌印（测试）", "mobile": contact, "number": "E1"}],
                         "seal": [{"name": "椭圆章", "specification": "OVAL_45_30", "users": ["E1"]}]}])
    contract = sent([company("先前虚构有限公司", receiver=user("经办（测试）", mobile())), person("后签（测试）", signer)])
    contract.api.ok(edit(contract, 0, tenantName=name, receiver=user("掌印（测试）", contact)))
    page = contract.page(user("掌印（测试）", contact))
    page.sign(page.ask_for_code(contact))
    contract.sign_by_page(user("后签（测试）", signer))
    pdf = contract.download()
    verdict = verify(pdf, tmp_path, server)
    assert contract.status == "COMPLETE" and verdict.intact and verdict.signers == [name, "后签（测试）"]
    assert empty_fields(pdf) == []
    file = tmp_path / "anew.pdf"
    file.write_bytes(pdf)
    assert [f"{judge.judge}: {one}" for judge in server_judges.hear(file) for one in judge.objections] == []


def test_a_party_that_was_left_open_can_be_filled_in_by_the_sender(sent, server):
    contract, contact = sent([{"tenantType": "PERSONAL", "delaySet": True}]), mobile()
    assert contract.status == "FILLING"
    contract.api.ok(edit(contract, 0, tenantName="补填（测试）", receiver=user("补填（测试）", contact)))
    assert contract.status == "SIGNING"
    contract.sign_by_page(user("补填（测试）", contact))
    assert contract.status == "COMPLETE"


def test_nobody_changes_a_party_that_has_signed_or_a_company_that_has_accepted(sent, server):
    contact, handler = mobile(), mobile()
    nodes = [{"type": "OPERATOR", "serialNo": 1}, {"type": "COMPANY", "serialNo": 2}]
    contract = sent([company(server.demo["companyName"]), person("签完（测试）", contact),
                     company("接收虚构有限公司", nodes, receiver=user("经办（测试）", handler))])
    contract.sign_by_page(user("签完（测试）", contact))
    assert code_of(edit(contract, 1, tenantName="另人（测试）")) == "11011101"
    page = contract.page(user("经办（测试）", handler))
    place = {"documentId": contract.documents[0], "page": 1, "x": 0.6, "y": 0.5}
    page.sign(page.ask_for_code(handler), typed="经办（测试）", places=[place])
    assert code_of(edit(contract, 2, tenantName="他家虚构有限公司")) == "11011101"
    contract.api.ok(contract.api.post("/v2/contract/forceend", {"contractId": contract.id, "reason": "结束"}))
    assert code_of(edit(contract, 0, signValidateWay="PIN")) == "11011101"


def test_what_is_refused_changes_nothing(sent, server):
    contact = mobile()
    contract = sent([company(server.demo["companyName"]), person("甲（测试）", contact), person("乙（测试）", mobile())])
    before = contract.detail()
    expected = [
        ("11990005", edit(contract, 1)),
        ("11990005", edit(contract, 1, receiver=user("甲（测试）", mobile()))),  # the newer call wants a name or a way
        ("11990005", edit(contract, 1, "/v2/signatory/edit")),
        ("11990005", edit(contract, 1, signValidateWay="FACE")),
        ("11990005", edit(contract, 1, tenantName="丙（测试）", receiver={"contact": "x", "contactType": "MOBILE"})),
        ("11990005", edit(contract, 0, tenantName="别家虚构有限公司")),
        ("11990005", contract.api.post("/v3/signatory/edit", {"signatoryId": "1", "tenantName": "x"})),
        ("11990005", contract.api.post("/v3/signatory/edit", {"tenantName": "x"})),
        ("11011102", edit(contract, 2, tenantName="甲（测试）", receiver=user("甲（测试）", contact))),
        ("11041701", edit(contract, 1, tenantName="丙（测试）", operator={"contact": "19900000000", "contactType": "MOBILE"})),
    ]
    assert [code for code, _ in expected] == [code_of(reply) for _, reply in expected]
    assert contract.detail() == before


def test_another_company_edits_nothing(sent, server):
    name = f"旁观虚构有限公司{mobile()[-5:]}"
    organisation = apply(server.data, [{"name": name, "application": [{"name": "旁观系统"}]}])
    stranger = organisation.application(server, name)
    contract = sent([person("甲（测试）", mobile())])
    reply = stranger.post("/v3/signatory/edit", {"signatoryId": contract.parties[0]["id"], "tenantName": "乙（测试）"})
    assert code_of(reply) == "14990002"


# --- signValidateWay

def test_a_party_that_confirms_by_code_alone_is_offered_no_password(sent, server):
    contact = mobile()
    contract = sent([person("码签（测试）", contact, signValidateWay="PIN")])
    assert contract.detail()["signatories"][0]["signValidateWay"] == "PIN"
    page = contract.page(user("码签（测试）", contact), allowPasswordSign=True)
    assert page.view["options"]["validateWay"] == "PIN" and not page.view["options"]["passwordUsable"]
    with pytest.raises(PageError):
        page.sign(password="whatever-1", typed="码签（测试）")
    outcome = page.sign(page.ask_for_code(contact), typed="码签（测试）")
    assert not outcome["passwordOffer"] and contract.status == "COMPLETE"


def by_password(sent, contact: str) -> tuple[Contract, Page]:
    contract = sent([person("密签（测试）", contact, signValidateWay="SIGNPWD")])
    return contract, contract.page(user("密签（测试）", contact))


def refusal(page: Page, **body) -> str:
    with pytest.raises(PageError) as error:
        page.sign(typed="密签（测试）", **body)
    return error.value.code


def test_a_party_that_confirms_by_password_sets_one_with_a_code_and_needs_no_code_afterwards(sent, server):
    contact = mobile()
    contract, page = by_password(sent, contact)
    assert not page.view["options"]["hasPassword"]
    code = page.ask_for_code(contact)
    assert refusal(page, code=code) == "PasswordRequired"
    assert refusal(page, password="correct-horse-1") == "CodeRequired"
    assert refusal(page, code=code, password="short") == "PasswordWeak"
    page.sign(code, password="correct-horse-1", typed="密签（测试）")
    assert contract.status == "COMPLETE"
    second, page = by_password(sent, contact)
    assert page.view["options"]["hasPassword"]
    assert refusal(page, password="wrong-horse-1") == "PasswordWrong"
    page.sign(password="correct-horse-1", typed="密签（测试）")
    assert second.status == "COMPLETE"


def test_five_wrong_passwords_close_the_way_until_a_code_sets_another(sent, server):
    contact = mobile()
    contract, page = by_password(sent, contact)
    page.sign(page.ask_for_code(contact), password="correct-horse-1", typed="密签（测试）")
    contract, page = by_password(sent, contact)
    assert [refusal(page, password="wrong-horse-1") for _ in range(5)] == ["PasswordWrong"] * 4 + ["PasswordNotUsable"]
    assert refusal(page, password="correct-horse-1") == "PasswordNotUsable"
    page.sign(page.ask_for_code(contact), password="another-horse-2", typed="密签（测试）")
    assert contract.status == "COMPLETE"
    contract, page = by_password(sent, contact)
    assert refusal(page, password="correct-horse-1") == "PasswordWrong"
    page.sign(password="another-horse-2", typed="密签（测试）")


def test_the_way_can_be_changed_while_the_party_has_not_signed(sent, server):
    contact = mobile()
    contract, page = by_password(sent, contact)
    contract.api.ok(edit(contract, 0, signValidateWay="PIN"))
    page.sign(page.ask_for_code(contact), typed="密签（测试）")
    assert contract.status == "COMPLETE"


def test_a_way_that_leaves_the_choice_to_the_person_is_confirmed_by_code(sent):
    """FACE_DEFAULT offers a face first; what is left of it here is that he may choose another way."""
    contact = mobile()
    contract = sent([person("密签（测试）", contact, signValidateWay="FACE_DEFAULT")])
    assert contract.detail()["signatories"][0]["signValidateWay"] == "DEFAULT"
    page = contract.page({"contact": contact, "contactType": "MOBILE"})
    page.sign(page.ask_for_code(contact), typed="密签（测试）")
    assert contract.status == "COMPLETE"
    contract = sent([person("密签（测试）", contact)])
    contract.api.ok(edit(contract, 0, signValidateWay="FACE_DEFAULT"))
    assert contract.detail()["signatories"][0]["signValidateWay"] == "DEFAULT"


@pytest.mark.parametrize("way", ["FACE", "nonsense"])
def test_faces_are_not_compared_and_the_refusal_names_the_field(api, way):
    reply = api.post("/v2/contract/draft", {"subject": "x", "signatories": [person("甲（测试）", mobile(), signValidateWay=way)]})
    assert code_of(reply) == "11990005" and "signatories[0].signValidateWay" in reply.envelope["message"]


# --- operators

@pytest.fixture
def approval(sent, server):
    nodes = [{"type": "AUDIT", "serialNo": 1, "corpOperators": [APPROVER]}, {"type": "COMPANY", "serialNo": 2}]
    return sent([company(server.demo["companyName"], nodes), person("甲（测试）", mobile())])


def operators(contract: Contract, index: int = 0) -> list[str]:
    node = contract.detail(queryActionOperator="true")["signatories"][0]["actions"][index]
    return [one["contact"] for one in node.get("operators", [])]


def edit_operators(contract: Contract, who: list[dict], index: int = 0, **fields):
    return contract.api.post("/v2/signatory/operators/edit", {"contractId": contract.id, "actionId": contract.action(0, index),
                                                              "actionOperators": who, **fields})


def test_operators_are_replaced_added_and_removed(approval):
    approval.api.ok(edit_operators(approval, [CREATOR]))
    assert operators(approval) == [CREATOR["contact"]]
    approval.api.ok(edit_operators(approval, [APPROVER, CREATOR], editType="ADD"))
    assert operators(approval) == [CREATOR["contact"], APPROVER["contact"]]
    approval.api.ok(edit_operators(approval, [CREATOR], editType="REMOVE", operator=CREATOR))
    assert operators(approval) == [APPROVER["contact"]]
    approval.api.ok(edit_operators(approval, [CREATOR], editType="COVER"))
    assert operators(approval) == [CREATOR["contact"]]


def test_who_was_taken_off_a_node_can_no_longer_do_it_and_who_was_put_on_it_can(approval):
    approval.api.ok(edit_operators(approval, [CREATOR]))
    call = {"contractId": approval.id, "pass": True}
    assert code_of(approval.api.post("/v2/contract/employeeaudit", {**call, "employee": APPROVER})) == "11011121"
    inbox_until(approval.server, CREATOR["contact"], lambda message: approval.subject in message["text"])
    approval.api.ok(approval.api.post("/v2/contract/employeeaudit", {**call, "employee": CREATOR}))
    assert approval.nodes(0) == ["FINISH", "START"]
    assert code_of(edit_operators(approval, [APPROVER])) == "11011107"  # done is done
    approval.api.ok(edit_operators(approval, [CREATOR], index=1))


def test_operators_that_cannot_be_are_refused_and_nothing_changes(approval, sent, server):
    before = approval.detail(queryActionOperator="true")
    stranger = {"contact": "19900000001", "contactType": "MOBILE"}
    personal = approval.detail()["signatories"][1]["id"]
    assert code_of(edit_operators(approval, [stranger])) == "11041701"
    assert code_of(edit_operators(approval, [])) == "11990005"
    assert code_of(edit_operators(approval, [APPROVER], editType="SWAP")) == "11990005"
    assert code_of(edit_operators(approval, [APPROVER], editType="REMOVE")) == "11011105"
    assert code_of(approval.api.post("/v2/signatory/operators/edit", {"contractId": approval.id, "actionId": personal, "actionOperators": [CREATOR]})) == "11990005"
    assert approval.detail(queryActionOperator="true") == before
    foreign = sent([company("外部虚构有限公司", receiver=user("经办（测试）", mobile()))])
    reply = foreign.api.post("/v2/signatory/operators/edit", {"contractId": foreign.id, "actionId": foreign.action(0), "actionOperators": [CREATOR]})
    assert code_of(reply) == "14990002"


# --- identity

def test_the_identity_of_a_signer_is_told_with_its_numbers_masked(sent, api, server):
    contact = mobile()
    info = {"idCardNo": "110101199001011234", "bankNo": "6222020000000001234", "bankMobile": "13800001234"}
    contract = sent([company(server.demo["companyName"]), person("证件（测试）", contact, userAuthInfo=info)])
    told = api.ok(api.get("/v2/signatory/identity", contractId=contract.id, contact=contact, contactType="MOBILE"))
    assert told == {"type": "PERSONAL", "name": "证件（测试）", "contact": contact, "idCardNo": "110***********1234",
                    "bankNo": "622************1234", "bankMobile": "138****1234"}
    for bad in ({"contact": mobile(), "contactType": "MOBILE"}, {"contact": contact}, {"contactType": "MOBILE"}):
        assert code_of(api.get("/v2/signatory/identity", contractId=contract.id, **bad)) == "11990005"
