"""A throw-away PostgreSQL server from Debian's package, for tests and measurements; nothing of it outlives its block.

It listens on a Unix socket only, so it needs no port; it syncs to the disk as a real one does; its log says as much as
by default, so that what must not be in a log would be found there. Ends with the process that started it, however.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROGRAMS = Path("/usr/lib/postgresql")
ROLE = "centre"  # an ordinary role, as in the field: no superuser, owner of its databases only
_START_S = 60
_SETTINGS = ("listen_addresses=", "shared_buffers=64MB", "max_connections=60")


@dataclass(frozen=True, slots=True)
class Server:
    """`url(name)` is a SQLAlchemy URL; `log` everything that the server has written so far."""

    folder: Path
    programs: Path
    as_user: tuple[str, ...]

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://{ROLE}@/{name}?host={self.folder}"

    def create(self, name: str) -> str:
        """The URL of a new, empty database."""
        self.psql(f'CREATE DATABASE "{name}" OWNER {ROLE}')
        return self.url(name)

    def drop(self, name: str) -> None:
        self.psql(f'DROP DATABASE "{name}" WITH (FORCE)')

    def psql(self, statement: str) -> None:
        psql = [self.programs / "psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-h", self.folder, "-d", "postgres"]
        subprocess.run([*self.as_user, *psql, "-c", statement], check=True, stdout=subprocess.DEVNULL)

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")


@contextmanager
def server() -> Iterator[Server]:
    """Raises FileNotFoundError with the package to install when there is no PostgreSQL."""
    versions = sorted(PROGRAMS.glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if not versions:
        raise FileNotFoundError("No PostgreSQL server here. Install it: apt-get install postgresql")
    programs = versions[-1].parent
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    try:
        as_user = _as_ordinary_user(folder)
        data, log = folder / "data", folder / "log"
        init = [programs / "initdb", "-D", data, "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"]
        subprocess.run([*as_user, *init], check=True, stdout=subprocess.DEVNULL, cwd=folder)
        options = [option for setting in _SETTINGS for option in ("-c", setting)]
        command = [*as_user, "setpriv", "--pdeathsig", "INT", programs / "postgres", "-D", data, "-k", folder, *options]
        with log.open("wb") as said, subprocess.Popen(command, stderr=said, stdout=said, cwd=folder) as running:
            try:
                _wait(programs, folder, running)
                made = Server(folder, programs, as_user)
                made.psql(f"CREATE ROLE {ROLE} LOGIN")
                yield made
            finally:
                running.send_signal(signal.SIGQUIT)  # at once: nobody wants what it holds
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _as_ordinary_user(folder: Path) -> tuple[str, ...]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return ()
    names = {user.pw_name for user in pwd.getpwall()}
    name = "postgres" if "postgres" in names else "nobody"
    user = pwd.getpwnam(name)
    os.chown(folder, user.pw_uid, user.pw_gid)
    return ("setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups")


def _wait(programs: Path, folder: Path, running: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _START_S
    ready = [programs / "pg_isready", "-q", "-h", str(folder)]
    while subprocess.run(ready, check=False).returncode != 0:
        if running.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError((folder / "log").read_text(encoding="utf-8", errors="replace"))
        time.sleep(0.02)
