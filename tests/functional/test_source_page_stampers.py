"""The table of places (Stamper) of the page 添加签署方, row by row: a party is added with it, signs, and the page is looked at.

Two renderers that are not ours draw every page; what the signature added must lie where the rule says within half a millimetre, and nothing
else may have been added anywhere.
"""
from __future__ import annotations

import pytest

from support.added_parties import (CORNER, HEIGHT, LEGAL_SEAL, POINT, SEAL, SIGNATURE, WIDTH, Look, add, complete_contract,
                                   refused_as, seal_at, signature_at, strips, turned_corner)
from support.contracts import Contract, company, person, user, verify
from support.pdfs import A4, make_pdf, plain_pages
from support.pictures import RENDERERS, Box, likeness, marks, turned

ZHAO = user("赵六", "zhao.liu@example.com")
LI = user("李四", "13800000004")
SEAL_KEEPER = user("演示员工甲", "10000000001")
OUTSIDERS = "远方贸易（虚构）有限公司"
DATE_SIZE = (40.0, 6.15)

INVALID, NO_KEYWORD, NO_PAGE, WRONG_TYPE = "11990005", "11011108", "11011109", "11011106"


@pytest.fixture
def own(server) -> str:
    return server.demo["companyName"]


@pytest.fixture
def complete(api, server):
    """A function that completes a contract with the files given, else with one of three pages."""
    return lambda *files: complete_contract(api, server, list(files) or [plain_pages(3)])


def at(contract: Contract, kind: str, page: int | str | None = 1, x=0.1, y=0.1, document: int = 0, **more) -> dict:
    place = {"type": kind, "documentId": contract.documents[document], "page": page, "offsetX": x, "offsetY": y, **more}
    return {name: value for name, value in place.items() if value is not None}


def date_at(x: float, y: float, width: float = DATE_SIZE[0]) -> Box:
    """The ink of a date at fractions of an A4 page: a digit has a little white of its own on both sides."""
    white = 0.011 * width
    return Box.at(x * WIDTH + white, y * HEIGHT, width - 2 * white, width * DATE_SIZE[1] / DATE_SIZE[0])


def across(contract: Contract, kind: str = "ACROSS_PAGE", y=0.5, document: int = 0, **more) -> dict:
    place = {"type": kind, "documentId": contract.documents[document], "offsetY": y, **more}
    return {name: value for name, value in place.items() if value is not None}


def signer_with(*stampers: dict) -> dict:
    return person(ZHAO["name"], ZHAO["contact"], stampers=list(stampers))


def sealer_with(own: str, *stampers: dict) -> dict:
    """Our own company, which seals without a page."""
    return company(own, [{"type": "COMPANY", "serialNo": 0, "stampers": list(stampers)}])


def signed(contract: Contract, *stampers: dict, who: dict = ZHAO, **fields) -> Look:
    """A person is added with these places and signs with a signature that fills its box."""
    add(contract, signer_with(*stampers), **fields)
    look = Look(contract, lambda: contract.sign_by_page(who, strokes=CORNER))
    assert contract.status == "COMPLETE"
    return look


def sealed(contract: Contract, own: str, *stampers: dict, **fields) -> Look:
    """Our own company is added with these places and seals."""
    add(contract, sealer_with(own, *stampers), **fields)
    look = Look(contract, contract.seal)
    assert contract.status == "COMPLETE"
    return look


# ---------------------------------------------------------------------------------------------- type


def test_the_seal_of_the_own_company_stands_at_its_place(complete, own):
    contract = complete()
    sealed(contract, own, at(contract, "COMPANY", 2, 0.3, 0.4)).assert_marks({(0, 2): [seal_at(0.3, 0.4)]})


def test_the_seal_of_another_company_stands_at_its_place(complete, server, tmp_path):
    contract = complete()
    sealing = {"type": "COMPANY", "serialNo": 0, "stampers": [at(contract, "COMPANY", 2, 0.3, 0.4)]}
    add(contract, company(OUTSIDERS, [sealing], receiver=LI))
    Look(contract, lambda: contract.sign_by_page(LI)).assert_marks({(0, 2): [seal_at(0.3, 0.4)]})
    assert verify(contract.download(), tmp_path, server).signers == ["王五", OUTSIDERS]


def test_the_signature_of_a_person_stands_at_its_place(complete):
    contract = complete()
    signed(contract, at(contract, "PERSONAL", 2, 0.3, 0.4)).assert_marks({(0, 2): [signature_at(0.3, 0.4)]})


@pytest.mark.parametrize("node", ["OPERATOR", "PERSONAL"])
def test_the_signature_of_a_companys_person_stands_at_its_place(complete, node):
    contract = complete()
    add(contract, company(OUTSIDERS, [{"type": node, "serialNo": 0, "stampers": [at(contract, "PERSONAL", 3, 0.3, 0.4)]}], receiver=LI))
    Look(contract, lambda: contract.sign_by_page(LI, strokes=CORNER)).assert_marks({(0, 3): [signature_at(0.3, 0.4)]})


def test_the_seal_of_the_own_legal_representative_stands_at_its_place(complete, own):
    contract = complete()
    node = {"type": "LP", "serialNo": 0, "corpOperators": [SEAL_KEEPER], "stampers": [at(contract, "LP", 1, 0.5, 0.25)]}
    add(contract, company(own, [node]))
    page = contract.page(SEAL_KEEPER)
    code = page.ask_for_code(SEAL_KEEPER["contact"])
    Look(contract, lambda: page.sign(code)).assert_marks({(0, 1): [seal_at(0.5, 0.25, LEGAL_SEAL)]})


def test_the_signature_of_another_companys_legal_representative_stands_at_its_place(complete):
    contract = complete()
    add(contract, company(OUTSIDERS, [{"type": "LP", "serialNo": 0, "stampers": [at(contract, "LP", 1, 0.5, 0.25)]}], receiver=LI))
    Look(contract, lambda: contract.sign_by_page(LI, strokes=CORNER)).assert_marks({(0, 1): [signature_at(0.5, 0.25)]})


def test_the_date_of_a_persons_signature_stands_at_its_place(complete):
    contract = complete()
    look = signed(contract, at(contract, "PERSONAL", 1, 0.1, 0.5), at(contract, "TIMESTAMP", 1, 0.5, 0.5))
    look.assert_marks({(0, 1): [signature_at(0.1, 0.5), date_at(0.5, 0.5)]})


def test_the_date_of_a_companys_seal_stands_at_its_place(complete, own):
    contract = complete()
    look = sealed(contract, own, at(contract, "COMPANY", 1, 0.1, 0.5), at(contract, "TIMESTAMP", 2, 0.5, 0.5))
    look.assert_marks({(0, 1): [seal_at(0.1, 0.5)], (0, 2): [date_at(0.5, 0.5)]})


@pytest.mark.parametrize("kind, pages", [("ACROSS_PAGE", [1, 2, 3, 4, 5]), ("ACROSS_PAGE_ODD", [1, 3, 5]), ("ACROSS_PAGE_EVEN", [2, 4])])
def test_a_seal_across_the_edges_is_cut_into_a_strip_for_each_of_its_pages(complete, own, kind, pages):
    contract = complete(plain_pages(5))
    look = sealed(contract, own, across(contract, kind, 0.4))
    look.assert_marks({(0, page): [strip] for page, strip in zip(pages, strips(len(pages), 0.4))})


def test_another_company_seals_across_the_edges_too(complete):
    contract = complete(plain_pages(4))
    sealing = {"type": "COMPANY", "serialNo": 0, "stampers": [across(contract, "ACROSS_PAGE_SCOPE", 0.4, sealPageConfig="1,3~4")]}
    add(contract, company(OUTSIDERS, [sealing], receiver=LI))
    look = Look(contract, lambda: contract.sign_by_page(LI))
    look.assert_marks({(0, page): [strip] for page, strip in zip([1, 3, 4], strips(3, 0.4))})


@pytest.mark.parametrize("renderer", RENDERERS)
def test_the_strips_side_by_side_are_the_seal(complete, own, renderer):
    contract = complete(plain_pages(3))
    look = sealed(contract, own, at(contract, "COMPANY", 1, 0.1, 0.1), across(contract, y=0.5))
    whole = look.pictures(0, 1, renderer)[1].cut(seal_at(0.1, 0.1))
    cuts = [look.pictures(0, page, renderer)[1].cut(Box.at(WIDTH - 14, 0.5 * HEIGHT, 14, 42)) for page in (1, 2, 3)]
    in_order = [sum(row, []) for row in zip(*cuts)]
    backwards = [sum(row, []) for row in zip(*cuts[::-1])]
    assert likeness(whole, in_order) > 0.95 > 0.8 > likeness(whole, backwards)


@pytest.mark.parametrize("node, unsuitable", [
    ("COMPANY", ["PERSONAL", "LP"]), ("LP", ["COMPANY", "PERSONAL", "ACROSS_PAGE"]),
    ("OPERATOR", ["COMPANY", "LP", "ACROSS_PAGE_ODD"]), ("PERSONAL", ["COMPANY", "LP", "ACROSS_PAGE_SCOPE"])])
def test_a_place_of_a_type_that_does_not_suit_its_node_is_refused(complete, node, unsuitable):
    contract = complete()
    for kind in unsuitable:
        nodes = [{"type": node, "serialNo": 0, "stampers": [at(contract, kind, sealPageConfig="1,2")]}]
        refused_as(contract, WRONG_TYPE, company(OUTSIDERS, nodes, receiver=LI))


@pytest.mark.parametrize("kind", ["COMPANY", "LP", "ACROSS_PAGE", "ACROSS_PAGE_ODD", "ACROSS_PAGE_EVEN", "ACROSS_PAGE_SCOPE"])
def test_a_person_has_no_seal_to_place(complete, kind):
    contract = complete()
    refused_as(contract, WRONG_TYPE, signer_with(at(contract, kind, sealPageConfig="1,2")))


@pytest.mark.parametrize("kind", [None, "", "SEAL", "personal", 7])
def test_a_type_that_is_none_is_refused(complete, kind):
    contract = complete()
    assert "type" in refused_as(contract, INVALID, signer_with({**at(contract, "PERSONAL"), "type": kind}))


# ---------------------------------------------------------------------------------------------- acrossType


@pytest.mark.parametrize("given", [None, "SINGLE_DOCUMENT"])
@pytest.mark.parametrize("counts", [(2, 3), (3, 2, 4)], ids=str)
def test_by_default_each_document_gets_a_seal_across_its_own_pages(complete, own, given, counts):
    contract = complete(*map(plain_pages, counts))
    look = sealed(contract, own, across(contract, y=0.3, acrossType=given, documentIds=",".join(contract.documents)))
    look.assert_marks({(document, page): [strip] for document, count in enumerate(counts)
                       for page, strip in enumerate(strips(count, 0.3), 1)})


@pytest.mark.parametrize("counts", [(2, 3), (1, 2, 1)], ids=str)
@pytest.mark.parametrize("named", ["all", "one", "none"])
def test_all_documents_may_share_one_seal_across_their_pages(complete, own, counts, named):
    """documentId is a required member, so naming one document does not take the others out of the run."""
    contract = complete(*map(plain_pages, counts))
    documents = {"all": {"documentIds": ",".join(contract.documents)}, "one": {}, "none": {"documentId": None}}[named]
    look = sealed(contract, own, across(contract, y=0.3, acrossType="ALL_DOCUMENT", **documents))
    run = [(document, page) for document, count in enumerate(counts) for page in range(1, count + 1)]
    look.assert_marks({place: [strip] for place, strip in zip(run, strips(len(run), 0.3))})


def test_documents_that_are_named_alone_share_the_seal_in_the_order_of_the_contract(complete, own):
    contract = complete(plain_pages(2), plain_pages(2), plain_pages(2))
    first, _, third = contract.documents
    look = sealed(contract, own, across(contract, y=0.3, acrossType="ALL_DOCUMENT", documentIds=f"{third},{first}"))
    look.assert_marks({place: [strip] for place, strip in zip([(0, 1), (0, 2), (2, 1), (2, 2)], strips(4, 0.3))})


@pytest.mark.parametrize("kind, config, run", [
    ("ACROSS_PAGE_ODD", None, [(0, 1), (0, 3), (1, 2)]), ("ACROSS_PAGE_EVEN", None, [(0, 2), (1, 1), (1, 3)]),
    ("ACROSS_PAGE_SCOPE", "2,4~5", [(0, 2), (1, 1), (1, 2)])])
def test_pages_of_merged_documents_are_counted_through(complete, own, kind, config, run):
    contract = complete(plain_pages(3), plain_pages(3))
    look = sealed(contract, own, across(contract, kind, 0.3, acrossType="ALL_DOCUMENT", sealPageConfig=config,
                                        documentIds=",".join(contract.documents)))
    look.assert_marks({place: [strip] for place, strip in zip(run, strips(3, 0.3))})


def test_a_page_beyond_all_merged_documents_is_refused(complete, own):
    contract = complete(plain_pages(3), plain_pages(3))
    place = across(contract, "ACROSS_PAGE_SCOPE", acrossType="ALL_DOCUMENT", sealPageConfig="2,7", documentIds=",".join(contract.documents))
    refused_as(contract, NO_PAGE, sealer_with(own, place))


@pytest.mark.parametrize("word", ["EVERY_DOCUMENT", "all_document", 1])
def test_an_across_type_that_is_none_is_refused(complete, own, word):
    contract = complete()
    assert "acrossType" in refused_as(contract, INVALID, sealer_with(own, across(contract, acrossType=word)))


# ---------------------------------------------------------------------------------------------- sealPageConfig


@pytest.mark.parametrize("config, pages", [
    ("2,4~7", [2, 4, 5, 6, 7]), ("2,4 ~ 7", [2, 4, 5, 6, 7]), (" 2 , 4~ 7 ", [2, 4, 5, 6, 7]), ("2，4～7", [2, 4, 5, 6, 7]),
    ("2,4-7", [2, 4, 5, 6, 7]), ("1,2~3", [1, 2, 3]), ("2,4 ~ 5,6 ~ 7", [2, 4, 5, 6, 7]), ("7,1", [1, 7]), ("3~4,4,3,4~5", [3, 4, 5]),
    ("1~7", [1, 2, 3, 4, 5, 6, 7]), ("2~2,5", [2, 5])])
def test_a_range_of_pages_is_read_in_every_spelling(complete, own, config, pages):
    contract = complete(plain_pages(7))
    look = sealed(contract, own, across(contract, "ACROSS_PAGE_SCOPE", 0.4, sealPageConfig=config))
    look.assert_marks({(0, page): [strip] for page, strip in zip(pages, strips(len(pages), 0.4))})


def test_a_range_of_one_page_leaves_only_the_other_places(complete, own):
    contract = complete()
    look = sealed(contract, own, across(contract, "ACROSS_PAGE_SCOPE", 0.4, sealPageConfig="2"), at(contract, "COMPANY", 3))
    look.assert_marks({(0, 3): [seal_at(0.1, 0.1)]})


@pytest.mark.parametrize("config", [None, "", " ", "x", "3~1", "0", "0~2", "-1", "1,,2", "1~", "~3", "1;2", "1~2~3", "1.5", "all",
                                    "99999999999999999999"])
def test_a_range_of_pages_that_is_missing_or_garbled_is_refused(complete, own, config):
    contract = complete()
    message = refused_as(contract, INVALID, sealer_with(own, across(contract, "ACROSS_PAGE_SCOPE", sealPageConfig=config)))
    assert "sealPageConfig" in message


@pytest.mark.parametrize("config", ["4", "1,4", "2~4", "1~2,1000"])
def test_a_range_beyond_the_document_is_refused(complete, own, config):
    contract = complete(plain_pages(3))
    refused_as(contract, NO_PAGE, sealer_with(own, across(contract, "ACROSS_PAGE_SCOPE", sealPageConfig=config)))


@pytest.mark.parametrize("kind, pages", [("ACROSS_PAGE", [1, 2, 3, 4]), ("ACROSS_PAGE_ODD", [1, 3])])
def test_a_range_of_pages_is_for_the_type_that_asks_for_one(complete, own, kind, pages):
    contract = complete(plain_pages(4))
    look = sealed(contract, own, across(contract, kind, 0.4, sealPageConfig="2,9"))
    look.assert_marks({(0, page): [strip] for page, strip in zip(pages, strips(len(pages), 0.4))})


# ---------------------------------------------------------------------------------------------- documentId, documentIds


def test_a_place_is_in_the_document_that_is_named(complete):
    contract = complete(plain_pages(1), plain_pages(2))
    signed(contract, at(contract, "PERSONAL", 2, 0.2, 0.3, document=1)).assert_marks({(1, 2): [signature_at(0.2, 0.3)]})


@pytest.mark.parametrize("written", ["text", "text with blanks", "list"])
def test_a_place_is_in_all_documents_that_are_listed(complete, written):
    contract = complete(plain_pages(1), plain_pages(1), plain_pages(2))
    first, _, third = contract.documents
    listed = {"text": f"{first},{third}", "text with blanks": f"{first}, {third}", "list": [first, third]}[written]
    place = at(contract, "PERSONAL", -1, 0.2, 0.3, document=1, documentIds=listed)
    signed(contract, place).assert_marks({(0, 1): [signature_at(0.2, 0.3)], (2, 2): [signature_at(0.2, 0.3)]})


@pytest.mark.parametrize("members", [{"documentId": None}, {"documentId": "3501234567890123777"}, {"documentId": "x"},
                                     {"documentIds": "3501234567890123777"}, {"documentIds": "1;2"}], ids=str)
def test_a_place_in_no_document_of_the_contract_is_refused(complete, members):
    contract = complete(plain_pages(1), plain_pages(1))
    assert "documentId" in refused_as(contract, INVALID, signer_with(at(contract, "PERSONAL", **members)))


def test_a_document_of_another_contract_is_none_of_this_ones(complete):
    contract, other = complete(), complete()
    refused_as(contract, INVALID, signer_with({**at(contract, "PERSONAL"), "documentId": other.documents[0]}))


# ---------------------------------------------------------------------------------------------- keyword, keywordIndex

#: Where the word stands, in reading order: page, and millimetres of its first letter's foot.
WORDS = [(1, 30.0, 250.0), (1, 30.0, 150.0), (1, 120.0, 150.0), (3, 60.0, 90.0)]
WORD = "Sign here"


def with_words() -> bytes:
    pages: list[list] = [[(72, 800, "An invented contract")] for _ in range(3)]
    for page, x, y in reversed(WORDS):
        pages[page - 1].append((x / POINT, y / POINT, WORD))
    return make_pdf(pages)


def by_keyword(contract: Contract, kind: str = "PERSONAL", keyword: str = WORD, **more) -> dict:
    return at(contract, kind, **{"page": None, "x": None, "y": None, "keyword": keyword, **more})


def beside_words(hits: list[int], dx: float = 0, dy: float = 0, box=signature_at) -> dict[tuple[int, int], list[Box]]:
    """Expected marks at the hits' lower left corners, moved by fractions of the page."""
    marks_of: dict[tuple[int, int], list[Box]] = {}
    for hit in hits:
        page, x, y = WORDS[hit]
        marks_of.setdefault((0, page), []).append(box(x / WIDTH + dx, y / HEIGHT + dy))
    return marks_of


@pytest.fixture(scope="module")
def word_box_bottom(api, server) -> float:
    """How far below the letters' feet the word's box begins, in millimetres: measured once, as both renderers show it."""
    contract = complete_contract(api, server, [with_words()])
    look = signed(contract, by_keyword(contract))
    below = [WORDS[0][2] - marks(*look.pictures(0, 1, renderer))[0].bottom for renderer in RENDERERS]
    assert below[0] == pytest.approx(below[1], abs=0.2)
    return sum(below) / len(below)


def test_a_keyword_names_the_lower_left_corner_of_its_box(complete):
    contract = complete(with_words())
    look = signed(contract, by_keyword(contract))
    for renderer in RENDERERS:
        [mark] = marks(*look.pictures(0, 1, renderer))
        assert abs(mark.left - WORDS[0][1]) <= 0.5
        assert -0.5 <= WORDS[0][2] - mark.bottom <= 12 * 0.25 * POINT + 0.5, "from the base line to the descender, no lower"


@pytest.mark.parametrize("index, hits", [(None, [0]), (1, [0]), (2, [1]), (3, [2]), ("4", [3]), (-1, [3]), (-2, [2]), (-4, [0]),
                                         (0, [0, 1, 2, 3])])
def test_a_keyword_is_counted_from_either_end_in_reading_order(complete, word_box_bottom, index, hits):
    contract = complete(with_words())
    look = signed(contract, by_keyword(contract, keywordIndex=index))
    look.assert_marks(beside_words(hits, dy=-word_box_bottom / HEIGHT))


@pytest.mark.parametrize("index", [5, -5, 999])
def test_a_keyword_beyond_the_last_is_not_found(complete, index):
    contract = complete(with_words())
    refused_as(contract, NO_KEYWORD, signer_with(by_keyword(contract, keywordIndex=index)))


def test_a_keyword_that_stands_nowhere_is_not_found(complete):
    contract = complete(with_words())
    refused_as(contract, NO_KEYWORD, signer_with(by_keyword(contract, keyword="Nowhere")))


def test_a_keyword_is_looked_for_in_its_own_document(complete, word_box_bottom):
    contract = complete(plain_pages(1), with_words())
    refused_as(contract, NO_KEYWORD, signer_with(by_keyword(contract)))
    look = signed(contract, by_keyword(contract, document=1))
    page, x, y = WORDS[0]
    look.assert_marks({(1, page): [Box.at(x, y - word_box_bottom, *SIGNATURE)]})


def test_a_keyword_counts_for_each_document_that_is_listed(complete, word_box_bottom):
    contract = complete(with_words(), with_words())
    look = signed(contract, by_keyword(contract, keywordIndex=-1, documentIds=",".join(contract.documents)))
    page, x, y = WORDS[-1]
    look.assert_marks({(document, page): [Box.at(x, y - word_box_bottom, *SIGNATURE)] for document in (0, 1)})


def test_a_keyword_wins_over_a_page(complete, word_box_bottom):
    contract = complete(with_words())
    look = signed(contract, by_keyword(contract, page=99, keywordIndex=2))
    look.assert_marks(beside_words([1], dy=-word_box_bottom / HEIGHT))


def test_a_keyword_of_blanks_is_none(complete):
    contract = complete(with_words())
    signed(contract, at(contract, "PERSONAL", 2, 0.2, 0.3, keyword="  ")).assert_marks({(0, 2): [signature_at(0.2, 0.3)]})


def test_seals_and_dates_are_placed_by_keyword_too(complete, own, word_box_bottom):
    contract = complete(with_words())
    look = sealed(contract, own, by_keyword(contract, "COMPANY", keywordIndex=1), by_keyword(contract, "TIMESTAMP", keywordIndex=-1))
    (_, x, y), (_, date_x, date_y) = WORDS[0], WORDS[-1]
    look.assert_marks({(0, 1): [Box.at(x, y - word_box_bottom, 42, 42)], (0, 3): [date_at(date_x / WIDTH, (date_y - word_box_bottom) / HEIGHT)]})


@pytest.mark.parametrize("word, index, x, y", [("甲方", 1, 90.0, 709.9), ("甲方签名", 1, 90.0, 148.2), ("甲方", -1, 90.0, 148.2),
                                               ("乙方签名：", -1, 384.1, 148.2)])
def test_chinese_keywords_are_found_in_a_real_contract(complete, contract_pdf, word, index, x, y):
    """x and y, in points, are where poppler's pdftotext finds the lower left corner of the word's box."""
    contract = complete(contract_pdf)
    look = signed(contract, by_keyword(contract, keyword=word, keywordIndex=index))
    look.assert_marks({(0, 1): [Box.at(x * POINT, y * POINT, *SIGNATURE)]})


# ---------------------------------------------------------------------------------------------- page


@pytest.mark.parametrize("page, pages", [(1, [1]), (2, [2]), ("3", [3]), (0, [1, 2, 3]), (-1, [3]), ("-1", [3]), (-2, [2])])
def test_a_page_is_counted_from_one_or_from_the_end_or_is_every_page(complete, page, pages):
    contract = complete(plain_pages(3))
    look = signed(contract, at(contract, "PERSONAL", page, 0.2, 0.3))
    look.assert_marks({(0, number): [signature_at(0.2, 0.3)] for number in pages})


@pytest.mark.parametrize("page", [4, -4, 999])
def test_a_page_beyond_the_document_is_refused(complete, page):
    contract = complete(plain_pages(3))
    refused_as(contract, NO_PAGE, signer_with(at(contract, "PERSONAL", page)))


@pytest.mark.parametrize("page", ["x", 1.5, None, [1]])
def test_a_page_that_is_no_number_is_refused(complete, page):
    contract = complete()
    refused_as(contract, INVALID, signer_with({**at(contract, "PERSONAL", None), "page": page}))


# ---------------------------------------------------------------------------------------------- offsetX, offsetY


@pytest.mark.parametrize("x, y", [(0, 0), (0.5, 0.25), ("0.123", "0.456"), (0.05, 0.9)])
def test_offsets_on_a_page_are_fractions_of_it_from_the_bottom_left(complete, x, y):
    contract = complete()
    signed(contract, at(contract, "PERSONAL", 2, x, y)).assert_marks({(0, 2): [signature_at(float(x), float(y))]})


def test_offsets_that_are_not_given_are_the_corner(complete):
    contract = complete()
    signed(contract, at(contract, "PERSONAL", 2, None, None)).assert_marks({(0, 2): [signature_at(0, 0)]})


@pytest.mark.parametrize("dx, dy", [(0.1, 0.05), (-0.1, -0.05), ("0.2", "-0.1"), (0, -0.035)])
def test_offsets_from_a_keyword_have_a_sign(complete, word_box_bottom, dx, dy):
    contract = complete(with_words())
    look = signed(contract, by_keyword(contract, x=dx, y=dy))
    look.assert_marks(beside_words([0], float(dx), float(dy) - word_box_bottom / HEIGHT))


@pytest.mark.parametrize("x, y", [(0.99, 0.99), (0.95, 0.2), (0.2, 0.98)])
def test_an_image_that_would_leave_the_page_is_moved_back(complete, x, y):
    contract = complete()
    place = Box.at(min(x * WIDTH, WIDTH - 40), min(y * HEIGHT, HEIGHT - 16), 40, 16)
    signed(contract, at(contract, "PERSONAL", 2, x, y)).assert_marks({(0, 2): [place]})


@pytest.mark.parametrize("members", [{"offsetX": 1}, {"offsetY": 1.5}, {"offsetX": -0.1}, {"offsetY": -0.0001}, {"offsetX": "left"},
                                     {"offsetY": True}], ids=str)
def test_an_offset_off_the_page_is_refused(complete, members):
    contract = complete()
    assert next(iter(members)) in refused_as(contract, INVALID, signer_with({**at(contract, "PERSONAL"), **members}))


@pytest.mark.parametrize("members", [{"offsetX": 1}, {"offsetY": -1}, {"offsetX": -1.5}], ids=str)
def test_an_offset_of_a_whole_page_from_a_keyword_is_refused(complete, members):
    contract = complete(with_words())
    assert next(iter(members)) in refused_as(contract, INVALID, signer_with({**by_keyword(contract), **members}))


@pytest.mark.parametrize("y", [None, 1, -0.1])
def test_a_seal_across_the_edges_needs_its_height(complete, own, y):
    contract = complete()
    assert "offsetY" in refused_as(contract, INVALID, sealer_with(own, across(contract, y=y)))


def test_a_seal_across_the_edges_lies_at_the_right_edge_whatever_its_offset(complete, own):
    contract = complete(plain_pages(2))
    look = sealed(contract, own, across(contract, y=0.2, offsetX=0.3))
    look.assert_marks({(0, page): [strip] for page, strip in zip((1, 2), strips(2, 0.2))})


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_fractions_are_of_the_page_as_it_is_displayed(complete, rotate):
    """A page as scanners make it: upright paper, turned by its own entry; and one that is broader than high."""
    lying = rotate in (90, 270)
    contract = complete(make_pdf([[(72, 400, "Turned")]] * 2, size=A4, rotate=rotate))
    width, height = (HEIGHT, WIDTH) if lying else (WIDTH, HEIGHT)
    look = signed(contract, at(contract, "PERSONAL", 2, 0.3, 0.2))
    look.assert_marks({(0, 2): [Box.at(0.3 * width, 0.2 * height, *SIGNATURE)]})


@pytest.mark.parametrize("rotate", [0, 90])
def test_fractions_are_of_the_part_of_the_page_that_is_displayed(complete, own, rotate):
    shown = (60, 120, 510, 720)
    contract = complete(make_pdf([[(120, 400, "Cropped")]] * 2, rotate=rotate, crop=shown))
    width, height = (shown[2] - shown[0]) * POINT, (shown[3] - shown[1]) * POINT
    if rotate == 90:
        width, height = height, width
    look = sealed(contract, own, at(contract, "COMPANY", 2, 0.3, 0.2), across(contract, y=0.6))
    pages = {(0, page): [strip] for page, strip in enumerate(strips(2, 0.6, width=width, height=height), 1)}
    look.assert_marks({**pages, (0, 2): [Box.at(0.3 * width, 0.2 * height, SEAL, SEAL), *pages[0, 2]]})


@pytest.mark.parametrize("rotate", [0, 90])
def test_a_seal_across_the_edges_of_lying_pages_lies_at_the_displayed_edge(complete, own, rotate):
    contract = complete(make_pdf([[(72, 400, "Lying")]] * 3, size=(A4[1], A4[0]) if rotate == 0 else A4, rotate=rotate))
    look = sealed(contract, own, across(contract, y=0.2))
    look.assert_marks({(0, page): [strip] for page, strip in enumerate(strips(3, 0.2, width=HEIGHT, height=WIDTH), 1)})


# ---------------------------------------------------------------------------------------------- width, height


@pytest.mark.parametrize("size, width", [
    ({"width": 10}, 10), ({"width": 120}, 120), ({"width": "60"}, 60), ({"height": 4}, 10), ({"height": 48}, 120), ({"height": 10}, 25),
    ({"width": 60, "height": 4}, 60), ({"width": 20, "height": 48}, 20)], ids=str)
def test_a_signature_is_as_wide_as_asked_for_and_keeps_its_shape(complete, size, width):
    contract = complete()
    look = signed(contract, at(contract, "PERSONAL", 2, 0.1, 0.3, **size))
    look.assert_marks({(0, 2): [turned_corner(signature_at(0.1, 0.3, width), 0)]})


@pytest.mark.parametrize("size, width", [({"width": 10}, 10), ({"width": 120}, 120), ({"height": 4}, 4 * DATE_SIZE[0] / DATE_SIZE[1]),
                                         ({"width": 60, "height": 4}, 60)], ids=str)
def test_a_date_is_as_wide_as_asked_for_and_keeps_its_shape(complete, size, width):
    contract = complete()
    look = signed(contract, at(contract, "PERSONAL", 1, 0.1, 0.1), at(contract, "TIMESTAMP", 2, 0.1, 0.3, **size))
    look.assert_marks({(0, 1): [signature_at(0.1, 0.1)], (0, 2): [date_at(0.1, 0.3, width)]})


@pytest.mark.parametrize("size", [{"width": 10}, {"height": 48}, {"width": 120, "height": 4}], ids=str)
def test_a_seal_keeps_its_true_size(complete, own, size):
    contract = complete()
    look = sealed(contract, own, at(contract, "COMPANY", 2, 0.1, 0.3, **size), across(contract, y=0.7, **size))
    pages = {(0, page): [strip] for page, strip in enumerate(strips(3, 0.7), 1)}
    look.assert_marks({**pages, (0, 2): [seal_at(0.1, 0.3), *pages[0, 2]]})


@pytest.mark.parametrize("members", [{"width": 9}, {"width": 121}, {"width": 0}, {"width": -40}, {"height": 3}, {"height": 49}, {"width": 40.5},
                                     {"height": "tall"}], ids=str)
@pytest.mark.parametrize("kind", ["PERSONAL", "TIMESTAMP"])
def test_a_size_beyond_its_limits_is_refused(complete, kind, members):
    contract = complete()
    assert next(iter(members)) in refused_as(contract, INVALID, signer_with(at(contract, kind, **members)))


# ---------------------------------------------------------------------------------------------- rotationDegrees


@pytest.mark.parametrize("degrees", [0, 10, "30", 45.5, 90, 135, 180, 270, 300, 359.5, 360])
def test_a_signature_is_turned_clockwise_about_its_middle(complete, degrees):
    contract = complete()
    look = signed(contract, at(contract, "PERSONAL", 2, 0.4, 0.4, rotationDegrees=degrees))
    look.assert_marks({(0, 2): [turned_corner(signature_at(0.4, 0.4), float(degrees))]})


@pytest.mark.parametrize("degrees", [90, 30])
@pytest.mark.parametrize("rotate", [90, 180, 270])
def test_a_turn_is_clockwise_for_the_reader_of_a_turned_page(complete, rotate, degrees):
    contract = complete(make_pdf([[(72, 400, "Turned")]] * 2, rotate=rotate))
    width, height = (HEIGHT, WIDTH) if rotate in (90, 270) else (WIDTH, HEIGHT)
    look = signed(contract, at(contract, "PERSONAL", 2, 0.4, 0.4, rotationDegrees=degrees))
    look.assert_marks({(0, 2): [turned_corner(Box.at(0.4 * width, 0.4 * height, *SIGNATURE), degrees)]})


def test_a_date_is_turned_about_its_middle(complete):
    contract = complete()
    look = signed(contract, at(contract, "PERSONAL", 1), at(contract, "TIMESTAMP", 2, 0.4, 0.4, rotationDegrees=90))
    lying = date_at(0.4, 0.4)
    (x, y), width, height = lying.middle, lying.width, lying.height
    look.assert_marks({(0, 1): [signature_at(0.1, 0.1)], (0, 2): [Box.at(x - height / 2, y - width / 2, height, width)]})


@pytest.mark.parametrize("renderer", RENDERERS)
def test_a_seal_is_turned_clockwise(complete, own, renderer):
    contract = complete()
    look = sealed(contract, own, at(contract, "COMPANY", 1, 0.3, 0.4), at(contract, "COMPANY", 2, 0.3, 0.4, rotationDegrees=90),
                  at(contract, "COMPANY", 3, 0.3, 0.4, rotationDegrees="180"))
    upright, quarter, half = (look.pictures(0, page, renderer)[1].cut(seal_at(0.3, 0.4)) for page in (1, 2, 3))
    assert likeness(turned(upright, 1), quarter) > 0.95 > 0.85 > likeness(turned(upright, 3), quarter)
    assert likeness(turned(upright, 2), half) > 0.95


def test_a_turned_seal_keeps_its_place(complete, own):
    contract = complete()
    angles = {1: 15, 2: 90, 3: 222.5}
    look = sealed(contract, own, *(at(contract, "COMPANY", page, 0.3, 0.4, rotationDegrees=angle) for page, angle in angles.items()))
    look.assert_marks({(0, page): [seal_at(0.3, 0.4)] for page in (1, 2, 3)})


def test_a_seal_across_the_edges_is_not_turned(complete, own):
    """Its strips would leave the pages they bind together."""
    contract = complete()
    look = sealed(contract, own, across(contract, y=0.4, rotationDegrees=90))
    look.assert_marks({(0, page): [strip] for page, strip in enumerate(strips(3, 0.4), 1)})


def test_a_legal_seal_is_turned_about_its_middle(complete, own):
    contract = complete()
    node = {"type": "LP", "serialNo": 0, "corpOperators": [SEAL_KEEPER], "stampers": [at(contract, "LP", 1, 0.5, 0.25, rotationDegrees=45)]}
    add(contract, company(own, [node]))
    page = contract.page(SEAL_KEEPER)
    code = page.ask_for_code(SEAL_KEEPER["contact"])
    look = Look(contract, lambda: page.sign(code))
    for renderer in RENDERERS:
        [mark] = marks(*look.pictures(0, 1, renderer))
        middle = seal_at(0.5, 0.25, LEGAL_SEAL).middle
        assert mark.middle == pytest.approx(middle, abs=0.5)
        # A square on its tip, the corners of which are rounded off.
        assert LEGAL_SEAL * 1.2 <= mark.width <= LEGAL_SEAL * 2 ** 0.5 + 0.5 and mark.width == pytest.approx(mark.height, abs=0.5)


@pytest.mark.parametrize("degrees", [-1, 360.5, 361, "round"])
@pytest.mark.parametrize("kind", ["PERSONAL", "TIMESTAMP"])
def test_a_turn_beyond_a_circle_is_refused(complete, kind, degrees):
    contract = complete()
    assert "rotationDegrees" in refused_as(contract, INVALID, signer_with(at(contract, kind, rotationDegrees=degrees)))


# ---------------------------------------------------------------------------------------------- locateAllStamperKeywords


def two_keywords(contract: Contract) -> dict:
    return signer_with(by_keyword(contract), by_keyword(contract, keyword="Nowhere"))


@pytest.mark.parametrize("fields", [{}, {"locateAllStamperKeywords": True}, {"locateAllStamperKeywords": "true"},
                                    {"locateAllStamperKeywords": None}], ids=str)
def test_every_keyword_must_be_found_unless_told_otherwise(complete, fields):
    contract = complete(with_words())
    refused_as(contract, NO_KEYWORD, two_keywords(contract), **fields)


@pytest.mark.parametrize("no", [False, "false"])
def test_one_keyword_that_is_found_may_be_enough(complete, word_box_bottom, no):
    contract = complete(with_words())
    look = signed(contract, by_keyword(contract), by_keyword(contract, keyword="Nowhere"), by_keyword(contract, keywordIndex=9),
                  locateAllStamperKeywords=no)
    look.assert_marks(beside_words([0], dy=-word_box_bottom / HEIGHT))


def test_one_keyword_must_be_found_even_so(complete):
    contract = complete(with_words())
    place = at(contract, "PERSONAL", 2)
    refused_as(contract, NO_KEYWORD, signer_with(by_keyword(contract, keyword="Nowhere"), place), locateAllStamperKeywords=False)


@pytest.mark.parametrize("yes", [True, False])
def test_places_without_keywords_do_not_care(complete, yes):
    contract = complete()
    signed(contract, at(contract, "PERSONAL", 2), locateAllStamperKeywords=yes).assert_marks({(0, 2): [signature_at(0.1, 0.1)]})


def test_keywords_of_several_nodes_count_together(complete, word_box_bottom):
    contract = complete(with_words())
    nodes = [{"type": "OPERATOR", "serialNo": 0, "stampers": [by_keyword(contract, keyword="Nowhere"), at(contract, "PERSONAL", 2)]},
             {"type": "COMPANY", "serialNo": 1, "stampers": [by_keyword(contract, "COMPANY")]}]
    party = company(OUTSIDERS, nodes, receiver=LI)
    refused_as(contract, NO_KEYWORD, party)
    add(contract, party, locateAllStamperKeywords=False)
    Look(contract, lambda: contract.sign_by_page(LI, strokes=CORNER)).assert_marks({(0, 2): [signature_at(0.1, 0.1)]})
    look = Look(contract, lambda: contract.sign_by_page(LI))
    look.assert_marks(beside_words([0], dy=-word_box_bottom / HEIGHT, box=seal_at))


# ---------------------------------------------------------------------------------------------- whose places they are


def test_the_places_of_a_company_stand_on_its_nodes(complete, own):
    """What stands on the party itself counts for persons alone."""
    contract = complete()
    party = {**sealer_with(own, at(contract, "COMPANY", 2)), "stampers": [at(contract, "COMPANY", 3), at(contract, "PERSONAL", 1)]}
    add(contract, party)
    Look(contract, contract.seal).assert_marks({(0, 2): [seal_at(0.1, 0.1)]})


def test_the_places_of_a_person_stand_on_the_party(complete):
    contract = complete()
    nodes = [{"type": "PERSONAL", "serialNo": 0, "stampers": [at(contract, "PERSONAL", 3)]}]
    add(contract, {**signer_with(at(contract, "PERSONAL", 2)), "actions": nodes})
    Look(contract, lambda: contract.sign_by_page(ZHAO, strokes=CORNER)).assert_marks({(0, 2): [signature_at(0.1, 0.1)]})


def test_each_node_of_a_company_signs_at_its_own_places(complete):
    contract = complete()
    nodes = [{"type": "OPERATOR", "serialNo": 0, "stampers": [at(contract, "PERSONAL", 1)]},
             {"type": "LP", "serialNo": 1, "stampers": [at(contract, "LP", 2), at(contract, "TIMESTAMP", 2, 0.5)]},
             {"type": "COMPANY", "serialNo": 2, "stampers": [at(contract, "COMPANY", 3), across(contract, y=0.6)]}]
    add(contract, company(OUTSIDERS, nodes, receiver=LI))
    Look(contract, lambda: contract.sign_by_page(LI, strokes=CORNER)).assert_marks({(0, 1): [signature_at(0.1, 0.1)]})
    date = date_at(0.5, 0.1)
    Look(contract, lambda: contract.sign_by_page(LI, strokes=CORNER)).assert_marks({(0, 2): [signature_at(0.1, 0.1), date]})
    pages = {(0, page): [strip] for page, strip in enumerate(strips(3, 0.6), 1)}
    Look(contract, lambda: contract.sign_by_page(LI)).assert_marks({**pages, (0, 3): [seal_at(0.1, 0.1), *pages[0, 3]]})
    assert contract.status == "COMPLETE"


def test_a_party_may_have_many_places(complete):
    contract = complete(plain_pages(2))
    spots = [(0.1, 0.1), (0.6, 0.1), (0.1, 0.5), (0.6, 0.5), (0.35, 0.75)]
    look = signed(contract, *(at(contract, "PERSONAL", 2, x, y) for x, y in spots))
    look.assert_marks({(0, 2): [signature_at(x, y) for x, y in spots]})


def test_a_party_without_places_chooses_them_on_the_page(complete):
    contract = complete()
    add(contract, signer_with())
    page = contract.page(ZHAO)
    assert page.task["freePlacement"]
    code = page.ask_for_code(ZHAO["contact"])
    spot = {"documentId": contract.documents[0], "page": 2, "x": 0.3, "y": 0.4}
    Look(contract, lambda: page.sign(code, strokes=CORNER, places=[spot])).assert_marks({(0, 2): [signature_at(0.3, 0.4)]})
