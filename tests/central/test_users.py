"""`kiosk-central user …` as a person meets it."""

import json
import sqlite3

from sync.central.database import FILE

from .test_program import one_sentence, run


def test_accounts_from_the_command_line(tmp_path):
    home = ("--home", str(tmp_path))
    added = run("user", "add", "sari", "--role", "ops", *home)
    assert added.returncode == 0, added.stderr
    assert len(added.stdout.strip()) == 24
    assert "sari" in added.stderr
    assert "sari" in one_sentence(run("user", "add", "sari", *home))
    assert "budi" in one_sentence(run("user", "reset", "budi", *home))
    reset = run("user", "reset", "sari", *home)
    assert reset.stdout != added.stdout
    assert len(run("user", "totp", "sari", *home).stdout.strip()) == 32
    assert run("user", "role", "sari", "admin", *home).returncode == 0
    assert run("user", "disable", "sari", *home).returncode == 0
    (row,) = [json.loads(line) for line in run("user", "list", "--json", *home).stdout.splitlines()]
    assert {key: row[key] for key in ("name", "role", "codes", "disabled")} == {
        "name": "sari", "role": "admin", "codes": True, "disabled": True,
    }  # fmt: skip
    assert "sari" in run("user", "list", *home).stdout
    assert run("user", "add", "x", "--role", "king", *home).returncode == 2
    with sqlite3.connect(tmp_path / FILE) as connection:
        deeds = [deed for (deed,) in connection.execute("SELECT deed FROM audit ORDER BY n")]
        kept = "".join(connection.iterdump())
    connection.close()
    assert deeds == ["user_added", "user_reset", "user_codes", "user_role", "user_disabled"]
    assert added.stdout.strip() not in kept


def test_where_a_kiosk_stands(tmp_path):
    home = ("--home", str(tmp_path))
    assert run("add-kiosk", "a", "--region", "Surakarta", "--market", "Pasar Gede", *home).returncode == 0
    assert "Pasar Legi" in run("place", "a", "--market", "Pasar Legi", *home).stderr
    one_sentence(run("place", "b", "--market", "Pasar Legi", *home))
    with sqlite3.connect(tmp_path / FILE) as connection:
        assert connection.execute("SELECT region, market FROM kiosk").fetchall() == [("", "Pasar Legi")]
    connection.close()
