"""The settings' pages with something on them."""

from collections.abc import Callable, Iterator
from typing import Any

from kiosk import tables
from kiosk.domain.act import Act, KeptAct, Kind
from kiosk.domain.errand import Errand, State
from kiosk.domain.errand import Kind as ErrandKind
from kiosk.journey.officer.record import RecordView
from kiosk.journey.officer.service import ServiceView
from kiosk.journey.officer.settings import MachineView, SettingLine, SettingsView

Scene = tuple[str, Any, Callable[[Any], None] | None]
LINES = (
    SettingLine("devices.volume", "80", ("0", "20", "40", "60", "80", "100"), restart=False),
    SettingLine("panel.brightness", "100", ("20", "40", "60", "80", "100"), restart=False),
    SettingLine("languages.order", "id,jv,en", ("id,jv,en", "jv,id,en", "id,en", "id,jv", "id")),
    SettingLine("site.market", "Pasar Klewer", ("Pasar Gede Hardjonagoro", "Pasar Klewer"), changed=True),
    SettingLine("site.helper", "pengurus pasar", ("pengurus pasar", "satpam pasar")),
    SettingLine("site.helper_phone", "", digits=True),
    SettingLine("site.helper_place", "kantor pasar, lantai 1", ("kantor pasar, lantai 1", "pos satpam")),
    SettingLine("panel.diagonal_inch", "21.5", ("7", "10.1", "15.6", "21.5", "27", "32")),
    SettingLine("devices.printer", "none", ("escpos", "file", "none")),
)


def view(**changes: Any) -> SettingsView:
    return SettingsView(**({"lines": LINES, "stamp": "s"} | changes))


def machine(now_ms: int, **changes: Any) -> MachineView:
    values = {
        "kiosk": "pasar-gede-1", "centre": "https://pusat.example.id", "app": "0.1.0", "master": 7, "offered": 8,
        "now_ms": now_ms, "believed": True,
    }  # fmt: skip
    return MachineView(**values | changes)


def scenes(at: Callable[..., Any], now_ms: int) -> Iterator[Scene]:
    under, deep = ("officer", "setup"), ("officer", "setup", "machine")
    yield "setup", at("setup", view()), None
    yield "setup-pending", at("setup", view(pending=True)), None
    yield "setting-volume", at("setting", view(), chosen="devices.volume", stack=under), None
    yield "setting-market", at("setting", view(pending=True), chosen="site.market", stack=under), None
    typed = at("digits", view(), chosen="site.helper_phone", stack=under)
    yield "digits-phone", typed, lambda front: [front.page.key(digit) for digit in "081200000000"]
    yield "machine", at("machine", machine(now_ms), stack=under), None
    joined = Errand(1, ErrandKind.PROVISION, state=State.DONE, result={"kiosk": "pasar-gede-1"})
    homeless = machine(now_ms, kiosk="", centre="", master=0, offered=0, believed=False, errand=joined)
    yield "machine-joined", at("machine", homeless, stack=under), None
    yield "clock", at("clock", stack=deep), lambda front: [front.page.key(digit) for digit in "22112026091"]
    yield "join", at("join", stack=deep), None
    yield "service", at("service", ServiceView("", 0)), None
    yield "service-closed", at("service", ServiceView("paper", now_ms - 7_200_000)), None
    kept = (
        Act(Kind.SET, "0417", {"setting": "devices.volume", "old": "80", "new": "60"}),
        Act(Kind.CLOSED, "0417", {"service": "paper"}),
        Act(Kind.OPENED, "0417"),
        Act(Kind.CLOCK_SET, "0417", {"by_s": -86_400}),
        Act(Kind.RESTARTED, "0417", {"version": "0.1.0"}),
        Act(Kind.TESTED, "0417", {"part": "printer", "outcome": "passed"}),
        Act(Kind.ASKED, "0417", {"errand": "export"}),
        Act(Kind.RESTOCKED, "0417", {"item": "paper", "amount": 30_000, "before": 0, "after": 30_000}),
    )
    acts = tuple(KeptAct(20 - at_, now_ms - at_ * 60_000, act) for at_, act in enumerate(kept))
    yield "record-all", at("record", RecordView(acts, (("0417", "Bu Wening (contoh)"),), tables.stock_items())), None
