"""Debian's Chromium on a running server. A page that logs an error to its console fails its test."""
from __future__ import annotations

import pathlib
import sys

import pytest
from playwright.sync_api import sync_playwright

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TESTS))

from support.api import Api  # noqa: E402
from support.credentials import Credentials  # noqa: E402
from support.server import Server  # noqa: E402

CHROMIUM = "/usr/bin/chromium"
CORPUS = TESTS.parent.parent / "shared" / "corpus"
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True,
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
    """A real Chinese contract of two pages."""
    return (CORPUS / "contract" / "NoSign.pdf").read_bytes()


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        # Run as root, as in a container, Chromium has no sandbox of its own; the pages it opens are ours.
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


@pytest.fixture
def new_page(chromium):
    """A function that opens a page of a browser profile of its own: new_page(PHONE) or new_page(DESK)."""
    contexts, complaints = [], []

    def open_page(kind: dict = PHONE):
        context = chromium.new_context(**kind)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.complaints = complaints  # a test that provokes an error empties the list
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == [], "errors on the browser's console"


@pytest.fixture
def phone(new_page):
    return new_page(PHONE)


@pytest.fixture
def desk(new_page):
    return new_page(DESK)
