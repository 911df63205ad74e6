"""What a contract's file becomes, revision by revision, while its parties sign through the API."""
from __future__ import annotations

import io
import subprocess
import uuid

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from checklist import PRINTED_AND_LOCKED, entry, objections
from pictures import RENDERERS, draw
from signature_fields import as_signed, read_signatures, signatures_of_people
from support.server import BINARY


def started(api, company: str, pdf: bytes, nodes: int) -> tuple[str, str]:
    """A contract under way in which the company seals `nodes` times, each time at a place of its own and across the pages' edges."""
    contract = api.ok(api.post("/v2/contract/draft", {
        "subject": "多次盖章", "bizId": str(uuid.uuid4()), "ordinal": True, "send": False,
        "signatories": [{"tenantType": "COMPANY", "tenantName": company, "serialNo": 1,
                         "actions": [{"type": "COMPANY", "name": f"第{n}次", "serialNo": n} for n in range(1, nodes + 1)]}]}))
    upload = {"contractId": contract["id"], "title": "合同", "fileSuffix": "pdf"}
    document = api.ok(api.upload("/v2/document/addbyfile", upload, [("file", "合同.pdf", pdf)]))["documentId"]
    actions = sorted(contract["signatories"][0]["actions"], key=lambda action: action["serialNo"])
    stampers = []
    for index, action in enumerate(actions):
        common = {"actionId": action["id"], "documentId": document}
        column, row = index % 3, index // 3
        stampers += [{"type": "COMPANY", "page": 1 + index % 2, "offsetX": 0.05 + 0.24 * column, "offsetY": 0.02 + 0.105 * (row % 8),
                      **common},
                     {"type": "ACROSS_PAGE", "offsetY": 0.02 + 0.96 * index / (nodes + 1), **common}]
    api.ok(api.post("/v2/contract/send", {"contractId": contract["id"], "stampers": stampers}))
    return contract["id"], document


def download(api, document: str) -> bytes:
    reply = api.get("/v2/document/download", documentId=document)
    assert reply.status == 200 and reply.body.startswith(b"%PDF"), reply.body[:300]
    return reply.body


def complaints(judges, pdf: bytes, folder) -> list[str]:
    path = folder / "heard.pdf"
    path.write_bytes(pdf)
    return [f"{verdict.judge}: {one}" for verdict in judges.hear(path) for one in verdict.objections]


def verify(pdf: bytes, folder, root) -> subprocess.CompletedProcess:
    path = folder / "verified.pdf"
    path.write_bytes(pdf)
    return subprocess.run([BINARY, "verify", path, "--json", "--trust", root], capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def root(server):
    return server.data / "keys" / "ca" / "root.pem"


@pytest.fixture(scope="module")
def revisions(api, server, contract_pdf) -> list[bytes]:
    """The file as it was sent, and after each of three seals."""
    contract, document = started(api, server.demo["companyName"], contract_pdf, 3)
    files = [download(api, document)]
    for _ in range(3):
        api.ok(api.post("/v2/contract/companysign", {"contractId": contract}))
        files.append(download(api, document))
    return files


def test_each_seal_only_appends_and_meets_the_checklist(revisions):
    for step, (before, after) in enumerate(zip(revisions, revisions[1:]), 1):
        assert objections(before, as_signed(after)) == [], f"seal {step}"


def test_the_last_seal_is_followed_by_validation_data_and_the_seal_of_time(revisions):
    assert [len(as_signed(pdf)) == len(pdf) for pdf in revisions] == [True, True, True, False]
    assert [one.is_time_stamp for one in read_signatures(revisions[3])] == [False, False, False, True]


def test_every_judge_accepts_the_contract_after_each_seal(revisions, server_judges, tmp_path):
    for step, pdf in enumerate(revisions[1:], 1):
        assert complaints(server_judges, pdf, tmp_path) == [], f"seal {step}"


def test_earlier_seals_see_later_ones_as_form_filling(revisions, server_judges, tmp_path):
    path = tmp_path / "sealed.pdf"
    path.write_bytes(revisions[3])
    assert [one.changes_after for one in server_judges.pyhanko(path).signatures] == ["FORM_FILLING", "FORM_FILLING", "LTA_UPDATES"]


def test_one_seal_act_is_one_signature_however_many_places_it_has(revisions):
    assert [len(signatures_of_people(pdf)) for pdf in revisions] == [0, 1, 2, 3]


@pytest.mark.parametrize("renderer", RENDERERS)
@pytest.mark.parametrize("page", [1, 2])
def test_the_seal_across_the_edges_shows_on_every_page(revisions, renderer, page, tmp_path):
    pictures = []
    for name, pdf in (("sent", revisions[0]), ("sealed", revisions[1])):
        (tmp_path / f"{name}.pdf").write_bytes(pdf)
        pictures.append(draw(tmp_path / f"{name}.pdf", page, renderer, tmp_path))
    sent, sealed = pictures
    box = sealed.different_box(sent)
    assert box is not None and box[2] >= sealed.width - 2, "nothing at the right edge"
    assert sealed.red_pixels((sealed.width - 60, box[1], sealed.width, box[3])) > 200


def test_the_verifier_of_the_house_agrees_after_each_seal(revisions, root, tmp_path):
    for pdf in revisions[1:]:
        done = verify(pdf, tmp_path, root)
        assert done.returncode == 0, done.stdout


def with_another_seal(pdf: bytes, wanted) -> bytes:
    """The file with one more revision, in which the first further place that `wanted` chooses shows something else."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    for reference in writer.root["/AcroForm"]["/Fields"]:
        field = reference.get_object()
        if entry(field, "/FT") != "/Sig" and wanted(field):
            look = generic.StreamObject(stream_data=b"1 0 0 rg 0 0 60 60 re f", dict_data={
                generic.pdf_name("/Type"): generic.pdf_name("/XObject"), generic.pdf_name("/Subtype"): generic.pdf_name("/Form"),
                generic.pdf_name("/BBox"): generic.ArrayObject(generic.NumberObject(n) for n in (0, 0, 60, 60))})
            field[generic.pdf_name("/AP")] = generic.DictionaryObject({generic.pdf_name("/N"): writer.add_object(look)})
            field[generic.pdf_name("/F")] = generic.NumberObject(PRINTED_AND_LOCKED)
            writer.mark_update(reference.reference)
            out = io.BytesIO()
            writer.write(out)
            return out.getvalue()
    raise AssertionError("no such place")


def is_signed(field) -> bool:
    return int(field["/F"]) == PRINTED_AND_LOCKED


def test_a_seal_swapped_after_signing_is_seen_by_pyhanko_and_by_ourselves(revisions, server_judges, root, tmp_path):
    swapped = with_another_seal(revisions[1], is_signed)
    assert any("pyhanko" in line and "lock" in line.lower() for line in complaints(server_judges, swapped, tmp_path))
    assert verify(swapped, tmp_path, root).returncode == 1


def test_a_seal_painted_where_nobody_has_signed_yet_is_seen_by_ourselves(revisions, root, tmp_path):
    painted = with_another_seal(revisions[1], lambda field: not is_signed(field))
    assert verify(painted, tmp_path, root).returncode == 1


def test_twenty_five_seals_leave_each_other_valid(api, server, contract_pdf, server_judges, tmp_path):
    contract, document = started(api, server.demo["companyName"], contract_pdf, 25)
    before = download(api, document)
    for step in range(1, 26):
        api.ok(api.post("/v2/contract/companysign", {"contractId": contract}))
        after = download(api, document)
        assert objections(before, as_signed(after)) == [], f"seal {step}"
        if step in (1, 2, 25):
            # Seals of 25 acts on two pages touch each other at the pages' edges, of which DSS warns.
            others = [line for line in complaints(server_judges, after, tmp_path) if "BBB_FC_IAOD_ANS" not in line]
            assert others == [], f"seal {step}"
        before = after
    assert len(signatures_of_people(before)) == 25
