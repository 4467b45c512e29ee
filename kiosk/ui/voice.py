"""The voice of a visit: speaks each step in its language, cuts itself, keeps hints from nagging, can be muted."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from kiosk.journey import Visit
from kiosk.logs import Log
from kiosk.ui.ports import Speaker
from kiosk.ui.prompts import BAD, CLICK, GLAD, GOOD, SAD, Clips, prompt, spoken
from kiosk.words import Words

HINT_S = 4.0  # after anything that was said, before a hint may follow
SAME_HINT_S = 8.0  # before the same hint is said again

log = Log("voice")


class Voice:
    """`follow` after every change of the visit, `hint` as often as one likes. Never blocks, never raises for a clip."""

    def __init__(self, speaker: Speaker, clips: Clips, now: Callable[[], float] = time.monotonic) -> None:
        self.muted = False
        self._speaker, self._clips, self._now = speaker, clips, now
        self._before: Visit | None = None
        self._said: tuple[str, ...] = ()
        self._words: Words | None = None
        self._said_at = self._hint_at = float("-inf")
        self._hint = ""
        self._missing: set[str] = set()

    def follow(self, visit: Visit, words: Words) -> None:
        """Says what is new: the step, its notice, or all of it again in another language."""
        before, self._before = self._before, visit
        self._words = words
        if before is None or before.id != visit.id:
            self.muted = False
        entered = before is None or before.step != visit.step or before.id != visit.id
        if entered:
            self._said = prompt(
                words,
                visit.step,
                state=visit.standing,
                reason=visit.reason,
                cause=visit.known_cause,
                mendable=visit.mendable,
            )
            if visit.step in (*GLAD, *SAD):
                self._effect(GOOD if visit.step in GLAD else BAD)
        elif before is not None and before.language != visit.language:
            pass  # the same again, in the other language
        elif visit.notice and before is not visit:
            self._said = tuple(filter(None, (spoken(words, visit.notice),)))
            self._effect(BAD)
        else:
            return
        self._hint = ""
        self._speak(self._said)

    def say(self, *ids: str) -> None:
        """Something on the page was touched that has words of its own, such as an answer; `replay` repeats it."""
        if self._words is not None:
            self._said = tuple(filter(None, (spoken(self._words, id) for id in ids)))
            self._speak(self._said)

    def hint(self, id: str) -> None:
        """The hint that is shown now, or ""."""
        now = self._now()
        if not id or self._words is None or now - self._said_at < HINT_S:
            return
        if id == self._hint and now - self._hint_at < SAME_HINT_S:
            return
        self._hint, self._hint_at = id, now
        self._speak(tuple(filter(None, (spoken(self._words, id),))))

    def replay(self) -> None:
        """What the step said last, also when the voice is off: the trader asks for it."""
        self.muted = False
        self._speak(self._said)

    def mute(self, muted: bool) -> None:
        """For the rest of this visit."""
        self.muted = muted
        if muted:
            self._speaker.hush()
        else:
            self._speak(self._said)

    def click(self) -> None:
        self._effect(CLICK)

    def turn(self, volume: float) -> None:
        """Louder or softer, 0 … 1."""
        self._speaker.turn(volume)

    def close(self) -> None:
        self._speaker.close()

    def _effect(self, sound: Path) -> None:
        if not self.muted:
            self._speaker.effect(sound)

    def _speak(self, ids: Sequence[str]) -> None:
        if self.muted or self._words is None:
            return
        self._said_at = self._now()
        language = self._words.language
        found = [(id, self._clips.find(language, id)) for id in ids]
        for id, path in found:
            if path is None and f"{language}/{id}" not in self._missing:
                self._missing.add(f"{language}/{id}")
                log.warning("voice.clip_missing", language=language, id=id)
        self._speaker.say([path for _, path in found if path is not None])
