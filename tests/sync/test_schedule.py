"""When to try again, as a pure function of what went before."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.store.journal import Schedule
from sync import schedule

NOW = 1_795_312_800_000


def fail(before: Schedule, **more: object) -> Schedule:
    given = {"base_s": 2.0, "cap_s": 600.0, "rng": random.Random(1)} | more
    return schedule.after_failure(before, NOW, "timeout", **given)


class Highest(random.Random):
    """Always the upper end."""

    def uniform(self, a: float, b: float) -> float:
        return b


@pytest.mark.parametrize(("attempt", "window_s"), [(0, 4), (1, 8), (5, 128), (7, 512), (8, 600), (500, 600)])
def test_the_window_doubles_up_to_the_cap(attempt, window_s):
    after = fail(Schedule(attempt=attempt), rng=Highest())
    assert after.next_ms == NOW + window_s * 1000
    assert after.attempt == attempt + 1


@given(st.integers(0, 10**6), st.integers(0, 2**32), st.one_of(st.none(), st.floats(0, 10**9)))
def test_no_wait_is_negative_or_beyond_the_cap(attempt, seed, retry_after_s):
    after = fail(Schedule(attempt=attempt), rng=random.Random(seed), retry_after_s=retry_after_s)
    assert NOW <= after.next_ms <= NOW + 600_000


def test_the_jitter_is_full():
    waits = [fail(Schedule(attempt=9), rng=random.Random(seed)).next_ms - NOW for seed in range(200)]
    assert min(waits) < 60_000
    assert max(waits) > 540_000


@given(st.floats(0, 500), st.integers(0, 2**32))
def test_what_the_centre_asks_is_never_undercut(retry_after_s, seed):
    after = fail(Schedule(), rng=random.Random(seed), retry_after_s=retry_after_s)
    assert after.next_ms >= NOW + int(retry_after_s * 1000)
    assert after.next_ms <= NOW + int(retry_after_s * 1500) + 1


def test_the_centre_can_widen_the_window():
    assert fail(Schedule(), rng=Highest(), spread_s=300).next_ms == NOW + 300_000


def test_a_failure_keeps_the_last_success():
    after = fail(Schedule(last_success_ms=5))
    assert (after.last_success_ms, after.cause) == (5, "timeout")


def test_a_success_forgets_the_failures():
    assert schedule.after_success(NOW) == Schedule(attempt=0, next_ms=NOW, cause="", last_success_ms=NOW)


@pytest.mark.parametrize(
    ("next_ms", "wait_s"),
    [(0, 0), (NOW, 0), (NOW + 1500, 1.5), (NOW + 600_000, 600), (NOW + 600_001, 0), (NOW + 10**12, 0)],
)
def test_a_clock_put_back_never_stops_the_sending(next_ms, wait_s):
    assert Schedule(next_ms=next_ms).wait_s(NOW, 600) == wait_s
