"""From draft to download: contracts of one to four parties, in order and in parallel, sealed, signed, dated, and verified."""
from __future__ import annotations

import base64
import datetime
import io
import itertools
import pathlib
import subprocess
import time
import uuid
import zipfile
from zoneinfo import ZoneInfo

import pytest

from support.api import Api
from support.contracts import Contract, company, person, user, verify
from support.credentials import Credentials
from support.page import Page, PageError
from support.pdfs import A4, make_pdf, plain_pages

LI = user("李四", "13800000004")
WANG = user("王五", "13800000005")
ZHAO = user("赵六", "zhao.liu@example.com")
AUDITOR = user("演示员工甲", "10000000001")
OUTSIDERS = "远方贸易（虚构）有限公司"
A_SIGNATURE = [[(20, 60), (60, 20), (100, 90), (140, 40)], [(160, 30), (200, 80), (240, 60)]]
MILLIMETRE = 72 / 25.4


@pytest.fixture
def own(server) -> str:
    """The platform company's name."""
    return server.demo["companyName"]


@pytest.fixture
def draft(api, server):
    def make(signatories: list[dict], pdf: bytes | None = None, **fields) -> Contract:
        contract = Contract(api, server, signatories, **fields)
        contract.add_file(pdf or plain_pages(2))
        return contract
    return make


@pytest.fixture
def verdict(server, tmp_path):
    return lambda pdf: verify(pdf, tmp_path, server)


def signer(who: dict, **more) -> dict:
    return person(who["name"], who["contact"], **more)


def outsiders(**more) -> dict:
    nodes = [{"type": "OPERATOR", "serialNo": 0}, {"type": "COMPANY", "serialNo": 1}]
    return company(OUTSIDERS, nodes, receiver=LI, **more)


def on_page(kind: str, page: int = 1, x: float = 0.1, y: float = 0.1, **more) -> dict:
    return {"type": kind, "page": page, "offsetX": x, "offsetY": y, **more}


# ---------------------------------------------------------------------------------------------- the whole road


def test_a_contract_of_one_company_is_complete_with_its_seal(draft, own, verdict):
    contract = draft([company(own)])
    assert (contract.status, contract.statuses(), contract.nodes(0)) == ("DRAFT", ["DRAFT"], ["INIT"])
    contract.send([contract.at_action(0, **on_page("COMPANY"))])
    assert (contract.status, contract.statuses(), contract.nodes(0)) == ("SIGNING", ["SIGNING"], ["START"])
    contract.seal()
    assert (contract.status, contract.statuses(), contract.nodes(0)) == ("COMPLETE", ["SIGNED"], ["FINISH"])
    found = verdict(contract.download())
    assert found.intact and found.signers == [own]


def test_a_company_and_a_person_sign_one_after_the_other(draft, own, verdict):
    contract = draft([company(own, serialNo=1), signer(WANG, serialNo=2)])
    contract.send([contract.at_action(0, **on_page("COMPANY")), contract.at_party(1, **on_page("PERSONAL", x=0.6))])
    assert contract.statuses() == ["SIGNING", "WAITING"]
    early = contract.early_page(WANG)
    assert early.view["state"] == "WAITING" and early.task is None
    with pytest.raises(PageError) as refusal:
        early.sign("000000", typed="王五")
    assert refusal.value.status == 409
    contract.seal()
    assert contract.statuses() == ["SIGNED", "SIGNING"]
    assert contract.try_seal().code == 1107
    outcome = contract.sign_by_page(WANG)
    assert outcome["contractStatus"] == contract.status == "COMPLETE"
    found = verdict(contract.download())
    assert found.intact and found.signers == [own, "王五"]


def test_the_person_may_come_first(draft, own, verdict):
    contract = draft([signer(ZHAO, serialNo=1), company(own, serialNo=2)])
    contract.send([contract.at_action(1, **on_page("COMPANY")), contract.at_party(0, **on_page("PERSONAL", x=0.6))])
    assert contract.try_seal().code == 1107
    contract.sign_by_page(ZHAO, strokes=A_SIGNATURE)
    assert contract.statuses() == ["SIGNED", "SIGNING"]
    contract.seal()
    found = verdict(contract.download())
    assert contract.status == "COMPLETE" and found.intact and found.signers == ["赵六", own]


def four_parties(draft, own: str, **fields) -> Contract:
    """Own company, a foreign company with two nodes, a person by phone and one by mail, with every kind of place."""
    contract = draft([company(own, serialNo=1), outsiders(serialNo=2), signer(WANG, serialNo=3), signer(ZHAO, serialNo=3)],
                     plain_pages(4), **fields)
    contract.add_file(plain_pages(3), "附件一")
    first, second = contract.documents
    contract.send([
        contract.at_action(0, type="COMPANY", keyword="Page 2", offsetX=0.2, offsetY=-0.1),
        contract.at_action(0, **on_page("TIMESTAMP", 2, 0.5, 0.5, datePattern="ALL_Chinese")),
        contract.at_action(0, type="ACROSS_PAGE", offsetY=0.5),
        contract.at_action(0, type="ACROSS_PAGE_ODD", offsetY=0.2, documentId=second),
        contract.at_action(0, **on_page("COMPANY", -1, 0.4, 0.4, documentId=second)),
        contract.at_action(1, 0, **on_page("PERSONAL", 1, 0.1, 0.6)),
        contract.at_action(1, 1, **on_page("COMPANY", 1, 0.1, 0.3)),
        contract.at_action(1, 1, **on_page("COMPANY", 0, 0.6, 0.6, documentId=second)),
        contract.at_party(2, **on_page("PERSONAL", 3, 0.5, 0.2, documentIds=f"{first},{second}")),
        contract.at_party(2, **on_page("TIMESTAMP", 3, 0.5, 0.1, datePattern="Chinese", width=60)),
        contract.at_party(3, **on_page("PERSONAL", -1, 0.1, 0.2, rotationDegrees=90))])
    return contract


def assert_both_documents_hold(contract: Contract, verdict, first: list[str], second: list[str]) -> None:
    for number, expected in enumerate((first, second)):
        found = verdict(contract.download(number))
        assert found.intact and found.signers == expected


def test_four_parties_sign_in_order_and_equals_at_the_same_time(draft, own, verdict, server_judges, tmp_path):
    contract = four_parties(draft, own)
    assert contract.statuses() == ["SIGNING", "WAITING", "WAITING", "WAITING"]
    contract.seal()
    assert contract.statuses() == ["SIGNED", "SIGNING", "WAITING", "WAITING"]
    assert contract.nodes(1) == ["START", "INIT"]
    contract.sign_by_page(LI)
    assert contract.nodes(1) == ["FINISH", "START"]
    contract.sign_by_page(LI)
    assert contract.statuses() == ["SIGNED", "SIGNED", "SIGNING", "SIGNING"]
    contract.sign_by_page(ZHAO)
    assert contract.statuses() == ["SIGNED", "SIGNED", "SIGNING", "SIGNED"]
    assert contract.status == "SIGNING"
    contract.sign_by_page(WANG, strokes=A_SIGNATURE)
    assert (contract.status, contract.statuses()) == ("COMPLETE", ["SIGNED"] * 4)
    assert_both_documents_hold(contract, verdict, [own, "李四", OUTSIDERS, "赵六", "王五"], [own, OUTSIDERS, "王五"])
    file = tmp_path / "complete.pdf"
    file.write_bytes(contract.download())
    objections = [f"{one.judge}: {text}" for one in server_judges.hear(file) for text in one.objections]
    assert objections == []


def test_four_parties_sign_in_parallel_in_any_order(draft, own, verdict):
    contract = four_parties(draft, own, ordinal=False)
    assert contract.statuses() == ["SIGNING"] * 4
    contract.sign_by_page(ZHAO)
    contract.sign_by_page(LI)
    contract.sign_by_page(WANG)
    contract.seal()
    assert contract.status == "SIGNING"
    contract.sign_by_page(LI)
    assert contract.status == "COMPLETE"
    assert_both_documents_hold(contract, verdict, ["赵六", "李四", "王五", own, OUTSIDERS], ["王五", own, OUTSIDERS])


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_a_restart_in_the_middle_loses_nothing(new_server, end, tmp_path):
    server = new_server()
    api = Api(server.host, server.port, Credentials(server.demo["appToken"], server.demo["appSecret"]))
    contract = Contract(api, server, [company(server.demo["companyName"]), signer(WANG)])
    contract.add_file(plain_pages(3))
    contract.send([contract.at_action(0, **on_page("COMPANY")), contract.at_party(1, **on_page("PERSONAL", -1))])
    contract.seal()
    page = contract.page(WANG)
    code = page.ask_for_code(WANG["contact"])
    before, file = contract.detail(queryLocation="true"), contract.download()
    getattr(server, end)()
    server.start()
    assert contract.detail(queryLocation="true") == before
    assert contract.download() == file
    page.sign(code, typed="王五")
    found = verify(contract.download(), tmp_path, server)
    assert contract.status == "COMPLETE" and found.intact and len(found.signers) == 2


def test_any_one_receiver_completes_the_contract_when_it_says_so(draft, own, verdict):
    contract = draft([company(own, serialNo=1), signer(WANG, serialNo=2), signer(ZHAO, serialNo=2)], signFlowStrategy="ANY_SIGN_FINISH")
    contract.send([contract.at_action(0, **on_page("COMPANY")), contract.at_party(1, **on_page("PERSONAL", x=0.5)),
                   contract.at_party(2, **on_page("PERSONAL", x=0.7))])
    contract.seal()
    late = contract.page(ZHAO)
    assert contract.status == "SIGNING"
    contract.sign_by_page(WANG)
    assert (contract.status, contract.statuses()) == ("COMPLETE", ["SIGNED", "SIGNED", "CLOSED"])
    with pytest.raises(PageError):
        late.ask_for_code(ZHAO["contact"])
    assert verdict(contract.download()).signers == [own, "王五"]


def test_a_node_that_signs_itself_does_so_when_its_turn_comes(draft, own, verdict):
    sealing = {"type": "COMPANY", "serialNo": 1, "autoSign": True}
    contract = draft([company(own, [sealing], serialNo=1), signer(WANG, serialNo=2)])
    contract.send([contract.at_action(0, **on_page("COMPANY")), contract.at_party(1, **on_page("PERSONAL", x=0.6))])
    assert contract.nodes(0) == ["FINISH"] and contract.statuses() == ["SIGNED", "SIGNING"]
    later = draft([signer(WANG, serialNo=1), company(own, [sealing], serialNo=2)])
    later.send([later.at_action(1, **on_page("COMPANY")), later.at_party(0, **on_page("PERSONAL", x=0.6))])
    assert later.nodes(1) == ["INIT"]
    later.sign_by_page(WANG)
    assert later.status == "COMPLETE" and verdict(later.download()).signers == ["王五", own]


def test_an_approval_stands_before_the_seal(draft, own):
    nodes = [{"type": "AUDIT", "serialNo": 0, "corpOperators": [AUDITOR]}, {"type": "COMPANY", "serialNo": 1}]
    contract = draft([company(own, nodes)])
    contract.send([contract.at_action(0, 1, **on_page("COMPANY"))])
    assert contract.nodes(0) == ["START", "INIT"] and contract.try_seal().code == 1107
    page = contract.page(AUDITOR)
    page.audit(page.ask_for_code(AUDITOR["contact"]), True)
    assert contract.nodes(0) == ["FINISH", "START"]
    contract.seal()
    assert contract.status == "COMPLETE"


def test_a_failed_approval_sends_the_contract_back(draft, own):
    nodes = [{"type": "AUDIT", "serialNo": 0, "corpOperators": [AUDITOR]}, {"type": "COMPANY", "serialNo": 1}]
    contract = draft([company(own, nodes)])
    contract.send([contract.at_action(0, 1, **on_page("COMPANY"))])
    page = contract.page(AUDITOR)
    page.audit(page.ask_for_code(AUDITOR["contact"]), False, "金额不对")
    assert contract.detail()["comments"] == "金额不对"
    assert (contract.status, contract.statuses(), contract.nodes(0)) == ("REJECTED", ["REJECTED"], ["STOP", "STOP"])
    assert contract.try_seal().code == 1101


def test_a_person_may_refuse_when_the_link_allows_it(draft, own):
    contract = draft([company(own, serialNo=1), signer(WANG, serialNo=2)])
    contract.send([contract.at_action(0, **on_page("COMPANY")), contract.at_party(1, **on_page("PERSONAL", x=0.6))])
    contract.seal()
    with pytest.raises(PageError) as refusal:
        contract.page(WANG).reject("条款有误")
    assert refusal.value.status == 403 and contract.status == "SIGNING"
    contract.page(WANG, hideRejectButton=False).reject("条款有误")
    detail = contract.detail()
    assert (detail["status"], detail["comments"], contract.statuses()) == ("REJECTED", "条款有误", ["SIGNED", "REJECTED"])
    assert contract.try_seal().code == 1101


def test_only_the_right_code_signs_and_it_signs_once(draft, own):
    contract = draft([outsiders(), company(own)])
    contract.send([contract.at_action(0, 0, **on_page("PERSONAL")), contract.at_action(0, 1, **on_page("COMPANY"))])
    page = contract.page(LI)
    code = page.ask_for_code(LI["contact"])
    file = contract.download()
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    for attempt, expected in ((wrong, "CodeWrong"), ("", "CodeRequired"), ("x" * 6, "CodeWrong")):
        with pytest.raises(PageError) as refusal:
            page.sign(attempt, typed="李四")
        assert refusal.value.code == expected
    assert contract.download() == file and contract.nodes(0) == ["START", "INIT"]
    page.sign(code, typed="李四")
    with pytest.raises(PageError) as refusal:
        page.sign(code)
    assert refusal.value.code == "CodeExpired" and contract.nodes(0) == ["FINISH", "START"]


def test_five_wrong_codes_spend_the_right_one(draft):
    contract = draft([signer(WANG)])
    contract.send([contract.at_party(0, **on_page("PERSONAL"))])
    page = contract.page(WANG)
    code = page.ask_for_code(WANG["contact"])
    for _ in range(5):
        with pytest.raises(PageError):
            page.sign(f"{(int(code) + 1) % 1_000_000:06}", typed="王五")
    with pytest.raises(PageError) as refusal:
        page.sign(code, typed="王五")
    assert refusal.value.code == "CodeExpired" and contract.status == "SIGNING"


def test_a_ticket_of_the_mini_program_opens_the_page_in_one_browser(draft, api, server):
    contract = draft([signer(WANG)])
    contract.send([contract.at_party(0, **on_page("PERSONAL"))])
    ticket = api.ok(api.post("/v2/contract/miniappexchange", {"contractId": contract.id, "user": WANG}))["ticket"]
    page = Page(server.host, server.port, ticket=ticket)
    assert page.view["options"]["mode"] == "MINIAPP"
    with pytest.raises(PageError) as refusal:
        Page(server.host, server.port, ticket=ticket)
    assert refusal.value.status == 403
    page.sign(page.ask_for_code(WANG["contact"]), typed="王五")
    assert contract.status == "COMPLETE"


# ---------------------------------------------------------------------------------------------- parties added later


def completed(draft, server, own: str, **fields) -> Contract:
    contract = draft([company(own, serialNo=1), signer(WANG, serialNo=2)], category={"id": server.demo["categoryId"]}, **fields)
    contract.send([contract.at_action(0, **on_page("COMPANY")), contract.at_party(1, **on_page("PERSONAL", x=0.6))])
    contract.seal()
    contract.sign_by_page(WANG)
    assert contract.status == "COMPLETE"
    return contract


@pytest.mark.parametrize("path", ["/v2/signatory/add", "/v2/signatory/modify"])
def test_a_person_added_to_a_complete_contract_signs_and_every_signature_holds(draft, server, own, api, verdict, path):
    contract = completed(draft, server, own)
    place = {**on_page("PERSONAL", -1, 0.3, 0.5), "documentId": contract.documents[0]}
    added = api.ok(api.post(path, {"contractId": int(contract.id), "signatory": signer(ZHAO, stampers=[place])}))
    assert (added["tenantType"], added["tenantName"], added["status"], added["serialNo"]) == ("PERSONAL", "赵六", "SIGNING", 3)
    assert (contract.status, contract.statuses()) == ("SIGNING", ["SIGNED", "SIGNED", "SIGNING"])
    assert contract.detail()["signatories"][2]["id"] == added["id"]
    contract.sign_by_page(ZHAO)
    found = verdict(contract.download())
    assert contract.status == "COMPLETE" and found.intact and found.signers == [own, "王五", "赵六"]


def test_a_company_added_later_seals_too(draft, server, own, api, verdict):
    contract = completed(draft, server, own)
    sealing = {"type": "COMPANY", "serialNo": 0,
               "stampers": [{**on_page("COMPANY", 2, 0.3, 0.5), "documentId": contract.documents[0]},
                            {"type": "ACROSS_PAGE", "offsetY": 0.7, "documentId": contract.documents[0]}]}
    api.ok(api.post("/v2/signatory/add", {"contractId": contract.id, "signatory": company(OUTSIDERS, [sealing], receiver=LI)}))
    contract.sign_by_page(LI)
    found = verdict(contract.download())
    assert contract.status == "COMPLETE" and found.intact and found.signers == [own, "王五", OUTSIDERS]


def test_parties_are_added_only_where_the_category_allows_it(draft, own, api):
    contract = draft([company(own)])
    contract.send([contract.at_action(0, **on_page("COMPANY"))])
    before = contract.detail()
    reply = api.post("/v2/signatory/add", {"contractId": contract.id, "signatory": signer(ZHAO)})
    assert (reply.code, reply.envelope["responseCode"]) == (1304, "11011304") and contract.detail() == before


# ---------------------------------------------------------------------------------------------- where it is signed

#: Reading order: by page, then from the top, then from the left.
HITS = [(1, 100, 700), (1, 100, 500), (1, 350, 500), (3, 72, 300)]


def words_at_known_places() -> bytes:
    pages: list[list] = [[(72, 800, "An invented contract")] for _ in range(3)]
    for page, x, y in reversed(HITS):
        pages[page - 1].append((x, y, "Seal here"))
    return make_pdf(pages)


def assert_at(place: dict, hit: tuple[int, float, float]) -> None:
    page, x, y = hit
    assert place["page"] == page
    assert place["offsetX"] == pytest.approx(x / A4[0], abs=0.004)
    # The bottom of the keyword is its base line or its descender, nothing between other lines.
    assert place["offsetY"] == pytest.approx(y / A4[1], abs=0.008)


@pytest.mark.parametrize("index, hits", [(None, [0]), (1, [0]), (2, [1]), (3, [2]), ("4", [3]), (-1, [3]), (-4, [0]), (0, [0, 1, 2, 3])])
def test_a_keyword_is_counted_in_reading_order(draft, own, index, hits):
    contract = draft([company(own)], words_at_known_places())
    stamper = {"type": "COMPANY", "keyword": "Seal here", **({} if index is None else {"keywordIndex": index})}
    contract.send([contract.at_action(0, **stamper)])
    places = contract.places(0)
    assert len(places) == len(hits)
    for place, hit in zip(places, hits):
        assert_at(place, HITS[hit])


@pytest.mark.parametrize("index", [5, -5, 1000])
def test_a_hit_beyond_the_last_is_not_found(draft, own, index):
    contract = draft([company(own)], words_at_known_places())
    reply = contract.try_send([contract.at_action(0, type="COMPANY", keyword="Seal here", keywordIndex=index)])
    assert (reply.code, reply.envelope["responseCode"]) == (1108, "11011108") and contract.status == "DRAFT"


def test_an_offset_moves_the_place_away_from_its_keyword(draft, own):
    contract = draft([company(own)], words_at_known_places())
    contract.send([contract.at_action(0, type="COMPANY", keyword="Seal here", offsetX="0.05", offsetY=-0.02)])
    page, x, y = HITS[0]
    assert_at(contract.places(0)[0], (page, x + 0.05 * A4[0], y - 0.02 * A4[1]))


def test_a_keyword_wins_over_a_page(draft, own):
    contract = draft([company(own)], words_at_known_places())
    contract.send([contract.at_action(0, type="COMPANY", keyword="Seal here", page=99, keywordIndex=2)])
    assert_at(contract.places(0)[0], HITS[1])


def test_one_missing_keyword_fails_all_unless_some_are_enough(draft, own):
    contract = draft([company(own)], words_at_known_places())
    stampers = [contract.at_action(0, type="COMPANY", keyword=word) for word in ("Seal here", "Nowhere")]
    assert contract.try_send(stampers).code == 1108 and contract.status == "DRAFT"
    assert contract.try_send(stampers[1:], locateAllStamperKeywords=False).code == 1108
    contract.send(stampers, locateAllStamperKeywords=False)
    assert len(contract.places(0)) == 1


@pytest.mark.parametrize("page, pages", [(1, [1]), ("2", [2]), (0, [1, 2, 3]), (-1, [3])])
def test_a_page_is_counted_from_one_or_from_the_end_or_is_every_page(draft, own, page, pages):
    contract = draft([company(own)], plain_pages(3))
    contract.send([contract.at_action(0, **on_page("COMPANY", page, 0.25, 0.5))])
    places = contract.places(0)
    assert [place["page"] for place in places] == pages
    assert all((place["offsetX"], place["offsetY"]) == pytest.approx((0.25, 0.5)) for place in places)


@pytest.mark.parametrize("page", [4, -4, 5000])
def test_a_page_beyond_the_document_is_refused(draft, own, page):
    contract = draft([company(own)], plain_pages(3))
    reply = contract.try_send([contract.at_action(0, **on_page("COMPANY", page))])
    assert (reply.code, reply.envelope["responseCode"]) == (1109, "11011109") and contract.status == "DRAFT"


@pytest.mark.parametrize("kind, config, pages", [
    ("ACROSS_PAGE", None, [1, 2, 3, 4, 5]), ("ACROSS_PAGE_ODD", None, [1, 3, 5]), ("ACROSS_PAGE_EVEN", None, [2, 4]),
    ("ACROSS_PAGE_SCOPE", "2,4 ~ 5", [2, 4, 5]), ("ACROSS_PAGE_SCOPE", "1～2，5", [1, 2, 5])])
def test_an_across_page_seal_is_cut_into_as_many_strips_as_pages(draft, own, verdict, kind, config, pages):
    contract = draft([company(own)], plain_pages(5))
    contract.send([contract.at_action(0, type=kind, offsetY=0.5, sealPageConfig=config)])
    places = contract.places(0)
    assert [place["page"] for place in places] == pages
    assert all(place["offsetX"] + place["width"] == pytest.approx(1) for place in places)
    assert sum(place["width"] for place in places) * A4[0] == pytest.approx(42 * MILLIMETRE, abs=0.5)
    contract.seal()
    assert verdict(contract.download()).intact


def test_an_across_page_seal_may_run_over_all_documents(draft, own, verdict):
    contract = draft([company(own)], plain_pages(1))
    contract.add_file(plain_pages(2), "附件")
    stamper = {"actionId": contract.action(0), "type": "ACROSS_PAGE", "acrossType": "ALL_DOCUMENT", "offsetY": 0.5}
    contract.send([stamper])
    places = contract.places(0)
    assert [(place["documentId"], place["page"]) for place in places] == [
        (contract.documents[0], 1), (contract.documents[1], 1), (contract.documents[1], 2)]
    contract.seal()
    assert all(verdict(contract.download(number)).intact for number in (0, 1))


def test_a_single_page_gets_no_across_page_seal_and_keeps_the_others(draft, own):
    contract = draft([company(own)], plain_pages(1))
    contract.send([contract.at_action(0, type="ACROSS_PAGE", offsetY=0.5), contract.at_action(0, **on_page("COMPANY"))])
    assert [place["type"] for place in contract.places(0)] == ["COMPANY"]


@pytest.mark.parametrize("config, code", [("2,9", 1109), ("1~9", 1109), ("x", 1005), ("3~1", 1005), ("0", 1005), ("", 1005), (None, 1005)])
def test_a_scope_that_cannot_be_is_refused(draft, own, config, code):
    contract = draft([company(own)], plain_pages(5))
    stamper = contract.at_action(0, type="ACROSS_PAGE_SCOPE", offsetY=0.5, sealPageConfig=config)
    assert contract.try_send([stamper]).code == code and contract.status == "DRAFT"


@pytest.mark.parametrize("pattern", [{}, *({"datePattern": word} for word in ("HYPHEN", "Chinese", "ALL_Chinese", "ENGLISH", "all_chinese")),
                                     {"datePatterns": ["ENGLISH", "HYPHEN"]}], ids=str)
@pytest.mark.parametrize("moment", ["send", "sign"])
def test_a_date_is_drawn_in_every_pattern(draft, own, verdict, pattern, moment):
    contract = draft([company(own)])
    stampers = [on_page("COMPANY"), on_page("TIMESTAMP", 1, 0.5, 0.5, width=50, **pattern)]
    if moment == "send":
        contract.send([contract.at_action(0, **stamper) for stamper in stampers])
        contract.seal()
    else:
        contract.send()
        contract.seal(stampers=[{"documentId": contract.documents[0], **stamper} for stamper in stampers])
    found = verdict(contract.download())
    assert contract.status == "COMPLETE" and found.intact


@pytest.mark.parametrize("size, width", [({"width": 60}, 60), ({"width": "10"}, 10), ({"height": 32}, None), ({"width": 60, "height": 48}, 60)])
def test_a_signature_has_the_width_that_is_asked_for(draft, size, width):
    usual, asked = draft([signer(WANG)]), draft([signer(WANG)])
    usual.send([usual.at_party(0, **on_page("PERSONAL"))])
    asked.send([asked.at_party(0, **on_page("PERSONAL", **size))])
    ratio = usual.places(0)[0]["width"] / usual.places(0)[0]["height"]
    place = asked.places(0)[0]
    assert place["width"] / place["height"] == pytest.approx(ratio)
    if width is None:
        assert place["height"] * A4[1] == pytest.approx(size["height"] * MILLIMETRE)
    else:
        assert place["width"] * A4[0] == pytest.approx(width * MILLIMETRE)


def test_a_seal_keeps_its_true_size_whatever_is_asked_for(draft, own):
    contract = draft([company(own)])
    contract.send([contract.at_action(0, **on_page("COMPANY", width=100, height=40))])
    assert contract.places(0)[0]["width"] * A4[0] == pytest.approx(42 * MILLIMETRE, abs=0.5)


def test_an_image_that_would_leave_the_page_is_moved_back(draft, own):
    contract = draft([company(own)])
    contract.send([contract.at_action(0, **on_page("COMPANY", x=0.99, y=0.99))])
    place = contract.places(0)[0]
    assert place["offsetX"] + place["width"] == pytest.approx(1) and place["offsetY"] + place["height"] == pytest.approx(1)


@pytest.mark.parametrize("degrees", [0, 45, "90.5", 360])
@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_images_are_turned_on_turned_pages(draft, own, verdict, degrees, rotate):
    contract = draft([company(own)], make_pdf([[(72, 700, "Turned")]], rotate=rotate))
    contract.send([contract.at_action(0, **on_page("COMPANY", rotationDegrees=degrees))])
    assert contract.places(0)[0].get("rotationDegrees", 0) == pytest.approx(float(degrees) % 360)
    contract.seal()
    assert verdict(contract.download()).intact


def test_positions_count_wherever_they_are_given(api, server, own, verdict):
    """At draft, with the file, when sending, and when sealing."""
    at_draft = on_page("COMPANY", 1, 0.1, 0.1)
    sealing = {"type": "COMPANY", "serialNo": 1, "stampers": [at_draft]}
    contract = Contract(api, server, [company(own, [sealing]), signer(WANG, stampers=[on_page("PERSONAL", 1, 0.6, 0.1)])])
    with_file = [{"actionId": contract.action(0), **on_page("COMPANY", 1, 0.1, 0.4)}]
    contract.add_file(plain_pages(2), stampers=with_file)
    contract.send()
    assert [place["offsetY"] for place in contract.places(0)] == pytest.approx([0.1, 0.4])
    assert [place["offsetX"] for place in contract.places(1)] == pytest.approx([0.6])
    contract.seal(stampers=[{"documentId": contract.documents[0], **on_page("COMPANY", 2, 0.1, 0.7)}])
    contract.sign_by_page(WANG)
    found = verdict(contract.download())
    assert contract.status == "COMPLETE" and found.intact
    assert found.signers in ([own, "王五"], [own, own, "王五"])


def test_positions_sent_replace_the_earlier_ones_of_the_same_node_alone(api, server, own):
    sealing = {"type": "COMPANY", "serialNo": 1, "stampers": [on_page("COMPANY", 1, 0.1, 0.1)]}
    contract = Contract(api, server, [company(own, [sealing]), signer(WANG, stampers=[on_page("PERSONAL", 1, 0.6, 0.1)])])
    contract.add_file(plain_pages(2))
    contract.send([contract.at_action(0, **on_page("COMPANY", 1, 0.3, 0.3))])
    assert [place["offsetX"] for place in contract.places(0)] == pytest.approx([0.3])
    assert [place["offsetX"] for place in contract.places(1)] == pytest.approx([0.6])


def test_sealing_without_any_position_is_refused_and_may_be_tried_again(draft, own, verdict):
    contract = draft([company(own)])
    contract.send()
    file = contract.download()
    assert contract.try_seal().code == 1005
    assert contract.download() == file and contract.nodes(0) == ["START"]
    contract.seal(stampers=[{"documentId": contract.documents[0], **on_page("COMPANY")}])
    assert contract.status == "COMPLETE" and verdict(contract.download()).intact


def test_a_node_seals_with_the_seal_that_is_named(draft, own, api):
    seals = [seal["id"] for seal in api.ok(api.get("/v2/seal/list"))["list"] if seal["sealType"] != "LP"]
    assert len(seals) == 2
    contract = draft([company(own, [{"type": "COMPANY", "serialNo": 1, "corpSealIds": seals}])])
    contract.send([contract.at_action(0, **on_page("COMPANY"))])
    assert contract.try_seal().code == 1005
    contract.seal(sealId=seals[1])
    assert contract.detail()["signatories"][0]["actions"][0]["sealId"] == seals[1]


# ---------------------------------------------------------------------------------------------- files in and out


def test_documents_stand_in_the_order_they_are_sorted(api, server, own):
    contract = Contract(api, server, [company(own)])
    for title, sort in (("第三", "5"), ("第一", "-2"), ("第二", "-1")):
        contract.add_file(plain_pages(1), title, documentSort=sort)
    assert [document["title"] for document in contract.detail()["documents"]] == ["第一", "第二", "第三"]


def test_the_archive_holds_every_document_as_it_is(draft, own, api):
    contract = draft([company(own)])
    contract.add_file(plain_pages(1), "附件/一")
    contract.send([contract.at_action(0, **on_page("COMPANY"))])
    contract.seal()
    reply = api.get("/v2/contract/download", contractId=contract.id, downloadItems="CONTRACT")
    assert reply.status == 200 and reply.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(reply.body)) as archive:
        assert archive.testzip() is None
        assert all("/" not in name for name in archive.namelist())
        assert sorted(archive.read(name) for name in archive.namelist()) == sorted(contract.download(n) for n in (0, 1))


def test_one_file_comes_bare_when_asked(draft, own, api):
    contract = draft([company(own)])
    reply = api.get("/v2/contract/download", contractId=contract.id, downloadItems="CONTRACT", needCompressForOneFile="false")
    assert reply.headers["content-type"] == "application/pdf" and reply.body == contract.download()


def test_by_default_the_archive_brings_the_log(draft, own, api):
    contract = draft([company(own)])
    reply = api.get("/v2/contract/download", contractId=contract.id)
    with zipfile.ZipFile(io.BytesIO(reply.body)) as archive:
        assert len(archive.namelist()) == 2


def test_a_download_by_post_and_by_business_number_is_the_same(api, server, own):
    number = f"业务 {uuid.uuid4()}"
    contract = Contract(api, server, [company(own)], bizId=number)
    contract.add_file(plain_pages(1))
    assert api.post("/v2/document/download", {"documentId": contract.documents[0]}).body == contract.download()
    assert api.ok(api.get("/v2/contract/detail", bizId=number, tenantName=own))["id"] == contract.id
    assert api.get("/v2/contract/download", bizId=number).status == 200


def test_a_draft_may_be_written_over_and_keeps_its_id_and_files(api, server, own):
    contract = Contract(api, server, [company(own)], bizId=str(uuid.uuid4()))
    contract.add_file(plain_pages(1))
    biz = contract.detail()["bizId"]
    for wanted in ({"id": contract.id}, {"bizId": biz}):
        again = api.ok(api.post("/v2/contract/draft", {**wanted, "subject": "改过的", "signatories": [signer(WANG)]}))
        assert (again["id"], again["subject"], again["bizId"]) == (contract.id, "改过的", biz)
        assert [document["id"] for document in again["documents"]] == contract.documents
    api.ok(api.post("/v2/contract/send", {"contractId": contract.id, "stampers": [
        {"signatoryId": again["signatories"][0]["id"], "documentId": contract.documents[0], **on_page("PERSONAL")}]}))
    assert api.post("/v2/contract/draft", {"bizId": biz, "subject": "x", "signatories": []}).code == 1112
    assert api.post("/v2/contract/draft", {"id": contract.id, "subject": "x", "signatories": []}).code == 1101
    assert contract.try_file(plain_pages(1)).code == 1101
    assert contract.try_send().code == 1101


def test_what_the_server_signs_it_also_verifies(draft, own, api):
    contract = draft([company(own)])
    contract.send([contract.at_action(0, **on_page("COMPANY"))])
    contract.seal()
    pdf = contract.download()
    report = api.ok(api.upload("/v2/verify", {}, [("file", "a.pdf", pdf)]))
    assert (report["statusCode"], report["documentModified"], len(report["signatureInfos"])) == (0, False, 1)
    spot = pdf.index(b"invented") if b"invented" in pdf else 700
    forged = pdf[:spot] + bytes([pdf[spot] ^ 1]) + pdf[spot + 1:]
    report = api.ok(api.upload("/v2/verify", {}, [("file", "a.pdf", forged)]))
    assert (report["statusCode"], report["documentModified"]) == (1, True)


def pixels_of(picture: str, folder: pathlib.Path) -> tuple[int, int, list[tuple[int, int, int]]]:
    """Width, height and colours of a PNG in Base64."""
    file = folder / "picture.png"
    file.write_bytes(base64.b64decode(picture))
    drawn = subprocess.run(["mutool", "draw", "-q", "-F", "ppm", "-r", "96", "-o", "-", file], capture_output=True, check=True, timeout=60).stdout
    kind, size, depth, samples = drawn.split(b"\n", 3)
    assert (kind, depth) == (b"P6", b"255")
    width, height = map(int, size.split())
    return width, height, [tuple(samples[i:i + 3]) for i in range(0, width * height * 3, 3)]


def test_verifying_tells_of_the_certificate_and_shows_the_seal_when_asked_to(draft, own, api, tmp_path):
    contract = draft([company(own), signer(WANG)])
    contract.send([contract.at_action(0, **on_page("COMPANY")), contract.at_party(1, **on_page("PERSONAL", x=0.5))])
    contract.seal()
    contract.sign_by_page(WANG)
    pdf = contract.download()
    plain = api.ok(api.upload("/v2/verify", {"showImg": "false"}, [("file", "a.pdf", pdf)]))["signatureInfos"]
    assert not any("sealImage" in one for one in plain)
    seal, signature = api.ok(api.upload("/v2/verify", {"showImg": "True"}, [("file", "a.pdf", pdf)]))["signatureInfos"]
    assert own in seal["certDN"] and seal["certIssuer"].startswith("Signet") and seal["valid"] and not seal["modified"]
    assert seal["certNotBefore"] <= seal["signTime"] < seal["certNotAfter"]
    width, height, pixels = pixels_of(seal["sealImage"], tmp_path)
    assert abs(width - height) <= 2, "a round seal"
    red = sum(r > 150 and g < 110 and b < 110 for r, g, b in pixels)
    assert 0.05 < red / len(pixels) < 0.6
    width, height, pixels = pixels_of(signature["sealImage"], tmp_path)
    assert width > height and any(sum(pixel) < 200 for pixel in pixels), "ink"


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))), ids=str)
def test_whatever_the_order_of_signing_every_signature_holds(draft, own, verdict, order):
    contract = draft([company(own), signer(WANG), signer(ZHAO)], ordinal=False)
    contract.send([contract.at_action(0, **on_page("COMPANY")), contract.at_party(1, **on_page("PERSONAL", x=0.5)),
                   contract.at_party(2, **on_page("PERSONAL", x=0.7))])
    acts = [contract.seal, lambda: contract.sign_by_page(WANG), lambda: contract.sign_by_page(ZHAO)]
    for number in order:
        assert contract.status == "SIGNING"
        acts[number]()
    found = verdict(contract.download())
    assert contract.status == "COMPLETE" and found.intact
    assert found.signers == [[own, "王五", "赵六"][number] for number in order]


# ---------------------------------------------------------------------------------------------- names, deadlines


NAMES = ["欧阳娜娜", "O'Brien \"Q\" <b>&amp;", "𠮷野家", "x\\y(z)", "Ünal-Øre", "令" * 20]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_kept_as_it_is_and_signs(draft, verdict, name):
    who = user(name, "13800000301")
    contract = draft([signer(who)], subject=f"合同 {name}"[:100])
    contract.send([contract.at_party(0, **on_page("PERSONAL"))])
    contract.sign_by_page(who)
    found = verdict(contract.download())
    assert found.intact and found.report["signatures"][0]["reason"] == f"合同 {name}"[:100]
    assert contract.detail()["signatories"][0]["tenantName"] == name


@pytest.mark.parametrize("name, code", [("李", 1005), ("字" * 41, 1011), ("شركة خيالية", 1005), ("甲\n乙", 1005), ("😀😀", 1005)])
def test_a_company_whose_seal_cannot_be_drawn_is_refused_before_anybody_waits_for_it(draft, server, own, api, name, code):
    contract = draft([company(own), company(name, receiver=LI)])
    reply = contract.try_send([contract.at_action(0, **on_page("COMPANY"))])
    assert reply.code == code and "signatories[1].tenantName" in reply.envelope["message"] and contract.status == "DRAFT"
    done = completed(draft, server, own)
    late = api.post("/v2/signatory/add", {"contractId": done.id, "signatory": company(name, receiver=LI)})
    assert late.code == code and done.status == "COMPLETE"


def test_a_contract_whose_deadline_has_passed_is_signed_no_more(draft, own, api):
    deadline = datetime.datetime.now(ZoneInfo("Asia/Shanghai")) + datetime.timedelta(seconds=4)
    contract = draft([company(own), signer(WANG)], ordinal=False, expireTime=deadline.strftime("%Y-%m-%d %H:%M:%S"))
    contract.send([contract.at_action(0, **on_page("COMPANY")), contract.at_party(1, **on_page("PERSONAL", x=0.6))])
    page = contract.page(WANG)
    code = page.ask_for_code(WANG["contact"])
    file = contract.download()
    while datetime.datetime.now(ZoneInfo("Asia/Shanghai")) <= deadline:
        time.sleep(0.1)
    with pytest.raises(PageError) as refusal:
        page.sign(code, typed="王五")
    assert refusal.value.status == 409
    assert contract.try_seal().code == 1101
    assert (contract.status, contract.statuses(), contract.nodes(0)) == ("EXPIRED", ["EXPIRED", "EXPIRED"], ["STOP"])
    assert contract.download() == file


def test_a_page_may_place_signatures_where_none_were_asked_for(draft, verdict):
    contract = draft([signer(WANG), signer(ZHAO)], ordinal=False)
    contract.send()
    for who in (WANG, ZHAO):
        page = contract.page(who)
        assert page.task["freePlacement"]
        code = page.ask_for_code(who["contact"])
        with pytest.raises(PageError):
            page.sign(code, typed=who["name"])
        spots = [{"documentId": contract.documents[0], "page": 1, "x": 0.2, "y": 0.2}, {"documentId": contract.documents[0], "page": 2, "x": 0.999, "y": 0.5}]
        page.sign(code, typed=who["name"], places=spots)
    found = verdict(contract.download())
    assert contract.status == "COMPLETE" and found.intact and found.signers == ["王五", "赵六"]
