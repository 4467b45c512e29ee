"""`kiosk read`: pictures, clips and folders to readings, as a table for people or as JSON lines."""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from kiosk.domain.errors import KioskError, PictureError
from kiosk.domain.reading import Reading

if TYPE_CHECKING:
    from rich.progress import Progress

    from kiosk.settings import Settings
    from kiosk.vision.look import Look
    from kiosk.vision.reader import Reader

Sentence = Callable[[str, Mapping[str, str | int]], str]

HELD_MS = 3000  # the same code or card seen again within this time is still the one that was read
WIDEST_NAME, WIDEST_TEXT, SHOWN_NAME = 48, 72, 32  # characters; longer names push their row to the right
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
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a name that is no text in this terminal's encoding
    with without_chatter() as err:
        return read(
            reader,
            files,
            as_json=as_json,
            out=sys.stdout,
            err=err,
            sentence=lambda id, facts: speak(id, **facts),
        )


@contextmanager
def without_chatter() -> Iterator[TextIO]:
    """Standard error for our sentences alone: libjpeg and libpng write there whatever they find wrong in a file."""
    sys.stderr.flush()
    ours = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    try:
        with open(ours, "w", encoding=sys.stderr.encoding, errors="backslashreplace", closefd=False) as err:
            yield err
    finally:
        os.dup2(ours, 2)
        os.close(ours)


def read(reader: "Reader", paths: list[Path], *, as_json: bool, out: TextIO, err: TextIO, sentence: Sentence) -> int:
    """Writes one line per picture or accepted reading of a clip. Returns 0, or 1 when a file had nothing accepted.

    `sentence` turns a message id and its facts into a person's language. A bar shows how far it is where `err` is a
    terminal. Ctrl-C keeps what was written, says how far it came, and is raised again.
    """
    files = [file for path in paths for file in _files(path)]
    wide = min(max((len(_shown(file)) for file in files), default=0), WIDEST_NAME)
    with _Bar(err, len(files), sentence) as bar:
        if not as_json and out.isatty():
            bar.write(out, _columns(*sentence("read.columns", {}).split("|"), wide=wide))
        try:
            for file in files:
                bar.at(file)
                accepted = False
                for line in _lines(reader, file):
                    accepted = accepted or line.read
                    if line.error is not None:
                        bar.write(err, f"{_shown(file)}: {_told(line.error, sentence)}")
                    if as_json:
                        bar.write(out, json.dumps(as_dict(line)))
                    elif line.error is None:
                        bar.write(out, _row(line, wide, sentence))
                bar.count(accepted)
        except KeyboardInterrupt:
            bar.write(err, sentence("read.stopped", bar.counts | {"done": bar.done, "files": len(files)}))
            raise
    return 1 if bar.counts["unread"] else 0


class _Bar:
    """How far it is, drawn on `err` while that is a terminal; elsewhere it only counts."""

    def __init__(self, err: TextIO, files: int, sentence: Sentence) -> None:
        self.counts: dict[str, str | int] = {"read": 0, "unread": 0}
        self.done = 0
        self._sentence = sentence
        self._drawn: Progress | None = None
        if err.isatty():
            from rich import progress
            from rich.console import Console

            self._drawn = progress.Progress(
                progress.TextColumn("{task.fields[counts]}", markup=False),
                progress.BarColumn(bar_width=None),
                progress.MofNCompleteColumn(),
                progress.TimeElapsedColumn(),
                progress.TextColumn("{task.fields[file]}", markup=False),
                console=Console(file=err, highlight=False),
                transient=True,
                redirect_stdout=False,
                redirect_stderr=False,
                expand=True,
            )
            self._task = self._drawn.add_task("", total=files, counts=self._told(), file="")

    def __enter__(self) -> "_Bar":
        if self._drawn:
            self._drawn.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._drawn:
            self._drawn.stop()

    def at(self, file: Path) -> None:
        if self._drawn:
            self._drawn.update(self._task, file=_cut(_plain(file.name), SHOWN_NAME))

    def count(self, accepted: bool) -> None:
        key = "read" if accepted else "unread"
        self.counts[key] = int(self.counts[key]) + 1
        self.done += 1
        if self._drawn:
            self._drawn.update(self._task, advance=1, counts=self._told())

    def write(self, stream: TextIO, line: str) -> None:
        """A line above the bar, which may stand on the same terminal."""
        if self._drawn:
            self._drawn.stop()
        print(line, file=stream, flush=True)
        if self._drawn:
            self._drawn.start()

    def _told(self) -> str:
        return self._sentence("read.counts", self.counts)


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


def _row(line: Line, wide: int, sentence: Sentence) -> str:
    reading = line.reading
    number, sure, more = reading.nik or "-", "", ""
    if reading.nik is not None:
        sure = f"{reading.confidence:.2f}"
        more = "  ".join(
            reading.fields[key].text for key in ("name", "birth_place", "birth_date") if key in reading.fields
        )
    elif "payload" in reading.fields:
        more = reading.fields["payload"].text
    elif reading.hint:
        more = sentence(reading.hint, {})
    source = reading.source if line.read else ""
    if line.t_ms is not None and line.read:
        more = f"@{line.t_ms / 1000:.2f} s  {more}"
    return _columns(_shown(line.file), number, source, sure, _plain(more), f"{line.ms:.0f} ms", wide=wide)


def _columns(file: str, number: str, source: str, sure: str, more: str, took: str, *, wide: int) -> str:
    return f"{file:<{wide}}  {number:<16}  {source:<10}  {sure:<5}  {took:>7}  {_cut(more, WIDEST_TEXT)}".rstrip()


def _told(error: KioskError, sentence: Sentence) -> str:
    return _plain(f"{sentence(error.message, error.facts)} {sentence(error.cure, error.facts)}".strip())


def _shown(file: Path) -> str:
    return _plain(str(file))


def _plain(text: str) -> str:
    """Names and payloads come from strangers: what steers a terminal or turns its writing round is not let through."""
    return "".join(character if character.isprintable() else "\N{MIDDLE DOT}" for character in text)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}\N{HORIZONTAL ELLIPSIS}"
