"""Every sentence that the carriage may say exists in every shipped language, with the same facts in it."""

import re
from pathlib import Path

import pytest

import kiosk.store
import sync
from kiosk import standing_words
from kiosk.words import load, placeholders

SOURCES = "\n".join(path.read_text(encoding="utf-8") for path in Path(sync.__file__).parent.rglob("*.py"))
STORE = "\n".join(path.read_text(encoding="utf-8") for path in Path(kiosk.store.__file__).parent.glob("*.py"))
RAISED = set(re.findall(r'(?:Error|Refused)\(\s*"((?:central|sync|command)\.[a-z_]+)"', SOURCES))
STANDING = Path(standing_words.__file__).read_text(encoding="utf-8")
SAID = set(re.findall(r'words\("(sync\.[a-z_.]+|central\.[a-z_]+)"', SOURCES + STANDING))
TO_KIOSKS = {"central.kiosk_unknown", "central.kiosk_revoked", "central.code_unknown", "central.code_used"}  # HTTP only
KIOSK = "\n".join(path.read_text(encoding="utf-8") for path in Path(sync.__file__).parent.glob("*.py"))
DEEDS = set(re.findall(r'kind="([a-z]+)"', KIOSK + STORE)) - {"round", "enrolment", "act"}
RECORD_CAUSES = ("damaged", "kiosk", "signature", "conflict", "fork", "chain")


@pytest.mark.parametrize("language", ["id", "jv", "en"])
def test_every_error_has_a_sentence_and_a_cure(language):
    words = load(language)
    assert len(RAISED) > 10
    missing = {id for id in RAISED - TO_KIOSKS if f"error.{id}" not in words or f"cure.{id}" not in words}
    assert not missing


@pytest.mark.parametrize("language", ["id", "jv", "en"])
def test_every_label_and_cause_has_its_words(language):
    words = load(language)
    labels = re.findall(r'yield "([a-z]+)",', STANDING)
    assert len(labels) > 8
    assert {"quarantine", "rescue", "purge"} <= DEEDS
    ids = (
        {f"sync.deed.{deed}" for deed in DEEDS}
        | SAID
        | {f"sync.label.{label}" for label in labels}
        | {f"error.sync.{cause}" for cause in RECORD_CAUSES}
    )
    assert not {id for id in ids if id not in words}


@pytest.mark.parametrize(
    "id", sorted(SAID | {f"{kind}.{id}" for kind in ("error", "cure") for id in RAISED - TO_KIOSKS})
)
def test_the_languages_hold_the_same_facts(id):
    assert placeholders(load("id")(id)) == placeholders(load("en")(id))
