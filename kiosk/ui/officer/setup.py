"""What an officer may set, each with how it is now; and behind the last line the machine itself."""

from kivy.properties import BooleanProperty

from kiosk.journey import Visit
from kiosk.journey.officer.settings import RestartWanted, SettingChosen, SettingLine, SettingsView
from kiosk.ui.officer.page import OfficerPage, TouchLine
from kiosk.ui.widgets import load_kv
from kiosk.words import Words

ICONS = {
    "devices.volume": "volume_up",
    "panel.brightness": "light_mode",
    "languages.order": "translate",
    "site.market": "storefront",
    "site.helper": "support_agent",
    "site.helper_phone": "call",
    "site.helper_place": "pin_drop",
    "panel.diagonal_inch": "desktop_windows",
    "devices.camera": "photo_camera",
    "devices.camera_source": "photo_camera",
    "devices.scanner": "barcode_scanner",
    "devices.scanner_source": "barcode_scanner",
    "devices.printer": "print",
    "devices.printer_source": "print",
    "devices.paper_mm": "receipt_long",
    "devices.speaker": "volume_up",
}


class Setup(OfficerPage):
    pending = BooleanProperty(False)

    def refresh(self, visit: Visit) -> None:
        view, words = self.view(SettingsView), self.app.tr._
        machine = TouchLine(target="room.machine", icon="memory", text=words("machine.title"), sub=words("machine.sub"))
        machine.bind(on_release=lambda _: self.open_room("machine"))
        self.pending = bool(view and view.pending)
        self.ids.rows.show([*(self._line(line) for line in (view.lines if view else ())), machine])

    def _line(self, line: SettingLine) -> TouchLine:
        row = TouchLine(
            target=f"setting.{line.key}",
            icon=ICONS[line.key],
            text=self.words(f"setting.{line.key}"),
            sub=shown(line.key, line.value, self.app.tr._),
            state="good" if line.changed else "",
        )
        row.bind(on_release=lambda _: self.post(SettingChosen(line.key)))
        return row

    def restart(self) -> None:
        self.post(RestartWanted())


def shown(key: str, value: str, words: Words) -> str:
    """A value as a person reads it."""
    if not value:
        return words("setting.none")
    if key in ("devices.volume", "panel.brightness"):
        return f"{value} %"
    if key == "languages.order":
        return ", ".join(words(f"setting.language.{code}") for code in value.split(","))
    if key == "panel.diagonal_inch":
        return f"{value}″".replace(".", "," if words.language != "en" else ".")
    if key == "devices.paper_mm":
        return f"{value} mm"
    id = f"setting.{key}.{value}"
    return words(id) if id in words else value.removeprefix("/dev/")


load_kv(__file__)
