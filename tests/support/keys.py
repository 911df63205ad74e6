"""Keys that companies bring along: certificates of a plainly fictitious authority, tokens of SoftHSM2, a remote signer."""
from __future__ import annotations

import base64
import datetime
import http.server
import json
import os
import pathlib
import subprocess
import threading
import time

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, NoEncryption
from cryptography.x509.oid import NameOID

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
PIN = "1234"
SHORT_TERM = x509.UnrecognizedExtension(x509.ObjectIdentifier("0.4.0.194121.2.1"), b"\x05\x00")


def new_key(kind: str = "ec"):
    return ec.generate_private_key(ec.SECP256R1()) if kind == "ec" else rsa.generate_private_key(65537, 2048)


def usage(*, sign: bool = False, authority: bool = False, encipher: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(digital_signature=sign, content_commitment=sign, key_encipherment=encipher, data_encipherment=False,
                         key_agreement=False, key_cert_sign=authority, crl_sign=authority, encipher_only=False, decipher_only=False)


class Brought:
    """A key with its certificate and the root behind it."""

    def __init__(self, key, certificate: x509.Certificate, root: x509.Certificate) -> None:
        self.key, self.certificate, self.root = key, certificate, root

    @property
    def fingerprint(self) -> str:
        return self.certificate.fingerprint(hashes.SHA256()).hex()

    def write_chain(self, path: pathlib.Path) -> pathlib.Path:
        path.write_bytes(b"".join(one.public_bytes(serialization.Encoding.PEM) for one in (self.certificate, self.root)))
        return path

    def write_key(self, path: pathlib.Path, password: str = "") -> pathlib.Path:
        protection = BestAvailableEncryption(password.encode()) if password else NoEncryption()
        path.write_bytes(self.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, protection))
        return path

    def write_pem(self, path: pathlib.Path, password: str = "") -> pathlib.Path:
        """Key and chain in one file."""
        self.write_key(path, password)
        path.write_bytes(path.read_bytes() + self.write_chain(path.with_suffix(".chain")).read_bytes())
        return path

    def write_p12(self, path: pathlib.Path, password: str, *options: str) -> pathlib.Path:
        """By the `openssl` command, which still writes what Windows wrote twenty years ago."""
        key, chain = self.write_key(path.with_suffix(".k")), self.write_chain(path.with_suffix(".c"))
        subprocess.run(["openssl", "pkcs12", "-export", "-inkey", key, "-in", chain, "-out", path, "-passout", f"pass:{password}", *options],
                       check=True, capture_output=True)
        key.unlink()
        return path


class Authority:
    def __init__(self, name: str = "Plainly Fictitious Bringing Root") -> None:
        self.key = new_key()
        self.root = self._certify(self.key.public_key(), name, name, authority=True, days=3650)

    def write_root(self, path: pathlib.Path) -> pathlib.Path:
        path.write_bytes(self.root.public_bytes(serialization.Encoding.PEM))
        return path

    def issue(self, name: str, kind: str = "ec", *, days: float = 365, key=None, sign: bool = True, lists: str = "") -> Brought:
        key = key or new_key(kind)
        return Brought(key, self._certify(key.public_key(), name, self.root.subject, days=days, sign=sign, lists=lists), self.root)

    def revocation_list(self, *revoked: Brought) -> bytes:
        now = datetime.datetime.now(datetime.timezone.utc)
        builder = (x509.CertificateRevocationListBuilder().issuer_name(self.root.subject)
                   .last_update(now - datetime.timedelta(minutes=5)).next_update(now + datetime.timedelta(days=1)))
        for one in revoked:
            builder = builder.add_revoked_certificate(x509.RevokedCertificateBuilder().serial_number(one.certificate.serial_number)
                                                      .revocation_date(now - datetime.timedelta(minutes=4)).build())
        return builder.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)

    def _certify(self, public, name, issuer, *, authority: bool = False, days: float = 365, sign: bool = True, lists: str = ""):
        now = datetime.datetime.now(datetime.timezone.utc)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name), x509.NameAttribute(NameOID.ORGANIZATION_NAME, name)])
        begin = now - datetime.timedelta(days=2)
        builder = (x509.CertificateBuilder().subject_name(subject).issuer_name(subject if authority else issuer).public_key(public)
                   .serial_number(x509.random_serial_number()).not_valid_before(begin).not_valid_after(now + datetime.timedelta(days=days))
                   .add_extension(x509.BasicConstraints(ca=authority, path_length=0 if authority else None), critical=True)
                   .add_extension(usage(authority=True) if authority else usage(sign=sign, encipher=not sign), critical=True)
                   .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
                   .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False))
        if lists:
            point = x509.DistributionPoint([x509.UniformResourceIdentifier(lists)], None, None, None)
            builder = builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)
        elif not authority:
            builder = builder.add_extension(SHORT_TERM, critical=False)
        return builder.sign(self.key, hashes.SHA256())


class Token:
    """A SoftHSM2 token of one's own. `environment` must reach every process that uses it."""

    def __init__(self, folder: pathlib.Path, label: str = "signet") -> None:
        (folder / "tokens").mkdir(parents=True)
        configuration = folder / "softhsm2.conf"
        configuration.write_text(f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n")
        self.folder, self.label = folder, label
        self.environment = {"SOFTHSM2_CONF": str(configuration)}
        self.pin_file = secret(folder / "pin", PIN)
        self._run("--init-token", "--free", "--so-pin", "5678")

    def add(self, key, name: str, number: str) -> str:
        """Puts a key in; the URI that names it."""
        file = self.folder / f"{name}.pem"
        file.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, NoEncryption()))
        subprocess.run(["softhsm2-util", "--import", file, "--token", self.label, "--pin", PIN, "--label", name, "--id", number],
                       check=True, capture_output=True, env={**os.environ, **self.environment})
        file.unlink()
        return f"pkcs11:token={self.label};object={name}"

    @property
    def settings(self) -> str:
        return f'[[token]]\nmodule = "{MODULE}"\nlabel = "{self.label}"\npin_file = "{self.pin_file}"\n'

    @property
    def query(self) -> str:
        """For URIs on the command line."""
        return f"?module-path={MODULE}&pin-source=file:{self.pin_file}"

    def _run(self, *arguments: str) -> None:
        subprocess.run(["softhsm2-util", *arguments, "--label", self.label, "--pin", PIN], check=True, capture_output=True,
                       env={**os.environ, **self.environment})


def secret(path: pathlib.Path, text: str) -> pathlib.Path:
    path.write_text(text + "\n")
    path.chmod(0o600)
    return path


class RemoteSigner:
    """The protocol of docs/remote-signer.md, well behaved or not. `mood` may be changed at any time:

    good; slow (PENDING some times); wrong (signs something else); refuses; mute (never DONE); broken (HTTP 500 always);
    hiccups (HTTP 500 at every first attempt, after having done its work); garbage.
    """

    def __init__(self, mood: str = "good", token: str = "") -> None:
        self.mood, self.token = mood, token
        self.keys: dict[str, object] = {}
        self.orders: dict[str, dict] = {}  # by handle
        self.signed = 0
        self._handles: dict[str, str] = {}
        self._seen: set[tuple[str, str]] = set()
        self._lock = threading.Lock()
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def settings(self, name: str, more: str = "") -> str:
        return f'[[remote_signer]]\nname = "{name}"\nurl = "{self.url}"\n{more}'

    def prepare(self, order: dict) -> tuple[int, dict]:
        with self._lock:
            key = self.keys.get(order["keyId"])
            if key is None:
                return 404, {"reason": "no such key"}
            handle = self._handles.setdefault(order["requestId"], f"h-{len(self._handles)}")
            self.orders.setdefault(handle, {**order, "asked": 0})
            return 201, {"handle": handle}

    def finish(self, handle: str) -> tuple[int, dict]:
        with self._lock:
            order = self.orders.get(handle)
            if order is None:
                return 404, {"reason": "no such order"}
            order["asked"] += 1
            if self.mood == "refuses":
                return 200, {"status": "REFUSED", "reason": "nobody allowed it"}
            if self.mood == "mute" or (self.mood == "slow" and order["asked"] < 4):
                return 200, {"status": "PENDING"}
            if "signature" not in order:
                self.signed += 1
                digest = base64.b64decode(order["digest"])
                order["signature"] = self._sign(self.keys[order["keyId"]], bytes(32) if self.mood == "wrong" else digest, order["algorithm"])
            return 200, {"status": "DONE", "signature": base64.b64encode(order["signature"]).decode()}

    @staticmethod
    def _sign(key, digest: bytes, algorithm: str) -> bytes:
        if algorithm == "RSA_PKCS1_SHA256":
            return key.sign(digest, padding.PKCS1v15(), Prehashed(hashes.SHA256()))
        assert algorithm == "ECDSA_P256_SHA256"
        return key.sign(digest, ec.ECDSA(Prehashed(hashes.SHA256())))

    def _handler(self):
        desk = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_) -> None:
                pass

            def _answer(self, what: str, work) -> None:
                if desk.token and self.headers.get("Authorization") != f"Bearer {desk.token}":
                    return self._send(401, {"reason": "who are you"})
                if desk.mood == "broken":
                    return self._send(500, {})
                if desk.mood == "garbage":
                    return self._send(200, ["nothing"])
                status, answer = work()
                first = (self.command, what) not in desk._seen
                desk._seen.add((self.command, what))
                if desk.mood == "hiccups" and first:
                    return self._send(503, {})
                return self._send(status, answer)

            def do_POST(self) -> None:
                order = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                assert self.path == "/signatures" and self.headers["Content-Type"] == "application/json"
                self._answer(order["requestId"], lambda: desk.prepare(order))

            def do_GET(self) -> None:
                self._answer(self.path, lambda: desk.finish(self.path.removeprefix("/signatures/")))

            def _send(self, status: int, answer) -> None:
                body = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        return Handler


class Lists:
    """Serves one revocation list, which may be replaced."""

    def __init__(self) -> None:
        self.content = b""
        self.asked = 0
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_) -> None:
                pass

            def do_GET(self) -> None:
                outer.asked += 1
                self.send_response(200)
                self.send_header("Content-Length", str(len(outer.content)))
                self.end_headers()
                self.wfile.write(outer.content)

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/list.crl"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def wait_until(what, seconds: float = 60):
    end = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.1)
    return found
