"""Amounts as people read them, and the table that says what a kiosk holds."""

from pathlib import Path

import pytest

from kiosk import amounts, tables, words
from kiosk.domain import stock
from kiosk.domain.act import Act, Kind
from kiosk.domain.errors import SettingsError
from kiosk.resources import CONFIG

PAPER, CARDS, BROCHURES = tables.stock_items()
INDONESIAN, ENGLISH = words.load("id"), words.load("en")


def test_rolls_metres_and_pieces() -> None:
    told = [amounts.amount(PAPER, mm, INDONESIAN) for mm in (126_000, 30_000, 29_400, 6_437, 0)]
    assert told == [part.replace(" ", "\u00a0") for part in ("4,2 rol", "1 rol", "29,4 m", "6,4 m", "0 m")]
    assert amounts.amount(PAPER, 126_000, ENGLISH) == "4.2\u00a0roll"
    assert amounts.amount(CARDS, 1_140, INDONESIAN) == "1.140\u00a0lembar"
    assert [amounts.signed(CARDS, n, INDONESIAN) for n in (100, -12, 0)] == [
        "+100\u00a0lembar", "\u221212\u00a0lembar", "0\u00a0lembar",
    ]  # fmt: skip


@pytest.mark.parametrize("language", ["id", "jv", "en"])
def test_every_entry_is_a_sentence(language: str) -> None:
    known = words.load(language)
    entries = (
        stock.restocked("paper", "0417", 500, 30_000),
        stock.corrected("cards", "0417", 140, 128),
        stock.drawn("paper", 3_000, 6_400),
    )
    for act in entries:
        told = amounts.in_words(act, tables.stock_items(), known)
        sentence = known(f"act.{told.kind}", **told.facts)
        item = PAPER if act.facts["item"] == "paper" else CARDS
        assert item.labels[language] in sentence
        assert "{" not in sentence
    assert "\u221212" in known("act.corrected", **amounts.in_words(entries[1], tables.stock_items(), known).facts)
    drawn = amounts.in_words(entries[2], tables.stock_items(), known)
    assert str(drawn.facts["after"]).startswith("0")  # a minus can be in the ledger, not in a drawer


def test_what_no_table_knows_is_told_as_it_is() -> None:
    for act in (stock.restocked("pens", "0417", 0, 3), Act(Kind.LEFT, "0417", {"item": "paper"})):
        assert amounts.in_words(act, tables.stock_items(), ENGLISH) is act
    assert ENGLISH("act.restocked", **stock.restocked("pens", "0417", 0, 3).facts)


@pytest.mark.parametrize(
    ("column", "wrong"),
    [
        ("unit", "metre"),
        ("pack", "0"),
        ("pack", "x"),
        ("id", "../x"),
        ("label_jv", ""),
        ("drawn_by", ""),
        ("low_days", "-1"),
    ],
)
def test_a_row_that_cannot_be_is_named(tmp_path: Path, column: str, wrong: str) -> None:
    header, *rows = (CONFIG / "stock.csv").read_text(encoding="utf-8").splitlines()
    cells = rows[0].split(",")
    cells[header.split(",").index(column)] = wrong
    (tmp_path / "stock.csv").write_text("\n".join([header, ",".join(cells), *rows[1:]]), encoding="utf-8")
    with pytest.raises(SettingsError) as error:
        tables.stock_items(tmp_path)
    assert (error.value.id, error.value.facts) == ("table.row", {"file": "stock.csv", "line": 2})
