"""Recorded evidence: digests under a time-stamp that OpenSSL checks, and the papers about them."""
from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import uuid

import pytest

from support import organisation
from support.api import Api
from support.contracts import Contract, company, verify
from support.credentials import Credentials
from support.pdfs import plain_pages
from support.time_stampers import TimeStamper, configured

DATA = "第一批货物的验收记录，2026 年。".encode()
SHA256 = hashlib.sha256(DATA).hexdigest()
WHO = json.dumps({"name": "王五（测试）", "contact": "13800000005", "contactType": "MOBILE"}, ensure_ascii=False)
NOTARY, PROVE, REPORT = "/v2/chain/notary", "/chain/evidence/electronic/prove/apply", "/chain/evidence/complete/report/apply"
STATUS, DOWNLOAD = "/chain/evidence/complete/report/status", "/chain/evidence/complete/report/download"


def new_id() -> str:
    return f"数据-{uuid.uuid4().hex}"


def notarise(api, data: bytes | None = DATA, path: str = NOTARY, **fields):
    given = {"notaryName": "验收记录", "notaryDataID": new_id(), "notaryType": "FILE", "fileType": "txt", "operatorInfo": WHO, **fields}
    return api.upload(path, given, [("notaryFile", "记录.txt", data)] if data is not None else [])


def text_of(pdf: bytes, folder) -> str:
    """Without blanks: lines break where they must."""
    file = folder / f"{uuid.uuid4()}.pdf"
    file.write_bytes(pdf)
    done = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, check=True, timeout=60)
    return "".join(done.stdout.decode().split())


def report_of(api, proof: str) -> bytes:
    reply = api.get(DOWNLOAD, proveId=proof)
    assert (reply.status, reply.headers["content-type"]) == (200, "application/pdf"), reply.body[:300]
    return reply.body


def assert_stamped(token: str, imprint: str, root, folder) -> None:
    """OpenSSL finds the token good over this SHA-256."""
    file = folder / f"{uuid.uuid4()}.tok"
    file.write_bytes(base64.b64decode(token))
    done = subprocess.run(["openssl", "ts", "-verify", "-digest", imprint, "-in", file, "-token_in", "-CAfile", root],
                          capture_output=True, check=False, timeout=60)
    assert b"Verification: OK" in done.stdout, done.stdout + done.stderr


@pytest.fixture(scope="module")
def stranger(server) -> Api:
    """Another application of the same company."""
    name = server.demo["companyName"]
    return organisation.apply(server.data, [{"name": name, "application": [{"name": "另一系统"}]}]).application(server, name)


# ------------------------------------------------------------------------------------------------ recording


@pytest.mark.parametrize("path", [NOTARY, "/chain/notary"])
def test_a_file_is_recorded_by_its_digest_under_a_time_stamp(api, server, tmp_path, path):
    data_id = new_id()
    record = api.ok(notarise(api, path=path, notaryDataID=data_id))
    assert (record["notaryDataID"], record["notaryDataHash"], record["hashAlgorithm"]) == (data_id, SHA256, "SHA256")
    assert len(record["chainId"]) == 19
    assert_stamped(record["timeStampToken"], SHA256, server.data / "keys/ca/root.pem", tmp_path)


@pytest.mark.parametrize(("spelt", "named", "kind"), [("SHA-256", "SHA256", "sha256"), ("sha512", "SHA512", "sha512"), ("SM3", "SM3", "sm3")])
def test_every_algorithm_gives_the_digest_that_others_compute(api, server, tmp_path, spelt, named, kind):
    file = tmp_path / "data"
    file.write_bytes(DATA)
    done = subprocess.run(["openssl", "dgst", f"-{kind}", "-r", file], capture_output=True, check=True, timeout=60)
    digest = done.stdout.decode().split()[0]
    record = api.ok(notarise(api, hashAlgorithm=spelt, notaryDataHash=digest.upper()))
    assert (record["notaryDataHash"], record["hashAlgorithm"]) == (digest, named)
    imprint = digest if kind == "sha256" else hashlib.sha256(bytes.fromhex(digest)).hexdigest()
    assert_stamped(record["timeStampToken"], imprint, server.data / "keys/ca/root.pem", tmp_path)


@pytest.mark.parametrize("kind", ["HASH", "DATA", "FILE"])
def test_a_digest_is_enough(api, kind):
    assert api.ok(notarise(api, data=None, notaryType=kind, notaryDataHash=SHA256))["notaryDataHash"] == SHA256


def test_the_same_data_again_is_the_same_record_and_other_data_is_refused(api):
    data_id = new_id()
    first = api.ok(notarise(api, notaryDataID=data_id))
    assert api.ok(notarise(api, notaryDataID=data_id)) == first
    assert api.ok(notarise(api, data=None, notaryDataID=data_id, notaryDataHash=SHA256)) == first
    other = notarise(api, data=b"other", notaryDataID=data_id)
    assert other.code == 1005 and "notaryDataID" in other.envelope["message"]


@pytest.mark.parametrize(("fields", "data", "named"), [
    ({"notaryDataHash": hashlib.sha256(b"other").hexdigest()}, DATA, "notaryDataHash"),
    ({"notaryDataHash": SHA256[:-2]}, None, "notaryDataHash"),
    ({"notaryDataHash": "z" * 64}, None, "notaryDataHash"),
    ({"notaryDataHash": SHA256, "hashAlgorithm": "SHA512"}, None, "notaryDataHash"),
    ({"notaryType": "HASH"}, DATA, "notaryDataHash"),
    ({}, None, "notaryFile"),
    ({}, b"", "notaryFile"),
    ({"hashAlgorithm": "MD5"}, DATA, "hashAlgorithm"),
    ({"notaryType": "VIDEO"}, DATA, "notaryType"),
    ({"notaryName": ""}, DATA, "notaryName"),
    ({"notaryDataID": ""}, DATA, "notaryDataID"),
    ({"operatorInfo": "nobody"}, DATA, "operatorInfo"),
])
def test_what_is_wrong_is_refused_by_name(api, fields, data, named):
    reply = notarise(api, data=data, **fields)
    assert reply.code == 1005 and named in reply.envelope["message"], reply.envelope


def test_without_a_time_stamp_nothing_is_recorded(tmp_path, new_server):
    stamper = TimeStamper(tmp_path / "stamper")
    try:
        server = new_server(data=configured(tmp_path / "stamped", stamper.settings))
        api = Api(server.host, server.port, Credentials(server.demo["appToken"], server.demo["appSecret"]))
        data_id = new_id()
        stamper.fault = "rejects"
        assert notarise(api, notaryDataID=data_id).code == 1001
        assert api.post(PROVE, {"proveDataId": data_id}).code == 1005
        stamper.fault = ""
        record = api.ok(notarise(api, data=b"other", notaryDataID=data_id))
        assert_stamped(record["timeStampToken"], hashlib.sha256(b"other").hexdigest(), stamper.root, tmp_path)
        proof = api.ok(api.post(PROVE, {"proveDataId": data_id}))["proveId"]
        text = text_of(report_of(api, proof), tmp_path)
        assert "时间戳有效，与摘要值一致" in text and "PlainlyFictitiousTimeRoot" in text, text
    finally:
        stamper.close()


def test_records_are_in_the_log_and_survive_a_restart(tmp_path, new_server):
    server = new_server(data=tmp_path / "kept")
    api = Api(server.host, server.port, Credentials(server.demo["appToken"], server.demo["appSecret"]))
    data_id = new_id()
    record = api.ok(notarise(api, notaryDataID=data_id))
    proof = api.ok(api.post(PROVE, {"chainId": record["chainId"]}))["proveId"]
    paper = report_of(api, proof)
    server.kill()
    server.start()
    assert api.ok(notarise(api, notaryDataID=data_id)) == record
    assert report_of(api, proof) == paper


# ------------------------------------------------------------------------------------------------ papers


@pytest.mark.parametrize("name", ["chainId", "proveDataId", "both"])
def test_a_certificate_about_a_record_tells_digest_and_time(api, tmp_path, name):
    record = api.ok(notarise(api))
    fields = {"chainId": record["chainId"], "proveDataId": record["notaryDataID"]}
    given = fields if name == "both" else {name: fields[name]}
    proof = api.ok(api.upload(PROVE, {**given, "proveSource": "CUSTOM_DATA", "operatorInfo": WHO}, []))["proveId"]
    status = api.ok(api.get(STATUS, proveId=proof))
    paper = report_of(api, proof)
    assert (status["proveId"], status["status"], status["chainId"]) == (proof, "DONE", record["chainId"])
    assert status["reportHash"] == hashlib.sha256(paper).hexdigest()
    text = text_of(paper, tmp_path)
    for wanted in ("电子数据存证证明", "验收记录", record["chainId"], record["notaryDataID"], SHA256, "王五（测试）", "CUSTOM_DATA",
                   record["notaryTime"].replace(" ", ""), "时间戳有效，与摘要值一致", f"{len(DATA)}字节"):
        assert wanted in text, (wanted, text)


def test_a_report_shows_documents_with_their_signers_and_materials(api, server, tmp_path):
    contract = Contract(api, server, [company(server.demo["companyName"])])
    contract.add_file(plain_pages(1), title="供货合同")
    contract.send()
    contract.seal(stampers=[{"type": "COMPANY", "documentId": contract.documents[0], "page": 1, "offsetX": 0.1, "offsetY": 0.1}])
    record = api.ok(notarise(api))
    material = b"a photograph of the goods"
    proof = api.ok(api.upload(REPORT, {"chainId": record["chainId"], "proveSource": "4", "operatorInfo": WHO,
                                       "documentIds": f"{contract.documents[0]},{contract.documents[0]}"},
                              [("proveMaterial", "照片.jpg", material), ("proveMaterial", "清单.txt", DATA)]))["proveId"]
    text = text_of(report_of(api, proof), tmp_path)
    for wanted in ("完整版存证报告", SHA256, "《供货合同》", contract.subject.replace(" ", ""), contract.id, server.demo["companyName"], "完好",
                   "照片.jpg", hashlib.sha256(material).hexdigest()[:8], "清单.txt"):
        assert wanted in text, (wanted, text)
    assert text.count("《供货合同》") == 1


def test_a_report_may_be_about_documents_alone(api, server, tmp_path):
    contract = Contract(api, server, [company(server.demo["companyName"])])
    contract.add_file(plain_pages(1), title="草稿文件")
    proof = api.ok(api.post(REPORT, {"documentIds": contract.documents}))["proveId"]
    assert "chainId" not in api.ok(api.get(STATUS, proveId=proof))
    assert "《草稿文件》" in text_of(report_of(api, proof), tmp_path)


@pytest.mark.parametrize(("path", "fields", "named"), [
    (PROVE, {}, "chainId"),
    (REPORT, {}, "chainId"),
    (PROVE, {"chainId": "4711"}, "chainId"),
    (PROVE, {"proveDataId": "nobody knows it"}, "proveDataId"),
    (REPORT, {"documentIds": "4711"}, "documentId"),
    (REPORT, {"chainId": "4711", "proveSource": "CUSTOM_DATA"}, "proveSource"),
    (REPORT, {"documentIds": ",".join(str(n) for n in range(1, 30))}, "documentIds"),
])
def test_what_cannot_be_proven_is_refused_by_name(api, path, fields, named):
    reply = api.upload(path, fields, [])
    assert reply.code == 1005 and named in reply.envelope["message"], reply.envelope


def test_two_ids_of_different_records_are_refused(api):
    one, other = api.ok(notarise(api)), api.ok(notarise(api))
    reply = api.post(PROVE, {"chainId": one["chainId"], "proveDataId": other["notaryDataID"]})
    assert reply.code == 1005 and "proveDataId" in reply.envelope["message"]


def test_more_materials_than_twenty_are_refused(api):
    record = api.ok(notarise(api))
    files = [("proveMaterial", f"{n}.txt", b"x") for n in range(21)]
    reply = api.upload(REPORT, {"chainId": record["chainId"]}, files)
    assert reply.code == 1005 and "proveMaterial" in reply.envelope["message"]
    api.ok(api.upload(REPORT, {"chainId": record["chainId"]}, files[:20]))


def test_another_application_sees_neither_records_nor_papers(api, stranger):
    record = api.ok(notarise(api))
    proof = api.ok(api.post(PROVE, {"chainId": record["chainId"]}))["proveId"]

    def without(reply, number: str) -> str:
        return reply.body.decode().replace(number, "N")

    unknown = str(int(proof) + 1)
    for path in (STATUS, DOWNLOAD):
        hidden, none = stranger.get(path, proveId=proof), stranger.get(path, proveId=unknown)
        assert hidden.code == 1005 and hidden.status == none.status
        assert without(hidden, proof) == without(none, unknown)
    assert stranger.post(PROVE, {"chainId": record["chainId"]}).code == 1005
    assert stranger.post(PROVE, {"proveDataId": record["notaryDataID"]}).code == 1005
    # Its own ids are its own matter.
    own = stranger.ok(notarise(stranger, data=b"other", notaryDataID=record["notaryDataID"]))
    assert own["chainId"] != record["chainId"]


def test_papers_are_signed_by_this_installation(api, server, tmp_path):
    record = api.ok(notarise(api))
    for path, fields in ((PROVE, {"proveSource": "CUSTOM_DATA"}), (REPORT, {"proveSource": "4"})):
        proof = api.ok(api.upload(path, {"chainId": record["chainId"], "operatorInfo": WHO, **fields}, []))
        verdict = verify(report_of(api, proof["proveId"]), tmp_path, server)
        assert verdict.intact and verdict.levels == ["B-LTA"] and verdict.signers == ["Signet 出证 Evidence"]
