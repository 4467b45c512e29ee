"""Keyboards of the Linux kernel: found by a stable name, held alone, their keys as characters of a US layout."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Protocol

import evdev
from evdev import InputEvent
from evdev import ecodes as e

from kiosk.domain.errors import DeviceError

AUTO = "auto"
SCANNERS = ("scan", "barcode", "bar code", "qr code", "symbol tech", "honeywell", "datalogic", "zebra", "newland")
TYPES = (e.KEY_1, e.KEY_A, e.KEY_ENTER)  # what has these keys can type a code
SHIFTS = frozenset({e.KEY_LEFTSHIFT, e.KEY_RIGHTSHIFT})
OTHERS = frozenset({e.KEY_LEFTCTRL, e.KEY_RIGHTCTRL, e.KEY_LEFTALT, e.KEY_RIGHTALT, e.KEY_LEFTMETA, e.KEY_RIGHTMETA})
ENDS = {e.KEY_ENTER: "enter", e.KEY_KPENTER: "enter", e.KEY_TAB: "tab"}

_PLAIN = "`1234567890-=qwertyuiop[]\\asdfghjkl;'zxcvbnm,./ "
_SHIFTED = '~!@#$%^&*()_+QWERTYUIOP{}|ASDFGHJKL:"ZXCVBNM<>? '
_NAMES = {"`": "GRAVE", "-": "MINUS", "=": "EQUAL", "[": "LEFTBRACE", "]": "RIGHTBRACE", "\\": "BACKSLASH"}
_NAMES |= {";": "SEMICOLON", "'": "APOSTROPHE", ",": "COMMA", ".": "DOT", "/": "SLASH", " ": "SPACE"}
_PAD = _NAMES | {"+": "PLUS", "*": "ASTERISK"}
US = {
    e.ecodes[f"KEY_{_NAMES.get(plain, plain.upper())}"]: (plain, shifted)
    for plain, shifted in zip(_PLAIN, _SHIFTED, strict=True)
}
US |= {e.ecodes[f"KEY_KP{_PAD.get(sign, sign)}"]: (sign, sign) for sign in "0123456789.-+*/="}


class Keyboard(Protocol):
    """What is used of `evdev.InputDevice`. After the device is gone `read` raises OSError."""

    fd: int

    def read(self) -> Iterable[InputEvent]: ...

    def grab(self) -> None: ...

    def ungrab(self) -> None: ...

    def close(self) -> None: ...


def hold(source: str) -> Keyboard:
    """Opens `source` and grabs it, so that no key reaches anything else.

    source: a path (`/dev/input/by-id/…`), a part of the device's name, or "auto": the first that can type and is
    named like a scanner. Raises DeviceError: `scanner.absent`, `scanner.busy` when another program holds it.
    """
    keyboard = _named(source) if source.startswith("/") else _found(source)
    try:
        keyboard.grab()
    except OSError:
        keyboard.close()
        raise DeviceError("scanner.busy") from None
    return keyboard


def _named(path: str) -> Keyboard:
    try:
        return evdev.InputDevice(path)
    except OSError:
        raise DeviceError("scanner.absent") from None


def _found(source: str) -> Keyboard:
    for path in sorted(evdev.list_devices(), key=lambda path: (len(path), path)):
        try:
            device = evdev.InputDevice(path)
        except OSError:  # gone between listing and opening
            continue
        if means(source, device.name, device.capabilities().get(e.EV_KEY, [])):
            return device
        device.close()
    raise DeviceError("scanner.absent")


def means(source: str, name: str, keys: Iterable[int]) -> bool:
    """Whether `source` names the device called `name` that has `keys`; a device that cannot type is never meant."""
    wanted = SCANNERS if source.strip().casefold() in ("", AUTO) else (source.strip().casefold(),)
    return set(TYPES) <= set(keys) and any(part in name.casefold() for part in wanted)


def release(keyboard: Keyboard) -> None:
    """Lets go of the keys and closes the device."""
    with suppress(OSError):  # it was unplugged: the kernel has let go already
        keyboard.ungrab()
    keyboard.close()


class Layout:
    """Key events to characters: shift is followed, keys with Ctrl, Alt or Meta say nothing."""

    def __init__(self) -> None:
        self._held: set[int] = set()

    def press(self, event: InputEvent) -> tuple[str, str]:
        """(character, "") or ("", "enter" or "tab"); both are empty for everything else."""
        if event.type != e.EV_KEY:
            return "", ""
        if event.code in SHIFTS or event.code in OTHERS:
            (self._held.discard if event.value == 0 else self._held.add)(event.code)
        elif event.value == 1 and not self._held & OTHERS:  # 0 is up, 2 is the repeat of a key that is held
            pair = US.get(event.code)
            return (pair[bool(self._held & SHIFTS)] if pair else ""), ENDS.get(event.code, "")
        return "", ""


def dropped(event: InputEvent) -> bool:
    """Whether the kernel says that its buffer ran over and events are missing."""
    return bool(event.type == e.EV_SYN and event.code == e.SYN_DROPPED)
