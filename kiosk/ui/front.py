"""The front of the kiosk: it owns the visit. Screens post events, `advance` answers, effects run, a screen is shown."""

import dataclasses
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from kivy.app import App
from kivy.clock import Clock
from kivy.core.window import Window
from kivy.input.motionevent import MotionEvent
from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty
from kivy.uix.relativelayout import RelativeLayout
from kivy.uix.widget import Widget

from kiosk.devices.speaker import NoSpeaker
from kiosk.domain.reading import Reading
from kiosk.journey import Context, Visit, advance
from kiosk.journey import events as ev
from kiosk.journey.effects import Apply, Ask, CheckKnown, Effect, Keep, Print, Restart, Wipe
from kiosk.journey.flow import FLOW, TRADER, Idle, Stage
from kiosk.journey.officer.events import DeskFailed, DoorAsked, Told
from kiosk.logs import Log
from kiosk.settings import Settings
from kiosk.ui import theme
from kiosk.ui.announce import Announcer
from kiosk.ui.attendant import Attendant
from kiosk.ui.bridge import Bridge
from kiosk.ui.corner import Corner
from kiosk.ui.eyes import Eyes
from kiosk.ui.failsafe import Failsafe
from kiosk.ui.light import Light
from kiosk.ui.memory import give_back, settle, thaw
from kiosk.ui.ports import RESTART, Desk, Keeper, Printer, Scanner, Sight, Speaker, Status
from kiosk.ui.prompts import Clips
from kiosk.ui.screens import make
from kiosk.ui.voice import Voice
from kiosk.ui.widgets.languages import LanguageSheet
from kiosk.ui.widgets.page import Page
from kiosk.ui.words import LiveWords
from kiosk.words import Words

STATUS_S = 3.0
COLLECT_S = 0.1  # after a visit, while the glass is deaf: what the last trader left goes at once, not some day
HINT_S = 0.5  # between two looks at the hint that is shown, to say it
GUARD_S = 0.35  # after a change of screen: the second half of a double tap, and a finger that is still down
CORNER_MM = 20  # of the glass, where officers tap to come in
OVERLAYS = ("still_there", "stop", "help", "questions", "savings")  # what lies beneath keeps what was typed
ENDS = {13: "enter", 271: "enter", 9: "tab"}  # keys with which a scanner that types closes a code; 271: keypad
log = Log("ui")


class Glass(RelativeLayout):
    """What lies under the finger: one page at a time, deaf for a moment after each change."""

    deaf_until = NumericProperty(0.0)

    def on_touch_down(self, touch: object) -> bool:
        return True if time.monotonic() < self.deaf_until else super().on_touch_down(touch)


class Front(App):
    page: Page = ObjectProperty(None, allownone=True)
    status: Status = ObjectProperty(None, allownone=True)
    market = StringProperty("")
    own_language = StringProperty("")  # the short name of the one that is spoken; "" when there is no other
    muted = BooleanProperty(False)
    hearing = BooleanProperty(False)  # the scanner has begun a code

    def __init__(
        self,
        settings: Settings,
        context: Context,
        words: Mapping[str, Words],
        keeper: Keeper,
        sight: Sight,
        scanner: Scanner,
        ending: threading.Event,
        announce: Path | None = None,
        printer: Printer | None = None,
        speaker: Speaker | None = None,
        desk: Desk | None = None,
    ) -> None:
        super().__init__()
        self.settings, self.keeper, self.ending, self.printer = settings, keeper, ending, printer
        self.exit_code = 0
        self.tr = LiveWords(words, context.language)
        self.visit = Visit.begin(context)
        self.market = context.market
        self.bridge = Bridge(crashed=self._crash)
        self.failsafe = Failsafe(self._sorry, self._give_up, lambda e: self.bridge.to_frame(self._crash, e))
        self.eyes = Eyes(sight, scanner, self.bridge, self._looked, self._hear, self.post)
        self.voice = Voice(speaker or NoSpeaker(), Clips(words))
        self.attendant = Attendant(desk, self.bridge, lambda: self.visit, self.post)
        self.corner = Corner(lambda: theme.mm(CORNER_MM) / theme.scale, lambda: self.post(DoorAsked()))
        self.light = Light(settings.panel.brightness, settings.panel.dim_after_s)
        self.sheet: LanguageSheet | None = None
        self.announcer = Announcer(announce) if announce else None
        self.glass = Glass()
        self.pages: dict[str, Page] = {}
        self._idle = Clock.create_trigger(lambda _: self.post(ev.IdleElapsed()), 1)
        self._shown = ""
        self._name_languages()

    # the app's life

    def build(self) -> Glass:
        Window.bind(on_touch_down=self._touched, on_textinput=self.eyes.typed, on_key_down=self._key)
        self.failsafe.install()
        self.light.start()
        Clock.schedule_interval(lambda _: self.eyes.tick(), 0)
        Clock.schedule_interval(self._watch_end, 0.2)
        Clock.schedule_interval(self._ask_status, STATUS_S)
        Clock.schedule_interval(self._hint, HINT_S)
        if self.announcer:
            Clock.schedule_interval(lambda _: self.announcer.look(self), 0.1)
        self._ask_status()
        self._show()
        self._build_ahead = [step for step in TRADER if step not in self.pages]
        Clock.schedule_interval(self._build_next, 0.05)
        return self.glass

    def open_settings(self, *_: object) -> bool:  # Kivy's F1 page
        return False

    def close(self) -> None:
        self.eyes.close()
        self.voice.close()
        self.attendant.close()
        self.bridge.close()
        self.failsafe.remove()
        Window.unbind(on_touch_down=self._touched, on_textinput=self.eyes.typed, on_key_down=self._key)

    def _watch_end(self, _: float) -> None:
        if self.ending.is_set():
            self.stop()

    def _build_next(self, _: float) -> bool:
        """The other screens are built between frames, so that the first one is there at once."""
        if self._build_ahead:
            self._page(self._build_ahead.pop(0))
            return True
        settle()
        return False

    # events in, effects out

    def post(self, event: ev.Event) -> None:
        """Only on the frame's thread. An event that does not fit changes nothing."""
        before = self.visit
        visit, effects = advance(before, event)
        if visit is before:
            return
        self.visit = visit
        self.tr.speak(visit.language)
        self._name_languages()
        for effect in effects:
            self._do(effect)
        self._show()
        if visit.step != before.step or not isinstance(event, Told | DeskFailed):  # a page that looks again is no touch
            self._wait()

    def _do(self, effect: Effect) -> None:
        match effect:
            case CheckKnown(nik):
                self.bridge.work(lambda: self.keeper.known(nik), self.post)
            case Keep(enrolment):
                self.bridge.work(lambda: self.keeper.keep(enrolment), self._kept)
            case Print(receipt) if self.printer is not None:
                code = receipt.code
                self.printer.print(receipt, lambda paper: self.bridge.to_frame(self.post, ev.Printed(code, paper)))
            case Ask():
                self.attendant.do(effect)
            case Apply(volume, brightness):
                if volume is not None:
                    self.voice.turn(volume)
                if brightness is not None:
                    self.light.change(brightness)
            case Restart():
                self.exit_code = RESTART
                self.stop()
            case Wipe():
                self._wipe()
                self._ask_status()

    def _wipe(self) -> None:
        """Nothing of the last trader stays: pages forget, camera and scanner let go of what they hold. A page that
        fails at forgetting is thrown away and built anew; then the failure is told."""
        failed: list[Exception] = []
        for name, page in list(self.pages.items()):
            try:
                page.hide()
            except Exception as error:  # noqa: BLE001 (told below)
                failed.append(error)
                del self.pages[name]
                thaw()
                self._shown = "" if self._shown == name else self._shown
        self.eyes.forget()
        Clock.schedule_once(lambda _: give_back(), COLLECT_S)
        for failure in failed:
            self._crash(failure)

    def _kept(self, event: ev.EnrolmentKept | ev.KeepFailed) -> None:
        self.post(event)
        self._ask_status()

    # what the frame of each page offers

    def went_back(self) -> None:
        self.post(ev.WentBack())

    def stop_asked(self) -> None:
        self.post(ev.StopAsked())

    def help_asked(self) -> None:
        self.post(ev.HelpAsked())

    def ask_language(self) -> None:
        """Opens the sheet with all languages over the page, or closes it."""
        if self.sheet is not None:
            self.close_sheet()
        else:
            self.sheet = LanguageSheet([code for code in self.settings.languages.order if code in self.tr.all])
            self.glass.add_widget(self.sheet)

    def close_sheet(self) -> None:
        if self.sheet is not None:
            self.glass.remove_widget(self.sheet)
            self.sheet = None

    def choose_language(self, code: str) -> None:
        self.close_sheet()
        self.post(ev.LanguageChosen(code))

    def _name_languages(self) -> None:
        several = sum(code in self.tr.all for code in self.settings.languages.order) > 1
        self.own_language = self.tr.own(self.tr.lang, "language.short") if several else ""

    # the voice

    def say_again(self) -> None:
        self.voice.replay()
        self.muted = self.voice.muted

    def mute(self) -> None:
        self.voice.mute(not self.voice.muted)
        self.muted = self.voice.muted

    def _hint(self, _: float) -> None:
        page = self.page
        if page is not None and not page.notice:
            self.voice.hint("hint.reading" if self.hearing and self.visit.step != "attract" else page.heard)

    @property
    def top(self) -> Widget:
        """What can be touched now: the sheet over the page, or the page."""
        return self.sheet or self.page

    # showing

    def _page(self, step: str) -> Page:
        if step not in self.pages:
            self.pages[step] = make(step)
        return self.pages[step]

    def _show(self) -> None:
        step, old = self.visit.step, self._shown
        page = self._page(step)
        if step != old:
            self._forget_but({step, *(self.visit.stack if step in OVERLAYS else ())})
            self.close_sheet()
            self.glass.deaf_until = time.monotonic() + GUARD_S
            self._shown = step
            log.info("step.shown", step=step)
        page.show(self.visit)
        if self.page is not page:
            self.glass.clear_widgets()
            self.glass.add_widget(page)
            self.page = page
        self.eyes.look(FLOW[step].devices)
        self.attendant.follow(FLOW[step])
        self.voice.follow(self.visit, self.tr._)
        self.muted = self.voice.muted

    def _forget_but(self, kept: set[str]) -> None:
        """Every page forgets but the one shown, the ones beneath it, and those where something half typed waits."""
        for name, page in self.pages.items():
            if name not in kept and page.visit is not None and not page.waits(self.visit):
                page.hide()

    def _looked(self, reading: Reading) -> None:
        if self.page is not None:
            self.page.looked(reading)

    def _hear(self, hearing: bool) -> None:
        self.hearing = hearing
        self._touched()

    # time

    def _wait(self) -> None:
        self.light.rest(FLOW[self.visit.step].stage is Stage.OUTSIDE)
        self._idle.cancel()
        seconds = self._idle_s(FLOW[self.visit.step].idle)
        if seconds:
            self._idle.timeout = seconds
            self._idle()

    def _idle_s(self, idle: Idle) -> float:
        journey = self.settings.journey
        return {
            Idle.ASK: journey.idle_s,
            Idle.ANSWER: journey.still_there_s,
            Idle.RESULT: journey.result_s,
            Idle.DOOR: journey.idle_s,
            Idle.DUTY: journey.duty_s,
        }.get(idle, 0)

    def _touched(self, _: object = None, touch: MotionEvent | None = None) -> None:
        if self.light.wake() and touch is not None:
            self.glass.deaf_until = time.monotonic() + GUARD_S
        self._wait()
        if touch is not None:
            self.corner.tapped(touch.x, Window.height - touch.y)

    def _key(self, _: object, key: int, *__: object) -> None:
        if key in ENDS:
            self.eyes.ended(ENDS[key])

    # the store's state

    def _ask_status(self, *_: object) -> None:
        self.bridge.work(self.keeper.status, self._status)

    def _status(self, status: Status) -> None:
        changed = status != self.status
        self.status = status
        if theme.small:
            status = dataclasses.replace(status, closed_reason="panel.small")
        self.post(ev.Closed(status.closed_reason) if status.closed_reason else ev.Opened())
        if changed and self.page is not None and self.visit.step in ("attract", "closed"):
            self.page.show(self.visit)

    # when something fails

    def _crash(self, error: BaseException) -> None:
        self.failsafe.caught(error)

    def _sorry(self) -> None:
        Clock.schedule_once(lambda _: self.post(ev.Crashed()), 0)

    def _give_up(self) -> None:
        self.exit_code = 1
        self.visit = dataclasses.replace(Visit.begin(self.visit.context), step=self.visit.step)
        self.stop()
