"""What happened here last, one line an act, the newest first."""

from kiosk import amounts
from kiosk.clock import local
from kiosk.domain.act import KeptAct, Kind
from kiosk.domain.stock import Item
from kiosk.journey import Visit
from kiosk.journey.officer.record import RecordView
from kiosk.ui.officer.page import Line, OfficerPage
from kiosk.ui.widgets import load_kv

ICONS = {
    Kind.ENTERED: "lock_open",
    Kind.LEFT: "logout",
    Kind.TURNED_AWAY: "lock",
    Kind.LOCKED: "lock",
    Kind.RESTOCKED: "inventory_2",
    Kind.CORRECTED: "edit",
    Kind.DRAWN: "receipt_long",
    Kind.TESTED: "build",
    Kind.SET: "settings",
    Kind.CLOSED: "block",
    Kind.OPENED: "play_arrow",
    Kind.ASKED: "cloud_upload",
    Kind.CLOCK_SET: "schedule",
    Kind.RESTARTED: "restart_alt",
}
BAD = (Kind.TURNED_AWAY, Kind.LOCKED)


class Record(OfficerPage):
    def refresh(self, visit: Visit) -> None:
        view = self.view(RecordView)
        names = dict(view.names) if view else {}
        self.ids.rows.show(
            [self._line(kept, names, view.items if view else ()) for kept in (view.acts if view else ())]
        )

    def _line(self, kept: KeptAct, names: dict[str, str], items: tuple[Item, ...]) -> Line:
        at = local(kept.at_ms, self.app.settings.zone)
        who = names.get(kept.act.officer, kept.act.officer)
        return Line(
            icon=ICONS[kept.act.kind],
            text=self.app.tr._.act(amounts.in_words(kept.act, items, self.app.tr._)),
            sub=" · ".join(filter(None, (f"{at:%d-%m %H.%M}", who))),
            state="warn" if kept.act.kind in BAD else "",
        )


load_kv(__file__)
