"""The officer's screens with something on them: a duty for each, with a fictional officer."""

import dataclasses
from collections.abc import Callable, Iterator
from types import MappingProxyType
from typing import Any

import health_scenes
import queue_scenes
import settings_scenes
import stock_scenes
from fakes import OFFICER

from kiosk.domain.act import Act, KeptAct, Kind
from kiosk.domain.lockout import KIOSK
from kiosk.domain.officer import badge_mark
from kiosk.journey import Context, Visit
from kiosk.journey.duty import Duty, View
from kiosk.journey.officer.door import DoorView
from kiosk.journey.officer.home import HomeView, Worry
from kiosk.journey.officer.record import RecordView

Shown = tuple[str, Visit, Callable[[Any], None] | None]


def scenes(context: Context) -> Iterator[Shown]:
    blank = Visit.begin(context)
    now_ms = context.now_ms()

    def at(step: str, *views: View, officer: Any = OFFICER, chosen: str = "", badge: str = "", **more: Any) -> Visit:
        told = MappingProxyType({type(view): view for view in views})
        duty = Duty(officer=officer, told=told, chosen=chosen, badge=badge)
        stack = more.pop("stack", () if step in ("door", "officer") else ("officer",))
        return dataclasses.replace(blank, step=step, duty=duty, stack=stack, **more)

    mark = badge_mark("BADGE:SPECIMEN")
    typed = [*"0417829"]
    yield "door", at("door", DoorView(), officer=None), lambda front: [front.page.key(digit) for digit in typed]
    yield "door-badge", at("door", DoorView(), officer=None, badge="BADGE:SPECIMEN"), None
    yield "door-wrong", at("door", DoorView(), officer=None, notice="door.notice.wrong"), None
    yield "door-elsewhere", at("door", DoorView(), officer=None, notice="door.notice.elsewhere"), None
    yield "door-locked", at("door", DoorView(((KIOSK, 45),)), officer=None), None
    locked = at("door", DoorView((("0417", 900),)), officer=None, notice="door.notice.wrong")
    yield "door-locked-number", locked, lambda front: [front.page.key(digit) for digit in typed[:4]]
    yield "door-locked-badge", at("door", DoorView(((mark, 3600),)), officer=None, badge="BADGE:SPECIMEN"), None
    yield "door-unlisted", at("door", DoorView(listed=False), officer=None), None
    yield "officer", at("officer"), None
    worries = (Worry("stock", "home.stock.low", {"count": 2}), Worry("queue", "home.queue.alarm", level="bad"))
    yield "officer-worried", at("officer", HomeView(worries)), None
    acts = (
        KeptAct(9, now_ms - 60_000, Act(Kind.ENTERED, "0417")),
        KeptAct(8, now_ms - 86_400_000, Act(Kind.LEFT, "0417", {"reason": "left"})),
    )
    yield "record", at("record", RecordView(acts * 8, (("0417", OFFICER.name),))), None
    yield from queue_scenes.scenes(at, now_ms)
    yield from stock_scenes.scenes(at)
    yield from health_scenes.scenes(at, now_ms)
    yield from settings_scenes.scenes(at, now_ms)
