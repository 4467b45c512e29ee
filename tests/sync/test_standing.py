"""One truth in one wording: what `kiosk-sync status` prints is what the officer's page shows, line by line."""

import dataclasses

import pytest

from kiosk import standing_words
from kiosk.clock import Contact, SystemClock
from kiosk.domain.act import Act, Kind
from kiosk.keeper import StoreKeeper
from kiosk.store import Store
from kiosk.store.journal import Round, Schedule
from kiosk.store.outbox import Settled, Word
from kiosk.store.standing import standing
from kiosk.words import load
from sync import report

HOUR_MS = 3_600_000


def troubled(kiosk) -> None:
    """Everything that a status can tell, at once."""
    kiosk.keep(9)
    kiosk.store.acts.keep(Act(Kind.ENTERED, "0417"), kiosk.identity)
    settled = (Settled(1, 2, "accepted"), Settled(3, 3, "duplicate"), Settled(4, 4, "refused", "chain"))
    contact = Contact(kiosk.clock.wall_ms() - HOUR_MS, 5, kiosk.clock.monotonic_ms(), kiosk.clock.boot_id)
    now_ms = SystemClock().wall_ms()
    plan = Schedule(4, now_ms + 200_000, "captive_portal", now_ms - HOUR_MS)
    kiosk.store.outbox.settle(Word(settled, b"receipt", 1, contact), kiosk.identity, Round(1, "failed"), plan)
    kiosk.store.outbox.quarantine(5, "server_error", 2**60)
    kiosk.store.outbox.quarantine(6, "damaged", 0)
    kiosk.store.outbox.move("hold", ("waiting",), "held", [7])


@pytest.mark.parametrize("held", [False, True])
def test_the_program_prints_what_the_page_shows(kiosk, held):
    kiosk.site.write_text(kiosk.site.read_text().replace("cap_s = 0.5", "cap_s = 86400"))
    limits = dataclasses.replace(kiosk.settings.sync, backoff_cap_s=86400)
    troubled(kiosk)
    kiosk.store.outbox.hold(held)
    words, zone = load("id"), kiosk.settings.zone
    printed = kiosk.run("status").stdout.splitlines()
    with Store.open(kiosk.home, kiosk.settings.store, SystemClock()) as screen:
        now = standing(screen, kiosk.identity, SystemClock(), limits)
    assert printed[0].endswith(standing_words.headline(now, words))
    shown = standing_words.lines(now, words, zone)
    assert len(shown) >= 15
    assert [" ".join(line.split()) for line in printed[2:]] == [
        " ".join(f"{label} {value}".split()) for label, value in shown
    ]
    assert report.status_json(now)["enrolments"] == 5
    told = "\n".join(value for _, value in shown)
    for sentence in ("error.sync.server_error", "error.sync.damaged", "error.sync.chain", "cure.sync.captive_portal"):
        assert words(sentence) in told
    assert words("sync.of_them", people=5, acts=1) in told


def test_a_traders_screen_counts_people_and_a_status_counts_records(kiosk):
    keeper = StoreKeeper(kiosk.store, kiosk.identity, None, kiosk.store.clock, kiosk.settings)
    kiosk.keep(2)
    for kind in (Kind.ENTERED, Kind.LEFT, Kind.ENTERED):
        kiosk.store.acts.keep(Act(kind, "0417", {"reason": "left"}), kiosk.identity)
    assert keeper.status().waiting == 2
    now = standing(kiosk.store, kiosk.identity, kiosk.clock, kiosk.settings.sync)
    assert (now.waiting, now.unanswered, now.enrolments) == (5, 5, 2)
    kiosk.store.outbox.settle(Word((Settled(1, 2, "accepted"),), b"r"), kiosk.identity, Round(0, "done"), Schedule())
    assert keeper.status().waiting == 0
    assert standing(kiosk.store, kiosk.identity, kiosk.clock, kiosk.settings.sync).waiting == 3


def test_a_machine_that_is_no_kiosk_yet_has_a_standing_too(kiosk):
    now = standing(kiosk.store, None, kiosk.clock, kiosk.settings.sync)
    assert (now.kiosk, now.central, now.waiting) == ("", "", 0)
    assert all(value for _, value in standing_words.lines(now, load("id"), kiosk.settings.zone))
