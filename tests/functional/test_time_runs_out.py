"""What the clock does to a contract by itself: deadlines pass and are told, drafts nobody sends go; moving the deadline undoes the first."""
from __future__ import annotations

import time
import urllib.parse

import pytest

from support.api import Api
from support.clock import Clock, CredentialsByClock
from support.contracts import Contract, company, person, user
from support.joining import Joiner
from support.recorder import Recorder, answer
from support.server import Server

LIMIT = 40  # seconds; the server looks every few


@pytest.fixture
def clocked(tmp_path):
    """A server whose clock the test holds, a caller that keeps the same time, and somebody who hears its callbacks."""
    clock, data = Clock(tmp_path), tmp_path / "data"
    data.mkdir()
    (data / "signet.toml").write_text('callback_networks = ["127.0.0.0/8"]\n')
    with Server(data, environment=clock.environment) as server, Recorder(answer(b"success")) as recorder:
        demo = server.demo
        yield clock, server, Api(server.host, server.port, CredentialsByClock(demo["appToken"], demo["appSecret"], clock)), recorder


def calls(recorder: Recorder) -> list[dict]:
    bodies = [request.split(b"\r\n\r\n", 1)[1].decode() for request in recorder.requests]
    return [dict(urllib.parse.parse_qsl(body)) for body in bodies]


def heard(recorder: Recorder, kind: str) -> dict:
    end = time.monotonic() + LIMIT
    while time.monotonic() < end:
        for call in calls(recorder):
            if call.get("callbackType") == kind:
                return call
        time.sleep(0.1)
    raise AssertionError(f"no {kind} among {calls(recorder)}")


def start(api: Api, server: Server, recorder: Recorder, pdf: bytes, parties: list[dict]) -> Contract:
    made = Contract(api, server, parties, callbackUrl=f"http://127.0.0.1:{recorder.port}/told", ordinal=True)
    made.add_file(pdf)
    made.send([made.at_party(i, type="PERSONAL", page=1, offsetX=0.1 + 0.3 * i, offsetY=0.1) if party["tenantType"] == "PERSONAL"
               else made.at_action(i, type="COMPANY", page=1, offsetX=0.1 + 0.3 * i, offsetY=0.1) for i, party in enumerate(made.parties)])
    return made


def test_a_deadline_passes_without_anybody_asking_and_is_told(clocked, contract_pdf):
    clock, server, api, recorder = clocked
    contract = start(api, server, recorder, contract_pdf, [company(server.demo["companyName"]), person("甲（测试）", "13760000001")])
    contract.seal()
    clock.advance(days=40)
    told = heard(recorder, "EXPIRED")
    assert told["contractId"] == contract.id and told["contractStatus"] == "EXPIRED"
    assert contract.statuses() == ["SIGNED", "EXPIRED"]
    assert contract.nodes(0) == ["FINISH"]
    assert contract.try_seal().envelope["responseCode"] == "11011101"


def test_what_waits_for_somebody_to_join_expires_too_and_waits_again_when_it_is_delayed(clocked, contract_pdf):
    clock, server, api, recorder = clocked
    contract = start(api, server, recorder, contract_pdf, [{"tenantType": "PERSONAL", "delaySet": True}, company(server.demo["companyName"])])
    assert heard(recorder, "SEND_FILLING")["contractStatus"] == "FILLING"
    url = api.ok(api.get("/v2/contract/joinurl", contractId=contract.id, type="PERSONAL"))["joinUrls"][0]["url"]
    clock.advance(days=40)
    assert heard(recorder, "EXPIRED") and contract.statuses() == ["EXPIRED", "EXPIRED"]
    with pytest.raises(Exception, match="LinkExpired|Expired"):
        Joiner(server, url).view()
    assert api.get("/v2/contract/joinurl", contractId=contract.id, type="PERSONAL").envelope["responseCode"] == "11011101"
    api.ok(api.post("/v2/contract/delay", {"contractId": contract.id, "days": 60}))
    assert contract.status == "FILLING" and contract.statuses() == ["WAITING", "WAITING"]
    Joiner(server, url).join("加入者（测试）", "13760000002")
    assert heard(recorder, "SEND_SIGNING")["contractStatus"] == "SIGNING"
    contract.sign_by_page(user("加入者（测试）", "13760000002"))
    contract.seal()
    assert contract.status == "COMPLETE"


def test_a_draft_that_nobody_sends_for_a_year_goes_and_others_stay(clocked, contract_pdf):
    clock, server, api, recorder = clocked
    sent = start(api, server, recorder, contract_pdf, [person("甲（测试）", "13760000003")])
    draft = Contract(api, server, [person("乙（测试）", "13760000003")], bizId="kept-for-a-year")
    clock.advance(days=364)
    younger = Contract(api, server, [person("丙（测试）", "13760000003")])
    time.sleep(6)
    assert draft.status == "DRAFT"
    clock.advance(days=2)
    end = time.monotonic() + LIMIT
    while api.get("/v2/contract/detail", contractId=draft.id).code == 0 and time.monotonic() < end:
        time.sleep(0.2)
    assert api.get("/v2/contract/detail", contractId=draft.id).envelope["responseCode"] == "11101003"
    assert younger.status == "DRAFT" and sent.status == "EXPIRED"
    Contract(api, server, [person("丁（测试）", "13760000003")], bizId="kept-for-a-year")  # its bizId is free again
