"""`scripts/install` into a tree of files: each step is seen by --check, done once, found when it breaks, and undone."""

import json
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PASSWD = "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n"
GROUP = "root:x:0:\ndaemon:x:1:\nvideo:x:44:tamu\n"
FSTAB = "/dev/sda1 / ext4 errors=remount-ro 0 1\n/dev/sda2 none swap sw 0 0\n"


def install(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(ROOT / "scripts" / "install"), "--root", str(root), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def wrong(root: Path) -> dict[str, list[str]]:
    done = install(root, "--check", "--json")
    told = json.loads(done.stdout)
    assert (done.returncode == 0) is told["well"]
    return {step: sentences for step, sentences in told["steps"].items() if sentences}


def listing(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file() or path.is_symlink()}


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    (tmp_path / "etc").mkdir()
    for name, text in (("passwd", PASSWD), ("group", GROUP), ("fstab", FSTAB)):
        (tmp_path / "etc" / name).write_text(text)
    return tmp_path


@pytest.fixture(scope="module")
def installed_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("installed")
    (root / "etc").mkdir()
    for name, text in (("passwd", PASSWD), ("group", GROUP), ("fstab", FSTAB)):
        (root / "etc" / name).write_text(text)
    done = install(root, "--no-program", "--ssh", "--upgrades")
    assert done.returncode == 0, done.stdout + done.stderr
    return root


@pytest.fixture
def kiosk(installed_once: Path, tmp_path: Path) -> Path:
    """A tree of its own that was installed into."""
    subprocess.run(["cp", "--archive", installed_once, tmp_path / "root"], check=True)  # with owners
    return tmp_path / "root"


def test_a_bare_tree_is_told_all_that_is_missing(bare: Path) -> None:
    assert set(wrong(bare)) >= {"users", "settings", "home", "files", "swap", "units"}
    before = listing(bare)
    done = install(bare, "--no-program", "--dry-run")
    assert done.returncode == 0
    assert "would do  no swap" in done.stdout
    assert listing(bare) == before


def test_once_installed_all_is_well_and_a_second_time_changes_nothing(kiosk: Path) -> None:
    assert wrong(kiosk) == {}
    before = {name: (kiosk / name).lstat().st_mtime_ns for name in listing(kiosk)}
    done = install(kiosk, "--no-program", "--ssh", "--upgrades")
    assert done.returncode == 0
    assert "doing" not in done.stdout
    after = {name: (kiosk / name).lstat().st_mtime_ns for name in listing(kiosk)}
    assert after == before


@pytest.mark.parametrize(
    ("step", "place", "how"),
    [
        ("files", "etc/systemd/system/kiosk-sync.service", "changed"),
        ("files", "etc/udev/rules.d/70-kiosk-devices.rules", "missing"),
        ("files", "usr/local/bin/kiosk", "mode"),
        ("files", "etc/market-kiosk/firewall.nft", "changed"),
        ("files", "etc/market-kiosk/firewall.d/ssh.nft", "missing"),
        ("files", "etc/apt/apt.conf.d/52market-kiosk", "missing"),
        ("files", "etc/systemd/journald.conf.d/market-kiosk.conf", "changed"),
        ("settings", "etc/market-kiosk/site.toml", "missing"),
        ("swap", "etc/fstab", "swap"),
        ("home", "var/lib/kiosk", "mode"),
        ("users", "etc/group", "left"),
        ("units", "etc/systemd/system/multi-user.target.wants/kiosk.service", "missing"),
    ],
)
def test_what_breaks_is_named_and_mended(kiosk: Path, step: str, place: str, how: str) -> None:
    path = kiosk / place
    match how:
        case "changed":
            path.write_text(path.read_text() + "# x\n")
        case "missing":
            path.unlink()
        case "mode":
            path.chmod(0o700)
        case "swap":
            path.write_text(path.read_text() + "/swapfile none swap sw 0 0\n")
        case _:
            path.write_text(path.read_text().replace("kiosk,tamu", "tamu"))
    found = wrong(kiosk)
    assert list(found) == [step]
    assert found[step][0].endswith((".", "kiosk.service"))
    assert install(kiosk, "--no-program", "--ssh", "--upgrades").returncode == 0
    assert wrong(kiosk) == {}


def test_a_sites_settings_are_never_overwritten(kiosk: Path) -> None:
    (kiosk / "etc/market-kiosk/site.toml").write_text('[site]\nmarket = "Pasar Klewer"\n')
    install(kiosk, "--no-program")
    assert "Klewer" in (kiosk / "etc/market-kiosk/site.toml").read_text()


def test_what_is_no_longer_wanted_goes(kiosk: Path) -> None:
    assert install(kiosk, "--no-program").returncode == 0
    assert not (kiosk / "etc/market-kiosk/firewall.d/ssh.nft").exists()
    assert not (kiosk / "etc/apt/apt.conf.d/52market-kiosk").exists()
    assert wrong(kiosk) == {}


def test_removing_leaves_the_data_and_nothing_else(kiosk: Path) -> None:
    (kiosk / "var/lib/kiosk/kiosk.sqlite3").write_text("enrolments")
    assert install(kiosk, "--remove").returncode == 0
    left = {name for name in listing(kiosk) if "kiosk" in name}
    assert left == {"etc/market-kiosk/site.toml", "var/lib/kiosk/kiosk.sqlite3"}
    assert (kiosk / "etc/fstab").read_text() == FSTAB
    assert (kiosk / "etc/passwd").read_text() == PASSWD
    assert (kiosk / "etc/group").read_text().splitlines()[2] == "video:x:44:tamu"


def test_forgetting_leaves_nothing(kiosk: Path) -> None:
    (kiosk / "var/lib/kiosk/kiosk.sqlite3").write_text("enrolments")
    assert install(kiosk, "--remove", "--forget").returncode == 0
    assert {name for name in listing(kiosk) if "kiosk" in name} == set()


def test_a_tree_without_debians_packages_is_told_which(bare: Path) -> None:
    done = install(bare)
    assert done.returncode == 1
    assert "cage" in done.stderr
    assert "Traceback" not in done.stderr
