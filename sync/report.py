"""`kiosk-sync status`: how far the carriage is, on one screen and as JSON."""

import dataclasses
from datetime import tzinfo
from typing import Any

from kiosk import standing_words
from kiosk.domain.standing import Standing
from kiosk.words import Words

_COLOURS = {"ok": "green", "warn": "yellow", "alarm": "red", "stop": "bold red"}
_MARKS = {"ok": "●", "warn": "▲", "alarm": "▲", "stop": "■"}


def status_json(now: Standing) -> dict[str, Any]:
    return dataclasses.asdict(now)


def status_screen(now: Standing, words: Words, zone: tzinfo, *, colour: bool = False) -> str:
    """One screen: a sentence on how it stands, then `label  value` lines. With `colour` as rich markup."""
    level = standing_words.level(now)
    head = f"{_MARKS[level]} {standing_words.headline(now, words)}"
    lines = standing_words.lines(now, words, zone)
    width = max(len(label) for label, _ in lines)
    told = [f"  {label:<{width}}  {value}" for label, value in lines]
    return "\n".join([f"[{_COLOURS[level]}]{head}[/]" if colour else head, "", *told])
