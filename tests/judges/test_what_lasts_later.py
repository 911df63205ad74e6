"""What lasts, on later days: the network is off, the clock stands past the end of the signers' certificates, and what was signed is still valid.
And contracts that take longer than a certificate lives."""
from __future__ import annotations

import datetime
import os
import pathlib
import re
import subprocess
import sys
import time

import pytest

from ades import maintainable
from judges import Judges
from signature_fields import EmbeddedSignature, read_signatures, signatures_of_people
from support.api import Api
from support.clock import LIBRARIES, Clock, CredentialsByClock
from support.contracts import Contract, company, verify
from support.pdfs import plain_pages
from support.server import BINARY, Server

HERE = pathlib.Path(__file__).resolve().parent
LASTING = ("B-LT", "B-LTA")
LIMIT = 90  # seconds until something in the background must have happened, on a machine under load


def later(days: int, *command) -> subprocess.CompletedProcess:
    """Runs a program some days later and, where the kernel lets us, in a network of its own in which there is nobody."""
    alone = ["unshare", "-rn"] if subprocess.run(["unshare", "-rn", "true"], capture_output=True, check=False).returncode == 0 else []
    library = next(pathlib.Path("/usr/lib").glob(LIBRARIES))
    environment = {**os.environ, "LD_PRELOAD": str(library), "FAKETIME": f"+{days}d", "FAKETIME_DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1"}
    return subprocess.run([*alone, *command], capture_output=True, text=True, check=False, timeout=300, env=environment)


def on(days: float) -> datetime.datetime:
    return datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)


@pytest.fixture(scope="session")
def kept(story, tmp_path_factory) -> dict[str, pathlib.Path]:
    """Contracts of three at B-B, B-LT and B-LTA as they lie in a drawer."""
    folder = tmp_path_factory.mktemp("drawer")
    files = {}
    for level in ("B-B", *LASTING):
        files[level] = folder / f"{level}.pdf"
        files[level].write_bytes(story((3, level))[-1].pdf)
    return files


@pytest.mark.parametrize("days", [5, 30])
@pytest.mark.parametrize("level", LASTING)
def test_p16_pyhanko_finds_it_valid_offline_past_the_end_of_the_certificates(level, days, kept, server_root):
    """By the time-stamp and the validation data in the file, with nothing fetched."""
    done = later(days, sys.executable, HERE / "ades.py", kept[level], "--root", server_root, "--level", "B-LT")
    assert done.returncode == 0 and done.stdout.count(": OK") == 5, done.stdout + done.stderr


def test_p16_without_a_time_stamp_it_does_not_outlive_the_certificate(kept, server_root):
    done = later(5, sys.executable, HERE / "ades.py", kept["B-B"], "--root", server_root, "--level", "B-B")
    assert done.returncode == 1 and done.stdout.count("OUT_OF_BOUNDS_NO_POE") == 5, done.stdout + done.stderr


@pytest.mark.parametrize("level", LASTING)
def test_p16_pyhanko_expects_it_to_stay_valid_while_time_stamps_are_kept_up(level, kept, server_root):
    found = maintainable(kept[level].read_bytes(), server_root, on(150))
    assert len(found) == 5 and {one.word for one in found} == {"OK"}


@pytest.mark.parametrize("days", [5, 30, 1000])
@pytest.mark.parametrize("level", LASTING)
def test_p16_dss_finds_it_valid_past_the_end_of_the_certificates(level, days, kept, server_judges):
    verdict = server_judges.dss_at(kept[level], on(days))
    assert verdict.objections == () and all(one.trusted for one in verdict.signatures)
    assert {one.level for one in verdict.signatures} == {f"PAdES-BASELINE-{level[2:]}"}


def test_p16_dss_has_doubts_when_the_last_time_stamp_has_ended_too(kept, server_judges):
    assert "OUT_OF_BOUNDS" in "".join(server_judges.dss_at(kept["B-LTA"], on(4 * 365)).objections)


@pytest.mark.parametrize("level", LASTING)
def test_p16_openssl_verifies_it_at_the_time_that_is_stamped(level, kept, server_root, tmp_path):
    pdf = kept[level].read_bytes()
    for one in signatures_of_people(pdf):
        (tmp_path / "cms.der").write_bytes(one.cms)
        (tmp_path / "covered").write_bytes(one.covered(pdf))
        command = ["openssl", "cms", "-verify", "-binary", "-cades", "-inform", "DER", "-in", tmp_path / "cms.der", "-content", tmp_path / "covered",
                   "-CAfile", server_root, "-no-CApath", "-no-CAstore", "-purpose", "any", "-out", os.devnull]
        today = later(5, *command)
        assert today.returncode != 0 and "certificate has expired" in today.stderr
        then = later(5, *command, "-attime", str(int(stamped(one).timestamp())))
        assert then.returncode == 0, then.stderr


def stamped(one: EmbeddedSignature) -> datetime.datetime:
    attributes = one.signed_data["signer_infos"][0]["unsigned_attrs"]
    token = next(each for each in attributes if each["type"].native == "signature_time_stamp_token")["values"][0]["content"]
    return token["encap_content_info"]["content"].parsed["gen_time"].native


@pytest.mark.parametrize("level", LASTING)
def test_p16_our_own_verifier_says_the_same_offline(level, kept, server_root):
    done = later(30, BINARY, "verify", kept[level], "--trust", server_root)
    assert done.returncode == 0 and len(re.findall(rf"intact   trusted .*, {level}, proven", done.stdout)) == 5, done.stdout


# -- contracts that take their time -----------------------------------------------------------------------------------------------


def until(what, limit: float = LIMIT):
    end = time.monotonic() + limit
    while not (found := what()):
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.2)
    return found


@pytest.fixture(params=["nobody can ask", "the world can ask"])
def clocked(request, tmp_path):
    """A server whose clock we hold, with certificates that say where to ask for their standing or that there is none to ask."""
    clock = Clock(tmp_path)
    server = Server(tmp_path / "data", environment=clock.environment)
    if request.param == "the world can ask":
        server.options = ("--public-url", server.url)
    with server:
        yield server, clock, Api(server.host, server.port, CredentialsByClock(server.demo["appToken"], server.demo["appSecret"], clock))


def sealed_twice(api: Api, server: Server, clock: Clock, days: float) -> Contract:
    actions = [{"type": "COMPANY", "name": f"第{number}次", "serialNo": number} for number in (1, 2)]
    contract = Contract(api, server, [company(server.demo["companyName"], actions, serialNo=1)])
    contract.add_file(plain_pages(2))
    contract.send([contract.at_action(0, number, type="COMPANY", page=1, offsetX=0.1 + 0.3 * number, offsetY=0.2) for number in (0, 1)])
    contract.seal()
    clock.advance(days=days)
    contract.seal()
    assert contract.status == "COMPLETE"
    return contract


def test_a_contract_lasts_though_the_first_certificate_ended_before_the_last_party_signed(clocked, dss, tmp_path):
    server, clock, api = clocked
    pdf = sealed_twice(api, server, clock, days=20).download()
    found = verify(pdf, tmp_path, server)
    assert found.intact and found.levels == ["B-LTA"] * 2 and found.seals_of_time == 1
    path = tmp_path / "contract.pdf"
    path.write_bytes(pdf)
    with Judges(server.data / "keys/ca/root.pem", dss=dss) as judges:
        for days in (21, 400):
            verdict = judges.dss_at(path, on(days))
            assert verdict.objections == () and [one.level for one in verdict.signatures] == ["PAdES-BASELINE-LTA"] * 2
            assert all(one.trusted for one in verdict.signatures)


def test_p17_renewing_the_time_stamp_keeps_all_earlier_signatures(clocked, dss, tmp_path):
    server, clock, api = clocked
    contract = sealed_twice(api, server, clock, days=0)
    first = contract.download()
    server.stop()
    clock.advance(days=3 * 365 - 60)
    server.start()
    until(lambda: len(read_signatures(contract.download())) == 4)
    again = contract.download()
    assert again.startswith(first)
    path = tmp_path / "renewed.pdf"
    path.write_bytes(again)
    with Judges(server.data / "keys/ca/root.pem", dss=dss) as judges:
        # A year after the first time-stamp's certificate has ended.
        verdict = judges.dss_at(path, on(4 * 365))
        assert verdict.objections == () and [one.level for one in verdict.signatures] == ["PAdES-BASELINE-LTA"] * 2
        assert all(one.trusted for one in verdict.signatures)
        (tmp_path / "kept.pdf").write_bytes(first)
        assert judges.dss_at(tmp_path / "kept.pdf", on(4 * 365)).objections != ()
