"""Contracts as a business system makes them, in few words; and what `signet verify` says about the outcome."""
from __future__ import annotations

import dataclasses
import json
import pathlib
import subprocess
import uuid

from .api import Api, Reply
from .page import Page
from .server import BINARY, Server


def person(name: str, contact: str, **more) -> dict:
    """A person who signs; reached by mail when the contact has an @, else by SMS."""
    return {"tenantType": "PERSONAL", "tenantName": name, "receiver": user(name, contact), **more}


def company(name: str, actions: list[dict] | None = None, receiver: dict | None = None, **more) -> dict:
    nodes = actions if actions is not None else [{"type": "COMPANY", "serialNo": 1}]
    return {"tenantType": "COMPANY", "tenantName": name, "actions": nodes, **({"receiver": receiver} if receiver else {}), **more}


def user(name: str, contact: str) -> dict:
    return {"name": name, "contact": contact, "contactType": "EMAIL" if "@" in contact else "MOBILE"}


@dataclasses.dataclass
class Verdict:
    """What `signet verify --json` says."""

    report: dict

    @property
    def intact(self) -> bool:
        return self.report["verdict"] == "Intact"

    @property
    def of_people(self) -> list[dict]:
        """The signatures that somebody made, without the time-stamps of documents."""
        return [one for one in self.report["signatures"] if not one["documentTimeStamp"]]

    @property
    def levels(self) -> list[str]:
        return [one["level"] for one in self.of_people]

    @property
    def seals_of_time(self) -> int:
        """How many document time-stamps there are."""
        return len(self.report["signatures"]) - len(self.of_people)

    @property
    def signers(self) -> list[str]:
        """Common names, in the order of signing."""
        subjects = (one["signer"]["subject"] for one in self.of_people)
        return [next(part.split("=", 1)[1] for part in subject.split(",") if part.startswith("CN=")) for subject in subjects]


def verify(pdf: bytes, folder: pathlib.Path, server: Server) -> Verdict:
    file = folder / f"{uuid.uuid4()}.pdf"
    file.write_bytes(pdf)
    done = subprocess.run([BINARY, "verify", file, "--json", "--data", server.data], capture_output=True, check=False, timeout=120)
    return Verdict(json.loads(done.stdout))


class Contract:
    """One contract and the calls about it. Every helper asserts that its call succeeds; `api` is there for the others."""

    def __init__(self, api: Api, server: Server, signatories: list[dict], **fields) -> None:
        self.api, self.server = api, server
        self.subject = fields.pop("subject", f"合同 {uuid.uuid4().hex[:12]}")
        made = api.ok(api.post("/v2/contract/draft", {"subject": self.subject, "signatories": signatories, **fields}))
        self.id: str = made["id"]
        self.parties: list[dict] = made["signatories"]
        self.documents: list[str] = []

    def add_file(self, pdf: bytes, title: str = "合同正文", suffix: str = "pdf", **fields) -> str:
        reply = self.try_file(pdf, title, suffix, **fields)
        self.documents.append(self.api.ok(reply)["documentId"])
        return self.documents[-1]

    def try_file(self, content: bytes, title: str = "合同正文", suffix: str = "pdf", **fields) -> Reply:
        texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in fields.items()}
        return self.api.upload("/v2/document/addbyfile", {"contractId": self.id, "title": title, "fileSuffix": suffix, **texts},
                               [("file", "file." + suffix, content)])

    def action(self, party: int, index: int = 0) -> str:
        return self.parties[party]["actions"][index]["id"]

    def at_action(self, party: int, index: int = 0, **stamper) -> dict:
        return {"actionId": self.action(party, index), "documentId": self.documents[0], **stamper}

    def at_party(self, party: int, **stamper) -> dict:
        return {"signatoryId": self.parties[party]["id"], "documentId": self.documents[0], **stamper}

    def send(self, stampers: list[dict] | None = None, **fields) -> None:
        self.api.ok(self.try_send(stampers, **fields))

    def try_send(self, stampers: list[dict] | None = None, **fields) -> Reply:
        return self.api.post("/v2/contract/send", {"contractId": self.id, "stampers": stampers or [], **fields})

    def seal(self, **fields) -> None:
        self.api.ok(self.try_seal(**fields))

    def try_seal(self, **fields) -> Reply:
        return self.api.post("/v2/contract/companysign", {"contractId": self.id, **fields})

    def detail(self, **options) -> dict:
        return self.api.ok(self.api.get("/v2/contract/detail", contractId=self.id, **options))

    @property
    def status(self) -> str:
        return self.detail()["status"]

    def statuses(self) -> list[str]:
        return [party["status"] for party in self.detail()["signatories"]]

    def nodes(self, party: int) -> list[str]:
        return [action["status"] for action in self.detail()["signatories"][party]["actions"]]

    def places(self, party: int, index: int = 0) -> list[dict]:
        """Where a node signs, as the detail tells it."""
        signatory = self.detail(queryLocation="true")["signatories"][party]
        if signatory["tenantType"] == "PERSONAL":
            return signatory.get("stampers", [])
        return signatory["actions"][index].get("stampers", [])

    def page(self, who: dict, **options) -> Page:
        """Opens the signing page as `who`, a user."""
        url = self.api.ok(self.api.post("/v2/contract/pageurl", {"contractId": self.id, "user": who, **options}))["pageUrl"]
        return Page(self.server.host, self.server.port, url)

    def early_page(self, who: dict) -> Page:
        """The page of somebody who may have to wait for others: a ticket is given to whoever may look."""
        ticket = self.api.ok(self.api.post("/v2/contract/miniappexchange", {"contractId": self.id, "user": who}))["ticket"]
        return Page(self.server.host, self.server.port, ticket=ticket)

    def sign_by_page(self, who: dict, **how) -> dict:
        """Opens the page, gets the code, signs: a typed name unless `how` says otherwise."""
        page = self.page(who)
        if not how and page.task is not None and page.task["kind"] != "COMPANY":
            how = {"typed": who["name"]}
        return page.sign(page.ask_for_code(who["contact"]), **how)

    def download(self, document: int = 0) -> bytes:
        reply = self.api.get("/v2/document/download", documentId=self.documents[document])
        assert reply.status == 200 and reply.headers["content-type"] == "application/pdf", reply.body[:500]
        return reply.body
