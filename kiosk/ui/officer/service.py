"""Out of service with a message that traders understand, and back."""

from kivy.properties import StringProperty

from kiosk.clock import local
from kiosk.journey import Visit
from kiosk.journey.officer.service import MESSAGES, MessageChosen, ServiceView
from kiosk.ui.officer.page import OfficerPage, TouchLine
from kiosk.ui.widgets import load_kv

ICONS = {"maintenance": "build", "paper": "receipt_long", "holiday": "calendar_today", "moved": "pin_drop"}


class Service(OfficerPage):
    message = StringProperty("")
    head = StringProperty("")

    def refresh(self, visit: Visit) -> None:
        view, words = self.view(ServiceView), self.app.tr._
        self.message = view.message if view else ""
        if view and view.message:
            self.head = words("service.closed", at=f"{local(view.since_ms, self.app.settings.zone):%d-%m %H.%M}")
        else:
            self.head = words("service.open")
        self.ids.rows.show([self._line(message) for message in MESSAGES])

    def _line(self, message: str) -> TouchLine:
        chosen = message == self.message
        line = TouchLine(
            target=f"service.{message}",
            icon=ICONS[message],
            text=self.words(f"service.{message}"),
            sub=self.words(f"closed.service.{message}"),
            state="warn" if chosen else "",
        )
        line.bind(on_release=lambda _: self.post(MessageChosen(message)))
        return line

    def open(self) -> None:
        self.post(MessageChosen(""))


load_kv(__file__)
