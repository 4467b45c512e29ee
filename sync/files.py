"""Writing a file whole or not at all, and for good: a stick may be pulled out at any moment."""

import os
from contextlib import suppress
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Flushed with its folder when it returns, and nothing left behind when it cannot. Raises OSError."""
    fresh = path.with_name(fresh_of(path.name))
    try:
        with fresh.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except BaseException:
        with suppress(OSError):  # where nothing can be taken away either, the first trouble is the one to tell
            fresh.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def fresh_of(name: str) -> str:
    """What a file is called while it is written."""
    return f".{name}.new"
