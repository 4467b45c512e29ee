"""The whole kiosk unattended: real X touches in the real window, a specimen card before the camera, a scanner that
types, the central API killed in the middle and started again. Prints one line of JSON; exit code 0 only if every
enrolment is at the centre exactly once.
"""

import json
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import together
import visit_strip
from together import PROGRAMS, Failed, say

from kiosk import settings

STEP_S, AGAIN_S, DRAIN_S = 40, 4, 90
RESULTS = ("receipt", "enrolled", "sorry", "closed")

# A visit: what to touch in which step. "#…" is typed by the scanner, "…" is touched key by key, None waits.
Touches = dict[str, list[str] | None]
BASE: Touches = {
    "attract": ["go"],
    "language": ["language.id"],
    "consent": ["tick.registration", "go"],
    "scan": None,
    "confirm": ["yes"],
    "name": ["go"],
    "occupation": ["tile.pedagang-sayur", "go"],
    "employer": ["no"],
    "understand": ["go"],
    "income": ["go"],
    "programme": ["programme.basic", "months.3", "go"],
    "phone": ["skip"],
    "check": ["go"],
    "saving": None,
}


def keys(text: str) -> list[str]:
    return [f"key.{'space' if letter == ' ' else letter}" for letter in text]


@dataclass(frozen=True)
class Visit:
    name: str
    touches: Touches
    result: str = "receipt"


# All people are fictional: serials from 9000, names marked SPESIMEN.
VISITS = (
    Visit("card", BASE),
    Visit("same-card", BASE, "enrolled"),
    Visit(
        "typed",
        BASE
        | {
            "language": ["language.en"],
            "consent": ["tick.registration", "tick.reminders", "go"],
            "scan": ["type"],
            "nik": [*keys("3372015708759001"), "go"],
            "name": [*keys("SITI SPESIMEN"), "go"],
            "occupation": ["tile.kelontong", "go"],
            "employer": ["yes"],
            "income": ["band.more", "band.more", "go"],
            "programme": ["months.6", "go"],
            "phone": [*keys("081234567890"), "go"],
        },
    ),
    Visit(
        "scanner",
        BASE
        | {
            "scan": ["type"],
            "nik": ["#3311094507889003"],
            "name": [*keys("SRI SPESIMEN"), "go"],
            "programme": ["programme.full", "months.1", "go"],
        },
    ),
)
OUTAGE_BEFORE, BACK_AFTER = "same-card", "typed"  # the centre is killed before the one and is back after the other


class Glass:
    """The screen as a person has it: looked at through the announcements, touched through the X server."""

    def __init__(self, announcements: Path, display: str, pictures: Path) -> None:
        self._announcements = announcements
        self._environment = os.environ | {"DISPLAY": display}
        self._display = display
        self._pictures = pictures
        self._count = 0
        self.alive: Callable[[], None] = lambda: None

    def now(self) -> dict[str, object]:
        """The newest announcement."""
        lines = self._announcements.read_text(encoding="utf-8").splitlines() if self._announcements.exists() else []
        return json.loads(lines[-1]) if lines else {"step": "", "targets": {}}

    def wait(self, done: Callable[[dict[str, object]], bool], what: str) -> dict[str, object]:
        deadline = time.monotonic() + STEP_S
        while time.monotonic() < deadline:
            self.alive()
            if done(seen := self.now()):
                return seen
            time.sleep(0.03)
        raise Failed(f"Waited {STEP_S} s for {what}; the screen shows {self.now()['step'] or 'nothing'}.")

    def leave(self, step: str, last: str) -> None:
        """Waits for the next step; like a person, touches the last target once more when nothing happens."""
        again = time.monotonic() + AGAIN_S

        def left(now: dict[str, object]) -> bool:
            nonlocal again
            if now["step"] == step and last in now["targets"] and time.monotonic() > again:  # type: ignore[operator]
                say(f"Nothing happened on {step}: touching {last} again.")
                again = float("inf")
                self.touch(last)
            return now["step"] != step

        self.wait(left, f"what follows {step}")

    def touch(self, target: str) -> None:
        seen = self.wait(lambda now: target in now["targets"], f"the target {target}")  # type: ignore[operator]
        x, y, width, height = seen["targets"][target]  # type: ignore[index]
        self._x("mousemove", str(x + width // 2), str(y + height // 2), "click", "1")
        time.sleep(0.12)  # a finger needs a moment too

    def scan(self, code: str) -> None:
        self._x("type", "--delay", "2", code)
        self._x("key", "Return")

    def picture(self, name: str) -> None:
        self._count += 1
        self._write(self._shot(), name)

    def picture_last(self, name: str, step: str) -> None:
        """What the step shows before it ends by itself, in place of what it showed first.

        The screen may be ahead of its announcement, so a shot counts once the step is still there after the next one.
        """
        before = None
        while self.now()["step"] == step:
            shot = self._shot()
            if before is not None and self.now()["step"] == step:
                self._write(before, name)
            before = shot

    def _shot(self) -> Any:
        import mss

        with mss.mss(display=self._display) as screen:
            return screen.grab(screen.monitors[0])

    def _write(self, shot: Any, name: str) -> None:
        import mss.tools

        mss.tools.to_png(shot.rgb, shot.size, output=str(self._pictures / f"{self._count:02}-{name}.png"))

    def _x(self, *arguments: str) -> None:
        subprocess.run(["xdotool", *arguments], env=self._environment, check=True)


def run(home: Path | None) -> int:
    """Exit code 0 only if every enrolment is at the centre once. Without `home` the state is gone afterwards."""
    if home is not None:
        home.mkdir(parents=True, exist_ok=True)
        return visits(home)
    with tempfile.TemporaryDirectory(prefix="market-kiosk-") as folder:
        return visits(Path(folder))


def visits(home: Path) -> int:
    began = time.monotonic()
    pictures = Path(tempfile.mkdtemp(prefix="market-kiosk-demo-"))
    receipts = 0
    with together.display(1080, 1920, virtual=True) as environment:
        port = free_port()
        site = together.site_with(
            home / "site.toml",
            None,
            devices=together.SPECIMEN_CAMERA,
            panel={"width": 1080, "height": 1920},
            sync={"interval_s": 2, "poll_s": 0.2, "backoff_base_s": 0.5, "backoff_cap_s": 3},
        )
        announcements = home / "announcements"
        glass = Glass(announcements, environment["DISPLAY"], pictures)
        with together.together(home, site, port, environment, "--announce", str(announcements)) as parts:
            glass.alive = lambda: watch(parts)
            for visit in VISITS:
                if visit.name == OUTAGE_BEFORE:
                    say("The central API is killed.")
                    parts["kiosk-central"].send_signal(signal.SIGKILL)
                    parts["kiosk-central"].wait()
                    outage = parts.pop("kiosk-central")
                    if outage.stdout:
                        outage.stdout.close()
                say(f"Visit “{visit.name}” …")
                ending = walk(glass, visit)
                if ending != visit.result:
                    raise Failed(f"The visit “{visit.name}” ended at {ending}, not at {visit.result}.")
                receipts += ending == "receipt"
                if visit.name == BACK_AFTER:
                    say("The central API is started again.")
                    parts["kiosk-central"] = together.central(home, port, ["--site", str(site)])
            drained(home / "kiosk", site)
        rows = at_the_centre(home / "central")
    people = {row["enrolment"]["nik"] for row in rows}
    card = {path.stem.rpartition("-")[2]: path for path in sorted(pictures.glob(f"*-{VISITS[0].name}-*.png"))}
    visit_strip.strip(card, pictures / "visit.webp")
    told = {
        "enrolled": receipts,
        "central": len(rows),
        "duplicates": len(rows) - len(people),
        "seconds": round(time.monotonic() - began, 1),
        "screenshots": str(pictures),
    }
    print(json.dumps(told))
    return 0 if receipts == len(rows) == len(people) == sum(v.result == "receipt" for v in VISITS) else 1


def watch(parts: dict[str, subprocess.Popen[bytes]]) -> None:
    for name, part in parts.items():
        if part.poll() is not None:
            raise Failed(f"{name} ended by itself (exit code {part.returncode}).")


def walk(glass: Glass, visit: Visit) -> str:
    """Touches its way through one visit; the step that it ended with."""
    glass.wait(lambda now: now["step"] == "attract", "the first screen")
    while True:
        step = str(glass.now()["step"])
        glass.picture(f"{visit.name}-{step}")
        if step in RESULTS:
            glass.touch("done")
            glass.wait(lambda now: now["step"] == "attract", "the first screen")
            return step
        touches = visit.touches.get(step) or []
        if step == "scan" and not touches:
            glass.picture_last(f"{visit.name}-{step}", step)
        for target in touches:
            glass.scan(target[1:]) if target.startswith("#") else glass.touch(target)
        glass.leave(step, touches[-1] if touches else "")


def drained(home: Path, site: Path) -> None:
    deadline = time.monotonic() + DRAIN_S
    while time.monotonic() < deadline:
        status = json.loads(program("kiosk-sync", "status", "--json", "--home", str(home), "--site", str(site)))
        if status["waiting"] == 0:
            return
        time.sleep(0.3)
    raise Failed(f"After {DRAIN_S} s enrolments still wait for the centre.")


def at_the_centre(home: Path) -> list[dict[str, dict[str, str]]]:
    return [
        json.loads(line) for line in program("kiosk-central", "enrolments", "--json", "--home", str(home)).splitlines()
    ]


def program(name: str, *arguments: str) -> str:
    return subprocess.run([PROGRAMS / name, *arguments], stdout=subprocess.PIPE, text=True, check=True).stdout


def free_port() -> int:
    import socket

    with socket.socket() as free:
        free.bind((settings.load().central.host, 0))
        return int(free.getsockname()[1])
