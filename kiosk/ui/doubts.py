"""Answers to common doubts, with true figures for this trader on this day. No Kivy here."""

from kiosk.domain.tariff import BASIC, Month, Programme
from kiosk.journey import Visit
from kiosk.words import Words, rupiah

DAYS = 30  # "a day" is the month's price by this, rounded up: never said cheaper than it is


def answer(say: Words, visit: Visit, doubt: str) -> str:
    """The sentence for this trader on this day."""
    rules, employer = visit.rules, bool(visit.answers.employer)
    benefits = rules.benefits
    lowest = rules.eligibility.least_income
    occupations = visit.answers.occupations
    basic = rules.quote(income=lowest, programmes=BASIC, occupations=occupations, months=1)
    least = rules.quote(
        income=lowest, programmes=visit.programme_choices()[0], occupations=occupations, months=1
    )  # what this trader may pay at least: an employer saves too
    cut = rules.tariff.discount_percent(rules.sector(occupations), Month.of(rules.today))
    facts = {
        "price": rupiah(least.total if doubt in ("expensive", "not_three") else basic.total),
        "day": rupiah(-(-least.total // DAYS)),
        "after": rupiah(basic.price_after or 0),
        "month": say.month(basic.discount_until.first_day) if basic.discount_until else "",
        "percent": 100 - cut.get(Programme.JKK, 100),
        "jkm": say.millions(benefits.jkm_full),
        "before": say.millions(benefits.jkm_before),
        "months": benefits.unpaid_months_rest if doubt == "irregular" else benefits.jkm_full_after_months,
        "days": benefits.card_days,
        "call": benefits.call_centre,
        "branch": visit.context.branch,
    }
    if doubt == "cheapest" and not basic.discount_until:
        return say("questions.cheapest.plain", **facts)
    if doubt == "discount" and not cut:
        return say("questions.discount.none")
    if doubt == "not_three" and employer:
        return say("questions.not_three.employer", **facts)
    return say(f"questions.{doubt}.answer", **facts)
