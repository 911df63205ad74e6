"""The page on which a person allows a company to sign silently in his name, and what he does there."""
from __future__ import annotations

import http.client
import json
import urllib.parse

from .page import PageError, inbox, inbox_until
from .server import Server


class GrantPage:
    """One open link or ticket. Nothing is kept between its calls but the link itself."""

    def __init__(self, server: Server, url: str = "", *, ticket: str = "") -> None:
        self._server = server
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(url).query)
        self._key = {"ticket": ticket} if ticket else {"token": query["token"][0]}
        self.view = self.post("open")

    def ask_for_code(self, contact: str) -> str:
        before = {message["id"] for message in inbox(self._server, contact)}
        self.post("code")
        return inbox_until(self._server, contact, lambda message: message["id"] not in before and "code" in message)["code"]

    def give(self, contact: str, typed: str = "签名", **more) -> dict:
        """Asks for a code and agrees."""
        return self.post("give", consent=True, code=self.ask_for_code(contact), signature={"kind": "TYPED", "text": typed}, **more)

    def post(self, call: str, **body) -> dict:
        connection = http.client.HTTPConnection(self._server.host, self._server.port, timeout=60)
        try:
            connection.request("POST", f"/pages/grant/{call}", json.dumps({**self._key, **body}), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            content = answer.read()
            if answer.status != 200:
                raise PageError(answer.status, content)
            return json.loads(content)
        finally:
            connection.close()


def authorise(api, server: Server, user: dict, typed: str = "签名", **fields) -> dict:
    """The whole way: the application asks, the person agrees; the record that the application then finds."""
    url = api.ok(api.post("/v2/personalsign/authurl", {"user": user, **fields}))["pageUrl"]
    page = GrantPage(server, url)
    assert page.give(user["contact"], typed, **({} if page.view["name"] else {"name": typed}))["state"] == "EFFECTIVE"
    return records(api, user)[0]


def records(api, user: dict, **fields) -> list[dict]:
    return api.ok(api.post("/v2/personalsign/query", {"user": user, **fields}))["list"]
