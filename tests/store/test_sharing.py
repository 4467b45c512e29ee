"""A home that belongs to a group: whoever of the group makes a file, the others can go on with it."""

import os
import stat
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk import settings
from kiosk.clock import SystemClock
from kiosk.sharing import create, make_folder
from kiosk.store import Store
from kiosk.store.journal import Round

GROUP, KIOSK, DAEMON = 64_990, 64_991, 64_992  # on the books of no machine; the kernel does not mind
COST = settings.load(overrides={"store.ballast_mb": 1}).store


@pytest.fixture
def home() -> Iterator[Path]:
    """Not below pytest's own folder, which is this user's alone."""
    with tempfile.TemporaryDirectory(prefix="kiosk-home-") as made:
        home = Path(made) / "kiosk"
        home.mkdir()
        if os.geteuid() == 0:
            Path(made).chmod(0o755)
            os.chown(home, 0, GROUP)
        home.chmod(0o2770)
        yield home


def work(home: Path, version: int, *, damaged: bool = False) -> int:
    """What a program does in a home. How many rounds its journal holds then."""
    with Store.open(home, COST, SystemClock()) as store:
        if damaged:
            store.recover()
        store.ballast.fill()
        store.journal.note(Round(1, "done", sent=1, kind="round"))
        store.master.use(version, {"words/id.po": b"x", "tariff.csv": b"y"})
        return len(store.journal.rounds())


def as_user(user: int, umask: int, home: Path, version: int, *, damaged: bool = False) -> int:
    """`work` in a process of `user` where this run may choose one, else of its own user."""
    child = os.fork()
    if child == 0:
        found = 255
        try:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(GROUP)
                os.setuid(user)
            os.umask(umask)
            found = work(home, version, damaged=damaged)
        except Exception:  # noqa: BLE001 told by the exit code
            traceback.print_exc()
        finally:
            os._exit(found)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_two_users_of_a_group_write_one_database(home: Path) -> None:
    assert as_user(KIOSK, 0o022, home, 1) == 1
    assert as_user(DAEMON, 0o077, home, 2) == 2
    assert as_user(KIOSK, 0o007, home, 3) == 3
    assert as_user(DAEMON, 0o007, home, 4, damaged=True) == 2  # puts aside what the other one made
    assert as_user(KIOSK, 0o022, home, 5) == 3
    for path in home.rglob("*"):
        mode = stat.S_IMODE(path.lstat().st_mode)
        assert path.is_symlink() or mode == (0o2770 if path.is_dir() else 0o660), f"{path.name} {mode:o}"


def test_while_one_has_it_open_the_other_writes(home: Path, clock) -> None:  # type: ignore[no-untyped-def]
    """The files beside the database, -wal and -shm, are the group's like itself."""
    with Store.open(home, COST, clock) as store:
        seen = store.change_count()
        assert {path.name for path in home.glob("kiosk.sqlite3-*")} == {"kiosk.sqlite3-wal", "kiosk.sqlite3-shm"}
        assert as_user(DAEMON, 0o022, home, 1) == 1
        assert store.change_count() != seen
        assert len(store.journal.rounds()) == 1


def test_elsewhere_it_stays_with_its_user(tmp_path: Path) -> None:
    for mode in (0o700, 0o770, 0o2700):  # a group that may write by chance, or one that is only handed down, is no sign
        folder = tmp_path / f"{mode:o}"
        folder.mkdir()
        folder.chmod(mode)
        os.close(create(folder / "file", os.O_WRONLY))
        make_folder(folder / "below")
        assert stat.S_IMODE((folder / "file").stat().st_mode) == 0o600
        assert stat.S_IMODE((folder / "below").stat().st_mode) & 0o777 == 0o700
