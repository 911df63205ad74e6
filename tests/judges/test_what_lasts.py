"""Signatures with time-stamps, validation data and document time-stamps (PAdES B-T, B-LT, B-LTA) before every judge, revision by
revision: three parties, sealed for the long term, one more party afterwards, sealed again."""
from __future__ import annotations

import pathlib
import subprocess

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from pyhanko.sign.fields import MDPPerm

from authority import Authority, Clock, Identity, cms_with_time_stamp, sign_as_a_stranger
from editing import add_stamp, changed
from judges import BUILD, Judges

SHAPES = ["classic", "stream", "foreign"]
LADDER = ["first", "second", "third", "data", "sealed", "late", "more data", "sealed again"]
LEVELS = {"first": ["T"], "second": ["T", "T"], "third": ["T", "T", "T"], "data": ["LT", "LT", "LT"], "sealed": ["LTA", "LTA", "LTA"],
          "late": ["LTA", "LTA", "LTA", "T"], "more data": ["LTA", "LTA", "LTA", "LT"], "sealed again": ["LTA", "LTA", "LTA", "LTA"]}


class Extender:
    """Runs the program that appends, and makes the values it asks for."""

    def __init__(self, authority: Authority, folder: pathlib.Path) -> None:
        self._authority, self._folder = authority, folder
        self.clock: Clock = authority.issue_clock(folder)
        self._count = 0

    def sign(self, source: pathlib.Path, identity: Identity, name: str, x: int, y: int) -> pathlib.Path:
        return self.run(source, "sign", name, x, y, make=lambda digest: cms_with_time_stamp(digest, identity, self.clock))

    def add_data(self, source: pathlib.Path, people: list[Identity], *more: str) -> pathlib.Path:
        """Everything that is needed to judge these people and the clock without asking anybody."""
        arguments = ["cert", self._file("root", _der(self._authority.root)), "crl", self._file("crl", self._authority.revocation_list())]
        for number, one in enumerate([self.clock.identity, *people]):
            arguments += ["cert", self._file(f"cert{number}", _der(one.certificate)),
                          "ocsp", self._file(f"ocsp{number}", self._authority.ocsp_response(one))]
        return self.run(source, "data", *arguments, *more)

    def stamp(self, source: pathlib.Path) -> pathlib.Path:
        return self.run(source, "stamp", make=self.clock.token)

    def run(self, source: pathlib.Path, *arguments, make=None) -> pathlib.Path:
        self._count += 1
        target = self._folder / f"{self._count}.pdf"
        program = subprocess.Popen([BUILD / "tests/judges/judge_extend", source, target, *map(str, arguments)],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        answer = ""
        if make and (digest := program.stdout.readline().decode().strip()):
            answer = f"{self._file('value', make(bytes.fromhex(digest)))}\n"
        _, complaint = program.communicate(answer.encode(), timeout=60)
        if program.returncode != 0:
            raise RuntimeError(complaint.decode())
        return target

    def _file(self, name: str, content: bytes) -> pathlib.Path:
        (self._folder / name).write_bytes(content)
        return self._folder / name


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


@pytest.fixture(scope="module")
def extender(authority, tmp_path_factory) -> Extender:
    return Extender(authority, tmp_path_factory.mktemp("extended"))


@pytest.fixture(scope="module")
def ladders(extender, authority, variants, tmp_path_factory) -> dict[str, list[pathlib.Path]]:
    people = [authority.issue(f"Simulated Signer {number}", revocable=True) for number in range(4)]
    foreign = tmp_path_factory.mktemp("foreign") / "foreign.pdf"
    stranger = authority.issue("Zhang Sanfeng")
    foreign.write_bytes(sign_as_a_stranger(variants["classic"].read_bytes(), stranger, "First", box=(60, 400, 180, 460)))

    def climb(current: pathlib.Path) -> list[pathlib.Path]:
        steps = [current]
        for number, name in enumerate(["First-party", "Second-party", "Third-party"]):
            steps.append(extender.sign(steps[-1], people[number], name, 40 + 100 * number, 60))
        steps.append(extender.add_data(steps[-1], people[:3], "related"))
        steps.append(extender.stamp(steps[-1]))
        steps.append(extender.sign(steps[-1], people[3], "Late-party", 400, 60))
        steps.append(extender.add_data(steps[-1], people, "related"))
        steps.append(extender.stamp(steps[-1]))
        return steps
    return {shape: climb(source) for shape, source in
            {"classic": variants["classic"], "stream": variants["stream"], "foreign": foreign}.items()}


@pytest.fixture(params=SHAPES)
def ladder(request, ladders) -> dict[str, pathlib.Path]:
    return dict(zip(["source", *LADDER], ladders[request.param], strict=True))


def heard(judges: Judges, path: pathlib.Path) -> list[str]:
    return [f"{verdict.judge}: {objection}" for verdict in judges.hear(path) for objection in verdict.objections]


def test_every_revision_begins_with_the_one_before(ladder):
    steps = list(ladder.values())
    assert all(after.read_bytes().startswith(before.read_bytes()) for before, after in zip(steps, steps[1:]))


@pytest.mark.parametrize("step", LADDER)
def test_every_judge_accepts_every_revision(step, ladder, judges):
    assert heard(judges, ladder[step]) == []


@pytest.mark.parametrize("step", LADDER)
def test_dss_calls_the_level_what_it_is(step, ladder, judges):
    ours = [one for one in judges.dss(ladder[step]).signatures if one.field.endswith("-party")]
    assert [one.level for one in ours] == [f"PAdES-BASELINE-{level}" for level in LEVELS[step]]
    if step.startswith("sealed"):
        assert all(one.trusted for one in ours), "with validation data nothing is left open"


def test_judges_that_know_document_time_stamps_call_them_valid(ladder, judges):
    for judge in (judges.openssl, judges.pyhanko):
        assert [(one.kind, one.valid) for one in judge(ladder["sealed again"]).time_stamps] == [("document", True)] * 2
    of_dss = [one for one in judges.dss(ladder["sealed again"]).time_stamps if one.field]
    assert sorted(one.field for one in of_dss) == ["TimeStamp1", "TimeStamp2"]
    assert all(one.valid for one in of_dss)


def test_what_was_added_for_the_long_term_is_an_extension_to_pyhanko_and_dss(ladder, judges):
    for step in ("data", "sealed"):
        assert judges.pyhanko(ladder[step]).signatures[-1].changes_after == "LTA_UPDATES"
        assert judges.dss(ladder[step]).signatures[-1].changes_after == "extension"


def test_pdfsig_covers_the_signatures_and_leaves_the_time_stamps_alone(ladder, judges):
    verdict = judges.pdfsig(ladder["sealed again"])
    assert all(one.valid for one in verdict.signatures)
    assert not any(one.field.startswith("TimeStamp") for one in verdict.signatures), "pdfsig cannot judge them"


def test_our_own_verifier_agrees(ladder, signet, root):
    for step in LADDER:
        done = subprocess.run([signet, "verify", ladder[step], "--trust", root], capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{step}: {done.stdout}{done.stderr}"


def test_what_is_no_extension_is_objected_to_all_the_same(ladder, judges, tmp_path):
    annotated = tmp_path / "annotated.pdf"
    annotated.write_bytes(changed(ladder["sealed"].read_bytes(), add_stamp))
    objectors = {verdict.judge for verdict in judges.hear(annotated) if verdict.objections}
    assert {"pdfsig", "mutool", "pyhanko", "dss"} <= objectors


def test_a_file_certified_against_any_change_is_not_extended(extender, authority, variants, tmp_path):
    certified = tmp_path / "certified.pdf"
    certified.write_bytes(sign_as_a_stranger(variants["classic"].read_bytes(), authority.issue("Zhang Sanfeng"), "First",
                                             certify=True, docmdp_permissions=MDPPerm.NO_CHANGES))
    with pytest.raises(RuntimeError, match="CertifiedNoChanges"):
        extender.stamp(certified)
    with pytest.raises(RuntimeError, match="CertifiedNoChanges"):
        extender.add_data(certified, [])
