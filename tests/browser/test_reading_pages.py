"""Reading alone, coming in by a short link, and placing before sending: what is seen, dragged and touched."""
from __future__ import annotations

import re

import pytest
from conftest import DESK, PHONE
from playwright.sync_api import expect
from support.contracts import Contract, company, person, user
from support.page import inbox_until


@pytest.fixture
def draft(api, server, contract_pdf):
    made = Contract(api, server, [company(server.demo["companyName"]), person("演示乙", "13800000761")], subject="设备采购合同")
    made.add_file(contract_pdf)
    return made


def view_url(api, contract, **options) -> str:
    return api.ok(api.get("/v2/contract/viewurl", contractId=contract.id, **options))["pageUrl"]


@pytest.mark.parametrize(("kind", "name"), [(PHONE, "phone"), (DESK, "desk")])
def test_the_view_page_shows_pages_parties_and_a_copy_to_keep(new_signer, api, for_one, kind, name, look, tmp_path):
    contract = for_one("演示丙", "13800000762")
    signer = new_signer(kind)
    signer.open(view_url(api, contract))
    signer.sees_pages("合同正文")
    signer.sees("演示丙")
    signer.sees("待签署")
    expect(signer.button("签署")).to_have_count(0)
    look(signer.page, f"view-{name}")
    assert signer.download(tmp_path / "kept.pdf").startswith(b"%PDF")


def test_the_view_page_speaks_english_and_hides_what_it_must(new_signer, api, for_one, look):
    contract = for_one("演示丙", "13800000763")
    signer = new_signer(DESK)
    signer.open(view_url(api, contract, lang="en", downloadButton="false", printButton="false"))
    expect(signer.page.get_by_text("1 / 2")).to_be_visible()
    expect(signer.page.get_by_role("button", name="Print")).to_have_count(0)
    expect(signer.page.get_by_role("link", name="Download contract")).to_have_count(0)
    look(signer.page, "view-english")


def test_printing_brings_every_page_to_paper(new_signer, api, for_one):
    contract = for_one("演示丙", "13800000764")
    signer = new_signer(DESK)
    signer.page.add_init_script("window.print = () => { window.printed = document.querySelectorAll('.print-pages img').length; }")
    signer.open(view_url(api, contract))
    signer.page.get_by_role("button", name="打印").click()
    signer.page.wait_for_function("() => window.printed === 2")
    log = api.ok(api.get("/v2/contract/stream", contractId=contract.id, operation="PRINT"))
    assert log["totalCount"] == 1


def test_a_page_for_signing_at_once_opens_the_first_step(signer, for_one, link):
    contract = for_one("演示丁", "13800000765")
    signer.open(link(contract, user("演示丁", "13800000765"), pageType="DIRECT_SIGN"))
    expect(signer.page.locator("canvas")).to_be_visible()


def test_the_creator_takes_his_contract_back_on_the_page(signer, api, server, contract_pdf, link, look):
    creator = {"contact": "13900000001", "contactType": "MOBILE"}
    contract = Contract(api, server, [company(server.demo["companyName"]), person("演示乙", "13800000766")], creator=creator)
    contract.add_file(contract_pdf)
    contract.send()
    signer.open(link(contract, creator))
    signer.tap("撤回合同")
    signer.page.get_by_label("原因").fill("金额写错了")
    look(signer.page, "recall")
    signer.page.get_by_role("dialog").get_by_role("button", name="撤回合同", exact=True).tap()
    expect(signer.page.get_by_role("heading").first).to_contain_text("撤回")
    assert contract.status == "RECALLED"


def test_a_short_link_asks_who_comes_in(signer, api, server, for_one, look):
    contract = for_one("演示戊", "13800000767")
    signer.open(api.ok(api.get("/v2/contract/shorturl", contractId=contract.id))["shorturl"])
    signer.page.get_by_label("手机号或邮箱").fill("13800000767")
    signer.tap("获取验证码")
    look(signer.page, "short")
    code = inbox_until(server, "13800000767", lambda message: "code" in message and "用于打开" in message["text"])["code"]
    signer.enter_code(code)
    signer.sees_pages("合同正文")
    expect(signer.button("签署")).to_be_visible()


def drag(page, start, end) -> None:
    """With the mouse, by its middle, in steps as a hand moves."""
    box = start.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(*end, steps=12)
    page.mouse.up()


def test_places_are_dragged_onto_the_pages_in_their_true_size_and_sent(new_signer, api, draft, look):
    url = api.ok(api.post("/v2/contract/appointurl", {"contractId": draft.id, "allowedSend": True}))["pageUrl"]
    signer = new_signer(DESK)
    page = signer.page
    signer.open(url)
    signer.sees_pages("合同正文")
    sheet = page.locator(".appoint-pages .page").first.bounding_box()
    aim = (sheet["x"] + sheet["width"] * 0.6, sheet["y"] + 250)
    drag(page, page.get_by_role("button", name=re.compile("^盖章处")), aim)
    seal = page.get_by_role("group", name=re.compile("的盖章处，第 1 页"))
    expect(seal).to_be_visible()
    there = seal.bounding_box()
    assert abs(there["x"] + there["width"] / 2 - aim[0]) < 3 and abs(there["y"] + there["height"] / 2 - aim[1]) < 3
    width_mm = api.ok(api.get("/v2/seal/list"))["list"][0] and there["width"] / sheet["width"] * 210
    assert 35 < width_mm < 46
    page.get_by_role("button", name=re.compile("^演示乙")).click()
    page.get_by_role("button", name=re.compile("^签名处")).click()
    page.mouse.click(sheet["x"] + sheet["width"] * 0.3, sheet["y"] + 400)
    hand = page.get_by_role("group", name=re.compile("演示乙的签名处"))
    expect(hand).to_be_visible()
    drag(page, hand, (sheet["x"] + sheet["width"] * 0.25, sheet["y"] + 300))
    look(page, "appoint-desk")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("已保存")).to_be_visible()
    page.reload()
    expect(page.get_by_role("group", name=re.compile("的(盖章处|签名处)，第 1 页"))).to_have_count(2)
    page.get_by_role("button", name="发起", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="发起", exact=True).click()
    signer.heading("合同已发起")
    [place] = draft.places(1)
    assert abs(place["offsetX"] + place["width"] / 2 - 0.25) < 0.01 and place["page"] == 1
    [sealed] = draft.places(0)
    assert abs(sealed["offsetX"] + sealed["width"] / 2 - 0.6) < 0.01


def test_places_are_put_and_taken_away_on_a_phone(signer, api, draft, look):
    url = api.ok(api.post("/v2/contract/appointurl", {"contractId": draft.id}))["pageUrl"]
    signer.open(url)
    signer.sees_pages("合同正文")
    signer.page.get_by_role("button", name=re.compile("^盖章处")).tap()
    seal = signer.page.get_by_role("group", name=re.compile("的盖章处，第 1 页"))
    expect(seal).to_be_visible()
    look(signer.page, "appoint-phone")
    wide = signer.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0
    seal.focus()
    signer.page.keyboard.press("Delete")
    expect(seal).to_have_count(0)
    expect(signer.button("发起")).to_have_count(0)


def test_basics_are_edited_before_sending(new_signer, api, draft, look):
    url = api.ok(api.post("/v2/contract/appointurl", {"contractId": draft.id, "pageType": "DRAFT"}))["pageUrl"]
    signer = new_signer(DESK)
    signer.open(url)
    signer.page.get_by_label("合同名称").fill("设备采购合同（修订）")
    look(signer.page, "appoint-basics")
    signer.page.get_by_role("button", name="保存").click()
    expect(signer.page.get_by_text("已保存")).to_be_visible()
    assert draft.detail()["subject"] == "设备采购合同（修订）"
