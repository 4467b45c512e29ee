"""Who comes in, who does not, what that costs and tells, and for how long nobody does."""

import itertools
import logging
import threading
import uuid
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from kiosk import pin, tables
from kiosk.clock import Contact, StillClock
from kiosk.desk import Desk
from kiosk.domain.act import Act, Kind
from kiosk.domain.errors import SettingsError, StoreFull
from kiosk.domain.lockout import FREE, FREE_KIOSK, KIOSK, WAITS_S, wait_s
from kiosk.domain.record import Record
from kiosk.journey.officer.door import Admit, SignOff
from kiosk.settings import Settings
from kiosk.store import Store
from kiosk.store.identity import Identity

from .conftest import BADGE, LOST, OTHERS, PIN, WENING, AtTheDoor

RIGHT, WRONG = "0417" + PIN, "0417" + "000000"


def test_number_and_pin_or_badge_and_pin(door: AtTheDoor) -> None:
    assert door.comes(RIGHT) == ""
    assert door.comes(PIN, BADGE) == ""
    assert [(act.kind, act.officer, dict(act.facts)) for act in door.acts()] == [
        (Kind.ENTERED, "0417", {"by": "number"}),
        (Kind.ENTERED, "0417", {"by": "badge"}),
    ]


@pytest.mark.parametrize(
    ("digits", "badge", "reason"),
    [
        (WRONG, "", "wrong"),
        ("9999" + PIN, "", "wrong"),  # nobody's number: not told apart
        ("000000", BADGE, "wrong"),
        (PIN, LOST, "unknown_badge"),
        ("0500" + PIN, "", "elsewhere"),
        ("0500" + "000000", "", "wrong"),  # only who has the PIN learns what else is wrong
        ("0501" + PIN, "", "revoked"),
        ("0502" + PIN, "", "expired"),
        ("0503" + PIN, "", "early"),
        ("", "", "wrong"),
        ("0417", "", "wrong"),
        ("x" * 10, "", "wrong"),
        (PIN + "0417", BADGE, "wrong"),
    ],
)
def test_who_is_turned_away_learns_as_little_as_helps(door: AtTheDoor, digits: str, badge: str, reason: str) -> None:
    assert door.comes(digits, badge) == reason
    (act,) = door.acts()
    assert (act.kind, dict(act.facts)) == (Kind.TURNED_AWAY, {"reason": reason})


def test_an_unknown_number_costs_as_much_as_a_wrong_pin(door: AtTheDoor, monkeypatch: pytest.MonkeyPatch) -> None:
    checked = []
    fits = pin.fits
    monkeypatch.setattr(pin, "fits", lambda encoded, typed: checked.append(encoded) or fits(encoded, typed))
    for digits, badge in ((WRONG, ""), ("9999" + PIN, ""), ("000000", BADGE), (PIN, LOST), (RIGHT, "")):
        door.comes(digits, badge)
    costs = [encoded.split("$")[1:4] for encoded in checked]
    assert len(costs) == 5  # one each
    assert costs == [costs[0]] * 5


def test_without_a_list_nobody_comes_in_and_nothing_is_counted(
    listed: Callable[[str], None], open_door: Callable[..., AtTheDoor]
) -> None:
    listed("")
    door = open_door()
    assert [door.comes(RIGHT) for _ in range(20)] == ["no_list"] * 20
    assert (door.view().listed, door.view().locks, door.acts()) == (False, (), [])


def test_a_new_list_counts_at_once(door: AtTheDoor, listed: Callable[[str], None]) -> None:
    assert door.comes(RIGHT) == ""
    listed(WENING.replace(",,\n", ",,yes\n"))
    assert door.comes(RIGHT) == "revoked"


def test_a_list_that_this_version_cannot_read_leaves_the_one_before(
    door: AtTheDoor, listed: Callable[[str], None]
) -> None:
    listed("0417,Bu Wening (contoh),3372,,not argon2,2026-01-01,,\n")
    assert door.comes(RIGHT) == ""


def test_ten_wrong_pins(door: AtTheDoor, clock: StillClock) -> None:
    """The first are free, then each wait is longer; while it lasts even the right PIN does not open."""
    waits = []
    for _ in range(10):
        assert door.comes(WRONG) == "wrong"
        waits.append(door.view().lock("", "0417")[1])
        if waits[-1]:
            assert door.comes(RIGHT) == "locked"
            clock.advance(waits[-1] - 1)
            assert door.comes(RIGHT) == "locked"
            clock.advance(1)
    assert waits == [0, 0, 0, 30, 60, 300, 900, 3600, 3600, 3600]
    assert door.comes(RIGHT) == ""
    assert [act.kind for act in door.acts()] == [
        *[Kind.TURNED_AWAY] * 3,
        *[Kind.TURNED_AWAY, Kind.LOCKED] * 7,
        Kind.ENTERED,
    ]
    locks = [act.facts["seconds"] for act in door.acts() if act.kind is Kind.LOCKED]
    assert locks == [30, 60, 300, 900, 3600, 3600, 3600]
    assert door.comes(WRONG) == "wrong"  # the right PIN made everything new
    assert door.view().locks == ()


def test_hammering_at_a_locked_door_fills_nothing(door: AtTheDoor) -> None:
    for _ in range(FREE + 1):
        door.comes(WRONG)
    before = door.store.outbox.counts().waiting
    assert [door.comes(WRONG) for _ in range(500)] == ["locked"] * 500
    assert door.store.outbox.counts().waiting == before == FREE + 2
    assert door.view().lock("", "0417")[1] == WAITS_S[0]


def test_what_is_right_but_not_let_in_fills_nothing_either(door: AtTheDoor) -> None:
    for _ in range(50):
        door.comes("0501" + PIN)
    assert len(door.acts()) == FREE + 2


def test_guessing_over_many_numbers_locks_the_keypad_for_all(door: AtTheDoor, clock: StillClock) -> None:
    for number in range(1000, 1000 + FREE_KIOSK + 1):
        assert door.comes(f"{number}{PIN}") == "wrong"
    assert door.view().locks == ((KIOSK, 30),)
    assert door.comes(RIGHT) == "locked"
    assert door.comes(PIN, BADGE) == ""  # a badge is no guess: its officer comes in, and the keypad is free again
    assert door.comes(RIGHT) == ""


def test_a_vandal_at_the_keypad_does_not_lock_out_a_badge(door: AtTheDoor) -> None:
    for _ in range(FREE + 1):
        door.comes(WRONG)
    assert door.comes(RIGHT) == "locked"
    assert door.comes(PIN, BADGE) == ""


def test_a_found_badge_is_locked_by_itself(door: AtTheDoor) -> None:
    for _ in range(FREE + 1):
        assert door.comes("000000", BADGE) == "wrong"
    assert door.comes(PIN, BADGE) == "locked"
    assert door.view().lock(BADGE)[1] == 30
    assert door.view().lock("", "0417")[1] == 0
    assert door.comes(RIGHT) == ""


def test_many_unknown_badges_are_counted_together(door: AtTheDoor) -> None:
    for at in range(30):
        door.comes(PIN, f"BADGE:TIDAK-ADA-{at}")
    assert door.view().locks == ((KIOSK, 30),)
    assert len(door.acts()) == FREE_KIOSK + 2
    assert door.comes(PIN, BADGE) == ""


def lock(door: AtTheDoor, times: int = 8) -> int:
    """Locks the number 0417 for an hour; the seconds."""
    clock = door.store._machine_clock
    for _ in range(times):
        clock.advance(door.view().lock("", "0417")[1])
        door.comes(WRONG)
    assert door.view().lock("", "0417")[1] == 3600
    return 3600


def reboot(door: AtTheDoor, clock: StillClock) -> None:
    clock.boot_id, clock.booted_ms = uuid.uuid4(), clock.now_ms
    door.store.clock.boot_id = clock.boot_id  # which a program asks for once, at its start


@pytest.mark.parametrize("hours", [-24 * 365 * 50, -2, -1, 1, 2, 24 * 365 * 50])
def test_a_clock_that_is_set_neither_opens_nor_locks(door: AtTheDoor, clock: StillClock, hours: int) -> None:
    lock(door)
    clock.now_ms += hours * 3_600_000  # the wall clock jumps …
    clock.booted_ms += hours * 3_600_000  # … and the monotonic one does not
    assert door.view().lock("", "0417")[1] == 3600
    clock.advance(3599)
    assert door.comes(RIGHT) == "locked"
    clock.advance(1)
    assert door.comes(RIGHT) == ""


def test_after_a_reboot_the_wait_begins_with_the_boot(
    door: AtTheDoor, clock: StillClock, open_door: Callable[..., AtTheDoor], config: Settings, tmp_path: Path
) -> None:
    """Pulling the plug gains nothing, and costs an honest officer no more than the wait once again."""
    lock(door)
    clock.advance(3000)
    door.store.close()
    clock.boot_id, clock.booted_ms = uuid.UUID(int=2), clock.now_ms
    clock.advance(20)
    with Store.open(tmp_path, config.store, clock) as store:
        again = open_door(store)
        assert again.view().lock("", "0417")[1] == 3580
        clock.advance(3579)
        assert again.comes(RIGHT) == "locked"
        clock.advance(1)
        assert again.comes(RIGHT) == ""


def test_what_was_waited_before_a_reboot_is_not_waited_again(
    door: AtTheDoor, clock: StillClock, open_door: Callable[..., AtTheDoor]
) -> None:
    lock(door)
    for _ in range(60):
        clock.advance(59)
        door.store.guard.note_time()
        reboot(door, clock)  # a mains that never lasts a minute
    assert door.view().lock("", "0417")[1] == 3600
    clock.advance(3000)
    door.store.guard.note_time()
    reboot(door, clock)
    assert door.view().lock("", "0417")[1] == 600
    clock.advance(600)
    door.store.guard.note_time()
    reboot(door, clock)
    assert door.comes(RIGHT) == ""  # what is over does not come again with the next boot


def test_a_restart_of_the_program_changes_nothing(
    door: AtTheDoor, clock: StillClock, open_door: Callable[..., AtTheDoor], config: Settings, tmp_path: Path
) -> None:
    for _ in range(FREE):
        door.comes(WRONG)
    door.store.close()
    with Store.open(tmp_path, config.store, clock) as store:
        again = open_door(store)
        assert again.comes(WRONG) == "wrong"
        assert again.view().lock("", "0417")[1] == 30  # the free ones were used up before


def test_a_dead_clock_does_not_keep_out_who_comes_to_set_it(door: AtTheDoor, clock: StillClock) -> None:
    assert door.comes("0503" + PIN) == "early"
    clock.booted_ms -= clock.now_ms
    clock.now_ms = 0  # the battery is dead: 1970
    assert door.comes("0503" + PIN) == ""
    assert door.comes("0501" + PIN) == "revoked"


def test_a_clock_far_from_the_centres_time_is_not_believed_either(door: AtTheDoor, clock: StillClock) -> None:
    door.store._contact = Contact(clock.now_ms, clock.now_ms, clock.monotonic_ms(), clock.boot_id)
    assert door.comes("0502" + PIN) == "expired"
    clock.now_ms += 900 * 86_400_000
    clock.booted_ms += 900 * 86_400_000
    assert door.comes("0502" + PIN) == ""


def test_nothing_is_told_before_it_is_kept(
    door: AtTheDoor, identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that takes nothing opens no door, and says so alike for right and wrong: nobody guesses for free."""
    monkeypatch.setattr(door.store.ballast, "let_go", lambda: False)
    with door.store._engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreFull):
        for _ in range(100):
            door.store.acts.keep(Act(Kind.LEFT, "0417", {"reason": "left" * 20}), identity)
    for typed in (PIN, "000000") * 3:
        answer = Desk([door.door]).do(Admit(BADGE, typed), "")
        assert getattr(answer, "id", "") == "store.full"


def test_without_an_identity_the_door_still_counts(door: AtTheDoor, open_door: Callable[..., AtTheDoor]) -> None:
    nobodys = open_door(identity=None)
    for _ in range(FREE + 1):
        assert nobodys.comes(WRONG) == "wrong"
    assert nobodys.comes(RIGHT) == "locked"
    assert nobodys.acts() == []


def test_neither_number_nor_pin_is_logged(door: AtTheDoor, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for digits, badge in ((RIGHT, ""), (WRONG, ""), (PIN, BADGE), ("9999" + PIN, "")):
        Desk([door.door]).do(Admit(badge, digits), "")
    told = "".join(str(record.__dict__) for record in caplog.records)
    assert not any(secret in told for secret in (PIN, RIGHT, "BADGE:", "000000"))
    assert PIN not in repr(Admit(BADGE, PIN))
    assert "BADGE" not in repr(Admit(BADGE, PIN))


def test_leaving_is_an_act(door: AtTheDoor) -> None:
    door.deeds[SignOff](SignOff("idle"), "0417")
    (act,) = door.acts()
    assert (act.kind, act.officer, dict(act.facts)) == (Kind.LEFT, "0417", {"reason": "idle"})


def test_two_at_once_at_one_database(
    door: AtTheDoor, clock: StillClock, open_door: Callable[..., AtTheDoor], config: Settings, tmp_path: Path
) -> None:
    """The screen and a second program: every try is counted, and the chain has no gap and no fork."""
    with closing(Store.open(tmp_path, config.store, clock)) as store:
        other = open_door(store)

        def enter(one: AtTheDoor) -> None:
            for _ in range(25):
                assert one.comes(PIN, BADGE) == ""
                assert one.comes("0504" + PIN) == ""

        threads = [threading.Thread(target=enter, args=(one,)) for one in (door, other)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(other.acts()) == len(door.acts()) == 100
        guesses = [threading.Thread(target=one.comes, args=(WRONG,)) for one in (door, other) * 2]
        for thread in guesses:
            thread.start()
        for thread in guesses:
            thread.join()
        assert door.view() == other.view()
        assert door.view().lock("", "0417")[1] == 30  # none of the four was lost
    records = [Record.from_bytes(leased.raw) for leased in door.store.outbox.lease(1000, 10_000_000, 60)]
    assert [record.seq for record in records] == list(range(1, len(records) + 1))
    assert all(after.previous == before.hash() for before, after in itertools.pairwise(records))


def test_a_broken_hash_is_a_sentence(door: AtTheDoor, listed: Callable[[str], None]) -> None:
    broken = "$argon2id$v=19$m=8,t=1,p=9$MDAwMDAwMDAwMDAwMDAwMA$MDAwMDAwMDAwMDAwMDAwMDAwMDA"  # too little memory
    listed(WENING.replace("{pin}", f'"{broken}"') + OTHERS)
    with pytest.raises(SettingsError, match=r"officer\.pin"):
        door.comes(RIGHT)


@pytest.mark.parametrize(
    ("encoded", "sound"),
    [
        (pin.nobodys(""), True),
        ("", False),
        ("$argon2i$v=19$m=65536,t=3,p=4$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", False),
        ("$argon2id$v=19$m=999999,t=3,p=4$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", False),
        ("$argon2id$v=19$m=65536,t=0,p=4$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", False),
    ],
)
def test_a_list_cannot_take_all_memory_of_a_kiosk(encoded: str, sound: bool) -> None:
    assert pin.sound(encoded) is sound


def test_nobodys_pin_costs_as_much_and_fits_nothing(listed: Callable[[str], None]) -> None:
    listed(WENING)
    mine = tables.officers()[0].pin
    assert pin.nobodys(mine).split("$")[:4] == mine.split("$")[:4]
    assert not pin.fits(pin.nobodys(mine), PIN)


def test_a_shipped_pin_is_as_dear_as_rfc_9106_asks() -> None:
    assert pin.hashed("483920").startswith("$argon2id$v=19$m=65536,t=3,p=4$")


@pytest.mark.parametrize("easy", ["000000", "777777", "123456", "987654", "901234", "12345"])
def test_easy_pins(easy: str) -> None:
    assert pin.easily_guessed(easy)
    assert not pin.easily_guessed("483920")


@given(st.lists(st.sampled_from(["wrong", "right", "badge", "wait", "reboot", "jump"]), max_size=40))
@hypothesis_settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_whatever_happens_a_wait_is_waited(door: AtTheDoor, clock: StillClock, deeds: list[str]) -> None:
    """A model beside it: the failures of one number, and what is left of its wait by a clock that nobody can set."""
    assert door.comes(PIN, BADGE) == ""
    failures, left = 0, 0
    for deed in deeds:
        match deed:
            case "wrong" | "right":
                told = door.comes(WRONG if deed == "wrong" else RIGHT)
                assert told == ("locked" if left else "wrong" if deed == "wrong" else "")
                if told != "locked":
                    failures = failures + 1 if told else 0
                    left = wait_s("0417", failures)
            case "badge":
                assert door.comes(PIN, BADGE) == ""
                failures = left = 0
            case "wait":
                clock.advance(200)
                door.store.guard.note_time()
                left = max(left - 200, 0)
            case "reboot":
                reboot(door, clock)
            case _:
                clock.now_ms += 10**10
                clock.booted_ms += 10**10
        assert door.view().lock("", "0417")[1] == left
