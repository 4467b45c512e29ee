"""The connection to the centre, tested step by step: each with what was found and what to do."""

from kivy.properties import BooleanProperty, StringProperty

from kiosk import connection_words
from kiosk.domain.connection import STEPS, Outcome, Tested
from kiosk.domain.errand import Kind
from kiosk.journey import Visit
from kiosk.journey.officer.queue import ConnectionView, ErrandWanted
from kiosk.ui import theme
from kiosk.ui.officer import errand  # noqa: F401 (kv names)
from kiosk.ui.officer.page import Line, OfficerPage
from kiosk.ui.widgets import load_kv

FACES = {
    Outcome.PASSED: ("check_circle", "good"),
    Outcome.FAILED: ("error", "bad"),
    Outcome.UNKNOWN: ("help", "warn"),
    Outcome.SKIPPED: ("remove", "off"),
}


class Connection(OfficerPage):
    busy = BooleanProperty(False)
    verdict = StringProperty("")
    verdict_state = StringProperty("")
    cure = StringProperty("")

    def refresh(self, visit: Visit) -> None:
        view = self.view(ConnectionView)
        found = view.errand if view else None
        running = bool(view and view.running)
        self.busy = bool(found and found.under_way and running)
        steps = [connection_words.tested_of(one) for one in found.result.get("steps", ())] if found else []
        failed = next((one for one in steps if one.outcome is Outcome.FAILED), None)
        whole = len(steps) == len(STEPS) and found is not None and not found.under_way
        self.cure = connection_words.sentence(failed, self.app.tr._) if failed else ""
        if failed and theme.small:
            self.cure = f"{connection_words.title(failed.step, self.app.tr._)}: {self.cure}"
        self.verdict = self.words(
            "connection.busy" if self.busy else "connection.bad" if failed else "connection.good" if whole
            else "connection.sub"
        )  # fmt: skip
        self.verdict_state = "bad" if failed else "good" if whole else ""
        # what the test has found stands in its steps; only that it could not be made at all is told in the box
        self.ids.errand.show(None if self.busy or whole or failed else found, self.app.tr._, running=running)
        self.ids.rows.show([] if theme.small and (self.ids.errand.state or failed) else self._rows(steps))

    def _rows(self, steps: list[Tested]) -> list[Line]:
        said, rows = self.app.tr._, []
        for at, step in enumerate(STEPS):
            icon, state = FACES[steps[at].outcome] if at < len(steps) else ("hourglass_empty", "off")
            sub = connection_words.sentence(steps[at], said) if at < len(steps) else said("connection.wait")
            rows.append(
                Line(icon=icon, text=connection_words.title(step, said), sub="" if theme.small else sub, state=state)
            )
        return rows

    def test(self) -> None:
        self.post(ErrandWanted(Kind.TEST))


load_kv(__file__)
