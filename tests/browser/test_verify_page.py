"""The public verification page as anybody sees it: a verdict, who and when, what changed, and the rest folded away."""
from __future__ import annotations

import io
import pathlib
import subprocess

import pytest
from conftest import DESK, PHONE
from playwright.sync_api import expect
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from support.contracts import company, person, user
from support.server import BINARY
from test_looks import sticks_out


def repainted(pdf: bytes) -> bytes:
    """The file with an update that paints a box upon page 1."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=False)
    page, _ = writer.find_page_for_modification(0)
    page = page.get_object()
    contents = page["/Contents"]
    contents = contents if isinstance(contents, generic.ArrayObject) else generic.ArrayObject([page.raw_get("/Contents")])
    box = writer.add_object(generic.StreamObject(stream_data=b"1 0.85 0.85 rg 90 600 300 60 re f"))
    page["/Contents"] = generic.ArrayObject([*contents, box])
    writer.update_container(page)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def drop(signer, server, pdf: bytes, tmp_path: pathlib.Path, name: str = "服务合同.pdf") -> None:
    file = tmp_path / name
    file.write_bytes(pdf)
    signer.open(server.url + "/verify")
    signer.page.set_input_files("input[type=file]", file)


@pytest.fixture
def signed(contract, server):
    """Signed by a company and a person; complete."""
    made = contract([company(server.demo["companyName"]), person("演示甲", "13800000501")],
                    lambda one: [one.at_action(0, type="COMPANY", page=1, offsetX=0.55, offsetY=0.3),
                                 one.at_party(1, type="PERSONAL", page=1, offsetX=0.2, offsetY=0.3)])
    made.seal()
    made.sign_by_page(user("演示甲", "13800000501"))
    return made.download()


@pytest.mark.parametrize(("kind", "name"), [(PHONE, "phone"), (DESK, "desk")])
def test_a_good_contract_is_told_in_one_glance(new_signer, server, signed, tmp_path, look, kind, name):
    signer = new_signer(kind)
    drop(signer, server, signed, tmp_path)
    signer.heading("签名有效，签署后未被改动")
    signer.sees("与本平台保存的合同文件完全一致")
    signer.sees("演示甲")
    signer.sees("由时间戳证明")
    seal = signer.page.get_by_alt_text(f"{server.demo['companyName']}的签章样式")
    expect(seal).to_be_visible()
    assert seal.evaluate("image => image.naturalWidth") > 100, "a picture that arrived"
    expect(signer.page.get_by_text("证书序列号").first).to_be_hidden()
    assert sticks_out(signer.page) <= 0
    look(signer.page, f"verify-good-{name}")
    for folded in signer.page.locator("summary").all():
        folded.click()
    expect(signer.page.get_by_text("证书序列号").first).to_be_visible()
    signer.sees("SHA-256")
    assert sticks_out(signer.page) <= 0
    look(signer.page, f"verify-good-{name}-open")


@pytest.mark.parametrize(("kind", "name"), [(PHONE, "phone"), (DESK, "desk")])
def test_a_changed_page_is_shown_beside_what_was_signed(new_signer, server, signed, tmp_path, look, kind, name):
    signer = new_signer(kind)
    drop(signer, server, repainted(signed), tmp_path)
    signer.heading("文件在签署后被改动")
    signer.sees("签名之后，不允许改动的内容被改动")
    signer.sees("看起来与签名时不同的页：1")
    before, after = signer.page.get_by_alt_text("签名时的第 1 页").first, signer.page.get_by_alt_text("现在的第 1 页").first
    for picture in (before, after):
        expect(picture).to_be_visible()
        assert picture.evaluate("image => image.naturalWidth") > 300
    mark = signer.page.locator(".changed-frame i").first.bounding_box()
    page = after.bounding_box()
    assert abs((mark["y"] - page["y"]) / page["height"] - (842 - 660) / 842) < 0.05, "the mark lies upon what changed"
    expect(signer.page.get_by_text("与本平台保存的合同文件完全一致")).to_have_count(0)
    assert sticks_out(signer.page) <= 0
    look(signer.page, f"verify-changed-{name}")
    signer.page.locator(".changed-pages").first.scroll_into_view_if_needed()
    after.scroll_into_view_if_needed()
    look(signer.page, f"verify-changed-{name}-pages")


def test_a_signer_nobody_vouches_for_is_no_green_tick(new_signer, server, contract_pdf, tmp_path, look):
    source, target = tmp_path / "in.pdf", tmp_path / "out.pdf"
    source.write_bytes(contract_pdf)
    subprocess.run([BINARY, "sign", source, target, "--name", "陌生人（虚构）", "--text", "陌生人", "--page", "1", "--x", "0.3", "--y", "0.3",
                    "--data", tmp_path / "elsewhere"], check=True, capture_output=True, timeout=120)
    signer = new_signer(DESK)
    drop(signer, server, target.read_bytes(), tmp_path)
    signer.heading("签署后未被改动，但无法确认签署人身份")
    signer.sees("签发证书的机构不在信任名单中")
    signer.sees("签名人自称，未经证明")
    expect(signer.page.locator(".verdict.good")).to_have_count(0)
    look(signer.page, "verify-unknown")


def test_everything_is_there_in_english(new_signer, server, signed, tmp_path, look):
    signer = new_signer(PHONE, locale="en-GB")
    drop(signer, server, repainted(signed), tmp_path)
    signer.heading("The file was changed after signing")
    signer.sees("Something was changed after signing that nobody may change")
    signer.sees("Pages that look different now: 1")
    words = signer.page.locator("main").inner_text().replace("服务合同", "").replace(server.demo["companyName"], "").replace("演示甲", "")
    assert not any("一" <= letter <= "鿿" for letter in words), words
    assert sticks_out(signer.page) <= 0
    look(signer.page, "verify-changed-english")
