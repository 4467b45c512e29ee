"""Whom to ask: a person, a number, a place. Then back to exactly where the trader was."""

from kivy.properties import StringProperty

from kiosk.journey import Visit
from kiosk.journey import events as ev
from kiosk.ui.widgets import load_kv
from kiosk.ui.widgets.page import Page


class Help(Page):
    person = StringProperty("")
    phone = StringProperty("")
    place = StringProperty("")

    def __init__(self, step: str, **kwargs: object) -> None:
        super().__init__(step, **kwargs)
        self._phone_row = self.ids.phone.__self__  # ids alone would not keep it once it is taken out

    def refresh(self, visit: Visit) -> None:
        site = self.app.settings.site
        self.person = site.helper[:1].upper() + site.helper[1:]
        self.phone, self.place = site.helper_phone, site.helper_place
        if not self.phone and self._phone_row.parent is not None:
            self._phone_row.parent.remove_widget(self._phone_row)

    def back(self) -> None:
        self.post(ev.WentBack())


load_kv(__file__)
