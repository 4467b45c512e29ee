"""Everything once more, each answer with its way to change it, and the sum."""

from kivy.properties import StringProperty

from kiosk.journey import Visit
from kiosk.journey import events as ev
from kiosk.journey.phone import phone_text
from kiosk.ui.widgets import load_kv
from kiosk.ui.widgets.button import Touchable
from kiosk.ui.widgets.page import Page
from kiosk.words import rupiah


class Answer(Touchable):
    """One answer; touching it goes to its question and comes back."""

    label = StringProperty("")
    value = StringProperty("")


class Check(Page):
    number = StringProperty("")
    total = StringProperty("")
    span = StringProperty("")

    def refresh(self, visit: Visit) -> None:
        self.number = visit.answers.nik.masked if visit.answers.nik else ""
        quote = visit.quote()
        self.total = rupiah(quote.total) if quote else ""
        self.span = self.words("check.months", count=visit.answers.months)
        self.ids.rows.clear_widgets()
        for step, value in self.values(visit).items():
            row = Answer(label=self.words(f"{step}.short"), value=value, target=f"change.{step}")
            row.bind(on_release=lambda _, step=step: self.post(ev.ChangeAsked(step)))
            self.ids.rows.add_widget(row)

    def values(self, visit: Visit) -> dict[str, str]:
        answers, rules = visit.answers, visit.rules
        jobs = [o.labels.get(visit.language, "") for o in rules.occupations if o.id in answers.occupations]
        full = len(answers.programmes) > len(rules.eligibility.programmes(employer=False)[0])
        return {
            "name": answers.name or "",
            "occupation": ", ".join(jobs),
            "employer": self.words("employer.yes_short" if answers.employer else "employer.no_short"),
            "income": rupiah(answers.income or 0),
            "programme": self.words("programme.full" if full else "programme.basic"),
            "phone": phone_text(answers.phone) if answers.phone else self.words("phone.none"),
        }

    def clear(self) -> None:
        self.number = self.total = self.span = ""
        for row in self.ids.rows.children:
            row.value = ""
        self.ids.rows.clear_widgets()

    def go(self) -> None:
        self.post(ev.Agreed())


load_kv(__file__)
