"""Every sentence in every language, with the same placeholders. Needs no display."""

import ast
import re
from datetime import date
from pathlib import Path

import pytest

from kiosk import tables
from kiosk.journey.flow import OFFICER, TRADER, Stage
from kiosk.resources import ASSETS
from kiosk.words import load, placeholders

UI = Path(__file__).parents[2] / "kiosk" / "ui"
LANGUAGES = ("id", "jv", "en")


def sentences(language: str) -> dict[str, str]:
    return load(language)._sentences


def test_same_ids_and_placeholders() -> None:
    one, *others = (sentences(language) for language in LANGUAGES)
    for other in others:
        assert set(one) == set(other)
        assert {id for id in one if placeholders(one[id]) != placeholders(other[id])} == set()


def test_every_id_that_a_screen_uses_has_a_sentence() -> None:
    used = set()
    for path in UI.rglob("*.kv"):
        used |= set(re.findall(r"tr\._\('([a-z_0-9.]+)'[,)]", path.read_text()))
    for path in UI.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            asks = isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "words"
            if asks and node.args and isinstance(node.args[0], ast.Constant):
                used.add(node.args[0].value)
    assert len(used) > 60
    assert used - set(sentences("id")) == set()


def test_every_notice_and_reason_of_the_journey_has_a_sentence() -> None:
    known = sentences("id")
    deeds = (UI.parent / "journey" / "deeds.py").read_text()
    notices = set(re.findall(r'"([a-z]+\.notice\.[a-z_]+)"', deeds))
    notices |= {f"nik.notice.{reason}" for reason in ("not_digits", "length", "all_equal", "serial", "birth_date")}
    notices |= {f"scan.notice.{kind}" for kind in ("link", "kesehatan", "unknown")}
    notices |= {f"hint.{h}" for h in ["closer", "hold_still", "too_dark", "glare", "no_card", "not_ktp", "unreadable"]}
    notices |= {
        f"sorry.{r}.{part}"
        for r in ("consent_refused", "too_old", "too_young", "crashed", "store", "other")
        for part in ("title", "do")
    }
    notices |= {f"stage.{stage}" for stage in Stage if stage not in (Stage.OUTSIDE, Stage.OFFICER)}
    assert notices - set(known) == set()


@pytest.mark.parametrize("step", TRADER)
def test_every_step_has_its_screen(step: str) -> None:
    assert (UI / "screens" / f"{step}.py").is_file()
    assert (UI / "screens" / f"{step}.kv").is_file()


@pytest.mark.parametrize("step", OFFICER)
def test_every_officers_step_has_its_screen(step: str) -> None:
    assert (UI / "officer" / f"{step}.py").is_file()
    assert (UI / "officer" / f"{step}.kv").is_file()


def test_the_receipt_promises_nothing() -> None:
    said = " ".join(text for id, text in sentences("id").items() if id.startswith(("receipt.", "enrolled."))).lower()
    assert "sudah terlindungi" not in said
    assert "kpj" not in said
    assert "nomor peserta" not in said


def test_the_icons_of_the_pages_are_in_the_font() -> None:
    names = {line.split()[0] for line in (ASSETS / "icons" / "names.txt").read_text().splitlines() if line}
    used = set()
    for path in UI.rglob("*.kv"):
        used |= set(re.findall(r"icon: '([a-z_0-9]+)'", path.read_text()))
    from kiosk.ui.pictograms import OCCUPATIONS

    assert (used | set(OCCUPATIONS.values())) - names == set()


def test_javanese_waits_for_a_native_speaker_and_is_shown_all_the_same() -> None:
    text = (ASSETS / "words" / "jv.po").read_text(encoding="utf-8")
    assert "eview by a native speaker" in text.splitlines()[0]
    assert "#, fuzzy" in text
    assert load("jv")("go.next") == "Lajeng"


def test_money_and_dates_in_javanese_are_as_in_indonesian() -> None:
    day = date(2026, 8, 17)
    assert load("jv").date(day) == load("id").date(day) == "17 Agustus 2026"
    assert load("jv").month(day) == load("id").month(day)
    assert all(occupation.labels["jv"] for occupation in tables.rules(day).occupations)
