"""When to try again: full jitter under a cap, the centre's word first. Pure; the database keeps what it returns."""

import random

from kiosk.store.journal import Schedule

_TOP_ATTEMPT = 32  # 2**32 times any base is beyond every cap
_BUSY_SPREAD = 0.5  # everybody told "in 60 s" must not come back in the same second


def after_success(now_ms: int) -> Schedule:
    """Nothing holds the next round back."""
    return Schedule(attempt=0, next_ms=now_ms, cause="", last_success_ms=now_ms)


def after_failure(
    before: Schedule,
    now_ms: int,
    cause: str,
    *,
    base_s: float,
    cap_s: float,
    rng: random.Random,
    spread_s: float = 0,
    retry_after_s: float | None = None,
) -> Schedule:
    """One more failed attempt.

    spread_s       over how long the centre wants a fleet to come back: the jitter is at least as wide
    retry_after_s  what the centre asked of this kiosk; never undercut, only capped
    """
    attempt = before.attempt + 1
    if retry_after_s is not None:
        asked_s = min(retry_after_s, cap_s)
        wait_s = min(asked_s * (1 + rng.uniform(0, _BUSY_SPREAD)), cap_s)
    else:
        window_s = max(base_s * 2 ** min(attempt, _TOP_ATTEMPT), spread_s)
        wait_s = rng.uniform(0, min(cap_s, window_s))
    return Schedule(attempt, now_ms + int(wait_s * 1000), cause, before.last_success_ms)
