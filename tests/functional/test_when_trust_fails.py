"""What time and trust rest on breaks: clocks are wrong, certificates are revoked. The server says so, signs nothing that would be a lie, and goes
on when it can."""
from __future__ import annotations

import http.client
import os
import pathlib
import subprocess

import pytest
from cryptography import x509

from signature_fields import read_signatures, signatures_of_people
from support.api import Api, Reply
from support.clock import Clock, CredentialsByClock
from support.contracts import Contract, Verdict, company, verify
from support.pdfs import plain_pages
from support.server import BINARY, Server
from support.time_stampers import TimeStamper, configured


class House:
    """A server whose clock we hold, and whoever calls it by that clock."""

    def __init__(self, folder: pathlib.Path, settings: str = "") -> None:
        (folder / "clock").mkdir()
        self.clock = Clock(folder / "clock")
        self.server = Server(configured(folder / "data", ""), environment=self.clock.environment)
        self.clock.advance(hours=-2)  # its certificates are not of this very minute
        self.server.start()
        self.server.stop()
        self.clock.advance(hours=2)
        (self.server.data / "signet.toml").write_text("access_log = false\n" + settings, encoding="utf-8")
        self.server.start()
        self.api = Api(self.server.host, self.server.port,
                       CredentialsByClock(self.server.demo["appToken"], self.server.demo["appSecret"], self.clock))

    def sent(self) -> Contract:
        """A contract that the demo company seals twice."""
        actions = [{"type": "COMPANY", "name": f"第{number}次", "serialNo": number} for number in (1, 2)]
        contract = Contract(self.api, self.server, [company(self.server.demo["companyName"], actions, serialNo=1)])
        contract.add_file(plain_pages(2))
        contract.send([contract.at_action(0, number, type="COMPANY", page=1, offsetX=0.1 + 0.3 * number, offsetY=0.2) for number in (0, 1)])
        return contract

    def revoke(self, certificate: x509.Certificate) -> None:
        done = subprocess.run([BINARY, "ca", "revoke", f"{certificate.serial_number:x}", "--reason", "keyCompromise", "--data", self.server.data],
                              capture_output=True, text=True, check=False, timeout=90, env={**os.environ, **self.clock.environment})
        assert (done.returncode, done.stdout) == (0, "revoked\n"), done.stderr


@pytest.fixture
def house(tmp_path):
    """A function that starts a server with settings of its own."""
    houses = []

    def begin(settings: str = "") -> House:
        houses.append(House(tmp_path, settings))
        return houses[-1]
    yield begin
    for one in houses:
        one.server.stop()


def refused_for_the_clock(contract: Contract, reply: Reply) -> None:
    assert reply.code == 1001 and "time" in reply.envelope["message"].lower(), reply.body
    assert contract.status == "SIGNING"


# -- clocks -------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("minutes", [4, -4])
def test_a_server_whose_clock_is_wrong_signs_nothing_with_the_time_of_others(house, tmp_path, minutes):
    """The authority's time is right, and nobody can say which of the two is."""
    stamper = TimeStamper(tmp_path / "stamper")
    try:
        here = house('[signatures]\nlevel = "B-T"\n' + stamper.settings)
        contract = here.sent()
        before = contract.download()
        here.clock.advance(minutes=minutes)
        refused_for_the_clock(contract, contract.try_seal())
        assert contract.download() == before
        here.clock.advance(minutes=-minutes)
        contract.seal()
        assert len(read_signatures(contract.download())) == 1
    finally:
        stamper.close()


def test_no_signature_is_made_at_a_time_before_the_one_it_follows(house):
    here = house()
    contract = here.sent()
    here.clock.advance(days=2)
    contract.seal()
    before = contract.download()
    here.clock.advance(hours=-1)
    refused_for_the_clock(contract, contract.try_seal())
    assert contract.download() == before
    here.clock.advance(minutes=59, seconds=30)
    contract.seal()
    assert contract.status == "COMPLETE", "half a minute is what clocks are off by"


# -- certificates that are revoked -----------------------------------------------------------------------------------------------------


def signer_of(pdf: bytes, number: int = 0) -> tuple[x509.Certificate, x509.Certificate]:
    """The signer's certificate and its issuer's."""
    found = [x509.load_der_x509_certificate(one.dump()) for one in signatures_of_people(pdf)[number].signed_data["certificates"]]
    leaf = next(one for one in found if not any(other.issuer == one.subject for other in found))
    return leaf, next(one for one in found if one.subject == leaf.issuer)


def clock_of(pdf: bytes) -> x509.Certificate:
    """Of the authority that stamped the first signature."""
    attributes = signatures_of_people(pdf)[0].signed_data["signer_infos"][0]["unsigned_attrs"]
    token = next(one for one in attributes if one["type"].native == "signature_time_stamp_token")["values"][0]["content"]
    found = [x509.load_der_x509_certificate(one.dump()) for one in token["certificates"]]
    return next(one for one in found if not any(other.issuer == one.subject for other in found))


def verdict_of(here: House, contract: Contract, folder: pathlib.Path) -> Verdict:
    return verify(contract.download(), folder, here.server)


def test_a_signature_made_before_its_certificate_was_revoked_stays_good_and_lasts(house, tmp_path):
    here = house()
    contract = here.sent()
    contract.seal()
    here.clock.advance(minutes=5)
    here.revoke(signer_of(contract.download())[0])
    here.clock.advance(minutes=5)
    contract.seal()
    found = verdict_of(here, contract, tmp_path)
    assert found.intact and found.levels == ["B-LTA"] * 2, "its time-stamp proves that it is older"
    serials = [signer_of(contract.download(), number)[0].serial_number for number in (0, 1)]
    assert serials[0] != serials[1], "each signature has a certificate of its own"


@pytest.mark.parametrize("whose", ["issuing", "clock"])
def test_after_an_authority_of_our_own_is_revoked_others_sign_in_its_place(house, tmp_path, whose):
    """What the revoked one vouched for before keeps its time-stamps; nothing new is built upon it, and the level is what was promised."""
    here = house()
    contract = here.sent()
    contract.seal()
    revoked = signer_of(contract.download())[1] if whose == "issuing" else clock_of(contract.download())
    here.clock.advance(minutes=5)
    here.revoke(revoked)
    here.clock.advance(minutes=5)
    fresh = here.sent()
    fresh.seal()
    fresh.seal()
    pdf = fresh.download()
    assert revoked not in [*signer_of(pdf), clock_of(pdf)]
    found = verdict_of(here, fresh, tmp_path)
    assert found.intact and found.levels == ["B-LTA"] * 2
    assert all(not one.get("revoked") for one in found.report["signatures"])
    contract.seal()
    assert contract.status == "COMPLETE" and verdict_of(here, contract, tmp_path).intact
    here.server.stop()
    here.clock.advance(minutes=1)  # ids are made of the time, which does not stand still between two starts
    here.server.start()
    again = here.sent()
    again.seal()
    assert revoked not in [*signer_of(again.download()), clock_of(again.download())], "nor after a restart"


def test_nothing_is_signed_under_a_revoked_authority_that_cannot_be_replaced(house):
    """The root's key is kept elsewhere, as it should be: a person has to bring it."""
    here = house()
    contract = here.sent()
    contract.seal()
    before = contract.download()
    here.server.stop()
    (here.server.data / "keys/ca/root.key").rename(here.server.data.parent / "root.key")
    here.server.start()
    here.clock.advance(minutes=5)
    here.revoke(signer_of(before)[1])
    reply = contract.try_seal()
    assert reply.code == 1001 and contract.status == "SIGNING" and contract.download() == before, reply.body
    assert "cannot be replaced" in here.server.log.read_text(encoding="utf-8")
    (here.server.data.parent / "root.key").rename(here.server.data / "keys/ca/root.key")
    here.server.stop()
    here.server.start()
    contract.seal()
    assert contract.status == "COMPLETE"


def test_others_get_no_time_stamp_of_a_revoked_authority(house):
    from asn1crypto import core, tsp
    here = house()
    contract = here.sent()
    contract.seal()
    here.server.stop()
    (here.server.data / "keys/ca/root.key").rename(here.server.data.parent / "root.key")
    here.server.start()
    query = tsp.TimeStampReq({"version": 1, "message_imprint": {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": bytes(32)}}).dump()

    def granted() -> bool:
        connection = http.client.HTTPConnection(here.server.host, here.server.port, timeout=60)
        connection.request("POST", "/tsa", query, {"Content-Type": "application/timestamp-query"})
        # A refusal has no token, which this library would have in every answer.
        answer = core.Sequence.load(connection.getresponse().read())
        return tsp.PKIStatusInfo.load(answer[0].dump())["status"].native == "granted"

    assert granted()
    here.clock.advance(minutes=5)
    here.revoke(signer_of(contract.download())[1])
    assert not granted()
