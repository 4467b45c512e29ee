"""What happens to the family if …: three pictures with true figures, before any price. One tap passes them all by."""

from dataclasses import dataclass

from kivy.properties import BooleanProperty, NumericProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from kiosk.domain.benefits import Benefits
from kiosk.journey import Visit
from kiosk.journey import events as ev
from kiosk.ui import theme
from kiosk.ui.widgets import load_kv
from kiosk.ui.widgets.page import Page
from kiosk.words import Words


@dataclass(frozen=True, slots=True)
class Panel:
    """One picture: its title's id, and what stands beside it as (icon, figure, condition)."""

    picture: str
    title: str
    facts: tuple[tuple[str, str, str], ...]


def panels(say: Words, benefits: Benefits, base: int) -> tuple[Panel, ...]:
    """The three programmes in the words of one language, for a trader with this base."""
    school = {"children": benefits.scholarship_children, "years": benefits.scholarship_years}
    months = benefits.jkm_full_after_months
    care = (("local_hospital", say("understand.jkk.care"), say("understand.jkk.care_sub")),)
    return (
        Panel(
            "accident",
            "understand.jkk.title",
            (
                *(care if benefits.jkk_care_unlimited else ()),
                (
                    "family_restroom",
                    say.millions(benefits.work_death(base)),
                    say("understand.jkk.death_sub", times=benefits.jkk_death_times_base),
                ),
                ("school", say("understand.jkk.school", **school), say("understand.jkk.school_sub")),
            ),
        ),
        Panel(
            "family",
            "understand.jkm.title",
            (
                ("family_restroom", say.millions(benefits.jkm_full), say("understand.jkm.full_sub", months=months)),
                ("hourglass_empty", say.millions(benefits.jkm_before), say("understand.jkm.before_sub")),
                ("school", say.millions(benefits.scholarship_most), say("understand.jkm.school_sub", **school)),
            ),
        ),
        Panel(
            "old-age",
            "understand.jht.title",
            (
                ("savings", say("understand.jht.own"), say("understand.jht.own_sub")),
                ("elderly", say("understand.jht.age", age=benefits.jht_age), say("understand.jht.age_sub")),
                ("family_restroom", say("understand.jht.heirs"), say("understand.jht.heirs_sub")),
            ),
        ),
    )


class Benefit(BoxLayout):
    """Icon, figure, condition."""

    icon = StringProperty("")
    figure = StringProperty("")
    condition = StringProperty("")


class Dot(BoxLayout):
    """Which picture of how many."""

    here = BooleanProperty(False)


class Understand(Page):
    at = NumericProperty(0)
    picture = StringProperty("")
    title = StringProperty("")

    def on_kv_post(self, base: Widget) -> None:
        super().on_kv_post(base)
        if not theme.wide:  # picture, words, and then the way to the next picture
            for part in (self.ids.place, self.ids.turn):
                self.ids.seen.remove_widget(part)
                self.ids.told.add_widget(part)

    def begin(self, visit: Visit) -> None:
        self.at = 0

    def refresh(self, visit: Visit) -> None:
        base = visit.rules.quote(
            income=visit.answers.income or visit.rules.eligibility.least_income,
            programmes=visit.programme_choices()[0],
            occupations=visit.answers.occupations,
            months=1,
        ).base
        all_of_them = panels(self.app.tr._, visit.rules.benefits, base)
        panel = all_of_them[self.at]
        self.picture, self.title = theme.picture(panel.picture), self.words(panel.title)
        self.ids.facts.clear_widgets()
        for icon, figure, condition in panel.facts:
            self.ids.facts.add_widget(Benefit(icon=icon, figure=figure, condition=condition))
        self.ids.dots.clear_widgets()
        for place in range(len(all_of_them)):
            self.ids.dots.add_widget(Dot(here=place == self.at))

    def turn(self) -> None:
        """The next picture, after the last the first again."""
        if self.visit is not None:
            self.at = (self.at + 1) % 3
            self.refresh(self.visit)
            self.app.voice.say(("understand.jkk.title", "understand.jkm.title", "understand.jht.title")[self.at])

    def clear(self) -> None:
        self.at = 0
        self.ids.facts.clear_widgets()

    def go(self) -> None:
        self.post(ev.Understood())

    def aside(self) -> None:
        self.post(ev.QuestionsAsked())


load_kv(__file__)
