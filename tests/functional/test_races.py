"""Many at once, and power cuts: nothing happens twice, nothing that was acknowledged is lost, every signature holds."""
from __future__ import annotations

import collections
import http.client
import random
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.api import Api
from support.contracts import Contract, company, person, user, verify
from support.credentials import Credentials
from support.page import PageError
from support.pdfs import plain_pages

PEOPLE = [user(name, f"1380000010{i}") for i, name in enumerate(("甲一", "乙二", "丙三", "丁四"))]


def signer(who: dict) -> dict:
    return person(who["name"], who["contact"])


def place(kind: str, x: float = 0.1, y: float = 0.1) -> dict:
    return {"type": kind, "page": 1, "offsetX": x, "offsetY": y}


def at_once(works: list) -> list:
    """The outcomes of works that all begin at the same moment."""
    barrier = threading.Barrier(len(works))

    def run(work):
        barrier.wait()
        return work()
    with ThreadPoolExecutor(len(works)) as pool:
        return [future.result() for future in [pool.submit(run, work) for work in works]]


@pytest.fixture
def own(server) -> str:
    return server.demo["companyName"]


def test_one_business_number_in_a_hundred_drafts_makes_one_contract(api, own):
    biz = str(uuid.uuid4())
    body = {"bizId": biz, "subject": "一百次", "signatories": [company(own)]}
    ids = {api.ok(reply)["id"] for reply in at_once([lambda: api.post("/v2/contract/draft", body)] * 100)}
    assert len(ids) == 1
    found = api.ok(api.get("/v2/contract/detail", bizId=biz))
    assert {found["id"]} == ids and len(found["signatories"]) == 1


def test_signers_at_the_same_moment_all_sign(api, server, own, tmp_path):
    contract = Contract(api, server, [company(own), *map(signer, PEOPLE)], ordinal=False)
    contract.add_file(plain_pages(2))
    contract.add_file(plain_pages(1), "附件")
    contract.send([contract.at_action(0, **place("COMPANY")), {**contract.at_action(0, **place("COMPANY")), "documentId": contract.documents[1]},
                   *(contract.at_party(1 + i, **place("PERSONAL", 0.1 + 0.2 * i, 0.5)) for i in range(len(PEOPLE)))])
    pages = [contract.page(who) for who in PEOPLE]
    codes = [page.ask_for_code(who["contact"]) for page, who in zip(pages, PEOPLE)]
    at_once([contract.seal, *(lambda page=page, code=code, who=who: page.sign(code, typed=who["name"])
                              for page, code, who in zip(pages, codes, PEOPLE))])
    assert contract.status == "COMPLETE"
    found = verify(contract.download(), tmp_path, server)
    assert found.intact and sorted(found.signers) == sorted([own, *(who["name"] for who in PEOPLE)])
    assert verify(contract.download(1), tmp_path, server).signers == [own]


@pytest.mark.parametrize("last", [True, False], ids=["as the last party", "with others to come"])
def test_one_seal_asked_for_twenty_times_is_set_once(api, server, own, tmp_path, last):
    contract = Contract(api, server, [company(own)] + ([] if last else [signer(PEOPLE[0])]))
    contract.add_file(plain_pages(2))
    contract.send([contract.at_action(0, **place("COMPANY"))])
    codes = collections.Counter(reply.code for reply in at_once([contract.try_seal] * 20))
    # Whoever comes after a contract was completed hears of its status, not of the node.
    assert codes == {0: 1, 1101 if last else 1107: 19}
    found = verify(contract.download(), tmp_path, server)
    assert found.intact and found.signers == [own]


def test_one_code_used_twice_at_once_signs_once(api, server, tmp_path):
    contract = Contract(api, server, [signer(PEOPLE[0]), signer(PEOPLE[1])], ordinal=False)
    contract.add_file(plain_pages(1))
    contract.send([contract.at_party(i, **place("PERSONAL", 0.2 + 0.3 * i)) for i in (0, 1)])
    page = contract.page(PEOPLE[0])
    code = page.ask_for_code(PEOPLE[0]["contact"])

    def sign() -> bool:
        try:
            page.sign(code, typed="甲一")
            return True
        except PageError as refusal:
            assert refusal.status in (400, 409), refusal
            return False
    assert sorted(at_once([sign] * 8)) == [False] * 7 + [True]
    assert verify(contract.download(), tmp_path, server).signers == ["甲一"]


def test_a_signature_and_a_refusal_at_the_same_moment_leave_one_of_both(api, server, own, tmp_path):
    for _ in range(5):
        contract = Contract(api, server, [signer(PEOPLE[0]), signer(PEOPLE[1])], ordinal=False)
        contract.add_file(plain_pages(1))
        contract.send([contract.at_party(i, **place("PERSONAL", 0.2 + 0.3 * i)) for i in (0, 1)])
        signing, refusing = contract.page(PEOPLE[0]), contract.page(PEOPLE[1], hideRejectButton=False)
        code = signing.ask_for_code(PEOPLE[0]["contact"])

        def sign() -> bool:
            try:
                signing.sign(code, typed="甲一")
                return True
            except PageError:
                return False
        signed, _ = at_once([sign, lambda: refusing.reject("不同意")])
        assert contract.status == "REJECTED"
        assert contract.statuses() == (["SIGNED", "REJECTED"] if signed else ["REJECTED", "REJECTED"])
        found = verify(contract.download(), tmp_path, server)
        assert found.signers == (["甲一"] if signed else [])


@pytest.mark.parametrize("ending", ["/v2/contract/invalid", "/v2/contract/forceend"])
def test_a_signature_and_an_ending_at_the_same_moment_leave_one_of_both(api, server, own, tmp_path, ending):
    for _ in range(10):
        contract = Contract(api, server, [signer(PEOPLE[0])], tenantName=own)
        contract.add_file(plain_pages(1))
        contract.send([contract.at_party(0, **place("PERSONAL"))])
        page = contract.page(PEOPLE[0])
        code = page.ask_for_code(PEOPLE[0]["contact"])

        def sign(page=page, code=code) -> bool:
            try:
                page.sign(code, typed=PEOPLE[0]["name"])
            except PageError:
                return False
            return True

        signed, ended = at_once([sign, lambda: api.post(ending, {"contractId": contract.id, "reason": "同时"}).code == 0])
        status, verdict = contract.status, verify(contract.download(), tmp_path, server)
        assert signed != ended
        assert (status == "COMPLETE") == signed
        assert bool(verdict.report["signatures"]) == signed


def test_files_added_at_the_same_moment_are_all_there(api, server, own):
    contract = Contract(api, server, [company(own)])
    replies = at_once([lambda i=i: contract.try_file(plain_pages(1 + i % 3), f"文件{i}") for i in range(12)])
    ids = {api.ok(reply)["documentId"] for reply in replies}
    documents = contract.detail()["documents"]
    assert len(ids) == 12 and {document["id"] for document in documents} == ids
    assert {document["title"] for document in documents} == {f"文件{i}" for i in range(12)}


def test_a_file_and_sending_at_the_same_moment_leave_no_half_contract(api, server, own, tmp_path):
    for _ in range(5):
        contract = Contract(api, server, [company(own)])
        contract.add_file(plain_pages(1))
        sent, added = at_once([lambda: contract.try_send([contract.at_action(0, **place("COMPANY"))]),
                               lambda: contract.try_file(plain_pages(1), "迟到")])
        assert sent.code == 0 and added.code in (0, 1101)
        assert len(contract.detail()["documents"]) == (2 if added.code == 0 else 1)
        contract.seal()
        assert verify(contract.download(), tmp_path, server).intact


# ---------------------------------------------------------------------------------------------- power cuts


class Ledger:
    """What the server acknowledged, written down by the clients."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.drafts: dict[str, str] = {}  # bizId → id
        self.documents: list[tuple[str, str]] = []  # contract, document
        self.sent: set[str] = set()
        self.sealed: set[str] = set()
        self.signed: set[str] = set()

    def note(self, work) -> None:
        with self.lock:
            work()


class Client(threading.Thread):
    """Makes and signs contracts until the server is gone; notes each answer only when it has it."""

    def __init__(self, api: Api, server, ledger: Ledger, seed: int) -> None:
        super().__init__(daemon=True)
        self._api, self._server, self._ledger = api, server, ledger
        self._random = random.Random(seed)
        self.trouble: BaseException | None = None

    def run(self) -> None:
        try:
            while True:
                self._one_contract()
        except (OSError, http.client.HTTPException):
            pass  # the power cut
        except BaseException as trouble:  # noqa: BLE001  handed to the test
            self.trouble = trouble

    def _one_contract(self) -> None:
        note, ledger, who = self._ledger.note, self._ledger, self._random.choice(PEOPLE)
        biz = str(uuid.uuid4())
        contract = Contract(self._api, self._server, [company(self._server.demo["companyName"]), signer(who)], bizId=biz)
        note(lambda: ledger.drafts.update({biz: contract.id}))
        contract.add_file(plain_pages(self._random.randint(1, 4)))
        note(lambda: ledger.documents.append((contract.id, contract.documents[0])))
        contract.send([contract.at_action(0, **place("COMPANY")), contract.at_action(0, type="ACROSS_PAGE", offsetY=0.6),
                       contract.at_party(1, **place("PERSONAL", 0.6))])
        note(lambda: ledger.sent.add(contract.id))
        contract.seal()
        note(lambda: ledger.sealed.add(contract.id))
        if self._random.random() < 0.5:
            page = contract.page(who)
            page.sign(page.ask_for_code(who["contact"]), typed=who["name"])
            note(lambda: ledger.signed.add(contract.id))


def assert_nothing_was_lost(api: Api, server, ledger: Ledger, tmp_path, seen: set[str]) -> None:
    """Holds the server to everything in the ledger; files already `seen` in their final state are not verified again."""
    at_least = {"DRAFT": 0, "SIGNING": 1, "COMPLETE": 3}
    holders = dict(ledger.documents)
    for biz, contract in ledger.drafts.items():
        if contract in seen:
            continue
        detail = api.ok(api.get("/v2/contract/detail", bizId=biz))
        assert detail["id"] == contract
        company_status, person_status = (party["status"] for party in detail["signatories"])
        steps = at_least[detail["status"]] + (detail["status"] == "SIGNING" and company_status == "SIGNED")
        promised = 3 if contract in ledger.signed else 2 if contract in ledger.sealed else 1 if contract in ledger.sent else 0
        assert steps >= promised, f"{contract}: {promised} was acknowledged, {detail['status']} {company_status} {person_status} is there"
        if contract in holders:
            assert holders[contract] in [document["id"] for document in detail["documents"]]
        for document in detail.get("documents", []):
            reply = api.get("/v2/document/download", documentId=document["id"])
            assert reply.status == 200
            found = verify(reply.body, tmp_path, server)
            assert len(found.of_people) == max(0, steps - 1)
            assert found.intact or steps < 2, found.report
        seen.add(contract)


def test_nothing_acknowledged_is_lost_in_twenty_power_cuts(new_server, tmp_path):
    server = new_server()
    api = Api(server.host, server.port, Credentials(server.demo["appToken"], server.demo["appSecret"]))
    chance, seen, acknowledged = random.Random(20261122), set(), 0
    for number in range(20):
        ledger = Ledger()
        clients = [Client(api, server, ledger, number * 10 + i) for i in range(4)]
        for client in clients:
            client.start()
        time.sleep(chance.uniform(0.1, 0.9))
        server.kill()
        for client in clients:
            client.join(60)
            assert not client.is_alive() and client.trouble is None, client.trouble
        server.start()
        assert_nothing_was_lost(api, server, ledger, tmp_path, seen)
        acknowledged += len(ledger.sealed)
    assert acknowledged >= 20, "the cuts came before anything was done; the test would prove nothing"
    # The house still works.
    contract = Contract(api, server, [company(server.demo["companyName"])])
    contract.add_file(plain_pages(1))
    contract.send([contract.at_action(0, **place("COMPANY"))])
    contract.seal()
    assert verify(contract.download(), tmp_path, server).intact


def test_a_seal_whose_answer_was_lost_may_be_asked_for_again(new_server, tmp_path):
    """A client that got no answer asks again after the restart: it is told that it is done, or it is done now."""
    server = new_server()
    api = Api(server.host, server.port, Credentials(server.demo["appToken"], server.demo["appSecret"]))
    own = server.demo["companyName"]
    for delay in (0.0, 0.002, 0.004, 0.008, 0.012):
        contract = Contract(api, server, [company(own), signer(PEOPLE[0])])
        contract.add_file(plain_pages(3))
        contract.send([contract.at_action(0, **place("COMPANY"))])

        def seal() -> int | None:
            try:
                return contract.try_seal().code
            except (OSError, http.client.HTTPException):
                return None
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(seal)
            time.sleep(delay)
            server.kill()
            first = answer.result()
        server.start()
        second = contract.try_seal().code
        assert (first, second) in [(0, 1107), (None, 0), (None, 1107)]
        found = verify(contract.download(), tmp_path, server)
        assert found.intact and found.signers == [own] and contract.statuses() == ["SIGNED", "SIGNING"]
