"""A server whose clock the test holds in its hand: libfaketime gives it a time that stands still until it is moved."""
from __future__ import annotations

import dataclasses
import datetime
import os
import pathlib
import uuid

from .credentials import Credentials

LIBRARIES = "*/faketime/libfaketimeMT.so.1"  # below /usr/lib, from Debian's package faketime


class Clock:
    """Stands still. Only what the server calls the time of day is moved; what it waits for, it waits for in real time."""

    def __init__(self, folder: pathlib.Path) -> None:
        self._file = folder / "time"
        self.now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
        self._write()

    @property
    def environment(self) -> dict[str, str]:
        """With this a program sees our time. Certificates, ids and deadlines follow it; its timers do not."""
        library = next(pathlib.Path("/usr/lib").glob(LIBRARIES))
        return {"LD_PRELOAD": str(library), "FAKETIME_TIMESTAMP_FILE": str(self._file), "FAKETIME_NO_CACHE": "1",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1", "TZ": "UTC",
                "ASAN_OPTIONS": "verify_asan_link_order=0"}  # a program built for the sanitizers wants to be first otherwise

    def advance(self, **span: float) -> None:
        """By hours, minutes, seconds …"""
        self.now += datetime.timedelta(**span)
        self._write()

    def _write(self) -> None:
        fresh = self._file.with_name(uuid.uuid4().hex)  # the server reads all the time: it must never see half a time
        fresh.write_text(self.now.strftime("%Y-%m-%d %H:%M:%S"))
        os.replace(fresh, self._file)


@dataclasses.dataclass(frozen=True)
class CredentialsByClock(Credentials):
    """Signs requests with the clock's time: the server refuses those of another."""

    clock: Clock

    def headers(self, algorithm: str = "md5") -> dict[str, str]:
        usual = super().headers(algorithm)
        timestamp, nonce = str(int(self.clock.now.timestamp() * 1000)), usual["x-qys-open-nonce"]
        signature = self.md5(timestamp, nonce) if algorithm == "md5" else self.hmac_sha256(timestamp, nonce)
        return {**usual, "x-qys-open-timestamp": timestamp, "x-qys-open-signature": signature}
