"""Templates that are PDF: values in boxes that the description measures, and in the fields of a form."""
from __future__ import annotations

import re
import subprocess
import uuid

import pytest

from support import organisation
from support.contracts import Contract, person, user, verify
from support.page import PageError
from support.pdfs import A4, make_form, make_pdf

HOUSE = "示例科技（演示）有限公司"
PIXEL = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
BOX = {"page": 2, "x": 0.25, "y": 0.5, "width": 0.5, "height": 0.03}
PLAIN_PARAMS = [
    {"name": "buyer", "required": True, **BOX, "font_size": 12}, {"name": "note", "type": "textarea", **BOX, "y": 0.3, "height": 0.1},
    {"name": "pay", "type": "single", "options": ["bank", "cash"], **BOX, "page": 1}, {"name": "photo", "type": "image", **BOX, "y": 0.1, "height": 0.1},
    {"name": "tenant", "party": 1, "required": True, **BOX, "page": 1, "y": 0.1, "width": 0.1},
]
FORM = make_form([("buyer", (100, 600, 300, 620)), ("other", (100, 500, 300, 520))])


@pytest.fixture(scope="module")
def made(server):
    folder = server.data.parent
    (folder / "plain.pdf").write_bytes(make_pdf([[(72, 720, "First page")], [(72, 720, "Second page")]]))
    (folder / "form.pdf").write_bytes(FORM)
    (folder / "turned.pdf").write_bytes(make_form([("buyer", (100, 600, 300, 620))], rotate=90))
    titles = [{"title": "plain", "file": "plain.pdf", "param": PLAIN_PARAMS}, {"title": "form", "file": "form.pdf"},
              {"title": "turned", "file": "turned.pdf", "param": [{"name": "buyer", "type": "textarea"}]}]
    return organisation.apply(server.data, [{"name": HOUSE, "template": titles}])


def template(made, title: str) -> str:
    return next(one["id"] for one in made.printed["templates"] if one["title"] == title)


def values(**given) -> list[dict]:
    return [{"name": name, "value": value} for name, value in given.items()]


def add(contract: Contract, which: str, **given):
    reply = contract.api.post("/v2/document/addbytemplate", {"contractId": contract.id, "title": "made", "templateId": which,
                                                             "templateParams": values(**given)})
    if reply.code == 0:
        contract.documents.append(reply.result["documentId"])
    return reply


@pytest.fixture
def draft(api, server):
    return Contract(api, server, [person("李雷", "13800000001")])


def words(pdf: bytes, tmp_path) -> dict[str, tuple[float, ...]]:
    """Each word with its page and its box from the bottom left, in points."""
    file = tmp_path / f"{uuid.uuid4().hex}.pdf"
    file.write_bytes(pdf)
    text = subprocess.run(["pdftotext", "-bbox", file, "-"], capture_output=True, text=True, check=True, timeout=60).stdout
    found, page, height = {}, 0, 0.0
    for line in text.splitlines():
        if size := re.search(r'<page width="[\d.]+" height="([\d.]+)"', line):
            page, height = page + 1, float(size[1])
        if word := re.search(r'xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*)</word>', line):
            left, top, right, bottom = (float(word[i]) for i in range(1, 5))
            found[word[5]] = (page, left, height - bottom, right, height - top)
    return found


def test_a_value_stands_in_the_box_of_its_parameter(draft, made, tmp_path):
    draft.api.ok(add(draft, template(made, "plain"), buyer="李雷公司", note="one two", pay="cash", photo=PIXEL))
    found = words(draft.download(), tmp_path)
    page, left, bottom, right, top = found["李雷公司"]
    assert page == 2 and abs(left - 0.25 * A4[0]) < 1 and right - left == pytest.approx(48, abs=1)
    assert 0.5 * A4[1] - 3 < bottom and top < 0.53 * A4[1] + 3
    assert any("■cash" in word for word in found) and any("□bank" in word for word in found)
    assert found["one"][0] == 2 and found["First"][0] == 1


def test_what_was_not_filled_in_leaves_the_box_empty(draft, made, tmp_path):
    draft.api.ok(add(draft, template(made, "plain"), buyer="x"))
    assert not any("_" in word for word in words(draft.download(), tmp_path))


def test_a_value_too_long_for_its_box_is_made_smaller_and_then_refused(draft, made, tmp_path):
    draft.api.ok(add(draft, template(made, "plain"), buyer="长" * 60))
    page, left, _, right, _ = next(box for word, box in words(draft.download(), tmp_path).items() if word.startswith("长"))
    assert page == 2 and right <= 0.75 * A4[0] + 1 and left >= 0.25 * A4[0] - 1
    reply = add(draft, template(made, "plain"), buyer="长" * 900)
    assert reply.code == 1005 and "buyer" in reply.envelope["message"]
    assert len(draft.detail()["documents"]) == 1


def test_the_fields_of_a_form_are_parameters_and_the_form_goes(draft, made, tmp_path):
    listed = draft.api.ok(draft.api.get("/v2/template/detail", templateId=template(made, "form")))
    assert [param["name"] for param in listed["parameters"]] == ["buyer", "other"]
    draft.api.ok(add(draft, template(made, "form"), buyer="韩梅梅"))
    pdf = draft.download()
    page, left, bottom, right, top = words(pdf, tmp_path)["韩梅梅"]
    assert page == 1 and abs(left - 100) < 1 and right - left == pytest.approx(36, abs=1) and 597 < bottom and top < 623
    assert b"/AcroForm" not in pdf and b"/Widget" not in pdf
    fonts = subprocess.run(["pdffonts", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    embedded = [line for line in fonts.splitlines() if "Noto" in line or "+" in line]
    assert embedded and all(" yes yes " in line for line in embedded), fonts


def test_the_field_of_a_turned_page_is_found_where_it_is_seen(draft, made, tmp_path):
    draft.api.ok(add(draft, template(made, "turned"), buyer="ab"))
    found = words(draft.download(), tmp_path)
    _, left, bottom, right, top = found["ab"]
    # 90 degrees clockwise: what was 600 to 620 from the foot is that far from the left, what began at 100 hangs from the top.
    # (pdftotext tells the height of the page unturned.)
    middle = (bottom + top) / 2 - (A4[1] - A4[0])
    assert 599 < left and right < 622 and middle == pytest.approx(A4[0] - 200, abs=5)


def test_a_party_whose_value_does_not_fit_hears_which(draft, made, server, api):
    draft.api.ok(add(draft, template(made, "plain"), buyer="x"))
    draft.send()
    assert draft.status == "FILLING"
    page = draft.page(user("", "13800000001"))
    with pytest.raises(PageError) as error:
        page.fill({"tenant": "m" * 500})
    assert error.value.error["field"] == "tenant"
    page.fill({"tenant": "Li"})
    assert draft.status == "SIGNING"


def test_what_was_filled_in_is_signed_and_good(api, server, made, tmp_path):
    which = template(made, "form")
    signer = person("李雷", "13800000001", stampers=[{"type": "PERSONAL", "documentId": which, "page": 1, "offsetX": 0.5, "offsetY": 0.1}])
    contract = Contract(api, server, [signer])
    api.ok(add(contract, which, buyer="韩梅梅"))
    contract.send()
    contract.sign_by_page(user("李雷", "13800000001"))
    pdf = contract.download()
    assert contract.status == "COMPLETE" and verify(pdf, tmp_path, server).intact and "韩梅梅" in words(pdf, tmp_path)


@pytest.mark.parametrize("file, param, why", [
    ("plain.pdf", {"name": "a"}, "page, x, y"), ("plain.pdf", {"name": "a", **BOX, "page": 3}, "1 to 2"),
    ("plain.pdf", {"name": "a", **BOX, "x": 0.8}, "within the page"), ("plain.pdf", {"name": "a", **BOX, "font_size": 1}, "font_size"),
    ("form.pdf", {"name": "buyer", "type": "table"}, "tables"),
])
def test_a_box_must_lie_on_a_page(server, made, file, param, why):
    told = organisation.try_apply(server.data, organisation.toml(
        {"company": [{"name": HOUSE, "template": [{"title": "bad", "file": file, "param": [param]}]}]}))
    assert told.returncode == 1 and why in told.stderr
