"""Signatures that last: four levels, time-stamps from authorities that fail in every way, validation data and the seal of time at
completion, and what the own CA tells the world."""
from __future__ import annotations

import http.client
import subprocess
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509 import ocsp

from signature_fields import read_signatures
from support import organisation
from support.api import Api
from support.clock import Clock, CredentialsByClock
from support.contracts import Contract, company, person, user, verify
from support.credentials import Credentials
from support.pdfs import plain_pages
from support.server import BINARY, Server
from support.time_stampers import FAULTS, TimeStamper, configured

LI = user("李雷（测试）", "13800000002")
LEVELS = ("B-B", "B-T", "B-LT", "B-LTA")
LIMIT = 90  # seconds until something in the background must have happened, on a machine under load


@pytest.fixture
def stamper(tmp_path):
    one = TimeStamper(tmp_path / "stamper")
    yield one
    one.close()


@pytest.fixture
def start(tmp_path):
    """A function that starts a server with settings of its own."""
    running = []

    def begin(settings: str = "", **options) -> Server:
        data = configured(tmp_path / f"data{len(running)}", "access_log = false\n" + settings)
        server = Server(data, *options.pop("arguments", ()), **options)
        server.start()
        running.append(server)
        return server

    yield begin
    for server in running:
        server.stop()


def api_of(server: Server) -> Api:
    return Api(server.host, server.port, Credentials(server.demo["appToken"], server.demo["appSecret"]))


def sent(server: Server, api: Api | None = None, nodes: int = 1, **fields) -> Contract:
    """A contract that the demo company alone signs, as often as it has nodes."""
    actions = [{"type": "COMPANY", "name": f"第{n}次", "serialNo": n} for n in range(1, nodes + 1)]
    contract = Contract(api or api_of(server), server, [company(server.demo["companyName"], actions, serialNo=1)], **fields)
    contract.add_file(plain_pages(2))
    contract.send([contract.at_action(0, n, type="COMPANY", page=1, offsetX=0.1 + 0.25 * n, offsetY=0.2) for n in range(nodes)])
    return contract


def until(what, limit: float = LIMIT):
    """Waits for `what()` to be true and returns it."""
    end = time.monotonic() + limit
    while not (found := what()):
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.2)
    return found


def ask(server: Server, method: str, path: str, body: bytes | None = None, kind: str = "") -> tuple[int, str, bytes]:
    connection = http.client.HTTPConnection(server.host, server.port, timeout=60)
    connection.request(method, path, body, {"Content-Type": kind} if kind else {})
    answer = connection.getresponse()
    found = answer.status, answer.getheader("Content-Type", ""), answer.read()
    connection.close()
    return found


def figure(server: Server, name: str) -> float:
    lines = ask(server, "GET", "/metrics")[2].decode().splitlines()
    return next(float(line.split()[-1]) for line in lines if line.startswith(name + " "))


def levels_of(server: Server, contract: Contract, folder) -> tuple[list[str], int]:
    found = verify(contract.download(), folder, server)
    assert found.intact
    return found.levels, found.seals_of_time


# -- the levels ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", LEVELS)
def test_a_complete_contract_has_the_level_of_the_installation(start, level, tmp_path):
    server = start(f'[signatures]\nlevel = "{level}"\n')
    contract = sent(server, nodes=2)
    contract.seal()
    assert levels_of(server, contract, tmp_path) == (["B-B" if level == "B-B" else "B-T"], 0), "not complete yet"
    contract.seal()
    assert contract.status == "COMPLETE"
    assert levels_of(server, contract, tmp_path) == ([level] * 2, 1 if level == "B-LTA" else 0)


def test_b_lta_is_the_default_and_the_category_decides(start, tmp_path):
    server = start()
    own = server.demo["companyName"]
    made = organisation.apply(server.data, [{"name": own, "category": [{"name": "短期", "signature_level": "B-T"}]}])
    usual = sent(server)
    brief = sent(server, category={"id": made.category(own, "短期")})
    usual.seal()
    brief.seal()
    assert levels_of(server, usual, tmp_path) == (["B-LTA"], 1)
    assert levels_of(server, brief, tmp_path) == (["B-T"], 0)


def test_a_party_added_after_completion_signs_and_the_contract_is_sealed_again(start, tmp_path):
    server = start()
    api = api_of(server)
    contract = sent(server, api, category={"id": server.demo["categoryId"]})
    contract.seal()
    first = contract.download()
    api.ok(api.post("/v2/signatory/add", {"contractId": contract.id, "signatory": {**person("李雷（测试）", "13800000002"), "stampers": [
        {"type": "PERSONAL", "documentId": contract.documents[0], "page": 1, "offsetX": 0.6, "offsetY": 0.6}]}}))
    contract.sign_by_page(LI)
    assert contract.status == "COMPLETE"
    assert contract.download().startswith(first)
    assert levels_of(server, contract, tmp_path) == (["B-LTA"] * 2, 2)


def test_words_that_nobody_knows_are_refused(tmp_path):
    for text, why in (('[signatures]\nlevel = "B-X"\n', "signatures.level"), ("[signatures]\nlevle = 1\n", "levle"),
                      ('[[time_stamp_authority]]\nurl = "ftp://x"\n', "url"), ('[[time_stamp_authority]]\nurl = "http://x"\n', "roots")):
        data = configured(tmp_path / why, text)
        done = subprocess.run([BINARY, "serve", "--data", data, "--listen", "127.0.0.1:0"], capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode != 0 and why in done.stderr, done.stderr


# -- authorities that fail -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", FAULTS)
def test_a_failing_authority_stops_the_signature_and_changes_nothing(start, stamper, fault, tmp_path):
    server = start('[signatures]\nlevel = "B-T"\n' + stamper.settings)
    contract = sent(server)
    before, asked = contract.download(), stamper.asked
    stamper.fault = fault
    reply = contract.try_seal()
    assert reply.code == 1001 and "time" in reply.envelope["message"].lower(), reply.body
    assert contract.status == "SIGNING" and contract.download() == before
    stamper.fault = ""
    contract.seal()
    assert stamper.asked > asked
    assert contract.status == "COMPLETE"
    found = verify_with(server, contract, stamper, tmp_path)
    assert [(one["level"], one["intact"]) for one in found["signatures"]] == [("B-T", True)]


def verify_with(server: Server, contract: Contract, stamper: TimeStamper, folder) -> dict:
    import json
    file = folder / "with-root.pdf"
    file.write_bytes(contract.download())
    done = subprocess.run([BINARY, "verify", file, "--json", "--data", server.data, "--trust", stamper.root], capture_output=True,
                          check=False, timeout=120)
    return json.loads(done.stdout)


@pytest.mark.parametrize("fault", ["down", "wrong nonce", "slow"])
def test_the_next_authority_is_asked_when_one_fails(start, stamper, fault, tmp_path):
    server = start('[signatures]\nlevel = "B-T"\n' + stamper.settings + '[[time_stamp_authority]]\nurl = "own"\n')
    contract = sent(server)
    stamper.fault = fault
    contract.seal()
    assert levels_of(server, contract, tmp_path) == (["B-T"], 0)
    assert figure(server, "signet_time_stamps_failed") >= 1


def test_what_cannot_be_preserved_at_once_waits_visibly_and_survives_a_crash(start, stamper, tmp_path):
    """The authority's list is missing when the contract completes; the server is killed; the list comes back."""
    server = start(stamper.settings)
    contract = sent(server)
    stamper.has_list = False
    contract.seal()
    assert contract.status == "COMPLETE"
    until(lambda: figure(server, "signet_preservation_failing") == 1)
    assert [one["level"] for one in verify_with(server, contract, stamper, tmp_path)["signatures"]] == ["B-T"], "nothing counts as more than it has"
    assert "cannot be made to last yet" in server.log.read_text(encoding="utf-8")
    server.kill()
    stamper.has_list = True
    server.start()
    until(lambda: len(read_signatures(contract.download())) == 2)
    until(lambda: figure(server, "signet_preservation_waiting") == 0)
    levels = [one.get("level") for one in verify_with(server, contract, stamper, tmp_path)["signatures"]]
    assert levels == ["B-LTA", None], "once, and no more"
    assert figure(server, "signet_preservation_failing") == 0


def test_a_seal_of_time_is_renewed_before_it_ends(tmp_path):
    (tmp_path / "clock").mkdir()
    clock = Clock(tmp_path / "clock")
    with Server(configured(tmp_path / "data", ""), environment=clock.environment) as server:
        api = Api(server.host, server.port, CredentialsByClock(server.demo["appToken"], server.demo["appSecret"], clock))
        contract = sent(server, api)
        contract.seal()
        first = contract.download()
        assert len(read_signatures(first)) == 2
        server.stop()
        clock.advance(days=3 * 365 - 60)
        server.start()
        until(lambda: len(read_signatures(contract.download())) == 3)
        until(lambda: figure(server, "signet_preservation_waiting") == 0)
        again = contract.download()
        assert again.startswith(first)
        found = verify(again, tmp_path, server)
        assert found.intact and found.levels == ["B-LTA"] and found.seals_of_time == 2


# -- what the own CA tells the world -----------------------------------------------------------------------------------------


def certificates(server: Server, contract: Contract) -> tuple[x509.Certificate, x509.Certificate]:
    """The signer's and its issuer's."""
    bag = read_signatures(contract.download())[0].signed_data["certificates"]
    found = [x509.load_der_x509_certificate(one.dump()) for one in bag]
    leaf = next(one for one in found if "Issuing CA" not in one.subject.rfc4514_string() and "Root CA" not in one.subject.rfc4514_string())
    return leaf, next(one for one in found if one.subject == leaf.issuer)


def test_certificates_say_where_their_standing_can_be_asked_for(start):
    server = start(arguments=("--public-url", "https://signet.invalid/"))
    contract = sent(server)
    contract.seal()
    leaf, issuer = certificates(server, contract)
    access = {one.access_method.dotted_string: one.access_location.value
              for one in leaf.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value}
    assert access["1.3.6.1.5.5.7.48.1"] == "https://signet.invalid/ocsp"
    for url, kind in ((access["1.3.6.1.5.5.7.48.2"], "application/pkix-cert"),
                      (leaf.extensions.get_extension_for_class(x509.CRLDistributionPoints).value[0].full_name[0].value, "application/pkix-crl")):
        status, found, body = ask(server, "GET", url.removeprefix("https://signet.invalid"))
        assert (status, found) == (200, kind)
        if kind.endswith("cert"):
            assert body == issuer.public_bytes(serialization.Encoding.DER)
    assert ask(server, "GET", "/ca/root.crl")[0] == 200 and ask(server, "GET", "/ca/nobody.crl")[0] == 404


def test_a_revoked_certificate_is_on_the_list_and_in_the_responders_answers(start):
    server = start(arguments=("--public-url", "http://signet.invalid"))
    contract = sent(server)
    contract.seal()
    leaf, issuer = certificates(server, contract)
    request = ocsp.OCSPRequestBuilder().add_certificate(leaf, issuer, leaf.signature_hash_algorithm).build()
    query = request.public_bytes(serialization.Encoding.DER)
    path = leaf.extensions.get_extension_for_class(x509.CRLDistributionPoints).value[0].full_name[0].value.removeprefix("http://signet.invalid")

    def standing() -> tuple[ocsp.OCSPCertStatus, bool]:
        import base64
        import urllib.parse
        status, kind, body = ask(server, "POST", "/ocsp", query, "application/ocsp-request")
        assert (status, kind) == (200, "application/ocsp-response")
        by_get = ask(server, "GET", "/ocsp/" + urllib.parse.quote(base64.b64encode(query).decode(), safe=""))[2]
        answers = [ocsp.load_der_ocsp_response(one) for one in (body, by_get)]
        assert answers[0].certificate_status == answers[1].certificate_status
        listed = x509.load_der_x509_crl(ask(server, "GET", path)[2])
        assert listed.is_signature_valid(issuer.public_key())
        return answers[0].certificate_status, listed.get_revoked_certificate_by_serial_number(leaf.serial_number) is not None

    def revoke(serial: str, reason: str = "keyCompromise") -> subprocess.CompletedProcess:
        return subprocess.run([BINARY, "ca", "revoke", serial, "--reason", reason, "--data", server.data], capture_output=True, text=True,
                              check=False, timeout=90)

    assert standing() == (ocsp.OCSPCertStatus.GOOD, False)
    assert revoke("xyz").returncode == 1 and "reason" in revoke("12", "boredom").stderr
    done = revoke(f"{leaf.serial_number:x}")
    assert (done.returncode, done.stdout) == (0, "revoked\n"), done.stderr
    assert standing() == (ocsp.OCSPCertStatus.REVOKED, True)
    assert revoke(f"{leaf.serial_number:X}").stdout == "was revoked before\n"
    server.stop()
    assert revoke("0123").stdout == "revoked\n", "without a server too"
    server.start()
    assert standing() == (ocsp.OCSPCertStatus.REVOKED, True)


def test_the_own_authority_stamps_what_openssl_asks_for(start, tmp_path):
    server = start()
    (tmp_path / "text").write_text("证据", encoding="utf-8")
    query, reply, root = tmp_path / "query", tmp_path / "reply", server.data / "keys" / "ca" / "root.pem"
    subprocess.run(["openssl", "ts", "-query", "-data", tmp_path / "text", "-sha256", "-cert", "-out", query], check=True, capture_output=True)
    status, kind, body = ask(server, "POST", "/tsa", query.read_bytes(), "application/timestamp-query")
    assert (status, kind) == (200, "application/timestamp-reply")
    reply.write_bytes(body)
    checked = subprocess.run(["openssl", "ts", "-verify", "-in", reply, "-queryfile", query, "-CAfile", root], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert figure(server, "signet_tsa_granted") == 1


def test_the_services_bear_nonsense(start):
    server = start()
    assert ask(server, "POST", "/tsa", b"x", "text/plain")[0] == 415
    assert ask(server, "POST", "/ocsp", b"x", "text/plain")[0] == 415
    assert ask(server, "POST", "/tsa", bytes(1 << 20), "application/timestamp-query")[0] == 413
    rejected = ask(server, "POST", "/tsa", b"\x30\x03\x02\x01\x01", "application/timestamp-query")
    assert rejected[0] == 200 and figure(server, "signet_tsa_rejected") == 1
    for status, _, body in (ask(server, "POST", "/ocsp", b"\x30\x00", "application/ocsp-request"), ask(server, "GET", "/ocsp/%25%25")):
        assert status == 200
        assert ocsp.load_der_ocsp_response(body).response_status == ocsp.OCSPResponseStatus.MALFORMED_REQUEST


def test_an_installation_may_keep_its_time_stamps_to_itself(start):
    server = start("[signatures]\nserve_time_stamps = false\n")
    assert ask(server, "POST", "/tsa", b"\x30\x00", "application/timestamp-query")[0] == 404


# -- the command -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", LEVELS)
def test_signet_sign_makes_each_level(level, tmp_path):
    source, target = tmp_path / "in.pdf", tmp_path / "out.pdf"
    source.write_bytes(plain_pages(1))
    done = subprocess.run([BINARY, "sign", source, target, "--level", level, "--data", tmp_path / "data", "--name", "Test Person"],
                          capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    told = subprocess.run([BINARY, "verify", target, "--data", tmp_path / "data"], capture_output=True, text=True, check=False)
    assert told.returncode == 0 and f", {level}" in told.stdout, told.stdout


def test_signet_sign_asks_the_authority_it_is_given(stamper, tmp_path):
    source, target = tmp_path / "in.pdf", tmp_path / "out.pdf"
    source.write_bytes(plain_pages(1))
    command = [BINARY, "sign", source, target, "--level", "B-LTA", "--tsa", stamper.url, "--tsa-roots", stamper.root, "--data", tmp_path / "data"]
    stamper.fault = "wrong imprint"
    refused = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert refused.returncode == 1 and "TimeStampUnavailable" in refused.stderr and not target.exists()
    stamper.fault = ""
    subprocess.run(command, check=True, timeout=120)
    told = subprocess.run([BINARY, "verify", target, "--data", tmp_path / "data", "--trust", stamper.root], capture_output=True, text=True, check=False)
    assert told.returncode == 0 and ", B-LTA" in told.stdout, told.stdout
