"""Callers with callbacks: a frame's parent, or a mini-program, is told and says where to go. Nobody else is listened to."""
from __future__ import annotations

import pytest
from playwright.sync_api import expect
from support.contracts import user

#: WeChat's script as far as the page uses it.
MINI_PROGRAM = """
  window.went = [];
  const note = name => what => { window.went.push([name, what && what.url || null]); };
  window.wx = {miniProgram: {postMessage: () => {}, navigateBack: note('back'), navigateTo: note('to'), redirectTo: note('redirect'), reLaunch: note('launch')}};
"""
#: A business system's page that frames ours and answers `jumpTo`.
FRAME = """([address, answer]) => {
  window.heard = [];
  window.addEventListener('message', event => {
    window.heard.push(event.data);
    if (answer && event.data.event === 'signSuccessCb') event.source.postMessage(answer, '*');
  });
  const frame = document.createElement('iframe');
  frame.src = address; frame.width = 375; frame.height = 640;
  document.body.insertBefore(frame, document.body.firstChild);
}"""


@pytest.fixture
def framed(signer, for_one, link, server):
    """Signs in a frame whose parent answers: framed(mobile, answer, query) gives the contract and the frame."""

    def run(mobile: str, answer, query: str = "&hasCb=true", **options):
        made = for_one("演示甲", mobile)
        ticket = link(made, user("演示甲", mobile), ticket=True, **options)
        page = signer.page
        page.add_init_script(MINI_PROGRAM)
        signer.open(server.url + "/verify")
        page.evaluate(FRAME, [f"{server.url}/miniapp/doc?ticket={ticket}{query}", answer])
        inner = page.frame_locator("iframe")
        inner.get_by_role("button", name="签署", exact=True).tap()
        inner.get_by_role("button", name="改用打字").tap()
        inner.get_by_role("button", name="用这个签名").tap()
        inner.get_by_label("我已阅读合同全文").check()
        inner.get_by_role("button", name="获取验证码").tap()
        expect(inner.get_by_text("6 位验证码已发送至")).to_be_visible()
        inner.get_by_label("验证码").fill(newest_code(signer, made))
        inner.get_by_role("dialog").get_by_role("button", name="确认签署").tap()
        expect(inner.get_by_role("heading", name="签署完成")).to_be_visible()
        return made, next(frame for frame in page.frames if "ticket=" in frame.url)

    return run


def newest_code(signer, made) -> str:
    for _ in range(100):
        for message in signer.page.request.get(signer._base + "/pages/inbox").json()["messages"]:
            if f"《{made.subject}》" in message["text"] and message.get("code"):
                return message["code"]
        signer.page.wait_for_timeout(100)
    raise AssertionError("no code arrived")


def went(frame) -> list:
    frame.wait_for_function("window.went.length > 0")
    return frame.evaluate("window.went")


@pytest.mark.parametrize("number, path, expected", [
    (1, "/pages/contract/done?from=sign", [["redirect", "/pages/contract/done?from=sign"]]),
    (2, "plugin://qyssdk-plugin/doc?ticket=t&env=com&hasCb=true", [["to", "plugin://qyssdk-plugin/doc?ticket=t&env=com&hasCb=true"]]),
    (3, None, [["back", None]]),
    (4, "https://evil.example/", [["back", None]]),
])
def test_the_caller_says_where_to_go(framed, signer, number, path, expected):
    made, frame = framed(f"1380040000{number}", {"event": "jumpTo", **({"path": path} if path else {})})
    assert went(frame) == expected
    assert signer.page.evaluate("window.heard") == [{"event": "signSuccessCb", "contractId": made.id, "contractStatus": "COMPLETE"}]


def test_who_is_choosing_a_password_goes_when_he_has_chosen(framed):
    _, frame = framed("13800400007", {"event": "jumpTo", "path": "/pages/done"}, allowPasswordSign=True)
    expect(frame.get_by_role("heading", name="设置签署密码")).to_be_visible()
    assert frame.evaluate("new Promise(done => setTimeout(() => done(window.went), 500))") == []
    frame.get_by_role("button", name="暂不设置").tap()
    assert went(frame) == [["redirect", "/pages/done"]]


def test_without_callbacks_an_answer_is_not_waited_for(framed):
    _, frame = framed("13800400005", {"event": "jumpTo", "path": "/pages/elsewhere"}, query="")
    frame.get_by_role("button", name="返回").tap()
    assert went(frame) == [["back", None]]


def test_a_stranger_says_nothing(framed, signer):
    """The frame itself, and a frame beside it, say `jumpTo`: neither is the window that frames the page."""
    _, frame = framed("13800400006", None)
    frame.evaluate("window.postMessage({event: 'jumpTo', path: '/pages/evil'}, '*')")
    signer.page.evaluate("""() => {
      const beside = document.createElement('iframe');
      beside.src = '/inbox';
      document.body.appendChild(beside);
      return new Promise(done => beside.addEventListener('load', done));
    }""")
    beside = next(one for one in signer.page.frames if one.url.endswith("/inbox"))
    beside.evaluate("window.parent.frames[0].postMessage({event: 'jumpTo', path: '/pages/evil'}, '*')")
    frame.get_by_role("button", name="返回").tap()
    assert went(frame) == [["back", None]]
