"""Plants bugs, one after the other, into a copy of the tree and shows that the tests named for each turn red.

    scripts/plant-bugs [NAME …] [--json]

A test that cannot fail says nothing. Each bug is one that field projects shipped; first the same tests must be green
without it. Exit 1 when a bug gets by, when a test is red without one, or when the code that it changes is not there.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
GREEN, RED = 0, 1  # exit codes of pytest; any other means that the tests did not run


@dataclass(frozen=True, slots=True)
class Bug:
    """`was` stands exactly once in `file` and becomes `planted`; `tests` are pytest's names of files or tests."""

    name: str
    file: str
    was: str
    planted: str
    tests: tuple[str, ...]


BUGS = (
    Bug(
        "kiosk-synchronous-normal",  # loses what was shown as saved in 58 % of power cuts
        "kiosk/store/engine.py",
        '"synchronous": 2,',
        '"synchronous": 1,',
        ("tests/store/test_store.py",),
    ),
    Bug(
        "centre-synchronous-normal",
        "sync/central/database.py",
        '"synchronous": 2,',
        '"synchronous": 1,',
        ("tests/central/test_database.py",),
    ),
    Bug(
        "no-on-conflict",  # the same record twice is an error instead of a duplicate, or two rows
        "sync/central/database.py",
        ".on_conflict_do_nothing()",
        "",
        ("tests/central/test_database.py", "tests/central/test_ingest.py", "tests/sync/test_centre_under_load.py"),
    ),
    Bug(
        "no-content-type-check",  # a login page with status 200 counts as an answer
        "sync/client.py",
        "!= wire.ANSWER_TYPE",
        "is None",
        ("tests/sync/test_client.py",),
    ),
    Bug(
        "purge-before-receipt",  # the body is gone, and the centre never had it
        "sync/purge.py",
        "one.number for one in due if _holds(one.body, one.hashes, identity)",
        "one.number for one in due",
        ("tests/sync/test_daemon.py::test_what_is_purged_had_a_receipt_its_time_and_a_comparison",),
    ),
)


def main() -> int:
    asked = _arguments()
    bugs = [bug for bug in BUGS if not asked.names or bug.name in asked.names]
    with tempfile.TemporaryDirectory(prefix="plant-bugs-") as folder:
        copy = Path(folder) / "tree"
        _copy(copy)
        found = [(bug, *_verdict(copy, bug)) for bug in bugs]
    if asked.json:
        print(json.dumps({bug.name: {"caught": caught, "by": by} for bug, caught, by in found}))
    else:
        _show(found)
    return 0 if all(caught for _, caught, _ in found) else 1


def _copy(to: Path) -> None:
    """What git tracks, as it lies here."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name)


def _verdict(copy: Path, bug: Bug) -> tuple[bool, str]:
    """Whether it was caught, and by which tests, or why not."""
    path = copy / bug.file
    sound = path.read_text(encoding="utf-8")
    if sound.count(bug.was) != 1:
        return False, f"not planted: {bug.file} has it {sound.count(bug.was)} times"
    code, failed = _test(copy, bug.tests)
    if code != GREEN:
        return False, f"red without the bug: {failed}"
    path.write_text(sound.replace(bug.was, bug.planted), encoding="utf-8")
    try:
        code, failed = _test(copy, bug.tests)
    finally:
        path.write_text(sound, encoding="utf-8")
    return code == RED, failed or "nothing turned red"


def _test(copy: Path, tests: tuple[str, ...]) -> tuple[int, str]:
    """pytest's exit code, and the tests that failed."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "--tb=no", "-rfE", *tests]
    environment = os.environ | {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    failed = [line.split(" ")[1] for line in done.stdout.splitlines() if line.startswith(("FAILED ", "ERROR "))]
    return done.returncode, " ".join(failed) or (done.stdout + done.stderr)[-300:] * (done.returncode > RED)


def _show(found: list[tuple[Bug, bool, str]]) -> None:
    table = Table("bug, and where it was planted", "caught by", show_lines=True)
    for bug, caught, by in found:
        table.add_row(f"{bug.name}\n{bug.file}", by.replace("::", "\n") if caught else f"[red]{by}[/red]")
    Console().print(table)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=" | ".join(bug.name for bug in BUGS))
    parser.add_argument("--json", action="store_true", help="one JSON object")
    asked = parser.parse_args()
    if wrong := set(asked.names) - {bug.name for bug in BUGS}:
        parser.error(f"no such bug: {', '.join(sorted(wrong))}")
    return asked


if __name__ == "__main__":
    sys.exit(main())
