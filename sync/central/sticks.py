"""What comes on a stick: request files in, receipts written beside them, as if both had gone over HTTP."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kiosk.domain.errors import CarriageError, SettingsError
from sync import token, wire
from sync.central.exchange import Exchange, NotUnderstood
from sync.files import write_whole

_FILE_LIMIT = wire.BODY_LIMIT + 1024
_FIRST = re.compile(r"-([0-9]+)-[0-9]+\.kiosk")


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of one file: how many records of each verdict, or `problem`, a word id under `central.stick.`."""

    name: str
    accepted: int = 0
    duplicate: int = 0
    refused: int = 0
    problem: str = ""


def files(folder: Path) -> list[Path]:
    """The request files, oldest records first. Raises SettingsError `file.missing`, `file.unreadable`."""
    try:
        found = [path for path in folder.iterdir() if path.suffix == token.REQUEST_SUFFIX and path.is_file()]
    except FileNotFoundError:
        raise SettingsError("file.missing", file=folder.name) from None
    except OSError:
        raise SettingsError("file.unreadable", file=folder.name) from None
    return sorted(found, key=_order)


def bring(exchange: Exchange, paths: list[Path], done: Callable[[Brought], None]) -> list[Brought]:
    """Takes each file in and writes its receipt. Again, it gives the same verdicts, and the outcomes known by then.

    Raises StoreError; then the files before it have their receipts.
    """
    found = []
    for path in paths:
        found.append(_bring(exchange, path))
        done(found[-1])
    return found


def _bring(exchange: Exchange, path: Path) -> Brought:
    try:
        if path.stat().st_size > _FILE_LIMIT:
            return Brought(path.name, problem="not_understood")
        who, body = token.read_request_file(path.read_bytes())
        exchanged = exchange.answer(who, body, stick=True)
        write_whole(path.with_suffix(token.RECEIPT_SUFFIX), token.receipt_file(exchanged.body))
    except wire.WireError:
        return Brought(path.name, problem="not_understood")
    except NotUnderstood as error:
        return Brought(path.name, problem=error.cause)
    except CarriageError as error:
        return Brought(path.name, problem=error.id.removeprefix("central."))
    except OSError:
        return Brought(path.name, problem="unreadable")
    number = dict.fromkeys(wire.Verdict, 0)
    for judged in exchanged.answer.verdicts:
        number[judged.verdict] += judged.last - judged.first + 1
    accepted, duplicate, refused = (number[verdict] for verdict in wire.Verdict)
    return Brought(path.name, accepted, duplicate, refused)


def _order(path: Path) -> tuple[int, str]:
    first = _FIRST.search(path.name)
    return (int(first[1]) if first else 0, path.name)
