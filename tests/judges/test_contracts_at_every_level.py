"""The matrix: contracts of one, three and twenty-five parties at B-B, B-T, B-LT and B-LTA, each party with several places and companies with seals
across the pages, one party added while the others sign and one when the contract was complete. Every judge looks at every revision.

A usual run looks at some cells (`REDUCED` in conftest.py), and with twenty-five parties at the revisions named here; `--judges-all` at all.
"""
from __future__ import annotations

import pytest

from ades import indications
from matrix import LEVELS, SIZES, Revision
from signature_fields import signatures_of_people

#: Of twenty-five: the first and the second signature, and the last, which shows what became of all others.
OF_MANY = (1, 2, -1)


@pytest.fixture
def revisions(cell, story, everything) -> list[Revision]:
    told = story(cell)
    return told[1:] if everything or cell[0] < 25 else [told[number] for number in OF_MANY]


def test_every_judge_accepts_every_revision(revisions, server_hearing):
    for revision in revisions:
        assert server_hearing.objections(revision.pdf) == [], revision.act
        for verdict in server_hearing(revision.pdf).values():
            assert all(one.valid for one in verdict.signatures), (revision.act, verdict)


def test_every_signature_is_there_and_an_added_party_changes_none(cell, story):
    told = story(cell)
    for before, after in zip(told, told[1:]):
        assert after.pdf.startswith(before.pdf), after.act
        assert len(signatures_of_people(after.pdf)) == len(after.signers), after.act
        if not after.signed:
            assert [one.contents for one in signatures_of_people(after.pdf)] == [one.contents for one in signatures_of_people(before.pdf)]
    assert len(told[-1].signers) == cell[0] + (1 if cell[0] == 1 else 2)


def test_dss_calls_the_level_what_was_promised(cell, revisions, server_hearing):
    promised = f"PAdES-BASELINE-{cell[1].removeprefix('B-')}"
    for revision in revisions:
        signatures = server_hearing(revision.pdf)["dss"].signatures
        if revision.complete:
            assert {one.level for one in signatures} == {promised}, revision.act
            if cell[1] in ("B-LT", "B-LTA"):
                assert all(one.trusted for one in signatures), f"{revision.act}: with validation data nothing is left open"
        else:
            # What makes it last comes with completion; a time-stamp comes with the signature.
            assert {one.level for one in signatures} <= {promised, "PAdES-BASELINE-B" if cell[1] == "B-B" else "PAdES-BASELINE-T"}, revision.act


def test_pyhanko_finds_in_the_file_all_that_the_level_promises(cell, story, server_root):
    """What `adesverify` does: the algorithm of ETSI EN 319 102-1 for this level, and from B-LT on revocation data for every signer."""
    completed = [revision for revision in story(cell) if revision.complete and revision.signed]
    for revision in completed[-1:] if cell[0] == 25 else completed:
        # With many signatures the algorithm takes ten seconds for each: the first, which has seen most, and the last.
        of = (0, -1) if cell[0] == 25 else range(len(revision.signers))
        found = indications(revision.pdf, server_root, cell[1], of=of)
        assert len(found) == len(of) and [one for one in found if one.word != "OK"] == [], revision.act


def test_no_level_is_below_what_it_is_called(story, server_root):
    """The algorithms tell the levels apart: what has no validation data fails as B-LT, what has no document time-stamp as B-LTA."""
    assert {one.word for one in indications(story((3, "B-LT"))[-1].pdf, server_root, "B-LTA")} == {"NO_POE"}
    assert {one.word for one in indications(story((3, "B-T"))[-1].pdf, server_root, "B-LTA")} != {"OK"}


def test_the_usual_run_leaves_out_no_level_and_no_number_of_parties(everything):
    from conftest import REDUCED
    assert {level for _, level in REDUCED} == set(LEVELS) and {size for size, _ in REDUCED} == set(SIZES)
    assert not everything or len(REDUCED) < len(LEVELS) * len(SIZES)
