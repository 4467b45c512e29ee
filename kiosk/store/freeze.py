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


def level(counts: Counts, plan: Schedule, clock: Clock, limits: settings.Sync) -> Level:
    """By the time since the centre last answered; before the first answer since the oldest record."""
    if counts.unanswered >= limits.stop_waiting:
        return Level.STOP
    since_ms = plan.last_success_ms if plan.last_success_ms is not None else counts.oldest_ms
    if since_ms is None:
        return Level.OK
    days = max(0, clock.wall_ms() - since_ms) / DAY_MS
    if limits.stop_days and days >= limits.stop_days:
        return Level.STOP
    return Level.ALARM if days >= limits.alarm_days else Level.WARN if days >= limits.warn_days else Level.OK
