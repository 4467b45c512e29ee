"""One round: lease, send, check, settle, write the journal. Safe to lose at any instruction.

A batch that the centre cannot digest, although it answers an empty request, is halved until the one record is found:
that one is put aside with its cause, and the queue goes on.
"""

import dataclasses
import random
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import kiosk
from kiosk import settings
from kiosk.checkup.machine import temperature_c
from kiosk.clock import WRONG_MS, Clock, Contact
from kiosk.domain.record import RecordError
from kiosk.logs import Log
from kiosk.store import Store
from kiosk.store.engine import free_mb
from kiosk.store.identity import Identity
from kiosk.store.journal import Round
from kiosk.store.outbox import Carriage, Leased, Word
from sync import schedule, wire
from sync.answering import word_of
from sync.client import Client, Received, SendFailed
from sync.pace import Pace
from sync.reconcile import days_due, known_due

_POISON = frozenset({"server_error", "not_understood", "refused", "too_large"})
_CAUSES = 8  # that a heartbeat names
_STRIKES = 3  # so often a record must fail alone: a proxy that is ill for a moment must not put anybody aside
_BATCH_BYTES = wire.BODY_LIMIT - 256 * 1024
_log = Log("sync")


class Carrier:
    """Carries records of one kiosk. `abandonable` surrounds the wait for the network, the only place to stop at.

    clock  the machine's own: the centre is told how wrong it is; everything else goes by `store.clock`
    """

    def __init__(
        self,
        store: Store,
        client: Client,
        identity: Identity,
        limits: settings.Sync,
        clock: Clock,
        rng: random.Random,
        abandonable: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        self._store = store
        self._client = client
        self._identity = identity
        self._limits = limits
        self._clock = clock
        self._rng = rng
        self._abandonable = abandonable
        self._pace = Pace(limits)
        self._strikes: Counter[int] = Counter()
        self._spread_s = 0

    def round(self, *, beat: bool = False) -> Round | None:
        """One request; None when nothing waits and nothing is due, unless a heartbeat is wanted, or while held.

        A failed round is returned, not raised: its cause is in it, and `split` says that the next one may follow at
        once. Raises StoreError; then nothing was settled, and what was leased waits again later.
        """
        carriage = self._store.outbox.carriage()
        if carriage.held:
            return None
        leased, records = self._lease()
        if not (leased or beat or carriage.asks):
            return None
        started = self._clock.monotonic_ms()
        request = self._request(carriage, records)
        try:
            received = self._send(request)
            if records and not received.answer.verdicts:  # it would be asked again at once, for ever
                raise SendFailed("not_understood", bytes_down=received.bytes_down)
        except SendFailed as failure:
            if failure.cause in _POISON and leased and self._centre_is_well(carriage):
                return self._split(failure, leased, started)
            return self._failed(failure, leased, started)
        return self._settle(received, request, carriage, leased, started)

    def _lease(self) -> tuple[list[Leased], tuple[wire.Carried, ...]]:
        """What goes next. A record whose bytes are not those that were kept is put aside before anybody is asked."""
        while True:
            leased = self._store.outbox.lease(self._pace.records(), _BATCH_BYTES, self._limits.lease_s)
            records = tuple(one for row in leased if (one := self._carried(row)) is not None)
            if records or not leased:
                kept = {one.seq for one in records}
                return [row for row in leased if row.seq in kept], records

    def _carried(self, row: Leased) -> wire.Carried | None:
        try:
            one = wire.carried(row.raw)
        except RecordError:
            one = None
        if one is None or one.hash != row.hash or (one.seq, one.record.kiosk) != (row.seq, self._identity.kiosk):
            _log.error("record.damaged", seq=row.seq)
            self._store.outbox.quarantine(row.seq, "damaged", 0)
            return None
        return one

    def _request(self, carriage: Carriage, records: tuple[wire.Carried, ...]) -> wire.Request:
        known = days = None
        beat = beat_of(self._store, self._clock)
        if not records:  # what has just arrived would make its day differ
            beat = dataclasses.replace(beat, more=more_of(self._store))
            known = known_due(self._store, carriage)
            days = days_due(self._store, carriage, self._limits, self._store.clock) if known is None else None
        return wire.Request(self._identity.kiosk, beat, records, carriage.cursor, days, known)

    def _send(self, request: wire.Request) -> Received:
        with self._abandonable():
            return self._client.send(request)

    def _centre_is_well(self, carriage: Carriage) -> bool:
        """Whether it answers a request without records: then the trouble lies in the records."""
        request = wire.Request(self._identity.kiosk, beat_of(self._store, self._clock), cursor=carriage.cursor)
        started = self._clock.monotonic_ms()
        try:
            received = self._send(request)
        except SendFailed:
            return False
        self._settle(received, request, carriage, [], started)
        return True

    def _settle(
        self, received: Received, request: wire.Request, carriage: Carriage, leased: list[Leased], started: int
    ) -> Round:
        verdicts = Counter(verdict for _, verdict, _ in received.answer.each())
        took_ms = self._clock.monotonic_ms() - started
        done = Round(
            started_ms=self._store.clock.wall_ms() - took_ms,
            outcome="done",
            sent=len(leased),
            accepted=verdicts[wire.Verdict.ACCEPTED],
            duplicate=verdicts[wire.Verdict.DUPLICATE],
            refused=verdicts[wire.Verdict.REFUSED],
            bytes_up=received.bytes_up,
            bytes_down=received.bytes_down,
            took_ms=took_ms,
            first=leased[0].seq if leased else 0,
            last=leased[-1].seq if leased else 0,
        )
        self._spread_s = received.answer.spread_s
        self._pace.went(len(leased), received.bytes_up, done.took_ms / 1000)
        contact = Contact(received.answer.at_ms, self._clock.wall_ms(), self._clock.monotonic_ms(), self._clock.boot_id)
        word = word_of(received.answer, received.body, request, carriage, contact, self._identity)
        queued = self._store.outbox.settle(word, self._identity, done, schedule.after_success(contact.at_ms))
        self._store.refresh_clock()
        for row in leased:
            self._strikes.pop(row.seq, None)
        _log.info(
            "round.done", count=done.sent, accepted=done.accepted, duplicate=done.duplicate, refused=done.refused,
            bytes=done.bytes_up + done.bytes_down, ms=done.took_ms,
        )  # fmt: skip
        self._tell(word, queued, carriage)
        return done

    def _tell(self, word: Word, queued: int, before: Carriage) -> None:
        """What a person should know of, beside the round itself."""
        note = self._store.journal.note
        if word.lacks:
            _log.warning("centre.lacks", count=len(word.lacks), waiting=queued)
            cause = "" if queued == len(word.lacks) else "gone"
            first, last = word.lacks[0], word.lacks[-1]
            outcome = "failed" if cause else "done"
            now_ms = self._store.clock.wall_ms()
            note(Round(now_ms, outcome, cause, sent=queued, kind="lacks", first=first, last=last))
        contact, old = word.contact, before.contact
        if contact is not None and abs(contact.at_ms - contact.wall_ms) > WRONG_MS:
            wrong_ms = contact.at_ms - contact.wall_ms
            if old is None or abs((old.at_ms - old.wall_ms) - wrong_ms) > WRONG_MS:
                _log.warning("clock.wrong", ms=wrong_ms)
                note(Round(contact.at_ms, "done", "clock", kind="clock"))

    def _split(self, failure: SendFailed, leased: list[Leased], started: int) -> Round:
        """The centre is well, this batch is not: the next one is half of it, and one alone has its strikes counted."""
        self._pace.halve(len(leased))
        if len(leased) == 1:
            seq = leased[0].seq
            self._strikes[seq] += 1
            if leased[0].suspect or self._strikes[seq] >= _STRIKES:
                del self._strikes[seq]
                self._pace.found()
                retry_ms = int(self._limits.quarantine_s * (1 + self._rng.random()) * 1000)
                self._store.outbox.quarantine(seq, failure.cause, self._store.clock.wall_ms() + retry_ms)
                _log.error("record.quarantined", seq=seq, cause=failure.cause)
        split = self._round_of(failure, leased, started, "split")
        self._store.outbox.settle(Word(), self._identity, split, self._store.journal.schedule())
        _log.warning("round.split", cause=failure.cause, count=len(leased))
        return split

    def _failed(self, failure: SendFailed, leased: list[Leased], started: int) -> Round:
        self._pace.failed(len(leased), failure.cause)
        failed = self._round_of(failure, leased, started, "failed")
        after = schedule.after_failure(
            self._store.journal.schedule(),
            self._store.clock.wall_ms(),
            failure.cause,
            base_s=self._limits.backoff_base_s,
            cap_s=self._limits.backoff_cap_s,
            spread_s=self._spread_s,
            rng=self._rng,
            retry_after_s=failure.retry_after_s,
        )
        self._store.outbox.settle(Word(), self._identity, failed, after)  # the leases end in the same transaction
        next_s = round((after.next_ms - self._store.clock.wall_ms()) / 1000, 1)
        _log.warning("round.failed", cause=failure.cause, count=failed.sent, attempt=after.attempt, next_s=next_s)
        return failed

    def _round_of(self, failure: SendFailed, leased: list[Leased], started: int, outcome: str) -> Round:
        took_ms = self._clock.monotonic_ms() - started
        return Round(
            started_ms=self._store.clock.wall_ms() - took_ms,
            outcome=outcome,
            cause=failure.cause,
            sent=len(leased),
            bytes_down=failure.bytes_down,
            took_ms=took_ms,
            first=leased[0].seq if leased else 0,
            last=leased[-1].seq if leased else 0,
        )


def more_of(store: Store) -> dict[str, int | str]:
    """What a heartbeat that carries nothing has room for: how hot the machine is, why it is out of service, and what is
    set aside by cause.
    """
    told: dict[str, int | str] = {}
    for cause, number in sorted(store.outbox.by_cause("quarantined").items())[:_CAUSES]:
        told[f"aside.{cause}"] = number
    if (celsius := temperature_c()) is not None:
        told["heat"] = celsius
    if message := store.service.state().message:
        told["closed"] = message
    return told


def beat_of(store: Store, clock: Clock) -> wire.Heartbeat:
    """How the kiosk is. `clock` is the machine's own. Raises StoreError."""
    counts = store.outbox.counts()
    return wire.Heartbeat(
        now_ms=clock.wall_ms(),
        boot=clock.boot_id,
        mono_ms=clock.monotonic_ms(),
        app=kiosk.__version__,
        waiting=counts.waiting + counts.held,
        quarantined=counts.quarantined,
        oldest_ms=counts.oldest_ms or 0,
        last_seq=counts.last_seq,
        free_mb=free_mb(store.home),
        rounds=store.journal.newest(),
        master=store.master.version,
    )
