"""What each step says aloud: a table of message ids. Nothing else can be spoken.

A clip is a file `assets/voice/<language>/<id>.ogg`, recorded beforehand. A sentence with a {placeholder} has none, so a
NIK, a name or an amount owed is never heard. `voice.<id>` is a spoken form of a sentence that is written differently,
and `voice.<step>` of all that a step says.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from kiosk.domain.outcome import State
from kiosk.journey.flow import OFFICER, TRADER
from kiosk.resources import ASSETS
from kiosk.words import Words, placeholders

VOICE = ASSETS / "voice"
SOUNDS = ASSETS / "sounds"
CLICK, GOOD, BAD = (SOUNDS / f"{name}.ogg" for name in ("click", "good", "bad"))
EFFECTS = (CLICK, GOOD, BAD)
KINDS = (".ogg", ".wav", ".flac", ".mp3")  # what the mixer of Kivy's wheel decodes without a system package; not opus

# The ids that a step says where they are not its title and the sentence under it. () is silence: nobody may be there.
STEPS: Mapping[str, tuple[str, ...]] = {
    "attract": (),
    "closed": (),
    "consent": (
        "consent.title",
        "consent.controller",
        "consent.registration",
        "consent.registration_sub",
        "consent.association",
        "consent.association_sub",
        "consent.reminders",
        "consent.reminders_sub",
        "voice.consent.how",
    ),
    "understand": ("understand.jkk.title",),  # the pictures after it speak when they are turned to
    "enrolled": ("enrolled.{state}.title", "enrolled.{state}"),
    "sorry": ("sorry.{reason}.title", "sorry.{reason}.do"),
}
REFUSED = ("enrolled.refused", "refused.{cause}", "refused.{cause}.do")
MEND = "voice.refused.mend"  # after a cause that the trader can mend
TOUCHED = ("scan.absent_sub", "questions.discount.none")  # said by a touch or a device, not by a step's beginning
FAMILIES = ("hint.", "enrolled.", "refused.", "sorry.", "voice.")  # prefixes of ids that are said as the visit goes
GLAD = ("confirm", "receipt")  # a card was read, an enrolment was kept
SAD = ("sorry",)


def speakable(words: Words, id: str) -> bool:
    return id in words and not placeholders(words(id))


def spoken(words: Words, id: str) -> str:
    """The id whose clip says the sentence `id`: its spoken form where it has one; "" when it cannot be spoken."""
    form = f"voice.{id}"
    return form if speakable(words, form) else id if speakable(words, id) else ""


def prompt(
    words: Words, step: str, *, state: str = "", reason: str = "", cause: str = "", mendable: bool = False
) -> tuple[str, ...]:
    """The ids of the clips that a step says. `reason` is that of *sorry*, `cause` that of a refused enrolment."""
    if step in OFFICER:  # who works here reads
        return ()
    if step not in STEPS and speakable(words, f"voice.{step}"):
        return (f"voice.{step}",)
    ids = STEPS.get(step, (f"{step}.title", f"{step}.sub"))
    if step == "enrolled" and state == State.REFUSED:
        ids = (*REFUSED, MEND) if mendable else REFUSED
    said = []
    for id in ids:
        exact = cause if "{cause}" in id else reason
        forms = (spoken(words, id.format(state=state, reason=r, cause=r)) for r in _causes(exact))
        said.append(next(filter(None, forms), ""))
    return tuple(id for id in said if id)


def _causes(reason: str) -> Iterator[str]:
    """From the exact cause to the general: `store.full`, `store`, `other`."""
    while reason:
        yield reason
        reason = reason.rpartition(".")[0]
    yield "other"


def every_clip(words: Words) -> frozenset[str]:
    """Every id that can be spoken in this language: what `scripts/make-voice` makes, and what a person records."""
    ids = {id for step in TRADER for id in prompt(words, step)}
    ids |= {spoken(words, id) for id in (*TOUCHED, *filter(comes_up, words.ids))}
    return frozenset(id for id in ids if id and f"voice.{id}" not in words)


def comes_up(id: str) -> bool:
    """Whether something that happens in a visit says this sentence, so that it must have a spoken form."""
    answer = id.startswith("questions.") and id.endswith(".answer")
    notice = ".notice." in id and id.partition(".")[0] not in OFFICER
    return id.startswith(FAMILIES) or answer or notice


class Clips:
    """The clips of all languages, found once. A recorded voice replaces a made one by a file of the same name."""

    def __init__(self, languages: Iterable[str], folder: Path = VOICE) -> None:
        self._files = {
            (language, path.stem): path
            for language in languages
            for kind in reversed(KINDS)  # where an id has two files, the first kind wins
            for path in (folder / language).glob(f"*{kind}")
        }

    def find(self, language: str, id: str) -> Path | None:
        return self._files.get((language, id))
