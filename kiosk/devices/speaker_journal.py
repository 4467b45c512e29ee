"""A loudspeaker that writes down what it would play: for demonstrations, tests and machines without sound."""

import json
from collections.abc import Sequence
from pathlib import Path

from kiosk.devices.speaker import State
from kiosk.domain.errors import DeviceError


class JournalSpeaker:
    """Satisfies `ui.ports.Speaker`. Keeps what was said in memory, and in a file of JSON lines when it is given one."""

    state: State = "ok"

    def __init__(self, source: str = "") -> None:
        """Raises DeviceError `speaker.journal` when the file cannot be written."""
        self.said: list[tuple[str, ...]] = []  # prompts as "language/message id"; () is a cut
        self.effects: list[str] = []
        self.state: State = "ok"
        self._path = Path(source) if source else None
        self._write({"begin": True})

    def say(self, clips: Sequence[Path]) -> None:
        self.said.append(tuple(f"{clip.parent.name}/{clip.stem}" for clip in clips))
        self._write({"say": self.said[-1]})

    def effect(self, sound: Path) -> None:
        self.effects.append(sound.stem)
        self._write({"effect": sound.stem})

    def turn(self, volume: float) -> None:
        """Nothing to hear."""

    def hush(self) -> None:
        self.say(())

    def close(self) -> None:
        """Nothing to end."""

    def _write(self, line: dict[str, object]) -> None:
        if self._path is None:
            return
        try:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")
        except OSError:
            raise DeviceError("speaker.journal", file=self._path.name) from None
