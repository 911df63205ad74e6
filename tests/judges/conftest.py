"""Places and tools that the judges' tests share."""
from __future__ import annotations

import os
import pathlib
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent / "browser")]

from authority import Authority  # noqa: E402
from editing import changed, crop  # noqa: E402
from judges import DssProcess, Judges  # noqa: E402
from support.api import Api  # noqa: E402
from support.credentials import Credentials  # noqa: E402
from support.server import Server  # noqa: E402

TOP = HERE.parent.parent
CORPUS = TOP.parent / "shared" / "corpus"


@pytest.fixture(scope="session")
def corpus() -> pathlib.Path:
    assert CORPUS.is_dir(), f"the corpus is missing: {CORPUS}"
    return CORPUS


@pytest.fixture(scope="session")
def signet() -> pathlib.Path:
    binary = pathlib.Path(os.environ.get("SIGNET_BINARY", TOP / "build/src/app/signet"))
    assert binary.exists(), f"not built: {binary}"
    return binary


@pytest.fixture(scope="session")
def authority() -> Authority:
    return Authority()


@pytest.fixture(scope="session")
def root(authority, tmp_path_factory) -> pathlib.Path:
    return authority.write_root(tmp_path_factory.mktemp("root") / "root.pem")


@pytest.fixture(scope="session")
def dss():
    """One JVM for all files of the run, whatever root they stand under."""
    process = DssProcess()
    yield process
    process.close()


@pytest.fixture(scope="session")
def judges(root, dss):
    """Trusting the throw-away authority."""
    with Judges(root, dss=dss) as all_judges:
        yield all_judges


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """The one server of the run: every contract is made on it."""
    with Server(tmp_path_factory.mktemp("server") / "data") as running:
        yield running


@pytest.fixture(scope="session")
def api(server) -> Api:
    return Api(server.host, server.port, Credentials(server.demo["appToken"], server.demo["appSecret"]))


@pytest.fixture(scope="session")
def server_root(server) -> pathlib.Path:
    return server.data / "keys" / "ca" / "root.pem"


@pytest.fixture(scope="session")
def server_judges(server_root, dss):
    """Trusting the server's own root."""
    with Judges(server_root, dss=dss) as all_judges:
        yield all_judges


@pytest.fixture(scope="session")
def contract(corpus) -> pathlib.Path:
    """A real Chinese contract of two pages, in a hybrid-reference file as word processors write it."""
    return corpus / "contract" / "NoSign.pdf"


@pytest.fixture(scope="session")
def variants(contract, tmp_path_factory) -> dict[str, pathlib.Path]:
    """The contract once with a classic table, once with a cross-reference stream, rotated, and cropped."""
    folder = tmp_path_factory.mktemp("variants")
    made = {}
    for name, options in {
        "classic": ["--object-streams=disable"],
        "stream": ["--object-streams=generate"],
        "linearized": ["--linearize", "--object-streams=disable"],
        "rotated": ["--object-streams=disable", "--rotate=90:1"],
    }.items():
        made[name] = folder / f"{name}.pdf"
        subprocess.run(["qpdf", *options, "--newline-before-endstream", contract, made[name]], check=True)
    made["cropped"] = folder / "cropped.pdf"
    grown = folder / "grown.pdf"
    grown.write_bytes(changed(made["classic"].read_bytes(), crop))
    subprocess.run(["qpdf", "--warning-exit-0", "--no-warn", "--object-streams=disable", grown, made["cropped"]], check=True)
    return made
