"""A scanner held through the kernel: real events through a pipe, and through a real device where the kernel has one."""

import errno
import os
import queue
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import evdev
import pytest
from evdev import InputEvent, ecodes

from kiosk.devices import keyboard
from kiosk.devices.keyboard import US, hold, means
from kiosk.devices.scanner_evdev import BACKOFF_S, EvdevScanner
from kiosk.domain.errors import DeviceError

PATIENCE_S = 20.0
NIK = "3372015708759001"
EVENT = struct.Struct("llHHi")
KEYS = {
    sign: (code, shifted) for code, pair in reversed(US.items()) for shifted, sign in enumerate(pair)
}  # keypad last


class PipeKeyboard:
    """Stands for evdev.InputDevice: whole events come out of a pipe; unplugged, it fails as the kernel does."""

    def __init__(self) -> None:
        self.fd, self.writer = os.pipe()
        self.grabs: list[str] = []
        self.gone = False
        self.thread = ""
        self.now = 1_000.0

    def read(self) -> list[InputEvent]:
        self.thread = threading.current_thread().name
        data = os.read(self.fd, EVENT.size * 64)
        if self.gone or not data:
            raise OSError(errno.ENODEV, "No such device")
        return [InputEvent(*EVENT.unpack_from(data, at)) for at in range(0, len(data), EVENT.size)]

    def grab(self) -> None:
        self.grabs.append("grab")

    def ungrab(self) -> None:
        self.grabs.append("ungrab")
        if self.gone:
            raise OSError(errno.ENODEV, "No such device")

    def close(self) -> None:
        self.grabs.append("close")
        os.close(self.fd)

    # what the scanner's plug does

    def send(self, type: int, code: int, value: int) -> None:
        second, part = divmod(self.now, 1)
        os.write(self.writer, EVENT.pack(int(second), int(part * 1e6), type, code, value))

    def press(self, code: int, *, shift: bool = False, gap_s: float = 0.004) -> None:
        self.now += gap_s
        for key, value in [(ecodes.KEY_LEFTSHIFT, 1)] * shift + [(code, 1), (code, 0)]:
            self.send(ecodes.EV_KEY, key, value)
        if shift:
            self.send(ecodes.EV_KEY, ecodes.KEY_LEFTSHIFT, 0)
        self.send(ecodes.EV_SYN, ecodes.SYN_REPORT, 0)

    def type(self, text: str, end: int | None = ecodes.KEY_ENTER) -> None:
        for sign in text:
            code, shifted = KEYS[sign]
            self.press(code, shift=bool(shifted))
        if end is not None:
            self.press(end)

    def unplug(self) -> None:
        self.gone = True
        os.close(self.writer)


class Socket:
    """Where the scanner is plugged in: `hold` gives what is in it."""

    def __init__(self) -> None:
        self.keyboards: queue.Queue[PipeKeyboard] = queue.Queue()

    def plug(self) -> PipeKeyboard:
        keyboard = PipeKeyboard()
        self.keyboards.put(keyboard)
        return keyboard

    def hold(self, source: str) -> PipeKeyboard:
        try:
            keyboard = self.keyboards.get_nowait()
        except queue.Empty:
            raise DeviceError("scanner.absent") from None
        keyboard.grab()
        return keyboard


class Desk:
    """A running scanner and what it told."""

    def __init__(self, terminator: str = "enter") -> None:
        self.socket = Socket()
        self.codes: queue.Queue[str] = queue.Queue()
        self.begun: queue.Queue[str] = queue.Queue()
        self.health: queue.Queue[str] = queue.Queue()
        self.scanner = EvdevScanner(
            "auto", terminator, hold=self.socket.hold, on_health=self.health.put, backoff_s=(0.0, 0.01)
        )
        self.scanner.start(self.codes.put, lambda: self.begun.put(threading.current_thread().name))

    def code(self) -> str:
        return self.codes.get(timeout=PATIENCE_S)


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()
    yield desk
    desk.scanner.stop()
    assert not [thread for thread in threading.enumerate() if thread.name == "scanner"]


def test_a_code_is_heard_in_its_own_thread_and_its_beginning_before_it(desk: Desk) -> None:
    plugged = desk.socket.plug()
    assert desk.health.get(timeout=PATIENCE_S) == "ok"
    assert desk.scanner.present
    plugged.type(NIK[:2], end=None)
    assert desk.begun.get(timeout=PATIENCE_S) == "scanner"
    assert desk.codes.empty()
    plugged.type(NIK[2:])
    assert desk.code() == NIK
    assert plugged.thread == "scanner"


def test_the_us_layout_with_shift(desk: Desk) -> None:
    plugged = desk.socket.plug()
    every = "".join(chr(sign) for sign in range(ord(" "), ord("~") + 1))
    for text in (every, "https://Contoh.id/?a=B&c=%20#_~", every[::-1]):
        plugged.type(text)
        assert desk.code() == text
    plugged.press(ecodes.KEY_KP3)
    for key in (ecodes.KEY_KP3, ecodes.KEY_KP7, ecodes.KEY_KP2, ecodes.KEY_KPENTER):
        plugged.press(key)
    assert desk.code() == "3372"


def test_keys_with_ctrl_or_alt_and_repeats_say_nothing_and_two_ends_count_once(desk: Desk) -> None:
    plugged = desk.socket.plug()
    for key in (ecodes.KEY_LEFTALT, ecodes.KEY_LEFTCTRL, ecodes.KEY_LEFTMETA):
        plugged.send(ecodes.EV_KEY, key, 1)
        plugged.press(ecodes.KEY_F4)
        plugged.press(ecodes.KEY_C)
        plugged.press(ecodes.KEY_ENTER)
        plugged.send(ecodes.EV_KEY, key, 0)
    plugged.type(NIK[:8], end=None)
    plugged.send(ecodes.EV_KEY, KEYS[NIK[7]][0], 2)
    plugged.send(ecodes.EV_KEY, ecodes.KEY_CAPSLOCK, 1)
    plugged.type(NIK[8:])
    plugged.press(ecodes.KEY_ENTER)
    plugged.type("KOP210189")
    assert [desk.code(), desk.code()] == [NIK, "KOP210189"]


def test_a_person_who_types_slowly_and_a_code_of_4_kb_are_dropped(desk: Desk) -> None:
    plugged = desk.socket.plug()
    for sign in NIK:
        plugged.press(KEYS[sign][0], gap_s=0.2)
    plugged.press(ecodes.KEY_ENTER, gap_s=0.2)
    writer = threading.Thread(target=plugged.type, args=("A" * 4096,))  # more than a pipe holds
    writer.start()
    writer.join(PATIENCE_S)
    plugged.type("KOP210189")
    assert desk.code() == "KOP210189"


def test_what_the_kernel_lost_does_not_leave_half_a_code(desk: Desk) -> None:
    plugged = desk.socket.plug()
    plugged.type(NIK[:5], end=None)
    plugged.send(ecodes.EV_SYN, ecodes.SYN_DROPPED, 0)
    plugged.type(NIK[7:])
    plugged.type("KOP210189")
    assert desk.code() == "KOP210189"


def test_unplugged_in_the_middle_of_a_code_and_plugged_in_again(desk: Desk) -> None:
    first = desk.socket.plug()
    assert desk.health.get(timeout=PATIENCE_S) == "ok"
    first.type(NIK[:9], end=None)
    first.unplug()
    assert desk.health.get(timeout=PATIENCE_S) == "lost"
    assert not desk.scanner.present
    assert first.grabs[-1] == "close"
    second = desk.socket.plug()
    assert desk.health.get(timeout=PATIENCE_S) == "ok"
    second.type(NIK[9:])  # seven digits are a code of their own, never the end of the first
    second.type(NIK)
    assert [desk.code(), desk.code()] == [NIK[9:], NIK]


def test_it_is_let_go_when_stopped_and_held_again_when_started(desk: Desk) -> None:
    first = desk.socket.plug()
    first.type(NIK)
    assert desk.code() == NIK
    desk.scanner.stop()
    assert first.grabs == ["grab", "ungrab", "close"]
    second = desk.socket.plug()
    second.type(NIK)
    assert desk.codes.empty()
    desk.scanner.start(desk.codes.put)
    assert desk.code() == NIK


def test_an_answer_that_fails_does_not_end_the_scanner(desk: Desk) -> None:
    def fail(code: str) -> None:
        raise ValueError(code)

    desk.scanner.start(fail)
    desk.socket.plug().type(NIK)
    assert [desk.health.get(timeout=PATIENCE_S) for _ in range(2)] == ["ok", "lost"]
    desk.socket.plug()
    assert desk.health.get(timeout=PATIENCE_S) == "ok"


def test_a_tab_may_end_a_code() -> None:
    desk = Desk("tab")
    try:
        plugged = desk.socket.plug()
        plugged.type(NIK[:4])
        plugged.type(NIK[4:], end=ecodes.KEY_TAB)
        assert desk.code() == NIK
    finally:
        desk.scanner.stop()


def test_it_comes_back_within_a_few_seconds() -> None:
    assert max(BACKOFF_S) <= 2.0


@pytest.mark.parametrize(
    ("source", "name", "meant"),
    [
        ("auto", "Honeywell Scanning and Mobility 1450g", True),
        ("", "NETUM Barcode Scanner", True),
        ("auto", "Logitech USB Keyboard", False),
        ("logitech", "Logitech USB Keyboard", True),
        ("zebra", "Logitech USB Keyboard", False),
    ],
)
def test_a_scanner_is_known_by_its_name(source: str, name: str, meant: bool) -> None:
    typing = [ecodes.KEY_1, ecodes.KEY_A, ecodes.KEY_ENTER]
    assert means(source, name, typing) is meant
    assert not means(source, name, [ecodes.BTN_LEFT])


def test_nothing_there_is_absent(tmp_path: Path) -> None:
    for source in (str(tmp_path / "usb-none-event-kbd"), "a scanner that nobody has"):
        with pytest.raises(DeviceError, match=r"scanner\.absent"):
            hold(source)


def test_a_device_that_another_program_holds_is_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    class Held(PipeKeyboard):
        def grab(self) -> None:
            raise OSError(errno.EBUSY, "Device or resource busy")

    held = Held()
    monkeypatch.setattr(keyboard.evdev, "InputDevice", lambda path: held)
    with pytest.raises(DeviceError, match=r"scanner\.busy"):
        hold("/dev/input/by-id/usb-scanner-event-kbd")
    assert held.grabs == ["close"]


UINPUT = Path("/dev/uinput")
WAYS = ["pipe", *(["uinput"] if os.access(UINPUT, os.W_OK) else [])]


@pytest.mark.parametrize("way", WAYS)
def test_a_whole_scan_with_the_best_device_that_this_machine_has(way: str) -> None:
    """Through a pipe always; through the kernel's own virtual keyboard where there is /dev/uinput."""
    codes: queue.Queue[str] = queue.Queue()
    health: queue.Queue[str] = queue.Queue()
    if way == "uinput":
        plug = evdev.UInput(name="Kiosk test barcode scanner")
        scanner = EvdevScanner("kiosk test barcode", on_health=health.put)
    else:
        socket = Socket()
        plug = socket.plug()
        scanner = EvdevScanner("auto", hold=socket.hold, on_health=health.put)
    scanner.start(codes.put)
    try:
        assert health.get(timeout=PATIENCE_S) == "ok"
        for code in [*(KEYS[sign][0] for sign in NIK), ecodes.KEY_ENTER]:
            if way == "uinput":
                for value in (1, 0):
                    plug.write(ecodes.EV_KEY, code, value)
                plug.syn()
            else:
                plug.press(code)
        assert codes.get(timeout=PATIENCE_S) == NIK
        plug.close() if way == "uinput" else plug.unplug()
        assert health.get(timeout=PATIENCE_S) == "lost"
    finally:
        scanner.stop()
