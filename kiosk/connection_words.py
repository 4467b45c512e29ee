"""What the connection test has found, in words: the same on the officer's page and in `kiosk-sync test`."""

from collections.abc import Mapping
from typing import Any

from kiosk.domain.connection import Outcome, Tested
from kiosk.standing_words import span
from kiosk.words import Words


def title(step: str, words: Words) -> str:
    return words(f"connection.step.{step}")


def sentence(tested: Tested, words: Words) -> str:
    """What was found; of a failure what happened and what to do."""
    facts = dict(tested.facts)
    if "span" in facts:
        facts["span"] = span(facts["span"], words)
    if tested.outcome is Outcome.FAILED:
        return f"{words(f'error.{tested.said}', **facts)} {words(f'cure.{tested.said}', **facts)}"
    return words(tested.said, **facts)


def tested_of(table: Mapping[str, Any]) -> Tested:
    """From what `dataclasses.asdict` has made of one."""
    return Tested(table["step"], Outcome(table["outcome"]), table["said"], table["facts"])
