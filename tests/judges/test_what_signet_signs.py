"""What `signet sign` writes, held beside the output checklist and before every judge."""
from __future__ import annotations

import pathlib
import subprocess

import pytest
from pyhanko.sign.fields import MDPPerm

from authority import sign_as_a_stranger
from checklist import objections
from exhibits import PLACE, SEAL_MILLIMETRES, SHAPES
from pictures import RENDERERS, draw
from signature_fields import read_signatures


def refusal(signet, source, people, tmp_path) -> subprocess.CompletedProcess:
    return subprocess.run([str(signet), "sign", str(source), str(tmp_path / "refused.pdf"), *people(1)],
                          capture_output=True, text=True, check=False)


def heard(judges, path: pathlib.Path) -> list[str]:
    return [f"{verdict.judge}: {objection}" for verdict in judges.hear(path) for objection in verdict.objections]


@pytest.mark.parametrize("shape", SHAPES)
def test_the_signed_file_meets_the_checklist(shape, signed_once, variants):
    assert objections(variants[shape].read_bytes(), signed_once[shape].read_bytes()) == []


@pytest.mark.parametrize("shape", SHAPES)
def test_every_judge_accepts_the_signed_file(shape, signed_once, judges):
    assert heard(judges, signed_once[shape]) == []


@pytest.mark.parametrize("shape", SHAPES)
def test_dss_calls_the_level_baseline_b(shape, signed_once, judges):
    assert [one.level for one in judges.dss(signed_once[shape]).signatures] == ["PAdES-BASELINE-B"]


def test_a_hybrid_reference_contract_from_a_word_processor_is_signed_so_that_every_judge_accepts_it(sign, contract, judges):
    assert heard(judges, sign(contract)) == []


def test_a_document_that_is_repaired_first_is_said_to_be(signet, contract, variants, people, tmp_path):
    """What is signed then is not what was given, byte by byte."""
    for source, is_repaired in ((contract, True), (variants["classic"], False)):
        target = tmp_path / f"{source.stem}.pdf"
        done = subprocess.run([signet, "sign", source, target, *people(1)], capture_output=True, text=True, check=True)
        assert ("repaired before it was signed: HybridReference" in done.stderr) == is_repaired
        assert target.read_bytes().startswith(source.read_bytes()) != is_repaired


@pytest.mark.parametrize("renderer", RENDERERS)
@pytest.mark.parametrize("shape", SHAPES)
def test_the_seal_is_drawn_and_nothing_else_changes(shape, renderer, signed_once, variants, tmp_path):
    unsigned, signed = draw(variants[shape], 1, renderer, tmp_path), draw(signed_once[shape], 1, renderer, tmp_path)
    left, top, right, bottom = signed.different_box(unsigned)
    points = SEAL_MILLIMETRES * 72 / 25.4
    assert abs(right - left - points) <= 3 and abs(bottom - top - points) <= 3, "one seal, in its true size"
    assert signed.red_pixels((left, top, right, bottom)) > 0.15 * points * points


@pytest.mark.parametrize("renderer", RENDERERS)
def test_the_seal_stands_where_it_was_asked_for(renderer, signed_once, variants, tmp_path):
    unsigned, signed = draw(variants["classic"], 1, renderer, tmp_path), draw(signed_once["classic"], 1, renderer, tmp_path)
    left, _, _, bottom = signed.different_box(unsigned)
    assert abs(left - 0.55 * unsigned.width) <= 4
    assert abs((unsigned.height - bottom) - 0.3 * unsigned.height) <= 4


def test_a_keyword_finds_its_place(sign, variants, judges):
    by_keyword = sign(variants["classic"], 1, ["--keyword", "甲方", "--x", "0", "--y", "0"])
    assert heard(judges, by_keyword) == []


def test_a_signature_without_a_place_is_invisible_and_valid(sign, variants, judges, tmp_path, signet, people):
    target = tmp_path / "invisible.pdf"
    subprocess.run([signet, "sign", variants["classic"], target, *people(1)], check=True)
    assert heard(judges, target) == []
    assert draw(target, 1, "poppler", tmp_path).different_box(draw(variants["classic"], 1, "poppler", tmp_path)) is None


def test_fonts_of_the_seal_are_embedded(sign, variants):
    listing = subprocess.run(["pdffonts", sign(variants["classic"], 1, PLACE, ["--text", "虚构测试有限公司"])], capture_output=True,
                             text=True, check=True).stdout.splitlines()
    assert all(" yes " in line for line in listing[2:]), listing


@pytest.mark.parametrize("shape", ["classic", "stream"])
def test_three_signers_in_turn_leave_each_other_valid(shape, sign, variants, judges):
    steps = [variants[shape]]
    for number in (1, 2, 3):
        steps.append(sign(steps[-1], number, ["--page", "1", "--x", str(0.05 + 0.3 * (number - 1)), "--y", "0.1"]))
        assert objections(steps[-2].read_bytes(), steps[-1].read_bytes()) == [], f"after signer {number}"
        assert heard(judges, steps[-1]) == [], f"after signer {number}"
    pyhanko = judges.pyhanko(steps[-1])
    assert [one.changes_after for one in pyhanko.signatures] == ["FORM_FILLING", "FORM_FILLING", "NONE"]
    assert len(read_signatures(steps[-1].read_bytes())) == 3


def test_twenty_five_signers_leave_each_other_valid(sign, variants, judges, seal):
    smaller = [*seal[:2], "--width", "30"]  # five in a row that do not touch
    current = variants["classic"]
    for number in range(1, 26):
        column, row = (number - 1) % 5, (number - 1) // 5
        before = current
        current = sign(current, number, ["--page", "2", "--x", str(0.02 + 0.19 * column), "--y", str(0.05 + 0.16 * row)], smaller)
        assert objections(before.read_bytes(), current.read_bytes()) == [], f"after signer {number}"
        if number in (1, 2, 25):
            assert heard(judges, current) == [], f"after signer {number}"
            assert len(judges.pdfsig(current).signatures) == number


def test_a_signature_by_somebody_else_stays_valid(sign, variants, judges, authority, tmp_path):
    first = tmp_path / "stranger.pdf"
    first.write_bytes(sign_as_a_stranger(variants["classic"].read_bytes(), authority.issue("Zhang Sanfeng"), "First"))
    assert heard(judges, sign(first)) == []


def test_a_document_certified_against_any_change_is_refused(signet, variants, people, authority, tmp_path):
    certified = tmp_path / "certified.pdf"
    certified.write_bytes(sign_as_a_stranger(variants["classic"].read_bytes(), authority.issue("Zhang Sanfeng"), "First",
                                             certify=True, docmdp_permissions=MDPPerm.NO_CHANGES))
    done = refusal(signet, certified, people, tmp_path)
    assert done.returncode != 0 and not (tmp_path / "refused.pdf").exists()
    assert "CertifiedNoChanges" in done.stderr


def test_a_document_with_a_password_is_refused(signet, variants, people, tmp_path):
    locked = tmp_path / "locked.pdf"
    subprocess.run(["qpdf", "--encrypt", "user", "owner", "256", "--", variants["classic"], locked], check=True)
    done = refusal(signet, locked, people, tmp_path)
    assert done.returncode != 0 and not (tmp_path / "refused.pdf").exists()
    assert "PasswordProtected" in done.stderr


def test_our_own_verifier_agrees_with_the_judges(signet, signed_once, root, tmp_path):
    good = subprocess.run([signet, "verify", signed_once["classic"], "--json", "--trust", root], capture_output=True, check=False)
    assert good.returncode == 0, good.stdout + good.stderr
    pdf = bytearray(signed_once["classic"].read_bytes())
    pdf[pdf.index(b"/MediaBox") + 12] ^= 1
    spoilt = tmp_path / "spoilt.pdf"
    spoilt.write_bytes(pdf)
    assert subprocess.run([signet, "verify", spoilt, "--trust", root], capture_output=True, check=False).returncode == 1


def test_our_own_verifier_sees_bytes_added_after_the_last_signature(signet, signed_once, root, tmp_path):
    grown = tmp_path / "grown.pdf"
    grown.write_bytes(signed_once["classic"].read_bytes() + b"% and then some\n")
    assert subprocess.run([signet, "verify", grown, "--trust", root], capture_output=True, check=False).returncode == 1


def test_our_own_verifier_judges_a_strangers_signature(signet, variants, authority, root, tmp_path):
    foreign = tmp_path / "foreign.pdf"
    foreign.write_bytes(sign_as_a_stranger(variants["classic"].read_bytes(), authority.issue("Zhang Sanfeng"), "First"))
    done = subprocess.run([signet, "verify", foreign, "--trust", root], capture_output=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
