"""Who the sender described is asked to show it: name and numbers are compared with what was stated, five times at most."""
from __future__ import annotations

import pytest
from playwright.sync_api import expect
from support.contracts import person, user

NAME = "演示甲"
CARD = "11010519491231002X"  # the example of GB 11643: nobody's


@pytest.fixture
def described(contract):
    """A contract whose signer's ID card number the sender stated: described(mobile)."""

    def make(mobile: str, **info):
        return contract([person(NAME, mobile, userAuthInfo={"idCardNo": CARD, **info})],
                        lambda one: [one.at_party(0, type="PERSONAL", page=1, offsetX=0.55, offsetY=0.4)])

    return make


def test_the_right_numbers_lead_on_to_the_signature(signer, described, link, look):
    made = described("13800200001")
    signer.open(link(made, user(NAME, "13800200001")))
    signer.tap("签署")
    signer.heading("核验身份")
    signer.sees("不提供给第三方")
    look(signer.page, "identity")
    name = signer.page.get_by_label("姓名")
    expect(name).to_have_value(NAME)
    expect(name).not_to_be_editable()
    signer.tap("核对")
    signer.sees("请填写身份证号")
    signer.page.get_by_label("身份证号").fill("1101 0519 4912 3100 2x")
    signer.tap("核对")
    signer.draw()
    signer.tap("用这个签名")
    signer.finish()
    signer.heading("签署完成")
    assert made.status == "COMPLETE"


def test_it_is_asked_once(signer, described, link):
    made = described("13800200002")
    address = link(made, user(NAME, "13800200002"))
    signer.open(address)
    signer.tap("签署")
    signer.page.get_by_label("身份证号").fill(CARD)
    signer.tap("核对")
    expect(signer.page.locator("canvas")).to_be_visible()
    signer.open(address)
    signer.tap("签署")
    expect(signer.page.locator("canvas")).to_be_visible()


def test_a_number_that_cannot_be_one_is_pointed_out_before_a_try_is_spent(signer, described, link, look):
    signer.open(link(described("13800200003"), user(NAME, "13800200003")))
    signer.tap("签署")
    signer.page.get_by_label("身份证号").fill("11010519491231")
    signer.page.keyboard.press("Tab")
    signer.sees("这不像 18 位身份证号")
    look(signer.page, "identity-hint")


def test_five_wrong_tries_end_the_signing_but_not_the_reading(signer, described, link, look):
    made = described("13800200004")
    address = link(made, user(NAME, "13800200004"))
    signer.open(address)
    signer.tap("签署")
    signer.page.get_by_label("身份证号").fill("110105194912310038")
    for left in (4, 3, 2, 1):
        signer.tap("核对")
        signer.sees(f"还可以试 {left} 次")
        look(signer.page, f"identity-wrong-{left}")
    signer.tap("核对")
    signer.heading("身份核验未通过，不能签署")
    look(signer.page, "identity-locked")
    signer.page.complaints.clear()  # the browser reports the refusals
    signer.open(address)
    signer.heading("身份核验未通过，不能签署")
    signer.tap("查看合同")
    signer.sees_pages("合同正文")
    expect(signer.button("签署")).to_have_count(0)
    assert made.status == "SIGNING"
