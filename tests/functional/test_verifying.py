"""What is told of a file that anybody brings: POST /v2/verify, and the page's POST /pages/verify, which asks for no name."""
from __future__ import annotations

import gzip
import http.client
import io
import json
import subprocess
import time

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from support.contracts import Contract, company, person
from support.pdfs import make_pdf, plain_pages
from support.server import BINARY

from conftest import CORPUS


@pytest.fixture
def own(server) -> str:
    return server.demo["companyName"]


def signed_contract(api, server, own: str) -> Contract:
    """Sealed twice by the platform's own company, on both pages; complete."""
    made = Contract(api, server, [company(own)])
    made.add_file(make_pdf([[(100, 700, "The price is 1,000.00")], [(100, 700, "second page")]]))
    made.send([made.at_action(0, type="COMPANY", page=1, offsetX=0.6, offsetY=0.1)])
    made.seal()
    return made


def drop(server, pdf: bytes, name: str = "合同.pdf") -> tuple[int, dict]:
    """What the page does with a file."""
    boundary = "one-two-three"
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: application/pdf\r\n\r\n'
    connection = http.client.HTTPConnection(server.host, server.port, timeout=120)
    try:
        connection.request("POST", "/pages/verify", head.encode() + pdf + f"\r\n--{boundary}--\r\n".encode(),
                           {"Content-Type": f"multipart/form-data; boundary={boundary}"})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def told(server, pdf: bytes) -> dict:
    status, answer = drop(server, pdf)
    assert status == 200, answer
    return answer


def codes(answer: dict) -> set[str]:
    return {reason["code"] for one in [answer, *answer["signatures"], *answer["timeStamps"]] for reason in one["reasons"]}


def repainted(pdf: bytes) -> bytes:
    """The file with an update, as any program makes one, that paints something else upon page 1."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=False)
    page, _ = writer.find_page_for_modification(0)
    page = page.get_object()
    stream = generic.StreamObject(stream_data=b"1 0.8 0.8 rg 90 690 300 40 re f")
    contents = page["/Contents"]
    contents = contents if isinstance(contents, generic.ArrayObject) else generic.ArrayObject([page.raw_get("/Contents")])
    page["/Contents"] = generic.ArrayObject([*contents, writer.add_object(stream)])
    writer.update_container(page)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_the_page_tells_who_signed_and_that_the_file_is_ours(api, server, own):
    pdf = signed_contract(api, server, own).download()
    answer = told(server, pdf)
    assert (answer["conclusion"], answer["modified"]) == ("VALID", False), codes(answer)
    [one] = answer["signatures"]
    assert one["name"] == own and one["provenTime"] and one["conclusion"] == "VALID"
    assert one["answers"] == {"integrity": "good", "trust": "good", "time": "good", "revocation": "good"}
    assert one["picture"].startswith("iVBOR"), "a PNG"
    assert answer["held"]["newest"] and answer["held"]["status"] == "COMPLETE"


def test_a_page_painted_over_is_shown_as_it_was_and_as_it_is(api, server, own):
    answer = told(server, repainted(signed_contract(api, server, own).download()))
    assert (answer["conclusion"], answer["modified"]) == ("INVALID", True)
    assert {"FORBIDDEN_CHANGE", "PAGE_LOOKS_DIFFERENT"} <= codes(answer)
    assert "held" not in answer
    [page] = answer["signatures"][0]["pages"]
    assert page["page"] == 1 and page["before"].startswith("/9j/") and page["after"].startswith("/9j/")
    # What was painted lies from 690 to 730 of 842 points.
    left, top, width, height = page["places"][0]
    assert abs(left - 90 / 595) < 0.03 and abs(top - (842 - 730) / 842) < 0.03 and 0.4 < width < 0.6 and 0.03 < height < 0.09


def test_an_earlier_state_of_a_file_of_ours_is_called_that(api, server, own):
    contract = Contract(api, server, [company(own), person("后到甲", "13800000991")])
    contract.add_file(plain_pages(1))
    contract.send([contract.at_action(0, type="COMPANY", page=1, offsetX=0.6, offsetY=0.1),
                   contract.at_party(1, type="PERSONAL", page=1, offsetX=0.2, offsetY=0.1)])
    unsigned = contract.download()
    answer = told(server, unsigned)
    assert answer["conclusion"] == "NOT_SIGNED" and answer["held"] == {"newest": True, "status": "SIGNING"}
    contract.seal()
    assert told(server, unsigned)["held"]["newest"] is False


def test_a_draft_is_not_spoken_of(api, server, own):
    contract = Contract(api, server, [company(own)])
    contract.add_file(make_pdf([[(100, 700, "a draft nobody was sent")]]))
    assert "held" not in told(server, contract.download())


def test_the_api_tells_the_same_in_its_own_words(api, server, own):
    pdf = signed_contract(api, server, own).download()
    answer = api.ok(api.upload("/v2/verify", {}, [("file", "a.pdf", pdf)]))
    assert (answer["statusCode"], answer["conclusion"], answer["documentModified"]) == (0, "VALID", False)
    assert answer["signatureInfos"][0]["conclusion"] == "VALID" and answer["reasons"] == []
    forged = api.ok(api.upload("/v2/verify", {}, [("file", "a.pdf", repainted(pdf))]))
    assert (forged["statusCode"], forged["conclusion"], forged["documentModified"]) == (1, "INVALID", True)
    assert forged["statusMsg"] == "文件在签署后被改动"
    [one] = forged["signatureInfos"]
    assert one["modified"] and not one["valid"] and "FORBIDDEN_CHANGE" in {reason["code"] for reason in one["reasons"]}
    empty = api.ok(api.upload("/v2/verify", {}, [("file", "a.pdf", plain_pages(1))]))
    assert (empty["statusCode"], empty["conclusion"], empty["signatureInfos"]) == (0, "NOT_SIGNED", [])


def test_the_command_tells_the_same(api, server, own, tmp_path):
    pdf = signed_contract(api, server, own).download()
    file = tmp_path / "a.pdf"
    for content, status, conclusion in ((pdf, 0, "VALID"), (repainted(pdf), 1, "INVALID"), (plain_pages(1), 2, "NOT_SIGNED"), (b"x", 2, "UNREADABLE")):
        file.write_bytes(content)
        done = subprocess.run([BINARY, "verify", file, "--json", "--data", server.data], capture_output=True, check=False, timeout=120)
        report = json.loads(done.stdout)
        assert (done.returncode, report["conclusion"]) == (status, conclusion), report
        if conclusion == "INVALID":
            assert report["signatures"][0]["changedPages"] == [1]


def test_the_operator_says_whose_signers_are_known(new_server, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    source, target = tmp_path / "in.pdf", tmp_path / "out.pdf"
    source.write_bytes(plain_pages(1))
    subprocess.run([BINARY, "sign", source, target, "--name", "陌生人（虚构）", "--text", "陌生人", "--page", "1", "--x", "0.3", "--y", "0.3",
                    "--data", elsewhere], check=True, capture_output=True, timeout=120)
    stranger = told(new_server(), target.read_bytes())
    assert stranger["conclusion"] == "SIGNER_UNKNOWN" and "ROOT_UNKNOWN" in codes(stranger)
    assert stranger["signatures"][0]["answers"] == {"integrity": "good", "trust": "unknown", "time": "unknown", "revocation": "unknown"}
    data = tmp_path / "knowing"
    data.mkdir()
    (data / "signet.toml").write_text(f'[verification]\nroots = ["{elsewhere}/keys/ca/root.pem"]\n', encoding="utf-8")
    known = told(new_server(data=data), target.read_bytes())
    # Whether their issuing authority was revoked nobody here can know.
    assert known["conclusion"] == "UNDECIDED" and codes(known) == {"TIME_NOT_PROVEN", "REVOCATION_UNKNOWN"}
    assert known["signatures"][0]["answers"] == {"integrity": "good", "trust": "good", "time": "unknown", "revocation": "unknown"}


@pytest.mark.parametrize("setting", ["roots = 5", 'roots = [""]', 'roots = ["/nowhere/root.pem"]', 'rots = []'])
def test_a_slip_in_whom_to_believe_is_refused_at_the_start(tmp_path, setting):
    data = tmp_path / "data"
    data.mkdir()
    (data / "signet.toml").write_text(f"[verification]\n{setting}\n", encoding="utf-8")
    done = subprocess.run([BINARY, "serve", "--listen", "127.0.0.1:0", "--data", data], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode != 0 and "verification." in done.stderr + done.stdout


def test_nothing_of_a_file_is_kept(api, new_server):
    server = new_server()
    marker = b"words that stand in no other file 7f3a9c"

    def files() -> dict[str, int]:
        return {str(path.relative_to(server.data)): path.stat().st_size for path in server.data.rglob("*")
                if path.is_file() and not path.name.startswith("signet.db")}
    before = files()
    for pdf in (make_pdf([[(100, 700, "words")]]) + b"%" + marker + b"\n", b"%PDF-1.7 broken " + marker, b"no PDF " + marker):
        assert drop(server, pdf)[0] == 200
    end = time.monotonic() + 30
    while files() != before and time.monotonic() < end:  # the last one goes when its answer is on its way
        time.sleep(0.05)
    assert files() == before
    for path in server.data.rglob("*"):
        if path.is_file():
            assert marker not in path.read_bytes(), path
    assert marker not in server.log.read_bytes()


def test_one_address_may_not_ask_without_end(new_server):
    server = new_server()
    statuses = [drop(server, b"no PDF")[0] for _ in range(31)]
    assert statuses == [200] * 30 + [429]
    assert drop(server, b"no PDF")[1]["error"]["code"] == "TooFrequent"


def test_a_file_beyond_the_limit_is_refused(server):
    connection = http.client.HTTPConnection(server.host, server.port, timeout=60)
    connection.putrequest("POST", "/pages/verify")
    connection.putheader("Content-Type", "multipart/form-data; boundary=b")
    connection.putheader("Content-Length", str(70 << 20))
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()


HOSTILE = sorted((CORPUS / "hostile").glob("*"))


@pytest.mark.parametrize("file", HOSTILE, ids=lambda path: path.name)
def test_a_hostile_file_harms_nobody(api, server, file):
    content = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    pid = server.pid
    answer = api.ok(api.upload("/v2/verify", {}, [("file", "a.pdf", content)]))
    assert answer["conclusion"] in ("NOT_SIGNED", "UNREADABLE"), answer
    assert server.pid == pid and api.get("/v2/contract/list").status == 200
