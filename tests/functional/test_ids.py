"""Ids are made from the time of day. They stay the only ones of their kind when the clock does not go on, not even over a restart."""
from __future__ import annotations

import pytest

from support.api import Api
from support.clock import Clock, CredentialsByClock
from support.contracts import Contract, company
from support.server import Server


@pytest.mark.parametrize("how", ["stop", "kill"])
@pytest.mark.parametrize("back", [0, 90])
def test_a_clock_that_stands_still_or_goes_back_over_a_restart_gives_no_id_twice(tmp_path, contract_pdf, how, back):
    clock = Clock(tmp_path)
    with Server(tmp_path / "data", environment=clock.environment) as server:
        def api() -> Api:
            return Api(server.host, server.port, CredentialsByClock(server.demo["appToken"], server.demo["appSecret"], clock))

        def ids() -> list[str]:
            contract = Contract(api(), server, [company(server.demo["companyName"])])
            return [contract.id, contract.parties[0]["id"], contract.action(0), contract.add_file(contract_pdf)]

        given = [*ids(), *ids()]
        getattr(server, how)()
        clock.advance(seconds=-back)
        server.start()
        given += [*ids(), *ids()]
        assert len(set(given)) == len(given)
        assert given.index(max(given, key=int)) >= len(given) - 4, "later ones are greater"
