"""A completed contract is to be made void: what its parties are shown on a phone, and what becomes of their answer."""
from __future__ import annotations

import re

import pytest
from support.contracts import Contract, company, person, user

LI, ZHOU = user("演示己", "13800000171"), user("演示庚", "13800000172")


@pytest.fixture
def cancelled(api, server, contract_pdf):
    """A function that completes a contract of the demo company and two persons and starts its cancellation."""

    def make(subject: str) -> Contract:
        made = Contract(api, server, [company(server.demo["companyName"]), *(person(who["name"], who["contact"]) for who in (LI, ZHOU))],
                        ordinal=False, subject=subject)
        made.add_file(contract_pdf)
        made.send([made.at_action(0, type="COMPANY", page=1, offsetX=0.1, offsetY=0.1),
                   *(made.at_party(1 + i, type="PERSONAL", page=1, offsetX=0.3 + 0.3 * i, offsetY=0.1) for i in (0, 1))])
        made.seal()
        made.sign_by_page(LI)
        made.sign_by_page(ZHOU)
        api.ok(api.post("/v2/contract/invalid", {"contractId": made.id, "reason": "价格有误，双方同意重新签订"}))
        return made

    return make


def test_a_party_reads_why_signs_the_cancellation_and_the_last_one_makes_it_void(signer, cancelled, link, look):
    made = cancelled("要作废的合同")
    for who, last in ((LI, False), (ZHOU, True)):
        signer.open(link(made, who))
        signer.heading("作废这份合同")
        signer.sees("价格有误，双方同意重新签订")
        signer.sees_pages("作废协议")
        if not last:
            look(signer.page, "cancel-open")
        signer.tap("去签署处")
        if not last:
            look(signer.page, "cancel-place")
        signer.give_typed_signature(who["name"])
        signer.page.get_by_label(re.compile("我已阅读作废协议")).check()
        signer.enter_code(signer.ask_for_code())
        if last:
            signer.sees("你是最后一位，签署后合同作废")
            look(signer.page, "cancel-confirm")
        signer.confirm()
        signer.sees("各方均已签署作废协议，合同已作废。" if last else "在那之前合同仍然有效")
        look(signer.page, "cancel-done-last" if last else "cancel-done")
    assert made.status == "INVALIDED"
    signer.open(link(made, LI))
    signer.heading("合同已作废")
    look(signer.page, "dead-cancelled")


def test_who_has_agreed_sees_for_whom_it_waits_and_a_refusal_keeps_the_contract(signer, cancelled, link, look):
    made = cancelled("不作废的合同")
    made.sign_by_page(LI)
    signer.open(link(made, LI))
    signer.heading("合同作废中")
    signer.sees("还需 演示庚 签署作废协议")
    look(signer.page, "dead-cancelling")
    signer.open(link(made, ZHOU, hideRejectButton=False))
    signer.tap("拒签")
    signer.sees("拒绝后合同不会作废，继续有效。")
    look(signer.page, "cancel-refuse")
    signer.page.get_by_role("textbox").fill("合同仍然需要")
    signer.tap("确认拒签")
    signer.sees("合同没有作废，继续有效。")
    assert made.status == "COMPLETE" and made.detail()["invalidFailType"] == "INVALID_REJECTED"


def test_the_page_of_a_cancellation_speaks_english_too(signer, cancelled, link, look):
    made = cancelled("English please")
    signer.open(link(made, LI, lang="en"))
    signer.heading("Cancel this contract")
    signer.sees("asks to cancel this completed contract")
    look(signer.page, "cancel-open-en")
