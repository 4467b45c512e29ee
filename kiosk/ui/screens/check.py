"""Everything once more, each answer with its way to change it, and the sum."""

import textwrap

from kivy.properties import BooleanProperty, StringProperty

from kiosk.journey import Visit
from kiosk.journey import events as ev
from kiosk.journey.phone import phone_text
from kiosk.ui import theme
from kiosk.ui.widgets import load_kv, text
from kiosk.ui.widgets.button import Touchable
from kiosk.ui.widgets.page import Page
from kiosk.words import rupiah

ICONS = {
    "name": "person",
    "occupation": "storefront",
    "employer": "groups",
    "income": "payments",
    "programme": "shield",
    "phone": "call",
    "birth": "cake",
    "married": "favorite",
    "association": "diversity_3",
}
MOST_IN_TWO = 8  # answers that two columns of a wide page hold
MOST_HIGH = 6  # answers whose label stands above the value
LONG = 22  # letters of a value that wants the label's line too, on a wide page


def two_lines(value: str) -> str:
    """What two lines of a wide page's column hold; capitals are wider."""
    return textwrap.shorten(value, 30 if value.isupper() else 38, placeholder=" …")


class Answer(Touchable):
    """One answer; touching it goes to its question and comes back."""

    icon = StringProperty("")
    label = StringProperty("")
    value = StringProperty("")
    slim = BooleanProperty(False)  # label and value in one line
    long = BooleanProperty(False)  # three lines


class Check(Page):
    number = StringProperty("")
    total = StringProperty("")
    span = StringProperty("")

    def __init__(self, step: str, **kwargs: object) -> None:
        self._rows: dict[str, Answer] = {}
        super().__init__(step, **kwargs)

    def refresh(self, visit: Visit) -> None:
        self.number = visit.answers.nik.masked if visit.answers.nik else ""
        quote = visit.quote()
        self.total = rupiah(quote.total) if quote else ""
        self.span = self.words("check.months", count=visit.answers.months)
        rows = self.ids.rows
        values = self.values(visit)
        shown = [self._row(step) for step in values]
        if shown != rows.children[::-1]:
            rows.clear_widgets()
            for row in shown:
                rows.add_widget(row)
        rows.cols = (3 if len(values) > MOST_IN_TWO else 2) if theme.wide else 1
        for step, value in values.items():
            label = self.words(f"{step}.short")
            if step == "name" and theme.wide:
                label = f"{label} · {self.number[-4:]}"
            slim = len(values) > MOST_HIGH and not theme.wide
            if step == "name" and slim:  # sixty letters want the whole line
                label = ""
            if theme.wide and (len(values) > MOST_HIGH or len(value) > LONG):
                label = ""
            row = self._row(step)
            row.label, row.value, row.slim = label, two_lines(value) if theme.wide else value, slim

    def _row(self, step: str) -> Answer:
        """Made once: what is made anew on each visit takes a frame's time and leaves something behind."""
        if step not in self._rows:
            row = Answer(icon=ICONS[step], target=f"change.{step}")
            row.bind(on_release=lambda _: self.post(ev.ChangeAsked(step)))
            self._rows[step] = row
        return self._rows[step]

    def values(self, visit: Visit) -> dict[str, str]:
        answers, rules = visit.answers, visit.rules
        jobs = [o.labels.get(visit.language, "") for o in rules.occupations if o.id in answers.occupations]
        full = len(answers.programmes) > len(rules.eligibility.programmes(employer=False)[0])
        found = rules.association(visit.association)
        asked = {
            "birth": self.app.tr._.date(answers.birth_date) if answers.birth_date else None,
            "married": self.words("married.yes_short" if answers.married else "married.no_short")
            if answers.married is not None
            else None,
            "association": (found.name if found else self.words("association.none"))
            if visit.consented("association") and answers.association is not None
            else None,
        }
        always = {
            "name": answers.name or "",
            "occupation": ", ".join(jobs),
            "employer": self.words("employer.yes_short" if answers.employer else "employer.no_short"),
            "income": rupiah(answers.income or 0),
            "programme": self.words("programme.full" if full else "programme.basic"),
            "phone": phone_text(answers.phone) if answers.phone else self.words("phone.none"),
        }
        return always | {step: value for step, value in asked.items() if value is not None}

    def clear(self) -> None:
        self.number = self.total = self.span = ""
        for row in self._rows.values():
            row.value = ""
            text.forget(row)

    def go(self) -> None:
        self.post(ev.Agreed())

    def aside(self) -> None:
        self.post(ev.QuestionsAsked())


load_kv(__file__)
