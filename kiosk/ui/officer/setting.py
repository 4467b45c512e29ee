"""One setting: its values as buttons, the one that counts marked; and the way back to what counted before."""

from kivy.properties import BooleanProperty, StringProperty

from kiosk.journey import Visit
from kiosk.journey.officer.settings import SettingsView, ValueChosen
from kiosk.ui.officer.page import OfficerPage, TouchLine
from kiosk.ui.officer.setup import shown
from kiosk.ui.widgets import load_kv


class Setting(OfficerPage):
    note = StringProperty("")
    changed = BooleanProperty(False)
    short = BooleanProperty(False)  # every value is: two stand beside each other where there is little room

    def refresh(self, visit: Visit) -> None:
        view, words = self.view(SettingsView), self.app.tr._
        line = view.line(visit.duty.chosen) if view and visit.duty else None
        if line is None:
            return
        self.title = words(f"setting.{line.key}")
        self.changed = line.changed
        self.note = words("setting.after_restart") if line.restart and view and view.pending else ""
        self.short = max((len(shown(line.key, one, words)) for one in line.options), default=0) < 10
        if not line.options:
            self.note = words("error.settings.no_device")
        self.ids.rows.show([self._option(line.key, one, line.value) for one in line.options])

    def _option(self, key: str, value: str, now: str) -> TouchLine:
        chosen = value == now
        row = TouchLine(
            target=f"value.{value}",
            icon="radio_button_checked" if chosen else "radio_button_unchecked",
            text=shown(key, value, self.app.tr._),
            state="good" if chosen else "",
        )
        row.bind(on_release=lambda _: self.post(ValueChosen(value)))
        return row

    def back(self) -> None:
        self.post(ValueChosen(""))


load_kv(__file__)
