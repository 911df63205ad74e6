"""A company of one's own group: which seals somebody is offered, who goes on when it is none, and who may only look."""
from __future__ import annotations

import pytest
from playwright.sync_api import expect
from support import organisation
from support.contracts import company, user

OWN, SUB = "示例科技（演示）有限公司", "示例子公司（演示）有限公司"
HANDLER, KEEPER, VIEWER = user("收件人甲", "13800500001"), user("掌印人乙", "13800500002"), user("查看人丙", "13800500003")


@pytest.fixture(scope="module")
def group(server):
    return organisation.apply(server.data, [{
        "name": SUB, "register_no": "91000000000000001X", "parent": OWN,
        "employee": [{"name": HANDLER["name"], "mobile": HANDLER["contact"], "number": "E51"},
                     {"name": KEEPER["name"], "mobile": KEEPER["contact"], "number": "E52", "roles": ["SEAL_ADMIN"]},
                     {"name": VIEWER["name"], "mobile": VIEWER["contact"], "number": "E53"}],
        "seal": [{"name": "公章", "type": "ENTERPRISE"}, {"name": "合同章", "type": "ENTERPRISE", "users": ["E51"]}],
        "category": [{"name": "收件分类", "primary": True, "viewers": ["E53"]}]}])


@pytest.fixture
def sealing(contract, group):
    """A contract that the sub-company seals: sealing(names of the seals its node allows)."""

    def make(*seals: str, **party):
        node = {"type": "COMPANY", "serialNo": 1, **({"corpSealIds": [group.seal(SUB, one) for one in seals]} if seals else {})}
        return contract([company(SUB, [node], receiver=HANDLER, **party)], lambda one: [one.at_action(0, type="COMPANY", page=1, offsetX=0.3, offsetY=0.3)])

    return make


def test_exactly_the_seals_one_may_use_are_offered(new_signer, sealing, link, look):
    made = sealing()
    signer = new_signer().open(link(made, HANDLER))
    signer.tap("盖章")
    seals = signer.page.get_by_role("radiogroup", name="选择印章").get_by_role("radio")
    expect(seals).to_have_count(1)
    signer.sees("合同章")
    look(signer.page, "seal-offered")
    keeper = new_signer().open(link(made, KEEPER))
    keeper.tap("盖章")
    expect(keeper.page.get_by_role("radiogroup", name="选择印章").get_by_role("radio")).to_have_count(2)
    look(keeper.page, "seal-offered-two")


def test_the_seal_that_is_chosen_is_the_one_that_is_put_down(signer, sealing, link, group):
    made = sealing("公章", "合同章")
    signer.open(link(made, HANDLER))
    signer.tap("盖章")
    signer.tap("用这枚印章")
    with signer.page.expect_request("**/pages/sign") as request:
        signer.finish("确认盖章")
    assert request.value.post_data_json["sealId"] == group.seal(SUB, "合同章")
    signer.heading("盖章完成")
    assert made.status == "COMPLETE"


def test_who_may_use_no_seal_is_told_who_can(signer, sealing, link, look):
    made = sealing("公章")
    signer.open(link(made, HANDLER))
    signer.heading("还没轮到你签署")
    signer.sees(f"这一步由本方的 {KEEPER['name']} 处理")
    look(signer.page, "seal-others")
    signer.tap("查看合同")
    signer.sees_pages("合同正文")
    expect(signer.button("盖章")).to_have_count(0)


def test_who_may_only_look_sees_the_contract_and_no_button(signer, sealing, link, group, look):
    made = sealing(category={"id": group.category(SUB, "收件分类")})
    signer.open(link(made, VIEWER))
    signer.sees_pages("合同正文")
    signer.sees("你可以查看这份合同，不需要签署。")
    for word in ("盖章", "签署", "拒签"):
        expect(signer.button(word)).to_have_count(0)
    expect(signer.page.get_by_text("你", exact=True)).to_have_count(0)  # he is none of the parties
    look(signer.page, "viewing")
