"""What the two programs of this package share on their command lines: --home, --site, and one sentence on an error."""

import argparse
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from kiosk import settings
from kiosk.domain.errors import KioskError
from kiosk.logs import Log
from kiosk.words import Words, load

OK, FAILED = 0, 1
_DEFAULT_HOME = Path("~/.local/state/market-kiosk")
_log = Log("command")


def default_home(environment: Mapping[str, str]) -> Path:
    return Path(environment.get("KIOSK_HOME") or _DEFAULT_HOME).expanduser()


def common(home: Path) -> argparse.ArgumentParser:
    """The options that stand before or after the subcommand; read them with `home_of` and `settings_of`."""
    parser = argparse.ArgumentParser(add_help=False)
    suppress = argparse.SUPPRESS  # so that the subcommand's parser does not undo what stood before it
    parser.add_argument("--home", type=Path, default=suppress, metavar="DIR", help=f"state; default {home}")
    parser.add_argument("--site", type=Path, default=suppress, metavar="FILE", help="TOML over the shipped settings")
    return parser


def home_of(arguments: argparse.Namespace, home: Path) -> Path:
    return Path(getattr(arguments, "home", home)).absolute()


def settings_of(arguments: argparse.Namespace) -> settings.Settings:
    """Raises SettingsError."""
    return settings.load(getattr(arguments, "site", None))


def words_of(config: settings.Settings | None) -> Words:
    """Raises SettingsError."""
    return load(config.languages.order[0] if config else "id")


def run(work: Callable[[], int]) -> int:
    """The exit code of `work`. Any error becomes one sentence on standard error and 1; never a traceback."""
    try:
        return work()
    except KioskError as error:
        _say(error)
    except BrokenPipeError:  # `… | head`: nobody reads on
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception as error:  # noqa: BLE001 the last resort: a traceback may quote what it should not
        _log.error("crashed", error)
        _say(KioskError("command.failed"))
    return FAILED


def _say(error: KioskError) -> None:
    try:
        sentence = words_of(None).error(error)
    except KioskError:  # the word files themselves are missing
        sentence = f"{error.id} {error.facts}"
    print(sentence, file=sys.stderr)


def write_line(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
