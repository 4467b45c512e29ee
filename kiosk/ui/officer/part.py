"""One part: how it does, what to do, and a trial of it."""

from kivy.properties import BooleanProperty, StringProperty

from kiosk.devices.printer import Paper
from kiosk.domain.health import TRIED, State
from kiosk.journey import Visit
from kiosk.journey.officer.health import TRIALS, HealthView, SlipWanted, TrialEnded, TrialView, TrialWanted
from kiosk.ui import theme
from kiosk.ui.officer.health import ICONS, cure, sentence, when
from kiosk.ui.officer.page import Fact, OfficerPage
from kiosk.ui.widgets import load_kv

MARKS = {State.GOOD: "good", State.WARN: "bad", State.OFF: ""}


class Part(OfficerPage):
    icon = StringProperty("monitor_heart")
    said = StringProperty("")
    todo = StringProperty("")
    mark = StringProperty("")
    trial = StringProperty("")  # the word on the button, "" where nobody can try anything
    asked = StringProperty("")  # did it come out?
    trying = BooleanProperty(False)

    def begin(self, visit: Visit) -> None:
        self.trying, self.asked = False, ""

    def refresh(self, visit: Visit) -> None:
        view, words = self.view(HealthView), self.app.tr._
        self._part = visit.duty.chosen if visit.duty else ""
        one = view.part(self._part) if view else None
        if one is None:
            return
        self.title, self.icon = words(f"part.{self._part}"), ICONS[self._part]
        self.said, self.todo, self.mark = sentence(one, words), cure(one, words), MARKS[one.finding.state]
        self.trial = words(f"try.{self._part}") if self._part in TRIED and one.finding.said != "health.off" else ""
        zone, known = self.app.settings.zone, one.known
        tried = when(known.tried_ms, words, zone)
        if known.tried_ms is not None:
            tried = f"{tried} · {words('outcome.passed' if known.passed else 'outcome.failed')}"
        good = words("health.now") if one.finding.state is State.GOOD else when(known.good_ms, words, zone)
        facts = [(words("health.good_at"), good)] + ([(words("health.tried_at"), tried)] if self.trial else [])
        self.ids.rows.show([] if theme.small and self.asked else [Fact(text=a, value=b) for a, b in facts])
        self._paper(self.view(TrialView))

    def _paper(self, view: TrialView | None) -> None:
        """What the printer says of the slip; where it is silent the officer looks."""
        if self._part != "printer" or view is None or not view.said or not self.trying:
            return
        self.trying = False
        if view.said in (Paper.PRINTED, Paper.UNKNOWN):
            self.asked = self.words("try.printer.seen")
        else:
            self.asked = ""
            self.post(TrialEnded(False))

    def start(self) -> None:
        if self._part in TRIALS:
            self.post(TrialWanted())
        elif self._part == "printer":
            self.trying = True
            self.post(SlipWanted())
        else:
            self.app.voice.muted = False
            self.app.voice.say("language")
            self.asked = self.words("try.speaker.heard")

    def answer(self, passed: bool) -> None:
        self.asked = ""
        self.post(TrialEnded(passed))


load_kv(__file__)
