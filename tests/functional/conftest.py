"""One server for the whole run; a test that needs one of its own makes it with `new_server`."""
from __future__ import annotations

import os
import pathlib
import sys

import pytest

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS), str(TESTS / "judges")]

from judges import Judges  # noqa: E402
from support.api import Api  # noqa: E402
from support.credentials import Credentials  # noqa: E402
from support.described import described_by  # noqa: E402
from support.server import Server  # noqa: E402

CORPUS = TESTS.parent.parent / "shared" / "corpus"


def pytest_configure(config):
    config.addinivalue_line("markers", "memory: looks into the server's memory, which the sanitizers fill with their own")


def pytest_collection_modifyitems(config, items):
    """With the sanitizers what looks into memory is left out, and not counted."""
    if not os.environ.get("SIGNET_BUILD", "").endswith("build-asan"):
        return
    left_out = [item for item in items if item.get_closest_marker("memory")]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("server") / "data") as running:
        yield running


@pytest.fixture(scope="session", autouse=True)
def answers_are_described():
    """Whatever a test asks, the answer must be one that /openapi.json knows: its status, its codes, each of its members."""
    plain = Api.request

    def request(self, method, target, body=None, headers=None):
        reply = plain(self, method, target, body, headers)
        described_by(self.host, self.port).check(method, target, reply.status, reply.headers, reply.body)
        return reply

    Api.request = request
    yield
    Api.request = plain


@pytest.fixture
def new_server(tmp_path):
    """A function that starts a server with options of one's own; all are stopped with the test."""
    started = []

    def start(*options: str, data: pathlib.Path | None = None) -> Server:
        one = Server(data or tmp_path / f"data{len(started)}", *options)
        one.start()
        started.append(one)
        return one

    yield start
    for one in started:
        one.stop()


@pytest.fixture(scope="session")
def credentials(server) -> Credentials:
    return Credentials(server.demo["appToken"], server.demo["appSecret"])


@pytest.fixture(scope="session")
def api(server, credentials) -> Api:
    return Api(server.host, server.port, credentials)


@pytest.fixture(scope="session")
def contract_pdf() -> bytes:
    """A real Chinese contract of two pages."""
    return (CORPUS / "contract" / "NoSign.pdf").read_bytes()


@pytest.fixture(scope="session")
def server_judges(server):
    """The judges, trusting the server's own root."""
    with Judges(server.data / "keys" / "ca" / "root.pem") as judges:
        yield judges
