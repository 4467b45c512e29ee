"""Writing a file whole or not at all, and for good: a stick may be pulled out at any moment."""

import os
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Flushed with its folder when it returns, and nothing left behind when it cannot. Raises OSError."""
    fresh = path.with_name(f".{path.name}.new")
    try:
        with fresh.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
