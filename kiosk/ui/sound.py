"""Sound through SDL's mixer, which Kivy's wheel brings. A driver for `devices.speaker`; it lives where Kivy does.

Clips are streamed: `SoundLoader`'s own choice for ogg decodes the whole clip first and holds all threads meanwhile
(150 ms for 5 s of speech, measured); its `MusicSDL2` begins within 2 ms. The short effects are decoded once, at start.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from kiosk.domain.errors import DeviceError


def has_card() -> bool:
    """Something on this machine can play: SDL asks ALSA loudly on standard error, so it is not asked without need."""
    run = Path("/run/user")
    served = any(any(run.glob(f"*/{socket}")) for socket in ("pulse/native", "pipewire-0"))
    return served or any(Path("/dev/snd").glob("pcm*p"))


class SdlPlayer:
    """Satisfies `devices.speaker.Player`. `volume` 0 … 1."""

    def __init__(self, volume: float, card: Callable[[], bool] = has_card) -> None:
        self._volume, self._card = volume, card
        self._effects: dict[Path, Any] = {}
        self._clip: Any = None

    def open(self, effects: Sequence[Path]) -> None:
        if not self._card():
            raise DeviceError("speaker.absent")
        try:
            from kivy.core.audio.audio_sdl2 import SoundSDL2
        except ImportError:
            raise DeviceError("speaker.absent") from None
        for path in effects:
            sound = SoundSDL2(source=str(path))
            if sound.length <= 0:  # the mixer could not be opened
                raise DeviceError("speaker.absent")
            sound.volume = self._volume
            self._effects[path] = sound

    def play(self, clip: Path) -> bool:
        from kivy.core.audio.audio_sdl2 import MusicSDL2

        self.stop()
        self._clip = MusicSDL2(source=str(clip))
        self._clip.volume = self._volume
        self._clip.play()
        return self.playing()

    def playing(self) -> bool:
        return self._clip is not None and self._clip.state == "play"

    def stop(self) -> None:
        if self._clip is not None:
            self._clip.stop()
            self._clip.unload()
            self._clip = None

    def effect(self, sound: Path) -> None:
        if sound in self._effects:
            self._effects[sound].volume = self._volume
            self._effects[sound].play()

    def turn(self, volume: float) -> None:
        self._volume = volume
