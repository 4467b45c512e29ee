"""The figures of the carriage out of the database: for `kiosk-sync status` and the officer's page alike."""

from kiosk import settings
from kiosk.clock import WRONG_MS, Clock
from kiosk.domain.standing import Standing
from kiosk.store import Store, freeze
from kiosk.store.identity import Identity
from kiosk.store.lock import daemon_runs


def standing(store: Store, identity: Identity | None, clock: Clock, limits: settings.Sync) -> Standing:
    """`clock` is the machine's own. Raises StoreError."""
    counts, plan, now_ms = store.outbox.counts(), store.journal.schedule(), store.clock.wall_ms()
    carriage = store.outbox.carriage()
    due = counts.waiting and not carriage.held
    wait_s = plan.wait_s(now_ms, limits.backoff_cap_s) if due else None
    wrong_ms = now_ms - clock.wall_ms()
    return Standing(
        kiosk=identity.kiosk if identity else "",
        central=identity.central_url if identity else "",
        running=daemon_runs(store.home),
        level=str(freeze.level(counts, plan, store.clock, limits)),
        on_hold=carriage.held,
        waiting=counts.waiting,
        held=counts.held,
        quarantined=counts.quarantined,
        quarantined_by_cause=store.outbox.by_cause("quarantined"),
        enrolments=store.outbox.unanswered_enrolments(),
        oldest_ms=counts.oldest_ms,
        oldest_age_s=None if counts.oldest_ms is None else max(0, (now_ms - counts.oldest_ms) // 1000),
        last_success_ms=plan.last_success_ms,
        attempt=plan.attempt,
        next_ms=None if wait_s is None else now_ms + int(wait_s * 1000),
        next_s=None if wait_s is None else round(wait_s, 1),
        cause=plan.cause,
        accepted=counts.accepted,
        duplicate=counts.duplicate,
        refused=counts.refused,
        refused_by_cause=store.outbox.by_cause("refused"),
        room=store.ballast.room(counts.unanswered, limits.stop_waiting),
        wrong_s=wrong_ms // 1000 if abs(wrong_ms) > WRONG_MS else 0,
        master=store.master.version,
    )
