"""What a person may state differently from what the sender stated about him (userAuthInfo.modifyFields)."""
from __future__ import annotations

import itertools

import pytest

from support.contracts import Contract, person, user
from support.page import PageError

CARD, OTHER_CARD = "110101199003070011", "110101199003070038"
_numbers = itertools.count(13_760_000_000)


@pytest.fixture
def sent(api, server, contract_pdf):
    def make(**info) -> tuple[Contract, dict]:
        who = user("更正（测试）", str(next(_numbers)))
        contract = Contract(api, server, [person(who["name"], who["contact"], userAuthInfo={"idCardNo": CARD, **info})])
        contract.add_file(contract_pdf)
        contract.send([contract.at_party(0, type="PERSONAL", page=1, offsetX=0.5, offsetY=0.2)])
        return contract, who

    return make


def refusal(page, **stated) -> str:
    with pytest.raises(PageError) as refused:
        page.prove(**stated)
    return refused.value.code


def test_the_page_is_told_what_may_be_corrected(sent):
    contract, who = sent(modifyFields=["USERNAME", "IDCARDNO"])
    assert contract.page(who).view["identity"]["correctable"] == ["USERNAME", "IDCARDNO"]
    contract, who = sent()
    assert contract.page(who).view["identity"]["correctable"] == []


def test_another_card_than_the_stated_one_is_taken_where_that_is_allowed_but_none_is_not(sent):
    contract, who = sent(modifyFields=["IDCARDNO"])
    page = contract.page(who)
    assert refusal(page, name=who["name"], idCardNo=" ") == "IdentityMismatch"
    assert refusal(page, name="别人（测试）", idCardNo=OTHER_CARD) == "IdentityMismatch"
    assert page.prove(name=who["name"], idCardNo=OTHER_CARD) == {"proven": True}
    contract.sign_by_page(who)
    assert contract.status == "COMPLETE"


def test_another_name_is_taken_where_that_is_allowed_and_the_card_must_still_agree(sent):
    contract, who = sent(modifyFields="USERNAME")
    page = contract.page(who)
    assert refusal(page, name="更正后（测试）", idCardNo=OTHER_CARD) == "IdentityMismatch"
    assert page.prove(name="更正后（测试）", idCardNo=CARD) == {"proven": True}


def test_without_leave_nothing_may_be_stated_differently(sent):
    contract, who = sent(modifyFields=["BANKNO"])
    page = contract.page(who)
    assert refusal(page, name=who["name"], idCardNo=OTHER_CARD) == "IdentityMismatch"
    assert refusal(page, name="别人（测试）", idCardNo=CARD) == "IdentityMismatch"
    assert page.prove(name=who["name"], idCardNo=CARD) == {"proven": True}


@pytest.mark.parametrize("fields", [["FACE"], ["USERNAME", 1], {"a": 1}])
def test_only_the_four_fields_can_be_named(api, fields):
    who = person("甲（测试）", "13760999999", userAuthInfo={"idCardNo": CARD, "modifyFields": fields})
    reply = api.post("/v2/contract/draft", {"subject": "更正（测试）", "send": False, "signatories": [who]})
    assert reply.envelope["responseCode"] == "11990005" and "modifyFields" in reply.envelope["message"]
