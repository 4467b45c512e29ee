"""The machine that becomes a kiosk: its root folder, and whether anything may be started on it."""

import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
CONFIG = SOURCE / "config"


class InstallError(Exception):
    """What went wrong and what to do, in a sentence."""


@dataclass(frozen=True)
class Options:
    """
    program        False leaves out the program itself (/opt/market-kiosk) and Debian's packages: for an image's tree
    upgrades       Debian's security updates by themselves
    ssh            let ssh in
    local_network  a printer or camera on the local network
    """

    program: bool = True
    upgrades: bool = False
    ssh: bool = False
    local_network: bool = False


@dataclass
class Machine:
    root: Path
    options: Options = field(default_factory=Options)

    @property
    def live(self) -> bool:
        """This very machine, not a tree of files."""
        return self.root == Path("/")

    @property
    def running(self) -> bool:
        """systemd runs here, so that units can be started."""
        return self.live and Path("/run/systemd/system").is_dir()

    def path(self, place: str) -> Path:
        return self.root / place.lstrip("/")

    def text(self, place: str) -> str:
        """ "" where there is no such file."""
        try:
            return self.path(place).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""

    def write(self, place: str, content: str | bytes, mode: int = 0o644) -> None:
        path = self.path(place)
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f".{path.name}.new")
        fresh.write_bytes(content.encode() if isinstance(content, str) else content)
        fresh.chmod(mode)
        fresh.replace(path)

    def delete(self, place: str) -> None:
        path = self.path(place)
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)

    def run(self, *command: str, quiet: bool = False) -> bool:
        """False when it failed and `quiet` is set; raises InstallError otherwise."""
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        if done.returncode and not quiet:
            last = (done.stderr or done.stdout).strip().splitlines()[-3:]
            raise InstallError(f"{' '.join(command[:3])} … failed: {' / '.join(last)}")
        return done.returncode == 0

    def offline(self, program: str, *arguments: str, quiet: bool = False) -> bool:
        """A systemd tool that can work on a tree of files as well as on this machine."""
        return self.run(program, *([] if self.live else [f"--root={self.root}"]), *arguments, quiet=quiet)
