"""What waits, since when and why; sending it now. In the words of `kiosk-sync status`."""

from kivy.properties import BooleanProperty, StringProperty

from kiosk import standing_words
from kiosk.domain.errand import Kind
from kiosk.journey import Visit
from kiosk.journey.officer.queue import ErrandWanted, QueueView
from kiosk.ui import theme
from kiosk.ui.officer import errand  # noqa: F401 (kv names)
from kiosk.ui.officer.page import Fact, Line, OfficerPage
from kiosk.ui.widgets import load_kv

ICONS = {
    "central": "cloud_done",
    "daemon": "sync",
    "waiting": "hourglass_top",
    "oldest": "history",
    "answered": "task_alt",
    "last": "check_circle",
    "next": "schedule",
    "aside": "error",
    "refused": "block",
    "room": "inventory_2",
    "clock": "schedule",
}
STATES = {"ok": "good", "warn": "warn", "alarm": "bad", "stop": "bad"}
FIRST = ("waiting", "oldest", "last", "next")


class Queue(OfficerPage):
    head = StringProperty("")
    head_state = StringProperty("")
    why = StringProperty("")
    busy = BooleanProperty(False)
    main = StringProperty("sync")  # what helps most just now

    def refresh(self, visit: Visit) -> None:
        view = self.view(QueueView)
        if view is None:
            return
        now, words = view.standing, self.app.tr._
        facts = list(standing_words.facts(now, words, self.app.settings.zone))
        self.head, self.head_state = standing_words.headline(now, words), STATES[standing_words.level(now)]
        sentences = (standing_words.cause_sentence(now.cause, words), standing_words.cure_sentence(now.cause, words))
        trouble = " ".join(filter(None, sentences)) if now.cause and now.waiting else ""
        self.busy = bool(view.errand and view.errand.under_way and now.running)
        self.main = "release" if now.on_hold else "retry" if now.quarantined and not now.waiting else "sync"
        self.ids.errand.show(view.errand, words, running=now.running)
        self.why = "" if self.ids.errand.state else trouble
        self.ids.rows.show(self._rows(facts))

    def _rows(self, facts: list[tuple[str, str]]) -> list[Line | Fact]:
        """What matters first at the top; on a small panel just that, and not beside what an errand has to tell."""
        rank = {label: at for at, label in enumerate((*FIRST, "aside", "refused", "clock"))}
        if theme.small:
            shown = [] if self.ids.errand.state else [(name, value) for name, value in facts if name in FIRST]
            shown = [(name, value.split(" (")[0]) for name, value in shown]
            return [Fact(text=self.words(f"sync.label.{label}"), value=value) for label, value in shown]
        rows = sorted((one for one in facts if one[0] in ICONS), key=lambda one: rank.get(one[0], len(rank)))
        return [self._line(label, value) for label, value in rows]

    def _line(self, label: str, value: str) -> Line:
        state = {"aside": "warn", "refused": "warn", "clock": "warn"}.get(label, "")
        return Line(icon=ICONS[label], text=value, sub=self.words(f"sync.label.{label}"), state=state)

    def send(self, kind: str) -> None:
        self.post(ErrandWanted(Kind(kind)))


load_kv(__file__)
