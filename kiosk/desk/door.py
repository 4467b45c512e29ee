"""Who comes in: badge and PIN against the officers of the master data, offline.

What a stranger can learn: nothing. Unknown number and wrong PIN get the same answer, at the same cost of one argon2id,
are counted alike and lock alike. Only who has the right PIN is told what else is wrong: that it was taken back, is
over, begins later, or holds in another region. An unknown badge is called that: its code has 130 random bits, so nobody
finds one by trying, and an officer whose badge is newer than this kiosk's list would else blame the PIN.
"""

from collections.abc import Callable, Mapping
from datetime import date

from kiosk import pin, tables
from kiosk.desk import Deed
from kiosk.domain.act import Act, Kind
from kiosk.domain.lockout import KIOSK, bound_by
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
        return Told(self._view())

    def _view(self) -> DoorView:
        return DoorView(tuple(sorted(self._store.guard.locks().items())), listed=bool(tables.officers()))

    def _admit(self, request: Admit, _: str) -> Event:
        officers = tables.officers()
        if not officers:
            return self._turned_away("no_list")
        number, typed = ("", request.digits) if request.badge else _parts(request.digits)
        mark = badge_mark(request.badge) if request.badge else ""
        officer = next((o for o in officers if (o.badge == mark if mark else o.number == number)), None)
        # a badge that nobody has is counted with the typing: it could be another one every time
        bound = (KIOSK,) if mark and officer is None else bound_by(request.badge, number)
        if self._store.guard.locks().keys() & set(bound):
            return self._turned_away("locked")
        reason = self._reason(officer, typed, officers)
        if officer is None or reason:
            reason = "unknown_badge" if mark and officer is None else reason
            act = Act(Kind.TURNED_AWAY, officer.number if officer else "", {"reason": reason})
            counted = self._store.guard.failed(bound, act, self._identity)
            return self._turned_away(reason if counted else "locked")
        act = Act(Kind.ENTERED, officer.number, {"by": "badge" if mark else "number"})
        # who is in has proved to be no stranger: the door is as new for everybody's badge and number
        self._store.guard.passed((KIOSK, officer.number, officer.badge), act, self._identity)
        return Admitted(officer)

    def _turned_away(self, reason: str) -> TurnedAway:
        return TurnedAway(reason, self._view())

    def _reason(self, officer: Officer | None, typed: str, officers: tuple[Officer, ...]) -> str:
        """Why this one does not come in, "" for nothing. One argon2id whoever it is."""
        known = officer.pin if officer else ""
        like = next((one.pin for one in officers if one.pin), "")
        if not pin.fits(known or pin.nobodys(like), typed) or officer is None:
            return "wrong"
        if officer.revoked:
            return "revoked"
        if not officer.works_in(self._region):
            return "elsewhere"
        day = self._today()
        if not self._store.clock_believed or officer.holds_on(day):  # who comes to set a clock right must get in
            return ""
        return "early" if day < officer.first else "expired"

    def _sign_off(self, request: SignOff, officer: str) -> None:
        if self._identity is not None:
            self._store.acts.keep(Act(Kind.LEFT, officer, {"reason": request.reason}), self._identity)


def _parts(digits: str) -> tuple[str, str]:
    """Number and PIN, as they were typed one after the other."""
    return digits[:NUMBER_DIGITS], digits[NUMBER_DIGITS:]
