"""Tables that the centre has published, beside the shipped ones: whole versions in folders, one of them in use."""

import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from kiosk.domain.errors import StoreError
from kiosk.sharing import create, make_folder

FOLDER = "master"
_CURRENT = "current"  # a link to the folder of the version in use: changing it is one step


class MasterData:
    """In `home`/master. `folder` is what tables are read from first, None while only the shipped ones are there."""

    def __init__(self, home: Path) -> None:
        self._root = home / FOLDER

    @property
    def version(self) -> int:
        """Of the tables in use, 0 for the shipped ones."""
        try:
            name = os.readlink(self._root / _CURRENT)
        except OSError:
            return 0
        return int(name) if name.isdigit() else 0

    @property
    def folder(self) -> Path | None:
        version = self.version
        found = self._root / str(version)
        return found if version and found.is_dir() else None

    def partial(self, tag: str = "") -> Path:
        """Where the bundle with this tag lies while it comes in; what is there already need not come again."""
        make_folder(self._root)
        return self._root / f"incoming{tag}"

    def use(self, version: int, files: Mapping[str, bytes]) -> None:
        """Writes the files of a checked bundle and puts them in use, all or none. Raises StoreError."""
        fresh = self._root / str(version)
        try:
            shutil.rmtree(fresh, ignore_errors=True)  # of a try that was cut off
            make_folder(self._root)
            make_folder(fresh)
            for name, content in files.items():
                make_folder((fresh / name).parent)
                with open(create(fresh / name, os.O_WRONLY | os.O_EXCL), "wb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
            link = self._root / f"{_CURRENT}.new"
            link.unlink(missing_ok=True)
            link.symlink_to(str(version))
            link.replace(self._root / _CURRENT)
            _flush(fresh)
            _flush(self._root)
        except OSError:
            raise StoreError("store.unwritable", file=FOLDER) from None
        self._forget_others(version)

    def _forget_others(self, version: int) -> None:
        for other in self._root.iterdir():
            if other.name.isdigit() and int(other.name) < version - 1:  # the one before stays for who reads it now
                shutil.rmtree(other, ignore_errors=True)
        for partial in self._root.glob("incoming*"):
            with suppress(OSError):
                partial.unlink()


def _flush(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
