"""What is said of a medium: by its mount, by its speed, and by the plug that was pulled."""

import os
import signal
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.checkup import storage
from kiosk.checkup.storage import FILE, NOTES, Flushes, options_of, pulled
from kiosk.domain.health import State

SAFE = ("ext4", {"rw", "relatime"})


@pytest.mark.parametrize(
    ("median", "mounted", "said"),
    [
        (4.0, SAFE, "storage.flush"),
        (4.0, ("ext4", {"rw", "barrier=0"}), "storage.barrier"),
        (4.0, ("ext4", {"rw", "nobarrier"}), "storage.barrier"),
        (4.0, ("tmpfs", {"rw"}), "storage.memory"),
        (0.004, SAFE, "storage.too_fast"),
        (900.0, SAFE, "storage.slow"),
    ],
)
def test_a_medium_that_cannot_be_trusted_is_named(
    tmp_path: Path, median: float, mounted: tuple[str, set[str]], said: str
) -> None:
    assert storage.storage(tmp_path, Flushes(median, median * 2), mounted).said == said


def test_every_write_is_flushed_and_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed = []
    monkeypatch.setattr(os, "fdatasync", flushed.append)
    found = storage.flushes(tmp_path, writes=5)
    assert len(flushed) == 5
    assert 0 < found.median <= found.longest
    assert list(tmp_path.iterdir()) == []


def test_the_longest_mount_point_counts(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    lines = ("/dev/a / ext4 rw,relatime", f"/dev/b {tmp_path} ext4 rw,barrier=0", f"/dev/c {tmp_path}/x\\040y tmpfs rw")
    mounts.write_text("".join(f"{line} 0 0\n" for line in lines))
    assert options_of(tmp_path / "home", mounts) == ("ext4", {"rw", "barrier=0"})
    assert options_of(tmp_path / "x y" / "z", mounts) == ("tmpfs", {"rw"})
    assert options_of(Path("/elsewhere"), mounts) == ("ext4", {"rw", "relatime"})


@pytest.fixture
def cut(tmp_path: Path) -> tuple[Path, Path]:
    """A home and a stick after the program was ended in the middle of writing, as by a power cut."""
    home, stick = tmp_path / "home", tmp_path / "stick"
    home.mkdir()
    stick.mkdir()
    code = (
        "import sys; from pathlib import Path; from kiosk.checkup.storage import pull\n"
        "pull(Path(sys.argv[1]), Path(sys.argv[2]), lambda number: print(number, flush=True))"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(home), str(stick)], stdout=subprocess.PIPE) as writing:
        assert writing.stdout
        for _ in range(40):
            assert writing.stdout.readline()
        writing.send_signal(signal.SIGKILL)
    return home, stick


def test_what_was_noted_before_the_cut_is_there(cut: tuple[Path, Path]) -> None:
    found = pulled(*cut)
    assert found
    assert found.state is State.GOOD
    assert int(found.facts["kept"]) >= int(found.facts["noted"]) >= 40


@pytest.mark.parametrize("left", [0, 8, 39 * 8 + 3])
def test_a_medium_that_lied_is_found_out(cut: tuple[Path, Path], left: int) -> None:
    home, _ = cut
    os.truncate(home / FILE, left)
    found = pulled(*cut)
    assert found
    assert (found.said, found.facts["kept"]) == ("storage.lost", left // 8)


def test_a_number_that_is_another_one_counts_as_lost(cut: tuple[Path, Path]) -> None:
    home, _ = cut
    whole = bytearray((home / FILE).read_bytes())
    whole[16:24] = struct.pack(">Q", 99)
    (home / FILE).write_bytes(whole)
    found = pulled(*cut)
    assert found
    assert (found.said, found.facts["kept"]) == ("storage.lost", 2)


def test_where_nobody_pulled_a_plug_nothing_is_said(tmp_path: Path) -> None:
    assert pulled(tmp_path, tmp_path) is None
    (tmp_path / NOTES).write_bytes(b"")  # cut before the first number
    found = pulled(tmp_path, tmp_path)
    assert found
    assert found.state is State.WARN
