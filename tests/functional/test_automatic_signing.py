"""`autoSign`: nodes of the initiator's own that sign themselves when their turn comes; once, and never lost."""
from __future__ import annotations

import json
import sqlite3
import time

import pytest

from support import organisation
from support.contracts import Contract, company, person, user, verify

HOUSE = "自签科技（测试）有限公司"
SIGNER = user("己测试", "13822220001")
AUTO = {"type": "COMPANY", "autoSign": True}
SEALED = {"type": "COMPANY", "page": 1, "offsetX": 0.1, "offsetY": 0.1}
SIGNED = {"type": "PERSONAL", "page": 1, "offsetX": 0.6, "offsetY": 0.1}


def plan(seal: str = "NORMAL") -> list[dict]:
    return [{"name": HOUSE, "application": [{"name": "erp"}], "employee": [{"name": "吴测试", "mobile": "13822220011", "number": "A001"}],
             "seal": [{"name": "公章", "status": seal}, {"name": "备用章", "foot": "备用"}],
             "category": [{"name": "双方", "signatory": [{"type": "COMPANY", "sponsor": True}, {"type": "PERSONAL"}]},
                          {"name": "多方", "add_after_sending": True}]}]


@pytest.fixture(scope="module")
def made(server):
    return organisation.apply(server.data, plan())


@pytest.fixture(scope="module")
def erp(made, server):
    return made.application(server, HOUSE)


def log(server, contract: Contract) -> list[tuple[str, dict]]:
    with sqlite3.connect(f"file:{server.data / 'signet.db'}?mode=ro", uri=True) as database:
        rows = database.execute("SELECT event, detail FROM audit WHERE contract = ? ORDER BY sequence", (int(contract.id),))
        return [(event, json.loads(detail)) for event, detail in rows]


def waiting(server) -> int:
    with sqlite3.connect(f"file:{server.data / 'signet.db'}?mode=ro", uri=True) as database:
        return database.execute("SELECT count(*) FROM automatic_signing").fetchone()[0]


def draft(erp, server, pdf, nodes: list[dict], own_first: bool = True, **fields) -> Contract:
    own, him = company(HOUSE, nodes, serialNo=1 if own_first else 2), person(SIGNER["name"], SIGNER["contact"], serialNo=2 if own_first else 1)
    contract = Contract(erp, server, [own, him], **fields)
    contract.add_file(pdf)
    return contract


def send(contract: Contract, nodes: int = 1) -> None:
    contract.send([contract.at_action(0, node, **SEALED) for node in range(nodes)] + [contract.at_party(1, **SIGNED)])


def factors(server, contract: Contract) -> list[str]:
    return [detail["factor"] for event, detail in log(server, contract) if event == "document.signed"]


def test_a_node_signs_itself_when_the_contract_is_sent(erp, server, contract_pdf, tmp_path):
    contract = draft(erp, server, contract_pdf, [AUTO])
    assert contract.parties[0]["actions"][0]["autoSign"] is True
    send(contract)
    assert contract.statuses() == ["SIGNED", "SIGNING"] and factors(server, contract) == ["auto"]
    verdict = verify(contract.download(), tmp_path, server)
    assert verdict.intact and verdict.signers == [HOUSE]
    assert waiting(server) == 0


def test_a_node_signs_itself_after_the_person_before_it(erp, server, contract_pdf):
    contract = draft(erp, server, contract_pdf, [AUTO], own_first=False)
    send(contract)
    assert contract.nodes(0) == ["INIT"]
    contract.sign_by_page(SIGNER)
    assert contract.status == "COMPLETE" and factors(server, contract) == ["code", "auto"]


def test_nodes_sign_themselves_one_after_another_and_after_an_approval(erp, server, contract_pdf):
    audit = {"type": "AUDIT", "corpOperators": [{"contact": "A001", "contactType": "NUMBER"}], "serialNo": 1}
    contract = draft(erp, server, contract_pdf, [audit, {**AUTO, "serialNo": 2}, {**AUTO, "serialNo": 3}])
    contract.send([contract.at_action(0, 1, **SEALED), contract.at_action(0, 2, **SEALED), contract.at_party(1, **SIGNED)])
    assert contract.nodes(0) == ["START", "INIT", "INIT"]
    erp.ok(erp.post("/v2/contract/employeeaudit", {"contractId": contract.id, "pass": True}))
    assert contract.nodes(0) == ["FINISH"] * 3 and factors(server, contract) == ["auto", "auto"]


@pytest.mark.parametrize("nodes, places, why", [
    ([{"type": "COMPANY"}], True, "it was not asked for it"),
    ([{**AUTO, "type": "LP"}], True, "it does not seal for the company"),
    ([AUTO], False, "it knows no place"),
])
def test_other_nodes_wait_for_a_call(erp, server, contract_pdf, nodes, places, why):
    contract = draft(erp, server, contract_pdf, nodes)
    kind = "LP" if nodes[0]["type"] == "LP" else "COMPANY"
    contract.send([contract.at_action(0, **{**SEALED, "type": kind}), contract.at_party(1, **SIGNED)] if places else [contract.at_party(1, **SIGNED)])
    assert contract.nodes(0) == ["START"], why
    assert waiting(server) == 0


def test_nothing_signs_itself_under_preset_parties(erp, server, contract_pdf):
    contract = draft(erp, server, contract_pdf, [AUTO], category={"name": "双方"})
    send(contract)
    assert contract.nodes(0) == ["START"] and "autoSign" not in contract.parties[0]["actions"][0]


def test_a_receiving_company_does_not_sign_by_itself(erp, server, contract_pdf):
    other = company("收件（测试）有限公司", [AUTO], SIGNER, serialNo=1)
    contract = Contract(erp, server, [other])
    contract.add_file(contract_pdf)
    contract.send([contract.at_action(0, **SEALED)])
    assert contract.nodes(0) == ["START"]


def test_a_node_that_cannot_sign_itself_stays_open_with_an_entry_in_the_log_and_takes_a_call(new_server, contract_pdf):
    server = new_server()
    erp = organisation.apply(server.data, plan()).application(server, HOUSE)
    contract = draft(erp, server, contract_pdf, [AUTO], own_first=False)
    send(contract)
    frozen = plan("FREEZE")
    frozen[0]["seal"][1]["status"] = "FREEZE"
    organisation.apply(server.data, frozen)
    contract.sign_by_page(SIGNER)
    assert contract.status == "SIGNING" and contract.nodes(0) == ["START"]
    failed = [detail for event, detail in log(server, contract) if event == "signing.failed"]
    assert failed == [{"action": contract.action(0), "reason": "SealNotFound"}]
    assert waiting(server) == 0, "what no time will mend is not tried again"
    organisation.apply(server.data, plan())
    contract.seal()
    assert contract.status == "COMPLETE"


def test_what_a_crash_prevented_is_signed_after_the_start_and_once(new_server, contract_pdf):
    server = new_server()
    erp = organisation.apply(server.data, plan()).application(server, HOUSE)
    contract = draft(erp, server, contract_pdf, [AUTO], own_first=False)
    send(contract)
    frozen = plan("FREEZE")
    frozen[0]["seal"][1]["status"] = "FREEZE"
    organisation.apply(server.data, frozen)
    contract.sign_by_page(SIGNER)
    server.kill()
    # As a crash leaves it: the turn is committed together with its row, the signature is not made.
    with sqlite3.connect(server.data / "signet.db") as database:
        database.execute("INSERT INTO automatic_signing (contract, due, tries) VALUES (?, 0, 0)", (int(contract.id),))
    organisation.apply(server.data, plan())
    server.start()
    end = time.monotonic() + 60
    while contract.status != "COMPLETE" and time.monotonic() < end:
        time.sleep(0.05)
    assert contract.status == "COMPLETE"
    server.stop()
    assert factors(server, contract) == ["code", "auto"] and waiting(server) == 0


def test_the_row_is_committed_with_the_turn(new_server, contract_pdf):
    """A trigger stands where the crash would: the signature cannot be written down, so all that is left is the turn and its row."""
    server = new_server()
    erp = organisation.apply(server.data, plan()).application(server, HOUSE)
    contract = draft(erp, server, contract_pdf, [AUTO])
    with sqlite3.connect(server.data / "signet.db", timeout=60) as database:
        database.execute("CREATE TRIGGER power_cut BEFORE INSERT ON sign_intent BEGIN SELECT RAISE(ABORT, 'no power'); END")
    contract.try_send([contract.at_action(0, **SEALED), contract.at_party(1, **SIGNED)])
    assert contract.nodes(0) == ["START"] and waiting(server) == 1
    server.kill()
    with sqlite3.connect(server.data / "signet.db") as database:
        database.execute("DROP TRIGGER power_cut")
        database.execute("UPDATE automatic_signing SET due = 0")
    server.start()
    end = time.monotonic() + 60
    while contract.nodes(0) != ["FINISH"] and time.monotonic() < end:
        time.sleep(0.05)
    assert contract.statuses() == ["SIGNED", "SIGNING"] and factors(server, contract) == ["auto"] and waiting(server) == 0
