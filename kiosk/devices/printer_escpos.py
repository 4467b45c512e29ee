"""An ESC/POS receipt printer through python-escpos: `/dev/usb/lp0` (USB, by the kernel's own driver), a serial line
(`/dev/ttyUSB0`, `/dev/ttyUSB0@115200`), the network (`tcp:192.168.1.50:9100`) or any other device file.

A printer that answers nothing is "unknown": many cheap ones never answer, and python-escpos takes that for plenty.
"""

import os
import select
import socket
import termios
import time
import tty

from escpos.constants import RT_STATUS_PAPER
from escpos.escpos import Escpos

from kiosk.devices.paper import draw, length_mm, send
from kiosk.devices.printer import Paper, Slip
from kiosk.logs import Log

ANSWER_S = 0.7  # a printer that answers at all answers a real-time question (DLE EOT) in this time
DONE_S = 10.0  # … and the queued one (GS r 1) when the slip is out
STALL_S = 8.0  # it takes no byte for so long
BAUD = 9600
PORT = 9100
_QUEUED_PAPER = b"\x1dr\x01"
_FIXED, _FIXED_IS = 0x93, 0x12  # bits by which an answer to DLE EOT is known
_ENDED = 0x60
_QUEUED_ENDED = 0x0C
log = Log("printer")


class _Port(Escpos):
    """A device file or a socket: python-escpos' own ones cannot read a device file, or wait for ever."""

    def __init__(self, source: str) -> None:
        self._descriptor = -1
        self._socket: socket.socket | None = None
        super().__init__()
        self._source = source

    def open(self) -> None:
        """Raises OSError."""
        if self._source.startswith("tcp:"):
            host, _, port = self._source.removeprefix("tcp:").partition(":")
            self._socket = socket.create_connection((host, int(port or PORT)), STALL_S)
            self._socket.setblocking(False)
            self._descriptor = self._socket.fileno()
            return
        path, _, baud = self._source.partition("@")
        self._descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        if os.isatty(self._descriptor):
            tty.setraw(self._descriptor)
            line = termios.tcgetattr(self._descriptor)
            line[2] |= termios.CLOCAL | termios.CREAD
            line[4] = line[5] = getattr(termios, f"B{baud or BAUD}")
            termios.tcsetattr(self._descriptor, termios.TCSANOW, line)

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
        elif self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor, self._socket = -1, None

    def _raw(self, msg: bytes) -> None:
        """Raises OSError, also when nothing is taken for STALL_S."""
        left = memoryview(msg)
        while left:
            _, ready, _ = select.select([], [self._descriptor], [], STALL_S)
            if not ready:
                raise TimeoutError
            left = left[os.write(self._descriptor, left[:4096]) :]

    def answer(self, question: bytes, seconds: float) -> int | None:
        """One byte, None when it stays silent. What was said before the question does not count."""
        while self._heard(0):
            pass
        self._raw(question)
        heard = self._heard(seconds)
        return heard[-1] if heard else None

    def _heard(self, seconds: float) -> bytes:
        """Raises OSError when the other end is gone."""
        end = time.monotonic() + seconds
        while True:
            ready, _, _ = select.select([self._descriptor], [], [], max(0.0, end - time.monotonic()))
            if not ready:
                return b""
            try:
                heard = os.read(self._descriptor, 64)
            except BlockingIOError:
                heard = b""
            if heard:
                return heard
            if self._socket is not None:
                raise ConnectionResetError
            if time.monotonic() >= end:
                return b""
            time.sleep(0.02)  # an ordinary file, or a printer port with nothing to say, is always "ready"


class EscposPrinter:
    def __init__(self, source: str, paper_mm: int) -> None:
        self._source, self._paper_mm = source, paper_mm

    def length_mm(self, slip: Slip) -> int:
        return length_mm(slip, self._paper_mm)

    def look(self) -> Paper:
        port = self._opened()
        if port is None:
            return Paper.ABSENT
        try:
            answer = port.answer(RT_STATUS_PAPER, ANSWER_S)
        except (OSError, termios.error):
            return Paper.LOST
        finally:
            port.close()
        return Paper.UNKNOWN if answer is None else Paper.PAPER_OUT if _ended(answer) else Paper.PRINTED

    def _opened(self) -> _Port | None:
        port = _Port(self._source)
        try:
            port.open()
        except (OSError, ValueError, AttributeError, termios.error) as error:
            log.warning("printer.absent", error=type(error).__name__)
            return None
        return port

    def print(self, slip: Slip) -> Paper:
        picture = draw(slip, self._paper_mm)
        port = self._opened()
        if port is None:
            return Paper.ABSENT
        try:
            if _ended(port.answer(RT_STATUS_PAPER, ANSWER_S)):
                return Paper.PAPER_OUT
            send(picture, port)
            out = port.answer(_QUEUED_PAPER, DONE_S)
            if _ended(port.answer(RT_STATUS_PAPER, ANSWER_S)) or (out is not None and out & _QUEUED_ENDED):
                return Paper.PAPER_OUT
            return Paper.UNKNOWN if out is None else Paper.PRINTED
        except (OSError, termios.error) as error:
            log.warning("printer.lost", error=type(error).__name__)
            return Paper.LOST
        finally:
            port.close()


def _ended(answer: int | None) -> bool:
    return answer is not None and answer & _FIXED == _FIXED_IS and bool(answer & _ENDED)
