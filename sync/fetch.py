"""Fetching master data: in pieces, so that what has come need not come again; then checked and put in use whole."""

import re
from contextlib import suppress
from pathlib import Path

from kiosk.domain.errors import CarriageError, StoreError
from kiosk.logs import Log
from kiosk.store import Store
from kiosk.store.identity import Identity
from kiosk.store.journal import Round
from sync import bundle, wire
from sync.checks import WireError
from sync.client import Client, SendFailed

PIECE = 16 * 1024  # bytes: 7 s at 20 kbit/s
_TAG = re.compile(r'"([0-9]{1,19})"')
_RANGE = re.compile(r"bytes ([0-9]+)-([0-9]+)/([0-9]+)")
_log = Log("sync")


def fetch(client: Client, store: Store, identity: Identity) -> bool:
    """Fetches the version that the centre has told of; whether there was something new.

    Raises SendFailed; CarriageError `sync.master` for a bundle that the centre has not signed or that is older than the
    one in use; StoreError. What came is kept for the next time.
    """
    wanted = store.outbox.carriage().master
    if wanted <= store.master.version:
        return False
    partial = store.master.partial(f"-{wanted}")
    _forget_others(partial)
    while True:
        have = partial.stat().st_size if partial.exists() else 0
        asked = {"Range": f"bytes={have}-{have + PIECE - 1}", "If-Range": f'"{wanted}"'}
        status, headers, piece = client.get(wire.MASTER_PATH, **asked)
        if status == 404:
            return False
        content_range = headers.get("Content-Range", "")
        if status == 416 or (status == 206 and not _is_next(content_range, have, len(piece))):
            partial.unlink(missing_ok=True)
            raise SendFailed("cut", bytes_down=len(piece))
        if status not in (200, 206) or _TAG.fullmatch(headers.get("ETag", "")) is None:
            raise SendFailed("captive_portal", bytes_down=len(piece))
        _write(partial, piece, anew=status == 200)  # 200: it is another version by now, and this is all of it
        if status == 200 or _is_last(content_range):
            return _use(partial, store, identity)


def _is_next(content_range: str, have: int, size: int) -> bool:
    span = _RANGE.fullmatch(content_range)
    return (
        span is not None
        and (int(span[1]), int(span[2])) == (have, have + size - 1)
        and int(span[3]) <= bundle.BUNDLE_LIMIT
    )


def _write(partial: Path, piece: bytes, *, anew: bool) -> None:
    try:
        with partial.open("wb" if anew else "ab") as file:
            file.write(piece)
    except OSError:
        raise StoreError("store.unwritable", file=partial.name) from None


def _is_last(content_range: str) -> bool:
    span = _RANGE.fullmatch(content_range)
    return span is not None and int(span[2]) + 1 == int(span[3])


def _use(partial: Path, store: Store, identity: Identity) -> bool:
    try:
        found = bundle.opened(partial.read_bytes(), identity.answer_public_key)
        if found.version <= store.master.version:
            raise WireError("version")
    except WireError:
        partial.unlink(missing_ok=True)  # it would never get better
        raise CarriageError("sync.master") from None
    store.master.use(found.version, found.files)
    store.journal.note(Round(store.clock.wall_ms(), "done", sent=found.version, kind="master"))
    _log.info("master.used", version=found.version)
    return True


def _forget_others(partial: Path) -> None:
    for other in partial.parent.glob("incoming*"):
        if other != partial:
            with suppress(OSError):
                other.unlink()
