"""The console speaks both languages completely, and every sentence that the code asks for is there."""

import re

from kiosk import words
from sync.central.console.accounts import Role
from sync.central.console.audit import DEEDS
from sync.central.console.pages import HERE, LANGUAGES, NAVIGATION

SAID = [words.load(language, HERE / "words") for language in LANGUAGES]


def asked() -> set[str]:
    found = set()
    for path in HERE.glob("**/*"):
        if path.suffix in (".py", ".html"):
            text = path.read_text(encoding="utf-8")
            found |= set(re.findall(r"""\b(?:w|said|of\(request\))\(\s*["']([a-z_]+\.[a-z_.]+)["']""", text))
            found |= {f"refused.{id}" for id in re.findall(r'Refused\("(\w+)"', text)}
    found |= {f"deed.{deed}" for deed in DEEDS} | {f"role.{role}" for role in Role}
    return found | {word for _, word, _ in NAVIGATION}


def test_both_have_the_same_sentences():
    first, second = SAID
    assert first.ids == second.ids
    for id in first.ids:
        assert words.placeholders(first(id)) == words.placeholders(second(id)), id


def test_every_sentence_that_is_asked_for_is_there():
    missing = {id for id in asked() if not id.endswith(".") and id not in SAID[0]}
    assert not missing


def test_no_template_has_anything_inline():
    for path in [*HERE.glob("templates/*.html"), *HERE.glob("static/*.svg")]:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:|hx-on|<script(?! src)|\|\s*safe", text), (
            path.name
        )
