"""Where peers of the benchmarks live: a venv or a node_modules under XDG_CACHE_HOME, made at its first use.

The name of the folder changes with the versions. Nothing of it is ever a dependency of the product.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

INSTALL_S = 900


class Absent(Exception):
    """Why a peer cannot be had."""


def venv(requirements: Path) -> Path:
    """Its Python. Raises Absent."""
    folder = _folder(requirements.read_bytes() + sys.version.encode())
    python = folder / "bin" / "python"
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    _make(folder, [sys.executable, "-m", "venv", str(folder)], [*install, "--requirement", str(requirements)])
    return python


def node_modules(packages: Path) -> Path:
    """The folder for NODE_PATH; `packages` names one package and version a line. Raises Absent."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise Absent("apt-get install nodejs npm")
    wanted = packages.read_text(encoding="ascii").split()
    folder = _folder(packages.read_bytes())
    _make(folder, ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder), *wanted])
    return folder / "node_modules"


def _folder(versions: bytes) -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "market-kiosk" / "peers" / hashlib.sha256(versions).hexdigest()[:12]


def _make(folder: Path, *commands: list[str]) -> None:
    if (folder / "ready").is_file():
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    print("Installing a peer …", file=sys.stderr)
    for command in commands:
        done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_S, check=False)
        if done.returncode != 0:
            shutil.rmtree(folder, ignore_errors=True)
            raise Absent((done.stderr.strip().splitlines() or [f"{command[0]} failed"])[-1])
    (folder / "ready").touch()
