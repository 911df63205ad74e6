"""A place in a contract that the sender left open: whoever gets the link says who he is, on the phone, and goes on to sign."""
from __future__ import annotations

import itertools
import re

import pytest
from playwright.sync_api import expect

from support.contracts import Contract, company, person, user
from support.page import inbox

_numbers = itertools.count(13_750_000_000)


def mobile() -> str:
    return str(next(_numbers))


@pytest.fixture
def open_place(contract, server):
    """open_place(kind): a contract with one open party of that kind beside a person; and its join link."""

    def make(kind: str, **party) -> tuple[Contract, str]:
        left = {"tenantType": kind, "delaySet": True, **party}
        if kind == "COMPANY":
            left["actions"] = [{"type": "COMPANY"}]
        made = contract([person("甲方（测试）", mobile()), left], lambda one: [
            one.at_party(0, type="PERSONAL", page=1, offsetX=0.1, offsetY=0.4),
            one.at_party(1, type="PERSONAL", page=1, offsetX=0.55, offsetY=0.4) if kind == "PERSONAL"
            else one.at_action(1, type="COMPANY", page=1, offsetX=0.55, offsetY=0.4)], ordinal=False)
        urls = made.api.ok(made.api.get("/v2/contract/joinurl", contractId=made.id, type=kind))["joinUrls"]
        return made, urls[0]["url"]

    return make


def code_for(phone, server, contact: str) -> str:
    for _ in range(100):
        codes = [one["code"] for one in inbox(server, contact) if "code" in one and "加入" in one["text"]]
        if codes:
            return codes[0]
        phone.wait_for_timeout(100)
    raise AssertionError("no code arrived")


def fits(page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "the page is wider than the phone"


def test_a_person_joins_on_the_phone_and_goes_on_to_sign(open_place, phone, server, look):
    made, url = open_place("PERSONAL")
    contact = mobile()
    phone.goto(url)
    expect(phone.get_by_role("heading", name=made.subject)).to_be_visible()
    fits(phone)
    look(phone, "join-person")
    phone.get_by_role("button", name="获取验证码").tap()  # there is nobody to send it to yet
    expect(phone.get_by_text("请填写手机号或邮箱。")).to_be_visible()
    phone.get_by_label("姓名").fill("加入者（测试）")
    phone.get_by_label("手机号或邮箱").fill(contact)
    phone.get_by_role("button", name="获取验证码").tap()
    expect(phone.get_by_text(re.compile("验证码已发送至"))).to_be_visible()
    phone.get_by_label("验证码", exact=True).fill(code_for(phone, server, contact))
    look(phone, "join-person-filled")
    phone.get_by_role("button", name="加入并查看合同").tap()
    expect(phone.get_by_role("button", name="签署", exact=True)).to_be_visible()
    party = made.detail()["signatories"][1]
    assert party["tenantName"] == "加入者（测试）" and party["receiver"]["contact"] == contact
    phone.goto(url)
    expect(phone.get_by_role("heading", name="已有人通过此链接加入")).to_be_visible()
    look(phone, "join-used")


def test_somebody_joins_for_his_company(open_place, phone, server, look):
    made, url = open_place("COMPANY")
    contact = mobile()
    phone.goto(url)
    phone.get_by_role("button", name="加入并查看合同").tap()
    expect(phone.get_by_text("请填写企业名称。")).to_be_visible()
    look(phone, "join-company")
    phone.get_by_label("企业名称").fill("加入虚构有限公司")
    phone.get_by_label("经办人姓名").fill("经办（测试）")
    phone.get_by_label("手机号或邮箱").fill(contact)
    phone.get_by_role("button", name="获取验证码").tap()
    phone.get_by_label("验证码", exact=True).fill(code_for(phone, server, contact))
    fits(phone)
    phone.get_by_role("button", name="加入并查看合同").tap()
    expect(phone.get_by_role("button", name="盖章", exact=True)).to_be_visible()
    assert made.detail()["signatories"][1]["tenantName"] == "加入虚构有限公司"


def test_a_wrong_code_is_told_and_the_rest_stays(open_place, phone, server):
    made, url = open_place("PERSONAL")
    contact = mobile()
    phone.goto(url)
    phone.get_by_label("姓名").fill("加入者（测试）")
    phone.get_by_label("手机号或邮箱").fill(contact)
    phone.get_by_role("button", name="获取验证码").tap()
    right = code_for(phone, server, contact)
    phone.get_by_label("验证码", exact=True).fill("000000" if right != "000000" else "111111")
    phone.get_by_role("button", name="加入并查看合同").tap()
    expect(phone.get_by_text("验证码不对，请核对最新一条消息，还可以试 4 次。")).to_be_visible()
    expect(phone.get_by_label("姓名")).to_have_value("加入者（测试）")
    phone.complaints.clear()  # the browser notes the refused call
    assert made.detail()["signatories"][1]["tenantType"] == "P_NO_RECEIVER"


def test_the_page_speaks_english_and_shows_what_the_sender_settled(open_place, new_page, look):
    made, url = open_place("PERSONAL", tenantName="已定（测试）")
    page = new_page(locale="en-GB")
    page.goto(url)
    expect(page.get_by_text("已定（测试）")).to_be_visible()
    expect(page.get_by_label("Mobile number or email")).to_be_visible()
    expect(page.get_by_label("Your name")).to_have_count(0)
    fits(page)
    look(page, "join-english")


def test_a_link_that_leads_nowhere_says_so(phone, server):
    phone.goto(server.url + "/contract/join/1?joinToken=nothing")
    expect(phone.get_by_role("heading", name="链接无效")).to_be_visible()
    phone.complaints.clear()


def test_a_party_that_signs_by_password_sets_one_where_it_confirms(contract, link, new_signer, look):
    contact = mobile()
    made = contract([person("密签（测试）", contact, signValidateWay="SIGNPWD")],
                    lambda one: [one.at_party(0, type="PERSONAL", page=1, offsetX=0.55, offsetY=0.4)])
    signer = new_signer()
    signer.open(link(made, user("密签（测试）", contact)))
    signer.give_typed_signature("密签（测试）")
    signer.consent()
    signer.sees("发起方要求用签署密码确认。你还没有签署密码")
    signer.page.get_by_label("设置签署密码").fill("correct-horse-1")
    signer.enter_code(signer.ask_for_code())
    look(signer.page, "signpwd-new")
    signer.tap("确认签署")
    expect(signer.page.get_by_text("所有签署方均已签署，合同完成。")).to_be_visible()
    assert made.status == "COMPLETE"
