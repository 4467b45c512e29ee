"""What systemd is told (sd_notify(3)): ready, still alive, about to stop. Without systemd nothing is told."""

import os
import socket
from collections.abc import Mapping
from contextlib import suppress


class Service:
    """`watchdog_s`: it wants to hear from this process more often than that; None when it does not wait for it."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._address = environment.get("NOTIFY_SOCKET", "")
        # The screen runs under a compositor, and it is the compositor that systemd knows: the parent is meant, too.
        meant = environment.get("WATCHDOG_PID", "") in ("", str(os.getpid()), str(os.getppid()))
        microseconds = environment.get("WATCHDOG_USEC", "")
        self.watchdog_s = int(microseconds) / 1_000_000 if meant and microseconds.isdigit() else None

    def tell(self, state: str) -> None:
        """`READY=1`, `WATCHDOG=1`, `STOPPING=1`, `STATUS=…`."""
        if not self._address:
            return
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as notify:
            notify.sendto(state.encode(), address)
