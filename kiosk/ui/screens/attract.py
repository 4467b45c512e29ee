"""The start, in still slides: what this does, what to bring, what it costs today, what it is not. A touch begins."""

from typing import Any

from kivy.clock import Clock
from kivy.properties import NumericProperty, StringProperty

from kiosk.domain.tariff import BASIC
from kiosk.journey import Visit
from kiosk.journey import events as ev
from kiosk.ui import theme
from kiosk.ui.ports import Status
from kiosk.ui.widgets import load_kv, ring  # noqa: F401 (kv names)
from kiosk.ui.widgets.button import BigButton
from kiosk.ui.widgets.page import Page
from kiosk.words import LANGUAGES, rupiah

SLIDES = {"what": "stall", "bring": "bring", "price": "price", "not_health": "not-health"}  # words and picture
SLIDE_S = 8.0


class Attract(Page):
    slide = NumericProperty(0)
    picture = StringProperty("stall")
    title = StringProperty("")
    sub = StringProperty("")
    progress = StringProperty("")
    reached = NumericProperty(0.0)  # share of the market's target, 0..1
    today = StringProperty("")
    carriage = StringProperty("")  # for the officer who walks past: what waits, or how long the centre has been silent
    carriage_icon = StringProperty("")

    def __init__(self, step: str, **kwargs: object) -> None:
        self._turn = Clock.schedule_interval(self._next, SLIDE_S)
        self._turn.cancel()
        super().__init__(step, **kwargs)

    def begin(self, visit: Visit) -> None:
        self.slide = 0
        self._turn()

    def clear(self) -> None:
        self._turn.cancel()

    def refresh(self, visit: Visit) -> None:
        self._build_starts()
        self._tell(visit)
        status = self.app.status
        target = status.target if status else 0
        self.today = self.words("attract.today", count=status.today) if status and status.today else ""
        self.progress = self.words("attract.progress", reached=status.reached, target=target) if target else ""
        self.reached = min(status.reached / target, 1.0) if target else 0.0

        self.carriage_icon, self.carriage = self._carriage(status) if status else ("", "")

    def _carriage(self, status: Status) -> tuple[str, str]:
        """Icon and words. The cloud with a tick only when the centre has answered for everything."""
        if status.silent_days:
            return "error", self.words("status.silent", days=status.silent_days)
        if status.waiting:
            return "cloud_upload", str(status.waiting)
        return ("cloud_done", "") if status.answered else ("", "")

    def _build_starts(self) -> None:
        """One button a language: whoever touches it has chosen it."""
        box = self.ids.starts
        if box.children:
            return
        codes = [code for code in self.app.settings.languages.order if code in self.app.tr.all]
        for at, code in enumerate(codes):
            first = at == 0
            start = BigButton(
                target="go" if first else f"start.{code}",
                kind="go" if first else "plain",
                icon="touch_app" if first else "translate",
                text=self.app.tr.own(code, "attract.go") if first else LANGUAGES[code],
                font_size=theme.mm((9.6 if theme.wide else 14) if first else theme.BODY - 0.6),
                height=theme.mm((25 if theme.wide else 34) if first else (18 if theme.wide else 22)),
                radius=theme.mm(5 if first else 3.2),
            )
            start.bind(on_release=lambda _, code=code: self.post(ev.LanguageChosen(code)))
            (box if first else self.ids.others).add_widget(start)

    def _next(self, _: float) -> None:
        self.slide = (self.slide + 1) % len(SLIDES)
        if self.visit is not None:
            self._tell(self.visit)

    def _tell(self, visit: Visit) -> None:
        name = tuple(SLIDES)[self.slide]
        rules = visit.rules
        quote = rules.quote(income=rules.eligibility.least_income, programmes=BASIC, occupations=(), months=1)
        facts = {"price": rupiah(quote.total)}
        title, sub = f"attract.{name}", f"attract.{name}_sub"
        if name == "price" and quote.discount_until and quote.price_after:
            sub, say = "attract.price_ends", self.app.tr._
            facts |= {
                "month": (say.short_month if theme.wide else say.month)(quote.discount_until.first_day),
                "after": rupiah(quote.price_after),
            }
        self.picture = SLIDES[name]
        self.title = self.words(title, **(facts if name == "price" else {}))
        self.sub = self.words(sub, **({k: v for k, v in facts.items() if k != "price"} if name == "price" else {}))

    def on_touch_up(self, touch: Any) -> bool:
        if super().on_touch_up(touch):
            return True
        if touch.grab_current is None and self.collide_point(*touch.pos) and "attract" in touch.ud:
            self.post(ev.Touched())
        return True

    def on_touch_down(self, touch: Any) -> bool:
        handled = super().on_touch_down(touch)
        if not handled:
            touch.ud["attract"] = True
        return True


load_kv(__file__)
