"""Strange files are signed or refused for a documented reason, within limits; and what is signed is valid without exception."""
from __future__ import annotations

import os

from signing import CORPUS, corpus, damaged, hostile, rates, reasons, sign_all, table

#: SIGNET_ROBUSTNESS=all signs each damaged file; else every fourth.
EVERY = 1 if os.environ.get("SIGNET_ROBUSTNESS") == "all" else 4
CLEAN, WARNINGS = 0.995, 0.85


def faults(outcomes) -> list[str]:
    return [f"{outcome.name}: {'; '.join(outcome.objections)}" for outcome in outcomes if outcome.objections]


def share(outcomes, state: str) -> float:
    signed, count = rates(outcomes).get(state, (0, 0))
    return signed / count if count else 1


def test_there_are_at_most_twelve_reasons():
    assert 1 <= len(reasons()) <= 12


def test_damaged_documents(tmp_path):
    files = [one for number, one in enumerate(damaged(2)) if number % EVERY == 0]
    outcomes = sign_all(files, tmp_path)
    print(table("damaged documents", outcomes))
    assert len(outcomes) > 300 and faults(outcomes) == []
    signed_before = {name for name, pdf in files if b"/ByteRange" in pdf}  # what somebody signed is never repaired
    unsigned = [outcome for outcome in outcomes if outcome.name not in signed_before]
    assert share(unsigned, "clean") >= CLEAN
    assert share(unsigned, "warnings") >= WARNINGS


def test_documents_made_to_do_harm(tmp_path):
    outcomes = sign_all(hostile(), tmp_path)
    print(table("made to do harm", outcomes))
    assert len(outcomes) > 20 and faults(outcomes) == []


if CORPUS.exists():
    def test_what_others_made(tmp_path):
        outcomes = sign_all(corpus(CORPUS), tmp_path)
        print(table("what others made", outcomes))
        assert faults(outcomes) == []
        assert share(outcomes, "clean") >= CLEAN
        assert share(outcomes, "warnings") >= WARNINGS
