"""A code works once, for one key; a lost answer can be asked for again; guessing is slow."""

import pytest
import sqlalchemy as sa

from kiosk.clock import StillClock
from kiosk.domain.errors import KioskError, ProvisioningRefused
from sync.central import schema
from sync.central.provisioning import Guesses, add_kiosk, provision

KEY, OTHER_KEY, NUMBER_KEY = b"k" * 32, b"o" * 32, b"n" * 32


def test_a_code_gives_the_name(database, clock):
    code = add_kiosk(database, "pasar-contoh-1")
    assert provision(database, code, KEY, NUMBER_KEY, clock) == "pasar-contoh-1"


def test_the_same_key_may_ask_again(database, clock):
    code = add_kiosk(database, "pasar-contoh-1")
    provision(database, code, KEY, NUMBER_KEY, clock)
    assert provision(database, code, KEY, NUMBER_KEY, clock) == "pasar-contoh-1"


def test_another_key_may_not(database, clock):
    code = add_kiosk(database, "pasar-contoh-1")
    provision(database, code, KEY, NUMBER_KEY, clock)
    with pytest.raises(ProvisioningRefused, match="code_used"):
        provision(database, code, OTHER_KEY, NUMBER_KEY, clock)
    with database.read() as connection:
        assert connection.scalar(sa.select(schema.kiosk.c.public_key)) == KEY


@pytest.mark.parametrize("code", ["", "0000-0000-0000", "x" * 64, "\ud800", "' OR 1=1 --"])
def test_a_wrong_code_is_unknown(database, clock, code):
    add_kiosk(database, "pasar-contoh-1")
    with pytest.raises(ProvisioningRefused, match="code_unknown"):
        provision(database, code, KEY, NUMBER_KEY, clock)


def test_a_code_is_read_as_people_type_it(database, clock):
    code = add_kiosk(database, "pasar-contoh-1")
    typed = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert provision(database, typed, KEY, NUMBER_KEY, clock) == "pasar-contoh-1"


def test_a_fresh_code_ends_the_unused_one(database, clock):
    old, new = add_kiosk(database, "pasar-contoh-1"), add_kiosk(database, "pasar-contoh-1")
    with pytest.raises(ProvisioningRefused, match="code_unknown"):
        provision(database, old, KEY, NUMBER_KEY, clock)
    assert provision(database, new, KEY, NUMBER_KEY, clock) == "pasar-contoh-1"


def test_a_used_name_is_taken(database, clock):
    provision(database, add_kiosk(database, "pasar-contoh-1"), KEY, NUMBER_KEY, clock)
    with pytest.raises(KioskError, match="name_taken"):
        add_kiosk(database, "pasar-contoh-1")


@pytest.mark.parametrize("name", ["", "-a", "a b", "pasar/1", "é", "x" * 65])
def test_a_bad_name_is_refused(database, name):
    with pytest.raises(KioskError, match="name"):
        add_kiosk(database, name)


def test_the_code_itself_is_not_kept(database, tmp_path):
    code = add_kiosk(database, "pasar-contoh-1")
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert code.encode() not in kept
    assert code.replace("-", "").encode() not in kept


def test_guessing_has_to_wait():
    clock = StillClock()
    guesses = Guesses(clock, few=3, window_s=60)
    for _ in range(3):
        assert guesses.wait_s("10.0.0.1") == 0
        guesses.wrong("10.0.0.1")
    assert 0 < guesses.wait_s("10.0.0.1") <= 61
    assert guesses.wait_s("10.0.0.2") == 0
    clock.advance(61)
    assert guesses.wait_s("10.0.0.1") == 0


def test_the_list_of_guessers_stays_small():
    guesses = Guesses(StillClock(), senders=100)
    for number in range(1000):
        guesses.wrong(f"10.0.{number // 256}.{number % 256}")
    assert len(guesses._wrong) <= 100
