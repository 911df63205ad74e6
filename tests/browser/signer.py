"""A person with a phone in the hand: what is seen and touched on the pages, in Chinese, without knowing how they are built."""
from __future__ import annotations

import math
import re
import time

from playwright.sync_api import Locator, Page, expect

PLACES = re.compile("^(签名处|盖章处|法定代表人签章处|签署日期|骑缝章)")


class Signer:
    def __init__(self, page: Page, base: str) -> None:
        self.page, self._base = page, base

    # Looking
    def open(self, address: str) -> Signer:
        self.page.goto(address)
        return self

    def heading(self, text: str) -> None:
        expect(self.page.get_by_role("heading", name=text, exact=True)).to_be_visible()

    def sees(self, text: str) -> None:
        expect(self.page.get_by_text(text).first).to_be_visible()

    def sees_pages(self, title: str) -> None:
        """The first page is a picture that arrived, not a box with a cross."""
        picture = self.page.get_by_alt_text(re.compile(f"^{re.escape(title)}，第 1 页"))
        expect(picture).to_be_visible()
        # Looked up anew each time: a picture that is fetched again may be another element.
        end = time.monotonic() + 15
        while not picture.evaluate("image => image.complete && image.naturalWidth > 300"):
            assert time.monotonic() < end, "the first page did not arrive"
            self.page.wait_for_timeout(100)

    def picture_of_first_page(self, title: str) -> str:
        """The pixels the browser shows, for comparing."""
        picture = self.page.get_by_alt_text(re.compile(f"^{re.escape(title)}，第 1 页"))
        return picture.evaluate("""image => {
          const canvas = document.createElement('canvas');
          canvas.width = image.naturalWidth; canvas.height = image.naturalHeight;
          canvas.getContext('2d').drawImage(image, 0, 0);
          return canvas.toDataURL();
        }""")

    def places(self) -> Locator:
        return self.page.get_by_role("button", name=PLACES)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def tap(self, name: str) -> None:
        self.button(name).tap()

    # Signing
    def draw(self) -> None:
        """Three strokes with a finger: the browser is told of touches, not of a mouse."""
        box = self.page.locator("canvas").bounding_box()
        finger = self.page.context.new_cdp_session(self.page)
        for stroke in range(3):
            points = [(box["x"] + box["width"] * (0.3 + 0.2 * math.sin(i / 3 + stroke)),
                       box["y"] + box["height"] * (0.15 + 0.25 * stroke + i * 0.008)) for i in range(24)]
            for i, (x, y) in enumerate(points):
                finger.send("Input.dispatchTouchEvent", {"type": "touchMove" if i else "touchStart", "touchPoints": [{"x": x, "y": y}]})
            finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        finger.detach()

    def give_drawn_signature(self) -> None:
        self.tap("签署")
        expect(self.page.locator("canvas")).to_be_visible()
        self.draw()
        self.tap("用这个签名")

    def give_typed_signature(self, name: str) -> None:
        self.tap("签署")
        self.tap("改用打字")
        self.page.get_by_label("姓名").fill(name)
        self.tap("用这个签名")

    def consent(self) -> None:
        self.page.get_by_label(re.compile("我已阅读合同全文")).check()

    def ask_for_code(self) -> str:
        """Has a code sent and reads it in the demo inbox, in another tab."""
        inbox = self.page.context.new_page()
        messages = inbox.get_by_role("listitem").filter(has_text=self.page.title()).get_by_role("button", name=re.compile("^复制"))

        def codes() -> list[str]:
            inbox.goto(self._base + "/inbox")
            expect(inbox.get_by_role("listitem").first).to_be_visible()
            return [re.search(r"\d{6}", text).group() for text in messages.all_inner_texts()]

        before = codes()  # an older one of somebody else's may stand there
        self.tap("获取验证码")
        expect(self.page.get_by_text("6 位验证码已发送至")).to_be_visible()
        for _ in range(100):
            if len(now := codes()) > len(before):
                inbox.close()
                return now[0]
            inbox.wait_for_timeout(100)
        raise AssertionError("no code arrived")

    def enter_code(self, code: str) -> None:
        self.page.get_by_label("验证码").fill(code)

    def enter_password(self, password: str) -> None:
        self.tap("密码")
        self.page.get_by_label("签署密码").fill(password)

    def confirm(self, word: str = "确认签署") -> None:
        self.page.get_by_role("dialog").get_by_role("button", name=word, exact=True).tap()

    def finish(self, word: str = "确认签署") -> None:
        self.consent()
        self.enter_code(self.ask_for_code())
        self.confirm(word)

    def hand_in(self, title: str, path) -> None:
        """Chooses a file for a material that is asked for; a later one takes the place of an earlier."""
        self.page.get_by_role("dialog").get_by_label(re.compile(f"(选择文件|重新选择)：{re.escape(title)}")).set_input_files(path)

    def download(self, path) -> bytes:
        with self.page.expect_download() as waiting:
            self.page.get_by_role("link", name="下载合同").click()
        waiting.value.save_as(path)
        return path.read_bytes()
