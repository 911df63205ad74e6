"""Who hears of a contract: the address of the request, else that of its category, else that of the application (spec §2.1, §6.28)."""
from __future__ import annotations

import json
import time
import urllib.parse
import uuid

import pytest

from support import organisation
from support.api import Api
from support.contracts import Contract, company
from support.credentials import Credentials
from support.recorder import Recorder, answer
from support.server import Server

HOUSE, LIMIT = "回调地址（测试）有限公司", 40  # seconds until something that the server does by itself must have happened
TOKEN, SECRET = "callbacks1", "callbacks-secret-of-a-test"


class House:
    def __init__(self, server: Server, recorder: Recorder) -> None:
        self.server, self.recorder = server, recorder
        self.describe(self.url("category"), self.url("application"))
        self.api = Api(server.host, server.port, Credentials(TOKEN, SECRET))

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.recorder.port}/{name}"

    def describe(self, category: str | None, application: str | None) -> None:
        said = lambda url: {} if url is None else {"callback_url": url}  # noqa: E731
        organisation.apply(self.server.data, [{"name": HOUSE, "seal": [{"name": "公章"}], "category": [
            {"name": "默认", "primary": True}, {"name": "回调", **said(category)}],
            "application": [{"name": "系统", "token": TOKEN, "secret": SECRET, **said(application)}]}])

    def draft(self, pdf: bytes, **fields) -> Contract:
        made = Contract(self.api, self.server, [company(HOUSE)], **fields)
        made.add_file(pdf)
        return made

    def heard(self, contract: Contract) -> str:
        """Which address was called when the contract was sent."""
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            for request in self.recorder.requests:
                head, body = request.split(b"\r\n\r\n", 1)
                if dict(urllib.parse.parse_qsl(body.decode())).get("contractId") == contract.id:
                    return head.split(b" ", 2)[1].decode().strip("/")
            time.sleep(0.1)
        raise AssertionError("nobody heard of it")


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    data = tmp_path_factory.mktemp("callbacks") / "data"
    data.mkdir()
    (data / "signet.toml").write_text('callback_networks = ["127.0.0.0/8"]\n')
    with Recorder(answer(b"success")) as recorder, Server(data) as server:
        yield House(server, recorder)


@pytest.mark.parametrize("category, own, who", [
    ("回调", True, "contract"), ("默认", True, "contract"), ("回调", False, "category"), ("默认", False, "application")])
def test_the_nearest_address_hears_of_a_contract(house, contract_pdf, category, own, who):
    fields = {"callbackUrl": house.url("contract")} if own else {}
    contract = house.draft(contract_pdf, category={"name": category}, **fields)
    contract.send()
    assert house.heard(contract) == who


def test_a_contract_keeps_the_address_it_was_drafted_with(house, contract_pdf):
    before = house.draft(contract_pdf, category={"name": "回调"})
    house.describe(house.url("moved"), house.url("application"))
    after = house.draft(contract_pdf, category={"name": "回调"})
    for contract in (before, after):
        contract.send()
    assert (house.heard(before), house.heard(after)) == ("category", "moved")
    house.describe(house.url("category"), house.url("application"))


def test_an_application_keeps_its_address_unless_another_is_named_and_loses_it_to_an_empty_one(house, contract_pdf):
    def now() -> str:
        contract = house.draft(contract_pdf, category={"name": "默认"}, callbackUrl="" )
        contract.send()
        return house.heard(contract)

    house.describe(house.url("category"), None)
    assert now() == "application"
    house.describe(house.url("category"), house.url("other"))
    assert now() == "other"
    house.describe(house.url("category"), "")
    silent = house.draft(contract_pdf, category={"name": "默认"})
    silent.send()
    loud = house.draft(contract_pdf, category={"name": "回调"})
    loud.send()
    assert house.heard(loud) == "category"
    assert not any(silent.id.encode() in request for request in house.recorder.requests)
    house.describe(house.url("category"), house.url("application"))


@pytest.mark.parametrize("kind", ["category", "application"])
@pytest.mark.parametrize("url, why", [("ftp://example.test/x", "callback_url"), ("example.test", "callback_url"), ("http://", "callback_url"),
                                      ("http://user:word@example.test/", "callback_url"),
                                      ("http://example.test/" + "x" * 300, "callback_url is longer than 300 characters")])
def test_what_can_never_be_called_is_refused_when_it_is_described(house, kind, url, why):
    name = f"不通（测试）{uuid.uuid4().hex[:6]}有限公司"
    done = organisation.try_apply(house.server.data, f'[[company]]\nname = "{name}"\n[[company.{kind}]]\nname = "x"\ncallback_url = {json.dumps(url)}\n')
    assert done.returncode != 0 and why in done.stderr, done.stderr
