"""Who comes in: badge and PIN against the officers of the master data, offline."""

from collections.abc import Callable, Mapping
from datetime import date

import argon2

from kiosk import tables
from kiosk.desk import Deed
from kiosk.domain.act import Act, Kind
from kiosk.domain.officer import NUMBER_DIGITS, Officer, badge_mark
from kiosk.journey.effects import Request
from kiosk.journey.events import Event
from kiosk.journey.officer.door import Admit, Admitted, DoorView, SeeDoor, SignOff, TurnedAway
from kiosk.journey.officer.events import Told
from kiosk.store import Store
from kiosk.store.identity import Identity


class Door:
    def __init__(self, store: Store, identity: Identity | None, region: str, today: Callable[[], date]) -> None:
        """`region`: code of the market's regency, "" when it is not known."""
        self._store = store
        self._identity = identity
        self._region = region
        self._today = today

    def deeds(self) -> Mapping[type[Request], Deed]:
        return {SeeDoor: self._see, Admit: self._admit, SignOff: self._sign_off}

    def _see(self, _: SeeDoor, __: str) -> Event:
        return Told(DoorView(0))

    def _admit(self, request: Admit, _: str) -> Event:
        officer, pin = self._named(request)
        if officer is None:
            return TurnedAway("unknown")
        if not officer.holds_on(self._today()):
            return TurnedAway("revoked")
        if not officer.works_in(self._region):
            return TurnedAway("elsewhere")
        try:
            argon2.PasswordHasher().verify(officer.pin, pin)
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            return TurnedAway("wrong")
        self._keep(Act(Kind.ENTERED, officer.number))
        return Admitted(officer)

    def _named(self, request: Admit) -> tuple[Officer | None, str]:
        if request.badge:
            mark = badge_mark(request.badge)
            return next((o for o in tables.officers() if o.badge == mark), None), request.digits
        number, pin = request.digits[:NUMBER_DIGITS], request.digits[NUMBER_DIGITS:]
        return next((o for o in tables.officers() if o.number == number), None), pin

    def _sign_off(self, request: SignOff, officer: str) -> None:
        self._keep(Act(Kind.LEFT, officer, {"reason": request.reason}))

    def _keep(self, act: Act) -> None:
        if self._identity is not None:
            self._store.acts.keep(act, self._identity)
