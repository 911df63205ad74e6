"""Contracts over odd documents: a company seals with several seals, one of them across the edges, its legal representative and a person sign,
and every judge is content; or the document is refused for one of the reasons of docs/refusals.md and nothing is left behind."""
from __future__ import annotations

import pathlib
import re
import subprocess
import sys

import pytest

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS)]

from judges import Judges  # noqa: E402
from odd_documents import DOCUMENTS, KEYWORD, plain  # noqa: E402
from signature_fields import read_signatures  # noqa: E402
from support.added_parties import CORNER  # noqa: E402
from support.api import Api  # noqa: E402
from support.contracts import Contract, company, person, user, verify  # noqa: E402
from support.server import Server  # noqa: E402

WANG = user("王五", "13800000005")
SEAL_KEEPER = user("演示员工甲", "10000000001")
#: What is not signed, and the reason it must be given.
REFUSED = {"encrypted for nobody": "SigningForbidden", "certified by another": "SigningForbidden"}
#: Whose places stand too close together here for a judge who counts overlaps.
CROWDED = {"turned by three quarters", "cropped and turned", "a tiny page"}
#: What is too large for a judge's memory, not for the file's readers.
TOO_LARGE_FOR = {"a huge page": {"dss"}}
WITHOUT_WORDS = {"scanned", "a tiny page", "a page without content", "Chinese in a font that is not embedded"}


def contract_of_three(api: Api, server: Server) -> Contract:
    nodes = [{"type": "COMPANY", "serialNo": 0}, {"type": "LP", "serialNo": 1, "corpOperators": [SEAL_KEEPER]}]
    return Contract(api, server, [company(server.demo["companyName"], nodes, serialNo=1), person(WANG["name"], WANG["contact"], serialNo=2)],
                    category={"id": server.demo["categoryId"]})


def send(contract: Contract, has_words: bool) -> None:
    seals = [contract.at_action(0, 0, type="COMPANY", page=1, offsetX=0.1, offsetY=0.1),
             contract.at_action(0, 0, type="COMPANY", page=-1, offsetX=0.95, offsetY=0.95, rotationDegrees=30),
             contract.at_action(0, 0, type="TIMESTAMP", page=1, offsetX=0.5, offsetY=0.05),
             contract.at_action(0, 0, type="ACROSS_PAGE", offsetY=0.4)]
    if has_words:
        seals.append(contract.at_action(0, 0, type="COMPANY", keyword=KEYWORD, offsetX=0.05, offsetY=-0.05))
    contract.send([*seals, contract.at_action(0, 1, type="LP", page=1, offsetX=0.6, offsetY=0.3),
                   contract.at_party(1, type="PERSONAL", page=-1, offsetX=0.3, offsetY=0.2)])


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_document_is_signed_by_three_and_every_judge_accepts_it(name, api, server, server_judges, tmp_path):
    pdf = DOCUMENTS[name]()
    contract = contract_of_three(api, server)
    reply = contract.try_file(pdf, f"奇怪的文件：{name}（测试）")
    if name in REFUSED:
        assert reply.envelope["code"] != 0 and REFUSED[name] in _reasons(), reply.body.decode()
        assert contract.detail().get("documents", []) == [] and contract.status == "DRAFT"
        return
    contract.documents.append(api.ok(reply)["documentId"])
    send(contract, name not in WITHOUT_WORDS)
    contract.seal()
    page = contract.page(SEAL_KEEPER)
    page.sign(page.ask_for_code(SEAL_KEEPER["contact"]))
    contract.sign_by_page(WANG, strokes=CORNER)
    assert contract.status == "COMPLETE"
    after = contract.download()
    file = tmp_path / "signed.pdf"
    file.write_bytes(after)
    strangers = [one.field for one in read_signatures(pdf)] if name == "signed by another" else []
    assert len([one for one in read_signatures(after) if not one.is_time_stamp]) == 3 + len(strangers)
    judges = tuple(judge for judge in Judges.NAMES if judge not in TOO_LARGE_FOR.get(name, ()))
    verdicts = {verdict.judge: verdict for verdict in server_judges.hear(file, judges)}
    found = [f"{judge}: {one}" for judge, verdict in verdicts.items() for one in verdict.objections]
    if strangers:  # nobody here trusts a stranger's root; what the others say of our own must be good all the same
        speaking = [verdict for verdict in verdicts.values() if verdict.signatures]  # qpdf looks at the structure alone
        assert len(speaking) >= 4
        for verdict in speaking:
            ours = [one for one in verdict.signatures if one.field not in strangers]
            # pdfsig meets one signature in each field that shows it and, from the second on, loses the ECDSA certificate it has just trusted.
            trusted = {one.field.split("_p")[0] for one in ours if one.trusted is not False}
            assert len(ours) >= 3 and all(one.valid for one in ours), (verdict.judge, ours)
            assert trusted == {one.field.split("_p")[0] for one in ours}, (verdict.judge, ours)
            assert verdict.judge == "pdfsig" or all(one.trusted is not False for one in ours), (verdict.judge, ours)
        return
    if name in CROWDED:
        found = [one for one in found if "BBB_FC_IAOD" not in one]
    assert found == []
    assert all(one.valid for verdict in verdicts.values() for one in verdict.signatures), verdicts
    assert verify(after, tmp_path, server).intact


def _reasons() -> set[str]:
    table = (TESTS.parent / "docs/refusals.md").read_text()
    return set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE))


def test_there_are_at_most_twelve_reasons_to_refuse_a_document():
    assert 1 <= len(_reasons()) <= 12 and set(REFUSED.values()) <= _reasons()


def test_a_document_damaged_in_our_keeping_is_one_answer_everywhere(api, server):
    """Keyword search, sending and signing say that the server is at fault, never the caller's file."""
    contract = contract_of_three(api, server)
    contract.add_file(plain())
    stored = [path for path in (server.data / "documents").rglob("*") if path.is_file() and contract.documents[0] in path.name]
    assert len(stored) == 1
    good = stored[0].read_bytes()

    def damaged(act) -> dict:
        stored[0].write_bytes(good.replace(b"startxref", b"startxxxx").replace(b" obj", b" obx"))
        answer = act()
        stored[0].write_bytes(good)
        return {key: answer[key] for key in ("code", "responseCode")}
    place = {"type": "PERSONAL", "page": 1, "offsetX": 0.5, "offsetY": 0.5}
    answers = [damaged(lambda: contract.try_send([contract.at_party(1, type="PERSONAL", keyword=KEYWORD)]).envelope),
               damaged(lambda: contract.try_send([contract.at_party(1, **place)]).envelope)]
    assert answers == [{"code": 1001, "responseCode": "21990001"}] * 2
    assert contract.status == "DRAFT"
    contract.send([contract.at_action(0, 0, type="COMPANY", page=1, offsetX=0.1, offsetY=0.1), contract.at_party(1, **place)])
    good = stored[0].read_bytes()
    signing = damaged(lambda: contract.try_seal(stampers=[{"type": "COMPANY", "keyword": KEYWORD}]).envelope)
    assert signing == {"code": 1001, "responseCode": "21990001"}
    contract.seal()
