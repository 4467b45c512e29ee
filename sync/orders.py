"""What a person may order: try again, hold back, let go, carry on a stick. Each is written into the journal."""

import re
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from kiosk.clock import Clock
from kiosk.domain.enrolment import code_valid
from kiosk.domain.errors import CarriageError
from kiosk.store import Store
from kiosk.store.identity import Identity
from kiosk.words import Words
from sync import stick
from sync.round import beat_of


def record_of(text: str, store: Store) -> int:
    """The seq of `812` or of the code on a slip, `7K3M-9QTX-R`. Raises CarriageError `sync.record`."""
    seq: int | None = None
    if re.fullmatch(r"#?[0-9]{1,18}", text):
        seq = int(text.lstrip("#"))
    elif code_valid(text):
        letters = re.sub(r"[\s-]", "", text).upper().translate(str.maketrans("OIL", "011"))
        seq = store.outbox.seq_of(f"{letters[:4]}-{letters[4:8]}-{letters[8]}")
    if seq is None or not 1 <= seq <= store.outbox.counts().last_seq:
        raise CarriageError("sync.record", record=text[:20])
    return seq


def retry(store: Store, records: list[str]) -> int:
    """What was put aside waits again, and the next round is due at once."""
    seqs = [record_of(text, store) for text in records] if records else None
    moved = store.outbox.move("retry", ("quarantined",), "waiting", seqs)
    store.journal.hurry()
    return moved


def hold(store: Store, records: list[str]) -> int:
    """These records are not sent; without any nothing is sent at all."""
    if not records:
        store.outbox.hold(True)
        return store.outbox.counts().waiting
    return store.outbox.move("hold", ("waiting", "quarantined"), "held", [record_of(text, store) for text in records])


def release(store: Store, records: list[str]) -> int:
    """These records are sent again; without any all of them, and everything."""
    if not records:
        store.outbox.hold(False)
    seqs = [record_of(text, store) for text in records] if records else None
    moved = store.outbox.move("release", ("held",), "waiting", seqs)
    store.journal.hurry()
    return moved


def export(store: Store, identity: Identity, clock: Clock, folder: Path, words: Words) -> int:
    total = store.outbox.counts().unanswered
    with progress(words("sync.exporting"), total) as step:
        return stick.export(store, identity, clock, folder, beat_of(store, clock), step)


def bring(store: Store, identity: Identity, folder: Path, words: Words) -> stick.Brought:
    with progress(words("sync.importing"), len(stick.receipts(folder))) as step:
        return stick.bring(store, identity, folder, step)


def progress(title: str, total: int | None) -> AbstractContextManager[Callable[[int], None]]:
    """A bar on standard error while a person looks; gives what is to be called with each step."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    class Bar(AbstractContextManager[Callable[[int], None]]):
        def __enter__(self) -> Callable[[int], None]:
            self._progress = Progress(
                TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
                console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True,
            )  # fmt: skip
            self._progress.start()
            task = self._progress.add_task(title, total=total)
            return lambda number: self._progress.advance(task, number)

        def __exit__(self, *_: Any) -> None:
            self._progress.stop()

    return Bar()
