"""Time-stamp authorities on the loopback that do what a test tells them, good or bad; and how a server is told of them."""
from __future__ import annotations

import http.server
import json
import pathlib
import sys
import threading
import time

from asn1crypto import tsp

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "judges"))

from authority import Authority  # noqa: E402

FAULTS = ("down", "slow", "HTTP 500", "garbage", "huge", "wrong imprint", "wrong nonce", "replayed", "expired", "rejects", "stranger", "ahead",
          "behind")
OFF_BY = {"ahead": 120, "behind": -120}  # seconds that a clock is wrong: twice what is forgiven
# TimeStampResp with PKIStatus rejection and PKIFailureInfo systemFailure, and no token.
REJECTION = bytes.fromhex("300c300a02010203050600000040")
PATIENCE = 2  # seconds that a server waits for one of these


class TimeStamper:
    """An authority with a root of its own. `fault` says how it answers now; empty: as it should. It hangs out its root's list while
    `has_list` says so."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.fault, self.has_list, self.asked = "", True, 0
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.authority = Authority("Plainly Fictitious Time Root")
        self._clocks = {}
        for name, authority, age in (("good", self.authority, 0), ("expired", self.authority, 400), ("stranger", Authority("Nobody"), 0)):
            (folder / name).mkdir(parents=True)
            self._clocks[name] = authority.issue_clock(folder / name, age=age, list_url=f"{self.url}/list")
        self.root = self.authority.write_root(folder / "time-root.pem")
        self._first = b""
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def settings(self) -> str:
        """Its part of signet.toml."""
        return (f'[[time_stamp_authority]]\nurl = {json.dumps(self.url)}\nroots = {json.dumps(str(self.root))}\n'
                f"seconds = {PATIENCE}\n")

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, query: bytes) -> tuple[int, bytes]:
        with self._lock:  # `openssl ts` keeps its serial number in a file
            self.asked += 1
            fault = self.fault
            if fault == "HTTP 500":
                return 500, b"out of order"
            if fault == "garbage":
                return 200, b"<html>Welcome to our hotel</html>"
            if fault == "huge":
                return 200, b"\x30\x84\x7f\xff\xff\xff" + bytes(8 << 20)
            if fault == "rejects":
                return 200, REJECTION
            if fault == "replayed" and self._first:
                return 200, self._first
            asked = tsp.TimeStampReq.load(query)
            if fault == "wrong imprint":
                asked["message_imprint"]["hashed_message"] = bytes(32)
            if fault == "wrong nonce":
                asked["nonce"] = 4711
            reply = self._clocks.get(fault, self._clocks["good"])._reply(asked.dump(force=True), OFF_BY.get(fault, 0))
            self._first = self._first or reply
            return 200, reply

    def _handler(self):
        stamper = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:  # noqa: N802
                query = self.rfile.read(int(self.headers["Content-Length"]))
                if stamper.fault == "down":
                    self.close_connection = True
                    return
                if stamper.fault == "slow":
                    time.sleep(3 * PATIENCE)
                self._send(*stamper.answer(query), "application/timestamp-reply")

            def do_GET(self) -> None:  # noqa: N802
                if stamper.has_list:
                    self._send(200, stamper.authority.revocation_list(), "application/pkix-crl")
                else:
                    self._send(404, b"", "text/plain")

            def _send(self, status: int, body: bytes, kind: str) -> None:
                try:
                    self.send_response(status)
                    self.send_header("Content-Type", kind)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:
                    pass  # whoever asked has gone

            def log_message(self, *_) -> None:
                pass

        return Handler


def configured(data: pathlib.Path, settings: str) -> pathlib.Path:
    """A new data folder with these settings."""
    data.mkdir(parents=True)
    (data / "signet.toml").write_text(settings, encoding="utf-8")
    return data
