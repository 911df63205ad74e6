"""Contracts of one, three and twenty-five parties at each level, and all that happens to them: several places for each party, seals across
the pages, a party that is added while the others sign, one that is added when the contract was complete."""
from __future__ import annotations

import dataclasses
import itertools

from support import organisation
from support.api import Api
from support.contracts import Contract, company, person, user
from support.pdfs import plain_pages
from support.server import Server

LEVELS = ("B-B", "B-T", "B-LT", "B-LTA")
SIZES = (1, 3, 25)
PAGES = 6
TRADERS, LATE_TRADERS = "远方贸易（虚构）有限公司", "迟到贸易（虚构）有限公司"
LI, SUN = user("李四", "13800000004"), user("孙七", "13800000007")
ROWS, COLUMNS = 10, 3


@dataclasses.dataclass(frozen=True)
class Revision:
    """The document as one act left it. `signers` are all who have signed by then; `signed` says whether this act was a signature, and
    `complete` whether the contract was complete afterwards."""

    act: str
    pdf: bytes
    signers: tuple[str, ...]
    signed: bool
    complete: bool


def levels(server: Server) -> dict[str, str]:
    """A category of the demo company for each level, in which parties may be added later."""
    own = server.demo["companyName"]
    made = organisation.apply(server.data, [{"name": own, "category": [
        {"name": f"各级 {level}", "signature_level": level, "add_after_sending": True} for level in LEVELS]}])
    return {level: made.category(own, f"各级 {level}") for level in LEVELS}


class Story:
    """One contract from its sending to its second completion."""

    def __init__(self, api: Api, server: Server, category: str, parties: int) -> None:
        self._own = server.demo["companyName"]
        self._slots = ({"page": 2 + number // (ROWS * COLUMNS), "offsetX": 0.03 + 0.24 * (number % COLUMNS),
                        "offsetY": 0.05 + 0.085 * (number // COLUMNS % ROWS)} for number in itertools.count())
        self._persons = [user(f"签署人{number:02}（虚构）", f"138001{parties:02}{number:03}") for number in range(3, parties + 1)]
        signatories = [company(self._own, serialNo=1), company(TRADERS, receiver=LI, serialNo=2),
                       *(person(one["name"], one["contact"], serialNo=3) for one in self._persons)][:parties]
        self.contract = Contract(api, server, signatories, category={"id": category})
        self.contract.add_file(plain_pages(PAGES))
        stampers = self._company_places(0.05, 0.6, actionId=self.contract.action(0))
        if parties > 1:
            stampers += self._company_places(0.32, 0.35, actionId=self.contract.action(1))
        for number in range(2, parties):
            stampers += self._person_places(signatoryId=self.contract.parties[number]["id"])
        self.contract.send(stampers)
        self._signers: tuple[str, ...] = ()
        self.revisions = [Revision("sent", self.contract.download(), (), False, False)]

    def run(self) -> list[Revision]:
        self.contract.seal()
        self._signed(self._own)
        if len(self.contract.parties) > 1:
            self.contract.sign_by_page(LI)
            self._signed(TRADERS)
            self._add(person(SUN["name"], SUN["contact"], stampers=self._person_places()))
        for one in self._persons:
            self.contract.sign_by_page(one)
            self._signed(one["name"])
        if len(self.contract.parties) > 1:
            self.contract.sign_by_page(SUN)
            self._signed(SUN["name"])
        assert self.contract.status == "COMPLETE"
        self._add(company(LATE_TRADERS, [{"type": "COMPANY", "serialNo": 0, "stampers": self._company_places(0.6, 0.1)}], receiver=LI))
        self.contract.sign_by_page(LI)
        self._signed(LATE_TRADERS)
        assert self.contract.status == "COMPLETE"
        return self.revisions

    def _company_places(self, x: float, edge: float, **whose) -> list[dict]:
        """Two seals, the day, and a seal across the edges of all pages."""
        document = {"documentId": self.contract.documents[0], **whose}
        return [{"type": "COMPANY", "page": 1, "offsetX": x, "offsetY": 0.1, **document}, {"type": "COMPANY", "page": -1, "offsetX": x, "offsetY": 0.6, **document},
                {"type": "TIMESTAMP", "page": -1, "offsetX": x, "offsetY": 0.55, **document}, {"type": "ACROSS_PAGE", "offsetY": edge, **document}]

    def _person_places(self, **whose) -> list[dict]:
        document = {"documentId": self.contract.documents[0], **whose}
        return [{"type": kind, **next(self._slots), **document} for kind in ("PERSONAL", "TIMESTAMP", "PERSONAL")]

    def _add(self, signatory: dict) -> None:
        self.contract.api.ok(self.contract.api.post("/v2/signatory/add", {"contractId": self.contract.id, "signatory": signatory}))
        self._keep(f"{signatory['tenantName']} was added", signed=False)

    def _signed(self, name: str) -> None:
        self._signers += (name,)
        self._keep(f"{name} signed", signed=True)

    def _keep(self, act: str, signed: bool) -> None:
        self.revisions.append(Revision(act, self.contract.download(), self._signers, signed, self.contract.status == "COMPLETE"))
