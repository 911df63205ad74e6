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
from exhibits import PLACE, SAMPLE, SEAL_MILLIMETRES, SHAPES, CorpusSample, Hearing, corpus_sample  # noqa: E402
from judges import DssProcess, Judges  # noqa: E402
from matrix import LEVELS, SIZES, Revision, Story, levels  # noqa: E402
from pictures import ring  # noqa: E402
from support.api import Api  # noqa: E402
from support.credentials import Credentials  # noqa: E402
from support.server import Server  # noqa: E402

TOP = HERE.parent.parent
CORPUS = TOP.parent / "shared" / "corpus"


#: The cells of the matrix that every run looks at: how many parties, which level.
REDUCED = [(1, "B-B"), (1, "B-LTA"), *((3, level) for level in LEVELS), (25, "B-LTA")]


def pytest_addoption(parser):
    parser.addoption("--judges-all", action="store_true", help="the whole matrix, every revision, the whole corpus, every flipped byte")


def pytest_generate_tests(metafunc):
    if "cell" in metafunc.fixturenames:
        cells = [(size, level) for size in SIZES for level in LEVELS] if metafunc.config.getoption("--judges-all") else REDUCED
        metafunc.parametrize("cell", cells, ids=[f"{size}-{level}" for size, level in cells])


@pytest.fixture(scope="session")
def everything(pytestconfig) -> bool:
    """Whether time is no object."""
    return pytestconfig.getoption("--judges-all")


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


@pytest.fixture(scope="session")
def people(authority, tmp_path_factory):
    """Key and certificate of the n-th signer, made when first asked for."""
    folder, made = tmp_path_factory.mktemp("people"), {}

    def person(number: int) -> list[str]:
        if number not in made:
            key, certificate = authority.issue(f"Simulated Signer {number}").write(folder, str(number))
            made[number] = ["--key", str(key), "--cert", str(certificate)]
        return made[number]
    return person


@pytest.fixture(scope="session")
def seal(tmp_path_factory) -> list[str]:
    """A round red seal as a picture, in the size of a company's."""
    picture = tmp_path_factory.mktemp("seal") / "seal.png"
    picture.write_bytes(ring(400))
    return ["--seal", str(picture), "--width", str(SEAL_MILLIMETRES)]


@pytest.fixture(scope="session")
def sign(signet, people, seal, tmp_path_factory):
    """Signs as the n-th signer, with the seal unless told otherwise, and returns the new file."""
    def run(source: pathlib.Path, number: int = 1, place: list[str] = PLACE, look: list[str] | None = None) -> pathlib.Path:
        target = tmp_path_factory.mktemp("signed") / f"{source.stem}-{number}.pdf"
        command = [str(signet), "sign", str(source), str(target), *place, *(look or seal), *people(number)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0 and target.exists(), done.stderr + done.stdout
        return target
    return run


@pytest.fixture(scope="session")
def signed_once(sign, variants):
    return {shape: sign(variants[shape]) for shape in SHAPES}


@pytest.fixture(scope="session")
def corpus_signed(signet, people, seal, corpus, everything, tmp_path_factory) -> CorpusSample:
    folder = tmp_path_factory.mktemp("corpus")

    def sign(source: pathlib.Path) -> tuple[pathlib.Path, subprocess.CompletedProcess]:
        target = folder / "signed.pdf"
        done = subprocess.run([signet, "sign", source, target, "--page", "1", "--x", "0.3", "--y", "0.3", *seal[:2], "--width", "20",
                               *people(1)], capture_output=True, text=True, check=False)
        return target, done
    return corpus_sample(corpus, sign, None if everything else SAMPLE)


@pytest.fixture(scope="session")
def hearing(judges, tmp_path_factory) -> Hearing:
    """What the judges say who trust the throw-away authority."""
    return Hearing(judges, tmp_path_factory.mktemp("hearing"))


@pytest.fixture(scope="session")
def server_hearing(server_judges, tmp_path_factory) -> Hearing:
    """What the judges say who trust the server."""
    return Hearing(server_judges, tmp_path_factory.mktemp("server-hearing"))


@pytest.fixture(scope="session")
def story(api, server):
    """What became of a contract of so many parties at a level: story((3, "B-LTA")). Each is told once."""
    told: dict[tuple[int, str], list[Revision]] = {}
    categories: dict[str, str] = {}

    def tell(cell: tuple[int, str]) -> list[Revision]:
        if cell not in told:
            categories.update(categories or levels(server))
            told[cell] = Story(api, server, categories[cell[1]], cell[0]).run()
        return told[cell]
    return tell
