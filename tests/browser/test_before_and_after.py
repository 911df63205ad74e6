"""The initiator's own people: blanks filled in before sending, a contract started again; and the code printed on a document."""
from __future__ import annotations

import subprocess

import pytest
import zxingcpp
from conftest import DESK
from playwright.sync_api import expect
from support import organisation
from support.contracts import Contract, company, person
from support.page import inbox_until

HOUSE = "示例科技（演示）有限公司"
CREATOR = {"contact": "13900000001", "contactType": "MOBILE"}
PARAMS = [{"name": "租金", "type": "number", "required": True, "description": "每月，元"}, {"name": "付款方式", "type": "single", "options": ["按月", "按季"]},
          {"name": "承租人", "party": 1}]


@pytest.fixture(scope="module")
def category(server):
    page = "".join(f"<p>{param['name']}：{{{{{param['name']}}}}}</p>" for param in PARAMS)
    (server.data.parent / "rent.html").write_text(f"<html><body><h1>房屋租赁合同</h1>{page}</body></html>", encoding="utf-8")
    organisation.apply(server.data, [{"name": HOUSE, "template": [{"title": "房屋租赁", "file": "rent.html", "param": PARAMS}],
                                      "category": [{"name": "出租", "templates": ["房屋租赁"]}]}])
    return {"name": "出租"}


def test_blanks_are_filled_in_saved_and_sent(new_signer, api, server, category, look):
    draft = Contract(api, server, [person("演示乙", "13800000791")], category=category, subject="房屋租赁合同")
    url = api.ok(api.post("/v2/contract/appointurl", {"contractId": draft.id, "pageType": "FILL_PARAMETERS", "allowedSend": True}))["pageUrl"]
    signer = new_signer(DESK)
    page = signer.page
    signer.open(url)
    expect(page.get_by_text("还有 1 项必填")).to_be_visible()
    expect(page.get_by_label("承租人")).to_have_count(0)
    page.get_by_role("button", name="发起", exact=True).click()
    expect(page.get_by_text("请填写「租金」。")).to_be_visible()
    page.get_by_label("租金").fill("很多")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("「租金」的内容不符合要求")).to_be_visible()
    page.complaints.clear()
    before = page.locator(".appoint-pages img").first.get_attribute("src")
    page.get_by_label("租金").fill("3200")
    page.get_by_label("按季").check()
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("已保存")).to_be_visible()
    assert page.locator(".appoint-pages img").first.get_attribute("src") != before
    look(page, "appoint-fill")
    page.get_by_role("tab", name="签署位置").click()
    page.reload()
    expect(page.get_by_label("租金")).to_have_value("3200")
    expect(page.get_by_label("按季")).to_be_checked()
    page.get_by_role("button", name="发起", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="发起", exact=True).click()
    signer.heading("合同已发起")
    assert draft.status == "SIGNING"


def test_a_page_for_placing_offers_the_blanks_only_with_their_button(new_signer, api, server, category):
    draft = Contract(api, server, [person("演示乙", "13800000792")], category=category)
    for button in (True, False):
        url = api.ok(api.post("/v2/contract/appointurl", {"contractId": draft.id, "fillParamButton": button}))["pageUrl"]
        signer = new_signer(DESK)
        signer.open(url)
        expect(signer.page.get_by_role("tab", name="签署位置")).to_have_attribute("aria-selected", "true")
        expect(signer.page.get_by_role("tab", name="填写参数")).to_have_count(1 if button else 0)


@pytest.fixture
def recalled(api, server, contract_pdf):
    made = Contract(api, server, [company(server.demo["companyName"]), person("演示乙", "13800000793")], creator=CREATOR, subject="重新发起的合同")
    made.add_file(contract_pdf)
    made.send()
    api.ok(api.post("/v2/contract/invalid", {"contractId": made.id, "reason": "撤回"}))
    return made


def test_the_initiator_starts_again_and_comes_to_the_page_before_sending(signer, recalled, link, look):
    signer.open(link(recalled, CREATOR, showResendButton=True))
    expect(signer.button("重新发起")).to_be_visible()
    look(signer.page, "resend")
    signer.tap("重新发起")
    signer.page.wait_for_url("**/contract/appoint/**")
    expect(signer.page.get_by_role("button", name="发起", exact=True)).to_be_visible()
    expect(signer.page.get_by_role("heading", name="重新发起的合同")).to_be_visible()


def test_without_the_button_the_page_is_only_told_that_it_is_over(signer, recalled, link):
    signer.open(link(recalled, CREATOR))
    signer.heading("合同已撤回")
    expect(signer.button("重新发起")).to_have_count(0)


def test_a_printed_code_asks_who_reads_or_shows_the_contract(new_signer, api, server, contract_pdf, tmp_path):
    for permission in ("PUBLIC", "PRIVATE"):
        made = Contract(api, server, [company(server.demo["companyName"]), person("演示丁", "13800000794")], subject="带二维码的合同", ordinal=False)
        made.add_file(contract_pdf)
        mark = {"type": "QRCODE", "position": "TOP_RIGHT", "viewPermission": permission}
        api.ok(api.post("/v2/contract/addwartermark", {"contractId": made.id, "watermarks": [mark]}))
        made.send()
        file = tmp_path / f"{permission}.pdf"
        file.write_bytes(made.download())
        drawn = subprocess.run(["pdftoppm", "-gray", "-r", "200", "-f", "1", "-l", "1", file], capture_output=True, check=True).stdout
        width, height = map(int, drawn.split(maxsplit=3)[1:3])
        [read] = zxingcpp.read_barcodes(memoryview(drawn[-width * height:]).cast("B", (height, width)))
        signer = new_signer()
        signer.open(read.text)
        if permission == "PRIVATE":
            signer.page.get_by_label("手机号或邮箱").fill("13800000794")
            signer.tap("获取验证码")
            code = inbox_until(server, "13800000794", lambda message: "code" in message and "用于打开" in message["text"])["code"]
            signer.enter_code(code)
        signer.sees_pages("合同正文")
