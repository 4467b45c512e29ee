"""`kiosk read`: pictures, clips and folders to readings, as a table for people or as JSON lines."""

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from kiosk.domain.errors import KioskError, PictureError
from kiosk.domain.reading import Reading

if TYPE_CHECKING:
    from kiosk.settings import Settings
    from kiosk.vision.reader import Look, Reader

Sentence = Callable[[str, Mapping[str, str | int]], str]

HELD_MS = 3000  # the same code or card seen again within this time is still the one that was read
NEXT_LOOK_MS = 250  # after an accepted reading a clip is looked at again from here


@dataclass(frozen=True, slots=True, repr=False)
class Line:
    """One line of output: a reading or an error of `file`; `t_ms` is the moment of acceptance within a clip."""

    file: Path
    reading: Reading = Reading()  # noqa: RUF009 - frozen
    ms: float = 0.0
    t_ms: int | None = None
    error: KioskError | None = None

    @property
    def read(self) -> bool:
        """Whether it counts as read: an accepted NIK, or a code whatever it holds."""
        return self.error is None and (self.reading.nik is not None or "payload" in self.reading.fields)


def run(chosen: "Settings", files: list[Path], *, as_json: bool) -> int:
    """The command line's entry: `read` with the shipped recogniser and the site's first language."""
    from kiosk import bootstrap, words
    from kiosk.clock import SystemClock

    speak = words.load(chosen.languages.order[0])
    reader = bootstrap.card_reader(chosen, SystemClock())
    return read(
        reader,
        files,
        as_json=as_json,
        out=sys.stdout,
        err=sys.stderr,
        sentence=lambda id, facts: speak(id, **facts),
    )


def read(reader: "Reader", paths: list[Path], *, as_json: bool, out: TextIO, err: TextIO, sentence: Sentence) -> int:
    """Writes one line per picture or accepted reading of a clip. Returns 0, or 1 when a file had nothing accepted.

    `sentence` turns a message id and its facts into a person's language.
    """
    unread = 0
    for path in paths:
        for file in _files(path):
            accepted = False
            for line in _lines(reader, file):
                accepted = accepted or line.read
                if line.error is not None:
                    print(f"{file}: {_told(line.error, sentence)}", file=err, flush=True)
                if as_json:
                    print(json.dumps(as_dict(line), ensure_ascii=False), file=out, flush=True)
                elif line.error is None:
                    print(_row(line, sentence), file=out, flush=True)
            unread += not accepted
    return 1 if unread else 0


def as_dict(line: Line) -> dict[str, Any]:
    """The JSON line: file, nik, source, confidence, fields, hint, ms; `t_ms` in a clip; `error` when unreadable."""
    reading = line.reading
    told: dict[str, Any] = {
        "file": str(line.file),
        "nik": reading.nik,
        "source": reading.source,
        "confidence": round(reading.confidence, 4),
        "fields": {
            name: {"text": field.text, "confidence": round(field.confidence, 4)}
            for name, field in reading.fields.items()
        },
        "hint": reading.hint,
        "ms": round(line.ms, 1),
    }
    if line.t_ms is not None:
        told["t_ms"] = line.t_ms
    if line.error is not None:
        told["error"] = line.error.id
    return told


def _files(path: Path) -> Iterator[Path]:
    """A folder's pictures and clips in the order of their names, folders inside included; anything else as it is."""
    from kiosk.vision import pictures

    if not path.is_dir():
        yield path
        return
    wanted = pictures.PICTURE_SUFFIXES | pictures.CLIP_SUFFIXES
    found = [file for file in sorted(path.rglob("*")) if file.suffix.lower() in wanted and file.is_file()]
    yield from found or [path]


def _lines(reader: "Reader", file: Path) -> Iterator[Line]:
    from kiosk.vision import pictures

    try:
        if pictures.is_clip(file) and not file.is_dir():
            yield from _clip(reader, file)
        else:
            frame = pictures.load(file)
            started = time.perf_counter()
            reading = reader.read(frame)
            yield Line(file, reading, (time.perf_counter() - started) * 1000)
    except KioskError as error:
        yield Line(file, error=error)


def _clip(reader: "Reader", file: Path) -> Iterator[Line]:
    """One line per accepted reading; a clip without one gives its most frequent hint, and the dearest frame's ms."""
    from kiosk.vision import pictures

    look: Look = reader.begin()
    last: tuple[str, int] | None = None  # what was accepted, and when it was last seen
    hints: dict[str, int] = {}
    wait_until, longest, accepted = -1, 0.0, False
    try:
        for t_ms, frame in pictures.frames(file):
            if t_ms < wait_until:
                continue
            started = time.perf_counter()
            reading = look.see(frame, t_ms)
            ms = (time.perf_counter() - started) * 1000
            longest = max(longest, ms)
            line = Line(file, reading, ms, t_ms)
            if not line.read:
                hints[reading.hint] = hints.get(reading.hint, 0) + 1
                continue
            key = reading.nik or reading.fields["payload"].text
            if last is None or key != last[0] or t_ms - last[1] > HELD_MS:
                accepted = True
                yield line
            last, wait_until, look = (key, t_ms), t_ms + NEXT_LOOK_MS, reader.begin()
    except PictureError as error:
        yield Line(file, error=error)
        return
    if not accepted:
        hint = max(hints, key=lambda id: hints[id], default="")
        yield Line(file, Reading(hint=hint), longest, 0)


def _row(line: Line, sentence: Sentence) -> str:
    reading = line.reading
    when = f" @{line.t_ms / 1000:.2f}s" if line.t_ms is not None and line.read else ""
    if reading.nik is not None:
        what = f"{reading.nik}  {reading.source}  {reading.confidence:.2f}"
        extra = "  ".join(
            reading.fields[key].text for key in ("name", "birth_place", "birth_date") if key in reading.fields
        )
        what = f"{what}  {extra}".rstrip()
    elif "payload" in reading.fields:
        what = f"{'-':16}  {reading.source}  {reading.fields['payload'].text}"
    else:
        what = f"{'-':16}  {sentence(reading.hint, {}) if reading.hint else ''}".rstrip()
    return f"{line.file}{when}  {what}  {line.ms:.0f} ms"


def _told(error: KioskError, sentence: Sentence) -> str:
    return f"{sentence(error.message, error.facts)} {sentence(error.cure, error.facts)}".strip()
