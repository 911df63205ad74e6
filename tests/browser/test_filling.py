"""A party fills in its part of a template before anybody signs: on a phone, one question under the other, and straight on to signing."""
from __future__ import annotations

import json
import uuid

import pytest
from playwright.sync_api import expect
from support import organisation
from support.contracts import person, user

HOUSE = "示例科技（演示）有限公司"
NAME, MOBILE = "演示甲", "13800300001"
PARAMS = [
    {"name": "房屋地址", "required": True}, {"name": "承租人", "required": True, "party": 1},
    {"name": "身份证号", "type": "idcard", "required": True, "party": 1, "description": "15 或 18 位"},
    {"name": "付款方式", "type": "single", "options": ["按月", "按季"], "required": True, "party": 1},
    {"name": "配套", "type": "multiple", "options": ["空调", "车位"], "party": 1},
    {"name": "物品", "type": "table", "party": 1},
]


@pytest.fixture(scope="module")
def category(server):
    page = "".join(f"<p>{param['name']}：{{{{{param['name']}}}}}</p>" for param in PARAMS[:-1])
    page += "<table><tr><td>{{物品.名称}}</td><td>{{物品.数量}}</td></tr></table>"
    (server.data.parent / "lease.html").write_text(f"<html><body><h1>租赁</h1>{page}</body></html>", encoding="utf-8")
    organisation.apply(server.data, [{"name": HOUSE, "template": [{"title": "租赁", "file": "lease.html", "param": PARAMS}],
                                      "category": [{"name": "租赁", "templates": ["租赁"]}]}])
    return {"name": "租赁"}


@pytest.fixture
def address(api, category):
    made = api.ok(api.post("/v2/contract/draft", {
        "subject": f"租赁 {uuid.uuid4().hex[:8]}", "category": category, "send": True, "signatories": [person(NAME, MOBILE)],
        "templateParams": [{"name": "房屋地址", "value": "示例路 1 号"}]}))
    return api.ok(api.post("/v2/contract/pageurl", {"contractId": made["id"], "user": user(NAME, MOBILE), "hideRejectButton": False}))["pageUrl"]


def test_what_is_missing_is_pointed_out_and_what_is_filled_in_leads_on_to_signing(signer, address, look):
    signer.open(address)
    signer.sees("还有 3 项必填")
    look(signer.page, "filling")
    signer.tap("还有 3 项必填")
    signer.sees("请填写「承租人」")
    signer.page.get_by_label("承租人").fill(NAME)
    signer.page.get_by_label("身份证号").fill("12")
    signer.page.get_by_label("按季").check()
    signer.page.get_by_label("车位").check()
    expect(signer.page.get_by_text("房屋地址")).to_have_count(0)


def test_what_was_filled_in_is_in_the_contract_that_is_signed(signer, address):
    signer.open(address)
    signer.page.get_by_label("承租人").fill(NAME)
    signer.page.get_by_label("身份证号").fill("11010519491231002X")
    signer.page.get_by_label("按季").check()
    signer.tap("提交填写")
    expect(signer.page.get_by_role("button", name="签署", exact=True)).to_be_visible(timeout=30_000)


def test_a_party_may_send_the_contract_back_instead(signer, address):
    signer.open(address)
    signer.tap("退回")
    signer.page.locator("textarea.input").last.fill("不租了")
    signer.page.get_by_role("dialog").locator("button.blue").click()
    expect(signer.page.get_by_text("还有 3 项必填")).to_have_count(0)


def test_a_table_is_entered_by_rows_and_columns(signer, address, look):
    signer.open(address)
    page = signer.page
    page.get_by_label("承租人").fill(NAME)
    page.get_by_label("身份证号").fill("11010519491231002X")
    page.get_by_label("按季").check()
    page.get_by_label("第 1 行 名称").fill("书桌")
    page.get_by_label("第 1 行 数量").fill("2")
    signer.tap("添加一行")
    page.get_by_label("第 2 行 名称").fill("台灯")
    signer.tap("添加一行")
    page.get_by_label("第 3 行 名称").fill("写错了")
    page.get_by_role("button", name="删除第 3 行").click()
    page.get_by_label("第 1 行 名称").scroll_into_view_if_needed()
    look(page, "filling-table")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "the page is wider than the phone"
    with page.expect_request("**/pages/fill") as sent:
        signer.tap("提交填写")
    assert json.loads(sent.value.post_data_json["values"]["物品"]) == [{"名称": "书桌", "数量": "2"}, {"名称": "台灯", "数量": ""}]
    expect(page.get_by_role("button", name="签署", exact=True)).to_be_visible(timeout=30_000)


def test_the_page_speaks_english_too(signer, address, look):
    signer.open(address)
    signer.page.get_by_role("button", name="English").click()
    signer.sees("3 required left")
    expect(signer.page.get_by_label("名称, row 1")).to_be_visible()
    look(signer.page, "filling-english")
