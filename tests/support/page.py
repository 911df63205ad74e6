"""The signer's side: a browser that opened a signing link, and what its owner does there."""
from __future__ import annotations

import http.client
import json
import secrets
import time
import urllib.parse
from collections.abc import Callable

from .server import Server

CODE_LIMIT = 30  # seconds until a code must have arrived in the demo inbox


class PageError(Exception):
    """The page refused; `code` is its word for why, `error` all it says."""

    def __init__(self, status: int, body: bytes) -> None:
        self.status = status
        try:
            self.error: dict = json.loads(body)["error"]
            self.code: str = self.error["code"]
        except (ValueError, KeyError, TypeError):
            self.error, self.code = {}, ""
        super().__init__(f"{status} {body.decode('utf-8', 'replace')}")


class Page:
    """One open link, in a browser of its own or in the browser of another page."""

    def __init__(self, host: str, port: int, url: str = "", *, ticket: str = "", beside: Page | None = None) -> None:
        self._host, self._port = host, port
        self._cookie = beside._cookie if beside else ""
        self.view: dict = {}
        address = urllib.parse.urlsplit(url)
        [token] = urllib.parse.parse_qs(address.query).get("openPageToken", [address.path.rsplit("/", 1)[-1]])
        self.view = self._post("/pages/open", {"ticket": ticket} if ticket else {"token": token})

    @property
    def task(self) -> dict | None:
        return self.view["task"]

    def ask_for_code(self, contact: str) -> str:
        """Asks for a code and reads it where the demo delivers it."""
        return self._code_after("/pages/code", contact, f"用于签署《{self.view['contract']['subject']}》")

    def ask_for_batch_code(self, contact: str) -> str:
        """Asks for the one code that signs several contracts."""
        return self._code_after("/pages/batch/code", contact, "用于批量签署")

    def _code_after(self, path: str, contact: str, words: str) -> str:
        before = {message["id"] for message in self.inbox(contact)}
        self._post(path, {})
        end = time.monotonic() + CODE_LIMIT
        while time.monotonic() < end:
            for message in self.inbox(contact):
                if message["id"] not in before and "code" in message and words in message["text"]:
                    return message["code"]
            time.sleep(0.05)
        raise AssertionError(f"no code arrived for {contact}")

    def inbox(self, contact: str) -> list[dict]:
        return [message for message in self._get("/pages/inbox")["messages"] if message["to"] == contact]

    def sign(self, code: str = "", *, typed: str | None = None, strokes: list | None = None, **more) -> dict:
        """`typed` is a name, `strokes` lists of (x, y) on a canvas of 300 by 120; company nodes need neither."""
        body: dict = {**({"code": code} if code else {}), "consent": True, **more}
        if typed is not None:
            body["signature"] = {"kind": "TYPED", "text": typed}
        if strokes is not None:
            lines = [[{"x": x, "y": y, "t": i * 8} for i, (x, y) in enumerate(line)] for line in strokes]
            body["signature"] = {"kind": "DRAWN", "width": 300, "height": 120, "strokes": lines}
        return self._post("/pages/sign", body)

    def audit(self, code: str, passed: bool, comment: str = "") -> dict:
        return self._post("/pages/audit", {"code": code, "pass": passed, "comment": comment})

    def fill(self, values: dict[str, str]) -> dict:
        """Fills in the party's parameters."""
        return self._post("/pages/fill", {"values": values})

    def reject(self, reason: str) -> dict:
        return self._post("/pages/reject", {"reason": reason})

    def prove(self, **fields: str) -> dict:
        """Shows who one is: name, idCardNo, bankNo, bankMobile."""
        return self._post("/pages/identity", fields)

    def set_password(self, password: str, **more) -> dict:
        return self._post("/pages/password", {"password": password, **more})

    def attach(self, attachment: str, name: str, content: bytes) -> dict:
        boundary = secrets.token_hex(16)
        body = (f"--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n"
                "Content-Type: application/octet-stream\r\n\r\n").encode() + content + f"\r\n--{boundary}--\r\n".encode()
        return self._request("POST", f"/pages/attachments/{attachment}", body, f"multipart/form-data; boundary={boundary}")

    def waiting(self) -> list[dict]:
        """The user's other contracts whose turn it is."""
        return self._get("/pages/waiting")["contracts"]

    def sign_batch(self, contracts: list[str], code: str, **more) -> list[dict]:
        return self._post("/pages/batch/sign", {"contracts": contracts, "code": code, "consent": True, **more})["results"]

    def _get(self, path: str) -> dict:
        return self._request("GET", path, None)

    def _post(self, path: str, body: dict) -> dict:
        return self._request("POST", path, json.dumps(body, ensure_ascii=False).encode())

    def _request(self, method: str, path: str, body: bytes | None, content_type: str = "application/json") -> dict:
        headers = {"Content-Type": content_type} if body is not None else {}
        if self._cookie:
            headers["Cookie"] = self._cookie
        if self.view:
            headers["X-Signet-Page"] = self.view["page"]
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


def inbox(server: Server, contact: str) -> list[dict]:
    """What the demo delivered to somebody."""
    connection = http.client.HTTPConnection(server.host, server.port, timeout=60)
    try:
        connection.request("GET", "/pages/inbox")
        return [message for message in json.loads(connection.getresponse().read())["messages"] if message["to"] == contact]
    finally:
        connection.close()


def inbox_until(server: Server, contact: str, wanted: Callable[[dict], bool]) -> dict:
    """The first such message, as soon as it is there."""
    end = time.monotonic() + CODE_LIMIT
    while time.monotonic() < end:
        if found := next(filter(wanted, inbox(server, contact)), None):
            return found
        time.sleep(0.05)
    raise AssertionError(f"no such message arrived for {contact}: {[message['text'] for message in inbox(server, contact)]}")
