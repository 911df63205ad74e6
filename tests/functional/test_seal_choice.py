"""Which seal a silent signature is made with when the node lists several: the place's own, the call's, or none can be told (spec §4.19)."""
from __future__ import annotations

import pytest

from support import organisation
from support.contracts import Contract, company

HOUSE = "多章选择（测试）有限公司"
UNCLEAR, SEALED, UNKNOWN = "11990005", "00000000", "11011201"


@pytest.fixture(scope="module")
def house(server):
    return organisation.apply(server.data, [{
        "name": HOUSE, "application": [{"name": "系统"}], "category": [{"name": "默认"}],
        "seal": [{"name": "甲章"}, {"name": "乙章"}, {"name": "丙章"}]}])


@pytest.fixture
def node(house, server, contract_pdf):
    """A sent contract whose one node lists two seals, and how to seal it."""
    api = house.application(server, HOUSE)
    first, second, other = (house.seal(HOUSE, name) for name in ("甲章", "乙章", "丙章"))

    class Node:
        seals = {"A": first, "B": second, "other": other, "unknown": "3501234567890123777"}

        def __init__(self, *places: tuple[str, str | None], send: bool = True) -> None:
            self.contract = Contract(api, server, [company(HOUSE, [{"type": "COMPANY", "corpSealIds": [first, second]}])])
            self.contract.add_file(contract_pdf)
            if send:
                self.contract.send([self.contract.at_action(0, 0, **self.place(*one)) for one in places])

        @classmethod
        def drafted(cls) -> Node:
            return cls(send=False)

        def place(self, kind: str, seal: str | None) -> dict:
            where = {"type": kind, "offsetX": 0.2, "offsetY": {"COMPANY": 0.2, "TIMESTAMP": 0.5, "ACROSS_PAGE": 0.7}[kind]}
            return {**where, **({"page": 1} if kind != "ACROSS_PAGE" else {}), **({"sealId": self.seals[seal]} if seal else {})}

        def seal(self, *places: tuple[str, str | None], **fields) -> str:
            stampers = [{**self.place(*one), "documentId": self.contract.documents[0]} for one in places]
            return self.contract.try_seal(**fields, stampers=stampers).envelope["responseCode"]

    return Node


@pytest.mark.parametrize("preset, called, answer", [
    ([("COMPANY", "A")], [], SEALED), ([], [("COMPANY", "B")], SEALED), ([("COMPANY", "A")], [("COMPANY", "B")], SEALED),
    ([("COMPANY", None)], [("COMPANY", "B")], SEALED), ([("COMPANY", None)], [], UNCLEAR), ([], [("COMPANY", None)], UNCLEAR),
    ([], [("COMPANY", "other")], UNKNOWN), ([], [("COMPANY", "unknown")], UNKNOWN)])
def test_the_places_name_the_seal_where_the_call_names_none(node, preset, called, answer):
    one = node(*preset)
    assert one.seal(*called) == answer
    assert one.contract.status == ("COMPLETE" if answer == SEALED else "SIGNING")


@pytest.mark.parametrize("seal", ["A", "other", "unknown"])
@pytest.mark.parametrize("when", ["sent", "called"])
def test_a_seal_named_with_a_date_is_passed_over(node, seal, when):
    date = ("TIMESTAMP", seal)
    one = node(("COMPANY", "B"), *([date] if when == "sent" else []))
    assert one.seal(*([date] if when == "called" else [])) == SEALED


def test_a_sample_that_names_one_seal_everywhere_is_sealed_with_it(node):
    one = node(("COMPANY", "A"))
    assert one.seal(("COMPANY", "B"), ("TIMESTAMP", "B"), ("ACROSS_PAGE", "B")) == SEALED


@pytest.mark.parametrize("kind", ["COMPANY", "ACROSS_PAGE"])
@pytest.mark.parametrize("seal, answer", [("B", "00000000"), ("other", UNKNOWN), ("unknown", UNKNOWN)])
def test_a_place_of_the_sending_names_only_a_seal_of_its_nodes_list(node, kind, seal, answer):
    one = node.drafted()
    place = one.contract.at_action(0, 0, **one.place(kind, seal))
    reply = one.contract.try_send([one.contract.at_action(0, 0, **one.place("COMPANY", "A")), place])
    assert reply.envelope["responseCode"] == answer
    assert one.contract.status == ("SIGNING" if answer == "00000000" else "DRAFT")
    if answer == UNKNOWN:
        assert "stampers[1].sealId" in reply.envelope["message"]


@pytest.mark.parametrize("seal, answer", [("A", "00000000"), ("other", UNKNOWN), ("unknown", UNKNOWN)])
def test_a_place_of_the_draft_names_only_a_seal_of_its_nodes_list(house, server, node, seal, answer):
    api = house.application(server, HOUSE)
    place = {"type": "COMPANY", "page": 1, "offsetX": 0.1, "offsetY": 0.1, "sealId": node.seals[seal]}
    fields = {"subject": "章（测试）", "signatories": [company(HOUSE, [
        {"type": "COMPANY", "corpSealIds": [node.seals["A"], node.seals["B"]], "stampers": [place]}])]}
    assert api.post("/v2/contract/draft", fields).envelope["responseCode"] == answer
