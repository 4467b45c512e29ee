"""`kiosk-central` as a person meets it: a process, its exit code and its one sentence."""

import json
import signal
import sqlite3
import subprocess
import sys

import pytest
import sqlalchemy as sa

from kiosk import form
from sync.central import schema
from sync.central.database import FILE
from sync.central.keys import load_or_make
from sync.central.opening import opened
from sync.central.provisioning import add_kiosk, provision


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
