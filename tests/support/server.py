"""A Signet server of one's own on a free loopback port."""
from __future__ import annotations

import http.client
import json
import os
import pathlib
import socket
import subprocess
import time

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
BINARY = pathlib.Path(os.environ.get("SIGNET_BINARY", TOP / "build/src/app/signet"))
START_LIMIT = 60  # seconds; a machine under load is slow, and a server that never comes must not hang the run


class Server:
    """`signet serve` with a data folder of its own; its log lies beside the folder."""

    def __init__(self, data: pathlib.Path, *options: str, environment: dict[str, str] | None = None) -> None:
        self.data = data
        self.options = options
        self.environment = environment or {}  # on top of our own
        self.log = data.with_suffix(".log")
        self.host, self.port = "127.0.0.1", free_port()
        self._process: subprocess.Popen | None = None

    def __enter__(self) -> Server:
        self.start()
        return self

    def __exit__(self, *_) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    @property
    def demo(self) -> dict:
        """baseUrl, appToken, appSecret, companyName, sealId, categoryId, consoleUrl, inboxUrl, signUrl."""
        return json.loads((self.data / "demo.json").read_text(encoding="utf-8"))

    def start(self) -> None:
        assert BINARY.exists(), f"not built: {BINARY}"
        with self.log.open("ab") as log:
            self._process = subprocess.Popen([BINARY, "serve", "--listen", f"{self.host}:{self.port}", "--data", self.data,
                                              *self.options], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                             env={**os.environ, **self.environment})
        end = time.monotonic() + START_LIMIT
        while not self._ready():
            if self._process.poll() is not None:
                raise AssertionError(f"the server ended with {self._process.returncode}:\n{self.last_words()}")
            if time.monotonic() > end:
                self.kill()
                raise AssertionError(f"the server was not ready within {START_LIMIT} s:\n{self.last_words()}")
            time.sleep(0.02)

    def stop(self) -> int:
        """Asks it to end and returns its exit code; what it was doing it may finish."""
        if self._process.poll() is None:
            self._process.terminate()
        try:
            return self._process.wait(START_LIMIT)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"the server did not end:\n{self.last_words()}") from None

    def kill(self) -> None:
        """Ends it as a power cut would."""
        self._process.kill()
        self._process.wait()

    def last_words(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")[-4000:]

    def _ready(self) -> bool:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
