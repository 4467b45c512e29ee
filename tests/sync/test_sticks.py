"""Out on a stick and back, with everything that happens to sticks: full, locked, pulled, somebody else's, damaged."""

import dataclasses
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from kiosk.clock import SystemClock
from kiosk.domain import stick as domain_stick
from kiosk.domain.errand import Kind, State
from kiosk.domain.errors import CarriageError
from kiosk.errand_words import outcome
from kiosk.sticks import folder_of, sticks
from kiosk.store import Store
from kiosk.words import load
from sync import stick
from sync.deeds import deeds
from sync.errands import Errands
from sync.round import beat_of
from sync.stop import StopSignal

SHARED_MEMORY = Path("/dev/shm")  # on every Linux a file system of its own
NOBODY_WRITES = Path("/sys")  # and here not even root makes a file


class Plugged:
    """A stick of `kib` KiB that is in: its folder lies below `base`."""

    def __init__(self, base: Path, name: str, kib: int) -> None:
        base.mkdir(exist_ok=True)
        self.base, self.name, self.path = base, name, base / name
        self.path.mkdir()
        self.mounted = _run("mount", "-t", "tmpfs", "-o", f"size={kib}k", "none", str(self.path))
        if not self.mounted:
            self.path.rmdir()
            self._folder = Path(tempfile.mkdtemp(dir=SHARED_MEMORY))
            self.path.symlink_to(self._folder)

    def pull(self) -> None:
        """What is left is an empty folder on the machine's own disk."""
        if self.mounted:
            assert _run("umount", "--lazy", str(self.path))
        else:
            shutil.rmtree(self._folder)
            self.path.unlink()
            self.path.mkdir()
        self.mounted = False

    def make_read_only(self) -> None:
        if self.mounted:
            assert _run("mount", "-o", "remount,ro", str(self.path))
        else:
            self.path.unlink()
            self.path.symlink_to(NOBODY_WRITES)

    @contextmanager
    def filled_up(self) -> Iterator[None]:
        """Not a byte fits any more. Without a disk of its own no file of this process may grow."""
        if self.mounted:
            with suppress(OSError), (self.path / "photos.zip").open("wb", buffering=0) as file:
                while True:
                    file.write(bytes(4096))
            yield
            return
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (64, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

    def clear(self) -> None:
        if self.path.is_symlink() or self.mounted:
            self.pull()


def _run(*command: str) -> bool:
    return os.geteuid() == 0 and subprocess.run(command, capture_output=True, timeout=30, check=False).returncode == 0


@pytest.fixture
def plug(tmp_path):
    plugged: list[Plugged] = []

    def plug(name: str = "sda1", kib: int = 4096) -> Plugged:
        plugged.append(Plugged(tmp_path / "sticks", name, kib))
        return plugged[-1]

    yield plug
    for one in plugged:
        one.clear()


@pytest.fixture(autouse=True)
def small_files(monkeypatch):
    """So that seven records are three files."""
    monkeypatch.setattr(stick, "RECORDS", 3)
    monkeypatch.setattr(domain_stick, "RECORDS", 3)


def export(kiosk, folder: Path, told=lambda _: None) -> int:
    return stick.export(kiosk.store, kiosk.identity, kiosk.clock, folder, beat_of(kiosk.store, kiosk.clock), told)


def bring(kiosk, folder: Path) -> stick.Brought:
    return stick.bring(kiosk.store, kiosk.identity, folder, lambda _: None)


def at_the_centre(centre, folder: Path) -> None:
    command = [sys.executable, "-m", "sync.central", "import", str(folder), "--home", str(centre.home)]
    assert subprocess.run(command, capture_output=True, timeout=60, check=False).returncode == 0


def run(kiosk, kind: Kind, **arguments: str):
    """As the daemon does what the screen has asked."""
    settings = dataclasses.replace(
        kiosk.settings,
        devices=dataclasses.replace(kiosk.settings.devices, sticks=str(kiosk.home / "sticks")),
    )
    with StopSignal() as stop:
        carrier = kiosk.carrier(kiosk.client())
        known = deeds(kiosk.store, kiosk.identity, settings, kiosk.clock, carrier, stop, lambda: None)
        kiosk.store.errands.ask(kind, "0417", kiosk.identity, **arguments)
        assert Errands(kiosk.store, known).do_next(lambda: None)
    return kiosk.store.errands.newest(kind)


def test_sticks_that_are_in(tmp_path, plug):
    base = tmp_path / "sticks"
    assert sticks(base) == []
    plug("sdb1")
    one = plug("sda1")
    (base / "left-behind").mkdir()
    (base / "a-file").write_text("x")
    found = sticks(base)
    assert [(each.name, each.writable) for each in found] == [("sda1", True), ("sdb1", True)]
    assert 0 < found[0].free <= found[0].size
    assert folder_of("sda1", base) == one.path
    one.pull()
    for name in ("sda1", "left-behind", "..", "sdb1/..", "none"):
        with pytest.raises(CarriageError, match=r"stick\.gone"):
            folder_of(name, base)


def test_out_and_back_as_errands(kiosk, centre, plug):
    kiosk.keep(6)
    usb = plug()
    out = run(kiosk, Kind.EXPORT, stick="sda1")
    assert (out.state, out.done, out.total, out.result) == (State.DONE, 7, 7, {"count": 7})
    assert len(list(usb.path.glob("*.kiosk"))) == 3
    assert kiosk.store.outbox.counts().waiting == 7, "they go on waiting"
    at_the_centre(centre, usb.path)
    back = run(kiosk, Kind.IMPORT, stick="sda1")
    assert (back.state, back.done, back.total) == (State.DONE, 3, 3)
    assert (back.result["files"], back.result["accepted"], back.result["damaged"]) == (3, 7, 0)
    assert kiosk.store.outbox.counts().waiting == 1, "only that the receipts were asked for"
    assert outcome(back, load("id"))[0] == load("id")("sync.imported", count=3)


def test_what_is_not_for_this_kiosk_never_holds_back_the_rest(kiosk, centre, plug, tmp_path):
    kiosk.keep(7)
    usb = plug()
    export(kiosk, usb.path)
    at_the_centre(centre, usb.path)
    first, second, third = sorted(usb.path.glob("*.receipt"))
    other = second.read_bytes()
    first.write_bytes(first.read_bytes()[:-9] + b"x" * 9)
    second.write_bytes(b"")
    (usb.path / "Budi KTP 3372.receipt").write_bytes(b"\xff" * 99)
    (usb.path / "lagu.mp3").write_bytes(b"x")
    (usb.path / ".hidden").write_bytes(b"x")
    (usb.path / "Photos").mkdir()
    found = run(kiosk, Kind.IMPORT, stick="sda1")
    counted = {name: found.result[name] for name in ("files", "accepted", "damaged", "elsewhere", "others")}
    assert counted == {"files": 1, "accepted": 1, "damaged": 3, "elsewhere": 0, "others": 1}
    assert found.result["names"] == [first.name, second.name], "a name that a person gave is not told"
    assert found.state is State.DONE
    told = " ".join(outcome(found, load("id")))
    assert first.name in told
    assert "Budi" not in told
    second.write_bytes(other)
    again = run(kiosk, Kind.IMPORT, stick="sda1")
    assert (again.result["files"], again.result["damaged"]) == (2, 2), "what was good is good again"
    assert third.exists()


def test_a_receipt_of_another_kiosk_is_counted_and_left_alone(kiosk, centre, plug, tmp_path):
    from kiosk.provision import provision
    from kiosk.store.identity import Identity

    usb = plug()
    other_home = tmp_path / "other"
    other = provision(other_home, centre.url, centre.code())
    assert isinstance(other, Identity)
    kiosk.keep(2)
    export(kiosk, usb.path)
    with Store.open(other_home, kiosk.settings.store, kiosk.clock) as store:
        store.errands.ask(Kind.SYNC, "", other)
        stick.export(store, other, kiosk.clock, usb.path, beat_of(store, kiosk.clock), lambda _: None)
    at_the_centre(centre, usb.path)
    found = bring(kiosk, usb.path)
    assert (found.files, found.elsewhere, found.damaged, found.accepted) == (1, 1, 0, 2)


def test_a_locked_stick(kiosk, plug):
    kiosk.keep(2)
    usb = plug()
    usb.make_read_only()
    if not usb.mounted:  # what nobody can write to here has no room either: the question to the folder itself
        with pytest.raises(CarriageError, match=r"stick\.read_only"):
            stick._Folder(usb.path).write("x", b"x", 1)
        return
    (seen,) = sticks(usb.base)
    assert not seen.writable
    found = run(kiosk, Kind.EXPORT, stick="sda1")
    assert (found.state, found.cause) == (State.FAILED, "stick.read_only")
    assert kiosk.store.outbox.counts().waiting == 3, "nothing is lost"


def test_too_small_is_told_before_anything_is_written(kiosk, plug):
    kiosk.keep(7)
    usb = plug(kib=128)
    if not usb.mounted:  # nobody here may make a small disk: the same question to the folder itself
        with pytest.raises(CarriageError, match=r"stick\.full"):
            stick._Folder(usb.path).check_room(2**62)
        return
    found = run(kiosk, Kind.EXPORT, stick="sda1")
    assert (found.state, found.cause) == (State.FAILED, "stick.full")
    assert found.result["needed"] > found.result["free"] > 0
    assert list(usb.path.iterdir()) == []
    (sentence,) = outcome(found, load("id"))
    assert str(found.result["needed"]) in sentence


def test_full_in_the_middle_keeps_what_is_whole(kiosk, plug):
    kiosk.keep(7)
    usb = plug()
    with pytest.raises(CarriageError, match=r"stick\.full") as caught:
        fill = usb.filled_up()
        export(kiosk, usb.path, lambda _: fill.__enter__())
    fill.__exit__(None, None, None)
    assert caught.value.facts["needed"] > caught.value.facts["free"]
    assert [path.name for path in usb.path.glob("*.kiosk")] == [f"{kiosk.identity.kiosk}-1-3.kiosk"]
    assert not list(usb.path.glob(".*")), "nothing half is left"
    assert kiosk.store.outbox.counts().waiting == 7


def test_pulled_in_the_middle(kiosk, plug):
    """The folder is still there; what is written into it now would lie on the kiosk's own disk."""
    kiosk.keep(7)
    usb = plug()
    with pytest.raises(CarriageError, match=r"stick\.gone"):
        export(kiosk, usb.path, lambda _: usb.pull())
    assert list(usb.path.iterdir()) == []
    assert kiosk.store.outbox.counts().waiting == 7
    assert run(kiosk, Kind.EXPORT, stick="sda1").cause == "stick.gone"
    assert run(kiosk, Kind.IMPORT, stick="sda1").cause == "stick.gone"


def test_pulled_while_receipts_are_read(kiosk, centre, plug):
    kiosk.keep(7)
    usb = plug()
    export(kiosk, usb.path)
    at_the_centre(centre, usb.path)
    with pytest.raises(CarriageError, match=r"stick\.gone"):
        stick.bring(kiosk.store, kiosk.identity, usb.path, lambda _: usb.pull() if usb.mounted else usb.clear())
    assert kiosk.store.outbox.counts().accepted == 3, "what was read is settled"


def test_what_a_killed_export_left_half_is_taken_away(kiosk, plug):
    kiosk.keep(2)
    usb = plug()
    (usb.path / f".{kiosk.identity.kiosk}-1-9.kiosk.new").write_bytes(b"half")
    (usb.path / ".of-somebody-else.new").write_bytes(b"x")
    export(kiosk, usb.path)
    left = sorted(path.name for path in usb.path.iterdir())
    assert left == [".of-somebody-else.new", f"{kiosk.identity.kiosk}-1-2.kiosk"]


def test_a_daemon_killed_while_it_writes_leaves_only_whole_files(kiosk, plug, eventually):
    usb = plug(kib=16_384)
    kiosk.keep(3)
    site = kiosk.site.read_text()
    kiosk.site.write_text(f'{site}\n[devices]\nsticks = "{usb.base}"\n')
    with Store.open(kiosk.home, kiosk.settings.store, SystemClock()) as screen:
        screen.errands.ask(Kind.EXPORT, "0417", kiosk.identity, stick="sda1")
        daemon = kiosk.start("run")
        eventually(lambda: screen.errands.newest(Kind.EXPORT).state is not State.ASKED)
        daemon.kill()
        daemon.communicate(timeout=30)
        for path in usb.path.glob("*.kiosk"):
            assert path.read_bytes().startswith(b"KIOSKSYNC2\n")
        daemon = kiosk.start("run")
        eventually(lambda: not screen.errands.newest(Kind.EXPORT).under_way)
        screen.errands.ask(Kind.EXPORT, "0417", kiosk.identity, stick="sda1")
        eventually(lambda: not screen.errands.newest(Kind.EXPORT).under_way)
        daemon.terminate()
        log = daemon.communicate(timeout=30)[1]
        assert screen.errands.newest(Kind.EXPORT).state is State.DONE
    assert "Traceback" not in log
    assert not list(usb.path.glob(".*"))
