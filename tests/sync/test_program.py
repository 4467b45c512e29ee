"""`kiosk-sync` as a person or systemd meets it: real processes, exit codes, one sentence, one truth."""

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.store.journal import Round, Schedule
from kiosk.words import load

ROOT = Path(__file__).resolve().parents[2]


def one_sentence(result: subprocess.CompletedProcess[str]) -> str:
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    return result.stderr.strip().splitlines()[-1]


def status(kiosk) -> dict[str, object]:
    return json.loads(kiosk.run("status", "--json").stdout)


def unreachable(kiosk):
    """The identity of a centre that nobody runs (the discard port)."""
    path = kiosk.home / "identity.json"
    table = json.loads(path.read_text())
    path.write_text(json.dumps(table | {"central_url": "http://127.0.0.1:9"}))


def test_once_sends_everything(kiosk):
    kiosk.keep(12)
    result = kiosk.run("once")
    assert result.returncode == 0
    assert "12" in result.stdout
    now = status(kiosk)
    assert (now["waiting"], now["accepted"], now["refused"], now["cause"]) == (0, 12, 0, "")
    assert now["last_success_ms"] > 0
    assert now["next_ms"] is None
    assert not now["running"]


def test_once_without_a_centre_says_why_and_keeps_everything(kiosk):
    unreachable(kiosk)
    kiosk.keep(2)
    result = kiosk.run("once")
    assert load("id")("error.sync.refused_connection") in one_sentence(result)
    now = status(kiosk)
    assert (now["waiting"], now["accepted"], now["attempt"], now["cause"]) == (2, 0, 1, "refused_connection")
    assert now["last_success_ms"] is None


def test_once_does_not_wait_for_the_backoff(kiosk):
    kiosk.keep(1)
    failed = Round(started_ms=1, outcome="failed", cause="offline")
    kiosk.store.journal.write(failed, Schedule(attempt=9, next_ms=2**53, cause="offline"))
    assert kiosk.run("once").returncode == 0


def test_the_daemon_sends_what_is_kept_and_stops_cleanly(kiosk, eventually):
    daemon = kiosk.start("run")
    kiosk.keep(3)
    eventually(lambda: kiosk.store.outbox.counts().accepted == 3)
    kiosk.keep(4)
    eventually(lambda: kiosk.store.outbox.counts().accepted == 7)
    assert status(kiosk)["running"]
    assert load("id")("error.sync.running") in one_sentence(kiosk.run("once"))
    assert load("id")("error.sync.running") in one_sentence(kiosk.run("run"))
    daemon.send_signal(signal.SIGTERM)
    log = daemon.communicate(timeout=30)[1]
    assert daemon.returncode == 0
    assert "33729901018" not in log
    assert "Orang Contoh" not in log
    assert all(json.loads(line)["program"] == "sync" for line in log.splitlines())


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_the_daemon_can_be_stopped_while_it_waits_for_the_network(kiosk, eventually, how):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        path = kiosk.home / "identity.json"
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        path.write_text(json.dumps(json.loads(path.read_text()) | {"central_url": url}))
        kiosk.keep(2)
        kiosk.site.write_text(kiosk.site.read_text().replace("timeout_s = 5", "timeout_s = 500"))
        daemon = kiosk.start("run")
        silent.settimeout(30)
        connection, _ = silent.accept()
        with connection:
            daemon.send_signal(how)
            assert daemon.wait(20) == 0
            daemon.communicate()
    assert kiosk.store.outbox.counts().waiting == 2
    assert len(kiosk.store.outbox.lease(5, 10**6, 60)) == 2, "the leases ended with it"


def test_a_restarted_daemon_honours_the_backoff(kiosk, eventually):
    unreachable(kiosk)
    kiosk.keep(1)
    kiosk.site.write_text(
        kiosk.site.read_text().replace("base_s = 0.05", "base_s = 600").replace("cap_s = 0.5", "cap_s = 86400")
    )
    for _ in range(2):
        daemon = kiosk.start("run")
        eventually(lambda: status(kiosk)["running"] and len(kiosk.store.journal.rounds()) == 1)
        daemon.kill()
        daemon.communicate()
    assert kiosk.store.journal.schedule().attempt == 1


def test_status_on_one_screen(kiosk):
    kiosk.keep(3)
    screen = kiosk.run("status").stdout
    assert kiosk.identity.kiosk in screen
    assert kiosk.identity.central_url in screen
    assert len(screen.splitlines()) <= 24
    assert load("id")("sync.when_started") in screen, "nobody sends while no daemon runs"
    assert str(status(kiosk)["room"]) in screen
    assert "error." not in screen
    assert "sync." not in screen


def test_nothing_is_called_answered_before_the_centre_has(kiosk):
    unreachable(kiosk)
    kiosk.keep(3)
    kiosk.run("once")
    now = status(kiosk)
    assert (now["accepted"], now["duplicate"], now["last_success_ms"]) == (0, 0, None)
    screen = kiosk.run("status").stdout
    for kind in ("title", "error", "cure"):
        assert load("id")(f"{kind}.sync.refused_connection") in screen


def test_the_log_newest_first(kiosk):
    kiosk.keep(12)
    kiosk.run("once")
    rounds = [json.loads(line) for line in kiosk.run("log", "--json", "--limit", "2").stdout.splitlines()]
    assert [one["sent"] for one in rounds] == [2, 5]
    assert len(kiosk.run("log").stdout.splitlines()) == 3
    (one,) = [json.loads(line) for line in kiosk.run("log", "--json", "--record", "11").stdout.splitlines()]
    assert (one["first"], one["last"]) == (11, 12)
    assert kiosk.run("log", "--since", "2020-01-01", "--outcome", "done").stdout.count("✓") == 3
    assert "✓" not in kiosk.run("log", "--cause", "offline").stdout
    assert kiosk.run("log", "--since", "yesterday").returncode == 2
    assert load("id")("error.sync.record", record="99") in one_sentence(kiosk.run("log", "--record", "99"))


def test_the_log_can_be_followed(kiosk, eventually):
    kiosk.keep(2)
    kiosk.run("once")
    command = [*kiosk.command("log", "--follow", "--json")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as following:
        assert json.loads(following.stdout.readline())["sent"] == 2
        kiosk.store.outbox.hold(True)
        assert json.loads(following.stdout.readline())["kind"] == "hold"
        following.terminate()


def test_what_a_person_orders_is_done_and_written_down(kiosk):
    kiosk.keep(4)
    codes = [kiosk.store.enrolments.known(f"33729901018{n:05d}", kiosk.identity).code for n in (1, 2)]
    kiosk.store.outbox.quarantine(4, "server_error", 10**15)
    assert kiosk.run("hold", codes[0], "2").returncode == 0
    assert kiosk.run("once").returncode == 0
    now = status(kiosk)
    assert (now["accepted"], now["held"], now["quarantined"]) == (1, 2, 1)
    assert now["quarantined_by_cause"] == {"server_error": 1}
    assert kiosk.run("release", codes[0].lower().replace("-", " ")).returncode == 0
    assert kiosk.run("retry").returncode == 0
    assert kiosk.run("once").returncode == 0
    now = status(kiosk)
    assert (now["accepted"], now["held"], now["quarantined"]) == (3, 1, 0)
    assert kiosk.run("hold").returncode == 0
    kiosk.keep(1)
    held = kiosk.run("once")
    assert load("id")("sync.head.on_hold") in one_sentence(held)
    assert load("id")("sync.head.on_hold") in kiosk.run("status").stdout
    assert kiosk.run("release").returncode == 0
    assert kiosk.run("once").returncode == 0
    assert (status(kiosk)["accepted"], status(kiosk)["on_hold"]) == (5, False)
    kinds = [deed.kind for deed in reversed(kiosk.store.journal.rounds()) if deed.kind != "round"]
    assert kinds == ["quarantine", "hold", "release", "retry", "hold", "release", "release"]


def test_out_on_a_stick_and_back(kiosk, centre, tmp_path):
    stick = tmp_path / "stick"
    stick.mkdir()
    kiosk.keep(7)
    assert kiosk.run("export", str(stick)).returncode == 0
    (file,) = stick.glob("*.kiosk")
    assert file.name == f"{kiosk.identity.kiosk}-1-7.kiosk"
    assert status(kiosk)["waiting"] == 7, "they go on waiting"
    command = [sys.executable, "-m", "sync.central", "import", str(stick), "--home", str(centre.home)]
    assert subprocess.run(command, capture_output=True, timeout=60, check=False).returncode == 0
    (receipt,) = stick.glob("*.receipt")
    whole = receipt.read_bytes()
    receipt.write_bytes(whole[:-3] + b"xxx")
    assert kiosk.run("import", str(stick)).returncode == 1
    assert status(kiosk)["waiting"] == 7, "an altered receipt settles nothing"
    receipt.write_bytes(whole)
    assert kiosk.run("import", str(stick)).returncode == 0
    now = status(kiosk)
    assert (now["waiting"], now["accepted"]) == (0, 7)
    assert now["last_success_ms"] > 0
    assert kiosk.run("once").returncode == 0
    assert {deed.kind for deed in kiosk.store.journal.rounds()} >= {"export", "import"}
    assert load("id")("error.sync.folder", folder="nowhere") in one_sentence(
        kiosk.run("import", str(tmp_path / "nowhere"))
    )


def test_options_stand_before_or_after_the_deed(kiosk):
    command = [sys.executable, "-m", "sync", "status", "--json", "--home", str(kiosk.home)]
    after = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert json.loads(after.stdout)["kiosk"] == kiosk.identity.kiosk


def test_a_kiosk_that_is_nobody_is_told_so(tmp_path):
    command = [sys.executable, "-m", "sync", "once", "--home", str(tmp_path / "empty")]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert one_sentence(result)
    assert not (tmp_path / "empty").exists(), "an error leaves nothing behind"


@pytest.mark.parametrize("arguments", [(), ("fly",), ("log", "--limit", "0"), ("log", "--limit", "x")])
def test_usage_errors_are_two(kiosk, arguments):
    assert kiosk.run(*arguments).returncode == 2


def test_it_needs_no_display():
    code = (
        "import sys, sync.__main__, sync.central.__main__\n"
        "heavy = {'kivy', 'cv2', 'numpy', 'tkinter'} & set(sys.modules)\n"
        "sys.exit(1 if heavy else 0)"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode == 0


def test_the_centre_needs_nothing_of_a_kiosk():
    code = (
        "import sys, sync.central.__main__\n"
        "only_kiosk = {'requests', 'uuid_utils', 'kiosk.store'} & set(sys.modules)\n"
        "sys.exit(1 if only_kiosk else 0)"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode == 0
