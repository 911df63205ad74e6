"""The pages without a contract: inbox, verification, welcome, and the ones that are not there."""
from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from support.contracts import person, user


def upload(signer, server, pdf: bytes, tmp_path, name: str = "合同.pdf") -> None:
    file = tmp_path / name
    file.write_bytes(pdf)
    signer.open(server.url + "/verify")
    signer.page.set_input_files("input[type=file]", file)


@pytest.fixture
def signed(for_one):
    """The PDF of a contract that one person has signed."""
    made = for_one("演示甲", "13800000301")
    made.sign_by_page(user("演示甲", "13800000301"))
    return made.download()


def test_a_single_changed_letter_is_found(signer, server, signed, tmp_path, look):
    at = signed.index(b"endstream", signed.index(b"endstream") + 1) - 40  # in the words of a page
    upload(signer, server, signed[:at] + bytes([signed[at] ^ 1]) + signed[at + 1:], tmp_path)
    signer.heading("文件在签署后被改动")
    signer.sees("内容被改")
    expect(signer.page.get_by_text("内容完整")).to_have_count(0)
    look(signer.page, "verify-tampered")


def test_the_hour_of_signing_is_written_for_people(signer, server, signed, tmp_path):
    upload(signer, server, signed, tmp_path)
    signer.heading("签名有效，签署后未被改动")
    # That of the time-stamp which proves it; the one that the signer claims is among the details.
    times = signer.page.get_by_text(re.compile(r"^20\d\d-\d\d-\d\d \d\d:\d\d:\d\d"))
    expect(times.first).to_be_visible()
    signer.sees("由时间戳证明")
    claimed = signer.page.locator("dt", has_text="自称时间").locator("xpath=following-sibling::dd")
    expect(claimed).to_be_hidden()
    signer.page.get_by_text("技术细节", exact=True).first.click()
    expect(claimed).to_have_text(re.compile(r"^20\d\d-\d\d-\d\d \d\d:\d\d:\d\d$"))


def test_a_file_without_a_signature_is_called_that(signer, server, contract_pdf, tmp_path, look):
    upload(signer, server, contract_pdf, tmp_path)
    signer.heading("文件里没有电子签名")
    look(signer.page, "verify-none")


def test_a_file_that_is_no_pdf_is_unreadable(signer, server, tmp_path):
    upload(signer, server, b"This is not a PDF.", tmp_path)
    signer.heading("无法读取这份文件")


def test_a_picture_is_not_even_sent(signer, server, tmp_path):
    upload(signer, server, b"GIF89a", tmp_path, "picture.gif")
    signer.sees("请选择 PDF 文件")


def test_the_inbox_brings_the_link_and_the_code(signer, server, contract, look):
    made = contract([person("演示乙", "13800000302")], lambda one: [one.at_party(0, type="PERSONAL", page=1, offsetX=0.5, offsetY=0.5)])
    signer.open(server.url + "/inbox")
    message = signer.page.get_by_role("listitem").filter(has_text=made.subject).first
    expect(message).to_contain_text("13800000302")
    look(signer.page, "inbox")
    with signer.page.expect_popup() as popup:
        message.get_by_role("link", name="打开链接").click()
    expect(popup.value.get_by_role("button", name="签署", exact=True)).to_be_visible()


def test_the_welcome_leads_to_everything(signer, server, look):
    signer.open(server.url + "/")
    look(signer.page, "welcome")
    for name, path in (("演示收件箱", "/inbox"), ("验证合同", "/verify"), ("打开示例合同", "/contract/share/")):
        address = signer.page.get_by_role("link").filter(has_text=name).get_attribute("href")
        assert path in address
