"""A password in the place of a code: offered after a signature by code, used for the next half an hour in the same browser."""
from __future__ import annotations

import itertools

import pytest
from playwright.sync_api import expect
from support.contracts import user

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
