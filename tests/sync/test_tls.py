"""Real TLS with an own authority: a stranger is refused whatever the clock, dates only while the clock can be right."""

import dataclasses
import datetime

import pytest

from kiosk.clock import EARLIEST_MS, SystemClock
from kiosk.domain.errors import CarriageError
from kiosk.provision import provision
from sync.client import Client, SendFailed

NOW = datetime.datetime.now(datetime.UTC)
DAY = datetime.timedelta(days=1)


def send(kiosk, url: str, ca_file: str, *, believed: bool = True) -> int:
    identity = dataclasses.replace(kiosk.identity, central_url=url)
    limits = dataclasses.replace(kiosk.settings.sync, ca_file=ca_file)
    client = Client(identity, limits, SystemClock(), lambda: believed)
    try:
        return client.send(kiosk.request([])).answer.at_ms
    finally:
        client.close()


def test_an_own_authority_is_enough_and_without_it_nobody_is_believed(kiosk, authority, ends):
    url = ends(authority.server(NOW - DAY, NOW + DAY))
    assert send(kiosk, url, str(authority.file)) > EARLIEST_MS
    with pytest.raises(SendFailed) as caught:
        send(kiosk, url, "")
    assert caught.value.cause == "certificate"


@pytest.mark.parametrize("believed", [True, False])
def test_a_stranger_is_refused_whatever_the_clock(kiosk, authority, ends, tmp_path, believed):
    stranger = type(authority)(tmp_path, "stranger")
    with pytest.raises(SendFailed) as caught:
        send(kiosk, ends(stranger.server(NOW - DAY, NOW + DAY)), str(authority.file), believed=believed)
    assert caught.value.cause == "certificate"


def test_a_dead_clock_connects_and_is_told_the_time(kiosk, authority, ends):
    """Two certificates that this clock does not believe; with a clock that cannot be right nobody asks for its word."""
    for dates in ((NOW + 3 * DAY, NOW + 9 * DAY), (NOW - 9 * DAY, NOW - 3 * DAY)):
        url = ends(authority.server(*dates))
        assert send(kiosk, url, str(authority.file), believed=False) > EARLIEST_MS


@pytest.mark.parametrize("days", [(3, 9), (-9, -3)])
def test_with_a_right_clock_it_is_the_certificate_that_is_wrong(kiosk, authority, ends, days):
    url = ends(authority.server(NOW + days[0] * DAY, NOW + days[1] * DAY))
    with pytest.raises(SendFailed) as caught:
        send(kiosk, url, str(authority.file))
    assert caught.value.cause == "certificate"


def test_a_file_that_holds_no_certificate_is_named(kiosk, tmp_path):
    (tmp_path / "ca.pem").write_text("nothing")
    for file in ("ca.pem", "none.pem"):
        with pytest.raises(CarriageError, match=r"sync\.ca_file"):
            send(kiosk, "https://127.0.0.1:9", str(tmp_path / file))


def test_a_kiosk_is_made_over_tls(centre, authority, ends, tmp_path):
    url = ends(authority.server(NOW - DAY, NOW + DAY))
    assert provision(tmp_path, url, centre.code(), str(authority.file)).central_url == url
    with pytest.raises(CarriageError, match=r"central\.certificate"):
        provision(tmp_path / "other", url, "AAAA-AAAA-AAAA")
