"""Templates: documents made from them, what is checked, and the time in which parties fill them in before anybody signs."""
from __future__ import annotations

import io
import json
import subprocess
import uuid
import zipfile

import pytest

from support import organisation
from support.contracts import person, user
from support.page import Page, PageError

HOUSE = "示例科技（演示）有限公司"
CONTENT_TYPES = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>"""
RELATIONS = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>"""
PIXEL = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="


def docx(body: str) -> bytes:
    document = ('<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
                f"<w:body>{body}</w:body></w:document>")
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", CONTENT_TYPES)
        package.writestr("_rels/.rels", RELATIONS)
        package.writestr("word/document.xml", document)
    return made.getvalue()


def runs(*texts: str) -> str:
    return "<w:p>" + "".join(f"<w:r><w:t>{text}</w:t></w:r>" for text in texts) + "</w:p>"


def row(*cells: str) -> str:
    return "<w:tr>" + "".join(f"<w:tc>{runs(cell)}</w:tc>" for cell in cells) + "</w:tr>"


WORD = docx(runs("Goods: {", "{goo", "ds}", "}") + runs("Buyer: {{buyer}} on {{day}}") + runs("Pay: {{pay}}")
            + f"<w:tbl>{row('what', 'price')}{row('{{items.what}}', '{{items.price}}')}</w:tbl>" + runs("{{stamp}}") + runs("Sign here"))
HTML = "<html><body><p>Lease of {{house}}</p><p>Tenant: {{tenant}}</p><p>Since {{since}}</p><p>Sign here</p></body></html>".encode()
WORD_PARAMS = [
    {"name": "goods", "required": True}, {"name": "buyer"}, {"name": "day", "type": "date"},
    {"name": "pay", "type": "single", "options": ["bank", "cash"]}, {"name": "items", "type": "table"}, {"name": "stamp", "type": "image"},
]
HTML_PARAMS = [
    {"name": "house", "required": True}, {"name": "tenant", "required": True, "party": 1},
    {"name": "since", "type": "date", "required": True, "party": 1},
]


@pytest.fixture(scope="module")
def made(server, tmp_path_factory):
    folder = server.data.parent
    (folder / "goods.docx").write_bytes(WORD)
    (folder / "lease.html").write_bytes(HTML)
    companies = [{"name": HOUSE, "template": [
        {"title": "goods", "file": "goods.docx", "param": WORD_PARAMS},
        {"title": "lease", "file": "lease.html", "param": HTML_PARAMS},
        {"title": "gone", "file": "lease.html", "enabled": False},
    ], "category": [{"name": "leases", "templates": ["lease"]}]}]
    return organisation.apply(server.data, companies)


def template(made, title: str) -> str:
    return next(one["id"] for one in made.printed["templates"] if one["title"] == title)


def values(**given) -> list[dict]:
    return [{"name": name, "value": value} for name, value in given.items()]


def draft(api, **more) -> dict:
    fields = {"subject": f"合同 {uuid.uuid4().hex[:8]}", "signatories": [person("李雷", "13800000001")], **more}
    return api.ok(api.post("/v2/contract/draft", fields))


def add(api, contract: dict, which: str, **more):
    return api.post("/v2/document/addbytemplate", {"contractId": contract["id"], "title": "made", "templateId": which, **more})


def text_of(api, document: str, tmp_path) -> str:
    file = tmp_path / "made.pdf"
    file.write_bytes(api.get("/v2/document/download", documentId=document).body)
    return subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, text=True, check=True).stdout


def detail(api, contract: dict) -> dict:
    return api.ok(api.get("/v2/contract/detail", contractId=contract["id"]))


def test_a_word_template_gets_its_values_whatever_runs_they_lie_in(api, made, tmp_path):
    contract = draft(api)
    given = values(goods="笔 & <ink>", buyer="Li Lei\nsecond line", day="2026-09-15", pay="cash",
                   items=json.dumps([{"what": "pen", "price": "1"}, {"what": "ink", "price": 2}]), stamp=PIXEL)
    document = api.ok(add(api, contract, template(made, "goods"), templateParams=given))["documentId"]
    text = text_of(api, document, tmp_path)
    assert "Goods: 笔 & <ink>" in text and "{{" not in text
    assert "Buyer: Li Lei" in text and "second line on 2026-09-15" in text
    assert "☐bank" in text and "☑cash" in text
    words = text.split()
    assert words[words.index("what"):words.index("Sign")] == ["what", "price", "pen", "1", "ink", "2"]


def test_a_line_of_an_html_template_takes_three_hundred_characters(api, made):
    contract = draft(api)
    api.ok(add(api, contract, template(made, "lease"), templateParams=values(house="路" * 300)))
    refused = add(api, contract, template(made, "lease"), templateParams=values(house="路" * 301)).envelope
    assert refused["responseCode"] == "11990011" and "house" in refused["message"]
    assert len(detail(api, contract)["documents"]) == 1
    api.ok(add(api, contract, template(made, "goods"), templateParams=values(goods="路" * 1000)))


@pytest.mark.parametrize("name, value", [
    ("day", "2026-02-30"), ("day", "15.9.2026"), ("pay", "card"), ("items", "no table"), ("items", '{"a":1}'),
    ("stamp", "iVBORw0KGgo="), ("stamp", "data:image/png;base64,AAAA"),
])
def test_a_value_must_suit_its_parameter(api, made, name, value):
    contract = draft(api)
    reply = add(api, contract, template(made, "goods"), templateParams=values(goods="x", **{name: value}))
    assert reply.code == 1005 and "templateParams[1].value" in reply.envelope["message"], reply
    assert detail(api, contract).get("documents", []) == []


def test_what_is_required_of_the_initiator_must_be_given(api, made):
    reply = add(api, draft(api), template(made, "goods"), templateParams=values(buyer="x"))
    assert reply.code == 1116 and "goods" in reply.envelope["message"]


@pytest.mark.parametrize("which", ["gone", "1"])
def test_a_template_that_cannot_be_used_is_a_bad_parameter(api, made, which):
    reply = add(api, draft(api), template(made, which) if which == "gone" else "1")
    assert reply.code == 1005


def test_the_values_of_the_draft_serve_where_the_document_brings_none(api, made, tmp_path):
    contract = draft(api, templateParams=values(goods="from the draft"))
    document = api.ok(add(api, contract, template(made, "goods")))["documentId"]
    assert "from the draft" in text_of(api, document, tmp_path)


def test_a_position_that_names_the_template_is_that_of_the_document_made_from_it(api, made):
    which = template(made, "goods")
    signer = person("李雷", "13800000001", stampers=[{"type": "PERSONAL", "documentId": which, "keyword": "Sign here"}])
    contract = draft(api, signatories=[signer])
    document = api.ok(add(api, contract, which, templateParams=values(goods="x")))["documentId"]
    api.ok(api.post("/v2/contract/send", {"contractId": contract["id"]}))
    places = api.ok(api.get("/v2/contract/detail", contractId=contract["id"], queryLocation="true"))["signatories"][0]["stampers"]
    assert [place["documentId"] for place in places] == [document]


def test_a_categorys_templates_become_documents_so_that_one_call_sends(api, made):
    signer = person("李雷", "13800000001")
    answer = draft(api, category={"name": "leases"}, signatories=[signer], send=True,
                   templateParams=values(house="House 1", tenant="Li Lei", since="2026-01-01"))
    assert [one["title"] for one in answer["documents"]] == ["lease"] and answer["status"] == "SIGNING"


def test_sending_names_what_the_initiator_left_out(api, made):
    fields = {"subject": "x", "category": {"name": "leases"}, "signatories": [person("李雷", "13800000001")], "send": True}
    reply = api.post("/v2/contract/draft", fields)
    assert reply.code == 1116 and "house" in reply.envelope["message"]


def filling(api) -> dict:
    answer = draft(api, category={"name": "leases"}, send=True, templateParams=values(house="House 1"),
                   signatories=[person("李雷", "13800000001"), person("韩梅", "13800000002")])
    assert answer["status"] == "FILLING"
    return answer


def page_of(api, server, contract: dict, contact: str = "13800000001") -> Page:
    url = api.ok(api.post("/v2/contract/pageurl", {"contractId": contract["id"], "user": user("", contact)}))["pageUrl"]
    return Page(server.host, server.port, url)


def test_a_receiver_fills_in_before_anybody_signs(api, server, made, tmp_path):
    contract = filling(api)
    assert [party["status"] for party in contract["signatories"]] == ["FILLING", "WAITING"]
    page = page_of(api, server, contract)
    assert page.view["state"] == "CAN_FILL"
    assert [param["name"] for param in page.view["params"]] == ["tenant", "since"]
    for bad, why in (({"tenant": "Li Lei"}, "since"), ({"tenant": "Li Lei", "since": "soon"}, "since"), ({"house": "mine now"}, "house")):
        with pytest.raises(PageError, match=why):
            page.fill(bad)
    assert detail(api, contract)["status"] == "FILLING"
    page.fill({"tenant": "Li Lei", "since": "2026-01-01"})
    now = detail(api, contract)
    assert now["status"] == "SIGNING"
    assert [party["status"] for party in now["signatories"]] == ["SIGNING", "WAITING"]
    text = text_of(api, now["documents"][0]["id"], tmp_path)
    assert "Tenant: Li Lei" in text and "Since 2026-01-01" in text and "House 1" in text
    with pytest.raises(PageError):
        page.fill({"tenant": "x"})


def test_who_has_nothing_to_fill_in_waits(api, server, made):
    page = page_of(api, server, filling(api), "13800000002")
    assert page.view["state"] == "WAITING"


def test_refusing_to_fill_in_sends_the_contract_back(api, server, made):
    contract = filling(api)
    link = {"contractId": contract["id"], "user": user("", "13800000001"), "hideRejectButton": False}
    page = Page(server.host, server.port, api.ok(api.post("/v2/contract/pageurl", link))["pageUrl"])
    page.reject("wrong house")
    now = detail(api, contract)
    assert (now["status"], now["signatories"][0]["status"], now["comments"]) == ("REJECTED", "REJECTED", "wrong house")


def test_what_can_be_taken_back_or_ended_while_signing_can_be_while_filling(api, made):
    for path, more, status in (("invalid", {}, "RECALLED"), ("forceend", {"reason": "x"}, "FORCE_END")):
        contract = filling(api)
        api.ok(api.post(f"/v2/contract/{path}", {"contractId": contract["id"], **more}))
        assert detail(api, contract)["status"] == status


def test_nobody_signs_by_api_while_others_fill_in(api, made):
    assert api.post("/v2/contract/companysign", {"contractId": filling(api)["id"]}).code in (1101, 1107)


def test_required_detail_tells_who_owes_what(api, made):
    contract = draft(api, category={"name": "leases"})
    told = api.ok(api.post("/v2/contract/required/detail", {"contractId": contract["id"]}))
    assert told["sponsorComplete"] is False
    params = {param["name"]: param for param in told["documents"][0]["params"]}
    assert params["house"]["belongToSponsor"] is True and "signatoryId" not in params["house"]
    assert params["tenant"]["signatoryId"] == contract["signatories"][0]["id"] and params["since"]["type"] == "date"


def test_modify_gives_values_and_times_to_a_draft(api, made, tmp_path):
    contract = draft(api, category={"name": "leases"})
    change = {"id": contract["id"], "subject": "another", "expireTime": "2027-06-01 12:00:00", "endTime": "2028-01-01 08:00:00",
              "templateParams": values(house="House 2")}
    api.ok(api.post("/v2/contract/contractModify", change))
    now = detail(api, contract)
    assert (now["subject"], now["expireTime"], now["endTime"]) == ("another", "2027-06-01 12:00:00", "2028-01-01 23:59:59")
    assert "House 2" in text_of(api, now["documents"][0]["id"], tmp_path)
    assert api.post("/v2/contract/contractModify", {"id": contract["id"], "templateParams": values(nothing="x")}).code == 1005


def test_modify_gives_no_values_once_signing_began(api, made):
    contract = draft(api, category={"name": "leases"}, send=True, templateParams=values(house="H", tenant="L", since="2026-01-01"))
    api.ok(api.post("/v2/contract/contractModify", {"id": contract["id"], "subject": "still allowed"}))
    assert api.post("/v2/contract/contractModify", {"id": contract["id"], "templateParams": values(house="x")}).code == 1101


def test_templates_are_listed_with_their_parameters(api, made):
    listed = api.ok(api.get("/v2/template/list"))
    names = {one["name"]: one for one in listed["list"]}
    assert {"goods", "lease", "gone"} <= set(names) and listed["totalCount"] >= 3
    assert names["gone"]["state"] is False
    one = api.ok(api.get("/v2/template/detail", templateId=template(made, "goods")))
    assert next(param for param in one["parameters"] if param["name"] == "pay")["options"] == ["bank", "cash"]


@pytest.mark.parametrize("param, why", [
    ({"name": "nowhere"}, "{{nowhere}}"), ({"name": "house", "type": "single"}, "options"), ({"name": "house", "type": "colour"}, "colour"),
])
def test_a_template_that_does_not_fit_its_description_is_refused(server, made, param, why):
    told = organisation.try_apply(server.data, organisation.toml(
        {"company": [{"name": HOUSE, "template": [{"title": "bad", "file": "lease.html", "param": [param]}]}]}))
    assert told.returncode == 1 and why in told.stderr
