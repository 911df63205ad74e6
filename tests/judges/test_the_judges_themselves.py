"""A judge that cannot object is worthless: each is shown files by strangers that are right, and files that are not."""
from __future__ import annotations

import pytest
from pyhanko.sign.fields import SigSeedSubFilter

from authority import Authority, sign_as_a_stranger
from checklist import objections
from editing import add_stamp, changed, draw_on_page, with_empty_field
from judges import Judges

ALL = set(Judges.NAMES)


@pytest.fixture(scope="module")
def plain(variants) -> bytes:
    return variants["classic"].read_bytes()


@pytest.fixture(scope="module")
def once(plain, authority) -> bytes:
    return sign_as_a_stranger(plain, authority.issue("Zhang Sanfeng"), "First")


@pytest.fixture(scope="module")
def twice(once, authority) -> bytes:
    return sign_as_a_stranger(once, authority.issue("Li Simulated"), "Second", box=(300, 60, 420, 120))


@pytest.fixture
def objecting(judges, tmp_path):
    """The names of the judges that object to a file."""
    def ask(pdf: bytes) -> set[str]:
        path = tmp_path / "exhibit.pdf"
        path.write_bytes(pdf)
        return {verdict.judge for verdict in judges.hear(path) if not verdict.ok}
    return ask


def test_every_judge_accepts_one_signature(objecting, once):
    assert objecting(once) == set()


def test_every_judge_accepts_two_signatures_of_two_people(objecting, twice):
    assert objecting(twice) == set()


def test_each_judge_names_both_signatures(judges, twice, tmp_path):
    path = tmp_path / "twice.pdf"
    path.write_bytes(twice)
    counts = {verdict.judge: len(verdict.signatures) for verdict in judges.hear(path)}
    assert counts == {"pdfsig": 2, "mutool": 2, "qpdf": 0, "openssl": 2, "pyhanko": 2, "dss": 2}


def test_only_the_last_signature_covers_the_whole_file(judges, twice, tmp_path):
    path = tmp_path / "twice.pdf"
    path.write_bytes(twice)
    for verdict in judges.hear(path, ("pdfsig", "mutool", "openssl", "pyhanko")):
        assert [one.covers_whole_file for one in verdict.signatures] == [False, True], verdict.judge


def test_dss_passes_a_short_lived_certificate_totally_and_calls_the_level_baseline_b(judges, once, tmp_path):
    path = tmp_path / "once.pdf"
    path.write_bytes(once)
    [signature] = judges.dss(path).signatures
    assert signature.trusted and signature.level == "PAdES-BASELINE-B"


def test_a_flipped_byte_is_seen_by_all_that_look_at_content(objecting, twice):
    at = twice.index(b"/MediaBox") + 12
    flipped = bytearray(twice)
    flipped[at] ^= 1
    assert objecting(bytes(flipped)) == ALL - {"qpdf"}


def test_appended_bytes_are_seen_by_those_that_judge_coverage(objecting, twice):
    assert objecting(twice + b"% and then some\n") >= {"pdfsig", "mutool", "pyhanko"}


def test_a_stamp_added_after_the_last_signature_is_seen(objecting, once):
    assert objecting(changed(once, add_stamp)) >= {"pdfsig", "mutool", "pyhanko", "dss"}


def test_a_stamp_added_between_two_signatures_is_seen_by_those_that_compare_revisions(objecting, once, authority):
    exhibit = sign_as_a_stranger(changed(once, add_stamp), authority.issue("Li Simulated"), "Second", box=(300, 60, 420, 120))
    assert objecting(exhibit) == {"pyhanko", "dss"}


def test_page_content_added_between_two_signatures_is_seen_by_those_that_compare_revisions(objecting, once, authority):
    exhibit = sign_as_a_stranger(changed(once, draw_on_page), authority.issue("Li Simulated"), "Second", box=(300, 60, 420, 120))
    assert objecting(exhibit) == {"pyhanko", "dss"}


def test_a_foreign_root_is_not_trusted(objecting, plain):
    stranger = Authority("Some Other Fictitious Root").issue("Zhang Sanfeng")
    assert objecting(sign_as_a_stranger(plain, stranger, "First")) >= {"pdfsig", "openssl", "pyhanko", "dss"}


def test_an_unsigned_file_is_no_signed_file(objecting, plain):
    assert objecting(plain) == ALL - {"qpdf"}


def test_a_field_that_waits_for_its_signature_is_no_objection(judges, plain, authority, tmp_path):
    path = tmp_path / "waiting.pdf"
    path.write_bytes(sign_as_a_stranger(with_empty_field(plain, "Later"), authority.issue("Zhang Sanfeng"), "First"))
    verdicts = {verdict.judge: verdict for verdict in judges.hear(path)}
    assert [name for name, verdict in verdicts.items() if not verdict.ok] == []
    assert verdicts["pdfsig"].waiting == ("Later",) and len(verdicts["mutool"].waiting) == 1


def test_a_signature_that_is_not_pades_is_not_called_baseline(objecting, plain, authority):
    old_style = sign_as_a_stranger(plain, authority.issue("Zhang Sanfeng"), "First", subfilter=SigSeedSubFilter.ADOBE_PKCS7_DETACHED)
    assert "dss" in objecting(old_style)


def test_a_wrong_startxref_is_seen_by_the_judge_of_structure(objecting, once):
    at = once.rindex(b"startxref") + len(b"startxref\n")
    assert "qpdf" in objecting(once[:at] + b"7" + once[at + 1:])


#: What pyHanko does otherwise than the checklist wants: it dates the metadata, pads after the ByteRange.
STRANGERS_WAYS = ("P5: object 1 changed: /Metadata of /Catalog", "P5: object 2 changed: /ModDate, /Producer of a dictionary",
                  "P7: the ByteRange is padded outside its brackets")


def test_the_checklist_finds_only_a_strangers_ways_in_a_strangers_signature(plain, once):
    assert set(objections(plain, once)) == set(STRANGERS_WAYS)


@pytest.mark.parametrize(("point", "spoil"), [
    ("P2", lambda before, after: after.replace(b"%PDF-1.", b"%PDF-2.", 1)),
    ("P4", lambda before, after: after[:len(before)] + after[len(before):].replace(b" n \n", b" n\n\n")),
    ("P4", lambda before, after: after[:len(before)] + after[len(before):].replace(b"/Prev ", b"/Prev 1")),
    ("P6", lambda before, after: after[:-1]),
    ("P7", lambda before, after: after + b"%\n"),
    ("P10", lambda before, after: after.replace(b"/SigFlags 3", b"/SigFlags 1")),
    ("P10", lambda before, after: after.replace(b"/F 132", b"/F 130")),
])
def test_the_checklist_objects_to_what_is_spoilt(plain, once, point, spoil):
    exhibit = spoil(plain, once)
    assert exhibit != once
    new = [line for line in objections(plain, exhibit) if line not in STRANGERS_WAYS]
    assert any(line.startswith((point, "structure")) for line in new), new


def test_the_checklist_objects_to_page_content(plain, once, authority):
    exhibit = sign_as_a_stranger(changed(once, draw_on_page), authority.issue("Li Simulated"), "Second", box=(300, 60, 420, 120))
    assert any(line.startswith("P5") and "/Contents" in line for line in objections(once, exhibit))


def test_the_checklist_objects_to_signing_time(plain, authority):
    exhibit = sign_as_a_stranger(plain, authority.issue("Zhang Sanfeng"), "First", subfilter=SigSeedSubFilter.ADOBE_PKCS7_DETACHED)
    assert any(line.startswith("P14") for line in objections(plain, exhibit))
