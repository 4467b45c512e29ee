"""What came of an errand, in words: the same for the officer's page and for the command line."""

from collections.abc import Iterator, Mapping
from typing import Any

from kiosk.domain.errand import Errand, Kind, State
from kiosk.words import Words


def outcome(errand: Errand, words: Words) -> list[str]:
    """One sentence each; of a failure what happened and what to do, and then what had been done until then."""
    if errand.state is State.FAILED:
        trouble = [words(f"error.{errand.cause}", **errand.result), words(f"cure.{errand.cause}", **errand.result)]
        return [" ".join(trouble), *(came_of(errand.kind, errand.result, words) if errand.done else ())]
    return list(came_of(errand.kind, errand.result, words)) if errand.state is State.DONE else []


def came_of(kind: Kind, result: Mapping[str, Any], words: Words) -> Iterator[str]:
    """`result` as the daemon tells it."""
    match kind:
        case Kind.SYNC:
            yield _counts(result, words)
        case Kind.EXPORT:
            yield words("stick.written", count=result.get("count", 0))
        case Kind.IMPORT:
            yield words("sync.imported", count=result.get("files", 0))
            if result.get("files"):
                yield _counts(result, words)
            if count := result.get("damaged", 0):
                yield words("stick.damaged", count=count, names=", ".join(result.get("names", ()))).strip(" :")
            for what in ("elsewhere", "others"):
                if count := result.get(what, 0):
                    yield words(f"stick.{what}", count=count)
        case Kind.PROVISION:
            yield words("machine.joined", kiosk=result.get("kiosk", ""))
        case Kind.RETRY | Kind.HOLD | Kind.RELEASE:
            yield words(f"sync.deed.{kind}", count=result.get("count", 0))


def _counts(result: Mapping[str, Any], words: Words) -> str:
    return words("sync.counts", **{name: result.get(name, 0) for name in ("accepted", "duplicate", "refused")})
