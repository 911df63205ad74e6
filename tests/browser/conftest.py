"""Debian's Chromium on a running server. A page that logs an error to its console, breaks its own security policy or asks another host
for anything fails its test."""
from __future__ import annotations

import os
import pathlib
import sys
import urllib.parse

import pytest
from playwright.sync_api import sync_playwright

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS), str(TESTS / "browser")]

from signer import Signer  # noqa: E402
from support.api import Api  # noqa: E402
from support.contracts import Contract, person  # noqa: E402
from support.credentials import Credentials  # noqa: E402
from support.server import Server  # noqa: E402

CHROMIUM = "/usr/bin/chromium"
PHONE = {"viewport": {"width": 375, "height": 667}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True,
         "locale": "zh-CN", "timezone_id": "Asia/Shanghai"}
DESK = {"viewport": {"width": 1280, "height": 800}, "locale": "zh-CN", "timezone_id": "Asia/Shanghai"}


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("server") / "data") as running:
        yield running


@pytest.fixture(scope="session")
def api(server) -> Api:
    return Api(server.host, server.port, Credentials(server.demo["appToken"], server.demo["appSecret"]))


@pytest.fixture(scope="session")
def contract_pdf() -> bytes:
    return (TESTS.parent / "share" / "demo-contract.pdf").read_bytes()


@pytest.fixture
def contract(api, server, contract_pdf):
    """A function that drafts a contract with the demo's document and sends it: contract(parties, stampers(contract) or None)."""

    def make(parties: list[dict], stampers=None, **fields) -> Contract:
        made = Contract(api, server, parties, **fields)
        made.add_file(contract_pdf)
        made.send(stampers(made) if stampers else None)
        return made

    return make


@pytest.fixture
def link(api):
    """A function that asks for a signing link, or with `ticket=True` for a ticket: link(contract, user)."""

    def ask(contract: Contract, who: dict, ticket: bool = False, **options) -> str:
        path = "/v2/contract/miniappexchange" if ticket else "/v2/contract/pageurl"
        return api.ok(api.post(path, {"contractId": contract.id, "user": who, **options}))["ticket" if ticket else "pageUrl"]

    return ask


@pytest.fixture
def for_one(contract):
    """A contract that waits for one person at two places: for_one(name, mobile)."""

    def make(name: str, mobile: str, **party) -> Contract:
        return contract([person(name, mobile, **party)], lambda made: [
            made.at_party(0, type="PERSONAL", page=1, offsetX=0.55, offsetY=0.4),
            made.at_party(0, type="PERSONAL", page=-1, offsetX=0.55, offsetY=0.2)])

    return make


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        # Run as root, as in a container, Chromium has no sandbox of its own; the pages it opens are ours.
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


@pytest.fixture
def new_page(chromium, server):
    """A function that opens a page of a browser profile of its own: new_page(PHONE) or new_page(DESK)."""
    contexts, complaints = [], []

    def watch(page):
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", foreign)
        page.complaints = complaints  # a test that provokes an error empties the list

    def foreign(request):
        host = urllib.parse.urlsplit(request.url).netloc
        if host != f"{server.host}:{server.port}":
            complaints.append(f"asked another host: {request.url}")

    def open_page(kind: dict = PHONE, **more):
        context = chromium.new_context(**{**kind, **more})
        context.set_default_timeout(15_000)
        contexts.append(context)
        context.on("page", watch)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == [], "errors on the browser's console"


@pytest.fixture
def new_signer(new_page, server):
    """A function that gives a person a phone of his own: new_signer()."""
    return lambda kind=PHONE, **more: Signer(new_page(kind, **more), server.url)


@pytest.fixture
def signer(new_signer):
    return new_signer()


@pytest.fixture
def look():
    """look(page, name) keeps a picture of the page in the folder that SIGNET_PICTURES names, for a person to look at."""
    folder = os.environ.get("SIGNET_PICTURES")

    def keep(page, name: str) -> None:
        if not folder:
            return
        page.wait_for_timeout(400)  # what moves comes to rest
        page.screenshot(path=pathlib.Path(folder) / f"{name}.png")

    return keep


@pytest.fixture
def phone(new_page):
    return new_page(PHONE)


@pytest.fixture
def desk(new_page):
    return new_page(DESK)
