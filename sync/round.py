"""One round: lease, send, settle record by record, write the journal. Safe to lose at any instruction.

waiting ──lease──▶ leased ──answer names it──▶ accepted | duplicate | refused(cause)
   ▲                  │
   └── no answer, no verdict, killed: the lease ends and it waits again
"""

import random
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from kiosk import settings
from kiosk.clock import Clock
from kiosk.logs import Log
from kiosk.store import Store
from kiosk.store.journal import Round
from kiosk.store.outbox import Leased, Settled
from sync import schedule, wire
from sync.client import Client, Received, SendFailed

_BATCH_BYTES = wire.BODY_LIMIT - 256 * 1024  # leaves room for the frame of 5000 records
_SMALLER = frozenset({"too_large", "timeout", "cut"})  # a link that carries no big batch may carry a small one
_log = Log("sync")


class Carrier:
    """Carries records of one kiosk. `abandonable` surrounds the wait for the network, the only place to stop at."""

    def __init__(
        self,
        store: Store,
        client: Client,
        kiosk: str,
        limits: settings.Sync,
        clock: Clock,
        rng: random.Random,
        abandonable: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        self._store = store
        self._client = client
        self._kiosk = kiosk
        self._limits = limits
        self._clock = clock
        self._rng = rng
        self._abandonable = abandonable
        self._records = limits.batch_records
        self._spread_s = 0

    def round(self) -> Round | None:
        """Sends one batch; None when nothing waits. A failed round is returned, not raised: its cause is in it.

        Raises StoreError; then nothing was settled, and what was leased waits again later.
        """
        size = min(self._limits.batch_kib * 1024, _BATCH_BYTES)
        leased = self._store.outbox.lease(self._records, size, self._limits.lease_s)
        if not leased:
            return None
        started_ms, started = self._clock.wall_ms(), self._clock.monotonic_ms()
        beat = wire.Heartbeat(started_ms, self._clock.boot_id, started)
        request = wire.Request(self._kiosk, beat, tuple(wire.carried(record.raw) for record in leased))
        try:
            with self._abandonable():
                received = self._client.send(request)
        except SendFailed as failure:
            return self._failed(failure, leased, started_ms, started)
        return self._settle(received, leased, started_ms, started)

    def _settle(self, received: Received, leased: list[Leased], started_ms: int, started: int) -> Round:
        verdicts = list(received.answer.each())
        if not verdicts:  # a centre that judges nothing would be asked again at once, for ever
            nothing = SendFailed("not_understood", bytes_down=received.bytes_down)
            return self._failed(nothing, leased, started_ms, started)
        number = {verdict: sum(judged == verdict for _, judged, _ in verdicts) for verdict in wire.Verdict}
        done = Round(
            started_ms=started_ms,
            outcome="done",
            sent=len(leased),
            accepted=number[wire.Verdict.ACCEPTED],
            duplicate=number[wire.Verdict.DUPLICATE],
            refused=number[wire.Verdict.REFUSED],
            bytes_up=received.bytes_up,
            bytes_down=received.bytes_down,
            took_ms=self._clock.monotonic_ms() - started,
        )
        self._spread_s = received.answer.spread_s
        self._records = min(self._records + self._records // 8 + 1, self._limits.batch_records)
        self._store.outbox.settle(
            [Settled(seq, str(verdict), cause) for seq, verdict, cause in verdicts],
            done,
            schedule.after_success(self._clock.wall_ms()),
        )
        _log.info(
            "round.done", count=done.sent, accepted=done.accepted, duplicate=done.duplicate, refused=done.refused,
            bytes=done.bytes_up + done.bytes_down, ms=done.took_ms,
        )  # fmt: skip
        return done

    def _failed(self, failure: SendFailed, leased: list[Leased], started_ms: int, started: int) -> Round:
        if failure.cause in _SMALLER:
            self._records = max(1, len(leased) // 2)
        failed = Round(
            started_ms=started_ms,
            outcome="failed",
            cause=failure.cause,
            sent=len(leased),
            bytes_down=failure.bytes_down,
            took_ms=self._clock.monotonic_ms() - started,
        )
        after = schedule.after_failure(
            self._store.journal.schedule(),
            self._clock.wall_ms(),
            failure.cause,
            base_s=self._limits.backoff_base_s,
            cap_s=self._limits.backoff_cap_s,
            spread_s=self._spread_s,
            rng=self._rng,
            retry_after_s=failure.retry_after_s,
        )
        self._store.outbox.settle([], failed, after)  # the leases end in the same transaction
        next_s = round((after.next_ms - self._clock.wall_ms()) / 1000, 1)
        _log.warning("round.failed", cause=failure.cause, count=failed.sent, attempt=after.attempt, next_s=next_s)
        return failed
