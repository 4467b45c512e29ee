"""For a laptop and a demonstration: each slip becomes three files, the printer's bytes, a picture and plain text."""

import os
from pathlib import Path

from escpos.printer import Dummy

from kiosk.devices.paper import draw, length_mm, send, text
from kiosk.devices.printer import Paper, Slip
from kiosk.logs import Log

log = Log("printer")


class FilePrinter:
    """`slip-001.bin`, `.png`, `.txt` in a folder, counting on. Their names say nothing about anybody."""

    def __init__(self, folder: str, paper_mm: int) -> None:
        self._folder, self._paper_mm = Path(folder or "slips"), paper_mm

    def length_mm(self, slip: Slip) -> int:
        return length_mm(slip, self._paper_mm)

    def look(self) -> Paper:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            return Paper.ABSENT
        return Paper.PRINTED if os.access(self._folder, os.W_OK) else Paper.ABSENT

    def print(self, slip: Slip) -> Paper:
        picture = draw(slip, self._paper_mm)
        printer = Dummy()
        send(picture, printer)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            name = f"slip-{len(list(self._folder.glob('slip-*.bin'))) + 1:03}"
            picture.save(self._folder / f"{name}.png")
            (self._folder / f"{name}.txt").write_text(text(slip, self._paper_mm), encoding="utf-8")
            (self._folder / f"{name}.bin").write_bytes(printer.output)
        except OSError as error:
            log.warning("printer.lost", error=type(error).__name__)
            return Paper.LOST
        return Paper.PRINTED
