"""`kiosk doctor`: all self-tests without a screen, and whether this machine is fit to stand in a market."""

import json
from collections.abc import Iterator
from pathlib import Path

from kiosk import bootstrap
from kiosk import commandline as command
from kiosk.checkup import storage, trials
from kiosk.checkup.checkup import Eyes, findings
from kiosk.commands.read import without_chatter
from kiosk.devices.printer import PRINTERS, Paper
from kiosk.devices.printing import PrinterWorker
from kiosk.domain.errors import StoreError
from kiosk.domain.health import Finding, State, warn
from kiosk.settings import Settings
from kiosk.words import Words

# Without these no kiosk can do its work; the others can be ill today and well tomorrow on the very same machine.
NEEDED = ("camera", "scanner", "printer", "speaker", "disk", "database", "storage", "plug", "reader", "memory")
MARKS = {State.GOOD: "✓", State.WARN: "!", State.OFF: "–"}
WIDTH = 14


def run(home: Path, chosen: Settings, *, as_json: bool, plug: Path | None) -> int:
    """Exit code 0 when the machine is fit, 1 when it is not. Raises KioskError when it cannot look at all."""
    words = command.words_of(chosen)
    with without_chatter():
        found = tuple(_findings(home, chosen, plug))
    ill = [one.part for one in found if one.state is State.WARN and one.part in NEEDED]
    if as_json:
        tests = [
            {"part": one.part, "state": str(one.state), "said": one.said, "facts": dict(one.facts),
             "sentence": sentence(one, words), "needed": one.part in NEEDED}
            for one in found
        ]  # fmt: skip
        command.write_line(json.dumps({"fit": not ill, "unfit_by": ill, "tests": tests}, ensure_ascii=False))
    else:
        for one in found:
            command.write_line(f"{MARKS[one.state]} {words(f'part.{one.part}'):<{WIDTH}}{sentence(one, words)}")
        names = ", ".join(words(f"part.{part}") for part in ill)
        command.write_line("")
        command.write_line(words("doctor.unfit", names=names) if ill else words("doctor.fit"))
    return command.FAILED if ill else command.OK


def pull_the_plug(home: Path, chosen: Settings, other: Path) -> int:
    """Writes until the power is cut. Raises StoreError when one of the two devices cannot be written."""
    words = command.words_of(chosen)
    command.write_line(words("doctor.pull", folder=other.name or str(other)))
    try:
        home.mkdir(parents=True, exist_ok=True)
        storage.pull(home, other, lambda number: print(f"\r{number}", end="", flush=True))
    except OSError:
        raise StoreError("store.unwritable", file=storage.FILE) from None
    return command.OK


def sentence(one: Finding, words: Words) -> str:
    if one.state is State.WARN:
        return f"{words(f'error.{one.said}', **one.facts)} {words(f'cure.{one.said}', **one.facts)}"
    return words(one.said, **one.facts)


def _findings(home: Path, chosen: Settings, plug: Path | None) -> Iterator[Finding]:
    kiosk = bootstrap.open_kiosk(home, chosen, provisioned=False)
    try:
        devices = chosen.devices
        look = (lambda: _paper(chosen)) if devices.printer != "none" else None
        for one in findings(kiosk.store, chosen, Eyes(printer=look)):
            yield trials.camera(devices, trials.CAMERA_S) if one.part == "camera" else one
        yield _storage(home)
        if plug is not None and (shown := _plug(home, plug)) is not None:
            yield shown
        yield trials.reader(kiosk.reader)
        yield trials.memory()
    finally:
        kiosk.close()


def _paper(chosen: Settings) -> Paper:
    devices = chosen.devices
    return PrinterWorker(lambda: PRINTERS[devices.printer](devices), devices.printer_timeout_s).look()


def _storage(home: Path) -> Finding:
    try:
        return storage.storage(home, storage.flushes(home), storage.options_of(home))
    except OSError:
        return warn(storage.PART, "store.unwritable", file="flush.check")


def _plug(home: Path, other: Path) -> Finding | None:
    try:
        return storage.pulled(home, other)
    except OSError:
        return warn("plug", "store.unwritable", file=storage.NOTES)
