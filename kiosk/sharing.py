"""Who may read and write what the store makes: this user alone, or the whole group where the folder is a group's own.

On an installed kiosk the screen and the daemon are two users of one group, and the home is the group's: it may write
there and hands its name down (setgid).
"""

import os
from pathlib import Path

_OF_A_GROUP = 0o2020


def create(path: Path, flags: int) -> int:
    """A descriptor of the file, made if there is none. Raises OSError."""
    mode = 0o660 if _is_shared(path.parent) else 0o600
    descriptor = os.open(path, flags | os.O_CREAT | os.O_CLOEXEC, mode)
    found = os.fstat(descriptor)
    if found.st_uid == os.geteuid() and found.st_mode & 0o777 != mode:  # the umask of a person's shell may be stricter
        os.fchmod(descriptor, mode)
    return descriptor


def touch(path: Path) -> None:
    """Raises OSError."""
    os.close(create(path, os.O_RDWR))


def make_folder(path: Path) -> None:
    """Nothing when it is there. A folder in a group's folder is the group's, too. Raises OSError."""
    if not path.is_dir():
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        if _is_shared(path.parent):
            path.chmod(0o2770)


def _is_shared(folder: Path) -> bool:
    return folder.stat().st_mode & _OF_A_GROUP == _OF_A_GROUP
