"""The centre as a distribution of its own carries every file of ours that it runs."""

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]

LOADED = """
import importlib, pkgutil, sys
import sync.central
for found in pkgutil.walk_packages(sync.central.__path__, "sync.central."):
    if not found.name.endswith("__main__"):
        importlib.import_module(found.name)
print(*(module.__file__ for name, module in sys.modules.items() if name.split(".")[0] in ("kiosk", "sync")), sep="\\n")
"""


def test_every_file_of_the_centre_is_in_its_distribution():
    told = tomllib.loads((ROOT / "sync/central/pyproject.toml").read_text(encoding="utf-8"))
    included = told["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    carried = {(ROOT / "sync/central" / source).resolve() for source in included}
    run = subprocess.run(
        [sys.executable, "-c", LOADED], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    files = [Path(line).resolve() for line in run.stdout.split()]
    assert len(files) > 60
    assert not {str(file.relative_to(ROOT)) for file in files if not carried & {file, *file.parents}}
