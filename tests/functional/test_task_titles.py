"""What a task is called on the page of whoever has it (spec §2.3, §10.2 of the platform)."""
from __future__ import annotations

import pytest

from support.contracts import Contract, company, person, user

SIGNER = user("签署人（测试）", "13793000001")
BOSS = user("韩梅梅", "13900000001")


@pytest.mark.parametrize("named, title", [({}, "审批并签字"), ({"name": "财务复核（测试）"}, "财务复核（测试）")])
def test_a_person_only_signs_and_a_companys_personal_node_approves_and_signs(api, server, contract_pdf, named, title):
    contract = Contract(api, server, [person(SIGNER["name"], SIGNER["contact"]),
                                      company(server.demo["companyName"], [{"type": "PERSONAL", "corpOperators": [BOSS], **named}])], ordinal=False)
    contract.add_file(contract_pdf)
    contract.send([contract.at_party(0, type="PERSONAL", page=1, offsetX=0.1, offsetY=0.1), contract.at_action(1, type="PERSONAL", page=1, offsetX=0.6, offsetY=0.1)])
    assert contract.page(SIGNER).task["title"] == "个人签字"
    assert contract.page(BOSS).task["title"] == title
    assert contract.detail()["signatories"][1]["actions"][0]["name"] == title
