"""Every step of an installation: how it is done, how one sees that it is done, how it is undone. In this order; undone
from the last to the first. The table STEPS is all there is: install, --check and --remove walk it.
"""

import dataclasses
import json
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from files import FILES, File
from machine import CONFIG, SOURCE, InstallError, Machine, Options

PROGRAM, HOME, ETC = "/opt/market-kiosk", "/var/lib/kiosk", "/etc/market-kiosk"
UNITS = ("kiosk.service", "kiosk-sync.service", "kiosk-firewall.service")
GROUPS = ("video", "render", "input", "audio", "lp", "dialout")
MARK = "# market-kiosk: "  # before a line of fstab that was taken out
PACKAGES = (
    *("cage", "xwayland", "kbd", "nftables", "udev", "dbus", "libpam-systemd", "polkitd"),
    *("python3", "python3-venv", "ca-certificates", "libzbar0", "libgl1", "libgl1-mesa-dri", "libegl1"),
    *("libglib2.0-0", "libmtdev1", "libasound2", "dosfstools"),
)
UPGRADES = ("unattended-upgrades",)
AGAIN = "Run scripts/install again."


@dataclass(frozen=True)
class Step:
    """`check` yields a sentence for each thing that is not as it should be."""

    name: str
    title: str
    do: Callable[[Machine], None]
    check: Callable[[Machine], Iterator[str]]
    undo: Callable[[Machine], None]


def nothing(_: Machine) -> None:
    """Nothing to do, or nothing to undo."""


# Debian's packages


def packages_of(machine: Machine) -> tuple[str, ...]:
    return (*PACKAGES, *(UPGRADES if machine.options.upgrades else ()))


def missing(machine: Machine) -> list[str]:
    """Debian 13 calls some of them …t64."""
    status = machine.text("/var/lib/dpkg/status")
    blocks = (block.splitlines() for block in status.split("\n\n"))
    there = {
        block[0].removeprefix("Package: ")
        for block in blocks
        if block and any(line == "Status: install ok installed" for line in block[:3])
    }
    return [name for name in packages_of(machine) if not {name, f"{name}t64"} & there]


def install_packages(machine: Machine) -> None:
    if machine.options.program and (lacking := missing(machine)):
        if not machine.live:
            raise InstallError(
                f"The tree lacks Debian packages: {' '.join(lacking)}. Put them in, or use --no-program."
            )
        machine.run("apt-get", "update", quiet=True)
        machine.run("apt-get", "install", "--yes", "--no-install-recommends", *lacking)


def check_packages(machine: Machine) -> Iterator[str]:
    if machine.options.program and (lacking := missing(machine)):
        yield f"Debian packages are missing: {' '.join(lacking)}. {AGAIN}"


# users


def make_users(machine: Machine) -> None:
    if any(check_users(machine)):
        machine.offline("systemd-sysusers", str(CONFIG / "sysusers" / "market-kiosk.conf"))


def check_users(machine: Machine) -> Iterator[str]:
    users = {line.split(":")[0] for line in machine.text("/etc/passwd").splitlines()}
    groups = {line.split(":")[0]: line.split(":")[-1].split(",") for line in machine.text("/etc/group").splitlines()}
    for name in ("kiosk", "kiosk-sync"):
        if name not in users:
            yield f"The user {name} is missing. {AGAIN}"
    if "kiosk" not in groups:
        yield f"The group kiosk is missing. {AGAIN}"
    for group in GROUPS:
        if "kiosk" not in groups.get(group, []):
            yield f"The user kiosk is not in the group {group}. {AGAIN}"


def remove_users(machine: Machine) -> None:
    for name in ("passwd", "shadow", "group", "gshadow"):
        if not (text := machine.text(f"/etc/{name}")):
            continue
        kept = [_without(line) for line in text.splitlines() if line.split(":")[0] not in ("kiosk", "kiosk-sync")]
        mode = stat.S_IMODE(machine.path(f"/etc/{name}").stat().st_mode)
        owner = machine.path(f"/etc/{name}").stat()
        machine.write(f"/etc/{name}", "\n".join(kept) + "\n", mode)
        shutil.chown(machine.path(f"/etc/{name}"), owner.st_uid, owner.st_gid)


def _without(line: str) -> str:
    """A line of a group without our users among its members."""
    fields = line.split(":")
    members = [member for member in fields[-1].split(",") if member not in ("kiosk", "kiosk-sync")]
    return ":".join([*fields[:-1], ",".join(members)])


# the program


def version() -> str:
    line = next(x for x in (SOURCE / "kiosk" / "__init__.py").read_text().splitlines() if x.startswith("__version__"))
    return line.split('"')[1]


def install_program(machine: Machine) -> None:
    if not machine.options.program or not any(check_program(machine)):
        return
    place, lock = machine.path(PROGRAM), SOURCE / "scripts" / "requirements.lock"
    machine.run("/usr/bin/python3", "-m", "venv", "--clear", str(place))
    pip = (f"{place}/bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    machine.run(*pip, "--require-hashes", "--requirement", str(lock))
    machine.run(*pip, "--no-deps", "--no-build-isolation", str(SOURCE))
    machine.write(f"{PROGRAM}/.version", version() + "\n")


def check_program(machine: Machine) -> Iterator[str]:
    if not machine.options.program:
        return
    for name in ("kiosk", "kiosk-sync"):
        if not machine.path(f"{PROGRAM}/bin/{name}").is_file():
            yield f"{PROGRAM}/bin/{name} is missing. {AGAIN}"
            return
    found = machine.text(f"{PROGRAM}/.version").strip()
    if found != version():
        yield f"The program is version {found or 'unknown'}, this source is {version()}. {AGAIN}"


# files


def files_of(machine: Machine) -> list[File]:
    return [file for file in FILES if not file.only_with or getattr(machine.options, file.only_with)]


def put_files(machine: Machine) -> None:
    for file in files_of(machine):
        if any(_wrong(machine, file)):
            machine.write(file.place, file.content, file.mode)
    for file in FILES:
        if file not in files_of(machine):
            machine.delete(file.place)


def check_files(machine: Machine) -> Iterator[str]:
    for file in files_of(machine):
        yield from _wrong(machine, file)
    for file in FILES:
        if file not in files_of(machine) and machine.path(file.place).exists():
            yield f"{file.place} is no longer wanted. {AGAIN}"


def _wrong(machine: Machine, file: File) -> Iterator[str]:
    path = machine.path(file.place)
    if not path.is_file():
        yield f"{file.place} is missing. {AGAIN}"
        return
    found = path.stat()
    if path.read_bytes() != file.content:
        yield f"{file.place} was changed. {AGAIN}"
    elif stat.S_IMODE(found.st_mode) != file.mode:
        yield f"{file.place} has the mode {stat.S_IMODE(found.st_mode):o}, not {file.mode:o}. {AGAIN}"
    elif machine.live and found.st_uid != 0:
        yield f"{file.place} does not belong to root. Run: chown root:root {file.place}"


def remove_files(machine: Machine) -> None:
    for file in FILES:
        machine.delete(file.place)


# settings and home


def put_settings(machine: Machine) -> None:
    if not machine.path(f"{ETC}/site.toml").exists():  # a site's own are never overwritten
        machine.write(f"{ETC}/site.toml", (CONFIG / "site.example.toml").read_bytes())
    machine.write(f"{ETC}/install.json", json.dumps(dataclasses.asdict(machine.options)) + "\n")


def check_settings(machine: Machine) -> Iterator[str]:
    if not machine.path(f"{ETC}/site.toml").is_file():
        yield f"{ETC}/site.toml is missing. {AGAIN}"
    if not machine.path(f"{ETC}/install.json").is_file():
        yield f"{ETC}/install.json is missing, so nobody knows how this kiosk was installed. {AGAIN}"
    elif options_of(machine) != machine.options:
        yield f"{ETC}/install.json tells of other options. {AGAIN}"


def options_of(machine: Machine) -> Options:
    """With which this machine was installed; the usual ones where it was not."""
    try:
        return Options(**json.loads(machine.text(f"{ETC}/install.json")))
    except (ValueError, TypeError):
        return machine.options


def make_home(machine: Machine) -> None:
    path = machine.path(HOME)
    path.mkdir(parents=True, exist_ok=True)
    user, group = _number(machine, "passwd", "kiosk"), _number(machine, "group", "kiosk")
    if user is not None and group is not None:
        shutil.chown(path, user, group)
    path.chmod(0o2770)


def check_home(machine: Machine) -> Iterator[str]:
    path = machine.path(HOME)
    if not path.is_dir():
        yield f"{HOME} is missing. {AGAIN}"
        return
    found = path.stat()
    if stat.S_IMODE(found.st_mode) != 0o2770:
        yield f"{HOME} has the mode {stat.S_IMODE(found.st_mode):o}, not 2770: the daemon cannot write there. {AGAIN}"
    expected = (_number(machine, "passwd", "kiosk"), _number(machine, "group", "kiosk"))
    if (found.st_uid, found.st_gid) != expected:
        yield f"{HOME} does not belong to kiosk:kiosk. {AGAIN}"


def _number(machine: Machine, file: str, name: str) -> int | None:
    lines = (line.split(":") for line in machine.text(f"/etc/{file}").splitlines())
    return next((int(fields[2]) for fields in lines if fields[0] == name), None)


# no swap: what a trader typed is never written to a disk, and an SD card lives longer


def _swaps(line: str) -> bool:
    fields = line.split()
    return len(fields) > 2 and not line.startswith("#") and fields[2] == "swap"


def no_swap(machine: Machine) -> None:
    lines = machine.text("/etc/fstab").splitlines()
    if any(map(_swaps, lines)):
        machine.write("/etc/fstab", "\n".join(MARK + line if _swaps(line) else line for line in lines) + "\n")
    if machine.path("/etc/dphys-swapfile").exists():  # Raspberry Pi OS makes a swap file of its own
        machine.offline("systemctl", "disable", "dphys-swapfile.service", quiet=True)
    if machine.running:
        machine.run("swapoff", "--all")


def check_swap(machine: Machine) -> Iterator[str]:
    if any(map(_swaps, machine.text("/etc/fstab").splitlines())):
        yield f"/etc/fstab turns swap on. {AGAIN}"
    if machine.running and len(machine.text("/proc/swaps").splitlines()) > 1:
        yield "Swap is on. Run: swapoff --all"


def swap_again(machine: Machine) -> None:
    text = machine.text("/etc/fstab")
    if MARK in text:
        machine.write("/etc/fstab", text.replace(MARK, ""))


# units


def enable(machine: Machine) -> None:
    for unit in UNITS:
        if not _enabled(machine, unit):
            machine.offline("systemctl", "enable", unit)
    if not machine.running:
        return
    for command in (
        ("systemctl", "daemon-reload"),
        ("udevadm", "control", "--reload"),
        ("udevadm", "trigger"),
        ("sysctl", "--system"),
        ("systemd-tmpfiles", "--create"),
        ("systemctl", "restart", "systemd-journald.service"),
        ("systemctl", "restart", "kiosk-firewall.service", "kiosk-sync.service", "kiosk.service"),
    ):
        machine.run(*command)


def check_units(machine: Machine) -> Iterator[str]:
    for unit in UNITS:
        if not _enabled(machine, unit):
            yield f"{unit} is not started with the machine. Run: systemctl enable {unit}"
        elif machine.running and not machine.run("systemctl", "is-active", "--quiet", unit, quiet=True):
            yield f"{unit} does not run. See: journalctl --unit {unit} --lines 20"


def disable(machine: Machine) -> None:
    if machine.running:
        machine.run("systemctl", "stop", *UNITS, quiet=True)
    for unit in UNITS:
        machine.offline("systemctl", "disable", unit, quiet=True)
        for folder in machine.path("/etc/systemd/system").glob("*.wants"):
            (folder / unit).unlink(missing_ok=True)


def _enabled(machine: Machine, unit: str) -> bool:
    folders = machine.path("/etc/systemd/system").glob("*.wants")
    return any((folder / unit).is_symlink() for folder in folders)  # its target is a place of the installed machine


def forget(machine: Machine) -> None:
    """What nobody keeps without a kiosk: the program and the installer's own note. Settings and enrolments stay."""
    machine.delete(PROGRAM)
    machine.delete(f"{ETC}/install.json")


STEPS = (
    Step("packages", "Debian packages", install_packages, check_packages, nothing),
    Step("users", "users and groups", make_users, check_users, remove_users),
    Step("program", f"the program in {PROGRAM}", install_program, check_program, forget),
    Step("settings", f"settings in {ETC}", put_settings, check_settings, nothing),
    Step("home", f"data in {HOME}", make_home, check_home, nothing),
    Step("files", "units, device names, limits, firewall, rights", put_files, check_files, remove_files),
    Step("swap", "no swap", no_swap, check_swap, swap_again),
    Step("units", "started with the machine", enable, check_units, disable),
)
