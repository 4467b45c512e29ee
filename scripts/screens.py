"""Renders every screen in every language into PNG files, with a fictional person: for looking at, and for the README.

scripts/screens DIR [--size 1080x1920@21.5 …] [--language id …] [--step scan …]
scripts/screens --golden    the small pictures that tests/ui/test_golden.py compares with
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SIZES = ("1080x1920@21.5", "1280x800@10.1")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--golden", action="store_true", help="keep the screens of today in tests/ui/golden")
    parser.add_argument("--size", nargs="+", default=SIZES, help="WIDTHxHEIGHT@DIAGONAL in pixels and inches")
    parser.add_argument("--language", nargs="+", default=["id", "jv", "en"])
    parser.add_argument("--step", nargs="*", default=[])
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)  # inside the virtual display
    choice = parser.parse_args()
    if choice.here:
        return render(choice.folder, choice.size[0], choice.language, choice.step)
    if not shutil.which("xvfb-run"):
        print("xvfb-run is missing: apt-get install xvfb xauth", file=sys.stderr)
        return 1
    if choice.golden:
        return keep_golden()
    if choice.folder is None:
        parser.error("give a folder, or --golden")
    for size in choice.size:
        screen = f"-screen 0 {size.partition('@')[0]}x24"
        command = [sys.executable, __file__, str(choice.folder), "--here", "--size", size]
        command += ["--language", *choice.language]
        done = subprocess.run(
            ["xvfb-run", "-a", "-s", screen, *command, *(["--step", *choice.step] if choice.step else [])], check=False
        )
        if done.returncode:
            return done.returncode
    return 0


def keep_golden() -> int:
    """The test itself draws and keeps them, so that both see the same."""
    screen = ["xvfb-run", "-a", "-s", "-screen 0 1920x1920x24"]
    test = [sys.executable, "-m", "pytest", "-q", "--no-header", "-k", "as_kept", "tests/ui/test_golden.py"]
    return subprocess.run([*screen, *test], cwd=ROOT, env=os.environ | {"KIOSK_GOLDEN": "1"}, check=False).returncode


def render(folder: Path, size: str, languages: list[str], steps: list[str]) -> int:
    sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "ui"), str(ROOT / "tests" / "vision")]
    import fakes
    import scenes

    pixels, _, inch = size.partition("@")
    width, height = (int(number) for number in pixels.split("x"))
    target = folder / pixels
    target.mkdir(parents=True, exist_ok=True)
    settings = fakes.shipped_settings(width, height, float(inch))

    from kiosk.ui.window import open_window

    window = open_window(settings.panel)
    import threading

    from kivy.clock import Clock

    from kiosk.ui.front import Front

    front = Front(
        settings,
        fakes.context(language=languages[0]),
        fakes.languages(),
        fakes.FakeKeeper(),
        fakes.FakeSight(scenes.card_picture()),
        fakes.FakeScanner(),
        threading.Event(),
        desk=fakes.FakeDesk(),
    )
    plan = [
        (language, name, visit, after)
        for language in languages
        for name, visit, after in scenes.scenes(fakes.context(language=language))
        if not steps or visit.step in steps or name in steps
    ]

    def walk():  # type: ignore[no-untyped-def]
        yield from range(6)
        for language, name, visit, after in plan:
            front.close_sheet()
            for page in front.pages.values():
                page.hide()
            front.keeper.closed = visit.reason if visit.step == "closed" else ""
            front.visit = visit
            front.tr.speak(language)
            front._name_languages()
            front._show()
            yield from range(2)
            if after:
                after(front)
            yield from range(5)
            made = Path(window.screenshot(name=str(Path(tempfile.gettempdir()) / f"{os.getpid()}.png")))
            shutil.move(made, target / f"{name}.{language}.png")
        front.stop()

    way = walk()

    failed = []

    def forward(_: float) -> None:
        try:
            if next(way, None) is None:
                front.stop()
        except Exception as error:  # noqa: BLE001 (the failsafe would show *sorry* and go on)
            failed.append(error)
            front.stop()

    Clock.schedule_interval(forward, 0)
    try:
        front.run()
    finally:
        front.close()
    if failed:
        raise failed[0]
    print(f"{len(plan)} pictures in {target}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
