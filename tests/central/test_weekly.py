"""The branch's week on paper: the figures of the console, read out of the PDF again."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pypdfium2
import pytest

from kiosk import tables, words
from sync.central import figures, tallies, weekly
from sync.central.__main__ import main
from sync.central.console.standing import Limits
from sync.central.database import Database
from sync.central.provisioning import add_kiosk
from sync.central.tallies import WEEK_MS

from .conftest import BOTH

NOW_MS = 1_795_312_800_000
ZONE = ZoneInfo("Asia/Jakarta")
LIMITS = Limits(silent_ms=3 * 86_400_000)
HEAD = "market,branch,traders,valid_from,valid_until,source,before,association\n"


@pytest.fixture
def filled(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "targets.csv").write_text(
        HEAD + "Pasar Gede Hardjonagoro,Surakarta,900,2026-01-01,2026-12-31,x,,\n"
        ",Surakarta,28000,2026-01-01,2026-12-31,x,6000,\n"
    )
    monkeypatch.setattr(tables, "_preferred", tmp_path)
    tables._forget()
    for n in range(24):
        market = ("Pasar Gede Hardjonagoro", "Pasar Klewer", "Pasar Legi")[n % 3] if n < 9 else f"Pasar Contoh {n}"
        add_kiosk(database, f"k-{n:02}", "Surakarta", market)
        with database.write() as connection:
            figures.place(connection, f"k-{n:02}", "Surakarta" if n < 20 else "Sukoharjo")
            for week in range(30):
                number = 9 + (week * 7 + n) % 11
                tallies.add(connection, f"k-{n:02}", NOW_MS - week * WEEK_MS, enrolled=number, accepted=number - 1)
    yield
    tables._forget()


def text(raw: bytes) -> str:
    """Of its one page."""
    (page,) = pypdfium2.PdfDocument(raw)
    return str(page.get_textpage().get_text_range())


@BOTH
@pytest.mark.parametrize("language", ["id", "jv", "en"])
def test_one_page_with_the_figures_of_the_console(database: Database, filled: None, language: str) -> None:
    told = weekly.of(database, NOW_MS, ZONE, LIMITS, "Surakarta")
    said = text(weekly.sheet(told, words.load(language)))
    whole = told.whole
    assert (whole.target, whole.before) == (28_000, 6000)
    dot = "," if language == "en" else "."
    assert f"{whole.reached:,}".replace(",", dot) in said
    assert f"28{dot}000" in said
    assert "Pasar Gede Hardjonagoro" in said
    assert "Pasar Contoh 23" not in said  # of another branch
    assert f"{whole.low:,}".replace(",", dot) in said
    assert words.load(language)(f"target.look.{whole.look}") in said


@BOTH
def test_all_branches_together(database: Database, filled: None) -> None:
    told = weekly.of(database, NOW_MS, ZONE, LIMITS)
    assert (told.kiosks, told.branch) == (24, "")
    assert told.whole.enrolled == sum(9 + (week * 7 + n) % 11 for n in range(24) for week in range(30))
    assert "Pasar Contoh" in text(weekly.sheet(told, words.load("id")))


def test_an_empty_centre_has_a_report_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--home", str(tmp_path), "init"]) == 0
    assert main(["--home", str(tmp_path), "add-kiosk", "K"]) == 0
    path = tmp_path / "minggu.pdf"
    assert main(["--home", str(tmp_path), "target", "--pdf", str(path)]) == 0
    assert path.stat().st_mode & 0o777 == 0o600
    assert "minggu.pdf" in capsys.readouterr().err
    assert "0" in text(path.read_bytes())
    assert main(["--home", str(tmp_path), "target", "--pdf", str(tmp_path / "no" / "x.pdf")]) == 1
