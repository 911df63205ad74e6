"""Keys that are not made here: brought along as PKCS#12 or PEM, in tokens, with a remote signer; and the master key's rotation."""
from __future__ import annotations

import datetime
import json
import os
import pathlib
import re
import sqlite3
import subprocess
import threading

import pytest

from judges import Judges
from support import organisation
from support.api import Api
from support.contracts import Contract, company, verify
from support.credentials import Credentials
from support.keys import Authority, Lists, RemoteSigner, Token, secret, wait_until
from support.pdfs import plain_pages
from support.server import BINARY, Server, free_port
from support.time_stampers import configured


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def start(tmp_path):
    running = []

    def begin(settings: str = "", **options) -> Server:
        data = options.pop("data", None) or configured(tmp_path / f"data{len(running)}", "access_log = false\n" + settings)
        server = Server(data, **options)
        server.start()
        running.append(server)
        return server

    yield begin
    for server in running:
        if server._process.poll() is None:
            server.stop()


@pytest.fixture
def remote():
    one = RemoteSigner()
    yield one
    one.close()


def api_of(server: Server) -> Api:
    return Api(server.host, server.port, Credentials(server.demo["appToken"], server.demo["appSecret"]))


def bring(server: Server, environment: dict | None = None, **key) -> subprocess.CompletedProcess:
    """Gives the demo company a key."""
    file = server.data.parent / "bring.toml"
    key = {word: str(value) if isinstance(value, pathlib.Path) else value for word, value in key.items()}
    file.write_text(organisation.toml({"company": [{"name": server.demo["companyName"], "key": [key]}]}), encoding="utf-8")
    return subprocess.run([BINARY, "organisation", "apply", file, "--data", server.data], capture_output=True, text=True, check=False,
                          timeout=60, env={**os.environ, **(environment or {})})


def sent(server: Server) -> Contract:
    contract = Contract(api_of(server), server, [company(server.demo["companyName"], serialNo=1)])
    contract.add_file(plain_pages(1))
    contract.send([contract.at_action(0, type="COMPANY", page=1, offsetX=0.2, offsetY=0.2)])
    return contract


def sealed(server: Server) -> Contract:
    contract = sent(server)
    contract.seal()
    return contract


def heard(pdf: pathlib.Path, root: pathlib.Path) -> list[str]:
    with Judges(root) as judges:
        return [f"{verdict.judge}: {objection}" for verdict in judges.hear(pdf) for objection in verdict.objections]


def sign(source: pathlib.Path, target: pathlib.Path, *options, environment: dict | None = None) -> subprocess.CompletedProcess:
    return subprocess.run([BINARY, "sign", source, target, *options, "--data", target.parent / "nowhere"], capture_output=True, text=True,
                          check=False, timeout=120, env={**os.environ, **(environment or {})})


@pytest.fixture
def page(tmp_path) -> pathlib.Path:
    file = tmp_path / "page.pdf"
    file.write_bytes(plain_pages(1))
    return file


# ---- signet sign

OLD = ("-legacy", "-keypbe", "PBE-SHA1-RC2-40", "-certpbe", "PBE-SHA1-RC2-40", "-macalg", "sha1")


@pytest.mark.parametrize("kind", ["ec", "rsa"])
@pytest.mark.parametrize("source", ["p12", "old p12", "pem", "pkcs11", "remote"])
def test_every_kind_of_key_signs_so_that_every_judge_accepts_it(source, kind, authority, remote, page, tmp_path):
    brought = authority.issue("示例（测试）有限公司", kind)
    password, chain = secret(tmp_path / "password", "geheim"), brought.write_chain(tmp_path / "chain.pem")
    environment = {}
    if source == "pem":
        options = ["--pem", brought.write_pem(tmp_path / "all.pem", "geheim"), "--password-file", password]
    elif source == "pkcs11":
        token = Token(tmp_path / "token")
        environment = token.environment
        options = ["--pkcs11", token.add(brought.key, "seal", "01") + token.query, "--cert", chain]
    elif source == "remote":
        remote.keys["seal"] = brought.key
        remote.token = "shown"
        options = ["--remote", remote.url, "--remote-key", "seal", "--cert", chain, "--remote-credentials", secret(tmp_path / "shown", "shown")]
    else:
        options = ["--p12", brought.write_p12(tmp_path / "key.p12", "geheim", *(OLD if source == "old p12" else ())),
                   "--password-file", password]
    target = tmp_path / "signed.pdf"
    done = sign(page, target, *options, environment=environment)
    assert done.returncode == 0, done.stderr
    assert heard(target, authority.write_root(tmp_path / "root.pem")) == []


def test_what_cannot_sign_is_refused_with_its_reason_and_nothing_is_written(authority, remote, page, tmp_path):
    good, password = authority.issue("示例（测试）有限公司"), secret(tmp_path / "password", "falsch")
    old, blind = authority.issue("旧（测试）有限公司", days=-1), authority.issue("盲（测试）有限公司", sign=False)
    open_to_all = secret(tmp_path / "open", "geheim")
    open_to_all.chmod(0o644)
    p12 = good.write_p12(tmp_path / "key.p12", "geheim")
    chain = good.write_chain(tmp_path / "chain.pem")
    for options, why in [
        (["--p12", p12, "--password-file", password], "password of the PKCS#12 file is wrong"),
        (["--p12", p12, "--password-file", open_to_all], "owner alone"),
        (["--p12", page], "not a PKCS#12 file"),
        (["--pem", old.write_pem(tmp_path / "old.pem")], "has expired"),
        (["--pem", blind.write_pem(tmp_path / "blind.pem")], "key usage"),
        (["--pkcs11", "pkcs11:token=none;object=x?module-path=/nowhere.so", "--cert", chain], "cannot be loaded"),
        (["--pkcs11", "pkcs11:object=x?pin-value=1234", "--cert", chain], "pin-source"),
        (["--remote", remote.url, "--remote-key", "nobody's", "--cert", chain], "no such key"),
        (["--p12", p12, "--pem", p12], "one of them"),
    ]:
        target = tmp_path / "refused.pdf"
        done = sign(page, target, *options)
        assert done.returncode == 1 and why in done.stderr, (options, done.stderr)
        assert "1234" not in done.stderr and "geheim" not in done.stderr
        assert not target.exists()


@pytest.mark.parametrize("mood, why", [("slow", ""), ("hiccups", ""), ("wrong", "does not belong to the certificate"),
                                       ("refuses", "nobody allowed it"), ("mute", "not made in time"), ("broken", "HTTP 500"),
                                       ("garbage", "no JSON object")])
def test_a_remote_signer_in_every_mood(mood, why, authority, remote, page, tmp_path):
    brought = authority.issue("示例（测试）有限公司")
    remote.keys["seal"], remote.mood = brought.key, mood
    target = tmp_path / "signed.pdf"
    done = sign(page, target, "--remote", remote.url, "--remote-key", "seal", "--cert", brought.write_chain(tmp_path / "chain.pem"),
                "--remote-seconds", "3" if why else "60")
    assert (done.returncode == 0) == (not why), done.stderr
    assert why in done.stderr and target.exists() == (not why)
    assert remote.signed <= 1, "an order that was repeated was signed twice"


# ---- a company's own key

@pytest.mark.parametrize("kind", ["p12", "pem", "pkcs11", "remote"])
def test_a_company_seals_with_the_key_it_brought_and_every_judge_accepts_it(kind, start, authority, remote, tmp_path):
    token = Token(tmp_path / "token")
    server = start('[signatures]\nlevel = "B-B"\n' + token.settings + remote.settings("desk"), environment=token.environment)
    name = server.demo["companyName"]
    brought = authority.issue(name)
    password, chain = secret(tmp_path / "password", "geheim"), brought.write_chain(tmp_path / "chain.pem")
    remote.keys["seal"] = brought.key
    done = bring(server, token.environment, **{
        "p12": lambda: {"p12": brought.write_p12(tmp_path / "key.p12", "geheim", "-legacy"), "password_file": password},
        "pem": lambda: {"pem": brought.write_key(tmp_path / "key.pem", "geheim"), "certificates": chain, "password_file": password},
        "pkcs11": lambda: {"pkcs11": token.add(brought.key, "seal", "01"), "certificates": chain},
        "remote": lambda: {"remote": "desk", "key_id": "seal", "certificates": chain},
    }[kind]())
    assert done.returncode == 0, done.stderr
    assert name in done.stdout
    contract = sealed(server)
    pdf = tmp_path / "sealed.pdf"
    pdf.write_bytes(contract.download())
    assert certificates(server, contract, tmp_path) == [brought.fingerprint]
    assert heard(pdf, authority.write_root(tmp_path / "root.pem")) == []

    # A restart finds it again, and taking it away brings the certificates of one act back.
    server.stop()
    server.start()
    assert brought.fingerprint in certificates(server, sealed(server), tmp_path)
    assert bring(server, removed=True).returncode == 0
    assert brought.fingerprint not in certificates(server, sealed(server), tmp_path)


def certificates(server: Server, contract: Contract, folder) -> list[str]:
    return [one["signer"]["fingerprint"] for one in verify(contract.download(), folder, server).of_people]


def test_a_key_that_does_not_fit_is_refused_with_the_reason_and_the_one_before_stays(start, authority, tmp_path):
    server = start()
    name = server.demo["companyName"]
    good, other = authority.issue(name), authority.issue("别家（测试）有限公司")
    assert bring(server, pem=good.write_pem(tmp_path / "good.pem")).returncode == 0
    alone = tmp_path / "alone.pem"
    alone.write_bytes(good.write_key(tmp_path / "k").read_bytes())
    mixed = tmp_path / "mixed.pem"
    mixed.write_bytes(good.write_key(tmp_path / "k").read_bytes() + other.write_chain(tmp_path / "c").read_bytes())
    for key, why in [
        ({"pem": other.write_pem(tmp_path / "other.pem")}, "the certificate is for"),
        ({"pem": authority.issue(name, days=-1).write_pem(tmp_path / "old.pem")}, "has expired"),
        ({"pem": authority.issue(name, sign=False).write_pem(tmp_path / "blind.pem")}, "key usage"),
        ({"pem": alone}, "certificate"),
        ({"pem": mixed}, "no certificate belongs to the private key"),
        ({"pkcs11": "pkcs11:token=none;object=x", "certificates": mixed}, "signet.toml"),
        ({"pkcs11": "pkcs11:token=none;object=x?module-path=/evil.so", "certificates": mixed}, "signet.toml"),
        ({"remote": "nobody", "key_id": "x", "certificates": mixed}, "signet.toml"),
        ({"pem": mixed, "p12": mixed}, "one of p12, pem, pkcs11 and remote"),
        ({}, "one of p12, pem, pkcs11 and remote"),
        ({"pem": mixed, "employee": "E9999"}, ""),
    ]:
        done = bring(server, **key)
        assert done.returncode == 1 and why in done.stderr, (key, done.stderr)
    assert good.fingerprint in certificates(server, sealed(server), tmp_path)
    assert bring(server, pem=other.write_pem(tmp_path / "other.pem"), holder="别家（测试）").returncode == 0
    assert other.fingerprint in certificates(server, sealed(server), tmp_path)


def test_a_revoked_key_is_refused_when_it_comes_and_when_it_is_there(start, authority, tmp_path):
    lists = Lists()
    try:
        server = start()
        brought = authority.issue(server.demo["companyName"], lists=lists.url)
        lists.content = authority.revocation_list(brought)
        done = bring(server, pem=brought.write_pem(tmp_path / "key.pem"))
        assert done.returncode == 1 and "was revoked" in done.stderr
        lists.content = authority.revocation_list()
        assert bring(server, pem=brought.write_pem(tmp_path / "key.pem")).returncode == 0
        sealed(server)
        # Revoked later: the next look finds it. The clock of the last look is set back, so that the next start looks.
        lists.content = authority.revocation_list(brought)
        server.stop()
        with sqlite3.connect(server.data / "signet.db") as database:
            database.execute("UPDATE signing_key SET checked = 0")
        server.start()
        contract = sent(server)
        wait_until(lambda: "a signing key must not be used any more" in server.log.read_text())
        refused = contract.try_seal()
        assert refused.code == 1001 and contract.status == "SIGNING"
        server.stop()
        doctor = subprocess.run([BINARY, "doctor", "--data", server.data], capture_output=True, text=True, check=False, timeout=120)
        assert "was revoked" in doctor.stdout
    finally:
        lists.close()


def test_signatures_with_a_brought_key_last_like_the_others(start, authority, tmp_path):
    lists = Lists()
    try:
        server = start()
        brought = authority.issue(server.demo["companyName"], lists=lists.url)
        lists.content = authority.revocation_list()
        assert bring(server, pem=brought.write_pem(tmp_path / "key.pem")).returncode == 0
        contract = sealed(server)
        root = authority.write_root(tmp_path / "root.pem")

        def lasting():
            pdf = tmp_path / "lasting.pdf"
            pdf.write_bytes(contract.download())
            told = subprocess.run([BINARY, "verify", pdf, "--json", "--trust", root, "--data", server.data], capture_output=True, text=True,
                                  check=False, timeout=120)
            return [one for one in json.loads(told.stdout)["signatures"] if one.get("level") == "B-LTA"]

        [signature] = wait_until(lasting)
        assert signature["signer"]["fingerprint"] == brought.fingerprint
    finally:
        lists.close()


def test_proofs_of_identity_are_kept_for_five_years_after_the_certificates_real_end(start, authority, tmp_path):
    server = start()

    def kept_until(contract: Contract) -> int:
        told = subprocess.run([BINARY, "retention", "status", contract.id, "--data", server.data], capture_output=True, text=True,
                              check=False, timeout=60)
        return int(json.loads(told.stdout)["keptByLaw"][:4])

    this_year = datetime.datetime.now(datetime.timezone.utc).year
    assert kept_until(sealed(server)) - this_year in (5, 6)
    brought = authority.issue(server.demo["companyName"], days=3000)
    assert bring(server, pem=brought.write_pem(tmp_path / "key.pem")).returncode == 0
    assert kept_until(sealed(server)) - this_year in (13, 14)


def test_a_remote_signer_that_fails_leaves_the_contract_as_it_was(start, authority, remote, tmp_path):
    server = start(remote.settings("desk", "seconds = 2\n"))
    brought = authority.issue(server.demo["companyName"])
    remote.keys["seal"] = brought.key
    assert bring(server, remote="desk", key_id="seal", certificates=brought.write_chain(tmp_path / "chain.pem")).returncode == 0
    contract = sent(server)
    before = contract.download()
    for remote.mood in ("wrong", "refuses", "mute", "broken", "garbage"):
        assert contract.try_seal().code != 0, remote.mood
        assert contract.status == "SIGNING" and contract.download() == before, remote.mood
    remote.mood = "hiccups"
    contract.seal()
    assert brought.fingerprint in certificates(server, contract, tmp_path)


def test_the_own_authority_keeps_its_issuing_key_in_a_token(start, tmp_path):
    from support.keys import new_key
    token = Token(tmp_path / "token")
    uri = token.add(new_key(), "issuing", "07")
    server = start(token.settings + f'[certificate_authority]\nissuing_key = "{uri}"\n', environment=token.environment)
    pdf = tmp_path / "sealed.pdf"
    pdf.write_bytes(sealed(server).download())
    assert heard(pdf, server.data / "keys/ca/root.pem") == []
    renewed = [one for one in (server.data / "keys/ca").iterdir() if one.name.startswith("issuing-")]
    assert sorted(one.suffix for one in renewed) == [".pem", ".uri"]
    server.stop()
    # Without the token nothing starts, and it says why.
    server.environment = {"SOFTHSM2_CONF": "/nonexistent"}
    with pytest.raises(AssertionError, match="issuing CA's key"):
        server.start()


# ---- the master key

def rotate(server: Server, *options: str) -> subprocess.CompletedProcess:
    return subprocess.run([BINARY, "key", "rotate", *options, "--data", server.data], capture_output=True, text=True, check=False, timeout=300)


def old_seals(server: Server, key_id: int) -> list[str]:
    """Where bytes still begin as an older key's seals do, in any column of any table and in the folders of keys."""
    found = []
    prefixes = [b"\x01" + old.to_bytes(4, "big") for old in range(1, key_id)]
    with sqlite3.connect(f"file:{server.data / 'signet.db'}?mode=ro", uri=True) as database:
        for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for row in database.execute(f'SELECT * FROM "{table}"'):
                found += [table for value in row if isinstance(value, bytes) and value[:5] in prefixes]
    files = [*(server.data / "keys/ca").glob("*.key"), *(server.data / "keys/sm2").glob("*.key"), server.data / "keys/personal.key"]
    return found + [file.name for file in files if file.read_bytes()[:5] in prefixes]


def test_the_master_key_is_replaced_while_signatures_are_made_and_none_fails(start, authority, tmp_path):
    server = start()
    brought = authority.issue(server.demo["companyName"])
    assert bring(server, pem=brought.write_pem(tmp_path / "key.pem")).returncode == 0
    organisation.apply(server.data, [{"name": server.demo["companyName"], "national_seals": True}])
    sealed(server)
    assert list((server.data / "keys/sm2").glob("*.key"))
    contracts, failures = [sent(server) for _ in range(12)], []

    def work() -> None:
        while contracts:
            reply = contracts.pop().try_seal()
            if reply.code != 0:
                failures.append(reply)

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for number in (2, 3, 4):
        done = rotate(server)
        assert done.returncode == 0, done.stderr
        assert re.search(rf"master key {number}, [1-9]\d* secrets sealed anew, {number} versions kept", done.stdout), done.stdout
    for worker in workers:
        worker.join()
    assert failures == [] and contracts == []
    assert old_seals(server, 4) == []
    # Every start after it reads everything, also without the older keys.
    done = rotate(server, "--drop-old")
    assert done.returncode == 0 and "1 version kept" in done.stdout, done.stdout + done.stderr
    server.stop()
    server.start()
    assert brought.fingerprint in certificates(server, sealed(server), tmp_path)
    assert old_seals(server, 5) == []


def test_a_rotation_that_was_interrupted_is_ended(start, tmp_path):
    server = start()
    server.stop()
    keys = server.data / "keys"
    # As if the power had gone after the new key was written: it is there, and nothing is sealed with it.
    master = keys / "master.key"
    master.write_text(master.read_text() + "2 " + os.urandom(32).hex() + "\n")
    assert old_seals(server, 2)
    done = rotate(server)
    assert done.returncode == 0 and "interrupted rotation was ended" in done.stdout and "master key 2" in done.stdout, done.stdout
    assert old_seals(server, 2) == []
    # The same, and a server starts first.
    master.write_text(master.read_text() + "3 " + os.urandom(32).hex() + "\n")
    server.start()
    wait_until(lambda: old_seals(server, 3) == [])
    sealed(server)


def test_a_lost_and_a_wrong_master_key_fail_closed(start):
    server = start()
    server.stop()
    master = server.data / "keys/master.key"
    right = master.read_text()
    master.unlink()
    with pytest.raises(AssertionError, match="restore it from your backup"):
        server.start()
    assert not master.exists(), "a new key was made in the place of the lost one"
    secret(master, "signet master keys, format 1\n1 " + os.urandom(32).hex())
    with pytest.raises(AssertionError, match="the one that belongs to this folder"):
        server.start()
    assert rotate(server).returncode == 1
    secret(master, right.rstrip("\n"))
    server.start()
    sealed(server)


# ---- secrets stay secret

@pytest.mark.memory
def test_no_core_dump_shows_a_key_and_no_log_a_password(start, authority, tmp_path):
    token = Token(tmp_path / "token")
    server = start(token.settings, environment=token.environment)
    brought = authority.issue(server.demo["companyName"])
    uri = token.add(brought.key, "seal", "01")
    assert bring(server, token.environment, pkcs11=uri, certificates=brought.write_chain(tmp_path / "chain.pem")).returncode == 0
    sealed(server)
    limits = pathlib.Path(f"/proc/{server.pid}/limits").read_text()
    assert re.search(r"Max core file size\s+0\s+0", limits)
    # The master key itself lies only in pages that no dump takes up (`dd`). Nobody but root can look.
    key = bytes.fromhex((server.data / "keys/master.key").read_text().split()[-1])
    if os.geteuid() == 0:
        assert places_in_memory(server.pid, key) == {"dd"}
    else:
        with pytest.raises(PermissionError):
            places_in_memory(server.pid, key)
    raw = brought.key.private_numbers().private_value.to_bytes(32, "big")
    for file in (server.log, *server.data.glob("signet.db*")):
        content = file.read_bytes()
        assert raw not in content and key not in content and b"geheim" not in content
    assert "pin" not in server.log.read_text().lower()


def test_no_other_process_of_the_same_user_looks_into_the_servers_memory(tmp_path):
    # root without its capabilities is a user like others
    plain = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []

    def look(pid: int) -> subprocess.CompletedProcess:
        return subprocess.run([*plain, "cat", f"/proc/{pid}/maps"], capture_output=True, text=True, check=False, timeout=60)

    with (tmp_path / "log").open("w") as log:
        server = subprocess.Popen([*plain, BINARY, "serve", "--listen", f"127.0.0.1:{free_port()}", "--data", tmp_path / "data"], stdout=log, stderr=log)
        other = subprocess.Popen([*plain, "sleep", "600"])
        try:
            wait_until(lambda: "listening on" in (tmp_path / "log").read_text())
            assert look(other.pid).returncode == 0
            refused = look(server.pid)
            assert refused.returncode != 0 and "Permission denied" in refused.stderr
        finally:
            for process in (server, other):
                process.terminate()
                process.wait(60)


def places_in_memory(pid: int, needle: bytes) -> set[str]:
    """Whether the mappings that hold these bytes are left out of core dumps: `dd`, or `dumped`."""
    found, current = set(), None
    mappings = []
    for line in pathlib.Path(f"/proc/{pid}/smaps").read_text().splitlines():
        if header := re.match(r"([0-9a-f]+)-([0-9a-f]+) (\S+)", line):
            current = [int(header[1], 16), int(header[2], 16), header[3], ""]
            mappings.append(current)
        elif line.startswith("VmFlags:"):
            current[3] = line
    with open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for first, last, rights, flags in mappings:
            if not rights.startswith("rw"):
                continue
            try:
                memory.seek(first)
                content = memory.read(last - first)
            except (OSError, OverflowError, ValueError):
                continue
            if needle in content:
                found.add("dd" if " dd" in flags else "dumped")
    return found
