"""Somebody with a join link: what he states on the page behind it, as the browser sends it."""
from __future__ import annotations

import http.client
import json
import time
import urllib.parse

from .page import CODE_LIMIT, Page, PageError, inbox
from .server import Server


class Joiner:
    def __init__(self, server: Server, url: str) -> None:
        self._server = server
        self.token = urllib.parse.parse_qs(urllib.parse.urlsplit(url).query)["joinToken"][0]

    def view(self) -> dict:
        return self._post("/pages/join/open")

    def code(self, contact: str, to: str = "") -> str:
        """Asks for a code and reads it where the demo delivers it; `to` is where it goes when the sender settled that."""
        before = {message["id"] for message in inbox(self._server, to or contact)}
        self.ask(contact)
        end = time.monotonic() + CODE_LIMIT
        while time.monotonic() < end:
            for message in inbox(self._server, to or contact):
                if message["id"] not in before and "code" in message and "加入" in message["text"]:
                    return message["code"]
            time.sleep(0.05)
        raise AssertionError(f"no code arrived for {to or contact}")

    def ask(self, contact: str) -> dict:
        return self._post("/pages/join/code", contact=contact)

    def send(self, **fields: str) -> dict:
        return self._post("/pages/join", **fields)

    def join(self, name: str, contact: str, company: str = "") -> Page:
        """Joins, and opens the signing page that follows."""
        answer = self.send(name=name, companyName=company, contact=contact, code=self.code(contact))
        return Page(self._server.host, self._server.port, answer["pageUrl"])

    def _post(self, path: str, **fields: str) -> dict:
        connection = http.client.HTTPConnection(self._server.host, self._server.port, timeout=60)
        try:
            connection.request("POST", path, json.dumps({"token": self.token, **fields}), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            content = answer.read()
            if answer.status != 200:
                raise PageError(answer.status, content)
            return json.loads(content)
        finally:
            connection.close()
