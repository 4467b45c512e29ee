"""An officer at the kiosk, as a value inside the visit: who it is, and what the desk has told so far."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from kiosk.domain.act import Fact
from kiosk.domain.officer import Officer

if TYPE_CHECKING:
    from kiosk.journey.effects import Ask, Request
    from kiosk.journey.visit import Visit

V = TypeVar("V", bound="View")


@dataclass(frozen=True, slots=True)
class View:
    """Base of all that the desk tells a page to show."""


@dataclass(frozen=True, slots=True, repr=False)
class Duty:
    """
    officer  None while somebody stands at the door
    badge    code of the badge shown there, "" for none
    told     the newest view of each kind
    chosen   what the step is about: an item, a device, a setting
    failure  id and facts of the error that the last request ended with, ("", {}) for none
    """

    officer: Officer | None = None
    badge: str = ""
    told: Mapping[type[View], View] = field(default_factory=lambda: MappingProxyType({}))
    chosen: str = ""
    failure: tuple[str, Mapping[str, Fact]] = ("", MappingProxyType({}))

    def view(self, kind: type[V]) -> V | None:
        """The newest view of this kind, None before the desk has told one."""
        found = self.told.get(kind)
        return found if isinstance(found, kind) else None


def on_duty(visit: "Visit", **changes: object) -> "Visit":
    """The visit with these fields of its duty changed."""
    return dataclasses.replace(visit, duty=dataclasses.replace(visit.duty or Duty(), **changes))  # type: ignore[arg-type]


def ask(visit: "Visit", request: "Request") -> "Ask":
    """The request in the name of the officer on duty."""
    from kiosk.journey.effects import Ask

    officer = visit.duty.officer if visit.duty else None
    return Ask(request, officer.number if officer else "")


def told(visit: "Visit", view: View) -> "Visit":
    """What the desk told last counts. The same visit when it is nothing new."""
    duty = visit.duty or Duty()
    if duty.told.get(type(view)) == view:
        return visit
    return on_duty(visit, told=MappingProxyType({**duty.told, type(view): view}))
