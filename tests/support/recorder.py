"""A server that keeps what it is sent, byte for byte, and answers what it is told: what the styles in sdks.py are tried out on."""
from __future__ import annotations

import re
import socket
import threading

OK = b'{"code":0,"message":"SUCCESS","result":{"id":"3501234567890123777"},"responseCode":"00000000"}'


def answer(body: bytes = OK, status: str = "200 OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", "Content-Type: application/json;charset=UTF-8", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Recorder:
    """Answers each request with the next of `answers`, the last one for ever. Use it in a with statement."""

    def __init__(self, *answers: bytes) -> None:
        self._answers = list(answers) or [answer()]
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.host, self.port = self._listener.getsockname()
        self.requests: list[bytes] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Recorder:
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(10)
                while self._one(connection):
                    pass

    def _one(self, connection: socket.socket) -> bool:
        raw = b""
        while b"\r\n\r\n" not in raw:
            received = connection.recv(1 << 16)
            if not received:
                return False
            raw += received
        head, body = raw.split(b"\r\n\r\n", 1)
        length = re.search(rb"(?im)^content-length:\s*(\d+)", head)
        if re.search(rb"(?im)^expect:\s*100-continue", head):
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        while len(body) < (int(length[1]) if length else 0):
            body += connection.recv(1 << 16)
        self.requests.append(head + b"\r\n\r\n" + body)
        connection.sendall(self._answers[min(len(self.requests), len(self._answers)) - 1])
        return True
