"""The output checklist, P1 to P24, over what Signet makes: `signet sign` over documents of every shape, contracts of one, three and twenty-five
parties, and other people's documents drawn by lot. docs/checklist.md says which tests show which line."""
from __future__ import annotations

import concurrent.futures
import datetime
import hashlib
import io
import pathlib
import random
import re
import subprocess

import pytest
from asn1crypto import tsp
from cryptography import x509
from pyhanko.pdf_utils.reader import PdfFileReader

from ades import indications
from checklist import entry, last_startxref, objections, read_section
from exhibits import LOT, SHAPES, CorpusSample, Exhibit
from judges import DssProcess
from matrix import LEVELS
from pictures import RENDERERS, Picture, browser_renderer, draw
from signature_fields import as_signed, read_signatures, signatures_of_people
from support.pdfs import plain_pages

REFERENCES = pathlib.Path(__file__).resolve().parent / "references"
POINTS = [f"P{number}" for number in range(1, 15)]
CELLS = [(1, "B-B"), (1, "B-LTA"), *((3, level) for level in LEVELS), (25, "B-LTA")]
KEPT = 16 * 1024  # hexadecimal digits for a signature with its time-stamp and chain
#: What DSS warns of when our seal is laid, unseen, over what other people's documents hold on that page.
UNDER_OUR_SEAL = ("BBB_FC_IAOD_ANS", "BBB_FC_IVDBSFR_ANS")


@pytest.fixture(scope="session")
def of_the_command(variants, signed_once) -> list[Exhibit]:
    return [Exhibit(f"signet sign, {shape}", variants[shape].read_bytes(), signed_once[shape].read_bytes()) for shape in SHAPES]


@pytest.fixture(scope="session")
def of_contracts(story, everything) -> list[Exhibit]:
    """Every signature of every contract; of twenty-five parties those at the ends and in the middle, unless there is time."""
    found = []
    for cell in CELLS:
        told = story(cell)
        acts = [(before, after) for before, after in zip(told, told[1:]) if after.signed]
        chosen = acts if everything or cell[0] < 25 else [acts[number] for number in (0, 1, 13, -2, -1)]
        found += [Exhibit(f"{cell[0]} parties, {cell[1]}, {after.act}", before.pdf, as_signed(after.pdf)) for before, after in chosen]
    return found


@pytest.fixture(scope="session")
def found(of_the_command, of_contracts, corpus_signed) -> dict[str, list[str]]:
    """What the checklist's own reading objects to, exhibit by exhibit."""
    exhibits = [*of_the_command, *of_contracts, *corpus_signed.exhibits]
    assert len({one.name for one in exhibits}) == len(exhibits)
    return {one.name: objections(one.before, one.after) for one in exhibits}


@pytest.fixture(scope="session")
def heeds(found):
    """heeds("P1") → what speaks against that point. What could not be read speaks against each."""
    def ask(point: str) -> list[str]:
        return [f"{name}: {one}" for name, lines in found.items() for one in lines if one.startswith(f"{point}:") or not one.startswith("P")]
    return ask


def test_the_exhibits_are_many_and_the_lot_is_told(found, corpus_signed, everything):
    """Of forty files by lot some are refused, some nobody can judge; what remains must still say something."""
    print(f"corpus: {len(corpus_signed.exhibits)} judged, {dict(corpus_signed.others)}")
    assert len(corpus_signed.exhibits) >= (250 if everything else 15) and len(found) >= 40
    assert sum(corpus_signed.others.values()) + len(corpus_signed.exhibits) == (529 if everything else 40)


# -- the structure ----------------------------------------------------------------------------------------------------------------


def test_p1_qpdf_finds_no_output_worse_than_its_input(heeds):
    assert heeds("P1") == []


def test_p2_the_input_is_a_prefix_of_the_output(heeds, found, of_contracts, of_the_command):
    assert heeds("P2") == []
    assert all(one.after.startswith(one.before) for one in [*of_contracts, *of_the_command])


def test_p3_cross_references_go_on_in_the_kind_they_began(heeds, of_the_command):
    assert heeds("P3") == []
    kinds = {read_section(one.before, last_startxref(one.before)).is_stream for one in of_the_command}
    assert kinds == {True, False}, "both kinds were tried"


def test_p4_cross_reference_sections_are_as_strict_readers_want_them(heeds):
    assert heeds("P4") == []


def test_p5_signing_changes_only_what_signing_must(heeds):
    assert heeds("P5") == []


def test_p6_the_end_of_the_file_is_the_end(heeds):
    assert heeds("P6") == []


def test_p7_the_byte_range_leaves_out_the_signature_and_nothing_else(heeds):
    assert heeds("P7") == []


def test_p8_the_signature_fits_and_the_rest_is_zeros(heeds, story):
    assert heeds("P8") == []
    for cell in CELLS:
        if cell[1] != "B-B":
            assert all(2 * len(one.contents) >= KEPT for one in signatures_of_people(story(cell)[-1].pdf)), cell


def test_p9_the_signature_lies_open_in_the_file(heeds):
    assert heeds("P9") == []


def test_p10_fields_and_widgets_are_tied_into_form_and_page(heeds):
    assert heeds("P10") == []


# -- P11: the look ----------------------------------------------------------------------------------------------------------------


def test_p11_every_seal_has_an_appearance_of_its_own(heeds):
    assert heeds("P11") == []


@pytest.fixture(scope="session")
def drawn(story, tmp_path_factory) -> dict[tuple[int, str], Picture]:
    """Pages of a contract of three in three renderers. The days on the second page, which every day draws otherwise, are left out."""
    folder, made = tmp_path_factory.mktemp("drawn"), {}
    pdf = story((3, "B-B"))[-1].pdf
    (folder / "contract.pdf").write_bytes(pdf)
    with browser_renderer() as in_browser:
        for page in (1, 2):
            pictures = {renderer: draw(folder / "contract.pdf", page, renderer, folder) for renderer in RENDERERS}
            pictures["pdf.js"] = in_browser(pdf, page)
            for renderer, picture in pictures.items():
                made[page, renderer] = picture if page == 1 else picture.whitened(155, 690, 280, 810)
    return made


@pytest.mark.parametrize("renderer", [*RENDERERS, "pdf.js"])
@pytest.mark.parametrize("page", [1, 2])
def test_p11_a_contracts_pages_look_like_the_reference(page, renderer, drawn):
    """Seals, slices of seals across the pages, typed signatures. A reference that is not there is drawn, for a person to look at."""
    reference = REFERENCES / f"page-{page}.png"
    picture = drawn[page, renderer]
    if not reference.exists():
        reference.write_bytes(drawn[page, "poppler"].png())
        pytest.fail(f"{reference} was drawn anew: look at it")
    expected = Picture.of_png(reference.read_bytes())
    assert picture.differing(expected) <= 0.01 * expected.width * expected.height
    assert expected.missing_from(picture) <= 0.01 and picture.missing_from(expected) <= 0.01, "each mark is there and no other"


def test_p11_the_fonts_of_a_seal_are_embedded_subsets(story, tmp_path):
    (tmp_path / "contract.pdf").write_bytes(story((3, "B-B"))[-1].pdf)
    before, after = tmp_path / "before.pdf", tmp_path / "contract.pdf"
    before.write_bytes(story((3, "B-B"))[0].pdf)

    def fonts(file: pathlib.Path) -> set[str]:
        return set(subprocess.run(["pdffonts", file], capture_output=True, text=True, check=True).stdout.splitlines()[2:])
    assert all(re.search(r"\byes yes ", line) for line in fonts(after) - fonts(before))


# -- P12 … P15: the signature -----------------------------------------------------------------------------------------------------


def test_p12_no_certification_but_on_the_first_signature(heeds):
    assert heeds("P12") == []


def test_p13_openssl_verifies_each_signature_over_its_bytes(heeds, hearing, server_hearing, of_the_command, story):
    assert heeds("P13") == []
    for cell in CELLS:
        last = story(cell)[-1]
        verdict = server_hearing(last.pdf)["openssl"]
        assert verdict.objections == () and len(verdict.signatures) == len(last.signers), cell
    assert [one.name for one in of_the_command if hearing(one.after)["openssl"].objections] == []


def test_p14_the_signing_certificate_is_named_and_its_chain_is_there(heeds):
    assert heeds("P14") == []


def test_p15_the_time_stamp_is_about_the_signature_and_its_time_is_ours(story):
    for cell in [(3, "B-T"), (3, "B-LT"), (3, "B-LTA"), (25, "B-LTA")]:
        for one in signatures_of_people(story(cell)[-1].pdf):
            info = one.signed_data["signer_infos"][0]
            [attribute] = [each for each in info["unsigned_attrs"] if each["type"].native == "signature_time_stamp_token"]
            token = attribute["values"][0]["content"]
            stated: tsp.TSTInfo = token["encap_content_info"]["content"].parsed
            imprint = stated["message_imprint"]
            digest = hashlib.new(imprint["hash_algorithm"]["algorithm"].native, info["signature"].native).digest()
            assert imprint["hashed_message"].native == digest
            said = entry(one.dictionary, "/M")
            claimed = datetime.datetime.strptime(re.sub(r"^D:|'", "", str(said)), "%Y%m%d%H%M%S%z")
            assert abs(stated["gen_time"].native - claimed) <= datetime.timedelta(seconds=60)
            clocks = [x509.load_der_x509_certificate(each.dump()) for each in token["certificates"]]
            purposes = [each.extensions.get_extension_for_class(x509.ExtendedKeyUsage) for each in clocks
                        if "TSA" in each.subject.rfc4514_string()]
            assert purposes and all(each.critical and [use.dotted_string for use in each.value] == ["1.3.6.1.5.5.7.3.8"] for each in purposes)


# -- P17: what lasts --------------------------------------------------------------------------------------------------------------


def test_p17_a_time_stamp_of_the_document_covers_the_validation_data(story):
    for cell in [(1, "B-LTA"), (3, "B-LTA"), (25, "B-LTA")]:
        pdf = story(cell)[-1].pdf
        last = read_signatures(pdf)[-1]
        assert last.is_time_stamp and last.end == len(pdf)
        gap = pdf[last.byte_range[1]:last.byte_range[2]]
        assert re.fullmatch(rb"<[0-9A-Fa-f]*>", gap), "all but the time-stamp itself"
        root = re.findall(rb"/DSS \d+ 0 R|/DSS ?<<", pdf[:last.byte_range[1]])
        assert root, "the validation data lie before it"


# -- P18 … P21: the judges --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def ends(story) -> dict[tuple[int, str], bytes]:
    """The files that contracts end with."""
    return {cell: story(cell)[-1].pdf for cell in CELLS}


def corpus_objections(corpus_signed: CorpusSample, hearing, judge: str) -> list[str]:
    found = []
    for one in corpus_signed.exhibits:
        verdict = hearing(one.after)[judge]
        accepted = UNDER_OUR_SEAL if b"/Annots" in one.before or b"/ObjStm" in one.before else ()
        found += [f"{one.name}: {text}" for text in verdict.objections if not any(key in text for key in accepted)
                  and not (judge == "pyhanko" and text.startswith("refused:") and refused_by_pyhanko(one.before))]
    return found


def refused_by_pyhanko(pdf: bytes) -> bool:
    """Whether it does not read the input strictly, whatever we added to it."""
    try:
        return not PdfFileReader(io.BytesIO(pdf), strict=True).root
    except Exception:
        return True


def test_p18_pdfsig_finds_each_signature_valid_and_the_last_over_all(story, server_judges, corpus_signed, hearing, tmp_path):
    for cell in CELLS:
        path = tmp_path / "signed.pdf"
        path.write_bytes(as_signed(story(cell)[-1].pdf))
        verdict = server_judges.pdfsig(path)
        assert verdict.objections == () and all(one.valid for one in verdict.signatures)
        assert [one.covers_whole_file for one in verdict.signatures].count(True) >= 1, f"{cell}: the last is total"
    assert corpus_objections(corpus_signed, hearing, "pdfsig") == []


def test_p19_mutool_finds_the_last_unchanged_and_the_earlier_valid(story, server_judges, corpus_signed, hearing, tmp_path):
    for cell in CELLS:
        path = tmp_path / "signed.pdf"
        path.write_bytes(as_signed(story(cell)[-1].pdf))
        verdict = server_judges.mutool(path)
        assert verdict.objections == () and all(one.valid for one in verdict.signatures)
        assert any(one.covers_whole_file for one in verdict.signatures), f"{cell}: unchanged since signing"
    assert corpus_objections(corpus_signed, hearing, "mutool") == []


def test_p20_pyhanko_finds_nothing_but_signing_after_each_signature(ends, server_hearing, corpus_signed, hearing):
    for cell, pdf in ends.items():
        verdict = server_hearing(pdf)["pyhanko"]
        assert verdict.objections == (), cell
        newest = "LTA_UPDATES" if cell[1] in ("B-LT", "B-LTA") else "NONE"
        assert {one.changes_after for one in verdict.signatures} <= {"FORM_FILLING", newest}
        assert verdict.signatures[-1].changes_after == newest
        assert any(one.covers_whole_file for one in verdict.signatures) == (newest == "NONE")
    assert corpus_objections(corpus_signed, hearing, "pyhanko") == []


def test_p21_dss_calls_each_level_by_its_name_and_warns_of_nothing(ends, server_hearing, corpus_signed, hearing):
    for cell, pdf in ends.items():
        verdict = server_hearing(pdf)["dss"]
        assert verdict.objections == (), cell
        assert {one.level for one in verdict.signatures} == {f"PAdES-BASELINE-{cell[1][2:]}"}, cell
    assert corpus_objections(corpus_signed, hearing, "dss") == []


# -- P22: archives ----------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def archival(tmp_path_factory) -> dict[int, pathlib.Path]:
    """A page of Chinese text as PDF/A of each part, as an office program writes it."""
    folder = tmp_path_factory.mktemp("archival")
    (folder / "page.html").write_text("<html><meta charset='utf-8'><body><h1>合同（虚构）</h1><p>甲方：虚构测试有限公司</p></body></html>", encoding="utf-8")
    made = {}
    for part in (1, 2, 3):
        options = f'pdf:writer_web_pdf_Export:{{"SelectPdfVersion":{{"type":"long","value":"{part}"}}}}'
        subprocess.run(["soffice", f"-env:UserInstallation=file://{folder}/office", "--headless", "--convert-to", options, "--outdir",
                        folder / str(part), folder / "page.html"], check=True, capture_output=True, timeout=300)
        made[part] = folder / str(part) / "page.pdf"
    return made


def clauses_broken(files: list[pathlib.Path]) -> list[tuple[str, set[str]]]:
    """What veraPDF says of each: its flavour, and the clauses it breaks."""
    lines = subprocess.run(["java", "-cp", DssProcess.jar(), "signet.judges.ArchiveJudge", *files], check=True, capture_output=True,
                           text=True, timeout=300).stdout.splitlines()
    return [(line.split()[0], set(line.split()[1:])) for line in lines]


def test_p22_pdf_a_stays_pdf_a_and_where_it_does_not_we_say_so(archival, sign, authority, signet, people, tmp_path):
    files = []
    for part, source in archival.items():
        invisible = tmp_path / f"{part}-invisible.pdf"
        subprocess.run([signet, "sign", source, invisible, *people(1)], check=True)
        files += [source, invisible, sign(source, 1, look=["--text", "虚构测试有限公司"]), sign(source, 1)]
    told = clauses_broken(files)
    assert [flavour[0] for flavour, _ in told] == [digit for digit in "123" for _ in range(4)]
    for part in (1, 2, 3):
        (_, before), *after = told[4 * (part - 1):4 * part]
        more = [broken - before for _, broken in after]
        # PDF/A-1 knows no transparency, and the picture of a seal has it: docs/limits.md says so.
        assert more == [set(), set(), {"6.4-2"} if part == 1 else set()], f"PDF/A-{part}"
        assert part == 1 or before == set()
    limits = (pathlib.Path(__file__).resolve().parents[2] / "docs/limits.md").read_text(encoding="utf-8")
    assert "PDF/A-1" in limits and "picture of a seal" in limits


# -- P23, P24 ---------------------------------------------------------------------------------------------------------------------


def test_p23_twenty_five_signatures_by_twenty_five_parties_leave_each_other_valid(story, server_hearing):
    told = story((25, "B-LTA"))
    pdf = told[-1].pdf
    heard = server_hearing(pdf)
    assert len(set(told[-1].signers)) == 27, "two more came later"
    assert len(signatures_of_people(pdf)) == 27
    assert [f"{name}: {one}" for name, verdict in heard.items() for one in verdict.objections] == []
    for name in ("pdfsig", "mutool", "openssl", "pyhanko", "dss"):
        assert len({one.field for one in heard[name].signatures}) >= 27 and all(one.valid for one in heard[name].signatures), name


def test_p24_a_flipped_bit_anywhere_in_the_signed_bytes_is_seen(signet, sign, root, tmp_path):
    """A thousand of them, by our own verifier and by pdfsig, at places drawn by lot; and a digit in the padding by our own, which wants zeros there."""
    source = tmp_path / "page.pdf"
    source.write_bytes(plain_pages(1))
    pdf = sign(source).read_bytes()
    [signature] = read_signatures(pdf)
    first, length, second, second_length = signature.byte_range
    signed = [*range(first, first + length), *range(second, second + second_length)]
    lot = random.Random(LOT)
    places = [(at, lot.randrange(8)) for at in lot.sample(signed, 1000)]

    def unseen(flip: tuple[int, int]) -> list[str]:
        at, bit = flip
        spoilt = bytearray(pdf)
        spoilt[at] ^= 1 << bit
        path = tmp_path / f"flip-{at}-{bit}.pdf"
        path.write_bytes(spoilt)
        ours = subprocess.run([signet, "verify", path, "--trust", root], capture_output=True, check=False, timeout=120).returncode == 0
        theirs = subprocess.run(["pdfsig", "-nocert", path], capture_output=True, check=False, timeout=120).stdout
        path.unlink()
        return [name for name, fooled in (("ours", ours), ("pdfsig", b"Signature is Valid." in theirs)) if fooled]

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        fooled = {place: names for place, names in zip(places, pool.map(unseen, places)) if names}
    assert fooled == {}
    padding = length + 1 + 2 * (len(signature.contents) - len(signature.padding))
    for at in lot.sample(range(padding, second - 1), 20):
        spoilt = tmp_path / "padding.pdf"
        spoilt.write_bytes(pdf[:at] + b"7" + pdf[at + 1:])
        assert subprocess.run([signet, "verify", spoilt, "--trust", root], capture_output=True, check=False).returncode == 1
