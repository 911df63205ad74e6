"""Several nodes of one person, one after another without looking for them; and materials that are signed as well."""
from __future__ import annotations

from playwright.sync_api import expect
from support.contracts import company, user, verify

RECEIVER = user("经办人乙", "13800300001")


def three_nodes(contract):
    """An external company whose handler does everything himself."""
    nodes = [{"type": "OPERATOR", "serialNo": 1}, {"type": "LP", "serialNo": 2}, {"type": "COMPANY", "serialNo": 3}]
    return contract([company("示例商贸（演示）有限公司", nodes, receiver=RECEIVER)], lambda one: [
        one.at_action(0, number, type=kind, page=1, offsetX=0.3, offsetY=0.2 + 0.2 * number)
        for number, kind in enumerate(("PERSONAL", "LP", "COMPANY"))])


def test_three_steps_of_one_person_follow_each_other(signer, contract, link, look, tmp_path, server):
    made = three_nodes(contract)
    signer.open(link(made, RECEIVER))
    signer.sees("第 1 步，共 3 步 · 经办人签字")
    look(signer.page, "step-1")
    signer.give_drawn_signature()
    signer.finish()
    signer.sees("第 2 步，共 3 步 · 法定代表人签字")
    signer.sees("这一步已完成，接着由你处理：法定代表人签字。")
    look(signer.page, "step-2")
    assert made.nodes(0) == ["FINISH", "START", "INIT"]
    signer.tap("签署")  # the hand has written already; consent is asked anew
    expect(signer.page.get_by_label("我已阅读合同全文")).not_to_be_checked()
    signer.finish()
    signer.sees("第 3 步，共 3 步 · 企业盖章")
    look(signer.page, "step-3")
    signer.tap("盖章")
    signer.tap("用这枚印章")
    signer.finish("确认盖章")
    signer.heading("盖章完成")
    assert made.status == "COMPLETE"
    assert verify(signer.download(tmp_path / "three.pdf"), tmp_path, server).intact


def test_the_caller_is_told_once_when_all_own_steps_are_done(signer, contract, link, server):
    made = three_nodes(contract)
    signer.page.add_init_script("""
      window.told = [];
      window.wx = {miniProgram: {postMessage: message => window.told.push(message.data), navigateBack: () => window.told.push('back')}};
    """)
    signer.open(f"{server.url}/miniapp/doc?ticket={link(made, RECEIVER, ticket=True)}")
    signer.give_drawn_signature()
    signer.finish()
    signer.sees("第 2 步，共 3 步")
    assert signer.page.evaluate("window.told") == []
    signer.tap("签署")
    signer.finish()
    signer.sees("第 3 步，共 3 步")
    signer.tap("盖章")
    signer.tap("用这枚印章")
    signer.finish("确认盖章")
    signer.heading("盖章完成")
    assert signer.page.evaluate("window.told") == [{"event": "signSuccessCb", "contractId": made.id, "contractStatus": "COMPLETE"}]


def test_a_material_to_be_signed_becomes_a_document_and_is_signed(signer, for_one, link, contract_pdf, look, tmp_path):
    made = for_one("演示甲", "13800300002", attachments=[{"title": "补充承诺书", "required": True, "needSign": True}])
    signer.open(link(made, user("演示甲", "13800300002")))
    signer.sees("已交 0 / 1")
    signer.tap("签署")
    signer.sees("将由你签名")
    broken, right = tmp_path / "坏文件.pdf", tmp_path / "承诺书.pdf"
    broken.write_bytes(b"%PDF-1.7\nnothing of the kind")
    right.write_bytes(contract_pdf)
    signer.hand_in("补充承诺书", broken)
    expect(signer.page.get_by_role("dialog").get_by_role("alert").filter(has_text="文件")).to_be_visible()
    expect(signer.button("继续签署")).to_be_disabled()
    look(signer.page, "attach-broken")
    signer.page.complaints.clear()  # the browser reports the refusal
    signer.hand_in("补充承诺书", right)
    signer.sees("承诺书.pdf")
    signer.hand_in("补充承诺书", right)  # once more, in the place of the first
    expect(signer.page.get_by_label("重新选择：补充承诺书")).to_have_count(1)
    look(signer.page, "attach-signed")
    signer.tap("继续签署")
    signer.draw()
    signer.tap("用这个签名")
    signer.finish()
    signer.heading("签署完成")
    attached = [one for one in made.detail()["documents"] if one.get("contentType") == "ATTACHMENT"]
    assert len(attached) == 1
    assert made.status == "COMPLETE"


def test_a_material_to_be_signed_is_read_on_the_page(signer, for_one, link, contract_pdf, tmp_path, look):
    made = for_one("演示甲", "13800300003", attachments=[{"title": "补充承诺书", "required": False, "needSign": True}])
    signer.open(link(made, user("演示甲", "13800300003")))
    signer.page.get_by_role("button", name="材料").tap()
    file = tmp_path / "承诺书.pdf"
    file.write_bytes(contract_pdf)
    signer.hand_in("补充承诺书", file)
    signer.sees("承诺书.pdf")
    signer.page.keyboard.press("Escape")
    signer.sees("已交 1 / 1")
    signer.tap("详情")
    signer.page.get_by_role("dialog").get_by_role("button", name="补充承诺书").tap()
    signer.sees_pages("补充承诺书")
    look(signer.page, "attach-read")


def test_a_missing_material_of_another_tab_leads_back_to_its_sheet(signer, for_one, link):
    made = for_one("演示甲", "13800300004", attachments=[{"title": "证明", "required": True}])
    signer.page.route("**/pages/open", lambda route: route.fulfill(json=_as_if_uploaded(route.fetch().json(), opened)))
    opened: list = []
    signer.open(link(made, user("演示甲", "13800300004")))
    signer.give_typed_signature("演示甲")
    signer.finish()
    signer.heading("先补充材料")
    signer.sees("还有必交材料没有提交。")
    signer.page.complaints.clear()  # the browser reports the refusal


def _as_if_uploaded(answer: dict, opened: list) -> dict:
    """The first answer claims that everything is there, as it was when another tab took it back."""
    if not opened:
        for one in answer["task"]["attachments"]:
            one["uploaded"] = True
    opened.append(True)
    return answer


def test_a_company_of_one_node_counts_no_steps(signer, for_one, link):
    made = for_one("演示甲", "13800300005")
    signer.open(link(made, user("演示甲", "13800300005")))
    signer.sees_pages("合同正文")
    expect(signer.page.get_by_text("第 1 步")).to_have_count(0)
