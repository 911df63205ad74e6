"""What the operator sees: health, figures, a clean end, clear words when something is wrong, and memory that does not follow the upload."""
from __future__ import annotations

import http.client
import json
import pathlib
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import threading
import time

import pytest

from support.api import Api
from support.contracts import Contract, company
from support.credentials import Credentials
from support.pdfs import make_pdf, plain_pages
from support.server import BINARY, Server, free_port

MEBIBYTE = 1 << 20


def get(server: Server, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection(server.host, server.port, timeout=30)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def api_of(server: Server) -> Api:
    return Api(server.host, server.port, Credentials(server.demo["appToken"], server.demo["appSecret"]))


def run(*arguments: object) -> subprocess.CompletedProcess:
    return subprocess.run([BINARY, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=120)


def figures(server: Server) -> dict[str, float]:
    """The values of /metrics under their names and labels."""
    status, text = get(server, "/metrics")
    assert status == 200
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_a_running_server_is_healthy_and_ready(server):
    assert get(server, "/healthz") == (200, "ok\n")
    assert get(server, "/readyz") == (200, "ready\n")


def test_the_figures_move_with_the_work(server, api):
    before = figures(server)
    for _ in range(5):
        api.ok(api.post("/v2/contract/draft", {"subject": "x", "signatories": []}))
    after = figures(server)
    assert after["signet_database_writes"] >= before["signet_database_writes"] + 5
    assert after["signet_http_received_bytes_total"] > before["signet_http_received_bytes_total"]
    assert after["signet_http_sent_bytes_total"] > before["signet_http_sent_bytes_total"]
    assert after["signet_outbox_dead"] == 0


def test_the_figures_tell_no_names_and_no_secrets(server, credentials, api):
    api.ok(api.get("/v2/seal/list"))
    text = get(server, "/metrics")[1]
    assert credentials.token not in text and credentials.secret not in text and server.demo["companyName"] not in text


def test_the_log_tells_no_secrets(server, credentials, api):
    reply = api.post("/v2/contract/draft", {"subject": "x", "signatories": [], "bizId": credentials.secret})
    assert reply.code in (0, 1112)
    log = server.log.read_text(encoding="utf-8", errors="replace").split("listening on", 1)[1]
    assert credentials.secret not in log


def test_whoever_stops_the_server_lets_a_running_upload_finish(new_server):
    server = new_server()
    api = api_of(server)
    contract = Contract(api, server, [company(server.demo["companyName"])])
    body = b"".join(f"--B\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n".encode() for name, value in
                    (("contractId", contract.id), ("title", "慢"), ("fileSuffix", "pdf")))
    body += b"--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\n" + make_pdf([[(72, 72, "x")]], filler=MEBIBYTE)
    body += b"\r\n--B--\r\n"
    headers = "".join(f"{name}: {value}\r\n" for name, value in api.credentials.headers().items())
    head = (f"POST /v2/document/addbyfile HTTP/1.1\r\nHost: {server.host}\r\n{headers}"
            f"Content-Type: multipart/form-data; boundary=B\r\nContent-Length: {len(body)}\r\n\r\n").encode()
    with socket.create_connection((server.host, server.port), 30) as slow:
        slow.sendall(head + body[:len(body) // 2])
        time.sleep(0.3)
        stopping = threading.Thread(target=server.stop)
        stopping.start()
        time.sleep(0.7)
        assert_not_ready(server)
        slow.sendall(body[len(body) // 2:])
        answer = b""
        while chunk := slow.recv(1 << 16):
            answer += chunk
    stopping.join(60)
    assert answer.startswith(b"HTTP/1.1 200 ") and b'"code":0' in answer
    document = json.loads(answer.split(b"\r\n\r\n", 1)[1])["result"]["documentId"]
    server.start()
    assert [one["id"] for one in contract.detail()["documents"]] == [document]


def assert_not_ready(server: Server) -> None:
    """A server that is stopping takes no new work: it says so, or it does not listen any more."""
    try:
        assert get(server, "/readyz")[0] == 503
    except OSError:
        pass


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_server_ends_well_when_it_is_asked(new_server, number):
    server = new_server()
    server._process.send_signal(number)
    assert server._process.wait(30) == 0
    assert "finishing what runs" in server.last_words()


def test_a_client_that_never_finishes_does_not_keep_the_server_alive(new_server):
    server = new_server()
    with socket.create_connection((server.host, server.port), 30) as silent:
        silent.sendall(b"POST /v2/contract/draft HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
        time.sleep(0.2)
        assert server.stop() == 0


def test_a_second_server_on_the_same_folder_is_refused_with_a_clear_line(new_server):
    server = new_server()
    second = run("serve", "--listen", f"127.0.0.1:{free_port()}", "--data", server.data)
    assert second.returncode == 1
    assert re.fullmatch(rf"signet: .*{re.escape(str(server.data))}.* is in use by process {server.pid}\n", second.stderr)
    assert get(server, "/readyz")[0] == 200


def test_a_port_that_is_taken_is_named(server, tmp_path):
    other = run("serve", "--listen", f"127.0.0.1:{server.port}", "--data", tmp_path / "data")
    assert other.returncode == 1
    assert f"port {server.port}" in other.stderr and "Address already in use" in other.stderr


@pytest.mark.parametrize("listen", ["nonsense", "127.0.0.1", "127.0.0.1:99999", "127.0.0.1:x"])
def test_an_address_that_is_none_is_refused(tmp_path, listen):
    done = run("serve", "--listen", listen, "--data", tmp_path / "data")
    assert done.returncode == 2 and "--listen" in done.stderr
    assert not (tmp_path / "data").exists()


def test_a_settings_file_that_cannot_be_read_is_named_with_its_line(tmp_path):
    (tmp_path / "signet.toml").write_text("threads = 2\nzone = [\n")
    done = run("serve", "--listen", f"127.0.0.1:{free_port()}", "--data", tmp_path)
    assert done.returncode == 2
    assert re.search(r"signet\.toml line \d", done.stderr)


# ---------------------------------------------------------------------------------------------- doctor


@pytest.fixture(scope="module")
def healthy(tmp_path_factory):
    """A data folder that a server has left in good order."""
    data = tmp_path_factory.mktemp("healthy") / "data"
    with Server(data) as server:
        contract = Contract(api_of(server), server, [company(server.demo["companyName"])])
        contract.add_file(plain_pages(1))
    return data


@pytest.fixture
def patient(healthy, tmp_path):
    """A copy that a test may damage."""
    return pathlib.Path(shutil.copytree(healthy, tmp_path / "patient"))


def examine(data: pathlib.Path) -> tuple[list[str], str]:
    """What the doctor finds bad (whether the front end is built is no matter of the data), and all it says."""
    done = run("doctor", "--data", data, "--listen", f"127.0.0.1:{free_port()}")
    bad = [line for line in done.stdout.splitlines() if line.startswith("  BAD")]
    assert done.returncode == (1 if bad else 0), done.stdout
    assert done.stdout.count("mend:") == len(bad)
    assert done.stdout.endswith("something needs mending\n" if bad else "all is well\n")
    return [line for line in bad if "the pages are not built" not in line], done.stdout


def test_the_doctor_finds_a_good_folder_well(patient):
    bad, text = examine(patient)
    assert bad == []
    assert "the database is sound" in text and "the log is unbroken" in text and "the sandboxed worker draws" in text


def test_the_doctor_needs_no_folder_and_makes_none(tmp_path):
    bad, text = examine(tmp_path / "nothing")
    assert bad == [] and "no data folder yet" in text
    assert not (tmp_path / "nothing").exists()


def test_the_doctor_calls_a_running_server_no_illness(server):
    bad, text = examine(server.data)
    assert bad == [] and "a server is running on this folder" in text
    assert get(server, "/readyz")[0] == 200


def test_the_doctor_finds_a_master_key_that_others_can_read(patient):
    (patient / "keys" / "master.key").chmod(0o644)
    bad, _ = examine(patient)
    assert any("the master key" in line for line in bad)


def test_the_doctor_finds_a_master_key_of_another_house(patient):
    key = patient / "keys" / "master.key"
    content = bytearray(key.read_bytes())
    content[len(content) // 2] ^= 1
    key.write_bytes(content)
    bad, _ = examine(patient)
    assert any("the master key" in line or "the own CA" in line for line in bad)


def test_the_doctor_finds_a_log_that_was_changed(patient):
    with sqlite3.connect(patient / "signet.db") as database:
        database.execute("DROP TRIGGER audit_no_update")
        database.execute("UPDATE audit SET actor = 'nobody' WHERE sequence = 3")
    database.close()
    bad, _ = examine(patient)
    assert bad == ["  BAD   the log was changed at entry 3"]


def test_the_doctor_finds_a_damaged_database(patient):
    file = patient / "signet.db"
    with sqlite3.connect(file) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    content = bytearray(file.read_bytes())
    for page in range(2 * 4096, len(content), 4096):
        content[page:page + 512] = bytes(512)
    file.write_bytes(content)
    bad, _ = examine(patient)
    assert any("the database" in line or "the log" in line for line in bad)


def test_after_a_clean_end_the_database_is_one_file(healthy):
    """Who backs up `signet.db` as the documentation says must have everything."""
    log = healthy / "signet.db-wal"
    assert not log.exists() or log.stat().st_size == 0


# ---------------------------------------------------------------------------------------------- memory


def peak(server: Server) -> int:
    """The most memory the process ever had, in bytes."""
    status = pathlib.Path(f"/proc/{server.pid}/status").read_text(encoding="utf-8")
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) << 10


@pytest.fixture
def roomy(tmp_path, new_server):
    """A server that takes files of 256 MiB; what it stored is thrown away afterwards."""
    data = tmp_path / "roomy"
    data.mkdir()
    (data / "signet.toml").write_text("upload_limit_mib = 256\n")
    server = new_server(data=data)
    yield server
    server.stop()
    shutil.rmtree(data)


def test_two_hundred_megabytes_that_are_refused_pass_by_memory(roomy):
    contract = Contract(api_of(roomy), roomy, [company(roomy.demo["companyName"])])
    before = peak(roomy)
    assert contract.try_file(b"\x55" * (200 * MEBIBYTE)).code in (1402, 1403)
    assert peak(roomy) - before < 24 * MEBIBYTE


def test_two_hundred_megabytes_that_are_taken_are_in_memory_once_at_most(roomy):
    contract = Contract(api_of(roomy), roomy, [company(roomy.demo["companyName"])])
    large = make_pdf([[(72, 72, "x")]], filler=200 * MEBIBYTE)
    before = peak(roomy)
    contract.add_file(large)
    assert peak(roomy) - before < 230 * MEBIBYTE
    before = peak(roomy)
    assert len(contract.download()) >= 200 * MEBIBYTE
    assert peak(roomy) - before < 24 * MEBIBYTE


@pytest.mark.memory
def test_many_small_requests_leave_no_memory_behind(new_server):
    server = new_server()
    api = api_of(server)

    def work() -> None:
        for _ in range(200):
            api.post("/v2/contract/draft", {"subject": "x" * 100_000})
    work()
    before = peak(server)
    work()
    work()
    assert peak(server) - before < 24 * MEBIBYTE
