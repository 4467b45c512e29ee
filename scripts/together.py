"""Centre, its worker, sync daemon and kiosk on one machine, each its own process, with stand-ins for what it lacks."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from kiosk import settings
from kiosk.devices import v4l
from kiosk.domain.errors import DeviceError, IdentityError
from kiosk.resources import ASSETS
from kiosk.store.identity import Identity

PROGRAMS = Path(sys.executable).parent
STOP_S = 15
OFFICER = "0417"
SPECIMEN_CAMERA = {"camera": "clip", "camera_source": str(ASSETS / "specimens" / "ktp.avi")}
SMALL_PANEL = {"width": 1280, "height": 800, "diagonal_inch": 10.1}


class Failed(Exception):
    """Something did not start or stay; the text is a sentence for the person at the terminal."""


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def wanted_port(home: Path, chosen: settings.Settings) -> int:
    """A kiosk that is provisioned already goes where its centre was."""
    try:
        return int(Identity.load(home / "kiosk").central_url.rpartition(":")[2])
    except (IdentityError, ValueError):
        return chosen.central.port


@contextlib.contextmanager
def together(
    home: Path, site: Path | None, port: int, environment: dict[str, str], *kiosk_options: str, officers: bool = False
) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    """The processes by name; with `officers` there is one, and the terminal tells the PIN.

    However the block ends, they are stopped in the order in which records travel.
    """
    parts: dict[str, subprocess.Popen[bytes]] = {}
    options = [] if site is None else ["--site", str(site)]
    try:
        parts["kiosk-central"] = central(home, port, options)
        worker = ("work", "--home", str(home / "central"))
        parts["kiosk-central work"] = start("kiosk-central", *worker, *options, stdout=subprocess.DEVNULL)
        provision(home, port, options)
        if officers:  # before the daemon asks for the newest tables
            pin = officer(home, options)
            say(f"Officers come in by five taps in the top left corner: number {OFFICER}, PIN {pin}.")
        parts["kiosk-sync"] = start("kiosk-sync", "run", "--home", str(home / "kiosk"), *options)
        parts["kiosk"] = start("kiosk", "run", "--home", str(home / "kiosk"), *options, *kiosk_options, env=environment)
        yield parts
    finally:
        for name in ("kiosk", "kiosk-sync", "kiosk-central", "kiosk-central work"):
            if name in parts:
                stop(parts[name])


def central(home: Path, port: int, options: list[str]) -> subprocess.Popen[bytes]:
    """Starts the central API and waits until it says that it is ready."""
    part = start(
        "kiosk-central", "serve", "--home", str(home / "central"), "--port", str(port), *options, stdout=subprocess.PIPE
    )
    assert part.stdout is not None
    if not part.stdout.readline():  # it says one line when it is ready, and none when it cannot be
        part.wait()
        raise Failed(f"The central API did not start. If port {port} is taken: ./scripts/run --port N")
    return part


def provision(home: Path, port: int, options: list[str]) -> None:
    if (home / "kiosk" / "identity.json").exists():
        return
    made = subprocess.run(
        [PROGRAMS / "kiosk-central", "add-kiosk", "KIOS-1", "--home", home / "central", *options],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if made.returncode:
        raise Failed(made.stderr.strip())
    init = ["init", "--central", f"http://127.0.0.1:{port}", "--code", made.stdout.strip(), "--home", home / "kiosk"]
    done = subprocess.run([PROGRAMS / "kiosk", *init, *options], stdout=subprocess.DEVNULL, check=False)
    if done.returncode:
        raise Failed("The kiosk could not be provisioned; the reason stands above.")


def officer(home: Path, options: list[str]) -> str:
    """The PIN of the fictional officer of this installation, who is let in by the first call. Raises Failed."""
    note = home / "officer.pin"
    if not note.exists():
        add = ["officer", "add", OFFICER, "Bu Wening (contoh)", "--home", home / "central", *options]
        added = subprocess.run([PROGRAMS / "kiosk-central", *add], capture_output=True, text=True, check=False)
        if added.returncode:
            raise Failed(added.stderr.strip())
        note.touch(mode=0o600)
        note.write_text(added.stdout, encoding="ascii")
    return note.read_text(encoding="ascii").strip()


def start(
    name: str, *arguments: str, env: dict[str, str] | None = None, stdout: int | None = None
) -> subprocess.Popen[bytes]:
    """In a session of its own, so that Ctrl-C reaches only this script and the parts stop in order."""
    return subprocess.Popen(
        [PROGRAMS / name, *arguments], env=os.environ | (env or {}), stdout=stdout, start_new_session=True
    )


def stop(part: subprocess.Popen[bytes]) -> None:
    if part.poll() is None:
        part.terminate()
        try:
            part.wait(STOP_S)
        except subprocess.TimeoutExpired:
            say(f"{Path(str(part.args[0])).name} did not stop in {STOP_S} s and was ended.")  # type: ignore[index]
            part.kill()
            part.wait()
    if part.stdout:
        part.stdout.close()


@contextlib.contextmanager
def display(width: int, height: int, *, virtual: bool = False) -> Iterator[dict[str, str]]:
    """The environment with a display in it: the one there is, or a virtual one."""
    if os.environ.get("DISPLAY") and not virtual:
        yield {}
        return
    if not virtual:
        say(f"No screen here: using a virtual display of {width}×{height}. --demo makes screenshots of it.")
    readable, writable = os.pipe()
    size = f"{width}x{height}x24"
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writable), "-screen", "0", size, "-nolisten", "tcp"],
        pass_fds=[writable], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    os.close(writable)
    try:
        with os.fdopen(readable) as answer:
            number = answer.readline().strip()
        if not number:
            raise Failed("The virtual display did not start. Install it: apt-get install xvfb")
        yield {"DISPLAY": f":{number}", "LIBGL_ALWAYS_SOFTWARE": "1"}
    finally:
        server.terminate()
        server.wait()


def site_for_here(chosen: settings.Settings, site: Path | None, home: Path) -> Path | None:
    """The site file as it is, or one more that says what this machine lacks: a camera, or a screen of that size."""
    instead: dict[str, dict[str, object]] = {}
    if chosen.devices.camera == "opencv" and not has_camera(chosen.devices.camera_source):
        say(f"No camera {chosen.devices.camera_source}: the specimen clip stands in for it.")
        instead["devices"] = SPECIMEN_CAMERA
    width, height = screen_size()
    if width and (chosen.panel.width > width or chosen.panel.height > height) and not chosen.panel.fullscreen:
        say(f"The screen has only {width}×{height} pixels: using the small wide layout.")
        instead["panel"] = SMALL_PANEL
    if not instead:
        return site
    home.mkdir(parents=True, exist_ok=True)
    return site_with(home / "site-here.toml", site, **instead)


def has_camera(source: str) -> bool:
    """An address is taken at its word."""
    if "://" in source:
        return True
    try:
        return Path(v4l.node(source)).exists()
    except DeviceError:
        return False


def screen_size() -> tuple[int, int]:
    """Pixels of the screen that there is, or 0, 0."""
    if not os.environ.get("DISPLAY"):
        return 0, 0
    told = subprocess.run(["xdotool", "getdisplaygeometry"], capture_output=True, text=True, check=False)
    numbers = told.stdout.split()
    return (int(numbers[0]), int(numbers[1])) if len(numbers) == 2 else (0, 0)


def site_with(path: Path, site: Path | None, **more: dict[str, object]) -> Path:
    """Writes `site` again with the sections `more` over it."""
    tables = settings.read_toml(site) if site else {}
    for section, keys in more.items():
        tables.setdefault(section, {}).update(keys)
    lines = [f"[{s}]\n" + "".join(f"{k} = {_toml(v)}\n" for k, v in keys.items()) for s, keys in tables.items()]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def _toml(value: object) -> str:
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)
