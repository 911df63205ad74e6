"""How a request proves which application it comes from: the headers of the open platform, in each of their historical forms."""
from __future__ import annotations

import dataclasses
import hashlib
import hmac
import time
import uuid


@dataclasses.dataclass(frozen=True)
class Credentials:
    """An application's AppToken and AppSecret."""

    token: str
    secret: str

    def md5(self, timestamp: str, nonce: str = "") -> str:
        """The documented signature: of the header texts byte for byte, without a separator; never of URL or body."""
        return hashlib.md5((self.token + self.secret + timestamp + nonce).encode()).hexdigest()

    def md5_without_blanks(self, timestamp: str) -> str:
        """As the PHP SDK computes it."""
        return hashlib.md5((self.token + self.secret + timestamp).replace(" ", "").encode()).hexdigest()

    def hmac_sha256(self, timestamp: str, nonce: str = "") -> str:
        """Signet's documented extension, recognised by its 64 digits."""
        data = self.token + self.secret + timestamp + nonce
        return hmac.new(self.secret.encode(), data.encode(), hashlib.sha256).hexdigest()

    def headers(self, algorithm: str = "md5") -> dict[str, str]:
        """A fresh set with a nonce of its own. `algorithm` is md5 or hmac."""
        timestamp, nonce = milliseconds(), str(uuid.uuid4())
        signature = self.md5(timestamp, nonce) if algorithm == "md5" else self.hmac_sha256(timestamp, nonce)
        return {"x-qys-open-accesstoken": self.token, "x-qys-open-timestamp": timestamp, "x-qys-open-nonce": nonce,
                "x-qys-open-signature": signature}


def milliseconds() -> str:
    return str(time.time_ns() // 1_000_000)
