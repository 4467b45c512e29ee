"""The ledger of what a kiosk holds: adds up whatever comes, and is not led astray by a clock that jumps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain import stock
from kiosk.domain.act import Act, KeptAct, Kind
from kiosk.domain.stock import DAY_MS, DrawnBy, Item, Ledger, Unit, entry_of

NOW = 1_795_312_800_000
NAMES = {"id": "x", "jv": "x", "en": "x"}
PAPER = Item("paper", NAMES, Unit.MM, 30_000, NAMES, DrawnBy.PRINTER, 3, 6_000, "x")
CARDS = Item("cards", NAMES, Unit.PIECE, 100, NAMES, DrawnBy.HAND, 5, 20, "x")


class Book:
    """Entries one after the other, `days` before NOW."""

    def __init__(self) -> None:
        self.ledger = Ledger()
        self.seq = 0

    def put(self, act: Act, days: float) -> None:
        self.seq += 1
        self.ledger.add(KeptAct(self.seq, NOW - int(days * DAY_MS), act))

    def restock(self, item: Item, amount: int, days: float) -> None:
        self.put(stock.restocked(item.id, "0417", self.ledger.count(item.id), amount), days)

    def count(self, item: Item, counted: int, days: float) -> None:
        self.put(stock.corrected(item.id, "0417", self.ledger.count(item.id), counted), days)

    def draw(self, item: Item, amount: int, days: float) -> None:
        self.put(stock.drawn(item.id, self.ledger.count(item.id), amount), days)


def test_what_was_put_in_less_what_was_drawn() -> None:
    book = Book()
    book.restock(PAPER, 60_000, 10)
    for day in range(9, -1, -1):
        book.draw(PAPER, 3_000, day)
    stand = book.ledger.stand(PAPER, NOW, drawn=1_000)
    assert (stand.count, stand.known) == (29_000, True)
    assert stand.per_day == pytest.approx(3_100)
    assert stand.days_left == 9
    assert not stand.low


def test_a_wrong_count_is_corrected_and_what_was_said_before_stays() -> None:
    act = stock.corrected("paper", "0417", 52_300, 30_000)
    assert act.facts == {"item": "paper", "amount": -22_300, "before": 52_300, "after": 30_000}
    book = Book()
    book.restock(PAPER, 52_300, 2)
    book.put(act, 1)
    stand = book.ledger.stand(PAPER, NOW)
    assert (stand.count, stand.per_day) == (30_000, None)  # what the printer took is measured, so this was no use


def test_more_used_than_was_entered_is_shown_as_nothing_and_kept_as_it_is() -> None:
    book = Book()
    book.draw(PAPER, 1_300, 1)
    stand = book.ledger.stand(PAPER, NOW)
    assert (stand.count, stand.shown, stand.known, stand.low) == (-1_300, 0, False, False)
    book.restock(PAPER, 30_000, 0)
    assert book.ledger.count("paper") == 28_700
    book.draw(PAPER, 28_800, 0)
    stand = book.ledger.stand(PAPER, NOW)
    assert (stand.count, stand.shown, stand.low, stand.empty) == (-100, 0, True, True)


def test_low_by_amount_or_by_days() -> None:
    book = Book()
    book.restock(PAPER, 6_000, 20)
    assert book.ledger.stand(PAPER, NOW).low
    book.restock(PAPER, 24_000, 20)
    assert not book.ledger.stand(PAPER, NOW).low
    for day in range(14):
        book.draw(PAPER, 1_500, 13.5 - day)
    stand = book.ledger.stand(PAPER, NOW)
    assert (stand.count, stand.days_left, stand.low) == (9_000, 6, False)
    book.draw(PAPER, 2_500, 0)
    stand = book.ledger.stand(PAPER, NOW, drawn=500)
    assert (stand.count, stand.days_left, stand.low) == (6_000, 3, True)


def test_what_is_handed_out_is_known_by_counting_and_spread_over_the_days_before() -> None:
    book = Book()
    book.restock(CARDS, 200, 28)
    book.count(CARDS, 144, 0)
    stand = book.ledger.stand(CARDS, NOW)
    assert stand.per_day == pytest.approx(2)
    assert stand.days_left == 72
    book.restock(CARDS, -100, 0)  # carried on to another kiosk: no use
    assert book.ledger.stand(CARDS, NOW).per_day == pytest.approx(2)
    book.count(CARDS, 60, 0)  # found again: no use either
    assert book.ledger.stand(CARDS, NOW).per_day == pytest.approx(2)


def test_a_clock_that_jumps_changes_no_count_and_not_the_use() -> None:
    book = Book()
    book.restock(PAPER, 90_000, 10)
    book.draw(PAPER, 2_000, 5)
    book.draw(PAPER, 7_000, -400)  # a year ahead …
    book.draw(PAPER, 7_000, 20_780)  # … and 1970
    book.draw(PAPER, 2_000, 4)
    stand = book.ledger.stand(PAPER, NOW)
    assert stand.count == 72_000
    assert stand.per_day == pytest.approx(400)
    for wrong in (0, NOW + 400 * DAY_MS):
        there = book.ledger.stand(PAPER, wrong)
        assert (there.count, there.low) == (72_000, False)


def test_an_entry_that_begins_elsewhere_is_believed_and_told() -> None:
    book = Book()
    book.restock(PAPER, 30_000, 3)
    book.put(stock.drawn("paper", 90_000, 1_000), 2)  # two restocks in between are lost
    assert (book.ledger.count("paper"), book.ledger.breaks) == (89_000, 1)


@pytest.mark.parametrize(
    "act",
    [
        Act(Kind.ENTERED, "0417"),
        Act(Kind.RESTOCKED, "0417", {"item": "paper", "amount": 1, "before": 0, "after": 2}),
        Act(Kind.DRAWN, "", {"item": "paper", "amount": 1, "before": 0, "after": 1}),
        Act(Kind.CORRECTED, "", {"item": "", "amount": 1, "before": 0, "after": 1}),
        Act(Kind.CORRECTED, "", {"item": "paper", "amount": "1", "before": 0, "after": 1}),
        Act(Kind.CORRECTED, "", {"amount": 1, "before": 0, "after": 1}),
        Act(Kind.TESTED, "", {"item": "paper", "amount": 1, "before": 0, "after": 1}),
    ],
)
def test_what_is_no_entry_changes_nothing(act: Act) -> None:
    ledger = Ledger()
    ledger.add(KeptAct(1, NOW, act))
    assert (entry_of(KeptAct(1, NOW, act)), ledger.items, ledger.breaks) == (None, (), 0)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["restock", "count", "draw"]),
            st.integers(0, 10**6),
            st.one_of(st.floats(-1, 30), st.integers(-30_000, 30_000)),
        ),
        max_size=30,
    ),
    st.integers(0, 2**42),
)
def test_whatever_is_entered_it_adds_up_and_can_be_shown(entries: list[tuple[str, int, float]], now_ms: int) -> None:
    book, count = Book(), 0
    for deed, amount, days in entries:
        getattr(book, deed)(PAPER, amount, days)
        count = {"restock": count + amount, "count": amount, "draw": count - amount}[deed]
    for now in (NOW, now_ms):
        stand = book.ledger.stand(PAPER, now, drawn=7)
        assert (stand.count, book.ledger.breaks) == (count - 7, 0)
        assert stand.per_day is not None
        assert stand.per_day > 0
        assert stand.days_left is not None
        assert stand.days_left >= 0
        assert 0 <= stand.shown == max(count - 7, 0)
