"""A complete contract goes on: a company and a person are added, sign, and it is complete again. After every step every judge accepts every
document, and every earlier signature is as valid as it was."""
from __future__ import annotations

import contextlib
import pathlib
import subprocess
import sys

import pytest
from playwright.sync_api import sync_playwright

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS), str(TESTS / "browser")]

from checklist import objections  # noqa: E402
from judges import Judges  # noqa: E402
from signature_fields import as_signed, signatures_of_people  # noqa: E402
from signer import Signer  # noqa: E402
from support.added_parties import CORNER, add  # noqa: E402
from support.api import Api  # noqa: E402
from support.contracts import Contract, company, person, user, verify  # noqa: E402
from support.pdfs import plain_pages  # noqa: E402
from support.pictures import MILLIMETRE, RENDERERS, draw, marks  # noqa: E402
from support.server import Server  # noqa: E402

WANG, ZHAO, SUN = user("王五", "13800000005"), user("赵六", "zhao.liu@example.com"), user("孙七", "13800000007")
LI = user("李四", "13800000004")
TRADERS = "远方贸易（虚构）有限公司"
PHONE = {"viewport": {"width": 375, "height": 667}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True,
         "locale": "zh-CN", "timezone_id": "Asia/Shanghai"}


@contextlib.contextmanager
def phone(server: Server):
    """A person with a phone, until the block ends: a judge has an event loop of its own."""
    with sync_playwright() as playwright:
        # Run as root, as in a container, Chromium has no sandbox of its own; the pages it opens are ours.
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield Signer(browser.new_context(**PHONE).new_page(), server.url)
        browser.close()


class History:
    """One document of a contract, file by file: each step must leave the file a judge accepts."""

    def __init__(self, contract: Contract, document: int, judges: Judges, server: Server, folder: pathlib.Path) -> None:
        self._contract, self._document, self._judges, self._server, self._folder = contract, document, judges, server, folder
        self.files = [contract.download(document)]

    def step(self, signers: list[str], signs: bool = True) -> None:
        """After an act: those who have signed now, and whether this act signed this document."""
        before, after = self.files[-1], self._contract.download(self._document)
        self.files.append(after)
        what = f"document {self._document}, after {signers[-1] if signs else 'a party was added'}"
        if signs:
            assert objections(before, as_signed(after)) == [], what
        else:
            assert after.startswith(before) and [one.contents for one in signatures_of_people(after)] == [one.contents for one in signatures_of_people(before)]
        path = self._folder / f"step-{self._document}-{len(self.files)}.pdf"
        path.write_bytes(after)
        verdicts = {verdict.judge: verdict for verdict in self._judges.hear(path)}
        assert [f"{name}: {one}" for name, verdict in verdicts.items() for one in verdict.objections] == [], what
        # A signature that is shown at several places which nobody knew when the contract was sent counts once for each, with some of them.
        assert len(signatures_of_people(after)) == len(signers), what
        assert all(len(verdict.signatures) >= len(signers) for name, verdict in verdicts.items() if name != "qpdf"), what
        assert all(one.valid for verdict in verdicts.values() for one in verdict.signatures)
        changes = [one.changes_after for one in verdicts["pyhanko"].signatures]
        # The newest signature is followed by nothing, or, when it completed the contract, by what makes it last.
        newest = "NONE" if as_signed(after) == after else "LTA_UPDATES"
        assert set(changes) <= {"FORM_FILLING", newest} and changes.index(newest) >= len(signers) - 1, changes
        found = verify(after, self._folder, self._server)
        assert found.intact and found.signers == signers, what


def on_page(kind: str, page: int, x: float, y: float, document: str, **more) -> dict:
    return {"type": kind, "page": page, "offsetX": x, "offsetY": y, "documentId": document, **more}


def contract_of_three(api: Api, server: Server, pdf: bytes) -> Contract:
    """The initiator seals both documents, by keyword and across the edges too; two persons sign the first."""
    own = server.demo["companyName"]
    contract = Contract(api, server, [company(own, serialNo=1), person(**named(WANG), serialNo=2), person(**named(ZHAO), serialNo=3)],
                        category={"id": server.demo["categoryId"]})
    first, second = contract.add_file(pdf), contract.add_file(plain_pages(3), "附件")
    contract.send([contract.at_action(0, type="COMPANY", keyword="甲方", offsetX=0.05), contract.at_action(0, type="ACROSS_PAGE", offsetY=0.6),
                   {"actionId": contract.action(0), **on_page("COMPANY", -1, 0.1, 0.1, second)},
                   {"actionId": contract.action(0), **on_page("TIMESTAMP", -1, 0.5, 0.1, second)},
                   {"signatoryId": contract.parties[1]["id"], **on_page("PERSONAL", 2, 0.1, 0.3, first)},
                   {"signatoryId": contract.parties[2]["id"], **on_page("PERSONAL", 2, 0.4, 0.3, first)}])
    return contract


def link(contract: Contract, who: dict) -> str:
    return contract.api.ok(contract.api.post("/v2/contract/pageurl", {"contractId": contract.id, "user": who}))["pageUrl"]


def named(who: dict) -> dict:
    return {"name": who["name"], "contact": who["contact"]}


def test_parties_added_after_completion_sign_and_every_judge_accepts_every_step(api, server, server_judges, contract, tmp_path):
    own = server.demo["companyName"]
    made = contract_of_three(api, server, contract.read_bytes())
    first, second = (History(made, number, server_judges, server, tmp_path) for number in (0, 1))
    made.seal()
    first.step([own])
    second.step([own])
    made.sign_by_page(WANG)
    first.step([own, "王五"])
    made.sign_by_page(ZHAO, strokes=CORNER)
    first.step([own, "王五", "赵六"])
    assert made.status == "COMPLETE"

    one, other = made.documents
    sealing = {"type": "COMPANY", "serialNo": 0, "stampers": [
        on_page("COMPANY", 2, 0.65, 0.3, one), on_page("TIMESTAMP", 2, 0.65, 0.25, one), {"type": "ACROSS_PAGE", "offsetY": 0.3, "documentId": one},
        {"type": "ACROSS_PAGE_SCOPE", "sealPageConfig": "1,3", "offsetY": 0.5, "documentId": other}]}
    traders = add(made, company(TRADERS, [sealing], receiver=LI))
    add(made, person(**named(SUN), stampers=[on_page("PERSONAL", 1, 0.1, 0.7, one, rotationDegrees=30), on_page("PERSONAL", 0, 0.1, 0.7, other)]))
    assert traders["status"] == "SIGNING" and made.statuses() == ["SIGNED", "SIGNED", "SIGNED", "SIGNING", "WAITING"]
    first.step([own, "王五", "赵六"], signs=False)
    second.step([own], signs=False)

    with phone(server) as handler:
        handler.open(link(made, LI))
        handler.sees(f"你将代表 {TRADERS} 签署")
        handler.tap("盖章")
        handler.tap("用这枚印章")
        handler.finish("确认盖章")
        handler.heading("盖章完成")
    assert made.statuses() == ["SIGNED", "SIGNED", "SIGNED", "SIGNED", "SIGNING"]
    first.step([own, "王五", "赵六", TRADERS])
    second.step([own, TRADERS])

    with phone(server) as latest:
        latest.open(link(made, SUN))
        latest.give_drawn_signature()
        latest.finish()
        latest.heading("签署完成")
    assert (made.status, made.statuses()) == ("COMPLETE", ["SIGNED"] * 5)
    first.step([own, "王五", "赵六", TRADERS, "孙七"])
    second.step([own, TRADERS, "孙七"])


def test_a_contract_may_be_completed_again_and_again(api, server, server_judges, tmp_path):
    made = Contract(api, server, [person(**named(WANG))], category={"id": server.demo["categoryId"]})
    made.add_file(plain_pages(2))
    made.send([made.at_party(0, type="PERSONAL", page=1, offsetX=0.1, offsetY=0.8)])
    history, signers = History(made, 0, server_judges, server, tmp_path), []
    made.sign_by_page(WANG)
    signers.append("王五")
    history.step(list(signers))
    for number in range(1, 5):
        who = user(f"后来者{'一二三四'[number - 1]}", f"1380000040{number}")
        add(made, person(**named(who), stampers=[on_page("PERSONAL", 1 + number % 2, 0.1, 0.8 - 0.15 * number, made.documents[0])]))
        made.sign_by_page(who)
        signers.append(who["name"])
        assert made.status == "COMPLETE"
        history.step(list(signers))


def test_added_parties_without_places_choose_them_and_every_judge_accepts(api, server, server_judges, tmp_path):
    own = server.demo["companyName"]
    made = Contract(api, server, [person(**named(WANG))], category={"id": server.demo["categoryId"]})
    made.add_file(plain_pages(3))
    made.send([made.at_party(0, type="PERSONAL", page=1, offsetX=0.1, offsetY=0.8)])
    history = History(made, 0, server_judges, server, tmp_path)
    made.sign_by_page(WANG)
    history.step(["王五"])
    add(made, person(**named(SUN)))
    page = made.page(SUN)
    page.sign(page.ask_for_code(SUN["contact"]), typed="孙七", places=[
        {"documentId": made.documents[0], "page": number, "x": 0.2, "y": 0.2} for number in (1, 3)])
    history.step(["王五", "孙七"])
    add(made, company(own, [{"type": "COMPANY", "serialNo": 0}]))
    made.seal(stampers=[on_page("COMPANY", 2, 0.2, 0.5, made.documents[0]), {"type": "ACROSS_PAGE", "offsetY": 0.5, "documentId": made.documents[0]}])
    history.step(["王五", "孙七", own])
    assert made.status == "COMPLETE"


# ---------------------------------------------------------------------------------------------- attachments that are signed


ATTACHED = {"title": "授权书", "required": True, "needSign": True}


@pytest.fixture
def picture(tmp_path) -> bytes:
    """A scan as telephones make them."""
    path = tmp_path / "scan"
    path.with_suffix(".pdf").write_bytes(plain_pages(1))
    subprocess.run(["pdftoppm", "-r", "60", "-png", "-singlefile", path.with_suffix(".pdf"), path], check=True)
    return path.with_suffix(".png").read_bytes()


def attachments_of(contract: Contract) -> list[dict]:
    return [document for document in contract.detail()["documents"] if document["contentType"] == "ATTACHMENT"]


def history_of(contract: Contract, document: str, judges: Judges, server: Server, folder: pathlib.Path) -> History:
    contract.documents.append(document)
    return History(contract, len(contract.documents) - 1, judges, server, folder)


@pytest.mark.parametrize("name", ["授权书.pdf", "授权书.png"])
def test_an_attachment_that_a_person_must_sign_is_accepted_by_every_judge(api, server, server_judges, picture, tmp_path, name):
    made = Contract(api, server, [person(**named(WANG))], category={"id": server.demo["categoryId"]})
    made.add_file(plain_pages(2))
    made.send([made.at_party(0, type="PERSONAL", page=1, offsetX=0.1, offsetY=0.8)])
    main = History(made, 0, server_judges, server, tmp_path)
    made.sign_by_page(WANG)
    main.step(["王五"])
    add(made, person(**named(SUN), attachments=[ATTACHED], stampers=[on_page("PERSONAL", 1, 0.1, 0.5, made.documents[0])]))
    page = made.page(SUN)
    page.attach(page.task["attachments"][0]["id"], name, picture if name.endswith("png") else plain_pages(2))
    [document] = attachments_of(made)
    attached = history_of(made, document["id"], server_judges, server, tmp_path)
    page.sign(page.ask_for_code(SUN["contact"]), strokes=CORNER)
    main.step(["王五", "孙七"])
    attached.step(["孙七"])
    assert made.status == "COMPLETE"
    before, after = attached.files
    for renderer in RENDERERS:
        pages = [marks(draw(before, page, renderer), draw(after, page, renderer)) for page in range(1, document["pageCount"] + 1)]
        assert not any(pages[:-1]) and len(pages[-1]) == 1, "the last page alone shows it"
        width = draw(after, document["pageCount"], renderer).width / MILLIMETRE
        assert pages[-1][0].left > width / 2 and pages[-1][0].top < 40, "at the lower right"


def test_a_party_added_beside_an_attachment_signs_the_contracts_own_documents(api, server, server_judges, tmp_path):
    """What another party handed in is no document that places without a name, or a seal over all documents, mean."""
    own = server.demo["companyName"]
    made = Contract(api, server, [person(**named(WANG), attachments=[ATTACHED])], category={"id": server.demo["categoryId"]})
    made.add_file(plain_pages(2))
    made.send([made.at_party(0, type="PERSONAL", page=1, offsetX=0.1, offsetY=0.8)])
    page = made.page(WANG)
    page.attach(page.task["attachments"][0]["id"], "授权书.pdf", plain_pages(2))
    page.sign(page.ask_for_code(WANG["contact"]), typed="王五")
    [document] = attachments_of(made)
    main = History(made, 0, server_judges, server, tmp_path)
    attached = history_of(made, document["id"], server_judges, server, tmp_path)
    sealing = [{"type": "COMPANY", "page": 1, "offsetX": 0.1, "offsetY": 0.1}, {"type": "ACROSS_PAGE", "acrossType": "ALL_DOCUMENT", "offsetY": 0.5}]
    add(made, company(own, [{"type": "COMPANY", "serialNo": 0, "stampers": sealing}]))
    made.seal()
    main.step(["王五", own])
    attached.step(["王五"], signs=False)
    assert attached.files[0] == attached.files[1] and made.status == "COMPLETE"


def test_every_node_of_a_company_signs_its_attachment_and_every_judge_accepts_each(api, server, server_judges, contract, tmp_path):
    made = Contract(api, server, [person(**named(WANG))], category={"id": server.demo["categoryId"]})
    made.add_file(plain_pages(2))
    made.send([made.at_party(0, type="PERSONAL", page=1, offsetX=0.1, offsetY=0.8)])
    made.sign_by_page(WANG)
    main = History(made, 0, server_judges, server, tmp_path)
    one = made.documents[0]
    nodes = [{"type": "OPERATOR", "serialNo": 0, "stampers": [on_page("PERSONAL", 1, 0.1, 0.5, one)]},
             {"type": "LP", "serialNo": 1, "stampers": [on_page("LP", 1, 0.5, 0.5, one)]},
             {"type": "COMPANY", "serialNo": 2, "stampers": [on_page("COMPANY", 1, 0.1, 0.2, one),
                                                             {"type": "ACROSS_PAGE", "offsetY": 0.2, "documentId": one}]}]
    add(made, company(TRADERS, nodes, receiver=LI, attachments=[ATTACHED, {"title": "营业执照", "required": False, "needSign": False}]))
    page = made.page(LI)
    page.attach(page.task["attachments"][0]["id"], "授权书.pdf", contract.read_bytes())
    page.attach(page.task["attachments"][1]["id"], "营业执照.pdf", plain_pages(1))
    [document] = attachments_of(made)
    attached, signers = history_of(made, document["id"], server_judges, server, tmp_path), []
    for name in ("李四", TRADERS, TRADERS):  # what a legal representative signs, the company signs
        made.sign_by_page(LI)
        signers.append(name)
        main.step(["王五", *signers])
        attached.step(list(signers))
    assert made.status == "COMPLETE"
