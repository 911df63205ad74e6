"""What a signer is told before he signs: what he agrees to, which pages he has not seen, and matters that want paper."""
from __future__ import annotations

import pytest
from playwright.sync_api import expect

from support import organisation
from support.contracts import Contract, person, user
from support.pdfs import plain_pages

HOUSE = "阅读科技（测试）有限公司"
MA = user("马测试", "13866670001")


@pytest.fixture(scope="module")
def made(server):
    return organisation.apply(server.data, [{"name": HOUSE, "application": [{"name": "erp"}], "category": [
        {"name": "必读", "reading": "REQUIRE", "primary": True}, {"name": "家事", "excluded_matter": "FAMILY_STATUS"}]}])


@pytest.fixture
def open_one(made, server, signer):
    """A contract of six pages that waits for Ma, opened on the phone."""
    def make(category: str):
        erp = made.application(server, HOUSE)
        contract = Contract(erp, server, [person(MA["name"], MA["contact"])], category={"id": made.category(HOUSE, category)})
        contract.add_file(plain_pages(6))
        contract.send([contract.at_party(0, type="PERSONAL", page=6, offsetX=0.5, offsetY=0.2)])
        signer.open(erp.ok(erp.post("/v2/contract/pageurl", {"contractId": contract.id, "user": MA}))["pageUrl"])
        signer.sees_pages("合同正文")
        return contract
    return make


def test_where_every_page_must_be_read_the_button_leads_to_the_first_that_was_not(open_one, signer, look):
    contract = open_one("必读")
    signer.tap("签署")
    signer.sees("页没有看过，看完全部页面才能签署。")
    look(signer.page, "reading-required")
    expect(signer.page.locator("canvas")).to_have_count(0)
    for _ in range(12):
        signer.page.evaluate("window.scrollBy(0, 400)")
        signer.page.wait_for_timeout(1000)
    signer.give_drawn_signature()
    signer.heading("确认签署")
    signer.consent()
    signer.enter_code(signer.ask_for_code())
    signer.confirm()
    signer.heading("签署完成")
    assert contract.status == "COMPLETE"


def test_who_has_not_read_everything_is_told_so_and_may_read_what_he_agrees_to(open_one, signer, look):
    contract = open_one("家事")
    signer.give_drawn_signature()
    signer.heading("确认签署")
    signer.sees("你没有看过，建议看完再签")
    signer.sees("依照《电子签名法》第三条")
    signer.page.get_by_text("查看电子签名同意书全文").tap()
    signer.sees("我同意以电子形式订立本合同")
    look(signer.page, "consent-in-full")
    signer.consent()
    signer.enter_code(signer.ask_for_code())
    signer.confirm()
    signer.heading("签署完成")
    assert contract.status == "COMPLETE"
