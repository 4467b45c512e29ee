"""The machine's clock, set by systemd's timedated; `config/polkit` lets the screen's user do so."""

import subprocess
from datetime import datetime

from kiosk.domain.errors import DeviceError

TIMEOUT_S = 15


def set_clock(when: datetime, program: str = "timedatectl") -> None:
    """`when` in the machine's own time. A time server goes on putting it right afterwards.

    Raises DeviceError `clock.refused`.
    """
    _ask(program, "set-ntp", "false")  # where there is no time server to stop, that fails, and does not matter
    done = _ask(program, "set-time", f"{when:%Y-%m-%d %H:%M:%S}")
    _ask(program, "set-ntp", "true")
    if not done:
        raise DeviceError("clock.refused")


def _ask(program: str, *arguments: str) -> bool:
    command = [program, "--no-ask-password", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, timeout=TIMEOUT_S, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
