"""What a category presets for the contracts drafted under it: parties, the initiator's own flow, places, seals, people, deadline and subject."""
from __future__ import annotations

import datetime
import re

import pytest

from support import organisation
from support.contracts import Contract, company, person, user, verify
from support.page import inbox, inbox_until

HOUSE = "青松科技（测试）有限公司"
PARTNER = "白杨贸易（测试）有限公司"
CREATOR = {"contact": "P001", "contactType": "NUMBER"}
OTHER = {"contact": "P002", "contactType": "NUMBER"}
SIGNER = user("丁测试", "13811110001")

SEAL_PLACE = {"type": "COMPANY", "keyword": "甲方", "x": 0.01, "y": -0.02}
DATE_PLACE = {"type": "TIMESTAMP", "page": 1, "x": 0.3, "y": 0.3}
SIGNATURE_PLACE = {"type": "PERSONAL", "page": 1, "x": 0.7, "y": 0.2}
SEALING = {"type": "COMPANY", "name": "盖公章", "seals": ["公章"], "place": [SEAL_PLACE, DATE_PLACE]}
PAIR = [{"type": "COMPANY", "sponsor": True, "node": [SEALING]}, {"type": "PERSONAL", "place": [SIGNATURE_PLACE]}]


def house(name: str, categories: list[dict], **more) -> dict:
    return {"name": name, "application": [{"name": "erp"}],
            "employee": [{"name": "孙测试", "mobile": "13811110011", "number": "P001", "roles": ["SEAL_ADMIN"]},
                         {"name": "周测试", "mobile": "13811110012", "number": "P002"}],
            "seal": [{"name": "公章"}, {"name": "合同章", "foot": "合同专用章"}], "category": categories, **more}


@pytest.fixture(scope="module")
def made(server):
    return organisation.apply(server.data, [house(HOUSE, [
        {"name": "双方", "signatory": PAIR},
        {"name": "三方", "signatory": [{"type": "PERSONAL"}, {"type": "COMPANY", "name": PARTNER}, PAIR[0]]},
        {"name": "内部流程", "sponsor": [{"type": "AUDIT", "name": "法务审批", "operators": ["P002"]}, SEALING]},
        {"name": "第二份", "sponsor": [{"type": "COMPANY", "place": [{**SEAL_PLACE, "document": 2}]}]},
        {"name": "跨文档", "sponsor": [{"type": "COMPANY", "place": [{"type": "ACROSS_PAGE", "across": "ALL_DOCUMENT", "y": 0.5}]}]},
        {"name": "限发起人", "initiators": ["P001"]},
        {"name": "七天", "expire_days": 7},
        {"name": "不得另盖", "stamper_rule": "MUST_FORBID", "sponsor": [SEALING]},
        {"name": "即时抄送", "copy_send_time": "SEND"},
        {"name": "按规则", "subject_rule": "{category}-{receiver}-{date}-{sn}"},
    ])])


@pytest.fixture(scope="module")
def erp(made, server):
    return made.application(server, HOUSE)


def own(actions: list[dict] | None = None, **more) -> dict:
    """The initiator as a request names it when the category knows its nodes."""
    party = company(HOUSE, actions if actions is not None else [], **more)
    return party if actions else {name: value for name, value in party.items() if name != "actions"}


def him(**more) -> dict:
    return person(SIGNER["name"], SIGNER["contact"], **more)


def draft(erp, category: str, signatories: list[dict], **fields):
    return erp.post("/v2/contract/draft", {"subject": "预设合同", "category": {"name": category}, "signatories": signatories, **fields})


def contract_of(erp, server, category: str, signatories: list[dict], **fields) -> Contract:
    return Contract(erp, server, signatories, category={"name": category}, **fields)


def test_a_preset_contract_needs_no_nodes_and_is_sealed_by_its_id_alone(erp, server, contract_pdf, made, tmp_path):
    contract = contract_of(erp, server, "双方", [own(), him()])
    node = contract.parties[0]["actions"][0]
    assert (node["type"], node["name"], node["corpSealIds"]) == ("COMPANY", "盖公章", [made.seal(HOUSE, "公章")])
    contract.add_file(contract_pdf)
    contract.send()
    assert [place["type"] for place in contract.places(0)] == ["COMPANY", "TIMESTAMP"]
    assert [place["type"] for place in contract.places(1)] == ["PERSONAL"]
    contract.seal()
    contract.sign_by_page(SIGNER)
    assert contract.status == "COMPLETE"
    verdict = verify(contract.download(), tmp_path, server)
    assert verdict.intact and verdict.signers == [HOUSE, SIGNER["name"]]


@pytest.mark.parametrize("category, signatories", [
    ("双方", []),
    ("双方", [own()]),
    ("双方", [own(), him(), person("戊测试", "13811110002")]),
    ("双方", [him(), own()]),
    ("双方", [own(serialNo=2), him(serialNo=1)]),
    ("双方", [own(), company(PARTNER, receiver=SIGNER)]),
    ("双方", [company(PARTNER, receiver=SIGNER), him()]),
    ("三方", [him(), company("别家（测试）有限公司", receiver=SIGNER), own()]),
    ("三方", [him(), own(), company(PARTNER, receiver=SIGNER)]),
], ids=["none", "one too few", "one too many", "other order", "other order by number", "no person", "not the initiator", "another company",
        "the initiator elsewhere"])
def test_parties_other_than_the_preset_ones_are_refused(erp, category, signatories):
    assert draft(erp, category, signatories).envelope["responseCode"] == "11011301"


@pytest.mark.parametrize("signatories", [
    [him(), company(PARTNER, receiver=SIGNER), own()],
    [own(serialNo=9), him(serialNo=2), company(PARTNER, receiver=SIGNER, serialNo=5)],
], ids=["in the list's order", "in the order of the numbers"])
def test_the_preset_order_is_that_of_the_numbers_else_of_the_list(erp, signatories):
    erp.ok(draft(erp, "三方", signatories))


def test_the_initiators_preset_flow_takes_the_place_of_what_the_request_says(erp, server, contract_pdf):
    wish = [{"type": "COMPANY", "name": "另一个"}, {"type": "LP"}]
    for actions in ([], wish):
        made = erp.ok(draft(erp, "内部流程", [own(actions), him()]))
        assert [(node["type"], node["name"]) for node in made["signatories"][0]["actions"]] == [("AUDIT", "法务审批"), ("COMPANY", "盖公章")]
    contract = contract_of(erp, server, "内部流程", [own(), him()], ordinal=False)
    contract.add_file(contract_pdf)
    contract.send([contract.at_party(1, type="PERSONAL", page=1, offsetX=0.6, offsetY=0.1)])
    assert contract.try_seal().code == 1107
    erp.ok(erp.post("/v2/contract/employeeaudit", {"contractId": contract.id, "pass": True}))
    contract.seal()
    assert contract.nodes(0) == ["FINISH", "FINISH"]


def test_a_fixed_flow_comes_from_the_request_alone(erp, server):
    wish = [{"type": "COMPANY", "name": "只盖章"}]
    for category in ("内部流程", "双方"):
        contract = contract_of(erp, server, category, [own(wish, fixedFlow=True), him()])
        assert [node["name"] for node in contract.parties[0]["actions"]] == ["只盖章"]
    assert draft(erp, "内部流程", [own(fixedFlow=True), him()]).envelope["responseCode"] == "11011103"


def test_without_a_preset_flow_the_request_must_send_nodes(erp):
    assert draft(erp, "七天", [own(), him()]).envelope["responseCode"] == "11011103"


def test_a_place_may_be_in_the_second_document(erp, server, contract_pdf):
    contract = contract_of(erp, server, "第二份", [own(), him()])
    contract.add_file(contract_pdf, "第一份", documentSort=1)
    refused = contract.try_send()
    assert refused.code == 1005 and "document 2" in refused.envelope["message"]
    # What sorts before is the first document, whenever it came.
    contract.add_file(contract_pdf, "最前", documentSort=0)
    contract.send()
    assert [place["documentId"] for place in contract.places(0)] == [contract.documents[0]]


def test_a_preset_seal_across_all_documents_runs_over_every_page(erp, server, contract_pdf):
    contract = contract_of(erp, server, "跨文档", [own(), him()])
    contract.add_file(contract_pdf)
    contract.add_file(contract_pdf)
    contract.send()
    assert len(contract.places(0)) == 4 and {place["documentId"] for place in contract.places(0)} == set(contract.documents)


def test_places_of_the_request_take_the_place_of_the_preset_ones_for_their_node(erp, server, contract_pdf):
    contract = contract_of(erp, server, "双方", [own(), him()])
    contract.add_file(contract_pdf)
    contract.send([contract.at_action(0, type="COMPANY", page=2, offsetX=0.1, offsetY=0.1)])
    assert [(place["type"], place["page"]) for place in contract.places(0)] == [("COMPANY", 2)]
    assert len(contract.places(1)) == 1


@pytest.mark.parametrize("creator, code", [(CREATOR, "00000000"), ({"contact": "13811110011", "contactType": "MOBILE"}, "00000000"),
                                           (OTHER, "11011151"), (None, "00000000")],
                         ids=["by number", "by mobile", "another", "the virtual user"])
def test_only_the_named_people_may_initiate(erp, creator, code):
    more = {"creator": creator} if creator else {}
    reply = draft(erp, "限发起人", [own([{"type": "COMPANY"}]), him()], **more)
    assert reply.envelope["responseCode"] == code
    assert reply.code == (1151 if code != "00000000" else 0)


def test_the_deadline_is_the_categorys_unless_the_request_has_one(erp):
    made = erp.ok(draft(erp, "七天", [own([{"type": "COMPANY"}]), him()]))
    china = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8)))
    assert made["expireTime"] in {f"{(china + datetime.timedelta(days=days)).date()} 23:59:59" for days in (6, 7)}
    named = erp.ok(draft(erp, "七天", [own([{"type": "COMPANY"}]), him()], expireTime="2036-01-02 03:04:05"))
    assert named["expireTime"] == "2036-01-02 03:04:05"


def test_the_stamper_rule_is_the_categorys_unless_the_request_has_one(erp, server, contract_pdf):
    further = {"type": "COMPANY", "page": 2, "offsetX": 0.1, "offsetY": 0.1}
    kept = {}
    for rule in ("", "MUST_ALLOW"):
        contract = contract_of(erp, server, "不得另盖", [own(), him()])
        document = contract.add_file(contract_pdf)
        contract.send([contract.at_party(1, type="PERSONAL", page=1, offsetX=0.6, offsetY=0.1)], stamperRule=rule)
        before = contract.download()
        contract.seal(stampers=[{**further, "documentId": document}])
        kept[rule] = len(re.findall(rb"/FT\s*/Sig", contract.download())) - len(re.findall(rb"/FT\s*/Sig", before))
    assert kept["MUST_ALLOW"] == kept[""] + 1, "a further place is a further field, and the category forbids it"


@pytest.mark.parametrize("category, wish, at_once", [("即时抄送", None, True), ("七天", None, False), ("即时抄送", "FINISH", False)])
def test_copies_go_out_when_the_category_says_unless_the_request_does(erp, server, contract_pdf, category, wish, at_once):
    copied = user("辛测试", "13811110077")
    contract = contract_of(erp, server, category, [him()], copySendReceivers=[{"name": "辛测试", "receiver": copied}],
                           **({"copySendTime": wish} if wish else {}))
    contract.add_file(contract_pdf)
    contract.send([contract.at_party(0, type="PERSONAL", page=1, offsetX=0.6, offsetY=0.1)])
    # The signer's message leaves with the same sending: when it is there, a copy would be too.
    inbox_until(server, SIGNER["contact"], lambda message: contract.subject in message["text"])
    told = lambda: [message for message in inbox(server, copied["contact"]) if contract.subject in message["text"]]  # noqa: E731
    if at_once:
        inbox_until(server, copied["contact"], lambda message: contract.subject in message["text"])
    else:
        assert told() == []
        contract.sign_by_page(SIGNER)
        inbox_until(server, copied["contact"], lambda message: contract.subject in message["text"])


def test_a_category_with_a_rule_makes_the_subject(erp):
    parties = [own([{"type": "COMPANY"}]), him()]
    made = erp.ok(draft(erp, "按规则", parties, subject="", sn="A-17"))
    assert re.fullmatch(rf"按规则-{SIGNER['name']}-\d{{8}}-A-17", made["subject"])
    assert erp.ok(draft(erp, "按规则", parties))["subject"] == "预设合同"
    assert draft(erp, "七天", parties, subject="").code == 1005


def test_a_category_whose_people_or_seals_are_gone_is_broken(server):
    name = "断桥（测试）有限公司"
    categories = [{"name": "审批", "sponsor": [{"type": "AUDIT", "operators": ["P002"]}, {"type": "COMPANY"}]},
                  {"name": "用章", "sponsor": [{"type": "COMPANY", "seals": ["合同章"], "place": [SEAL_PLACE]}]},
                  {"name": "位置用章", "sponsor": [{"type": "COMPANY", "place": [{**SEAL_PLACE, "seal": "合同章"}]}]},
                  {"name": "双方", "signatory": [{**PAIR[0], "node": [{"type": "COMPANY", "seals": ["合同章"]}]}, PAIR[1]]}]
    plan = house(name, categories)
    made = organisation.apply(server.data, [plan])
    erp = made.application(server, name)
    ask = lambda category: draft(erp, category, [{"tenantType": "COMPANY", "tenantName": name}, him()])  # noqa: E731
    for category in categories:
        erp.ok(ask(category["name"]))
    plan["employee"][1]["dismissed"] = True
    plan["seal"][1]["status"] = "FREEZE"
    plan["category"] = []
    organisation.apply(server.data, [plan])
    for category in categories:
        reply = ask(category["name"])
        assert (reply.code, reply.envelope["responseCode"]) == (1302, "11011302"), category["name"]


def test_the_detail_of_a_category_tells_what_it_prescribes(erp, made):
    both = erp.ok(erp.get("/v2/category/detail", categoryId=made.category(HOUSE, "双方")))
    seal = made.seal(HOUSE, "公章")
    assert both == {"id": made.category(HOUSE, "双方"), "name": "双方", "createTime": both["createTime"], "state": 0, "templates": [],
                    "defineSignatories": True, "defineSponsor": False, "signatories": [
                        {"tenantType": "COMPANY", "serialNo": 1, "sponsor": True, "tenantName": HOUSE,
                         "actions": [{"type": "COMPANY", "serialNo": 1, "name": "盖公章", "sealId": seal, "sealIds": [seal]}]},
                        {"tenantType": "PERSONAL", "serialNo": 2, "sponsor": False}]}
    own_flow = erp.ok(erp.get("/v2/category/detail", categoryName="内部流程"))
    assert (own_flow["defineSignatories"], own_flow["defineSponsor"]) == (False, True)
    [party] = own_flow["signatories"]
    assert [node["name"] for node in party["actions"]] == ["法务审批", "盖公章"] and party["actions"][0]["operators"][0]["contact"] == "P002"
    for query, code in [({}, 1005), ({"categoryName": "没有"}, 1005), ({"categoryName": "双方", "tenantName": "没有"}, 1801)]:
        assert erp.get("/v2/category/detail", **query).code == code


@pytest.mark.parametrize("category, why", [
    ({"name": "x", "sponsor": [{"type": "COMPANY", "place": [{"type": "PERSONAL", "page": 1}]}]}, "does not suit"),
    ({"name": "x", "sponsor": [{"type": "COMPANY", "place": [{"type": "COMPANY"}]}]}, "neither keyword nor page"),
    ({"name": "x", "sponsor": [{"type": "COMPANY", "place": [{**SEAL_PLACE, "seal": "没有"}]}]}, "has no seal"),
    ({"name": "x", "signatory": [{"type": "PERSONAL", "sponsor": True}]}, "a person is no sponsor"),
    ({"name": "x", "signatory": [{"type": "COMPANY", "place": [SEAL_PLACE]}]}, "belong to its nodes"),
    ({"name": "x", "signatory": [{"type": "COMPANY", "node": [{"type": "COMPANY", "seals": ["公章"]}]}]}, "has no seal"),
    ({"name": "x", "initiators": ["P999"]}, "has no employee P999"),
    ({"name": "x", "copy_send_time": "LATER"}, "there is no LATER"),
    ({"name": "x", "sponsor": [{"type": "COMPANY", "place": [{**SEAL_PLACE, "x": "left"}]}]}, "x: must be a number"),
])
def test_a_preset_that_cannot_be_meant_is_refused_with_its_place(server, category, why):
    refused = organisation.try_apply(server.data, organisation.toml({"company": [house("未成（测试）有限公司", [category])]}))
    assert refused.returncode == 1 and why in refused.stderr, refused.stderr
