"""What commands have a running server do for them (src/app/errand.hpp): requests and answers as files in `<data>/desk`."""
from __future__ import annotations

import os
import signal
import stat
import subprocess

import pytest

from support.keys import secret, wait_until
from support.server import BINARY, Server


@pytest.fixture
def own(tmp_path):
    server = Server(tmp_path / "data")
    server.start()
    yield server
    os.kill(server.pid, signal.SIGCONT)
    server.stop()


def command(server: Server, *words) -> subprocess.CompletedProcess:
    return subprocess.run([BINARY, *words, "--data", server.data], capture_output=True, text=True, check=False, timeout=300)


def desk(server: Server) -> list[str]:
    return [str(file.relative_to(server.data)) for file in (server.data / "desk").rglob("*") if file.is_file()]


ASKED = [("key", "rotate"), ("ca", "revoke", "0badc0de"), ("statistics",), ("retention", "holds")]


@pytest.mark.parametrize("words", ASKED, ids=[" ".join(words) for words in ASKED])
def test_a_command_says_the_same_with_a_server_and_without_one(words, own):
    served = command(own, *words)
    own.stop()
    alone = command(own, *words)
    own.start()
    assert (served.returncode, served.stderr) == (alone.returncode, alone.stderr)
    assert len(served.stdout.splitlines()) == len(alone.stdout.splitlines()) <= 1


def test_nothing_is_left_behind_and_nobody_else_looks_in(own):
    for words in ASKED:
        command(own, *words)
    assert desk(own) == []
    folders = [own.data / "desk", *(own.data / "desk").iterdir()]
    assert sorted(folder.name for folder in folders) == ["desk", "law", "revocations", "rotations"]
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in folders} == {0o700}


@pytest.mark.parametrize("folder, text", [("law", "nonsense"), ("law", "[]"), ("law", '{"command":"nothing"}'), ("revocations", "x y z"),
                                          ("archives", "one\ntwo"), ("organisation", "no line feed"), ("organisation", "/\ncompany = 1")])
def test_a_request_that_is_none_is_refused_and_the_server_goes_on(folder, text, own):
    place = own.data / "desk" / folder
    place.mkdir(parents=True, exist_ok=True)
    secret(place / "part", text).rename(place / "garbage.request")
    answer = place / "garbage.answer"
    wait_until(answer.exists)
    assert answer.read_text().startswith("refused\n") and len(answer.read_text()) > len("refused\n")
    assert stat.S_IMODE(answer.stat().st_mode) == 0o600
    assert not (place / "garbage.request").exists()
    assert command(own, "statistics").returncode == 0


def test_a_server_that_does_not_answer_is_told_of_and_finds_no_request_later(own):
    os.kill(own.pid, signal.SIGSTOP)
    done = command(own, "ca", "revoke", "0badc0de")
    assert done.returncode == 1 and "did not answer" in done.stderr
    assert desk(own) == []
