"""Alerts over a real SMTP conversation and real HTTP: once, grouped, no storm, acknowledged, and anew when back."""

import http.server
import socketserver
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk import words
from kiosk.domain.errors import SettingsError
from kiosk.resources import CONFIG
from sync.central import alarms, alerts
from sync.central.alerts import Rules, look, read, senders
from sync.central.console import audit
from sync.central.console.standing import Limits
from sync.central.provisioning import add_kiosk, provision

from .conftest import BOTH, NUMBER_KEY, Hook, Kiosk, Post, serving

LIMITS = Limits(silent_ms=3 * 86_400_000)
HOUR_S = 3600
RULES = """
[mail]
host = "127.0.0.1"
port = {smtp}
starttls = false
user = ""
password_file = ""
sender = "kios@example.id"
to = ["ops@example.id"]
[webhook]
url = "http://127.0.0.1:{web}/hook"
[[rule]]
when = "chain"
after_h = 2
every_h = 6
by = ["mail", "webhook"]
"""


@pytest.fixture
def post() -> Iterator[socketserver.TCPServer]:
    yield from serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Post))


@pytest.fixture
def hook() -> Iterator[socketserver.TCPServer]:
    yield from serving(http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook))


@pytest.fixture
def rules(tmp_path: Path, post, hook) -> Rules:
    path = tmp_path / "alerts.toml"
    path.write_text(RULES.format(smtp=post.server_address[1], web=hook.server_address[1]))
    return read(path)


class TestAlerts:
    pytestmark = BOTH

    @pytest.fixture
    def forked(self, database, clock):
        def forked(*names: str) -> None:
            for name in names:
                kiosk = Kiosk(name)
                provision(database, add_kiosk(database, name), kiosk.public_key, NUMBER_KEY, clock)
                with database.write() as connection:
                    alarms.raise_(connection, database, name, alarms.Kind.FORK, [(1, 1)], 1)

        return forked

    @pytest.fixture
    def turn(self, database, clock, rules):
        def turn(hours: float = 0) -> int:
            clock.advance(hours * HOUR_S)
            return look(database, rules, LIMITS, clock, words.load("en"), senders(rules))

        return turn

    def test_once_grouped_and_no_storm(self, forked, turn, post, hook):
        forked("k-1", "k-2")
        assert turn() == 0  # it has to hold for two hours first
        assert turn(2.1) == 1
        (letter,) = post.letters
        assert "Subject: Market kiosks: 2 =?utf-8?" in letter or "2 × broken chain" in letter or "2 =?" in letter
        assert hook.letters[0]["kiosks"] == ["k-1", "k-2"]
        assert turn(1) == 0  # told once
        forked("k-3")
        assert turn() == 0
        assert turn(3) == 0  # no sooner than every six hours
        assert turn(3) == 1
        assert hook.letters[1]["kiosks"] == ["k-3"]
        assert len(post.letters) == 2

    def test_a_thousand_at_once_are_one_message_of_a_page(self, forked, turn, hook):
        forked(*(f"k-{number:03}" for number in range(60)))
        turn()
        assert turn(3) == 1
        assert len(hook.letters[0]["text"].splitlines()) < 30
        assert "and 40 more" in hook.letters[0]["text"]

    def test_what_somebody_is_at_is_told_no_more(self, forked, turn, database, hook):
        forked("k-1")
        turn()
        with database.write() as connection:
            connection.execute(alerts.sa.update(alerts.alert).values(seen=True))
        assert turn(3) == 0
        assert hook.letters == []

    def test_over_is_told_with_the_next_and_back_again_is_new(self, forked, turn, database, clock, hook):
        forked("k-1")
        turn()
        assert turn(3) == 1
        alarms.close(database, "k-1", clock.wall_ms())
        forked("k-2")
        turn()
        assert turn(7) == 1
        with database.write() as connection:
            alarms.raise_(connection, database, "k-1", alarms.Kind.FORK, [(5, 5)], clock.wall_ms())
        turn()
        assert turn(7) == 1
        assert [letter["kiosks"] for letter in hook.letters] == [["k-1"], ["k-2"], ["k-1"]]

    def test_a_way_that_is_broken_holds_up_no_other_and_both_broken_is_tried_again(self, forked, turn, post, hook):
        forked("k-1")
        turn()
        hook.status = 500
        assert turn(3) == 1  # the letter went
        assert len(post.letters) == 1
        forked("k-2")
        turn()
        post.shutdown()
        post.server_close()
        assert turn(7) == 0
        hook.status = 200
        assert turn() == 1
        assert hook.letters[-1]["kiosks"] == ["k-2"]

    def test_failed_log_ins_are_told(self, database, clock, rules, hook):
        rule = alerts.Rule("sign_in", 0, HOUR_S * 1000, ("webhook",))
        for _ in range(alerts._SIGN_INS):
            with database.write() as connection:
                audit.write(connection, clock, "", "sign_in_failed")
        sent = look(database, Rules((rule,), None, rules.webhook), LIMITS, clock, words.load("id"), senders(rules))
        assert sent == 1
        assert hook.letters[0]["kiosks"] == ["console"]


def test_the_shipped_example_can_be_read():
    assert len(read(CONFIG / "alerts.example.toml").rules) == 4


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (('when = "chain"', 'when = "moon"'), "rule 1: when"),
        (('"webhook"]', '"pigeon"]'), "rule 1: by"),
        (("after_h = 2", "after_h = -1"), "rule 1: after_h, every_h"),
        (('host = "127.0.0.1"', 'hast = "x"'), "mail"),
        (('url = "http://127.0.0.1:1', 'url = "ftp://127.0.0.1:1'), "webhook.url"),
    ],
)
def test_a_wrong_file_is_named(tmp_path: Path, change: tuple[str, str], key: str):
    path = tmp_path / "alerts.toml"
    path.write_text(RULES.format(smtp=1, web=1).replace(*change))
    with pytest.raises(SettingsError) as wrong:
        read(path)
    assert wrong.value.facts["key"] == key
