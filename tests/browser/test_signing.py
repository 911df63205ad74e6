"""What a person does with a phone of 375 by 667 points: from the link to the PDF."""
from __future__ import annotations

import re

from playwright.sync_api import expect
from support.contracts import company, person, user, verify


def test_the_printed_link_leads_to_an_intact_pdf(signer, server, tmp_path, look):
    signer.open(server.demo["signUrl"])
    signer.heading("软件服务合同（演示）")
    signer.sees("你将以 李雷（138****0002）的身份签署")
    signer.sees_pages("软件服务合同")
    look(signer.page, "sign-open")
    signer.tap("去签署处")
    expect(signer.places()).to_have_count(1)
    expect(signer.places().first).to_be_in_viewport()
    look(signer.page, "sign-place")
    signer.tap("签署")
    look(signer.page, "sign-pad-empty")
    signer.draw()
    look(signer.page, "sign-pad")
    signer.tap("用这个签名")
    signer.heading("确认签署")
    look(signer.page, "sign-confirm-empty")
    signer.consent()
    signer.enter_code(signer.ask_for_code())
    look(signer.page, "sign-confirm")
    signer.confirm()
    signer.heading("签署完成")
    signer.sees("所有签署方均已签署，合同完成。")
    look(signer.page, "sign-done")

    file = tmp_path / "合同.pdf"
    pdf = signer.download(file)
    verdict = verify(pdf, tmp_path, server)
    assert verdict.intact and verdict.signers[-1] == "李雷"

    signer.open(server.url + "/verify")
    signer.page.set_input_files("input[type=file]", file)
    signer.heading("签名有效，签署后未被改动")
    signer.sees("李雷")
    look(signer.page, "verify-intact")

    signer.open(server.demo["signUrl"])
    signer.heading("合同已完成")
    look(signer.page, "dead-complete")
    signer.tap("查看合同")
    signer.sees_pages("软件服务合同")
    expect(signer.button("签署")).to_have_count(0)
    look(signer.page, "read-complete")


def test_the_place_that_is_tapped_is_where_the_signature_lies(signer, for_one, link):
    made = for_one("演示甲", "13800000101")
    signer.open(link(made, user("演示甲", "13800000101")))
    signer.sees_pages("合同正文")
    signer.places().first.tap()
    expect(signer.page.locator("canvas")).to_be_visible()


def test_a_name_can_be_typed(signer, for_one, link, look, server, tmp_path):
    made = for_one("演示甲", "13800000102")
    signer.open(link(made, user("演示甲", "13800000102")))
    signer.tap("签署")
    signer.tap("改用打字")
    expect(signer.page.get_by_label("姓名")).to_have_value("演示甲")
    look(signer.page, "sign-typed")
    signer.tap("用这个签名")
    signer.sees("2 处")
    signer.finish()
    signer.heading("签署完成")
    assert made.status == "COMPLETE"
    verdict = verify(signer.download(tmp_path / "typed.pdf"), tmp_path, server)
    assert verdict.intact and verdict.signers == ["演示甲"]


def test_without_consent_or_code_nothing_is_sent(signer, for_one, link):
    made = for_one("演示甲", "13800000103")
    signer.open(link(made, user("演示甲", "13800000103")))
    signer.give_typed_signature("演示甲")
    signer.confirm()
    signer.sees("请先勾选同意")
    signer.consent()
    signer.confirm()
    signer.sees("请先获取验证码")
    assert made.status == "SIGNING"


def test_a_wrong_code_is_said_and_the_right_one_still_signs(signer, for_one, link, look):
    made = for_one("演示甲", "13800000104")
    signer.open(link(made, user("演示甲", "13800000104")))
    signer.give_typed_signature("演示甲")
    signer.consent()
    code = signer.ask_for_code()
    signer.enter_code("000000" if code != "000000" else "000001")
    signer.confirm()
    signer.sees("验证码不对")
    look(signer.page, "sign-wrong-code")
    assert made.status == "SIGNING"
    signer.page.complaints.clear()  # the browser reports the refusal of the wrong code
    signer.enter_code(code)
    signer.confirm()
    signer.heading("签署完成")
    assert made.status == "COMPLETE"


def test_refusing_needs_a_reason_and_ends_the_contract(signer, for_one, link, look):
    made = for_one("演示甲", "13800000105")
    address = link(made, user("演示甲", "13800000105"), hideRejectButton=False)
    signer.open(address)
    signer.tap("拒签")
    signer.tap("确认拒签")
    signer.sees("请写下拒签理由")
    signer.page.get_by_label("拒签理由").fill("金额与约定不符")
    look(signer.page, "refuse")
    signer.tap("确认拒签")
    signer.heading("已拒签")
    look(signer.page, "refused")
    assert made.status == "REJECTED"
    signer.open(address)
    signer.heading("合同已被拒签")
    look(signer.page, "dead-refused")


def test_a_link_without_the_button_cannot_refuse(signer, for_one, link):
    made = for_one("演示甲", "13800000106")
    signer.open(link(made, user("演示甲", "13800000106")))
    expect(signer.button("签署")).to_be_visible()
    expect(signer.button("拒签")).to_have_count(0)


def test_the_second_waits_until_the_first_has_signed(new_signer, contract, link, server, look):
    made = contract([person("演示甲", "13800000107", serialNo=1), person("演示乙", "13800000108", serialNo=2)], lambda one: [
        one.at_party(0, type="PERSONAL", page=1, offsetX=0.2, offsetY=0.3), one.at_party(1, type="PERSONAL", page=1, offsetX=0.6, offsetY=0.3)])
    first, second = new_signer(), new_signer()
    address = f"{server.url}/miniapp/doc?ticket={link(made, user('演示乙', '13800000108'), ticket=True)}"
    second.open(address)
    second.heading("还没轮到你签署")
    second.sees("正在等待 演示甲 签署")
    look(second.page, "dead-waiting")
    second.tap("查看合同")
    second.sees_pages("合同正文")
    before = second.picture_of_first_page("合同正文")
    earlier = link(made, user("演示甲", "13800000107"))
    first.open(earlier)
    first.give_drawn_signature()
    first.sees("签署后将发送给 演示乙")
    first.finish()
    first.heading("签署完成")
    first.sees("合同已发送给 演示乙")
    look(first.page, "sign-done-next")
    first.open(earlier)
    first.heading("你已签署")
    first.sees("还需 演示乙 签署")
    second.open(address)
    second.sees_pages("合同正文")
    assert second.picture_of_first_page("合同正文") != before, "a picture from before the first signature"
    second.give_drawn_signature()
    second.sees("你是最后一位")
    second.finish()
    second.heading("签署完成")
    assert made.status == "COMPLETE"


def test_a_company_without_seals_of_its_own_gets_one_of_its_name(signer, contract, link, look, server, tmp_path):
    made = contract([company("示例商贸（演示）有限公司", receiver=user("经办人甲", "13800000109"))], lambda one: [
        one.at_action(0, type="COMPANY", page=1, offsetX=0.3, offsetY=0.3), one.at_action(0, type="ACROSS_PAGE", offsetY=0.5)])
    signer.open(link(made, user("经办人甲", "13800000109")))
    signer.sees("你将代表 示例商贸（演示）有限公司 签署")
    look(signer.page, "seal-open")
    signer.tap("盖章")
    signer.heading("选择印章")
    picture = signer.page.get_by_role("dialog").locator("img")
    signer.page.wait_for_function("image => image.complete && image.naturalWidth > 100", arg=picture.element_handle())
    look(signer.page, "seal-choose")
    signer.tap("用这枚印章")
    look(signer.page, "seal-confirm")
    signer.finish("确认盖章")
    signer.heading("盖章完成")
    look(signer.page, "seal-done")
    verdict = verify(signer.download(tmp_path / "sealed.pdf"), tmp_path, server)
    assert verdict.intact and verdict.signers[-1] == "示例商贸（演示）有限公司"


def test_a_company_chooses_among_its_seals(signer, contract, link, server, look, tmp_path):
    name = server.demo["companyName"]
    made = contract([company(name, receiver=user("韩梅梅", "13900000001"))],
                    lambda one: [one.at_action(0, type="COMPANY", page=1, offsetX=0.3, offsetY=0.3)])
    signer.open(link(made, user("韩梅梅", "13900000001")))
    signer.tap("盖章")
    signer.tap("用这枚印章")
    signer.sees("请先选择一枚印章")
    signer.page.get_by_text("合同专用章").last.tap()
    expect(signer.page.get_by_text("请先选择一枚印章")).to_have_count(0)
    look(signer.page, "seal-choose-two")
    signer.tap("用这枚印章")
    with signer.page.expect_request("**/pages/sign") as request:
        signer.finish("确认盖章")
    assert request.value.post_data_json["sealId"] not in ("", "0", server.demo["sealId"])
    signer.heading("盖章完成")
    verdict = verify(signer.download(tmp_path / "sealed.pdf"), tmp_path, server)
    assert verdict.intact and verdict.signers == [name]


def test_a_legal_representative_signs_by_hand(signer, contract, link, server, look, tmp_path):
    made = contract([company("示例商贸（演示）有限公司", [{"type": "LP", "serialNo": 1}], receiver=user("法人甲", "13800000114"))],
                    lambda one: [one.at_action(0, type="LP", page=1, offsetX=0.3, offsetY=0.3)])
    signer.open(link(made, user("法人甲", "13800000114")))
    look(signer.page, "lp-open")
    signer.give_drawn_signature()
    signer.finish()
    signer.heading("签署完成")
    assert made.status == "COMPLETE"
    assert verify(signer.download(tmp_path / "lp.pdf"), tmp_path, server).intact


def test_a_signature_is_put_where_the_finger_points(signer, contract, link, look):
    made = contract([person("演示甲", "13800000110")])
    signer.open(link(made, user("演示甲", "13800000110")))
    signer.sees_pages("合同正文")
    signer.give_drawn_signature()
    signer.sees("点一下页面，放上签名")
    look(signer.page, "free-hint")
    signer.page.touchscreen.tap(150, 500)
    signer.sees("已放 1 处")
    look(signer.page, "free-placed")
    signer.tap("下一步")
    signer.finish()
    signer.heading("签署完成")
    assert made.status == "COMPLETE"


def test_what_is_asked_for_is_handed_in_first(signer, for_one, link, contract_pdf, look, tmp_path):
    made = for_one("演示甲", "13800000111", attachments=[{"title": "身份证复印件", "required": True}, {"title": "补充说明", "required": False}])
    signer.open(link(made, user("演示甲", "13800000111")))
    signer.tap("签署")
    signer.heading("先补充材料")
    expect(signer.button("继续签署")).to_be_disabled()
    look(signer.page, "attach")
    file = tmp_path / "证件.pdf"
    file.write_bytes(contract_pdf)
    signer.page.get_by_role("dialog").locator("input[type=file]").first.set_input_files(file)
    signer.sees("证件.pdf")
    look(signer.page, "attached")
    signer.tap("继续签署")
    signer.draw()
    signer.tap("用这个签名")
    signer.finish()
    signer.heading("签署完成")
    assert made.status == "COMPLETE"


def test_a_review_is_given_with_a_code(signer, contract, link, look):
    made = contract([company("示例科技（演示）有限公司", [
        {"type": "AUDIT", "serialNo": 1, "operators": [user("演示员工甲", "10000000001")]}, {"type": "COMPANY", "serialNo": 2}])],
        lambda one: [one.at_action(0, 1, type="COMPANY", page=1, offsetX=0.3, offsetY=0.3)])
    signer.open(link(made, user("演示员工甲", "10000000001")))
    signer.tap("审批")
    signer.heading("审批合同")
    look(signer.page, "audit")
    signer.page.get_by_text("同意", exact=True).tap()
    signer.enter_code(signer.ask_for_code())
    signer.tap("提交审批")
    signer.sees("第 2 步，共 2 步 · 企业盖章")  # he keeps the company's seals as well
    look(signer.page, "audit-done")
    assert made.nodes(0)[0] == "FINISH"


def test_the_mini_program_opens_its_page_with_a_ticket(signer, for_one, link, server, look):
    made = for_one("演示甲", "13800000112")
    ticket = link(made, user("演示甲", "13800000112"), ticket=True)
    signer.open(f"{server.url}/miniapp/doc?ticket={ticket}")
    signer.give_drawn_signature()
    signer.finish()
    signer.heading("签署完成")
    look(signer.page, "mini-done")
    assert made.status == "COMPLETE"


def test_the_way_back_leads_to_the_business_system(signer, for_one, link, server):
    made = for_one("演示甲", "13800000113")
    signer.open(link(made, user("演示甲", "13800000113"), callbackPage=server.url + "/verify"))
    signer.give_typed_signature("演示甲")
    signer.finish()
    signer.heading("签署完成")
    signer.tap("返回")
    signer.page.wait_for_url(re.compile(r"/verify"))
