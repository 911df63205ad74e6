"""Callbacks are signed, and encrypted where it is wished: what a receiver checks and reads with a library of its own (platform spec §10.3, §10.7)."""
from __future__ import annotations

import base64
import hashlib
import json
import re
import time
import urllib.parse
import uuid

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from support import organisation
from support.api import Api
from support.clock import Clock, CredentialsByClock
from support.contracts import Contract, company
from support.credentials import Credentials
from support.grants import authorise
from support.recorder import Recorder, answer
from support.server import Server

HOUSE, LIMIT = "回调密钥（测试）有限公司", 40  # seconds until something that the server does by itself must have happened
TOKEN, SECRET = "callbackK1", "callback-secrets-of-a-test"
APPLICATION, CATEGORY = "5f6db7ec8325aAGF", "Zz0123456789abcd"
PERSON = {"name": "周测试", "contact": "13900000931", "contactType": "MOBILE"}


def token_vector() -> bytes:
    return hashlib.sha256(TOKEN.encode()).digest()[:16]


def decrypted(content: str, mode: modes.Mode, secret: str) -> dict:
    decryptor = Cipher(algorithms.AES(secret.encode()), mode).decryptor()
    padded = decryptor.update(base64.b64decode(content, validate=True)) + decryptor.finalize()
    unpadder = PKCS7(128).unpadder()
    return json.loads(unpadder.update(padded) + unpadder.finalize())


def signature(timestamp: str, secret: str) -> str:
    return hashlib.md5((timestamp + secret).encode()).hexdigest()


class House:
    def __init__(self, server: Server, recorder: Recorder, credentials: Credentials | None = None) -> None:
        self.server, self.recorder = server, recorder
        self.made = self.describe()
        self.api = Api(server.host, server.port, credentials or Credentials(TOKEN, SECRET))

    def describe(self, application: dict | None = None, category: dict | None = None) -> organisation.Organisation:
        return organisation.apply(self.server.data, [{
            "name": HOUSE, "seal": [{"name": "公章"}], "category": [{"name": "默认", "primary": True, **(category or {})}],
            "application": [{"name": "系统", "token": TOKEN, "secret": SECRET, **(application or {})}]}])

    def told(self, pdf: bytes, **fields) -> tuple[Contract, dict]:
        """A contract that was sent, and the form of its first callback, which has an address of its own."""
        name = uuid.uuid4().hex
        contract = Contract(self.api, self.server, [company(HOUSE)], callbackUrl=f"http://127.0.0.1:{self.recorder.port}/{name}", **fields)
        contract.add_file(pdf)
        contract.send()
        return contract, self.forms(name)[0]

    def forms(self, name: str, count: int = 1) -> list[dict]:
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            bodies = [raw.split(b"\r\n\r\n", 1)[1].decode() for raw in list(self.recorder.requests) if raw.startswith(f"POST /{name} ".encode())]
            if len(bodies) >= count:
                return [dict(urllib.parse.parse_qsl(body, strict_parsing=True)) for body in bodies]
            time.sleep(0.1)
        raise AssertionError("nobody heard of it")


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    data = tmp_path_factory.mktemp("secrets") / "data"
    data.mkdir()
    (data / "signet.toml").write_text('callback_networks = ["127.0.0.0/8"]\n')
    with Recorder(answer(b"success")) as recorder, Server(data) as server:
        yield House(server, recorder)


def test_an_application_without_a_secret_is_given_one_and_told_it_once(house, contract_pdf):
    first = house.made.printed["applications"][0]
    assert re.fullmatch(r"[0-9A-Za-z]{16}", first["callbackSecret"])
    assert "callbackSecret" not in house.describe().printed["applications"][0]
    _, form = house.told(contract_pdf)
    assert form["signature"] == signature(form["timestamp"], first["callbackSecret"])


def test_the_plain_form_carries_signature_and_timestamp(house, contract_pdf):
    house.describe({"callback_secret": APPLICATION})
    before = time.time() * 1000
    contract, form = house.told(contract_pdf, businessData="订单 1")
    assert form["signature"] == signature(form["timestamp"], APPLICATION)
    assert re.fullmatch(r"\d{13}", form["timestamp"]) and before <= int(form["timestamp"]) <= time.time() * 1000
    assert (form["contractId"], form["callbackType"], form["contractStatus"], form["businessData"]) == (contract.id, "SEND_SIGNING", "SIGNING", "订单 1")


@pytest.mark.parametrize("said, mode", [
    ({"callback_encrypt": "AES_ECB"}, lambda secret: modes.ECB()),
    ({"callback_encrypt": "AES_CBC"}, lambda secret: modes.CBC(token_vector())),
    ({"callback_encrypt": "AES_CBC", "callback_iv": "TOKEN"}, lambda secret: modes.CBC(token_vector())),
    ({"callback_encrypt": "AES_CBC", "callback_iv": "KEY"}, lambda secret: modes.CBC(secret.encode()))])
@pytest.mark.parametrize("who, secret", [("application", APPLICATION), ("category", CATEGORY)])
def test_a_receiver_decrypts_the_content(house, contract_pdf, said, mode, who, secret):
    house.describe({"callback_secret": APPLICATION, "callback_encrypt": "NONE", **(said if who == "application" else {})},
                   {"callback_secret": CATEGORY, **said} if who == "category" else None)
    contract, form = house.told(contract_pdf, businessData="订单 2")
    assert list(form) == ["signature", "timestamp", "content"]
    assert form["signature"] == signature(form["timestamp"], secret)
    content = decrypted(form["content"], mode(secret), secret)
    assert content["contractId"] == contract.id and content["businessData"] == "订单 2" and content["contractStatus"] == "SIGNING"
    assert all(isinstance(value, str) for value in content.values()) and not {"signature", "timestamp"} & set(content)
    with pytest.raises(ValueError):  # the padding, or what it leaves, is none
        decrypted(form["content"], mode("another-secret16"), "another-secret16")


def test_the_category_says_what_it_says_and_leaves_the_rest_to_the_application(house, contract_pdf):
    house.describe({"callback_secret": APPLICATION, "callback_encrypt": "AES_ECB"}, {"callback_secret": CATEGORY})
    contract, form = house.told(contract_pdf)
    assert decrypted(form["content"], modes.ECB(), CATEGORY)["contractId"] == contract.id
    house.describe(None, {"callback_encrypt": "NONE"})
    contract, form = house.told(contract_pdf)
    assert form["contractId"] == contract.id and form["signature"] == signature(form["timestamp"], APPLICATION)
    house.describe({"callback_encrypt": "NONE"})


def test_each_attempt_is_signed_when_it_leaves_with_the_secret_of_that_moment(tmp_path, contract_pdf):
    data, clock = tmp_path / "data", Clock(tmp_path)
    data.mkdir()
    (data / "signet.toml").write_text('callback_networks = ["127.0.0.0/8"]\n')
    with Recorder(answer(b"", "503 Unavailable"), answer(b"success")) as recorder, Server(data, environment=clock.environment) as server:
        house = House(server, recorder, CredentialsByClock(TOKEN, SECRET, clock))
        house.describe({"callback_secret": APPLICATION})
        house.told(contract_pdf)
        house.describe({"callback_secret": CATEGORY})
        name = recorder.requests[0].split(b" ", 2)[1].decode().strip("/")
        clock.advance(minutes=20)
        first, second = house.forms(name, 2)
    assert first["signature"] == signature(first["timestamp"], APPLICATION)
    assert second["signature"] == signature(second["timestamp"], CATEGORY)
    assert int(second["timestamp"]) == clock.now.timestamp() * 1000 and int(second["timestamp"]) - int(first["timestamp"]) == 20 * 60 * 1000
    unsigned = lambda form: {name: value for name, value in form.items() if name not in ("signature", "timestamp")}  # noqa: E731
    assert unsigned(first) == unsigned(second), "it is the same callback"


def test_an_authorisation_is_signed_with_the_callback_secret_and_stays_plain(house):
    house.describe({"callback_secret": APPLICATION, "callback_encrypt": "AES_ECB"})
    authorise(house.api, house.server, PERSON, callbackUrl=f"http://127.0.0.1:{house.recorder.port}/grant?a=1")
    end = time.monotonic() + LIMIT
    while not (heard := [raw for raw in house.recorder.requests if raw.startswith(b"POST /grant")]) and time.monotonic() < end:
        time.sleep(0.1)
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(heard[0].split(b" ", 2)[1].decode()).query))
    assert list(query) == ["a", "signature", "timestamp"] and query["signature"] == signature(query["timestamp"], APPLICATION)
    form = dict(urllib.parse.parse_qsl(heard[0].split(b"\r\n\r\n", 1)[1].decode()))
    assert list(form) == ["content"] and json.loads(form["content"])["item"] == "AUTHORIZE"
    house.describe({"callback_encrypt": "NONE"})


def test_secrets_lie_sealed_and_in_no_log(house):
    house.describe({"callback_secret": APPLICATION}, {"callback_secret": CATEGORY})
    files = [house.server.log, *(file for file in house.server.data.rglob("*") if file.is_file())]
    for secret in (APPLICATION, CATEGORY):
        assert not [file for file in files if secret.encode() in file.read_bytes()]
    house.describe()


def test_the_demo_tells_its_callback_secret(new_server):
    assert re.fullmatch(r"[0-9A-Za-z]{16}", new_server().demo["callbackSecret"])


@pytest.mark.parametrize("kind", ["category", "application"])
@pytest.mark.parametrize("line, why", [
    ('callback_secret = "short"', "callback_secret must be 16 letters and digits"), ('callback_secret = "5f6db7ec8325aAG-"', "callback_secret must be 16"),
    ('callback_secret = "5f6db7ec8325aAGFF"', "callback_secret must be 16"), ('callback_encrypt = "DES"', "there is no DES"),
    ('callback_encrypt = "AES_CBC"\ncallback_iv = "ZERO"', "there is no ZERO"), ('callback_iv = "KEY"', "callback_iv is for"),
    ('callback_encrypt = "AES_ECB"\ncallback_iv = "KEY"', "callback_iv is for")])
def test_what_cannot_serve_is_refused_when_it_is_described(house, kind, line, why):
    name = f"不通（测试）{uuid.uuid4().hex[:6]}有限公司"
    done = organisation.try_apply(house.server.data, f'[[company]]\nname = "{name}"\n[[company.{kind}]]\nname = "x"\n{line}\n')
    assert done.returncode != 0 and why in done.stderr, done.stderr
