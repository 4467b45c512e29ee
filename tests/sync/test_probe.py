"""The connection test against real servers on loopback: each step fails as in the field, and says what to do."""

import dataclasses
import datetime
import http.server
import json
import re
import socket
import subprocess
import sys
import threading
from contextlib import closing
from email.utils import format_datetime
from pathlib import Path

import pytest

import sync
from kiosk import connection_words
from kiosk.clock import SystemClock
from kiosk.domain.connection import STEPS, Outcome
from kiosk.domain.errand import Kind, State
from kiosk.links import Link, links
from kiosk.store import Store
from kiosk.words import load, placeholders
from sync import wire
from sync.client import Client
from sync.messages import Heartbeat, Request
from sync.probe import Probe

OURS = json.dumps({"status": "ok", "version": wire.VERSION})
LOGIN = "<html>Selamat datang di Wi-Fi Pasar. Silakan masuk.</html>"
NOW = datetime.datetime.now(datetime.UTC)
DAY = datetime.timedelta(days=1)
ETHERNET = [Link("eth0", True)]


class Says(http.server.ThreadingHTTPServer):
    """Answers every GET with the same."""

    def __init__(self, status: int, kind: str, body: str, date: str = "", **headers: str) -> None:
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response_only(status)
                told = {"Content-Type": kind, "Content-Length": str(len(body)), "Date": date, **headers}
                for name, value in told.items():
                    if value:
                        self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_: object) -> None: ...

        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def end(self) -> None:
        self.shutdown()
        self._thread.join(10)
        self.server_close()


@pytest.fixture
def says():
    opened = []

    def says(status: int, kind: str, body: str, **more: str) -> str:
        opened.append(Says(status, kind, body, **more))
        return opened[-1].url

    yield says
    for one in opened:
        one.end()


def probe(kiosk, url: str, ca_file: str = "", timeout_s: float = 5, up=lambda: ETHERNET) -> dict[str, object]:
    """What each step found, by name."""
    identity = dataclasses.replace(kiosk.identity, central_url=url)
    limits = dataclasses.replace(kiosk.settings.sync, ca_file=ca_file, timeout_s=timeout_s)
    clock = SystemClock()
    beat = Heartbeat(clock.wall_ms(), clock.boot_id, clock.monotonic_ms())
    with closing(Client(identity, limits, clock, lambda: True)) as client:
        testing = Probe(identity, limits, clock, lambda: True, client, lambda: Request(identity.kiosk, beat), links=up)
        found = list(testing.steps())
    assert [one.step for one in found] == list(STEPS)
    for language in ("id", "jv", "en"):
        for one in found:
            told = connection_words.sentence(one, load(language))
            assert told[0].isupper() or told[0].isdigit(), told
            assert "{" not in told
            assert "error." not in told
    return {one.step: one for one in found}


def said(found: dict[str, object]) -> list[str]:
    return [one.said for one in found.values()]


def broken_at(found, step: str) -> str:
    """Every step before has passed, this one has failed, and none after it was tried."""
    at = STEPS.index(step)
    outcomes = [one.outcome for one in found.values()]
    assert all(one in (Outcome.PASSED, Outcome.UNKNOWN) for one in outcomes[:at]), said(found)
    assert outcomes[at] is Outcome.FAILED, said(found)
    assert set(outcomes[at + 1 :]) <= {Outcome.SKIPPED}
    return found[step].said


def test_all_is_well_on_this_machine(kiosk, centre):
    found = probe(kiosk, centre.url)
    assert said(found) == [
        "connection.link.local",
        "connection.name.address",
        "connection.answer.passed",
        "connection.clock.passed",
        "connection.tls.local",
        "connection.api.passed",
    ]


def test_all_is_well_over_tls(kiosk, authority, ends):
    found = probe(kiosk, ends(authority.server(NOW - DAY, NOW + 40 * DAY)), str(authority.file))
    assert all(one.outcome is Outcome.PASSED for one in found.values()), said(found)
    assert found["tls"].facts == {"days": 39}


def test_no_cable_and_no_address(kiosk):
    far = "https://pusat.example.id"
    assert broken_at(probe(kiosk, far, up=list), "link") == "connection.no_link"
    assert broken_at(probe(kiosk, far, up=lambda: [Link("eth0", False)]), "link") == "connection.no_address"


def test_a_name_that_nobody_knows(kiosk):
    cause = broken_at(probe(kiosk, "https://pusat.invalid"), "name")
    assert cause in ("connection.no_name", "connection.no_dns")


def test_a_port_where_nobody_listens(kiosk):
    assert broken_at(probe(kiosk, "http://127.0.0.1:9"), "answer") == "sync.refused_connection"


def test_a_centre_that_never_answers(kiosk):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        assert broken_at(probe(kiosk, url, timeout_s=0.2), "answer") == "sync.timeout"


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        ((200, "text/html", LOGIN), "sync.captive_portal"),
        ((302, "text/html", LOGIN), "sync.captive_portal"),
        ((511, "text/html", LOGIN), "sync.captive_portal"),
        ((200, "application/json", LOGIN), "sync.captive_portal"),
        ((200, "application/json", '["ok"]'), "sync.captive_portal"),
        ((404, "text/html", "not here"), "connection.other_server"),
        ((503, "application/json", '{"cause":"database"}'), "sync.server_busy"),
        ((500, "text/html", "oh"), "sync.server_error"),
    ],
)
def test_somebody_else_answers(kiosk, says, answer, cause):
    assert broken_at(probe(kiosk, says(*answer)), "answer") == cause


def test_a_login_page_with_a_certificate_of_its_own_is_a_login_page(kiosk, says, ends, authority, tmp_path):
    stranger = type(authority)(tmp_path, "stranger").server(NOW - DAY, NOW + DAY)
    url = ends(stranger, says(200, "text/html", LOGIN))
    assert broken_at(probe(kiosk, url, str(authority.file)), "answer") == "sync.captive_portal"


def test_an_end_that_does_not_speak_tls(kiosk, centre):
    url = centre.url.replace("http://", "https://")
    assert broken_at(probe(kiosk, url), "answer") == "connection.no_tls"


@pytest.mark.parametrize("url", ["http://192.0.2.1", "ftp://127.0.0.1", "https://127.0.0.1:99999", "https://[::1"])
def test_an_address_that_is_none(kiosk, url):
    found = probe(kiosk, url)
    failed = [one.said for one in found.values() if one.outcome is Outcome.FAILED]
    assert failed in (["sync.insecure"], ["sync.address"])


def test_certificates(kiosk, authority, ends, tmp_path):
    valid = (NOW - DAY, NOW + DAY)
    for context, cause in (
        (authority.server(*valid, address="127.0.0.9"), "connection.certificate_name"),
        (type(authority)(tmp_path, "stranger").server(*valid), "sync.certificate"),
        (authority.server(NOW - 9 * DAY, NOW - 3 * DAY), "connection.certificate_dates"),
        (authority.server(NOW + 3 * DAY, NOW + 9 * DAY), "connection.certificate_dates"),
    ):
        assert broken_at(probe(kiosk, ends(context), str(authority.file)), "tls") == cause


def test_it_is_told_when_the_clock_is_to_blame(kiosk, authority, ends, says):
    """The certificate is good at the time that the centre shows, and not at the one that this clock shows."""
    there = says(200, "application/json", OURS, date=format_datetime(NOW - 5 * DAY))
    found = probe(kiosk, ends(authority.server(NOW - 9 * DAY, NOW - 3 * DAY), there), str(authority.file))
    assert [one.outcome for one in found.values()][2:] == [
        Outcome.PASSED,
        Outcome.FAILED,
        Outcome.FAILED,
        Outcome.SKIPPED,
    ]
    assert (found["clock"].said, found["tls"].said) == ("connection.clock_wrong", "sync.clock")
    assert 4.9 * 86_400 < found["clock"].facts["span"] < 5.1 * 86_400
    assert load("id")("sync.span.day", number=5) in connection_words.sentence(found["clock"], load("id"))


def test_a_wrong_clock_alone_stops_nothing(kiosk, says):
    found = probe(kiosk, says(200, "application/json", OURS, date=format_datetime(NOW + DAY)))
    assert found["clock"].outcome is Outcome.FAILED
    assert found["tls"].outcome is Outcome.PASSED
    assert found["api"].outcome is Outcome.FAILED, "this one only knows how to say that it is well"


@pytest.mark.parametrize("date", ["", "yesterday"])
def test_a_centre_that_does_not_tell_the_time(kiosk, says, date):
    found = probe(kiosk, says(200, "application/json", OURS, date=date))
    assert (found["clock"].outcome, found["clock"].said) == (Outcome.UNKNOWN, "connection.clock.unknown")


def test_another_version(kiosk, says):
    cause = broken_at(probe(kiosk, says(200, "application/json", '{"status":"ok","version":99}')), "api")
    assert cause == "connection.version"


def test_a_revoked_kiosk(kiosk_of_its_own):
    kiosk, centre = kiosk_of_its_own
    command = [sys.executable, "-m", "sync.central", "revoke", kiosk.identity.kiosk, "--home", str(centre.home)]
    assert subprocess.run(command, capture_output=True, timeout=60, check=False).returncode == 0
    assert broken_at(probe(kiosk, centre.url), "api") == "sync.revoked"
    printed = kiosk.run("test")
    assert printed.returncode == 1
    assert load("id")("cure.sync.revoked") in printed.stdout


def test_interfaces_as_the_machine_tells_them(tmp_path):
    assert all(one.name != "lo" for one in links())
    for name, kind, state, carrier in (
        ("lo", "772", "unknown", "1"),
        ("eth9", "1", "up", "1"),
        ("eth8", "1", "down", "0"),
        ("wwan0", "65534", "unknown", "1"),
        ("wwan1", "65534", "unknown", ""),
    ):
        (folder := tmp_path / "net" / name).mkdir(parents=True)
        for file, content in (("type", kind), ("operstate", state), ("carrier", carrier)):
            (folder / file).write_text(content + "\n")
    table = tmp_path / "if_inet6"
    table.write_text(
        "20010db8000000000000000000000001 04 40 00 80    wwan0\nfe800000000000000000000000000001 03 40 20 80     eth9\n"
    )
    assert links(tmp_path / "net", table) == [Link("eth9", False), Link("wwan0", True)]
    assert links(tmp_path / "net", tmp_path / "none") == [Link("eth9", False), Link("wwan0", False)]


def test_the_program_and_the_errand_say_the_same(kiosk, eventually):
    printed = kiosk.run("test")
    assert printed.returncode == 0
    told = [json.loads(line) for line in kiosk.run("test", "--json").stdout.splitlines()]
    daemon = kiosk.start("run")
    with Store.open(kiosk.home, kiosk.settings.store, SystemClock()) as screen:
        screen.errands.ask(Kind.TEST, "0417", kiosk.identity)
        eventually(lambda: not screen.errands.newest(Kind.TEST).under_way)
        errand = screen.errands.newest(Kind.TEST)
    daemon.terminate()
    assert "Traceback" not in daemon.communicate(timeout=30)[1]
    assert (errand.state, errand.done, errand.total) == (State.DONE, 6, 6)
    assert [one["said"] for one in errand.result["steps"]] == [one["said"] for one in told]
    words = load("id")
    for line, one in zip(printed.stdout.splitlines(), errand.result["steps"], strict=True):
        tested = connection_words.tested_of(one)
        assert connection_words.title(tested.step, words) in line
        if "ms" not in tested.facts and "span" not in tested.facts:
            assert line.endswith(connection_words.sentence(tested, words))


def test_every_step_shows_before_the_next_is_tried(kiosk):
    """Link and name are known while nobody knows yet whether the centre answers."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        identity = dataclasses.replace(kiosk.identity, central_url=f"http://127.0.0.1:{silent.getsockname()[1]}")
        identity.save(kiosk.home)
        with Store.open(kiosk.home, kiosk.settings.store, SystemClock()) as screen:
            screen.errands.ask(Kind.TEST, "0417", identity)
            daemon = kiosk.start("run")
            silent.settimeout(30)
            connection, _ = silent.accept()
            with connection:
                shown = screen.errands.newest(Kind.TEST)
                assert (shown.state, shown.done, shown.total) == (State.RUNNING, 2, 6)
                daemon.kill()
                daemon.communicate(timeout=30)


def test_every_word_of_it_is_there():
    source = (Path(sync.__file__).parent / "probe.py").read_text(encoding="utf-8")
    ids = set(re.findall(r'"(connection\.[a-z_.]+|sync\.[a-z_]+)"', source))
    assert len(ids) > 20
    for language in ("id", "jv", "en"):
        words = load(language)
        for id in ids:
            known = id in words or (f"error.{id}" in words and f"cure.{id}" in words)
            assert known, id
        assert all(f"connection.step.{step}" in words for step in STEPS)
    assert placeholders(load("id")("error.connection.clock_wrong")) == {"span"}
