"""The same requests and answers in files: out on a stick, to the centre and back, when no line will do."""

import dataclasses
import errno
import os
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from shutil import disk_usage

from kiosk.clock import Clock
from kiosk.domain.errors import CarriageError
from kiosk.domain.record import RecordError
from kiosk.domain.stick import FILE_BYTES, RECORDS, room_for
from kiosk.store import Store
from kiosk.store.identity import Identity
from kiosk.store.journal import Round
from sync import wire
from sync.answering import word_of
from sync.checks import WireError
from sync.client import checked
from sync.files import fresh_of, write_whole
from sync.token import RECEIPT_SUFFIX, REQUEST_SUFFIX, Token, read_receipt_file, request_file

NAMES = 5  # of damaged files, so many are named
_FILE_LIMIT = wire.BODY_LIMIT + 1024
_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}-[0-9]+-[0-9]+\.receipt")  # as the centre names them; no other name is told
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_READ_ONLY = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})
_GONE = frozenset({errno.EIO, errno.ENODEV, errno.ENXIO, errno.ENOENT, errno.ENOTDIR, errno.ESTALE})


@dataclasses.dataclass(slots=True)
class Brought:
    """What receipts changed. `files` of them were good.

    elsewhere  so many are whole, but another kiosk's
    damaged    so many are no receipt of this centre; `names` of the first of them
    others     so many files are something else altogether and were left alone
    """

    files: int = 0
    accepted: int = 0
    duplicate: int = 0
    refused: int = 0
    elsewhere: int = 0
    damaged: int = 0
    others: int = 0
    names: tuple[str, ...] = ()


class _Folder:
    """A folder on a stick that may be pulled at any moment: what is written lies on that stick, or is an error."""

    def __init__(self, path: Path) -> None:
        """Raises CarriageError `sync.folder`."""
        self.path = path
        try:
            self._device = path.stat().st_dev
        except OSError:
            raise CarriageError("sync.folder", folder=path.name) from None

    def write(self, name: str, content: bytes, needed: int) -> None:
        """`needed` bytes are still to be written, with this. Raises CarriageError `stick.…`."""
        try:
            self._check()
            write_whole(self.path / name, content)
            self._check()
        except OSError as error:
            raise self._trouble(error, needed) from None

    def check_room(self, needed: int) -> None:
        """Raises CarriageError `stick.read_only`, `stick.full`."""
        try:
            if os.statvfs(self.path).f_flag & os.ST_RDONLY:
                raise CarriageError("stick.read_only")
            free = disk_usage(self.path).free
        except OSError as error:
            raise self._trouble(error, needed) from None
        if free < needed:
            raise _full(needed, free)

    def tidy(self, pattern: str) -> None:
        """Takes away what a writing that was killed has left half."""
        for path in self.path.glob(fresh_of(pattern)):
            with suppress(OSError):
                path.unlink()

    def _check(self) -> None:
        if self.path.stat().st_dev != self._device:  # only the folder is left, and that is on the machine's own disk
            raise OSError(errno.ENODEV, "pulled")

    def _trouble(self, error: OSError, needed: int) -> CarriageError:
        if error.errno in _FULL:
            free = 0
            with suppress(OSError):
                free = disk_usage(self.path).free
            return _full(needed, min(free, needed - 1))
        if error.errno in _READ_ONLY:
            return CarriageError("stick.read_only")
        if error.errno in _GONE:
            return CarriageError("stick.gone")
        return CarriageError("sync.folder", folder=self.path.name)


def export(
    store: Store, identity: Identity, clock: Clock, folder: Path, beat: wire.Heartbeat, told: Callable[[int], None]
) -> int:
    """Writes every record that is not answered for; they go on waiting. How many. `told` is called with steps of it.

    What is written whole stays, whatever happens to the rest. Raises CarriageError `sync.folder`, `stick.full`,
    `stick.read_only`, `stick.gone`; StoreError.
    """
    to = _Folder(folder)
    to.tidy(f"{identity.kiosk}-*{REQUEST_SUFFIX}")
    needed = room_for(*store.ledger.unanswered_size())
    to.check_room(needed)
    carriage = store.outbox.carriage()
    count = after = first = 0
    while rows := store.ledger.unanswered(after, RECORDS):
        after = rows[-1][0]
        records_here = tuple(one for _, raw, hash in rows if (one := _whole(raw, hash, identity)) is not None)
        if records_here:
            body = wire.encode_request(wire.Request(identity.kiosk, beat, records_here, carriage.cursor))
            token = Token.made(identity.kiosk, clock.wall_ms(), body, identity.signing_key)
            name = f"{identity.kiosk}-{records_here[0].seq}-{records_here[-1].seq}{REQUEST_SUFFIX}"
            to.write(name, request_file(token, body), needed)
            count, first = count + len(records_here), first or records_here[0].seq
        needed -= sum(len(raw) for _, raw, _ in rows) + FILE_BYTES
        told(len(rows))
    store.journal.note(Round(store.clock.wall_ms(), "done", sent=count, kind="export", first=first, last=after))
    return count


def bring(store: Store, identity: Identity, folder: Path, told: Callable[[int], None]) -> Brought:
    """Settles by every receipt in `folder`, exactly as if it had come over HTTP.

    Raises CarriageError `sync.folder`, `stick.gone`; StoreError. What was settled until then stays settled.
    """
    found = Brought(others=_others(folder))
    for path in receipts(folder):
        try:
            _bring(path, store, identity, found)
        except (WireError, OSError):
            if not path.parent.is_dir() or not path.exists():
                raise CarriageError("stick.gone") from None
            found.damaged += 1
            if len(found.names) < NAMES and _NAME.fullmatch(path.name):
                found.names += (path.name,)
        told(1)
    return found


def receipts(folder: Path) -> list[Path]:
    """Raises CarriageError `sync.folder`."""
    return [path for path in _files(folder) if path.suffix == RECEIPT_SUFFIX]


def _others(folder: Path) -> int:
    return sum(path.suffix not in (RECEIPT_SUFFIX, REQUEST_SUFFIX) for path in _files(folder))


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    except OSError:
        raise CarriageError("sync.folder", folder=folder.name) from None


def _full(needed: int, free: int) -> CarriageError:
    return CarriageError("stick.full", needed=-(-needed // 1024), free=free // 1024)


def _whole(raw: bytes, hash: bytes, identity: Identity) -> wire.Carried | None:
    try:
        one = wire.carried(raw)
    except RecordError:
        return None
    return one if one.hash == hash and one.record.kiosk == identity.kiosk else None


def _bring(path: Path, store: Store, identity: Identity, found: Brought) -> None:
    """Raises WireError, OSError, StoreError."""
    if path.stat().st_size > _FILE_LIMIT:
        raise WireError("too long")
    body = read_receipt_file(path.read_bytes())
    answer = wire.open_answer(body, identity.answer_public_key)
    if answer.kiosk != identity.kiosk:
        found.elsewhere += 1
        return
    hashes = store.ledger.hashes(answer.verdicts[0].first, answer.verdicts[-1].last) if answer.verdicts else {}
    _settle(checked(body, hashes, identity), body, store, identity, found)


def _settle(answer: wire.Answer, body: bytes, store: Store, identity: Identity, found: Brought) -> None:
    before, plan = store.outbox.carriage(), store.journal.schedule()
    number = dict.fromkeys(wire.Verdict, 0)
    for _, verdict, _ in answer.each():
        number[verdict] += 1
    deed = Round(
        started_ms=store.clock.wall_ms(),
        outcome="done",
        sent=sum(number.values()),
        accepted=number[wire.Verdict.ACCEPTED],
        duplicate=number[wire.Verdict.DUPLICATE],
        refused=number[wire.Verdict.REFUSED],
        bytes_down=len(body),
        kind="import",
        first=answer.verdicts[0].first if answer.verdicts else 0,
        last=answer.verdicts[-1].last if answer.verdicts else 0,
    )
    word = word_of(answer, body, None, before, None, identity)
    newest_ms = max(plan.last_success_ms or 0, min(answer.at_ms, store.clock.wall_ms()))
    store.outbox.settle(word, identity, deed, dataclasses.replace(plan, last_success_ms=newest_ms))
    found.files += 1
    found.accepted += deed.accepted
    found.duplicate += deed.duplicate
    found.refused += deed.refused
