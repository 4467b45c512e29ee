"""The same requests and answers in files: out on a stick, to the centre and back, when no line will do."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

from kiosk.clock import Clock
from kiosk.domain.errors import CarriageError
from kiosk.domain.record import RecordError
from kiosk.store import Store
from kiosk.store.identity import Identity
from kiosk.store.journal import Round
from sync import wire
from sync.answering import word_of
from sync.checks import WireError
from sync.client import checked
from sync.files import write_whole
from sync.token import RECEIPT_SUFFIX, REQUEST_SUFFIX, Token, read_receipt_file, request_file

RECORDS = 2000  # in one file
_FILE_LIMIT = wire.BODY_LIMIT + 1024


@dataclasses.dataclass(slots=True)
class Brought:
    """What receipts changed. `foreign` files are of another kiosk, altered, or no receipts."""

    files: int = 0
    accepted: int = 0
    duplicate: int = 0
    refused: int = 0
    foreign: int = 0


def export(
    store: Store, identity: Identity, clock: Clock, folder: Path, beat: wire.Heartbeat, told: Callable[[int], None]
) -> int:
    """Writes every record that is not answered for; they go on waiting. How many. `told` is called with steps of it.

    Raises CarriageError `sync.folder`, StoreError.
    """
    carriage = store.outbox.carriage()
    count = after = first = 0
    while rows := store.ledger.unanswered(after, RECORDS):
        after = rows[-1][0]
        records = tuple(one for _, raw, hash in rows if (one := _whole(raw, hash, identity)) is not None)
        if records:
            body = wire.encode_request(wire.Request(identity.kiosk, beat, records, carriage.cursor))
            token = Token.made(identity.kiosk, clock.wall_ms(), body, identity.signing_key)
            name = f"{identity.kiosk}-{records[0].seq}-{records[-1].seq}{REQUEST_SUFFIX}"
            try:
                write_whole(folder / name, request_file(token, body))
            except OSError:
                raise CarriageError("sync.folder", folder=folder.name) from None
            count, first = count + len(records), first or records[0].seq
        told(len(rows))
    store.journal.note(Round(store.clock.wall_ms(), "done", sent=count, kind="export", first=first, last=after))
    return count


def bring(store: Store, identity: Identity, folder: Path, told: Callable[[int], None]) -> Brought:
    """Settles by every receipt in `folder`, exactly as if it had come over HTTP. Raises CarriageError, StoreError."""
    found = Brought()
    for path in receipts(folder):
        answer = _checked(path, store, identity)
        if answer is None:
            found.foreign += 1
        else:
            _settle(answer, path, store, identity, found)
        told(1)
    return found


def receipts(folder: Path) -> list[Path]:
    """Raises CarriageError `sync.folder`."""
    try:
        return sorted(path for path in folder.iterdir() if path.suffix == RECEIPT_SUFFIX and path.is_file())
    except OSError:
        raise CarriageError("sync.folder", folder=folder.name) from None


def _whole(raw: bytes, hash: bytes, identity: Identity) -> wire.Carried | None:
    try:
        one = wire.carried(raw)
    except RecordError:
        return None
    return one if one.hash == hash and one.record.kiosk == identity.kiosk else None


def _checked(path: Path, store: Store, identity: Identity) -> wire.Answer | None:
    try:
        if path.stat().st_size > _FILE_LIMIT:
            return None
        body = read_receipt_file(path.read_bytes())
        verdicts = wire.decode_answer(body).verdicts
        hashes = store.ledger.hashes(verdicts[0].first, verdicts[-1].last) if verdicts else {}
        return checked(body, hashes, identity)
    except WireError:
        return None
    except OSError:
        raise CarriageError("sync.folder", folder=path.parent.name) from None


def _settle(answer: wire.Answer, path: Path, store: Store, identity: Identity, found: Brought) -> None:
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
        bytes_down=path.stat().st_size,
        kind="import",
        first=answer.verdicts[0].first if answer.verdicts else 0,
        last=answer.verdicts[-1].last if answer.verdicts else 0,
    )
    word = word_of(answer, read_receipt_file(path.read_bytes()), None, before, None, identity)
    newest_ms = max(plan.last_success_ms or 0, min(answer.at_ms, store.clock.wall_ms()))
    store.outbox.settle(word, identity, deed, dataclasses.replace(plan, last_success_ms=newest_ms))
    found.files += 1
    found.accepted += deed.accepted
    found.duplicate += deed.duplicate
    found.refused += deed.refused
