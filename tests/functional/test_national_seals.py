"""Companies that also seal by the national algorithms: a signature with an electronic seal (GB/T 38540) behind each PAdES signature of theirs."""
from __future__ import annotations

import json
import re
import subprocess
import urllib.error
import urllib.request

import pytest

from support import organisation
from support.contracts import Contract, company, person, user
from support.server import BINARY

NATIONAL, PLAIN = "国密签章（测试）有限公司", "普通签章（测试）有限公司"
LI = user("李国密（测试）", "13870000001")


def plan(name: str, **more) -> dict:
    return {"name": name, "application": [{"name": "系统"}], "seal": [{"name": "合同专用章"}, {"name": "法人章", "type": "LP", "person": "何测试"}],
            "category": [{"name": "默认"}], **more}


@pytest.fixture(scope="module")
def house(server):
    return organisation.apply(server.data, [plan(NATIONAL, national_seals=True), plan(PLAIN)])


def sealed(house, server, name: str, pdf: bytes, nodes=({"type": "COMPANY"},), **fields) -> Contract:
    api = house.application(server, name)
    contract = Contract(api, server, [company(name, list(nodes), serialNo=1), person(LI["name"], LI["contact"], serialNo=2)], **fields)
    contract.add_file(pdf)
    contract.send([*(contract.at_action(0, i, type=node["type"], page=1, offsetX=0.2 + i / 3, offsetY=0.3) for i, node in enumerate(nodes)),
                   contract.at_party(1, type="PERSONAL", page=1, offsetX=0.6, offsetY=0.1)])
    contract.seal()
    return contract


def seals_in(pdf: bytes) -> int:
    return pdf.count(b"/GM.sm2seal")


def verify(pdf: bytes, folder, server) -> dict:
    file = folder / "verified.pdf"
    file.write_bytes(pdf)
    done = subprocess.run([BINARY, "verify", file, "--data", server.data, "--json"], capture_output=True, text=True, check=False, timeout=60)
    return json.loads(done.stdout)


def test_the_seal_stands_behind_the_companys_signature_and_before_those_of_others(house, server, contract_pdf, tmp_path):
    contract = sealed(house, server, NATIONAL, contract_pdf)
    contract.sign_by_page(LI)
    assert contract.status == "COMPLETE"
    report = verify(contract.download(), tmp_path, server)
    assert report["verdict"] == "Intact"
    first, seal, last = report["signatures"][:3]
    assert (first["level"], last["level"]) == ("B-LTA", "B-LTA")
    assert seal["subFilter"] == "GM.sm2seal" and seal["intact"] and seal["trusted"]
    assert seal["electronicSeal"]["valid"] and seal["electronicSeal"]["name"] == "合同专用章"
    assert all(one["intact"] and one["trusted"] for one in report["signatures"])


def test_without_the_wish_there_is_none(house, server, contract_pdf):
    contract = sealed(house, server, PLAIN, contract_pdf)
    assert seals_in(contract.download()) == 0


def test_the_wish_is_taken_back_by_the_next_plan_and_left_alone_by_one_that_does_not_speak_of_it(server, house, contract_pdf):
    organisation.apply(server.data, [{"name": NATIONAL, "seal": [{"name": "合同专用章"}]}])
    assert seals_in(sealed(house, server, NATIONAL, contract_pdf).download()) == 1
    organisation.apply(server.data, [{"name": NATIONAL, "national_seals": False}])
    assert seals_in(sealed(house, server, NATIONAL, contract_pdf).download()) == 0
    organisation.apply(server.data, [{"name": NATIONAL, "national_seals": True}])
    assert seals_in(sealed(house, server, NATIONAL, contract_pdf).download()) == 1


def test_only_the_companys_own_seal_is_put_so_not_its_legal_representatives(house, server, contract_pdf):
    api = house.application(server, NATIONAL)
    contract = sealed(house, server, NATIONAL, contract_pdf, nodes=({"type": "COMPANY"}, {"type": "LP"}))
    api.ok(api.post("/v2/contract/legalpersonsign", {"contractId": contract.id}))
    assert seals_in(contract.download()) == 1


def test_whoever_changes_the_file_behind_it_is_found(house, server, contract_pdf, tmp_path):
    pdf = bytearray(sealed(house, server, NATIONAL, contract_pdf).download())
    pdf[len(contract_pdf) // 2] ^= 1
    report = verify(bytes(pdf), tmp_path, server)
    assert report["verdict"] != "Intact"


def test_its_root_can_be_had_for_those_who_verify(house, server, contract_pdf):
    sealed(house, server, NATIONAL, contract_pdf)
    with urllib.request.urlopen(f"{server.url}/ca/sm2-root.pem", timeout=30) as answer:
        pem = answer.read()
    assert pem == (server.data / "keys" / "sm2" / "root.pem").read_bytes()


def test_where_nobody_wants_it_there_is_no_such_authority(new_server):
    server = new_server()
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{server.url}/ca/sm2-root.pem", timeout=30)
    assert refused.value.code == 404 and not (server.data / "keys" / "sm2").exists()


def test_the_judges_accept_every_pades_signature_beside_it(house, server, contract_pdf, server_judges, tmp_path):
    contract = sealed(house, server, NATIONAL, contract_pdf)
    contract.sign_by_page(LI)
    file = tmp_path / "signed.pdf"
    file.write_bytes(contract.download())
    for verdict in server_judges.hear(file, ("pdfsig", "openssl", "pyhanko")):
        people = [one for one in verdict.signatures if not re.fullmatch(r"a\d+s", one.field)]
        assert len(people) >= 2 and all(one.valid and one.trusted is not False for one in people), verdict
