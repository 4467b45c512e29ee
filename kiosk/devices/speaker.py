"""The loudspeaker. `[devices] speaker` names the driver; a worker owns the thread: no frame waits for a clip."""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal, Protocol

from kiosk.devices.worker import Loop
from kiosk.domain.errors import DeviceError
from kiosk.logs import Log

State = Literal["off", "ok", "absent"]

GAP_S: Final = 0.25  # of silence between two clips of one prompt
POLL_S: Final = 0.05  # how often a driver is asked whether its clip has ended

log = Log("speaker")


class Player(Protocol):
    """A driver. Called in the worker's thread only; a call may take as long as opening a file takes."""

    def open(self, effects: Sequence[Path]) -> None:
        """Makes the device and these short sounds ready. Raises DeviceError `speaker.absent`."""
        ...

    def play(self, clip: Path) -> bool:
        """Begins a clip in place of the one before; False when it cannot be played."""
        ...

    def playing(self) -> bool: ...

    def stop(self) -> None: ...

    def effect(self, sound: Path) -> None:
        """A short sound over whatever is being said."""
        ...

    def turn(self, volume: float) -> None:
        """0 … 1, for what begins from now on. Called on any thread."""
        ...


class NoSpeaker:
    """For `speaker = "none"`. Satisfies `ui.ports.Speaker`."""

    def __init__(self) -> None:
        self.state: State = "off"

    def say(self, clips: Sequence[Path]) -> None:
        """Nobody speaks."""

    def effect(self, sound: Path) -> None:
        """Nothing sounds."""

    def hush(self) -> None:
        """Nothing to cut."""

    def turn(self, volume: float) -> None:
        """Nothing to hear."""

    def close(self) -> None:
        """Nothing to end."""


class SpeakerWorker:
    """Satisfies `ui.ports.Speaker` with a driver. Without a device it stays silent and says so once in the log."""

    def __init__(self, player: Player, effects: Sequence[Path] = ()) -> None:
        self.state: State = "off"
        self._player, self._effects = player, tuple(effects)
        self._changed = threading.Condition()
        self._prompt: tuple[Path, ...] | None = None  # to begin; () is silence
        self._sounds: list[Path] = []
        self._broken: set[str] = set()
        self._loop = Loop("speaker", self._run)

    def say(self, clips: Sequence[Path]) -> None:
        """One clip after the other; what is being said is cut. Returns at once."""
        with self._changed:
            self._prompt = tuple(clips)
            self._changed.notify()
        self._loop.start()

    def effect(self, sound: Path) -> None:
        """A short sound; returns at once."""
        with self._changed:
            self._sounds.append(sound)
            self._changed.notify()
        self._loop.start()

    def hush(self) -> None:
        self.say(())

    def turn(self, volume: float) -> None:
        self._player.turn(volume)

    def close(self) -> None:
        self._loop.stop()
        with self._changed:
            self._changed.notify()
        self._loop.join()

    def _run(self, stop: threading.Event) -> None:
        try:
            self._player.open(self._effects)
        except DeviceError as error:
            log.warning("speaker.absent", reason=error.id)
            self.state = "absent"
        else:
            self.state = "ok"
        waiting: list[Path] = []
        while not stop.is_set():
            with self._changed:
                self._changed.wait_for(lambda: self._wanted(stop), POLL_S if waiting else None)
                prompt, self._prompt = self._prompt, None
                sounds, self._sounds = self._sounds, []
            if self.state == "absent":
                continue
            for sound in sounds:
                self._player.effect(sound)
            if prompt is not None:
                self._player.stop()
                waiting = list(prompt)
            elif not waiting or self._player.playing() or self._pause(stop):
                continue
            if waiting:
                self._begin(waiting.pop(0))
        self._player.stop()

    def _wanted(self, stop: threading.Event) -> bool:
        return stop.is_set() or self._prompt is not None or bool(self._sounds)

    def _pause(self, stop: threading.Event) -> bool:
        """The gap before the next clip; True when something else came in it."""
        with self._changed:
            return self._changed.wait_for(lambda: self._wanted(stop), GAP_S)

    def _begin(self, clip: Path) -> None:
        if not self._player.play(clip) and clip.name not in self._broken:
            self._broken.add(clip.name)
            log.warning("speaker.clip_broken", file=clip.name)
