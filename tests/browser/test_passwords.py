"""A password in the place of a code: offered after a signature by code, used for the next half an hour in the same browser."""
from __future__ import annotations

import itertools
import re

import pytest
from playwright.sync_api import expect
from support.contracts import company, user

NAME, PASSWORD = "演示甲", "correct horse 9"
numbers = itertools.count(13_800_100_001)


@pytest.fixture
def someone() -> dict:
    """A person who has no password yet."""
    return user(NAME, str(next(numbers)))


@pytest.fixture
def open_another(for_one, link):
    """Opens one more contract of the same person: open_another(signer, someone)."""

    def open_it(signer, who: dict, **options):
        made = for_one(who["name"], who["contact"])
        signer.open(link(made, who, **{"allowPasswordSign": True, **options}))
        signer.sees_pages("合同正文")
        return made

    return open_it


def sign_by_code(signer) -> None:
    signer.give_typed_signature(NAME)
    signer.finish()
    signer.heading("签署完成")


@pytest.fixture
def with_password(open_another):
    """Lets somebody sign once by code and choose a password."""

    def choose(signer, who: dict) -> None:
        open_another(signer, who)
        sign_by_code(signer)
        signer.page.get_by_label("新密码").fill(PASSWORD)
        signer.tap("设置密码")
        signer.sees("签署密码已设置")

    return choose


def test_after_a_code_a_password_is_offered_and_signs_the_next_contract(signer, someone, open_another, look):
    first = open_another(signer, someone)
    signer.give_typed_signature(NAME)
    expect(signer.page.get_by_role("group", name="确认方式")).to_have_count(0)
    signer.finish()
    signer.heading("签署完成")
    signer.heading("设置签署密码")
    look(signer.page, "password-offer")
    field = signer.page.get_by_label("新密码")
    field.fill("abcdefgh")
    signer.tap("设置密码")
    signer.sees("密码还不符合下面的规则")
    signer.tap("显示")
    expect(field).to_have_attribute("type", "text")
    look(signer.page, "password-rules")
    field.fill(PASSWORD)
    signer.tap("设置密码")
    signer.sees("签署密码已设置")
    expect(field).to_have_count(0)
    assert first.status == "COMPLETE"

    second = open_another(signer, someone)
    signer.give_typed_signature(NAME)
    signer.consent()
    signer.enter_password(PASSWORD)
    look(signer.page, "password-confirm")
    signer.confirm()
    signer.heading("签署完成")
    expect(signer.page.get_by_role("heading", name="设置签署密码")).to_have_count(0)
    assert second.status == "COMPLETE"


def test_a_wrong_password_counts_down_and_then_the_code_is_left(signer, someone, with_password, open_another, look):
    with_password(signer, someone)
    made = open_another(signer, someone)
    signer.give_typed_signature(NAME)
    signer.consent()
    for left in (4, 3, 2, 1):
        signer.enter_password("not this one 1")
        signer.confirm()
        signer.sees(f"还可以试 {left} 次")
        look(signer.page, f"password-wrong-{left}")
    signer.enter_password("not this one 1")
    signer.confirm()
    signer.sees("现在不能用密码签署，请改用验证码。")
    expect(signer.button("密码")).to_have_count(0)
    look(signer.page, "password-closed")
    signer.page.complaints.clear()  # the browser reports the refusals
    assert made.status == "SIGNING"
    signer.enter_code(signer.ask_for_code())
    signer.confirm()
    signer.heading("签署完成")
    assert made.status == "COMPLETE"


def test_the_code_stays_a_choice(signer, someone, with_password, open_another):
    with_password(signer, someone)
    made = open_another(signer, someone)
    signer.give_typed_signature(NAME)
    signer.tap("密码")
    expect(signer.page.get_by_label("签署密码")).to_be_visible()
    signer.tap("验证码")
    signer.finish()
    signer.heading("签署完成")
    assert made.status == "COMPLETE"


def test_a_forgotten_password_is_set_anew_with_a_code_and_signs_at_once(signer, someone, with_password, open_another, look):
    with_password(signer, someone)
    made = open_another(signer, someone)
    signer.give_typed_signature(NAME)
    signer.consent()
    signer.tap("密码")
    signer.tap("忘记或更换密码，用验证码重设")
    signer.page.get_by_label("设置签署密码").fill("short")
    signer.confirm()
    signer.sees("请先获取验证码")
    signer.enter_code(signer.ask_for_code())
    look(signer.page, "password-change")
    signer.confirm()
    signer.sees("密码不符合规则")
    assert made.status == "SIGNING"
    signer.page.get_by_label("设置签署密码").fill("another horse 7")
    signer.confirm()
    signer.heading("签署完成")
    assert made.status == "COMPLETE"
    again = open_another(signer, someone)
    signer.give_typed_signature(NAME)
    signer.consent()
    signer.enter_password(PASSWORD)
    signer.confirm()
    signer.sees("还可以试 4 次")
    signer.page.complaints.clear()  # the browser reports the refusal
    signer.enter_password("another horse 7")
    signer.confirm()
    signer.heading("签署完成")
    assert again.status == "COMPLETE"


def test_who_remembers_after_all_goes_back_to_his_password(signer, someone, with_password, open_another):
    with_password(signer, someone)
    made = open_another(signer, someone)
    signer.give_typed_signature(NAME)
    signer.consent()
    signer.tap("密码")
    signer.tap("忘记或更换密码，用验证码重设")
    signer.tap("用已有的密码")
    signer.page.get_by_label("签署密码").fill(PASSWORD)
    signer.confirm()
    signer.heading("签署完成")
    assert made.status == "COMPLETE"


def test_an_approval_is_confirmed_by_password_too(signer, with_password, contract, link, server, look):
    reviewer = {"name": NAME, "contact": "10000000000", "contactType": "MOBILE"}  # an employee of the demo company
    nodes = [{"type": "AUDIT", "serialNo": 1, "operators": [reviewer]}, {"type": "COMPANY", "serialNo": 2}]

    def open_review():
        made = contract([company(server.demo["companyName"], nodes)])
        signer.open(link(made, reviewer, allowPasswordSign=True))
        signer.tap("审批")
        signer.page.get_by_label(re.compile("^同意")).check()
        return made

    first = open_review()
    expect(signer.button("密码")).to_have_count(0)
    signer.enter_code(signer.ask_for_code())
    signer.tap("提交审批")
    signer.page.get_by_label("新密码").fill(PASSWORD)
    signer.tap("设置密码")
    signer.sees("签署密码已设置")
    assert first.nodes(0)[0] == "FINISH"
    second = open_review()
    signer.tap("密码")
    signer.tap("提交审批")
    signer.sees("请填写签署密码")
    signer.page.get_by_label("签署密码").fill("not this one 1")
    signer.tap("提交审批")
    signer.sees("还可以试 4 次")
    signer.page.complaints.clear()  # the browser reports the refusal
    signer.page.get_by_label("签署密码").fill(PASSWORD)
    look(signer.page, "audit-password")
    signer.tap("提交审批")
    signer.heading("审批已通过")
    assert second.nodes(0)[0] == "FINISH"


def test_the_offer_may_be_declined(signer, someone, open_another):
    open_another(signer, someone)
    sign_by_code(signer)
    signer.tap("暂不设置")
    expect(signer.page.get_by_role("heading", name="设置签署密码")).to_have_count(0)
    open_another(signer, someone)
    signer.give_typed_signature(NAME)
    expect(signer.button("密码")).to_have_count(0)


@pytest.mark.parametrize("options", [{"allowPasswordSign": False}, {"hidePasswordSettings": True}], ids=str)
def test_nothing_is_offered_where_the_sender_does_not_want_it(signer, someone, open_another, options):
    open_another(signer, someone, **options)
    sign_by_code(signer)
    expect(signer.page.get_by_role("heading", name="设置签署密码")).to_have_count(0)


def test_another_browser_knows_nothing_of_the_half_hour(new_signer, someone, with_password, open_another):
    with_password(new_signer(), someone)
    elsewhere = new_signer()
    open_another(elsewhere, someone)
    elsewhere.give_typed_signature(NAME)
    expect(elsewhere.button("密码")).to_have_count(0)


def test_who_is_choosing_a_password_is_not_taken_away(signer, someone, open_another, server):
    open_another(signer, someone, callbackPage=server.url + "/verify")
    sign_by_code(signer)
    expect(signer.page.get_by_text("秒后自动返回")).to_have_count(0)
    signer.tap("暂不设置")
    signer.sees("秒后自动返回")
