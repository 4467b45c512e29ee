"""`kiosk-central` as a person meets it: a process, its exit code and its one sentence."""

import base64
import csv
import json
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import requests
import sqlalchemy as sa

from kiosk import form
from kiosk.clock import StillClock
from sync import wire
from sync.central import keys, schema
from sync.central.__main__ import main
from sync.central.database import FILE, Database
from sync.central.keys import load_or_make
from sync.central.opening import opened
from sync.central.provisioning import add_kiosk, provision
from sync.token import read_receipt_file, request_file

from .conftest import CENTRAL_KEY, NUMBER_KEY, Kiosk


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sync.central", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def one_sentence(result: subprocess.CompletedProcess[str]) -> str:
    """What a person reads on an error: one line, no traceback."""
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    return result.stderr


def test_serve_says_ready_holds_its_port_and_stops_cleanly(tmp_path):
    command = [sys.executable, "-m", "sync.central", "--home", str(tmp_path), "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as centre:
        ready = centre.stdout.readline().strip()
        assert ready.startswith("ready http://127.0.0.1:")
        second = run("serve", "--home", str(tmp_path), "--port", ready.rpartition(":")[2])
        centre.send_signal(signal.SIGTERM)
        assert centre.wait(30) == 0
        assert centre.stdout.read() == ""
    assert "port" in one_sentence(second).lower()


def test_add_kiosk_prints_only_the_code(tmp_path):
    result = run("add-kiosk", "pasar-contoh-1", "--home", str(tmp_path))
    assert result.returncode == 0
    assert len(result.stdout.strip()) == 14
    assert len(result.stdout.splitlines()) == 1
    assert "pasar-contoh-1" in result.stderr
    assert "64" in one_sentence(run("add-kiosk", "not a name", "--home", str(tmp_path)))


@pytest.mark.parametrize("url", ["nonsense", "postgresql+none://user:secret@host/db", "sqlite:////no/such/folder/x.db"])
def test_a_database_that_cannot_be_used_is_one_sentence(tmp_path, url):
    sentence = one_sentence(run("serve", "--port", "0", "--home", str(tmp_path), "--database", url))
    assert "secret" not in sentence


def test_a_newer_database_is_one_sentence(tmp_path):
    run("add-kiosk", "pasar-contoh-1", "--home", str(tmp_path))
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute("INSERT INTO migration VALUES (99, 0)")
    connection.close()
    assert "99" in one_sentence(run("serve", "--port", "0", "--home", str(tmp_path)))


def test_a_mistyped_folder_does_not_look_like_an_empty_centre(tmp_path):
    assert "nowhere" in one_sentence(run("enrolments", "--home", str(tmp_path / "nowhere")))
    assert not (tmp_path / "nowhere").exists()


def test_a_damaged_site_file_is_one_sentence(tmp_path):
    site = tmp_path / "site.toml"
    site.write_text("[central\nport = ")
    assert "site.toml" in one_sentence(run("--site", str(site), "enrolments", "--home", str(tmp_path)))


def test_usage_errors_are_two(tmp_path):
    assert run().returncode == 2
    assert run("serve", "--port", "70000").returncode == 2


def test_enrolments_lists_what_has_arrived(tmp_path, database, clock, kiosk, number_key, central_key, exchange):
    key = load_or_make(tmp_path)
    readable, unreadable = kiosk.many(2)
    mine = type(kiosk)("pasar-contoh-2", seed=3)
    provision(database, add_kiosk(database, mine.name), mine.public_key, number_key, clock)
    first = mine.next()
    body = opened(first.to_bytes(), central_key)
    batches = [(mine, [mine.reseal(first, form.pack(body), key)]), (kiosk, [readable, unreadable])]
    for sender, records in batches:
        exchange.answer(*sender.sent(sender.request(*records)))
    database.close()

    rows = [json.loads(line) for line in run("enrolments", "--json", "--home", str(tmp_path)).stdout.splitlines()]
    assert [(row["kiosk"], row["seq"]) for row in rows] == [(kiosk.name, 1), (kiosk.name, 2), (mine.name, 1)]
    assert rows[0]["error"] == "other_key"
    assert rows[2] == {
        "kiosk": mine.name, "seq": 1, "id": str(first.id), "received_ms": clock.wall_ms(), "enrolment": body.plain(),
    }  # fmt: skip

    table = run("enrolments", "--home", str(tmp_path)).stdout
    assert "3372 •••• •••• 0001" in table
    assert "other_key" in table
    assert "3372990101800001" not in table
    assert "SITI" not in table


def test_the_file_itself_shows_nobody(tmp_path, database, kiosk, send):
    send(kiosk.next())
    with database.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(schema.enrolment)) == 1
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"3372990101800001" not in kept
    assert b"SITI" not in kept


@pytest.fixture
def served(tmp_path):
    """`kiosk-central serve` on a new home: the process and its URL."""
    command = [sys.executable, "-m", "sync.central", "--home", str(tmp_path), "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as centre:
        yield centre, centre.stdout.readline().removeprefix("ready ").strip()
        centre.terminate()


def test_the_web_process_never_holds_the_private_key(tmp_path, served):
    """Looked for in its memory, where the key that it does need is found."""
    centre, url = served
    assert requests.get(url + wire.HEALTH_PATH, timeout=30).status_code == 200
    private, signing = keys.load(tmp_path), keys.load_or_make_answer(tmp_path)
    memory = b"".join(regions(centre.pid))
    assert signing.private_bytes_raw() in memory
    assert private.private_bytes_raw() not in memory
    assert base64.b64encode(private.private_bytes_raw()[2:32]) not in memory, "as it stands in the file"


def regions(pid: int) -> Iterator[bytes]:
    """What a process can write to."""
    maps = Path(f"/proc/{pid}/maps").read_text().splitlines()
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for line in maps:
            span, rights, *_ = line.split()
            start, end = (int(edge, 16) for edge in span.split("-"))
            if rights.startswith("rw") and "[v" not in line:
                memory.seek(start)
                yield memory.read(end - start)


def test_the_web_server_needs_only_the_public_half_and_refuses_to_have_more_in_public(tmp_path):
    run("init", "--home", str(tmp_path))
    refused = run("serve", "--host", "0.0.0.0", "--port", "0", "--home", str(tmp_path))
    assert keys.FILE in one_sentence(refused)
    (tmp_path / keys.FILE).rename(tmp_path / "elsewhere")
    command = [sys.executable, "-m", "sync.central", "--home", str(tmp_path)]
    with subprocess.Popen([*command, "serve", "--host", "0.0.0.0", "--port", "0"], stdout=subprocess.PIPE) as centre:
        assert centre.stdout.readline().startswith(b"ready ")
        centre.terminate()
    assert not (tmp_path / keys.FILE).exists(), "a second private key would lock the records of the first one away"
    assert keys.FILE in one_sentence(run("work", "--once", "--home", str(tmp_path)))


@pytest.mark.parametrize("file", [keys.PUBLIC_FILE, keys.ANSWER_FILE])
def test_a_second_machine_never_makes_keys_of_its_own(tmp_path, database, kiosk, capsys, log, file):
    """Its home is empty, or half copied; kiosks know the keys of the first machine and no others."""
    keys.make(tmp_path)
    (tmp_path / keys.FILE).unlink()
    (tmp_path / file).unlink()
    assert main(["serve", "--port", "0", "--home", str(tmp_path)]) == 1
    (sentence,) = capsys.readouterr().err.splitlines()
    assert file in sentence
    assert not (tmp_path / file).exists()


def test_a_second_worker_never_hashes_people_with_a_key_of_its_own(
    tmp_path, database, send, kiosk, worker, capsys, log
):
    send(kiosk.next())
    worker.step()
    keys.make(tmp_path)
    assert main(["work", "--once", "--home", str(tmp_path)]) == 1
    (sentence,) = capsys.readouterr().err.splitlines()
    assert keys.PEOPLE_FILE in sentence


def test_a_revoked_kiosk_is_refused_by_the_running_server(tmp_path, served):
    _, url = served
    kiosk = Kiosk("pasar-contoh-1")
    code = run("add-kiosk", kiosk.name, "--home", str(tmp_path)).stdout.strip()
    public = {"public_key": kiosk.public_key, "number_key": NUMBER_KEY}
    form = {"code": code} | {name: base64.b64encode(raw).decode() for name, raw in public.items()}
    assert requests.post(url + wire.PROVISION_PATH, json=form, timeout=30).status_code == 200

    def send() -> requests.Response:
        token, body = kiosk.sent(kiosk.request(kiosk.next()))
        headers = {"Content-Type": wire.REQUEST_TYPE, "Authorization": token.header()}
        return requests.post(url + wire.PATH, body, headers=headers, timeout=30)

    assert send().status_code == 200
    assert "1" in run("revoke", kiosk.name, "--home", str(tmp_path)).stderr
    assert (send().status_code, send().json()) == (403, {"cause": "kiosk_revoked"})
    run("unrevoke", kiosk.name, "--home", str(tmp_path))
    assert send().status_code == 200
    table = run("kiosks", kiosk.name, "--home", str(tmp_path)).stdout
    assert "2" in table.splitlines()[2], "what was refused meanwhile is missing"
    (alarm,) = run("alarms", "--json", "--home", str(tmp_path)).stdout.splitlines()
    assert json.loads(alarm)["kind"] == "gap"
    assert run("alarms", "--seen", kiosk.name, "--home", str(tmp_path)).returncode == 0
    assert run("alarms", "--json", "--home", str(tmp_path)).stdout == ""


def test_from_the_stick_to_the_branch_and_back(tmp_path, emptied, postgresql, capsys, log):
    """Every command once, as an operator would use them, on PostgreSQL; in this process, because they are many."""

    def do(deed: str, *arguments: object) -> str:
        assert main([deed, *map(str, arguments), "--home", str(tmp_path), "--database", emptied]) == 0, deed
        return capsys.readouterr().out

    keys.make(tmp_path)
    kiosk = Kiosk("pasar-contoh-1")
    code = do("add-kiosk", kiosk.name).strip()
    with closing(Database.open(tmp_path, emptied)) as database:
        provision(database, code, kiosk.public_key, NUMBER_KEY, StillClock())
    key, first = keys.load(tmp_path), kiosk.next()
    person = form.pack(opened(first.to_bytes(), CENTRAL_KEY))
    token, body = kiosk.sent(kiosk.request(kiosk.reseal(first, person, key)))
    stick = tmp_path / "stick"
    stick.mkdir()
    (stick / "pasar-contoh-1-1-1.kiosk").write_bytes(request_file(token, body))
    assert "1" in do("import", stick)
    do("work", "--once")
    do("export", "--format", "csv", "--out", tmp_path / "branch.csv")
    (row,) = csv.DictReader((tmp_path / "branch.csv").read_text(encoding="utf-8-sig").splitlines())
    assert row["nik"] == "3372990101800001"
    (tmp_path / "decided.csv").write_text(f"code,state,number\n{row['code']},accepted,12345678901\n")
    do("decide", tmp_path / "decided.csv")
    do("import", stick)
    answer = wire.decode_answer(read_receipt_file((stick / "pasar-contoh-1-1-1.receipt").read_bytes()))
    assert [(one.id, one.state) for one in answer.outcomes] == [(first.id, "accepted")]
    assert do("publish", "--shipped") == "1\n"
    do("export", "--out", tmp_path / "branch.xlsx")
    assert "accepted" in do("enrolments")
    assert "3372990101800001" not in postgresql.log
    assert "SITI" not in postgresql.log


def test_a_wrong_row_of_the_branch_is_named_and_the_exit_code_tells(tmp_path):
    run("add-kiosk", "pasar-contoh-1", "--home", str(tmp_path))
    (tmp_path / "decided.csv").write_text("code,state\nNIK3372990101800001,accepted\n")
    result = run("decide", str(tmp_path / "decided.csv"), "--home", str(tmp_path))
    assert result.returncode == 1
    assert "2" in result.stdout
    assert "3372990101800001" not in result.stdout + result.stderr


@pytest.mark.parametrize("deed", ["revoke", "unrevoke", "kiosks"])
def test_an_unknown_kiosk_is_one_sentence(tmp_path, database, capsys, log, deed):
    assert main([deed, "nobody", "--home", str(tmp_path)]) == 1
    (sentence,) = capsys.readouterr().err.splitlines()
    assert "nobody" in sentence


@pytest.mark.parametrize("deed", ["kiosks", "alarms", "enrolments", "work", "publish", "export"])
def test_no_command_makes_a_centre_by_mistake(tmp_path, capsys, log, deed):
    more = {"publish": ["--shipped"], "export": ["--out", "x"], "work": ["--once"]}.get(deed, [])
    assert main([deed, *more, "--home", str(tmp_path / "nowhere")]) == 1
    (sentence,) = capsys.readouterr().err.splitlines()
    assert "nowhere" in sentence
    assert not (tmp_path / "nowhere").exists()
