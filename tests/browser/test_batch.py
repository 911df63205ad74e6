"""What else waits for the same person: named on the page, and signed together where nothing has to be decided for each."""
from __future__ import annotations

import itertools
import re

import pytest
from playwright.sync_api import expect
from support.contracts import company, person, user, verify

NAME = "演示甲"
numbers = itertools.count(13_800_600_001)


@pytest.fixture
def someone() -> dict:
    """A person for whom nothing waits yet."""
    return user(NAME, str(next(numbers)))


def batch_code(signer, who: dict) -> str:
    """Has the one code sent; it names no contract."""
    def codes() -> list[str]:
        messages = signer.page.request.get(signer._base + "/pages/inbox").json()["messages"]
        return [message["code"] for message in messages if message["to"] == who["contact"] and message.get("code")]

    before = len(codes())
    signer.tap("获取验证码")
    expect(signer.page.get_by_text("6 位验证码已发送至")).to_be_visible()
    for _ in range(100):
        if len(now := codes()) > before:
            return now[0]
        signer.page.wait_for_timeout(100)
    raise AssertionError("no code arrived")


def open_list(signer, count: int) -> None:
    signer.page.get_by_role("button", name=re.compile(f"你还有 {count} 份文件待签署")).tap()
    signer.heading("待你签署的文件")


def sign_selected(signer, count: int) -> None:
    signer.tap(f"签署所选（{count}）")
    signer.tap("改用打字")
    signer.tap("用这个签名")
    signer.heading(f"确认签署 {count} 份合同")


def test_after_one_contract_the_others_are_signed_with_one_code(signer, someone, for_one, link, look, tmp_path, server):
    first, *others = (for_one(NAME, someone["contact"]) for _ in range(3))
    signer.open(link(first, someone))
    signer.sees("你还有 2 份文件待签署")
    look(signer.page, "batch-line")
    signer.give_typed_signature(NAME)
    signer.finish()
    signer.heading("签署完成")
    look(signer.page, "batch-done-line")
    open_list(signer, 2)
    look(signer.page, "batch-list")
    signer.tap("签署所选（0）")
    signer.sees("请先勾选合同")
    signer.page.get_by_label("全选").check()
    sign_selected(signer, 2)
    signer.confirm("签署 2 份合同")
    signer.sees("请先勾选同意")
    signer.page.get_by_label(re.compile("我已阅读所选的 2 份合同全文")).check()
    signer.enter_code(batch_code(signer, someone))
    look(signer.page, "batch-confirm-real")
    signer.confirm("签署 2 份合同")
    signer.heading("2 份合同已签署")
    look(signer.page, "batch-results-real")
    assert [one.status for one in others] == ["COMPLETE", "COMPLETE"]
    for one in others:
        verdict = verify(one.download(), tmp_path, server)
        assert verdict.intact and verdict.signers == [NAME]
    signer.tap("返回")
    signer.heading("签署完成")
    expect(signer.page.get_by_text("份文件待签署")).to_have_count(0)


def test_what_is_not_ticked_stays_as_it_is(signer, someone, for_one, link):
    here, wanted, left = (for_one(NAME, someone["contact"]) for _ in range(3))
    signer.open(link(here, someone))
    open_list(signer, 2)
    signer.page.get_by_label(re.compile(wanted.subject)).check()
    sign_selected(signer, 1)
    signer.page.get_by_label(re.compile("我已阅读所选的 1 份合同全文")).check()
    signer.enter_code(batch_code(signer, someone))
    signer.confirm("签署 1 份合同")
    signer.heading("1 份合同已签署")
    assert (here.status, wanted.status, left.status) == ("SIGNING", "COMPLETE", "SIGNING")
    signer.tap("返回")
    signer.sees("你还有 1 份文件待签署")
    expect(signer.button("签署")).to_be_visible()


def test_a_wrong_code_signs_none(signer, someone, for_one, link):
    here, other = for_one(NAME, someone["contact"]), for_one(NAME, someone["contact"])
    signer.open(link(here, someone))
    open_list(signer, 1)
    signer.page.get_by_label(re.compile(other.subject)).check()
    sign_selected(signer, 1)
    signer.page.get_by_label(re.compile("我已阅读所选的")).check()
    code = batch_code(signer, someone)
    signer.enter_code("000000" if code != "000000" else "000001")
    signer.confirm("签署 1 份合同")
    signer.sees("验证码不对")
    signer.page.complaints.clear()  # the browser reports the refusal
    assert other.status == "SIGNING"


def test_what_needs_a_decision_of_its_own_is_listed_with_its_reason(signer, someone, for_one, contract, link, look):
    here = for_one(NAME, someone["contact"])
    contract([person(NAME, someone["contact"])])  # no place: the signer chooses one
    for_one(NAME, someone["contact"], attachments=[{"title": "证明", "required": True}])
    signer.open(link(here, someone))
    open_list(signer, 2)
    signer.heading("逐份签署")
    signer.sees("需要你指定签署位置")
    signer.sees("需要先补充材料")
    expect(signer.page.get_by_role("checkbox")).to_have_count(0)
    expect(signer.page.get_by_role("button", name=re.compile("^签署所选"))).to_have_count(0)
    look(signer.page, "batch-single")


def test_a_code_opens_each_of_them_by_itself(signer, someone, for_one, contract, link, look):
    here, alone = for_one(NAME, someone["contact"]), for_one(NAME, someone["contact"], attachments=[{"title": "证明", "required": True}])
    together = for_one(NAME, someone["contact"])
    signer.open(link(here, someone))
    open_list(signer, 2)
    expect(signer.page.get_by_role("link", name="打开这份合同")).to_have_count(0)
    signer.tap("验证身份后逐份打开")
    signer.confirm("确认")
    signer.sees("请先获取验证码")
    code = batch_code(signer, someone)
    signer.enter_code("000000" if code != "000000" else "000001")
    signer.confirm("确认")
    signer.sees("验证码不对")
    signer.page.complaints.clear()  # the browser reports the refusal
    signer.enter_code(code)
    look(signer.page, "batch-open")
    signer.confirm("确认")
    expect(signer.page.get_by_role("link", name="打开这份合同")).to_have_count(2)
    look(signer.page, "batch-opened")
    signer.page.get_by_role("listitem").filter(has_text=alone.subject).get_by_role("link", name="打开这份合同").tap()
    signer.heading(alone.subject)
    signer.sees_pages("合同正文")
    signer.sees("材料")
    assert (here.status, alone.status, together.status) == ("SIGNING", "SIGNING", "SIGNING")


def test_a_cancellation_is_listed_and_signed_on_a_page_of_its_own(signer, someone, for_one, api, server, contract, link):
    void = contract([company(server.demo["companyName"]), person(NAME, someone["contact"])],
                    lambda made: [made.at_action(0, type="COMPANY", page=1, offsetX=0.1, offsetY=0.1),
                                  made.at_party(1, type="PERSONAL", page=1, offsetX=0.5, offsetY=0.1)], ordinal=False)
    void.seal()
    void.sign_by_page(someone)
    api.ok(api.post("/v2/contract/invalid", {"contractId": void.id, "reason": "重新签订"}))
    signer.open(link(for_one(NAME, someone["contact"]), someone))
    open_list(signer, 1)
    signer.sees("是作废协议，需要你单独确认")
    expect(signer.page.get_by_role("checkbox")).to_have_count(0)
    signer.tap("验证身份后逐份打开")
    signer.enter_code(batch_code(signer, someone))
    signer.confirm("确认")
    signer.page.get_by_role("link", name="打开这份合同").tap()
    signer.heading("作废这份合同")
    signer.give_typed_signature(NAME)
    signer.page.get_by_label(re.compile("我已阅读作废协议")).check()
    signer.enter_code(signer.ask_for_code())
    signer.confirm()
    signer.sees("各方均已签署作废协议，合同已作废。")
    assert void.status == "INVALIDED"


def test_the_back_key_leads_from_the_list_to_the_contract(signer, someone, for_one, link):
    here, _ = for_one(NAME, someone["contact"]), for_one(NAME, someone["contact"])
    signer.open(link(here, someone))
    open_list(signer, 1)
    signer.page.get_by_label(re.compile("^合同")).check()
    signer.tap("签署所选（1）")
    expect(signer.page.locator("canvas")).to_be_visible()
    signer.page.go_back()
    expect(signer.page.locator("canvas")).to_have_count(0)
    signer.heading("待你签署的文件")
    signer.page.go_back()
    signer.sees_pages("合同正文")


def test_nobody_else_is_told_what_waits(signer, someone, for_one, link):
    for_one(NAME, someone["contact"])
    stranger = user("演示乙", str(next(numbers)))
    signer.open(link(for_one(stranger["name"], stranger["contact"]), stranger))
    signer.sees_pages("合同正文")
    expect(signer.page.get_by_text("份文件待签署")).to_have_count(0)
