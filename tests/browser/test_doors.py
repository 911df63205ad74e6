"""Who may come in: links that are none, tickets that are bound, two tabs, ended sessions."""
from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from signer import Signer
from support.contracts import user


@pytest.mark.parametrize("token", ["", "?openPageToken=", "?openPageToken=nosuchtoken", "?openPageToken=%00%ff%3Cscript%3E"])
def test_a_garbled_link_says_so(signer, server, token, look):
    signer.open(f"{server.url}/contract/share/1234567890{token}")
    signer.heading("没有找到这份合同")
    look(signer.page, "dead-not-found")
    signer.page.complaints.clear()  # the browser reports the 404


def test_a_ticket_opens_in_one_browser_only(new_signer, for_one, link, server, look):
    made = for_one("演示甲", "13800000201")
    address = f"{server.url}/miniapp/doc?ticket={link(made, user('演示甲', '13800000201'), ticket=True)}"
    mine, foreign = new_signer(), new_signer()
    mine.open(address)
    mine.sees_pages("合同正文")
    foreign.open(address)
    foreign.heading("此链接不能在这里打开")
    look(foreign.page, "dead-bound")
    foreign.page.complaints.clear()  # the browser reports the 403
    mine.open(address)
    mine.sees_pages("合同正文")


def test_a_token_is_no_ticket(signer, for_one, link, server):
    made = for_one("演示甲", "13800000202")
    token = re.search("openPageToken=([^&]+)", link(made, user("演示甲", "13800000202"))).group(1)
    signer.open(f"{server.url}/miniapp/doc?ticket={token}")
    signer.heading("没有找到这份合同")
    signer.page.complaints.clear()


def test_two_tabs_never_act_on_each_others_contract(signer, for_one, link, server, tmp_path):
    one, other = for_one("演示甲", "13800000203"), for_one("演示甲", "13800000203")
    who = user("演示甲", "13800000203")
    first = signer.open(link(one, who))
    first.sees_pages("合同正文")
    second = Signer(signer.page.context.new_page(), server.url).open(link(other, who))
    second.sees_pages("合同正文")  # opened last: what a server that forgets the tab would act on
    first.page.bring_to_front()
    first.give_drawn_signature()
    first.finish()
    first.heading("签署完成")
    assert (one.status, other.status) == ("COMPLETE", "SIGNING")
    signed = first.download(tmp_path / "first.pdf")
    assert signed == one.download()
    second.page.bring_to_front()
    second.tap("详情")
    second.sees(other.id)
    assert other.status == "SIGNING"


def test_a_page_whose_session_was_lost_goes_on_by_itself(signer, for_one, link):
    made = for_one("演示甲", "13800000204")
    signer.open(link(made, user("演示甲", "13800000204")))
    signer.give_typed_signature("演示甲")
    signer.page.context.clear_cookies()
    signer.finish()
    signer.page.complaints.clear()  # the browser reports the 401
    signer.heading("签署完成")
    assert made.status == "COMPLETE"


def test_a_picture_that_did_not_come_is_fetched_again(signer, for_one, link):
    made = for_one("演示甲", "13800000206")
    refused = []

    def refuse_once(route):
        if refused:
            route.continue_()
        else:
            refused.append(route.request.url)
            route.fulfill(status=401)

    signer.page.route("**/pages/1.jpg*", refuse_once)
    signer.open(link(made, user("演示甲", "13800000206")))
    signer.sees_pages("合同正文")
    assert refused
    signer.page.complaints.clear()  # the browser reports the 401


def test_the_page_can_stand_in_a_frame(signer, for_one, link, server):
    made = for_one("演示甲", "13800000205")
    address = link(made, user("演示甲", "13800000205"))
    signer.open(server.url + "/verify")
    signer.page.evaluate("""address => {
      const frame = document.createElement('iframe');
      frame.src = address; frame.width = 360; frame.height = 600;
      document.body.appendChild(frame);
    }""", address)
    expect(signer.page.frame_locator("iframe").get_by_role("button", name="签署", exact=True)).to_be_visible()
