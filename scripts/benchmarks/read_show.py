"""The figures of `bench read` for people: tables on a terminal, and the one table of the README."""

import os
from typing import Any

from rich.console import Console
from rich.table import Table

Figures = dict[str, Any]
Rows = list[list[str]]

READERS = {
    "": "this kiosk",
    "rapidocr_960": "rapidocr, 960 px, no angle classifier",
    "rapidocr": "rapidocr as it comes",
    "tesseract_strip": "Tesseract, digits on a perfectly cut number",
    "tesseract_page": "Tesseract on the whole frame",
}
CODE_READERS = {"": "this kiosk", "zxing_": "zxing-cpp alone", "zbar_": "raw pyzbar loop"}
NONE = "–"


def tables_of(figures: Figures) -> None:
    console = Console()
    for title, head, rows in (_readers(figures), _code_readers(figures), _grades(figures)):
        if rows:
            table = Table(*head, title=title, title_justify="left")
            for column in table.columns[1:]:
                column.justify = "right"
            for row in rows:
                table.add_row(*row)
            console.print(table)
    for what, value in _others(figures):
        console.print(f"{what:<52} {value}", highlight=False)


def markdown(figures: Figures) -> str:
    """One table: readers of print, then readers of codes, then what else was measured, under a line that says when."""
    parts = [f"{figures['date']}, set `{figures['set']}`, {os.cpu_count()} cores, no accelerator:"]
    for _, head, rows in (_readers(figures), _code_readers(figures)):
        if rows:
            lines = [head, ["---", *["--:"] * (len(head) - 1)], *rows]
            parts.append("\n".join(f"| {' | '.join(line)} |" for line in lines))
    parts.append("\n".join(f"- {what}: {value}" for what, value in _others(figures)))
    return "\n\n".join(parts)


def _grade_names(figures: Figures) -> list[str]:
    return [
        key.removeprefix("ktp_").removesuffix("_n") for key in figures if key.startswith("ktp_") and key.endswith("_n")
    ]


def _readers(figures: Figures) -> tuple[str, list[str], Rows]:
    grades = [grade for grade in _grade_names(figures) if grade != "covered"]
    rows = []
    for peer, called in READERS.items():
        group = f"{peer}_" if peer else "ktp_"
        if peer in figures:
            rows.append([f"{called}: {figures[peer]}", *[NONE] * (len(grades) + 4)])
        elif grades and f"{group}{grades[0]}_n" in figures:
            wrong = sum(figures.get(f"{group}{grade}_wrong", 0) for grade in _grade_names(figures))
            count = sum(figures.get(f"{group}{grade}_n", 0) for grade in _grade_names(figures))
            ms = figures[f"{peer}_p50_ms" if peer else "promising_p50_ms"]
            times = figures[f"{peer}_times_ours"] if peer else 1.0
            live = f"{peer}_clips_accept" if peer else "clips_accept"
            shares = (_share(figures, f"{group}{grade}_exact") for grade in grades)
            rows.append([called, *shares, f"{wrong} of {count}", f"{ms:.0f}", f"{times:.1f}×", _pair(figures, live)])
    head = ["e-KTP, exact number", *grades, "wrong", "ms", "time", "at rest → accepted, p50 / p95 ms"]
    return "Single frames with an e-KTP", head, rows


def _code_readers(figures: Figures) -> tuple[str, list[str], Rows]:
    rows = [
        [
            called,
            _share(figures, f"{reader}codes_exact"),
            _share(figures, f"{reader}codes_rolled_exact"),
            str(figures[f"{reader}codes_wrong"] + figures[f"{reader}codes_rolled_wrong"]),
            f"{figures[f'{reader}codes_p50_ms']:.1f}",
            f"{figures[f'{reader}codes_rolled_p50_ms']:.1f}",
        ]
        for reader, called in CODE_READERS.items()
        if f"{reader}codes_n" in figures
    ]
    return "Codes", ["codes", "as they lie", "rolled 15–45°", "wrong", "ms", "ms rolled"], rows


def _grades(figures: Figures) -> tuple[str, list[str], Rows]:
    rows = []
    for group in [*(f"ktp_{grade}" for grade in _grade_names(figures)), "sequences_typical", "sequences_hard", "clips"]:
        if f"{group}_n" in figures:
            shares = [_share(figures, f"{group}_{what}") for what in ("exact", "name", "birth_date")]
            times = [_pair(figures, group), _ms(figures, f"{group}_cpu_ms")]
            rows.append([group, str(figures[f"{group}_n"]), *shares, str(figures[f"{group}_wrong"]), *times])
    return "This kiosk", ["", "n", "exact", "name", "birth date", "wrong", "p50 / p95 ms", "CPU ms"], rows


def _others(figures: Figures) -> list[tuple[str, str]]:
    told = [
        ("a frame with a card, p50 / p95 ms", _pair(figures, "promising")),
        ("… on one core", _pair(figures, "one_core")),
        ("a look at an empty counter, first, p50 / p95 ms", _pair(figures, "empty_first")),
        ("… and later ones", _pair(figures, "empty_later")),
        ("pictures of other things taken for an e-KTP", f"{figures['not_cards_accepted']} of {figures['not_cards_n']}"),
        ("loading the recogniser, s", f"{figures['load_s']:.2f}" if "load_s" in figures else NONE),
        ("memory over cv2 and numpy, MB", f"{figures['memory_mb']:.0f}" if "memory_mb" in figures else NONE),
    ]
    for grade in ("typical", "hard"):
        if f"sequences_{grade}_n" in figures:
            told.append((f"five {grade} frames, exact", _share(figures, f"sequences_{grade}_exact")))
    return [(what, value) for what, value in told if value != NONE]


def _share(figures: Figures, name: str) -> str:
    return f"{figures[name]:.0%}" if name in figures else NONE


def _ms(figures: Figures, name: str) -> str:
    return f"{figures[name]:.0f}" if name in figures else NONE


def _pair(figures: Figures, group: str) -> str:
    return (
        f"{figures[f'{group}_p50_ms']:.0f} / {figures[f'{group}_p95_ms']:.0f}" if f"{group}_p50_ms" in figures else NONE
    )
