"""The API as a plain modern client speaks it, for tests that are about what the server does and not about how clients write."""
from __future__ import annotations

import dataclasses
import http.client
import json
import secrets
import urllib.parse

from .credentials import Credentials


@dataclasses.dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]  # names in lower case
    body: bytes

    @property
    def envelope(self) -> dict:
        return json.loads(self.body)

    @property
    def code(self) -> int:
        return self.envelope["code"]

    @property
    def result(self) -> dict:
        return self.envelope.get("result", {})


class Api:
    """One application's view of the server. Every call is a connection and a nonce of its own."""

    def __init__(self, host: str, port: int, credentials: Credentials) -> None:
        self.host, self.port, self.credentials = host, port, credentials

    def post(self, path: str, body: dict) -> Reply:
        return self.request("POST", path, json.dumps(body, ensure_ascii=False).encode(), {"Content-Type": "application/json;charset=UTF-8"})

    def get(self, path: str, **query) -> Reply:
        return self.request("GET", path + ("?" + urllib.parse.urlencode(query) if query else ""))

    def upload(self, path: str, fields: dict[str, str], files: list[tuple[str, str, bytes]]) -> Reply:
        """`files` are (part name, file name, content)."""
        boundary = secrets.token_hex(16)
        body = b"".join(f"--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n".encode()
                        for name, value in fields.items())
        for part, name, content in files:
            body += (f"--{boundary}\r\nContent-Disposition: form-data; name=\"{part}\"; filename=\"{name}\"\r\n"
                     "Content-Type: application/octet-stream\r\n\r\n").encode() + content + b"\r\n"
        return self.request("POST", path, body + f"--{boundary}--\r\n".encode(),
                            {"Content-Type": f"multipart/form-data; boundary={boundary}"})

    def request(self, method: str, target: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Reply:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=60)
        try:
            connection.request(method, target, body, {**self.credentials.headers(), **(headers or {})})
            answer = connection.getresponse()
            return Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def ok(self, reply: Reply) -> dict:
        """The result of a call that must succeed."""
        assert reply.status == 200 and reply.code == 0, reply.body.decode("utf-8", "replace")
        return reply.result
