"""Who gets a copy: when the message goes out, what its link lets him do; and what a contract is told about itself and tells again."""
from __future__ import annotations

import itertools

import pytest

from support.contracts import Contract, company, person, user
from support.page import Page, PageError, inbox, inbox_until

_numbers = itertools.count(13_740_000_000)
CREATOR = {"contact": "10000000000", "contactType": "MOBILE"}


def mobile() -> str:
    return str(next(_numbers))


def copy(contact: str, name: str = "抄送人（测试）", **more) -> dict:
    return {"name": name, "receiver": user(name, contact), **more}


@pytest.fixture
def sent(api, server, contract_pdf):
    def make(**fields) -> Contract:
        contact = mobile()
        made = Contract(api, server, [person("签署人（测试）", contact)], **fields)
        made.contact = contact
        made.add_file(contract_pdf)
        made.send([made.at_party(0, type="PERSONAL", page=1, offsetX=0.6, offsetY=0.1)])
        return made

    return make


def copied(contract: Contract, contact: str) -> dict:
    return inbox_until(contract.server, contact, lambda message: "抄送了" in message["text"] and contract.subject in message["text"])


def messages(contract: Contract, contact: str) -> int:
    return sum("抄送了" in message["text"] and contract.subject in message["text"] for message in inbox(contract.server, contact))


def reading(contract: Contract, contact: str) -> Page:
    """The page for reading that the message leads to."""
    link = copied(contract, contact)["link"]
    assert link.startswith(f"{contract.server.url}/contract/view/")
    return Page(contract.server.host, contract.server.port, "http://x/?openPageToken=" + link.rsplit("/", 1)[1])


def test_the_log_names_who_has_read_his_copy(sent, api):
    contact = mobile()
    contract = sent(copySendTime="SEND", copySendReceivers=[copy(contact)])
    reading(contract, contact)
    [line] = api.ok(api.get("/v2/contract/stream", contractId=contract.id, operation="VIEW"))["list"]
    assert (line["operatorName"], line["contact"]) == ("抄送人（测试）", contact)


def finish(contract: Contract) -> None:
    contract.sign_by_page(user("签署人（测试）", contract.contact))
    assert contract.status == "COMPLETE"


def test_copies_go_out_when_the_contract_is_sent(sent):
    contact = mobile()
    contract = sent(copySendTime="SEND", copySendReceivers=[copy(contact)])
    copied(contract, contact)
    told = contract.detail()["copySendReceivers"][0]
    assert told["send"] is True and told["copySendPersonType"] == "PERSONAL" and told["createTime"] and told["receiver"]["contact"] == contact
    finish(contract)
    assert messages(contract, contact) == 1


@pytest.mark.parametrize("when", [{"copySendTime": "FINISH"}, {}])
def test_copies_go_out_when_the_contract_is_complete(sent, when):
    contact = mobile()
    contract = sent(copySendReceivers=[copy(contact)], **when)
    assert contract.detail()["copySendReceivers"][0]["send"] is False
    finish(contract)
    copied(contract, contact)
    assert contract.detail()["copySendReceivers"][0]["send"] is True and messages(contract, contact) == 1


def test_whoever_gets_a_copy_reads_and_takes_it_away_but_can_do_nothing(sent, server):
    contact = mobile()
    contract = sent(copySendTime="SEND", copySendReceivers=[copy(contact)])
    page = reading(contract, contact)
    assert page.task is None and page.view["state"] in ("VIEWING", "VIEW_ONLY") and page.view["options"]["canDownload"]
    for act in (lambda: page._post("/pages/code", {}), lambda: page.reject("不要"), lambda: page.sign("000000", typed="x")):
        with pytest.raises(PageError):
            act()
    assert contract.status == "SIGNING"


def test_who_may_not_download_reads_only(sent, server):
    import http.client
    contact = mobile()
    contract = sent(copySendTime="SEND", copySendReceivers=[copy(contact, prohibitType="DOWNLOAD")])
    assert contract.detail()["copySendReceivers"][0]["prohibitType"] == "DOWNLOAD"
    page = reading(contract, contact)
    assert not page.view["options"]["canDownload"]
    document = contract.documents[0]

    def status(path: str) -> int:
        connection = http.client.HTTPConnection(server.host, server.port, timeout=60)
        connection.request("GET", path, headers={"Cookie": page._cookie, "X-Signet-Page": page.view["page"]})
        answer = connection.getresponse()
        answer.read()
        return answer.status

    assert status(f"/pages/documents/{document}/pages/1.jpg") == 200
    assert status(f"/pages/documents/{document}/download") in (401, 403)
    assert status("/pages/download") == 403


def test_more_people_get_copies_later_in_every_status_but_a_draft(sent, api, server):
    contract, first, second = sent(), mobile(), mobile()
    call = lambda *people: api.post("/v2/contract/copysend", {"contractId": contract.id, "receivers": list(people)})  # noqa: E731
    api.ok(call(copy(first)))
    copied(contract, first)
    finish(contract)
    api.ok(call(copy(second, prohibitType="DOWNLOAD")))
    copied(contract, second)
    assert [one["receiver"]["contact"] for one in contract.detail()["copySendReceivers"]] == [first, second]
    assert call(copy(second)).code == 11990006 % 10000 or call(copy(second)).envelope["responseCode"] == "11990006"
    assert call().envelope["responseCode"] == "11990005"
    assert call({"name": "没有联系方式"}).envelope["responseCode"] == "11990005"
    assert call({"receiver": user("x", mobile())}).envelope["responseCode"] == "11990005"
    draft = Contract(api, server, [person("甲（测试）", mobile())])
    assert api.post("/v2/contract/copysend", {"contractId": draft.id, "receivers": [copy(mobile())]}).envelope["responseCode"] == "11011101"


def test_of_a_person_named_twice_the_first_counts(sent, api):
    contract, contact = sent(), mobile()
    api.ok(api.post("/v2/contract/copysend", {"contractId": contract.id, "receivers": [copy(contact, "第一次（测试）"), copy(contact, "第二次（测试）")]}))
    assert [one["name"] for one in contract.detail()["copySendReceivers"]] == ["第一次（测试）"]
    copied(contract, contact)
    assert messages(contract, contact) == 1


def test_a_copy_needs_somewhere_to_go(api):
    reply = api.post("/v2/contract/draft", {"subject": "抄送（测试）", "send": False, "signatories": [person("甲（测试）", mobile())],
                                            "copySendReceivers": [{"name": "没有联系方式"}]})
    assert reply.envelope["responseCode"] == "11990005" and "copySendReceivers[0].receiver" in reply.envelope["message"]


def test_nobody_is_flooded_with_copies(sent, api):
    contract = sent()
    api.ok(api.post("/v2/contract/copysend", {"contractId": contract.id, "receivers": [copy(mobile()) for _ in range(50)]}))
    reply = api.post("/v2/contract/copysend", {"contractId": contract.id, "receivers": [copy(mobile())]})
    assert reply.envelope["responseCode"] == "11990006" and len(contract.detail()["copySendReceivers"]) == 50


def test_the_initiators_handler_hears_of_the_sending_only_when_that_is_asked_for(api, server, contract_pdf):
    def send(**fields) -> Contract:
        made = Contract(api, server, [company(server.demo["companyName"]), person("甲（测试）", mobile())], creator=CREATOR, **fields)
        made.add_file(contract_pdf)
        made.send([made.at_action(0, type="COMPANY", page=1, offsetX=0.1, offsetY=0.1), made.at_party(1, type="PERSONAL", page=1, offsetX=0.6, offsetY=0.1)])
        return made

    quiet, told = send(), send(notifySponsor=True)
    inbox_until(server, CREATOR["contact"], lambda message: told.subject in message["text"] and "已发起" in message["text"])
    assert not any(quiet.subject in message["text"] for message in inbox(server, CREATOR["contact"]))


def test_what_a_contract_is_told_about_itself_it_tells_again(api, server, contract_pdf):
    other = Contract(api, server, [person("甲（测试）", mobile())])
    contract = Contract(api, server, [
        company(server.demo["companyName"], [{"type": "COMPANY", "serialNo": 1, "actionNo": "节点-1"}], signatoryNo="方-1"),
        person("甲（测试）", mobile(), signatoryNo="方-2")], description="说明文字", sn="合同-0001", tags="甲,乙", businessData="往返数据",
        relatedContractIds=[other.id], customFields=[{"key": "dept", "value": "采购部"}, {"name": "金额", "value": "1"}])
    detail = contract.detail(queryRelatedContract="true")
    assert (detail["description"], detail["sn"], detail["tags"], detail["businessData"]) == ("说明文字", "合同-0001", ["甲", "乙"], "往返数据")
    assert detail["relatedContractIds"] == [other.id]
    assert detail["customFields"] == [{"key": "dept", "value": "采购部"}, {"name": "金额", "value": "1"}]
    assert [party["signatoryNo"] for party in detail["signatories"]] == ["方-1", "方-2"]
    assert detail["signatories"][0]["actions"][0]["actionNo"] == "节点-1"
    assert "relatedContractIds" not in contract.detail()
    assert other.detail()["sn"].isdigit() and len(other.detail()["sn"]) == 16
    bad = api.post("/v2/contract/draft", {"subject": "x", "customFields": [{"value": "nameless"}]})
    assert bad.envelope["responseCode"] == "11990005" and "customFields[0]" in bad.envelope["message"]
