"""The page on which a person allows a company to sign in his name: a phone, a finger, a code; in Chinese and in English."""
from __future__ import annotations

import itertools
import re

import pytest
from playwright.sync_api import expect
from support.contracts import user
from support.grants import records
from support.page import inbox, inbox_until

NAME = "演示甲"
numbers = itertools.count(13_800_200_001)


@pytest.fixture
def someone() -> dict:
    return user(NAME, str(next(numbers)))


@pytest.fixture
def ask(api):
    """A function that asks for an authorisation and returns the page's address."""

    def address(who: dict, **fields) -> str:
        return api.ok(api.post("/v2/personalsign/authurl", {"user": who, **fields}))["pageUrl"]

    return address


@pytest.fixture
def phone(signer):
    return signer


def code_for(signer, server, who: dict) -> str:
    """Has the code sent; the inbox names neither contract nor page, so the person's own newest message is read."""
    signer.tap("获取验证码")
    expect(signer.page.get_by_text("6 位验证码已发送至")).to_be_visible()
    return inbox_until(server, who["contact"], lambda message: "code" in message)["code"]


def test_a_person_draws_his_signature_and_agrees(phone, server, api, someone, ask, look):
    signer = phone.open(ask(someone, remark="框架协议", authDeadline="2027-06-30", callbackPage="https://erp.example.com/back"))
    signer.heading("个人签名授权")
    for text in (server.demo["companyName"], "框架协议", "2027-06-30", NAME):
        signer.sees(text)
    look(signer.page, "grant-asked")
    signer.tap("确认授权")
    signer.sees("请先手写或键入签名")
    signer.tap("手写签名")
    signer.draw()
    signer.tap("用这个签名")
    signer.tap("确认授权")
    signer.sees("请先勾选同意")
    signer.page.get_by_label(re.compile("^我同意")).check()
    signer.tap("确认授权")
    signer.sees("请先获取验证码")
    signer.enter_code(code_for(signer, server, someone))
    assert records(api, someone) == []
    look(signer.page, "grant-filled")
    signer.tap("确认授权")
    signer.heading("已授权")
    look(signer.page, "grant-given")
    expect(signer.page.get_by_role("link", name="返回")).to_have_attribute("href", "https://erp.example.com/back")
    assert [one["authStatus"] for one in records(api, someone)] == ["EFFECTIVE"]


def test_the_page_says_later_what_became_of_it(phone, server, api, someone, ask):
    address = ask(someone)
    signer = phone.open(address)
    signer.tap("键入签名")
    signer.tap("用这个签名")
    signer.page.get_by_label(re.compile("^我同意")).check()
    signer.enter_code(code_for(signer, server, someone))
    signer.tap("确认授权")
    signer.heading("已授权")
    api.ok(api.post("/v2/personalsign/deauthorize", {"user": someone}))
    signer.open(address)
    signer.heading("授权已解除")


def test_a_person_takes_back_what_he_allowed(phone, server, api, someone, ask, look):
    signer = phone.open(ask(someone))
    signer.tap("键入签名")
    signer.tap("用这个签名")
    signer.page.get_by_label(re.compile("^我同意")).check()
    signer.enter_code(code_for(signer, server, someone))
    signer.tap("确认授权")
    signer.heading("已授权")
    link = inbox_until(server, someone["contact"], lambda message: "查看或解除" in message["text"])["link"]
    before = {message["id"] for message in inbox(server, someone["contact"])}
    signer.open(link)
    signer.heading("已授权")
    signer.tap("解除授权")
    signer.tap("确认解除")
    signer.sees("请先获取验证码")
    look(signer.page, "grant-withdraw")
    signer.tap("获取验证码")
    signer.enter_code(inbox_until(server, someone["contact"], lambda message: message["id"] not in before and "code" in message)["code"])
    assert [one["authStatus"] for one in records(api, someone)] == ["EFFECTIVE"]
    signer.tap("确认解除")
    signer.heading("授权已解除")
    assert [one["authStatus"] for one in records(api, someone)] == ["CANCELLED"]
    expect(signer.page.get_by_role("button", name="解除授权")).to_have_count(0)


def test_a_person_chooses_how_to_show_who_he_is_and_puts_his_name_right(phone, server, api, someone, ask, look):
    signer = phone.open(ask(someone, authInfo={"mode": "BANK", "bankNo": "6222000000000001", "idCardNo": "G12345678", "paperType": "PASSPORT",
                                               "otherModes": ["IVS", "FACE"], "modifyFields": ["USERNAME"]}))
    expect(signer.page.get_by_label("银行卡号")).to_be_visible()
    look(signer.page, "grant-ways")
    signer.page.get_by_label("姓名、证件号码与本人手机").check()
    expect(signer.page.get_by_label("银行卡号")).to_have_count(0)
    signer.page.get_by_label("护照号码").fill("g12345678")
    expect(signer.page.get_by_label("姓名", exact=True)).to_have_value(NAME)
    signer.page.get_by_label("姓名", exact=True).fill("演示甲甲")
    signer.tap("键入签名")
    signer.tap("用这个签名")
    signer.page.get_by_label(re.compile("^我同意")).check()
    signer.enter_code(code_for(signer, server, someone))
    signer.tap("确认授权")
    signer.heading("已授权")
    assert [one["user"]["name"] for one in records(api, someone)] == ["演示甲甲"]


def test_what_the_request_leaves_open_is_asked_for(phone, server, api, someone, ask):
    nameless = {"contact": someone["contact"], "contactType": "MOBILE"}
    signer = phone.open(ask(nameless, authTimeModifiable=True, authInfo={"idCardNo": "110101199003071234"}))
    signer.page.get_by_label("姓名", exact=True).fill(NAME)
    signer.page.get_by_label("授权截止").fill("2027-02-03")
    signer.page.get_by_label("身份证号").fill("110101199003071235")
    signer.tap("键入签名")
    signer.tap("用这个签名")
    signer.page.get_by_label(re.compile("^我同意.*2027-02-03")).check()
    signer.enter_code(code_for(signer, server, someone))
    with signer.page.expect_response("**/pages/grant/give"):
        signer.tap("确认授权")
    signer.sees("不一致")
    signer.page.complaints.clear()  # the browser logs the refused request
    assert records(api, someone) == []


def test_an_unknown_link_says_so(phone, server):
    phone.open(f"{server.url}/personalsign/auth").heading("找不到这份授权")


@pytest.mark.parametrize("width, height", [(375, 667), (320, 568), (1280, 800)])
def test_nothing_lies_outside_the_screen(phone, someone, ask, look, width, height):
    signer = phone.open(ask(someone, remark="事由" * 60, lang="en", authTimeModifiable=True, authInfo={"idCardNo": "110101199003071234"}))
    signer.page.set_viewport_size({"width": width, "height": height})
    signer.page.get_by_role("heading").first.wait_for()
    look(signer.page, f"grant-{width}")
    assert signer.page.evaluate("document.documentElement.scrollWidth") <= width
