"""How long nothing has reached the centre, and what follows: a warning, an alarm, and at last no new enrolment."""

import enum

from kiosk import settings
from kiosk.clock import Clock
from kiosk.store.journal import Schedule
from kiosk.store.outbox import Counts

DAY_MS = 86_400_000


class Level(enum.StrEnum):
    OK = "ok"
    WARN = "warn"
    ALARM = "alarm"
    STOP = "stop"


def days_since(counts: Counts, plan: Schedule, clock: Clock) -> float:
    """Days since the centre last answered; before the first answer since the oldest record was kept."""
    since_ms = plan.last_success_ms if plan.last_success_ms is not None else counts.oldest_ms
    return 0.0 if since_ms is None else max(0, clock.wall_ms() - since_ms) / DAY_MS


def level(counts: Counts, plan: Schedule, clock: Clock, limits: settings.Sync) -> Level:
    """By `days_since` and by how many wait."""
    if counts.unanswered >= limits.stop_waiting:
        return Level.STOP
    days = days_since(counts, plan, clock)
    if limits.stop_days and days >= limits.stop_days:
        return Level.STOP
    return Level.ALARM if days >= limits.alarm_days else Level.WARN if days >= limits.warn_days else Level.OK
