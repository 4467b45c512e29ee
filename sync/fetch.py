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
    """Whether there was something new. Raises SendFailed; CarriageError `sync.master` for a bundle that the centre has
    not signed or that is older than the one in use; StoreError. What came is kept for the next time.
    """
    begun = sorted(store.master.partial().parent.glob("incoming-*"))
    tag = begun[0].name.removeprefix("incoming-") if begun else ""
    while True:
        partial = store.master.partial(f"-{tag}" if tag else "")
        have = partial.stat().st_size if tag and partial.exists() else 0
        more = {"If-Range": f'"{tag}"'} if tag else {}
        status, headers, piece = client.get(wire.MASTER_PATH, Range=f"bytes={have}-{have + PIECE - 1}", **more)
        if status == 404:
            return False
        found = _TAG.fullmatch(headers.get("ETag", ""))
        if found is None or status not in (200, 206, 416):
            raise SendFailed("captive_portal", bytes_down=len(piece))
        if found[1] != tag:  # the first piece of all, or another version meanwhile: begin where this one was left off
            tag = found[1]
            _forget_others(partial.parent, tag)
            if int(tag) == store.master.version:
                return False
            partial = store.master.partial(f"-{tag}")
            if have or partial.exists():
                continue
        if status == 416 or not _append(partial, have, status, headers.get("Content-Range", ""), piece):
            partial.unlink(missing_ok=True)
            raise SendFailed("cut", bytes_down=len(piece))
        if status == 200 or _is_last(headers["Content-Range"]):
            return _use(partial, store, identity)


def _append(partial: Path, have: int, status: int, content_range: str, piece: bytes) -> bool:
    """Whether the piece was the next one."""
    span = _RANGE.fullmatch(content_range)
    whole = status == 200
    if not whole and (span is None or int(span[1]) != have or int(span[2]) - int(span[1]) + 1 != len(piece)):
        return False
    if (0 if whole else have) + len(piece) > bundle.BUNDLE_LIMIT:
        return False
    try:
        with partial.open("wb" if whole else "ab") as file:
            file.write(piece)
    except OSError:
        raise StoreError("store.unwritable", file=partial.name) from None
    return True


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


def _forget_others(folder: Path, tag: str) -> None:
    for other in folder.glob("incoming-*"):
        if other.name != f"incoming-{tag}":
            with suppress(OSError):
                other.unlink()
