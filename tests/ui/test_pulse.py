"""The screen as a service: it tells systemd from its frame that it is ready and lives."""

import os
import socket
from pathlib import Path

from kiosk.notify import Service


def test_the_frame_tells_that_it_lives(stage, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    from kiosk.ui.pulse import Pulse

    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.setblocking(False)
        environment = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "40000"}
        pulse = Pulse(Service(environment | {"WATCHDOG_PID": str(os.getppid())}))  # as under the compositor
        told: list[str] = []

        def heard(count: int) -> bool:
            try:
                told.append(listening.recv(99).decode())
            except BlockingIOError:
                return False
            return len(told) >= count

        pulse.start()
        stage.until(lambda: heard(3))
        pulse.stop()
        stage.until(lambda: heard(4) and told[-1] == "STOPPING=1")
        stage.frames(5)
        assert told[0] == "READY=1"
        assert set(told[1:-1]) == {"WATCHDOG=1"}
        assert not heard(0)  # nothing after the end


def test_without_a_watchdog_it_only_says_when_it_is_ready(stage, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    from kiosk.ui.pulse import Pulse

    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(5)
        pulse = Pulse(Service({"NOTIFY_SOCKET": str(tmp_path / "notify")}))
        pulse.start()
        stage.frames(3)
        pulse.stop()
        assert [listening.recv(99), listening.recv(99)] == [b"READY=1", b"STOPPING=1"]
