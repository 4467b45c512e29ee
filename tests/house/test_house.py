"""The house rules as tests: layout, sizes, imports, words, the drawn flow, and the wheel that needs no checkout."""

import ast
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk import tables, words
from kiosk.journey.flow import FLOW
from kiosk.resources import CONFIG

ROOT = Path(__file__).resolve().parents[2]
TOP = {"kiosk", "assets", "config", "sync", "scripts", "tests", "pyproject.toml", "README.md", "LICENSE", "NOTICE"}
SOURCES = sorted([*ROOT.glob("kiosk/**/*.py"), *ROOT.glob("sync/**/*.py"), *ROOT.glob("scripts/**/*.py")])
LANGUAGES = ("id", "jv", "en")
READS_ENVIRONMENT = {"kiosk/__main__.py", "sync/__main__.py", "sync/central/__main__.py", "kiosk/ui/window.py"}


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    return listed or [named(path) for path in ROOT.rglob("*") if path.is_file() and ".venv" not in path.parts]


def test_the_top_level_stays() -> None:
    entries = {name.split("/")[0] for name in tracked()}
    assert {entry for entry in entries if not entry.startswith(".")} <= TOP


def test_rooms_are_small_and_say_what_they_are() -> None:
    for path in SOURCES:
        lines = path.read_text(encoding="utf-8").splitlines()
        assert len(lines) <= 400, f"{named(path)}: a second room is waiting to be built"
        assert ast.get_docstring(tree(path)), f"{named(path)} has no docstring"


def test_the_domain_is_standard_library_only() -> None:
    for path in ROOT.glob("kiosk/domain/*.py"):
        for module in imported(path):
            root = module.partition(".")[0]
            assert module.startswith("kiosk.domain") or root in sys.stdlib_module_names, f"{named(path)}: {module}"


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_only_the_programs_and_the_window_read_the_environment() -> None:
    for path in SOURCES:
        if named(path).startswith("scripts/") or named(path) in READS_ENVIRONMENT:
            continue
        for node in ast.walk(tree(path)):
            assert not (isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")), named(path)


def test_only_settings_reads_toml() -> None:
    assert {named(path) for path in SOURCES if "tomllib" in imported(path)} == {
        "kiosk/settings.py",
        "kiosk/officer_settings.py",
    }


def test_no_shader_transitions_and_no_kivy_camera() -> None:
    for path in ROOT.glob("kiosk/ui/**/*"):
        if path.suffix in (".py", ".kv"):
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"(Fade|Wipe|FallOut|RiseIn|Swap)Transition|uix\.camera", text), named(path)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_error_has_its_two_sentences(language: str) -> None:
    """… and is raised with every fact that they tell."""
    known = words.load(language)
    for path in SOURCES:
        for id, facts in raised(path):
            for sentence in (f"error.{id}", f"cure.{id}"):
                assert sentence in known, f"{named(path)}: {sentence} in {language}"
                assert facts is None or words.placeholders(known(sentence)) <= facts, f"{named(path)}: {sentence}"


def raised(path: Path) -> Iterator[tuple[str, set[str] | None]]:
    """Id and names of the facts of everything called …Error, StoreFull or ProvisioningRefused."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
            first = node.args[0]
            error = re.fullmatch(r"\w+Error|StoreFull|ProvisioningRefused", node.func.id)
            if error and isinstance(first, ast.Constant) and re.fullmatch(r"[a-z_]+\.[a-z_.]+", str(first.value)):
                names = {keyword.arg for keyword in node.keywords}
                yield str(first.value), None if None in names else {name for name in names if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_notice_and_step_has_words(language: str) -> None:
    known = words.load(language)
    text = "".join(path.read_text(encoding="utf-8") for path in ROOT.glob("kiosk/journey/**/*.py"))
    for id in set(re.findall(r'"([a-z_]+\.notice\.[a-z_]+)"', text)):
        assert id in known, id
    for step in FLOW:
        assert any(id.startswith(f"{step}.") for id in known.ids), step


def test_languages_agree() -> None:
    """The same ids, and in each sentence the same placeholders."""
    first, *others = (words.load(language) for language in LANGUAGES)
    for other in others:
        assert first.ids == other.ids
        for id in first.ids:
            assert words.placeholders(first(id)) == words.placeholders(other(id)), id


def test_every_row_of_money_and_law_names_its_regulation() -> None:
    for name in ("tariff.csv", "discounts.csv", "eligibility.csv", "benefits.csv"):
        header, *rows = (CONFIG / name).read_text(encoding="utf-8").splitlines()
        assert header.endswith(",regulation"), name
        assert rows
        assert not any(row.endswith(",") for row in rows), name


def test_the_default_market_is_on_the_list() -> None:
    from kiosk import settings

    assert settings.load().site.market in tables.markets()


def test_the_drawn_flow_is_current() -> None:
    checked = subprocess.run([sys.executable, ROOT / "scripts" / "draw-flow", "--check"], check=False)
    assert checked.returncode == 0, "run scripts/draw-flow"


def test_nothing_names_a_machine() -> None:
    for name in tracked():
        if name.endswith((".py", ".md", ".toml", ".lock", ".csv", ".po", ".kv")) and not name.startswith("tests/house"):
            text = (ROOT / name).read_text(encoding="utf-8")
            assert not re.search(r"/(home|root|Users|work)/\w", text), name


def test_a_wheel_runs_without_a_checkout(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*build, "--wheel-dir", str(tmp_path), str(ROOT)], check=True, capture_output=True)
    (wheel,) = tmp_path.glob("market_kiosk-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    program = "import sys; sys.path.insert(0, sys.argv.pop(1)); from kiosk.__main__ import main; sys.exit(main())"
    run = [sys.executable, "-I", "-c", program, str(tmp_path / "site")]
    picture = tmp_path / "site" / "kiosk" / "assets" / "specimens" / "ktp-easy-000.jpg"
    done = subprocess.run(
        [*run, "read", "--json", str(picture)], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert '"nik": "6171022411929139"' in done.stdout, done.stderr
    told = subprocess.run(
        [*run, "--home", str(tmp_path), "enrol", "--answers", "x"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "kiosk init" in told.stderr
