"""The store behind the visit's effects: turns calls and errors into events. Runs on a worker thread."""

import threading
from datetime import date, datetime, time

from kiosk import tables
from kiosk.clock import Clock, believable, local
from kiosk.domain.enrolment import Enrolment
from kiosk.domain.errors import KioskError, StoreError
from kiosk.domain.stock import DrawnBy
from kiosk.journey.events import EnrolmentKept, KeepFailed, KnownChecked
from kiosk.logs import Log
from kiosk.settings import Settings
from kiosk.store import Store, freeze
from kiosk.store.identity import Identity
from kiosk.ui.ports import Status

log = Log("keeper")


class StoreKeeper:
    """Satisfies `ui.ports.Keeper`. Without an identity it keeps nothing and says why."""

    def __init__(
        self, store: Store, identity: Identity | None, closed: KioskError | None, clock: Clock, settings: Settings
    ) -> None:
        self._store = store
        self._identity = identity
        self._closed = closed
        self._clock = clock
        self._zone = settings.zone
        self._site = settings.site
        self._limits = settings.sync
        self._unnoted_mm = 0  # paper that came out while the store could not be written
        self._noting = threading.Lock()

    def known(self, nik: str) -> KnownChecked:
        kept = self._store.enrolments.known(nik, self._identity) if self._identity else None
        if kept is None:
            return KnownChecked(nik[-4:], "")
        return KnownChecked(nik[-4:], kept.code, kept.state, kept.cause, kept.number, kept.due)

    def keep(self, enrolment: Enrolment) -> EnrolmentKept | KeepFailed:
        if self._identity is None:
            return KeepFailed("identity.missing")
        try:
            kept = self._store.enrolments.keep(enrolment, self._identity)
        except KioskError as error:
            log.error("enrolment.not_kept", cause=error.id)
            return KeepFailed(error.id)
        log.info("enrolment.kept", seq=kept.seq, id=str(kept.id))
        return EnrolmentKept(kept.code, kept.id == enrolment.id, kept.state, kept.cause, kept.number, kept.due)

    def paper_used(self, mm: int) -> None:
        """So much paper came out of the printer. What cannot be noted now is noted with the next slip."""
        paper = next((item for item in tables.stock_items() if item.drawn_by is DrawnBy.PRINTER), None)
        if paper is None:
            return
        with self._noting:
            self._unnoted_mm += mm
            try:
                self._store.stock.note(paper, self._unnoted_mm)
            except KioskError as error:
                log.warning("paper.not_noted", cause=error.id)
                return
            self._unnoted_mm = 0

    def status(self) -> Status:
        try:
            return self._status()
        except StoreError as error:
            if error.id != "store.damaged":
                raise
            self._store.recover()  # what is whole goes on in a new one; raises while the daemon still holds it
            return self._status()

    def _status(self) -> Status:
        self._store.refresh_clock()
        self._store.guard.note_time()
        tables.prefer(self._store.master.folder)
        today = local(self._clock.wall_ms(), self._zone).date()
        target = tables.target(self._site.market, self._site.branch, today)
        counts, plan = self._store.outbox.counts(), self._store.journal.schedule()
        level = freeze.level(counts, plan, self._clock, self._limits)
        closed = self._closed_reason(level)
        if self._identity and not closed:
            self._post_draws(self._identity)
        silent = 0 if level is freeze.Level.OK else int(freeze.days_since(counts, plan, self._clock))
        return Status(
            kiosk=self._identity.kiosk if self._identity else "",
            waiting=self._store.outbox.unanswered_enrolments(),
            silent_days=silent,
            answered=plan.last_success_ms is not None,
            today=self._count_since(today),
            reached=self._reached(target) if target else 0,
            target=target.traders if target else 0,
            closed_reason=closed,
        )

    def _reached(self, target: tables.Target) -> int:
        """What the centre said of all kiosks here; more, when this one alone has done more since."""
        return max(target.before + self._count_since(target.first), self._store.outbox.carriage().reached or 0)

    def _count_since(self, day: date) -> int:
        midnight = datetime.combine(day, time(), self._zone)
        return self._store.enrolments.count_since(int(midnight.timestamp() * 1000))

    def _post_draws(self, identity: Identity) -> None:
        try:
            self._store.stock.post_due(tables.stock_items(), identity)
        except StoreError as error:
            if error.id == "store.damaged":
                raise
            log.warning("draw.not_posted", cause=error.id)  # it stays where it is, and is posted another time

    def _closed_reason(self, level: freeze.Level) -> str:
        if self._closed:
            return self._closed.id
        if message := self._store.service.state().message:
            return f"service.{message}"
        if not believable(self._clock.wall_ms()):  # what it costs today depends on the day
            return "clock.wrong"
        if level is freeze.Level.STOP:
            return "sync.overdue"
        try:
            self._store.enrolments.check_room()
        except KioskError as error:
            return error.id
        return ""
