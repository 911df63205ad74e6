"""The signer's side: a browser that opened a signing link, and what its owner does there."""
from __future__ import annotations

import http.client
import json
import time
import urllib.parse

CODE_LIMIT = 30  # seconds until a code must have arrived in the demo inbox


class PageError(Exception):
    """The page refused; `code` is its word for why."""

    def __init__(self, status: int, body: bytes) -> None:
        self.status = status
        try:
            self.code = json.loads(body)["error"]["code"]
        except (ValueError, KeyError, TypeError):
            self.code = ""
        super().__init__(f"{status} {body.decode('utf-8', 'replace')}")


class Page:
    """One open link in a browser of its own."""

    def __init__(self, host: str, port: int, url: str = "", *, ticket: str = "") -> None:
        self._host, self._port = host, port
        self._cookie = ""
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(url).query)
        self.view = self._post("/pages/open", {"ticket": ticket} if ticket else {"token": query["openPageToken"][0]})

    @property
    def task(self) -> dict | None:
        return self.view["task"]

    def ask_for_code(self, contact: str) -> str:
        """Asks for a code and reads it where the demo delivers it."""
        before = {message["id"] for message in self.inbox(contact)}
        self._post("/pages/code", {})
        end = time.monotonic() + CODE_LIMIT
        while time.monotonic() < end:
            for message in self.inbox(contact):
                of_this_contract = f"《{self.view['contract']['subject']}》" in message["text"]
                if message["id"] not in before and "code" in message and of_this_contract:
                    return message["code"]
            time.sleep(0.05)
        raise AssertionError(f"no code arrived for {contact}")

    def inbox(self, contact: str) -> list[dict]:
        return [message for message in self._get("/pages/inbox")["messages"] if message["to"] == contact]

    def sign(self, code: str, *, typed: str | None = None, strokes: list | None = None, **more) -> dict:
        """`typed` is a name, `strokes` lists of (x, y) on a canvas of 300 by 120; company nodes need neither."""
        body: dict = {"code": code, "consent": True, **more}
        if typed is not None:
            body["signature"] = {"kind": "TYPED", "text": typed}
        if strokes is not None:
            lines = [[{"x": x, "y": y, "t": i * 8} for i, (x, y) in enumerate(line)] for line in strokes]
            body["signature"] = {"kind": "DRAWN", "width": 300, "height": 120, "strokes": lines}
        return self._post("/pages/sign", body)

    def audit(self, code: str, passed: bool, comment: str = "") -> dict:
        return self._post("/pages/audit", {"code": code, "pass": passed, "comment": comment})

    def reject(self, reason: str) -> dict:
        return self._post("/pages/reject", {"reason": reason})

    def _get(self, path: str) -> dict:
        return self._request("GET", path, None)

    def _post(self, path: str, body: dict) -> dict:
        return self._request("POST", path, json.dumps(body, ensure_ascii=False).encode())

    def _request(self, method: str, path: str, body: bytes | None) -> dict:
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if self._cookie:
            headers |= {"Cookie": self._cookie, "X-Signet-Page": self.view["page"]}
        connection = http.client.HTTPConnection(self._host, self._port, timeout=60)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            content = answer.read()
            if answer.status != 200:
                raise PageError(answer.status, content)
            if cookie := answer.getheader("Set-Cookie"):
                self._cookie = cookie.split(";")[0]
            return json.loads(content)
        finally:
            connection.close()
