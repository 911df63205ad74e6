"""HTTP/1.1 as bytes: what a client really puts on the wire, and what it gets back, without a library that tidies either up."""
from __future__ import annotations

import dataclasses
import gzip
import socket

BODY_LIMIT = 256 << 20


@dataclasses.dataclass(frozen=True)
class Answer:
    """One response. `headers` keeps order, case and repeats; `continued` says whether a 100 came first."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    continued: bool = False

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    @property
    def text(self) -> str:
        """The body as its client reads it: unpacked if it came packed."""
        raw = gzip.decompress(self.body) if self.header("Content-Encoding") == "gzip" else self.body
        return raw.decode("utf-8")


class Connection:
    """One TCP connection. Requests go out exactly as given."""

    def __init__(self, host: str, port: int, timeout: float = 30) -> None:
        self._socket = socket.create_connection((host, port), timeout)
        self._buffer = b""

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def close(self) -> None:
        self._socket.close()

    def exchange(self, head: bytes, body: bytes = b"", wait_for_continue: float = 0) -> Answer:
        """Sends `head` (request line, headers, empty line) and `body`, and reads the answer.

        With `wait_for_continue` seconds the body is held back until a 100 arrives or the time is over, as libcurl does; a final
        answer in that time ends the exchange without the body.
        """
        self._socket.sendall(head)
        continued = False
        if wait_for_continue and body:
            early = self._early_answer(wait_for_continue, head)
            if early is not None and early.status != 100:
                return early
            continued = early is not None
        self._socket.sendall(body)
        answer = self._read(head)
        while answer.status == 100:
            continued = True
            answer = self._read(head)
        return dataclasses.replace(answer, continued=continued)

    def _early_answer(self, seconds: float, head: bytes) -> Answer | None:
        normally = self._socket.gettimeout()
        self._socket.settimeout(seconds)
        try:
            return self._read(head)
        except TimeoutError:
            return None
        finally:
            self._socket.settimeout(normally)

    def _read(self, head: bytes) -> Answer:
        while b"\r\n\r\n" not in self._buffer:
            self._more()
        raw_head, self._buffer = self._buffer.split(b"\r\n\r\n", 1)
        status_line, *lines = raw_head.decode("latin-1").split("\r\n")
        _, status, reason = (status_line + " ").split(" ", 2)
        headers = tuple((name.strip(), value.strip()) for name, _, value in (line.partition(":") for line in lines))
        answer = Answer(int(status), reason.strip(), headers, b"")
        has_body = int(status) >= 200 and int(status) not in (204, 304) and not head.startswith(b"HEAD ")
        return dataclasses.replace(answer, body=self._body(answer) if has_body else b"")

    def _body(self, answer: Answer) -> bytes:
        if (answer.header("Transfer-Encoding") or "").lower() == "chunked":
            return self._chunks()
        length = answer.header("Content-Length")
        if length is not None:
            return self._exactly(int(length))
        while True:  # until the server closes
            try:
                self._more()
            except ConnectionError:
                body, self._buffer = self._buffer, b""
                return body

    def _chunks(self) -> bytes:
        body = b""
        while True:
            while b"\r\n" not in self._buffer:
                self._more()
            line, self._buffer = self._buffer.split(b"\r\n", 1)
            size = int(line.split(b";")[0], 16)
            body += self._exactly(size)
            self._exactly(2)
            if size == 0:
                return body

    def _exactly(self, count: int) -> bytes:
        assert count <= BODY_LIMIT, f"an answer of {count} bytes"
        while len(self._buffer) < count:
            self._more()
        taken, self._buffer = self._buffer[:count], self._buffer[count:]
        return taken

    def _more(self) -> None:
        received = self._socket.recv(1 << 16)
        if not received:
            raise ConnectionError("the server closed the connection")
        self._buffer += received
