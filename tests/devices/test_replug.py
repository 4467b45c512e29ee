"""Unplugged and plugged in again, each device is back within ten seconds, without a restart."""

import socket
import threading

import pytest

from kiosk.devices import printer_escpos, scanner_evdev, worker
from kiosk.devices.printer import Paper, Text
from kiosk.devices.printer_escpos import EscposPrinter

BACK_S = 10


@pytest.mark.parametrize("waits", [worker.BACKOFF_S, scanner_evdev.BACKOFF_S])
def test_no_driver_waits_longer_before_it_looks_again(waits: tuple[float, ...]) -> None:
    assert 0 < max(waits) <= BACK_S


def test_a_network_printer_that_was_switched_off_is_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printer_escpos, "ANSWER_S", 0.2)
    monkeypatch.setattr(printer_escpos, "DONE_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as first:
        port = first.getsockname()[1]
    printer = EscposPrinter(f"tcp:127.0.0.1:{port}", 58)
    assert (printer.look(), printer.print((Text("x"),))) == (Paper.ABSENT, Paper.ABSENT)
    with socket.create_server(("127.0.0.1", port), reuse_port=False) as again:
        threading.Thread(target=_serve, args=(again,), daemon=True).start()
        assert printer.look() is Paper.PRINTED
        assert printer.print((Text("x"),)) is Paper.PRINTED


def _serve(listening: socket.socket) -> None:
    """A printer that answers every question at once: paper is in, and the slip is out."""
    for _ in range(2):
        talk, _address = listening.accept()
        with talk:
            while heard := talk.recv(65536):
                if b"\x10\x04" in heard[-8:]:
                    talk.sendall(b"\x12")
                elif b"\x1dr" in heard[-8:]:
                    talk.sendall(b"\x00")
