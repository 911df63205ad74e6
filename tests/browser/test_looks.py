"""Every page on every screen: nothing sticks out, both languages, light and dark."""
from __future__ import annotations

import pytest
from conftest import DESK, PHONE
from playwright.sync_api import expect
from support.contracts import company, person, user

LONG = "示例跨区域供应链协同与数字化服务（演示）股份有限公司"


def sticks_out(page) -> int:
    """How many points the page is wider than the screen."""
    return page.evaluate("Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) - document.documentElement.clientWidth")


@pytest.fixture
def crowded(contract):
    """Long names, many parties: what a page must make room for."""
    return contract([person("演示甲", "13800000401"), company(LONG, receiver=user("经办人", "13800000402")),
                     *(person(f"演示第{i}人", f"1380000041{i}") for i in range(5))],
                    lambda one: [one.at_party(0, type="PERSONAL", page=1, offsetX=0.9, offsetY=0.05)],
                    subject="关于供应链协同与数字化服务平台建设及运营维护的框架合同（二〇二六年度第一次补充协议，演示）")


@pytest.mark.parametrize("width", [320, 375, 414, 1280])
def test_nothing_sticks_out(new_signer, crowded, link, server, width, look):
    kind = {**(DESK if width > 1000 else PHONE), "viewport": {"width": width, "height": 800 if width > 1000 else 667}, "has_touch": True}
    signer = new_signer(kind)
    page = signer.page
    for path in ("/", "/inbox", "/verify", "/contract/share/1?openPageToken=none"):
        signer.open(server.url + path)
        expect(page.get_by_role("heading").first).to_be_visible()
        assert sticks_out(page) <= 0, path
    page.complaints.clear()  # the browser reports the 404 of the last one
    signer.open(f"{server.url}/miniapp/doc?ticket={link(crowded, user('经办人', '13800000402'), ticket=True)}")
    signer.heading("还没轮到你签署")
    look(page, f"crowded-waiting-{width}")
    assert sticks_out(page) <= 0
    signer.open(link(crowded, user("演示甲", "13800000401"), hideRejectButton=False))
    signer.sees_pages("合同正文")
    look(page, f"crowded-{width}")
    assert sticks_out(page) <= 0
    signer.tap("详情")
    signer.sees(crowded.id)
    look(page, f"crowded-details-{width}")
    assert sticks_out(page) <= 0
    page.keyboard.press("Escape")
    signer.tap("拒签")
    signer.heading("拒绝签署")
    assert sticks_out(page) <= 0
    page.keyboard.press("Escape")
    signer.give_typed_signature("演示甲")
    signer.heading("确认签署")
    look(page, f"crowded-confirm-{width}")
    assert sticks_out(page) <= 0


def test_with_everything_twice_as_large_a_contract_is_signed(new_signer, for_one, link, look):
    """What a phone shows at 200 %: half as many points each way."""
    name = "示例复姓欧阳与很长的名字"
    made = for_one(name, "13800000407", userAuthInfo={"idCardNo": "11010519491231002X"})
    signer = new_signer({**PHONE, "viewport": {"width": 188, "height": 334}, "device_scale_factor": 4})
    page = signer.page
    signer.open(link(made, user(name, "13800000407"), hideRejectButton=False, allowPasswordSign=True))
    signer.sees_pages("合同正文")
    for word in ("拒签", "签署"):
        expect(signer.button(word)).to_be_in_viewport(ratio=1)
    assert sticks_out(page) <= 0
    signer.tap("签署")
    signer.heading("核验身份")
    assert sticks_out(page) <= 0
    look(page, "twice-identity")
    page.get_by_label("身份证号").fill("11010519491231002X")
    signer.tap("核对")
    signer.tap("改用打字")
    signer.tap("用这个签名")
    signer.finish()
    signer.heading("签署完成")
    signer.heading("设置签署密码")
    assert sticks_out(page) <= 0
    look(page, "twice-done")
    signer.tap("暂不设置")
    assert made.status == "COMPLETE"


@pytest.mark.parametrize("path", ["签署", "详情", "拒签"])
def test_what_a_finger_must_hit_is_large_enough(signer, for_one, link, path):
    """Buttons and fields of the page and of its sheets: 44 points high, links within a sentence aside."""
    made = for_one("演示甲", "13800000408", attachments=[{"title": "证明", "required": True, "needSign": True}])
    signer.open(link(made, user("演示甲", "13800000408"), hideRejectButton=False))
    signer.sees_pages("合同正文")
    signer.tap(path)
    expect(signer.page.get_by_role("dialog")).to_be_visible()
    small = signer.page.evaluate("""() => Array.from(document.querySelectorAll('.sheet button, .sheet input, .sheet label.button, .bar-bottom button'))
      .filter(node => node.offsetParent && !node.classList.contains('sr-only') && !node.classList.contains('link') && node.type !== 'checkbox')
      .filter(node => node.offsetHeight < 44).map(node => node.outerHTML.slice(0, 120))""")
    assert small == []


def test_english_readers_read_english(new_signer, for_one, link, look, server):
    made = for_one("Li Lei", "13800000403")
    signer = new_signer(locale="en-US")
    signer.open(link(made, user("Li Lei", "13800000403"), hideRejectButton=False))
    page = signer.page
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_text("You sign as Li Lei (138****0403)")).to_be_visible()
    look(page, "en-open")
    signer.tap("Sign")
    look(page, "en-pad")
    signer.tap("Type instead")
    look(page, "en-typed")
    signer.tap("Use this")
    look(page, "en-confirm")
    page.get_by_label("I have read the whole contract").check()
    signer.tap("Get code")
    expect(page.get_by_text("A 6-digit code was sent to")).to_be_visible()


def test_the_sender_chooses_the_language_and_the_reader_may_change_it(signer, for_one, link):
    made = for_one("演示甲", "13800000404")
    signer.open(link(made, user("演示甲", "13800000404"), lang="en"))
    expect(signer.button("Sign")).to_be_visible()
    signer.tap("Details")
    signer.tap("中文")
    signer.heading("合同详情")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_ground_follows_the_readers_scheme(new_signer, for_one, link, scheme, look, server):
    made = for_one("演示甲", "13800000405")
    signer = new_signer(color_scheme=scheme)
    signer.open(link(made, user("演示甲", "13800000405")))
    signer.sees_pages("合同正文")
    ground = signer.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == {"light": "rgb(247, 245, 240)", "dark": "rgb(23, 24, 26)"}[scheme]
    look(signer.page, f"{scheme}-open")
    signer.tap("签署")
    signer.draw()
    look(signer.page, f"{scheme}-pad")
    signer.tap("用这个签名")
    look(signer.page, f"{scheme}-confirm")
    signer.open(server.url + "/inbox")
    look(signer.page, f"{scheme}-inbox")
    signer.open(server.url + "/verify")
    look(signer.page, f"{scheme}-verify")


def test_on_a_desk_the_contract_stands_in_the_middle(new_signer, for_one, link, look):
    made = for_one("演示甲", "13800000406")
    signer = new_signer(DESK)
    signer.open(link(made, user("演示甲", "13800000406")))
    signer.sees_pages("合同正文")
    look(signer.page, "desk-open")
    signer.button("签署").click()
    expect(signer.page.locator("canvas")).to_be_visible()
    look(signer.page, "desk-pad")
