"""`scripts/plant-bugs` runs for minutes; here only that each bug can still be planted and that its tests are there."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

import plant_bugs  # noqa: E402


@pytest.mark.parametrize("bug", plant_bugs.BUGS, ids=lambda bug: bug.name)
def test_the_code_that_a_bug_changes_stands_once_and_its_tests_exist(bug: plant_bugs.Bug) -> None:
    assert (ROOT / bug.file).read_text(encoding="utf-8").count(bug.was) == 1
    for named in bug.tests:
        file, _, test = named.partition("::")
        assert f"def {test}" in (ROOT / file).read_text(encoding="utf-8")
